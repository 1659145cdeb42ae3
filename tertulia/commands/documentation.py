"""The documentation as a site, made by the program that it tells of.

``docs/`` stays what it is, Markdown that any code host shows. In a passing folder it becomes a blog: the README is
its one post, each file a page, ``docs/es/X.md`` the translation of ``docs/X.md``; ``docs/contents.toml`` gives the
order, and ``docs/theme/`` the looks. What only the code can tell (``reference.py``) is a page as well.
"""

import posixpath
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tertulia.commands import build, build_report, check, preview, reference, start
from tertulia.core import conf, paths
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.core.settings import environment

OUTPUT = "output-docs"
CONTENTS = "docs/contents.toml"
LANGUAGES = ("en", "es")  # the first is the one that every page has
README = {"en": "README.md", "es": "README.es.md"}
# Pages whose file is not docs/NAME.md.
ELSEWHERE = {"contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}
MADE = "reference"  # the page that has no file: the code tells it
ADDRESS = "https://docs.tertulia.example"
PORT = 8002  # of the site while it is shown here
PICTURES = frozenset({".png", ".svg", ".webp"})
SETTINGS = f"""\
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tertulia.defaults import *

SITENAME = "Tertulia"
TAGLINE = {{"en": "A blog that its author owns, to which the conversation comes home",
           "es": "Un blog que es de quien lo escribe, y al que la conversación vuelve a casa"}}
SITE_ADDRESS = "{ADDRESS}"
AUTHOR = "Tertulia"
DEFAULT_LANG = "en"
LANGUAGES = ("en", "es")
DELETE_OUTPUT_DIRECTORY = True
EXTRAS = ["switch", "copy"]
TOC_WORDS = 600
SOCIAL_CARDS = False
RELATED_POSTS = 0
"""

# Code, which is left as it stands, or a link.
_LINK = re.compile(
    r"^(?P<fence>`{3,}).*?^(?P=fence)|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)"
    r"|(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?\)",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the documentation: where it lies in the repository, and where in the blog."""

    name: str  # the page's, the same in both languages
    lang: str
    path: str  # in the repository
    place: str  # below content/

    @property
    def url(self) -> str:
        """Where the page will be."""
        return f"{self.name}/" if self.lang == LANGUAGES[0] else f"{self.lang}/{self.name}/"


@dataclass(frozen=True, slots=True)
class Chapter:
    """Some pages that belong together."""

    labels: Mapping[str, str]  # by language
    names: tuple[str, ...]
    english_only: bool


def parts(root: Path) -> tuple[Chapter, ...]:
    """Return the table of contents."""
    told = tomllib.loads((root / CONTENTS).read_text("utf-8"))["part"]
    return tuple(
        Chapter({lang: one[lang] for lang in LANGUAGES}, tuple(one["pages"]), one.get("english_only", False))
        for one in told
    )


def sources(root: Path) -> Iterator[Source]:
    """Every page that has a file, in the order of the contents; first the README, which is the post."""
    for lang, path in README.items():
        yield Source("tertulia", lang, path, f"posts/tertulia.{lang}.md")
    for part in parts(root):
        for name in part.names:
            for lang in LANGUAGES:
                path = ELSEWHERE.get(name, f"docs/{name}.md") if lang == "en" else f"docs/{lang}/{name}.md"
                if (root / path).is_file():
                    below = "pages" if lang == LANGUAGES[0] else f"pages/{lang}"
                    yield Source(name, lang, path, f"{below}/{name}.md")


def missing(root: Path) -> list[str]:
    """Return what the table of contents promises and no file keeps."""
    there = {(source.name, source.lang) for source in sources(root)}
    return [
        f"docs/{name}.md" if lang == LANGUAGES[0] else f"docs/{lang}/{name}.md"
        for part in parts(root)
        for name in part.names
        for lang in (LANGUAGES[:1] if part.english_only else LANGUAGES)
        if name != MADE and (name, lang) not in there
    ]


def run(root: Path, *, serve: bool, examined: bool = False, lighthouse: bool = False) -> bool:
    """
    Build the documentation into ``output-docs/``, say how it went, and show it when asked to.

    Args:
        examined: Look at each page besides, as ``check`` looks at those of a blog.
        lighthouse: Rate one page of each kind too.

    Returns:
        Whether nobody complained, nothing was found, and no page lacks its Spanish.
    """
    with build.workshop(root, f".{OUTPUT}-") as folder:
        write(root, folder / "blog")
        kept = {"IMAGE_CACHE_PATH": str(root / "var" / "cache" / "docs")}
        report = build.run(folder / "blog", folder / "site", conf.NAME, kept, with_this_clone)
        if not report.failure:
            build.swap(folder / "site", root / OUTPUT, [])
    build_report.tell(report)
    if lacking := missing(root):
        print(say("docs_missing", files=", ".join(lacking)), file=sys.stderr)
    clean = report.clean and not lacking
    if examined and not report.failure:
        clean &= check.is_clean(root / OUTPUT, "", ADDRESS, root / "var" / "check", lighthouse=lighthouse)
    if serve and not report.failure:
        _serve(preview.Site(root / OUTPUT, live=False))
    return clean


def with_this_clone(blog: Path, arguments: list[str]) -> int:
    """Build a blog that lies apart from the program, with the program that lies here."""
    command = [sys.executable, "-m", build.__name__, *arguments]
    return subprocess.run(
        command, cwd=blog, check=False, env={**environment(), "PYTHONPATH": str(paths.HOME)}
    ).returncode


def _serve(site: preview.Site) -> None:
    """Hand out the finished site here, until stopped."""
    host = "127.0.0.1"
    server = preview.listen(host, PORT, preview.only_for(preview.own_hosts(host), site))
    print(say("docs_serving", address=f"http://{host}:{server.server_address[1]}/"), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()


def write(root: Path, blog: Path) -> None:
    """Make the blog of the documentation of *root* in the new folder *blog*."""
    content = blog / "content"
    found = list(sources(root))
    places = {source.path: source.place for source in found}
    for picture in sorted(path for path in (root / "docs").iterdir() if path.suffix in PICTURES):
        place = f"pages/{picture.name}"
        places[f"docs/{picture.name}"] = place
        (content / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, content / place)
    texts = {source: _divided((root / source.path).read_text("utf-8"), source) for source in found}
    titles = {(source.name, source.lang): title for source, (title, _) in texts.items()}
    names = {source.path: title for source, (title, _) in texts.items()}
    for source, (title, text) in texts.items():
        _write_page(content, source, title, with_links(text, source, places, names))
    made = Source(MADE, LANGUAGES[0], f"docs/{MADE}.md", f"pages/{MADE}.md")
    titles[MADE, LANGUAGES[0]], text = _divided(reference.text(), made)
    _write_page(content, made, titles[MADE, LANGUAGES[0]], text)
    shutil.copytree(root / "docs/theme", content / "theme")
    listed = {lang: list(_listed(root, lang, [*found, made], titles)) for lang in LANGUAGES}
    menu = {
        lang: [(part["label"], part["pages"][0]["url"]) for part in listed[lang] if part["pages"]] for lang in LANGUAGES
    }
    for lang, word in {"en": "Search", "es": "Buscar"}.items():
        menu[lang].append((word, "search/"))
    own = f"\nMENU = {menu!r}\nDOCS = {listed!r}\n"
    (blog / conf.NAME).write_text(SETTINGS + start.addresses(LANGUAGES[0]) + own, "utf-8")


def _listed(
    root: Path, lang: str, found: list[Source], titles: Mapping[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Yield the contents for readers of *lang*; a page that is not in it, in English."""
    by_name = {(source.name, source.lang): source for source in found}
    for part in parts(root):
        pages = []
        for name in part.names:
            source = by_name.get((name, lang)) or by_name.get((name, LANGUAGES[0]))
            if not source:  # ``missing`` tells
                continue
            pages.append({"title": titles[name, source.lang], "url": source.url, "lang": source.lang})
        yield {"label": part.labels[lang], "pages": pages}


def _divided(text: str, source: Source) -> tuple[str, str]:
    """Return the title of a document and what stands below it, without the line that leads to its other language."""
    title, _, rest = text.partition("\n")
    if not title.startswith("# "):
        raise TertuliaError(say("docs_no_title", file=source.path))
    return title[2:].strip(), re.sub(r"\A\s*\*?\[[^\]]*\]\(README[^)]*\)\*?\n", "", rest)


def _write_page(content: Path, source: Source, title: str, text: str) -> None:
    """One file of the blog."""
    date = "Date: 2026-11-22\n" if source.place.startswith("posts/") else ""
    head = f"Title: {title}\nId: {source.name}\nSlug: {source.name}\nLang: {source.lang}\n{date}\n"
    path = content / source.place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head + text.strip() + "\n", "utf-8")


def with_links(text: str, source: Source, places: Mapping[str, str], titles: Mapping[str, str]) -> str:
    """
    Let the links of *text* to other files lead to their pages; of what is no page, only the words stay.

    Args:
        source: Where it stands.
        places: By file of the repository, the file of the blog.
        titles: By file of the repository, what its page is called: for links that only say the name of the file.
    """

    def led(found: re.Match[str]) -> str:
        if found["path"] is None:
            return found[0]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), found["path"]))
        if target not in places:
            return "" if found["picture"] else found["words"]
        path = posixpath.relpath(places[target], posixpath.dirname(source.place))
        words = titles.get(target, found["words"]) if found["words"] == found["path"] else found["words"]
        return f"{found['picture']}[{words}]({path}{found['anchor'] or ''})"

    return _LINK.sub(led, text)
