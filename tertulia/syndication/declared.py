"""``.env.example``, computed from what the blog and each network declare.

``python -m tertulia.syndication.declared`` prints it; a test compares it with the file in the repository.
"""

from collections.abc import Iterable

from tertulia.core.settings import Settings, declared
from tertulia.syndication.networks import network_classes

_TOP = """\
# Copy this file to .env and fill in what you use. Nothing here is needed to write, build or read the blog.
# .env is never committed. The environment wins over this file; an empty value counts as absent.
"""
_ACCOUNTS = """\
# Networks. A second account of one: the same names with a number behind the network's, MASTODON_2_URL and
# MASTODON_2_TOKEN; then 3, 4…
"""


def env_example() -> str:
    """Return the whole file: a paragraph for each thing that the blog needs, then one for each network."""
    paragraphs = [_TOP]
    for name, setting in declared(Settings).items():
        written = _lines(setting.as_example(name.upper()))
        if setting.about:
            paragraphs.append(written)
        else:
            paragraphs[-1] += written
    paragraphs.append(_ACCOUNTS)
    for network in network_classes().values():
        lines = [f"# {network.about}"] if network.about else []
        for name, setting in declared(network).items():
            lines += setting.as_example(network.setting_name(name))
        if lines:
            paragraphs.append(_lines(lines))
    return "\n".join(paragraphs)


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    print(env_example(), end="")
