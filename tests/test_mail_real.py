"""Answers by mail out of a real mailbox: Dovecot's, over TLS."""

import warnings
from urllib.parse import quote

import pytest

from tertulia.conversation import background
from tertulia.core import languages
from tertulia.core.errors import FetchError
from tertulia.core.imap import read_new
from tertulia.core.secret import Secret
from tests.real.imap import PASSWORD, dovecot
from tests.real.servers import NotInstalledError
from tests.test_mail_answers import Mailing, reply
from tests.test_reader_letters import Shown

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]


@pytest.fixture(scope="module")
def box():
    """A mailbox, or a skip that nobody overlooks."""
    server = dovecot()
    try:
        made = server.__enter__()
    except NotInstalledError as missing:
        warnings.warn(f"SKIPPED: {missing}", stacklevel=2)
        pytest.skip(str(missing))
    yield made
    server.__exit__(None, None, None)


def address(box, scheme="imaps", password=PASSWORD, folder="INBOX") -> str:
    port = box.tls if scheme == "imaps" else box.plain
    return f"{scheme}://{quote('charla@blog.example', safe='')}:{quote(password, safe='')}@127.0.0.1:{port}/{folder}"


@pytest.mark.parametrize("scheme", ["imaps", "imap"])
def test_what_was_answered_by_mail_is_taken_once(box, tmp_path, monkeypatch, scheme):
    """What came to our address is taken and marked as read, what did not is left; with TLS at once or by STARTTLS."""
    languages.speak("es")
    monkeypatch.setattr(background, "PublicPages", Shown)
    mailing = Mailing(tmp_path)
    mailing.blog.settings._given["IMAP_URL"] = address(box, scheme)
    _, letter = mailing.answered(mailing.asked())
    monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
    box.deliver(reply(letter, "Propongo ñandúes — y «más».", number=f"<{scheme}@x>"), f"{scheme}-1")
    box.deliver(b"To: otra@blog.example\r\nSubject: Hola\r\n\r\nHola", f"{scheme}-2")
    box.deliver(b"To: <charla+nada@blog.example>\r\nFrom: x@y.example\r\n\r\nSpam", f"{scheme}-3")
    before = mailing.all()
    assert (2, 0) == (mailing.blog.read_mail(), mailing.blog.read_mail())
    newest = max(mailing.store.conversation.find(limit=1000), key=lambda one: one.id)
    assert (before + 1, "Propongo ñandúes — y «más».") == (mailing.all(), newest.text)
    assert {f"{scheme}-1", f"{scheme}-3"} == {name for name in box.read() if name.startswith(f"{scheme}-")}
    mailing.server.close()
    mailing.blog.close()


def test_a_mailbox_that_is_not_to_be_trusted_gets_no_password(box, monkeypatch):
    """A certificate that nobody vouches for, a wrong password, a folder that is not there: one line without secrets."""
    taken = []
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    for scheme in ("imaps", "imap"):
        with pytest.raises(FetchError, match="certificate verify failed") as told:
            read_new(Secret(address(box, scheme)), "charla+", taken.append, 1000)
        assert PASSWORD not in str(told.value)
    monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
    for bad in (address(box, password="otra clave"), address(box, folder="No hay")):
        with pytest.raises(FetchError, match="IMAP_URL") as told:
            read_new(Secret(bad), "charla+", taken.append, 1000)
        assert not [word for word in ("otra clave", PASSWORD) if word in str(told.value)]
    assert [] == taken


def test_a_large_mail_is_left_and_keeps_no_other_back(box, monkeypatch):
    """It is marked as read, so that it is not looked at for ever."""
    monkeypatch.setenv("SSL_CERT_FILE", str(box.certificate))
    taken = []
    for name, size in (("large-1", 20_000), ("large-2", 10)):
        box.deliver(b"To: grande+x@blog.example\r\n\r\n" + b"a" * size, name)
    assert 1 == read_new(Secret(address(box)), "grande+", taken.append, 10_000)
    assert [10] == [data.count(b"aaaaaaaaaa") * 10 for data in taken]
    assert {"large-1", "large-2"} <= box.read()
