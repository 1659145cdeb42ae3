"""A comment that is seen by several ways: told, edited, deleted and brought back, in whatever order they came.

The network that holds it knows best, its own page comes next, a relay repeats.
"""

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tertulia.content import snapshot
from tertulia.conversation.moderator import Moderator
from tertulia.store import archive, open_store
from tertulia.store.importing import OldWord
from tertulia.store.said import Author, Incoming, Status

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
URL = "https://mas.example/@ana/1134"
TARGET = "https://blog.example/voto/"
ANA = Author(network="mastodon", identity="https://mas.example/users/ana", name="Ana", handle="@ana@mas.example",
             url="https://mas.example/@ana")  # fmt: skip
BRIDGED = Author(network="web", identity="mas.example/@ana", name="Ana", url="https://mas.example/@ana")
NETWORK = Incoming(
    source="mastodon", source_id="1134", post="voto", lang="es", kind="reply", author=ANA, published=NOW,
    text="No pito, pero me quejo.", html="<p>No pito, pero me quejo.</p>", url=URL,
)  # fmt: skip
RELAY = replace(NETWORK, source="webmention", source_id=f"https://brid.gy/comment/1134 {TARGET}", author=BRIDGED,
                published=NOW + timedelta(hours=3))  # fmt: skip
PAGE = replace(RELAY, source_id=f"{URL} {TARGET}")
PASTED = replace(NETWORK, source="pasted", source_id=URL, author=replace(ANA, identity="https://mas.example/@ana"))
WAYS = {"network": NETWORK, "page": PAGE, "pasted": PASTED, "relay": RELAY}
RANK = {"network": 2, "page": 1, "pasted": 1, "relay": 0}


class Shelf:
    """A store, what moderation does with it, and what readers see."""

    def __init__(self, store, folder):
        self.store, self.folder, self.clock = store, folder, NOW
        self.moderator = Moderator(store, folder, lambda: self.clock)

    def tell(self, incoming):
        self.clock += timedelta(minutes=10)
        return self.moderator.ingest(incoming)

    def drop(self, incoming):
        self.clock += timedelta(minutes=10)
        return self.moderator.gone(incoming.source, incoming.source_id)

    def approve(self, *keys):
        for one in self.store.conversation.find():
            if not keys or one.key in keys:
                self.moderator.decide(one.key, "approved", one.version)

    def one(self):
        (said,) = self.store.conversation.find()
        return said

    def shown(self):
        self.moderator.show_all()
        return snapshot.read(self.folder, "voto", "es")


@pytest.fixture
def shelf(either_store, tmp_path):
    """An empty store of either kind."""
    return Shelf(either_store, tmp_path / "conversation")


ORDERS = list(itertools.permutations(WAYS, 2)) + list(itertools.permutations(WAYS, 3))


def best(order):
    """Of those who told it, who has the word: whoever knows most, and of two that know as much the first."""
    return max(order, key=lambda way: (RANK[way], -order.index(way)))


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_comment_told_by_several_ways_is_one_and_is_its_best_ways(shelf, order):
    """One comment, public all the time, dated and signed by the way that knows most."""
    for way in order:
        shelf.tell(WAYS[way])
        if way == order[0]:
            shelf.approve()
        assert 1 == len(shelf.shown().comments), way
    (shown,) = shelf.shown().comments
    assert len(order) == len(shown.sources)
    assert (WAYS[best(order)].published, "Ana") == (shown.date, shown.author)
    assert ("mastodon", "@ana@mas.example") == (shown.network, shown.handle) or best(order) in ("page", "relay")


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_an_edit_is_heard_from_the_best_way_alone(shelf, order):
    """What is changed where it was said is changed here; a relay's own words for it change nothing."""
    for way in order:
        shelf.tell(WAYS[way])
        shelf.approve()
    for way in order:
        shelf.tell(replace(WAYS[way], text=f"Cambiado: {way}", html=f"<p>Cambiado: {way}</p>"))
    assert f"Cambiado: {best(order)}" == shelf.one().text


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_deletion_counts_where_nobody_who_knows_as_much_shows_it(shelf, order):
    """Gone from its network it goes, whoever repeats it; gone from a relay it stays where it was said."""
    for gone in order:
        for way in order:
            shelf.tell(WAYS[way])
        shelf.approve()
        shelf.drop(WAYS[gone])
        stays = any(RANK[way] >= RANK[gone] for way in order if way != gone)
        assert stays == (shelf.one().status == "approved"), gone
        assert stays == bool(shelf.shown().comments)
        for way in order:  # a relay, or whoever knows less, does not bring it back
            if RANK[way] < RANK[gone]:
                shelf.tell(replace(WAYS[way], text="Sigue aquí.", html="<p>Sigue aquí.</p>"))
        assert stays == (shelf.one().status == "approved"), gone
        shelf.tell(WAYS[gone])
        assert shelf.one().status in ("approved", "waiting")


