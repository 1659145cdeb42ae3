"""One person by several accounts: joined by proof or by the owner's word, never by a name; taken back without loss.

The tests of the store run on SQLite and on PostgreSQL.
"""

import itertools
import random
from dataclasses import replace

import pytest
from sqlalchemy import select

from tertulia.content import snapshot
from tertulia.content.people import People
from tertulia.conversation.listed_people import entries
from tertulia.store import archive, open_store
from tertulia.store.conversation_tables import comments
from tertulia.store.inbox import InboxFilter
from tertulia.store.persons import Likeness
from tertulia.store.said import Author, Read, Trust
from tertulia.store.team import SavedView
from tests.test_conversation_store import APPROVED, NOW, SAID, WAITING

SITE = "https://ana.example/"
WEB = Author(network="web", identity="ana.example", name="Ana", url=SITE)
MASTODON = Author(
    network="mastodon", identity="https://mas.example/@ana", name="Ana Ruiz", handle="@ana@mas.example",
    url="https://mas.example/@ana", links=(SITE,),
)  # fmt: skip
BLUESKY = Author(
    network="bluesky", identity="did:plc:ana", name="ana", handle="@ana.example",
    url="https://bsky.app/profile/ana.example",
)  # fmt: skip
FORM = Author(network="form", identity="f1", name="Ana Ruiz", url="http://www.ana.example")
ALL = InboxFilter(state=None)


_NUMBERS = itertools.count(1)


def say_(store, author: Author, verdict=APPROVED, **changes) -> int:
    """Somebody says something; the number of their account."""
    number = str(next(_NUMBERS))
    incoming = replace(SAID, source=author.network, source_id=number, url="", author=author, text=f"Digo {number}.")
    key = store.conversation.record(replace(incoming, **changes), verdict, NOW).key
    return store.conversation.get(key).person


def key_of(store, person: int) -> str:
    return store.conversation.find(person=person, limit=1)[0].key


def test_what_the_network_proves_joins(store):
    """A verified link in a profile, and a handle that is the site's domain, whoever comes first."""
    mastodon = say_(store, MASTODON)
    assert {mastodon} == store.persons.members(mastodon)
    bluesky, web = say_(store, BLUESKY), say_(store, WEB)
    assert {mastodon, bluesky, web} == store.persons.members(web) == store.persons.members(mastodon)
    proofs = {one.network: one.proof for one in store.persons.get(web).accounts}
    assert {"web": None, "mastodon": "verified", "bluesky": "domain"} == proofs


@pytest.mark.parametrize(
    "other",
    [
        replace(MASTODON, links=None),  # the way that tells of them told nothing
        replace(MASTODON, links=()),
        replace(MASTODON, links=("https://ana.example/luis",)),  # another page of one host
        replace(MASTODON, links=("https://mas.example/@luis",)),  # a profile is no site
        replace(MASTODON, is_vouched=False),
        replace(BLUESKY, handle="@ana.example.web.brid.gy", identity="did:plc:b"),
        replace(BLUESKY, network="mastodon", identity="https://ana.example/@x", handle="@x@ana.example", url=""),
        FORM,  # typed into a form, which anybody may
        replace(FORM, network="telegram", handle="@ana", identity="99"),
    ],
)
def test_a_claim_or_a_name_joins_nobody(store, other):
    """However alike they are."""
    web, who = say_(store, WEB), say_(store, other)
    joined = who == web  # a bridge tells of the very account
    assert joined or {who} == store.persons.members(who)


def test_a_page_that_verifies_two_of_one_network_proves_nothing(store):
    """It is a team's, or somebody's with two accounts: that is a suggestion."""
    web, first = say_(store, WEB), say_(store, MASTODON)
    luis = replace(MASTODON, identity="https://mas.example/@luis", handle="@luis@mas.example", name="Luis",
                   url="https://mas.example/@luis")  # fmt: skip
    second = say_(store, luis)
    assert ({web}, {first}, {second}) == tuple(map(store.persons.members, (web, first, second)))
    assert [(first, (Likeness.PAGE,)), (second, (Likeness.PAGE,))] == [
        (one.account.id, one.why) for one in store.persons.likely(web)
    ]
    assert store.persons.join(web, first, NOW)
    assert {web, first} == store.persons.members(first)


def test_a_proof_that_is_gone_joins_no_more(store):
    """What the profile says now is what counts, and a handle is whose it is now."""
    web, mastodon, bluesky = say_(store, WEB), say_(store, MASTODON), say_(store, BLUESKY)
    say_(store, replace(MASTODON, links=()))
    assert {web, bluesky} == store.persons.members(web)
    say_(store, replace(BLUESKY, handle="@otra.example", url=""))
    assert {web} == store.persons.members(web)
    say_(store, MASTODON)
    assert {web, mastodon} == store.persons.members(web)
    say_(store, replace(MASTODON, links=None))
    assert {web, mastodon} == store.persons.members(web)


