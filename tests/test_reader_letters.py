"""Letters to readers: the whole talk, answers, «your comment is public»; when they go, and how they end."""

import json
import re

import pytest

from tertulia.commands import talk as commands
from tertulia.conversation import background
from tertulia.conversation.public_pages import PublicPages
from tertulia.core.errors import TertuliaError
from tertulia.store import archive
from tests.fakes import FakeMail
from tests.talking import NOW, OURS, SITE, Talk

POST = f"{SITE}/2026/11/el-voto-util/"


class Shown:
    """The public site, as far as a letter looks at it: these comments are on it."""

    keys: frozenset[str] = frozenset()

    def __init__(self, allow_private=()):
        pass

    def show(self, address):
        return address.partition("#c-")[2] in self.keys


class Posted(Talk):
    """The service with a mail server, and a site that shows what it is told to."""

    def __init__(self, folder):
        self.server = FakeMail()
        environ = self.server.environ() | {"SMTP_URL": f"smtp://127.0.0.1:{self.server.port}"}
        super().__init__(folder, environ=environ | {"OWNER_EMAIL": ""})

    def deliver(self, *shown):
        """The letters that go when the page shows these comments: to whom, and what about."""
        Shown.keys = frozenset(said.key for said in shown)
        before = len(self.server.public)
        self.blog.background.send_letters()
        return [(one["letter"]["To"], one["letter"]["Subject"]) for one in self.server.public[before:]]

    def follow(self, email="eva@correo.example", **fields):
        """Ask, and say yes from the letter."""
        self.browser.post(
            "/comments/follow", data={"post": "voto", "lang": "es", "email": email} | fields, headers=OURS
        )
        self.deliver()
        confirm = self.links("/comments/follow")[0]
        self.browser.post(confirm)
        return confirm

    def links(self, path):
        """The links of the last letter that begin with *path*."""
        return re.findall(rf"{SITE}({path}/\S+)", self.server.public[-1]["text"])

    def approved(self, **fields):
        """A comment that was approved."""
        said = self.said(**fields)
        self.blog.moderator.decide(said.key, "approved", said.version)
        return said


@pytest.fixture
def posted(tmp_path, socket_enabled, monkeypatch):
    monkeypatch.setattr(background, "PublicPages", Shown)
    made = Posted(tmp_path)
    yield made
    made.server.close()


def test_a_whole_talk_is_followed_by_who_confirmed(posted):
    """Asking sends one letter; opening its link changes nothing; after the button each public comment is one letter."""
    posted.browser.post("/comments/follow", data={"post": "voto", "lang": "es", "email": "eva@correo.example"})
    assert [("eva@correo.example", "¿Sigues por correo la conversación de «El voto útil»?")] == posted.deliver()
    confirm, _ = posted.links("/comments/follow")
    posted.browser.get(confirm)
    first = posted.approved()
    assert [] == posted.deliver(first)
    posted.browser.post(confirm)
    second = posted.approved(text="Otra cosa", name="Luis")
    assert [("eva@correo.example", "Luis en «El voto útil»")] == posted.deliver(second)
    assert [] == posted.deliver(second)
    assert "> Otra cosa" in posted.server.public[-1]["text"]


def test_following_ends_with_one_click(posted):
    """RFC 8058: both lines in every letter; a POST alone ends them, also what was to go; nothing is kept."""
    posted.follow()
    said = posted.approved()
    posted.deliver(said)
    headers = posted.server.public[-1]["letter"]
    leave = headers["List-Unsubscribe"].strip("<>")
    assert "List-Unsubscribe=One-Click" == headers["List-Unsubscribe-Post"]
    lines = posted.server.public[-1]["raw"].decode().splitlines()
    assert f"List-Unsubscribe: <{leave}>" in lines  # unfolded and in letters, as mail programs read it
    other = posted.approved(text="Otra cosa")
    assert 200 == posted.browser.get(leave.removeprefix(SITE)).status_code
    assert 1 == len(posted.store.followers.of_post("voto", "es"))
    click = posted.browser.post(leave.removeprefix(SITE), data={"List-Unsubscribe": "One-Click"})
    assert (200, []) == (click.status_code, posted.store.followers.of_address("eva@correo.example"))
    assert ([], 0) == (posted.deliver(other), posted.store.letters.waiting())
    assert 404 == posted.browser.post(leave.removeprefix(SITE)).status_code


