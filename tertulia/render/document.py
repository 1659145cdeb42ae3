"""The file that is being rendered, as the Markdown extensions see it.

The reader puts one ``Document`` on the Markdown instance (``md.document``) before each conversion. Extensions
read from it where they are, and leave on it what they found: tags, problems.
"""

import errno
from pathlib import Path

from msgspec import Struct, field

from tertulia.core import languages
from tertulia.core.files import read_regular
from tertulia.core.languages import say
from tertulia.core.models import Problem, Severity

_REASONS = {
    errno.ENOENT: "reason_missing", errno.EACCES: "reason_denied", errno.EPERM: "reason_denied",
    errno.ELOOP: "reason_loop", errno.EISDIR: "reason_folder",
    errno.ESPIPE: "reason_no_file",
}  # fmt: skip
_RTF = b"{\\rtf"  # what TextEdit saves unless it is told otherwise, whatever the file is called


class Document(Struct):
    """One post or page on its way from Markdown to HTML."""

    path: str = ""  # as shown to the author, "content/posts/….md"
    lang: str = languages.DEFAULT
    body: str = ""  # the Markdown after the metadata
    body_line: int = 1  # the line of the file at which the body begins, 1-based
    tags: list[str] = field(default_factory=list)  # labels found in the text, in order, as written
    problems: list[Problem] = field(default_factory=list)
    files: dict[tuple[str, str], int | None] = field(default_factory=dict)  # (file, "shown" or "linked") → first line
    embeds: str = ""  # what the post says of embeds that are gone: "keep", "text" or "remove"; "" as the blog does

    def line_of(self, needle: str) -> int | None:
        """Return the line of the file on which *needle* first stands in the body, or None."""
        at = self.body.find(needle) if needle else -1
        return None if at < 0 else self.body_line + self.body.count("\n", 0, at)

    def report(self, what: str, fix: str = "", *, needle: str = "", severity: Severity = "warning") -> None:
        """Keep a problem for the author; *needle* is the piece of Markdown that shows where."""
        self.problems.append(Problem(self.path, self.line_of(needle), what, fix, severity))


def load(path: Path, shown: str, most_bytes: int = 2_000_000) -> tuple[str, Problem | None]:
    """
    Return the text of an author's file, or the problem that makes it unusable.

    Args:
        path: The file.
        shown: Its name as the author knows it, for the problem.
        most_bytes: A file larger than this is not read: no post is, and Markdown would take minutes.

    Returns:
        The text and None, or "" and an ``error`` problem: unreadable, too large, binary, not UTF-8, empty.
    """

    def problem(phrase: str, line: int | None = 1, **values: object) -> tuple[str, Problem]:
        return "", Problem(shown, line, say(phrase, **values), say(f"{phrase}_fix"), "error")

    try:
        size = path.stat().st_size
        if size > most_bytes:
            return problem("huge_file", size=f"{size / 1e6:.1f}", limit=f"{most_bytes / 1e6:.0f}")
        data = read_regular(path)
    except OSError as error:
        return problem("unreadable_file", reason=say(_REASONS.get(error.errno or 0, "reason_other")))
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return problem("binary_file")
    if data.lstrip().startswith(_RTF):
        return problem("rich_text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return problem("not_utf8", data.count(b"\n", 0, error.start) + 1, byte=error.start + 1)
    return (text, None) if text.strip() else problem("empty_file")
