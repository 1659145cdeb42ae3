"""Tumblr: the zip of its export, a file of HTML a post in ``posts/html/`` and the pictures in ``media/``.

What was reblogged is quoted as it stands there. The export does not tell the blog's host, but for links to itself; nor
an hour's zone: Tumblr writes Greenwich's.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources.common import has_class, inner, made, plain, removed
from tertulia.imports.tree import parse
from tertulia.imports.types import OldAddress, OldPost, OldSite

_NUMBER = re.compile(r"\d{3,25}")
_MOMENT = re.compile(r"([A-Za-z]+) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}),? (\d{1,2}):(\d{2}) ?([ap])m", re.I)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read(export: Export) -> OldSite:
    """
    All posts of the export.

    Raises:
        ContentError: it cannot be read.
    """
    media = {PurePosixPath(name).name: name for name in export.files if "media" in PurePosixPath(name).parts[:-1]}
    posts = tuple(_post(file, media) for file in export if _is_post(file))
    return OldSite(
        file_hosts=("media.tumblr.com",),
        posts=posts,
        addresses=tuple(_lists(posts)),
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


def _post(file: ExportFile, media: dict[str, str]) -> OldPost:
    number = PurePosixPath(file.name).stem
    root = parse(file.read().decode("utf-8-sig", "replace"))
    moment, tags = None, []
    for foot in [one for one in root.iter("div") if one.get("id") == "footer"]:
        moment = _moment(foot.text_content())
        tags = [one_line(one.text_content(), 200).lstrip("#") for one in foot.iter("span") if has_class(one, "tag")]
        removed(foot)
    heading = next(root.iter("h1"), None)
    title = one_line(plain(inner(heading)), 1000) if heading is not None else ""
    if heading is not None:
        removed(heading)
    shown = set()
    for element in root.iter("img", "video", "audio", "source"):
        name = PurePosixPath(element.get("src", "")).name
        if name in media:
            element.set("src", f"/{media[name]}")
            shown.add(name)
    for name in _forgotten(number, media, shown):  # the export forgets to name some
        root.append(made("img", src=f"/{media[name]}", alt=""))
    return OldPost(
        id=number,
        address=f"/post/{number}",
        published=moment,
        title=title,
        body=inner(root),
        tags=tuple(dict.fromkeys(filter(None, tags))),
        guid="",
    )


def _forgotten(number: str, media: dict[str, str], shown: set[str]) -> list[str]:
    if shown:
        return []
    return sorted(name for name in media if re.fullmatch(rf"{number}(?:_\d+)?\.(?:jpe?g|png|gif|webp)", name, re.I))


def _moment(text: str) -> datetime | None:
    """Such as ``September 27th, 2018 11:52pm``."""
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
