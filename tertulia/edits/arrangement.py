"""What a build has arranged, kept piece by piece: an edit asks for the few that it touches, and for nothing else.

A post, a tag, what a page is given: each lies by itself, and names the others that it leads to; those are read when
somebody asks them something. All of it is of one build, whose *mark* the note of its output bears too
(``tertulia/site/up_to_date.py``); where the two differ, or a piece cannot be read, there is nothing here.
"""

import io
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from msgspec import Struct, field

from tertulia.site import sitemap

NAME = "arranged"
# How much of a post a page shows: nothing but its name, what lists do, all.
LINK, CARD, WHOLE = 0, 1, 2
# What a list of names shows of a post. Of so many posts it lies in one piece: who lists them all reads no post.
_NAMED_BY = ("title", "url", "lang", "date", "mark", "last_changed")
TOGETHER = 256
# What all lists of an edition (``tertulia/site/editions.py``) are given alike, and is another in each.
OF_EDITION = frozenset({"tags", "categories", "authors", "period_archives"})
_OF_CARD = "minutes"  # an attribute that lists read and who only names a post does not
TEXTS = ("_content", "content")  # what only the page of a post shows: nine tenths of it
_LESS_OF_KEPT = frozenset({"number", "_read", "_read_texts", *TEXTS, "cards", "stems", "body", "last_changed"})


class KeptPost:
    """A post or page of the build before; what is asked of it first has it read."""

    number: int

    def __init__(
        self, number: int, read: Callable[[int], Mapping[str, Any]], read_texts: Callable[[int], Mapping[str, Any]]
    ) -> None:
        self.__dict__.update(number=number, _read=read, _read_texts=read_texts)

    def __reduce__(self) -> Any:
        return kept_post, (self.number,)

    @property
    def is_read(self) -> bool:
        """Whether all that is known of it, but its texts, is here, or more."""
        return "_read" not in self.__dict__

    def __getattr__(self, name: str) -> Any:
        if name in TEXTS and "_read_texts" in self.__dict__:
            self.__dict__.update({**self.__dict__.pop("_read_texts")(self.number), **self.__dict__})
        elif "_read" in self.__dict__:
            self._have_all()
        else:
            raise AttributeError(name)
        return getattr(self, name)

    def _have_all(self) -> None:
        """Have all that is known of it here, but its texts; what it was given meanwhile stays."""
        if read := self.__dict__.pop("_read", None):
            self.__dict__.update({**read(self.number), **self.__dict__})


