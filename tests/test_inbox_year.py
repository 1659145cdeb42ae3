"""A simulated year of talk on six channels: state, counts and persons are right to the item, for the simulation knows.

Some have two accounts, which a network, ``people.toml`` or the owner joins; some only look as if they had. Three of the
team answer at once, from the inbox or on the networks; people edit and delete what they said.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from tertulia.conversation.answering import AnswerDraft, Answering
from tertulia.conversation.moderator import Moderator
from tertulia.store import archive, open_store
from tertulia.store.conversation_tables import comments
from tertulia.store.inbox import InboxFilter
from tertulia.store.said import Author, Incoming, Read, Status, Verdict
from tests.talking import NOW

pytestmark = pytest.mark.slow

START = NOW - timedelta(days=366)
CHANNELS = ("form", "web", "mastodon", "bluesky", "threads", "telegram")
TEAM = ("Toni", "María", "Reme")
INFO = SimpleNamespace(author="Reme", title="Bitácora", site="https://blog.example")


def account(channel: str, human: int, *, name: str = "", site: str = "", links: tuple[str, ...] = ()) -> Author:
    """An account of *human*, whose name many others bear."""
    called = name or f"Ana {human % 30}"
    match channel:
        case "form":
            return Author(network="form", identity=f"f{human}", name=called, url=site)
        case "web":
            return Author(network="web", identity=f"h{human}.example", name=called, url=f"https://h{human}.example/")
        case "mastodon":
            page = f"https://mas.example/@u{human}"
            return Author(
                network=channel, identity=page, name=called, handle=f"@u{human}@mas.example", url=page, links=links
            )
        case "bluesky":
            handle = site or f"u{human}.bsky.social"
            return Author(network=channel, identity=f"did:plc:u{human}", name=called, handle=f"@{handle}")
    return Author(network=channel, identity=f"{90000 + human}", name=called, handle=f"@u{human}")


@dataclass
class Item:
    """What the simulation knows of something that was said."""

    key: str
    source: str
    source_id: str
    author: Author
    said: datetime
    edited: datetime | None = None
    answers: dict[str, datetime] = field(default_factory=dict)  # by the id of each that stands
    answered_on: datetime | None = None  # the edit that the newest answer answers; ``said`` for the first words
    is_gone: bool = False
    word_on: datetime | None = None  # the words that somebody set aside

    @property
    def words(self) -> datetime:
        return self.edited or self.said

    @property
    def state(self) -> str:
        if self.is_gone:
            return "away"
        if self.answers and self.answered_on == self.words:
            return "answered"
        return "not_needed" if self.word_on == self.words else "unanswered"


class Year:
    """The blog, its people, and what is true of them."""

    def __init__(self, folder, people: int) -> None:
        self.chance = random.Random(16)
        self.store = open_store("sqlite:///var/t.db", folder)
        self.clock = START
        self.moderator = Moderator(self.store, folder / "var/conversation", lambda: self.clock)
        self.answering = Answering(self.moderator, INFO, {}, frozenset())
        self.items: list[Item] = []
        self.of: dict[int, list[Author]] = {}
        self.by_word: list[int] = []  # those whom only the owner joins
        self.listed: dict[str, set[str]] = {}
        for human in range(people):
            self.of[human] = self._accounts(human, kind=human % 15)
        self.number = 0

    def _accounts(self, human: int, kind: int) -> list[Author]:
        """Four of fifteen have two accounts; two more look like somebody else."""
        site = f"https://h{human}.example/"
        match kind:
            case 0:
                return [account("web", human), account("mastodon", human, links=(site,))]
            case 1:
                return [account("web", human), account("bluesky", human, site=f"h{human}.example")]
            case 2:
                self.listed[f"p{human}"] = {f"u{human}@mas.example", f"bluesky:u{human}.bsky.social"}
                return [account("mastodon", human), account("bluesky", human)]
            case 3:
                self.by_word.append(human)
                return [account("form", human, site=site), account("mastodon", human)]
            case 4:  # a team's page verifies two of them
                return [account("mastodon", human, links=(f"https://team{human // 30}.example/",))]
            case 5:  # types the site of somebody else, and bears their name
                return [account("form", human, name=f"Ana {(human - 5) % 30}", site=f"https://h{human - 5}.example/")]
        return [account(CHANNELS[human % 6], human)]

    # What happens

    def happen(self) -> None:
        self.clock += timedelta(minutes=self.chance.randrange(30, 260))
        live = [item for item in self.items[-150:] if not item.is_gone]
        step = self.chance.random()
        if step < 0.4 or not live:
            return self.say()
        item = self.chance.choice(live)
        if step < 0.6:
            self.answer_here(item)
        elif step < 0.75:
            self.answer_there(item)
        elif step < 0.85:
            self.edit(item)
        elif step < 0.9:
            self.delete(item)
        elif step < 0.95:
            self.set_aside(item)
        else:
            self.take_back(item)

    def say(self) -> None:
        self.number += 1
        author = self.chance.choice(self.of[self.chance.randrange(len(self.of))])
        item = Item("", author.network, f"{self.number}", author, self.clock)
        item.key = self.record(item).key
        self.items.append(item)

    def record(self, item: Item):
        words = f"¿Y esto, {item.source_id}, qué es? {item.words.isoformat()}"
        incoming = Incoming(
            source=item.source, source_id=item.source_id, post=f"p{int(item.source_id) % 7}", lang="es", kind="reply",
            author=item.author, published=item.said, text=words, html=f"<p>{words}</p>", edited=item.edited,
        )  # fmt: skip
        return self.store.conversation.record(incoming, Verdict(Status.APPROVED), self.clock)

    def answer_here(self, item: Item) -> None:
        """All of the team answer what they have just read; the first does, the others are told."""
        said = self.store.conversation.get(item.key)
        seen = [one.key for one in self.store.answers.below(said)]
        given = []
        for who in self.chance.sample(TEAM, 3):
            draft = AnswerDraft(text=f"{who} dice que sí.", token=f"{self.clock.isoformat()} {who}", seen=seen, by=who)
            given.append(self.answering.give(Read(said.key, said.version), draft))
            given.append(self.answering.give(Read(said.key, said.version), draft))  # pressed twice
        assert ["new", "same", *["stale"] * 4] == [one.state for one in given]
        item.answers[given[0].key] = self.clock
        item.answered_on = item.words

    def answer_there(self, item: Item) -> None:
        """The author answers with the network's own application; it is known at the next ``collect``."""
        self.number += 1
        owner = Author(network=item.source, identity=f"owner {item.source}", name="Reme", is_owner=True)
        incoming = Incoming(
            source=item.source, source_id=str(self.number), post=f"p{int(item.source_id) % 7}", lang="es", kind="reply",
            author=owner, published=self.clock, text="Así es.", html="<p>Así es.</p>", in_reply_to=item.source_id,
        )  # fmt: skip
        if item.source == "form":
            incoming = replace(incoming, in_reply_to=item.key)
        key = self.store.conversation.record(incoming, Verdict(Status.APPROVED), self.clock).key
        item.answers[key] = self.clock
        item.answered_on = item.words

    def edit(self, item: Item) -> None:
        item.edited = self.clock
        self.record(item)

    def delete(self, item: Item) -> None:
        item.is_gone = True
        self.store.conversation.remove(item.source, item.source_id, self.clock)

    def set_aside(self, item: Item) -> None:
        said = self.store.conversation.get(item.key)
        assert self.store.inbox.set_aside(Read(said.key, said.version), self.clock)
        item.word_on = item.words

    def take_back(self, item: Item) -> None:
        """The newest answer is withdrawn: what was answered before it, if it was these words, still is."""
        if not item.answers:
            return
        newest = max(item.answers, key=lambda key: item.answers[key])
        said = self.store.conversation.get(newest)
        self.store.conversation.decide(newest, Status.REJECTED, "owner", self.clock, version=said.version)
        del item.answers[newest]
        last = max(item.answers.values(), default=None)
        item.answered_on = None
        if last is not None:
            item.answered_on = item.words if item.words <= last else item.said

    # What is so

    def check(self) -> None:
        true = Counter(item.state for item in self.items)
        counted = self.store.inbox.counts(self.clock)
        wrong = {
            item.key: (item.state, str(self.store.inbox.get(item.key, self.clock).state))
            for item in self.items
            if item.state != self.store.inbox.get(item.key, self.clock).state
        }
        assert {} == wrong
        assert {str(state): number for state, number in counted.items()} == {
            state: true[state] for state in ("unanswered", "answered", "not_needed", "later")
        }

    def accounts(self) -> dict[tuple[str, str], int]:
        """The number of each account that has spoken."""
        found = {}
        for item in self.items:
            said = self.store.conversation.get(item.key)
            found[item.author.network, item.author.identity] = said.person
        return found

    def check_persons(self, *, but: frozenset[int] = frozenset()) -> None:
        """Every two accounts of one human are one person, but for *but*; no two of two humans are."""
        numbers = self.accounts()
        for human, authors in self.of.items():
            mine = {numbers[one.network, one.identity] for one in authors if (one.network, one.identity) in numbers}
            for one in mine:
                expected = {one} if human in but else mine
                assert expected == self.store.persons.members(one), (human, authors)

    def rows(self) -> list[tuple]:
        with self.store.database.reading() as connection:
            return [tuple(row) for row in connection.execute(select(comments).order_by(comments.c.id))]


