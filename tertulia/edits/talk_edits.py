"""What is said under posts, when a snapshot has changed since the build: what shows it, and nothing else.

The post's page, lists that tell how many spoke, the home page that tells what was said last, the feeds of the talk, and
the pictures of those who speak. Talks of several pages are for a build.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tertulia.content import snapshot
from tertulia.content.snapshot import Comment
from tertulia.core.languages import say
from tertulia.edits.arrangement import CARD, WHOLE, Arrangement, KeptPost
from tertulia.edits.text_edits import NeedsBuildError, home_of
from tertulia.site import conversation, schema
from tertulia.site.build import SiteBuild
from tertulia.site.talk_parts import Nest

if TYPE_CHECKING:
    from tertulia.site.conversation_feeds import TalkFeed

_SHOWN = ("syndication", "counts", "said", "comments", "talk_places", "open")


class TalkEntry(NamedTuple):
    """One comment, as far as it takes to know whether it is among the newest."""

    date: datetime
    id: str
    post: str  # its Id
    entry: str  # its id in feeds
    is_owner: bool


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the talks of *build*."""
    numbers = {id(post): number for number, post in enumerate(build.contents)}
    speak: dict[str, set[int]] = {}
    for number, post in enumerate(build.contents):
        for one in post.said:
            if one.avatar:
                speak.setdefault(one.avatar, set()).add(number)
    talks = {name_of(post): number for number, post in enumerate(build.contents)}
    said: dict[str, dict[int, list[TalkEntry]]] = {}
    for post in (build.articles and [*build.articles.articles, *build.articles.translations]) or ():
        if id(post) in numbers and post.said:
            said.setdefault(post.lang, {})[numbers[id(post)]] = _said(post, build)
    return {"talks": talks, "avatars": speak, "said": said}


def name_of(post: Any) -> str:
    """Return the name of the snapshot of *post*."""
    return snapshot.file_for(Path(), post.id, post.lang).name


def _said(post: Any, build: SiteBuild) -> list[TalkEntry]:
    from tertulia.site.conversation_feeds import entry_id

    def of(one: Comment) -> TalkEntry:
        return TalkEntry(
            one.date, one.id, post.id, "" if post.mark else entry_id(one, post, build), is_owner=one.is_owner
        )

    return list(map(of, post.said))


def _shown(said: Iterable[tuple[Any, Comment, str]]) -> list[str]:
    """Return what tells what was *said*, under which posts, from anything else."""
    return [repr((post.id, one, words)) for post, one, words in said]


