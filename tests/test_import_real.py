"""The map that nginx is given answers every old address at once."""

import http.client
import os
import shutil
import subprocess
from urllib.parse import quote

import pytest

from tertulia.site import server_redirects
from tertulia.site.moved_here import Moved
from tests.patience import PATIENCE, eventually, is_open
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
        server.wait(PATIENCE)


MISSING = {"/": "/404.html", "/en/": "/en/404.html"}


@pytest.mark.parametrize("server", [name for name in ("nginx", "caddy") if shutil.which(name)])
def test_what_is_not_found_is_told_in_the_language_of_its_folder(tmp_path, server):
    """With status 404, by the file that a build writes for the server."""
    root = tmp_path / "site"
    (root / "en").mkdir(parents=True)
    (root / "404.html").write_text("no está")
    (root / "en" / "404.html").write_text("not here")
    port = free_port()
    (tmp_path / "rules").write_text(server_redirects.files((), (), MISSING)[f"_redirects.{FILES[server]}"])
    if server == "nginx":
        places = "".join(
            f"{one}_temp_path {tmp_path}/{one};" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "conf").write_text(
            f"{'user root;' if os.geteuid() == 0 else ''}"
            f" daemon off; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}"
            f" http {{ access_log off; {places} include {tmp_path}/rules; server {{ listen 127.0.0.1:{port};"
            f" root {root}; error_page 404 $tertulia_missing; }} }}"
        )
        command = [shutil.which("nginx"), "-p", str(tmp_path), "-c", str(tmp_path / "conf")]
    else:
        (tmp_path / "conf").write_text(
            f"{{\nadmin off\n}}\nhttp://127.0.0.1:{port} {{\nroot * {root}\nfile_server\nimport {tmp_path}/rules\n}}\n"
        )
        command = [shutil.which("caddy"), "run", "--config", str(tmp_path / "conf"), "--adapter", "caddyfile"]
    running = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(tmp_path)})
    try:
        for path, words in (("/x/", "no está"), ("/en/x/", "not here"), ("/enx", "no está")):
            assert 404 == answer(port, path)[0]
            assert words == body(port, path)
    finally:
        running.terminate()
        running.wait(PATIENCE)


FILES = {"nginx": "nginx.conf", "caddy": "caddy"}


def body(port: int, address: str) -> str:
    """What stands on the page of *address*."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", address)
    return connection.getresponse().read().decode()


def answer(port: int, address: str) -> tuple[int, str]:
    """What the server says to *address*: the status, and where it sends us."""
    eventually(lambda: is_open(port))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", address)
    given = connection.getresponse()
    return given.status, (given.getheader("Location") or "").replace(f"http://127.0.0.1:{port}", "")
