"""Who is signed in, and what they may see and do: the one door of the pages that are not for everybody.

An owner may do all; a moderator all that is about the talk and those who talk, but erase nobody and see nothing of the
machine; an author of posts sees the talk under their own posts, and answers it. A page says with its decorator for whom
it is: whatever says nothing else is the owner's alone. What somebody may see is asked of the store at each request, so
that a role that was taken away is gone at once.
"""

import hmac
from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any

from flask import abort, g, redirect, request

from tertulia.app import Blog
from tertulia.core.languages import spoken
from tertulia.core.tokens import keyed
from tertulia.store.person_tables import Role
from tertulia.store.rows import SESSIONS
from tertulia.store.team import AUTHOR, Member
from tertulia.web import guards
from tertulia.web.context import current_blog, root

COOKIE = "tertulia_owner"
# Where the pages of the team are: the cookie goes to these and to no other.
PLACES = ("/moderation", "/inbox")
SESSION_FOR = timedelta(days=14)


def _for(least: Role, page: Callable[..., Any]) -> Callable[..., Any]:
    """
    Decorate *page*, so that it is for those alone who may do what *least* may.

    Whoever is not signed in is led to the way in, and refused with 403 when they POST; so is who may not, and a POST
    that does not come from one of our own pages.
    """

    @wraps(page)
    def guarded(*arguments: Any, **named: Any) -> Any:
        blog = current_blog()
        g.lang = spoken()
        session, member = session_of(blog)
        if member is None:
            if request.method == "POST":
                abort(403)
            return redirect(f"{root()}/moderation/login", 303)
        g.csrf = csrf(blog, session)
        g.member, g.who = member, member.name
        if request.method == "POST":
            given = request.form.get("csrf", "")
            if guards.origin(blog) == "other" or not hmac.compare_digest(given.encode(), g.csrf.encode()):
                abort(403)
        if not member.may(least):
            abort(403)
        blog.heed_people()
        return page(*arguments, **named)

    return guarded


owner = partial(_for, Role.OWNER)
moderator = partial(_for, Role.MODERATOR)
team = partial(_for, Role.AUTHOR)


def csrf(blog: Blog, session: str) -> str:
    """Make the word that the forms of this session carry."""
    return keyed(blog.proof_key.encode(), f"csrf {session}")


def session_of(blog: Blog) -> tuple[str, Member | None]:
    """Name the session that the browser is in, and who is signed in; "" and None for nobody."""
    found = blog.signer.read("session", request.cookies.get(COOKIE, ""), SESSION_FOR, blog.now())
    match found:
        case ([str() as name, str() as epoch, *more], _) if not blog.store.once.was_used(f"session {name}"):
            if epoch == blog.store.conversation.get_cursor(SESSIONS):
                who = more[0] if more and isinstance(more[0], str) else ""
                return name, blog.store.team.get(who)
    return "", None


def me() -> str:
    """Name whoever is signed in as rows do that say who: nobody else has this name."""
    return str(g.who or AUTHOR)


def has_role(role: str) -> bool:
    """Tell whether whoever is signed in may do what *role* may."""
    member: Member | None = getattr(g, "member", None)
    return member is not None and member.may(Role(role))
