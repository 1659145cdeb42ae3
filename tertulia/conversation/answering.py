"""Answering: said once, where the person spoke, and shown under the post as the author's.

An answer is a comment of the owner's first, written down together with what is to be sent (``store.answers``). The
outbox sends it, as it does announcements: once, whatever dies on the way. What was said by the form is answered on the
page, and by the letter that its writer asked for.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

import msgspec

from tertulia.content.networks import label
from tertulia.conversation.blog import BlogInfo
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.moderator import Action, Moderator
from tertulia.core import sanitise, strict_json
from tertulia.core.languages import say
from tertulia.store.delivery_rows import Delivery, NewDelivery
from tertulia.store.said import Author, Incoming, Read, Recorded, Said, Status
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.edits import DeliveryChange, edit_there, left, take_down
from tertulia.syndication.messages import encode
from tertulia.syndication.networks.base import Message, Network
from tertulia.syndication.outbox import Outbox

# A button takes it back so long.
UNDO_FOR = timedelta(seconds=10)
PART = "answer"
FORM = "form"
_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_ITEM = re.compile(r"<li>\s*(?:<p>)?")
_BETWEEN = re.compile(r"</p>\s*(?=<p)")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWay:
    """How an answer reaches whoever spoke."""

    network: Network | None = None  # that sends it; None: it stands under the post
    remote: str = ""  # what that network calls the thing that is answered
    why: str = ""  # why it is not sent
    url: str = ""  # where it may be answered by hand
    by_hand: Network | None = None  # whose way of counting holds there


@dataclass(frozen=True, slots=True)
class AnswerPreview:
    """What would be sent, as it is counted there."""

    text: str
    length: int
    limit: int
    cents: float = 0.0  # what sending it costs
    by_hand: bool = False  # nothing is sent: it is there to be copied
    composer: str = ""  # the network's own page to send it by hand, filled in

    @property
    def fits(self) -> bool:
        """Whether it is short enough."""
        return self.length <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDraft:
    """An answer as it was written, and what was on the page by then."""

    text: str  # in the Markdown of comments
    token: str  # names this answer: sent twice, it is given once
    seen: Sequence[str] = ()  # keys of the answers that were there already
    only_here: bool = False  # not to be sent
    by: str = ""  # who of several signs it; the blog's author if not given
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """The owner, answering."""

    moderator: Moderator
    info: BlogInfo
    networks: Mapping[str, Network]  # those that are at work, by name
    listened: frozenset[str] = frozenset()  # every network that there is

    def way(self, said: Said) -> AnswerWay:
        """How an answer to *said* reaches who said it."""
        for source, remote, url in said.sources:
            network = self.networks.get(source)
            if network and network.may_answer:
                return AnswerWay(network=network, remote=remote, url=url)
        for source, remote, url in said.sources:
            network = self.networks.get(source)
            if network or source in self.listened:
                why = say(network.no_answer if network else "answer_no_key", network=label(source))
                return AnswerWay(why=why, url=url, by_hand=network, remote=remote)
        if said.network == FORM:
            notice = self.moderator.store.letters.notice_of(said.id)
            is_told = notice is not None and notice.state == "confirmed"
            return AnswerWay(why=say("answer_by_letter" if is_told else "answer_on_page"))
        return AnswerWay(why=say("answer_on_page"), url=said.url)

    def places(self, said: Said) -> dict[str, str]:
        """Return what the places of a saved answer to *said* are filled with."""
        post = self.info.post(said.post, said.lang)
        name = said.name or said.handle
        link = post.url if post else self.info.site
        return {"name": name, "post": post.title if post else "", "link": link, "blog": self.info.title}

    def preview(self, said: Said, text: str) -> AnswerPreview | None:
        """Return what would be sent of *text*, or is to be sent by hand; None where it stands on the page alone."""
        way = self.way(said)
        network = way.network or way.by_hand
        if network is None:
            return None
        message, style = self._message(network, way, said, text), network.style()
        return AnswerPreview(
            message.text,
            style.count(message.text),
            style.limit,
            cents=network.price_cents(message),
            by_hand=way.network is None,
            composer=network.composer(message) if way.network is None else "",
        )

    def give(self, read: Read, draft: AnswerDraft) -> Recorded:
        """
        Answer what was read; what waited for a decision is published with it.

        Returns:
            ``new``; ``same`` when this very answer was given before; ``stale`` when it is no more what was read, or
            somebody answered meanwhile; ``refused`` when nothing can be answered there, or it is too long.
        """
        store, now = self.moderator.store, self.moderator.now()
        said = store.conversation.get(read.key)
        if said is None or said.is_owner:
            return Recorded("refused")
        incoming = Incoming(
            source=FORM,
            source_id=f"answer {draft.token}",
            post=said.post,
            lang=said.lang,
            kind="reply",
            author=self.author(draft.by),
            published=now,
            text=draft.text,
            html=to_html(draft.text),
            in_reply_to=said.key,
        )
        if known := store.conversation.by_source(incoming.source, incoming.source_id):
            return Recorded("same", known.key, known.status)
        preview = None if draft.only_here else self.preview(said, draft.text)
        if preview and not preview.fits and not preview.by_hand:
            return Recorded("refused")
        if said.status == Status.WAITING:
            applied = self.moderator.apply(Action.APPROVE, [read], batch=_batch(incoming.source_id))
            if applied.unread:
                return Recorded("stale", read.key)
            said = store.conversation.get(read.key) or said
            read = Read(said.key, said.version)
        recorded = store.answers.give(
            incoming,
            self.moderator.judge(incoming),
            now,
            to=read,
            seen=draft.seen,
            send=None if draft.only_here else self.to_send(said, draft.text),
            not_before=draft.not_before,
        )
        if recorded.state == "new":
            self.moderator.spoken(recorded.key)
        return recorded

    def author(self, by: str = "") -> Author:
        """Return who signs what the team says: *by*, or the blog's author."""
        return Author(
            network=FORM,
            identity=f"owner {by}".strip(),
            name=by or self.info.author or self.info.title,
            url=self.info.site,
            is_owner=True,
        )

    def take_back(self, outbox: Outbox, key: str) -> bool:
        """
        Withdraw the answer *key*, here and where it went; False where that is not to be done any more.

        Within ``UNDO_FOR`` all of it is undone: what was published with its answer waits for a decision again.
        """
        said = self.moderator.store.conversation.get(key)
        if said is None or not said.is_owner:
            return False
        self.moderator.apply(Action.REJECT, [Read(key, said.version)])
        if self.moderator.now() <= said.published + UNDO_FOR:
            for source, called, _ in said.sources:
                self.moderator.undo(_batch(called) if source == FORM else "")
        follow_answers(outbox, key)
        rows = self.moderator.store.deliveries.answers(key)
        return all(row.state == DeliveryState.WITHDRAWN for row in rows)

    def _message(self, network: Network, way: AnswerWay, said: Said, text: str) -> Message:
        return Message(
            text=_words(network, said, text),
            lang=said.lang,
            link="",
            title="",
            date=self.moderator.now(),
            part=PART,
            answers=way.remote,
        )

    def to_send(self, said: Said, text: str) -> NewDelivery | None:
        """Return what is to be sent of *text*, as an answer to *said*; None where nothing is."""
        way = self.way(said)
        if way.network is None:
            return None
        message = self._message(way.network, way, said, text)
        return NewDelivery(
            post="",
            lang=said.lang,
            network=way.network.name,
            part=PART,
            message=encode(message),
            words=named(text),
        )


