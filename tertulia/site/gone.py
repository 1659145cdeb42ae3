"""Tombstones: where a post or page was published and no longer is, a small page says that it is gone.

A static site cannot answer 410 by itself. Receivers of webmentions take the word of the page for it, and so forget what
the post said of them: https://www.w3.org/TR/webmention/#sending-webmentions-for-deleted-posts and
https://webmention.rocks/delete/1 (read 2026-11). Hosts that can answer 410 are told in ``redirects``.

Whatever ends a post does so: its file deleted, a draft again, hidden, expired, dated into the future. What counts as
published is what a deploy has put there, by ``ADDRESSES_PATH``: a post that was only built here leaves no trace.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape
from typing import TYPE_CHECKING

from tertulia.core import addresses

if TYPE_CHECKING:  # who only wants to know whether a page is one of these needs nothing of a build
    from tertulia.site.build import SiteBuild
    from tertulia.site.contents import Content

_MARK = '<meta http-equiv="Status" content="410 Gone">'
_HEAD = 500  # the mark stands within as many characters


def is_gone(page: str) -> bool:
    """Whether *page* is one of ours that only says that something is gone."""
    return _MARK in page[:_HEAD]


def gone_files(build: SiteBuild, contents: Collection[Content]) -> Iterator[tuple[str, str]]:
    """
    Files that were published and whose post or page is public no more, each with the language it was in.

    Nothing is gone while a file cannot be read: its post may be meant to stay.
    """
    from tertulia.site import moved

    if build.has_unread:
        return
    present = {key for content in contents for key in moved.every_key(content)}
    for file, named in build.published.items():
        if not moved.is_of_list(named) and present.isdisjoint(named):
            yield file, language_of(build, named)


def language_of(build: SiteBuild, named: Collection[str]) -> str:
    """Return the language that the keys *named* end in; the blog's own for a post that had no Id."""
    known = {lang for key in named for lang in build.settings["LANGUAGES"] if key.endswith(f".{lang}")}
    return min(known, default=str(build.settings["DEFAULT_LANG"]))


def tombstone(build: SiteBuild, lang: str) -> str:
    """Return the page; it names nothing of what stood there."""
    settings = build.settings
    home = addresses.whole(settings["SITEURL"], "")
    return f"""<!doctype html>
<html lang="{escape(lang)}">
<meta charset="utf-8">
{_MARK}
<title>{escape(build.words.text("gone", lang))}</title>
<meta name="robots" content="noindex">
<meta name="viewport" content="width=device-width">
<p>{escape(build.words.text("gone_text", lang))}</p>
<p><a href="{escape(home or "/")}">{escape(build.words.setting(settings, "SITENAME", lang))}</a></p>
</html>
"""
