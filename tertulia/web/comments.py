"""The pages for readers: the form's two steps, what became of a comment, likes. Letters to them: ``reader_letters``.

``POST /comments``            1. shows what will be seen, with a token; 2. with the token and "send", takes it in
``/comments/mine/TOKEN``      what became of it; for fifteen minutes, also how to change it or take it back
``POST /comments/like``       one person, one like
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, g, jsonify, make_response, redirect, render_template, request

from tertulia.app import Blog
from tertulia.content.posts import Post
from tertulia.conversation import form
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.form import CommentDraft, Mistake
from tertulia.core import sanitise
from tertulia.core.errors import StoreError, log_failure
from tertulia.core.tokens import keyed
from tertulia.store.said import Author, Said, Status, Who
from tertulia.store.transitions import is_owners_no, may
from tertulia.web import guards, kept
from tertulia.web.budgets import MOST_LIKES_BY_ONE
from tertulia.web.context import current_blog, daily_budgets, rate_counter, reading_gate, root
from tertulia.web.kept import Kept

log = logging.getLogger(__name__)
pages = Blueprint("comments", __name__)

CHANGE_FOR = timedelta(minutes=15)
PRIVATE_LINK_FOR = timedelta(days=30)
MOST_PREVIEWS = 100  # sendings of the form in ten minutes, from one machine: each is read and drawn
MOST_LIKES = 3  # of one thing in ten minutes, from one machine


def message(key: str, status: int = 200, **values: Any) -> Any:
    """
    Answer with a page that says one thing, or with its words as JSON where that was asked for.

    Args:
        key: The phrase, of those for readers.
        status: Of HTTP.
        values: What the phrase asks for.
    """
    if _wants_json():
        return jsonify(state="message", text=current_blog().info.t(key, g.lang)), status
    return render_template("message.html", key=key, values=values), status


# The form ------------------------------------------------------------------------------------------------------------


@pages.post("/comments")
def comment() -> Any:
    """Show what will be seen; when the form comes back with its token and "send", take it in."""
    blog = current_blog()
    draft = form.read(request.form)
    post = post_of(blog, draft)
    g.lang = post.lang
    if rate_counter().hit("preview", guards.machine(), blog.now(), MOST_PREVIEWS) > MOST_PREVIEWS:
        return _preview(blog, draft, post, [Mistake("send", "comment_too_many")], 429, draw=False)
    with reading_gate().enter(length=len(draft.text)) as is_in:
        if not is_in:
            return _preview(blog, draft, post, [Mistake("send", "comment_busy")], 503, draw=False)
        return _comment(blog, draft, post)


def _comment(blog: Blog, draft: CommentDraft, post: Post) -> Any:
    wrong = form.mistakes(draft)
    if wrong or request.form.get("action") != "send":
        return _preview(blog, draft, post, wrong)
    token = guards.read_token(blog, request.form.get("token", ""), post=draft.post, lang=draft.lang)
    if token is None:
        return _preview(blog, draft, post, [Mistake("send", "comment_expired")])
    nonce, age = token
    try:
        # The token is good for one comment: sent again, it leads to that one, whatever it says now.
        recent = rate_counter().hit("comment", guards.machine(), blog.now())
        if recent <= rate_counter().most:
            key = _send(blog, draft, nonce, age=age, recent=recent)
        elif said := blog.store.conversation.by_source("form", nonce):
            key = said.key
        else:
            return _preview(blog, draft, post, [Mistake("send", "comment_too_many")], 429)
    except StoreError:
        # Nothing is lost: the words stay on the page, and it can be sent again when the store is well.
        return _preview(blog, draft, post, [Mistake("send", "comment_not_stored")], 503)
    if not key:
        return message("service_403", 403)
    return _sent(blog, draft, key)


@pages.get("/comments/new")
def new() -> Any:
    """Show the form on a page of its own: how to answer one comment without JavaScript."""
    blog = current_blog()
    draft = form.read(request.args)
    post = post_of(blog, draft)
    g.lang = post.lang
    return _preview(blog, replace(draft, text=""), post, [])


def _send(blog: Blog, draft: CommentDraft, nonce: str, *, age: float, recent: int) -> str:
    """
    Take a comment in, and ask its writer about notices if they want any.

    Args:
        nonce: Of the form's token; names the comment, so that sent twice it is one.
        age: Seconds since the preview was shown.
        recent: How many the same machine sent in the last minutes.

    Returns:
        Its key; "" when its writer was erased and asked to stay so.
    """
    signals = replace(
        guards.signals(blog),
        age_seconds=age,
        honeypot=bool(draft.honeypot),
        recent=recent,
        worked=guards.worked(blog, request.form.get("altcha", ""), nonce=nonce),
    )
    incoming = form.incoming(draft, nonce, kept.read(Kept.PERSON), blog.now())
    recorded = blog.moderator.ingest(incoming, signals, once=True)
    if recorded.state == "same":
        rate_counter().take_back("comment", guards.machine())
        return recorded.key
    if draft.notify and draft.email and recorded.key and recorded.status != "spam":
        with log_failure(log, recorded.key):
            _ask_for_notices(blog, draft, recorded.key)
    return recorded.key


def _ask_for_notices(blog: Blog, draft: CommentDraft, key: str) -> None:
    """Ask the owner of the address whether they want letters, if they may be asked today."""
    said = blog.store.conversation.get(key)
    if said and daily_budgets().spend_letter(blog.now(), recipient=draft.email, machine=guards.machine()):
        blog.notices.asked(blog.store.letters.ask(said.id, draft.email, draft.lang, blog.now()))


def _sent(blog: Blog, draft: CommentDraft, key: str) -> Any:
    mine = f"{root()}/comments/mine/{blog.signer.sign('mine', key, blog.now())}"
    word = ""
    with log_failure(log, key):
        said = blog.store.conversation.get(key) if draft.remember else None
        if said:
            word = blog.signer.sign(Kept.PERSON, blog.store.conversation.identity(said.person), blog.now())
    if not _wants_json():
        return kept.by_cookie(redirect(mine, 303), Kept.PERSON, word)
    return kept.by_cookie(jsonify(state="sent", url=mine, keep=kept.by_page(Kept.PERSON, word)), Kept.PERSON, word)


def _preview(
    blog: Blog, draft: CommentDraft, post: Post, wrong: list[Mistake], status: int = 0, *, draw: bool = True
) -> Any:
    """
    Show the form once more, with what will be seen and what is to be put right.

    Args:
        status: Of HTTP; 0 for 422 where something is wrong and 200 where nothing is.
        draw: Whether what will be seen is drawn at all: that costs work.
    """
    nonce = secrets.token_hex(12)
    token = guards.token(blog, nonce, post=post.id, lang=post.lang)
    shown = to_html(draft.text) if draw and draft.text and len(draft.text) <= form.LONGEST_TEXT else ""
    status = status or (422 if wrong else 200)
    if _wants_json():
        errors = [{"field": one.where, "text": blog.info.t(one.key, g.lang, **one.values)} for one in wrong]
        challenge = None if wrong else guards.challenge(blog, nonce)
        state = "errors" if wrong else "preview"
        return jsonify(state=state, html=shown, token=token, challenge=challenge, errors=errors), status
    above = blog.store.conversation.get(draft.parent) if draft.parent and status != 503 else None
    if above and (above.status != "approved" or (above.post, above.lang) != post.key):
        above = None
    return render_template(
        "comment.html", draft=draft, post=post, token=token, wrong=wrong, shown=shown, above=above, form=form
    ), status


# What became of it ---------------------------------------------------------------------------------------------------


@pages.get("/comments/mine/<token>")
def mine(token: str) -> Any:
    """Tell whoever wrote a comment what became of it."""
    blog = current_blog()
    said, is_young = _mine(blog, token)
    if said is None:
        return message("mine_unknown", 404)
    return _mine_page(blog, said, is_young=is_young)


@pages.post("/comments/mine/<token>")
def change_mine(token: str) -> Any:
    """Change a comment or take it back, as its writer, while there is time."""
    blog = current_blog()
    said, is_young = _mine(blog, token)
    if said is None:
        return message("mine_unknown", 404)
    if guards.origin(blog) == "other":
        abort(403)
    withdraws = request.form.get("action") == "withdraw"
    if not (is_young and may(Who.WRITER, said, Status.WITHDRAWN) and (withdraws or not is_owners_no(said))):
        return message("mine_too_late", 409)
    if withdraws:
        blog.moderator.withdraw(said.key)
        return redirect(f"{root()}/comments/mine/{token}", 303)
    with reading_gate().enter(length=len(request.form.get("text", ""))) as is_in:
        if not is_in:
            busy = [Mistake("text", "comment_busy")]
            return _mine_page(blog, said, is_young=is_young, wrong=busy, text=form.read(request.form).text), 503
        return _rewrite(blog, said, is_young=is_young, token=token)


def _rewrite(blog: Blog, said: Said, *, is_young: bool, token: str) -> Any:
    unchanged = {"post": said.post, "lang": said.lang, "name": said.name, "parent": said.in_reply_to}
    draft = form.read(unchanged | {"text": request.form.get("text", "")})
    wrong = form.mistakes(draft)
    if wrong:
        return _mine_page(blog, said, is_young=is_young, wrong=wrong, text=draft.text), 422
    nonce = next(source_id for source, source_id, _ in said.sources if source == "form")
    incoming = form.incoming(draft, nonce, "", blog.now())
    author = Author(
        network="form", identity=blog.store.conversation.identity(said.person), name=said.name, url=said.author_url
    )
    blog.moderator.rewrite(said, replace(incoming, author=author), guards.signals(blog))
    return redirect(f"{root()}/comments/mine/{token}", 303)


def _mine(blog: Blog, token: str) -> tuple[Said | None, bool]:
    found = blog.signer.read("mine", token, PRIVATE_LINK_FOR, blog.now())
    said = blog.store.conversation.get(found[0]) if found else None
    if said is None:
        return None, False
    g.lang = said.lang
    return said, guards.age_of(said.received_at, blog.now()) <= CHANGE_FOR


def _mine_page(blog: Blog, said: Said, *, is_young: bool, wrong: Sequence[Mistake] = (), text: str = "") -> str:
    """Show its page: while there is time it may be taken back whatever was decided, and changed unless turned down."""
    may_withdraw = is_young and may(Who.WRITER, said, Status.WITHDRAWN)
    return render_template(
        "mine.html",
        said=said,
        post=blog.info.post(said.post, said.lang),
        may_withdraw=may_withdraw,
        may_change=may_withdraw and not is_owners_no(said),
        minutes=15,
        wrong=wrong,
        text=text or said.text,
    )


# Likes ---------------------------------------------------------------------------------------------------------------


@pages.post("/comments/like")
def like() -> Any:
    """
    Count one person once, without knowing who it is.

    The browser keeps a word that we signed; the store keeps its hash with what was liked, so that no two likes of
    the same person look alike there. A word that we did not sign is none, and a machine counts too: a browser may
    forget its word, or collect many.
    """
    blog = current_blog()
    if guards.origin(blog) == "other":
        abort(403)
    post = post_of(blog, form.read(request.form))
    g.lang = post.lang
    key = sanitise.one_line(request.form.get("comment", ""), 24)
    said = blog.store.conversation.get(key) if key else None
    if key and (said is None or said.status != "approved" or (said.post, said.lang) != post.key):
        abort(404)
    known = kept.read(Kept.LIKES)
    name = known or secrets.token_hex(16)
    on = f"{post.id}/{post.lang}/{key}"
    source_id = keyed(name.encode(), on)
    if not blog.store.conversation.has_counted("button", source_id) and _may_like(blog, on):
        blog.store.conversation.count(
            post.id, post.lang, "like", "button", source_id, number=1, now=blog.now(), comment=key
        )
        with log_failure(log, "a like"):
            blog.store.conversation.show(blog.snapshots, post.id, post.lang)
    word = "" if known else blog.signer.sign(Kept.LIKES, name, blog.now())
    if _wants_json():
        return kept.by_cookie(jsonify(state="liked", keep=kept.by_page(Kept.LIKES, word)), Kept.LIKES, word)
    return kept.by_cookie(make_response(render_template("liked.html", post=post, said=said)), Kept.LIKES, word)


def _may_like(blog: Blog, on: str) -> bool:
    """Count a like *on* something for this machine; whether there is room for it."""
    machine = guards.machine()
    if rate_counter().hit(f"like {on}", machine, blog.now(), most=MOST_LIKES) > MOST_LIKES:
        return False
    return daily_budgets().spend(blog.now(), (f"like {on}", machine, MOST_LIKES_BY_ONE))


# Helpers -------------------------------------------------------------------------------------------------------------


def post_of(blog: Blog, draft: CommentDraft) -> Post:
    """Find the published post that *draft* is about; 404 where there is none."""
    found = blog.info.post(draft.post, draft.lang)
    if found is None:
        abort(404)
    return found


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
