"""Collecting: what was said elsewhere comes home once, in its place, and goes when it goes.

``Village`` is a network that behaves; what each real network answers is in ``tests/examples/collect``, asked of its
own listener by ``Api``.
"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tertulia.content import snapshot
from tertulia.content.posts import Post
from tertulia.conversation.collector import AGAIN, Collector, rhythm
from tertulia.conversation.copies import is_copy
from tertulia.conversation.moderator import Moderator
from tertulia.core import settings
from tertulia.core.errors import FetchError, SettingError, StoreError
from tertulia.core.fetch import Fetched
from tertulia.core.languages import say
from tertulia.store import archive, open_store
from tertulia.store.connection import stamp
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.said import Author, Incoming, Verdict
from tertulia.store.tables import Origin
from tertulia.syndication.networks.base import Message, NetworkContext, RefusedError, Remote, RetryLaterError
from tertulia.syndication.networks.listening import listener_classes, listeners
from tertulia.syndication.networks.listening.base import FeedPage, Listener, RemoteComment, Thread
from tertulia.syndication.networks.memory import Memory

EXAMPLES = Path(__file__).parent / "examples" / "collect"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
URL = "https://blog.example/2026/11/el-voto-util/"
POST = Post(
    id="voto", lang="es", title="El voto útil", url=URL, date=NOW - timedelta(hours=8),
    summary="Votar no es pitar falta.", question="¿A quién votas?",
)  # fmt: skip
ANNOUNCED = {"mastodon": "1000", "bluesky": "at://did:plc:me/app.bsky.feed.post/3root", "x": "5000", "telegram": "42",
             "facebook": "pagina_1", "threads": "900", "village": "1000"}  # fmt: skip


class Village(Listener):
    """A network of one square: what is said below our announcement, who mentions us, who links to us."""

    name = "village"
    label = "Village"

    def __init__(self):
        self.said: dict[str, RemoteComment] = {}
        self.elsewhere: dict[str, RemoteComment] = {}
        self.counts: dict[str, int] = {}
        self.price = self.thread_cents = 0.0
        self.cut = 1000  # no thread is told longer than this
        self.trouble: Exception | None = None
        self.broken: dict[str, Exception] = {}  # what one thread, the feed or one question alone meets with
        self.asked: list[str] = []

    def configured(self):
        return True

    def say(self, id_, text="No pito.", parent="1000", who="ana", **more):
        author = Author(network="village", identity=who, name=who.title(), url=f"https://v.example/{who}")
        heard = RemoteComment(
            id=id_, kind="reply", author=author, published=NOW - timedelta(hours=1), text=text, html=f"<p>{text}</p>",
            url=f"https://v.example/{id_}", in_reply_to=parent, likes=0,
        )  # fmt: skip
        self.said[id_] = replace(heard, **more)

    def mention(self, id_, text, *links, who="eva", **more):
        self.say(id_, text, parent="", who=who, **more)
        self.elsewhere[id_] = replace(self.said.pop(id_), kind="mention", links=links)

    def thread(self, remote):
        self.asked.append("thread")
        if found := self.trouble or self.broken.get(remote.id):
            raise found
        below = [one for one in self.said.values() if one.root in ("", remote.id)]
        return Thread(tuple(below)[: self.cut], dict(self.counts), cents=self.thread_cents)

    def recheck(self, ids):
        self.asked += [f"still {one}" for one in ids]
        return {one: self.said.get(one) or self.elsewhere.get(one) for one in ids}

    def feeds(self, site):
        return {"mentions": self.read}

    def read(self, cursor):
        self.asked.append(f"mentions {cursor}")
        if "mentions" in self.broken:
            raise self.broken["mentions"]
        fresh = [one for id_, one in self.elsewhere.items() if id_ > cursor]
        return FeedPage(tuple(fresh), max([cursor, *(one.id for one in fresh)]), self.price)

    def max_cents_per_look(self):
        return self.price


class House:
    """A blog of one announced post, and whoever listens for it."""

    def __init__(self, folder, *listening):
        self.clock = NOW
        self.folder = folder
        self.store = open_store("sqlite:///var/t.db", folder)
        self.rebuilt = 0
        self.moderator = Moderator(self.store, folder / "conversation", lambda: self.clock, rebuild=self._rebuild)
        self.short: dict[str, str] = {}
        for one in listening:
            self.announce(one.name)
        self.collector = Collector(
            store=self.store,
            listeners=list(listening),
            posts=[POST],
            site="https://blog.example",
            lang="es",
            title="Tertulia",
            find=lambda url: ("voto", "es") if url.partition("?")[0] == URL else None,
            take=self.moderator.ingest,
            gone=self.moderator.gone,
            show=lambda post, lang: self.store.conversation.show(folder / "conversation", post, lang),
            now=lambda: self.clock,
            expand=lambda url: self.short.get(url, url),
        )

    def _rebuild(self):
        self.rebuilt += 1

    def announce(self, network, *remotes, post="voto"):
        """The post was said there, in as many parts as it has ids."""
        ids = remotes or (ANNOUNCED[network],)
        words = Message(text=f"El voto útil {URL} #ClientePitero", lang="es", link=URL, title="", date=POST.date)
        message = msgspec.json.encode(words).decode()
        parts = [str(number) for number in range(1, len(ids) + 1)]
        rows = [
            NewDelivery(post=post, lang="es", network=network, part=part, after=after, message=message, words="h")
            for part, after in zip(parts, [None, *parts], strict=False)
        ]
        self.store.deliveries.enqueue(rows, NOW)
        for one in ids:
            row = self.store.deliveries.claim(NOW, {network}, None, set())
            where = Remote(id=one, url=f"https://{network}.example/{one}")
            self.store.deliveries.delivered(row, msgspec.json.encode(where).decode(), NOW)

    def run(self, **how):
        self.clock += timedelta(minutes=20)
        return self.collector.run(**how)

    def said(self):
        return sorted(self.store.conversation.find(), key=lambda one: one.id)

    def shown(self):
        return snapshot.read(self.folder / "conversation", "voto", "es")


@pytest.fixture
def village():
    return Village()


@pytest.fixture
def house(tmp_path, village):
    made = House(tmp_path, village)
    yield made
    made.store.close()


# The collector -------------------------------------------------------------------------------------------------------


def test_a_whole_thread_comes_home_in_its_place(house, village):
    """An answer, and an answer to it by somebody else, each under what it answers, waiting for the owner."""
    village.say("1")
    village.say("2", "Yo sí.", parent="1", who="luis")
    (report,) = house.run()
    first, second = house.said()
    assert ([("voto", "es", "reply", "waiting")] * 2, first.id) == (
        [(one.post, one.lang, one.kind, one.status) for one in (first, second)], second.parent,
    )  # fmt: skip
    assert 2 == report.counts["new"]


def test_a_second_run_with_nothing_new_changes_nothing(house, village):
    """Neither a row, nor a snapshot, nor a rebuild."""
    village.say("1", likes=3)
    village.mention("m1", "Lo cuento aquí con mis propias palabras", URL)
    village.counts = {"like": 4, "repost": 2}
    house.run()
    for one in house.said():
        house.moderator.decide(one.key, "approved", one.version)
    house.run()
    before = (house.said(), house.rebuilt, house.store.conversation.audit(), house.shown())
    for _again in range(2):
        assert say("collect_same") in str(house.run()[0])
    assert before == (house.said(), house.rebuilt, house.store.conversation.audit(), house.shown())


def test_an_edit_is_followed(house, village):
    """What was changed there is changed here."""
    village.say("1")
    house.run()
    village.say("1", "Sí pito.", edited=NOW)
    (report,) = house.run()
    assert (["Sí pito."], 1) == ([one.text for one in house.said()], report.counts["edited"])


def test_a_deletion_is_followed_and_what_answered_it_stays(house, village):
    """The middle of a thread goes; the page forgets it at once."""
    village.say("1")
    village.say("2", "Yo sí.", parent="1", who="luis")
    house.run()
    for one in house.said():
        house.moderator.decide(one.key, "approved", one.version)
    del village.said["1"]
    (report,) = house.run()
    assert (["gone", "approved"], 1) == ([one.status for one in house.said()], report.counts["gone"])
    assert ["Yo sí."] == [one.html[3:-4] for one in house.shown().comments]


def test_what_a_short_thread_leaves_out_is_asked_for_by_name(house, village):
    """A server that tells sixty answers has not deleted the others."""
    village.say("1")
    village.say("2", "Yo sí.", who="luis")
    house.run()
    village.cut = 1
    house.run()
    assert ["waiting", "waiting"] == [one.status for one in house.said()]
    assert "still 2" in village.asked


def test_numbers_are_kept_as_numbers(house, village):
    """Likes of the announcement and of an answer; nobody's name."""
    village.counts = {"like": 4, "repost": 2}
    village.say("1", likes=3)
    house.run()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    assert ({"like": 4, "repost": 2}, 3) == (house.shown().counts, house.shown().comments[0].likes)
    village.counts = {"like": 3, "repost": 2}
    house.run()
    assert 3 == house.shown().counts["like"]


