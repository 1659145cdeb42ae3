"""The talk in a real browser: a comment's whole way, scripts off and on; and nothing of a stranger's ever runs."""

import json
import threading
import time
from dataclasses import replace

import pytest

from tertulia.commands.preview import Site, application, listen
from tertulia.conversation import form
from tertulia.core.sanitise import clean
from tertulia.store.said import Author, Incoming
from tests import xss
from tests.conftest import build_site
from tests.real.browser import CHROMIUM, browser
from tests.talking import NOW, SITE, Talk

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so the talk was not tried in a browser"),
    pytest.mark.usefixtures("socket_enabled"),
]

POST = "Título: El voto útil\nFecha: 2026-11-19\nId: voto\n\nVotar no es pitar.\n"

# Whatever ran would have left this; whatever might run at a touch has one of these attributes.
INNOCENT = """(() => {
  const bad = [];
  for (const e of document.querySelectorAll("*")) {
    for (const a of e.attributes) {
      const told = a.value.replace(/[\\s\\x00-\\x20]/g, "").toLowerCase();
      const leads = /(^|:)(href|src|srcdoc|action|formaction|data|poster)$/.test(a.name);
      const runs = a.name.startsWith("on") || leads && /^(javascript|vbscript|data):/.test(told);
      if (runs) bad.push(e.outerHTML.slice(0, 200));
    }
    if (["SCRIPT", "IFRAME", "OBJECT", "EMBED", "BASE", "STYLE"].includes(e.tagName) &&
        !e.matches("script[src^='/theme/'], script[type='application/ld+json']")) bad.push(e.outerHTML.slice(0, 200));
  }
  return JSON.stringify({ ran: self.ran ?? 0, bad });
})()"""
CLEAN = json.dumps({"ran": 0, "bad": []}, separators=(",", ":"))


class Blog(Talk):
    """A blog that is built and served, service and all, on one origin."""

    def __init__(self, folder):
        super().__init__(folder)
        (folder / "content" / "posts").mkdir(parents=True)
        (folder / "content" / "posts" / "voto.md").write_text(POST, encoding="utf-8")
        self.build()
        site = Site(folder / "output", live=False)
        mounts = dict.fromkeys(("/comments", "/moderation"), self.app)
        self.server = listen("127.0.0.1", 0, application(site, mounts))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.at = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.page = f"{self.at}/2026/11/el-voto-util/"

    def build(self):
        """What the rebuild hook does."""
        build_site(
            self.folder / "content", self.folder / "output", SITE_ADDRESS=SITE, SITEURL="", SERVICE_ADDRESS="/",
            CONVERSATION_PATH=str(self.folder / "var/conversation"), SEARCH=False, SOCIAL_CARDS=False,
        )  # fmt: skip


@pytest.fixture
def blog(tmp_path):
    """A served blog."""
    found = Blog(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.store.close()


def in_the_browser(blog, page, *, scripts):
    """From the form to the static page, as a person does it; the seconds from approval to page."""
    from tertulia.web.sign_in import link

    page.scripts(scripts)
    page.open(blog.page)
    words = f"Pito con *calma* {scripts}"
    page.run("document.querySelector('[data-form=comment]').noValidate = true")
    page.fill("#comment-text", words)
    page.click("[data-form=comment] button[value=preview]", leaves=not scripts)
    page.until("document.querySelector('[data-form=comment] [aria-invalid], [role=alert] a') !== null")
    page.fill("#comment-name", "Ana")
    page.click("[data-form=comment] button[value=preview]", leaves=not scripts)
    page.until("document.querySelector('article.note em')?.textContent === 'calma'")
    blog.later(seconds=20)
    page.click("button[value=send]:not([hidden])")
    assert "Tu comentario ha llegado" in page.text()
    page.open(link(blog.blog).replace(SITE, blog.at))
    page.click("main form button")
    assert words.replace("*", "") in page.text()
    began = time.monotonic()
    page.click("button[value^='approve ']")
    blog.build()
    page.open(blog.page)
    assert f"Pito con calma {scripts}" in page.text()
    return time.monotonic() - began


def test_a_comment_goes_all_the_way_without_and_with_scripts(blog):
    """Form, mistake, preview, sending, moderation, static page."""
    with browser() as page:
        page.size(900, 900)
        seconds = [in_the_browser(blog, page, scripts=scripts) for scripts in (False, True)]
        (worked,) = [one for one in blog.store.conversation.find() if one.points == -1]
        assert "Pito con *calma* True" == worked.text
        page.click(".p-comment a[data-reply]", leaves=False)
        assert page.run("document.querySelector('[data-form=comment] [name=parent]').value")
        page.click("[data-form=like] button", leaves=False)
        page.until("document.querySelector('[data-form=like] button').disabled")
    print(f"\nfrom approval to page: {seconds[0]:.1f} s without scripts, {seconds[1]:.1f} s with")
    assert max(seconds) < 30


def test_nothing_of_a_stranger_runs(blog):
    """220 payloads in every field, from form and network: on the page, in a feed reader, in the moderation."""
    for number, payload in enumerate(xss.payloads()):
        draft = form.read(dict.fromkeys(("text", "name", "site", "email"), payload) | {"post": "voto", "lang": "es"})
        said = replace(form.incoming(draft, f"n{number}", "", NOW), post="voto", lang="es")
        blog.blog.moderator.ingest(said)
        author = Author(
            network="mastodon", identity=payload[:400] + str(number), name=payload, handle=payload, url=payload,
            avatar=payload,
        )  # fmt: skip
        blog.blog.moderator.ingest(
            Incoming(
                source="webmention", source_id=f"{payload[:400]}{number}", post="voto", lang="es", kind="mention",
                author=author, published=NOW, text=payload, html=clean(payload), url=payload, in_reply_to=payload,
            )
        )  # fmt: skip
    everything = blog.store.conversation.find(limit=1000)
    assert 2 * len(xss.payloads()) == len(everything) >= 300
    blog.enter()
    with browser() as page:
        for number in range(1, len(everything) // 25 + 2):
            show(page, blog.browser.get(f"/moderation?status=all&page={number}").get_data(as_text=True))
        for said in everything[::9]:
            show(page, blog.browser.get(f"/moderation/{said.key}").get_data(as_text=True))
        for payload in xss.payloads()[::3]:
            preview = blog.preview(text=payload, name=payload, site=payload, email=payload)
            show(page, preview.get_data(as_text=True))
        for said in everything:
            blog.store.conversation.decide(said.key, "approved", "owner", NOW, version=said.version)
        blog.store.conversation.show(blog.blog.snapshots, "voto", "es")
        blog.build()
        page.open(blog.page)
        assert len(everything) == page.run("document.querySelectorAll('.p-comment').length")
        assert CLEAN == page.run(INNOCENT)
        feed = json.loads((blog.folder / "output/2026/11/el-voto-util/comments/feed.json").read_bytes())
        show(page, "".join(item["content_html"] for item in feed["items"]))


def show(page, html):
    """Let the browser make of *html* what it will, as our own page and without the headers that guard it."""
    frame = page.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
    page.call("Page.setDocumentContent", frameId=frame, html=html)
    page.run("new Promise(done => setTimeout(done, 30))")
    assert CLEAN == page.run(INNOCENT)


def test_the_browser_would_have_noticed(blog):
    """The check itself: what is not cleaned does run, or is found."""
    with browser() as page:
        with pytest.raises(AssertionError):
            show(page, "<p><img src=x onerror=self.ran=1>")
        with pytest.raises(AssertionError):
            show(page, "<a href=' java\tscript:self.ran=1'>x</a>")
