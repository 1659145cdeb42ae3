"""``sitemap.xml`` and ``robots.txt``: what search engines may show.

In the sitemap stand posts, pages, and the lists they are in, each with the date of its newest content and its other
languages; never what is marked (draft, hidden, unlisted, scheduled), nor the search page, nor redirects.
"""

from pathlib import Path

from pelican import signals
from pelican.generators import ArticlesGenerator, PagesGenerator

from tertulia.core import addresses
from tertulia.site import sitemap

from . import feeds

UNLISTED_TEMPLATES = ("404", "search")  # lead nowhere from outside


def write_sitemap(generators):
    """Write both files, once all posts and pages are known."""
    settings = generators[0].settings
    site, output = settings["SITE_ADDRESS"], Path(settings["OUTPUT_PATH"])
    found = []
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            posts = shown([*generator.articles, *generator.translations])
            found += [*contents(posts, site), *lists(generator, posts), *homes(posts, settings)]
        elif isinstance(generator, PagesGenerator):
            found += contents(shown([*generator.pages, *generator.translations]), site)
    output.mkdir(parents=True, exist_ok=True)
    (output / "sitemap.xml").write_text(sitemap.sitemap(found), encoding="utf-8")
    (output / "robots.txt").write_text(sitemap.robots(addresses.whole(site, "sitemap.xml")), encoding="utf-8")


def shown(contents):
    """Those that search engines may know."""
    return [content for content in contents if content.indexable and not content.mark]


def contents(shown_contents, site):
    """The address of each post or page, with those of its translations."""
    for content in shown_contents:
        languages = [(one.lang, addresses.whole(site, one.url)) for one in [content, *shown(content.translations)]]
        url = addresses.whole(site, content.url)
        yield sitemap.SitemapEntry(url, changed([content]), tuple(languages))


def lists(generator, posts):
    """The addresses of tags, categories, authors, series, years, months, and Pelican's direct templates."""
    settings, site = generator.settings, generator.settings["SITE_ADDRESS"]
    groups = [*generator.tags.items(), *generator.categories, *generator.authors]
    groups += [(series, series.articles) for series in generator.context.get("all_series", ())]
    for item, members in groups:
        if members := shown(members):
            yield sitemap.SitemapEntry(addresses.whole(site, item.url), changed(members))
    for period in ("YEAR", "MONTH"):
        by_url = {}
        for post in posts if settings[f"{period}_ARCHIVE_SAVE_AS"] else ():
            by_url.setdefault(settings[f"{period}_ARCHIVE_URL"].format(date=post.date), []).append(post)
        for url, members in by_url.items():
            yield sitemap.SitemapEntry(addresses.whole(site, url), changed(members))
    for template in settings["DIRECT_TEMPLATES"]:
        url = settings.get(f"{template.upper()}_URL")
        if url and template not in UNLISTED_TEMPLATES:
            yield sitemap.SitemapEntry(addresses.whole(site, url), changed(posts))


def homes(posts, settings):
    """The home page of each language."""
    site, own = settings["SITE_ADDRESS"], settings["DEFAULT_LANG"]
    urls = {own: addresses.whole(site, "")}
    urls |= {post.lang: addresses.whole(site, f"{post.lang}/") for post in posts if post.lang != own}
    for lang, url in urls.items():
        members = posts if lang == own else [post for post in posts if post.lang == lang]
        yield sitemap.SitemapEntry(url, changed(members), tuple(urls.items()))


def changed(contents):
    """When the newest of *contents* was written or last changed; a page that says no date has none."""
    return max((feeds.changed(one) for one in contents if "date" in one.header_lines), default=None)


def register():
    signals.all_generators_finalized.connect(write_sitemap)
