"""What people asked of their audience is kept: what they covered stays covered, and what they showed is shown."""

import datetime as dt
import re

import lxml.html
import pytest

from tertulia.embeds import draw
from tertulia.embeds.capture import capture
from tertulia.embeds.capture_store import CaptureStore
from tests.embedding import FakeWeb, drawn, example, png, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
TOOT = "https://mas.to/@ana/113400000000000001"
API = "https://mas.to/api/v1/statuses/113400000000000001"
PARENT = "https://mas.to/api/v1/statuses/113400000000000000"
TWEET = "https://x.com/ana/status/1790000000000000000"
IMAGE = {"type": "image", "url": "https://cdn.mas.to/1.png", "description": "Una herida"}


def shown(folder, url, answers):
    """The drawing of one item, for the page and for feeds."""
    post(folder, url)
    (step,) = capture(folder, FakeWeb(answers), NOW)
    assert "captured" == step.outcome
    html = drawn(folder, url)
    return html, draw.plain(html)


def toot(folder, **changes):
    """The drawing of a toot that answers one and quotes another; *changes* are made to each of the three."""
    answers = example("mastodon-whole")["answers"]
    post_itself = answers[API]["body"]
    places = {"own": post_itself, "quoted": post_itself["quote"]["quoted_status"], "answered": answers[PARENT]["body"]}
    post_itself.update(spoiler_text="", media_attachments=[], poll=None)
    for place, change in changes.items():
        places[place].update(change)
    return shown(folder, TOOT, answers)


def tweet(folder, **changes):
    """The drawing of a tweet that quotes and answers another."""
    answers = example("x-whole")["answers"]
    (body,) = [answer["body"] for url, answer in answers.items() if "syndication" in url]
    for place, change in changes.items():
        {"own": body, "quoted": body["quoted_tweet"], "answered": body["parent"]}[place].update(change)
    return shown(folder, TWEET, answers)


def skeet(folder, **changes):
    """The drawing of a Bluesky post that quotes and answers another."""
    data = example("bluesky")
    (body,) = [answer["body"] for url, answer in data["answers"].items() if "getPostThread" in url]
    thread = body["thread"]
    places = {
        "own": thread["post"],
        "quoted": thread["post"]["embed"]["record"]["record"],
        "answered": thread["parent"]["post"],
    }
    for place, change in changes.items():
        places[place].update(change)
    return shown(folder, data["post"], data["answers"] | {"https://cdn.bsky.app/": "picture"})


def covered(html, what):
    """Whether all that holds *what*, words or the alternative text of a picture, is folded away."""
    tree = lxml.html.fromstring(f"<div>{html}</div>")
    found = tree.xpath('.//*[contains(text(), $what)] | .//img[contains(@alt, $what)]', what=what)  # fmt: skip
    assert found, what
    return all(element.xpath("ancestor::details[not(@open)]") for element in found)


@pytest.mark.parametrize(
    ("place", "words"), [("own", "¿Qué hago"), ("quoted", "Llevo una hora"), ("answered", "un teléfono")]
)
def test_warning_covers_words_and_pictures(tmp_path, place, words):
    """On page and in feeds a toot with a warning is folded, whether it is the post, the quoted or the answered one."""
    for html in toot(tmp_path, **{place: {"spoiler_text": "Contiene sangre", "media_attachments": [IMAGE]}}):
        assert "Aviso de su autor: Contiene sangre" in html
        assert covered(html, "Una herida")
        assert covered(html, words)


@pytest.mark.parametrize("place", ["own", "quoted", "answered"])
def test_sensitive_pictures_are_covered(tmp_path, place):
    """What is marked as sensitive without a word of warning is covered too; the words stay in sight."""
    for html in toot(tmp_path, **{place: {"sensitive": True, "media_attachments": [IMAGE]}}):
        assert covered(html, "Una herida")
        assert not covered(html, "Llevo una hora")


@pytest.mark.parametrize("place", ["own", "quoted", "answered"])
def test_sensitive_pictures_of_x_are_covered(tmp_path, place):
    """So are those of X."""
    media = [{"type": "photo", "media_url_https": "https://pbs.twimg.com/1.png", "ext_alt_text": "Una herida"}]
    for html in tweet(tmp_path, **{place: {"possibly_sensitive": True, "mediaDetails": media}}):
        assert covered(html, "Una herida")


