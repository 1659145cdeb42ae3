"""Taking somebody's words out of the blog when they ask for it.

The capture becomes a mark that holds the address and the day, so that no later ``capture`` brings it back; its pictures
are deleted. What git already holds cannot be taken back by deleting a file, and the person who asks deserves to be
told so: ``history`` says in which commits it still is.
"""

import datetime as dt
import subprocess
from pathlib import Path

from tertulia.core.languages import say
from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture


def remove(content_dir: Path, url: str, now: dt.datetime) -> list[Path]:
    """
    Forget what was captured of *url*, and never ask for it again.

    Returns:
        The files whose former content is gone: the JSON and every picture. Empty when nothing had been captured.
    """
    match = providers.find(url)
    captures = CaptureStore(content_dir)
    file = captures.file(match.provider.name, match.id)
    held = [path for path in (file, *captures.pictures(match.provider.name, match.id)) if path.exists()]
    mark = Capture(
        provider=match.provider.name,
        id=match.id,
        url=url,
        state="removed",
        reason=say("removed_reason"),
        gone=now.date().isoformat(),
    )
    captures.save(mark)
    return held


def history(files: list[Path]) -> list[str]:
    """The commits that still hold any of *files*, "3f9a2b1 2026-11-22 …" each, newest first; [] outside of git."""
    if not files:
        return []
    try:
        done = subprocess.run(
            ["git", "log", "--all", "--format=%h %as %s", "--", *map(str, (path.resolve() for path in files))],
            cwd=files[0].parent,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []
