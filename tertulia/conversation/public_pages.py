"""Whether readers can see a comment by now: asked of the blog's own public page, however and wherever it is built.

A rebuild that ended well says nothing yet where the hook starts one on a code host, or a cache stands before the site.
"""

import re
from collections.abc import Sequence

from tertulia.core.addresses import split_address
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetcher

MAX_BYTES = 20_000_000  # of our own page: an imported talk may be long


class PublicPages:
    """The blog's pages as they are public now, each looked at once."""

    def __init__(self, allow_private: Sequence[str] = ()) -> None:
        self._allow_private = allow_private
        self._texts: dict[str, str] = {}

    def show(self, address: str) -> bool:
        """Whether the page of *address* is there and has something of the name that stands behind the "#"."""
        url, _, name = address.partition("#")
        if url not in self._texts:
            self._texts[url] = self._text(url)
        return bool(re.search(rf"\bid=[\"']?{re.escape(name)}(?=[\"'\s>])", self._texts[url]))

    def _text(self, url: str) -> str:
        parts = split_address(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        # The owner's own address, which may lie in their own network.
        web = Fetcher((*self._allow_private, f"{parts.host}:{port}"))
        try:
            answer = web.get(url, max_bytes=MAX_BYTES, headers={"Cache-Control": "no-cache"})
        except FetchError:
            return ""
        return answer.text if answer.ok else ""
