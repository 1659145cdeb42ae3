"""A build is a function of its input: no clock, no folder, no locale and no hash seed in its bytes."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
