"""The tasks of who works on Tertulia itself, in a clone: tests, style, measures, the lock."""

import shutil
import subprocess
import sys
from datetime import date

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.tasks import task

from tertulia.commands import environment
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say

# A file's tests stay together: what they share is made once, and their order is the same everywhere.
ALL_CORES = ("-n", "auto", "--maxprocesses", "8", "--dist", "loadfile")


@task
def test(c: Context) -> None:
    """Run the whole test suite, on all cores; what follows goes to pytest."""
    chosen = any(not word.startswith("-") or word.startswith("-n") for word in c.rest)  # some tests, or how many cores
    _module("pytest", *([] if chosen else ALL_CORES), *c.rest)


@task
def lint(c: Context) -> None:
    """Check style, types and layers."""
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "--quiet", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint(['--no-logo'])"],
    }
    failed = [
        name for name, check in checks.items() if subprocess.run([sys.executable, *check], check=False).returncode
    ]
    if failed:
        raise Exit(say("lint_failed", tools=", ".join(failed)), code=1)


@task
def bench(
    c: Context,
    posts: str = "",
    scale: bool = False,
    embeds: bool = False,
    before: str = "",
    talk: str = "",
    long_talk: bool = False,
    moving: bool = False,
    peers: str = "",
    edits: bool = False,
    hugo: str = "",
    inbox: bool = False,
) -> None:
    """Time a cold build beside Pelican, or --before FOLDER; or --edits, --embeds, --talk, --inbox, --moving…"""
    if inbox:
        return _module("tests.bench_inbox")
    if edits:
        return _module("tests.bench_edit", "--posts", posts or "1000", *(["--hugo", hugo] if hugo else []))
    if talk:
        return _module("tests.bench_talk", "--isso", talk)
    if long_talk:
        return _module("tests.bench_long_talk")
    if embeds:
        return _module("tests.bench_embeds")
    if moving:
        return _module("tests.bench_import", *(["--peers", peers] if peers else []), "--posts", posts or "10000")
    also = [*(["--scale"] if scale else []), *(["--before", before] if before else [])]
    return _module("tests.bench", "--posts", posts or "1000", *also)


@task
def spam_train(c: Context) -> None:
    """Train what a new blog knows of spam, on the labelled comments of the tests."""
    _module("tests.spam_training")


@task
def fuzz(c: Context, minutes: str = "10", seed: str = "0") -> None:
    """Send odd words through every door that takes strangers' text."""
    _module("tests.fuzz", "--minutes", minutes, "--seed", seed)


@task
def mutate(c: Context, module: str, tests: str = "", sample: str = "0", only: str = "") -> None:
    """Change a module in one place after another; tell which changes no test notices."""
    given = (("--tests", tests), ("--only", only), ("--sample", sample))
    _module("tests.mutate", module, *(word for pair in given if pair[1] for word in pair))


@task
def lock(c: Context) -> None:
    """Compile requirements*.txt anew from pyproject.toml, with uv."""
    uv = shutil.which("uv")
    if not uv:
        raise TertuliaError(say("lock_needs_uv"))
    options = ["--universal", "--generate-hashes", "--no-annotate", "--quiet"]
    options += ["--custom-compile-command", "python3 tasks.py lock"]
    tools = "tertulia/commands/check_tools/requirements"
    for what, into in (
        (["pyproject.toml"], environment.LOCK),
        (["pyproject.toml", "--group", "dev", "--constraint", environment.LOCK], environment.DEV_LOCK),
        ([f"{tools}.in"], f"{tools}.txt"),
    ):
        if subprocess.run([uv, "pip", "compile", *what, *options, "--output-file", into], check=False).returncode:
            raise Exit(code=1)


@task
def release(c: Context, number: str, checked: bool = False) -> None:
    """Release this clone: number, notes, checks, wheel, tag. Nothing is pushed; --checked leaves out `.ci/run`."""
    from tertulia.commands import release as making

    def checks() -> bool:
        return checked or not subprocess.run(["bash", ".ci/run"], cwd=c.root, check=False).returncode

    made = making.run(c.root, number, date.today(), checks)
    print(say("release_made", tag=made.tag, wheel=made.wheel.relative_to(c.root)))
    print(f"\n{made.notes}")


@task
def docs(
    c: Context, serve: bool = False, pictures: bool = False, examine: bool = False, lighthouse: bool = False
) -> None:
    """Build the documentation as a site into output-docs/; --examine looks at each page, --serve shows it."""
    from pathlib import Path

    from tertulia.commands import documentation, drawings, key_drawings, looks_pictures, photographs
    from tertulia.core.files import write_whole

    if pictures:
        root = Path(c.root)
        write_whole(root / drawings.ROOMS, drawings.rooms(root))
        for file, drawing in key_drawings.drawn(root).items():
            write_whole(root / file, drawing)
        photographs.of_sample(root)
        looks_pictures.draw(root)
    if not documentation.run(c.root, serve=serve, examined=examine or lighthouse, lighthouse=lighthouse):
        raise Exit(code=1)


def _module(module: str, *arguments: str) -> None:
    """Run a module of this Python, from the clone's folder, and end as it ended; what it compiled is kept."""
    keeping = environment.clean(PYTHONDONTWRITEBYTECODE="")  # empty is as good as not set
    code = subprocess.run([sys.executable, "-m", module, *arguments], check=False, env=keeping).returncode
    if code:
        raise Exit(code=code)


TASKS = (test, lint, bench, spam_train, fuzz, mutate, lock, docs, release)
