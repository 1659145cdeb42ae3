"""The map that nginx is given answers every old address at once."""

import http.client
import os
import subprocess
import time
from urllib.parse import quote

import pytest

from tertulia.site import server_redirects
from tertulia.site.moved_here import Moved
from tests.real.proxies import NGINX, free_port

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]

ODD = [
    "/2022/12/el-ñu",
    "/a b",
    "/con;punto",
    "/con{llave}",
    "/con$signo",
    "/~ana",
    "/default",
    "/x'y",
    "/año/🐌",
    "/%41x",
]


@pytest.mark.skipif(not NGINX, reason="nginx is not installed")
def test_nginx_answers_301_to_a_thousand_old_addresses(tmp_path):
    """With and without a slash, with a query that says nothing, and by the number alone."""
    paths = [Moved(f"/2019/05/n{n}", f"/new/{n}/", "x", "es") for n in range(500)]
    paths += [Moved(old, f"/odd/{n}/", "x", "es") for n, old in enumerate(ODD)]
    queries = [Moved(f"/?p={n}", f"/new/{n}/", "x", "es") for n in range(500)]
    written = server_redirects.files([*paths, *queries], ["/gone/el-%C3%B1u/", "/gone/a.html"])
    (tmp_path / "moved.conf").write_text(written["_redirects.nginx.conf"], "utf-8")
    port = free_port()
    places = "".join(
        f"{one}_temp_path {tmp_path}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; {places} include {tmp_path}/moved.conf; server {{ listen 127.0.0.1:{port};"
        f" root {tmp_path}; if ($tertulia_moved) {{ return 301 $tertulia_moved; }}"
        " if ($tertulia_gone) { return 410; } } }",
        "utf-8",
    )
    server = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
    try:
        asked = [(quote(one.old), one.new) for one in paths] + [(f"{quote(one.old)}/", one.new) for one in paths]
        asked += [(f"{quote(one.old)}?utm=1", one.new) for one in paths]
        asked += [(one.old, one.new) for one in queries] + [(f"/?a=1&{one.old[2:]}", one.new) for one in queries]
        assert [] == [(old, new) for old, new in asked if answer(port, old) != (301, new)]
        assert 404 == answer(port, "/2019/05/n9999")[0]
        for path in ("el-%C3%B1u/", "el-%C3%B1u", "el-%C3%B1u/index.html?a=1", "a.html"):
            assert 410 == answer(port, f"/gone/{path}")[0]
    finally:
        server.terminate()
        server.wait(timeout=10)


def answer(port: int, address: str) -> tuple[int, str]:
    """What the server says to *address*: the status, and where it sends us."""
    for _ in range(50):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", address)
            given = connection.getresponse()
            return given.status, (given.getheader("Location") or "").replace(f"http://127.0.0.1:{port}", "")
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("nginx did not start")
