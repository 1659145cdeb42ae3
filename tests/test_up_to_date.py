"""A build that has nothing to do says so at once; whatever may make another site of the blog makes it build."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tertulia.site import build_inputs, up_to_date
from tertulia.site.up_to_date import TICK_NS, MadeOf, Told
from tests.conftest import ROOT

LATER = 3_000_000_000  # nothing of a test was saved just before the build began
SAID = Told("3 entradas en {seconds} s", ["  una pista"], clean=True, decimal_sign=",")


class Noted:
    """A blog and its output, built a while ago and noted."""

    def __init__(self, root: Path, due_ns: int | None = None) -> None:
        self.root, self.output, self.note = root, root / "output", root / "note"
        for name in ("content/posts/uno.md", "content/images/bar.png", "theme/base.html", "output/uno/index.html"):
            self.save(name, name)
        self.save("publishconf.py", "from pelicanconf import *\n")
        self.save("pelicanconf.py", "from tertulia.defaults import *\n")
        self.save("var/conversation/uno.json", "{}")
        (self.output / ".git").mkdir()
        self.settings = {
            "PATH": str(root / "content"), "THEME": str(root / "theme"), "PLUGINS": [], "INPUTS_PATH": "x",
        }  # fmt: skip
        inputs = build_inputs.look(root, self.settings, time.time_ns() + LATER)
        assert inputs is not None
        self.leave_note((inputs, due_ns, ""), self.output.stat().st_ino)

    def save(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def leave_note(self, made_of: MadeOf, number: int) -> None:
        up_to_date.write(str(self.note), made_of, str(self.output), [".git"], SAID, number=number)

    def found(self, now_ns: int | None = None) -> Told | None:
        note = up_to_date.load(str(self.note), str(self.output), now_ns or time.time_ns())
        return note.told if note and up_to_date.changed(note) == [] else None


@pytest.fixture
def noted(tmp_path):
    """Two files of a blog, one of its output."""
    return Noted(tmp_path)


def test_what_nobody_touched_is_up_to_date(noted):
    """What is said is what was said."""
    noted.save("output/.git/HEAD", "of git, not ours")
    assert SAID == noted.found()


@pytest.mark.parametrize("change", [
    lambda blog: blog.save("content/posts/uno.md", "otra cosa"),
    lambda blog: blog.save("content/posts/dos.md", "nueva"),
    lambda blog: (blog.root / "content/posts/uno.md").unlink(),
    lambda blog: (blog.root / "content/posts/uno.md").rename(blog.root / "content/posts/dos.md"),
    lambda blog: blog.save("content/posts/2026/uno.md", "en otra carpeta"),
    lambda blog: blog.save("content/images/bar.png", "otra imagen"),
    lambda blog: blog.save("content/people.toml", ""),
    lambda blog: blog.save("content/theme/head.html", ""),
    lambda blog: blog.save("theme/base.html", "otro tema"),
    lambda blog: blog.save("plugins/mine.py", ""),
    lambda blog: blog.save("publishconf.py", "from pelicanconf import *\nSITENAME = 'Otro'\n"),
    lambda blog: blog.save("pelicanconf.py", "from tertulia.defaults import *\n\n"),
    lambda blog: blog.save("var/conversation/dos.json", "{}"),
    lambda blog: blog.save("var/conversation/uno.json", "{ }"),
    lambda blog: blog.save("var/addresses.json", "{}"),
    lambda blog: blog.save("output/uno/index.html", "otra página"),
    lambda blog: blog.save("output/uno/more.html", "sobra"),
    lambda blog: (blog.output / "uno/index.html").unlink(),
    lambda blog: shutil.rmtree(blog.output),
    lambda blog: blog.note.write_bytes(blog.note.read_bytes()[:-1]),
    lambda blog: blog.note.write_bytes(b""),
    lambda blog: blog.note.unlink(),
])  # fmt: skip
def test_what_somebody_touched_is_not(noted, change):
    """A file that came, went or changed, of the blog, of the program or of the output; a note that was damaged."""
    change(noted)
    assert None is noted.found()


def test_notes_beside_the_blog_are_no_part_of_it(tmp_path):
    """A list of ideas, and the log of who builds by the clock, may come and grow."""
    Path(tmp_path / "ideas.txt").write_text("una")
    blog = Noted(tmp_path)
    blog.save("ideas.txt", "una y otra")
    blog.save("build.txt", "24 entradas")
    assert SAID == blog.found()


def test_the_same_size_and_time_is_another_file(noted):
    """As after ``git checkout`` with times kept, or a copy over it: the file itself says when it was changed."""
    post = noted.root / "content/posts/uno.md"
    before = post.stat()
    post.write_text(post.read_text("utf-8").upper(), "utf-8")
    os.utime(post, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert None is noted.found()


def test_the_clock_is_an_input(tmp_path):
    """A post that is due by now is not in the output; a clock that was put back tells nothing."""
    due = time.time_ns() + 10**12
    blog = Noted(tmp_path, due)
    assert SAID == blog.found(due - 1)
    assert (None, None) == (blog.found(due), blog.found(due - 10**13))


def test_what_was_saved_as_a_build_began_is_not_trusted(noted):
    """It may have been saved again after it was read, and within the same tick of the clock."""
    post = noted.root / "content/posts/uno.md"
    saved = max(post.stat().st_mtime_ns, post.stat().st_ctime_ns)
    assert None is up_to_date.look([str(post)], saved + TICK_NS)
    assert up_to_date.look([str(post)], saved + LATER)


@pytest.mark.parametrize("more", [
    "import os\nSITENAME = os.environ.get('NAME', '')\n",
    "from pathlib import Path\nSITENAME = Path('name').read_text()\n",
    "from mine import *\n",
    "from sys import argv as given\nSITENAME = given[0]\n",
    "from tertulia.core.settings import environment\nSITENAME = environment().get('NAME', '')\n",
    "import tertulia.core.settings as theirs\nSITENAME = theirs.environment().get('NAME', '')\n",
    "import sys\nSITENAME = getattr(sys, 'ar' + 'gv')[0]\n",
    "from pathlib import Path\nSITENAME = str(Path('name').is_symlink())\n",
    "SITENAME = open('name').read()\n",
])  # fmt: skip
def test_settings_that_ask_the_machine_are_never_up_to_date(noted, more):
    """What they would say now stands in no file that is looked at."""
    assert "" == build_inputs.cannot_tell(noted.root, noted.settings)
    noted.save("pelicanconf.py", more)
    assert "pelicanconf.py" in build_inputs.cannot_tell(noted.root, noted.settings)


@pytest.mark.parametrize(("name", "arrives"), [
    ("var/talk", "var/talk/uno.json"), ("var/known.json", "var/known.json"), ("looks", "looks/base.html"),
])  # fmt: skip
def test_what_was_not_there_is_missed_from_any_folder(noted, monkeypatch, name, arrives):
    """Settings name it from the blog's folder, and who asks stands in another."""
    setting = {"var/talk": "CONVERSATION_PATH", "var/known.json": "ADDRESSES_PATH", "looks": "THEME"}[name]
    note_again(noted, {setting: name})
    monkeypatch.chdir(noted.root / "content")
    assert SAID == noted.found()
    noted.save(arrives, "{}")
    assert None is noted.found()


