"""The files of captures, one by one: under which name each is, what belongs to it, and what is swept away."""

import os
import time

import pytest

from tertulia.core.errors import ContentError
from tertulia.embeds import capture_store
from tertulia.embeds.capture_store import PART_SECONDS, CaptureStore, file_stem
from tertulia.embeds.types import Capture, Image, State, fingerprint


@pytest.fixture
def store(tmp_path):
    made = CaptureStore(tmp_path / "content")
    (made.path / "p").mkdir(parents=True)
    return made


def one(id="1134", provider="p", **more):
    return Capture(provider=provider, id=id, url="https://a.example/", title=id, **more)


def picture(stem, number=0):
    return Image(file=f"{stem}-{number:012x}.webp", width_px=1, height_px=1)


@pytest.mark.parametrize(
    ("id", "stem"),
    [
        ("1134", "1134"), ("A_b.c-d", "A_b.c-d"), ("a" * 120, "a" * 120), ("a" * 121, "a" * 100 + "-"),
        ("ana/x", "ana-x-"), ("///", "item-"), ("", "item-"), (".x.", "x-"), ("-x", "x-"), ("ñ", "item-"),
    ],
)  # fmt: skip
def test_a_name_is_the_id_or_tells_that_it_is_not(id, stem):
    """Letters of ASCII, nothing hidden, no longer than any disk takes; what was folded or cut has a piece of a hash."""
    found = file_stem(id)
    assert found == stem if stem == id else found.startswith(stem) and len(found) == len(stem) + 8
    assert "item" == file_stem("item")


def test_what_was_looked_for_is_remembered_with_whether_it_was_there(store):
    """Under both of its names; a preview asks again when one of them comes."""
    assert None is store.load("p", "ana/x")
    assert {False} == set(store.asked.values())
    assert {file_stem("ana/x"), "ana-x"} == {file.stem for file in store.asked}
    store.asked.clear()
    store.save(one())
    assert "1134" == store.load("p", "1134").title
    assert {store.path / "p" / "1134.json": True} == store.asked


def test_a_file_of_another_is_not_taken_for_it(store):
    """On a disk where capitals do not count two ids share one, and what a blogger renamed says whose it is."""
    (store.path / "p" / "AbC.json").write_bytes(b"")
    store.save(one("xyz"))
    (store.path / "p" / "xyz.json").rename(store.path / "p" / "AbC.json")
    assert None is store.load("p", "AbC")
    assert store.path / "p" / "AbC.json" != store.file("p", "AbC")
    assert store.path / "p" / f"{file_stem('ana/x')}.json" == store.file("p", "ana/x")
    store.save(one("AbC"))
    assert ("AbC", {"AbC", "xyz"}) == (store.load("p", "AbC").title, {kept.title for kept in store.all()})
    store.save(one("1134", provider="q"))
    (store.path / "q" / "1134.json").rename(store.path / "p" / "1134.json")
    assert None is store.load("p", "1134")
    assert "1134.json" != store.file("p", "1134").name


def test_a_file_that_cannot_be_read_is_its_own(store):
    """It is told, never written elsewhere; nobody asked to have it taken out, and the others are read."""
    store.save(one("2"))
    (store.path / "p" / "1134.json").write_text("{")
    assert store.path / "p" / "1134.json" == store.file("p", "1134")
    with pytest.raises(ContentError, match=r"1134\.json"):
        store.load("p", "1134")
    (store.path / "p" / "3.json").mkdir()
    with pytest.raises(ContentError, match=r"3\.json"):
        store.load("p", "3")
    assert not store.is_removed("p", "1134")
    assert ["2"] == [kept.id for kept in store.all()]


def test_a_link_out_of_the_blog_is_no_capture(store, tmp_path):
    """Whatever it leads to."""
    elsewhere = CaptureStore(tmp_path / "other")
    elsewhere.save(one())
    (store.path / "p" / "1134.json").symlink_to(elsewhere.file("p", "1134"))
    assert None is store.load("p", "1134")


def test_only_what_was_taken_out_is_removed(store):
    """Not what is there, nor what never was."""
    store.save(one("1", state=State.REMOVED))
    store.save(one("2"))
    assert [True, False, False] == [store.is_removed("p", id) for id in ("1", "2", "3")]


def test_the_first_of_a_blog_makes_its_folders(tmp_path):
    """The file is for people to read, too: a key a line, an end to the last one; it knows what it said."""
    store = CaptureStore(tmp_path / "new" / "content")
    with store.locked():
        assert store.save(one())
    assert b'{\n "provider": "p",\n' == store.file("p", "1134").read_bytes()[:20]
    assert b"\n}\n" == store.file("p", "1134").read_bytes()[-3:]
    assert fingerprint(one()) == store.load("p", "1134").hash != ""


def test_saving_tells_whether_anything_changed(store):
    """Its words, and no picture of its own that is no longer needed stays; those of its like do."""
    first, second = picture("1134", 1), picture("1134", 2)
    assert store.save(one(pictures=[first]), {first.file: b"1"})
    assert not store.save(one(pictures=[first]), {first.file: b"1"})
    like = picture("1134-2", 1)
    store.save(one("1134-2", pictures=[like]), {like.file: b"2"})
    (store.path / "p" / "1134-note.webp").write_bytes(b"of nobody")
    assert store.save(one(pictures=[second]), {second.file: b"3"})
    there = {file.name for file in (store.path / "p").glob("*.webp")}
    assert {second.file, like.file, "1134-note.webp"} == there
    assert [store.path / "p" / second.file] == store.pictures("p", "1134")


def test_a_picture_that_another_still_needs_is_not_swept(store):
    """Items of earlier years have the name that one of today has."""
    shared = picture("ana-x", 1)
    (store.path / "p" / "ana-x.json").write_text(
        f'{{"provider": "p", "id": "ana/x", "url": "u", "pictures": [{{"file": "{shared.file}", "width_px": 1,'
        ' "height_px": 1}]}'
    )
    (store.path / "p" / shared.file).write_bytes(b"1")
    assert [] == store.pictures("p", "ana-x")
    assert [store.path / "p" / shared.file] == store.pictures("p", "ana/x")


@pytest.mark.parametrize(("age", "left"), [(PART_SECONDS - 60, True), (PART_SECONDS + 60, False)])
def test_what_a_killed_run_left_is_swept_once_no_run_can_be_at_it(store, age, left):
    """Of this item; another's unfinished file is swept with that one."""
    file = store.file("p", "1134")
    mine, other = (file.parent / f"{capture_store.part_prefix(at)}x.part" for at in (file, store.file("p", "2")))
    for part in (mine, other):
        part.write_bytes(b"half")
        os.utime(part, (time.time() - age, time.time() - age))
    store.save(one())
    assert (left, True) == (mine.exists(), other.exists())
