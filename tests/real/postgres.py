"""A private PostgreSQL cluster on 127.0.0.1, from Debian's packages, gone when the tests end.

Needs ``initdb`` and ``pg_ctl`` (``apt-get install postgresql``). PostgreSQL refuses to run as root, so as root it runs
as the user ``postgres`` or ``nobody``.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Where PostgreSQL's programs are, the newest version; None when there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).parent if here else None


@contextmanager
def cluster() -> Iterator[str]:
    """The address of an empty database."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("no PostgreSQL here: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="tertulia-postgres-"))
    port = _free_port()
    run_as = _not_root(folder)
    data = folder / "data"

    def run(*command: object, check: bool = True) -> None:
        subprocess.run([str(each) for each in command], check=check, stdout=subprocess.DEVNULL, cwd=folder, **run_as)

    run(programs / "initdb", "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off -c max_connections=60"
    # Files of its own: who cleans /dev/shm up (systemd's RemoveIPC does, when a user leaves) takes everybody's.
    options += " -c dynamic_shared_memory_type=mmap"
    try:
        run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start")
        yield f"postgresql://test@127.0.0.1:{port}/postgres"
    finally:
        run(programs / "pg_ctl", "-D", data, "-m", "immediate", "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _not_root(folder: Path) -> dict[str, str]:
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    return {"user": user}
