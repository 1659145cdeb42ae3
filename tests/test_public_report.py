"""How the blog answers, on a page of the site: numbers alone, in each language, written anew only when they change."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tertulia.commands import report as task
from tertulia.conversation import public_report
from tertulia.core import languages
from tertulia.store.said import Author, Incoming, Read, Verdict
from tests.conftest import build_site
from tests.talking import NOW, Talk
from tests.xss import RUN, VECTORS

SECRET = "Zutano Mengánez"


@pytest.fixture
def talk(tmp_path):
    """A blog to which somebody has said something."""
    languages.speak("es")
    made = Talk(tmp_path)
    say_(made, 1)
    yield made
    made.blog.close()


def say_(talk, number: int, channel: str = "form", **changes) -> str:
    fields = {
        "source": channel, "source_id": str(number), "post": "voto", "lang": "es", "kind": "comment",
        "author": Author(network=channel, identity=f"{number}", name=SECRET, handle="@zutano", url="https://zutano.example"),
        "published": NOW - timedelta(hours=number), "text": f"{SECRET} dice", "html": "<p>…</p>",
    }  # fmt: skip
    return talk.store.conversation.record(Incoming(**(fields | changes)), Verdict("approved"), NOW).key


def made(talk) -> dict[str, str]:
    task.make_page(talk.blog)
    return {path.name: path.read_text() for path in public_report.pages(talk.blog.root / "content")}


def test_without_a_page_nothing_is_public(talk):
    """It is asked for once, by name; until then no task writes one."""
    assert (0, []) == (task.refresh_page(talk.blog), public_report.pages(talk.blog.root / "content"))


def test_a_page_for_each_language_in_its_words(talk):
    """Made once: what the blogger has written is not written over."""
    talk.blog.info.langs = ("es", "en")
    pages = made(talk)
    assert ["como-respondemos.en.md", "como-respondemos.md"] == sorted(pages)
    assert "Dichas: 1 · respondidas: 0 (0 %)" in pages["como-respondemos.md"]
    assert "Said: 1 · answered: 0 (0 %)" in pages["como-respondemos.en.md"]
    assert "Title: How we answer" in pages["como-respondemos.en.md"]
    assert "es" == languages.spoken()
    page = talk.blog.root / "content/pages/como-respondemos.md"
    page.write_text(page.read_text().replace("<!-- answers", "Palabras mías.\n\n<!-- answers"))
    assert "Palabras mías." in made(talk)["como-respondemos.md"]


def test_it_is_written_anew_when_the_figures_change_and_only_then(talk):
    """The same figures, some days later, are the same bytes: the build has nothing to do."""
    before = made(talk)
    talk.clock += timedelta(days=9)
    assert 0 == task.refresh_page(talk.blog)
    key = say_(talk, 2)
    said = talk.store.conversation.get(key)
    talk.store.inbox.set_aside(Read(key, said.version), NOW)
    assert len(before) == task.refresh_page(talk.blog)
    assert before != made(talk)


def test_nothing_of_anybody_is_in_it(talk):
    """No name, handle, address or word, and no channel's name runs or breaks the table."""
    bad = [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS]
    for number, vector in enumerate(bad, 2):
        say_(talk, number, vector[:40], text=vector)
    text = "".join(made(talk).values())
    assert [] == [word for word in (SECRET, "zutano", "dice", "voto") if word.casefold() in text.casefold()]
    html = re.sub(r"</?(?:svg|figure|g|title|rect|text)\b[^>]*>|<!-- /?answers[^>]*-->", "", text)
    assert "<" not in html


def test_it_is_a_page_like_any_other(talk, tmp_path):
    """Drawn without a script, in the site's own frame, in each language."""
    content = tmp_path / "content"
    (content / "posts").mkdir(parents=True, exist_ok=True)
    (content / "posts/2026-11-20_uno.md").write_text("Título: Uno\nId: uno\nFecha: 2026-11-20\n\nHola.\n")
    talk.blog.info.langs = ("es", "en")
    made(talk)
    told = build_site(content, tmp_path / "out", SEARCH=False)
    assert [] == [record.getMessage() for record in told if record.levelname in ("WARNING", "ERROR")]
    for where, words in (("como-respondemos", "Por día de la semana"), ("en/how-we-answer", "By weekday")):
        html = next(Path(tmp_path / "out").glob(f"{where}/index.html")).read_text()
        main = html.partition("<main")[2].partition("</main>")[0]
        assert (2, 3) == (main.count("<svg "), main.count("<table"))
        assert (words in main, 0) == (True, main.count("<script"))
