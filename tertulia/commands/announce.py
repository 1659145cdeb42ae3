"""Saying posts on networks, from the terminal: asked and shown here, done in ``syndication.outbox``."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tertulia.commands import conf
from tertulia.content import posts
from tertulia.content.posts import Post, Published
from tertulia.core import settings
from tertulia.core.errors import SettingError, TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.core.settings import Settings
from tertulia.core.text import shorten
from tertulia.store import Store, open_store
from tertulia.store.deliveries import Delivery
from tertulia.store.journal import Journal
from tertulia.store.tables import DeliveryState
from tertulia.syndication.drafts import Draft, drafts, due, named
from tertulia.syndication.edits import follow_edits, withdraw
from tertulia.syndication.networks import networks
from tertulia.syndication.networks.base import Network, NetworkContext, RetryLaterError
from tertulia.syndication.networks.mail import to_owner
from tertulia.syndication.networks.memory import Memory
from tertulia.syndication.outbox import Outbox, Outcome
from tertulia.syndication.preview_page import as_page
from tertulia.syndication.preview_text import as_text

# Where the preview shows what would be announced; no published site has it.
PAGE_FOLDER = "_anuncios"


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

    def web(self) -> Fetcher:
        """The way out."""
        return Fetcher(self.settings.fetch_allow_private)

    def networks(self, published: Published | None = None, *, with_store: bool = True) -> list[Network]:
        """Every network there is, at work with this blog."""
        context = NetworkContext(
            settings=self.settings,
            web=self.web(),
            output=self.output,
            memory=Memory(self.root / "var" / "networks"),
            now=self.now,
            pause=time.sleep,
            readers=self.store.subscribers if with_store else None,
            site=published.site if published else "",
            title=published.title if published else "",
            service=self._service(),
        )
        return networks(context)

    def _service(self) -> str:
        """The service's address where it has one of its own; "" when it answers under the blog's."""
        path = self.root / "pelicanconf.py"
        address = str(conf.read(path).get("SERVICE_ADDRESS", "")) if path.is_file() else ""
        return address if address.startswith(("https://", "http://")) else ""

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
        if written := conf.settings(self.root).get("ANNOUNCE_SINCE"):
            return settings.parse_since(str(written), "ANNOUNCE_SINCE")
        raise SettingError(say("announce_since"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the terminal asked for."""

    dry_run: bool = False  # only show what would be said; nothing is sent, asked or written down
    post: str = ""  # only this one, by Id or address
    network: str = ""  # only this one, by name
    since: str = ""  # in place of ANNOUNCE_SINCE
    resolve: str = ""  # "list", or "12=sent", "12=sent:https://…", "12=again"
    retry: bool = False  # what was refused goes back in the queue
    withdraw: bool = False  # take *post* down


def run(root: Path, wish: Wish) -> bool:
    """Do what was asked; True when nothing failed."""
    bench = Bench.at(root)
    if wish.resolve:
        return resolve(bench, wish.resolve)
    published = bench.published()
    if wish.withdraw:
        return take_down(bench, published, wish)
    chosen = due(published, bench.since(wish.since), bench.now(), wish.post or None)
    if wish.post and not chosen:
        raise TertuliaError(say("announce_no_post", post=wish.post))
    if wish.dry_run:
        known = _only(bench.networks(published, with_store=False), wish.network)
        planned = drafts(chosen, known)
        print(as_text(planned) if planned else say("announce_nothing"))
        return True
    if published.preview:
        raise TertuliaError(say("announce_preview"))
    if wish.retry:
        for row in bench.store.deliveries.all(state=DeliveryState.REFUSED, network=wish.network or None):
            bench.store.deliveries.retry(row.id)
    return send(bench, published, chosen, _only(bench.networks(published), wish.network), wish.post)


def write_page(root: Path, output: Path) -> None:
    """Leave in the preview's folder *output* a page with every announcement to come, drawn as it would look."""
    bench = Bench.at(root)
    published = posts.read(output)
    try:
        since = bench.since("")
    except SettingError:
        return
    coming = [post for post in published.posts if post.date >= since]
    folder = output / PAGE_FOLDER
    folder.mkdir(exist_ok=True)
    planned = drafts(coming, bench.networks(published, with_store=False))
    (folder / "index.html").write_text(as_page(planned, published.title), "utf-8")


