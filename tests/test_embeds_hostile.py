"""Everything fetched is hostile: whatever a service answers, one clear line, a safe page, and the run goes on."""

import copy
import datetime as dt
import io
import re
import struct
import zlib
from html.parser import HTMLParser

import markdown
import pytest
from PIL import Image

from tertulia.core.fetch import Fetcher
from tertulia.embeds import draw, pictures
from tertulia.embeds.capture import capture, tell
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.markdown import EmbedsExtension
from tertulia.embeds.providers.request import MOST_EMOJIS, MOST_PICTURES, CaptureRequest
from tertulia.render.document import Document
from tests.embedding import EXAMPLES, FakeWeb, example, png, post
from tests.fetching import RawServer
from tests.patience import PATIENCE

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.json"))
BREAKOUT = "\"'></blockquote></figure><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>"
VALUES = {
    "script": BREAKOUT,
    "javascript": "javascript:alert(1)//https://example.com",
    "bidi": "\u202egnp.\u2066exe\u2069 \u200b\x00\x1b[31m",
    "null": None,
    "number": -1e308,
    "list": [[[]], {}],
    "object": {"a": {"b": []}},
    "true": True,
    "nothing": "",
    "huge": "ñ" * 200_000,
    "markdown": "\n\n# Título\n\n![x](https://evil.example/p.png)\n\n[a]: javascript:x\n\x02klzzwxh:0001\x03\n",
    "escapes": "&lt;script&gt;alert(1)&lt;/script&gt; &#106;avascript:alert(1) ]]> --> {{ x }} {% y %}",
}
TAGS = {
    *(
        "figure",
        "figcaption",
        "blockquote",
        "p",
        "a",
        "img",
        "cite",
        "time",
        "span",
        "bdi",
        "div",
        "details",
        "summary",
    ),
    *("small", "pre", "code", "ul", "ol", "li", "br", "em", "strong", "b", "i", "u", "s", "del"),
}
ATTRIBUTES = {
    *("class", "href", "src", "alt", "width", "height", "loading", "decoding", "cite", "lang", "datetime", "rel"),
    *("role", "start", "data-embed", "data-state", "data-player", "data-ratio", "data-play", "data-note"),
    *("data-pictures", "data-avatar", "data-emoji", "data-tall", "dir"),
}
PLAYERS = re.compile(
    r"https://(www\.youtube-nocookie\.com/embed/|player\.vimeo\.com/video/|www\.slideshare\.net/slideshow/embed_code/|"
    r"speakerdeck\.com/player/|www\.tiktok\.com/player/v1/|open\.spotify\.com/embed/|w\.soundcloud\.com/player/|"
    r"framatube\.example/videos/embed/|geo\.dailymotion\.com/player\.html|player\.twitch\.tv/|embed\.ted\.com/talks/|"
    r"secure-embed\.rtve\.es/drmn/embed/|www\.ivoox\.com/player_|embed\.podcasts\.apple\.com/|"
    r"bandcamp\.com/EmbeddedPlayer/|www\.google\.com/maps/embed\?|www\.openstreetmap\.org/export/embed\.html\?)"
)


class Inspector(HTMLParser):
    """Collects whatever has no place in a drawing."""

    def __init__(self):
        super().__init__()
        self.wrong = []

    def handle_starttag(self, tag, attrs):
        if tag not in TAGS:
            self.wrong.append(tag)
        for name, value in attrs:
            right = name in ATTRIBUTES
            if name in ("href", "cite"):
                right = bool(re.match(r"https?://|mailto:|/embeds/[a-z-]+/[A-Za-z0-9._-]+\.webp$", value or ""))
            if name == "src":
                right = bool(re.fullmatch(r"/embeds/[a-z-]+/[A-Za-z0-9._-]+\.webp", value or ""))
            if name == "data-player":
                right = bool(PLAYERS.match(value or ""))
            if not right:
                self.wrong.append(f"{tag} {name}={value!r:.80}")

    def handle_comment(self, data):
        self.wrong.append(f"<!--{data:.40}")

    handle_decl = unknown_decl = handle_pi = handle_comment


