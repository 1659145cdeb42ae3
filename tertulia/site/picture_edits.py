"""Pictures after an edit: which of them nobody shows any more."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from tertulia.render.picture_facts import PICTURE_SUFFIXES, PictureError
from tertulia.site.arrangement import Arrangement
from tertulia.site.build import SiteBuild
from tertulia.site.records import UsedFile

Use = tuple[str, str]  # a file, and how it is shown


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the pictures of *build*: how many posts show each, and which stand apart."""
    records = (reading.record for reading in build.read_as.values())
    uses = Counter(use for record in records if record for use in uses_of(record.files))
    asked = {(str(path), use) for path, use in build.pictures.requested}
    return {
        "picture uses": uses,
        "pictures apart": asked - uses.keys(),
        "pictures in place": build.pictures.keeps_places,
    }


def uses_of(files: Iterable[UsedFile]) -> set[Use]:
    """Return what a post shows of *files*, and how."""
    return {(file.path, file.use) for file in files}


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
        if not (self._less or self._more):
            return {}
        known = Counter[Use](self.arrangement.value("picture uses"))
        uses = known + self._more
        uses.subtract(self._less)
        apart = self.arrangement.value("pictures apart")
        lost = {use for use in self._less if uses[use] <= 0 and use not in apart}
        self.arrangement.leave("picture uses", +uses)
        if not lost:
            return {}
        paths = {path for path, _ in lost}
        if self.arrangement.value("pictures in place") or any(map(self._is_told, paths)):
            self._cannot("edit_pictures")
        stay = {use for use in (*+uses, *apart) if use[0] in paths}
        return dict.fromkeys(self._names(lost) - self._names(stay))

    def _is_told(self, path: str) -> bool:
        """Whether a build looks at a file that nobody shows; or nobody can tell how it was shown."""
        is_there = Path(path).is_file() and Path(path).suffix.lower() in PICTURE_SUFFIXES
        return not is_there or path.startswith(self.build.reader.folders)

    def _names(self, uses: Iterable[Use]) -> set[str]:
        try:
            return {name for path, use in uses for name in self.build.pictures.names_of(Path(path), use)}
        except PictureError:
            self._cannot("edit_pictures")
