"""A morning's work in a real browser: thirty items by the keyboard alone, on a telephone by touch, without a script."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tertulia.core import languages
from tertulia.store.inbox import InboxFilter
from tertulia.store.inbox_tables import ItemState
from tertulia.web import sign_in
from tests.morning import morning, say_
from tests.real.browser import CHROMIUM, browser
from tests.talking import OURS

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so the inbox was not tried in a browser"),
    pytest.mark.usefixtures("socket_enabled"),
]
# Where a person may want to look at what the test saw.
PICTURES = os.environ.get("TERTULIA_PICTURES", "")
HERE = "document.activeElement"


@pytest.fixture
def blog(tmp_path):
    """A served blog with thirty things said."""
    languages.speak("es")
    found = morning(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()
    found.store.close()


class Hands:
    """Whoever works, and how often they press a key or touch the glass."""

    def __init__(self, page, blog) -> None:
        self.page, self.blog = page, blog
        self.presses: Counter[str] = Counter()
        page.open(sign_in.link(blog.blog, blog.at))
        page.click("main form button")

    def press(self, key: str, *, leaves: bool = False, **more) -> None:
        """One key, as a person's keyboard sends it; with *leaves*, one that leads to another page."""
        self.presses["Ctrl+Enter" if more else key] += 1
        text = {"text": key} if len(key) == 1 else {"text": "\r"} if key == "Enter" and not more else {}
        code = {"Enter": 13, "Escape": 27, "Tab": 9}.get(key, ord(key.upper()[0]))
        self.page._events.clear()
        for kind in ("keyDown", "keyUp"):
            self.page.call(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **more,
                **(text if kind == "keyDown" else {}),
            )  # fmt: skip
        if leaves:
            self.page.loaded()

    def write(self, text: str) -> None:
        self.page.call("Input.insertText", text=text)

    def tap(self, selector: str) -> None:
        """Touch what is there, where a thumb can: in sight, under nothing else; wait for the page to which it leads."""
        self.presses[selector.split("[")[0]] += 1
        place = f"document.querySelector({selector!r})"
        self.page.run(f"{place}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        rect = f"(r => [r.x + r.width / 2, r.y + r.height / 2])({place}.getBoundingClientRect())"
        x, y = self.page.run(rect)
        assert self.page.run(f"{place}.contains(document.elementFromPoint({x}, {y}))"), f"{selector} lies under another"
        self.page._events.clear()
        self.page.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.page.loaded()

    def picture(self, name: str) -> None:
        if PICTURES:
            self.page.picture(Path(PICTURES, f"{name}.png"))

    def focused(self) -> str:
        """The key of the item that has the keyboard."""
        return self.page.until(
            f"document.readyState === 'complete' && {HERE}.id.startsWith('i-') && {HERE}.id"
        ).removeprefix("i-")

    def is_seen(self) -> bool:
        """Whether what has the keyboard lies in the window."""
        return self.page.run(f"(r => r.top >= 0 && r.top < innerHeight)({HERE}.getBoundingClientRect())")


def counts(blog) -> dict[str, int]:
    return {str(state): number for state, number in blog.store.inbox.counts(blog.clock).items() if number}


def waiting(blog) -> list:
    """What waits, in its order."""
    return [item.said for item in blog.store.inbox.page(InboxFilter(), blog.clock, limit=100).items]


def test_thirty_items_by_the_keyboard(blog):
    """Answered, answered by a saved text, published, put off, set aside; after each the next one has the keyboard."""
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox")
        hands.press("j")
        for number, said in enumerate(order := waiting(blog)):
            assert (said.key, True) == (hands.focused(), hands.is_seen())
            if number % 3 == 0:
                hands.press("r", leaves=True)
                page.until(f"{HERE}.id === 'answer'")
                if number % 6:
                    hands.press("Escape")
                    hands.press("1", leaves=True)
                    page.until(f"{HERE}.id === 'answer' && {HERE}.value.startsWith('Gracias, ')")
                else:
                    hands.write("Tomo **nota**.")
                hands.press("Enter", leaves=True, modifiers=2)
            elif said.status == "waiting":
                hands.press("a", leaves=True)
                assert said.key == hands.focused(), "published, it waits for its answer still"
                hands.press("e", leaves=True)
            else:
                hands.press("l" if number % 5 == 1 else "e", leaves=True)
            if number in (0, 1):
                page.until("[...document.querySelectorAll('body > [role=status]')].some((e) => e.textContent)")
                hands.picture(f"told-{number}")
    answered = [said for number, said in enumerate(order) if number % 3 == 0]
    assert {"answered": 10, "not_needed": 16, "later": 4} == counts(blog)
    assert [1] * 10 == [len(blog.store.answers.below(said)) for said in answered]
    assert {"approved"} == {blog.store.conversation.get(said.key).status for said in order}
    # One for what is set aside, two to answer and two more by a saved text, one more to publish.
    print(f"\n30 items: {hands.presses.total()} keys, {dict(hands.presses)}")
    assert hands.presses.total() <= 1 + 20 + 20 + 10 + 3


def test_what_was_done_is_undone_by_a_key(blog):
    """Set aside: it is back, and has the keyboard. Answered: what was written is there to be written better."""
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox?q=e")
        hands.press("j")
        key = hands.focused()
        hands.press("e", leaves=True)
        assert key != hands.focused()
        hands.press("z", leaves=True)
        assert key == hands.focused()
        assert page.run("location.search").startswith("?q=e&"), "what was looked for is looked for still"
        hands.press("r", leaves=True)
        page.until(f"{HERE}.id === 'answer'")
        hands.write("Con una errta")
        hands.press("Enter", leaves=True, modifiers=2)
        assert "q=e" in page.run("location.search"), "back in the list that it was opened from"
        hands.press("z", leaves=True)
        assert "Con una errta" == page.run("document.getElementById('answer').value")
    assert {"unanswered": 30} == counts(blog)


def test_somebody_else_answers_meanwhile(blog):
    """Whoever sends second is told so, has their words still, and nothing leaves."""
    said = waiting(blog)[0]
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox/{said.key}#answer")
        page.until(f"{HERE}.id === 'answer'")
        hands.write("Llego tarde")
        toni = blog.app.test_client()
        toni.post(f"/moderation/login/{sign_in.token(blog.blog, who='Toni')}", headers=OURS)
        html = toni.get(f"/inbox/{said.key}").get_data(as_text=True)
        fields = {name: html.split(f'name="{name}" value="')[1].split('"')[0] for name in ("csrf", "version", "token")}
        toni.post(f"/inbox/{said.key}", data=fields | {"do": "send", "text": "Yo primero"}, headers=OURS)
        hands.press("Enter", leaves=True, modifiers=2)
        assert "alguien ha respondido mientras tanto" in page.text()
        assert "Llego tarde" == page.run("document.getElementById('answer').value")
        hands.picture("late")
    assert ["Yo primero"] == [one.text for one in blog.store.answers.below(said)]


def test_what_is_being_written_is_kept_by_itself(blog):
    """Two seconds after the last letter: closed and opened again, it is there."""
    key = waiting(blog)[0].key
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox/{key}#answer")
        page.until(f"{HERE}.id === 'answer'")
        hands.write("A medio escribir")
        kept = "(words) => words.includes('A medio escribir</textarea>')"
        page.until(f"fetch(location.pathname).then((answer) => answer.text()).then({kept})")
        page.open(f"{blog.at}/inbox/{key}")
        assert "A medio escribir" == page.run("document.getElementById('answer').value")
        assert [] == page.complaints


@pytest.mark.parametrize("scripts", [True, False])
def test_thirty_items_on_a_telephone(blog, scripts):
    """375 px wide and by touch, with scripts and without: after each the next one is in sight; then the other views."""
    with browser() as page:
        page.scripts(scripts)
        still = [{"name": "prefers-reduced-motion", "value": "reduce"}]  # what glides is nothing to take aim at
        page.call("Emulation.setEmulatedMedia", features=still)
        page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=1)
        page.call("Emulation.setDeviceMetricsOverride", width=375, height=740, deviceScaleFactor=1, mobile=True)
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox")
        order = waiting(blog)
        for number, said in enumerate(order):
            item = f"[id=i-{said.key}]"
            if number:
                place = f"document.querySelector('{item}').getBoundingClientRect()"
                page.until(f"{place}.top > -1 && {place}.top < innerHeight")  # the page before may be there still
            if number % 3 == 0:
                hands.tap(f"{item} a[data-open]")
                if number % 6:
                    hands.tap('button[value="saved gracias"]')
                else:
                    page.fill("#answer", "Tomo **nota**.")
                hands.tap('button[value="send"]')
            elif number % 5 == 1:
                hands.tap(f'{item} button[value^="later"]')
            else:
                hands.tap(f'{item} button[value^="done"]')
        assert [] == page.complaints
    assert {"answered": 10, "not_needed": 16, "later": 4} == counts(blog)
    print(f"\n30 items, scripts {scripts}: {hands.presses.total()} taps, {dict(hands.presses)}")
    assert hands.presses.total() <= 20 + 20 + 5


