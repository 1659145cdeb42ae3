"""What names people, and keys, is for the owner's eyes alone, and git does not see it."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tertulia.app import Blog
from tertulia.commands import export_site, moving
from tertulia.commands import talk as tasks
from tertulia.commands.unpublished import unpublished
from tertulia.core import settings
from tertulia.core.errors import SettingError, StoreError, TertuliaError
from tertulia.core.files import private_file
from tertulia.core.tokens import secret_of
from tertulia.store import archive, open_store
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are another matter there")
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _careless():
    """The umask that most machines have."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def rights(folder):
    """Every file and folder under *folder* that others may look at."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.stat().st_mode & 0o077]


def write_something(store):
    """Make SQLite write its log."""
    store.subscribers.ask("ana@correo.example", "es", NOW)


def test_the_store_is_for_its_owner_alone(tmp_path):
    """The file, what SQLite puts beside it, a copy, the key: whatever the umask."""
    with open_store("sqlite:///var/tertulia.db", tmp_path).database.writing():
        assert (tmp_path / "var" / "tertulia.db-wal").exists()
    store = open_store("sqlite:///var/tertulia.db", tmp_path)
    archive.backup(store.database, tmp_path / "var" / "backup" / "copy.db")
    secret_of(settings.load(tmp_path, {}), tmp_path)
    assert [] == rights(tmp_path)
    store.close()


def test_a_key_that_a_crash_left_empty_is_made_anew(tmp_path):
    """What anybody could sign with is no key; the one that was made is kept."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret.key").write_text("\n")
    made = secret_of(settings.load(tmp_path, {}), tmp_path)
    assert 64 == len(made.reveal())
    assert made == secret_of(settings.load(tmp_path, {}), tmp_path)
    assert [] == rights(tmp_path)


def test_of_all_that_begin_at_once_one_makes_the_key(tmp_path):
    """And the others sign with the same."""
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: secret_of(settings.load(tmp_path, {}), tmp_path), range(16)))
    assert 1 == len(set(made)) and all(made)


def test_a_store_that_others_could_read_is_closed_and_told(tmp_path, caplog):
    """One made by an earlier version, log and all."""
    opened = open_store("sqlite:///var/tertulia.db", tmp_path)
    with opened.database.writing():
        for path in (tmp_path / "var", *(tmp_path / "var").iterdir()):
            path.chmod(path.stat().st_mode | 0o055)
        other = open_store("sqlite:///var/tertulia.db", tmp_path)
    assert [] == rights(tmp_path)
    assert "tertulia.db" in caplog.text
    other.close()
    opened.close()


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_keeps_its_rights(tmp_path, kind):
    """A folder that TERTULIA_STORE names by mistake, which nobody could look into any more; a device."""
    path = tmp_path / "there"
    os.mkfifo(path) if kind == "pipe" else path.mkdir()
    path.chmod(0o755)
    if kind == "folder":
        with pytest.raises(StoreError, match="es una carpeta"):
            open_store(f"sqlite:///{path}").close()
    assert not private_file(path)
    assert 0o755 == path.stat().st_mode & 0o777


def test_a_store_elsewhere_leaves_its_folder_alone(tmp_path):
    """A folder that is not ours keeps its rights; the file in it is closed."""
    (tmp_path / "srv").mkdir()
    open_store(f"sqlite:///{tmp_path}/srv/t.db").close()
    assert ["srv"] == rights(tmp_path)


def test_nothing_that_names_people_is_seen_by_git(tmp_path, capsys):
    """Export, of everybody and of one, and backup, from any folder of the blog, without being told where."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    (tmp_path / "content").mkdir()
    subprocess.run(["git", "-C", tmp_path, "add", "-A"], check=True)
    for what in ("export", "backup"):
        tasks.run_comments(tmp_path, tmp_path / "content", what)
    seen = subprocess.run(
        ["git", "-C", tmp_path, "status", "--short", "-uall"], check=True, capture_output=True, text=True
    )
    assert ["A  .gitignore"] == seen.stdout.splitlines()
    assert ["backup", "export"] == sorted(path.name for path in (tmp_path / "var").iterdir() if path.is_dir())[:2]
    assert [] == rights(tmp_path / "var")


@pytest.mark.parametrize("place", ["content/extra/t", "output/t", "content/../output/t", "there/t"])
@pytest.mark.parametrize("write", [
    lambda root, file: tasks.run_comments(root, root, "export", file=f"{file}.json"),
    lambda root, file: tasks.run_comments(root, root, "export", file=f"{file}.csv"),
    lambda root, file: tasks.run_comments(root, root, f"backup\n{file}"),
    lambda root, file: moving.run_dump(root, root, file),
    lambda root, file: export_site.run(root, root, wxr=file),
    lambda root, file: export_site.run(root, root, folder=file),
])  # fmt: skip
def test_nothing_that_names_people_is_written_where_it_would_be_published(tmp_path, place, write):
    """By whatever name: the next deploy would put it on the web, addresses of mail, drafts and all."""
    for folder in ("content/extra", "output"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "there").symlink_to(tmp_path / "output")
    with pytest.raises(TertuliaError, match="se publicaría"):
        write(tmp_path, place)
    assert [] == [path for folder in ("content", "output") for path in (tmp_path / folder).rglob("*") if path.is_file()]


def test_what_is_published_is_what_lies_in_three_folders(tmp_path):
    """The texts, the site, and where the site is now, if that is elsewhere; beside them anything may be written."""
    blog = Blog(tmp_path, output=lambda: tmp_path / "www")
    for free in ("t.json", "var/t.json", "outputs/t.json", "content.json"):
        assert tmp_path / free == unpublished(tmp_path / free, blog)
    for folder in ("content", "output", "www"):
        with pytest.raises(TertuliaError, match=f"{folder}/"):
            unpublished(tmp_path / folder / "t.json", blog)


@pytest.mark.parametrize("key", ["a", "letmein", "aaaaaaaaaaaaaaaaaaaaaaaa", "changeme", "1" * 64])
def test_a_key_that_can_be_guessed_is_refused(tmp_path, key):
    """In one sentence, which does not show it."""
    with pytest.raises(SettingError, match="SECRET_KEY") as refused:
        secret_of(settings.load(tmp_path, {"SECRET_KEY": key}), tmp_path)
    assert key == "a" or key not in str(refused.value)
