"""What is looked at before anything is sent: pictures that no network takes, cards that say the same again, cuts."""

import pytest
from msgspec.structs import replace

from tertulia.commands import announce
from tertulia.commands.announce import AnnounceOptions
from tertulia.content.posts import Cover, Published
from tertulia.syndication.drafts import draft
from tests.fakes import FAKES, FakeBluesky, FakeLinkedIn, FakeMastodon
from tests.house import POST, House, write_posts

pytestmark = pytest.mark.usefixtures("socket_enabled")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
BAD = {"drawing": SVG, "missing": None, "empty": b"", "text": b"hola", "cut": "half"}


@pytest.fixture(params=list(FAKES.values()), ids=FAKES)
def house(request, tmp_path):
    made = House(tmp_path, request.param)
    yield made
    made.close()


def put(house, name, data):
    path = house.folder / "output/images" / name
    if data == "half":
        whole = (house.folder / "output/images/plaza.png").read_bytes()
        data = whole[: len(whole) // 2]
    if data is not None:
        path.write_bytes(data)
    return Cover(f"images/{name}", f"https://blog.example/images/{name}", "Un dibujo")


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_picture_that_no_network_takes_is_left_out_before_anything_is_sent(house, data):
    """The words go out without it, and the draft says so."""
    post = replace(POST, cover=put(house, "mala.png", data), said={house.name: "Mira: {link}"})
    planned = draft(post, house.network)
    assert bool(house.network.pictures) == any("images/mala.png" in warning for warning in planned.warnings)
    assert ["delivered"] == [outcome.state for outcome in house.announce(post)]


def test_a_picture_that_went_missing_since_is_left_out_too(house):
    """A build in between gave it another name."""
    house.outbox.enqueue([draft(POST, house.network)])
    (house.folder / "output/images/plaza.png").unlink()
    assert ["delivered"] == [outcome.state for outcome in house.outbox.deliver()]


@pytest.mark.parametrize("kind", [FakeBluesky, FakeLinkedIn])
@pytest.mark.parametrize(
    ("said", "again"), [("", False), ("{summary} Y ya.", False), ("Otra cosa.", True), ("{title}", True)]
)
def test_a_card_does_not_say_what_the_text_says(tmp_path, kind, said, again):
    """Text that begins with the summary leaves the card without it."""
    house = House(tmp_path, kind)
    (message,) = draft(replace(POST, said={house.name: said}), house.network).messages
    assert bool(message.description) == again
    house.announce(replace(POST, said={house.name: said}))
    assert len(house.fake.public) == 1
    house.close()


def test_own_words_with_the_link_lend_the_card_the_drawn_picture(tmp_path):
    """On Bluesky a post without a cover has a card with the picture drawn for shared links."""
    house = House(tmp_path, FakeBluesky)
    card = Cover("images/plaza.png", "https://blog.example/images/plaza.png", "El voto útil")
    house.announce(replace(POST, cover=None, card=card, said={"bluesky": "Mira {link}"}))
    (record,) = house.fake.records.values()
    assert "thumb" in record["value"]["embed"]["external"]
    house.close()


@pytest.mark.parametrize("how", ["", "yes_cut", "setting"])
def test_words_that_are_cut_wait_until_the_owner_has_seen_them(tmp_path, monkeypatch, capsys, how):
    """Under cron nobody reads a warning: nothing goes out, and the run fails, until somebody says so."""
    house = House(tmp_path, FakeMastodon)
    for name, value in house.fake.environ().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FETCH_ALLOW_PRIVATE", f"127.0.0.1:{house.fake.port}")
    setting = "ANNOUNCE_CUT = True\n" if how == "setting" else ""
    (tmp_path / "pelicanconf.py").write_text(f'ANNOUNCE_SINCE = "2026-11-01"\n{setting}')
    (tmp_path / ".env").write_text("")
    long = replace(POST, cover=None, said={"mastodon": "Una frase del autor que no cabe. " * 30})
    write_posts(tmp_path / "output", Published(site="https://blog.example", title="B", lang="es", posts=(long,)))
    good = announce.run(tmp_path, AnnounceOptions(yes_cut=how == "yes_cut"))
    assert (good, len(house.fake.public)) == ((False, 0) if not how else (True, 1))
    assert ("--yes-cut" in capsys.readouterr().err) == (not how)
    house.close()
