"""Ghost: the JSON of its export, with the folder ``content/images`` beside it if there is one.

https://ghost.org/docs/migration/ghost/. The export does not tell its host: its own addresses begin with
``__GHOST_URL__``. What only members, payers or letters had is kept unseen; so is what stands behind the mark of the
public preview, as a draft of its own. Users' addresses and passwords stay there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml.html import HtmlElement

from tertulia.core import strict_json
from tertulia.core.addresses import web_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources import ghost_body
from tertulia.imports.sources.common import edited, has_class, made, moment, plain, put, removed
from tertulia.imports.sources.ghost_talk import comments_of
from tertulia.imports.types import LeftOut, Loss, OldAddress, OldAuthor, OldPost, OldSite, Visibility

HOME = "__GHOST_URL__"
_MEMBERS = re.compile(r"<!--\s*members-only\s*-->")
_SIZED = re.compile(r"(/content/images)/size/w\d+(?:h\d+)?(?:/format/\w+)?/")
# https://github.com/TryGhost/Ghost/blob/main/ghost/core/core/server/services/members/content-gating.js
_GATED = re.compile(r"<!--\s*kg-gated-block:begin\b([^\n>]*)-->(.*?)(?:<!--\s*kg-gated-block:end\s*-->|\Z)", re.DOTALL)
# What only letters said: https://ghost.org/docs/email-newsletters/ (read 2026-11)
_LETTER = re.compile(r"<!--\s*kg-card-begin:\s*email\b.*?(?:<!--\s*kg-card-end:\s*email\b[^>]*-->|\Z)", re.DOTALL)
Row = Mapping[str, Any]


def read(export: Export) -> OldSite:
    """
    All that the export's files hold, together.

    Raises:
        ContentError: one of them cannot be read.
    """
    tables: dict[str, list[Row]] = {}
    for file in filter(_is_ghost, export):
        for data in _databases(file):
            for name, rows in data.items():
                if isinstance(rows, list):
                    tables.setdefault(name, []).extend(row for row in rows if isinstance(row, dict))
    return _GhostTables(tables).site()


def recognises(export: Export) -> bool:
    """Whether it is an export of Ghost."""
    return any(_is_ghost(file) for file in export)


IMPORTER = Importer("ghost", "Ghost", "ghost", recognises, read)


def _is_ghost(file: ExportFile) -> bool:
    if file.suffix != ".json":
        return False
    head = file.head()
    return bool(re.match(rb"\s*\{\s*\"(?:db|meta|data)\"", head.removeprefix(b"\xef\xbb\xbf"))) and (
        b'"exported_on"' in head or b'"mobiledoc"' in head or b'"posts_authors"' in head or b'"lexical"' in head
    )


def _databases(file: ExportFile) -> Iterator[dict[str, Any]]:
    try:
        value = strict_json.decode(file.read().removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        raise ContentError(say("import_broken_file", file=file.name, why=error)) from error
    value = value if isinstance(value, dict) else {}
    databases = value.get("db")
    for one in databases if isinstance(databases, list) else [value]:
        if isinstance(one, dict) and isinstance(one.get("data"), dict):
            yield one["data"]


@dataclass(frozen=True, slots=True)
class _GhostTables:
    tables: Mapping[str, list[Row]]

    def _rows(self, name: str) -> list[Row]:
        return self.tables.get(name, [])

    def _by_id(self, name: str) -> dict[str, Row]:
        return {str(row.get("id")): row for row in self._rows(name)}

    def _joined(self, table: str, other: str) -> dict[str, list[str]]:
        """Post → what is joined to it, in its order."""
        found: dict[str, list[tuple[int, str]]] = {}
        for row in self._rows(table):
            order = row.get("sort_order")
            entry = (order if isinstance(order, int) else 0, str(row.get(other)))
            found.setdefault(str(row.get("post_id")), []).append(entry)
        return {post: [name for _, name in sorted(names)] for post, names in found.items()}

    def site(self) -> OldSite:
        users, tags = self._by_id("users"), self._by_id("tags")
        writers, labels = self._joined("posts_authors", "author_id"), self._joined("posts_tags", "tag_id")
        more = {str(row.get("post_id")): row for row in self._rows("posts_meta")}
        posts: list[OldPost] = []
        left_out: list[LeftOut] = []
        for row in self._rows("posts"):
            known = str(row.get("id"))
            authors = [users[one] for one in writers.get(known, [str(row.get("author_id"))]) if one in users]
            shown = [tags[one] for one in labels.get(known, []) if one in tags and _is_shown(tags[one])]
            if row.get("status") == "deleted":
                left_out.append(LeftOut("post", known, _text(row, "title"), "trash"))
            else:
                posts += _posts(row, more.get(known, {}), authors, shown)
        said, gone = comments_of(self._rows("comments"), self._by_id("members"), self._rows("comment_likes"))
        used = {name for post in posts for name in post.authors}
        return OldSite(
            file_hosts=("storage.ghost.io",),
            authors=tuple(_author(row) for row in users.values() if _text(row, "slug") in used),
            posts=tuple(posts),
            comments=said,
            addresses=tuple(self._lists(used)),
            left_out=(*left_out, *gone),
            read=tuple(
                f"{sort} {one}"
                for sort, names in (
                    ("post", (*(one.id for one in posts), *(one.id for one in left_out))),
                    ("comment", (*(one.id for one in said), *(one.id for one in gone))),
                )
                for one in names
            ),
        )

    def _lists(self, writers: set[str]) -> Iterator[OldAddress]:
        for tag in self._rows("tags"):
            if _is_shown(tag):
                yield OldAddress(address=f"/tag/{_text(tag, 'slug')}/", kind="tag", target=_text(tag, "name"))
                yield OldAddress(address=f"/tag/{_text(tag, 'slug')}/rss/", kind="feed")
        for writer in sorted(writers):
            yield OldAddress(address=f"/author/{writer}/", kind="author", target=writer)
        for path in ("/rss/", "/feed/"):
            yield OldAddress(address=path, kind="feed")


def _posts(row: Row, more: Row, authors: list[Row], tags: list[Row]) -> Iterator[OldPost]:
    """Yield a post; and behind it what of it only members saw."""
    losses: list[Loss] = []
    html = ghost_body.html(row, losses).replace(HOME, "")
    state, kept_back = _state(row) if more.get("email_only") not in (True, 1) else (Visibility.DRAFT, "email_only")
    public, paid = _parted(html) if state is Visibility.PUBLISHED else (html, "")
    slug = _text(row, "slug")
    if _text(row, "codeinjection_head") or _text(row, "codeinjection_foot"):
        losses.append(Loss("script"))
    if canonical := web_address(_text(row, "canonical_url")):
        losses.append(Loss("canonical", canonical))
    post = OldPost(
        id=str(row.get("id")),
        address=f"/{slug}/" if slug else "",
        published=moment(row.get("published_at") or row.get("created_at")),
        is_page=row.get("type") == "page" or row.get("page") in (True, 1),
        title=one_line(_text(row, "title"), 1000),
        body=edited(public, lambda root: _tidied(root, losses)),
        state=state,
        kept_back=kept_back,
        slug=slug,
        lang=_text(row, "locale"),
        authors=tuple(_text(one, "slug") for one in authors),
        tags=tuple(dict.fromkeys(_text(tag, "name") for tag in tags)),
        summary=one_line(_text(row, "custom_excerpt") or _text(more, "meta_description"), 1000),
        cover=_SIZED.sub(r"\1/", (_text(row, "feature_image") or _text(row, "image")).replace(HOME, "")),
        cover_alt=one_line(_text(more, "feature_image_alt") or plain(_text(more, "feature_image_caption")), 500),
        guid=str(row.get("id")),
        is_sticky=row.get("featured") in (True, 1),
    )
    if not plain(paid):
        yield replace(post, losses=tuple(losses))
        return
    yield replace(post, losses=(*losses, Loss("members")))
    yield replace(
        post,
        id=f"{post.id}-members",
        address="",
        guid="",
        slug=f"{slug}-members" if slug else "",
        body=edited(paid, lambda root: _tidied(root, losses)),
        state=Visibility.DRAFT,
        kept_back="members",
        cover="",
        is_sticky=False,
    )


def _parted(html: str) -> tuple[str, str]:
    """Return what everybody saw of a post, and what only some did."""
    paid: list[str] = []

    def gated(found: re.Match[str]) -> str:
        if "nonMember:true" in found[1]:
            return found[2]
        paid.append(found[2])
        return ""

    html = _LETTER.sub("", html)
    public, *rest = _MEMBERS.split(html, maxsplit=1)
    public = _GATED.sub(gated, public)
    return public, "".join((*paid, *rest))


def _state(row: Row) -> tuple[Visibility, str]:
    """Whether everybody may see it, and why not; a state that nobody knows counts as one that was not public."""
    status, sight = _text(row, "status"), str(row.get("visibility") or "public")
    if status not in ("published", "scheduled"):
        return Visibility.DRAFT, "" if status == "draft" else status or "draft"
    if sight != "public":
        return Visibility.DRAFT, sight
    return Visibility.PUBLISHED, "future" if status == "scheduled" else ""


def _tidied(root: HtmlElement, losses: list[Loss]) -> None:
    """Ghost's cards as what they say."""
    for card in list(root.iter("figure", "div")):
        if has_class(card, "kg-bookmark-card"):
            link = next(card.iter("a"), None)
            title = next((one for one in card.iter("div") if has_class(one, "kg-bookmark-title")), None)
            if link is not None:
                words = plain(title.text_content()) if title is not None else link.get("href", "")
                paragraph = made("p")
                paragraph.append(made("a", text=words, href=link.get("href", "")))
                about = next((one for one in card.iter("div") if has_class(one, "kg-bookmark-description")), None)
                if about is not None and (told := plain(about.text_content())):
                    paragraph[-1].tail = f" {told}"
                caption = next(card.iter("figcaption"), None)
                if caption is not None:
                    caption.tag = "p"
                    card.addnext(caption)
                put(card, paragraph)
        elif has_class(card, "kg-callout-card"):
            card.tag = "blockquote"
        elif has_class(card, "kg-signup-card", "kg-cta-card", "kg-product-card", "kg-paywall"):
            if has_class(card, "kg-signup-card", "kg-paywall"):
                losses.append(Loss("form"))
                removed(card)
        elif has_class(card, "kg-gallery-card"):
            images = list(card.iter("img"))
            gallery = made("div", data_gallery="")
            for image in images:
                image.tail = None
                gallery.append(image)
            gallery.extend(list(card.iter("figcaption")))
            put(card, gallery)
        elif has_class(
            card, "kg-audio-player", "kg-video-overlay", "kg-video-player-container", "kg-file-card-metadata"
        ):
            removed(card)  # buttons and clocks
    for button in list(root.iter("button")):
        removed(button)
    for image in root.iter("img"):
        image.attrib.pop("srcset", None)
        image.set("src", _SIZED.sub(r"\1/", image.get("src", "")))


def _is_shown(tag: Row) -> bool:
    return _text(tag, "visibility") in ("", "public") and not _text(tag, "name").startswith("#")


def _author(row: Row) -> OldAuthor:
    bio, site = one_line(_text(row, "bio"), 1000), web_address(_text(row, "website"))
    return OldAuthor(key=_text(row, "slug"), name=one_line(_text(row, "name"), 200), site=site, bio=bio)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    return value if isinstance(value, str) else ""
