"""``.env.example``, computed from what the blog and each network declare.

What each setting is for is said in English where it is declared, in other languages by the table ``env_example`` of
their files. ``python -m tertulia.syndication.declared`` prints it; a test compares it with the file in the repository.
"""

from collections.abc import Iterable

from tertulia.core.languages import IN_A_CLONE, LAST, command, current
from tertulia.core.settings import Settings, declared
from tertulia.syndication.networks import network_classes

_TOP = """\
Fill in what you use, in the file .env, which begins as a copy of .env.example. Nothing here is needed to
write, build or read the blog.
.env is never committed. The environment wins over this file; an empty value counts as absent."""
_ACCOUNTS = """\
Networks. A second account of one: the same names with a number behind the network's, MASTODON_2_URL and
MASTODON_2_TOKEN; then 3, 4…"""


def env_example(language: str = LAST) -> str:
    """Return the whole file: a paragraph for each thing that the blog needs, then one for each network."""
    paragraphs = [_lines(_comment("top", _TOP, language=language))]
    for name, setting in declared(Settings).items():
        written = _lines(setting.as_example(name.upper(), _told(name, setting.about, language=language)))
        if setting.about:
            paragraphs.append(written)
        else:
            paragraphs[-1] += written
    paragraphs.append(_lines(_comment("accounts", _ACCOUNTS, language=language)))
    for network in network_classes().values():
        lines = _comment(network.name, network.about, language=language)
        for name, setting in declared(network).items():
            whole = network.setting_name(name)
            lines += setting.as_example(whole, _told(whole.lower(), setting.about, language=language))
        if lines:
            paragraphs.append(_lines(lines))
    return "\n".join(paragraphs).replace(IN_A_CLONE, command())


def _told(key: str, about: str, *, language: str) -> str:
    """Return what *language* says of *key*, or the next one that does; *about* where that is English."""
    for known in current().fallbacks(language):
        if known.code == LAST:
            break
        if words := known.table("env_example").get(key):
            return str(words)
    return about


def _comment(key: str, about: str, *, language: str) -> list[str]:
    return [f"# {line}" for line in _told(key, about, language=language).splitlines()]


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    print(env_example(), end="")