@pytest.mark.parametrize("label", ["porn", "sexual", "nudity", "graphic-media"])
@pytest.mark.parametrize("place", ["own", "quoted", "answered"])
def test_labelled_pictures_of_bluesky_are_covered(tmp_path, place, label):
    """And those that Bluesky's own apps cover, by a label on the post."""
    view = {"images": [{"fullsize": "https://cdn.bsky.app/1.png", "alt": "Una herida"}]}
    more = {"embeds": [view]} if place == "quoted" else {"embed": view}
    for html in skeet(tmp_path, **{place: {"labels": [{"val": label}], **more}}):
        assert covered(html, "Una herida")


def test_words_labelled_on_bluesky_are_covered(tmp_path):
    """A label that covers the whole post there covers it here."""
    for html in skeet(tmp_path, quoted={"labels": [{"val": "!warn"}]}):
        assert covered(html, "Nadie contesta cartas")
        assert not covered(html, "Señorías")


def test_pictures_of_quoted_posts_are_shown(tmp_path):
    """A quoted post that is only a picture is no empty quotation, on any of the three."""
    media = [{"type": "photo", "media_url_https": "https://pbs.twimg.com/1.png", "ext_alt_text": "El plato"}]
    view = {"images": [{"fullsize": "https://cdn.bsky.app/1.png", "alt": "El plato"}]}
    image = {**IMAGE, "description": "El plato"}
    assert 'alt="El plato"' in tweet(tmp_path / "x", quoted={"text": "", "mediaDetails": media})[0]
    assert 'alt="El plato"' in skeet(tmp_path / "b", quoted={"embeds": [view]})[0]
    assert 'alt="El plato"' in toot(tmp_path / "m", quoted={"content": "", "media_attachments": [image]})[0]
    html, _ = tweet(tmp_path / "n", quoted={"text": ""})
    assert "Sin palabras; lo que muestra se ve en X." in html


def test_polls_show_their_results(tmp_path):
    """A poll is shown with its votes; a vote more is no edit, and is shown after the next check."""
    poll = {"options": [{"title": "Sí", "votes_count": 1}, {"title": "No", "votes_count": 3}]}
    html, _ = toot(tmp_path, own={"poll": poll})
    assert '<li dir="auto">Sí: 25 % (1)</li><li dir="auto">No: 75 % (3)</li>' in html
    answers = example("mastodon-whole")["answers"]
    poll["options"][0]["votes_count"] = 3
    answers[API]["body"].update(spoiler_text="", media_attachments=[], poll=poll)
    assert ["same"] == [step.outcome for step in capture(tmp_path, FakeWeb(answers), NOW, check=True)]
    assert "Sí: 50 % (3)" in drawn(tmp_path, TOOT)
    hidden, _ = toot(tmp_path / "h", own={"poll": {"options": [{"title": "Sí", "votes_count": None}]}})
    assert '<li dir="auto">Sí</li>' in hidden
    card = {"name": "poll2choice_text_only", "binding_values": {
        "choice1_label": {"string_value": "Ya"}, "choice1_count": {"string_value": "1"},
        "choice2_label": {"string_value": "Luego"}, "choice2_count": {"string_value": "1"}}}  # fmt: skip
    assert "Ya: 50 % (1)" in tweet(tmp_path / "x", own={"card": card})[0]


def test_emojis_of_a_server_are_drawn_from_files(tmp_path):
    """ ":gato:" is the cat that its author sees, in words and names; other words between colons stay words."""
    emoji = {"shortcode": "gato", "url": "https://cdn.mas.to/g.gif", "static_url": "https://cdn.mas.to/g.png"}
    answers = example("mastodon-whole")["answers"]
    answers[API]["body"].update(spoiler_text="", content="<p>Hola :gato: y :perro:</p>", emojis=[emoji])
    answers[API]["body"]["account"].update(display_name="Ana :gato:")
    html, plain = shown(tmp_path, TOOT, answers)
    assert 2 == len(re.findall(r'<img data-emoji="" src="/embeds/mastodon/[^"]+\.webp"[^>]* alt=":gato:"', html))
    assert ":perro:" in html
    assert 'alt=":gato:"' in plain


def test_audio_is_told_with_its_description(tmp_path):
    """A toot that is only a recording is no empty quotation."""
    audio = {"type": "audio", "url": "https://cdn.mas.to/1.mp3", "description": "Canta un mirlo"}
    html, _ = toot(tmp_path, own={"content": "", "media_attachments": [audio]})
    assert f'<a href="{TOOT}">Audio: oír en Mastodon</a>: Canta un mirlo' in html


