"""A capture as HTML: a quotation with its source, no script, nothing from another host.

The figure is an h-cite (https://microformats.org/wiki/h-cite) that mf2 parsers read back; styles hang on
``figure[data-embed]``. A player carries the address of its privacy-friendly player in ``data-player``; the theme's
``embed.js`` puts a button on it, and without JavaScript the picture links to the original.
"""

import datetime as dt
import re
from collections.abc import Iterable
from html import escape

from msgspec import Struct

from tertulia.core import languages, lazy_re
from tertulia.core.addresses import readable_site, split_address
from tertulia.core.moments import parse_moment
from tertulia.core.sanitise import plain as words_of
from tertulia.core.text import one_line, shorten
from tertulia.embeds.types import Author, Capture, Choice, Image, Policy, Quoted

_LANGUAGE_TAG = lazy_re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIGURE = lazy_re.compile(r'<figure class="h-cite" data-embed=.*?</figure>', re.DOTALL)
# How many lines of a gist's file are shown.
CODE_LINES = 60
# A longer post is shown by its beginning, and the rest at a press.
FOLD_CHARACTERS = 1500
SHOWN_CHARACTERS = 700
# A picture higher than this, for its width, is a screenshot to be opened and read.
TALL = 2.2
LARGE_PX = 700
_BLOCK = lazy_re.compile(r"<(/?)(?:p|ul|ol|blockquote|pre)\b[^>]*>")
_SHORTCODE = lazy_re.compile(r":([A-Za-z0-9_]+):")


class Page(Struct, frozen=True):
    """Where an embed is drawn."""

    lang: str = languages.DEFAULT
    pictures_url: str = "/embeds"  # where the published pictures are
    zone: dt.tzinfo = dt.UTC  # whose calendar the dates follow

    def say(self, key: str, **values: object) -> str:
        """Return a word for readers, in the page's language."""
        return languages.text(f"figure_{key}", self.lang, **values)

    def date(self, value: str) -> str:
        """Return an ISO date or moment in words, "21 de noviembre de 2026"; the value itself when it is neither."""
        moment = parse_moment(value, None)
        if moment is None:
            return value
        day = moment.astimezone(self.zone).date() if moment.tzinfo else moment.date()
        return languages.date_words(day, self.lang)


