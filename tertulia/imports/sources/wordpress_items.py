"""What stands in WordPress' export, field by field, and how its values are read."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from html import unescape

from tertulia.core import sanitise
from tertulia.imports.sources import qtranslate


@dataclass(slots=True)
class Item:
    """One item as it stands in the file."""

    fields: dict[str, str]
    meta: dict[str, list[str]]
    terms: list[tuple[str, str, str]]  # domain, nicename, name
    comments: list[tuple[dict[str, str], dict[str, list[str]]]]

    @property
    def id(self) -> str:
        """Its number."""
        return self.fields.get("post_id", "").strip()

    @property
    def type(self) -> str:
        """What WordPress takes it for."""
        return self.fields.get("post_type", "").strip() or "post"

    @property
    def status(self) -> str:
        """Its state, in WordPress' words."""
        return self.fields.get("status", "").strip()

    def said_in(self, language: str) -> "Item":
        """Return the same, of which only what is said in *language* is left."""
        told = {
            name: qtranslate.said_in(self.fields.get(name, ""), language) for name in ("title", "encoded", "excerpt")
        }
        terms = [(domain, nicename, qtranslate.said_in(name, language)) for domain, nicename, name in self.terms]
        return replace(self, fields={**self.fields, **told}, terms=terms)

    def one(self, *keys: str) -> str:
        """Return the first value of the first of *keys* that has one."""
        return next((value.strip() for key in keys for value in self.meta.get(key, ()) if value.strip()), "")


@dataclass(slots=True)
class Term:
    """A category or tag."""

    id: str
    name: str
    above: str  # nicename


def words_of(text: str | None) -> str:
    """Plain text on one line: tags taken off, entities read, as WordPress shows a title."""
    return sanitise.one_line(unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", text or "")), 2000)


def number_of(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\s*-?\d{1,9}\s*", text) else 0


def moment_of(fields: dict[str, str], name: str) -> datetime | None:
    """Return the moment with the offset that it had there: local time and Greenwich's stand side by side."""
    here, there = _date(fields.get(name)), _date(fields.get(f"{name}_gmt"))
    if here is None or there is None:
        return here or (there.replace(tzinfo=UTC) if there else None)
    offset = timedelta(minutes=15 * round((here - there) / timedelta(minutes=15)))
    return there.replace(tzinfo=UTC).astimezone(timezone(offset)) if abs(offset) < timedelta(hours=24) else here


def _date(text: str | None) -> datetime | None:
    try:
        return datetime.strptime((text or "").strip(), "%Y-%m-%d %H:%M:%S")
    except ValueError:  # "0000-00-00 00:00:00": none
        return None
