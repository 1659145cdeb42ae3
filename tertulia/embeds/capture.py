"""Asking the web for what the posts quote and we do not yet have, and looking again at what we have.

    for step in capture(content, web, now):
        print(tell(step))

Each item is on disk before the next is asked for: a run that is stopped goes on where it was. What was asked for and
cannot be had is recorded as such, so that one dead post never blocks a publication; what only failed to answer is asked
again next time. Nothing that the web says ever overwrites a good capture with a worse one.
"""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import msgspec

from tertulia.content.folder import markdown_files
from tertulia.core import languages
from tertulia.core.addresses import host_of
from tertulia.core.errors import ContentError, FetchError, FetchRefusedError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.core.sanitise import clean, one_line
from tertulia.embeds import dead, pasted, providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.links import CODE_FENCE
from tertulia.embeds.markdown import addresses
from tertulia.embeds.providers.request import BusyError, CaptureRequest
from tertulia.embeds.types import Capture, NotFoundError, OptedOutError, Revision, WithheldError


class MalformedResponseError(FetchError):
    """The service answered, and what it said makes no sense."""


Outcome = Literal["captured", "same", "edited", "gone", "back", "unavailable", "waiting"]
# OptedOutError by hand or out of an archive: there is nobody to ask again.
BY_HAND = ("paste", "archive")


@dataclass(frozen=True, slots=True)
class EmbedLink:
    """An address that stands alone on its line in a post."""

    url: str
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class CaptureStep:
    """What became of one address."""

    number: int
    total: int
    url: str
    outcome: Outcome
    note: str = ""


def embed_links(content_dir: Path) -> list[EmbedLink]:
    """Every address alone on its line in the posts and pages, first places first, each once."""
    found: dict[str, EmbedLink] = {}
    for path in markdown_files(content_dir):
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue  # the build tells what is wrong with the file
        if "//" not in text:
            continue
        # Fenced code keeps its lines, emptied, so that line numbers stay right.
        text = CODE_FENCE.sub(lambda match: re.sub(r"[^\n]+", "`", match[0]), text.replace("\r\n", "\n"))
        line = 1
        for block in re.split(r"(\n[ \t]*\n\s*?(?=\S|[ ]{4}|$))", text):
            if "http" in block and not block.startswith("    "):
                first = line + len(block) - len(block.lstrip("\n"))
                for offset, url in enumerate(addresses(block)):
                    found.setdefault(url, EmbedLink(url, path, first + offset))
            line += block.count("\n")
        for start, url in pasted.addresses(text):
            found.setdefault(url, EmbedLink(url, path, 1 + text.count("\n", 0, start)))
    return list(found.values())


def capture(
    content_dir: Path,
    web: Fetcher,
    now: dt.datetime,
    *,
    check: bool = False,
    lang: str = languages.DEFAULT,
    own: str = "",
    resolve: Callable[[str], str] = lambda url: url,
    bases: Mapping[str, str] | None = None,
    only: Collection[str] = (),
    remember_silence: bool = True,
) -> Iterator[CaptureStep]:
    """
    Capture what the posts quote and is not yet kept.

    Args:
        check: Also look again at everything captured, and ask again for what was refused.
        own: The beginning of this blog's own addresses, which are not captured.
        resolve: Where a short address leads; may ask the web. Used for addresses and inside captured texts.
        bases: Where a service's API is, when it is not the usual one.
        only: These addresses and no others; all when empty.
        remember_silence: Record what did not answer. False for a preview, which may well be offline.

    Yields:
        One step for each item that was asked for.
    """
    captures = CaptureStore(content_dir)
    todo = [(match, kept) for match, kept in _items(captures, content_dir, resolve, own, only) if _is_due(kept, check)]
    busy: set[str] = set()
    heard = False
    silent: list[tuple[providers.Match, FetchError]] = []
    for number, (match, kept) in enumerate(todo, 1):
        host = host_of(match.url)
        step = CaptureStep(number, len(todo), match.url, "waiting", say("embed_busy", host=host))
        if host not in busy:
            request = CaptureRequest(match.url, match.id, match.provider.name, match.parts, web, lang, bases or {})
            answer = _answer(match, request)
            if isinstance(answer, Capture):
                _expand(answer, resolve)
                answer.captured = now.date().isoformat()
                step = replace(step, outcome=_keep(captures, answer, kept, request.files, now), note="")
            elif isinstance(answer, BusyError):
                busy.add(host)
            elif isinstance(answer, NotFoundError | MalformedResponseError | FetchRefusedError):
                step = replace(step, outcome=_miss(captures, match, kept, answer, now), note=str(answer))
            else:
                silent += [] if kept and kept.state != "unavailable" else [(match, answer)]
                step = replace(step, outcome="unavailable", note=str(answer))
            heard = heard or isinstance(
                answer, Capture | BusyError | NotFoundError | MalformedResponseError | FetchRefusedError
            )
        yield step
    # When several hosts were asked and none answered, it is we who are offline.
    if remember_silence and (heard or len({host_of(match.url) for match, _ in silent}) == 1):
        for match, error in silent:
            _miss(captures, match, captures.load(match.provider.name, match.id), error, now)


