"""What an earlier store may have said: where nothing can be looked up, a store that knows less than the world asks.

A store is the witness of what was sent since it is there. It may know less than the world by many doors: it is new,
it is another (``TERTULIA_STORE``, a fresh checkout), or it was restored from an older copy. Three things tell:

- the place where the blog is published knows how many announcements had begun, and which posts were public;
- a store that was restored knows when;
- a new store knows when it first said anything: older posts may have been said by another one before, unless the
  journal of this machine, which is written before anything is sent, says what was.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from tertulia.content.posts import Post
from tertulia.store import Store
from tertulia.store.connection import stamp
from tertulia.store.delivery_rows import Delivery
from tertulia.store.journal import Journal
from tertulia.store.rows import FIRST_SAID, RESTORED

# Who sets a blog up says the post of the day with a store that is younger than the post.
GRACE = timedelta(days=1)


@dataclass
class Witness:
    """
    What this store can and cannot know.

    Args:
        published: The posts ("ID.LANG") that were public already when a store that knew more published them; asked
            only where it matters.
    """

    store: Store
    journal: Journal
    now: Callable[[], datetime]
    published: Callable[[], Collection[str]] = tuple

    def begin(self) -> None:
        """Note, once, that this store says something from now on."""
        if not self._mark(FIRST_SAID):
            first = stamp(datetime.min.replace(tzinfo=UTC)) if self.journal.held() else stamp(self.now() - GRACE)
            earliest = min((row.created_at for row in self.store.deliveries.all()), default=first)
            self.store.conversation.set_cursor(FIRST_SAID, min(first, earliest))

    def look(self, published: Collection[str]) -> None:
        """Take *published* for what was public, as it was before this run changed it."""
        self.published = lambda: published

    def doubts(self, post: Post) -> bool:
        """Whether an earlier store may have said *post*, of which this one has no row."""
        known_since = max(self._mark(RESTORED), self._mark(FIRST_SAID))
        return stamp(post.date) < known_since or f"{post.id}.{post.lang}" in self._published

    def doubts_row(self, row: Delivery) -> bool:
        """Whether *row* came out of an older copy, may have been sent since, and nobody has had it said anew."""
        return row.created_at < self._mark(RESTORED)

    @cached_property
    def _published(self) -> Collection[str]:
        return self.published()

    def _mark(self, name: str) -> str:
        return self.store.conversation.get_cursor(name)
