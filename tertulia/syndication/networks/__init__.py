"""Every network that a post can be announced on: those of ``content.networks``, a file beside this for each, and those
that others add by the entry points ``tertulia.networks``."""

import inspect
from importlib import import_module

from tertulia.content import networks as names
from tertulia.core import extensions
from tertulia.syndication.networks.base import Network, NetworkContext


def network_classes() -> dict[str, type[Network]]:
    """Every network by name: ours in the order of their table, then those of others."""
    ours = {name: _class_in(f"{__name__}.{name}", name) for name in names.NETWORKS}
    return ours | extensions.load(extensions.NETWORKS, _fits, ours)


def networks(context: NetworkContext) -> list[Network]:
    """
    One of each, at work with *context*, configured or not.

    Raises:
        SettingError: a setting of one of them makes no sense.
    """
    return [network(context) for network in network_classes().values()]


def _class_in(module: str, name: str) -> type[Network]:
    found = vars(import_module(module)).values()
    return next(one for one in found if isinstance(one, type) and issubclass(one, Network) and _name(one) == name)


def _fits(name: str, loaded: object) -> type[Network] | None:
    if not (isinstance(loaded, type) and issubclass(loaded, Network) and _name(loaded) == name):
        return None
    return None if inspect.isabstract(loaded) else loaded


def _name(network: type[Network]) -> str:
    return getattr(network, "name", "")