def lower(page, selector: str, height_px: int) -> list[str]:
    """What of it is seen and lower than that."""
    seen = f"[...document.querySelectorAll('{selector}')].filter((e) => e.checkVisibility())"
    return page.run(f"{seen}.filter((e) => e.getBoundingClientRect().height < {height_px}).map((e) => e.outerHTML)")


WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SIZES = ((1440, "100%"), (768, "100%"), (375, "100%"), (375, "200%"), (320, "100%"))


@pytest.mark.parametrize(("width", "text"), SIZES)
def test_nothing_widens_the_page_and_all_can_be_hit(blog, width, text):
    """Light and dark, with large letters: no sideways scrolling; 44 px for what is pressed, 24 for links."""
    said = waiting(blog)
    person = next(one.person for one in said if one.name == "Ana Ruiz")
    paths = {
        "list": f"/inbox?done=done&key={said[0].key}",
        "found": "/inbox?q=voto",
        "person": f"/inbox/person/{person}",
        "mine": "/inbox/mine",
        "report": "/inbox/report",
    } | {f"item-{number}": f"/inbox/{one.key}" for number, one in enumerate(said[:6])}
    still = {"name": "prefers-reduced-motion", "value": "reduce"}
    with browser() as page:
        hands = Hands(page, blog)
        page.size(width, 800)
        for scheme in ("light", "dark"):
            page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}, still])
            for name, path in paths.items():
                page.open(f"{blog.at}{path}")
                page.run(f"document.documentElement.style.fontSize = '{text}'")
                hands.picture(f"{name}-{width}-{text.strip('%')}-{scheme}")
                assert page.run(WIDER) <= 0, path
                assert [] == lower(page, "main button, main select, main summary, main a[data-action]", 43), path
                assert [] == lower(page, "main a", 24), path
        assert [] == page.complaints


def test_a_person_page_takes_the_same_keys(blog):
    """From item to item, to answer one, and back to the list."""
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox")
        hands.press("j")
        key = hands.focused()
        hands.press("p", leaves=True)
        hands.press("j")
        page.until(f"{HERE}.matches('[data-item]')")
        hands.press("r", leaves=True)
        assert f"/inbox/{key}" == page.run("location.pathname")


def test_what_came_meanwhile_does_not_move_what_has_the_keyboard(blog):
    """Something older comes in while one works: the next item is the next item still."""
    with browser() as page:
        hands = Hands(page, blog)
        page.open(f"{blog.at}/inbox")
        hands.press("j")
        wanted = waiting(blog)[1].key
        say_(blog, 99, published=blog.clock - timedelta(days=9))
        hands.press("e", leaves=True)
        assert wanted == hands.focused()
    assert 30 == blog.store.inbox.counts(blog.clock)[ItemState.UNANSWERED]
