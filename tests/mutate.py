"""Mutation tests: each change of ``mutations.py`` is made in a module, and the tests that reach its line notice.

    python3 tasks.py mutate tertulia/store/erased.py
    python3 tasks.py mutate tertulia/store/deliveries.py --sample 100
    python3 tasks.py mutate tertulia/store/recording.py --tests tests/test_conversation_store.py,tests/test_comments.py

One session of pytest collects the tests that speak of the module. A child of it runs them once, while coverage.py
writes down which of them reaches which line. Then for each change a child (so this runs where there is ``fork``) puts
the changed code in the place of the real one, and runs those tests until one fails: first those that noticed most so
far. No file is changed. A test that starts programs of its own sees the real module in them.

What lived and should is in ``mutants.toml``, with its reason. Ends with 1 when something lived that is not there.
"""

import argparse
import ast
import contextlib
import gc
import importlib.machinery
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutations import Mutation, mutations

EXPLAINED = Path("tests", "mutants.toml")
# Tests of everything at once, or of the repository itself, notice nothing that others do not.
NOT_ASKED = re.compile(
    r"_in_browser|_real|_killed|_under_load|test_(architecture|docs|documentation|fuzz|growth|map|mutate|names|package)\b"
)
MOST_FILES = 6
# In seconds of the processor, so that a busy machine says the same. The tests of one change may take so long as they
# are; of more, those that noticed most and the fastest are asked.
BUDGET_SECONDS = 20.0
# A change may make a loop endless: so much over ten times what its tests take as they are.
PATIENCE_SECONDS = 10
# By the clock, for what waits for ever and does nothing.
LONGEST_RUN_SECONDS = 1800.0
# Silent, and with nothing of ours kept from run to run.
OPTIONS = ("-s", "-oaddopts=", "--rootdir=.", "-mnot real", "-pno:terminal", "-pno:cacheprovider", "-pno:xdist")


