"""Deploying: the target becomes what was built, whole, and nothing goes that we did not put there."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tertulia.app import Blog
from tertulia.commands import publish
from tertulia.content import posts, snapshot
from tertulia.content.posts import Post, Published
from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.fetch import Fetcher
from tertulia.deploy import s3
from tertulia.deploy.base import (
    MANIFEST,
    DeployContext,
    DeployError,
    Manifest,
    files_of,
    lost,
    plan,
    read_manifest,
)
from tertulia.deploy.targets import target_for
from tertulia.syndication import pings
from tests.fakes import NOW, Asked, Fake
from tests.house import write_posts
from tests.patience import PATIENCE, eventually, is_open

REPOSITORY = Path(__file__).parent.parent
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


@pytest.fixture(params=PLACES, ids=lambda place: place.__name__)
def place(request, tmp_path, socket_enabled):
    made = request.param(tmp_path)
    yield made
    getattr(made, "close", lambda: None)()


def test_the_target_becomes_the_site_and_keeps_what_is_not_ours(place, tmp_path):
    """After a deploy every file is there, and somebody else's too; what is only for us stays at home."""
    put(place.target, build(tmp_path / "output"))
    assert place.files() == SITE | {"CNAME": "theirs"}


def test_only_changes_travel_and_only_ours_is_deleted(place, tmp_path):
    """A second deploy puts what changed and deletes what we put before and no longer have."""
    output = build(tmp_path / "output")
    put(place.target, output)
    (output / "index.html").write_text("new home")
    shutil.rmtree(output / "images")
    change = put(place.target, output)
    assert (change.put, change.delete) == (("index.html",), ("images/plaza.webp",))
    expected = {name: text for name, text in SITE.items() if name != "images/plaza.webp"}
    assert place.files() == expected | {"index.html": "new home", "CNAME": "theirs"}


def test_a_second_deploy_of_the_same_changes_nothing(place, tmp_path):
    """The manifest at the target tells what is there already."""
    output = build(tmp_path / "output")
    put(place.target, output)
    change = plan(place.target.manifest(), new=Manifest(files=files_of(output)))
    assert (change.put, change.delete) == ((), ())


def test_a_deploy_that_was_interrupted_is_finished_by_the_next(place, tmp_path, monkeypatch):
    """What was put before the interruption is known to the manifest, so nothing is orphaned."""
    output = build(tmp_path / "output")
    broken = output / "images/plaza.webp"
    change = plan(place.target.manifest(), new=Manifest(files=files_of(output)))
    broken.rename(tmp_path / "away")
    with pytest.raises((DeployError, OSError)):
        place.target.apply(output, change)
    put(place.target, output)
    assert place.files() == {name: text for name, text in SITE.items() if "plaza" not in name} | {"CNAME": "theirs"}


def test_pages_go_after_what_they_name():
    """Pictures first, posts next, home and feeds last."""
    change = plan(Manifest(), new=Manifest(files=dict.fromkeys(SITE, "1")))
    assert change.put == ("images/plaza.webp", "2026/11/el-voto/index.html", "feeds/atom.xml", "index.html")


def test_a_link_is_turned_at_one_moment(tmp_path):
    """Readers of a linked folder see the old site until the new one is whole, and one folder is left."""
    target = target_for(f"folder:{tmp_path / 'www'}", context(tmp_path))
    output = build(tmp_path / "output")
    put(target, output)
    first = (tmp_path / "www").resolve()
    (output / "index.html").write_text("new")
    put(target_for(f"folder:{tmp_path / 'www'}", context(tmp_path)), output)
    assert (tmp_path / "www").resolve() != first
    assert not first.exists()
    assert (tmp_path / "www/index.html").read_text() == "new"


@pytest.mark.parametrize("address", ["", "ftp:x", "/srv/www", "s3://cubo"])
def test_a_target_that_makes_no_sense_names_the_choices(tmp_path, address):
    """No target, an unknown kind or missing keys are one clear line."""
    with pytest.raises(SettingError, match=r"folder:|AWS_ACCESS_KEY_ID"):
        target_for(address, context(tmp_path))


def test_an_empty_output_is_not_deployed(tmp_path):
    """Without a home page there is no site to put anywhere."""
    (tmp_path / "output").mkdir()
    with pytest.raises(DeployError):
        files_of(tmp_path / "output")


