"""Files beside the pages: one that says what it said is the very file of the output before.

So whoever publishes the output, or looks whether anything has changed, need not read it again. An output shares it with
the one before until that is deleted; whoever changes it writes it beside and moves it over.
"""

from tertulia.core.files import link_same, write_new
from tertulia.site.build import SiteBuild


def put(build: SiteBuild, name: str, held: str | bytes) -> None:
    """Let the file *name* of the output be what is *held*."""
    data = held.encode() if isinstance(held, str) else held
    if not (build.output_before and link_same(build.output_before / name, build.output / name, data)):
        write_new(str(build.output / name), data)
