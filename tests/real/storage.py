"""Starts an S3-compatible server and a mail server here, of other people's making, for tests marked ``real``.

    python -m tests.real.storage install

goes to the same folder as ``tests.real.servers``. Versions are pinned.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

from tests.patience import eventually, is_open
from tests.real.servers import CACHE, NotInstalledError, _free_ports, _pip, _running

INSTALL = "python -m tests.real.storage install"
MOTO = "moto[s3,server]==5.2.5"  # S3 in memory
AIOSMTPD = "aiosmtpd==1.4.6"  # SMTP into a Maildir


@contextlib.contextmanager
def s3():
    """
    An S3 server that takes any key; yields its address.

    Raises:
        NotInstalledError: it was never installed.
    """
    program = CACHE / "moto" / "bin" / "moto_server"
    if not program.exists():
        raise NotInstalledError(f"S3 is not installed: {INSTALL}")
    port = _free_ports(1)
    with (
        tempfile.TemporaryDirectory() as folder,
        _running([program, "-H", "127.0.0.1", "-p", str(port)], folder) as wait,
    ):
        wait(f"http://127.0.0.1:{port}/moto-api/")
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def smtp():
    """
    A mail server; yields its port and the Maildir folder in which every letter lies.

    Raises:
        NotInstalledError: it was never installed.
    """
    python = CACHE / "aiosmtpd" / "bin" / "python"
    if not python.exists():
        raise NotInstalledError(f"SMTP is not installed: {INSTALL}")
    port = _free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        mail = Path(folder, "mail")
        command = [python, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", mail]
        with _running(command, folder):
            wait_for_port(port)
            yield port, mail / "new"


def wait_for_port(port):
    """
    Wait until somebody listens there.

    Raises:
        TimeoutError: Nobody does.
    """
    if not eventually(lambda: is_open(port)):
        raise TimeoutError(f"nobody listens on {port}")


def install():
    """Fetch both; what is there already is left alone."""
    for name, requirement in (("moto", MOTO), ("aiosmtpd", AIOSMTPD)):
        if not (CACHE / name / "bin" / "python").exists():
            _pip(name, requirement)


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
