"""What an announcement warns of, and who it is for: from the post's metadata to the network, and never wider."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tertulia.content import posts
from tertulia.content.header import split
from tertulia.content.metadata import interpret
from tertulia.core import languages
from tertulia.syndication.drafts import draft, drafts
from tertulia.syndication.edits import follow_edits
from tests.conftest import build_site
from tests.embedding import post as write
from tests.fakes import FAKES, FakeBluesky, FakeMastodon
from tests.house import POST, House

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def mastodon(tmp_path):
    languages.speak("es")
    house = House(tmp_path, FakeMastodon)
    yield house
    house.close()


def test_a_warning_folds_what_is_said(mastodon):
    """It goes in the network's own field, the picture is hidden with it, and an edit keeps or changes it."""
    post = replace(POST, warning="Violencia policial")
    mastodon.announce(post)
    (said,) = mastodon.fake.public
    assert "Violencia policial" == said["spoiler_text"]
    assert "Violencia" not in said["text"]
    remote = mastodon.network.find(draft(post, mastodon.network).messages[0], _sending())
    mastodon.network.edit(remote, draft(replace(post, warning="Violencia"), mastodon.network).messages[0])
    assert "Violencia" == mastodon.fake.public[0]["spoiler_text"]


def test_a_warning_counts_towards_the_limit(mastodon):
    """Text and warning together fit what the server takes."""
    post = replace(POST, summary="Añadió ñoquis, ¿sí? " * 99, warning="Aviso " * 10)
    made = draft(post, mastodon.network)
    assert max(made.lengths) + len(post.warning) <= 500


@pytest.mark.parametrize(("audience", "seen"), [("", "public"), ("unlisted", "unlisted"), ("followers", "private")])
def test_the_audience_is_the_one_that_the_author_chose(mastodon, audience, seen):
    """Said once, to those; what is looked for after a lost answer is as private as what was sent."""
    post = replace(POST, audience=audience)
    mastodon.fake.fail_next("500 after")
    mastodon.announce(post)
    assert "delivered" == mastodon.until_quiet(post)
    assert [seen] == [said["visibility"] for said in mastodon.fake.public]


def test_a_network_that_knows_no_audience_is_left_out(tmp_path):
    """What is for followers never becomes public for want of a choice; a warning that is lost is told before."""
    languages.speak("es")
    house = House(tmp_path, FakeBluesky)
    assert [] == drafts([replace(POST, audience="followers")], [house.network])
    assert 1 == len(drafts([POST], [house.network]))
    (made,) = drafts([replace(POST, warning="Violencia")], [house.network])
    assert any("Bluesky no pliega" in warning for warning in made.warnings)
    house.close()


@pytest.mark.parametrize("fake", FAKES.values(), ids=FAKES)
def test_an_audience_that_we_do_not_know_holds_the_announcement_back(tmp_path, fake):
    """Whoever the author meant, it was not everybody."""
    house = House(tmp_path, fake)
    assert [] == drafts([replace(POST, audience="nobody")], [house.network])
    house.close()


@pytest.mark.parametrize(
    ("word", "audience"),
    [
        ("todos", ""),
        ("Público", ""),
        ("everyone", ""),
        ("no", "nobody"),
        ("amigos", "nobody"),
        ("seguidores, todos", "nobody"),
    ],
)
def test_words_for_an_audience(word, audience):
    """Those for all mean all, however written; what is none of ours means nobody."""
    header = split(f"Título: A\nAudiencia: {word}\n\nHola.", "a.md")
    assert audience == interpret(header, "a.md", ZoneInfo("UTC")).audience


@pytest.mark.parametrize(
    "lines",
    [
        "Audienca: seguidores",
        "Audiencia del anuncio: seguidores",
        "Aduience: followers",
        "Lectores: discreta",
        "Audiencias: mis amigas",
        "Audiencia: todos\nAudience: followers",
        "Audiencia: followers\nAudiencia: todos",
    ],
)
def test_a_slip_in_the_key_holds_the_announcement_back(lines):
    """A key or a value that looks like an audience, and one that is given twice: told, and nobody is chosen."""
    meta = interpret(split(f"Título: A\n{lines}\n\nHola.", "a.md"), "a.md", ZoneInfo("UTC"))
    assert ("nobody", 1) == (meta.audience, len(meta.problems))


