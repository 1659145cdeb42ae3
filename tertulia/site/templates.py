"""What the templates ask for: words and dates (``template_words``), addresses, parts that pages share.

``t("minutes", n=6)``   the phrase of ``tertulia/languages/xx.toml`` in the language of the page
``date|date_words``     "21 de noviembre de 2026", with no system locale
``path|localized|link`` a list, as the language of the page has it: "en/archivo/"
``path|link``           the path under the site, percent-encoded: what goes into every ``href``
``path|absolute``       the same with scheme and host: canonical address, Open Graph
``asset("site.css")``   a file of ``theme/static`` under the hash of its content, so that it may be cached for ever
``shared("parts/footer.html", lang)``   a part that all pages of a language share, rendered once
``links|current(path)`` a list of links, the one to *path* marked as the page itself

Autoescape is on: a title is text, and only what we rendered ourselves (content, summary, notes) is ``|safe``.

Settings:
    SITE_ADDRESS     scheme, host and path of the published blog, "https://tertulia.example".
    SITEURL          the path of it, "" or "/blog": the prefix of every internal link.
    SITENAME, TAGLINE, SITE_DESCRIPTION   a text, or a dict of texts by language.
    MENU             (label, path) in order, or a dict of such lists by language. Default: pages, archive, tags, search.
    FOOTER_MENU      the same for the foot; pages that stand there leave the menu that MENU does not set. Default: none.
    SOCIAL           (name, address) of places where the blog's owner is, linked with ``rel=me``. Default: none.
    AUTHOR           whom the site belongs to; when people.toml knows the name: ``rel=me`` and an h-card in the footer.
    CONTENT_LICENSE, CONTENT_LICENSE_URL   the licence of the texts, each plain or by language. Default: none is shown.
"""

import hashlib
import math
import os
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from msgspec.structs import replace

from tertulia.content.networks import label
from tertulia.core import addresses
from tertulia.site import feeds, json_ld, schema
from tertulia.site.archives import archive_months
from tertulia.site.build import SiteBuild
from tertulia.site.editions import Counterpart
from tertulia.site.link_notes import link_notes
from tertulia.site.post_feeds import feed_folder
from tertulia.site.series import series_counterparts
from tertulia.site.template_loading import WholeTemplates, remembering
from tertulia.site.template_words import (
    conjunction,
    date_words,
    direction,
    language,
    local,
    marked,
    month_year,
    native_name,
    og_locale,
    t,
)

CLOUD_SIZES = 5

# Places that people are found at and nothing is announced on.
NETWORK_NAMES = {"youtube": "YouTube", "github": "GitHub"}

# A blog may leave these out.
DEFAULTS = {
    "TAGLINE": "", "SITE_DESCRIPTION": "", "MENU": None, "FOOTER_MENU": None, "SOCIAL": (),
    "CONTENT_LICENSE": "", "SEARCH": True, "SERVICE_ADDRESS": "",
}  # fmt: skip


@pass_context
def link(context: Context, path: object) -> str:
    """Return the address of *path* within the site; an address of another site comes back as it is."""
    return _whole(context["SITEURL"], str(path))


@pass_context
def localized(context: Context, path: str, lang: str = "") -> str:
    """Return the list at *path* as readers of the page, or of *lang*, have it: "en/archivo/" for "archivo/"."""
    return SiteBuild.of(context).editions.localized(path, lang or language(context))


@pass_context
def feed_address(context: Context, path: str) -> str:
    """Return where the Atom feed of the list at *path* is, as readers of the page have it."""
    return f"{feed_folder(localized(context, path))}{feeds.ATOM}"


@pass_context
def counterparts(context: Context, path: str) -> list[Counterpart]:
    """Return the list at *path* in every language that has it."""
    return SiteBuild.of(context).editions.counterparts(path)


@pass_context
def elsewhere(context: Context, path: str, posts: list[Any]) -> str:
    """Where the list of *posts* at *path* belongs when all of them are in one other language."""
    return SiteBuild.of(context).editions.elsewhere(path, posts)


@pass_context
def linked(context: Context, label: Any, classes: str, rel: str = "", sign: str = "") -> Markup:
    """
    Return the name of a tag, category or author, as a link to its page; as text where it has none. Made once a
    language.
    """
    made = label.__dict__.setdefault("links", {})
    key = (classes, rel, sign, context["SITEURL"], language(context))
    if key not in made:
        made[key] = _linked(context, label, classes, rel, sign)
    link: Markup = made[key]
    return link


def _linked(context: Context, label: Any, classes: str, rel: str, sign: str) -> Markup:
    rel = f' rel="{escape(rel)}"' if rel else ""
    named = f' class="{escape(classes)}"' if classes else ""
    sign, name = escape(sign), escape(label.name)
    if not getattr(label, "has_page", True):
        return Markup(f"{sign}<span{named}>{name}</span>")
    address = escape(link(context, localized(context, label.url)))
    if sign and classes:  # the sign is no part of the name: https://microformats.org/wiki/h-entry
        return Markup(f'<a{rel} href="{address}">{sign}<span{named}>{name}</span></a>')
    return Markup(f'<a{named}{rel} href="{address}">{sign}{name}</a>')