@pytest.mark.parametrize(("first", "later"), list(itertools.permutations(WAYS, 2)))
def test_what_one_way_took_down_is_back_where_one_that_knows_as_much_sees_it(shelf, first, later):
    """Though it comes by that way for the first time; who only repeats brings nothing back."""
    key = shelf.tell(WAYS[first]).key
    shelf.approve()
    shelf.drop(WAYS[first])
    shelf.tell(replace(WAYS[later], text="Sigue aquí."))
    back = ("approved", "waiting") if RANK[later] >= RANK[first] else ("gone",)
    assert shelf.store.conversation.get(key).status in back


def test_what_the_owner_turned_down_no_better_way_brings_back(shelf):
    """A relay told it and lost it, and its network shows it."""
    key = shelf.tell(RELAY).key
    shelf.moderator.decide(key, "rejected", shelf.one().version)
    shelf.drop(RELAY)
    shelf.tell(NETWORK)
    assert ("rejected", "owner") == (shelf.one().status, shelf.one().decided_by)


def test_what_the_network_calls_a_share_is_one_whoever_tells_it_anew(shelf):
    """A relay called it a comment; it is a comment again when the network itself says so."""
    share = replace(NETWORK, kind="repost")
    for step, shown in ((RELAY, (1, {})), (share, (0, {"repost": 1})), (RELAY, (0, {"repost": 1})),
                        (PASTED, (0, {"repost": 1})), (NETWORK, (1, {}))):  # fmt: skip
        shelf.tell(step)
        shelf.approve()
        assert shown == (len(shelf.shown().comments), shelf.shown().counts)


def test_a_relay_brings_back_nothing_that_is_gone_as_a_share(shelf):
    """It repeats what the network took back."""
    share = replace(NETWORK, kind="repost")
    shelf.tell(RELAY)
    shelf.tell(share)
    shelf.drop(share)
    shelf.tell(RELAY)
    assert ((), {}, "gone") == (shelf.shown().comments, shelf.shown().counts, shelf.one().status)


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("then", WAYS)
def test_who_is_erased_or_blocked_by_one_way_is_so_by_every_other(shelf, first, then):
    """What they say later stays away, or is spam, by whichever door it comes."""
    later = replace(WAYS[then], source_id=f"https://otra.example/9 {TARGET}" if then in ("page", "relay") else "9",
                    url="https://mas.example/@ana/9", text="Otra cosa", html="<p>Otra cosa</p>")  # fmt: skip
    shelf.tell(WAYS[first])
    said = shelf.one()
    shelf.moderator.trust(said.key, "blocked", said.version)
    shelf.tell(later)
    assert ["spam", "spam"] == [one.status for one in shelf.store.conversation.find()]
    shelf.moderator.erase(said.person)
    assert [] == shelf.store.conversation.find()
    assert ("refused", "refused") == (shelf.tell(WAYS[then]).state, shelf.tell(later).state)
    assert [] == shelf.store.conversation.find()


def test_who_types_a_blocked_or_erased_address_gets_no_further(shelf):
    """The form proves nothing, and yet what it claims is not to be shown."""
    shelf.tell(NETWORK)
    said = shelf.one()
    shelf.moderator.trust(said.key, "blocked", said.version)
    typed = replace(NETWORK, source="form", source_id="f", url="", author=Author(
        network="form", identity="cookie", name="Ana", url="https://mas.example/users/ana"))  # fmt: skip
    assert "spam" == shelf.tell(typed).status
    shelf.moderator.erase(said.person)
    assert "refused" == shelf.tell(replace(typed, source_id="g")).state


