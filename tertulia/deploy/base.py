"""What every target is to the rest: the manifest, the plan, and what a target must be able to do."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tertulia.content.posts import FILE_NAME as POSTS
from tertulia.core import strict_json
from tertulia.core.errors import TertuliaError, os_words
from tertulia.core.fetch import Fetcher
from tertulia.core.languages import say
from tertulia.core.secret import hide
from tertulia.core.settings import Settings
from tertulia.core.text import one_line
from tertulia.deploy.digests import Digests

MANIFEST = ".tertulia.json"
# Files of the output that are nobody's business but ours.
KEPT_HOME = (POSTS, MANIFEST)

# A backslash and "c:" lead elsewhere on Windows; there some names are devices whatever stands behind their dot, a dot
# or blank at the end does not count, and a colon leads into a file:
# https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file
_LEADS_OUT = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:")
_ODD = re.compile(r"(?i)(?:^|/)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:[./ ]|$)|:|[. ](?:/|$)")

# Pages name pictures and styles, lists name pages: so in this order nothing is named before it is there.
_FIRST, _PAGES, _LISTS = 0, 1, 2


class DeployError(TertuliaError):
    """The site could not be put there; what was there before still is, or is there in part, as the message says."""


def failed(why: object, *, partly: bool = False) -> DeployError:
    """
    Make the error that tells *why*, on one line and without secrets.

    Args:
        partly: Something of the site has changed at the target already.
    """
    return DeployError(say("deploy_partly" if partly else "deploy_failed", why=hide(one_line(str(why)))))


@contextmanager
def system_told() -> Iterator[None]:
    """Make every ``OSError`` in the block a ``DeployError`` that names the path."""
    try:
        yield
    except OSError as error:
        raise failed(os_words(error)) from error


class Manifest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we put at a target."""

    files: dict[str, str] = {}  # path → SHA-256
    # What was public of the conversation, by post: links to networks, and the ids of comments.
    public: dict[str, tuple[str, ...]] = {}
    addresses: dict[str, tuple[str, ...]] = {}  # who had which address last, see ``Published``
    said: int = 0  # how many announcements the store knew to have begun; a store that knows fewer is not that store

    def published_before(self, known: int) -> frozenset[str]:
        """Name the posts ("ID.LANG") that were public, if a store that knows of *known* announcements knows too few."""
        return (
            frozenset(key for named in self.addresses.values() for key in named) if known < self.said else frozenset()
        )


@dataclass(frozen=True, slots=True)
class DeployPlan:
    """What a deploy changes."""

    put: tuple[str, ...]  # in the order in which they go
    delete: tuple[str, ...]
    old: Manifest
    new: Manifest

    @property
    def between(self) -> Manifest:
        """What the manifest says meanwhile: all that may be there, and of what is on its way not what it holds."""
        return replace(self.old, files=self.old.files | dict.fromkeys(self.put, ""))


@dataclass(frozen=True, slots=True)
class DeployContext:
    """What targets work with."""

    settings: Settings
    web: Fetcher
    now: Callable[[], datetime]
    root: Path  # the blog's folder, for relative addresses and git


class Target(ABC):
    """A place for the site."""

    atomic = False  # readers see the old site or the new one, never a mixture

    @abstractmethod
    def __init__(self, address: str, context: DeployContext) -> None:
        """
        Put it to work.

        Args:
            address: What stands behind "kind:" in ``DEPLOY_TARGET``.

        Raises:
            SettingError: it makes no sense.
        """

    @abstractmethod
    def manifest(self) -> Manifest:
        """
        Read what an earlier deploy put there.

        Returns:
            An empty manifest when there was none.

        Raises:
            DeployError: whether there was one cannot be told. Only "it is not there" is a first deploy: whoever took
                anything else for one would forget what is to be deleted, and what must not be lost.
        """

    @abstractmethod
    def apply(self, output: Path, plan: DeployPlan) -> None:
        """
        Make the target what *plan* says.

        In this order, so that a deploy that is cut short is known as such by the next: ``written(plan.between)`` as
        ``MANIFEST``, the files to put in their order, those to delete, ``written(plan.new)`` as ``MANIFEST``.

        Args:
            output: The built site, which holds each file that is to be put.

        Raises:
            DeployError: it could not be done, or not whole.
        """


def files_of(output: Path, remembered: Path | None = None) -> dict[str, str]:
    """
    Take the SHA-256 of every file of the site built into *output*; what is not for readers is left out.

    Args:
        remembered: Where the digests of files that have not changed are found, and left for the next time.

    Returns:
        Path relative to *output*, with "/" → hexadecimal digest.

    Raises:
        DeployError: nothing was built, a file cannot be read, or its name would lead elsewhere.
    """
    if not (output / "index.html").is_file():
        raise DeployError(say("deploy_empty", folder=output))
    found, digests = {}, Digests(remembered)
    with system_told():
        for path in sorted(output.rglob("*")):
            name = path.relative_to(output).as_posix()
            if path.is_file() and name not in KEPT_HOME and not name.startswith(".git/"):
                if leads_out(name):
                    raise DeployError(say("deploy_name", file=one_line(name, 80)))
                found[name] = digests.of(path, name)
    digests.save()
    return found


def plan(old: Manifest, *, new: Manifest) -> DeployPlan:
    """Work out what has to change for *old* to become *new*, in an order in which no page names what is not there."""
    put = [name for name, digest in new.files.items() if old.files.get(name) != digest]
    gone = sorted(old.files.keys() - new.files.keys())
    return DeployPlan(tuple(sorted(put, key=lambda name: (_turn(name), name))), tuple(gone), old, new)


def _turn(name: str) -> int:
    if not name.endswith((".html", ".xml", ".json", ".txt")):
        return _FIRST
    # Posts lie three folders deep; home, archives, tags and feeds name them and follow.
    return _PAGES if name.count("/") >= 3 else _LISTS


def lost(old: Manifest, *, new: Manifest, withdrawn: Iterable[str] = ()) -> list[str]:
    """
    List what was public and would be no longer, as "post: what".

    Args:
        withdrawn: Links and comments that went on purpose.
    """
    gone_on_purpose = set(withdrawn)
    return [
        f"{post}: {item}"
        for post, items in sorted(old.public.items())
        for item in items
        if item not in new.public.get(post, ()) and item not in gone_on_purpose
    ]


def read_manifest(data: bytes) -> Manifest:
    """
    Read a manifest as it lies at a target, where others may have written it.

    Raises:
        DeployError: it is none, or it names what is no file of a site: whoever deletes by it would delete elsewhere.
    """
    try:
        found = strict_json.decode(data, type=Manifest)
    except ValueError as error:
        raise DeployError(say("deploy_manifest", name=MANIFEST)) from error
    for name in found.files:
        if leads_out(name):
            raise DeployError(say("deploy_manifest_name", name=MANIFEST, file=one_line(name, 80)))
    # What Windows would take for a device, or for another file, is put anew each time and never deleted.
    return replace(found, files={name: digest for name, digest in found.files.items() if not _ODD.search(name)})


def leads_out(name: str) -> bool:
    """Tell whether *name*, on any system that may read it, is no plain relative path, or is one into git's folder."""
    parts = name.split("/")
    empty = any(part.strip(". ") == "" for part in parts)  # "", "." and "..", and how Windows reads ".. ."
    return bool(empty or _LEADS_OUT.search(name) or parts[0].casefold() == ".git")


def written(manifest: Manifest) -> bytes:
    """Write *manifest* as it will lie at a target: JSON, one entry a line."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
