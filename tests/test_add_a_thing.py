"""What it takes to add a thing, done on a copy of the project by what CONTRIBUTING says, and counted as it says."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.test_extend import ATTIC, LINE, PIXELFED

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent

LEMMY = r'''"""Lemmy, whose answers say who wrote them."""

import re

from tertulia.embeds.providers.request import CaptureRequest
from tertulia.embeds.types import Author, Capture

PATTERNS = (re.compile(r"https://lemmy\.example/post/(?P<id>\d+)"),)


def capture(ask: CaptureRequest) -> Capture:
    """The post, as its API tells it."""
    said = ask.json(f"https://lemmy.example/api/v3/post?id={ask.parts['id']}")
    return Capture(
        provider=ask.provider, id=ask.id, url=ask.url, kind="post", network="Lemmy",
        author=Author(name=said["author"]), html="<p>Nadie contesta.</p>",
    )
'''
TASK = '''@task
def greet(c: Context, name: str = "") -> None:
    """Say good morning to whoever writes here."""
    print(languages.say("greeting", name=name or c.root.name))


'''
DIARY = '''"""Diaries: a text file of days, each a post."""

from datetime import datetime

from tertulia.imports.export import Export
from tertulia.imports.registry import Importer
from tertulia.imports.types import OldPost, OldSite


def read(export: Export) -> OldSite:
    """A post for each line, "2019-05-02 words"."""
    lines = [line for file in export for line in file.read().decode().splitlines()[1:]]
    posts = tuple(
        OldPost(id=day, address=f"https://diary.example/{day}", published=datetime.fromisoformat(day),
                title=day, body=f"<p>{words}</p>")
        for day, _, words in (line.partition(" ") for line in lines)
    )
    return OldSite(address="https://diary.example", posts=posts, read=tuple(f"post {one.id}" for one in posts))


def recognises(export: Export) -> bool:
    """Whether it is a diary: its first line says so."""
    return any(file.head().startswith(b"DIARY") for file in export)


IMPORTER = Importer("diary", "Diary", "di", recognises, read)
'''
PLACE = '    Key(name="place", kind=Kind.TEXT, es="Lugar", en="Place", doc="where it was written"),\n'
ONE_OF_EACH_KIND = """
    Key(name="sign", kind=Kind.NAME, es="Signo", theirs="zodiac sternzeichen"),
    Key(name="motto", kind=Kind.INLINE, es="Lema"),
    Key(name="guests", kind=Kind.ITEMS, es="Invitados, Invitadas", in_new=True),
    Key(name="held", kind=Kind.MOMENT, es="Celebrada", on_pages=False),
    Key(name="recorded", kind=Kind.FLAG, es="Grabada"),
    Key(name="poster", kind=Kind.PICTURE, es="Cartel"),
    Key(name="mood", kind=Kind.CHOICE, es="Ánimo", choices={"calm": "tranquilo, calmo", "loud": "ruidoso"}),
"""
BUILD = """
import sys
from pathlib import Path
content = Path(sys.argv[2], "content", "posts")
content.mkdir(parents=True)
(content / "a.md").write_text(HEADER + "\\n\\nHola.", "utf-8")
from tests.conftest import build_site
told = [one.getMessage() for one in build_site(content.parent, Path(sys.argv[2], "output"), SEARCH=False,
                                               SOCIAL_CARDS=False, LANGUAGES=("es", "en", "gl"))]
