"""Old addresses that lead on: ``Alias: /2019/viejo-titulo/``, and by themselves those that a post had before.

At each old path stands a small page that sends readers on at once, which works on any host. ``_redirects`` says the
same to hosts that answer 301 themselves (Netlify, Cloudflare Pages, Codeberg Pages); others can be told by hand, one
line per alias. Where something was published and is no longer, a page says so: see ``gone``. A page of the blog is
never replaced: an alias that points at one is reported on its line.

``content/redirects.toml`` does the same for a site that was brought here, lists, files and queries too, and is written
down for nginx, Apache and Caddy as well: see ``moved_here`` and ``server_redirects``.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from posixpath import normpath
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote, unquote

from tertulia.core import addresses
from tertulia.core.addresses import split_address
from tertulia.core.text import strip_controls
from tertulia.site import gone, server_redirects
from tertulia.site.broken_links import is_redirect
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.files_before import put
from tertulia.site.moved import old_files, old_lists
from tertulia.site.moved_here import Moved, moved
from tertulia.site.problems import report_line


class LedOn(NamedTuple):
    """What hosts are told."""

    pairs: list[tuple[str, str]]  # old and new path
    elsewhere: list[Moved]  # addresses of another site
    buried: list[str]  # paths of what is gone
    missing: dict[str, str]  # folder → its page for what is not found

    def files(self) -> dict[str, str]:
        """Return the files that tell each kind of host, by their names."""
        found: dict[str, str] = {}
        if self.elsewhere or self.buried or self.missing:
            found |= server_redirects.files(self.elsewhere, self.buried, self.missing)
        if self.pairs or self.buried or self.missing:
            found["_redirects"] = redirects_file(self.pairs, self.buried, self.missing)
        return found


def write_redirects(build: SiteBuild, contents: Sequence[Content]) -> None:
    """Write a page for each alias and each former address of *contents*, and ``_redirects`` if there is any."""
    site = build.settings["SITE_ADDRESS"]
    taken = {content.save_as: content.shown_path for content in contents}
    pairs: list[tuple[str, str]] = []
    for content in sorted(contents, key=lambda content: content.shown_path):
        for alias in (*content.aliases, *content.old_addresses):
            is_asked = alias in content.aliases  # what another program wrote is followed where it can be
            path = alias_path(alias, site)
            if not path:
                if is_asked:
                    report_line(content, "aliases", "bad_alias", alias=alias)
                continue
            name = alias_file(path)
            file = build.output / name
            if name in taken or not is_free(file):
                if is_asked:
                    report_line(content, "aliases", "alias_taken", alias=alias, other=taken.get(name, name))
                continue
            taken[name] = content.shown_path
            pairs += _lead_on(build, content, name, path)
    old = old_files(build.remembered, contents)
    for content in contents:
        for name in old[content.save_as]:
            # A page that an earlier build left in this very folder is nobody's any more.
            stale = (build.output / name).is_file() and not build.owners.claim(name, content.shown_path)
            if name not in taken and (stale or is_free(build.output / name)):
                taken[name] = content.shown_path
                pairs += _lead_on(build, content, name, name.removesuffix("index.html"))
    for name, label in old_lists(build.remembered, contents).items():
        if name not in taken and is_free(build.output / name):
            taken[name] = label.name
            new = addresses.whole(build.settings["SITEURL"], label.url)
            _write_page(build, name, label.name, build.settings["DEFAULT_LANG"], new)
            former = name.removesuffix("index.html")
            pairs += [(addresses.whole(build.settings["SITEURL"], each), new) for each in {former, former.rstrip("/")}]
    elsewhere = list(moved(build, list(contents)))
    for one in elsewhere:
        path = (
            ""
            if one.is_query or not one.may_be_page
            else alias_path(one.old.removeprefix(build.settings["SITEURL"]), site)
        )
        name = alias_file(path)
        if path and name not in taken and is_free(build.output / name):
            taken[name] = one.new
            _write_page(build, name, one.title, one.lang, one.new)
        if not one.is_query and (not path or taken.get(name) == one.new):
            bare = quote(one.old.rstrip("/"))
            pairs += [(bare, one.new), (f"{bare}/", one.new)]
    for name, (url, lang) in build.on_first.items():
        if name not in taken and is_free(build.output / name):
            build.led_to.add(addresses.whole(build.settings["SITEURL"], url))
            put(build, name, page_leading_to_list(url, lang, build))
    buried = _bury(build, contents, taken)
    build.led_on = LedOn(pairs, elsewhere, buried, _missing(build))
    for name, text in build.led_on.files().items():
        put(build, name, text)


def _missing(build: SiteBuild) -> dict[str, str]:
    """Folder of each language → its page for what is not found; none where the blog's own is the only one."""
    siteurl = build.settings["SITEURL"]
    found = {
        addresses.whole(siteurl, f"{lang}/"): addresses.whole(siteurl, edition.single["404"][0])
        for lang, edition in build.editions.others.items()
        if "404" in edition.single
    }
    return {addresses.whole(siteurl, ""): addresses.whole(siteurl, "404.html"), **found} if found else {}


