"""Ours is what we wrote: what the author wrote by hand is never edited, deleted nor called the announcement."""

import copy
import shutil

import pytest
from msgspec.structs import replace

from tertulia.content import snapshot
from tertulia.store.tables import Origin
from tertulia.syndication.adopting import adopt_for, adopt_found
from tertulia.syndication.drafts import draft
from tertulia.syndication.edits import follow_edits, withdraw
from tests.fakes import FAKES, FakeBluesky, FakeMastodon, FakeOrganisation, FakeX
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")

EDITED = replace(POST, summary="Corregido: votar no es pitar falta.", hash="h2")
SEARCHED = [fake for fake in (*FAKES.values(), FakeOrganisation) if hasattr(fake, "by_hand")]
BY_HAND = {"post": "He escrito sobre el voto útil:", "roundup": "Mis tres lecturas: https://a.example/1 y"}


@pytest.fixture(params=SEARCHED, ids=lambda fake: fake.__name__.removeprefix("Fake"))
def house(request, tmp_path):
    made = House(tmp_path, request.param)
    yield made
    made.close()


def links(house):
    return snapshot.read(house.folder / "var/conversation", POST.id, "es").syndication


def lose_everything(house):
    shutil.rmtree(house.folder / "var")
    house.lose_store()


def test_every_network_that_can_be_searched_keeps_this_promise(tmp_path):
    """A network that looks for its own posts and has no hand-written ones to be tried on is not tried."""
    for number, fake in enumerate(FAKES.values()):
        house = House(tmp_path / str(number), fake)
        assert house.network.can_search == hasattr(fake, "by_hand"), fake
        house.close()


@pytest.mark.parametrize("lost", ["", "store", "everything"])
@pytest.mark.parametrize("words", BY_HAND.values(), ids=BY_HAND)
def test_what_the_author_wrote_by_hand_stays(house, words, lost):
    """A public post with the link: nothing is said beside it, and no edit or withdrawal reaches it."""
    house.fake.by_hand(words, POST.url)
    before = copy.deepcopy(house.fake.public)
    house.announce()
    if lost:
        (house.lose_store if lost == "store" else lambda: lose_everything(house))()
    house.announce(EDITED)
    assert follow_edits(house.outbox, [EDITED]) == []
    assert [change.done for change in withdraw(house.outbox, POST.id)] == [False]
    assert house.fake.public == before
    assert links(house) == ()


def to_one_person(fake):
    """What the owner has just written by hand is for one reader, or answers one: as that network tells it."""
    if isinstance(fake, FakeBluesky):
        (record,) = fake.records.values()
        record["value"]["reply"] = {"parent": {"uri": "at://ana/1"}, "root": {"uri": "at://ana/1"}}
        return fake._show()
    (post,) = fake.public
    if not fake.to_one:
        pytest.skip("everybody may read all that is said there")
    return post.update(fake.to_one)


@pytest.mark.parametrize("lost", ["", "store", "everything"])
def test_what_is_for_one_person_is_no_announcement_and_stays(house, lost):
    """A direct message, or an answer, that links the article: the article is announced, and the message stays."""
    house.fake.by_hand("@plaza te paso el borrador, no lo enseñes:", POST.url)
    to_one_person(house.fake)
    before = copy.deepcopy(house.fake.public[0])
    house.announce()
    assert 2 == len(house.fake.public)
    if lost:
        (house.lose_store if lost == "store" else lambda: lose_everything(house))()
    house.announce(EDITED)
    follow_edits(house.outbox, [EDITED])
    withdraw(house.outbox, POST.id)
    assert before in house.fake.public
    assert len(house.fake.public) <= 2


@pytest.mark.parametrize("visibility", ["direct", "private", "unlisted"])
def test_what_is_not_public_is_no_announcement(tmp_path, visibility):
    """Mastodon shows an author all of their own posts, whoever may read them."""
    house = House(tmp_path, FakeMastodon)
    house.fake.by_hand("@plaza te paso el borrador, no lo enseñes:", POST.url, visibility)
    before = copy.deepcopy(house.fake.public)
    house.announce()
    assert len(house.fake.public) == 2
    follow_edits(house.outbox, [EDITED])
    withdraw(house.outbox, POST.id)
    assert house.fake.public == before
    house.close()


def test_our_own_words_sent_to_one_person_are_no_announcement(tmp_path):
    """Word for word what we would say, and not public: not ours."""
    house = House(tmp_path, FakeMastodon)
    text = draft(POST, house.network).messages[0].text.removesuffix(POST.url).strip()
    house.fake.by_hand(text, POST.url, "direct")
    house.announce()
    assert ["direct", "public"] == [post["visibility"] for post in house.fake.public]
    house.close()


@pytest.mark.parametrize("lost", ["", "store", "everything"])
def test_what_we_wrote_stays_ours(house, lost):
    """After a lost answer and a lost store edits and withdrawals go on following it; the page links it."""
    house.fake.fail_next("drop after")
    house.announce()
    if lost:
        (house.lose_store if lost == "store" else lambda: lose_everything(house))()
    assert house.until_quiet() == "delivered"
    assert [Origin.MADE] == [row.origin for row in house.store.deliveries.all()]
    assert len(links(house)) == 1
    follow_edits(house.outbox, [EDITED])
    assert ("Corregido" in house.fake.public[0]["text"]) == (house.network.when_edited == "edit")
    withdraw(house.outbox, POST.id)
    assert house.fake.public == []