def test_long_post_is_whole_or_says_that_it_goes_on(tmp_path):
    """Of a long post on X the answer may have the beginning only; where it has the whole, that is shown."""
    html, _ = tweet(tmp_path / "a", own={"note_tweet": {"id": "1"}, "text": "Una carta larga…"})
    assert f'<a href="{TWEET}">Sigue en X</a>' in html
    whole = {"note_tweet_results": {"result": {"text": "Una carta larga, y su final."}}}
    html, _ = tweet(tmp_path / "b", own={"note_tweet": whole, "text": "Una carta larga…"})
    assert "y su final." in html
    assert "Sigue en X" not in html
    words = "Una carta " * 25 + '… <a href="https://t.co/n">https://t.co/n</a>'
    poor = {"html": f'<blockquote><p lang="es">{words}</p></blockquote>', "author_url": "https://twitter.com/ana"}
    html, _ = shown(tmp_path / "c", TWEET, {"https://publish.x.com/": {"body": poor}})
    assert "Sigue en X" in html


@pytest.mark.parametrize(
    ("paragraphs", "folded"), [(["Corto."], False), (["Párrafo de cien letras. " * 4] * 12, False),
    (["Párrafo de cien letras. " * 10] * 12, True), (["Sin fin ni punto y aparte, " * 150], True)]
)  # fmt: skip
def test_long_posts_are_folded(tmp_path, paragraphs, folded):
    """The beginning of a long post is in sight, all of it a press away, and nothing is lost."""
    content = "".join(f"<p>{number} {words}</p>" for number, words in enumerate(paragraphs))
    html, _ = toot(tmp_path, own={"content": content})
    assert folded == ("<summary>Seguir leyendo</summary>" in html)
    assert all(f"<p>{number} {words.strip()}" in html for number, words in enumerate(paragraphs))
    tree = lxml.html.fromstring(html)
    for details in tree.iter("details"):
        details.getparent().remove(details)
    assert 0 < len(tree.text_content()) < 2500


def test_words_run_in_their_own_direction(tmp_path):
    """Words, titles and names find their direction by themselves; a handle is set apart from the name before it."""
    html, plain = toot(tmp_path, own={"content": "<p>مرحبا.</p>", "language": "ar"})
    assert '<div class="e-content" dir="auto"><p>مرحبا.</p>' in html
    assert '<bdi class="p-name">Ana Ruiz</bdi> <bdi class="p-nickname">@ana@mas.to</bdi>' in html
    assert 'dir="auto"' in plain


def test_tall_screenshot_is_kept_readable_and_opens(tmp_path):
    """A screenshot as high as a door keeps its width, is shown by its top, and opens from our own files."""
    answers = example("mastodon-whole")["answers"]
    answers["https://cdn.mas.to/"] = {"type": "image/png", "body": png(1080, 9000)}
    html, _ = shown(tmp_path, TOOT, answers)
    (kept,) = CaptureStore(tmp_path).all()
    image = kept.pictures[0]
    assert (1080, 9000) == (image.width_px, image.height_px)
    assert f'<a data-tall="" href="/embeds/mastodon/{image.file}"><img' in html


@pytest.mark.parametrize(
    ("header", "markup", "encoding"),
    [
        ("text/html; charset=iso-8859-1", "<title>{}</title>", "iso-8859-1"),
        ("text/html; charset=utf-8", '<script src="a.js" charset="utf-8"></script><title>{}</title>', "utf-8"),
        ("text/html", '<script src="a.js" charset="utf-8"></script><title>{}</title>', "utf-8"),
        ("text/html; charset=utf-8", '<meta charset="iso-8859-1"><title>{}</title>', "utf-8"),
        ("text/html", '<meta charset="iso-8859-1"><title>{}</title>', "iso-8859-1"),
        ("text/html; charset=windows-1252", "<p>charset</p><title>{}</title>", "windows-1252"),
    ],
)
def test_cards_are_read_in_the_pages_own_encoding(tmp_path, header, markup, encoding):
    """HTTP comes before a real <meta>, and the word "charset" elsewhere means nothing."""
    title = "Atención al cliente: ¿quién contesta?"
    answer = {"type": header, "body": markup.format(title).encode(encoding)}
    html, _ = shown(tmp_path, "https://periodico.example/a", {"https://periodico.example/": answer})
    assert f'<cite class="p-name">{title}</cite>' in html
