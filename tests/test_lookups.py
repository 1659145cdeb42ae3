"""What may be asked of the conversation: each question alone, beside what it must not find."""

from dataclasses import replace
from datetime import timedelta

from tertulia.store.said import Author, Read, Status, Trust, Verdict, Who
from tests.test_conversation_store import APPROVED, NOW, SAID, WAITING

LUIS = Author(network="mastodon", identity="https://mas.example/users/luis", name="Luis", handle="luis@mas.example")


def say(store, number, verdict=APPROVED, **more):
    one = replace(SAID, source_id=str(number), url=f"https://mas.example/{number}", text=f"Digo {number}.", **more)
    return store.conversation.record(one, verdict, NOW + timedelta(minutes=number)).key


def decide(store, key, status, who=Who.OWNER, batch=""):
    version = store.conversation.get(key).version
    assert store.conversation.decide(key, status, who, NOW, version=version, batch=batch).is_done


def texts(found):
    return [one.text for one in found]


def test_what_waits_is_read_from_the_oldest_on_and_all_else_from_the_newest(store):
    """So many at once, from a place on; of one status, post or person."""
    for number, verdict in ((1, WAITING), (2, APPROVED), (3, WAITING), (4, Verdict("spam"))):
        say(store, number, verdict, post="otro" if number == 2 else "voto", author=LUIS if number == 3 else SAID.author)
    find, luis = store.conversation.find, store.conversation.by_source("mastodon", "3").person
    assert ["Digo 4.", "Digo 3.", "Digo 2.", "Digo 1."] == texts(find())
    assert (["Digo 1.", "Digo 3."], ["Digo 3.", "Digo 2.", "Digo 1."]) == (
        texts(find(["waiting"])), texts(find(["waiting", "approved"])),
    )  # fmt: skip
    assert (["Digo 2."], ["Digo 3."], []) == (
        texts(find(post="otro")), texts(find(person=luis)), texts(find(post="otro", person=luis)),
    )  # fmt: skip
    assert (["Digo 4."], ["Digo 3.", "Digo 2."]) == (texts(find(limit=1)), texts(find(limit=2, offset=1)))
    assert (["Digo 3."], ["Digo 2."]) == (texts(find(words="DIGÓ 3")), texts(find(words="digo", limit=1, offset=2)))


def test_places_of_what_is_gone_are_no_comments(store):
    """They are found by no question, and counted in none."""
    above = say(store, 1)
    say(store, 2, author=LUIS, in_reply_to="1")
    store.conversation.erase(store.conversation.get(above).person, NOW)
    assert (["Digo 2."], {"approved": 1}) == (texts(store.conversation.find()), store.conversation.counts())


def test_who_is_looked_for_exactly_is_found_by_any_of_their_names(store):
    """By what they were called then and are called now; nobody by nothing, or by half a name."""
    ana = Author(network="x", identity="1", name="Ana", handle="@ana@x.example", url="https://ana.example/")
    say(store, 1, author=ana)
    say(store, 2, author=replace(ana, name="Añita", handle="@anita@x.example", url="https://anita.example/"))
    say(store, 3, author=LUIS)
    say(store, 4, author=replace(LUIS, identity="nuria", name="Nu\u0301ria", handle="@nuria@mas.example"))
    half = "Nu\u0301ria Añé"  # composed in one place, and not in another: as it stands nobody normalises it
    say(store, 5, author=replace(LUIS, identity="half", name=half, handle="@half@mas.example"))
    assert (["Digo 4."], ["Digo 5."]) == tuple(texts(store.conversation.named(who)) for who in ("Núria", half))
    named = store.conversation.named
    for who in ("Ana", "@ana@x.example", "ana@x.example", "https://ana.example/"):
        assert ["Digo 1."] == texts(named(who)), who
    for who in ("Añita", "An\u0303ita", "@anita@x.example", "anita@x.example", "https://anita.example/"):
        assert ["Digo 2.", "Digo 1."] == texts(named(who)), who
    assert (["Digo 3."], ["Digo 3."]) == (texts(named("luis@mas.example")), texts(named("Luis")))
    assert [] == named("") == named("  ") == named("An")


def test_a_thread_is_what_stands_above(store):
    """From the top down, of twenty at most."""
    keys = [say(store, number, in_reply_to=str(number - 1) if number > 1 else "") for number in range(1, 24)]
    beside = say(store, 99)
    thread = store.conversation.thread
    assert ["Digo 1.", "Digo 2."] == texts(thread(store.conversation.get(keys[2])))
    assert ([], 20) == (thread(store.conversation.get(beside)), len(thread(store.conversation.get(keys[-1]))))