def test_parts_of_our_own_thread_are_no_answers(tmp_path, village):
    """A post said in two parts does not answer itself."""
    house = House(tmp_path)
    house.collector.listeners.append(village)
    house.announce("village", "1000", "1001")
    village.say("1001", "2/2", who="blog", author=Author(network="village", identity="blog", is_owner=True))
    village.say("1", "Sí.", parent="1001")
    house.run()
    assert [("Sí.", None)] == [(one.text, one.parent) for one in house.said()]
    house.store.close()


def test_the_owners_own_answer_is_marked(house, village):
    """Said under their own post, it is theirs; said anywhere else, it is no mention."""
    me = Author(network="village", identity="blog", name="Blog", is_owner=True)
    village.say("1")
    village.say("2", "Gracias.", parent="1", author=me)
    village.mention("m1", "Mirad mi artículo, que es largo", URL, author=me)
    house.run()
    assert [False, True] == [one.is_owner for one in house.said()]


def test_the_owner_quotes_the_announcement_and_nobody_is_answered(house, village):
    """Their own quote of it is no answer to their post; a stranger's is."""
    me = Author(network="village", identity="blog", name="Blog", is_owner=True)
    village.say("1", "Por si no lo visteis.", kind="quote", author=me)
    village.say("2", "Esto mismo.", kind="quote")
    house.run()
    assert ["Esto mismo."] == [one.text for one in house.said()]


