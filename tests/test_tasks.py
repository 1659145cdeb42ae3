"""What stands behind tasks.py: .venv's decisions, start, new, update, build and preview, in folders of their own."""

import ast
import contextlib
import dataclasses
import datetime as dt
import errno
import io
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from invoke.tasks import task

import tasks
from tertulia import cli
from tertulia.commands import (
    build,
    check,
    check_links,
    develop,
    environment,
    new,
    preview,
    program,
    start,
)
from tertulia.commands.watch import concerns_us
from tertulia.content import snapshot
from tertulia.core import conf, files, languages
from tertulia.core.errors import ContentError, SettingError, TertuliaError

ROOT = Path(__file__).resolve().parent.parent
TASKS = (*cli.TASKS, *develop.TASKS)
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))

CONF = '''\
"""Settings."""
# ── Who and where ──
SITENAME = "La sobremesa"  # the blog's name
TAGLINE = {"es": "Una línea",
           "en": "A line"}  # by language
SITE_ADDRESS = "https://tertulia.example"
AUTHOR = "Remedios Luque"
DEFAULT_LANG = "es"  # "es" or "en"
TIMEZONE = "Europe/Madrid"
ANNOUNCE_SINCE = "2020-01-01"
SITEURL = SITE_ADDRESS.removeprefix("https://tertulia.example")
'''


@pytest.fixture(autouse=True)
def _spanish():
    """Every test begins and ends in Spanish."""
    languages.speak("es")
    yield
    languages.speak("es")


@pytest.fixture
def blog(tmp_path) -> Path:
    """A clone with the sample in it, its path with a blank and an ñ."""
    root = tmp_path / "mi blog ñ"
    for folder in ("content/posts/2021", "content/pages", "content/images"):
        (root / folder).mkdir(parents=True)
    (root / "pelicanconf.py").write_text(CONF, "utf-8")
    (root / "content/.sample").write_text("sample", "utf-8")
    (root / "content/posts/2021/2021-03-09_el-silbato.md").write_text("Título: El silbato\n\nPitó.\n", "utf-8")
    (root / "content/pages/acerca-de.md").write_text("Título: Acerca de\n\nNosotros.\n", "utf-8")
    (root / "content/people.toml").write_text('[reme]\nname = "Remedios"\n', "utf-8")
    return root


ANSWERS = start.Answers("es", "El rincón", "Un sitio", "https://rincon.example", "Ñandú Pérez", "America/Bogota")


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


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["publicar-ya"], "no entiendo la orden: no conozco «publicar-ya»; «python3 tasks.py» enseña las tareas"),
        (["build", "--nunca"], "no entiendo la orden: no conozco «--nunca»; «python3 tasks.py» enseña las tareas"),
        (["--help", "nada"], "no entiendo la orden: no conozco «nada»; «python3 tasks.py» enseña las tareas"),
        (["--list", "nada"], "no entiendo la orden: no conozco «nada»; «python3 tasks.py» enseña las tareas"),
        (["new"], "no entiendo la orden: a «new» le falta 'title'; «python3 tasks.py» enseña las tareas"),
        (
            ["new", "x", "--lang"],
            "no entiendo la orden: --lang necesita un valor; «python3 tasks.py» enseña las tareas",
        ),
    ],
)
def test_what_makes_no_sense_is_answered_in_one_line(typed, expected, capsys):
    """A task or an option that is not there, or lacks something, ends with code 2 and one line in our words."""
    with pytest.raises(SystemExit) as ended:
        program.run(cli.TASKS, ["tasks.py", *typed])
    assert (2, expected + "\n") == (ended.value.code, capsys.readouterr().err)


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


def test_only_settings_reads_the_environment():
    """os.environ is for settings.py, and for the first start, which runs before it can."""
    readers = {
        file.relative_to(ROOT).as_posix()
        for folder in ("tertulia", "plugins")
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        and isinstance(node.value, ast.Name) and node.value.id == "os"
    }  # fmt: skip
    assert readers <= {"tertulia/core/settings.py", "tertulia/commands/environment.py"}


# ── .venv ────────────────────────────────────────────────────────────────────────────────────────────────────


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


# ── pelicanconf.py ───────────────────────────────────────────────────────────────────────────────────────────


