"""Every network that a post can be announced on. A new one is a file beside this and a line here."""

from tertulia.networks.base import Desk, Network
from tertulia.networks.bluesky import Bluesky
from tertulia.networks.mastodon import Mastodon

NETWORKS: dict[str, type[Network]] = {
    network.name: network
    for network in (
        Mastodon,
        Bluesky,
    )
}


def networks(desk: Desk) -> list[Network]:
    """One of each, at work with *desk*, configured or not."""
    return [network(desk) for network in NETWORKS.values()]