def test_nobody_is_joined_with_nor_parted_from_themselves(store):
    """Nor is anybody with who is not there."""
    web = say_(store, WEB)
    for number in (web, 999):
        assert not store.persons.join(web, number, NOW) and not store.persons.refuse(web, number, NOW)
    assert {web} == store.persons.members(web)


def test_people_toml_joins_and_parts_as_it_is_edited(store, tmp_path):
    """The file is the owner's word; the blog's own author is none of those who speak."""
    web, bluesky = say_(store, replace(WEB, identity="otra.example", url="https://otra.example/")), say_(store, BLUESKY)
    (tmp_path / "people.toml").write_text(
        '[ana]\nname = "Ana"\nsite = "https://otra.example"\nbluesky = "ana.example"\n[yo]\nname = "Reme"\n'
        'site = "https://blog.example"\n'
    )
    listed = entries(People.load(tmp_path / "people.toml"), but="Reme")
    assert {"ana"} == set(listed)
    store.persons.list_people(listed)
    assert {web, bluesky} == store.persons.members(web)
    store.persons.list_people({})
    assert {web} == store.persons.members(web)


def test_the_owners_word_wins_and_is_taken_back_without_loss(store):
    """Joined, parted and joined again: no row of what was said has changed."""
    web, mastodon, form = say_(store, WEB), say_(store, MASTODON), say_(store, FORM)

    def talk():
        with store.database.reading() as connection:
            return [tuple(row) for row in connection.execute(select(comments).order_by(comments.c.id))]

    before = talk()
    assert store.persons.join(form, mastodon, NOW)
    assert {web, mastodon, form} == store.persons.members(web)
    store.persons.separate(mastodon, NOW)
    assert ({web}, {mastodon}, {form}) == tuple(map(store.persons.members, (web, mastodon, form)))
    say_(store, MASTODON)  # the proof is told again
    assert {mastodon} == store.persons.members(mastodon)
    assert store.persons.join(web, mastodon, NOW)
    assert {web, mastodon} == store.persons.members(mastodon)
    assert before == talk()[: len(before)]


def test_whoever_is_asked_says_the_same(store):
    """Any links and refusals: the accounts fall into persons, the same from whichever account one looks."""
    chance = random.Random(5)
    people = [say_(store, replace(FORM, identity=f"f{number}")) for number in range(8)]
    for _ in range(60):
        one, other = chance.sample(people, 2)
        match chance.randrange(3):
            case 0:
                store.persons.join(one, other, NOW)
                assert other in store.persons.members(one)
            case 1:
                store.persons.separate(one, NOW)
                assert {one} == store.persons.members(one)
            case 2:
                store.persons.refuse(one, other, NOW)
        groups = {one: store.persons.members(one) for one in people}
        assert all(groups[other] == groups[one] for one in people for other in groups[one])


def test_the_owner_is_nobody_to_be_joined(store):
    """Nor is anybody with themselves, nor with nobody."""
    ana, reme = say_(store, FORM), say_(store, replace(FORM, identity="owner", is_owner=True))
    assert not store.persons.join(ana, reme, NOW)
    assert not store.persons.join(ana, ana, NOW)
    assert not store.persons.join(ana, 999, NOW)
    assert [] == store.persons.likely(reme)


def test_suggestions_say_why_and_a_refused_one_stays_away(store):
    """Name and site together; never the name alone."""
    form, mastodon = say_(store, FORM), say_(store, MASTODON)
    say_(store, replace(FORM, identity="f2", url=""))
    say_(store, replace(FORM, identity="f3", name="Luis"))
    assert [(mastodon, (Likeness.SITE,))] == [(one.account.id, one.why) for one in store.persons.likely(form)]
    assert [form] == [one.account.id for one in store.persons.likely(mastodon)]
    assert store.persons.refuse(form, mastodon, NOW)
    assert [] == store.persons.likely(form)
    assert [] == store.persons.likely(mastodon)


def test_trust_and_block_hold_for_all_accounts(store):
    """Those that are there, what of theirs waits, and the account that comes later; taken back together."""
    mastodon = say_(store, MASTODON)
    bluesky = say_(store, BLUESKY, WAITING)
    said = store.conversation.get(key_of(store, mastodon))
    store.conversation.trust(said.key, Trust.BLOCKED, NOW, version=said.version, batch="b")
    assert "spam" == store.conversation.find(person=bluesky)[0].status
    web = replace(SAID, source="web", source_id="w", author=WEB, url="")
    assert Trust.BLOCKED == store.conversation.known(web).trust
    store.conversation.undo("b", NOW)
    assert "waiting" == store.conversation.find(person=bluesky)[0].status
    assert Trust.UNKNOWN == store.conversation.known(web).trust
    assert {Trust.UNKNOWN} == {one.trust for one in store.persons.get(mastodon).accounts}


