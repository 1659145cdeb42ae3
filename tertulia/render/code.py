"""Fenced code with its colours, whatever stands behind the fence.

    ```js {1,3}      ```python title="a.py"      ```{.python hl_lines="2"}      ```js:app.js

The first word is the language; ``hl_lines`` marks lines, as codehilite and Hugo have it; all else is left out.

Pygments takes as long to load as a text without code takes to be read: it is loaded by the first piece of code.
"""

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from markdown import Extension, Markdown
from markdown.treeprocessors import Treeprocessor

from tertulia.core import lazy_re

if TYPE_CHECKING:
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexer import Lexer

_LANGUAGE = lazy_re.compile(r"\s*\{?\s*\.?(?P<name>[\w#.+-]+)(?!\s*=)")
_CLASS = lazy_re.compile(r"(?<=[\s{])\.([\w-]+)")
_MARKED = lazy_re.compile(r"\bhl_lines\s*=\s*(?:\[([^\]]+)\]|\"([^\"]+)\"|'([^']+)')")
_RANGE = lazy_re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")


class CodeExtension(Extension):
    """
    Python-Markdown's codehilite, loaded when a text has code.

    Args:
        configs: Its own.
    """

    def __init__(self, **configs: object) -> None:
        super().__init__()
        self._configs = configs

    @cached_property
    def hilite_configs(self) -> dict[str, Any]:
        """How codehilite is configured."""
        from markdown.extensions.codehilite import CodeHiliteExtension

        return CodeHiliteExtension(**self._configs).getConfigs()

    def extendMarkdown(self, md: Markdown) -> None:
        md.registerExtension(self)
        md.treeprocessors.register(_Hilite(md, self), "hilite", 30)


class _Hilite(Treeprocessor):
    """Colours the code that the tree holds."""

    def __init__(self, md: Markdown, extension: CodeExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, root: Element) -> None:
        if next(root.iter("pre"), None) is None:
            return
        from markdown.extensions.codehilite import HiliteTreeprocessor

        processor = HiliteTreeprocessor(self.md)
        processor.config = self.extension.hilite_configs
        processor.run(root)


def highlighted(code: str, info: str, md: Markdown) -> str:
    """
    Return the HTML of a fenced block.

    Args:
        code: What stands between the fences.
        info: What stands behind the opening one.
        md: Whose codehilite is configured.
    """
    from markdown.extensions.codehilite import CodeHilite
    from pygments import highlight

    config = next((dict(e.hilite_configs) for e in md.registeredExtensions if isinstance(e, CodeExtension)), {})
    style = config.pop("pygments_style", "default")
    found = _LANGUAGE.match(info)
    name = found["name"] if found else ""
    classes = [css for css in _CLASS.findall(info) if css != name]
    if classes:
        config["css_class"] = " ".join((*classes, config.get("css_class", "codehilite")))
    asked = CodeHilite(code, lang=name or None, style=style, hl_lines=_lines(info), **config)
    if asked.guess_lang or not asked.use_pygments or asked.pygments_formatter != "html":
        return str(asked.hilite(shebang=False))
    options = tuple({**asked.options, "hl_lines": tuple(asked.options["hl_lines"])}.items())
    return str(highlight(code.strip("\n"), _lexer(name, options), _formatter(options)))


# As codehilite makes them, but not anew for each piece of code: that takes longer than the code itself.


@lru_cache(maxsize=64)
def _lexer(name: str, options: tuple[tuple[str, Any], ...]) -> "Lexer":
    from pygments.lexers import get_lexer_by_name

    try:
        return get_lexer_by_name(name, **dict(options))
    except ValueError:  # nobody knows that language
        return get_lexer_by_name("text", **dict(options))


@lru_cache(maxsize=64)
def _formatter(options: tuple[tuple[str, Any], ...]) -> "HtmlFormatter[str]":
    from pygments.formatters.html import HtmlFormatter

    return HtmlFormatter(**dict(options))


def _lines(info: str) -> list[int]:
    """Return the lines that *info* wants marked: ``hl_lines="1 3"``, ``hl_lines=[1,"3-5"]``."""
    marked = _MARKED.search(info)
    if not marked:
        return []
    ranges = [
        (int(first), int(last or first))
        for first, last in _RANGE.findall("".join(map(str, filter(None, marked.groups()))))
    ]
    return [line for first, last in ranges for line in range(first, min(last, first + 1000) + 1)]
