"""Answered once: killed at any step, with the store lost, collected meanwhile, pressed twice, by two at once."""

import multiprocessing
import os
import signal
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tertulia.content import snapshot
from tertulia.conversation import native_changes
from tertulia.conversation.answering import AnswerDraft, Answering, follow_answers, plain_words
from tertulia.conversation.moderator import Moderator
from tertulia.store.said import Author, Incoming, Read, Status, Verdict
from tertulia.syndication.attempt import DeliveryStep
from tests.fakes import NOW, FakeBluesky, FakeMastodon
from tests.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")

FORK = multiprocessing.get_context("fork")
DEATHS = (*(step for step in DeliveryStep if step != DeliveryStep.ENQUEUED), "on the wire")
ANA = Author(network="mastodon", identity="https://mas.example/users/ana", name="Ana", handle="@ana@mas.example")
ROOT_URI = f"at://{FakeBluesky.did}/app.bsky.feed.post/3kroot"


class Square(FakeMastodon):
    """A server on which Ana has said something."""

    honours_key = False
    theirs = "public"

    def __init__(self) -> None:
        super().__init__()
        self.said = {"1134": {"id": "1134", "visibility": self.theirs}}

    source_id = "1134"

    def answer(self, method, path, asked):
        number = path.removeprefix("/api/v1/statuses/")
        if number in self.said and not path.endswith("/context"):
            return 200, self.said[number] | {"visibility": self.theirs}
        return super().answer(method, path, asked)

    def below(self) -> list[str]:
        """What stands below it."""
        return [post["text"] for post in self.public if post["in_reply_to_id"] == "1134"]


class Sky(FakeBluesky):
    """A server on which Ana has said something, below something of ours."""

    source_id = "at://did:plc:ana/app.bsky.feed.post/3kana"

    def __init__(self) -> None:
        super().__init__()
        self.said = {self.source_id: {"reply": {"root": {"uri": ROOT_URI, "cid": "cidroot"}}}}

    def getRecord(self, asked):
        uri = f"at://{asked.query['repo']}/app.bsky.feed.post/{asked.query['rkey']}"
        if uri in self.said:
            return 200, {"uri": uri, "cid": "cidana", "value": self.said[uri]}
        return super().getRecord(asked)

    def below(self) -> list[str]:
        wanted = {"parent": {"uri": self.source_id, "cid": "cidana"}, "root": {"uri": ROOT_URI, "cid": "cidroot"}}
        return [post["text"] for post in self.public if post["value"].get("reply") == wanted]


KINDS = (Square, Sky)


class Desk(House):
    """A blog whose owner answers."""

    def start(self) -> None:
        super().start()
        self.moderator = Moderator(self.store, self.folder / "var/conversation", lambda: self.clock)
        info = SimpleNamespace(author="Reme", title="Bitácora", site="https://blog.example")
        self.answering = Answering(self.moderator, info, {self.name: self.network}, frozenset({self.name, "x"}))

    def hear(self, status: Status = Status.APPROVED, **changes) -> str:
        """Ana says something; its key."""
        incoming = Incoming(
            source=self.name, source_id=self.fake.source_id, post="voto-util", lang="es", kind="reply",
            author=replace(ANA, network=self.name), published=NOW - timedelta(hours=1),
            text="¿Y el voto por correo?", html="<p>¿Y el voto por correo?</p>", url="https://mas.example/@ana/1134",
        )  # fmt: skip
        return self.store.conversation.record(replace(incoming, **changes), Verdict(status), NOW).key

    def give(self, key: str, text: str = "También vale, **Ana**.", token: str = "t1", **more):
        said = self.store.conversation.get(key)
        return self.answering.give(Read(key, said.version), AnswerDraft(text=text, token=token, **more))

    def run(self) -> list[str]:
        """Send what is due; what became of it."""
        return [outcome.state for outcome in self.outbox.deliver()]

    def state(self, key: str) -> str:
        return self.store.inbox.get(key, self.clock).state

    def quiet(self) -> str:
        for _day in range(4):
            self.clock += timedelta(days=1)
            self.run()
        return self.store.deliveries.answers()[0].state


@pytest.fixture(params=KINDS)
def desk(request, tmp_path):
    made = Desk(tmp_path, request.param)
    yield made
    made.close()


@pytest.fixture
def square(tmp_path):
    made = Desk(tmp_path, Square)
    yield made
    made.close()