def _bury(build: SiteBuild, contents: Sequence[Content], taken: Container[str]) -> list[str]:
    """Write a page where something was published and nothing is now; the paths that were asked for, encoded."""
    paths = []
    for name, lang in gone.gone_files(build, contents):
        file, path = build.output / name, name.removesuffix("index.html")
        if name in taken or alias_path(quote(path), "") != path:  # what a deploy remembers may be anything
            continue
        stale = file.is_file() and not build.owners.claim(name, name)  # of an earlier build in this very folder
        if stale or is_free(file):
            put(build, name, gone.tombstone(build, lang))
            build.buried.add(name)
            paths.append(addresses.whole(build.settings["SITEURL"], quote(path)))
    return paths


def _lead_on(build: SiteBuild, content: Content, name: str, path: str) -> list[tuple[str, str]]:
    """Write the page *name*, at the old *path*, that leads to *content*; the pairs for ``_redirects``."""
    siteurl = build.settings["SITEURL"]
    new = addresses.whole(siteurl, content.url)
    _write_page(build, name, content.title, content.lang, new)
    return [(addresses.whole(siteurl, old), new) for old in {path, path.rstrip("/")}]


def _write_page(build: SiteBuild, name: str, title: str, lang: str, new: str) -> None:
    """Write the page *name*, which leads to the address *new* within the site."""
    build.led_to.add(new)
    put(build, name, page_leading_to(new, title, lang, build))


def page_leading_to(new: str, title: str, lang: str, build: SiteBuild) -> str:
    """Return a page that leads to the address *new* within the site."""
    inside = new.removeprefix(build.settings["SITEURL"])
    url = new if "://" in new else addresses.whole(build.settings["SITE_ADDRESS"], inside)
    return redirect_page(title, lang, url, new, build.words.text("moved", lang))


def page_leading_to_list(url: str, lang: str, build: SiteBuild) -> str:
    """
    Return a page that leads to the list at *url*: for a while, until there are posts enough to have a page there.

    So no host is told, that would answer 301, for good.
    """
    title = build.words.setting(build.settings, "SITENAME", lang)
    return page_leading_to(addresses.whole(build.settings["SITEURL"], url), title, lang, build)


def is_free(file: Path) -> bool:
    """Whether nothing stands at *file*, or what an earlier build left so; nor a file where its folder would be."""
    if any(folder.is_file() for folder in file.parents):
        return False
    if not file.is_file():
        return not file.exists()
    page = file.read_text("utf-8", errors="replace")
    return is_redirect(page) or gone.is_gone(page)


def alias_path(alias: str, site: str) -> str:
    """
    Return the path under the site that an old address means, or "" when no page can stand there.

    Args:
        alias: As the author wrote it: ``/viejo/post/``, ``viejo/post.html``, or a whole address of this site.
        site: The site's address; what it has as path is taken off.
    """
    parts, home = split_address(alias.strip()), split_address(site)
    path = unquote(parts.path)
    if parts.netloc:
        if parts.host != home.host:
            return ""
        path = path.removeprefix(home.path.rstrip("/"))
    if parts.query or parts.fragment or not path.strip("/") or strip_controls(path) != path or "\\" in path:
        return ""  # a static host looks at paths only
    clean = normpath("/" + path.lstrip("/")).lstrip("/")
    if clean != path.strip("/"):
        return ""  # "..", "." and "//" may lead out of the site
    return clean if clean.endswith((".html", ".htm")) else f"{clean}/"


def alias_file(path: str) -> str:
    """Return the file that answers for *path*, as ``alias_path`` gave it."""
    return f"{path}index.html" if path.endswith("/") else path


def redirect_page(title: str, lang: str, url: str, path: str, text: str) -> str:
    """
    Return a page that leads on at once, for hosts that know no redirects.

    Args:
        url: The whole new address, for search engines.
        path: The new address within the site, where readers are sent; so it works in a preview too.
        text: What the link says.
    """
    to = escape(path)
    return f"""<!doctype html>
<html lang="{escape(lang)}">
<meta charset="utf-8">
<title>{escape(strip_controls(title))}</title>
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url={to}">
<link rel="canonical" href="{escape(url)}">
<p><a href="{to}">{escape(text)}</a></p>
</html>
"""


def redirects_file(
    pairs: Iterable[tuple[str, str]], buried: Iterable[str] = (), missing: Mapping[str, str] = MappingProxyType({})
) -> str:
    """
    ``_redirects``, for hosts that answer 301 themselves (Netlify, Cloudflare Pages, Codeberg Pages).

    Netlify answers 410 too, with the page that stands there; others pass over such a line and show the page.

    Args:
        pairs: Old and new path, each from the host's root and percent-encoded.
        buried: Paths of what is gone.
        missing: Folder → the page for what is not found there; the host knows that of the whole site itself.
    """
    lines = [f"{old} {new} 301\n" for old, new in sorted(pairs)]
    # "!": though a file is there. https://docs.netlify.com/routing/redirects/rewrites-proxies/#shadowing (read 2026-11)
    lines += [f"{path} {path}{'index.html' if path.endswith('/') else ''} 410!\n" for path in sorted(buried)]
    lines += [f"{folder}* {page} 404\n" for folder, page in sorted(missing.items())[1:]]  # but for the whole site's
    return "".join(lines)
