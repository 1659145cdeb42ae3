"""The newsletter's door: asking for letters, confirming, leaving.

``POST /newsletter`` takes an address and answers the same whether or not it was known, so that nobody learns who
reads. A link in a letter opens a page with one button: opening it changes nothing, because mail programs open links by
themselves. Leaving needs no page: ``POST`` alone does it, as RFC 8058 has it, without cookie or origin.
"""

import logging
import re
from typing import Any

from flask import Blueprint, g, render_template, request

from tertulia.core.errors import NetworkError
from tertulia.store.tables import SubscriberState
from tertulia.syndication.networks import mail
from tertulia.web import guards
from tertulia.web.context import Desk

log = logging.getLogger(__name__)
pages = Blueprint("newsletter", __name__)

# As a browser's own <input type="email">: https://html.spec.whatwg.org/#valid-e-mail-address
_EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")
MOST_ASKED = 5  # in ten minutes, from one machine: each is a letter to somebody


def _desk() -> Desk:
    from tertulia.web.app import desk

    return desk()


def _says(key: str, status: int = 200) -> Any:
    return render_template("message.html", key=key, values={}), status


@pages.post("/newsletter")
def ask() -> Any:
    """Somebody wants letters at an address that they say is theirs."""
    desk = _desk()
    found = desk.settings
    if not (found.smtp_url and found.mail_from and found.secret_key):
        return _says("letters_none", 404)
    email = request.form.get("email", "").strip()
    if len(email) > 320 or not _EMAIL.fullmatch(email):
        return _says("letters_bad_address", 400)
    if desk.counter.hit("newsletter", guards.machine(), desk.now(), MOST_ASKED) > MOST_ASKED:
        return _says("letters_slowly", 429)
    lang = request.form.get("lang", "") or g.lang
    reader = desk.store.subscribers.ask(email, lang if lang in desk.blog.langs else desk.blog.lang, desk.now())
    if reader.state is SubscriberState.PENDING:
        letter = mail.confirmation(found, desk.blog.service, desk.blog.title, reader, desk.now())
        try:
            mail.send(found, letter)
        except NetworkError as error:
            log.warning("newsletter: the letter to confirm did not go out: %s", error)
            return _says("letters_not_now", 503)
    return _says("letters_asked")


@pages.get("/newsletter/<any(confirm, leave):purpose>")
def look(purpose: str) -> Any:
    """A page with one button; nothing happens yet."""
    given = request.args.get("token", "")
    if mail.reader_of(_desk().settings, purpose, given) is None:
        return _says("letters_bad_link", 404)
    return render_template("newsletter.html", purpose=purpose, token=given)


@pages.post("/newsletter/<any(confirm, leave):purpose>")
def act(purpose: str) -> Any:
    """Confirm or leave; doing it twice is doing it."""
    desk = _desk()
    number = mail.reader_of(desk.settings, purpose, request.args.get("token", ""))
    if number is None:
        return _says("letters_bad_link", 404)
    if purpose == "confirm":
        desk.store.subscribers.confirm(number, desk.now())
    else:
        desk.store.subscribers.leave(number, desk.now())
    return _says(f"letters_{purpose}_done")
