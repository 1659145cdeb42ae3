"""Where the service is: on a host of its own, behind a prefix, or on the blog's host; everything of it works."""

import re
from dataclasses import replace

import pytest

from tertulia.content import snapshot
from tertulia.conversation.blog import BlogInfo
from tertulia.core.errors import SettingError
from tertulia.core.setting_kinds import parse_service
from tests.conftest import build_site
from tests.talking import OURS, SITE, Talk, field

ELSEWHERE = "https://talk.example"
BY_SCRIPT = OURS | {"Accept": "application/json"}


def at(folder, service, site=SITE):
    """A blog whose service is at *service*."""
    talk = Talk(folder, same_origin=service.startswith(SITE), service=service)
    if site != SITE:
        talk.blog.info = replace(talk.blog.info, site=site)
    return talk


@pytest.fixture
def elsewhere(tmp_path):
    """A service on another site, asked by a browser that keeps no cookie of it."""
    talk = at(tmp_path, ELSEWHERE)
    talk.browser = talk.app.test_client(use_cookies=False)
    yield talk
    talk.blog.close()


def sent(talk, **fields):
    """A comment sent by the page's script."""
    token = talk.preview(headers=BY_SCRIPT, **fields).json["token"]
    return talk.send(headers=BY_SCRIPT, token=token, **fields).json


def liked(talk, headers=BY_SCRIPT, **fields):
    """A like, sent by the page's script."""
    return talk.browser.post("/comments/like", data={"post": "voto", "lang": "es"} | fields, headers=headers)


def people(talk):
    return {said.person for said in talk.store.conversation.find()}


def likes(talk):
    return snapshot.read(talk.blog.snapshots, "voto", "es").counts.get("like", 0)


# A host of its own ---------------------------------------------------------------------------------------------------


def test_a_page_of_another_site_keeps_what_knows_its_reader_again(elsewhere):
    """Browsers keep no cookie of the service there: two comments are one person's, three likes are one."""
    kept = sent(elsewhere, remember="yes")["keep"]
    sent(elsewhere, text="Y otra cosa que se me olvidaba.", **kept)
    assert ["person"] == list(kept)
    assert 1 == len(people(elsewhere))
    sent(elsewhere, text="Yo soy otra que se llama igual.")
    assert 2 == len(people(elsewhere))
    kept = liked(elsewhere).json["keep"]
    again = [liked(elsewhere, **kept).json for _time in range(2)]
    assert ([{}, {}], 1) == ([one["keep"] for one in again], likes(elsewhere))


def test_who_does_not_ask_is_not_remembered(elsewhere):
    """Nothing is left in the browser."""
    assert {} == sent(elsewhere)["keep"]


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {}, {"Origin": "null"}])
def test_what_a_page_keeps_is_believed_from_our_own_page_alone(elsewhere, headers):
    """Another site that came by the word cannot speak with it."""
    kept = sent(elsewhere, remember="yes")["keep"]
    (known,) = people(elsewhere)
    fields = {"text": "Esto lo digo yo.", **kept}
    token = elsewhere.token(**fields)
    elsewhere.send(headers=headers, token=token, **fields)
    newest = max(elsewhere.store.conversation.find(), key=lambda said: said.id)
    assert ("Esto lo digo yo.", False) == (newest.text, newest.person == known)


@pytest.mark.parametrize("word", ["x", "a" * 5000, "ñ", "ImFuYSI.x.y"])
def test_a_word_that_we_did_not_sign_is_none(elsewhere, word):
    """Nor is one that was signed for something else: it is nobody's, and no error."""
    other = elsewhere.blog.signer.sign("likes", "ana", elsewhere.clock)
    for given in (word, other):
        sent(elsewhere, text=f"Soy Ana, de verdad {given[:20]}.", person=given)
    assert 2 == len(people(elsewhere))
    for _time in range(2):
        liked(elsewhere, likes=word)
    assert 2 == likes(elsewhere)


def test_where_a_cookie_does_scripts_are_given_nothing(tmp_path):
    """On the blog's own site no script can read what knows a reader again."""
    for service in (SITE, "https://talk.blog.example"):
        talk = at(tmp_path / service[8:], service)
        assert ({}, {}) == (sent(talk, remember="yes")["keep"], liked(talk).json["keep"])
        sent(talk, text="Y otra cosa que se me olvidaba.")
        assert 1 == len(people(talk))
        talk.blog.close()