page = next(Path(sys.argv[2], "output").glob("**/2026/**/index.html")).read_text("utf-8")
"""


@dataclass(frozen=True)
class Thing:
    """Files that are new, and lines that go before a line of another: (file, that line's beginning, what is added)."""

    proof: str  # run beside the copy; fails when the thing does not work there
    files: dict[str, str] = field(default_factory=dict)
    lines: tuple[tuple[str, str, str], ...] = ()


THINGS = {
    "network": Thing(
        files={"tertulia/syndication/networks/pixelfed.py": PIXELFED},
        lines=(("tertulia/content/networks.py", '    "bluesky": NetworkName', LINE),),
        proof="from tertulia.syndication.networks import network_classes\n"
        "assert network_classes()['pixelfed'].label == 'Pixelfed'",
    ),
    "embed provider": Thing(
        files={"tertulia/embeds/providers/lemmy.py": LEMMY},
        lines=(
            (
                "tertulia/embeds/providers/__init__.py",
                "    **_from_data()",
                '    "lemmy": _from_code("lemmy", "Lemmy"),\n',
            ),
        ),
        proof="from pathlib import Path\nfrom tertulia.embeds.capture import capture\n"
        "from tests.embedding import FakeWeb, drawn, post\nfrom tests.fakes import NOW\n"
        "folder, url = Path(sys.argv[2]), 'https://lemmy.example/post/4'\nfolder.mkdir()\npost(folder, url)\n"
        "web = FakeWeb({'https://lemmy.example/api/': {'body': {'author': 'Ana'}}})\n"
        "assert ['captured'] == [step.outcome for step in capture(folder, web, NOW)]\n"
        "assert 'Nadie contesta' in drawn(folder, url) and (folder / 'embeds/lemmy/4.json').exists()",
    ),
    "deploy target": Thing(
        files={"tertulia/deploy/attic.py": ATTIC},
        lines=(("tertulia/deploy/targets.py", '    "folder": "', '    "attic": "tertulia.deploy.attic:Attic",\n'),),
        proof="from pathlib import Path\nfrom tertulia.app import Blog\nfrom tertulia.core.settings import Settings\n"
        "blog = Blog(Path(sys.argv[2]), settings=Settings({'DEPLOY_TARGET': 'attic:www'}))\n"
        "assert 'Attic' == type(blog.deploy_target()).__name__",
    ),
    "importer": Thing(
        files={"tertulia/imports/sources/diary.py": DIARY},
        lines=(("tertulia/imports/registry.py", '    "wordpress",\n', '    "diary",\n'),),
        proof="import os, subprocess\nfrom pathlib import Path\n"
        "os.makedirs(sys.argv[2] + '/content')\nos.chdir(sys.argv[2])\n"
        "Path('pelicanconf.py').write_text('from tertulia.defaults import *\\n')\n"
        "Path('mine.txt').write_text('DIARY\\n2019-05-02 Nadie contesta.\\n')\n"
        "said = subprocess.check_output([sys.executable, '-m', 'tertulia.cli', 'import', 'mine.txt'], text=True)\n"
        "(post,) = Path('content', 'posts').rglob('*.md')\n"
        "assert 'Nadie contesta.' in post.read_text('utf-8') and 'Diary' in said, said",
    ),
    "task": Thing(
        lines=(
            ("tertulia/cli.py", "@task\ndef doctor", TASK),
            ("tertulia/cli.py", "    doctor,\n", "    greet,\n"),
            ("tertulia/languages/es.toml", "task_status = ", 'task_greet = "da los buenos días"\n'),
            ("tertulia/languages/en.toml", "task_status = ", 'task_greet = "says good morning"\n'),
            ("tertulia/languages/es.toml", "setting_date = ", 'greeting = "Buenos días, {name}"\n'),
            ("tertulia/languages/en.toml", "setting_date = ", 'greeting = "Good morning, {name}"\n'),
        ),
        proof="import os, subprocess\nos.mkdir(sys.argv[2])\nos.chdir(sys.argv[2])\n"
        "open('pelicanconf.py', 'w').write('from tertulia.defaults import *\\n')\n"
        "def said(*words):\n"
        "    return subprocess.check_output([sys.executable, '-m', 'tertulia.cli', *words], text=True)\n"
        "assert 'Buenos días, Ana\\n' == said('greet', '--name', 'Ana')\n"
        "assert 'da los buenos días' in said('--list')",
    ),
    "metadata key": Thing(
        lines=(
            ("tertulia/content/keys.py", '    Key(name="template"', PLACE),
            (
                "theme/templates/article.html",
                '<div class="e-content prose">',
                '{% if article.place %}<p class="p-location">{{ article.place }}</p>{% endif %}\n',
            ),
            ("docs/writing.md", "| `Plantilla` |", "| `Lugar` | `Place` | where it was written |\n"),
        ),
        proof="HEADER = 'Título: A\\nFecha: 2026-01-02\\nLugar: Una \"plaza\"'\n"
        + BUILD
        + "assert '<p class=\"p-location\">Una «plaza»</p>' in page, page\n"
        "assert [] == [x for x in told if 'Lugar' in x]\n"
        "import tests.test_docs\ntests.test_docs.test_every_metadata_key_is_documented()",
    ),
    "language": Thing(
        files={"tertulia/languages/gl.toml": 'name = "Galego"\n\n[readers.page]\nskip = "Ir ao contido"\n'},
        lines=(
            ("docs/languages.md", "| `tertulia/languages/ca.toml`", "| `tertulia/languages/gl.toml` | Galician |\n"),
        ),
        proof="HEADER = 'Título: A\\nFecha: 2026-01-02\\nIdioma: gl'\n"
        + BUILD
        + "assert 'Ir ao contido' in page and 'lang=\"gl\"' in page, page",
    ),
}


@pytest.fixture(scope="module")
def copy_of(tmp_path_factory):
    """A copy of the project to which a thing is added."""

    def add(thing):
        copy = tmp_path_factory.mktemp("copy")
        for name in ("tertulia", "plugins", "theme", "docs", "tests"):
            left_out = shutil.ignore_patterns(
                "__pycache__", "*.png", *(("examples", "site") if name == "tests" else ())
            )
            shutil.copytree(ROOT / name, copy / name, ignore=left_out)
        shutil.copy(ROOT / "pelicanconf.py", copy)
        for name, text in thing.files.items():
            assert not (copy / name).exists()
            (copy / name).write_text(text, "utf-8")
        for name, before, added in thing.lines:
            text = (copy / name).read_text("utf-8")
            assert 1 == text.count(before), f"{name}: {before}"
            (copy / name).write_text(text.replace(before, added + before), "utf-8")
        return copy

    return add


@pytest.mark.parametrize("name", THINGS)
def test_a_thing_is_added_by_what_is_written_and_works(name, copy_of, tmp_path):
    """Nothing but the files and lines that CONTRIBUTING counts is touched."""
    thing = THINGS[name]
    proof = f"import sys, tertulia\nassert tertulia.__file__.startswith(sys.argv[1])\n{thing.proof}\nprint('good')\n"
    run(proof, copy_of(thing), tmp_path)


def run(proof, copy, folder):
    """Run the program *proof* on a *copy* of the project."""
    done = subprocess.run(
        [sys.executable, "-c", proof, str(copy), str(folder / "blog")],
        check=False, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(copy), "HOME": str(folder)},
        cwd=copy, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (0, ["good"]) == (done.returncode, done.stdout.splitlines()[-1:]), done.stderr


def test_a_key_is_declared_once(copy_of, tmp_path):
    """Reading, mistakes, guesses, ``new`` and the templates all know a key of any kind by its one line."""
    copy = copy_of(Thing("", lines=(("tertulia/content/keys.py", '    Key(name="template"', ONE_OF_EACH_KIND),)))
    theme = copy / "theme" / "templates" / "article.html"
    shown = (
        "<data>{{ article.sign }}|{{ article.motto|safe }}|{{ article.guests|join('+') }}|"
        "{{ article.held.isoformat() }}|"
        "{{ article.recorded }}|{{ article.mood }}|{{ article.place }}</data>"
    )
    text = theme.read_text("utf-8")
    theme.write_text(text.replace('<div class="e-content prose">', shown + '<div class="e-content prose">'), "utf-8")
    header = (
        "Título: A\\nFecha: 2026-01-02\\nSternzeichen: leo\\nlema: Con *ganas*\\nInvitadas: Ana, Eva\\nInvitados: Luis"
        "\\nCelebrada: 3/1/2026 18:00\\nGrabada: sí\\nANIMO: Calmo"
    )
    proof = (
        f"import sys\nHEADER = '{header}'\n{BUILD}"
        "assert '<data>leo|Con <em>ganas</em>|Ana+Eva+Luis|2026-01-03T18:00:00+01:00|True|calm|</data>' in page, page\n"
        "from tertulia.commands.new import header as new\n"
        "assert 'Invitados:\\n' in new({'title': 'A'}), new({})\n"
        "from zoneinfo import ZoneInfo\n"
        "from tertulia.content import header, metadata\n"
        "def told(lines, **how):\n"
        "    meta = metadata.interpret(header.split('Título: A\\n' + lines, 'a.md'), 'a.md', ZoneInfo('UTC'), **how)\n"
        "    return [(one.line, one.severity, str(one).partition(': ')[2]) for one in meta.problems], meta.extra\n"
        "problems, extra = told('Invitdos: Ana\\nCelebrada: nunca\\nGrabada: tal vez\\nÁnimo: bajo\\n')\n"
        "assert [2, 3, 4, 5] == [line for line, _, _ in problems], problems\n"
        "for (_, _, told_), word in zip(problems, ('«Invitados»', 'nunca', 'sí o no', 'tranquilo, calmo, ruidoso')):\n"
        "    assert word in told_, told_\n"
        "nothing = {'sign': '', 'motto': '', 'guests': (), 'held': None, 'recorded': None, 'poster': '', 'mood': ''}\n"
        "assert nothing == extra, extra\n"
        "assert [(2, 'hint')] == [one[:2] for one in told('Celebrada: 2026-01-03\\n', is_page=True)[0]]\n"
        "print('good')\n"
    )
    run(proof, copy, tmp_path)


def test_the_counts_are_those_of_the_documentation():
    """CONTRIBUTING says for each thing how many files are new, and how many lines in how many others."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    told = {
        row[0]: tuple(map(int, row[1:]))
        for row in re.findall(r"^\| an? ([a-z ]+) \| (\d) \| (\d+) \| (\d) \|", text, re.M)
    }
    counted = {
        name: (
            len(thing.files),
            sum(added.count("\n") for _, _, added in thing.lines),
            len({file for file, _, _ in thing.lines}),
        )
        for name, thing in THINGS.items()
    }
    assert counted == told
