"""What each kind of page is made of: see ``tertulia/site/facets.py``.

A page of a kind that is not named here, or of somebody else's theme, has no key and is drawn anew each time.
"""

from collections.abc import Callable, Mapping
from typing import Any

from tertulia.site.archives import archive_months
from tertulia.site.facets import Facets, Inputs, UndeclaredError, digest
from tertulia.site.owners import PageToWrite
from tertulia.site.series import series_counterparts

# What every page may read of its context besides the settings: see ``_frame``, and the epoch.
FRAME = frozenset({
    *("pages", "language_homes", "site_card", "owner", "looks", "output_file", "url", "page_name", "page_lang"),
    *("template_name", "blog", "localsiteurl", "relative_urls"),
})  # fmt: skip
_OF_MENU = frozenset({"title", "url", "lang", "mark", "translations"})  # what the menu reads of each page in it
PAGED = frozenset({"articles_page", "articles_paginator", "articles_previous_page", "articles_next_page"})


def inputs_of(page: PageToWrite, facets: Facets, context: Mapping[str, Any]) -> Inputs | None:
    """
    Return what *page* is made of; None where that cannot be told.

    Args:
        context: What all pages are given.
    """
    values, build = page.values, facets.build
    declare = _KINDS.get("article" if "article" in values and "part" not in values else page.kind)
    own = values.get("article") or values.get("page")
    lang = values.get("page_lang") or getattr(own, "lang", None) or build.settings["DEFAULT_LANG"]
    if declare is None:
        return None
    inputs = Inputs(facets, lang)
    inputs.names |= FRAME
    inputs.value("place", [page.kind, page.name, values.get("url"), values.get("page_name"), lang])
    try:
        _frame(inputs, context)
        declare(inputs, page, {**context, **values})
    except UndeclaredError:
        return None
    return inputs


def _frame(inputs: Inputs, context: Mapping[str, Any]) -> None:
    """Take in what stands around every page: the menu with the pages in it, and the languages."""
    facets, lang = inputs.facets, inputs.lang
    if ("frame", lang) not in facets.frames:
        build = facets.build
        shown = [[facets.link(one) for one in (page, *page.translations)] for page in context["pages"]]
        menu = build.words.local(build.settings.get("MENU"), lang) or ()
        lists = [build.settings.get(f"{name}_URL") for name in ("ARCHIVES", "TAGS", "SEARCH", "CATEGORIES", "AUTHORS")]
        places = [build.editions.localized(str(url), lang) for url in (*lists, *(target for _, target in menu))]
        homes = sorted((context.get("language_homes") or {}).items())
        owner = build.people.find(build.settings.get("AUTHOR") or "")
        facets.frames["frame", lang] = digest((shown, places, homes, repr(context.get("site_card")), repr(owner)))
    inputs.parts.append(("frame", facets.frames["frame", lang]))
    for page in context["pages"]:
        for one in (page, *page.translations):
            inputs.frame(one, _OF_MENU)


def _article(inputs: Inputs, _page: PageToWrite, given: Mapping[str, Any]) -> None:
    post = given["article"]
    inputs.names |= {"article", "category"}
    inputs.full(post)
    inputs.link(post.previous, "neighbour")
    inputs.link(post.next, "neighbour")
    inputs.links(post.translations, "translations")
    inputs.links(post.related, "related")
    if post.series:
        inputs.value("series", [post.series.name, post.series.url, post.series.index])
        inputs.links(post.series.articles, "series")


def _page(inputs: Inputs, _page: PageToWrite, given: Mapping[str, Any]) -> None:
    inputs.names |= {"page"}
    inputs.full(given["page"])
    inputs.links(given["page"].translations, "translations")


def _talk(inputs: Inputs, _page: PageToWrite, given: Mapping[str, Any]) -> None:
    inputs.names |= {"article", "part"}
    inputs.full(given["article"])
    inputs.links(given["article"].translations, "translations")
    inputs.value("place", given["part"].number)


def _cards(inputs: Inputs, given: Mapping[str, Any], *, whole: bool = False) -> None:
    """Take in the posts of a list, and where its other pages are."""
    inputs.names |= PAGED | {"articles"}
    page, posts = given.get("articles_page"), given["articles"]
    inputs.value("list", inputs.facets.languages(posts))
    if page:
        ways = [one and one.url for one in (given["articles_previous_page"], given["articles_next_page"])]
        has_feed = len(posts) >= (inputs.facets.build.settings.get("TAG_FEED_MIN_POSTS") or 0)
        inputs.value("list", [page.number, ways, has_feed])
    if _says_all(inputs, given):
        inputs.value("list", [len(posts), given["articles_paginator"].num_pages if page else 1])
    for post in page.object_list if page else posts:
        inputs.card(post, whole=whole)


