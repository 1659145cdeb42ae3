"""``output/posts.json``: what publishing and collecting read of this build. See ``tertulia/content/posts.py``.

Only posts that are public and listed are in it: a draft, a scheduled or an unlisted post is not announced. A preview
holds drafts and scheduled posts too, to show how they will be announced, and says that it is one.

Settings:
    ANNOUNCE   words for every post that has none of its own, by network: e.g. ``{"x": "no"}``.
"""

import re
from pathlib import Path

from msgspec.structs import replace
from pelican import signals

from tertulia.content import posts
from tertulia.core import addresses, sanitise
from tertulia.syndication.summary import said_for

from .feeds import said

_articles: list = []
# A bare "@ana", not "@ana@mastodon.example", "@ana.bsky.social" nor an e-mail address.
_NAME = re.compile(r"(?<![\w@./-])@(\w+)(?![\w-]*[@.]\w)")


def remember_posts(generator):
    """Keep the posts until everything has been written."""
    _articles[:] = [*generator.articles, *generator.translations]


def write_posts(pelican):
    """Write the file, beside the pages that it describes."""
    settings = pelican.settings
    preview = bool(settings.get("SHOW_UNPUBLISHED"))
    public = [post for post in _articles if preview or (not post.mark and post.indexable)]
    published = posts.Published(
        site=settings["SITE_ADDRESS"],
        title=said(settings, "SITENAME", settings["DEFAULT_LANG"]),
        lang=settings["DEFAULT_LANG"],
        preview=preview,
        posts=tuple(entry(post, settings) for post in public),
    )
    _articles.clear()
    posts.write(Path(settings["OUTPUT_PATH"]), published)


def entry(article, settings):
    """One post as the rest of Tertulia knows it."""
    people, site = settings["PEOPLE"], settings["SITE_ADDRESS"]
    own_words = {
        network: named(words, network, people)
        for network, words in (settings.get("ANNOUNCE", {}) | article.networks).items()
    }
    post = posts.Post(
        id=article.id,
        lang=article.lang,
        title=article.title,
        url=addresses.whole(site, article.url),
        date=article.date,
        modified=article.modified,
        summary=article.summary_text,
        question=article.question,
        author=", ".join(author.name for author in article.authors),
        tags=tuple(tag.name for tag in article.tags),
        credits=tuple(credited(credit, people) for credit in article.credits),
        cover=picture(article.cover, site),
        card=picture(getattr(article, "card", None), site),
        said=own_words,
        # Only what the author wrote in this post: a rule changed for the whole blog is no reason to edit old posts.
        hash=posts.words_hash(
            article.title, article.summary_text, article.question, *(f"{k}={v}" for k, v in article.networks.items())
        ),
    )
    wants_thread = any(said_for(post, network)[1] for network in own_words)
    return replace(post, text=plain_text(article)) if wants_thread else post


def picture(shown, site):
    """A picture of the output, or None."""
    return posts.Cover(shown.src, addresses.whole(site, shown.src), shown.alt) if shown else None


def named(words, network, people):
    """The author's words, with "@ana" as *network* knows her; by her name where it does not."""

    def handle(match):
        person = people.find(match[1])
        if not person:
            return match[0]
        known = person.handles.get(network, "")
        return f"@{known.lstrip('@')}" if known and "://" not in known else person.name

    return _NAME.sub(handle, words)


def credited(credit, people):
    """A credit, with the handles of the person whom the people file knows by that name."""
    person = people.find(credit.name)
    return posts.PostCredit(credit.kind, credit.name, credit.url, dict(person.handles) if person else {})


def plain_text(article):
    """The whole post as paragraphs of plain text, for those who want it as a thread."""
    return sanitise.plain(article.content)


def register():
    signals.article_generator_finalized.connect(remember_posts)
    signals.finalized.connect(write_posts)