def test_values_are_read_without_running_the_file(tmp_path):
    """Literals are values; what is computed is left out."""
    (tmp_path / "c.py").write_text('A = "á"\nB = ("es", "en")\nC = A + "x"\nimport nothing_of_that_name\n', "utf-8")
    assert conf.read(tmp_path / "c.py") == {"A": "á", "B": ("es", "en")}


def test_a_value_is_rewritten_on_its_line():
    """Only the value changes: comments, order and other lines stay, also after a value of several lines."""
    changed = conf.rewrite(CONF, {"SITENAME": "El rincón", "TAGLINE": "Otra", "TIMEZONE": "UTC"})
    expected = (
        CONF.replace('"La sobremesa"', '"El rincón"')
        .replace('{"es": "Una línea",\n           "en": "A line"}', '"Otra"')
        .replace("Europe/Madrid", "UTC")
    )
    assert expected == changed


@pytest.mark.parametrize("text", ['con "comillas"', "barra \\ y más", "línea\nnueva", "", "ñ 👩‍👧 '", '"""', "{x}"])
def test_any_text_survives_rewriting(text):
    """Whatever a person types as a name is read back as it was, and the file still runs."""
    changed = conf.rewrite(CONF, {"SITENAME": text, "NEW_ONE": text})
    space: dict[str, object] = {}
    exec(compile(changed, "conf", "exec"), space)
    assert (text, text) == (space["SITENAME"], space["NEW_ONE"])


def test_broken_settings_are_told_by_line(tmp_path):
    """A settings file that is not Python gives its line, and the language falls back to Spanish."""
    path = tmp_path / "pelicanconf.py"
    path.write_text("A = 1\nB = (\n", "utf-8")
    with pytest.raises(SettingError, match=r"pelicanconf\.py:2: "):
        conf.read(path)
    assert "es" == conf.language(path)


# ── new ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_post_has_its_metadata(tmp_path):
    """A post is written where it belongs with its fields in the blog's language."""
    path = new.create(tmp_path, "  ¿El voto   útil? ", NOON, "1a2b3c4d", author="Ana Ruiz", draft=True)
    assert "posts/2026/2026-11-22_el-voto-util.md" == path.relative_to(tmp_path).as_posix()
    expected = (
        "Título: ¿El voto útil?\nFecha: 2026-11-22 12:00\nId: 1a2b3c4d\nAutor: Ana Ruiz\n"
        "Categoría:\nEtiquetas:\nResumen:\nEstado: borrador\n\nEscribe aquí.\n"
    )
    assert expected == path.read_text("utf-8")


def test_a_new_post_in_english(tmp_path):
    """An English blog gets English keys; another language than the blog's shows in the file's name."""
    languages.speak("en")
    path = new.create(tmp_path, "El año", NOON, "1a2b3c4d", lang="es", draft=False)
    assert "2026-11-22_el-ano.es.md" == path.name
    expected = ["Title: El año", "Date: 2026-11-22 12:00", "Id: 1a2b3c4d", "Lang: es", "Category:", "Tags:", "Summary:"]
    assert expected == path.read_text("utf-8").partition("\n\n")[0].splitlines()


def test_a_new_post_is_understood_by_our_own_reader(tmp_path):
    """What ``new`` writes, the metadata reader takes without one complaint."""
    from tertulia.content import header as headers
    from tertulia.content import metadata

    for language in ("es", "en"):
        languages.speak(language)
        path = new.create(tmp_path / language, "Título: con dos puntos", NOON, "1a2b3c4d", author="Ana", draft=True)
        header = headers.split(path.read_text("utf-8"), "x.md")
        meta = metadata.interpret(header, "x.md", ZoneInfo("Europe/Madrid"))
        assert (meta.problems, meta.status, meta.date, meta.id) == ([], "draft", NOON, "1a2b3c4d")


def test_new_never_overwrites(tmp_path):
    """A second post of the same day and title is refused, and the first stays as it was."""
    path = new.create(tmp_path, "Uno", NOON, "11111111")
    with pytest.raises(ContentError, match="ya hay una entrada"):
        new.create(tmp_path, "Uno", NOON, "22222222")
    assert "11111111" in path.read_text("utf-8")


def test_new_needs_a_title(tmp_path):
    """An empty title is refused; one without a letter takes the id for its name."""
    with pytest.raises(ContentError):
        new.create(tmp_path, "   ", NOON, "11111111")
    assert "2026-11-22_11111111.md" == new.create(tmp_path, "¿?", NOON, "11111111").name


