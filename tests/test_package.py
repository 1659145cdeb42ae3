"""Tertulia as software that one installs: the wheel, the command, the folder that ``tertulia new`` makes."""

import ast
import datetime as dt
import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

import tertulia
from tertulia import cli, defaults
from tertulia.commands import make_blog, program, start
from tertulia.core import conf, paths
from tertulia.core.errors import SettingError, TertuliaError
from tertulia.syndication.declared import env_example

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=ZoneInfo("Europe/Madrid"))
ANSWERS = start.Answers("es", 'El "rincón" $1', "Un sitio\\", "https://rincon.example/blog", "Ñandú Pérez", "UTC")

SHOUT = """\
from pelican import signals
def shout(path, context):
    with open(path, encoding="utf-8") as page:
        text = page.read()
    with open(path, "w", encoding="utf-8") as page:
        page.write(text.replace("</body>", "<!-- own plugin --></body>"))
def register():
    signals.content_written.connect(shout)
"""


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under *folder* by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_blog_holds_only_what_is_the_bloggers(tmp_path):
    """The folder has this repository's shape, no sample, and settings that say what was answered."""
    make_blog.write(tmp_path / "a/mi blog ñ", ANSWERS, NOON, "1a2b3c4d")
    blog = tmp_path / "a/mi blog ñ"
    expected = {
        ".env", ".env.example", ".gitignore", "README.md", "pelicanconf.py", "publishconf.py", "tasks.py",
        "plugins/README.md",
        "content/people.toml", "content/theme/README.md", "content/pages/acerca-de.md", "content/pages/comentarios.md",
        "content/pages/privacidad.md", "content/posts/2026/2026-11-22_aqui-empieza-la-conversacion.md",
    }  # fmt: skip
    assert expected == set(tree(blog))
    assert ["mi blog ñ"] == os.listdir(tmp_path / "a")
    values = conf.settings(blog)
    told = {answer: values[setting] for answer, setting in start.SETTINGS.items()}
    assert start.Answers(**told) == ANSWERS
    assert ("Notas", "", "2026-11-22") == tuple(
        values[name] for name in ("DEFAULT_CATEGORY", "CONTENT_LICENSE", "ANNOUNCE_SINCE")
    )
    assert not any(word in text for text in tree(blog).values() for word in (b"sobremesa", b"Remedios"))
    lines = (blog / "pelicanconf.py").read_text("utf-8").splitlines()
    assert 16 > sum(1 for line in lines if line)


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_written_for_a_new_blog_is_python(tmp_path, language):
    """Every .py of a new blog can be read, and nothing is left to fill in."""
    make_blog.write(tmp_path / "b", start.Answers(language, "B", "", "https://b.example", "B", "UTC"), NOON, "1a2b3c4d")
    for file in (tmp_path / "b").glob("*.py"):
        ast.parse(file.read_text("utf-8"))
    written = {name: data for name, data in tree(tmp_path / "b").items() if ".env" not in name}
    assert not [name for name, data in written.items() if b"$" in data]
    assert env_example(language) == (tmp_path / "b/.env.example").read_text("utf-8")
    keys = tmp_path / "b/.env"
    assert env_example(language) == keys.read_text("utf-8")
    assert os.name == "nt" or 0o600 == keys.stat().st_mode & 0o777


def test_the_addresses_of_an_english_blog_are_english(tmp_path):
    """Every setting that holds a Spanish word of an address is set anew; a Spanish blog keeps the defaults."""
    spanish = re.compile("etiqueta|tema|autor|serie/|archivo|buscar|pagina|patron")
    wanted = {
        name
        for name, value in vars(defaults).items()
        if name.endswith(("_URL", "_SAVE_AS", "PATTERNS")) and spanish.search(str(value))
    }
    for language, expected in (("en", wanted), ("es", set())):
        blog = tmp_path / language
        make_blog.write(blog, start.Answers(language, "B", "", "https://b.example", "B", "UTC"), NOON, "1a2b3c4d")
        own = conf.read(blog / "pelicanconf.py")
        assert expected == wanted & own.keys()
        assert not [name for name in expected if spanish.search(str(own[name]))]


