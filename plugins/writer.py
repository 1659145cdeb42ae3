"""Posts are written on all cores, once every plugin has said what it wants written.

Pelican writes page by page as its generators ask. Ours keeps what was asked and renders it together, after the last
generator and before any other plugin's ``finalized``; the files are the same. Must be the first plugin.
"""

import atexit
import gc

from pelican import signals
from pelican.writers import Writer

from tertulia.core.parallel import spread

_asked: list = []  # of this build: the arguments of every write_file


class PatientWriter(Writer):
    """Takes note of every page; ``write_pages`` writes them."""

    def write_file(self, *args, **kwargs):
        _asked.append((self, args, kwargs))


def forget_pages(_pelican):
    """Begin a build with nothing asked, whatever became of the one before."""
    _asked.clear()


def take_notes(_pelican):
    """Have Pelican write with our writer."""
    return PatientWriter


def write_pages(_pelican):
    """Write everything that was asked for; many posts on all cores, the lists here."""
    posts = [asked for asked in _asked if asked[2].keys() & {"article", "page"}]
    lists = [asked for asked in _asked if not asked[2].keys() & {"article", "page"}]
    _asked.clear()
    spread(_write, posts)
    for asked in lists:  # Pagefind and pictures have the other cores
        _write(asked)


def _write(asked):
    writer, args, kwargs = asked
    Writer.write_file(writer, *args, **kwargs)


def register():
    # Python's last act would be to look for garbage in all that a build remembers: 0.2 s of 1,000 posts.
    atexit.register(gc.freeze)
    signals.initialized.connect(forget_pages)
    signals.get_writer.connect(take_notes)
    signals.finalized.connect(write_pages)
