"""Any service of the owner's own: a signed JSON request for each post.

What arrives is described in ``docs/networks.md``. The signature covers the moment and the body, as in
https://www.standardwebhooks.com (ids, timestamp and HMAC-SHA256 in three headers; read 2026-11), so that what is
replayed late can be told. ``webhook-id`` is the same for every attempt: a service that remembers it gets each event
once; as we cannot know whether it does, what was lost on the way waits for a person.
"""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from tertulia.core import setting_kinds
from tertulia.core.cuts import count_graphemes
from tertulia.core.languages import say
from tertulia.core.setting_kinds import secret_address
from tertulia.core.settings import Setting
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Finding, Message, Network, Remote, Sending
from tertulia.syndication.summary import Style

LENGTH = 10_000


class Webhook(Network):
    """An address that takes our events: ``post.published``, ``post.updated``, ``post.withdrawn``."""

    name = "webhook"
    can_search = False
    when_edited = "send"
    about = "Any service of yours: gets signed JSON (docs/networks.md)."
    url = Setting(secret_address, required=True)
    secret = Setting(setting_kinds.secret, required=True)

    def style(self) -> Style:
        return Style(limit=LENGTH, count=count_graphemes, tags=10, link=False)

    def publish(self, message: Message, sending: Sending) -> Remote:
        sending.before_send()
        self._send("post.published", key=sending.key, message=message, creates=True)
        return Remote(id=sending.key)

    def edit(self, remote: Remote, message: Message) -> Remote:
        self._send("post.updated", key=remote.id, message=message)
        return remote

    def delete(self, remote: Remote) -> None:
        self._send("post.withdrawn", key=remote.id, message=None)

    def card(self, message: Message) -> bool:
        return True

    def check(self) -> list[Finding]:
        return [Finding(True, say("doctor_untried"))]

    def _send(self, event: str, *, key: str, message: Message | None, creates: bool = False) -> None:
        data: dict[str, Any] = {"key": key}
        if message:
            data |= {
                "url": message.link,
                "title": message.title,
                "description": message.description,
                "text": message.text,
                "lang": message.lang,
                "date": message.date.isoformat(),
                "picture": msgspec.to_builtins(message.picture),
                "pictures": msgspec.to_builtins(message.attachments),
            }
        moment = int(self.context.now().timestamp())
        body = msgspec.json.encode({"type": event, "timestamp": self.context.now().isoformat(), "data": data})
        number = key if event == "post.published" else f"{key}-{moment}"
        wire.call(
            self.context.web,
            "POST",
            self.url.reveal(),
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_webhook"),
            headers={
                "Content-Type": "application/json",
                "webhook-id": number,
                "webhook-timestamp": str(moment),
                "webhook-signature": signature(secret=self.secret.reveal(), number=number, moment=moment, body=body),
            },
            data=body,
            creates=creates,
        )


def signature(*, secret: str, number: str, moment: int, body: bytes) -> str:
    """Return what ``webhook-signature`` holds: "v1," and the HMAC-SHA256 of "id.timestamp.body" in base64."""
    signed = f"{number}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256)).decode()