ZOE = Author(network="form", identity="cookie", name="Zoe", url="")
STRANGER = Author(network="mastodon", identity="https://otra.example/users/x", name="Xana", handle="@x@otra.example")
# Every door that a comment comes in by; the last brings a whole talk at once, decided elsewhere.
DOORS = {
    **{way: lambda shelf, said: shelf.tell(said) for way in WAYS},
    "import": lambda shelf, said: shelf.store.conversation.record_many(
        [OldWord(said, Status.APPROVED)], NOW, lambda _: ()
    ),
}


@pytest.fixture
def before(tmp_path):
    """The export of another store: Ana, whom Zoe answers, both public; Xana was erased there."""
    opened = open_store("sqlite:///var/other.db", tmp_path)
    other = Shelf(opened, tmp_path / "other")
    other.tell(replace(NETWORK, source_id="7", url="", author=STRANGER))
    other.moderator.erase(other.one().person)
    other.tell(NETWORK)
    other.tell(
        replace(
            NETWORK, source="form", source_id="z", url="", author=ZOE, in_reply_to=URL, text="Yo, @ana@mas.example, sí"
        )
    )
    other.approve()
    yield archive.export(opened.database)
    opened.close()


@pytest.mark.parametrize("door", DOORS)
def test_an_export_from_before_brings_nobody_back_who_was_erased(shelf, before, door):
    """Neither by itself nor by any door later, whichever store erased them; what others said stays."""
    shelf.tell(NETWORK)
    shelf.moderator.erase(shelf.one().person)
    assert 2 == archive.load(shelf.store.database, before)
    later = replace(WAYS.get(door, NETWORK), source_id="9 x", url="https://mas.example/@ana/9", text="Otra cosa")
    DOORS[door](shelf, later)
    DOORS[door](shelf, replace(later, source_id="8 x", url="", author=STRANGER))
    assert ["Zoe"] == [one.name for one in shelf.store.conversation.find()]
    kept = json.dumps(archive.export(shelf.store.database))
    assert [] == [trace for trace in ("Ana", "@ana", "Xana", "otra.example") if trace in kept]
    assert ["Zoe"] == [one.author for one in shelf.shown().comments]


@pytest.mark.parametrize("door", DOORS)
def test_an_export_from_before_lets_nobody_in_who_is_blocked(shelf, before, door):
    """Though nothing of theirs is here any more: what was decided on in the other store stays, what comes is spam."""
    shelf.tell(NETWORK)
    said = shelf.one()
    shelf.moderator.trust(said.key, "blocked", said.version)
    shelf.store.conversation.purge(NOW + timedelta(days=90))
    archive.load(shelf.store.database, before)
    DOORS[door](shelf, replace(WAYS.get(door, NETWORK), source_id="9 x", url="https://mas.example/@ana/9", text="Más"))
    theirs = {one.text: (one.trust, one.status) for one in shelf.store.conversation.find() if one.name == "Ana"}
    assert {"Más": ("blocked", "spam"), NETWORK.text: ("blocked", "approved")} == theirs


def test_an_export_from_before_takes_away_no_like_and_no_word(shelf, before):
    """A store without comments may have counted and learnt: both stay beside what comes, on the page too."""
    store, here = shelf.store, ("voto", "es", "like", "mastodon", "likes of 1")
    store.conversation.count(*here, number=3, now=NOW)
    store.words.learn(["reloj"], spam=True)
    archive.load(store.database, before | {"words": {"": [2, 2], "reloj": [0, 1], "rebajas": [1, 0]}})
    assert not store.conversation.count(*here, number=3, now=NOW)
    learnt = store.words.counts(["reloj", "rebajas"])
    assert {"": (2, 2), "reloj": (1, 1), "rebajas": (1, 0)} == learnt
    shelf.moderator.show_all()
    assert ({"like": 3}, 2) == (shelf.shown().counts, len(shelf.shown().comments))


def test_trust_goes_with_the_account_and_not_with_a_claim(shelf):
    """A bridge that is believed leads to the person whom the owner trusted; who only claims to be them waits."""
    shelf.tell(NETWORK)
    said = shelf.one()
    shelf.moderator.trust(said.key, "trusted", said.version)
    believed = replace(RELAY, source_id=f"https://brid.gy/2 {TARGET}", url="https://mas.example/@ana/2")
    assert "approved" == shelf.tell(believed).status
    claimed = replace(BRIDGED, identity="eve.example eve.example https://mas.example/@ana", is_vouched=False)
    assert "waiting" == shelf.tell(replace(believed, source_id=f"https://eve.example/3 {TARGET}", author=claimed,
                                           url="https://eve.example/3")).status  # fmt: skip


