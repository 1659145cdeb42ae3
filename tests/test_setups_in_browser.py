"""Every set-up that the docs name, walked whole in a real browser, scripts off and on, under the policy that we write.

The hosts are names that the browser finds on this machine; what stands before the service does what a proxy does.
"""

import threading
from contextlib import ExitStack
from dataclasses import dataclass, replace
from http.client import HTTPConnection

import pytest

from tertulia.commands.preview import Site, listen
from tertulia.content import snapshot
from tertulia.deploy import headers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.web import sign_in
from tertulia.web.app import create
from tests.conftest import build_site
from tests.patience import PATIENCE
from tests.real import proxies
from tests.real.browser import CHROMIUM, browser
from tests.talking import Talk
from tests.test_headers import LISTEN, POST, VIDEO

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so the set-ups were not tried in a browser"),
    pytest.mark.usefixtures("socket_enabled"),
]

FORM = "form[data-form=comment]"
# Readers' browsers keep no cookie of another site, or soon will not.
FLAGS = ("--host-resolver-rules=MAP *.example 127.0.0.1", "--test-third-party-cookie-phaseout")


@dataclass(frozen=True)
class SetUp:
    """Where the blog and its service are."""

    folder: str = ""  # in which the blog lives
    service: str = "/"  # SERVICE_ADDRESS; {port} is that of the service's own host
    takes_off: str = ""  # the prefix that the proxy takes off
    proxy: str = ""  # a real one, by the ready file


SET_UPS = {
    "same host": SetUp(),
    "own host": SetUp(service="http://talk.example:{port}"),
    "own host in a folder": SetUp(folder="/blog", service="http://talk.example:{port}"),
    "prefix": SetUp(service="/talk", takes_off="/talk"),
    "prefix left, blog in a folder": SetUp(folder="/blog", service="/blog/talk"),
    "nginx": SetUp(proxy="nginx"),
    "caddy": SetUp(proxy="caddy"),
}


class Served(Talk):
    """A blog of a post with everything in it, built and served with its headers; and its service, where it is."""

    def __init__(self, folder, set_up):
        super().__init__(folder, environ={"TRUSTED_PROXIES": "1"} if set_up.proxy else {})
        self.set_up = set_up
        self.front, self.back = (listen("127.0.0.1", 0, self.ask) for _side in "ab")
        port = proxies.free_port() if set_up.proxy else self.front.server_address[1]
        self.site = f"http://blog.example:{port}{set_up.folder}"
        self.service = set_up.service.format(port=self.back.server_address[1])
        (folder / "content" / "posts").mkdir(parents=True)
        (folder / "content" / "posts" / "voto.md").write_text(POST, "utf-8")
        CaptureStore(folder / "content").save(VIDEO)
        told = self.blog.info.of(
            folder, {"SITE_ADDRESS": self.site, "SERVICE_ADDRESS": self.service}, output=lambda: folder / "output"
        )
        self.blog.info = replace(self.blog.info, site=told.site, service=told.service, same_origin=told.same_origin)
        self.build()
        self.app = create(self.blog)
        self.files = Site(folder / "output", set_up.folder, live=False)
        for server in (self.front, self.back):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        self.page = f"{self.site}/2026/11/el-voto-util/"
        self.open = ExitStack()
        if set_up.proxy:
            back = self.back.server_address[1]
            self.open.enter_context(
                proxies.proxy(set_up.proxy, folder / "proxy", port, folder / "output", back, self.headers)
            )

    def build(self):
        """What the rebuild hook does."""
        build_site(
            self.folder / "content", self.folder / "output", SITE_ADDRESS=self.site, SITEURL="", SEARCH=True,
            SERVICE_ADDRESS=self.service, CONVERSATION_PATH=str(self.folder / "var/conversation"), SOCIAL_CARDS=False,
        )  # fmt: skip
        self.headers = headers.of_site(self.folder / "output", self.service)

    def ask(self, environ, start):
        """What answers on both hosts."""
        path, off = environ["PATH_INFO"], self.set_up.takes_off
        if environ["SERVER_PORT"] == str(self.back.server_address[1]):
            return self.app(environ, start)
        prefix = self.blog.info.prefix if self.blog.info.same_origin else "/nowhere"
        mounts = [f"{prefix}{name}" for name in ("/comments", "/moderation")]
        if any(path == mount or path.startswith(f"{mount}/") for mount in mounts):
            return self.app(environ | {"PATH_INFO": path.removeprefix(off)}, start)

        def begin(status, given, *more):
            return start(status, [*given, *self.headers.items()], *more)

        return self.files(environ, begin)

    def close(self):
        self.open.close()
        for server in (self.front, self.back):
            server.shutdown()
            server.server_close()
        self.blog.close()

    def people(self):
        return {said.person for said in self.store.conversation.find()}

    def likes(self):
        return snapshot.read(self.blog.snapshots, "voto", "es").counts.get("like", 0)


