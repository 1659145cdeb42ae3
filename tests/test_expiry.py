"""Keys that end by themselves: told a week before, without asking anybody, and renewed where that can be done."""

import json
from datetime import timedelta

import pytest

from tertulia.commands import status
from tertulia.core import languages, settings
from tertulia.core.secret import hide
from tests.fakes import FakeFacebook, FakeLinkedIn, FakeMastodon, FakeThreads, FakeX
from tests.house import House

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def house(tmp_path):
    """Opens houses, and closes them."""
    languages.speak("es")
    opened = []

    def make(fake):
        opened.append(House(tmp_path, fake))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def told(house):
    """What is said of the key: whether all is well, and the fix."""
    return [(finding.good, bool(finding.fix)) for finding in house.network.key_findings()]


def test_a_key_whose_days_are_counted_is_told_a_week_before(house):
    """From the first day on which it was seen; on the eighth day before its end all is well, on the seventh not."""
    linkedin = house(FakeLinkedIn)
    assert [(True, False)] == told(linkedin)
    linkedin.clock += timedelta(days=52)
    assert [(True, False)] == told(linkedin)
    linkedin.clock += timedelta(days=1)
    assert [(False, True)] == told(linkedin)
    linkedin.clock += timedelta(days=9)
    (ended,) = linkedin.network.key_findings()
    assert (False, True) == (ended.good, "tenía que acabar" in ended.what)


def test_another_key_begins_anew(house):
    """What was known of the old one says nothing of the one that the owner has put in its place."""
    linkedin = house(FakeLinkedIn)
    told(linkedin)
    linkedin.clock += timedelta(days=58)
    assert [(False, True)] == told(linkedin)
    linkedin.found = settings.load(
        linkedin.folder, {**linkedin.fake.environ(), "LINKEDIN_TOKEN": "another-secret-token"}
    )
    linkedin.start()
    assert [(True, False)] == told(linkedin)


def test_what_the_network_says_of_the_end_counts(house):
    """Facebook tells when doctor asks; status knows it afterwards; a key without an end is never told."""
    facebook = house(FakeFacebook)
    facebook.network.check()
    assert [] == told(facebook)
    facebook.fake.access_ends = int((facebook.clock + timedelta(days=20)).timestamp())
    facebook.network.check()
    assert [(True, False)] == told(facebook)
    facebook.clock += timedelta(days=14)
    assert [(False, True)] == told(facebook)


def test_a_key_without_an_end_is_never_told(house):
    """Most networks' keys live until somebody takes them back."""
    mastodon = house(FakeMastodon)
    mastodon.network.renew_key()
    mastodon.clock += timedelta(days=900)
    assert [] == told(mastodon)


def test_a_key_that_may_be_renewed_is_renewed_once_a_week(house):
    """The new key is what is asked with from then on, in later runs too, and the end moves on; nobody is bothered."""
    threads = house(FakeThreads)
    threads.network.renew_key()
    assert "threads-secret-token" == threads.fake.token
    threads.clock += timedelta(days=7)
    threads.network.renew_key()
    threads.network.renew_key()
    assert "threads-secret-token-anew" == threads.fake.token
    threads.start()
    assert all(finding.good for finding in threads.network.check())
    threads.clock += timedelta(days=50)
    assert [(True, False)] == told(threads)


def test_a_renewed_key_is_kept_for_the_owner_alone_and_shown_nowhere(house):
    """It opens as much as the one in .env: the file is private and every message hides it."""
    threads = house(FakeThreads)
    threads.network.renew_key()
    threads.clock += timedelta(days=7)
    threads.network.renew_key()
    file = threads.folder / "var/networks/threads-key.json"
    assert 0o600 == file.stat().st_mode & 0o777
    assert threads.fake.token not in hide(file.read_text())


def test_a_key_that_has_ended_is_not_renewed(house):
    """Nothing is asked for it any more: the owner is told what to do."""
    threads = house(FakeThreads)
    threads.network.renew_key()
    threads.clock += timedelta(days=61)
    threads.network.renew_key()
    assert "threads-secret-token" == threads.fake.token
    assert [(False, True)] == told(threads)


def test_status_and_doctor_tell_it(tmp_path, monkeypatch, capsys):
    """Within a week of the end both name the network and the way to another key, and end as what needs the owner."""
    languages.speak("es")
    monkeypatch.setenv("LINKEDIN_TOKEN", "a-secret-token")
    monkeypatch.setenv("LINKEDIN_AUTHOR", "urn:li:person:1")
    (tmp_path / "pelicanconf.py").write_text("")
    assert status.run(tmp_path)
    file = tmp_path / "var/networks/linkedin-key.json"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"seen": "2026-01-01"}))
    assert not status.run(tmp_path)
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("LinkedIn: ✗")]
    assert "2026-03-02" in line and "LINKEDIN_TOKEN" in line
    assert "a-secret-token" not in line


def test_doctor_goes_on_behind_an_answer_that_it_cannot_read(tmp_path, monkeypatch, capsys):
    """A network that answers oddly is told in its line, and those behind it are looked at."""

    class Odd(FakeX):
        def answer(self, method, path, asked):
            return 200, {"data": []}

    fake = Odd()
    for name, value in (fake.environ() | {"FETCH_ALLOW_PRIVATE": f"127.0.0.1:{fake.port}"}).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "pelicanconf.py").write_text("")
    assert not status.examine(tmp_path)
    shown = capsys.readouterr().out
    assert "X: ✗ X contestó algo que no se entiende" in shown
    assert "\nLinkedIn: " in shown
    fake.close()


def test_memory_that_cannot_be_written_stops_nothing(house):
    """A key that works goes on working where the folder is somebody else's."""
    linkedin = house(FakeLinkedIn)
    (linkedin.folder / "var/networks").write_text("no folder")
    assert [(True, False)] == told(linkedin)
    linkedin.network.renew_key()


def test_the_version_of_an_api_is_told_before_it_ends(house):
    """LinkedIn serves each version for a year from the month that it is named for."""
    linkedin = house(FakeLinkedIn)
    linkedin.found = settings.load(linkedin.folder, {**linkedin.fake.environ(), "LINKEDIN_VERSION": "202512"})
    linkedin.start()
    linkedin.clock = linkedin.clock.replace(year=2026, month=11, day=23)
    assert not any("202512" in finding.what for finding in linkedin.network.key_findings())
    linkedin.clock += timedelta(days=2)
    assert any("202512" in finding.what for finding in linkedin.network.key_findings())
