"""Saying posts on networks, from the terminal: asked and shown here, done in ``syndication.outbox``."""

import contextlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands import webmention
from tertulia.content.posts import Post, Published
from tertulia.core.errors import ContentError, NetworkError, SettingError, TertuliaError
from tertulia.core.languages import say
from tertulia.core.text import shorten
from tertulia.store.delivery_rows import Delivery
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.adopting import adopt_for, adopt_found
from tertulia.syndication.drafts import Draft, drafts, due, named
from tertulia.syndication.edits import follow_edits, withdraw
from tertulia.syndication.networks import per_reader
from tertulia.syndication.networks.base import Network, understood
from tertulia.syndication.networks.mail import to_owner
from tertulia.syndication.outbox import Outcome
from tertulia.syndication.preview_page import as_page
from tertulia.syndication.preview_text import as_text

# Where the preview shows what would be announced; no published site has it.
PAGE_FOLDER = "_anuncios"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceOptions:
    """What the person at the terminal asked for."""

    dry_run: bool = False  # only show what would be said; nothing is sent, asked or written down
    post: str = ""  # only this one, by Id or address
    network: str = ""  # only this one, by name
    since: str = ""  # in place of ANNOUNCE_SINCE
    resolve: str = ""  # "list", or "12=sent", "12=sent:https://…", "12=again"
    retry: bool = False  # what was refused goes back in the queue
    withdraw: bool = False  # take *post* down
    yes_cut: bool = False  # the owner has seen that words of theirs are cut
    adopt: str = ""  # the address of a post written by hand that is the announcement


def run(root: Path, options: AnnounceOptions) -> bool:
    """Do what was asked; True when nothing failed."""
    with Blog(root) as blog:
        if options.resolve:
            return resolve(blog, options.resolve)
        published = blog.published()
        if options.adopt:
            return adopt(blog, published, options)
        if options.withdraw:
            return take_down(blog, published, options)
        since = blog.since(options.since)
        chosen = due(published, since=since, now=blog.now(), only=options.post or None)
        if options.post and not chosen:
            raise TertuliaError(say("announce_no_post", post=options.post))
        if options.dry_run:
            show_plan(chosen, _only(blog.networks(published, with_store=False), options.network))
            return True
        if published.preview:
            raise TertuliaError(say("announce_preview"))
        if options.retry:
            for row in blog.store.deliveries.all(state=DeliveryState.REFUSED, network=options.network or None):
                blog.store.deliveries.retry(row.id)
        known = _only(blog.networks(published), options.network)
        return send(blog, published, chosen, known, options.post, since=since, yes_cut=options.yes_cut)


def show_plan(posts: Iterable[Post], networks: Iterable[Network]) -> None:
    """Print what would be said of *posts*; nothing is sent."""
    planned = drafts(posts, networks)
    print(as_text(planned) if planned else say("announce_nothing"))


def write_page(root: Path, output: Path) -> None:
    """Leave in the preview's folder *output* a page with every announcement to come, drawn as it would look."""
    with Blog(root, output=lambda: output) as blog:
        published = blog.published()
        try:
            since = blog.since()
        except SettingError:
            return
        coming = due(published, since=since, now=datetime.max.replace(tzinfo=UTC))
        folder = output / PAGE_FOLDER
        folder.mkdir(exist_ok=True)
        planned = drafts(coming, blog.networks(published, with_store=False))
        (folder / "index.html").write_text(as_page(planned, published.title), "utf-8")


def send(
    blog: Blog,
    published: Published,
    chosen: list[Post],
    known: list[Network],
    post: str = "",
    *,
    since: datetime,
    yes_cut: bool = False,
) -> bool:
    """
    Enqueue and deliver, and follow edits of what was said before; say what became of each.

    Args:
        since: What is older and was queued before, for an earlier day, stays unsaid.
        yes_cut: Send the author's own words also where they do not fit; ``ANNOUNCE_CUT`` says so for good.
    """
    ready = [one for one in known if one.configured()]
    if not ready:
        print(say("announce_no_network"))
        return True
    for one in ready:
        _refresh_limits(one)
    blog.clockwork.done("announce")  # what is wrong with an announcement stands in its row, and is written of at once
    outbox = blog.outbox(known)
    planned = outbox.unsaid(drafts(chosen, ready))
    _warn(planned)
    outbox.show_all()
    held = [] if yes_cut or blog.conf.get("ANNOUNCE_CUT") else [draft for draft in planned if draft.is_cut]
    outbox.enqueue(draft for draft in planned if draft not in held)
    quiet = None if post else blog.quiet_until(blog.now())
    if quiet:  # what waits is said by the first run after it
        print(say("announce_quiet", until=f"{quiet:%H:%M}"))
        outcomes = outbox.deliver(only_answers=True)
    else:
        outcomes = outbox.deliver(post=chosen[0].id if post and chosen else None, posts=published.posts, since=since)
    edited = [one for one in published.posts if not post or named(one, post)]
    changes = follow_edits(outbox, edited)
    for draft in held:
        print(f"  {draft.post.title} · {draft.network.label}: {say('announce_cut')}", file=sys.stderr)
    if not (outcomes or changes or held):
        print(say("announce_nothing"))
    titles = {one.key: one.title for one in published.posts}
    for line in lines_for(outcomes, titles):
        print(line)
    for change in changes:
        print(_line(titles, change.delivery, "edited" if change.done else "delivered", change.what))
    bad = (DeliveryState.REFUSED, DeliveryState.UNKNOWN)
    failed = [outcome for outcome in outcomes if outcome.state in bad or outcome.needs_owner]
    if failed:
        to_owner(
            blog.settings,
            subject=say("owner_subject", title=published.title),
            text="\n".join(lines_for(failed, titles)),
        )
    return not failed and not held


