"""Pages that mean harm: scripts in every property, trees without end, dates and addresses that make no sense."""

import pytest
from lxml import html as lxml_html

from tertulia.conversation.webmention import discovery, source
from tertulia.core.fetch import Fetched
from tertulia.core.sanitise import TAGS
from tests import xss
from tests.mentioning import NOW, SOURCE, TARGET
from tests.patience import little_work

LINK = f'<a href="{TARGET}">x</a>'
# Seconds that any page may take us on a busy machine; the worst measured alone is 0.7.


def page_of(body):
    return Fetched(
        SOURCE, 200, {"content-type": "text/html; charset=utf-8"}, body.encode("utf-8", "replace")[:1_000_000]
    )


def reading(body):
    return source.read(page_of(body), SOURCE, TARGET, [], ask=lambda url: page_of(body), now=NOW)


def entry(payload):
    """The payload where a parser takes it for markup, and where it takes it for an attribute, in every property."""
    quoted = payload.replace("&", "&amp;").replace('"', "&quot;")
    return f"""<html><head><title>{payload}</title></head><body><div class="h-entry">
    <a class="u-in-reply-to" href="{TARGET}">x</a>
    <div class="p-author h-card"><a class="u-url" href="{quoted}">a</a>
    <img class="u-photo" src="{quoted}" alt="{quoted}">
    <span class="p-name">{payload}</span></div>
    <a class="u-url" href="{quoted}">u</a><h1 class="p-name">{payload}</h1>
    <data class="p-summary" value="{quoted}"></data>
    <time class="dt-published" datetime="{quoted}">{payload}</time>
    <div class="e-content">{payload}</div></div></body></html>"""


def harmless(markup):
    """Whether all that is in *markup* is what a short post may hold."""
    if not markup.strip():
        return True
    tree = lxml_html.fragment_fromstring(markup, create_parent="main")
    for element in tree.iterdescendants():
        link = str(element.get("href", "https://")).strip().lower()
        if element.tag not in TAGS or not link.startswith(("https://", "http://", "mailto:")):
            return False
        if not set(element.attrib) <= {"href", "rel", "start"}:
            return False
    return True


def is_web(address):
    return address == "" or (address.startswith(("https://", "http://")) and not set(address) & set(" \"'<>`\\"))


@pytest.mark.parametrize("shape", ["reply", "mention"])
def test_no_property_carries_a_script(shape):
    """Over two hundred payloads in each field of a source: what is kept is words, web addresses and clean HTML."""
    for payload in xss.payloads():
        body = entry(payload)
        if shape == "mention":
            body = body.replace("u-in-reply-to", "u-other")
        found = reading(body)
        kept = (found.author.url, found.avatar, found.url)
        assert harmless(found.html), (payload, found.html)
        assert all(map(is_web, kept)), (payload, kept)
        assert "\n" not in found.author.name, payload
    assert len(xss.payloads()) >= 150


BOMBS = {
    "quotes without end": '<div class="h-entry"><div class="e-content">' + LINK + "<blockquote>" * 10_000,
    "brackets": '<div class="h-entry"><div class="e-content">' + LINK + "[" * 20_000,
    "links in the deep": "<div>" * 250 + '<a href="https://x.example/a">x</a>' * 28_000 + LINK,
    "many entries": '<div class="h-entry"><p class="p-name">x</p></div>' * 18_000 + LINK,
    "hundreds of entries": ('<div class="h-entry">' + '<p class="p-x">y</p>' * 45 + "</div>") * 399 + LINK,
    "one entry of many parts": '<div class="h-entry">' + '<p class="p-name p-a p-b p-c p-d">x</p>' * 19_000 + LINK,
    "entries in entries": '<div class="h-entry">' * 5_000 + LINK,
    "many classes": '<div class="h-entry ' + "p-x " * 200_000 + '">' + LINK + "</div>",
    "many attributes": "<a " + " ".join(f'a{n}="b"' for n in range(60_000)) + f' href="{TARGET}">x</a>' + LINK,
    "blanks": '<div class="h-entry"><p class="e-content">' + LINK + " " * 900_000,
    "templates in templates": "<template>" * 200 + LINK * 20_000,
    "entities": LINK + "&amp;" * 180_000,
    "a title full of tags": "<title>" + "<b>" * 200_000 + "</title>" + LINK,
    "less than": "<" * 900_000 + LINK,
    "comments": "<!--" * 200_000 + LINK,
    "one long word": '<div class="h-entry"><p class="e-content">' + LINK + "ñ" * 400_000,
    "one long name": '<div class="h-entry"><span class="p-author">' + "ñ" * 400_000 + "</span>" + LINK,
    "link header": "",
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_page_takes_for_ever(name):
    """Whatever its size and shape, a page is read in moments or left."""
    body = BOMBS[name]
    page = page_of(body)
    if name == "link header":
        page = Fetched(SOURCE, 200, {"link": '<a>;"' * 15_000 + "<" * 20_000 + ";" * 20_000}, b"")
    with little_work():
        discovery.endpoint(page)
        if source.links_to(page, TARGET):
            found = reading(body)
            assert (len(found.text) <= source.LONGEST, len(found.author.name) <= 120) == (True, True)


def test_a_reader_who_reads_json_without_end():
    """Nested past all reason, JSON is no link."""
    body = "[" * 100_000 + f'"{TARGET}"' + "]" * 100_000
    assert not source.links_to(Fetched(SOURCE, 200, {"content-type": "application/json"}, body.encode()), TARGET)
