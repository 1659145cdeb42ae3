"""Captures that came, went or are others after an edit: the posts that quote them are read again."""

import os
from collections.abc import Iterable
from pathlib import Path

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.edits.arrangement import Arrangement
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.embeds.capture_store import CaptureStore
from tertulia.site.build import SiteBuild
from tertulia.site.records import Reading

# As ``CaptureStore`` names pictures and films: of "1134.json" is "1134-3f9a2b1c4d5e.webp".
_PICTURE = lazy_re.compile(r"(?P<item>.+)-[0-9a-f]{12}\.(?:webp|mp4)")
_NAME = "quoted"  # by the file of a capture, there or not, the posts that looked for it


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the captures of *build*."""
    quoted: dict[str, set[str]] = {}
    for path, reading in build.read_as.items():
        for file in looked_for(reading):
            quoted.setdefault(file, set()).add(path)
    return {_NAME: quoted}


def looked_for(reading: Reading) -> set[str]:
    """Return the files of captures that a text made its reader look for."""
    return {one.path for one in reading.looked if not one.written}


class CaptureEdits:
    """
    Captures since one build.

    Args:
        build: As it was left.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement) -> None:
        self.arrangement = arrangement
        self.folder = os.path.join(CaptureStore(Path(build.settings["PATH"])).path, "")

    def quoting(self, paths: Iterable[str]) -> list[str]:
        """
        Return *paths* with the posts that quote captures among them in the place of these.

        Raises:
            NeedsBuildError: one is no capture, nor a picture of one that is there.
        """
        paths = list(paths)
        ours = [path for path in paths if path.startswith(self.folder)]
        found = [path for path in paths if not path.startswith(self.folder)]
        for path in ours:
            picture = _PICTURE.fullmatch(os.path.basename(path))
            item = os.path.join(os.path.dirname(path), f"{picture['item']}.json") if picture else path
            if not item.endswith(".json") or item not in ours:
                raise NeedsBuildError(say("edit_pictures", path=os.path.basename(path)))
            quoting: set[str] = self.arrangement.value(_NAME).get(item, set())
            found += (post for post in sorted(quoting) if self.arrangement.post_at(post))
        return list(dict.fromkeys(found))

    def note(self, path: str, reading: Reading) -> None:
        """Note what the text at *path* quotes, which reads so now."""
        quoted: dict[str, set[str]] = self.arrangement.value(_NAME)
        if new := {file for file in looked_for(reading) if path not in quoted.get(file, ())}:
            self.arrangement.leave(_NAME, {**quoted, **{file: {*quoted.get(file, ()), path} for file in new}})
