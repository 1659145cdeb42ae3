"""What makes two accounts one person and what does not, each condition by itself; what a row that goes takes along.

The tests of the store run on SQLite and on PostgreSQL.
"""

from dataclasses import replace
from itertools import pairwise

import pytest

from tertulia.store import persons as people
from tertulia.store import same_person
from tertulia.store.persons import Likeness
from tertulia.store.said import Author, Trust
from tests.test_conversation_store import NOW, SAID
from tests.test_persons import BLUESKY, FORM, MASTODON, SITE, WEB, key_of, say_

LUIS = replace(MASTODON, identity="https://mas.example/@luis", handle="@luis@mas.example", name="Luis",
               url="https://mas.example/@luis")  # fmt: skip


# What proves it ------------------------------------------------------------------------------------------------------


def test_two_that_one_site_vouches_for_are_one_though_it_has_said_nothing(store):
    """On two networks; two of one network are a team's, whoever else the site vouches for."""
    mastodon, bluesky = say_(store, MASTODON), say_(store, BLUESKY)
    assert {mastodon, bluesky} == store.persons.members(mastodon) == store.persons.members(bluesky)
    luis = say_(store, LUIS)
    assert ({mastodon}, {luis}, {bluesky}) == tuple(map(store.persons.members, (mastodon, luis, bluesky)))


def test_a_handle_is_whose_it_is_now(store):
    """Who has it proves the site; who had it proves nothing, and what another network said stands."""
    web, mastodon, first = say_(store, WEB), say_(store, MASTODON), say_(store, BLUESKY)
    second = say_(store, replace(BLUESKY, identity="did:plc:otra"))
    assert {web, mastodon, second} == store.persons.members(web)
    assert {first} == store.persons.members(first)


def test_a_profile_proves_no_more_than_ten(store):
    """A list of a thousand sites is nobody's profile."""
    sites = [f"https://s{number}.example/" for number in range(same_person.MOST_PROOFS + 1)]
    mastodon = say_(store, replace(MASTODON, links=tuple(sites)))
    rows = [say_(store, replace(WEB, identity=site[8:-1], url=site)) for site in sites]
    assert {mastodon, *rows[: same_person.MOST_PROOFS]} == store.persons.members(mastodon)


def test_what_is_proved_otherwise_now_is_written_down_so(store):
    """The site was verified, and is the handle's domain since: it stays proved when the profile tells of no links."""
    web = say_(store, WEB)
    told = replace(BLUESKY, handle="@ana.bsky.social", url="", links=(SITE,))
    bluesky = say_(store, told)
    proof = {one.id: one.proof for one in store.persons.get(web).accounts}
    assert "verified" == proof[bluesky]
    say_(store, replace(BLUESKY, links=None))
    assert "domain" == {one.id: one.proof for one in store.persons.get(web).accounts}[bluesky]
    say_(store, replace(told, links=()))
    assert {web} == store.persons.members(web)
    assert [("web:ana.example/", "domain")] == [(one.name, one.how) for one in store.profiles.lost()]


@pytest.mark.parametrize(
    ("there", "trust"),
    [
        ((MASTODON,), Trust.BLOCKED),
        ((MASTODON, LUIS), Trust.UNKNOWN),  # the page is a team's
        ((MASTODON, replace(BLUESKY, links=(SITE,))), Trust.BLOCKED),
    ],
)
def test_who_comes_by_a_page_that_proves_somebody_is_known_by_it(store, there, trust):
    """Before a word of theirs is there: the owner's word on the one holds for the other."""
    numbers = [say_(store, author) for author in there]
    store.conversation.trust_person(numbers[0], Trust.BLOCKED, NOW)
    assert trust == store.conversation.known(replace(SAID, source="web", source_id="w", author=WEB, url="")).trust


def test_who_verifies_the_page_of_another_of_their_network_is_not_they(store):
    """Two of one network are never one person by a page."""
    store.conversation.trust_person(say_(store, MASTODON), Trust.BLOCKED, NOW)
    come = replace(SAID, source="mastodon", source_id="w", author=LUIS, url="")
    assert Trust.UNKNOWN == store.conversation.known(come).trust


