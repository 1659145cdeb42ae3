"""Real nginx and Caddy in front of a blog, by the ready files of ``server/``: only ports, paths and TLS are changed."""

import os
import shutil
import socket
import subprocess
from contextlib import contextmanager
from pathlib import Path

from tertulia.deploy import headers
from tests.conftest import ROOT
from tests.patience import PATIENCE, eventually, is_open

NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else "")
CADDY = shutil.which("caddy") or ""


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def changed(name: str, output: Path, service: int, changes: dict[str, str]) -> str:
    """The ready file *name* with *changes*, the site's folder and the service's port in it."""
    ready = (ROOT / "server" / name).read_text("utf-8")
    for old, new in (changes | {"/srv/blog/output": str(output), "127.0.0.1:8001": f"127.0.0.1:{service}"}).items():
        assert old in ready
        ready = ready.replace(old, new)
    return ready


def nginx_file(folder: Path, port: int, output: Path, service: int, sent: dict[str, str]) -> list[str]:
    """Write what nginx is told; how to start it."""
    (folder / "headers.conf").write_text(headers.as_nginx(sent), "utf-8")
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port}",
        "# include /etc/nginx/tertulia-headers.conf": f"include {folder}/headers.conf",
    }
    ready = changed("nginx.conf", output, service, changes)
    temporary = "".join(
        f"{what}_temp_path {folder}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    config = f"""{user}daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types; access_log off;
    {temporary}{ready}
}}"""
    (folder / "nginx.conf").write_text(config, "utf-8")
    return [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy_file(folder: Path, port: int, output: Path, service: int, sent: dict[str, str]) -> list[str]:
    """Write what Caddy is told; how to start it."""
    (folder / "headers").write_text(headers.as_caddy(sent), "utf-8")
    changes = {
        "\nblog.example {": f"\nhttp://blog.example:{port} {{",
        "# import /etc/caddy/tertulia-headers": f"import {folder}/headers",
    }
    ready = changed("Caddyfile", output, service, changes)
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{ready}", "utf-8")
    return [CADDY, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


PROXIES = {"nginx": (NGINX, nginx_file), "caddy": (CADDY, caddy_file)}


@contextmanager
def proxy(name: str, folder: Path, port: int, output: Path, service: int, sent: dict[str, str]):
    """One of ``PROXIES`` at *port*, before the site in *output* and the service at the port *service*."""
    folder.mkdir(parents=True, exist_ok=True)
    command = PROXIES[name][1](folder, port, output, service, sent)
    log = (folder / "log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"HOME": str(folder)})
    try:
        eventually(lambda: is_open(port) or process.poll() is not None)
        assert is_open(port), (folder / "log").read_text("utf-8")[-2000:]
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)
        log.close()