def test_the_service_hands_out_the_look_from_its_own_host(elsewhere):
    """A browser takes no font of another host; and nothing but the look is to be had."""
    theme = elsewhere.folder / "output" / "theme"
    (theme / "fonts").mkdir(parents=True)
    page = elsewhere.browser.get("/moderation/login").get_data(as_text=True)
    assert f'href="{SITE}/theme/site.css"' in page
    (theme / "site.css").write_text("body { color: red }", "utf-8")
    (theme / "fonts" / "alegreya.woff2").write_bytes(b"wOF2")
    (elsewhere.folder / "output" / "secret.css").write_text("x", "utf-8")
    (theme / "notes.txt").write_text("x", "utf-8")
    page = elsewhere.browser.get("/moderation/login").get_data(as_text=True)
    sheet = re.search('rel="stylesheet" href="([^"]+)"', page)[1]
    assert "/comments/look/site.css" == sheet
    assert b"body" in elsewhere.browser.get(sheet).data
    (theme / "own.css").write_text("h1 { color: blue }", "utf-8")
    own = elsewhere.browser.get("/moderation/login").get_data(as_text=True)
    assert page.count('rel="stylesheet"') + 1 == own.count('rel="stylesheet"') and "/comments/look/own.css" in own
    assert b"wOF2" == elsewhere.browser.get("/comments/look/fonts/alegreya.woff2").data
    refused = ("../secret.css", "%2e%2e/secret.css", "notes.txt", "nothing.css", "fonts/../../secret.css")
    assert {404} == {elsewhere.browser.get(f"/comments/look/{name}").status_code for name in refused}


def test_the_service_has_the_button_for_light_and_dark_where_the_blog_has_it(elsewhere):
    """One script of ours and no other, allowed only then; its words are in the page's language."""
    theme = elsewhere.folder / "output" / "theme"
    theme.mkdir(parents=True)
    (theme / "site.css").write_text("body { color: red }", "utf-8")
    (theme / "comments.js").write_text("1", "utf-8")
    answer = elsewhere.browser.get("/moderation/login")
    assert ("<script" in answer.text, "script-src" in answer.headers["Content-Security-Policy"]) == (False, False)
    (theme / "switch.js").write_text("2", "utf-8")
    answer = elsewhere.browser.get("/moderation/login")
    assert answer.headers["Content-Security-Policy"].endswith("; script-src 'self'")
    assert '<script src="/comments/look/switch.js" data-dark="Oscuro" data-light="Claro"></script>' in answer.text
    known = [elsewhere.browser.get(f"/comments/look/{name}").status_code for name in ("switch.js", "comments.js")]
    assert [200, 404] == known


# Behind a prefix -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proxy", ["", "/talk"], ids=["taken off", "left"])
def test_behind_a_prefix_everything_leads_below_it(tmp_path, proxy):
    """Whether the proxy takes the prefix off or leaves it: forms, links, redirects and cookies have it."""
    talk = at(tmp_path, f"{SITE}/talk")
    first = talk.browser.post(f"{proxy}/comments", data=talk.fill(remember="yes"), headers=OURS)
    assert 'action="/talk/comments"' in first.get_data(as_text=True)
    talk.later(seconds=10)
    fields = talk.fill(remember="yes") | {"action": "send", "token": field(first, "token")}
    second = talk.browser.post(f"{proxy}/comments", data=fields, headers=OURS)
    assert second.headers["Location"].startswith("/talk/comments/mine/")
    assert "Path=/talk/comments;" in second.headers["Set-Cookie"]
    seen = talk.browser.get(second.headers["Location"].removeprefix("/talk" if not proxy else ""))
    assert 200 == seen.status_code
    assert "/talk/moderation/login" == talk.browser.get(f"{proxy}/moderation").headers["Location"]
    links = re.findall('(?:href|action)="(/[^"]*)"', talk.browser.get("/moderation/login").get_data(as_text=True))
    assert {"/", "/theme/site.css", "/theme/icon.svg"} == {link for link in links if not link.startswith("/talk/")}
    assert 200 == talk.browser.get(f"{proxy}/healthz").status_code
    talk.blog.close()


