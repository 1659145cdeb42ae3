"""Facebook and Threads, which share Meta's interface, as their documentation says."""

from typing import Any, ClassVar

from tests.fakes.server import Asked, Fake


class FakeGraph(Fake):
    """What Facebook and Threads share: errors with numbers."""

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("Authorization") == f"Bearer {self.name}-secret-token"

    def expired(self) -> Any:
        return 400, {"error": {"message": "Error validating access token", "code": 190, "type": "OAuthException"}}

    def refusal(self) -> Any:
        return 400, {"error": {"message": "(#100) Invalid parameter", "code": 100}}

    def gone(self) -> Any:
        return 400, {"error": {"message": "Object does not exist", "code": 100, "error_subcode": 33}}

    def page(self, posts: list[dict[str, Any]], asked: Asked) -> Any:
        """As Meta does: pages shorter than asked for, an empty one before the last, and an end that has no "next"."""
        newest_first, start = list(reversed(posts)), int(asked.query.get("after", -3))
        data, end = newest_first[max(start, 0) : start + 3], start + 3
        following = {"next": f"{self.url}/…", "cursors": {"after": str(end)}} if end < len(newest_first) else {}
        return 200, {"data": data, "paging": following}


class FakeFacebook(FakeGraph):
    """A Page."""

    name = "facebook"
    to_one: ClassVar = {"privacy": {"value": "SELF"}}
    access_ends = 0  # seconds since 1970; never

    def environ(self) -> dict[str, str]:
        return {"FACEBOOK_API_URL": self.url, "FACEBOOK_PAGE": "77", "FACEBOOK_TOKEN": "facebook-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/77/feed")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not self.authorised(asked):
            return self.expired()
        if path == "/debug_token":
            return 200, {"data": {"expires_at": 0, "data_access_expires_at": self.access_ends}}
        if path == "/77":
            return 200, {"id": "77", "name": "Bitácora"}
        if path == "/77/posts":
            return self.page(self.public, asked)
        if path == "/77/feed":
            number = f"77_{len(self.public) + len(self.deleted) + 1}"
            link = asked.form["link"]
            attachments = {"data": [{"unshimmed_url": link}]}
            said = asked.form["message"]
            self.public.append({"id": number, "text": said, "message": said, "attachments": attachments})
            return 200, {"id": number}
        found = next((post for post in self.public if post["id"] == path[1:]), None)
        if found is None:
            return self.gone()
        if method == "DELETE":
            self.public.remove(found)
        else:
            found["text"] = found["message"] = asked.form["message"]
        return 200, {"success": True}

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* with *link* as a card."""
        number = f"77_{len(self.public) + len(self.deleted) + 1}"
        card = {"data": [{"unshimmed_url": link}]}
        self.public.append({"id": number, "text": text, "message": text, "attachments": card})


class FakeThreads(FakeGraph):
    """A Threads account: containers that nobody sees, then posts."""

    name = "threads"
    to_one: ClassVar = {"replied_to": {"id": "1"}}

    def __init__(self) -> None:
        super().__init__()
        self.containers: dict[str, dict[str, Any]] = {}
        self.token = "threads-secret-token"

    def authorised(self, asked: Asked) -> bool:
        return asked.headers.get("Authorization") == f"Bearer {self.token}"

    def environ(self) -> dict[str, str]:
        return {"THREADS_API_URL": self.url, "THREADS_USER": "88", "THREADS_TOKEN": "threads-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return path == "/88/threads_publish"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not self.authorised(asked):
            return self.expired()
        if path == "/refresh_access_token":
            self.token = f"{self.token}-anew"
            return 200, {"access_token": self.token, "token_type": "bearer", "expires_in": 5_184_000}
        if path == "/88":
            return 200, {"username": "bitacora"}
        if (method, path) == ("POST", "/88/threads"):
            number = f"c{len(self.containers) + 1}"
            self.containers[number] = dict(asked.form)
            return 200, {"id": number}
        if path in ("/88/threads", "/88/replies"):
            return self.page(
                [post for post in self.public if ("reply_to_id" in post) == path.endswith("replies")], asked
            )
        if path == "/88/threads_publish":
            made = self.containers[asked.form["creation_id"]]
            number = str(len(self.public) + len(self.deleted) + 500)
            children = [self.containers[child] for child in made.get("children", "").split(",") if child]
            assert all(child["is_carousel_item"] == "true" for child in children)
            alts = [one["alt_text"] for one in (children or [made]) if "alt_text" in one]
            self.public.append({**made, "id": number, "permalink": f"{self.url}/post/{number}", "alts": alts})
            return 200, {"id": number}
        if path[1:] in self.containers:
            return 200, {"status": "FINISHED"}
        found = next((post for post in self.public if post["id"] == path[1:]), None)
        if found is None:
            return self.gone()
        if method == "DELETE":
            self.public.remove(found)
            return 200, {"success": True}
        return 200, found

    def by_hand(self, text: str, link: str) -> None:
        """The owner writes *text* and *link* in the network's own app."""
        number = str(len(self.public) + len(self.deleted) + 500)
        self.public.append(
            {"id": number, "permalink": f"{self.url}/post/{number}", "text": f"{text} {link}", "alts": []}
        )
