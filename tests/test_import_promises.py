"""What every source promises alike: tested on an export of each of ``registry.SOURCES``."""

import os
import shutil
import unicodedata
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from tertulia.core import languages
from tertulia.core.errors import TertuliaError
from tertulia.imports.mojibake import repaired
from tertulia.imports.registry import SOURCES
from tests.exports_of_sources import EXPORTS, IN_MARKDOWN, TALK_ALONE, WHERE, WITH_TALK, Words, bring, export_of
from tests.importing import Blog, blog
from tests.test_import_killed import KILLED, Plug

__all__ = ["blog"]  # a fixture

PRIVATE = ("secret.example", "203.0.113.9")


def test_there_is_an_export_of_every_source():
    """A source that is added has to keep the promises too."""
    assert set(SOURCES) == set(EXPORTS)


def kept(blog):
    """All that an import left in a blog for others to see, or for itself."""
    said = [(one.key, one.text, one.status, one.parent) for one in blog.said()]
    files = {
        path.relative_to(blog.root).as_posix(): path.read_bytes()
        for folder in ("content", "var/conversation", "var/import")
        for path in sorted((blog.root / folder).rglob("*"))
        if path.is_file() and not path.name.endswith(".part") and "-import-" not in path.name  # reports: told anew
    }
    return files, said


@pytest.mark.parametrize("kind", SOURCES)
def test_it_is_known_by_what_is_inside(blog, kind, tmp_path):
    """Without being told which it is."""
    report = blog.take(*export_of(kind, tmp_path), old_site=WHERE)
    assert blog.report_path.name.endswith(f"-import-{kind}.md")
    assert report.sums()


@pytest.mark.parametrize("kind", SOURCES)
def test_nothing_unseen_is_shown_and_no_address_is_kept(blog, kind, tmp_path):
    """What was not public is a draft; e-mail and IP addresses are in no file, no row and no report."""
    bring(blog, kind, tmp_path)
    files, said = kept(blog)
    files["report"] = blog.report_path.read_bytes()
    texts = [data.decode("utf-8", "replace") for data in files.values()]
    shown = [text for name, text in zip(files, texts, strict=True) if name.endswith(".md") and "SECRETO" in text]
    assert all("Estado: borrador" in text for text in shown)
    assert bool(shown) is (kind not in (*TALK_ALONE, "microblog"))
    assert not any(secret in text for secret in PRIVATE for text in (*texts, repr(said)))


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_sums_agree_and_a_second_run_changes_nothing(blog, kind, lang, tmp_path):
    """In and out, in either language; no file, no row."""
    conf = {"DEFAULT_LANG": lang}
    dry = bring(blog, kind, tmp_path / "dry", conf=conf, dry=True)
    report = bring(blog, kind, tmp_path / "one", conf=conf)
    before = kept(blog)
    again = bring(blog, kind, tmp_path / "two", conf=conf)
    assert before == kept(blog)
    for one in (dry, report, again):
        one.check()
        assert one.sums()[0].read or one.sums()[1].read
    assert dry.sums()[:2] == report.sums()[:2] == again.sums()[:2]
    words = {"es": "comentarios leídos", "en": "comments read"}
    languages.speak(lang)
    assert words[lang] in report.markdown()
    languages.speak("es")


@pytest.mark.parametrize("kind", WITH_TALK)
def test_the_talk_is_nested_and_who_was_erased_does_not_come_back(blog, kind, tmp_path):
    """Nor does what they said in a newer export; what others answered stays."""
    bring(blog, kind, tmp_path / "one")
    found = {one.text: one for one in blog.said()}
    assert {"Digo.", "Contesto."} == set(found) and found["Contesto."].parent == found["Digo."].id
    assert "Luis" == found["Digo."].name
    blog.store.conversation.erase(found["Digo."].person, datetime.now(UTC))
    report = bring(blog, kind, tmp_path / "two", Words(again="Otra vez."))
    texts = [one.text for one in blog.said()]
    assert "Contesto." in texts and not {"Digo.", "Otra vez."} & set(texts)
    assert "Luis" not in [one.name for one in blog.said()] and report.taken.refused


@pytest.mark.slow
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("moment", ["before", "after", "commit"])
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the machine cannot make a process to be killed")
def test_whenever_it_is_killed_the_next_run_finishes_it(kind, moment, tmp_path):
    """Before a file takes its place, after it did, at a commit: the first, second, fourth… time."""
    wanted = finished(tmp_path, "whole", kind)
    number, last = 1, False
    while not last:
        name = f"cut{number}"
        process = os.fork()
        if not process:
            try:
                blog = Blog(tmp_path / name)
                Plug(moment, number)
                bring(blog, kind, tmp_path / f"{name}-export")
            finally:
                os._exit(0)
        last = KILLED != os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        assert wanted == finished(tmp_path, name, kind)
        number *= 2


def finished(root, name, kind):
    """All that there is after a run that nothing stopped."""
    blog = Blog(root / name)
    bring(blog, kind, root / f"{name}-finished")
    files, said = kept(blog)
    blog.store.close()
    return files, said


def attacked(blog, kind, folder, damage):
    """See that what is left of an export after *damage* comes over, or is told in one line."""
    (path,) = export_of(kind, folder)
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    for file in files:
        file.write_bytes(damage(file.read_bytes()))
    told = taken(blog, path, kind)
    assert "\n" not in told


