"""A blog that is edited, built after each edit and shown in place; and the plugin of others that it may have."""

import datetime as dt
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tertulia import defaults
from tertulia.conversation.thread import nest
from tertulia.edits.kept_site import KeptSite
from tertulia.edits.site_left import leave_site
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, State
from tertulia.site import writing
from tertulia.site.build import SiteBuild
from tests import corpus
from tests.conftest import BLOG, ROOT, forget_posts

WITHOUT_SCHEMA, WITHOUT_TALK_FEEDS = (
    [plugin for plugin in defaults.PLUGINS if not plugin.endswith(left_out)]
    for left_out in (".schema", ".conversation_feeds")
)
NOW = "2026-11-22T12:00:00+01:00"
TAGGED = "Una cosa y otra, que no es la misma. #Redes"
REPORT = {"posts": 0, "pages": 0, "keep": (), "remarks": ()}
FIRST_DAY = dt.date(2026, 11, 1)
TAGS = ("Redes", "redes", "Colas", "C#", "Reseñas", "日本")
CATEGORIES = ("Opinión", "Barrio", "Oficio")
WHEN = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
AUTHORS = ("ana", "Luis Gil", "Remedios Alcaide")
TEXTS = (
    "Las reclamaciones se contestan por escrito, y la cola de la ventanilla sigue. #Redes",
    "Otra vez la factura, otra vez la llamada: mira [lo de antes](/2026/11/uno/).\n\n## Y ahora\n\nNada.",
    "![El bar](/images/bar.png)\n\nUn bar con mesas de mármol y reclamaciones por escrito.",
    "La ventanilla contesta a @ana, y la factura espera en la cola.\n\n- una\n- dos",
    "Mira [aquello]({filename}/posts/uno.md) y [esto](https://example.org/x).",
    "Mira [[dos]] y [[nuevo-5]].",
    "![Otro bar](bar.png)\n\nY [el mismo](/images/bar.png).\n\n![Ninguno](nada.png)",
    "Dijo:\n\nhttps://mastodon.social/@ana/1134\n\nY no dijo más.",
)
LINES = (
    "Y una coletilla.",
    "Y otra, de reclamaciones.",
    "## Y algo más",
    "Lo dice @ana.",
    "Mira [esto](/2026/11/dos/).",
)
MOVES = (  # of a post: it leaves lists, comes into others, or stands elsewhere
    ("Etiquetas", "Redes"), ("Etiquetas", "Recién nacida"), ("Etiquetas", ""), ("Categoría", "Barrio"),
    ("Autor", "Luis Gil"), ("Slug", "otra-parte"), ("Fecha", "2026-10-30"), ("Serie", "Colas"), ("Serie", ""),
    ("Título", "Otro título"), ("Estado", "borrador"), ("Estado", ""),
)  # fmt: skip
IN_SPANISH = {"Title": "Título", "Date": "Fecha", "Author": "Autor", "Category": "Categoría", "Tags": "Etiquetas"}
ANA = '[ana]\nname = "Ana Ruiz"\nmastodon = "@ana@example.com"\n'
TOOT = "https://mastodon.social/@ana/1134"


def built(blog: Path, output: Path, now: str, *, state: Path | None = None, kept: Path | None = None, **more) -> list:
    """Build *blog* into the new folder *output*; why each page was drawn."""
    return arranged(blog, output, now, state=state, kept=kept, **more)[0]


