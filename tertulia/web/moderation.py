"""The owner's pages: the queue with its reasons, one comment with its context, and the links of letters.

In by a link that works once, printed by ``python3 tasks.py moderate`` or sent to ``OWNER_EMAIL``. Every change is a
POST with a word that only our own page knows (CSRF), and works with the keyboard alone.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, get_args

from flask import Blueprint, abort, g, make_response, redirect, render_template, request

from tertulia.conversation import form
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.moderator import Decision
from tertulia.core.addresses import split_address
from tertulia.core.languages import say, spoken
from tertulia.store.said import Author, Incoming, Said, Status, Trust
from tertulia.web import guards
from tertulia.web.context import Desk

pages = Blueprint("moderation", __name__, url_prefix="/moderation")

COOKIE = "tertulia_owner"
LOGIN_FOR = timedelta(minutes=30)
SESSION_FOR = timedelta(days=14)
ACT_FOR = timedelta(days=14)
PAGE = 25
LAST_PAGE = 100_000
DECISIONS: dict[str, Decision] = {"approve": "approved", "reject": "rejected", "spam": "spam"}
TRUSTS: dict[str, Trust] = {"trust": "trusted", "block": "blocked", "forget": "unknown"}


def _desk() -> Desk:
    from tertulia.web.app import desk

    return desk()


def login_link(desk: Desk) -> str:
    """An address that signs the owner in, once."""
    return f"{desk.blog.service}/moderation/login/{login_token(desk)}"


def login_token(desk: Desk) -> str:
    """The part of it that counts."""
    return desk.signer.sign("login", secrets.token_hex(8), desk.now())


def owner(page: Callable[..., Any]) -> Callable[..., Any]:
    """Only for the owner; a POST must also come from one of our own pages."""

    @wraps(page)
    def guarded(*arguments: Any, **named: Any) -> Any:
        desk = _desk()
        g.lang = spoken()
        found = desk.signer.read("session", request.cookies.get(COOKIE, ""), SESSION_FOR, desk.now())
        if not found:
            if request.method == "POST":
                abort(403)
            return redirect("/moderation/login", 303)
        g.csrf = csrf(desk, str(found[0]))
        if request.method == "POST":
            given = request.form.get("csrf", "")
            if guards.request_origin(desk) == "other" or not hmac.compare_digest(given.encode(), g.csrf.encode()):
                abort(403)
        return page(*arguments, **named)

    return guarded


def csrf(desk: Desk, session: str) -> str:
    """The word that the forms of this session carry."""
    return hmac.new(desk.work.encode(), f"csrf {session}".encode(), "sha256").hexdigest()


# In and out ----------------------------------------------------------------------------------------------------------


@pages.get("/login")
def login() -> Any:
    """How to get in."""
    g.lang = spoken()
    return render_template("login.html", token="", by_mail=_can_write(_desk()), sent=False)


@pages.post("/login")
def ask_login() -> Any:
    """Send the owner a link; whoever asks learns nothing by it."""
    desk = _desk()
    g.lang = spoken()
    if guards.request_origin(desk) == "other":
        abort(403)
    if _can_write(desk) and desk.counter.hit("login", "everybody", desk.now(), most=5) <= 5:
        desk.notices.sign_in(login_token(desk))
    return render_template("login.html", token="", by_mail=_can_write(desk), sent=True)


@pages.get("/login/<token>")
def show_login(token: str) -> Any:
    """A button: opening the link, as mail scanners do, signs nobody in."""
    g.lang = spoken()
    if not _login(token):
        return render_template("login.html", token="", by_mail=_can_write(_desk()), sent=False, stale=True), 410
    return render_template("login.html", token=token, by_mail=False, sent=False)


@pages.post("/login/<token>")
def enter(token: str) -> Any:
    """In, once."""
    desk = _desk()
    g.lang = spoken()
    nonce = _login(token)
    fresh = bool(nonce) and desk.store.once.use(f"login {nonce}", desk.now() + LOGIN_FOR, desk.now())
    if guards.request_origin(desk) == "other" or not fresh:
        return render_template("login.html", token="", by_mail=_can_write(desk), sent=False, stale=True), 410
    response = make_response(redirect("/moderation", 303))
    session = desk.signer.sign("session", secrets.token_hex(8), desk.now())
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(SESSION_FOR.total_seconds()),
        path="/moderation",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure or split_address(desk.blog.service).scheme == "https",
    )
    return response


@pages.post("/logout")
@owner
def leave() -> Any:
    """Out."""
    response = make_response(redirect("/moderation/login", 303))
    response.delete_cookie(COOKIE, path="/moderation")
    return response


def _login(token: str) -> str:
    desk = _desk()
    found = desk.signer.read("login", token, LOGIN_FOR, desk.now())
    return str(found[0]) if found and not desk.store.once.was_used(f"login {found[0]}") else ""


def _can_write(desk: Desk) -> bool:
    return bool(desk.settings.smtp_url and desk.settings.owner_email)


# The queue -----------------------------------------------------------------------------------------------------------


@pages.get("")
@owner
def queue() -> Any:
    """What waits, or what has been decided, or what holds some words."""
    desk = _desk()
    status, words, page = _asked()
    found = desk.store.conversation.find(
        (status,) if status != "all" else (), words, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    return render_template(
        "queue.html",
        found=[
            (said, desk.blog.post(said.post, said.lang), desk.store.conversation.thread(said)[-1:])
            for said in found[:PAGE]
        ],
        counts=desk.store.conversation.counts(),
        statuses=[*get_args(Status), "all"],
        status=status,
        words=words,
        page=page,
        more=len(found) > PAGE,
        done=request.args.get("done", ""),
        number=request.args.get("n", ""),
    )


@pages.post("")
@owner
def decide() -> Any:
    """One decision for one comment, or for all that are ticked."""
    what, _, single = request.form.get("do", "").partition(" ")
    keys = [single] if single else request.form.getlist("key")
    if what not in (*DECISIONS, *TRUSTS):
        abort(400)
    done = sum(bool(_do(what, key)) for key in keys[:1000])
    status, words, page = _asked(request.form)
    from urllib.parse import urlencode

    query = urlencode({"status": status, "q": words, "page": page, "done": what, "n": done})
    return redirect(f"/moderation?{query}", 303)


def _do(what: str, key: str) -> object:
    moderator = _desk().moderator
    if what in DECISIONS:
        return moderator.decide(key, DECISIONS[what])
    if what == "trust" and moderator.trust(key, "trusted"):
        moderator.decide(key, "approved")
        return True
    return moderator.trust(key, TRUSTS[what])


def _asked(values: Any = None) -> tuple[str, str, int]:
    values = request.args if values is None else values
    status = values.get("status", "waiting")
    page = values.get("page", "1")
    known = (*get_args(Status), "all")
    number = min(max(int(page), 1), LAST_PAGE) if page.isdecimal() else 1
    return status if status in known else "waiting", values.get("q", "")[:100].replace("\x00", ""), number


# One comment ---------------------------------------------------------------------------------------------------------


@pages.get("/<key>")
@owner
def one(key: str) -> Any:
    """A comment with all that is known of it."""
    return _one(_said(key))


@pages.post("/<key>")
@owner
def change(key: str) -> Any:
    """Other words, an answer, or the person erased."""
    desk = _desk()
    said = _said(key)
    do = request.form.get("do", "")
    text = request.form.get("text", "").replace("\r\n", "\n")[: form.LONGEST_TEXT]
    if do == "edit" and text.strip():
        desk.moderator.edit(key, text)
    elif do == "answer" and text.strip():
        _answer(desk, said, text)
    elif do == "erase":
        if request.form.get("sure") != "yes":
            return _one(said, unsure=True), 422
        desk.moderator.erase(said.person)
        return redirect("/moderation?done=erase&n=1", 303)
    elif do in (*DECISIONS, *TRUSTS):
        _do(do, key)
    return redirect(f"/moderation/{key}", 303)


def _answer(desk: Desk, said: Said, text: str) -> None:
    """The owner's own word below a comment."""
    name = desk.blog.author or desk.blog.title
    author = Author(network="form", identity="owner", name=name, url=desk.blog.site, is_owner=True)
    desk.moderator.ingest(
        Incoming(
            source="form",
            source_id=secrets.token_hex(12),
            post=said.post,
            lang=said.lang,
            kind="reply",
            author=author,
            published=desk.now(),
            text=text,
            html=to_html(text),
            in_reply_to=said.key,
        )
    )


