"""The search index: made of what is published, the same twice, and found by a real browser."""

import functools
import http.server
import io
import json
import logging
import shutil
import threading
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from tertulia.site import search
from tests.real.browser import CHROMIUM, browser

POSTS = {
    "opinion.md": "Título: La opinión del cliente\nFecha: 2026-03-01\n\nOpinión sobre reclamaciones del año pasado.\n",
    "cana.md": "Título: Canas\nFecha: 2026-03-02\n\nLas canas de un ano cualquiera, y nada que reclamar.\n",
    "wait.md": "Title: Waiting\nDate: 2026-03-03\nLang: en\n\nShe complained about waiting.\n",
    "borrador.md": "Título: Secreto\nFecha: 2026-03-04\nEstado: borrador\n\nUn borrador sobre reclamaciones.\n",
    "futuro.md": "Título: Futuro\nFecha: 2027-03-04\n\nReclamaciones del porvenir.\n",
    "aparte.md": "Título: Aparte\nFecha: 2026-03-05\nEstado: sin listar\n\nReclamaciones con enlace.\n",
}


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Six posts, three of which are published and listed."""
    folder = tmp_path_factory.mktemp("content")
    (folder / "posts").mkdir()
    for name, text in POSTS.items():
        (folder / "posts" / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def output(content, tmp_path_factory):
    """The blog built with its index, in a folder outside the project."""
    from tests.conftest import build_site

    output = tmp_path_factory.mktemp("elsewhere") / "output"
    build_site(content, output, SEARCH=True, SOCIAL_CARDS=False)
    return output


def test_there_is_one_index_for_each_language(output):
    """Spanish and English are indexed apart, and only what is published and listed."""
    entry = json.loads((output / "pagefind" / "pagefind-entry.json").read_text("utf-8"))
    assert {lang: index["page_count"] for lang, index in entry["languages"].items()} == {"en": 1, "es": 2}


def test_the_index_is_the_same_twice(content, output, tmp_path):
    """A second build, in another folder, gives the same files with the same bytes."""
    from tests.conftest import build_site

    build_site(content, tmp_path / "output", SEARCH=True, SOCIAL_CARDS=False)
    first, second = ({p.name: p.read_bytes() for p in sorted(o.rglob("*")) if p.is_file()} for o in (
        output / "pagefind", tmp_path / "output" / "pagefind"))  # fmt: skip
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_without_pagefind_the_blog_is_built_and_one_warning_said(content, tmp_path, build, monkeypatch):
    """A missing binary costs the search, not the blog."""
    monkeypatch.setattr(search, "executable", lambda: None)
    records = build(content, tmp_path / "output", SEARCH=True, SOCIAL_CARDS=False)
    assert (tmp_path / "output" / "index.html").is_file()
    assert len([r for r in records if r.name == "tertulia.site.search" and r.levelno == logging.WARNING]) == 1


def test_a_pagefind_that_fails_is_told_in_its_own_words(content, tmp_path, build, monkeypatch):
    """What Pagefind says is passed on, and the blog is built."""
    broken = tmp_path / "pagefind"
    broken.write_text("#!/bin/sh\necho 'no room left' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(search, "executable", lambda: broken)
    records = build(content, tmp_path / "output", SEARCH=True, SOCIAL_CARDS=False)
    assert (tmp_path / "output" / "index.html").is_file()
    (told,) = [r.getMessage() for r in records if r.name == "tertulia.site.search"]
    assert "no room left" in told


def test_search_can_be_switched_off(content, tmp_path, build):
    """No setting, no index."""
    build(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert not (tmp_path / "output" / "pagefind").exists()


@pytest.mark.parametrize("count", range(300, 520, 7))
def test_a_new_post_moves_none_of_the_others(count):
    """In a large blog it is indexed with the newest, of which there are at least fifty; pages are with these."""
    posts = [SimpleNamespace(date=day, save_as=str(day), is_page=False) for day in range(count)]
    page = SimpleNamespace(date=7, save_as="p", is_page=True)
    before, after = search.parted([page, *posts[::-1]]), search.parted([*posts, page, SimpleNamespace(
        date=count, save_as="new", is_page=False)])  # fmt: skip
    assert 0 == len(before[""]) % search.SETTLED and 51 <= len(before["recent"]) <= 150
    assert before[""] == after[""][: len(before[""])] and (len(after[""]) - len(before[""])) in (0, search.SETTLED)
    assert page in after["recent"]


@pytest.fixture
def parted(monkeypatch):
    """Three posts are many."""
    monkeypatch.setattr(search, "LEAST_PARTED", 3)
    monkeypatch.setattr(search, "SETTLED", 2)
    monkeypatch.setattr(search, "LARGEST_PART", 2)


@pytest.mark.parametrize(
    ("count", "size"), [(2150, 2000), (2151, 2000), (10_000, 2000), (16_000, 2000), (100_000, 16_000)]
)
def test_a_very_large_blog_is_indexed_in_parts_that_stay(count, size):
    """So many from the oldest on are together, in a few parts; another post is in the last, or with the newest."""
    posts = [SimpleNamespace(date=day, save_as=f"{day:06}", is_page=False) for day in range(count + 1)]
    before, after = search.parted(posts[:count]), search.parted(posts)
    *full, _, _ = before.values()
    assert posts[:count] == [post for part in before.values() for post in part]
    assert {size} >= {len(part) for part in full} and len(before) <= search.MOST_PARTS + 1
    assert [list(part) for part in full] == [after[name] for name in list(before)[: len(full)]]


@pytest.mark.usefixtures("parted")
def test_an_edit_of_a_new_post_leaves_the_index_of_the_others(tmp_path):
    """It is the very files of the output before; one that somebody touched is made anew."""
    from tests.editing import Blog, built, tree

    blog, now = Blog(), "2026-11-22T12:00:00+01:00"

    def again(number: int, kept: int | None) -> dict[str, int]:
        output = blog.root / str(number)
        built(blog.root, output, now, state=blog.root / "state", kept=kept and blog.root / str(kept), SEARCH=True)
        built(blog.root, blog.root / f"whole{number}", now, SEARCH=True)
        assert tree(blog.root / f"whole{number}") == tree(output)
        return {path.relative_to(output).as_posix(): path.stat().st_ino for path in output.glob("pagefind/**/*.pf*")}

    one = again(1, None)
    blog.texts["seis"] = "Otra cosa, con zarzamoras."
    blog.save("seis")
    two = again(2, 1)
    settled = {name for name in one if "/recent/" not in name}
    assert settled and settled < one.keys()
    assert {name: one[name] for name in settled} == {name: two[name] for name in settled}
    assert not {two[name] for name in two.keys() - settled} & set(one.values())
    touched = blog.root / "2" / min(settled)
    touched.write_bytes(b"x")
    three = again(3, 2)
    anew = {name for name in settled if ("/older-" in name) == ("/older-" in min(settled))}
    assert three.keys() == two.keys() and not {three[name] for name in anew} & set(two.values())


PAGE = """<!doctype html><html lang="es"><meta charset="utf-8"><title>waiting</title><pre></pre><script type="module">
const pagefind = await import("/pagefind/pagefind.js"), found = {};
for (const words of %s) {
  const results = (await pagefind.search(words)).results;
  found[words] = (await Promise.all(results.map((one) => one.data()))).map((one) => one.meta);
}
document.querySelector("pre").textContent = JSON.stringify(found);
</script></html>"""


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so search was not tried in a browser")
def test_a_browser_finds_words_without_their_accents(output, socket_enabled):
    """Accents, plurals and capitals do not matter; the ñ may be typed as n, and what is spelled so comes first."""
    words = ["opinion", "OPINIÓN", "opiniones", "reclamación", "ano", "año", "cana", "secreto", "porvenir", "enlace"]
    (output / "try.html").write_text(PAGE % json.dumps(words), encoding="utf-8")
    handler = functools.partial(_Quiet, directory=str(output))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.open(f"http://127.0.0.1:{server.server_port}/try.html")
        shown = json.loads(page.until('document.querySelector("pre").textContent', 60))
        server.shutdown()
    found = {words: [one["title"] for one in results] for words, results in shown.items()}
    opinion, canas = "La opinión del cliente", "Canas"
    assert {words: set(titles) for words, titles in found.items()} == {
        "opinion": {opinion},
        "OPINIÓN": {opinion},
        "opiniones": {opinion},
        "reclamación": {opinion, canas},
        "ano": {opinion, canas},
        "año": {opinion, canas},
        "cana": {canas},
        "secreto": set(),
        "porvenir": set(),
        "enlace": set(),
    }
    assert (found["ano"][0], found["año"][0]) == (canas, opinion)
    (only,) = shown["opinion"]
    assert ("/2026/03/la-opinion-del-cliente/", "1 de marzo de 2026", "es") == (
        only["address"],
        only["date"],
        only["lang"],
    )


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so search was not tried in a browser")
def test_the_search_page_keeps_the_letter_that_was_written(output, socket_enabled):
    """Who writes ñ means ñ; who has no such key finds it all the same, and accents never matter."""
    titles = 'Array.from(document.querySelectorAll("search ~ ol h2, ol h2"), (one) => one.textContent).join("|")'
    handler = functools.partial(_Quiet, directory=str(output))
    found = {}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for words in ("a\u00f1o", "ano", "AN\u0303O", "opinion"):
            page.open(f"http://127.0.0.1:{server.server_port}/buscar/?q={quote(words)}")
            found[words] = set(page.until(titles, 60).split("|"))
        server.shutdown()
    opinion, canas = "La opini\u00f3n del cliente", "Canas"
    assert {"a\u00f1o": {opinion}, "ano": {opinion, canas}, "AN\u0303O": {opinion}, "opinion": {opinion}} == found


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so search was not tried in a browser")
@pytest.mark.usefixtures("parted")
def test_both_parts_of_an_index_are_searched_as_one(content, tmp_path, socket_enabled):
    """Old and new posts, in each language, from the page of either; a language that one part lacks is no matter."""
    from tests.conftest import build_site

    for day in (7, 8, 9):
        text = f"Título: Viejo {day}\nFecha: 2025-03-0{day}\n\nReclamaciones de antes, con zarzamoras.\n"
        (content / "posts" / f"viejo-{day}.md").write_text(text, "utf-8")
    output, found = tmp_path / "output", {}
    build_site(content, output, SEARCH=True, SOCIAL_CARDS=False)
    handler = functools.partial(_Quiet, directory=str(output))
    titles = 'Array.from(document.querySelectorAll("search ~ ol h2, ol h2"), (one) => one.textContent).join("|")'
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for place in (
            "buscar/?q=reclamaciones",
            "buscar/?q=zarzamoras",
            "buscar/?q=waiting",
            "en/buscar/?q=zarzamoras",
        ):
            page.open(f"http://127.0.0.1:{server.server_port}/{place}")
            found[place] = sorted(page.until(titles, 60).split("|"))
        server.shutdown()
    old = [f"Viejo {day}" for day in (7, 8, 9)]
    assert {
        "buscar/?q=reclamaciones": ["La opinión del cliente", *old], "buscar/?q=zarzamoras": old,
        "buscar/?q=waiting": ["Waiting"], "en/buscar/?q=zarzamoras": old,
    } == found  # fmt: skip
    for day in (7, 8, 9):
        (content / "posts" / f"viejo-{day}.md").unlink()


def test_a_record_holds_what_is_read_of_a_post_and_its_answers(tmp_path, build, monkeypatch):
    """Title, text, updates, question, names and comments, with the address and the date to show; no form, no menu."""
    (tmp_path / "content/posts").mkdir(parents=True)
    header = "Título: Uno & dos\nFecha: 2026-03-01\nEtiquetas: cinco\nTema: Ciencia\nSerie: Cuentas\nPregunta: ¿Y tú?\n"
    text = f"{header}Actualización: 2026-03-02 *Respondieron*.\n\nTres.\n"
    (tmp_path / "content/posts/uno.md").write_text(text, "utf-8")
    (tmp_path / "content/posts/wait.md").write_text("Title: W\nDate: 2026-03-03\nLang: en\n\nW.\n", "utf-8")
    seen, search_page = {}, search.search_page
    monkeypatch.setattr(search, "search_page", lambda one, *more: seen.setdefault(one.title, search_page(one, *more)))
    build(tmp_path / "content", tmp_path / "output", SEARCH=True, SOCIAL_CARDS=False)
    assert (
        '<!doctype html><html lang="es"><body data-pagefind-body>'
        '<a lang="es" href="/2026/03/uno-dos/" title="1 de marzo de 2026"'
        ' data-pagefind-meta="lang[lang], address[href], date[title]"></a>'
        "<h1>Uno &amp; dos</h1><p>Tres.</p><p><em>Respondieron</em>.</p><p>¿Y tú?</p>"
        "<p>Ciencia · cinco · Cuentas</p>"
    ) == seen["Uno & dos"]
    assert 'title="3 March 2026"' in seen["W"]


def test_answers_are_searched_with_who_gave_them():
    """Those of older parts of a long talk too; a name is text."""
    said = [SimpleNamespace(author="Ana <b>", html="<p>Sí.</p>"), SimpleNamespace(author="", html="<p>No.</p>")]
    assert "<p>Ana &lt;b&gt;</p><p>Sí.</p><p></p><p>No.</p>" == "".join(search.answers(said))


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        """Say nothing."""


FOUND = {
    "Comisión": 0, "quesadilla": 0, "Iglesias": 0, "pingüino": 0, "Madrid": 0, "desayuno": 0, "waits": 1,
    "reclamación": 1, "opiniones": 1, "opini": 1, "cliente pasado": 1, "cliente quesadilla": 0, "cana": 1,
    "complaint": 1, "año": 1, "clientas": 1,
}  # fmt: skip


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so search was not tried in a browser")
def test_a_word_that_is_nowhere_finds_nothing(content, tmp_path, socket_enabled):
    """Words whose first letters are a word of either language; endings, accents and what is half typed are found."""
    from tests.conftest import build_site

    (content / "posts" / "mas.md").write_text(
        "Título: Como siempre\nFecha: 2026-03-06\n\nComo que de la madre, y mad, the pins, i. No comía. Desa y ya.\n",
        "utf-8",
    )
    output = tmp_path / "output"
    build_site(content, output, SEARCH=True, SOCIAL_CARDS=False)
    handler = functools.partial(_Quiet, directory=str(output))
    found = {}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, browser() as page:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for words in FOUND:
            page.open(f"http://127.0.0.1:{server.server_port}/buscar/?q={quote(words)}")
            page.until("/«|“/.test(document.querySelector('[role=status]').textContent)", 60)
            found[words] = page.run("document.querySelectorAll('search ol li, search ~ ol li').length")
        server.shutdown()
    assert FOUND == found


def test_the_index_does_not_depend_on_the_order_of_its_pages(monkeypatch):
    """Pagefind takes pages as the disk lists them, which in a /tmp in memory is as they were written."""
    written = []
    monkeypatch.setattr(search, "open", lambda path, mode: written.append(path.name) or io.BytesIO(), raising=False)
    shutil.rmtree(search.LaterIndex({"": {"b.html": "b", "a.html": "a"}}).folder)
    assert ["a.html", "b.html"] == written