def test_what_is_known_of_who_speaks_and_of_what_they_said(store):
    """A verdict depends on it: how often they were welcome and not, who else says the same, what it was before."""
    store.conversation.record(replace(SAID, source_id="8", url=""), APPROVED, NOW)
    for number, status in ((1, None), (2, None), (3, Status.REJECTED), (4, Status.SPAM), (5, Status.SPAM)):
        key = say(store, number, APPROVED if status is None else WAITING, author=LUIS)
        if status:
            decide(store, key, status)
    say(store, 6, WAITING, author=LUIS)
    new = replace(SAID, source_id="9", url="https://mas.example/9", author=LUIS, in_reply_to="2")
    known = store.conversation.known(new)
    assert (2, 3, 1, None, "", "", "", "", False, False) == (
        known.approved, known.turned_down, known.repeats, known.status, known.text, known.html, known.url,
        known.in_reply_to, known.same_person, known.is_owner,
    )  # fmt: skip
    again = replace(new, source_id="1", url="https://elsewhere.example/", in_reply_to="2")
    known = store.conversation.known(again)
    assert ("approved", "Digo 1.", SAID.html, "https://mas.example/1", "", True, 1) == (
        known.status, known.text, known.html, known.url, known.in_reply_to, known.same_person, known.repeats,
    )  # fmt: skip
    new_here = Author(network="x", identity="1", name="Eva")
    other_way = replace(new, source="webmention", source_id="w", url="https://mas.example/1", author=SAID.author)
    known = store.conversation.known(replace(other_way, in_reply_to="x"))
    assert ("approved", "https://mas.example/1", "x", False) == (
        known.status, known.url, known.in_reply_to, known.same_person,
    )  # fmt: skip
    assert 0 == store.conversation.known(replace(SAID, source_id="8", url="")).repeats
    assert not store.conversation.known(replace(other_way, author=new_here)).same_person
    nobody = store.conversation.known(replace(SAID, source_id="10", url="", text="", author=new_here))
    assert (0, 0, 0, Trust.UNKNOWN) == (nobody.approved, nobody.turned_down, nobody.repeats, nobody.trust)
    say(store, 11, author=replace(LUIS, identity="reme", is_owner=True))
    assert store.conversation.known(replace(new, author=replace(LUIS, identity="reme", is_owner=True))).is_owner


def test_another_way_calls_an_address_and_a_place_by_its_own_names(store):
    """They are as they were where they lead to the same; one way that calls its own by other names has changed them."""
    for number in (1, 2):
        say(store, number)
    say(store, 3, in_reply_to="1")
    mine = replace(SAID, source_id="3", url="https://mas.example/3", text="Digo 3.")
    other = replace(mine, source="webmention", source_id="w", url="http://mas.example/3/")
    asked = [(way, place) for way in (mine, other) for place in ("https://mas.example/1", "https://mas.example/2")]
    known = [store.conversation.known(replace(way, in_reply_to=place)) for way, place in asked]
    assert ["1", "1", "https://mas.example/1", "1"] == [one.in_reply_to for one in known]
    assert [mine.url, mine.url, other.url, other.url] == [one.url for one in known]


def test_what_was_decided_is_told_from_the_newest_on(store):
    """Of all or of one comment; and what may be undone."""
    assert "" == store.conversation.last_batch()
    one, two = say(store, 1, WAITING), say(store, 2, WAITING)
    decide(store, one, Status.REJECTED, batch="b1")
    decide(store, two, Status.APPROVED, batch="b2")
    store.conversation.decide(one, Status.WITHDRAWN, Who.WRITER, NOW)
    told = [(what, key) for _, _, what, key, _ in store.conversation.audit(limit=3)]
    assert [("withdrawn", one), ("approved", two), ("rejected", one)] == told
    assert ["withdrawn", "rejected", "waiting"] == [what for _, _, what, _, _ in store.conversation.audit(one)]
    assert "b2" == store.conversation.last_batch()


def test_small_questions_are_of_one_thing_each(store):
    """A portrait, a name, a cursor, a like: each its own, and nothing where there is none."""
    talk = store.conversation
    keys = [
        say(store, 1, author=replace(SAID.author, avatar="a.webp")),
        say(store, 2, author=replace(LUIS, avatar="l.webp"), post="otro"),
    ]
    people = [talk.get(key).person for key in keys]
    assert [("a.webp", SAID.author.identity), ("l.webp", LUIS.identity), ("", "")] == [
        (talk.avatar(person), talk.identity(person)) for person in (*people, 99)
    ]
    for name in ("a", "b"):
        talk.set_cursor(name, f"at {name}")
    assert ["at a", "at b", ""] == [talk.get_cursor(name) for name in ("a", "b", "c")]
    talk.count("liked", "en", "like", "mastodon", "7", number=3, now=NOW)
    assert [True, False, False] == [
        talk.has_counted(*asked) for asked in (("mastodon", "7"), ("bluesky", "7"), ("mastodon", "8"))
    ]
    say(store, 3, post="")
    assert [("liked", "en"), ("otro", "es"), ("voto", "es")] == talk.posts()
    assert [("liked", "en", "", "like", 3)] == talk.reactions()
    assert ([], None) == (talk.folded(), talk.by_source("bluesky", "1"))
    assert (keys[0], keys[1]) == tuple(talk.by_source("mastodon", number).key for number in ("1", "2"))


def test_shares_that_said_nothing_of_their_own_are_told_with_their_words(store):
    """The newest first, so many; those that came without words are not among them."""
    for number, words in ((1, "RT uno"), (2, ""), (3, "RT tres")):
        share = replace(SAID, kind="repost", source_id=str(number), url="", text=words, html="")
        store.conversation.record(share, APPROVED, NOW)
    assert ["RT tres", "RT uno"] == texts(store.conversation.folded())
    assert ["RT tres"] == texts(store.conversation.folded(limit=1))


def test_what_was_read_is_known_while_anybody_may_hold_a_letter_about_it(store):
    """By its version."""
    key = say(store, 1)
    before = store.conversation.get(key)
    say(store, 1, html="<p>Otra cosa.</p>")
    assert SAID.html == store.conversation.revision(Read(key, before.version)).html
    assert None is store.conversation.revision(Read(key, "another"))
