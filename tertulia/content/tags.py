"""Tags: when two spellings are one tag, what it is called and where its page is.

Case, accents, spaces, hyphens and underscores do not count: ``#ClientePitero``, ``#clientepitero`` and
"cliente pitero" are one tag. ñ is a letter of its own: ``#año`` is not ``#ano``; "C", "C#" and "C++", "NET" and ".NET",
"40" and "4.0" are different. The file ``content/tags.toml`` joins
further variants, chooses the label and describes a tag::

    [clientepitero]
    label = "ClientePitero"
    variants = ["clientespiteros"]
    description.es = "El cliente que pita."
    description.en = "The customer who blows the whistle."
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, field

from tertulia.core import lazy_re, toml
from tertulia.core.asked import Answer, Question, noted
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.core.slugs import shortened
from tertulia.core.text import fold

_FIELDS = ("label", "variants", "description")
_NOT_KEY = lazy_re.compile_unicode(r"[^\p{L}\p{M}\p{N}+.]+")  # "+" tells C++ from C, "." 4.0 from 40
# Signs that are words: what addresses may not hold, or hide.
_SHARP = lazy_re.compile_unicode(r"(?<=[\p{L}\p{N}])#(?![\p{L}\p{N}#])")
_DOT = lazy_re.compile_unicode(r"(?<![\p{L}\p{M}\p{N}+])\.(?=[\p{L}\p{N}])")
_OTHER_DOT = lazy_re.compile_unicode(r"(?<![\p{L}\p{M}\p{N}])\.|\.(?![\p{L}\p{N}])")
_BARE_KEY = lazy_re.compile_unicode(r"[A-Za-z0-9_-]+")  # https://toml.io/en/v1.0.0#keys


def tag_key(label: str) -> str:
    """Return what two spellings of one tag share; also its slug, unless tags.toml names it in several words."""
    return tag_slug(label).replace("-", "")


def tag_slug(label: str) -> str:
    """*label* as part of an address, its words kept apart: "Casa propia" → "casa-propia", "C#" → "csharp" (NFC)."""
    words = _DOT.sub("dot", _SHARP.sub("sharp", fold(label)))
    slug = _NOT_KEY.sub("-", _OTHER_DOT.sub(" ", words)).strip("-")
    return slug or "".join(f"u{ord(mark):x}" for mark in label.strip())


class _TagEntry(Struct, frozen=True):
    """One tag of tags.toml."""

    slug: str
    label: str  # "" when the file leaves it to the author's spelling
    descriptions: dict[str, str] = field(default_factory=dict)  # language → text


class Tags:
    """What ``content/tags.toml`` says about tags; most of them need not be there."""

    def __init__(self, path: str = "content/tags.toml") -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.asked: dict[Question, Answer] | None = None
        self._by_key: dict[str, _TagEntry] = {}

    @classmethod
    def load(cls, path: str | Path) -> "Tags":
        """
        Read *path*; an absent file knows no tag. What is wrong in it is left on ``problems``.

        Raises:
            ContentError: the file cannot be read, or is not TOML.
        """
        table = toml.read(path)
        tags = cls(table.path)
        for key in table.entries:
            tags._add(key, table)
        tags.problems = table.problems
        return tags

    def _add(self, key: str, table: toml.Table) -> None:
        label = table.text(key, "label")
        entry = _TagEntry(tag_slug(key), label, table.translations(key, "description"))
        table.report_unknown(key, _FIELDS)
        for spelling in (key, label or key, *table.texts(key, "variants")):
            other = self._by_key.setdefault(tag_key(spelling), entry)
            if other is not entry:
                what = say("tag_twice", label=spelling, first=other.label or other.slug, second=label or key)
                table.report(key, "", what, say("tag_twice_fix"))

    @noted
    def slug(self, label: str) -> str:
        """Return the part of the address that stands for the tag spelled *label*."""
        key = tag_key(label)
        entry = self._by_key.get(key)
        return entry.slug if entry else shortened(key)

    def label(self, slug: str) -> str:
        """Return what tags.toml calls the tag of *slug*; *slug* itself when it says nothing."""
        entry = self._by_key.get(tag_key(slug))
        return (entry.label if entry else "") or slug

    def describe(self, slug: str, lang: str) -> str:
        """Return what stands on top of the tag's page in *lang*; "" when tags.toml has nothing."""
        entry = self._by_key.get(tag_key(slug))
        return entry.descriptions.get(lang) or entry.descriptions.get("", "") if entry else ""

    def choose(self, spellings: Iterable[str]) -> tuple[dict[str, str], list[Problem]]:
        """
        One label for each tag: that of tags.toml, else the spelling used most, else the one used first.

        Args:
            spellings: Every use of every tag on the site, in a fixed order.

        Returns:
            Slug → label in the order of first use; and one hint for each tag that is spelled in several ways.
        """
        uses: dict[str, Counter[str]] = {}
        for spelling in spellings:
            uses.setdefault(self.slug(spelling), Counter())[spelling.strip()] += 1
        labels, hints = {}, []
        for slug, counted in uses.items():
            entry = self._by_key.get(tag_key(slug))
            written = [spelling for spelling, _ in counted.most_common()]  # equal counts stay in order of first use
            labels[slug] = (entry.label if entry else "") or written[0]
            if len(written) > 1 and not (entry and entry.label):
                hints.append(self._hint(slug, written))
        return labels, hints

    def _hint(self, slug: str, written: list[str]) -> Problem:
        label, *others = written
        key = slug if _BARE_KEY.fullmatch(slug) else f'"{slug}"'
        fix = say("tag_spellings_fix", path=self.path, key=key, label=label)
        return Problem(self.path, None, say("tag_spellings", label=label, others=", ".join(others)), fix, "hint")
