"""Related posts after an edit: who is like a text that was saved, and is named on its page or names it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tertulia.core.languages import say
from tertulia.edits.arrangement import LINK, Arrangement, Changes, KeptPost
from tertulia.edits.text_edits import Edit, NeedsBuildError
from tertulia.site import related_kept
from tertulia.site.build import SiteBuild


class RelatedEdits:
    """
    Likenesses since one build.

    Args:
        build: As it was left.
        folder: Where.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, changes: Changes, folder: Path) -> None:
        self.build, self.arrangement, self.changes, self.folder = build, arrangement, changes, folder
        self.touched: dict[int, KeptPost] = {}
        self._relations: related_kept.Stamp | None = None  # of what is known of related posts, when it has changed

    def change(self, edits: Sequence[Edit], goes: Sequence[KeptPost]) -> list[Any]:
        """
        Let each post be related to those that it is related to now; the posts for which these are others.

        Raises:
            NeedsBuildError: it has to be worked out for all of them.
        """
        most, numbers = self.build.settings.get("RELATED_POSTS"), self.arrangement.value("numbers")
        keys = {f"{edit.post.id} {edit.post.lang}": edit.post for edit in edits if _is_compared(edit)}
        if not most or not (keys or goes):
            return []
        state = self.build.state
        compared: dict[str, related_kept.ToRelate] = {
            key: related_kept.as_compared(key, post, state) for key, post in keys.items()
        }
        gone = {f"{post.id} {post.lang}": post.lang for post in goes}
        try:
            now, self._relations = related_kept.change(
                self.folder / related_kept.KEPT, state.value(related_kept.NOTE), compared, gone, most
            )
        except LookupError as error:
            path = Path([*(edit.post for edit in edits), *goes][0].shown_path)
            raise NeedsBuildError(say("edit_related", path=path.name)) from error
        found = []
        for key, others in now.items():
            post: Any = self.arrangement.post(numbers[key])
            if [f"{other.id} {other.lang}" for other in post.related] != others:
                post.related = [self.arrangement.post(numbers[other]) for other in others]
                self.changes.shown |= {(post.save_as, other): LINK for other in post.related if other is not post}
                self.touched[post.number] = post
                found.append(post)
        return found

    def note(self) -> None:
        """Let builds that follow know of it."""
        if self._relations:
            self.build.state.keep_value(related_kept.NOTE, self._relations)


def _is_compared(edit: Edit) -> bool:
    """Whether an *edit* may relate its post to others: it is listed, and says other words."""
    return not edit.post.is_page and edit.post.status != "hidden" and edit.size is not None
