"""The ways by which a comment is seen, row by row: who has the word, and what leads to it."""

import itertools
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from tertulia.store import ways
from tertulia.store.conversation_tables import accounts, comments, persons, reactions, sources
from tertulia.store.ways import Rank
from tests.test_conversation_store import APPROVED, NOW, SAID

URL, TARGET = "https://mas.example/@ana/1134", "https://blog.example/voto/"
BRIDGE = "https://bridge.example/c/1"
NETWORK, OTHER = ("mastodon", "1134", URL), ("x", "7", URL)
PAGE, PASTED = ("webmention", f"{URL} {TARGET}", URL), ("pasted", URL, URL)
RELAY, ANOTHER = ("webmention", f"{BRIDGE} {TARGET}", URL), ("webmention", f"https://also.example/1 {TARGET}", URL)
NUMBERS = itertools.count(1)


def row(store, *told, gone=(), **columns):
    """A comment that was *told* by those ways, (source, id, address), and is no longer there by some; its number."""
    one = replace(SAID, source_id=f"made {next(NUMBERS)}", url="", text="")
    key = store.conversation.record(one, APPROVED, NOW).key
    with store.database.writing() as connection:
        number = connection.execute(select(comments.c.id).where(comments.c.key == key)).scalar_one()
        connection.execute(delete(sources).where(sources.c.comment == number))
        for way in told:
            values = dict(zip(("source", "source_id", "url"), way, strict=True))
            connection.execute(
                insert(sources).values(comment=number, seen_at="1", gone_at="2" if way in gone else None, **values)
            )
        if columns:
            connection.execute(update(comments).where(comments.c.id == number).values(**columns))
    return number


def by(way, **more):
    """What comes in by *way*."""
    source, source_id, url = way
    return replace(SAID, **{"source": source, "source_id": source_id, "url": url} | more)


def asked(store, question, *more):
    """The answer of one of the module's functions."""
    with store.database.reading() as connection:
        return question(connection, *more)


def found_at(store, url, question=ways.comment_at, **more):
    """The number of what is found where something new comes from."""
    found = asked(store, question, by(("new", "new", url), **more))
    return found and found.id


@pytest.mark.parametrize(
    ("way", "rank"),
    [
        (NETWORK, Rank.HOLDER),
        (("form", "f1", ""), Rank.HOLDER),
        (PAGE, Rank.PAGE),
        (PASTED, Rank.PAGE),
        (("web", "w1", URL), Rank.PAGE),
        (("webmention", f"{BRIDGE} {TARGET}", ""), Rank.PAGE),
        (RELAY, Rank.RELAY),
    ],
)
def test_how_much_a_way_knows(way, rank):
    """Where it was said, its own page, and who repeats."""
    assert rank == ways.rank(*way) == ways.rank_of(by(way))
    assert 3 == len({Rank.RELAY, Rank.PAGE, Rank.HOLDER})
    assert [Rank.RELAY, Rank.PAGE, Rank.HOLDER] == sorted(Rank)


@pytest.mark.parametrize(
    ("told", "gone", "way", "speaks"),
    [
        ([], [], NETWORK, True),
        ([NETWORK], [], NETWORK, True),
        ([NETWORK], [], PAGE, False),
        ([NETWORK], [NETWORK], PAGE, False),  # it has said its last
        ([NETWORK, RELAY], [RELAY], ANOTHER, False),
        ([PAGE], [], NETWORK, True),
        ([PAGE], [], PASTED, False),
        ([PAGE], [PAGE], PASTED, True),
        ([PAGE], [PAGE], PAGE, True),
        ([PAGE, PASTED], [PAGE], PAGE, True),
        ([PASTED, PAGE], [PAGE], PAGE, False),
        ([PAGE, PASTED], [], PAGE, True),
        ([RELAY, PAGE], [], PAGE, True),
        ([RELAY, PAGE], [], RELAY, False),
        ([PAGE], [], (*PAGE[:2], "https://elsewhere.example/1"), True),  # it says that it lives elsewhere
    ],
)
def test_who_has_the_word_on_a_comment(store, told, gone, way, speaks):
    """Who knows most, and the first of two that know as much; what another comment was told by says nothing."""
    row(store, OTHER)
    assert speaks == asked(store, ways.speaks, row(store, *told, gone=gone), by(way))


