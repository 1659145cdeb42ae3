"""Being told by webmention and pingback: discovery as webmention.rocks has it, receiving as the Recommendation says."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tertulia.content import snapshot
from tertulia.conversation.webmention import discovery, pingback, source
from tertulia.conversation.webmention.pages import Pages
from tertulia.conversation.webmention.receive import NotTakenError
from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched
from tertulia.store.said import Author, Incoming
from tests.mentioning import EXAMPLES, NOW, POST, SITE, SOURCE, TARGET, Sites, example, house

__all__ = ["house"]  # a fixture


# Discovery -----------------------------------------------------------------------------------------------------------


def page_of(path):
    head, _, body = path.read_text("utf-8").partition("\n\n")
    told = [line.partition(":")[::2] for line in head.split("\n")]
    headers: dict[str, str] = {}
    for name, value in ((name.lower(), value.strip()) for name, value in told):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value  # as requests joins them
    return Fetched(headers.pop("url"), int(headers.pop("status", "200")), headers, body.encode())


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("discovery/*.http")), ids=lambda path: path.stem)
def test_endpoint(case):
    """Each page names the endpoint that stands beside it; 01 to 23 are the cases of webmention.rocks."""
    page = page_of(case)
    sites = Sites({"https://otro.example/asked": page})
    expected = case.with_suffix(".endpoint").read_text("utf-8").strip()
    assert expected == discovery.discover("https://otro.example/asked", sites)


def test_all_cases_of_the_suite_are_here():
    """Twenty-three, none lost."""
    here = {path.stem[:2] for path in EXAMPLES.glob("discovery/*.http")}
    assert {f"{number:02}" for number in range(1, 24)} <= here


# What a source says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", sorted(EXAMPLES.glob("source/*.html")), ids=lambda path: path.stem)
def test_source_is_read(case):
    """Kind, author, words and dates come from microformats, or else from the title; nothing in them can act."""
    sites = Sites()
    sites.put(
        "https://ines.example/sobre",
        '<div class="h-card"><a class="u-url u-uid p-name" href="https://ines.example/sobre">Inés de Sobre</a></div>',
    )
    page = Fetched(SOURCE, 200, {"content-type": "text/html"}, case.read_bytes())
    assert source.links_to(page, TARGET)
    found = source.read(
        page, SOURCE, TARGET, ["https://mas.example/@blog/1"], ask=lambda url: sites.request("GET", url), now=NOW
    )
    shown = {
        "kind": found.kind,
        "name": found.author.name,
        "author": found.author.url,
        "identity": found.author.identity,
        "avatar": found.avatar,
        "url": found.url,
        "published": found.published.astimezone(UTC).isoformat(),
        "text": found.text,
        "html": found.html,
    }
    expected = json.loads(case.with_suffix(".json").read_text("utf-8"))
    assert expected == {name: shown[name] for name in expected}


@pytest.mark.parametrize(
    ("body", "kind", "expected"),
    [
        (f'<a href="{TARGET}">x</a>', "text/html", True),
        (f'<a href="{TARGET}#c-1">x</a>', "text/html", True),
        (f'<img src="{TARGET}">', "text/html", True),
        (f'<video src="{TARGET}"></video>', "text/html", True),
        (f'<blockquote cite="{TARGET}">x</blockquote>', "text/html", True),
        (f'<a href="{TARGET}otra">x</a>', "text/html", False),
        (f'<a href="{TARGET[:-1]}">x</a>', "text/html", False),
        (f'<a href="{TARGET.replace("https", "http")}">x</a>', "text/html", False),
        (f"<p>{TARGET}</p>", "text/html", False),
        (f'<!-- <a href="{TARGET}">x</a> -->', "text/html", False),
        (f'&lt;a href="{TARGET}"&gt;', "text/html", False),
        (f'<template><a href="{TARGET}">x</a></template>', "text/html", False),
        ("", "text/html", False),
        (f"Véase <{TARGET}>.", "text/plain", True),
        (f"Véase {TARGET}otra", "text/plain", False),
        (json.dumps({"a": [{"b": TARGET}]}), "application/json", True),
        (json.dumps({"a": f"x {TARGET}"}), "application/json", False),
        ("{", "application/json", False),
    ],
)
def test_the_exact_link_must_be_there(body, kind, expected):
    """A link in HTML, a value in JSON, a word in plain text; nothing that only looks like one."""
    assert expected == source.links_to(Fetched(SOURCE, 200, {"content-type": kind}, body.encode()), TARGET)


# Receiving -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told_source", "target", "reason"),
    [
        ("", TARGET, "mention_bad_address"),
        ("nota", TARGET, "mention_bad_address"),
        ("ftp://ines.example/nota", TARGET, "mention_bad_address"),
        ("javascript:alert(1)", TARGET, "mention_bad_address"),
        ("https://u:p@ines.example/", TARGET, "mention_bad_address"),
        ("https://ines.example:0/", TARGET, "mention_bad_address"),
        ("https://[::1", TARGET, "mention_bad_address"),
        (f"https://ines.example/{'x' * 2000}", TARGET, "mention_bad_address"),
        (SOURCE, "", "mention_bad_address"),
        (TARGET, TARGET, "mention_same"),
        (f"{TARGET}#a", f"{TARGET}#b", "mention_same"),
        (SOURCE, "https://otro.example/", "mention_not_ours"),
        (SOURCE, "https://blog.example.otro.example/", "mention_not_ours"),
        (SOURCE, "https://blog.example:8443/2026/11/el-voto-util/", "mention_not_ours"),
        (SOURCE, f"{SITE}/2026/11/otra/", "mention_no_target"),
        (SOURCE, f"{SITE}/../var/t.db", "mention_no_target"),
        (SOURCE, f"{SITE}/%2e%2e/var/t.db", "mention_no_target"),
        (SOURCE, f"{SITE}/{'x' * 300}/", "mention_no_target"),
        (f"{SITE}/acerca/", TARGET, "mention_own_source"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(house, told_source, target, reason):
    """A request is checked before anything is queued or fetched."""
    with pytest.raises(NotTakenError) as refused:
        house.receiver.accept(told_source, target)
    assert (reason, 0, []) == (refused.value.reason, house.store.mentions.queued(), house.sites.asked)


@pytest.mark.parametrize(
    ("target", "post"),
    [
        (TARGET, "voto"),
        (f"{TARGET}#c-1", "voto"),
        (TARGET[:-1], "voto"),
        (f"{TARGET}index.html", "voto"),
        (f"{TARGET}?utm_source=x", "voto"),
        ("http://blog.example/2026/11/el-voto-util/", "voto"),
        ("https://BLOG.example/viejo/", "voto"),
        (f"{SITE}/acerca/", ""),
    ],
)
def test_which_page_an_address_means(house, target, post):
    """Fragments, queries and aliases lead to their post; other pages are ours too, and no post."""
    assert post == house.pages.find(target).post


def test_a_preview_is_ours_too(house):
    """The same pages under another address, and nothing under any other."""
    pages = Pages(SITE, house.pages.output, house.published, ("http://127.0.0.1:8000",))
    there = "http://127.0.0.1:8000/2026/11/el-voto-util/"
    assert ("voto", None) == (pages.find(there).post, pages.find(there.replace("8000", "8001")))


def test_a_reply_is_looked_at_later_and_waits_for_the_owner(house):
    """Nothing is fetched by the request; afterwards the reply is in the conversation, before moderation."""
    house.sites.put(SOURCE, example("reply"))
    mention = house.receiver.accept(SOURCE, TARGET)
    assert ("queued", []) == (mention.state, house.sites.asked)
    assert 1 == house.receiver.work()
    (said,) = house.said()
    assert ("voto", "es", "reply", "waiting", "Inés Gil", "https://ines.example/nota") == (
        said.post, said.lang, said.kind, said.status, said.name, said.url,
    )  # fmt: skip
    assert ("taken", said.key) == (
        house.store.mentions.by_token(mention.token).state,
        house.store.mentions.by_token(mention.token).comment,
    )


def test_the_same_pair_again_changes_nothing(house):
    """Told three times, there is one comment, one row and one status page."""
    house.sites.put(SOURCE, example("reply"))
    rows = {house.tell().token for _time in range(3)}
    assert (1, 1) == (len(rows), len(house.said()))


def test_an_edit_arrives(house):
    """The source changed its words and tells again: so do we."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    house.sites.put(SOURCE, example("reply").replace("pero me quejo", "y no me quejo"))
    house.tell()
    assert ["No pito, y no me quejo."] == [said.text for said in house.said()]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("1999-01-01T00:00:00Z", POST.date),
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2031-01-01T00:00:00Z", NOW),
    ],
)
def test_dates_of_a_source_have_bounds(house, said, shown):
    """Nothing answers an article before it is there, nor tomorrow; nothing is changed before it is said."""
    entry = (
        f'<time class="dt-published" datetime="{said}"></time><time class="dt-updated" datetime="2000-01-01"></time>'
    )
    house.sites.put(
        SOURCE,
        f'<div class="h-entry"><a class="u-in-reply-to" href="{TARGET}"></a><p class="e-content">Ya.</p>{entry}</div>',
    )
    house.tell()
    (one,) = house.said()
    assert (shown, None) == (datetime.fromisoformat(one.published_at), one.edited_at)


