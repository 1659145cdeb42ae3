"""``test --fast``: what tells most in a minute, chosen by what each test costs.

``costs.json`` has the CPU seconds of one example of each test that is not cheap, as ``test --measure`` found them. Of
a cheap test every example is tried, of one that costs more the first, and a dear one waits for the whole suite. So does
what makes a whole blog or starts a browser, a database or a server, which is known by the fixtures that a test asks for
and by its marks, ``real`` and ``slow``.
"""

import json
import os
from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import pytest

COSTS = Path(__file__).with_name("costs.json")
CHEAP, DEAR = 0.03, 0.06  # CPU seconds of an example: all are tried below the first, one below the second
WHOLE_BLOG = {"build", "site", "served"}  # fixtures
SLOW = ("real", "slow")  # marks
# Programs that no test of a fast run starts.
HEAVY = {"caddy", "chromium", "dovecot", "google-chrome", "initdb", "java", "nginx", "node", "pg_ctl"}


def known_costs() -> dict[str, float]:
    """What was measured: CPU seconds of an example, by test."""
    found: dict[str, float] = json.loads(COSTS.read_text("utf-8"))
    return found


def chosen(items: Iterable[pytest.Item], costs: Mapping[str, float]) -> list[pytest.Item]:
    """Those of *items* that a fast run has, in their order."""
    left = [item for item in items if not is_slow(item)]
    return [item for name, group in groupby(left, of_which_test) for item in some(list(group), costs.get(name, 0))]


def is_slow(item: pytest.Item) -> bool:
    """Whether one cannot wait for it after each change, whatever it cost when it was measured."""
    return any(item.get_closest_marker(name) for name in SLOW) or bool(WHOLE_BLOG & set(item.fixturenames))


def of_which_test(item: pytest.Item) -> str:
    """The test of which *item* is one example."""
    return item.nodeid.partition("[")[0]


def some(examples: list[pytest.Item], cost: float) -> list[pytest.Item]:
    """As many as their *cost* in CPU seconds allows."""
    if cost < CHEAP:
        return examples
    return examples[:1] if cost < DEAR else []


def refuse_heavy(event: str, given: tuple[Any, ...]) -> None:
    """
    Let no browser, database or server be started; an audit hook.

    Raises:
        RuntimeError: One was.
    """
    if event == "subprocess.Popen":
        name = Path(str(given[0] or given[1][0])).name
        if name in HEAVY:
            raise RuntimeError(f"a fast run starts no {name}: mark the test real or slow")


def cpu_seconds() -> float:
    """What this process, and all that it waited for, have used so far."""
    return sum(os.times()[:4])


class Meter:
    """Writes ``costs.json``: a plugin, in the process that runs a test and in the one that all of them answer."""

    def __init__(self, costs: Path = COSTS) -> None:
        self._costs, self._begun = costs, 0.0
        self._spent: defaultdict[str, list[float]] = defaultdict(list)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self) -> Generator[None, None, None]:
        """Begin with what the fixtures cost."""
        self._begun = cpu_seconds()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        """End with the test."""
        report = yield
        if call.when == "call":
            report.user_properties.append(("cpu_seconds", cpu_seconds() - self._begun))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note an example, wherever it ran."""
        if report.when == "call" and report.passed:
            self._spent[report.nodeid.partition("[")[0]].append(dict(report.user_properties)["cpu_seconds"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the middle one of each test's examples; what did not run keeps what was known of it."""
        if not hasattr(session.config, "workerinput"):
            known = json.loads(self._costs.read_text("utf-8"))
            known |= {test: round(median(spent), 2) for test, spent in self._spent.items()}
            dear = {test: cost for test, cost in sorted(known.items()) if cost >= CHEAP}
            self._costs.write_text(json.dumps(dear, indent=0) + "\n", "utf-8")
