"""What a draft is in the store, and what names it there for good."""

import hashlib

import msgspec

from tertulia.core.secret import hide
from tertulia.store.delivery_rows import Delivery, NewDelivery
from tertulia.syndication.drafts import Draft
from tertulia.syndication.networks.base import Message, Remote


def key_of(delivery: Delivery) -> str:
    """Return what names this one thing to say for good: never its title, address or words."""
    name = "\x00".join((delivery.post, delivery.lang, delivery.network, delivery.part))
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def mark_of(network: str, remote: Remote) -> str:
    """Return what the journal remembers of something that we made: a name that tells nobody where it is."""
    return hashlib.sha256(f"{network}\x00{remote.id}".encode()).hexdigest()[:32]


def wanted_rows(draft: Draft) -> list[NewDelivery]:
    """Return what *draft* is in the store: a row for each part, or for each reader."""
    post, network = draft.post, draft.network
    readers = network.recipients(post)
    if readers is not None:
        text = encode(draft.messages[0])
        return [_new(draft, part, None, text) for part in readers]
    parts = [message.part for message in draft.messages]
    before = [None, *parts]
    return [
        _new(draft, message.part, after, encode(message))
        for message, after in zip(draft.messages, before, strict=False)
    ]


def _new(draft: Draft, part: str, after: str | None, message: str) -> NewDelivery:
    post = draft.post
    return NewDelivery(
        post=post.id,
        lang=post.lang,
        network=draft.network.name,
        part=part,
        after=after,
        message=message,
        words=post.hash,
    )


def encode(value: Message | Remote) -> str:
    """Return what the store keeps of it; should a secret ever be in it, dots stand there."""
    return hide(msgspec.json.encode(value).decode())