WHOLE = pytest.mark.skipif("WHOLE_YEAR" not in os.environ, reason="a quarter of an hour: set WHOLE_YEAR=1")


@pytest.mark.parametrize(
    ("people", "items"), [(60, 200), pytest.param(150, 2000, marks=WHOLE)], ids=["a month", "a year"]
)
def test_a_year(tmp_path, people, items):
    """Right after each month and at the end; joined without one false join, parted without loss, moved whole."""
    year = Year(tmp_path, people)
    store = year.store
    store.persons.list_people(year.listed)
    while len(year.items) < items:
        year.happen()
        if year.number % (items // 4) == 0:
            year.check()
    year.check()
    numbers = year.accounts()
    doubles = [human for human, authors in year.of.items() if len(authors) == 2]
    assert people * 4 // 15 == len(doubles)
    spoken = {
        human: [numbers[key] for one in year.of[human] if (key := (one.network, one.identity)) in numbers]
        for human in year.by_word
    }
    by_word = {human: both for human, both in spoken.items() if len(both) == 2}
    year.check_persons(but=frozenset(by_word))

    before = year.rows()
    for both in by_word.values():  # suggested, for the site that was typed is theirs; and joined by the owner
        assert store.persons.join(*both, year.clock, said_by="María")
    year.check_persons()
    year.check()
    for both in by_word.values():
        found = store.inbox.page(InboxFilter(state=None, person=both[0]), year.clock, limit=1000).items
        true = {
            one.key
            for one in year.items
            if not one.is_gone and numbers[one.author.network, one.author.identity] in both
        }
        assert true == {one.said.key for one in found}
    new = open_store("sqlite:///var/new.db", tmp_path)
    archive.load(new.database, archive.export(store.database), year.clock)
    new.persons.list_people(year.listed)
    moved = {}
    for one in year.items:
        members = store.persons.members(numbers[one.author.network, one.author.identity])
        moved[one.key] = set(map(_name(store), members))
    assert moved == {key: set(map(_name(new), new.persons.members(new.conversation.get(key).person))) for key in moved}
    new.close()
    for both in by_word.values():
        store.persons.separate(both[1], year.clock)
    year.check_persons(but=frozenset(by_word))
    assert before == year.rows()
    year.check()
    store.close()


def _name(store):
    """What accounts are called whatever their number."""

    def named(number: int) -> tuple[str, str]:
        one = store.persons.get(number).accounts[0]
        return one.network, store.conversation.identity(number)

    return named