def test_an_empty_folder_may_become_a_blog(tmp_path):
    """The folder stays the same one, for whoever stands in it."""
    before = tmp_path.stat().st_ino
    make_blog.refuse_taken(tmp_path)
    make_blog.write(tmp_path, ANSWERS, NOON, "1a2b3c4d")
    assert (before, True) == (tmp_path.stat().st_ino, (tmp_path / "pelicanconf.py").exists())


@pytest.mark.parametrize("name", ["full", "file", "file/below", "full/blog/inside"])
def test_nothing_is_overwritten(tmp_path, name):
    """What lies there, a file above it, or a blog around it: one line, and all stays as it was."""
    make_blog.write(tmp_path / "full/blog", ANSWERS, NOON, "1a2b3c4d")
    (tmp_path / "file").write_text("mine")
    before = tree(tmp_path)
    with pytest.raises(TertuliaError) as told:
        make_blog.run(tmp_path, name, {"author": "Ana", "name": "B", "address": "b.example"}, yes=True)
    assert ("\n" in str(told.value), before) == (False, tree(tmp_path))


def test_an_interruption_leaves_nothing(tmp_path, monkeypatch):
    """Ctrl-C in the middle: no half of a blog, no passing folder."""

    def interrupted(language):
        raise KeyboardInterrupt

    monkeypatch.setattr(make_blog, "env_example", interrupted)
    with pytest.raises(KeyboardInterrupt):
        make_blog.write(tmp_path / "b", ANSWERS, NOON, "1a2b3c4d")
    assert [] == os.listdir(tmp_path)


def test_who_came_first_keeps_the_folder(tmp_path, monkeypatch):
    """Somebody makes the same blog meanwhile: theirs stays as it is, ours is one line."""
    fill = make_blog.fill

    def slow(*arguments):
        post = fill(*arguments)
        (tmp_path / "b").mkdir()
        (tmp_path / "b/pelicanconf.py").write_text("theirs")
        return post

    monkeypatch.setattr(make_blog, "fill", slow)
    with pytest.raises(TertuliaError):
        make_blog.write(tmp_path / "b", ANSWERS, NOON, "1a2b3c4d")
    assert {"b/pelicanconf.py": b"theirs"} == tree(tmp_path)


