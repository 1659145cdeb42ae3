"""Builds that begin at once: a process that has imported all that they need, and forks one that does each.

Nothing of a blog is read before the fork, so each build is as if it had a process of its own. Where the system cannot
fork safely, it has.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
from pathlib import Path

from tertulia import site
from tertulia.commands import build
from tertulia.core import paths, strict_json
from tertulia.site.up_to_date import stamp_of


class WarmBuilder:
    """
    Runs builds of one blog: give ``run`` to ``build.run`` as *process*.

    Args:
        root: The blog's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._process: subprocess.Popen[str] | None = None
        self._code = ""

    def run(self, root: Path, arguments: list[str]) -> int:
        """Do one build; the code with which it ended."""
        if sys.platform != "linux":
            return build.in_new_process(root, arguments)
        try:
            if self._process is None or self._process.poll() is not None or self._code != code_stamp():
                self.start()
            assert self._process and self._process.stdin and self._process.stdout
            self._process.stdin.write(json.dumps(arguments) + "\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())
        except (OSError, ValueError):  # it is gone, and with it the build
            self.close()
            return build.in_new_process(root, arguments)

    def start(self) -> None:
        """Begin to import, so that the next build need not."""
        self.close()
        if sys.platform == "linux":
            self._code, command = code_stamp(), [sys.executable, "-m", __name__]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(
                command, cwd=self.root, stdin=pipe, stdout=pipe, text=True, start_new_session=True
            )

    def close(self) -> None:
        """End it, and a build that it is at."""
        process, self._process = self._process, None
        if process:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def code_stamp() -> str:
    """What changes when the program does: a process that has imported it before would build by the old one."""
    files = sorted(path for folder in (paths.PACKAGE, paths.HOME / "plugins") for path in folder.rglob("*.py"))
    return repr([(str(path), stamp_of(path)) for path in files])


def main() -> None:
    """Read the arguments of a build from each line, do it in a fork, and answer with its code."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a build prints is for people
    _import_all()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.close(0)
            with contextlib.suppress(BaseException):
                build.main(strict_json.decode(line, type=list[str]))
                sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answer, flush=True)


def _import_all() -> None:
    """All that our plugins import, but not them: who is only imported takes part already (Pelican's readers)."""
    for name in ("pelican", *(f"{site.__name__}.{module.name}" for module in pkgutil.iter_modules(site.__path__))):
        importlib.import_module(name)


if __name__ == "__main__":
    main()
