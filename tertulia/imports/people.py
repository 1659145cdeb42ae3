"""The old site's authors in ``content/people.toml``; whom it names already is left as they are."""

import json
from collections.abc import Sequence
from pathlib import Path

from tertulia.content.people import People
from tertulia.core import slugs
from tertulia.core.files import write_whole
from tertulia.core.languages import say
from tertulia.core.text import fold
from tertulia.imports.types import OldAuthor


def known_as(path: Path, authors: Sequence[OldAuthor], *, dry: bool = False) -> dict[str, str]:
    """
    Name *authors* in the file *path*; the key of each there, by the source's own.

    Raises:
        ContentError: the file cannot be read.
    """
    people = People.load(path)
    by_name = {fold(person.name): person.key for person in people}
    taken = {person.key for person in people}
    keys: dict[str, str] = {}
    new: list[str] = []
    for author in authors:
        key = by_name.get(fold(author.name), "")
        if not key:
            base = slugs.slug_of(author.key).replace("-", "_").replace(".", "_") or "autor"
            base = base if any(sign.isalpha() for sign in base) else f"a_{base}"
            key, number = base, 2
            while key in taken:
                key, number = f"{base}_{number}", number + 1
            taken.add(key)
            by_name[fold(author.name)] = key
            new.append(_entry(key, author))
        keys[author.key] = key
    if new and not dry:
        written = path.read_text("utf-8-sig") if path.exists() else say("start_people_comment") + "\n"
        write_whole(path, written.rstrip("\n") + "\n" + "".join(new))
    return keys


def _entry(key: str, author: OldAuthor) -> str:
    lines = [f"\n[{key}]", f"name = {_quoted(author.name or author.key)}"]
    if author.site:
        lines.append(f"site = {_quoted(author.site)}")
    if author.bio:
        lines.append(f"bio = {_quoted(' '.join(author.bio.split()))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for DEL: https://toml.io/en/v1.0.0#string
    return json.dumps(text.replace(chr(127), ""), ensure_ascii=False)
