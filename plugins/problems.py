"""The mistakes that only show when all files are known: two posts with one address, folders without an end.

Each is one line, ``content/….md:LINE: what; what to do``, and never stops the other posts.
"""

import os
from pathlib import Path

from pelican import signals

from tertulia.core.languages import say
from tertulia.core.models import Problem

from .reader import shown_path, tell

LISTS = ("articles", "translations", "hidden_articles", "hidden_translations")


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
    by_address, by_id = {}, {}
    for post in sorted((p for name in LISTS for p in getattr(generator, name)), key=lambda p: p.source_path):
        first = by_address.setdefault(post.save_as, post)
        if first is not post:
            told(post, "slug", "same_address", other=first.shown_path, url=post.url)
            for name in LISTS:
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


def register():
    signals.initialized.connect(skip_link_loops)
    signals.article_generator_pretaxonomy.connect(drop_same_addresses)
