"""What a build has arranged, left piece by piece for the edits that come (``tertulia/edits/arrangement.py``).

Nothing goes in that only Pelican could read again.
"""

import io
import os
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tertulia.edits import arrangement
from tertulia.edits.arrangement import (
    NAME,
    OF_EDITION,
    KeptListPage,
    KeptPaginator,
    given_in,
    kept_label,
    kept_post,
    kept_posts,
    names_of,
    size_of,
)

if TYPE_CHECKING:
    from tertulia.site.build import SiteBuild
    from tertulia.site.contents import Content

FEW = 12  # posts of a list that are named where it stands; a longer one is a piece of its own
# What is asked of a post, besides what stands in ``Content``.
_MORE = ("category", "author", "status", "source_path", "locale_date", "files")
# What only its reading needs, which is kept elsewhere.
_LESS = frozenset({"stems", "body", "content", "_content"})
_PLAIN = frozenset({str, int, float, bool, bytes, type(None), datetime})  # what nothing stands in
_NOTHING = object()
_FAILURES = (pickle.PicklingError, AttributeError, TypeError, sqlite3.Error, OSError)
_OF_LABEL = ("name", "slug", "url", "save_as", "has_page", "description", "person", "portrait")
_TABLES = """
CREATE TABLE posts (number INTEGER PRIMARY KEY, path TEXT UNIQUE, held BLOB, texts BLOB);
CREATE TABLE pages (number INTEGER PRIMARY KEY, name TEXT UNIQUE, held BLOB);
CREATE TABLE shown (post INTEGER, page INTEGER, size INTEGER, PRIMARY KEY (post, page)) WITHOUT ROWID;
CREATE TABLE pieces (name TEXT PRIMARY KEY, held BLOB) WITHOUT ROWID;
CREATE TABLE leads (file TEXT, post INTEGER, PRIMARY KEY (file, post)) WITHOUT ROWID;
"""

Number = tuple[Callable[..., Any], tuple[Any, ...]]


