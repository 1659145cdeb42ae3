"""Posts are written on all cores, once every plugin has said what it wants written.

Pelican writes page by page. Ours keeps what was asked for and renders it together, before other plugins' ``finalized``.
"""

from typing import Any

from pelican import Pelican, signals
from pelican.writers import Writer

from tertulia.core.parallel import keep_most, spread
from tertulia.site.build import SiteBuild


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican has no types
    def write_file(self, name: Any, *args: Any, **kwargs: Any) -> None:
        build, content = SiteBuild.of(self.settings), kwargs.get("article") or kwargs.get("page")
        build.add_page(name, content, lambda: Writer.write_file(self, name, *args, **kwargs))


def choose_writer(_pelican: Pelican) -> type[Writer]:
    return DeferredWriter


def write_pages(pelican: Pelican) -> None:
    build = SiteBuild.of(pelican.settings)
    lists, posts = build.pages_to_write()
    with build.theme.drawing(build.contents):
        spread(lambda page: page.write(), posts)
        for page in lists:  # here: Pagefind and pictures have the other cores
            page.write()


def register() -> None:
    keep_most()
    signals.get_writer.connect(choose_writer)
    signals.finalized.connect(write_pages)
