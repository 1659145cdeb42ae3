"""The report in words and pictures, for the terminal, the owner's page and readers'."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tertulia.conversation.answer_report import AnswerFigures, AnswerReport
from tertulia.conversation.inbox_words import how_long
from tertulia.core.languages import date_words, decimal, say
from tertulia.render.bars import Bar, bars

FIRST_MONDAY = dt.date(2024, 1, 1)
NOTHING = "–"


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One line of a table, in words."""

    name: str
    said: str
    answered: str
    median: str
    ninetieth: str


def row(name: str, one: AnswerFigures) -> ReportRow:
    """One line of a table, by what it is called."""
    return ReportRow(
        name,
        str(one.said),
        f"{one.answered} ({share(one)})",
        how_long(one.median) if one.median is not None else NOTHING,
        how_long(one.ninetieth) if one.ninetieth is not None else NOTHING,
    )


def share(one: AnswerFigures) -> str:
    """Return the answered part: "93 %"."""
    return NOTHING if one.share is None else f"{decimal(100 * one.share, '0')} %"


def summary(report: AnswerReport) -> list[str]:
    """Return the whole in two or three sentences."""
    total = report.total
    lines = [
        say(
            "report_total",
            said=total.said,
            answered=total.answered,
            share=share(total),
            not_needed=total.not_needed,
            waiting=total.waiting,
        )
    ]
    if total.median is not None and total.ninetieth is not None:
        lines.append(say("report_times", median=how_long(total.median), ninetieth=how_long(total.ninetieth)))
    lines.append(say("report_people", n=report.people, returning=report.returning))
    return lines


def title(report: AnswerReport) -> str:
    """Return what the report is of."""
    return say("report_of_year", year=report.year) if report.year else say("report_title")


def by_weekday(report: AnswerReport, language: str) -> dict[str, AnswerFigures]:
    """Return the weekdays by name, Monday first."""
    days = (FIRST_MONDAY + dt.timedelta(days=number) for number in range(7))
    return {date_words(day, language, "EEE"): one for day, one in zip(days, report.weekdays, strict=True)}


def by_hour(report: AnswerReport) -> dict[str, AnswerFigures]:
    """Return the hours by number."""
    return {str(hour): one for hour, one in enumerate(report.hours)}


def picture(figures: Mapping[str, AnswerFigures], name: str, told: Callable[..., str] = say) -> str:
    """Bars of what was said, and of what of it was answered, as an ``<svg>``."""
    return bars(
        [
            Bar(label, one.said, one.answered, told("report_bar", label=label, said=one.said, answered=one.answered))
            for label, one in figures.items()
        ],
        name,
    )
