"""Every network whose answers can be read. A new one is a file beside this and a line here.

Each is the account that ``tertulia.syndication.networks`` speaks with, listening: the same keys, the same way to ask.
"""

from tertulia.syndication.networks.base import NetworkContext
from tertulia.syndication.networks.listening.base import Listener
from tertulia.syndication.networks.listening.bluesky import BlueskyListener
from tertulia.syndication.networks.listening.facebook import FacebookListener
from tertulia.syndication.networks.listening.mastodon import MastodonListener
from tertulia.syndication.networks.listening.telegram import TelegramListener
from tertulia.syndication.networks.listening.threads import ThreadsListener
from tertulia.syndication.networks.listening.x import XListener

LISTENERS: tuple[type[Listener], ...] = (
    MastodonListener,
    BlueskyListener,
    XListener,
    TelegramListener,
    FacebookListener,
    ThreadsListener,
)


def listeners(context: NetworkContext) -> list[Listener]:
    """One of each that has what it needs."""
    return [one for one in (listener(context) for listener in LISTENERS) if one.configured()]
