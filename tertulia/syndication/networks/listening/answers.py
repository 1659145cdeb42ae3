"""Reading a network's answers, whose parts may have any shape: one odd item costs itself only, and is told.

Every listener reads what an answer lists through ``Items``; nothing else in it may fail because of one item.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from tertulia.core.errors import FetchError, NetworkError, TertuliaError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.syndication.networks.base import CredentialsExpiredError, RetryLaterError

log = logging.getLogger(__name__)

# So many questions in a row without an answer, and the network has other trouble than one odd thing.
MOST_FAILURES = 3

Item = TypeVar("Item")
Read = TypeVar("Read")


def dig(value: Any, *keys: str) -> Any:
    """Return what lies at *keys*, one inside the other; None where something on the way is no object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def listed(value: Any) -> list[Any]:
    """Return a list that an answer holds; an empty one for whatever is none."""
    return value if isinstance(value, list) else []


def is_everywhere(error: Exception) -> bool:
    """Whether there is no use in asking the network for anything more now: the key, or told how long to wait (429)."""
    return isinstance(error, CredentialsExpiredError) or (isinstance(error, RetryLaterError) and error.seconds > 0)


class Items:
    """What the network *label* answers, read one by one; and what could not be read: by its id, why."""

    def __init__(self, label: str) -> None:
        self._label = label
        self.odd: dict[str, str] = {}

    def read(self, items: Iterable[Item], how: Callable[[Item], Read | None]) -> list[Read]:
        """
        Return what *how* makes of each, in order, without None; an odd one is noted and left out.

        Raises:
            TertuliaError: a question that was asked on the way had no answer; that is no item's fault.
        """
        found = []
        for item in items:
            try:
                one = how(item)
            except TertuliaError:
                raise
            except Exception as error:  # whatever is not as the network's documentation says
                self._note(_id_of(item), error)
            else:
                found += [one] if one is not None else []
        return found

    def ask(self, ids: Iterable[str], how: Callable[[str], Read]) -> dict[str, Read]:
        """
        Return what *how* answers for each of *ids*; whose answer cannot be had or read is noted and left out.

        Raises:
            NetworkError, FetchError: it is not one alone that has no answer.
        """
        found: dict[str, Read] = {}
        failures = 0
        for one in ids:
            try:
                found[one] = how(one)
                failures = 0
            except (NetworkError, FetchError) as error:
                failures += 1
                if is_everywhere(error) or failures >= MOST_FAILURES:
                    raise
                self.odd[one] = str(error)
            except TertuliaError:
                raise
            except Exception as error:
                self._note(one, error)
        return found

    def take_odd(self) -> dict[str, str]:
        """Return what could not be read since the last time, to be told."""
        found, self.odd = self.odd, {}
        return found

    def _note(self, about: str, error: Exception) -> None:
        log.debug("%s not understood", about, exc_info=error)
        self.odd[about] = f"{say('net_garbled', network=self._label)} ({type(error).__name__})"


def _id_of(item: Any) -> str:
    """Return what an item is called, as far as it says."""
    inside = item[0] if isinstance(item, tuple) else item
    for place in (("id",), ("uri",), ("update_id",), ("status", "id"), ("post", "uri"), ("did",)):
        told = dig(inside, *place)
        if isinstance(told, str | int) and str(told):
            return one_line(str(told), 100)
    return "?"