def poisoned(value, poison, ours):
    """*value* with *poison* in place of every text, number and flag but those under the keys *ours*."""
    if isinstance(value, dict):
        return {key: item if key in ours else poisoned(item, poison, ours) for key, item in value.items()}
    if isinstance(value, list):
        return [poisoned(item, poison, ours) for item in value]
    return poison


def outcome(folder, urls, web, **options):
    """The lines for the terminal, and the page; fails on anything unsafe."""
    path = post(folder, "\n\n".join(urls))
    lines = [tell(step) for step in capture(folder, web, NOW, **options)]
    md = markdown.Markdown(extensions=["fenced_code", EmbedsExtension(CaptureStore(folder), draw.Page())])
    md.document = Document("a.md", body=path.read_text("utf-8"))
    html = md.convert(md.document.body)
    for version in (html, draw.plain(html)):
        inspector = Inspector()
        inspector.feed(version)
        assert [] == inspector.wrong
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\x00\x1b]", version)
    assert all("\n" not in line and len(line) < 2000 for line in lines)
    return lines, html


@pytest.mark.parametrize("poison", VALUES)
@pytest.mark.parametrize("name", NAMES)
def test_poison_in_every_field(tmp_path, name, poison):
    """Whatever stands in every field of every provider's answer, the page is safe and the next item is captured."""
    data = example(name)
    answers = copy.deepcopy(data["answers"])
    for answer in answers.values():
        if isinstance(answer, dict) and isinstance(answer["body"], dict):
            # What says which kind of answer this is stays, so that it is read at all.
            answer["body"] = poisoned(answer["body"], VALUES[poison], {"__typename", "$type", "visibility", "type"})
    answers["https://good.example/"] = {"type": "text/html", "body": "<title>Después</title>"}
    lines, html = outcome(tmp_path, [data["post"], "https://good.example/"], FakeWeb(answers))
    assert 2 == len(lines)
    assert "Después" in html


@pytest.mark.parametrize("poison", ["script", "javascript", "bidi", "escapes", "markdown"])
def test_poison_in_the_markup_of_the_answer(tmp_path, poison):
    """Poison inside the HTML that oEmbed, Mastodon, Telegram and Open Graph give is cleaned or escaped."""
    value = VALUES[poison]
    html = f"<blockquote><p>{value}</p>{value} <a href='{value}'>{value}</a></blockquote>{value}"
    head = (
        f'<title>{value}</title><meta property="og:image" content="{value}"><meta name="description" content="{value}">'
    )
    message = (
        '<div class="tgme_widget_message"><a class="tgme_widget_message_owner_name">{0}</a>'
        '<a class="tgme_widget_message_photo_wrap" style="background-image:url(\'https://e.example/{0}\')"></a>'
        '<div class="tgme_widget_message_text js-message_text">{0}</div><time datetime="{0}"></time></div>'
    )
    answers = {
        "https://graph.facebook.com/": {"body": {"html": html}},
        "https://www.reddit.com/oembed": {"body": {"html": html, "title": value}},
        "https://publish.x.com/": {"body": {"html": html, "author_url": value, "author_name": value}},
        "https://a.example/": {"type": "text/html", "body": f"<html lang='{value}'><head>{head}</head>"},
        "https://t.me/": {"type": "text/html", "body": message.format(value)},
    }
    urls = [
        "https://www.instagram.com/p/abc/",
        "https://www.reddit.com/r/x/comments/abc/",
        "https://x.com/ana/status/1790000000000000000",
        "https://a.example/",
        "https://t.me/clientepitero/1",
    ]
    lines, _ = outcome(tmp_path, urls, FakeWeb(answers))
    assert 5 == len(lines)


