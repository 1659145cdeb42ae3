"""Work on every core gives what the same work gives in place."""

import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import threading

import pytest

from tertulia.core import parallel
from tertulia.core.parallel import Aside, stream
from tertulia.render.picture_facts import PictureError
from tests.patience import PATIENCE

forks = pytest.mark.skipif(not parallel.CAN_FORK, reason="this system works in place")


@pytest.mark.parametrize("count", [0, 1, parallel.WORTH_FORKING - 1, parallel.WORTH_FORKING, 1000])
def test_results_come_in_the_order_of_the_work(count):
    """In place or forked, each result stands where its item stood."""
    assert [n * n for n in range(count)] == list(stream(lambda n: n * n, range(count)))


@forks
def test_much_work_is_done_by_several(monkeypatch):
    """Two processes at least, and the first item here, so that all inherit what it loaded."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    last, both = parallel.WORTH_FORKING - 1, multiprocessing.get_context("fork").Barrier(2)

    def work(number):
        if number in (1, last):  # one of them waits until somebody else is at the other
            both.wait(PATIENCE)
        return os.getpid()

    who = list(stream(work, range(parallel.WORTH_FORKING)))
    assert os.getpid() == who[0]
    assert os.getpid() not in who[1:]
    assert len(set(who)) > 2


def test_work_aside_tells_what_came_of_it():
    """Also when that is larger than a pipe holds."""
    aside = Aside(lambda: "ñ" * 1_000_000)
    assert "ñ" * 1_000_000 == aside.wait()


@forks
def test_work_whose_process_dies_is_done_again():
    """Killed for want of memory, say: the second attempt is ours."""
    ours = os.getpid()

    def work():
        if os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return "hecho"

    assert "hecho" == Aside(work).wait()


@forks
def test_work_whose_process_dies_while_it_tells_is_done_again():
    """What it was about to say is longer than a pipe holds: half of it arrives."""
    ours = os.getpid()

    def work():
        if os.getpid() != ours:
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return "ñ" * 1_000_000

    aside = Aside(work)
    aside._process.join()
    assert "ñ" * 1_000_000 == aside.wait()


def test_an_error_aside_is_an_error_here(capfd):
    """It is raised where the result is asked for."""

    def work():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        Aside(work).wait()
    capfd.readouterr()


def test_a_broken_picture_is_told_from_another_process():
    """The error of a picture arrives as it was raised."""
    there = Aside(lambda: PictureError("heavy", "plaza.jpg", size="70", limit="60")).wait()
    here = PictureError("heavy", "plaza.jpg", size="70", limit="60")
    assert ("heavy", str(here), here.fix) == (there.reason, str(there), there.fix)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps freed memory as it likes")
def test_freed_memory_is_kept_for_what_comes_next():
    """What a build has freed is used again without asking the system for each page of memory anew."""
    script = """if True:
        import resource
        from tertulia.core.parallel import keep_most
        def asked():
            return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        def use():
            before = asked()
            held = [bytearray(200_000) for _ in range(200)]  # as large as pages and pictures are
            return asked() - before
        keep_most()
        print(use(), use())
    """
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    first, second = map(int, done.stdout.split())
    assert second < first / 10


@forks
def test_the_others_are_at_work_before_anybody_asks(tmp_path, monkeypatch):
    """Whoever has something else to do meanwhile does it first."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    done, both = tmp_path / "done", multiprocessing.get_context("fork").Barrier(2)

    def work(number):
        if number == 1:
            done.touch()
            both.wait(PATIENCE)

    results = stream(work, range(parallel.WORTH_FORKING))
    both.wait(PATIENCE)
    assert done.exists()
    assert parallel.WORTH_FORKING == len(list(results))
