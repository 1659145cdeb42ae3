"""The header of a post, read in Madrid's time."""

from zoneinfo import ZoneInfo

from tertulia.content.header import split
from tertulia.content.metadata import Metadata, interpret

MADRID = ZoneInfo("Europe/Madrid")


def read(text: str) -> Metadata:
    """Return what the header of *text* says."""
    return interpret(split(text, "p.md"), "p.md", MADRID)
