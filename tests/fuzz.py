"""Odd words for every door that takes strangers' text: no traceback, no 500, none that takes a second of the processor.

``python3 tasks.py fuzz --minutes 10 --seed 1``. The same seed gives the same words; what is found is printed with its
door, so that it can be made a test. Without sockets: the service is asked by its own test client.
"""

import argparse
import base64
import contextlib
import gc
import json
import logging
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tertulia.conversation import identity, shown
from tertulia.conversation.changes import readable
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.pasted import captured
from tertulia.conversation.webmention import pingback, source
from tertulia.core import addresses, sanitise, text
from tertulia.core.errors import TertuliaError
from tertulia.core.fetch import Fetched
from tertulia.web.context import RateCounter
from tests.fakes import NOW
from tests.fuzz_owner import OwnersDoors
from tests.talking import OURS, POST, Talk, field

MOST_SECONDS = 1.0
MOST_SECONDS_OF = {"built": 10.0, "imported": 3.0}  # whole builds, and what makes a new store for each try
LONGEST = 10_000
ATOMS = (
    *(
        "[",
        "]",
        "(",
        ")",
        "\\",
        "*",
        "_",
        "`",
        "~",
        "<",
        ">",
        "!",
        "&",
        "#",
        "- ",
        "1. ",
        "> ",
        "|",
        "^",
        ":",
        "=",
        '"',
        "'",
    ),
    *(
        "\n",
        "\n\n",
        " ",
        "\t",
        "\x00",
        "\x0b",
        "\x1b",
        "\x85",
        "\u202e",
        "\u200b",
        "\ud800",
        "\ufffe",
        "\U0001f468\u200d",
    ),
    *(
        "a",
        "A1",
        "1",
        "ñ",
        "中",
        "Я",
        "é",
        "e\u0301",
        "\u0301",
        "AA11",
        "+34",
        "a@b.c",
        "www.",
        ".",
        "@",
        "%00",
        "%",
        "xn--",
    ),
    *(
        "http://",
        "https://a.b/",
        "https://[",
        "https://[::1]:x/",
        "javascript:",
        "//",
        "/../",
        "?",
        "&#x202e;",
        "&#0;",
        "&lt;",
    ),
    *(
        "<svg>",
        "</svg>",
        "<p>",
        "</p>",
        '<a href="',
        "</a>",
        "<!--",
        "<div>",
        "<script>",
        "<table>",
        "<br",
        "<?",
        "<![CDATA[",
    ),
    *(
        '<div class="h-entry">',
        '<p class="e-content">',
        '<a class="u-url p-author h-card" href="/">',
        f'<a href="{POST.url}">',
    ),
    *('<meta charset="', "utf-16", "punycode", "{", "}", "{{", "null", "true", "1e999", "9" * 400, "-1", "\\u0000"),
)


