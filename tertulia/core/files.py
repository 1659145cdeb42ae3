"""Files that are there whole or not at all, whoever pulls the plug."""

import contextlib
import errno
import os
import re
import stat
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tertulia.core import lazy_re

PUBLIC = 0o644
PRIVATE = 0o600  # for what names people, and for keys
PRIVATE_FOLDER = 0o700

# What Windows answers while another program has a file open (an editor, what looks for viruses): access denied, sharing
# violation, lock violation. Most let go of it soon.
# https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-
HELD_BY_ANOTHER = frozenset({5, 32, 33})
PATIENCE_SECONDS = (0.01, 0.05, 0.1, 0.2, 0.4, 0.8)

# What no file may be called on Windows, whatever follows a dot.
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICE = lazy_re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE)
_NOT_IN_NAMES = lazy_re.compile(r'[<>:"|?*\\\x00-\x1f]')


def read_regular(path: Path) -> bytes:
    """
    Return what lies in *path*.

    Raises:
        OSError: there is none, or it may not be read; ``ESPIPE`` where it is a pipe, which would be waited for without
            end, or a device.
    """
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0))) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.ESPIPE, os.strerror(errno.ESPIPE), str(path))
        return file.read()


def write_whole(path: Path, data: bytes | str, *, mode: int = PUBLIC, durable: bool = True) -> None:
    """
    Put *data* into the file *path*; whoever reads it meanwhile sees the old file or the new one.

    Its folder is made where it is missing. It is written beside the file and moved over it. Where a symbolic link
    stands, the link is replaced: what it leads to is left alone.

    Args:
        data: Text is written as UTF-8, line ends as they are.
        mode: The file's rights, whatever the umask says.
        durable: Wait until the disk has it. False for what can be made again: a cache.

    Raises:
        OSError: it cannot be written; the old file is as it was, and nothing is left beside it.
    """
    write_pieces(path, (data.encode("utf-8") if isinstance(data, str) else data,), mode=mode, durable=durable)


def write_pieces(path: Path, pieces: Iterable[bytes], *, mode: int = PUBLIC, durable: bool = True) -> None:
    """Like ``write_whole``, for what is too large to be made before it is written; the same rules hold."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, part = tempfile.mkstemp(prefix=part_prefix(path), suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(pieces)
                stream.flush()
                if durable:
                    os.fsync(stream.fileno())
            os.chmod(part, mode)
            put_in_place(part, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(part)
            raise
    except OSError as error:  # of the file that was asked for, not of its part; and a full disk names none at all
        error.filename, error.filename2 = str(path), None
        raise


def put_in_place(part: str | Path, path: str | Path, wait: Callable[[float], None] = time.sleep) -> None:
    """
    Move the file or link *part* over *path*; where another program holds that open, as only Windows minds, ask again.

    Args:
        wait: Lets so many seconds go by.

    Raises:
        OSError: it cannot be moved; *path* is as it was, and what is told says what to do.
    """
    for seconds in (*PATIENCE_SECONDS, None):
        try:
            return os.replace(part, path)
        except PermissionError as error:
            if getattr(error, "winerror", None) not in HELD_BY_ANOTHER:
                raise
            if seconds is None:
                from tertulia.core.languages import say  # which reads files

                error.strerror = say("file_held")
                raise
        wait(seconds)


def write_new(path: str, data: bytes) -> None:
    """
    Write a file that mostly is new, in a folder that mostly is there: a build's; what stands there is replaced whole.

    Raises:
        OSError: it cannot be written.
    """
    try:
        os.mkdir(os.path.dirname(path))
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path, "xb") as file:
            file.write(data)
    except FileExistsError:  # whoever reads it just now gets it whole
        write_whole(Path(path), data, durable=False)


def write_once(path: Path, data: str) -> None:
    """
    Write a file where none is; of what cannot be written whole nothing is left.

    Raises:
        FileExistsError: there is one, which stays as it is.
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("xb")
    try:
        with file:
            file.write(data.encode())
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a full disk names no file
            error.filename = str(path)
        raise


def write_if_changed(path: Path, data: bytes | str, *, mode: int = PUBLIC, durable: bool = True) -> bool:
    """Like ``write_whole``, but a file that holds *data* already is left alone; whether it was written."""
    wanted = data.encode("utf-8") if isinstance(data, str) else data
    with contextlib.suppress(FileNotFoundError):
        if not path.is_symlink() and path.read_bytes() == wanted:
            return False
    write_whole(path, wanted, mode=mode, durable=durable)
    return True


