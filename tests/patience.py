"""How long a test waits, in one place: on a busy machine everything takes its time, and only a hang takes for ever."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

PATIENCE = 120.0  # seconds, of a clock; that something comes is asserted, never when
MUCH_WORK = 10.0  # seconds of processor time; what grows in proportion to a text uses a tenth of it

Found = TypeVar("Found")


def eventually(what: Callable[[], Found], every: float = 0.02) -> Found:
    """What *what* says as soon as that is something; after ``PATIENCE``, whatever it says."""
    ends = time.monotonic() + PATIENCE
    while not (found := what()) and time.monotonic() < ends:
        time.sleep(every)
    return found


def is_open(port: int) -> bool:
    """Whether somebody listens at *port* of this machine."""
    with socket.socket() as knock:
        return knock.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def little_work() -> Iterator[None]:
    """What is done meanwhile takes this thread no more than ``MUCH_WORK``, however busy the others are."""
    begun = time.thread_time()
    yield
    assert time.thread_time() - begun < MUCH_WORK