@pytest.mark.parametrize("prefix", ["/comments", "/moderation", "/tertul%C3%ADa", "/comments/comments"])
@pytest.mark.parametrize("is_left", [False, True], ids=["taken off", "left"])
def test_a_prefix_may_be_any_path(tmp_path, prefix, is_left):
    """Called as one of our own paths, or written with accents: a proxy may take it off or leave it."""
    talk = at(tmp_path, f"{SITE}{prefix}")
    proxy = prefix if is_left else ""
    first = talk.browser.post(f"{proxy}/comments", data=talk.fill(), headers=OURS)
    assert f'action="{prefix}/comments"' in first.get_data(as_text=True)
    assert 200 == talk.browser.get(f"{proxy}/comments/new?post=voto&lang=es").status_code
    assert f"{prefix}/moderation/login" == talk.browser.get(f"{proxy}/moderation").headers["Location"]
    assert [200, 200] == [talk.browser.get(f"{proxy}{path}").status_code for path in ("/moderation/login", "/healthz")]
    talk.blog.close()


def test_every_link_of_the_moderation_is_below_the_prefix(tmp_path):
    """The queue, one comment, and what is left when one leaves."""
    talk = at(tmp_path, f"{SITE}/talk")
    said = talk.said()
    entered = talk.enter()
    assert ("/talk/moderation", True) == (
        entered.headers["Location"], "Path=/talk/moderation;" in entered.headers["Set-Cookie"],
    )  # fmt: skip
    talk.browser.set_cookie("tertulia_session", "", path="/talk")  # the test's browser knows no proxy
    for cookie in entered.headers.getlist("Set-Cookie"):
        name, _, value = cookie.partition(";")[0].partition("=")
        talk.browser.set_cookie(name, value, domain="localhost", path="/")
    for path in ("/moderation?status=all", f"/moderation/{said.key}"):
        page = talk.browser.get(path)
        links = set(re.findall('(?:href|action)="(/[^"]*)"', page.get_data(as_text=True)))
        assert 200 == page.status_code
        assert {link for link in links if "moderation" in link} == {
            link for link in links if link.startswith("/talk/moderation")
        }
    talk.blog.close()


# What SERVICE_ADDRESS says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "site", "service", "prefix", "same"),
    [
        ("/", SITE, SITE, "", True),
        ("/", f"{SITE}/blog", SITE, "", True),
        ("/talk", f"{SITE}/blog", f"{SITE}/talk", "/talk", True),
        ("/talk/", SITE, f"{SITE}/talk", "/talk", True),
        (f"{SITE}/talk/", SITE, f"{SITE}/talk", "/talk", True),
        ("https://BLOG.example:443/talk", SITE, "https://BLOG.example:443/talk", "/talk", True),
        (ELSEWHERE, SITE, ELSEWHERE, "", False),
        (f"{ELSEWHERE}/blog", SITE, f"{ELSEWHERE}/blog", "/blog", False),
        ("http://blog.example", SITE, "http://blog.example", "", False),
        (" /tertulía ", SITE, f"{SITE}/tertul%C3%ADa", "/tertul%C3%ADa", True),
        ("", SITE, "http://127.0.0.1:8001", "", True),
    ],
)
def test_one_reading_of_the_setting(tmp_path, setting, site, service, prefix, same):
    """An address, or a path on the blog's own host; letters, pages and cookies read it alike."""
    info = BlogInfo.of(tmp_path, {"SITE_ADDRESS": site, "SERVICE_ADDRESS": setting}, output=lambda: tmp_path)
    assert (service, prefix, same) == (info.service, info.prefix, info.same_origin)
    assert parse_service(setting, site) == (service if setting else "")


@pytest.mark.parametrize(
    "setting",
    ["talk.example", "talk", "https://", "https:/talk.example", "mailto:ana@talk.example", "https://ana@talk.example",
     "https://talk.example?x", "/talk#x", "//talk.example", "/my talk", "https://talk example"],
)  # fmt: skip
def test_what_is_no_address_is_told_and_taken_for_nothing_else(tmp_path, setting):
    """By the service when it starts and by the build: neither goes on as if there were none."""
    conf = {"SITE_ADDRESS": SITE, "SERVICE_ADDRESS": setting}
    with pytest.raises(SettingError, match="SERVICE_ADDRESS"):
        BlogInfo.of(tmp_path, conf, output=lambda: tmp_path)
    (tmp_path / "content").mkdir()
    with pytest.raises(SettingError, match="SERVICE_ADDRESS"):
        build_site(tmp_path / "content", tmp_path / "output", SOCIAL_CARDS=False, SEARCH=False, **conf)
