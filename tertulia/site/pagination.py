"""Long lists on several pages, numbered from the oldest: a new post changes the first page, and no address ever moves.

The first page of a list, at the list's own address, holds the newest posts: about as many as a page does, from half to
half as many again. Behind it stand full pages that stay what they are; the oldest is number 2, and what the first
page grows too long for becomes the page with the next number. Names and methods are those of Pelican's paginator, so
that a blog's own templates find what they know.
"""

from collections.abc import Iterator, Mapping, Sequence
from posixpath import split, splitext
from typing import Any

from msgspec import Struct


class Paginator:
    """
    A list shared out.

    Args:
        save_as: The file of its first page.
        url: The address of its first page.
        object_list: What it holds, newest first.
        per_page: How many a page holds; 0 for all on one.
        rules: How further pages are called, ``PAGINATION_PATTERNS``: from which number on, address, file.
    """

    def __init__(
        self, save_as: str, url: str, object_list: Sequence[Any], per_page: int, rules: Sequence[tuple[int, str, str]]
    ) -> None:
        self.save_as, self.url, self.object_list, self.rules = save_as, url, object_list, rules
        self.count, self.per_page = len(object_list), per_page or max(1, len(object_list))
        full, rest = divmod(self.count, self.per_page)
        self.num_pages = max(1, full + (2 * rest >= self.per_page))

    def page(self, number: int) -> "ListPart":
        """Return one page; 1 is the newest, and of the others 2 the oldest."""
        end = self.count - (number - 2) * self.per_page
        held = (
            slice(end - self.per_page, end) if number > 1 else slice(self.count - (self.num_pages - 1) * self.per_page)
        )
        return ListPart(number, self.object_list[held], self)

    def newer(self, number: int) -> int | None:
        """Return the number of the page before; None where there is none."""
        return None if number == 1 else number + 1 if number < self.num_pages else 1

    def older(self, number: int) -> int | None:
        """Return the number of the page after; None where there is none."""
        last = self.num_pages if number == 1 else number - 1
        return last if last > 1 else None

    def on_first(self) -> Iterator[str]:
        """
        Yield the files of pages whose posts stand on the first: there was one when pages were counted from the newest.
        """
        for number in range(self.num_pages + 1, -(-self.count // self.per_page) + 1):
            yield self.page(number).save_as


class ListPart(Struct, frozen=True):
    """One page of a list."""

    number: int
    object_list: Sequence[Any]
    paginator: Paginator

    def has_previous(self) -> bool:
        """Whether there is a page of newer ones."""
        return self.number > 1

    def has_next(self) -> bool:
        """Whether there is a page of older ones."""
        return self.paginator.older(self.number) is not None

    def has_other_pages(self) -> bool:
        """Whether the list has more pages than this."""
        return self.paginator.num_pages > 1

    @property
    def url(self) -> str:
        """Its address, relative to the site's root."""
        return self._place(1)

    @property
    def save_as(self) -> str:
        """Its file."""
        return self._place(2)

    def _place(self, column: int) -> str:
        fitting = ""
        for rule in self.paginator.rules:
            if rule[0] == -1 and not self.has_next():  # as Pelican has it: for the page without older ones
                fitting = str(rule[column])
                break
            if 0 <= rule[0] <= self.number:
                fitting = str(rule[column])
        name, extension = splitext(self.paginator.save_as)
        folder, file = split(self.paginator.save_as)
        place = fitting.format(
            save_as=self.paginator.save_as,
            url=self.paginator.url,
            name=name,
            base_name=folder if file in ("index.htm", "index.html") else name,
            extension=extension,
            number=self.number,
        )
        return place.removeprefix("/")


def parts(shared: Mapping[str, Paginator], *, but_to: int = 1) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    Yield the file of each page of lists *shared* out alike, and what its template is given of each list by its name.

    Args:
        but_to: Leave away the older pages up to that number; 1 for none.
    """
    first = next(iter(shared.values()))
    for number in (1, *range(max(but_to, 1) + 1, first.num_pages + 1)):
        newer, older = first.newer(number), first.older(number)
        given: dict[str, Any] = {}
        for name, one in shared.items():
            given |= {
                f"{name}_paginator": one,
                f"{name}_page": one.page(number),
                f"{name}_previous_page": one.page(newer) if newer else None,
                f"{name}_next_page": one.page(older) if older else None,
            }
        yield first.page(number).save_as, given
