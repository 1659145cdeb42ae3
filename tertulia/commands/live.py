"""What a preview shows, kept true to what is saved.

A text that was saved is drawn at once on the pages that are shown, by the process that built them; a build of all of
it follows. While that goes on the next text is drawn as soon, on the old pages and, before they are shown, on the new.
"""

import shutil
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tertulia.commands import announce, build, build_report
from tertulia.commands.background_search import BackgroundSearch
from tertulia.commands.failures import where_it_broke
from tertulia.commands.warm import Keeper, WarmBuilder
from tertulia.core.errors import TertuliaError, os_words
from tertulia.core.languages import carried, say

if TYPE_CHECKING:
    from tertulia.commands.preview import Site

SETTINGS = "pelicanconf.py"
# Where a text is shown already, the build waits until the author has saved no other for so long, or for so long at all.
QUIET_SECONDS, LONGEST_SECONDS = 1.0, 10.0


class LiveSite:
    """
    Builds the blog, again and again, each time into a new folder.

    Args:
        root: The blog's folder.
        folder: Where the built ones lie.
        site: Shows them.
        builder: Builds them.
        index: Makes them searched, when they are shown already.
    """

    def __init__(self, root: Path, folder: Path, site: "Site", builder: WarmBuilder, index: BackgroundSearch) -> None:
        self.root, self.folder, self.site, self.builder, self.index = root, folder, site, builder, index
        self._turn = threading.Lock()  # for who writes to the pages that are shown
        self._keeper: Keeper | None = None  # of the pages that are shown
        self._saved: set[Path] = set()  # since the last build began
        self._wanted = threading.Event()
        self._is_shown = True  # all that was saved is
        self._last = 0.0  # when something was
        self._count = 0
        self._closed = False

    def begin(self) -> None:
        """Build for the first time; from then on, whatever is ``saved`` has another built aside."""
        self.build()
        threading.Thread(target=carried(self._work), daemon=True).start()

    def saved(self, paths: Iterable[Path]) -> list[str]:
        """Show what was saved at *paths*, on pages at once where it is a text; those pages."""
        paths = set(paths)
        with self._turn:
            self._saved |= paths
            pages, why = self._keeper.draw(paths) if self._keeper and paths else ([], "")
            if pages:
                self.site.again()
            self._is_shown &= bool(pages and not why)
            self._last = time.monotonic()
            self._wanted.set()
        return pages

    def build(self) -> None:
        """Build once more, say how it went, and show it; the search comes after."""
        with self._turn:
            self._saved.clear()
            self._wanted.clear()
            self._is_shown = True
        self._count += 1
        new, old = self.folder / str(self._count), self.site.folder
        state = str(self.root / build.STATE / "preview")
        kept = {"KEPT_OUTPUT": str(old or ""), "STATE_PATH": state, "SEARCH_LATER": True}
        report = build.run(self.root, new, SETTINGS, {**self.site.overrides, **kept}, self.builder.run)
        if self._closed:
            return
        build_report.tell(report)
        if report.failure:
            self.site.show(new, report)
            shutil.rmtree(new, ignore_errors=True)
            return
        announce.write_page(self.root, new)
        with self._turn:
            before, self._keeper = self._keeper, self.builder.keeper
            for path in sorted(self._saved):  # meanwhile; what is no text has another build
                if self._keeper:
                    self._keeper.draw([path])
            self.index.move(old, new)
            self.site.show(new, report)
        if before:
            before.close()
        self.index.begin(report.to_index, report.index_digest)
        if old:
            shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Say and show nothing more."""
        self._closed = True
        self.builder.close()
        self.index.close()

    def _work(self) -> None:
        while True:
            self._wanted.wait()
            began = time.monotonic()
            while self._is_shown and (now := time.monotonic()) - self._last < QUIET_SECONDS:
                if now - began > LONGEST_SECONDS:
                    break
                time.sleep(QUIET_SECONDS / 10)
            try:
                self.build()
            except Exception as error:  # a full disk, settings broken meanwhile: what is shown stays, the next is tried
                self._refused(error)

    def _refused(self, error: Exception) -> None:
        """Say, here and on the pages that stay, why those of a build cannot be shown."""
        if isinstance(error, OSError):
            why = say("system_refused", why=os_words(error))
        else:
            why = str(error) if isinstance(error, TertuliaError) else where_it_broke(error, self.root)
        report = build_report.BuildReport(failure=why)
        build_report.tell(report)
        self.site.show(self.folder, report)
