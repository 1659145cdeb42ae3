"""A capture as HTML: a quotation with its source, no script, nothing from another host.

The figure is an h-cite (https://microformats.org/wiki/h-cite) that mf2 parsers read back; styles hang on
``figure[data-embed]``. A player carries the address of its privacy-friendly player in ``data-player``; the theme's
``embed.js`` puts a button on it, and without JavaScript the picture links to the original.
"""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from tertulia.core import languages
from tertulia.core.addresses import readable_site, split_address
from tertulia.core.moments import parse_moment
from tertulia.core.text import one_line
from tertulia.embeds.types import Author, Capture, Image, Policy, Quoted

_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIGURE = re.compile(r'<figure class="h-cite" data-embed=.*?</figure>', re.DOTALL)
# How many lines of a gist's file are shown.
CODE_LINES = 60


@dataclass(frozen=True, slots=True)
class Page:
    """Where an embed is drawn."""

    lang: str = languages.DEFAULT
    pictures_url: str = "/embeds"  # where the published pictures are
    zone: dt.tzinfo = dt.UTC  # whose calendar the dates follow

    def say(self, key: str, **values: object) -> str:
        """A word for readers, in the page's language."""
        return languages.text(f"figure_{key}", self.lang, **values)

    def date(self, value: str) -> str:
        """An ISO date or moment in words, "21 de noviembre de 2026"; the value itself when it is neither."""
        moment = parse_moment(value, None)
        if moment is None:
            return value
        day = moment.astimezone(self.zone).date() if moment.tzinfo else moment.date()
        return languages.date_words(day, self.lang)


def draw(capture: Capture, page: Page, policy: Policy = "keep") -> str:
    """
    The whole figure.

    Args:
        policy: What to do with an item that is gone: "keep" it as it was, keep the "text" without pictures, or
            "remove" it and say so. An item that is still there is always whole.
    """
    if capture.state != "gone":
        policy = "keep"
    if policy == "remove":
        body = f"<p>{escape(page.say('removed_by_author'))}</p>"
        return _figure(capture, body, _source(capture, page))
    body = _BODIES[capture.kind](capture, page, policy == "keep")
    return _figure(capture, body, _caption(capture, page, policy == "keep"))


def plain(html: str) -> str:
    """*html* with every embed in the form that feed readers keep: no avatars, no data attributes, a plain source."""
    return _FIGURE.sub(lambda found: _plain_figure(found[0]), html) if "data-embed=" in html else html


def readable(url: str) -> str:
    """An address for human eyes: "mas.to/@ana/1134", at most 70 characters."""
    shown = f"{readable_site(url)}{split_address(url).path.rstrip('/')}" or one_line(url)
    return shown if len(shown) <= 70 else shown[:69] + "…"


def link(url: str, label: str = "") -> str:
    """A paragraph with the link alone: what stands where there is no capture."""
    shown = f"{label}: {readable(url)}" if label else readable(url)
    return f'<p><a href="{escape(url)}">{escape(shown)}</a></p>'


def _figure(capture: Capture, body: str, caption: str) -> str:
    gone = ' data-state="gone"' if capture.state == "gone" else ""
    player = ""
    if capture.kind == "player" and capture.player:
        player = f' data-player="{escape(capture.player)}" data-ratio="{_ratio(capture)}"'
    return (
        f'<figure class="h-cite" data-embed="{escape(capture.provider)}"{gone}{player}>\n'
        f"{body}\n<figcaption>{caption}</figcaption>\n</figure>"
    )


def _ratio(capture: Capture) -> str:
    """The shape of the player, "16/9" where nothing tells: a poster of 4:3 is what most services give for any film."""
    if capture.width_px and capture.height_px:
        return f"{capture.width_px}/{capture.height_px}"
    size = capture.poster
    return f"{size.width_px}/{size.height_px}" if size and 3 * size.width_px != 4 * size.height_px else "16/9"


