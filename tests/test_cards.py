"""Social cards: one for each post without a cover, readable, small, the same every time."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageColor, ImageFont

from tertulia import defaults
from tertulia.site import cards
from tertulia.site.cards import (
    FONT,
    Card,
    CardRenderer,
    CardsFailedError,
    draw,
    drawable,
    fit,
)

PLUGINS = defaults.PLUGINS
TITLES = [
    "¿Y?",
    "El voto útil",
    "La encuesta del cero al diez: una confesión",
    "El teléfono que nadie contesta cuando el cliente por fin decide llamar",
    "Lo que aprendí de don Anselmo y de su silbato de metal en una ferretería del centro que ya no existe, y por qué "
    "las empresas de hoy no quieren aprenderlo de ninguna de las maneras aunque se lo digan cien veces",
    "Anticonstitucionalísimamenteincomprensiblementelargo" * 3,
    "中文 😀",
    "",
]


def card(title="El voto útil", **changes) -> Card:
    return Card("La sobremesa", title, "Remedios Luque · 21 de noviembre de 2026", **changes)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("title", TITLES)
def test_a_card_is_what_networks_show_whole_and_weighs_little(title):
    """1200 × 630 pixels, far below 100 kB, whatever the title."""
    data = draw(card(title), FONT)
    assert ("PNG", (1200, 630)) == (opened(data).format, opened(data).size)
    assert len(data) < 60_000
    assert data == draw(card(title), FONT)


@pytest.mark.parametrize("title", TITLES[:5])
def test_a_title_stays_inside_its_column_and_off_the_other_lines(title):
    """No line is wider than the column, and the first and last keep clear of name and byline."""
    size_px, lines = fit(title, FONT)
    face = ImageFont.truetype(str(FONT), size_px)
    face.set_variation_by_axes([700])
    assert all(face.getlength(line) <= cards.TITLE_WIDTH_PX for line in lines)
    assert len(lines) * size_px * cards.LEADING <= 630 - 2 * 120
    assert title.replace(" ", "").startswith("".join(lines).replace(" ", "").rstrip("…"))


def test_a_title_in_the_middle_of_lengths_is_set_in_even_lines():
    """The lines of a title are of about one length, and short words do not hang at their ends."""
    _size, lines = fit("El teléfono que nadie contesta cuando el cliente por fin decide llamar", FONT)
    assert ["El teléfono que nadie", "contesta cuando el cliente", "por fin decide llamar"] == lines
    _size, lines = fit("Cuentos de la abuela a la luz de un candil", FONT)
    assert [] == [line for line in lines if re.search(r" (?:a|de|la|un|y|o)$", line)]


def test_a_title_too_long_for_any_size_ends_in_an_ellipsis():
    """Five lines at the smallest size, and no half word before the "…" runs out of the card."""
    size_px, lines = fit(TITLES[4] + " " + TITLES[4], FONT)
    assert (62, 5) == (size_px, len(lines))
    assert lines[-1].endswith("…")


def test_a_word_wider_than_the_card_is_cut():
    """One endless word leaves a card all the same, cut at the column's edge."""
    _size, lines = fit(TITLES[5], FONT)
    assert 1 == len(lines)
    assert lines[0].endswith("…")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("¿Qué? «Sí» — 50 %…", "¿Qué? «Sí» — 50 %…"),
        ("Dvořák y Łódź", "Dvorák y Lódz"),
        ("Hola 😀👩‍👧 mundo", "Hola mundo"),
        ("nin\u0303o", "niño"),
        ("a\u202fb\u00a0c\td", "a b c d"),
        ("中文", ""),
        ("post\xadguerra y ex‑jefe", "postguerra y ex-jefe"),
        ("10 €, n.º 3, 2ª", "10 €, n.º 3, 2ª"),
    ],
)
def test_what_the_font_does_not_hold_is_not_drawn_as_boxes(text, kept):
    """Foreign letters lose their accents, emoji go, Spanish stays as it is."""
    assert kept == drawable(text)


def test_the_font_holds_what_is_drawn():
    """Every character that may stand on a card has a shape of its own in the font."""
    face = ImageFont.truetype(str(FONT), 40)
    missing = bytes(face.getmask("\U0010fffd"))
    held = sorted(cards._HELD)
    assert [] == [c for c in held if c not in " \u00a0" and bytes(face.getmask(c)) == missing]


def test_the_colours_are_those_asked_for():
    """Paper at the corner, accent in the band, ink somewhere in the title."""
    picture = opened(draw(card(paper="#112233", ink="#ffeedd", accent="#00ff00"), FONT)).convert("RGB")
    found = {colour for _count, colour in picture.getcolors(1000)}
    assert ImageColor.getrgb("#112233") == picture.getpixel((1199, 0))
    assert ImageColor.getrgb("#00ff00") == picture.getpixel((3, 300))
    assert ImageColor.getrgb("#ffeedd") in found


