"""Every feed by the rules of the W3C's validator, also where the blog's host has an ñ and lives in a folder.

The rules are those whose breach it calls an error or a risk: https://validator.w3.org/feed/docs/, RFC 4287, RSS 2.0,
https://www.jsonfeed.org/version/1.1/, RFC 4151 for ids, RFC 3986 for addresses.
"""

import datetime as dt
import json
import re
from email.utils import parsedate_to_datetime

from lxml import etree, html

from tests.conftest import NOW, ROOT

ATOM = "{http://www.w3.org/2005/Atom}"
# An address of the web in ASCII alone: a host of letters, digits and hyphens; a path of what may stand in one.
ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?(?:\?[!-~]*)?(?:#[!-~]*)?"
)
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(?:-\d\d){0,2}:(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
RISKS = ("script", "style", "object", "embed", "applet", "meta", "base", "form", "input", "textarea", "iframe", "frame")


def is_uri(text):
    return bool(ADDRESS.fullmatch(text) or TAG.fullmatch(text))


def moments(texts):
    """What is wrong with dates of Atom and JSON: their form, and a time to come."""
    for text in texts:
        if not RFC3339.fullmatch(text):
            yield f"no date: {text}"
        elif dt.datetime.fromisoformat(text) > dt.datetime.fromisoformat(NOW):
            yield f"implausible date: {text}"


def content(text):
    """What is wrong with the HTML of an entry: what no reader of feeds should run, addresses that are not whole."""
    if not text or not text.strip():
        return
    for each in html.fragment_fromstring(text, create_parent="div").iter():
        if not isinstance(each.tag, str):
            continue
        risky = [name for name in each.attrib if name.startswith("on")]
        if (each.tag in RISKS and each.get("type") != "checkbox") or risky:
            yield f"security risk: {each.tag} {risky}"
        for name in ("href", "src"):
            value = each.get(name, "")
            if value and not re.match("(?:mailto|tel):", value) and not is_uri(value):
                yield f"not a whole address: {value}"


def atom(data):
    """What is wrong with an Atom feed."""
    feed = etree.fromstring(data)
    ids = [each.text for each in feed.iter(f"{ATOM}id")]
    yield from (f"bad id: {one}" for one in ids if not is_uri(one))
    if len(set(ids)) != len(ids):
        yield "an id twice"
    for holder in (feed, *feed.iter(f"{ATOM}entry")):
        if [1, 1, 1] != [len(holder.findall(f"{ATOM}{name}")) for name in ("id", "title", "updated")]:
            yield "id, title, updated: one each"
        links = [
            (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
            for link in holder.findall(f"{ATOM}link")
        ]
        if len(set(links)) != len([one for one in links if one[0] != "enclosure"]) + len(
            {one for one in links if one[0] == "enclosure"}
        ):
            yield "two links of one kind"
    if feed.find(f"{ATOM}link[@rel='self']") is None:
        yield "no self link"
    if feed.find(f"{ATOM}author") is None and any(e.find(f"{ATOM}author") is None for e in feed.iter(f"{ATOM}entry")):
        yield "no author"
    for link in feed.iter(f"{ATOM}link"):
        if not is_uri(link.get("href", "")):
            yield f"bad address: {link.get('href')}"
        if link.get("rel") == "enclosure" and not (link.get("length", "").isdigit() and "/" in link.get("type", "")):
            yield "an enclosure without length or type"
    yield from (
        f"bad address: {one.text}"
        for name in ("uri", "icon", "logo")
        for one in feed.iter(f"{ATOM}{name}")
        if not is_uri(one.text)
    )
    yield from moments(each.text for name in ("updated", "published") for each in feed.iter(f"{ATOM}{name}"))
    for each in (*feed.iter(f"{ATOM}content"), *feed.iter(f"{ATOM}summary")):
        if each.get("type") in ("html", "xhtml"):
            yield from content(each.text if each.get("type") == "html" else etree.tostring(each[0], encoding="unicode"))


def rss(data):
    """What is wrong with an RSS feed."""
    channel = etree.fromstring(data).find("channel")
    yield from (f"no {name}" for name in ("title", "link", "description") if not channel.findtext(name))
    if channel.find(f"{ATOM}link[@rel='self']") is None:
        yield "no self link"
    guids = [each.text for each in channel.iter("guid")]
    if len(guids) != len(list(channel.iter("item"))) or len(set(guids)) != len(guids):
        yield "a guid for each item, and none twice"
    for guid in channel.iter("guid"):
        if guid.get("isPermaLink", "true") == "true" and not ADDRESS.fullmatch(guid.text):
            yield f"no permalink: {guid.text}"
    yield from (
        f"bad address: {each.text}" for each in channel.iter("link", "comments", "url") if not is_uri(each.text)
    )
    for date in channel.iter("pubDate", "lastBuildDate"):
        if parsedate_to_datetime(date.text) > dt.datetime.fromisoformat(NOW):
            yield f"implausible date: {date.text}"
    for each in channel.iter("enclosure"):
        if not (
            ADDRESS.fullmatch(each.get("url", "")) and each.get("length", "").isdigit() and "/" in each.get("type", "")
        ):
            yield f"bad enclosure: {dict(each.attrib)}"
    for each in channel.iter("description", "{http://purl.org/rss/1.0/modules/content/}encoded"):
        yield from content(each.text)


def json_feed(data):
    """What is wrong with a JSON feed."""
    feed = json.loads(data)
    if not feed["version"].startswith("https://jsonfeed.org/version/1") or not feed["title"]:
        yield "no version or title"
    ids = [item["id"] for item in feed["items"]]
    if len(set(ids)) != len(ids) or not all(map(is_uri, ids)):
        yield f"ids: {ids}"
    whole = [feed[key] for key in ("home_page_url", "feed_url", "icon", "favicon") if key in feed]
    whole += [
        item[key] for item in feed["items"] for key in ("url", "image", "banner_image", "external_url") if key in item
    ]
    yield from (f"bad address: {one}" for one in whole if not is_uri(one))
    yield from moments(
        item[key] for item in feed["items"] for key in ("date_published", "date_modified") if key in item
    )
    for item in feed["items"]:
        if "content_html" not in item and "content_text" not in item:
            yield "no content"
        yield from content(item.get("content_html", ""))


RULES = {"atom.xml": atom, "rss.xml": rss, "feed.json": json_feed}


def wrong_in(output):
    """What is wrong in each feed of *output*."""
    feeds = [path for path in sorted(output.rglob("*")) if path.name in RULES]
    assert {path.name for path in feeds} == set(RULES)
    return {path: wrong for path in feeds if (wrong := list(RULES[path.name](path.read_bytes())))}


def test_the_feeds_of_a_blog_break_no_rule(site):
    """Those of the blog, of its tags, topics and talk."""
    assert {} == wrong_in(site)


def test_the_feeds_of_a_host_with_an_n_that_is_an_ene(tmp_path, build):
    """Host, folder, ids, pictures and names are ASCII wherever a program reads them."""
    content = ROOT / "tests" / "site" / "content"
    address = {"SITE_ADDRESS": "https://cafeñandu.example/mi página", "SITEURL": "/mi página"}
    build(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, **address)
    assert {} == wrong_in(tmp_path / "output")


def test_what_was_wrong_once_is_found(tmp_path, build):
    """A date to come, a script, a relative address in a post: none of them reaches a feed."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    head = "Título: A\nId: ñ 1\nFecha: 2026-11-01\nActualización: 2027-05-01 Luego\n\n"
    body = "[a](/b) <b onclick='x()'>b</b>\n\n<script>x</script>\n"
    (tmp_path / "content" / "posts" / "a.md").write_text(head + body, "utf-8")
    build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    assert {} == wrong_in(tmp_path / "output")