@pytest.mark.parametrize(
    ("told", "gone", "stays"),
    [
        ([PAGE], [], False),
        ([PAGE, NETWORK], [], True),
        ([PAGE, NETWORK], [NETWORK], False),
        ([PAGE, PASTED], [], True),
        ([PAGE, RELAY], [], False),
        ([PAGE, RELAY, PASTED], [], True),
    ],
)
def test_a_comment_outlives_a_way(store, told, gone, stays):
    """Where another that knows as much still shows it."""
    row(store, OTHER)
    assert stays == asked(store, ways.outlives, row(store, *told, gone=gone), *PAGE[:2])


def test_what_knows_as_much_knows_more(store):
    """Of what a row was told by, and what comes in."""
    told = [by(way) for way in (RELAY, PAGE, NETWORK)]
    assert [[True, False, False], [True, True, False], [True, True, True]] == [
        [ways.knows_more(one, held) for one in told] for held in told
    ]


@pytest.mark.parametrize(
    ("known", "same"),
    [
        ("https://mas.example/@ana/1134", ["https://mas.example/users/ana/statuses/1134"]),
        ("https://mas.example/users/ana/statuses/1134", ["https://mas.example/@ana/1134"]),
        ("https://x.com/ana/status/5", ["https://twitter.com/ana/status/5", "https://mobile.twitter.com/ana/status/5"]),
        ("https://x.com/i/status/5", ["https://www.x.com/ana/status/5"]),
        ("https://twitter.com/i/status/5", ["https://x.com/ana/status/5"]),
        ("https://bsky.app/profile/did:plc:a/post/3k", ["at://did:plc:a/app.bsky.feed.post/3k"]),
        ("at://did:plc:a/app.bsky.feed.post/3k", ["https://www.bsky.app/profile/did:plc:a/post/3k"]),
        ("https://a.example/x", ["http://a.example/x", "https://a.example/x/", "http://a.example/x/"]),
        ("https://a.example/x/", ["https://a.example/x"]),
        ("https://a.example/x?y", ["https://a.example/x?y"]),
    ],
)  # fmt: skip
def test_a_comment_is_found_by_every_way_to_write_its_address(store, known, same):
    """Whether a way of it has the address or itself; the first of two; of that post, in that language."""
    first = row(store, (*NETWORK[:2], ""), url=known)
    row(store, url=known)
    assert [first] * len(same) == [found_at(store, one) for one in same]
    with store.database.writing() as connection:
        connection.execute(update(comments).values(url="https://elsewhere.example/"))
        connection.execute(update(sources).values(url=known))
    assert [first] * len(same) == [found_at(store, one) for one in same]
    assert {None} == {found_at(store, one, **at) for one in same for at in ({"post": "otro"}, {"lang": "en"})}


@pytest.mark.parametrize(
    ("known", "other"),
    [
        ("https://a.example/x?y", "http://a.example/x?y"),
        ("https://a.example/x?y", "https://a.example/x?y/"),
        ("https://a.example/#x", "http://a.example/#x"),
        ("https://a.example/x", "ftp://a.example/x"),
        ("https://x.com/ana/status/5", "https://x.com/ana/status/55"),
        ("https://x.com/luis/status/5", "https://x.com/ana/status/5"),
        ("https://mas.example/@ana/1", "https://mas.example/users/luis/statuses/1"),
        ("https://mas.example/@ana/1", ""),
        ("", ""),
    ],
)
def test_another_address_is_anothers(store, known, other):
    """A query and a place in a page are the address; and so is who said it, where the network goes by that."""
    row(store, (*NETWORK[:2], known), url=known)
    assert found_at(store, other) is None


