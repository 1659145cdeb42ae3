"""A text that was saved again, on its pages at once: drawn from what the last build has arranged and still remembers.

Only what stands on pages and is no more than the text: whatever moves a post in lists, names or addresses, and pictures
that were not there before, are for a build. So are feeds, search, related posts and what is to be complained about: a
build must follow, and its pages are the same.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tertulia.core.languages import say
from tertulia.embeds import draw
from tertulia.site import schema
from tertulia.site.broken_links import without_broken_file_links
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, attributes
from tertulia.site.embeds import pictures_url
from tertulia.site.facets import Facets, Inputs
from tertulia.site.page_inputs import inputs_of
from tertulia.site.records import PostRecord, Reading
from tertulia.site.state import digest_of

# What of a record is shown of a post and arranges nothing.
TEXT = frozenset({
    *("content", "body", "body_line", "header_lines", "summary", "summary_text", "words", "minutes", "toc", "stems"),
    *("question", "content_warning", "updates", "credits", "modified", "extra"),
})  # fmt: skip
_OF_CARD = "minutes"  # an attribute that lists read and who only names a post does not


class NeedsBuildError(Exception):
    """What was saved is more than a text; in the blog's language."""


class TextEdits:
    """
    Edits of what one *build* has written, one after another.

    Args:
        build: It is done, and nobody else writes to its output.
    """

    def __init__(self, build: SiteBuild) -> None:
        self.build = build
        self._posts: dict[str, Content] = {str(post.source_path): post for post in build.contents}  # type: ignore[attr-defined]
        _ = build.reader.markdown  # now, rather than when somebody waits

    def apply(self, paths: Iterable[str]) -> list[str]:
        """
        Draw anew the pages that show the texts at *paths*.

        Returns:
            The pages, by their files.

        Raises:
            NeedsBuildError: a build is needed to show it; nothing was changed.
        """
        if not self.build.written:
            raise NeedsBuildError(say("edit_undeclared"))
        edits = [edit for path in paths if (edit := self._edit(path))]
        for post, reading in edits:
            self._change(post, reading)
        return self._draw([post for post, _ in edits]) if edits else []

    def _edit(self, path: str) -> tuple[Content, Reading] | None:
        """Return the post at *path*, and what it reads as now; None where nothing was saved but a passing file."""
        post = self._posts.get(path)
        if post is None:
            if path.startswith(self.build.reader.folders) and not Path(path).suffix and not Path(path).exists():
                return None  # an editor tried whether it can write there
            raise NeedsBuildError(say("edit_other", path=Path(path).name))
        before, reading = self.build.read_as[path], self.build.reader.read(path)
        if before.record is None or reading.record is None or reading.seeks_posts or before.seeks_posts:
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        if any(_is_other(name, before.record, reading.record) for name in PostRecord.__struct_fields__):
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        shows, showed = (
            draw.published([one.content], pictures_url(self.build.settings)) for one in (reading.record, before.record)
        )
        if not shows <= showed:
            raise NeedsBuildError(say("edit_pictures", path=Path(path).name))
        return post, reading

    def _change(self, post: Any, reading: Reading) -> None:
        """Let *post* be what was read."""
        assert reading.record
        build, record = self.build, reading.record
        build.read_as[str(post.source_path)] = reading
        build.state.digests[record.shown_path] = digest_of(reading)
        shown = {"modified": None, **attributes(record)}
        values = {name: shown[name] for name in (TEXT - {"content", "extra"}) | record.extra.keys()}
        post.metadata.update(values)
        for name, value in values.items():
            setattr(post, name, value)
        context = build.context
        known = context["generated_content"].keys() | context["static_content"].keys()
        post._content = without_broken_file_links(post, record.content, post.relative_dir, known)
        for resolved in (post.get_content, post.get_summary):  # Pelican remembers what they were
            resolved.cache.clear()
        post.__dict__.pop("cards", None)
        if post.json_ld:
            schema.describe_posts([post], build)

    def _draw(self, posts: list[Content]) -> list[str]:
        """Write the pages that *posts* stand on otherwise than before."""
        build, facets, drawn = self.build, Facets(self.build), []
        for environment in build.environments:
            environment.shared_parts.clear()  # type: ignore[attr-defined]
        for name, known in list(build.page_inputs.items()):
            if not any(_shows(known, post) for post in posts):
                continue
            page = build.pages[name]
            inputs = inputs_of(page, facets, build.context)
            if inputs is None or inputs.key() == build.written[name][0]:
                continue
            page.write()
            build.page_inputs[name], build.written[name] = inputs, (inputs.key(), inputs.told())
            drawn.append(name)
        return drawn


def _is_other(name: str, before: PostRecord, now: PostRecord) -> bool:
    """Whether the field *name* says otherwise, and is no text."""
    if name == "files":
        return {(one.path, one.use) for one in before.files} != {(one.path, one.use) for one in now.files}
    if name == "extra":
        return before.extra.keys() != now.extra.keys()
    return name not in TEXT and getattr(before, name) != getattr(now, name)


def _shows(inputs: Inputs, post: Content) -> bool:
    """Whether a page that is made of *inputs* shows more of *post* than its name."""
    may = inputs.posts.get(id(post), frozenset())
    return may is None or _OF_CARD in may
