"""One attempt, by itself: what makes it uncertain, what is ours, what goes along, and what is said of each moment."""

from types import SimpleNamespace

import msgspec
import pytest
from PIL import Image

from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.tables import Origin
from tertulia.syndication.attempt import Attempt, DeliveryStep
from tertulia.syndication.messages import encode, key_of, mark_of
from tertulia.syndication.networks.base import (
    CANNOT,
    AnswerPlace,
    Attachment,
    CredentialsExpiredError,
    Message,
    OutcomeUnknownError,
    RefusedError,
    Remote,
    RetryLaterError,
)
from tertulia.syndication.networks.sightings import ALIKE, Sighting
from tests.fakes import NOW
from tests.house import POST
from tests.test_outbox_ends import REMOTE, WORDS, Office, There

SAID = msgspec.json.decode(WORDS, type=Message)
SEEN = Remote(id="77")
ROW = NewDelivery(post="hilo", lang="es", network="there", part="1", message=WORDS, words="h")


class Here(There):
    """A network whose every answer is told to it; it keeps what it was asked."""

    def __init__(self, can_search=True):
        super().__init__(can_search)
        self.seen, self.place, self.sent, self.looks = None, None, [], []

    def look(self, message, sending):
        self.looks.append((message, sending))
        return self.seen

    def answer_place(self, message):
        assert message.answers
        if isinstance(self.place, Exception):
            raise self.place
        return self.place

    def publish(self, message, sending):
        self.sent.append((message, sending))
        return super().publish(message, sending)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.there = made.outbox.networks["there"] = Here()
    made.steps = []
    made.outbox.on_step = made.steps.append
    yield made
    made.store.close()


def attempt(office, post=None, *, began=False, row=None, **message):
    """An attempt at a row with this message; *began*: an earlier one may have arrived."""
    office.add(**{"message": encode(msgspec.structs.replace(SAID, **message))} | (row or {}))
    held = office.store.deliveries.claim(office.clock, ["there"])
    if began:
        held = msgspec.structs.replace(held, attempt_started_at=NOW)
    return Attempt(office.outbox, held, post)


@pytest.mark.parametrize(
    ("can_search", "began", "in_journal", "doubted", "uncertain"),
    [
        (True, False, True, True, False),
        (True, True, False, False, True),
        (False, False, False, False, False),
        (False, False, True, False, True),
        (False, False, False, True, True),
        (False, True, False, False, True),
    ],
)
def test_an_earlier_attempt_may_have_arrived(office, can_search, began, in_journal, doubted, uncertain):
    """The row says so; or, where nobody can look, the journal does, or who knows that the store is not the first."""
    office.there.can_search = can_search
    office.outbox.witness = SimpleNamespace(doubts_row=lambda row: doubted)
    if in_journal:
        office.add()
        office.outbox.journal.add(key_of(office.store.deliveries.all()[0]))
    made = attempt(office, began=began)
    assert uncertain == made.uncertain
    if can_search:
        assert REMOTE == made.make()[0]
        assert 1 == len(office.there.looks)
    elif uncertain:
        with pytest.raises(OutcomeUnknownError):
            made.make()
        assert [] == office.there.sent
    else:
        assert REMOTE == made.make()[0]
        return
    office.outbox.witness = None
    assert (began or (in_journal and not can_search)) == Attempt(office.outbox, made.delivery, None).uncertain


def test_each_moment_is_told_before_what_may_not_come_back(office):
    """The store knows before the journal, and both before the request leaves."""
    made = attempt(office, began=True)
    assert ((REMOTE, Origin.MADE, ""), True) == (made.make(), made.sent and made.uncertain)
    order = [DeliveryStep.SEARCHED, DeliveryStep.PREPARED, DeliveryStep.MARKED, DeliveryStep.JOURNALED]
    assert order == office.steps
    assert office.outbox.journal.holds(made.key)
    assert NOW == office.store.deliveries.get(made.delivery.id).attempt_started_at
    sending = office.there.sent[0][1]
    assert (made.key, "1", NOW, None, None) == (
        sending.key, sending.part, sending.attempt_started_at, sending.parent, sending.root,
    )  # fmt: skip


def test_what_was_looked_for_and_is_not_there_is_certain(office):
    """Until the request leaves."""
    made = attempt(office, began=True)
    office.there.next.append((RetryLaterError("503"), False))
    with pytest.raises(RetryLaterError):
        made.make()
    assert (False, False) == (made.uncertain, made.sent)


