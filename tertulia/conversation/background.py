"""What happens behind the service's back: letters go out, and the site is built anew when something public changed."""

import logging
import shlex
import subprocess
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

from tertulia.conversation.clockwork import Clockwork
from tertulia.conversation.public_pages import PublicPages
from tertulia.core import smtp
from tertulia.core.addresses import split_address
from tertulia.core.errors import StoreError, TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import carried, say
from tertulia.core.secret import hide
from tertulia.core.settings import Settings
from tertulia.core.text import one_line
from tertulia.store import Store
from tertulia.store.letters import Letter

log = logging.getLogger(__name__)

# Several decisions in a row are one rebuild.
REBUILD_AFTER_SECONDS = 1.0
LETTERS_EVERY_SECONDS = 30.0
ANSWERS_EVERY_SECONDS = 5.0
MAIL_EVERY_SECONDS = 60.0
SWEEP_EVERY_SECONDS = 86_400.0


def leaving(address: str) -> dict[str, str]:
    """
    Return the lines of a letter by which a mail program ends such letters with one click; none where there is no
    *address*.

    https://www.rfc-editor.org/rfc/rfc8058#section-3.1
    """
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


class BackgroundWorker:
    """
    Sends letters and answers, has the site built anew and forgets what has had its time.

    In threads beside the service, or at once at the end of a command.

    One failure never ends a thread.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        store: Store,
        now: Callable[[], datetime],
        gather: Callable[[], None] = lambda: None,
        *,
        clockwork: Clockwork | None = None,
        answer: Callable[[], object] | None = None,
        read_mail: Callable[[], object] | None = None,
        reply_to: Callable[[Letter], str] = lambda letter: "",
        forget: Callable[[], object] = lambda: None,
    ) -> None:
        self._clockwork = clockwork
        self._root, self._settings, self._store, self._now = root, settings, store, now
        self._gather = gather  # writes the letter about all that waited for one
        self._answer = answer  # sends the answers that are due
        self._read_mail = read_mail  # takes the answers that came by mail
        self._reply_to = reply_to  # where a letter is answered
        self._forget = forget  # what has had its time
        self._wanted = threading.Event()
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the threads; all end with the process."""
        threading.Thread(target=carried(self._sweep_in_turn), daemon=True, name="sweep").start()
        if self._settings.smtp_url:
            threading.Thread(target=carried(self._send_in_turn), daemon=True, name="letters").start()
        if self._settings.rebuild_hook:
            threading.Thread(target=carried(self._rebuild_in_turn), daemon=True, name="rebuild").start()
        if self._answer:
            threading.Thread(target=carried(self._answer_in_turn), daemon=True, name="answers").start()
        if self._read_mail:
            threading.Thread(target=carried(self._read_mail_in_turn), daemon=True, name="mail").start()

    def stop(self) -> None:
        """Have the threads end at their next turn."""
        self._stop.set()
        self._wanted.set()

    def request_rebuild(self) -> None:
        """Note that what is public has changed; several notes in a row are one rebuild."""
        self._wanted.set()

    def run_pending(self) -> None:
        """Send and rebuild now what waits, where no thread will."""
        if self._answer:
            self._log_failure(self._answer)
        if self._settings.smtp_url:
            self._log_failure(self.send_letters)
        if self._settings.rebuild_hook and self._wanted.is_set():
            self._log_failure(self.run_hook)

    def send_letters(self) -> int:
        """Send the letters that are due; return how many went."""
        self._log_failure(self._gather)
        sent, problem = 0, None
        public = PublicPages(self._settings.fetch_allow_private)
        for letter in self._store.letters.due(self._now()):
            if letter.page and not public.show(letter.page):
                if not self._store.letters.await_page(letter, self._now()):
                    log.warning("%s", say("letter_given_up", page=letter.page))
                continue
            try:
                settings = self._settings
                smtp.send(
                    settings.smtp_url,
                    settings.mail_from or settings.owner_email,
                    letter.recipient,
                    subject=letter.subject,
                    body=letter.body,
                    now=self._now(),
                    headers=leaving(letter.leave) | self._answered_at(letter),
                )
            except StoreError:
                raise
            except Exception as error:  # one letter that cannot go keeps no other back
                again = self._store.letters.failed(letter, self._now())
                why = error if isinstance(error, TertuliaError) else type(error).__name__
                log.warning("%s (%s)", why, "again later" if again else "given up")
                problem = str(why)
            else:
                self._store.letters.sent(letter)
                problem = problem or ""
                sent += 1
        if problem is not None:  # with nothing to send there is nothing to tell
            self._done("letters", problem)
        return sent

    def _answered_at(self, letter: Letter) -> dict[str, str]:
        address = self._reply_to(letter)
        return {"Reply-To": address} if address else {}

    def take_mail(self) -> None:
        """Take the answers that came by mail, and report on it."""
        if self._read_mail:
            with self._clockwork.watch("mail") if self._clockwork else nullcontext():
                self._read_mail()

    def _done(self, task: str, problem: str) -> None:
        if self._clockwork:
            self._clockwork.done(task, problem=problem)

    def sweep(self) -> None:
        """Forget what has had its time, and report on it."""
        with self._clockwork.watch("purge") if self._clockwork else nullcontext():
            self._forget()

    def run_hook(self) -> None:
        """Run ``REBUILD_HOOK``: a command in the blog's folder, or an address that gets a POST."""
        try:
            problem = self._rebuild()
        except TertuliaError as error:
            problem = str(error)
        if problem:
            log.warning("%s", problem)
        self._done("rebuild", problem)

    def _rebuild(self) -> str:
        """Return what went wrong with the hook; "" for nothing."""
        hook = self._settings.rebuild_hook.reveal()
        if split_address(hook).is_web:
            token = self._settings.rebuild_token.reveal()
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            web = Fetcher(self._settings.fetch_allow_private)
            # The words GitHub wants: https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event
            answer = web.request("POST", hook, json={"event_type": "conversation"}, headers=headers)
            return "" if answer.ok else say("hook_answered", status=answer.status)
        try:
            ended = subprocess.run(shlex.split(hook), cwd=self._root, check=False, capture_output=True, timeout=1800)
        except (OSError, subprocess.SubprocessError) as error:
            return say("hook_not_run", why=error)
        if not ended.returncode:
            return ""
        return say(
            "hook_ended", status=ended.returncode, words=hide(one_line(ended.stderr[-500:].decode(errors="replace")))
        )

    def _send_in_turn(self) -> None:
        while not self._stop.wait(LETTERS_EVERY_SECONDS if not self._log_failure(self.send_letters) else 1.0):
            if self._clockwork:
                self._log_failure(self._clockwork.look)

    def _answer_in_turn(self) -> None:
        while not self._stop.wait(ANSWERS_EVERY_SECONDS):
            if self._answer:
                self._log_failure(self._answer)

    def _read_mail_in_turn(self) -> None:
        while not self._stop.wait(MAIL_EVERY_SECONDS):
            self._log_failure(self.take_mail)

    def _sweep_in_turn(self) -> None:
        while not self._stop.wait(SWEEP_EVERY_SECONDS):
            self._log_failure(self.sweep)

    def _rebuild_in_turn(self) -> None:
        while self._wanted.wait() and not self._stop.wait(REBUILD_AFTER_SECONDS):
            self._wanted.clear()
            self._log_failure(self.run_hook)

    @staticmethod
    def _log_failure(work: Callable[[], object]) -> object:
        """One failure must not end the thread."""
        try:
            return work()
        except TertuliaError as error:
            log.warning("%s", error)
        except Exception:
            log.exception("in the background of the service")
        return None
