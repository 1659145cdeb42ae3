"""One sync of the log for all who wait for it, and for nobody too early."""

import threading

import pytest

from tertulia.core.errors import StoreError
from tertulia.store import open_store
from tertulia.store.connection import SharedSync


class SlowDisk(SharedSync):
    """A disk that takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__("nowhere")
        self.begun, self.go_on, self.times = threading.Semaphore(0), threading.Semaphore(0), 0

    def _to_disk(self) -> None:
        self.times += 1
        self.begun.release()
        assert self.go_on.acquire(timeout=30)


def test_who_comes_while_it_is_at_work_shares_the_next():
    """What was written after it began may not be in it: three who come meanwhile wait for one more."""
    disk, back = SlowDisk(), []

    def write() -> None:
        disk.sync()
        back.append(disk.times)

    first = threading.Thread(target=write)
    first.start()
    assert disk.begun.acquire(timeout=30)
    others = [threading.Thread(target=write) for _ in range(3)]
    for each in others:
        each.start()
    while disk._asked < 4:
        first.join(0.001)
    disk.go_on.release()
    first.join(30)
    assert disk.begun.acquire(timeout=30)
    disk.go_on.release()
    for each in others:
        each.join(30)
    assert (2, [2, 2, 2]) == (disk.times, sorted(back)[-3:])


def test_a_disk_that_fails_is_told_and_tried_again(tmp_path):
    """To each who waited; who comes later may have better luck."""
    folder = tmp_path / "var"
    disk = SharedSync(str(folder))
    folder.mkdir()  # a folder cannot be opened for writing
    with pytest.raises(StoreError):
        disk.sync()
    folder.rmdir()
    disk.sync()


def test_each_commit_is_brought_to_the_disk(tmp_path):
    """Before whoever wrote goes on; what was rolled back needs no disk."""

    class Counted:
        times = 0

        def sync(self) -> None:
            self.times += 1

    store = open_store("sqlite:///t.db", tmp_path)
    assert str(tmp_path / "t.db-wal") == store.database._log._path
    store.database._log = counted = Counted()
    store.conversation.set_cursor("x", "1")
    with pytest.raises(ZeroDivisionError), store.database.writing():
        raise ZeroDivisionError
    assert 1 == counted.times
    with store.database.reading() as outer, store.database.reading() as inner:
        assert outer is inner
    store.close()
