"""Bluesky, by the public AppView: https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread (no token).

Who asks by a label not to be shown to people who are not logged in is obeyed: see ``richtext``.
"""

import html
import re
from typing import Any

from tertulia.core import lazy_re
from tertulia.core.addresses import web_address
from tertulia.core.errors import FetchError
from tertulia.core.languages import say
from tertulia.core.sanitise import clean
from tertulia.embeds.providers.request import (
    ANSWER_BYTES,
    JSON,
    CaptureRequest,
    checked,
    escaped,
    moment,
    number,
    text,
)
from tertulia.embeds.richtext import COVERING, HIDING, WARNING, labels, marked_up
from tertulia.embeds.types import (
    Author,
    Capture,
    Elsewhere,
    NotFoundError,
    OptedOutError,
    Part,
    Quoted,
    WithheldError,
)

PATTERNS = (
    lazy_re.compile(
        r"https?://(?:www\.)?bsky\.app/profile/(?P<user>[A-Za-z0-9.:_-]+)/post/(?P<id>[A-Za-z0-9]+)(?=[/?#]|$)"
    ),
)
APPVIEW = "https://public.api.bsky.app"
_COUNTS = (("likes", "likeCount"), ("shares", "repostCount"), ("replies", "replyCount"), ("quotes", "quoteCount"))


def capture(request: CaptureRequest) -> Capture:
    """Return the post, with what it answers and what it quotes."""
    base = request.bases.get("bluesky", APPVIEW)
    uri = f"at://{request.parts['user']}/app.bsky.feed.post/{request.parts['id']}"
    source = f"{base}/xrpc/app.bsky.feed.getPostThread?uri={escaped(uri)}&depth=0&parentHeight=1"
    answer = _asked(request, source)
    thread: Any = answer.get("thread") if isinstance(answer, dict) else None
    if not isinstance(thread, dict):
        raise FetchError(say("embed_odd", network="Bluesky"))
    if thread.get("notFound"):
        raise NotFoundError(say("embed_gone"))
    if thread.get("blocked"):
        raise WithheldError(say("embed_withheld"))
    post: Any = thread.get("post")
    if not _is_post(post):
        raise FetchError(say("embed_odd", network="Bluesky"))
    if _hidden(post):
        raise OptedOutError(say("embed_login_label"))
    who, record = post["author"], post["record"]
    found = Capture(
        provider=request.provider,
        id=request.id,
        url=_web_address(post),
        kind="post",
        network="Bluesky",
        author=request.author(who.get("displayName"), _handle(who), _profile(who), who.get("avatar")),
        html=_words(record),
        lang=_language(record),
        published=moment(record.get("createdAt")),
        counts={name: number(post.get(key)) for name, key in _COUNTS if number(post.get(key))},
        source=source,
    )
    _heed(found, labels(post, who, record))
    _add_embed(request, found, post.get("embed"))
    found.reply_to = _parent(request, thread.get("parent"))
    return found


def _asked(request: CaptureRequest, source: str) -> Any:
    """
    Return what the AppView says.

    The lexicon's error for a post that is not there is a 400 "NotFound". A handle that does not resolve is a 400 too,
    and says nothing of the post: people change handles.
    """
    answer = request.web.get(source, accept=JSON, max_bytes=ANSWER_BYTES)
    if answer.status != 400:
        return checked(answer).json()
    told = answer.json() if answer.content_type in JSON else {}
    if isinstance(told, dict) and told.get("error") == "NotFound":
        raise NotFoundError(say("embed_gone"))
    raise WithheldError(text(told.get("message") if isinstance(told, dict) else "") or say("embed_withheld"))


def _heed(found: Capture | Quoted, told: set[str]) -> None:
    """Keep behind a warning what Bluesky's own apps keep behind one."""
    found.sensitive = bool(COVERING & told)
    if WARNING - COVERING & told:
        found.warning = say("embed_labelled")


