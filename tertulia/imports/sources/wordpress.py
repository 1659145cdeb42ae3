"""WordPress, WordPress.com and whatever writes its export: WXR 1.0 to 1.2, whole or in parts.

Posts, pages, their comments and pictures. Menus, styles, revisions, orders and the like are no posts and are counted as
left out. What had a password, was private or pending is kept unseen; the password is read to know that there is one,
and goes nowhere, as do e-mail and IP addresses.

Beside WordPress' own these are understood: Polylang and WPML (translations), Co-Authors Plus, Yoast, Rank Math and All
in One SEO (descriptions, main category), the Webmention and ActivityPub plugins, SyntaxHighlighter and its like.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import unquote

from lxml import etree

from tertulia.core import sanitise
from tertulia.core.addresses import split_address, web_address
from tertulia.imports.export import Export
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.registry import Importer
from tertulia.imports.sources import gates, qtranslate, wxr
from tertulia.imports.sources.wordpress_addresses import above, lists, other_addresses
from tertulia.imports.sources.wordpress_body import Body, footnotes
from tertulia.imports.sources.wordpress_items import Item, Term, moment_of, number_of, words_of
from tertulia.imports.sources.wordpress_talk import comments_of
from tertulia.imports.types import (
    LeftOut,
    OldAddress,
    OldAuthor,
    OldComment,
    OldPicture,
    OldPost,
    OldSite,
    Visibility,
)

KIND = "wordpress"

_REUSABLE = ("wp_block",)
# What is no text for readers, or holds what nobody but the owner may read; of other types see ``_is_readable``.
_NO_POSTS = frozenset((
    "nav_menu_item", "revision", "custom_css", "customize_changeset", "oembed_cache", "user_request", "wp_template",
    "wp_template_part", "wp_global_styles", "wp_navigation", "wp_font_family", "wp_font_face", "guest-author",
    "feedback", "shop_order", "shop_order_refund", "shop_coupon", "shop_subscription", "edd_payment", "give_payment",
    "acf-field", "acf-field-group", "wpcf7_contact_form", "wpforms", "flamingo_contact", "flamingo_inbound", "nf_sub",
    "elementor_library", "elementor_snippet", "et_pb_layout", "fl-builder-template", "mc4wp-form", "popup",
    "ml-slider", "amp_validated_url", "scheduled-action", "bp-email", "cookielawinfo", "guest_author",
    "postman_sent_mail",
))  # fmt: skip
_READ_STATES = ("publish", "future", "private", "pending", "draft")
_DESCRIPTIONS = (
    "_yoast_wpseo_metadesc", "rank_math_description", "_aioseop_description", "_aioseo_description",
    "_seopress_titles_desc", "_genesis_description", "_su_description", "_metaseo_metadesc",
)  # fmt: skip
_MAIN_CATEGORIES = (
    "_yoast_wpseo_primary_category", "rank_math_primary_category", "_seopress_robots_primary_cat",
    "_primary_term_category", "epc_primary_category",
)  # fmt: skip
_COVERS = ("_thumbnail_id", "fifu_image_url", "_knawatfibu_url")
_SERIES = ("series", "serie", "post_series")
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
    met: set[str] = field(default_factory=set)  # numbers of comments
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
            known = item.fields["post_id"] = item.id or _name_of(item)
            if known not in self.items:  # parts of one export may overlap
                self.items[known] = item
                item.comments = [one for one in item.comments if self._is_new(one[0], known)]
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

    def _is_new(self, fields: dict[str, str], post: str) -> bool:
        """Whether a comment was not met before; one without a number gets a name."""
        number = fields["comment_id"] = fields.get("comment_id", "").strip() or f"{post}.{len(self.met)}"
        is_new = number not in self.met
        self.met.add(number)
        return is_new

    def site(self) -> OldSite:
        pictures = {item.id: _picture(item) for item in self.items.values() if item.type == "attachment"}
        blocks = {
            one.id: Body().html(one.fields.get("encoded", "")) if _is_shown_in_posts(one) else ""
            for one in self.items.values()
            if one.type in _REUSABLE
        }
        self._name_guests()
        readable = {item.type for item in self.items.values() if _is_readable(item)}
        posts: list[OldPost] = []
        comments: list[OldComment] = []
        left_out: list[LeftOut] = []
        addresses: list[OldAddress] = []
        for key in list(self.items):
            item = self.items.pop(key)  # its text is there once: as it was, or as it is read
            if item.type in ("attachment", *_REUSABLE):
                continue
            is_ours = item.type in ("post", "page") or (item.type in readable and item.status in _READ_STATES)
            if not is_ours or item.status == "trash":
                why = "trash" if is_ours or item.type in ("post", "page") else "no_post"
                left_out.append(LeftOut(item.type, item.id, words_of(item.fields.get("title")), why))
                self.read.append(f"post {item.id}")
                if why == "trash":
                    self.read += [f"comment {one['comment_id']}" for one, _ in item.comments]
                    left_out += [LeftOut("comment", one["comment_id"], "", "trash") for one, _ in item.comments]
                continue
            made = list(self._posts(item))
            posts += made
            self.read += [f"post {one.id}" for one in made]
            addresses += other_addresses(item, made[0], self.address)
            self.read += [f"comment {fields['comment_id']}" for fields, _ in item.comments]
            said, out = comments_of(item, self.author_ids)
            comments += said
            left_out += out
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

    def _posts(self, item: Item) -> Iterator[OldPost]:
        """Yield a post; in each language that one text says it in, and what of it only some saw."""
        spoken = qtranslate.languages(item.fields.get("title", ""), item.fields.get("encoded", ""))
        for number, language in enumerate(spoken or ("",)):
            one = item if not language else item.said_in(language)
            post, kept = self._post(one)
            if language:
                name, pair = f"{item.id}-{language}" if number else item.id, f"qtranslate-{item.id}"
                post = replace(post, id=name, lang=language, translates=pair)
                if number:
                    post = replace(post, address="", guid="", counts={})
            yield post
            if kept:
                yield replace(
                    post, id=f"{post.id}-members", address="", guid="", slug=f"{post.slug}-members", body="".join(kept),
                    state=Visibility.DRAFT, kept_back="members", summary="", cover="", counts={}, losses=(),
                    translates="", is_sticky=False,
                )  # fmt: skip

    def _post(self, item: Item) -> tuple[OldPost, list[str]]:
        """Return a post, and the HTML of what not everybody saw of it."""
        fields, body = item.fields, Body()
        written, below = gates.before_paywall(fields.get("encoded", ""), item.meta)
        body.notes.update(footnotes(item.one("footnotes")))
        html = body.html(written)
        kept = [*body.kept, *(body.html(one) for one in below)]
        state, kept_back = _state(item)
        if state is Visibility.DRAFT:  # all of it is unseen
            html, kept = "".join((html, *kept)), []
        elif kept:
            body.lose("members")
        public = gates.parted(written)[0]
        teaser = public.partition("<!--more")[0] if "<!--more" in public else ""
        teaser = words_of(sanitise.plain(paragraphs(teaser))) if teaser else ""
        summary = (
            words_of(fields.get("excerpt")) or _described(item) or (teaser if len(teaser) <= _LONGEST_TEASER else "")
        )
        main, language, pair = item.one(*_MAIN_CATEGORIES), _language(item), _pair(item)
        post = OldPost(
            id=item.id,
            address=web_address(fields.get("link", "").strip()),
            published=moment_of(fields, "post_date"),
            modified=_changed(item),
            is_page=item.type == "page",
            title=words_of(fields.get("title")),
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
            cover=item.one(*_COVERS),
            cover_alt=words_of(item.one("fifu_image_alt")) if not item.one("_thumbnail_id") else "",
            series=next((name for domain, _, name in item.terms if domain in _SERIES and name), ""),
            guid=fields.get("guid", "").strip(),
            order=number_of(fields.get("menu_order")),
            is_sticky=fields.get("is_sticky", "").strip() == "1",
            counts={kind: number for kind in _COUNTED if (number := number_of(item.one(f"tertulia_{kind}s"))) > 0},
            losses=tuple(body.losses),
        )
        return post, kept

    def _name_guests(self) -> None:
        """Co-Authors Plus keeps those who have no login as items of their own."""
        for item in self.items.values():
            if item.type == "guest-author" and (login := item.one("cap-user_login")):
                name = words_of(item.one("cap-display_name")) or words_of(item.fields.get("title"))
                bio, site = words_of(item.one("cap-description")), web_address(item.one("cap-website"))
                self.authors.setdefault(login, OldAuthor(key=login, name=name or login, site=site, bio=bio))

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


def _name_of(item: Item) -> str:
    """Return what to call an item without a number, the same in every export."""
    told = (item.fields.get(name, "").strip() for name in ("guid", "link", "post_name", "title", "post_date"))
    return f"x{hashlib.sha256('|'.join(told).encode()).hexdigest()[:12]}"


def _is_readable(item: Item) -> bool:
    """Whether an item of a type of the blogger's own is a text with a page of its own."""
    link = split_address(item.fields.get("link", ""))
    words = item.fields.get("encoded", "").strip()
    is_page = bool(link.path.strip("/")) and not link.query
    return item.type not in _NO_POSTS and is_page and bool(words) and item.status in _READ_STATES