def test_a_farm_is_not_followed_for_ever(store, monkeypatch):
    """Whoever has more accounts than anybody has costs no more than they."""
    monkeypatch.setattr(same_person, "MOST_ACCOUNTS", 3)
    rows = [say_(store, replace(FORM, identity=f"f{number}")) for number in range(9)]
    for one, other in pairwise(rows):
        store.persons.join(one, other, NOW)
    assert 3 <= len(store.persons.members(rows[0])) <= 5


def test_many_are_asked_about_as_one_is(store, monkeypatch):
    """However few fit into one question."""
    monkeypatch.setattr(same_person, "_AT_ONCE", 2)
    rows = [say_(store, replace(FORM, identity=f"f{number}")) for number in range(5)]
    store.persons.join(rows[0], rows[4], NOW)
    one = frozenset((rows[0], rows[4]))
    assert {rows[0]: one, rows[4]: one, rows[2]: {rows[2]}} == store.persons.groups((rows[0], rows[4], rows[2]))


# What a row takes along ----------------------------------------------------------------------------------------------

KNOWN = Author(network="mastodon", identity="77", name="Ana", handle="@ana@mas.example", url="https://mas.example/@ana")
RELAYED = Author(network="web", identity="mas.example/@ana2", name="Ana", url="https://mas.example/@ana2")


def test_what_was_known_of_a_row_goes_with_it_to_the_one_that_it_is(store):
    """Who was two, by a relay and by their network, is one: with their notes, what the owner said, and the stricter."""
    known, relayed = say_(store, KNOWN), say_(store, RELAYED)
    luis, eva = say_(store, FORM), say_(store, replace(FORM, identity="f2"))
    pepa = say_(store, replace(FORM, identity="f3"))
    store.persons.note(relayed, "Llamó.", NOW, said_by="Toni")
    store.persons.set_no_quotes(relayed, no_quotes=True)
    store.conversation.trust_person(relayed, Trust.BLOCKED, NOW)
    store.conversation.trust_person(known, Trust.TRUSTED, NOW)
    store.persons.refuse(relayed, eva, NOW)  # what is said of the one that stays holds
    store.persons.join(relayed, luis, NOW, said_by="Toni")
    store.persons.join(known, eva, NOW)
    store.persons.refuse(relayed, pepa, NOW)
    rosa, mar = (say_(store, replace(FORM, identity=name)) for name in ("f4", "f5"))
    store.persons.join(rosa, mar, NOW)
    assert known == say_(store, replace(KNOWN, handle="@ana2@mas.example", url="https://mas.example/@ana2"))
    assert store.persons.get(relayed) is None
    one = store.persons.get(known)
    assert {known, luis, eva} == one.members
    assert {rosa, mar} == store.persons.members(rosa), "who has nothing to do with it is not drawn in"
    assert (Trust.BLOCKED, True, ["Llamó."]) == (one.trust, one.no_quotes, [note.text for note in one.notes])
    store.persons.join(luis, pepa, NOW)
    assert known in store.persons.members(pepa), "the owner's newest word is the one that counts"
    assert 3 == len(store.conversation.find(person=known))


def test_two_rows_that_were_joined_are_one_without_a_word(store):
    """What the owner said of the two is said of nobody any longer."""
    known, relayed = say_(store, KNOWN), say_(store, RELAYED)
    store.persons.refuse(known, relayed, NOW)
    say_(store, replace(KNOWN, handle="@ana2@mas.example", url="https://mas.example/@ana2"))
    assert {known} == store.persons.members(known)
    assert store.persons.get(relayed) is None


def page(name):
    return replace(WEB, identity=f"{name}.example", url=f"https://{name}.example/", name=name)


