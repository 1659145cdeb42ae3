"""A folder of another machine, by rsync: ``rsync:me@host:/srv/www/blog``, or a daemon's ``rsync://host/module``.

Only the files of the plan travel (``--files-from``), put into place together at the end (``--delay-updates``). Then
those to take away are named: what does not exist here is deleted there (``--delete-missing-args``), which is how only
what we put there ever goes. rsync ≥ 3.2.3 here, ≥ 3.1 there.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    DeployError,
    DeployPlan,
    Manifest,
    Target,
    failed,
    read_manifest,
    system_told,
    written,
)

# "Some files could not be transferred", "vanished", "not deleted": the others were.
_PARTIAL = (23, 24, 25)


class Rsync(Target):
    """Whatever rsync can reach."""

    def __init__(self, address: str, context: DeployContext) -> None:
        if not re.search("[:/]", address):
            raise SettingError(say("deploy_choices"))  # a host without its folder would be a folder of this machine
        # "rsync://…" is rsync's own way to name a daemon; all else is a path, here or after "host:".
        self._place = (f"rsync:{address}" if address.startswith("//") else address).rstrip("/") + "/"

    def manifest(self) -> Manifest:
        with tempfile.TemporaryDirectory() as folder:
            code, lines = _rsync(f"{self._place}{MANIFEST}", folder)
            path = Path(folder, MANIFEST)
            if code == 0 and path.is_file() and not path.is_symlink():
                return read_manifest(path.read_bytes())
            # Of the one file that was asked for; a daemon's line may be cut off behind it, which is told as well.
            errors = [line for line in lines if line.startswith("rsync: ") and "failed" in line]
            if code == 23 and errors and all("failed: No such file or directory" in line for line in errors):
                return Manifest()
            raise failed(_cause(code, lines) if code else say("deploy_manifest", name=MANIFEST))

    def apply(self, output: Path, plan: DeployPlan) -> None:
        self._leave(plan.between)
        self._send(output, plan.put, begun=False)
        with tempfile.TemporaryDirectory() as nothing:
            for name in plan.delete:  # only the file may be missing: a folder on its way would be an error
                Path(nothing, name).parent.mkdir(parents=True, exist_ok=True)
            self._send(Path(nothing), plan.delete, "--delete-missing-args", begun=bool(plan.put))
        self._leave(plan.new, begun=bool(plan.put or plan.delete))

    def _send(self, folder: Path, files: tuple[str, ...], *options: str, begun: bool) -> None:
        if not files:
            return
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
            names.write("\0".join(files))
            names.flush()
            options = ("--from0", f"--files-from={names.name}", "--delay-updates", "--mkpath", *options)
            code, lines = _rsync(*options, f"{folder}/", self._place)
        if code:
            raise failed(_cause(code, lines), partly=begun or code in _PARTIAL)

    def _leave(self, manifest: Manifest, *, begun: bool = False) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, MANIFEST)
            path.write_bytes(written(manifest))
            code, lines = _rsync("--mkpath", str(path), self._place)
        if code:
            raise failed(_cause(code, lines), partly=begun)


def _cause(code: int, lines: list[str]) -> str:
    """Find what ssh or rsync says first: all else follows from it."""
    return next((line for line in lines if not line.startswith("Warning: ")), f"rsync: {code}")


def _rsync(*arguments: str) -> tuple[int, list[str]]:
    program = shutil.which("rsync")
    if program is None:
        raise DeployError(say("deploy_no_program", program="rsync"))
    # Times are not compared: a build writes every file anew, and the plan knows what changed.
    command = [program, "--recursive", "--links", "--ignore-times", "--chmod=D755,F644", *arguments]
    with system_told():
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done.returncode, [line for line in (each.strip("@ ") for each in done.stderr.splitlines()) if line]
