"""Bringing a blog over from elsewhere, from the terminal. The work is in ``tertulia/imports``."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from tertulia.app import Blog
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.imports.export import Export
from tertulia.imports.importing import Job, run
from tertulia.imports.plan import Layout
from tertulia.imports.registry import importer_of


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

    Raises:
        TertuliaError: something of it is not there, or cannot be read.
    """
    given = [called_from / path for path in paths]
    folder = called_from / uploads if uploads else None
    for path in (*given, *([folder] if folder else [])):
        if not path.exists():
            raise TertuliaError(
                say("import_missing", file=path.relative_to(called_from) if path.is_relative_to(called_from) else path)
            )
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
            old_site=old_site,
            dry=dry,
        )
        report, path = run(export, importer, job)
    print("\n".join(report.summary()))
    print(say("import_report", path=path.relative_to(root)))
