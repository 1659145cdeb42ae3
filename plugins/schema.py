"""JSON-LD: what a post and the blog are, for search engines.

Leaves it on ``article.json_ld``, and for each home page in ``context["blog_json_ld"]``, ``{language: JSON-LD}``. Both
are safe inside ``<script type="application/ld+json">``.
"""

from pelican import signals

from tertulia.core import addresses, sanitise
from tertulia.core.text import plain
from tertulia.site import schema

from .feeds import changed, said

POSTS_LISTED = 10


def describe_posts(generator):
    """Give every post its ``json_ld``."""
    settings = generator.settings
    for post in [*generator.articles, *generator.translations, *generator.hidden_articles]:
        post.json_ld = schema.posting(posting(post, settings))


def describe_blog(generator):
    """Describe the blog, in each language that has a home page."""
    settings = generator.settings
    posts = sorted([*generator.articles, *generator.translations], key=lambda post: (post.date, post.id), reverse=True)
    described = {}
    for lang in dict.fromkeys([settings["DEFAULT_LANG"], *(post.lang for post in posts)]):
        newest = [post for post in posts if post.lang == lang and post.indexable][:POSTS_LISTED]
        listed = [(post.title, addresses.whole(settings["SITE_ADDRESS"], post.url)) for post in newest]
        described[lang] = schema.blog(blog(settings, lang), listed)
    generator.context["blog_json_ld"] = described


def blog(settings, lang):
    """The blog in *lang*."""
    site = settings["SITE_ADDRESS"]
    own = lang == settings["DEFAULT_LANG"]
    return schema.Blog(
        name=said(settings, "SITENAME", lang),
        url=addresses.whole(site, "" if own else f"{lang}/"),
        lang=lang,
        description=said(settings, "TAGLINE", lang),
        search=addresses.whole(site, settings["SEARCH_URL"]) if settings["SEARCH"] else "",
    )


def posting(post, settings):
    """*post* in the words of schema.org."""
    site = settings["SITE_ADDRESS"]
    originals = [other for other in post.translations if other.lang == settings["DEFAULT_LANG"]]
    is_original = post.lang == settings["DEFAULT_LANG"] or not originals
    return schema.Posting(
        url=addresses.whole(site, post.url),
        title=post.title,
        lang=post.lang,
        published=post.date,
        blog=blog(settings, post.lang),
        description=post.summary_text,
        modified=changed(post),
        words=post.words,
        image=image(post, site),
        authors=tuple(author(one, site) for one in post.authors),
        sections=tuple(category.name for category in post.categories),
        keywords=tuple(tag.name for tag in post.tags),
        credits=tuple(post.credits),
        updates=tuple((update, plain(update.html)) for update in post.updates),
        series=(post.series.name, addresses.whole(site, post.series.url), post.series.index) if post.series else None,
        original="" if is_original else addresses.whole(site, originals[0].url),
        translations=tuple(
            (other.lang, addresses.whole(site, other.url)) for other in post.translations if is_original
        ),
        comments=tuple(comment(one, addresses.whole(site, post.url)) for one in getattr(post, "said", ())),
        copies=tuple(place.url for place in post.syndication if place.url),
    )


def comment(said, page):
    """A comment on *page*, in the words of schema.org."""
    return schema.Comment(
        url=f"{page}#c-{said.id}",
        author=schema.Author(said.author or said.handle, said.author_url),
        published=said.date,
        text=sanitise.plain(said.html),
        modified=said.edited,
        parent=f"{page}#c-{said.parent}" if said.parent else "",
    )


def image(post, site):
    """The picture that stands for *post*, or None."""
    picture = post.cover or getattr(post, "card", None)
    if not picture:
        return None
    url = addresses.whole(site, picture.src)
    return schema.Image(url, picture.width_px, picture.height_px, picture.caption or picture.alt)


def author(one, site):
    """A Pelican author with the addresses people.toml knows."""
    person = getattr(one, "person", None)
    known = [person.site, *(person.profile(network) for network in person.handles)] if person else []
    return schema.Author(one.name, addresses.whole(site, one.url), tuple(filter(None, known)))


def register():
    signals.article_generator_finalized.connect(describe_posts)
    signals.article_generator_finalized.connect(describe_blog)
