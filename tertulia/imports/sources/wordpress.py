"""WordPress, WordPress.com and whatever writes its export: WXR 1.0 to 1.2, whole or in parts.

Posts, pages, their comments and pictures. Menus, styles, revisions, orders and the like are no posts and are counted as
left out. What had a password, was private or pending is kept unseen; the password is read to know that there is one,
and goes nowhere, as do e-mail and IP addresses.

Beside WordPress' own these are understood: Polylang and WPML (translations), Co-Authors Plus, Yoast, Rank Math and All
in One SEO (descriptions, main category), the Webmention and ActivityPub plugins, SyntaxHighlighter and its like.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from tertulia.core import sanitise
from tertulia.core.addresses import split_address, web_address
from tertulia.imports.export import Export
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.registry import Importer
from tertulia.imports.sources import wxr
from tertulia.imports.sources.wordpress_addresses import above, lists, other_addresses
from tertulia.imports.sources.wordpress_body import Body, footnotes
from tertulia.imports.sources.wordpress_items import Item, Term, moment_of, number_of, words_of
from tertulia.imports.sources.wordpress_talk import comment_of
from tertulia.imports.types import (
    LeftOut,
    OldAddress,
    OldAuthor,
    OldPicture,
    OldPost,
    OldSite,
    Visibility,
)

KIND = "wordpress"

_REUSABLE = ("wp_block",)
_DESCRIPTIONS = ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseop_description", "_aioseo_description")
_MAIN_CATEGORIES = ("_yoast_wpseo_primary_category", "rank_math_primary_category")
_COUNTED = ("like", "repost", "bookmark")  # in exports of ours
_LONGEST_TEASER = 500


def read(export: Export) -> OldSite:
    """
    All that the export's files hold, together.

    Raises:
        ContentError: one of them cannot be read.
    """
    found = _Found()
    for file in export:
        if wxr.is_wxr(file):
            for element in wxr.elements(file):
                found.take(element)
    return found.site()


def recognises(export: Export) -> bool:
    """Whether it is an export of WordPress."""
    return any(wxr.is_wxr(file) for file in export)


IMPORTER = Importer(KIND, "WordPress", "wp", recognises, read)


@dataclass(slots=True)
class _Found:
    """What was read so far; made into records once everything is known."""

    address: str = ""
    name: str = ""
    authors: dict[str, OldAuthor] = field(default_factory=dict)  # by login
    author_ids: dict[str, str] = field(default_factory=dict)  # number → login
    categories: dict[str, Term] = field(default_factory=dict)  # by nicename
    tags: dict[str, Term] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)  # what was met, whatever becomes of it

    def take(self, element: etree._Element) -> None:
        name = wxr.local(element)
        if name == "item":
            item = Item(
                wxr.texts(element),
                wxr.metadata(element, "postmeta"),
                [
                    (e.get("domain", ""), e.get("nicename", ""), words_of(e.text))
                    for e in element
                    if e.tag == "category"
                ],
                [(wxr.texts(e), wxr.metadata(e, "commentmeta")) for e in element if wxr.local(e) == "comment"],
            )
            known = item.id or f"?{len(self.items)}"
            if known not in self.items:  # parts of one export may overlap
                self.items[known] = item
                if item.type not in ("attachment", *_REUSABLE):
                    self.read.append(f"post {known}")
                if item.type in ("post", "page"):
                    self.read += [f"comment {fields.get('comment_id', '').strip()}" for fields, _ in item.comments]
            return
        fields = wxr.texts(element)
        if name == "author":
            login = fields.get("author_login", "").strip()
            shown = words_of(fields.get("author_display_name")) or login
            self.authors.setdefault(login, OldAuthor(key=login, name=shown))
            self.author_ids[fields.get("author_id", "").strip()] = login
        elif name == "category" and fields:
            term = Term(fields.get("term_id", ""), words_of(fields.get("cat_name")), fields.get("category_parent", ""))
            self.categories.setdefault(fields.get("category_nicename", ""), term)
        elif name == "tag":
            self.tags.setdefault(
                fields.get("tag_slug", ""), Term(fields.get("term_id", ""), words_of(fields.get("tag_name")), "")
            )
        elif name in ("link", "base_blog_url") and (not self.address or name == "base_blog_url"):
            self.address = web_address((element.text or "").strip()).rstrip("/") or self.address
        elif name == "title":
            self.name = words_of(element.text)

    def site(self) -> OldSite:
        pictures = {item.id: _picture(item) for item in self.items.values() if item.type == "attachment"}
        blocks = {
            one.id: Body().html(one.fields.get("encoded", "")) for one in self.items.values() if one.type in _REUSABLE
        }
        posts, comments = [], []
        left_out: list[LeftOut] = []
        addresses: list[OldAddress] = []
        for key in list(self.items):
            item = self.items.pop(key)  # its text is there once: as it was, or as it is read
            if item.type in ("attachment", *_REUSABLE):
                continue
            title = words_of(item.fields.get("title"))
            if item.type not in ("post", "page"):
                left_out.append(LeftOut(item.type, item.id, title, "no_post"))
                continue
            if item.fields.get("status", "").strip() == "trash":
                left_out.append(LeftOut(item.type, item.id, title, "trash"))
                left_out += [LeftOut("comment", one.get("comment_id", ""), "", "trash") for one, _ in item.comments]
                continue
            body = Body()
            post = self._post(item, title, body)
            posts.append(post)
            addresses += other_addresses(item, post, self.address)
            for fields, meta in item.comments:
                comment = comment_of(item.id, fields, meta, self.author_ids)
                if comment:
                    comments.append(comment)
                else:
                    who = words_of(fields.get("comment_author"))
                    left_out.append(LeftOut("comment", fields.get("comment_id", "").strip(), who, "no_comment"))
        return OldSite(
            address=self.address,
            name=self.name,
            authors=self._writers(posts),
            posts=tuple(posts),
            comments=tuple(comments),
            pictures=tuple(pictures.values()),
            addresses=(
                *addresses,
                *lists(self.address, posts, categories=self.categories, tags=self.tags, authors=self.author_ids),
            ),
            blocks=blocks,
            left_out=tuple(left_out),
            read=tuple(self.read),
        )

    def _post(self, item: Item, title: str, body: Body) -> OldPost:
        fields = item.fields
        written = fields.get("encoded", "")
        body.notes.update(footnotes(item.one("footnotes")))
        html = body.html(written)
        state, kept_back = _state(item)
        teaser = written.partition("<!--more")[0] if "<!--more" in written else ""
        teaser = words_of(sanitise.plain(paragraphs(teaser))) if teaser else ""
        summary = (
            words_of(fields.get("excerpt")) or _described(item) or (teaser if len(teaser) <= _LONGEST_TEASER else "")
        )
        main, language, pair = item.one(*_MAIN_CATEGORIES), _language(item), _pair(item)
        return OldPost(
            id=item.id,
            address=web_address(fields.get("link", "").strip()),
            published=moment_of(fields, "post_date"),
            modified=None,
            is_page=item.type == "page",
            title=title,
            body=html,
            notes=body.notes,
            state=state,
            kept_back=kept_back,
            slug=unquote(fields.get("post_name", "").strip()),
            lang=language,
            translates=pair,
            authors=self._signed(item),
            categories=self._named(item, main),
            tags=tuple(dict.fromkeys(name for domain, _, name in item.terms if domain in ("post_tag", "tag") and name)),
            summary=summary,
            cover=item.one("_thumbnail_id"),
            guid=fields.get("guid", "").strip(),
            order=number_of(fields.get("menu_order")),
            is_sticky=fields.get("is_sticky", "").strip() == "1",
            counts={kind: number for kind in _COUNTED if (number := number_of(item.one(f"tertulia_{kind}s"))) > 0},
            losses=tuple(body.losses),
        )

    def _signed(self, item: Item) -> tuple[str, ...]:
        """Who wrote it; more than one where a plugin for that says so."""
        several = []
        for domain, nicename, name in item.terms:
            if domain in ("author", "ppma_author"):
                key = nicename.removeprefix("cap-")
                self.authors.setdefault(key, OldAuthor(key=key, name=name or key))
                several.append(key)
        creator = item.fields.get("creator", "").strip()
        return tuple(dict.fromkeys(several)) or ((creator,) if creator else ())

    def _named(self, item: Item, main: str) -> tuple[str, ...]:
        """Its categories, the main one first, and those above them, whose lists held it too."""
        own = [(nicename, name) for domain, nicename, name in item.terms if domain == "category" and name]
        own.sort(key=lambda pair: not (main and self._number_of(pair[0]) == main))
        names = [name for _, name in own]
        for nicename, _ in own:
            names += [self.categories[one].name for one in above(self.categories, nicename) if one in self.categories]
        return tuple(dict.fromkeys(filter(None, names)))

    def _number_of(self, nicename: str) -> str:
        return self.categories[nicename].id if nicename in self.categories else ""

    def _writers(self, posts: list[OldPost]) -> tuple[OldAuthor, ...]:
        keys = dict.fromkeys(key for post in posts for key in post.authors)
        return tuple(self.authors.get(key) or OldAuthor(key=key, name=key) for key in keys)


def _described(item: Item) -> str:
    """The description for search engines, unless it is a plugin's formula."""
    told = words_of(item.one(*_DESCRIPTIONS))
    return "" if "%%" in told or re.search(r"%\w+%|#\w+_\w+", told) else told


