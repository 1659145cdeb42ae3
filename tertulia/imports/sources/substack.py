"""Substack: the zip of its export, ``posts.csv`` and a file of HTML a post.

The lists of subscribers, and who opened what, are not read. What only payers or subscribers saw is kept unseen. The
export does not tell its host, but for where posts ask to subscribe. What was shown of elsewhere is in ``data-attrs``.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from lxml.html import HtmlElement

from tertulia.core import strict_json
from tertulia.core.addresses import split_address, web_address
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources import block_words
from tertulia.imports.sources.common import edited, has_class, inner, lines_of, made, moment, most, plain, put, removed
from tertulia.imports.tree import parse
from tertulia.imports.types import Loss, OldAddress, OldPost, OldSite, Visibility

_COLUMNS = ("post_id", "is_published", "audience")
_FETCHED = re.compile(r"https://(?:substackcdn\.com|cdn\.substack\.com)/image/fetch/.*?(https?(?:%3A|:).+)$", re.I)
_FILE_HOSTS = ("substack-post-media.s3.amazonaws.com", "substackcdn.com", "cdn.substack.com", "s3.amazonaws.com")
_PAYWALL = "paywall-jump"
_ASKS = ("subscription-widget-wrap", "subscription-widget-wrap-editor", "subscription-widget", "subscribe-widget",
         "captioned-button-wrap", "paywall", "poll-embed", "community-chat", "install-substack-app-embed",
         "directMessage", "image-link-expand")  # fmt: skip
_HOME = re.compile(r"(https://[\w.-]+)/(?:p/([\w-]+)|subscribe\b)")


def read(export: Export) -> OldSite:
    """
    All posts of the export.

    Raises:
        ContentError: it cannot be read.
    """
    bodies = {PurePosixPath(one.name).name.removesuffix(".html"): one for one in export.named(".html")}
    posts: list[OldPost] = []
    homes: list[tuple[str, str]] = []  # host, and the post of it that a link leads to
    for file in filter(_is_table, export):
        for row in csv.DictReader(lines_of(file.read())):
            known = (row.get("post_id") or "").strip()
            if not known or any(post.id == known.partition(".")[0] for post in posts):
                continue
            body = bodies.get(known)
            html = body.read().decode("utf-8-sig", "replace") if body else ""
            homes += [one for one in _HOME.findall(html) if ".substack.com" in one[0]]
            posts += _posts(row, known, html)
    lists = [one.name for one in export.named(".csv") if PurePosixPath(one.name).name.startswith("email_list")]
    own = {"", *(post.slug for post in posts)}  # others' letters are linked too
    return OldSite(
        address=most(home for home, slug in homes if slug in own),
        file_hosts=_FILE_HOSTS,
        posts=tuple(posts),
        addresses=(OldAddress(address="/feed", kind="feed"), OldAddress(address="/archive", kind="home")),
        losses=tuple(Loss("subscribers", name) for name in lists),
        read=tuple(f"post {post.id}" for post in posts),
    )


def recognises(export: Export) -> bool:
    """Whether it is an export of Substack."""
    return any(_is_table(file) for file in export)


IMPORTER = Importer("substack", "Substack", "substack", recognises, read)


def _is_table(file: ExportFile) -> bool:
    if PurePosixPath(file.name).name != "posts.csv":
        return False
    first = file.head().partition(b"\n")[0].decode("utf-8-sig", "replace")
    return all(column in first for column in _COLUMNS)


def _posts(row: dict[str, str], known: str, html: str) -> Iterator[OldPost]:
    """Yield a post; and behind it what of it only those who paid saw."""
    number, _, slug = known.partition(".")
    state, kept_back = _state(row)
    losses: list[Loss] = []
    kind = (row.get("type") or "newsletter").strip()
    if sound := web_address((row.get("podcast_url") or "").strip()):
        losses.append(Loss("podcast", sound))
    elif kind not in ("newsletter", "page", "thread"):
        losses.append(Loss("card", kind))
    root = parse(html)
    notes = _notes(root)  # stand behind the wall, whatever they are about
    paid = _behind_the_wall(root, notes) if state is Visibility.PUBLISHED else ""
    _tidied(root, losses)
    if paid:
        losses += [Loss("note_kept", name) for name in _marks(root) if name in notes]
    post = OldPost(
        id=number,
        address=f"/p/{slug}" if slug else "",
        published=moment(row.get("post_date")) if row.get("post_date") else None,
        is_page=kind == "page",
        title=one_line(row.get("title") or "", 1000),
        body=inner(root),
        notes={} if paid else notes,
        state=state,
        kept_back=kept_back,
        slug=slug,
        summary=one_line(row.get("subtitle") or "", 1000),
        losses=(*losses, *((Loss("members"),) if paid else ())),
    )
    yield post
    if paid:
        yield OldPost(
            id=f"{number}-members",
            address="",
            published=post.published,
            title=post.title,
            body=edited(paid, lambda tree: _tidied(tree, [])),
            notes=notes,
            state=Visibility.DRAFT,
            kept_back="members",
            slug=f"{slug}-members",
        )


def _state(row: dict[str, str]) -> tuple[Visibility, str]:
    """Whether everybody may see it, and why not."""
    audience = (row.get("audience") or "").strip()
    if (row.get("is_published") or "").strip().lower() != "true":
        return Visibility.DRAFT, ""
    return (Visibility.PUBLISHED, "") if audience == "everyone" else (Visibility.DRAFT, audience or "draft")


def _marks(root: HtmlElement) -> list[str]:
    return [one.get("data-note", "") for one in root.iter("sup") if one.get("data-note")]


def _behind_the_wall(root: HtmlElement, notes: Mapping[str, str]) -> str:
    """Take out what stands behind the mark of what is paid for; that, as HTML, with the notes that nobody else saw."""
    wall = next((one for one in root.iter() if isinstance(one.tag, str) and has_class(one, _PAYWALL)), None)
    if wall is None:
        return ""
    behind = made("div", text=wall.tail)
    wall.tail = None
    at = wall
    while at is not root:  # it may stand inside something: what follows that is paid for too
        while (after := at.getnext()) is not None:
            behind.append(after)
        parent = at.getparent()
        if parent is not root and parent.tail:
            behind.append(made("span", text=parent.tail))
            parent.tail = None
        at = parent
    removed(wall)
    met = _marks(behind)
    for name in (name for name in notes if name not in met):  # of what everybody saw
        note = made("p")
        note.append(made("sup", data_note=name))
        behind.append(note)
    html = inner(behind)
    return html if plain(html) or "<img" in html or met else ""


def _notes(root: HtmlElement) -> dict[str, str]:
    """Its footnotes, name → HTML; their marks say which is meant."""
    notes: dict[str, str] = {}
    for note in [one for one in root.iter("div") if has_class(one, "footnote")]:
        number = next((one.get("id", "") for one in note.iter("a") if has_class(one, "footnote-number")), "")
        words = next((one for one in note.iter("div") if has_class(one, "footnote-content")), None)
        if number and words is not None:
            notes[number] = inner(words)
            removed(note)
    for mark in [one for one in root.iter("a") if has_class(one, "footnote-anchor")]:
        name = mark.get("href", "").lstrip("#")
        if name in notes:
            put(mark, made("sup", data_note=name))
    return notes


def _tidied(root: HtmlElement, losses: list[Loss]) -> None:
    """Turn what Substack's editor writes into what it says."""
    for element in [one for one in root.iter() if isinstance(one.tag, str)]:
        if element is root or not any(above is root for above in element.iterancestors()):
            continue
        given = _attributes(element)
        if has_class(element, *_ASKS):
            if not has_class(element, "image-link-expand"):
                losses.append(Loss("form"))
            removed(element)
        elif has_class(element, "button-wrapper"):
            href = next((link.get("href", "") for link in element.iter("a")), "")
            if re.search(r"/subscribe\b|action=share|%%|/leaderboard|/comments\b", href) or not href:
                removed(element)
        elif has_class(element, "pullquote"):
            element.tag = "blockquote"
        elif element.tag == "label" and has_class(element, "hide-text"):
            removed(element)
        elif has_class(element, "latex-rendered") and isinstance(given.get("persistentExpression"), str):
            put(element, made("span", data_formula=given["persistentExpression"]))
        elif isinstance(shown := given.get("gallery"), dict) and isinstance(shown.get("images"), list):
            put(element, _gallery(shown))
        elif has_class(element, "digest-post-embed", "embedded-post-wrap") and not plain(element.text_content()):
            title, address = given.get("title"), given.get("canonical_url") or given.get("url")
            if isinstance(title, str) and isinstance(address, str):
                paragraph = made("p")
                paragraph.append(made("a", text=title, href=address))
                put(element, paragraph)
        elif address := _shown(element, given):
            put(element, made("p", data_embed=address))
        elif given and not plain(element.text_content()) and next(element.iter("img"), None) is None:
            losses.append(Loss("card", (element.get("class", "").split() or ["?"])[0]))
            put(element, _told(given))
        elif element.tag == "source":  # the parser takes the picture behind it for its child
            element.drop_tag()
        elif element.tag == "img":
            own = given.get("src")
            element.set("src", full_size(own if isinstance(own, str) and web_address(own) else element.get("src", "")))


