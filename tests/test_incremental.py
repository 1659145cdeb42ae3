"""After any edit, the pages that are taken from the output before are those that a full build would write."""

import datetime as dt
import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from PIL import Image

from tertulia import defaults
from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.conversation.thread import nest
from tertulia.core.files import write_whole
from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, State
from tertulia.site import choices, search, writing
from tertulia.site.build import SiteBuild
from tertulia.site.facets import Facets
from tertulia.site.kept_site import KeptSite
from tertulia.site.site_left import leave_site
from tertulia.site.text_edits import NeedsBuildError
from tertulia.site.up_to_date import TICK_NS
from tests import corpus
from tests.conftest import BLOG, ROOT, forget_posts

pytestmark = pytest.mark.slow

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

    None where a build is needed.
    """
    content, talk = root / "content" / "posts", root / "conversation"
    with closing(KeptSite(root / "state", output, mark, lambda *_: False, nest)) as site:
        try:
            files = site.prepare(
                str(talk / name if name.endswith(".json") else content / f"{name}.md") for name in names
            )
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


# How many edits, in blogs of how many posts, and of how many more like those of real blogs.
STEPS, POSTS, MADE_UP = (
    int(os.environ.get(f"INCREMENTAL_{name}", usual)) for name, usual in (("STEPS", 400), ("POSTS", 6), ("MADE_UP", 0))
)
STEPS_OF_ONE = 10 if STEPS < 100 else 25  # each part has other kinds of edit, and the first of them just one


class Edits(RuleBasedStateMachine):
    """Random edits; after each, the same bytes as a full build in an empty folder."""

    def __init__(self) -> None:
        super().__init__()
        gc.unfreeze()  # as each build leaves what it holds to its process, which is to end, and this one is not
        gc.collect()
        self.blog = Blog(POSTS, MADE_UP)
        self.now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
        self.count = 0
        self.output: Path | None = None
        self.more: dict[str, object] = {}
        self.patched = pytest.MonkeyPatch()
        self.patched.setattr(search, "LEAST_PARTED", 4)  # so that the index is in two parts here
        self.patched.setattr(search, "SETTLED", 2)
        self.patched.setattr(search, "LARGEST_PART", 2)
        self.is_kept = False  # what the last build arranged
        self.edited: set[str] | None = set()  # posts saved since it; None where more was
        self.kinds: set[str] = set()  # of the edits since
        self.saved_together = 0  # so many edits are made before somebody builds
        self.branch: tuple[dict[str, bytes], tuple[dict, dict]] | None = None  # the files of another one, and its posts

    @initialize()
    def begin(self):
        self.check()

    @rule(edits=st.integers(2, 4))
    def save_several(self, edits):
        """The next edits are seen by one build."""
        self.saved_together = edits

    def check(self, *edited: str, kind: str = "text") -> None:
        """
        See that a build gives what a full one does; also one in place, where only posts like *edited* were saved.
        """
        self.edited = self.edited | {*edited} if edited and self.edited is not None else None
        self.kinds.add(kind)
        self.saved_together -= 1
        if self.saved_together > 0:
            return
        names, self.edited = sorted(self.edited or ()), set()
        kinds, self.kinds = ", ".join(sorted(self.kinds)), set()
        self.count += 1
        root, now = self.blog.root, self.now.isoformat()
        new, whole = root / f"out{self.count}", root / "whole"
        shutil.rmtree(whole, ignore_errors=True)
        built(self.blog.root, whole, now, **self.more)
        expected = tree(whole)
        is_shown = names and self.is_kept and self.output and in_place(root, self.output, *names)
        if names and self.is_kept:
            event(f"{kinds}: {'in place' if is_shown else 'by a build'}")
        if is_shown and self.output:
            assert_same(expected, tree(self.output))
            if self.count % 2:  # the next edit is of what this one has left
                return
        _, build = arranged(self.blog.root, new, now, state=root / "state", kept=self.output, **self.more)
        assert_same(expected, tree(new))
        self.is_kept = leave_site(build, "mark", REPORT) == ""
        if self.output:
            shutil.rmtree(self.output)
        self.output = new
        if self.is_kept and self.count % 3 == 0:  # whatever was done before, an edit of a text comes after it
            self.write_line(sorted(self.blog.posts)[self.count % len(self.blog.posts)], LINES[self.count % len(LINES)])

    def write_line(self, name: str, line: str) -> None:
        self.blog.texts[name] += f"\n\n{line}"
        self.blog.save(name)
        self.check(name)

    @rule(after=st.integers(1, 600))
    def is_killed(self, after):
        """Somebody pulls the plug after so many files were opened, moved or deleted; and builds again."""
        root, settings = self.blog.root, {"state": self.blog.root / "state", "kept": self.output, **self.more}
        killed(after, lambda: built(root, root / "killed", self.now.isoformat(), **settings))
        shutil.rmtree(root / "killed", ignore_errors=True)
        self.check()

    @precondition(lambda self: self.is_kept and self.output)
    @rule(data=st.data(), after=st.integers(1, 90), text=st.sampled_from(TEXTS))
    def is_killed_in_place(self, data, after, text):
        """The same while an edit is shown; what was written of it then is of no build that anybody remembers."""
        name, output = self.one(data), self.output
        self.blog.texts[name] = data.draw(st.sampled_from([text, f"{self.blog.texts[name]}\n\n{text}"]), label="text")
        self.blog.save(name)
        before = stamps(output)
        killed(after, lambda: in_place(self.blog.root, output, name))
        self.is_kept = before == stamps(output)
        self.check(name)

    def changed(self, name: str, key: str, value: str) -> None:
        self.blog.posts[name][key] = value
        self.blog.save(name)
        self.check(name, kind=key)

    def one(self, data) -> str:
        return data.draw(st.sampled_from(sorted(self.blog.posts)), label="post")

    @rule(data=st.data(), text=st.sampled_from(TEXTS))
    def edit_text(self, data, text):
        name = self.one(data)
        self.blog.texts[name] = text
        self.blog.save(name)
        self.check(name)

    @rule(data=st.data(), lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=4))
    def write_on(self, data, lines):
        """As most edits are: one after another, each of words alone, so that it can be shown in place."""
        for line in lines:
            self.write_line(self.one(data), line)

    @rule(data=st.data(), title=st.sampled_from(["Sobre colas", "La factura", "Otra cosa & más", ""]))
    def edit_title(self, data, title):
        self.changed(self.one(data), "Título", title)

    @rule(data=st.data(), slug=st.sampled_from(["uno", "otro-slug", "acerca"]))
    def edit_slug(self, data, slug):
        self.changed(self.one(data), "Slug", slug)

    @rule(data=st.data(), tags=st.one_of(st.lists(st.sampled_from(some), max_size=3) for some in (TAGS, TAGS[2:5])))
    def edit_tags(self, data, tags):
        self.changed(self.one(data), "Etiquetas", ", ".join(tags))

    @rule(data=st.data(), day=st.integers(0, 60))
    def edit_date(self, data, day):
        self.changed(self.one(data), "Fecha", str(FIRST_DAY + dt.timedelta(day)))

    @rule(
        data=st.data(),
        what=st.sampled_from([
            *(("Categoría", one) for one in CATEGORIES),
            *(("Autor", one) for one in (*AUTHORS, "ana, Luis Gil")),
            *(("Idioma", one) for one in ("en", "es")),
            *(("Serie", one) for one in ("Colas", "Colas largas", "")),
            *(("Estado", one) for one in ("borrador", "oculto", "")),
            *(("Portada", one) for one in ("images/bar.png", "images/no.png", "")),
            *(("Id", one) for one in ("id-uno", "")),
            ("Resumen", "Un resumen con *énfasis*."),
            ("Alias", "/viejo/"),
            ("Modificado", "2026-11-30"),
            ("Pregunta", "¿Y tú?"),
            ("Gracias", "Ana Ruiz"),
            ("Índice", "sí"),
            ("Actualización", "2026-11-20: ya no."),
        ]),
    )  # fmt: skip
    def edit_header(self, data, what):
        self.changed(self.one(data), *what)

    @precondition(lambda self: len(self.blog.posts) > 2)
    @rule(data=st.data())
    def delete(self, data):
        name = self.one(data)
        del self.blog.posts[name]
        (self.blog.root / "content" / "posts" / f"{name}.md").unlink()
        self.check(name, kind="deleted")

    @rule(data=st.data())
    def rename(self, data):
        name = self.one(data)
        new = f"{name}-bis"
        self.blog.posts[new], self.blog.texts[new] = self.blog.posts.pop(name), self.blog.texts.pop(name)
        (self.blog.root / "content" / "posts" / f"{name}.md").rename(self.blog.root / "content" / f"posts/{new}.md")
        self.check(name, new, kind="renamed")

    @rule(day=st.integers(0, 40), text=st.sampled_from(TEXTS))
    def add(self, day, text):
        name = f"nuevo-{len(self.blog.posts)}"
        self.blog.add(name, day, text)
        self.check(name, kind="new")

    @rule(name=st.sampled_from(["acerca", "contacto"]), title=st.sampled_from(["Acerca", "Contacto", "Índice & más"]))
    def edit_page(self, name, title):
        self.blog.file(f"pages/{name}.md", f"Título: {title}\n\nUna página.\n")
        self.check()

    @rule(colour=st.sampled_from([0, 100, 200]))
    def edit_picture(self, colour):
        picture(self.blog.root / "content" / "images" / "bar.png", colour)
        self.check()

    @rule(name=st.sampled_from(["images/bar.png", "posts/bar.png"]))
    def lose_picture(self, name):
        (self.blog.root / "content" / name).unlink(missing_ok=True)
        self.check()

    @rule(name=st.sampled_from(["posts/bar.png", "images/nada.png", "images/extra.png"]))
    def add_picture(self, name):
        """It may stand before another of the same name, or where there was none."""
        picture(self.blog.root / "content" / name, 40)
        self.check()

    @rule(words=st.sampled_from(["Hola.", "Adiós."]), state=st.sampled_from([State.KEPT, State.REMOVED]))
    def capture(self, words, state):
        capture(self.blog.root / "content", words, state)
        self.check()

    @rule()
    def lose_captures(self):
        shutil.rmtree(self.blog.root / "content" / "embeds", ignore_errors=True)
        self.check()

    @rule(table=st.sampled_from([
        ("people.toml", '[ana]\nname = "Ana R."\n'),
        ("people.toml", f'{ANA}[r]\nname = "Remedios Alcaide"\nx = "reme"\nphoto = "images/bar.png"\n'),
        ("people.toml", "[ana\n"),
        ("tags.toml", '[colas]\nvariants = ["redes"]\n'),
        ("people.toml", '[luis]\nname = "Luis Gil"\nbio = "Escribe."\n'),
        ("tags.toml", '[redes]\nlabel = "RedesSociales"\n'),
        ("tags.toml", '[colas]\ndescription = "Las colas."\n'),
        ("theme/templates/parts/ways.html", "<p>{{ articles|length }} {{ (articles|first).title }}</p>"),
        ("theme/templates/parts/card.html", "<p>{{ post.words }} {{ post.title }}</p>"),
        ("theme/templates/parts/neighbours.html", "<p>{{ articles|length }} {{ article.words }}</p>"),
        ("extra/hola.txt", "hola"),
        ("links.toml", '["https://example.org/x"]\nto = "https://example.org/y"\n'),
        ("redirects.toml", '[redirects]\n"/2018/la-parada/" = "post:id-dos.es"\n'),
        ("theme/languages/es.toml", '[phrases]\nrelated = "También"\n'),
    ]))  # fmt: skip
    def edit_table(self, table):
        self.blog.file(*table)
        self.check()

    @rule(name=st.sampled_from(["people.toml", "tags.toml", "links.toml", "redirects.toml", "theme", "theme", "extra"]))
    def lose_table(self, name):
        path = self.blog.root / "content" / name
        if path.is_dir():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        self.check()

    @rule(data=st.data(), comments=st.integers(0, 6))
    def talk(self, data, comments):
        name = self.one(data)
        key = self.blog.posts[name].get("Id") or name
        said = tuple(
            Comment(id=f"c{at}", author="Eva", html=f"<p>Digo {at}</p>", date=WHEN + dt.timedelta(hours=at))
            for at in range(comments)
        )
        lang = self.blog.posts[name].get("Idioma") or "es"
        counts = {"like": comments} if comments else {}
        snapshot.write(self.blog.root / "conversation", Conversation(id=key, lang=lang, comments=said, counts=counts))
        self.check(f"{key}.{lang}.json")

    @rule(at=st.integers(0, 99))
    def lose_talk(self, at):
        files = sorted((self.blog.root / "conversation").glob("*"))
        if files:
            files[at % len(files)].unlink()
        self.check()

    @rule()
    def switch_branch(self):
        """Everything is as it was on another branch; one goes back and forth between two."""
        content, posts = self.blog.root / "content", (dict(self.blog.posts), dict(self.blog.texts))
        here = tree(content)
        there, (self.blog.posts, self.blog.texts) = self.branch or (here, posts)
        for name in here.keys() - there.keys():
            (content / name).unlink()
        for name in [name for name, held in there.items() if here.get(name) != held]:
            (content / name).parent.mkdir(parents=True, exist_ok=True)
            (content / name).write_bytes(there[name])
        self.branch = here, posts
        self.check()

    @precondition(lambda self: self.output)
    @rule(at=st.integers(0, 999), held=st.sampled_from([b"", b"otra cosa", None]))
    def touch_output(self, at, held):
        """Somebody writes into the output, or deletes of it."""
        files = sorted(self.output.rglob("*.*ml"))
        file = files[at % len(files)]
        file.unlink()
        if held is not None:
            file.write_bytes(held)
        self.is_kept = False
        self.check()

    @rule(days=st.integers(0, 20))
    def wait(self, days):
        self.now += dt.timedelta(days, seconds=1)
        self.check()

    @rule(left_out=st.sampled_from(["feeds", "schema", "talk_parts"]))
    def turn_plugin_off(self, left_out):
        self.more = {"PLUGINS": [name for name in defaults.PLUGINS if not name.endswith(f".{left_out}")]}
        self.check()

    @rule()
    def turn_plugin_of_others_on(self):
        """It may change any page."""
        self.more = {"PLUGINS": [*defaults.PLUGINS, __name__]}
        self.check()

    @rule(more=st.sampled_from([{}, {"HOME_WHOLE_POSTS": True}, {"RELATED_POSTS": 0}, {"SITENAME": "Otro"},
                                {"SHOW_UNPUBLISHED": True}, {"SEARCH": True}, {"TAG_FEED_MIN_POSTS": 1},
                                {"DEFAULT_PAGINATION": 2}]))  # fmt: skip
    def change_setting(self, more):
        self.more = {**more, "INPUTS_PATH": str(self.blog.root / "inputs")} if more.get("SEARCH") else more
        self.check()

    @rule(lost=st.randoms(use_true_random=True))
    def lose_state(self, lost):
        """How many files there are depends on where the blog is, so none of them is drawn for itself."""
        for file in sorted((self.blog.root / "state").glob("*")):
            if lost.random() < 1 / 2:
                file.write_bytes(file.read_bytes()[: lost.randrange(41)])
        self.check()

    def teardown(self):
        self.patched.undo()
        shutil.rmtree(self.blog.root, ignore_errors=True)


@pytest.fixture
def blog() -> Iterator[Blog]:
    """Six posts and a page."""
    made = Blog()
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def twice(blog: Blog, edit: Callable[[], object], *, watched: bool = False, **more) -> list[str]:
    """Build *blog*, do *edit*, build it again: why each page was drawn the second time, that being right."""
    if watched:
        (blog.root / "content" / "theme" / "templates").mkdir(parents=True, exist_ok=True)
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    built(blog.root, blog.root / "one", now, state=state, **more)
    edit()
    explained = built(blog.root, blog.root / "two", now, state=state, kept=blog.root / "one", **more)
    built(blog.root, blog.root / "whole", now, **more)
    assert tree(blog.root / "whole") == tree(blog.root / "two")
    return [line.partition(":")[0] for line in explained if not line.startswith("told:")]


def test_nothing_is_drawn_when_nothing_changed(blog):
    """Every page and feed, and what stands beside them, is the very file of the output before."""
    blog.posts["uno"] |= {"Alias": "/viejo/", "Portada": "images/bar.png"}
    blog.save("uno")
    assert [] == twice(blog, lambda: None, LANGUAGES=["es", "en"])
    one, two = blog.root / "one", blog.root / "two"
    names = [name for name in tree(two) if not name.startswith(("theme/", "favicon"))]
    assert {"sitemap.xml", "posts.json", "viejo/index.html", "_redirects"} <= set(names)
    assert ".png" in {Path(name).suffix for name in names}
    assert [] == [name for name in names if (one / name).stat().st_ino != (two / name).stat().st_ino]


def test_nothing_is_drawn_when_only_time_has_passed(blog):
    """A page that says no date is given that of the build, in every menu."""
    state = blog.root / "state"
    built(blog.root, blog.root / "one", "2026-11-22T12:00:00+01:00", state=state)
    said = built(blog.root, blog.root / "two", "2026-11-22T12:00:05+01:00", state=state, kept=blog.root / "one")
    assert [] == [line for line in said if not line.startswith("told:")]


@pytest.mark.parametrize("change", [
    {"Título": "Otro"}, {"Modificado": "2026-11-20"}, {"Resumen": "Otro."}, {"Portada": "images/bar.png"},
    {"Autor": "Luis Gil"}, {"Gracias": "Ana Ruiz"}, {"Pregunta": "¿Y tú?"}, {"Estado": "borrador"},
    {"Fecha": "2026-11-09"},
])  # fmt: skip
def test_an_edit_is_in_the_feeds_that_hold_the_post(blog, change):
    """And the others are left alone: what all of them hold is what a full build would write."""
    blog.posts["dos"] |= {"Portada": "", "Etiquetas": "Redes"}
    blog.save("dos")
    time.sleep(TICK_NS / 1e9)

    def edit() -> None:
        blog.posts["dos"] |= change
        blog.save("dos")

    twice(blog, edit, TAG_FEED_MIN_POSTS=1)
    feeds = [blog.root / folder / "feeds" / "atom.xml" for folder in ("one", "two")]
    assert feeds[0].stat().st_ino != feeds[1].stat().st_ino
    others = [blog.root / folder / "etiqueta" / "colas" / "atom.xml" for folder in ("one", "two")]
    assert others[0].stat().st_ino == others[1].stat().st_ino


def test_an_edit_draws_the_pages_that_show_it(blog):
    """The text stands on one page; what lists show of the post stands on theirs too."""

    def edit() -> None:
        blog.posts["dos"]["Resumen"] = "Lo de siempre."
        blog.save("dos")

    edit()
    blog.texts["dos"] += "\n\nY una coletilla."
    assert ["2026/11/dos/index.html"] == twice(blog, lambda: blog.save("dos"))


@pytest.mark.parametrize("change", [
    lambda content: picture(content / "images" / "bar.png", 10),
    lambda content: picture(content / "posts" / "bar.png", 10),
    lambda content: picture(content / "images" / "nada.png", 10),
    lambda content: (content / "images" / "bar.png").unlink(),
    lambda content: capture(content, "Adiós."),
    lambda content: capture(content, "Hola.", State.REMOVED),
    lambda content: shutil.rmtree(content / "embeds"),
])  # fmt: skip
def test_a_picture_or_a_capture_draws_the_pages_that_show_it(blog, change):
    """Also one that comes to stand before another of its name, or where there was none; and it draws no others."""
    content = blog.root / "content"
    capture(content, "Hola.")
    for name in ("tres", "seis"):
        blog.texts[name] = f"{TEXTS[6]}\n\n{TEXTS[7]}"
        blog.save(name)
    blog.texts["dos"] = "Nada que ver."
    blog.save("dos")
    time.sleep(TICK_NS / 1e9)  # or it is read again for safety's sake
    drawn = twice(blog, lambda: change(content))
    assert {"2026/11/tres/index.html", "2026/11/seis/index.html"} <= set(drawn)
    assert not {"2026/11/dos/index.html", "2026/11/uno/index.html", "acerca/index.html"} & set(drawn)


def test_a_picture_that_nobody_shows_draws_nothing(blog):
    """It is no part of what all pages are made of."""
    time.sleep(TICK_NS / 1e9)
    assert [] == twice(blog, lambda: picture(blog.root / "content" / "images" / "otra.png", 10))


@pytest.mark.parametrize(("table", "drawn", "left"), [
    (("people.toml", ANA.replace("example.com", "example.net")), {"cuatro", "cinco"}, {"uno", "dos"}),
    (("people.toml", f'{ANA}[eva]\nname = "Eva"\nx = "eva"\n'), {"seis"}, {"cuatro"}),
    (("tags.toml", '[redes]\nlabel = "RedesSociales"\n'), {"uno", "dos"}, {"tres", "cuatro"}),
    (("tags.toml", '[redessociales]\nvariants = ["redes"]\n'), {"uno", "dos"}, {"tres", "cuatro"}),
    (("links.toml", '["https://example.org/x"]\nto = "https://example.org/y"\n'), {"cinco"}, {"uno", "seis"}),
    (("redirects.toml", '[redirects]\n"/2018/la-parada/" = "post:id-dos.es"\n'), set(), {"dos", "uno"}),
    (("extra/hola.txt", "hola"), set(), {"dos", "uno"}),
])  # fmt: skip
def test_a_row_of_a_table_draws_the_pages_that_use_it(blog, table, drawn, left):
    """And posts that asked for nothing of it are not even read again; one that asked in vain is."""
    blog.texts["cinco"] += "\n\nLo dice @ana."
    blog.texts["seis"] += "\n\nLo dice @eva."
    blog.posts["uno"]["Etiquetas"] = blog.posts["dos"]["Etiquetas"] = "Redes"
    for name in blog.posts:
        blog.save(name)
    time.sleep(TICK_NS / 1e9)
    pages = set(twice(blog, lambda: blog.file(*table)))
    assert {f"2026/11/{name}/index.html" for name in drawn} <= pages
    assert not {f"2026/11/{name}/index.html" for name in left} & pages


@pytest.mark.parametrize(("facet", "key", "value"), [
    ("link", "Título", "Otro título"), ("card", "Resumen", "Otro resumen"), ("full", "Pregunta", "¿Y tú?"),
])  # fmt: skip
def test_these_tests_see_a_facet_that_is_not_declared(blog, monkeypatch, facet, key, value):
    """A page whose key does not know what it shows is old after an edit: that is what they look for."""

    def edit() -> None:
        blog.posts["dos"][key] = value
        blog.save("dos")
        monkeypatch.setattr(Facets, facet, lambda *_: b"the same")

    monkeypatch.setattr(Facets, facet, lambda *_: b"the same")
    with pytest.raises(AssertionError):
        twice(blog, edit)


def test_a_post_that_names_another_by_its_file_sees_it_go(blog):
    """``[[dos]]`` is looked for among all posts, and is words when there is none of that name."""
    blog.texts["tres"] = "Mira [[dos]]."
    blog.save("tres")
    post = blog.root / "content" / "posts" / "dos.md"
    assert "2026/11/tres/index.html" in twice(blog, lambda: post.rename(post.with_name("otro.md")))


@pytest.mark.parametrize("home", choices.LAYOUT["home"])
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_an_edited_text_is_seen_wherever_it_stands(blog, design, home):
    """Also on a home of whole posts, in each design, with all that can be chosen."""
    looks = {"DESIGN": design, "LAYOUT": {"home": home}, "EXTRAS": choices.EXTRAS}
    blog.texts["tres"] += "\n\nY una coletilla."
    pages = twice(blog, lambda: blog.save("tres"), **looks)
    assert ["2026/11/tres/index.html", *(["pagina/2/index.html"] if home == "whole" else [])] == pages


@pytest.mark.parametrize("home", choices.LAYOUT["home"])
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_what_our_templates_read_is_declared(blog, design, home):
    """A blog that has templates of its own, and reads nothing more than ours, is kept as well."""
    blog.posts["dos"] |= {"Idioma": "en", "Id": "id-uno", "Serie": "Colas", "Portada": "images/bar.png"}
    blog.posts["tres"] |= {"Serie": "Colas", "Gracias": "Ana Ruiz", "Pregunta": "¿Y tú?"}
    for name in ("dos", "tres"):
        blog.save(name)
    looks = {"DESIGN": design, "LAYOUT": {"home": home}, "EXTRAS": choices.EXTRAS, "NEWSLETTER": True}
    assert [] == twice(blog, lambda: None, watched=True, **looks)


def test_a_template_that_reads_more_is_seen(blog):
    """It is drawn each time, since its page may be old without anything telling."""
    blog.file("theme/templates/parts/neighbours.html", "{{ article.related|length }}{{ articles|length }}")
    assert "articles" in " ".join(
        built(blog.root, blog.root / "one", "2026-11-22T12:00:00+01:00", state=blog.root / "s")
    )


def test_plugins_of_others_write_into_no_file_of_the_output_before(blog):
    """Readers have that one until the new one is done, and keep it where that fails."""
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    built(blog.root, blog.root / "one", now, state=state)
    before = tree(blog.root / "one")
    plugins = [*defaults.PLUGINS, __name__]
    built(blog.root, blog.root / "two", now, state=state, kept=blog.root / "one", PLUGINS=plugins)
    assert b"signed" in (blog.root / "two" / "sitemap.xml").read_bytes()
    assert_same(before, tree(blog.root / "one"))


def test_what_is_wrong_is_told_again(blog):
    """A page that asks another host is drawn and told at each build; nobody's complaint is lost with the drawing."""
    blog.file("theme/foot.html", '<img src="https://other.example/x.png">')
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    for name, kept in (("one", None), ("two", blog.root / "one")):
        said = built(blog.root, blog.root / name, now, state=state, kept=kept)
        assert 1 == len([line for line in said if line.startswith("told:") and "other.example" in line])


