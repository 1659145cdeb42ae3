"""The doors by which an owner brings things in: imports, a copy of the talk, and a folder of files that is built.

What lies in them may come from a stranger (an old blog's comments, a contributor's post), or from a bad disk.
"""

import contextlib
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from tertulia.store import archive, open_store
from tests import importing
from tests.conftest import build_site
from tests.talking import Talk

GOOD = "Título: La buena\nFecha: 2026-11-19\nId: buena\n\nUna entrada como debe ser.\n"
FOLDERS = ("", "posts", "posts/2026", "pages", "images", "embeds", "extra", "theme", "theme/templates", "ñ")
NAMES = (
    *("a.md", "b.md", "2026-11-20_c.md", "d.en.md", "e.txt", "f.html", "g.json", "h.xml", "i.yml", "j", ".k", "l.css"),
    *(
        "people.toml",
        "tags.toml",
        "links.toml",
        "redirects.toml",
        "spelling.toml",
        "es.toml",
        "m.jpg",
        "n.svg",
        "o.gif",
    ),
)
HEADERS = (
    "Título",
    "Fecha",
    "Id",
    "Slug",
    "Etiquetas",
    "Estado",
    "Serie",
    "Autor",
    "Imagen",
    "Plantilla",
    "Resumen",
    "Alias",
)


class OwnersDoors:
    """Each takes what *words* gives, and raises nothing but what is told in a line."""

    def __init__(self, folder: Path, words: Any, talk: Talk) -> None:
        self.folder, self.words, self.talk = folder, words, talk
        self.copy = ""
        self.doors: tuple[Callable[[], object], ...] = (self.imported, self.archived, self.built)

    def imported(self) -> object:
        """An old blog's export: whole, with odd words in every place; now and then cut or overwritten."""
        some, pick = self.words.some, self.words.random
        odd = (lambda: "x") if pick.random() < 0.3 else (lambda: _xml(some(400)))
        items = [
            importing.item(
                number,
                _xml(some(4000)),
                title=odd(),
                slug=escape(odd()) if pick.random() < 0.3 else f"s{number}",
                date=escape(odd()) if pick.random() < 0.2 else "2019-05-03 18:30:00",
                more=importing.comment(number, odd(), parent=pick.randint(0, 3), author=odd(), author_url=odd()),
            )
            for number in range(1, 4)
        ]
        with self._folder() as folder:
            file = importing.wxr(folder / "export.xml", *items)
            if pick.random() < 0.4:
                text = file.read_text("utf-8")
                at = pick.randrange(len(text))
                file.write_text(text[:at] + _plain(some(300)) + text[at + pick.randint(0, 300) :], "utf-8")
            blog = importing.Blog(folder / "blog")
            try:
                return blog.take(file, kind="wordpress")
            finally:
                blog.store.close()

    def archived(self) -> object:
        """A copy of the talk, changed in one place or many."""
        if not self.copy:  # of a small store: what is tried is what an import makes of odd fields
            self.talk.said()
            self.talk.said(text="Y otra cosa que se me olvidaba.")
            self.copy = json.dumps(archive.export(self.talk.store.database))
        data = json.loads(self.copy)
        for _change in range(self.words.random.randint(1, 4)):
            self._spoil(data)
        with self._folder() as folder:
            store = open_store("sqlite:///t.db", folder)
            try:
                archive.load(store.database, data if isinstance(data, dict) else {})
                store.conversation.show_all(folder / "conversation")
                return store.conversation.find()
            finally:
                store.close()

    def built(self) -> object:
        """A folder of any files: the good post beside them is built, whatever they hold."""
        pick = self.words.random
        with self._folder() as folder:
            content = folder / "content"
            (content / "posts").mkdir(parents=True)
            (content / "posts" / "buena.md").write_text(GOOD, "utf-8")
            for _file in range(pick.randint(1, 6)):
                path = content / pick.choice(FOLDERS) / pick.choice(NAMES)
                with contextlib.suppress(OSError):
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(self._bytes())
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                build_site(content, folder / "output", SEARCH=False, SOCIAL_CARDS=False)
            assert (folder / "output/2026/11/la-buena/index.html").is_file(), "the good post is not built"
        return None

    def _bytes(self) -> bytes:
        """What a file may hold: mostly a post with an odd header and odd words."""
        pick, some = self.words.random, self.words.some
        if pick.random() < 0.15:
            return pick.randbytes(pick.randint(0, 3000))
        lines = [
            f"{pick.choice(HEADERS)}: {some(120).splitlines()[0] if some(1) else ''}"
            for _line in range(pick.randint(0, 5))
        ]
        title = "Título: Otra\nFecha: 2026-11-18\n" if pick.random() < 0.5 else ""
        mark = "---\n" if pick.random() < 0.3 else ""
        return f"{mark}{title}{chr(10).join(lines)}\n{mark}\n{some(3000)}\n".encode("utf-8", "replace")

    def _spoil(self, data: Any) -> None:
        """Put something odd into one place of *data*."""
        pick = self.words.random
        while isinstance(data, dict | list) and data:
            key = pick.choice(list(data)) if isinstance(data, dict) else pick.randrange(len(data))
            inside = data[key]
            if isinstance(inside, dict | list) and inside and pick.random() < 0.8:
                data = inside
            else:
                data[key] = pick.choice((self.words.value(2), _plain(self.words.some(200))))
                return

    @contextlib.contextmanager
    def _folder(self) -> Any:
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _plain(odd: str) -> str:
    return odd.encode("utf-8", "replace").decode()


def _xml(odd: str) -> str:
    """*odd* as an export may hold it: what ends its section would be no odd word but another export."""
    return _plain(odd).replace("]]>", "]] >")
