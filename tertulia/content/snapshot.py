"""The conversation snapshot: one small JSON per post and language, which is all that the build reads of the store.

``var/conversation/<id>.<lang>.json`` holds what is public, and only that: where the post lives on networks, how many
liked it, the approved comments. No e-mail and no address of a machine ever reaches it. The store writes it, whole or
not at all, and only when something in it changed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tertulia.core.files import everywhere, read_regular, wait_for_lock, write_if_changed
from tertulia.core.languages import say

FOLDER = Path("var/conversation")
# The kind of a place that nobody's words fill any more.
REMOVED = "removed"


class Syndicated(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a post lives on a network."""

    network: str
    url: str
    id: str = ""  # what the network's API calls it, so that a new store can adopt it
    made: bool = False  # we wrote it; what we did not write is linked, and never edited nor deleted


class Comment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One approved comment: what the page shows of it, and no more."""

    id: str  # its key: the fragment is "c-" and this
    date: datetime
    author: str
    html: str  # cleaned
    kind: str = "comment"  # comment, reply, mention or quote
    parent: str = ""  # key of the comment it answers; "" when it answers the post
    author_url: str = ""
    handle: str = ""
    avatar: str = ""  # a file of the folder "avatars" beside the snapshots
    network: str = "form"
    url: str = ""  # where it lives; "" when it lives under the post
    edited: datetime | None = None  # by who wrote it
    moderated: bool = False  # edited by the blog's owner
    is_owner: bool = False  # said by the blog's owner
    likes: int = 0
    sources: tuple[Syndicated, ...] = ()  # every way by which it was seen
    anchors: tuple[str, ...] = ()  # what followed "#" in its address on another site that it came from


class Removed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The place of a comment that is no longer here and whose answers are: they do not rise to answer another."""

    id: str  # as ``Comment.id``
    date: datetime
    parent: str = ""  # as ``Comment.parent``


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that is public around one post in one language."""

    id: str
    lang: str
    syndication: tuple[Syndicated, ...] = ()
    counts: dict[str, int] = {}  # like, repost, bookmark
    comments: tuple[Comment, ...] = ()  # oldest first
    removed: tuple[Removed, ...] = ()  # what comments answer and is no longer here

    @property
    def turns(self) -> tuple[Comment, ...]:
        """The comments with the places of what was removed, oldest first."""
        empty = Comment(id="", date=datetime.min, author="", html="", kind=REMOVED)
        gone = [msgspec.structs.replace(empty, id=one.id, parent=one.parent, date=one.date) for one in self.removed]
        return tuple(sorted((*self.comments, *gone), key=lambda one: one.date)) if gone else self.comments


def file_for(folder: Path, post: str, lang: str) -> Path:
    """Where the snapshot of a post is; of an id, odd letters are percent-encoded, and the first of "con" or "aux"."""
    name = f"{quote(post, safe='')}.{lang}.json"
    return folder / (name if everywhere(name) == name else f"%{ord(name[0]):02X}{name[1:]}")


def read(folder: Path, post: str, lang: str) -> Conversation:
    """
    Return the snapshot of a post; an empty one when there is none.

    Raises:
        ContentError: there is one, and it makes no sense; the message says how to have it anew.
    """
    found = _held(folder, post, lang)
    return Conversation(id=post, lang=lang) if _is_of_another(found, post) else found


def _held(folder: Path, post: str, lang: str) -> Conversation:
    """Return what is where the snapshot of a post would be; an empty one when nothing is."""
    try:
        return _read(file_for(folder, post, lang))
    except FileNotFoundError:
        return Conversation(id=post, lang=lang)


def _is_of_another(found: Conversation, post: str) -> bool:
    """Whether what was *found* is of a post whose id has other capitals: on some disks both have one file."""
    return found.id != post and found.id.casefold() == post.casefold()


def read_all(folder: Path) -> list[Conversation]:
    """Every snapshot there is, by file name."""
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Conversation:
    try:
        return strict_json.decode(read_regular(path), type=Conversation)
    except FileNotFoundError:
        raise
    except (ValueError, OSError) as error:
        raise ContentError(say("snapshot_broken", path=path, why=error)) from error


def write(folder: Path, conversation: Conversation, *, durable: bool = True) -> bool:
    """Leave *conversation* in *folder*; False when it says the same already."""
    path = file_for(folder, conversation.id, conversation.lang)
    data = msgspec.json.format(msgspec.json.encode(conversation), indent=1) + b"\n"
    return write_if_changed(path, data, durable=durable)


def update(
    folder: Path, post: str, lang: str, change: Callable[[Conversation], Conversation], *, durable: bool = True
) -> bool:
    """
    Let *change* make the new snapshot of a post out of the present one; False when nothing changed.

    Two processes that both change a snapshot take turns, so that neither undoes what the other wrote.

    Raises:
        ContentError: on this disk its file is that of another post, whose id differs in capitals only.
    """
    with _turn(folder):
        before = _held(folder, post, lang)
        if _is_of_another(before, post):
            raise ContentError(say("snapshot_of_another", path=file_for(folder, post, lang), id=post, other=before.id))
        after = change(before)
        return after != before and write(folder, after, durable=durable)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        wait_for_lock(
            file.fileno()
        )  # on Windows, and some disks of a network, one process at a time is up to the owner
        yield
