"""Atom, RSS and JSON Feed for the site and for each language, tag, category and author.

The site's feed holds each post once, in the language it was written in; a language's feed holds all posts in it,
translations too. Beside each section's page lie its ``atom.xml``, ``rss.xml`` and ``feed.json``; the site's lie
in ``feeds/``. Autodiscovery is in ``parts/head.html``.

Settings:
    FEED_MAX_ITEMS   posts a feed; 0 for all. Default 20.
    FEED_ID_BASE     the beginning of every id, ``tag:tertulia.example,2026:``. Made of SITE_ADDRESS when empty: write
                     it down before the blog moves to another address, or feed readers show every post again.
    TAG_FEED_MIN_POSTS   a tag of fewer posts has no feed: three copies of one post that nobody follows. Default 2.
    WEBSUB_HUB       a hub to name in the feeds; "" for none.
"""

import mimetypes
import posixpath
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tertulia.core import addresses, lazy_re
from tertulia.core.files import write_new
from tertulia.core.models import Picture
from tertulia.embeds import draw
from tertulia.site import feeds
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, Generator, changed, listed
from tertulia.site.pictures import without_missing

_REST = r"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_SCRIPT = lazy_re.compile(rf"<(script|style)\b{_REST}.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_RUNS = lazy_re.compile(rf"<[a-z](?=[^<>]*(?:\son|javascript:)){_REST}", re.IGNORECASE)
_VALUE = r"\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]*)"
_SCRIPT_ADDRESS = r"""(?:"\s*javascript:[^"]*"|'\s*javascript:[^']*')"""
_ATTRIBUTE_RUNS = lazy_re.compile(
    rf"\s(?:on\w+{_VALUE}|(?:href|src|action|data)\s*=\s*{_SCRIPT_ADDRESS})", re.IGNORECASE
)

CREDITS = ("via", "source", "photo", "thanks")


class Section(NamedTuple):
    """One feed, and the posts that may stand in it."""

    folder: str
    feed: feeds.Feed
    posts: Iterable[Content]
    kind: str = ""  # as Pelican's settings of feeds begin, where it has such a feed
    name: str = ""  # what stands in the place of {slug} or {lang} there