def _post(capture: Capture, page: Page, whole: bool) -> str:
    text = f'<div class="e-content">{capture.html}</div>' if capture.html else ""
    if capture.title:
        text = f'<p class="p-name">{escape(capture.title)}</p>{text}'
    if capture.warning:
        text = (
            f"<details><summary>{escape(page.say('warning'))}: {escape(capture.warning)}</summary>"
            f"{text}{_pictures(capture, page) if whole else ''}</details>"
        )
    elif whole:
        text += _pictures(capture, page)
    return (
        _context(capture.reply_to, page, "in_reply_to")
        + f'<blockquote cite="{escape(capture.url)}"{_lang(capture.lang, page)}>{text}'
        + _context(capture.quoted, page, "quoted")
        + "</blockquote>"
        + _earlier(capture, page)
    )


def _player(capture: Capture, page: Page, whole: bool) -> str:
    title = capture.title or capture.network
    key = "watch" if capture.title else "watch_plain"
    label = escape(page.say(key, title=title, network=capture.network))
    poster = _image(capture.poster, page, alt="") if whole and capture.poster else ""
    length = f" ({_length(capture.duration_seconds)})" if capture.duration_seconds else ""
    words = (
        f' data-play="{escape(page.say("play"))}" data-note="{escape(page.say("play_note", network=capture.network))}"'
    )
    return f'<a href="{escape(capture.url)}"{words if capture.player else ""}>{poster}<span>{label}{length}</span></a>'


def _card(capture: Capture, page: Page, whole: bool) -> str:
    picture = _image(capture.pictures[0], page) if whole and capture.pictures else ""
    title = escape(capture.title or readable(capture.url))
    text = f'<div class="p-summary">{capture.html}</div>' if capture.html else ""
    return (
        f'<blockquote cite="{escape(capture.url)}"{_lang(capture.lang, page)}>{picture}'
        f'<p><a href="{escape(capture.url)}"><cite class="p-name">{title}</cite></a></p>{text}</blockquote>'
    )


def _photo(capture: Capture, page: Page, whole: bool) -> str:
    if not (whole and capture.pictures):
        return _card(capture, page, whole)
    image = _image(capture.pictures[0], page, alt=capture.pictures[0].alt or capture.title)
    return f'<a href="{escape(capture.url)}">{image}</a>'


def _code(capture: Capture, page: Page, whole: bool) -> str:
    parts = []
    for file in capture.files:
        lines = file.text.split("\n")
        cut = file.cut or len(lines) > CODE_LINES
        note = f"<p>{escape(page.say('cut', network=capture.network))}</p>" if cut else ""
        code = escape("\n".join(lines[:CODE_LINES]))
        parts.append(f"<p><code>{escape(file.name)}</code></p><pre><code>{code}</code></pre>{note}")
    # Markdown must not mistake lines of code for its own: blank lines are kept by the stash, nothing else is needed.
    return f'<blockquote cite="{escape(capture.url)}" class="e-content">{"".join(parts)}</blockquote>'


_BODIES = {"post": _post, "player": _player, "card": _card, "photo": _photo, "code": _code}


def _caption(capture: Capture, page: Page, whole: bool) -> str:
    parts = []
    if capture.author and capture.author.name:
        parts.append(_author(capture.author, page, whole))
    if capture.kind in ("player", "photo", "code") and capture.title:
        parts.insert(0, f'<cite class="p-name">{escape(capture.title)}</cite>')
    if capture.duration_seconds:
        seconds = capture.duration_seconds
        parts.append(f'<time class="dt-duration" datetime="PT{seconds}S">{_length(seconds)}</time>')
    parts.append(_source(capture, page))
    return ", ".join(parts) + _marks(capture, page)


def _source(capture: Capture, page: Page) -> str:
    """Network and date, which link to the original: always there, whatever else is missing."""
    network = escape(capture.network or readable(capture.url))
    when = ""
    if capture.published:
        day = escape(page.date(capture.published))
        when = f', <time class="dt-published" datetime="{escape(capture.published)}">{day}</time>'
    return f'<a class="u-url" href="{escape(capture.url)}">{network}{when}</a>'


