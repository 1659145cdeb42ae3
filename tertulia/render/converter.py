"""The Markdown of a blog: who understands what, in one place."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import markdown
from markdown.extensions.abbr import AbbrExtension
from markdown.extensions.attr_list import AttrListExtension
from markdown.extensions.def_list import DefListExtension

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core import text
from tertulia.render.autolinks import AutolinksExtension
from tertulia.render.blocks import BlocksExtension
from tertulia.render.code import CodeExtension
from tertulia.render.foreign import ForeignSyntaxExtension
from tertulia.render.kramdown import KramdownExtension
from tertulia.render.linkify import LinkifyExtension
from tertulia.render.lists import ListsExtension
from tertulia.render.markup import (
    Contents,
    Escapes,
    Headings,
    LineBreaks,
    OwnLinks,
    QuoteSources,
    SkipPatterns,
    Strokes,
)
from tertulia.render.maths import MathsExtension
from tertulia.render.notebooks import NotebooksExtension
from tertulia.render.notes import FootnotesExtension, NotesExtension
from tertulia.render.pandoc import PandocExtension
from tertulia.render.private import PrivateNotesExtension
from tertulia.render.slips import SlipsExtension
from tertulia.render.tables import TablesExtension
from tertulia.render.typography import TypographyExtension
from tertulia.render.unclosed import ClosedCode

_STROKES = ("pymdownx.tilde", "pymdownx.mark")  # where a blog sets them otherwise


def converter(
    *,
    siteurl: str,
    tag_url: str,
    mention_network: str,
    people: People,
    tags: Tags,
    content: Path | None = None,
    more: Sequence[markdown.Extension] = (),
    asked: Sequence[str | markdown.Extension] = (),
    asked_configs: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> markdown.Markdown:
    """
    Return what turns an author's Markdown into HTML; put a ``Document`` on its ``document`` before each conversion.

    Args:
        siteurl: What stands before every internal address, "" or "/blog".
        tag_url: Where a tag has its page, with ``{slug}``.
        mention_network: Where an unknown ``@name`` leads; "" leaves it as text.
        content: The folder of posts and pages, where other generators' links to files are looked up.
        asked, asked_configs: Extensions that the blog's ``MARKDOWN`` asks for, and settings of them and of ours.
        more: Extensions that need to know more of the blog: pictures, embeds, links.
    """
    # Each is made here: those that Python-Markdown is told by name alone it seeks in all that is installed.
    configs: dict[str, dict[str, Any]] = {
        "pymdownx.tilde": {"subscript": False},
        "codehilite": {"guess_lang": False},
        "toc": {"slugify": lambda value, _separator: text.slugify(value), "permalink": False},
        "footnotes": {"UNIQUE_IDS": False, "USE_DEFINITION_ORDER": False, "BACKLINK_TEXT": "↑"},  # as read
    }
    for name, config in asked_configs.items():
        configs[name] = configs.get(name, {}) | config
    footnotes = FootnotesExtension(**configs["footnotes"])
    return markdown.Markdown(
        extensions=[
            *asked,
            BlocksExtension(),  # lists, quotations, code, tables, HTML; before all that have blocks of their own
            AutolinksExtension(),
            ClosedCode(),
            Escapes(),
            LineBreaks(),
            ListsExtension(),
            MathsExtension(),
            *(_STROKES if any(name in asked_configs for name in _STROKES) else [Strokes()]),
            PrivateNotesExtension(),
            ForeignSyntaxExtension(content),
            footnotes,
            NotebooksExtension(),
            PandocExtension(footnotes),
            SlipsExtension(footnotes),
            DefListExtension(**configs.pop("def_list", {})),
            CodeExtension(**configs.pop("codehilite")),
            AttrListExtension(**configs.pop("attr_list", {})),
            AbbrExtension(**configs.pop("abbr", {})),
            Contents(**configs.pop("toc")),
            KramdownExtension(),
            SkipPatterns(),
            Headings(),
            QuoteSources(),
            TablesExtension(),
            NotesExtension(),
            OwnLinks(siteurl),
            *more,
            TypographyExtension(),
            LinkifyExtension(
                tag_url=lambda slug: f"{siteurl}/{tag_url.format(slug=quote(slug))}",
                tags=tags,
                people=people,
                default_network=mention_network,
            ),
        ],
        extension_configs=configs,
        output_format="html",
    )