def test_a_page_that_somebody_touched_is_drawn(blog):
    """What stands in the output is taken for ours only while it is the file that we wrote."""
    page = blog.root / "one" / "2026" / "11" / "dos" / "index.html"
    assert ["2026/11/dos/index.html"] == twice(blog, lambda: page.write_text("otra cosa"))


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_the_build_after_one_that_was_killed_is_right(blog, monkeypatch, written):
    """Also when it had written a part of what it remembers, and the pages that it made are gone with it."""
    left = iter([True] * written)

    def write_some(path: Path, data: bytes, **more: object) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        write_whole(path, data, **more)

    def edit() -> None:
        blog.texts["dos"] += "\n\nY una coletilla."
        blog.posts["tres"]["Título"] = "Otro título"
        blog.save("dos")
        blog.save("tres")
        with monkeypatch.context() as dying:
            dying.setattr("tertulia.site.state.write_whole", write_some)
            with pytest.raises(KeyboardInterrupt):
                built(
                    blog.root, blog.root / "lost", "2026-11-22T12:00:00+01:00",
                    state=blog.root / "state", kept=blog.root / "one",
                )  # fmt: skip
        shutil.rmtree(blog.root / "lost", ignore_errors=True)

    assert {"2026/11/dos/index.html", "2026/11/tres/index.html"} <= set(twice(blog, edit))


def test_a_damaged_memory_is_none(blog):
    """Cut short, of zeros, or gone: everything is built, and rightly."""

    def damage() -> None:
        for at, file in enumerate(sorted((blog.root / "state").iterdir())):
            file.write_bytes(b"" if at % 3 == 0 else file.read_bytes()[:-1] if at % 3 == 1 else bytes(100))

    assert twice(blog, damage)


TestEdits = Edits.TestCase
TestEdits.settings = settings(
    max_examples=-(-STEPS // STEPS_OF_ONE),
    stateful_step_count=STEPS_OF_ONE,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example made smaller costs hundreds of builds
    suppress_health_check=list(HealthCheck),
)
