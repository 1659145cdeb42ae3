"""Every network of the registry keeps the same promises, against a server of its own kind.

A network that can be searched ends with exactly one post whatever goes wrong; one that cannot ends with one post or
with a row that waits for a person, and never with two.
"""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.core import settings
from tertulia.core.errors import FetchRefusedError
from tertulia.core.fetch import Fetcher
from tertulia.syndication.drafts import draft
from tertulia.syndication.networks import linkedin, network_classes, telegram, wire, x
from tertulia.syndication.networks.base import CANNOT, Message, Refusal, Sending
from tests.fakes import FAKES, FAULTS, NOW, FakeBluesky, FakeLinkedIn, FakeOrganisation
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(params=[*FAKES.values(), FakeOrganisation], ids=lambda fake: fake.__name__.removeprefix("Fake"))
def house(request, tmp_path):
    made = House(tmp_path, request.param)
    yield made
    made.store.close()
    made.fake.close()


def test_every_network_has_a_fake():
    """A network without a fake keeps no promise that anybody has seen."""
    assert network_classes().keys() == FAKES.keys()


def test_a_post_is_published_once_with_words_link_and_alt(house):
    """One run sends one post; a second run sends nothing; the snapshot tells where it lives."""
    first = house.announce()
    assert [outcome.state for outcome in first] == ["delivered"], first
    assert house.announce() == []
    assert len(house.fake.public) == 1
    said = house.fake.public[0]["text"]
    assert "ñandú" in said
    assert "👩‍👧" in said
    assert POST.url in str(house.fake.public[0])
    links = snapshot.read(house.folder / "var/conversation", POST.id, POST.lang).syndication
    assert [link.network for link in links] == ([house.name] if first[0].url else [])


def test_a_picture_goes_with_its_alt(house):
    """Where pictures are carried, and the link stands in the author's own words, the alt text arrives."""
    if not house.network.pictures:
        pytest.skip("carries no pictures")
    house.announce(replace(POST, said={house.name: "Mira: {link}"}))
    assert house.fake.alts() == ["La plaza, vacía"]


@pytest.mark.parametrize("length", [1, 60, 400, 6000])
def test_whatever_the_length_it_fits(house, length):
    """A summary of any length is cut to what the network takes, link kept."""
    post = replace(POST, summary="Añadió ñoquis, ¿sí? " * length)
    planned = draft(post, house.network)
    assert all(length <= planned.limit for length in planned.lengths)
    house.announce(post)
    assert len(house.fake.public) == 1
    assert POST.url in str(house.fake.public[0])


def test_it_can_be_found_or_says_that_it_cannot(house):
    """Before publishing there is nothing to find; after, it is found; a network that cannot look says so."""
    message, sending = message_of(house), Sending(key="a1b2c3d4e5f6a7b8")
    if not house.network.can_search:
        assert house.network.find(message, sending) is CANNOT
        return
    assert house.network.find(message, sending) is None
    made = house.network.publish(message, sending)
    assert house.network.find(message, sending) == made


def test_an_edit_shows_or_is_declined(house):
    """edit() changes the one post there is, or answers that it cannot."""
    remote = house.network.publish(message_of(house), Sending(key="k1k1k1k1"))
    changed = house.network.edit(remote, message_of(house, summary="Otra cosa distinta."))
    if changed is CANNOT:
        assert house.network.when_edited != "edit"
        return
    assert len(house.fake.public) == 1
    assert "Otra cosa distinta" in house.fake.public[0]["text"]