def draw(capture: Capture, page: Page, policy: Policy = "keep") -> str:
    """
    Return the whole figure.

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


def without_embeds(html: str) -> str:
    """*html* as its author wrote it: with nothing that others say."""
    return _FIGURE.sub("", html) if "data-embed=" in html else html


def plain(html: str) -> str:
    """*html* with every embed in the form that feed readers keep: no avatars, no data attributes, a plain source."""
    return _FIGURE.sub(lambda found: _plain_figure(found[0]), html) if "data-embed=" in html else html


def readable(url: str) -> str:
    """Return an address for human eyes: "mas.to/@ana/1134", at most 70 characters."""
    shown = f"{readable_site(url)}{split_address(url).path.rstrip('/')}" or one_line(url)
    return shown if len(shown) <= 70 else shown[:69] + "…"


def link(url: str, label: str = "") -> str:
    """Return a paragraph with the link alone: what stands where there is no capture."""
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
    """
    Return the shape of the player, "16/9" where nothing tells: a poster of 4:3 is what most services give for any film.
    """
    if capture.width_px and capture.height_px:
        return f"{capture.width_px}/{capture.height_px}"
    size = capture.poster
    return f"{size.width_px}/{size.height_px}" if size and 3 * size.width_px != 4 * size.height_px else "16/9"


def _post(capture: Capture, page: Page, whole: bool) -> str:
    title = f'<p class="p-name" dir="auto">{escape(capture.title)}</p>' if capture.title else ""
    return (
        _context(capture, capture.reply_to, page, whole, "in_reply_to")
        + f'<blockquote cite="{escape(capture.url)}"{_lang(capture.lang, page)}>'
        + _said(capture, capture, page, whole, title)
        + _context(capture, capture.quoted, page, whole, "quoted")
        + "</blockquote>"
        + _earlier(capture, page, whole)
    )


def _said(post: Capture | Quoted, capture: Capture, page: Page, whole: bool, title: str = "") -> str:
    """Return what *post*, the captured one or one beside it, says and shows; what its author covered stays covered."""
    words = title
    if post.html:
        mark = ' class="e-content"' if post is capture else ""
        words += f'<div{mark} dir="auto">{_with_emojis(_folded(post.html, page), post, page, whole)}</div>'
    words += _poll(post.poll, page)
    if post.more:
        goes_on = escape(page.say("goes_on", network=capture.network))
        words += f'<p><a href="{escape(post.url)}">{goes_on}</a></p>'
    shown = _media(post, capture, page) if whole else ""
    if not (words or shown):
        words = f"<p>{escape(page.say('no_words', network=capture.network))}</p>"
    if post.warning:
        warning = f"{escape(page.say('warning'))}: {escape(post.warning)}"
        warning = _with_emojis(warning, post, page, whole)
        return f'<details><summary dir="auto">{warning}</summary>{words}{shown}</details>'
    return words + (_covered(shown, page) if post.sensitive else shown)


def _covered(shown: str, page: Page) -> str:
    return f"<details><summary>{escape(page.say('sensitive'))}</summary>{shown}</details>" if shown else ""


def _folded(html: str, page: Page) -> str:
    """*html*, and when it is long its beginning, with the rest folded."""
    if len(html) <= FOLD_CHARACTERS or len(words_of(html)) <= FOLD_CHARACTERS:
        return html
    shown = ""
    rest = _blocks(html)
    while rest and len(words_of(shown + rest[0])) <= SHOWN_CHARACTERS:
        shown += rest.pop(0)
    if not shown:  # one paragraph that has no end: its first words, and then the whole of it
        first = escape(shorten(words_of(rest[0]), SHOWN_CHARACTERS), quote=False)
        shown = f"<p>{first}</p>"
    return f"{shown}<details><summary>{escape(page.say('read_on'))}</summary>{''.join(rest)}</details>"


def _blocks(html: str) -> list[str]:
    """Return the paragraphs, lists and quotations of *html*, one after the other."""
    found, start, depth = [], 0, 0
    for tag in _BLOCK.finditer(html):
        depth += -1 if tag[1] else 1
        if depth == 0:
            found.append(html[start : tag.end()])
            start = tag.end()
    return [*found, html[start:]] if html[start:].strip() else found


def _with_emojis(html: str, post: Capture | Quoted, page: Page, whole: bool) -> str:
    """*html* with its author's own signs (":gato:") drawn."""
    if not (whole and post.emojis):
        return html

    def drawn(found: re.Match[str]) -> str:
        image = post.emojis.get(found[1])
        return _image(image, page, mark=' data-emoji=""') if image else found[0]

    pieces = re.split(r"(<[^>]*>)", html)
    return "".join(piece if piece.startswith("<") else _SHORTCODE.sub(drawn, piece) for piece in pieces)


