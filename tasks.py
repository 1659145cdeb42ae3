"""The command line of the blog: ``python3 tasks.py TASK``; alone, it lists the tasks.

Any Python 3 can read this file as far as the first check, and says so when it is too old. From there the blog's
own ``.venv`` is made or found (``tertulia/commands/environment.py``), and the rest runs inside it, by invoke.
"""

import os
import re
import sys

ROOT = os.path.dirname(os.path.abspath(__file__))
OLDEST = (3, 11)


def too_old(version, conf):
    """One line for a Python that cannot run us, in the blog's language. Nothing newer than Python 3.0 in here."""
    here, needed = (".".join(map(str, numbers[:2])) for numbers in (version, OLDEST))
    if re.search(r"^DEFAULT_LANG = [\"']en", conf, re.MULTILINE):
        line = "Tertulia needs Python {} or later; this one is {}. Install a newer one and run it by its name: {}"
    else:
        line = "Tertulia necesita Python {} o posterior; este es {}. Instala uno más nuevo y llámalo por su nombre: {}"
    return line.format(needed, here, "python" + needed + " tasks.py")


if sys.version_info < OLDEST:
    with open(os.path.join(ROOT, "pelicanconf.py"), "rb") as file:
        sys.exit(too_old(sys.version_info, file.read().decode("utf-8", "replace")))

sys.path.insert(0, ROOT)  # by hand, because PYTHONSAFEPATH would leave it out

from pathlib import Path  # noqa: E402

from tertulia.commands import conf, environment  # noqa: E402
from tertulia.core import languages  # noqa: E402
from tertulia.core.errors import TertuliaError  # noqa: E402

BLOG = Path(ROOT)
CALLED_FROM = Path.cwd()

if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal without ñ gets "?", not a traceback
    languages.speak(conf.language(BLOG / "pelicanconf.py"), BLOG / "content")
    try:
        environment.enter(BLOG, sys.argv)  # usually does not return: goes on in .venv's Python
    except TertuliaError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)

# Each task imports what it needs when it runs: a task that starts in 0.2 s is one that gets used.
from invoke import Exit, task  # noqa: E402

from tertulia.commands import program  # noqa: E402


@task
def preview(c, port="8000", host="127.0.0.1"):
    """Build the blog, serve it here, rebuild and refresh it whenever a file is saved."""
    from tertulia.commands.preview import run
    from tertulia.web.serve import mounts

    if not port.isdecimal():
        raise TertuliaError(languages.say("bad_port", value=port))
    settings = conf.settings(BLOG)
    run(BLOG, host, int(port), lambda site, at: mounts(BLOG, settings, site, at))


@task
def service(c, port="8001", host="127.0.0.1"):
    """Take comments and show the moderation, until stopped."""
    from tertulia.web.serve import run

    if not port.isdecimal():
        raise TertuliaError(languages.say("bad_port", value=port))
    run(BLOG, conf.settings(BLOG), host, int(port))


@task
def build(c, strict=False):
    """Build the blog into output/ as readers will get it; with --strict, a warning fails."""
    from tertulia.commands.build import into_output

    if not into_output(BLOG, strict=strict):
        raise Exit(code=1)


@task
def new(c, title, lang="", draft=False, edit=False):
    """Write a new post with its metadata filled in; opens it only with --edit."""
    from tertulia.commands.new import run

    run(BLOG, title, lang=lang, draft=draft, edit=edit)


@task
def announce(c, dry_run=False, post="", network="", since="", resolve="", retry=False, withdraw=False):
    """Say the posts that are due on every network that has a key; with --dry-run, only show what would be said."""
    from tertulia.commands.announce import Wish, run

    if not run(BLOG, Wish(dry_run, post, network, since, resolve, retry, withdraw)):
        raise Exit(code=1)


@task
def publish(c, dry_run=False, lose=False):
    """Build with warnings as errors, deploy, wait until the new posts answer, announce them."""
    from tertulia.commands.publish import run

    if not run(BLOG, dry_run=dry_run, lose=lose):
        raise Exit(code=1)


@task
def webmention(c, since=""):
    """Tell every site that new or changed posts link to; publish does it too."""
    from tertulia.commands.webmention import run

    if not run(BLOG, since=since):
        raise Exit(code=1)


@task
def collect(c, network="", everything=False, url="", post="", dry_run=False):
    """Bring home answers, mentions, likes and shares from the networks; --url URL for one by its address."""
    from tertulia.commands.collect import run
    from tertulia.web.serve import desk

    def service(bench):
        return desk(BLOG, conf.settings(BLOG), store=bench.store)

    wish = {"network": network, "everything": everything, "url": url, "post": post, "dry_run": dry_run}
    if not run(BLOG, service, **wish):
        raise Exit(code=1)


@task
def deploy(c, dry_run=False, lose=False):
    """Put output/ where DEPLOY_TARGET says; with --dry-run, only show what would change."""
    from tertulia.commands.publish import upload

    if not upload(BLOG, dry_run=dry_run, lose=lose):
        raise Exit(code=1)


@task
def snapshot(c):
    """Write the conversation's snapshot anew from the store, for a build on another machine."""
    from tertulia.commands.publish import write_snapshot

    write_snapshot(BLOG)