def test_nobody_learns_who_follows(posted):
    """One answer for who follows, was asked, or is new; one letter for an address and day, none to programs."""
    posted.follow()
    asked = {"post": "voto", "lang": "es", "email": "eva@correo.example"}
    answers = {
        posted.browser.post("/comments/follow", data=asked | more).get_data()
        for more in ({}, {"email": "ana@correo.example"}, {"email": "ana@correo.example"}, {"phone": "1"})
    }
    assert 1 == len(answers)
    assert [("ana@correo.example", "¿Sigues por correo la conversación de «El voto útil»?")] == posted.deliver()
    assert 404 == posted.browser.post("/comments/follow", data=asked | {"post": "otro"}).status_code
    assert 422 == posted.browser.post("/comments/follow", data=asked | {"email": "eva"}).status_code


def test_a_link_acts_for_its_own_address_alone(posted):
    """Not for who has its number later, not in another talk, not as a link about a comment."""
    confirm = posted.follow()
    (follower,) = posted.store.followers.of_post("voto", "es")
    posted.store.followers.leave(follower.id, NOW)
    again = posted.store.followers.ask("voto", "es", "luis@correo.example", posted.clock)
    assert follower.id == again.id
    assert 404 == posted.browser.post(confirm).status_code
    assert 404 == posted.browser.post(confirm.replace("follow", "notice")).status_code
    assert [] == posted.store.followers.of_post("voto", "es")


def test_each_person_hears_of_a_comment_once(posted):
    """Who is answered and follows too gets the letter about the answer; who writes gets none about their own words."""
    ana = posted.said(email="ana@correo.example", notify="yes")
    posted.deliver()
    posted.browser.post(posted.links("/comments/notice")[0])
    posted.later(days=1)
    posted.follow(email="Ana@correo.example")
    posted.blog.moderator.decide(ana.key, "approved", ana.version)
    assert [("ana@correo.example", "Tu comentario en «El voto útil» ya se ve")] == posted.deliver(ana)
    luis = posted.approved(parent=ana.key, text="Te respondo", name="Luis")
    assert [("ana@correo.example", "Luis te ha respondido")] == posted.deliver(luis)


@pytest.mark.parametrize("is_public", [True, False])
def test_who_is_not_on_the_page_is_told_of_no_answer(posted, is_public):
    """An answer to a comment that was turned down has nobody to be told of it; to one that stands, once."""
    ana = posted.said(email="ana@correo.example", notify="yes")
    posted.deliver()
    posted.browser.post(posted.links("/comments/notice")[0])
    posted.blog.moderator.decide(ana.key, "approved", ana.version)
    posted.deliver(ana)
    if not is_public:
        posted.blog.moderator.decide(ana.key, "rejected", posted.store.conversation.get(ana.key).version)
    posted.later(days=1)
    luis = posted.approved(parent=ana.key, text="Te respondo", name="Luis")
    assert is_public == bool(posted.deliver(luis))
    assert [] == posted.deliver(luis)


def test_letters_to_readers_leave_when_the_page_is_up(posted):
    """Held while the page does not show the comment, sent when it does; given up after a week, never sent before."""
    posted.follow()
    said, lost = posted.approved(), posted.approved(text="Nunca se publica")
    assert [] == posted.deliver()
    assert [] == posted.deliver(said)  # looked at again in a minute
    posted.later(minutes=1)
    assert 1 == len(posted.deliver(said))
    for _ in range(40):
        posted.later(hours=6)
        assert [] == posted.deliver()
    assert (0, lost.status) == (posted.store.letters.waiting(), "waiting")


def test_what_was_not_sent_follows_what_becomes_of_the_comment(posted):
    """Taken off the page it is not told; published again, and mended, it is told once, with its last words."""
    posted.follow()
    said = posted.approved()
    posted.blog.moderator.decide(said.key, "rejected", posted.store.conversation.get(said.key).version)
    posted.later(minutes=1)
    assert [] == posted.deliver(said)
    posted.blog.moderator.decide(said.key, "approved", posted.store.conversation.get(said.key).version)
    posted.blog.moderator.edit(said.key, "Otras palabras.", posted.store.conversation.get(said.key).version)
    assert 1 == len(posted.deliver(said))
    assert "> Otras palabras." in posted.server.public[-1]["text"]
    posted.blog.moderator.edit(said.key, "Y otras.", posted.store.conversation.get(said.key).version)
    assert [] == posted.deliver(said)


