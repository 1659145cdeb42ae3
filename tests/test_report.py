"""The report tells the truth: counted beside a simulation that knows it."""

import random
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tertulia.commands import report as task
from tertulia.conversation.answer_report import AnswerFigures, report
from tertulia.core import languages
from tertulia.core.errors import TertuliaError
from tertulia.render.bars import Bar, bars
from tertulia.store import open_store
from tertulia.store.inbox import InboxFilter
from tertulia.store.inbox_tables import ItemState
from tertulia.store.said import Author, Incoming, Read, Verdict
from tertulia.store.same_person import link
from tertulia.store.tables import DeliveryState, deliveries
from tertulia.store.waits import Wait
from tests.talking import NOW, SITE, Talk
from tests.xss import RUN, VECTORS

MADRID = ZoneInfo("Europe/Madrid")
CHANNELS = ("form", "web", "mastodon", "bluesky", "x", "reddit")
OWNER = Author(network="mastodon", identity="https://mas.example/users/reme", name="Reme", is_owner=True)


@pytest.fixture
def store(tmp_path):
    """An empty store."""
    opened = open_store("sqlite:///var/t.db", tmp_path)
    yield opened
    opened.close()


class Year:
    """A year of talk whose truth is known: what was said, and when it was first answered."""

    def __init__(self, store, number: int) -> None:
        self.store, self.chance = store, random.Random(number)
        self.truth: dict[str, Wait] = {}

    def live(self, items: int) -> None:
        for number in range(items):
            self.say(number)

    def record(self, at: datetime, seen: datetime, **fields) -> str:
        defaults = {"lang": "es", "kind": "comment", "text": "hola", "html": "<p>hola</p>", "published": at}
        return self.store.conversation.record(Incoming(**(defaults | fields)), Verdict("approved"), seen).key

    def say(self, number: int) -> None:
        chance = self.chance
        who, channel = chance.randrange(30), chance.choice(CHANNELS)
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(365 * 24 * 60))
        author = Author(network=channel, identity=f"p{who}", name=f"Persona {who}")
        post = f"post{chance.randrange(12)}"
        key = self.record(at, at, source=channel, source_id=f"i{number}", post=post, author=author)
        said = self.store.conversation.get(key)
        fate, first = chance.choice(("answered", "answered", "twice", "withdrawn", "aside", "none", "gone")), ""
        state, below = ItemState.UNANSWERED, []
        if fate in ("answered", "twice", "withdrawn"):
            for turn in range(2 if fate == "twice" else 1):
                when = at + timedelta(minutes=chance.randrange(1, 5000))
                answer = {"source": "mastodon", "source_id": f"a{number}.{turn}", "in_reply_to": f"{SITE}#c-{key}"}
                self.record(when, when, post=post, author=OWNER, **answer)
                below.append(when)
            first, state = min(below).isoformat(), ItemState.ANSWERED
        if fate == "withdrawn":
            self.store.conversation.remove("mastodon", f"a{number}.0", NOW)
            first, state = "", ItemState.UNANSWERED
        if fate == "aside":
            self.store.inbox.set_aside(Read(key, said.version), NOW)
            state = ItemState.NOT_NEEDED
        if fate == "gone":
            self.store.conversation.remove(channel, f"i{number}", NOW)
            return
        self.truth[key] = Wait(
            key, post, "es", channel, said.person, author.name, at.isoformat(), at.isoformat(), first, state
        )


def plainly(waits: list[Wait]) -> tuple[int, int, int, timedelta | None, timedelta | None]:
    """The figures, counted in the simplest way there is."""
    times = sorted(datetime.fromisoformat(one.answered_at) - datetime.fromisoformat(one.said_at)
                   for one in waits if one.answered_at)  # fmt: skip
    half, count = len(times) // 2, len(times)
    median = (times[half] if count % 2 else (times[half - 1] + times[half]) / 2) if times else None
    most = next((time for time in times if sum(other <= time for other in times) * 10 >= 9 * count), None)
    return len(waits), count, sum(one.state == "not_needed" for one in waits), median, most


