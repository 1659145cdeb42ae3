"""A build is a function of its input: no clock, no folder, no locale and no hash seed in its bytes."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "tests" / "site" / "content"


def fingerprint(output: Path) -> dict[str, str]:
    files = sorted(path for path in output.rglob("*") if path.is_file())
    return {path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def build(folder: Path, now: str, settings: str = "publishconf.py", **environment: str) -> dict[str, str]:
    """Build the test site in a process and folder of its own, at *now*, in another environment."""
    content, output = folder / "content", folder / "output"
    folder.mkdir(parents=True)
    content.symlink_to(SITE)
    paths = {"IMAGE_CACHE_PATH": folder / "cache", "CONVERSATION_PATH": folder / "conversation", "NOW": now}
    extra = [f'{key}="{value}"' for key, value in paths.items()]
    command = [sys.executable, "-m", "pelican", str(content), "-s", str(ROOT / settings), "-o", str(output), "-q"]
    subprocess.run(
        [*command, "-e", *extra], check=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}
    )
    return fingerprint(output)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """One build, to hold the others against."""
    return build(tmp_path_factory.mktemp("one") / "blog", "2026-11-22T12:00:00+01:00", PYTHONHASHSEED="1", TZ="UTC")


@pytest.mark.parametrize(
    ("now", "environment"),
    [
        ("2026-11-22T12:00:00+01:00", {"PYTHONHASHSEED": "2"}),
        ("2026-12-31T23:59:59+01:00", {"TZ": "Pacific/Auckland"}),
        ("2027-03-01T00:00:00+01:00", {"LC_ALL": "C.UTF-8", "LANG": "es_ES.UTF-8", "TZ": "America/Mexico_City"}),
    ],
)
def test_same_input_same_bytes(first, now, environment, tmp_path):
    """Another folder, day, time zone, locale and hash seed give the same files, byte for byte."""
    assert first == build(tmp_path / "a folder with ñ", now, **environment)


def test_a_post_that_is_due_changes_the_site(first, tmp_path):
    """The comparison above can fail: at a time before the newest post the bytes are others."""
    assert first != build(tmp_path / "blog", "2021-06-01T00:00:00+02:00")


# A process that builds one blog. Arguments: pelicanconf.py, its settings as JSON.
ALONE = """
import json, sys
from pelican import Pelican
from pelican.settings import read_settings

Pelican(read_settings(sys.argv[1], override=json.loads(sys.argv[2]))).run()
"""
# One process that builds one blog in the middle of another, then the first again. Arguments: pelicanconf.py, the
# settings of both as JSON.
INTERLEAVED = """
import json, sys
from pelican import Pelican, signals
from pelican.settings import read_settings

conf, first, second = sys.argv[1], *map(json.loads, sys.argv[2:])
one, other = (Pelican(read_settings(conf, override=settings)) for settings in (first, second))
pending = [other]

def build_the_other(_sender):
    if pending:
        pending.pop().run()

