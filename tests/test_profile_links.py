"""A person's page and their profile that link to each other, looked at by ourselves and again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tertulia.conversation.profile_links import AGAIN, LONGEST_SILENCE, MOST_LINKS, MOST_PAGES, ProfileLinks
from tertulia.core.errors import FetchError
from tertulia.store import archive, open_store
from tests.mentioning import Sites
from tests.test_persons import MASTODON, NOW, WEB, key_of, say_

PAGE, PROFILE = "https://ana.example", "https://mas.example/@ana"
ANA = replace(MASTODON, links=None)


def me(*links: str) -> str:
    return "".join(f'<a rel="me nofollow" href="{link}">yo</a>' for link in links)


@pytest.fixture
def sites():
    """Ana's page and her profile, which link to each other."""
    made = Sites()
    made.put(PAGE, me("/", PROFILE))
    made.put(PROFILE, f'<head><link rel="me" href="{PAGE}/"></head>')
    return made


def check(store, sites, days: int = 0) -> list[int]:
    return ProfileLinks(store, sites).check(NOW + timedelta(days=days))


def test_both_ways_it_is_one_person(store, sites):
    """With the day when it was seen, for all to see, and without a second look before its time."""
    web, mastodon = say_(store, WEB), say_(store, ANA)
    assert {web} == store.persons.members(web)
    assert [web] == check(store, sites)
    assert {web, mastodon} == store.persons.members(web) == store.persons.members(mastodon)
    account = next(one for one in store.persons.get(web).accounts if one.id == mastodon)
    assert ("rel_me", NOW.date().isoformat()) == (account.proof, account.seen_at[:10])
    assert account.proof.is_public
    asked = len(sites.asked)
    assert ([], asked) == (check(store, sites, 1), len(sites.asked))
    assert ([], asked + 2) == (check(store, sites, AGAIN.days + 1), len(sites.asked))


@pytest.mark.parametrize(
    ("page", "profile"),
    [
        (me(PROFILE), ""),  # one way
        ("", me(PAGE)),
        (me(PROFILE), me("https://ana.example/otra")),  # another page of the host
        (f'<a href="{PROFILE}">', me(PAGE)),  # a link without rel
        (f"<textarea>{me(PROFILE)}</textarea>", me(PAGE)),  # text to a browser
        (me(PROFILE, "https://mas.example/@luis"), me(PAGE)),  # a team, whose Luis links back as well
    ],
)
def test_one_way_or_two_of_a_network_is_nothing(store, sites, page, profile):
    """A page may claim anything, and a team's is nobody's."""
    sites.put(PAGE, page)
    sites.put(PROFILE, profile)
    sites.put("https://mas.example/@luis", me(PAGE))
    web, _ = say_(store, WEB), say_(store, ANA)
    assert [] == check(store, sites)
    assert {web} == store.persons.members(web)


def test_what_is_no_page_says_nothing(store, sites):
    """A file of words that looks like the profile is none."""
    sites.put(PROFILE, me(PAGE), content_type="text/plain")
    say_(store, WEB)
    say_(store, ANA)
    assert [] == check(store, sites)


def test_a_page_of_a_thousand_links_costs_no_more_than_others(store, sites):
    """It is asked about as many as a person has; of what nobody here is known by, about none."""
    others = [f"https://mas.example/@ana{number}" for number in range(MOST_LINKS * 2)]
    sites.put(PAGE, me(PROFILE, *others))
    say_(store, WEB)
    say_(store, ANA)
    check(store, sites)
    assert [PAGE, PROFILE, *others[: MOST_LINKS - 1]] == sites.asked
    sites.asked.clear()
    sites.put(PAGE, me("https://blog.example/ana", "https://t.me/ana", PROFILE))
    check(store, sites, 31)
    assert [PAGE, PROFILE] == sites.asked


def test_no_more_pages_are_looked_at_than_a_run_may(store, sites):
    """The others have their turn in the next."""
    for number in range(MOST_PAGES + 1):
        page = f"https://ana.example/{number}"
        sites.put(page, "")
        say_(store, replace(WEB, identity=page.removeprefix("https://"), url=page))
    check(store, sites)
    assert MOST_PAGES == len(sites.asked)
    check(store, sites)
    assert MOST_PAGES + 1 == len(set(sites.asked)) == len(sites.asked)


def test_who_leads_elsewhere_says_nothing(store, sites):
    """A profile that redirects to another's, a page that redirects to another site."""
    sites.pages[PROFILE] = "https://mas.example/@otra"
    sites.put("https://mas.example/@otra", me(PAGE))
    say_(store, WEB)
    say_(store, ANA)
    assert [] == check(store, sites)