def figures(one: AnswerFigures):
    return one.said, one.answered, one.not_needed, one.median, one.ninetieth


def test_the_figures_of_a_year_are_right_to_the_item(store):
    """By channel, post, weekday and hour of the blog's zone; who waits; who comes back: as the simulation knows."""
    year = Year(store, 1)
    year.live(400)
    truth = list(year.truth.values())
    found = report(store.waits.all(NOW + timedelta(days=60)), MADRID)
    assert plainly(truth) == figures(found.total)
    local = {one.key: datetime.fromisoformat(one.said_at).astimezone(MADRID) for one in truth}
    for places, place in (
        (found.channels, lambda one: one.channel),
        (found.posts, lambda one: (one.post, one.lang)),
        ({n: one for n, one in enumerate(found.weekdays) if one.said}, lambda one: local[one.key].weekday()),
        ({n: one for n, one in enumerate(found.hours) if one.said}, lambda one: local[one.key].hour),
    ):
        expected = {name: plainly([one for one in truth if place(one) == name]) for name in {*map(place, truth)}}
        assert expected == {name: figures(one) for name, one in places.items()}
    waiting = sorted(datetime.fromisoformat(one.said_at) for one in truth if one.state == "unanswered")
    assert waiting[:10] == [datetime.fromisoformat(one.since) for one in found.longest]
    days = {who: {local[one.key].date() for one in truth if one.person == who} for who in {one.person for one in truth}}
    assert (len(days), sum(len(each) > 1 for each in days.values())) == (found.people, found.returning)
    assert max(map(len, days.values())) == found.faithful[0].days


def wait(number: int, said: str, answered: str = "", state=ItemState.UNANSWERED, **changes) -> Wait:
    base = Wait(f"k{number}", "voto", "es", "form", number, "Ana", said, said, answered, state)
    return base._replace(**changes)


def test_a_year_is_the_blogs_own():
    """What was said at eleven at night of the thirty-first, in UTC, is of the next year in Madrid."""
    waits = [wait(1, "2025-12-31T23:30:00+00:00"), wait(2, "2025-12-31T22:30:00+00:00")]
    assert [1, 1] == [report(waits, MADRID, year).total.said for year in (2025, 2026)]
    assert 0 == report(waits, MADRID, 2024).total.said


def test_what_needs_no_answer_is_not_held_against_the_blog():
    """The share is of what called for an answer; an answer counts though the item was set aside later."""
    moment = "2026-11-22T10:00:00+00:00"
    waits = [
        wait(1, moment, moment, ItemState.NOT_NEEDED), wait(2, moment, "", ItemState.NOT_NEEDED),
        wait(3, moment, "", ItemState.LATER), wait(4, moment, moment, ItemState.UNANSWERED),
    ]  # fmt: skip
    total = report(waits, MADRID).total
    assert (4, 2, 1, 1, 2 / 3) == (total.said, total.answered, total.not_needed, total.waiting, total.share)
    assert None is report([waits[1]], MADRID).total.share
    assert ["k3", "k4"] == [one.key for one in report(waits, MADRID).longest], "a changed question waits again"


def test_an_answer_older_than_the_question_took_no_time():
    """Clocks differ; nobody is answered before they speak."""
    waits = [wait(1, "2026-11-22T10:00:00+00:00", "2026-11-22T09:59:00+00:00", ItemState.ANSWERED)]
    assert timedelta(0) == report(waits, MADRID).total.median


