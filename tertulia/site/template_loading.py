"""How templates are found: parts as if they stood where they are included, each template asked for once."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from jinja2 import BaseLoader, Environment, Template, TemplateError
from markupsafe import Markup, escape

from tertulia.core import lazy_re


class WholeTemplates(BaseLoader):
    """
    The templates of another loader; in those of most pages, the parts that they include are written into them.

    Some twenty parts a page need no context of their own then. What a part sets ends with it, as before. A template of
    one page, or few, is compiled sooner than it is drawn: there its parts stay apart, compiled once for all.
    """

    OF_MANY_PAGES = frozenset(("article.html", "base.html", "index.html", "list.html", "period_archives.html"))
    _INCLUDED = lazy_re.compile(r'\{% include "([^"]+)" %\}')

    def __init__(self, loader: BaseLoader) -> None:
        self._loader = loader

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """As Jinja says."""
        source, file, is_fresh = self._loader.get_source(environment, template)
        if template in self.OF_MANY_PAGES:
            source = self._whole(environment, source, (template,))
        return source, file, is_fresh

    def list_templates(self) -> list[str]:
        """As Jinja says."""
        return self._loader.list_templates()

    def _whole(self, environment: Environment, source: str, within: tuple[str, ...]) -> str:
        def part(include: re.Match[str]) -> str:
            if include[1] in within:  # a part of itself: it has to be asked for while the page is drawn
                return include[0]
            text, _, _ = self._loader.get_source(environment, include[1])
            inner = self._whole(environment, text.removesuffix("\n"), (*within, include[1]))
            return f"{{% with %}}{inner}{{% endwith %}}"

        return self._INCLUDED.sub(part, source)


# Of these nearly every blog has pages.
_USUAL = (
    *WholeTemplates.OF_MANY_PAGES,
    *("page.html", "tag.html", "category.html", "author.html", "series.html", "archives.html", "tags.html"),
    *("categories.html", "authors.html", "search.html", "404.html"),
)


def load_ahead(environment: Environment) -> None:
    """Have the usual templates compiled, where all of them are ours; who asks for one later finds it."""
    if isinstance(environment.loader, WholeTemplates):
        for name in _USUAL:
            with suppress(TemplateError):  # a design's may be wrong: told where it is drawn
                environment.get_template(name)


def _escaped(value: Any) -> Any:
    """*value* as text of a page: as ``markupsafe.escape``, which makes an object of each and remembers none."""
    kind = type(value)
    return value if kind is Markup else _escaped_text(value) if kind is str else escape(value)


@lru_cache(1 << 12)
def _escaped_text(text: str) -> str:
    return str(escape(text))


def remembering(environment: Environment) -> Callable[..., Template]:
    """
    Return the environment's own way to a template, asked once for each: parts are included some twenty times a post.
    """
    found: dict[str, Template] = {}
    ask = environment.get_template

    def get_template(name: str | Template, parent: str | None = None, globals: Any = None) -> Template:
        if not isinstance(name, str) or globals or name not in found:
            template = ask(name, parent, globals)
            template.globals = dict(template.globals)  # Jinja's is a chain of two, read name by name for each page
            template.root_render_func.__globals__["escape"] = _escaped  # by which what is put out is escaped
            if isinstance(name, str) and not globals:
                found[name] = template
            return template
        return found[name]

    return get_template
