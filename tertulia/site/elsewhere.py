"""The blog's own promise, kept by the finished site: no page and no style asks another host for anything by itself.

What posts hold is shut while they are read (``render.elsewhere``). What is left comes from a theme, a template or a
setting, and is the same on many pages: so each host is told once, with the first page that would ask it. Only told,
because a theme without its style is no theme: with ``--strict`` it is not published.
"""

import logging
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from tertulia.core.languages import say
from tertulia.render.elsewhere import FETCHING, LoadKind, addresses_in_style, host_asked, loads

log = logging.getLogger(__name__)


def report_loads(output: Path, hosts: Collection[str]) -> None:
    """
    Tell of every host that a page or a style in *output* asks by itself.

    Args:
        hosts: Those that may be asked: the blog's own, and whom its owner allows.
    """
    told: set[str] = set()
    for name, url in asked(output, hosts):
        host = host_asked(url)
        if host not in told:
            told.add(host)
            log.warning("%s: %s; %s", name, say("elsewhere_site", host=host), say("elsewhere_site_fix", host=host))


def asked(output: Path, hosts: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each file of *output* that asks another host by itself, with the address."""
    own = frozenset(host.lower() for host in hosts if host)
    suspect = _suspect(own)
    for file in sorted(output.rglob("*")):
        if file.suffix not in (".html", ".css"):
            continue
        text = file.read_text("utf-8", errors="replace")
        name = file.relative_to(output).as_posix()
        if file.suffix == ".html" and suspect.search(text):
            found = (load for load in loads(text, own.__contains__) if load.kind is not LoadKind.FORM)
            yield from ((name, load.url) for load in found)
        elif file.suffix == ".css" and "//" in text:
            urls = ((host_asked(url), url) for url in addresses_in_style(text))
            yield from ((name, url) for host, url in urls if host and host not in own)


def _suspect(own: Collection[str]) -> re.Pattern[str]:
    """Pages worth reading tag by tag: most name other hosts in links alone."""
    ours = "|".join(re.escape(host) for host in sorted(own)) or r"\\"
    elsewhere = rf"//(?!(?:{ours})[:/\"'\s>])"
    return re.compile(
        rf"<(?:{FETCHING}|img|source)\s[^>]*(?:{elsewhere}|\\|&\#)|<(?:script|style)\b(?![^>]*json)[^>]*>[^<]*//"
        rf"|\s(?:background|style)\s*=[^>]*//",
        re.IGNORECASE,
    )
