"""Tumblr: the zip of its export, a file of HTML a post in ``posts/html/`` and the pictures in ``media/``.

What was reblogged is quoted as it stands there. ``posts.xml`` beside the posts, in the words of Tumblr's first API,
tells their addresses, seconds and states; without it the export does not tell the blog's host, nor an hour's zone:
Tumblr writes Greenwich's. Messages, likes and what others asked in private are not opened.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, unquote

from lxml.html import HtmlElement

from tertulia.core import strict_json
from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources import wxr
from tertulia.imports.sources.common import has_class, inner, made, most, plain, put, removed
from tertulia.imports.sources.common import moment as moment_of
from tertulia.imports.tree import parse
from tertulia.imports.types import OldAddress, OldPost, OldSite, Visibility

_NUMBER = re.compile(r"\d{3,25}")
_MOMENT = re.compile(r"([A-Za-z]+) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}),? (\d{1,2}):(\d{2}) ?([ap])m", re.I)
_UNSEEN = {"drafts", "draft", "queue", "queued", "submissions"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read(export: Export) -> OldSite:
    """
    All posts of the export.

    Raises:
        ContentError: it cannot be read.
    """
    media = {PurePosixPath(name).name: name for name in export.files if "media" in PurePosixPath(name).parts[:-1]}
    told = {number: fields for file in export if _is_table(file) for number, fields in _told(file)}
    # Where there is a table, nobody knows the state of what it does not name: private posts are left out of some.
    other = {"state": "?"} if told else {}
    posts = tuple(
        _post(file, media, told.get(PurePosixPath(file.name).stem, other)) for file in export if _is_post(file)
    )
    return OldSite(
        address=most(split_address(post.address).origin for post in posts),
        file_hosts=("media.tumblr.com",),
        posts=posts,
        addresses=(*_shorter(posts), *_lists(posts)),
        read=tuple(f"post {post.id}" for post in posts),
    )


def recognises(export: Export) -> bool:
    """Whether it is an export of Tumblr."""
    return any(_is_post(file) for file in export)


IMPORTER = Importer("tumblr", "Tumblr", "tumblr", recognises, read)


def _is_post(file: ExportFile) -> bool:
    path = PurePosixPath(file.name)
    is_post = path.parent.name == "html" and file.suffix == ".html" and bool(_NUMBER.fullmatch(path.stem))
    return is_post and b'id="timestamp"' in file.read()


def _is_table(file: ExportFile) -> bool:
    return PurePosixPath(file.name).name == "posts.xml" and b"<post" in file.head()


def _told(file: ExportFile) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what ``posts.xml`` says of each post: number → attributes."""
    for element in wxr.elements(file, "posts"):
        fields = {str(name): str(value) for name, value in element.items()}
        if wxr.local(element) == "post" and fields.get("id"):
            yield fields["id"], fields


def _post(file: ExportFile, media: dict[str, str], told: dict[str, str]) -> OldPost:
    number = PurePosixPath(file.name).stem
    root = parse(file.read().decode("utf-8-sig", "replace"))
    moment, tags = _moment(told.get("date-gmt", "")), []
    for foot in [one for one in root.iter("div") if one.get("id") == "footer"]:
        moment = moment or _moment(foot.text_content())
        tags = [one_line(one.text_content(), 200).lstrip("#") for one in foot.iter("span") if has_class(one, "tag")]
        removed(foot)
    heading = next(root.iter("h1"), None)
    title = one_line(plain(inner(heading)), 1000) if heading is not None else ""
    if heading is not None:
        removed(heading)
    _tidied(root)
    _place_media(root, number, media)
    state, kept_back = _state(file, told, moment)
    return OldPost(
        id=number,
        address=web_address(told.get("url-with-slug") or told.get("url") or "") or f"/post/{number}",
        published=moment,
        title=title,
        body=inner(root),
        state=state,
        kept_back=kept_back,
        slug=told.get("slug", ""),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        guid="",
    )


def _state(file: ExportFile, told: dict[str, str], moment: datetime | None) -> tuple[Visibility, str]:
    """Whether everybody saw it; what lies in a folder of drafts, or has no moment, was never published."""
    folders = {part.lower() for part in PurePosixPath(file.name).parts[:-1]}
    state = told.get("state", "published").lower()
    if told.get("private", "").lower() in ("true", "1") or folders & {"private"}:
        return Visibility.DRAFT, "private"
    if state != "published" or folders & _UNSEEN or moment is None:
        return Visibility.DRAFT, "" if state in ("published", "draft") else state
    return Visibility.PUBLISHED, ""