def test_what_is_proved_of_a_row_goes_with_it_and_nothing_of_anybody_else(store):
    """Each site that either was proved by, once; whoever gets the number that is free is nobody who was there."""
    luis, eva, late = say_(store, LUIS), say_(store, FORM), say_(store, replace(FORM, identity="f2", url=""))
    store.persons.join(eva, late, NOW)
    both, first, second, hers = (say_(store, page(name)) for name in ("both", "first", "second", "luis"))
    kept, gone = say_(store, KNOWN), say_(store, RELAYED)
    told = replace(KNOWN, links=("https://both.example/", "https://first.example/"))
    say_(store, told)
    for number, names in ((gone, ("both", "second")), (luis, ("luis",))):
        linked = {f"web:{name}.example/": True for name in names}
        assert store.profiles.seen(number, linked, NOW, too_old=NOW)
    store.persons.join(gone, eva, NOW)
    assert kept == say_(store, replace(told, handle="@ana2@mas.example", url=""))
    assert {kept, both, first, second, eva, late} == store.persons.members(kept)
    assert {luis, hers} == store.persons.members(luis)
    new = say_(store, replace(FORM, identity="f3", url=""))
    assert {new} == store.persons.members(new)


def test_who_is_forgotten_takes_only_their_own_lost_proofs_along(store):
    """What another's profile says no more is still told."""
    pages, authors = [page("ana"), page("luis")], []
    for one, author in zip(pages, (MASTODON, LUIS), strict=True):
        say_(store, one)
        authors.append(say_(store, replace(author, links=(one.url,))))
        say_(store, replace(author, links=()))
    assert ["web:ana.example/", "web:luis.example/"] == sorted(one.name for one in store.profiles.lost())
    store.conversation.erase(authors[0], NOW)
    assert ["web:luis.example/"] == [one.name for one in store.profiles.lost()]


def test_another_word_for_a_proof_is_of_that_one_alone(store):
    """Of that account and that site: what is proved beside it keeps its how."""
    links = (SITE, "https://otra.example/")
    mastodon = say_(store, replace(MASTODON, links=links))
    bluesky = say_(store, replace(BLUESKY, handle="@ana.bsky.social", url="", links=links))
    say_(store, replace(BLUESKY, links=links))
    for author in (MASTODON, replace(BLUESKY, handle="@ana.bsky.social", url="")):
        say_(store, replace(author, links=()))
    lost = {(one, proof.name): proof.how for one in (mastodon, bluesky) for proof in store.profiles.lost(people=[one])}
    assert {
        (mastodon, "web:ana.example/"): "verified", (mastodon, "web:otra.example/"): "verified",
        (bluesky, "web:ana.example/"): "domain", (bluesky, "web:otra.example/"): "verified",
    } == lost  # fmt: skip


# The owner's word ----------------------------------------------------------------------------------------------------


def test_a_join_takes_back_what_was_refused_of_any_of_their_accounts(store):
    """Of all of either, and of nobody else."""
    a, b, c, d = (say_(store, replace(FORM, identity=f"f{number}")) for number in range(4))
    store.persons.join(a, b, NOW)
    store.persons.refuse(c, a, NOW)
    store.persons.refuse(d, a, NOW)
    assert store.persons.join(c, b, NOW)
    assert {a, b, c} == store.persons.members(c)
    assert {d} == store.persons.members(d)
    assert not {c, d} & {one.account.id for one in store.persons.likely(a)}


def test_a_refusal_parts_nobody_from_their_own(store):
    """Who has two of the accounts keeps them; nobody is refused to themselves, nor to nobody."""
    a, b, c = (say_(store, replace(FORM, identity=f"f{number}")) for number in range(3))
    store.persons.join(a, b, NOW)
    assert [True, False, False] == [store.persons.refuse(a, other, NOW) for other in (c, a, 999)]
    assert ({a, b}, {c}) == (store.persons.members(a), store.persons.members(c))


def test_a_note_is_of_somebody_and_says_something(store):
    """As far as it is read; dropped by whichever account, and by nobody else's."""
    a, b, c = (say_(store, replace(FORM, identity=f"f{number}")) for number in range(3))
    store.persons.join(a, b, NOW)
    told = [(a, " Sí "), (a, "  "), (999, "Sí"), (b, "x" * (people.LONGEST_NOTE + 1))]
    assert [True, False, False, True] == [store.persons.note(*one, NOW, said_by="Toni") for one in told]
    first, second = store.persons.get(b).notes
    assert [("Sí", "Toni"), ("x" * people.LONGEST_NOTE, "Toni")] == [(n.text, n.said_by) for n in (first, second)]
    store.persons.drop_note(c, first.id)
    assert 2 == len(store.persons.get(a).notes)
    store.persons.drop_note(b, first.id)
    assert [second.id] == [note.id for note in store.persons.get(a).notes]


