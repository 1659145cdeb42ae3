"""Moments, as people, pages and programs write them: one reader for all.

ISO 8601 (https://www.rfc-editor.org/rfc/rfc3339), with "T" or a space, "Z" or an offset, or a day alone; the dates of
letters and feeds (https://www.rfc-editor.org/rfc/rfc2822#section-3.3); seconds since 1970, where a number comes.
"""

from datetime import UTC, datetime, tzinfo

LONGEST = 100  # characters; no way to write a moment needs more


def parse_moment(value: object, zone: tzinfo | None = UTC) -> datetime | None:
    """
    Return the moment that *value* says; it never raises, so strangers' text may come as it is.

    Args:
        value: Text, or a number of seconds since 1970.
        zone: Whose clock it is when no offset is told. A day alone begins there at midnight. None leaves it open: a
            day that is to be shown as it was written.

    Returns:
        A moment with the offset that was told or is *zone*'s, and that every zone can tell; None for whatever is none.
    """
    try:
        if isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if not isinstance(value, str) or len(value) > LONGEST:
            return None
        found = _read(value.strip())
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        if found.tzinfo:
            found.astimezone(UTC)  # the first and last day of the calendar cannot be told everywhere
        return found if 2 <= found.year <= 9998 else None
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        from email.utils import parsedate_to_datetime  # and sockets: of letters and feeds alone

        return parsedate_to_datetime(text)