@pytest.fixture(params=SET_UPS.values(), ids=SET_UPS.keys())
def served(request, tmp_path):
    """A blog in one of the set-ups."""
    if request.param.proxy and not proxies.PROXIES[request.param.proxy][0]:
        pytest.skip(f"SKIPPED: no {request.param.proxy}, so its ready file was not tried")
    made = Served(tmp_path, request.param)
    yield made
    made.close()


def comment(served, page, words, *, scripts):
    """Write, look, send; the page that says what became of it."""
    page.open(served.page)
    page.fill("#comment-text", words)
    page.fill("#comment-name", "Ana")
    page.run("document.querySelector('#comment-remember').checked = true")
    page.click(f"{FORM} button[value=preview]", leaves=not scripts)
    page.until(f"document.querySelector('article.note')?.textContent.includes({words!r})")
    served.later(seconds=20)
    page.click("button[value=send]:not([hidden])")
    page.until("document.body.dataset.kind === 'service'")
    assert "Tu comentario ha llegado" in page.text()


def like(page, url, *, scripts):
    page.open(url)
    page.click("[data-form=like] button", leaves=not scripts)
    page.until("document.body.innerText.includes('Gracias: contado')")


@pytest.mark.parametrize("scripts", [False, True], ids=["no scripts", "scripts"])
def test_a_set_up_works_whole(served, scripts):
    """Comment, edit, be known again, like once; approve, and the page shows it; the look, and no word of the policy."""
    with browser(*FLAGS) as page:
        page.scripts(scripts)
        comment(served, page, "Lo primero que digo.", scripts=scripts)
        assert page.run("getComputedStyle(document.body).fontFamily").startswith("Alegreya")
        page.until("[...document.fonts].some((font) => font.status === 'loaded')")
        mine = page.run("location.href")
        page.fill("#comment-text", "Lo primero, mejor dicho.")
        page.click("button[value=edit]")
        assert "Lo primero, mejor dicho." in page.text()
        comment(served, page, "Lo segundo que digo.", scripts=scripts)
        assert 1 == len(served.people())
        for _time in range(3):
            like(page, served.page, scripts=scripts)
        # Without scripts and TLS a browser may keep no cookie of another site: then the machine's own limit holds.
        assert served.likes() == (3 if not scripts and not served.blog.info.same_origin else 1)
        page.open(sign_in.link(served.blog))
        page.click("main form button")
        assert "Lo primero, mejor dicho." in page.text()
        for _time in range(2):
            page.click("button[value^='approve ']")
        served.build()
        page.open(served.page)
        assert "Lo primero, mejor dicho." in page.text()
        assert "Lo segundo que digo." in page.text()
        page.open(mine)
        page.click("main a[href*='#c-']")
        assert served.page == page.run("location.href.split('#')[0]")
        assert [] == page.complaints


def test_a_browser_refuses_nothing_of_ours(served):
    """A post with table, player, form and search; every one used, and not a word about the policy."""
    with browser(*FLAGS) as page:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=LISTEN)
        page.open(served.page)
        page.until("!!document.querySelector('figure[data-player] button')")
        page.click("figure[data-player] button", leaves=False)
        page.until("!!document.querySelector('figure iframe')")
        assert [] == page.run("refused")
        page.open(f"{served.site}/buscar/?q=voto")
        page.until("!!document.querySelector('main a[href*=voto]')")
        assert [] == page.run("refused")
        assert [] == [said for said in page.complaints if "youtube" not in said]


def test_each_page_has_one_policy_and_posts_json_is_ours(served):
    """The site's headers on the site, the service's on its pages: two would both be enforced."""
    port = int(served.site.split(":")[2].partition("/")[0])
    prefix = served.blog.info.prefix if served.blog.info.same_origin else None
    asked = {served.set_up.folder + "/": "script-src"}
    asked |= {f"{prefix}/moderation/login": "default-src 'none'"} if prefix is not None else {}
    for path, rule in asked.items():
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request("GET", path, headers={"Host": f"blog.example:{port}"})
        answer = connection.getresponse()
        policies = [value for name, value in answer.getheaders() if name.lower() == "content-security-policy"]
        assert (200, 1, True) == (answer.status, len(policies), rule in policies[0]), path
        connection.close()
    if served.set_up.proxy:
        connection.request("GET", "/posts.json", headers={"Host": f"blog.example:{port}"})
        assert 404 == connection.getresponse().status
        connection.close()
