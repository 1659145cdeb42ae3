"""The conversation as feeds: beside each post that has one, and for the whole site.

``<post>/comments/`` and ``feeds/comments/``, each with ``atom.xml``, ``rss.xml`` and ``feed.json``; every entry says
what it answers (``thr:in-reply-to``). Nothing is written where nothing was said.

Settings:
    FEED_MAX_COMMENTS   comments a feed, the newest: each post's, and the site's. 0 for all. Default 50.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from tertulia.content.snapshot import Comment
from tertulia.core import addresses
from tertulia.site import feeds
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.post_feeds import feed, id_base, write

OF_SITE = "feeds/comments/"


class TalkFeed(NamedTuple):
    """The feed of a conversation."""

    folder: str
    about: feeds.Feed
    entries: Sequence[feeds.Entry]


def write_conversation_feeds(build: SiteBuild, posts: Iterable[Content]) -> None:
    """Write the feed of each post, and the site's."""
    build.beside.add(__name__)
    everything: list[feeds.Entry] = []
    for post in posts:
        if of_post := feed_of(post, build):
            everything += of_post.entries
            folder, about, newest = newest_of(of_post, build)
            write(build.output / folder, about, [feeds.prepare(one) for one in newest])
    if everything:
        folder, about, newest = newest_of(feed_of_site(everything, build), build)
        write(build.output / folder, about, [feeds.prepare(one) for one in newest])


def feed_of(post: Content, build: SiteBuild) -> TalkFeed | None:
    """Return the feed of what was said under *post*; None where nothing was, or the post is not public."""
    if not post.said or post.mark:
        return None
    name = build.words.text("comments_of", post.lang, title=post.title)
    section, folder = f"comments/{post.id}/{post.lang}", post.talk_folder
    about = feed(build, section, folder=folder, page=post.url, name=name, lang=post.lang)
    return TalkFeed(folder, about, [entry(said, post, build) for said in post.said])


def feed_of_site(everything: Sequence[feeds.Entry], build: SiteBuild) -> TalkFeed:
    """Return the feed of *everything* that was said."""
    name = build.words.text("comments_all", build.settings["DEFAULT_LANG"])
    return TalkFeed(OF_SITE, feed(build, "comments", folder=OF_SITE, page="", name=name), everything)


def newest_of(found: TalkFeed, build: SiteBuild) -> TalkFeed:
    """Return a feed as it is written, with the newest of its entries."""
    most = build.settings.get("FEED_MAX_COMMENTS", 50) or None
    newest = sorted(found.entries, key=lambda one: (one.published, one.id), reverse=True)[:most]
    return TalkFeed(found.folder, replace(found.about, is_talk=True), newest)


def entry_id(said: Comment, post: Content, build: SiteBuild) -> str:
    """Return the id of a comment in every feed."""
    return f"{feeds.entry_id(id_base(build.settings), post.id, post.lang)}/c/{said.id}"


def entry(said: Comment, post: Content, build: SiteBuild) -> feeds.Entry:
    """Return a comment as feeds hold it."""
    page = addresses.whole(build.settings["SITE_ADDRESS"], post.url)
    own = feeds.entry_id(id_base(build.settings), post.id, post.lang)
    above = post.guid or own
    author = said.author or said.handle
    return feeds.Entry(
        id=entry_id(said, post, build),
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
