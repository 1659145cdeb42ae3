"""Pages are written when every plugin has said what it wants written, and other plugins' ``finalized`` come after.

Pelican writes page by page. Ours keeps what was asked for and writes it together: see ``tertulia/site/writing.py``.
"""

from functools import partial
from typing import Any

from pelican import Pelican, signals
from pelican.paginator import Paginator
from pelican.utils import sanitised_join
from pelican.writers import Writer

from tertulia.core.parallel import keep_most
from tertulia.site import writing
from tertulia.site.build import SiteBuild
from tertulia.site.owners import PageToWrite


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican has no types
    def write_file(self, name: Any, template: Any, context: Any, *args: Any, **given: Any) -> None:
        build, asked = SiteBuild.of(self.settings), writing.Asked(name, template.name, context, given)
        if build.theme.is_ours and not (args or given.get("relative_urls")):
            paginator = partial(Paginator, settings=self.settings)
            build.add_pages(writing.pages(asked, build, paginator, partial(self.draw, template, context)))
        else:
            write = partial(Writer.write_file, self, name, template, context, *args, **given)
            build.add_pages([PageToWrite(name, asked.content, write)])

    def draw(self, template: Any, context: Any, name: str, values: Any) -> None:
        local = {**context, "localsiteurl": context.get("localsiteurl"), "output_file": name, **values}
        writing.write(path := sanitised_join(self.output_path, name), template.render(local))
        signals.content_written.send(path, context=local)


def write_pages(pelican: Pelican) -> None:
    writing.write_pages(SiteBuild.of(pelican.settings))


def choose_writer(_pelican: Pelican) -> type[Writer]:
    return DeferredWriter


def register() -> None:
    keep_most()
    signals.get_writer.connect(choose_writer)
    signals.finalized.connect(write_pages)
