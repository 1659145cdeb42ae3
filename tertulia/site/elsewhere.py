"""The blog's own promise, kept by the finished site: no page and no style asks another host for anything by itself.

What posts hold is shut while they are read (``render.elsewhere``). What is left comes from a theme, a template or a
setting, and is the same on many pages: so each host is told once, with the first page that would ask it. Only told,
because a theme without its style is no theme: with ``--strict`` it is not published.
"""

import logging
import os
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from tertulia.core.languages import say
from tertulia.render.elsewhere import (
    BEGINNING,
    FETCHING,
    STYLED,
    UNCLEAR_END,
    LoadKind,
    addresses_in_style,
    host_asked,
    loads,
)

log = logging.getLogger(__name__)


def report_loads(output: Path, hosts: Collection[str], known: Collection[str] = ()) -> set[str]:
    """
    Tell of every host that a page or a style in *output* asks by itself.

    Args:
        hosts: Those that may be asked: the blog's own, and whom its owner allows.
        known: Pages that have been looked at, now or before, and ask nobody.

    Returns:
        The pages and styles that ask.
    """
    told: set[str] = set()
    asking: set[str] = set()
    for name, url in asked(output, hosts, known):
        asking.add(name)
        host = host_asked(url)
        if host not in told:
            told.add(host)
            log.warning("%s: %s; %s", name, say("elsewhere_site", host=host), say("elsewhere_site_fix", host=host))
    return asking


def asked(output: Path, hosts: Collection[str], known: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Each file of *output* that asks another host by itself, with the address."""
    own = frozenset(host.lower() for host in hosts if host)
    suspect = suspecting(own)
    root = os.path.join(output, "")
    found_files = (os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names)
    for name in sorted(file for file in found_files if file.endswith((".html", ".css"))):
        if (shown := name[len(root) :].replace(os.sep, "/")) in known:
            continue
        written = Path(name).read_bytes()
        if name.endswith(".html") and suspect(written):
            yield from ((shown, url) for url in asked_by(written, own))
        elif name.endswith(".css") and (b"//" in written or b"\\" in written):
            urls = addresses_in_style(written.decode("utf-8", errors="replace"))
            asked_hosts = ((host_asked(url), url) for url in urls)
            yield from ((shown, url) for host, url in asked_hosts if host and host not in own)


def asked_by(page: bytes, own: Collection[str]) -> list[str]:
    """Return what a page asks other hosts than its *own* for by itself."""
    found = loads(page.decode("utf-8", errors="replace"), own.__contains__)
    return [load.url for load in found if load.kind is not LoadKind.FORM]


def suspecting(hosts: Collection[str]) -> Callable[[bytes], bool]:
    """
    Return what tells pages that are worth reading tag by tag: most name other hosts in links alone.

    Args:
        hosts: Those that may be asked.
    """
    own = {host.lower() for host in hosts if host}
    ours = "|".join(re.escape(host) for host in sorted(own)) or r"\\"
    elsewhere = re.compile(rf"//(?!(?:{ours})[:/\"'\s>])|/[\t\r\n]+/|\\|&\#|&b?sol;|data:".encode())
    # The beginning of a tag whatever stands around it, so that none hides in the quotes of another.
    fetching = re.compile(rf"<(?=((?:{FETCHING}|img|source)[\s/][^>]*))".encode())
    unclear = re.compile(rf"\w+[\s/]{UNCLEAR_END}".encode())
    program = re.compile(rb"<(?:script|style)\b(?![^>]*json)[^>]*>[^<]*(?://|\\)")
    style = re.compile(rf"[\s/\"']{STYLED}\s*=(?:[^>]*|\s*\"[^\"]*|\s*'[^']*)(?:{BEGINNING})".encode())
    assigned = re.compile(rb"style\s*=")
    fine: set[bytes] = set()  # most tags are the same on all pages

    def is_suspect(page: bytes) -> bool:
        page = page.lower()
        for tag in set(fetching.findall(page)) - fine:
            # Forms go to the blog's service, and links tell of it: nothing of these is fetched.
            if unclear.match(tag) or (elsewhere.search(tag) and asked_by(b"<%b>" % tag, own)):
                return True
            fine.add(tag)
        if program.search(page):
            return True
        # Tried at every space of a page that pattern would take longer than all the rest.
        return bool((b"url(" in page or b"background" in page or assigned.search(page)) and style.search(page))

    return is_suspect
