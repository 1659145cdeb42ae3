"""An update of a post, told once to those who took part, where they took part."""

import os
import signal
from dataclasses import replace
from datetime import timedelta

import pytest

from tertulia.commands import tell_update
from tertulia.content import snapshot
from tertulia.content.posts import Post
from tertulia.conversation.notices import Notices
from tertulia.conversation.telling import Telling
from tertulia.core.languages import say
from tertulia.core.secret import Secret
from tertulia.core.tokens import Signer
from tertulia.store import archive
from tertulia.store.said import Author, Incoming, Status, Trust, Verdict
from tertulia.syndication.attempt import DeliveryStep
from tests.fakes import NOW
from tests.house import POST
from tests.test_answers import DEATHS, FORK, Desk, Sky, Square

pytestmark = pytest.mark.usefixtures("socket_enabled")
TEXT = "El recuento ya es *definitivo*."


class Circle(Desk):
    """A blog whose readers have talked under a post."""

    def start(self) -> None:
        super().start()
        info = self.answering.info
        info.post = lambda post, lang: POST if (post, lang) == POST.key else None
        info.service, info.lang = "https://blog.example", "es"
        info.t = lambda key, lang, **values: " ".join((key, *map(str, values.values())))
        notices = Notices(self.store, info, Signer(Secret("s" * 40)), "", lambda: self.clock)
        self.telling = Telling(self.answering, notices)

    def says(self, who: str, number: str, answers: str = "", *, email: str = "", minutes: int = 0, **changes) -> str:
        """*who* says something, on the network or, with *email*, by the form; its key."""
        network = "form" if email or changes.pop("form", False) else self.name
        author = Author(network=network, identity=f"https://mas.example/users/{who}", name=who.title(),
                        handle=f"@{who}@mas.example" if network == "mastodon" else "")  # fmt: skip
        incoming = Incoming(
            source=network, source_id=number, post=POST.id, lang="es", kind="reply", author=author,
            published=NOW - timedelta(hours=1) + timedelta(minutes=minutes), text=f"Dice {who} {number}",
            html=f"<p>Dice {who} {number}</p>", in_reply_to=answers,
        )  # fmt: skip
        key = self.store.conversation.record(replace(incoming, **changes), Verdict(Status.APPROVED), NOW).key
        if email:
            notice = self.store.letters.ask(self.store.conversation.get(key).id, email, "es", NOW)
            self.store.letters.confirm(notice.id)
        if network == "mastodon":
            self.fake.said[number] = {"id": number}
        return key

    def tell(self, text: str = TEXT, post: Post = POST) -> int:
        return self.telling.tell(self.telling.plan(post, text))

    def below(self) -> dict[str, str]:
        """What stands on the network, by what it answers."""
        return {post["in_reply_to_id"]: post["text"] for post in self.fake.public}

    def letters(self) -> list[str]:
        return [letter.recipient for letter in self.store.letters.due(self.clock + timedelta(days=1), limit=50)]


@pytest.fixture
def circle(tmp_path):
    made = Circle(tmp_path, Square)
    yield made
    made.close()


def test_each_hears_of_it_once_where_they_spoke(circle):
    """One message a thread, below its newest words, which names the others; a letter to who asked for letters."""
    circle.says("ana", "1")
    circle.says("luis_x_", "2", "1", minutes=1)
    eva = circle.says("eva", "3", minutes=2)
    circle.says("leo", "f1", email="leo@ejemplo.example")
    circle.says("leo", "f2", email="leo@ejemplo.example", minutes=3)
    circle.says("mudo", "f3", form=True)
    plan = circle.telling.plan(POST, TEXT)
    assert (4, [1, 0], 1) == (plan.people, [len(one.also) for one in plan.messages], len(plan.letters))
    assert ([1], []) == (list(plan.unreached.values()), circle.fake.public)
    assert 3 == circle.tell()
    circle.run()
    words = f"El recuento ya es definitivo.\n\n{POST.url}"
    wanted = {"2": f"@luis_x_@mas.example @ana@mas.example {words}", "3": f"@eva@mas.example {words}"}
    assert (wanted, ["leo@ejemplo.example"]) == (circle.below(), circle.letters())
    assert (0, 0) == (circle.tell(), circle.telling.plan(POST, TEXT).people)
    assert "unanswered" == circle.state(eva), "who is told of news is not answered by that"
    shown = snapshot.read(circle.folder / "var/conversation", POST.id, "es")
    assert not any(one.is_owner for one in shown.comments)


