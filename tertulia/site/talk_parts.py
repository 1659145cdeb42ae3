"""A long talk in parts: the post's page shows the newest, the rest are pages of their own below it.

Parts are filled from the oldest comment on, so that what was said once stays on its page while the talk goes on. A
comment's address is the post's with ``#c-`` and its key, always: where it lies in an older part, the list of parts has
that name, beside the link to the page where the comment stands.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from posixpath import splitext
from typing import Any

import msgspec
from msgspec import Struct, field

from tertulia.content.snapshot import Comment, Conversation, Removed

# Comments in the order of their saying, and those on other pages by their key, to a tree.
Nest = Callable[[Sequence[Comment], Mapping[str, Comment]], Sequence[Any]]


class TalkPart(Struct, frozen=True):
    """An older part of a talk, with a page of its own."""

    number: int  # 1 is the oldest
    first: int  # which comments it holds, counted from 1
    last: int
    url: str  # relative to the site's root
    save_as: str
    comments: Sequence[Any]  # nested
    anchors: tuple[str, ...]  # what follows "#" in the addresses of its comments


class CutTalk(Struct, frozen=True):
    """What people said under a post, as its pages show it."""

    latest: Sequence[Any]  # nested
    parts: tuple[TalkPart, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)  # by key, the page of what is not on the post's


def folder(url: str) -> str:
    """Where the pages and feeds of a talk are, below the *url* of its post."""
    return f"{splitext(url)[0].rstrip('/')}/comments/"


def cut(talk: Conversation, url: str, nest: Nest, most: int) -> CutTalk:
    """
    Share *talk*, under the post at *url*, out on pages.

    Args:
        most: Comments a part; 0 for one page that shows all. The newest part has from half of it to one and a half.
    """
    said = talk.comments
    full = max(0, (len(said) - most // 2) // most) if most > 0 else 0
    if not full:
        return CutTalk(nest(talk.turns, {}))
    known = {one.id: one for one in said}
    removed = {one.id: one for one in talk.removed}

    def nested(shown: tuple[Comment, ...]) -> Sequence[Any]:
        gone = _above(shown, removed)
        return nest(msgspec.structs.replace(talk, comments=shown, removed=gone).turns, known)

    parts = []
    for number in range(1, full + 1):
        shown, page = said[(number - 1) * most : number * most], f"{folder(url)}{number}/"
        anchors = tuple(anchor for one in shown for anchor in (f"c-{one.id}", *one.anchors))
        first, last = (number - 1) * most + 1, number * most
        parts.append(TalkPart(number, first, last, page, f"{page}index.html", nested(shown), anchors))
    places = {one.id: parts[index // most].url for index, one in enumerate(said[: full * most])}
    return CutTalk(nested(said[full * most :]), tuple(parts), places)


def _above(shown: Iterable[Comment], removed: Mapping[str, Removed]) -> tuple[Removed, ...]:
    """Return what of the *removed* stands above comments that are *shown*."""
    found: dict[str, Removed] = {}
    for one in shown:
        parent = one.parent
        while parent in removed and parent not in found:
            found[parent] = removed[parent]
            parent = removed[parent].parent
    return tuple(found.values())
