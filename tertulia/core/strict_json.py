"""JSON, of strangers and our own: read, or refused in one way. Nothing else in the house decodes it (ruff holds it)."""

import threading
from functools import cache
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")

_making = threading.Lock()


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
        return _decoder(type).decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


@cache
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    """
    Return the decoder of a shape.

    msgspec 0.22 looks at a struct when it is first asked for, and other threads find it half looked at: the process
    dies. So one thread at a time makes decoders, and whoever decodes has one that is whole.
    """
    with _making:
        return msgspec.json.Decoder(type)
