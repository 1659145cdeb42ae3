"""Feeds after an edit: which posts stand in those of the lists that posts came into or left."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from tertulia.edits.arrangement import Arrangement, Changes, KeptPost
from tertulia.edits.list_edits import ListEdit
from tertulia.edits.text_edits import Edit
from tertulia.site import feeds, post_feeds
from tertulia.site.build import SiteBuild


class FeedEdits:
    """
    What the feeds of one build hold.

    Args:
        build: As it was left.
        claim: Asks for a file of the output where nothing stands.
    """

    def __init__(
        self, build: SiteBuild, arrangement: Arrangement, changes: Changes, claim: Callable[[str], None]
    ) -> None:
        self.build, self.arrangement, self.changes, self._claim = build, arrangement, changes, claim
        self.others: set[str] = set()  # folders of feeds that hold other posts now
        self.files: dict[str, bytes | None] = {}  # of feeds that are no more
        self.is_there = post_feeds.__name__ in build.beside
        self.most: int | None = build.settings.get("FEED_MAX_ITEMS", 20) or None

    def hold(self, folder: str, posts: Sequence[KeptPost]) -> None:
        """Let the feed in *folder*, where there is one, hold these *posts*."""
        if feed := self.arrangement.find(f"feed {folder}"):
            self._hold(folder, feed[1], feed[2], posts)

    def list(self, edit: ListEdit) -> None:
        """Let the feed of the tag, category or author of *edit* hold its newest posts: begin or end with them, too."""
        kind, url = str(edit.key[0]), f"{edit.lang}/{edit.label.url}" if edit.lang else edit.label.url
        folder, had, has = post_feeds.feed_folder(url), *map(self._has, (edit, edit), (False, True))
        if has:
            if not had:
                for name in feeds.FILES:
                    self._claim(f"{folder}{name}")
            about = post_feeds.label_feed(self.build, kind, edit.label, edit.lang)
            before = self.arrangement.value(f"feed {folder}")[2] if had else ()
            self._hold(folder, about, before, list(islice((one for one in edit.now if not one.mark), self.most)))
        elif had:
            self._lose(folder)

    def rewritten(self, edits: Sequence[Edit]) -> dict[str, bytes]:
        """Return the files of the feeds that the posts stand in."""
        folders = set(self.others)
        for edit in edits if any(edit.size is not None for edit in edits) else ():
            with contextlib.suppress(LookupError):
                folders.update(self.arrangement.value(f"feeds of {edit.post.number}"))
        edited = {edit.post.number for edit in edits}

        def prepared_of(post: KeptPost) -> feeds.Prepared:
            name = f"entry {post.number}"
            entry = None if post.number in edited else self.arrangement.find(name)
            if entry is None:  # of others, the first edit that asks works it out for those after it
                entry = post_feeds.entry(post, self.build)
                self.arrangement.leave(name, entry)
            return feeds.prepare(entry)

        prepared: dict[int, feeds.Prepared] = {}
        files = {}
        for place in sorted(folders):
            folder, about, posts = self.arrangement.value(f"feed {place}")
            for post in posts:
                if post.number not in prepared:
                    prepared[post.number] = prepared_of(post)
            for name, held in feeds.write(about, [prepared[post.number] for post in posts]).items():
                files[f"{folder}{name}"] = held.encode() if isinstance(held, str) else held
        for number in edited - prepared.keys():  # it may stand in one again, one day
            self.changes.lost.add(f"entry {number}")
        return files

    def _has(self, edit: ListEdit, is_now: bool) -> bool:
        least = self.build.settings.get("TAG_FEED_MIN_POSTS", 0) if edit.key[0] == "tag" else 0
        return len(edit.now if is_now else edit.before) >= max(1, least)

    def _hold(self, folder: str, about: feeds.Feed, before: Iterable[KeptPost], posts: Sequence[KeptPost]) -> None:
        held = tuple(posts)
        self.arrangement.leave(f"feed {folder}", (folder, about, held))
        self.changes.lost.discard(f"feed {folder}")
        self._note(folder, before, held)
        self.others.add(folder)

    def _lose(self, folder: str) -> None:
        self._note(folder, self.arrangement.value(f"feed {folder}")[2], ())
        self.changes.lost.add(f"feed {folder}")
        self.files |= dict.fromkeys(f"{folder}{name}" for name in feeds.FILES)

    def _note(self, folder: str, before: Iterable[KeptPost], now: Iterable[KeptPost]) -> None:
        """Note of each post in which feeds it stands."""
        numbers = {post.number for post in now}
        for one in numbers | {post.number for post in before}:
            others = [place for place in self.arrangement.find(f"feeds of {one}") or () if place != folder]
            self.arrangement.leave(f"feeds of {one}", sorted([*others, folder]) if one in numbers else others)
