"""Is it there already, and did we write it? What an account's own posts say to that.

A network lists its own posts (``Network.own_posts``); whether one of them is what we were about to say is decided here,
in the same way for all of them. Two answers are kept apart:

- *verbatim*: it says word for word what we would say, leads where we would lead, and is as public. We wrote it.
- otherwise it is a post, by the author's hand most likely, that leads to the article: a reason not to speak, and
  nothing that may be touched. Only what is public counts: a letter to a friend announces nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import regex

from tertulia.core.addresses import normalised
from tertulia.syndication.summary import links_in

if TYPE_CHECKING:
    from tertulia.syndication.networks.base import Message, Remote

PUBLIC = "public"
# Where a network hides the addresses, only a text as long as this names one article and no other.
TELLING_LETTERS = 40
# Servers change signs, shorten names and cut: what is as like as this is ours, if we know that we tried.
ALIKE = 0.85

_MENTION_HOST = regex.compile(r"(?<=(?<![\w@])@[\w.-]*\w)@[\w-]+(?:\.[\w-]+)+")
_NO_LETTER = regex.compile(r"[^\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One post of the account's own, as its network lists it."""

    remote: "Remote"
    text: str  # as a reader sees it
    links: tuple[str, ...] | None  # every address that it leads to, its card's too; None where the network hides them
    visibility: str = PUBLIC  # in the network's own word
    answers: str = ""  # id of the post that it replies to

    @property
    def is_public(self) -> bool:
        """Whether everybody may read it."""
        return self.visibility == PUBLIC


@dataclass(frozen=True, slots=True)
class Sighting:
    """The own post that says or links what we were about to say."""

    remote: "Remote"
    verbatim: bool  # as only we would have written it
    likeness: float = 1.0  # of its words and ours, from 0 to 1


def sight(posts: Iterable[OwnPost], message: "Message", parent: "Remote | None" = None) -> Sighting | None:
    """
    Return the one of *posts* that is *message*, else the most similar public one that leads to the same article.

    Args:
        parent: The part before, for a part of a thread; it is told apart by what it answers, too.
    """
    ours, seen = _words(message.text), None
    for post in posts:
        if not _in_place(post, message, parent):
            continue
        theirs = _words(post.text)
        if post.visibility == message.visibility and theirs == ours and _leads_there(post, message, ours):
            return Sighting(post.remote, verbatim=True)
        if message.part == "1" and post.is_public and _links_to(post, message.link):
            likeness = SequenceMatcher(None, theirs, ours, autojunk=False).ratio()
            if seen is None or likeness > seen.likeness:
                seen = Sighting(post.remote, verbatim=False, likeness=likeness)
    return seen


def _in_place(post: OwnPost, message: "Message", parent: "Remote | None") -> bool:
    """
    Return the first part answers nobody; the others answer the one before; an answer, what it answers and no other.
    """
    if message.answers:
        return parent is not None and post.answers == parent.id
    if message.part == "1":
        return not post.answers
    return not (parent and post.answers) or post.answers == parent.id


def _words(text: str) -> str:
    """Letters and figures alone, without addresses: servers change blanks and signs, and shorten ``@user@host``."""
    kept, at = "", 0
    for start, end in links_in(text):
        kept += text[at:start]
        at = end
    return _NO_LETTER.sub("", _MENTION_HOST.sub("", kept + text[at:])).casefold()


def _leads_there(post: OwnPost, message: "Message", words: str) -> bool:
    if post.links is None:
        return len(words) >= TELLING_LETTERS
    there = {normalised(link) for link in post.links}
    wanted = {message.text[start:end] for start, end in links_in(message.text)}
    return {normalised(link) for link in (wanted | {message.link} if message.part == "1" else wanted)} <= there


def _links_to(post: OwnPost, link: str) -> bool:
    return normalised(link) in {normalised(each) for each in post.links or ()}
