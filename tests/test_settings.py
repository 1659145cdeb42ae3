"""Settings come from the environment and ``.env``, and secrets are never shown."""

import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tertulia.app import Blog
from tertulia.commands import status
from tertulia.core import languages, settings
from tertulia.core.errors import SettingError
from tertulia.core.fetch import Fetcher
from tertulia.core.secret import DOTS, HideSecrets, Secret, hide
from tertulia.core.settings import declared
from tertulia.syndication.declared import env_example
from tertulia.syndication.networks import network_classes, networks, warn
from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.memory import Memory
from tests.fakes import NOW

ROOT = Path(__file__).parent.parent


def at_work(found, left_out=warn):
    """Every network that can be put to work with the settings *found*."""
    context = NetworkContext(
        settings=found, web=Fetcher(), output=Path(), memory=Memory(Path("no")), now=lambda: NOW, pause=lambda _: None
    )
    return networks(context, left_out)


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


@pytest.mark.parametrize(
    ("line", "password"),
    [
        (r"SECRET_KEY=a\n$HOME\b", r"a\n$HOME\b"),
        (r"SECRET_KEY='a\n$HOME\b'", r"a\n$HOME\b"),
        (r'SECRET_KEY="a\\n$HOME\\b"', r"a\n$HOME\b"),
        (r'SECRET_KEY="a\n$HOME"', "a\n$HOME"),
        (r"SECRET_KEY='a\'b\\c'", r"a'b\c"),
        ('SECRET_KEY="a\\"b"', 'a"b'),
    ],
)
def test_a_password_with_a_backslash_and_a_dollar(tmp_path, line, password):
    """As it stands without quotes and in '…'; in "…" a backslash begins an escape; "$" is never anything else."""
    (tmp_path / ".env").write_text(line + "\n", "utf-8")
    assert password == settings.load(tmp_path, {}).secret_key.reveal()


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


ADDRESSES = ["mastodon.example", "http://[x", "https://:80", "ftp://a.example", "https://a.example:x"]


@pytest.mark.parametrize("value", ADDRESSES)
def test_an_address_must_be_one(value):
    """An address that is none is refused by name, and not shown."""
    with pytest.raises(SettingError, match="BLUESKY_APPVIEW_URL") as caught:
        settings.load(environ={"BLUESKY_APPVIEW_URL": value})
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("MASTODON_URL", "WEBHOOK_URL", "DISCORD_WEBHOOK") for value in ADDRESSES),
        *(("LINKEDIN_VERSION", value) for value in ("2026", "202613", "202600", "2026-10", "v202610", "٢٠٢٦١٠")),
        *(("X_POST_CENTS", value) for value in ("dos", "-1", "nan", "inf", "1e3", "1.2.3")),
    ],
)
def test_a_network_whose_setting_makes_no_sense_is_left_out(name, value):
    """It is told in one line by the setting's name, which shows no address; every other network is at work."""
    told = []
    there = at_work(settings.load(environ={name: value}), lambda network, why: told.append((network, why)))
    ((network, why),) = told
    assert name in why and "\n" not in why and not (value in ADDRESSES and value in why)
    assert name.startswith(network.upper())
    assert set(network_classes()) - {one.name for one in there} == {network.lower()}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FETCH_ALLOW_PRIVATE", value) for value in ("localhost", "a:b", "localhost:0", "a:65536", "a:1 b")),
        *(("REBUILD_HOOK", value) for value in ("ftp://a.example/k3y-k3y-k3y", "https://", "python3 'tasks.py build")),
        *(("DEPLOY_TARGET", value) for value in ("/srv/www", "folder:", "s3://", "git: ", "C:\\www")),
        *(("TERTULIA_STORE", value) for value in ("var/tertulia.db", "sqlite:var/x", "mysql://a/b", "postgresql://")),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_at_the_start(name, value):
    """Each setting with a form is refused by name when the settings are read, not when it is first needed."""
    with pytest.raises(SettingError, match=name) as caught:
        settings.load(environ={name: value})
    assert "k3y" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("FETCH_ALLOW_PRIVATE", value) for value in ("localhost:8080", "127.0.0.1:80,[::1]:81", "año.local:65535")),
        *(("REBUILD_HOOK", value) for value in ("python3 tasks.py build", "https://ci.example/hook", "sh -c 'a && b'")),
        *(("DEPLOY_TARGET", value) for value in ("folder:/srv/www", "folder:www", "s3://b?endpoint=https://s",
                                                 "rsync:a:b", "git:origin#pages", "git:/srv/blog.git", "attic:x")),
        *(("TERTULIA_STORE", value) for value in ("sqlite:///var/tertulia.db", "sqlite:////srv/t.db",
                                                  "postgresql://a:b@h/d", "postgresql+psycopg://h/d", "postgresql:///d")),
    ],
)  # fmt: skip
def test_what_makes_sense_is_taken(name, value):
    """The forms of the documentation, and their like, are not refused."""
    assert settings.load(environ={name: value}).written(name.lower()) == (name, value)


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
    found = settings.load(environ={"SECRET_KEY": "hunter2hunter2xyz", "MASTODON_TOKEN": "hunter2hunter2xyz"})
    shown = f"{secret} {secret!r} {secret!s:>20} {found!r} {[secret]}"
    assert "hunter2" not in shown
    assert found.secret_key.reveal() == "hunter2hunter2xyz"


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
    shown = hide(text)
    assert DOTS in shown
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
    assert f"GET /bot/{DOTS}" == caplog.messages[0]


