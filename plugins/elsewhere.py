"""No page of the finished site asks another host for anything: see ``tertulia/site/elsewhere.py``."""

from pelican import Pelican, signals

from tertulia.site import elsewhere
from tertulia.site.build import SiteBuild
from tertulia.site.reading import allowed_hosts


def report_loads(pelican: Pelican) -> None:
    """Tell of what a theme or a setting would have every visit load from elsewhere."""
    build = SiteBuild.of(pelican.settings)
    build.asking = elsewhere.report_loads(build.output, allowed_hosts(build.settings), build.taken | build.innocent)


def register() -> None:
    signals.finalized.connect(report_loads)
