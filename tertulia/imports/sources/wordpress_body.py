"""The text of a WordPress post as plain HTML: blocks, shortcodes and bare line ends become what readers saw.

https://developer.wordpress.org/block-editor/explanations/architecture/key-concepts/ (read 2026-11). Outside blocks, and
in posts that have none, a blank line makes a paragraph.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from tertulia.core import strict_json
from tertulia.core.addresses import web_address
from tertulia.imports import spans
from tertulia.imports.paragraphs import paragraphs
from tertulia.imports.sources import block_words, gates, shortcodes
from tertulia.imports.sources.shortcodes import Shortcodes
from tertulia.imports.sources.wordpress_shortcodes import HANDLERS, formula
from tertulia.imports.types import Loss

_BLOCK = re.compile(
    r"<!--\s+(?P<close>/)?wp:(?P<name>(?:[a-z][a-z0-9_-]*/)?[a-z][a-z0-9_-]*)\s+(?P<values>\{.*\}\s+)?(?P<self>/)?-->",
    re.DOTALL,
)
_INNER = re.compile(r"<[^<>]*>(.*)</\w+\s*>", re.DOTALL)
_NOTE = re.compile(r"<sup\b[^<>]*\bdata-fn=[\"']([^\"'<>]+)[\"']", re.IGNORECASE)
_MORE = re.compile(r"<!--more\b[^<>]*-->|<!--nextpage-->|<!--noteaser-->")
# Code as plugins keep it, its signs not always escaped: WP-Syntax, SyntaxHighlighter, Crayon, Enlighter.
_RAW_CODE = re.compile(
    r"<pre\b([^>]*(?:\blang=|brush:|\blang:|crayon|enlighter)[^>]*)>(.*)</pre\s*>", re.DOTALL | re.IGNORECASE
)
_CODE_LANGUAGE = re.compile(r"(?:\blang(?:uage)?=[\"']|brush:\s*|lang:)([\w+#.-]+)", re.IGNORECASE)
_FORMULA = re.compile(r"\$latex\s+([^$]{1,2000}?)\$")  # https://wordpress.com/support/latex/
_FILE_BUTTON = re.compile(r"<a\b[^<>]*wp-block-file__button[^<>]*>.*?</a>", re.DOTALL | re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"^[ \t]*+(?:<p>)?[ \t]*+(https?://[^\s<>\"]+)\s*(?:</p>)?[ \t]*$", re.MULTILINE)
# Blocks that say nothing by themselves, and those that WordPress fills when a page is asked for.
_SILENT = frozenset(
    ["more", "nextpage", "spacer", "separator", "footnotes", "group", "columns", "column", "buttons", "template-part"]
)
_WORDS = frozenset(("freeform", "core/freeform", "classic", "shortcode", "core/shortcode"))


@dataclass(slots=True)
class Body:
    """One post's text on its way to HTML."""

    losses: list[Loss] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)  # HTML of what a plugin showed only to some
    _shortcodes: Shortcodes = field(init=False)

    def __post_init__(self) -> None:
        handlers = {**HANDLERS, **dict.fromkeys(shortcodes.NOTES, self._note)}
        self._shortcodes = Shortcodes(handlers, lambda name: self.lose("shortcode", name))

    def html(self, written: str) -> str:
        """*written*, as it stands in the export, as plain HTML; what not everybody saw goes into ``kept``."""
        public, kept = gates.parted(written.replace("\r\n", "\n").replace("\r", "\n"))
        made = self._html(public)
        self.kept += map(self._html, kept)
        return made

    def _html(self, written: str) -> str:
        written = spans.replaced(written, ("pre",), _raw_code)
        made = "".join(self._pieces(written)) if "<!-- wp:" in written else self._freeform(written)
        return spans.replaced(made, ("sup",), _note_mark)

    def lose(self, kind: str, what: str = "") -> None:
        """Note something that does not come over."""
        loss = Loss(kind, what)
        if loss not in self.losses:
            self.losses.append(loss)

    def _pieces(self, written: str) -> Iterator[str]:
        """Yield the text of blocks and between them."""
        open_blocks: list[str] = []
        at = 0
        hidden = 0  # within a block that is replaced as a whole
        start, address, language = 0, "", ""
        for _, begin, end in spans.elements(written, (spans.COMMENT,)):
            found = _BLOCK.fullmatch(written, begin, end)
            if found is None:
                continue
            between, at = written[at:begin], end
            name = found["name"].removeprefix("core/")
            if language:  # of the block that was opened last
                between, language = between.replace("<pre", f'<pre class="language-{language}"', 1), ""
            if not hidden:
                in_words = not open_blocks or open_blocks[-1] in _WORDS
                yield self._freeform(between) if in_words else self._expanded(between)
            if found["close"]:
                if name in open_blocks:
                    del open_blocks[len(open_blocks) - 1 - open_blocks[::-1].index(name) :]
                if hidden and len(open_blocks) < hidden:
                    hidden = 0
                    yield _embed(address, written[start:begin])
                continue
            values = _values(found["values"])
            if found["self"]:
                if not hidden:
                    yield self._dynamic(name, values)
                continue
            open_blocks.append(name)
            language = _language(name, values)
            url = values.get("url")
            if not hidden and isinstance(url, str) and url and (name == "embed" or name.startswith("core-embed/")):
                hidden, start, address = len(open_blocks), end, url
        if not hidden:
            yield self._freeform(written[at:])

    def _dynamic(self, name: str, values: Mapping[str, object]) -> str:
        """Return a block without text of its own."""
        if name == "block":
            return f'<div data-include="{escape(str(values.get("ref", "")))}"></div>'
        url = values.get("url")
        if name == "embed" and isinstance(url, str):
            return _embed(url, "")
        if name == "social-link" and isinstance(url, str) and web_address(url):
            words = values.get("label") or values.get("service") or url
            return f'<p><a href="{escape(url)}">{escape(str(words))}</a></p>'
        words = block_words.shown(values) if "/" in name and not name.startswith("jetpack/") else ""
        if name not in _SILENT:
            self.lose("block", name)
        return words

    def _freeform(self, written: str) -> str:
        if not written.strip():
            return "\n"
        made = self._expanded(written)
        made = _BARE_ADDRESS.sub(lambda found: f'\n\n<p data-embed="{escape(unescape(found[1]))}"></p>\n\n', made)
        return paragraphs(made)

    def _expanded(self, written: str) -> str:
        written = _FILE_BUTTON.sub("", _MORE.sub("\n\n", written))
        written = _FORMULA.sub(lambda found: formula({}, found[1]), written)
        return self._shortcodes.replaced(written)

    def _note(self, _given: dict[str, str], inner: str) -> str:
        if not inner.strip():
            return ""
        name = f"s{len(self.notes) + 1}"
        self.notes[name] = inner
        return f'<sup data-note="{name}"></sup>'


