"""What becomes of a capture when its item is asked for again.

``TRANSITIONS`` is the whole of it: what we have, what was heard, what we have then. Beside it stand the two judgements
that a table cannot hold: whether an answer differs by its author's hand or by ours, and what of the old is carried
over into the new. What was quoted stays, whoever deletes, withdraws or fails to answer around it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from enum import StrEnum

from tertulia.core import lazy_re
from tertulia.core.errors import FetchError, FetchRefusedError, FetchSlowError
from tertulia.core.sanitise import plain
from tertulia.embeds.providers.request import BusyError
from tertulia.embeds.types import (
    Author,
    Capture,
    Image,
    NotFoundError,
    OptedOutError,
    Part,
    Quoted,
    State,
    WithheldError,
)


class MalformedResponseError(FetchError):
    """The service answered, and what it said makes no sense."""


class Heard(StrEnum):
    """What a service said when it was asked for an item."""

    ITEM = "item"
    GONE = "gone"  # it says so itself, at every address of it that we know
    OPTED_OUT = "opted out"  # its author asks that it not be shown where we would show it
    WITHHELD = "withheld"  # it is not for us; it may be there for others
    NONSENSE = "nonsense"  # nothing that can be understood, or that we would read
    BUSY = "busy"  # we should come back later
    SILENCE = "silence"


class CaptureOutcome(StrEnum):
    """What became of one address, as the terminal tells it."""

    CAPTURED = "captured"
    COMPLETED = "completed"
    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    BACK = "back"
    UNAVAILABLE = "unavailable"
    WAITING = "waiting"


# What we had and what was heard → what we have then, and what is told. REMOVED stands in no row: it is never asked for.
TRANSITIONS = {
    (State.UNAVAILABLE, Heard.ITEM): (State.KEPT, CaptureOutcome.CAPTURED),
    (State.UNAVAILABLE, Heard.GONE): (State.UNAVAILABLE, CaptureOutcome.UNAVAILABLE),
    (State.UNAVAILABLE, Heard.OPTED_OUT): (State.UNAVAILABLE, CaptureOutcome.UNAVAILABLE),
    (State.UNAVAILABLE, Heard.WITHHELD): (State.UNAVAILABLE, CaptureOutcome.UNAVAILABLE),
    (State.UNAVAILABLE, Heard.NONSENSE): (State.UNAVAILABLE, CaptureOutcome.UNAVAILABLE),
    (State.UNAVAILABLE, Heard.BUSY): (State.UNAVAILABLE, CaptureOutcome.WAITING),
    (State.UNAVAILABLE, Heard.SILENCE): (State.UNAVAILABLE, CaptureOutcome.UNAVAILABLE),
    (State.KEPT, Heard.ITEM): (State.KEPT, CaptureOutcome.SAME),  # or EDITED, or COMPLETED: see below
    (State.KEPT, Heard.GONE): (State.GONE, CaptureOutcome.GONE),
    (State.KEPT, Heard.OPTED_OUT): (State.REMOVED, CaptureOutcome.GONE),
    (State.KEPT, Heard.WITHHELD): (State.KEPT, CaptureOutcome.SAME),
    (State.KEPT, Heard.NONSENSE): (State.KEPT, CaptureOutcome.SAME),
    (State.KEPT, Heard.BUSY): (State.KEPT, CaptureOutcome.WAITING),
    (State.KEPT, Heard.SILENCE): (State.KEPT, CaptureOutcome.UNAVAILABLE),
    (State.GONE, Heard.ITEM): (State.KEPT, CaptureOutcome.BACK),
    (State.GONE, Heard.GONE): (State.GONE, CaptureOutcome.SAME),
    (State.GONE, Heard.OPTED_OUT): (State.REMOVED, CaptureOutcome.GONE),
    (State.GONE, Heard.WITHHELD): (State.GONE, CaptureOutcome.SAME),
    (State.GONE, Heard.NONSENSE): (State.GONE, CaptureOutcome.SAME),
    (State.GONE, Heard.BUSY): (State.GONE, CaptureOutcome.WAITING),
    (State.GONE, Heard.SILENCE): (State.GONE, CaptureOutcome.UNAVAILABLE),
}

_LINK = lazy_re.compile(r"<a\b[^>]*>(.*?)</a>", re.DOTALL)
# What stands on a link that is no word of its author's: an address, whole or cut, and no handle.
_LABEL = lazy_re.compile(r"(?![@#])\S*\.\S*")
# Addresses as services show them: whole, without their scheme, cut at their end.
_SHOWN_ADDRESS = lazy_re.compile(
    r"https?://\S+|(?<![\w@.])(?:[\w-]+\.)+[a-z]{2,}(?:/\S*|…)|pic\.(?:twitter|x)\.com/\w+"
)
_QUOTE_MARK = lazy_re.compile(r"^\s*RE:\s*")  # what Mastodon puts before the address of a quoted post


def heard(answer: Capture | FetchError) -> Heard:
    """Return what *answer*, a service's or the lack of one, amounts to."""
    match answer:
        case Capture():
            return Heard.ITEM
        case BusyError():
            return Heard.BUSY
        case OptedOutError():
            return Heard.OPTED_OUT
        case WithheldError():
            return Heard.WITHHELD
        case NotFoundError():
            return Heard.GONE
        case FetchSlowError():
            return Heard.SILENCE
        case MalformedResponseError() | FetchRefusedError():
            return Heard.NONSENSE
    return Heard.SILENCE


