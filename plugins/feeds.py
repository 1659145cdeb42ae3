"""Atom, RSS and JSON Feed for the site and for each language, tag, category and author.

The site's feed holds each post once, in the language it was written in; a language's feed holds all posts in it,
translations too. Beside each section's page lie its ``atom.xml``, ``rss.xml`` and ``feed.json``; the site's lie
in ``feeds/``. Autodiscovery is in ``parts/head.html``.

Settings:
    FEED_MAX_ITEMS   posts a feed; 0 for all. Default 20.
    FEED_ID_BASE     the beginning of every id, ``tag:tertulia.example,2026:``. Made of SITE_ADDRESS when empty: write
                     it down before the blog moves to another address, or feed readers show every post again.
    WEBSUB_HUB       a hub to name in the feeds; "" for none.
"""

import mimetypes
from collections import defaultdict
from datetime import date, datetime, time
from pathlib import Path

from pelican import signals

from tertulia.core import addresses
from tertulia.embeds import draw
from tertulia.site import feeds

from . import theme

CREDITS = ("via", "source", "photo", "thanks")


_generators: list = []


def remember_posts(generator):
    """Keep the posts until their covers have been written, whose sizes the feeds tell."""
    _generators[:] = [generator]


def write_feeds(_pelican):
    """Write every feed; each post is prepared once."""
    generator, prepared = _generators.pop(), {}
    settings = generator.settings
    for folder, about, posts in sections(generator):
        due = [post for post in posts if not post.mark]  # a preview shows more, its feeds do not
        newest = sorted(due, key=lambda post: (post.date, post.id, post.lang), reverse=True)
        newest = newest[: settings.get("FEED_MAX_ITEMS", 20) or None]
        for post in newest:
            if post.source_path not in prepared:
                prepared[post.source_path] = feeds.prepare(entry(post, settings))
        target = Path(settings["OUTPUT_PATH"], folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, content in feeds.write(about, [prepared[post.source_path] for post in newest]).items():
            (target / name).write_bytes(content)


def sections(generator):
    """Every feed as (folder, what it says of itself, its posts)."""
    settings = generator.settings
    yield "feeds/", feed(settings, "site", "feeds/", ""), generator.articles
    for lang, posts in by_language(generator).items():
        page = "" if lang == settings["DEFAULT_LANG"] else f"{lang}/"
        about = feed(settings, f"lang/{lang}", f"{lang}/", page, theme.native_name(lang), lang=lang)
        yield f"{lang}/", about, posts
    kinds = {"tag": generator.tags.items(), "category": generator.categories, "author": generator.authors}
    for kind, groups in kinds.items():
        for item, posts in groups:
            name = f"#{item.name}" if kind == "tag" else item.name
            about = feed(settings, f"{kind}/{item.slug}", item.url, item.url, name, getattr(item, "description", ""))
            yield item.url, about, posts


def by_language(generator):
    """The posts of each language that has a feed of its own; none has when all posts are in the blog's own."""
    posts = defaultdict(list)
    for post in [*generator.articles, *generator.translations]:
        posts[post.lang].append(post)
    return {} if list(posts) == [generator.settings["DEFAULT_LANG"]] else posts


def feed(settings, section, folder, page, name="", description="", lang=""):
    """What the feed of *section* says of itself."""
    site, lang = settings["SITE_ADDRESS"], lang or settings["DEFAULT_LANG"]
    sitename = said(settings, "SITENAME", lang)
    return feeds.Feed(
        id=feeds.feed_id(id_base(settings), section),
        title=f"{name} · {sitename}" if name else sitename,
        url=addresses.whole(site, page),
        folder=addresses.whole(site, folder),
        lang=lang,
        writer=feeds.Writer(sitename, addresses.whole(site, "")),
        subtitle=description or said(settings, "TAGLINE", lang),
        hub=settings.get("WEBSUB_HUB", ""),
        stylesheet=f"{settings['SITEURL']}/{settings['THEME_STATIC_DIR']}/feed.css",
        note=_words("feed_note", lang),
        back=_words("feed_back", lang),
    )


def entry(post, settings):
    """*post* as every feed holds it."""
    site = settings["SITE_ADDRESS"]
    url = addresses.whole(site, post.url)
    return feeds.Entry(
        id=feeds.entry_id(id_base(settings), post.id, post.lang),
        url=url,
        title=post.title,
        content=addresses.with_whole_links(draw.plain(post.content) + closing(post), url),
        published=post.date,
        updated=changed(post),
        lang=post.lang,
        summary=post.summary_text,
        writers=tuple(feeds.Writer(a.name, addresses.whole(site, a.url)) for a in post.authors),
        labels=tuple(dict.fromkeys(item.name for item in [*post.categories, *post.tags])),
        cover=enclosure(post.cover, settings),
        via=next((credit.url for credit in post.credits if credit.kind == "via" and credit.url), ""),
    )


def changed(post):
    """When *post* last changed: as written, as modified, or with its newest dated update."""
    updates = [datetime.combine(date.fromisoformat(one.date), time(), post.date.tzinfo) for one in post.updates]
    return max(filter(None, [post.date, getattr(post, "modified", None), *updates]))


def closing(post):
    """Updates, credits and the question of *post*, as the page shows them, in words."""
    words = {kind: _words(f"credit_{kind}", post.lang) for kind in CREDITS}
    words |= {key: _words(key, post.lang) for key in ("updates", "question")}
    return feeds.closing(
        post.question, post.updates, post.credits, words, lambda date: theme.date_words({}, date, lang=post.lang)
    )


def enclosure(cover, settings):
    """The cover as a file; None when there is none, or its file is not where it should be."""
    file = Path(settings["OUTPUT_PATH"], cover.src) if cover else None
    if file is None or not file.is_file():
        return None
    media_type = mimetypes.guess_type(cover.src)[0] or "application/octet-stream"
    return feeds.Enclosure(addresses.whole(settings["SITE_ADDRESS"], cover.src), media_type, file.stat().st_size)


def id_base(settings):
    """The beginning of every id."""
    return settings.get("FEED_ID_BASE") or feeds.id_base(settings["SITE_ADDRESS"])


def said(settings, key, lang):
    """A setting that may be a dict by language, in *lang*."""
    return theme.local({"page_lang": lang, "DEFAULT_LANG": settings["DEFAULT_LANG"]}, settings.get(key))


def _words(key, lang):
    return theme.t({}, key, lang=lang)


def register():
    signals.article_generator_finalized.connect(remember_posts)
    signals.finalized.connect(write_feeds)
