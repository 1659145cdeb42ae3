"""Bringing home what was said elsewhere, from the terminal. The work is in ``tertulia.conversation.collector``."""

import logging
import sys
from dataclasses import replace
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands import webmention
from tertulia.content.posts import Published
from tertulia.conversation import avatars, native_changes
from tertulia.conversation.collector import Collector
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.pasted import captured
from tertulia.conversation.profile_links import ProfileLinks
from tertulia.conversation.webmention.receive import NotTakenError, Receiver
from tertulia.core.errors import FetchError, TertuliaError, log_failure
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.embeds import providers
from tertulia.embeds.link_table import LinkTable
from tertulia.embeds.links import expander
from tertulia.store.said import Incoming, Recorded
from tertulia.syndication.networks.listening.base import RemoteComment

log = logging.getLogger(__name__)
LOST_PROOFS = "collect lost proofs"  # the mark of those that were told of


def run(
    root: Path,
    *,
    network: str = "",
    everything: bool = False,
    url: str = "",
    post: str = "",
    dry_run: bool = False,
) -> bool:
    """
    Collect what is due; True when every network answered.

    Args:
        network: Only this one, by name.
        everything: Also what was looked at lately.
        url: Only the thing at this address, whoever said it wherever.
        post: The Id of the article that *url* belongs to, when it does not say so itself.
        dry_run: Only say what would be asked, and what it may cost.
    """
    with Blog(root) as blog:
        blog.heed_people()
        collecting = CollectRun(blog, blog.published())
        if dry_run:
            collecting.plan(network, everything)
            return True
        if url:
            good = collecting.paste(url, post)
        else:
            with blog.clockwork.watch("collect"):
                good = collecting.collect(network, everything)
        collecting.finish()
        return good


