"""Webmentions in a real browser: sources full of scripts, taken and approved, run nothing anywhere."""

import pytest

from tertulia.web.webmention import receiver
from tests import xss
from tests.mentioning import Sites
from tests.real.browser import CHROMIUM, browser
from tests.talking import NOW
from tests.test_talk_in_browser import CLEAN, INNOCENT, Blog, show
from tests.test_webmention_hostile import entry

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so webmentions were not tried in a browser"),
    pytest.mark.usefixtures("socket_enabled"),
]


@pytest.fixture
def blog(tmp_path):
    made = Blog(tmp_path)
    yield made
    made.server.shutdown()
    made.store.close()


def test_nothing_of_a_source_runs(blog):
    """Over two hundred payloads in every property of a page: on the post, in its feed, in the moderation."""
    sites = Sites()
    object.__setattr__(blog.blog, "fetcher", sites)
    at_work = receiver(blog.blog)
    target = blog.blog.info.published().posts[0].url
    for number, payload in enumerate(xss.payloads()):
        url = f"https://s{number}.example/nota"
        sites.put(url, entry(payload).replace("https://blog.example/2026/11/el-voto-util/", target))
        at_work.accept(url, target)
        assert 1 == at_work.work()
    everything = blog.store.conversation.find(limit=1000)
    assert len(xss.payloads()) == len(everything) >= 150
    blog.enter()
    with browser() as page:
        for number in range(1, len(everything) // 25 + 2):
            show(page, blog.browser.get(f"/moderation?status=all&page={number}").get_data(as_text=True))
        for said in everything:
            blog.store.conversation.decide(said.key, "approved", "owner", NOW, version=said.version)
        blog.store.conversation.show(blog.blog.snapshots, "voto", "es")
        blog.build()
        page.open(blog.page)
        assert len(everything) == page.run("document.querySelectorAll('.p-comment').length")
        assert CLEAN == page.run(INNOCENT)
