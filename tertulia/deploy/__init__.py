"""Putting the built site where readers find it.

``DEPLOY_TARGET`` names a target; each kind is a file beside this and a line in ``TARGETS``. All of them take the same
``DeployPlan``: files to put, in an order in which no page ever names what is not there yet, and files to take away,
which are only ever those that an earlier deploy of ours put there. What we put where is written in a manifest that
lies at the target itself (``.tertulia.json``), so any machine can go on from it.

The manifest also holds what is public of the conversation: how a deploy from a machine without its store is noticed
before it makes links and comments disappear.
"""

from collections.abc import Callable

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


def target(address: str, context: DeployContext) -> Target:
    """
    The target that *address* names: ``folder:/srv/www``, ``rsync:me@host:/www``, ``s3://bucket``, ``git:origin#pages``.

    Raises:
        SettingError: there is none, or no such kind; the message lists the choices.
    """
    kind, colon, rest = address.partition(":")
    if not address or not colon or kind not in TARGETS:
        raise SettingError(say("deploy_choices"))
    return TARGETS[kind](rest, context)
