"""What the tests of embeds share: a web made of files, and a picture to serve."""

import io
import json
from pathlib import Path

import markdown
from PIL import Image

from tertulia.core.errors import FetchError, FetchRefusedError
from tertulia.core.fetch import Fetched
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.draw import Page
from tertulia.embeds.markdown import EmbedsExtension
from tertulia.render.document import Document

EXAMPLES = Path(__file__).parent / "examples" / "embeds"


def png(width=40, height=30, color=(200, 30, 30), **save) -> bytes:
    """A small picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), color).save(out, "PNG", **save)
    return out.getvalue()


class FakeWeb:
    """
    Answers from a table: the beginning of an address → what it answers; the longest beginning wins.

    An answer is a dict with ``status``, ``type`` and ``body``, the word "picture", an exception, or a callable.
    """

    def __init__(self, answers):
        self.answers = dict(answers)
        self.asked = []

    def get(self, url, *, accept=(), max_bytes=5_000_000, **_):
        self.asked.append(url)
        known = [beginning for beginning in self.answers if url.startswith(beginning)]
        if not known:
            return Fetched(url, 404, {"content-type": "text/html"}, b"<h1>Not found</h1>")
        answer = self.answers[max(known, key=len)]
        answer = answer(url) if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        if answer == "picture":
            answer = {"type": "image/png", "body": png()}
        body = answer["body"]
        body = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        fetched = Fetched(
            url, answer.get("status", 200), {"content-type": answer.get("type", "application/json")}, body
        )
        # The real one keeps these two promises; so does the fake.
        if fetched.ok and accept and not fetched.content_type.startswith(accept):
            raise FetchRefusedError(f"{url}: {fetched.content_type}")
        if len(body) > max_bytes:
            raise FetchRefusedError(f"{url}: too large")
        return fetched


def drawn(folder, text):
    """The HTML of *text*, its embeds drawn from what was captured in *folder*."""
    md = markdown.Markdown(extensions=[EmbedsExtension(CaptureStore(folder), Page())])
    md.document = Document("a.md", body=text)
    return md.convert(text)


def silence(url=""):
    """What a server that does not answer looks like."""
    return FetchError(f"{url}: does not answer")


def example(name: str) -> dict:
    """One example file: the pasted address, the answers, where they come from."""
    return json.loads((EXAMPLES / f"{name}.json").read_text("utf-8"))


def post(folder: Path, text: str, name="posts/2026/2026-11-22_prueba.md") -> Path:
    """Write a post into *folder*."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path
