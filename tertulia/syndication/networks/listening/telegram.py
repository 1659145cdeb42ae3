"""Listening in the discussion group of a Telegram channel: https://core.telegram.org/bots/api#getupdates (Bot API 10).

The bot sits in the group, with privacy mode off. Each post of the channel is copied there by Telegram itself
(``is_automatic_forward``), and comments are the answers to that copy. A bot hears nothing from before it came, and is
never told of a deletion; edits it is told.
"""

from typing import Any

from tertulia.core import sanitise
from tertulia.core.moments import parse_moment
from tertulia.store.said import Author
from tertulia.syndication.networks import wire
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening.answers import dig, listed
from tertulia.syndication.networks.listening.base import (
    Feed,
    FeedPage,
    Listener,
    RemoteComment,
    Thread,
    as_html,
    name,
    number,
)
from tertulia.syndication.networks.telegram import Telegram

PAGE = 100


class TelegramListener(Telegram, Listener):
    """A channel's bot, listening in its group."""

    def thread(self, remote: Remote) -> Thread:
        """Bots cannot look back: everything comes by the feed."""
        return Thread()

    def feeds(self, site: str) -> dict[str, Feed]:
        return {"group": self._group}

    def _group(self, cursor: str) -> FeedPage:
        """
        Return what was said in the group since update *cursor*.

        Telegram forgets an update once a later one is asked for, so *cursor* moves only when all was written down.
        """
        threads = self.context.memory.get(f"{self.name}-threads")
        offset = int(cursor or 0)
        asked: dict[str, Any] = {"offset": offset + 1, "limit": PAGE, "timeout": 0}
        asked |= {"allowed_updates": ["message", "edited_message"]}
        updates = listed(wire.json_object(self._call("getUpdates", asked), self.label).get("result"))
        found = self.items.read(updates, lambda update: self._update(update, threads))
        newest = max([offset, *(number(dig(update, "update_id")) for update in updates)])
        self.context.memory.set(f"{self.name}-threads", threads)
        return FeedPage(tuple(found), str(newest) if newest else "", more=len(updates) == PAGE and newest > offset)

    def _update(self, update: dict[str, Any], threads: dict[str, Any]) -> RemoteComment | None:
        """
        Return what an update says, if it is a comment.

        A copy of our own post is remembered in *threads*, with the group that it is in: every group counts its messages
        from one, and the bot may be in others, which are nobody's to read.
        """
        message = update.get("message") or update.get("edited_message") or {}
        group = dig(message, "chat", "id")
        for one in (message, message.get("reply_to_message") or {}):
            if copied := _copied(one, self.chat):
                threads[f"{group}/{one['message_id']}"] = copied
        return None if message.get("is_automatic_forward") else self._comment(message, threads)

    def _comment(self, message: dict[str, Any], threads: dict[str, Any]) -> RemoteComment | None:
        chat = message.get("chat") or {}
        above = message.get("reply_to_message") or {}
        is_copy = bool(_copied(above, self.chat))
        thread = above.get("message_id") if is_copy else message.get("message_thread_id")
        root = threads.get(f"{chat.get('id')}/{thread}", "")
        who = message.get("from") or {}
        words = str(message.get("text") or message.get("caption") or "")
        if not root or not words or who.get("is_bot") or message.get("sender_chat"):
            return None
        group = str(chat.get("username") or "")
        markup = as_html(words)
        handle = sanitise.one_line(str(who.get("username") or ""), 60)
        return RemoteComment(
            id=f"{chat.get('id')}/{message['message_id']}",
            kind="reply",
            author=Author(
                network=self.platform,
                identity=str(who.get("id")),
                name=name(f"{who.get('first_name') or ''} {who.get('last_name') or ''}".strip(), handle),
                handle=f"@{handle}" if handle else "",
                url=f"https://t.me/{handle}" if handle else "",
            ),
            published=parse_moment(message.get("date")) or self.context.now(),
            edited=parse_moment(message["edit_date"]) if message.get("edit_date") else None,
            text=sanitise.plain(markup),
            html=markup,
            url=f"https://t.me/{group}/{message['message_id']}" if group else "",
            in_reply_to=f"{chat.get('id')}/{above['message_id']}" if above and not is_copy else root,
            root=root,
        )


def _copied(message: dict[str, Any], chat: str) -> str:
    """Return the number of our channel's post that *message* is Telegram's own copy of; "" when it is none."""
    origin = message.get("forward_origin") or {}
    if not message.get("is_automatic_forward") or origin.get("type") != "channel":
        return ""
    channel = origin.get("chat") or {}
    ours = chat.lstrip("@").lower() in (str(channel.get("id")), str(channel.get("username", "")).lower())
    return str(origin.get("message_id", "")) if ours else ""
