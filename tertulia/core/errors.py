"""What can go wrong, as a tree.

    TertuliaError
    ├── SettingError      a setting is missing or makes no sense
    ├── ContentError      a file of the author's cannot be used at all
    ├── FetchError        the web did not give what was asked
    │   └── FetchRefusedError      we would not ask: private address, wrong type, too large
    │       └── FetchSlowError     we would not wait: another minute may do better
    ├── StoreError        the store cannot be read or written
    └── NetworkError      a social network said no, or did not answer

A mistake in one post is no exception but a ``Problem`` (see ``types``): it is reported on its line and
the rest of the site is built. A stranger's bad input is a ``(verdict, reason)``.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager


class TertuliaError(Exception):
    """Anything that we know how to say in one line to the person at the terminal."""


class SettingError(TertuliaError):
    """A setting is missing or makes no sense; the message names it and says what to write."""


class ContentError(TertuliaError):
    """A file of the author's cannot be used; the message starts with ``file:line``."""


class FetchError(TertuliaError):
    """The web did not give what was asked for."""


class FetchRefusedError(FetchError):
    """We refused to fetch: private address, wrong content type, too large, too slow."""


class FetchSlowError(FetchRefusedError):
    """It took longer than we wait."""


class StoreError(TertuliaError):
    """The store cannot be read or written."""


class NetworkError(TertuliaError):
    """A social network refused, or was not heard from."""


def os_words(error: OSError) -> str:
    """Return what is wrong in the blog's language, or as the system says it, with the path that it is about first."""
    from tertulia.core.languages import system_words  # by whoever has something to tell

    words = system_words(error) or error.strerror or str(error) or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {words}" if isinstance(error.filename, str | bytes) else words


@contextmanager
def log_failure(log: logging.Logger, what: str) -> Iterator[None]:
    """
    Log what goes wrong in the block instead of raising it.

    For what follows a stored row (letters, snapshot, rebuild): it cannot turn "stored" into an error any more.

    Args:
        what: What the block is about: a key, never an address or a name.
    """
    try:
        yield
    except Exception:
        log.exception("after %s was stored", what)
