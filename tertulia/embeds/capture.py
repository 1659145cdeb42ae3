"""Asking the web for what the posts quote and we do not yet have, and looking again at what we have.

    for step in capture(content, web, now):
        print(tell(step))

Each item is on disk before the next is asked for: a run that is stopped goes on where it was. What was asked for and
cannot be had is recorded as such, so that one dead post never blocks a publication; what only failed to answer is asked
again next time, and so is what an answer announced and did not bring. Nothing that the web says ever overwrites a good
capture with a worse one: ``states`` holds the table. Of two runs at once each waits while the other asks for an item,
and then sees what it has kept.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from tertulia.content.folder import markdown_files
from tertulia.core import languages, lazy_re
from tertulia.core.addresses import host_of, split_address
from tertulia.core.errors import ContentError, FetchError, FetchRefusedError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.core.sanitise import clean, one_line
from tertulia.embeds import dead, items, pasted, providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.keeping import is_removed, keep
from tertulia.embeds.markdown import addresses
from tertulia.embeds.providers.request import CaptureRequest
from tertulia.embeds.states import TRANSITIONS, CaptureOutcome, Heard, MalformedResponseError, heard
from tertulia.embeds.types import Capture, OptedOutError, State, WithheldError
from tertulia.render import foreign

CODE_FENCE = lazy_re.compile(r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)[`~]*\s*$", re.MULTILINE | re.DOTALL)
# Kept by hand or out of an archive: there is nobody to ask again.
BY_HAND = ("paste", "archive")
# A service that has so often brought nothing of what is missing is left alone until the next run.
MOST_IN_VAIN = 3


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
    outcome: CaptureOutcome
    note: str = ""


def embed_links(content_dir: Path) -> list[EmbedLink]:
    """Every address alone on its line in the posts and pages, first places first, each once."""
    found: dict[str, EmbedLink] = {}
    for path in markdown_files(content_dir):
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue  # the build tells what is wrong with the file
        if "//" not in text and "{{" not in text and "{%" not in text:
            continue
        # Fenced code keeps its lines, emptied, so that line numbers stay right.
        text = CODE_FENCE.sub(lambda match: re.sub(r"[^\n]+", "`", match[0]), text.replace("\r\n", "\n"))
        line = 1
        for block in re.split(r"(\n[ \t]*\n\s*?(?=\S|[ ]{4}|$))", text):
            if "http" in block.lower() and not block.startswith("    "):
                first = line + len(block) - len(block.lstrip("\n"))
                for offset, url in enumerate(addresses(block)):
                    found.setdefault(url, EmbedLink(url, path, first + offset))
            line += block.count("\n")
        for start, url in (*pasted.addresses(text), *foreign.addresses(text)):
            found.setdefault(url, EmbedLink(url, path, 1 + text.count("\n", 0, start)))
    return list(found.values())


def capture(
    content_dir: Path,
    web: Fetcher,
    now: dt.datetime,
    *,
    check: bool = False,
    again: str = "",
    lang: str = languages.DEFAULT,
    own: str = "",
    resolve: Callable[[str], str] = lambda url: url,
    bases: Mapping[str, str] | None = None,
    only: Collection[str] = (),
    remember_silence: bool = True,
    offline: Callable[[], object] = lambda: None,
) -> Iterator[CaptureStep]:
    """
    Capture what the posts quote and is not yet kept, or not whole.

    Args:
        check: Also look again at everything captured, and ask again for what was refused.
        again: Look again at the item of this address and at no other; a card or a player is captured anew.
        own: The beginning of this blog's own addresses, which are not captured.
        resolve: Where a short address leads; may ask the web. Used for addresses and inside captured texts.
        bases: Where a service's API is, when it is not the usual one.
        only: These addresses and no others; all when empty.
        remember_silence: Record what did not answer. False for a preview, which may well be offline.
        offline: Called at the end when nobody has answered, and it must be us: then nothing is recorded.

    Yields:
        One step for each item that was asked for.

    Raises:
        ContentError: *again* is nothing that the posts quote, or nothing that may be asked for.
    """
    run = _Run(
        CaptureStore(content_dir),
        web,
        now,
        lang=lang,
        resolve=resolve,
        bases=bases or {},
        everything=check or bool(again),
    )
    found = list(_items(run.captures, content_dir, resolve, own, only))
    if again:
        found = _only(found, resolve(again), again)
    due = [(match, kept) for match, kept in found if run.is_due(kept)]
    # What is only to be completed comes last, and in another order each day: the patience is for all of it.
    due.sort(key=lambda item: run.turn(*item))
    todo = [match for match, _kept in due]
    for number, match in enumerate(todo, 1):
        if (result := run.look(match, anew=bool(again))) is not None:
            yield CaptureStep(number, len(todo), match.url, *result)
    # When several hosts were asked and none answered, it is we who are offline.
    if run.heard or len({host_of(match.url) for match, _ in run.silent}) == 1:
        if remember_silence:
            run.remember_silence()
    elif run.silent:
        offline()


class _Run:
    """One run over the items: whom it may still ask, and who did not answer."""

    def __init__(
        self,
        captures: CaptureStore,
        web: Fetcher,
        now: dt.datetime,
        *,
        lang: str,
        resolve: Callable[[str], str],
        bases: Mapping[str, str],
        everything: bool,
    ) -> None:
        self.captures, self.web, self.lang, self.resolve, self.bases = captures, web, lang, resolve, bases
        self.today, self.everything = now.date(), everything
        self.busy: set[str] = set()
        self.in_vain: Counter[str] = Counter()
        self.heard = False
        self.silent: list[tuple[providers.Match, FetchError]] = []

    def is_due(self, kept: Capture | None) -> bool:
        """Whether the item should be asked for: never had, or not whole, or looked at again."""
        if kept is None:
            return True
        if kept.state == State.REMOVED or kept.source in BY_HAND:
            return False
        if self.everything or (kept.state == State.UNAVAILABLE and kept.again):
            return True
        return kept.state == State.KEPT and bool(kept.missing)

    def turn(self, match: providers.Match, kept: Capture | None) -> str:
        """By which the due ones are sorted: "" leaves an item where it stands in the posts."""
        if kept is None or kept.state == State.UNAVAILABLE or self.everything:
            return ""
        return sha256(f"{self.today}{match.id}".encode()).hexdigest()

    def look(self, match: providers.Match, *, anew: bool) -> tuple[CaptureOutcome, str] | None:
        """Ask for one item and keep what was said; None when another run has just done so, or nothing new was had."""
        if split_address(match.url).origin in self.busy:
            return CaptureOutcome.WAITING, say("embed_busy", host=host_of(match.url))
        with self.captures.locked():
            kept = _loaded(self.captures, match)
            if not self.is_due(kept):
                return None
            if kept is None or kept.state == State.UNAVAILABLE or self.everything:
                return self._look(match, kept, anew=anew)
            return self._complete(match, kept)

    def _complete(self, match: providers.Match, kept: Capture) -> tuple[CaptureOutcome, str] | None:
        """Ask for what is missing. Whether the item is still there is for a check to tell."""
        if self.in_vain[match.provider.name] >= MOST_IN_VAIN:
            return None
        request = self._request(match)
        answer = _answer(match, request)
        if heard(answer) == Heard.BUSY:
            self.busy.add(split_address(match.url).origin)
        if isinstance(answer, Capture):
            self._expand(answer)
            result = keep(self.captures, answer, kept, request, self.today, anew=False)
            if result[0] != CaptureOutcome.SAME:
                return result
        self.in_vain[match.provider.name] += 1
        return None

    def _look(self, match: providers.Match, kept: Capture | None, *, anew: bool) -> tuple[CaptureOutcome, str]:
        request, answer = self._asked(match, kept)
        if isinstance(answer, Capture) and is_removed(self.captures, answer):
            answer = OptedOutError(say("removed_reason"))
        if isinstance(answer, Capture):
            self.heard = True
            self._expand(answer)
            return keep(self.captures, answer, kept, request, self.today, anew=anew)
        what = heard(answer)
        # What we would not ask is no voice.
        self.heard = self.heard or not (what == Heard.SILENCE or isinstance(answer, FetchRefusedError))
        if what == Heard.BUSY:
            self.busy.add(split_address(match.url).origin)
        had = kept.state if kept else State.UNAVAILABLE
        if what != Heard.SILENCE or had != State.UNAVAILABLE:
            return self._miss(match, kept, what, answer), str(answer)
        self.silent.append((match, answer))
        return TRANSITIONS[had, what][1], str(answer)

    def remember_silence(self) -> None:
        """Record who did not answer, to be asked again next time."""
        for match, error in self.silent:
            with self.captures.locked():
                kept = _loaded(self.captures, match)
                if kept is None or kept.state == State.UNAVAILABLE:
                    self._miss(match, kept, Heard.SILENCE, error)

    def _asked(self, match: providers.Match, kept: Capture | None) -> tuple[CaptureRequest, Capture | FetchError]:
        """
        Return what is said of an item.

        "Gone" is believed when it is said at every address that we know: people change handles, and servers drop
        their copies of what others hold.
        """
        request = self._request(match)
        first = _answer(match, request)
        if kept is None or kept.state == State.UNAVAILABLE or heard(first) != Heard.GONE:
            return request, first
        for other in items.others(match, kept):
            request = self._request(other)
            second = _answer(other, request)
            if isinstance(second, Capture) and other.provider != match.provider:
                return request, WithheldError("")  # a page that is there: no more can be said of it
            refused = isinstance(second, FetchRefusedError) and heard(second) == Heard.NONSENSE
            if heard(second) != Heard.GONE and not refused:  # an address that we may not ask is no witness
                return request, second
        return request, first

    def _request(self, match: providers.Match) -> CaptureRequest:
        return CaptureRequest(match.url, match.id, match.provider.name, match.parts, self.web, self.lang, self.bases)

    def _miss(self, match: providers.Match, kept: Capture | None, what: Heard, error: FetchError) -> CaptureOutcome:
        """Record that an item could not be had: on a good capture only that it is gone, and only when told so."""
        had = kept.state if kept else State.UNAVAILABLE
        state, outcome = TRANSITIONS[had, what]
        today = self.today.isoformat()
        record = Capture(provider=match.provider.name, id=match.id, url=match.url, state=state, reason=str(error))
        if state == State.UNAVAILABLE and what != Heard.BUSY:
            record.tried, record.tries = today, (kept.tries if kept else 0) + 1
            # An answer that says no is not asked for again, silence and nonsense are.
            record.again = what in (Heard.SILENCE, Heard.NONSENSE)
            self.captures.save(record)
        elif state == State.REMOVED:
            record.gone = today
            self.captures.save(record)
        elif kept and state != had:
            kept.state, kept.gone, kept.reason = state, today, str(error)
            self.captures.save(kept)
        return outcome

    def _expand(self, found: Capture) -> None:
        """Replace the short addresses inside the captured text by where they lead."""

        def expanded(match: re.Match[str]) -> str:
            target = self.resolve(match[1])
            if target == match[1] or '"' in target or "&" in match[1]:
                return match[0]
            found.links[match[1]] = target
            return f'href="{target.replace("&", "&amp;")}"'

        found.html = re.sub(r'href="(https?://[^"]+)"', expanded, found.html)


def canonical(
    url: str,
    web: Fetcher,
    *,
    lang: str = languages.DEFAULT,
    resolve: Callable[[str], str] = lambda url: url,
    bases: Mapping[str, str] | None = None,
) -> str:
    """
    Return the address that the service itself gives the item at *url*; *url* when it does not answer. Nothing is kept.
    """
    match = providers.find(resolve(url), providers.others())
    answer = _answer(
        match, CaptureRequest(match.url, match.id, match.provider.name, match.parts, web, lang, bases or {})
    )
    return answer.url if isinstance(answer, Capture) else match.url


def tell(step: CaptureStep) -> str:
    """One line for the terminal: "[3/40] captured  mas.to/@ana/1134"."""
    line = f"[{step.number}/{step.total}] {say(f'embed_step_{step.outcome}')}  {one_line(step.url, 200)}"
    return f"{line}  ({step.note})" if step.note else line


def _answer(match: providers.Match, request: CaptureRequest) -> Capture | FetchError:
    """Return what the service gave, or why it gave nothing."""
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
        yield match, _loaded(captures, match)


def _only(
    found: list[tuple[providers.Match, Capture | None]], target: str, written: str
) -> list[tuple[providers.Match, Capture | None]]:
    """Of *found* the item whose address *target* is, in any of its forms."""
    wanted = items.keys(target)
    chosen = [
        (match, kept)
        for match, kept in found
        if wanted & (items.keys(match.url) | (items.keys_of(kept) if kept else set()))
    ]
    if not chosen:
        raise ContentError(say("again_none", url=written))
    for _match, kept in chosen:
        if kept and kept.state == State.REMOVED:
            raise ContentError(say("embed_removed", url=written, date=kept.gone))
        if kept and kept.source in BY_HAND:
            raise ContentError(say("again_by_hand", url=written))
    return chosen


def _loaded(captures: CaptureStore, match: providers.Match) -> Capture | None:
    """Return what we have of an item; a file that cannot be read is nothing."""
    try:
        return captures.load(match.provider.name, match.id)
    except ContentError:
        return None
