"""The headers that the tool writes let everything of the blog work, and nothing else."""

import base64
import hashlib
import threading

import pytest

from tertulia.commands.preview import Site, application, listen
from tertulia.core.errors import TertuliaError
from tertulia.core.setting_kinds import MOUNTS
from tertulia.deploy import headers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture
from tests.conftest import ROOT, build_site
from tests.real.browser import CHROMIUM, browser
from tests.talking import SITE, Talk

HASH = f"'sha256-{base64.b64encode(hashlib.sha256(b'hola()').digest()).decode()}'"
PLAYER = '<figure class="h-cite" data-player="https://www.youtube-nocookie.com/embed/x?autoplay=1">'


def site(folder, page="", *, search=False):
    """A built site of one page."""
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text(f"<!DOCTYPE html>{page}", "utf-8")
    if search:
        (folder / "pagefind").mkdir()
    return folder


def rules(policy):
    """A policy, by directive."""
    return {name: set(sources) for name, *sources in (rule.split() for rule in policy.split(";"))}


def test_a_policy_allows_what_the_blog_uses_and_no_more(tmp_path):
    """Players, the service, search and a table's columns, each only where there is one."""
    bare = rules(headers.policy(site(tmp_path / "bare"), "/"))
    assert {"'none'"} == bare["frame-src"]
    assert ({"'self'"}, {"'self'"}, {"'self'"}) == (bare["script-src"], bare["connect-src"], bare["form-action"])
    assert "style-src-attr" not in bare
    page = PLAYER + '<td style="text-align: right;">1</td>'
    full = rules(headers.policy(site(tmp_path / "full", page, search=True), "https://talk.example:8443/blog"))
    assert {"https://www.youtube-nocookie.com"} == full["frame-src"]
    assert {"'self'", "'wasm-unsafe-eval'"} == full["script-src"]
    assert {"'self'", "https://talk.example:8443"} == full["connect-src"] == full["form-action"]
    assert {"'unsafe-inline'"} == full["style-src-attr"]


def test_what_an_embed_says_writes_no_rule_of_its_own(tmp_path):
    """The address of a player comes from elsewhere: only its origin counts."""
    page = (
        PLAYER.replace("/embed/x", "/x; script-src *") + '<i data-player="javascript:x"></i><i data-player="//[x"></i>'
    )
    found = rules(headers.policy(site(tmp_path / "odd", page)))
    assert ({"'self'"}, {"https://www.youtube-nocookie.com"}) == (found["script-src"], found["frame-src"])


@pytest.mark.parametrize(
    ("page", "directive", "sources"),
    [
        ('<img src="https://cdn.example/a.jpg">', "img-src", {"https://cdn.example"}),
        ('<picture><source srcset="//a.example/1.webp 1x, /own.webp 2x"></picture>', "img-src", {"https://a.example"}),
        ('<img src="data:image/png;base64,AAAA">', "img-src", {"data:"}),
        ('<video poster="/p.jpg"><source src="https://v.example/a.mp4"></video>', "media-src", {"https://v.example"}),
        ('<iframe src="https://map.example/x?y"></iframe>', "frame-src", {"https://map.example"}),
        ('<script src="https://stats.example/s.js"></script>', "script-src", {"https://stats.example"}),
        ("<script>hola()</script>", "script-src", {HASH}),
        ('<form action="https://pay.example/x">', "form-action", {"https://pay.example"}),
        ('<link rel="stylesheet" href="https://css.example/a.css">', "style-src", {"https://css.example"}),
        ('<link rel="preload" as="font" href="https://f.example/a.woff2">', "font-src", {"https://f.example"}),
        ('<object data="https://o.example/x.pdf">', "object-src", {"https://o.example"}),
    ],
)
def test_what_a_page_of_the_authors_loads_is_allowed(tmp_path, page, directive, sources):
    """Pictures of one's other hosts, own HTML, forms: read off the page, whatever settings brought them in."""
    made = rules(headers.policy(site(tmp_path / "page", page)))
    assert sources == made[directive] - {"'self'"}
    bare = rules(headers.policy(site(tmp_path / "bare")))
    others = {name: allowed for name, allowed in made.items() if name != directive}
    assert others == {name: allowed for name, allowed in bare.items() if name != directive}


