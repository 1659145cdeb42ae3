"""LinkedIn, for a person and an organisation, as its documentation says."""

import re
from typing import Any, ClassVar

from tests.fakes.server import Asked, Fake


class FakeLinkedIn(Fake):
    """LinkedIn's REST API for one author; ``commentary`` is read as little text, and cut where it would be."""

    name = "linkedin"
    to_one: ClassVar = {"visibility": "LOGGED_IN"}
    author = "urn:li:person:abc"

    def environ(self) -> dict[str, str]:
        return {
            "LINKEDIN_API_URL": self.url,
            "LINKEDIN_TOKEN": "linkedin-secret-token",
            "LINKEDIN_AUTHOR": self.author,
        }

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/rest/posts")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if asked.headers.get("Authorization") != "Bearer linkedin-secret-token":
            return self.expired()
        if path == "/v2/userinfo":
            return 403, {"message": "Not enough permissions"}
        if path == "/rest/images":
            return 200, {"value": {"uploadUrl": f"{self.url}/upload/1", "image": "urn:li:image:1"}}
        if path == "/upload/1":
            return 201, {}
        if (method, path) == ("GET", "/rest/posts"):
            return 200, {"elements": list(reversed(self.public))}
        if path == "/rest/posts":
            return self._post(asked.json)
        found = next((post for post in self.public if post["id"] == path.removeprefix("/rest/posts/")), None)
        if method == "DELETE":  # of what is gone already it says the same
            self.public = [post for post in self.public if post is not found]
        elif found is None:
            return 404, {"message": "Not found"}
        else:
            found["text"] = read_little_text(asked.json["patch"]["$set"]["commentary"])
        return 204, ""

    def _post(self, body: dict[str, Any]) -> Any:
        urn = f"urn:li:share:{len(self.public) + 1}"
        alt = body["content"]["article"].get("thumbnailAltText")
        self.public.append(
            {"id": urn, "text": read_little_text(body["commentary"]), "alts": [alt] if alt else [], **body}
        )
        return 201, "", {"x-restli-id": urn}


class FakeOrganisation(FakeLinkedIn):
    """The same for an organisation, whose posts can be listed."""

    author = "urn:li:organization:5"

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        self._post({"commentary": text, "content": {"article": {"source": link}}, "visibility": "PUBLIC"})


def read_little_text(text: str) -> str:
    """What LinkedIn shows of a commentary: cut without a word at the first reserved sign that is not escaped."""
    shown = ""
    while text:
        if tag := re.match(r"\{hashtag\|\\#\|([^}]*)\}", text):
            shown, text = f"{shown}#" + re.sub(r"\\(.)", r"\1", tag[1]), text[tag.end() :]
        elif url := re.match(r"https?://\S+", text):
            shown, text = shown + url[0], text[url.end() :]
        elif text[0] == "\\":
            shown, text = shown + text[1], text[2:]
        elif text[0] in "|{}[]()<>#@*_~":
            return shown
        else:
            shown, text = shown + text[0], text[1:]
    return shown
