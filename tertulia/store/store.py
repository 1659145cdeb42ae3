"""The open store: one attribute for each matter that it speaks of."""

from dataclasses import dataclass
from pathlib import Path

from tertulia.store.answer_drafts import AnswerDrafts
from tertulia.store.answers import OwnAnswers
from tertulia.store.collected import Collected
from tertulia.store.connection import Database
from tertulia.store.conversation import Conversation
from tertulia.store.deliveries import Deliveries
from tertulia.store.filters import Once, WordCounts
from tertulia.store.followers import Followers
from tertulia.store.inbox import Inbox
from tertulia.store.labels import Labels
from tertulia.store.letters import Letters
from tertulia.store.mentions import Mentions, SentMentions
from tertulia.store.persons import Persons
from tertulia.store.post_updates import PostUpdates
from tertulia.store.profiles import Profiles
from tertulia.store.runs import Runs
from tertulia.store.subscribers import Subscribers
from tertulia.store.team import Team
from tertulia.store.waits import Waits


@dataclass(frozen=True, slots=True)
class Store:
    """The open store; each attribute speaks of one matter."""

    database: Database
    deliveries: Deliveries
    subscribers: Subscribers
    conversation: Conversation
    inbox: Inbox
    labels: Labels
    persons: Persons
    profiles: Profiles
    answers: OwnAnswers
    drafts: AnswerDrafts
    updates: PostUpdates
    waits: Waits
    collected: Collected
    words: WordCounts
    once: Once
    letters: Letters
    followers: Followers
    mentions: Mentions
    sent: SentMentions
    runs: Runs
    team: Team

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()


def open_store(url: str, root: Path = Path()) -> Store:
    """
    Return the store at *url*, its tables up to date.

    Args:
        url: ``sqlite:///var/tertulia.db`` (relative to *root*), ``sqlite:////absolute.db`` or ``postgresql://…``.

    Raises:
        StoreError: it cannot be opened; the message says why, and holds no password.
    """
    database = Database(url, root)
    database.migrate()
    return Store(
        database=database,
        deliveries=Deliveries(database),
        subscribers=Subscribers(database),
        conversation=Conversation(database),
        inbox=Inbox(database),
        labels=Labels(database),
        persons=Persons(database),
        profiles=Profiles(database),
        answers=OwnAnswers(database),
        drafts=AnswerDrafts(database),
        updates=PostUpdates(database),
        waits=Waits(database),
        collected=Collected(database),
        words=WordCounts(database),
        once=Once(database),
        letters=Letters(database),
        followers=Followers(database),
        mentions=Mentions(database),
        sent=SentMentions(database),
        runs=Runs(database),
        team=Team(database),
    )
