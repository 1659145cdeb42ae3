"""How long it takes to bring a WordPress blog over, and how much memory, beside other programs on the very same export.

    python3 tasks.py bench --moving                          10,000 posts and 6,000 comments
    python -m tests.bench_import --posts 1000 --runs 3 --peers FOLDER

FOLDER is the ``bin`` of an environment with ``pelican-import`` and ``nikola``, and what these need for imports (pandoc
for the first); what is not there is left out. Each brings what it knows of; none asks the web for pictures. Turn about,
the median counts.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, timedelta
from html import escape
from pathlib import Path

from tests import corpus
from tests.bench import Watch
from tests.conftest import ROOT
from tests.importing import SITE

_IMPORT = """\
import sys
from pathlib import Path
from tertulia.commands.import_site import run_import
run_import(Path(sys.argv[1]), Path(sys.argv[1]), [sys.argv[2]])
"""
_CODE = 'for (i = 0; i < n && a[i]; i++) {\n\tprintf("%d\\n", a[i]);\n}'


@dataclass(frozen=True)
class Cost:
    """What one import took."""

    wall_seconds: float
    processor_seconds: float
    megabytes: float  # 0 where it was not weighed


def main() -> None:
    """Measure, and print one line for each program."""
    parser = argparse.ArgumentParser(prog="python3 tasks.py bench --moving")
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--comments", type=int)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--peers", type=Path)
    options = parser.parse_args()
    comments = options.posts * 6 // 10 if options.comments is None else options.comments
    with tempfile.TemporaryDirectory(prefix="bench-import-") as passing:
        folder = Path(passing)
        file = folder / "export.xml"
        write(file, options.posts, comments)
        print(f"{options.posts:,} posts, {comments:,} comments, {file.stat().st_size / 1e6:.0f} MB")
        print(f"{'':<24}{'wall, s':>10}{'CPU, s':>10}{'peak, MB':>10}{'ms a post':>12}{'files':>8}", flush=True)
        commands = _commands(file, options.peers)
        costs: dict[str, list[Cost]] = {name: [] for name in commands}
        made: dict[str, int] = {}
        for number in range(options.runs):
            for name in commands:
                target = folder / f"{number}-{len(made)}-{name.split()[0]}"
                target.mkdir()
                costs[name].append(_run(commands[name], target))
                made[name] = sum(
                    path.suffix in (".md", ".html", ".rst") for path in target.rglob("*") if path.is_file()
                )
        for name, several in costs.items():
            wall = statistics.median(one.wall_seconds for one in several)
            processor = statistics.median(one.processor_seconds for one in several)
            weight = max(one.megabytes for one in several)
            each = 1000 * processor / options.posts
            print(f"{name:<24}{wall:>10.1f}{processor:>10.1f}{weight:>10.0f}{each:>12.1f}{made[name]:>8}", flush=True)


def _commands(file: Path, peers: Path | None) -> dict[str, list[str]]:
    """Each program's command; "TARGET" stands for the folder in which it works."""
    commands = {"Tertulia": [sys.executable, "-c", _IMPORT, "TARGET", str(file)]}
    if peers and (peers / "pelican-import").exists() and shutil.which("pandoc"):
        commands["pelican-import"] = [
            str(peers / "pelican-import"), "--wpfile", "-m", "markdown", "-o", "TARGET/out", str(file),
        ]  # fmt: skip
    if peers and (peers / "nikola").exists():
        commands["nikola import_wordpress"] = [
            str(peers / "nikola"), "import_wordpress", "-o", "TARGET/out", "--no-downloads", "--export-comments",
            str(file),
        ]  # fmt: skip
    return commands


def _run(command: list[str], target: Path) -> Cost:
    (target / "content").mkdir()
    (target / "out").mkdir()
    (target / "pelicanconf.py").write_text(
        'from tertulia.defaults import *\nSITE_ADDRESS = "https://new.example"\nTIMEZONE = "Europe/Madrid"\n', "utf-8"
    )
    log = target / "log.txt"
    with log.open("wb") as file:
        began = time.perf_counter()
        process = subprocess.Popen(
            [part.replace("TARGET", str(target)) for part in command],
            cwd=target, stdout=file, stderr=file, start_new_session=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        watch = Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} failed:\n{log.read_text('utf-8', 'replace')[-2000:]}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, watch.stop() or usage.ru_maxrss / 2**10)


