"""A branch of a git repository, as GitHub, GitLab and Codeberg Pages serve: ``git:origin#gh-pages``.

*origin* is a remote of the blog's own repository, or any address that git can push to. The commit is made beside the
working tree, with an index of its own, on top of what the branch is now: nothing is checked out and nothing forced, so
what others put on the branch (``CNAME``) stays. The push is one moment: readers see the old site or the new.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tertulia.core.languages import say
from tertulia.core.settings import environment
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

# What names the cause: git's own end, then what the host says, then what it refused.
_FATAL, _HOST, _REJECTED, _ERROR = "fatal: ", "remote: ", "! [", "error: "
_NAME = re.compile(r"[\w-]+")  # of a remote; an address has more in it
_NOBODY = {"NAME": "Tertulia", "EMAIL": "tertulia@localhost"}


class GitBranch(Target):
    """A branch of a remote."""

    atomic = True

    def __init__(self, address: str, context: DeployContext) -> None:
        remote, _, branch = address.partition("#")
        self._remote, self._branch = remote or "origin", branch or "gh-pages"
        self._root = context.root

    def manifest(self) -> Manifest:
        tip = self._tip()
        if not tip:
            return Manifest()
        listed = self._git("ls-tree", "--full-tree", tip, "--", MANIFEST).decode("utf-8", "replace").split()
        if not listed:
            return Manifest()  # a branch that is not ours yet
        return read_manifest(self._git("cat-file", "blob", listed[2]))

    def apply(self, output: Path, plan: DeployPlan) -> None:
        with system_told():
            self._apply(output, plan)

    def _apply(self, output: Path, plan: DeployPlan) -> None:
        tip = self._tip()
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if tip:
                self._git("read-tree", tip, env=index)
            lines = [f"100644 {self._blob((output / name).read_bytes())}\t{name}" for name in plan.put]
            lines += [f"0 {'0' * 40}\t{name}" for name in plan.delete]
            lines.append(f"100644 {self._blob(written(plan.new))}\t{MANIFEST}")
            lines.append(f"100644 {self._blob(b'')}\t.nojekyll")  # or GitHub leaves out what begins with "_"
            self._git("update-index", "-z", "--index-info", env=index, given="\0".join(lines).encode() + b"\0")
            tree = self._git("write-tree", env=index).decode().strip()
        parents = ("-p", tip) if tip else ()
        message = say("deploy_commit", put=len(plan.put), gone=len(plan.delete))
        commit = self._git("commit-tree", tree, *parents, "-m", message, env=self._author()).decode().strip()
        self._git("push", "--quiet", self._remote, f"{commit}:refs/heads/{self._branch}")

    def _tip(self) -> str:
        """Fetch the newest commit of the branch, and name it; "" when there is no branch."""
        if _NAME.fullmatch(self._remote) and not self._knows("remote", "get-url", self._remote):
            raise DeployError(say("deploy_no_remote", remote=self._remote))
        there = self._git("ls-remote", self._remote, f"refs/heads/{self._branch}").decode().split()
        if not there:
            return ""
        self._git("fetch", "--quiet", "--no-tags", self._remote, f"refs/heads/{self._branch}")
        return there[0]

    def _author(self) -> dict[str, str]:
        """Return a name for whoever git has none for: the commit is the program's work, and nobody has to be asked."""
        if self._knows("var", "GIT_COMMITTER_IDENT") and self._knows("var", "GIT_AUTHOR_IDENT"):
            return {}
        return {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _NOBODY.items()}

    def _knows(self, *question: str) -> bool:
        """Whether git answers *question*."""
        return not self._run(*question).returncode

    def _blob(self, data: bytes) -> str:
        return self._git("hash-object", "-w", "--stdin", given=data).decode().strip()

    def _git(self, *arguments: str, env: dict[str, str] | None = None, given: bytes = b"") -> bytes:
        done = self._run(*arguments, env=env, given=given)
        if done.returncode:
            raise failed(f"git {arguments[0]}: {_cause(done.stderr.decode('utf-8', 'replace')) or done.returncode}")
        return done.stdout

    def _run(
        self, *arguments: str, env: dict[str, str] | None = None, given: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        program = shutil.which("git")
        if program is None:
            raise DeployError(say("deploy_no_program", program="git"))
        # git asks for a password on the terminal; a scheduled run has none to give. Its words are read, so: in English.
        environ = {**environment(), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(env or {})}
        with system_told():
            return subprocess.run(
                [program, *arguments], cwd=self._root, env=environ, input=given, capture_output=True, check=False
            )


def _cause(stderr: str) -> str:
    """Find the lines of git's *stderr* that name the cause, as one: its end is advice and consequences."""
    # The address that git complains of may hold a key.
    lines = [re.sub(r"(://)[^/@\s]*:[^/@\s]*@", r"\1", line.strip()) for line in stderr.splitlines()]
    lines = [line for line in lines if line and line != _HOST.strip()]
    told = [next((line for line in lines if line.startswith(start)), "") for start in (_FATAL, _HOST, _REJECTED)]
    if told[0] and (before := lines[: lines.index(told[0])]) and not before[-1].startswith((_HOST, "hint:")):
        told.insert(0, before[-1])  # ssh's own words, or which object it is
    told = [line for line in dict.fromkeys(told) if line]
    told = told or [line for line in lines if line.startswith(_ERROR)][:1] or lines[:1]
    return "; ".join(told)