def test_a_deletion_deletes_or_is_declined(house):
    """delete() takes the post down, and a second time is no error; or it answers that it cannot."""
    remote = house.network.publish(message_of(house), Sending(key="k1k1k1k1"))
    if house.network.delete(remote) is CANNOT:
        assert len(house.fake.public) == 1
        return
    assert house.fake.public == []
    assert house.network.delete(remote) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_it_is_there_once(house, fault):
    """After any failure of the request that publishes, later runs end with one post, or with a row for a person."""
    if fault not in house.fake.faults_known:
        pytest.skip("no such answer on this network")
    house.fake.fail_next(fault)
    first = house.announce()[0]
    expected = expected_state(fault, house.network)
    assert first.state == expected, first
    acted = fault.endswith("after")
    if fault == "422":
        assert house.until_quiet() == "refused"
        assert house.fake.public == []
        return
    if fault == "401":  # the key is at fault, not the post: nothing is made until it is mended
        assert first.needs_owner
        assert house.fake.public == []
        assert house.until_quiet() == ("waiting" if getattr(house.fake, "broken", False) else "delivered")
        return
    final = house.until_quiet()
    if house.network.can_search or fault in ("429", "503 retry"):
        assert final == "delivered"
        assert len(house.fake.public) == 1
    else:
        assert final == "unknown"
        assert len(house.fake.public) == (1 if acted else 0)


def expected_state(fault, network):
    """What the first run says of the row."""
    if fault == "422":
        return "refused"
    if fault in ("401", "429", "503 retry") or (fault.startswith("500") and network.can_search):
        return "waiting"
    return "unknown"


@pytest.mark.parametrize("fault", ["", "drop after"])
def test_a_lost_store_says_nothing_twice(house, fault):
    """With the store deleted after sending, the next run adopts what is there, or asks a person."""
    if fault:
        house.fake.fail_next(fault)
    house.announce()
    house.lose_store()
    final = house.until_quiet()
    assert len(house.fake.public) == 1
    assert final in ("delivered", "unknown")
    if house.network.can_search:
        assert final == "delivered"


def test_waiting_is_as_long_as_told(house):
    """Retry-After is kept, with a little more so that not everybody comes back at once."""
    if house.name == "mail":
        pytest.skip("SMTP does not say how long")
    house.fake.fail_next("429")
    outcome = house.announce()[0]
    assert NOW + timedelta(seconds=90) < outcome.until <= NOW + timedelta(seconds=90 * 1.25)
    house.clock += timedelta(seconds=89)
    assert house.announce() == []
    house.clock = outcome.until
    assert [one.state for one in house.announce()] == ["delivered"]


def test_an_expired_key_says_how_to_renew_it(house):
    """The row waits with the network's words and ours, and goes out with the next run once the key is good."""
    house.fake.fail_next("401")
    outcome = house.announce()[0]
    assert (outcome.state, outcome.needs_owner) == ("waiting", True)
    assert any(name in outcome.reason for name in house.network.needed()), outcome.reason


def test_no_server_is_waiting(house):
    """When nothing listens the row waits, and goes out when the server is back."""
    if house.name == "mail":
        house.fake.close()
        house.network.settings = settings.load(house.folder, house.fake.environ() | {"SMTP_URL": "smtp://127.0.0.1:9"})
    house.network.context.web.request = refused_connection(house.network.context.web)
    assert [one.state for one in house.announce()] == ["waiting"]
    if house.name == "mail":
        return
    house.start()
    assert house.until_quiet() == "delivered"
    assert len(house.fake.public) == 1


def test_no_secret_is_written_anywhere(house, capfd):
    """No secret is in the store, an outcome or a log, whatever failed."""
    reasons = []
    for fault in house.fake.faults_known:
        house.fake.fail_next(fault)
        reasons += [outcome.reason for outcome in house.announce(replace(POST, id=f"p-{fault}"))]
        house.clock += timedelta(days=1)
    kept = "".join(reasons) + "".join(str(row) for row in house.store.deliveries.all()) + "".join(capfd.readouterr())
    for value in house.fake.environ().values():
        if "secret" in value:
            assert value not in kept
    assert "secret" not in kept


def test_doctor_finds_it_well(house):
    """check() looks at the key without posting."""
    assert all(finding.good for finding in house.network.check())
    assert house.fake.public == []


