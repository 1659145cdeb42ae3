"""Texts that are seldom asked for, in a file without a name instead of memory: it goes when the process does.

A post's text is read, looked through for links, drawn and put into feeds, and in between nobody asks for it: in a large
blog the texts would be most of what a build holds.
"""

import os
import pickle
from functools import cache
from pathlib import Path
from typing import IO, Any, NamedTuple

import msgspec

from tertulia.site.contents import leads_to_file
from tertulia.site.records import Reading

_TEXTS: dict[str, Any] = {"content": "", "body": "", "stems": {}}  # what of a record is laid by
_UTF8 = "utf-8", "surrogatepass"


class LaidBy(NamedTuple):
    """Where something lies."""

    file: IO[bytes] | None
    at: int
    size: int
    held: bytes = b""  # it itself, where no disk takes it

    def read(self) -> bytes:
        """Return it, also in a process that was forked meanwhile."""
        if self.file is None:
            return self.held
        if hasattr(os, "pread"):  # else nothing is forked either
            return os.pread(self.file.fileno(), self.size, self.at)
        self.file.seek(self.at)
        return self.file.read(self.size)


class Shelf:
    """
    Where a build lays texts by.

    Args:
        folder: On whose disk; None for that of passing files.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._owner = self._end = 0

    def put(self, data: bytes) -> LaidBy:
        """Lay *data* by; in memory, where the disk is full or nobody may write to it."""
        try:
            return self._put(data)
        except OSError:
            return LaidBy(None, 0, len(data), data)

    def _put(self, data: bytes) -> LaidBy:
        if self._file is None or self._owner != os.getpid():  # a forked process cannot know where ours ends
            import tempfile  # an edit lays nothing by

            if self._folder:
                self._folder.mkdir(parents=True, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115  # open as long as we are
            self._owner, self._end = os.getpid(), 0
        self._file.seek(self._end)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._end += len(data)
        return LaidBy(self._file, self._end - len(data), len(data))

    def put_text(self, text: str) -> LaidBy:
        """Lay *text* by."""
        return self.put(text.encode(*_UTF8))


class Packed(NamedTuple):
    """What became of a file, as it comes from another process: its texts apart, and so seldom unpacked."""

    reading: Reading  # without its texts
    content: str
    whole: bytes  # all of it, pickled: times keep their zones


def pack(reading: Reading, whole: bytes = b"") -> Packed:
    """
    Return *reading* with its texts apart.

    Args:
        whole: The same, where it is pickled already.
    """
    whole = whole or pickle.dumps(reading, pickle.HIGHEST_PROTOCOL)
    if reading.record is None:
        return Packed(reading, "", whole)
    light = msgspec.structs.replace(reading.record, **_TEXTS)
    return Packed(msgspec.structs.replace(reading, record=light), reading.record.content, whole)


class PostTexts(NamedTuple):
    """The texts of a post, laid by."""

    content: LaidBy
    whole: LaidBy
    json_ld: LaidBy = LaidBy(None, 0, 0)

    @property
    def html(self) -> str:
        """The text as it was rendered."""
        return self.content.read().decode(*_UTF8)

    def reading(self) -> Reading:
        """Return what the file read as."""
        found: Reading = pickle.loads(self.whole.read())
        return found

    def back_in(self, reading: Reading) -> Reading:
        """Return *reading* with its texts."""
        if reading.record is None or (whole := self.reading().record) is None:
            return reading
        texts = {name: getattr(whole, name) for name in _TEXTS}
        return msgspec.structs.replace(reading, record=msgspec.structs.replace(reading.record, **texts))


def lay_by(content: Any, texts: PostTexts, shelf: Shelf) -> None:
    """Let *content*, a post that Pelican has just made, look for its texts where they are."""
    for name in ("_content", "json_ld", *_TEXTS):
        content.__dict__.pop(name, None)
        content.metadata.pop(name, None)
    content.__class__ = _reading_texts(content.__class__)
    content.texts_laid_by = texts, shelf


class _FromShelf:
    """A text of the record; what somebody sets stands in its place."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, content: Any, _owner: type) -> Any:
        return getattr(content.texts_laid_by[0].reading().record, self._name)


class _ReadingTexts:
    """A post whose texts are on a shelf."""

    texts_laid_by: tuple[PostTexts, Shelf]
    body, stems = _FromShelf(), _FromShelf()

    @property
    def _content(self) -> str:
        return self.texts_laid_by[0].html

    @_content.setter
    def _content(self, html: str) -> None:
        texts, shelf = self.texts_laid_by
        if html != texts.html:
            self.texts_laid_by = texts._replace(content=shelf.put_text(html)), shelf

    @property
    def json_ld(self) -> str:
        """What it is for search engines: written once, and asked for when its page is drawn."""
        return self.texts_laid_by[0].json_ld.read().decode(*_UTF8)

    @json_ld.setter
    def json_ld(self, said: str) -> None:
        texts, shelf = self.texts_laid_by
        self.texts_laid_by = texts._replace(json_ld=shelf.put_text(said)), shelf

    def get_content(self, siteurl: str) -> str:
        """Return the text with links to files resolved; Pelican would remember it."""
        html = self._content
        resolved: str = self._update_content(html, siteurl) if leads_to_file(html) else html  # type: ignore[attr-defined]
        return resolved


@cache
def _reading_texts(kind: Any) -> type:
    """Return *kind* with its texts on a shelf; Pelican forms settings of its name, and its module tells whose it is."""
    return type(kind.__name__, (_ReadingTexts, kind), {"__module__": kind.__module__, "__doc__": kind.__doc__})