def test_what_we_wrote_stays_ours_when_the_words_changed_meanwhile(house):
    """The store is lost and the post is edited before the next run: the journal knows what we made."""
    house.announce()
    house.lose_store()
    shutil.rmtree(house.folder / "var/conversation")
    house.announce(EDITED)
    assert [Origin.MADE] == [row.origin for row in house.store.deliveries.all()]
    assert len(house.fake.public) == 1


def test_a_post_of_the_same_words_about_another_article_is_not_ours(house):
    """«Nuevo artículo» about something else is neither the announcement nor anything to touch."""
    post = replace(POST, said={house.name: "Nuevo artículo: {link}"}, cover=None)
    house.fake.by_hand("Nuevo artículo:", "https://blog.example/2026/11/otro/")
    house.announce(post)
    assert len(house.fake.public) == 2
    withdraw(house.outbox, POST.id)
    assert len(house.fake.public) == 1


def test_an_address_counts_however_it_is_written(house):
    """A host with ñ, another case, a slash more: the same article."""
    post = replace(POST, url="https://xn--peabrava-e3a.example/2026/11/a%C3%B1o/")
    house.fake.by_hand("He escrito esto:", "https://Peñabrava.example/2026/11/año")
    house.announce(post)
    assert len(house.fake.public) == 1


def test_the_owner_says_that_it_is_the_announcement(house):
    """``--adopt URL``: the page links it, a lost store remembers it, and it stays the author's own."""
    house.fake.by_hand(BY_HAND["post"], POST.url)
    before = copy.deepcopy(house.fake.public)
    (outcome,) = house.announce()
    assert len(adopt_found(house.outbox, outcome.url + "/")) == 1
    assert [outcome.url] == [link.url for link in links(house)]
    house.lose_store()
    house.announce()
    assert [Origin.ADOPTED] == [row.origin for row in house.store.deliveries.all()]
    assert [False] == [change.done for change in follow_edits(house.outbox, [EDITED])]
    assert [False] == [change.done for change in withdraw(house.outbox, POST.id)]
    assert house.fake.public == before


def test_the_owner_names_a_post_that_does_not_link(house):
    """``--adopt URL --post ID``: before anything was said, and not in place of what we said."""
    house.fake.by_hand("Sobre lo de ayer", "https://otro.example/")
    (theirs,) = house.network.own_posts(draft(POST, house.network).messages[0], sending())
    wanted = draft(POST, house.network)
    assert not adopt_for(house.outbox, wanted, "https://blog.example/nada/", unseen=True)
    assert adopt_for(house.outbox, wanted, theirs.remote.url, unseen=False)
    assert house.announce() == []
    assert len(house.fake.public) == 1


def test_ours_is_not_replaced_by_adoption(house):
    """What we said is there: another post is not adopted over it."""
    (outcome,) = house.announce()
    assert not adopt_for(house.outbox, draft(POST, house.network), outcome.url, unseen=False)
    assert [Origin.MADE] == [row.origin for row in house.store.deliveries.all()]


def sending():
    from tertulia.syndication.networks.base import Sending

    return Sending(key="")


def test_the_owner_says_that_it_is_none(house):
    """``--resolve 12=again`` for a roundup that was found: the article is announced beside it, whatever goes wrong."""
    house.fake.by_hand(BY_HAND["roundup"], POST.url)
    house.announce()
    (row,) = house.store.deliveries.all()
    assert house.outbox.resolve(row, there=False)
    house.fake.fail_next("drop after")
    house.announce()
    assert house.until_quiet() == "delivered"
    assert len(house.fake.public) == 2
    withdraw(house.outbox, POST.id)
    assert len(house.fake.public) == 1


def test_a_thread_does_not_hang_on_what_another_wrote(tmp_path):
    """The first part was found, by hand: the others are not sent under it."""
    house = House(tmp_path, FakeMastodon)
    house.fake.by_hand(BY_HAND["post"], POST.url)
    house.announce(replace(POST, said={"mastodon": "hilo: " + "Una frase que se lee bien. " * 60}))
    assert {Origin.FOUND} == {row.origin for row in house.store.deliveries.all()}
    assert house.announce() == []
    assert len(house.fake.public) == 1
    house.close()


def test_bluesky_trusts_its_key_alone(tmp_path):
    """The record under the post's own key is ours whatever it says; no other is."""
    house = House(tmp_path, FakeBluesky)
    house.announce()
    lose_everything(house)
    house.announce(EDITED)
    assert [Origin.MADE] == [row.origin for row in house.store.deliveries.all()]
    house.close()


def test_x_is_read_by_its_words_where_it_hides_addresses(tmp_path):
    """Short links that X does not write out: a long text still names one article, a short one does not."""
    house = House(tmp_path, FakeX)
    house.announce()
    lose_everything(house)
    for post in house.fake.public:
        post["entities"]["urls"] = [{"url": each["url"]} for each in post["entities"]["urls"]]
    house.announce()
    assert len(house.fake.public) == 1
    assert [Origin.MADE] == [row.origin for row in house.store.deliveries.all()]
    house.close()
