"""What each public setting takes, ours and Pelican's, said before anybody reads it.

``pelicanconf.py`` is Python, and a slip in it is still Python: ``LANGUAGES = ("es")`` is a word, ``SITENAME = 5`` a
number, ``ARTICLE_URL = "{slgu}/"`` an address that no post can have. Each would fail far from its line, or leave out
every post. A setting that is not named here (a theme's, a plugin's) is its reader's own matter.
"""

import os
import re
import string
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from tertulia.core.addresses import is_web_address
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.text import shorten

_Number = Annotated[int, Meta(ge=0)]
_Links = list[tuple[str, str]] | None
_Words = list[str]

# By the phrase that says what to write: the type, and the settings of that kind.
TYPES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "kind_text": (str, (
        "AUTHOR", "DEFAULT_LANG", "TIMEZONE", "ANNOUNCE_SINCE", "EMBEDS_POLICY", "DEFAULT_CATEGORY",
        "MENTION_NETWORK", "SERVICE_ADDRESS", "FEED_ID_BASE", "INDEXNOW_KEY", "SITEURL",
        "SITE_ADDRESS", "IMAGE_SIZES", "THEME_STATIC_DIR", "ARTICLE_ORDER_BY", "PAGE_ORDER_BY",
        "DEFAULT_DATE_FORMAT", "CSS_FILE",
        "OUTPUT_SOURCES_EXTENSION", "TYPOGRIFY_DASHES", "SUMMARY_END_SUFFIX", "SLUGIFY_SOURCE",
        "CONTENT_CACHING_LAYER", "CHECK_MODIFIED_METHOD", "BIND", "FEED_DOMAIN",
    )),
    "kind_maybe_text": (str | None, ("WEBSUB_HUB", "NOW", "SOCIAL_CARDS_FONT")),
    "kind_local_text": (str | dict[str, str] | None, (
        "SITENAME", "TAGLINE", "SITE_DESCRIPTION", "CONTENT_LICENSE", "CONTENT_LICENSE_URL",
    )),
    "kind_path": (str, (
        "PATH", "OUTPUT_PATH", "THEME", "CACHE_PATH", "IMAGE_CACHE_PATH", "CONVERSATION_PATH", "ADDRESSES_PATH",
    )),
    "kind_number": (_Number, (
        "TOC_WORDS", "RELATED_POSTS", "SOCIAL_CARDS_MAX", "CONVERSATION_DEPTH", "COMMENTS_PER_PAGE", "FEED_MAX_ITEMS",
        "FEED_MAX_COMMENTS", "TAG_FEED_MIN_POSTS", "MAX_POST_BYTES", "DEFAULT_ORPHANS", "PORT",
    )),
    "kind_maybe_number": (_Number | bool | None, (
        "DEFAULT_PAGINATION", "SUMMARY_MAX_LENGTH", "SUMMARY_MAX_PARAGRAPHS",
    )),
    "kind_switch": (bool | int, (
        "HOME_WHOLE_POSTS", "SEARCH", "SOCIAL_CARDS", "NEWSLETTER", "SHOW_UNPUBLISHED", "RELATIVE_URLS",
        "WITH_FUTURE_DATES", "TYPOGRIFY", "LOAD_CONTENT_CACHE", "STATIC_EXCLUDE_SOURCES", "STATIC_CREATE_LINKS",
        "STATIC_CHECK_IF_MODIFIED", "RSS_FEED_SUMMARY_ONLY", "FEED_APPEND_REF", "DISPLAY_PAGES_ON_MENU",
        "DISPLAY_CATEGORIES_ON_MENU", "OUTPUT_SOURCES", "USE_FOLDER_AS_CATEGORY", "NEWEST_FIRST_ARCHIVES",
        "REVERSE_CATEGORY_ORDER", "DELETE_OUTPUT_DIRECTORY", "SLUGIFY_USE_UNICODE", "SLUGIFY_PRESERVE_CASE",
        "CACHE_CONTENT", "GZIP_CACHE",
    )),
    "kind_words": (_Words, (
        "LANGUAGES", "OWN_HOSTS", "PICTURE_HOSTS", "ALLOWED_HOSTS", "OTHER_PATHS", "ARTICLE_PATHS", "PAGE_PATHS",
        "STATIC_PATHS", "ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES", "IGNORE_FILES", "PLUGIN_PATHS",
        "DIRECT_TEMPLATES", "THEME_STATIC_PATHS", "THEME_TEMPLATES_OVERRIDES", "OUTPUT_RETENTION", "FORMATTED_FIELDS",
        "TYPOGRIFY_IGNORE_TAGS", "TYPOGRIFY_OMIT_FILTERS",
    )),
    "kind_endings": (_Words, ("TEMPLATE_EXTENSIONS",)),
    "kind_word_or_words": (str | _Words, ("SECURITY_CONTACT", "SECURITY_POLICY", "LOCALE")),
    "kind_list": (list[Any], ("PLUGINS",)),
    "kind_links": (_Links, ("SOCIAL",)),
    "kind_local_links": (_Links | dict[str, _Links], ("MENU", "FOOTER_MENU")),
    "kind_colours": (Annotated[list[str], Meta(min_length=3, max_length=3)] | None, ("SOCIAL_CARDS_COLORS",)),
    "kind_by_network": (dict[str, str], ("ANNOUNCE",)),
    "kind_dict": (dict[str, Any], (
        "MARKDOWN", "READERS", "DATE_FORMATS", "DEFAULT_METADATA", "EXTRA_PATH_METADATA", "PAGINATED_TEMPLATES",
        "TEMPLATE_PAGES", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS", "JINJA_ENVIRONMENT", "DOCUTILS_SETTINGS",
        "PYGMENTS_RST_OPTIONS",
    )),
    "kind_log_filter": (list[tuple[int, str]], ("LOG_FILTER",)),
    "kind_substitutions": (list[tuple[str, str]], (
        "SLUG_REGEX_SUBSTITUTIONS", "CATEGORY_REGEX_SUBSTITUTIONS", "TAG_REGEX_SUBSTITUTIONS",
        "AUTHOR_REGEX_SUBSTITUTIONS",
    )),
    "kind_regex": (str, ("FILENAME_METADATA", "PATH_METADATA", "INTRASITE_LINK_REGEX")),
}  # fmt: skip

