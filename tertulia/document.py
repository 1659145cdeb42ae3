"""The file that is being rendered, as the Markdown extensions see it.

The reader puts one ``Document`` on the Markdown instance (``md.document``) before each conversion. Extensions
read from it where they are, and leave on it what they found: tags, problems.
"""

from dataclasses import dataclass, field

from tertulia.types import Problem, Severity


@dataclass(slots=True)
class Document:
    """One post or page on its way from Markdown to HTML."""

    path: str = ""  # as shown to the author, "content/posts/….md"
    lang: str = "es"
    body: str = ""  # the Markdown after the metadata
    body_line: int = 1  # the line of the file at which the body begins, 1-based
    tags: list[str] = field(default_factory=list)  # labels found in the text, in order, as written
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, needle: str) -> int | None:
        """The line of the file on which *needle* first stands in the body, or None."""
        at = self.body.find(needle) if needle else -1
        return None if at < 0 else self.body_line + self.body.count("\n", 0, at)

    def report(self, what: str, fix: str = "", *, needle: str = "", severity: Severity = "warning") -> None:
        """Keep a problem for the author; *needle* is the piece of Markdown that shows where."""
        self.problems.append(Problem(self.path, self.line_of(needle), what, fix, severity))