def test_the_plan_says_who_hears_of_it_and_who_does_not(circle):
    """With the reason, and how many know already; one mailbox is one letter, whoever gave it."""
    circle.says("ana", "1")
    circle.says("malo", "2")
    malo = circle.store.conversation.by_source("mastodon", "2").person
    circle.store.conversation.trust_person(malo, Trust.BLOCKED, NOW, batch="b")
    circle.says("leo", "f1", email="leo@ejemplo.example")
    circle.says("leonor", "f2", email="Leo+b@ejemplo.example")
    circle.says("mudo", "f3", form=True)
    web = Author(network="web", identity="https://ines.example/", name="Inés")
    circle.says("inés", "w1", source="webmention", author=web)
    circle.says("cielo", "b1", source="bluesky", author=Author(network="bluesky", identity="did:1", name="Cielo"))
    plan = circle.telling.plan(POST, f"  {TEXT}  ")
    assert (2, 0, [], f"{TEXT}\n\n{POST.url}") == (plan.people, plan.told, plan.too_long, plan.messages[0].text)
    why = ("update_unwelcome", "update_no_letters", "update_own_site", "answer_on_page")
    assert {say(key): 1 for key in why} == plan.unreached
    assert (2, ["Leo+b@ejemplo.example"]) == (circle.telling.tell(plan), circle.letters())
    again = circle.telling.plan(POST, TEXT)
    assert (0, 3) == (again.people, again.told)


def test_a_thread_is_told_in_as_few_words_as_do(circle):
    """The address once, nobody by a name that they have not, nor whom it answers by their own."""
    circle.says("ana", "1")
    for number, handle in (("2", ""), ("3", "@eva@mas.example"), ("4", "@luis@mas.example")):
        author = Author(network="mastodon", identity=f"https://mas.example/{number}", name=number, handle=handle)
        circle.says("eva", number, "1", minutes=int(number), author=author)
    circle.says("eva", "5", "1", minutes=9)
    (message,) = circle.telling.plan(POST, f"Mira {POST.url}").messages
    assert f"@luis@mas.example @ana@mas.example Mira {POST.url}" == message.text


def test_whom_a_message_answers_is_not_named_beside_themselves(circle):
    """An account that took the handle of one that gave it up is another."""
    for number, identity in (("1", "7"), ("2", "8")):
        author = Author(network="mastodon", identity=identity, name="Ana", handle="@ana@mas.example")
        circle.says("ana", number, "1" if number == "2" else "", minutes=int(number), author=author)
    (message,) = circle.telling.plan(POST, TEXT).messages
    assert (["Dice ana 1"], 0) == ([one.text for one in message.also], message.named)
    assert "@ana" not in message.text


def test_where_nothing_can_be_sent_any_more_nothing_is_written_down(circle):
    """The network was taken out between the plan and the word."""
    circle.says("ana", "1")
    plan = circle.telling.plan(POST, TEXT)
    circle.answering.networks.clear()
    assert (0, []) == (circle.telling.tell(plan), circle.store.deliveries.answers())


def test_who_is_not_to_be_told_is_not(circle):
    """Blocked by any account, not to be quoted, erased, withdrawn, come later: none of them hears of it."""
    for number, who in enumerate(("malo", "callada", "ida", "retirado", "otra"), 1):
        circle.says(who, str(number))
    said = {str(number): circle.store.conversation.by_source("mastodon", str(number)) for number in range(1, 6)}
    circle.store.conversation.trust_person(said["1"].person, Trust.BLOCKED, NOW, batch="b")
    circle.store.persons.set_no_quotes(said["2"].person, no_quotes=True)
    circle.store.conversation.erase(said["3"].person, NOW)
    circle.store.conversation.remove("mastodon", "4", NOW)
    circle.tell()
    circle.run()
    assert ["5"] == list(circle.below())
    circle.clock += timedelta(days=1)
    circle.says("tardía", "9", published=circle.clock - timedelta(minutes=1))
    assert 0 == circle.tell(), "she spoke after it was told"


