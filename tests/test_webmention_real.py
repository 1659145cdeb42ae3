"""Webmention with software that is not ours: two senders tell our service, our sender tells another's receiver.

The blog is a real one, built by Pelican with its own theme, so that the endpoint is found where readers' programs
look for it.
"""

import contextlib
import threading
import warnings
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from tertulia.app import Blog
from tertulia.conversation.blog import BlogInfo
from tertulia.conversation.webmention import send
from tertulia.conversation.webmention.pages import Pages
from tertulia.core import settings
from tertulia.core.fetch import Fetcher
from tertulia.web import webmention as door
from tertulia.web.app import MOUNTS, create
from tests.conftest import ROOT, build_site
from tests.patience import eventually
from tests.real import webmentions
from tests.real.servers import NotInstalledError

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]
REPLY = '<div class="h-entry"><a class="u-in-reply-to" href="{target}">a</a><p class="e-content">{words}</p></div>'


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass


@contextlib.contextmanager
def serving(application):
    """*application* at work; yields its address."""
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Elsewhere:
    """Another site of one page, which its author changes and deletes."""

    def __init__(self):
        self.status, self.page = "200 OK", ""

    def __call__(self, _environ, start):
        start(self.status, [("Content-Type", "text/html; charset=utf-8")])
        return [self.page.encode()]


@pytest.fixture
def elsewhere():
    page = Elsewhere()
    with serving(page) as url:
        page.url = f"{url}/nota"
        yield page


@pytest.fixture
def blog(tmp_path):
    """A built blog with its service on one address, as a preview or a proxy shows it."""
    output = tmp_path / "output"
    found = {}

    def application(environ, start):
        path = environ["PATH_INFO"]
        if path.startswith(MOUNTS):
            return found["app"](environ, start)
        file = output / path.strip("/") / "index.html"
        good = file.is_file()
        start("200 OK" if good else "404 Not Found", [("Content-Type", "text/html; charset=utf-8")])
        return [file.read_bytes() if good else b""]

    with serving(application) as url:
        content = ROOT / "tests" / "site" / "content"
        build_site(content, output, SITE_ADDRESS=url, SERVICE_ADDRESS="/", SEARCH=False)
        place = BlogInfo(root=ROOT, site=url, title="Blog", lang="es", service=url, output=lambda: output)
        known = settings.load(tmp_path, {"SECRET_KEY": "a long and random text"})
        with Blog(tmp_path, settings=known) as opened:
            opened.info = place
            found["app"] = create(opened)
            yield opened


def skipping(call, *arguments):
    """Do it, or skip so that nobody overlooks it."""
    try:
        return call(*arguments)
    except NotInstalledError as missing:
        warnings.warn(f"SKIPPED: {missing}", stacklevel=2)
        pytest.skip(str(missing))


def private(url):
    return Fetcher([url.split("/")[2]])


@pytest.mark.parametrize("sender", [webmentions.ronkyuu, webmentions.node], ids=["ronkyuu", "send-webmention"])
def test_another_program_tells_us(blog, elsewhere, sender):
    """It finds our endpoint, gets 202; the reply is there; its edit arrives, and its deletion."""
    blog.fetcher = private(elsewhere.url)
    stop = threading.Event()
    door.begin(blog, stop)
    target = blog.info.published().posts[-1].url
    elsewhere.page = REPLY.format(target=target, words="No pito.")
    assert 202 == skipping(sender, elsewhere.url, target)
    said = blog.store.conversation.find
    eventually(said)
    assert [("reply", "waiting", "No pito.")] == [(one.kind, one.status, one.text) for one in said()]

    elsewhere.page = REPLY.format(target=target, words="Sí pito.")
    assert 202 == sender(elsewhere.url, target)
    eventually(lambda: said()[0].text == "Sí pito.")
    assert ["Sí pito."] == [one.text for one in said()]

    elsewhere.status = "410 Gone"
    assert 202 == sender(elsewhere.url, target)
    eventually(lambda: said()[0].status == "gone")
    assert ["gone"] == [one.status for one in said()]
    stop.set()


def test_we_tell_another_program(blog, elsewhere):
    """A receiver that is not ours takes what we tell it, its update, and that the link is gone."""
    context = webmentions.receiver()
    theirs, taken = skipping(context.__enter__)
    post = blog.info.published().posts[-1]
    file = blog.info.output() / post.url.removeprefix(f"{blog.info.site}/") / "index.html"
    page = file.read_text("utf-8")
    pages = Pages(blog.info.site, blog.info.output, blog.info.published)

    def publish(words):
        file.write_text(page.replace('<div class="e-content prose">', f'<div class="e-content prose">{words}'), "utf-8")
        send.plan(blog.store.sent, pages, [post], None, every=[post])
        # Everything else that the post links to lies on hosts that no test reaches.
        told = send.Sender(blog.store.sent, private(theirs), lambda: datetime.now(UTC)).run()
        return [one.state for one in told if one.target.startswith(theirs)]

    link = f'<p><a href="{theirs}/articulo/">esto</a></p>'
    assert ["sent"] == publish(link)
    assert [(post.url, f"{theirs}/articulo/", True)] == [(t["source"], t["response_to"], t["current"]) for t in taken()]
    assert [] == publish(link)
    assert ["sent"] == publish(link + "<p>Más palabras</p>")
    assert "Más palabras" in taken()[0]["response_body"]
    assert ["removed"] == publish("<p>Ya no</p>")
    assert [False] == [t["current"] for t in taken()]
    context.__exit__(None, None, None)