def test_an_answer_goes_below_what_it_answers_and_stands_under_the_post(desk):
    """Once, addressed, with its network beside it on the page; the item is answered."""
    key = desk.hear()
    given = desk.give(key)
    assert ("new", "answered") == (given.state, desk.state(key))
    assert ["delivered"] == desk.run()
    assert [] == desk.run()
    (text,) = desk.fake.below()
    assert {"mastodon": "@ana@mas.example También vale, Ana.", "bluesky": "También vale, Ana."}[desk.name] == text
    shown = snapshot.read(desk.folder / "var/conversation", "voto-util", "es").comments
    assert [(key, "", desk.name), (given.key, key, desk.name)] == [(one.id, one.parent, one.network) for one in shown]
    assert "<p>También vale, <strong>Ana</strong>.</p>" == shown[1].html
    assert [] == desk.store.deliveries.all(), "an answer is no announcement"


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_step_it_is_answered_once(tmp_path, kind, death):
    """kill -9 at any step: later runs end with one answer, below what it answers."""
    desk = Desk(tmp_path, kind)
    key = desk.hear()
    desk.give(key)

    def answer() -> None:
        desk.start()

        def at(step: DeliveryStep) -> None:
            if step == death:
                os.kill(os.getpid(), signal.SIGKILL)

        desk.outbox.on_step = at
        desk.run()

    child = FORK.Process(target=answer)
    desk.fake.on_created = lambda: os.kill(child.pid, signal.SIGKILL) if death == "on the wire" else None
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    desk.fake.on_created = lambda: None
    desk.start()
    assert ("delivered", 1, "answered") == (desk.quiet(), len(desk.fake.below()), desk.state(key))
    (answer_,) = desk.store.answers.below(desk.store.conversation.get(key))
    assert ["form", desk.name] == [source for source, _, _ in answer_.sources]
    desk.close()


def test_a_lost_answer_of_the_server_makes_no_second(desk):
    """It arrived, and the line broke before we heard."""
    key = desk.hear()
    desk.give(key)
    desk.fake.fail_next("hang up after")
    desk.run()
    assert ("delivered", 1) == (desk.quiet(), len(desk.fake.below()))


def test_the_same_words_elsewhere_are_not_this_answer(square):
    """ "Thanks" said lately on top of a thread, or to somebody else, is no reason to say nothing here."""
    square.fake.by_hand("Gracias", "")
    square.give(square.hear(), text="Gracias")
    assert (["delivered"], 1) == (square.run(), len(square.fake.below()))


@pytest.mark.parametrize(
    ("theirs", "ours"), [("public", "public"), ("unlisted", "unlisted"), ("private", "private"), ("local", "direct")]
)
def test_never_wider_than_what_it_answers(square, theirs, ours):
    """Who spoke to few is answered before few; a word that we do not know is as narrow as can be."""
    square.fake.theirs = theirs
    square.give(square.hear())
    square.run()
    assert [ours] == [post["visibility"] for post in square.fake.public]


def test_what_is_gone_is_not_answered_and_waits_again(desk):
    """The network says that it is not there: nothing is sent, and the item is not shown as answered."""
    key = desk.hear()
    desk.give(key)
    desk.fake.said.clear()
    if desk.name == "bluesky":
        desk.network._seen = lambda uri: None
    assert ["refused"] == desk.run()
    assert ([], "unanswered") == (desk.fake.below(), desk.state(key))


def test_collected_before_it_was_recorded_it_is_one(square):
    """``collect`` was quicker than the process that sent it: one comment, with the answers to either below it."""
    key = square.hear()
    given = square.give(key)
    steps = []

    def at(step: DeliveryStep) -> None:
        if step == DeliveryStep.ANSWERED:
            owner = Author(network="mastodon", identity="https://mas.example/@bitacora", name="B", is_owner=True)
            native = Incoming(
                source="mastodon", source_id=square.fake.public[0]["id"], post="voto-util", lang="es", kind="reply",
                author=owner, published=NOW, text="@ana También vale", html="<p>…</p>", in_reply_to="1134",
            )  # fmt: skip
            steps.append(square.store.conversation.record(native, Verdict(Status.APPROVED), NOW).key)
            below = replace(native, source_id="77", author=ANA, in_reply_to=native.source_id, text="Ah, gracias")
            steps.append(square.store.conversation.record(below, Verdict(Status.APPROVED), NOW).key)

    square.outbox.on_step = at
    square.run()
    said = square.store.conversation.get(key)
    assert [given.key] == [one.key for one in square.store.answers.below(said)]
    assert square.store.conversation.get(steps[0]) is None
    assert given.key == square.store.conversation.thread(square.store.conversation.get(steps[1]))[-1].key


