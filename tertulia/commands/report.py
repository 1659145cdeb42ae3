"""How the blog answers, in the terminal; the same is drawn at ``/inbox/report``."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from tertulia.app import Blog
from tertulia.content.networks import label
from tertulia.conversation import inbox_words, public_report, report_words
from tertulia.conversation.answer_report import MOST_POSTS, AnswerFigures, AnswerReport, report
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.core.numbers import number_of
from tertulia.core.text import one_line


def run(root: Path, year: str, *, page: bool = False) -> None:
    """
    Print the report.

    Args:
        year: "2026"; "" for all time.
        page: Make a page of the site of it, for all to read; or, where there is one, write it anew.
    """
    if year and not dt.MINYEAR < number_of(year) < dt.MAXYEAR:
        raise TertuliaError(say("report_bad_year", written=year))
    with Blog(root) as blog:
        if page:
            make_page(blog)
            return
        found = report(blog.store.waits.all(blog.now()), blog.zone, number_of(year))
        print("\n".join(lines(blog, found)))


def make_page(blog: Blog) -> None:
    """Make the pages that show all readers how the blog answers, one for each language, or write them anew."""
    content = blog.root / "content"
    today = f"{blog.now().astimezone(blog.zone):%Y-%m-%d}"
    made = public_report.make(content, _counted(blog), blog.info.lang, blog.info.langs, today)
    for path in made:
        print(say("report_page_made", file=path.relative_to(blog.root)))
    if not made:
        print(say("report_page_written", n=refresh_page(blog)))


def refresh_page(blog: Blog) -> int:
    """Bring the pages that show the report up to date, where the blog has any; how many changed."""
    return public_report.refresh(blog.root / "content", lambda: _counted(blog))


def _counted(blog: Blog) -> AnswerReport:
    return report(blog.store.waits.all(blog.now()), blog.zone)


def lines(blog: Blog, found: AnswerReport) -> list[str]:
    """Return the report, line by line."""
    told = [report_words.title(found), *report_words.summary(found)]
    posts = {_post(blog, *place): one for place, one in list(found.posts.items())[:MOST_POSTS]}
    told += _table(say("report_channels"), {channel(name): one for name, one in found.channels.items()})
    told += _table(say("report_posts"), posts)
    told += _table(say("report_weekdays"), report_words.by_weekday(found, blog.info.lang))
    told += _table(say("report_hours"), {hour: one for hour, one in report_words.by_hour(found).items() if one.said})
    if found.longest:
        told += ["", say("report_longest")]
        for one in found.longest:
            age = inbox_words.how_long(blog.now() - dt.datetime.fromisoformat(one.since))
            told.append(f"  {one.key}  {age:<10}  {channel(one.channel):<10}  {one_line(one.name, 24)}")
    if found.faithful:
        told += ["", say("report_faithful")]
        told += [
            f"  {one_line(who.name, 24):<24}  {say('report_days', n=who.days)} · {say('report_things', n=who.said)}"
            for who in found.faithful
        ]
    return told


def channel(name: str) -> str:
    """Call a channel as people do."""
    return say(f"inbox_channel_{name}") if name in ("form", "web") else label(name)


def _post(blog: Blog, id_: str, lang: str) -> str:
    known = blog.info.post(id_, lang)
    return one_line(known.title if known else id_ or say("mod_no_post"), 40)


def _table(title: str, figures: Mapping[str, AnswerFigures]) -> list[str]:
    if not figures:
        return []
    heads = [say(f"report_{name}") for name in ("said", "answered", "median", "ninetieth")]
    head = report_words.ReportRow(title, *heads)
    return ["", *(
        f"{one.name:<40}  {one.said:>7}  {one.answered:>14}  {one.median:>11}  {one.ninetieth:>11}"
        for one in (head, *(report_words.row(name, one) for name, one in figures.items()))
    )]  # fmt: skip