def _is_shown_in_posts(block: Item) -> bool:
    """Whether posts show what a reusable block holds: WordPress leaves out one that is not public by itself."""
    return block.status == "publish" and not block.fields.get("post_password", "").strip()


def _described(item: Item) -> str:
    """Return the description for search engines, unless it is a plugin's formula."""
    for name in _DESCRIPTIONS:
        told = words_of(item.one(name))
        if told and "%" not in re.sub(r"\d\s?%", "", told) and not re.search(r"#\w+_\w+|\{\{", told):
            return told
    found = re.search(r'"description";s:\d+:"([^"]+)"', item.one("slim_seo"))
    return words_of(found[1]) if found else ""


def _changed(item: Item) -> datetime | None:
    """When a post was changed so that its author told of it: only exports of ours say that."""
    try:
        return datetime.fromisoformat(item.one("tertulia_modified"))
    except ValueError:
        return None


def _state(item: Item) -> tuple[Visibility, str]:
    """Whether it may be seen, and why it could not be."""
    status = item.status
    if item.fields.get("post_password", "").strip():
        return Visibility.DRAFT, "password"
    if item.type not in ("post", "page"):  # nobody knows who was shown it
        return Visibility.DRAFT, item.type
    if plugin := gates.kept_back(item.meta, item.fields.get("encoded", "")):
        return Visibility.DRAFT, plugin
    if status in ("publish", "future"):  # "inherit" is of what hangs on another post, seen or not
        return Visibility.PUBLISHED, "future" if status == "future" else ""
    return Visibility.DRAFT, "" if status in ("draft", "auto-draft") else status or "draft"


def _language(item: Item) -> str:
    told = next((nicename for domain, nicename, _ in item.terms if domain == "language"), "")
    return told or item.one("_wpml_import_language_code", "wpml_language", "_locale")


def _pair(item: Item) -> str:
    """Return what posts that are translations of each other share."""
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