def test_two_sites_of_one_account_are_one_person(store, sites):
    """Each links to the profile, which links to both."""
    blog = "https://ana-escribe.example"
    sites.put(blog, me(PROFILE))
    sites.put(PROFILE, me(PAGE, blog))
    rows = [say_(store, WEB), say_(store, ANA)]
    rows.append(say_(store, replace(WEB, identity="ana-escribe.example", url=f"{blog}/")))
    check(store, sites)
    assert [set(rows)] * 3 == [store.persons.members(one) for one in rows]


@pytest.mark.parametrize("silent", [PAGE, "https://ana-escribe.example"])
def test_an_account_was_seen_when_the_last_of_its_pages_saw_it(store, sites, silent):
    """Whichever of the two does not answer any more; each page when it was itself."""
    blog = "https://ana-escribe.example"
    sites.put(blog, me(PROFILE))
    sites.put(PROFILE, me(PAGE, blog))
    rows = {PAGE: say_(store, WEB), PROFILE: say_(store, ANA)}
    rows[blog] = say_(store, replace(WEB, identity="ana-escribe.example", url=f"{blog}/"))
    check(store, sites)
    sites.pages[silent] = FetchError("down")
    check(store, sites, AGAIN.days + 1)
    seen = {one.id: one.seen_at[:10] for one in store.persons.get(rows[PAGE]).accounts}
    first, later = (f"{NOW + timedelta(days=days):%Y-%m-%d}" for days in (0, AGAIN.days + 1))
    assert {rows[PAGE]: "", rows[PROFILE]: later, rows[blog]: first if blog == silent else later} == seen


def test_a_proof_that_vanished_is_told_and_parts_them(store, sites):
    """Unless something else holds; when it is back they are one again, and nothing is told."""
    web, mastodon = say_(store, WEB), say_(store, ANA)
    check(store, sites)
    sites.put(PROFILE, "")
    assert [web] == check(store, sites, 31)
    assert {web} == store.persons.members(web)
    (lost,) = store.profiles.lost()
    assert ("ana@mas.example", "rel_me", False) == (lost.name, lost.how, lost.is_same)
    store.persons.join(web, mastodon, NOW)
    assert [True] == [one.is_same for one in store.profiles.lost(people={web})]
    assert ([], [lost.at]) == (store.profiles.lost(lost.at), [one.at for one in store.profiles.lost()])
    sites.put(PROFILE, me(PAGE))
    check(store, sites, 62)
    assert [] == store.profiles.lost()


@pytest.mark.parametrize("where", [PAGE, PROFILE])
@pytest.mark.parametrize("trouble", [503, FetchError("down")])
def test_who_does_not_answer_is_given_time(store, sites, where, trouble):
    """A server that is down takes nothing away, for a while."""
    web, mastodon = say_(store, WEB), say_(store, ANA)
    check(store, sites)
    if isinstance(trouble, int):
        sites.put(where, "", status=trouble)
    else:
        sites.pages[where] = trouble
    assert [] == check(store, sites, 31)
    assert {web, mastodon} == store.persons.members(web)
    assert [web] == check(store, sites, LONGEST_SILENCE.days + 1)
    assert {web} == store.persons.members(web)


@pytest.mark.parametrize("where", [PAGE, PROFILE])
@pytest.mark.parametrize("status", [404, 410])
def test_who_is_gone_is_given_none(store, sites, where, status):
    """A server that says that there is no such page has answered."""
    web, _ = say_(store, WEB), say_(store, ANA)
    check(store, sites)
    sites.put(where, me(PAGE, PROFILE), status=status)
    assert [web] == check(store, sites, 31)
    assert {web} == store.persons.members(web)


def test_what_the_network_verified_and_does_no_longer_is_told_as_well(store):
    """As anything that parts two accounts."""
    say_(store, WEB)
    mastodon = say_(store, MASTODON)
    assert 2 == len(store.persons.members(mastodon))
    say_(store, replace(MASTODON, links=()))
    assert [("verified", False)] == [(one.how, one.is_same) for one in store.profiles.lost()]


def test_it_goes_with_the_person_and_with_the_export(store, sites, tmp_path):
    """Erased, nothing of it is left; moved, it stays proved."""
    web, _ = say_(store, WEB), say_(store, ANA)
    check(store, sites)
    data = archive.export(store.database)
    other = open_store("sqlite:///other.db", tmp_path)
    archive.load(other.database, data)
    assert data["proofs"] == archive.export(other.database)["proofs"]
    there = other.conversation.get(key_of(store, web)).person
    assert 2 == len(other.persons.members(there))
    other.close()
    store.conversation.erase(web, NOW)
    assert [] == archive.export(store.database)["proofs"]