def _one(said: Said, unsure: bool = False) -> str:
    desk = _desk()
    return render_template(
        "one.html",
        said=said,
        post=desk.blog.post(said.post, said.lang),
        above=desk.store.conversation.thread(said),
        audit=desk.store.conversation.audit(said.key),
        others=[other for other in desk.store.conversation.find(person=said.person, limit=10) if other.key != said.key],
        unsure=unsure,
    )


def _said(key: str) -> Said:
    found = _desk().store.conversation.get(key)
    if found is None:
        abort(404)
    return found


# The links of letters ------------------------------------------------------------------------------------------------


@pages.get("/act/<token>")
def show_act(token: str) -> Any:
    """What the letter's link would do, and a button that does it."""
    g.lang = spoken()
    what, said = _act(token)
    if said is None:
        return render_template("act.html", what="", said=None, token=token, done=False), 410
    return render_template("act.html", what=what, said=said, token=token, done=False)


@pages.post("/act/<token>")
def act(token: str) -> Any:
    """Do it."""
    g.lang = spoken()
    what, said = _act(token)
    if said is None or guards.request_origin(_desk()) == "other":
        return render_template("act.html", what="", said=None, token=token, done=False), 410
    _do(what, said.key)
    return render_template("act.html", what=what, said=said, token=token, done=True)


def _act(token: str) -> tuple[str, Said | None]:
    desk = _desk()
    found = desk.signer.read("act", token, ACT_FOR, desk.now())
    if not found or found[0][0] not in DECISIONS:
        return "", None
    return found[0][0], desk.store.conversation.get(found[0][1])


@pages.app_template_global()
def reason(key: str, values: dict[str, Any], points: int) -> str:
    """One reason, in the owner's language."""
    said = say(key, **values)
    return f"{said} ({points:+d})" if points else said


@pages.app_template_global()
def moment(text: str) -> str:
    """A moment of the store for people: "2026-11-22 18:05"."""
    return text[:16].replace("T", " ")
