"""Search in the browser: Pagefind indexes what is published.

It gets a short page for each post and page, with the author's words and nothing around them, as soon as all are read:
so it works while the pages are written, and whatever theme they are written with. There is one index for each language,
with its stemming; accents are ignored when searching. Nothing is asked of the network. The pages that search need
``'wasm-unsafe-eval'`` in a Content-Security-Policy.

Settings:
    SEARCH         False leaves it out. Default True.
    SEARCH_LATER   True leaves the work to whoever builds, who finds the pages to index in a folder: see ``LaterIndex``.
"""

import hashlib
import json
import logging
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from tertulia.content.snapshot import Comment
from tertulia.core import addresses, strict_json
from tertulia.core.languages import say
from tertulia.render import prose
from tertulia.site.contents import Content
from tertulia.site.words import SiteWords

log = logging.getLogger(__name__)

# More than any blog needs; a hang must not stop a build for ever.
LONGEST_SECONDS = 600
FOLDER, ENTRY = "pagefind", "pagefind-entry.json"  # in the output, and the file in it that leads to the others


class SearchIndex:
    """
    Pagefind at work on one build, in a process of its own.

    Args:
        binary: Pagefind's.
        pages: What it indexes, by file name.
        target: Where the index goes.
        kept: Whether the pages stay in the ``folder`` until somebody closes this.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, binary: Path, pages: Mapping[str, str | bytes], target: Path, *, kept: bool = False) -> None:
        self.target, self.kept, self.is_done = target, kept, False
        self.folder = TemporaryDirectory(prefix="search-")
        for name, page in pages.items():
            with open(os.path.join(self.folder.name, name), "wb") as file:
                file.write(page if isinstance(page, bytes) else page.encode())
        command = [str(binary), "--site", self.folder.name, "--output-path", str(target), "--quiet"]
        try:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        except OSError:
            self.folder.cleanup()
            raise

    def finish(self) -> None:
        """Wait for Pagefind, and see that it did its work."""
        try:
            told, _ = self.process.communicate(timeout=LONGEST_SECONDS)
            if self.process.returncode:
                why = told.strip().splitlines() or [str(self.process.returncode)]
                log.warning("%s", say("search_failed", why=why[-1]))
            else:
                sort_languages(self.target / ENTRY)
                self.is_done = True
        except (OSError, subprocess.TimeoutExpired) as error:
            self.process.kill()
            log.warning("%s", say("search_failed", why=error))
        finally:
            if not self.kept:
                self.close()

    def close(self) -> None:
        """Delete the pages."""
        self.folder.cleanup()


class LaterIndex:
    """What is to be indexed when the pages are shown already; whoever does it deletes the *folder*."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self.folder = Path(mkdtemp(prefix="search-"))
        told = hashlib.blake2b(digest_size=16)
        for name, page in sorted(pages.items()):
            (self.folder / name).write_text(page, "utf-8")
            told.update(f"{name}\0{page}\0".encode("utf-8", "surrogatepass"))
        self.digest = told.hexdigest()

    def finish(self) -> None:
        """Nothing: somebody else waits for Pagefind."""


def begin_index(
    contents: Iterable[Content], settings: Mapping[str, Any], words: SiteWords
) -> SearchIndex | LaterIndex | None:
    """Start Pagefind on all that is published; None where there is nothing to do or no way to do it."""
    if not settings.get("SEARCH", True):
        return None
    pages = {
        file_of(content): search_page(content, settings["SITEURL"], words) for content in contents if not content.mark
    }
    if not pages:
        return None
    binary = executable()
    if binary is None:
        log.warning("%s; %s", say("no_pagefind"), say("no_pagefind_fix"))
        return None
    try:
        if settings.get("SEARCH_LATER"):
            return LaterIndex(pages)
        return SearchIndex(binary, pages, Path(settings["OUTPUT_PATH"], FOLDER), kept=bool(settings.get("INPUTS_PATH")))
    except OSError as error:
        log.warning("%s", say("search_failed", why=error))
        return None


def search_page(content: Content, siteurl: str, words: SiteWords) -> str:
    """
    Return what of a post or page is searched: Pagefind weighs headings more than text, and shows what is in ``meta``.
    """
    shown = {"lang": content.lang, "href": addresses.whole(siteurl, content.url)}
    meta = "lang[lang], address[href]"
    if not content.is_page:
        shown["title"] = words.date(content.date, content.lang)
        meta += ", date[title]"
    link = "".join(f' {name}="{escape(value)}"' for name, value in shown.items())
    parts = [
        f'<!doctype html><html lang="{content.lang}">',
        "<body data-pagefind-body>",
        f'<a{link} data-pagefind-meta="{meta}"></a><h1>{escape(content.title)}</h1>',
        f"<p>{content.summary}</p>" if "summary" in content.header_lines else "",
        prose.without_others(content.content),
        *(f"<p>{update.html}</p>" for update in content.updates),
        f"<p>{escape(content.question)}</p>",
        f"<p>{escape(' · '.join(filed))}</p>" if (filed := names(content)) else "",
        *answers(content.said),
    ]
    return "".join(parts)


def names(content: Content) -> list[str]:
    """
    Return what its author filed *content* under, topics, tags, series and names; what every post has tells none apart.
    """
    if content.is_page:
        return []
    topics = content.categories if "category" in content.header_lines else ()
    authors = content.authors if "author" in content.header_lines else ()
    labels = [label.name for label in (*topics, *content.tags, *authors)]
    return [*labels, content.series_name] if content.series_name else labels


def answers(said: Iterable[Comment]) -> Iterator[str]:
    """Who said what under a post."""
    for one in said:
        yield f"<p>{escape(one.author)}</p>{one.html}"


def file_of(content: Content) -> str:
    """
    Return the name of its page: the same as long as the address is, so that other posts leave the index of this alone.
    """
    return hashlib.sha256(content.save_as.encode()).hexdigest()[:24] + ".html"


def sort_languages(entry: Path) -> None:
    """Sort the list of languages: Pagefind writes it in another order each time, and all the rest the same."""
    entry.write_text(json.dumps(strict_json.decode(entry.read_text("utf-8")), sort_keys=True), encoding="utf-8")


def executable() -> Path | None:
    """Where Pagefind is, as its package says; None when there is none."""
    try:
        from pagefind_bin import get_executable

        return Path(get_executable())
    except (ImportError, FileNotFoundError):
        return None
