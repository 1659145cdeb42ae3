"""Pelican's settings in this house: ``MARKDOWN`` is honoured, and those that mean nothing here are told by name."""

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import markdown

from tertulia.core.languages import say
from tertulia.core.public_kinds import fields_of, wrong
from tertulia.site.themes import is_for_us

log = logging.getLogger(__name__)

# What we do otherwise: reading, typography, summaries, dates. docs/settings.md says what instead.
NOT_OBEYED = (
    *("TYPOGRIFY", "SUMMARY_MAX_LENGTH", "SUMMARY_MAX_PARAGRAPHS", "SUMMARY_END_SUFFIX", "FORMATTED_FIELDS"),
    *("FILENAME_METADATA", "PATH_METADATA", "DEFAULT_DATE"),
    *("WITH_FUTURE_DATES", "DOCUTILS_SETTINGS", "ARTICLE_TRANSLATION_ID", "PAGE_TRANSLATION_ID", "CACHE_CONTENT"),
    "RELATIVE_URLS",
)
# What pages of lists in a theme of others know, and ours, which are numbered from the oldest, do not.
_OF_OTHERS = ("DEFAULT_ORPHANS",)
# What our Markdown does already, by CommonMark; a second one of each would undo it.
_BUILT_IN = frozenset(
    ("extra", "meta", "fenced_code", "tables", "md_in_html", "sane_lists", "nl2br", "smarty", "admonition")
)
_OURS = frozenset(("toc", "codehilite", "footnotes", "def_list", "attr_list", "abbr"))
_NO_POSTS = ("extra", "images", "embeds", "theme")  # folders of content/ that are for something else
# Pelican would write them over again; the same files come from ``post_feeds``.
FEEDS = tuple(
    f"{kind}_{form}"
    for kind in ("FEED", "FEED_ALL", "CATEGORY_FEED", "AUTHOR_FEED", "TAG_FEED", "TRANSLATION_FEED")
    for form in ("ATOM", "RSS")
)


def tell_not_obeyed(settings: Mapping[str, Any], ours: Mapping[str, Any], pelicans: Mapping[str, Any]) -> None:
    """Name in one line what the blog sets and nobody reads: what is neither *ours* nor *pelicans* by default."""
    found = [
        name
        for name in (*NOT_OBEYED, *(_OF_OTHERS if is_for_us(Path(settings["THEME"])) else ()))
        if name in settings and all(settings[name] != known.get(name) for known in (ours, pelicans)) and settings[name]
    ]
    if found:
        log.info("%s; %s", say("not_obeyed", names=", ".join(found)), say("not_obeyed_fix"), extra={"hint": True})


def same_places(settings: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, str]:
    """Return the file of each address, and the address of each file, that the blog sets without the other."""
    found = {}
    for url, save_as in ((name, f"{name.removesuffix('_URL')}_SAVE_AS") for name in usual if name.endswith("_URL")):
        written = [settings[name] != usual[name] for name in (url, save_as) if name in settings and name in usual]
        if written == [True, False]:
            address = str(settings[url]).lstrip("/")
            is_file = not address or "." in address.rpartition("}")[2]
            found[save_as] = address if is_file else f"{address.rstrip('/')}/index.html"
        elif written == [False, True]:
            found[url] = re.sub(r"(^|/)index\.html$", r"\1", str(settings[save_as]))
    return found


def refuse_unknown_fields(settings: Mapping[str, Any], kind: str, known: Iterable[Mapping[str, Any]]) -> None:
    """
    Refuse an address that asks for what no post says of itself, before each is left out because of it.

    Args:
        settings: The blog's.
        kind: "ARTICLE" or "PAGE".
        known: What each post says.

    Raises:
        SettingError: there is such a field.
    """
    names = [f"{kind}{lang}_{what}" for lang in ("", "_LANG") for what in ("URL", "SAVE_AS")]
    asked = {field: name for name in reversed(names) for field in fields_of(settings[name])}
    missing, has_posts = set(asked), False
    for one in known:
        if not missing:  # mostly the first one says it all
            return
        missing -= one.keys()
        has_posts = True
    for field in sorted(missing if has_posts else ()):
        raise wrong(asked[field], settings[asked[field]], say("address_field", field=f"{{{field}}}"))


def refuse_to_empty(settings: Mapping[str, Any], ours: Mapping[str, Any], files: Iterable[str]) -> None:
    """
    Refuse what leaves a blog without a post though there are texts: a folder's name with a slip, ``["*"]``.

    Args:
        settings: The blog's, by which no post was found.
        ours: What they are where the blog does not say.
        files: The texts that lie in its content, by their path in there.

    Raises:
        SettingError: there are such texts, and one of the settings that name posts is not *ours*.
    """
    pages = [PurePosixPath(folder) for folder in settings["PAGE_PATHS"]]
    texts = (path for path in map(PurePosixPath, files) if not any(path.is_relative_to(folder) for folder in pages))
    text = next((path for path in texts if path.parts[0] not in _NO_POSTS and path.stem.lower() != "readme"), None)
    changed = [name for name in ("ARTICLE_PATHS", "IGNORE_FILES", "PATH") if not _is_same(settings[name], ours[name])]
    if text and changed:
        raise wrong(changed[0], settings[changed[0]], say("kind_that_reads", file=text))


def _is_same(value: Any, usual: Any) -> bool:
    return Path(value).name == usual if isinstance(usual, str) else list(value) == list(usual)


def markdown_extensions(
    setting: Mapping[str, Any], default: Mapping[str, Any]
) -> tuple[list[str | markdown.Extension], dict[str, dict[str, Any]]]:
    """
    Return what ``MARKDOWN`` asks for beyond what our Markdown does.

    Args:
        setting: The blog's ``MARKDOWN``.
        default: Pelican's, which nobody asked for.

    Returns:
        Extensions to add, and how to set those and ours, by the name that we know them by.
    """
    configs = setting.get("extension_configs") or {}
    usual = default.get("extension_configs") or {}
    more: list[str | markdown.Extension] = []
    settings: dict[str, dict[str, Any]] = {}
    for extension in dict.fromkeys((*(setting.get("extensions") or ()), *configs)):
        name = _short(extension) if isinstance(extension, str) else ""
        if name in _BUILT_IN or (name in _OURS and configs.get(extension) == usual.get(extension)):
            continue
        if isinstance(extension, str):
            settings[name if name in _OURS else extension] = dict(configs.get(extension) or {})
        if name not in _OURS and _works(extension, settings):
            more.append(extension)
    return more, settings


def _short(name: str) -> str:
    return name.removeprefix("markdown.extensions.")


def _works(extension: str | markdown.Extension, settings: Mapping[str, dict[str, Any]]) -> bool:
    """Whether Markdown can load *extension*; one that it cannot is told."""
    try:
        configs = {extension: settings.get(extension, {})} if isinstance(extension, str) else {}
        markdown.Markdown(extensions=[extension], extension_configs=configs)
    except Exception as error:  # whatever it is, it is somebody else's code
        log.warning("%s; %s", say("no_extension", name=extension, why=error), say("no_extension_fix"))
        return False
    return True
