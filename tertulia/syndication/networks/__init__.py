"""Every network that a post can be announced on. A new one is a file beside this and a line here."""

from tertulia.syndication.networks.base import Network, NetworkContext
from tertulia.syndication.networks.bluesky import Bluesky
from tertulia.syndication.networks.discord import Discord
from tertulia.syndication.networks.facebook import Facebook
from tertulia.syndication.networks.linkedin import LinkedIn
from tertulia.syndication.networks.mail import Mail
from tertulia.syndication.networks.mastodon import Mastodon
from tertulia.syndication.networks.slack import Slack
from tertulia.syndication.networks.telegram import Telegram
from tertulia.syndication.networks.threads import Threads
from tertulia.syndication.networks.webhook import Webhook
from tertulia.syndication.networks.x import X

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


def networks(context: NetworkContext) -> list[Network]:
    """One of each, at work with *context*, configured or not."""
    return [network(context) for network in NETWORKS.values()]
