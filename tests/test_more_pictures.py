"""More than one picture in an announcement, and what the cover shows told for one network."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from PIL import Image

from tertulia.content import posts
from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tertulia.content.posts import Cover
from tertulia.syndication.drafts import draft
from tertulia.syndication.preview_page import as_page
from tertulia.syndication.preview_text import as_text
from tests.conftest import build_site
from tests.embedding import post as write
from tests.fakes import FAKES, FakeBluesky, FakeMastodon
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")


def pictures(house, count):
    """*count* pictures in the output, each with what it shows."""
    names = [f"images/n{number}.png" for number in range(1, count + 1)]
    for number, name in enumerate(names):
        Image.new("RGB", (64, 36 + number), "teal").save(house.folder / "output" / name)
    return tuple(Cover(name, f"https://blog.example/{name}", f"Imagen {name[8:-4]}") for name in names)


@pytest.mark.parametrize("fake", FAKES.values(), ids=FAKES)
def test_as_many_pictures_go_as_the_network_takes_and_the_rest_is_told_before(tmp_path, fake):
    """The cover first, each with what it shows; one too many is left out with a warning, and the words go out."""
    house = House(tmp_path, fake)
    most = house.network.pictures
    post = replace(POST, pictures=pictures(house, max(most, 1)))  # one too many, with the cover
    planned = draft(post, house.network)
    told = [warning for warning in planned.warnings if "se queda fuera" in warning]
    assert (1 if most else 0) == len(told)
    assert ["delivered"] == [outcome.state for outcome in house.announce(post)]
    if most > 1:
        assert ["La plaza, vacía", *(f"Imagen {number}" for number in range(1, most))] == house.fake.alts()
        assert POST.url in planned.messages[0].text
    assert POST.url in str(house.fake.public[0])
    house.close()


@pytest.mark.parametrize("fault", ["500 after", "drop after"])
@pytest.mark.parametrize("name", ["mastodon", "bluesky", "x", "threads"])
def test_several_pictures_are_said_once(tmp_path, name, fault):
    """After a lost answer, looked for and found with all its pictures."""
    house = House(tmp_path, FAKES[name])
    post = replace(POST, pictures=pictures(house, 3))
    house.fake.fail_next(fault)
    house.announce(post)
    assert "delivered" == house.until_quiet(post)
    assert [4] == [len(said["alts"]) for said in house.fake.public]
    house.close()


def test_a_bad_one_among_them_leaves_the_others(tmp_path):
    """Broken at the draft, or gone since: the rest goes out in order."""
    house = House(tmp_path, FakeMastodon)
    post = replace(POST, pictures=pictures(house, 3))
    (house.folder / "output/images/n1.png").write_bytes(b"hola")
    assert any("n1.png" in warning for warning in draft(post, house.network).warnings)
    house.outbox.enqueue([draft(post, house.network)])
    (house.folder / "output/images/plaza.png").unlink()
    (outcome,) = house.outbox.deliver()
    assert "plaza.png" in outcome.reason
    assert ["Imagen 2", "Imagen 3"] == house.fake.alts()
    house.close()


def test_the_server_says_how_many_it_takes(tmp_path):
    """A Mastodon server may allow more than four."""
    house = House(tmp_path, FakeMastodon)
    house.fake.most_pictures = 6
    house.network.refresh_limits()
    house.announce(replace(POST, pictures=pictures(house, 8)))
    assert 6 == len(house.fake.alts())
    house.close()


def test_the_server_is_asked_what_it_takes_once_a_day(tmp_path):
    """Not before each announcement, and not never again."""
    house = House(tmp_path, FakeMastodon)

    def asked() -> int:
        house.network.refresh_limits()
        return [path for _, path in house.fake.requests].count("/api/v2/instance")

    assert (1, 1) == (asked(), asked())
    house.clock += timedelta(hours=23)
    assert 1 == asked()
    house.clock += timedelta(hours=1)
    assert (2, 2) == (asked(), asked())
    house.close()


def test_pictures_without_a_cover_go_as_pictures_and_the_cover_is_not_said_twice(tmp_path):
    """On Bluesky whoever asks for a picture gets no card in its place; the same file counts once."""
    house = House(tmp_path, FakeBluesky)
    (one,) = pictures(house, 1)
    (message,) = draft(replace(POST, cover=None, card=POST.cover, pictures=(one,)), house.network).messages
    assert (["Imagen 1"], False) == ([each.alt for each in message.attachments], house.network.card(message))
    assert POST.url in message.text
    (message,) = draft(replace(POST, pictures=(POST.cover, one)), house.network).messages
    assert ["La plaza, vacía", "Imagen 1"] == [each.alt for each in message.attachments]
    house.close()


def test_what_the_cover_shows_may_be_told_for_one_network(tmp_path):
    """For all accounts of that network, unless one has its own; nobody else hears it."""
    house = House(tmp_path, FakeMastodon)
    post = replace(POST, cover_alts={"mastodon": "Para el Fediverso"})
    assert "Para el Fediverso" == draft(post, house.network).messages[0].picture.alt
    assert "La plaza, vacía" == draft(replace(POST, cover_alts={"x": "Para X"}), house.network).messages[0].picture.alt
    house.close()


def test_an_alternative_text_that_is_too_long_is_cut_at_a_word_and_told(tmp_path):
    """Before anything is sent, and within what the server takes."""
    house = House(tmp_path, FakeMastodon)
    for alt in ("palabra " * 400, "x" * 3000):
        planned = draft(replace(POST, cover=replace(POST.cover, alt=alt)), house.network)
        assert any("1500" in warning for warning in planned.warnings)
        assert 0 < len(planned.messages[0].picture.alt) <= 1500
    house.close()


def test_the_preview_shows_every_picture(tmp_path):
    """In the terminal and on the page."""
    house = House(tmp_path, FakeMastodon)
    planned = [draft(replace(POST, pictures=pictures(house, 2)), house.network)]
    for shown in (as_text(planned), as_page(planned, "B")):
        assert all(words in shown for words in ("La plaza, vacía", "Imagen 1", "Imagen 2"))
    house.close()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('a.jpg "La plaza, vacía"; b.jpg "Una urna"', [("a.jpg", "La plaza, vacía"), ("b.jpg", "Una urna")]),
        ("a.jpg «Dicen: “no”; y ya», b.jpg", [("a.jpg", "Dicen: “no”; y ya"), ("b.jpg", "")]),
        ("![La plaza](a b.jpg) ![Una urna](b.jpg)", [("a b.jpg", "La plaza"), ("b.jpg", "Una urna")]),
        ("mi foto.jpg", [("mi foto.jpg", "")]),
        ("sub/carpeta/a.jpg;b.jpg;", [("sub/carpeta/a.jpg", ""), ("b.jpg", "")]),
    ],
)
def test_pictures_as_people_write_them(written, expected):
    """Parted by semicolons or commas, in quotes of any kind, or as Markdown has them."""
    meta = interpret(split(f"Título: A\nImágenes: {written}\n\nHola.", "a.md"), "a.md", ZoneInfo("UTC"))
    assert (expected, []) == (meta.pictures, meta.problems)


def test_a_list_of_pictures():
    """A YAML list, an item each."""
    header = '---\ntitle: A\nImágenes:\n  - a.jpg "La plaza"\n  - \'b.jpg "Una; urna"\'\n---\n\nHola.'
    meta = interpret(split(header, "a.md"), "a.md", ZoneInfo("UTC"))
    assert [("a.jpg", "La plaza"), ("b.jpg", "Una; urna")] == meta.pictures


def test_what_makes_no_sense_is_told_on_its_line():
    """Quotes that do not close: what was understood stays."""
    meta = interpret(split('Título: A\nImágenes: a.jpg "La plaza\n\nHola.', "a.md"), "a.md", ZoneInfo("UTC"))
    assert [2] == [problem.line for problem in meta.problems]


def test_from_the_file_to_the_announcement(tmp_path):
    """The pictures are in the output, with what they show; one without that, or not there, is told on its line."""
    content = tmp_path / "content"
    (content / "images").mkdir(parents=True)
    for name in ("a.png", "b.png", "c.png"):
        Image.new("RGB", (640, 360), "teal").save(content / "images" / name)
    write(
        content, "Título: A\nFecha: 2026-11-01\nId: a\nPortada: a.png\nTexto de portada: La plaza\n"
        "Texto de portada en Mastodon: Una plaza\nTexto de portada en X 2: Otra\n"
        'Imágenes: b.png "Una urna"; c.png; d.png\n\nHola.\n', "posts/a.md",
    )  # fmt: skip
    told = [str(record.getMessage()) for record in build_site(content, tmp_path / "output", SEARCH=False)]
    (post,) = posts.read(tmp_path / "output").posts
    assert {"mastodon": "Una plaza", "x_2": "Otra"} == post.cover_alts
    assert ["Una urna", ""] == [one.alt for one in post.pictures]
    assert all((tmp_path / "output" / one.path).is_file() for one in post.pictures)
    assert 2 == sum("posts/a.md:8" in line for line in told), told
