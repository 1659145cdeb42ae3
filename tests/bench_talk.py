"""The comment service beside Isso, one process each, turn about: what wrk says of POST.

    python3 tasks.py bench --talk http://127.0.0.1:8090
    python -m tests.bench_talk [--isso http://127.0.0.1:8090] [--seconds 10] [--runs 3] [--store URL]

Isso is not started here: start it with its guard and its moderation switched off, and name its address. Our POST is
the second sending of the form, token, rules, store and all. One process answers on each side; the store is SQLite,
and each comment is on the disk before its sender hears of it, unless another store is named. Only what was taken in
counts.
"""

import argparse
import json
import multiprocessing
import re
import subprocess
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from tests.conftest import ROOT
from tests.house import write_posts

CONNECTIONS = 16
TOKENS = 30_000
SECRET = "a long and random text"
LUA = """
local bodies = {{}}
for line in io.lines("{file}") do bodies[#bodies + 1] = line end
local at = 0
request = function()
  at = at + 1
  local headers = {{["Content-Type"] = "{type}", ["Origin"] = "{origin}",
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", at / 65536, at / 256 % 256, at % 256)}}
  return wrk.format("POST", "{path}", headers, bodies[(at - 1) % #bodies + 1])
end
done = function(summary, latency, requests)
  local taken = summary.requests - summary.errors.status
  io.write(string.format("RATE %.1f P99 %.1f ERRORS %d\\n", taken / (summary.duration / 1e6),
    latency:percentile(99) / 1000, summary.errors.status + summary.errors.read + summary.errors.timeout))
end
"""


def serve(folder: Path, port: int, store: str) -> None:
    """Our service, as ``tasks.py service`` runs it; each sending comes from an address of its own."""
    import logging

    from tertulia.app import Blog
    from tertulia.conversation.blog import BlogInfo
    from tertulia.core import settings
    from tertulia.web import server
    from tertulia.web.app import create

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    found = settings.load(folder, {"SECRET_KEY": SECRET, "TRUSTED_PROXIES": "1", "TERTULIA_STORE": store})
    site = "https://blog.example"
    blog = Blog(folder, settings=found)
    blog.info = BlogInfo(
        root=ROOT,
        site=site,
        title="Blog",
        lang="es",
        service=f"http://127.0.0.1:{port}",
        output=lambda: folder / "output",
    )
    _servers, answer = server.listen(create(blog), "127.0.0.1", port)
    answer()


def start(folder: Path, port: int, store: str) -> multiprocessing.Process:
    """Our service in a process of its own, answering."""
    from tertulia.content import posts
    from tests.talking import POST

    (folder / "output").mkdir(parents=True, exist_ok=True)
    write_posts(folder / "output", posts.Published(site="https://blog.example", title="Blog", lang="es", posts=(POST,)))
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port, store), daemon=True)
    process.start()
    for _ in range(1200):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz"):
                return process
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the service did not start")


def bodies(number: int) -> list[str]:
    """Sendings of the form, each with a token of its own."""
    from tertulia.core.secret import Secret
    from tertulia.core.tokens import Signer

    signer, then = Signer(Secret(SECRET)), datetime.now(UTC) - timedelta(seconds=20)
    return [
        urlencode(
            {
                "post": "voto", "lang": "es", "name": f"Ana {at}", "action": "send",
                "text": f"No pito, pero me quejo del asunto número {at} con toda la calma.",
                "token": signer.sign("form", [f"nonce{at:08}", "voto", "es"], then),
            }
        )
        for at in range(number)
    ]  # fmt: skip


def wrk(url: str, seconds: int, script: Path) -> tuple[float, float, int]:
    """What was taken in each second, the 99th percentile in milliseconds, errors."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"RATE (\S+) P99 (\S+) ERRORS (\d+)", said)
    assert found, said
    return float(found[1]), float(found[2]), int(found[3])


def posting(folder: Path, name: str, lines: list[str], path: str, kind: str, origin: str) -> Path:
    """wrk's script that posts *lines* one after the other."""
    (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    script = folder / f"{name}.lua"
    script.write_text(LUA.format(file=folder / f"{name}.txt", path=path, type=kind, origin=origin))
    return script


def told(name: str, measured: tuple[float, float, int]) -> None:
    rate, p99, errors = measured
    print(f"{name:<22}{rate:9.0f}/s   p99 {p99:7.1f} ms   errors {errors}", flush=True)


def ask_isso(isso: str, folder: Path, seconds: int) -> tuple[float, float, int]:
    """Isso's POST; each sending under another post's address, as its page sends it."""
    lines = [
        json.dumps({"text": f"No pito, pero me quejo del asunto {at}.", "author": "Ana", "title": "x"})
        for at in range(TOKENS)
    ]
    script = posting(folder, "isso", lines, "/new?uri=%2Fvoto%2F", "application/json", "http://localhost:8000")
    return wrk(isso, seconds, script)


def ask_ours(folder: Path, port: int, store: str, seconds: int) -> tuple[float, float, int]:
    """Our POST, on a service and a store that are new: a token is good for one comment."""
    service = start(folder, port, store)
    ours = f"http://127.0.0.1:{port}"
    try:
        lines = bodies(TOKENS)
        return wrk(
            ours, seconds, posting(folder, "ours", lines, "/comments", "application/x-www-form-urlencoded", ours)
        )
    finally:
        service.terminate()
        service.join()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--isso", default="")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--port", type=int, default=8095)
    parser.add_argument("--store", default="sqlite:///var/t.db")
    asked = parser.parse_args()
    for _ in range(asked.runs):  # turn about, so that what else the machine does falls on both
        with tempfile.TemporaryDirectory(prefix="tertulia-bench-", ignore_cleanup_errors=True) as folder:
            told("Tertulia POST", ask_ours(Path(folder), asked.port, asked.store, asked.seconds))
            if asked.isso:
                told("Isso POST", ask_isso(asked.isso, Path(folder), asked.seconds))


if __name__ == "__main__":
    main()
