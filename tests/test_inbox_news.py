"""What each of the team has for themselves: kept views, a feed whose address is its key, a letter a day."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import feedparser
import pytest
from sqlalchemy import select

from tertulia.store.conversation_tables import letters
from tests.test_inbox import page, say_
from tests.test_team import THEIRS, enter, harmless, press, talk  # noqa: F401 (a fixture)
from tests.xss import RUN, VECTORS


def address(talk) -> str:  # noqa: F811
    press(talk, "/inbox/mine", do="feed")
    return re.search(r'href="https://blog\.example(/inbox/feed/[^"]+)"', page(talk, "/inbox/mine"))[1]


def entries(talk, path: str):  # noqa: F811
    answer = talk.app.test_client().get(path)
    return [one.title for one in feedparser.parse(answer.get_data()).entries] if answer.status_code == 200 else None


def test_a_view_is_kept_by_whoever_keeps_it(talk):  # noqa: F811
    """Found again with its filters, by them alone; one without a name, and the thirty-first, are not kept."""
    say_(talk, 1, "¿Y el nulo?")
    assert 303 == press(talk, "/inbox/mine", do="view", name="Quejas & más", tone="complaint", q="a b").status_code
    link = re.search(r'<a href="(/inbox\?[^"]*)">Quejas &amp; más</a>', page(talk))[1].replace("&amp;", "&")
    assert "a b" in page(talk, link)
    assert 422 == press(talk, "/inbox/mine", do="view", name=" ").status_code
    for number in range(29):
        press(talk, "/inbox/mine", do="view", name=f"v{number}")
    assert 422 == press(talk, "/inbox/mine", do="view", name="otra").status_code
    assert 303 == press(talk, "/inbox/mine", do="view", name="v1", q="nuevo").status_code
    enter(talk, "owner", "Ana")
    assert "Quejas" not in page(talk)
    enter(talk, "author")
    press(talk, "/inbox/mine", do="unview Quejas & más")
    assert "Quejas" not in page(talk)


def test_the_feeds_address_is_its_key(talk):  # noqa: F811
    """It shows what its owner may see, newest first; renewed, ended, or its owner dismissed, it opens nothing."""
    say_(talk, 2, "¿Una?")
    say_(talk, 1, "¿Otra?")
    say_(talk, 3, "Secreto", post=THEIRS)
    first = address(talk)
    assert ["Ana 1 · blog · voto", "Ana 2 · blog · voto"] == entries(talk, first)
    second = address(talk)
    assert (None, 2) == (entries(talk, first), len(entries(talk, second)))
    assert None is entries(talk, second[:-2] + "xx")
    talk.store.team.grant("luis", "moderator")
    assert 3 == len(entries(talk, second))
    press(talk, "/inbox/mine", do="unfeed")
    assert None is entries(talk, second)
    third = address(talk)
    talk.store.team.dismiss("luis")
    assert None is entries(talk, third)
    talk.store.team.grant("luis", "owner")  # another of the same name has not their address
    assert None is entries(talk, third)


def test_a_letter_a_day_for_who_wants_it(talk):  # noqa: F811
    """At seven by the blog's clock, of what they may see; nothing where nothing waits; once, whoever asks twice."""
    assert 422 == press(talk, "/inbox/mine", do="letter", email="no es correo").status_code
    press(talk, "/inbox/mine", do="letter", email="luis@correo.example")
    talk.blog.__dict__["zone"] = ZoneInfo("Europe/Madrid")

    def written() -> list[str]:
        talk.blog._gather_letters()
        with talk.store.database.reading() as connection:
            rows = connection.execute(select(letters.c.recipient, letters.c.subject).order_by(letters.c.id)).all()
        return [f"{row.recipient}: {row.subject}" for row in rows]

    assert [] == written(), "nothing waits"
    say_(talk, 1)
    say_(talk, 2, post=THEIRS)
    assert [] == written(), "today has had its letter"
    talk.clock = talk.clock.replace(hour=5, minute=59) + timedelta(days=1)  # 6:59 in Madrid
    assert [] == written()
    talk.later(minutes=1)
    expected = ["luis@correo.example: Espera 1 respuesta en La sobremesa"]
    assert expected == written() == written()
    press(talk, "/inbox/mine", do="unletter")
    talk.later(days=1)
    assert expected == written()


@pytest.mark.parametrize("bad", [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS])
def test_nothing_hostile_gets_out_of_a_view_or_the_feed(talk, bad):  # noqa: F811
    """A view's name and filters are text; the feed is XML whose HTML was cleaned."""
    press(talk, "/inbox/mine", do="view", name=bad, q=bad, channel=bad)
    say_(talk, 1, bad, html="<p>x</p>")
    assert harmless(page(talk, "/inbox/mine"))
    assert harmless(page(talk))
    found = feedparser.parse(talk.app.test_client().get(address(talk)).get_data())
    assert (0, 1) == (found.bozo, len(found.entries))
