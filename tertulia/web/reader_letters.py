"""The doors of readers' letters: about answers to a comment, and about the whole talk under a post.

``/comments/notice/TOKEN``   yes, write to me about my comment; no, do not any more
``POST /comments/follow``    asks for letters about a talk; the same answer whether or not the address follows it
``/comments/follow/TOKEN``   yes, write to me about this talk; no, do not any more

A link of a letter opens a page with one button: mail scanners open links, they press nothing. A mail program that
presses the button of RFC 8058 for its reader needs no page, cookie or origin.
"""

from datetime import timedelta
from typing import Any

from flask import Blueprint, g, render_template, request

from tertulia.conversation import form
from tertulia.core.tokens import RowToken
from tertulia.store.followers import Follower
from tertulia.store.letters import Notice
from tertulia.web import guards
from tertulia.web.comments import message, post_of
from tertulia.web.context import current_blog, daily_budgets, rate_counter

pages = Blueprint("reader_letters", __name__, url_prefix="/comments")

LINK_FOR = timedelta(days=3650)  # who wants no more letters may find an old one
MOST_ASKED = 5  # in ten minutes, from one machine


# About a comment -----------------------------------------------------------------------------------------------------


@pages.get("/notice/<token>")
def notice(token: str) -> Any:
    """Show the button that says yes or no to letters about a comment."""
    what, found = _notice(token)
    if found is None:
        return message("notice_unknown", 404)
    return render_template("notice.html", what=what, of="notice")


@pages.post("/notice/<token>")
def change_notice(token: str) -> Any:
    """Begin or end letters about a comment."""
    what, found = _notice(token)
    if found is None:
        return message("notice_unknown", 404)
    letters = current_blog().store.letters
    if what == "confirm":
        letters.confirm(found.id)
        return message("notice_confirmed")
    letters.leave(found.id)
    return message("notice_left")


def _notice(token: str) -> tuple[str, Notice | None]:
    read = _row("notice", token)
    found = current_blog().store.letters.notice(read.number) if read else None
    if read is None or found is None:
        return "", None
    # Links of before a notice's address was signed may go on saying no, but never yes.
    if not (current_blog().signer.is_about(read, found.email) or (not read.mark and read.what == "leave")):
        return "", None
    g.lang = found.lang
    return read.what, found


# About a talk --------------------------------------------------------------------------------------------------------


@pages.post("/follow")
def follow() -> Any:
    """Write to the address that somebody says is theirs, to ask whether letters about the talk are wanted there."""
    blog, draft = current_blog(), form.read(request.form)
    post = post_of(blog, draft)
    g.lang = post.lang
    if not blog.settings.smtp_url:
        return message("follow_none", 404)
    if not form.is_email(draft.email):
        return message("comment_bad_email", 422)
    if rate_counter().hit("follow", guards.machine(), blog.now(), MOST_ASKED) > MOST_ASKED:
        return message("letters_slowly", 429)
    is_asked = not draft.honeypot and guards.origin(blog) != "other"
    may_write = is_asked and daily_budgets().spend_letter(blog.now(), recipient=draft.email, machine=guards.machine())
    follower = blog.store.followers.ask(post.id, post.lang, draft.email, blog.now())
    blog.notices.asked_to_follow(follower, may_write=may_write)
    return message("follow_asked")


@pages.get("/follow/<token>")
def following(token: str) -> Any:
    """Show the button that says yes or no to letters about a talk."""
    what, found = _follower(token)
    if found is None:
        return message("notice_unknown", 404)
    return render_template("notice.html", what=what, of="follow")


@pages.post("/follow/<token>")
def change_following(token: str) -> Any:
    """Begin or end letters about a talk."""
    what, found = _follower(token)
    if found is None:
        return message("notice_unknown", 404)
    followers = current_blog().store.followers
    if what == "confirm":
        followers.confirm(found.id)
        return message("follow_confirmed")
    followers.leave(found.id)
    return message("notice_left")


def _follower(token: str) -> tuple[str, Follower | None]:
    read = _row("follow", token)
    found = current_blog().store.followers.get(read.number) if read else None
    if read is None or found is None or not current_blog().signer.is_about(read, found.email):
        return "", None
    g.lang = found.lang
    return read.what, found


def _row(purpose: str, token: str) -> RowToken | None:
    blog = current_blog()
    return blog.signer.read_row(purpose, token, LINK_FOR, blog.now())
