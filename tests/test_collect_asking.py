"""Whom collecting asks, how often and at what cost; whoever fails hides only what is theirs."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tertulia.conversation.collector import AGAIN, rhythm
from tertulia.core.errors import FetchError, SettingError, StoreError
from tertulia.syndication.networks.base import RefusedError, RetryLaterError
from tests.collecting import NOW, POST, URL, House, Village, house, village

__all__ = ["house", "village"]  # fixtures


def test_new_posts_are_looked_at_often_and_old_ones_seldom(house, village):
    """Two days: every run; then each hour, six hours, a week."""
    ages = [timedelta(days=days) for days in (1, 10, 60, 400, 4000)]
    assert [0, 1, 6, 168, 168] == [
        rhythm(msgspec.structs.replace(POST, date=NOW - age), NOW).total_seconds() / 3600 for age in ages
    ]
    house.collector.posts[:] = [msgspec.structs.replace(POST, date=NOW - timedelta(days=10))]
    for _time in range(4):  # twenty minutes apart
        house.run()
    assert 2 == village.asked.count("thread")
    house.run(everything=True)
    assert 3 == village.asked.count("thread")


def test_a_network_in_trouble_stops_alone(tmp_path):
    """Asked to slow down, one network waits; what the others said comes home."""
    first, second = Village(), Village()
    second.name = "threads"
    house = House(tmp_path, first)
    house.announce("threads")
    house.collector.listeners.append(second)
    first.trouble = RetryLaterError("asked to slow down", 60)
    second.say("1")
    reports = house.run()
    assert ([True, False], ["asked to slow down"], 1) == (
        [one.failed for one in reports], reports[0].notes, len(house.said()),
    )  # fmt: skip
    house.store.close()


@pytest.mark.parametrize(
    "trouble",
    [RetryLaterError("500"), RefusedError("403"), FetchError("too large"), KeyError("id"), RecursionError(), OSError()],
)
def test_a_thread_that_fails_hides_itself_alone(tmp_path, trouble):
    """Whatever its failure, the other threads and the mentions come home; the run says which it was."""
    village = Village()
    house = House(tmp_path, village)
    house.collector.posts += [msgspec.structs.replace(POST, id="dos"), msgspec.structs.replace(POST, id="tres")]
    for number, post in ((2000, "dos"), (3000, "tres")):
        house.announce("village", str(number), post=post)
    village.broken["2000"] = trouble
    for number, root in enumerate(("1000", "2000", "3000")):
        village.say(f"r{number}", parent=root, root=root)
    village.mention("m1", "¿Cómo está usted?", URL)
    (report,) = house.run()
    assert {"r0", "r2", "m1"} == {one.sources[0][1] for one in house.said()}
    assert (True, 1, True) == (report.failed, len(report.notes), report.notes[0].startswith("dos es: "))
    village.broken.clear()
    assert not house.run(everything=True)[0].failed
    assert 4 == len(house.said())
    house.store.close()


def test_a_feed_that_fails_hides_itself_alone(house, village):
    """The threads came before it, and the daily look comes after it."""
    village.say("1")
    village.broken["mentions"] = TypeError("'NoneType' object is not iterable")
    (report,) = house.run()
    assert (True, 1) == (report.failed, len(house.said()))


def test_one_odd_answer_keeps_no_other_back(house, village):
    """What cannot be recorded is noted, below an announcement and in a feed alike."""
    take = house.collector.take

    def odd(incoming):
        if "odd" in incoming.source_id:
            raise ValueError("odd")
        return take(incoming)

    house.collector.take = odd
    for one in ("1", "odd 2", "3"):
        village.say(one)
        village.mention(f"m{one}", "¿Cómo está usted?", URL)
    (report,) = house.run()
    assert {"1", "3", "m1", "m3"} == {one.sources[0][1] for one in house.said()}
    assert (True, 2) == (report.failed, len(report.notes))


def test_a_network_that_never_answers_is_left_alone(tmp_path):
    """After twenty threads in a row; else a run would last for hours."""
    village = Village()
    house = House(tmp_path, village)
    for number in range(30):
        house.collector.posts.append(msgspec.structs.replace(POST, id=f"p{number}"))
        house.announce("village", f"x{number}", post=f"p{number}")
    village.trouble = RetryLaterError("no answer")
    assert house.run()[0].failed
    assert 20 == village.asked.count("thread")
    house.store.close()


def test_a_cursor_is_kept(house, village):
    """What was read is not read again."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    house.run()
    assert ["mentions ", "mentions m1"] == [one for one in village.asked if one.startswith("mentions")]


