"""The words, dates and addresses that the templates ask for.

``t("minutes", n=6)``   the phrase of ``tertulia/languages/xx.toml`` in the language of the page
``date|date_words``     "21 de noviembre de 2026", with no system locale
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
    AUTHOR           whom the site belongs to; when people.toml knows the name: ``rel=me`` and an h-card in the footer.
    CONTENT_LICENSE, CONTENT_LICENSE_URL   the licence of the texts. Default: none is shown.
    HOME_WHOLE_POSTS the home page shows whole posts instead of summaries. Default False.
"""

import datetime as dt
import hashlib
import math
import os
import re
import unicodedata
from functools import cache
from pathlib import Path

from jinja2 import FileSystemBytecodeCache, pass_context
from markupsafe import Markup
from pelican import signals

from tertulia.core import addresses, languages, paths

CLOUD_SIZES = 5

NETWORK_NAMES = {"x": "X", "linkedin": "LinkedIn", "youtube": "YouTube", "github": "GitHub"}

# A blog may leave these out.
DEFAULTS = {"TAGLINE": "", "SITE_DESCRIPTION": "", "MENU": None, "CONTENT_LICENSE": "", "SEARCH": True}


@pass_context
def language(context):
    """The language of the page being written; ``base.html`` asks first and keeps the answer as ``lang``."""
    if known := context.get("lang"):
        return known
    content = context.get("article") or context.get("page")
    return context.get("page_lang") or getattr(content, "lang", None) or context["DEFAULT_LANG"]


@pass_context
def t(context, key, n=None, lang=None, **values):
    """The phrase *key* in the page's language, or in *lang*; *n* chooses the plural form."""
    return languages.text(key, lang or language(context), n=n, **values)


def native_name(lang):
    """What the speakers of *lang* call it: "Español"."""
    return languages.current().get(lang).name


def og_locale(lang):
    """Language and country, as Open Graph wants them."""
    return languages.current().get(lang).locale


def direction(lang):
    """The attribute that a page in *lang* needs when it is not read from left to right."""
    return Markup("" if languages.current().get(lang).direction == "ltr" else ' dir="rtl"')


def marked(lang, around):
    """The attributes of something in *lang* on a page in *around*: its language and direction, where they differ."""
    if lang == around:
        return Markup("")
    known = languages.current()
    turns = known.get(lang).direction != known.get(around).direction
    return Markup(' lang="{}"').format(lang) + (Markup(' dir="{}"').format(known.get(lang).direction) if turns else "")


@pass_context
def local(context, value):
    """*value* as it is; of a dict by language, the entry of the page's language."""
    return languages.local(value, language(context), context["DEFAULT_LANG"])


@pass_context
def date_words(context, date, lang=None, form="long"):
    """*date* (a date, or ISO 8601 text) in words; *form* is Babel's: "long", "MMMM", "d MMM"."""
    if isinstance(date, str):
        date = dt.date.fromisoformat(date)
    return _date_words(date.year, date.month, date.day, form, lang or language(context))


@pass_context
def month_year(context, date):
    """ "noviembre de 2026", in the language of the page."""
    return languages.month_words(date, language(context))


@cache
def _date_words(year, month, day, form, lang):
    return languages.date_words(dt.date(year, month, day), lang, form)


def conjunction(name, lang):
    """How a list goes on to its last *name*: "y Luis", but "e Inés"; "and" in English."""
    return languages.current().conjunction(name, lang)


@pass_context
def link(context, path):
    """The address of *path* within the site; an address of another site comes back as it is."""
    return _whole(context["SITEURL"], str(path))


@pass_context
def absolute(context, path):
    """The address of *path* with scheme and host."""
    return _whole(context["SITE_ADDRESS"], str(path))


_whole = cache(addresses.whole)


@pass_context
def here(context):
    """The path of the page being written, "" for the home page."""
    return context["output_file"].removesuffix("index.html")


@pass_context
def service(context, path):
    """The address of *path* at the service that takes comments."""
    return (context.get("SERVICE_ADDRESS") or "").rstrip("/") + path


@pass_context
def homes(context):
    """The home page of each language that has posts, the site's own first: ``{lang, url}``."""
    others = context.get("language_homes") or {}
    return [{"lang": lang, "url": url} for lang, url in {context["DEFAULT_LANG"]: "", **others}.items()]