def follow_answers(outbox: Outbox, key: str = "") -> list[DeliveryChange]:
    """Bring what was sent in line with the answers as they are: edited, taken back, erased; *key*: of one alone."""
    changes = []
    for row in outbox.store.deliveries.answers_to_see_to(outbox.now(), key):
        if row.origin is not Origin.MADE:
            continue
        said = outbox.store.conversation.get(row.answer)
        if said is None or said.status not in (Status.APPROVED, Status.WAITING):
            changes.append(take_down(outbox, row))
        elif row.state == DeliveryState.DELIVERED and row.words != named(said.text) and row.network in outbox.networks:
            changes.append(_edit(outbox, row, said))
    return changes


def _edit(outbox: Outbox, row: Delivery, said: Said) -> DeliveryChange:
    network, words = outbox.networks[row.network], named(said.text)
    if network.when_edited != "edit":
        return left(outbox, [row], network, words=words)
    thread = outbox.store.conversation.thread(said)
    text = _words(network, thread[-1], said.text) if thread else plain_words(said.html)
    message = msgspec.structs.replace(strict_json.decode(row.message, type=Message), text=text)
    return edit_there(outbox, [row], network, message, words=words)


def plain_words(html: str) -> str:
    """Return a comment's HTML as networks take it: no markup, each link's address beside what it is called."""

    def spelt(found: re.Match[str]) -> str:
        address, inner = unescape(found[1]), sanitise.plain(found[2])
        return found[2] if inner in (address, address.partition("://")[2]) else f"{found[2]} {found[1]}"

    return sanitise.plain(_BETWEEN.sub("</p>\n\n", _ITEM.sub("<li>– ", _LINK.sub(spelt, html))))


def _words(network: Network, said: Said, text: str) -> str:
    return network.addressed(plain_words(to_html(text)), said.handle)


def _batch(called: str) -> str:
    """Names what was decided together with the answer that the form calls so."""
    return hashlib.sha256(f"with {called}".encode()).hexdigest()[:16]


def named(text: str) -> str:
    """Names the words of an answer, as its delivery does."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]