# What Pelican once had; it would rewrite the settings by itself, in English.
OLD = {
    "ARTICLE_PERMALINK_STRUCTURE": "ARTICLE_URL",
    "CLEAN_URLS": "ARTICLE_URL",
    "FEED": "FEED_ALL_ATOM",
    "PAGINATED_DIRECT_TEMPLATES": "PAGINATED_TEMPLATES",
    **{f"{name}_FEED": f"{name}_FEED_ATOM" for name in ("TAG", "CATEGORY", "TRANSLATION")},
    **{f"{name}_SUBSTITUTIONS": f"{name}_REGEX_SUBSTITUTIONS" for name in ("SLUG", "CATEGORY", "TAG", "AUTHOR")},
}


class _Header(dict[str, Any]):
    """What a post says of itself: anything may stand in a header, and so in an address; see ``fields_of``."""

    def __missing__(self, field: str) -> str:
        return f"{field}{self['slug']}"


class _Address(NamedTuple):
    """What has an address of its own."""

    things: tuple[Mapping[str, Any], ...] = ({},)  # a few of the kind, which must not share one
    fields: str = ""  # what may stand in it, for messages


_DAY = datetime(2026, 1, 1)
_YEARS = ({"date": _DAY}, {"date": _DAY.replace(year=2027)})
_MONTHS = (*_YEARS, {"date": _DAY.replace(month=2)})
_DAYS = (*_MONTHS, {"date": _DAY.replace(day=2)})
_POSTS = tuple(
    _Header(lang="es", date=datetime(2020 + n, n, n, n, n), slug=f"s{n}", category=f"c{n}", author=f"a{n}")
    for n in (1, 2)
)
_POST = _Address(_POSTS, "{slug} {date:%Y} {date:%m} {category} {lang}")
_LABEL = _Address(tuple({"slug": f"s{n}", "name": f"n{n}"} for n in (1, 2)), "{slug}")
# By the name of its settings, without "_URL", "_SAVE_AS", "_ATOM" and "_RSS".
PLACES: dict[str, _Address] = {
    **dict.fromkeys(("ARTICLE", "ARTICLE_LANG", "PAGE", "PAGE_LANG"), _POST),
    **dict.fromkeys(("DRAFT", "DRAFT_LANG", "DRAFT_PAGE", "DRAFT_PAGE_LANG"), _POST),
    **dict.fromkeys(("TAG", "CATEGORY", "AUTHOR", "SERIES"), _LABEL),
    "YEAR_ARCHIVE": _Address(_YEARS, "{date:%Y}"),
    "MONTH_ARCHIVE": _Address(_MONTHS, "{date:%Y} {date:%m}"),
    "DAY_ARCHIVE": _Address(_DAYS, "{date:%Y} {date:%m} {date:%d}"),
    "STATIC": _Address(({"path": "a.png"}, {"path": "b.png"}), "{path}"),
    **dict.fromkeys(("INDEX", "ARCHIVES", "TAGS", "CATEGORIES", "AUTHORS", "SEARCH"), _Address()),
    **dict.fromkeys(("NOT_FOUND", "404", "PATTERNS", "FEED", "FEED_ALL"), _Address()),
    **dict.fromkeys(("TAG_FEED", "CATEGORY_FEED", "AUTHOR_FEED"), _Address(({"slug": "a"}, {"slug": "b"}), "{slug}")),
    "TRANSLATION_FEED": _Address(({"lang": "es"}, {"lang": "en"}), "{lang}"),
}
_ALWAYS = ("ARTICLE_URL", "ARTICLE_SAVE_AS", "INDEX_SAVE_AS")  # "" says of the others that there is none