def is_edited(kept: Capture, found: Capture) -> bool:
    """
    Whether *found* says something else than *kept* by its author's hand.

    The service's word counts where it gives one: a moment of editing that we had not seen, or that there was none.
    Else the plain words are compared, and the descriptions of pictures: no links, no markup, no line breaks, which
    differ with whichever answer spoke and with our own way of writing them down.
    """
    if found.kind == "code":
        return found.title != kept.title or any(file not in kept.files for file in found.files)
    if found.kind != "post":
        return False
    if found.edited and found.edited != kept.edited:
        return True
    if found.edits_told and not found.edited:
        return False
    return not _same_words(kept, found) or _other_descriptions(kept, found)


def plain_words(html: str) -> str:
    """Return what is left of *html* when links, markup and spaces are left out: what only its author can change."""
    bare = plain(_LINK.sub(lambda link: "" if _LABEL.fullmatch(plain(link[1])) else link[1], html))
    bare = _SHOWN_ADDRESS.sub("", _QUOTE_MARK.sub("", bare))
    return "".join(unicodedata.normalize("NFC", bare).split())


def _said(capture: Capture) -> str:
    options = "".join(choice.title for choice in capture.poll)
    return plain_words(f"{capture.title} {capture.warning} {capture.html} ") + "".join(options.split())


def _same_words(kept: Capture, found: Capture) -> bool:
    one, other = _said(kept), _said(found)
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    # A long post of which one of the answers tells only the beginning.
    is_cut = shorter.endswith("…") or kept.more or found.more
    return is_cut and bool(shorter.rstrip("…")) and longer.startswith(shorter.rstrip("…"))


def _other_descriptions(kept: Capture, found: Capture) -> bool:
    if Part.PICTURE in (*kept.missing, *found.missing):
        return False
    before, after = ([image.alt for image in capture.pictures] for capture in (kept, found))
    return len(before) == len(after) and before != after


def completed(kept: Capture, found: Capture) -> Capture | None:
    """*found*, not edited since *kept*, with all that both have; None when it adds nothing that *kept* lacks."""
    longer = kept.more and not found.more and not found.partial and bool(found.html)
    if not (kept.missing or longer) or (found.partial and not kept.partial):
        return None
    if found.kind != "post" or found.partial:  # what was captured stays as it was
        found.title, found.html, found.more = kept.title or found.title, kept.html or found.html, kept.more
    carry_over(kept, found)
    found.edited = found.edited or kept.edited
    return found if longer or Counter(found.missing) != Counter(kept.missing) else None


def carry_over(kept: Capture, found: Capture, opted_out: Collection[Part] = ()) -> None:
    """Put into *found* what *kept* has and it lacks, so that nothing that was quoted is thrown away."""
    announced = len(found.pictures) + found.missing.count(Part.PICTURE)
    found.pictures = _pictures(kept.pictures, found.pictures)
    names = {file.name for file in found.files}
    found.files = [*found.files, *(file for file in kept.files if file.name not in names)]
    for name in ("films", "poll", "poster", "duration_seconds", "player", "lang", "published"):
        setattr(found, name, getattr(found, name) or getattr(kept, name))
    found.links = kept.links | found.links
    found.emojis = kept.emojis | found.emojis
    found.earlier = kept.earlier
    found.author = _author(kept.author, found.author)
    found.reply_to = _beside(kept.reply_to, found.reply_to) if Part.ANSWERED not in opted_out else None
    found.quoted = _beside(kept.quoted, found.quoted) if Part.QUOTED not in opted_out else None
    if found.partial:  # it knows of no warnings
        found.warning = found.warning or kept.warning
        found.sensitive = found.sensitive or kept.sensitive
    found.missing = _still_missing(kept, found, announced)


def cover(kept: Capture, found: Capture) -> None:
    """Cover in *kept* what *found* says should be covered now, edited or not; what was covered stays so."""
    pairs: list[tuple[Capture | Quoted | None, Capture | Quoted | None]] = [
        (kept, found),
        (kept.reply_to, found.reply_to),
        (kept.quoted, found.quoted),
    ]
    for old, new in pairs:
        if old and new and (old is kept or old.url == new.url):
            old.warning = old.warning or new.warning
            old.sensitive = old.sensitive or new.sensitive


def _still_missing(kept: Capture, found: Capture, announced: int) -> list[Part]:
    there = {
        Part.AVATAR: found.author is not None and found.author.avatar is not None,
        Part.POSTER: found.poster is not None,
        Part.ANSWERED: found.reply_to is not None,
        Part.QUOTED: found.quoted is not None,
        Part.PAGE: Part.PAGE not in kept.missing,
        Part.WORDS: kept.kind == found.kind and Part.WORDS not in kept.missing,
    }
    others = [part for part in found.missing if part != Part.PICTURE and not there[part]]
    return [*others, *[Part.PICTURE] * max(0, announced - len(found.pictures))]


def _pictures(kept: list[Image], found: list[Image]) -> list[Image]:
    """*found*, and when it has fewer, those that it lacks: they could not be had, or were taken away."""
    if len(found) >= len(kept):
        return found
    told = {image.file: image for image in found}
    return [told.pop(image.file, image) for image in kept] + list(told.values())


def _author(kept: Author | None, found: Author | None) -> Author | None:
    if kept and found:
        found.avatar = found.avatar or kept.avatar
    return found or kept


def _beside(kept: Quoted | None, found: Quoted | None) -> Quoted | None:
    if kept and found and kept.url == found.url:
        found.pictures = _pictures(kept.pictures, found.pictures)
        found.html = found.html or kept.html
        found.emojis = kept.emojis | found.emojis
    return found or kept
