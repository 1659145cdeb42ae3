"""Codes to be pasted, wherever they stand: known ones are drawn, and nothing is fetched from another host unseen."""

import tomllib
from pathlib import Path

import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.core.html_tags import closing_of, tags
from tertulia.embeds import pasted, providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.draw import Page
from tertulia.embeds.markdown import EmbedsExtension
from tertulia.embeds.types import Capture
from tertulia.render.converter import converter
from tertulia.render.document import Document
from tertulia.render.elsewhere import ElsewhereExtension, host_asked, loads
from tests.conftest import build_site
from tests.real.browser import CHROMIUM, browser

CODES = tomllib.loads((Path(__file__).parent / "examples" / "pasted-codes.toml").read_text("utf-8"))
KNOWN = {name: entry for name, entry in CODES.items() if "item" in entry}
PLACES = {
    "alone": "Uno.\n\n{}\n\nDos.\n",
    "sentence": "Mira: {} y ya.\n",
    "list": "- uno\n- {}\n- tres\n",
    "numbered": "1. Mira {}\n2. dos\n",
    "quotation": "> {}\n",
    "table": "| a | b |\n|---|---|\n| uno | {} |\n",
    "details": "<details><summary>Más</summary>\n\n{}\n\n</details>\n",
    "div": '<div class="video">\n{}\n</div>\n',
    "note": "Uno[^1].\n\n[^1]: Mira {}\n",
    "emphasis": "Dice **{}** y ya.\n",
    "between lines": "Uno\n{}\ndos\n",
    "centred": "<center>{}</center>\n",
}


EMBEDS, ELSEWHERE = EmbedsExtension(CaptureStore(Path("nowhere")), Page()), ElsewhereExtension()
MARKDOWN = converter(
    siteurl="",
    tag_url="etiqueta/{slug}/",
    mention_network="",
    people=People(),
    tags=Tags(),
    more=[EMBEDS, ELSEWHERE],
)


def render(folder, text, hosts=()):
    """The HTML of *text* by the whole Markdown of a blog, and its document."""
    md = MARKDOWN.reset()
    EMBEDS.captures, ELSEWHERE.hosts = CaptureStore(folder), frozenset(hosts)
    md.document = Document("content/posts/a.md", body=text)
    return md.convert(text), md.document


def stray(html):
    """The closing tags of paragraphs that close nothing, as a browser would see them."""
    found = list(tags(html))
    opened = [number for number, tag in enumerate(found) if tag.name == "p" and not tag.closes]
    closed = {closing_of(found, number) for number in opened}
    return [tag for number, tag in enumerate(found) if tag.name == "p" and tag.closes and number not in closed]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_code_is_drawn_wherever_it_stands(tmp_path, name, place):
    """What capture looks for is what the page draws; nothing is fetched, nothing is left open, nothing is told."""
    provider, _, id = KNOWN[name]["item"].partition("/")
    CaptureStore(tmp_path).save(Capture(provider=provider, id=id, url="https://a.example/", title="Lo citado"))
    text = PLACES[place].format(KNOWN[name]["code"])
    asked = [providers.find(url) for _, url in pasted.addresses(text)]
    assert [(provider, id)] == [(match.provider.name, match.id) for match in asked]
    html, document = render(tmp_path, text)
    assert [] == [str(problem) for problem in document.problems]
    assert 1 == html.count(f'data-embed="{provider}"')
    assert [] == list(loads(html))
    assert [] == [tag.name for tag in tags(html) if tag.name in ("script", "iframe", "object", "embed", "img")]
    assert [] == stray(html)
    assert "<p></p>" not in html


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", KNOWN)
def test_a_known_code_that_nobody_captured_is_told_on_its_line(tmp_path, name, place):
    """One warning that says what to do; the page fetches nothing, and holds a link to the item."""
    html, document = render(tmp_path, "\n\n" + PLACES[place].format(KNOWN[name]["code"]))
    (told,) = document.problems
    assert ("warning", True, True) == (told.severity, bool(told.fix), (told.line or 0) > 2)
    assert [] == list(loads(html))
    assert "<a " in html
    assert [] == stray(html)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", [name for name in CODES if name not in KNOWN])
def test_an_unknown_code_is_told_and_fetches_nothing(tmp_path, name, place):
    """The author gets a warning with its line and what to do; the page asks no other host for anything."""
    html, document = render(tmp_path, PLACES[place].format(CODES[name]["code"]))
    told = [problem for problem in document.problems if problem.severity == "warning"]
    assert told
    assert all(problem.line and problem.fix for problem in told)
    assert [] == list(loads(html))


def test_what_the_owner_allows_stays(tmp_path):
    """A host in ALLOWED_HOSTS is the author's decision: not a byte changes and nothing is told."""
    code = '<iframe src="https://mapa.example/1"></iframe>'
    html, document = render(tmp_path, code, ["mapa.example"])
    assert (code, []) == (html, document.problems)


