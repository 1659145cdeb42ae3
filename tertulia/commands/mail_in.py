"""Answers by mail: one from the standard input, as a mail server hands it over, or all that are new in the mailbox.

For a server's pipe, whatever somebody sends is taken: 0, and nothing is sent back. Only where the store does not answer
it is asked to come again (``EX_TEMPFAIL``). https://man.openbsd.org/sysexits
"""

import sys
from pathlib import Path

from tertulia.app import Blog
from tertulia.conversation.mail_text import MOST_BYTES
from tertulia.core.errors import StoreError
from tertulia.core.languages import say

COME_AGAIN = 75


def run(root: Path, *, fetch: bool = False) -> int:
    """
    Take mail; the status to end with.

    Args:
        fetch: What is new in the mailbox of ``IMAP_URL``, in place of the standard input.
    """
    with Blog(root) as blog:
        answers = blog.mail_answers()
        if fetch:
            print(say("mail_fetched", n=blog.read_mail()))
        else:
            try:
                outcome = answers.take(sys.stdin.buffer.read(MOST_BYTES + 1))
            except StoreError as error:
                print(error, file=sys.stderr)
                return COME_AGAIN
            print(say(f"mail_fate_{outcome.fate}", key=outcome.key, why=outcome.why))
        blog.background.run_pending()
    return 0