@pytest.mark.parametrize("handle", ["@ana.bsky.social", "@otra.bsky.social"])
def test_a_handle_that_another_took_is_the_others(shelf, handle):
    """Bluesky's numbers last and its handles do not: whoever takes one is not who was blocked, nor who was erased."""
    one = Author(network="bluesky", identity="did:plc:1", name="Ana", handle="@ana.bsky.social",
                 url="https://bsky.app/profile/ana.bsky.social")  # fmt: skip
    shelf.tell(replace(NETWORK, source="bluesky", source_id="at://did:plc:1/app.bsky.feed.post/1", url="", author=one))
    said = shelf.one()
    shelf.moderator.trust(said.key, "blocked", said.version)
    two = replace(one, identity="did:plc:2", handle=handle, url=f"https://bsky.app/profile/{handle[1:]}")
    new = replace(NETWORK, source="bluesky", source_id="at://did:plc:2/app.bsky.feed.post/2", url="", author=two)
    assert "waiting" == shelf.tell(new).status
    shelf.moderator.erase(said.person)
    assert "edited" == shelf.tell(replace(new, text="Sigo aquí.", html="<p>Sigo aquí.</p>")).state


BELOW = replace(NETWORK, source_id="1200", url="https://mas.example/@luis/1200", text="Yo sí.", html="<p>Yo sí.</p>",
                author=Author(network="mastodon", identity="https://mas.example/@luis", name="Luis"))  # fmt: skip
NAMES = {
    "id": ("mastodon", "1134"),
    "address": ("webmention", URL),
    "other scheme": ("webmention", "http://mas.example/@ana/1134/"),
    "activitypub": ("webmention", "https://mas.example/users/ana/statuses/1134"),
    "relay": ("webmention", "https://brid.gy/comment/1134"),
    "permalink": ("webmention", f"{TARGET}#c-KEY"),
    "one of several": ("webmention", f"https://otra.example/x {URL}"),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("order", ["parent first", "child first", "relay, child, parent"])
def test_a_parent_is_found_by_every_address_that_it_has(shelf, name, order):
    """By the network's id, its address however it is written, a relay's page or our own; whichever came first."""
    from tertulia.store.recording import key_of

    source, answered = NAMES[name]
    first = RELAY if order.startswith("relay") else NETWORK
    answered = answered.replace("KEY", key_of(first.source, first.source_id))
    source_id = "1200" if source == "mastodon" else f"https://luis.example/1 {TARGET}"
    child = replace(BELOW, source=source, source_id=source_id, in_reply_to=answered, kind="mention")
    steps = {"parent first": [NETWORK, RELAY, child], "child first": [child, NETWORK, RELAY],
             "relay, child, parent": [RELAY, child, NETWORK]}[order]  # fmt: skip
    for step in steps:
        shelf.tell(step)
    said = {one.text: one for one in shelf.store.conversation.find()}
    assert (said[NETWORK.text].id, "reply", None) == (
        said["Yo sí."].parent, said["Yo sí."].kind, said[NETWORK.text].parent)  # fmt: skip


def test_the_network_mends_the_place_that_a_relay_did_not_know(shelf):
    """Told by a bridge as an answer to the post, and by its network as an answer to another answer."""
    shelf.tell(BELOW)
    shelf.tell(RELAY)
    shelf.approve()
    shelf.tell(replace(NETWORK, in_reply_to="1200"))
    below, above = (next(one for one in shelf.shown().comments if one.html == html)
                    for html in (NETWORK.html, BELOW.html))  # fmt: skip
    assert above.id == below.parent


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["repost", "like", "bookmark"])
def test_a_change_of_kind_counts_once(shelf, way, kind):
    """A comment edited into a mere share is one more share and no comment; with words again, a comment and no share."""
    said = WAYS[way]
    share = replace(said, kind=kind, text="El voto útil", html="<p>El voto útil</p>")
    shelf.tell(said)
    shelf.approve()
    shelf.tell(share)
    assert ([], {kind: 1}) == ([*shelf.shown().comments], shelf.shown().counts)
    shelf.tell(share)
    assert {kind: 1} == shelf.shown().counts
    shelf.tell(said)
    shelf.approve()
    assert ([said.html], {}) == ([one.html for one in shelf.shown().comments], shelf.shown().counts)


