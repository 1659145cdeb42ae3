"""Every network that a post can be announced on: those of ``content.networks``, a file beside this for each, and those
that others add by the entry points ``tertulia.networks``.

A further account of one is the same class with another name, hence with settings, rows, keys and memory of its own:
``MASTODON_2_URL`` is the setting "url" of "mastodon_2".
"""

import inspect
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import TypeVar

from tertulia.content import networks as names
from tertulia.core import extensions
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.core.secret import hide
from tertulia.core.settings import declared
from tertulia.syndication.networks.base import Network, NetworkContext

log = logging.getLogger(__name__)

N = TypeVar("N")


def network_classes(given: Iterable[str] = ()) -> dict[str, type[Network]]:
    """
    Every network by name: ours in the order of their table, then those of others; further accounts behind each.

    Args:
        given: The names of the settings that the owner gave, which tell what further accounts there are.
    """
    ours = {name: _class_in(f"{__name__}.{name}", name) for name in names.NETWORKS}
    found: dict[str, type[Network]] = {}
    known = ours | extensions.load(extensions.NETWORKS, _fits, ours)
    for name, network in known.items():
        further = {names.account(name, number): network for number in _numbers(network, given)}
        found |= {name: network} | {each: _account_of(of, each) for each, of in further.items() if each not in known}
    return found


def _numbers(network: type[Network], given: Iterable[str]) -> list[int]:
    """Which further accounts of *network* the settings *given* are of."""
    settings = "|".join(setting.upper() for setting in declared(network))
    mine = re.compile(rf"{network.name.upper()}_([2-9]|[1-9]\d)_(?:{settings})")
    return sorted({int(found[1]) for name in given if settings and (found := mine.fullmatch(name))})


def _account_of(network: type[Network], name: str) -> type[Network]:
    return type(f"{network.__name__}{names.split_account(name)[1]}", (network,), {"name": name})


def per_reader() -> frozenset[str]:
    """Return the networks of which a part is a reader: their lines are counted, not listed."""
    return frozenset(name for name, network in network_classes().items() if network.per_reader)


def warn(network: str, why: str) -> None:
    """Tell the owner in one line that *network* is not at work."""
    log.warning("%s", say("network_left_out", network=network, why=why))


def networks(context: NetworkContext, left_out: Callable[[str, str], None] = warn) -> list[Network]:
    """
    One of each, at work with *context*, configured or not.

    Args:
        left_out: Told of each that cannot be put to work (its label, and why), for a setting that makes no sense or a
            fault of somebody else's code. The others are at work.
    """
    return at_work(network_classes(context.settings.given()), context, left_out)


def at_work(
    classes: Mapping[str, Callable[[NetworkContext], N]],
    context: NetworkContext,
    left_out: Callable[[str, str], None] = warn,
) -> list[N]:
    """One of each of *classes*, which are by name; see ``networks``."""
    found = []
    for name, make in classes.items():
        try:
            found.append(make(context))
        except SettingError as error:
            left_out(names.label(name), str(error))
        except Exception as error:
            if names.platform(name) in names.NETWORKS:  # ours: a mistake of the program, not of the owner
                raise
            left_out(names.label(name), hide(f"{type(error).__name__}: {error}"))
    return found


def _class_in(module: str, name: str) -> type[Network]:
    found = vars(import_module(module)).values()
    return next(one for one in found if isinstance(one, type) and issubclass(one, Network) and _name(one) == name)


def _fits(name: str, loaded: object) -> type[Network] | None:
    if not (isinstance(loaded, type) and issubclass(loaded, Network) and _name(loaded) == name):
        return None
    return None if inspect.isabstract(loaded) else loaded


def _name(network: type[Network]) -> str:
    return getattr(network, "name", "")
