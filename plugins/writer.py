"""Posts are written on all cores, once every plugin has said what it wants written: ``tertulia/site/writing.py``.

Pelican writes page by page. Ours keeps what was asked for, and writes it before other plugins' ``finalized``.
"""

from functools import partial
from pathlib import Path
from typing import Any

from pelican import Pelican, signals
from pelican.paginator import Paginator
from pelican.utils import sanitised_join
from pelican.writers import Writer

from tertulia.core.parallel import keep_most
from tertulia.site import writing
from tertulia.site.build import SiteBuild
from tertulia.site.paging import paged


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican has no types
    def write_file(self, name: Any, template: Any, context: Any, *args: Any, **given: Any) -> None:
        whole = partial(Writer.write_file, self, name, template, context, *args, **given)
        make = partial(Paginator, settings=self.settings)
        draw = None if args or given.get("relative_urls") else partial(self.draw, template, context)
        for page in paged(name, template, given, self.settings, make, whole=whole, draw=draw):
            SiteBuild.of(self.settings).add_page(page)

    def draw(self, template: Any, context: Any, name: str, values: Any) -> None:
        local = {**context, "localsiteurl": context.get("localsiteurl"), "output_file": name, **values}
        path = Path(sanitised_join(self.output_path, name))
        writing.write_page(path, template.render(local))
        signals.content_written.send(str(path), context=local)


def write_pages(pelican: Pelican) -> None:
    build = SiteBuild.of(pelican.settings)
    writing.write_pages(build)


def register() -> None:
    keep_most()
    signals.get_writer.connect(lambda _pelican: DeferredWriter, weak=False)
    signals.finalized.connect(write_pages)
