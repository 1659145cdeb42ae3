"""A build that is over, opened again as far as its edits need it: settings, tables, templates."""

import os
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from tertulia.core import languages
from tertulia.edits.arrangement import Arrangement
from tertulia.render.image_cache import ImageCache
from tertulia.render.resolver import ImageResolver
from tertulia.site import templates
from tertulia.site.build import KEY, SiteBuild
from tertulia.site.reading import PostReader


def opened(arrangement: Arrangement, folder: Path, output: Path) -> SiteBuild:
    """
    Return the build whose *arrangement* was left in *folder*, and which has written *output*.

    Raises:
        LookupError: a piece of it is missing.
    """
    kept: dict[str, Any] = arrangement.value("site")
    settings = {**kept["settings"], "OUTPUT_PATH": str(output)}
    languages.use(kept["words"].languages)
    pictures = ImageResolver(
        Path(settings["PATH"]),
        ImageCache(Path(settings.get("IMAGE_CACHE_PATH") or "var/cache/images")),
        siteurl=settings.get("SITEURL", ""),
        site_address=settings.get("SITE_ADDRESS", ""),
        hosts=settings.get("PICTURE_HOSTS", ()),
    )
    reader = PostReader(settings, people=kept["people"], tags=kept["tags"], links=kept["links"], pictures=pictures)
    build = SiteBuild(settings, kept["people"], kept["tags"], pictures, reader, kept["words"])
    build.looks, build.editions, build.theme = kept["looks"], arrangement.value("editions"), kept["theme"]
    build.state.folder, build.state.epoch = folder, kept["epoch"]
    build.fingerprints, build.beside = kept["fingerprints"], kept["beside"]
    build.published, build.has_unread = kept["published"], kept["has_unread"]
    build.led_to = arrangement.value("led to")
    build.buried, build.led_on = arrangement.value("buried"), arrangement.value("led on")
    build.search_parts = kept["search_parts"]
    settings[KEY] = build
    return build


def environment_of(build: SiteBuild) -> Environment:
    """Return where the templates of *build* are found, as Pelican finds them."""
    settings = build.settings
    folders = [*settings["THEME_TEMPLATES_OVERRIDES"], os.path.join(settings["THEME"], "templates")]
    environment = Environment(loader=FileSystemLoader(folders), **settings["JINJA_ENVIRONMENT"])
    environment.filters |= {"strftime": _of_pelican, **settings["JINJA_FILTERS"]}
    environment.globals |= settings["JINJA_GLOBALS"]
    environment.tests |= {"plugin_enabled": _of_pelican, **settings["JINJA_TESTS"]}
    templates.equip(environment, dict(settings), whole=True)
    build.environments.append(environment)
    return environment


def _of_pelican(*_: object) -> str:
    """Stand for what templates of ours never call; compiled ones are kept by the names of all that there is."""
    return ""
