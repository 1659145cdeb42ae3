"""After a post was announced: what happens when the author changes or withdraws it.

An edit travels by each network's own policy (``Network.when_edited``), and only when the author's words changed: a
new address, a new rule of the blog or a new version of Tertulia are no edits. A deletion travels only when asked for.

==========  ====================================================================================
policy      what happens to what was said
==========  ====================================================================================
edit        it is replaced, as that network shows edits (Mastodon, Telegram, Discord, LinkedIn, Facebook)
send        an event says so (webhook)
leave       it stays as it was (Bluesky, X, Threads, Slack, mail)
==========  ====================================================================================
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tertulia.content.posts import Post
from tertulia.core import strict_json
from tertulia.core.errors import NetworkError
from tertulia.core.languages import say
from tertulia.store.delivery_rows import Delivery
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.drafts import Draft, draft, is_wanted
from tertulia.syndication.messages import encode
from tertulia.syndication.networks.base import Cannot, Message, Network, Remote, understood
from tertulia.syndication.outbox import Outbox


@dataclass(frozen=True, slots=True)
class DeliveryChange:
    """What was done about one row."""

    delivery: Delivery
    done: bool
    what: str


def follow_edits(outbox: Outbox, posts: Iterable[Post]) -> list[DeliveryChange]:
    """Bring what was announced in line with the author's words, where the network's policy says so."""
    said: dict[tuple[str, str, str], list[Delivery]] = {}
    for row in outbox.store.deliveries.all(state=DeliveryState.DELIVERED):
        known = outbox.networks.get(row.network)
        if known and not known.per_reader and row.origin is not Origin.FOUND:  # a letter is a letter
            said.setdefault((row.post, row.lang, row.network), []).append(row)
    words = {post.key: post for post in posts}
    changes = []
    for (name, lang, network), rows in said.items():
        post = words.get((name, lang))
        if post and any(row.words != post.hash for row in rows) and is_wanted(post, outbox.networks[network]):
            change = _follow(outbox, draft(post, outbox.networks[network]), rows)
            changes += [change] if change else []
    return changes


def _follow(outbox: Outbox, wanted: Draft, rows: list[Delivery]) -> DeliveryChange | None:
    first, network = rows[0], wanted.network
    message = wanted.messages[0]
    if first.origin is not Origin.MADE:
        _note(outbox, rows, words=wanted.post.hash, reason=first.reason)
        return DeliveryChange(first, False, say("edit_not_ours", url=_url(first)))
    kept = [strict_json.decode(row.message, type=Message) for row in rows]
    if len(kept) == len(wanted.messages) and all(map(_same, kept, wanted.messages)):
        _note(outbox, rows, words=wanted.post.hash, reason="")  # the change is not in the announcement
        return None
    threaded = len(rows) > 1 or len(wanted.messages) > 1
    seen_by_others = kept[0].visibility != message.visibility  # an edit cannot change who reads it
    if network.when_edited == "leave" or threaded or seen_by_others:
        return left(outbox, rows, network, words=wanted.post.hash)
    return edit_there(outbox, rows, network, message, words=wanted.post.hash)


def edit_there(
    outbox: Outbox, rows: Sequence[Delivery], network: Network, message: Message, *, words: str
) -> DeliveryChange:
    """Make the first of *rows*, which stands on *network*, say *message*; what cannot be edited stays, and is told."""
    first = rows[0]
    remote = strict_json.decode(first.remote, type=Remote) if first.remote else None
    if remote is None or not remote.id:
        return left(outbox, rows, network, words=words)
    try:
        with understood(network):
            now = network.edit(remote, message)
    except NetworkError as error:  # tried again with the next run
        return DeliveryChange(first, False, str(error))
    if isinstance(now, Cannot):
        return left(outbox, rows, network, words=words)
    outbox.store.deliveries.edited(first.id, encode(message), words, encode(now))
    return DeliveryChange(first, True, say("edit_done"))


def left(outbox: Outbox, rows: Sequence[Delivery], network: Network, *, words: str) -> DeliveryChange:
    """Leave *rows* as they are, for good, though their *words* are others now."""
    told = say("edit_left", network=network.label)
    _note(outbox, rows, words=words, reason=told)
    return DeliveryChange(rows[0], False, told)


def _same(before: Message, after: Message) -> bool:
    return (before.text, before.title, before.description) == (after.text, after.title, after.description)


def _note(outbox: Outbox, rows: Sequence[Delivery], *, words: str, reason: str) -> None:
    for row in rows:
        outbox.store.deliveries.noted(row.id, words, reason)


def withdraw(outbox: Outbox, post: str, *, network: str = "") -> list[DeliveryChange]:
    """Take a post down wherever that can be done, newest part first, and never say it again."""
    rows = outbox.store.deliveries.all(post=post, network=network or None)
    changes = [take_down(outbox, row) for row in reversed(rows) if row.state != DeliveryState.WITHDRAWN]
    for lang in {row.lang for row in rows}:
        outbox.show(post, lang)
    return changes


def take_down(outbox: Outbox, row: Delivery) -> DeliveryChange:
    """Take down what one row says, or have it never said."""
    if row.state in (DeliveryState.SENDING, DeliveryState.UNKNOWN):
        return DeliveryChange(row, False, say("withdraw_unsettled"))
    if row.state != DeliveryState.DELIVERED:
        return DeliveryChange(row, outbox.store.deliveries.withdrawn(row.id), say("withdraw_unsent"))
    if row.origin is not Origin.MADE:
        return DeliveryChange(row, False, say("withdraw_not_ours", url=_url(row)))
    network = outbox.networks.get(row.network)
    remote = strict_json.decode(row.remote, type=Remote) if row.remote else None
    if network is None or remote is None or not remote.id:
        return DeliveryChange(row, False, say("withdraw_by_hand", url=remote.url if remote else row.network))
    try:
        with understood(network):
            answer = network.delete(remote)
    except NetworkError as error:
        return DeliveryChange(row, False, str(error))
    if isinstance(answer, Cannot):
        return DeliveryChange(row, False, say("withdraw_by_hand", url=remote.url or network.label))
    outbox.store.deliveries.withdrawn(row.id)
    return DeliveryChange(row, True, say("withdraw_done"))


def _url(row: Delivery) -> str:
    return strict_json.decode(row.remote, type=Remote).url if row.remote else row.network