def send(bench: Bench, published: Published, chosen: list[Post], known: list[Network], post: str = "") -> bool:
    """Enqueue and deliver, and follow edits of what was said before; say what became of each."""
    ready = [one for one in known if one.configured()]
    if not ready:
        print(say("announce_no_network"))
        return True
    for one in ready:
        _refresh_limits(one)
    outbox = bench.outbox(known)
    planned = outbox.unsaid(drafts(chosen, ready))
    _warn(planned)
    outbox.show_all()
    outbox.enqueue(planned)
    outcomes = outbox.deliver(post=chosen[0].id if post and chosen else None)
    edited = [one for one in published.posts if not post or named(one, post)]
    changes = follow_edits(outbox, edited)
    if not outcomes and not changes:
        print(say("announce_nothing"))
    titles = {one.key: one.title for one in published.posts}
    for line in lines_for(outcomes, titles):
        print(line)
    for change in changes:
        print(_line(titles, change.delivery, "edited" if change.done else "delivered", change.what))
    failed = [outcome for outcome in outcomes if outcome.state in (DeliveryState.REFUSED, DeliveryState.UNKNOWN)]
    if failed:
        to_owner(bench.settings, say("owner_subject", title=published.title), "\n".join(lines_for(failed, titles)))
    return not failed


def lines_for(outcomes: Sequence[Outcome], titles: dict[tuple[str, str], str]) -> list[str]:
    """One line for each row, but a newsletter's letters that fared alike together."""
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for outcome in outcomes:
        row = outcome.delivery
        own = () if row.network == "mail" else (str(row.id),)
        groups.setdefault((row.post, row.lang, row.network, outcome.state, *own), []).append(outcome)
    return [line_for(group[0], titles) + (f" × {len(group)}" if len(group) > 1 else "") for group in groups.values()]


def resolve(bench: Bench, answer: str) -> bool:
    """Show what waits for a person, or take the answer for one row: ``12=sent``, ``12=sent:URL``, ``12=again``."""
    unknown = bench.store.deliveries.all(state=DeliveryState.UNKNOWN)
    number, equals, verdict = answer.partition("=")
    if not equals:
        for row in unknown:
            print(f"{row.id:>5}  {row.post} ({row.lang})  {row.network}  {row.reason}")
        print(say("resolve_how") if unknown else say("resolve_none"))
        return True
    asked = next((row for row in unknown if str(row.id) == number.strip()), None)
    what, _, url = verdict.partition(":")
    if asked is None or what not in ("sent", "again"):
        raise TertuliaError(say("resolve_how"))
    bench.outbox(bench.networks()).resolve(asked, there=what == "sent", url=url)
    print(say("resolve_sent" if what == "sent" else "resolve_again"))
    return True


def take_down(bench: Bench, published: Published, wish: Wish) -> bool:
    """Delete what was said of one post, where that can be done."""
    if not wish.post:
        raise TertuliaError(say("withdraw_which"))
    ids = {post.id for post in published.posts if named(post, wish.post)} or {wish.post}
    outbox = bench.outbox(bench.networks(published))
    changes = [change for name in sorted(ids) for change in withdraw(outbox, name, wish.network)]
    if not changes:
        raise TertuliaError(say("announce_no_post", post=wish.post))
    titles = {post.key: post.title for post in published.posts}
    for change in changes:
        print(_line(titles, change.delivery, "withdrawn" if change.done else change.delivery.state, change.what))
    return all(change.done for change in changes)


def line_for(outcome: Outcome, titles: dict[tuple[str, str], str]) -> str:
    """One row of the report: post, network, state, where or why."""
    until = say("announce_until", time=outcome.until.astimezone().strftime("%H:%M")) if outcome.until else ""
    detail = " · ".join(part for part in (outcome.url, until, outcome.reason) if part)
    return _line(titles, outcome.delivery, outcome.state, detail)


def _line(titles: dict[tuple[str, str], str], row: Delivery, state: str, detail: str) -> str:
    title = titles.get((row.post, row.lang), row.post)
    part = f" {row.part}" if row.after else ""
    return f"  {shorten(title, 36):<36}  {row.network + part:<11}  {say('state_' + state):<10}  {detail}".rstrip()


def _refresh_limits(network: Network) -> None:
    with contextlib.suppress(RetryLaterError):  # what it said last time, or the usual limits, will do
        network.refresh_limits()


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
