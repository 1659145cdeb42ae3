"""Old addresses that lead on: ``Alias: /2019/viejo-titulo/``.

At each old path stands a small page that sends readers on at once, which works on any host. ``_redirects`` says the
same to hosts that answer 301 themselves (Netlify, Cloudflare Pages, Codeberg Pages); others can be told by hand, one
line per alias. A page of the blog is never replaced: an alias that points at one is reported on its line.
"""

from pathlib import Path

from pelican import signals

from tertulia.core import addresses
from tertulia.site import sitemap

from . import theme
from .problems import told

_MARK = '<meta http-equiv="refresh"'
_contents: list = []


def remember_contents(generators):
    """Keep every post and page, with its aliases, until all pages are written."""
    names = ("articles", "translations", "hidden_articles", "hidden_translations", "pages", "hidden_pages")
    _contents[:] = [content for one in generators for name in names for content in getattr(one, name, ())]


def write_redirects(pelican):
    """Write a page for each alias, and ``_redirects`` if there is any."""
    settings, output = pelican.settings, Path(pelican.output_path)
    site, siteurl = settings["SITE_ADDRESS"], settings["SITEURL"]
    taken = {content.save_as: content.shown_path for content in _contents}
    pairs = []
    for content in sorted(_contents, key=lambda content: content.source_path):
        for alias in content.aliases:
            path = sitemap.alias_path(alias, site)
            if not path:
                told(content, "aliases", "bad_alias", alias=alias)
                continue
            file = sitemap.alias_file(path)
            if file in taken or not _free(output / file):
                told(content, "aliases", "alias_taken", alias=alias, other=taken.get(file, file))
                continue
            taken[file] = content.shown_path
            new = addresses.whole(siteurl, content.url)
            words = theme.t({}, "moved", lang=content.lang)
            page = sitemap.redirect_page(content.title, content.lang, addresses.whole(site, content.url), new, words)
            (output / file).parent.mkdir(parents=True, exist_ok=True)
            (output / file).write_text(page, encoding="utf-8")
            pairs += [(addresses.whole(siteurl, old), new) for old in {path, path.rstrip("/")}]
    _contents.clear()
    if pairs:
        (output / "_redirects").write_text(sitemap.redirects_file(pairs), encoding="utf-8")


def _free(file):
    """Whether nothing stands at *file*, or a redirect of an earlier build; nor a file where its folder would be."""
    if any(folder.is_file() for folder in file.parents):
        return False
    return not file.exists() or (file.is_file() and _MARK in file.read_text("utf-8", errors="replace")[:500])


def register():
    signals.all_generators_finalized.connect(remember_contents)
    signals.finalized.connect(write_redirects)
