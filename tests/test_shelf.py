"""Texts that a build lays by on the disk are there when somebody asks for them."""

import datetime as dt
import weakref
from itertools import accumulate
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pelican.contents import Article
from pelican.generators import ArticlesGenerator
from pelican.settings import DEFAULT_CONFIG

from tertulia.core import parallel
from tertulia.core.parallel import stream
from tertulia.site import state as state_module
from tertulia.site.contents import without_attributes
from tertulia.site.problems import separate_ids
from tertulia.site.records import Alike, PostRecord, Reading
from tertulia.site.shelf import PostTexts, Shelf, lay_by, pack
from tertulia.site.state import BuildState
from tertulia.site.taxonomy import periods


@pytest.mark.parametrize("text", ["", "Ñandú 🦤", "roto \ud83d", "a" * 100_000])
def test_what_is_laid_by_comes_back(tmp_path, text):
    """Whatever it is, and whatever was laid by after it; where there is no folder yet, one is made."""
    shelf = Shelf(tmp_path / "none" / "yet")
    place, other = shelf.put_text(text), shelf.put_text("otro")
    assert (text, "otro") == tuple(PostTexts(one, one).html for one in (place, other))
    assert [] == list((tmp_path / "none" / "yet").iterdir()), "a build that is killed leaves nothing"


def test_what_no_disk_takes_stays_in_memory(tmp_path):
    """A full disk, or one that nobody may write to, costs memory and no build."""
    (tmp_path / "file").write_bytes(b"")
    shelf = Shelf(tmp_path / "file")
    assert ("uno", "dos") == tuple(PostTexts(one, one).html for one in map(shelf.put_text, ("uno", "dos")))


def test_a_forked_process_reads_and_does_not_write_over_ours():
    """Pages are drawn by several at once, from the same file."""
    shelf = Shelf()
    places = [shelf.put_text(str(n)) for n in range(2 * parallel.WORTH_FORKING)]
    both = list(stream(lambda n: (places[n].read(), shelf.put(b"theirs").read()), range(len(places))))
    ours = shelf.put(b"ours")
    assert [(str(n).encode(), b"theirs") for n in range(len(places))] == both
    assert (b"ours", b"0") == (ours.read(), places[0].read())


def test_a_post_of_pelicans_asks_for_its_texts():
    """It holds none, is an article all the same, and says what it is told to say later."""
    known = dict.fromkeys(PostRecord.__struct_fields__, "") | {
        "content": "<p>Uno</p>",
        "body": "Uno",
        "stems": {"uno": 1},
    }
    shelf, reading = Shelf(), Reading(PostRecord(**known))
    packed = pack(reading)
    laid = PostTexts(shelf.put_text(packed.content), shelf.put(packed.whole))
    post = Article("<p>Uno</p>", {"title": "Uno", "body": ""}, {**DEFAULT_CONFIG, "DEFAULT_LANG": "es"})
    lay_by(post, laid, shelf)
    assert "<p>Uno</p>" not in repr(vars(post))
    assert (True, "Article") == (isinstance(post, Article), type(post).__name__)
    assert ("<p>Uno</p>", "<p>Uno</p>", "Uno", {"uno": 1}) == (post._content, post.content, post.body, post.stems)
    post._content, post.body = '<a href="{tag}mar">', "Dos"
    assert ('<a href="{tag}mar">', "Dos", {"uno": 1}) == (post._content, post.body, post.stems)
    assert "{tag}" not in post.content
    assert reading == laid.back_in(packed.reading)


@given(st.lists(st.integers(0, 500), max_size=12), st.randoms())
def test_posts_are_grouped_by_time_as_pelican_does_it(days, chance):
    """Years, months and days with the posts of each, in both orders; those that have no page are not asked for."""
    settings = {
        **DEFAULT_CONFIG, "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/i", "YEAR_ARCHIVE_URL": "{date:%Y}/",
        "DAY_ARCHIVE_SAVE_AS": "{date:%Y/%m/%d}/i", "DAY_ARCHIVE_URL": "{date:%Y/%m/%d}/",
    }  # fmt: skip
    dates = [dt.datetime(2025, 1, 1) + dt.timedelta(days) for days in accumulate(days)]
    posts = [SimpleNamespace(date=date) for date in dates]
    shown = chance.sample(posts, len(posts))
    assert ArticlesGenerator._build_period_archives(None, posts, shown, settings) == periods(posts, shown, settings)


