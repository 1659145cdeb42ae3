"""From built to announced: build, deploy, wait until the new posts answer, say them. Each step's work is elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from tertulia.app import Blog
from tertulia.commands import announce, build, orphans, webmention
from tertulia.commands.report import refresh_page
from tertulia.content import snapshot
from tertulia.content.posts import Post, Published
from tertulia.conversation.clockwork import Watched
from tertulia.core.errors import FetchError, TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.deploy import digests, headers
from tertulia.deploy.base import DeployError, DeployPlan, Manifest, Target, files_of, lost, plan
from tertulia.site import moved
from tertulia.site.gone import is_gone
from tertulia.store.said import Status
from tertulia.store.tables import DeliveryState
from tertulia.syndication import pings
from tertulia.syndication.drafts import due, is_wanted
from tertulia.syndication.networks.base import Network

# Where the build looks for them: ADDRESSES_PATH.
ADDRESSES = "var/addresses.json"
# A file put at a host is usually there at once; a CDN or Pages may take minutes.
WAIT_SECONDS = 300.0
LOOK_EVERY_SECONDS = 3.0
_FRESH = {"Cache-Control": "no-cache"}


def run(root: Path, *, dry_run: bool = False, lose: bool = False) -> bool:
    """
    Publish the blog; True when everything went out.

    Args:
        dry_run: Build, and only show what would be uploaded and said.
        lose: Go on even if links or comments that are public would disappear.
    """
    with Blog(root) as blog:
        target = blog.deploy_target()  # a missing one is said before the build
        blog.since()
        _remember(blog, target.manifest())
        if dry_run:
            return build.into_output(root, strict=True) and _publish(blog, target, Watched(), dry_run=True, lose=lose)
        with blog.clockwork.watch("publish") as watched:
            refresh_page(blog)
            if not build.into_output(root, strict=True):
                watched.problem = say("publish_unbuilt")
                return False
            return _publish(blog, target, watched, dry_run=False, lose=lose)


def _publish(blog: Blog, target: Target, watched: Watched, *, dry_run: bool, lose: bool) -> bool:
    said = 0 if dry_run else blog.store.deliveries.begun()  # looking makes no store
    changes = _changes(blog, target, said)
    published = blog.published()
    if not _nothing_lost(blog, changes, lose) or not (dry_run or lose or _remembers(changes)):
        watched.problem = say("publish_held")
        return False
    fresh = due(published, since=blog.since(), now=blog.now())
    if dry_run:
        show(changes)
        announce.show_plan(fresh, blog.networks(published, with_store=False))
        return True
    blog.witness.look(changes.old.published_before(said))
    # Until all is said the target keeps what it knows: whoever ends this run midway has not made it forget.
    _upload(blog, target, _with_said(changes, max(changes.old.said, said)))
    known = blog.networks(published)
    unsaid = [post for post in fresh if not _said(blog, post, known)]
    if not all_answer(blog.fetcher, unsaid, time.monotonic, time.sleep):
        watched.problem = say("publish_silent", url=unsaid[0].url)
        return False
    if changes.put:
        ping(blog, published, changes)
    before = public(blog.snapshots, published.posts)
    good = announce.send(blog, published, fresh, known, since=blog.since())
    # Whoever is told looks at the page at once.
    told = webmention.plan_all(blog, published)
    if all_answer(blog.fetcher, told, time.monotonic, time.sleep, gone=webmention.buried(blog, published)):
        webmention.tell(blog, published)
    # Now the pages can say where their posts live, and the manifest that they were said.
    if public(blog.snapshots, published.posts) != before or blog.store.deliveries.begun() != max(
        said, changes.old.said
    ):
        return build.into_output(blog.root, strict=True) and _deploy(blog, target, lose=lose, settled=lose) and good
    return good


def upload(root: Path, *, dry_run: bool = False, lose: bool = False) -> bool:
    """Only the deploy: put the output where ``DEPLOY_TARGET`` says."""
    with Blog(root) as blog:
        return _deploy(blog, blog.deploy_target(), dry_run=dry_run, lose=lose)


def _deploy(blog: Blog, target: Target, *, dry_run: bool = False, lose: bool = False, settled: bool = False) -> bool:
    """
    Put the output there.

    Args:
        settled: What an earlier store may have said was asked about: from now on the target goes by this one.
    """
    if blog.published().preview:
        raise DeployError(say("announce_preview"))
    changes = _changes(blog, target, 0 if dry_run else blog.store.deliveries.begun())
    if not settled:
        changes = _with_said(changes, max(changes.old.said, changes.new.said))
    if not _nothing_lost(blog, changes, lose):
        return False
    if dry_run:
        show(changes)
    else:
        _upload(blog, target, changes)
    return True


def print_headers(root: Path, form: str, *, hsts: bool = False) -> None:
    """
    Print the headers that the built blog needs, as *form* writes them.

    Raises:
        TertuliaError: there is no such form, or nothing was built.
    """
    if form not in headers.FORMS:
        raise TertuliaError(say("headers_form", form=form, forms=", ".join(headers.FORMS)))
    with Blog(root) as blog:
        elsewhere = "" if blog.info.same_origin else blog.info.service
        found = headers.of_site(blog.output, elsewhere, hsts=hsts)
    print(headers.FORMS[form](found), end="")


def write_snapshot(root: Path) -> None:
    """Bring every conversation snapshot up to date with the store."""
    with Blog(root) as blog:
        changed = blog.outbox().show_all() + blog.store.conversation.show_all(blog.snapshots)
        refresh_page(blog)
        print(say("snapshot_written", changed=changed))


def _changes(blog: Blog, target: Target, said: int) -> DeployPlan:
    old, published, there = target.manifest(), blog.published(), files_of(blog.output, blog.root / digests.PLACE)
    new = Manifest(
        files=there,
        public=public(blog.snapshots, published.posts),
        # What only an earlier build had here was never there: it is no address that could be gone.
        addresses=old.addresses | {file: named for file, named in published.addresses.items() if file in there},
        said=said,
    )
    return plan(old, new=new)


def _with_said(changes: DeployPlan, said: int) -> DeployPlan:
    return replace(changes, new=msgspec.structs.replace(changes.new, said=said))


def _remember(blog: Blog, there: Manifest) -> None:
    """Let the next build know the addresses that were published: this machine may be another than last time's."""
    path = blog.root / ADDRESSES
    if there.addresses:
        moved.write_note(path, {**moved.read_note(path), **there.addresses})