signals.MOMENT.connect(build_the_other)
one.run()
Pelican(read_settings(conf, override={**first, "OUTPUT_PATH": first["OUTPUT_PATH"] + "-again"})).run()
"""


def two_blogs(folder: Path) -> tuple[dict, dict]:
    """The settings of the test site, and of a small blog that differs from it in all that a build remembers."""
    content = folder / "other"
    texts = {
        "posts/one.md": "Title: One\nDate: 2026-03-01\nTags: Año, Queue\nAuthor: ana\nAlias: /old/\nSeries: Waiting\n"
        "Question: And you?\n\nShe waited in the queue for an hour, @ana says. ![The square](plaza.png)\n",
        "posts/two.md": "Title: Two\nDate: 2026-03-02\nTags: queue\nSeries: Waiting\n\nThe queue again, an hour.\n",
        "posts/dos.md": "Título: Dos\nFecha: 2026-03-03\nLang: es\n\nLa cola, otra vez, una hora.\n",
        "people.toml": '[ana]\nname = "Ana Other"\nsite = "https://ana.example/"\n',
        "theme/languages/en.toml": '[readers.post]\nminutes = "as long as {n} minutes"\n',
        "theme/languages/es.toml": 'quotes = ["‚‘", "‹›", "«»"]\n[words]\nstop = "teléfono cliente"\n',
        "theme/static/site.css": "body { color: red }",
    }
    for name, text in texts.items():
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text(text, "utf-8")
    Image.new("RGB", (900, 600), "#456").save(content / "posts/plaza.png")
    common = {"NOW": "2026-11-22T12:00:00+01:00", "SOCIAL_CARDS": True}
    mine = {"PATH": str(SITE), "SITE_ADDRESS": "https://tertulia.example"}
    theirs = {
        "PATH": str(content), "SITE_ADDRESS": "https://other.example/blog", "SITEURL": "/blog", "SITENAME": "Other",
        "TAGLINE": "Something else", "DEFAULT_LANG": "en", "AUTHOR": "Bo", "MENTION_NETWORK": "x",
        "SERVICE_ADDRESS": "https://talk.example", "SHOW_UNPUBLISHED": True,
    }  # fmt: skip
    return common | mine, common | theirs


AGAIN = """
import json, pathlib, sys
from PIL import Image
from pelican import Pelican
from pelican.settings import read_settings

settings = json.loads(sys.argv[2])
pelican = Pelican(read_settings(sys.argv[1], override=settings))
pelican.run()
content = pathlib.Path(settings["PATH"])
Image.new("RGB", (300, 200), "#789").save(content / "posts/new.png")
(content / "posts/one.md").write_text("Title: One more\\nDate: 2026-03-01\\n\\n![A new one](new.png)\\n", "utf-8")
(content / "theme/static/site.css").write_text("body { color: blue }", "utf-8")
(content / "people.toml").unlink()
pelican.run()
"""


def test_one_pelican_may_run_again(tmp_path):
    """As ``pelican --autoreload`` does: the second run finds what has changed, and nothing of the first."""
    _, settings = two_blogs(tmp_path)
    settings |= {"DELETE_OUTPUT_DIRECTORY": True, "OUTPUT_PATH": str(tmp_path / "again")}
    settings |= {"IMAGE_CACHE_PATH": str(tmp_path / "images"), "CONVERSATION_PATH": str(tmp_path / "conversation")}
    for script in (AGAIN, ALONE):
        command = [sys.executable, "-c", script, str(ROOT / "pelicanconf.py"), json.dumps(settings)]
        subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
        settings = {**settings, "OUTPUT_PATH": str(tmp_path / "alone")}
    assert fingerprint(tmp_path / "again") == fingerprint(tmp_path / "alone")


@pytest.mark.parametrize("moment", ["article_generator_init", "all_generators_finalized"])
def test_two_builds_in_one_process_do_not_disturb_each_other(moment, tmp_path):
    """A blog that is built in the middle of another gives, and leaves, the bytes of a process of its own."""

    def run(name: str, script: str, *settings: dict) -> list[Path]:
        outputs = [tmp_path / name / str(number) for number, _ in enumerate(settings)]
        told = [
            json.dumps(
                {
                    **one,
                    "OUTPUT_PATH": str(output),
                    "IMAGE_CACHE_PATH": str(output) + "-images",
                    "CONVERSATION_PATH": str(output) + "-conversation",
                }
            )
            for one, output in zip(settings, outputs, strict=True)
        ]
        command = [sys.executable, "-c", script, str(ROOT / "pelicanconf.py"), *told]
        subprocess.run(command, check=True, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})
        return outputs

    mine, theirs = two_blogs(tmp_path)
    expected = [fingerprint(run(f"alone{number}", ALONE, one)[0]) for number, one in enumerate((mine, theirs))]
    first, second = run("together", INTERLEAVED.replace("MOMENT", moment), mine, theirs)
    assert expected[0] == fingerprint(first)
    assert expected[1] == fingerprint(second)
    assert expected[0] == fingerprint(first.with_name("0-again"))
    assert expected[0] != expected[1]
