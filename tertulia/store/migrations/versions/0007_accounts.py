"""One account by several doors; where a share lives and what it said.

The names of those who are known already are made as they were on the day of this migration: what the program makes of
them later is for what comes later.
"""

import hashlib
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import idna
import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(600), nullable=False),
        sa.Column("person", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", "person", name="pk_accounts"),
        sa.ForeignKeyConstraint(["person"], ["persons.id"], name="fk_accounts_person_persons"),
    )
    op.create_index("ix_accounts_person", "accounts", ["person"])
    with op.batch_alter_table("reactions") as batch:
        batch.add_column(sa.Column("url", sa.Text, nullable=False, server_default=""))
        batch.add_column(sa.Column("text", sa.Text, nullable=False, server_default=""))
    persons = sa.table("persons", *(sa.column(name) for name in ("id", "network", "identity", "handle", "url")))
    accounts = sa.table("accounts", sa.column("name"), sa.column("person"))
    for row in op.get_bind().execute(sa.select(persons)).all():
        for name in sorted(_names(row)):
            op.execute(accounts.insert().values(name=name, person=row.id))


def downgrade() -> None:
    with op.batch_alter_table("reactions") as batch:
        batch.drop_column("text")
        batch.drop_column("url")
    op.drop_table("accounts")


_HOSTS = {
    "bsky.app": "bluesky",
    "x.com": "x",
    "twitter.com": "x",
    "threads.com": "threads",
    "threads.net": "threads",
    "t.me": "telegram",
    "facebook.com": "facebook",
}


def _names(row: Any) -> set[str]:
    """Return the names that are proved of one row of persons."""
    identity = str(row.identity)
    if row.network in ("form", "nobody") or " " in identity:
        return set()
    if row.network == "web":
        found = {_of_address(identity if "://" in identity else f"https://{identity}")}
    else:
        found = {_of_handle(str(row.network), str(row.handle)), _of_address(str(row.url))}
        found.add(identity if identity.startswith("did:") else _of_address(identity))
    return {_short(name) for name in found if name}


def _of_handle(network: str, handle: str) -> str:
    bare = handle.strip().lstrip("@").casefold()
    if not bare or any(sign.isspace() for sign in bare):
        return ""
    name, at, host = bare.partition("@")
    if at and host == "bsky.brid.gy":
        return f"bluesky:{name}"
    if at:
        return _of_address(f"https://{name}") if host == "web.brid.gy" else f"{name}@{host}"
    if network in ("form", "web"):
        return ""
    if network == "bluesky" and bare.endswith(".web.brid.gy"):
        return _of_address(f"https://{bare.removesuffix('.web.brid.gy')}")
    if network == "bluesky" and bare.endswith(".ap.brid.gy"):
        name, _, host = bare.removesuffix(".ap.brid.gy").partition(".")
        if name and host:
            return f"{name}@{host}"
    return f"{network}:{bare}"


def _of_address(url: str) -> str:
    parts, host = _parts(url)
    if parts is None:
        return ""
    steps = [step for step in parts.path.split("/") if step]
    network = _HOSTS.get(host.removeprefix("m.").removeprefix("mobile."), "")
    if network:
        last = steps[1] if network == "bluesky" and len(steps) > 1 and steps[0] == "profile" else (steps or [""])[0]
        return last if last.startswith("did:") else _of_handle(network, last)
    if len(steps) == 1 and steps[0].startswith("@") and "@" not in steps[0][1:]:
        return _of_handle("fediverse", f"{steps[0]}@{host}")
    if len(steps) == 2 and steps[0] in ("users", "u", "profile", "user"):
        return _of_handle("fediverse", f"{steps[1]}@{host}")
    query = f"?{parts.query}" if parts.query else ""
    return f"web:{host}/{'/'.join(steps)}{query}"


def _parts(url: str) -> tuple[SplitResult | None, str]:
    """Return the parts of an address of the web, and its host with the port that is not usual."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, unquote(parts.hostname or "").lower().removesuffix(".")
    except ValueError:
        return None, ""
    if parts.scheme not in ("http", "https") or not host or "\\" in parts.netloc:
        return None, ""
    if not host.isascii():
        with suppress(idna.IDNAError, UnicodeError):  # else the host as it is written
            host = idna.encode(host, uts46=True).decode("ascii")
    host = f"[{host}]" if ":" in host else host
    if port and port != {"http": 80, "https": 443}[parts.scheme]:
        host += f":{port}"
    return parts, host.removeprefix("www.")


def _short(name: str) -> str:
    return name if len(name.encode()) <= 500 else f"{name[:200]}…{hashlib.sha256(name.encode()).hexdigest()}"