def public(snapshots: Path, posts: Iterable[Post]) -> dict[str, tuple[str, ...]]:
    """Return what the pages show of the conversation, by post: links to networks, and the ids of comments."""
    shown = {}
    for post in posts:
        known = snapshot.read(snapshots, post.id, post.lang)
        items = [*(link.url for link in known.syndication), *(comment.id for comment in known.comments)]
        if items:
            shown[f"{post.id}.{post.lang}"] = tuple(sorted(items))
    return dict(sorted(shown.items()))


def _remembers(changes: DeployPlan) -> bool:
    """Whether this is the store that knows what was said; a new one would say it all again where nobody can look."""
    if changes.new.said < changes.old.said:
        print(say("publish_forgot", said=changes.old.said, known=changes.new.said), file=sys.stderr)
        return False
    return True


def _nothing_lost(blog: Blog, changes: DeployPlan, lose: bool) -> bool:
    """Whether everything of the conversation that was public still is, or went on purpose."""
    published = blog.published()
    gone = [
        line for line in lost(changes.old, new=changes.new) if not _on_purpose(blog, published, line.partition(": ")[2])
    ]
    if not gone or lose:
        return True
    print(say("publish_lost", n=len(gone)), file=sys.stderr)
    for line in [*orphans.told(blog.root, blog.output), *gone[:10]]:
        print(f"  {line}", file=sys.stderr)
    return False


