"""Where the program's own files lie, in a clone and as installed.

In a clone, ``plugins/`` and ``theme/`` lie beside the package, where one looks for them; a wheel
carries the same tree inside it (``[tool.hatch.build]`` in ``pyproject.toml``). ``HOME`` is the folder that holds
them either way. What a blog has of its own wins over it: ``own_theme``.
"""

from pathlib import Path

from tertulia.core.files import is_inside

PACKAGE = Path(__file__).resolve().parent.parent
INSTALLED = (PACKAGE / "theme").is_dir()  # from a wheel; False in a clone
HOME = PACKAGE if INSTALLED else PACKAGE.parent
THEME = HOME / "theme"
PLUGINS = "tertulia.plugins" if INSTALLED else "plugins"  # the dotted name of the package that holds them


def own_theme(content: Path | str) -> Path:
    """Return a blogger's own looks, which win file by file: ``content/theme/`` with ``templates/`` and ``static/``."""
    return Path(content, "theme")


def own_file(content: Path, *names: str) -> Path | None:
    """Return the first of the blogger's own files of these *names*, if there is one."""
    for name in names:
        path = own_theme(content) / name
        if path.is_file() and is_inside(path, content):
            return path
    return None


def theme_file(content: Path | str, name: str, theme: Path | str = THEME) -> Path:
    """
    Return the theme's file *name*, as this blog shows it: from its own looks, from *theme*, or from ours.

    Args:
        content: The blog's ``content`` folder.
        name: Relative to a theme's folder: ``static/site.css``.
        theme: Pelican's ``THEME``, where a blog has another than ours.
    """
    own = own_theme(content) / name
    theirs = Path(theme, name)
    return own if own.is_file() and is_inside(own, Path(content)) else theirs if theirs.is_file() else THEME / name