def _add_embed(request: CaptureRequest, found: Capture | Quoted, embed: Any) -> None:
    if not isinstance(embed, dict):
        return
    if isinstance(embed.get("media"), dict):
        _add_embed(request, found, embed["media"])
    images = embed.get("images") or embed.get("items")
    for image in images if isinstance(images, list) else []:
        if isinstance(image, dict) and (picture := request.picture(image.get("fullsize"), image.get("alt"))):
            found.pictures.append(picture)
    if isinstance(embed.get("playlist"), str):
        picture = request.picture(embed.get("thumbnail"), embed.get("alt"), video=True)
        if picture:
            found.pictures.append(picture)
        else:
            found.elsewhere.append(Elsewhere(kind="video", alt=text(embed.get("alt"), 1500)))
    if isinstance(card := embed.get("external"), dict) and (url := web_address(card.get("uri"))):
        title = text(card.get("title")) or url
        found.html += clean(f'<p><a href="{html.escape(url)}">{html.escape(title)}</a></p>')
    if isinstance(record := embed.get("record"), dict) and isinstance(found, Capture):
        # A quote with pictures nests the record once more.
        inner = record.get("record") if isinstance(record.get("record"), dict) else record
        value = inner.get("value") if isinstance(inner, dict) else None
        found.quoted = _beside(request, inner, value, Part.QUOTED)


def _parent(request: CaptureRequest, parent: Any) -> Quoted | None:
    post = parent.get("post") if isinstance(parent, dict) else None
    return _beside(request, post, post.get("record"), Part.ANSWERED) if isinstance(post, dict) else None


def _beside(request: CaptureRequest, post: Any, record: Any, part: Part) -> Quoted | None:
    if not isinstance(post, dict) or not isinstance(post.get("author"), dict) or not isinstance(record, dict):
        return None
    if _hidden(post):
        request.opted_out.add(part)
        return None
    if not isinstance(record.get("text"), str):
        return None
    who = post["author"]
    author = Author(name=text(who.get("displayName"), 100) or _handle(who), handle=_handle(who), url=_profile(who))
    beside = Quoted(
        url=_web_address(post),
        author=author,
        html=_words(record),
        lang=_language(record),
        published=moment(record.get("createdAt")),
    )
    _heed(beside, labels(post, who, record))
    # A record that is quoted brings its pictures in "embeds", one that is answered in "embed".
    embeds = post.get("embeds")
    for embed in embeds if isinstance(embeds, list) else [post.get("embed")]:
        _add_embed(request, beside, embed)
    return beside


def _is_post(post: Any) -> bool:
    return (
        isinstance(post, dict)
        and isinstance(post.get("author"), dict)
        and isinstance(post.get("record"), dict)
        and isinstance(post["record"].get("text"), str)
    )


def _hidden(post: dict[str, Any]) -> bool:
    return bool(HIDING & labels(post, post["author"], post.get("record"), post.get("value")))


def _words(record: dict[str, Any]) -> str:
    return marked_up(record["text"], record.get("facets"))


def _language(record: dict[str, Any]) -> str:
    langs = record.get("langs")
    return text(langs[0], 12) if isinstance(langs, list) and langs else ""


def _handle(who: dict[str, Any]) -> str:
    handle = text(who.get("handle"), 120)
    # The AppView writes "handle.invalid" for an account whose handle does not prove itself.
    return f"@{handle}" if handle and handle != "handle.invalid" else ""


def _profile(who: dict[str, Any]) -> str:
    # The DID, unlike the handle, never changes hands.
    return f"https://bsky.app/profile/{text(who.get('did'), 100) or text(who.get('handle'), 120)}"


def _web_address(post: dict[str, Any]) -> str:
    key = re.sub(r"[^A-Za-z0-9._~-]", "", str(post.get("uri", "")).rpartition("/")[2])
    return f"{_profile(post['author'])}/post/{key}"
