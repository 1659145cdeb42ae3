"""Captures that come, change or go are shown in place, in every post that quotes them."""

from contextlib import closing

import pytest

from tertulia.conversation.thread import nest
from tertulia.edits.kept_site import KeptSite
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, Image, State
from tests.editing import TAGGED, TOOT, WITHOUT_SCHEMA, blog, capture, gone, saying, shown

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture
PLACE = "embeds/mastodon/mastodon.social-1134.json"
QUOTE = f"{TAGGED}\n\n{TOOT}\n\nY no dijo más."


@pytest.fixture
def quoting(blog):
    """A blog in which two posts quote what is not captured yet."""
    saying(blog, QUOTE)()
    saying(blog, QUOTE, "tres", Etiquetas="Redes")()
    return blog


def kept(blog, words: str, state: State = State.KEPT):
    return lambda: capture(blog.root / "content", words, state)


@pytest.mark.parametrize("more", [{}, {"HOME_WHOLE_POSTS": True}, {"PLUGINS": WITHOUT_SCHEMA}])
def test_a_capture_is_shown_wherever_it_is_quoted(quoting, more):
    """When it comes, says otherwise, is taken out, and goes; with an edit of a post that quotes it, and of another."""
    file = quoting.root / "content" / PLACE
    written = shown(
        quoting,
        ([PLACE], [kept(quoting, "Hola.")]),
        ([PLACE, "dos"], [kept(quoting, "Adiós."), saying(quoting, f"{QUOTE} Ya.")]),
        (["seis"], [saying(quoting, QUOTE, "seis", Etiquetas="Redes")]),
        ([PLACE], [kept(quoting, "", State.REMOVED)]),
        ([PLACE, "seis"], [kept(quoting, "Hola otra vez."), saying(quoting, TAGGED, "seis")]),
        ([PLACE], [file.unlink]),
        **more,
    )
    both = {"2026/11/dos/index.html", "2026/11/tres/index.html"}
    assert all(both <= set(files) for files in (written[0], written[3]))
    assert "2026/11/seis/index.html" in written[3]
    assert all(written)


def test_who_quotes_what_is_known_after_other_edits(quoting):
    """Another post quotes something else by then, and one that quoted is gone."""
    written = shown(
        quoting,
        (["seis"], [saying(quoting, f"{TAGGED}\n\n{TOOT}5\n\nY más.", "seis")]),
        (["tres"], [gone(quoting, "tres")]),
        ([PLACE], [kept(quoting, "Hola.")]),
    )
    assert all(written) and "2026/11/dos/index.html" in written[-1]


def test_a_picture_comes_with_its_capture(quoting):
    """It is published with the first post that shows it; where one is shown no more, or came alone, a build follows."""
    store = CaptureStore(quoting.root / "content")
    picture = "embeds/mastodon/mastodon.social-1134-0123456789ab.webp"

    def save(*pictures: str) -> None:
        match = providers.find(TOOT)
        media = [Image(file=name, alt="Una", width_px=4, height_px=3) for name in pictures]
        told = {"url": TOOT, "kind": "post", "html": "<p>Hola</p>", "pictures": media}
        held = Capture(provider=match.provider.name, id=match.id, **told)
        store.save(held, dict.fromkeys(pictures, b"RIFF"))

    written = shown(
        quoting,
        ([PLACE, picture], [lambda: save("mastodon.social-1134-0123456789ab.webp")]),
        ([PLACE, picture], [save]),
    )
    assert picture in written[0]
    assert [] == written[1]
    for alone in (picture, "embeds/mastodon/nota.txt"):
        site = KeptSite(quoting.root / "state", quoting.root / "one", "mark", lambda *_: False, nest)
        with closing(site), pytest.raises(NeedsBuildError, match=alone.rpartition("/")[2]):
            site.prepare([str(quoting.root / "content" / alone)])
