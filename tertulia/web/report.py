"""How the blog answers, drawn: see ``tertulia/conversation/answer_report.py``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

from tertulia.conversation import report_words
from tertulia.conversation.answer_report import MOST_POSTS, AnswerFigures, report
from tertulia.conversation.inbox_words import how_long
from tertulia.core.languages import say
from tertulia.web.context import current_blog
from tertulia.web.inbox import channel_name
from tertulia.web.team import owner

pages = Blueprint("report", __name__, url_prefix="/inbox/report")


@pages.get("")
@owner
def show() -> Any:
    """Show the report, of one year where the address says so."""
    blog = current_blog()
    now, waits = blog.now(), blog.store.waits.all(blog.now())
    asked = request.args.get("year", "")
    years = sorted({datetime.fromisoformat(one.said_at).astimezone(blog.zone).year for one in waits}, reverse=True)
    found = report(waits, blog.zone, int(asked) if asked in map(str, years) else 0)
    posts = list(found.posts.items())[:MOST_POSTS]
    return render_template(
        "report.html",
        title=report_words.title(found),
        summary=report_words.summary(found),
        years=years,
        year=found.year,
        tables=[
            _table("channels", {channel_name(name): one for name, one in found.channels.items()}),
            _table("weekdays", report_words.by_weekday(found, blog.info.lang), drawn=True),
            _table("hours", report_words.by_hour(found), drawn=True),
        ],
        posts=[(place, blog.info.post(*place), report_words.row("", one)) for place, one in posts],
        longest=[(one, how_long(now - datetime.fromisoformat(one.since))) for one in found.longest],
        faithful=found.faithful,
    )


def _table(what: str, figures: Mapping[str, AnswerFigures], *, drawn: bool = False) -> tuple[str, str, Any]:
    name = say(f"report_{what}")
    lines = [report_words.row(label, one) for label, one in figures.items() if one.said]
    return name, report_words.picture(figures, name) if drawn and lines else "", lines
