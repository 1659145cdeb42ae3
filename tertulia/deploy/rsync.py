"""A folder of another machine, by rsync: ``rsync:me@host:/srv/www/blog``, or a daemon's ``rsync://host/module``.

Only the files of the plan travel (``--files-from``), put into place together at the end (``--delay-updates``). Then
those to take away are named: what does not exist here is deleted there (``--delete-missing-args``), which is how only
what we put there ever goes. rsync ≥ 3.2.3 here, ≥ 3.1 there.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from tertulia.core.languages import say
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    DeployError,
    DeployPlan,
    Manifest,
    Target,
    read_manifest,
    written,
)

# "Some files could not be transferred" and "vanished": the manifest is not there on the first deploy.
_PARTIAL = (23, 24)


class Rsync(Target):
    """Whatever rsync can reach."""

    def __init__(self, address: str, context: DeployContext) -> None:
        # "rsync://…" is rsync's own way to name a daemon; all else is a path, here or after "host:".
        self._place = (f"rsync:{address}" if address.startswith("//") else address).rstrip("/") + "/"

    def manifest(self) -> Manifest:
        with tempfile.TemporaryDirectory() as folder:
            code, words = _rsync(f"{self._place}{MANIFEST}", folder)
            path = Path(folder, MANIFEST)
            if path.is_file():
                return read_manifest(path.read_bytes())
            if code in _PARTIAL or "No such file" in words:
                return Manifest()
            raise DeployError(say("deploy_failed", why=words or code))

    def apply(self, output: Path, plan: DeployPlan) -> None:
        self._leave(plan.between)
        self._send(output, plan.put)
        with tempfile.TemporaryDirectory() as nothing:
            for name in plan.delete:  # only the file may be missing: a folder on its way would be an error
                Path(nothing, name).parent.mkdir(parents=True, exist_ok=True)
            self._send(Path(nothing), plan.delete, "--delete-missing-args")
        self._leave(plan.new)

    def _send(self, folder: Path, files: tuple[str, ...], *options: str) -> None:
        if not files:
            return
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as names:
            names.write("\0".join(files))
            names.flush()
            options = ("--from0", f"--files-from={names.name}", "--delay-updates", "--mkpath", *options)
            code, words = _rsync(*options, f"{folder}/", self._place)
        if code:
            raise DeployError(say("deploy_partly", why=words or code))

    def _leave(self, manifest: Manifest) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, MANIFEST)
            path.write_bytes(written(manifest))
            code, words = _rsync("--mkpath", str(path), self._place)
        if code:
            raise DeployError(say("deploy_failed", why=words or code))


def _rsync(*arguments: str) -> tuple[int, str]:
    program = shutil.which("rsync")
    if program is None:
        raise DeployError(say("deploy_no_program", program="rsync"))
    # Times are not compared: a build writes every file anew, and the plan knows what changed.
    command = [program, "--recursive", "--links", "--ignore-times", "--chmod=D755,F644", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip().split("\n")[0]