def test_a_long_title_is_cut_at_a_word():
    """The name of the file ends with a whole word."""
    slug = new.short_slug("Lo que nadie cuenta de las colas " * 4)
    assert (True, True) == (len(slug) <= 60, "lo que nadie cuenta de las colas".find(slug.split("-")[-1]) >= 0)


# ── start ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_start_makes_the_clone_ones_own(blog):
    """Names are written, the sample goes aside whole, and a first post and pages are left to edit."""
    done = start.apply(blog, ANSWERS, NOON, "1a2b3c4d")
    values = conf.read(blog / "pelicanconf.py")
    expected = {
        "SITENAME": "El rincón", "TAGLINE": "Un sitio", "SITE_ADDRESS": "https://rincon.example", "DEFAULT_LANG": "es",
        "AUTHOR": "Ñandú Pérez", "TIMEZONE": "America/Bogota", "ANNOUNCE_SINCE": "2026-11-22",
        "DEFAULT_CATEGORY": "Notas", "CONTENT_LICENSE": "", "CONTENT_LICENSE_URL": "",
    }  # fmt: skip
    assert expected == values
    aside = blog / "contenido-de-muestra"
    assert (aside / "posts/2021/2021-03-09_el-silbato.md").exists()
    assert ["reme"] == list(tomllib.loads((aside / "people.toml").read_text("utf-8")))
    assert tomllib.loads((blog / "content/people.toml").read_text("utf-8")) == {"nandu": {"name": "Ñandú Pérez"}}
    posts = [path.name for path in (blog / "content/posts").rglob("*.md")]
    assert ["2026-11-22_aqui-empieza-la-conversacion.md"] == posts
    assert {"acerca-de.md", "comentarios.md", "privacidad.md"} == {p.name for p in (blog / "content/pages").iterdir()}
    assert "@nandu" in (blog / "content/pages/acerca-de.md").read_text("utf-8")
    assert (False, 5) == (start.is_sample(blog), len(done))


def test_start_again_touches_no_post(blog):
    """The second time only the settings change, and the announcing date stays."""
    start.apply(blog, ANSWERS, NOON, "1a2b3c4d")
    post = next((blog / "content/posts").rglob("*.md"))
    post.write_text("Título: Ya es mía\n", "utf-8")
    later = dt.datetime(2027, 5, 1, tzinfo=NOON.tzinfo)
    start.apply(blog, start.Answers("es", "Otro", "", "https://otro.example", "Ana", "UTC"), later, "ffffffff")
    assert "Título: Ya es mía\n" == post.read_text("utf-8")
    assert [post] == list((blog / "content/posts").rglob("*.md"))
    values = conf.read(blog / "pelicanconf.py")
    assert ("Otro", "2026-11-22") == (values["SITENAME"], values["ANNOUNCE_SINCE"])


def test_an_interrupted_start_can_be_run_again(blog):
    """Cut short after the sample was moved, it goes on without moving the new post."""
    start.set_sample_aside(blog)
    start.first_files(blog / "content", ANSWERS, "nandu", NOON, "11111111")
    start.apply(blog, ANSWERS, NOON, "22222222")
    posts = list((blog / "content/posts").rglob("*.md"))
    assert 1 == len(posts)
    assert "11111111" in posts[0].read_text("utf-8")
    assert (blog / "contenido-de-muestra/posts/2021/2021-03-09_el-silbato.md").exists()


@pytest.mark.parametrize(("sample", "expected"), [(True, ""), (False, {"es": "Una línea", "en": "A line"})])
def test_a_tagline_by_language(blog, sample, expected):
    """The sample's tagline goes; the blogger's own, by language, stays when no other is given."""
    start.write_settings(blog / "pelicanconf.py", dataclasses.replace(ANSWERS, tagline=""), {}, sample=sample)
    assert expected == conf.read(blog / "pelicanconf.py")["TAGLINE"]


@pytest.mark.parametrize("language", sorted(folder.name for folder in start.FIRST.iterdir()))
def test_the_first_files_are_understood(blog, language):
    """Our own reader takes the first post and pages of each language without a complaint."""
    from tertulia.content import header as headers
    from tertulia.content import metadata

    languages.speak(language)
    answers = start.Answers(language, "Ñ", "", "https://x.example", "Ana", "UTC")
    start.first_files(blog / "new", answers, "ana", NOON, "1a2b3c4d")
    files = sorted((blog / "new").rglob("*.md"))
    problems = [
        problem
        for file in files
        for problem in metadata.interpret(
            headers.split(file.read_text("utf-8"), file.name), file.name, ZoneInfo("UTC")
        ).problems
    ]
    assert (4, []) == (len(files), problems)
    assert not any("$" in file.read_text("utf-8") for file in files)