def arranged(
    blog: Path, output: Path, now: str, *, state: Path | None = None, kept: Path | None = None, **more
) -> tuple[list[str], SiteBuild]:
    """The same, and what was arranged for it."""
    from pelican import Pelican, signals
    from pelican.log import LimitFilter
    from pelican.settings import read_settings

    LimitFilter._raised_messages.clear()
    override = {
        **BLOG,
        "PATH": str(blog / "content"),
        "OUTPUT_PATH": str(output),
        "IMAGE_CACHE_PATH": str(blog / "image-cache"),
        "CACHE_PATH": str(blog / "templates-cache"),
        "CONVERSATION_PATH": str(blog / "conversation"),
        "ADDRESSES_PATH": str(blog / "addresses.json"),
        "NOW": now,
        "SEARCH": False,
        "SOCIAL_CARDS_MAX": 3,
        "DEFAULT_PAGINATION": 3,
        "COMMENTS_PER_PAGE": 2,
        "SERVICE_ADDRESS": "https://talk.example",
        **more,
    }
    if state:
        override |= {"STATE_PATH": str(state)}
    if kept:
        override |= {"KEPT_OUTPUT": str(kept)}
    handler, told = logging.Handler(), []
    handler.emit = told.append  # type: ignore[method-assign]
    logging.getLogger("tertulia").addHandler(handler)
    logging.getLogger("tertulia").propagate = False
    try:
        pelican = Pelican(read_settings(str(ROOT / "pelicanconf.py"), override=override))
        pelican.run()
    finally:
        signals.content_written.disconnect(sign)
        signals.finalized.disconnect(sign_map)
        logging.getLogger("tertulia").removeHandler(handler)
        logging.getLogger("tertulia").propagate = True
        forget_posts()
    build = SiteBuild.of(pelican.settings)
    writing.remember(build)
    said = [f"told: {record.getMessage()}" for record in told if record.levelno >= logging.WARNING]
    return [*build.explained, *said], build


def register() -> None:
    """As a plugin of others, which this file is too."""
    from pelican import signals

    signals.content_written.connect(sign)
    signals.finalized.connect(sign_map)


def sign_map(pelican: object) -> None:
    """Change what is no page, too."""
    sign(os.path.join(pelican.settings["OUTPUT_PATH"], "sitemap.xml"))


def sign(path: str, **_: object) -> None:
    """Change a page when it has been written."""
    with open(path, "a", encoding="utf-8") as page:
        page.write("<!-- signed -->")


def in_place(root: Path, output: Path, *names: str, mark: str = "mark") -> list[str]:
    """
    Show in *output* what was saved of the posts *names*, or in snapshots of such names: the files that were written.

    A name with a slash is of a file below ``content/``. None where a build is needed.
    """

    def path_of(name: str) -> Path:
        if "/" in name:
            return root / "content" / name
        return root / "conversation" / name if name.endswith(".json") else root / "content" / "posts" / f"{name}.md"

    with closing(KeptSite(root / "state", output, mark, lambda *_: False, nest)) as site:
        try:
            files = site.prepare(str(path_of(name)) for name in names)
        except NeedsBuildError:
            return []
        return sorted(site.write(files))


def assert_same(expected: dict[str, bytes], actual: dict[str, bytes]) -> None:
    """See that two outputs have the same files, with the same bytes."""
    assert expected.keys() == actual.keys()
    assert [] == [name for name in expected if expected[name] != actual[name]]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of *folder* by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def die_after(count: int) -> None:
    """Have this process, and those it starts, killed at the *count*th file that is opened, linked, moved or deleted."""
    left = iter(range(count))

    def look(event: str, _arguments: object) -> None:
        if (
            event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "sqlite3.connect")
            and next(left, None) is None
        ):
            os.killpg(0, signal.SIGKILL)

    sys.addaudithook(look)


def killed(after: int, work: Callable[[], object]) -> None:
    """Have *work* begun by a process that dies at the *after*th file."""
    child = os.fork()
    if not child:
        try:
            os.setsid()
            die_after(after)
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def stamps(folder: Path) -> dict[Path, tuple[int, int, int]]:
    """What tells each file of *folder*, and the folders in it."""
    found = {path: path.stat() for path in (folder, *folder.rglob("*"))}
    return {path: (one.st_mtime_ns, one.st_size, one.st_ino) for path, one in found.items()}


def picture(path: Path, colour: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), (colour, 90, 90)).save(path)


def capture(content: Path, words: str, state: State = State.KEPT) -> None:
    match = providers.find(TOOT)
    CaptureStore(content).save(
        Capture(provider=match.provider.name, id=match.id, url=TOOT, kind="post", html=f"<p>{words}</p>", state=state)
    )