def _tidied(root: HtmlElement) -> None:
    """Turn what Tumblr's editors write into what it says."""
    for element in list(root.iter("div", "figure", "p", "a")):
        npf = _npf(element)
        if element.tag == "a":
            element.set("href", _direct(element.get("href", "")))
        elif has_class(element, "question"):
            element.tag = "blockquote"
        elif address := web_address(unquote(element.get("data-url", ""))):
            put(element, made("p", data_embed=address))
        elif npf.get("type") == "poll" and isinstance(npf.get("answers"), list):
            put(element, _poll(npf))
        elif has_class(element, "photoset", "photoset_row", "npf_row") and len(list(element.iter("img"))) > 1:
            element.set("data-gallery", "")


def _npf(element: HtmlElement) -> dict[str, Any]:
    try:
        value = strict_json.decode(element.get("data-npf", "") or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _poll(npf: dict[str, Any]) -> HtmlElement:
    poll = made("div")
    poll.append(made("p", text=str(npf.get("question") or "")))
    answers = made("ul")
    for one in npf["answers"]:
        if isinstance(one, dict) and isinstance(words := one.get("answer_text") or one.get("answerText"), str):
            answers.append(made("li", text=words))
    poll.append(answers)
    return poll


def _direct(href: str) -> str:
    """Where a link leads that Tumblr sends through a host of its own."""
    parts = split_address(href)
    if parts.host == "href.li":
        return unquote(parts.query) if web_address(unquote(parts.query)) else href
    if parts.host == "t.umblr.com" and (found := parse_qs(parts.query).get("z")):
        return web_address(found[0]) or href
    return href


def _place_media(root: HtmlElement, number: str, media: dict[str, str]) -> None:
    """Lead pictures and films to the files of the export, which calls them by the post's number."""
    shown, elsewhere = set(), []
    for element in root.iter("img", "video", "audio", "source"):
        element.attrib.pop("srcset", None)
        name = PurePosixPath(element.get("src", "")).name
        if name in media:
            element.set("src", f"/{media[name]}")
            shown.add(name)
        elif element.tag == "img" and host_of(element.get("src", "")).endswith(".media.tumblr.com"):
            elsewhere.append(element)
    files = _forgotten(number, media, shown)
    if elsewhere and len(elsewhere) == len(files):
        for element, name in zip(elsewhere, files, strict=True):
            element.set("src", f"/{media[name]}")
    else:
        for name in files:  # the export forgets to name some
            root.append(made("img", src=f"/{media[name]}", alt=""))


def _forgotten(number: str, media: dict[str, str], shown: set[str]) -> list[str]:
    if shown:
        return []
    found = [name for name in media if re.fullmatch(rf"{number}(?:_\d+)?\.(?:jpe?g|png|gif|webp)", name, re.I)]
    return sorted(found, key=lambda name: [int(one) for one in re.findall(r"\d+", name)])


def _shorter(posts: tuple[OldPost, ...]) -> Iterator[OldAddress]:
    """Return a post answers by its number alone too."""
    return (OldAddress(address=f"/post/{post.id}", kind="post", target=post.id) for post in posts)


def _moment(text: str) -> datetime | None:
    """Such as ``September 27th, 2018 11:52pm``, or ``2018-09-27 23:52:11 GMT``."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?: GMT)?", text):
        return moment_of(text.removesuffix(" GMT"))
    found = _MOMENT.search(" ".join(text.split()))
    if not found or found[1][:3].lower() not in _MONTHS:
        return None
    hour = int(found[4]) % 12 + (12 if found[6].lower() == "p" else 0)
    month = _MONTHS.index(found[1][:3].lower()) + 1
    try:
        return datetime(int(found[3]), month, int(found[2]), hour, int(found[5]), tzinfo=UTC)
    except ValueError:
        return None


def _lists(posts: tuple[OldPost, ...]) -> Iterator[OldAddress]:
    for tag in dict.fromkeys(tag for post in posts for tag in post.tags):
        for written in dict.fromkeys((tag.replace(" ", "-"), tag.replace(" ", "%20"))):
            yield OldAddress(address=f"/tagged/{written}", kind="tag", target=tag)
    yield OldAddress(address="/rss", kind="feed")
    yield OldAddress(address="/archive", kind="home")
