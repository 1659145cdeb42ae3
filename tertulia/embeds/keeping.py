"""Recording what a service said of an item: what is new in it, and nothing that is worse than what we have."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from html import escape

from tertulia.core.languages import say
from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.providers.request import CaptureRequest
from tertulia.embeds.states import TRANSITIONS, CaptureOutcome, Heard, carry_over, completed, cover, is_edited
from tertulia.embeds.types import Capture, Part, Revision, State, besides


def is_removed(captures: CaptureStore, answer: Capture) -> bool:
    """Whether *answer* is, under whatever address it was had, what somebody asked us to take out."""
    canonical = providers.find(answer.url)
    return captures.is_removed(canonical.provider.name, canonical.id)


def keep(
    captures: CaptureStore,
    found: Capture,
    kept: Capture | None,
    request: CaptureRequest,
    today: dt.date,
    *,
    anew: bool,
) -> tuple[CaptureOutcome, str]:
    """
    Keep what is new in *found*, a service's answer to *request*.

    Args:
        kept: What we had of the item.
        anew: Take it whole, as when somebody looks at one item again.

    Returns:
        What became of it, and what it lacks.
    """
    found.captured = today.isoformat()
    found.missing = list(request.missing)
    _leave_out(captures, found, request.opted_out)
    state, outcome = TRANSITIONS[kept.state if kept else State.UNAVAILABLE, Heard.ITEM]
    found.state = state
    if kept is None or kept.state == State.UNAVAILABLE:
        captures.save(found, request.files)
        return outcome, lacks(found)
    if found.kind == "card" and kept.kind != "card":
        return CaptureOutcome.SAME, ""  # the service itself did not answer
    if kept.kind == "card" and found.kind != "card":
        # A card gives way to the words of a service that was asked since: nobody has edited anything.
        captures.save(found, request.files)
        return CaptureOutcome.COMPLETED if kept.missing else CaptureOutcome.CAPTURED, lacks(found)
    if is_edited(kept, found):
        carry_over(kept, found, request.opted_out)
        found.edited = found.edited or today.isoformat()
        if before := _former(kept, found, today):
            found.earlier = [*kept.earlier, before]
        captures.save(found, request.files)
        return CaptureOutcome.EDITED, lacks(found)
    if anew and not (found.partial and not kept.partial):
        edited = found.edited or kept.edited
        if found.kind != "card":
            carry_over(kept, found, request.opted_out)
        found.edited = edited
        captures.save(found, request.files)
        return CaptureOutcome.BACK if kept.state == State.GONE else CaptureOutcome.CAPTURED, lacks(found)
    poll = found.poll
    cover(kept, found)
    if (whole := completed(kept, found)) is not None:
        _leave_out(captures, whole, request.opted_out)
        captures.save(whole, request.files)
        return CaptureOutcome.COMPLETED, lacks(whole)
    if poll and [choice.title for choice in poll] == [choice.title for choice in kept.poll]:
        kept.poll = poll  # people go on voting
    if kept.state != state:
        kept.state, kept.gone, kept.reason = state, "", ""
    _leave_out(captures, kept, request.opted_out)
    captures.save(kept)
    return outcome, lacks(kept)


def _former(kept: Capture, found: Capture, today: dt.date) -> Revision | None:
    """Return what *kept* said and showed that *found* no longer does; None when that is nothing."""
    shown = {image.file for image in found.pictures}
    gone = [image for image in kept.pictures if image.file not in shown]
    html = kept.html if kept.html != found.html else ""
    if found.kind == "code":
        changed = [file for file in kept.files if file not in found.files]
        html = "".join(f"<p>{escape(file.name)}</p><pre><code>{escape(file.text)}</code></pre>" for file in changed)
    return Revision(html=html, until=today.isoformat(), pictures=gone) if html or gone else None


def _leave_out(captures: CaptureStore, found: Capture, opted_out: Collection[Part]) -> None:
    """Take out of *found* the posts beside it that are not to be shown: by their author's label, or on request."""
    for beside in besides(found):
        match = providers.find(beside.url)
        removed = captures.is_removed(match.provider.name, match.id)
        if beside is found.reply_to and (removed or Part.ANSWERED in opted_out):
            found.reply_to = None
        if beside is found.quoted and (removed or Part.QUOTED in opted_out):
            found.quoted = None


def lacks(found: Capture) -> str:
    """Return what could not be had: "falta: imagen (2), publicación citada"; "" when it is whole."""
    if not found.missing:
        return ""
    counted = Counter(found.missing).items()
    told = (say(f"embed_part_{part.value}") + (f" ({count})" if count > 1 else "") for part, count in counted)
    return say("embed_lacks", what=", ".join(told))
