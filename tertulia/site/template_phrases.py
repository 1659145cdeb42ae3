"""Phrases that a blog's own templates ask ``t()`` for by name: one that no language has would be shown as its key.

The templates are read, not watched while they draw: a page that is kept from an earlier build would say nothing.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tertulia.core import paths
from tertulia.core.files import is_inside, read_regular
from tertulia.core.languages import Languages, say
from tertulia.core.models import Problem
from tertulia.site.themes import is_for_us

Asked = dict[str, tuple[Path, int]]  # by key, the template that first asks for it, and the line


def asked(settings: Mapping[str, Any]) -> Asked:
    """Return the phrases that the blog's own templates ask for; of one that cannot be read, others tell."""
    found: Asked = {}
    if files := list(templates(settings)):
        from jinja2 import Environment, TemplateError  # most blogs have none

        environment = Environment(extensions=settings.get("JINJA_ENVIRONMENT", {}).get("extensions", ()))
        for file in files:
            try:
                for key, line in _asked(environment.parse(read_regular(file).decode())):
                    found.setdefault(key, (file, line))
            except (OSError, UnicodeDecodeError, TemplateError):
                continue
    return found


def problems(found: Asked, settings: Mapping[str, Any], spoken: Languages) -> Iterator[Problem]:
    """Yield one for each phrase of those *found* that no language has, where it is first asked for."""
    known = {phrase for code in spoken.codes() for phrase in spoken.get(code).phrases} if found else set()
    for key, (file, line) in found.items():
        if key not in known:
            from difflib import get_close_matches

            near = "".join(say("template_near_phrase", near=one) + "; " for one in get_close_matches(key, known, 1))
            own = say("template_own_phrase", file=f"content/theme/languages/{spoken.blog}.toml")
            yield Problem(_shown(file, settings), line, say("template_no_phrase", key=key), near + own)


def templates(settings: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files of a blog's own looks, and of a theme of its own that was made for this house."""
    content, theme = Path(settings["PATH"]), Path(settings.get("THEME") or paths.THEME)
    for file in sorted(Path(paths.own_theme(content), "templates").rglob("*.html")):
        if is_inside(file, content):
            yield file
    if theme != paths.THEME and is_for_us(theme):
        yield from sorted(Path(theme, "templates").rglob("*.html"))


def _asked(template: Any) -> Iterator[tuple[str, int]]:
    """Yield what a parsed *template* gives ``t()`` as text, and the line of each."""
    from jinja2 import nodes

    if any(name.name == "t" and name.ctx != "load" for name in template.find_all(nodes.Name)):
        return  # something of its own
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
            first = call.args[0]
            if isinstance(first, nodes.Const) and isinstance(first.value, str):
                yield first.value, call.lineno


def _shown(file: Path, settings: Mapping[str, Any]) -> str:
    """Return *file* as the author knows it: ``content/theme/templates/….html``."""
    content = Path(settings["PATH"])
    if file.is_relative_to(content):
        return f"content/{file.relative_to(content).as_posix()}"
    blog, whole = content.absolute().parent, file.absolute()
    return whole.relative_to(blog).as_posix() if whole.is_relative_to(blog) else file.as_posix()