class Blog:
    """A blog in a folder of its own, whose files are written as a person would."""

    def __init__(self, posts: int = 6, made_up: int = 0) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="incremental-"))
        self.posts: dict[str, dict[str, str]] = {}
        self.texts: dict[str, str] = {}
        (self.root / "content" / "posts").mkdir(parents=True)
        (self.root / "content" / "pages").mkdir()
        self.file("people.toml", ANA)
        self.file("pages/acerca.md", "Título: Acerca\n\nQuiénes somos.\n")
        picture(self.root / "content" / "images" / "bar.png", 200)
        for at, name in enumerate(("uno", "dos", "tres", "cuatro", "cinco", "seis")):
            self.add(name, at, TEXTS[at % len(TEXTS)])
        for at in range(6, posts):
            self.add(f"otro-{at}", at % 20, TEXTS[at % len(TEXTS)])
        if made_up:
            corpus.write(self.root, made_up)
        for file in sorted((self.root / "content" / "posts").glob("*/*.md")):
            header, _, self.texts[file.stem] = file.read_text("utf-8").partition("\n\n")
            said = (line.split(": ", 1) for line in header.splitlines())
            self.posts[file.stem] = {IN_SPANISH.get(key, key): value for key, value in said}
            file.unlink()
            self.save(file.stem)

    def file(self, name: str, text: str) -> None:
        path = self.root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        # As if it had been saved a while ago: what has just been saved is read again for safety's sake.
        past = path.stat().st_mtime_ns - 10**10
        os.utime(path, ns=(past, past))

    def add(self, name: str, day: int, text: str) -> None:
        self.posts[name] = {
            "Título": f"Sobre {name}", "Fecha": str(FIRST_DAY + dt.timedelta(day)), "Id": f"id-{name}", "Slug": name,
            "Etiquetas": TAGS[day % len(TAGS)],
        }  # fmt: skip
        self.texts[name] = text
        self.save(name)

    def save(self, name: str) -> None:
        top = "".join(f"{key}: {value}\n" for key, value in self.posts[name].items() if value)
        self.file(f"posts/{name}.md", f"{top}\n{self.texts[name]}\n")


@pytest.fixture
def blog():
    """Six posts and a page; two of them with the tag that their texts name."""
    made = Blog()
    for name in ("dos", "seis"):
        made.posts[name]["Etiquetas"] = "Redes"
        made.texts[name] = TAGGED
        made.save(name)
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def edited(blog: Blog, *edits: Callable[[], None], name: str = "dos", **more: object) -> list[str]:
    """Build *blog*, do each of *edits* of the post *name* and show it in place: what was written at last."""
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    written: list[str] = []
    for edit in edits:
        edit()
        written = in_place(blog.root, blog.root / "one", name)
    if written:
        built(blog.root, blog.root / "whole", NOW, **more)
        assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))
    return written


def shown(blog: Blog, *turns: tuple[list[str], list], **more: object) -> list[list[str]]:
    """Build *blog*, and show each of *turns*, names of posts and edits of them, in place: what was written."""
    more = {"RELATED_POSTS": 0, **more}  # in so small a blog they are soon worked out for all
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    written = []
    for names, edits in turns:
        for edit in edits:
            edit()
        written.append(in_place(blog.root, blog.root / "one", *names))
        if written[-1]:
            built(blog.root, blog.root / "whole", NOW, **more)
            assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))
            shutil.rmtree(blog.root / "whole")
    return written


def saying(blog: Blog, text: str, name: str = "dos", **header: str) -> Callable[[], None]:
    """Return an edit that gives the post *name* another text, and more in its header."""

    def edit() -> None:
        blog.texts[name] = text
        blog.posts[name] |= header
        blog.save(name)

    return edit


def new(blog: Blog, name: str, text: str = TAGGED, **header: str) -> Callable[[], None]:
    """Return an edit by which the post *name* comes to be, tagged like others."""

    def edit() -> None:
        blog.add(name, 10, text)
        saying(blog, text, name, **{"Etiquetas": "Redes", **header})()

    return edit


def gone(blog: Blog, name: str) -> Callable[[], None]:
    """Return an edit that deletes the post *name*."""
    return (blog.root / "content" / "posts" / f"{name}.md").unlink