def test_strangers_that_link_to_an_article_are_under_it(house, village):
    """They answer nobody, and have words of their own; their short links are followed."""
    house.short["https://t.example/x"] = f"{URL}?utm_source=v"
    village.mention("m1", "Lo que dice este hombre no tiene ni pies ni cabeza", "https://t.example/x")
    house.run()
    assert [("mention", "voto", "waiting")] == [(one.kind, one.post, one.status) for one in house.said()]


def test_a_mention_of_nothing_is_kept_under_no_article(house, village):
    """It is in the record, and on no page."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    house.run()
    assert [("mention", "")] == [(one.kind, one.post) for one in house.said()]
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    assert [] == sorted((house.folder / "conversation").glob("*.json"))


def test_a_mention_that_answers_us_is_an_answer(house, village):
    """It came by another way than the thread, and is one comment."""
    village.say("1")
    village.elsewhere["1"] = village.said["1"]
    house.run()
    assert ["reply"] == [one.kind for one in house.said()]


def test_a_deleted_mention_goes_too(house, village):
    """Once a day, what came by a feed is asked for."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    village.elsewhere.clear()
    house.run()
    house.clock += AGAIN
    house.run()
    assert ["gone"] == [one.status for one in house.said()]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (f"El voto útil {URL}", True),
        ("RT @blog: El voto útil… https://t.co/x", True),
        ("«El voto útil», vía @blog #ClientePitero", True),
        ("Votar no es pitar falta. https://t.co/x", True),
        ("EL VOTO UTIL https://t.co/x", True),
        ("https://t.co/x", True),
        ("El voto útil | Tertulia https://t.co/x", True),
        ("El voto-útil // FYI @luis @eva 👉 t.co/x", True),
        ("Votar no es… https://t.co/x", True),
        ("El voto útil blog.example/2026/11/el-vo…", True),
        ("Read this: El voto útil, leído en https://t.co/x", True),
        ("Muy recomendable: El voto útil https://t.co/x", False),
        ("Qué disparate: El voto útil https://t.co/x", False),
        ("El voto es pitar falta https://t.co/x", False),
        ("No. El voto útil https://t.co/x", False),
        ("El voto útil 🤮 https://t.co/x", False),
        ("El voto 🤮 útil https://t.co/x", False),
        ("El voto útil??? https://t.co/x", False),
        ("#NoEstoyDeAcuerdo El voto útil https://t.co/x", False),
        ("胡说八道 El voto útil https://t.co/x", False),
        ("El voto útil. No estoy nada de acuerdo con esto https://t.co/x", False),
        ("Menuda sarta de tonterías https://t.co/x", False),
        ("", True),
    ],
)
def test_copies_of_the_announcement(text, copy):
    """A share says nothing of its own; one word, one tag or one picture that is not ours is somebody's opinion."""
    ours = [POST.title, POST.summary, POST.question, "Tertulia", f"El voto útil {URL} #ClientePitero"]
    assert copy == is_copy(text, ours, hosts={"blog.example"})


