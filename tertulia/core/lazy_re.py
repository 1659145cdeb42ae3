"""Patterns of modules, compiled when they are first asked for anything.

The start of a build after an edit is mostly imports, and most of those were patterns that the edit never needs. A
module's own are made here; those made within a function are ``re``'s and ``regex``'s as ever.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    import regex


def compile(pattern: AnyStr, flags: int | re.RegexFlag = 0) -> re.Pattern[AnyStr]:
    """Return what ``re.compile`` does, once it is needed."""
    return cast("re.Pattern[AnyStr]", _Lazy(lambda: re.compile(pattern, flags)))


def compile_unicode(pattern: str, flags: int | re.RegexFlag = 0) -> "regex.Pattern[str]":
    r"""Return what ``regex.compile`` does, which knows ``\p{L}``, once it is needed; *flags* are those of ``re``."""
    return cast("regex.Pattern[str]", _Lazy(lambda: _regex(pattern, int(flags))))


def _regex(pattern: str, flags: int) -> "regex.Pattern[str]":
    import regex

    return regex.compile(pattern, flags)


class _Lazy:
    """Has nothing of its own until it is asked for something; then all that the pattern has."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        made = self._make()
        self.__dict__.update((one, getattr(made, one)) for one in dir(made) if not one.startswith("_"))
        return getattr(made, name)