def test_start_asks_until_an_answer_will_do():
    """A bad answer gets one line and the question again; an empty line takes what stands in brackets."""
    typed = iter(["fr", "en", "", "Tagline", "not an address", "blog.example/", "Ana", "Mars/Base", "Europe/London"])
    asked, told = [], []

    def ask(question: str) -> str:
        asked.append(question)
        return next(typed)

    defaults = start.Answers("es", "My blog", "", "https://x.example", "Me", "UTC")
    answers = start.gather(defaults, {}, ask, told.append)
    expected = start.Answers("en", "My blog", "Tagline", "https://blog.example", "Ana", "Europe/London")
    assert expected == answers
    assert (9, 3) == (len(asked), len(told))
    assert "The blog's name [My blog]: " == asked[2]  # the first answer chose the language of the rest


def test_start_by_options_asks_nothing():
    """Given answers are checked and taken, the rest stays."""
    defaults = start.Answers("es", "A", "B", "https://x.example", "C", "UTC")
    answers = start.gather(defaults, {"name": "Z", "tagline": ""}, None, print)
    assert start.Answers("es", "Z", "", "https://x.example", "C", "UTC") == answers
    with pytest.raises(SettingError, match="Marte"):
        start.gather(defaults, {"timezone": "Marte"}, None, print)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("https://blog.example", "https://blog.example"),
        ("http://blog.example/a/", "http://blog.example/a"),
        ("blog.example", "https://blog.example"),
        ("https://ñandú.example", "https://ñandú.example"),
        ("http://localhost:8000", "http://localhost:8000"),
    ],
)
def test_addresses_that_will_do(typed, expected):
    """An address has a host; https is added, a last slash taken away."""
    assert expected == start.checked_address(typed)


@pytest.mark.parametrize(
    "typed",
    ["ftp://x.example", "https://", "mi blog", "https://x.example/?a=1", "https://x.example/#a", "javascript:alert(1)",
     "https://u:p@x.example", "https://[", "https://x.example:port", "@ana"],
)  # fmt: skip
def test_addresses_that_will_not_do(typed):
    """What cannot be a blog's address is refused in one line."""
    with pytest.raises(SettingError):
        start.checked_address(typed)


def test_start_without_a_person_says_which_options_are_missing(blog, monkeypatch):
    """With nobody to ask and answers missing, nothing is touched."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SettingError, match="--name … --author …"):
        start.run(blog, {"address": "https://x.example"}, yes=False)
    assert (blog / "pelicanconf.py").read_text("utf-8") == CONF
    assert start.is_sample(blog)


# ── build ────────────────────────────────────────────────────────────────────────────────────────────────────

PLUGIN = """\
import logging
from pelican import signals
log = logging.getLogger("plugins.talk")
def talk(generator):
    for article in sorted(generator.articles, key=lambda article: article.slug):
        for level, word in ((logging.ERROR, "ERROR"), (logging.WARNING, "AVISO"), (logging.INFO, "PISTA")):
            if word in article.content:
                for _ in range(9):
                    log.log(level, "%s:3: %s", article.slug, word, extra={"hint": word == "PISTA", "limit_msg": "more"})
        if "ROTO" in article.content:
            raise ZeroDivisionError("roto")
def register():
    signals.article_generator_finalized.connect(talk)
