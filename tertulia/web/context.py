"""What every page of the service works with, and what happens behind its back: letters and rebuilding."""

import hashlib
import hmac
import logging
import secrets
import shlex
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from tertulia.conversation.blog import Blog
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.notices import Notices
from tertulia.core import smtp
from tertulia.core.addresses import split_address
from tertulia.core.errors import TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import carried
from tertulia.core.settings import Settings
from tertulia.core.tokens import Signer, secret_of
from tertulia.store import Store
from tertulia.web import akismet
from tertulia.web.budgets import DailyBudgets

log = logging.getLogger(__name__)

WINDOW_MINUTES = 10
MOST_IN_WINDOW = 60  # anything sent from one place beyond this is asked to wait
# Several decisions in a row are one rebuild.
REBUILD_AFTER_SECONDS = 1.0
LETTERS_EVERY_SECONDS = 30.0


@dataclass(slots=True)
class Desk:
    """One service at work for one blog."""

    blog: Blog
    store: Store
    settings: Settings
    moderator: Moderator
    signer: Signer
    notices: Notices
    now: Callable[[], datetime]
    counter: "Counter"
    same_origin: bool = True  # the service answers under the site's own host
    behind: "BackgroundWorker | None" = None
    work: str = ""  # key of the proof of work
    budgets: DailyBudgets = field(default_factory=DailyBudgets)
    web: Fetcher = field(default_factory=Fetcher)

    @classmethod
    def at(
        cls,
        root: Path,
        blog: Blog,
        store: Store,
        settings: Settings,
        now: Callable[[], datetime],
        *,
        snapshots: Path,
        same_origin: bool = True,
        rate: int = MOST_IN_WINDOW,
    ) -> "Desk":
        """Put everything together."""
        secret = secret_of(settings, root)
        signer = Signer(secret)
        notices = Notices(store, blog, signer, settings.owner_email, now)
        behind = BackgroundWorker(root, settings, store, now)
        web = Fetcher(settings.fetch_allow_private)
        moderator = Moderator(
            store, snapshots, now, notices, behind.rebuild, akismet.asker(settings.akismet_key, blog, web)
        )
        return cls(
            blog=blog,
            store=store,
            settings=settings,
            moderator=moderator,
            signer=signer,
            notices=notices,
            now=now,
            counter=Counter(rate),
            same_origin=same_origin,
            behind=behind,
            work=hashlib.sha256(f"altcha {secret.reveal()}".encode()).hexdigest(),
            web=web,
        )

    def finish(self) -> None:
        """What a task of the terminal leaves to do: the letters it wrote, the rebuilding it asked for."""
        if self.behind:
            self.behind.finish()
        self.store.close()


class Counter:
    """How often one address did something in the last minutes; kept in memory, under a salt that is new every day."""

    def __init__(self, most: int = MOST_IN_WINDOW) -> None:
        self.most = most
        self._day = ""
        self._salt = b""
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)

    def hit(self, what: str, address: str, now: datetime, most: int = 0) -> int:
        """
        Count once more.

        Returns:
            How many times in the window, this one included; more than *most* means: too many.
        """
        most = most or self.most
        if self._day != now.date().isoformat():
            self._day, self._salt = now.date().isoformat(), secrets.token_bytes(16)
        item = RateLimitItemPerMinute(most + 1, WINDOW_MINUTES)
        who = hmac.new(self._salt, address.encode(), hashlib.sha256).hexdigest()[:16]
        if not self._limiter.hit(item, what, who):
            return most + 1
        return most + 1 - self._limiter.get_window_stats(item, what, who).remaining


class BackgroundWorker:
    """Two threads: one sends letters, one has the site built anew."""

    def __init__(self, root: Path, settings: Settings, store: Store, now: Callable[[], datetime]) -> None:
        self._root, self._settings, self._store, self._now = root, settings, store, now
        self._wanted = threading.Event()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin; both end with the process."""
        if self._settings.smtp_url:
            threading.Thread(target=carried(self._post), daemon=True, name="letters").start()
        if self._settings.rebuild_hook:
            threading.Thread(target=carried(self._build), daemon=True, name="rebuild").start()

    def stop(self) -> None:
        """End at the next turn."""
        self._stop.set()
        self._wanted.set()

    def rebuild(self) -> None:
        """What is public has changed."""
        self._wanted.set()

    def finish(self) -> None:
        """Do at once what is waiting, where no thread will."""
        if self._settings.smtp_url:
            self.send_letters()
        if self._settings.rebuild_hook and self._wanted.is_set():
            self.run_hook()

    def send_letters(self) -> int:
        """Send what is due; how many went."""
        sent = 0
        for letter in self._store.letters.due(self._now()):
            try:
                settings = self._settings
                smtp.send(
                    settings.smtp_url,
                    settings.mail_from or settings.owner_email,
                    letter.recipient,
                    letter.subject,
                    letter.body,
                    self._now(),
                )
            except TertuliaError as error:
                again = self._store.letters.failed(letter, self._now())
                log.warning("%s (%s)", error, "again later" if again else "given up")
            else:
                self._store.letters.sent(letter)
                sent += 1
        return sent

    def run_hook(self) -> None:
        """Run ``REBUILD_HOOK``: a command in the blog's folder, or an address that gets a POST."""
        hook = self._settings.rebuild_hook.reveal()
        if split_address(hook).is_web:
            token = self._settings.rebuild_token.reveal()
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            web = Fetcher(self._settings.fetch_allow_private)
            # The words GitHub wants: https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event
            answer = web.request("POST", hook, json={"event_type": "conversation"}, headers=headers)
            if not answer.ok:
                log.warning("the rebuild hook answered %s", answer.status)
            return
        try:
            ended = subprocess.run(shlex.split(hook), cwd=self._root, check=False, capture_output=True, timeout=1800)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("the rebuild hook did not run: %s", error)
            return
        if ended.returncode:
            log.warning(
                "the rebuild hook ended with %s: %s", ended.returncode, ended.stderr[-500:].decode(errors="replace")
            )

    def _post(self) -> None:
        while not self._stop.wait(LETTERS_EVERY_SECONDS if not self._quietly(self.send_letters) else 1.0):
            pass

    def _build(self) -> None:
        while self._wanted.wait() and not self._stop.wait(REBUILD_AFTER_SECONDS):
            self._wanted.clear()
            self._quietly(self.run_hook)

    @staticmethod
    def _quietly(work: Callable[[], object]) -> object:
        """One failure must not end the thread."""
        try:
            return work()
        except Exception:
            log.exception("behind the service")
            return None
