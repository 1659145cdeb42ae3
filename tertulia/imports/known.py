"""What earlier imports read of the same site: parts of one export need each other, whenever they come.

A link, a gallery's picture or a reusable block of one part may be in another. So what was read is kept, as records, in
``var/import/KIND-HOST.known.json``, and each import works on all of it; what a newer export says of a thing stands.
Nobody's e-mail address is in it: two people of one name are told apart by a keyed hash.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tertulia.core.files import PRIVATE, write_pieces
from tertulia.core.languages import say
from tertulia.imports.types import OldSite

T = TypeVar("T")


def remembered(path: Path, kind: type[T]) -> T:
    """
    Return what an earlier import left at *path*; an empty *kind* where there is no such file.

    Raises:
        ContentError: it is broken.
    """
    try:
        return strict_json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return kind()
    except ValueError as error:
        raise ContentError(say("import_ledger_broken", file=path.name, why=error)) from error


def save(path: Path, site: OldSite) -> None:
    """Leave *site* for the next import, a record at a time: as one piece it would be the whole blog once more."""
    write_pieces(path, _encoded(site), mode=PRIVATE)


def _encoded(site: OldSite) -> Iterator[bytes]:
    def encode(value: object) -> bytes:  # msgspec's own encoder leaves each text in memory twice
        plain = msgspec.to_builtins(value, order="deterministic")
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()

    for number, field in enumerate(fields(site)):
        value = getattr(site, field.name)
        yield (b"," if number else b"{") + encode(field.name) + b":"
        if isinstance(value, tuple):
            yield b"["
            for at, record in enumerate(value):
                yield (b",\n" if at else b"") + encode(record)
            yield b"]"
        else:
            yield encode(value)
    yield b"}\n"


def together(before: OldSite, now: OldSite) -> OldSite:
    """All that is known of one site; of the same thing, what *now* says."""
    gone = {(one.sort, one.id) for one in now.left_out if one.id}
    back = {("comment", one.id) for one in now.comments} | {("post", one.id) for one in now.posts}
    posts = [one for one in before.posts if not any((sort, one.id) in gone for sort in ("post", "page"))]
    comments = [one for one in before.comments if ("comment", one.id) not in gone]
    left_out = [one for one in before.left_out if ("comment" if one.sort == "comment" else "post", one.id) not in back]
    return replace(
        now,
        hosts=tuple(dict.fromkeys((*before.hosts, *now.hosts))),
        file_hosts=tuple(dict.fromkeys((*before.file_hosts, *now.file_hosts))),
        authors=_by(lambda one: one.key, before.authors, now.authors),
        posts=_by(lambda one: one.id, posts, now.posts),
        comments=_by(lambda one: one.id, comments, now.comments),
        pictures=_by(lambda one: one.id, before.pictures, now.pictures),
        addresses=_by(lambda one: one.address, before.addresses, now.addresses),
        blocks={**before.blocks, **now.blocks},
        left_out=_by(lambda one: (one.sort, one.id or one.name), left_out, now.left_out),
        read=tuple(dict.fromkeys((*before.read, *now.read))),
    )


def _by(key: Callable[[T], Any], before: Iterable[T], now: Iterable[T]) -> tuple[T, ...]:
    found: Mapping[Any, T] = {**{key(one): one for one in before}, **{key(one): one for one in now}}
    return tuple(found.values())
