"""Where a request comes from, how often, and what it proves."""

from base64 import b64decode
from datetime import datetime, timedelta
from typing import Literal

from altcha.v1 import ChallengeOptions, Payload, create_challenge, verify_solution
from flask import request
from msgspec import Struct

from tertulia.app import Blog
from tertulia.conversation.rules import Signals
from tertulia.core import strict_json
from tertulia.core.addresses import split_address
from tertulia.web.budgets import machine_of

TOKEN_AGE = timedelta(hours=24)
# SHA-256 sums a browser does in about a second, and a phone in three.
WORK = 20_000
LONGEST_SOLUTION = 2_000  # in base64; ours take about 400


class _Solution(Struct):
    """What altcha's widget sends: https://altcha.org/docs/v1/server-integration/"""

    algorithm: Literal["SHA-256"]
    challenge: str
    number: int
    salt: str
    signature: str


def origin(blog: Blog) -> str:
    """Tell whose page sent this: "own", "other", or "none" where the browser does not say."""
    said = request.headers.get("Origin", "")
    if said in ("", "null"):
        said = request.headers.get("Referer", "")
    if not said:
        return "none"
    hosts = {one.partition("://")[2] for one in blog.info.origins} | {request.host}
    told = split_address(said).netloc
    return "own" if told and told in hosts else "other"


def machine() -> str:
    """Name the machine that asks, as the socket (or a proxy we trust) says; of IPv6 the /64."""
    return machine_of(request.remote_addr or "?")


def signals(blog: Blog) -> Signals:
    """Gather what the request being answered says about whoever sent it."""
    return Signals(
        origin=origin(blog),
        address=request.remote_addr or "",
        user_agent=request.headers.get("User-Agent", ""),
        referrer=request.headers.get("Referer", ""),
    )


def token(blog: Blog, nonce: str, *, post: str, lang: str) -> str:
    """
    Sign what the second sending must bring: proof that the preview was seen, and when.

    Args:
        nonce: Names the comment to be; good for one.
        post: The id of the post that it is for, in *lang*.
    """
    return blog.signer.sign("form", [nonce, post, lang], blog.now())


def read_token(blog: Blog, given: str, *, post: str, lang: str) -> tuple[str, float] | None:
    """
    Read a token that ``token`` made.

    Returns:
        Its nonce, and its age in seconds; None when it is not ours, older than ``TOKEN_AGE``, or for another post.
    """
    found = blog.signer.read("form", given, TOKEN_AGE, blog.now())
    if not found or found[0][1:] != [post, lang]:
        return None
    return found[0][0], (blog.now() - found[1]).total_seconds()


def challenge(blog: Blog, nonce: str) -> dict[str, object]:
    """Set the browser a sum, good for the token of this *nonce* only: the fields that altcha's widget asks for."""
    options = ChallengeOptions(
        hmac_key=blog.proof_key,
        max_number=WORK,
        expires=(blog.now() + TOKEN_AGE).replace(tzinfo=None),
        params={"nonce": nonce},
    )
    made = create_challenge(options)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "maxnumber": made.max_number,
        "salt": made.salt,
        "signature": made.signature,
    }


def worked(blog: Blog, given: str, *, nonce: str) -> bool | None:
    """
    Tell whether the browser did the sum of this very token.

    Args:
        given: What it sent, JSON in base64; a stranger's.
        nonce: Of the token that came along.

    Returns:
        None when it sent no sum.
    """
    if not given:
        return None
    if len(given) > LONGEST_SOLUTION:
        return False
    try:
        told = strict_json.decode(b64decode(given), _Solution)
        solution = Payload(told.algorithm, told.challenge, told.number, told.salt, told.signature)
        good, _ = verify_solution(solution, blog.proof_key, check_expires=False)
    except ValueError:
        return False
    return good and f"nonce={nonce}" in told.salt


def age_of(moment: str, now: datetime) -> timedelta:
    """Tell how long ago *moment*, as the store keeps it (ISO 8601), was."""
    return now - datetime.fromisoformat(moment)
