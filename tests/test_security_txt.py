"""``security.txt``: only when asked for, as RFC 9116 has it, and never one that has ended."""

from datetime import UTC, datetime, timedelta

import pytest

from tertulia.site import security_txt

SETTINGS = {"SITE_ADDRESS": "https://blog.example", "DEFAULT_LANG": "es", "LANGUAGES": ("es", "en")}
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def made(tmp_path, now=NOW, **settings):
    """The lines of the file; None where there is none."""
    security_txt.write(SETTINGS | settings, tmp_path, now)
    path = tmp_path / ".well-known" / "security.txt"
    return path.read_text("utf-8").splitlines() if path.exists() else None


def test_it_says_whom_to_tell_and_until_when(tmp_path):
    """Contacts in their order, one end, languages, its own address."""
    contacts = ["reme@blog.example", "https://blog.example/contacto/"]
    assert [
        "Contact: mailto:reme@blog.example",
        "Contact: https://blog.example/contacto/",
        "Expires: 2027-10-01T00:00:00Z",
        "Preferred-Languages: es, en",
        "Canonical: https://blog.example/.well-known/security.txt",
        "Policy: https://blog.example/seguridad/",
    ] == made(tmp_path, SECURITY_CONTACT=contacts, SECURITY_POLICY="https://blog.example/seguridad/")


@pytest.mark.parametrize("day", range(0, 800, 7))
def test_it_ends_within_a_year_and_not_soon(day):
    """From 300 days on, and less than a year, whenever the blog is built."""
    now = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day)
    assert timedelta(days=300) < security_txt.expires(now) - now < timedelta(days=365)


@pytest.mark.parametrize("contact", ["", None, [], ()])
def test_nobody_to_tell_makes_no_file(tmp_path, contact):
    """Out of the box there is none."""
    assert None is made(tmp_path, SECURITY_CONTACT=contact)


@pytest.mark.parametrize(
    "contact", ["reme", "reme@blog", "http://blog.example/", "a@b.example\nContact: x", "<a@b.example>", "ñ@b.example"]
)
def test_what_is_no_contact_is_told_and_left_out(tmp_path, caplog, contact):
    """It never makes a line of its own."""
    lines = made(tmp_path, SECURITY_CONTACT=[contact, "reme@blog.example"])
    assert ["Contact: mailto:reme@blog.example"] == [line for line in lines if line.startswith("Contact")]
    assert "SECURITY_CONTACT" in caplog.text


def test_a_file_of_the_authors_own_wins(tmp_path, build):
    """With a signature, say."""
    own = tmp_path / "content" / "extra" / ".well-known" / "security.txt"
    own.parent.mkdir(parents=True)
    own.write_text("Contact: https://otra.example/\n")
    (tmp_path / "content" / "posts").mkdir()
    build(tmp_path / "content", tmp_path / "output", SECURITY_CONTACT="reme@blog.example", SEARCH=False)
    assert own.read_bytes() == (tmp_path / "output" / ".well-known" / "security.txt").read_bytes()
