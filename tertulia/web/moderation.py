"""The moderators' pages: the queue with its reasons, one comment with its context. Links of letters: ``letter_links``.

In by a link that works once, printed by ``python3 tasks.py moderate`` or sent to ``OWNER_EMAIL``. Every change is a
POST with a word that only our own page knows (CSRF), and works with the keyboard alone. Every button names the version
of the comment that the page shows: what has changed since is shown again, its changes marked, and nothing is decided.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, g, make_response, redirect, render_template, request

from tertulia.app import Blog
from tertulia.conversation import form
from tertulia.conversation.answering import UNDO_FOR, AnswerDraft, AnswerPreview
from tertulia.conversation.changes import Change, changes
from tertulia.conversation.moderator import Action
from tertulia.core.addresses import split_address
from tertulia.core.languages import say, spoken
from tertulia.core.numbers import number_of
from tertulia.store.person_tables import Role
from tertulia.store.rows import SESSIONS
from tertulia.store.said import Read, Said, Status, Who
from tertulia.store.transitions import may
from tertulia.web import guards, sign_in
from tertulia.web.context import current_blog, root
from tertulia.web.team import COOKIE, PLACES, SESSION_FOR, has_role, moderator, owner, session_of, team

pages = Blueprint("moderation", __name__, url_prefix="/moderation")

PAGE = 25
LAST_PAGE = 100_000
MOST_AT_ONCE = 1000
ACTIONS = frozenset(Action)
UNDECIDED = ("stale", "refused")


# In and out ----------------------------------------------------------------------------------------------------------


@pages.get("/login")
def login() -> Any:
    """Show how to get in."""
    g.lang = spoken()
    return render_template("login.html", token="", by_mail=sign_in.can_write(current_blog()))


@pages.post("/login")
def ask_login() -> Any:
    """Send the owner a link, or say that one was sent; whoever asks learns nothing else by it."""
    blog = current_blog()
    g.lang = spoken()
    if guards.origin(blog) == "other":
        abort(403)
    asked = sign_in.ask(blog) if sign_in.can_write(blog) else None
    return render_template("login.html", token="", by_mail=False, asked=asked)


@pages.get("/login/<token>")
def show_login(token: str) -> Any:
    """Show a button that signs in: opening the link, as mail scanners do, signs nobody in."""
    g.lang = spoken()
    blog = current_blog()
    if not sign_in.read(blog, token):
        return render_template("login.html", token="", by_mail=sign_in.can_write(blog), stale=True), 410
    return render_template("login.html", token=token)


@pages.post("/login/<token>")
def enter(token: str) -> Any:
    """Exchange a one-time login link for a session."""
    blog = current_blog()
    g.lang = spoken()
    if guards.origin(blog) == "other" or not sign_in.use(blog, sign_in.read(blog, token)):
        return render_template("login.html", token="", by_mail=sign_in.can_write(blog), stale=True), 410
    who = sign_in.name_in(blog, token)
    member = blog.store.team.get(who)
    if member is None:  # they were of the team when the link was made
        return render_template("login.html", token="", by_mail=sign_in.can_write(blog), stale=True), 410
    first = "/moderation" if member.may(Role.MODERATOR) else "/inbox"
    response = make_response(redirect(f"{root()}{first}", 303))
    epoch = blog.store.conversation.get_cursor(SESSIONS)
    session = blog.signer.sign("session", [secrets.token_hex(8), epoch, who], blog.now())
    secure = request.is_secure or split_address(blog.info.service).scheme == "https"
    age = int(SESSION_FOR.total_seconds())
    for place in PLACES:
        response.set_cookie(
            COOKIE, session, max_age=age, path=f"{root()}{place}", httponly=True, samesite="Lax", secure=secure
        )
    if member.may(Role.OWNER):
        sign_in.remember_browser(blog, response, secure=secure)
    return response


@pages.post("/logout")
@team
def leave() -> Any:
    """End the session, or with "everywhere" all sessions: a copy of the cookie opens nothing any more."""
    blog = current_blog()
    if request.form.get("where") == "everywhere":
        if not has_role("owner"):
            abort(403)
        blog.store.conversation.set_cursor(SESSIONS, secrets.token_hex(8))
    blog.store.once.use(f"session {session_of(blog)[0]}", blog.now() + SESSION_FOR, blog.now())
    response = make_response(redirect(f"{root()}/moderation/login", 303))
    for place in PLACES:
        response.delete_cookie(COOKIE, path=f"{root()}{place}")
    return response


# The queue -----------------------------------------------------------------------------------------------------------


@pages.get("")
@moderator
def queue() -> Any:
    """List what waits, what has been decided, or what holds some words."""
    blog = current_blog()
    status, words, page = _asked()
    statuses = (status,) if status != "all" else ()
    passed = (page - 1) * PAGE
    found = blog.store.conversation.find(statuses, words, limit=PAGE + 1, offset=passed)
    return _queue(
        found[:PAGE], done=request.args.get("done", ""), number=request.args.get("n", ""), more=len(found) > PAGE
    )


@pages.post("")
@moderator
def decide() -> Any:
    """Apply one decision to one comment, or to all that are ticked; or undo the last one."""
    moderator = current_blog().moderator
    what, _, single = request.form.get("do", "").partition(" ")
    if what == "undo":
        results = moderator.undo(single)
        left = [(Read(one.after.key, ""), one.after) for one in results if one.state in UNDECIDED and one.after]
        return _decided(what, sum(one.is_done for one in results), "", left)
    if what not in ACTIONS:
        abort(400)
    ticked = [single] if single else request.form.getlist("key")
    applied = moderator.apply(Action(what), [_read(one) for one in ticked[:MOST_AT_ONCE]])
    return _decided(what, applied.done, applied.batch if applied.can_undo else "", applied.unread)


def _decided(what: str, done: int, batch: str, left: list[tuple[Read, Said]]) -> Any:
    """Lead back to the queue; or show once more, with 409, what is *left* since it is no more as it was read."""
    status, words, page = _asked(request.form)
    if left:
        marked = {now.key: changes_since(read, now) for read, now in left}
        return _queue([now for _, now in left], done=what, number=str(done), batch=batch, marked=marked), 409
    asked = {"status": status, "q": words, "page": page, "done": what, "n": done, "undo": batch}
    return redirect(f"{root()}/moderation?{urlencode(asked)}", 303)


def _queue(
    found: list[Said],
    *,
    done: str,
    number: str,
    more: bool = False,
    batch: str = "",
    marked: dict[str, list[Change]] | None = None,
) -> str:
    blog = current_blog()
    status, words, page = _asked(request.values)
    thread = blog.store.conversation.thread
    return render_template(
        "queue.html",
        found=[(said, blog.info.post(said.post, said.lang), thread(said)[-1:]) for said in found],
        counts=blog.store.conversation.counts(),
        statuses=[*Status, "all"],
        status=status,
        words=words,
        page=page,
        more=more,
        done=done,
        number=number,
        batch=batch or request.args.get("undo", ""),
        marked=marked or {},
        folded=blog.store.conversation.folded() if (status, words, page) == ("all", "", 1) else [],
    )


def _read(named: str) -> Read:
    """Read how a button or a box of ours names a comment: its key and the version that was shown."""
    key, _, version = named.partition(" ")
    return Read(key, version)


def changes_since(read: Read, now: Said) -> list[Change]:
    """Compare what was *read* of a comment with what it is *now*."""
    return changes(read, current_blog().store.conversation.revision(read), now)


def _asked(values: Any = None) -> tuple[str, str, int]:
    values = request.args if values is None else values
    status = values.get("status", "waiting")
    known = (*Status, "all")
    number = min(max(number_of(values.get("page", "")), 1), LAST_PAGE)
    return status if status in known else "waiting", values.get("q", "")[:100].replace("\x00", ""), number


@pages.get("/health")
@owner
def health() -> Any:
    """Show how work by the clock goes: what a letter cannot tell when mail is what is broken."""
    blog = current_blog()
    return render_template(
        "health.html",
        runs=blog.store.runs.all(),
        problems=dict(blog.clockwork.problems()),
        waiting=blog.store.letters.waiting(),
        held=blog.store.letters.held(),
    )


# One comment ---------------------------------------------------------------------------------------------------------


@pages.get("/<key>")
@moderator
def one(key: str) -> Any:
    """Show a comment with all that is known of it."""
    return _one(_said(key))


@pages.post("/<key>")
@moderator
def change(key: str) -> Any:
    """Edit a comment, answer it, erase its person, or decide on it, as the button that was pressed says."""
    blog = current_blog()
    said = _said(key)
    do = request.form.get("do", "")
    text = request.form.get("text", "").replace("\r\n", "\n")[: form.LONGEST_TEXT]
    read = Read(key, request.form.get("version", ""))
    done, batch = "", ""
    if do in ACTIONS:
        applied = blog.moderator.apply(Action(do), [read])
        if applied.unread:
            return _one(applied.unread[0][1], read=read), 409
        done, batch = do, applied.batch if applied.can_undo else ""
    elif read.version != said.version:
        return _one(said, read=read, edit=text if do == "edit" else "", answer=text if do == "answer" else ""), 409
    elif do == "edit" and text.strip():
        if blog.moderator.edit(key, text, read.version).state in UNDECIDED:
            return _one(_said(key), read=read, edit=text), 409
    elif do == "answer" and text.strip():
        if refused := _answer(blog, said, read, text):
            return refused
    elif do == "erase":
        if not has_role("owner"):
            abort(403)
        if request.form.get("sure") != "yes":
            return _one(said, unsure=True), 422
        blog.moderator.erase(said.person)
        return redirect(f"{root()}/moderation?done=erase&n=1", 303)
    asked = f"?{urlencode({'done': done, 'undo': batch})}" if done else ""
    return redirect(f"{root()}/moderation/{key}{asked}", 303)


def _answer(blog: Blog, said: Said, read: Read, text: str) -> Any:
    """Answer as the inbox does: what waited is published with it, and it goes where it was asked; None when given."""
    answering = blog.answering()
    preview = answering.preview(said, text)
    if preview and not preview.fits and not preview.by_hand:
        return _one(said, answer=text, too_long=preview), 422
    draft = AnswerDraft(
        text=text,
        token=request.form.get("token", "") or secrets.token_hex(12),
        seen=request.form.get("seen", "").split(),
        by=g.who,
        not_before=blog.now() + UNDO_FOR,
    )
    given = answering.give(read, draft)
    return None if given.state in ("new", "same") else (_one(_said(said.key), read=read, answer=text), 409)


def _one(
    said: Said,
    *,
    unsure: bool = False,
    read: Read | None = None,
    edit: str = "",
    answer: str = "",
    too_long: AnswerPreview | None = None,
) -> str:
    """
    Draw the page of one comment.

    Args:
        unsure: Ask whether its person is to be erased indeed.
        read: The comment as it was when what was pressed was shown; its changes since are marked.
        edit: What was typed in its place, and *answer*, below it: kept in the form.
        too_long: The answer as it would have been sent, where that is too long.
    """
    blog = current_blog()
    return render_template(
        "one.html",
        said=said,
        post=blog.info.post(said.post, said.lang),
        above=blog.store.conversation.thread(said),
        audit=blog.store.conversation.audit(said.key),
        others=[other for other in blog.store.conversation.find(person=said.person, limit=10) if other.key != said.key],
        unsure=unsure,
        marked={said.key: changes_since(read, said)} if read else {},
        edit=edit,
        answer=answer,
        too_long=too_long,
        way=None if said.is_owner else blog.answering().way(said),
        token=secrets.token_hex(12),
        seen=" ".join(one.key for one in blog.store.answers.below(said)),
        done=request.args.get("done", ""),
        batch=request.args.get("undo", ""),
    )


def _said(key: str) -> Said:
    found = current_blog().store.conversation.get(key)
    if found is None:
        abort(404)
    return found


@pages.app_template_global()
def reason(key: str, values: dict[str, Any], points: int) -> str:
    """Say one reason of a verdict in the owner's language, with its points: "a link (+2)"."""
    said = say(key, **values)
    return f"{said} ({points:+d})" if points else said


@pages.app_template_global()
def moment(text: str) -> str:
    """Write a moment of the store for people: "2026-11-22 18:05"."""
    return text[:16].replace("T", " ")


@pages.app_template_global()
def may_decide(said: Said) -> bool:
    """Tell whether the owner has a word on it still: not on what was withdrawn or is gone."""
    return may(Who.OWNER, said, said.status)
