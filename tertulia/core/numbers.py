"""Whole numbers as somebody else writes them: in a page, an address, a header, a form.

What ``str.isdigit`` takes for digits ("²") ``int`` does not, nor more than 4,300 digits, and a database keeps
no more than 64 bits (https://docs.python.org/3/library/stdtypes.html#int-max-str-digits).
"""

from tertulia.core import lazy_re

_NUMBER = lazy_re.compile(r"-?\d{1,18}")


def number_of(written: str, otherwise: int = 0) -> int:
    """Return *written* as a number, *otherwise* where it is none, or one that nobody means."""
    return int(written) if _NUMBER.fullmatch(written) else otherwise
