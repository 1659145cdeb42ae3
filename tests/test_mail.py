"""The newsletter's letters: both forms, one-click unsubscribing, links that only their reader can use."""

import hmac
import html
import re
from datetime import timedelta
from email.utils import parseaddr

import pytest
from msgspec.structs import replace

from tertulia.core import settings, smtp
from tertulia.core.errors import FetchError, SettingError
from tertulia.core.secret import Secret
from tertulia.syndication.drafts import draft
from tertulia.syndication.networks import mail
from tertulia.syndication.networks.base import CancelledError, Sending
from tests.fakes import NOW, FakeMail
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")

LATE = NOW + timedelta(days=60)


class Stripped(FakeMail):
    """Somebody on the way hides that the server knows TLS."""

    def __init__(self):
        super().__init__(stripped=True)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path, FakeMail)
    yield made
    made.fake.close()


def test_who_comes_a_day_late_still_gets_the_post_and_nobody_gets_the_archive(house):
    """Who read it and subscribed for that is no latecomer; the day after the day of the post is too late."""
    readers, there = house.store.subscribers, len(house.network.recipients(POST))
    for name, late in (("uno", timedelta(hours=23)), ("dos", timedelta(hours=25))):
        reader = readers.ask(f"{name}@correo.example", "es", POST.date)
        readers.confirm(reader.id, POST.date + late)
    assert there + 1 == len(house.network.recipients(POST))


def test_a_letter_is_plain_and_html_and_can_be_left_with_one_click(house):
    """RFC 8058's two headers, a List-Id, both bodies, and the link to leave in both."""
    house.announce()
    letter = house.fake.public[0]["letter"]
    leave = letter["List-Unsubscribe"].strip("<>")
    assert f"List-Unsubscribe: <{leave}>" in house.fake.public[0]["raw"].decode().splitlines()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert leave.startswith("https://blog.example/newsletter/leave?token=")
    assert leave in letter.get_body(("plain",)).get_content()
    page = letter.get_body(("html",)).get_content()
    assert "O sí &amp; &lt;no&gt;." in page
    assert 'alt="La plaza, vacía"' in page
    assert letter["Subject"] == "El voto útil"
    assert parseaddr(letter["From"]) == ("La bitácora", "cartas@blog.example")
    assert letter["Message-ID"].endswith("@blog.example>")


def test_nobody_counts_who_opens_a_letter_or_presses_a_link_in_it(house):
    """Its links and pictures are those of the post; but for the way out two readers get one letter."""
    house.subscribe("otra@ejemplo.example")
    house.announce()
    bodies = []
    for letter in (sent["letter"] for sent in house.fake.public):
        leave = letter["List-Unsubscribe"].strip("<>")
        plain, page = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
        bodies.append((plain.replace(leave, "OUT"), page.replace(html.escape(leave), "OUT")))
    assert 2 == len(bodies) and bodies[0] == bodies[1]
    plain, page = bodies[0]
    assert {POST.url, POST.cover.url, "OUT"} == set(re.findall(r"""\b(?:href|src|url)\s*=\s*["']?([^"'\s>]+)""", page))
    assert {POST.url} == set(re.findall(r"\bhttps?://\S+", plain)) and "url(" not in page


@pytest.mark.parametrize("who", ["left", "asked", "nobody"])
def test_who_does_not_read_it_any_longer_gets_no_letter(house, who):
    """It was written down while they did; whoever left since, only asked, or is in no list any more is left alone."""
    readers = house.store.subscribers
    number = readers.ask("otra@ejemplo.example", "es", NOW).id
    if who == "left":
        readers.confirm(number, NOW)
        readers.leave(number, NOW)
    message = draft(POST, house.network).messages[0]
    with pytest.raises(CancelledError):
        house.network.publish(message, Sending(key="k", part="999" if who == "nobody" else str(number)))
    assert [] == house.fake.public


def test_a_hostile_title_breaks_no_header(house):
    """A line end in a title starts no header of its own."""
    house.announce(replace(POST, title="Hola\r\nBcc: todos@ejemplo.example"))
    letter = house.fake.public[0]["letter"]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Hola Bcc: todos@ejemplo.example"