def test_the_inbox_shows_a_person_by_all_accounts(store):
    """And tells that somebody is at something else that the same person said: what this was built for."""
    form, mastodon = say_(store, FORM), say_(store, MASTODON)
    other = say_(store, replace(FORM, identity="luis", name="Luis"))
    keys = {one: key_of(store, one) for one in (form, mastodon, other)}
    store.inbox.hold(keys[mastodon], "Toni", NOW)
    assert () == store.inbox.get(keys[form], NOW).elsewhere
    assert ["Toni"] == [hold.who for hold in store.inbox.held_by(mastodon, NOW)]
    store.persons.join(form, mastodon, NOW)
    assert [("Toni", keys[mastodon], "mastodon")] == list(store.inbox.get(keys[form], NOW).elsewhere)
    assert () == store.inbox.get(keys[mastodon], NOW).elsewhere
    shown = {one.said.key: [hold.who for hold in one.elsewhere] for one in store.inbox.page(ALL, NOW).items}
    assert {keys[form]: ["Toni"], keys[mastodon]: [], keys[other]: []} == shown
    assert store.inbox.get(keys[form], NOW, within=["otra"]) is None
    found = store.inbox.page(InboxFilter(state=None, person=form), NOW).items
    assert {keys[form], keys[mastodon]} == {one.said.key for one in found}


def test_notes_go_with_the_person(store, tmp_path):
    """Shown by any account, exported and erased with all of them; an export brings all of it to another store."""
    form, mastodon = say_(store, FORM), say_(store, MASTODON)
    store.persons.note(mastodon, "Llamó por teléfono.", NOW, said_by="Toni")
    store.persons.join(form, mastodon, NOW)
    store.persons.set_no_quotes(form, no_quotes=True)
    assert ["Llamó por teléfono."] == [note.text for note in store.persons.get(form).notes]
    assert ["Llamó por teléfono."] == [one["text"] for one in archive.of_person(store.database, form)["notes"]]
    new = open_store("sqlite:///var/new.db", tmp_path)
    archive.load(new.database, archive.export(store.database), NOW)
    there = new.conversation.get(key_of(store, form)).person
    person = new.persons.get(there)
    assert (2, True, 1) == (len(person.accounts), person.no_quotes, len(person.notes))
    assert 2 == len(new.persons.members(there))
    new.close()
    store.conversation.erase(form, NOW)
    data = archive.export(store.database)
    assert ([], [], [], []) == tuple(data[name] for name in ("comments", "notes", "links", "proofs"))
    assert "refused" == store.conversation.record(replace(SAID, author=MASTODON, source_id="n"), APPROVED, NOW).state


def test_nothing_of_the_team_is_about_a_number_that_was_erased(store):
    """A kept view that finds the erased goes, others stay; no word on them is about who has their number next."""
    person = say_(store, MASTODON)
    views = [SavedView("1", f"state=all&person={person}"), SavedView("2", f"q={MASTODON.handle.upper()}")]
    for one in (*views, SavedView("3", "q=voto"), SavedView("4", f"person={person}1")):
        store.team.keep_view("Toni", one)
    store.team.keep_view("María", SavedView("1", "q=voto"))
    store.conversation.trust_person(person, Trust.TRUSTED, NOW, batch="b1")
    store.conversation.erase(person, NOW)
    assert (["3", "4"], ["1"]) == tuple([view.name for view in store.team.views(who)] for who in ("Toni", "María"))
    store.team.keep_view("María", SavedView("2", "state=all"))
    store.conversation.erase(say_(store, FORM), NOW)
    assert ["1", "2"] == [view.name for view in store.team.views("María")], "who has no handle is called nothing by it"
    other = say_(store, BLUESKY)  # on SQLite, by the same number
    store.conversation.trust_person(other, Trust.TRUSTED, NOW, batch="b2")
    store.conversation.undo("b1", NOW)
    assert Trust.TRUSTED == store.persons.get(other).trust


def test_who_does_not_want_to_be_quoted_is_not(store, tmp_path):
    """What they said to others of the blog is not shown, by whichever account; what they said to the blog is."""
    say_(store, MASTODON, kind="quote", text="Mirad qué dice.")
    bluesky = say_(store, BLUESKY)
    store.persons.set_no_quotes(bluesky, no_quotes=True)

    def shown():
        store.conversation.show(tmp_path / "c", SAID.post, SAID.lang)
        return [path.read_text().count('"id"') for path in (tmp_path / "c").rglob("*.json")]

    kept = shown()
    store.persons.set_no_quotes(bluesky, no_quotes=False)
    assert shown() == [number + 1 for number in kept]


