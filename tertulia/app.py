"""A blog that is open: everything that a command or the service works with, made when it is first asked for.

This is the only place where the parts are put together; each part takes what it needs as arguments and knows nothing
of this file. Opening costs nothing: settings are read, the store is opened and libraries are imported at the first
use, so that a command which needs little starts at once. ::

    with Blog(root) as blog:
        blog.store.deliveries.counts()

What a thread may ask for is made beforehand by ``ready``; nothing here is locked.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from tertulia.content.posts import Published
    from tertulia.conversation.answering import Answering
    from tertulia.conversation.background import BackgroundWorker
    from tertulia.conversation.blog import BlogInfo
    from tertulia.conversation.clockwork import Clockwork
    from tertulia.conversation.mail_answers import MailAnswers
    from tertulia.conversation.moderator import Moderator
    from tertulia.conversation.notices import Notices
    from tertulia.conversation.reply_address import ReplyAddresses
    from tertulia.conversation.telling import Telling
    from tertulia.conversation.webmention.pages import Pages
    from tertulia.conversation.webmention.receive import Receiver
    from tertulia.core.fetch import Fetcher
    from tertulia.core.secret import Secret
    from tertulia.core.settings import Settings
    from tertulia.core.tokens import Signer
    from tertulia.deploy.base import Target
    from tertulia.store import Store
    from tertulia.store.said import Incoming, Recorded
    from tertulia.syndication.networks.base import Network, NetworkContext
    from tertulia.syndication.networks.listening.base import Listener
    from tertulia.syndication.outbox import Outbox, Outcome
    from tertulia.syndication.witness import Witness


def utc_now() -> datetime:
    """Return the moment it is."""
    return datetime.now(UTC)


class Blog:
    """
    The blog in one folder, opened once and closed once.

    Args:
        root: Its folder.
        output: Where the built site is, if not in ``output``; a preview moves it.
        preview_address: The address under which both site and service are seen, in a preview.
        settings: In place of the environment and ``.env``.
        now: In place of the clock.
    """

    def __init__(
        self,
        root: Path,
        *,
        output: Callable[[], Path] | None = None,
        preview_address: str = "",
        settings: Settings | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.root = root
        self.now = now
        self.snapshots = root / "var" / "conversation"
        self._output = output or (lambda: root / "output")
        self._preview_address = preview_address
        self._people_heeded = -1  # when people.toml was saved that the store knows
        if settings is not None:
            self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back what was opened; closing twice is closing once."""
        if "store" in self.__dict__:
            self.store.close()

    def ready(self) -> Self:
        """Open the store and make whatever threads share, so that no two of them make it twice."""
        _ = (self.info, self.fetcher, self.moderator, self.background, self.proof_key)
        return self

    # What the owner wrote

    @cached_property
    def settings(self) -> Settings:
        """The private settings: the environment and ``.env``."""
        from tertulia.core import settings

        return settings.load(self.root)

    @cached_property
    def conf(self) -> dict[str, Any]:
        """The plain values of ``pelicanconf.py``; none where there is no such file."""
        from tertulia.core import conf

        return conf.settings(self.root)

    @cached_property
    def info(self) -> BlogInfo:
        """The blog as the service and the letters see it."""
        from tertulia.conversation.blog import BlogInfo

        return BlogInfo.of(self.root, self.conf, output=self._output, preview_address=self._preview_address)

    @property
    def output(self) -> Path:
        """Where the built site is now."""
        return self._output()

    def published(self) -> Published:
        """
        Return what the last build published.

        Raises:
            ContentError: nothing was built.
        """
        from tertulia.content import posts

        return posts.read(self.output)

    def since(self, given: str = "") -> datetime:
        """
        Return the moment before which nothing is announced.

        Args:
            given: What was said on the command line; else ``ANNOUNCE_SINCE`` of ``.env`` or of pelicanconf.py holds.

        Raises:
            SettingError: it is set nowhere, or makes no sense.
        """
        from tertulia.core.errors import SettingError
        from tertulia.core.languages import say
        from tertulia.core.setting_kinds import parse_since

        name = "--since" if given else "ANNOUNCE_SINCE"
        written = given or self.settings.announce_since or str(self.conf.get("ANNOUNCE_SINCE") or "")
        if not written:
            raise SettingError(say("announce_since"))
        return parse_since(written, name, self.zone)

    @cached_property
    def zone(self) -> ZoneInfo:
        """
        The blog's zone: whose days and hours a person means.

        Raises:
            SettingError: ``TIMEZONE`` is none.
        """
        from tertulia.core.setting_kinds import parse_zone

        return parse_zone(str(self.conf.get("TIMEZONE") or "UTC"))

    def quiet_until(self, moment: datetime) -> datetime | None:
        """When the quiet hours end that *moment* falls into; None where it falls into none."""
        hours = self.settings.quiet_hours
        return hours.until(moment, self.zone) if hours else None

    # What is kept, and the way out

    @cached_property
    def store(self) -> Store:
        """The store, its tables up to date."""
        from tertulia.store import open_store

        return open_store(self.settings.tertulia_store.reveal(), self.root)

    def heed_people(self) -> None:
        """Have the store know who is who by ``people.toml``, where that has changed."""
        from tertulia.content.people import People
        from tertulia.conversation.listed_people import entries
        from tertulia.core.errors import ContentError

        file = self.root / "content" / "people.toml"
        changed = file.stat().st_mtime_ns if file.exists() else 0
        if self._people_heeded == changed:
            return
        try:
            people = People.load(file)
        except ContentError:
            return  # the build says what is wrong with it; until then what was known holds
        self.store.persons.list_people(entries(people, but=self.info.author))
        self._people_heeded = changed

    @cached_property
    def fetcher(self) -> Fetcher:
        """The guarded way out to the web."""
        from tertulia.core.fetch import Fetcher

        return Fetcher(self.settings.fetch_allow_private)

    @cached_property
    def _secret(self) -> Secret:
        from tertulia.core.tokens import secret_of

        return secret_of(self.settings, self.root)

    @cached_property
    def signer(self) -> Signer:
        """What signs form tokens, private links and sessions."""
        from tertulia.core.tokens import Signer

        return Signer(self._secret)

    @cached_property
    def proof_key(self) -> str:
        """The key of the form's proof of work, and of the words that guard the owner's forms."""
        return hashlib.sha256(f"altcha {self._secret.reveal()}".encode()).hexdigest()

    # The conversation

    @cached_property
    def notices(self) -> Notices:
        """The letters about the conversation."""
        from tertulia.conversation.notices import Notices

        return Notices(self.store, self.info, self.signer, self.settings.owner_email, self.now, self.reply_addresses)

    @cached_property
    def reply_addresses(self) -> ReplyAddresses | None:
        """The addresses by which letters are answered; None where ``MAIL_ANSWERS`` names none."""
        from tertulia.conversation.reply_address import ReplyAddresses

        address = self.settings.mail_answers
        return ReplyAddresses(address, self.signer) if address else None

    def mail_answers(self) -> MailAnswers:
        """
        Return what takes mails that answer our letters.

        Raises:
            SettingError: ``MAIL_ANSWERS`` is not set.
        """
        from tertulia.conversation.mail_answers import MailAnswers
        from tertulia.core.errors import SettingError
        from tertulia.core.languages import say

        if self.reply_addresses is None:
            raise SettingError(say("mail_answers_missing"))
        owner = self.settings.owner_email
        return MailAnswers(self.info, self.moderator, self.reply_addresses, owner, self.answering, self.now)

    def read_mail(self) -> int:
        """Take what is new in the mailbox of ``IMAP_URL``; how many mails."""
        from tertulia.conversation.mail_answers import read_mailbox

        answers = self.mail_answers()
        return read_mailbox(answers, self.settings.imap_url)

    @cached_property
    def background(self) -> BackgroundWorker:
        """What sends letters and has the site built anew."""
        from tertulia.conversation.background import BackgroundWorker

        return BackgroundWorker(
            self.root,
            self.settings,
            self.store,
            self.now,
            self._gather_letters,
            clockwork=self.clockwork,
            answer=self.deliver_answers,
            read_mail=self.read_mail if self.settings.imap_url and self.settings.mail_answers else None,
            reply_to=self.notices.reply_to,
            forget=self._forget,
        )

    def _forget(self) -> None:
        self.moderator.sweep()

    @cached_property
    def clockwork(self) -> Clockwork:
        """What work by the clock reports to."""
        from tertulia.conversation.clockwork import Clockwork, free_bytes

        owner = self.settings.owner_email if self.settings.smtp_url else ""
        title = str(self.conf.get("SITENAME") or "")
        return Clockwork(self.store.runs, title, owner, self.now, free=lambda: free_bytes(self.root))

    @cached_property
    def moderator(self) -> Moderator:
        """What everything that is said goes through."""
        from tertulia.conversation import akismet
        from tertulia.conversation.moderator import Moderator

        second_opinion = akismet.asker(self.settings.akismet_key, self.info.site, self.fetcher)
        return Moderator(
            self.store, self.snapshots, self.now, self.notices, self.background.request_rebuild, second_opinion
        )

    def pages(self, published: Published) -> Pages:
        """Which page of the built site an address means."""
        from tertulia.conversation.webmention.pages import Pages

        return Pages(published.site, lambda: self.output, lambda: published)

    def receiver(
        self,
        pages: Pages,
        moderator: Moderator,
        *,
        take: Callable[[Incoming], Recorded] | None = None,
    ) -> Receiver:
        """
        Return what takes webmentions, and looks at the pages that send them.

        Args:
            pages: Which page of the site each is for.
            moderator: Who decides on what they say, and takes back what is gone.
            take: Where what was said goes on its way to the moderator; straight there if not given.
        """
        from tertulia.conversation import avatars
        from tertulia.conversation.webmention.receive import Receiver, announcements

        return Receiver(
            mentions=self.store.mentions,
            pages=pages,
            web=self.fetcher,
            take=take or moderator.ingest,
            gone=moderator.gone,
            now=self.now,
            also=announcements(self.snapshots),
            avatar=lambda url: avatars.keep(url, self.snapshots, self.fetcher),
        )

    # The networks

    def networks(
        self,
        published: Published | None = None,
        *,
        with_store: bool = True,
        left_out: Callable[[str, str], None] | None = None,
    ) -> list[Network]:
        """
        Every network there is, with a key or without.

        Args:
            published: The built site, for those that write the blog's name and address.
            with_store: False where only looking may not make a store; the newsletter has no readers then.
            left_out: Told of each that cannot be put to work, its label and why; a line in the log if not given.
        """
        from tertulia.syndication.networks import networks, warn

        return networks(self._network_context(published, with_store=with_store), left_out or warn)

    def listeners(self) -> list[Listener]:
        """Every network whose answers can be read, and that has a key."""
        from tertulia.syndication.networks.listening import listeners

        return listeners(self._network_context(None, with_store=False))

    def outbox(self, networks: Sequence[Network] = ()) -> Outbox:
        """Return what says each post once, on those *networks* that have a key."""
        from tertulia.store.journal import Journal
        from tertulia.syndication.outbox import Outbox

        return Outbox(
            store=self.store,
            networks={network.name: network for network in networks if network.configured()},
            snapshots=self.snapshots,
            journal=Journal(self.root / "var"),
            now=self.now,
            witness=self.witness,
        )

    @cached_property
    def witness(self) -> Witness:
        """What the store can and cannot know of what was sent; made before a deploy changes what is there."""
        from tertulia.store.journal import Journal
        from tertulia.syndication.witness import Witness

        return Witness(self.store, Journal(self.root / "var"), self.now, self._published_before)

    def _published_before(self) -> frozenset[str]:
        """
        Return the posts that were public when a store that knew of more announcements published; none where nobody
        says.
        """
        from tertulia.core.errors import TertuliaError

        if not self.settings.deploy_target:
            return frozenset()
        try:
            there = self.deploy_target().manifest()
        except (TertuliaError, OSError):  # said by whoever deploys
            return frozenset()
        return there.published_before(self.store.deliveries.begun())

    def _network_context(self, published: Published | None, *, with_store: bool) -> NetworkContext:
        from tertulia.core.setting_kinds import parse_service
        from tertulia.syndication.networks.base import NetworkContext
        from tertulia.syndication.networks.memory import Memory

        return NetworkContext(
            settings=self.settings,
            web=self.fetcher,
            output=self.output,
            memory=Memory(self.root / "var" / "networks"),
            now=self.now,
            pause=time.sleep,
            readers=self.store.subscribers if with_store else None,
            site=published.site if published else "",
            title=published.title if published else "",
            service=parse_service(str(self.conf.get("SERVICE_ADDRESS") or ""), published.site if published else ""),
        )

    # Where readers find it

    def answering(self, networks: Sequence[Network] | None = None) -> Answering:
        """
        Return the owner, answering.

        Args:
            networks: Those that there are, where they are made already.
        """
        from tertulia.conversation.answering import Answering

        known = self.networks() if networks is None else networks
        ready = {network.name: network for network in known if network.configured()}
        return Answering(self.moderator, self.info, ready, frozenset(network.name for network in known))

    def telling(self, networks: Sequence[Network] | None = None) -> Telling:
        """Return the author, telling those who took part that a post has changed; see ``answering``."""
        from tertulia.conversation.telling import Telling

        return Telling(self.answering(networks), self.notices)

    def deliver_answers(self) -> list[Outcome]:
        """Send the answers that are due, and bring those that were sent in line with what they say now."""
        from tertulia.conversation.answering import follow_answers

        if not self.store.deliveries.answers_to_see_to(self.now()):
            self._tell_of_refused_answers()
            return []
        outbox = self.outbox(self.networks())
        follow_answers(outbox)
        outcomes = outbox.deliver(only_answers=True)
        self._tell_of_refused_answers()
        if outcomes:
            self.background.request_rebuild()
        return outcomes

    def _gather_letters(self) -> None:
        """Write the letters that tell of many things at once, where their time has come."""
        from tertulia.conversation.inbox_news import write_daily_letters

        self.notices.gather()
        write_daily_letters(self.store, self.info, self.now(), self.zone)

    def _tell_of_refused_answers(self) -> None:
        """Write to whoever gave an answer that did not arrive; also one that another task has tried to send."""
        for row in self.store.deliveries.refused_answers():
            self.notices.answer_refused(row)

    def deploy_target(self) -> Target:
        """
        Return the place that ``DEPLOY_TARGET`` names.

        Raises:
            SettingError: there is none, or no such kind.
        """
        from tertulia.deploy.base import DeployContext
        from tertulia.deploy.targets import target_for

        context = DeployContext(self.settings, self.fetcher, self.now, self.root)
        return target_for(self.settings.deploy_target, context)
