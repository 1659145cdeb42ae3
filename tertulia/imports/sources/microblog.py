"""Micro.blog: its archive ``.bar``, a zip with ``feed.json`` and ``uploads/``; any other JSON Feed is read alike.

https://www.jsonfeed.org/version/1.1/. Its exports for Hugo and Jekyll are folders of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import PurePosixPath
from typing import Any

from tertulia.core import strict_json
from tertulia.core.addresses import split_address, web_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.slugs import slug_of
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.registry import Importer
from tertulia.imports.sources.common import moment, most
from tertulia.imports.types import Loss, OldAddress, OldAuthor, OldPost, OldSite, Visibility

_MARK = b"jsonfeed.org/version/"


def read(export: Export) -> OldSite:
    """
    All items of the feed.

    Raises:
        ContentError: it cannot be read.
    """
    posts: dict[str, OldPost] = {}
    homes: list[str] = []
    for file in filter(_is_feed, export):
        try:
            feed = strict_json.decode(file.read().removeprefix(b"\xef\xbb\xbf"))
        except ValueError as error:
            raise ContentError(say("import_broken_file", file=file.name, why=error)) from error
        feed = feed if isinstance(feed, dict) else {}
        homes.append(web_address(_text(feed, "home_page_url")).rstrip("/"))
        items = feed.get("items")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and (post := _post(item, feed)):
                posts.setdefault(post.id, post)
    names = dict.fromkeys(name for post in posts.values() for name in post.authors)
    return OldSite(
        address=most(homes) or most(split_address(post.address).origin for post in posts.values()),
        authors=tuple(OldAuthor(key=name, name=name) for name in names),
        posts=tuple(posts.values()),
        addresses=tuple(_lists(posts.values())),
        read=tuple(f"post {known}" for known in posts),
    )


def recognises(export: Export) -> bool:
    """Whether it holds a JSON Feed."""
    return any(_is_feed(file) for file in export)


IMPORTER = Importer("microblog", "Micro.blog", "microblog", recognises, read)


def _is_feed(file: ExportFile) -> bool:
    return file.suffix == ".json" and _MARK in file.head().replace(b"\\/", b"/")


def _post(item: Mapping[str, Any], feed: Mapping[str, Any]) -> OldPost | None:
    address = web_address(_text(item, "url"))
    known = str(item.get("id") or address)
    html, text = _text(item, "content_html"), _text(item, "content_text")
    if not known:
        return None
    parts = split_address(known)
    elsewhere = web_address(_text(item, "external_url"))
    tags = item.get("tags")
    return OldPost(
        id=slug_of("-".join(filter(None, (parts.path or known, parts.query)))) or known,
        address=address,
        published=moment(item.get("date_published")),
        title=one_line(_text(item, "title"), 1000),
        body=(html or paragraphs(escape(text, quote=False))) + "".join(_attached(item)),
        state=Visibility.DRAFT if _is_draft(item) else Visibility.PUBLISHED,
        slug=PurePosixPath(split_address(address).path).stem,
        lang=(_text(item, "language") or _text(feed, "language")),
        authors=tuple(_names(item) or _names(feed)),
        tags=tuple(dict.fromkeys(one_line(tag, 200) for tag in tags if isinstance(tag, str)))
        if isinstance(tags, list)
        else (),
        summary=one_line(_text(item, "summary"), 1000),
        cover=_text(item, "image"),
        guid=_text(item, "id"),
        losses=(Loss("canonical", elsewhere),) if elsewhere else (),
    )


def _attached(item: Mapping[str, Any]) -> Iterator[str]:
    """Yield what comes with an item: a sound, a film, a picture, as HTML."""
    found = item.get("attachments")
    for one in found if isinstance(found, list) else ():
        address = web_address(_text(one, "url")) if isinstance(one, dict) else ""
        kind = _text(one, "mime_type").partition("/")[0] if address else ""
        if kind in ("audio", "video"):
            yield f'\n<{kind} src="{escape(address)}"></{kind}>\n'
        elif kind == "image":
            yield f'\n<p><img src="{escape(address)}" alt="{escape(_text(one, "title"))}"></p>\n'


def _is_draft(item: Mapping[str, Any]) -> bool:
    """Whether an extension says that it was none for readers: https://www.jsonfeed.org/version/1.1/#extensions."""
    own = [value for name, value in item.items() if name.startswith("_") and isinstance(value, dict)]
    return any(_holds(name, value) for one in (item, *own) for name, value in one.items())


def _holds(name: str, value: object) -> bool:
    """Whether an entry keeps its item back, in whatever spelling; a state that nobody knows does."""
    name, told = name.lower().removeprefix("is_").replace("-", "_"), str(value).strip().lower()
    if name in ("draft", "private", "unpublished", "hidden"):
        return told not in ("", "false", "no", "0", "none")
    if name in ("published", "public"):
        return told in ("false", "no", "0")
    is_state = name in ("status", "post_status", "state", "visibility")
    return is_state and told not in ("", "none", "public", "published", "publish", "live")


def _names(table: Mapping[str, Any]) -> list[str]:
    found = table.get("authors")
    authors = found if isinstance(found, list) else [table.get("author")]
    return [one_line(_text(one, "name"), 200) for one in authors if isinstance(one, dict) and _text(one, "name")]


def _lists(posts: Iterable[OldPost]) -> Iterator[OldAddress]:
    tags = dict.fromkeys(tag for post in posts for tag in post.tags)
    for tag in tags:
        yield OldAddress(address=f"/categories/{slug_of(tag)}/", kind="tag", target=tag)
    for path in ("/feed.xml", "/feed.json", "/index.xml"):
        yield OldAddress(address=path, kind="feed")
    yield OldAddress(address="/archive/", kind="home")


def _text(table: Mapping[str, Any], name: str) -> str:
    value = table.get(name)
    return value if isinstance(value, str) else ""
