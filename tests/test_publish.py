"""``publish`` from one end to the other: a small blog, a folder that a web server shows, networks that remember."""

import os
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest
import time_machine

from tertulia.commands import announce, build, publish, status
from tertulia.commands.announce import AnnounceOptions
from tertulia.syndication import pings
from tests.conftest import ROOT
from tests.deploying import Hub
from tests.fakes import Fake, FakeDiscord, FakeMastodon, FakeX

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("socket_enabled")]

EVENING = "2026-11-22T18:00:00+00:00"
TOMORROW = "2026-11-23T18:00:00+00:00"

# Below the settings of the project; what a blogger may have changed there is set again.
CONF = """
SITENAME, TAGLINE, AUTHOR = "Bitácora", "Cosas", "Ana Ruiz"
SITE_ADDRESS, SITEURL = "{address}", ""
DEFAULT_LANG, LANGUAGES, TIMEZONE, MENU = "es", ("es",), "UTC", None
SEARCH = SOCIAL_CARDS = False
SERVICE_ADDRESS = WEBSUB_HUB = INDEXNOW_KEY = ""
ANNOUNCE = {{}}
NOW = "{now}"
"""
POST = """\
Título: El voto útil
Id: voto
Slug: {slug}
Fecha: 2026-11-22 16:00
Resumen: {summary}
{more}
Votar no es pitar falta.
"""
SCHEDULED = "Título: Mañana\nId: manana\nFecha: 2026-11-23 09:00\nResumen: Lo de mañana.\n\nYa es mañana.\n"


class Quiet(SimpleHTTPRequestHandler):
    """The readers' web server."""

    def log_message(self, *_words):
        pass


