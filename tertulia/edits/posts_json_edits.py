"""``posts.json`` after an edit: what it says of the posts that came, went, or are told of otherwise now."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from tertulia.content import posts
from tertulia.site import moved, posts_json
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
        listed = [post for post in contents if not post.is_page and post.status != "hidden"]
        return {(post.id, post.lang): posts_json.entry(post, self.build, self.wants_text) for post in listed}

    @cached_property
    def _held(self) -> bytes:
        return (self.output / posts.FILE_NAME).read_bytes()

    @cached_property
    def _noted(self) -> posts.Addresses:
        return posts.addresses_in(self._held)

    @cached_property
    def addresses(self) -> moved.Addresses:
        """Who had which address before, as a build would find it noted that followed this one."""
        settings = self.build.settings
        if settings.get("PREVIOUS_OUTPUT"):
            return moved.remembered_with(self._noted, self.output, settings)
        return moved.published(settings)

    def files(
        self,
        before: Told,
        now: Told,
        *,
        comes: Sequence[Any],
        goes: Sequence[Any],
        noted: Mapping[str, tuple[str, ...]],
    ) -> dict[str, bytes]:
        """
        Return the file, where it says otherwise than *before*: of many posts, it is long.

        Args:
            before: What it said of posts that were edited, or went.
            now: What it says of those that were edited, came, or have another card.
            noted: What names who has another file than before; nothing where nobody has it any more.
        """
        if now == before and not (comes or goes or noted):
            return {}
        coming = {(post.id, post.lang) for post in comes}
        old = {key: one for key, one in now.items() if key not in coming} | before
        same = {key for key, one in before.items() if one == now.get(key)}
        gone = [(one.date, *key) for key, one in old.items() if key not in same]
        there = [one for key, one in now.items() if key not in same]
        known = None
        if not self.build.settings.get("SHOW_UNPUBLISHED") and (comes or goes or noted):
            known = self._addresses(comes, goes, noted)
        return {posts.FILE_NAME: posts.edited(self._held, gone=gone, there=there, addresses=known)}

    def _addresses(
        self, comes: Sequence[Any], goes: Sequence[Any], noted: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        """Return who has which address, and had it last."""
        gone = {post.save_as for post in goes} | {file for file, named in noted.items() if not named}
        before = self.addresses if gone else {}
        there = {file: named for file, named in self._noted.items() if file not in gone}
        there |= {file: before[file] for file in gone & before.keys()}
        there |= {file: named for file, named in noted.items() if named}
        found, is_list = moved.noted(there, comes), moved.is_of_list
        # What pages name too is noted as they spell it.
        return found | {file: one for file, one in there.items() if is_list(one) and is_list(found[file])}
