"""What the header of a file leaves out and the file says elsewhere: its title, its day, whether it is written at all.

A title may be the first heading of the text; day and slug may stand in the file's name, as in Jekyll; a post with
neither title nor heading is a note, as on Micro.blog. What nobody wrote (an empty text, or the line that ``new``
leaves) is a draft, whatever its header says.
"""

import datetime as dt
import re
from functools import lru_cache
from pathlib import PurePath
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tertulia.content.dates import from_name
from tertulia.content.header import Header, split
from tertulia.content.key_names import fold
from tertulia.content.metadata import Metadata, interpret
from tertulia.content.private import Screen
from tertulia.core import lazy_re
from tertulia.core.languages import Languages, current, say
from tertulia.core.models import Problem, Severity

_ATX = lazy_re.compile(r"# +(\S.*?)(?: +#+)? *")
_UNDERLINED = lazy_re.compile(r"=+ *")
_PUT_AWAY = frozenset(
    ("drafts", "draft", "borradores", "borrador", "unpublished", "private", "privado", "trash", "papelera")
)
_LANGUAGE = lazy_re.compile(r"\.([a-z]{2,3}(?:-[a-z]+)?)$", re.I)


def complete(meta: Metadata, top: Header, shown: str, place: PurePath, zone: ZoneInfo, *, is_page: bool) -> Header:
    """
    Fill in *meta* what its header does not say, and keep back what nobody wrote.

    Args:
        meta: Of the header; gains a title, a date, a slug and problems.
        top: The same file, cut in two.
        shown: The file as the author knows it, for problems.
        place: The file, relative to its folder of posts or pages.
        zone: The blog's.
        is_page: A page needs no date, and may be its header alone.

    Returns:
        *top*; the heading that has become the title is no part of its body.
    """
    if not meta.title:
        top = _heading_as_title(meta, top)
    if not is_page:
        _take_name(meta, place, zone)
        _hold_unwritten(meta, top, shown)
        _hold_by_second_header(meta, top, shown, zone)
    _hold_by_label(meta, shown)
    if _is_put_away(place) and meta.status not in ("draft", "hidden"):
        meta.status = "draft"
        _tell(meta, shown, 1, "drafts_folder", "hint")
    is_note = bool(top.fields) and meta.date is not None and not is_page
    if not meta.title and not is_note:
        _tell(meta, shown, 1, "no_title", "error")
    return top


def _hold_by_label(meta: Metadata, shown: str) -> None:
    """Keep back what nothing but its topic, or its only tag, calls a draft."""
    for key, labels in (("category", meta.categories), ("tags", meta.tags)):
        if not meta.status and len(labels) == 1 and fold(labels[0]) in _PUT_AWAY:
            meta.status = "draft"
            _tell(meta, shown, meta.lines.get(key, 1), "draft_label", "warning")


def _is_put_away(place: PurePath) -> bool:
    """Whether a file lies among drafts: ``_drafts/`` of Jekyll and Hexo and its likes, or ``_idea.md``."""
    is_index = place.stem.casefold() == "_index"
    return (place.name.startswith("_") and not is_index) or any(
        fold(part).strip(" _.") in _PUT_AWAY for part in place.parts[:-1]
    )


def _tell(meta: Metadata, shown: str, line: int, phrase: str, severity: Severity) -> None:
    meta.problems.append(Problem(shown, line, say(phrase), say(f"{phrase}_fix"), severity))


def _heading_as_title(meta: Metadata, top: Header) -> Header:
    """Take the first heading of the text for the title; it is not shown twice."""
    first, _, rest = top.body.partition("\n")
    if match := _ATX.fullmatch(first):
        title, used = match[1], 1
    elif first.strip() and _UNDERLINED.fullmatch(under := rest.partition("\n")[0]) and under:
        title, rest, used = first.strip(), rest.partition("\n")[2], 2
    else:
        return top
    screen = Screen(of_lines=False)
    title = screen.public(title)
    if screen.hidden:  # the note goes on below: the text is read as it stands
        return top
    meta.title = re.sub(r"[*_`]|\[([^\]]*)\]\([^)]*\)", r"\1", title).strip()
    bare = rest.lstrip("\n")
    return replace(top, body=bare, body_line=top.body_line + used + len(rest) - len(bare))


def _take_name(meta: Metadata, place: PurePath, zone: ZoneInfo) -> None:
    """Take day and slug from the file's name, where its header says no day: no address that stands is changed."""
    if "date" in meta.lines or meta.date is not None:
        if not meta.title and not meta.slug and not meta.id:
            meta.slug = _words(place) or f"{meta.date:%Y-%m-%d-%H%M%S}"
        return
    found = from_name(place)
    if found.day is not None:
        meta.date = dt.datetime.combine(found.day, dt.time(), zone)
        meta.is_date_of_name = True
        meta.slug = meta.slug or _words(place)


def _words(place: PurePath) -> str:
    """Return what a file's name says beside its day and its language."""
    words = from_name(place).words
    match = _LANGUAGE.search(words)
    return words[: match.start()] if match and match[1].casefold() in current().codes() else words


@lru_cache(maxsize=8)
def _placeholders(spoken: Languages) -> frozenset[str]:
    """Return what ``new`` leaves to be written over, in any language."""
    return frozenset(spoken.text("new_body", code) for code in spoken.codes())


def _hold_unwritten(meta: Metadata, top: Header, shown: str) -> None:
    placeholders, body = _placeholders(current()), top.body
    lines = body.split("\n") if any(words in body for words in placeholders) else ()
    untouched = next((n for n, line in enumerate(lines) if line.strip() in placeholders), None)
    if untouched is not None:
        phrase, line = "placeholder", top.body_line + untouched
    elif body[:1].isalpha():  # no note begins with a letter, and most posts do
        return
    elif not Screen().public(top.body).replace("<!--more-->", "").strip() and not (meta.cover or meta.credits):
        phrase, line = "empty_post", 1
    else:
        return
    if meta.status not in ("draft", "hidden"):
        meta.status = "draft"
        _tell(meta, shown, line, phrase, "warning")


def _hold_by_second_header(meta: Metadata, top: Header, shown: str, zone: ZoneInfo) -> None:
    """Keep back what says that it is a draft where it is no header any more: below a blank line, or a second fence."""
    if not top.fields or meta.status in ("draft", "hidden"):
        return
    paragraph = re.split(r"\n[ \t]*\n", top.body[:2000], maxsplit=1)[0]
    if not any(sign in paragraph for sign in ":：="):  # nothing is said of anything there
        return
    second = split(f"{paragraph}\n", shown)
    if not second.body.strip() and interpret(second, shown, zone).status in ("draft", "hidden"):
        meta.status = "draft"
        _tell(meta, shown, top.body_line, "second_header", "warning")
