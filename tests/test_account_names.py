"""By which names an account is known, and which of them are proved; what a row learns when it speaks again."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tertulia.store import accounts
from tertulia.store.said import Author
from tests.test_conversation_store import NOW
from tests.test_persons import MASTODON, WEB, key_of, say_


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://mas.example/@Ana", "ana@mas.example"),
        ("https://www.mas.example/users/ana", "ana@mas.example"),
        ("https://mas.example/u/ana/", "ana@mas.example"),
        ("https://mas.example/profile/ana", "ana@mas.example"),
        ("https://mas.example/user/ana", "ana@mas.example"),
        ("https://mas.example/users/ana/statuses/1", "web:mas.example/users/ana/statuses/1"),
        ("https://mas.example/blog/ana", "web:mas.example/blog/ana"),
        ("https://mas.example/blog/@ana", "web:mas.example/blog/@ana"),
        ("https://mas.example/@ana/1134", "web:mas.example/@ana/1134"),
        ("https://mas.example/ana", "web:mas.example/ana"),
        ("https://mas.example/@luis@otra.example", "web:mas.example/@luis@otra.example"),
        ("https://mas.example/@@ana", "web:mas.example/@@ana"),
        ("https://mas.example/@ana@", "web:mas.example/@ana@"),
        ("https://mas.example/@", "web:mas.example/@"),
        ("https://bsky.app/profile/ana.test", "bluesky:ana.test"),
        ("https://bsky.app/profile/did:plc:1", "did:plc:1"),
        ("https://bsky.app/ana.test/profile", "bluesky:ana.test"),
        ("https://bsky.app/profile", "bluesky:profile"),
        ("https://bsky.app/", ""),
        ("https://x.com/Ana/status/1", "x:ana"),
        ("https://x.com/profile/ana", "x:profile"),
        ("https://mobile.twitter.com/ana", "x:ana"),
        ("https://m.facebook.com/ana", "facebook:ana"),
        ("https://t.me/ana", "telegram:ana"),
        ("https://www.ana.example/", "web:ana.example/"),
        ("https://ana.example/blog/?p=1", "web:ana.example/blog?p=1"),
        ("mailto:ana@ana.example", ""),
        ("", ""),
    ],
)
def test_the_address_of_a_page_is_a_name(address, name):
    """The same as the handle's where it is a profile."""
    assert name == accounts.name_of_address(address)


@pytest.mark.parametrize(
    ("network", "handle", "name"),
    [
        ("mastodon", "@Ana@mas.example", "ana@mas.example"),
        ("form", "@ana@mas.example", "ana@mas.example"),
        ("mastodon", "@ana.test@bsky.brid.gy", "bluesky:ana.test"),
        ("mastodon", "@ana.example@web.brid.gy", "web:ana.example/"),
        ("bluesky", "@ana.test", "bluesky:ana.test"),
        ("bluesky", "ana.mas.example.ap.brid.gy", "ana@mas.example"),
        ("bluesky", "ana.example.web.brid.gy", "web:ana.example/"),
        ("x", "ana.example.web.brid.gy", "x:ana.example.web.brid.gy"),
        ("telegram", " @Ana ", "telegram:ana"),
        ("form", "@ana", ""),
        ("web", "ana", ""),
        ("x", "ana ruiz", ""),
        ("x", " ", ""),
    ],
)
def test_a_handle_is_a_name(network, handle, name):
    """Of its network, or of the one that a bridge brings it from."""
    assert name == accounts.name_of_handle(network, handle)


PAGE = Author(network="web", identity="ana.example", name="Ana", url="https://otra.example/")


