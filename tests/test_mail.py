"""The newsletter's letters: both forms, one-click unsubscribing, links that only their reader can use."""

from email.utils import parseaddr

import pytest
from msgspec.structs import replace

from tertulia.core import settings
from tertulia.store.subscribers import Subscriber
from tertulia.store.tables import SubscriberState
from tertulia.syndication.networks import mail
from tests.fakes import FakeMail
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path, FakeMail)
    yield made
    made.fake.close()


def test_a_letter_is_plain_and_html_and_can_be_left_with_one_click(house):
    """RFC 8058's two headers, a List-Id, both bodies, and the link to leave in both."""
    house.announce()
    letter = house.fake.public[0]["letter"]
    leave = letter["List-Unsubscribe"].strip("<>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert leave.startswith("https://blog.example/newsletter/leave?token=1-")
    assert leave in letter.get_body(("plain",)).get_content()
    page = letter.get_body(("html",)).get_content()
    assert "O sí &amp; &lt;no&gt;." in page
    assert 'alt="La plaza, vacía"' in page
    assert letter["Subject"] == "El voto útil"
    assert parseaddr(letter["From"]) == ("La bitácora", "cartas@blog.example")
    assert letter["Message-ID"].endswith("@blog.example>")


def test_a_hostile_title_breaks_no_header(house):
    """A line end in a title starts no header of its own."""
    house.announce(replace(POST, title="Hola\r\nBcc: todos@ejemplo.example"))
    letter = house.fake.public[0]["letter"]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hola Bcc: todos@ejemplo.example"


def test_a_token_is_good_for_one_reader_and_one_purpose():
    """What unsubscribes reader 7 neither confirms them nor unsubscribes reader 8."""
    found = settings.load(environ={"SECRET_KEY": "a-long-secret"})
    seventh, eighth = (Subscriber(number, f"{number}@x.example", "es", SubscriberState.CONFIRMED) for number in (7, 8))
    readers = {7: seventh, 8: eighth}.get
    token = mail.token(found, "leave", seventh)
    assert mail.reader_of(found, "leave", token, readers) == seventh
    assert mail.reader_of(found, "confirm", token, readers) is None
    assert mail.reader_of(found, "leave", token.replace("7-", "8-"), readers) is None
    assert mail.reader_of(found, "leave", token, {7: replace(eighth, id=7)}.get) is None
    assert mail.reader_of(settings.load(environ={}), "leave", token, readers) is None
    for nonsense in ("", "7", "7-", "-", "ñ-1", "7-ñ", "7-\udc80", "9" * 5000, "7-" + "0" * 32):
        assert mail.reader_of(found, "leave", nonsense, readers) is None


def test_confirming_is_asked_by_letter(house):
    """The first letter to a reader holds a link to confirm, and says what happens without."""
    reader = house.store.subscribers.ask("nueva@ejemplo.example", "es", house.clock)
    letter = mail.confirmation(house.found, "https://blog.example", "Bitácora", reader, house.clock)
    assert f"/newsletter/confirm?token={reader.id}-" in letter.get_content()
    assert letter["To"] == "nueva@ejemplo.example"


def test_the_archive_is_not_sent_to_a_new_reader(house):
    """Who confirmed after a post came out does not get it."""
    reader = house.store.subscribers.ask("tarde@ejemplo.example", "es", house.clock)
    house.store.subscribers.confirm(reader.id, POST.date + mail.GRACE * 2)
    house.announce()
    assert [letter["to"] for letter in house.fake.public] == ["lectora@ejemplo.example"]


def test_a_reader_gets_their_language(house):
    """An English post is not sent to who reads Spanish."""
    assert house.network.recipients(replace(POST, lang="en")) == ()


def test_the_owner_hears_of_failures_and_nobody_else(house):
    """Without OWNER_EMAIL no letter is sent."""
    mail.to_owner(house.found, "algo falló", "Mastodon dice que no")
    assert house.fake.public == []
    mail.to_owner(replace(house.found, owner_email="ana@blog.example"), "algo falló", "Mastodon dice que no")
    assert house.fake.public[0]["to"] == "ana@blog.example"
