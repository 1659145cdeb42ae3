"""Links that lead nowhere: told with their line, once everything is written."""

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from tertulia.core.addresses import split_address
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.site.contents import Content, line_of
from tertulia.site.problems import report

_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_FILE_LINK = re.compile(r'"\{(?:filename|static|attach)\}([^"#?]+)[^"]*"')


class InternalLink(NamedTuple):
    """A link of *content* to an address of this blog."""

    content: Content
    href: str  # as it stands in the page, under SITEURL


def without_broken_file_links(content: Content, html: str, folder: str, known: Collection[str]) -> str:
    """
    *html* with links to files that are no post turned into "#", each told on its line.

    Args:
        folder: Where the post's file is, relative to the content folder.
        known: Every file that is published.
    """
    for match in set(_FILE_LINK.findall(html)):
        target = unquote(match)
        inside = target.lstrip("/") if target.startswith("/") else os.path.join(folder, target)
        if os.path.normpath(inside) not in known:
            _report_link(content, target)
            html = re.sub(rf'"\{{(?:filename|static|attach)\}}{re.escape(match)}[^"]*"', '"#"', html)
    return html


def internal_links(contents: Iterable[Content]) -> Iterator[InternalLink]:
    """What *contents* link to inside the blog, to be looked up when everything is written."""
    for content in contents:
        for href in dict.fromkeys(_HREF.findall(content.content)):
            if href.startswith("/") and not href.startswith("//"):
                yield InternalLink(content, href)


def check(links: Iterable[InternalLink], output: Path, siteurl: str) -> None:
    """Tell of every link to an address of this blog for which nothing was written in *output*."""
    for content, href in links:
        path = unquote(split_address(href).path).removeprefix(siteurl).lstrip("/")
        target = output / path
        if not (target.is_file() or (target / "index.html").is_file()):
            _report_link(content, href.removeprefix(siteurl))


def _report_link(content: Content, target: str) -> None:
    line = line_of(content, target) or line_of(content, target.lstrip("/"))
    report(Problem(content.shown_path, line, say("broken_link", target=target), say("broken_link_fix")))