def refuse(settings: Mapping[str, Any], usual: Mapping[str, Any]) -> None:
    """
    Refuse what makes no sense.

    Args:
        settings: The blog's.
        usual: What they are where the blog does not say: nobody wrote it.

    Raises:
        SettingError: a setting takes another kind of value; the message names it and says what to write.
    """
    written = {name: value for name, value in settings.items() if value is not usual.get(name, settings)}
    for phrase, (kind, names) in TYPES.items():
        for name in filter(written.__contains__, names):
            value = _path(written[name]) if phrase == "kind_path" else written[name]
            if not _is(value, kind) or (phrase in _REGEXES and not _compiles(value)) or not _works(name, value):
                raise wrong(name, value, say(phrase))
    for name, instead in OLD.items():
        if written.get(name):
            raise SettingError(say("setting_old", name=name, instead=instead))
    for name in ("SITE_ADDRESS", "WEBSUB_HUB"):
        if (address := written.get(name)) and not is_web_address(str(address).replace(" ", "%20")):
            raise SettingError(say("setting_address", name=name))
    for place, (things, fields) in PLACES.items():
        ends = ("ATOM", "RSS") if place.endswith(("FEED", "FEED_ALL")) else ("URL", "SAVE_AS")
        for name in filter(written.__contains__, (f"{place}_{end}" for end in ends)):
            if not _is_place(name, written[name], things):
                what = f"kind_{'address' if name.endswith('URL') else 'file'}{'' if fields else '_fixed'}"
                raise wrong(name, written[name], say(what, fields=fields))
    if "PAGINATION_PATTERNS" in written and not _are_pages(written["PAGINATION_PATTERNS"]):
        raise wrong("PAGINATION_PATTERNS", written["PAGINATION_PATTERNS"], say("kind_pages"))


