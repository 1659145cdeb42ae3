"""Tags, categories and authors as the blog's lists show them.

``#ClientePitero`` and ``#clientepitero`` are one tag under the label that the author uses most (or that
``content/tags.toml`` gives); a post stands in each of its categories, not in the first only; an author's
``person`` is whom ``content/people.toml`` knows by that name.
"""

import calendar
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import Any

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import addresses
from tertulia.core.slugs import distinct, slug_of
from tertulia.core.text import slugify
from tertulia.site.contents import Content

log = logging.getLogger(__name__)

Groups = dict[Any, list[Content]]
Periods = dict[str, list[dict[str, Any]]]
_DAY = ("year", "month", "day")


def join_tags(
    posts: Sequence[Content], names: Tags, lang: str, make: Callable[[str, str, dict[str, str]], Any]
) -> None:
    """
    Give all *posts* the same tag object for the same tag.

    Args:
        names: What tags.toml says of them.
        lang: The blog's own language.
        make: Slug, label and description by language → a tag.
    """
    labels, problems = names.choose([tag.name for post in posts for tag in post.tags])
    for problem in problems:
        log.info("%s", problem, extra={"hint": True})
    langs = {lang, *(post.lang for post in posts)}
    known = {slug: make(slug, label, descriptions(slug, names, langs)) for slug, label in labels.items()}
    for post in posts:
        post.tags = list({(slug := names.slug(tag.name)): known[slug] for tag in post.tags}.values())


def descriptions(slug: str, names: Tags, langs: Iterable[str]) -> dict[str, str]:
    """Return what stands on top of the page of the tag of that *slug*, by language."""
    return {lang: words for lang in sorted(langs) if (words := names.describe(slug, lang))}


def with_slug(label: Any) -> Any:
    """*label*, which Pelican would leave without an address where its name holds no Latin letter."""
    if not slugify(label.name):
        label.slug = slug_of(label.name)
    return label


def labelled(
    values: Mapping[str, Any], make: Mapping[str, Callable[[str, Any], Any]], settings: Any, known: dict[Any, Any]
) -> dict[str, Any]:
    """
    Return the *values* of a post with what Pelican has for its tags, categories and authors.

    Args:
        make: How each kind is made, of a name and the blog's *settings*.
        known: Those that were made already: a blog has few, and a thousand posts.
    """

    def label(kind: str, name: str) -> Any:
        key = kind, values["is_page"], name  # of pages nobody tells which labels have a page
        if key not in known:
            known[key] = with_slug(make[kind](name, settings))
        return known[key]

    labels = {kind: [label(kind, name) for name in values[kind]] for kind in make}
    return {**values, **labels, "category": labels["categories"][0], "author": labels["authors"][0]}


def settle_slugs(posts: Iterable[Content]) -> None:
    """Give every category and author an address of their own, and two names none together; the older keeps its own."""
    in_order = sorted(posts, key=attrgetter("date", "id", "lang"))
    for kind in ("categories", "authors"):
        labels = [label for post in in_order for label in getattr(post, kind)]
        slugs = distinct((label.name, label.slug) for label in labels)
        for label in labels:
            if label.slug != slugs[label.name]:
                label.slug = slugs[label.name]


def know_authors(posts: Iterable[Any], people: People) -> None:
    """Give every author the ``person`` of people.toml, or None."""
    known = {person.name.casefold(): person for person in people}
    for post in posts:
        for author in post.authors:
            author.person = known.get(author.name.casefold())
        post.author = post.authors[0]


def group(posts: Iterable[Content]) -> tuple[Groups, Groups, Groups]:
    """
    Return the posts of each tag, of each category and of each author, newest first.

    A post stands once in a list: the original, or a translation with a tag, category or author that its original lacks.

    Args:
        posts: Originals before translations.
    """
    tags: dict[Any, dict[str, Content]] = defaultdict(dict)
    categories: dict[Any, dict[str, Content]] = defaultdict(dict)
    authors: dict[Any, dict[str, Content]] = defaultdict(dict)
    for post in posts:
        for lists, names in ((tags, post.tags), (categories, post.categories), (authors, post.authors)):
            for name in names:
                lists[name].setdefault(post.id, post)
    return _newest_first(tags), _newest_first(categories), _newest_first(authors)


def periods(in_order: Sequence[Content], posts: Iterable[Content], settings: Mapping[str, Any]) -> Periods:
    """
    Return the posts of each year, month and day that has a page, as Pelican does, which compares each with each.

    Args:
        in_order: All of them by date.
        posts: The same as lists show them.
    """
    places = {id(post): at for at, post in enumerate(posts)}
    found: Periods = defaultdict(list)
    for kind, parts in (("year", _DAY[:1]), ("month", _DAY[:2]), ("day", _DAY)):
        save_as, url = (settings[f"{kind.upper()}_ARCHIVE_{what}"] for what in ("SAVE_AS", "URL"))
        numbered = groupby(in_order, lambda post, parts=parts: tuple(getattr(post.date, part) for part in parts))  # type: ignore[misc]
        for number, group in numbered if save_as else ():
            of_period = list(group)
            date = of_period[0].date
            found[kind].append({
                "dates": of_period,
                "articles": sorted(of_period, key=lambda post: places[id(post)]),
                "save_as": save_as.format(date=date), "url": url.format(date=date),
                "period": (*number[:1], *(calendar.month_name[month] for month in number[1:2]), *number[2:]),
                "period_num": number,
            })  # fmt: skip
    return found


def know_pages(posts: Iterable[Content], listed: Iterable[Any], siteurl: str) -> None:
    """
    Tell each tag, category and author of *posts* whether it has a page: those of an unlisted post may have none.

    Args:
        listed: Those that have one.
        siteurl: Before every link that the text holds already.
    """
    with_page = {(type(label), label.slug) for label in listed}
    for post in posts:
        for label in (*post.tags, *post.categories, *post.authors):
            label.has_page = (type(label), label.slug) in with_page
        unlink_tags(post, siteurl)


def unlink_tags(post: Content, siteurl: str) -> None:
    """Take from the text of *post* its links to tags that have no page."""
    for tag in post.tags:
        if not tag.has_page:
            post._content = _without_link(post._content, addresses.whole(siteurl, tag.url))


def _without_link(html: str, address: str) -> str:
    return re.sub(rf'<a\b[^>]*\shref="{re.escape(escape(address))}"[^>]*>(.*?)</a>', r"\1", html, flags=re.DOTALL)


def _newest_first(groups: dict[Any, dict[str, Content]]) -> Groups:
    by_date = partial(sorted, key=attrgetter("date", "id"), reverse=True)
    return {name: PostList(by_date(posts.values())) for name, posts in groups.items()}


class PostList(list[Content]):
    """
    Posts that know at once whether one is among them.

    Pelican asks each list for each post of the blog: looking through them all would take ten times as long for three
    times as many posts.
    """

    def __init__(self, posts: Iterable[Content]) -> None:
        super().__init__(posts)
        self._among = frozenset(map(id, self))

    def __contains__(self, post: object) -> bool:
        return id(post) in self._among if len(self._among) == len(self) else super().__contains__(post)
