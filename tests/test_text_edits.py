"""A text that is saved in a preview is on its pages at once, and they are those that a build would write."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tertulia.commands import live, preview
from tertulia.commands.background_search import BackgroundSearch
from tertulia.commands.build_report import BuildReport
from tertulia.commands.live import LiveSite
from tertulia.commands.warm import WarmBuilder
from tertulia.edits.text_edits import BuiltSite, NeedsBuildError, TextEdits
from tertulia.site import choices
from tests.conftest import ROOT
from tests.editing import TEXTS, Blog, arranged, built, picture, tree

pytestmark = pytest.mark.slow

NOW = "2026-11-22T12:00:00+01:00"
linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has a new process for each build")


@pytest.fixture
def blog():
    """Six posts and a page."""
    made = Blog()
    made.posts["dos"]["Etiquetas"] = made.posts["seis"]["Etiquetas"] = "Redes"
    for name in ("dos", "seis"):
        made.save(name)
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def edited(blog: Blog, edit: Callable[[], str], **more: object) -> list[str]:
    """Build *blog*, do *edit*, show it: the pages that were drawn, all pages being then what a build would write."""
    more = {"RELATED_POSTS": 0, **more}  # the build that follows sees to those
    _, build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    drawn = TextEdits(BuiltSite(build)).apply([str(blog.root / "content" / edit())])
    built(blog.root, blog.root / "whole", NOW, **more)
    whole, shown = tree(blog.root / "whole"), tree(blog.root / "one")
    pages = [name for name in whole if name.endswith(".html")]
    assert [] == [name for name in pages if whole[name] != shown[name]]
    return sorted(drawn)


def said(blog: Blog, name: str, text: str, **header: str) -> str:
    """Give the post *name* another text; its file."""
    blog.texts[name] = text
    blog.posts[name] |= header
    blog.save(name)
    return f"posts/{name}.md"


@pytest.mark.parametrize(
    "text", [*TEXTS[:1], *TEXTS[4:5], "Corto.", "# Un título\n\n## Otro\n\nY nada.", "<b>¡Ojo!</b> `x`"]
)
def test_a_new_text_is_on_every_page_that_shows_it(blog, text):
    """Its own, and the lists that show how it begins."""
    assert "2026/11/dos/index.html" in edited(blog, lambda: said(blog, "dos", text))


def test_only_the_pages_that_show_it_are_drawn(blog):
    """What lists say of the post is the same: they are left alone."""
    blog.posts["dos"]["Resumen"] = "Lo de siempre."
    blog.save("dos")
    text = blog.texts["dos"] + "\n\nY una coletilla."
    assert ["2026/11/dos/index.html"] == edited(blog, lambda: said(blog, "dos", text))


@pytest.mark.parametrize("header", [
    {"Resumen": "Otro *resumen*."}, {"Modificado": "2026-11-20"}, {"Pregunta": "¿Y tú?"}, {"Gracias": "Ana Ruiz"},
    {"Actualización": "2026-11-20: ya no."}, {"Índice": "sí"}, {"Resumen": ""},
])  # fmt: skip
def test_what_is_said_of_a_text_is_shown_too(blog, header):
    """A summary, a date of change, thanks: they arrange nothing."""
    blog.posts["dos"]["Resumen"] = "Lo de siempre."
    blog.save("dos")
    assert "2026/11/dos/index.html" in edited(blog, lambda: said(blog, "dos", blog.texts["dos"], **header))


@pytest.mark.parametrize("home", choices.LAYOUT["home"])
@pytest.mark.parametrize("design", choices.DESIGNS)
def test_it_is_seen_in_every_design(blog, design, home):
    """Also on a home of whole posts."""
    looks = {"DESIGN": design, "LAYOUT": {"home": home}, "EXTRAS": choices.EXTRAS}
    assert edited(blog, lambda: said(blog, "dos", "Otra cosa, con más palabras que antes. #Redes"), **looks)


def test_a_page_is_a_text_too(blog):
    """That says no date, and is given that of the build."""

    def edit() -> str:
        blog.file("pages/acerca.md", "Título: Acerca\n\nSomos otros.\n")
        return "pages/acerca.md"

    assert "acerca/index.html" in edited(blog, edit)


@pytest.mark.parametrize("title", ["Otro & más", ""])
@pytest.mark.parametrize("cards", [True, False])
def test_a_title_is_wherever_the_post_is_named(blog, title, cards):
    """On the pages beside it, in lists, on its card; one that is taken away is the first words."""
    drawn = edited(blog, lambda: said(blog, "dos", blog.texts["dos"], Título=title), SOCIAL_CARDS=cards)
    assert {"2026/11/dos/index.html", "2026/11/tres/index.html", "index.html"} <= set(drawn)


def test_a_title_on_the_page_of_an_old_address_is_for_a_build(blog):
    """That page says it too."""
    blog.posts["dos"]["Alias"] = "/viejo/"
    blog.save("dos")
    _, build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    with pytest.raises(NeedsBuildError):
        TextEdits(BuiltSite(build)).apply([str(blog.root / "content" / said(blog, "dos", "Otro.", Título="Otro"))])


@pytest.mark.parametrize("header", [
    {"Slug": "otro"}, {"Fecha": "2026-11-09"}, {"Etiquetas": "Colas, Nueva"}, {"Idioma": "en"},
    {"Autor": "Luis Gil"}, {"Serie": "Colas"}, {"Estado": "borrador"}, {"Categoría": "Barrio"}, {"Id": "otro"},
    {"Alias": "/viejo/"}, {"Portada": "images/bar.png"},
])  # fmt: skip
def test_what_arranges_is_for_a_build(blog, header):
    """Nothing is drawn then, nor changed."""
    _, build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    before = tree(blog.root / "one")
    file = str(blog.root / "content" / said(blog, "dos", "Otro texto. #Redes", **header))
    with pytest.raises(NeedsBuildError):
        TextEdits(BuiltSite(build)).apply([file])
    assert before == tree(blog.root / "one")


@pytest.mark.parametrize("text", ["#Nueva etiqueta", "![Otra](/images/otra.png)", "Mira [[uno]]."])
def test_a_text_that_brings_more_than_words_is_for_a_build(blog, text):
    """Tags, pictures, names of other files."""
    picture(blog.root / "content" / "images" / "otra.png", 10)
    _, build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    with pytest.raises(NeedsBuildError):
        TextEdits(BuiltSite(build)).apply([str(blog.root / "content" / said(blog, "dos", text))])


@pytest.mark.parametrize("path", ["people.toml", "images/bar.png", "posts/nueva.md", "theme/templates/base.html"])
def test_what_is_no_text_is_for_a_build(blog, path):
    """Also beside a text that was saved with it: both are shown together."""
    _, build = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    text = str(blog.root / "content" / said(blog, "dos", "Otro texto. #Redes"))
    with pytest.raises(NeedsBuildError):
        TextEdits(BuiltSite(build)).apply([text, str(blog.root / "content" / path)])
    assert [] == TextEdits(BuiltSite(build)).apply([str(blog.root / "content" / "posts" / "4913")])  # an editor's trial


def test_edits_follow_one_another(blog):
    """Each text is what was saved last; what is taken back is as it was; the next build takes no page for another."""
    state = blog.root / "state"
    _, build = arranged(blog.root, blog.root / "one", NOW, state=state, RELATED_POSTS=0)
    edits, before = TextEdits(BuiltSite(build)), tree(blog.root / "one")
    title = blog.posts["dos"]["Título"]
    steps = (("dos", "Uno. #Redes", "Otro"), ("dos", "Dos. #Redes", title), ("cuatro", "Tres.", "Cuatro"))
    for name, text, called in (*steps, ("dos", blog.texts["dos"], title)):
        edits.apply([str(blog.root / "content" / said(blog, name, text, Título=called))])
    for page in ("2026/11/dos/index.html", "2026/11/uno/index.html"):  # the other names it as the next one
        assert before[page] == tree(blog.root / "one")[page]
    built(blog.root, blog.root / "two", NOW, state=state, kept=blog.root / "one", RELATED_POSTS=0)
    built(blog.root, blog.root / "whole", NOW, RELATED_POSTS=0)
    assert tree(blog.root / "whole") == tree(blog.root / "two")


def wait_for(what: Callable[[], object]) -> None:
    """Until *what* is so."""
    until = time.monotonic() + 60
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


@linux
@pytest.mark.usefixtures("socket_enabled")
def test_a_preview_shows_a_text_before_it_builds(blog, monkeypatch):
    """And while it builds for something else the next one, which is still there when that build is shown."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.1)
    (blog.root / "pelicanconf.py").write_text(
        "from tertulia.defaults import *\nSEARCH = SOCIAL_CARDS = False\n", "utf-8"
    )
    folder, site = blog.root / "var" / "preview", preview.Site()
    folder.mkdir(parents=True)
    builder = WarmBuilder(blog.root)
    shown = LiveSite(blog.root, folder, site, builder, BackgroundSearch(folder, lambda: site.folder))
    working, go_on = threading.Event(), threading.Event()
    run = builder.run

    def slow(root: Path, arguments: list[str]) -> int:
        code = run(root, arguments)
        working.set()
        assert go_on.wait(60)
        return code

    def save(text: str) -> list[str]:
        return shown.saved([blog.root / "content" / said(blog, "dos", f"{text} #Redes")])

    def page() -> str:
        assert site.folder
        return (site.folder / "2026" / "11" / "dos" / "index.html").read_text("utf-8")

    try:
        shown.begin()
        monkeypatch.setattr(builder, "run", slow)
        assert save("Primero.") and "Primero." in page()
        assert working.wait(60)  # the build that follows has read it
        first, version = site.folder, site.version
        assert save("Segundo.") and "Segundo." in page() and first == site.folder
        assert version + 1 == site.version
        go_on.set()
        wait_for(lambda: site.folder != first)
        assert "Segundo." in page()
        blog.posts["dos"]["Etiquetas"] = "Redes, Otra"
        assert [] == save("Tercero.")
        wait_for(lambda: "/otra/" in page() and "Tercero." in page())
    finally:
        go_on.set()
        shown.close()


