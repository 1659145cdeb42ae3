"""Work on every core that the machine has: on many things the same (``stream``), or one aside (``Aside``).

Children are forked, so they see what the parent has loaded and only results travel back. Where the system cannot fork
safely (Windows, macOS), or for a handful of things, the work is done in this process; the results are the same.
"""

import atexit
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from tertulia.core.languages import Languages, carried, current, use

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Result = TypeVar("Result")

# Below this, forking costs more than it gains.
WORTH_FORKING = 150
CHUNKS_PER_CORE = 8
LARGEST_CHUNK = 64  # what comes of one waits in memory until all of it is done
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3  # of malloc.h
CAN_FORK = sys.platform == "linux"

# What a forked child of ``stream`` works on; in the parent it is never set.
_job: ContextVar[tuple[Callable[[Any], Any], Sequence[Any]]] = ContextVar("job")


def stream(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """
    Yield ``work(item) for item in items``, in that order, done on all cores.

    The children are at work when this returns, so whoever has something else to do meanwhile does it first.

    Args:
        work: Must not rely on what an earlier call changed: a child's memory is lost.
        items: As many as you like.
    """
    results = _stream(work, items)
    next(results)
    return cast(Iterator[Result], results)


def _stream(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result | None]:
    """Yield None when the children are at work, then the results."""
    import multiprocessing  # here and below: most commands, and a build after an edit, do all in one process

    cores = len(os.sched_getaffinity(0)) if CAN_FORK else 1
    if cores < 2 or len(items) < WORTH_FORKING or multiprocessing.current_process().daemon:
        yield None
        yield from map(work, items)
        return
    first = work(items[0])  # what it loads and remembers, the children need not
    gc.freeze()  # a child that collects garbage would copy every page of the parent's memory
    try:
        with multiprocessing.get_context("fork").Pool(cores, _begin_worker, (current(), (work, items))) as pool:
            chunk = min(LARGEST_CHUNK, max(1, len(items) // (cores * CHUNKS_PER_CORE)))
            results = pool.imap(_at, range(1, len(items)), chunksize=chunk)
            yield None
            yield first
            yield from results
    finally:
        gc.unfreeze()


def keep_most() -> None:
    """
    Look for garbage seldom from here on, and not at all at the end of the process.

    A build makes much and throws little away: of 1,000 posts Python looked through all of it for 0.4 s.
    """
    gc.set_threshold(50_000, 20, 50)
    atexit.register(gc.freeze)
    _keep_freed_memory()


def _keep_freed_memory() -> None:
    """
    Have the C library keep what is freed, where it can be told so: what is given back is soon asked for again.

    Of 1,000 posts that is a third of all page faults, 0.7 of 12 s. https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if sys.platform != "linux":
        return
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # not glibc's
        return
    mallopt(_TRIM_THRESHOLD, 1 << 30)
    mallopt(_TOP_PAD, 1 << 26)
    mallopt(_MMAP_THRESHOLD, 1 << 25)  # the most that it takes


def _at(index: int) -> Any:
    work, items = _job.get()
    return work(items[index])


class Aside(Generic[Result]):
    """
    Work that goes on beside ours, begun at once.

    Args:
        work: What it changes in memory is lost; what it returns must be picklable.
    """

    def __init__(self, work: Callable[[], Result]) -> None:
        self._work = work
        if not CAN_FORK:
            from concurrent.futures import ThreadPoolExecutor

            thread = ThreadPoolExecutor(1)
            self._later = thread.submit(carried(work))
            thread.shutdown(wait=False)
            return
        import multiprocessing

        forking = multiprocessing.get_context("fork")
        self._answer, ours = forking.Pipe(duplex=False)
        self._process = forking.Process(target=_tell, args=(work, ours), daemon=True)
        gc.freeze()
        try:
            self._process.start()
        finally:
            gc.unfreeze()
        ours.close()

    def wait(self) -> Result:
        """Return what came of it; if the process died before it could tell, it is done once more, here."""
        if not CAN_FORK:
            return self._later.result()
        try:
            result: Result = self._answer.recv()
        except (EOFError, OSError):  # the second where it died while it told
            result = self._work()
        self._process.join()
        self._answer.close()
        return result


def _begin_child(speaking: Languages) -> None:
    """Speak as our parent, leave Ctrl-C to it, which ends us, and garbage: a child lives for a second or two."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    use(speaking)  # a child that replaces a dead one is forked from a thread without words


def _begin_worker(languages: Languages, job: tuple[Callable[[Any], Any], Sequence[Any]]) -> None:
    """Begin a child that does parts of *job*; forked, it has them without their being pickled."""
    _begin_child(languages)
    _job.set(job)


def _tell(work: Callable[[], Any], answer: "Connection") -> None:
    _begin_child(current())
    answer.send(work())
