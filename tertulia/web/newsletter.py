"""The newsletter's door: asking for letters, confirming, leaving.

``POST /newsletter`` takes an address and answers the same whether or not it was known, so that nobody learns who
reads. A link in a letter opens a page with one button: opening it changes nothing, because mail programs open links by
themselves. Leaving needs no page: ``POST`` alone does it, as RFC 8058 has it, without cookie or origin.
"""

import re
from typing import Any

from flask import Blueprint, g, render_template, request

from tertulia.store.subscribers import Subscriber
from tertulia.syndication.networks import mail
from tertulia.web import guards
from tertulia.web.context import current_blog, daily_budgets, rate_counter

pages = Blueprint("newsletter", __name__)

# As a browser's own <input type="email">: https://html.spec.whatwg.org/#valid-e-mail-address
_EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+")
MOST_ASKED = 5  # in ten minutes, from one machine


def _says(key: str, status: int = 200) -> Any:
    return render_template("message.html", key=key, values={}), status


@pages.post("/newsletter")
def ask() -> Any:
    """Write to the address that somebody says is theirs, to ask whether letters are wanted there."""
    blog = current_blog()
    found = blog.settings
    if not (found.smtp_url and found.mail_from and found.secret_key):
        return _says("letters_none", 404)
    email = request.form.get("email", "").strip()
    if len(email) > 320 or not _EMAIL.fullmatch(email):
        return _says("letters_bad_address", 400)
    if rate_counter().hit("newsletter", guards.machine(), blog.now(), MOST_ASKED) > MOST_ASKED:
        return _says("letters_slowly", 429)
    may_write = daily_budgets().spend_letter(blog.now(), recipient=email, machine=guards.machine())
    lang = request.form.get("lang", "") or g.lang
    lang = lang if lang in blog.info.langs else blog.info.lang

    def letter(reader: Subscriber) -> tuple[str, str]:
        made = mail.confirmation(found, service=blog.info.service, title=blog.info.title, reader=reader, now=blog.now())
        return str(made["Subject"]), made.get_content()

    # One transaction and one answer, whatever state the address is in: neither words nor time tell who reads.
    blog.store.subscribers.ask(email, lang, blog.now(), letter=letter, may_write=may_write)
    return _says("letters_asked")


def _reader(purpose: str) -> Subscriber | None:
    blog, given = current_blog(), request.args.get("token", "")
    return mail.reader_of(blog.settings, blog.store.subscribers, purpose=purpose, given=given, now=blog.now())


@pages.get("/newsletter/<any(confirm, leave):purpose>")
def look(purpose: str) -> Any:
    """Show a page with one button that confirms or leaves; nothing happens yet."""
    given = request.args.get("token", "")
    if _reader(purpose) is None:
        return _says("letters_bad_link", 404)
    return render_template("newsletter.html", purpose=purpose, token=given)


@pages.post("/newsletter/<any(confirm, leave):purpose>")
def act(purpose: str) -> Any:
    """Confirm or leave, as *purpose* says; doing it twice is doing it once."""
    blog = current_blog()
    reader = _reader(purpose)
    if reader is None:
        return _says("letters_bad_link", 404)
    if purpose == "confirm":
        blog.store.subscribers.confirm(reader.id, blog.now())
    else:
        blog.store.subscribers.leave(reader.id, blog.now())
    return _says(f"letters_{purpose}_done")
