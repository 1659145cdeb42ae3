"""What a table was asked while a post was read: a post that would be told the same again reads the same."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Protocol, TypeVar

Question = tuple[str, ...]  # the method, and its arguments
Answer = bytes  # its digest

T = TypeVar("T")


class AskedTable(Protocol):
    """A table that takes note; where *asked* is None, it does not."""

    asked: dict[Question, Answer] | None


Method = Callable[..., T]


def noted(method: Method[T]) -> Method[T]:
    """Have *method* of a table, whose arguments are text, note what it is asked and answers."""

    @wraps(method)
    def ask(table: AskedTable, *question: str) -> T:
        answer = method(table, *question)
        if table.asked is not None:
            table.asked[(method.__name__, *question)] = _digest(answer)
        return answer

    return ask


def answer(table: object, question: Question) -> Answer:
    """Return what *table* answers to *question* now."""
    name, *arguments = question
    return _digest(getattr(table, name)(*arguments))


def _digest(found: object) -> Answer:
    return hashlib.blake2b(repr(found).encode("utf-8", "surrogatepass"), digest_size=8).digest()