@pytest.mark.parametrize(
    ("verbatim", "likeness", "began", "noted", "ours"),
    [
        (True, 0.0, False, "", True),
        (False, 1.0, False, "", False),
        (False, 1.0, False, "it", True),
        (False, ALIKE, True, "", True),
        (False, ALIKE, False, "row", True),
        (False, ALIKE - 0.01, True, "", False),
        (False, 0.0, False, "it", True),
    ],
)
def test_what_is_there_already_is_ours_by_its_words_or_because_we_tried(office, verbatim, likeness, began, noted, ours):
    """And is not said again, whosever it is; only who was told that it is another's says it all the same."""
    office.there.seen = Sighting(SEEN, verbatim=verbatim, likeness=likeness)
    made = attempt(office, began=began)
    if noted:
        office.outbox.journal.add(mark_of("there", SEEN) if noted == "it" else made.key)
    remote, origin, reason = made.make()
    assert (SEEN, Origin.MADE if ours else Origin.FOUND, []) == (remote, origin, office.there.sent)
    assert reason
    made.delivery = msgspec.structs.replace(made.delivery, origin=Origin.DISOWNED)
    assert (SEEN if ours else REMOTE) == made.make()[0]


def test_where_it_cannot_be_looked_for_just_now_nothing_is_said(office):
    """It may be there."""
    office.there.seen = CANNOT
    with pytest.raises(OutcomeUnknownError):
        attempt(office).make()
    assert ([], []) == (office.there.sent, office.steps)


def test_an_answer_goes_where_it_was_asked(office):
    """As widely as may be there; and looked for there."""
    office.there.place = AnswerPlace(Remote(id="a"), Remote(id="b"), "unlisted")
    attempt(office, answers="a").make()
    for message, sending in (office.there.sent[0], office.there.looks[0]):
        assert ("unlisted", "a", "b") == (message.visibility, sending.parent.id, sending.root.id)


def test_an_answer_to_what_is_gone_is_refused_unless_it_is_there_already(office):
    """It is looked for first, as it would have been said; a key that has ended says nothing of it."""
    office.there.place = RefusedError("gone")
    made = attempt(office, answers="a")
    with pytest.raises(RefusedError, match="gone"):
        made.make()
    message, sending = office.there.looks[0]
    assert ("a", "a", SAID.visibility, []) == (
        sending.parent.id,
        sending.root.id,
        message.visibility,
        office.there.sent,
    )
    office.there.seen = Sighting(SEEN, verbatim=True)
    assert SEEN == made.make()[0]
    office.there.place = CredentialsExpiredError("ended")
    with pytest.raises(CredentialsExpiredError):
        made.make()


def test_a_part_hangs_on_the_part_before_and_on_the_first(office):
    """The first on nothing."""
    rows = office.store.deliveries
    rows.enqueue(
        [msgspec.structs.replace(ROW, part=part, after=after) for part, after in (("1", None), ("2", "1"), ("3", "2"))],
        NOW,
    )
    hung = []
    while held := rows.claim(NOW, ["there"], "hilo"):
        Attempt(office.outbox, held, None).make()
        sending = office.there.sent[-1][1]
        hung.append([found and found.id for found in (sending.parent, sending.root)])
        rows.delivered(held, f'{{"id":"r{held.part}"}}', NOW)
    assert [[None, None], ["r1", "r1"], ["r2", "r1"]] == hung


def test_a_part_hangs_on_nothing_where_nobody_knows_what_the_one_before_is_called(office):
    """A person saw that it is there, and not its number."""
    rows = office.store.deliveries
    rows.enqueue(
        [msgspec.structs.replace(ROW, part=part, after=after) for part, after in (("1", None), ("2", "1"))], NOW
    )
    first = rows.claim(NOW, ["there"])
    rows.unknown(first, "lost", None)
    assert rows.resolve(first.id, True, now=NOW)
    Attempt(office.outbox, rows.claim(NOW, ["there"]), None).make()
    assert (None, None) == (office.there.sent[0][1].parent, office.there.sent[0][1].root)


def test_what_is_for_fewer_by_now_waits(office):
    """What was written down would be seen by more than the post now is."""
    office.there.audiences = {"few": "private"}
    made = attempt(office, msgspec.structs.replace(POST, audience="few"))
    with pytest.raises(RetryLaterError) as error:
        made.make()
    assert (True, []) == (error.value.alone, office.there.sent)
    made.post = POST
    assert REMOTE == made.make()[0]


def test_pictures_that_are_gone_stay_behind(office, tmp_path):
    """And are named; the others go, in their order."""
    office.there.pictures, office.there.context = 4, SimpleNamespace(output=tmp_path)
    for name in ("b.png", "c.png"):
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    pictures = [Attachment(path=f"{name}.png", url=f"https://blog.example/{name}.png") for name in "abc"]
    _, _, reason = attempt(office, picture=pictures[0], more=tuple(pictures[1:])).make()
    message, _ = office.there.sent[0]
    assert ("b.png", ["c.png"]) == (message.picture.path, [one.path for one in message.more])
    assert ("a.png" in reason, "b.png" in reason) == (True, False)
    (tmp_path / "b.png").unlink()
    (tmp_path / "c.png").unlink()
    attempt(office, row={"post": "otro"}, picture=pictures[1]).make()
    assert () == office.there.sent[1][0].attachments
    office.there.pictures = 0  # it draws a card from what the page says, and takes no file
    assert "" == attempt(office, row={"post": "más"}, picture=pictures[0]).make()[2]
