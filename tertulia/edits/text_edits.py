"""A text that was saved again, on its pages at once: drawn from what the last build has arranged and still remembers.

Only what stands on pages and moves nothing, a text or a title: whatever moves a post in lists or addresses, and
pictures that were not there before, are for a build. So are feeds, search, related posts and what is
to be complained about: a build must follow, and its pages are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from tertulia.core import addresses
from tertulia.core.files import copy_whole
from tertulia.core.languages import say
from tertulia.edits.arrangement import CARD, LINK, WHOLE, size_of
from tertulia.embeds import draw
from tertulia.site import schema
from tertulia.site.broken_links import without_broken_file_links
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, attributes, listed
from tertulia.site.editions import lead_tags_home
from tertulia.site.embeds import pictures_url
from tertulia.site.records import PostRecord, Reading
from tertulia.site.state import digest_of
from tertulia.site.taxonomy import unlink_tags

# What of a record is shown of a post and arranges nothing.
TEXT = frozenset({
    *("content", "body", "body_line", "header_lines", "summary", "summary_text", "words", "minutes", "toc", "stems"),
    *("question", "content_warning", "updates", "credits", "modified", "extra"),
    *("networks", "audience", "pictures"),
})  # fmt: skip
# What it is called by others besides.
NAME = frozenset({"title", "is_note"})
# The same without what tells where a text has something, what it is like, or how it is announced.
_SHOWN = TEXT - {"body", "body_line", "stems", "networks", "audience", "pictures"}


class NeedsBuildError(Exception):
    """What was saved is more than a text; in the blog's language."""


class Arranged(Protocol):
    """What a build has arranged: by this process, or kept by another (``tertulia/edits/kept_site.py``)."""

    build: SiteBuild

    def post(self, path: str) -> Any:
        """Return the post whose file is at *path*, or None."""

    def reading(self, path: str) -> Reading | None:
        """Return what that file has read as; None where nobody knows."""

    def change(self, post: Any, reading: Reading, values: Mapping[str, Any]) -> None:
        """Let *post*, which has these *values* now, have the text that was read."""

    finds_files: bool  # it knows which there are now, so that texts may name them, and show what came with captures
    movable: frozenset[str]  # what may be another of a post besides its text: where it stands in lists

    def place_of(self, post: Any) -> Any:
        """Return where *post* stands, in its own words."""

    def move(self, post: Any, was: Any, before: PostRecord, now: PostRecord) -> None:
        """
        Let *post*, which *was* there, stand where it stands *now*.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """

    def showing(self, post: Any, size: int) -> Iterable[str]:
        """Yield the pages, by their files, that show at least so much of *post* (``tertulia/edits/arrangement.py``)."""

    def rename(self, post: Any) -> Iterable[str]:
        """
        Let *post*, which has another title now, have the card that says so, and the blog tell of it.

        Returns:
            The pages that do so besides those that show the post.
        """

    def is_named_elsewhere(self, post: Any) -> bool:
        """Whether the title of *post* stands where it cannot be changed."""

    def draw(self, name: str) -> None:
        """Draw the page with that file anew."""


class Edit(NamedTuple):
    """A post whose text was saved."""

    post: Any
    before: Reading
    now: Reading
    size: int | None  # pages that show at least so much of it are others; None where none is


