"""The blog as WordPress' own importer takes it in: WXR 1.2.

https://github.com/WordPress/wordpress-importer/tree/master/src/parsers: numbers for everything; a
comment finds what it answers only where that has the lower number; an attachment is fetched from ``wp:attachment_url``.
Whatever was not public here is not public there. Nobody's e-mail address is in it: that of an author is empty.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from tertulia.core import slugs
from tertulia.core.text import strip_controls
from tertulia.exports.blog import ExportedAuthor, ExportedBlog, ExportedPost
from tertulia.store.said import Said, Status

_SPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:wp="http://wordpress.org/export/1.2/"'
)
_STATUS = {"": "publish", "draft": "draft", "scheduled": "future", "hidden": "private", "unlisted": "private"}
_APPROVED = {Status.APPROVED: "1", Status.WAITING: "0", Status.SPAM: "spam"}
_NEVER = "0000-00-00 00:00:00"
_PICTURE = re.compile(r"<img\b[^<>]*?\bsrc=\"([^\"]+)\"[^<>]*>")
_CAPTION = re.compile(
    r"<img\b[^<>]*?\bsrc=\"([^\"]+)\"[^<>]*>(?:</a>)?\s*<figcaption>((?:(?!</figcaption>).)*)</figcaption>", re.DOTALL
)
_ALT = re.compile(r"\balt=\"([^\"]*)\"")


def write(blog: ExportedBlog) -> str:
    """*blog* as one file."""
    return "".join(_WxrWriter(blog).lines())


class _WxrWriter:
    def __init__(self, blog: ExportedBlog) -> None:
        self.blog = blog
        self.authors = _logins(blog.posts)
        self.categories = _nicenames(name for post in blog.posts for name in post.categories)
        self.tags = _nicenames(name for post in blog.posts for name in post.tags)
        self.numbers = _numbers(blog.posts)
        self._next = max(self.numbers.values(), default=0) + 1
        self.attachments: dict[str, int] = {}
        self.comments = _comment_numbers([one for said in blog.said.values() for one in said])
        self.pairs = {name for name, number in Counter(post.id for post in blog.posts).items() if number > 1}

    def lines(self) -> Iterator[str]:
        blog = self.blog
        yield f'<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" {_SPACES}>\n<channel>\n'
        yield f"<title>{_text(blog.name)}</title>\n<link>{_text(blog.home)}</link>\n"
        yield f"<description>{_text(blog.tagline)}</description>\n<language>{_text(blog.lang)}</language>\n"
        yield "<wp:wxr_version>1.2</wp:wxr_version>\n"
        yield f"<wp:base_site_url>{_text(blog.home)}</wp:base_site_url>\n"
        yield f"<wp:base_blog_url>{_text(blog.home)}</wp:base_blog_url>\n"
        for number, (name, login) in enumerate(self.authors.items(), 1):
            yield (
                f"<wp:author><wp:author_id>{number}</wp:author_id><wp:author_login>{_cdata(login)}</wp:author_login>"
                f"<wp:author_email></wp:author_email><wp:author_display_name>{_cdata(name)}</wp:author_display_name>"
                "</wp:author>\n"
            )
        # WordPress' importer finds the category above only where that came before.
        outer_first = sorted(self.categories.items(), key=lambda one: self._depth(one[0]))
        for number, (name, nicename) in enumerate(outer_first, 1):
            yield (
                f"<wp:category><wp:term_id>{number}</wp:term_id><wp:category_nicename>{_cdata(nicename)}"
                f"</wp:category_nicename><wp:category_parent>{_cdata(self._above(name))}</wp:category_parent>"
                f"<wp:cat_name>{_cdata(name)}"
                "</wp:cat_name></wp:category>\n"
            )
        for number, (name, nicename) in enumerate(self.tags.items(), len(self.categories) + 1):
            yield (
                f"<wp:tag><wp:term_id>{number}</wp:term_id><wp:tag_slug>{_cdata(nicename)}</wp:tag_slug>"
                f"<wp:tag_name>{_cdata(name)}</wp:tag_name></wp:tag>\n"
            )
        for post in blog.posts:
            yield from self._attachments(post)
            yield from self._post(post)
        yield "</channel>\n</rss>\n"

    def _above(self, category: str) -> str:
        """Return what the category above one is called in addresses; "" for none."""
        return self.categories.get(self.blog.above.get(category, ""), "")

    def _depth(self, category: str) -> int:
        return 1 + self._depth(self.blog.above[category]) if category in self.blog.above else 0

    def _post(self, post: ExportedPost) -> Iterator[str]:
        number = self.numbers[post.file]
        html = _without_shortcodes(post.html)
        if post.notes:
            html += "\n\n<!-- wp:footnotes /-->"
        yield f"<item>\n<title>{_cdata(post.title)}</title>\n<link>{_text(post.address)}</link>\n"
        if post.date:
            yield f"<pubDate>{format_datetime(post.date.astimezone(UTC))}</pubDate>\n"
        creator = self.authors[post.authors[0].name] if post.authors else ""
        yield f"<dc:creator>{_cdata(creator)}</dc:creator>\n"
        yield f'<guid isPermaLink="false">{_text(post.guid or post.address or post.id)}</guid>\n'
        yield "<description></description>\n"
        yield f"<content:encoded>{_cdata(html)}</content:encoded>\n"
        yield f"<excerpt:encoded>{_cdata(post.summary)}</excerpt:encoded>\n<wp:post_id>{number}</wp:post_id>\n"
        yield _moments("post_date", post.date) + _moments("post_modified", post.modified or post.date)
        is_open = "closed" if post.is_page else "open"
        yield f"<wp:comment_status>{is_open}</wp:comment_status>\n<wp:ping_status>{is_open}</wp:ping_status>\n"
        yield f"<wp:post_name>{_cdata(_as_slug(post.slug))}</wp:post_name>\n"
        yield f"<wp:status>{_STATUS[post.mark]}</wp:status>\n"
        yield "<wp:post_parent>0</wp:post_parent>\n"
        yield f"<wp:menu_order>{post.order}</wp:menu_order>\n"
        yield f"<wp:post_type>{'page' if post.is_page else 'post'}</wp:post_type>\n"
        yield "<wp:post_password></wp:post_password>\n<wp:is_sticky>0</wp:is_sticky>\n"
        for name in post.categories:
            yield _term("category", self.categories[name], name)
        for name in post.tags:
            yield _term("post_tag", self.tags[name], name)
        if post.series:  # Organize Series, PublishPress Series
            yield _term("series", slugs.slug_of(post.series, "s"), post.series)
        for author in post.authors if len(post.authors) > 1 else ():  # Co-Authors Plus
            yield _term("author", f"cap-{self.authors[author.name]}", author.name)
        if post.id in self.pairs or post.lang != self.blog.lang:  # Polylang
            yield _term("language", post.lang, post.lang)
        if post.id in self.pairs:
            yield _term("post_translations", f"pll_{slugs.slug_of(post.id)}", post.id)
        if post.cover in self.attachments:
            yield _meta("postmeta", "_thumbnail_id", str(self.attachments[post.cover]))
        if post.modified:  # WordPress notes any change, its author only what is worth telling
            yield _meta("postmeta", "tertulia_modified", post.modified.isoformat(" ", "seconds"))
        if post.notes:
            notes = [{"content": content, "id": name} for name, content in post.notes.items()]
            yield _meta("postmeta", "footnotes", json.dumps(notes, ensure_ascii=False))
        for slug in post.old_slugs:  # WordPress sends who asks for one of them to the post
            yield _meta("postmeta", "_wp_old_slug", _as_slug(slug))
        for kind, times in self.blog.counts.get(post.file, {}).items():
            yield _meta("postmeta", f"tertulia_{kind}s", str(times))
        for said in self.blog.said.get(post.file, ()):
            yield self._comment(said)
        yield "</item>\n"

    def _comment(self, said: Said) -> str:
        is_mention = said.kind in ("mention", "quote")
        site = said.url if is_mention and said.url else said.author_url
        user = 1 if said.is_owner and self.authors else 0
        fields = {
            "id": str(self.comments[said.id]),
            "author": _cdata(said.name),
            "author_email": "",
            "author_url": _text(site),
            "author_IP": "",
            "content": _cdata(_without_shortcodes(_as_typed(said.html))),
            "approved": _APPROVED.get(said.status, "0"),
            "type": "pingback" if is_mention else "comment",
            "parent": str(self.comments.get(said.parent or 0, 0)),
            "user_id": str(user),
        }
        written = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>" for name, value in fields.items())
        more = ""
        if said.url and not is_mention:
            more = _meta("commentmeta", "protocol", said.network) + _meta("commentmeta", "source_url", said.url)
        elif said.url:  # as the plugins for webmentions keep them
            more = _meta("commentmeta", "webmention_source_url", said.url)
            more += _meta("commentmeta", "semantic_linkbacks_author_url", said.author_url) if said.author_url else ""
        if said.edited_at:
            more += _meta("commentmeta", "tertulia_edited", said.edited_at)
        if likes := self.blog.likes.get(said.key):
            more += _meta("commentmeta", "tertulia_likes", str(likes))
        return f"<wp:comment>{written}{_moments('comment_date', said.published.astimezone(UTC))}{more}</wp:comment>\n"

    def _attachments(self, post: ExportedPost) -> Iterator[str]:
        """Yield the pictures of the blog's own that *post* is the first to show."""
        shown = {found[1]: (_ALT.search(found[0]) or ("", ""))[1] for found in _PICTURE.finditer(post.html)}
        captions = dict(_CAPTION.findall(post.html))
        wanted = {**({escape(post.cover): escape(post.cover_alt)} if post.cover else {}), **shown}
        for written, alt in wanted.items():
            address = _plain(written)
            if not address.startswith(f"{self.blog.home}/") or address in self.attachments:
                continue
            number = self.attachments[address] = self._next
            self._next += 1
            name = address.rpartition("/")[2]
            yield (
                f"<item>\n<title>{_cdata(name)}</title>\n<link>{_text(address)}</link>\n"
                f"<dc:creator>{_cdata(next(iter(self.authors.values()), ''))}</dc:creator>\n"
                f'<guid isPermaLink="false">{_text(address)}</guid>\n<content:encoded></content:encoded>\n'
                f"<excerpt:encoded>{_cdata(captions.get(written, ''))}</excerpt:encoded>\n"
                f"<wp:post_id>{number}</wp:post_id>\n"
                f"{_moments('post_date', post.date)}<wp:post_name>{_cdata(slugs.slug_of(name))}</wp:post_name>\n"
                f"<wp:status>inherit</wp:status>\n<wp:post_parent>{self.numbers[post.file]}</wp:post_parent>\n"
                "<wp:post_type>attachment</wp:post_type>\n"
                f"<wp:attachment_url>{_text(address)}</wp:attachment_url>\n"
                f"{_meta('postmeta', '_wp_attachment_image_alt', _plain(alt)) if alt else ''}</item>\n"
            )