@pass_context
def absolute(context: Context, path: object) -> str:
    """Return the address of *path* with scheme and host."""
    return _whole(context["SITE_ADDRESS"], str(path))


_whole = lru_cache(maxsize=1 << 16)(addresses.whole)


@pass_context
def here(context: Context) -> str:
    """Return the path of the page being written, "" for the home page."""
    return str(context["output_file"]).removesuffix("index.html")


@pass_context
def service(context: Context, path: str) -> str:
    """Return the address of *path* at the service that takes comments."""
    return str(context.get("SERVICE_ADDRESS") or "").rstrip("/") + path


@pass_context
def endpoint(context: Context, path: str) -> str:
    """
    Return the whole address of *path* at the service: programs of others read it, and not all of them resolve one.
    """
    return addresses.join_address(str(context["SITE_ADDRESS"]) + "/", service(context, path))


@pass_context
def homes(context: Context) -> list[Counterpart]:
    """Return the home page of each language that has posts, the site's own first."""
    others = context.get("language_homes") or {}
    return [Counterpart(lang, url) for lang, url in {context["DEFAULT_LANG"]: "", **others}.items()]


@pass_context
def search_languages(context: Context, part: str = "") -> list[str]:
    """Return the languages that a *part* of the search index has; of one that is not parted, those of all posts."""
    parts = SiteBuild.of(context).search_parts
    return parts.get(part, []) if parts else [] if part else [home.lang for home in homes(context)]


@pass_context
def search_parts(context: Context) -> list[str]:
    """Return the further parts of the search index, by their folders in the first; none of one that is not parted."""
    return [part for part in SiteBuild.of(context).search_parts if part]


@pass_context
def language_feed(context: Context) -> str:
    """Return the folder of the feeds of the page's language; "" where the blog has just one."""
    known, lang = SiteBuild.of(context).editions, language(context)
    return f"{lang}/" if lang in known.others or (known.others and lang == known.own_lang) else ""


@pass_context
def asset(context: Context, name: str) -> str:
    """Return the address of a file of ``theme/static``."""
    return link(context, f"{context['THEME_STATIC_DIR']}/{name}?{SiteBuild.of(context).fingerprint(name)}")


def sort_key(name: str) -> str:
    """*name* for sorting: accents and capitals ignored, ñ after n."""
    kept = name.casefold().replace("ñ", "n\uffff")
    return "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))


def counted(pairs: Iterable[tuple[Any, list[Any]]]) -> list[dict[str, Any]]:
    """
    Return what a list of tags, categories or authors shows, by name.

    Args:
        pairs: Pelican's ``(tag, articles)``.

    Returns:
        ``{item, count, size}``; size is 1 (few posts) to 5 (most), by the logarithm of the count: with
        plain shares one big tag would leave all others the same size.
    """
    counts = [(item, len(articles)) for item, articles in pairs if articles]
    numbers = [count for _, count in counts] or [1]
    least, range_ = min(numbers), math.log(max(numbers) / min(numbers)) or 1
    listed = [
        {"item": item, "count": count, "size": 1 + round((CLOUD_SIZES - 1) * math.log(count / least) / range_)}
        for item, count in counts
    ]
    return sorted(listed, key=lambda entry: (sort_key(entry["item"].name), entry["item"].slug))


def embedded(content: str, url: str) -> str:
    """*content* fit for a page with other posts: its own anchors are gone, links to them lead to the post."""
    content = re.sub(r'(<[^<>]*?)\sid="[^"]*"', r"\1", content)
    # Landmarks need names that differ on a page, and each post counts its own tables.
    content = re.sub(r'(<div\b[^<>]*?\s)role="region"', r'\1role="group"', content)
    return re.sub(r'(<a[^<>]*?\shref=")(?=#)', rf"\g<1>{url}", content)


@pass_context
def card(context: Context, post: Any) -> Markup:
    """*post* as lists show it, without its cover; rendered once, however many lists it stands in."""
    lang = language(context)
    cards = post.__dict__.setdefault("cards", {})
    if lang not in cards:
        cards[lang] = _part(context, "parts/card.html", post=post, lang=lang)
    rendered: Markup = cards[lang]
    return rendered


@pass_context
def shared(context: Context, part: str, *key: object) -> Markup:
    """Return the *part* as all pages have it that agree on *key*; rendered once for them."""
    parts: dict[Any, Markup] = context.environment.shared_parts  # type: ignore[attr-defined]
    if (part, key) not in parts:
        parts[part, key] = _part(context, part)
    return parts[part, key]


def _part(context: Context, name: str, **values: object) -> Markup:
    """Return the part *name*, drawn as an include would: its context is that of the page and *values*, copied once."""
    template = context.environment.get_template(name)
    return Markup("".join(template.root_render_func(template.new_context(context.get_all(), True, values))))