def _poll(poll: list[Choice], page: Page) -> str:
    total = sum(choice.votes for choice in poll if choice.votes > 0)
    shown = [
        page.say("votes", title=choice.title, percent=round(100 * choice.votes / total), votes=choice.votes)
        if total and choice.votes >= 0
        else choice.title
        for choice in poll
    ]
    lines = "".join(f'<li dir="auto">{escape(line)}</li>' for line in shown)
    return f"<ul>{lines}</ul>" if lines else ""


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
    picture = _covered(picture, page) if capture.sensitive else picture
    title = escape(capture.title or readable(capture.url))
    text = f'<div class="p-summary" dir="auto">{capture.html}</div>' if capture.html else ""
    return (
        f'<blockquote cite="{escape(capture.url)}"{_lang(capture.lang, page)}>{picture}'
        f'<p dir="auto"><a href="{escape(capture.url)}"><cite class="p-name">{title}</cite></a></p>{text}</blockquote>'
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
    shown = f'<blockquote cite="{escape(capture.url)}" class="e-content">{"".join(parts)}</blockquote>'
    return shown + _earlier(capture, page, whole)


_BODIES = {"post": _post, "player": _player, "card": _card, "photo": _photo, "code": _code}


def _caption(capture: Capture, page: Page, whole: bool) -> str:
    parts = []
    if capture.author and capture.author.name:
        parts.append(_author(capture.author, capture, page, whole))
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


def _author(author: Author, capture: Capture, page: Page, whole: bool) -> str:
    avatar = _image(author.avatar, page, alt="", mark=' class="u-photo" data-avatar=""') if whole else ""
    # <bdi> keeps a name written from right to left from turning what stands around it, its own handle included.
    handle = f' <bdi class="p-nickname">{escape(author.handle)}</bdi>' if author.handle else ""
    shown = _with_emojis(escape(author.name), capture, page, whole)
    name = f'<bdi class="p-name">{shown}</bdi>{handle}'
    if author.url:
        return f'{avatar}<a class="p-author h-card" href="{escape(author.url)}">{name}</a>'
    return f'{avatar}<span class="p-author h-card">{name}</span>'


def _context(capture: Capture, beside: Quoted | None, page: Page, whole: bool, key: str) -> str:
    if beside is None:
        return ""
    who = f"<bdi>{escape(beside.author.handle or beside.author.name)}</bdi>"
    source = f'<p>{escape(page.say(key))} <a href="{escape(beside.url)}">{who}</a></p>'
    said = _said(beside, capture, page, whole)
    return f'{source}<blockquote cite="{escape(beside.url)}"{_lang(beside.lang, page)}>{said}</blockquote>'


def _earlier(capture: Capture, page: Page, whole: bool) -> str:
    shown = ""
    for before in capture.earlier:
        summary = escape(page.say("earlier", date=page.date(before.until)))
        pictures = _figures(before.pictures, capture, capture, page) if whole else []
        shown += (
            f"<details><summary>{summary}</summary><blockquote{_lang(capture.lang, page)}>{before.html}"
            f"{_grid(pictures)}</blockquote></details>"
        )
    return shown


def _media(post: Capture | Quoted, capture: Capture, page: Page) -> str:
    """Pictures and films; of what plays elsewhere, that it does."""
    shown = _figures(post.pictures, post, capture, page)
    for film in capture.films if post is capture else []:
        loops = " loop muted" if film.loops else ""
        shown.append(
            f'<video src="{escape(page.pictures_url)}/{escape(film.file)}" controls{loops} preload="metadata" '
            f'aria-label="{escape(film.alt or page.say("film_of", name=_name(post, capture)))}"></video>'
        )
    pictures = _grid(shown)
    for item in post.elsewhere:
        label = escape(page.say("film" if item.kind == "video" else "sound", network=capture.network))
        alt = f": {escape(item.alt)}" if item.alt else ""
        pictures += f'<p dir="auto">▶ <a href="{escape(post.url)}">{label}</a>{alt}</p>'
    return pictures


def _name(post: Capture | Quoted, capture: Capture) -> str:
    return post.author.name if post.author else capture.network


def _grid(shown: list[str]) -> str:
    return f"<p data-pictures>{''.join(shown)}</p>" if shown else ""


def _figures(images: list[Image], post: Capture | Quoted, capture: Capture, page: Page) -> list[str]:
    """Each of *images*; films lead to where they are, large and tall pictures to themselves."""
    fallback = page.say("picture", name=_name(post, capture))
    shown = []
    for image in images:
        drawn = _image(image, page, alt=image.alt or fallback, mark=' class="u-photo"')
        if image.video:
            label = escape(page.say("film", network=capture.network))
            drawn = f'<a href="{escape(post.url)}">{drawn}<span>▶ {label}</span></a>'
        elif (tall := image.height_px > TALL * image.width_px) or image.width_px > LARGE_PX:
            mark = ' data-tall=""' if tall else ""
            drawn = f'<a{mark} href="{escape(page.pictures_url)}/{escape(image.file)}">{drawn}</a>'
        shown.append(drawn)
    return shown


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
    """Return the attributes of words in *tag*: its language, and its direction where that is not the page's."""
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
    figure = re.sub(r"</?bdi\b[^>]*>", "", figure)
    caption = figure.replace("<figcaption>", "<p>— ").replace("</figcaption>", "</p>")
    return caption.replace("<figure>", "<div>").replace("</figure>", "</div>")


def published(html: Iterable[str], pictures_url: str) -> set[str]:
    """
    Return the pictures and films that pages use, as "provider/file.webp": what must be copied to the published site.
    """
    pattern = re.compile(re.escape(escape(pictures_url)) + r'/([a-z0-9_-]+/[A-Za-z0-9._-]+\.(?:webp|mp4))"')
    return {found for page in html if "data-embed=" in page for found in pattern.findall(page)}