def test_a_comment_is_found_by_what_a_way_calls_it_where_that_is_an_address(store):
    """Bluesky's own, and the page of a relay; not by an id that is only like one."""
    sky = row(store, ("bluesky", "at://did:plc:a/app.bsky.feed.post/3k", ""))
    relayed = row(store, ("webmention", f"{BRIDGE} {TARGET}", ""))
    row(store, ("odd", f"{BRIDGE}2 {TARGET}", ""))
    row(store, ("odd", f"{BRIDGE}3", ""))
    assert [sky, relayed] == [found_at(store, url) for url in ("https://bsky.app/profile/did:plc:a/post/3k", BRIDGE)]
    assert [None] * 3 == [found_at(store, url) for url in (f"{BRIDGE}2", f"{BRIDGE}3", BRIDGE[:-1])]


@pytest.mark.parametrize(
    ("known", "asked_for", "is_found"),
    [
        ("ana.bsky.social", "did:plc:ana", True),
        ("did:plc:ana", "ana.bsky.social", True),
        ("did:plc:ana", "Ana.bsky.social", True),
        ("ana.bsky.social", "did:plc:luis", False),
        ("luis.bsky.social", "ana.bsky.social", False),
        ("web.example", "ana.bsky.social", False),
    ],
)
def test_an_account_of_bluesky_has_two_names(store, known, asked_for, is_found):
    """Its number, and the handle that it has there; not what else such a name was proved for."""
    number = row(store, url=f"https://bsky.app/profile/{known}/post/3k")
    row(store, ("bluesky", "at://none/app.bsky.feed.post/1", ""))
    people = [("bluesky", "did:plc:ana", "@ana.bsky.social"), ("bluesky", "did:plc:luis", "@luis.bsky.social")]
    names = [["did:plc:ana", "bluesky:ana.bsky.social"], ["did:plc:luis", "bluesky:luis.bsky.social"],
             ["bluesky:ana.bsky.social"]]  # fmt: skip
    with store.database.writing() as connection:
        connection.execute(insert(sources).values(comment=number, source="s", source_id="s", seen_at="1"))
        for (network, identity, handle), called in zip([*people, ("web", "web.example", "")], names, strict=True):
            new = insert(persons).values(network=network, identity=identity, handle=handle).returning(persons.c.id)
            person = connection.execute(new).scalar_one()
            connection.execute(insert(accounts), [{"name": name, "person": person} for name in called])
    assert (number if is_found else None) == found_at(store, f"https://bsky.app/profile/{asked_for}/post/3k")


@pytest.mark.parametrize(
    ("there", "is_found"),
    [
        ({}, True),
        ({"url": URL.replace("https", "http")}, True),
        ({"source": "new"}, True),
        ({"source_id": "new"}, True),
        ({"source": "new", "source_id": "new"}, False),  # it is the same, told again
        ({"url": "https://mas.example/@ana/2"}, False),
        ({"post": "otro"}, False),
        ({"lang": "en"}, False),
    ],
)
def test_a_share_is_found_where_it_lives(store, there, is_found):
    """Counted by another way, of that post, in that language."""
    values = {"post": "voto", "lang": "es", "kind": "repost", "source": "x", "source_id": "9", "seen_at": "1"}
    with store.database.writing() as connection:
        connection.execute(insert(reactions).values(**values | {"url": URL} | there))
        connection.execute(insert(reactions).values(**values | {"source": "nowhere", "url": ""}))
    assert is_found == (found_at(store, URL, ways.share_at) is not None)
    assert found_at(store, "", ways.share_at) is None