def test_two_accounts_of_one_person_hear_of_it_once(circle):
    """Where they spoke last and can be reached."""
    circle.says("ana", "1", minutes=1)
    by_form = circle.says("ana", "f1", email="ana@ejemplo.example")
    second = circle.store.conversation.by_source("mastodon", "1")
    first = circle.store.conversation.get(by_form)
    assert circle.store.persons.join(first.person, second.person, NOW)
    circle.tell()
    circle.run()
    assert (["1"], []) == (list(circle.below()), circle.letters())


def test_one_message_a_thread_though_another_speaks_there(circle):
    """Told, and begun again when the thread has grown: nobody hears twice, and the thread stays quiet."""
    circle.says("ana", "1")
    plan = circle.telling.plan(POST, TEXT)
    circle.says("eva", "2", "1", minutes=1)
    assert 1 == circle.telling.tell(plan)
    assert 0 == circle.tell()
    circle.run()
    assert ["1"] == list(circle.below())


def test_another_update_is_another(circle):
    """Other words are news; the same with other spaces are not."""
    circle.says("ana", "1")
    assert [1, 0, 1] == [circle.tell(), circle.tell(f"  {TEXT.replace(' ', '  ')} "), circle.tell("Y hay otra fecha.")]


def test_who_answers_the_news_stands_under_the_post(circle):
    """The message itself does not, and what answers it has the place of what it was told below."""
    key = circle.says("ana", "1")
    circle.tell()
    circle.run()
    news = circle.fake.public[0]["id"]
    circle.says("ana", "7", news, minutes=70, text="Ah, gracias", published=NOW)
    circle.moderator.show([POST.key])
    shown = snapshot.read(circle.folder / "var/conversation", POST.id, "es").comments
    assert [(key, ""), (circle.store.conversation.by_source("mastodon", "7").key, key)] == [
        (one.id, one.parent) for one in shown
    ]
    owner = Author(network="mastodon", identity="https://mas.example/@bitacora", name="B", is_owner=True)
    native = Incoming(
        source="mastodon", source_id=news, post=POST.id, lang="es", kind="reply", author=owner, published=NOW,
        text="…", html="<p>…</p>", in_reply_to="1",
    )  # fmt: skip
    assert "same" == circle.moderator.ingest(native).state, "collect knows it for ours"
    assert "unanswered" == circle.state(key)


def test_what_does_not_fit_names_fewer_and_then_is_said(circle):
    """Names give way to words; words that do not fit are told before anything goes."""
    for number in range(1, 9):
        circle.says(f"n{number}" + "x" * 60, str(number), "1" if number > 1 else "", minutes=number)
    (message,) = circle.telling.plan(POST, TEXT).messages
    assert (7, 5, True) == (len(message.also), message.named, message.preview.fits)
    (message,) = circle.telling.plan(POST, "ñ" * 300).messages
    assert (7, 1, True) == (len(message.also), message.named, message.preview.fits)
    assert [False] == [one.preview.fits for one in circle.telling.plan(POST, "ñ" * 600).too_long]


@pytest.mark.parametrize("death", DEATHS)
@pytest.mark.parametrize("kind", [Square, Sky])
def test_killed_at_any_step_it_is_told_once(tmp_path, kind, death):
    """kill -9 at any step: later runs end with one message in the thread."""
    circle = Circle(tmp_path, kind)
    circle.says("ana", circle.fake.source_id)
    circle.tell()

    def tell() -> None:
        circle.start()

        def at(step: DeliveryStep) -> None:
            if step == death:
                os.kill(os.getpid(), signal.SIGKILL)

        circle.outbox.on_step = at
        circle.tell()
        circle.run()

    child = FORK.Process(target=tell)
    circle.fake.on_created = lambda: os.kill(child.pid, signal.SIGKILL) if death == "on the wire" else None
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    circle.fake.on_created = lambda: None
    circle.start()
    circle.tell()
    assert ("delivered", 1) == (circle.quiet(), len(circle.fake.below()))
    circle.close()


