"""Deploying: the target becomes what was built, whole, and nothing goes that we did not put there."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tertulia.app import Blog
from tertulia.commands import publish
from tertulia.content import snapshot
from tertulia.content.posts import Post, Published
from tertulia.core import settings
from tertulia.core.errors import SettingError
from tertulia.core.fetch import Fetcher
from tertulia.deploy import s3
from tertulia.deploy.base import (
    DeployError,
    Manifest,
    files_of,
    lost,
    plan,
)
from tertulia.deploy.targets import target_for
from tertulia.syndication import pings
from tests.deploying import PLACES, SITE, Hub, S3Place, build, context, put
from tests.fakes import NOW, Asked, Fake
from tests.house import write_posts


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


@pytest.mark.parametrize("address", [
    ".", "", "..", "content", "content/images/x", "output", "output/sub", "theme/static", "./var/../plugins", "link",
])  # fmt: skip
def test_no_site_is_put_into_the_blog_itself(tmp_path, address):
    """Nor where the blog lies: its sources would be on the web, and its pages among them."""
    root = tmp_path / "blog"
    (root / "content").mkdir(parents=True)
    (root / "link").symlink_to(root / "content")
    with pytest.raises(SettingError, match="DEPLOY_TARGET"):
        target_for(f"folder:{address}", context(root))
    assert target_for("folder:docs", context(root)).manifest() == Manifest()  # GitHub serves such a one


@pytest.mark.parametrize("address", [
    "git:--upload-pack=touch x#b", "rsync:-e sh:x", "rsync:--rsh=sh", "rsync:host", "rsync:", "s3:-x",
])  # fmt: skip
def test_what_a_program_would_take_for_an_order_is_no_target(tmp_path, address):
    """An option of git's or rsync's; a host without its folder, which rsync would make here."""
    with pytest.raises(SettingError, match="DEPLOY_TARGET"):
        target_for(address, context(tmp_path))


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
