"""The comment form: what came in, made orderly, and what is wrong with it.

A mistake is the key of a phrase and the field it is about, never an exception: the page shows it on top
with a link to the field, and keeps all that was written.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tertulia.conversation.comment_markup import to_html
from tertulia.core import sanitise
from tertulia.core.addresses import host_of, is_web_address
from tertulia.store.said import Author, Incoming

LONGEST_TEXT = 10_000  # characters
LONGEST_NAME = 80
LONGEST_ADDRESS = 300
# A field that people do not see and programs like to fill in: named like one that they look for.
HONEYPOT = "phone"

# As much as can be said of an address without writing to it. https://html.spec.whatwg.org/#valid-e-mail-address
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommentDraft:
    """What somebody filled in, before anything is made of it."""

    post: str
    lang: str
    text: str
    name: str = ""
    email: str = ""
    site: str = ""
    parent: str = ""  # key of the comment it answers
    notify: bool = False
    remember: bool = False
    honeypot: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right: the name of the field, and the key of the phrase that says what."""

    where: str
    key: str
    values: dict[str, int] = field(default_factory=dict)


def read(fields: Mapping[str, str]) -> CommentDraft:
    """Return what the form's *fields* say; nothing in them is too long, too odd or too many to be read."""
    return CommentDraft(
        post=_line(fields, "post", 200),
        lang=_line(fields, "lang", 12),
        parent=_line(fields, "parent", 24),
        name=_line(fields, "name", LONGEST_NAME + 1),
        email=_line(fields, "email", LONGEST_ADDRESS + 1),
        site=_with_scheme(_line(fields, "site", LONGEST_ADDRESS + 1)),
        text=_text(fields.get("text", "")),
        notify=bool(fields.get("notify")),
        remember=bool(fields.get("remember")),
        honeypot=_line(fields, HONEYPOT, 100),
    )


def mistakes(draft: CommentDraft) -> list[Mistake]:
    """Return what is to be put right, in the order of the form."""
    found = []
    if not draft.text.strip():
        found.append(Mistake("text", "comment_empty"))
    elif len(draft.text) > LONGEST_TEXT:
        found.append(Mistake("text", "comment_too_long", {"limit": LONGEST_TEXT, "n": len(draft.text)}))
    elif not sanitise.plain(to_html(draft.text)):
        found.append(Mistake("text", "comment_says_nothing"))
    if not draft.name:
        found.append(Mistake("name", "comment_no_name"))
    elif len(draft.name) > LONGEST_NAME:
        found.append(Mistake("name", "comment_long_name", {"limit": LONGEST_NAME}))
    if draft.email and not is_email(draft.email):
        found.append(Mistake("email", "comment_bad_email"))
    elif draft.notify and not draft.email:
        found.append(Mistake("email", "comment_no_email"))
    if draft.site and not _is_address(draft.site):
        found.append(Mistake("site", "comment_bad_site"))
    return found


def is_email(written: str) -> bool:
    """Whether *written* looks like an address of mail."""
    return len(written) <= LONGEST_ADDRESS and bool(_EMAIL.fullmatch(written))


def incoming(draft: CommentDraft, nonce: str, person: str, now: datetime) -> Incoming:
    """
    Return what the conversation takes in.

    Args:
        nonce: Of the form's token: sent twice, it is the same comment.
        person: Who the browser says it is; "" for somebody new.
    """
    return Incoming(
        source="form",
        source_id=nonce,
        post=draft.post,
        lang=draft.lang,
        kind="reply" if draft.parent else "comment",
        author=Author(network="form", identity=person or secrets.token_hex(8), name=draft.name, url=draft.site),
        published=now,
        text=draft.text,
        html=to_html(draft.text),
        in_reply_to=draft.parent,
    )


def _line(fields: Mapping[str, str], name: str, limit: int) -> str:
    return sanitise.one_line(fields.get(name, "")[: 4 * limit], limit)


def _text(text: str) -> str:
    """
    Return what was written, with one kind of line end; one sign too many is kept, so that it can be complained about.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").strip("\n")[: LONGEST_TEXT * 5]


def _with_scheme(site: str) -> str:
    return f"https://{site}" if site and not re.match(r"[a-z][a-z0-9+.-]*:", site, re.IGNORECASE) else site


def _is_address(site: str) -> bool:
    return is_web_address(site, most=LONGEST_ADDRESS) and "." in host_of(site)
