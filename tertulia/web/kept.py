"""What a reader's browser keeps for us, so that we know it again: words that we signed, and nothing else.

Where site and service are one site, a cookie that no script can read. Where they are two, browsers keep no cookie of
ours for a page of the other site (Safari and Firefox never, others by their settings), so the page itself keeps the
word, in its own storage, and sends it as a field of the form. Either is believed only when our own page sent it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any

from flask import Response, request

from tertulia.core.addresses import host_of, split_address
from tertulia.web import guards
from tertulia.web.context import current_blog, root

KEPT_FOR = timedelta(days=365)


class Kept(StrEnum):
    """What is kept, and the name of its field."""

    PERSON = "person"  # who wrote a comment and asked to be remembered
    LIKES = "likes"  # nobody in particular: a browser that liked something


def read(what: Kept) -> str:
    """Read what we signed for this browser; "" for nothing, for what is not ours, and for what another site sent."""
    blog = current_blog()
    if guards.origin(blog) != "own":
        return ""
    for word in (request.form.get(what, ""), request.cookies.get(_cookie(what), "")):
        match blog.signer.read(what, word, KEPT_FOR, blog.now()):
            case (str() as said, _):
                return said
    return ""


def by_cookie(response: Any, what: Kept, word: str) -> Response:
    """*response*, with *word* for the browser to keep; none where it is ""."""
    if word:
        response.set_cookie(
            _cookie(what),
            word,
            max_age=int(KEPT_FOR.total_seconds()),
            path=f"{root()}/comments",
            httponly=True,
            samesite="Lax" if _is_one_site() or not _is_safe() else "None",
            secure=request.is_secure or _is_safe(),
        )
    found: Response = response
    return found


def by_page(what: Kept, word: str) -> dict[str, str]:
    """Say what a page of another site is to keep; nothing where a cookie does it, which scripts cannot read."""
    return {} if _is_one_site() or not word else {what: word}


def _cookie(what: Kept) -> str:
    return f"tertulia_{what}"


def _is_one_site() -> bool:
    """Whether the browser takes blog and service for one site; when in doubt, not."""
    info = current_blog().info
    ours, theirs = host_of(info.site), host_of(info.service)
    return ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")


def _is_safe() -> bool:
    """Whether the service is asked by https: without it no cookie may cross sites."""
    return split_address(current_blog().info.service).scheme == "https"
