"""Whether there is nothing to do: all that a build was made of, and all that it made, is as that build left it.

The one question of most builds, asked before anything else is imported: so this file imports next to nothing, and the
note that it reads is plain values of Python's own.
"""

import marshal
import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

PLACE = ("var", "cache", "build", "public", "up-to-date")  # of the note in the blog's folder
FORMAT = 3  # of the note
SECONDS = "{seconds}"
# A file that was saved this shortly before we looked may be saved again without its time telling: file systems count
# in seconds (FAT, old NFS), or in the ticks of a clock, where a part of a second stands in the time.
TICK_NS, SECOND_NS = 100_000_000, 2_000_000_000
PASSED_OVER = frozenset({"__pycache__", ".git"})

Stamp = tuple[int, int, int, int]
# What a build was made of, when it would be another though nobody touches that (None for never), and the mark of what
# it has arranged ("" where that was not kept).
MadeOf = tuple[dict[str, Stamp | None], int | None, str]
# Of a file that may be another than it was when it was read, though its stamp is the same.
UNSURE: Stamp = (0, 0, 0, 0)
BY_NAMES = -1  # the first of the stamp of a folder that counts by what lies in it, and no time is so old
MOST_EDITED = 20  # files; where more of them changed, it is not looked for each


class Told(NamedTuple):
    """What a build said that found nothing to do since."""

    summary: str  # one line, SECONDS where those stand
    complaints: list[str]  # lines
    clean: bool  # nobody complained
    decimal_sign: str


class BuildNote(NamedTuple):
    """What a build has left of itself."""

    output: str  # its folder
    inputs: dict[str, Stamp | None]  # all that it was made of
    made: dict[str, tuple[int, int, int]]  # all that it has written
    due_ns: int | None  # when it would be another though nobody touches that
    told: Told
    mark: str  # of what it has arranged


class Look(NamedTuple):
    """What was seen of a blog, at one time."""

    place: str  # of the note
    output: str
    folder: Stamp | None  # which everyone touches who writes into the output
    note: BuildNote | None  # None where there is none that holds
    changed: list[str] | None  # as ``changed`` says

    @property
    def told(self) -> Told | None:
        """What the build said, where nothing has changed since."""
        return self.note.told if self.note and self.changed == [] else None

    @property
    def is_edit(self) -> bool:
        """Whether a few files have changed, and it is known what the build has arranged."""
        return bool(self.note and self.note.mark and self.changed)

    def again(self) -> "Look":
        """Return what there is to be seen now: the same for as long as nobody has written into the output since."""
        here = self.folder and self.folder == stamp_of(os.path.dirname(self.place))
        return self if here else look_at(self.place, self.output)


def stamp_of(path: "str | os.PathLike[str]") -> Stamp | None:
    """
    Return what tells whether a file or folder is the one that it was: no program changes it and leaves all of these
    alone.

    None where it cannot be looked at.
    """
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def stamp_by_names(folder: str) -> Stamp | None:
    """
    Return the same of a *folder* of programs by what lies in it: Python puts there what it has compiled.

    None where it is none.
    """
    try:
        with os.scandir(folder) as found:
            there = sorted((one.name, one.inode()) for one in found if one.name not in PASSED_OVER)
    except OSError:
        return None
    return BY_NAMES, zlib.crc32(repr(there).encode()), len(there), 0


def is_sure(stamp: Stamp, looked_ns: int) -> bool:
    """Whether who reads a file at *looked_ns* reads what its *stamp* stands for, and will for as long as that stays."""
    newest = max(stamp[:2])
    return looked_ns - newest > (TICK_NS if stamp[0] % 1_000_000_000 else SECOND_NS)


def below(folder: str, but: Iterable[str] = (), *, through_links: bool = False) -> Iterator[str]:
    """
    Yield a *folder*, all folders in it and their files, *but* what has one of these names at its top.

    Args:
        through_links: Also what lies in folders that are links, each once.
    """
    but, met = frozenset(but), {os.path.realpath(folder)}
    for where, folders, files in os.walk(folder, followlinks=through_links):
        folders[:] = [name for name in folders if name not in PASSED_OVER and name not in but]
        yield where
        if through_links:
            links = {
                name: os.path.realpath(path) for name in folders if os.path.islink(path := os.path.join(where, name))
            }
            yield from (os.path.join(where, name) for name in links)  # it may lead elsewhere one day
            folders[:] = [name for name in folders if name not in links or links[name] not in met]
            met |= set(links.values())
        yield from (os.path.join(where, name) for name in files if name not in but)
        but = frozenset()


