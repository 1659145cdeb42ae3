"""The inbox: everything that was said to the blog, on every channel, who has waited longest first; and answering it.

Behind the sign-in of the moderation, with the same rules: every change is a POST with a word of our own page, and
names the version of what was read. All of it works without a script; ``inbox.js`` gives keys to the same buttons.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, abort, g, redirect, render_template, request

from tertulia.app import Blog
from tertulia.content import saved_answers
from tertulia.content.networks import label
from tertulia.content.tone import Tone
from tertulia.conversation import form, inbox_words
from tertulia.conversation.answering import UNDO_FOR, AnswerDraft, AnswerPreview
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.moderator import Action
from tertulia.core.errors import TertuliaError
from tertulia.store.inbox import InboxFilter, InboxItem
from tertulia.store.inbox_tables import ItemState
from tertulia.store.said import Read
from tertulia.web.context import current_blog, root
from tertulia.web.my_inbox import FILTERS
from tertulia.web.team import has_role, me, moderator, team

pages = Blueprint("inbox", __name__, url_prefix="/inbox")

# What the button "later" offers, as the terminal writes it.
LATER = ("3h", "1d", "7d")
# What may be done from the list with what waits for a decision.
DECISIONS = (Action.APPROVE, Action.SPAM)


@pages.get("")
@team
def list_() -> Any:
    """List what waits, or what a filter asks for."""
    return _list()


@pages.post("")
@team
def change_many() -> Any:
    """
    Set one item aside, put it off, bring it back or decide on it, as the button that was pressed says.

    The address that a button sends to ends in the place of the next item ("#i-…"), where the browser goes on: what a
    form's address ends in is kept when the answer leads elsewhere. https://fetch.spec.whatwg.org/#http-redirect-fetch
    """
    what, key, version = [*request.form.get("do", "").split(" "), "", ""][:3]
    _item(key)  # theirs to see
    batch = ""
    if what in DECISIONS:
        if not has_role("moderator"):
            abort(403)
        applied = current_blog().moderator.apply(Action(what), [Read(key, version)])
        is_done, batch = not applied.unread, applied.batch if applied.can_undo else ""
    else:
        is_done = _set_aside(what, Read(key, version))
    if not is_done:
        return _list(stale=key), 409
    return redirect(inbox_address(_asked(), done=what, key=key, batch=batch), 303)


@pages.post("/undo/<batch>")
@moderator
def undo(batch: str) -> Any:
    """Take back what was decided from the list."""
    current_blog().moderator.undo(batch)
    return redirect(inbox_address(_asked()), 303)


@pages.get("/keys.js")
def keys() -> Response:
    """Hand out the script that gives keys to the buttons; it does nothing of its own."""
    response = Response(render_template("inbox.js"), mimetype="text/javascript")
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@pages.get("/<key>")
@team
def one(key: str) -> Any:
    """Show an item with the talk above it, what was answered, and a form to answer; the others see who is at it."""
    blog = current_blog()
    item = _item(key)
    if item.state == ItemState.UNANSWERED:
        blog.store.inbox.hold(key, me(), blog.now())
    return _one(_item(key))


@pages.post("/<key>")
@team
def change(key: str) -> Any:
    """Preview an answer, give it, take it back, or set the item aside, as the button that was pressed says."""
    blog = current_blog()
    item = _item(key)
    what, _, more = request.form.get("do", "").partition(" ")
    read = Read(key, request.form.get("version", ""))
    text = request.form.get("text", "").replace("\r\n", "\n")[: form.LONGEST_TEXT]
    if what in ("preview", "send", "draft", "saved"):
        blog.store.drafts.keep(key, me(), text, blog.now())  # whatever happens next, nothing written is lost
    if what == "draft":
        return _one(item, text=text, is_kept=True)
    if what == "saved":
        return _one(item, text=_with_saved(item, text, more))
    if what == "undo":
        given = next((one for one in blog.store.answers.below(item.said) if one.key == more), None)
        if given is None:
            abort(404)
        taken = blog.answering().take_back(blog.outbox(blog.networks()), more)
        if not blog.store.drafts.get(key, me()):
            blog.store.drafts.keep(key, me(), given.text, blog.now())  # to be written better
        return redirect(item_address(key, _came_from(), done="undone" if taken else "not_undone"), 303)
    if what in ("preview", "send") and text.strip():
        return _answer(blog, item, read, text, is_sent=what == "send")
    if what == "label":
        is_put = blog.store.labels.put(key, request.form.get("label", "").replace("\x00", ""))
        return redirect(item_address(key, _came_from(), done="" if is_put else "no_label"), 303)
    if what == "unlabel":
        blog.store.labels.take_off(key, more)
        return redirect(item_address(key, _came_from()), 303)
    if what == "release":
        blog.store.inbox.release(key, me())
        return redirect(_onwards(), 303)
    if what not in ("done", "back", "later"):
        return redirect(item_address(key, _came_from()), 303)
    if not _set_aside(what, read, more):
        return _one(item, stale=True, text=text), 409
    return redirect(_onwards(done=what, key=key), 303)


def _answer(blog: Blog, item: InboxItem, read: Read, text: str, *, is_sent: bool) -> Any:
    answering = blog.answering()
    only_here = request.form.get("only_here") == "yes"
    preview = None if only_here else answering.preview(item.said, text)
    if not is_sent or (preview and not preview.fits and not preview.by_hand):
        page = _one(item, text=text, preview=preview, is_previewed=True)
        return page if not is_sent else (page, 422)
    try:
        at = _moment(blog)
    except TertuliaError as error:
        return _one(item, text=text, problem=str(error)), 422
    draft = AnswerDraft(
        text=text,
        token=request.form.get("token", "") or secrets.token_hex(12),
        seen=request.form.get("seen", "").split(),
        only_here=only_here,
        by=g.who,
        not_before=at or blog.now() + UNDO_FOR,
    )
    given = answering.give(read, draft)
    if given.state not in ("new", "same"):
        return _one(_item(item.said.key), stale=True, text=text), 409
    blog.store.drafts.keep(item.said.key, me(), "", blog.now())
    return redirect(_onwards(done="given_later" if at else "given", key=item.said.key, answer=given.key), 303)


def _moment(blog: Blog) -> datetime | None:
    """Read when the answer is to go: "9:00", "2h"; None for now."""
    written = request.form.get("at", "").strip()[:40]
    if not written:
        return None
    moment = inbox_words.until(written, blog.now(), blog.zone)
    return blog.quiet_until(moment) or moment


def _saved(lang: str = "") -> tuple[dict[str, str], str]:
    """Read the saved answers in the language of a post; none where their file makes no sense, and what is wrong."""
    try:
        return saved_answers.read(current_blog().root / "content", lang), ""
    except TertuliaError as error:
        return {}, str(error)


def _with_saved(item: InboxItem, text: str, name: str) -> str:
    """Put the saved answer called *name* below what is written already."""
    chosen = _saved(item.said.lang)[0].get(name, "")
    filled = saved_answers.fill(chosen, current_blog().answering().places(item.said))
    return "\n\n".join(part for part in (text.strip(), filled) if part)


def _set_aside(what: str, read: Read, until: str = "") -> bool:
    """Do what a button says; False when the item is no more as it was read."""
    blog = current_blog()
    inbox, now = blog.store.inbox, blog.now()
    mine = inbox_words.within(g.member, blog.info.published())
    if what == "back":
        return inbox.bring_back(read, now, within=mine)
    if what == "done":
        return inbox.set_aside(read, now, within=mine)
    if what != "later":
        abort(400)
    try:
        moment = inbox_words.until(until, now, blog.zone) if until else now + timedelta(days=1)
    except TertuliaError:
        abort(400)
    return inbox.set_aside(read, now, until=moment, within=mine)


def _list(stale: str = "") -> str:
    blog = current_blog()
    now, published = blog.now(), blog.info.published()
    asked = _asked()
    mine = inbox_words.within(g.member, published)
    wanted = replace(inbox_words.filter_of(asked, published), within=mine)
    page = blog.store.inbox.page(wanted, now, after=request.args.get("after", "")[:60])
    return render_template(
        "inbox.html",
        items=[(item, blog.info.post(item.said.post, item.said.lang)) for item in page.items],
        after=page.after,
        counts=blog.store.inbox.counts(now, InboxFilter(within=mine)),
        states=[*inbox_words.STATES, inbox_words.EVERY],
        state=asked.get("state") or inbox_words.STATES[0],
        channels=blog.store.inbox.channels(now, mine),
        tones=[tone for tone in Tone if tone != Tone.TALK],
        labels=blog.store.labels.all(mine),
        views=blog.store.team.views(g.who),
        asked=asked,
        now=now,
        me=me(),
        done=request.args.get("done", ""),
        answer=request.args.get("answer", "")[:24],
        batch=request.args.get("batch", "")[:24],
        undo=blog.store.inbox.get(request.args.get("key", "")[:24], now, mine) if request.args.get("key") else None,
        stale=stale,
        unread=_saved()[1],
        begun=blog.store.drafts.begun(me()),
    )


def _one(
    item: InboxItem,
    *,
    stale: bool = False,
    text: str = "",
    preview: AnswerPreview | None = None,
    is_previewed: bool = False,
    is_kept: bool = False,
    problem: str = "",
) -> str:
    blog = current_blog()
    said = item.said
    below = blog.store.answers.below(said)
    saved, unread = _saved(said.lang)
    return render_template(
        "item.html",
        item=item,
        said=said,
        post=blog.info.post(said.post, said.lang),
        above=blog.store.conversation.thread(said),
        below=[(one, blog.store.deliveries.answers(one.key)) for one in below],
        way=blog.answering().way(said),
        token=request.form.get("token", "") or secrets.token_hex(12),
        seen=" ".join(one.key for one in below),
        later=LATER,
        now=blog.now(),
        me=me(),
        stale=stale,
        text=text or blog.store.drafts.get(said.key, me()),
        is_begun=request.method == "POST",
        came_from=_came_from(),
        is_kept=is_kept,
        problem=problem,
        saved=saved,
        unread=unread,
        labels=blog.store.labels.all(inbox_words.within(g.member, blog.info.published())),
        at=request.form.get("at", "")[:40],
        preview=preview,
        drawn=to_html(text) if is_previewed else "",
        only_here=request.form.get("only_here") == "yes",
        done=request.args.get("done", ""),
        person=blog.store.persons.get(said.person) if has_role("moderator") else None,
        others=_others(item),
        likely=_likely(item) if has_role("moderator") else [],
    )


def _others(item: InboxItem) -> list[InboxItem]:
    """List what else of the same person waits, as far as whoever is signed in may see it."""
    blog = current_blog()
    wanted = InboxFilter(person=item.said.person, within=inbox_words.within(g.member, blog.info.published()))
    found = blog.store.inbox.page(wanted, blog.now(), limit=6).items
    return [one for one in found if one.said.key != item.said.key][:5]


def _likely(item: InboxItem) -> list[Any]:
    """List who may be the same person, each with who is at something that they said."""
    blog = current_blog()
    likely = blog.store.persons.likely(item.said.person)
    return [(one, blog.store.inbox.held_by(one.account.id, blog.now())) for one in likely[:5]]


def _asked() -> dict[str, str]:
    """Read the filters that the page was asked for, or that its form carries along."""
    return {name: value[:200] for name in FILTERS if (value := request.values.get(name, "").strip())}


def _came_from() -> dict[str, str]:
    """Read the filters of the list that an item was opened from."""
    carried = dict(parse_qsl(request.args.get("from", "")[:2000]))
    return {name: value[:200] for name in FILTERS if (value := carried.get(name, "").strip())}


def _onwards(**told: str) -> str:
    """Give the address of the list that the item was opened from, at the item that comes next in it."""
    return f"{inbox_address(_came_from(), **told)}#i-{request.args.get('next', '')[:24]}"


def _item(key: str) -> InboxItem:
    blog = current_blog()
    found = blog.store.inbox.get(key, blog.now(), inbox_words.within(g.member, blog.info.published()))
    if found is None:
        abort(404)
    return found


@pages.app_template_global()
def waited(item: InboxItem, now: Any) -> str:
    """Say how long ago it began to wait."""
    return inbox_words.age(item, now)


@pages.app_template_global()
def called(who: str) -> str:
    """Call one of the team, whom a row names, as people do."""
    return inbox_words.called(who, current_blog().info.author)


@pages.app_template_global()
def heard_tone(item: InboxItem) -> str:
    """Say what it seems to be, and by which word; "" for plain talk."""
    return inbox_words.tone(item)


@pages.app_template_global()
def channel_name(channel: str) -> str:
    """Call a channel as people do."""
    return inbox_words.channel(channel) or label(channel)


@pages.app_template_global()
def inbox_address(asked: dict[str, str], **changed: str) -> str:
    """Give the address of the list with other filters."""
    kept = {name: value for name, value in (asked | changed).items() if value}
    return f"{root()}/inbox" + (f"?{urlencode(kept)}" if kept else "")


@pages.app_template_global()
def item_address(key: str, asked: dict[str, str], next_key: str = "", **told: str) -> str:
    """Give the address of an item that is opened from the list that was *asked* for, and what comes next there."""
    carried = {"from": urlencode(asked), "next": next_key} | told
    kept = {name: value for name, value in carried.items() if value}
    return f"{root()}/inbox/{key}" + (f"?{urlencode(kept)}" if kept else "")
