"""Bringing a blog over from elsewhere, from the terminal. The work is in ``tertulia/imports``."""

import hashlib
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tertulia.app import Blog
from tertulia.core.addresses import split_address, web_address
from tertulia.core.errors import TertuliaError
from tertulia.core.files import is_inside, write_whole
from tertulia.core.languages import say
from tertulia.imports import side_by_side
from tertulia.imports.export import Export
from tertulia.imports.importing import FOLDER, Job, run
from tertulia.imports.old_pages import OldPages, PagesOnTheWeb, SavedPages, address_of_saved
from tertulia.imports.plan import Layout
from tertulia.imports.registry import Importer, importer_of
from tertulia.imports.report import Report


def run_import(
    root: Path,
    called_from: Path,
    paths: Sequence[str],
    *,
    uploads: str = "",
    old_site: str = "",
    kind: str = "",
    dry: bool = False,
) -> None:
    """
    Import what lies at *paths*, seen from *called_from*.

    Args:
        old_site: The old site's address, or a folder in which its pages were saved; each is looked at beside the new.

    Raises:
        TertuliaError: something of it is not there, or cannot be read.
    """
    given = [called_from / path for path in paths]
    folder = called_from / uploads if uploads else None
    saved = called_from / old_site if old_site and "://" not in old_site and (called_from / old_site).is_dir() else None
    for path in (*given, *([folder] if folder else [])):
        if not path.exists():
            raise TertuliaError(
                say("import_missing", file=path.relative_to(called_from) if path.is_relative_to(called_from) else path)
            )
    for path in given:
        if any(is_inside(path, root / own) for own in ("content", "output")) or is_inside(root, path):
            raise TertuliaError(say("import_own", file=path))
    export = Export(given)
    importer = importer_of(export, kind)
    with Blog(root) as blog:
        job = Job(
            root=root,
            layout=Layout.of(blog.conf, blog.zone),
            store=lambda: blog.store,
            key=hashlib.sha256(f"import {blog.proof_key}".encode()).digest(),
            now=blog.now(),
            uploads=folder,
            web=blog.fetcher,
            old_site=address_of_saved(saved) if saved else old_site,
            dry=dry,
        )
        report, path = run(export, importer, job)
        print("\n".join(report.summary()))
        if report.plan.places and (saved or old_site):
            pages = SavedPages(saved, report.plan) if saved else _asked_pages(job)
            _compare(report, importer, job, pages)
    print(say("import_report", path=path.relative_to(root)))


def _asked_pages(job: Job) -> OldPages:
    """Return the pages of the old site, where it is now."""
    assert job.web is not None
    written = job.old_site if "://" in job.old_site else f"https://{job.old_site}"
    return PagesOnTheWeb(
        job.root / FOLDER / "pages", job.web, origin=split_address(web_address(written)).origin, pause=time.sleep
    )


def _compare(report: Report, importer: Importer, job: Job, pages: OldPages) -> None:
    """Leave each old page beside the new one in a page of its own."""
    made = side_by_side.compare(report, job.root, pages, job.now, _tell_progress)
    path = job.root / FOLDER / f"{job.now:%Y-%m-%d}-import-{importer.kind}-side-by-side.html"
    write_whole(path, "".join(side_by_side.page(made)))
    print(f"  {made.summary()}")
    print(say("import_side_report", path=path.relative_to(job.root)))


def _tell_progress(done: int, whole: int) -> None:
    """How far it is, for who sits before it."""
    if sys.stderr.isatty():
        print(
            f"\r  {say('import_side_progress', done=done, n=whole)} ",
            end="\n" if done == whole else "",
            file=sys.stderr,
        )