def test_a_file_that_has_not_changed_is_not_read_again(tmp_path, monkeypatch):
    """Its digest is the one of before; whatever is written since is read, though its size and name are the same."""
    output, remembered = tmp_path / "output", tmp_path / "var" / "digests.json"
    output.mkdir()
    for name in ("index.html", "a.html", "b.html"):
        (output / name).write_text(name)
        os.utime(output / name, (1_000_000, 1_000_000))
    first, read = files_of(output, remembered), []
    plain = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path.name)
        return plain(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert first == files_of(output, remembered) == files_of(output)
    assert ["digests.json", "a.html", "b.html", "index.html"] == read
    (output / "a.html").write_text("A.html")
    assert first["a.html"] != files_of(output, remembered)["a.html"]
    (output / "a.html").write_text("á.htm")  # within the same tick
    assert files_of(output) == files_of(output, remembered)
    remembered.write_bytes(b"[")
    assert files_of(output) == files_of(output, remembered)


def test_the_signature_is_the_one_of_aws_own_example():
    """ "GET Object" of AWS's page on Signature Version 4 for S3, with its published signature."""
    signed = s3.sign(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        {"Range": "bytes=0-9"},
        b"",
        key="AKIAIOSFODNN7EXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        now=datetime(2013, 5, 24, tzinfo=UTC),
    )
    expected = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert signed["authorization"].rpartition("Signature=")[2] == expected


@pytest.mark.usefixtures("socket_enabled")
def test_objects_have_their_types(tmp_path):
    """A page is text/html in UTF-8, a picture a picture."""
    place = S3Place(tmp_path)
    put(place.target, build(tmp_path / "output"))
    kinds = {name.rpartition("/")[2]: kind for name, kind in place.fake.kinds.items()}
    assert kinds["index.html"] == "text/html; charset=utf-8"
    assert kinds["plaza.webp"] == "image/webp"


@pytest.mark.usefixtures("socket_enabled")
def test_a_refusal_tells_its_words_and_no_key(tmp_path):
    """What S3 says is passed on, keys are not."""
    place = S3Place(tmp_path)
    place.fake.fail_next("422")
    with pytest.raises(DeployError) as caught:
        put(place.target, build(tmp_path / "output"))
    assert "422" in str(caught.value)
    assert "s3-secret-key" not in str(caught.value)


def test_rsync_names_only_what_changed(tmp_path, monkeypatch):
    """rsync is told the files of the plan, those to delete among them, and nothing else is touched."""
    calls = tmp_path / "calls"
    program = tmp_path / "bin/rsync"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nfor a in "$@"; do case "$a" in --files-from=*) cat "${{a#*=}}" >> {calls};; esac; done\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    target = target_for("rsync:ana@blog.example:/srv/www", context(tmp_path))
    change = plan(Manifest(files={"old.html": "1"}), new=Manifest(files={"index.html": "2"}))
    target.apply(build(tmp_path / "output"), change)
    assert calls.read_text() == "index.htmlold.html"


def test_what_was_public_is_missed(tmp_path):
    """A link or a comment that the target shows and this build does not is named, unless it went on purpose."""
    old = Manifest(public={"voto.es": ("https://mas.example/1", "k1")})
    assert lost(old, new=Manifest()) == ["voto.es: https://mas.example/1", "voto.es: k1"]
    assert lost(old, new=Manifest(), withdrawn=["k1"]) == ["voto.es: https://mas.example/1"]
    assert lost(old, new=old) == []


def test_a_deploy_that_would_lose_links_is_refused(tmp_path, monkeypatch, capsys):
    """A machine without the store does not make syndication links disappear; with --lose it does."""
    monkeypatch.setenv("DEPLOY_TARGET", f"folder:{tmp_path / 'www'}")
    output = build(tmp_path / "output")
    post = Post(id="voto", lang="es", title="El voto", url="https://blog.example/voto/", date=NOW)
    write_posts(output, Published(site="https://blog.example", title="B", lang="es", posts=(post,)))
    folder = tmp_path / "var/conversation"
    link = snapshot.Syndicated("mastodon", "https://mas.example/1")
    snapshot.write(folder, snapshot.Conversation(id="voto", lang="es", syndication=(link,)))
    assert publish.upload(tmp_path)
    snapshot.file_for(folder, "voto", "es").unlink()
    (output / "index.html").write_text("new")
    assert not publish.upload(tmp_path)
    assert "https://mas.example/1" in capsys.readouterr().err
    assert (tmp_path / "www/index.html").read_text() == "home"
    assert publish.upload(tmp_path, lose=True)


