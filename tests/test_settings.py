"""Settings come from the environment and ``.env``, and secrets are never shown."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tertulia.app import Blog
from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.fetch import Fetcher
from tertulia.core.settings import HideSecrets, Secret
from tertulia.syndication.declared import env_example
from tertulia.syndication.networks import networks
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.memory import Memory
from tests.fakes import NOW

ROOT = Path(__file__).parent.parent


def at_work(found):
    """Every network, with the settings *found*."""
    context = NetworkContext(
        settings=found, web=Fetcher(), output=Path(), memory=Memory(Path("no")), now=lambda: NOW, pause=lambda _: None
    )
    return networks(context)


def test_defaults_stand_when_nothing_is_set(tmp_path):
    """An empty environment gives a usable SQLite store and no network."""
    found = settings.load(tmp_path, {})
    assert found.tertulia_store.reveal() == "sqlite:///var/tertulia.db"
    assert not any(network.configured() for network in at_work(found))


def test_the_environment_wins_over_the_file(tmp_path):
    """A name in both places is taken from the environment."""
    (tmp_path / ".env").write_text("BLUESKY_APPVIEW_URL=https://file.example\nOWNER_EMAIL=ana@example.org\n")
    found = settings.load(tmp_path, {"BLUESKY_APPVIEW_URL": "https://env.example/"})
    assert (found.bluesky_appview_url, found.owner_email) == ("https://env.example", "ana@example.org")


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


@pytest.mark.parametrize("zone", ["America/Mexico_City", "Asia/Tokyo", "UTC"])
@pytest.mark.parametrize(
    ("written", "begins"), [("2026-11-22", "2026-11-22T00:00"), ("2026-11-22T18:00", "2026-11-22T18:00")]
)
@pytest.mark.parametrize("where", [".env", "pelicanconf.py", "--since"])
def test_a_day_and_an_hour_are_the_blogs(tmp_path, zone, written, begins, where):
    """Wherever a person writes since when to announce, the clock is that of TIMEZONE."""
    conf = f'TIMEZONE = "{zone}"\n' + (f'ANNOUNCE_SINCE = "{written}"\n' if where == "pelicanconf.py" else "")
    (tmp_path / "pelicanconf.py").write_text(conf)
    environ = {"ANNOUNCE_SINCE": written} if where == ".env" else {}
    blog = Blog(tmp_path, settings=settings.load(tmp_path, environ))
    since = blog.since(written if where == "--since" else "")
    assert datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone)) == since


def test_an_offset_that_is_written_says_the_moment(tmp_path):
    """What is told with its offset is the same moment in every blog."""
    (tmp_path / "pelicanconf.py").write_text('TIMEZONE = "Asia/Tokyo"\nANNOUNCE_SINCE = "2026-11-22T18:00+01:00"\n')
    blog = Blog(tmp_path, settings=settings.load(tmp_path, {}))
    assert datetime(2026, 11, 22, 17, tzinfo=UTC) == blog.since()


def test_a_zone_that_does_not_exist_is_told_by_name(tmp_path):
    """A TIMEZONE with a slip, or one that leads out of the folder of zones, is one line."""
    for zone in ("Europe/Madird", "../../etc/passwd", "\\0"):
        (tmp_path / "pelicanconf.py").write_text(f'TIMEZONE = "{zone}"\n')
        with pytest.raises(SettingError, match="TIMEZONE"):
            Blog(tmp_path, settings=settings.load(tmp_path, {})).since("2026-11-22")


@pytest.mark.parametrize(
    "value", ["mastodon.example", "http://[x", "https://:80", "ftp://a.example", "https://a.example:x"]
)
@pytest.mark.parametrize("name", ["MASTODON_URL", "BLUESKY_APPVIEW_URL", "WEBHOOK_URL", "DISCORD_WEBHOOK"])
def test_an_address_must_be_one(name, value):
    """An address that is none is refused by name, whoever declares it, and a secret one is not shown."""
    with pytest.raises(SettingError, match=name) as caught:
        at_work(settings.load(environ={name: value}))
    assert value not in str(caught.value)


@pytest.mark.parametrize("value", ["http://mail.example", "smtp://[x", "smtp://", "smtp://mail.example:x"])
def test_a_mail_server_must_be_one(value):
    """So with ``SMTP_URL``."""
    with pytest.raises(SettingError, match="SMTP_URL"):
        settings.load(environ={"SMTP_URL": value})


@pytest.mark.parametrize("value", ["abc", "-1", "1.5", "٣", "100", "1e1", "0x1"])
def test_a_count_must_be_one(value):
    """``TRUSTED_PROXIES`` is a small whole number, or is refused by name."""
    with pytest.raises(SettingError, match="TRUSTED_PROXIES"):
        settings.load(environ={"TRUSTED_PROXIES": value})


def test_lists_are_split_at_commas_and_blanks():
    """FETCH_ALLOW_PRIVATE takes several host:port pairs."""
    found = settings.load(environ={"FETCH_ALLOW_PRIVATE": "127.0.0.1:80, localhost:81 [::1]:82"})
    assert found.fetch_allow_private == ("127.0.0.1:80", "localhost:81", "[::1]:82")


def test_a_secret_is_never_shown():
    """repr, str, format and the repr of all settings show dots."""
    secret = Secret("hunter2hunter2")
    found = settings.load(environ={"SECRET_KEY": "hunter2hunter2", "MASTODON_TOKEN": "hunter2hunter2"})
    shown = f"{secret} {secret!r} {secret!s:>20} {found!r} {[secret]}"
    assert "hunter2" not in shown
    assert found.secret_key.reveal() == "hunter2hunter2"


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


def test_a_secret_that_begins_another_does_not_save_its_end():
    """With "abcdef" and "abcdefghij" both secret, nothing of the longer is left."""
    kept = [Secret("prefijo-comun"), Secret("prefijo-comun-y-su-cola")]
    assert f"clave {settings.DOTS}." == settings.hide("clave prefijo-comun-y-su-cola.")
    assert all(kept)


@pytest.mark.parametrize("value", ["dos", "-1", "nan", "inf", "1e3", "1.2.3"])
def test_a_price_that_is_no_number_is_told(value):
    """The message names the setting."""
    with pytest.raises(SettingError, match="X_POST_CENTS"):
        at_work(settings.load(environ={"X_POST_CENTS": value}))


@pytest.mark.parametrize(
    "text", ["OWNER_EMAIL=ñandú@a.example\n".encode("latin-1"), "OWNER_EMAIL=a\n".encode("utf-16")]
)
def test_a_file_in_another_encoding_is_named(tmp_path, text):
    """An editor may save as it likes: one sentence, with the file's name."""
    (tmp_path / ".env").write_bytes(text)
    with pytest.raises(SettingError, match=r"\.env"):
        settings.load(tmp_path, {})


@pytest.mark.parametrize("line", ["OWNER_EMAIL=p$HOME", "OWNER_EMAIL=${HOME}", 'OWNER_EMAIL="p$HOME"'])
def test_nothing_is_put_in_place_of_a_dollar(tmp_path, line):
    """A password may hold a "$"."""
    (tmp_path / ".env").write_text(f"HOME=no\n{line}\n")
    assert "$" in settings.load(tmp_path, {"HOME": "no"}).owner_email


@pytest.mark.parametrize(
    "line", ["hunter2hunter2", "hunter2 hunter2=1", "A='hunter2", 'A="hunter2" hunter2', "=hunter2"]
)
def test_a_line_is_counted_from_the_top_blank_ones_too(tmp_path, line):
    """The number is the one that an editor shows."""
    (tmp_path / ".env").write_text(f"A=1\n\n# nada\n\n{line}\n")
    with pytest.raises(SettingError) as caught:
        settings.load(tmp_path, {})
    assert ".env:5" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_the_example_file_is_what_is_declared():
    """``.env.example`` is computed; ``python -m tertulia.syndication.declared > .env.example`` writes it."""
    assert env_example() == (ROOT / ".env.example").read_text("utf-8")
