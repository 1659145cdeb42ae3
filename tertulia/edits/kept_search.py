"""The search after an edit: the part of the index in which a page stands is made anew, the others stay."""

import contextlib
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tertulia.core.files import write_if_changed
from tertulia.core.languages import say
from tertulia.edits.arrangement import Arrangement, KeptPost
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.site import search
from tertulia.site.build import SiteBuild
from tertulia.site.search import SearchIndex
from tertulia.site.state import BuildState


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the parts of the index of *build*: by which posts they are told apart."""
    posts = sorted((one.date, one.save_as) for one in build.contents if not (one.is_page or one.mark))
    return {"searched posts": posts if len(posts) >= search.LEAST_PARTED else len(posts)}


class KeptSearch:
    """
    The index of one build.

    Args:
        build: As it was left.
        output: What it has written.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, output: Path) -> None:
        self.build, self.arrangement, self.output = build, arrangement, output
        self.lost: set[str] = set()  # names of values that are no more
        # Posts of another date or address now, after those that they had.
        self.moved: list[tuple[datetime, str, KeptPost]] = []
        self._index: TemporaryDirectory[str] | None = None  # a new one
        self._parts: dict[str, str] = {}  # of it, those that were made anew, and the digests of their pages

    def close(self) -> None:
        """Forget the new index."""
        if self._index:
            self._index.cleanup()

    def prepare(self, posts: Iterable[KeptPost], comes: Iterable[KeptPost] = (), goes: Iterable[KeptPost] = ()) -> None:
        """
        Have an index made of what is searched now, where that is not what it was.

        Args:
            posts: Those that may say other things.
            comes: Those that were not there.
            goes: Those that are no more.

        Raises:
            NeedsBuildError: that cannot be done here.
        """
        found = {post.number: post for post in posts if not post.mark}
        comes, goes = list(comes), list(goes)
        if not (found or comes or goes or self.moved) or not self.build.settings["SEARCH"]:
            return
        changed: dict[str, dict[str, bytes | None]] = defaultdict(dict)
        parts, others = self._parts_of(comes, goes)
        stay = {search.file_of(post) for post in comes if post.number not in parts}
        for post in (one for one in goes if search.file_of(one) not in stay):
            part, name, _ = self._searched(search.file_of(post))
            changed[part][name] = None
        for _, save_as, _ in self.moved:  # its page of now is put beside, or in its place
            part, name, _ = self._searched(search.file_at(save_as))
            changed[part][name] = None
        for name, now in others.items():
            part, _, page = self._searched(name)
            changed[part][name], changed[now][name] = None, page
        for post in (*found.values(), *comes):
            name = search.file_of(post)
            if post.number in parts:
                part, before = parts[post.number], b""
            else:
                part, _, before = self._searched(name)
                part = others.get(name, part)
            page = search.search_page(post, self.build.settings["SITEURL"], self.build.words).encode()
            if page != before:
                changed[part][name] = page
        if changed:
            self._make(changed)

    def _parts_of(self, comes: list[Any], goes: list[Any]) -> tuple[dict[int, str], dict[str, str]]:
        """
        Return in which part of the index each post stands that comes or moves, and each page that joins another part.

        A post that comes where one that goes stood stays in its part.

        Raises:
            NeedsBuildError: there are other parts then.
        """
        if not (comes or goes or self.moved):
            return {}, {}
        left, known = {_key(post) for post in goes}, self.arrangement.value("searched posts")
        arrive = [*comes, *(post for *_, post in self.moved)]
        if isinstance(known, int):
            count = known + len(comes) - len(goes)
            if count >= search.LEAST_PARTED:
                raise NeedsBuildError(say("edit_search", path=search.FOLDER))
            self.arrangement.leave("searched posts", count)
            stay = {post.number for post in comes if _key(post) in left}
            return {post.number: "" for post in arrive if post.number not in stay}, {}
        posts: list[Any] = list(known)
        for key in (*left, *((date, save_as) for date, save_as, _ in self.moved)):
            posts.remove(key)
        for post in arrive:
            posts.insert(bisect(posts, _key(post)), _key(post))
        before, now = _Places(known), _Places(posts)
        if before.parts.keys() != now.parts.keys():
            raise NeedsBuildError(say("edit_search", path=search.FOLDER))
        parts = {post.number: now.part_of(_key(post)) for post in arrive}
        others = {
            search.file_at(save_as): part
            for part in now.parts
            if now.of(part) != before.of(part)
            for _, save_as in {*now.of(part)}.difference(before.of(part), map(_key, arrive))
        }
        self.arrangement.leave("searched posts", posts)
        for post in comes:
            if _key(post) in left and before.part_of(_key(post)) == parts[post.number]:
                del parts[post.number]
        return parts, others

    def _searched(self, name: str) -> tuple[str, str, bytes]:
        """
        Return in which part of the index a page stands, its name there and what it says.

        Raises:
            NeedsBuildError: in none.
        """
        for part in self.build.search_parts or ("",):
            with contextlib.suppress(LookupError):
                return part, name, self.arrangement.value(f"{search.pieces(part)} {name}")
        raise NeedsBuildError(say("edit_search", path=search.FOLDER))

    def _make(self, changed: dict[str, dict[str, bytes | None]]) -> None:
        for part, now in changed.items():
            for name, page in now.items():
                piece = f"{search.pieces(part)} {name}"
                if page is None:
                    self.lost.add(piece)
                else:
                    self.arrangement.leave(piece, page)
        binary = search.executable()
        if binary is None:
            raise NeedsBuildError(say("no_pagefind"))
        self._index = TemporaryDirectory(prefix=f".{self.output.name}-", dir=self.output.parent)
        anew = {
            part: {
                name: page
                for name, page in {**self.arrangement.values(search.pieces(part)), **now}.items()
                if page is not None
            }
            for part, now in changed.items()
        }
        for part, pages in anew.items():
            languages = search.languages_of(pages.values())
            if not languages or languages != self.build.search_parts.get(part, languages):  # as the search page says
                raise NeedsBuildError(say("edit_search", path=search.FOLDER))
        index = SearchIndex(binary, anew, Path(self._index.name, search.FOLDER), state=BuildState())
        index.finish()
        if not index.is_done:
            raise NeedsBuildError(say("no_pagefind"))
        self._parts = index.digests

    def put(self) -> list[str]:
        """Put the new index in the place of the old, what leads to all of it last, and delete what nothing leads to."""
        if self._index is None:
            return []
        new, old, touched = Path(self._index.name, search.FOLDER), self.output / search.FOLDER, []
        for part in self._parts:
            names = sorted((Path(part, name) for name in search.files_of(new, part)), key=_leads)
            touched += [
                name for name in names if write_if_changed(old / name, (new / name).read_bytes(), durable=False)
            ]
            for name in {Path(part, name) for name in search.files_of(old, part)} - set(names):
                (old / name).unlink()
                touched.append(name)
        return [Path(search.FOLDER, name).as_posix() for name in touched]

    def note(self) -> None:
        """Let builds that follow know of what was put in place."""
        if self._parts:
            search.note_parts(self.build.state, self.output / search.FOLDER, self._parts)


def _key(post: Any) -> tuple[datetime, str]:
    return post.date, post.save_as


class _Places:
    """
    Which of the *posts*, by date and address, stand in which part.

    Args:
        posts: From the oldest on.
    """

    def __init__(self, posts: list[tuple[datetime, str]]) -> None:
        self.posts, self.parts = posts, search.parts_of(len(posts))

    def of(self, part: str) -> list[tuple[datetime, str]]:
        """Return the posts of a *part*."""
        places = self.parts[part]
        return self.posts[places.start : places.stop]

    def part_of(self, post: tuple[datetime, str]) -> str:
        """Return the part in which one of the posts stands."""
        at = bisect_left(self.posts, post)
        return next(part for part, places in self.parts.items() if at in places)


def _leads(name: Path) -> tuple[bool, str]:
    return name.name == search.ENTRY, str(name)