"""


@pytest.fixture
def small(tmp_path) -> Path:
    """A blog of three posts that stock Pelican builds, with a plugin that complains when asked to."""
    root = tmp_path / "blog ñ"
    (root / "content/pages").mkdir(parents=True)
    (root / "plugins").mkdir()
    (root / "plugins/__init__.py").write_text("")
    (root / "plugins/talk.py").write_text(PLUGIN, "utf-8")
    settings = (
        'import sys\nsys.path.insert(0, ".")\nSITENAME = "x"\nPATH = "content"\nTHEME = "simple"\nTIMEZONE = "UTC"\n'
        'SITEURL = "/blog"\nPLUGINS = ["plugins.talk"]\nFEED_ALL_ATOM = CATEGORY_FEED_ATOM = None\n'
        'TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None\nOUTPUT_RETENTION = [".git"]\n'
    )
    (root / "pelicanconf.py").write_text(settings, "utf-8")
    (root / "publishconf.py").write_text("from pelicanconf import *\n", "utf-8")
    for name in ("uno", "dos", "tres"):
        say_in(root, name, "Hola.")
    return root


def say_in(root: Path, name: str, text: str) -> None:
    """Write a post."""
    post = f"Title: {name}\nDate: 2024-01-01\n\n{text}\n"
    (root / "content" / f"{name}.md").write_text(post, "utf-8")


def test_a_build_is_told_in_one_line(small, capfd, monkeypatch):
    """The numbers and the seconds, and nothing when nobody complained."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    said = capfd.readouterr()
    assert ("3 entradas y 0 páginas en ", "") == (said.out[:26], said.err)
    assert (small / "output/uno.html").exists()
    assert [
        "content",
        "output",
        "pelicanconf.py",
        "plugins",
        "publishconf.py",
    ] == sorted(path.name for path in small.iterdir() if path.name != "__pycache__")


def test_complaints_are_told_once_each_and_strict_fails(small, capfd, monkeypatch):
    """All different warnings are shown, each once; strict keeps the old output."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    for number in range(7):
        say_in(small, f"otra-{number}", "AVISO PISTA")
    capfd.readouterr()
    assert not build.into_output(small, strict=True)
    said = capfd.readouterr().err
    assert [1] * 7 == [said.count(f"  otra-{number}:3: AVISO\n") for number in range(7)]
    assert (True, True) == ("7 avisos\n" in said, "7 pistas\n" in said)
    assert not (small / "output/otra-0.html").exists()
    assert build.into_output(small)
    assert (small / "output/otra-0.html").exists()


def test_hints_do_not_fail_a_strict_build(small, monkeypatch):
    """A hint is shown and fails nothing."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    say_in(small, "uno", "PISTA")
    assert build.into_output(small, strict=True)


def test_a_failed_build_leaves_the_old_output_whole(small, capfd, monkeypatch):
    """When Pelican dies, the reason is one line with its place, and output/ is what it was."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert build.into_output(small)
    before = {path: path.read_bytes() for path in (small / "output").rglob("*") if path.is_file()}
    say_in(small, "uno", "ROTO")
    assert not build.into_output(small)
    assert "  plugins/talk.py:11: ZeroDivisionError: roto\n" in capfd.readouterr().err
    assert before == {path: path.read_bytes() for path in (small / "output").rglob("*") if path.is_file()}
    assert [] == list(small.glob(".output-*"))


def test_a_plugin_that_cannot_be_loaded_is_a_failure(small, monkeypatch):
    """A blog without one of its plugins is no blog: the build says so and stops."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (small / "plugins/talk.py").write_text("import nothing_of_that_name\n", "utf-8")
    report = build.run(small, small / "new", "publishconf.py")
    assert "nothing_of_that_name" in report.failure
    assert (False, []) == (report.clean, report.of("error"))


def test_overrides_and_the_prefix(small, monkeypatch):
    """Settings given to a build win over the file's, and the report knows where the site lives."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    report = build.run(small, small / "new", "publishconf.py", {"ARTICLE_SAVE_AS": "a/{slug}.html"})
    assert ("/blog", [".git"], 3) == (report.prefix, report.keep, report.posts)
    assert (small / "new/a/uno.html").exists()


def test_what_is_to_be_kept_moves_over(tmp_path):
    """The names in OUTPUT_RETENTION survive a swap; all else is the new folder's."""
    for file in ("old/.git/HEAD", "old/gone.html", "new/index.html"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    build.swap(tmp_path / "new", tmp_path / "old", [".git", ".nothing"])
    assert {"old/.git/HEAD", "new/index.html"} == {p.read_text() for p in (tmp_path / "old").rglob("*") if p.is_file()}
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("language", "expected"), [("es", "1 entrada y 2 páginas en 3,8 s"), ("en", "1 post and 2 pages in 3.8 s")]
)
def test_numbers_are_written_as_the_language_does(language, expected):
    """One is singular, and Spanish has a comma."""
    languages.speak(language)
    assert expected == build.summary(build.BuildReport(posts=1, pages=2, seconds=3.84))


