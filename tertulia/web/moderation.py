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

from tertulia.app import Blog
from tertulia.conversation import form
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.moderator import Decision
from tertulia.core.addresses import split_address
from tertulia.core.languages import say, spoken
from tertulia.store.said import Author, Incoming, Said, Status, Trust
from tertulia.web import guards
from tertulia.web.context import current_blog, rate_counter

pages = Blueprint("moderation", __name__, url_prefix="/moderation")

COOKIE = "tertulia_owner"
LOGIN_FOR = timedelta(minutes=30)
SESSION_FOR = timedelta(days=14)
ACT_FOR = timedelta(days=14)
PAGE = 25
LAST_PAGE = 100_000
DECISIONS: dict[str, Decision] = {"approve": "approved", "reject": "rejected", "spam": "spam"}
TRUSTS: dict[str, Trust] = {"trust": "trusted", "block": "blocked", "forget": "unknown"}


def login_link(blog: Blog) -> str:
    """An address that signs the owner in, once."""
    return f"{blog.info.service}/moderation/login/{login_token(blog)}"


def login_token(blog: Blog) -> str:
    """The part of it that counts."""
    return blog.signer.sign("login", secrets.token_hex(8), blog.now())


def owner(page: Callable[..., Any]) -> Callable[..., Any]:
    """Only for the owner; a POST must also come from one of our own pages."""

    @wraps(page)
    def guarded(*arguments: Any, **named: Any) -> Any:
        blog = current_blog()
        g.lang = spoken()
        found = blog.signer.read("session", request.cookies.get(COOKIE, ""), SESSION_FOR, blog.now())
        if not found:
            if request.method == "POST":
                abort(403)
            return redirect("/moderation/login", 303)
        g.csrf = csrf(blog, str(found[0]))
        if request.method == "POST":
            given = request.form.get("csrf", "")
            if guards.origin(blog) == "other" or not hmac.compare_digest(given.encode(), g.csrf.encode()):
                abort(403)
        return page(*arguments, **named)

    return guarded


def csrf(blog: Blog, session: str) -> str:
    """The word that the forms of this session carry."""
    return hmac.new(blog.proof_key.encode(), f"csrf {session}".encode(), "sha256").hexdigest()


# In and out ----------------------------------------------------------------------------------------------------------


@pages.get("/login")
def login() -> Any:
    """How to get in."""
    g.lang = spoken()
    return render_template("login.html", token="", by_mail=_can_write(current_blog()), sent=False)


@pages.post("/login")
def ask_login() -> Any:
    """Send the owner a link; whoever asks learns nothing by it."""
    blog = current_blog()
    g.lang = spoken()
    if guards.origin(blog) == "other":
        abort(403)
    if _can_write(blog) and rate_counter().hit("login", "everybody", blog.now(), most=5) <= 5:
        blog.notices.sign_in(login_token(blog))
    return render_template("login.html", token="", by_mail=_can_write(blog), sent=True)


@pages.get("/login/<token>")
def show_login(token: str) -> Any:
    """A button: opening the link, as mail scanners do, signs nobody in."""
    g.lang = spoken()
    if not _login(token):
        return render_template("login.html", token="", by_mail=_can_write(current_blog()), sent=False, stale=True), 410
    return render_template("login.html", token=token, by_mail=False, sent=False)


@pages.post("/login/<token>")
def enter(token: str) -> Any:
    """In, once."""
    blog = current_blog()
    g.lang = spoken()
    nonce = _login(token)
    fresh = bool(nonce) and blog.store.once.use(f"login {nonce}", blog.now() + LOGIN_FOR, blog.now())
    if guards.origin(blog) == "other" or not fresh:
        return render_template("login.html", token="", by_mail=_can_write(blog), sent=False, stale=True), 410
    response = make_response(redirect("/moderation", 303))
    session = blog.signer.sign("session", secrets.token_hex(8), blog.now())
    response.set_cookie(
        COOKIE,
        session,
        max_age=int(SESSION_FOR.total_seconds()),
        path="/moderation",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure or split_address(blog.info.service).scheme == "https",
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
    blog = current_blog()
    found = blog.signer.read("login", token, LOGIN_FOR, blog.now())
    return str(found[0]) if found and not blog.store.once.was_used(f"login {found[0]}") else ""


def _can_write(blog: Blog) -> bool:
    return bool(blog.settings.smtp_url and blog.settings.owner_email)


# The queue -----------------------------------------------------------------------------------------------------------


@pages.get("")
@owner
def queue() -> Any:
    """What waits, or what has been decided, or what holds some words."""
    blog = current_blog()
    status, words, page = _asked()
    found = blog.store.conversation.find(
        (status,) if status != "all" else (), words, limit=PAGE + 1, offset=(page - 1) * PAGE
    )
    return render_template(
        "queue.html",
        found=[
            (said, blog.info.post(said.post, said.lang), blog.store.conversation.thread(said)[-1:])
            for said in found[:PAGE]
        ],
        counts=blog.store.conversation.counts(),
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
    moderator = current_blog().moderator
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
    blog = current_blog()
    said = _said(key)
    do = request.form.get("do", "")
    text = request.form.get("text", "").replace("\r\n", "\n")[: form.LONGEST_TEXT]
    if do == "edit" and text.strip():
        blog.moderator.edit(key, text)
    elif do == "answer" and text.strip():
        _answer(blog, said, text)
    elif do == "erase":
        if request.form.get("sure") != "yes":
            return _one(said, unsure=True), 422
        blog.moderator.erase(said.person)
        return redirect("/moderation?done=erase&n=1", 303)
    elif do in (*DECISIONS, *TRUSTS):
        _do(do, key)
    return redirect(f"/moderation/{key}", 303)


def _answer(blog: Blog, said: Said, text: str) -> None:
    """The owner's own word below a comment."""
    name = blog.info.author or blog.info.title
    author = Author(network="form", identity="owner", name=name, url=blog.info.site, is_owner=True)
    blog.moderator.ingest(
        Incoming(
            source="form",
            source_id=secrets.token_hex(12),
            post=said.post,
            lang=said.lang,
            kind="reply",
            author=author,
            published=blog.now(),
            text=text,
            html=to_html(text),
            in_reply_to=said.key,
        )
    )


def _one(said: Said, unsure: bool = False) -> str:
    blog = current_blog()
    return render_template(
        "one.html",
        said=said,
        post=blog.info.post(said.post, said.lang),
        above=blog.store.conversation.thread(said),
        audit=blog.store.conversation.audit(said.key),
        others=[other for other in blog.store.conversation.find(person=said.person, limit=10) if other.key != said.key],
        unsure=unsure,
    )


def _said(key: str) -> Said:
    found = current_blog().store.conversation.get(key)
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
    if said is None or guards.origin(current_blog()) == "other":
        return render_template("act.html", what="", said=None, token=token, done=False), 410
    _do(what, said.key)
    return render_template("act.html", what=what, said=said, token=token, done=True)


def _act(token: str) -> tuple[str, Said | None]:
    blog = current_blog()
    found = blog.signer.read("act", token, ACT_FOR, blog.now())
    if not found or found[0][0] not in DECISIONS:
        return "", None
    return found[0][0], blog.store.conversation.get(found[0][1])


@pages.app_template_global()
def reason(key: str, values: dict[str, Any], points: int) -> str:
    """One reason, in the owner's language."""
    said = say(key, **values)
    return f"{said} ({points:+d})" if points else said


@pages.app_template_global()
def moment(text: str) -> str:
    """A moment of the store for people: "2026-11-22 18:05"."""
    return text[:16].replace("T", " ")
