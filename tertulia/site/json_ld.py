"""JSON-LD in the words of schema.org: what search engines are told of a post, a blog and a list.

https://schema.org/BlogPosting, https://schema.org/Blog,
https://developers.google.com/search/docs/appearance/structured-data/article

Credits keep their meaning: a post is based on its source (``isBasedOn``), was found by way of another
(``citation``), has a photographer (its picture's ``creator``) and people to thank (``contributor``). A dated update is
a ``correction``.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, field

from tertulia.core.models import Credit, Update

Node = dict[str, object]

CONTEXT = "https://schema.org"
# What readers did, by the names of the snapshot: https://schema.org/InteractionCounter
INTERACTIONS = {"like": "LikeAction", "repost": "ShareAction", "bookmark": "BookmarkAction"}


class SchemaPerson(Struct, frozen=True):
    """Who wrote a post, with the addresses that are theirs elsewhere."""

    name: str
    url: str = ""  # their page on this blog
    same_as: tuple[str, ...] = ()
    image: str = ""  # the whole address of their picture
    about: str = ""  # who they are, in words


class SchemaImage(Struct, frozen=True):
    """The picture of a post, by its whole address."""

    url: str
    width_px: int = 0
    height_px: int = 0
    caption: str = ""


class SchemaBlog(Struct, frozen=True):
    """The blog as a whole, or its part in one language."""

    name: str
    url: str
    lang: str
    description: str = ""
    search: str = ""  # address of the search page; the words are its ``q``


class SchemaComment(Struct, frozen=True):
    """What somebody said under a post."""

    url: str
    author: SchemaPerson
    published: datetime
    text: str  # plain
    modified: datetime | None = None
    parent: str = ""  # address of the comment it answers


class SchemaPosting(Struct, frozen=True):
    """One post, every address whole."""

    url: str
    title: str
    lang: str
    published: datetime
    blog: SchemaBlog
    description: str = ""
    modified: datetime | None = None
    words: int = 0
    image: SchemaImage | None = None
    authors: tuple[SchemaPerson, ...] = ()
    sections: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    updates: tuple[tuple[Update, str], ...] = ()  # each with its text, no HTML
    series: tuple[str, str, int] | None = None  # name, address, place in it counted from 1
    original: str = ""  # the address of what this translates
    translations: tuple[tuple[str, str], ...] = field(default=())  # (language, address) of what translates this
    comments: tuple[SchemaComment, ...] = ()  # those that its page shows
    comment_count: int = 0  # of all there are
    copies: tuple[str, ...] = ()  # where it lives on networks
    above: tuple[tuple[str, str], ...] = ()  # (name, address) of the pages between the home and it
    counts: Mapping[str, int] = field(default_factory=dict)  # by the keys of INTERACTIONS


def posting(post: SchemaPosting) -> str:
    """Return the JSON-LD of *post*, safe inside ``<script type="application/ld+json">``."""
    photographers = [_who(credit) for credit in post.credits if credit.kind == "photo"]
    return _written(
        {
            "@context": CONTEXT,
            "@type": "BlogPosting",
            "@id": f"{post.url}#post",
            "url": post.url,
            "mainEntityOfPage": _page(post),
            "sameAs": list(post.copies),
            "headline": post.title,
            "description": post.description,
            "inLanguage": post.lang,
            "datePublished": post.published.isoformat(),
            "dateModified": (post.modified or post.published).isoformat(),
            "author": [_author(author) for author in post.authors],
            "publisher": _publisher(post.blog),
            "isPartOf": _parts(post),
            "position": post.series[2] if post.series else None,
            "image": _image(post.image, photographers),
            "articleSection": list(post.sections),
            "keywords": list(post.keywords),
            "wordCount": post.words,
            "isBasedOn": [_work(credit) for credit in post.credits if credit.kind == "source"],
            "citation": [_work(credit) for credit in post.credits if credit.kind == "via"],
            "contributor": [_who(credit) for credit in post.credits if credit.kind == "thanks"],
            "commentCount": post.comment_count,
            "comment": [_comment(comment) for comment in post.comments],
            "interactionStatistic": _interactions(post.counts),
            "correction": [_correction(update, text) for update, text in post.updates],
            "translationOfWork": {"@id": f"{post.original}#post"} if post.original else None,
            "workTranslation": [
                {"@type": "BlogPosting", "@id": f"{url}#post", "url": url, "inLanguage": lang}
                for lang, url in post.translations
            ],
        }
    )


def blog(about: SchemaBlog, posts: Iterable[tuple[str, str]] = ()) -> str:
    """
    Return the JSON-LD of the home page: the blog, its website and how to search it.

    Args:
        posts: (title, address) of those it lists, newest first.
    """
    listed = [{"@type": "BlogPosting", "@id": f"{url}#post", "headline": title, "url": url} for title, url in posts]
    nodes: Sequence[Node] = [
        {
            "@type": "WebSite",
            "@id": f"{about.url}#site",
            "url": about.url,
            "name": about.name,
            "description": about.description,
            "inLanguage": about.lang,
            "potentialAction": _search(about),
        },
        {
            "@type": "Blog",
            "@id": f"{about.url}#blog",
            "url": about.url,
            "name": about.name,
            "description": about.description,
            "inLanguage": about.lang,
            "isPartOf": {"@id": f"{about.url}#site"},
            "publisher": _publisher(about),
            "blogPost": listed,
        },
    ]
    return _written({"@context": CONTEXT, "@graph": [_filled(node) for node in nodes]})


def listing(name: str, url: str, about: SchemaBlog, person: SchemaPerson | None = None) -> str:
    """
    Return the JSON-LD of a list: where it stands, and who it is about where it is an author's page.

    Args:
        name: Its heading.
        url: Its whole address.
        person: Whose posts it lists.
    """
    nodes: list[Node] = [_breadcrumbs([(about.name, about.url), (name, url)])]
    if person:
        nodes.append({"@type": "ProfilePage", "@id": f"{url}#profile", "url": url, "mainEntity": _author(person)})
    return _written({"@context": CONTEXT, "@graph": nodes})


def _page(post: SchemaPosting) -> str | Node:
    """
    Return the page that *post* is on: its address, with the way there where something stands between it and the home.
    """
    if not post.above:
        return post.url
    way = [(post.blog.name, post.blog.url), *post.above, (post.title, post.url)]
    return {"@type": "WebPage", "@id": post.url, "url": post.url, "breadcrumb": _breadcrumbs(way)}


def _breadcrumbs(way: Iterable[tuple[str, str]]) -> Node:
    items = [
        {"@type": "ListItem", "position": place, "name": name, "item": url}
        for place, (name, url) in enumerate(way, 1)
    ]  # fmt: skip
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _interactions(counts: Mapping[str, int]) -> list[Node]:
    return [
        {
            "@type": "InteractionCounter",
            "interactionType": {"@type": action},
            "userInteractionCount": counts[kind],
        }
        for kind, action in INTERACTIONS.items()
        if counts.get(kind)
    ]


def _publisher(about: SchemaBlog) -> Node:
    return {"@type": "Organization", "@id": f"{about.url}#publisher", "name": about.name, "url": about.url}


def _author(author: SchemaPerson) -> Node:
    return _filled(
        {
            "@type": "Person",
            "name": author.name,
            "url": author.url,
            "sameAs": list(author.same_as),
            "image": author.image,
            "description": author.about,
        }
    )


def _parts(post: SchemaPosting) -> list[Node]:
    parts: list[Node] = [
        {"@type": "Blog", "@id": f"{post.blog.url}#blog", "name": post.blog.name, "url": post.blog.url}
    ]
    if post.series:
        name, url, _place = post.series
        parts.append({"@type": "CreativeWorkSeries", "@id": f"{url}#series", "name": name, "url": url})
    return parts


def _image(image: SchemaImage | None, creators: Sequence[Node]) -> Node | None:
    if image is None:
        return None
    return _filled(
        {
            "@type": "ImageObject",
            "url": image.url,
            "width": image.width_px,
            "height": image.height_px,
            "caption": image.caption,
            "creator": list(creators),
        }
    )


def _work(credit: Credit) -> Node:
    return _filled({"@type": "CreativeWork", "name": credit.name, "url": credit.url})


def _who(credit: Credit) -> Node:
    return _filled({"@type": "Person", "name": credit.name, "url": credit.url})


def _comment(comment: SchemaComment) -> Node:
    return _filled(
        {
            "@type": "Comment",
            "@id": comment.url,
            "url": comment.url,
            "author": _author(comment.author),
            "datePublished": comment.published.isoformat(),
            "dateModified": comment.modified.isoformat() if comment.modified else None,
            "text": comment.text,
            "parentItem": {"@id": comment.parent} if comment.parent else None,
        }
    )


def _correction(update: Update, text: str) -> Node:
    return {"@type": "CorrectionComment", "datePublished": update.date, "text": text}


def _search(about: SchemaBlog) -> Node | None:
    if not about.search:
        return None
    target = {"@type": "EntryPoint", "urlTemplate": f"{about.search}?q={{search_term_string}}"}
    return {"@type": "SearchAction", "target": target, "query-input": "required name=search_term_string"}


def _filled(node: Mapping[str, object]) -> Node:
    """*node* without what is empty."""
    return {key: value for key, value in node.items() if value not in (None, "", [], 0)}


def _written(node: Mapping[str, object]) -> str:
    """*node* as JSON that cannot end its script element: no "<" survives, so no ``</script>`` and no ``<!--``."""
    return msgspec.json.encode(_filled(node)).decode().replace("<", "\\u003c")
