"""Embeds from address to HTML: every provider of the list, from its recorded or documented answers.

Each ``tests/examples/embeds/<name>.json`` says where its answers come from (``from_``); beside it is the drawing that
readers get.
"""

import datetime as dt
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import markdown
import mf2py
import pytest

from tertulia.content.keys import key_named
from tertulia.core import languages
from tertulia.core.errors import FetchRefusedError
from tertulia.embeds import dead, draw, providers
from tertulia.embeds.capture import capture, embed_links, tell
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.markdown import EmbedsExtension, addresses
from tertulia.embeds.providers.x import token, when
from tertulia.render.document import Document
from tests.embedding import EXAMPLES, FakeWeb, example, post, silence

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 1, 5, 12, tzinfo=dt.UTC)
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
WITHOUT_EXAMPLE = {"facebook-video"}  # same code and same shape as "facebook"


def run(folder, web, now=NOW, **options):
    """Capture everything; what became of each address."""
    return [step.outcome for step in capture(folder, web, now, **options)]


def drawn(folder, text, lang="es", **options):
    """The HTML of a post's body, and what was reported."""
    md = markdown.Markdown(
        extensions=["fenced_code", EmbedsExtension(CaptureStore(folder), draw.Page(lang), **options)]
    )
    md.document = Document("content/posts/a.md", lang=lang, body=text, embeds=options.pop("own_policy", ""))
    html = md.convert(text)
    return html, [str(problem) for problem in md.document.problems], [p.severity for p in md.document.problems]


def captured(tmp_path, name):
    """A folder in which the example has been captured, and its address."""
    data = example(name)
    post(tmp_path, f"Título: Prueba\n\n{data['post']}\n")
    assert run(tmp_path, FakeWeb(data["answers"])) == ["captured"]
    return tmp_path, data["post"]


class Fetching(HTMLParser):
    """Collects every address that a browser would fetch by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "srcset", "poster", "background", "style")]
        self.found += [value for name, value in attrs if tag == "link" and name == "href"]
        self.found += [tag] if tag in ("script", "iframe", "object", "embed", "base", "meta", "form") else []


@pytest.mark.parametrize("name", NAMES)
def test_example_is_drawn_as_expected(tmp_path, name):
    """Each provider's answer becomes the drawing that stands beside it."""
    folder, url = captured(tmp_path, name)
    html, problems, _ = drawn(folder, url)
    assert problems == []
    assert (EXAMPLES / f"{name}.html").read_text("utf-8").strip() == html.strip()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_from_another_host(tmp_path, name):
    """A drawing, in the page and in feeds, holds no address of another host that a browser fetches by itself."""
    folder, url = captured(tmp_path, name)
    html, _, _ = drawn(folder, url)
    for version in (html, draw.plain(html)):
        parser = Fetching()
        parser.feed(version)
        assert [address for address in parser.found if not address.startswith("/embeds/")] == []


@pytest.mark.parametrize("name", NAMES)
def test_drawing_reads_back_as_h_cite(tmp_path, name):
    """Another program finds the address, and the author where one was given."""
    folder, url = captured(tmp_path, name)
    html, _, _ = drawn(folder, url)
    (item,) = mf2py.parse(doc=html)["items"]
    match = providers.find(url)
    kept = CaptureStore(folder).load(match.provider.name, match.id)
    assert item["type"] == ["h-cite"]
    assert kept.url in item["properties"]["url"]
    if kept.author:
        assert kept.author.name in item["properties"]["author"][0]["properties"]["name"][0]


@pytest.mark.parametrize("name", NAMES)
def test_second_capture_changes_no_byte(tmp_path, name):
    """Asking again, and looking again at everything, leaves the same files when nothing changed."""
    folder, _ = captured(tmp_path, name)
    before = {path: path.read_bytes() for path in (folder / "embeds").rglob("*") if path.is_file()}
    web = FakeWeb(example(name)["answers"])
    assert run(folder, web, LATER) == []
    assert run(folder, web, LATER, check=True) == ["same"]
    assert before == {path: path.read_bytes() for path in (folder / "embeds").rglob("*") if path.is_file()}


