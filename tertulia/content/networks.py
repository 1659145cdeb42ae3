"""The networks by name: what a post's metadata and the people file know of each, without knowing how it is spoken to.

One line a network. The rest of it (settings, limits, how to publish, find, edit and listen) is declared in one file,
``tertulia/syndication/networks/<name>.py``, which this floor never sees: a build reaches no network. What others add
by entry points is known here by its name alone.

A further account of a network is one more network, with a number behind its name: "mastodon_2".
"""

from msgspec import Struct

from tertulia.core import extensions, lazy_re


class NetworkName(Struct, frozen=True):
    """How people write of a network."""

    label: str
    keys: tuple[str, ...] = ()  # of it in a post's metadata, where the label will not do; accents do not matter
    profile: str = ""  # where it shows a person: "https://x.com/{name}"; "" where it shows nobody

    @property
    def metadata_keys(self) -> tuple[str, ...]:
        """Every name of its key in a post's metadata."""
        return self.keys or (self.label,)


NETWORKS = {
    "mastodon": NetworkName("Mastodon", profile="https://{host}/@{name}"),
    "bluesky": NetworkName("Bluesky", profile="https://bsky.app/profile/{name}"),
    "x": NetworkName("X", ("X", "Twitter"), "https://x.com/{name}"),
    "linkedin": NetworkName("LinkedIn", profile="https://www.linkedin.com/in/{name}/"),
    "facebook": NetworkName("Facebook", profile="https://www.facebook.com/{name}"),
    "threads": NetworkName("Threads", profile="https://www.threads.com/@{name}"),
    "telegram": NetworkName("Telegram", profile="https://t.me/{name}"),
    "discord": NetworkName("Discord"),
    "slack": NetworkName("Slack"),
    "webhook": NetworkName("Webhook"),
    "mail": NetworkName("Mail", ("Correo", "Boletín", "Mail", "Newsletter")),
}


_ACCOUNT = lazy_re.compile(r"(?P<platform>[a-z][a-z0-9_]*?)_?(?P<number>[2-9]|[1-9]\d)")


def account(platform: str, number: int | str) -> str:
    """Return the name of a further account: "mastodon_2"."""
    return f"{platform}_{number}"


def split_account(name: str) -> tuple[str, str]:
    """
    Return the network that *name* is an account of, and which: "mastodon_2" and "mastodon2" are ("mastodon", "2").

    Returns:
        *name* and "" for a network itself, and for what is none.
    """
    found = _ACCOUNT.fullmatch(name)
    if found is None or _is_named(name) or not _is_named(found["platform"]):
        return (name, "")
    return (found["platform"], found["number"])


def platform(name: str) -> str:
    """Return the network itself: "mastodon" of "mastodon_2"."""
    return split_account(name)[0]


def label(name: str) -> str:
    """Return what people call the network *name*."""
    network, number = split_account(name)
    if number:
        return f"{label(network)} {number}"
    known = NETWORKS.get(name)
    return known.label if known else name.replace("_", " ").capitalize()


def is_network(name: str) -> bool:
    """Whether *name* is a network of ours, one that somebody else added, or a further account of one."""
    return _is_named(platform(name))


def _is_named(name: str) -> bool:
    return name in NETWORKS or name in extensions.names(extensions.NETWORKS)