def test_410_takes_it_back(house):
    """What says that it is gone is gone, from the page too."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    folder = house.folder / "var/conversation"
    assert 1 == len(snapshot.read(folder, "voto", "es").comments)
    house.sites.put(SOURCE, "", status=410)
    assert ("gone", "mention_gone") == (house.tell().state, house.tell().reason)
    assert ("gone", ()) == (house.said()[0].status, snapshot.read(folder, "voto", "es").comments)


def test_404_takes_it_back_when_it_says_so_twice(house):
    """A site that is being put in place answers 404 as well: it is asked again after an hour."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "", status=404)
    house.tell()
    assert "waiting" == house.said()[0].status
    house.clock += timedelta(minutes=61)
    house.receiver.work()
    assert "gone" == house.said()[0].status


def test_404_of_something_new_is_refused(house):
    """Nobody waits for a page that never was."""
    assert ("refused", "mention_gone") == (house.tell().state, house.tell().reason)


def test_a_link_taken_out_takes_it_back(house):
    """The page is there and no longer links to us."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "<p>Otra cosa</p>")
    assert ("gone", "mention_no_link") == (house.tell().state, house.tell().reason)
    assert "gone" == house.said()[0].status


def test_what_came_back_is_there_again(house):
    """A link put back after it was taken out is looked at anew."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.sites.put(SOURCE, "<p>Otra cosa</p>")
    house.tell()
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    assert ["waiting"] == [said.status for said in house.said()]