@pass_context
def asset(context, name):
    """The address of a file of the theme's ``static/``."""
    file = paths.theme_file(context["PATH"], f"static/{name}", context["THEME"])
    return link(context, f"{context['THEME_STATIC_DIR']}/{name}?{fingerprint(file)}")


@cache
def fingerprint(file):
    """Eight characters that change when *file* does; looked at once a build."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]


def plain(name):
    """*name* for sorting: accents and capitals ignored, ñ after n."""
    kept = name.casefold().replace("ñ", "n\uffff")
    return "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))


def counted(pairs):
    """
    What a list of tags, categories or authors shows, by name.

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
    return sorted(listed, key=lambda entry: plain(entry["item"].name))


def embedded(content, url):
    """*content* fit for a page with other posts: its own anchors are gone, links to them lead to the post."""
    content = re.sub(r'(<[^<>]*?)\sid="[^"]*"', r"\1", content)
    return re.sub(r'(<a[^<>]*?\shref=")(?=#)', rf"\g<1>{url}", content)


@pass_context
def card(context, post):
    """*post* as lists show it, without its cover; rendered once, however many lists it stands in."""
    lang = language(context)
    cards = post.__dict__.setdefault("cards", {})
    if lang not in cards:
        template = context.environment.get_template("parts/card.html")
        cards[lang] = Markup(template.render(context.get_all(), post=post, lang=lang))
    return cards[lang]


@pass_context
def shared(context, part, *key):
    """The *part* as all pages have it that agree on *key*; rendered once for them."""
    parts = context.environment.shared_parts
    if (part, key) not in parts:
        parts[part, key] = Markup(context.environment.get_template(part).render(context.get_all()))
    return parts[part, key]


@pass_context
def current(context, links, path):
    """*links*, a list of them as HTML, with the one to the page at *path* marked as the page itself."""
    item = Markup('<li><a href="{}"').format(link(context, path))
    return links.replace(item + Markup(">"), item + Markup(' aria-current="page">'))


def script_safe(json):
    """JSON that cannot end the script element it stands in."""
    return json.replace("<", "\\u003c")


def network_name(network):
    """How people write the name of a network."""
    return NETWORK_NAMES.get(network, network.capitalize())


FILTERS = (
    native_name,
    og_locale,
    direction,
    marked,
    local,
    date_words,
    month_year,
    link,
    absolute,
    counted,
    embedded,
    script_safe,
    network_name,
    current,
)
GLOBALS = (t, language, conjunction, here, homes, asset, card, service, shared)


def equip_templates(generator):
    """Give the templates their words, and have them escape what is text."""
    generator.env.autoescape = True
    generator.env.auto_reload = False  # an environment lives for one build: no need to look at each file again
    generator.env.trim_blocks = generator.env.lstrip_blocks = True
    generator.env.shared_parts = {}
    generator.env.bytecode_cache = compiled(Path(generator.settings["CACHE_PATH"], "templates"))
    generator.env.filters.update({f.__name__: f for f in FILTERS})
    generator.env.globals.update({f.__name__: f for f in GLOBALS})
    for name, value in DEFAULTS.items():
        generator.context.setdefault(name, value)
    people = generator.settings.get("PEOPLE")
    generator.context["owner"] = people.find(generator.settings["AUTHOR"]) if people else None


def compiled(folder):
    """
    Compiled templates, kept in *folder*, or None where nothing can be kept.

    Each of Pelican's three environments would compile all of them anew at every build.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return FileSystemBytecodeCache(folder) if os.access(folder, os.W_OK) else None


def forget_files(_pelican):
    """Look at the theme's files anew: they may have changed since the last build of this process."""
    fingerprint.cache_clear()


def show_patterns(pelican):
    """In a preview, write the page that shows every element once: ``patrones/``."""
    if pelican.settings["SHOW_UNPUBLISHED"]:
        pelican.settings["DIRECT_TEMPLATES"] = [*pelican.settings["DIRECT_TEMPLATES"], "patterns"]


def register():
    signals.initialized.connect(forget_files)
    signals.initialized.connect(show_patterns)
    signals.generator_init.connect(equip_templates)
