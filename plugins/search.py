"""Search in the browser: Pagefind indexes what is published.

It gets a short page for each post and page, with what is searched and nothing around it, as soon as all are read: so it
works while the pages are written, and whatever theme they are written with. There is one index for each language, with
its stemming; accents are ignored when searching. Nothing is asked of the network. The pages that search need
``'wasm-unsafe-eval'`` in a Content-Security-Policy.

Settings:
    SEARCH   False leaves it out. Default True.
"""

import hashlib
import json
import logging
import subprocess
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from pelican import signals
from pelican.contents import Article

from tertulia.core import addresses
from tertulia.core.languages import say

from . import theme

log = logging.getLogger(__name__)

# More than any blog needs; a hang must not stop a build for ever.
LONGEST_SECONDS = 600


_running: list = []  # Pagefind at work on this build, and the folder that it reads


def begin_index(generators):
    """Start Pagefind on all that is published; without it the blog is built all the same."""
    _running.clear()
    settings = generators[0].settings
    if not settings.get("SEARCH", True):
        return
    names = ("articles", "translations", "pages")
    contents = [content for one in generators for name in names for content in getattr(one, name, ())]
    records = {file_of(content): record(content, settings) for content in contents if content.indexable}
    if not records:
        return
    binary = executable()
    if binary is None:
        log.warning("%s; %s", say("no_pagefind"), say("no_pagefind_fix"))
        return
    folder = TemporaryDirectory(prefix="search-")
    for name, page in records.items():
        Path(folder.name, name).write_text(page, "utf-8")
    target = Path(generators[0].output_path, "pagefind")
    command = [str(binary), "--site", folder.name, "--output-path", str(target), "--quiet"]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError as error:
        log.warning("%s", say("search_failed", why=error))
        folder.cleanup()
        return
    _running.append((process, folder))


def record(content, settings):
    """What of a post or page is searched: Pagefind weighs headings more than text, and shows what is in ``meta``."""
    shown = {"lang": content.lang, "href": addresses.whole(settings["SITEURL"], content.url)}
    meta = "lang[lang], address[href]"
    if isinstance(content, Article):
        shown["title"] = theme.date_words({}, content.date, lang=content.lang)
        meta += ", date[title]"
    link = "".join(f' {name}="{escape(value)}"' for name, value in shown.items())
    parts = [
        f'<!doctype html><html lang="{content.lang}">',
        "<body data-pagefind-body>",
        f'<a{link} data-pagefind-meta="{meta}"></a><h1>{escape(content.title)}</h1>',
        f"<p>{content.summary}</p>" if "summary" in content.header_lines else "",
        content.content,
        *(f"<p>{update.html}</p>" for update in content.updates),
        f"<p>{escape(content.question)}</p>",
        *answers(content.comments),
    ]
    return "".join(parts)


def answers(turns):
    """Who said what under a post."""
    for turn in turns:
        yield f"<p>{escape(turn.said.author or '')}</p>{turn.said.html}"
        yield from answers(turn.replies)


def file_of(content):
    """The name of the record: the same as long as the address is, so that other posts leave the index of this alone."""
    return hashlib.sha256(content.save_as.encode()).hexdigest()[:24] + ".html"


def finish_index(pelican):
    """Wait for Pagefind, and see that it did its work."""
    for running, folder in _running:
        try:
            said, _ = running.communicate(timeout=LONGEST_SECONDS)
            if running.returncode:
                why = said.strip().splitlines() or [running.returncode]
                log.warning("%s", say("search_failed", why=why[-1]))
            else:
                settle(Path(pelican.output_path, "pagefind", "pagefind-entry.json"))
        except (OSError, subprocess.TimeoutExpired) as error:
            running.kill()
            log.warning("%s", say("search_failed", why=error))
        finally:
            folder.cleanup()
    _running.clear()


def settle(entry):
    """Sort the list of languages: Pagefind writes it in another order each time, and all the rest the same."""
    entry.write_text(json.dumps(json.loads(entry.read_text("utf-8")), sort_keys=True), encoding="utf-8")


def executable():
    """Where Pagefind is, as its package says; None when there is none."""
    try:
        from pagefind_bin import get_executable

        return get_executable()
    except (ImportError, FileNotFoundError):
        return None


def register():
    signals.all_generators_finalized.connect(begin_index)
    signals.finalized.connect(finish_index)
