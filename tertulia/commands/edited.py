"""A build after edits of texts and talks: what shows it is written in place, and nothing else is looked at.

Each file is put in place whole, so that no reader sees half of one. Who is killed between two of them leaves an output
that is not the one of any note, and the next build begins from nothing but what it knows of each page.
"""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tertulia.commands.build_report import BuildReport, Remark, complaints, summary
from tertulia.content.posts import Post
from tertulia.conversation.thread import nest
from tertulia.core.files import locked
from tertulia.core.languages import say
from tertulia.core.visible import visible
from tertulia.edits.kept_site import KeptSite
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.site import up_to_date
from tertulia.site.up_to_date import BuildNote, Look, Stamp, Told, is_sure, stamp_of


def show(look: Look, *, strict: bool = False) -> tuple[Told | None, str, list[str]]:
    """
    Write anew what shows the texts that were saved, came or went since the last build.

    Args:
        look: What was seen of the blog.
        strict: Write nothing where somebody would complain.

    Returns:
        What a build would say; why there is nothing to say, because a build is needed; the files written, and why.
    """
    folder = Path(look.place).parent
    try:
        with locked(folder):
            look = look.again()
            if look.told:
                return look.told, "", []
            os.utime(folder)
            told, files = _show(folder, look, strict=strict)
            return told, "", files
    except NeedsBuildError as error:
        return None, str(error), []
    except Exception as error:  # what is kept may be damaged in any way
        return None, say("edit_failed", why=type(error).__name__), []


def _show(folder: Path, look: Look, *, strict: bool) -> tuple[Told, list[str]]:
    note = look.note
    if note is None or not look.changed:
        raise LookupError(look.place)
    with closing(KeptSite(folder, Path(note.output), note.mark, _wants_thread, nest)) as site:
        touched = [*look.changed, *_come(look.changed, note, site.talk.folder)]
        looked_ns, stamps = time.time_ns(), {path: stamp_of(path) for path in touched}
        before = complaints(_report(site), plain=True)
        files = site.prepare(_saved(touched, note, site))
        report = _report(site)
        if strict and not report.clean:
            raise NeedsBuildError(say("edit_failed", why="--strict"))
        written = site.write(files)
    lines = [visible(line) for line in complaints(report, plain=True)]
    lines += note.told.complaints[len(before) :]
    told = Told(summary(report, up_to_date.SECONDS), lines, report.clean, note.told.decimal_sign)
    inputs = {
        path: stamp if stamp is None or is_sure(stamp, looked_ns) else up_to_date.UNSURE
        for path, stamp in stamps.items()
    }
    _leave(look.place, _due_by(note, site.due), inputs, written, told)
    why = ", ".join(site.edited)
    return told, [f"{name}: {why}" for name in written]


def _come(touched: Sequence[str], note: BuildNote, talk: Path) -> list[str]:
    """
    Return what has come to folders that were *touched*, also below.

    A folder of talk is touched by the first that is said under a post.
    """
    is_touched = not {str(talk), str(talk / "avatars")}.isdisjoint(touched)
    there = list(up_to_date.below(str(talk), through_links=True)) if is_touched else []
    for folder in touched:
        if Path(folder) != talk and os.path.isdir(folder):
            for name in set(os.listdir(folder)) - up_to_date.PASSED_OVER:
                path = os.path.join(folder, name)
                if not note.inputs.get(path):
                    there += up_to_date.below(path) if os.path.isdir(path) else [path]
    return [path for path in dict.fromkeys(there) if not note.inputs.get(path) and path not in touched]


def _saved(touched: list[str], note: BuildNote, site: KeptSite) -> Iterator[str]:
    """Yield what was saved, came or went: folders say nothing of themselves, but where a file was before."""
    for path in touched:
        if site.talk.is_of(path) or not os.path.isdir(path):
            yield path
            continue
        was, name = note.inputs.get(path), os.path.basename(path)
        was_file = was is not None and ("." in name or was[3] not in (up_to_date.UNSURE[3], os.stat(path).st_ino))
        if was_file or os.path.islink(path) or name in up_to_date.PASSED_OVER:
            raise NeedsBuildError(say("edit_other", path=Path(path).name))


def _report(site: KeptSite) -> BuildReport:
    kept = site.report
    return BuildReport(
        kept["posts"], kept["pages"], keep=kept["keep"], remarks=[Remark(*one) for one in kept["remarks"]]
    )


def _due_by(note: BuildNote, due: datetime | None) -> BuildNote:
    """Return the *note* of an output that is another when a file is *due*, if not before."""
    if due is None:
        return note
    due_ns = int(due.timestamp()) * 1_000_000_000
    return note._replace(due_ns=due_ns if note.due_ns is None else min(note.due_ns, due_ns))


def _leave(place: str, note: BuildNote, inputs: Mapping[str, Stamp | None], files: Iterable[str], told: Told) -> None:
    """Leave the note of the output as it is now, unless somebody else's has taken its place."""
    made = dict(note.made)
    written = {os.path.join(note.output, one) for name in files for one in (name, *map(str, Path(name).parents))}
    for path in written | {note.output}:
        stamp = stamp_of(path)
        made.pop(path, None)
        if stamp:
            made[path] = stamp[0], stamp[2], stamp[3]
    if made.get(note.output, (0, 0, 0))[2] == note.made[note.output][2]:
        up_to_date.leave(place, note._replace(inputs={**note.inputs, **inputs}, made=made, told=told))


def _wants_thread(post: Post, network: str) -> bool:
    from tertulia.syndication.summary import said_for

    return said_for(post, network)[1]