def _marks(capture: Capture, page: Page) -> str:
    marks = []
    if capture.edited:
        day = escape(page.date(capture.edited))
        marks.append(
            f'{escape(page.say("edited"))} <time class="dt-updated" datetime="{escape(capture.edited)}">{day}</time>'
        )
    if capture.state == "gone":
        marks.append(escape(page.say("gone", date=page.date(capture.gone))))
    return "".join(f" <small>{mark}</small>" for mark in marks)


def _author(author: Author, page: Page, whole: bool) -> str:
    avatar = _image(author.avatar, page, alt="", mark=' class="u-photo" data-avatar=""') if whole else ""
    handle = f' <span class="p-nickname">{escape(author.handle)}</span>' if author.handle else ""
    name = f'<span class="p-name">{escape(author.name)}</span>{handle}'
    # <bdi> keeps a name written from right to left from turning what stands around it.
    if author.url:
        return f'{avatar}<a class="p-author h-card" href="{escape(author.url)}"><bdi>{name}</bdi></a>'
    return f'{avatar}<span class="p-author h-card"><bdi>{name}</bdi></span>'


def _context(beside: Quoted | None, page: Page, key: str) -> str:
    if beside is None:
        return ""
    who = f"<bdi>{escape(beside.author.handle or beside.author.name)}</bdi>"
    source = f'<p>{escape(page.say(key))} <a href="{escape(beside.url)}">{who}</a></p>'
    return f'{source}<blockquote cite="{escape(beside.url)}"{_lang(beside.lang, page)}>{beside.html}</blockquote>'


def _earlier(capture: Capture, page: Page) -> str:
    return "".join(
        f"<details><summary>{escape(page.say('earlier', date=page.date(before.until)))}</summary>"
        f"<blockquote{_lang(capture.lang, page)}>{before.html}</blockquote></details>"
        for before in capture.earlier
    )


def _pictures(capture: Capture, page: Page) -> str:
    name = capture.author.name if capture.author else capture.network
    fallback = page.say("picture", name=name)
    shown = []
    for image in capture.pictures:
        drawn = _image(image, page, alt=image.alt or fallback, mark=' class="u-photo"')
        if image.video:
            label = escape(page.say("film", network=capture.network))
            drawn = f'<a href="{escape(capture.url)}">{drawn}<span>▶ {label}</span></a>'
        shown.append(drawn)
    return f"<p data-pictures>{''.join(shown)}</p>" if shown else ""


def _image(image: Image | None, page: Page, alt: str | None = None, mark: str = "") -> str:
    if image is None:
        return ""
    words = escape(image.alt if alt is None else alt)
    # An empty attribute says that the picture adds nothing to the words; spelled out, Pelican warns of it.
    described = f'alt="{words}"' if words else "alt"
    return (
        f'<img{mark} src="{escape(page.pictures_url)}/{escape(image.file)}" width="{image.width_px}" '
        f'height="{image.height_px}" {described} loading="lazy" decoding="async">'
    )


def _lang(tag: str, page: Page) -> str:
    """The attributes of words in *tag*: its language, and its direction where that is not the page's."""
    if not _LANGUAGE_TAG.fullmatch(tag) or tag in ("und", "zxx"):
        return ""
    known = languages.current()
    direction = known.get(tag).direction
    return f' lang="{tag}"' + (f' dir="{direction}"' if direction != known.get(page.lang).direction else "")


def _length(seconds: int) -> str:
    """4:13, 1:02:03."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _plain_figure(figure: str) -> str:
    figure = re.sub(r"<img[^>]* data-avatar=[^>]*>", "", figure)
    figure = re.sub(r' (?:class|data-[a-z]+|loading|decoding)(?:="[^"]*")?', "", figure)
    figure = re.sub(r"</?bdi>", "", figure)
    caption = figure.replace("<figcaption>", "<p>— ").replace("</figcaption>", "</p>")
    return caption.replace("<figure>", "<div>").replace("</figure>", "</div>")


def published(html: Iterable[str], pictures_url: str) -> set[str]:
    """The pictures that pages use, as "provider/file.webp": what must be copied to the published site."""
    pattern = re.compile(re.escape(escape(pictures_url)) + r'/([a-z0-9_-]+/[A-Za-z0-9._-]+\.webp)"')
    return {found for page in html if "data-embed=" in page for found in pattern.findall(page)}
