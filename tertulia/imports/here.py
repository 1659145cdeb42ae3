"""The posts that the blog has already, by every address that they have or had.

A service for comments (Disqus, Isso, Remark42) exports what was said, not what it was said about: that came over
before, or was always here. A post answers at its own address, at its aliases, at what ``content/redirects.toml`` says
of it, and at what the last build knew.
"""

import tomllib
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from tertulia.content import posts
from tertulia.content.folder import markdown_files
from tertulia.content.header import split
from tertulia.content.metadata import Metadata, interpret
from tertulia.core.addresses import split_address
from tertulia.core.errors import ContentError
from tertulia.core.slugs import slug_of, written_slug
from tertulia.imports import redirects
from tertulia.imports.plan import Layout, Placed, Plan
from tertulia.imports.types import OldPost


class BlogPosts:
    """
    What is in the blog of the folder *root*.

    Args:
        layout: Where its posts are.
    """

    def __init__(self, root: Path, layout: Layout) -> None:
        self._root = root
        self._layout = layout

    def at(self, plan: Plan, address: str) -> Placed | None:
        """
        Return the post at *address*, of the old site or a path; None when there is none, or it is somebody else's site.
        """
        parts = split_address(address)
        if parts.netloc and parts.host not in plan.hosts:
            return None
        by_number = f"{_key(parts.path)}?{parts.query}"  # "/?p=12" names a post, "/x/?utm_source=y" does not
        return self._by_path.get(by_number) or self._by_path.get(_key(parts.path))

    @cached_property
    def _by_path(self) -> dict[str, Placed]:
        found: dict[str, Placed] = {}
        for path in markdown_files(self._root / "content"):
            shown = path.relative_to(self._root).as_posix()
            try:
                header = split(path.read_text("utf-8-sig", "replace"), shown)
            except OSError:
                continue
            is_page = "pages" in path.relative_to(self._root / "content").parts[:-1]
            meta = interpret(header, shown, self._layout.zone, is_page=is_page)
            place = self._placed(meta, shown, is_page=is_page)
            for address in (place.address, *meta.aliases, *meta.old_addresses):
                found.setdefault(_key(split_address(address).path), place)
        by_name = {(place.id, place.lang): place for place in found.values()}
        self._add_built(found, by_name)
        self._add_redirects(found, by_name)
        found.pop("/", None)
        return found

    def _placed(self, meta: Metadata, shown: str, *, is_page: bool) -> Placed:
        lang = meta.lang or self._layout.language
        slug = written_slug(meta.slug) or slug_of(meta.title, meta.id)
        date = meta.date.astimezone(self._layout.zone) if meta.date else None
        kind = "PAGE" if is_page else "ARTICLE"
        pattern = self._layout.patterns.get(f"{kind}{'_LANG' if lang != self._layout.language else ''}_URL", "")
        try:
            address = "/" + pattern.format(date=date, slug=slug, lang=lang).lstrip("/")
        except (KeyError, ValueError, IndexError, AttributeError, TypeError):  # no date, or the blogger's own pattern
            address = ""
        post = OldPost(id=shown, address=f"{self._layout.home}{address}")
        return Placed(post, meta.id or slug, lang, slug, shown, address, date)

    def _add_built(self, found: dict[str, Placed], by_name: dict[tuple[str, str], Placed]) -> None:
        """Add what the last build knew of former addresses, and of posts whose header says little."""
        try:
            published = posts.read(self._root / "output")
        except ContentError:
            return
        for post in published.posts:
            path = split_address(post.url).path
            place = by_name.get(post.key) or Placed(
                OldPost(id=post.id, address=post.url), post.id, post.lang, "", "", path, post.date
            )
            by_name[post.key] = place
            found.setdefault(_key(path), place)

    def _add_redirects(self, found: dict[str, Placed], by_name: dict[tuple[str, str], Placed]) -> None:
        try:
            table = tomllib.loads((self._root / "content" / redirects.NAME).read_text("utf-8-sig")).get("redirects", {})
        except (OSError, ValueError):  # the build tells
            return
        for old, new in table.items():
            name, _, lang = str(new).removeprefix("post:").rpartition(".")
            place = by_name.get((name, lang)) if str(new).startswith("post:") else found.get(_key(str(new)))
            if place:
                found.setdefault(_key(old), place)


def _key(path: str) -> str:
    """Return a path however it is written: with or without a slash, a file's name or an ending."""
    path = unquote(path).removesuffix("index.html").rstrip("/")
    return f"/{path.lstrip('/')}"
