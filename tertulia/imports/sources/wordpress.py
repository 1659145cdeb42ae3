"""WordPress, WordPress.com and whatever writes its export: WXR 1.0 to 1.2, whole or in parts.

Posts, pages, their comments and pictures. Menus, styles, revisions, orders and the like are no posts and are counted as
left out. What had a password, was private or pending is kept unseen; the password is read to know that there is one,
and goes nowhere, as do e-mail and IP addresses.

Beside WordPress' own these are understood: Polylang and WPML (translations), Co-Authors Plus, Yoast, Rank Math and All
in One SEO (descriptions, main category), the Webmention and ActivityPub plugins, SyntaxHighlighter and its like.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from html import unescape
from urllib.parse import unquote

from lxml import etree

from tertulia.core import sanitise
from tertulia.core.addresses import split_address, web_address
from tertulia.imports.export import Export
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.registry import Importer
from tertulia.imports.sources import wxr
from tertulia.imports.sources.wordpress_body import Body, footnotes
from tertulia.imports.types import (
    LeftOut,
    OldAddress,
    OldAuthor,
    OldComment,
    OldDecision,
    OldPicture,
    OldPost,
    OldSite,
    Visibility,
)

KIND = "wordpress"

_REUSABLE = ("wp_block",)
_DESCRIPTIONS = ("_yoast_wpseo_metadesc", "rank_math_description", "_aioseop_description", "_aioseo_description")
_MAIN_CATEGORIES = ("_yoast_wpseo_primary_category", "rank_math_primary_category")
_DECISIONS = {"1": OldDecision.APPROVED, "approve": OldDecision.APPROVED, "approved": OldDecision.APPROVED,
              "0": OldDecision.WAITING, "hold": OldDecision.WAITING, "spam": OldDecision.SPAM}  # fmt: skip
# What plugins call a comment that is none → what it is here.
_KINDS = {
    "": "comment", "comment": "comment", "reply": "comment", "pingback": "mention", "trackback": "mention",
    "webmention": "mention", "mention": "mention", "quote": "mention", "like": "like", "favorite": "like",
    "favourite": "like", "repost": "repost", "announce": "repost", "bookmark": "bookmark",
}  # fmt: skip
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
class _Item:
    """One item as it stands in the file."""

    fields: dict[str, str]
    meta: dict[str, list[str]]
    terms: list[tuple[str, str, str]]  # domain, nicename, name
    comments: list[tuple[dict[str, str], dict[str, list[str]]]]

    @property
    def id(self) -> str:
        return self.fields.get("post_id", "").strip()

    @property
    def type(self) -> str:
        return self.fields.get("post_type", "").strip() or "post"

    def one(self, *keys: str) -> str:
        """The first value of the first of *keys* that has one."""
        return next((value.strip() for key in keys for value in self.meta.get(key, ()) if value.strip()), "")


@dataclass(slots=True)
class _Term:
    id: str
    name: str
    above: str  # nicename


@dataclass(slots=True)
class _Found:
    """What was read so far; made into records once everything is known."""

    address: str = ""
    name: str = ""
    authors: dict[str, OldAuthor] = field(default_factory=dict)  # by login
    author_ids: dict[str, str] = field(default_factory=dict)  # number → login
    categories: dict[str, _Term] = field(default_factory=dict)  # by nicename
    tags: dict[str, _Term] = field(default_factory=dict)
    items: dict[str, _Item] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)  # what was met, whatever becomes of it

    def take(self, element: etree._Element) -> None:
        name = wxr.local(element)
        if name == "item":
            item = _Item(
                wxr.texts(element),
                wxr.metadata(element, "postmeta"),
                [(e.get("domain", ""), e.get("nicename", ""), _words(e.text)) for e in element if e.tag == "category"],
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
            shown = _words(fields.get("author_display_name")) or login
            self.authors.setdefault(login, OldAuthor(key=login, name=shown))
            self.author_ids[fields.get("author_id", "").strip()] = login
        elif name == "category" and fields:
            term = _Term(fields.get("term_id", ""), _words(fields.get("cat_name")), fields.get("category_parent", ""))
            self.categories.setdefault(fields.get("category_nicename", ""), term)
        elif name == "tag":
            self.tags.setdefault(
                fields.get("tag_slug", ""), _Term(fields.get("term_id", ""), _words(fields.get("tag_name")), "")
            )
        elif name in ("link", "base_blog_url") and (not self.address or name == "base_blog_url"):
            self.address = web_address((element.text or "").strip()).rstrip("/") or self.address
        elif name == "title":
            self.name = _words(element.text)

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
            title = _words(item.fields.get("title"))
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
            addresses += _other_addresses(item, post, self.address)
            for fields, meta in item.comments:
                comment = self._comment(item, fields, meta)
                if comment:
                    comments.append(comment)
                else:
                    who = _words(fields.get("comment_author"))
                    left_out.append(LeftOut("comment", fields.get("comment_id", "").strip(), who, "no_comment"))
        return OldSite(
            address=self.address,
            name=self.name,
            authors=self._writers(posts),
            posts=tuple(posts),
            comments=tuple(comments),
            pictures=tuple(pictures.values()),
            addresses=(*addresses, *self._lists(posts)),
            blocks=blocks,
            left_out=tuple(left_out),
            read=tuple(self.read),
        )

    # Posts

    def _post(self, item: _Item, title: str, body: Body) -> OldPost:
        fields = item.fields
        written = fields.get("encoded", "")
        body.notes.update(footnotes(item.one("footnotes")))
        html = body.html(written)
        state, kept_back = _state(item)
        teaser = written.partition("<!--more")[0] if "<!--more" in written else ""
        teaser = _words(sanitise.plain(paragraphs(teaser))) if teaser else ""
        summary = (
            _words(fields.get("excerpt")) or _described(item) or (teaser if len(teaser) <= _LONGEST_TEASER else "")
        )
        main, language, pair = item.one(*_MAIN_CATEGORIES), _language(item), _pair(item)
        return OldPost(
            id=item.id,
            address=web_address(fields.get("link", "").strip()),
            published=_moment(fields, "post_date"),
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
            order=_number(fields.get("menu_order")),
            is_sticky=fields.get("is_sticky", "").strip() == "1",
            counts={kind: number for kind in _COUNTED if (number := _number(item.one(f"tertulia_{kind}s"))) > 0},
            losses=tuple(body.losses),
        )

    def _signed(self, item: _Item) -> tuple[str, ...]:
        """Who wrote it; more than one where a plugin for that says so."""
        several = []
        for domain, nicename, name in item.terms:
            if domain in ("author", "ppma_author"):
                key = nicename.removeprefix("cap-")
                self.authors.setdefault(key, OldAuthor(key=key, name=name or key))
                several.append(key)
        creator = item.fields.get("creator", "").strip()
        return tuple(dict.fromkeys(several)) or ((creator,) if creator else ())

    def _named(self, item: _Item, main: str) -> tuple[str, ...]:
        """Its categories, the main one first, and those above them, whose lists held it too."""
        own = [(nicename, name) for domain, nicename, name in item.terms if domain == "category" and name]
        own.sort(key=lambda pair: not (main and nicename_id(self.categories, pair[0]) == main))
        names = [name for _, name in own]
        for nicename, _ in own:
            names += [self.categories[one].name for one in self._above(nicename) if one in self.categories]
        return tuple(dict.fromkeys(filter(None, names)))

    def _above(self, nicename: str) -> list[str]:
        """The categories above one, the nearest first."""
        found: list[str] = []
        while (term := self.categories.get(nicename)) and term.above and term.above not in (*found, nicename):
            found.append(term.above)
            nicename = term.above
        return found

    def _writers(self, posts: list[OldPost]) -> tuple[OldAuthor, ...]:
        keys = dict.fromkeys(key for post in posts for key in post.authors)
        return tuple(self.authors.get(key) or OldAuthor(key=key, name=key) for key in keys)

    # The talk

    def _comment(self, item: _Item, fields: dict[str, str], meta: dict[str, list[str]]) -> OldComment | None:
        """A comment; None for what is none: an order's note, what lay in the bin."""
        decision = _DECISIONS.get(fields.get("comment_approved", "").strip())
        told = fields.get("comment_type", "").strip().lower()
        kind = _KINDS.get(told)
        meant = next(iter(meta.get("semantic_linkbacks_type", ())), "").strip().lower().split(":")[0]
        number = fields.get("comment_id", "").strip()
        when = _moment(fields, "comment_date")
        if decision is None or kind is None or not number or when is None:
            return None
        if told in ("", "comment", "webmention") and meant in _KINDS and meant:
            kind = _KINDS[meant]
        protocol = next(iter(meta.get("protocol", ())), "")
        site = web_address(unescape(fields.get("comment_author_url", "").strip()))
        known_as = ("webmention_source_url", "semantic_linkbacks_source", "source_url", "url")
        url = next((web_address(value) for key in known_as for value in meta.get(key, ()) if web_address(value)), "")
        url = url if protocol or kind != "comment" else ""
        if kind != "comment":  # a mention's address is that of its page
            site = next((web_address(value) for value in meta.get("semantic_linkbacks_author_url", ())), "") or site
        parent = fields.get("comment_parent", "").strip()
        user = fields.get("comment_user_id", "").strip()
        return OldComment(
            id=number,
            post=item.id,
            published=when if when.tzinfo else when.replace(tzinfo=UTC),
            name=_words(fields.get("comment_author")),
            site=site,
            person=fields.get("comment_author_email", "").strip().lower(),
            html=paragraphs(fields.get("comment_content", "")),
            decision=decision,
            kind=kind,  # type: ignore[arg-type]
            parent=parent if parent != "0" else "",
            url=url or (site if kind == "mention" else ""),
            anchor=f"comment-{number}",
            is_owner=user != "0" and user in self.author_ids,
            likes=max(0, _number(next(iter(meta.get("tertulia_likes", ())), ""))),
        )

    # Addresses

    def _lists(self, posts: list[OldPost]) -> Iterator[OldAddress]:
        """Where WordPress had its lists and feeds."""
        site = self.address
        for nicename, term in self.categories.items():
            path = "/".join([*reversed(self._above(nicename)), nicename])
            yield OldAddress(address=f"{site}/category/{path}/", kind="category", target=term.name)
            yield OldAddress(address=f"{site}/?cat={term.id}", kind="category", target=term.name)
        for nicename, term in self.tags.items():
            yield OldAddress(address=f"{site}/tag/{nicename}/", kind="tag", target=term.name)
            yield OldAddress(address=f"{site}/?tag={nicename}", kind="tag", target=term.name)
        for number, login in self.author_ids.items():
            yield OldAddress(address=f"{site}/author/{_author_nicename(login)}/", kind="author", target=login)
            yield OldAddress(address=f"{site}/?author={number}", kind="author", target=login)
        moments = [
            post.published
            for post in posts
            if post.published and not post.is_page and post.state == Visibility.PUBLISHED
        ]
        for year, month in sorted({(moment.year, moment.month) for moment in moments}):
            yield OldAddress(address=f"{site}/{year}/{month:02}/", kind="month", target=f"{year}/{month:02}")
            yield OldAddress(address=f"{site}/?m={year}{month:02}", kind="month", target=f"{year}/{month:02}")
        for year in sorted({moment.year for moment in moments}):
            yield OldAddress(address=f"{site}/{year}/", kind="year", target=str(year))
        for path in ("/feed/", "/feed/atom/", "/feed/rss2/", "/feed/rdf/", "/rss/", "/?feed=rss2", "/?feed=atom"):
            yield OldAddress(address=site + path, kind="feed")


