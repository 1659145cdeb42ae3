"""The command line: which tasks there are, how they are asked for, and what they answer to what makes no sense."""

import ast
import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from invoke.tasks import task

import tasks
from tertulia import cli
from tertulia.commands import (
    develop,
    program,
)
from tertulia.content import snapshot
from tertulia.core import files, languages

ROOT = Path(__file__).resolve().parent.parent
TASKS = (*cli.TASKS, *develop.TASKS)


# ── the first lines ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ('DEFAULT_LANG = "es"', "Tertulia necesita Python 3.11 o posterior; este es 3.8."),
        ("DEFAULT_LANG = 'en'", "Tertulia needs Python 3.11 or later; this one is 3.8."),
        ("", "Tertulia necesita Python 3.11 o posterior; este es 3.8."),
    ],
)
def test_an_old_python_is_told_in_the_blogs_language(settings, expected):
    """An old Python gets one line with both versions and a command to try."""
    line = tasks.too_old((3, 8, 10), settings)
    assert line.startswith(expected)
    assert line.endswith("python3.11 tasks.py")
    assert "\n" not in line


def test_an_old_python_can_read_tasks_py():
    """tasks.py holds no syntax that Python 3.6 lacks, so that its first check can run there."""
    ast.parse((ROOT / "tasks.py").read_text("utf-8"), feature_version=(3, 6))


def test_every_task_has_its_line_in_both_languages():
    """Each task and each of its options says what it does, in Spanish and in English."""
    wanted = {f"task_{task.body.__name__}" for task in (*TASKS, cli.new_blog)}
    wanted |= {
        f"option_{argument.name.rstrip('_').replace('_', '-')}"
        for task in (*TASKS, cli.new_blog)
        for argument in task.get_arguments()
    }
    positional = [one.name for task in (*TASKS, cli.new_blog) for one in task.get_arguments() if one.positional]
    wanted |= {f"argument_{name}" for name in positional}
    known = {lang: set(languages.Languages().get(lang).phrases) for lang in ("es", "en")}
    assert {"es": set(), "en": set()} == {lang: wanted - phrases for lang, phrases in known.items()}


def test_each_task_has_its_help_under_the_name_of_the_list(capsys):
    """Whoever types what the list shows gets the help of that task."""
    for name in map(program.typed, TASKS):
        with contextlib.suppress(SystemExit):
            program.run(TASKS, ["tasks.py", "--help", name])
        assert f"  python3 tasks.py {name} " in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["--help", "preview"], ["--version"], ["frobnicate"], ["new"]])
@pytest.mark.parametrize(("output", "status"), [("unread", 141), ("full", 1), ("closed", None)])
def test_output_that_nobody_takes_is_no_traceback(tmp_path, command, output, status):
    """Behind ``| head -1``, on a full disk, with stdout closed: one line at most, and the status tells."""
    (tmp_path / "pelicanconf.py").write_text("from tertulia.defaults import *\n", "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    full = os.open("/dev/full", os.O_WRONLY)
    into = {"unread": writing, "full": full, "closed": None}[output]
    words = [sys.executable, "-c", "from tertulia.cli import main; main()", *command]
    line = ["sh", "-c", 'exec "$@" >&-', "sh", *words] if output == "closed" else words
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(line, cwd=tmp_path, env=env, stdout=into, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    os.close(full)
    told = done.stderr.splitlines()
    wrong = command in (["frobnicate"], ["new"])  # told on stderr, with a status of its own
    expected = (2 if wrong else 0) if status is None or wrong else status
    assert (expected, 1 if wrong or output == "full" else 0) == (done.returncode, len(told)), told


def test_without_a_task_all_are_listed(capsys):
    """The bare command prints one line for each task and ends well."""
    with pytest.raises(SystemExit) as ended:
        program.run(TASKS, ["tasks.py"])
    assert 0 == ended.value.code
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("  ")]
    assert [task.name.replace("_", "-") for task in TASKS] == listed


def test_a_file_for_invoke_in_a_home_is_not_ours_to_read(tmp_path, monkeypatch, capsys):
    """It may be another's, who lets nobody read it, as with ``sudo -u``; what stands in it is for other programs."""
    (tmp_path / ".invoke.py").write_text("raise PermissionError(13, 'Permission denied')\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        program.run(TASKS, ["tasks.py"])
    assert (0, "") == (ended.value.code, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["publicar-ya"], "no entiendo la orden: no conozco «publicar-ya»; «python3 tasks.py» enseña las tareas"),
        (["build", "--nunca"], "no entiendo la orden: no conozco «--nunca»; «python3 tasks.py» enseña las tareas"),
        (["--help", "nada"], "no entiendo la orden: no conozco «nada»; «python3 tasks.py» enseña las tareas"),
        (["--list", "nada"], "no entiendo la orden: no conozco «nada»; «python3 tasks.py» enseña las tareas"),
        (["new"], "no entiendo la orden: a «new» le falta «título»; «python3 tasks.py» enseña las tareas"),
        (
            ["tell-update"],
            "no entiendo la orden: a «tell-update» le falta «entrada», «texto»; «python3 tasks.py» enseña las tareas",
        ),
        (
            ["new", "x", "--lang"],
            "no entiendo la orden: --lang necesita un valor; «python3 tasks.py» enseña las tareas",
        ),
        (
            ["moderate", "--as"],  # a word of Python's own
            "no entiendo la orden: --as necesita un valor; «python3 tasks.py» enseña las tareas",
        ),
    ],
)
def test_what_makes_no_sense_is_answered_in_one_line(typed, expected, capsys):
    """A task or an option that is not there, or lacks something, ends with code 2 and one line in our words."""
    with pytest.raises(SystemExit) as ended:
        program.run(cli.TASKS, ["tasks.py", *typed])
    assert (2, expected + "\n") == (ended.value.code, capsys.readouterr().err)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        (["El voto útil"], "El voto útil"),
        (["El", "voto", "útil"], "El voto útil"),
        (["“El", "voto", "útil”"], "El voto útil"),
        (["«Sí»", "y", "«no»"], "«Sí» y «no»"),
        (["“Hola”,", "dijo"], "“Hola”, dijo"),
        (["“Hola”"], "“Hola”"),
        (["", ""], " "),
    ],
)
def test_a_title_needs_no_quotes(typed, title):
    """A shell parts the words of a title without them, and knows none of the quotes that books have."""
    given = program.gathered(["tasks.py", "new", *typed, "--lang", "en"])
    assert ["tasks.py", "new", title, "--lang", "en"] == given


