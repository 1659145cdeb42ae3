"""A morning's work in a real browser: thirty items by the keyboard alone, and the same page on a telephone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from tertulia.core import languages
from tertulia.store.inbox import InboxFilter
from tertulia.store.said import Author, Incoming, Verdict
from tertulia.web.sign_in import link
from tests.real.browser import CHROMIUM, browser
from tests.talking import NOW
from tests.test_talk_in_browser import Blog

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so the inbox was not tried in a browser"),
    pytest.mark.usefixtures("socket_enabled"),
]
WORDS = ("¿Y el voto por correo?", "Muchas gracias por el texto", "El enlace no funciona", "Yo voté en blanco")
# Where a person may want to look at what the test saw.
PICTURES = os.environ.get("TERTULIA_PICTURES", "")


@pytest.fixture
def blog(tmp_path):
    """A served blog with thirty things said."""
    languages.speak("es")
    found = Blog(tmp_path)
    for number in range(30):
        author = Author(network="form", identity=f"l {number}", name=f"Lectora {number}")
        incoming = Incoming(
            source="form", source_id=str(number), post="voto", lang="es", kind="comment", author=author,
            published=NOW - timedelta(hours=30 - number), text=WORDS[number % 4], html=f"<p>{WORDS[number % 4]}</p>",
        )  # fmt: skip
        found.store.conversation.record(incoming, Verdict("approved"), NOW)
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.store.close()


def press(page, key: str, **more) -> None:
    """One key, as a person's keyboard sends it."""
    text = {"text": key} if len(key) == 1 and not more else {"text": "\r"} if key == "Enter" and not more else {}
    code = {"Enter": 13}.get(key, ord(key.upper()[0]))
    page.call("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text, **more)
    page.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code, **more)


def leave(page, key: str, **more) -> None:
    """A key that leads to another page."""
    page._events.clear()
    press(page, key, **more)
    page.loaded()


def picture(page, name: str) -> None:
    if PICTURES:
        page.picture(Path(PICTURES, name))


def test_thirty_items_by_the_keyboard(blog):
    """Ten answered, twenty set aside, without a mouse; nothing is left."""
    with browser() as page:
        page.open(link(blog.blog, blog.at))
        page.click("main form button")
        page.open(f"{blog.at}/inbox")
        picture(page, "inbox-wide.png")
        for number in range(30):
            press(page, "j")
            page.until("document.activeElement.matches('[data-item]')")
            if number % 3:
                leave(page, "e")
            else:
                leave(page, "r")
                page.until("document.activeElement.id === 'answer'")
                page.call("Input.insertText", text="Gracias, **tomo nota**.")
                if number == 0:
                    picture(page, "item-wide.png")
                leave(page, "Enter", modifiers=2)
            assert "/inbox" == page.run("location.pathname")
            page.run("sessionStorage.clear()")
        counts = {str(state): n for state, n in blog.store.inbox.counts(blog.clock).items()}
    assert {"unanswered": 0, "answered": 10, "not_needed": 20, "later": 0} == counts


def test_on_a_telephone(blog):
    """375 px wide: nothing lies beside the page, every button is a thumb high, scripts off."""
    key = blog.store.inbox.page(InboxFilter(), blog.clock).items[0].said.key
    with browser() as page:
        page.size(375, 740)
        page.scripts(False)
        page.open(link(blog.blog, blog.at))
        page.click("main form button")
        for path, name in (("/inbox", "inbox-375.png"), (f"/inbox/{key}", "item-375.png")):
            page.open(f"{blog.at}{path}")
            picture(page, name)
            assert page.run("document.documentElement.scrollWidth") <= 375
            low = "[...document.querySelectorAll('main button, main a[data-action], main select')].filter((e) => "
            assert [] == page.run(low + "e.getBoundingClientRect().height < 43).map((e) => e.outerHTML)")
