"""Embeds in a whole site: built offline, the same bytes with and without a network, nothing from another host."""

import datetime as dt
import filecmp
import importlib
import re
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pelican import signals

from tertulia import defaults
from tertulia.core import languages
from tertulia.embeds.capture import capture
from tertulia.site import elsewhere
from tests.conftest import build_site
from tests.embedding import EXAMPLES, FakeWeb, example, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
# What a browser fetches by itself: attributes, link elements but those that only tell, and addresses in styles.
FETCHED = re.compile(
    r"<(?:img|script|iframe|source|video|audio|embed|object|track|input)\b[^>]*?\s(?:src|srcset|poster|data)=\"([^\"]*)\""
    r"|<link\b(?=[^>]*rel=\"[^\"]*(?:stylesheet|icon|preload|prefetch|preconnect|dns-prefetch|modulepreload|manifest))"
    r"[^>]*?\shref=\"([^\"]*)\"|(?<!@namespace h )(?<!@namespace )url\(([^)]*)\)|@import\s+\"([^\"]*)\""
)


def blog(folder):
    """A blog whose only post quotes one item of every provider, captured."""
    languages.speak("es")
    urls = [example(name)["post"] for name in NAMES]
    header = "Título: Todo lo citado\nFecha: 2026-11-01\nId: citas\nAutor: Ana\n\nUno, dos:\n\n"
    post(folder, header + "\n\n".join(urls) + "\n\nhttps://nada.example/x\n")
    post(folder, "Título: Sin citas\nFecha: 2026-11-02\nId: nada\n\nNada que citar.\n", "posts/2026/2026-11-02_nada.md")
    for name in NAMES:
        web = FakeWeb(example(name)["answers"])
        assert ["captured"] == [step.outcome for step in capture(folder, web, NOW, only=[example(name)["post"]])]
    assert ["unavailable"] == [step.outcome for step in capture(folder, FakeWeb({}), NOW)]
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blog")
    content = blog(folder / "content")
    records = build_site(content, folder / "output", SEARCH=False, SOCIAL_CARDS=False)
    return content, folder / "output", [record.getMessage() for record in records]


def test_page_holds_every_item(built):
    """Each item is on the page, with its pictures beside it in the output."""
    _, output, _ = built
    page = (output / "2026/11/todo-lo-citado/index.html").read_text("utf-8")
    assert len(NAMES) == page.count('<figure class="h-cite" data-embed=')
    for source in re.findall(r'src="(/embeds/[^"]+)"', page):
        assert (output / source.lstrip("/")).exists()


def test_what_could_not_be_had_is_a_notice_on_its_line(built):
    """The build says in one line what stays a plain link."""
    _, _, messages = built
    (line,) = [message for message in messages if "nada.example" in message]
    assert re.search(r"2026-11-22_prueba\.md:\d+: https://nada\.example/x no está capturado \(.*; 2026-11-22\)", line)


def test_only_used_pictures_are_published(built):
    """A picture that no page shows stays at home."""
    content, output, _ = built
    used = {path.relative_to(output / "embeds") for path in (output / "embeds").rglob("*") if path.is_file()}
    kept = {path.relative_to(content / "embeds") for path in (content / "embeds").rglob("*.webp")}
    assert used == kept
    assert [] == list((output / "embeds").rglob("*.json"))


def test_nothing_is_fetched_from_another_host(built):
    """In no page, style or feed of the site is there an address of another host that a browser fetches by itself."""
    _, output, _ = built
    foreign = []
    for file in output.rglob("*"):
        if file.suffix in (".html", ".css", ".svg"):
            for match in FETCHED.finditer(file.read_text("utf-8")):
                address = next(part for part in match.groups() if part is not None).strip("'\"")
                if re.match(r"(https?:)?//", address):
                    foreign.append(f"{file.name}: {address}")
    assert [] == foreign


def test_feeds_hold_the_plain_form(built):
    """Feed readers get words and source, no avatars and no data attributes."""
    _, output, _ = built
    feed = (output / "feeds" / "atom.xml").read_text("utf-8")
    assert "Pepephone rompe la baraja" in feed
    assert "data-embed=" not in feed.replace('data-embed="dead"', "")
    assert "data-avatar" not in feed
    assert "data-player" not in feed


def test_script_only_where_there_is_a_player(built):
    """The one small script of embeds is on the page with players and on no other."""
    _, output, _ = built
    assert "embed.js" in (output / "2026/11/todo-lo-citado/index.html").read_text("utf-8")
    assert "embed.js" not in (output / "2026/11/sin-citas/index.html").read_text("utf-8")


