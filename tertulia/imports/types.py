"""What any source gives: an old site as plain records. Nothing here knows where it came from or where it goes.

A source (``imports.sources``) fills these in from its export; everything else in this room works on them alone. The
body of a post is HTML as its readers had it, or Markdown where the source writes Markdown. In such HTML these say what
HTML has no element for::

    <p data-embed="https://mas.example/@ana/1"></p>   something of another site shown here; capture does the rest
    <sup data-note="a1"></sup>                        a footnote's mark; its words are in ``Post.notes["a1"]``
    <div data-gallery>…<img>…</div>                   pictures shown together
    <div data-gallery="101,103"></div>                the same, by their ids; without any, those that hang on the post
    <div data-include="147"></div>                    what ``OldSite.blocks`` holds under that name
    <span data-formula="x^2"></span>                  a formula, in LaTeX

Addresses of pictures, files and pages are the old ones, as they stand there: the room finds out what they mean now.
Where an export does not tell its host, they are paths ("/2019/05/x/"), and the person who imports says the host.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Visibility(StrEnum):
    """Whether a post may be seen. What was not public there is a draft here."""

    PUBLISHED = "published"  # one dated later waits for its time
    DRAFT = "draft"


class OldDecision(StrEnum):
    """What had become of a comment."""

    APPROVED = "approved"
    WAITING = "waiting"
    SPAM = "spam"


BodyFormat = Literal["html", "markdown"]
TargetKind = Literal["post", "category", "tag", "author", "month", "year", "feed", "home", "file"]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that does not come over as it was: the phrase ``import_loss_KIND``, and what is named in it."""

    kind: str
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAuthor:
    """Who writes the blog."""

    key: str  # what the source calls them: a login
    name: str
    site: str = ""
    bio: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPicture:
    """A picture or file of the old site's own."""

    id: str
    address: str  # where it was, whole
    title: str = ""
    alt: str = ""
    caption: str = ""  # HTML
    parent: str = ""  # the post that it hangs on
    pages: tuple[str, ...] = ()  # addresses of pages that showed it alone


@dataclass(frozen=True, slots=True, kw_only=True)
class OldPost:
    """One post or page."""

    id: str  # what the source calls it, the same in every export
    address: str  # where it was, whole; "" when it never had one
    published: datetime | None = None  # aware, with the offset it had; naive where the source does not say
    modified: datetime | None = None  # when its author last told of a change; what a machine noted is none
    is_page: bool = False
    title: str = ""  # plain text
    body: str = ""
    body_format: BodyFormat = "html"
    notes: Mapping[str, str] = field(default_factory=dict)  # footnotes: name → HTML
    state: Visibility = Visibility.PUBLISHED
    kept_back: str = ""  # why a draft was not public: private, password, pending…; "" for a plain draft
    slug: str = ""
    lang: str = ""
    translates: str = ""  # what posts that are translations of each other share
    authors: tuple[str, ...] = ()  # keys
    categories: tuple[str, ...] = ()  # names, the main one first, then those above them
    tags: tuple[str, ...] = ()
    series: str = ""
    summary: str = ""  # plain text
    cover: str = ""  # the id of a picture, or its old address
    cover_alt: str = ""
    guid: str = ""  # what its feed called it
    order: int = 0  # of a page in the menu
    is_sticky: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)  # how often it was liked, reposted…, where nobody is named
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OldComment:
    """One thing that was said about a post, or a like of it."""

    id: str
    post: str  # the post's id, or its old address; "" where it is not known
    published: datetime  # aware
    name: str = ""
    site: str = ""
    person: str = field(default="", repr=False)  # what tells two of one name apart, an e-mail address: never written
    html: str = ""  # as a stranger wrote it: not clean
    text: str = ""  # as it was typed, where that was Markdown
    decision: OldDecision = OldDecision.APPROVED
    kind: Literal["comment", "mention", "like", "repost", "bookmark"] = "comment"
    parent: str = ""  # id of the comment it answers
    url: str = ""  # where it lives, if elsewhere
    anchor: str = ""  # what followed "#" in its old address
    likes: int = 0
    edited: datetime | None = None
    is_owner: bool = False  # said by one of the blog's authors


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAddress:
    """One old address that is no post's main one, and what stands there now."""

    address: str  # whole, or a path with its query
    kind: TargetKind
    target: str = ""  # a post's id; a name of a category, tag or author; "2019/05"; a picture's old address


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of the export that does not come over at all."""

    sort: str  # "comment", or what the source calls it: "post", "nav_menu_item"
    id: str
    name: str
    why: str  # the phrase ``import_left_WHY``


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSite:
    """All that an export holds."""

    address: str = ""  # "https://blog.example"; "" when the export does not tell
    hosts: tuple[str, ...] = ()  # further hosts under which it was known
    file_hosts: tuple[str, ...] = ()  # where its service keeps pictures; "bp.blogspot.com" is all that end so
    name: str = ""
    authors: tuple[OldAuthor, ...] = ()
    posts: tuple[OldPost, ...] = ()
    comments: tuple[OldComment, ...] = ()
    pictures: tuple[OldPicture, ...] = ()
    addresses: tuple[OldAddress, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)  # pieces of HTML that posts show by name
    left_out: tuple[LeftOut, ...] = ()
    losses: tuple[Loss, ...] = ()  # of the whole
    # "post 12", "comment 7": all that was met, whatever became of it; noted while reading, for the sums. A source that
    # notes nothing is taken to have met what it gives.
    read: tuple[str, ...] = ()

    def counted(self) -> "OldSite":
        """Return it with all that was met noted."""
        posts = (f"post {one.id}" for one in self.posts)
        comments = (f"comment {one.id}" for one in self.comments)
        left = (f"{'comment' if one.sort == 'comment' else 'post'} {one.id}" for one in self.left_out)
        return self if self.read else replace(self, read=(*posts, *comments, *left))
