"""One attempt to say one row on its network: looked for first, then made, step by step."""

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from tertulia.content.posts import Post
from tertulia.core import strict_json
from tertulia.core.languages import say
from tertulia.store.delivery_rows import Delivery
from tertulia.store.tables import Origin
from tertulia.syndication.drafts import is_for_fewer
from tertulia.syndication.messages import key_of, mark_of
from tertulia.syndication.networks import pictures
from tertulia.syndication.networks.base import (
    AnswerPlace,
    Cannot,
    CredentialsExpiredError,
    Message,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
    Sending,
)
from tertulia.syndication.networks.sightings import ALIKE, Sighting

if TYPE_CHECKING:
    from tertulia.syndication.outbox import Outbox


class DeliveryStep(StrEnum):
    """Every moment of a delivery at which a process may die; the tests kill it at each."""

    ENQUEUED = "enqueued"
    CLAIMED = "claimed"
    SEARCHED = "searched"  # searched the network, found nothing
    PREPARED = "prepared"  # pictures uploaded; nothing public yet
    MARKED = "marked"  # the store knows that the request is about to leave
    JOURNALED = "journaled"  # so does the journal
    ANSWERED = "answered"  # it is public, and only this process knows
    RECORDED = "recorded"  # the store knows
    SHOWN = "shown"  # the snapshot knows


class Attempt:
    """One row on its way, and what is known of it at each moment; *post* is what it speaks of, as it is now."""

    def __init__(self, outbox: "Outbox", delivery: Delivery, post: Post | None) -> None:
        self.outbox = outbox
        self.delivery = delivery
        self.post = post
        self.network = outbox.networks[delivery.network]
        self.output = self.network.context.output
        self.key = key_of(delivery)
        self.sent = False  # the request has left, or is about to, in this attempt
        self.uncertain = delivery.attempt_started_at is not None or (
            not self.network.can_search
            and (outbox.journal.holds(self.key) or bool(outbox.witness and outbox.witness.doubts_row(delivery)))
        )

    def make(self) -> tuple[Remote, Origin, str]:
        """Find it, or make it; where it is, who wrote it, and how we know."""
        message = strict_json.decode(self.delivery.message, type=Message)
        place, gone = self._answer_place(message)
        if place:
            message = msgspec.structs.replace(message, visibility=place.visibility)
        sending = Sending(
            key=self.key,
            part=self.delivery.part,
            before_send=self._before_send,
            parent=place.parent if place else self._part(self.delivery.after),
            root=place.root if place else self._part("1") if self.delivery.after else None,
            attempt_started_at=self.delivery.attempt_started_at,
        )
        if self.network.can_search:
            found = self.network.look(message, sending)
            if isinstance(found, Sighting) and self._is_ours(found):
                return found.remote, Origin.MADE, say("adopted_found")
            if isinstance(found, Sighting) and self.delivery.origin is not Origin.DISOWNED:
                return found.remote, Origin.FOUND, say("found_not_ours")
            if isinstance(found, Cannot):
                raise OutcomeUnknownError(say("net_cannot_look", network=self.network.label))
            self.uncertain = False
            self.outbox.on_step(DeliveryStep.SEARCHED)
        elif self.uncertain:
            raise OutcomeUnknownError(say("net_cannot_look", network=self.network.label))
        if gone:
            raise gone
        if self.post and is_for_fewer(self.post, message, self.network):  # it waits for words that keep to that
            raise RetryLaterError(say("net_narrowed"), alone=True)
        reason = ""
        if self.network.pictures:  # a picture may be gone that was there when this was written down
            bad = [one for one in message.attachments if not pictures.is_usable(self.output, one)]
            good = [one for one in message.attachments if one not in bad]
            reason = " · ".join(say("draft_picture", picture=one.path) for one in bad)
            message = msgspec.structs.replace(message, picture=good[0] if good else None, more=tuple(good[1:]))
        return self.network.publish(message, sending), Origin.MADE, reason

    def _answer_place(self, message: Message) -> tuple[AnswerPlace | None, RefusedError | None]:
        """Where an answer goes; and why it goes nowhere, which is said once it is known that it is not there yet."""
        if not message.answers:
            return None, None
        try:
            return self.network.answer_place(message), None
        except CredentialsExpiredError:
            raise
        except RefusedError as error:
            return AnswerPlace(Remote(message.answers), Remote(message.answers), message.visibility), error

    def _is_ours(self, found: Sighting) -> bool:
        """Whether we wrote it: by its words, by the journal, or because we tried and it is very like."""
        if found.verbatim or self.outbox.journal.holds(mark_of(self.delivery.network, found.remote)):
            return True
        tried = self.delivery.attempt_started_at is not None or self.outbox.journal.holds(self.key)
        return tried and found.likeness >= ALIKE

    def _before_send(self) -> None:
        self.outbox.on_step(DeliveryStep.PREPARED)
        self.outbox.store.deliveries.mark_in_flight(self.delivery, self.outbox.now())
        self.outbox.on_step(DeliveryStep.MARKED)
        self.outbox.journal.add(self.key)
        self.sent = self.uncertain = True
        self.outbox.on_step(DeliveryStep.JOURNALED)

    def _part(self, part: str | None) -> Remote | None:
        row = self.outbox.store.deliveries.part(self.delivery, part) if part else None
        return strict_json.decode(row.remote, type=Remote) if row and row.remote else None
