"""Settings come from the environment and ``.env``, and secrets are never shown."""

import logging
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.settings import HideSecrets, Secret

ROOT = Path(__file__).parent.parent


def test_defaults_stand_when_nothing_is_set(tmp_path):
    """An empty environment gives a usable SQLite store and no network."""
    found = settings.load(tmp_path, {})
    assert found.tertulia_store.reveal() == "sqlite:///var/tertulia.db"
    assert not found.mastodon_token


def test_the_environment_wins_over_the_file(tmp_path):
    """A name in both places is taken from the environment."""
    (tmp_path / ".env").write_text("MASTODON_URL=https://file.example\nBLUESKY_HANDLE=ana.example\n")
    found = settings.load(tmp_path, {"MASTODON_URL": "https://env.example/"})
    assert (found.mastodon_url, found.bluesky_handle) == ("https://env.example", "ana.example")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("OWNER_EMAIL=ana@example.org", "ana@example.org"),
        ("export OWNER_EMAIL = ana@example.org  # mine", "ana@example.org"),
        ("OWNER_EMAIL='a # b'", "a # b"),
        ('OWNER_EMAIL="ñandú"', "ñandú"),
        ("OWNER_EMAIL=a#b", "a#b"),
        ("OWNER_EMAIL=a=b", "a=b"),
        ("OWNER_EMAIL=", ""),
        ("# OWNER_EMAIL=no", ""),
    ],
)
def test_lines_of_the_file(tmp_path, line, expected):
    """Comments, quotes, blanks and ``export`` are read as a person would."""
    (tmp_path / ".env").write_text(f"\ufeff\n{line}\n", "utf-8")
    assert expected == settings.load(tmp_path, {}).owner_email


def test_a_line_that_makes_no_sense_is_named_by_number_only(tmp_path):
    """The message gives file and line, and never the text, which may be a key."""
    (tmp_path / ".env").write_text("A=1\nhunter2hunter2\n")
    with pytest.raises(SettingError) as caught:
        settings.load(tmp_path, {})
    assert ".env:2" in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["ayer", "2026-13-01", "22/11/2026"])
def test_a_wrong_date_says_its_name(text):
    """ANNOUNCE_SINCE that is no date stops at once, by name."""
    with pytest.raises(SettingError, match="ANNOUNCE_SINCE"):
        settings.load(environ={"ANNOUNCE_SINCE": text})


def test_a_day_begins_at_midnight_utc_and_a_moment_keeps_its_offset():
    """Both forms of ANNOUNCE_SINCE are moments with a zone."""
    day = settings.load(environ={"ANNOUNCE_SINCE": "2026-11-22"}).since()
    moment = settings.load(environ={"ANNOUNCE_SINCE": "2026-11-22T18:00+01:00"}).since()
    assert datetime(2026, 11, 22, tzinfo=UTC) == day
    assert datetime(2026, 11, 22, 18, tzinfo=timezone(timedelta(hours=1))) == moment


def test_an_address_must_be_one():
    """A base address without https:// is refused by name."""
    with pytest.raises(SettingError, match="MASTODON_URL"):
        settings.load(environ={"MASTODON_URL": "mastodon.example"})


def test_lists_are_split_at_commas_and_blanks():
    """FETCH_ALLOW_PRIVATE takes several host:port pairs."""
    found = settings.load(environ={"FETCH_ALLOW_PRIVATE": "127.0.0.1:80, localhost:81 [::1]:82"})
    assert found.fetch_allow_private == ("127.0.0.1:80", "localhost:81", "[::1]:82")


def test_a_secret_is_never_shown():
    """repr, str, format and the repr of all settings show dots."""
    secret = Secret("hunter2hunter2")
    found = settings.load(environ={"MASTODON_TOKEN": "hunter2hunter2"})
    shown = f"{secret} {secret!r} {secret!s:>20} {found!r} {[secret]}"
    assert "hunter2" not in shown
    assert found.mastodon_token.reveal() == "hunter2hunter2"


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("123:TELEGRAMTOKEN", "POST /bot123:TELEGRAMTOKEN/sendMessage"),
        ("123:TELEGRAMTOKEN", "POST /bot123%3ATELEGRAMTOKEN/sendMessage"),
        ("https://discord.example/api/webhooks/1/tok-tok-tok", "no route to /api/webhooks/1/tok-tok-tok"),
        ("smtp://ana:p4ssw0rd@mail.example:587", "login ana p4ssw0rd refused"),
        ("postgresql://ana:p4ssw0rd@db.example/x", "password p4ssw0rd refused"),
    ],
)
def test_hide_takes_secrets_out_of_other_peoples_words(secret, text):
    """A known secret, or what is secret of an address, is dotted in any text."""
    kept = Secret(secret)
    shown = settings.hide(text)
    assert settings.DOTS in shown
    for word in ("TELEGRAMTOKEN", "tok-tok-tok", "p4ssw0rd"):
        assert word not in shown
    assert secret == kept.reveal()


def test_logging_of_other_libraries_is_dotted(caplog):
    """The filter dots a secret that stands in an argument of a log line."""
    kept = Secret("another-secret-token")
    logger = logging.getLogger("some.package")
    logger.addFilter(HideSecrets())
    with caplog.at_level(logging.DEBUG, "some.package"):
        logger.debug("GET %s", "/bot/" + kept.reveal())
    assert f"GET /bot/{settings.DOTS}" == caplog.messages[0]


def test_a_price_that_is_no_number_is_told_at_the_start(tmp_path):
    """The message names the setting."""
    with pytest.raises(SettingError, match="X_POST_CENTS"):
        settings.load(tmp_path, {"X_POST_CENTS": "dos"})


def test_every_setting_is_in_the_example_file():
    """``.env.example`` names each setting, and no other."""
    named = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert {name.upper() for name in settings.Settings.__struct_fields__} == named