def nicename_id(categories: dict[str, _Term], nicename: str) -> str:
    """The number of a category."""
    return categories[nicename].id if nicename in categories else ""


def _author_nicename(login: str) -> str:
    """What WordPress made of a login for addresses: ``sanitize_title`` of "Ana.Ruiz@x" is "ana-ruizx"."""
    kept = re.sub(r"[^a-z0-9 _-]", "", login.lower().replace(".", "-"))
    return re.sub(r"[ -]+", "-", kept).strip("-")


def _words(text: str | None) -> str:
    """Plain text on one line: tags taken off, entities read, as WordPress shows a title."""
    return sanitise.one_line(unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text or "")), 2000)


def _number(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,9}\s*", text) else 0


def _described(item: _Item) -> str:
    """The description for search engines, unless it is a plugin's formula."""
    told = _words(item.one(*_DESCRIPTIONS))
    return "" if "%%" in told or re.search(r"%\w+%|#\w+_\w+", told) else told


def _moment(fields: dict[str, str], name: str) -> datetime | None:
    """The moment with the offset that it had there: local time and Greenwich's stand side by side."""
    here, there = _date(fields.get(name)), _date(fields.get(f"{name}_gmt"))
    if here is None or there is None:
        return here or (there.replace(tzinfo=UTC) if there else None)
    offset = timedelta(minutes=15 * round((here - there) / timedelta(minutes=15)))
    return there.replace(tzinfo=UTC).astimezone(timezone(offset)) if abs(offset) < timedelta(hours=24) else here


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.strptime((text or "").strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:  # "0000-00-00 00:00:00": none
        return None


def _state(item: _Item) -> tuple[Visibility, str]:
    """Whether it may be seen, and why it could not be."""
    status = item.fields.get("status", "").strip()
    if item.fields.get("post_password", "").strip():
        return Visibility.DRAFT, "password"
    if status in ("publish", "future"):  # "inherit" is of what hangs on another post, seen or not
        return Visibility.PUBLISHED, "future" if status == "future" else ""
    return Visibility.DRAFT, "" if status in ("draft", "auto-draft") else status or "draft"


def _language(item: _Item) -> str:
    told = next((nicename for domain, nicename, _ in item.terms if domain == "language"), "")
    return told or item.one("_wpml_import_language_code", "wpml_language", "_locale")


def _pair(item: _Item) -> str:
    """What posts that are translations of each other share."""
    group = next((nicename for domain, nicename, _ in item.terms if domain == "post_translations"), "")
    wpml = item.one("_wpml_import_translation_group", "_icl_trid", "trid")
    return group or (f"wpml-{wpml}" if wpml else "")


def _picture(item: _Item) -> OldPicture:
    pages = [item.fields.get("link", "").strip()]
    home = split_address(pages[0]).origin
    pages += [f"{home}/?attachment_id={item.id}"] if home else []
    return OldPicture(
        id=item.id,
        address=web_address(item.fields.get("attachment_url", "").strip()) or item.fields.get("guid", "").strip(),
        title=_words(item.fields.get("title")),
        alt=_words(item.one("_wp_attachment_image_alt")),
        caption=item.fields.get("excerpt", "").strip(),
        parent=item.fields.get("post_parent", "").strip(),
        pages=tuple(page for page in pages if web_address(page)),
    )


def _other_addresses(item: _Item, post: OldPost, site: str) -> Iterator[OldAddress]:
    """Under what else a post could be asked for: its number, its former slugs and dates, its further pages."""

    def at(address: str) -> OldAddress:
        return OldAddress(address=address, kind="post", target=post.id)

    yield at(f"{site}/?{'page_id' if post.is_page else 'p'}={post.id}")
    if not post.address or split_address(post.address).query:
        return
    base = post.address.rstrip("/")
    yield at(f"{base}/feed/")
    yield at(f"{base}/amp/")
    pages = item.fields.get("encoded", "").count("<!--nextpage-->")
    for number in range(2, pages + 2):
        yield at(f"{base}/{number}/")
    head, _, _ = base.rpartition("/")
    slugs = [one.strip() for one in item.meta.get("_wp_old_slug", ()) if one.strip()]
    heads = [head]
    for day in item.meta.get("_wp_old_date", ()):
        year, month, date = [*day.strip().split("-"), "", "", ""][:3]
        moved = re.sub(r"/\d{4}/\d{2}/\d{2}$", f"/{year}/{month}/{date}", head)
        heads.append(moved if moved != head else re.sub(r"/\d{4}/\d{2}$", f"/{year}/{month}", head))
    last = base.rpartition("/")[2]
    for place in dict.fromkeys(heads):
        for slug in dict.fromkeys([last, *slugs]):
            if (place, slug) != (head, last):
                yield at(f"{place}/{slug}/")