def test_network_makes_no_difference(built, tmp_path, socket_enabled):
    """Built with a network the site is the same, byte for byte, as built without (as all tests here are)."""
    content, output, _ = built
    build_site(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    files = sorted(path.relative_to(output) for path in output.rglob("*") if path.is_file())
    assert files == sorted(
        path.relative_to(tmp_path / "output") for path in (tmp_path / "output").rglob("*") if path.is_file()
    )
    _, differing, errors = filecmp.cmpfiles(output, tmp_path / "output", files, shallow=False)
    assert ([], []) == (differing, errors)


def test_uncaptured_address_is_a_warning_of_the_build(tmp_path):
    """A build without the captures goes on, warns once an address, and leaves a link."""
    content = tmp_path / "content"
    post(content, "Título: Uno\nFecha: 2026-11-01\nId: uno\n\nhttps://mas.to/@ana/1134567890\n")
    records = build_site(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    (line,) = [r for r in records if "mas.to" in r.getMessage()]
    assert "WARNING" == line.levelname
    assert ":5: sin capturar" in line.getMessage()
    shutil.rmtree(tmp_path / "output")


def test_table_of_links_is_followed_and_may_be_broken(tmp_path):
    """Readers are sent where content/links.toml says; a broken table is one warning and the build goes on."""
    content = tmp_path / "content"
    post(content, "Título: Uno\nFecha: 2026-11-01\nId: uno\n\nVer https://t.co/abc y ya.\n")
    (content / "links.toml").write_text('["https://t.co/abc"]\nto = "https://ejemplo.es/carta"\n', "utf-8")
    build_site(content, tmp_path / "one", SEARCH=False, SOCIAL_CARDS=False)
    page = (tmp_path / "one/2026/11/uno/index.html").read_text("utf-8")
    assert '<a href="https://ejemplo.es/carta">ejemplo.es/carta</a>' in page
    (content / "links.toml").write_text("[", "utf-8")
    records = build_site(content, tmp_path / "two", SEARCH=False, SOCIAL_CARDS=False)
    assert 1 == len([r for r in records if "links.toml" in r.getMessage() and r.levelname == "WARNING"])
    assert "https://t.co/abc" in (tmp_path / "two/2026/11/uno/index.html").read_text("utf-8")


def test_a_theme_that_asks_another_host_is_told_once(tmp_path):
    """Whatever page or style does it, each host is one warning that a strict build minds; the owner may allow it."""
    content = tmp_path / "content"
    for name in ("uno", "dos"):
        post(content, f"Título: {name}\nFecha: 2026-11-01\nId: {name}\n\nHola.\n", f"posts/{name}.md")
    templates = content / "theme" / "templates"
    templates.mkdir(parents=True)
    (templates / "article.html").write_text(
        '{% extends "base.html" %}{% block main %}<link rel="stylesheet" href="https://fonts.example/a.css">'
        '<img src="//stats.example/p.gif" alt=""><a href="https://otra.example/">x</a>{% endblock %}',
        "utf-8",
    )
    options = {"SEARCH": False, "SOCIAL_CARDS": False, "THEME_TEMPLATES_OVERRIDES": [str(templates)]}
    records = build_site(content, tmp_path / "one", **options)
    told = [r.getMessage() for r in records if r.levelname == "WARNING" and "cada visita pediría" in r.getMessage()]
    assert ["fonts.example", "stats.example"] == sorted(re.findall(r"pediría algo a (\S+);", " ".join(told)))
    assert not any("otra.example" in line for line in told)
    allowed = ["fonts.example", "stats.example"]
    records = build_site(content, tmp_path / "two", ALLOWED_HOSTS=allowed, **options)
    assert [] == [r.getMessage() for r in records if "pediría" in r.getMessage()]


COUNTER = """\
from pelican import signals

def count(path, context):
    with open(path, "a", encoding="utf-8") as page:
        page.write('<script src="https://stats.example/c.js"></script>')

def register():
    signals.content_written.connect(count)
"""


def test_a_page_that_a_plugin_has_changed_is_looked_at_as_it_lies_there(tmp_path, monkeypatch):
    """Pages are looked at when they are drawn; what others may have written over them since counts."""
    post(tmp_path / "content", "Título: Uno\nFecha: 2026-11-01\nId: uno\n\nHola.\n")
    (tmp_path / "counter.py").write_text(COUNTER)
    monkeypatch.syspath_prepend(tmp_path)
    options = {"SEARCH": False, "SOCIAL_CARDS": False, "PLUGINS": [*defaults.PLUGINS, "counter"]}
    try:
        records = build_site(tmp_path / "content", tmp_path / "output", **options)
    finally:
        signals.content_written.disconnect(importlib.import_module("counter").count)
    told = [r.getMessage() for r in records if "pediría algo a stats.example" in r.getMessage()]
    assert 1 == len(told)


def test_a_style_that_asks_another_host_is_told(tmp_path):
    """Fonts and sheets of others are found in the finished styles too."""
    (tmp_path / "a.css").write_text("@import 'https://a.example/x.css'; p { src: url(//b.example/f.woff2) }", "utf-8")
    (tmp_path / "b.css").write_text("@namespace svg url(http://www.w3.org/2000/svg); p { src: url(/f.woff2) }", "utf-8")
    found = [("a.css", "https://a.example/x.css"), ("a.css", "//b.example/f.woff2")]
    assert found == list(elsewhere.asked(tmp_path, ["tertulia.example"]))


PIECES = st.sampled_from([
    *("<", ">", "/", " ", "=", '"', "'", "\n", "\\", "&#47;", "data:text/html,", "<p>", "</p>", "<!--", "-->"),
    *("link", "form", "button", "input", "img", "script", "iframe", "source", "style", "meta", "use", "base", "a"),
    *(" href=", " src=", " action=", " rel=", " style=", " srcset=", " formaction=", ' http-equiv="refresh"'),
    *("//talk.example/x", "https://talk.example/", "https://tertulia.example/", "/uno/", "webmention", "stylesheet"),
    *('"url(//b.example/f)"', '<img src="//b.example/p.gif">', '<link rel="webmention" href="//talk.example/w">'),
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_no_page_that_asks_another_host_is_passed_over(page):
    """Pages are looked at quickly before they are read tag by tag; whatever they hold, none that asks is missed."""
    written, own = page.encode(), {"tertulia.example"}
    assert elsewhere.suspecting(own)(written) or [] == elsewhere.asked_by(written, own)


def test_the_blogs_own_service_makes_no_page_suspect():
    """Each page of a blog with a talk sends forms there and links to it; read tag by tag they cost far more."""
    page = b'<link rel="webmention" href="https://talk.example/w"><form action="https://talk.example/comments"><button>'
    is_suspect = elsewhere.suspecting({"tertulia.example"})
    assert not is_suspect(page)
    assert is_suspect(page + b'<img src="https://talk.example/p.gif">')
