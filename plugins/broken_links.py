"""Links that lead nowhere are told: see ``tertulia/site/broken_links.py``.

Must stand after the plugins that write files of their own: a link may lead to a feed or a redirect.
"""

from collections.abc import Sequence

from pelican import Pelican, signals
from pelican.generators import Generator

from tertulia.site import broken_links
from tertulia.site.build import SiteBuild
from tertulia.site.contents import everything


def find_links(generators: Sequence[Generator]) -> None:
    """Tell of links to files that are no post, before Pelican warns of them without a line; keep the others."""
    context = generators[0].context
    known = context["generated_content"].keys() | context["static_content"].keys()
    build = SiteBuild.of(generators[0].settings)
    build.named_files = broken_links.turn_off_broken_file_links(everything(generators), known)
    broken_links.unlink_unknown_tags(everything(generators), context)
    build.links = list(broken_links.internal_links(everything(generators)))


def check_links(pelican: Pelican) -> None:
    """Tell of every link to an address of this blog that nothing was written for."""
    build = SiteBuild.of(pelican.settings)
    slugs = broken_links.addresses_by_slug(build.contents)
    check = broken_links.LinkCheck(build.output, build.settings, lambda: slugs, build.told, build.buried)
    build.broken = check.check(build.links)


def register() -> None:
    signals.all_generators_finalized.connect(find_links)
    signals.finalized.connect(check_links)
