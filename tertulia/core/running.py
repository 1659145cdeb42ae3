"""Where this blog is being served on this machine: ``var/running/``, told by whoever serves it.

One file for each server, held by a lock for as long as its process lives, so that what a killed one left behind is
known for what it is. Where there are no such locks (Windows) nothing is told.
"""

import os
from pathlib import Path
from typing import IO

from tertulia.core.files import private_folder

_EVERY = ("0.0.0.0", "::")  # listens everywhere; is seen, from here, on the machine's own address


def tell(root: Path, host: str, port: int) -> IO[str] | None:
    """
    Say that the blog in *root* is served on *host* and *port*.

    Returns:
        What must be kept for as long as that is so, and closed afterwards; None where it cannot be told.
    """
    try:
        import fcntl
    except ImportError:
        return None
    host = "127.0.0.1" if host in _EVERY else host
    folder = root / "var" / "running"
    private_folder(root / "var")
    folder.mkdir(exist_ok=True)
    file = (folder / str(port)).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another process is on its way out
        file.close()
        return None
    file.truncate(0)
    file.write(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    file.flush()
    return file


def address(root: Path) -> str:
    """Where the blog in *root* is being served by a process that lives, the newest one; "" when it is not."""
    try:
        import fcntl

        found = sorted((root / "var" / "running").iterdir(), key=os.path.getmtime, reverse=True)
    except (ImportError, OSError):
        return ""
    for path in found:
        with path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return file.read()
            except OSError:  # no locks on this disk: nobody can have told
                return ""
    return ""
