"""``sitemap.xml`` and ``robots.txt``: what search engines may show.

In the sitemap stand posts, pages, and the lists they are in, each with the date of its newest content and its other
languages; never what is marked (draft, hidden, unlisted, scheduled), nor the search page, nor redirects. A large blog
has one for the posts of each year, and ``sitemap.xml`` is their index: what is written this year leaves the others as
they are, and search engines see by their dates which to read.

https://www.sitemaps.org/protocol.html, https://www.rfc-editor.org/rfc/rfc9309,
https://developers.google.com/search/docs/specialty/international/localized-versions
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from html import escape

from msgspec import Struct

from tertulia.core import addresses
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, Generator, changed, listed
from tertulia.site.files_before import put
from tertulia.site.series import series_counterparts

UNLISTED_TEMPLATES = ("404", "search")  # lead nowhere from outside
MOST_ADDRESSES = 50_000  # a sitemap may hold no more
MOST_TOGETHER = 2_000  # addresses that stand in one, whatever their years
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


class SitemapEntry(Struct, frozen=True):
    """One page that search engines may show."""

    url: str  # whole and percent-encoded
    changed: datetime | None = None  # when its content last did
    languages: tuple[tuple[str, str], ...] = ()  # (language, address) of the same page in all its languages
    year: int | None = None  # in which a post was written; a page and a list have none


def write_sitemap(build: SiteBuild, generator: Generator) -> None:
    """Write the files, once all posts and pages are known."""
    build.beside.add(__name__)
    site = build.settings["SITE_ADDRESS"]
    posts, public = shown(listed(generator)), shown(build.contents)
    found = [*contents(public, site), *lists(build, generator, posts), *homes(build, posts)]
    for name, text in sitemaps(found, site).items():
        put(build, name, text)
    put(build, "robots.txt", robots(addresses.whole(site, "sitemap.xml")))


def shown(contents: Iterable[Content]) -> list[Content]:
    """Those that search engines may know."""
    return [content for content in contents if not content.mark]


def contents(public: Iterable[Content], site: str) -> Iterator[SitemapEntry]:
    """Yield the address of each post or page, with those of its translations."""
    for content in public:
        languages = [(one.lang, addresses.whole(site, one.url)) for one in [content, *shown(content.translations)]]
        year = None if content.is_page else content.date.year
        yield SitemapEntry(addresses.whole(site, content.url), newest([content]), tuple(languages), year)


def lists(build: SiteBuild, generator: Generator, posts: Collection[Content]) -> Iterator[SitemapEntry]:
    """Yield the addresses of tags, categories, authors, series, years, months, and Pelican's direct templates."""
    settings, site = build.settings, build.settings["SITE_ADDRESS"]
    groups = [*generator.tags.items(), *generator.categories, *generator.authors]
    for series in generator.context.get("all_series", ()) if build.theme.has("series") else ():
        if members := shown(series.articles):
            languages = tuple((one.lang, addresses.whole(site, one.url)) for one in series_counterparts(series))
            yield SitemapEntry(addresses.whole(site, series.url), newest(members), languages)
    for item, grouped in groups:
        if members := shown(grouped):
            yield from one_list(build, item.url, members)
    for period in ("YEAR", "MONTH"):
        by_url: dict[str, list[Content]] = {}
        for post in posts if settings[f"{period}_ARCHIVE_SAVE_AS"] else ():
            by_url.setdefault(settings[f"{period}_ARCHIVE_URL"].format(date=post.date), []).append(post)
        for url, members in by_url.items():
            yield from one_list(build, url, members)
    for template in settings["DIRECT_TEMPLATES"]:
        page = settings.get(f"{template.upper()}_URL")
        if page and template not in UNLISTED_TEMPLATES:
            yield from one_list(build, page, posts)
    for edition in build.editions.others.values():
        for page in edition.pages():
            if page.template not in (*UNLISTED_TEMPLATES, "language") and (members := shown(page.posts)):
                yield from one_list(build, page.url, members)


