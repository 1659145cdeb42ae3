"""The folder ``.venv`` of a clone, made and kept up to date by itself; where Tertulia is installed, nobody needs it.

Runs in whatever Python the person has, before anything is installed: standard library only.

The lock is ``requirements.txt`` (``requirements-dev.txt`` holds it and what ``test`` and ``lint`` need). What is
installed is written in ``.venv/tertulia.json``, last of all; while it is being made or changed, that file says
``unfinished``. So a lock that changed is installed again, and what was cut short is made again.
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tertulia.core import conf, languages
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
STAMP = "tertulia.json"
UNFINISHED = {"state": "unfinished"}

# Tasks that need the tools of a contributor too.
DEV_TASKS = ("test", "lint")

# Variables that would bring somebody else's modules into our Python.
# https://docs.python.org/3/using/cmdline.html#environment-variables
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__")

# What pip prints when the network, not the lock, is at fault.
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
)

State = Literal["ready", "install", "make"]


def enter(folder: str | Path, arguments: list[str]) -> None:
    """
    Go on in ``.venv``'s Python, which is made or brought up to date first; return at once when already there.

    Args:
        folder: The clone's.
        arguments: The command line, the script's own path first.
    """
    root = Path(folder)
    languages.speak(conf.language(root / conf.NAME), root / "content")
    try:
        python = ensure(root, dev=asked_task(arguments[1:]) in DEV_TASKS)
    except TertuliaError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    if Path(sys.prefix).resolve() == (root / ".venv").resolve():
        return
    command = [str(python), os.path.abspath(arguments[0]), *arguments[1:]]
    if os.name == "nt":  # there, exec gives the prompt back before the new process has ended
        sys.exit(subprocess.run(command, env=clean(), check=False).returncode)
    with contextlib.suppress(OSError, AttributeError):  # nobody reads it, or it is closed
        sys.stdout.flush()
    os.execve(python, command, clean())


def asked_task(arguments: list[str]) -> str:
    """Return the first word of the command line that is no option, or ""."""
    return next((word for word in arguments if not word.startswith("-")), "")


def ensure(root: Path, *, dev: bool) -> Path:
    """
    Return the path of ``.venv``'s Python, with the lock installed.

    Raises:
        TertuliaError: it cannot be made; the message says what to do.
    """
    venv = root / ".venv"
    wanted = wanted_locks(root, venv, dev=dev)
    if state(venv, wanted) != "ready":
        with _one_at_a_time(root):
            todo = state(venv, wanted)  # another terminal may have done it while we waited
            try:
                if todo == "make":
                    _make(venv)
                if todo != "ready":
                    _install(root, venv, wanted)
            except OSError as error:
                raise TertuliaError(say("cannot_write", folder=root, reason=error)) from error
    return venv_python(venv)


def venv_python(venv: Path, windows: bool = os.name == "nt") -> Path:
    """Where a virtual environment keeps its Python."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def wanted_locks(root: Path, venv: Path, *, dev: bool) -> dict[str, str]:
    """Return the locks that must be installed, each with its hash; the development lock stays once it is there."""
    names = [LOCK, DEV_LOCK] if dev or DEV_LOCK in _stamp(venv) else [LOCK]
    try:
        return {name: hashlib.sha256((root / name).read_bytes()).hexdigest() for name in names}
    except FileNotFoundError as error:
        raise TertuliaError(say("lock_missing", file=error.filename)) from error


def state(venv: Path, wanted: dict[str, str]) -> State:
    """
    Return what has to be done before a task can run.

    ``make``: there is no usable ``.venv`` (none, cut short, or its Python is gone from the machine);
    ``install``: it is there, and lacks the wanted locks; ``ready``: nothing.
    """
    python, stamp = venv_python(venv), _stamp(venv)
    if not python.exists() or stamp == UNFINISHED:
        return "make"
    if stamp and stamp.get("python") != os.path.realpath(python):
        return "make"
    return "ready" if stamp and wanted.items() <= stamp.items() else "install"


def install(python: Path, lock: Path, *options: str) -> None:
    """
    Install what *lock* names for *python*, every file's hash checked.

    Raises:
        TertuliaError: it failed; the message says why in one line.
    """
    # Two tries: with no network at all, pip's own five take a minute to say so.
    command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--retries", "2"]
    if subprocess.run([*command[:3], "--version"], env=clean(), capture_output=True, check=False).returncode:
        _run([str(python), "-m", "ensurepip"])  # made by another program, which left pip out
    _run([*command, "--quiet", "--require-hashes", "-r", str(lock), *options])


def explain(output: str) -> str:
    """One line on why an installation failed, from what the installer printed."""
    if any(sign in output for sign in NETWORK_SIGNS):
        return say("install_no_network")
    if "No space left" in output or "Errno 28" in output:
        return say("install_no_space")
    if "DO NOT MATCH THE HASHES" in output:
        return say("install_bad_hash")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return say("install_failed", reason=(errors or lines or ["?"])[-1])


def clean(**more: str) -> dict[str, str]:
    """Our environment without what would bring in foreign modules, with *more*; UTF-8 whatever the locale."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**environment, "PYTHONUTF8": "1", **more}


def _stamp(venv: Path) -> dict[str, str]:
    try:
        stamp = json.loads((venv / STAMP).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _write_stamp(venv: Path, stamp: dict[str, str]) -> None:
    (venv / STAMP).write_text(json.dumps(stamp, indent=1), "utf-8")


def _make(venv: Path) -> None:
    """Make an empty virtual environment at *venv*, whatever was there before."""
    import importlib.util
    import shutil

    # Debian splits venv from Python: the module venv is there and ensurepip, which it calls, is not.
    # https://packages.debian.org/bookworm/python3-venv
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise TertuliaError(say("venv_missing"))
    _tell(say("making_venv"))
    if venv.is_symlink() or venv.is_file():
        venv.unlink()
    elif venv.exists():
        shutil.rmtree(venv)
    venv.mkdir()
    _write_stamp(venv, UNFINISHED)
    _run([getattr(sys, "_base_executable", None) or sys.executable, "-m", "venv", str(venv)])


def _install(root: Path, venv: Path, wanted: dict[str, str]) -> None:
    """Install the largest of the *wanted* locks, hashes checked, and write down that it was done."""
    lock = root / (DEV_LOCK if DEV_LOCK in wanted else LOCK)
    python = venv_python(venv)
    _tell(say("installing", file=lock.name))
    by_hand = not _stamp(venv)  # somebody else's making: cut short, it is installed into again and not deleted
    if not by_hand:
        _write_stamp(venv, UNFINISHED)
    install(python, lock)
    _write_stamp(venv, {**wanted, "python": os.path.realpath(python)})


def _run(command: list[str]) -> None:
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


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