def test_a_folder_of_the_theme_may_be_a_link(noted):
    """To a theme at work elsewhere, and in a circle; what is changed there, or another in its place, is seen."""
    for name in ("one", "two"):
        noted.save(f"elsewhere/{name}/css/site.css", name)
    link = noted.root / "theme/static"
    link.symlink_to("../elsewhere/one")
    (noted.root / "elsewhere/one/circle").symlink_to("..")
    note_again(noted, {})
    assert SAID == noted.found()
    noted.save("elsewhere/one/css/site.css", "otro")
    assert None is noted.found()
    note_again(noted, {})
    link.unlink()
    link.symlink_to("../elsewhere/two")
    assert None is noted.found()


def test_what_python_has_compiled_is_no_part_of_the_program(noted):
    """It may lie there after the first build alone, also just when that looks; another file in its place is seen."""
    (noted.root / "plugins/more").mkdir(parents=True)
    for name in ("mine.py", "more/__init__.py"):
        noted.save(f"plugins/{name}", name)
        past = time.time() - 60
        os.utime(noted.root / "plugins" / name, (past, past))
    note_again(noted, {})
    for folder in ("plugins", "plugins/more"):
        noted.save(f"{folder}/__pycache__/mine.cpython-314.pyc", "")
    assert SAID == noted.found()
    folders = [str(noted.root / folder) for folder in ("plugins", "content")]
    just_now = (noted.root / "plugins").stat().st_mtime_ns
    assert up_to_date.look(folders[:1], just_now, (f"{noted.root}/plugins/",))
    assert None is up_to_date.look(
        folders, noted.root.joinpath("content").stat().st_mtime_ns, (f"{noted.root}/plugins/",)
    )
    noted.save("plugins/more/other.py", "")
    assert None is noted.found()
    note_again(noted, {})
    (noted.root / "plugins/more/other.py").rename(noted.root / "plugins/more/another.py")
    assert None is noted.found()