@linux
@pytest.mark.usefixtures("socket_enabled")
def test_a_preview_whose_keeper_died_builds(blog, monkeypatch):
    """Nothing is lost with it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    (blog.root / "pelicanconf.py").write_text(
        "from tertulia.defaults import *\nSEARCH = SOCIAL_CARDS = False\n", "utf-8"
    )
    folder, site = blog.root / "var" / "preview", preview.Site()
    folder.mkdir(parents=True)
    builder = WarmBuilder(blog.root)
    shown = LiveSite(blog.root, folder, site, builder, BackgroundSearch(folder, lambda: site.folder))
    try:
        shown.begin()
        assert builder._process
        os.killpg(builder._process.pid, 9)
        first = site.folder
        assert [] == shown.saved([blog.root / "content" / said(blog, "dos", "Otra cosa. #Redes")])
        wait_for(lambda: site.folder != first)
        assert site.folder and "Otra cosa." in (site.folder / "2026/11/dos/index.html").read_text("utf-8")
    finally:
        shown.close()


@linux
@pytest.mark.usefixtures("socket_enabled")
def test_settings_that_break_during_a_build_do_not_end_the_preview(blog, monkeypatch):
    """Two saves in a row: the second, which is no UTF-8, comes while the first is built; the third is built again."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr(live, "QUIET_SECONDS", 0.1)
    conf, good = blog.root / "pelicanconf.py", "from tertulia.defaults import *\nSEARCH = SOCIAL_CARDS = False\n"
    conf.write_text(good, "utf-8")
    folder, site = blog.root / "var" / "preview", preview.Site()
    folder.mkdir(parents=True)
    builder = WarmBuilder(blog.root)
    shown = LiveSite(blog.root, folder, site, builder, BackgroundSearch(folder, lambda: site.folder))
    run = builder.run

    def breaking(root: Path, arguments: list[str]) -> int:
        conf.write_bytes(good.encode() + "SITENAME = 'Café'\n".encode("latin-1"))
        return run(root, arguments)

    try:
        shown.begin()
        first = site.folder
        monkeypatch.setattr(builder, "run", breaking)
        shown.saved([conf])
        wait_for(lambda: site.failed)
        assert first == site.folder and "pelicanconf.py:3" in "".join(site.note)
        monkeypatch.setattr(builder, "run", run)
        conf.write_text(good, "utf-8")
        shown.saved([conf])
        wait_for(lambda: site.folder != first)
        assert not site.failed
    finally:
        shown.close()


def test_an_open_page_is_told_of_what_was_drawn(tmp_path):
    """Without losing what the last build complained about."""
    site = preview.Site()
    report = BuildReport()
    site.show(tmp_path, report)
    site.note = ["1 aviso"]
    before = site.news()
    site.again()
    assert before != site.news()
    assert "1 aviso" in site.news()
