"""Links that lead nowhere: told with their line, once everything is written.

Must be the last plugin: a link may lead to whatever another one writes, a feed or a redirect.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

from pelican import signals

from tertulia.core.addresses import split_address
from tertulia.core.languages import say
from tertulia.core.models import Problem

from .reader import tell

_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
_links: list = []  # (post, address, SITEURL) of every link to this blog, until the output can be asked


def mend_file_links(generators):
    """Tell of links to files that are no post, before Pelican warns of them without a line."""
    for generator in generators:
        for content in _contents(generator):
            known = generator.context["generated_content"].keys() | generator.context["static_content"].keys()
            for match in set(re.findall(r'"\{(?:filename|static|attach)\}([^"#?]+)[^"]*"', content._content)):
                target = unquote(match)
                inside = target.lstrip("/") if target.startswith("/") else os.path.join(content.relative_dir, target)
                if os.path.normpath(inside) not in known:
                    _tell_link(content, target)
                    content._content = re.sub(
                        rf'"\{{(?:filename|static|attach)\}}{re.escape(match)}[^"]*"', '"#"', content._content
                    )


def remember_links(generators):
    """Keep what each post links to inside the blog, to be looked up when everything is written."""
    _links.clear()
    for generator in generators:
        siteurl = generator.settings["SITEURL"]
        for content in _contents(generator):
            for href in dict.fromkeys(_HREF.findall(content.content)):
                if href.startswith("/") and not href.startswith("//"):
                    _links.append((content, href, siteurl))


def check_links(pelican):
    """Tell of every link to an address of this blog that nothing was written for."""
    output = Path(pelican.output_path)
    for content, href, siteurl in _links:
        path = unquote(split_address(href).path).removeprefix(siteurl).lstrip("/")
        target = output / path
        if not (target.is_file() or (target / "index.html").is_file()):
            _tell_link(content, href.removeprefix(siteurl))
    _links.clear()


def _tell_link(content, target):
    document = content.source_text
    line = document.line_of(target) or document.line_of(target.lstrip("/"))
    tell(Problem(content.shown_path, line, say("broken_link", target=target), say("broken_link_fix")))


def _contents(generator):
    """Every post or page that *generator* will write."""
    names = ("articles", "translations", "hidden_articles", "hidden_translations",
             "pages", "hidden_pages")  # fmt: skip
    return [content for name in names for content in getattr(generator, name, ())]


def register():
    signals.all_generators_finalized.connect(mend_file_links)
    signals.all_generators_finalized.connect(remember_links)
    signals.finalized.connect(check_links)