class Blog:
    """A blog in a folder of its own, its readers' web server, its networks."""

    def __init__(self, root, monkeypatch):
        self.root, self.www = root / "mi blog ñ", root / "www"
        (self.root / "content/posts").mkdir(parents=True)
        shutil.copytree(ROOT / "plugins", self.root / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("tertulia", "theme"):
            (self.root / name).symlink_to(ROOT / name)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=os.fspath(self.www)))
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.mastodon, self.x = FakeMastodon(), FakeX()
        ports = (self.server.server_address[1], self.mastodon.port, self.x.port)
        environ = {
            **self.mastodon.environ(),
            **self.x.environ(),
            "DEPLOY_TARGET": f"folder:{self.www}",
            "ANNOUNCE_SINCE": "2026-11-22",
            "FETCH_ALLOW_PRIVATE": " ".join(f"127.0.0.1:{port}" for port in ports),
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        self.at(EVENING)
        self.write()
        (self.root / "content/posts/manana.md").write_text(SCHEDULED, "utf-8")

    def at(self, now, more=""):
        """The moment of the build, which has a process and a clock of its own."""
        own = CONF.format(address=f"http://127.0.0.1:{self.server.server_address[1]}", now=now)
        (self.root / "pelicanconf.py").write_text((ROOT / "pelicanconf.py").read_text("utf-8") + own + more, "utf-8")
        shutil.copy(ROOT / "publishconf.py", self.root)

    def write(self, slug="el-voto", summary="¿Qué tal, ñandú?", more=""):
        text = POST.format(slug=slug, summary=summary, more=more)
        (self.root / "content/posts/voto.md").write_text(text, "utf-8")

    def publish(self, **named):
        return publish.run(self.root, **named)

    def page(self, slug="el-voto"):
        return (self.www / f"2026/11/{slug}/index.html").read_text("utf-8")

    def said(self):
        """How many posts there are on each network."""
        return len(self.mastodon.public), len(self.x.public)

    def close(self):
        for server in (self.mastodon, self.x):
            server.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def blog(tmp_path, monkeypatch):
    with time_machine.travel(EVENING, tick=False):
        made = Blog(tmp_path, monkeypatch)
        yield made
        made.close()


def test_from_the_first_time_to_the_last(blog, capsys):
    """Said once with its page up; shown where; an edit, a new slug, a withdrawal: each as the policy says."""
    assert blog.publish(dry_run=True)
    shown = capsys.readouterr().out
    assert "+ 2026/11/el-voto/index.html" in shown
    assert "│ ¿Qué tal, ñandú?" in shown
    assert not blog.www.exists()
    assert not (blog.root / "var/tertulia.db").exists()

    assert blog.publish()
    assert blog.said() == (1, 1)
    links = [blog.mastodon.public[0]["url"], f"https://x.com/bitacora/status/{blog.x.public[0]['id']}"]
    for link in links:  # the second deploy of the same run
        assert f'class="u-syndication" rel="syndication" href="{link}"' in blog.page()
    assert not (blog.www / "posts.json").exists()

    capsys.readouterr()
    assert blog.publish()
    assert blog.said() == (1, 1)
    assert "http" not in capsys.readouterr().out  # nothing was said, so nothing is where

    blog.write(summary="Corregido: votar no es pitar.")
    assert blog.publish()
    assert blog.said() == (1, 1)
    assert "Corregido" in blog.mastodon.public[0]["text"]  # its policy: edit
    assert "ñandú" in blog.x.public[0]["text"]  # its policy: leave

    blog.write(slug="otra-direccion", summary="Corregido: votar no es pitar.", more="Alias: 2026/11/el-voto/\n")
    assert blog.publish()
    assert blog.said() == (1, 1)
    assert links[0] in blog.page("otra-direccion")

    assert status.run(blog.root)
    assert announce.run(blog.root, AnnounceOptions(post="voto", withdraw=True))
    assert blog.said() == (0, 0)
    assert blog.publish()
    assert blog.said() == (0, 0)
    assert "u-syndication" not in blog.page("otra-direccion")


def test_a_warning_stops_everything(blog, capsys):
    """A build with a warning puts nothing out and says nothing."""
    blog.write(more="Portada: no-existe.jpg\n")
    assert not blog.publish()
    assert "no-existe.jpg" in capsys.readouterr().err
    assert not blog.www.exists()
    assert blog.said() == (0, 0)


def test_a_scheduled_post_waits_for_its_day(blog):
    """Before its date it is neither public nor said; the same command puts it out afterwards."""
    assert blog.publish()
    assert not (blog.www / "2026/11/manana").exists()
    assert blog.said() == (1, 1)
    blog.at(TOMORROW)
    with time_machine.travel(TOMORROW, tick=False):
        assert blog.publish()
    assert (blog.www / "2026/11/manana/index.html").exists()
    assert blog.said() == (2, 2)


def test_a_lost_store_loses_nothing_public(blog, capsys):
    """With var/ gone, publish keeps the old site; announce finds what is there; then publish goes on."""
    assert blog.publish()
    before = blog.page()
    shutil.rmtree(blog.root / "var")
    assert not blog.publish()
    assert blog.mastodon.public[0]["url"] in capsys.readouterr().err
    assert blog.page() == before
    assert announce.run(blog.root, AnnounceOptions())
    assert blog.publish()
    assert blog.said() == (1, 1)
    assert blog.page() == before


def test_a_machine_without_var_writes_the_snapshot_first(blog, monkeypatch):
    """As in CI: the store lasts, the folder does not; ``snapshot`` before ``publish``, and nothing is said again."""
    monkeypatch.setenv("TERTULIA_STORE", "sqlite:///elsewhere.db")
    assert blog.publish()
    shutil.rmtree(blog.root / "var")
    shutil.rmtree(blog.root / "output")
    publish.write_snapshot(blog.root)
    assert blog.publish()
    assert blog.said() == (1, 1)
    assert "u-syndication" in blog.page()


@pytest.fixture
def discord(blog, monkeypatch):
    """The only network that *blog* has: nobody can look there what was said."""
    network = FakeDiscord()
    monkeypatch.delenv("MASTODON_TOKEN")
    monkeypatch.delenv("X_ACCESS_TOKEN")
    private = f"{os.environ['FETCH_ALLOW_PRIVATE']} 127.0.0.1:{network.port}"
    for name, value in {**network.environ(), "FETCH_ALLOW_PRIVATE": private}.items():
        monkeypatch.setenv(name, value)
    yield network
    network.close()


def test_another_store_does_not_begin_again(blog, discord, capsys):
    """Where nobody can look (Discord) and no page says it, a machine with a new store is told, and repeats nothing."""
    assert blog.publish()
    assert blog.publish()
    assert len(discord.public) == 1
    shutil.rmtree(blog.root / "var")
    capsys.readouterr()
    assert not blog.publish()
    assert "TERTULIA_STORE" in capsys.readouterr().err
    assert len(discord.public) == 1
    assert publish.upload(blog.root)  # deploying alone says nothing, and forgets nothing
    assert not blog.publish()
    assert not announce.run(blog.root, AnnounceOptions())  # it asks
    assert "--resolve" in capsys.readouterr().out
    assert len(discord.public) == 1


def test_a_new_store_that_goes_on_asks_what_it_cannot_know(blog, discord, monkeypatch, capsys):
    """``--lose`` publishes, and still says nothing twice, also when it was stopped midway; what is new is said."""
    assert blog.publish()
    shutil.rmtree(blog.root / "var")
    with monkeypatch.context() as stopped:
        stopped.setattr(announce, "send", _stopped)
        with pytest.raises(KeyboardInterrupt):
            blog.publish(lose=True)
    blog.at(TOMORROW)
    with time_machine.travel(TOMORROW, tick=False):
        assert not blog.publish(lose=True)
        assert len(discord.public) == 2  # the post of today alone
        assert "--resolve" in capsys.readouterr().out
        assert blog.publish()  # it is the store that knows, from now on
    assert len(discord.public) == 2


def _stopped(*_arguments, **_named):
    raise KeyboardInterrupt


def test_hub_and_search_engines_are_told_of_what_changed(blog, monkeypatch):
    """After the deploy, with the key's file in its place; a publication that changes nothing tells nobody."""
    hub = Hub()
    monkeypatch.setenv("FETCH_ALLOW_PRIVATE", f"{os.environ['FETCH_ALLOW_PRIVATE']} 127.0.0.1:{hub.port}")
    monkeypatch.setattr(pings, "indexnow", partial(pings.indexnow, endpoint=f"{hub.url}/indexnow"))
    blog.at(EVENING, f'WEBSUB_HUB = "{hub.url}/hub"\nINDEXNOW_KEY = "0123456789abcdef"\n')
    assert blog.publish()
    assert (blog.www / "0123456789abcdef.txt").read_text() == "0123456789abcdef"
    site = f"http://127.0.0.1:{blog.server.server_address[1]}"
    assert {"hub.mode": "publish", "hub.url": f"{site}/feeds/atom.xml"} in hub.public
    (told,) = [each for each in hub.public if "urlList" in each]
    assert told["keyLocation"] == f"{site}/0123456789abcdef.txt"
    assert f"{site}/2026/11/el-voto/" in told["urlList"]
    before = len(hub.public)
    assert blog.publish()
    assert len(hub.public) == before
    hub.close()


def test_a_failure_is_not_silent(blog, capsys):
    """What a network refuses is told by publish and by status, and both end as failed; a retry says it once."""
    blog.x.fail_next("422")
    assert not blog.publish()
    assert blog.said() == (1, 0)
    assert "You are not permitted" in capsys.readouterr().out
    assert not status.run(blog.root)
    assert "You are not permitted" in capsys.readouterr().out
    assert announce.run(blog.root, AnnounceOptions(retry=True))
    assert blog.said() == (1, 1)
    assert status.run(blog.root)


class Receiver(Fake):
    """A site that takes webmentions and looks at once at the page that they come from."""

    def creates(self, method, path):
        return method == "POST"

    def answer(self, method, path, asked):
        if method == "GET":
            return 200, "", {"Link": "</webmention>; rel=webmention"}
        with urlopen(asked.form["source"]) as page:
            self.public.append('content="410 Gone"' in page.read().decode())
        return 202, ""


def test_whoever_a_removed_post_linked_to_is_told_and_finds_it_gone(blog, monkeypatch):
    """The page says so before they are told; they are told once; a post that comes back is told again."""
    there = Receiver()
    monkeypatch.setenv("FETCH_ALLOW_PRIVATE", f"{os.environ['FETCH_ALLOW_PRIVATE']} localhost:{there.port}")
    words = f"\nLo dijo [ella](http://localhost:{there.port}/page)."
    blog.write(more=words)
    assert blog.publish()
    (blog.root / "content/posts/voto.md").unlink()
    assert blog.publish(lose=True) and blog.publish(lose=True)
    assert 'content="410 Gone"' in blog.page()
    blog.write(more=words)
    assert blog.publish()
    assert [False, True, False] == there.public
    there.close()


def test_what_was_only_built_is_not_remembered_as_published(blog):
    """A post written, built and thrown away before it was published leaves no trace in public."""
    for slug in ("el-voto", "la-renuncia"):
        blog.write(slug=slug)
        assert build.into_output(blog.root, settings="publishconf.py")
    (blog.root / "content/posts/voto.md").unlink()
    assert blog.publish() and blog.publish()
    assert not (blog.www / "2026/11").exists()
    assert not (blog.www / "_redirects").exists()


@pytest.mark.parametrize("left", ["all", "nothing"])
def test_a_corrected_slug_leaves_a_way_from_the_announced_address(blog, left):
    """Also where nothing of this machine lasts: the target remembers what was published."""
    assert blog.publish()
    if left == "nothing":
        shutil.rmtree(blog.root / "output")
        (blog.root / "var/addresses.json").unlink()
    blog.write(slug="el-voto-util")
    assert blog.publish()
    assert 'url=/2026/11/el-voto-util/"' in blog.page("el-voto")