def test_a_refused_answer_is_none(store):
    """What the network did not take, whoever asked never had."""
    year = Year(store, 2)
    year.record(NOW, NOW, source="form", source_id="1", post="p", author=Author(network="form", identity="a", name="A"))
    key = store.inbox.page(InboxFilter(), NOW).items[0].said.key
    answer = year.record(NOW, NOW, source="form", source_id="2", post="p", author=OWNER, in_reply_to=key)
    assert 1 == report(store.waits.all(NOW), MADRID).total.answered
    with store.database.writing() as connection:
        values = {"post": "answer", "lang": "es", "network": "x", "part": "answer", "message": "{}", "answer": answer}
        connection.execute(
            deliveries.insert().values(**values, created_at=NOW.isoformat(), state=DeliveryState.REFUSED)
        )
    assert 0 == report(store.waits.all(NOW), MADRID).total.answered


@pytest.fixture
def talk(tmp_path):
    """A blog whose owner is signed in."""
    languages.speak("es")
    made = Talk(tmp_path)
    made.enter()
    yield made
    made.blog.close()


def test_the_page_draws_it_and_shows_nothing_that_runs(talk):
    """Names and posts as text, bars without a script, the owner's alone."""
    bad = [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS]
    for number, vector in enumerate(bad):
        said = Incoming(
            source="form", source_id=str(number), post=vector[:190], lang="es", kind="comment", text=vector,
            author=Author(network="form", identity=str(number % 20), name=vector[:300]), html="<p>x</p>",
            published=NOW - timedelta(days=number),
        )  # fmt: skip
        talk.store.conversation.record(said, Verdict("approved"), NOW)
    html = talk.browser.get("/inbox/report").get_data(as_text=True)
    assert 2 == html.count("<svg ") and 10 <= html.count("self.ran=1")
    assert [] == re.findall(r"<(?:script|img|iframe|math|style|object|embed|body (?!data-kind))", html)
    talk.browser.delete_cookie("tertulia_owner", path="/inbox")
    assert 303 == talk.browser.get("/inbox/report").status_code


def test_bars_are_as_high_as_what_they_count():
    """The whole is the height of the picture; what is called anything is text."""
    drawn = bars([Bar("<b>", 4, 1, 'a"<b>'), Bar("x", 2, 2, "x")], 't"<b>')
    assert ["96", "24", "48", "48"] == re.findall(r'height="([\d.]+)"', drawn)
    assert "<b>" not in drawn
    assert bars([], "nada").startswith("<svg ")


def test_the_terminal_tells_the_same(tmp_path, monkeypatch, capsys):
    """Every table, and a year that is none is one line."""
    talk = Talk(tmp_path)
    languages.speak("es")
    said = Incoming(
        source="form", source_id="1", post="voto", lang="es", kind="comment", published=NOW - timedelta(days=4),
        author=Author(network="form", identity="a", name="Ana"), text="¿Y?", html="<p>¿Y?</p>",
    )  # fmt: skip
    talk.store.conversation.record(said, Verdict("approved"), NOW)
    found = report(talk.store.waits.all(NOW), talk.blog.zone)
    told = "\n".join(task.lines(talk.blog, found))
    assert "Dichas: 1 · respondidas: 0 (0 %) · no hacía falta: 0 · sin respuesta: 1" in told
    assert all(word in told for word in ("El voto útil", "4 días", "blog", "mié"))
    with pytest.raises(TertuliaError, match="«20x6» no es un año"):
        task.run(tmp_path, "20x6")
    talk.blog.close()


def test_two_accounts_of_one_person_are_one_who_comes_back(store):
    """What the inbox shows as one person is one in the report; taken apart again, they are two."""
    year = Year(store, 3)
    moment = NOW - timedelta(days=3)
    for number, channel in enumerate(("form", "mastodon")):
        author = Author(network=channel, identity="ana", name="Ana")
        when = moment + timedelta(days=number)
        year.record(when, when, source=channel, source_id=str(number), post="p", author=author)
    one, other = (each.person for each in store.waits.all(NOW))
    for is_same, people in ((True, (1, 1)), (False, (2, 0))):
        with store.database.writing() as connection:
            link(connection, one, other, is_same=is_same, said_by="Reme", at=NOW.isoformat())
        found = report(store.waits.all(NOW), MADRID)
        assert people == (found.people, found.returning)
