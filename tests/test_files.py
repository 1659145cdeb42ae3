"""Whole files: the old one or the new one, and the rights that were meant."""

import os
import stat

import pytest

from tertulia.core import files
from tertulia.core.files import PRIVATE, write_if_changed, write_whole


@pytest.mark.parametrize("call", ["fsync", "chmod", "replace"])
def test_killed_while_writing(tmp_path, monkeypatch, call):
    """Killed at any step, the old file is there, whole, and nothing beside it."""
    path = tmp_path / "uno.json"
    write_whole(path, "viejo")

    def dies(*_anything):
        raise KeyboardInterrupt

    monkeypatch.setattr(files.os, call, dies)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "nuevo")
    assert path.read_text() == "viejo"
    assert [path] == list(tmp_path.iterdir())


def test_rights_do_not_hang_on_the_umask(tmp_path):
    """What is private is private from its first byte on, whatever the umask and the file before it."""
    path = tmp_path / "clave"
    path.write_text("a la vista")
    before = os.umask(0)
    try:
        write_whole(path, b"\xf1", mode=PRIVATE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == PRIVATE
    assert path.read_bytes() == b"\xf1"


def test_a_link_is_replaced_and_not_followed(tmp_path):
    """Where a symbolic link stands, what it leads to is left alone."""
    secret = tmp_path / ".env"
    secret.write_text("CLAVE=1")
    link = tmp_path / "enlace"
    link.symlink_to(secret)
    write_whole(link, "CLAVE=1")
    assert secret.read_text() == "CLAVE=1"
    assert not link.is_symlink()


def test_a_file_that_is_right_is_left_alone(tmp_path):
    """Writing what is there already changes nothing; a name may be as long as the disk allows."""
    path = tmp_path / ("ñ" * 125 + ".txt")
    assert write_if_changed(path, "año")
    before = path.stat().st_ino
    assert not write_if_changed(path, "año")
    assert before == path.stat().st_ino


@pytest.mark.parametrize("old", [b"the same", b"others", "link"])
def test_a_file_is_shared_where_it_holds_the_same(tmp_path, old):
    """It itself, and not what a link leads to; anything else is left to who writes."""
    before, new = tmp_path / "before", tmp_path / "folder" / "new"
    if old == "link":
        (tmp_path / "there").write_bytes(b"the same")
        before.symlink_to("there")
    else:
        before.write_bytes(old)
    assert (old == b"the same") == files.link_same(before, new, b"the same") == new.exists()


def test_a_file_that_somebody_replaces_meanwhile_is_not_shared(tmp_path, monkeypatch):
    """It was read as it was; what stands there now says something else."""
    before, new, link = tmp_path / "before", tmp_path / "new", os.link
    before.write_bytes(b"the same")

    def late(old, target):
        write_whole(before, b"another!")
        link(old, target)

    monkeypatch.setattr(os, "link", late)
    assert not files.link_same(before, new, b"the same")
    assert not new.exists()
