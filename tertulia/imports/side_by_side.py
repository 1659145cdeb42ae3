"""Each old page beside the new one, the words that differ marked, worst first: one HTML page for the blogger's eyes.

Only words are compared, those of the post's body: what a quotation mark or a dash looks like is the business of the
theme, here as there. What was not public there, or has no address, has no page to be compared with.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import SequenceMatcher
from html import escape
from pathlib import Path

from tertulia.content import header
from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core.languages import say, spoken
from tertulia.imports.old_pages import OldPages
from tertulia.imports.page_body import Word, body_of, words_of
from tertulia.imports.plan import Placed, Plan, part_id
from tertulia.imports.report import Report
from tertulia.imports.texts import Texts
from tertulia.render.captions import CaptionsExtension
from tertulia.render.converter import converter
from tertulia.render.document import Document

_MOST_WORDS = 40_000  # of one page; what follows is not looked at
_MOST_PAGES = 50  # of one post, "<!--nextpage-->"
_FEW = 20  # so few words may well be all that a page says
_SCRIPT = re.compile(r"<script\b|<noscript\b", re.I)
_STYLE = """\
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 90rem; margin: auto; padding: 1rem } table { border-collapse: collapse }
th, td { text-align: start; padding: .2rem .8rem .2rem 0; vertical-align: top } .n { text-align: end }
.two { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)) }
.two > div { min-width: 0; white-space: pre-line; overflow-wrap: anywhere }
del, ins { text-decoration: none; color: #000; border-radius: .2em } del { background: #fcb } ins { background: #ad9 }
summary { cursor: pointer; margin-block: .6rem; font-weight: 600 }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One post, as it was and as it is."""

    place: Placed
    address: str  # where its old page was found
    lost: int = 0  # words that are in the old page alone
    added: int = 0  # words that are in the new one alone
    share: float = 0.0  # of all words, those that differ
    old: str = ""  # HTML, the words marked; "" where nothing differs
    new: str = ""
    why: str = ""  # the phrase ``import_side_WHY`` where they could not be compared


@dataclass(slots=True)
class Comparison:
    """All posts that were looked at, worst first."""

    label: str
    compared: list[Compared] = field(default_factory=list)

    @property
    def equal(self) -> list[Compared]:
        """Those in which every word is there."""
        return [one for one in self.compared if not (one.why or one.lost or one.added)]

    @property
    def different(self) -> list[Compared]:
        """Those in which a word is missing or new."""
        found = (one for one in self.compared if not one.why and (one.lost or one.added))
        return sorted(found, key=lambda one: (-one.share, one.place.file))

    @property
    def unseen(self) -> list[Compared]:
        """Those of which the old page was not to be had."""
        return [one for one in self.compared if one.why]

    def summary(self) -> str:
        """One line for the terminal."""
        return say(
            "import_side_sums", n=len(self.compared), equal=len(self.equal), different=len(self.different),
            unseen=len(self.unseen),
        )  # fmt: skip


def compare(report: Report, root: Path, pages: OldPages, now: datetime, tell: Callable[[int, int], None]) -> Comparison:
    """
    Look at the old page of every post that readers could see.

    Args:
        root: The blog's folder: a post that was edited since is compared as it stands there now.
        tell: Called with how many were looked at, and of how many.
    """
    words = _NewWords(root)
    plan = report.plan
    seen = (one for one in plan.places.values() if one.is_public and (one.date is None or one.date <= now))
    public = [place for place in seen if plan.key(place.post.address)]
    made = Comparison(report.label)
    for number, place in enumerate(public, 1):
        new = words.of(_files(place, report.texts))
        made.compared.append(_compared(place, new, pages, plan))
        tell(number, len(public))
    return made


def _files(place: Placed, texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield the file of a post and its text, and those of its further parts."""
    old, number = place.post.id, 1
    while old in texts:
        yield texts[old]
        number += 1
        old = part_id(place.post.id, number)


class _NewWords:
    """Reads the words of a post from its Markdown, as readers will see them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._markdown = converter(
            siteurl="", tag_url="{slug}", mention_network="", people=People(), tags=Tags(), more=[CaptionsExtension()]
        )

    def of(self, files: Iterable[tuple[str, str]]) -> list[Word]:
        """Return the words of a post's *files*, those on the disk before those that were to be written."""
        found: list[Word] = []
        for file, text in files:
            try:
                written = (self._root / file).read_text("utf-8-sig")
            except (OSError, ValueError):  # not written, in a dry run
                written = text
            found += self._read(file, written)
        return found

    def _read(self, file: str, text: str) -> list[Word]:
        top = header.split(text, file)
        self._markdown.document = Document(path=file, body=top.body, body_line=top.body_line)  # type: ignore[attr-defined]
        self._markdown.reset()
        try:
            return words_of(self._markdown.convert(top.body))
        except RecursionError:  # Markdown nested hundreds of levels deep
            return []


def _compared(place: Placed, new: list[Word], pages: OldPages, plan: Plan) -> Compared:
    address = plan.whole(place.post.address)
    page = pages.get(address)
    if page.problem:
        return Compared(place=place, address=page.address, why=page.problem)
    old = body_of(page.html, new)
    for number in range(2, _MOST_PAGES):
        if not _leads_to(page.html, address, number):
            break
        more = pages.get(f"{address.rstrip('/')}/{number}/")
        if more.problem:
            break
        old = [*old, *body_of(more.html, new)]
    spoken_old, spoken_new = {word.key for word in old if word.key}, {word.key for word in new if word.key}
    if len(spoken_new) > _FEW and len(spoken_old & spoken_new) < len(spoken_new) / 10:
        moved = plan.key(page.address) != plan.key(address)
        if moved or len(spoken_old) <= _FEW:
            behind = "script" if _SCRIPT.search(page.html) and not moved else "elsewhere"
            return Compared(place=place, address=page.address, why=behind)
    return _marked(place, page.address, old[:_MOST_WORDS], new[:_MOST_WORDS])


def _marked(place: Placed, address: str, old: Sequence[Word], new: Sequence[Word]) -> Compared:
    """Both texts, with what differs marked."""
    lost, added = _differences(old, new)
    if not (lost or added):
        return Compared(place=place, address=address)
    words = sum(bool(word.key) for word in (*old, *new))
    return Compared(
        place=place, address=address, lost=len(lost), added=len(added), share=(len(lost) + len(added)) / words,
        old=_as_html(old, lost, "del"), new=_as_html(new, added, "ins"),
    )  # fmt: skip


def _leads_to(html: str, address: str, number: int) -> bool:
    """Whether a page links to a further one of the same post."""
    path = re.escape(address.partition("://")[2].partition("/")[2].strip("/"))
    return bool(re.search(rf"href=[\"'][^\"']*{path}/{number}/?[\"']", html))


def _differences(old: Sequence[Word], new: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the words that stand in one alone, by their positions."""
    here, there = ([(at, one.key) for at, one in enumerate(words) if one.key] for words in (old, new))
    while here and there and here[-1][1] == there[-1][1]:  # most pages are equal, or nearly
        here.pop(), there.pop()
    start = next(
        (at for at, (a, b) in enumerate(zip(here, there, strict=False)) if a[1] != b[1]), min(len(here), len(there))
    )
    here, there = here[start:], there[start:]
    lost: set[int] = set()
    added: set[int] = set()
    for kind, a, b, c, d in SequenceMatcher(None, [key for _, key in here], [key for _, key in there]).get_opcodes():
        if kind != "equal":
            lost.update(at for at, _ in here[a:b])
            added.update(at for at, _ in there[c:d])
    return frozenset(lost), frozenset(added)


def page(made: Comparison) -> Iterator[str]:
    """Yield the report, as HTML in pieces; it loads nothing from anywhere."""
    title = say("import_side_title", label=made.label)
    yield (
        f'<!doctype html>\n<html lang="{escape(spoken())}">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n<h1>{escape(title)}</h1>\n"
        f"<p>{escape(made.summary())}</p>\n"
    )
    if made.different:
        yield f"<h2>{escape(say('import_side_different'))}</h2>\n<p>{escape(say('import_side_key'))}</p>\n"
    for number, one in enumerate(made.different):
        counted = say("import_side_counted", lost=one.lost, added=one.added)
        yield (
            f"<details{' open' if not number else ''}><summary>{escape(_name(one))}: {escape(counted)}</summary>\n"
            f"<p>{_link(one.address)} → {escape(one.place.file)}</p>\n"
            f'<div class="two" lang="{escape(one.place.lang)}">\n'
            f"<div>{one.old}</div>\n<div>{one.new}</div>\n</div></details>\n"
        )
    if made.unseen:
        yield f"<h2>{escape(say('import_side_unseen'))}</h2>\n<table>\n"
        for one in made.unseen:
            why = escape(say(f"import_side_{one.why}"))
            yield f"<tr><td>{escape(_name(one))}<td>{_link(one.address)}<td>{why}\n"
        yield "</table>\n"
    if made.equal:
        yield f"<h2>{escape(say('import_side_equal'))}</h2>\n<ul>\n"
        yield from (f"<li>{escape(_name(one))}: {_link(one.address)}\n" for one in made.equal)
        yield "</ul>\n"


def _name(one: Compared) -> str:
    return one.place.post.title or one.place.id


def _link(address: str) -> str:
    told = escape(address)
    return f'<a href="{told}" rel="noreferrer">{told}</a>'


def _as_html(words: Sequence[Word], marked: frozenset[int], tag: str) -> str:
    """*words* as text, those at *marked* in *tag*, neighbours together."""
    pieces: list[str] = []
    is_open = False
    for at, word in enumerate(words):
        if not word.key and word.shown == "\n" and pieces[-1:] == ["\n"]:
            continue
        wanted = at in marked or (is_open and not word.key and at + 1 in marked)
        if wanted != is_open:
            pieces.append(f"<{tag}>" if wanted else f"</{tag}>")
            is_open = wanted
        pieces.append("\n" if word.shown == "\n" else f"{escape(word.shown)} ")
    return "".join(pieces).strip() + (f"</{tag}>" if is_open else "")