def test_every_provider_has_an_example():
    """No provider of the list is without an answer in the examples."""
    known = {providers.find(example(name)["post"]).provider.name for name in NAMES}
    assert set(providers.PROVIDERS) - WITHOUT_EXAMPLE == known


def test_plain_form_for_feeds_keeps_words_and_source(tmp_path):
    """Feeds get the quotation and its source without avatars, classes and data attributes."""
    folder, url = captured(tmp_path, "mastodon-whole")
    html, _, _ = drawn(folder, url)
    plain = draw.plain(f"<p>Antes</p>{html}")
    assert "data-" not in plain
    assert "class=" not in plain
    assert "¿Qué hago" in plain
    assert 'href="https://mas.to/@ana/113400000000000001"' in plain


def test_address_inside_text_stays_a_link(tmp_path):
    """Only a paragraph of addresses alone becomes embeds: not a sentence, a list, a quotation or code."""
    folder, url = captured(tmp_path, "youtube")
    for text in (f"Mira {url} ahora", f"- {url}", f"> {url}", f"    {url}", f"```\n{url}\n```", f"# {url}"):
        html, _, _ = drawn(folder, text)
        assert "data-embed" not in html, text
    assert [url, url] == addresses(f"{url}\n<{url}>")


def test_several_addresses_in_one_paragraph(tmp_path):
    """Addresses on lines of their own are embeds each, with no blank line between them."""
    folder, url = captured(tmp_path, "youtube")
    html, _, _ = drawn(folder, f"Antes:\n\n{url}\n{url}\n\nDespués")
    assert html.count("<figure") == 2
    assert html.endswith("<p>Después</p>")


def test_uncaptured_address_is_one_warning_with_its_line(tmp_path):
    """What nobody captured gives file, line and what to do, and a link that says where it leads."""
    html, problems, severities = drawn(tmp_path, "Hola\n\nhttps://mas.to/@ana/1134567890\n")
    assert '<p><a href="https://mas.to/@ana/1134567890">Publicación en Mastodon: mas.to/@ana/1134567890</a></p>' in html
    expected = "content/posts/a.md:3: sin capturar: https://mas.to/@ana/1134567890; "
    assert [expected + "ejecuta «python3 tasks.py capture» cuando haya red; hasta entonces es un enlace"] == problems
    assert severities == ["warning"]


def test_what_cannot_be_had_is_a_notice_and_is_not_asked_again(tmp_path):
    """A deleted post is recorded once, never blocks a publication, and is asked for again only by a check."""
    post(tmp_path, "https://mas.to/@ana/1134567890\n")
    web = FakeWeb({})
    assert run(tmp_path, web) == ["unavailable"]
    _, _, severities = drawn(tmp_path, "https://mas.to/@ana/1134567890")
    assert severities == ["hint"]
    assert run(tmp_path, web, LATER) == []
    assert run(tmp_path, web, LATER, check=True) == ["unavailable"]


def test_silence_is_recorded_and_asked_again(tmp_path):
    """A server that did not answer is a notice too, and the next capture tries again."""
    data = example("youtube")
    post(tmp_path, data["post"])
    assert run(tmp_path, FakeWeb({"https://": silence()})) == ["unavailable"]
    assert drawn(tmp_path, data["post"])[2] == ["hint"]
    assert run(tmp_path, FakeWeb(data["answers"]), LATER) == ["captured"]


