"""What is known of the links in posts: ``content/links.toml``. The author's text is never rewritten.

    ["https://t.co/mFn7mcB1vy"]
    to = "https://example.com/carta"        # where the short address led when it was asked

    ["https://example.org/2012/nota"]
    answered = "2025-01-02"                 # the last day on which it answered
    says = "404"                            # what it says now
    failed = "2026-03-01"                   # since when it says that it is not there; "silent": since when it fails
    archived = "https://web.archive.org/web/20120304050607/https://example.org/2012/nota"
    use = "archived"                        # readers are sent to the copy

A ``use`` that stands alone, with nothing that the page says, is its blogger's own choice, and no run changes it.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from xml.etree.ElementTree import Element

import markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from msgspec import Struct
from msgspec.structs import replace

from tertulia.core.asked import Answer, Question, noted
from tertulia.core.errors import ContentError
from tertulia.core.files import locked, read_regular, write_if_changed
from tertulia.core.languages import say

HOPS = 5  # most addresses that may stand for the next one


class KnownLink(Struct):
    """What the table knows of one address; every field may be empty."""

    to: str = ""
    answered: str = ""
    says: str = ""
    failed: str = ""
    silent: str = ""
    archived: str = ""
    use: str = ""


_FIELDS = KnownLink.__struct_fields__


class LinkTable:
    """``content/links.toml``."""

    def __init__(self, known: dict[str, KnownLink] | None = None) -> None:
        self.known = known or {}
        self.asked: dict[Question, Answer] | None = None
        self._loaded: dict[str, KnownLink] = {}

    @classmethod
    def load(cls, path: Path) -> LinkTable:
        """
        Read the table; empty when there is no file.

        Raises:
            ContentError: the file is there and is no such table.
        """
        try:
            entries = tomllib.loads(read_regular(path).decode())
            table = cls(
                {url: KnownLink(**{k: str(v) for k, v in e.items() if k in _FIELDS}) for url, e in entries.items()}
            )
            table._loaded = {url: replace(known) for url, known in table.known.items()}
            return table
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, AttributeError) as error:
            raise ContentError(say("links_unreadable", file=path, reason=error)) from error

    def save(self, path: Path) -> None:
        """
        Write what has changed here into the table at *path*: addresses in order, empty fields left out, whole or not.

        What another run has written there meanwhile stays.
        """
        with locked(path.parent):
            table = LinkTable.load(path)
            for url, known in self.known.items():
                before, now = self._loaded.get(url, KnownLink()), table.of(url)
                for name in _FIELDS:
                    if getattr(known, name) != getattr(before, name):
                        setattr(now, name, getattr(known, name))
            self._loaded = {url: replace(known) for url, known in self.known.items()}
            lines = [say("links_header")]
            for url, known in sorted(table.known.items()):
                told = [(name, getattr(known, name)) for name in _FIELDS]
                if any(value for _, value in told):
                    lines += ["", f"[{_quoted(url)}]", *(f"{name} = {_quoted(value)}" for name, value in told if value)]
            write_if_changed(path, "\n".join(lines) + "\n")

    @noted
    def target(self, url: str) -> str:
        """Where readers are sent for *url*: where a short address led, an archived copy, or the address itself."""
        for _step in range(HOPS):  # a table corrected by hand may go in circles
            known = self.known.get(url, KnownLink())
            if known.use == "archived" and known.archived:
                return known.archived
            if not known.to:
                return url
            url = known.to
        return url

    @noted
    def expanded(self, url: str) -> str:
        """Where a short address led, and nothing more: what is embedded is not sought at its archived copy."""
        for _step in range(HOPS):
            known = self.known.get(url)
            if known is None or not known.to:
                return url
            url = known.to
        return url

    def of(self, url: str) -> KnownLink:
        """Return the entry of *url*, made when there is none."""
        return self.known.setdefault(url, KnownLink())


class LinksExtension(markdown.Extension):
    """Sends readers where the table says."""

    def __init__(self, table: LinkTable) -> None:
        super().__init__()
        self.table = table

    def extendMarkdown(self, md: markdown.Markdown) -> None:  # the name is Markdown's
        """Look at links when all of them have been made; also without a table, which may come to be."""
        md.treeprocessors.register(_Links(self.table, md), "links", 1)


class _Links(Treeprocessor):
    def __init__(self, table: LinkTable, md: markdown.Markdown) -> None:
        super().__init__(md)
        self.table = table

    def run(self, root: Element) -> None:
        for link in root.iter("a"):
            url = link.get("href", "")
            target = self.table.target(url)
            if target == url:
                continue
            link.set("href", target)
            # A bare address shows where it leads; words chosen by the author stay.
            if link.text and link.text.strip() in (url, re.sub(r"^https?://", "", url)):
                shown = re.sub(r"^https://web\.archive\.org/web/\d+/", "", target)
                link.text = AtomicString(re.sub(r"^https?://(?:www\.)?", "", shown).rstrip("/"))


def _quoted(value: str) -> str:
    # What JSON writes between quotes, TOML reads.
    return json.dumps(value.replace("\x7f", ""), ensure_ascii=False)
