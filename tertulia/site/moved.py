"""Addresses of before: a corrected title, date, slug or language leaves a way from the old one.

So does what gives a tag, a topic or an author another address.

Each build notes in ``posts.json`` who has which file of the site, and who had it last; the next one reads that note
where the output still lies, and ``var/addresses.json``, which publishing writes from what the target remembers.

Settings:
    ADDRESSES_PATH    what was published, as publishing left it. Default ``var/addresses.json``.
    PREVIOUS_OUTPUT   the output of the build before. Default: the output itself.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tertulia.content import posts
from tertulia.content.tags import tag_key
from tertulia.core import lazy_re, strict_json
from tertulia.core.errors import ContentError
from tertulia.core.files import write_if_changed
from tertulia.site.contents import Content

_LISTS = {"tags": "tags", "categories": "topics", "authors": "authors"}  # attribute of a post → kind
_SIGNS = lazy_re.compile(r"[#.]")

Addresses = Mapping[str, tuple[str, ...]]  # file in the output → what names whoever had it last


def remembered(settings: Mapping[str, Any]) -> Addresses:
    """Return what earlier builds and publications noted; nothing where there is no note, or none that can be read."""
    output = Path(settings.get("PREVIOUS_OUTPUT") or settings.get("OUTPUT_PATH") or "output")
    try:
        return remembered_with(posts.read_addresses(output), output, settings)
    except (ContentError, OSError):
        return published(settings)


def remembered_with(before: Addresses, output: Path, settings: Mapping[str, Any]) -> Addresses:
    """Return the same, where the build in the folder *output* noted the addresses *before*."""
    found = dict(published(settings))
    if not any(key.startswith("tags:") for named in before.values() for key in named):
        found |= _first_addresses(posts.read(output).posts, settings.get("TAG_SAVE_AS") or "")
    return {**found, **before}


def published(settings: Mapping[str, Any]) -> Addresses:
    """Return what a deploy has put where readers get it, now or before."""
    return read_note(Path(settings.get("ADDRESSES_PATH") or "var/addresses.json"))


def _first_addresses(of_posts: Iterable[posts.Post], save_as: str) -> Addresses:
    """Where tags with signs of their own, "C#" or "4.0", stood before anybody took note: without them."""
    signs = {tag for post in of_posts for tag in post.tags if _SIGNS.search(tag)}
    places = {tag: tag_key(_SIGNS.sub(" ", tag)) for tag in sorted(signs)} if "{slug}" in save_as else {}
    return {save_as.format(slug=place): (f"tags:{tag}",) for tag, place in places.items()}


def read_note(path: Path) -> Addresses:
    """``var/addresses.json``; nothing when it is absent or broken, since it only spares readers a dead end."""
    try:
        return strict_json.decode(path.read_bytes(), type=dict[str, tuple[str, ...]])
    except (OSError, ValueError):
        return {}


def write_note(path: Path, addresses: Addresses) -> None:
    """Leave *addresses* for the next build; where they are there already, that has nothing to do."""
    write_if_changed(path, msgspec.json.format(msgspec.json.encode(dict(sorted(addresses.items()))), indent=1) + b"\n")


def noted(before: Addresses, contents: Iterable[Content]) -> dict[str, tuple[str, ...]]:
    """*before*, and the files of all *contents* that are public; an unlisted post is noted nowhere."""
    public = [content for content in contents if not content.mark]
    now = {content.save_as: keys(content) for content in public} | {
        label.save_as: (key,) for key, label in labels(public).items()
    }
    return dict(sorted((dict(before) | now).items()))


def old_files(before: Addresses, contents: Iterable[Content]) -> dict[str, list[str]]:
    """Return the files that each of *contents*, by the one it has now, had before."""
    keys_of = {content.save_as: every_key(content) for content in contents}
    sought = {key for keys in keys_of.values() for key in keys}
    by_key: dict[str, list[str]] = defaultdict(list)
    for file, named in before.items():
        for key in named:
            if key in sought:
                by_key[key].append(file)
    return {now: sorted({file for key in keys for file in by_key[key]} - {now}) for now, keys in keys_of.items()}


def old_lists(before: Addresses, contents: Iterable[Content]) -> dict[str, Any]:
    """
    Return the files that lists of tags, topics and authors had before: file → the label that stands elsewhere now.
    """
    now = labels(content for content in contents if not content.mark)
    taken = {label.save_as for label in now.values()}
    named = ((file, now[key]) for file, found in before.items() for key in found if key in now)
    return {file: label for file, label in named if file not in taken}


def labels(contents: Iterable[Content]) -> dict[str, Any]:
    """Tags, topics and authors of *contents* that have a page, each by what names it."""
    return {
        label_key(name, label): label
        for content in contents
        for name in _LISTS
        for label in getattr(content, name, None) or ()
        if getattr(label, "save_as", "")
    }


def label_key(attribute: str, label: Any) -> str:
    """Return what names a tag, a topic or an author, by the *attribute* of posts in which it stands."""
    return f"{_LISTS[attribute]}:{label.name}"


def is_of_list(named: Iterable[str]) -> bool:
    """Whether *named* are keys of a tag, a topic or an author, not of a post or page."""
    return any(key.startswith(tuple(f"{kind}:" for kind in _LISTS.values())) for key in named)


def every_key(content: Content) -> tuple[str, ...]:
    """Return what names *content*, or did before it had an Id."""
    return (*keys(content), _file_key(content))


def keys(content: Content) -> tuple[str, ...]:
    """
    Return what names *content* for good: its Id and language, and its file under that Id; without an Id its file alone.
    """
    if not content.has_id:
        return (_file_key(content),)
    return (f"{content.id}.{content.lang}", f"{_file_key(content)}#{content.id}")


def _file_key(content: Content) -> str:
    return hashlib.sha256(content.shown_path.encode()).hexdigest()[:16]