@pytest.mark.parametrize("network_says", ["reply", "repost"])
@pytest.mark.parametrize("first", ["network", "relay"])
def test_where_two_ways_differ_in_kind_the_best_is_counted(shelf, network_says, first):
    """The network calls it a share and the relay a comment, or the other way round: it is what the network says."""
    network = replace(NETWORK, kind=network_says)
    relay = replace(RELAY, kind="repost" if network_says == "reply" else "mention")
    for one in (network, relay) if first == "network" else (relay, network):
        shelf.tell(one)
        shelf.approve()
    comments, shares = (1, {}) if network_says == "reply" else (0, {"repost": 1})
    assert (comments, shares) == (len(shelf.shown().comments), shelf.shown().counts)


@pytest.mark.parametrize("end", ["rejected", "gone", "erased", "purged"])
def test_a_removed_comment_with_answers_leaves_a_line_that_names_nobody(shelf, end):
    """However it went, its answers stay below its place; when they go too, so does the place."""
    middle = replace(BELOW, in_reply_to="1134")
    third = replace(BELOW, source_id="1300", url="", in_reply_to="1200", text="Ni yo.", html="<p>Ni yo.</p>",
                    author=replace(BELOW.author, identity="https://mas.example/@eva", name="Eva"))  # fmt: skip
    for one in (NETWORK, middle, third):
        shelf.tell(one)
    shelf.approve()
    said = shelf.store.conversation.by_source("mastodon", "1200")
    if end == "rejected":
        shelf.moderator.decide(said.key, "rejected", said.version)
    elif end == "erased":
        shelf.moderator.erase(said.person)
    else:
        shelf.drop(middle)
    if end == "purged":
        shelf.clock += timedelta(days=31)
        shelf.moderator.sweep()
    shown = shelf.shown()
    (place,) = shown.removed
    assert (["Ana", "Eva"], [shown.comments[0].id, place.id]) == (
        [one.author for one in shown.comments], [place.parent, shown.comments[1].parent])  # fmt: skip
    assert 3 == len(shown.turns)
    assert all(word not in str(shown.removed) for word in ("Luis", "mas.example", "Yo sí"))
    shelf.drop(third)
    assert ((), 1) == (shelf.shown().removed, len(shelf.shown().comments))


@pytest.mark.parametrize("state", ["waiting", "spam", "private"])
def test_what_was_published_unread_waits_for_what_it_answers(shelf, state):
    """The owner's own answer does not stand alone under something that nobody may read."""
    owner = Author(network="mastodon", identity="https://mas.example/@me", name="Blog", is_owner=True)
    answer = replace(BELOW, author=owner, in_reply_to="1134")
    if state != "private":
        shelf.tell(NETWORK)
    said = shelf.store.conversation.by_source("mastodon", "1134")
    if state == "spam":
        shelf.moderator.decide(said.key, "spam", said.version)
    shelf.tell(answer)
    assert ((), ()) == (shelf.shown().comments, shelf.shown().removed)
    if said:
        said = shelf.store.conversation.get(said.key)
        shelf.moderator.decide(said.key, "approved", said.version)
        assert 2 == len(shelf.shown().comments)


def test_a_share_keeps_its_words_for_the_owner_until_its_writer_is_erased(shelf):
    """What was folded as a share can still be looked at."""
    shelf.tell(replace(NETWORK, kind="repost", text="El voto útil"))
    assert [("El voto útil", URL)] == [(one.text, one.url) for one in shelf.store.conversation.folded()]


def test_a_share_of_anothers_names_nobody_who_is_erased(shelf):
    """What the owner can still look at of a share has no handle of theirs, as comments have none."""
    shelf.tell(NETWORK)
    theirs = replace(
        NETWORK, source_id="5", url="", author=ZOE, kind="repost", text="«El voto útil», vía @ana@mas.example"
    )
    shelf.tell(theirs)
    shelf.moderator.erase(shelf.one().person)
    assert ["«El voto útil», vía @…"] == [one.text for one in shelf.store.conversation.folded()]
