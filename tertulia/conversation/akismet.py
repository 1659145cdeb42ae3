"""A second opinion on comments of the form, from https://akismet.com, for owners who ask for it by ``AKISMET_KEY``.

It tells a third party what was written and from which address; nothing is sent without the key. It fails to silence.
Its limits: https://akismet.com/developers/detailed-docs/comment-check/ (read 2026-11)
"""

import logging
from collections.abc import Callable

from tertulia.conversation.rules import Signals
from tertulia.core.errors import TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.secret import Secret
from tertulia.store.said import Incoming

log = logging.getLogger(__name__)

ADDRESS = "https://rest.akismet.com/1.1/comment-check"
# Somebody is waiting for their page.
TIMEOUT_SECONDS = 3.0


def asker(
    key: Secret, site: str, web: Fetcher, address: str = ADDRESS
) -> Callable[[Incoming, Signals], bool | None] | None:
    """
    Return what asks Akismet; None where there is no key.

    Args:
        key: ``AKISMET_KEY``.
        site: The blog's address, to which the key belongs.
        address: Akismet's own.
    """
    if not key:
        return None

    def ask(incoming: Incoming, signals: Signals) -> bool | None:
        """Return true for spam, False for ham, None when it does not say."""
        if not signals.address:  # Akismet answers nothing without one
            return None
        fields = {
            "api_key": key.reveal(),
            "blog": site,
            "user_ip": signals.address,
            "user_agent": signals.user_agent[:300],
            "referrer": signals.referrer[:300],
            "comment_type": "reply" if incoming.in_reply_to else "comment",
            "comment_author": incoming.author.name,
            "comment_author_url": incoming.author.url,
            "comment_content": incoming.text,
            "blog_lang": incoming.lang,
            "blog_charset": "UTF-8",
        }
        try:
            answer = web.request("POST", address, data=fields, timeout_seconds=TIMEOUT_SECONDS)
        except TertuliaError as error:
            log.warning("Akismet: %s", error)
            return None
        return {"true": True, "false": False}.get(answer.text.strip())

    return ask
