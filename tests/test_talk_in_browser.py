"""The talk in a real browser: a comment's whole way, scripts off and on; and nothing of a stranger's ever runs."""

import json
import threading
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

    def __init__(self, folder, environ=None):
        super().__init__(folder, environ=environ)
        (folder / "content" / "posts").mkdir(parents=True)
        (folder / "content" / "posts" / "voto.md").write_text(POST, encoding="utf-8")
        self.build()
        site = Site(folder / "output", live=False)
        mounts = dict.fromkeys(("/comments", "/moderation", "/inbox"), self.app)
        self.server = listen("127.0.0.1", 0, application(site, mounts))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.at = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.page = f"{self.at}/2026/11/el-voto-util/"

    def build(self, **settings):
        """What the rebuild hook does."""
        build_site(
            self.folder / "content", self.folder / "output", SITE_ADDRESS=SITE, SITEURL="", SERVICE_ADDRESS="/",
            CONVERSATION_PATH=str(self.folder / "var/conversation"), SEARCH=False, SOCIAL_CARDS=False,
            **{"COMMENTS_PER_PAGE": 0} | settings,
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
    """From the form to the static page, as a person does it."""
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
    page.click("button[value^='approve ']")
    blog.build()
    page.open(blog.page)
    assert f"Pito con calma {scripts}" in page.text()


def test_a_comment_goes_all_the_way_without_and_with_scripts(blog):
    """Form, mistake, preview, sending, moderation, static page."""
    with browser() as page:
        page.size(900, 900)
        for scripts in (False, True):
            in_the_browser(blog, page, scripts=scripts)
        assert "Pito con *calma* True" in [one.text for one in blog.store.conversation.find()]
        page.click(".p-comment a[data-reply]", leaves=False)
        assert page.run("document.querySelector('[data-form=comment] [name=parent]').value")
        page.click("[data-form=like] button", leaves=False)
        page.until("document.querySelector('[data-form=like] button').disabled")


def written(page):
    """What stands in the form."""
    names = ("text", "name", "site")
    return [page.run(f"document.querySelector('#comment-{name}').value") for name in names]


def send(blog, page):
    """Both sendings of what stands in the form."""
    page.click("[data-form=comment] button[value=preview]", leaves=False)
    page.until("document.querySelector('button[value=send]').hidden === false")
    blog.later(seconds=20)
    page.click("button[value=send]")


def test_what_is_half_written_survives_a_reload_until_it_is_taken(blog):
    """Text, name and site, in the browser alone; once taken only name and site of who asked to be remembered."""
    with browser() as page:
        page.open(blog.page)
        for name, word in (("text", "A medio escribir"), ("name", "Ana"), ("site", "ana.example")):
            page.fill(f"#comment-{name}", word)
        page.open(blog.page)
        assert ["A medio escribir", "Ana", "ana.example"] == written(page)
        assert [] == blog.store.conversation.find()
        send(blog, page)
        page.open(blog.page)
        assert (["", "", ""], 0) == (written(page), page.run("localStorage.length"))
        page.fill("#comment-text", "Otra cosa")
        page.fill("#comment-name", "Ana")
        page.run("document.querySelector('#comment-remember').click()")
        send(blog, page)
        page.open(blog.page)
        assert ["", "Ana", ""] == written(page)


def test_a_half_written_answer_is_still_one_to_the_same_comment(blog):
    """After a reload too; told to answer nobody, it answers nobody."""
    said = blog.said()
    blog.blog.moderator.decide(said.key, "approved", said.version)
    blog.build()
    parent = "document.querySelector('[data-form=comment] [name=parent]').value"
    with browser() as page:
        page.open(blog.page)
        page.click(".p-comment a[data-reply]", leaves=False)
        page.fill("#comment-text", "Te respondo")
        page.open(blog.page)
        assert said.key == page.run(parent)
        page.click("button[data-cancel]", leaves=False)
        page.open(blog.page)
        assert ("", "Te respondo") == (page.run(parent), written(page)[0])


def test_a_like_that_was_not_taken_is_not_said_to_be(blog):
    """The comment went meanwhile: the service says so on its page, and the button says nothing else."""
    said = blog.said()
    blog.blog.moderator.decide(said.key, "approved", said.version)
    blog.build()
    said = blog.store.conversation.get(said.key)
    blog.blog.moderator.decide(said.key, "rejected", said.version)
    with browser() as page:
        page.open(blog.page)
        page.click("button[form=like]")
        assert "/comments/like" == page.run("location.pathname")


def test_a_form_without_likes_keeps_what_is_half_written(blog):
    """Where a blog's own template has none, all else of the script works."""
    own = blog.folder / "content" / "theme" / "templates" / "parts"
    own.mkdir(parents=True)
    (own / "like_form.html").write_text("", "utf-8")
    blog.build()
    with browser() as page:
        page.open(blog.page)
        page.fill("#comment-text", "A medio escribir")
        page.open(blog.page)
        assert "A medio escribir" == written(page)[0]


def test_the_address_of_an_old_comment_leads_to_its_page(blog):
    """Opened, and followed on the page itself; what the newest part shows stays where it is."""
    said = [blog.said(text=f"Palabra {number}") for number in range(5)]
    for one in said:
        blog.blog.moderator.decide(one.key, "approved", one.version)
    blog.build(COMMENTS_PER_PAGE=2)
    with browser() as page:
        page.open(f"{blog.page}#c-{said[0].key}")
        page.until("location.pathname.endsWith('/comments/1/')")
        assert "Palabra 0" in page.run("document.querySelector(':target').innerText")
        page.open(blog.page)
        page.run(f"location.hash = 'c-{said[2].key}'")
        page.until("location.pathname.endsWith('/comments/2/')")
        page.scripts(False)
        page.open(f"{blog.page}#c-{said[2].key}")
        page.click("li:has(:target) a")
        assert "Palabra 2" in page.text()


# What can be pressed and is no link within a text, by what it says: its sides in px, and how far the nearest other is.
TARGETS = """(() => {
  const what = "button, summary, nav a, a[data-action], input:not([type=hidden]), textarea";
  const all = [...document.querySelectorAll(what)].filter((one) => one.checkVisibility())
    .map((one) => [one.type === "checkbox" ? one.labels[0] : one, one.value ?? ""]);
  const boxes = all.map(([one, value]) => [value || one.textContent.trim(), one.getBoundingClientRect()]);
  const gap = (a, b) => Math.max(a.left - b.right, b.left - a.right, a.top - b.bottom, b.top - a.bottom);
  return boxes.map(([name, box]) => ({
    name, width: box.width, height: box.height,
    gap: Math.min(...boxes.filter(([, other]) => other !== box).map(([, other]) => gap(box, other))),
    toApprove: Math.min(...boxes.filter(([of]) => of.startsWith("approve")).map(([, other]) => gap(box, other))),
  }));
})()"""


def test_a_thumb_does_what_it_means(blog):
    """At 375 px every target of the moderation is 44 px or more and touches no other; blocking is closed, and apart."""
    from tertulia.web.sign_in import link

    for number in range(3):
        blog.said(text=f"Palabra {number}", name="Ana Ruiz")
    with browser() as page:
        page.size(375, 800)
        page.open(link(blog.blog).replace(SITE, blog.at))
        page.click("main form button")
        closed = page.run(TARGETS)
        assert not [one for one in closed if one["name"].startswith(("block", "trust"))]
        page.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        opened = page.run(TARGETS)
        key = blog.store.conversation.find()[0].key
        page.open(f"{blog.at}/moderation/{key}")
        page.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        for targets in (closed, opened, page.run(TARGETS)):
            small = [one for one in targets if min(one["width"], one["height"]) < 44]
            assert ([], []) == (small, [one for one in targets if one["gap"] < 4])
            risky = [one for one in targets if one["name"].startswith(("block", "erase"))]
            assert [] == [one for one in risky if one["toApprove"] < 44]
        assert page.run("document.documentElement.scrollWidth") <= 375


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


def test_light_or_dark_goes_with_the_reader_to_the_service(blog):
    """What was chosen on the blog holds on the pages of the talk, and what is chosen there holds on the blog."""
    blog.build(EXTRAS=["switch"])
    with browser() as page:
        page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])

        def scheme():
            return page.run("document.documentElement.dataset.scheme ?? ''"), page.run(
                "getComputedStyle(document.body).backgroundColor"
            )

        page.open(blog.page)
        page.click("[data-switch] button", leaves=False)
        dark = scheme()
        for path in ("/comments/new?post=voto&lang=es", "/moderation/login"):
            page.open(blog.at + path)
            assert ("dark", dark) == (dark[0], scheme())
        page.click("[data-switch] button", leaves=False)
        page.open(blog.page)
        assert "" == scheme()[0]
        assert not [one for one in page.complaints if "Content Security Policy" in one]
