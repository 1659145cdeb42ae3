"""Pictures that were made once: what is unchanged is not made again, and what is broken is."""

from pathlib import Path

import pytest

from tertulia.core.files import copy_whole
from tertulia.render import images, picture_facts
from tertulia.render.image_cache import ImageCache, is_whole
from tests.photographs import photo, saved


def test_the_same_picture_gives_the_same_bytes_with_any_number_of_threads(tmp_path):
    """One thread or four, first or last: every file of the cache is the same."""
    for number in range(6):
        photo(700 + number * 20, 400).save(tmp_path / f"{number}.jpg")

    def cold(threads: int, numbers: list[int]) -> dict[str, bytes]:
        folder = tmp_path / f"cache{threads}"
        image_cache = ImageCache(folder, threads)
        for number in numbers:
            path = tmp_path / f"{number}.jpg"
            facts = image_cache.facts(path)
            image_cache.enqueue(path, facts, picture_facts.variants(facts))
        assert {} == image_cache.finish()
        return {p.name: p.read_bytes() for p in folder.rglob("*") if p.suffix != ".json" and p.is_file()}

    one = cold(1, [0, 1, 2, 3, 4, 5])
    assert 6 * 3 == len(one)
    assert one == cold(4, [5, 3, 1, 4, 2, 0])


def test_an_unchanged_picture_is_neither_read_nor_made_again(tmp_path, monkeypatch):
    """The second build knows a picture by its ``stat`` and finds its files."""
    path = tmp_path / "foto.jpg"
    photo().save(path)
    first = ImageCache(tmp_path / "cache")
    facts = first.facts(path)
    first.enqueue(path, facts, picture_facts.variants(facts))
    first.finish()
    monkeypatch.setattr(images, "look", None)
    monkeypatch.setattr(images, "render", None)
    second = ImageCache(tmp_path / "cache")
    assert facts == second.facts(path)
    second.enqueue(path, facts, picture_facts.variants(facts))
    assert {} == second.finish()


@pytest.mark.parametrize("cut", [lambda size: 0, lambda size: size // 2, lambda size: size - 1])
def test_what_a_power_cut_left_of_a_picture_is_made_again(tmp_path, cut):
    """Of any kind and at any length: what is kept between builds is not waited for when it is written."""
    original = tmp_path / "foto.png"
    photo().save(original)
    cache = ImageCache(tmp_path / "cache")
    facts = cache.facts(original)
    wanted = picture_facts.variants(facts)
    cache.enqueue(original, facts, wanted)
    cache.finish()
    for variant in wanted:
        path = cache.path_for(facts, variant)
        whole = path.read_bytes()
        path.write_bytes(whole[: cut(len(whole))])
        again = ImageCache(tmp_path / "cache")
        again.enqueue(original, facts, wanted)
        again.finish()
        assert whole == path.read_bytes()
    for kind in ("jpeg", "png", "webp", "gif"):
        path = tmp_path / f"x{picture_facts.SUFFIXES[kind]}"
        photo().save(path)
        assert is_whole(path)
        path.write_bytes(path.read_bytes()[: cut(path.stat().st_size)])
        assert not is_whole(path)


def test_a_changed_picture_has_another_name(tmp_path):
    """A browser that kept the old picture asks for the new one."""
    path = tmp_path / "foto.jpg"
    image_cache = ImageCache(tmp_path / "cache")
    names = []
    for width_px in (300, 301):
        photo(width_px).save(path)
        facts = image_cache.facts(path)
        names.append(facts.name("foto", picture_facts.variants(facts)[0], main=True))
    assert names[0] != names[1]


def test_a_broken_index_only_costs_time(tmp_path):
    """What is not ours in the cache is made again, not believed."""
    path = tmp_path / "foto.jpg"
    photo().save(path)
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "index.json").write_text('{"recipe": ')
    assert 640 == ImageCache(tmp_path / "cache").facts(path).width_px


def test_a_picture_that_cannot_be_decoded_is_named_and_leaves_no_file(tmp_path):
    """``finish`` gives the originals that failed; nothing half made stays."""
    path = tmp_path / "foto.jpg"
    path.write_bytes(saved(photo(), "JPEG")[:-400])
    image_cache = ImageCache(tmp_path / "cache")
    facts = image_cache.facts(path)
    image_cache.enqueue(path, facts, picture_facts.variants(facts))
    assert {path: "damaged"} == {p: error.reason for p, error in image_cache.finish().items()}
    assert ["index.json"] == [p.name for p in (tmp_path / "cache").rglob("*") if p.is_file()]


def test_copies_are_made_once(tmp_path):
    """A file that is there already, of the same size and no older, is left alone."""
    kept, target = tmp_path / "kept", Path(tmp_path, "out", "a")
    kept.write_bytes(b"uno")
    copy_whole(kept, target)
    first = target.stat().st_ino
    copy_whole(kept, target)
    assert (b"uno", first) == (target.read_bytes(), target.stat().st_ino)
    kept.write_bytes(b"otro")
    copy_whole(kept, target)
    assert b"otro" == target.read_bytes()
    assert ["a"] == [p.name for p in target.parent.iterdir()]
