"""Every network whose answers can be read. A new one is a file beside this and a line here.

Each is the account that ``tertulia.networks`` speaks with, listening: the same keys, the same way to ask.
"""

from tertulia.networks.base import Desk
from tertulia.networks.reading.base import Listener
from tertulia.networks.reading.bluesky import BlueskyListener
from tertulia.networks.reading.facebook import FacebookListener
from tertulia.networks.reading.mastodon import MastodonListener
from tertulia.networks.reading.telegram import TelegramListener
from tertulia.networks.reading.threads import ThreadsListener
from tertulia.networks.reading.x import XListener

LISTENERS: tuple[type[Listener], ...] = (
    MastodonListener,
    BlueskyListener,
    XListener,
    TelegramListener,
    FacebookListener,
    ThreadsListener,
)


def listeners(desk: Desk) -> list[Listener]:
    """One of each that has what it needs."""
    return [one for one in (listener(desk) for listener in LISTENERS) if one.configured()]
