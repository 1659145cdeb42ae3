"""A new blog: a folder that holds only what is its blogger's.

It is written beside its place and moved there whole, so that an interruption leaves no half of one, and nothing
that lay there before is touched.
"""

import datetime as dt
import secrets
import shlex
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from tertulia.commands import start
from tertulia.core import conf
from tertulia.core.errors import SettingError, TertuliaError
from tertulia.core.languages import say, speak, spoken
from tertulia.core.text import slugify
from tertulia.syndication.declared import env_example


def run(called_from: Path, folder: str, given: Mapping[str, str], *, yes: bool) -> None:
    """
    Ask what is not *given*, make the blog, and say what comes next.

    Args:
        called_from: Where the person stands.
        folder: The new folder, as typed.
        given: The answers that came with the command line.
        yes: Take the defaults for what is not given, and ask nothing.

    Raises:
        SettingError: an answer will not do, or nobody is there to be asked.
        TertuliaError: the folder is taken, or cannot be made.
    """
    if not folder.strip():
        raise TertuliaError(say("blog_no_folder"))
    target = (called_from / folder).resolve()
    refuse_taken(target)
    speak(given.get("language", spoken()))
    defaults = guessed(target)
    ask = None if yes or not sys.stdin.isatty() else input
    if not ask:
        needed = [name for name in ("name", "address", "author") if name not in given]
        needed = [name for name in needed if not (yes and getattr(defaults, name))]
        if needed:
            raise SettingError(say("blog_needs", options=" ".join(f"--{name} …" for name in needed)))
    else:  # whoever forgot to go into their blog, and wanted a post, is asked for a language all of a sudden
        print(say("blog_begins", folder=target), *hints(called_from), sep="\n")
    answers = start.gather(defaults, given, ask, print)
    post = write(target, answers, dt.datetime.now(ZoneInfo(answers.timezone)), secrets.token_hex(4))
    print(say("blog_made", folder=target, post=post))


def hints(folder: Path) -> list[str]:
    """Return how to go into each blog that lies right in *folder*, a line each."""
    return [say("blog_below", folder=shlex.quote(blog.name)) for blog in conf.below(folder)]


def refuse_taken(target: Path) -> None:
    """
    Look whether a blog may be made at *target*.

    Raises:
        TertuliaError: something lies there already, or it lies within another blog.
    """
    try:
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise TertuliaError(say("blog_taken", folder=target))
    except OSError as error:
        raise TertuliaError(say("cannot_write", folder=target, reason=error)) from error
    if around := conf.find(target.parent):
        raise TertuliaError(say("blog_inside", folder=target, blog=around))


def guessed(target: Path) -> start.Answers:
    """Return what an empty line means: what the folder's name and this machine tell."""
    words = " ".join(target.name.replace("-", " ").replace("_", " ").split())
    return start.Answers(
        language=spoken(),
        name=words[:1].upper() + words[1:],
        tagline="",
        address=f"https://{slugify(words) or 'blog'}.example",
        author=start.author_of_git(target.parent),
        timezone=start.machine_timezone() or "UTC",
    )


def write(target: Path, answers: start.Answers, now: dt.datetime, ident: str) -> Path:
    """
    Make the blog of *answers* at *target*, whole or not at all; its first post.

    Raises:
        TertuliaError: it cannot be written, or somebody made something there meanwhile.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as passing:
            blog = Path(passing, "blog")
            post = fill(blog, answers, now, ident)
            refuse_taken(target)  # somebody may have been faster
            if target.is_dir():  # empty, and perhaps where the person stands: it stays the same folder
                for child in sorted(blog.iterdir(), key=lambda path: path.name == conf.NAME):
                    child.rename(target / child.name)
            else:
                blog.rename(target)
    except OSError as error:
        raise TertuliaError(say("cannot_write", folder=target, reason=error)) from error
    return target / post


def fill(blog: Path, answers: start.Answers, now: dt.datetime, ident: str) -> Path:
    """Write every file of a new blog; the first post, relative to *blog*."""
    content = blog / "content"
    content.mkdir(parents=True)
    key = start.add_person(content / "people.toml", answers.author)
    post = start.first_files(content, answers, key, now, ident)
    literals = {name: conf.quoted(getattr(answers, name)) for name in start.SETTINGS}
    names = {
        **{f"{name}_literal": text for name, text in literals.items()},
        "name": answers.name,
        "category_literal": conf.quoted(say("start_category")),
        "today": f"{now:%Y-%m-%d}",
    }
    for source in sorted((start.FIRST / answers.language / "blog").rglob("*.txt")):
        # "dot-gitignore.txt" is .gitignore: as it stands it would be one of ours.
        name = source.name.removesuffix(".txt").replace("dot-", ".", 1)
        place = blog / source.relative_to(start.FIRST / answers.language / "blog").with_name(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        text = Template(source.read_text("utf-8")).substitute(names)
        more = start.addresses(answers.language) if name == conf.NAME else ""
        place.write_text(text + more, "utf-8", newline="\n")
    (blog / ".env.example").write_text(env_example(answers.language), "utf-8", newline="\n")
    start.write_env(blog, answers.language)
    return post.relative_to(blog)
