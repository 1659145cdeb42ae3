"""What the author changes or withdraws follows to the networks by each one's policy, and never by accident."""

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.core import settings
from tertulia.syndication.edits import follow_edits, withdraw
from tests.fakes import FAKES, FakeBluesky, FakeMail, FakeMastodon, FakeTelegram
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")

EDITED = replace(POST, summary="Corregido: votar no es pitar falta.", hash="h2")


@pytest.fixture(params=FAKES.values(), ids=FAKES)
def house(request, tmp_path):
    made = House(tmp_path, request.param)
    made.announce()
    yield made
    made.fake.close()


def test_an_edit_travels_by_policy(house):
    """Where the policy is to edit, what is public changes; elsewhere it stays; nowhere is a second post made."""
    before = house.fake.public[0]["text"]
    follow_edits(house.outbox, [EDITED])
    after = house.fake.public[0]["text"]
    assert len(house.fake.public) == 1
    if house.network.when_edited in ("edit", "send"):
        assert "Corregido" in after
    else:
        assert after == before
    assert follow_edits(house.outbox, [EDITED]) == []


def test_a_new_address_or_tag_is_no_edit(house):
    """What the author's words do not hold, a slug for one, sends nothing."""
    asked = len(house.fake.requests)
    moved = replace(POST, url="https://blog.example/otra/", tags=("Otra",))
    assert follow_edits(house.outbox, [moved]) == []
    assert house.announce(moved) == []
    assert len(house.fake.public) == 1
    assert len(house.fake.requests) == asked


def test_a_change_of_the_text_alone_is_noted_and_sends_nothing(tmp_path):
    """When the announcement would read the same, no request is made."""
    house = House(tmp_path, FakeMastodon)
    house.announce()
    asked = len(house.fake.requests)
    assert follow_edits(house.outbox, [replace(POST, hash="h9")]) == []
    assert len(house.fake.requests) == asked
    house.fake.close()


def test_a_withdrawn_post_goes_where_it_can_and_stays_gone(house):
    """Deleted where the network lets us, by hand elsewhere; the snapshot forgets it; it is not said again."""
    changes = withdraw(house.outbox, POST.id)
    gone = house.fake.public == []
    assert [change.done for change in changes] == [gone]
    links = snapshot.read(house.folder / "var/conversation", POST.id, "es").syndication
    assert not (gone and links)
    house.announce()
    assert len(house.fake.public) == (0 if gone else 1)


def test_a_failed_edit_is_tried_again(tmp_path):
    """An edit that did not arrive is sent with the next run."""
    house = House(tmp_path, FakeMastodon)
    house.announce()
    house.network.settings = settings.load(house.folder, house.fake.environ() | {"MASTODON_URL": "http://127.0.0.1:9"})
    house.network.context.web.__init__(["127.0.0.1:9", f"127.0.0.1:{house.fake.port}"])
    assert [change.done for change in follow_edits(house.outbox, [EDITED])] == [False]
    house.network.settings = house.found
    assert [change.done for change in follow_edits(house.outbox, [EDITED])] == [True]
    assert "Corregido" in house.fake.public[0]["text"]
    house.fake.close()


def test_an_edit_whose_answer_cannot_be_read_is_told_and_tried_again(tmp_path):
    """One network that answers oddly does not end the run: the others follow their edits."""

    class Odd(FakeMastodon):
        def answer(self, method, path, asked):
            status, told = super().answer(method, path, asked)
            return status, told | {"media_attachments": [1]} if method == "GET" and "1000" in path else told

    house = House(tmp_path, Odd)
    house.announce()
    for _run in range(2):
        (change,) = follow_edits(house.outbox, [EDITED])
        assert (False, "Mastodon contestó algo que no se entiende (TypeError)") == (change.done, change.what)
    house.fake.close()


def test_an_edit_keeps_the_content_warning(tmp_path):
    """What the author put over our post on Mastodon stays over it."""
    house = House(tmp_path, FakeMastodon)
    house.announce()
    house.fake.public[0].update(spoiler_text="Política", sensitive=True)
    follow_edits(house.outbox, [EDITED])
    assert "Corregido" in house.fake.public[0]["text"]
    assert ("Política", True) == (house.fake.public[0]["spoiler_text"], house.fake.public[0]["sensitive"])
    house.fake.close()


def test_a_thread_is_withdrawn_from_its_end(tmp_path):
    """Every part of a thread goes."""
    house = House(tmp_path, FakeBluesky)
    house.announce(replace(POST, said={"bluesky": "hilo: " + "Una frase que se lee bien. " * 40}))
    assert len(house.fake.public) > 2
    withdraw(house.outbox, POST.id)
    assert house.fake.public == []
    house.fake.close()


def test_who_left_gets_no_letter(tmp_path):
    """A reader who leaves between enqueueing and sending is not written to, and nobody is asked about it."""
    house = House(tmp_path, FakeMail)
    number = house.subscribe("otra@ejemplo.example")
    from tertulia.syndication.drafts import draft

    house.outbox.enqueue([draft(POST, house.network)])
    house.store.subscribers.leave(number, house.clock)
    states = sorted(outcome.state for outcome in house.outbox.deliver())
    assert states == ["delivered", "withdrawn"]
    assert [letter["to"] for letter in house.fake.public] == ["lectora@ejemplo.example"]
    house.fake.close()


def test_a_post_left_out_is_not_said(tmp_path):
    """``Telegram: no`` leaves the network out."""
    from tertulia.syndication.drafts import drafts

    house = House(tmp_path, FakeTelegram)
    assert drafts([replace(POST, said={"telegram": "No"})], [house.network]) == []
    house.fake.close()