def bomb_png(side=60_000):
    """A PNG of a few kilobytes that claims 3,600 million pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_scans():
    """A progressive JPEG of some kilobytes, 36 million pixels that are to be gone over 206 times."""
    out = io.BytesIO()
    Image.new("RGB", (6000, 6000), (90, 20, 20)).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 196 + data[-2:]


@pytest.mark.parametrize(
    "data",
    {
        "bomb": bomb_png(),
        "scans": many_scans(),
        "empty": b"",
        "html": b"<html><script>alert(1)</script>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        "cut png": png()[:60],
        "cut jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
        "gif of no pixels": b"GIF89a\x00\x00\x00\x00\x00\x00\x00",
        "postscript": b"%!PS-Adobe-3.0\n",
        "tiff": b"II*\x00" + b"\xff" * 100,
        "noise": bytes(range(256)) * 40,
    }.items(),
    ids=lambda item: item[0],
)
def test_bad_picture_is_left_out_and_the_words_stay(tmp_path, data):
    """A picture that is none, or is made to eat the memory, costs the picture and nothing else."""
    web = FakeWeb(
        example("mastodon")["answers"] | {"https://files.mastodon.social/": {"type": "image/png", "body": data[1]}}
    )
    lines, html = outcome(tmp_path, [example("mastodon")["post"]], web)
    assert lines[0].startswith("[1/1] capturado")
    assert "<img" not in html
    assert "I lost my inheritance" in html


def test_picture_keeps_no_metadata_and_no_foreign_bytes(tmp_path):
    """Camera data, comments and whatever stands behind the picture do not come through."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "calle del Secreto, 3"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (60, 40), (9, 9, 9)).save(out, "JPEG", exif=exif, comment=b"secreto")
    made, encoded = pictures.encode(out.getvalue() + b"<script>alert(1)</script>", name="a")
    assert (60, 40) == (made.width_px, made.height_px)
    for foreign in (b"secreto", b"Secreto", b"script", b"EXIF", b"Exif", b"ICCP"):
        assert foreign not in encoded