@pytest.mark.parametrize("kind", ["like", "repost", "bookmark"])
def test_likes_are_numbers(house, kind):
    """A like, a repost, a bookmark count; nobody's face is shown. Gone, they no longer count."""
    house.sites.put(SOURCE, example(kind))
    house.tell()
    house.tell()
    folder = house.folder / "var/conversation"
    assert ({kind: 1}, []) == (snapshot.read(folder, "voto", "es").counts, house.said())
    house.sites.put(SOURCE, "", status=410)
    house.tell()
    assert {} == snapshot.read(folder, "voto", "es").counts


def test_a_like_of_our_announcement_by_a_bridge_is_counted_once(house):
    """The network itself told how many there are; the bridge's copy adds nothing."""
    house.sites.put(
        "https://brid.gy/like/mastodon/1/2",
        f'<div class="h-entry"><a class="u-url" href="https://mas.example/@blog/1#favorited-by-2"></a>'
        f'<a class="u-like-of" href="{TARGET}"></a></div>',
    )
    mention = house.tell("https://brid.gy/like/mastodon/1/2")
    assert ("taken", "mention_counted", []) == (mention.state, mention.reason, house.store.conversation.posts())


def test_a_reply_to_a_comment_finds_its_place(house):
    """The fragment of the target names the comment that is answered."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    key = house.said()[0].key
    other = "https://otro.example/1"
    house.sites.put(
        other,
        f'<div class="h-entry"><a class="u-in-reply-to" href="{TARGET}#c-{key}"></a>'
        '<p class="e-content">Y yo.</p></div>',
    )
    house.tell(other, f"{TARGET}#c-{key}")
    first = house.store.conversation.get(key)
    assert [first.id] == [said.parent for said in house.said() if said.text == "Y yo."]


def test_silence_is_not_deletion(house):
    """A site that does not answer, or fails, is asked again later, and what it said stands."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    for answer in (FetchError("no"), Fetched(SOURCE, 503, {}, b""), Fetched(SOURCE, 403, {}, b"")):
        house.sites.pages[SOURCE] = answer
        assert "queued" == house.tell().state
    for _day in range(6):
        house.clock += timedelta(days=1)
        house.receiver.work()
    row = house.store.mentions.known(SOURCE, TARGET)
    assert ("refused", "mention_given_up", "waiting") == (row.state, row.reason, house.said()[0].status)


def test_a_private_source_is_refused_and_nothing_is_lost(house):
    """What may not be fetched is not fetched again."""
    house.sites.pages[SOURCE] = FetchRefusedError("private")
    assert ("refused", "mention_not_fetched") == (house.tell().state, house.tell().reason)


