"""The conversation as feeds: beside each post that has one, and for the whole site.

``<post>/comments/`` and ``feeds/comments/``, each with ``atom.xml``, ``rss.xml`` and ``feed.json``; every entry says
what it answers (``thr:in-reply-to``). Nothing is written where nothing was said.

Settings:
    FEED_MAX_COMMENTS   comments in the site's feed; each post's has all of its own. Default 50.
"""

from dataclasses import replace
from pathlib import Path

from pelican import signals

from tertulia.core import addresses
from tertulia.site import feeds

from . import theme
from .feeds import feed, id_base

_generators: list = []


def remember_posts(generator):
    """Keep the posts until their pages are there."""
    _generators[:] = [generator]


def write_feeds(_pelican):
    """Write the feed of each post, and the site's."""
    generator = _generators.pop()
    settings = generator.settings
    public = [post for post in [*generator.articles, *generator.translations] if not post.mark]
    everything = []
    for post in public:
        entries = [entry(said, post, settings) for said in getattr(post, "said", ())]
        if entries:
            name = theme.t({}, "comments_of", lang=post.lang, title=post.title)
            folder = f"{post.url}comments/"
            about = feed(settings, f"comments/{post.id}/{post.lang}", folder, post.url, name, lang=post.lang)
            write(folder, about, entries, settings)
            everything += entries
    if everything:
        name = theme.t({}, "comments_all", lang=settings["DEFAULT_LANG"])
        about = feed(settings, "comments", "feeds/comments/", "", name)
        write("feeds/comments/", about, everything, settings, settings.get("FEED_MAX_COMMENTS", 50))


def write(folder, about, entries, settings, most=None):
    """Leave one feed in *folder*, the newest first."""
    newest = sorted(entries, key=lambda one: (one.published, one.id), reverse=True)[:most]
    target = Path(settings["OUTPUT_PATH"], folder)
    target.mkdir(parents=True, exist_ok=True)
    for name, content in feeds.write(replace(about, is_talk=True), [feeds.prepare(one) for one in newest]).items():
        (target / name).write_bytes(content)


def entry(said, post, settings):
    """A comment as feeds hold it."""
    page = addresses.whole(settings["SITE_ADDRESS"], post.url)
    above = feeds.entry_id(id_base(settings), post.id, post.lang)
    author = said.author or said.handle
    answers = (f"{above}/c/{said.parent}", f"{page}#c-{said.parent}") if said.parent else (above, page)
    return feeds.Entry(
        id=f"{above}/c/{said.id}",
        url=f"{page}#c-{said.id}",
        title=theme.t({}, "comment_feed_title", lang=post.lang, name=author, title=post.title),
        content=said.html or "<p>…</p>",  # JSON Feed will not do without
        published=said.date,
        updated=said.edited or said.date,
        lang=post.lang,
        writers=(feeds.Writer(author, said.author_url),),
        via=said.url,
        answers=answers,
    )


def register():
    signals.article_generator_finalized.connect(remember_posts)
    signals.finalized.connect(write_feeds)
