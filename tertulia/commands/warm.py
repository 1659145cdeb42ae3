"""Builds that begin at once: a process that has imported all that they need, and forks one that does each.

Nothing of a blog is read before the fork, so each build is as if it had a process of its own. Where the system cannot
fork safely, it has.

The fork that has built stays, with all that it has arranged: a text that is saved again it draws alone, in a
hundredth of the time (``Keeper``, ``tertulia/edits/text_edits.py``). It ends when nobody listens to it any more.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

from tertulia import site
from tertulia.commands import build
from tertulia.core import paths, strict_json
from tertulia.core.languages import say
from tertulia.site.up_to_date import stamp_of

WAIT_SECONDS = 20  # for who should ask, or answer, at once


class Keeper:
    """
    The process that has done a build, and keeps what it arranged.

    Args:
        place: Its socket.

    Raises:
        OSError: it is not there.
    """

    def __init__(self, place: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(WAIT_SECONDS)
        self._socket.connect(place)
        self._lines = self._socket.makefile("rb")

    def draw(self, saved: Iterable[Path]) -> tuple[list[str], str]:
        """
        Draw anew, in the output of its build, the pages that show the texts that were *saved*.

        Returns:
            The pages, and why a build is needed to show any of it; "" where none is.
        """
        try:
            self._socket.sendall(json.dumps([str(path) for path in saved]).encode() + b"\n")
            pages, why = strict_json.decode(self._lines.readline(), type=tuple[list[str], str])
        except (OSError, ValueError) as error:
            return [], str(error) or type(error).__name__
        return pages, why

    def close(self) -> None:
        """Let the process end."""
        with contextlib.suppress(OSError):
            self._lines.close()
            self._socket.close()


class WarmBuilder:
    """
    Runs builds of one blog: give ``run`` to ``build.run`` as *process*.

    Args:
        root: The blog's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.keeper: Keeper | None = None  # of the last build; whoever takes it closes it
        self._process: subprocess.Popen[str] | None = None
        self._code = ""
        self._sockets = tempfile.mkdtemp(prefix="preview-")  # here, for such a name must be short
        self._count = 0
        self._closed = threading.Event()

    def run(self, root: Path, arguments: list[str]) -> int:
        """Do one build; the code with which it ended."""
        self.keeper = None
        if sys.platform != "linux":
            return build.in_new_process(root, arguments)
        try:
            if self._process is None or self._process.poll() is not None or self._code != code_stamp():
                self.start()
            assert self._process and self._process.stdin and self._process.stdout
            self._count += 1
            place = os.path.join(self._sockets, str(self._count))
            self._process.stdin.write(json.dumps([*arguments, place]) + "\n")
            self._process.stdin.flush()
            code = int(self._process.stdout.readline())
        except (OSError, ValueError):  # it is gone, and with it the build
            if self._closed.is_set():
                return 1
            self._end()
            return build.in_new_process(root, arguments)
        if code == 0:
            with contextlib.suppress(OSError):
                self.keeper = Keeper(place)
        return code

    def start(self) -> None:
        """Begin to import, so that the next build need not."""
        self._end()
        if sys.platform == "linux":
            self._code, command = code_stamp(), [sys.executable, "-m", __name__]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command, cwd=self.root, stdin=pipe, stdout=pipe, text=True, start_new_session=True
            )

    def close(self) -> None:
        """End it, and a build that it is at."""
        self._closed.set()
        self._end()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            with contextlib.suppress(ValueError):  # another thread reads what it says, and sees its end
                process.communicate()


def code_stamp() -> str:
    """Return what changes when the program does: a process that has imported it before would build by the old one."""
    files = sorted(path for folder in (paths.PACKAGE, paths.HOME / "plugins") for path in folder.rglob("*.py"))
    return repr([(str(path), stamp_of(path)) for path in files])


def main() -> None:
    """Read the arguments of a build from each line, do it in a fork, and answer with its code."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a build prints is for people
    _import_all()
    gc.freeze()
    for line in sys.stdin:
        *arguments, place = strict_json.decode(line, type=list[str])
        done, tell_done = os.pipe()
        child = os.fork()
        if not child:
            os.close(0)
            with contextlib.suppress(BaseException):
                _build(arguments, place, tell_done)
                sys.stdout.flush()
            os._exit(0)
        os.close(tell_done)
        code = 0 if os.read(done, 1) else os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(done)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that nobody listened to any more
                pass
        with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more; there will be no next line
            print(code, file=answer, flush=True)


def _build(arguments: list[str], place: str, tell_done: int) -> None:
    """Build, say so, and stay for as long as somebody listens."""
    built = build.main(arguments)
    if built is None:
        return
    from tertulia.edits.text_edits import BuiltSite, NeedsBuildError, TextEdits

    with socket.socket(socket.AF_UNIX) as door:
        door.bind(place)
        door.listen(1)
        door.settimeout(WAIT_SECONDS)
        os.write(tell_done, b"!")
        os.close(tell_done)
        edits = TextEdits(BuiltSite(built))
        listener, _ = door.accept()
    with listener, listener.makefile("rb") as lines:
        listener.settimeout(None)
        for line in lines:
            pages, why = [], ""
            try:
                pages = edits.apply(strict_json.decode(line, type=list[str]))
            except NeedsBuildError as error:
                why = str(error)
            except Exception as error:  # the build that follows says what is wrong
                why = say("edit_failed", why=type(error).__name__)
            listener.sendall(json.dumps([pages, why]).encode() + b"\n")


def _import_all() -> None:
    """All that our plugins import, but not them: who is only imported takes part already (Pelican's readers)."""
    for name in ("pelican", *(f"{site.__name__}.{module.name}" for module in pkgutil.iter_modules(site.__path__))):
        importlib.import_module(name)


if __name__ == "__main__":
    main()