def test_killed_between_two_threads_the_rest_is_told(circle, monkeypatch):
    """Half of it was written down: the next call writes the other half, and no more."""
    for number in ("1", "2", "3"):
        circle.says(f"n{number}", number)
    whole = circle.telling.plan(POST, TEXT)
    whole.messages[:] = whole.messages[:1]
    assert [1, 2, 0] == [circle.telling.tell(whole), circle.tell(), circle.tell()]


def test_it_is_taken_back(circle):
    """Deleted where it was said; letters that have not gone do not go."""
    circle.says("ana", "1")
    circle.says("leo", "f1", email="leo@ejemplo.example")
    circle.tell()
    circle.run()
    assert (2, 0) == circle.telling.take_back(circle.outbox, POST, TEXT)
    assert ([], []) == (circle.fake.public, circle.letters())
    assert 0 == circle.tell()


def test_nobody_is_told_again_in_another_store(circle, tmp_path):
    """The export knows to whom it was told."""
    circle.says("ana", "1")
    circle.tell()
    data = archive.export(circle.store.database)
    circle.lose_store()
    archive.load(circle.store.database, data)
    assert data == archive.export(circle.store.database)
    assert 0 == circle.tell()


def test_quiet_hours_put_it_off(circle):
    """What is told at night goes in the morning, letters too."""
    circle.says("ana", "1")
    circle.says("leo", "f1", email="leo@ejemplo.example")
    morning = circle.clock + timedelta(hours=8)
    circle.telling.tell(circle.telling.plan(POST, TEXT), morning)
    circle.run()
    assert ([], []) == (circle.fake.public, circle.store.letters.due(circle.clock))
    circle.clock = morning + timedelta(minutes=1)
    circle.run()
    assert (1, 1) == (len(circle.fake.public), len(circle.store.letters.due(circle.clock)))


def test_the_terminal_shows_it_first(circle):
    """How many, where and in which words; nobody who is not told is named."""
    circle.says("ana", "1")
    circle.says("mudo", "f3", form=True)
    told = "\n".join(tell_update.lines(circle.telling.plan(POST, TEXT)))
    assert "Mastodon: 1 persona, en 1 mensaje" in told
    assert "@ana@mas.example El recuento ya es definitivo." in told
    assert "Mudo" not in told


def test_who_is_erased_is_named_in_nothing_that_is_kept(circle):
    """Nor told of anything that has not gone: neither below their own words, nor by name beside others."""
    circle.says("ana", "1")
    circle.says("eva", "2", "1", minutes=1)
    luis = circle.says("luis", "3", minutes=2)
    circle.tell()
    for who in ("1", "3"):
        circle.store.conversation.erase(circle.store.conversation.by_source("mastodon", who).person, NOW)
    assert circle.store.conversation.get(luis) is None or not circle.store.conversation.get(luis).name
    circle.run()
    assert [f"@eva@mas.example @… El recuento ya es definitivo.\n\n{POST.url}"] == list(circle.below().values())
    kept = "".join(row.message for row in circle.store.deliveries.answers())
    assert [False, True, False] == [f"@{who}@mas.example" in kept for who in ("ana", "eva", "luis")]


def test_who_is_erased_is_kept_in_no_answer_that_went(circle):
    """The words of an answer stay as they were said; whom they were said to is left out."""
    key = circle.says("ana", "1")
    circle.give(key)
    circle.run()
    circle.store.conversation.erase(circle.store.conversation.get(key).person, NOW)
    (row,) = circle.store.deliveries.answers()
    assert ("delivered", False, True) == (row.state, "ana@" in row.message, "También vale" in row.message)