def test_collected_afterwards_it_is_the_same(square):
    """What comes home by the thread is known as what went out."""
    key = square.hear()
    given = square.give(key)
    square.run()
    owner = Author(network="mastodon", identity="https://mas.example/@bitacora", name="B", is_owner=True)
    native = Incoming(
        source="mastodon", source_id=square.fake.public[0]["id"], post="voto-util", lang="es", kind="reply",
        author=owner, published=NOW, text="@ana También vale", html="<p>@ana También vale</p>", in_reply_to="1134",
    )  # fmt: skip
    recorded = square.moderator.ingest(native)
    assert ("same", given.key) == (recorded.state, recorded.key)
    assert "<p>También vale, <strong>Ana</strong>.</p>" == square.store.conversation.get(given.key).html


def test_pressed_twice_it_is_one(desk):
    """The same form sent again gives the same answer."""
    key = desk.hear()
    first, second = desk.give(key), desk.give(key)
    assert ("new", "same", first.key) == (first.state, second.state, second.key)
    assert 1 == len(desk.store.deliveries.answers())


def test_two_at_once_are_told(desk):
    """Who did not see the other's answer gives none; who saw it may."""
    key = desk.hear()
    first = desk.give(key, token="toni")
    assert "stale" == desk.give(key, text="Otra cosa", token="maria").state
    assert "new" == desk.give(key, text="Otra cosa", token="maria", seen=[first.key]).state


def test_nothing_is_answered_unread(desk):
    """Words that changed meanwhile are shown first."""
    key = desk.hear()
    old = Read(key, desk.store.conversation.get(key).version)
    desk.hear(text="¿Y el nulo?", html="<p>¿Y el nulo?</p>")
    assert "stale" == desk.answering.give(old, AnswerDraft(text="Sí", token="t")).state


def test_what_waits_is_published_with_its_answer(desk):
    """Approved and answered in one go."""
    key = desk.hear(Status.WAITING)
    assert "new" == desk.give(key).state
    assert Status.APPROVED == desk.store.conversation.get(key).status


def test_too_long_is_said_before(desk):
    """Nothing is cut: it is counted as the network counts, and does not go."""
    key = desk.hear()
    preview = desk.answering.preview(desk.store.conversation.get(key), "ñ" * 501)
    assert (False, 501 + {"mastodon": 5, "bluesky": 0}[desk.name]) == (preview.fits, preview.length)
    assert "refused" == desk.give(key, text="ñ" * 501).state
    assert "unanswered" == desk.state(key)


def test_an_edit_and_a_deletion_travel(square):
    """What the owner corrects or takes back is so where it was said."""
    given = square.give(square.hear())
    square.run()
    said = square.store.conversation.get(given.key)
    square.moderator.edit(given.key, "Vale, sí.", said.version)
    assert [True] == [change.done for change in follow_answers(square.outbox)]
    assert ["@ana@mas.example Vale, sí."] == square.fake.below()
    assert [] == follow_answers(square.outbox)
    assert square.answering.take_back(square.outbox, given.key)
    assert ([], []) == (square.fake.below(), square.run())


def test_taken_back_in_time_it_never_left(square):
    """Ten seconds to think better of it."""
    key = square.hear()
    given = square.give(key, not_before=square.clock + timedelta(seconds=10))
    assert [] == square.run()
    assert square.answering.take_back(square.outbox, given.key)
    square.clock += timedelta(minutes=1)
    assert ([], [], "unanswered") == (square.run(), square.fake.public, square.state(key))


def test_where_we_may_not_answer_it_says_so_before(square):
    """The text is to be copied, and goes to the page alone."""
    key = square.hear(source="x", source_id="9", url="https://x.com/ana/status/9")
    way = square.answering.way(square.store.conversation.get(key))
    assert (None, "https://x.com/ana/status/9") == (way.network, way.url)
    assert "new" == square.give(key).state
    assert ([], "answered") == (square.store.deliveries.answers(), square.state(key))


def test_where_we_may_not_answer_the_text_is_there_to_copy(square, monkeypatch):
    """Counted as it counts there, with the page to write it on; too long for it is said, and stands under the post."""
    key = square.hear()
    kind = type(square.network)
    monkeypatch.setattr(kind, "may_answer", False)
    monkeypatch.setattr(kind, "composer", lambda self, message: f"https://mas.example/share?below={message.answers}")
    preview = square.answering.preview(square.store.conversation.get(key), "ñ" * 501)
    assert (True, "https://mas.example/share?below=1134", 506, False) == (
        preview.by_hand, preview.composer, preview.length, preview.fits,
    )  # fmt: skip
    assert "new" == square.give(key, text="ñ" * 501).state
    assert [] == square.store.deliveries.answers()


