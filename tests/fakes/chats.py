"""Telegram, Discord, Slack and a webhook, to which a message is sent and little is asked."""

import base64
import hmac
from typing import Any

from tests.fakes.server import FAULTS, Asked, Fake


class FakeTelegram(Fake):
    """The Bot API for one channel."""

    name = "telegram"

    def environ(self) -> dict[str, str]:
        return {
            "TELEGRAM_API_URL": self.url,
            "TELEGRAM_TOKEN": "123456:telegram-secret-token",
            "TELEGRAM_CHAT": "@bitacora",
        }

    def creates(self, method: str, path: str) -> bool:
        return path.endswith("/sendMessage")

    def expired(self) -> Any:
        return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}

    def refusal(self) -> Any:
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities"}

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        head, _, name = path.rpartition("/")
        if head != "/bot123456:telegram-secret-token":
            return self.expired()
        body = asked.json
        if name == "getMe":
            return 200, {"ok": True, "result": {"username": "bitacora_bot"}}
        if name == "getChat":
            return 200, {"ok": True, "result": {"title": "Bitácora"}}
        if name == "sendMessage":
            number = len(self.public) + len(self.deleted) + 1
            self.public.append({"id": number, **body})
            return 200, {"ok": True, "result": {"message_id": number}}
        found = next((post for post in self.public if post["id"] == body["message_id"]), None)
        if found is None:
            return 400, {"ok": False, "error_code": 400, "description": "Bad Request: message to delete not found"}
        if name == "deleteMessage":
            self.public.remove(found)
        else:
            found["text"] = body["text"]
        return 200, {"ok": True, "result": True}


class FakeDiscord(Fake):
    """One webhook."""

    name = "discord"

    def environ(self) -> dict[str, str]:
        return {"DISCORD_WEBHOOK": f"{self.url}/api/webhooks/1/discord-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return (method, path) == ("POST", "/api/webhooks/1/discord-secret-token")

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        if not path.startswith("/api/webhooks/1/discord-secret-token"):
            return 404, {"message": "Unknown Webhook", "code": 10015}
        if method == "GET":
            return 200, {"name": "Bitácora"}
        if method == "POST":
            assert asked.query["wait"] == "true"
            assert asked.json["allowed_mentions"] == {"parse": []}
            number = str(len(self.public) + 600)
            self.public.append({"id": number, "text": asked.json["content"]})
            return 200, {"id": number}
        found = next((post for post in self.public if post["id"] == path.rpartition("/")[2]), None)
        if found is None:
            return 404, {"message": "Unknown Message", "code": 10008}
        if method == "DELETE":
            self.public.remove(found)
            return 204, ""
        found["text"] = asked.json["content"]
        return 200, found


class FakeSlack(Fake):
    """One incoming webhook."""

    name = "slack"

    def environ(self) -> dict[str, str]:
        return {"SLACK_WEBHOOK": f"{self.url}/services/T0/B0/slack-secret-token"}

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def expired(self) -> Any:
        return 401, "invalid_token"

    def refusal(self) -> Any:
        return 400, "invalid_payload"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        self.public.append({"text": asked.json["text"]})
        return 200, "ok"


class FakeWebhook(Fake):
    """A service that checks the signature and follows updates and withdrawals."""

    name = "webhook"
    faults_known = tuple(fault for fault in FAULTS if fault != "garbled after")  # any 2xx is a yes

    def environ(self) -> dict[str, str]:
        return {"WEBHOOK_URL": f"{self.url}/events", "WEBHOOK_SECRET": "webhook-secret-words"}

    def creates(self, method: str, path: str) -> bool:
        return method == "POST"

    def answer(self, method: str, path: str, asked: Asked) -> Any:
        number, moment = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
        signed = hmac.digest(b"webhook-secret-words", f"{number}.{moment}.".encode() + asked.body, "sha256")
        if asked.headers["webhook-signature"] != "v1," + base64.b64encode(signed).decode():
            return 400, {"error": "bad signature"}
        data = asked.json["data"]
        found = next((post for post in self.public if post["key"] == data["key"]), None)
        if asked.json["type"] == "post.published":
            self.public.append(data)
        elif asked.json["type"] == "post.updated" and found:
            found.update(data)
        elif found:
            self.public.remove(found)
        return 202, {}
