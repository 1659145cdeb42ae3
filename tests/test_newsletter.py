"""Subscribing, confirming and leaving, by the service's pages."""

import re

import pytest
from sqlalchemy import event

from tertulia.commands import talk
from tertulia.syndication.networks import mail
from tests.fakes import NOW, FakeMail
from tests.talking import Talk

pytestmark = pytest.mark.usefixtures("socket_enabled")


class Letters(Talk):
    """The service, with a mail server."""

    def __init__(self, folder):
        self.server = FakeMail()
        # No password: the service gives none away on a line that is not encrypted.
        environ = self.server.environ() | {"SMTP_URL": f"smtp://127.0.0.1:{self.server.port}"}
        super().__init__(folder, environ=environ)

    def ask(self, email="lectora@ejemplo.example"):
        answer = self.browser.post("/newsletter", data={"email": email, "lang": "es"})
        self.blog.background.send_letters()
        return answer

    def link(self, number=0):
        return re.search(r"/newsletter/\S+", self.server.public[number]["text"])[0]

    def readers(self):
        return [reader.email for reader in self.store.subscribers.confirmed()]


@pytest.fixture
def letters(tmp_path):
    made = Letters(tmp_path)
    yield made
    made.server.close()


def test_double_opt_in(letters):
    """Asking sends a letter; opening its link changes nothing; the button confirms."""
    assert letters.ask().status_code == 200
    assert letters.readers() == []
    assert b"<button" in letters.browser.get(letters.link()).data
    assert letters.readers() == []
    assert letters.browser.post(letters.link()).status_code == 200
    assert letters.readers() == ["lectora@ejemplo.example"]


def test_leaving_with_one_click(letters):
    """RFC 8058: a POST from a mail program, without cookie or origin; a GET does nothing; twice is once."""
    letters.ask()
    letters.browser.post(letters.link())
    reader = letters.store.subscribers.confirmed()[0]
    address = f"/newsletter/leave?token={mail.token(letters.settings, 'leave', reader, NOW)}"
    letters.browser.get(address)
    assert letters.readers() == ["lectora@ejemplo.example"]
    for _time in range(2):
        answer = letters.app.test_client().post(address, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert letters.readers() == []


def test_an_erased_address_gets_no_post(letters):
    """By the address itself, however it is capitalised; a week without a yes is enough too."""
    letters.ask()
    letters.browser.post(letters.link())
    talk.erase(letters.blog.moderator, "LECTORA@ejemplo.example", True)
    assert [] == letters.store.subscribers.of_address("lectora@ejemplo.example")
    letters.ask("otra@ejemplo.example")
    letters.later(days=8)
    letters.blog.moderator.sweep()
    assert [] == letters.store.subscribers.of_address("otra@ejemplo.example")


def test_nobody_learns_who_reads(letters):
    """The answer is the same for a new address and a known one; the known one gets no letter."""
    first = letters.ask().data
    letters.browser.post(letters.link())
    assert letters.ask().data == first
    assert len(letters.server.public) == 1


@pytest.mark.parametrize("email", ["", "nadie", "a@b", "a@b.example\r\nBcc: c@d.example", "x" * 400 + "@b.example"])
def test_a_bad_address_is_refused(letters, email):
    """What is no address is told, and nothing is sent."""
    assert letters.ask(email).status_code == 400
    assert letters.server.public == []


def test_asking_too_often_is_slowed_down(letters):
    """One machine cannot make us write to many."""
    codes = [letters.ask(f"l{number}@ejemplo.example").status_code for number in range(7)]
    assert codes == [200] * 5 + [429] * 2


@pytest.mark.parametrize("token", ["", "1-", "1-%C3%B1", "%FF%00", f"1-{'0' * 32}", "9" * 22 + "-x"])
def test_a_forged_link_does_nothing(letters, token):
    """Only a token of ours acts."""
    letters.ask()
    for purpose in ("confirm", "leave"):
        assert letters.browser.get(f"/newsletter/{purpose}?token={token}").status_code == 404
        assert letters.browser.post(f"/newsletter/{purpose}?token={token}").status_code == 404
    assert letters.readers() == []


def test_without_a_mail_server_there_are_no_letters(tmp_path):
    """The page says so."""
    assert Talk(tmp_path).browser.post("/newsletter", data={"email": "a@b.example"}).status_code == 404


def test_no_state_of_an_address_shows(letters):
    """Known or not, with the mail server up or down, the answer is the same, and one letter a day is the most."""
    letters.ask()
    letters.browser.post(letters.link())
    letters.server.close()
    answers = [
        letters.browser.post("/newsletter", data={"email": email, "lang": "es"})
        for email in ("lectora@ejemplo.example", "otra@ejemplo.example", "otra@ejemplo.example", "tercera@x.example")
    ]
    assert 1 == len({(answer.status_code, answer.data) for answer in answers})
    assert 2 == letters.store.letters.waiting()


def test_every_state_of_an_address_costs_the_same(letters):
    """The same reads and writes whoever asks, and no mail before the answer: time tells nothing either."""
    letters.ask()
    letters.browser.post(letters.link())
    done = []

    def note(connection, cursor, statement, parameters, context, many):
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            done.append((statement.startswith("SELECT"), "INTO letters" in statement))

    event.listen(letters.store.database.engine, "before_cursor_execute", note)
    work = []
    for email in ("lectora@ejemplo.example", "otra@ejemplo.example", "otra@ejemplo.example"):
        done.clear()
        letters.browser.post("/newsletter", data={"email": email, "lang": "es"})
        work.append(list(done))
    assert [(True, False), (False, False), (True, False), (False, True)] == work[0]
    assert work[0] == work[1] == work[2]
    assert 1 == letters.blog.background.send_letters()
    assert ["lectora@ejemplo.example", "otra@ejemplo.example"] == [one["to"] for one in letters.server.public]


def test_one_letter_for_a_recipient_and_day(letters):
    """However many machines of one network ask, and however the address is written."""
    emails = ("victima@x.example", "Victima@X.example", "victima+1@x.example")
    for number in range(30):
        where = {"REMOTE_ADDR": f"2001:db8:0:{number % 3}::{number}"}
        letters.browser.post("/newsletter", data={"email": emails[number % 3]}, environ_base=where)
    assert 1 == letters.store.letters.waiting()
    letters.later(days=1)
    letters.ask("victima@x.example")
    assert 2 == len(letters.server.public)


def test_ten_letters_for_a_machine_and_day(letters):
    """A /64 of IPv6 is one machine."""
    for number in range(40):
        letters.browser.post(
            "/newsletter",
            data={"email": f"v{number}@x.example"},
            environ_base={"REMOTE_ADDR": f"2001:db8::{number}"},
        )
    assert letters.store.letters.waiting() <= 10
