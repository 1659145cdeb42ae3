"""Every place that the site can be put: a file beside this and a line here for each, and those that others add by the
entry points ``tertulia.targets``.
"""

import inspect
from collections.abc import Callable
from importlib import import_module

from tertulia.core import extensions
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.deploy.base import DeployContext, Target

# What ``DEPLOY_TARGET`` begins with → its class, as an entry point would name it; imported when it is asked for.
TARGETS = {
    "folder": "tertulia.deploy.folder:Folder",
    "rsync": "tertulia.deploy.rsync:Rsync",
    "s3": "tertulia.deploy.s3:S3",
    "git": "tertulia.deploy.gitbranch:GitBranch",
}


def target_for(address: str, context: DeployContext) -> Target:
    """
    Open the target that *address* names.

    Args:
        address: ``folder:/srv/www``, ``rsync:me@host:/www``, ``s3://bucket``, ``git:origin#pages``.

    Raises:
        SettingError: there is none, or no such kind; the message lists the choices, those of others too.
    """
    kind, colon, rest = address.partition(":")
    others = extensions.load(extensions.TARGETS, _fits, TARGETS, only=kind or "-") if kind not in TARGETS else {}
    make = _ours(TARGETS[kind]) if kind in TARGETS else others.get(kind)
    if not colon or rest.startswith("-"):  # an option, to git and rsync
        raise SettingError(say("deploy_choices"))
    if make is None:
        known = ", ".join(f"{name}:" for name in (*TARGETS, *sorted(extensions.names(extensions.TARGETS) - {kind})))
        raise SettingError(say("deploy_unknown", kind=f"{kind}:", kinds=known))
    return make(rest, context)


def _ours(place: str) -> Callable[[str, DeployContext], Target]:
    module, _, name = place.partition(":")
    made: Callable[[str, DeployContext], Target] = getattr(import_module(module), name)
    return made


def _fits(_name: str, loaded: object) -> Callable[[str, DeployContext], Target] | None:
    return (
        loaded if isinstance(loaded, type) and issubclass(loaded, Target) and not inspect.isabstract(loaded) else None
    )
