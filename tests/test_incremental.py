"""After any edit, the pages that are taken from the output before are those that a full build would write."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tertulia import defaults
from tertulia.core.files import write_whole
from tertulia.embeds.types import State
from tertulia.site import choices
from tertulia.site.facets import Facets
from tertulia.site.up_to_date import TICK_NS
from tests import editing
from tests.editing import ANA, TEXTS, Blog, assert_same, built, capture, picture, tree

pytestmark = pytest.mark.slow


@pytest.fixture
def blog() -> Iterator[Blog]:
    """Six posts and a page."""
    made = Blog()
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def twice(blog: Blog, edit: Callable[[], object], *, watched: bool = False, **more) -> list[str]:
    """Build *blog*, do *edit*, build it again: why each page was drawn the second time, that being right."""
    if watched:
        (blog.root / "content" / "theme" / "templates").mkdir(parents=True, exist_ok=True)
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    built(blog.root, blog.root / "one", now, state=state, **more)
    edit()
    explained = built(blog.root, blog.root / "two", now, state=state, kept=blog.root / "one", **more)
    built(blog.root, blog.root / "whole", now, **more)
    assert tree(blog.root / "whole") == tree(blog.root / "two")
    return [line.partition(":")[0] for line in explained if not line.startswith("told:")]


def test_nothing_is_drawn_when_nothing_changed(blog):
    """Every page and feed, and what stands beside them, is the very file of the output before."""
    blog.posts["uno"] |= {"Alias": "/viejo/", "Portada": "images/bar.png"}
    blog.save("uno")
    assert [] == twice(blog, lambda: None, LANGUAGES=["es", "en"])
    one, two = blog.root / "one", blog.root / "two"
    names = [name for name in tree(two) if not name.startswith(("theme/", "favicon"))]
    assert {"sitemap.xml", "posts.json", "viejo/index.html", "_redirects"} <= set(names)
    assert ".png" in {Path(name).suffix for name in names}
    assert [] == [name for name in names if (one / name).stat().st_ino != (two / name).stat().st_ino]


def test_nothing_is_drawn_when_only_time_has_passed(blog):
    """A page that says no date is given that of the build, in every menu."""
    state = blog.root / "state"
    built(blog.root, blog.root / "one", "2026-11-22T12:00:00+01:00", state=state)
    said = built(blog.root, blog.root / "two", "2026-11-22T12:00:05+01:00", state=state, kept=blog.root / "one")
    assert [] == [line for line in said if not line.startswith("told:")]


@pytest.mark.parametrize("change", [
    {"Título": "Otro"}, {"Modificado": "2026-11-20"}, {"Resumen": "Otro."}, {"Portada": "images/bar.png"},
    {"Autor": "Luis Gil"}, {"Gracias": "Ana Ruiz"}, {"Pregunta": "¿Y tú?"}, {"Estado": "borrador"},
    {"Fecha": "2026-11-09"},
])  # fmt: skip
def test_an_edit_is_in_the_feeds_that_hold_the_post(blog, change):
    """And the others are left alone: what all of them hold is what a full build would write."""
    blog.posts["dos"] |= {"Portada": "", "Etiquetas": "Redes"}
    blog.save("dos")
    time.sleep(TICK_NS / 1e9)

    def edit() -> None:
        blog.posts["dos"] |= change
        blog.save("dos")

    twice(blog, edit, TAG_FEED_MIN_POSTS=1)
    feeds = [blog.root / folder / "feeds" / "atom.xml" for folder in ("one", "two")]
    assert feeds[0].stat().st_ino != feeds[1].stat().st_ino
    others = [blog.root / folder / "etiqueta" / "colas" / "atom.xml" for folder in ("one", "two")]
    assert others[0].stat().st_ino == others[1].stat().st_ino


def test_an_edit_draws_the_pages_that_show_it(blog):
    """The text stands on one page; what lists show of the post stands on theirs too."""

    def edit() -> None:
        blog.posts["dos"]["Resumen"] = "Lo de siempre."
        blog.save("dos")

    edit()
    blog.texts["dos"] += "\n\nY una coletilla."
    assert ["2026/11/dos/index.html"] == twice(blog, lambda: blog.save("dos"))


@pytest.mark.parametrize("change", [
    lambda content: picture(content / "images" / "bar.png", 10),
    lambda content: picture(content / "posts" / "bar.png", 10),
    lambda content: picture(content / "images" / "nada.png", 10),
    lambda content: (content / "images" / "bar.png").unlink(),
    lambda content: capture(content, "Adiós."),
    lambda content: capture(content, "Hola.", State.REMOVED),
    lambda content: shutil.rmtree(content / "embeds"),
])  # fmt: skip
def test_a_picture_or_a_capture_draws_the_pages_that_show_it(blog, change):
    """Also one that comes to stand before another of its name, or where there was none; and it draws no others."""
    content = blog.root / "content"
    capture(content, "Hola.")
    for name in ("tres", "seis"):
        blog.texts[name] = f"{TEXTS[6]}\n\n{TEXTS[7]}"
        blog.save(name)
    blog.texts["dos"] = "Nada que ver."
    blog.save("dos")
    time.sleep(TICK_NS / 1e9)  # or it is read again for safety's sake
    drawn = twice(blog, lambda: change(content))
    assert {"2026/11/tres/index.html", "2026/11/seis/index.html"} <= set(drawn)
    assert not {"2026/11/dos/index.html", "2026/11/uno/index.html", "acerca/index.html"} & set(drawn)


def test_a_picture_that_nobody_shows_draws_nothing(blog):
    """It is no part of what all pages are made of."""
    time.sleep(TICK_NS / 1e9)
    assert [] == twice(blog, lambda: picture(blog.root / "content" / "images" / "otra.png", 10))


@pytest.mark.parametrize(("table", "drawn", "left"), [
    (("people.toml", ANA.replace("example.com", "example.net")), {"cuatro", "cinco"}, {"uno", "dos"}),
    (("people.toml", f'{ANA}[eva]\nname = "Eva"\nx = "eva"\n'), {"seis"}, {"cuatro"}),
    (("tags.toml", '[redes]\nlabel = "RedesSociales"\n'), {"uno", "dos"}, {"tres", "cuatro"}),
    (("tags.toml", '[redessociales]\nvariants = ["redes"]\n'), {"uno", "dos"}, {"tres", "cuatro"}),
    (("links.toml", '["https://example.org/x"]\nto = "https://example.org/y"\n'), {"cinco"}, {"uno", "seis"}),
    (("redirects.toml", '[redirects]\n"/2018/la-parada/" = "post:id-dos.es"\n'), set(), {"dos", "uno"}),
    (("extra/hola.txt", "hola"), set(), {"dos", "uno"}),
])  # fmt: skip
def test_a_row_of_a_table_draws_the_pages_that_use_it(blog, table, drawn, left):
    """And posts that asked for nothing of it are not even read again; one that asked in vain is."""
    blog.texts["cinco"] += "\n\nLo dice @ana."
    blog.texts["seis"] += "\n\nLo dice @eva."
    blog.posts["uno"]["Etiquetas"] = blog.posts["dos"]["Etiquetas"] = "Redes"
    for name in blog.posts:
        blog.save(name)
    time.sleep(TICK_NS / 1e9)
    pages = set(twice(blog, lambda: blog.file(*table)))
    assert {f"2026/11/{name}/index.html" for name in drawn} <= pages
    assert not {f"2026/11/{name}/index.html" for name in left} & pages


def test_the_first_row_of_a_table_draws_the_pages_that_asked_for_it(blog):
    """A table that is empty was asked, too, and had no answer."""
    (blog.root / "content" / "people.toml").unlink()
    blog.texts["cinco"] += "\n\nLo dice @ana."
    blog.save("cinco")
    time.sleep(TICK_NS / 1e9)
    drawn = twice(blog, lambda: blog.file("people.toml", ANA))
    assert "2026/11/cinco/index.html" in drawn
    assert "2026/11/uno/index.html" not in drawn


@pytest.mark.parametrize(("facet", "key", "value"), [
    ("link", "Título", "Otro título"), ("card", "Resumen", "Otro resumen"), ("full", "Pregunta", "¿Y tú?"),
])  # fmt: skip
def test_these_tests_see_a_facet_that_is_not_declared(blog, monkeypatch, facet, key, value):
    """A page whose key does not know what it shows is old after an edit: that is what they look for."""

    def edit() -> None:
        blog.posts["dos"][key] = value
        blog.save("dos")
        monkeypatch.setattr(Facets, facet, lambda *_: b"the same")

    monkeypatch.setattr(Facets, facet, lambda *_: b"the same")
    with pytest.raises(AssertionError):
        twice(blog, edit)


def test_a_post_that_names_another_by_its_file_sees_it_go(blog):
    """``[[dos]]`` is looked for among all posts, and is words when there is none of that name."""
    blog.texts["tres"] = "Mira [[dos]]."
    blog.save("tres")
    post = blog.root / "content" / "posts" / "dos.md"
    assert "2026/11/tres/index.html" in twice(blog, lambda: post.rename(post.with_name("otro.md")))


@pytest.mark.parametrize("home", choices.LAYOUT["home"])
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_an_edited_text_is_seen_wherever_it_stands(blog, design, home):
    """Also on a home of whole posts, in each design, with all that can be chosen."""
    looks = {"DESIGN": design, "LAYOUT": {"home": home}, "EXTRAS": choices.EXTRAS}
    blog.texts["tres"] += "\n\nY una coletilla."
    pages = twice(blog, lambda: blog.save("tres"), **looks)
    assert ["2026/11/tres/index.html", *(["pagina/2/index.html"] if home == "whole" else [])] == pages


@pytest.mark.parametrize("home", choices.LAYOUT["home"])
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_what_our_templates_read_is_declared(blog, design, home):
    """A blog that has templates of its own, and reads nothing more than ours, is kept as well."""
    blog.posts["dos"] |= {"Idioma": "en", "Id": "id-uno", "Serie": "Colas", "Portada": "images/bar.png"}
    blog.posts["tres"] |= {"Serie": "Colas", "Gracias": "Ana Ruiz", "Pregunta": "¿Y tú?"}
    for name in ("dos", "tres"):
        blog.save(name)
    looks = {"DESIGN": design, "LAYOUT": {"home": home}, "EXTRAS": choices.EXTRAS, "NEWSLETTER": True}
    assert [] == twice(blog, lambda: None, watched=True, **looks)


def test_a_template_that_reads_more_is_seen(blog):
    """It is drawn each time, since its page may be old without anything telling."""
    blog.file("theme/templates/parts/neighbours.html", "{{ article.related|length }}{{ articles|length }}")
    assert "articles" in " ".join(
        built(blog.root, blog.root / "one", "2026-11-22T12:00:00+01:00", state=blog.root / "s")
    )


def test_plugins_of_others_write_into_no_file_of_the_output_before(blog):
    """Readers have that one until the new one is done, and keep it where that fails."""
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    built(blog.root, blog.root / "one", now, state=state)
    before = tree(blog.root / "one")
    plugins = [*defaults.PLUGINS, editing.__name__]
    built(blog.root, blog.root / "two", now, state=state, kept=blog.root / "one", PLUGINS=plugins)
    assert b"signed" in (blog.root / "two" / "sitemap.xml").read_bytes()
    assert_same(before, tree(blog.root / "one"))


def test_what_is_wrong_is_told_again(blog):
    """A page that asks another host is drawn and told at each build; nobody's complaint is lost with the drawing."""
    blog.file("theme/foot.html", '<img src="https://other.example/x.png">')
    now, state = "2026-11-22T12:00:00+01:00", blog.root / "state"
    for name, kept in (("one", None), ("two", blog.root / "one")):
        said = built(blog.root, blog.root / name, now, state=state, kept=kept)
        assert 1 == len([line for line in said if line.startswith("told:") and "other.example" in line])