def test_cards_are_drawn_by_another_process_and_only_once(tmp_path):
    """The second build finds every card where the first one left it."""
    wanted = [card(f"Entrada {number}") for number in range(3)]
    renderer = CardRenderer(tmp_path, FONT)
    assert 3 == renderer.start([*wanted, wanted[0]])
    renderer.finish()
    assert draw(wanted[1], FONT) == renderer.path_for(wanted[1]).read_bytes()
    again = CardRenderer(tmp_path, FONT)
    assert 0 == again.start(wanted)
    again.finish()


def test_what_a_power_cut_left_of_a_card_is_drawn_again(tmp_path):
    """Half a card has its name, too."""
    renderer = CardRenderer(tmp_path, FONT)
    renderer.start([card()])
    renderer.finish()
    path = renderer.path_for(card())
    path.write_bytes(path.read_bytes()[:500])
    assert 1 == renderer.start([card()])
    renderer.finish()
    assert draw(card(), FONT) == path.read_bytes()


def test_a_process_that_fails_is_told_in_one_line(tmp_path):
    """A folder that cannot be written leaves the build going, with the reason."""
    (tmp_path / "file").write_text("no folder")
    renderer = CardRenderer(tmp_path / "file", FONT)
    renderer.start([card()])
    with pytest.raises(CardsFailedError, match=r"^[^\n]*NotADirectory[^\n]*$"):
        renderer.finish()


@pytest.fixture
def blog(tmp_path) -> Path:
    content = tmp_path / "content"
    for folder in ("posts", "pages", "images"):
        (content / folder).mkdir(parents=True)
    Image.new("RGB", (900, 500), "teal").save(content / "images" / "plaza.jpg")
    head = "Id: {0}\nFecha: 2026-11-{1:02}\nAutor: Ana Ruiz, Inés Gil\n"
    (content / "posts" / "a.md").write_text("Título: Sin portada\n" + head.format("a", 1) + "\nHola\n", "utf-8")
    covered = "Título: Con portada\nPortada: plaza.jpg\nTexto de portada: Una plaza\n"
    (content / "posts" / "b.md").write_text(covered + head.format("b", 2) + "\nHola\n", "utf-8")
    return content


def published(output: Path) -> list[str]:
    return sorted(
        re.sub(r"\.[0-9a-f]{8}\.", ".", p.relative_to(output).as_posix()) for p in output.glob("cards/**/*.png")
    )


BLOGS_OWN = ["cards/en/blog.png", "cards/es/blog.png"]


def test_posts_without_a_cover_get_a_card(blog, build, tmp_path):
    """The one post that has no cover gets one, and the blog; another build gives the same bytes."""
    for name in ("one", "two"):
        build(blog, tmp_path / name / "output", PLUGINS=PLUGINS, SEARCH=False, SOCIAL_CARDS=True)
    first, second = (tmp_path / name / "output" for name in ("one", "two"))
    assert [*BLOGS_OWN, "cards/es/sin-portada.png"] == published(first)
    assert {p.name: p.read_bytes() for p in first.glob("cards/*/*")} == {
        p.name: p.read_bytes() for p in second.glob("cards/*/*")
    }


def test_only_the_newest_posts_get_a_card_of_their_own(blog, build, tmp_path):
    """Beyond SOCIAL_CARDS_MAX a post has the blog's card."""
    for day in (3, 4):
        text = f"Título: Del día {day}\nId: d{day}\nFecha: 2026-11-{day:02}\n\nHola\n"
        (blog / "posts" / f"{day}.md").write_text(text, "utf-8")
    output = tmp_path / "output"
    build(blog, output, PLUGINS=PLUGINS, SEARCH=False, SOCIAL_CARDS=True, SOCIAL_CARDS_MAX=1)
    assert [*BLOGS_OWN, "cards/es/del-dia-4.png"] == published(output)


def test_no_cards_when_they_are_switched_off(blog, build, tmp_path):
    """``SOCIAL_CARDS = False`` draws nothing."""
    build(blog, tmp_path / "output", PLUGINS=PLUGINS, SEARCH=False, SOCIAL_CARDS=False)
    assert [] == published(tmp_path / "output")


def test_a_font_that_is_not_there_is_told_and_the_site_is_built(blog, build, tmp_path):
    """A wrong setting costs the cards, not the blog."""
    records = build(
        blog, tmp_path / "output", PLUGINS=PLUGINS, SEARCH=False, SOCIAL_CARDS=True, SOCIAL_CARDS_FONT="/no/font.woff2"
    )
    assert 1 == sum("SOCIAL_CARDS = False" in record.getMessage() for record in records)
    assert (tmp_path / "output" / "2026" / "11" / "sin-portada" / "index.html").is_file()
