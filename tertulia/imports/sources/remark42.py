"""Remark42: its backup, a line of JSON for each comment behind one for the users.

https://github.com/umputun/remark42/blob/master/backend/app/migrator/native.go. What a blocked person said is spam;
addresses of machines, and who voted how, stay there.
"""

import re
from collections.abc import Iterator
from typing import Any

from tertulia.conversation import comment_markup
from tertulia.core import strict_json
from tertulia.core.addresses import host_of, split_address
from tertulia.core.text import one_line
from tertulia.imports.export import Export, ExportFile
from tertulia.imports.registry import Importer
from tertulia.imports.sources.common import lines_of, moment, most, page_of, without_gone
from tertulia.imports.types import LeftOut, Loss, OldComment, OldDecision, OldSite

# Its first line is of the users; a piece of a backup begins with a comment.
_FIRST = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"(?:version"\s*:\s*\d+\s*,\s*"users"|id"\s*:\s*"[^"]*"\s*,\s*"pid")')


def read(export: Export) -> OldSite:
    """
    All that the backup's files hold, together.

    Raises:
        ContentError: one of them cannot be read.
    """
    blocked: set[str] = set()
    found: dict[str, dict[str, Any]] = {}
    broken: list[str] = []
    for file in filter(_is_remark, export):
        for number, line in enumerate(lines_of(file.read()), 1):
            record = _record(line)
            if record is None and line.strip():
                broken.append(f"{file.name}:{number}")
            elif record and isinstance(record.get("locator"), dict):
                found.setdefault(_text(record.get("id")) or f"{file.name}:{number}", record)
            elif record:
                blocked |= set(_blocked(record))
    comments: list[OldComment] = []
    gone: dict[str, str] = {}
    left_out = [LeftOut("comment", where, where, "no_comment") for where in broken]
    for known, record in found.items():
        comment = _comment(known, record, blocked)
        if comment is None or record.get("delete"):
            gone[known] = _text(record.get("pid"))
            left_out.append(LeftOut("comment", known, "", "trash" if comment else "no_comment"))
        else:
            comments.append(comment)
    down = sum(_votes(record)[1] for record in found.values())
    addresses = (_text(record["locator"].get("url")) for record in found.values())
    return OldSite(
        address=most(split_address(address).origin for address in addresses if host_of(address) != "localhost"),
        comments=without_gone(comments, gone),
        left_out=tuple(left_out),
        losses=(Loss("dislikes", str(down)),) if down else (),
        read=tuple(f"comment {known}" for known in (*found, *broken)),
    )


def recognises(export: Export) -> bool:
    """Whether it is a backup of Remark42."""
    return any(_is_remark(file) for file in export)


IMPORTER = Importer("remark42", "Remark42", "remark42", recognises, read)


def _is_remark(file: ExportFile) -> bool:
    return bool(_FIRST.match(file.head()))


def _record(line: str) -> dict[str, Any] | None:
    try:
        value = strict_json.decode(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _blocked(head: dict[str, Any]) -> Iterator[str]:
    for user in head.get("users") or ():
        if isinstance(user, dict) and isinstance(user.get("blocked"), dict) and user["blocked"].get("status"):
            yield _text(user.get("id"))


def _comment(known: str, record: dict[str, Any], blocked: set[str]) -> OldComment | None:
    user = record.get("user") if isinstance(record.get("user"), dict) else {}
    when = moment(record.get("time"))
    if when is None or not user:
        return None
    who = _text(user.get("id"))
    is_spam = bool(user.get("block")) or who in blocked
    changed = record.get("edit")
    return OldComment(
        id=known,
        post=page_of(_text(record["locator"].get("url"))),
        published=when,
        name=one_line(_text(user.get("name")), 200),
        person=who,
        html=_text(record.get("text")) or comment_markup.to_html(_text(record.get("orig"))),
        text=_text(record.get("orig")),
        decision=OldDecision.SPAM if is_spam else OldDecision.APPROVED,
        parent=_text(record.get("pid")),
        anchor=f"remark42__comment-{known}",
        likes=_votes(record)[0],
        edited=moment(changed.get("time")) if isinstance(changed, dict) else None,
        is_owner=user.get("admin") is True,
    )


def _votes(record: dict[str, Any]) -> tuple[int, int]:
    """How many were for it, and how many against; of an older backup only the difference is known."""
    votes, score = record.get("votes"), record.get("score")
    if isinstance(votes, dict) and votes:
        up = sum(vote is True for vote in votes.values())
        return up, len(votes) - up
    score = score if isinstance(score, int) else 0
    return max(score, 0), max(-score, 0)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
