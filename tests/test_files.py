"""Whole files: the old one or the new one, and the rights that were meant."""

import errno
import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from tertulia.core import files
from tertulia.core.files import (
    PATIENCE_SECONDS,
    PRIVATE,
    copy_whole,
    everywhere,
    folds_case,
    is_inside,
    link_same,
    locked,
    private_file,
    private_folder,
    put_in_place,
    read_regular,
    remove_empty,
    wait_for_lock,
    write_if_changed,
    write_new,
    write_pieces,
    write_whole,
)
from tests.patience import PATIENCE


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
        before.symlink_to(tmp_path / "there")
    else:
        before.write_bytes(old)
    assert (old == b"the same") == link_same(before, new, b"the same") == new.exists()


def test_a_file_that_somebody_replaces_meanwhile_is_not_shared(tmp_path, monkeypatch):
    """It was read as it was; what stands there now says something else."""
    before, new, link = tmp_path / "before", tmp_path / "new", os.link
    before.write_bytes(b"the same")

    def late(old, target):
        write_whole(before, b"another!")
        link(old, target)

    monkeypatch.setattr(os, "link", late)
    assert not link_same(before, new, b"the same")
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


NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EBADF)


@pytest.mark.parametrize("answer", [*NO_LOCKS, None])
def test_a_disk_without_locks_holds_nobody_up(tmp_path, monkeypatch, answer):
    """A network's may have none, and Windows knows nothing of them: then nobody waits, and nothing fails."""
    import fcntl

    def no_locks(_handle, _how):
        raise OSError(answer, "No locks available")

    if answer:
        monkeypatch.setattr(fcntl, "flock", no_locks)
    else:
        monkeypatch.setitem(sys.modules, "fcntl", None)
    with locked(tmp_path):
        write_whole(tmp_path / "una", "x")
    with open(tmp_path / "una") as file:
        assert not wait_for_lock(file.fileno())
    assert "x" == (tmp_path / "una").read_text()


def test_a_lock_that_fails_otherwise_is_told(tmp_path, monkeypatch):
    """Nobody goes on without it where there are locks."""
    import fcntl

    def fails(_handle, _how):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(OSError, match="Input/output"), locked(tmp_path):
        pytest.fail("it went on")


@pytest.fixture
def synced(monkeypatch):
    """What each file held when the disk was asked to keep it."""
    told, sync = [], os.fsync

    def fsync(handle):
        told.append(os.pread(handle, 100, 0))
        sync(handle)

    monkeypatch.setattr(files.os, "fsync", fsync)
    return told


def test_the_disk_is_asked_to_keep_all_of_it(tmp_path, synced):
    """All that was written, before it takes the old one's place; what can be made again waits for no disk."""
    write_whole(tmp_path / "a", "uno")
    write_if_changed(tmp_path / "a", b"dos")
    write_if_changed(tmp_path / "a", b"dos")
    write_pieces(tmp_path / "a", (b"d", b"os y medio"))
    there = [b"uno", b"dos", b"dos y medio"]
    assert there == synced
    write_whole(tmp_path / "a", "tres", durable=False)
    write_if_changed(tmp_path / "a", "cuatro", durable=False)
    for data in (b"cinco", b"seis"):
        write_new(str(tmp_path / "b"), data)
    copy_whole(tmp_path / "a", tmp_path / "c")
    assert there == synced
    assert ["cuatro", "seis", "cuatro"] == [(tmp_path / name).read_text() for name in "abc"]


@pytest.mark.parametrize("write", [
    write_whole, write_if_changed, lambda path, data: write_new(str(path), data),
    lambda path, data: link_same(_file(path.parents[2] / "same", data), path, data),
])  # fmt: skip
def test_its_folders_are_made(tmp_path, write):
    """However many are missing; and the next one finds them there."""
    for name in ("a/b/one", "a/b/two", "a/three"):
        path = tmp_path / "out" / name
        write(path, b"x")
        assert b"x" == path.read_bytes()


