"""What an archive lists: its posts, or where they are too many for a page that somebody reads, its months.

So a new post or title changes a short page of counts, and not one that names all posts there ever were.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

MOST_LISTED = 2000  # posts on one page of an archive: some 400 KB


class MonthCount(NamedTuple):
    """One month of an archive."""

    date: date  # its first day
    url: str
    posts_count: int


def archive_months(
    count: int, period_archives: Mapping[str, Sequence[Mapping[str, Any]]], year: int | None = None
) -> list[MonthCount]:
    """
    Return the months that an archive of *count* posts lists; none where it lists the posts themselves.

    Args:
        period_archives: Years and months as templates are given them; a blog may have none.
        year: The one that the archive is of; None for all.
    """
    if count <= MOST_LISTED:
        return []
    months = (one for one in period_archives.get("month", ()) if one["url"] and year in (None, one["period_num"][0]))
    return [
        MonthCount(date(one["period_num"][0], one["period_num"][1], 1), one["url"], len(one["articles"]))
        for one in months
    ]