def test_copies_fold_into_one_line(house, village):
    """Seven people who shared it are a number, each counted once, and none is a comment."""
    for number in range(7):
        village.mention(f"m{number}", f"El voto útil {URL} vía @blog", URL, who=f"p{number}")
    house.run()
    house.run(everything=True)
    assert ([], {"repost": 7}) == (house.said(), house.shown().counts)
    del village.elsewhere["m0"]
    house.clock += AGAIN
    house.run()
    assert {"repost": 6} == house.shown().counts


def test_who_was_erased_does_not_come_back(house, village):
    """Neither by the thread nor by a mention."""
    village.say("1")
    house.run()
    house.moderator.erase(house.said()[0].person)
    village.say("9", "Otra vez yo")
    house.run()
    assert [] == house.said()


def test_what_came_by_a_bridge_first_is_one_comment(house, village):
    """The same answer seen by two ways shows once, with both."""
    village.say("1")
    heard = village.said["1"]
    bridged = Incoming(
        source="webmention", source_id="b", post="voto", lang="es", kind="reply", author=heard.author,
        published=NOW, text=heard.text, html=heard.html, url=heard.url,
    )  # fmt: skip
    house.store.conversation.record(bridged, Verdict("approved"), NOW)
    (report,) = house.run()
    (said,) = house.said()
    assert (["webmention", "village"], 1) == ([way[0] for way in said.sources], report.counts["merged"])
    assert 2 == len(house.shown().comments[0].sources)


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


def test_pasted_things_find_their_article(house, village):
    """By what they answer, by a link, or by the owner's word; else nowhere."""
    village.say("1")
    village.mention("m1", "Lo cuento con mis palabras", URL)
    village.mention("m2", "Nada que ver")
    pasted = house.collector.pasted
    assert "new" == pasted(village.said["1"], "village").state
    assert "new" == pasted(village.elsewhere["m1"], "village").state
    assert None is pasted(village.elsewhere["m2"], "village")
    assert "new" == pasted(village.elsewhere["m2"], "village", ("voto", "es")).state
    assert ["voto"] * 3 == [one.post for one in house.said()]


def test_what_the_owner_pastes_has_a_way_of_its_own_unless_its_network_can_be_asked(house, village):
    """What was read off a page once is no id of the network; a page of the web is its own name."""
    village.mention("m1", "Lo cuento con mis palabras", URL)
    for number, (network, again) in enumerate((("village", True), ("village", False), ("web", True), ("web", False))):
        heard = replace(village.elsewhere["m1"], id=f"p{number}", url=f"https://v.example/p{number}")
        house.collector.pasted(heard, network, is_asked_again=again)
    house.collector.pasted(replace(village.elsewhere["m1"], id="p9", url=""), "village")
    assert ["village", "pasted", "web", "web", "village"] == [one.sources[0][0] for one in house.said()]


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


def test_under_another_persons_announcement_nobody_answers_us(tmp_path, village):
    """It was found, not made; nor is asked for what has no address."""
    house = House(tmp_path)
    house.collector.listeners.append(village)
    for post, remote in (("voto", '{"id":"1000"}'), ("dos", "")):
        house.collector.posts.append(msgspec.structs.replace(POST, id="dos"))
        row = NewDelivery(post=post, lang="es", network="village", part="1", message="{}", words="h")
        origin = Origin.FOUND if remote else Origin.ADOPTED
        house.store.deliveries.adopt([row], remote, "", NOW, origin=origin)
    assert not house.run()[0].failed
    assert 0 == village.asked.count("thread")
    house.store.close()


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


