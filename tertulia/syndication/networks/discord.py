"""A Discord channel, by webhook.

API: https://discord.com/developers/docs/resources/webhook#execute-webhook (read 2026-11, discord-api-docs@c98d64b).

Exactly once: a webhook cannot read its channel, so what was lost on the way waits for a person. ``?wait=true`` is
what makes Discord tell the message's id, without which it could not be edited or deleted.
"""

from typing import Any

import regex

from tertulia.core.languages import say
from tertulia.core.setting_kinds import secret_address
from tertulia.core.settings import Setting
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Finding, Message, Network, Refusal, RefusedError, Remote, Sending
from tertulia.syndication.summary import Style

LENGTH = 2000
# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json (read 2026-11)
UNKNOWN_MESSAGE = 10008

_MARKUP = regex.compile(r"[\\*_~`|]|^[>#-]|(?<=^\d+)\.", regex.MULTILINE)


def escape(text: str) -> str:
    """*text* with the signs that Discord reads as Markdown made plain."""
    return str(_MARKUP.sub(r"\\\g<0>", text))


class Discord(Network):
    """A channel."""

    name = "discord"
    can_search = False
    when_edited = "edit"
    about = "A channel of Discord: the webhook's whole address."
    colour = "#5058c8"
    webhook = Setting(secret_address, required=True)

    def style(self) -> Style:
        # No hashtags: on Discord they name channels.
        return Style(limit=LENGTH, count=len, tags=0, escape=escape, title=lambda title: f"**{escape(title)}**")

    def publish(self, message: Message, sending: Sending) -> Remote:
        sending.before_send()
        answer = self._call("POST", "", json=_said(message), params={"wait": "true"}, creates=True)
        return Remote(id=str(wire.json_object(answer, self.label, creates=True)["id"]))

    def edit(self, remote: Remote, message: Message) -> Remote:
        self._call("PATCH", f"/messages/{remote.id}", json=_said(message))
        return remote

    def delete(self, remote: Remote) -> None:
        try:
            self._call("DELETE", f"/messages/{remote.id}", refusal=_refusal)
        except RefusedError as error:
            if error.code is not Refusal.GONE:  # of a webhook that is gone the message stays
                raise

    def shown(self, message: Message) -> str:
        return regex.sub(r"\\(\W)", r"\1", message.text).replace("**", "")

    def check(self) -> list[Finding]:
        webhook = wire.json_object(self._call("GET", ""), self.label)
        return [Finding(True, say("doctor_account", account=webhook.get("name", "?")))]

    def _call(self, method: str, path: str, **asked: Any) -> Any:
        return wire.call(
            self.context.web,
            method,
            self.webhook.reveal() + path,
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_discord"),
            **asked,
        )


def _refusal(body: Any) -> Refusal:
    return Refusal.GONE if body["code"] == UNKNOWN_MESSAGE else Refusal.OTHER


def _said(message: Message) -> dict[str, Any]:
    # Nobody is called by what a post says, "@everyone" least of all.
    return {"content": message.text, "allowed_mentions": {"parse": []}}
