"""Saying posts on networks, from the terminal. What happens is in ``tertulia.outbox``; here it is asked and shown."""

import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tertulia import posts, settings
from tertulia.errors import SettingError, TertuliaError
from tertulia.http import Web
from tertulia.networks import networks
from tertulia.networks.base import Desk, Network, Waiting
from tertulia.networks.memory import Memory
from tertulia.outbox import Outbox, Outcome
from tertulia.outbox.drafts import Draft, drafts, due
from tertulia.outbox.show import as_text
from tertulia.phrases import say
from tertulia.posts import Post, Published
from tertulia.settings import Settings
from tertulia.store import Store, open_store
from tertulia.store.journal import Journal
from tertulia.tasks import conf


@dataclass(slots=True)
class Bench:
    """What every task of this kind works with."""

    root: Path
    settings: Settings
    now: Callable[[], datetime]
    _store: Store | None = None

    @classmethod
    def at(cls, root: Path) -> "Bench":
        """The blog in the folder *root*, today."""
        return cls(root, settings.load(root), lambda: datetime.now(UTC))

    @property
    def output(self) -> Path:
        """Where the built site is."""
        return self.root / "output"

    @property
    def snapshots(self) -> Path:
        """Where the conversation snapshots are."""
        return self.root / "var" / "conversation"

    @property
    def store(self) -> Store:
        """The store, opened when first asked for."""
        if self._store is None:
            self._store = open_store(self.settings.tertulia_store.reveal(), self.root)
        return self._store

    def published(self) -> Published:
        """What the last build published."""
        return posts.read(self.output)

    def web(self) -> Web:
        """The way out."""
        return Web(self.settings.fetch_allow_private)

    def networks(self, published: Published | None = None, *, with_store: bool = True) -> list[Network]:
        """Every network there is, at work with this blog."""
        desk = Desk(
            settings=self.settings,
            web=self.web(),
            output=self.output,
            memory=Memory(self.root / "var" / "networks"),
            now=self.now,
            pause=time.sleep,
            readers=self.store.subscribers if with_store else None,
            site=published.site if published else "",
            title=published.title if published else "",
        )
        return networks(desk)

    def outbox(self, known: list[Network]) -> Outbox:
        """The outbox, with those networks that have what they need."""
        return Outbox(
            store=self.store,
            networks={network.name: network for network in known if network.configured()},
            snapshots=self.snapshots,
            journal=Journal(self.root / "var"),
            now=self.now,
        )

    def since(self, told: str) -> datetime:
        """Nothing older is announced: what was told on the line, else ANNOUNCE_SINCE of ``.env`` or pelicanconf.py."""
        if told:
            return settings.parse_since(told, "--since")
        if found := self.settings.since():
            return found
        if written := conf.read(self.root / "pelicanconf.py").get("ANNOUNCE_SINCE"):
            return settings.parse_since(str(written), "ANNOUNCE_SINCE")
        raise SettingError(say("announce_since"))


def run(root: Path, *, dry_run: bool = False, post: str = "", network: str = "", since: str = "") -> bool:
    """
    Say what is due where it is due; True when nothing failed.

    Args:
        dry_run: Only show what would be said; nothing is sent, asked or written down.
        post: Only this one, by Id or address.
        network: Only this one, by name.
        since: In place of ANNOUNCE_SINCE.
    """
    bench = Bench.at(root)
    published = bench.published()
    chosen = due(published, bench.since(since), bench.now(), post or None)
    if post and not chosen:
        raise TertuliaError(say("announce_no_post", post=post))
    if dry_run:
        known = _only(bench.networks(published, with_store=False), network)
        planned = drafts(chosen, known)
        print(as_text(planned) if planned else say("announce_nothing"))
        return True
    if published.preview:
        raise TertuliaError(say("announce_preview"))
    known = _only(bench.networks(published), network)
    return send(bench, chosen, known)


def send(bench: Bench, chosen: list[Post], known: list[Network]) -> bool:
    """Enqueue and deliver; say what became of each."""
    ready = [one for one in known if one.configured()]
    if not ready:
        print(say("announce_no_network"))
        return True
    for one in ready:
        _learn(one)
    outbox = bench.outbox(known)
    planned = drafts(chosen, ready)
    _warn(planned)
    outbox.show_all()
    outbox.enqueue(planned)
    outcomes = outbox.deliver()
    if not outcomes:
        print(say("announce_nothing"))
    titles = {post.key: post.title for post in chosen}
    for outcome in outcomes:
        print(line_for(outcome, titles), file=sys.stderr if outcome.state in ("refused", "unknown") else sys.stdout)
    return not any(outcome.state in ("refused", "unknown") for outcome in outcomes)


def line_for(outcome: Outcome, titles: dict[tuple[str, str], str]) -> str:
    """One row of the report: post, network, state, where or why."""
    row = outcome.delivery
    title = titles.get((row.post, row.lang), row.post)
    until = say("announce_until", time=outcome.until.astimezone().strftime("%H:%M")) if outcome.until else ""
    detail = " · ".join(part for part in (outcome.url, until, outcome.reason) if part)
    return f"  {title[:40]:<40}  {row.network:<9}  {say('state_' + outcome.state):<10}  {detail}"


def _learn(network: Network) -> None:
    with contextlib.suppress(Waiting):  # what it said last time, or the usual limits, will do
        network.learn()


def _warn(planned: list[Draft]) -> None:
    for draft in planned:
        for warning in draft.warnings:
            print(f"  {draft.post.title} · {draft.network.label}: {warning}", file=sys.stderr)


def _only(known: list[Network], name: str) -> list[Network]:
    if not name:
        return known
    chosen = [network for network in known if network.name == name.lower()]
    if not chosen:
        names = ", ".join(network.name for network in known)
        raise TertuliaError(say("announce_unknown_network", name=name, names=names))
    return chosen