def test_a_preview_is_never_deployed(tmp_path, monkeypatch):
    """An output with drafts in it stays at home."""
    monkeypatch.setenv("DEPLOY_TARGET", f"folder:{tmp_path / 'www'}")
    output = build(tmp_path / "output")
    write_posts(output, Published(site="https://blog.example", title="B", lang="es", preview=True))
    with pytest.raises(DeployError):
        publish.upload(tmp_path)


class Pages(Fake):
    """A host on which a page appears at the third look."""

    looks = 0

    def creates(self, method: str, path: str) -> bool:
        return False

    def answer(self, method: str, path: str, asked: Asked):
        self.looks += 1
        return (200, "here") if self.looks > 2 else (404, "not yet")


@pytest.mark.usefixtures("socket_enabled")
def test_posts_are_announced_when_their_pages_answer(capsys):
    """Each new page is asked for until it answers 200; one that never does is named."""
    host, pauses = Pages(), []
    post = Post(id="a", lang="es", title="A", url=f"{host.url}/a/", date=NOW)
    web = Fetcher([f"127.0.0.1:{host.port}"])
    assert publish.all_answer(web, [post], lambda: 0.0, pauses.append)
    assert len(pauses) == 2
    host.looks = -9
    hours = iter(range(0, 9000, 1000))
    assert not publish.all_answer(web, [post], lambda: float(next(hours)), pauses.append)
    assert post.url in capsys.readouterr().err


class Hub(Fake):
    """Takes pings."""

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def answer(self, method: str, path: str, asked: Asked):
        self.public.append(asked.form if path == "/hub" else asked.json)
        return 202, ""


@pytest.mark.usefixtures("socket_enabled")
def test_hub_and_search_engines_are_told():
    """WebSub gets one ping a feed, IndexNow one with all addresses; a failure is told and nothing more."""
    hub = Hub()
    web = Fetcher([f"127.0.0.1:{hub.port}"])
    assert all(
        one.good for one in pings.websub(web, f"{hub.url}/hub", ["https://b.example/feeds/atom.xml"], lambda: NOW)
    )
    pings.indexnow(
        web,
        site="https://b.example",
        key="k" * 8,
        addresses=["https://b.example/a/"],
        now=lambda: NOW,
        endpoint=f"{hub.url}/indexnow",
    )
    assert hub.public[0] == {"hub.mode": "publish", "hub.url": "https://b.example/feeds/atom.xml"}
    assert hub.public[1]["urlList"] == ["https://b.example/a/"]
    hub.fail_next("500")
    assert not pings.websub(web, f"{hub.url}/hub", ["https://b.example/feeds/atom.xml"], lambda: NOW)[0].good


def test_since_falls_back_to_the_public_settings(tmp_path):
    """ANNOUNCE_SINCE of pelicanconf.py holds where .env says nothing, and --since goes before both."""
    (tmp_path / "pelicanconf.py").write_text('ANNOUNCE_SINCE = "2026-11-22"\n')
    blog = Blog(tmp_path, settings=settings.load(tmp_path, {}))
    assert blog.since("") == datetime(2026, 11, 22, tzinfo=UTC)
    assert blog.since("2000-01-01") < NOW - timedelta(days=9000)


def in_one_line(caught) -> str:
    """What the person at the terminal reads."""
    told = str(caught.value)
    assert "\n" not in told
    return told