class CollectRun:
    """One run of collecting: what came, what it changed, and what follows from it at the end."""

    def __init__(self, blog: Blog, published: Published) -> None:
        self.blog, self.published = blog, published
        self.changed = False
        self.pages = blog.pages(published)
        self.waiting: list[str] = []  # keys of what is new and for the owner to decide
        # The owner gets one letter at the end, and the site is built once.
        quiet = replace(blog.notices, owner="")
        self.moderator: Moderator = replace(blog.moderator, notices=quiet, rebuild=self._note_change)
        self.listeners = blog.listeners()
        self.collector = Collector(
            store=blog.store,
            listeners=self.listeners,
            posts=list(published.posts),
            site=published.site,
            lang=published.lang,
            title=published.title,
            find=self.find,
            take=self._take,
            gone=self._gone,
            show=lambda post, lang: self.moderator.show([(post, lang)]),
            now=blog.now,
            together=self.moderator.together,
            expand=expander(LinkTable.load(blog.root / "content" / "links.toml"), self.blog.fetcher),
            avatar=self._avatar,
        )

    def find(self, url: str) -> tuple[str, str] | None:
        """Return the article that an address means."""
        page = self.pages.find(url)
        return (page.post, page.lang) if page and page.post else None

    def collect(self, network: str, everything: bool) -> bool:
        """Every network that is due, and the webmentions that nobody looked at."""
        self._check_name(network)
        for plan in self.collector.plan(everything=everything, network=network):
            if plan.cents:
                print(say("collect_price", network=plan.network, n=plan.looks, cents=f"{plan.cents:g}"), flush=True)
        reports = self.collector.run(everything=everything, network=network)
        for report in reports:
            print(f"{report.network:<10}  {report}")
            self.blog.clockwork.done("collect", report.network, report.problem)
            for note in report.notes:
                print(f"  {note}", file=sys.stderr)
            if report.cents:
                total = self.collector.spent(report.network)
                print("  " + say("collect_paid", network=report.network, cents=f"{report.cents:g}", total=f"{total:g}"))
        with self.blog.clockwork.watch("webmention"):
            looked = self.receiver().work()
            if looked:
                print(say("collect_mentions", n=looked))
            webmention.tell(self.blog, self.published)  # those that had to wait
        self._look_at_profiles()
        is_read = self._take_mail()
        self.blog.background.sweep()
        avatars.prune(self.blog.snapshots, self.blog.store.collected.avatars())
        return is_read and not any(report.failed for report in reports)

    def _look_at_profiles(self) -> None:
        """Look whether pages and profiles link to each other, and tell of what is no longer proved."""
        store, now = self.blog.store, self.blog.now()
        with log_failure(log, "profiles"):
            for person in ProfileLinks(store, self.blog.fetcher).check(now):
                self.moderator.show_person(person)
        told = store.conversation.get_cursor(LOST_PROOFS)
        lost = store.profiles.lost(told)
        for one in lost:
            what = "collect_proof_lost_same" if one.is_same else "collect_proof_lost"
            print(say(what, person=one_line(one.called, 60), name=one.name, proof=say(f"person_proof_{one.how}")))
        if lost:
            store.conversation.set_cursor(LOST_PROOFS, max(one.at for one in lost))

    def _take_mail(self) -> bool:
        """Take the answers that came by mail; False where the mailbox does not answer."""
        try:
            self.blog.background.take_mail()
        except FetchError as error:
            print(error, file=sys.stderr)
            return False
        return True

    def plan(self, network: str, everything: bool) -> None:
        """Say what would be asked."""
        self._check_name(network)
        for plan in self.collector.plan(everything=everything, network=network):
            price = " · " + say("collect_up_to", cents=f"{plan.cents:g}") if plan.cents else ""
            print(f"{plan.network:<10}  {say('collect_looked', n=plan.looks)}{price}")

    def _check_name(self, network: str) -> None:
        known = [one.name for one in self.listeners]
        if network and network not in known:
            raise TertuliaError(say("announce_unknown_network", name=network, names=", ".join(known)))
        if not known:
            print(say("collect_nobody"))

    def paste(self, url: str, post: str) -> bool:
        """One thing by its address: asked of a network that we listen to, else read as any page is."""
        place = next((one.key for one in self.published.posts if one.id == post), None)
        if post and place is None:
            raise TertuliaError(say("announce_no_post", post=post))
        if not place and self._told_by_page(url):
            print(say("collect_pasted", url=url))
            return True
        network, heard, is_asked_again = self._heard(url)
        if heard is None:
            raise TertuliaError(say("collect_not_pasted", url=url))
        if self.collector.pasted(heard, network, place, is_asked_again=is_asked_again) is None:
            raise TertuliaError(say("collect_no_place", url=url))
        print(say("collect_pasted", url=url))
        return True

    def receiver(self) -> Receiver:
        """Return what looks at webmentions, and at pages that were pasted."""
        return self.blog.receiver(self.pages, self.moderator, take=self._take)

    def finish(self) -> None:
        """Do what follows when something came: a letter to the owner, letters to readers, the site built anew."""
        settings = self.blog.settings
        if self.waiting:
            print(say("collect_waiting", n=len(self.waiting)))
            if settings.smtp_url:
                with log_failure(log, "what was collected"):
                    self.blog.notices.gathered(self.waiting)
        if self.changed and not settings.rebuild_hook:
            print(say("collect_changed"))
        if self.changed and settings.rebuild_hook:
            print(say("collect_rebuilding"), flush=True)
            self.blog.background.request_rebuild()
        self.blog.background.run_pending()

    def _told_by_page(self, url: str) -> bool:
        """Whether the page at *url*, of no network, links to an article: then it is a webmention that nobody sent."""
        if providers.find(url).provider is not providers.PAGE:
            return False
        receiver = self.receiver()
        try:
            for target in receiver.targets_in(url):
                receiver.accept(url, target)
                receiver.work()
                row = self.blog.store.mentions.known(url, target)
                if row and row.state == "taken":
                    return True
        except (NotTakenError, FetchError):
            return False
        return False

    def _heard(self, url: str) -> tuple[str, RemoteComment | None, bool]:
        """
        Return the network, what is said at *url*, and whether its id there is known, so that it can be asked for again.
        """
        for listener in self.listeners:
            if heard := listener.fetch_by_url(url):
                return listener.name, heard, True
        network, heard = captured(url, self.blog.fetcher, self.blog.settings.bluesky_appview_url, self.blog.now)
        return network, heard, bool(heard and "://" not in heard.id)

    def _take(self, incoming: Incoming) -> Recorded:
        recorded = native_changes.edited(self.moderator, incoming) or self.moderator.ingest(incoming)
        if recorded.status == "waiting" and recorded.state in ("new", "edited") and recorded.key not in self.waiting:
            self.waiting.append(recorded.key)
        return recorded

    def _gone(self, source: str, source_id: str) -> Recorded:
        gone = native_changes.deleted(self.moderator, source, source_id)
        return gone or self.moderator.gone(source, source_id)

    def _note_change(self) -> None:
        self.changed = True

    def _avatar(self, url: str) -> str:
        return avatars.keep(url, self.blog.snapshots, self.blog.fetcher)
