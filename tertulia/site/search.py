"""Search in the browser: Pagefind indexes what is published.

It gets a short page for each post and page, with the author's words and nothing around them, as soon as all are read:
so it works while the pages are written, and whatever theme they are written with. There is one index for each language,
with its stemming; accents are ignored when searching. A large blog has two, of its newest posts and of the others,
which the browser searches as one: an edit has one of them made anew. A very large one has several of the others, made
one after another, each of which Pagefind can hold in little memory. Nothing is asked of the network. The pages that
search need ``'wasm-unsafe-eval'`` in a Content-Security-Policy.

Settings:
    SEARCH         False leaves it out. Default True.
    SEARCH_LATER   True leaves the work to whoever builds, who finds the pages to index in a folder: see ``LaterIndex``.
"""

import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING

from tertulia.content.snapshot import Comment
from tertulia.core import addresses, strict_json
from tertulia.core.languages import say
from tertulia.render import prose
from tertulia.site.contents import Content
from tertulia.site.state import BuildState
from tertulia.site.up_to_date import stamp_of
from tertulia.site.words import SiteWords

if TYPE_CHECKING:
    from subprocess import Popen

    from tertulia.site.build import SiteBuild

log = logging.getLogger(__name__)

# More than any blog needs; a hang must not stop a build for ever.
LONGEST_SECONDS = 600
SETTLED = 100
LEAST_PARTED = 300
FOLDER, ENTRY = "pagefind", "pagefind-entry.json"  # in the output, and the file in it that leads to the others
RECENT = "recent"  # the part of the newest posts, and its folder in there; that of the oldest is ""
WHOLE = "all"  # the folder of the pages of the part that is called "", as ``indexing`` has it
OLDER = "older-"  # and a number: further parts between them
# Posts of a part, and how many parts of so many there are before each has twice as many: the browser asks for each of
# them, and Pagefind holds some 0.2 MB a post.
LARGEST_PART, MOST_PARTS = 2000, 8
NOTE = "search"  # in the state: of each part a digest, and the files of its index

Pages = Mapping[str, str | bytes]  # file name → page
Stamp = tuple[int, int, int]
KeptPart = tuple[str, dict[str, Stamp]]


