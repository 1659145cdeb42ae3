"""Every network that a post can be announced on. A new one is a file beside this and a line here."""

from tertulia.networks.base import Desk, Network
from tertulia.networks.bluesky import Bluesky
from tertulia.networks.discord import Discord
from tertulia.networks.facebook import Facebook
from tertulia.networks.linkedin import LinkedIn
from tertulia.networks.mail import Mail
from tertulia.networks.mastodon import Mastodon
from tertulia.networks.slack import Slack
from tertulia.networks.telegram import Telegram
from tertulia.networks.threads import Threads
from tertulia.networks.webhook import Webhook
from tertulia.networks.x import X

NETWORKS: dict[str, type[Network]] = {
    network.name: network
    for network in (
        Mastodon,
        Bluesky,
        X,
        LinkedIn,
        Facebook,
        Threads,
        Telegram,
        Discord,
        Slack,
        Webhook,
        Mail,
    )
}


def networks(desk: Desk) -> list[Network]:
    """One of each, at work with *desk*, configured or not."""
    return [network(desk) for network in NETWORKS.values()]