def tell(step: CaptureStep) -> str:
    """One line for the terminal: "[3/40] captured  mas.to/@ana/1134"."""
    line = f"[{step.number}/{step.total}] {say(f'embed_step_{step.outcome}')}  {one_line(step.url, 200)}"
    return f"{line}  ({step.note})" if step.note else line


def _answer(match: providers.Match, request: CaptureRequest) -> Capture | FetchError:
    """What the service gave, or why it gave nothing."""
    network = match.provider.label or host_of(match.url)
    try:
        return _as_kept(match.provider.capture(request), match)
    except FetchError as error:
        return error
    except Exception as error:
        # A provider must not trip over a stranger's answer; should one do so, ours or not, the run goes on.
        return MalformedResponseError(f"{say('embed_odd', network=network)}: {type(error).__name__}")


def _as_kept(answer: Capture, match: providers.Match) -> Capture:
    """*answer* as the build will look for it; what somebody else's provider made of it is made sure of."""
    if match.provider not in providers.PROVIDERS.values():
        answer = msgspec.convert(msgspec.to_builtins(answer), Capture)  # raises for what could not be read again
        for part in (answer, answer.quoted, answer.reply_to):
            if part:
                part.html = clean(part.html)
    answer.provider, answer.id = match.provider.name, match.id
    return answer


def _items(
    captures: CaptureStore, content_dir: Path, resolve: Callable[[str], str], own: str, only: Collection[str]
) -> Iterator[tuple[providers.Match, Capture | None]]:
    seen = set()
    others = providers.others()
    for item in embed_links(content_dir):
        if (only and item.url not in only) or (own and item.url.startswith(own)):
            continue
        match = providers.find(resolve(item.url), others)
        key = (match.provider.name, match.id)
        if key in seen or dead.service(match.url):
            continue
        seen.add(key)
        try:
            yield match, captures.load(*key)
        except ContentError:
            yield match, None


def _is_due(kept: Capture | None, check: bool) -> bool:
    if kept is None:
        return True
    if kept.state == "removed" or kept.source in BY_HAND:
        return False
    return check or (kept.state == "unavailable" and kept.again)


def _keep(
    captures: CaptureStore, found: Capture, kept: Capture | None, files: dict[str, bytes], now: dt.datetime
) -> Outcome:
    # A card gives way to the words of a service that was asked since: nobody has edited anything.
    if kept is None or kept.state == "unavailable" or (kept.kind == "card" and found.kind != "card"):
        captures.save(found, files)
        return "captured"
    today = now.date().isoformat()
    outcome: Outcome = "same"
    if found.kind in ("post", "code") and _said(found) != _said(kept):
        found.edited = found.edited or today
        before = [Revision(html=kept.html, until=today)] if kept.html != found.html else []
        found.earlier = [*kept.earlier, *before]
        if len(found.pictures) < len(kept.pictures):
            # Missing because it could not be fetched or because it was taken away: what was quoted stays.
            found.pictures = kept.pictures
        captures.save(found, files)
        return "edited"
    if kept.state == "gone":
        kept.state, kept.gone = "kept", ""
        captures.save(kept)
        outcome = "back"
    return outcome


def _said(capture: Capture) -> tuple[object, ...]:
    """What only the author of the item can change."""
    return capture.html, capture.title, capture.warning, msgspec.to_builtins(capture.files)


def _miss(
    captures: CaptureStore, match: providers.Match, kept: Capture | None, error: FetchError, now: dt.datetime
) -> Outcome:
    """Record that an item could not be had: on a good capture only that it is gone, and only when told so."""
    today = now.date().isoformat()
    record = Capture(provider=match.provider.name, id=match.id, url=match.url, reason=str(error))
    if kept is None or kept.state == "unavailable":
        record.state, record.tried, record.tries = "unavailable", today, (kept.tries if kept else 0) + 1
        # An answer that says no is not asked for again, silence and nonsense are.
        record.again = not isinstance(error, NotFoundError)
        captures.save(record)
        return "unavailable"
    if isinstance(error, OptedOutError):
        record.state, record.gone = "removed", today
        captures.save(record)
        return "gone"
    if isinstance(error, WithheldError) or not isinstance(error, NotFoundError) or kept.state == "gone":
        return "same"
    kept.state, kept.gone, kept.reason = "gone", today, str(error)
    captures.save(kept)
    return "gone"


def _expand(found: Capture, resolve: Callable[[str], str]) -> None:
    """Replace the short addresses inside the captured text by where they lead."""

    def expanded(match: re.Match[str]) -> str:
        target = resolve(match[1])
        if target == match[1] or '"' in target or "&" in match[1]:
            return match[0]
        found.links[match[1]] = target
        return f'href="{target.replace("&", "&amp;")}"'

    found.html = re.sub(r'href="(https?://[^"]+)"', expanded, found.html)
