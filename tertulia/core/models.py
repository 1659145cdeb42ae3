"""The nouns that every layer shares: frozen, plain, and without behaviour of their own."""

from typing import Literal

from msgspec import Struct

Severity = Literal["error", "warning", "hint"]


class Problem(Struct, frozen=True):
    """
    One thing in one file that the author should look at.

    ``error``: the post was left out; ``warning``: it was built, and ``--strict`` fails; ``hint``: worth
    knowing, fails nothing.
    """

    path: str  # as shown to the author: "content/posts/2026/2026-03-14_el-voto-util.md"
    line: int | None  # 1-based line in the file; None when the file as a whole is meant
    what: str  # what is wrong, in the blog's language
    fix: str = ""  # what to do about it
    severity: Severity = "warning"

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}; {self.fix}" if self.fix else f"{place}: {self.what}"


class Credit(Struct, frozen=True):
    """Whom a post thanks or builds on: ``Vía:``, ``Fuente:``, ``Foto:``, ``Gracias:``."""

    kind: Literal["via", "source", "photo", "thanks"]
    name: str  # what is shown: a person's name, or an address without its scheme
    url: str  # where it leads; "" when only a name is known


class Update(Struct, frozen=True):
    """A dated note that the author added after publication: ``Actualización:``."""

    date: str  # ISO 8601 date, "2026-11-22"
    html: str  # the note, rendered from Markdown


class Picture(Struct, frozen=True):
    """A published picture: its address under the site and its size in pixels."""

    src: str  # relative to the site's root, no leading slash: "images/plaza.webp"
    width_px: int
    height_px: int
    alt: str = ""
    srcset: str = ""  # ready for the attribute, "" when there is one size only
    caption: str = ""

    def __str__(self) -> str:
        """Return its address, for themes that know a cover as such."""
        return self.src
