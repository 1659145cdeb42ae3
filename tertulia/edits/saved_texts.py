"""Texts that were saved since a build: which of them are edited, come, go, or are nothing that anybody sees."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tertulia.core.languages import say
from tertulia.edits.arrangement import WHOLE
from tertulia.edits.arrivals import Arrivals
from tertulia.edits.text_edits import Edit, NeedsBuildError, TextEdits
from tertulia.embeds import draw
from tertulia.site.build import SiteBuild
from tertulia.site.embeds import pictures_url
from tertulia.site.records import Reading


class Saved(NamedTuple):
    """What became of texts."""

    edits: list[Edit]
    comes: list[Edit]  # of no post yet
    goes: list[Edit]
    drafts: list[Edit]  # of no post, before and now

    @property
    def all(self) -> list[Edit]:
        """All of them."""
        return [*self.edits, *self.comes, *self.goes, *self.drafts]


def sorted_out(paths: Iterable[str], edits: TextEdits, arrivals: Arrivals) -> Saved:
    """
    Return what became of the texts at *paths*.

    Raises:
        NeedsBuildError: one of them is more than a post that is edited, comes or goes.
    """
    site, saved = edits.arranged, Saved([], [], [], [])
    moving: list[str] = []
    sought: list[str] = []  # files that came, or went
    for path in paths:
        post, before, is_there = site.post(path), site.reading(path), os.path.isfile(path)
        if post is None and before is None:
            if arrivals.is_nothing(path):
                continue
            if not is_there:
                raise NeedsBuildError(say("edit_other", path=Path(path).name))
        if before is None or not is_there:
            sought.append(path)
        if post is None:
            now = arrivals.read(path) if is_there else Reading()
            if before and before.record:  # it was left out
                raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
            arrivals.arrangement.leave(f"reading {path}", now)
            moving.append(path)
            (saved.comes if now.record else saved.drafts).append(Edit(None, before or Reading(), now, WHOLE))
            continue
        now = edits.build.reader.read(path) if is_there else Reading()
        if now.record:
            saved.edits.append(edits.edit_of(post, now))
        elif before is None or before.record is None or not arrivals.may_go(post, before.record, now):
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        else:
            moving.append(path)
            arrivals.arrangement.leave(f"reading {path}", now)
            saved.goes.append(Edit(post, before, now, WHOLE))
    arrivals.refuse_named(moving)
    arrivals.refuse_sought(sought, site.reading)
    for edit in saved.edits:
        _refuse(edit, edits.build)
    return saved


def _refuse(edit: Edit, build: SiteBuild) -> None:
    """
    Look whether an *edit* is more than its pages show.

    Raises:
        NeedsBuildError: it is.
    """
    before, now = edit.before.record, edit.now.record
    assert before
    assert now
    shows, showed = (draw.published([one.content], pictures_url(build.settings)) for one in (now, before))
    if showed - shows or edit.now.due != edit.before.due:
        raise NeedsBuildError(say("edit_arranged", path=Path(edit.post.shown_path).name))
