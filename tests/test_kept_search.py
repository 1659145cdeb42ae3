"""The search after an edit holds what a build of all would index: the same pages in the same parts."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tertulia.edits import kept_search
from tertulia.edits.kept_search import KeptSearch
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.site import search

DAY = datetime(2026, 1, 1, tzinfo=UTC)


class Index:
    """Stands for Pagefind: writes nothing down but what it was given."""

    given: dict[str, dict[str, bytes]]
    ends = True

    def __init__(self, binary, parts, target, *, state):
        Index.given, self.digests, self.is_done = parts, dict.fromkeys(parts, "d"), False
        for part in parts:
            for name in ("entry.pf", search.ENTRY):
                file = target / part / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(f"{part} {len(parts[part])}")

    def finish(self):
        self.is_done = Index.ends


class Left:
    """What a build of *posts* left, as an arrangement gives it."""

    def __init__(self, posts):
        self.held = kept_search.left(SimpleNamespace(contents=posts))
        for part, some in search.parted(posts).items():
            self.held |= {f"{search.pieces(part)} {search.file_of(one)}": page(one) for one in some}

    def value(self, name):
        return self.held[name]

    def values(self, kind):
        return {name[len(kind) + 1 :]: held for name, held in self.held.items() if name.startswith(f"{kind} ")}

    def leave(self, name, value):
        self.held[name] = value


def page(one, *_):
    return f'<!doctype html><html lang="{one.lang}">{one.save_as} {one.date} {one.text}'.encode()


def post(number, day, *, text="", lang="es", save_as="", is_page=False, mark=""):
    return SimpleNamespace(
        number=number, date=DAY + timedelta(day), save_as=save_as or f"{number}.html", text=text, lang=lang,
        is_page=is_page, mark=mark,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Three posts are many, and nothing is indexed."""
    monkeypatch.setattr(search, "LEAST_PARTED", 3)
    monkeypatch.setattr(search, "SETTLED", 2)
    monkeypatch.setattr(search, "LARGEST_PART", 2)
    monkeypatch.setattr(search, "SearchIndex", Index)
    monkeypatch.setattr(kept_search, "SearchIndex", Index)
    monkeypatch.setattr(search, "executable", lambda: Path("pagefind"))
    monkeypatch.setattr(search, "search_page", lambda one, *_: page(one).decode())
    Index.given, Index.ends = {}, True


def languages(posts):
    """What the search page tells of each part."""
    parts = search.parted(posts)
    return {part: sorted({one.lang for one in some}) for part, some in parts.items()} if len(parts) > 1 else {}


def kept(tmp_path, posts, **settings):
    """The search of a blog that was built so."""
    build = SimpleNamespace(
        settings={"SEARCH": True, "SITEURL": "", **settings}, words=None, search_parts=languages(posts),
        state=SimpleNamespace(),
    )  # fmt: skip
    (tmp_path / "output").mkdir(exist_ok=True)
    return KeptSearch(build, Left(posts), tmp_path / "output")


def texts(left, lost=()):
    """What is kept of an index: each page by its part; and how many posts there are."""
    known = left.held["searched posts"]
    count = known if isinstance(known, int) else len(known)
    return {name: held for name, held in left.held.items() if name not in lost} | {"searched posts": count}