def test_a_read_of_what_was_said_names_no_account(store):
    """A join changes no version of what was read: no decision of before is lost by it."""
    form, mastodon = say_(store, FORM), say_(store, MASTODON)
    said = store.conversation.get(key_of(store, form))
    store.persons.join(form, mastodon, NOW)
    assert store.inbox.set_aside(Read(said.key, said.version), NOW)


def test_the_same_words_on_several_channels_are_one_line_with_all_places(store, tmp_path):
    """Under the post where anybody can see that it is one person; what answers either stands below the one."""
    words = {"text": "Esto mismo lo digo en todas partes.", "html": "<p>Esto mismo lo digo en todas partes.</p>"}
    places = {author.network: f"https://{author.network}.example/1" for author in (WEB, MASTODON, FORM)}
    people = {a.network: say_(store, a, **words, url=places[a.network]) for a in (WEB, MASTODON, FORM)}
    other = replace(MASTODON, identity="https://mas.example/@luis", handle="@luis@mas.example", name="Luis", url="",
                    links=())  # fmt: skip
    say_(store, other, **words)
    web = store.conversation.find(person=people["web"])[0]
    mastodon = store.conversation.find(person=people["mastodon"])[0]
    below = say_(store, BLUESKY, source="form", in_reply_to=mastodon.key)

    def shown():
        store.conversation.show(tmp_path / "c", SAID.post, SAID.lang)
        return snapshot.read(tmp_path / "c", SAID.post, SAID.lang).comments

    comments_ = shown()
    assert 4 == len(comments_), "what the form said, and what Luis said, is theirs"
    one = next(said for said in comments_ if said.id == web.key)
    assert [places["web"], places["mastodon"]] == [place.url for place in one.sources]
    assert (f"c-{mastodon.key}",) == one.anchors
    assert web.key == next(said for said in comments_ if said.id == key_of(store, below)).parent
    store.persons.join(people["form"], people["mastodon"], NOW)
    assert 4 == len(shown()), "the owner's word is nobody else's business"
    store.persons.separate(people["mastodon"], NOW)
    assert 5 == len(shown())


def test_the_inbox_tells_that_the_same_was_said_elsewhere(store):
    """And whether it was answered there; whoever else says it says it for themselves."""
    words = {"text": "Esto mismo lo digo en todas partes."}
    first, second = say_(store, FORM, **words), say_(store, MASTODON, **words)
    say_(store, replace(FORM, identity="luis", name="Luis"), **words)
    keys = [key_of(store, one) for one in (first, second)]
    assert {()} == {one.copies for one in store.inbox.page(ALL, NOW).items}
    store.persons.join(first, second, NOW)
    read = Read(keys[1], store.conversation.get(keys[1]).version)
    store.inbox.set_aside(read, NOW)
    assert [(keys[1], "mastodon", "not_needed")] == list(store.inbox.get(keys[0], NOW).copies)
    assert "not_needed" == store.inbox.get(keys[0], NOW).state, "one word holds for all copies"
    assert (store.inbox.get(keys[0], NOW, within=[SAID.post]).copies,) == (store.inbox.get(keys[0], NOW).copies,)
    copies = {one.said.key: [copy.key for copy in one.copies] for one in store.inbox.page(ALL, NOW).items}
    assert [[keys[1]], [keys[0]]] == [copies[key] for key in keys]


def test_a_word_on_a_copy_holds_for_those_that_one_may_see(store):
    """Set aside and brought back together; what is under another post, of others' posts or says more stays as it is."""
    words = {"text": "Esto mismo lo digo en todas partes."}
    rows = [
        say_(store, FORM, **words),
        say_(store, MASTODON, **words),
        say_(store, Author(network="x", identity="2", name="Ana"), post="otra", **words),
        say_(store, Author(network="x", identity="3", name="Ana"), text="Esto mismo lo digo, y más cosas."),
    ]
    for other in rows[1:]:
        store.persons.join(rows[0], other, NOW)
    keys = [key_of(store, one) for one in rows]

    def states() -> list[str]:
        return [store.inbox.get(key, NOW).state for key in keys]

    read = Read(keys[0], store.conversation.get(keys[0]).version)
    assert store.inbox.set_aside(read, NOW, within=[SAID.post])
    assert ["not_needed", "not_needed", "unanswered", "unanswered"] == states()
    assert store.inbox.bring_back(read, NOW, within=[SAID.post])
    assert ["unanswered"] * 4 == states()
    assert store.inbox.set_aside(read, NOW, within=["otra"])
    assert ["not_needed", "unanswered", "unanswered", "unanswered"] == states()
    assert store.inbox.set_aside(read, NOW)
    assert ["not_needed", "not_needed", "unanswered", "unanswered"] == states()
    again = say_(store, FORM, **words)
    assert (again, 1) == (rows[0], store.inbox.counts(NOW)["unanswered"] - 2), "who says it again asks again"
