"""``output/posts.json``: what publishing and collecting read of this build. See ``tertulia/content/posts.py``.

Only posts that are public and listed are in it: a draft, a scheduled or an unlisted post is not announced. A preview
holds drafts and scheduled posts too, to show how they will be announced, and says that it is one.

Settings:
    ANNOUNCE   words for every post that has none of its own, by network: e.g. ``{"x": "no"}``.
"""

import re
from collections.abc import Callable, Iterable

from msgspec.structs import replace

from tertulia.content import posts
from tertulia.content.networks import platform
from tertulia.content.people import People
from tertulia.core import addresses, lazy_re
from tertulia.core.models import Credit, Picture
from tertulia.render import prose
from tertulia.site import moved
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.files_before import put

# A bare "@ana", not "@ana@mastodon.example", "@ana.bsky.social" nor an e-mail address.
_NAME = lazy_re.compile(r"(?<![\w@./-])@(\w+)(?![\w-]*[@.]\w)")

WantsText = Callable[[posts.Post, str], bool]


def write_posts(build: SiteBuild, contents: Iterable[Content], wants_text: WantsText) -> None:
    """
    Write the file, beside the pages that it describes.

    Args:
        contents: The listed posts.
        wants_text: Whether a network's words for a post ask for its whole text.
    """
    settings = build.settings
    preview = bool(settings.get("SHOW_UNPUBLISHED"))
    own = settings["DEFAULT_LANG"]
    published = posts.Published(
        site=addresses.encoded(settings["SITE_ADDRESS"]),
        title=build.words.setting(settings, "SITENAME", own),
        lang=own,
        preview=preview,
        addresses={} if preview else moved.noted(build.remembered, build.contents),
        posts=tuple(entry(content, build, wants_text) for content in contents if preview or not content.mark),
    )
    put(build, posts.FILE_NAME, posts.encoded(published))


def entry(content: Content, build: SiteBuild, wants_text: WantsText) -> posts.Post:
    """One post as the rest of Tertulia knows it."""
    people, site = build.people, build.settings["SITE_ADDRESS"]
    written = build.settings.get("ANNOUNCE", {}) | content.networks
    own_words = {network: named(words, network, people) for network, words in written.items()}
    post = posts.Post(
        id=content.id,
        lang=content.lang,
        title=content.title,
        is_note=content.is_note,
        url=addresses.whole(site, content.url),
        date=content.date,
        modified=content.modified,
        summary=content.summary_text,
        question=content.question,
        author=", ".join(author.name for author in content.authors),
        tags=tuple(tag.name for tag in content.tags),
        credits=tuple(credited(credit, people) for credit in content.credits),
        cover=picture(content.cover, site),
        card=picture(content.card, site),
        cover_alts=dict(content.cover_alts),
        pictures=tuple(filter(None, (picture(one, site) for one in content.pictures))),
        said=own_words,
        warning=content.content_warning,
        audience=content.audience,
        guid=content.guid,
        # Only what the author wrote in this post: a rule changed for the whole blog is no reason to edit old posts.
        hash=posts.words_hash(
            content.title,
            content.summary_text,
            content.question,
            *(f"{k}={v}" for k, v in content.networks.items()),
            *([f"warning={content.content_warning}"] if content.content_warning else []),
        ),
    )
    is_wanted = any(wants_text(post, network) for network in own_words)
    return replace(post, text=prose.thread(prose.blocks(content.content, post.url))) if is_wanted else post


def picture(shown: Picture | None, site: str) -> posts.Cover | None:
    """Return a picture of the output, or None."""
    return posts.Cover(shown.src, addresses.whole(site, shown.src), shown.alt) if shown else None


def named(words: str, network: str, people: People) -> str:
    """Return the author's words, with "@ana" as *network* knows her; by her name where it does not."""

    def handle(match: re.Match[str]) -> str:
        person = people.find(match[1])
        if not person:
            return match[0]
        known = person.handles.get(network) or person.handles.get(platform(network), "")
        return f"@{known.lstrip('@')}" if known and "://" not in known else person.name

    return _NAME.sub(handle, words)


def credited(credit: Credit, people: People) -> posts.PostCredit:
    """Return a credit, with the handles of the person whom the people file knows by that name."""
    person = people.find(credit.name)
    return posts.PostCredit(credit.kind, credit.name, credit.url, dict(person.handles) if person else {})
