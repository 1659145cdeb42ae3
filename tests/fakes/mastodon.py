"""Mastodon, as its documentation says."""

import json
import re
from typing import Any, ClassVar

from tests.fakes.server import NOW, Asked, Fake


class FakeMastodon(Fake):
    """A Mastodon-API server; ``honours_key = False`` for those that ignore the Idempotency-Key."""

    name = "mastodon"
    to_one: ClassVar = {"visibility": "direct"}
    honours_key = True
    length = 500
    most_pictures = 4

    def __init__(self) -> None:
        super().__init__()
        self.media: dict[str, str] = {}
        self.keys: dict[str, dict[str, Any]] = {}

    def environ(self) -> dict[str, str]:
        return {"MASTODON_URL": self.url, "MASTODON_TOKEN": "mastodon-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/api/v1/statuses")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if path == "/api/v2/instance":
            statuses = {"max_characters": self.length, "characters_reserved_per_url": 23}
            statuses["max_media_attachments"] = self.most_pictures
            return 200, {"configuration": {"statuses": statuses, "media_attachments": {"description_limit": 1500}}}
        if asked.headers.get("Authorization") != "Bearer mastodon-secret-token":
            return self.expired()
        if path == "/api/v1/accounts/verify_credentials":
            return 200, {"id": "7", "acct": "bitacora"}
        if path == "/api/v1/accounts/7/statuses":
            return 200, self._page(asked.query)
        if path == "/api/v2/media":
            number = str(len(self.media) + 1)
            self.media[number] = asked.form.get("description", "")
            return 202, {"id": number, "url": None}
        if path.startswith("/api/v1/media/"):
            return 200, {"id": path.rpartition("/")[2], "url": f"{self.url}/media"}
        if path == "/api/v1/statuses":
            return self._post(asked)
        found = next((post for post in self.public if post["id"] == path.rpartition("/")[2]), None)
        if found is None:
            return 404, {"error": "Record not found"}
        if method == "DELETE":
            self.public.remove(found)
            self.deleted.append(found)
        if method == "PUT":
            found.update(text=asked.json["status"], content=_as_html(asked.json["status"]))
            found.update(spoiler_text=asked.json.get("spoiler_text", ""), sensitive=asked.json.get("sensitive", False))
        return 200, found

    def by_hand(self, text: str, link: str, visibility: str = "public") -> None:
        """The owner writes *text* and *link* in the network's own app."""
        self._post(Asked({}, {}, json.dumps({"status": f"{text} {link}", "visibility": visibility}).encode()))

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        posts = [post for post in reversed(self.public) if int(post["id"]) < int(query.get("max_id", "999999999"))]
        if query.get("exclude_replies") == "true":
            posts = [post for post in posts if not post["in_reply_to_id"]]
        return posts[: int(query.get("limit", 20))]

    def _post(self, asked: Asked) -> Any:
        key = asked.headers.get("Idempotency-Key", "")
        if key and self.honours_key and key in self.keys:
            return 200, self.keys[key]
        body = asked.json
        number = str(len(self.public) + len(self.deleted) + 1000)
        media = body.get("media_ids") or []
        post = {
            "id": number,
            "url": f"{self.url}/@bitacora/{number}",
            "created_at": NOW.isoformat().replace("+00:00", "Z"),
            "text": body["status"],
            "visibility": body.get("visibility", "public"),
            "spoiler_text": body.get("spoiler_text", ""),
            "content": _as_html(body["status"]),
            "language": body.get("language"),
            "in_reply_to_id": body.get("in_reply_to_id"),
            "media_attachments": [{"id": each, "description": self.media[each]} for each in media],
            "alts": [self.media[each] for each in media],
        }
        self.public.append(post)
        self.keys[key] = post
        return 200, post


def _as_html(text: str) -> str:
    """Text as Mastodon shows it: long links shortened by hidden spans, mentions without their host."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(
        r"https?://(\S+)",
        lambda m: (
            f'<a href="{m[0]}"><span class="invisible">https://</span><span class="ellipsis">{m[1][:20]}</span>'
            f'<span class="invisible">{m[1][20:]}</span></a>'
        ),
        text,
    )
    text = re.sub(
        r"(?<![\w/@])@(\w+)@[\w.-]+\w", r'<span class="h-card"><a href="https://x">@<span>\1</span></a></span>', text
    )
    return "".join(f"<p>{part}</p>" for part in text.replace("\n\n", "\0").replace("\n", "<br />").split("\0"))