def _logins(posts: Sequence[ExportedPost]) -> dict[str, str]:
    """Return the login of each author, by name."""
    found: dict[str, str] = {}
    everybody: list[ExportedAuthor] = [author for post in posts for author in post.authors if author.name]
    for author in everybody:
        if author.name not in found:
            base = re.sub(r"[^a-z0-9_-]", "", author.key.lower()) or slugs.slug_of(author.name, "author")
            login, number = base, 2
            while login in found.values():
                login, number = f"{base}{number}", number + 1
            found[author.name] = login
    return found


def _nicenames(names: Iterator[str]) -> dict[str, str]:
    """Return what each name is called in addresses; two names never the same."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(names):
        base = slugs.slug_of(name, "t")
        nicename, number = base, 2
        while nicename in taken:
            nicename, number = f"{base}-{number}", number + 1
        taken.add(nicename)
        found[name] = nicename
    return found


def _numbers(posts: Sequence[ExportedPost]) -> dict[str, int]:
    """Return a number for each post, by its file: that which it had in WordPress, where it came from there."""
    found: dict[str, int] = {}
    for post in posts:
        number = re.fullmatch(r"wp-([1-9][0-9]{0,9})", post.id)
        if number and int(number[1]) not in found.values():
            found[post.file] = int(number[1])
    taken = set(found.values())
    following = 1
    for post in sorted(
        posts, key=lambda one: (one.date is None, one.date or datetime.min.replace(tzinfo=UTC), one.file)
    ):
        if post.file not in found:
            while following in taken:
                following += 1
            found[post.file] = following
            taken.add(following)
    return found


def _comment_numbers(comments: Sequence[Said]) -> dict[int, int]:
    """Return a number for each comment, its own where that is above the number of what it answers."""
    following = max((said.id for said in comments), default=0) + 1
    found: dict[int, int] = {}
    for said in comments:  # what is answered comes first
        if found.get(said.parent or 0, 0) < said.id:
            found[said.id] = said.id
        else:
            found[said.id], following = following, following + 1
    return found


def _moments(name: str, moment: datetime | None) -> str:
    """Return a moment there and in Greenwich."""
    here = f"{moment:%Y-%m-%d %H:%M:%S}" if moment else _NEVER
    there = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if moment else _NEVER
    return f"<wp:{name}>{here}</wp:{name}><wp:{name}_gmt>{there}</wp:{name}_gmt>\n"


def _term(domain: str, nicename: str, name: str) -> str:
    return f"<category domain={quoteattr(domain)} nicename={quoteattr(nicename)}>{_cdata(name)}</category>\n"


def _meta(kind: str, key: str, value: str) -> str:
    pair = f"<wp:meta_key>{_cdata(key)}</wp:meta_key><wp:meta_value>{_cdata(value)}</wp:meta_value>"
    return f"<wp:{kind}>{pair}</wp:{kind}>\n"


def _without_shortcodes(html: str) -> str:
    """*html* in which no words in brackets are a shortcode: WordPress would run "[gallery]" wherever it stands."""
    return html.replace("[", "&#91;")


def _as_typed(html: str) -> str:
    """
    Return a comment as WordPress keeps it: blank lines make paragraphs, for it takes ``<p>`` out of what strangers say.
    """
    return re.sub(r"</p>\s*<p>", "\n\n", html.strip().removeprefix("<p>").removesuffix("</p>"))


def _as_slug(slug: str) -> str:
    """Return a slug as WordPress keeps it: of bare letters it would take the accents."""
    return quote(slug, safe="").lower()


def _plain(attribute: str) -> str:
    """Return what an attribute says, its entities read."""
    for written, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        attribute = attribute.replace(written, sign)
    return attribute


def _text(words: str) -> str:
    return escape(strip_controls(words))


def _cdata(words: str) -> str:
    inside = strip_controls(words).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inside}]]>"
