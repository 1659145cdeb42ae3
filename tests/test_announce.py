"""The task line: what is shown before anything is sent, and what is never sent."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from msgspec.structs import replace
from PIL import Image

from tertulia.app import Blog
from tertulia.cli import TASKS
from tertulia.commands import announce, program
from tertulia.commands.announce import AnnounceOptions
from tertulia.content.posts import Cover, Published
from tertulia.core.errors import TertuliaError
from tertulia.syndication.drafts import draft, drafts
from tests.fakes import FAKES, NOW, FakeMastodon, FakeX
from tests.house import POST, write_posts


@pytest.fixture(autouse=True)
def _evening():
    """The day on which the post came out."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def blog(tmp_path, monkeypatch):
    """A built blog with one post."""
    for picture in (POST.cover.path, "cards/es/voto.png"):
        path = tmp_path / "output" / picture
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 36), "teal").save(path)
    (tmp_path / "pelicanconf.py").write_text('ANNOUNCE_SINCE = "2026-11-22"\n')
    write_posts(tmp_path / "output", Published(site="https://blog.example", title="B", lang="es", posts=(POST,)))
    return tmp_path


def test_a_dry_run_sends_asks_and_keeps_nothing(blog, capsys, monkeypatch):
    """With every key set and no socket allowed, all words are shown, and not even the store is made."""
    for fake in FAKES.values():
        made = object.__new__(fake)
        made.url, made.port = "http://127.0.0.1:9", 9
        for name, value in made.environ().items():
            monkeypatch.setenv(name, value)
    assert announce.run(blog, AnnounceOptions(dry_run=True))
    shown = capsys.readouterr().out
    assert all(f"  {network.label} · " in shown for network in Blog(blog).networks(with_store=False))
    assert "20,5 ¢" in shown
    assert "La plaza, vacía" in shown
    assert not (blog / "var").exists()


def test_without_keys_there_is_a_composer(blog, capsys):
    """A network without a key is shown with a link to its own composer, filled in."""
    announce.run(blog, AnnounceOptions(dry_run=True, network="bluesky"))
    assert "https://bsky.app/intent/compose?text=%C2%BFQu%C3%A9" in capsys.readouterr().out


def test_the_preview_page_draws_each_network_and_escapes(blog):
    """Every network has its card; what the author writes is text on the page, never markup."""
    hostile = replace(POST, title="<script>alert(1)</script>", summary='"><img src=x onerror=alert(1)>')
    write_posts(blog / "output", Published(site="https://blog.example", title="B", lang="es", posts=(hostile,)))
    announce.write_page(blog, blog / "output")
    page = (blog / "output/_anuncios/index.html").read_text("utf-8")
    assert all(f'data-network="{network}"' in page for network in FAKES)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert not (blog / "var").exists()


def test_a_preview_is_never_announced(blog):
    """An output with drafts in it is refused by name of what to do."""
    write_posts(blog / "output", Published(site="https://b.example", title="B", lang="es", preview=True, posts=(POST,)))
    with pytest.raises(TertuliaError, match="build"):
        announce.run(blog, AnnounceOptions())


@pytest.mark.usefixtures("socket_enabled")
def test_nothing_old_is_announced_unless_told(blog, monkeypatch, capsys):
    """A post from before ANNOUNCE_SINCE stays unsaid; --since says it; a second run says nothing."""
    fake = FakeMastodon()
    for name, value in {**fake.environ(), "FETCH_ALLOW_PRIVATE": f"127.0.0.1:{fake.port}"}.items():
        monkeypatch.setenv(name, value)
    old = replace(POST, cover=None, date=POST.date.replace(year=2025))
    write_posts(blog / "output", Published(site="https://blog.example", title="B", lang="es", posts=(old,)))
    assert announce.run(blog, AnnounceOptions())
    assert fake.public == []
    assert announce.run(blog, AnnounceOptions(since="2025-01-01"))
    assert announce.run(blog, AnnounceOptions(since="2025-01-01"))
    assert len(fake.public) == 1
    assert fake.public[0]["url"] in capsys.readouterr().out
    fake.close()


@pytest.mark.usefixtures("socket_enabled")
def test_what_was_queued_by_a_wrong_day_is_not_said_once_the_day_is_put_right(blog, monkeypatch):
    """Of two old posts the network took none yet; what was begun is ended, the other waits for --since."""
    fake = FakeMastodon()
    for name, value in {**fake.environ(), "FETCH_ALLOW_PRIVATE": f"127.0.0.1:{fake.port}"}.items():
        monkeypatch.setenv(name, value)
    first = replace(POST, cover=None, date=POST.date.replace(year=2025))
    second = replace(first, id="otra", url="https://blog.example/2025/11/otra/", date=first.date.replace(day=23))
    write_posts(blog / "output", Published(site="https://blog.example", title="B", lang="es", posts=(first, second)))
    fake.fail_next("429")
    announce.run(blog, AnnounceOptions(since="2025-01-01"))
    assert [] == fake.public
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        announce.run(blog, AnnounceOptions())
        assert [first.url] == [url for said in fake.public for url in (first.url, second.url) if url in str(said)]
        announce.run(blog, AnnounceOptions(since="2025-01-01"))
        assert 2 == len(fake.public)
    fake.close()