def test_what_it_may_cost_is_known_before_anything_is_asked(house, village):
    """A look at our announcement and one at the mentions; never more than is left of the month's budget."""
    village.price = 30.0
    plans = []
    for budget in (70.0, 40.0, 20.0):
        house.collector.budget_cents = budget
        (plan,) = house.collector.plan()
        plans.append((plan.network, plan.looks, plan.cents))
    assert [("village", 2, 60.0), ("village", 2, 40.0), ("village", 0, 0.0)] == plans
    assert [] == village.asked


def test_money_is_counted_and_has_an_end(house, village):
    """No look that could go beyond the month's budget; next month again."""
    village.price = 30.0
    assert (0, True) == (house.run()[0].looked, "30 ¢" in house.collector.run()[0].notes[0])
    house.collector.budget_cents = 70.0
    spent = [house.run()[0].cents for _run in range(3)]
    assert ([30.0, 30.0, 0], 60.0) == (spent, house.collector.spent("village"))
    house.clock += timedelta(days=20)
    assert 30.0 == house.run()[0].cents


def test_what_was_left_unread_for_want_of_money_is_told(house, village, monkeypatch):
    """How much, and by which setting of that network: each has a budget of its own."""
    village.price = 30.0
    monkeypatch.setattr(type(village), "budget_cents", lambda self: 20.0)
    house.collector.budget_cents = None
    (report,) = house.run()
    assert (0, 2, 0.0) == (report.looked, report.unread, report.cents)
    assert "VILLAGE_READ_CENTS" in report.notes[0] and "quedan 2 consultas" in report.notes[1]


def test_one_network_alone_is_asked(house, village):
    """By its name."""
    assert ([], []) == (house.run(network="elsewhere"), village.asked)
    assert ["village"] == [one.network for one in house.run(network="village")]


def test_what_is_spent_is_no_longer_left(house, village):
    """Threads and feeds are paid for alike; what a budget leaves unread is told with its number, once."""
    village.price, village.thread_cents = 30.0, 10.0
    house.collector.budget_cents = 50.0
    (report,) = house.run()
    assert (40.0, 40.0, 0, False) == (report.cents, house.collector.spent("village"), report.unread, report.is_broke)
    (plan,) = house.collector.plan()
    assert (0, 0.0) == (plan.looks, plan.cents)
    house.collector.budget_cents = 75.0
    (plan,) = house.collector.plan(everything=True)
    assert (2, 35.0) == (plan.looks, plan.cents)
    (report,) = house.run(everything=True)
    assert (1, 1, True, 2) == (report.looked, report.unread, report.is_broke, len(report.notes))


def test_want_of_money_is_told_once(house, village, monkeypatch):
    """Though it was noticed in the middle of one feed and before the next."""
    read = village.read
    monkeypatch.setattr(village, "read", lambda cursor: replace(read(cursor), more=True))
    monkeypatch.setattr(village, "feeds", lambda site: {"mentions": village.read, "links": village.read})
    village.price, house.collector.budget_cents = 30.0, 40.0
    (report,) = house.run()
    assert (2, 1, 2) == (report.looked, report.unread, len(report.notes))


def test_a_purse_that_cannot_be_read_is_empty(house, village):
    """Of an export by other hands."""
    village.price = 30.0
    house.collector.budget_cents = 1000.0
    house.store.conversation.set_cursor(f"collect village cents {NOW:%Y-%m}", "mucho")
    assert (0, True) == (house.run()[0].looked, house.run()[0].is_broke)


def test_threads_that_fail_in_a_row_end_the_run(house, village, monkeypatch):
    """In a row: one that answers between them begins anew."""
    monkeypatch.setattr("tertulia.conversation.collector.MOST_FAILURES", 2)
    for number in range(2000, 2005):
        house.collector.posts.append(msgspec.structs.replace(POST, id=f"p{number}"))
        house.announce("village", str(number), post=f"p{number}")
    for failing, asked in ((("1000", "2001", "2002"), 4), (("2003", "2004"), 6), (("1000", "2000"), 2)):
        village.asked.clear()
        village.broken = dict.fromkeys(failing, FetchError("too large"))
        (report,) = house.run(everything=True)
        assert asked == village.asked.count("thread")
        assert {"too large"} == {note.rpartition(": ")[2] for note in report.notes}


def test_what_is_wrong_with_the_store_or_the_settings_is_no_networks_failure(house, village):
    """It stops the run, and is told as what it is."""
    village.say("1")
    for error in (StoreError("disk full"), SettingError("no key")):

        def broken(incoming, error=error):
            raise error

        house.collector.take = broken
        with pytest.raises(type(error)):
            house.run(everything=True)


def test_what_came_by_a_feed_is_asked_for_once_a_day_or_when_everything_is(house, village):
    """By its name; in between it stays as it is."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    house.run()
    assert "still m1" not in village.asked
    house.clock += AGAIN
    for _time in range(2):
        house.run()
    assert 1 == village.asked.count("still m1")
    del village.elsewhere["m1"]
    house.run(everything=True)
    assert ["gone"] == [one.status for one in house.said()]