def test_what_a_post_is_for_search_engines_lies_there_too():
    """Each post says a page of it, and only its own page asks."""
    reading = Reading(PostRecord(**dict.fromkeys(PostRecord.__struct_fields__, "")))
    shelf, packed = Shelf(), pack(reading)
    post = Article("", {"title": "Uno", "json_ld": ""}, {**DEFAULT_CONFIG, "DEFAULT_LANG": "es"})
    lay_by(post, PostTexts(shelf.put_text(packed.content), shelf.put(packed.whole)), shelf)
    assert "" == post.json_ld
    post.json_ld = '{"ñ": 1}'
    post._content = "<p>Dos</p>"
    assert ('{"ñ": 1}', "<p>Dos</p>") == (post.json_ld, post.content)
    assert "ñ" not in repr((vars(post), post.metadata))


def test_what_a_post_has_as_attributes_is_not_held_twice():
    """But for what Pelican looks for links in, and what only its metadata have."""
    said = {"title": "Uno", "summary": "Dos", "question": "¿Tres?", "minutes": 4, "mine": "cinco"}
    assert {"summary": "Dos", "minutes": 4, "mine": "cinco"} == without_attributes(said)
    assert {**said, "title": None} == {"title": None, **without_attributes(said, ["question"])}


def test_what_files_read_as_before_is_held_one_part_at_a_time(tmp_path, monkeypatch):
    """What is left of each is which files there were; at thirty thousand posts all parts were as much as all else."""
    held, state = [], BuildState(tmp_path)

    class Part(dict):
        """As what is read from a file, but somebody may ask whether it is still there."""

    def part(*_: object) -> Part:
        found = Part({f"{len(held)}.md": None})
        held.append(weakref.ref(found))
        return found

    monkeypatch.setattr(state_module, "_load", part)
    paths = [f"{number}.md" for number in range(99)]
    assert [] == list(state.known(paths, dt.datetime(2026, 11, 22, tzinfo=dt.UTC), None, None))
    assert len(held) > 10
    assert not any(one() is not None for one in held)


def test_what_many_records_say_is_held_once():
    """Topics, authors, tags and where the metadata stand; nothing of it is changed."""
    known = dict.fromkeys(PostRecord.__struct_fields__, "")

    def read():
        told = {"tags": ("a".join("ma"), "b"), "authors": ("a".join("An"),), "categories": ("Mar",)}
        return Reading(PostRecord(**known | told | {"header_lines": {"title": 1}}))

    alike, one, other = Alike(), read(), read()
    first, second = alike.shared(one).record, alike.shared(other).record
    assert (one.record, other.record) == (first, second)
    for name in ("authors", "categories", "header_lines"):
        assert getattr(first, name) is getattr(second, name)
    assert first.tags[0] is second.tags[0]
    nothing = Reading(PostRecord(**known | {"tags": (), "authors": (), "categories": (), "header_lines": {}}))
    assert nothing.record == alike.shared(nothing).record
    assert Reading() == alike.shared(Reading())


def test_the_second_of_two_with_one_id_is_otherwise_what_it_read_as():
    """All else of a reading stays, whatever fields it has: what it looked for, when it is due, whom it asked for."""
    known = dict.fromkeys(PostRecord.__struct_fields__, "") | {"slug": "colas", "header_lines": {}, "has_id": False}
    others = Reading.__struct_fields__[1:]
    readings = [
        Reading(PostRecord(**known | {"shown_path": path}), *(f"{path} {name}" for name in others))
        for path in ("a.md", "b.md")
    ]
    (first, second), shared = separate_ids(replace(one, problems=()) for one in readings)
    assert (first, shared) == (replace(readings[0], problems=()), {""})
    assert "colas" == second.record.id
    assert second == replace(readings[1], record=replace(readings[1].record, id="colas"), problems=())