class TextEdits:
    """
    Edits of what one build has written, one after another.

    Args:
        arranged: By a build that is done; nobody else writes to its output.
    """

    def __init__(self, arranged: Arranged) -> None:
        self.arranged, self.build = arranged, arranged.build

    def apply(self, paths: Iterable[str]) -> list[str]:
        """
        Draw anew the pages that show the texts at *paths*.

        Returns:
            The pages, by their files.

        Raises:
            NeedsBuildError: a build is needed to show it; nothing was changed.
        """
        return self.draw(self.read(paths))

    def read(self, paths: Iterable[str]) -> list[Edit]:
        """
        Return what the texts at *paths* are now.

        Raises:
            NeedsBuildError: one of them is more than a text.
        """
        return [edit for path in paths if (edit := self._edit(path))]

    def draw(self, edits: Sequence[Edit]) -> list[str]:
        """Let the posts have their new texts, and draw the pages that show them."""
        return self.draw_pages(self.change(edits))

    def change(self, edits: Sequence[Edit]) -> list[str]:
        """Let the posts have their new texts; the pages that show them."""
        told = [name for edit in edits for name in self._change(edit)]
        shown = (
            name for edit in edits if edit.size is not None for name in self.arranged.showing(edit.post, edit.size)
        )
        return [*shown, *told]

    def draw_pages(self, names: Iterable[str]) -> list[str]:
        """Draw these pages, each once."""
        names = list(dict.fromkeys(names))
        for environment in self.build.environments if names else ():
            environment.shared_parts.clear()  # type: ignore[attr-defined]
        for name in names:
            self.arranged.draw(name)
        return names

    def _edit(self, path: str) -> Edit | None:
        """Return the post at *path*, and what it reads as now; None where nothing was saved but a passing file."""
        post = self.arranged.post(path)
        if post is None:
            if path.startswith(self.build.reader.folders) and not Path(path).suffix and not Path(path).exists():
                return None  # an editor tried whether it can write there
            raise NeedsBuildError(say("edit_other", path=Path(path).name))
        return self.edit_of(post, self.build.reader.read(path))

    def edit_of(self, post: Any, reading: Reading) -> Edit:
        """
        Return *post* as it reads now.

        Raises:
            NeedsBuildError: it is more than a text.
        """
        path = str(post.source_path)
        before = self.arranged.reading(path)
        if before is None or before.record is None or reading.record is None:
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        if (reading.seeks_posts or before.seeks_posts) and (post.is_page or not self.arranged.finds_files):
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        movable = self.arranged.movable & {"files"} if post.is_page else self.arranged.movable
        fields = frozenset(PostRecord.__struct_fields__) - movable
        if any(_is_other(name, before.record, reading.record) for name in fields):
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        if reading.record.title != before.record.title and self.arranged.is_named_elsewhere(post):
            raise NeedsBuildError(say("edit_arranged", path=Path(path).name))
        shows, showed = (
            draw.published([one.content], pictures_url(self.build.settings)) for one in (reading.record, before.record)
        )
        if not (self.arranged.finds_files or shows <= showed):
            raise NeedsBuildError(say("edit_pictures", path=Path(path).name))
        return Edit(post, before, reading, _size(before, reading))

    def _change(self, edit: Edit) -> list[str]:
        """Let the post be what was read; the pages that tell of it besides those that show it."""
        post, record = edit.post, edit.now.record
        assert record
        shown = {"modified": None, **attributes(record)}
        values = {name: shown[name] for name in NAME | (TEXT - {"content", "extra"}) | record.extra.keys()}
        is_renamed, was = post.title != record.title, self.arranged.place_of(post)
        for name, value in values.items():
            setattr(post, name, value)
        assert edit.before.record
        self.arranged.move(post, was, edit.before.record, record)
        self.arranged.change(post, edit.now, values)
        post.__dict__.pop("cards", None)
        told = list(self.arranged.rename(post)) if is_renamed else []
        if post.json_ld:
            schema.describe_posts([post], self.build)
        return told


def set_text(post: Any, html: str, build: SiteBuild) -> None:
    """Let *html* be the text of *post*, with the links of tags as a build leaves them."""
    post._content = html
    if not post.is_page:
        unlink_tags(post, build.settings["SITEURL"])
        lead_tags_home([post], build.editions, build.settings["SITEURL"])


