"""The folder ``.venv`` that every task runs in, made and kept up to date by itself.

Runs in whatever Python the person has, before anything is installed: standard library only.

The lock is ``requirements.txt`` (``requirements-dev.txt`` holds it and what ``test`` and ``lint`` need).
What is installed is written in ``.venv/tertulia.json``, last of all: a lock that changed is installed again,
and a ``.venv`` whose making was cut short (its mark ``.venv/unfinished`` is still there) is made again.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NoReturn

from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
STAMP = "tertulia.json"
UNFINISHED = "unfinished"

# Tasks that need the tools of a contributor too.
DEV_TASKS = ("test", "lint")

# Variables that would bring somebody else's modules into our Python.
# https://docs.python.org/3/using/cmdline.html#environment-variables
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")

# What pip and uv print when the network, not the lock, is at fault.
NETWORK_SIGNS = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "getaddrinfo failed",
    "Network is unreachable",
    "ProxyError",
    "Failed to fetch",
    "error sending request",
    "dns error",
)

State = Literal["ready", "install", "make"]


def enter(root: Path, arguments: list[str]) -> None:
    """
    Go on in ``.venv``'s Python, which is made or brought up to date first; return at once when already there.

    Args:
        root: The blog's folder.
        arguments: The command line, the script's own path first.
    """
    python = ensure(root, dev=asked_task(arguments[1:]) in DEV_TASKS)
    if Path(sys.prefix).resolve() != (root / ".venv").resolve():
        _go_on_in(python, [os.path.abspath(arguments[0]), *arguments[1:]])


def asked_task(arguments: list[str]) -> str:
    """The first word of the command line that is no option, or ""."""
    return next((word for word in arguments if not word.startswith("-")), "")


def ensure(root: Path, *, dev: bool) -> Path:
    """
    The path of ``.venv``'s Python, with the lock installed.

    Raises:
        TertuliaError: it cannot be made; the message says what to do.
    """
    venv = root / ".venv"
    python = venv_python(venv)
    wanted = wanted_locks(root, venv, dev=dev)
    if state(venv, wanted) == "ready":
        return python
    with _one_at_a_time(root):
        todo = state(venv, wanted)  # another terminal may have done it while we waited
        try:
            if todo == "make":
                _make(venv)
            if todo != "ready":
                _install(root, venv, wanted)
        except OSError as error:
            raise TertuliaError(say("cannot_write", folder=root, reason=error.strerror or error)) from error
    return python


def venv_python(venv: Path, windows: bool = os.name == "nt") -> Path:
    """Where a virtual environment keeps its Python."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def wanted_locks(root: Path, venv: Path, *, dev: bool) -> dict[str, str]:
    """The locks that must be installed, each with its hash; the development lock stays once it is there."""
    names = [LOCK, DEV_LOCK] if dev or DEV_LOCK in _stamp(venv) else [LOCK]
    try:
        return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names}
    except FileNotFoundError as error:
        raise TertuliaError(say("lock_missing", file=error.filename)) from error


def state(venv: Path, wanted: dict[str, str]) -> State:
    """
    What has to be done before a task can run.

    ``make``: there is no usable ``.venv`` (none, cut short, or its Python is gone from the machine);
    ``install``: it is there, and lacks the wanted locks; ``ready``: nothing.
    """
    python = venv_python(venv)
    if not python.exists() or (venv / UNFINISHED).exists():
        return "make"
    stamp = _stamp(venv)
    if stamp and stamp.get("python") != os.path.realpath(python):
        return "make"
    return "ready" if stamp and wanted.items() <= stamp.items() else "install"


def install(python: Path, lock: Path, *options: str) -> None:
    """
    Install what *lock* names for *python*, every file's hash checked, by uv when it is there and else by pip.

    Raises:
        TertuliaError: it failed; the message says why in one line.
    """
    import shutil

    if uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", str(python)]
    else:
        if _fails([str(python), "-c", "import pip"]):  # a .venv that uv made has none
            _run([str(python), "-m", "ensurepip"])
        # Two tries: with no network at all, pip's own five take a minute to say so.
        command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    _run([*command, "--quiet", "--require-hashes", "-r", str(lock), *options])


def explain(output: str) -> str:
    """One line on why an installation failed, from what the installer printed."""
    if any(sign in output for sign in NETWORK_SIGNS):
        return say("install_no_network")
    if "No space left" in output or "Errno 28" in output:
        return say("install_no_space")
    if "DO NOT MATCH THE HASHES" in output or "Hash mismatch" in output:
        return say("install_bad_hash")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return say("install_failed", reason=(errors or lines or ["?"])[-1])


def _stamp(venv: Path) -> dict[str, str]:
    try:
        stamp = json.loads((venv / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _make(venv: Path) -> None:
    """An empty virtual environment at *venv*, whatever was there before; ``unfinished`` until ``_install``."""
    import importlib.util
    import shutil

    uv = shutil.which("uv")
    # Debian splits venv from Python: the module venv is there and ensurepip, which it calls, is not.
    # https://packages.debian.org/bookworm/python3-venv
    if not uv and not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise TertuliaError(say("venv_missing"))
    _tell(say("making_venv"))
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)
    venv.mkdir()
    (venv / UNFINISHED).touch()
    python = getattr(sys, "_base_executable", None) or sys.executable
    if uv:
        _run([uv, "venv", "--quiet", "--allow-existing", "--python", python, str(venv)])
    else:
        _run([python, "-m", "venv", str(venv)])


def _install(root: Path, venv: Path, wanted: dict[str, str]) -> None:
    """Install the largest of the *wanted* locks, hashes checked, and write down that it was done."""
    lock = root / (DEV_LOCK if DEV_LOCK in wanted else LOCK)
    python = venv_python(venv)
    _tell(say("installing", file=lock.name))
    (venv / STAMP).unlink(missing_ok=True)
    install(python, lock)
    stamp = {**wanted, "python": os.path.realpath(python)}
    (venv / STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")
    (venv / UNFINISHED).unlink(missing_ok=True)


def _fails(command: list[str]) -> bool:
    import subprocess

    return subprocess.run(command, env=clean(), capture_output=True, check=False).returncode != 0


def _run(command: list[str]) -> None:
    import subprocess

    done = subprocess.run(
        command,
        check=False,
        env=clean(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise TertuliaError(explain(done.stdout))


@contextlib.contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the lock file itself, so that two terminals do not make the same folder; let go of when we end."""
    try:
        import fcntl
    except ImportError:  # Windows has none: two first starts in the same minute are on their own there
        yield
        return
    with (root / LOCK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _tell(say("venv_waiting"))
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:  # some network folders cannot lock
            pass
        yield


def clean(**more: str) -> dict[str, str]:
    """Our environment without what would bring in foreign modules, with *more*; UTF-8 whatever the locale."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**environment, "PYTHONUTF8": "1", **more}


def _go_on_in(python: Path, arguments: list[str]) -> NoReturn:
    command = [str(python), *arguments]
    if os.name == "nt":  # there, exec gives the prompt back before the new process has ended
        import subprocess

        sys.exit(subprocess.run(command, env=clean(), check=False).returncode)
    sys.stdout.flush()
    os.execve(python, command, clean())


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
