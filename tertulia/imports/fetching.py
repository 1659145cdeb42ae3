"""Pictures and files that nobody has a copy of, asked for at the old site by the guarded way.

What was had lies in ``var/import/files`` under a name of its address, so that nothing is asked for twice, whenever the
import is run again. A host that does not answer three times in a row is not asked again in the same run.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tertulia.core.addresses import host_of
from tertulia.core.errors import FetchError
from tertulia.core.fetch import Fetched
from tertulia.core.files import PRIVATE, write_whole

_KINDS = ("image/", "audio/", "video/", "application/pdf", "application/zip", "application/octet-stream")
_LARGEST_BYTES = 50_000_000
_MOST_IN_VAIN = 3  # a host that fails so often in a row is left alone


class Web(Protocol):
    """The guarded way out: ``core.fetch.Fetcher``."""

    def get(self, url: str, *, accept: tuple[str, ...] = (), max_bytes: int = 0) -> Fetched:
        """Read *url*, or raise ``FetchError``."""


@dataclass(slots=True)
class OldFiles:
    """The old site's files, as far as it gives them."""

    folder: Path
    web: Web
    in_vain: dict[str, int] = field(default_factory=dict)  # by host, failures in a row
    missing: set[str] = field(default_factory=set)

    def get(self, address: str) -> Path | None:
        """Return the file at *address*, here; None when it is not to be had."""
        path = self.folder / hashlib.sha256(address.encode()).hexdigest()[:40]
        if path.is_file():
            return path
        host = host_of(address)
        if address in self.missing or self.in_vain.get(host, 0) >= _MOST_IN_VAIN:
            return None
        try:
            answer = self.web.get(address, accept=_KINDS, max_bytes=_LARGEST_BYTES)
        except FetchError:
            self.in_vain[host] = self.in_vain.get(host, 0) + 1
            self.missing.add(address)
            return None
        self.in_vain[host] = 0
        if not answer.ok or not answer.body:
            self.missing.add(address)
            return None
        write_whole(path, answer.body, mode=PRIVATE, durable=False)
        return path