class PostsByNumber(Sequence[KeptPost]):
    """Posts by their *numbers*: one is looked for when somebody asks for it."""

    def __init__(self, arrangement: "Arrangement", numbers: tuple[int, ...]) -> None:
        self.arrangement, self._numbers = arrangement, numbers

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of its posts."""
        return self._numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[KeptPost]:
        """Go through all posts, of which most are only named where there are many."""
        numbers, arrangement = self.numbers, self.arrangement
        post = arrangement.named_post if len(numbers) >= TOGETHER else arrangement.post
        return map(post, numbers)

    @overload
    def __getitem__(self, at: int) -> KeptPost: ...
    @overload
    def __getitem__(self, at: slice) -> list[KeptPost]: ...
    def __getitem__(self, at: int | slice) -> KeptPost | list[KeptPost]:
        numbers, post = self.numbers, self.arrangement.post
        return [post(one) for one in numbers[at]] if isinstance(at, slice) else post(numbers[at])


class KeptPosts(PostsByNumber):
    """A long list of them, by its *number*: who has it sees what was put into it last."""

    def __init__(self, arrangement: "Arrangement", number: int) -> None:
        super().__init__(arrangement, ())
        self.name, self._number = f"list {number}", number

    def __reduce__(self) -> Any:
        return kept_posts, (self._number,)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Those of its posts."""
        numbers: tuple[int, ...] = self.arrangement.value(self.name)[0]
        return numbers

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that its posts are in."""
        languages: tuple[str, ...] = self.arrangement.value(self.name)[1]
        return languages


class KeptLabel:
    """A tag, a category or an author."""

    def __init__(self, number: int, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)
        self.number = number

    def __reduce__(self) -> Any:
        return kept_label, (self.number,)


class KeptListPage:
    """One page of a long list, as templates ask for it."""

    def __init__(self, number: int, url: str, save_as: str, count: int, posts: Sequence[Any]) -> None:
        self.number, self.url, self.save_as, self.object_list, self._count = number, url, save_as, posts, count

    def has_other_pages(self) -> bool:
        """Whether there are others."""
        return self._count > 1


class KeptPaginator:
    """All pages of one."""

    def __init__(self, num_pages: int) -> None:
        self.num_pages = num_pages


def kept_post(number: int) -> KeptPost:
    raise NotImplementedError  # ``Arrangement.post``: what is kept names it by this


def kept_label(number: int) -> KeptLabel:
    raise NotImplementedError  # ``Arrangement.label``


def kept_posts(number: int) -> KeptPosts:
    raise NotImplementedError  # ``Arrangement.posts``


def given_in(name: str, lang: str) -> str:
    """Return by which name is left what pages are given as *name*: all of them, or those of the edition in *lang*."""
    return f"given {name}@{lang}" if lang else f"given {name}"


def size_of(read: frozenset[str] | None) -> int:
    """Return how much of a post a page shows that may read these attributes of it; None for all."""
    return WHOLE if read is None else CARD if _OF_CARD in read else LINK


def names_of(post: Any) -> tuple[Any, ...]:
    """Return of a *post* what a list of names shows, and when sitemaps say that it was changed last."""
    return (*(getattr(post, name) for name in _NAMED_BY[:-1]), sitemap.newest([post]))


class Changes(Struct):
    """What edits have changed of an arrangement, besides posts and values."""

    gone: list[KeptPost] = field(default_factory=list)
    pages: dict[str, tuple[str, list[str], dict[str, Any]] | None] = field(default_factory=dict)  # None: it is no more
    shown: dict[tuple[str, KeptPost], int] = field(default_factory=dict)  # how much of it a page shows, at least
    leads: dict[int, set[str]] = field(default_factory=dict)  # of a post, the files that it leads to
    lost: set[str] = field(default_factory=set)  # names of values that are no more


# ── found by an edit ─────────────────────────────────────────────────────────────────────────────────────────


class _Unpickler(pickle.Unpickler):
    """Reads a piece; what it names is asked of *arrangement*."""

    def __init__(self, held: bytes, arrangement: "Arrangement") -> None:
        super().__init__(io.BytesIO(held))
        self._ours = {"kept_post": arrangement.post, "kept_label": arrangement.label, "kept_posts": arrangement.posts}

    def find_class(self, module: str, name: str) -> Any:
        """As Python says."""
        if module == __name__ and name in self._ours:
            return self._ours[name]
        return super().find_class(module, name)


class Arrangement:
    """
    What the last build has arranged.

    Args:
        folder: Where it was left.

    Raises:
        LookupError: there is nothing.
    """

    def __init__(self, folder: Path) -> None:
        place = folder / NAME
        if not place.is_file():
            raise LookupError(place)
        self._store = sqlite3.connect(place, isolation_level=None)
        self._posts: dict[int, KeptPost] = {}
        self._labels: dict[int, KeptLabel] = {}
        self._values: dict[str, Any] = {}
        self._left: dict[str, object] = {}  # values that are others now

    def post(self, number: int) -> KeptPost:
        """Return the post of that *number*, which may never be asked anything."""
        if number not in self._posts:
            self._posts[number] = KeptPost(number, self._read_post, self._read_texts)
        return self._posts[number]

    def post_at(self, path: str) -> KeptPost | None:
        """Return the post whose file is at *path*."""
        found = self._store.execute("SELECT number FROM posts WHERE path = ?", (path,)).fetchone()
        return self.post(found[0]) if found else None

    def named_post(self, number: int) -> KeptPost:
        """Return the post of that *number* with its names, unless it has been read."""
        post = self.post(number)
        if not post.is_read and "url" not in post.__dict__ and (names := self._names(number)[1].get(number)):
            post.__dict__.update({**dict(zip(_NAMED_BY, names, strict=True)), **post.__dict__})
        return post

    def _names(self, number: int) -> tuple[str, dict[int, tuple[Any, ...]]]:
        """Return the piece that holds the names of the post of that *number*, and those of all posts in it."""
        piece = f"names {number // TOGETHER}"
        try:
            return piece, self.value(piece)
        except LookupError:  # it is the first of them
            return piece, {}

    def label(self, number: int) -> KeptLabel:
        """Return a tag, category or author."""
        if number not in self._labels:
            self._labels[number] = KeptLabel(number, self.value(f"label {number}"))
        return self._labels[number]

    def new_label(self, values: Mapping[str, Any]) -> KeptLabel:
        """Return a tag, category or author that was not there, with these *values*."""
        known = (int(name.partition(" ")[2]) for name in self.names("label "))
        number = max(*self._labels, *known, -1, -1) + 1
        self.leave(f"label {number}", dict(values))
        return self.label(number)

    def posts(self, number: int) -> KeptPosts:
        """Return a long list."""
        return KeptPosts(self, number)

    def value(self, name: str) -> Any:
        """
        Return what was left by that *name*.

        Raises:
            LookupError: nothing was.
        """
        if name not in self._values:
            found = self._store.execute("SELECT held FROM pieces WHERE name = ?", (name,)).fetchone()
            if found is None:
                raise LookupError(name)
            self._values[name] = self._unpacked(found[0])
        return self._values[name]

    def values(self, kind: str) -> dict[str, Any]:
        """Return all that was left by names that begin with *kind*, by the rest of their names."""
        asked = "SELECT name, held FROM pieces WHERE name >= ? AND name < ?"
        found = self._store.execute(asked, (f"{kind} ", f"{kind}!"))
        return {name[len(kind) + 1 :]: self._unpacked(held) for name, held in found}

    def names(self, begin: str) -> list[str]:
        """Return all names that *begin* so."""
        asked = "SELECT name FROM pieces WHERE name >= ? AND name < ? ORDER BY name"
        return [name for (name,) in self._store.execute(asked, (begin, f"{begin}\U0010ffff"))]

    def find(self, name: str) -> Any:
        """Return what was left by that *name*, or None."""
        try:
            return self.value(name)
        except LookupError:
            return None

    def leave(self, name: str, value: object) -> None:
        """Let *value* be what was left by that *name*; written down with the next ``change``."""
        self._values[name] = self._left[name] = value

    def give(self, name: str, value: object) -> None:
        """Let all pages be given *value* by that *name*."""
        self.leave(f"given {name}", value)

    def has_page(self, name: str) -> bool:
        """Whether there is a page with that file."""
        return self._store.execute("SELECT 1 FROM pages WHERE name = ?", (name,)).fetchone() is not None

    def given(self, names: Iterable[str], lang: str = "") -> dict[str, Any]:
        """Return of what all pages are given what has one of *names*; of the edition in *lang*, where there is one."""
        found = {}
        for name in names:
            of_edition = self.find(given_in(name, lang)) if lang and name in OF_EDITION else None
            try:
                found[name] = self.value(f"given {name}") if of_edition is None else of_edition
            except LookupError:
                continue
        return found

    def page(self, name: str) -> tuple[str, list[str], dict[str, Any]]:
        """Return of a page its kind, the names that it may read, and what it alone is given."""
        (held,) = self._store.execute("SELECT held FROM pages WHERE name = ?", (name,)).fetchone()
        page: tuple[str, list[str], dict[str, Any]] = self._unpacked(held)
        return page

    def showing(self, post: KeptPost, size: int) -> Iterator[str]:
        """Yield the pages that show at least so much of *post*."""
        asked = "SELECT name FROM pages JOIN shown ON page = number WHERE post = ? AND size >= ? ORDER BY number"
        return (name for (name,) in self._store.execute(asked, (post.number, size)))

    def come(self, path: str, values: Mapping[str, Any], instead: KeptPost | None = None) -> KeptPost:
        """
        Return a post that was not there: with these *values*, its file being at *path*.

        Args:
            instead: The post that it was until now, by another file: who names that names this.
        """
        if instead is None:
            (last,) = self._store.execute("SELECT coalesce(max(number), -1) FROM posts").fetchone()
            number = max(last, *self._posts, -1) + 1
            instead = self._posts[number] = KeptPost(number, self._read_post, self._read_texts)
        number = instead.number
        instead.__dict__.clear()
        instead.__dict__.update(values, source_path=path, number=number)
        return instead

    def rename_page(self, name: str, new: str) -> None:
        """Let the page with that file have a *new* one; undone where no ``change`` follows."""
        self._begin()
        self._store.execute("UPDATE pages SET name = ? WHERE name = ?", (new, name))

    def _begin(self) -> None:
        if not self._store.in_transaction:
            self._store.execute("BEGIN")

    def leading_to(self, file: str) -> frozenset[int]:
        """Return the numbers of posts that lead to a *file* of the output."""
        return frozenset(number for (number,) in self._store.execute("SELECT post FROM leads WHERE file = ?", (file,)))

    def change(self, posts: Iterable[KeptPost], changes: "Changes") -> None:
        """Leave *posts*, and what is to be left, as they are now, with more *changes*: all of it, or none."""
        rows = []
        for post in posts:
            post._have_all()
            piece, names = self._names(post.number)
            self.leave(piece, {**names, post.number: names_of(post)})
            held = {name: value for name, value in post.__dict__.items() if name not in _LESS_OF_KEPT}
            texts = {name: text for name in TEXTS if (text := getattr(post, name, None)) is not None}
            packed = (pickle.dumps(one, pickle.HIGHEST_PROTOCOL) for one in (held, texts))
            rows.append((post.number, str(post.source_path), *packed))
        pieces = [(name, pickle.dumps(value, pickle.HIGHEST_PROTOCOL)) for name, value in self._left.items()]
        self._begin()
        self._store.executemany("DELETE FROM posts WHERE number = ?", [(post.number,) for post in changes.gone])
        self._store.executemany("DELETE FROM leads WHERE post = ?", [(number,) for number in changes.leads])
        self._store.executemany("DELETE FROM shown WHERE post = ?", [(post.number,) for post in changes.gone])
        self._store.executemany("INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?)", rows)
        for name, page in changes.pages.items():
            self._change_page(name, page and pickle.dumps(page, pickle.HIGHEST_PROTOCOL))
        self._store.executemany(
            "INSERT INTO shown SELECT ?, number, ? FROM pages WHERE name = ?"
            " ON CONFLICT DO UPDATE SET size = max(size, excluded.size)",
            ((post.number, size, name) for (name, post), size in changes.shown.items()),
        )
        leads = ((file, number) for number, files in changes.leads.items() for file in files)
        self._store.executemany("INSERT OR IGNORE INTO leads VALUES (?, ?)", leads)
        self._store.executemany("INSERT OR REPLACE INTO pieces VALUES (?, ?)", pieces)
        self._store.executemany("DELETE FROM pieces WHERE name = ?", [(name,) for name in changes.lost])
        self._store.execute("COMMIT")
        self._left.clear()

    def _change_page(self, name: str, held: bytes | None) -> None:
        """Leave a page as it is now; None where it is no more."""
        if held is None:
            self._store.execute("DELETE FROM shown WHERE page = (SELECT number FROM pages WHERE name = ?)", (name,))
            self._store.execute("DELETE FROM pages WHERE name = ?", (name,))
        else:
            asked = "INSERT INTO pages (name, held) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET held = excluded.held"
            self._store.execute(asked, (name, held))

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def _read_post(self, number: int) -> Mapping[str, Any]:
        (held,) = self._store.execute("SELECT held FROM posts WHERE number = ?", (number,)).fetchone()
        values: Mapping[str, Any] = self._unpacked(held)
        return values

    def _read_texts(self, number: int) -> Mapping[str, Any]:
        (held,) = self._store.execute("SELECT texts FROM posts WHERE number = ?", (number,)).fetchone()
        texts: Mapping[str, Any] = self._unpacked(held)
        return texts

    def _unpacked(self, held: bytes) -> Any:
        return _Unpickler(held, self).load()
