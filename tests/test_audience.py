"""What an announcement warns of, and who it is for: from the post's metadata to the network, and never wider."""

import pytest
from msgspec.structs import replace

from tertulia.content import posts
from tertulia.core import languages
from tertulia.syndication.drafts import draft, drafts
from tests.conftest import build_site
from tests.embedding import post as write
from tests.fakes import FakeBluesky, FakeMastodon
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


def test_both_are_read_from_the_metadata(tmp_path):
    """By their Spanish or English names; a word that is none is told, and nothing is chosen."""
    write(
        tmp_path / "content", "Título: A\nFecha: 2026-11-01\nId: a\nAviso: Violencia\nAudiencia: seguidores\n\nHola.\n",
        "posts/a.md",
    )  # fmt: skip
    write(tmp_path / "content", "Title: B\nDate: 2026-11-02\nId: b\nAudience: aliens\n\nHola.\n", "posts/b.md")
    records = build_site(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    made = {post.id: post for post in posts.read(tmp_path / "output").posts}
    assert ("Violencia", "followers") == (made["a"].warning, made["a"].audience)
    assert ("", "") == (made["b"].warning, made["b"].audience)
    assert any("posts/b.md:4" in record.getMessage() for record in records)


def _sending():
    from tertulia.syndication.networks.base import Sending

    return Sending(key="k1k1k1k1")
