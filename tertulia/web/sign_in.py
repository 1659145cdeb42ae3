"""The owner's way in by a link, printed by the terminal or sent by letter.

Anybody may press the button that has the letter sent. One link of theirs is live at a time, and while it is no other
letter is written: the one that is in the mailbox opens the door, whoever asked for it. Each link that nobody uses
makes the next one live twice as long, up to a day, so that who asks without end sends a few letters a day. A browser
that the owner came in by before asks on its own account, and the terminal asks nobody.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request

from tertulia.app import Blog
from tertulia.store.person_tables import Role
from tertulia.web.context import rate_counter, root

LINK_FOR = timedelta(minutes=30)
LONGEST_LINK_FOR = timedelta(days=1)
KNOWN_COOKIE = "tertulia_known"
KNOWN_FOR = timedelta(days=365)
MOST_BY_KNOWN = 5  # letters in ten minutes
_LETTER = "sign-in letter"  # used up while a link that a stranger may have asked for is live
_UNUSED = "sign-in letters unused"  # cursor: how many in a row, and until when the last is live


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking for a letter: written now, or written before; and how long its link is good."""

    is_written: bool
    minutes: int


def link(blog: Blog, service: str = "", *, who: str = "", role: Role | None = None) -> str:
    """
    Make an address that signs the owner in, once.

    Args:
        service: Where the service is seen, if that is known to be elsewhere.
        who: What the others call whoever comes in by it; the blog's author if not given.
        role: What they may do; as before, or all, if not given.
    """
    return f"{service or blog.info.service}/moderation/login/{token(blog, who=who, role=role)}"


def token(blog: Blog, live: timedelta = LINK_FOR, *, who: str = "", role: Role | None = None) -> str:
    """Sign the part of the address that counts, good for as long as *live*; see ``link``."""
    if who:
        blog.store.team.grant(who, role)
    return blog.signer.sign("login", [secrets.token_hex(8), int(live.total_seconds()), who], blog.now())


def name_in(blog: Blog, given: str) -> str:
    """Read what the others call whoever comes in by the token *given*."""
    match blog.signer.read("login", given, LONGEST_LINK_FOR, blog.now()):
        case ([_, _, str() as who], _):
            return who
    return ""


def read(blog: Blog, given: str) -> str:
    """Name the link whose token is *given*; "" when it is not ours, too old or used."""
    match blog.signer.read("login", given, LONGEST_LINK_FOR, blog.now()):
        case ([str() as name, int() as seconds, *_], signed) if blog.now() - signed <= timedelta(seconds=seconds):
            return "" if blog.store.once.was_used(f"login {name}") else name
    return ""


def use(blog: Blog, name: str) -> bool:
    """Use the link *name* up, for good; False when it had been, or there is none."""
    if not (name and blog.store.once.use(f"login {name}", blog.now() + LONGEST_LINK_FOR, blog.now())):
        return False
    blog.store.once.release(_LETTER)  # whoever is in can ask again at once
    blog.store.conversation.set_cursor(_UNUSED, "")
    return True


def can_write(blog: Blog) -> bool:
    """Tell whether there is a mail server, and somebody to write to."""
    return bool(blog.settings.smtp_url and blog.settings.owner_email)


def ask(blog: Blog) -> Asked:
    """Write the owner a letter with a link, unless one is live that was sent before."""
    now = blog.now()
    if _is_known(blog) and rate_counter().hit("login", "known", now, most=MOST_BY_KNOWN) <= MOST_BY_KNOWN:
        blog.notices.sign_in(token(blog), _minutes(LINK_FOR))
        return Asked(True, _minutes(LINK_FOR))
    unused, until = _unused(blog)
    live = min(LINK_FOR * 2**unused, LONGEST_LINK_FOR)
    if not blog.store.once.use(_LETTER, now + live, now):
        return Asked(False, _minutes(max(until - now, timedelta(minutes=1))))
    try:
        blog.store.conversation.set_cursor(_UNUSED, f"{unused + 1} {(now + live).isoformat()}")
        blog.notices.sign_in(token(blog, live), _minutes(live))
    except Exception:
        blog.store.once.release(_LETTER)  # a letter that was not written keeps no other back
        raise
    return Asked(True, _minutes(live))


def remember_browser(blog: Blog, response: Any, *, secure: bool) -> None:
    """Have this browser, which the owner came in by, ask on its own account from now on."""
    value = blog.signer.sign("known", secrets.token_hex(8), blog.now())
    age = int(KNOWN_FOR.total_seconds())
    response.set_cookie(
        KNOWN_COOKIE, value, max_age=age, path=f"{root()}/moderation", httponly=True, samesite="Lax", secure=secure
    )


def _is_known(blog: Blog) -> bool:
    return blog.signer.read("known", request.cookies.get(KNOWN_COOKIE, ""), KNOWN_FOR, blog.now()) is not None


def _unused(blog: Blog) -> tuple[int, datetime]:
    """How many links in a row nobody used, and until when the last is live; a day of peace forgets them."""
    number, _, until = blog.store.conversation.get_cursor(_UNUSED).partition(" ")
    if not until:
        return 0, blog.now()
    ends = datetime.fromisoformat(until)
    return (int(number) if blog.now() - ends < timedelta(days=1) else 0), ends


def _minutes(much: timedelta) -> int:
    return int(much.total_seconds()) // 60
