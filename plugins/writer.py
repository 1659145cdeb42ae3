"""Pages are written when every plugin has said what it wants written: see ``tertulia/site/writing.py``."""

from functools import partial
from typing import Any

from pelican import Pelican, signals
from pelican.paginator import Paginator
from pelican.utils import sanitised_join
from pelican.writers import Writer

from tertulia.core.parallel import keep_most
from tertulia.site import writing
from tertulia.site.build import SiteBuild


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican has no types
    def write_file(self, name: Any, template: Any, context: Any, *args: Any, **given: Any) -> None:
        build, asked = SiteBuild.of(self.settings), writing.PageRequest(name, template.name, context, given)
        whole = partial(Writer.write_file, self, name, template, context, *args, **given)
        paginator, draw = partial(Paginator, settings=self.settings), partial(self.draw, template, context)
        build.add_pages(writing.pages(asked, build, paginator, draw, whole=whole, is_plain=not args))

    def draw(self, template: Any, context: Any, name: str, values: Any) -> None:
        local = {**context, "localsiteurl": context.get("localsiteurl"), "output_file": name, **values}
        writing.write(path := sanitised_join(self.output_path, name), template.render(local))
        signals.content_written.send(path, context=local)


def choose_writer(_pelican: Pelican) -> type[Writer]:
    return DeferredWriter


def register() -> None:
    keep_most()
    signals.get_writer.connect(choose_writer)
    signals.finalized.connect(lambda pelican: writing.write_pages(SiteBuild.of(pelican.settings)), weak=False)
