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
from tertulia.site.choices import design_templates
from tertulia.site.conversation import service_of


def resolve(pelican: Pelican) -> None:
    """Make every path whole and every address one, once the settings are read."""
    settings = pelican.settings
    root, own = Path(settings["PATH"]).parent, paths.own_theme(settings["PATH"])
    for name in ("IMAGE_CACHE_PATH", "CONVERSATION_PATH", "ADDRESSES_PATH"):
        settings[name] = str(root / settings[name])
    overrides = [root / folder for folder in settings["THEME_TEMPLATES_OVERRIDES"]]
    leads_out = any(path == own or own in path.parents for path in links_out(Path(settings["PATH"])))
    overrides += [*([] if leads_out else [own / "templates"]), *design_templates(settings)]
    settings["THEME_TEMPLATES_OVERRIDES"] = [str(folder) for folder in overrides]
    if not leads_out and (own / "static").is_dir():  # after ours: what is copied last stays
        settings["THEME_STATIC_PATHS"] = [*settings["THEME_STATIC_PATHS"], str(own / "static")]
    settings["SITEURL"] = settings["SITEURL"] or split_address(settings["SITE_ADDRESS"]).path.rstrip("/")
    settings["SERVICE_ADDRESS"] = service_of(settings)


def register() -> None:
    signals.initialized.connect(resolve)
