"""What is where, what waits and why, what failed; and whether every key works."""

import contextlib
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands import orphans, webmention
from tertulia.content.posts import Post
from tertulia.core import strict_json
from tertulia.core.errors import NetworkError, TertuliaError
from tertulia.core.languages import say
from tertulia.store.delivery_rows import Delivery
from tertulia.store.tables import DeliveryState
from tertulia.syndication.networks import per_reader
from tertulia.syndication.networks.base import Remote, understood

# States in which nothing more happens unless the owner does something.
NEEDS_YOU = (DeliveryState.UNKNOWN, DeliveryState.REFUSED)


def run(root: Path) -> bool:
    """Tell, for each post and network, where it is; True when nothing needs the owner."""
    with Blog(root) as blog:
        return _tell(blog)


def forget_run(root: Path, name: str) -> None:
    """
    Say no more of a task that runs no more.

    Raises:
        TertuliaError: none of that name has ever run.
    """
    with Blog(root) as blog:
        if not blog.store.runs.forget(name):
            raise TertuliaError(
                say("run_unknown", name=name, names=", ".join(run.name for run in blog.store.runs.all()))
            )
        print(say("run_forgotten", name=name))


def _tell(blog: Blog) -> bool:
    rows = blog.store.deliveries.all()
    titles = _titles(blog)
    counted = per_reader()
    post = None
    for row in sorted(rows, key=lambda row: (row.created_at, row.post, row.lang, row.id)):
        if row.network in counted:
            continue
        if (row.post, row.lang) != post:
            post = (row.post, row.lang)
            print(f"{titles.get(post, row.post)} ({row.lang})")
        print(_line(row))
    for line in _letters([row for row in rows if row.network in counted], titles):
        print(line)
    told = blog.store.sent.all()
    for line in webmention.lines(told, {post.url: post.title for post in _posts(blog)}):
        print(line)
    if not (rows or told):
        print(say("status_nothing"))
    needs = [
        row for row in rows if row.state in NEEDS_YOU and not (row.state == DeliveryState.UNKNOWN and row.not_before)
    ]
    if needs:
        print(say("status_needs", n=len(needs)), file=sys.stderr)
    broken: list[str] = []
    known = blog.networks(with_store=False, left_out=lambda network, why: broken.append(_faulty(network, why)))
    for network in known:
        findings = network.key_findings() if network.configured() else []
        broken += [_faulty(network.label, f"{found.what} — {found.fix}") for found in findings if not found.good]
    broken += orphans.told(blog.root, blog.output)
    stopped = blog.clockwork.problems()
    broken += [_faulty(name, problem) for name, problem in stopped]
    for line in broken:
        print(line, file=sys.stderr)
    if waiting := blog.store.letters.waiting():
        print(say("status_letters", n=waiting))
    return not (needs or broken)


def _faulty(network: str, why: str) -> str:
    return f"{network}: ✗ {why}"


def _line(row: Delivery) -> str:
    remote = strict_json.decode(row.remote, type=Remote) if row.remote else None
    address = remote.url if remote and row.state == DeliveryState.DELIVERED else ""
    when = say("announce_until", time=_here(row.not_before)) if _waits(row) and row.not_before else ""
    number = f"#{row.id}" if row.state in NEEDS_YOU else ""
    detail = " · ".join(part for part in (address, when, row.reason, number) if part)
    part = f" {row.part}" if row.after else ""
    return f"  {row.network + part:<12}  {say('state_' + row.state):<10}  {detail}".rstrip()


def _here(stamp: str) -> str:
    """Return a moment of the store, which keeps UTC, by the clock of this machine."""
    return datetime.fromisoformat(stamp).astimezone().strftime("%Y-%m-%d %H:%M")


def _waits(row: Delivery) -> bool:
    return row.state in (DeliveryState.WAITING, DeliveryState.UNKNOWN)


def _letters(rows: list[Delivery], titles: dict[tuple[str, str], str]) -> list[str]:
    """Return a line for each post and network that writes to readers: how many letters are in which state."""
    letters: dict[tuple[str, str, str], Counter[str]] = {}
    for row in rows:
        letters.setdefault((row.post, row.lang, row.network), Counter())[row.state] += 1
    return [
        f"{titles.get((post, lang), post)} ({lang})\n  {network:<12}  "
        + ", ".join(f"{say('state_' + state)} {number}" for state, number in sorted(counts.items()))
        for (post, lang, network), counts in letters.items()
    ]


def _titles(blog: Blog) -> dict[tuple[str, str], str]:
    return {post.key: post.title for post in _posts(blog)}


def _posts(blog: Blog) -> tuple[Post, ...]:
    try:
        return blog.published().posts
    except TertuliaError:  # not built here: Ids and addresses will do
        return ()


def examine(root: Path) -> bool:
    """Try every key that is set, the store and the deploy target, posting nothing; True when all is well."""
    with Blog(root) as blog:
        return _examine(blog)


def _examine(blog: Blog) -> bool:
    good = True
    blog.store.deliveries.counts()
    print(f"{say('doctor_store')}: ✓ {blog.store.database.engine.dialect.name}")
    broken: list[str] = [_faulty(name, problem) for name, problem in blog.clockwork.problems()]
    known = blog.networks(left_out=lambda network, why: broken.append(_faulty(network, why)))
    for line in broken:
        print(line)
        good = False
    for network in known:
        if not network.configured():
            needed = network.needed()
            missing = [name for name, given in needed.items() if not given]
            some = len(missing) < len(needed)  # begun and not finished is worth a word
            print(f"{network.label}: {say('doctor_missing', names=', '.join(missing)) if some else say('show_no_key')}")
            good = good and not some
            continue
        try:
            with contextlib.suppress(NetworkError), understood(network):
                network.renew_key()
            with understood(network):
                findings = [*network.check(), *network.key_findings()]
        except TertuliaError as error:
            print(f"{network.label}: ✗ {error}")
            good = False
            continue
        for finding in findings:
            fix = f" — {finding.fix}" if finding.fix else ""
            print(f"{network.label}: {'✓' if finding.good else '✗'} {finding.what}{fix}")
            good = good and finding.good
    return _target(blog) and good


def _target(blog: Blog) -> bool:
    if not blog.settings.deploy_target:
        print(f"DEPLOY_TARGET: {say('doctor_no_target')}")
        return True
    try:
        place = blog.deploy_target()
        files = len(place.manifest().files)
    except (TertuliaError, OSError) as error:  # a target of others may let the system speak
        print(f"DEPLOY_TARGET: ✗ {error}")
        return False
    print(f"DEPLOY_TARGET: ✓ {say('doctor_target', files=files)}")
    return True
