"""One's own X archive: the ZIP that X gives on request, read for the posts that the blog quotes.

Inside, ``data/tweets.js`` (``tweet.js`` in older ones, ``tweets-part1.js``… in large ones) is a line of JavaScript that
assigns a JSON list; pictures are in ``data/tweets_media/<id>-<name>``. Seen as described by X's own ``data/README.txt``
in the archive. Nothing is unpacked to disk, and no member is read past a limit: a ZIP may be a bomb.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from tertulia.core import strict_json
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.embeds import pictures
from tertulia.embeds.capture import embed_links
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.providers import find
from tertulia.embeds.providers.request import MOST_PICTURES, markup, moment, text
from tertulia.embeds.types import Author, Capture

MEMBER_BYTES = 300_000_000
PICTURE_BYTES = 20_000_000
_TWEETS = re.compile(r"(?:^|/)data/tweets?(?:-part\d+)?\.js$")
_ACCOUNT = re.compile(r"(?:^|/)data/account\.js$")
_COUNTS = (("likes", "favorite_count"), ("shares", "retweet_count"))


def keep_from(content_dir: Path, path: Path, now: dt.datetime) -> Iterator[Capture]:
    """
    Keep every post that the blog quotes, does not have, and the archive holds.

    Yields:
        Each capture, when it is on disk.

    Raises:
        ContentError: the file is no such archive.
    """
    captures = CaptureStore(content_dir)
    missing = dict(_missing(content_dir, captures))
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(map(_TWEETS.search, names)):
                raise ContentError(say("archive_none", file=path))
            who = _owner(archive, names)
            for name in filter(_TWEETS.search, names):
                for entry in _list(archive, name):
                    tweet = entry.get("tweet", entry) if isinstance(entry, dict) else {}
                    id = str(tweet.get("id_str") or tweet.get("id") or "")
                    if id in missing:
                        capture, files = _capture(archive, names, tweet, id, who)
                        capture.captured = now.date().isoformat()
                        captures.save(capture, files)
                        yield capture
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise ContentError(say("archive_unreadable", file=path, reason=error)) from error


def _missing(content_dir: Path, captures: CaptureStore) -> Iterator[tuple[str, str]]:
    for item in embed_links(content_dir):
        match = find(item.url)
        if match.provider.name == "x":
            kept = captures.load("x", match.id)
            if kept is None or kept.state == "unavailable":
                yield match.id, item.url


def _capture(
    archive: zipfile.ZipFile, names: list[str], tweet: dict[str, Any], id: str, who: Author
) -> tuple[Capture, dict[str, bytes]]:
    found = tweet.get("entities")
    entities = found if isinstance(found, dict) else {}
    links = {url["url"]: str(url.get("expanded_url", "")) for url in _dicts(entities.get("urls")) if "url" in url}
    media = {item["url"]: "" for item in _dicts(entities.get("media")) if isinstance(item.get("url"), str)}
    said = tweet.get("full_text") or tweet.get("text")
    capture = Capture(
        provider="x",
        id=id,
        url=f"https://x.com/{who.handle.removeprefix('@') or 'i'}/status/{id}",
        kind="post",
        network="X",
        author=who,
        html=markup(unescape(said), links | media) if isinstance(said, str) else "",
        lang=text(tweet.get("lang"), 12),
        published=moment(tweet.get("created_at")),
        counts={name: int(count) for name, key in _COUNTS if (count := str(tweet.get(key))).isdigit() and int(count)},
        links=links,
        source="archive",
    )
    files: dict[str, bytes] = {}
    own = re.compile(rf"(?:^|/)data/tweets?_media/{id}-[^/]+\.(?:jpe?g|png|gif|webp)$", re.IGNORECASE)
    for name in [name for name in names if own.search(name)][:MOST_PICTURES]:
        if made := pictures.encode(_read(archive, name, PICTURE_BYTES), name=id, alt=""):
            capture.pictures.append(made[0])
            files[made[0].file] = made[1]
    return capture, files


def _owner(archive: zipfile.ZipFile, names: list[str]) -> Author:
    for name in filter(_ACCOUNT.search, names):
        for entry in _list(archive, name):
            account = entry.get("account") if isinstance(entry, dict) else None
            if isinstance(account, dict):
                handle = re.sub(r"\W", "", text(account.get("username"), 30))
                shown = text(account.get("accountDisplayName"), 100) or handle
                return Author(name=shown, handle=f"@{handle}", url=f"https://x.com/{handle}")
    return Author(name="", handle="")


def _list(archive: zipfile.ZipFile, name: str) -> list[Any]:
    """The JSON list behind ``window.YTD.tweets.part0 =``."""
    source = _read(archive, name, MEMBER_BYTES)
    start = source.find(b"[")
    try:
        parsed = strict_json.decode(source[start:]) if start >= 0 else []
    except ValueError as error:
        raise ContentError(say("archive_unreadable", file=name, reason=error)) from error
    return parsed if isinstance(parsed, list) else []


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    with archive.open(name) as member:
        data = member.read(limit + 1)
    if len(data) > limit:
        raise ContentError(say("archive_large", file=name, limit=limit))
    return data


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