def test_what_something_answers(store):
    """By our key, by the id that its own way has, by any address; the first word that leads anywhere in that post."""
    number = row(store, ("mastodon", "50", URL))
    elsewhere = row(store, ("mastodon", "51", ""), post="otro")
    row(store, ("mastodon", "52", ""), lang="en")
    with store.database.reading() as connection:
        key, other = connection.execute(select(comments.c.key).order_by(comments.c.id)).scalars().all()[:2]

    def above(words, source="mastodon", **more):
        return asked(store, ways.parent_of, replace(SAID, source=source, in_reply_to=words, **more))

    leads = ["50", URL, f"{TARGET}#c-{key}", f"51 52 nada 50 {URL}"]
    assert [number] * 4 == [above(words) for words in leads]
    assert [number, number] == [above(key, "form"), above(f"{TARGET}#c-{key}", "x")]
    assert [None] * 6 == [above(words) for words in ("", "51", "52", key, f"{TARGET}#c-{other}", "nada")]
    assert [None, elsewhere] == [above("50", "x"), above("51", post="otro")]


ORPHANS = [
    # what it says that it answers, by which way it came; is it taken home
    ("99", "mastodon", {}, True),
    ("nada 99", "mastodon", {}, True),
    ("99", "x", {}, False),
    (URL, "x", {}, True),
    ("http://mas.example/users/ana/statuses/1134", "x", {}, True),
    (f"{TARGET}#c-KEY", "x", {}, True),
    (f"{TARGET}#c-otra", "x", {}, False),
    ("KEY", "x", {}, False),
    ("https://mas.example/@ana/2", "mastodon", {}, False),
    ("99", "mastodon", {"post": "otro"}, False),
    ("99", "mastodon", {"lang": "en"}, False),
    ("", "mastodon", {}, False),
]


@pytest.mark.parametrize(("words", "source", "columns", "is_found"), ORPHANS)
def test_what_has_no_place_comes_home_to_what_it_answers(store, words, source, columns, is_found):
    """Told before it was there; once, by however many ways it came."""
    number = row(store, NETWORK)
    with store.database.reading() as connection:
        key = connection.execute(select(comments.c.key)).scalar_one()
    told = [(source, "a", ""), (source, "b", "")]
    orphan = row(store, *told, in_reply_to=words.replace("KEY", key), **columns)
    came = by(("mastodon", "99", URL))
    assert [orphan] * is_found == asked(store, ways.orphans_of, number, came)


def test_nothing_is_taken_from_its_place_or_put_below_itself(store):
    """What has a parent keeps it; who answers their own words, or what stands below them, makes no circle."""
    top = row(store, ("mastodon", "1", ""), in_reply_to="99")
    number = row(store, ("mastodon", "99", URL), parent=top, in_reply_to="1")
    with store.database.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == number).values(parent=None, in_reply_to="99"))
    row(store, ("mastodon", "3", ""), parent=number, in_reply_to="99")
    one, two = (row(store, ("mastodon", name, ""), in_reply_to="99") for name in "45")
    came = by(("mastodon", "99", URL))
    assert [top, one, two] == asked(store, ways.orphans_of, number, came)
    with store.database.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == number).values(parent=two))
        connection.execute(update(comments).where(comments.c.id == two).values(parent=top))
    assert [one] == asked(store, ways.orphans_of, number, came)
    with store.database.writing() as connection:  # as no program of ours leaves them
        connection.execute(update(comments).where(comments.c.id == top).values(parent=number))
    assert [one] == asked(store, ways.orphans_of, number, came)


@pytest.mark.parametrize(("source", "is_found"), [("webmention", True), ("pasted", False)])
def test_who_answers_a_relays_page_answers_what_it_relays(store, source, is_found):
    """That page is no address of what comes by another way."""
    number = row(store, (source, f"{BRIDGE} {TARGET}", ""))
    orphan = row(store, ("x", "a", ""), in_reply_to=BRIDGE)
    assert [orphan] * is_found == asked(store, ways.orphans_of, number, by((source, f"{BRIDGE} {TARGET}", "")))