@pytest.mark.parametrize("change", [
    lambda patch: patch.setenv("TZ", "America/Bogota"),
    lambda patch: patch.setenv("PYTHONPATH", "/elsewhere"),
    lambda patch: patch.setattr(sys, "path", [*sys.path, "/other/lib/site-packages"]),
    lambda patch: patch.setattr(up_to_date, "__file__", "/other/tertulia/site/up_to_date.py"),
])  # fmt: skip
def test_another_program_is_not_told_what_this_one_has_built(noted, monkeypatch, change):
    """A second environment with other libraries, a second copy of the program: the note is of the first."""
    assert SAID == noted.found()
    change(monkeypatch)
    assert None is noted.found()


def test_a_build_leaves_no_note_of_the_output_of_another(noted):
    """Two at once: the later one's output was replaced by that of the earlier, which is of an older text."""
    inputs = build_inputs.look(noted.root, noted.settings, time.time_ns() + LATER)
    assert inputs is not None
    number = noted.output.stat().st_ino
    noted.output.rename(noted.root / "ours")
    noted.save("output/uno/index.html", "of the other")
    noted.leave_note((inputs, None, ""), number)
    assert None is noted.found()


def note_again(blog: Noted, settings: dict[str, str]) -> None:
    """Have *blog* built with these *settings* as well."""
    inputs = build_inputs.look(blog.root, blog.settings | settings, time.time_ns() + LATER)
    assert inputs is not None
    blog.leave_note((inputs, None, ""), blog.output.stat().st_ino)


def test_plugins_of_others_are_never_up_to_date(noted):
    """They may ask anybody for anything."""
    assert "mine" in build_inputs.cannot_tell(noted.root, noted.settings | {"PLUGINS": ["mine"]})


def built(root: Path, *options: str) -> subprocess.CompletedProcess:
    """Run the command that a person runs."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tertulia", "build", *options]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_second_build_leaves_the_output_alone(tmp_path):
    """It says again what the first said, hints and verdict; an edit is seen, and what an edit leaves is told again."""
    (tmp_path / "content/posts").mkdir(parents=True)
    (tmp_path / "var").mkdir(mode=0o700)
    settings = 'from tertulia.defaults import *\nSITENAME = "Uno"\nSEARCH = False\nSOCIAL_CARDS = False\n'
    (tmp_path / "pelicanconf.py").write_text(settings, "utf-8")
    (tmp_path / "publishconf.py").write_text("from pelicanconf import *\nSHOW_UNPUBLISHED = False\n", "utf-8")
    post = tmp_path / "content/posts/uno.md"
    post.write_text("Título: Uno\nFecha: 2026-11-21\n\nHola.\n", "utf-8")
    time.sleep(TICK_NS / 1e9)
    first = built(tmp_path)
    folder = (tmp_path / "output").stat().st_ino
    for options in ((), ("--strict",)):
        second = built(tmp_path, *options)
        assert (0, first.stderr) == (second.returncode, second.stderr)
        assert first.stdout.partition(" en ")[0] == second.stdout.partition(" en ")[0]
        assert folder == (tmp_path / "output").stat().st_ino
    post.write_text("Título: Uno\nFecha: 2026-11-21\n\nMira [esto](/nada/).\n", "utf-8")
    time.sleep(TICK_NS / 1e9)
    edited = built(tmp_path)
    assert "/nada/" in edited.stderr
    assert "/nada/" in (tmp_path / "output/2026/11/uno/index.html").read_text("utf-8")
    again = built(tmp_path)
    assert (0, edited.stderr) == (again.returncode, again.stderr)
    assert 1 == built(tmp_path, "--strict").returncode