def _state(item: Item) -> tuple[Visibility, str]:
    """Whether it may be seen, and why it could not be."""
    status = item.fields.get("status", "").strip()
    if item.fields.get("post_password", "").strip():
        return Visibility.DRAFT, "password"
    if status in ("publish", "future"):  # "inherit" is of what hangs on another post, seen or not
        return Visibility.PUBLISHED, "future" if status == "future" else ""
    return Visibility.DRAFT, "" if status in ("draft", "auto-draft") else status or "draft"


def _language(item: Item) -> str:
    told = next((nicename for domain, nicename, _ in item.terms if domain == "language"), "")
    return told or item.one("_wpml_import_language_code", "wpml_language", "_locale")


def _pair(item: Item) -> str:
    """What posts that are translations of each other share."""
    group = next((nicename for domain, nicename, _ in item.terms if domain == "post_translations"), "")
    wpml = item.one("_wpml_import_translation_group", "_icl_trid", "trid")
    return group or (f"wpml-{wpml}" if wpml else "")


def _picture(item: Item) -> OldPicture:
    pages = [item.fields.get("link", "").strip()]
    home = split_address(pages[0]).origin
    pages += [f"{home}/?attachment_id={item.id}"] if home else []
    return OldPicture(
        id=item.id,
        address=web_address(item.fields.get("attachment_url", "").strip()) or item.fields.get("guid", "").strip(),
        title=words_of(item.fields.get("title")),
        alt=words_of(item.one("_wp_attachment_image_alt")),
        caption=item.fields.get("excerpt", "").strip(),
        parent=item.fields.get("post_parent", "").strip(),
        pages=tuple(page for page in pages if web_address(page)),
    )