@pytest.mark.parametrize(
    ("who", "claimed", "proved"),
    [
        (PAGE, {"web:ana.example/", "web:otra.example/"}, {"web:ana.example/"}),
        (replace(PAGE, identity="https://a.es/"), {"web:a.es/", "web:otra.example/"}, {"web:a.es/"}),
        (replace(PAGE, is_vouched=False), {"web:ana.example/", "web:otra.example/"}, set()),
        (replace(PAGE, identity="m.es/@luis@l.es", url=""), {"luis@l.es"}, {"web:m.es/@luis@l.es"}),
        (replace(PAGE, identity="eve.example https://m.es/@ana", url=""), {"ana@m.es"}, set()),
        (replace(PAGE, network="form", identity="https://ana.example/"), {"web:otra.example/"}, set()),
        (replace(PAGE, network="mastodon", identity="https://m.es/@ana", url=""), {"ana@m.es"}, {"ana@m.es"}),
        (replace(PAGE, network="bluesky", identity="did:plc:1", url=""), {"did:plc:1"}, {"did:plc:1"}),
        (replace(PAGE, network="mastodon", identity="77", handle="@ana@m.es", url=""), {"ana@m.es"}, {"ana@m.es"}),
        (replace(PAGE, network="mastodon", identity="eve https://m.es/@ana", url=""), {"ana@m.es"}, set()),
        (replace(PAGE, network="x", identity="9", url="https://m.es/@l@l.es"), {"l@l.es"}, {"web:m.es/@l@l.es"}),
        (replace(PAGE, network="nobody", identity="1", handle="@ana@m.es", url=""), {"ana@m.es"}, set()),
    ],
)  # fmt: skip
def test_what_is_claimed_is_known_and_what_its_way_vouches_for_is_proved(who, claimed, proved):
    """Of who speaks, and of the row that is kept of them, which has no word on who vouched."""
    assert (claimed, proved) == (accounts.names_of(who), accounts.proved(who))
    kept = SimpleNamespace(network=who.network, identity=who.identity, handle=who.handle, url=who.url)
    assert claimed == accounts.names_of(kept)
    if who.is_vouched:
        assert proved == accounts.proved(kept)


def test_who_was_known_by_a_relay_is_known_better_by_their_network(store):
    """And no relay makes them less; one row, whoever came first."""
    relayed = replace(WEB, identity="mas.example/@ana", name="Ana (puente)", url=MASTODON.url)
    for order in ((relayed, MASTODON), (MASTODON, relayed)):
        (number,) = {say_(store, author) for author in order}
        (account,) = store.persons.get(number).accounts
        assert ("mastodon", "Ana Ruiz") == (account.network, account.name)


@pytest.mark.parametrize("vouched", [False, True])
def test_only_who_is_vouched_for_takes_a_proof_away(store, vouched):
    """The profile without its link, as a stranger tells of it, or as its network does."""
    web, mastodon = say_(store, WEB), say_(store, MASTODON)
    say_(store, replace(MASTODON, links=(), is_vouched=vouched))
    assert ({web} if vouched else {web, mastodon}) == store.persons.members(web)


def test_the_owners_account_is_the_owners_from_when_that_is_known(store):
    """What they said before waits for nobody, and two rows that turn out to be one are the owner's if one was."""
    before = say_(store, MASTODON)
    key = key_of(store, before)
    assert store.inbox.get(key, NOW) is not None
    say_(store, replace(MASTODON, is_owner=True))
    assert store.inbox.get(key, NOW) is None
    assert store.persons.get(before).is_owner
    assert store.persons.get(say_(store, MASTODON)).is_owner, "told by a way that does not know it"


@pytest.mark.parametrize("of_page", [False, True])
def test_two_rows_that_are_one_account_are_the_owners_if_one_was(store, of_page):
    """By a handle that came to be known."""
    number = replace(MASTODON, identity="77", handle="@antes@mas.example", url="", links=None)
    page = replace(WEB, identity="mas.example/@ana", url=MASTODON.url)
    one, other = say_(store, replace(number, is_owner=not of_page)), say_(store, replace(page, is_owner=of_page))
    assert one != other
    assert one == say_(store, replace(number, handle="@ana@mas.example"))
    assert store.persons.get(one).is_owner
    assert store.persons.get(other) is None


def test_erasing_one_takes_nobody_elses_names(store):
    """Who is told of by another way afterwards is the same as before."""
    ana, luis = say_(store, MASTODON), say_(store, replace(MASTODON, identity="8", handle="@luis@mas.example", url=""))
    store.conversation.erase(ana, NOW)
    assert luis == say_(store, replace(WEB, identity="mas.example/@luis", url="https://mas.example/@luis"))
