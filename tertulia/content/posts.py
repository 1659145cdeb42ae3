"""What the build tells the rest of Tertulia about each published post: ``output/posts.json``.

Publishing and collecting never read Markdown nor Pelican: the build writes this one file, and they read it. It
stands inside the output because it describes that very output (a preview has its own), and ``deploy`` leaves it
at home. It holds nothing that is not on the pages or meant for a network: no drafts, no e-mail addresses.
"""

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tertulia.core.languages import say

FILE_NAME = "posts.json"


class PostCredit(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whom a post thanks or builds on, with their handle on each network where the people file gives one."""

    kind: str  # "via", "source", "photo" or "thanks"
    name: str
    url: str = ""
    handles: dict[str, str] = {}  # {"mastodon": "ana@mastodon.example", "bluesky": "ana.bsky.social"}


class Cover(msgspec.Struct, frozen=True):
    """The picture of a post, as a file of the output."""

    path: str  # relative to the output folder, "images/plaza.webp"
    url: str  # absolute
    alt: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One published post in one language. *id* and *lang* name it for good, whatever its title or address."""

    id: str
    lang: str
    title: str
    is_note: bool = False  # it has no title of its own: *title* is its first words
    url: str  # absolute
    date: datetime  # with its offset
    modified: datetime | None = None
    summary: str = ""  # plain text
    question: str = ""
    author: str = ""
    tags: tuple[str, ...] = ()  # as the author writes them: "ClientePitero", "Atención al cliente"
    credits: tuple[PostCredit, ...] = ()
    cover: Cover | None = None
    card: Cover | None = None  # the picture drawn for shared links of a post without a cover
    cover_alts: dict[str, str] = {}  # what the cover shows, by network
    pictures: tuple[Cover, ...] = ()  # more of them for the announcement, behind the cover
    said: dict[str, str] = {}  # the author's own words by network: {"mastodon": "…", "x": "no"}
    warning: str = ""  # what its announcement warns of
    audience: str = ""  # who sees the announcement: "unlisted", "followers", "nobody", "" for all
    guid: str = ""  # of the feeds of the site where it was first: it was announced there
    text: str = ""  # the whole post as plain text; only when a network's words ask for a thread
    hash: str = ""  # of what the author wrote; see words_hash

    @property
    def key(self) -> tuple[str, str]:
        """What names the post for good."""
        return (self.id, self.lang)


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """All that one build published."""

    site: str  # absolute address, no slash at the end
    title: str
    lang: str  # the blog's own
    preview: bool = False  # built with drafts on show: never announced
    posts: tuple[Post, ...] = ()
    # Each file of the site that a post or page has or had, and what names whoever had it last.
    addresses: dict[str, tuple[str, ...]] = {}


def words_hash(*words: str) -> str:
    """Return a short name for exactly these words; it changes when the author changes one of them, and only then."""
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()[:16]


def read(output: Path) -> Published:
    """
    Return what the build in the folder *output* published.

    Raises:
        ContentError: there is no such file, or it is not ours; the message says to build.
    """
    path = output / FILE_NAME
    try:
        return strict_json.decode(path.read_bytes(), type=Published)
    except FileNotFoundError as error:
        raise ContentError(say("posts_missing", path=path)) from error
    except ValueError as error:
        raise ContentError(say("posts_broken", path=path, why=error)) from error


def encoded(published: Published) -> bytes:
    """Return the file of *published*, the same bytes for the same posts."""
    around = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(published, posts=())), indent=1)
    before, none, after = around.partition(b'\n "posts": []')  # no text has a line's end in it
    if not published.posts:
        return around + b"\n"
    written, begin = [before, none[:-1]], b"\n  "
    for post in sorted(published.posts, key=lambda post: (post.date, post.id, post.lang)):  # one by one: they are many
        written += begin, msgspec.json.format(msgspec.json.encode(post), indent=1).replace(b"\n", b"\n  ")
        begin = b",\n  "
    return b"".join((*written, b"\n ]", after, b"\n"))