def test_numbers_that_change_are_news_once(house, village):
    """Those of the announcement, and of an answer that is public; what belongs to no article has none."""
    village.counts = {"like": 4}
    village.say("1", likes=3)
    village.mention("m1", "¿Cómo está usted?", likes=9)
    assert [1, 0] == [house.run()[0].counts["numbers"] for _run in range(2)]
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    village.say("1", likes=5)
    house.run()
    assert 5 == house.shown().comments[0].likes
    assert {"voto"} == {row["post"] for row in archive.export(house.store.database)["reactions"]}


def test_the_blogs_title_is_no_word_of_who_shares_it(house, village):
    """What share buttons add; nor is a portrait of theirs kept, nor asked for where there is none."""
    asked = []
    house.collector.avatar = lambda url: asked.append(url) or "a.png"
    village.mention("m1", "El voto útil | Tertulia", URL, avatar="https://v.example/eva.png")
    village.say("1", avatar="https://v.example/ana.png")
    village.say("2", "Yo no.")
    house.run()
    assert ({"repost": 1}, ["https://v.example/ana.png"]) == (house.shown().counts, asked)


@pytest.mark.parametrize(
    ("heard", "published", "edited"),
    [
        ({"published": NOW + timedelta(days=9), "seen": NOW}, NOW, None),
        ({"published": NOW, "seen": NOW + timedelta(days=9)}, NOW, None),
        ({"published": NOW, "edited": NOW + timedelta(days=9)}, NOW, NOW + timedelta(minutes=20)),
        ({"published": NOW, "edited": NOW}, NOW, NOW),
    ],
)
def test_nothing_is_said_nor_edited_in_the_future(house, village, heard, published, edited):
    """Whatever its sender says of its day."""
    village.say("1", **heard)
    house.run()
    (said,) = house.said()
    assert (published, edited and stamp(edited)) == (said.published, said.edited_at)


# Each network --------------------------------------------------------------------------------------------------------


class Api:
    """A network's API made of one example file: path → what it answers."""

    def __init__(self, name):
        self.answers = json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))
        self.asked: list[tuple[str, dict]] = []
        self.headers: dict[str, dict[str, str]] = {}
        self.pages: dict[str, list] = {}  # what a path answers, one after the other

    def request(self, method, url, *, params=None, json=None, **_more):
        parts = urlsplit(url)
        asked = parse_qs(parts.query) | dict(params or {}) | dict(json or {})
        self.asked.append((parts.path, asked))
        if self.pages.get(parts.path):
            self.answers[parts.path] = self.pages[parts.path].pop(0)
        found = self.answers.get(parts.path, {"error": "not found"})
        status = 404 if parts.path not in self.answers else 200
        body = msgspec.json.encode(found)
        return Fetched(url, status, {"content-type": "application/json", **self.headers.get(parts.path, {})}, body)


ENVIRON = {
    "MASTODON_URL": "https://mas.example", "MASTODON_TOKEN": "t",
    "BLUESKY_HANDLE": "bitacora.test", "BLUESKY_APP_PASSWORD": "p",
    "X_CONSUMER_KEY": "a", "X_CONSUMER_SECRET": "b", "X_ACCESS_TOKEN": "1-c", "X_ACCESS_SECRET": "d",
    "TELEGRAM_TOKEN": "1:t", "TELEGRAM_CHAT": "@bitacora",
    "FACEBOOK_API_URL": "https://graph.example", "FACEBOOK_PAGE": "pagina", "FACEBOOK_TOKEN": "t",
    "THREADS_API_URL": "https://graph.example", "THREADS_USER": "u", "THREADS_TOKEN": "t",
}  # fmt: skip


def listener(name, folder):
    """The listener of a network, and the API that it asks."""
    api = Api(name)
    context = NetworkContext(
        settings=settings.load(folder, ENVIRON), web=api, output=folder, memory=Memory(folder / "memory"),
        now=lambda: NOW, pause=lambda seconds: None,
    )  # fmt: skip
    return next(one for one in listeners(context) if one.name == name), api