def test_where_it_broke_is_a_place_of_ours(tmp_path):
    """An exception is told by the innermost line of the blog's own files, a template's too."""
    from jinja2 import Environment, FileSystemLoader

    (tmp_path / "page.html").write_text("<p>\n{{ nothing.of.it }}\n")
    (tmp_path / "bad.html").write_text("<p>\n{% for %}\n")
    templates = Environment(loader=FileSystemLoader(tmp_path))
    told = []
    for name in ("page.html", "bad.html"):
        try:
            templates.get_template(name).render()
        except Exception as error:
            told.append(build.where_it_broke(error, tmp_path).partition(": ")[0])
    assert ["page.html:2", "bad.html:2"] == told


# ── preview ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def served(tmp_path) -> preview.Site:
    """A site of a few files under /blog, as preview serves it."""
    root = tmp_path / "site"
    files = {
        "index.html": "<html><body><p>inicio</body></html>", "404.html": "<body>perdido</body>", "a.css": "p{}",
        "etiqueta/año/index.html": "<body>año</body>", "feed.xml": "<feed/>", ".well-known/x": "y",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (tmp_path / "secret.html").write_text("secret")
    site = preview.Site()
    site.show(root, build.BuildReport(prefix="/blog"))
    return site


def get(app, path: str, method: str = "GET") -> tuple[str, dict[str, str], str]:
    """Status, headers and body of a request, without a socket."""
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1")}
    setup_testing_defaults(environ)
    answer: list = []
    body = b"".join(app(environ, lambda status, headers: answer.extend((status, dict(headers)))))
    return answer[0], answer[1], body.decode()


def test_pages_get_the_refreshing_script_and_files_do_not(served):
    """HTML has the script before the end of its body; the file on disk and other types are as they were."""
    status, headers, body = get(served, "/blog/")
    assert (
        "200 OK",
        "text/html; charset=utf-8",
        "no-store",
    ) == (status, headers["Content-Type"], headers["Cache-Control"])
    assert body.index("inicio") < body.index("/.preview/preview.js") < body.index("</body>")
    assert "preview.js" not in (served.folder / "index.html").read_text("utf-8")
    assert "p{}" == get(served, "/blog/a.css")[2]
    served.live = False
    assert "preview.js" not in get(served, "/blog/")[2]


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("/blog/etiqueta/año/", "200 OK", "año"),
        ("/blog/.well-known/x", "200 OK", "y"),
        ("/blog/no-hay", "404 Not Found", "perdido"),
        ("/blog/etiqueta/", "404 Not Found", "perdido"),
        ("/blog/../secret.html", "404 Not Found", "perdido"),
        ("/blog/..\\secret.html", "404 Not Found", "perdido"),
        ("/blog/a\0b", "404 Not Found", "perdido"),
        ("/robots.txt", "404 Not Found", "perdido"),
        ("//evil.example/..", "404 Not Found", "perdido"),
    ],
)
def test_what_is_served_and_what_is_not(served, path, status, found):
    """Files under the folder and nothing else; no list of a folder; the site's own page for what is missing."""
    answer = get(served, path)
    assert (status, True) == (answer[0], found in answer[2])


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/blog/"),
        ("/blog", "/blog/"),
        ("/blog/etiqueta/año", "/blog/etiqueta/a%C3%B1o/"),
    ],
)
def test_redirects_stay_here(served, path, location):
    """The home of the site, and a folder without its slash, are one step away and on this server."""
    status, headers, _ = get(served, path)
    assert ("302 Found", location) == (status, headers["Location"])


def test_only_reading_is_served(served):
    """HEAD gives no body; anything that writes is refused."""
    assert "" == get(served, "/blog/", "HEAD")[2]
    assert "405 Method Not Allowed" == get(served, "/blog/", "POST")[0]


def test_a_failed_build_leaves_the_pages_up(served):
    """After a build that failed the old pages are served, and the news say what is wrong."""
    version = json.loads(served.news())["version"]
    remarks = [build.Remark("error", "a.md:1: mal"), build.Remark("hint", "nada")]
    served.show(Path("/nowhere"), build.BuildReport(failure="x.py:1: roto", remarks=remarks))
    news = json.loads(served.news())
    assert ("200 OK", True) == (get(served, "/blog/")[0], news["failed"])
    assert [languages.say("build_failed"), "x.py:1: roto", "a.md:1: mal"] == news["note"]
    assert version != news["version"]