def test_a_secret_that_begins_another_does_not_save_its_end():
    """With "abcdef" and "abcdefghij" both secret, nothing of the longer is left."""
    kept = [Secret("prefijo-comun"), Secret("prefijo-comun-y-su-cola")]
    assert f"clave {DOTS}." == hide("clave prefijo-comun-y-su-cola.")
    assert all(kept)


@pytest.mark.parametrize(
    "text", ["OWNER_EMAIL=ñandú@a.example\n".encode("latin-1"), "OWNER_EMAIL=a\n".encode("utf-16")]
)
def test_a_file_in_another_encoding_is_named(tmp_path, text):
    """An editor may save as it likes: one sentence, with the file's name."""
    (tmp_path / ".env").write_bytes(text)
    with pytest.raises(SettingError, match=r"\.env"):
        settings.load(tmp_path, {})


@pytest.mark.parametrize("odd", ["folder", "pipe", "link to nothing"])
def test_what_is_no_file_is_told_and_not_passed_over(tmp_path, odd):
    """Docker makes a folder of a file to be mounted that is not there: nobody is left without keys and a word."""
    make = {"folder": Path.mkdir, "pipe": os.mkfifo, "link to nothing": lambda path: path.symlink_to("nowhere")}
    make[odd](tmp_path / ".env")
    with pytest.raises(SettingError, match=r"^\.env "):
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


def test_the_example_file_is_there_in_the_language_of_the_blog():
    """In Spanish the same settings, in the same order, and a comment of its own for each English one."""
    english, spanish = (env_example(language).splitlines() for language in ("en", "es"))
    values = [[line for line in file if not line.startswith("# ")] for file in (english, spanish)]
    assert values[0] == values[1]
    assert not {line for line in english if line.startswith("# ")} & set(spanish)
    asked = {name.upper() for name in declared(settings.Settings)}
    asked |= {one.setting_name(name) for one in network_classes().values() for name in declared(one)}
    assert asked == set(re.findall(r"^#?(\w+)=", "\n".join(spanish), re.MULTILINE))


def test_a_language_without_words_for_the_example_file_has_those_of_its_next_one():
    """Catalan asks Spanish, a language that nobody knows says it in the blog's or in English."""
    assert env_example("es") == env_example("ca")
    languages.use(languages.Languages("en"))
    assert env_example("en") == env_example("eo")


def test_a_bad_setting_of_one_network_is_told_by_status_and_doctor(tmp_path, monkeypatch, capsys):
    """Both name it, look at the rest all the same, and end as what needs the owner."""
    monkeypatch.setenv("LINKEDIN_VERSION", "octubre")
    (tmp_path / "pelicanconf.py").write_text("")
    assert not status.run(tmp_path)
    assert "LINKEDIN_VERSION" in capsys.readouterr().err
    assert not status.examine(tmp_path)
    shown = capsys.readouterr().out
    assert ["LinkedIn: ✗"] == [line[:11] for line in shown.splitlines() if "LINKEDIN_VERSION" in line]
    assert "\nMastodon: " in shown
    monkeypatch.delenv("LINKEDIN_VERSION")
    assert status.run(tmp_path)
    assert status.examine(tmp_path)
