"""Social cards: the picture that a network shows beside a link to a post that has no cover of its own.

1200 × 630 pixels, what Facebook, LinkedIn, Mastodon and the messengers show whole (Open Graph, https://ogp.me): the
blog's name, the title set large, who wrote it and when. Sixteen colours make a file of some 20 kB, and make it fast.

Drawing and encoding take about 5 ms a card, and Pillow holds Python's lock while it draws. So they are drawn by a
second process beside the build, see ``CardRenderer``. Cards are kept by what stands on them and drawn once.

The font is the theme's (Alegreya, OFL; Pillow's FreeType reads woff2). It holds the letters of western Europe: others
lose their accents, and what has no such letter is left out.

The newest posts get a card each, and the older ones, which few people share, the blog's own: 5 ms are little for one
post, and five seconds for the first build of a thousand.

Settings:
    SOCIAL_CARDS         True to draw them.
    SOCIAL_CARDS_MAX     how many posts, the newest, get a card of their own. Default 100.
    SOCIAL_CARDS_FONT    a font, best one variable in its weight. Default that of the blog's titles.
    SOCIAL_CARDS_COLORS  paper, ink and accent, "#fbf8f2" and so on. Default those of the blog's pages.
"""

import hashlib
import json
import logging
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

import PIL
from PIL import Image, ImageColor, ImageDraw, ImageFont

from tertulia.core import paths
from tertulia.core.errors import TertuliaError
from tertulia.core.files import copy_whole, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Picture
from tertulia.core.parallel import Aside
from tertulia.render.image_cache import is_whole
from tertulia.site.contents import Content
from tertulia.site.words import SiteWords

log = logging.getLogger(__name__)

FONT = paths.THEME / "fonts" / "alegreya.woff2"
MAX = 100  # posts with a card of their own
WIDTH_PX, HEIGHT_PX = 1200, 630
MARGIN_PX = 88
TITLE_WIDTH_PX = WIDTH_PX - 2 * MARGIN_PX
# The largest that lets the title stand in so many lines is taken.
TITLE_STEPS = ((104, 2), (88, 3), (74, 4), (62, 5))  # size in px, most lines
NAME_PX, BYLINE_PX = 40, 34
LEADING = 1.12
# Part of a card's published name: change it with the drawing.
DESIGN = "1"

# The theme's own, in its light scheme.
PAPER, INK, ACCENT = "#fbf8f2", "#231c17", "#9a2622"
# Of the sixteen colours, so many lead from ink to paper, and the rest from the accent to paper.
INK_STEPS, ACCENT_STEPS = 11, 5
QUIET = 110  # the byline's grey, between ink (0) and paper (255)

# What the font's file holds: https://fonts.google.com/knowledge/glossary/subsetting, the subset "latin"
_LATIN = map(chr, (*range(0x20, 0x7F), *range(0xA0, 0xAD), *range(0xAE, 0x100), 0x131, 0x152, 0x153))
_HELD = frozenset((*_LATIN, *"–—‘’‚“”„•…‹›⁄€™−"))
_LETTERS = {
    "‐": "-",
    "‑": "-",
    "‒": "–",
    "―": "—",
    "\xad": "",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ħ": "h",
    "ŋ": "ng",
    "ə": "e",
    "ẞ": "SS",
}
_SPACES = dict.fromkeys(map(ord, "\u2002\u2003\u2009\u202f\u2007\u00a0\t\n"), " ")


