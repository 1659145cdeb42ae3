"""Themes that were not made for this house: Pelican's own, those of others. They build a readable site as they are.

A theme made for us has a ``language.html``, and what it lacks is ours (docs/own-theme.md). Any other gets what Pelican
gives its themes: nothing that it puts out is
escaped (so titles and names come escaped), only the pages that it has templates for, our feeds under Pelican's names.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment

from tertulia.core import paths
from tertulia.core.addresses import whole
from tertulia.site import choices
from tertulia.site.contents import Content

MARK = "language.html"  # the template that no theme of others has


def is_for_us(theme: Path) -> bool:
    """Whether the *theme* in that folder was made for this house."""
    return (theme / "templates" / MARK).is_file()


def templates_above(settings: Mapping[str, Any]) -> Iterator[Path]:
    """Where templates lie that win over those of our theme: a design's, or a theme's that was made for us."""
    theme = Path(settings["THEME"])
    if theme == paths.THEME:
        yield choices.folder_of(settings.get("DESIGN")) / "templates"
    elif is_for_us(theme):
        yield theme / "templates"
        yield paths.THEME / "templates"


def static_below(settings: Mapping[str, Any]) -> Iterator[str]:
    """Where static files lie that a theme made for us need not have."""
    theme = Path(settings["THEME"])
    if theme != paths.THEME and is_for_us(theme):
        yield str(paths.THEME / "static")


class Theme:
    """What the theme of one build can draw."""

    def __init__(self) -> None:
        self._templates: frozenset[str] = frozenset()

    def know(self, environment: Environment) -> None:
        """Look which templates there are."""
        self._templates = frozenset(
            PurePosixPath(name).with_suffix("").as_posix() for name in environment.list_templates()
        )

    def has(self, template: str) -> bool:
        """Whether there is a *template* of that name."""
        return template in self._templates

    @property
    def is_ours(self) -> bool:
        """Whether it was made for this house."""
        return self.has("language")

    def context(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a theme of others asks for by Pelican's names: the feeds, which are not Pelican's."""
        if self.is_ours:
            return {}
        feeds = {"FEED_ALL_ATOM": "feeds/atom.xml", "FEED_ALL_RSS": "feeds/rss.xml"}
        domain = whole(settings["SITE_ADDRESS"], "").rstrip("/")
        return feeds | {f"{name}_URL": address for name, address in feeds.items()} | {"FEED_DOMAIN": domain}

    @contextmanager
    def drawing(self, contents: Iterable[Content]) -> Iterator[None]:
        """While a theme of others draws *contents*, their titles and names are HTML, as Pelican's own are."""
        if self.is_ours:
            yield
            return
        contents = list(contents)
        labels = {id(one): one for post in contents for one in (*post.tags, *post.categories, *post.authors)}.values()
        titles, names = [post.title for post in contents], [label.name for label in labels]
        try:
            for post in contents:
                post.title = escape(post.title)
            for label in labels:
                label.slug = label.slug  # a new name would make a new one
                label.name = escape(label.name)
            yield
        finally:
            for post, title in zip(contents, titles, strict=True):
                post.title = title
            for label, name in zip(labels, names, strict=True):
                label.name = name
