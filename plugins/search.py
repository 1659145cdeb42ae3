"""Search in the browser: Pagefind indexes what was written.

Only what templates mark with ``data-pagefind-body`` is indexed (published posts and pages), in one index for each
language, with its stemming; accents are ignored when searching. Nothing is asked of the network. The pages that search
need ``'wasm-unsafe-eval'`` in a Content-Security-Policy.

Settings:
    SEARCH   False leaves it out. Default True.
"""

import json
import logging
import re
import subprocess
from pathlib import Path

from pelican import signals

from plugins.writer import posts_written
from tertulia.phrases import say

log = logging.getLogger(__name__)

# More than any blog needs; a hang must not stop a build for ever.
LONGEST_SECONDS = 600


_running: list = []  # Pagefind at work on this build


def begin_index(pelican):
    """Start Pagefind on the pages; without it the blog is built all the same."""
    _running.clear()
    if not pelican.settings.get("SEARCH", True):
        return
    binary = executable()
    if binary is None:
        log.warning("%s; %s", say("no_pagefind"), say("no_pagefind_fix"))
        return
    command = [str(binary), "--site", pelican.output_path, "--output-subdir", "pagefind", "--quiet"]
    command += ["--glob", places(pelican.settings)]
    try:
        _running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    except OSError as error:
        log.warning("%s", say("search_failed", why=error))


def finish_index(pelican):
    """Wait for Pagefind, and see that it did its work."""
    for running in _running:
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
    _running.clear()


def places(settings):
    """
    Where posts and pages are, as a glob, so that Pagefind need not read every list to find nothing in it.

    ``{date:%Y}/{slug}/index.html`` becomes ``[0-9][0-9][0-9][0-9]/*/index.html``.
    """
    patterns = {settings[f"{kind}_SAVE_AS"] for kind in ("ARTICLE", "ARTICLE_LANG", "PAGE", "PAGE_LANG")}
    patterns = {re.sub(r"\{[^}]*\}", "*", one.replace("{date:%Y}", "[0-9]" * 4)) for one in patterns}
    return f"{{{','.join(sorted(patterns))}}}"


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
    posts_written.connect(begin_index)
    signals.finalized.connect(finish_index)
