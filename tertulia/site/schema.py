"""What a post and a blog are, for search engines: of what the build knows, what ``json_ld`` writes."""

from collections.abc import Callable, Container, Iterable
from functools import partial
from typing import Any

from tertulia.content.snapshot import Comment
from tertulia.core import addresses, sanitise
from tertulia.core.text import plain
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, changed
from tertulia.site.json_ld import SchemaBlog, SchemaComment, SchemaImage, SchemaPerson, SchemaPosting, blog, posting

POSTS_LISTED = 10


def describe_posts(posts: Iterable[Content], build: SiteBuild) -> None:
    """Give every post its ``json_ld``, safe inside ``<script type="application/ld+json">``."""
    for post in posts:
        post.json_ld = posting(posting_of(post, build))


def describe_blog(posts: Iterable[Content], build: SiteBuild) -> dict[str, str]:
    """Return the blog as JSON-LD, for each language that has a home page."""
    settings = build.settings
    newest = sorted(posts, key=lambda post: (post.date, post.id), reverse=True)
    described = {}
    for lang in dict.fromkeys([settings["DEFAULT_LANG"], *(post.lang for post in newest)]):
        described[lang] = describe_blog_in(lang, newest_in(lang, newest), build)
    return described


def newest_in(lang: str, newest: Iterable[Content]) -> list[Content]:
    """Return those of the *newest* posts in *lang* that the description of the blog names."""
    return [post for post in newest if post.lang == lang and not post.mark][:POSTS_LISTED]


def describe_blog_in(lang: str, named: Iterable[Content], build: SiteBuild) -> str:
    """Return the blog in *lang* as JSON-LD, with the posts that are *named* there."""
    links = [(post.title, addresses.whole(build.settings["SITE_ADDRESS"], post.url)) for post in named]
    return blog(blog_in(lang, build), links)


def blog_in(lang: str, build: SiteBuild) -> SchemaBlog:
    """Return the blog in *lang*."""
    settings, site, own = build.settings, build.settings["SITE_ADDRESS"], build.settings["DEFAULT_LANG"]
    search = build.editions.localized(settings["SEARCH_URL"], lang)
    return SchemaBlog(
        name=build.words.setting(settings, "SITENAME", lang),
        url=addresses.whole(site, "" if lang == own else f"{lang}/"),
        lang=lang,
        description=build.words.setting(settings, "TAGLINE", lang),
        search=addresses.whole(site, search) if settings["SEARCH"] else "",
    )


def posting_of(post: Content, build: SiteBuild) -> SchemaPosting:
    """*post* in the words of schema.org."""
    settings, site = build.settings, build.settings["SITE_ADDRESS"]
    page = addresses.whole(site, post.url)
    originals = [other for other in post.translations if other.lang == settings["DEFAULT_LANG"]]
    shown = [one for one in post.said if one.id not in post.talk_places]  # the page has no others
    there = {one.id for one in shown}
    is_original = post.lang == settings["DEFAULT_LANG"] or not originals
    return SchemaPosting(
        url=page,
        title=post.title,
        lang=post.lang,
        published=post.date,
        blog=blog_in(post.lang, build),
        description=post.summary_text,
        modified=changed(post),
        words=post.words,
        image=image_of(post, site),
        authors=tuple(person_of(one, site, partial(build.editions.localized, lang=post.lang)) for one in post.authors),
        sections=tuple(category.name for category in post.categories),
        keywords=tuple(tag.name for tag in post.tags),
        credits=tuple(post.credits),
        updates=tuple((update, plain(update.html)) for update in post.updates),
        series=(post.series.name, addresses.whole(site, post.series.url), post.series.index) if post.series else None,
        original="" if is_original else addresses.whole(site, originals[0].url),
        translations=tuple(
            (other.lang, addresses.whole(site, other.url)) for other in post.translations if is_original
        ),
        comments=tuple(comment_of(one, page, there) for one in shown),
        comment_count=post.comment_count,
        copies=tuple(place.url for place in post.syndication if place.url),
        above=tuple(
            (category.name, addresses.whole(site, build.editions.localized(category.url, post.lang)))
            for category in post.categories[:1]
        ),
        counts=post.counts,
    )


def comment_of(said: Comment, page: str, there: Container[str]) -> SchemaComment:
    """Return a comment on *page*, in the words of schema.org; what it answers, where that is among those *there*."""
    return SchemaComment(
        url=f"{page}#c-{said.id}",
        author=SchemaPerson(said.author or said.handle, said.author_url),
        published=said.date,
        text=sanitise.plain(said.html),
        modified=said.edited,
        parent=f"{page}#c-{said.parent}" if said.parent in there else "",
    )


def image_of(post: Content, site: str) -> SchemaImage | None:
    """Return the picture that stands for *post*, or None."""
    picture = post.cover or post.card
    if not picture:
        return None
    url = addresses.whole(site, picture.src)
    return SchemaImage(url, picture.width_px, picture.height_px, picture.caption or picture.alt)


def person_of(author: Any, site: str, localized: Callable[[str], str] = str) -> SchemaPerson:
    """Return an author with the addresses that people.toml knows, and their page in the language of the post."""
    person = getattr(author, "person", None)
    known = [person.site, *(person.profile(network) for network in person.handles)] if person else []
    portrait = getattr(author, "portrait", None)
    return SchemaPerson(
        author.name,
        addresses.whole(site, localized(author.url)) if getattr(author, "has_page", True) else "",
        tuple(filter(None, known)),
        addresses.whole(site, portrait.src) if portrait else "",
    )