@pytest.fixture(params=listener_classes())
def network(request, tmp_path):
    """A house that listens to one real network's answers."""
    one, api = listener(request.param, tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    yield house, api
    house.store.close()


def test_every_network_keeps_the_promises(network):
    """No error, something heard, its answers nested, nothing new the second time, nobody who asked to be left out."""
    house, _api = network
    (first,) = house.run()
    before = [(one.key, one.text, one.parent) for one in house.said()]
    (second,) = house.run(everything=True)
    after = [(one.key, one.text, one.parent) for one in house.said()]
    assert ([], False, False) == (first.notes, first.failed, second.failed)
    assert before == after != []
    assert any(one.parent for one in house.said()) or house.collector.listeners[0].name == "x"
    refused = ("no me", "nada de puentes", "tampoco</", "oculta", "escondida", "bloqueada", "pide que", "solo con",
               "etiquetada", "sin listar", "soy un bot", "fuera de hilo")  # fmt: skip
    assert [] == [one.text for one in house.said() if any(words in one.text.lower() for words in refused)]
    assert [] == [one.html for one in house.said() if "<script" in one.html or "<b>" in one.html]


def texts(house):
    return [(one.kind, one.text, one.handle) for one in house.said()]


def test_mastodon(tmp_path):
    """Thread, quotes, mentions; edits dated; warnings kept; numbers; who asked to be left out is."""
    one, api = listener("mastodon", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [
        ("reply", "No pito.", "@ana@mas.example"),
        ("reply", "@ana Yo sí. otro", "@luis@otro.example"),
        ("reply", "Gracias, Ana.", "@bitacora@mas.example"),
        ("reply", "Política & <más>\nCon aviso", "@ana@mas.example"),
        ("quote", "Esto mismo.", "@cita@mas.example"),
        ("mention", "@bitacora lo cuento en esto con mucho detalle", "@lector@mas.example"),
        ("mention", "@bitacora ¿cómo estás?", "@sola@mas.example"),
    ] == texts(house)
    assert ["voto"] * 6 + [""] == [said.post for said in house.said()]
    assert [3] == [said.id for said in house.said() if said.is_owner]
    assert {"like": 5, "repost": 2} == house.shown().counts
    assert "501" == house.store.conversation.get_cursor("collect mastodon mentions")
    house.run()
    assert {"min_id": "501"}.items() <= api.asked[-1][1].items()


def test_mastodon_is_asked_again_when_it_is_fetching(tmp_path):
    """A server that says it is getting more answers is given a moment, and not more than a few."""
    one, api = listener("mastodon", tmp_path)
    api.headers["/api/v1/statuses/1000/context"] = {"mastodon-async-refresh": 'id="x", retry=5, result_count=1'}
    one.thread(Remote(id="1000"))
    assert 3 == [path for path, _ in api.asked].count("/api/v1/statuses/1000/context")


def test_a_status_that_became_private_goes(tmp_path):
    """404, or no longer public: our copy goes; still public: it stays."""
    one, api = listener("mastodon", tmp_path)
    found = api.answers["/api/v1/statuses/1000/context"]["descendants"]
    api.answers["/api/v1/statuses/1"], api.answers["/api/v1/statuses/3"] = found[0], found[2]
    still = one.recheck(["1", "3", "nada"])
    assert ["No pito.", None, None] == [heard and heard.text for heard in still.values()]


def test_bluesky(tmp_path):
    """Nested answers, quotes, posts that link; facets by bytes; labels, blocks, hidden answers obeyed."""
    one, _api = listener("bluesky", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [
        ("reply", "Señal: blog.example mola", "@ana.bsky.social"),
        ("reply", "Anidada\ncon párrafos", ""),
        ("reply", "Respondo yo", "@bitacora.test"),
        ("quote", "Cita propia de esto", "@ana.bsky.social"),
        ("mention", "Lean esto con calma, que merece la pena", "@s.test"),
    ] == texts(house)
    first = house.said()[0]
    assert (
        '<p>Señal: <a href="https://blog.example/" rel="nofollow ugc noopener">blog.example</a> mola</p>' == first.html
    )
    assert "https://bsky.app/profile/ana.bsky.social/post/3a" == first.url
    assert {"like": 6, "repost": 2} == house.shown().counts


def test_x(tmp_path):
    """Mentions, in their threads; t.co written out; retweets and copies are shares; the price is told."""
    one, _api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    (report,) = house.run()
    assert [
        ("reply", "@blog 1 < 2 & ana.example/a?b=1&c=2", "@anax"),
        ("reply", "@anax gracias", "@blog"),
        ("quote", "No lo comparto @blog", "@anax"),
    ] == texts(house)
    assert ["voto"] * 3 == [said.post for said in house.said()]
    assert ({"like": 7, "repost": 4}, 3.7) == (house.shown().counts, round(report.cents, 3))


def test_x_goes_on_with_older_pages_while_money_lasts(tmp_path):
    """More mentions than a page: none is lost, and the next run begins after the newest."""
    one, api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    house.store.conversation.set_cursor("collect x mentions", "4000")
    path = "/2/users/1/mentions"
    first, second = dict(api.answers[path]), dict(api.answers[path])
    first |= {"data": first["data"][:3], "meta": {"next_token": "older"}}
    second |= {"data": second["data"][3:], "meta": {}}
    api.pages = {path: [first, second]}
    house.run()
    asked = [told for where, told in api.asked if where == path]
    assert [("4000", None), ("4000", "older")] == [(told["since_id"], told.get("pagination_token")) for told in asked]
    assert ("5006", 3) == (house.store.conversation.get_cursor("collect x mentions"), len(house.said()))
    house.store.close()


def test_x_without_budget_is_not_asked(tmp_path):
    """Nothing is spent that the owner did not allow."""
    one, api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 0.0
    (report,) = house.run()
    assert (0.0, []) == (report.cents, api.asked)


def test_telegram(tmp_path):
    """Comments are the answers to Telegram's own copy of the post; an edit arrives as an edit."""
    one, api = listener("telegram", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [("reply", "No pito y me quejo", "@anar"), ("reply", "Yo tampoco", "")] == texts(house)
    assert "https://t.me/tertulianos/11" == house.said()[0].url
    assert house.said()[0].id == house.said()[1].parent
    house.run()
    assert 106 == api.asked[-1][1]["offset"]


def test_facebook_and_threads(tmp_path):
    """Comments below comments; the FeedPage's own are the owner's; hidden ones stay hidden."""
    for name, counts in (("facebook", {"like": 9, "repost": 2}), ("threads", {"like": 8, "repost": 1})):
        one, _api = listener(name, tmp_path / name)
        house = House(tmp_path / name, one)
        house.run()
        assert counts == house.shown().counts
        assert ["No pito", "Gracias"] == [said.text for said in house.said() if said.text != "Sin nombre"]
        assert [True] == [said.is_owner for said in house.said() if said.text == "Gracias"]
        house.store.close()


# Odd clocks, warnings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created", "indexed", "shown"),
    [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:00+00:00"),
        ("2031-01-01T00:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:01+00:00"),
        ("2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "2026-11-22T18:20:00+00:00"),
        ("1999-01-01T00:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:01+00:00"),
        ("1999-01-01T00:00:00Z", "", "2026-11-22T10:00:00+00:00"),
    ],
)
def test_dates_that_a_sender_chooses_have_bounds(tmp_path, created, indexed, shown):
    """Nothing is said before the article that it answers, nor after the network, or we, first saw it."""
    one, api = listener("bluesky", tmp_path)
    post = api.answers["/xrpc/app.bsky.feed.getPostThread"]["thread"]["replies"][0]["post"]
    post["record"]["createdAt"], post["indexedAt"] = created, indexed
    house = House(tmp_path, one)
    house.run()
    assert shown == house.said()[0].published.isoformat()
    house.store.close()


def test_what_a_warning_hides_stays_behind_it(tmp_path):
    """A content warning is what is read first; the words open below it when the reader wants."""
    one, _api = listener("mastodon", tmp_path)
    (warned,) = [heard for heard in one.thread(Remote(id="1000")).comments if "Con aviso" in heard.text]
    assert "<details><summary>Política &amp; &lt;más&gt;</summary><p>Con aviso</p></details>" == warned.html


def test_quiet_public_answers_are_left_out_and_counted(tmp_path):
    """ "Unlisted" is not for everybody to find: it stays there, and the run says how many."""
    one, api = listener("mastodon", tmp_path)
    descendants = api.answers["/api/v1/statuses/1000/context"]["descendants"]
    quiet = sum(each["visibility"] == "unlisted" for each in descendants)
    house = House(tmp_path, one)
    (report,) = house.run()
    assert quiet > 0
    assert say("collect_unlisted", n=quiet) in str(report)
    house.store.close()
