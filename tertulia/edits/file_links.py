"""Links to posts by their files, ``{filename}/posts/x.md``, after an edit: led to their pages as Pelican leads them.

https://docs.getpelican.com/en/4.12.0/content.html#linking-to-internal-content
What else it follows (``{static}``, ``{tag}``), and a file that is no post, is for a build.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.edits.arrangement import Arrangement
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.site.build import SiteBuild
from tertulia.site.contents import leads_to_file
from tertulia.site.records import PostRecord

# As Pelican finds them, ``Content._get_intrasite_link_regex``: where its settings are those that it comes with.
_USUAL = "[{|](?P<what>.*?)[|}]"
_LINK = lazy_re.compile(
    r"""(?P<markup><[^\>]+(?:href|src|poster|data|cite|formaction|action|content)\s*=\s*)"""
    rf"""(?P<quote>["\']){_USUAL}(?P<named>[^?#]*?)(?P<rest>(?:[?#].*?)?)(?P=quote)"""
)
_ODD = frozenset(":;&")  # in the name of a file, it may be read as something else


class FileLinks:
    """
    Posts that texts name by their files.

    Args:
        build: As it was left.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement) -> None:
        self.build, self.arrangement = build, arrangement
        self._named: dict[int, Path] = {}  # by whom

    def followed(self, html: str, path: Path) -> str:
        """
        Return *html* of the file at *path* with the addresses of what it names.

        Raises:
            NeedsBuildError: it names something else than posts.
        """
        if not leads_to_file(html):
            return html
        if self.build.settings.get("INTRASITE_LINK_REGEX", _USUAL) != _USUAL:
            self._cannot(path)
        return _LINK.sub(lambda found: self._link(found, path), html)

    def refuse_broken(self, record: PostRecord, path: Path) -> None:
        """
        See that what a post named by its files was there: what was told of it would have to be told no more.

        Raises:
            NeedsBuildError: it was not.
        """
        for html in (record.content, record.summary):
            self.followed(html, path)

    def refuse_moved(self, moved: Collection[int]) -> None:
        """
        See that none of the posts that texts name now has *moved*.

        Raises:
            NeedsBuildError: one has.
        """
        for number in self._named.keys() & set(moved):
            self._cannot(self._named[number])

    def _link(self, found: re.Match[str], path: Path) -> str:
        named, rest = found["named"], found["rest"]
        post = self._post(named, path) or self._post(unquote(named), path)
        if found["what"] != "filename" or post is None or not _ODD.isdisjoint(named) or rest[-1:] in ("?", "#"):
            self._cannot(path)
        self._named[post.number] = path
        address = f"{self.build.settings['SITEURL'].rstrip('/')}/{post.url}"  # in Pelican's own letters
        return "".join((found["markup"], found["quote"], address, rest, found["quote"]))

    def _post(self, named: str, path: Path) -> Any:
        """Return the post whose file is *named* by that at *path*: from the content folder as it is written there."""
        content = self.build.settings["PATH"]
        place = os.path.join(content, named[1:]) if named.startswith("/") else os.path.join(path.parent, named)
        found = os.path.normpath(place)
        return self.arrangement.post_at(found) if not named.startswith("/") or found == place else None

    def _cannot(self, path: Path) -> NoReturn:
        raise NeedsBuildError(say("edit_sought", path=path.name))
