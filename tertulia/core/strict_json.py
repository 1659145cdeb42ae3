"""JSON, of strangers and our own: read, or refused in one way. Nothing else in the house decodes it (ruff holds it)."""

import re
import threading
from functools import cache
from typing import Any, TypeVar, overload

import msgspec

from tertulia.core import lazy_re

T = TypeVar("T")

_making = threading.Lock()
# Every escape, so that none begins in the middle of another; pairs before halves.
_ESCAPE = lazy_re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]|(?P<half>u[dD][89a-fA-F]..)|.)", re.DOTALL)


@overload
def decode(data: bytes | str) -> Any: ...
@overload
def decode(data: bytes | str, type: type[T]) -> T: ...
def decode(data: bytes | str, type: Any = Any) -> Any:
    """
    Return what *data* says: dict, list, str, …

    Half of a surrogate pair, as who cuts an emoji in two writes it, is "�": one odd name keeps no page of others back.

    Args:
        type: The shape it must have, as msgspec reads it: a struct, ``list[str]``.

    Raises:
        ValueError: it is no JSON, no UTF-8, not of the shape, or nested so deep that only malice explains it.
    """
    try:
        try:
            return _decoder(type).decode(data)
        except msgspec.DecodeError:
            raw = data.encode() if isinstance(data, str) else data
            if (whole := _ESCAPE.sub(_without_half, raw)) == raw:
                raise
            return _decoder(type).decode(whole)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def _without_half(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]


@cache
def _decoder(type: Any) -> msgspec.json.Decoder[Any]:
    """
    Return the decoder of a shape.

    msgspec 0.22 looks at a struct when it is first asked for, and other threads find it half looked at: the process
    dies. So one thread at a time makes decoders, and whoever decodes has one that is whole.
    """
    with _making:
        return msgspec.json.Decoder(type)
