"""The same work on many things, on every core that the machine has.

Children are forked, so they see what the parent has loaded and only results travel back. Where the system cannot fork
safely (Windows, macOS), or for a handful of things, the work is done in place; the results are the same.
"""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# Below this, forking costs more than it gains.
WORTH_FORKING = 150
CHUNKS_PER_CORE = 8

_job: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def spread(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """
    ``[work(item) for item in items]``, in that order, on all cores.

    Args:
        work: Must not rely on what an earlier call changed: a child's memory is lost.
        items: As many as you like.
    """
    global _job
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    if cores < 2 or len(items) < WORTH_FORKING or multiprocessing.current_process().daemon:
        return [work(item) for item in items]
    first = work(items[0])  # what it loads and remembers, the children need not
    _job = work, items
    gc.freeze()  # a child that collects garbage would copy every page of the parent's memory
    try:
        with multiprocessing.get_context("fork").Pool(cores) as pool:
            chunk = max(1, len(items) // (cores * CHUNKS_PER_CORE))
            return [first, *pool.map(_at, range(1, len(items)), chunksize=chunk)]
    finally:
        gc.unfreeze()
        _job = None


def _at(index: int) -> Any:
    assert _job is not None
    work, items = _job
    return work(items[index])
