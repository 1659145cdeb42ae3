"""Talk that no page shows: under an Id, or a language, that no post has. Told with the post that it may belong to.

From files alone, the snapshots and what was built, so that a build can say it where there is no store.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path

from tertulia.content import header, posts, snapshot
from tertulia.content.folder import markdown_files
from tertulia.content.posts import Published
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.site.gone import is_gone

_HEAD = 1000  # what is only a way to another page says so there


@dataclass(frozen=True, slots=True)
class Orphan:
    """The public talk of a post that is not there."""

    post: str
    lang: str
    comments: int
    likely: str  # the Id that it may have now; "" when none is like it

    def __str__(self) -> str:
        new = self.likely or say("orphan_new")
        return say("orphan", post=self.post, lang=self.lang, n=self.comments, likely=new)


def orphans(snapshots: Path, output: Path, published: Published) -> list[Orphan]:
    """Return the talk that no page of *output* shows."""
    shown = {f"{post.id}.{post.lang}" for post in published.posts}
    for file, named in published.addresses.items():  # pages have talk too
        if not shown.issuperset(named) and _is_page(output / file):
            shown.update(named)
    found = []
    for talk in snapshot.read_all(snapshots):
        if talk.comments and f"{talk.id}.{talk.lang}" not in shown:
            found.append(Orphan(talk.id, talk.lang, len(talk.comments), _like(talk, published)))
    return found


def told(root: Path, output: Path) -> list[str]:
    """
    Return a line for each, of the blog in *root* as it was built into *output*; none where nothing can be read.

    Talk of a post that is held back waits with it: it is somebody's draft, came private, or has its hour to come.
    """
    try:
        published = posts.read(output)
        found = [] if published.preview else orphans(root / "var/conversation", output, published)
        held = _written(root / "content", {one.post for one in found}, published.lang) if found else set()
        return [str(one) for one in found if (one.post, one.lang) not in held]
    except (ContentError, OSError):
        return []


def _written(content: Path, ids: set[str], lang: str) -> set[tuple[str, str]]:
    """
    Return the Ids and languages that texts of *content* have, published or not.

    Args:
        ids: Those that are asked for.
        lang: The language of a text that does not say.
    """
    found = set()
    for path in markdown_files(content):
        text = path.read_text("utf-8", errors="replace")
        if any(one in text for one in ids):
            said = {field.key: field.value for field in header.split(text, path.name).fields}
            found.add((said.get("id", ""), said.get("lang", lang)))
    return found


def _like(talk: snapshot.Conversation, published: Published) -> str:
    """Return the post whose Id is most like this one's, or the same in another language."""
    known = [post.id for post in published.posts if post.lang == talk.lang]
    elsewhere = next((f"{post.id}.{post.lang}" for post in published.posts if post.id == talk.id), "")
    return next(iter(difflib.get_close_matches(talk.id, known, n=1, cutoff=0.6)), elsewhere)


def _is_page(file: Path) -> bool:
    try:
        head = file.read_text("utf-8")[:_HEAD]
    except (OSError, ValueError):
        return False
    return not is_gone(head) and 'http-equiv="refresh"' not in head.lower()