@task
def status(c):
    """Tell what is where, what waits and why, what failed; exits with 1 when something needs you."""
    from tertulia.commands.status import run

    if not run(BLOG):
        raise Exit(code=1)


@task
def doctor(c):
    """Check keys, limits, clock and deploy target, without posting anything."""
    from tertulia.commands.status import examine

    if not examine(BLOG):
        raise Exit(code=1)


@task
def capture(c, check=False, paste="", archive="", remove=""):
    """Keep what posts quote; --check looks again, --paste FILE (or -) by hand, --archive ZIP from X, --remove URL."""
    from tertulia.commands import capture as task

    if paste:
        task.by_hand(BLOG, paste if paste == "-" else str(CALLED_FROM / paste))
    elif archive:
        task.from_archive(BLOG, str(CALLED_FROM / archive))
    elif remove:
        task.take_out(BLOG, remove)
    else:
        task.run(BLOG, check=check)


@task
def links(c, apply=False):
    """Find the links in posts that no longer answer; --apply sends readers to their archived copies."""
    from tertulia.commands.capture import links as run

    run(BLOG, apply=apply)


@task
def moderate(c, web=False, at=""):
    """Decide on the comments that wait, here or in the moderation page."""
    from tertulia.commands import talk
    from tertulia.web.moderation import login_link
    from tertulia.web.serve import desk

    here = desk(BLOG, conf.settings(BLOG), at=at)
    print(languages.say("talk_link", link=login_link(here)))
    if not web and sys.stdin.isatty():
        print(languages.say("talk_decided", n=talk.moderate(here.moderator)))
    here.finish()


@task
def comments(c, what, file="", person=""):
    """Export, import or copy the conversation."""
    from tertulia.commands import talk
    from tertulia.web.serve import desk

    here = desk(BLOG, conf.settings(BLOG))
    print(talk.comments(here.store, CALLED_FROM, what, file, person))
    here.moderator.show_all()
    here.finish()


@task
def erase(c, who, yes=False):
    """Erase a person and all they said, everywhere and for good."""
    from tertulia.commands import talk
    from tertulia.web.serve import desk

    here = desk(BLOG, conf.settings(BLOG))
    print(talk.erase(here.moderator, who, yes))
    here.finish()


@task
def start(c, name=None, tagline=None, address=None, author=None, language=None, timezone=None, yes=False):
    """Turn this clone into your own blog."""
    from tertulia.commands.start import run

    options = {
        "name": name, "tagline": tagline, "address": address,
        "author": author, "language": language, "timezone": timezone,
    }  # fmt: skip
    run(BLOG, {answer: value for answer, value in options.items() if value is not None}, yes=yes)


@task
def update(c, source="", to="", force=False):
    """Bring a newer version of Tertulia; content and settings stay as they are."""
    from tertulia.commands.update import run

    here = CALLED_FROM / source
    run(BLOG, str(here.resolve()) if source and here.exists() else source, to, force=force)


@task
def test(c):
    """Run the whole test suite; what follows goes to pytest."""
    _module("pytest", *program.rest)


@task
def lint(c):
    """Check style, types and layers."""
    import subprocess

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
        raise Exit(languages.say("lint_failed", tools=", ".join(failed)), code=1)


@task
def check(c, lighthouse=False):
    """Build and check every page: links, HTML, accessibility, requests to other hosts."""
    from tertulia.commands.check import run

    if not run(BLOG, lighthouse=lighthouse):
        raise Exit(code=1)


@task
def bench(c, posts="1000", scale=False, embeds=False):
    """Time a cold build of many posts beside stock Pelican; with --embeds, what embeds cost a reader."""
    if embeds:
        return _module("tests.bench_embeds")
    return _module("tests.bench", "--posts", posts, *(["--scale"] if scale else []))


@task
def lock(c):
    """Compile requirements*.txt anew from pyproject.toml, with uv."""
    import shutil
    import subprocess

    uv = shutil.which("uv")
    if not uv:
        raise TertuliaError(languages.say("lock_needs_uv"))
    options = ["--universal", "--generate-hashes", "--no-annotate", "--quiet"]
    options += ["--custom-compile-command", "python3 tasks.py lock"]
    for what, into in (
        (["pyproject.toml"], environment.LOCK),
        (["pyproject.toml", "--group", "dev", "--constraint", environment.LOCK], environment.DEV_LOCK),
        (["tests/check/requirements.in"], "tests/check/requirements.txt"),
    ):
        if subprocess.run([uv, "pip", "compile", *what, *options, "--output-file", into], check=False).returncode:
            raise Exit(code=1)


def _module(module, *arguments):
    """Run a module of .venv's Python, from the blog's folder, and end as it ended."""
    import subprocess

    code = subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
    if code:
        raise Exit(code=code)


TASKS = (
    preview,
    build,
    new,
    capture,
    links,
    publish,
    announce,
    webmention,
    collect,
    deploy,
    status,
    doctor,
    snapshot,
    service,
    moderate,
    comments,
    erase,
    start,
    update,
    test,
    lint,
    check,
    bench,
    lock,
)

if __name__ == "__main__":
    os.chdir(ROOT)
    program.run(TASKS, sys.argv)
