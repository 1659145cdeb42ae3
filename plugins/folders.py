"""Where this blog's things are, told from its folder: the first plugin of all, so that the others find whole paths.

The blog's folder is the one that holds ``content/``; its ``content/theme/`` wins over the program's file by file.

Settings:
    IMAGE_CACHE_PATH, CONVERSATION_PATH, THEME_TEMPLATES_OVERRIDES   may be relative to the blog's folder
    SITEURL   the path under which the blog lives. Default: that of SITE_ADDRESS
    SERVICE_ADDRESS   see ``tertulia/site/conversation.py``
"""

from pathlib import Path

from pelican import Pelican, signals

from tertulia.content.folder import links_out
from tertulia.core import paths
from tertulia.core.addresses import split_address
from tertulia.site.conversation import service_of
from tertulia.site.themes import static_below, templates_above


def resolve(pelican: Pelican) -> None:
    """Make every path whole and every address one, once the settings are read."""
    settings = pelican.settings
    root, own = Path(settings["PATH"]).parent, paths.own_theme(settings["PATH"])
    for name in ("IMAGE_CACHE_PATH", "CONVERSATION_PATH", "ADDRESSES_PATH"):
        settings[name] = str(root / settings[name])
    overrides = [root / folder for folder in settings["THEME_TEMPLATES_OVERRIDES"]]
    leads_out = any(True for _ in links_out(own.parent, own.name))
    overrides += [*([] if leads_out else [own / "templates"]), *templates_above(settings)]
    settings["THEME_TEMPLATES_OVERRIDES"] = [str(folder) for folder in overrides]
    statics = [] if leads_out or not (own / "static").is_dir() else [str(own / "static")]  # what is copied last stays
    settings["THEME_STATIC_PATHS"] = [*static_below(settings), *settings["THEME_STATIC_PATHS"], *statics]
    settings["SITEURL"] = settings["SITEURL"] or split_address(settings["SITE_ADDRESS"]).path.rstrip("/")
    settings["SERVICE_ADDRESS"] = service_of(settings)


def register() -> None:
    signals.initialized.connect(resolve)
