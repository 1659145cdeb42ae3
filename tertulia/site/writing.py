"""Pages written: those whose inputs changed are drawn, on all cores; the others are taken from the output before.

A page is taken by a link to the very file that was written for it and that nobody has touched since; so two outputs
share it until the older one is deleted. Whoever changes a page writes it beside and moves it over.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tertulia.core import paths
from tertulia.core.files import write_new
from tertulia.core.languages import say
from tertulia.core.parallel import stream
from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content
from tertulia.site.elsewhere import suspecting
from tertulia.site.facets import Facets, Settled, UndeclaredError, digest
from tertulia.site.owners import PageToWrite
from tertulia.site.page_inputs import inputs_of
from tertulia.site.pagination import Paginator, parts
from tertulia.site.reading import allowed_hosts
from tertulia.site.reads import Reads
from tertulia.site.state import KeptPage


class PageRequest(NamedTuple):
    """What Pelican or a plugin wants written."""

    name: str  # the file, of the first page where there are several
    template: str
    context: Mapping[str, Any]
    given: Mapping[str, Any]  # besides the context; some of it is for the writer
    is_plain: bool = True  # asked for as our own callers ask

    @property
    def content(self) -> Content | None:
        """The post or page that it shows; None for a list."""
        return self.given.get("article") or self.given.get("page")


class Drawing(NamedTuple):
    """How pages are made; Pelican's part of it."""

    draw: Callable[[str, Mapping[str, Any]], str]  # writes the page with that name, with these values over the context
    whole: Callable[[], None]  # writes all that was asked for, in Pelican's own way: for themes of others


def ask(build: SiteBuild, asked: PageRequest, how: Drawing) -> None:
    """Take note of what was *asked*, to be written with all the rest."""
    build.add_pages(pages(build, asked, how))


def pages(build: SiteBuild, asked: PageRequest, how: Drawing) -> Iterator[PageToWrite]:
    """Yield the pages that are to be written for what was *asked*: several, where it is a long list."""
    if not (asked.is_plain and build.theme.is_ours) or asked.given.get("relative_urls") or not asked.name:
        yield PageToWrite(asked.name, asked.content, how.whole)
        return
    values = {name: value for name, value in asked.given.items() if name not in _FOR_WRITER}
    kind = asked.template.removesuffix(".html")
    own = _own(asked.context, build.context)
    for name, more in _parts(asked, values, build):
        given = {**values, **more}
        of_its_own = {**own, **given} if own else given  # there are many pages, and of most it is the same
        yield PageToWrite(name, asked.content, partial(how.draw, name, given), kind, of_its_own)


# What a caller of Pelican's ``write_file`` gives for it and not for the template.
_FOR_WRITER = frozenset({"relative_urls", "paginated", "template_name", "override_output", "url"})