UNREADABLE_OBJECTS = [
    (404, "<Error><Code>NoSuchBucket</Code><Message>The specified bucket does not exist</Message></Error>", "cubo"),
    (404, "<html><title>404 Not Found</title></html>", "404"),
    (403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", "AccessDenied: Access Denied"),
    (301, "<Error><Code>PermanentRedirect</Code></Error>", "PermanentRedirect"),
    (204, "", MANIFEST),
]


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(("status", "body", "cause"), UNREADABLE_OBJECTS, ids=lambda value: str(value)[:30])
def test_only_an_object_that_is_not_there_makes_a_first_deploy_to_s3(tmp_path, monkeypatch, status, body, cause):
    """Any other answer than "no such key" stops with its cause, the missing bucket told as such, nothing changed."""
    place = S3Place(tmp_path)
    put(place.target, build(tmp_path / "output"))
    before = dict(place.fake.objects)
    monkeypatch.setattr(place.fake, "answer", lambda *_asked: (status, body))
    with pytest.raises(DeployError) as caught:
        put(place.target, build(tmp_path / "output"))
    assert cause in in_one_line(caught)
    assert "<" not in in_one_line(caught) or "<html" in body
    assert before == place.fake.objects


@pytest.mark.usefixtures("socket_enabled")
def test_in_part_is_said_only_after_something_was_put(tmp_path, monkeypatch):
    """S3's no to the first file is no publication; one to the second leaves a site in part."""
    place = S3Place(tmp_path)
    answer, told = place.fake.answer, []
    for refused in ("plaza.webp", "el-voto"):

        def answer_or_refuse(how, path, asked, refused=refused):
            return (403, "") if refused in path else answer(how, path, asked)

        monkeypatch.setattr(place.fake, "answer", answer_or_refuse)
        with pytest.raises(DeployError) as caught:
            put(place.target, build(tmp_path / "output"))
        told.append(in_one_line(caught).partition(" (")[0].partition(": ")[0])
    assert ["no se ha podido publicar", "se ha publicado solo en parte"] == told


@pytest.mark.parametrize("kind", ["manifest", "tree"])
def test_a_damaged_branch_is_no_first_deploy(tmp_path, kind):
    """A git object that cannot be read stops the deploy, with git's own first words."""
    place = GitPlace(tmp_path)
    output = build(tmp_path / "output")
    put(place.target, output)
    tip = git(place.bare, "rev-parse", "pages")
    name = {"manifest": f"pages:{MANIFEST}", "tree": "pages^{tree}"}[kind]
    found = git(place.bare, "rev-parse", name).strip()
    damaged = place.root / ".git/objects" / found[:2] / found[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"")
    with pytest.raises(DeployError) as caught:
        put(place.target, output)
    assert found[2:] in in_one_line(caught)
    assert tip == git(place.bare, "rev-parse", "pages")


def test_a_branch_with_a_manifest_that_is_a_folder_is_no_first_deploy(tmp_path):
    """What lies there under our manifest's name and is no file cannot be read as one."""
    place = GitPlace(tmp_path)
    (place.root / MANIFEST).mkdir()
    (place.root / MANIFEST / "x").write_text("x")
    git(place.root, "add", ".")
    git(place.root, "commit", "--quiet", "-m", "odd")
    git(place.root, "push", "--quiet", str(place.bare), "HEAD:refs/heads/pages")
    with pytest.raises(DeployError):
        put(place.target, build(tmp_path / "output"))


def test_git_tells_the_cause_and_not_its_advice(tmp_path):
    """A wrong address is git's "fatal:" line; a refused push is what the host says and the "! […]" line."""
    place = GitPlace(tmp_path)
    with pytest.raises(DeployError) as caught:
        target_for("git:./nowhere#pages", context(place.root)).manifest()
    assert "fatal: './nowhere' does not appear to be a git repository" in in_one_line(caught)
    hook = place.bare / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'la rama está protegida' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(DeployError) as caught:
        put(place.target, build(tmp_path / "output"))
    assert "remote: la rama está protegida" in in_one_line(caught)
    assert "! [remote rejected]" in in_one_line(caught)


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_remote_that_git_does_not_know_is_told_with_what_to_do(tmp_path, is_repository):
    """A new blog is no repository, and its repository has no ``origin``: the two commands that make them."""
    folder = GitPlace(tmp_path).root if is_repository else tmp_path
    with pytest.raises(DeployError) as caught:
        target_for("git:origin#pages", context(folder)).manifest()
    assert "git remote add origin" in in_one_line(caught)


def test_who_git_does_not_know_can_deploy(tmp_path, monkeypatch):
    """Git wants a name for each commit; on a machine where it has none, the site is put there all the same."""
    place = GitPlace(tmp_path)
    git(place.root, "config", "--unset", "user.email")
    git(place.root, "config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("GIT_COMMITTER_EMAIL", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    put(place.target, build(tmp_path / "output"))
    assert "Tertulia" == git(place.bare, "log", "-1", "--format=%an", "pages").strip()


def rsync_that_says(tmp_path, monkeypatch, code, *lines):
    """An rsync that fails: whatever is asked, it changes nothing, and notes that it was asked."""
    program = tmp_path / "bin/rsync"
    program.parent.mkdir()
    told = "".join(f"echo '{line}' >&2\n" for line in lines)
    program.write_text(f"#!/bin/sh\necho asked >> {tmp_path / 'calls'}\n{told}exit {code}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return target_for("rsync:ana@blog.example:/srv/www", context(tmp_path))


MISSING = 'rsync: [sender] link_stat "/srv/www/.tertulia.json" failed: No such file or directory (2)'
PARTIAL = "rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1874)"


@pytest.mark.parametrize(
    "lines",
    [
        (MISSING, PARTIAL),
        (MISSING, PARTIAL, "rsync: [Receiver] read error: Connection reset by peer (104)"),
        ("Warning: Permanently added «blog.example» to the list of known hosts.", MISSING, PARTIAL),
        ('rsync: change_dir "/srv/www" failed: No such file or directory (2)', PARTIAL),
    ],
)
def test_a_manifest_that_is_not_there_makes_a_first_deploy_by_rsync(tmp_path, monkeypatch, lines):
    """ "No such file" of the one that was asked for, whatever else is said around it."""
    assert Manifest() == rsync_that_says(tmp_path, monkeypatch, 23, *lines).manifest()


@pytest.mark.parametrize(
    ("code", "lines", "cause"),
    [
        (
            23,
            ('rsync: [sender] send_files failed to open "/w/.tertulia.json": Permission denied (13)', PARTIAL),
            "(13)",
        ),
        (23, ('rsync: [sender] link_stat "/w/.tertulia.json" failed: Permission denied (13)', PARTIAL), "(13)"),
        (23, ('rsync: read errors mapping "/w/.tertulia.json": Input/output error (5)', PARTIAL), "Input/output"),
        (24, ('file has vanished: "/w/.tertulia.json"',), "vanished"),
        (127, ("bash: rsync: No such file or directory",), "bash: rsync"),
        (255, ("Warning: a banner", "ssh: connect to host b: Connection refused", PARTIAL), "Connection refused"),
        (11, (), "11"),
        (0, (), MANIFEST),
    ],
)
def test_any_other_failure_of_rsync_is_no_first_deploy(tmp_path, monkeypatch, code, lines, cause):
    """Permissions, disks, vanished files and shut doors stop before anything is sent, with the line that says why."""
    target = rsync_that_says(tmp_path, monkeypatch, code, *lines)
    with pytest.raises(DeployError) as caught:
        put(target, build(tmp_path / "output"))
    assert cause in in_one_line(caught)
    assert "asked\n" == (tmp_path / "calls").read_text()


@pytest.mark.parametrize("odd", ["folder", "loop", "file above"])
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_a_folder_whose_manifest_cannot_be_read_is_no_first_deploy(tmp_path, kind, odd):
    """Whatever the system says but "not there" stops with the path, and the folder is as it was."""
    place = {"folder": FolderPlace, "link": LinkPlace}[kind](tmp_path)
    address = place.folder
    if odd == "folder":
        (place.folder / MANIFEST).mkdir()
    elif odd == "loop":
        (place.folder / MANIFEST).symlink_to(MANIFEST)
    else:
        address = place.folder / "CNAME"
    with pytest.raises(DeployError) as caught:
        put(target_for(f"folder:{address}", context(tmp_path)), build(tmp_path / "output"))
    assert str(address / MANIFEST) in in_one_line(caught)
    assert ["CNAME"] == [path.name for path in place.folder.iterdir() if path.name != MANIFEST]


KILLED = """
import os, sys
from pathlib import Path
from tertulia.deploy import folder
from tests.test_deploy import context, put, target_for
root, die_at, at = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def dies(done):
    def step(*given, **options):
        if die_at in str(given[0]):
            os._exit(9)
        return done(*given, **options)
    return step
if at == "write":
    folder.write_whole = dies(folder.write_whole)
else:
    setattr(os, at, dies(getattr(os, at)))
put(target_for(f"folder:{root / 'www'}", context(root)), root / "output")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("die_at", "at"), [("index.html", "write"), (".link", "replace")])
def test_a_deploy_that_was_killed_leaves_nothing_beside_the_next(tmp_path, die_at, at):
    """Killed while filling, or before the turn: the next good deploy leaves one folder, and what is not ours."""
    (tmp_path / "www.personal").mkdir()
    (tmp_path / "www.personal" / MANIFEST).write_text("{}")
    address, output = f"folder:{tmp_path / 'www'}", build(tmp_path / "output")
    put(target_for(address, context(tmp_path)), output)
    (output / "index.html").write_text("new")
    for _time in range(2):
        done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), die_at, at], check=False, cwd=REPOSITORY)
        assert 9 == done.returncode
        assert "home" == (tmp_path / "www/index.html").read_text()
    put(target_for(address, context(tmp_path)), output)
    beside = {path.name for path in tmp_path.iterdir()} - {"output"}
    assert {"www", "www.personal", (tmp_path / "www").resolve().name} == beside
    assert "new" == (tmp_path / "www/index.html").read_text()


def test_a_deploy_that_fails_leaves_nothing_beside(tmp_path):
    """A link's new folder that could not be filled goes at once, and the site stays; also behind another link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "srv").symlink_to("real")
    address, output = f"folder:{tmp_path / 'srv/www'}", build(tmp_path / "output")
    put(target_for(address, context(tmp_path)), output)
    (output / "index.html").write_text("new")
    target = target_for(address, context(tmp_path))
    change = plan(target.manifest(), new=Manifest(files=files_of(output)))
    (output / "index.html").unlink()
    with pytest.raises(DeployError) as caught:
        target.apply(output, change)
    assert str(output / "index.html") in in_one_line(caught)
    (output / "index.html").write_text("new")
    put(target, output)
    assert 2 == len(list((tmp_path / "real").iterdir()))


def test_a_folder_that_somebody_fills_is_left_to_them(tmp_path):
    """What another deploy is filling at this moment is not taken for the leavings of one that was killed."""
    fcntl = pytest.importorskip("fcntl")
    (tmp_path / "www.abcdefgh").mkdir()
    note = tmp_path / ".www.abcdefgh.filling"
    note.write_text('["www.abcdefgh"]')
    with note.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        put(target_for(f"folder:{tmp_path / 'www'}", context(tmp_path)), build(tmp_path / "output"))
        assert (tmp_path / "www.abcdefgh").is_dir()


FOREIGN = [
    "../.env", "/home/ana/abs.txt", "a/../../x", "./x", "a/./x", "a//x", "", "a/", "C:/x", "c:x", "..\\x",
    "a\\b", "\\\\host\\x", "a\x00b", "a\nb", ".git/config", ".GIT/hooks/x", "..", ".", ".. /x", "... /x", "a/... /x",
]  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN, ids=repr)
def test_a_manifest_that_names_what_is_elsewhere_is_refused(name):
    """Whatever its spelling, for every target: there is one way to read it."""
    with pytest.raises(DeployError, match=r"\.tertulia\.json"):
        read_manifest(json.dumps({"files": {"index.html": "x", name: "x"}}).encode())


def test_a_manifest_is_never_a_reason_to_delete_a_device(tmp_path):
    """What Windows reads in its own way is put anew, and not deleted; a tag may be called "con"."""
    names = ["tags/con/index.html", "nul.txt", "ab:c", "end.", "COM1", "año/el-voto-útil/index.html"]
    assert [names[-1]] == list(read_manifest(json.dumps({"files": dict.fromkeys(names, "x")}).encode()).files)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"files": ' * 50_000, b"\xff", b"{}x", b'{"files": {"a": 1}}'])
def test_a_manifest_that_is_none_is_told(data):
    """In one line, however deep or broken."""
    with pytest.raises(DeployError):
        read_manifest(data)


def test_files_that_a_manifest_names_by_a_link_stay(tmp_path):
    """A symbolic link at the target leads to what is somebody else's; and a foreign manifest deletes nothing."""
    place = FolderPlace(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letters.txt").write_text("mine")
    (place.folder / "old").symlink_to(tmp_path / "home")
    output = build(tmp_path / "output")
    for named in ("old/letters.txt", "../home/letters.txt"):
        (place.folder / MANIFEST).write_text(json.dumps({"files": {named: "x"}}))
        with contextlib.suppress(DeployError):
            put(place.target, output)
        assert "mine" == (tmp_path / "home" / "letters.txt").read_text()