def taken(blog, path, kind):
    """Import *path*; what was told where that cannot be."""
    try:
        blog.take(path, kind=kind, old_site=WHERE)
    except TertuliaError as told:
        return str(told)
    return ""


@pytest.mark.parametrize("kind", SOURCES)
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture],
          phases=[Phase.explicit, Phase.reuse, Phase.generate])  # fmt: skip
@given(share=st.floats(0, 1), put=st.binary(max_size=6))
def test_an_export_that_is_cut_off_or_damaged_is_one_line_or_comes_over(tmp_path_factory, kind, share, put):
    """At any byte, with any bytes in its place; no traceback."""
    root = tmp_path_factory.mktemp("cut")
    blog = Blog(root / "blog")
    attacked(blog, kind, root / "a", lambda data: data[: int(share * len(data))])
    attacked(blog, kind, root / "b", lambda data: data[: int(share * len(data))] + put + data[int(share * len(data)) :])
    blog.store.close()
    shutil.rmtree(root)


HOSTILE = [
    "<script>alert(1)</script>x", '<img src=x onerror="alert(1)">x', '<a href=" javascript:alert(1)">x</a>',
    '"><svg onload=alert(1)>x', "</title><script>alert(1)</script>x", "<iframe src='data:text/html,x'></iframe>x",
    "\u202ex", "a\x00b\x07x", "x" * 70_000, "]]>x", "---\ntitle: x\n---\nx", "x: y\nEstado: publicado\n\nx",
]  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_words_that_attack_run_nowhere_and_break_no_header(blog, kind, tmp_path):
    """In a title, a name, a comment and a text, as words and as markup."""
    is_xml = kind in ("wordpress", "blogger", "disqus")  # which may not hold all
    for number, written in enumerate(HOSTILE):
        words = "".join(sign for sign in written if not is_xml or sign >= " " or sign == "\n")
        for markup in ("", words):
            folder = tmp_path / f"{number}{bool(markup)}"
            bring(blog, kind, folder, Words(title=words, said=words, name=words, text=words, markup=markup))
            for name, text in blog.files().items():
                head, _, body = text.partition("\n\n")
                if name.endswith(".md"):
                    assert all(line.partition(":")[0] in KEYS for line in head.splitlines()), (words, head)
                    assert "SECRETO" not in body or "Estado: borrador" in head
                    assert runs_nowhere(body) and "\x00" not in text, (words, body[:300])
            assert all(runs_nowhere(one.html) and len(one.name) <= 200 for one in blog.said()), words


def runs_nowhere(markup):
    """Whether nothing in *markup* runs in a page, or asks another site."""
    root = lxml_html.fragment_fromstring(markup, create_parent="div")
    asking = [one for one in root.iter("iframe", "img", "object", "embed") if one.get("src") or one.get("data")]
    running = [*root.iter("script", "form"), *(name for one in root.iter() for name in one.attrib if name[:2] == "on")]
    links = [one.get("href", "") for one in root.iter("a")]
    return not (asking or running or "](javascript:" in markup or any("script:" in link for link in links))


KEYS = (
    "Título",
    "Fecha",
    "Id",
    "Slug",
    "Estado",
    "Autor",
    "Guid",
    "Resumen",
    "Categoría",
    "Etiquetas",
    "Idioma",
    "Serie",
)


def test_what_comes_packed_reads_nothing_around_it_and_unpacks_no_bomb(blog, tmp_path, monkeypatch):
    """A name with "..", a zip in a zip, a file of endless zeros: of every source that is a zip."""
    from tertulia.imports import export

    monkeypatch.setattr(export, "LARGEST_FILE_BYTES", 100_000)
    for kind in ("medium", "substack", "tumblr", "microblog"):
        (path,) = export_of(kind, tmp_path / kind)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            for name in ("../../x.html", "/etc/posts/y.html", "posts/html/9999.html", "posts/9.bomb-abcdef999999.html"):
                archive.writestr(name, b"0" * 1_000_000)
        assert "\n" not in taken(blog, path, kind)
    assert not list(tmp_path.glob("**/x.html")) and "0" * 100 not in "".join(blog.files().values())


PRINTABLE = st.text(st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")), min_size=1, max_size=40)


@pytest.mark.parametrize("kind", [kind for kind in SOURCES if kind not in (*IN_MARKDOWN, *TALK_ALONE)])
@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture],
          phases=[Phase.explicit, Phase.reuse, Phase.generate])  # fmt: skip
@given(title=PRINTABLE, said=PRINTABLE)
def test_every_printable_sign_of_a_title_and_a_comment_comes_over(tmp_path_factory, kind, title, said):
    """At any place; but for what reads as text that was decoded wrongly once, which is put right."""
    title, said = (repaired(f"a{words}b")[1:-1] for words in (title, said))
    root = tmp_path_factory.mktemp("signs")
    blog = Blog(root / "blog")
    bring(blog, kind, root, Words(title=f"a{title}b", said=f"a{said}b"))
    heads = [text.partition("\n")[0] for name, text in blog.files().items() if name.endswith(".md")]
    assert squeezed(f"Título: a{title}b") in [squeezed(head.replace("&amp;", "&")) for head in heads]
    if kind in WITH_TALK:
        assert squeezed(f"a{said}b") in [squeezed(one.text) for one in blog.said()]
    blog.store.close()
    shutil.rmtree(root)


def squeezed(words):
    return "".join(unicodedata.normalize("NFC", words.replace("&amp;", "&")).split())