def test_an_open_page_hears_of_each_build(served):
    """The stream begins with the news of now, goes on with each build, and ends with the server."""
    stream = served.events()
    first = next(stream)
    served.show(served.folder, build.BuildReport(prefix="/blog"))
    second = next(stream)
    served.close()
    assert (True, True, []) == (first.startswith(b"data: {"), first != second, list(stream))


def test_another_application_is_mounted_on_the_same_origin(served):
    """A mount gets what lies under its path, and the site the rest."""

    def service(environ, start):
        start("202 Accepted", [])
        return [environ["PATH_INFO"].encode()]

    app = preview.application(served, {"/comments": service})
    statuses = [get(app, path)[0][:3] for path in ("/comments", "/comments/7", "/commentsx", "/blog/")]
    assert ["202", "202", "404", "200"] == statuses


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.js", "text/javascript; charset=utf-8"), ("a.xml", "application/xml; charset=utf-8"), ("a.woff2", "font/woff2"),
     ("a.wasm", "application/wasm"), ("a.AVIF", "image/avif"), ("a.json", "application/json; charset=utf-8"),
     ("a.unknown", "application/octet-stream"), ("a.svg", "image/svg+xml; charset=utf-8")],
)  # fmt: skip
def test_types_are_right_on_any_system(name, expected):
    """A file's type follows from its name, whatever the system's own table says."""
    assert expected == preview.media_type(Path(name))


@pytest.mark.usefixtures("socket_enabled")
def test_a_busy_port_is_one_line(served):
    """A port that is taken is said, with one to try."""
    server = preview.listen("127.0.0.1", 0, served)
    try:
        port = server.server_address[1]
        with pytest.raises(TertuliaError, match=f"{port} está ocupado.*--port {port + 1}"):
            preview.listen("127.0.0.1", port, served)
    finally:
        server.server_close()
    with pytest.raises(TertuliaError, match="65535"):
        preview.listen("127.0.0.1", 99999, served)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pelicanconf.py", True), ("links.toml", True), (".x.py", False), ("README.md", False), ("output/a.py", False)],
)
def test_which_files_at_the_top_matter(name, expected):
    """Of the blog's own folder, settings are watched and nothing below it."""
    assert expected is concerns_us(ROOT / name, ROOT)


# ── check ────────────────────────────────────────────────────────────────────────────────────────────────────


def links(tmp_path: Path, files: dict[str, str], prefix: str = "") -> tuple[list[str], list[str]]:
    """Broken links and outside requests of a made-up site at https://x.example."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    check_links._files_of.cache_clear()
    pages = sorted(name for name in files if name.endswith(".html"))
    broken, outside = check_links.read_links(tmp_path, pages, prefix, "https://x.example" + prefix)
    return broken.findings, outside.findings


def test_good_links_are_good(tmp_path):
    """Folders, files, fragments, whole addresses of the site itself, percent signs and other hosts' links."""
    body = (
        '<a href="/a/">1</a><a href="/a">2</a><a href="a/#ñ">3</a><a href="#top">4</a><a href="https://x.example/a/">5</a>'
        '<a href="https://other.example/x">6</a><a href="mailto:a@x.example">7</a><a href="/a%C3%B1o/">8</a>'
        '<a href="/a/?q=1">9</a><img src="i.png" srcset="/i.png 1x, i.png 2x"><img src="data:x"><a href="">0</a>'
    )
    files = {
        "index.html": body,
        "a/index.html": '<p id="ñ"><a href="../index.html">',
        "año/index.html": "",
        "i.png": "",
    }
    assert ([], []) == links(tmp_path, files)


def test_bad_links_are_told_by_page(tmp_path):
    """What leads to no file, or to no place in it, is found in pages, redirects, styles and feeds."""
    files = {
        "index.html": '<a href="/no/">x</a><a href="/a/#no">x</a><img srcset="/no.png 2x"><a href="https://x.example/gone">',
        "a/index.html": '<meta http-equiv="refresh" content="0; url=/moved/">',
        "s.css": "@namespace url(http://www.w3.org/1999/xhtml); p { background: url('no.png') }",
        "feed.xml": '<link href="https://x.example/a/"/><link href="https://x.example/never/"/>',
    }
    expected = [
        "a/index.html: /moved/", "feed.xml: https://x.example/never/", "index.html: /a/#no", "index.html: /no.png",
        "index.html: /no/", "index.html: https://x.example/gone", "s.css: no.png",
    ]  # fmt: skip
    assert (expected, []) == links(tmp_path, files)


