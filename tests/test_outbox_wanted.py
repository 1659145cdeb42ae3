"""What is written down to be sent, what is there already, and what nobody wants any longer."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.tables import Origin
from tertulia.syndication.networks.base import Message, OutcomeUnknownError, RefusedError, RetryLaterError
from tests.fakes import NOW
from tests.house import POST
from tests.test_outbox_ends import Office

HERE = replace(POST, id="voto", lang="es")
DAY = timedelta(days=1)


class Doubt:
    """A witness that doubts all or nothing."""

    def __init__(self, doubts=True):
        self.is_doubtful, self.begun = doubts, 0

    def begin(self):
        self.begun += 1

    def doubts(self, post):
        return self.is_doubtful

    def doubts_row(self, row):
        return False


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    made.there.recipients = lambda post: None
    made.there.audiences = {}
    yield made
    made.store.close()


def draft(office, post=HERE, parts=("1",)):
    """What is to be said of *post*, in so many parts."""
    messages = tuple(
        Message(text=f"El voto {part}", lang=post.lang, link=post.url, title=post.title, date=post.date, part=part)
        for part in parts
    )
    return SimpleNamespace(post=post, network=office.there, messages=messages)


def states(office):
    return [(row.post, row.lang, row.state) for row in office.store.deliveries.all()]


def test_who_has_no_readers_says_nothing_and_the_next_is_said(office):
    """A newsletter that nobody reads holds no network back."""
    office.there.recipients = lambda post: () if post.id == "voto" else ("7", "9")
    assert 2 == office.outbox.enqueue([draft(office), draft(office, replace(HERE, id="otro"))])
    assert ["7", "9"] == [row.part for row in office.store.deliveries.all()]


def test_what_nobody_reads_any_longer_is_no_row_though_the_page_links_to_it(office):
    """A letter of an earlier store, whose readers have left."""
    link = snapshot.Syndicated("there", "https://there.example/9", "9", True)
    snapshot.write(office.outbox.snapshots, snapshot.Conversation(id="voto", lang="es", syndication=(link,)))
    office.there.recipients = lambda post: ()
    assert (0, []) == (office.outbox.enqueue([draft(office)]), states(office))


@pytest.mark.parametrize(("made", "origin"), [(True, Origin.MADE), (False, Origin.ADOPTED)])
def test_what_the_page_links_to_is_there(office, made, origin):
    """In that language, on that network; ours where the page says that we made it."""
    link = snapshot.Syndicated("there", "https://there.example/9", "9", made)
    elsewhere = snapshot.Syndicated("elsewhere", "https://elsewhere.example/9", "9", True)
    folder = office.outbox.snapshots
    snapshot.write(folder, snapshot.Conversation(id="voto", lang="es", syndication=(elsewhere, link)))
    snapshot.write(folder, snapshot.Conversation(id="otro", lang="es", syndication=(elsewhere,)))
    other, english = replace(HERE, id="otro"), replace(HERE, lang="en")
    assert 2 == office.outbox.enqueue([draft(office, post) for post in (HERE, other, english)])
    assert [("voto", "es", "delivered"), ("otro", "es", "queued"), ("voto", "en", "queued")] == states(office)
    row = office.store.deliveries.all()[0]
    assert (origin, '"id":"9"' in row.remote, bool(row.reason)) == (row.origin, True, True)
    assert 0 == office.outbox.enqueue([draft(office)])


def test_what_is_written_down_is_not_taken_from_the_page(office):
    """The store knows it: it was refused, or waits."""
    office.outbox.enqueue([draft(office)])
    link = snapshot.Syndicated("there", "https://there.example/9", "9", True)
    snapshot.write(office.outbox.snapshots, snapshot.Conversation(id="voto", lang="es", syndication=(link,)))
    assert 0 == office.outbox.enqueue([draft(office)])
    assert [("voto", "es", "queued")] == states(office)


@pytest.mark.parametrize(
    ("can_search", "doubts", "asked"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_what_an_earlier_store_may_have_said_is_asked(office, can_search, doubts, asked):
    """Where nobody can look, and of what was public before; once."""
    office.there.can_search, office.outbox.witness = can_search, Doubt(doubts)
    assert 1 == office.outbox.enqueue([draft(office)])
    assert [("voto", "es", "unknown" if asked else "queued")] == states(office)
    assert 1 == office.outbox.witness.begun
    (outcome,) = office.outbox.deliver()
    assert ("unknown" if asked else "delivered") == outcome.state
    assert bool(outcome.reason) == asked
    assert [] == office.outbox.deliver()
    office.outbox.enqueue([draft(office)])
    assert [] == office.outbox.deliver(), "it has a row: that is known"


def test_what_has_not_begun_is_written_down_anew_and_is_not_doubted(office):
    """Its author writes on before it is sent: this store knows that nothing of it was said."""
    office.there.can_search = False
    assert 1 == office.outbox.enqueue([draft(office)])
    office.outbox.witness = Doubt()
    assert 1 == office.outbox.enqueue([draft(office, parts=("1", "2"))])
    assert [("voto", "es", "queued")] * 2 == states(office)
    assert ["delivered"] * 2 == [one.state for one in office.outbox.deliver()]


def test_a_store_that_knows_all_that_was_said_doubts_nothing(office):
    """Also of a network where nobody can look."""
    office.there.can_search = False
    assert 1 == office.outbox.enqueue([draft(office)])
    assert [("voto", "es", "queued")] == states(office)


@pytest.mark.parametrize(("readers", "asked"), [(None, ["1"]), (("7", "9"), ["7", "9"])])
def test_of_a_thread_its_first_part_is_asked_and_of_a_letter_every_reader(office, readers, asked):
    """In that language alone."""
    office.there.can_search, office.outbox.witness = False, Doubt()
    office.there.recipients = lambda post: readers
    for lang in ("en", "es"):
        office.outbox.enqueue([draft(office, replace(HERE, lang=lang), parts=("1", "2"))])
    assert [(lang, part) for lang in ("en", "es") for part in asked] == [
        (one.delivery.lang, one.delivery.part) for one in office.outbox.deliver()
    ]


def test_what_has_begun_is_said_no_more(office):
    """There, on its way, unsure and taken down: of that post, in that language, on that network."""
    drafts = {name: draft(office, replace(HERE, id=name)) for name in ("done", "lost", "refused", "queued")}
    english = draft(office, replace(HERE, id="done", lang="en"))
    office.outbox.enqueue(drafts.values())
    office.there.next.extend([(None, True), (OutcomeUnknownError("lost"), True), (RefusedError("no"), True)])
    office.outbox.deliver(post="done")
    office.outbox.deliver(post="lost")
    office.outbox.deliver(post="refused")
    assert [drafts["refused"], drafts["queued"], english] == office.outbox.unsaid([*drafts.values(), english])
    elsewhere = SimpleNamespace(post=drafts["done"].post, network=SimpleNamespace(name="elsewhere"))
    assert [elsewhere] == office.outbox.unsaid([elsewhere])


@pytest.mark.parametrize(
    ("post", "since", "tried", "said"),
    [
        ({}, None, False, True),
        (None, None, False, False),  # it is gone
        ({"said": {"there": "no"}}, None, False, False),  # its author leaves the network out
        ({"audience": "followers"}, None, False, False),  # which it cannot keep to
        ({"date": NOW - DAY}, NOW - DAY, False, True),
        ({"date": NOW - DAY}, NOW, False, False),  # its day was corrected
        ({"date": NOW - DAY}, NOW, True, True),  # what was tried goes on
    ],
)
def test_what_nobody_wants_any_longer_is_left(office, post, since, tried, said):
    """As it is, for the day on which they do."""
    office.outbox.enqueue([draft(office)])
    if tried:
        office.store.deliveries.release(office.store.deliveries.claim(NOW, ["there"]))
        office.store.deliveries.waiting(office.store.deliveries.claim(NOW, ["there"]), NOW, "429")
    known = [] if post is None else [replace(HERE, **{"date": NOW} | post)]
    assert ["delivered"] * said == [one.state for one in office.outbox.deliver(posts=known, since=since)]
    assert ("delivered" if said else "queued") == states(office)[0][2]


def test_what_is_for_fewer_by_now_is_not_sent_in_that_language_alone(office):
    """Each waits for its own words."""
    office.there.audiences = {"followers": "private"}
    english = replace(HERE, lang="en")
    office.outbox.enqueue([draft(office), draft(office, english)])
    office.outbox.deliver(posts=[HERE, replace(english, audience="followers")])
    assert [("voto", "es", "delivered"), ("voto", "en", "waiting")] == states(office)


def test_what_went_back_into_the_queue_was_tried(office):
    """Stopped by hand after it had waited once."""
    office.outbox.enqueue([draft(office)])
    office.there.next.append((RetryLaterError("503"), False))
    office.outbox.deliver()
    office.clock += DAY
    office.store.deliveries.release(office.store.deliveries.claim(office.clock, ["there"]))
    assert [("voto", "es", "queued")] == states(office)
    assert ["delivered"] == [
        one.state for one in office.outbox.deliver(posts=[replace(HERE, date=NOW)], since=NOW + DAY)
    ]


def test_what_hangs_on_a_part_that_somebody_saw_there_goes_on(office):
    """Of the thread something is said, though this store never sent any of it."""
    office.there.can_search, office.outbox.witness = False, Doubt()
    office.outbox.enqueue([draft(office, parts=("1", "2"))])
    first, second = office.store.deliveries.all()
    assert office.outbox.resolve(first, there=True) and office.outbox.resolve(second, there=False)
    office.outbox.deliver(posts=[replace(HERE, date=NOW - DAY)], since=NOW)
    assert [("voto", "es", "delivered")] * 2 == states(office)


def test_of_another_language_or_network_nothing_was_tried(office):
    """Each is begun by itself."""
    old, english = replace(HERE, date=NOW - DAY), replace(HERE, lang="en", date=NOW - DAY)
    office.outbox.enqueue([draft(office, english)])
    office.there.next.append((RefusedError("no"), True))
    office.outbox.deliver()
    office.outbox.enqueue([draft(office, old)])
    assert [] == office.outbox.deliver(posts=[old, english], since=NOW)


def test_what_is_asked_for_alone_is_sent_alone(office):
    """One post, the networks that are chosen and at work; what is not known here is not sent."""
    office.outbox.enqueue([draft(office), draft(office, replace(HERE, id="otro"))])
    row = NewDelivery(post="otro", lang="es", network="elsewhere", part="1", message="{}", words="h")
    office.store.deliveries.enqueue([row], NOW)
    assert [] == office.outbox.deliver(networks=["elsewhere"])
    assert ["otro"] == [
        one.delivery.post for one in office.outbox.deliver(post="otro", networks=["there", "elsewhere"])
    ]
    assert ["queued", "delivered", "queued"] == [state for *_, state in states(office)]


def test_every_page_is_brought_up_to_date(office):
    """What a crash left undone; and how many that were."""
    office.outbox.enqueue([draft(office), draft(office, replace(HERE, lang="en"))])
    office.outbox.deliver()
    for path in office.outbox.snapshots.glob("*.json"):
        path.unlink()
    assert [2, 0] == [office.outbox.show_all() for _ in range(2)]


@pytest.mark.parametrize(
    ("error", "is_begun"), [(RetryLaterError("503"), False), (RefusedError("no"), False), (None, True)]
)
def test_what_has_not_been_said_is_said_in_todays_words(office, error, is_begun):
    """It waits, or was refused; what is there stays as it was said."""
    office.outbox.enqueue([draft(office)])
    if error:
        office.there.next.append((error, False))
    office.outbox.deliver()
    english = replace(HERE, lang="en")
    assert [is_begun, False] == [not office.outbox.unsaid([draft(office, post)]) for post in (HERE, english)]
