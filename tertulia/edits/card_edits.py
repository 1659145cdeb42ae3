"""Cards of posts that came, went, or say other things now: the newest have one each, the others that of the blog."""

from bisect import bisect
from typing import Any

from tertulia.edits.arrangement import Arrangement, KeptPost
from tertulia.site import schema
from tertulia.site.build import SiteBuild
from tertulia.site.records import PostRecord

NAME = "without cover"


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the cards of *build*: the posts that may have one, the newest first."""
    numbers = {id(post): number for number, post in enumerate(build.contents)}
    posts = sorted(
        (post for post in build.contents if not post.is_page and not post.cover),
        key=lambda post: (post.date, post.shown_path),
        reverse=True,
    )
    return {NAME: [numbers[id(post)] for post in posts]}


class CardEdits:
    """
    Cards since one build.

    Args:
        build: As it was left.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement) -> None:
        self.build, self.arrangement = build, arrangement
        self.files: dict[str, bytes | None] = {}
        self._of_site: dict[str, Any] = {}
        self._anew: dict[int, Any] = {}  # posts that say other things
        self._gone: set[int] = set()
        self._lost: list[tuple[str, Any]] = []  # languages and cards of those
        self._before: list[int] | None = None  # None as long as nobody has moved
        self._now: list[int] = []

    def say(self, post: Any) -> None:
        """Let the card of *post* say what it says now."""
        self._anew[post.number] = post

    def cover(self, post: Any, record: PostRecord) -> None:
        """Let *post* have the cover that its *record* has now: where it has one, it has no card."""
        had, post.cover, post.cover_alts = post.cover, record.cover, record.cover_alts
        if bool(had) != bool(post.cover):
            self._lost.append((post.lang, post.card))
            post.card = None
            self.move(post, comes=True)
            self.say(post)

    def move(self, post: Any, *, comes: bool) -> None:
        """Let *post* stand where its date has it, which may be another now; or nowhere."""
        if self._before is None:
            self._before = self.arrangement.value(NAME)
            self._now = list(self._before)
        self._now = [number for number in self._now if number != post.number]
        self._gone.discard(post.number)
        if not comes:
            self._gone.add(post.number)
            self._lost.append((post.lang, post.card))
        elif not post.cover:
            oldest = self._now[::-1]
            oldest.insert(
                bisect(oldest, _by_date(post), key=lambda one: _by_date(self.arrangement.post(one))), post.number
            )
            self._now = oldest[::-1]
        self.arrangement.leave(NAME, self._now)

    def finish(self) -> list[Any]:
        """Draw what is to be drawn; the posts that have another card now, besides those that were told of here."""
        try:
            self._of_site = self.arrangement.value("given site_card")
        except LookupError:
            return []
        if not self._of_site:
            return []
        most = self.build.settings.get("SOCIAL_CARDS_MAX", 100)
        before, now = set((self._before or [])[:most]), set(self._now[:most])
        others: list[Any] = []
        for number in sorted({*before, *now, *self._anew} - self._gone):
            post: Any = self._anew.get(number) or self.arrangement.post(number)
            is_own = self._has_own(post) if self._before is None else number in now
            if not post.cover and (number in self._anew or (number in before) != (number in now)):
                self._give(post, own=is_own)
                others += [] if number in self._anew else [post]
        for lang, card in self._lost:
            self._lose(lang, card)
        return others

    def _has_own(self, post: Any) -> bool:
        return bool(post.card and post.card != self._of_site.get(post.lang))

    def _lose(self, lang: str, card: Any) -> None:
        if card and card != self._of_site.get(lang):
            self.files.setdefault(card.src, None)

    def _give(self, post: Any, *, own: bool) -> None:
        """Give *post* a card of its own, or the blog's."""
        self._lose(post.lang, post.card)
        if not own:
            post.card = self._of_site.get(post.lang)
        else:
            from tertulia.site.cards import card_set

            build = self.build
            cards = card_set(build.settings, build.words, build.looks.card_colors, build.looks.card_font)
            if cards is None:
                raise LookupError(NAME)
            file = cards.draw(post)
            self.files[post.card.src] = file.read_bytes()
        if post.json_ld:
            schema.describe_posts([post], self.build)


def _by_date(post: KeptPost) -> tuple[Any, str]:
    return post.date, post.shown_path