def test_outside_a_blog_its_tasks_say_where_they_work():
    """A task that needs a blog is not unknown where there is none: one line says how to get to one."""
    with pytest.raises(SystemExit, match=r"«build» trabaja en uno.*tertulia new mi-blog"):
        program.run((cli.new_blog,), ["tertulia", "build"], elsewhere=cli.TASKS)


def test_who_ends_the_input_gets_no_traceback():
    """Ctrl-D where an answer is asked ends the task, as Ctrl-C does."""

    def ask(c):
        raise EOFError

    with pytest.raises(SystemExit) as ended:
        program.run([task(ask)], ["tasks.py", "ask"])
    assert 130 == ended.value.code


def test_pytest_gets_its_own_options():
    """What stands behind "test" is kept for pytest, and invoke does not look at it."""
    seen = []
    fake = task(lambda c: seen.extend(c.rest), name="test")
    program.run([fake], ["tasks.py", "test", "-k", "uno o dos", "--lf"])
    assert ["-k", "uno o dos", "--lf"] == seen


def test_a_task_without_its_phrase_is_told_by_its_docstring(capsys):
    """A word that nobody wrote yet stops no one: not the list of tasks, not the help of one."""

    def count(c, far=False):
        """Count the posts."""

    for arguments in (["tasks.py"], ["tasks.py", "--help", "count"]):
        with pytest.raises(SystemExit) as ended:
            program.run([task(count)], arguments)
        assert 0 == ended.value.code
    listed, helped = capsys.readouterr().out.split("\n\n", 1)
    assert "  count  Count the posts.\n" in listed + helped
    assert "--far" in helped


@pytest.mark.parametrize("asked", [["--help", "write"], ["write", "--help"], ["write", "-h"]])
def test_help_is_given_before_and_behind_a_task(asked, capsys):
    """Behind its name too, --help asks what the task does, and writes no post of the name "--help"."""
    written = []

    def write(c, title):
        """Write a post."""
        written.append(title)

    with pytest.raises(SystemExit) as ended:
        program.run([task(write)], ["tasks.py", *asked])
    assert (0, []) == (ended.value.code, written)
    assert capsys.readouterr().out.startswith("Write a post.")


def test_the_first_start_needs_nothing_installed():
    """What makes .venv runs in a Python that has no package of ours."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import tertulia.commands.environment"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, str(ROOT)], capture_output=True, check=False)
    assert b"" == done.stderr


def test_phrases_that_code_asks_for_exist():
    """Every ``say("…")`` of the library, the plugins and tasks.py names a phrase that exists."""
    known = set(languages.Languages().get("en").phrases)
    files = [ROOT / "tasks.py", *(ROOT / "tertulia").rglob("*.py"), *(ROOT / "plugins").rglob("*.py")]
    asked = {
        (file.name, node.args[0].value)
        for file in files
        if "tertulia.core.languages import" in (written := file.read_text("utf-8")) or "languages.say" in written
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("say", "languages.say")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert ("start.py", "start_needs") in asked
    assert set() == {(file, phrase) for file, phrase in asked if phrase not in known}


@pytest.mark.slow
def test_only_settings_reads_the_environment():
    """
    os.environ is for settings.py, for the first start, which runs before it can, and for who asks which Python would
    build, before anything of ours is imported.
    """
    readers = {
        file.relative_to(ROOT).as_posix()
        for folder in ("tertulia", "plugins")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    }  # fmt: skip
    assert readers <= {f"tertulia/{name}.py" for name in ("core/settings", "commands/environment", "site/up_to_date")}


def test_what_we_keep_and_cannot_use_is_one_line(tmp_path):
    """A file where a folder of ours belongs ends a task in one line that names it."""
    (tmp_path / "conversation").write_text("")

    def keep(c):
        snapshot.update(tmp_path / "conversation", "voto", "es", lambda there: there)

    with pytest.raises(SystemExit) as ended:
        program.run([task(keep)], ["tasks.py", "keep"])
    assert f"el sistema niega un archivo: {tmp_path / 'conversation'}: ya hay algo ahí" == ended.value.code


@pytest.mark.parametrize("step", [(os, "fsync"), (tempfile, "mkstemp")], ids=lambda step: step[1])
def test_a_full_disk_is_one_line(tmp_path, monkeypatch, step):
    """The system names no file when a disk is full, or an unfinished one; the line names the file itself."""

    def full(*_given, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    def keep(c):
        files.write_whole(tmp_path / "kept.json", "{}")

    monkeypatch.setattr(*step, full)
    with pytest.raises(SystemExit, match=r"kept\.json: no queda sitio en el disco"):
        program.run([task(keep)], ["tasks.py", "keep"])