def test_what_a_browser_would_fetch_elsewhere_is_told(tmp_path):
    """Pictures, scripts, styles and frames of other hosts are found; links to them are not."""
    files = {
        "index.html": '<img src="//e.example/a.png"><script src="https://e.example/b.js"></script>'
        '<link rel="stylesheet" href="https://e.example/c.css"><link rel="canonical" href="https://e.example/">'
        '<a href="https://e.example/"></a>',
        "s.css": "@font-face { src: url(https://e.example/f.woff2) }",
    }
    expected = [
        "index.html: //e.example/a.png", "index.html: https://e.example/b.js", "index.html: https://e.example/c.css",
        "s.css: https://e.example/f.woff2",
    ]  # fmt: skip
    assert ([], expected) == links(tmp_path, files)


def test_links_of_a_blog_in_a_folder(tmp_path):
    """Under a prefix, a link without it leads nowhere."""
    files = {"index.html": '<a href="/blog/a/">x</a><a href="/blog">x</a><a href="/a/">x</a>', "a/index.html": ""}
    assert (["index.html: /a/"], []) == links(tmp_path, files, "/blog")


def test_one_page_of_each_kind(tmp_path):
    """Posts are of one kind in each language, pages at the top each of their own; redirects are left out."""
    names = {
        "index.html": 1, "404.html": 1, "buscar/index.html": 1, "2026/11/a/index.html": 1, "2025/01/b/index.html": 2,
        "en/index.html": 1, "en/2026/11/c/index.html": 1, "etiqueta/x/index.html": 1, "etiqueta/y/index.html": 2,
        "etiqueta/y/pagina/2/index.html": 1, "archivo/2026/index.html": 1, "archivo/2026/11/index.html": 1,
    }  # fmt: skip
    for name, size in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x" * size)
    (tmp_path / "old.html").write_text('<meta http-equiv="refresh" content="0; url=/">' + "x" * 99)
    expected = sorted(names.keys() - {"2026/11/a/index.html", "etiqueta/x/index.html"})
    assert expected == check.one_of_each_kind(tmp_path, [*names, "old.html"])


def test_lighthouse_rates_one_page_of_each_kind(tmp_path):
    """The home itself, then the largest that wants to be found in the blog's own language, or else in another."""
    kinds = {
        "en/index.html": "home", "index.html": "home", "en/tag/x/index.html": "list", "etiqueta/x/index.html": "list",
        "pagina/2/index.html": "home", "en/2026/11/c/index.html": "post", "buscar/index.html": "search",
        "etiquetas/index.html": "index", "404.html": "search", "autor/ana/index.html": "list",
    }  # fmt: skip
    for name, kind in kinds.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f'<html data-kind="no"><body class="x" data-kind="{kind}">' + "x" * len(name))
    (tmp_path / "404.html").write_text('<meta name="robots" content="noindex"><body data-kind="search">' + "x" * 99)
    expected = {
        "home": "index.html", "post": "en/2026/11/c/index.html", "list": "etiqueta/x/index.html",
        "search": "buscar/index.html",
    }  # fmt: skip
    assert expected == check.rated(tmp_path, sorted(kinds))


def test_what_we_keep_and_cannot_use_is_one_line(tmp_path):
    """A file where a folder of ours belongs ends a task in one line that names it."""
    (tmp_path / "conversation").write_text("")

    def keep(c):
        snapshot.update(tmp_path / "conversation", "voto", "es", lambda there: there)

    with pytest.raises(SystemExit) as ended:
        program.run([task(keep)], ["tasks.py", "keep"])
    assert f"el sistema niega un archivo: {tmp_path / 'conversation'}: File exists" == ended.value.code


@pytest.mark.parametrize("step", [(os, "fsync"), (tempfile, "mkstemp")], ids=lambda step: step[1])
def test_a_full_disk_is_one_line(tmp_path, monkeypatch, step):
    """The system names no file when a disk is full, or an unfinished one; the line names the file itself."""

    def full(*_given, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    def keep(c):
        files.write_whole(tmp_path / "kept.json", "{}")

    monkeypatch.setattr(*step, full)
    with pytest.raises(SystemExit, match=r"kept\.json: No space left on device"):
        program.run([task(keep)], ["tasks.py", "keep"])
