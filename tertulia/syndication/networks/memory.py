"""What a network told us and is worth keeping between runs: its limits, a login that may be used again.

One small file a network, readable by the owner alone, because a login opens things. It is no part of the store:
secrets never go there. Losing the folder costs one request.
"""

from pathlib import Path
from typing import Any

import msgspec

from tertulia.core import strict_json
from tertulia.core.files import PRIVATE, private_folder, write_whole


class Memory:
    """A folder of small JSON files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> dict[str, Any]:
        """Return what was kept as *name*; {} when nothing was, or it cannot be read."""
        try:
            kept = strict_json.decode((self._folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def set(self, name: str, value: dict[str, Any]) -> None:
        """Keep *value* as *name*, whole or not at all."""
        private_folder(self._folder)
        write_whole(self._folder / f"{name}.json", msgspec.json.encode(value), mode=PRIVATE, durable=False)

    def delete(self, name: str) -> None:
        """Keep nothing as *name* any longer."""
        (self._folder / f"{name}.json").unlink(missing_ok=True)
