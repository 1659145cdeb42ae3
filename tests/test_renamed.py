"""Who is called otherwise on their network, or is not named there for a while, has said what they said."""

from datetime import timedelta

import msgspec
import pytest

from tertulia.store.said import Status
from tests.collecting import House, listener


def without(value, name):
    """*value*, whatever it holds, without what is called *name*."""
    if isinstance(value, dict):
        return {key: without(inner, name) for key, inner in value.items() if key != name}
    return [without(inner, name) for inner in value] if isinstance(value, list) else value


def heard(tmp_path, name):
    """A house that has heard a network and approved it, the network's answers, and what readers see of it."""
    one, api = listener(name, tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    house.run()
    for said in house.said():
        house.store.conversation.decide(said.key, Status.APPROVED, "owner", house.clock, version=said.version)
    return house, api


def words(house):
    return [(one.key, one.status, one.name, one.html, one.parent) for one in house.said()]


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [("bluesky", "ana.bsky.social", "ana.example"), ("x", "anax", "ana_nueva")],
)
def test_another_handle_is_no_other_place(tmp_path, name, before, after):
    """What was approved stays public, and leads to where it now lives."""
    house, api = heard(tmp_path, name)
    kept, places = words(house), [one.url for one in house.said()]
    assert any(before in place for place in places)
    told = msgspec.json.encode(api.answers)
    for field in ("handle", "username"):
        told = told.replace(f'"{field}":"{before}"'.encode(), f'"{field}":"{after}"'.encode())
    api.answers = msgspec.json.decode(told)
    for _day in range(2):
        house.clock += timedelta(days=2)
        house.store.conversation.set_cursor("collect x mentions", "")
        house.run(everything=True)
    assert kept == words(house)
    assert [place.replace(before, after) for place in places] == [one.url for one in house.said()]
    house.store.close()


@pytest.mark.parametrize(("name", "field"), [("facebook", "from"), ("threads", "username")])
def test_who_is_not_named_any_more_is_who_they_were(tmp_path, name, field):
    """A key that has lost the right to names makes nobody another person, the blog's own author least."""
    house, api = heard(tmp_path, name)
    kept = words(house), [one.is_owner for one in house.said()]
    api.answers = without(api.answers, field)
    house.clock += timedelta(days=2)
    house.run(everything=True)
    assert kept == (words(house), [one.is_owner for one in house.said()])
    house.store.close()