def fields_of(pattern: object) -> set[str]:
    """
    Return the names between braces in an address *pattern* that are not of every post: "part" of "{part}/{slug}/".
    """
    found = (name for _, name, _, _ in string.Formatter().parse(str(pattern)) if name)
    return {re.split(r"[.\[]", name, maxsplit=1)[0] for name in found} - set(_POSTS[0])


def wrong(name: str, value: object, what: str) -> SettingError:
    """Return that the setting *name* is *value*, and takes *what*."""
    return SettingError(say("setting_wrong", name=name, value=shown(value), kind=what))


# ── Whether a value is of a kind ─────────────────────────────────────────────────────────────────────────────────

_REGEXES = ("kind_regex", "kind_substitutions")


def _is(value: object, kind: Any) -> bool:
    try:
        msgspec.json.encode(value, enc_hook=repr)  # half a letter can be written in Python, and nowhere else
        msgspec.convert(value, kind)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError):
        return False
    return True


def _path(value: object) -> object:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _compiles(value: Any) -> bool:
    try:
        for pattern in [value] if isinstance(value, str) else [pattern for pattern, _ in value]:
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _works(name: str, value: Any) -> bool:
    """Whether whoever reads it can do with *value* what it is there for."""
    if name == "INTRASITE_LINK_REGEX":
        return "what" in re.compile(value).groupindex
    if name == "PLUGINS":
        return all(isinstance(one, str) or hasattr(one, "register") for one in value)
    if name == "TEMPLATE_EXTENSIONS":
        return ".html" in value
    if name == "READERS":
        return all(one is None or callable(one) for one in value.values())
    if name != "JINJA_ENVIRONMENT":
        return True
    from jinja2 import Environment

    try:
        Environment(**value)
    except (TypeError, ValueError, AssertionError, ImportError, AttributeError):
        return False
    return True


def _is_place(name: str, value: object, things: Sequence[Mapping[str, Any]]) -> bool:
    """Whether *value* gives each of *things* a place of its own in the site."""
    if not _is(value, str) or not value:
        return name not in _ALWAYS and (value == "" or (value is None and not name.endswith(("URL", "SAVE_AS"))))
    try:
        made = [str(value).format_map(thing) for thing in things]
    except (ValueError, LookupError, AttributeError, TypeError):  # braces that do not close, a field that nobody has
        return False
    return len(set(made)) == len(made) and all(_is_inside(one, is_file=not name.endswith("URL")) for one in made)


def _is_inside(place: str, *, is_file: bool) -> bool:
    if "\0" in place or ".." in place.replace("\\", "/").split("/"):
        return False
    return not is_file or ("." in place.rpartition("/")[2] and not place.startswith("/"))


def _are_pages(value: Any) -> bool:
    """Rules for the pages of a list, (from which page on, address, file): as Pelican takes the last that holds."""
    if not _is(value, Annotated[list[tuple[int, str, str]], Meta(min_length=1)]):
        return False
    given = {"save_as": "a/index.html", "url": "a/", "name": "a/index", "base_name": "a", "extension": ".html"}
    last = max(first for first, _, _ in value)
    return all(
        _is_place(kind, pattern, [given | {"number": number} for number in ((2, 3) if first == last else (2,))])
        for first, *patterns in value
        for kind, pattern in zip(("URL", "SAVE_AS"), patterns, strict=True)
    )


def shown(value: object) -> str:
    """*value* as it may stand in the settings file, as far as a line holds it; "…" for what only a program makes."""
    written = value if isinstance(value, str) else repr(value)
    if not isinstance(value, str) and re.search(r"<|\w\(", written):  # <function …>, PosixPath('…')
        return "…"
    written = written.encode("utf-8", "backslashreplace").decode()
    return shorten(" ".join(written.split()), 60) if written.strip() else repr(written)
