"""The conversation as feeds: beside each post that has one, and for the whole site.

``<post>/comments/`` and ``feeds/comments/``, each with ``atom.xml``, ``rss.xml`` and ``feed.json``; every entry says
what it answers (``thr:in-reply-to``). Nothing is written where nothing was said.

Settings:
    FEED_MAX_COMMENTS   comments a feed, the newest: each post's, and the site's. 0 for all. Default 50.
"""

from collections.abc import Iterable
from dataclasses import replace

from tertulia.content.snapshot import Comment
from tertulia.core import addresses
from tertulia.site import feeds
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.post_feeds import feed, id_base, write


def write_conversation_feeds(build: SiteBuild, posts: Iterable[Content]) -> None:
    """Write the feed of each post, and the site's."""
    everything: list[feeds.Entry] = []
    for post in posts:
        entries = [entry(said, post, build) for said in post.said] if not post.mark else []
        if entries:
            name = build.words.text("comments_of", post.lang, title=post.title)
            folder = post.talk_folder
            about = feed(
                build, f"comments/{post.id}/{post.lang}", folder=folder, page=post.url, name=name, lang=post.lang
            )
            _write(build, folder, about, entries)
            everything += entries
    if everything:
        name = build.words.text("comments_all", build.settings["DEFAULT_LANG"])
        about = feed(build, "comments", folder="feeds/comments/", page="", name=name)
        _write(build, "feeds/comments/", about, everything)


def _write(build: SiteBuild, folder: str, about: feeds.Feed, entries: Iterable[feeds.Entry]) -> None:
    most = build.settings.get("FEED_MAX_COMMENTS", 50) or None
    newest = sorted(entries, key=lambda one: (one.published, one.id), reverse=True)[:most]
    write(build.output / folder, replace(about, is_talk=True), [feeds.prepare(one) for one in newest])


def entry(said: Comment, post: Content, build: SiteBuild) -> feeds.Entry:
    """Return a comment as feeds hold it."""
    page = addresses.whole(build.settings["SITE_ADDRESS"], post.url)
    own = feeds.entry_id(id_base(build.settings), post.id, post.lang)
    above = post.guid or own
    author = said.author or said.handle
    return feeds.Entry(
        id=f"{own}/c/{said.id}",
        url=f"{page}#c-{said.id}",
        title=build.words.text("comment_feed_title", post.lang, name=author, title=post.title),
        content=said.html or "<p>…</p>",  # JSON Feed will not do without
        published=said.date,
        updated=said.edited or said.date,
        lang=post.lang,
        writers=(feeds.Writer(author, said.author_url),),
        via=said.url,
        answers=(f"{above}/c/{said.parent}", f"{page}#c-{said.parent}") if said.parent else (above, page),
    )