@pytest.mark.usefixtures("socket_enabled")
def test_nothing_goes_out_in_quiet_hours_but_what_is_named(blog, monkeypatch, capsys):
    """It is written down, and goes once with the first run after them; --post does not wait."""
    fake = FakeMastodon()
    hour = f"{NOW:%H}"
    quiet = {"FETCH_ALLOW_PRIVATE": f"127.0.0.1:{fake.port}", "QUIET_HOURS": f"{hour}:00-{hour}:59"}
    for name, value in (fake.environ() | quiet).items():
        monkeypatch.setenv(name, value)
    other = replace(POST, id="otra", cover=None, url="https://blog.example/2026/11/otra/", title="Otra")
    both = (replace(POST, cover=None), other)
    write_posts(blog / "output", Published(site="https://blog.example", title="B", lang="es", posts=both))
    assert announce.run(blog, AnnounceOptions())
    assert [] == fake.public and f"{hour}:59" in capsys.readouterr().out
    assert announce.run(blog, AnnounceOptions(post="otra"))
    assert 1 == len(fake.public)
    for _run in range(2):
        with time_machine.travel(NOW.replace(minute=59), tick=False):
            assert announce.run(blog, AnnounceOptions())
    assert 2 == len(fake.public)
    fake.close()


@pytest.mark.usefixtures("socket_enabled")
def test_a_conversation_that_cannot_be_kept_is_one_line_and_says_nothing_twice(blog, monkeypatch):
    """A file in its folder's place is named in one line; when it is out of the way, what was said is not said again."""
    fake = FakeMastodon()
    for name, value in {**fake.environ(), "FETCH_ALLOW_PRIVATE": f"127.0.0.1:{fake.port}"}.items():
        monkeypatch.setenv(name, value)
    kept = blog / "var/conversation"
    kept.parent.mkdir()
    kept.write_text("in the way")
    for _time in range(2):
        with pytest.raises(SystemExit) as ended:
            program.run(TASKS, ["tasks.py", "announce", "--network", "mastodon"], root=blog)
        assert str(kept) in str(ended.value.code) and "\n" not in str(ended.value.code)
    kept.unlink()
    announce.run(blog, AnnounceOptions(network="mastodon"))
    assert 1 == len(fake.public)
    fake.close()


def test_an_unknown_network_names_the_known(blog):
    """A slip of the pen is told."""
    with pytest.raises(TertuliaError, match=", ".join(FAKES)):
        announce.run(blog, AnnounceOptions(dry_run=True, network="mastodont"))


def test_a_drawn_card_stands_in_for_a_cover_where_we_fill_in_the_card(blog):
    """Without a cover, Bluesky and LinkedIn get the drawn card; nobody gets it as a picture of its own."""
    drawn = replace(POST, cover=None, card=Cover("cards/es/voto.png", "https://b.example/cards/es/voto.png", "El voto"))
    opened = Blog(blog)
    made = drafts([drawn], opened.networks(with_store=False))
    with_card = {one.network.name for one in made if one.messages[0].picture}
    assert (
        with_card == {one.network.name for one in made if one.network.card(one.messages[0])} >= {"bluesky", "linkedin"}
    )
    linked = replace(drawn, said={"bluesky": "Lee {link}"})
    bluesky = next(one.network for one in made if one.network.name == "bluesky")
    assert bluesky.card(draft(linked, bluesky).messages[0])


class Walled(FakeMastodon):
    """A server that tells its limits as *said*."""

    said: ClassVar[Any]

    def answer(self, method, path, asked):
        return self.said if path == "/api/v2/instance" else super().answer(method, path, asked)


@pytest.mark.parametrize(
    "said",
    [(401, {"error": "The access token is invalid"}), (403, "no"), (200, {"configuration": ["?"]}), (200, "<html>")],
)
@pytest.mark.usefixtures("socket_enabled")
def test_limits_that_are_not_told_keep_nobody_from_speaking(blog, monkeypatch, said):
    """A refused key, a wall, an odd answer: each network says the post, by the usual limits; a bad key is told then."""
    monkeypatch.setattr(Walled, "said", said, raising=False)
    fakes = [Walled(), FakeX()]
    for fake in fakes:
        for name, value in fake.environ().items():
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("FETCH_ALLOW_PRIVATE", " ".join(f"127.0.0.1:{fake.port}" for fake in fakes))
    monkeypatch.setenv("ANNOUNCE_SINCE", "2026-11-22")
    announce.run(blog, AnnounceOptions())
    assert [1, 1] == [len(fake.public) for fake in fakes]
    for fake in fakes:
        fake.close()


def test_what_was_announced_elsewhere_is_not_drawn_as_to_come(blog):
    """The preview's page shows what will be said: posts that were brought from another site are not."""
    brought = replace(
        POST, id="traida", title="Traída", url="https://blog.example/traida/", guid="https://vieja.example/1"
    )
    write_posts(blog / "output", Published(site="https://blog.example", title="B", lang="es", posts=(POST, brought)))
    announce.write_page(blog, blog / "output")
    page = (blog / "output" / announce.PAGE_FOLDER / "index.html").read_text("utf-8")
    assert POST.title in page
    assert "Traída" not in page
