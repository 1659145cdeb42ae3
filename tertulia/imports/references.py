"""What one thing of the old site shows of another: reusable blocks, galleries by number, covers by number."""

import re
from collections.abc import Callable
from html import escape

from tertulia.imports.types import OldPicture, OldSite

_INCLUDED = re.compile(r'<div data-include="([^"]*)"></div>')
_GALLERY = re.compile(r'<div data-gallery="([^"]*)"></div>')
_DEEPEST = 5  # blocks in blocks
_MOST = 200  # pictures and blocks that one post may ask for, be it in circles

Lose = Callable[[str, str], None]


class References:
    """What may be asked for by its number in one site."""

    def __init__(self, site: OldSite) -> None:
        self._blocks = site.blocks
        self._pictures = {picture.id: picture for picture in site.pictures}
        self._children: dict[str, list[OldPicture]] = {}
        for picture in site.pictures:
            if picture.parent:
                self._children.setdefault(picture.parent, []).append(picture)

    def cover(self, asked: str) -> OldPicture | None:
        """Return the picture that is called *asked*."""
        return self._pictures.get(asked)

    def filled(self, body: str, post: str, lose: Lose) -> str:
        """*body* with what it asks for in its place."""
        left = _MOST

        def included(found: re.Match[str], depth: int) -> str:
            nonlocal left
            left -= 1
            inner = self._blocks.get(found[1])
            if not inner or depth >= _DEEPEST or left < 0:
                lose("reusable", found[1])
                return ""
            return _INCLUDED.sub(lambda deeper: included(deeper, depth + 1), inner)

        if "<div data-" not in body:
            return body
        body = _INCLUDED.sub(lambda found: included(found, 0), body)
        return _GALLERY.sub(lambda found: self._gallery(found[1], post, lose), body)

    def _gallery(self, asked: str, post: str, lose: Lose) -> str:
        """Return the pictures of *asked*, numbers with commas between; without any, those that hang on the post."""
        numbers = [one.strip() for one in asked.split(",") if one.strip()]
        shown = [self._pictures[one] for one in numbers if one in self._pictures]
        for one in numbers:
            if one not in self._pictures:
                lose("gallery_picture", one)
        if not numbers:
            shown = self._children.get(post, [])
        return f"<div data-gallery>{''.join(map(_figure, shown))}</div>" if shown else ""


def _figure(picture: OldPicture) -> str:
    words = f"<figcaption>{picture.caption}</figcaption>" if picture.caption else ""
    return f'<figure><img src="{escape(picture.address)}" alt="{escape(picture.alt)}">{words}</figure>'