@pass_context
def current(context: Context, links: Markup, path: str, how: str = "page") -> Markup:
    """*links*, a list of them as HTML, with the one to *path* marked as this page, or as *how* else it is current."""
    item = f'<li><a href="{escape(link(context, path))}"'
    return Markup(str(links).replace(f"{item}>", f'{item} aria-current="{escape(how)}">'))


@pass_context
def switched(context: Context, links: Markup, alternates: Iterable[Any]) -> Markup:
    """*links*, those to the other languages leading to the same page in them where there is one."""
    for other in alternates or ():
        attributes = f'lang="{other.lang}" hreflang="{other.lang}"'
        before, found, after = links.partition(f'" {attributes}')
        if found:
            kept = before[: before.rindex('href="')]
            links = Markup(kept) + Markup('href="{}').format(link(context, other.url)) + Markup(found) + Markup(after)
    return links


def hreflang(lang: str, around: str) -> Markup:
    """Return what a link to a page in *lang* says of it on a page in *around*, where they differ."""
    return Markup(' hreflang="{}"').format(lang) if lang != around else Markup("")


@pass_context
def licence_address(context: Context) -> str:
    """Where the licence is, in the page's language: Creative Commons has its deeds in most."""
    address, lang = str(local(context, context.get("CONTENT_LICENSE_URL", ""))), language(context)
    deed = re.fullmatch(r"(https?://creativecommons\.org/.*/deed)(\.[a-z-]+)?", address)
    return f"{deed[1]}.{lang}" if deed and lang != context["DEFAULT_LANG"] else address


def initial(name: str) -> str:
    """Return the first letter of a *name* or handle, for the disc of who has no picture."""
    return next((sign.upper() for sign in name if sign.isalnum()), "·")


def script_safe(json: str) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.replace("<", "\\u003c")


def network_name(network: str) -> str:
    """How people write the name of a network."""
    return NETWORK_NAMES.get(network) or label(network)


@pass_context
def list_json_ld(context: Context, heading: str, url: str, author: Any = None) -> Markup:
    """Return the JSON-LD of the list *heading* at the whole address *url*; of an author's page with who it is about."""
    build, lang = SiteBuild.of(context), language(context)
    person = None
    if author:
        known = schema.person_of(author, build.settings["SITE_ADDRESS"], partial(build.editions.localized, lang=lang))
        person = replace(known, about=author.person.bio_in(lang) if author.person else "")
    return Markup(json_ld.listing(heading, url, schema.blog_in(lang, build), person))


FILTERS = (
    *(native_name, og_locale, direction, marked, local, date_words, month_year, network_name),
    *(link, linked, localized, feed_address, absolute, current, switched, hreflang),
    *(counted, embedded, initial, script_safe),
)
GLOBALS = (
    *(
        t,
        language,
        conjunction,
        here,
        homes,
        counterparts,
        series_counterparts,
        elsewhere,
        language_feed,
        search_languages,
        search_parts,
        licence_address,
        archive_months,
    ),
    *(asset, card, service, endpoint, shared, link_notes, list_json_ld),
)


def equip(environment: Environment, settings: dict[str, Any], *, escape: bool = True, whole: bool = False) -> None:
    """
    Give templates their words.

    Args:
        escape: Whether what is text is escaped: templates of others do that by themselves.
        whole: Whether parts are read as if they stood where they are included: sooner drawn, and what is wrong in one
            would be told of the other.
    """
    if whole and environment.loader:
        environment.loader = WholeTemplates(environment.loader)
    environment.autoescape = escape
    environment.auto_reload = False  # an environment lives for one build: no need to look at each file again
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.shared_parts = {}  # type: ignore[attr-defined]
    environment.get_template = remembering(environment)  # type: ignore[method-assign]
    environment.filters.update({f.__name__: f for f in FILTERS})
    environment.globals.update({f.__name__: f for f in GLOBALS})
    environment.bytecode_cache = bytecode_cache(Path(settings["CACHE_PATH"], "templates", calls_of(environment)))


def calls_of(environment: Environment) -> str:
    """
    Return a digest of how each filter and function is called, context or no context.

    Compiled templates hold it, and Jinja's key for them does not: after an update they would call the old way.
    """
    called = {**environment.filters, **environment.globals, **environment.tests}
    passes = sorted((name, str(getattr(function, "jinja_pass_arg", ""))) for name, function in called.items())
    return hashlib.sha256(repr(passes).encode()).hexdigest()[:16]


def bytecode_cache(folder: Path) -> FileSystemBytecodeCache | None:
    """
    Compiled templates, kept in *folder*, or None where nothing can be kept.

    Each of Pelican's three environments would compile all of them anew at every build.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    if not os.access(folder, os.W_OK):
        return None
    # How a filter is called is compiled in, so another version of this file cannot use what this one compiled.
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    return FileSystemBytecodeCache(str(folder), f"{version}_%s.cache")


def common_context(settings: dict[str, Any]) -> dict[str, Any]:
    """Return what every template may ask for, whether the blog sets it or not."""
    build = SiteBuild.of(settings)
    return {**DEFAULTS, "owner": build.people.find(settings["AUTHOR"]), "looks": build.looks}
