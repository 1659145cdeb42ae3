"""Pictures after an edit: the posts that look for those that came, changed or went, and which nobody shows any more."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from tertulia.edits.arrangement import Arrangement
from tertulia.edits.arrivals import name_of
from tertulia.render.picture_facts import PICTURE_SUFFIXES
from tertulia.site.build import SiteBuild
from tertulia.site.records import Reading, UsedFile

Use = tuple[str, str]  # a file, and how it is shown


def left(build: SiteBuild) -> dict[str, object]:
    """
    Return what an edit has to know of the pictures of *build*.

    That is how many posts show each, which are there whatever posts show, the files that are made of each; who looks
    for any of a name, and who was told which he may have meant.
    """
    readings = {path: reading for path, reading in build.read_as.items() if reading}
    uses = Counter(use for one in readings.values() if one.record for use in uses_of(one.record.files))
    names = {(str(path), use): files for (path, use), files in build.pictures.names.items()}
    looking: dict[str, set[str]] = {}
    for path, reading in readings.items():
        for name in names_looked_for(reading):
            looking.setdefault(_looked_for(name), set()).add(path)
    return {
        "picture uses": uses,
        "pictures apart": {(str(path), use) for path, use in build.pictures.apart},
        "pictures in place": build.pictures.keeps_places,
        "picture names": names,
        "guessing": [path for path, reading in readings.items() if reading.guessed],
        **looking,
    }


def uses_of(files: Iterable[UsedFile]) -> set[Use]:
    """Return what a post shows of *files*, and how."""
    return {(file.path, file.use) for file in files}


def names_looked_for(reading: Reading) -> set[str]:
    """Return by which names files are looked for that a text names."""
    return {name_of(one.written) for one in reading.looked if one.written}


def is_picture(path: str) -> bool:
    """Whether the file at *path* is a picture by its name."""
    return Path(path).suffix.lower() in PICTURE_SUFFIXES


def _looked_for(name: str) -> str:
    return f"looked for {name}"


class PictureEdits:
    """
    Pictures since one build.

    Args:
        build: As it was left.
        cannot: Says that it takes a build, and raises.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, cannot: Callable[[str], NoReturn]) -> None:
        self.build, self.arrangement, self._cannot = build, arrangement, cannot
        self._less, self._more = Counter[Use](), Counter[Use]()
        self._saved: set[str] = set()  # that came, changed or went

    def looking(self, paths: Iterable[str]) -> list[str]:
        """
        Return *paths*, and the posts that look for pictures among them, or may be told another that they mean.

        Raises:
            NeedsBuildError: one is a portrait, or a post that looks for it is shown nowhere.
        """
        paths = list(paths)
        self._saved = {path for path in paths if is_picture(path)}
        if not self._saved:
            return paths
        names = {name_of(path) for path in self._saved}
        if names & {name_of(person.photo) for person in self.build.people if person.photo}:
            self._cannot("edit_pictures")
        looking = {*self.arrangement.value("guessing")}
        looking |= {path for name in names for path in self.arrangement.find(_looked_for(name)) or ()}
        if any(os.path.isfile(path) and not self.arrangement.post_at(path) for path in looking.difference(paths)):
            self._cannot("edit_pictures")
        return list(dict.fromkeys([*paths, *sorted(path for path in looking if self.arrangement.post_at(path))]))

    def are_other(self, files: Iterable[UsedFile]) -> bool:
        """Whether one of *files* was saved, so that others are made of it."""
        return any(file.path in self._saved for file in files)

    def note(self, path: str, reading: Reading) -> None:
        """Note what the text at *path* looks for, which reads so now."""
        for name in map(_looked_for, names_looked_for(reading)):
            known: set[str] = self.arrangement.find(name) or set()
            if path not in known:
                self.arrangement.leave(name, {*known, path})
        guessing: list[str] = self.arrangement.value("guessing")
        if reading.guessed != (path in guessing):
            rest = [one for one in guessing if one != path]
            self.arrangement.leave("guessing", [*rest, path] if reading.guessed else rest)

    def show(self, before: Iterable[UsedFile], now: Iterable[UsedFile]) -> None:
        """Let a post which used the files of *before* use those of *now*."""
        self._less.update(uses_of(before) - uses_of(now))
        self._more.update(uses_of(now) - uses_of(before))

    def finish(self) -> dict[str, bytes | None]:
        """
        Return the files of the output at which nobody looks any more.

        Raises:
            NeedsBuildError: it may be told that a picture is shown by nobody, or it cannot be known what shows it.
        """
        if not (self._less or self._more or self._saved):
            return {}
        uses = Counter[Use](self.arrangement.value("picture uses"))
        uses.update(self._more)
        uses.subtract(self._less)
        known: dict[Use, set[str]] = self.arrangement.value("picture names")
        apart: set[Use] = self.arrangement.value("pictures apart")
        other = {use for use in known if use[0] in self._saved}
        lost = {use for use in self._less if uses[use] <= 0 and use not in apart}
        if (lost or other) and (self.arrangement.value("pictures in place") or not apart.isdisjoint(other)):
            self._cannot("edit_pictures")
        if any(self._is_told(path) for path, _ in lost):
            self._cannot("edit_pictures")
        made = {(str(path), use): files for (path, use), files in self.build.pictures.names.items()}
        stay = {use: files for use, files in known.items() if uses[use] > 0 or use in apart}
        now = {**stay, **made}
        if any(use not in made for use in other & now.keys()):
            self._cannot("edit_pictures")
        self.arrangement.leave("picture uses", +uses)
        self.arrangement.leave("picture names", now)
        gone = {name for use in lost | other for name in known.get(use, ())}
        return dict.fromkeys(gone.difference(*now.values()))

    def _is_told(self, path: str) -> bool:
        """Whether a build looks at a file that nobody shows; or whether it is no picture."""
        return not is_picture(path) or (Path(path).is_file() and path.startswith(self.build.reader.folders))