def _on_purpose(blog: Blog, published: Published, item: str) -> bool:
    if item.startswith(("https://", "http://")):
        return any(item in row.remote for row in blog.store.deliveries.all(state=DeliveryState.WITHDRAWN))
    held = blog.store.conversation.get(item)
    if held is None:
        return bool(blog.store.conversation.audit(item, limit=1))
    # Approved and shown nowhere: its post has another Id now, or is lost; nobody decided that.
    return held.status != Status.APPROVED or not any(
        (held.post, held.lang) == (one.post, one.lang)
        for one in orphans.orphans(blog.snapshots, blog.output, published)
    )


def _upload(blog: Blog, target: Target, changes: DeployPlan) -> None:
    if not (changes.put or changes.delete) and changes.old == changes.new:
        print(say("deploy_same"))
        return
    target.apply(blog.output, changes)
    _remember(blog, changes.new)
    print(say("deploy_done", put=len(changes.put), gone=len(changes.delete)))


def show(changes: DeployPlan) -> None:
    """Print what a deploy would change."""
    for name in changes.put:
        print(f"  + {name}")
    for name in changes.delete:
        print(f"  - {name}")
    print(say("deploy_would", put=len(changes.put), gone=len(changes.delete)))


def _said(blog: Blog, post: Post, known: Iterable[Network]) -> bool:
    """Whether nothing of *post* is left to be said, so that nobody need wait for its page."""
    names = {network.name for network in known if network.configured() and is_wanted(post, network)}
    rows = blog.store.deliveries.all(post=post.id)
    return names <= {
        row.network
        for row in rows
        if row.lang == post.lang and row.state in (DeliveryState.DELIVERED, DeliveryState.WITHDRAWN)
    }


def all_answer(
    web: Fetcher,
    posts: Iterable[Post],
    clock: Callable[[], float],
    pause: Callable[[float], None],
    gone: Iterable[str] = (),
) -> bool:
    """Whether every post's page answers 200, and all that is *gone* says so, in time; it tells whom it waits for."""
    waiting = [(post.url, _answers) for post in posts] + [(url, _is_gone) for url in gone]
    ends, told = clock() + WAIT_SECONDS, False
    while waiting:
        left = [(url, is_ready) for url, is_ready in waiting if not is_ready(web, url)]
        if left and not told:
            print(say("publish_waits", url=left[0][0], minutes=round(WAIT_SECONDS / 60)), flush=True)
            told = True
        waiting = left
        if waiting and clock() > ends:
            for url, _ in waiting:
                print(say("publish_silent", url=url), file=sys.stderr)
            return False
        if waiting:
            pause(LOOK_EVERY_SECONDS)
    return True


def _answers(web: Fetcher, url: str) -> bool:
    try:
        return web.request("GET", url, headers=_FRESH).status == 200
    except FetchError:
        return False


def _is_gone(web: Fetcher, url: str) -> bool:
    try:
        answer = web.request("GET", url, headers=_FRESH)
    except FetchError:
        return False
    return answer.status in (404, 410) or is_gone(answer.text)


def ping(blog: Blog, published: Published, changes: DeployPlan) -> None:
    """Tell the WebSub hub and IndexNow, where the blog names them."""
    told = []
    own = [post for post in published.posts if not post.guid]  # what was brought from another site is not new
    if published.posts and not own:
        return
    brought = {post.url.removeprefix(f"{published.site}/") for post in published.posts if post.guid}
    if hub := blog.conf.get("WEBSUB_HUB"):
        feeds = [name for name in changes.put if name.endswith(("atom.xml", "rss.xml", "feed.json"))]
        told += pings.websub(blog.fetcher, hub, [f"{published.site}/{name}" for name in feeds], blog.now)
    if key := blog.conf.get("INDEXNOW_KEY"):
        pages = [name.removesuffix("index.html") for name in changes.put if name.endswith("/index.html")]
        pages = [page for page in pages if page not in brought]
        addresses = [f"{published.site}/{page}" for page in pages]
        told += pings.indexnow(blog.fetcher, site=published.site, key=key, addresses=addresses, now=blog.now)
    for finding in told:
        if not finding.good:
            print(f"  {finding.what}", file=sys.stderr)