def test_a_source_that_is_no_page(house):
    """A picture links to nobody."""
    house.sites.put(SOURCE, "GIF89a", content_type="image/gif")
    assert ("refused", "mention_type") == (house.tell().state, house.tell().reason)


def test_a_redirected_source_is_read_where_it_leads(house):
    """Redirects are followed; the address that was told stays its name."""
    house.sites.pages["https://corto.example/1"] = SOURCE
    house.sites.put(SOURCE, example("no-microformats"))
    assert "taken" == house.tell("https://corto.example/1").state


def test_a_flood_from_one_host_is_asked_to_come_back(house):
    """A host has a hundred places in the queue, no more."""
    for number in range(100):
        house.receiver.accept(f"https://ines.example/{number}", TARGET)
    with pytest.raises(NotTakenError) as refused:
        house.receiver.accept("https://ines.example/otra", TARGET)
    assert 429 == refused.value.status
    house.receiver.accept("https://otra.example/1", TARGET)


def test_what_is_seen_by_two_ways_is_one_comment(house):
    """A bridge tells of a reply that was collected already: one comment, two sources."""

    ana = Author(network="mastodon", identity="https://mas.example/users/ana", name="Ana")
    collected = Incoming(
        source="mastodon", source_id="1134", post="voto", lang="es", kind="reply", author=ana, published=NOW,
        text="Sí.", html="<p>Sí.</p>", url="https://mas.example/@ana/1134",
    )  # fmt: skip
    house.moderator.ingest(collected)
    bridge = "https://brid.gy/comment/mastodon/@blog@mas.example/1/1134"
    house.sites.put(
        bridge,
        f'<div class="h-entry"><a class="u-url" href="{collected.url}"></a>'
        f'<a class="u-in-reply-to" href="{TARGET}"></a><p class="e-content">Sí.</p></div>',
    )
    house.tell(bridge)
    (said,) = house.said()
    assert ["mastodon", "webmention"] == [way[0] for way in said.sources]


def test_who_was_erased_does_not_come_back(house):
    """Neither the words, nor the address in the queue."""
    house.sites.put(SOURCE, example("reply"))
    house.tell()
    house.moderator.erase(house.said()[0].person)
    assert (None, []) == (house.store.mentions.known(SOURCE, TARGET), house.said())
    assert (None, []) == (house.tell(), house.said())


def test_what_was_refused_is_forgotten_after_a_month(house):
    """The queue keeps nothing that nobody will ask for."""
    house.tell()
    house.clock += timedelta(days=31)
    house.receiver.work()
    assert None is house.store.mentions.known(SOURCE, TARGET)


# Pingback ------------------------------------------------------------------------------------------------------------


def call(source_url=SOURCE, target=TARGET, method="pingback.ping", head="<?xml version='1.0'?>"):
    values = "".join(f"<param><value><string>{one}</string></value></param>" for one in (source_url, target))
    return f"{head}<methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>".encode()


def test_a_pingback_is_read():
    """Source and target, with or without <string>."""
    assert (SOURCE, TARGET) == pingback.read(call())
    assert (SOURCE, TARGET) == pingback.read(call().replace(b"<string>", b"").replace(b"</string>", b""))


ENTITIES = "".join(f"<!ENTITY {name} '{8 * one}'>" for name, one in (("a", "ja"), ("b", "&a;"), ("c", "&b;")))
BOMB = f"<!DOCTYPE x [{ENTITIES}]>"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<x/>",
        b"<methodCall>",
        call(method="system.listMethods"),
        call() + b"x",
        call(source_url="&c;", head=BOMB),
        call(source_url="&c;", head=f"<?xml version='1.0' encoding='utf-16'?>{BOMB}").decode().encode("utf-16"),
        call(source_url="&x;", head="<!DOCTYPE x [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"),
        call(source_url="x" * 20_000),
        b"<a>" * 5000,
    ],
    ids=range(10),
)
def test_what_is_no_pingback_is_refused(body):
    """Neither other calls, nor broken XML, nor entities that grow or read files."""
    with pytest.raises(pingback.BadCallError):
        pingback.read(body)


def test_answers_are_read_by_pythons_own_client():
    """What we answer is XML-RPC."""
    import xmlrpc.client

    assert ((("<ñ & co>",), None)) == xmlrpc.client.loads(pingback.answer("<ñ & co>"))
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(pingback.fault(32, "no"))
    assert (32, "no") == (fault.value.faultCode, fault.value.faultString)