def one_list(build: SiteBuild, url: str, members: Collection[Content]) -> Iterator[SitemapEntry]:
    """
    Yield the list of *members* at *url*, with the same in other languages; nothing where it belongs to one of them.
    """
    if not build.editions.elsewhere(url, members):
        site = build.settings["SITE_ADDRESS"]
        languages = tuple((one.lang, addresses.whole(site, one.url)) for one in build.editions.counterparts(url))
        yield SitemapEntry(addresses.whole(site, url), newest(members), languages)


def homes(build: SiteBuild, posts: list[Content]) -> Iterator[SitemapEntry]:
    """Yield the home page of each language."""
    site, own = build.settings["SITE_ADDRESS"], build.settings["DEFAULT_LANG"]
    urls = {own: addresses.whole(site, "")}
    if build.theme.has("language"):
        urls |= {post.lang: addresses.whole(site, f"{post.lang}/") for post in posts if post.lang != own}
    for lang, url in urls.items():
        members = posts if lang == own else [post for post in posts if post.lang == lang]
        yield SitemapEntry(url, newest(members), tuple(urls.items()))


def newest(contents: Iterable[Content]) -> datetime | None:
    """When the newest of *contents* was written or last changed; a page that says no date has none."""
    return max((changed(one) for one in contents if "date" in one.header_lines), default=None)


def sitemaps(urls: Iterable[SitemapEntry], site: str) -> dict[str, str]:
    """
    By file name, the sitemap of *urls*; of many, several, and ``sitemap.xml`` is their index.

    https://www.sitemaps.org/protocol.html#index
    """
    unique = _sorted(urls)
    if len(unique) <= MOST_TOGETHER:
        return {"sitemap.xml": sitemap(unique)}
    years: dict[str, list[SitemapEntry]] = defaultdict(list)
    for one in unique:
        years[f"{one.year:04}" if one.year else "lists"].append(one)
    parts = {
        f"sitemap-{year}{f'-{number}' if number > 1 else ''}.xml": held[at : at + MOST_ADDRESSES]
        for year, held in sorted(years.items())
        for number, at in enumerate(range(0, len(held), MOST_ADDRESSES), 1)
    }
    lines = [_DECLARATION, f'<sitemapindex xmlns="{_NAMESPACE}">']
    for name, part in parts.items():
        latest = max((one.changed for one in part if one.changed), default=None)
        told = f"<lastmod>{latest.isoformat()}</lastmod>" if latest else ""
        lines.append(f"<sitemap><loc>{escape(addresses.whole(site, name))}</loc>{told}</sitemap>")
    lines.append("</sitemapindex>")
    return {"sitemap.xml": "\n".join(lines) + "\n"} | {name: sitemap(part) for name, part in parts.items()}


def sitemap(urls: Iterable[SitemapEntry]) -> str:
    """Return the sitemap of *urls*, sorted, each once."""
    lines = [
        _DECLARATION,
        f'<urlset xmlns="{_NAMESPACE}" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
        *(_url(address) for address in _sorted(urls)),
        "</urlset>",
    ]
    return "\n".join(lines) + "\n"


def _sorted(urls: Iterable[SitemapEntry]) -> list[SitemapEntry]:
    return sorted({one.url: one for one in urls}.values(), key=lambda one: one.url)


def _url(address: SitemapEntry) -> str:
    parts = [f"<loc>{escape(address.url)}</loc>"]
    if address.changed:
        parts.append(f"<lastmod>{address.changed.isoformat()}</lastmod>")
    if len(address.languages) > 1:
        parts += [
            f'<xhtml:link rel="alternate" hreflang="{escape(lang)}" href="{escape(url)}"/>'
            for lang, url in sorted(address.languages)
        ]
    return f"<url>{''.join(parts)}</url>"


def robots(sitemap_url: str, hidden: Iterable[str] = ()) -> str:
    """``robots.txt``: everybody may read everything but *hidden* paths, and where the sitemap is."""
    rules = [f"Disallow: {path}" for path in hidden] or ["Disallow:"]
    return "\n".join(["User-agent: *", *rules, "", f"Sitemap: {sitemap_url}"]) + "\n"