@pytest.mark.parametrize(
    "page",
    [
        '<img src="https://x.example;script-src *">',
        '<img src="https://x script-src/a">',
        '<form action="https://a\'b.example/">',
        '<iframe src="javascript:x"></iframe><iframe src="//[x"></iframe>',
        '<!-- <script src="https://stats.example/s.js"></script> -->',
        '<script type="application/ld+json">{"a": 1}</script>',
        '<a href="https://x.example">x</a>',
    ],
)
def test_no_page_writes_rules_of_its_own(tmp_path, page):
    """What is no address of a host, or only looks like loading, adds nothing."""
    bare = headers.policy(site(tmp_path / "bare"))
    assert bare == headers.policy(site(tmp_path / "odd", page))


@pytest.mark.parametrize("form", sorted(headers.FORMS))
def test_each_server_gets_every_header(tmp_path, form):
    """In its own way of writing; HSTS only when asked for."""
    output = site(tmp_path / "output")
    plain, strict = (headers.FORMS[form](headers.of_site(output, hsts=hsts)) for hsts in (False, True))
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "frame-ancestors"):
        assert name in plain
    assert ("Strict-Transport-Security" in plain, "Strict-Transport-Security" in strict) == (False, True)


def test_nothing_built_is_told(tmp_path):
    """In one line."""
    with pytest.raises(TertuliaError):
        headers.of_site(tmp_path)


POST = """Título: El voto útil
Fecha: 2026-11-19
Id: voto

| a | b |
|---|--:|
| 1 | 2 |

https://www.youtube.com/watch?v=dQw4w9WgXcQ
"""
VIDEO = Capture(
    provider="youtube", id="dQw4w9WgXcQ", url="https://www.youtube.com/watch?v=dQw4w9WgXcQ", kind="player",
    title="Una canción", player="https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1", captured="2026-11-20",
)  # fmt: skip
LISTEN = """self.refused = [];
addEventListener("securitypolicyviolation", (e) => refused.push(`${e.violatedDirective} ${e.blockedURI}`));"""


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so the policy was not tried")
@pytest.mark.usefixtures("socket_enabled")
def test_a_browser_refuses_nothing_of_ours(tmp_path):
    """A post with table, player, form and search; every one used, and not a word about the policy."""
    talk = Talk(tmp_path)
    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "posts" / "voto.md").write_text(POST, "utf-8")
    CaptureStore(tmp_path / "content").save(VIDEO)
    output = tmp_path / "output"
    build_site(
        tmp_path / "content",
        output,
        SITE_ADDRESS=SITE,
        SITEURL="",
        SERVICE_ADDRESS="/",
        SEARCH=True,
        SOCIAL_CARDS=False,
    )
    sent = headers.of_site(output, "/")
    inside = application(Site(output, live=False), {"/comments": talk.app})

    def guarded(environ, start):
        def begin(status, given, *more):
            ours = [] if any(name == "Content-Security-Policy" for name, _ in given) else list(sent.items())
            return start(status, [*given, *ours], *more)

        return inside(environ, begin)

    server = listen("127.0.0.1", 0, guarded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    at = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        with browser() as page:
            page.call("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
            page.open(f"{at}/2026/11/el-voto-util/")
            assert [] == page.run("refused")
            page.until("!!document.querySelector('figure[data-player] button')")
            page.click("figure[data-player] button", leaves=False)
            page.until("!!document.querySelector('figure iframe')")
            page.fill("#comment-text", "Hola")
            page.fill("#comment-name", "Ana")
            page.click("form[data-form=comment] button[value=preview]", leaves=False)
            page.until("!document.querySelector('form[data-form=comment] button[value=send]').hidden")
            assert [] == page.run("refused")
            page.open(f"{at}/buscar/?q=voto" if (output / "buscar").is_dir() else f"{at}/search/?q=voto")
            page.until("!!document.querySelector('main a[href*=voto]')")
            assert [] == page.run("refused")
    finally:
        server.shutdown()
        server.server_close()
        talk.blog.close()


@pytest.mark.parametrize(("file", "form"), [("nginx.conf", "nginx"), ("Caddyfile", "caddy")])
def test_the_ready_files_of_the_servers_say_where_headers_come_from(file, form):
    """Who copies one finds them; and both hand over to the service whatever is its own."""
    ready = (ROOT / "server" / file).read_text("utf-8")
    assert f"headers --form {form}" in ready
    assert all(mount.strip("/") in ready for mount in MOUNTS)