def _file(path, data):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def test_what_stands_where_a_new_one_is_written_is_replaced_whole(tmp_path):
    """Who reads the old one goes on with it, and what shares its bytes keeps them."""
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"long and old")
    os.link(path, other)
    write_new(str(path), b"new")
    assert (b"new", b"long and old") == (path.read_bytes(), other.read_bytes())


def test_a_link_to_the_same_is_no_file_that_is_right(tmp_path):
    """Whoever changes what it leads to would change it too."""
    (tmp_path / "there").write_bytes(b"x")
    (tmp_path / "a").symlink_to("there")
    assert write_if_changed(tmp_path / "a", b"x")
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
@pytest.mark.parametrize("kind", ["mkfifo", "mkdir", "null", ""])
def test_a_file_alone_is_read(tmp_path, kind):
    """No pipe, which nobody writes into, nor a device or a folder; the error names it."""
    path, waited = tmp_path / "there", []
    if kind == "null":
        path.symlink_to(os.devnull)
    elif kind:
        getattr(os, kind)(path)
    help_ = threading.Timer(5, lambda: waited.append(os.open(path, os.O_RDWR)))
    help_.start()
    try:
        with pytest.raises(OSError, match="there") as refused:
            read_regular(path)
    finally:
        help_.cancel()
    wanted = {"": errno.ENOENT, "mkdir": errno.EISDIR}.get(kind, errno.ESPIPE)
    assert (wanted, str(path), []) == (refused.value.errno, str(refused.value.filename), waited)
    (tmp_path / "a").write_bytes(b"x\r\n")
    assert b"x\r\n" == read_regular(tmp_path / "a")


@pytest.mark.skipif(os.name == "nt", reason="rights are another matter there")
def test_what_is_private_is_closed_to_all_others(tmp_path):
    """Whether it had been open is told; what is made is made closed, folders above it too few to matter."""
    folder, file = tmp_path / "a" / "var", tmp_path / "a" / "var" / "key"
    before = os.umask(0)
    try:
        assert (False, False) == (private_folder(folder), private_file(file))
        assert (False, False) == (private_folder(folder), private_file(file))
        assert [0o700, 0o600] == [stat.S_IMODE(one.stat().st_mode) for one in (folder, file)]
        for group in (0o070, 0o007):
            folder.chmod(0o700 | group), file.chmod(0o600 | group)
            assert (True, True) == (private_folder(folder), private_file(file))
            assert [0o700, 0o600] == [stat.S_IMODE(one.stat().st_mode) for one in (folder, file)]
        file.chmod(0o444)
        assert (True, 0o400) == (private_file(file), stat.S_IMODE(file.stat().st_mode))
        file.chmod(0o644)
        assert (False, 0o644) == (private_folder(file), stat.S_IMODE(file.stat().st_mode))
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="rights are another matter there")
def test_what_is_somebody_elses_stays_as_it_is(tmp_path, monkeypatch):
    """Its rights are not ours to change."""

    def theirs(*_anything, **_more):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(files.Path, "chmod", theirs)
    assert not private_folder(tmp_path)


def test_empty_folders_go_as_far_as_they_are_empty(tmp_path):
    """Those above a file that has gone, up to one that holds more, and never the one that all is in."""
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)
    (tmp_path / "a" / "x").write_text("")
    remove_empty(tmp_path, "a/b/c/gone.html")
    assert ["a", "a/x"] == sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*"))
    (tmp_path / "a" / "x").unlink()
    remove_empty(tmp_path, "a/x")
    assert tmp_path.exists() and [] == list(tmp_path.iterdir())
    remove_empty(tmp_path, "x")
    assert tmp_path.exists()


