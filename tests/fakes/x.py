"""X, as its documentation says."""

import re
from typing import Any, ClassVar

from tests.fakes.server import Asked, Fake


class FakeX(Fake):
    """X's API v2: one account, media, the own timeline with its links written out."""

    name = "x"
    to_one: ClassVar = {"referenced_tweets": [{"type": "replied_to", "id": "1"}]}

    def __init__(self) -> None:
        super().__init__()
        self.media: dict[str, str] = {}

    def environ(self) -> dict[str, str]:
        return {
            "X_API_URL": self.url,
            "X_CONSUMER_KEY": "x-consumer-key",
            "X_CONSUMER_SECRET": "x-consumer-secret-1",
            "X_ACCESS_TOKEN": "42-x-access-token",
            "X_ACCESS_SECRET": "x-access-secret-2",
        }

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/2/tweets")

    def expired(self) -> Any:
        return 401, {"title": "Unauthorized", "detail": "Unauthorized"}

    def refusal(self) -> Any:
        return 403, {"title": "Forbidden", "detail": "You are not permitted to perform this action."}

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not asked.headers.get("Authorization", "").startswith("OAuth "):
            return self.expired()
        if path == "/2/users/me":
            return 200, {"data": {"id": "42", "username": "bitacora"}}
        if path == "/2/media/upload":
            number = str(len(self.media) + 1)
            self.media[number] = ""
            return 200, {"data": {"id": number}}
        if path == "/2/media/metadata":
            self.media[asked.json["id"]] = asked.json["metadata"]["alt_text"]["text"]
            return 200, {"data": {}}
        if path == "/2/users/42/tweets":
            return 200, {"data": list(reversed(self.public)), "meta": {}}
        if path == "/2/tweets":
            return self._post(asked.json)
        found = [post for post in self.public if post["id"] == path.rpartition("/")[2]]
        for post in found:
            self.public.remove(post)
            self.deleted.append(post)
        return 200, {"data": {"deleted": bool(found)}}

    def _post(self, body: dict[str, Any]) -> Any:
        if any(post["written"] == body["text"] for post in self.public):
            return 403, {"detail": "You are not allowed to create a Tweet with duplicate content."}
        urls = re.findall(r"https?://\S+", body["text"])
        short = body["text"]
        for number, url in enumerate(urls):
            short = short.replace(url, f"https://t.co/{number}abcdefghi")
        post = {
            "id": str(len(self.public) + len(self.deleted) + 9000),
            "text": short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "written": body["text"],
            "entities": {
                "urls": [{"url": f"https://t.co/{n}abcdefghi", "expanded_url": url} for n, url in enumerate(urls)]
            },
            "alts": [self.media[each] for each in body.get("media", {}).get("media_ids", [])],
        }
        self.public.append(post)
        return 201, {"data": {"id": post["id"], "text": post["text"]}}

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* and *link* in the network's own app."""
        self._post({"text": f"{text} {link}"})
