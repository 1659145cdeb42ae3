"""Pelican's settings in this house: ``MARKDOWN`` is honoured, and those that mean nothing here are told by name."""

import logging
from collections.abc import Mapping
from typing import Any

import markdown

from tertulia.core.errors import SettingError
from tertulia.core.languages import say

log = logging.getLogger(__name__)

# What we do otherwise: reading, typography, summaries, dates. docs/settings.md says what instead.
NOT_OBEYED = (
    *("TYPOGRIFY", "SUMMARY_MAX_LENGTH", "SUMMARY_MAX_PARAGRAPHS", "SUMMARY_END_SUFFIX", "FORMATTED_FIELDS"),
    *("FILENAME_METADATA", "PATH_METADATA", "DEFAULT_DATE", "SLUGIFY_SOURCE", "USE_FOLDER_AS_CATEGORY"),
    *("WITH_FUTURE_DATES", "DOCUTILS_SETTINGS"),
)
# What our Markdown does already, by CommonMark; a second one of each would undo it.
_BUILT_IN = frozenset(
    ("extra", "meta", "fenced_code", "tables", "md_in_html", "sane_lists", "nl2br", "smarty", "admonition")
)
_OURS = frozenset(("toc", "codehilite", "footnotes", "def_list", "attr_list", "abbr"))


def tell_not_obeyed(settings: Mapping[str, Any], ours: Mapping[str, Any], pelicans: Mapping[str, Any]) -> None:
    """Name in one line what the blog sets and nobody reads: what is neither *ours* nor *pelicans* by default."""
    found = [
        name
        for name in NOT_OBEYED
        if name in settings and all(settings[name] != known.get(name) for known in (ours, pelicans)) and settings[name]
    ]
    if found:
        log.info("%s; %s", say("not_obeyed", names=", ".join(found)), say("not_obeyed_fix"), extra={"hint": True})


def check_kinds(settings: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    """
    Refuse a number or a list that is none, before each post is left out because of it.

    Args:
        settings: The blog's.
        ours: What they are where it does not say.

    Raises:
        SettingError: one is of another kind; ``("es")`` is no list in Python, but a word.
    """
    for name, usual in ours.items():
        value = settings.get(name, usual)
        if isinstance(usual, int) and not isinstance(usual, bool) and not (isinstance(value, int) and value >= 0):
            raise SettingError(say("setting_no_number", name=name, value=value))
        if isinstance(usual, list | tuple) and not isinstance(value, list | tuple | set | frozenset):
            raise SettingError(say("setting_list", name=name, value=value))


def markdown_extensions(
    setting: Mapping[str, Any], default: Mapping[str, Any]
) -> tuple[list[str | markdown.Extension], dict[str, dict[str, Any]]]:
    """
    What ``MARKDOWN`` asks for beyond what our Markdown does.

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