def libraries() -> list[str]:
    """Return the folders of this Python's libraries."""
    return [os.path.abspath(path) for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")]


def builder() -> tuple[str, ...]:
    """Return who would build: this copy of the program, with these libraries; another one's build tells us nothing."""
    program = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return sys.version, program, *libraries(), *(os.environ.get(name, "") for name in ("PYTHONPATH", "TZ"))


def hand_over(place: str, made_of: MadeOf) -> None:
    """Leave what a build was *made_of* for whoever puts its output in place, and then writes the note."""
    with open(place, "wb") as file:
        marshal.dump(made_of, file)


def handed_over(place: str) -> MadeOf | None:
    """Return what was left at *place*; None where nothing was."""
    try:
        with open(place, "rb") as file:
            inputs, due_ns, mark = marshal.load(file)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return inputs, due_ns, mark


def look(paths: Iterable[str], began_ns: int, programs: tuple[str, ...] = ()) -> dict[str, Stamp | None] | None:
    """
    Return what *paths* are now; None where one of them may have changed since a build began to read.

    Args:
        began_ns: When that was, by the clock of this machine.
        programs: Folders, by their names and a slash, in which Python may leave what it has compiled at any time.
    """
    found: dict[str, Stamp | None] = {}
    for path in paths:
        by_names = stamp_by_names(path) if f"{path}{os.sep}".startswith(programs) else None
        found[path] = stamp = by_names or stamp_of(path)
        if stamp and not (by_names or is_sure(stamp, began_ns)):
            return None
    return found


def write(note: str, made_of: MadeOf, output: str, kept: Iterable[str], told: Told, *, number: int) -> None:
    """
    Leave the *note* that a build has been done, unless another build's output has taken the place of its own.

    Args:
        made_of: All that it was made of.
        output: The folder that it made.
        kept: Names in there that are not ours.
        told: What it said.
        number: Of that folder, by the file system, as the build made it.
    """
    made = _without_links({path: stamp_of(path) for path in below(output, kept)})
    if output in made and made[output][2] == number:
        inputs, due_ns, mark = made_of
        leave(note, BuildNote(output, inputs, made, due_ns, told, mark))


def leave(note: str, held: BuildNote) -> None:
    """Leave the *note* itself."""
    from pathlib import Path

    from tertulia.core.files import write_whole

    packed = marshal.dumps((FORMAT, builder(), time.time_ns(), *held[:-2], tuple(held.told), held.mark))
    write_whole(Path(note), zlib.crc32(packed).to_bytes(4, "big") + packed, mode=0o600, durable=False)


def tell(told: Told, seconds: float) -> None:
    """Say what the build said, but how long it took: that is what finding nothing to do has taken."""
    for line in told.complaints:
        print(line, file=sys.stderr)
    print(told.summary.replace(SECONDS, f"{seconds:.1f}".replace(".", told.decimal_sign)), flush=True)


def look_at(place: str, output: str) -> Look:
    """Return what is to be seen now of the blog whose note is at *place*, and whose pages are in *output*."""
    folder = stamp_of(os.path.dirname(place))  # first: who leaves another note meanwhile has changed it
    note = load(place, os.path.realpath(output), time.time_ns())
    return Look(place, output, folder, note, changed(note) if note else None)


def load(note: str, output: str, now_ns: int) -> BuildNote | None:
    """Return the *note* of the *output*; None where there is none, or the clock makes another."""
    try:
        with open(note, "rb") as file:
            data = file.read()
        if zlib.crc32(memoryview(data)[4:]).to_bytes(4, "big") != data[:4]:
            return None
        form, by, done_ns, of, inputs, made, due_ns, told, mark = marshal.loads(memoryview(data)[4:])
    except (OSError, ValueError, EOFError, TypeError):
        return None
    if (form, by, of) != (FORMAT, builder(), output):
        return None
    if now_ns < done_ns or (due_ns is not None and now_ns >= due_ns):
        return None
    return BuildNote(of, inputs, made, due_ns, Told(*told), mark)


def changed(note: BuildNote) -> list[str] | None:
    """
    Return what of the inputs of a build is not what it was; nothing where all is.

    None where the output is not as it was left, or more has changed than a few files.
    """
    found: list[str] = []
    stat = os.stat
    try:
        for path, stamp in note.made.items():
            there = stat(path)
            if (there.st_mtime_ns, there.st_size, there.st_ino) != stamp:
                return None
    except OSError:
        return None
    for path, was in note.inputs.items():
        if was is None:
            is_other = stamp_of(path) is not None
        else:
            try:
                there = stat(path)
                is_other = (there.st_mtime_ns, there.st_ctime_ns, there.st_size, there.st_ino) != was
            except OSError:
                is_other = True
            if is_other and was[0] == BY_NAMES:
                is_other = stamp_by_names(path) != was
        if is_other:
            found.append(path)
            if len(found) > MOST_EDITED:
                return None
    return found


def _without_links(made: Mapping[str, Stamp | None]) -> dict[str, tuple[int, int, int]]:
    """Without the time that changes when another output is given the same file, or is deleted."""
    return {path: (stamp[0], stamp[2], stamp[3]) for path, stamp in made.items() if stamp}