class Words:
    """What a stranger may send, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def some(self, most: int = LONGEST) -> str:
        """A mixture of pieces, often one of them many times."""
        pick = self.random
        pieces = ["".join(pick.choices(ATOMS, k=pick.randint(1, 5))) for _ in range(pick.randint(1, 4))]
        if pick.random() < 0.4:
            middle = pick.choice(pieces)
            pieces.insert(1, middle * (pick.choice((10, 100, most)) // len(middle) + 1))
        return "".join(pieces)[:most]

    def value(self, depth: int = 4) -> object:
        """A JSON value of any shape."""
        pick = self.random
        kind = pick.randint(0, 7 if depth else 4)
        if kind > 5:
            names = (
                "id",
                "url",
                "author",
                "account",
                "html",
                "content",
                "text",
                "title",
                "thread",
                "post",
                "record",
                "type",
            )
            return {pick.choice(names): self.value(depth - 1) for _ in range(pick.randint(0, 5))}
        if kind == 5:
            return [self.value(depth - 1) for _ in range(pick.randint(0, 4))]
        return (None, pick.random() < 0.5, pick.randint(-(10**20), 10**20), self.some(60), 1e300)[kind]


class Web:
    """Every page of the web, odd."""

    def __init__(self, words: Words) -> None:
        self.words = words

    def request(self, _method: str, url: str, **_named: object) -> Fetched:
        """An answer of any kind, or none."""
        pick = self.words.random
        if pick.random() < 0.4:
            kind, body = "application/json", json.dumps(self.words.value())
        else:
            kind, body = (
                pick.choice(("text/html", "text/plain", f"text/html; charset={self.words.some(20)}")),
                self.words.some(50_000),
            )
        return Fetched(
            url=url,
            status=pick.choice((200, 200, 200, 404, 410, 500)),
            headers={"content-type": kind},
            body=body.encode("utf-8", "surrogatepass"),
        )

    def get(self, url: str, **named: object) -> Fetched:
        """As ``request``."""
        return self.request("GET", url, **named)


class Fuzz:
    """Every door, and what was found behind it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.words = Words(seed)
        environ = {"OWNER_EMAIL": "reme@blog.example", "SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "b@blog.example"}
        self.talk = Talk(folder, environ=environ, rate=10**9)
        self.talk.blog.fetcher = Web(self.words)
        self.doors: tuple[Callable[[], object], ...] = (
            *(
                self.preview,
                self.send,
                self.change,
                self.odd_form,
                self.links,
                self.pingback,
                self.webmention,
                self.headers,
            ),
            *(self.source, self.capture, self.pure, self.newsletter, self.like, self.altcha),
            *OwnersDoors(folder, self.words, self.talk).doors,
        )
        self.tried: Counter[str] = Counter()
        self.slowest: dict[str, float] = {}
        self.found = 0

    def run(self, until: float) -> int:
        """Try the doors in turn until the moment *until*; how many faults were found."""
        while time.monotonic() < until:
            self.round()
        return self.found

    def round(self) -> None:
        """Try each door once; what the doors before left behind is not swept up at the cost of one of them."""
        gc.collect()
        for door in self.doors:
            self._try(door)
            self.talk.app.extensions["rate_counter"] = RateCounter(10**9)  # budgets are tested elsewhere

    def _try(self, door: Callable[[], object]) -> None:
        name = door.__name__
        self.tried[name] += 1
        state = self.words.random.getstate()
        gc.disable()
        began = time.process_time()
        try:
            answer = door()
        except TertuliaError:
            answer = None
        except Exception:
            self._report(name, traceback.format_exc(limit=-6))
            answer = None
        seconds = time.process_time() - began
        gc.enable()
        self.slowest[name] = max(seconds, self.slowest.get(name, 0.0))
        if seconds > MOST_SECONDS_OF.get(name, MOST_SECONDS):
            self.words.random.setstate(state)
            self._report(name, f"{seconds:.2f} s for {self.words.some()[:300]!r}")
        if getattr(answer, "status_code", 200) == 500:
            self._report(name, "500")

    def _report(self, door: str, what: str) -> None:
        self.found += 1
        print(f"{door}, try {self.tried[door]}: {what}", flush=True)

    # Doors ------------------------------------------------------------------------------------------------------------

    def preview(self) -> object:
        """The form, first step."""
        return self.talk.preview(text=_plain(self.words.some()))

    def send(self) -> object:
        """The form, both steps, with odd names and addresses; some of it is approved, so that letters follow."""
        some = self.words.some
        given = {
            "name": _plain(some(90)),
            "site": _plain(some(300)),
            "email": "a@b.example",
            "notify": "yes",
            "remember": "yes",
        }
        answer = self.talk.send(text=_plain(some()), **given)
        for said in self.talk.store.conversation.find(limit=1):
            self.talk.blog.moderator.apply("approve", [_read(said)])
            readable(said.html)
        return answer

    def change(self) -> object:
        """A comment changed by who wrote it."""
        mine = self.talk.send(text="Hola").location
        return self.talk.browser.post(
            mine or "/", data={"action": "edit", "text": _plain(self.words.some())}, headers=OURS
        )

    def odd_form(self) -> object:
        """Fields of any name."""
        fields = {
            self.words.random.choice(
                ("post", "lang", "parent", "token", "action", "text", "name", "phone", "altcha")
            ): _plain(self.words.some(500))
            for _ in range(6)
        }
        return self.talk.browser.post("/comments", data=self.talk.fill() | fields, headers=OURS)

    def links(self) -> object:
        """The tokens of every link."""
        where = self.words.random.choice(
            (
                "/comments/mine/",
                "/comments/notice/",
                "/moderation/act/",
                "/moderation/login/",
                "/webmention/",
                "/newsletter/leave?token=",
                "/newsletter/confirm?token=",
                "/moderation/",
            )
        )
        ask = self.words.random.choice((self.talk.browser.get, self.talk.browser.post))
        return ask(
            where + addresses.encoded(_plain(self.words.some(200)))
            if "?" in where
            else where + _plain(self.words.some(200))
        )

    def pingback(self) -> object:
        """The XML of a pingback."""
        body = f"<methodCall><methodName>pingback.ping</methodName><params>{self.words.some()}</params></methodCall>"
        data = body.encode("utf-8", "replace")
        with contextlib.suppress(pingback.BadCallError):
            pingback.read(data)
        return self.talk.browser.post("/pingback", data=data, content_type="text/xml")

    def webmention(self) -> object:
        """Source and target of a webmention."""
        some = self.words.some
        return self.talk.browser.post(
            "/webmention", data={"source": _plain(f"https://{some(300)}"), "target": _plain(POST.url + some(100))}
        )

    def headers(self) -> object:
        """Headers and cookies."""
        odd = (
            self.words.some(200)
            .encode("latin-1", "replace")
            .decode("latin-1")
            .replace("\n", "")
            .replace("\r", "")
            .replace("\x00", "")
        )
        names = ("Origin", "Referer", "Accept", "Accept-Language", "Cookie", "Host", "X-Forwarded-For", "User-Agent")
        return self.talk.browser.post(
            "/comments", data=self.talk.fill(), headers={self.words.random.choice(names): odd}
        )

    def source(self) -> object:
        """The page that a webmention comes from."""
        web = Web(self.words)
        answer = web.request("GET", "https://ines.example/nota")
        source.links_in(answer)
        if source.links_to(answer, POST.url) or self.words.random.random() < 0.5:
            return source.read(
                answer, "https://ines.example/nota", POST.url, (), ask=lambda url: web.request("GET", url), now=NOW
            )
        return None

    def capture(self) -> object:
        """What providers of embeds answer."""
        urls = (
            "https://mas.example/@ana/123",
            "https://bsky.app/profile/a.b/post/3a",
            "https://x.com/ana/status/1234567890",
            "https://t.me/canal/12",
            "https://otro.example/p",
            "https://youtu.be/aaaaaaaaaaa",
        )
        return captured(self.words.random.choice(urls), Web(self.words), "https://appview.example", lambda: NOW)

    def pure(self) -> object:
        """What all that reads strangers' text is made of."""
        odd = self.words.some()
        for work in (
            to_html,
            sanitise.clean,
            sanitise.plain,
            sanitise.parse_html,
            addresses.split_address,
            addresses.normalised,
            text.slugify,
            text.fold,
        ):
            work(odd)
        text.shorten(odd, self.words.random.randint(-1, 400))
        addresses.join_address(odd[:300], odd[300:600])
        shown.links_in(odd)
        identity.covers(odd[:300], "https://a.example/b")
        return None

    def newsletter(self) -> object:
        """Addresses of mail."""
        return self.talk.browser.post(
            "/newsletter", data={"email": _plain(self.words.some(330)), "lang": _plain(self.words.some(5))}
        )

    def like(self) -> object:
        """Likes of things that are not there."""
        fields = {"post": "voto", "lang": "es", "comment": _plain(self.words.some(40))}
        return self.talk.browser.post(
            "/comments/like",
            data=fields,
            headers=OURS
            | {"Cookie": "tertulia_likes=" + base64.b64encode(self.words.some(40).encode("utf-8", "replace")).decode()},
        )

    def altcha(self) -> object:
        """What claims to be a sum that was done."""
        told = base64.b64encode(json.dumps(self.words.value()).encode()).decode()
        token = field(self.talk.preview(), "token")
        return self.talk.browser.post(
            "/comments", data=self.talk.fill(action="send", token=token, altcha=told), headers=OURS
        )


def _plain(odd: str) -> str:
    """*odd* as a form can carry it: UTF-8 has no half characters."""
    return odd.encode("utf-8", "replace").decode()


def _read(said: object) -> object:
    from tertulia.store.said import Read

    return Read(said.key, said.version)


def main() -> int:
    """Run for the minutes that were asked, and say what was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    seed = asked.seed or random.SystemRandom().randint(1, 10**9)
    print(f"seed {seed}", flush=True)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        fuzz = Fuzz(Path(folder), seed)
        found = fuzz.run(time.monotonic() + 60 * asked.minutes)
    for name, seconds in sorted(fuzz.slowest.items()):
        print(f"{name:<12} {fuzz.tried[name]:>7} tries, slowest {seconds:.3f} s")
    print(f"{found} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
