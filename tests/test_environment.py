"""A clone's ``.venv``: when it is made, kept, mended or refused."""

import contextlib
import json
import os
from pathlib import Path

import pytest

from tertulia.commands import environment
from tertulia.core import languages
from tertulia.core.errors import TertuliaError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def venv(tmp_path) -> Path:
    """A folder that looks like a .venv in which both locks are installed."""
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "requirements-dev.txt").write_text("a==1\nb==2\n")
    folder = tmp_path / ".venv"
    python = environment.venv_python(folder)
    python.parent.mkdir(parents=True)
    python.write_text("")
    stamp = {"python": os.path.realpath(python), "requirements.txt": "1", "requirements-dev.txt": "2"}
    (folder / "tertulia.json").write_text(json.dumps(stamp))
    return folder


def test_a_venv_with_the_locks_is_ready(venv):
    """Nothing is done when what is installed is what is wanted."""
    assert "ready" == environment.state(venv, {"requirements.txt": "1"})


def test_a_changed_lock_is_installed(venv):
    """A lock with another hash than the installed one is installed into the same folder."""
    assert "install" == environment.state(venv, {"requirements.txt": "other"})


def test_a_half_made_venv_is_made_again(venv):
    """The mark of an unfinished making wins over all else in the folder."""
    (venv / "tertulia.json").write_text(json.dumps(environment.UNFINISHED))
    assert "make" == environment.state(venv, {"requirements.txt": "1"})


def test_an_installation_cut_short_is_made_again(venv, monkeypatch):
    """Interrupted while a changed lock is installed, nobody knows what is there: the next start makes it anew."""

    def interrupted(python, lock):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "install", interrupted)
    with pytest.raises(KeyboardInterrupt):
        environment.ensure(venv.parent, dev=False)
    assert "make" == environment.state(venv, environment.wanted_locks(venv.parent, venv, dev=False))


def test_what_another_terminal_did_is_not_done_again(venv, monkeypatch):
    """Whoever waited for the lock looks again before doing anything."""

    @contextlib.contextmanager
    def waited(root):
        stamp = {"python": os.path.realpath(environment.venv_python(venv))}
        (venv / "tertulia.json").write_text(json.dumps(stamp | environment.wanted_locks(root, venv, dev=True)))
        yield

    monkeypatch.setattr(environment, "_one_at_a_time", waited)
    monkeypatch.setattr(environment, "install", None)
    assert environment.venv_python(venv) == environment.ensure(venv.parent, dev=False)


def test_no_venv_is_made(tmp_path):
    """No folder, or one without a Python, is made."""
    assert "make" == environment.state(tmp_path / ".venv", {})


def test_a_venv_made_by_hand_is_kept(venv):
    """A .venv of somebody else's making gets the lock and is not deleted."""
    (venv / "tertulia.json").unlink()
    assert "install" == environment.state(venv, {"requirements.txt": "1"})


def test_a_venv_whose_python_changed_is_made_again(venv):
    """After an upgrade of the system's Python the packages are in the wrong place."""
    stamp = json.loads((venv / "tertulia.json").read_text())
    (venv / "tertulia.json").write_text(json.dumps({**stamp, "python": "/usr/bin/python3.9"}))
    assert "make" == environment.state(venv, {"requirements.txt": "1"})


def test_the_development_lock_stays_once_it_is_there(venv):
    """A task for bloggers does not throw out what a contributor has installed."""
    assert {"requirements.txt", "requirements-dev.txt"} == set(
        environment.wanted_locks(venv.parent, venv, dev=False)
    )  # fmt: skip


def test_bloggers_do_not_get_the_development_lock(tmp_path, venv):
    """A first start asks for what the blog needs, no more."""
    assert ["requirements.txt"] == list(environment.wanted_locks(tmp_path, tmp_path / "none", dev=False))


def test_a_missing_lock_is_one_line(tmp_path):
    """Without requirements.txt the message names it."""
    with pytest.raises(TertuliaError, match=r"falta el archivo .*requirements\.txt"):
        environment.wanted_locks(tmp_path, tmp_path, dev=False)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("WARNING: Retrying\nERROR: NewConnectionError('…: Name or service not known')", "install_no_network"),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "install_no_space"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "install_bad_hash"),
    ],
)
def test_a_failed_installation_is_explained(printed, expected):
    """What pip or uv printed becomes one line that says what to do."""
    assert languages.say(expected) == environment.explain(printed)


def test_an_unknown_failure_shows_the_installers_words():
    """When we do not know the cause, the last error line is passed on."""
    assert "no sé qué" in environment.explain("Collecting a\nERROR: no sé qué\n\n")
    assert languages.say("install_failed", reason="?") == environment.explain("")


def test_a_python_without_venv_is_one_line(tmp_path, monkeypatch):
    """Debian's python3 without python3-venv gets the line to type, and no half-made folder."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "ensurepip" else name)
    monkeypatch.setattr("shutil.which", lambda name: None)
    (tmp_path / "requirements.txt").write_text("a==1\n")
    with pytest.raises(TertuliaError, match="sudo apt install python3-venv"):
        environment.ensure(tmp_path, dev=False)
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["test", "-k", "new"], "test"), (["--echo", "build"], "build"), ([], ""), (["new", "test"], "new")],
)
def test_the_asked_task_is_the_first_word(arguments, expected):
    """Only the task itself decides what must be installed."""
    assert expected == environment.asked_task(arguments)


def test_windows_keeps_its_python_elsewhere():
    """The path is Scripts\\python.exe there and bin/python elsewhere."""
    assert "Scripts/python.exe" == environment.venv_python(Path(), windows=True).as_posix()
    assert "bin/python" == environment.venv_python(Path(), windows=False).as_posix()


def test_foreign_modules_stay_out(monkeypatch):
    """PYTHONPATH and PYTHONHOME do not reach our Python; the rest of the environment does."""
    monkeypatch.setenv("PYTHONPATH", "/junk")
    monkeypatch.setenv("PYTHONHOME", "/junk")
    monkeypatch.setenv("EDITOR", "ed")
    cleaned = environment.clean(MORE="1")
    assert (
        None,
        None,
        "ed",
        "1",
    ) == tuple(cleaned.get(name) for name in ("PYTHONPATH", "PYTHONHOME", "EDITOR", "MORE"))
