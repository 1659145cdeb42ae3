"""A target that is damaged, refuses, dies or belongs to others: told in one line, nothing lost or left beside."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tertulia.deploy.base import (
    MANIFEST,
    DeployError,
    Manifest,
    files_of,
    plan,
    read_manifest,
)
from tertulia.deploy.targets import target_for
from tests.deploying import (
    SITE,
    FolderPlace,
    GitPlace,
    LinkPlace,
    S3Place,
    build,
    context,
    git,
    in_one_line,
    put,
)

REPOSITORY = Path(__file__).parent.parent
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


def test_what_somebody_pushes_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    """Nothing is forced: the deploy is refused in one line, the next one goes on top of theirs."""
    place = GitPlace(tmp_path)
    found = type(place.target)._tip

    def tip(target):
        before = found(target)
        (place.root / "theirs.txt").write_text("meanwhile")
        git(place.root, "add", "theirs.txt")
        git(place.root, "commit", "--quiet", "-m", "theirs")
        git(place.root, "push", "--quiet", str(place.bare), "HEAD:refs/heads/pages")
        return before

    output = build(tmp_path / "output")
    change = plan(place.target.manifest(), new=Manifest(files=files_of(output)))
    monkeypatch.setattr(type(place.target), "_tip", tip)
    with pytest.raises(DeployError) as caught:
        place.target.apply(output, change)
    assert "! [rejected]" in in_one_line(caught)
    monkeypatch.setattr(type(place.target), "_tip", found)
    put(place.target, output)
    assert place.files() == SITE | {"CNAME": "theirs", "theirs.txt": "meanwhile"}


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
from tertulia.deploy.targets import target_for
from tests.deploying import context, put
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


def test_two_that_turn_one_link_leave_one_folder(tmp_path):
    """Each at the same moment, from the same site: what nobody sees any more stays nowhere."""
    address, output = f"folder:{tmp_path / 'www'}", build(tmp_path / "output")
    for turn in range(4):
        build(output, SITE | {"index.html": f"home {turn}"})
        begin = threading.Barrier(4)

        def deploy(_number, begin=begin):
            target = target_for(address, context(tmp_path))
            change = plan(target.manifest(), new=Manifest(files=files_of(output)))
            begin.wait()
            target.apply(output, change)

        with ThreadPoolExecutor(4) as at_once:
            list(at_once.map(deploy, range(4)))
        assert f"home {turn}" == (tmp_path / "www/index.html").read_text()
        assert 1 == len(list(tmp_path.glob("*www.*")))


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