def write_feeds(build: SiteBuild, generator: Generator) -> None:
    """Write every feed; each post is prepared once. Their covers must have been written, whose sizes feeds tell."""
    build.beside.add(__name__)
    prepared: dict[str, feeds.Prepared] = {}
    for (folder, about, _, kind, name), newest in due_feeds(build, generator):
        files = [posixpath.join(folder, name) for name in feeds.FILES]
        if not (build.kept and build.kept.take_files(files, about, newest)):
            for post in newest:
                if post.shown_path not in prepared:
                    prepared[post.shown_path] = feeds.prepare(entry(post, build))
            write(build.output / folder, about, [prepared[post.shown_path] for post in newest])
        for place, file in old_places(build.settings.get("PELICAN_FEEDS", {}), kind, name):
            if not (build.output / place).exists():
                (build.output / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(build.output / folder / file, build.output / place)


def due_feeds(build: SiteBuild, generator: Generator) -> Iterator[tuple[Section, list[Content]]]:
    """Yield each feed, and what stands in it, the newest first."""
    for section in sections(build, generator):
        due = [post for post in section.posts if not post.mark]  # a preview shows more, its feeds do not
        newest = sorted(due, key=lambda post: (post.date, post.id, post.lang), reverse=True)
        yield section, newest[: build.settings.get("FEED_MAX_ITEMS", 20) or None]


def old_places(settings: Mapping[str, str], kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Where the blog's Pelican had the feed of *kind* and *name*, and which of our files its readers get there."""
    for form, file in (("ATOM", feeds.ATOM), ("RSS", feeds.RSS)):
        for setting in (f"{kind}_FEED_{form}", *([f"FEED_{form}", f"FEED_ALL_{form}"] if kind == "SITE" else [])):
            if pattern := settings.get(setting):
                yield pattern.format(slug=name, lang=name), file


def write(folder: Path, about: feeds.Feed, entries: Sequence[feeds.Prepared]) -> None:
    """Leave one feed in *folder*, in its three formats."""
    for name, content in feeds.write(about, entries).items():
        write_new(str(folder / name), content)


def sections(build: SiteBuild, generator: Generator) -> Iterator[Section]:
    """Every feed of the blog."""
    own = build.settings["DEFAULT_LANG"]
    yield Section("feeds/", feed(build, "site", folder="feeds/", page=""), generator.articles, "SITE")
    for lang, posts in by_language(listed(generator), own).items():
        name, page = build.words.native_name(lang), "" if lang == own else f"{lang}/"
        about = feed(build, f"lang/{lang}", folder=f"{lang}/", page=page, name=name, lang=lang)
        yield Section(f"{lang}/", about, posts, "TRANSLATION", lang)
    kinds = {"tag": generator.tags.items(), "category": generator.categories, "author": generator.authors}
    for kind, groups in kinds.items():
        for item, posts in groups:
            if kind == "tag" and len(posts) < build.settings.get("TAG_FEED_MIN_POSTS", 0):
                continue
            yield Section(feed_folder(item.url), label_feed(build, kind, item), posts, kind.upper(), item.slug)
    for lang, edition in build.editions.others.items():
        for kind, item, posts in edition.labels():
            if kind != "tag" or len(posts) >= build.settings.get("TAG_FEED_MIN_POSTS", 0):
                yield Section(feed_folder(f"{lang}/{item.url}"), label_feed(build, kind, item, lang), posts)


def feed_folder(url: str) -> str:
    """Where the feeds of the list at *url* are: beside it in "tag/mar/", and so for "tag/mar.html", a file itself."""
    return f"{url.removesuffix('.html').rstrip('/')}/"


def label_feed(build: SiteBuild, kind: str, label: Any, lang: str = "") -> feeds.Feed:
    """Return the feed of a tag, category or author: of all its posts, or of those in *lang*."""
    name = f"#{label.name}" if kind == "tag" else label.name
    page, section = label.url, f"{kind}/{label.slug}"
    description = getattr(label, "description", {}).get(lang or build.settings["DEFAULT_LANG"], "")
    if lang:
        page, section = f"{lang}/{page}", f"lang/{lang}/{section}"
    folder = feed_folder(page)
    return feed(build, section, folder=folder, page=page, name=name, description=description, lang=lang)


def by_language(posts: Iterable[Content], own: str) -> Mapping[str, list[Content]]:
    """Return the posts of each language that has a feed of its own; none has when all posts are in the blog's own."""
    found: dict[str, list[Content]] = defaultdict(list)
    for post in posts:
        found[post.lang].append(post)
    return {} if list(found) == [own] else found


def feed(
    build: SiteBuild, section: str, *, folder: str, page: str, name: str = "", description: str = "", lang: str = ""
) -> feeds.Feed:
    """
    Return what the feed of *section* says of itself.

    Args:
        folder: Where its files are, relative to the site.
        page: The page that it belongs to.
        lang: The blog's own when empty.
    """
    settings = build.settings
    site, lang = settings["SITE_ADDRESS"], lang or settings["DEFAULT_LANG"]
    sitename = build.words.setting(settings, "SITENAME", lang)
    return feeds.Feed(
        id=feeds.feed_id(id_base(settings), section),
        title=f"{name} · {sitename}" if name else sitename,
        url=addresses.whole(site, page),
        folder=addresses.whole(site, folder),
        lang=lang,
        writer=feeds.Writer(sitename, addresses.whole(site, "")),
        subtitle=description or build.words.setting(settings, "TAGLINE", lang),
        hub=settings.get("WEBSUB_HUB", ""),
        stylesheet=f"{settings['SITEURL']}/{settings['THEME_STATIC_DIR']}/feed.css",
        note=build.words.text("feed_note", lang),
        back=build.words.text("feed_back", lang),
    )


def entry(post: Content, build: SiteBuild) -> feeds.Entry:
    """*post* as every feed holds it."""
    site = build.settings["SITE_ADDRESS"]
    url = addresses.whole(site, post.url)
    writers = [(author.name, build.editions.localized(author.url, post.lang)) for author in post.authors]
    return feeds.Entry(
        id=post.guid or feeds.entry_id(id_base(build.settings), post.id, post.lang),
        url=url,
        title="" if post.is_note else post.title,
        content=addresses.with_whole_links(readable(post, build) + closing(post, build), url),
        published=post.date,
        updated=changed(post),
        lang=post.lang,
        summary=post.summary_text,
        writers=tuple(feeds.Writer(name, addresses.whole(site, page)) for name, page in writers),
        labels=tuple(dict.fromkeys(item.name for item in [*post.categories, *post.tags])),
        cover=enclosure(post.cover, build),
        via=next((credit.url for credit in post.credits if credit.kind == "via" and credit.url), ""),
    )


def readable(post: Content, build: SiteBuild) -> str:
    """Return the text of *post* with nothing in it that no feed reader runs or that is not there."""
    text = without_scripts(draw.plain(post.content))
    return without_missing(text, build.output, build.settings["SITEURL"]) if build.lacks_pictures else text


def without_scripts(html: str) -> str:
    """*html* without scripts, styles, and attributes that run: validators call them a risk, and readers drop them."""
    return _RUNS.sub(lambda tag: _ATTRIBUTE_RUNS.sub("", tag[0]), _SCRIPT.sub("", html))


def closing(post: Content, build: SiteBuild) -> str:
    """Return updates, credits and the question of *post*, as the page shows them, in words."""
    words = {kind: build.words.text(f"credit_{kind}", post.lang) for kind in CREDITS}
    words |= {key: build.words.text(key, post.lang) for key in ("updates", "question")}
    return feeds.closing(post.question, post.updates, post.credits, words, partial(build.words.date, lang=post.lang))


def enclosure(cover: Picture | None, build: SiteBuild) -> feeds.Enclosure | None:
    """Return the cover as a file; None when there is none, or its file is not where it should be."""
    file = build.coming.get(cover.src, build.output / cover.src) if cover else None
    if cover is None or file is None or not file.is_file():
        return None
    media_type = mimetypes.guess_type(cover.src)[0] or "application/octet-stream"
    return feeds.Enclosure(addresses.whole(build.settings["SITE_ADDRESS"], cover.src), media_type, file.stat().st_size)


def id_base(settings: Mapping[str, Any]) -> str:
    """Return the beginning of every id."""
    return settings.get("FEED_ID_BASE") or feeds.id_base(settings["SITE_ADDRESS"])
