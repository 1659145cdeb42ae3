"""Files among the posts and pages that become nothing: each is told, so that none is missed without a word."""

import fnmatch
import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from tertulia.core.languages import say
from tertulia.core.models import Problem, Severity
from tertulia.render.picture_facts import PICTURE_SUFFIXES
from tertulia.site.problems import shown_path

# Markdown, as every system writes it: Windows is fond of capitals.
ENDINGS = tuple(
    written
    for name in ("md", "markdown", "mkd", "mkdn", "mdown", "mdwn", "mdtxt", "mdtext")
    for written in (name, name.upper(), name.capitalize())
)
OTHER_ENDINGS = frozenset({"rst", "htm", "html"})  # Pelican's other readers, which know nothing of our metadata
# Texts that another program would have made a page of.
_TEXTS = frozenset((
    ".txt", ".rst", ".html", ".htm", ".xhtml", ".org", ".adoc", ".asciidoc", ".textile", ".docx", ".doc", ".odt",
    ".rtf", ".pages", ".tex", ".ipynb", ".wiki", ".mdx", ".qmd", ".rmd", ".njk", ".liquid", ".hbs", ".pug",
))  # fmt: skip
_NO_POSTS = ("extra", "images", "embeds", "theme")  # folders of content/ that are for something else
_PICTURES = frozenset(PICTURE_SUFFIXES) | {".svg", ".heic", ".heif", ".bmp", ".tif", ".tiff", ".ico"}


def problems(
    content: Path, folders: Collection[str], read: Collection[str], used: Collection[Path], ignored: Collection[str]
) -> Iterator[Problem]:
    """
    Tell of what lies in *folders* and is neither read nor used.

    Args:
        content: The blog's ``content``.
        folders: Those of posts and pages, relative to it.
        read: The endings that are read, without a dot.
        used: Files that posts show or link to.
        ignored: Patterns of names that mean nothing.
    """
    for folder in folders:
        for place, inside, names in os.walk(content / folder):
            inside[:] = sorted(name for name in inside if not _is_ignored(name, ignored))
            for name in sorted(names):
                path = Path(place, name)
                if _is_ignored(name, ignored) or path.suffix[1:] in read or path.absolute() in used:
                    continue
                suffix = path.suffix.casefold()
                if suffix in _PICTURES:
                    continue
                phrase = "stray_text" if suffix in _TEXTS or not suffix else "stray_file"
                if suffix == ".txt" and Path(path.stem).suffix[1:] in read:  # an editor's own ending; Windows hides it
                    phrase = "stray_ending"
                severity: Severity = "warning" if suffix in _TEXTS else "hint"
                fix = say(f"{phrase}_fix", name=path.stem)
                yield Problem(shown_path(path, content), None, say(phrase), fix, severity)
    for path in _outside(content, folders, ignored):
        if path.suffix[1:] in read and path.absolute() not in used and path.stem.casefold() != "readme":
            read_there = ", ".join(f"content/{folder}" for folder in folders)
            what = say("stray_post", folders=read_there)
            yield Problem(shown_path(path, content), None, what, say("stray_post_fix"))


def _outside(content: Path, folders: Iterable[str], ignored: Collection[str]) -> Iterator[Path]:
    """Yield the files of *content* that lie in none of *folders*, nor in one that is for something else."""
    known = {os.path.normpath(content / folder) for folder in (*folders, *_NO_POSTS)}
    for place, inside, names in os.walk(content) if os.path.normpath(content) not in known else ():
        inside[:] = sorted(
            name for name in inside if os.path.join(place, name) not in known and not _is_ignored(name, ignored)
        )
        yield from (Path(place, name) for name in sorted(names) if not _is_ignored(name, ignored))


def _is_ignored(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
