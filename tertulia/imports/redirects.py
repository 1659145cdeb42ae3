"""The old addresses, in ``content/redirects.toml``: what stood where, and where that is now.

A post is named by its Id and language, so that its address may still change; a list or a file by its new address. The
file is the blogger's: what stands in it stays, and a later import only adds what it does not name.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tertulia.core.errors import ContentError
from tertulia.core.files import write_whole
from tertulia.core.languages import say
from tertulia.imports.plan import Plan

NAME = "redirects.toml"


def lines(plan: Plan) -> Iterator[tuple[str, str]]:
    """Old address, from the host's root, and what it leads to; where both are the same there is nothing to say."""
    for old, found in sorted(plan.addresses.items()):
        new = plan.target(found)
        if not new or old == "/" or _bare(new) == _bare(old):
            continue
        place = plan.places.get(found.target) if found.kind == "post" else None
        yield old, f"post:{place.id}.{place.lang}" if place else new
    for old, new in sorted(plan.pictures.moved().items()):
        if key := plan.key(old):
            yield key, new


def add(path: Path, wanted: list[tuple[str, str]]) -> int:
    """
    Write into the file *path* what it does not say yet; how many lines that were.

    Raises:
        ContentError: it is no TOML.
    """
    written = path.read_text("utf-8-sig") if path.exists() else f"{say('import_redirects_comment')}\n\n[redirects]\n"
    try:
        known = tomllib.loads(written).get("redirects", {})
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"content/{path.name}: {say('bad_toml', reason=error)}") from error
    new = {old: target for old, target in wanted if old not in known}
    if not new:
        return 0
    added = "".join(f"{_quoted(old)} = {_quoted(target)}\n" for old, target in new.items())
    # Before any other table of the file, if there is one behind ours.
    head, rest = _split(written)
    write_whole(path, head.rstrip("\n") + "\n" + added + rest)
    return len(new)


def _split(written: str) -> tuple[str, str]:
    """Return the file up to the end of its table of redirects, and what follows."""
    begin = re.search(r"^\[redirects\][ \t]*$", written, re.MULTILINE)
    if not begin:
        return f"{written.rstrip()}\n\n[redirects]\n", ""
    after = re.search(r"^\[", written[begin.end() :], re.MULTILINE)
    at = begin.end() + after.start() if after else len(written)
    return written[:at], ("\n" + written[at:]) if after else ""


def _bare(address: str) -> str:
    return address.rstrip("/")


def _quoted(text: str) -> str:
    return json.dumps(text.replace(chr(127), ""), ensure_ascii=False)