def test_a_frame_becomes_a_link_that_says_what_it_is(tmp_path):
    """Alone it is a paragraph, in a sentence a part of it, and inside a link its words."""
    frame = '<iframe src="//mapa.example/1" title="La plaza"></iframe>'
    link = '<a href="https://mapa.example/1">La plaza</a>'
    assert f"<p>{link}</p>" == render(tmp_path, frame)[0]
    assert f"<p>Mira {link}.</p>" == render(tmp_path, f"Mira {frame}.")[0]
    assert '<p><a href="/a/">La plaza</a></p>' == render(tmp_path, f'<p><a href="/a/">{frame}</a></p>')[0]


def test_a_code_in_a_heading_is_a_link_there(tmp_path):
    """A heading holds no figure; what was not captured is told all the same."""
    html, document = render(tmp_path, f"<h2>Ver {KNOWN['youtube']['code']}</h2>")
    assert '<h2>Ver <a href="https://www.youtube.com/embed/inventado_1?si=AbCdEf">' in html
    assert ["warning"] == [problem.severity for problem in document.problems]


def test_code_that_is_written_about_stays_text(tmp_path):
    """Between ` and in blocks of code nothing is looked for, by the page or by capture."""
    code = KNOWN["youtube"]["code"]
    for text in (f"Pon `{code}` ahí.", f"    {code}", f"```\n{code}\n```"):
        html, document = render(tmp_path, text)
        assert "&lt;iframe" in html
        assert [] == document.problems
    assert [] == pasted.addresses(f"Pon `{code}` ahí.")


def test_the_words_of_a_code_are_shown_where_nothing_was_captured(tmp_path):
    """Before a capture and after one that failed the file's own words are a quotation that says what it is."""
    text = KNOWN["x-tweet"]["code"]
    html, document = render(tmp_path, text)
    assert "Cuarenta minutos al teléfono." in html and "Ana (@ana)" in html
    assert "tal como se pegó, sin capturar" in html
    assert ["warning"] == [problem.severity for problem in document.problems]
    id = KNOWN["x-tweet"]["item"].removeprefix("x/")
    CaptureStore(tmp_path).save(Capture(provider="x", id=id, url="https://x.com/ana/status/1", state="unavailable"))
    html, document = render(tmp_path, text)
    assert "Cuarenta minutos al teléfono." in html
    assert ["hint"] == [problem.severity for problem in document.problems]


def test_the_words_of_a_code_go_with_what_was_taken_out_on_request(tmp_path):
    """Whoever asked to be taken out of the blog is not quoted from the pasted code either."""
    id = KNOWN["x-tweet"]["item"].removeprefix("x/")
    CaptureStore(tmp_path).save(Capture(provider="x", id=id, url="https://x.com/ana/status/1", state="removed"))
    html, _ = render(tmp_path, KNOWN["x-tweet"]["code"])
    assert "Cuarenta" not in html
    assert "x.com" in html or "twitter.com" in html


def test_hostile_words_of_a_code_are_harmless(tmp_path):
    """What a pasted code says is cleaned like any stranger's text."""
    code = KNOWN["x-tweet"]["code"].replace(
        "Cuarenta", '<img src=x onerror="alert(1)"><script>alert(2)</script>Treinta'
    )
    html, _ = render(tmp_path, code)
    assert "Treinta minutos" in html
    assert "alert" not in html


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("https://a.example/x", "a.example"),
        (" //A.example/x", "a.example"),
        ("ht\ntps://a.example", "a.example"),
        ("\\\\a.example\\x", "a.example"),
        ("https:/a.example/x", "a.example"),
        ("/x//a.example", ""),
        ("data:image/png;base64,AA//", ""),
        ("x.png", ""),
        ("", ""),
    ],
)
def test_whom_a_browser_would_ask(written, host):
    """An address is read as browsers read it: with its blanks, its slashes either way, its scheme or none."""
    assert host == host_asked(written)