def test_offline_records_nothing(tmp_path):
    """When no host answers at all it is we who are offline, which is told; and a preview may not remember silence."""
    post(tmp_path, "https://a.example/1\n\nhttps://b.example/2\n")
    web, told = FakeWeb({"https://": silence()}), []
    assert run(tmp_path, web, offline=lambda: told.append("offline")) == ["unavailable", "unavailable"]
    assert (["offline"], False) == (told, (tmp_path / "embeds").exists())
    post(tmp_path, "https://10.0.0.1/\n\nhttps://a.example/1\n\nhttps://b.example/2\n")
    web = FakeWeb({"https://10.0.0.1/": FetchRefusedError("una red privada"), "https://": silence()})
    assert run(tmp_path, web) == ["unavailable"] * 3
    assert [] == list((tmp_path / "embeds").glob("*/[ab].example-*.json"))
    shutil.rmtree(tmp_path / "embeds")
    post(tmp_path, "https://a.example/1\n")
    assert run(tmp_path, web, remember_silence=False, offline=lambda: told.append("one")) == ["unavailable"]
    assert (["offline"], False) == (told, (tmp_path / "embeds").exists())


def test_what_we_refuse_to_ask_is_recorded_at_once(tmp_path):
    """A private address is a notice from the first run on, in a preview too."""
    post(tmp_path, "https://a.example/1\n\nhttps://b.example/2\n")
    web = FakeWeb({"https://": FetchRefusedError("a.example: es una dirección de una red privada")})
    assert run(tmp_path, web, remember_silence=False) == ["unavailable", "unavailable"]
    assert ["hint"] == drawn(tmp_path, "https://a.example/1")[2]


def test_busy_service_is_left_alone_for_the_rest_of_the_run(tmp_path):
    """After "too many requests" no further question goes to that host."""
    post(tmp_path, "https://vimeo.com/1\n\nhttps://vimeo.com/2\n")
    web = FakeWeb({"https://vimeo.com/": {"status": 429, "body": ""}})
    assert run(tmp_path, web) == ["waiting", "waiting"]
    assert len(web.asked) == 1


def test_check_shows_what_was_edited(tmp_path):
    """An edited post is shown with its new words, marked as edited, and its former words can be unfolded."""
    folder, url = captured(tmp_path, "mastodon")
    answers = example("mastodon")["answers"]
    status = answers["https://mastodon.social/api/v1/statuses/103270115826048975"]["body"]
    status["content"] = "<p>I got my inheritance back</p>"
    assert run(folder, FakeWeb(answers), LATER, check=True) == ["edited"]
    html, _, _ = drawn(folder, url)
    assert "I got my inheritance back" in html
    assert "<summary>Antes de 5 de enero de 2027 decía</summary>" in html
    assert "I lost my inheritance" in html
    assert 'Editado <time class="dt-updated" datetime="2027-01-05">' in html


@pytest.mark.parametrize(
    ("word", "shown", "hidden"),
    [
        ("", ["I lost my inheritance", "<img", "Borrado en su origen; se notó el 5 de enero de 2027"], []),
        ("conservar", ["I lost my inheritance", "<img"], []),
        ("texto", ["I lost my inheritance", "Borrado"], ["<img"]),
        ("quitar", ["Su autor borró esta publicación."], ["I lost my inheritance", "<img", "Eugen"]),
    ],
)
def test_gone_follows_the_policy(tmp_path, word, shown, hidden):
    """What is gone is marked with the day on which that was noticed; the blogger decides what stays."""
    folder, url = captured(tmp_path, "mastodon")
    gone = FakeWeb({"https://mastodon.social/": {"status": 404, "type": "application/json", "body": "{}"}})
    assert run(folder, gone, LATER, check=True) == ["gone"]
    html, _, _ = drawn(folder, url, policy=key_named("embeds").words[word]) if word else drawn(folder, url)
    assert [piece for piece in shown if piece not in html] == []
    assert [piece for piece in hidden if piece in html] == []


def test_word_of_the_post_wins_over_the_site(tmp_path):
    """``Incrustados: quitar`` in a post's header overrules the site's "keep"."""
    folder, url = captured(tmp_path, "mastodon")
    run(folder, FakeWeb({}), LATER, check=True)
    md = markdown.Markdown(extensions=[EmbedsExtension(CaptureStore(folder), draw.Page())])
    md.document = Document("a.md", body=url, embeds="remove")
    assert "Su autor borró" in md.convert(url)


