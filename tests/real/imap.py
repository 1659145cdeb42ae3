"""Starts a real mailbox here, Dovecot's, for tests marked ``real``: by IMAP over TLS, with a certificate of its own.

Needs ``dovecot`` (``apt-get install dovecot-imapd``) and ``openssl``.
"""

import contextlib
import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.real.servers import NotInstalledError, _free_ports, _running
from tests.real.storage import wait_for_port

PASSWORD = "clave/de:la@charla"
_SETTINGS = """
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail
first_valid_uid = 1
{users}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


class RealMailbox(NamedTuple):
    """Where it is, and where its letters lie."""

    tls: int  # port that begins with TLS
    plain: int  # port that offers it
    certificate: Path
    folder: Path  # a Maildir: what is put into "new" has come

    def deliver(self, data: bytes, name: str) -> None:
        """Have a mail come in."""
        (self.folder / "tmp" / name).write_bytes(data)
        (self.folder / "tmp" / name).chmod(0o666)
        (self.folder / "tmp" / name).rename(self.folder / "new" / name)

    def read(self) -> set[str]:
        """The names of what is marked as read."""
        return {path.name.partition(":")[0] for path in self.folder.glob("cur/*") if "S" in path.name.partition(":")[2]}


@contextlib.contextmanager
def dovecot() -> Iterator[RealMailbox]:
    """
    A mailbox for whoever has ``PASSWORD``, gone at the end.

    Raises:
        NotInstalledError: it was never installed.
    """
    program = shutil.which("dovecot") or shutil.which("/usr/sbin/dovecot")
    if not program or not shutil.which("openssl"):
        raise NotInstalledError("no Dovecot here: apt-get install dovecot-imapd openssl")
    tls, plain = (first := _free_ports(2)), first + 1
    with tempfile.TemporaryDirectory(prefix="tertulia-dovecot-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1")
        files = ("-keyout", folder / "key.pem", "-out", folder / "cert.pem", "-addext", "subjectAltName=IP:127.0.0.1")
        subprocess.run([*command, *files], check=True, capture_output=True)
        # Dovecot gives no mail to root, and started by anybody else it is all theirs.
        who = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        name = getpass.getuser()
        users = "" if os.geteuid() == 0 else f"default_internal_user = {name}\ndefault_login_user = {name}\n"
        for part in ("mail/new", "mail/cur", "mail/tmp", "home"):
            (folder / part).mkdir(parents=True)
        for part in (folder / "mail", *folder.glob("mail/*"), folder / "home"):
            part.chmod(0o777)
        settings = folder / "dovecot.conf"
        ids = {"uid": who.pw_uid, "gid": who.pw_gid, "password": PASSWORD, "users": users}
        settings.write_text(_SETTINGS.format(folder=folder, tls=tls, plain=plain, **ids))
        with _running([program, "-F", "-c", settings], made):
            wait_for_port(tls)
            yield RealMailbox(tls, plain, folder / "cert.pem", folder / "mail")
