"""Related posts from one build to the next: what is known of words and posts, in one file below ``STATE_PATH``.

An edit looks up the words that it is about (``tertulia/site/likeness.py``); all others stay unread. It holds for the
very file that the last build left, told by its time, size and number: one that was cut short, or changed by a build
that was killed, is as good as none, and so needs no journal.
"""

import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from tertulia.core import parallel
from tertulia.site import likeness
from tertulia.site.contents import Content
from tertulia.site.facets import digest
from tertulia.site.likeness import Described, Stem
from tertulia.site.related import Text, counted
from tertulia.site.state import BuildState

_TABLES = """
create table posts (
  number integer primary key, lang text, name text, digest blob, most integer, least real, found blob, row blob
);
create index names on posts (lang, name);
create table words (
  lang text, word text, held integer, holders blob, told blob, primary key (lang, word)
) without rowid;
"""
_COUNTS = msgspec.msgpack.Decoder(tuple[dict[str, int], dict[str, int]])
_FOUND = msgspec.msgpack.Decoder(list[tuple[int, int]])
_TOLD = msgspec.msgpack.Decoder(dict[int, int])
MOST_ANEW = 20_000  # posts of a language that are all worked out anew for an edit: half a second for each thousand
KEPT, NOTE = "related", "related-note"  # files of the state: what is known, and what tells that it is what was left
_pack = msgspec.msgpack.Encoder().encode

Stamp = tuple[int, int, int]


class ToRelate(NamedTuple):
    """A post as it is compared."""

    lang: str
    digest: bytes  # of its words
    counts: Callable[[], Mapping[str, int]]  # how often each stands in it


def relate(posts: Iterable[Content], count: int, state: BuildState, *, now: bool) -> Callable[[], None]:
    """
    Work out which of *posts* are related, at most *count* to each, closest first; 0 for none.

    Args:
        state: What the build before left, and where this one leaves what was worked out.
        now: Whether that is to be done at once; else many posts are worked on aside.

    Returns:
        What gives every post its ``related``, when all is worked out.
    """
    if not count:
        return lambda: None
    by_key = {f"{post.id} {post.lang}": post for post in posts}
    to_relate = {key: as_compared(key, post, state) for key, post in by_key.items()}
    place = state.folder / KEPT if state.folder else None
    work = partial(related, place, state.value(NOTE), to_relate, count)
    # A thread would win nothing, and read of the shelf while others lay by.
    is_aside = parallel.CAN_FORK and not now and len(by_key) >= parallel.WORTH_FORKING
    worked_out = parallel.Aside(work).wait if is_aside else work

    def finish() -> None:
        found, stamp = worked_out()
        state.keep_value(NOTE, stamp)
        for key, others in found.items():
            by_key[key].related = [by_key[other] for other in others]

    return finish


def as_compared(key: str, post: Content, state: BuildState) -> ToRelate:
    """Return *post* as it is compared, by its *key*."""
    text = Text(key, post.lang, post.title, tags=tuple(tag.name for tag in post.tags))
    read = state.digests.get(post.shown_path) or sorted(post.stems.items())
    return ToRelate(post.lang, digest((read, text.title, text.tags)), lambda: counted(replace(text, stems=post.stems)))


def related(
    path: Path | None, stamp: Stamp | None, posts: Mapping[str, ToRelate], most: int
) -> tuple[dict[str, list[str]], Stamp | None]:
    """
    Return the closest posts of each of *posts*, all by their names, and keep what was worked out for the next time.

    Args:
        path: The file in which it is kept; None where nothing is.
        stamp: What was returned the last time, when all was the same but *posts*; None to begin anew.
        most: Most relatives a post may have.

    Returns:
        Name → names, closest first; and what tells the file as it is now, None where nothing could be kept.
    """
    try:
        if path and stamp and stamp_of(path) == stamp:
            with suppress(msgspec.MsgspecError, KeyError, TypeError, ValueError), _opened(path) as kept:
                if stamp_of(path) == stamp:  # it is locked now
                    return _related(kept, posts, most), stamp_of(path, after=kept)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:  # another build is at it
            path = None
    if path:
        with suppress(OSError, sqlite3.Error):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            with _opened(path) as kept:
                return _from_nothing(kept, posts, most), stamp_of(path, after=kept)
    with _opened(":memory:") as kept:
        return _from_nothing(kept, posts, most), None


def change(
    path: Path, stamp: Stamp | None, posts: Mapping[str, ToRelate], gone: Mapping[str, str], most: int
) -> tuple[dict[str, list[str]], Stamp | None]:
    """
    Let *posts* have other words, or be new: those, and others that may have other relatives; the rest as ``related``.

    Args:
        gone: The names of posts that are no more, and their languages.

    Raises:
        LookupError: what is kept is not what was left, or all of many posts have to be worked out anew.
    """
    found: dict[str, list[str]] = {}
    try:
        with _opened(path) as kept:
            if stamp is None or stamp_of(path) != stamp:
                raise LookupError(path)
            for lang in sorted({*(post.lang for post in posts.values()), *gone.values()}):
                of_lang = {name: post for name, post in posts.items() if post.lang == lang}
                found |= _changed(kept, lang, of_lang, {name for name, one in gone.items() if one == lang}, most)
            return found, stamp_of(path, after=kept)
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise LookupError(path) from error


