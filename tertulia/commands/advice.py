"""What a build says, made short enough to be read: what others say in English, and what is said of many files.

Pelican has words of its own for some of what we tell with its line already; those are dropped. What is left of them
names files as the author knows them.
"""

import logging
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tertulia.core.languages import say

FEW = 3  # files; the same advice for more is said once
MANY = 10  # files; advice that differs only in what it names, for more, is said once

# How Pelican's messages begin that say what one of our lines says better.
_SAID_ALREADY = (
    "Empty alt attribute", "There are %s", "There are %d", "Unable to find '%s'", "{filename} used for linking",
    "The {attach} link", "Unable to generate valid slug", "Document title missing", "Duplicate definition of",
    "Cannot get modification stamp", "Replacement Indicator", "Feeds generated without", "No timezone information",
    "Locale could not be set",
)  # fmt: skip
_NAMED = re.compile(r"«[^»]*»|“[^”]*”|\d+")
_OF_A_FILE = re.compile(r"(content/[^:\n]+?)(?::(\d+))?: (.+)", re.S)


def of_pelican(record: logging.LogRecord, content: Path) -> str | None:
    """Return what the author is to read of Pelican's *record*; None for what one of our own lines says."""
    said = str(record.msg)
    if said.startswith(_SAID_ALREADY) or re.match(r"There are \d", said):
        return None
    if said.startswith(("Cannot load plugin", "Cannot register plugin")):
        name, error = _arguments(record)[0], (sys.exception() or record.args[-1])  # type: ignore[index]
        if isinstance(error, BaseException) and not isinstance(error, ImportError):
            return say("plugin_fails", plugin=name, why=f"{type(error).__name__}: {error}")
        return say("no_plugin", name=getattr(error, "name", "") or name, plugin=name)
    if said.startswith("Could not process"):
        return f"content/{_arguments(record)[0]}: {say('cannot_process')}; {say('cannot_process_fix')}"
    if said.startswith(("Skipping %s", "Unknown status")):
        found = next((one for one in _arguments(record) if "/" in one or "." in one), "")
        return f"{_shown(found, content)}: {say('cannot_process')}; {say('stray_text_fix')}"
    return _shown(record.getMessage(), content)


def _arguments(record: logging.LogRecord) -> list[str]:
    return [str(one) for one in record.args] if isinstance(record.args, tuple) else [str(record.args)]


def _shown(text: str, content: Path) -> str:
    return " ".join(text.replace(f"{content}/", "content/").split())


def gathered(texts: Iterable[str]) -> list[str]:
    """
    *texts* in order, made few.

    What is the same for more than a few files is said once, with their number and the first; and so is what differs
    only in what it names (an address, a shortcode), when it would fill the screen.
    """
    places: dict[str, list[str]] = defaultdict(list)
    lines: list[tuple[str, str]] = []  # what is said, the whole line
    for text in texts:
        match = _OF_A_FILE.fullmatch(text)
        if match:
            places[match[3]].append(f"{match[1]}:{match[2]}" if match[2] else match[1])
        lines.append((match[3] if match else text, text))
    of_kind: dict[str, list[str]] = defaultdict(list)
    for what, found in places.items():
        of_kind[_kind(what)] += found
    shown = {}
    for what, text in lines:
        kind = of_kind.get(_kind(what), [])
        if len(_files(places.get(what, ()))) > FEW and len(_files(kind)) == len(_files(places[what])):
            shown[what] = _said_once("advice_more", what, kind)
        elif len(_files(kind)) > MANY:
            shown.setdefault(_kind(what), _said_once("advice_like_this", what, kind))
        elif len(_files(places.get(what, ()))) > FEW:
            shown[what] = _said_once("advice_more", what, places[what])
        else:
            shown[text] = text
    return list(shown.values())


def _kind(what: str) -> str:
    return _NAMED.sub("…", what)


def _files(places: Iterable[str]) -> set[str]:
    return {re.sub(r":\d+\Z", "", place) for place in places}


def _said_once(phrase: str, what: str, places: list[str]) -> str:
    return say(phrase, text=what, n=len(_files(places)), first=", ".join(sorted(places)[:FEW]))