def footnotes(written: str) -> dict[str, str]:
    """Return what the footnotes block keeps in a post's metadata: name → HTML."""
    try:
        kept = strict_json.decode(written.encode())
    except ValueError:
        return {}
    rows = kept if isinstance(kept, list) else []
    return {str(row["id"]): str(row.get("content", "")) for row in rows if isinstance(row, dict) and row.get("id")}


def _values(written: str | None) -> dict[str, object]:
    try:
        kept = strict_json.decode(written.encode()) if written else {}
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _language(name: str, values: Mapping[str, object]) -> str:
    """Return what a block of code of a plugin says that it is written in."""
    told = str(values.get("language") or values.get("lang") or "") if "code" in name else ""
    return told.lower() if re.fullmatch(r"[\w+#.-]{1,30}", told) else ""


def _embed(address: str, inner: str) -> str:
    captions = (_INNER.fullmatch(inner, begin, end) for _, begin, end in spans.elements(inner, ("figcaption",)))
    caption = next(captions, None)
    words = f"<p>{caption[1]}</p>" if caption else ""
    return f'\n<p data-embed="{escape(address)}"></p>{words}\n'


def _note_mark(_name: str, piece: str) -> str:
    found = _NOTE.match(piece)
    return f'<sup data-note="{escape(found[1])}"></sup>' if found else piece


def _raw_code(_name: str, piece: str) -> str:
    found = _RAW_CODE.fullmatch(piece)
    if not found or "<code" in found[2].lower():
        return piece
    language = _CODE_LANGUAGE.search(found[1])
    return shortcodes.code(found[2], language[1] if language else "")
