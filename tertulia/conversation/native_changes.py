"""What the owner does by hand, on the network, to an answer that we sent there is so here too: edited, deleted.

Our own edits come home as well, and are known by their words: what stands there is what was sent. An edit that was made
here and has not gone out yet wins.
"""

import re

import msgspec

from tertulia.conversation.answering import named
from tertulia.conversation.moderator import Moderator
from tertulia.core import strict_json
from tertulia.store.delivery_rows import Delivery
from tertulia.store.said import Incoming, Recorded, Said, Status
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.messages import encode
from tertulia.syndication.networks.base import Message, Remote

_ADDRESSED = re.compile(r"(?:@[\w.@-]+\s+)+")
_WORD = re.compile(r"\w+")


def edited(moderator: Moderator, incoming: Incoming) -> Recorded | None:
    """Take over the words that the owner gave an answer of ours where it was sent; None where they did not."""
    said, row = _answer(moderator, incoming.source, incoming.source_id)
    if said is None or row is None or incoming.edited is None or row.state != DeliveryState.DELIVERED:
        return None
    message = strict_json.decode(row.message, type=Message)
    if row.words != named(said.text) or _words(message.text) == _words(incoming.text):
        return None
    text = _ADDRESSED.sub("", incoming.text, count=1) if incoming.text.startswith("@") else incoming.text
    if not moderator.edit(said.key, text, said.version).is_done:
        return None
    # Second: whoever dies in between sends there what stands there.
    changed = msgspec.structs.replace(message, text=incoming.text)
    moderator.store.deliveries.edited(row.id, encode(changed), named(text), row.remote)
    return Recorded("edited", said.key, said.status, True)


def deleted(moderator: Moderator, source: str, source_id: str) -> Recorded | None:
    """Take an answer of ours back that the owner deleted where it was sent; None where it is none."""
    said, row = _answer(moderator, source, source_id)
    if said is None or row is None or said.status != Status.APPROVED:
        return None
    moderator.store.deliveries.withdrawn(row.id)  # first: nothing is left to be deleted there
    decided = moderator.decide(said.key, Status.REJECTED, said.version)
    return Recorded("edited", said.key, Status.REJECTED, True) if decided.is_done else None


def _answer(moderator: Moderator, source: str, source_id: str) -> tuple[Said | None, Delivery | None]:
    """Return the owner's answer that *source* calls so, and its delivery there, where we sent it."""
    said = moderator.store.conversation.by_source(source, source_id)
    if said is None or not said.is_owner:
        return None, None
    rows = moderator.store.deliveries.answers(said.key)
    ours = (row for row in rows if row.network == source and row.origin is Origin.MADE and row.remote)
    return said, next((row for row in ours if strict_json.decode(row.remote, type=Remote).id == source_id), None)


def _words(text: str) -> list[str]:
    """Return the words of *text* without those that it is addressed by."""
    bare = _ADDRESSED.sub("", text, count=1) if text.startswith("@") else text
    return _WORD.findall(bare.casefold())