def test_the_price_is_told_before(square, monkeypatch):
    """What the network says that sending these words costs."""
    monkeypatch.setattr(
        type(square.network), "price_cents", lambda self, message: 20.0 if "http" in message.text else 1.5
    )
    said = square.store.conversation.get(square.hear())
    assert [1.5, 20.0] == [square.answering.preview(said, text).cents for text in ("Sí.", "Lee https://a.example")]


def test_answers_are_no_announcements(square):
    """Neither counted, nor listed, nor moved, nor held back by what is known of posts."""
    square.give(square.hear())
    square.outbox.show_all()
    assert (0, {}, []) == (
        square.store.deliveries.begun(),
        square.store.deliveries.counts(),
        square.store.deliveries.all(),
    )
    assert ["delivered"] == [one.state for one in square.outbox.deliver(posts=[])]
    assert ["voto-util.es.json"] == [one.name for one in (square.folder / "var/conversation").glob("*.json")]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>Uno.</p><p>Dos <em>y</em> tres.</p>", "Uno.\n\nDos y tres."),
        ('<p>Lee <a href="https://a.example/?a=1&amp;b=2">esto</a>.</p>', "Lee esto https://a.example/?a=1&b=2."),
        ('<p><a href="https://a.example/x">https://a.example/x</a></p>', "https://a.example/x"),
        ("<ul><li>uno</li><li>dos</li></ul>", "– uno\n– dos"),
    ],
)
def test_markup_becomes_words(html, words):
    """Networks take plain text; where a link leads is said."""
    assert words == plain_words(html)


def native(desk, text: str, edited=None) -> Incoming:
    """The answer, as the network shows it."""
    owner = Author(network="mastodon", identity="https://mas.example/@bitacora", name="B", is_owner=True)
    return Incoming(
        source="mastodon", source_id=desk.fake.public[0]["id"], post="voto-util", lang="es", kind="reply",
        author=owner, published=NOW, text=text, html=f"<p>{text}</p>", in_reply_to="1134", edited=edited,
    )  # fmt: skip


def test_an_edit_by_hand_comes_home_and_is_not_sent_back(square):
    """Its words are those of the page too; what we edited ourselves, and what waits to go out, is no such edit."""
    given = square.give(square.hear())
    square.run()
    assert None is native_changes.edited(square.moderator, native(square, "@ana También vale, Ana.", NOW))
    text = "@ana@mas.example Vale, y mucho."
    assert "edited" == native_changes.edited(square.moderator, native(square, text, NOW)).state
    assert "Vale, y mucho." == square.store.conversation.get(given.key).text
    assert [] == follow_answers(square.outbox)
    assert None is native_changes.edited(square.moderator, native(square, text, NOW)), "once"
    said = square.store.conversation.get(given.key)
    square.moderator.edit(given.key, "Otra vez.", said.version)
    assert None is native_changes.edited(square.moderator, native(square, "@ana Por hoy no", NOW)), "ours goes out"
    assert None is native_changes.edited(square.moderator, native(square, "@ana Por hoy no")), "it was not edited"


def test_a_deletion_by_hand_takes_the_answer_back(square):
    """It leaves the page, whoever asked waits again, and nothing is asked of the network."""
    key = square.hear()
    given = square.give(key)
    square.run()
    number = square.fake.public[0]["id"]
    assert "edited" == native_changes.deleted(square.moderator, "mastodon", number).state
    assert (Status.REJECTED, "unanswered") == (square.store.conversation.get(given.key).status, square.state(key))
    assert ([], []) == (follow_answers(square.outbox), square.run())
    assert None is native_changes.deleted(square.moderator, "mastodon", number)
    assert None is native_changes.deleted(square.moderator, "mastodon", "1134"), "what Ana said is hers"


def test_a_deletion_that_was_cut_off_is_finished(square, monkeypatch):
    """Killed between the two writings: the next ``collect`` finds it gone once more."""
    key = square.hear()
    given = square.give(key)
    square.run()
    with monkeypatch.context() as patched:
        patched.setattr(Moderator, "decide", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            native_changes.deleted(square.moderator, "mastodon", square.fake.public[0]["id"])
    native_changes.deleted(square.moderator, "mastodon", square.fake.public[0]["id"])
    assert (Status.REJECTED, "unanswered") == (square.store.conversation.get(given.key).status, square.state(key))