class CardsFailedError(TertuliaError):
    """The process that draws did not do it."""


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on a card."""

    site: str
    title: str
    byline: str  # "Ana Ruiz · 21 de noviembre de 2026"
    paper: str = PAPER
    ink: str = INK
    accent: str = ACCENT

    def digest(self) -> str:
        """Return a mark of all that is seen on it."""
        return hashlib.sha256(json.dumps([DESIGN, *asdict(self).values()]).encode()).hexdigest()


def draw(card: Card, font: Path) -> bytes:
    """Return the card as a PNG."""
    canvas = Image.new("L", (WIDTH_PX, HEIGHT_PX), 255)
    pen = ImageDraw.Draw(canvas)
    size_px, lines = fit(drawable(card.title), font)
    face = _face(font, size_px, 700)
    leading = round(size_px * LEADING)
    top = (HEIGHT_PX - leading * len(lines)) // 2 - 6
    for number, line in enumerate(lines):
        pen.text((MARGIN_PX, top + number * leading), line, font=face, fill=0)
    bottom = HEIGHT_PX - MARGIN_PX + 8
    pen.text((MARGIN_PX, bottom), drawable(card.byline), font=_face(font, BYLINE_PX, 500), fill=QUIET, anchor="ls")
    sheet = canvas.point([level * (INK_STEPS - 1) // 255 for level in range(256)])
    _add_name(sheet, drawable(card.site), font)
    return _png(sheet, card)


def fit(title: str, font: Path) -> tuple[int, list[str]]:
    """Return the size in pixels at which *title* is set, and its lines; cut with "…" when no size is small enough."""
    for size_px, most in TITLE_STEPS:
        face = _face(font, size_px, 700)
        lines = wrap(title, face)
        if len(lines) <= most and all(face.getlength(line) <= TITLE_WIDTH_PX for line in lines):
            return size_px, lines
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1]}…"]
    return size_px, [_cut(line, face) for line in lines]


def wrap(title: str, face: ImageFont.FreeTypeFont) -> list[str]:
    """*title* in as few lines as it needs, all of about one length."""
    words = _words(title)
    space = face.getlength(" ")
    lengths = [face.getlength(word) for word in words]
    least = _lines(words, lengths, space, TITLE_WIDTH_PX)
    narrow, wide = max([*lengths, 1.0]), float(TITLE_WIDTH_PX)
    while wide - narrow > 8:  # the narrowest column that needs no further line
        middle = (narrow + wide) / 2
        if len(_lines(words, lengths, space, middle)) > len(least):
            narrow = middle
        else:
            wide = middle
    return [line.replace("\u00a0", " ") for line in _lines(words, lengths, space, wide)]


def drawable(text: str) -> str:
    """*text* with only what the font holds: other letters without their accents, the rest left out."""
    kept = []
    for character in unicodedata.normalize("NFC", text.translate(_SPACES)):
        if character in _HELD:
            kept.append(character)
        else:
            plain = _LETTERS.get(character, unicodedata.normalize("NFKD", character))
            kept.extend(c for c in plain if c in _HELD)
    return " ".join("".join(kept).split())


class CardRenderer:
    """
    Draws cards beside the build.

    Args:
        folder: Where finished cards are kept: ``var/cache/images``.
        font: A woff2 or TrueType file, variable in its weight.
    """

    def __init__(self, folder: Path, font: Path) -> None:
        self.folder = folder
        self.font = font
        self._made_by = hashlib.sha256(font.read_bytes() + PIL.__version__.encode()).hexdigest()[:8]
        self._drawing: list[Aside[str]] = []

    def path_for(self, card: Card) -> Path:
        """Where the finished card is, or will be."""
        digest = card.digest()
        return self.folder / digest[:2] / f"{digest}-{self._made_by}.png"

    def start(self, cards: Iterable[Card]) -> int:
        """Begin to draw those of *cards* that are not there yet; how many there are to draw."""
        missing = {path: card for path, card in ((self.path_for(card), card) for card in cards) if not is_whole(path)}
        if missing:
            self._drawing.append(Aside(partial(_draw_all, missing, self.font)))
        return len(missing)

    def finish(self) -> None:
        """
        Wait for what was begun.

        Raises:
            CardsFailedError: some cards are not there; the message says why.
        """
        said = [drawing.wait() for drawing in self._drawing]
        self._drawing.clear()
        if any(said):
            raise CardsFailedError(" ".join(said))


class CardSet:
    """
    The cards of one build.

    Args:
        settings: Those of the blog.
        words: Those of the blog.
        font: The font where SOCIAL_CARDS_FONT names none.
        colors: Paper, ink and accent where SOCIAL_CARDS_COLORS names none.

    Raises:
        OSError: the font cannot be read.
    """

    def __init__(self, settings: Mapping[str, Any], words: SiteWords, font: Path, colors: tuple[str, str, str]) -> None:
        self.settings, self.words, self.colors = settings, words, colors
        self.renderer = CardRenderer(
            Path(settings["IMAGE_CACHE_PATH"]), Path(settings.get("SOCIAL_CARDS_FONT") or font)
        )
        self.files: dict[str, Path] = {}  # name under the site's root → the finished card
        self.cards: list[Card] = []
        self.of_site = {lang: self.add(self.site_card(lang), f"{lang}/blog") for lang in settings["LANGUAGES"]}

    def add_to(self, posts: Iterable[Content]) -> None:
        """Give those of *posts* that have no cover a ``card``."""
        newest = sorted(posts, key=lambda post: (post.date, post.shown_path), reverse=True)
        for number, post in enumerate(post for post in newest if not post.cover):
            if number < self.settings.get("SOCIAL_CARDS_MAX", MAX):
                post.card = self.add(self.card_of(post), f"{post.lang}/{post.slug}")
            else:
                post.card = self.of_site.get(post.lang)

    def redraw(self, post: Content) -> Path | None:
        """
        Give *post*, which says other things now, its card; None where it has none of its own.

        Returns:
            The file of the card, drawn.

        Raises:
            CardsFailedError: it cannot be.
        """
        if not post.card or post.card == self.of_site.get(post.lang):
            return None
        return self.draw(post)

    def draw(self, post: Content) -> Path:
        """
        Give *post* a card of its own; its file, drawn.

        Raises:
            CardsFailedError: it cannot be.
        """
        card = self.card_of(post)
        post.card = self.add(card, f"{post.lang}/{post.slug}")
        path = self.renderer.path_for(card)
        if not is_whole(path) and (why := _draw_all({path: card}, self.renderer.font)):
            raise CardsFailedError(why)
        return path

    def add(self, card: Card, name: str) -> Picture:
        """Have *card* drawn and published; it says its title to those who do not see it."""
        src = f"cards/{name}.{card.digest()[:8]}.png"
        self.cards.append(card)
        self.files[src] = self.renderer.path_for(card)
        alt = ". ".join(part for part in (card.title, card.site) if part)
        return Picture(src, WIDTH_PX, HEIGHT_PX, alt=alt)

    def card_of(self, post: Content) -> Card:
        """Return what stands on the card of *post*."""
        names = ", ".join(author.name for author in post.authors)
        byline = f"{names} · {self.words.date(post.date, post.lang)}"
        return Card(self.words.setting(self.settings, "SITENAME", post.lang), post.title, byline, *self._colors())

    def site_card(self, lang: str) -> Card:
        """Return what stands on the blog's own card."""
        name, tagline = (self.words.setting(self.settings, key, lang) for key in ("SITENAME", "TAGLINE"))
        return Card("", name, tagline, *self._colors())

    def _colors(self) -> tuple[str, str, str]:
        return self.settings.get("SOCIAL_CARDS_COLORS") or self.colors

    def start(self) -> None:
        """Begin to draw what is not kept from earlier builds."""
        self.renderer.start(self.cards)

    def publish(self, output: Path, before: Path | None = None) -> None:
        """Put the cards into *output* once they are all drawn, those of the output *before* where they are the same."""
        try:
            self.renderer.finish()
        except CardsFailedError as error:
            warn(error)
        for name, file in self.files.items():
            if is_whole(file):
                copy_whole(file, output / name, before and before / name)