def write(file: Path, posts: int, comments: int) -> None:
    """An export of that size: classic posts and blocks turn about, with code, galleries and links among them."""
    step = timedelta(days=365 * corpus.YEARS) / max(posts, 1)
    each, more = divmod(comments, max(posts, 1))
    with file.open("w", encoding="utf-8") as out:
        out.write(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0"'
            ' xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/">'
            f"<channel><title>Viejo</title><link>{SITE}</link><description></description>\n"
            f"<wp:wxr_version>1.2</wp:wxr_version>\n<wp:base_blog_url>{SITE}</wp:base_blog_url>\n"
            "<wp:author><wp:author_id>2</wp:author_id><wp:author_login>ana</wp:author_login>"
            "<wp:author_display_name>Ana</wp:author_display_name></wp:author>\n"
        )
        said = 0
        for number in range(1, posts + 1):
            chance = random.Random(f"{corpus.SEED}/import/{number}")
            moment = (corpus.LAST_DAY - step * (posts - number)).replace(tzinfo=UTC)
            talk = ""
            for _ in range(each + (number <= more)):
                said += 1
                talk += _comment(chance, said, f"{moment + timedelta(hours=2):%Y-%m-%d %H:%M:%S}")
            out.write(_item(chance, number, f"{moment:%Y-%m-%d %H:%M:%S}", talk))
        out.write("</channel></rss>\n")


def _item(chance: random.Random, number: int, moment: str, talk: str) -> str:
    title = chance.choice(corpus.TITLES).format(chance.choice(corpus.WHO), chance.choice(corpus.WHAT))
    body = (_blocks if number % 2 else _classic)(chance, number)
    terms = f'<category domain="category" nicename="barrio"><![CDATA[{chance.choice(corpus.CATEGORIES)}]]></category>'
    for tag in dict.fromkeys(chance.choices(corpus.TAGS, k=3)):
        terms += f'<category domain="post_tag" nicename="{tag.replace(" ", "-")}"><![CDATA[{tag}]]></category>'
    return f"""<item><title><![CDATA[{title}]]></title><link>{SITE}/{moment[:4]}/{moment[5:7]}/n{number}/</link>
<pubDate></pubDate><dc:creator><![CDATA[ana]]></dc:creator><guid isPermaLink="false">{SITE}/?p={number}</guid>
<description></description><content:encoded><![CDATA[{body}]]></content:encoded>
<excerpt:encoded><![CDATA[]]></excerpt:encoded><wp:post_id>{number}</wp:post_id><wp:post_date>{moment}</wp:post_date>
<wp:post_date_gmt>{moment}</wp:post_date_gmt><wp:comment_status>open</wp:comment_status>
<wp:post_name>n{number}</wp:post_name><wp:status>publish</wp:status><wp:post_parent>0</wp:post_parent>
<wp:menu_order>0</wp:menu_order><wp:post_type>post</wp:post_type><wp:is_sticky>0</wp:is_sticky>{terms}{talk}</item>
"""


def _comment(chance: random.Random, number: int, moment: str) -> str:
    parent = number - 1 if chance.random() < 0.3 else 0
    return f"""<wp:comment><wp:comment_id>{number}</wp:comment_id>
<wp:comment_author><![CDATA[Lector {number % 700}]]></wp:comment_author>
<wp:comment_author_email>l{number % 700}@secret.example</wp:comment_author_email><wp:comment_author_url/>
<wp:comment_date>{moment}</wp:comment_date><wp:comment_date_gmt>{moment}</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{corpus._paragraph(chance)}]]></wp:comment_content>
<wp:comment_approved>{"spam" if chance.random() < 0.1 else 1}</wp:comment_approved>
<wp:comment_type>comment</wp:comment_type>
<wp:comment_parent>{parent}</wp:comment_parent><wp:comment_user_id>0</wp:comment_user_id></wp:comment>"""


def _words(chance: random.Random, number: int) -> list[str]:
    """Some paragraphs, one with a link to another post."""
    found = [corpus._paragraph(chance).replace("**", "").replace("`", "") for _ in range(chance.randint(2, 4))]
    found[0] += f' Como <a href="{SITE}/?p={max(1, number - 7)}">ya conté</a>, <em>{chance.choice(corpus.WHAT)}</em>.'
    return found


def _classic(chance: random.Random, number: int) -> str:
    found = _words(chance, number)
    if chance.random() < 0.2:
        found.insert(2, f'[code lang="c"]\n{escape(_CODE)}\n[/code]')
    if chance.random() < 0.2:
        found.insert(1, f"<blockquote>{corpus._paragraph(chance)}</blockquote>")
    return "\n\n".join(found)


def _blocks(chance: random.Random, number: int) -> str:
    found = [f"<!-- wp:paragraph -->\n<p>{words}</p>\n<!-- /wp:paragraph -->" for words in _words(chance, number)]
    found.insert(1, "<!-- wp:heading -->\n<h2>Sigue</h2>\n<!-- /wp:heading -->")
    if chance.random() < 0.2:
        found.append(
            f'<!-- wp:code -->\n<pre class="wp-block-code"><code>{escape(_CODE)}</code></pre>\n<!-- /wp:code -->'
        )
    if chance.random() < 0.2:
        found.append("<!-- wp:list -->\n<ul><li>Uno</li><li>Dos</li></ul>\n<!-- /wp:list -->")
    return "\n\n".join(found)


if __name__ == "__main__":
    main()