def _told(given: dict[str, Any]) -> HtmlElement:
    """Return what a piece that the page itself would have drawn says: its words, and where it is."""
    told = parse(block_words.shown(given))
    address = given.get("url") or given.get("canonical_url")
    if isinstance(address, str) and web_address(address):
        paragraph = made("p")
        paragraph.append(made("a", text=address, href=address))
        told.append(paragraph)
    return told


def _gallery(shown: dict[str, Any]) -> HtmlElement:
    """Pictures that the page itself would have put together."""
    gallery = made("div", data_gallery="")
    alt, caption = (str(shown.get(name) or "") for name in ("alt", "caption"))
    for image in shown["images"]:
        if isinstance(image, dict) and web_address(image.get("src")):
            gallery.append(made("img", src=image["src"], alt=alt))
    if caption:
        gallery.append(made("figcaption", text=caption))
    return gallery


def _shown(element: HtmlElement, given: dict[str, Any]) -> str:
    """Return the address of what is shown of elsewhere; "" for what is not."""
    names = element.get("class", "")
    number = given.get("videoId") or given.get("instagram_id") or ""
    if isinstance(number, str) and re.fullmatch(r"[\w-]{1,40}", number):
        for name, pattern in (
            ("youtube", "https://www.youtube.com/watch?v={}"),
            ("vimeo", "https://vimeo.com/{}"),
            ("instagram", "https://www.instagram.com/p/{}/"),
        ):
            if name in names:
                return pattern.format(number)
    is_one = re.search(
        r"\b(?:tweet|twitter-embed|spotify|soundcloud|tiktok|bluesky|apple-podcast|vimeo|github-gist)", names
    )
    address = given.get("url")
    return web_address(address) if is_one and isinstance(address, str) else ""


def _attributes(element: HtmlElement) -> dict[str, Any]:
    try:
        value = strict_json.decode(element.get("data-attrs", "") or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def full_size(source: str) -> str:
    """Return the address of a picture as it was uploaded, of one that the service made smaller."""
    found = _FETCHED.match(source)
    return web_address(unquote(found[1])) if found and split_address(source).netloc else source
