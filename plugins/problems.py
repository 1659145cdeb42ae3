"""The mistakes that only show when all posts are known: two with one address, links that lead nowhere.

Each is one line, ``content/….md:LINE: what; what to do``, and never stops the other posts.
"""

import logging
import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pelican import signals

from plugins.reader import shown_path, tell
from tertulia.phrases import say
from tertulia.types import Problem

log = logging.getLogger(__name__)

_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')


def skip_link_loops(pelican):
    """Leave out folders that are links to a folder above them: Pelican would walk them for ever."""
    settings, content = pelican.settings, Path(pelican.settings["PATH"])
    for folder, names, _files in os.walk(content):
        for name in sorted(names):
            path = Path(folder, name)
            if path.is_symlink() and _loops(path):
                tell(Problem(shown_path(path, settings), None, say("link_loop"), say("link_loop_fix")))
                for key in ("ARTICLE_EXCLUDES", "PAGE_EXCLUDES", "STATIC_EXCLUDES"):
                    settings[key] = [*settings[key], path.relative_to(content).as_posix()]


def _loops(path):
    try:
        return path.resolve(strict=True) in (path.absolute().parent, *(p.resolve() for p in path.absolute().parents))
    except (OSError, RuntimeError):
        return True


def drop_same_addresses(generator):
    """Keep one post for each address and each Id, the one whose file comes first; tell of the other."""
    lists = ("articles", "translations", "hidden_articles", "hidden_translations")
    by_address, by_id = {}, {}
    for post in sorted((p for name in lists for p in getattr(generator, name)), key=lambda p: p.source_path):
        first = by_address.setdefault(post.save_as, post)
        if first is not post:
            told(post, "slug", "same_address", other=first.shown_path, url=post.url)
            for name in lists:
                setattr(generator, name, [kept for kept in getattr(generator, name) if kept is not post])
            continue
        if by_id.setdefault((post.id, post.lang), post) is not post:
            told(post, "id", "same_id", other=by_id[post.id, post.lang].shown_path)
            post.id = post.slug
    without = [post for post in by_address.values() if not post.has_id]
    if without:
        path = min(post.shown_path for post in without)
        tell(Problem(path, None, say("no_id", n=len(without)), say("no_id_fix"), "hint"))


def told(post, key, phrase, **values):
    """Tell of a problem on the line of *post* that holds *key*."""
    tell(Problem(post.shown_path, post.header_lines.get(key, 1), say(phrase, **values), say(f"{phrase}_fix")))


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


_links: list = []


def check_links(pelican):
    """Tell of every link to an address of this blog that nothing was written for."""
    output = Path(pelican.output_path)
    for content, href, siteurl in _links:
        path = unquote(urlsplit(href).path).removeprefix(siteurl).lstrip("/")
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
    signals.initialized.connect(skip_link_loops)
    signals.article_generator_pretaxonomy.connect(drop_same_addresses)
    signals.all_generators_finalized.connect(mend_file_links)
    signals.all_generators_finalized.connect(remember_links)
    signals.finalized.connect(check_links)