@pytest.mark.parametrize(
    "answer",
    [silence(), {"status": 500, "body": ""}, {"status": 403, "body": ""}, {"body": "null"}, {"body": {"error": "x"}}],
)
def test_error_never_overwrites_a_good_capture(tmp_path, answer):
    """Silence, a broken server or a meaningless answer leave what we have as it was."""
    folder, _ = captured(tmp_path, "youtube")
    before = {path: path.read_bytes() for path in (folder / "embeds").rglob("*") if path.is_file()}
    run(folder, FakeWeb({"https://www.youtube.com/": answer}), LATER, check=True)
    assert before == {path: path.read_bytes() for path in (folder / "embeds").rglob("*") if path.is_file()}


def test_what_comes_back_is_kept_again(tmp_path):
    """A post that was thought gone and answers again loses its mark."""
    folder, url = captured(tmp_path, "mastodon")
    run(folder, FakeWeb({}), LATER, check=True)
    assert run(folder, FakeWeb(example("mastodon")["answers"]), LATER, check=True) == ["back"]
    assert "Borrado" not in drawn(folder, url)[0]


def test_label_of_bluesky_is_obeyed(tmp_path):
    """A person who asks not to be shown to logged-out people is not shown."""
    data = example("bluesky")
    url = next(iter(data["answers"]))
    author = data["answers"][url]["body"]["thread"]["post"]["author"]
    author["labels"] = [{"val": "!no-unauthenticated", "src": "did:plc:ana"}]
    post(tmp_path, data["post"])
    assert run(tmp_path, FakeWeb(data["answers"])) == ["unavailable"]
    assert "su autor pide que no se muestre" in drawn(tmp_path, data["post"])[1][0]


def test_label_set_later_takes_the_capture_away(tmp_path):
    """When an author asks for it after the capture, a check takes words and pictures out of the blog."""
    folder, url = captured(tmp_path, "bluesky")
    data = example("bluesky")
    data["answers"][next(iter(data["answers"]))]["body"]["thread"]["post"]["labels"] = [{"val": "!no-unauthenticated"}]
    assert run(folder, FakeWeb(data["answers"]), LATER, check=True) == ["gone"]
    assert "Señorías" not in drawn(folder, url)[0]
    assert list((folder / "embeds").rglob("*.webp")) == []
    assert run(folder, FakeWeb(data["answers"]), LATER, check=True) == []


def test_label_of_bluesky_hides_the_quoted_post_alone(tmp_path):
    """When only the quoted author asks for it, the post is shown without the quotation."""
    data = example("bluesky")
    thread = data["answers"][next(iter(data["answers"]))]["body"]["thread"]
    thread["post"]["embed"]["record"]["record"]["author"]["labels"] = [{"val": "!no-unauthenticated"}]
    post(tmp_path, data["post"])
    assert run(tmp_path, FakeWeb(data["answers"])) == ["captured"]
    html, _, _ = drawn(tmp_path, data["post"])
    assert "léanlo" in html
    assert "Nadie contesta cartas" not in html


def test_tombstone_of_x_is_no_capture(tmp_path):
    """An answer that only says that the post is withheld is recorded as such."""
    post(tmp_path, "https://x.com/ana/status/1790000000000000000")
    answers = {
        "https://publish.x.com/": silence(),
        "https://cdn.syndication.twimg.com/": {
            "body": {"__typename": "TweetTombstone", "tombstone": {"text": {"text": "This Post was deleted"}}}
        },
    }
    assert run(tmp_path, FakeWeb(answers)) == ["unavailable"]
    assert "This Post was deleted" in drawn(tmp_path, "https://x.com/ana/status/1790000000000000000")[1][0]