def test_a_token_is_good_for_one_reader_and_one_purpose(house):
    """What unsubscribes a reader neither confirms them nor unsubscribes another; nonsense does nothing."""
    readers, found = house.store.subscribers, house.found
    one, two = (readers.ask(f"{name}@ejemplo.example", "es", house.clock) for name in ("una", "dos"))
    token = mail.token(found, "leave", one, house.clock)
    assert mail.reader_of(found, readers, purpose="leave", given=token, now=house.clock) == one
    assert mail.reader_of(found, readers, purpose="confirm", given=token, now=house.clock) is None
    assert (
        mail.reader_of(
            found, readers, purpose="leave", given=mail.token(found, "leave", two, house.clock), now=house.clock
        )
        == two
    )
    assert mail.reader_of(settings.load(environ={}), readers, purpose="leave", given=token, now=house.clock) is None
    assert (
        mail.reader_of(
            found, readers, purpose="confirm", given=mail.token(found, "confirm", one, house.clock), now=LATE
        )
        is None
    )
    for nonsense in (
        "",
        "7",
        "7-",
        "-",
        "ñ-1",
        "1-ñ",
        "1-\ud800",
        "1-\x00",
        "٣-1",
        "7-" + "0" * 32,
        "9" * 99 + "-x",
        token[:-1],
    ):
        assert mail.reader_of(found, readers, purpose="leave", given=nonsense, now=house.clock) is None


def test_a_link_never_acts_for_who_got_the_number_later(house):
    """The store gives no number again; who left may leave once more, and can confirm nothing."""
    readers, found = house.store.subscribers, house.found
    one = readers.ask("una@ejemplo.example", "es", house.clock)
    tokens = {purpose: mail.token(found, purpose, one, house.clock) for purpose in ("confirm", "leave")}
    readers.leave(one.id, house.clock)
    assert readers.ask("victima@ejemplo.example", "es", house.clock).id != one.id
    acting = {
        purpose: mail.reader_of(found, readers, purpose=purpose, given=token, now=house.clock)
        for purpose, token in tokens.items()
    }
    assert acting["confirm"] is None
    assert (one.id, "left") == (acting["leave"].id, acting["leave"].state)


def test_a_link_of_an_old_letter_still_leaves(house):
    """Letters of before carry a link of another form: it unsubscribes, and does nothing else."""
    one = house.store.subscribers.ask("una@ejemplo.example", "es", house.clock)
    key = house.found.secret_key.reveal().encode()
    for purpose, reader in (("leave", one), ("confirm", None)):
        old = f"{one.id}-{hmac.digest(key, f'newsletter {purpose} {one.id}'.encode(), 'sha256').hex()[:32]}"
        assert (
            mail.reader_of(house.found, house.store.subscribers, purpose=purpose, given=old, now=house.clock) == reader
        )
        assert (
            mail.reader_of(house.found, house.store.subscribers, purpose=purpose, given=f"{old}ñ", now=house.clock)
            is None
        )


def test_a_password_travels_by_tls_alone(house):
    """Where STARTTLS is offered, nothing is said in the clear but the greeting."""
    house.announce()
    assert house.fake.public
    clear = [line for line in house.fake.heard if not line.startswith("TLS ")]
    assert {line.split()[0].upper() for line in clear} == {"EHLO", "STARTTLS"}


def test_without_tls_no_password_is_sent(tmp_path):
    """A server without STARTTLS, or somebody who hid it, gets neither password nor letter; the setting is named."""
    house = House(tmp_path, Stripped)
    house.announce()
    with pytest.raises(FetchError, match="smtps://"):
        smtp.send(
            house.found.smtp_url, "a@blog.example", "b@ejemplo.example", subject="Hola", body="Hola", now=house.clock
        )
    assert house.fake.public == []
    assert {line.upper().split()[0] for line in house.fake.heard} == {"EHLO", "QUIT"}
    house.fake.close()


def test_without_a_password_a_server_of_the_house_needs_no_tls(tmp_path):
    """A relay on the same machine may want neither password nor TLS."""
    fake = FakeMail(stripped=True)
    smtp.send(
        Secret(f"smtp://127.0.0.1:{fake.port}"),
        "a@blog.example",
        "b@ejemplo.example",
        subject="Hola",
        body="Adiós",
        now=NOW,
    )
    assert fake.public[0]["to"] == "b@ejemplo.example"
    assert [] == [line for line in fake.heard if "AUTH" in line]
    fake.close()


def note(fake, port=0, recipient="lectora@ejemplo.example", **more):
    """Send a letter by the server *fake*."""
    given = {"subject": "Hola", "body": "Añado un comentario.", "now": NOW}
    server = Secret(f"smtp://127.0.0.1:{port or fake.port}")
    smtp.send(server, "La bitácora <cartas@blog.example>", recipient, **given | more)


def test_a_letter_of_the_blog_says_when_it_was_written_and_that_no_person_did(tmp_path):
    """No holiday answers it, no mail program lacks its date or name, and its words are readable as they travel."""
    fake = FakeMail(stripped=True)
    note(fake, headers={"Reply-To": "hilo@blog.example"})
    note(fake)
    (letter, other), raw = [one["letter"] for one in fake.public], fake.public[0]["raw"]
    assert NOW == letter["Date"].datetime
    assert re.search(rb"^Message-ID: <[^<>@]+@blog\.example>\r?$", raw, re.MULTILINE)
    assert letter["Message-ID"] != other["Message-ID"]
    assert ["auto-generated", "hilo@blog.example"] == [letter["Auto-Submitted"], letter["Reply-To"]]
    assert b"A=C3=B1ado un comentario." in raw
    assert "Añado un comentario." == letter.get_content().strip()
    fake.close()


