"""The HTTP door of the conversation: comments, moderation, likes. A Flask application made by ``create``.

The pages are plain HTML that works without JavaScript, in the theme's own look. Nothing is public that the owner has
not approved, or allowed by trusting a person.
"""

from tertulia.web.app import MOUNTS, create
from tertulia.web.context import Desk

__all__ = ["MOUNTS", "Desk", "create"]
