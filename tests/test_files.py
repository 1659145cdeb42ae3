"""Whole files: the old one or the new one, and the rights that were meant."""

import errno
import os
import stat

import pytest

from tertulia.core import files
from tertulia.core.files import (
    PATIENCE_SECONDS,
    PRIVATE,
    everywhere,
    folds_case,
    locked,
    put_in_place,
    write_if_changed,
    write_whole,
)


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_killed_while_writing(tmp_path, monkeypatch, call):
    """Killed at any step, the old file is there, whole, and nothing beside it."""
    path = tmp_path / "uno.json"
    write_whole(path, "viejo")

    def dies(*_anything):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, call, dies)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "nuevo")
    assert path.read_text() == "viejo"
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="no limits there")
def test_what_is_written_once_is_whole_or_not_there(tmp_path):
    """Never over a file that is there, and nothing is left of one that the disk has no room for."""
    import resource  # here, for Windows has none

    path = tmp_path / "posts/uno.md"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4, limits[1]))  # no file may grow beyond it: what a full disk does
    try:
        with pytest.raises(OSError, match=r"uno\.md") as told:
            files.write_once(path, "Título")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (str(path), False) == (told.value.filename, path.exists())
    files.write_once(path, "Título\n")
    with pytest.raises(FileExistsError):
        files.write_once(path, "otro")
    assert path.read_bytes() == "Título\n".encode()


def test_rights_do_not_hang_on_the_umask(tmp_path):
    """What is private is private from its first byte on, whatever the umask and the file before it."""
    path = tmp_path / "clave"
    path.write_text("a la vista")
    before = os.umask(0)
    try:
        write_whole(path, b"\xf1", mode=PRIVATE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    assert path.read_bytes() == b"\xf1"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    """Where a symbolic link stands, what it leads to is left alone."""
    secret = tmp_path / ".env"
    secret.write_text("CLAVE=1")
    link = tmp_path / "enlace"
    link.symlink_to(secret)
    write_whole(link, "CLAVE=1")
    assert secret.read_text() == "CLAVE=1"
    assert not link.is_symlink()


def test_a_file_that_is_right_is_left_alone(tmp_path):
    """Writing what is there already changes nothing; a name may be as long as the disk allows."""
    path = tmp_path / ("ñ" * 125 + ".txt")
    assert write_if_changed(path, "año")
    before = path.stat().st_ino
    assert not write_if_changed(path, "año")
    assert before == path.stat().st_ino


@pytest.mark.parametrize("old", [b"the same", b"others", "link"])
def test_a_file_is_shared_where_it_holds_the_same(tmp_path, old):
    """It itself, and not what a link leads to; anything else is left to who writes."""
    before, new = tmp_path / "before", tmp_path / "folder" / "new"
    if old == "link":
        (tmp_path / "there").write_bytes(b"the same")
        before.symlink_to("there")
    else:
        before.write_bytes(old)
    assert (old == b"the same") == files.link_same(before, new, b"the same") == new.exists()


def test_a_file_that_somebody_replaces_meanwhile_is_not_shared(tmp_path, monkeypatch):
    """It was read as it was; what stands there now says something else."""
    before, new, link = tmp_path / "before", tmp_path / "new", os.link
    before.write_bytes(b"the same")

    def late(old, target):
        write_whole(before, b"another!")
        link(old, target)

    monkeypatch.setattr(os, "link", late)
    assert not files.link_same(before, new, b"the same")
    assert not new.exists()


class HeldOpen:
    """``os.replace`` of Windows, where another program has the file open and lets go after so many times."""

    def __init__(self, times: int, winerror: int | None) -> None:
        self.times, self.winerror, self.asked = times, winerror, 0
        self._replace = os.replace

    def __call__(self, part, path) -> None:
        self.asked += 1
        if self.asked > self.times:
            return self._replace(part, path)
        error = PermissionError(errno.EACCES, "Access is denied", str(part))
        if self.winerror is not None:
            error.winerror = self.winerror
        raise error


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_that_another_program_has_open_is_asked_for_again(tmp_path, monkeypatch, winerror):
    """Most let go of it at once; then it is replaced as ever."""
    path, waited = tmp_path / "index.html", []
    (part := tmp_path / "parte").write_text("nuevo")
    path.write_text("viejo")
    monkeypatch.setattr(files.os, "replace", HeldOpen(2, winerror))
    put_in_place(part, path, waited.append)
    assert ("nuevo", list(PATIENCE_SECONDS[:2])) == (path.read_text(), waited)


def test_one_that_is_not_let_go_of_stays_whole_and_is_told(tmp_path, monkeypatch):
    """In the end one line says what to do; the old file is as it was, and nothing lies beside it."""
    path = tmp_path / "index.html"
    path.write_text("viejo")
    monkeypatch.setattr(files.os, "replace", HeldOpen(100, 32))
    monkeypatch.setattr(files, "PATIENCE_SECONDS", ())
    with pytest.raises(PermissionError) as raised:
        write_whole(path, "nuevo")
    assert "ciérralo allí" in raised.value.strerror and str(path) == raised.value.filename
    assert ([path], "viejo") == (list(tmp_path.iterdir()), path.read_text())


def test_what_nobody_may_write_is_not_asked_for_again(tmp_path, monkeypatch):
    """Where the rights are lacking, waiting changes nothing."""
    held, waited = HeldOpen(100, None), []
    monkeypatch.setattr(files.os, "replace", held)
    with pytest.raises(PermissionError, match="Access is denied"):
        put_in_place(tmp_path / "parte", tmp_path / "una", waited.append)
    assert (1, []) == (held.asked, waited)


@pytest.mark.parametrize(
    ("name", "free"),
    [
        ("con", "con-1"), ("AUX.md", "AUX-1.md"), ("nul.tar.gz", "nul-1.tar.gz"), ("COM1", "COM1-1"),
        ("lpt².txt", "lpt²-1.txt"),
        ("prn .txt", "prn-1.txt"), ("con. ", "con-1"), ("1*abc.jpeg", "1-abc.jpeg"),
        ('a:b?"c|d<e>\\f', "a-b--c-d-e--f"),
        ("fin...", "fin"), ("controles", "controles"), ("com", "com"), ("com10", "com10"), ("aux-1.md", "aux-1.md"),
        (".con", ".con"), ("año.jpg", "año.jpg"),
    ],
)  # fmt: skip
def test_what_windows_has_no_file_for_is_called_otherwise(name, free):
    """The same on every system, and what is free already stays."""
    assert free == everywhere(name)


def test_a_disk_says_whether_capitals_count(tmp_path):
    """It is looked at, not the system: another name for the folder that leads to it says no more than a link does."""
    folder = tmp_path / "contenido"
    folder.mkdir()
    assert not folds_case(folder)
    (tmp_path / "CONTENIDO").symlink_to(folder)
    assert not folds_case(folder)


def test_a_disk_without_locks_holds_nobody_up(tmp_path, monkeypatch):
    """A network's may have none: then nobody waits, and nothing fails."""
    import fcntl

    def no_locks(_handle, _how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with locked(tmp_path):
        write_whole(tmp_path / "una", "x")
    assert "x" == (tmp_path / "una").read_text()


def test_a_lock_that_fails_otherwise_is_told(tmp_path, monkeypatch):
    """Nobody goes on without it where there are locks."""
    import fcntl

    def fails(_handle, _how):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(OSError, match="Input/output"), locked(tmp_path):
        pytest.fail("it went on")
