"""``python3 tasks.py collect`` and ``webmention``: what the terminal asks for, done to a blog in a folder."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from werkzeug import Request, Response

from tertulia.app import Blog
from tertulia.commands import status, webmention
from tertulia.content import snapshot
from tertulia.content.posts import Post, Published
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say, speak
from tertulia.store import open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.tables import Origin
from tertulia.syndication.networks.base import Message, Remote
from tests.house import write_posts
from tests.talking import bring

EXAMPLES = Path(__file__).parent / "examples"
NOW = datetime.now(UTC)
SITE = "https://blog.example"
POST = Post(
    id="voto", lang="es", title="El voto útil", url=f"{SITE}/2026/11/el-voto-util/", date=NOW - timedelta(hours=3)
)
pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def root(tmp_path, httpserver, monkeypatch):
    """A built blog of one post, announced on Mastodon, whose server is ours; portraits are left out."""
    monkeypatch.setattr("tertulia.conversation.avatars.keep", lambda url, snapshots, web: "")
    speak("en")
    here = f"127.0.0.1:{httpserver.port}"
    (tmp_path / "content").mkdir()
    (tmp_path / "pelicanconf.py").write_text("DEFAULT_LANG = 'es'\n")
    (tmp_path / ".env").write_text(
        f"MASTODON_URL=http://{here}\nMASTODON_TOKEN=t\nFETCH_ALLOW_PRIVATE={here}\nANNOUNCE_SINCE=2020-01-01\n"
        f"BLUESKY_APPVIEW_URL=http://{here}\n"
    )
    page = tmp_path / "output/2026/11/el-voto-util/index.html"
    page.parent.mkdir(parents=True)
    page.write_text(
        f'<article class="h-entry"><div class="e-content"><a href="http://{here}/otro">x</a></div></article>'
    )
    write_posts(tmp_path / "output", Published(site=SITE, title="Blog", lang="es", posts=(POST,)))
    store = open_store("sqlite:///var/tertulia.db", tmp_path)
    words = msgspec.json.encode(Message(text="El voto útil", lang="es", link=POST.url, title="", date=NOW)).decode()
    new = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message=words, words="h")
    store.deliveries.adopt(
        [new], msgspec.json.encode(Remote(id="1000", url=f"http://{here}/1000")).decode(), "", NOW, origin=Origin.MADE
    )
    store.close()
    api = json.loads((EXAMPLES / "collect/mastodon.json").read_text("utf-8"))
    mentions = [each["status"] for each in api["/api/v1/notifications"]]
    api |= {f"/api/v1/statuses/{one['id']}": one for one in mentions}
    for path, found in api.items():
        httpserver.expect_request(path).respond_with_json(found)
    return tmp_path


def said(root):
    store = open_store("sqlite:///var/tertulia.db", root)
    found = store.conversation.find()
    store.close()
    return found


def test_collect_brings_everything_home_and_says_so(root, capsys):
    """One line a network; the second time, nothing new; numbers are on the page's snapshot."""
    assert bring(root)
    first = capsys.readouterr().out
    assert bring(root, everything=True)
    second = capsys.readouterr().out
    assert f"mastodon    {say('collect_looked', n=2)} · {say('collect_new', n=7)}" in first
    assert say("collect_changed") in first
    assert (say("collect_same") in second, say("collect_changed") in second) == (True, False)
    assert {"like": 5, "repost": 2} == snapshot.read(root / "var/conversation", "voto", "es").counts
    assert 7 == len(said(root))


def test_the_owner_gets_one_letter_a_run_and_only_for_what_is_new(root, monkeypatch):
    """All that waits in one letter, with links to decide by; nothing new, no letter."""
    sent = []
    monkeypatch.setattr(
        "tertulia.core.smtp.send",
        lambda _server, _sender, recipient, *, subject, body, **_: sent.append((recipient, subject, body)),
    )
    with (root / ".env").open("a") as file:
        file.write("OWNER_EMAIL=reme@blog.example\nSMTP_URL=smtp://localhost\n")
    assert bring(root)
    assert bring(root, everything=True)
    ((recipient, subject, body),) = sent
    waiting = [one for one in said(root) if one.status == "waiting"]
    assert ("reme@blog.example", say("letter_gathered_subject", n=len(waiting))) == (recipient, subject)
    assert len(waiting) == body.count(f"{say('letter_approve')}: ")
    assert all(one.key in body for one in waiting)