def _changed(
    kept: sqlite3.Connection, lang: str, posts: Mapping[str, ToRelate], gone: Set[str], most: int
) -> dict[str, list[str]]:
    names = dict(kept.execute("select number, name from posts where lang = ?", (lang,)))
    numbers = {name: number for number, name in names.items()}
    free = kept.execute("select coalesce(max(number), 0) + 1 from posts").fetchone()[0]
    new = {name: free + at for at, name in enumerate(sorted(posts.keys() - numbers.keys()))}
    numbers |= new
    rows = _Rows(kept, lang, {number: name for name, number in numbers.items()})
    counts: dict[int, Mapping[str, int] | None] = {numbers[name]: post.counts() for name, post in posts.items()}
    counts |= {numbers[name]: None for name in gone - posts.keys()}
    is_anew = likeness.change(rows, counts, set(new.values()), most) is None
    if is_anew:
        rows = _anew(rows, counts, most)
    asked = "select number, digest from posts where number = ?"
    digests = {number: digest for one in rows.posts for number, digest in kept.execute(asked, (one,))}
    if is_anew:
        rows.forget()
    rows.save({**digests, **{numbers[name]: post.digest for name, post in posts.items()}})
    names = rows.names
    return {names[number]: [names[other] for _, other in found] for number, found in rows.relations.items()}


def _anew(rows: "_Rows", changed: Mapping[int, Mapping[str, int] | None], most: int) -> "_Rows":
    """
    Work out all posts of a language from nothing, by the words that are kept of those that have not *changed*.

    Raises:
        LookupError: they are so many that a build does it.
    """
    if len(rows.names) > MOST_ANEW:
        raise LookupError(rows.lang)

    def counts(number: int) -> Mapping[str, int]:
        held = changed.get(number)
        return rows.post(number).counts if held is None else held

    there = {number: name for number, name in rows.names.items() if changed.get(number, ()) is not None}
    anew = _Rows(rows.kept, rows.lang, there)
    likeness.relate(anew, _Counts(there, counts), most)
    return anew