def test_a_copy_is_made_where_there_is_none_of_that_size_and_age(tmp_path):
    """One that is older, or of another size, is another's; where the build before has it, that very file is shared."""
    source, target, before = (tmp_path / name for name in ("source", "target", "before"))
    for data, age, expected in ((b"old", 0, b"old"), (b"old", 1, b"new"), (b"older", 0, b"new"), (b"old", -1, b"old")):
        source.write_bytes(b"new")
        target.write_bytes(data)
        os.utime(source, ns=(10**18, 10**18))
        os.utime(target, ns=(10**18, 10**18 - age))
        copy_whole(source, target)
        assert expected == target.read_bytes(), (data, age)
    for data, shared in ((b"new", True), (b"old", False)):
        target.unlink()
        before.write_bytes(data)
        copy_whole(source, target, before)
        assert (b"new", shared) == (target.read_bytes(), target.samefile(before))


@pytest.mark.parametrize("changed", [b"newer", b"new"])
def test_a_file_that_is_written_anew_meanwhile_is_not_shared(tmp_path, monkeypatch, changed):
    """In its place, with another length or at another moment: what was compared is no longer there."""
    before, new, link = tmp_path / "before", tmp_path / "new", os.link
    before.write_bytes(b"old")
    os.utime(before, ns=(10**18, 10**18))

    def late(old, target):
        before.write_bytes(changed)
        if changed != b"new":
            os.utime(before, ns=(10**18, 10**18))
        link(old, target)

    monkeypatch.setattr(os, "link", late)
    assert not link_same(before, new, b"old")
    assert not new.exists()


def test_where_something_stands_nothing_is_shared(tmp_path):
    """It stays, and who asks writes."""
    (tmp_path / "before").write_bytes(b"same")
    (tmp_path / "new").write_bytes(b"other")
    assert not link_same(tmp_path / "before", tmp_path / "new", b"same")
    assert b"other" == (tmp_path / "new").read_bytes()


def test_a_link_in_a_circle_is_inside_whatever_is_asked(tmp_path):
    """It ends nowhere, so that nobody may count on its being outside; all others are where they end."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    (tmp_path / "in" / "round").symlink_to("round")
    names = ("in", "in/new", "in/out", "in/out/x", "in/../x", "in/round", "inn")
    assert [True, True, False, False, False, True, False] == [
        is_inside(tmp_path / name, tmp_path / "in") for name in names
    ]


def test_where_one_stands_in_no_folder_all_is_inside(tmp_path, monkeypatch):
    """Somebody has removed it: nothing can be told of what is named from there."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert is_inside(Path("x"), tmp_path / "other")


@pytest.mark.parametrize(
    ("folder", "asked"),
    [("/1/ñu/2", ["/1/ñu", "/1/ÑU"]), ("/a/B", ["/a/B", "/a/b"]), ("/1/2", []), ("/", [])],
)
def test_a_disk_that_does_not_count_capitals_has_one_folder_for_both(monkeypatch, folder, asked):
    """The nearest above it whose name has letters is asked for twice; where none has, there is nothing to tell."""
    looked, real = [], os.lstat

    def lstat(path):
        looked.append(str(path))
        return real("/")

    monkeypatch.setattr(files.os, "lstat", lstat)
    found = folds_case(Path(folder))
    monkeypatch.undo()
    assert (bool(asked), asked) == (found, looked)


def test_one_holds_a_folder_at_a_time(tmp_path):
    """The second waits until the first lets go, also by failing; nothing is left in it."""
    order, began = [], threading.Event()

    def second():
        began.set()
        with locked(tmp_path):
            order.append("second")
        handle = os.open(tmp_path, os.O_RDONLY)
        order.append(wait_for_lock(handle))
        os.close(handle)

    other = threading.Thread(target=second)

    def first():
        with locked(tmp_path):
            other.start()
            began.wait(PATIENCE)
            other.join(0.05)
            order.append("first")
            raise KeyError

    with pytest.raises(KeyError):
        first()
    other.join(PATIENCE)
    assert (["first", "second", True], []) == (order, list(tmp_path.iterdir()))
