"""What imported posts quote of other sites, marked as still to be asked for.

An old blog quotes thousands of posts and films, many of them gone; until ``capture`` has asked for each, a strict build
would refuse the blog for them. So each gets a record that says "not had yet, ask again": its address stays a link, the
build goes on, and ``capture`` asks as for anything that did not answer.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.embeds import dead, providers
from tertulia.embeds.capture import embed_links
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, State


def mark(content: Path, files: Iterable[Path], now: datetime) -> int:
    """Mark what *files* quote and nobody has asked for; how much that is."""
    wanted = set(files)
    store = CaptureStore(content)
    marked = 0
    for link in embed_links(content):
        if link.path not in wanted or dead.service(link.url):
            continue
        match = providers.find(link.url)
        try:
            if store.load(match.provider.name, match.id) is not None:
                continue
        except ContentError:  # the build tells
            continue
        waits = Capture(provider=match.provider.name, id=match.id, url=match.url, state=State.UNAVAILABLE)
        waits.reason, waits.tried, waits.again = say("import_embed_waits"), f"{now:%Y-%m-%d}", True
        marked += store.save(waits)
    return marked