def test_an_erased_address_follows_nothing(posted):
    """By the address itself, or with the person who gave it; what is held on a person names the talks."""
    posted.follow()
    commands.erase(posted.blog.moderator, "eva@correo.example", True)
    assert [] == posted.store.followers.of_address("eva@correo.example")
    posted.later(days=1)
    ana = posted.said(email="ana@correo.example", notify="yes")
    posted.later(days=1)
    posted.follow(email="ana@correo.example")
    (held,) = archive.of_person(posted.store.database, ana.person)["follows"]
    assert ("voto", "ana@correo.example") == (held["post"], held["email"])
    posted.blog.moderator.erase(ana.person)
    assert [] == posted.store.followers.of_address("ana@correo.example")


def test_an_erased_address_is_asked_nothing(posted):
    """However it is capitalised: the letter that asks for a yes does not leave any more; others' do."""
    for email in ("Eva@Correo.example", "ana@correo.example"):
        posted.browser.post("/comments/follow", data={"post": "voto", "lang": "es", "email": email}, headers=OURS)
    commands.erase(posted.blog.moderator, "eva@correo.example", True)
    assert ["ana@correo.example"] == [to for to, _ in posted.deliver()]


def test_a_reader_who_says_nothing_is_exported_and_erased(posted, tmp_path):
    """By their address, however it is capitalised; the letter that asks them leaves no more, others' do."""
    store = posted.store
    for email in ("Eva@correo.example", "ana@correo.example"):
        store.subscribers.ask(email, "es", NOW, letter=lambda _reader: ("¿Quieres?", "…"), may_write=True)
    commands.comments(store, tmp_path, "export", "eva.json", "eva@correo.example", var=tmp_path)
    held = json.loads((tmp_path / "eva.json").read_text("utf-8"))
    assert ["Eva@correo.example"] == [one["email"] for one in held["newsletter"]]
    assert [] == held["comments"] == held["persons"] == held["follows"]
    commands.erase(posted.blog.moderator, "eva@correo.example", True)
    assert ["ana@correo.example"] == [letter.recipient for letter in store.letters.due(posted.clock)]
    with pytest.raises(TertuliaError):
        commands.comments(store, tmp_path, "export", "eva.json", "eva@correo.example", var=tmp_path)


def test_a_yes_that_nobody_gave_is_forgotten(posted):
    """In a week."""
    posted.store.followers.ask("voto", "es", "eva@correo.example", posted.clock)
    posted.later(days=8)
    posted.blog.moderator.sweep()
    assert [] == posted.store.followers.of_address("eva@correo.example")


def test_without_mail_it_is_said(tmp_path):
    """No address is kept that nobody will write to."""
    talk = Talk(tmp_path)
    answer = talk.browser.post("/comments/follow", data={"post": "voto", "lang": "es", "email": "eva@correo.example"})
    assert (404, []) == (answer.status_code, talk.store.followers.of_address("eva@correo.example"))


@pytest.mark.parametrize(
    ("page", "is_up"),
    [
        ('<article id="c-ab12">', True),
        ("<article id=c-ab12 class=x>", True),
        ('<i id="c-ab12"></i>', True),
        ('<article id="c-ab123">', False),
        ('<a href="#c-ab12">', False),
        ("", False),
    ],
)
def test_a_page_is_up_when_it_has_the_comment(httpserver, socket_enabled, page, is_up):
    """The blog's own page is asked, past caches, and may lie in the owner's network; a link is no comment."""
    httpserver.expect_request("/post/", headers={"Cache-Control": "no-cache"}).respond_with_data(page)
    assert is_up == PublicPages().show(httpserver.url_for("/post/") + "#c-ab12")


def test_a_page_that_does_not_answer_is_not_up(httpserver, socket_enabled):
    """An error, or nobody there; each page is asked once."""
    httpserver.expect_request("/post/").respond_with_data('<i id="c-a">', 503)
    pages = PublicPages()
    assert [False, False] == [pages.show(httpserver.url_for("/post/") + f"#c-{key}") for key in "ab"]
    assert 1 == len(httpserver.log)
    assert not pages.show("http://127.0.0.1:9/#c-a")