class _Pickler(pickle.Pickler):
    """Names the things that are pieces of their own, and takes nothing in that only Pelican can read again."""

    def __init__(self, file: io.BytesIO, pieces: Mapping[int, Number]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._pieces = pieces

    def reducer_override(self, held: Any) -> Any:
        """As Python says."""
        if (found := self._pieces.get(id(held))) is not None:
            return found
        if str(getattr(held, "__module__", "")).partition(".")[0] in ("pelican", "plugins"):
            raise pickle.PicklingError(repr(held))
        return NotImplemented


class _Pieces:
    """One build's pieces, while they are written."""

    def __init__(self, store: sqlite3.Connection, contents: Sequence["Content"]) -> None:
        self._store = store
        self._numbers = {id(content): number for number, content in enumerate(contents)}
        self._pieces: dict[int, Number] = {id(one): (kept_post, (number,)) for number, one in enumerate(contents)}
        self._lists: dict[int, tuple[Any, Number]] = {}  # the list beside, so that its number stays its own
        labels = {id(one): one for post in contents for one in (*post.tags, *post.categories, *post.authors)}
        self._pieces |= {key: (kept_label, (number,)) for number, key in enumerate(labels)}
        for number, label in enumerate(labels.values()):
            values = {name: getattr(label, name) for name in _OF_LABEL if hasattr(label, name)}
            self.keep(f"label {number}", values)

    def keep(self, name: str, held: object) -> None:
        self._store.execute("INSERT INTO pieces VALUES (?, ?)", (name, self.packed(held)))

    def packed(self, held: object) -> bytes:
        file = io.BytesIO()
        _Pickler(file, self._pieces).dump(self.plain(held))
        return file.getvalue()

    def plain(self, held: Any) -> Any:
        """*held* with long lists of posts named, and Pelican's pages of lists as ours."""
        if type(held) in _PLAIN or id(held) in self._pieces:  # most are, and what comes below is slow
            return held
        if isinstance(held, list | tuple):
            if id(held) in self._lists:  # that of all posts is given to a thousand pages
                return _Named(self._lists[id(held)][1])
            if len(held) > FEW and all(id(one) in self._numbers for one in held):
                return self._named(held)
            if not {type(one) for one in held} - _PLAIN:
                return held
            parts = [self.plain(one) for one in held]
            return parts if isinstance(held, list) else tuple(parts) if type(held) is tuple else held
        if isinstance(held, Mapping):
            return {name: value if type(value) in _PLAIN else self.plain(value) for name, value in held.items()}
        if hasattr(held, "object_list"):
            if not hasattr(held, "paginator"):
                return KeptPaginator(held.num_pages)
            posts = self.plain(held.object_list)
            return KeptListPage(held.number, held.url, held.save_as, held.paginator.num_pages, posts)
        if hasattr(held, "articles") and hasattr(held, "index"):  # of a series
            from dataclasses import replace

            return replace(held, articles=self.plain(held.articles))
        return held

    def _named(self, held: Sequence["Content"]) -> "_Named":
        if id(held) not in self._lists:
            number, languages = len(self._lists), tuple(sorted({post.lang for post in held}))
            self._lists[id(held)] = held, (kept_posts, (number,))
            numbers = _Numbers(self._numbers[id(post)] for post in held)
            self._store.execute(
                "INSERT INTO pieces VALUES (?, ?)", (f"list {number}", pickle.dumps((numbers, languages)))
            )
        return _Named(self._lists[id(held)][1])


class _Numbers(tuple[int, ...]):
    """Of posts."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        return tuple, (list(self),)


class _Named:
    """Stands for a piece."""

    def __init__(self, number: Number) -> None:
        self._number = number

    def __reduce__(self) -> Any:
        return self._number


class Leaving:
    """
    What a build has arranged, on its way to where it is found: posts at once, the rest when all pages are written.

    Args:
        build: All of whose posts are as pages show them.
        folder: Where it will be; until all is told, what the build before has left stays there.
    """

    def __init__(self, build: "SiteBuild", folder: Path) -> None:
        self._build, self._place = build, folder / NAME
        self._beside = folder / f"{NAME}.{os.getpid()}"  # another build may be at it too
        self._why = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f"{NAME}.*"):  # by one that was killed
                left.unlink(missing_ok=True)
            self._store = sqlite3.connect(self._beside, isolation_level=None)
            self._store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;" + _TABLES)
            self._pieces = _Pieces(self._store, build.contents)
            _leave_posts(self._store, self._pieces, build.contents)
        except _FAILURES as error:
            self._why = f"{type(error).__name__}: {error}"

    def finish(self, values: Iterable[tuple[str, object]], leads: Iterable[tuple[str, int]] = ()) -> str:
        """
        Leave all of it.

        Args:
            values: More that is to be known by its name.
            leads: Files of the output, each with the number of a post that leads there.

        Returns:
            Why there is nothing, for people who know the code; "" where all of it is there.
        """
        with suppress(OSError):
            self._place.unlink(missing_ok=True)
        try:
            if not self._why:
                _leave_pages(self._store, self._pieces, self._build)
                _leave_editions(self._pieces, self._build)
                self._store.executemany("INSERT OR IGNORE INTO leads VALUES (?, ?)", leads)
                for name, value in values:
                    self._pieces.keep(name, value)
                self._store.execute("COMMIT")
                self._store.close()
                self._beside.rename(self._place)
        except _FAILURES as error:
            self._why = f"{type(error).__name__}: {error}"
        self.drop()
        return self._why

    def drop(self) -> None:
        """Leave nothing, where all has not been left."""
        with suppress(AttributeError, sqlite3.Error):  # it has not even begun
            self._store.close()
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)


def _leave_posts(store: sqlite3.Connection, pieces: _Pieces, contents: Iterable["Content"]) -> None:
    from tertulia.site.contents import Content, leads_to_file

    names = [name for name in (*Content.__annotations__, *_MORE) if name not in _LESS]
    named = []
    for number, post in enumerate(contents):
        told = ((name, getattr(post, name, _NOTHING)) for name in names)  # some is worked out: asked for once
        values = {name: value for name, value in told if value is not _NOTHING}
        given = {name: value for name, value in post.metadata.items() if name not in values and name not in _LESS}  # type: ignore[attr-defined]
        values |= {name: getattr(post, name, value) for name, value in given.items()}
        text = post._content
        texts = {"_content": text, "content": post.content if leads_to_file(text) else text}
        row = number, str(post.source_path), pieces.packed(values), pieces.packed(texts)  # type: ignore[attr-defined]
        store.execute("INSERT INTO posts VALUES (?, ?, ?, ?)", row)
        named.append(names_of(post))
    for first in range(0, len(named), arrangement.TOGETHER):
        pieces.keep(
            f"names {first // arrangement.TOGETHER}",
            dict(enumerate(named[first : first + arrangement.TOGETHER], first)),
        )


def _leave_pages(store: sqlite3.Connection, pieces: _Pieces, build: "SiteBuild") -> None:
    numbers = {id(post): number for number, post in enumerate(build.contents)}
    shared: set[str] = set()
    for number, (name, inputs) in enumerate(build.page_inputs.items()):
        page = build.pages[name]
        shared |= inputs.names
        alike = OF_EDITION if page.values.get("page_lang") in build.editions.others else frozenset()
        values = {name: value for name, value in page.values.items() if name in inputs.names - alike}
        row = number, name, pieces.packed((page.kind, sorted(inputs.names), values))
        store.execute("INSERT INTO pages VALUES (?, ?, ?)", row)
        store.executemany(
            "INSERT INTO shown VALUES (?, ?, ?)",
            ((numbers[post], number, size_of(read)) for post, read in inputs.posts.pairs() if post in numbers),
        )
    for name in sorted(shared & build.context.keys()):
        pieces.keep(f"given {name}", build.context[name])


def _leave_editions(pieces: _Pieces, build: "SiteBuild") -> None:
    """Leave what the lists of each edition are given alike; and all lists of the blog, of which some name not all."""
    for lang, edition in build.editions.others.items():
        alike = {**edition.values_alike(), "articles": edition.posts}
        for name, value in alike.items():
            pieces.keep(given_in(name, lang), value)
    if build.editions.others and build.articles:
        every = {"tags": build.articles.tags.items(), "categories": build.articles.categories}
        for name, value in {**every, "authors": build.articles.authors}.items():
            pieces.keep(f"every {name}", list(value))
