"""The links of the owner's letters: what one would do, shown; and done by one more press of a button.

Mail scanners open links, they do not press. A link names the version of the comment that its letter quotes: what has
changed since is shown with its changes marked, beside a button for what is there now; what was decided since has none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, g, render_template

from tertulia.conversation.moderator import STATUS_OF, Action
from tertulia.core.languages import spoken
from tertulia.store.said import Read, Said
from tertulia.web import guards
from tertulia.web.context import current_blog
from tertulia.web.moderation import changes_since

pages = Blueprint("letter_links", __name__, url_prefix="/moderation/act")

ACT_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class LetterLink:
    """What a signed link of a letter says."""

    what: str
    read: Read  # for "undo", what was decided together
    said: Said | None
    signed: datetime


@pages.get("/<token>")
def show_act(token: str) -> Any:
    """Show what the letter's link would do, and a button that does it."""
    g.lang = spoken()
    link = _link(token)
    if link is None or link.said is None:
        return render_template("act.html", what="", said=None), 410
    return _act(link, link.said)


@pages.post("/<token>")
def act(token: str) -> Any:
    """Do what the letter's link says, to the words that were read."""
    g.lang = spoken()
    blog = current_blog()
    link = _link(token)
    if link is None or guards.origin(blog) == "other":
        return render_template("act.html", what="", said=None), 410
    if link.what == "undo":
        undone = sum(one.is_done for one in blog.moderator.undo(link.read.key))
        return render_template("act.html", what="undo", said=link.said, done=True, number=undone)
    if link.said is None:
        return render_template("act.html", what="", said=None), 410
    applied = blog.moderator.apply(Action(link.what), [link.read])
    if applied.unread:
        return _act(link, applied.unread[0][1]), 409
    undo = blog.signer.sign("act", ["undo", applied.batch, ""], link.signed) if applied.can_undo else ""
    return render_template("act.html", what=link.what, said=link.said, done=True, number=applied.done, undo=undo)


def _act(link: LetterLink, said: Said) -> str:
    """Draw the page of a letter's link: its button, while nobody has decided; the changes since the letter marked."""
    marked = [] if link.read.version == said.version else changes_since(link.read, said)
    undecided = link.read.version.partition(".")[0] == said.status
    # A button for the words that are shown now, good for as long as the letter's own.
    fresh = current_blog().signer.sign("act", [link.what, said.key, said.version], link.signed) if undecided else ""
    return render_template("act.html", what=link.what, said=said, done=False, fresh=fresh, marked=marked)


def _link(token: str) -> LetterLink | None:
    blog = current_blog()
    found = blog.signer.read("act", token, ACT_FOR, blog.now())
    match found:
        case ([str() as what, str() as key, *more], signed) if what in (*STATUS_OF, "undo"):
            version = str(more[0]) if more else ""  # the letters of older versions name none
            said = blog.store.conversation.get(key) if what != "undo" else None
            return LetterLink(what, Read(key, version), said, signed)
    return None