def lines_for(outcomes: Sequence[Outcome], titles: dict[tuple[str, str], str]) -> list[str]:
    """One line for each row, but a newsletter's letters that fared alike together."""
    counted = per_reader()
    groups: dict[tuple[str, ...], list[Outcome]] = {}
    for outcome in outcomes:
        row = outcome.delivery
        own = () if row.network in counted else (str(row.id),)
        groups.setdefault((row.post, row.lang, row.network, outcome.state, *own), []).append(outcome)
    return [line_for(group[0], titles) + (f" × {len(group)}" if len(group) > 1 else "") for group in groups.values()]


def resolve(blog: Blog, answer: str) -> bool:
    """Show what waits for a person, or take the answer for one row: ``12=sent``, ``12=sent:URL``, ``12=again``."""
    said = blog.store.deliveries.all(state=DeliveryState.DELIVERED)
    found = [row for row in said if row.origin is Origin.FOUND and row.remote]
    unknown = [*blog.store.deliveries.all(state=DeliveryState.UNKNOWN), *found]
    number, equals, verdict = answer.partition("=")
    if number in ("webmention", "letters") and verdict in ("sent", "again"):
        if number == "letters":
            blog.store.letters.release(sent=verdict == "sent")
        else:
            webmention.resolve(blog, told=verdict == "sent")
        print(say("resolve_sent" if verdict == "sent" else "resolve_again"))
        return True
    if not equals:
        for row in unknown:
            print(f"{row.id:>5}  {row.post} ({row.lang})  {row.network}  {row.reason}")
        more = _asked_besides(blog)
        for line in more:
            print(line)
        print(say("resolve_how") if unknown or more else say("resolve_none"))
        return True
    asked = next((row for row in unknown if str(row.id) == number.strip()), None)
    what, _, url = verdict.partition(":")
    if asked is None or what not in ("sent", "again"):
        raise TertuliaError(say("resolve_how"))
    blog.outbox(blog.networks()).resolve(asked, there=what == "sent", url=url)
    print(say("resolve_sent" if what == "sent" else "resolve_again"))
    return True


def _asked_besides(blog: Blog) -> list[str]:
    """Return a line each for letters and webmentions that may have gone out before this store was here."""
    lines = [say("letters_held", n=held)] if (held := blog.store.letters.held()) else []
    with contextlib.suppress(ContentError, SettingError):  # nothing was built, or nothing is to be told
        asked = webmention.doubted(blog, blog.published(), blog.since())
        lines += [say("webmention_asks", n=len(asked))] if asked else []
    return lines


def adopt(blog: Blog, published: Published, options: AnnounceOptions) -> bool:
    """Take the owner's word that a post written by hand announces an article: what was found, or of *post*."""
    known = _only(blog.networks(published), options.network)
    outbox = blog.outbox(known)
    if not options.post:
        adopted = {(row.post, row.lang) for row in adopt_found(outbox, options.adopt)}
    else:
        planned = drafts(
            [post for post in published.posts if named(post, options.post)], [one for one in known if one.configured()]
        )
        wanted = options.network.lower()
        adopted = {
            draft.post.key
            for draft in planned
            if adopt_for(outbox, draft, options.adopt, unseen=draft.network.name == wanted)
        }
    if not adopted:
        raise TertuliaError(say("adopt_nothing", url=options.adopt))
    titles = {post.key: post.title for post in published.posts}
    for key in sorted(adopted):
        print(say("adopt_done", title=titles.get(key, key[0]), url=options.adopt))
    return True


def take_down(blog: Blog, published: Published, options: AnnounceOptions) -> bool:
    """Delete what was said of one post, where that can be done."""
    if not options.post:
        raise TertuliaError(say("withdraw_which"))
    ids = {post.id for post in published.posts if named(post, options.post)} or {options.post}
    outbox = blog.outbox(blog.networks(published))
    changes = [change for name in sorted(ids) for change in withdraw(outbox, name, network=options.network)]
    if not changes:
        raise TertuliaError(say("announce_no_post", post=options.post))
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
    # Without an answer, what it said last time will do, or the usual limits; and the key that we have: if that is no
    # longer good, the network says so when it is asked to publish.
    for ask in (network.refresh_limits, network.renew_key):
        with contextlib.suppress(NetworkError, OSError), understood(network):
            ask()


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