def test_of_nobody_nothing_is_known(store):
    """Nor of whoever said what is no longer here."""
    assert (None, []) == (store.persons.get(999), store.persons.likely(999))
    ana = say_(store, FORM)
    luis = say_(store, replace(FORM, identity="f2"), in_reply_to=key_of(store, ana), source="form")
    store.conversation.erase(ana, NOW)
    assert [luis] == [number for number in range(1, 9) if store.persons.get(number)]


# Who may be the same -------------------------------------------------------------------------------------------------

ANA = Author(network="form", identity="f1", name="Ana Ruiz", url="https://ana.example", handle="", avatar="a.png")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"url": "http://www.ana.example/"}, (Likeness.SITE,)),
        ({"url": "https://ana.example", "name": "Luis"}, ()),
        ({"url": "https://otra.example"}, ()),
        ({"avatar": "a.png"}, (Likeness.AVATAR,)),
        ({"avatar": "a.png", "name": "Luis"}, ()),
        ({"avatar": "b.png"}, ()),
        ({"avatar": "a.png", "url": "https://ana.example"}, (Likeness.SITE, Likeness.AVATAR)),
        ({"avatar": "a.png", "is_owner": True}, ()),
    ],
)
def test_who_may_be_the_same(store, other, why):
    """One name, and something more; the blog's own author never."""
    ana = say_(store, ANA)
    say_(store, Author(**{"network": "form", "identity": "f2", "name": "Ana Ruiz"} | other))
    assert [why] * bool(why) == [one.why for one in store.persons.likely(ana)]


@pytest.mark.parametrize(("handle", "is_like"), [("@ana.bsky.social", True), ("@anita.bsky.social", False)])
def test_one_handle_on_two_networks_may_be_one_person(store, handle, is_like):
    """What stands before the server, with the same name."""
    ana = say_(store, replace(MASTODON, links=None))
    other = say_(store, replace(BLUESKY, name=MASTODON.name, handle=handle, url=""))
    assert [(other, (Likeness.HANDLE,))] * is_like == [(one.account.id, one.why) for one in store.persons.likely(ana)]


def test_nothing_is_like_nothing(store):
    """Two without handle, portrait, site or name have nothing in common."""
    ana = say_(store, Author(network="form", identity="f1", name="Ana"))
    say_(store, Author(network="form", identity="f2", name="Ana"))
    nobody = say_(store, Author(network="form", identity="f3", name=""))
    say_(store, Author(network="form", identity="f4", name="", avatar="a.png"))
    assert ([], []) == (store.persons.likely(ana), store.persons.likely(nobody))


def test_one_address_of_mail_may_be_one_person(store):
    """However it is written; an address that nobody shares is nothing."""
    ana, other, third = (say_(store, replace(FORM, identity=f"f{n}", url="", name=f"N{n}")) for n in range(3))
    for number, email in ((ana, "Ana@a.example"), (other, "ana@a.example"), (third, "eva@a.example")):
        store.letters.ask(store.conversation.get(key_of(store, number)).id, email, "es", NOW)
    assert [(other, (Likeness.EMAIL,))] == [(one.account.id, one.why) for one in store.persons.likely(ana)]
    assert [] == store.persons.likely(third)


def test_a_person_is_suggested_once_by_all_that_speaks_for_it(store):
    """By whichever of their accounts; who is joined or refused already is not."""
    ana = say_(store, ANA)
    first = say_(store, replace(ANA, identity="f2", avatar=""))
    second = say_(store, replace(ANA, identity="f3", url=""))
    mine = say_(store, replace(ANA, identity="f4"))
    apart = say_(store, replace(ANA, identity="f5"))
    store.persons.join(first, second, NOW)
    store.persons.join(ana, mine, NOW)
    store.persons.refuse(mine, apart, NOW)
    assert [(first, (Likeness.SITE, Likeness.AVATAR))] == [
        (one.account.id, one.why) for one in store.persons.likely(ana)
    ]
