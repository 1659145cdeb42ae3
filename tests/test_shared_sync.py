"""One sync of the log for all who wait for it, and for nobody too early."""

import errno
import os
import shutil
import sqlite3
import threading
from contextlib import closing

import pytest

from tertulia.core.errors import StoreError
from tertulia.store import open_store
from tertulia.store.connection import SharedSync
from tests.patience import PATIENCE


def _full() -> None:
    raise StoreError("full")


class SlowDisk(SharedSync):
    """A disk that takes as long as the test wants."""

    def __init__(self) -> None:
        super().__init__("nowhere", _full)
        self.begun, self.go_on, self.times = threading.Semaphore(0), threading.Semaphore(0), 0

    def _to_disk(self) -> None:
        self.times += 1
        self.begun.release()
        assert self.go_on.acquire(timeout=PATIENCE)


def test_who_comes_while_it_is_at_work_shares_the_next():
    """What was written after it began may not be in it: three who come meanwhile wait for one more."""
    disk, back = SlowDisk(), []

    def write() -> None:
        disk.sync()
        back.append(disk.times)

    first = threading.Thread(target=write)
    first.start()
    assert disk.begun.acquire(timeout=PATIENCE)
    others = [threading.Thread(target=write) for _ in range(3)]
    for each in others:
        each.start()
    while disk._asked < 4:
        first.join(0.001)
    disk.go_on.release()
    first.join(30)
    assert disk.begun.acquire(timeout=PATIENCE)
    disk.go_on.release()
    for each in others:
        each.join(30)
    assert (2, [2, 2, 2]) == (disk.times, sorted(back)[-3:])


def test_a_disk_that_fails_is_told_and_tried_again(tmp_path):
    """To each who waited; who comes later may have better luck."""
    folder = tmp_path / "var"
    disk = SharedSync(str(folder), _full)
    folder.mkdir()  # a folder cannot be opened for writing
    with pytest.raises(StoreError):
        disk.sync()
    folder.rmdir()
    disk.sync()


class Forgetful:
    """A system that fails once to bring a file to the disk, and from then on says that all is well."""

    def __init__(self) -> None:
        self.times = 0

    def fsync(self, _file: int) -> None:
        self.times += 1
        if self.times == 1:
            raise OSError(errno.EIO, "Input/output error")


def test_what_the_disk_did_not_take_is_written_elsewhere_before_anybody_goes_on(tmp_path, monkeypatch):
    """The log has a hole, which nobody would be told of again: it is in the database itself that the words are."""
    store = open_store("sqlite:///t.db", tmp_path)
    store.conversation.set_cursor("before", "1")
    monkeypatch.setattr(os, "fsync", Forgetful().fsync)
    store.conversation.set_cursor("x", "1")
    shutil.copy(tmp_path / "t.db", tmp_path / "alone.db")
    with closing(sqlite3.connect(tmp_path / "alone.db")) as alone:
        assert [("before",), ("x",)] == alone.execute("SELECT name FROM marks ORDER BY name").fetchall()
    store.close()


def test_a_log_with_a_hole_is_good_for_nobody(tmp_path, monkeypatch):
    """While it cannot be written elsewhere either, nobody is told that their words are on the disk."""
    (tmp_path / "log").touch()
    system = Forgetful()
    monkeypatch.setattr(os, "fsync", system.fsync)
    disk = SharedSync(str(tmp_path / "log"), _full)
    for _ in range(3):
        with pytest.raises(StoreError, match="full"):
            disk.sync()
    assert 1 == system.times


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
