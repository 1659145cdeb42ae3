"""``posts.json`` after an edit: what it says of the posts that came, went, or are told of otherwise now."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tertulia.content import posts
from tertulia.site import moved, posts_json
from tertulia.site.arrangement import KeptPost
from tertulia.site.build import SiteBuild

Told = dict[tuple[str, str], posts.Post]


class PostsJsonEdits:
    """
    What one build has told of its posts.

    Args:
        build: As it was left.
        output: What it has written.
        wants_text: Whether a network's words for a post ask for its whole text.
    """

    def __init__(self, build: SiteBuild, output: Path, wants_text: posts_json.WantsText) -> None:
        self.build, self.output, self.wants_text = build, output, wants_text

    def told_of(self, contents: Iterable[Any]) -> Told:
        """Return what it says of those of *contents* that are in it, as they are at this moment."""
        public = [post for post in contents if not post.is_page and not post.mark]
        return {(post.id, post.lang): posts_json.entry(post, self.build, self.wants_text) for post in public}

    @cached_property
    def addresses(self) -> moved.Addresses:
        """Who had which address before, as a build would find it noted that followed this one."""
        settings = self.build.settings
        if settings.get("PREVIOUS_OUTPUT"):
            return moved.remembered({**settings, "PREVIOUS_OUTPUT": self.output})
        return moved.published(settings)

    def files(
        self,
        before: Told,
        now: Told,
        *,
        order: Sequence[KeptPost] | None,
        comes: Iterable[KeptPost],
        goes: Iterable[KeptPost],
        moves: Iterable[KeptPost],
        noted: Mapping[str, tuple[str, ...]],
    ) -> dict[str, bytes]:
        """
        Return the file, where it says otherwise than *before*: of many posts, it is long.

        Args:
            now: What it says of the same posts now, and of others.
            order: All posts as lists have them, where any came, went or moved.
            noted: What names who has another file than before; nothing where nobody has it any more.
        """
        comes, goes, moves = list(comes), list(goes), list(moves) if order else []
        if not (comes or goes or moves or noted) and now == before:
            return {}
        published = posts.read(self.output)
        entries = [now.get(one.key, one) for one in published.posts]
        away = {(post.id, post.lang) for post in (*goes, *moves)}
        entries = [one for one in entries if one.key not in away]
        places = {one.key: at for at, one in enumerate(entries)}
        put = {(post.id, post.lang) for post in (*comes, *moves)}
        after: dict[int, list[posts.Post]] = {}
        last = -1
        for post in order or () if put else ():
            key = post.id, post.lang
            if key in put:
                after.setdefault(last, []).append(now[key])
            else:
                last = places.get(key, last)
        entries = [*after.get(-1, ()), *(one for at, two in enumerate(entries) for one in (two, *after.get(at, ())))]
        known = {} if published.preview else self._addresses(published.addresses, comes, goes, noted)
        return {posts.FILE_NAME: posts.encoded(replace(published, posts=tuple(entries), addresses=known))}

    def _addresses(
        self,
        known: Mapping[str, tuple[str, ...]],
        comes: Sequence[Any],
        goes: Sequence[Any],
        noted: Mapping[str, tuple[str, ...]],
    ) -> dict[str, tuple[str, ...]]:
        """Return who has which address, and had it last."""
        gone = {post.save_as for post in goes} | {file for file, named in noted.items() if not named}
        before = self.addresses if gone else {}
        there = {file: named for file, named in known.items() if file not in gone}
        there |= {file: before[file] for file in gone & before.keys()}
        there |= {file: named for file, named in noted.items() if named}
        return moved.noted(there, comes) if comes or gone or noted else dict(known)
