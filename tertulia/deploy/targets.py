"""Every place that the site can be put: a file beside this and a line here for each, and those that others add by the
entry points ``tertulia.targets``.
"""

import inspect
from collections.abc import Callable

from tertulia.core import extensions
from tertulia.core.errors import SettingError
from tertulia.core.languages import say
from tertulia.deploy.base import DeployContext, Target
from tertulia.deploy.folder import Folder
from tertulia.deploy.gitbranch import GitBranch
from tertulia.deploy.rsync import Rsync
from tertulia.deploy.s3 import S3

TARGETS: dict[str, Callable[[str, DeployContext], Target]] = {
    "folder": Folder,
    "rsync": Rsync,
    "s3": S3,
    "git": GitBranch,
}


def target_for(address: str, context: DeployContext) -> Target:
    """
    Open the target that *address* names.

    Args:
        address: ``folder:/srv/www``, ``rsync:me@host:/www``, ``s3://bucket``, ``git:origin#pages``.

    Raises:
        SettingError: there is none, or no such kind; the message lists the choices.
    """
    kind, colon, rest = address.partition(":")
    make = TARGETS.get(kind) or extensions.load(extensions.TARGETS, _fits, TARGETS, only=kind or "-").get(kind)
    if not colon or make is None:
        raise SettingError(say("deploy_choices"))
    return make(rest, context)


def _fits(_name: str, loaded: object) -> Callable[[str, DeployContext], Target] | None:
    return (
        loaded if isinstance(loaded, type) and issubclass(loaded, Target) and not inspect.isabstract(loaded) else None
    )