def refused_connection(web: Fetcher):
    """A web in which every server is gone."""
    ask = web.request

    def request(method, url, **asked):
        return ask(method, "http://127.0.0.1:9/", **asked)

    return request


def message_of(house: House, **changes) -> Message:
    return draft(replace(POST, **changes), house.network).messages[0]


def test_an_answer_of_ours_with_the_link_is_no_announcement(tmp_path):
    """On Bluesky the owner told somebody of the article before it was announced: it is announced all the same."""
    house = House(tmp_path, FakeBluesky)
    value = {
        "text": "Lo cuento aquí", "createdAt": NOW.isoformat(), "reply": {"parent": {}, "root": {}},
        "embed": {"external": {"uri": POST.url}},
    }  # fmt: skip
    house.fake.records["3kaaaaaaaaaaa"] = {
        "uri": "at://did/app.bsky.feed.post/3kaaaaaaaaaaa",
        "cid": "c",
        "value": value,
    }
    (outcome,) = house.announce()
    assert ("delivered", "", 2) == (outcome.state, outcome.reason, len(house.fake.records))
    house.close()


@pytest.mark.parametrize("words", ["too large", "too slow"])
def test_an_answer_that_we_gave_up_on_may_be_a_yes(words):
    """The server acted, and what it answered was refused by us: that is no sign that nothing was sent."""
    assert wire.maybe_sent(FetchRefusedError(words))


def test_an_address_that_was_never_asked_is_a_no():
    """A private address, or none at all, is refused before anything leaves: with a cause."""
    error = FetchRefusedError("private")
    error.__cause__ = ValueError("10.0.0.1")
    assert not wire.maybe_sent(error)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"errors": [{"message": "text is too long"}], "detail": "One or more parameters"}, "text is too long"),
        ({"errors": [{"detail": "no such media"}], "detail": "One or more parameters"}, "no such media"),
        ({"errors": [{"message": ""}], "detail": "You are not permitted"}, "You are not permitted"),
        ({"errors": ["odd"], "title": "Forbidden"}, "Forbidden"),
        ({"errors": [], "title": "Forbidden"}, "Forbidden"),
        ({}, ""),
    ],
)
def test_x_tells_the_cause_of_a_refusal(body, words):
    """What stands inside names the cause; the outer words are the same for every refusal."""
    assert words == x._words(body)


@pytest.mark.parametrize(
    ("read", "body", "code"),
    [
        (x._refusal, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Refusal.DUPLICATE),
        (x._refusal, {"detail": "Your duplicate key was refused."}, Refusal.OTHER),
        (x._refusal, {"errors": [{"message": "Duplicate content."}], "detail": "Forbidden"}, Refusal.DUPLICATE),
        (telegram._refusal, {"description": "Bad Request: message is not modified: specified…"}, Refusal.UNCHANGED),
        (telegram._refusal, {"description": "Bad Request: message to delete not found"}, Refusal.GONE),
        (telegram._refusal, {"description": "Bad Request: chat not found"}, Refusal.OTHER),
        (linkedin._refusal, {"code": "NONEXISTENT_VERSION"}, Refusal.VERSION_RETIRED),
        (linkedin._refusal, {"code": "ACCESS_DENIED", "message": "conversion refused"}, Refusal.OTHER),
    ],
)
def test_a_refusal_has_a_code_that_comes_from_the_answer_alone(read, body, code):
    """What follows from a refusal never hangs on words of ours, nor of the post's, in a sentence."""
    assert code is read(body)


def test_a_retired_version_of_linkedin_says_which_setting(tmp_path):
    """The refusal names LINKEDIN_VERSION and where to look."""
    house = House(tmp_path, FakeLinkedIn)
    house.fake.refusal = lambda: (426, {"status": 426, "code": "NONEXISTENT_VERSION", "message": "not active"})
    house.fake.fail_next("422")
    (outcome,) = house.announce()
    assert "refused" == outcome.state
    assert "LINKEDIN_VERSION" in outcome.reason
    house.close()