class TalkEdits:
    """
    Snapshots that have changed since one build.

    Args:
        build: As it was left.
        nest: Gives the comments of a talk as a tree, as deep as it is told.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, nest: Callable[..., Sequence[Any]]) -> None:
        self.build, self.arrangement = build, arrangement
        self.nest: Nest = partial(nest, depth=build.settings["CONVERSATION_DEPTH"])
        self.folder = Path(build.settings["CONVERSATION_PATH"])
        self.posts: dict[int, KeptPost] = {}  # those under which something else is said now
        self.avatars: dict[str, Path | None] = {}  # pictures that come, and go
        self.is_other_home: set[str] = set()  # languages
        self._said: dict[str, dict[int, list[TalkEntry]]] = arrangement.value("said")
        self._speak: dict[str, set[int]] = arrangement.value("avatars")

    def values(self) -> dict[str, object]:
        """Return what is to be left of it for the next edit."""
        return {"said": self._said, "avatars": self._speak} if self.posts or self.avatars else {}

    def is_of(self, path: str) -> bool:
        """Whether the file at *path* is a snapshot, or a picture of somebody who speaks."""
        return Path(path).parent in (self.folder, self.folder / "avatars")

    def read(self, paths: Iterable[str]) -> list[tuple[KeptPost, int]]:
        """
        Let posts have the talk that is in the snapshots at *paths*; those, and how much of each is another.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        found: list[tuple[KeptPost, int]] = []
        for path in map(Path, paths):
            if path.parent.name == "avatars" and path.parent != self.folder:
                name = f"avatars/{path.name}"
                if name in self._speak:
                    self.avatars[name] = path
            elif (number := self.arrangement.value("talks").get(path.name)) is not None:
                found += self._read(self.arrangement.post(number), path)
        return found

    def begin(self, post: Any) -> None:
        """
        Give *post*, which was not there, the talk that waits for it: none as yet.

        Raises:
            NeedsBuildError: something was said already.
        """
        kinds = {"takes_comments": True, "in_parts": self.build.theme.has("talk")}
        conversation.add_conversation([post], self.build.settings, self.nest, **kinds)
        if post.said:
            raise NeedsBuildError(say("edit_arranged", path=Path(post.shown_path).name))

    def _read(self, post: KeptPost, path: Path) -> Iterator[tuple[KeptPost, int]]:
        settings, before = self.build.settings, {name: getattr(post, name) for name in _SHOWN}
        parts, count, spoke = post.talk_parts, post.comment_count, {one.avatar for one in post.said}
        kinds = {"takes_comments": not post.is_page, "in_parts": self.build.theme.has("talk")}
        # Pickled talk has the same words, and is not the same: compared as it is declared (``facets.py``).
        avatars = conversation.add_conversation([post], settings, self.nest, **kinds)
        if parts or post.talk_parts:
            raise NeedsBuildError(say("edit_arranged", path=path.name))
        if all(repr(getattr(post, name)) == repr(held) for name, held in before.items()):
            return
        self.posts[post.number] = post
        for name in (spoke | avatars.keys()) - {""}:
            speakers = self._speak.setdefault(name, set())
            (speakers.add if name in avatars else speakers.discard)(post.number)
            if not speakers:
                del self._speak[name]
            if name in avatars or not speakers:
                self.avatars[name] = avatars.get(name)
        if not post.is_page and post.status != "hidden":
            of_lang = self._said.setdefault(post.lang, {})
            of_lang[post.number] = _said(post, self.build)
            if not post.said:
                del of_lang[post.number]
        if post.json_ld:
            schema.describe_posts([post], self.build)
        yield post, CARD if count != post.comment_count else WHOLE

    def latest(self, told: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """Return what was said last, by language; until now that was what is *told*."""
        now = dict(told)
        for lang in {post.lang for post in self.posts.values() if not post.is_page} & told.keys():
            said = ((one, number) for number, found in sorted(self._said.get(lang, {}).items()) for one in found)
            newest = heapq.nlargest(
                conversation.LATEST, (one for one in said if not one[0].is_owner), key=lambda one: one[0][:3]
            )
            posts = [self.arrangement.post(number) for number in dict.fromkeys(number for _, number in newest)]
            now[lang] = conversation.latest_under(posts)
            if _shown(now[lang]) != _shown(told[lang]):
                self.is_other_home.add(home_of(lang, self.build))
        return now

    def files(self, renamed: Iterable[KeptPost]) -> dict[str, bytes | None]:
        """Return feeds and pictures that are others now, also those of posts that were *renamed*; None: it goes."""
        files: dict[str, bytes | None] = {}
        for name, path in self.avatars.items():
            files[f"avatars/{Path(name).name}"] = path.read_bytes() if path and path.is_file() else None
        from tertulia.site import conversation_feeds

        if conversation_feeds.__name__ not in self.build.beside:
            return files
        posts = self.posts | {post.number: post for post in renamed if not post.is_page and post.said}
        for post in posts.values():
            if not post.is_page and post.status != "hidden":
                found = conversation_feeds.feed_of(post, self.build)
                files |= self._written(post.talk_folder, found)
        if posts:
            files |= self._written(conversation_feeds.OF_SITE, self._of_site())
        return files

    def _of_site(self) -> "TalkFeed | None":
        """Return the feed of all that is said, of which only the newest is read."""
        from tertulia.site import conversation_feeds

        said = [
            (one.date, one.entry, number) for of in self._said.values() for number, found in of.items() for one in found
        ]
        public = [one for one in said if one[1]]
        newest = heapq.nlargest(self.build.settings.get("FEED_MAX_COMMENTS", 50) or len(public), public)
        posts: list[Any] = [self.arrangement.post(number) for number in dict.fromkeys(one[2] for one in newest)]
        entries = [conversation_feeds.entry(one, post, self.build) for post in posts for one in post.said]
        return conversation_feeds.feed_of_site(entries, self.build) if entries else None

    def _written(self, folder: str, found: "TalkFeed | None") -> dict[str, bytes | None]:
        from tertulia.site import conversation_feeds, feeds

        if found is None:
            return dict.fromkeys(f"{folder}{name}" for name in feeds.FILES)
        _, about, newest = conversation_feeds.newest_of(found, self.build)
        made = feeds.write(about, [feeds.prepare(one) for one in newest])
        return {f"{folder}{name}": held for name, held in made.items()}