def private_folder(path: Path) -> bool:
    """
    Make the folder *path* for its owner alone, or close it to everybody else; whether it had been open to others.

    Raises:
        OSError: it cannot be made. One that is somebody else's stays as it is.
    """
    try:
        path.mkdir(mode=PRIVATE_FOLDER, parents=True)
    except FileExistsError:
        return path.is_dir() and _close(path, PRIVATE_FOLDER)
    return False


def private_file(path: Path) -> bool:
    """
    Make *path*, empty, for its owner alone, or close it to everybody else; whether it had been open to others.

    For what another library will write: SQLite gives the files that it puts beside a database the database's own
    rights (https://www.sqlite.org/src/doc/trunk/src/os_unix.c, ``findCreateFileMode``).

    Raises:
        OSError: it cannot be made. One that is somebody else's stays as it is.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    except FileExistsError:
        return path.is_file() and _close(path, PRIVATE)  # no folder, and no device such as /dev/null
    return False


def _close(path: Path, mode: int) -> bool:
    if os.name == "nt" or not path.stat().st_mode & 0o077:
        return False
    try:
        path.chmod(path.stat().st_mode & mode)
    except PermissionError:
        return False
    return True


def remove_empty(folder: Path, name: str) -> None:
    """Remove the folders in *folder* that held the file *name*, as far as they hold nothing now."""
    for above in Path(name).parents:
        try:
            if above != Path():
                (folder / above).rmdir()
        except OSError:
            return


def copy_whole(source: Path, target: Path, before: Path | None = None) -> None:
    """
    Put a copy of *source* at *target*, unless one is there: a file of the same size and no older.

    Args:
        before: Where there may be a copy already, which then is at *target* too.
    """
    here = source.stat()
    with contextlib.suppress(OSError):
        there = target.stat()
        if there.st_size == here.st_size and there.st_mtime_ns >= here.st_mtime_ns:
            return
    data = source.read_bytes()
    if not (before and link_same(before, target, data)):
        write_whole(target, data, durable=False)


def link_same(old: Path, new: Path, data: bytes) -> bool:
    """Let *new*, where nothing stands yet, be the very file *old*, if that holds *data*; whether it is."""
    with contextlib.suppress(OSError):
        there = os.stat(old, follow_symlinks=False)
        if stat.S_ISREG(there.st_mode) and there.st_size == len(data) and old.read_bytes() == data:
            new.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, new)
            linked = os.stat(new)
            if (linked.st_ino, linked.st_mtime_ns, linked.st_size) == (there.st_ino, there.st_mtime_ns, len(data)):
                return True
            os.unlink(new)  # somebody has just put another in its place
    return False


# A disk that has no such locks answers so; over NFS also where a file is not open for writing, as a folder never is.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EINVAL, errno.EBADF})


def wait_for_lock(handle: int) -> bool:
    """Lock the open file *handle*, when whoever has it lets go; whether there are such locks, on this disk too."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
    except ImportError:
        return False
    except OSError as error:  # https://man7.org/linux/man-pages/man2/flock.2.html
        if error.errno not in _NO_LOCKS:
            raise
        return False
    return True


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """
    Wait until no other process, and no other thread, holds *folder*, and hold it for the block.

    It is the folder itself that is locked, so nothing is left in it. Where there are no such locks (Windows, some disks
    of a network) nobody waits. Not to be taken twice by the same thread.
    """
    try:
        import fcntl  # noqa: F401  (Windows opens no folder either)
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        wait_for_lock(handle)
        yield
    finally:
        os.close(handle)


def is_inside(path: Path, folder: Path) -> bool:
    """Whether *path*, every link on its way followed, ends in *folder*; a link in a circle ends nowhere."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return True


def everywhere(name: str) -> str:
    """
    Return what a file or folder is called that would be *name*, where each system must be able to have it.

    Windows has no file "con", "aux.md", "1*a.jpg" or one that ends in a dot or a blank; most names stay as they are.
    """
    plain = _NOT_IN_NAMES.sub("-", name).rstrip(". ")
    stem, dot, end = plain.partition(".")
    return f"{stem.rstrip()}-1{dot}{end}" if _DEVICE.fullmatch(stem.rstrip()) else plain


def folds_case(folder: Path) -> bool:
    """Whether the disk that *folder* lies on takes names that differ only in capitals for one: macOS, Windows."""
    place = folder.absolute()
    lettered = next((one for one in (place, *place.parents) if one.name.swapcase() != one.name), None)
    if lettered is None:
        return False
    try:
        return os.path.samestat(os.lstat(lettered), os.lstat(lettered.with_name(lettered.name.swapcase())))
    except OSError:
        return False


def part_prefix(path: Path) -> str:
    """How the names of unfinished files beside *path* begin: a run that was killed leaves one."""
    return f".{path.stem[:100]}."
