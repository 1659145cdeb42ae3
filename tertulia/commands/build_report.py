"""How a build went, and what is said of it in the terminal."""

import sys

from msgspec import Struct, field

from tertulia.core import languages
from tertulia.core.languages import say
from tertulia.core.models import Severity


class Remark(Struct, frozen=True):
    """One thing the build had to say."""

    severity: Severity
    text: str  # "content/posts/….md:12: what is wrong; what to do"


class BuildReport(Struct):
    """How a build went."""

    posts: int = 0
    pages: int = 0
    seconds: float = 0.0
    prefix: str = ""  # SITEURL: the path under which the site lives, "" or "/blog"
    failure: str = ""  # why there is no site at all; "" when there is one
    keep: list[str] = field(default_factory=list)  # OUTPUT_RETENTION: names in output/ that are not ours
    remarks: list[Remark] = field(default_factory=list)
    explained: list[str] = field(default_factory=list)  # why each page was drawn that was: "index.html: new"
    to_index: str = ""  # a folder of pages for Pagefind, where the build has left that for later
    index_digest: str = ""  # of what is in it
    passing: bool = False  # what was said may be otherwise next time, though nothing changed

    def of(self, severity: Severity) -> list[str]:
        """Return what was said at *severity*, in order."""
        return [remark.text for remark in self.remarks if remark.severity == severity]

    @property
    def clean(self) -> bool:
        """There is a site, and nobody complained; hints do not count."""
        return not (self.failure or self.of("error") or self.of("warning"))


def tell(report: BuildReport, *, all_advice: bool = False) -> None:
    """Print what was built and, once each, what was complained about; of what is the same for many files, a few."""
    if report.failure:
        print(say("build_failed"), file=sys.stderr)
        print("  " + report.failure, file=sys.stderr)
    for line in complaints(report, all_advice=all_advice):
        print(line, file=sys.stderr)
    if not report.failure:
        print(summary(report), flush=True)


def complaints(report: BuildReport, *, all_advice: bool = False, plain: bool = False) -> list[str]:
    """Return the lines of what was complained about, the worst first; hints dimmed for a terminal, unless *plain*."""
    from tertulia.commands import advice

    lines = []
    for severity in ("error", "warning", "hint"):
        if texts := report.of(severity):
            lines.append(counted(severity, len(texts)))
            told = texts if all_advice or severity == "error" else advice.gathered(texts)
            lines += ["  " + (_dim(text) if severity == "hint" and not plain else text) for text in told]
    return lines


def summary(report: BuildReport, seconds: str = "") -> str:
    """Return the one line of a build: "412 entradas y 9 páginas en 3,8 s"; *seconds* where it is told later."""
    seconds = seconds or decimal(report.seconds)
    phrase = "built" if report.posts else "built_no_post"
    return say(phrase, posts=counted("post", report.posts), pages=counted("page", report.pages), seconds=seconds)


def counted(noun: str, n: int) -> str:
    """ "1 entrada", "412 entradas": the phrase ``count_NOUN``."""
    return say(f"count_{noun}", n=n)


def decimal(number: float) -> str:
    """Return a number with one decimal, as the blog's language writes it."""
    return languages.decimal(number, "0.0")


def _dim(text: str) -> str:
    return f"\033[2m{text}\033[0m" if sys.stderr.isatty() else text