@pytest.mark.parametrize("line", ["Público: 40 personas", "Seguidores: 500", "Audio: todos", "Lugar: Madrid"])
def test_a_key_of_something_else_is_no_audience(line):
    """Keys that nobody knows are told and nothing more."""
    assert "" == interpret(split(f"Título: A\n{line}\n\nHola.", "a.md"), "a.md", ZoneInfo("UTC")).audience


@pytest.mark.parametrize(
    "change", [{"audience": "followers"}, {"audience": "nobody"}, {"said": {"bluesky": "no"}}, None]
)
def test_what_waits_is_held_when_the_author_narrows_it(tmp_path, change):
    """Asked to slow down, and meanwhile the post is for fewer, leaves the network out or is gone: it is not said."""
    house = House(tmp_path, FakeBluesky)
    house.fake.fail_next("429")
    house.announce()
    house.clock += timedelta(days=1)
    posts_now = [replace(POST, **change)] if change else []
    house.outbox.enqueue(drafts(posts_now, [house.network]))
    assert [] == house.outbox.deliver(posts=posts_now)
    assert [] == house.fake.public
    assert ["delivered"] == [one.state for one in house.outbox.deliver(posts=[POST])]
    house.close()


@pytest.mark.parametrize("fault", ["429", "503 retry", "drop before"])
def test_words_that_wait_are_never_said_to_more_than_the_post_is_for_now(mastodon, fault):
    """Nobody renewed them (an older post, own words that are cut): they are held, and said anew to the few."""
    mastodon.fake.fail_next(fault)
    mastodon.announce()
    mastodon.clock += timedelta(days=1)
    narrower = replace(POST, audience="followers")
    (held,) = mastodon.outbox.deliver(posts=[narrower])
    assert ("waiting", []) == (held.state, mastodon.fake.public)
    mastodon.clock += timedelta(days=1)
    mastodon.outbox.enqueue(drafts([narrower], [mastodon.network]))
    assert ["delivered"] == [one.state for one in mastodon.outbox.deliver(posts=[narrower])]
    assert ["private"] == [said["visibility"] for said in mastodon.fake.public]


def test_what_arrived_before_the_author_narrowed_it_is_found(mastodon):
    """An answer was lost, and it is there: it is not said again, to nobody."""
    mastodon.fake.fail_next("drop after")
    mastodon.announce()
    mastodon.clock += timedelta(days=1)
    (found,) = mastodon.outbox.deliver(posts=[replace(POST, audience="followers")])
    assert ("delivered", 1) == (found.state, len(mastodon.fake.public))


def test_what_waits_for_few_is_said_to_them_when_the_post_is_for_all(mastodon):
    """Only more readers than the author wants are held back, not fewer."""
    mastodon.fake.fail_next("429")
    mastodon.announce(replace(POST, audience="followers"))
    mastodon.clock += timedelta(days=1)
    assert ["delivered"] == [one.state for one in mastodon.outbox.deliver(posts=[POST])]


def test_an_edit_does_not_tell_everybody_what_became_for_followers(mastodon):
    """A network cannot change who reads what was said: the new words stay away from there."""
    mastodon.announce()
    for audience in ("followers", "nobody"):
        follow_edits(mastodon.outbox, [replace(POST, summary="En confianza.", audience=audience, hash="h2")])
    assert "En confianza" not in str(mastodon.fake.public)


def test_both_are_read_from_the_metadata(tmp_path):
    """By their Spanish or English names; a word that is none is told, and nobody is chosen."""
    write(
        tmp_path / "content", "Título: A\nFecha: 2026-11-01\nId: a\nAviso: Violencia\nAudiencia: seguidores\n\nHola.\n",
        "posts/a.md",
    )  # fmt: skip
    write(tmp_path / "content", "Title: B\nDate: 2026-11-02\nId: b\nAudience: aliens\n\nHola.\n", "posts/b.md")
    records = build_site(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    made = {post.id: post for post in posts.read(tmp_path / "output").posts}
    assert ("Violencia", "followers") == (made["a"].warning, made["a"].audience)
    assert ("", "nobody") == (made["b"].warning, made["b"].audience)
    assert any("posts/b.md:4" in record.getMessage() for record in records)


def _sending():
    from tertulia.syndication.networks.base import Sending

    return Sending(key="k1k1k1k1")