@pytest.mark.parametrize(
    "html",
    [
        '<svg><image xlink:href="https://a.example/x.png"/></svg>',
        '<svg><use href="https://a.example/x.svg#a"/></svg>',
        '<input type="image" src="https://a.example/x.png">',
        '<body background="https://a.example/x.png">',
        '<link rel="dns-prefetch" href="//a.example">',
        '<link rel="icon" href="https://a.example/i.png">',
        '<meta http-equiv="refresh" content="0; url=https://a.example/">',
        '<base href="https://a.example/">',
        "<style>@import 'https://a.example/x.css';</style>",
        "<style>p { background: URL( https://a.example/x.png ) }</style>",
        '<iframe srcdoc="&lt;img src=&quot;https://a.example/x.png&quot;&gt;"></iframe>',
        '<picture><source srcset="/a.png, https://a.example/x.png 2x"><img src="/a.png" alt="x"></picture>',
        "<IMG SRC=https://a.example/x.png ALT=x>",
        '<img src="&#104;ttps://a.example/x.png" alt="x">',
        '<audio src="https://a.example/x.mp3" controls></audio>',
        '<track src="https://a.example/x.vtt">',
        '<script type="module">import "https://a.example/x.js"</script>',
        '<embed src="https://a.example/x.pdf">',
        '<script type="importmap">{"imports": {"a": "https://a.example/x.js"}}</script>',
        '<img src="https:&sol;&sol;a.example/x.png" alt="x">',
        '<img src="/\t/a.example/x.png" alt="x">',
        '<img alt="1 > 0" src="https://a.example/x.png">',
        '<p title="1 > 0"style="background: url(//a.example/x.png)">x</p>',
        '<p style="background: image-set(url(https://a.example/x.png) 1x)">x</p>',
        "<p style=\"background: image-set('a.png' 1x, 'https://a.example/x.png' 2x)\">x</p>",
        '<p style="background: u\\72l(//a.example/x.png)">x</p>',
        '<p style="background: url(\\68ttps://a.example/x.png)">x</p>',
        '<style>@import/**/"https://a.example/x.css";</style>',
        '<style>p { background: image-set("https://a.example/x.png" 1x) }</style>',
        '<svg><rect mask="url(https://a.example/x.svg#a)"/></svg>',
        '<iframe src="data:text/html,<img src=https://a.example/x.png>"></iframe>',
        '<link rel="stylesheet" href="data:text/css,@import url(https://a.example/x.css)">',
        '<script src="data:text/javascript;base64,aW1wb3J0KCJodHRwczovL2EuZXhhbXBsZS94LmpzIik="></script>',
    ],
)
def test_every_way_to_fetch_is_seen_and_shut(html):
    """By element, attribute and style: seen once, and gone from what is put in its place."""
    (load,) = loads(html)
    assert "a.example" in load.url
    assert [] == list(loads(html[: load.start] + load.instead + html[load.end :]))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://a.example/">x</a>',
        '<blockquote cite="https://a.example/">x</blockquote>',
        '<link rel="canonical" href="https://a.example/"><link rel="me" href="https://a.example/@ana">',
        '<link rel="alternate" type="application/rss+xml" href="https://a.example/feed">',
        '<script type="application/ld+json">{"@context": "https://schema.org"}</script>',
        '<!-- <img src="https://a.example/x.png"> -->',
        '<textarea><img src="https://a.example/x.png"></textarea>',
        '<img src="/a.png" alt="https://a.example/x.png">',
        '<p title="1 > 0" style="color: red">https://a.example/</p>',
        "<style>p::after { content: 'https://a.example/' } /* url(/x.png) */</style>",
        '<script src="data:text/javascript,let%20a=1"></script>',
        "<script>//console.log(x)\n// https is good\nlet a = 1 //a.example\n</script>",
    ],
)
def test_what_only_names_another_host_is_let_be(html):
    """Links, sources, comments and data fetch nothing."""
    assert [] == list(loads(html))


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so nobody counted what a browser asks for")
@pytest.mark.parametrize("captured", [True, False])
@pytest.mark.usefixtures("socket_enabled")
def test_a_browser_asks_no_other_host_for_anything(tmp_path, captured):
    """Every code in every place, known and not: a page for each place, and not one request to anybody else."""
    content, output = tmp_path / "content", tmp_path / "output"
    (content / "posts").mkdir(parents=True)
    for entry in KNOWN.values() if captured else ():
        provider, _, id = entry["item"].partition("/")
        CaptureStore(content).save(Capture(provider=provider, id=id, url="https://a.example/", title="Lo citado"))
    for number, (place, around) in enumerate(PLACES.items()):
        codes = [around.format(entry["code"]).replace("^1", f"^{n}") for n, entry in enumerate(CODES.values())]
        head = f"Título: {place}\nFecha: 2026-11-{number + 1:02}\nId: {number}\n\n"
        (content / "posts" / f"{number}.md").write_text(head + "\n\n".join(codes), "utf-8")
    build_site(content, output, SEARCH=False, SOCIAL_CARDS=False)
    found = sorted((output / "2026" / "11").glob("*/index.html"))
    asked = []
    with browser() as page:
        page.call("Network.enable")
        for file in found:
            page.open(file.as_uri())
            page.run("new Promise((done) => setTimeout(done, 100))")
            told = [event["params"] for event in page._events if event.get("method") == "Network.requestWillBeSent"]
            asked += [one["request"]["url"] for one in told]
    assert [len(PLACES), []] == [len(found), [url for url in asked if not url.startswith(("file:", "data:"))]]
    assert any(url.startswith("file:") for url in asked)


def test_a_code_is_known_by_a_name_with_letters_written_as_numbers(tmp_path):
    """A browser reads them so, and so does the script of the service."""
    code = '<blockquote class="twitter&#45;tweet"><p>Hola</p><a href="https://twitter.com/ana/status/1234567890123456789">1</a></blockquote>'
    html, document = render(tmp_path, f"Uno.\n\n{code}\n\nDos.\n")
    assert "twitter&#45;tweet" not in html.lower() and document.problems
