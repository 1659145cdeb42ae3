"""Pages are begun when every plugin has said what it wants written: see ``tertulia/site/writing.py``."""

from functools import partial
from typing import Any

from pelican import Pelican, signals
from pelican.writers import Writer

from tertulia.core.parallel import keep_most
from tertulia.site import writing
from tertulia.site.build import SiteBuild


class DeferredWriter(Writer):  # type: ignore[misc]  # Pelican has no types
    def write_file(self, name: Any, template: Any, context: Any, *args: Any, **given: Any) -> None:
        whole = partial(Writer.write_file, self, name, template, context, *args, **given)
        how = writing.Drawing(partial(self.draw, template, context), whole)
        asked = writing.PageRequest(name, template.name, context, given, not args)
        writing.ask(SiteBuild.of(self.settings), asked, how)

    def draw(self, template: Any, context: Any, name: str, values: Any) -> str:
        local = {**context, "localsiteurl": context.get("localsiteurl"), "output_file": name, **values}
        tell = partial(signals.content_written.send, context=local)
        return writing.write(self.output_path, name, template.render(local), tell)


def choose_writer(_pelican: Pelican) -> type[Writer]:
    return DeferredWriter


def begin_pages(pelican: Pelican) -> None:
    writing.begin_pages(SiteBuild.of(pelican.settings))


def register() -> None:
    keep_most()
    signals.get_writer.connect(choose_writer)
    signals.finalized.connect(begin_pages)
