"""How the blog answers, for its readers: numbers alone, as Markdown between two marks of a page that the blogger has.

A page is the blogger's own, with whatever words stand around the marks; what stands between them is written anew.
Without such a page nothing is public. No name, no address, no word of anybody is in it, nor anything that moves with
the clock: the same figures are the same bytes, and the build has nothing to do. ::

    <!-- answers es -->
    …
    <!-- /answers -->
"""

import re
from collections.abc import Callable, Mapping
from contextvars import copy_context
from pathlib import Path

from tertulia.content.networks import label
from tertulia.conversation import inbox_words, report_words
from tertulia.conversation.answer_report import AnswerFigures, AnswerReport
from tertulia.core import files, languages
from tertulia.core.languages import say
from tertulia.core.slugs import slug_of
from tertulia.core.text import one_line

PAGE_ID = "pagina-respuestas"
_BLOCK = re.compile(r"^<!-- answers (?P<lang>[\w-]{2,12}) -->$.*?^<!-- /answers -->$", re.DOTALL | re.MULTILINE)
_CELL = re.compile(r"[|\\`*_<>\[\]\n]")


def pages(content: Path) -> list[Path]:
    """Return the pages that have the marks."""
    return [path for path in sorted((content / "pages").rglob("*.md")) if _BLOCK.search(_text(path))]


def refresh(content: Path, report: Callable[[], AnswerReport]) -> int:
    """Write what stands between the marks anew; how many pages changed. *report* is counted where there is one."""
    found = pages(content)
    counted = report() if found else None
    changed = 0
    for path in found:
        assert counted
        before = _text(path)
        after = _BLOCK.sub(lambda match: block(counted, match["lang"], content), before)
        changed += files.write_if_changed(path, after.encode())
    return changed


def make(content: Path, report: AnswerReport, lang: str, langs: tuple[str, ...], date: str) -> list[Path]:
    """Write a page for each of *langs*, in the words of each, where the blog has none with the marks; which."""
    if pages(content):
        return []
    name = slug_of(languages.text("report_title", lang))
    made = []
    for each in langs:
        title = languages.text("report_title", each)
        path = content / "pages" / (f"{name}.md" if each == lang else f"{name}.{each}.md")
        head = {"Title": title, "Id": PAGE_ID, "Lang": each, "Slug": slug_of(title), "Date": date}
        lines = [f"{key}: {value}" for key, value in head.items()]
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_if_changed(path, "\n".join([*lines, "", block(report, each, content), ""]).encode())
            made.append(path)
    return made


def block(report: AnswerReport, lang: str, content: Path) -> str:
    """Return the marks and all between them, in the words of *lang*."""

    def told() -> str:
        languages.speak(lang, content)
        return "\n\n".join(_parts(report, lang))

    return f"<!-- answers {lang} -->\n\n{copy_context().run(told)}\n\n<!-- /answers -->"


def _parts(report: AnswerReport, lang: str) -> list[str]:
    channels = {inbox_words.channel(name) or label(name): one for name, one in report.channels.items()}
    weekdays, hours = report_words.by_weekday(report, lang), report_words.by_hour(report)
    return [
        *report_words.summary(report),
        *_table("channels", channels),
        *_table("weekdays", weekdays, drawn=True),
        *_table("hours", hours, drawn=True),
    ]


def _table(what: str, figures: Mapping[str, AnswerFigures], *, drawn: bool = False) -> list[str]:
    name = say(f"report_{what}")
    rows = [report_words.row(called, one) for called, one in figures.items() if one.said]
    if not rows:
        return []
    head = [name, *(say(f"report_{key}") for key in ("said", "answered", "median", "ninetieth"))]
    lines = [
        head,
        ["---", *["---:"] * 4],
        *([one.name, one.said, one.answered, one.median, one.ninetieth] for one in rows),
    ]
    table = "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)
    return [f"## {name}", *([f"<figure>{report_words.picture(figures, name)}</figure>"] if drawn else []), table]


def _cell(words: str) -> str:
    return one_line(_CELL.sub(" ", words), 60)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return ""  # the build says what is wrong with it
