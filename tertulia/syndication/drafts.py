"""What would be said of each post on each network: the same for looking (``--dry-run``, preview) and for sending."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import msgspec
import regex

from tertulia.content.posts import Cover, Post, Published
from tertulia.core.addresses import host_of
from tertulia.core.cuts import shorten
from tertulia.core.languages import say
from tertulia.syndication import summary
from tertulia.syndication.networks import pictures
from tertulia.syndication.networks.base import Attachment, Message, Network
from tertulia.syndication.networks.sightings import PUBLIC

# Cards show two or three lines; more is cut by every network.
DESCRIPTION_LENGTH = 300
# A card says again what a text begins with when they have so many letters in common.
READ_LETTERS = 60

_SIGNS = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """One post on one network, ready to be looked at or sent."""

    post: Post
    network: Network
    messages: tuple[Message, ...]  # the parts of a thread; one for mail, whoever reads it
    lengths: tuple[int, ...]  # of each part, counted the network's way
    limit: int
    own: bool  # in the author's own words
    warnings: tuple[str, ...]
    is_cut: bool = False  # the author's own words did not fit

    @property
    def cents(self) -> float:
        """What publishing it costs."""
        return sum(self.network.price_cents(message) for message in self.messages)


def due(published: Published, *, since: datetime, now: datetime, only: str | None = None) -> list[Post]:
    """
    Return the posts that may be announced: dated from *since* to *now*, oldest first.

    One that was brought from another site was announced there: it is only where it is asked for.

    Args:
        only: An Id, or a post's address or the end of it ("el-voto-util").
    """
    posts = [post for post in published.posts if since <= post.date <= now]
    posts = [post for post in posts if (named(post, only) if only is not None else not post.guid)]
    return sorted(posts, key=lambda post: (post.date, post.id, post.lang))


def named(post: Post, name: str) -> bool:
    """Whether *name* means *post*: its Id, its address, or the last piece of that."""
    return name == post.id or name.rstrip("/") in (post.url.rstrip("/"), post.url.rstrip("/").rpartition("/")[2])


def drafts(posts: Iterable[Post], networks: Iterable[Network]) -> list[Draft]:
    """Every post on every network that the author does not leave out, and that can keep to whom it is for."""
    known = list(networks)
    return [draft(post, network) for post in posts for network in known if is_wanted(post, network)]


def is_wanted(post: Post, network: Network) -> bool:
    """Whether the author does not leave *network* out, and it can keep to whom *post* is for."""
    return not summary.left_out(post, network.name) and (not post.audience or post.audience in network.audiences)


def is_for_fewer(post: Post, message: Message, network: Network) -> bool:
    """Whether *post*, as it is now, is for fewer than would see *message*, which was written down before."""
    widest_first = [PUBLIC, *network.audiences.values()]
    return message.visibility in widest_first[: widest_first.index(network.audiences.get(post.audience, PUBLIC))]


def draft(post: Post, network: Network) -> Draft:
    """Return what would be said of *post* on *network*, with what the author should look at before."""
    style = network.style()
    if post.warning and network.warnings:  # it counts as if it stood in the text
        style = dataclasses.replace(style, limit=style.limit - style.count(post.warning))
    shown, picture_warnings = _with_pictures(post, network)
    if post.pictures and network.pictures > 1:  # whoever asks for pictures gets them, and not a card in their place
        style = dataclasses.replace(style, link=True)
    words = summary.words_for(post, network.name, style)
    parts = words.parts if network.threads else words.parts[:1]
    messages = tuple(_message(shown, text, part=str(number), network=network) for number, text in enumerate(parts, 1))
    lengths = tuple(style.count(text) for text in parts)
    warnings = [
        *([say("draft_local", url=post.url)] if _is_local(post.url) else []),
        *picture_warnings,
        *([say("draft_cut", network=network.label)] if words.own and words.shortened else []),
        *([say("draft_warning", network=network.label)] if post.warning and not network.warnings else []),
        *([say("draft_thread", network=network.label)] if len(words.parts) > len(parts) else []),
        *([say("draft_summary")] if not post.summary and not words.own else []),
        *[say("draft_long", length=length, limit=style.limit) for length in lengths if length > style.limit],
    ]
    is_cut = words.own and words.shortened
    return Draft(post, network, messages, lengths, style.limit, words.own, tuple(warnings), is_cut)


def _with_pictures(post: Post, network: Network) -> tuple[Post, list[str]]:
    """*post* with the pictures that go with it on *network*, the first as its cover, and what is to be told of them."""
    most, alt_length = network.picture_limits()
    cover_alt = post.cover_alts.get(network.name) or post.cover_alts.get(network.platform, "")
    cover = msgspec.structs.replace(post.cover, alt=cover_alt or post.cover.alt) if post.cover else None
    asked: list[Cover] = []
    for one in (cover, *post.pictures):
        asked += [one] if one and one.path not in {each.path for each in asked} else []
    bad = [one for one in (*asked, post.card) if one and not _goes_along(one, network)]
    good = [one for one in asked if one not in bad]
    taken, rest = (good[:most], good[most:]) if network.pictures else (good, [])
    long = [one for one in taken if len(one.alt) > alt_length]
    taken = [msgspec.structs.replace(one, alt=_fitting(one.alt, alt_length)) for one in taken]
    warnings = [
        *[say("draft_alt", picture=one.path) for one in taken if not one.alt],
        *[say("draft_alt_cut", picture=one.path, network=network.label, most=alt_length) for one in long],
        *[say("draft_picture", picture=one.path) for one in bad],
        *[say("draft_many", pictures=one.path, network=network.label, most=most) for one in rest],
    ]
    card = None if post.card in bad else post.card
    first, more = (taken[0] if taken else None), tuple(taken[1:])
    return msgspec.structs.replace(post, cover=first, pictures=more, card=card), warnings


def _fitting(alt: str, length: int) -> str:
    try:
        return shorten(alt, length, len)
    except ValueError:  # one long word
        return alt[:length]


def _message(post: Post, text: str, *, part: str, network: Network) -> Message:
    message = Message(
        text=text,
        lang=post.lang,
        link=post.url,
        title=post.title,
        description=shorten(post.summary, DESCRIPTION_LENGTH),
        picture=_attached(post.cover) if part == "1" else None,
        more=tuple(map(_attachment, post.pictures)) if part == "1" else (),
        date=post.date,
        part=part,
        visibility=network.audiences.get(post.audience, PUBLIC),
        warning=post.warning if network.warnings else "",
    )
    # The drawn card stands in for a cover where we fill in a card ourselves, never as a picture of its own.
    with_card = msgspec.structs.replace(message, picture=_attached(post.card), drawn=True)
    if part == "1" and post.card and not post.cover and network.card(with_card):
        message = with_card
    if network.card(message) and _begins_with(text, post.summary):
        return msgspec.structs.replace(message, description="")
    return message


def _begins_with(text: str, summary: str) -> bool:
    """Whether a reader of *text* has read *summary* already, so that the card need not say it again."""
    said, again = (_SIGNS.sub("", each).casefold()[:READ_LETTERS] for each in (text, summary))
    return bool(again) and (said.startswith(again) or (len(said) > 20 and again.startswith(said)))


def _goes_along(cover: Cover, network: Network) -> bool:
    """Whether *network* could take the picture; one that carries none need not."""
    return not network.pictures or pictures.is_usable(network.context.output, _attachment(cover))


def _attached(picture: Cover | None) -> Attachment | None:
    return _attachment(picture) if picture else None


def _attachment(picture: Cover) -> Attachment:
    return Attachment(picture.path, picture.url, picture.alt)


def _is_local(url: str) -> bool:
    host = host_of(url)
    return host in ("localhost", "") or host.startswith("127.") or host.endswith(".localhost")