def test_what_is_public_is_built_anew_once(root, capsys):
    """By the hook of the service, when something public changed and not otherwise."""
    with (root / ".env").open("a") as file:
        file.write(f"REBUILD_HOOK={sys.executable} -c \"open('built','a').write('x')\"\n")
    assert bring(root)
    assert bring(root, everything=True)
    assert "x" == (root / "built").read_text()
    assert 1 == capsys.readouterr().out.count(say("collect_rebuilding"))


def test_a_key_that_is_refused_is_told_by_status_until_it_works(root, httpserver, capsys):
    """Collecting fails, says why, and so does status afterwards; the next good run ends it."""
    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_json(
        {"error": "The access token was revoked"}, status=401
    )
    assert not bring(root, everything=True)
    assert not status.run(root)
    assert "collect mastodon: ✗" in capsys.readouterr().err
    httpserver.clear()
    httpserver.expect_request(re.compile("/.*")).respond_with_json([])
    with Blog(root) as blog:
        assert ["collect mastodon"] == [name for name, _ in blog.clockwork.problems()]


def test_a_dry_run_says_what_would_be_asked_and_asks_nothing(root, httpserver, capsys):
    """One announcement and the mentions."""
    assert bring(root, dry_run=True)
    assert f"mastodon    {say('collect_looked', n=2)}\n" in capsys.readouterr().out
    assert ([], []) == (httpserver.log, said(root))


def test_a_network_that_is_not_there(root):
    """A name that nobody bears is said to be none, with those that there are."""
    with pytest.raises(TertuliaError, match="mastodon"):
        bring(root, network="myspace")


def test_a_budget_that_is_no_number(root, caplog):
    """The setting is named, its network left out, and the others are asked."""
    with (root / ".env").open("a") as file:
        file.write("X_READ_CENTS=mucho\n")
    assert bring(root)
    assert "X_READ_CENTS" in caplog.text


def test_a_pasted_page_that_links_to_a_post_is_a_webmention(root, httpserver):
    """A blog that sends none: its page is looked at all the same, and told again it is the same."""
    page = (EXAMPLES / "webmention/source/reply.html").read_text("utf-8")
    httpserver.expect_request("/nota").respond_with_data(page, content_type="text/html")
    for _time in range(2):
        assert bring(root, url=f"http://127.0.0.1:{httpserver.port}/nota")
    assert [("voto", "reply", "No pito, pero me quejo.")] == [(one.post, one.kind, one.text) for one in said(root)]


def test_a_pasted_post_of_a_network(root, httpserver):
    """What a network shows to anybody is read as for an embed; --post says where it belongs."""
    thread = json.loads((EXAMPLES / "collect/bluesky.json").read_text("utf-8"))["/xrpc/app.bsky.feed.getPostThread"]
    one = {"thread": {"post": thread["thread"]["replies"][0]["post"]}}
    httpserver.expect_request("/xrpc/app.bsky.feed.getPostThread").respond_with_json(one)
    url = "https://bsky.app/profile/ana.bsky.social/post/3a"
    with pytest.raises(TertuliaError, match="--post"):
        bring(root, url=url)
    assert bring(root, url=url, post="voto")
    assert [("voto", "bluesky", "Ana Ñ")] == [(one.post, one.network, one.name) for one in said(root)]


def test_webmention_tells_and_status_shows(root, httpserver, capsys):
    """What was told, to whom, and that it is told once."""
    httpserver.expect_request("/otro").respond_with_data('<link rel="webmention" href="/wm">', content_type="text/html")
    told = []

    def take(request: Request) -> Response:
        told.append(dict(request.form))
        return Response(status=202)

    httpserver.expect_request("/wm", method="POST").respond_with_handler(take)
    assert webmention.run(root)
    assert webmention.run(root)
    assert [{"source": POST.url, "target": f"http://127.0.0.1:{httpserver.port}/otro"}] == told
    out = capsys.readouterr().out
    assert (f"webmention    {say('sent_sent')}" in out, say("webmention_nothing") in out) == (True, True)
    status.run(root)
    assert f"webmention    {say('sent_sent'):<10}  http://127.0.0.1:{httpserver.port}/otro" in capsys.readouterr().out
