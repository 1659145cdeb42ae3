"""Which article something said on a network belongs to, and as what: an answer, a quotation, a mention.

What we have already stays where it is. Else the announcement that it answers decides, then the links it holds; what
leads to no article of ours and yet names the author is kept for the author.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tertulia.store.conversation import Conversation
from tertulia.store.said import Kind
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening.base import RemoteComment


@dataclass(frozen=True, slots=True)
class Place:
    """The article that something belongs to, and what it answers there; no post: it mentions the author alone."""

    post: str
    lang: str
    kind: Kind
    in_reply_to: str = ""


class Places:
    """The articles, as one network's posts lead to them."""

    def __init__(
        self,
        network: str,
        announced: Mapping[tuple[str, str], Sequence[Remote]],
        *,
        conversation: Conversation,
        find: Callable[[str], tuple[str, str] | None],
        expand: Callable[[str], str],
        lang: str,
    ) -> None:
        """
        Know where our announcements stand.

        Args:
            network: Its name.
            announced: (post, language) → where it was announced there, in all parts of a thread.
            conversation: What we have already.
            find: Address → (post, language) of the article that it means.
            expand: Where a short address leads.
            lang: The blog's language, for what belongs to no article.
        """
        self.network, self.conversation, self.lang = network, conversation, lang
        self.find, self.expand = find, expand
        self._by_id = {remote.id: post for post, remotes in announced.items() for remote in remotes}
        self._by_url = {remote.url: post for post, remotes in announced.items() for remote in remotes if remote.url}

    def of(self, heard: RemoteComment, *, mentions: bool) -> Place | None:
        """
        Where *heard* belongs; None for what is none of our concern.

        Args:
            mentions: It names the author, so that it is kept even when it belongs to no article.
        """
        known = self.conversation.by_source(self.network, heard.id)
        if known:
            return Place(known.post, known.lang, cast(Kind, known.kind), known.in_reply_to)
        if heard.id in self._by_id:
            return None
        above = self.conversation.by_source(self.network, heard.in_reply_to) if heard.in_reply_to else None
        if above and above.post:
            return Place(above.post, above.lang, "reply", heard.in_reply_to)
        if found := self._announced(heard.in_reply_to):
            return Place(*found, "reply")
        if found := self._by_id.get(heard.root):  # it answers something in our thread that we do not have
            return Place(*found, "reply", heard.in_reply_to)
        if heard.author.is_owner:
            return None  # our own posts do not come back as mentions
        for link in heard.links:
            if found := self._announced(link):
                return Place(*found, "quote")
        for link in heard.links:
            if link.startswith(("https://", "http://")) and (found := self.find(self.expand(link))):
                return Place(*found, "mention")
        return Place("", self.lang, "mention") if mentions else None

    def _announced(self, remote: str) -> tuple[str, str] | None:
        """Return the article whose announcement *remote* is, an id or an address."""
        return self._by_id.get(remote) or self._by_url.get(remote)
