"""Places that a site is deployed to, each with a file of somebody else's, and a hub that is told."""

import os
import shutil
import socket
import subprocess

import pytest

from tertulia.content import posts
from tertulia.core import settings
from tertulia.core.fetch import Fetcher
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    Manifest,
    files_of,
    plan,
)
from tertulia.deploy.targets import target_for
from tests.fakes import NOW, Asked, Fake
from tests.patience import PATIENCE, eventually, is_open

SITE = {
    "index.html": "home",
    "2026/11/el-voto/index.html": "post",
    "images/plaza.webp": "pixels",
    "feeds/atom.xml": "a",
}


class FakeS3(Fake):
    """Objects by path; a request without a signature is refused."""

    def __init__(self):
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.kinds: dict[str, str] = {}

    def creates(self, method: str, path: str) -> bool:
        return method == "PUT"

    def answer(self, method: str, path: str, asked: Asked):
        if not asked.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
            return 403, "<Error><Code>AccessDenied</Code></Error>"
        if method == "PUT":
            self.objects[path], self.kinds[path] = asked.body, asked.headers["Content-Type"]
            return 200, ""
        if method == "DELETE":
            self.objects.pop(path, None)
            return 204, ""
        return (200, self.objects[path].decode()) if path in self.objects else (404, "<Error/>")


def context(root, environ=None, private=()):
    return DeployContext(settings.load(root, environ or {}), Fetcher(private), lambda: NOW, root)


def build(output, files=SITE):
    for name, text in files.items():
        path = output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (output / posts.FILE_NAME).write_text('{"site":"https://blog.example","title":"B","lang":"es"}')
    return output


def put(target, output, public=None):
    change = plan(target.manifest(), new=Manifest(files=files_of(output), public=public or {}))
    target.apply(output, change)
    return change


def tree(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MANIFEST, ".nojekyll")
    }


class FolderPlace:
    """A folder that is there already, with a file of somebody else's."""

    def __init__(self, root):
        self.folder = root / "www"
        self.folder.mkdir()
        (self.folder / "CNAME").write_text("theirs")
        self.target = target_for(f"folder:{self.folder}", context(root))

    def files(self):
        return tree(self.folder)


class LinkPlace(FolderPlace):
    """A symbolic link to a folder, which is turned at each deploy."""

    def __init__(self, root):
        real = root / "theirs"
        real.mkdir()
        (real / "CNAME").write_text("theirs")
        self.folder = root / "www"
        self.folder.symlink_to(real)
        self.target = target_for(f"folder:{self.folder}", context(root))
        assert self.target.atomic


class GitPlace:
    """A branch of a bare repository, with a file of somebody else's."""

    def __init__(self, root):
        self.root, self.bare = root / "blog", root / "pages.git"
        git(root, "init", "--quiet", "--bare", str(self.bare))
        git(root, "init", "--quiet", str(self.root))
        for name, value in (("user.name", "Ana"), ("user.email", "ana@blog.example")):
            git(self.root, "config", name, value)
        (self.root / "CNAME").write_text("theirs")
        git(self.root, "add", "CNAME")
        git(self.root, "commit", "--quiet", "-m", "theirs")
        git(self.root, "push", "--quiet", str(self.bare), "HEAD:refs/heads/pages")
        self.target = target_for(f"git:{self.bare}#pages", context(self.root))

    def files(self):
        names = git(self.bare, "ls-tree", "-r", "--name-only", "pages").split()
        kept = [name for name in names if name not in (MANIFEST, ".nojekyll")]
        return {name: git(self.bare, "show", f"pages:{name}") for name in kept}


class S3Place:
    """A bucket with an object of somebody else's."""

    def __init__(self, root):
        self.fake = FakeS3()
        self.fake.objects["/cubo/blog/CNAME"] = b"theirs"
        keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "s3-secret-key"}
        address = f"s3://cubo/blog?endpoint={self.fake.url}&region=eu-west-1"
        self.target = target_for(address, context(root, keys, [f"127.0.0.1:{self.fake.port}"]))

    def files(self):
        names = [name for name in self.fake.objects if not name.endswith(MANIFEST)]
        return {name.removeprefix("/cubo/blog/"): self.fake.objects[name].decode() for name in names}


class RsyncPlace(FolderPlace):
    """A folder by the real rsync; over ssh it is the same program with another way in."""

    def __init__(self, root):
        if shutil.which("rsync") is None:
            pytest.skip("NOT TESTED with rsync: apt-get install rsync")
        super().__init__(root)
        self.target = target_for(f"rsync:{self.folder}", context(root))


class RsyncDaemonPlace(RsyncPlace):
    """A module of a real rsync daemon on this machine."""

    def __init__(self, root):
        super().__init__(root)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        conf = root / "rsyncd.conf"
        who = f"uid = {os.getuid()}\ngid = {os.getgid()}\n" if os.getuid() == 0 else ""
        conf.write_text(f"{who}use chroot = no\n[www]\npath = {self.folder}\nread only = no\n")
        options = ["--daemon", "--no-detach", f"--config={conf}", "--address=127.0.0.1", f"--port={port}"]
        self.daemon = subprocess.Popen(["rsync", *options], stderr=subprocess.DEVNULL)
        self.target = target_for(f"rsync://127.0.0.1:{port}/www", context(root))
        eventually(lambda: is_open(port))

    def close(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE)


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


PLACES = [
    *(FolderPlace, LinkPlace, GitPlace, S3Place),
    *(pytest.param(place, marks=pytest.mark.real) for place in (RsyncPlace, RsyncDaemonPlace)),
]


class Hub(Fake):
    """Takes pings."""

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def answer(self, method: str, path: str, asked: Asked):
        self.public.append(asked.form if path == "/hub" else asked.json)
        return 202, ""


def in_one_line(caught) -> str:
    """What the person at the terminal reads."""
    told = str(caught.value)
    assert "\n" not in told
    return told
