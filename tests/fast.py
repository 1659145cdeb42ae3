"""``test --fast``: the part of the suite that tells most in a minute.

Left out is what makes a whole blog or starts a browser, a database or a server: known by the fixtures that a test asks
for and by its marks, ``real`` and ``slow``. Of a test with many examples two are tried, the first and the last. The
whole suite has them all.
"""

from collections.abc import Iterable
from itertools import groupby

import pytest

WHOLE_BLOG = {"build", "site", "served"}  # fixtures
SLOW = ("real", "slow")  # marks


def chosen(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Those of *items* that a fast run has, in their order."""
    left = [item for item in items if not is_slow(item)]
    return [item for _name, group in groupby(left, of_which_test) for item in some(list(group))]


def is_slow(item: pytest.Item) -> bool:
    """Whether one cannot wait for it after each change."""
    return any(item.get_closest_marker(name) for name in SLOW) or bool(WHOLE_BLOG & set(item.fixturenames))


def of_which_test(item: pytest.Item) -> str:
    """The test of which *item* is one example."""
    return item.nodeid.partition("[")[0]


def some(examples: list[pytest.Item]) -> list[pytest.Item]:
    """Two of many."""
    return [examples[0], *examples[1:][-1:]]
