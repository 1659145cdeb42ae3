"""Every network whose answers can be read: those whose class names a ``listener``.

Each is the account that ``tertulia.syndication.networks`` speaks with, listening: the same keys, the same way to ask.
"""

from collections.abc import Iterable
from importlib import import_module

from tertulia.syndication.networks import at_work, network_classes
from tertulia.syndication.networks.base import Network, NetworkContext
from tertulia.syndication.networks.listening.base import Listener


def listener_classes(given: Iterable[str] = ()) -> dict[str, type[Listener]]:
    """By the name of its network, each that can be listened to; for *given* see ``network_classes``."""
    return {name: _listening(network) for name, network in network_classes(given).items() if network.listener}


def listeners(context: NetworkContext) -> list[Listener]:
    """One of each that has what it needs; what cannot be put to work is told in one line."""
    return [one for one in at_work(listener_classes(context.settings.given()), context) if one.configured()]


def _listening(network: type[Network]) -> type[Listener]:
    """*network*'s listener; an heir's is its forebear's, which asks the heir's way."""
    module, _, name = network.listener.partition(":")
    listener: type[Listener] = getattr(import_module(module), name)
    if listener.name == network.name:
        return listener
    return type(f"{network.__name__}Listener", (network, listener), {})
