"""JSON, of strangers and our own: read, or refused in one way. Nothing else in the house decodes it (ruff holds it)."""

from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")


@overload
def decode(data: bytes | str) -> Any: ...
@overload
def decode(data: bytes | str, type: type[T]) -> T: ...
def decode(data: bytes | str, type: Any = Any) -> Any:
    """
    Return what *data* says: dict, list, str, …

    Args:
        type: The shape it must have, as msgspec reads it: a struct, ``list[str]``.

    Raises:
        ValueError: it is no JSON, no UTF-8, not of the shape, or nested so deep that only malice explains it.
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error