def card_set(
    settings: Mapping[str, Any], words: SiteWords, colors: tuple[str, str, str], font: Path | None = None
) -> CardSet | None:
    """
    Return the cards of this build, in *font* or ours; None where there shall be none, or they cannot be drawn (told).
    """
    if not settings.get("SOCIAL_CARDS"):
        return None
    try:
        return CardSet(settings, words, font or FONT, colors)
    except OSError as error:
        warn(error)
        return None


def warn(error: Exception) -> None:
    """Tell that there are no cards; the rest of the site is whole."""
    log.warning("%s; %s", say("cards_failed", reason=error), say("cards_failed_fix"))


def _draw_all(cards: dict[Path, Card], font: Path) -> str:
    """Draw each card to its file; why that cannot be done, or ""."""
    try:
        for path, card in cards.items():
            write_whole(path, draw(card, font), durable=False)
    except OSError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _cut(line: str, face: ImageFont.FreeTypeFont) -> str:
    """*line* as far as the column goes."""
    if face.getlength(line) <= TITLE_WIDTH_PX:
        return line
    while line and face.getlength(f"{line}…") > TITLE_WIDTH_PX:
        line = line.rstrip("…")[:-1].rstrip(" ,;:.")
    return f"{line}…"


def _words(title: str) -> list[str]:
    """Return the words between which a line may end: a short one ("de", "a", "¿y") stays with what follows."""
    words: list[str] = []
    for word in title.split():
        if words and len(words[-1].rpartition("\u00a0")[2]) <= 2 and len(words[-1]) < 12:
            words[-1] += f"\u00a0{word}"
        else:
            words.append(word)
    return words


def _lines(words: list[str], lengths: list[float], space: float, width: float) -> list[str]:
    lines: list[str] = []
    room = 0.0
    for word, length in zip(words, lengths, strict=True):
        if lines and length + space <= room:
            lines[-1] += f" {word}"
            room -= length + space
        else:
            lines.append(word)
            room = width - length
    return lines


def _add_name(sheet: Image.Image, name: str, font: Path) -> None:
    """Draw the blog's name and the band beside everything, in the accent's colours."""
    strip = Image.new("L", (TITLE_WIDTH_PX, 64), 255)
    ImageDraw.Draw(strip).text((0, 46), name, font=_face(font, NAME_PX, 600), fill=0, anchor="ls")
    last = INK_STEPS + ACCENT_STEPS - 1
    levels = [INK_STEPS - 1 if level > 240 else INK_STEPS + level * ACCENT_STEPS // 256 for level in range(256)]
    sheet.paste(strip.point(levels), (MARGIN_PX, MARGIN_PX - 46))
    assert last < 16
    sheet.paste(INK_STEPS, (0, 0, 20, HEIGHT_PX))


def _png(sheet: Image.Image, card: Card) -> bytes:
    paper, ink, accent = (ImageColor.getrgb(c) for c in (card.paper, card.ink, card.accent))
    colours = [_between(ink, paper, step / (INK_STEPS - 1)) for step in range(INK_STEPS)]
    colours += [_between(accent, paper, step / ACCENT_STEPS) for step in range(ACCENT_STEPS)]
    picture = Image.frombytes("P", sheet.size, sheet.tobytes())
    picture.putpalette([part for colour in colours for part in colour])
    made = BytesIO()
    picture.save(made, "PNG", bits=4, compress_level=1)
    return made.getvalue()


def _between(one: tuple[int, ...], other: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one[:3], other[:3], strict=True))


@lru_cache(maxsize=16)
def _face(font: Path, size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.truetype(str(font), size_px, layout_engine=ImageFont.Layout.BASIC)
    with suppress(OSError):  # a blogger's own that has one weight only
        face.set_variation_by_axes([weight])
    return face