def _says_all(inputs: Inputs, given: Mapping[str, Any]) -> bool:
    """
    Return whether a page may say more of its list than the posts it shows: how many there are, what is new.

    Pages of older posts do not, or each new post would change them all. A blog's own templates may on any.
    """
    page = given.get("articles_page")
    return not page or page.number == 1 or inputs.facets.build.reads is not None


def _places(inputs: Inputs, url: str, given: Mapping[str, Any]) -> None:
    """Take in the same list in other languages."""
    known = inputs.facets.build.editions
    inputs.value(
        "languages", [known.counterparts(url), known.elsewhere_by(url, inputs.facets.languages(given["articles"]))]
    )


def _home(inputs: Inputs, _page: PageToWrite, given: Mapping[str, Any]) -> None:
    _cards(inputs, given, whole=inputs.facets.build.looks.layout["home"] == "whole")
    inputs.names |= {"blog_json_ld", "latest_said"}
    if not _says_all(inputs, given):
        return
    inputs.value("home", (given.get("blog_json_ld") or {}).get(inputs.lang))
    for post, said, words in (given.get("latest_said") or {}).get(inputs.lang, ()):
        inputs.link(post, "said")
        inputs.value("said", [repr(said), words])


def _labelled(name: str) -> Callable[[Inputs, PageToWrite, Mapping[str, Any]], None]:
    def declare(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
        inputs.names |= {name}
        inputs.label(given[name])
        _cards(inputs, given)
        _places(inputs, given[name].url, given)
        _places(inputs, _path(page), given)

    return declare


def _series(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
    series = given["series"]
    inputs.names |= {"series"}
    inputs.value("series", [series.name, series.url, list(series_counterparts(series))])
    _cards(inputs, given)
    _places(inputs, _path(page), given)


def _period(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
    inputs.names |= {"period", "period_num", "dates", "articles"}
    inputs.value("place", given["period_num"])
    if len(given["period_num"]) == 1:
        _dated(inputs, given, given["period_num"][0])
        inputs.value("list", [len(given["articles"]), inputs.facets.languages(given["articles"])])
    else:
        _cards(inputs, given)
        inputs.links(given["dates"], "list")
    _places(inputs, _path(page), given)
    _years(inputs, given)


def _years(inputs: Inputs, given: Mapping[str, Any], *, counts: bool = False) -> None:
    inputs.names |= {"period_archives"}
    years = given["period_archives"].get("year", ())
    inputs.value("list", [[one["url"], one["period_num"], counts and len(one["articles"])] for one in years])


def _dated(inputs: Inputs, given: Mapping[str, Any], year: int | None = None) -> None:
    """Take in the posts of an archive by date, or its months with their counts (``tertulia/site/archives.py``)."""
    inputs.names |= {"period_archives"}
    months = archive_months(len(given["articles"]), given["period_archives"], year)
    inputs.value("list", [[str(one.date), one.url, one.posts_count] for one in months])
    if not months:
        inputs.links(given["dates"], "list")


def _archives(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
    inputs.names |= {"articles", "dates"}
    _dated(inputs, given)
    inputs.value("list", len(given["articles"]))
    known, form = inputs.facets.build.editions, given["YEAR_ARCHIVE_URL"]
    years = dict.fromkeys(form.format(date=post.date) for post in given["dates"]) if form else ()
    inputs.value("list", [known.localized(url, inputs.lang) for url in years])
    _places(inputs, _path(page), given)


def _counted(name: str) -> Callable[[Inputs, PageToWrite, Mapping[str, Any]], None]:
    def declare(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
        inputs.names |= {name}
        told = [(inputs.facets.label(label, inputs.lang), len(posts)) for label, posts in given[name]]
        inputs.parts.append(("labels", digest(told)))
        _places(inputs, _path(page), given)

    return declare


def _ways(inputs: Inputs, page: PageToWrite, given: Mapping[str, Any]) -> None:
    _years(inputs, given, counts=True)
    _counted("tags")(inputs, page, given)
    languages = (given.get("language_homes") or {}).keys() | {given["DEFAULT_LANG"]}
    lists = [given.get(f"{name}_URL") for name in ("SEARCH", "ARCHIVES")]
    known = inputs.facets.build.editions
    inputs.value("languages", [known.localized(str(url), lang) for lang in sorted(languages) for url in lists])
    inputs.value("languages", inputs.facets.build.search_parts)


def _path(page: PageToWrite) -> str:
    return page.name.removesuffix("index.html")


_KINDS: dict[str, Callable[[Inputs, PageToWrite, Mapping[str, Any]], None]] = {
    "article": _article, "page": _page, "talk": _talk, "index": _home, "language": _home,
    "series": _series, "period_archives": _period, "archives": _archives, "search": _ways, "404": _ways,
    **{name: _labelled(name) for name in ("tag", "category", "author")},
    **{name: _counted(name) for name in ("tags", "categories", "authors")},
}  # fmt: skip