class BuiltSite:
    """What a *build* of this process has arranged."""

    finds_files, movable = False, frozenset[str]()

    def __init__(self, build: SiteBuild) -> None:
        self.build = build
        self._posts: dict[str, Content] = {str(post.source_path): post for post in build.contents}  # type: ignore[attr-defined]
        _ = build.reader.markdown  # now, rather than when somebody waits

    def post(self, path: str) -> Any:
        """
        Return the post whose file is at *path*, or None.

        Raises:
            NeedsBuildError: it cannot be told which page shows what.
        """
        if not self.build.written:
            raise NeedsBuildError(say("edit_undeclared"))
        return self._posts.get(path)

    def reading(self, path: str) -> Reading | None:
        """Return what that file has read as."""
        return self.build.whole_reading(path)

    def change(self, post: Any, reading: Reading, values: Mapping[str, Any]) -> None:
        """Let *post*, which has these *values* now, have the text that was read."""
        assert reading.record
        build, record = self.build, reading.record
        build.read_as[str(post.source_path)] = reading
        build.texts.pop(str(post.source_path), None)
        build.state.digests[record.shown_path] = digest_of(reading)
        post.metadata.update(values)
        known = build.context["generated_content"].keys() | build.context["static_content"].keys()
        set_text(post, record.content, build)
        post._content = without_broken_file_links(post, post._content, post.relative_dir, known)
        post.get_summary.cache.clear()  # Pelican remembers what it was

    def place_of(self, _post: Any) -> None:
        """Return nothing: no post moves."""

    def move(self, _post: Any, _was: None, _before: PostRecord, _now: PostRecord) -> None:
        """Let a post stand elsewhere: it does not."""

    def showing(self, post: Any, size: int) -> Iterable[str]:
        """Yield the pages that show at least so much of *post*."""
        for name, inputs in self.build.page_inputs.items():
            if id(post) in inputs.posts.posts and size_of(inputs.posts.of(post)) >= size:
                yield name

    def rename(self, post: Any) -> Iterable[str]:
        """Let *post*, which has another title now, have the card that says so, and the blog tell of it."""
        build = self.build
        assert build.articles
        if build.cards and (card := build.cards.redraw(post)):
            copy_whole(card, build.output / post.card.src)
        context = build.articles.context
        before = context.get("blog_json_ld")
        if before and before != (now := schema.describe_blog(listed(build.articles), build)):
            context["blog_json_ld"] = now
            yield home_of(post.lang, build)

    def is_named_elsewhere(self, post: Any) -> bool:
        """Whether the title of *post* stands on the page of an old address too, or in the menu on all pages."""
        return bool(post.is_page or addresses.whole(self.build.settings["SITEURL"], post.url) in self.build.led_to)

    def draw(self, name: str) -> None:
        """Draw and write the page."""
        self.build.pages[name].write()


def home_of(lang: str, build: SiteBuild) -> str:
    """Return the file of the home page in *lang*."""
    own = build.settings["DEFAULT_LANG"]
    return str(build.settings.get("INDEX_SAVE_AS") or "index.html") if lang == own else f"{lang}/index.html"


def _size(before: Reading, now: Reading) -> int | None:
    """Return how much of the post a page must show to be another; None where none is."""
    assert before.record
    assert now.record
    if any(getattr(before.record, name) != getattr(now.record, name) for name in (*NAME, "date", "slug")):
        return LINK
    of_card = ("summary", "minutes", "categories", "authors", "cover")
    if any(getattr(before.record, name) != getattr(now.record, name) for name in of_card):
        return CARD
    is_other = any(
        getattr(before.record, name) != getattr(now.record, name)
        for name in _SHOWN | {"tags", "series_name", "cover_alts"}
    )
    return WHOLE if is_other else None


def _is_other(name: str, before: PostRecord, now: PostRecord) -> bool:
    """Whether the field *name* says otherwise, and is no text."""
    if name == "files":
        return {(one.path, one.use) for one in before.files} != {(one.path, one.use) for one in now.files}
    if name == "extra":
        return before.extra.keys() != now.extra.keys()
    return name not in TEXT | NAME and getattr(before, name) != getattr(now, name)
