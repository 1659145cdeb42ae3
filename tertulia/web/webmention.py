"""Webmentions and pingbacks at the door, and the thread that looks at them.

``POST /webmention``        source and target; 202 and the address of the page that tells what became of it
``GET  /webmention``        the same for a person: a form
``GET  /webmention/TOKEN``  what became of it
``POST /pingback``          the older protocol, XML-RPC
"""

import logging
import threading
from typing import Any

from flask import Blueprint, Response, g, render_template, request

from tertulia.app import Blog
from tertulia.conversation.clockwork import in_words
from tertulia.conversation.webmention import pingback
from tertulia.conversation.webmention.pages import Pages
from tertulia.conversation.webmention.receive import NotTakenError, Receiver
from tertulia.core.addresses import split_address
from tertulia.core.errors import log_failure
from tertulia.core.languages import carried
from tertulia.store.mentions import Mention
from tertulia.web import guards
from tertulia.web.context import current_blog, rate_counter

log = logging.getLogger(__name__)

pages = Blueprint("webmention", __name__)

# Bridges send many at once; no person does.
MOST_IN_WINDOW = 300
LOOK_EVERY_SECONDS = 30.0
LOOKING = 3  # threads: one slow host holds one of them
_FAULTS = {
    "mention_no_target": pingback.NO_TARGET,
    "mention_not_ours": pingback.BAD_TARGET,
    "mention_own_source": pingback.DENIED,
    "mention_too_many": pingback.DENIED,
}
# Whoever told us something wakes the thread, wherever in this process it sleeps.
_told = threading.Event()


def receiver(blog: Blog) -> Receiver:
    """Make what takes webmentions for *blog*."""
    others = (split_address(blog.info.service).origin,) if blog.info.same_origin else ()
    pages = Pages(blog.info.site, blog.info.output, blog.info.published, others)
    return blog.receiver(pages, blog.moderator)


def begin(blog: Blog, stop: threading.Event | None = None) -> None:
    """
    Start the threads that look at what was told, as soon as it is told.

    Args:
        stop: When set, they end; without one they live as long as the process.
    """
    at_work = receiver(blog)
    ended = stop or threading.Event()

    def look() -> None:
        while not ended.is_set():
            look_once(blog, at_work)
            _told.wait(LOOK_EVERY_SECONDS)
            _told.clear()

    for number in range(LOOKING):
        threading.Thread(target=carried(look), daemon=True, name=f"webmentions-{number}").start()


def look_once(blog: Blog, at_work: Receiver) -> None:
    """Look at what is due and report on it; no odd page ends the thread, nor a store that is away."""
    problem = ""
    try:
        at_work.work()
    except Exception as error:
        log.exception("looking at webmentions")
        problem = in_words(error)
    with log_failure(log, "webmentions"):
        blog.clockwork.goes_on("webmention", problem)


@pages.post("/webmention")
def told() -> Any:
    """Take a webmention in with 202 and the address of its status; it is looked at later."""
    try:
        mention = _accept(request.form.get("source", ""), request.form.get("target", ""), way="webmention")
    except NotTakenError as error:
        return _say(error.reason, error.status)
    where = f"{current_blog().info.service}/webmention/{mention.token}"
    answer = _say("mention_queued", 202, where)
    answer.headers["Location"] = where
    return answer


@pages.get("/webmention")
def form() -> Any:
    """Show the form for people."""
    return render_template("webmention.html", state="", form=True, target=request.args.get("target", "")[:2000])


@pages.get("/webmention/<token>")
def status(token: str) -> Any:
    """Tell what became of a webmention."""
    mention = current_blog().store.mentions.by_token(token[:40])
    if mention is None:
        return _say("mention_unknown", 404)
    return _say(_state(mention), 200)


@pages.post("/pingback")
def pinged() -> Any:
    """Take a pingback in, the older protocol: always with 200, good or bad; faults are told in its XML."""
    try:
        source, target = pingback.read(request.get_data(cache=False)[: pingback.MAX_BYTES + 1])
        _accept(source, target, way="pingback")
    except pingback.BadCallError:
        body = pingback.fault(pingback.BAD_CALL, _t("mention_bad_call"))
    except NotTakenError as error:
        body = pingback.fault(_FAULTS.get(error.reason, pingback.OTHER), _t(error.reason))
    else:
        body = pingback.answer(_t("mention_queued"))
    return Response(body, mimetype="text/xml")


def _accept(source: str, target: str, *, way: str) -> Mention:
    blog = current_blog()
    if rate_counter().hit("webmention", guards.machine(), blog.now(), MOST_IN_WINDOW) > MOST_IN_WINDOW:
        raise NotTakenError("mention_too_many", 429)
    mention = receiver(blog).accept(source, target, way)
    _told.set()
    return mention


def _state(mention: Mention) -> str:
    """Choose the phrase for what became of a mention."""
    if mention.state != "taken":
        return mention.reason or "mention_queued"
    said = current_blog().store.conversation.get(mention.comment) if mention.comment else None
    if said is None:
        return mention.reason or "mention_taken"
    shown = {"waiting": "mention_waiting", "approved": "mention_approved", "gone": "mention_gone"}
    return shown.get(said.status, "mention_turned_down")


def _say(key: str, status: int, where: str = "") -> Response:
    """Answer with one phrase: a page for a browser, a line for a program."""
    if request.accept_mimetypes.best_match(["text/plain", "text/html"]) == "text/html":
        page = render_template("webmention.html", state=key, form=status in (400, 429), where=where, target="")
        return Response(page, status=status, mimetype="text/html")
    line = f"{_t(key)}\n" + (f"{where}\n" if where else "")
    return Response(line, status=status, mimetype="text/plain")


def _t(key: str) -> str:
    return current_blog().info.t(key, g.lang)