def test_server_that_wants_a_token_is_asked_for_a_card(tmp_path):
    """An address with Mastodon's shape on a server that answers 401, or on no Mastodon, becomes a card."""
    post(tmp_path, "https://gts.example/@ana/statuses/01HXAAAAAAAAAAAAAAAAAAAAAA")
    answers = {
        "https://gts.example/api/": {"status": 401, "body": {"error": "token required"}},
        "https://gts.example/@ana": {
            "type": "text/html",
            "body": '<html lang="es"><meta property="og:title" content="Ana"><meta name="description" content="Hola">',
        },
    }
    assert run(tmp_path, FakeWeb(answers)) == ["captured"]
    html, _, _ = drawn(tmp_path, "https://gts.example/@ana/statuses/01HXAAAAAAAAAAAAAAAAAAAAAA")
    assert '<cite class="p-name">Ana</cite>' in html


def test_own_addresses_stay_links(tmp_path):
    """An address of this blog alone on its line is no stranger's page."""
    html, problems, _ = drawn(tmp_path, "https://tertulia.example/2026/11/uno/", own="https://tertulia.example/")
    assert "data-embed" not in html
    assert problems == []


def test_closed_service_gets_an_honest_note(tmp_path):
    """A video of a service that has closed is a note with a way to look for a copy, and never asked for."""
    post(tmp_path, "http://qik.com/video/123")
    web = FakeWeb({})
    assert run(tmp_path, web) == []
    html, problems, severities = drawn(tmp_path, "http://qik.com/video/123")
    assert "Qik cerró en 2016." in html
    assert "https://web.archive.org/web/*/http://qik.com/video/123" in html
    assert severities == ["hint"]
    assert len(problems) == 1


def test_wanted_knows_lines_and_skips_code(tmp_path):
    """Addresses are found with their lines; those in code, lists and sentences are not wanted."""
    text = "Título: x\nVía: https://no.example/via\n\nhttps://a.example/1\n\n```\n\nhttps://no.example/2\n```\n\n"
    text += "    https://no.example/3\n\n- https://no.example/4\n\nVer https://no.example/5\n\n\nhttps://b.example/6\n"
    text += "\n~~~\n\nhttps://no.example/7\n\n~~~\n"
    path = post(tmp_path, text)
    (path.parent / "0.md").write_bytes(b"https://no.example/8\n\n\xff\n")
    assert [("https://a.example/1", path, 4), ("https://b.example/6", path, 18)] == [
        (item.url, item.path, item.line) for item in embed_links(tmp_path)
    ]


def test_other_language_of_the_page(tmp_path):
    """An English page speaks English around the same capture."""
    folder, url = captured(tmp_path, "youtube")
    html, _, _ = drawn(folder, url, lang="en")
    assert "Watch “Noisy kittens waiting for dinner!” on YouTube" in html


def test_date_follows_the_calendar_of_the_blog(tmp_path):
    """A post of 23:30 UTC is of the next day in Madrid."""
    from zoneinfo import ZoneInfo

    page = draw.Page("es", zone=ZoneInfo("Europe/Madrid"))
    assert page.date("2025-12-31T23:30:00+00:00") == "1 de enero de 2026"
    assert page.date("2025-12-31") == "31 de diciembre de 2025"


def test_short_addresses_inside_a_text_are_expanded(tmp_path):
    """The t.co links that oEmbed leaves in a tweet are shown as their targets, and the table is kept."""
    data = example("x-oembed")
    post(tmp_path, data["post"])
    targets = {"http://t.co/mFn7mcB1vy": "https://comunicacion.example/pepephone"}
    assert run(tmp_path, FakeWeb(data["answers"]), resolve=lambda url: targets.get(url, url)) == ["captured"]
    kept = CaptureStore(tmp_path).load("x", "436461658601713664")
    assert targets == kept.links
    assert 'href="https://comunicacion.example/pepephone"' in kept.html