@dataclass
class Reach:
    """Which tests reach which line, how long each takes, and how often each noticed a change."""

    lines: dict[int, list[str]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    noticed: Counter[str] = field(default_factory=Counter)

    def tests(self, change: Mutation) -> list[str]:
        """
        Return the tests to ask about *change*, the likeliest first.

        About what is done at import, which no test reaches, any; those that come to the module at all before others.
        """
        lines = range(change.line, change.last_line + 1) if change.is_inside else list(self.lines)
        reached = {test for line in lines for test in self.lines.get(line, ())}
        there = self.seconds.keys() & reached if change.is_inside else self.seconds.keys()
        budget, chosen = BUDGET_SECONDS, []
        rank = {test: (-self.noticed[test], test not in reached, self.seconds[test], test) for test in there}
        for test in sorted(rank, key=rank.__getitem__):
            if (budget := budget - self.seconds[test]) < 0 and chosen:
                break
            chosen.append(test)
        return chosen


@dataclass(frozen=True)
class Result:
    """What came of the changes of a module: those that no test noticed, and those that no test reaches."""

    asked: int = 0
    lived: tuple[Mutation, ...] = ()
    unreached: tuple[Mutation, ...] = ()


class Examination:
    """The plugin of pytest that changes a module while its tests are collected and waiting."""

    def __init__(self, path: Path, changes: Sequence[tuple[int, Mutation]], tell: Callable[[Mutation], None]) -> None:
        self._path = path
        self._changes = changes
        self._tell = tell
        self._heard: Callable[[Any], None] = lambda report: None
        self.result = Result()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Hand each report to whoever listens in this child."""
        self._heard(report)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Ask the tests about each change, in place of running them."""
        with tempfile.TemporaryDirectory(prefix="mutate-", ignore_cleanup_errors=True) as folder:
            told = Path(folder) / "told.json"
            reach = self._measured(session, told)
            _warm(session, reach)
            functions = functions_of(self._path)
            passing = Path(session.config.option.basetemp)
            kept = set(passing.glob("*"))
            lived, unreached = [], []
            for number, change in self._changes:
                tests = reach.tests(change)
                if tests and (by := self._noticed(session, reach, tests, number, functions, told)) is not None:
                    reach.noticed[by] += 1
                else:
                    (lived if tests else unreached).append(change)
                    self._tell(change)
                for left in set(passing.glob("*")) - kept:
                    shutil.rmtree(left, ignore_errors=True)
            self.result = Result(len(self._changes), tuple(lived), tuple(unreached))
        return True

    def _measured(self, session: pytest.Session, told: Path) -> Reach:
        """Run all tests once, and return which of them reaches which line."""

        def work() -> int:
            import coverage

            watch = coverage.Coverage(include=[str(self._path)], data_file=None, config_file=False, messages=False)
            seconds: dict[str, float] = {}
            failed: set[str] = set()
            self._heard = lambda report: failed.update([report.nodeid] if report.failed else [])
            watch.start()
            for item, following in _pairs(session.items):
                watch.switch_context(item.nodeid)
                began = time.process_time()
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                seconds[item.nodeid] = time.process_time() - began
            watch.stop()
            lines = watch.get_data().contexts_by_lineno(str(self._path))
            good = {test: took for test, took in seconds.items() if test not in failed}
            told.write_text(json.dumps([lines, good]), "utf-8")
            return 0

        if in_child(work, LONGEST_RUN_SECONDS) != 0:
            sys.exit("the tests as they are do not come to an end")
        lines, seconds = json.loads(told.read_text("utf-8"))
        return Reach({int(line): tests for line, tests in lines.items()}, seconds)

    def _noticed(
        self,
        session: pytest.Session,
        reach: Reach,
        tests: Sequence[str],
        number: int,
        functions: Sequence[FunctionType],
        told: Path,
    ) -> str | None:
        """Return which of *tests* noticed change *number*; None when none did."""
        items = {item.nodeid: item for item in session.items}
        told.write_text("", "utf-8")

        def work() -> int:
            tree = ast.parse(self._path.read_text("utf-8"))
            change = mutations(tree)[number]
            change.apply()
            code = compile(ast.fix_missing_locations(tree), str(self._path), "exec")
            if not (change.is_inside and put_in_place(code, functions)):
                return import_anew(code, self._path, tests, session.config.option.basetemp)
            failed = []
            self._heard = lambda report: failed.extend([report.nodeid] if report.failed else [])
            for item, following in _pairs([items[test] for test in tests]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if failed:
                    told.write_text(failed[0], "utf-8")
                    return 1
            return 0

        patience = PATIENCE_SECONDS + 10 * sum(reach.seconds[test] for test in tests)
        status = in_child(work, LONGEST_RUN_SECONDS, processor_seconds=round(patience))
        return None if status == 0 else told.read_text("utf-8")


def _pairs(items: Sequence[pytest.Item]) -> list[tuple[pytest.Item, pytest.Item | None]]:
    """Return each item with the one behind it, as pytest wants to know them."""
    return list(zip(items, [*items[1:], None], strict=False))


def _warm(session: pytest.Session, reach: Reach) -> None:
    """Run one test here, so that what is made once a session is there for every child: a first store, say."""
    alone = [item for item in session.items if "socket_enabled" not in getattr(item, "fixturenames", ())]  # no threads
    count = Counter(test for tests in reach.lines.values() for test in tests)
    likely = max(alone, key=lambda item: count[item.nodeid], default=None)
    if likely:
        other = next((item for item in session.items if item is not likely), None)
        likely.config.hook.pytest_runtest_protocol(item=likely, nextitem=other)


def functions_of(path: Path) -> list[FunctionType]:
    """Return the functions of a module that is imported."""
    gc.unfreeze()  # or what was frozen would not be found
    functions = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    gc.freeze()
    return [one for one in functions if one.__code__.co_filename == str(path)]


def put_in_place(code: CodeType, functions: Sequence[FunctionType]) -> bool:
    """Give each of *functions* its body in *code*; False where that cannot be."""
    bodies = {(one.co_qualname, one.co_firstlineno): one for one in _all_codes(code)}
    try:
        for function in functions:
            function.__code__ = bodies[function.__code__.co_qualname, function.__code__.co_firstlineno]
    except (KeyError, ValueError):  # another number of variables from around it
        return False
    return bool(functions)


def _all_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _all_codes(constant)


def import_anew(code: CodeType, path: Path, tests: Sequence[str], passing: Path) -> int:
    """Run pytest once more from the beginning, with *code* for the module of *path*."""

    class Changed(importlib.machinery.SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            return code

    class Finder:
        @staticmethod
        def find_spec(fullname: str, where: Any = None, target: Any = None) -> Any:
            name = path.relative_to(Path.cwd()).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
            loader = Changed(fullname, str(path))
            return importlib.util.spec_from_file_location(fullname, path, loader=loader) if fullname == name else None

    ours = [name for name, module in sys.modules.items() if _is_ours(getattr(module, "__file__", None) or "")]
    for name in ours:
        del sys.modules[name]
    sys.meta_path.insert(0, Finder)
    return int(pytest.main([*OPTIONS, "-x", f"--basetemp={passing}", *tests]))


def _is_ours(file: str) -> bool:
    return Path(file).is_relative_to(Path.cwd()) and "site-packages" not in file and file != __file__


def in_child(work: Callable[[], int], seconds: float, processor_seconds: int = 0) -> int | None:
    """Do *work* in a child that says nothing; its status, or None where it did not end in time."""
    import resource

    child = os.fork()
    if child == 0:
        status = 99
        try:
            os.setsid()
            if processor_seconds:
                used = int(time.process_time())
                resource.setrlimit(resource.RLIMIT_CPU, (used + processor_seconds, used + processor_seconds))
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            status = work()
        finally:
            os._exit(status)
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.01)
        return None
    finally:  # whatever it began goes with it, also when we are stopped ourselves
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


def related(path: Path, root: Path) -> list[str]:
    """Return the files of tests that speak of the module: by its name, or by what it offers."""
    tree = ast.parse(path.read_text("utf-8"))
    known = [node.name for part in tree.body for node in [part, *getattr(part, "body", [])] if hasattr(node, "name")]
    offered = [re.escape(name) for name in known if name and not name.startswith("_") and len(name) > 3]
    words = re.compile(rf"\b(?:{'|'.join(offered) or 'nothing'})\b")
    by_name = re.compile(rf"\b{re.escape(path.stem)}\b")
    ranked = []
    for file in sorted((root / "tests").glob("test_*.py")):
        text = file.read_text("utf-8")
        rank = len(set(words.findall(text))) + 3 * bool(by_name.search(text)) + 3 * (path.stem in file.stem)
        if rank and not NOT_ASKED.search(file.stem):
            ranked.append((-rank, str(file.relative_to(root))))
    return [file for _, file in sorted(ranked)[:MOST_FILES]]


def identity(change: Mutation, lines: Sequence[str]) -> tuple[str, str]:
    """Return what *change* is known by in the list: a number of a line would not last."""
    return lines[change.at - 1].strip(), change.change


def explained(module: str, root: Path) -> dict[tuple[str, str], str]:
    """Return why what lives in *module* should, by the text of its line and the change."""
    listed = tomllib.loads((root / EXPLAINED).read_text("utf-8")).get(module, [])
    return {(one["line"], one["change"]): one["why"] for one in listed}


def examine(module: str, tests: Sequence[str] = (), sample: int = 0, only: str = "") -> bool:
    """Change *module* in every way known, or *sample* of them; tell what lived, and whether that is explained."""
    root = Path.cwd()
    path = root / module
    lines = path.read_text("utf-8").splitlines()
    changes = list(enumerate(mutations(ast.parse(path.read_text("utf-8")))))
    chosen = [one for one in changes if only in " ".join(identity(one[1], lines))]
    if 0 < sample < len(chosen):
        chosen = sorted(random.Random(0).sample(chosen, sample), key=lambda one: one[0])
    known = explained(module, root)
    asked = tests or related(path, root)
    if not asked:
        sys.exit(f"no test speaks of {module}: --tests says which to ask")
    print(f"{module}, asked: {', '.join(asked)}", flush=True)

    def tell(change: Mutation) -> None:
        if identity(change, lines) not in known:
            print(f"  {module}:{change.at}: {change.change}", flush=True)

    began = time.monotonic()
    examination = Examination(path, chosen, tell)
    _quick_examples()
    with tempfile.TemporaryDirectory(prefix="mutate-", ignore_cleanup_errors=True) as folder:
        if pytest.main([*OPTIONS, f"--basetemp={folder}/tests", *asked], plugins=[examination]) != pytest.ExitCode.OK:
            sys.exit("the tests cannot be collected, or somebody stopped us")
    result = examination.result
    alive = {identity(change, lines) for change in (*result.lived, *result.unreached)}
    there = {identity(change, lines) for _, change in changes}
    for one in sorted(known.keys() - there):
        print(f"  listed in {EXPLAINED.name}, no longer there: {one[0]} ({one[1]})")
    for one in sorted(known.keys() & there - alive) if len(chosen) == len(changes) else ():
        print(f"  listed in {EXPLAINED.name}, noticed now: {one[0]} ({one[1]})")
    count = len(result.lived) + len(result.unreached)
    print(
        f"  {result.asked} of {len(changes)} changes made, {result.asked - count} noticed, "
        f"{len(alive & known.keys())} explained, {len(alive - known.keys())} to look at "
        f"({len(result.unreached)} where no test comes); {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return result.asked > 0 and alive <= known.keys()


def _quick_examples() -> None:
    """Have Hypothesis take the same few examples each time, keep none and make none smaller: one failure is enough."""
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutants", database=None, derandomize=True, deadline=None, phases=phases, max_examples=30)
    settings.load_profile("mutants")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python3 tasks.py mutate")
    parser.add_argument("modules", nargs="+", help="tertulia/store/erased.py")
    parser.add_argument("--tests", default="", help="files of tests, with commas between; else those that speak of it")
    parser.add_argument("--sample", type=int, default=0, help="so many changes, always the same; else all")
    parser.add_argument("--only", default="", help="the changes of lines with this in it")
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # pytest ends in order by that one
    if not hasattr(os, "fork"):
        sys.exit("mutate needs fork, which this system does not have: Linux and macOS do")
    tests = [file for file in told.tests.split(",") if file]
    good = [examine(module, tests, told.sample, told.only) for module in told.modules]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