def test_a_page_that_somebody_touched_is_drawn(blog):
    """What stands in the output is taken for ours only while it is the file that we wrote."""
    page = blog.root / "one" / "2026" / "11" / "dos" / "index.html"
    assert ["2026/11/dos/index.html"] == twice(blog, lambda: page.write_text("otra cosa"))


@pytest.mark.parametrize("written", [0, 1, 2, 3])
def test_the_build_after_one_that_was_killed_is_right(blog, monkeypatch, written):
    """Also when it had written a part of what it remembers, and the pages that it made are gone with it."""
    left = iter([True] * written)

    def write_some(path: Path, data: bytes, **more: object) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        write_whole(path, data, **more)

    def edit() -> None:
        blog.texts["dos"] += "\n\nY una coletilla."
        blog.posts["tres"]["Título"] = "Otro título"
        blog.save("dos")
        blog.save("tres")
        with monkeypatch.context() as dying:
            dying.setattr("tertulia.site.state.write_whole", write_some)
            with pytest.raises(KeyboardInterrupt):
                built(
                    blog.root, blog.root / "lost", "2026-11-22T12:00:00+01:00",
                    state=blog.root / "state", kept=blog.root / "one",
                )  # fmt: skip
        shutil.rmtree(blog.root / "lost", ignore_errors=True)

    assert {"2026/11/dos/index.html", "2026/11/tres/index.html"} <= set(twice(blog, edit))


def test_a_damaged_memory_is_none(blog):
    """Cut short, of zeros, or gone: everything is built, and rightly."""

    def damage() -> None:
        for at, file in enumerate(sorted((blog.root / "state").iterdir())):
            file.write_bytes(b"" if at % 3 == 0 else file.read_bytes()[:-1] if at % 3 == 1 else bytes(100))

    assert twice(blog, damage)


def test_a_list_of_plugins_of_ones_own_has_all_pages_written(blog):
    """Where nobody waits for the pages that are begun, they are waited for at once."""
    plugins = [name for name in defaults.PLUGINS if not name.endswith(".pages")]
    built(blog.root, blog.root / "one", editing.NOW, PLUGINS=plugins)
    built(blog.root, blog.root / "whole", editing.NOW)
    assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))