def test_with_nobody_to_ask_the_missing_answers_are_named(tmp_path, monkeypatch):
    """No terminal and no --yes: one line with the options, and nothing is made."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SettingError, match="--name … --author …"):
        make_blog.run(tmp_path, "b", {"address": "https://x.example"}, yes=False)
    assert [] == os.listdir(tmp_path)


def test_who_forgot_to_go_into_their_blog_is_told_before_they_are_asked(tmp_path, monkeypatch, capsys):
    """``new "A title"`` beside the blog would make another: what it is about to do is said first, and how to go in."""

    class Terminal(io.StringIO):
        isatty = lambda self: True  # noqa: E731

    make_blog.write(tmp_path / "mi blog", ANSWERS, NOON, "1a2b3c4d")
    (tmp_path / "other").mkdir()
    monkeypatch.setattr(sys, "stdin", Terminal())
    with pytest.raises(EOFError):
        make_blog.run(tmp_path, "El voto útil", {}, yes=False)
    said = capsys.readouterr().out.splitlines()
    assert str(tmp_path / "El voto útil") in said[0] and "cd 'mi blog'" in said[1]
    assert ["mi blog", "other"] == sorted(os.listdir(tmp_path))

    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        program.run([], ["tertulia", "build"], elsewhere=[SimpleNamespace(name="build")])
    assert "cd 'mi blog'" in str(left.value).splitlines()[1]


def test_a_blog_is_found_from_within(tmp_path):
    """From a folder below, the blog is meant; another program's pelicanconf.py makes no blog of ours."""
    make_blog.write(tmp_path / "b", ANSWERS, NOON, "1a2b3c4d")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/pelicanconf.py").write_text("SITENAME = 'x'\n")
    found = [conf.find(tmp_path / name) for name in ("b", "b/content/posts", "other", ".")]
    assert [tmp_path / "b", tmp_path / "b", None, None] == found


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"LANG": "es_MX.UTF-8"}, "es"), ({"LANG": "es_ES", "LC_ALL": "en_GB.UTF-8"}, "en"), ({"LANG": "C.UTF-8"}, "en"),
     ({"LANG": "es"}, "es"), ({}, "en"), ({"LC_ALL": "", "LANG": "es_ES.UTF-8"}, "es")],
)  # fmt: skip
def test_outside_a_blog_the_machine_says_the_language(variables, expected, monkeypatch):
    """The locale's own order; where it says nothing, English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert expected == cli.language_of_machine()


def test_every_public_setting_has_its_default():
    """A blog of a dozen lines lacks nothing that the sample sets."""
    assert set() == conf.read(ROOT / "pelicanconf.py").keys() - conf.read(conf.DEFAULTS).keys()


def test_a_task_starts_light():
    """The list of tasks needs none of the heavy libraries: each task brings its own."""
    code = (
        "import sys; from tertulia.cli import main; sys.argv = ['tertulia']\n"
        "try: main(sys.path[0])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"pelican", "flask", "sqlalchemy", "lxml", "PIL", "requests", "babel", "msgspec", "markdown", "regex"}
    assert set() == heavy & set(done.stderr.split())


# ── the looks ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blogs_own_looks_win_file_by_file(tmp_path):
    """A template and a style sheet of the blog's own are used, a new file is copied, the rest is Tertulia's."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "tests/site/content/pages", content / "pages")
    (content / "posts").mkdir()
    (content / "theme/templates").mkdir(parents=True)
    (content / "theme/static").mkdir()
    (content / "theme/templates/404.html").write_text("<title>own</title>")
    (content / "theme/static/site.css").write_text("/* own */")
    (content / "theme/static/own.txt").write_text("own")
    from tests.conftest import build_site

    build_site(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    site = tmp_path / "output"
    assert "<title>own</title>" == (site / "404.html").read_text()
    styles, other = ((site / "theme" / name).read_text("utf-8") for name in ("site.css", "own.txt"))
    assert ("/* own */", "own") == (styles.partition("\n")[0], other)
    assert "--accent" not in styles, "of the theme's own sheet nothing is left but the families of type"
    assert (site / "theme/comments.js").read_bytes() == (paths.THEME / "static/comments.js").read_bytes()
    import hashlib

    mark = hashlib.sha256(styles.encode()).hexdigest()[:8]
    assert f"site.css?{mark}" in (site / "index.html").read_text("utf-8")


# ── the wheel ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, as ``pip install .`` would build it."""
    return built_by("build_wheel", tmp_path_factory.mktemp("dist"))


def built_by(hook: str, folder: Path) -> Path:
    """The wheel that pip has built by this hook of PEP 517 or 660; the editable one just says where the clone lies."""
    command = [sys.executable, "-c", f"from hatchling.build import *; {hook}({str(folder)!r})"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """``installed(*command, cwd)``: run something in an empty environment that holds the wheel, in an empty home."""
    return environment_of(wheel, tmp_path_factory.mktemp("home"))


def environment_of(wheel: Path, home: Path):
    """Make an empty environment that holds *wheel*; a function that runs something in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "env")], check=True)
    bin_ = home / "env" / ("Scripts" if os.name == "nt" else "bin")
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(subprocess.check_output([bin_ / "python", "-c", ask], text=True).strip())
    with zipfile.ZipFile(wheel) as file:  # a pure wheel is unpacked, that is all of its installation but the script
        file.extractall(site)
    (site / "lock.pth").write_text(sysconfig.get_path("purelib"))  # what the wheel depends on: the lock, as installed

    def run(*arguments: str, cwd: Path = home) -> str:
        environment = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "es_ES.UTF-8", "PYTHONUTF8": "1"}
        command = [str(bin_ / "python"), *arguments]
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
        assert (0, "") == (done.returncode, done.stderr), done.stdout + done.stderr
        return done.stdout

    return run


TERTULIA = ("-c", "from tertulia.cli import main; main()")


def test_the_wheel_carries_all_that_a_blog_needs(wheel):
    """The theme, the plugins and every file of the package, the command, and nothing else."""
    names = zipfile.ZipFile(wheel).namelist()
    version = tertulia.__version__
    tops = {name.partition("/")[0] for name in names}
    assert {"tertulia", f"tertulia-{version}.dist-info"} == tops
    for folder in ("plugins", "theme"):
        files = {path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
        files = {f"tertulia/{name}" for name in files if "__pycache__" not in name}
        assert set() == files - set(names)
    ours = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tertulia").rglob("*") if path.is_file()}
    assert {name for name in ours if "__pycache__" not in name} <= set(names)
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    script = zipfile.ZipFile(wheel).read(f"tertulia-{version}.dist-info/entry_points.txt").decode()
    assert "tertulia = tertulia.__main__:main" in script
    fonts = sum(
        one.compress_size
        for one in zipfile.ZipFile(wheel).infolist()
        if one.filename.startswith("tertulia/theme/fonts/")
    )
    assert 600_000 > fonts, "six families of type"
    assert 1_700_000 > wheel.stat().st_size - fonts


def test_the_clone_may_run_on_another_blog(tmp_path):
    """``pipx install --editable`` in a clone: what is changed there works at once on a blog that lies elsewhere."""
    run = environment_of(built_by("build_editable", tmp_path / "dist"), tmp_path / "home")
    assert str(ROOT) == run("-c", "import tertulia.core.paths as p; print(p.PACKAGE.parent)").strip()
    run(*TERTULIA, "new", "blog", "--yes", "--author", "Ana", cwd=tmp_path)
    with (tmp_path / "blog/pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write("SEARCH = False\n")
    (post,) = (tmp_path / "blog/content/posts").rglob("*.md")
    post.write_text(post.read_text("utf-8").replace("Estado: borrador\n", ""), "utf-8")
    assert "1 entrada" in run(*TERTULIA, "build", cwd=tmp_path / "blog")
    ours = ROOT / "theme/static/comments.js"
    assert ours.read_bytes() == (tmp_path / "blog/output/theme/comments.js").read_bytes()


def test_an_installed_blog_has_the_same_bytes_as_the_clones(installed, tmp_path):
    """Made, built by the command and by plain Pelican: file by file what the clone builds from the same folder."""
    installed(*TERTULIA, "new", "mi blog ñ", "--yes", "--author", "Ana Ruiz", cwd=tmp_path)
    blog = tmp_path / "mi blog ñ"
    shutil.rmtree(blog / "content/posts")
    for name in ("posts", "images", "tags.toml", "people.toml"):
        source = ROOT / "tests/site/content" / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, blog / "content" / name, **({"dirs_exist_ok": True} if source.is_dir() else {}))
    # A plugin of the blogger's that has the name of one of ours takes nobody's place.
    (blog / "plugins/reader.py").write_text(SHOUT)
    with (blog / "pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write('NOW = "2030-01-01T12:00:00+01:00"\nSEARCH = False\n')

    def built(run, *command: str) -> dict[str, bytes]:
        shutil.rmtree(blog / "output", ignore_errors=True)
        run(*command, cwd=blog)
        return tree(blog / "output")

    def clone(*command: str, cwd: Path) -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, *command], cwd=cwd, env=env, check=True, capture_output=True)

    ours = built(installed, "tasks.py", "build")
    theirs = built(clone, "-m", "tertulia.cli", "build")
    assert len(ours) > 100
    assert [] == sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    plain = built(installed, "-m", "pelican", "content", "-s", "pelicanconf.py", "-q")
    assert [] == sorted(name for name in ours.keys() | plain.keys() if ours.get(name) != plain.get(name))
    # And one that is asked for works, by its whole name.
    with (blog / "pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write('PLUGINS = [*PLUGINS, "plugins.reader"]\n')
    assert b"<!-- own plugin -->" in built(installed, *TERTULIA, "build")["index.html"]
