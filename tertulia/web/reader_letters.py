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
from tertulia.store.followers import Follower
from tertulia.store.letters import Notice
from tertulia.web import guards
from tertulia.web.comments import message, post_of
from tertulia.web.context import current_blog, daily_budgets, rate_counter

pages = Blueprint("reader_letters", __name__, url_prefix="/comments")

LINK_FOR = timedelta(days=3650)  # who wants no more letters may find an old one
MOST_ASKED = 5  # in ten minutes, from one machine


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


@pages.get("/<any(notice, follow):of>/<token>")
def look(of: str, token: str) -> Any:
    """Show the button that says yes or no to letters; nothing happens yet."""
    what, found = _wanted(of, token)
    if found is None:
        return message("notice_unknown", 404)
    return render_template("notice.html", what=what, of=of)


@pages.post("/<any(notice, follow):of>/<token>")
def act(of: str, token: str) -> Any:
    """Begin or end letters about a comment ("notice") or a talk ("follow"); doing it twice is doing it once."""
    what, found = _wanted(of, token)
    if found is None:
        return message("notice_unknown", 404)
    store = current_blog().store
    wanted = store.letters if of == "notice" else store.followers
    if what == "confirm":
        wanted.confirm(found.id)
        return message(f"{of}_confirmed")
    wanted.leave(found.id, current_blog().now())
    return message("notice_left")


def _wanted(of: str, token: str) -> tuple[str, Notice | Follower | None]:
    """Read what a link of a letter says, and whose letters it speaks of; None for a link that says nothing any more."""
    blog = current_blog()
    read = blog.signer.read_row(of, token, LINK_FOR, blog.now())
    if read is None:
        return "", None
    found = blog.store.letters.notice(read.number) if of == "notice" else blog.store.followers.get(read.number)
    # Links of before a notice's address was signed may go on saying no, but never yes.
    is_old_no = of == "notice" and not read.mark and read.what == "leave"
    if found is None or not (blog.signer.is_about(read, found.email) or is_old_no):
        return "", None
    g.lang = found.lang
    return read.what, found
