"""The owner's word: a post written by hand is the announcement of an article.

Without it, what was found and not written by us is no syndication. With it the page links it and its answers are
collected; it stays the author's own all the same, and is neither edited nor deleted.
"""

from tertulia.core import strict_json
from tertulia.core.addresses import same_address, site_of
from tertulia.store.delivery_rows import Delivery
from tertulia.store.tables import DeliveryState, Origin
from tertulia.syndication.drafts import Draft
from tertulia.syndication.messages import encode, wanted_rows
from tertulia.syndication.networks.base import Cannot, Remote, Sending, understood
from tertulia.syndication.outbox import Outbox


def adopt_found(outbox: Outbox, url: str) -> list[Delivery]:
    """Take the owner's word for what was found at *url*; the rows that were waiting for it."""
    rows = outbox.store.deliveries.all(state=DeliveryState.DELIVERED)
    found = [row for row in rows if row.origin is Origin.FOUND and row.remote and _is_at(_remote(row), url)]
    adopted = [row for row in found if outbox.store.deliveries.claim_as_own(row)]
    for row in adopted:
        outbox.show(row.post, row.lang)
    return adopted


def adopt_for(outbox: Outbox, draft: Draft, url: str, *, unseen: bool) -> bool:
    """
    Take the owner's word that *url* announces what *draft* would.

    Args:
        unseen: Believe it also where the network's own posts cannot be listed.

    Returns:
        False when no public post of the account is at *url*, or ours is there already.
    """
    with understood(draft.network):
        posts = draft.network.own_posts(draft.messages[0], Sending(key=""))
        if isinstance(posts, Cannot):
            remote = Remote(id="", url=url) if unseen else None
        else:
            remote = next((post.remote for post in posts if post.is_public and _is_at(post.remote, url)), None)
    if remote is None:
        return False
    post, deliveries, wanted = draft.post, outbox.store.deliveries, wanted_rows(draft)
    done = deliveries.adopt(wanted, encode(remote), "", outbox.now(), origin=Origin.ADOPTED)
    if not done:
        rows = deliveries.all(post=post.id, network=draft.network.name)
        first = next(row for row in rows if row.lang == post.lang and row.after is None)
        done = deliveries.claim_as_own(first, encode(remote))
    outbox.show(post.id, post.lang)
    return done


def _is_at(remote: Remote, url: str) -> bool:
    """Whether *url* opens *remote*: one post has several addresses, and its number at the end of each."""
    same_number = _number(remote.url) == _number(url) != "" and site_of(remote.url) == site_of(url)
    return same_address(remote.url, url) or same_number


def _number(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]


def _remote(row: Delivery) -> Remote:
    return strict_json.decode(row.remote, type=Remote)
