"""JSON of strangers: read, or refused in one way."""

from typing import Any

import msgspec


def decode(data: bytes | str) -> Any:
    """
    What *data* says: dict, list, str, …

    Raises:
        ValueError: it is no JSON, no UTF-8, or nested so deep that only malice explains it.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