def test_a_server_that_begins_with_tls_is_told_nothing_without(tmp_path):
    """``smtps://``: the password too goes by the line that was safe from its first byte, whatever else is offered."""
    fake = FakeMail(smtps=True)
    smtp.send(
        Secret(f"smtps://ana:mail-secret-pass@127.0.0.1:{fake.port}"), "a@blog.example", "b@ejemplo.example",
        subject="Hola", body="Hola", now=NOW,
    )  # fmt: skip
    assert ["b@ejemplo.example"] == [one["to"] for one in fake.public]
    assert any(line.startswith("TLS AUTH") for line in fake.heard)
    assert all(line.startswith("TLS ") for line in fake.heard)
    fake.close()


def test_a_server_that_hangs_up_once_it_has_the_letter_has_it(tmp_path):
    """It is not sent again for want of a goodbye."""
    fake = FakeMail(stripped=True)
    fake.faults.append("hang up")
    note(fake)
    assert 1 == len(fake.public)
    fake.close()


@pytest.mark.parametrize("recipient", ['"lectora', "<lectora"])
def test_a_recipient_that_is_no_address_is_one_clear_line(recipient):
    """``OWNER_EMAIL`` may be mistyped; the letter is one that cannot go, as any other."""
    with pytest.raises(FetchError) as caught:
        note(None, port=9, recipient=recipient)
    assert "lectora" not in str(caught.value)


@pytest.mark.parametrize("trouble", ["422", "drop before", "nobody listens", "a line end in the subject"])
def test_a_letter_that_cannot_go_is_one_clear_line(tmp_path, trouble):
    """Whatever the server, the line or the words are to blame for; and nobody is named."""
    fake = FakeMail(stripped=True)
    port = fake.port
    if trouble == "nobody listens":
        fake.close()
    elif not trouble.startswith("a line"):
        fake.faults.append(trouble)
    with pytest.raises(FetchError) as caught:
        note(fake, port, subject="Hola\nBcc: otra@ejemplo.example" if trouble.startswith("a line") else "Hola")
    assert "lectora" not in str(caught.value)
    assert [] == fake.public
    fake.close()


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        (" Ana+blog@Correo.example ", "ana@correo.example"),
        ("+ana@correo.example", "+ana@correo.example"),
        ("a.na@correo.example", "a.na@correo.example"),
        ("a.n.a@gmail.com", "ana@gmail.com"),
        ("A.n.a+x@GoogleMail.com", "ana@googlemail.com"),
    ],
)
def test_spellings_of_one_mailbox_are_one(address, mailbox):
    """What is said once to a mailbox is not said again by another spelling; two persons' stay two."""
    assert mailbox == smtp.mailbox_of(address)


@pytest.mark.parametrize(
    "address", ["http://correo.invalid", "smtp://", "smtp://[correo", "correo.invalid", "smtp://a:b@correo.invalid:x"]
)
def test_an_address_that_makes_no_sense_is_told(address):
    """The setting is named."""
    with pytest.raises(SettingError, match="SMTP_URL"):
        smtp.send(Secret(address), "a@blog.example", "b@ejemplo.example", subject="Hola", body="Adiós", now=NOW)


@pytest.mark.parametrize(
    "sender",
    ["", "Blog <", "Blog", "ana@", "@blog.example", '""@blog.example', "Blog <ana@>", "B <<ana@blog.example", '"a@[ '],
)
def test_a_sender_that_is_no_address_is_told(sender):
    """Before anybody is asked to take the letter; Python fails for these in several ways of its own."""
    with pytest.raises(SettingError, match="MAIL_FROM"):
        smtp.send(Secret("smtp://127.0.0.1:9"), sender, "b@ejemplo.example", subject="Hola", body="Adiós", now=NOW)


def test_confirming_is_asked_by_letter(house):
    """The first letter to a reader holds a link to confirm, and says what happens without."""
    reader = house.store.subscribers.ask("nueva@ejemplo.example", "es", house.clock)
    letter = mail.confirmation(
        house.found, service="https://blog.example", title="Bitácora", reader=reader, now=house.clock
    )
    assert "/newsletter/confirm?token=" in letter.get_content()
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
    mail.to_owner(house.found, subject="algo falló", text="Mastodon dice que no")
    assert house.fake.public == []
    found = settings.load(house.folder, house.fake.environ() | {"OWNER_EMAIL": "ana@blog.example"})
    mail.to_owner(found, subject="algo falló", text="Mastodon dice que no")
    assert house.fake.public[0]["to"] == "ana@blog.example"