def _own(context: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    """Return what *context* holds that the one of all pages does not."""
    if context is shared:
        return {}
    return {name: value for name, value in context.items() if name not in shared or shared[name] is not value}


def _parts(asked: PageRequest, values: Mapping[str, Any], build: SiteBuild) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield file and values of each page of a list; just one where it is not to be shared out."""
    lists = asked.given.get("paginated")
    if lists is None:
        lists = {name: value for name, value in values.items() if name in ("articles", "dates")}
    kind, settings = asked.given.get("template_name"), build.settings
    if not lists or kind not in settings["PAGINATED_TEMPLATES"]:
        yield asked.name, {}
        return
    most = settings["PAGINATED_TEMPLATES"][kind] or settings["DEFAULT_PAGINATION"]
    url, rules = str(asked.given.get("url") or ""), settings["PAGINATION_PATTERNS"]
    url = "" if url == "index.html" else url  # the home, as Pelican names it
    shared = {name: Paginator(asked.name, url, listed, most or 0, rules) for name, listed in lists.items()}
    lang = asked.given.get("page_lang") or settings["DEFAULT_LANG"]
    for first in shared.values():
        build.on_first |= dict.fromkeys(first.on_first(), (first.page(1).url, lang))
    yield from parts(shared)


def write(output: str, name: str, page: str, tell: Callable[[str], object]) -> str:
    """
    Write *page* to the file *name* of *output*; what stood there may be shared with another output.

    Args:
        tell: Is told where the page has been written.

    Returns:
        The page.

    Raises:
        ValueError: *name* leads out of the output.
    """
    path = os.path.normpath(os.path.join(output, name))
    if not path.startswith(os.path.join(os.path.normpath(output), "")):
        raise ValueError(name)
    write_new(path, page.encode())
    tell(path)
    return page


def begin_pages(build: SiteBuild) -> None:
    """
    Begin to write all pages that were asked for.

    Until ``build.finish_pages()``, whatever needs none of them may go on beside. Where a theme or a plugin of others
    takes part, which may look at a page as soon as it has been told of it, that is at once; and where the blog's own
    list of plugins lacks the one that waits.
    """
    asked_lists, asked_posts = build.pages_to_write()
    kept = OutputBefore(build)
    posts, lists = ([page for page in pages if not kept.take(page)] for pages in (asked_posts, asked_lists))
    build.kept = kept if kept.keeps else None
    build.pages = {page.name: page for page in (*asked_lists, *asked_posts)}
    is_waited_for = f"{paths.PLUGINS}.pages" in map(str, build.settings["PLUGINS"])
    with build.theme.drawing(build.contents):
        drawn = stream(kept.draw, [*lists, *posts])  # the longest first, so that all cores end together
        build.rest_of_pages = partial(_finish, build, kept, drawn)
        if build.others_plugins or not (build.theme.is_ours and is_waited_for):
            build.finish_pages()


def _finish(build: SiteBuild, kept: "OutputBefore", drawn: Iterator["Drawn"]) -> None:
    for page in drawn:
        kept.reads.undeclared |= page.undeclared
        kept.note(page.name, page.settled)
        build.innocent.update([page.name] if page.is_innocent else ())
    if kept.reads.undeclared:
        build.explained.append(say("explain_undeclared", names=", ".join(sorted(kept.reads.undeclared))))
        build.kept, build.pages = None, {}
    else:
        build.written, build.page_inputs = kept.pages, kept.inputs
    build.explained += kept.explained


def remember(build: SiteBuild) -> None:
    """Leave what was read and written for the next build, when all of this one is done."""
    pages = {}
    for name, (key, told) in build.written.items() if not build.lacks_pictures else ():
        if name not in build.asking and (mark := _mark(build.output / name)):
            pages[name] = KeptPage(key, told, mark)
    build.state.save(pages)


class Drawn(NamedTuple):
    """What is told of a page when it has been drawn, maybe by another process."""

    name: str
    undeclared: set[str]  # what it read and has not declared
    is_innocent: bool  # nothing of it asks another host
    settled: Settled | None  # what it was made of, where nobody knew


class OutputBefore:
    """
    What is taken from the output before, and what is known of each page.

    Args:
        build: The build at hand.
    """

    def __init__(self, build: SiteBuild) -> None:
        self.build, self.context, self.reads = build, build.context, build.reads or Reads()
        self.facets = Facets(build)
        self._names = _names(self.context)
        self.pages: dict[str, tuple[bytes, str]] = {}
        self.explained: list[str] = []
        self.inputs: dict[str, Settled] = {}
        self._folder = build.output_before
        others = build.others_plugins
        self._may_change = bool(others)  # whoever is told of a page that was written may write another in its place
        self._suspect = suspecting(allowed_hosts(build.settings))
        self.keeps = build.theme.is_ours and build.state.is_kept and not others
        if others:  # they may change any page, or want to see each written
            build.explained.append(say("explain_plugins", names=", ".join(others)))
        elif not build.theme.is_ours:
            build.explained.append(say("explain_theme"))
        elif build.state.is_new:
            build.explained.append(say("explain_first"))
        self._made: set[Path] = set()

    def take(self, page: PageToWrite) -> bool:
        """Take *page* from the output before, if it would be the same; whether that was done."""
        settled = None if self.build.state.is_new else self._settled(page)
        if settled is None:
            return False
        self.note(page.name, settled)
        before = self.build.state.pages.get(page.name)
        if before and before.key == settled.key and self._folder and self._link(self._folder, page.name, before):
            self.build.taken.add(page.name)
            return True
        why = ", ".join(_why(before, settled.told.split("\0"))) or say("explain_gone")
        self.explained.append(f"{page.name}: {why}")
        return False

    def _settled(self, page: PageToWrite) -> Settled | None:
        """Return what *page* is made of; None where that cannot be told, or nobody will ask."""
        inputs = inputs_of(page, self.facets, self.context) if self.keeps else None
        return inputs.settled() if inputs else None

    def note(self, name: str, settled: Settled | None) -> None:
        """Keep of what the page *name* was made, where that is known."""
        if settled:
            self.inputs[name], self.pages[name] = self.facets.shared(settled), (settled.key, settled.told)

    def _link(self, folder: Path, name: str, before: KeptPage) -> bool:
        old, new = folder / name, self.build.output / name
        if _mark(old) != before.stamp:
            return False
        try:
            if new.parent not in self._made:
                new.parent.mkdir(parents=True, exist_ok=True)
                self._made.add(new.parent)
            os.link(old, new)
        except OSError:
            return False
        return _mark(new) == before.stamp  # else somebody has just put another in its place, and it is drawn over this

    def take_files(self, names: Sequence[str], told: object, posts: Iterable[Content]) -> bool:
        """
        Take the files *names* from the output before, if they would be the same; whether that was done.

        Args:
            told: All that they are made of, by its ``repr``, but the settings and the posts.
            posts: Those of which they show anything.
        """
        if self.build.lacks_pictures:
            return False
        try:
            key = digest([repr(told), [self.facets.full(post) for post in posts]])
        except UndeclaredError:
            return False
        before = [self.build.state.pages.get(name) for name in names]
        self.pages |= dict.fromkeys(names, (key, ""))
        return all(
            one and one.key == key and self._folder and self._link(self._folder, name, one)
            for name, one in zip(names, before, strict=True)
        )

    def draw(self, page: PageToWrite) -> Drawn:
        """Draw and write *page*; what is to be known of it then."""
        # Where there is no output to take it from, it is declared as late as here, on all cores.
        late = self._settled(page) if self.build.state.is_new else None
        inputs = late or self.inputs.get(page.name)
        self.reads.begin(inputs, self._names.union(page.values) if inputs else frozenset())
        written = page.write()
        self.reads.begin(None, frozenset())
        is_innocent = written is not None and not self._may_change and not self._suspect(written.encode())
        # What other processes tell waits in memory until somebody asks; what pages share travels once for many.
        return Drawn(page.name, self.reads.undeclared, is_innocent, late and self.facets.shared(late))


def _names(context: Mapping[str, Any]) -> frozenset[str]:
    """Return what pages are given that is no setting: those are written in capitals, and are in the epoch."""
    return frozenset(name for name in context if not name.isupper())


def _mark(path: Path) -> tuple[int, int, int] | None:
    """Return what tells whether a page is the file that we wrote; a link to it leaves these alone."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _why(before: KeptPage | None, told: Sequence[str]) -> Iterator[str]:
    """Yield what has changed since *before*, in words."""
    if before is None:
        yield say("explain_new")
        return
    was = before.told.split("\0")
    known, now = set(was), set(told)
    differ = [part for part in told if part not in known] + [part for part in was if part not in now]
    for part in dict.fromkeys(part.partition(" ")[2] for part in differ):
        kind, _, what = part.partition(" ")
        yield say(f"explain_{kind}", what=what)
