"""Tags, categories and authors as the blog's lists show them.

``#ClientePitero`` and ``#clientepitero`` are one ``Tag`` under the label that the author uses most (or that
``content/tags.toml`` gives); a post stands in each of its categories, not in the first only; an author's
``person`` is whom ``content/people.toml`` knows by that name.
"""

import logging
from collections import defaultdict
from operator import attrgetter

from pelican import signals
from pelican.contents import Tag

log = logging.getLogger(__name__)


def join_tags(generator):
    """Give all posts the same ``Tag`` for the same tag."""
    names = generator.settings["TAG_NAMES"]
    posts = [*generator.articles, *generator.translations, *generator.hidden_articles, *generator.hidden_translations]
    spellings = [tag.name for post in posts for tag in post.tags]
    labels, problems = names.choose(spellings)
    for problem in problems:
        log.info("%s", problem, extra={"hint": True})
    known = {}
    for slug, label in labels.items():
        known[slug] = Tag(label, generator.settings)
        known[slug].slug = slug
        known[slug].description = names.describe(slug, generator.settings["DEFAULT_LANG"])
    for post in posts:
        post.tags = list({(slug := names.slug(tag.name)): known[slug] for tag in post.tags}.values())


def know_authors(generator):
    """Give every author the ``person`` of people.toml, or None."""
    people = {person.name.casefold(): person for person in generator.settings["PEOPLE"]}
    for post in [*generator.articles, *generator.translations, *generator.hidden_articles]:
        for author in post.authors:
            author.person = people.get(author.name.casefold())
        post.author = post.authors[0]


def list_posts(generator):
    """
    Rebuild the lists of tags and categories, which Pelican makes of originals only and of one category each.

    A post stands once in a list: the original, or a translation that carries a tag or category its original does not.
    """
    tags, categories = defaultdict(dict), defaultdict(dict)
    for post in [*generator.articles, *generator.translations]:
        for lists, names in ((tags, post.tags), (categories, post.categories)):
            for name in names:
                lists[name].setdefault(post.id, post)
    newest_first = attrgetter("date", "id")
    generator.tags = {tag: sorted(posts.values(), key=newest_first, reverse=True) for tag, posts in tags.items()}
    generator.categories = sorted(
        (category, sorted(posts.values(), key=newest_first, reverse=True)) for category, posts in categories.items()
    )
    generator._update_context(("tags", "categories"))


def register():
    signals.article_generator_pretaxonomy.connect(join_tags)
    signals.article_generator_pretaxonomy.connect(know_authors)
    signals.article_generator_finalized.connect(list_posts)