@pytest.mark.parametrize("seed", range(120))
def test_whatever_is_edited_the_index_is_that_of_a_build(tmp_path, seed):
    """Texts, dates, addresses, posts that come and go, several at once; what is not indexed anew is as it was."""
    chance = random.Random(seed)
    langs = chance.choice(("es", "es", ("es", "en")))
    langs = [langs] if isinstance(langs, str) else langs
    posts = [
        post(number, number // 2, lang=chance.choice(langs)) for number in range(1, chance.choice((2, 3, 5, 8, 9)))
    ]
    posts.append(post(90, 0, is_page=True))
    before, told = Left(posts), languages(posts)
    here, now = kept(tmp_path, posts), list(posts)
    said, comes, goes = [], [], []
    for number in range(1, chance.choice((2, 3, 4))):
        some = [one for one in now if one not in (*said, *comes) and not one.is_page]
        one = chance.choice(some) if some else None
        match chance.choice(("text", "date", "address", "comes", "goes", "instead", "same")) if one else "comes":
            case "text":
                one.text = "x"
                said.append(one)
            case "date" | "address" as what:
                here.moved.append((one.date, one.save_as, one))
                if what == "date":
                    one.date = chance.choice([day for at in range(6) if (day := DAY + timedelta(at)) != one.date])
                else:
                    one.save_as = f"other {number}.html"
                said.append(one)
            case "comes":
                comes.append(post(50 + number, chance.randrange(6), lang=chance.choice(langs)))
                now.append(comes[-1])
            case "goes":
                goes.append(one)
                now.remove(one)
            case "instead" | "same" as what:
                goes.append(one)
                now.remove(one)
                comes.append(post(70 + number, chance.randrange(6), save_as=one.save_as, text="new"))
                if what == "same":
                    comes[-1].date, comes[-1].text = one.date, one.text
                now.append(comes[-1])
    if told != languages(now):
        with pytest.raises(NeedsBuildError):
            here.prepare(said, comes, goes)
        return
    here.prepare(said, comes, goes)
    after = Left(now)
    assert texts(after) == texts(here.arrangement, here.lost)
    if isinstance(known := here.arrangement.value("searched posts"), list):
        assert sorted((one.date, one.save_as) for one in now if not one.is_page) == known
    given = {part: after.values(search.pieces(part)) for part in search.parted(now)}
    changed = {part for part in given if given[part] != before.values(search.pieces(part))}
    assert {part: given[part] for part in changed} == Index.given
    here.close()


@pytest.mark.parametrize(
    ("settings", "mark", "is_made"), [({}, "", True), ({"SEARCH": False}, "", False), ({}, "unlisted", False)]
)
def test_what_is_not_searched_needs_no_index(tmp_path, settings, mark, is_made):
    """A blog without search, and a post that stands in no list."""
    posts = [post(1, 1), post(2, 2)]
    here = kept(tmp_path, posts, **settings)
    posts[0].text, posts[0].mark = "x", mark
    here.prepare(posts[:1])
    assert ([], is_made) == (here.put() and [], bool(Index.given))
    here.close()


def test_only_posts_in_lists_tell_the_parts_apart():
    """In their order; where there are few, it is enough to know how many."""
    found = [post(2, 2), post(1, 1), post(3, 3, is_page=True), post(4, 4, mark="unlisted")]
    assert {"searched posts": 2} == kept_search.left(SimpleNamespace(contents=found))
    told = kept_search.left(SimpleNamespace(contents=[*found, post(5, 0)]))["searched posts"]
    assert ["5.html", "1.html", "2.html"] == [save_as for _, save_as in told]


def test_what_says_the_same_is_not_indexed_anew(tmp_path, monkeypatch):
    """Nor is anything where nothing was edited: Pagefind is not looked for."""
    monkeypatch.setattr(search, "executable", lambda: None)
    posts = [post(1, 1), post(2, 2)]
    here = kept(tmp_path, posts)
    here.prepare(posts)
    here.prepare([])
    assert ({}, []) == (Index.given, here.put())
    here.note()
    here.close()


def refused(here, *prepared):
    """Whether that needs a build."""
    try:
        here.prepare(*prepared)
    except NeedsBuildError:
        return True
    finally:
        here.close()
    return False


def test_what_cannot_be_indexed_here_is_for_a_build(tmp_path, monkeypatch):
    """The last post of all, one that no build left, a Pagefind that is not there or does not come to an end."""
    posts = [post(1, 1)]
    assert refused(kept(tmp_path, posts), [], [], posts)
    assert refused(kept(tmp_path, posts), [post(2, 2, text="x")])
    assert not refused(kept(tmp_path, posts), [post(1, 1, text="x")])
    monkeypatch.setattr(Index, "ends", False)
    assert refused(kept(tmp_path, posts), [post(1, 1, text="x")])
    monkeypatch.setattr(Index, "ends", True)
    monkeypatch.setattr(search, "executable", lambda: None)
    assert refused(kept(tmp_path, posts), [post(1, 1, text="x")])


@pytest.mark.parametrize(
    ("langs", "comes", "goes", "moved"),
    [
        ("es es es es", [("es", 9)], [4], []),
        ("es es en en", [("en", 9)], [4], []),
        ("es es es es", [("en", 9)], [4], []),
        ("es es en en", [("es", 9)], [4], []),
        ("es en es en", [("en", 0)], [3], []),  # others join another part
        ("es es es es", [("es", 0)], [3], []),
        ("es en es en", [], [], [(3, 9)]),
        ("es en es en", [], [], [(1, 9)]),
        ("es es es es", [], [], [(1, 9)]),
        ("en es en es", [], [], [(1, 9), (4, 0)]),  # two that change places
        ("es es es en", [], [4], []),  # the last of its language goes, and nobody joins
        ("es es es es", [], [4], []),
        ("es en es es", [("es", 0)], [2], []),
        ("es es es en", [("es", 9)], [4], []),
    ],
)
def test_a_part_that_has_other_languages_is_for_a_build(tmp_path, langs, comes, goes, moved):
    """The search page says which has which; and whatever else joins a part, no build is needed where that holds."""
    posts = [post(number, number, lang=lang) for number, lang in enumerate(langs.split(), 1)]
    here, told = kept(tmp_path, posts), languages(posts)
    assert [2, 2] == [len(some) for some in search.parted(posts).values()]
    said = []
    for number, day in moved:
        one = posts[number - 1]
        here.moved.append((one.date, one.save_as, one))
        one.date = DAY + timedelta(day)
        said.append(one)
    new = [post(50 + number, day, lang=lang) for number, (lang, day) in enumerate(comes)]
    left = [posts[number - 1] for number in goes]
    now = [one for one in (*posts, *new) if one not in left]
    assert (told != languages(now)) == refused(here, said, new, left)


def test_the_new_index_takes_the_place_of_the_old(tmp_path, monkeypatch):
    """What leads to all of it last; what nothing leads to goes; parts that are the same stay; and builds know of it."""
    posts = [post(number, number) for number in range(1, 5)]
    here = kept(tmp_path, posts)
    folder = tmp_path / "output" / search.FOLDER
    for part in ("", "recent"):
        (folder / part).mkdir(exist_ok=True, parents=True)
        for name in ("entry.pf", "old.pf", search.ENTRY):
            (folder / part / name).write_text("old")
    written, noted = [], []
    real = kept_search.write_if_changed

    def write(path, *more, **named):
        written.append(path.name)
        return real(path, *more, **named)

    monkeypatch.setattr(kept_search, "write_if_changed", write)
    monkeypatch.setattr(search, "note_parts", lambda *told: noted.append(told))
    posts[3].text = "x"
    here.prepare([posts[3]])
    expected = [f"pagefind/recent/{name}" for name in ("entry.pf", search.ENTRY, "old.pf")]
    assert (expected, ["entry.pf", search.ENTRY]) == (here.put(), written)
    assert ["old"] * 3 == [(folder / name).read_text() for name in ("entry.pf", "old.pf", search.ENTRY)]
    assert {"entry.pf", search.ENTRY} == {file.name for file in (folder / "recent").iterdir()}
    assert [] == here.put()
    here.note()
    assert [(here.build.state, folder, {"recent": "d"})] == noted
    assert 2 == len(list(tmp_path.iterdir()))
    here.close()
    assert ["output"] == [file.name for file in tmp_path.iterdir()]
