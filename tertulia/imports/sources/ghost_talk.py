"""What was said on a Ghost site: comments, which a whole backup holds and the export of the settings page does not.

https://github.com/TryGhost/Ghost/blob/main/ghost/core/core/server/data/schema/schema.js (``comments``). Members' mail
addresses tell two of one name apart, and go nowhere.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tertulia.core.text import one_line
from tertulia.imports.sources.common import moment, without_gone
from tertulia.imports.types import LeftOut, OldComment, OldDecision

Row = Mapping[str, Any]


def comments_of(
    rows: Sequence[Row], members: Mapping[str, Row], likes: Sequence[Row]
) -> tuple[tuple[OldComment, ...], tuple[LeftOut, ...]]:
    """Return the comments of *rows*, and what was taken away; what is hidden waits."""
    liked = Counter(str(row.get("comment_id")) for row in likes)
    said: dict[str, OldComment] = {}
    gone: dict[str, str] = {}
    for row in rows:
        known, status = str(row.get("id")), row.get("status")
        parent = str(row.get("in_reply_to_id") or row.get("parent_id") or "")
        when = moment(row.get("created_at"))
        if known in said or known in gone:
            continue
        if when is None or status not in ("published", "hidden"):
            gone[known] = parent
            continue
        member = members.get(str(row.get("member_id")), {})
        said[known] = OldComment(
            id=known,
            post=str(row.get("post_id")),
            published=when,
            name=one_line(str(member.get("name") or ""), 200),
            person=str(row.get("member_id") or ""),
            html=str(row.get("html") or ""),
            decision=OldDecision.APPROVED if status == "published" else OldDecision.WAITING,
            parent=parent,
            anchor=f"ghost-comments-{known}",
            likes=liked[known],
            edited=moment(row.get("edited_at")) if row.get("edited_at") else None,
        )
    return without_gone(said.values(), gone), tuple(LeftOut("comment", one, "", "trash") for one in gone)
