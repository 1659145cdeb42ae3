"""A Telegram channel, by a bot that administers it.

API: https://core.telegram.org/bots/api#sendmessage (read 2026-11, Bot API 10).

Exactly once: a bot can neither look at what a channel says nor mark a message as its own, so what was lost on the
way waits for a person. The bot's key stands in the address of every request, which is why addresses are never shown.
"""

import html
from typing import Any
from urllib.parse import quote

import regex

from tertulia.content.posts import PostCredit
from tertulia.core.languages import say
from tertulia.core.setting_kinds import address, secret, text
from tertulia.core.settings import Setting
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import (
    Finding,
    Message,
    Network,
    Refusal,
    RefusedError,
    Remote,
    Sending,
    handle_on,
)
from tertulia.syndication.summary import Style

LENGTH = 4096  # after the markup is taken out

_TAG = regex.compile(r"</?[a-z]+(?: [^>]*)?>")


def count(text: str) -> int:
    """UTF-16 units without markup, as Telegram measures everything else; "ñ" is 1, "👩‍👧" is 5."""
    return len(plain(text).encode("utf-16-le")) // 2


def plain(text: str) -> str:
    """Our Telegram HTML as a reader sees it."""
    return html.unescape(_TAG.sub("", text))


class Telegram(Network):
    """A channel."""

    name = "telegram"
    can_search = False
    when_edited = "edit"
    about = "Telegram: a bot of @BotFather that administers the channel."
    colour = "#1579b0"
    preview_css = "background: light-dark(#eef7fd, #1e3040); padding: .75rem; border-radius: .75rem"
    listener = "tertulia.syndication.networks.listening.telegram:TelegramListener"
    api_url = Setting(address, "https://api.telegram.org")
    token = Setting(secret, required=True)
    chat = Setting(text, examples=("@",), required=True)  # "@channel" or a number

    def style(self) -> Style:
        return Style(
            limit=LENGTH,
            count=count,
            tags=3,
            handle=self._handle,
            escape=lambda text: html.escape(text, quote=False),
            title=lambda title: f"<b>{html.escape(title, quote=False)}</b>",
        )

    def _handle(self, credit: PostCredit) -> str:
        """As elsewhere, but "@ana@mas.example" without its first "@": Telegram would call a stranger named @ana."""
        name = handle_on(self.name)(credit)
        return name[1:] if name.count("@") == 2 else name

    def publish(self, message: Message, sending: Sending) -> Remote:
        sending.before_send()
        answer = self._call("sendMessage", self._said(message), creates=True)
        number = wire.json_object(answer, self.label, creates=True)["result"]["message_id"]
        return Remote(id=str(number), url=self._address(number))

    def edit(self, remote: Remote, message: Message) -> Remote:
        try:
            self._call("editMessageText", self._said(message) | {"message_id": int(remote.id)})
        except RefusedError as error:
            if error.code is not Refusal.UNCHANGED:
                raise
        return remote

    def delete(self, remote: Remote) -> None:
        try:
            self._call("deleteMessage", {"chat_id": self.chat, "message_id": int(remote.id)})
        except RefusedError as error:
            if error.code is not Refusal.GONE:
                raise

    def composer(self, message: Message) -> str:
        text = plain(message.text).replace(message.link, "").strip()
        return f"https://t.me/share/url?url={quote(message.link, safe='')}&text={quote(text, safe='')}"

    def shown(self, message: Message) -> str:
        return plain(message.text)

    def check(self) -> list[Finding]:
        bot = wire.json_object(self._call("getMe", {}), self.label)["result"]
        chat = wire.json_object(self._call("getChat", {"chat_id": self.chat}), self.label)["result"]
        return [Finding(True, say("doctor_account", account=f"@{bot.get('username')} → {chat.get('title', '?')}"))]

    def _said(self, message: Message) -> dict[str, Any]:
        return {
            "chat_id": self.chat,
            "text": message.text,
            "parse_mode": "HTML",
            "link_preview_options": {"url": message.link, "prefer_large_media": True},
        }

    def _address(self, number: int) -> str:
        chat = self.chat
        if chat.startswith("@"):
            return f"https://t.me/{chat[1:]}/{number}"
        return f"https://t.me/c/{chat.removeprefix('-100')}/{number}"  # a private channel: only its members see it

    def _call(self, method: str, body: dict[str, Any], *, creates: bool = False) -> Any:
        url = f"{self.api_url}/bot{self.token.reveal()}/{method}"
        return wire.call(
            self.context.web,
            "POST",
            url,
            network=self.label,
            now=self.context.now,
            renew=self.advise("renew_telegram"),
            words=lambda answer: answer["description"],
            refusal=_refusal,
            json=body,
            creates=creates,
        )


def _refusal(answer: Any) -> Refusal:
    """Every refusal of Telegram is a 400: which it is, only its English description says."""
    words = answer["description"]
    if "message is not modified" in words:
        return Refusal.UNCHANGED
    return Refusal.GONE if "message to delete not found" in words else Refusal.OTHER
