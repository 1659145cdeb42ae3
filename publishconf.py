"""What differs in production: the blog as readers get it. Used by ``build`` and ``publish``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from pelicanconf import *  # noqa: F403

SHOW_UNPUBLISHED = False  # drafts, hidden and future posts stay at home
DELETE_OUTPUT_DIRECTORY = True  # nothing of an older build stays behind