def test_progress_is_one_line_an_item(tmp_path):
    """The terminal sees how far the run is."""
    post(tmp_path, "https://a.example/1\n\nhttps://b.example/2\n")
    web = FakeWeb({"https://": {"type": "text/html", "body": "<title>Hola</title>"}})
    lines = [tell(step) for step in capture(tmp_path, web, NOW)]
    assert lines == ["[1/2] capturado   https://a.example/1", "[2/2] capturado   https://b.example/2"]


def test_token_and_date_of_a_tweet():
    """The token is what X's own script computes, and the id holds the moment."""
    assert token(1629307668568633344)[:11] == "3y6mctgwzxo"
    assert when(436461658601713664) == "2014-02-20T11:25:43+00:00"
    assert when(20) == ""


def test_every_word_around_an_embed_is_a_phrase():
    """What the drawing asks for is there, and so is the note of every service that closed."""
    known = set(languages.Languages().get("en").phrases)
    sources = [file.read_text("utf-8") for file in Path(draw.__file__).parent.glob("*.py")]
    asked = {f"figure_{key}" for source in sources for key in re.findall(r"page\.say\([\"'](\w+)", source)}
    assert asked
    assert set() == (asked | {service.key for service in dead.catalogue().values()}) - known


TWEET = """<blockquote class="twitter-tweet"><p lang="es" dir="ltr">Hola <a href="https://twitter.com/otra/status/1">x</a>
</p>&mdash; P (@pepephone) <a href="https://twitter.com/pepephone/status/436461658601713664?ref_src=x">2014</a></blockquote>
<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>"""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("x-oembed", TWEET),
        (
            "youtube",
            '<iframe width="560" src="//www.youtube.com/embed/eiHXASgRTcA?rel=0" allowfullscreen></iframe>',
        ),
        (
            "vimeo",
            '<div class="video"><iframe src="https://player.vimeo.com/video/235352744?h=1&amp;b=2"></iframe></div>',
        ),
        ("spotify", '<iframe src="https://open.spotify.com/embed/album/7s66wU1XJ2NsUuWM2NKiUV"></iframe>'),
        (
            "instagram",
            '<blockquote class="instagram-media" data-instgrm-permalink="https://www.instagram.com/p/ySl7G9tO_q/?utm=1">'
            '<p><a href="https://www.instagram.com/p/otra/">x</a></p></blockquote>\n'
            '<script async src="//www.instagram.com/embed.js"></script>',
        ),
    ],
)
def test_pasted_code_is_drawn_like_the_address(tmp_path, name, code):
    """The code that a service gives is captured and drawn as its address would be; its script is dropped."""
    post(tmp_path, f"Uno\n\n{code}\n\nDos\n")
    assert run(tmp_path, FakeWeb(example(name)["answers"])) == ["captured"]
    html, problems, _ = drawn(tmp_path, f"Uno\n\n{code}\n\nDos")
    drawing = (EXAMPLES / f"{name}.html").read_text("utf-8")
    assert problems == []
    assert re.search("<blockquote.*</blockquote>|<a .*</a>", drawing)[0] in html
    assert "<script" not in html
    assert "<iframe" not in html
    assert html.endswith("<p>Dos</p>")


def test_pasted_flash_gets_a_note(tmp_path):
    """A Flash player of a closed service, or of nobody, becomes a note."""
    qik = '<object classid="clsid:D27CDB6E"><embed src="http://qik.com/swfs/qikPlayer4.swf"></embed></object>'
    html, _, severities = drawn(tmp_path, f"Uno\n\n{qik}\n\nDos")
    assert "Qik cerró en 2016." in html
    assert ["hint"] == severities
    html, _, _ = drawn(tmp_path, '<embed type="application/x-shockwave-flash" src="/juego.swf">')
    assert "Aquí había contenido en Flash" in html
    assert "<embed" not in html


def test_own_html_is_left_alone(tmp_path):
    """Raw HTML that is no embed code does not change by a byte."""
    own = '<blockquote class="cita"><p>Hola</p></blockquote>\n<script src="/mio.js"></script>\n<div>x</div>'
    assert own == drawn(tmp_path, own)[0]