def test_animation_is_marked_as_a_film_that_stays_where_it_was(tmp_path):
    """Of a moving GIF the first picture is kept, and the page leads to where it moves."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    post = example("bluesky")
    web = FakeWeb(post["answers"] | {"https://cdn.bsky.app/": {"type": "image/gif", "body": out.getvalue()}})
    _, html = outcome(tmp_path, [post["post"]], web)
    assert "▶" in html


def test_large_picture_is_made_smaller():
    """No picture is wider than the page can use."""
    made, _ = pictures.encode(png(3000, 1000), name="a")
    assert (1200, 400) == (made.width_px, made.height_px)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("empty list", {"body": []}),
        ("null", {"body": "null"}),
        ("no JSON", {"body": "<!doctype html>"}),
        ("deep list", {"body": "[" * 10_000 + "]" * 10_000}),
        ("deep object", {"body": '{"a":' * 10_000 + "1" + "}" * 10_000}),
        ("lone surrogate", {"body": '{"title": "\\ud800"}'}),
        ("nul", {"body": b'{"title": "\\u0000"}'}),
        ("latin-1", {"body": '{"title": "ñ"}'.encode("latin-1")}),
        ("wrong type", {"type": "text/html", "body": "{}"}),
        ("program", {"type": "application/x-msdownload", "body": b"MZ"}),
        ("no type", {"type": "", "body": "{}"}),
        ("3 MB", {"body": '{"title": "' + "x" * 3_000_000 + '"}'}),
        ("400", {"status": 400, "body": {}}),
        ("401", {"status": 401, "body": {}}),
        ("404", {"status": 404, "body": {}}),
        ("410", {"status": 410, "body": {}}),
        ("418", {"status": 418, "body": {}}),
        ("429", {"status": 429, "body": {}}),
        ("451", {"status": 451, "body": {}}),
        ("500", {"status": 500, "body": {}}),
        ("503", {"status": 503, "body": {}}),
    ],
)
@pytest.mark.parametrize(
    "url", ["https://youtu.be/eiHXASgRTcA", "https://mas.to/@ana/1134", "https://x.com/a/status/99"]
)
def test_answer_that_is_none(tmp_path, url, name, answer):
    """An answer without sense is one line and a plain link."""
    web = FakeWeb({"https://": answer, "https://good.example/": {"type": "text/html", "body": "<title>Bien</title>"}})
    lines, html = outcome(tmp_path, [url, "https://good.example/"], web)
    assert 2 == len(lines)
    assert "Bien" in html


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 52428800\r\n\r\n" + b"x" * 70_000],
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"1\r\nx\r\n"] * 100)],
        [b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n\r\n"],
        [b"HTTP/1.1 302 Found\r\nLocation: http://localhost:22/\r\n\r\n"],
        [b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n"],
        [b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF"],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 60_000],
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"<a b=" * 60_000],
        [b'HTTP/1.1 200 OK\r\nContent-Type: text/html; charset="\xff"\r\n\r\n<title>x</title>'],
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><head><base href='javascript:'><title>\0\x1b"],
    ],
    ids=[
        *("50 MB", "slow drip", "metadata service", "localhost", "file", "loop", "pdf", "ssh"),
        *("60,000 divs", "60,000 attributes", "charset", "base"),
    ],
)
def test_hostile_server(tmp_path, socket_enabled, pieces):
    """On the wire too: sizes, time, redirects and types are held, and the page is safe."""
    with RawServer(pieces, pause=0.02 if len(pieces) > 2 else 0) as server:
        web = Fetcher((f"127.0.0.1:{server.port}",), timeout_seconds=0.7 if len(pieces) > 2 else PATIENCE)
        lines, _ = outcome(tmp_path, [server.url], web)
    assert 1 == len(lines)


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"[]", b'{"provider": 1}', b"\xff\xfe", b"[" * 10_000, b'{"provider":"youtube","id":"otro","url":""}'],
)
def test_broken_capture_file_is_a_warning_and_is_replaced(tmp_path, broken):
    """A JSON that somebody broke by hand stops no build, and the next capture makes it whole."""
    data = example("youtube")
    file = tmp_path / "embeds" / "youtube" / "eiHXASgRTcA.json"
    file.parent.mkdir(parents=True)
    file.write_bytes(broken)
    md = markdown.Markdown(extensions=[EmbedsExtension(CaptureStore(tmp_path), draw.Page())])
    md.document = Document("a.md", body=data["post"])
    assert "youtu" in md.convert(data["post"])
    assert ["warning"] == [problem.severity for problem in md.document.problems]
    lines, html = outcome(tmp_path, [data["post"]], FakeWeb(data["answers"]))
    assert lines[0].startswith("[1/1] capturado")
    assert "Noisy kittens" in html


@pytest.mark.parametrize(
    "url",
    [
        "https://mas.to/@ana/1134%2F..%2F..%2Fetc",
        "https://www.flickr.com/photos/..@/123",
        "https://speakerdeck.com/--/__",
        "https://gist.github.com/..%2f/aa5a315d61ae9438b18d",
        "https://a.example/../../../../etc/passwd",
        "https://..../x",
        "https://" + "a" * 5000 + ".example/",
        "https://[::1]/",
        "https://ñandú.example/ñ",
        "https://a.example/\u202egnp",
    ],
)
def test_file_names_are_ours(tmp_path, url):
    """No address makes a file outside of its provider's folder, or one with an odd name."""
    outcome(tmp_path, [url], FakeWeb({"https://": {"type": "text/html", "body": "<title>x</title>"}}))
    for path in (tmp_path / "embeds").rglob("*.json"):
        assert re.fullmatch(
            r"[a-z-]+/[A-Za-z0-9_][A-Za-z0-9._-]{0,130}\.json", str(path.relative_to(tmp_path / "embeds"))
        )
    assert [] == [path for path in tmp_path.iterdir() if path.name not in ("posts", "embeds")]


def test_no_item_brings_more_pictures_than_may_be():
    """Whatever a service lists: what is over that is left out, and the words stay."""
    asked = CaptureRequest(url="https://a.example/1", id="1", provider="page", parts={}, web=FakeWeb({}))
    made = [asked.keep_picture(png(number, 9)) for number in range(8, 8 + MOST_PICTURES + MOST_EMOJIS + 2)]
    assert [True] * (MOST_PICTURES + MOST_EMOJIS) + [False] * 2 == [bool(one) for one in made]
    assert len(made) - 2 == len(asked.files)


def test_no_text_brings_more_emojis_than_may_be():
    """A server that lists a hundred that the text uses leaves room for the pictures."""
    web = FakeWeb({"https://": {"type": "image/png", "body": png()}})
    asked = CaptureRequest(url="https://a.example/1", id="1", provider="page", parts={}, web=web)
    listed = [{"shortcode": f"a{number}", "url": f"https://a.example/{number}.png"} for number in range(100)]
    assert MOST_EMOJIS == len(asked.emojis(listed, " ".join(f":a{number}:" for number in range(100))))
    assert MOST_EMOJIS == len(web.asked)