class SearchIndex:
    """
    Pagefind at work on one build, in processes of its own.

    Args:
        binary: Pagefind's.
        parts: What it indexes: folder below the *target* → pages by file name.
        target: Where the index goes.
        state: What the build before left of its parts, and this one for the next.
        kept: The output before, from which parts are taken that are the same; None where there is none.
        holds: Whether the pages stay in ``parts`` until somebody closes this.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self,
        binary: Path,
        parts: Mapping[str, Pages],
        target: Path,
        *,
        state: BuildState,
        kept: Path | None = None,
        holds: bool = False,
    ) -> None:
        self.target, self.state, self.is_done, self.holds = target, state, False, holds
        self.parts: Mapping[str, Pages] = parts if holds else {}
        self.folder = TemporaryDirectory(prefix="search-")
        before: dict[str, KeptPart] = state.value(NOTE) or {}
        self.digests: dict[str, str] = {}
        self.taken: dict[str, KeptPart] = {}
        self.waiting: list[str] = []
        for part, pages in parts.items():
            digest = self.digests[part] = _digest(pages, stamp_of(str(binary)))
            known = before.get(part)
            if known and known[0] == digest and kept and _link(kept / target.name / part, target / part, known[1]):
                self.taken[part] = known
                continue
            self.waiting.append(part)
        try:
            for part in self.waiting:
                _lay_out(Path(self.folder.name), part, parts[part])
            self.process = start(binary, Path(self.folder.name), target, self.waiting) if self.waiting else None
        except OSError:
            self.folder.cleanup()
            raise

    def finish(self) -> None:
        """Wait for Pagefind, and see that it did its work."""
        try:
            failed = self._failed()
            for why in dict.fromkeys(failed.values()):
                log.warning("%s", say("search_failed", why=why))
            for part in (one for one in self.waiting if one not in failed):
                sort_languages(self.target / part / ENTRY)
                self.taken[part] = self.digests[part], files_of(self.target, part)
            self.state.keep_value(NOTE, self.taken)
            self.is_done = self.taken.keys() == self.digests.keys()
        except OSError as error:
            log.warning("%s", say("search_failed", why=error))
        finally:
            self.folder.cleanup()

    def _failed(self) -> dict[str, str]:
        """Wait, and return the parts that could not be indexed, each with the reason."""
        if self.process is None:
            return {}
        from subprocess import TimeoutExpired

        try:
            told, _ = self.process.communicate(timeout=LONGEST_SECONDS)
            failed: dict[str, str] = strict_json.decode(told)
        except TimeoutExpired as error:
            self.process.terminate()
            self.process.wait()
            return dict.fromkeys(self.waiting, str(error))
        except ValueError:  # it was killed
            return dict.fromkeys(self.waiting, str(self.process.returncode))
        return failed

    def close(self) -> None:
        """Forget the pages."""
        self.parts = {}


def start(binary: Path, pages: Path, target: Path, parts: Iterable[str]) -> "Popen[str]":
    """
    Have Pagefind index *parts*, one after another.

    Args:
        pages: The folder of theirs.
        target: Where the index goes.

    Raises:
        OSError: no process can be started.
    """
    import subprocess

    program = Path(__file__).with_name("indexing.py")
    command = [sys.executable, "-I", str(program), str(binary), str(pages), str(target), *parts]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def laid_out(pages: Path) -> list[str]:
    """Return the parts whose pages lie in the folder *pages*."""
    return ["" if name == WHOLE else name for name in sorted(os.listdir(pages))]


def _lay_out(folder: Path, part: str, pages: Pages) -> None:
    place = folder / (part or WHOLE)
    place.mkdir()
    for name, page in sorted(pages.items()):  # Pagefind takes them as the disk lists them, and /tmp may in this order
        with open(place / name, "wb") as file:
            file.write(_encoded(page))


def _digest(pages: Pages, *more: object) -> str:
    told = hashlib.blake2b(repr(more).encode(), digest_size=16)
    for name, page in sorted(pages.items()):
        told.update(f"{name}\0".encode() + _encoded(page) + b"\0")
    return told.hexdigest()


def _encoded(page: str | bytes) -> bytes:
    return page if isinstance(page, bytes) else page.encode()


def files_of(index: Path, part: str) -> dict[str, Stamp]:
    """Return every file of a *part* of the *index*, by its name in the folder of that part, and what tells it."""
    folder, others = index / part, tuple(os.path.join(index, name) for name in (os.path.join(RECENT, ""), OLDER))
    found = (os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)
    kept = [path for path in found if part or not path.startswith(others)]
    return {os.path.relpath(path, folder): stamp for path in kept if (stamp := _mark(path))}


def _mark(path: str) -> Stamp | None:
    """Return what tells a file, and a link to it leaves alone."""
    found = stamp_of(path)
    return found and (found[0], found[2], found[3])


def _link(old: Path, new: Path, files: Mapping[str, Stamp]) -> bool:
    """Let *new* hold the very *files* of *old*, if all of them are what they were; whether it does."""
    if any(_mark(os.path.join(old, name)) != stamp for name, stamp in files.items()):
        return False
    linked = []
    try:
        for folder in {os.path.dirname(name) for name in files}:
            os.makedirs(os.path.join(new, folder), exist_ok=True)
        for name in files:
            os.link(os.path.join(old, name), os.path.join(new, name))
            linked.append(name)
    except OSError:
        for name in linked:  # the index that follows would be written into the old one
            os.unlink(os.path.join(new, name))
        return False
    return True


class LaterIndex:
    """What is to be indexed when the pages are shown already; whoever does it deletes the *folder*."""

    def __init__(self, parts: Mapping[str, Pages]) -> None:
        self.folder = Path(mkdtemp(prefix="search-"))
        for part, pages in parts.items():
            _lay_out(self.folder, part, pages)
        self.digest = _digest({part: _digest(pages) for part, pages in parts.items()})

    def finish(self) -> None:
        """Nothing: somebody else waits for Pagefind."""


def begin_index(contents: Iterable[Content], build: "SiteBuild") -> SearchIndex | LaterIndex | None:
    """Start Pagefind on all that is published; None where there is nothing to do or no way to do it."""
    settings = build.settings
    public = [content for content in contents if not content.mark] if settings.get("SEARCH", True) else []
    if not public:
        return None
    binary = executable()
    if binary is None:
        log.warning("%s; %s", say("no_pagefind"), say("no_pagefind_fix"))
        return None
    # A blog's own search page may know of one index alone.
    parts = {"": public} if build.reads is not None else parted(public)
    if len(parts) > 1:
        build.search_parts = {part: sorted({one.lang for one in held}) for part, held in parts.items()}
    written = {
        part: {file_of(content): search_page(content, settings["SITEURL"], build.words) for content in held}
        for part, held in parts.items()
    }
    try:
        if settings.get("SEARCH_LATER"):
            return LaterIndex(written)
        target, holds = Path(settings["OUTPUT_PATH"], FOLDER), bool(settings.get("INPUTS_PATH"))
        return SearchIndex(binary, written, target, state=build.state, kept=build.output_before, holds=holds)
    except OSError as error:
        log.warning("%s", say("search_failed", why=error))
        return None


def parted(contents: Sequence[Content]) -> dict[str, list[Content]]:
    """
    Return what is indexed together: in a large blog the newest posts, and pages, apart from all the others.

    Mostly it is they that change, and a hundred are indexed in a tenth of the time. Once in ``SETTLED`` posts, those
    that are no longer among the newest join the others. Of these so many are together as Pagefind can bear, from the
    oldest on, so that no new post moves another.
    """
    posts = sorted((one for one in contents if not one.is_page), key=lambda one: (one.date, one.save_as))
    parts = {part: posts[there.start : there.stop] for part, there in parts_of(len(posts)).items()}
    if RECENT not in parts:
        return {"": list(contents)}
    parts[RECENT] += [one for one in contents if one.is_page]
    return parts


def parts_of(count: int) -> dict[str, range]:
    """Return which of so many posts stand in which part, by their places from the oldest on."""
    if count < LEAST_PARTED:
        return {"": range(count)}
    settled = (count - SETTLED // 2) // SETTLED * SETTLED
    size = LARGEST_PART
    while settled > size * MOST_PARTS:
        size *= 2
    older = {f"{OLDER}{begin // size + 1}" if begin else "": begin for begin in range(0, settled, size)}
    return {**{part: range(at, min(at + size, settled)) for part, at in older.items()}, RECENT: range(settled, count)}


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
        f'<!doctype html><html lang="{content.lang}">',  # as ``languages_of`` looks for it
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


def languages_of(pages: Iterable[bytes]) -> list[str]:
    """Return the languages that such pages are in, sorted."""
    return sorted({page.split(b'"', 2)[1].decode() for page in pages})


def pieces(part: str) -> str:
    """Return how the pages of a *part* are called in what a build leaves (``tertulia/edits/arrangement.py``)."""
    return f"search/{part}"


def note_parts(state: BuildState, target: Path, digests: Mapping[str, str]) -> None:
    """Let *state* know that these parts of the index in *target* are of pages with these *digests*."""
    now = {part: (digest, files_of(target, part)) for part, digest in digests.items()}
    state.keep_value(NOTE, {**(state.value(NOTE) or {}), **now})


def file_of(content: Content) -> str:
    """
    Return the name of its page: the same as long as the address is, so that other posts leave the index of this alone.
    """
    return file_at(content.save_as)


def file_at(save_as: str) -> str:
    """Return the same for the page that is the file *save_as* of the output."""
    return hashlib.sha256(save_as.encode()).hexdigest()[:24] + ".html"


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
