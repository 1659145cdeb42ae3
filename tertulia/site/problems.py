"""Mistakes told to the author, and those that only show when all files are known.

Each is one line, ``content/….md:LINE: what; what to do``, and never stops the other posts.
"""

import itertools
import logging
import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec

from tertulia.content import folder
from tertulia.core.files import is_inside
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site.contents import Content
from tertulia.site.records import Reading

log = logging.getLogger(__name__)

# Templates that are given one thing to show, which no post or page is but its own kind.
OF_ONE_THING = frozenset([
    "article", "page", "author", "category", "tag", "series", "list", "talk", "language", "period_archives", "patterns",
])  # fmt: skip
LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "hint": logging.INFO}


def report(problem: Problem) -> None:
    """Log *problem*; a hint is marked as one, so that the task line can show it quietly."""
    log.log(LEVELS[problem.severity], "%s", problem, extra={"hint": problem.severity == "hint"})


def in_settings(conf: Path, setting: str, name: str, what: str, fix: str) -> Problem:
    """Return a problem of *setting*, or of the entry *name* of it, on its line of the settings file *conf*."""
    try:
        lines = conf.read_text("utf-8").splitlines()
    except (OSError, ValueError):
        lines = []
    line = next((number for number, text in enumerate(lines, 1) if re.match(rf"{setting}\b", text)), None)
    if name and line:
        line = next((n for n, text in enumerate(lines, 1) if n >= line and f'"{name}"' in text.replace("'", '"')), line)
    return Problem(conf.name, line, what, fix)


def report_line(content: Content, key: str, phrase: str, **values: object) -> None:
    """Report a problem on the line of *content* that holds the metadata *key*."""
    line = content.header_lines.get(key, 1)
    report(Problem(content.shown_path, line, say(phrase, **values), say(f"{phrase}_fix")))


def use_known_templates(contents: Iterable[Content], find: Callable[[str], object], not_found: type[Exception]) -> None:
    """Give the usual template to each of *contents* that asks for one that *find* does not know, or for another's."""
    for content in contents:
        asked, usual, wrong = content.template, content.default_template, ""
        name = posixpath.normpath(asked).casefold()  # as Jinja finds it, on disks that fold capitals too
        try:
            find(asked)
        except (not_found, OSError, ValueError):
            wrong = "no_template"
        if asked != usual and (name in OF_ONE_THING or name.startswith("parts/")):
            wrong = "other_template"
        if wrong:
            report_line(content, "template", wrong, name=asked)
            content.template = usual


def shown_path(path: Path, content: Path) -> str:
    """*path* as the author knows it: ``content/posts/…``."""
    return f"content/{path.relative_to(content).as_posix()}"


def links_out(content: Path) -> Iterator[str]:
    """
    Symbolic links in *content* that lead out of it, reported; nothing behind them may come into the site.

    Yields:
        Each, relative to *content*.
    """
    for path in folder.links_out(content):
        report(Problem(shown_path(path, content), None, say("link_out"), say("link_out_fix")))
        yield path.relative_to(content).as_posix()


def inside_only(takes: Callable[..., bool], content: Path) -> Callable[..., bool]:
    """
    Return what *takes* says of a file in *content*, by its relative path.

    Never yes to one that a link leads out to, nor, and that is told, to one whose name is no text: of an old zip, say.
    """
    is_home = cache(lambda folder: is_inside(Path(folder), content))  # of each folder asked once: files are many

    @cache  # and of each file, which is met by every generator
    def is_ours(path: str) -> bool:
        if (readable := path.encode("utf-8", "replace").decode("utf-8")) != path:
            report(Problem(f"content/{readable}", None, say("odd_name"), say("odd_name_fix")))
            return False
        whole = os.path.join(content, path)
        return is_inside(Path(whole), content) if os.path.islink(whole) else is_home(os.path.dirname(whole))

    return lambda path, extensions=None: takes(path, extensions) and is_ours(path)


def link_loops(content: Path) -> Iterator[str]:
    """
    Folders in *content* that are links to a folder above them, reported; whoever walks into one walks for ever.

    Yields:
        Each, relative to *content*.
    """
    for where, names, _files in os.walk(content):
        for name in sorted(names):
            path = Path(where, name)
            if path.is_symlink() and is_inside(path, content) and _loops(path):
                report(Problem(shown_path(path, content), None, say("link_loop"), say("link_loop_fix")))
                yield path.relative_to(content).as_posix()


def _loops(path: Path) -> bool:
    try:
        return path.resolve(strict=True) in (path.absolute().parent, *(p.resolve() for p in path.absolute().parents))
    except (OSError, RuntimeError):
        return True


def separate_ids(readings: Iterable[Reading]) -> tuple[list[Reading], set[str]]:
    """
    Let the second of two that share Id and language go on with its slug.

    That is told where it has an Id; ``without_ids`` tells of those that have none.

    Returns:
        The same *readings*, and the Ids that are shared.
    """
    shared = set()
    first: dict[tuple[str, str], str] = {}
    apart = []
    for reading in readings:
        record = reading.record
        if record and (other := first.setdefault((record.id, record.lang), record.shown_path)) != record.shown_path:
            what, line = say("same_id", other=other), record.header_lines.get("id")
            told = (Problem(record.shown_path, line, what, say("same_id_fix")),) if record.has_id else ()
            free = (f"{record.slug}-{n}" if n else record.slug for n in itertools.count())
            own = next(one for one in free if (one, record.lang) not in first)
            first[own, record.lang] = record.shown_path
            shared.add(record.id)
            other_record = msgspec.structs.replace(record, id=own)
            apart.append(msgspec.structs.replace(reading, record=other_record, problems=(*reading.problems, *told)))
        else:
            apart.append(reading)
    return apart, shared


def without_ids(posts: Iterable[Content]) -> None:
    """Count the posts that have no Id of their own; those that cannot be called by their slug are told one by one."""
    without = [post for post in posts if not post.has_id]
    for post in without:
        if post.id != post.slug:
            report_line(post, "title", "same_slug", slug=post.slug)
    if without:
        report(no_ids([post.shown_path for post in without]))


def no_ids(paths: Sequence[str]) -> Problem:
    """Return what is told of the posts at *paths*, which have no Id of their own."""
    return Problem(min(paths), None, say("no_id", n=len(paths)), say("no_id_fix"), "hint")


def same_ids_of_pages(contents: Iterable[Content]) -> None:
    """Report pages whose Id a post has, or another page; it would name both, and their old addresses lead to either."""
    named = [content for content in contents if content.has_id]
    by_id: dict[tuple[str, str], Content] = {}
    for content in sorted(named, key=lambda content: (content.is_page, content.shown_path)):
        if by_id.setdefault((content.id, content.lang), content) is not content:
            report_line(content, "id", "same_id", other=by_id[content.id, content.lang].shown_path)
            content.id = content.slug