def stamp_of(path: Path, *, after: sqlite3.Connection | None = None) -> Stamp | None:
    """Return what tells the file at *path* as it is, *after* all of that connection was written; None without one."""
    if after is not None:
        after.execute("commit")
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@contextmanager
def _opened(path: Path | str) -> Iterator[sqlite3.Connection]:
    """Open the file at *path* for nobody else, without a journal: a write that does not end is told by the stamp."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as kept:
        kept.execute("pragma journal_mode = off")
        kept.execute("pragma synchronous = off")
        kept.execute("begin exclusive")
        yield kept


def _from_nothing(kept: sqlite3.Connection, posts: Mapping[str, ToRelate], most: int) -> dict[str, list[str]]:
    for statement in _TABLES.split(";"):
        kept.execute(statement)
    return _related(kept, posts, most)


def _related(kept: sqlite3.Connection, posts: Mapping[str, ToRelate], most: int) -> dict[str, list[str]]:
    by_language: dict[str, dict[str, ToRelate]] = defaultdict(dict)
    for name, post in posts.items():
        by_language[post.lang][name] = post
    known: dict[str, dict[str, tuple[int, bytes, bytes]]] = defaultdict(dict)
    for number, lang, name, *told in kept.execute("select number, lang, name, digest, found from posts"):
        known[lang][name] = number, *told
    relatives: dict[str, list[str]] = {}
    for lang in sorted(by_language.keys() | known.keys()):
        relatives |= _of_language(kept, lang, by_language[lang], known[lang], most)
    return relatives


def _of_language(
    kept: sqlite3.Connection,
    lang: str,
    posts: Mapping[str, ToRelate],
    known: Mapping[str, tuple[int, bytes, bytes]],
    most: int,
) -> dict[str, list[str]]:
    numbers = {name: known[name][0] for name in known.keys() & posts.keys()}
    free = kept.execute("select coalesce(max(number), 0) + 1 from posts").fetchone()[0]
    new = {name: free + at for at, name in enumerate(sorted(posts.keys() - known.keys()))}
    numbers |= new
    rows = _Rows(kept, lang, {number: name for name, number in numbers.items()})
    gone = {known[name][0]: name for name in known.keys() - posts.keys()}
    changed = {number for name, number in numbers.items() if _is_other(known.get(name), posts[name])}
    found = {numbers[name]: _FOUND.decode(known[name][2]) for name in known.keys() & posts.keys()}
    if changed or gone:
        rows.names |= gone
        others = None
        if len(changed) + len(gone) <= likeness.MANY * len(posts) or len(changed) + len(gone) == 1:
            counts = {number: posts[rows.names[number]].counts() for number in changed}
            edits = {**counts, **dict.fromkeys(gone)}
            others = likeness.change(rows, edits, set(new.values()), most)
        if others is None:
            rows = _Rows(kept, lang, {number: name for name, number in numbers.items()})
            rows.forget()
            likeness.relate(rows, _Counts(rows.names, lambda number: posts[rows.names[number]].counts()), most)
        rows.save({number: posts[name].digest for name, number in numbers.items()})
        found |= rows.relations
    names = rows.names
    return {name: [names[other] for _, other in found[number]] for name, number in numbers.items()}


def _is_other(known: tuple[int, bytes, bytes] | None, post: ToRelate) -> bool:
    return known is None or known[1] != post.digest


class _Counts(Mapping[int, Mapping[str, int]]):
    """The words of posts, by their numbers, worked out when they are asked for."""

    def __init__(self, posts: Collection[int], count: Callable[[int], Mapping[str, int]]) -> None:
        self._posts, self._count = posts, count

    def __getitem__(self, number: int) -> Mapping[str, int]:
        return self._count(number)

    def __iter__(self) -> Iterator[int]:
        return iter(self._posts)

    def __len__(self) -> int:
        return len(self._posts)


class _Rows:
    """Words and posts of one language in the file; what is set is written at the end."""

    def __init__(self, kept: sqlite3.Connection, lang: str, names: dict[int, str]) -> None:
        self.kept, self.lang, self.names = kept, lang, names
        self.words: dict[str, tuple[int, bytes, bytes]] = {}  # in how many posts each stands, in which; what it tells
        self.posts: dict[int, tuple[tuple[int, float], bytes] | None] = {}  # their bounds, and what is in them, packed
        self.relations: dict[int, list[tuple[int, int]]] = {}  # relatives of these posts, and of others

    def held(self, word: str) -> int:
        if word in self.words:
            return self.words[word][0]
        found = self.kept.execute("select held from words where lang = ? and word = ?", (self.lang, word)).fetchone()
        return int(found[0]) if found else 0

    def word(self, word: str) -> Stem:
        asked = "select holders, told from words where lang = ? and word = ?"
        found = self.kept.execute(asked, (self.lang, word)).fetchone()
        return Stem(array("I", found[0]), _TOLD.decode(found[1])) if found else Stem()

    def set_word(self, word: str, known: Stem) -> None:
        self.words[word] = len(known.holders), known.holders.tobytes(), _pack(known.told)

    def post(self, number: int) -> Described:
        asked = "select least, found, row from posts where number = ?"
        least, found, row = self.kept.execute(asked, (number,)).fetchone()
        return Described(*_COUNTS.decode(row), least, _FOUND.decode(found))

    def bounds(self, number: int) -> tuple[int, float]:
        most, least = self.kept.execute("select most, least from posts where number = ?", (number,)).fetchone()
        return most, least

    def relatives(self, number: int) -> list[tuple[int, int]]:
        (found,) = self.kept.execute("select found from posts where number = ?", (number,)).fetchone()
        return _FOUND.decode(found)

    def set_post(self, number: int, post: Described | None) -> None:
        self.posts[number] = (post.bounds, _pack((post.counts, post.words))) if post else None
        if post:
            self.relations[number] = post.found

    def set_relatives(self, number: int, found: list[tuple[int, int]]) -> None:
        self.relations[number] = found

    def forget(self) -> None:
        """Forget all that is kept of this language."""
        self.kept.execute("delete from posts where lang = ?", (self.lang,))
        self.kept.execute("delete from words where lang = ?", (self.lang,))

    def save(self, digests: Mapping[int, bytes]) -> None:
        """Write what was set; *digests* of the posts by number."""
        kept = self.kept
        kept.executemany(
            "delete from posts where number = ?", ((number,) for number, post in self.posts.items() if post is None)
        )
        kept.executemany("insert or replace into posts values (?, ?, ?, ?, ?, ?, ?, ?)", self._post_rows(digests))
        others = ((_pack(found), number) for number, found in self.relations.items() if number not in self.posts)
        kept.executemany("update posts set found = ? where number = ?", others)
        empty = [word for word, (held, *_) in self.words.items() if not held]
        kept.executemany("delete from words where lang = ? and word = ?", ((self.lang, word) for word in empty))
        kept.executemany(
            "insert or replace into words values (?, ?, ?, ?, ?)",
            ((self.lang, word, *known) for word, known in sorted(self.words.items()) if known[0]),
        )

    def _post_rows(self, digests: Mapping[int, bytes]) -> Iterable[tuple[object, ...]]:
        for number, post in sorted(self.posts.items()):
            if post is not None:
                name, (bounds, row), found = self.names[number], post, _pack(self.relations[number])
                yield number, self.lang, name, digests[number], *bounds, found, row
