"""What made a build fail, in one line: the place in the blog's own files, or the disk."""

import errno
import re
import traceback
from pathlib import Path
from typing import TypeGuard

from tertulia.core import paths
from tertulia.core.languages import say, system_words


def is_full(error: BaseException | None) -> TypeGuard[OSError]:
    """Whether the disk is full, or what somebody may have of it: no fault of what was written just then."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def where_it_broke(error: BaseException, root: Path) -> str:
    """One line for an exception: "theme/templates/post.html:12: UndefinedError: …", the innermost place of ours."""
    if is_full(error):  # wherever that was noticed
        return system_words(error)
    said = error.msg if isinstance(error, SyntaxError) else str(error).strip()
    what = _lacking(said) or f"{type(error).__name__}: {said or '?'}"
    if getattr(error, "filename", None) and getattr(error, "lineno", None):  # a template or settings file that …
        return f"{_within(error.filename, root)}:{error.lineno}: {what}"  # type: ignore[attr-defined]  # … cannot be parsed
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename)
        of_blog = file.is_relative_to(root) and not file.is_relative_to(root / ".venv")
        if of_blog or (paths.INSTALLED and file.is_relative_to(paths.HOME)):
            if isinstance(error, RecursionError) and file.suffix == ".html":
                what = say("template_endless")
            return f"{_within(frame.filename, root if of_blog else paths.HOME.parent)}:{frame.lineno}: {what}"
    return what


def _lacking(said: str) -> str:
    """Return what a template lacks, and where a blog would set it; "" where Jinja says something else."""
    for phrase, form in (
        ("template_no_filter", r"No filter named '(\w+)'"),
        ("template_no_test", r"No test named '(\w+)'"),
        ("template_undefined", r"'(\w+)' is undefined"),
    ):
        if found := re.match(form, said):
            return say(phrase, name=found[1])
    return ""


def _within(path: str, root: Path) -> str:
    return str(Path(path).relative_to(root)) if Path(path).is_relative_to(root) else path
