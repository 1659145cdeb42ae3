"""One's own X archive: the ZIP that X gives on request, read for the posts that the blog quotes.

Its shape has changed over the years, and each is read:

- since 2018 ``data/tweets.js`` (``tweet.js`` at first, ``tweets-part1.js``… in large ones) is a line of JavaScript that
  assigns a JSON list, with pictures and films in ``data/tweets_media/<id>-<name>``: X's own ``data/README.txt``;
- long posts stand there by their beginning, and whole in ``data/note-tweet.js``;
- from 2012 to 2018 there was a file for each month, ``data/js/tweets/2014_02.js``, and no media.

What somebody else wrote and the owner passed on is theirs. Nothing is unpacked to disk, and no member is read past a
limit: a ZIP may be a bomb. A member that cannot be read costs itself and nothing else.
"""

import contextlib
import datetime as dt
import hashlib
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from tertulia.core import lazy_re, strict_json
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.numbers import number_of
from tertulia.embeds import pictures
from tertulia.embeds.capture import embed_links
from tertulia.embeds.capture_store import CaptureStore, file_stem
from tertulia.embeds.keeping import is_removed
from tertulia.embeds.providers import find
from tertulia.embeds.providers.request import MOST_PICTURES, markup, moment, text
from tertulia.embeds.states import carry_over
from tertulia.embeds.types import Author, Capture, Elsewhere, Film, Part, State

MEMBER_BYTES = 300_000_000
PICTURE_BYTES = 20_000_000
FILM_BYTES = 50_000_000  # what git hosts take without complaint
# Shorter beginnings may be those of two posts.
LEAST_BEGINNING = 60
_TWEETS = lazy_re.compile(r"(?:^|/)data/(?:(?:community-)?tweets?(?:-part\d+)?|js/tweets/\d{4}_\d{2})\.js$")
_NOTES = lazy_re.compile(r"(?:^|/)data/note-tweets?(?:-part\d+)?\.js$")
_ACCOUNT = lazy_re.compile(r"(?:^|/)data/(?:account|js/user_details)\.js$")
_MEDIA = r"(?:^|/)data/(?:community_)?tweets?_media/{id}-(?P<name>[^/]+)\.(?P<kind>jpe?g|png|gif|webp|mp4)$"
_PASSED_ON = lazy_re.compile(r"RT @(\w{1,30}): ?(.*)", re.DOTALL)
_CUT = lazy_re.compile(r"…(?:\s*https?://t\.co/\w+)?\s*$")
_COUNTS = (("likes", "favorite_count"), ("shares", "retweet_count"))
_BROKEN = (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError)


def keep_from(content_dir: Path, path: Path, now: dt.datetime) -> Iterator[Capture]:
    """
    Keep every post that the blog quotes, does not have whole, and the archive holds.

    Yields:
        Each capture, when it is on disk.

    Raises:
        ContentError: the file is no such archive, or a part of it could not be read; the other parts have been.
    """
    captures = CaptureStore(content_dir)
    missing = dict(_missing(content_dir, captures))
    failure: ContentError | None = None
    try:
        with zipfile.ZipFile(path) as opened:
            archive = _Archive(opened)
            names = [name for name in archive.names if _TWEETS.search(name)]
            if not names:
                raise ContentError(say("archive_none", file=path))
            for name in names:
                try:
                    entries = archive.items(name)
                except ContentError as error:
                    failure = failure or error
                    continue
                for entry in entries:
                    tweet = _inner(entry, "tweet")
                    id = str(tweet.get("id_str") or tweet.get("id") or "")
                    if id in missing and (kept := _kept(captures, archive, tweet, id, now)):
                        yield kept
    except _BROKEN as error:
        raise ContentError(say("archive_unreadable", file=path, reason=error)) from error
    if failure:
        raise failure


def _missing(content_dir: Path, captures: CaptureStore) -> Iterator[tuple[str, str]]:
    for item in embed_links(content_dir):
        match = find(item.url)
        if match.provider.name == "x":
            kept = captures.load("x", match.id)
            if kept is None or kept.state == State.UNAVAILABLE or kept.partial or Part.PICTURE in kept.missing:
                yield match.id, item.url


def _kept(
    captures: CaptureStore, archive: "_Archive", tweet: dict[str, Any], id: str, now: dt.datetime
) -> Capture | None:
    """Return what the archive holds of the post, on disk; None when somebody asked us to take it out."""
    found, files = _capture(archive, tweet, id)
    found.captured = now.date().isoformat()
    with captures.locked():
        before = captures.load("x", id)
        if (before and before.state == State.REMOVED) or is_removed(captures, found):
            return None
        if before and before.state in (State.KEPT, State.GONE):
            carry_over(before, found)
            found.state, found.gone = before.state, before.gone
        captures.save(found, files)
    return found


class _Archive:
    """An open archive: its members, whose it is, and the whole words of its long posts."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = archive.namelist()
        self.owner = self._owner()
        self.notes = [note for name in filter(_NOTES.search, self.names) for note in self._notes(name)]

    def items(self, name: str) -> list[Any]:
        """
        Return the JSON list behind ``window.YTD.tweets.part0 =``, or the one thing that stands there in place of a
        list.

        Raises:
            ContentError: it cannot be read, or is none.
        """
        try:
            source = self.read(name, MEMBER_BYTES)
            start = min((at for sign in (b"[", b"{") if (at := source.find(sign)) >= 0), default=-1)
            parsed = strict_json.decode(source[start:].rstrip().rstrip(b";")) if start >= 0 else []
        except (ValueError, *_BROKEN) as error:
            raise ContentError(say("archive_unreadable", file=name, reason=error)) from error
        return parsed if isinstance(parsed, list) else [parsed]

    def read(self, name: str, limit: int) -> bytes:
        """Return a member, unless it is larger than *limit*."""
        with self.archive.open(name) as member:
            data = member.read(limit + 1)
        if len(data) > limit:
            raise ContentError(say("archive_large", file=name, limit=limit))
        return data

    def whole(self, beginning: str) -> tuple[str, dict[str, str]]:
        """Return the long post that begins so, and its links; "" when there is none."""
        bare = _CUT.sub("", beginning).rstrip()
        if len(bare) < LEAST_BEGINNING:
            return "", {}
        return next(((words, links) for words, links in self.notes if words.startswith(bare)), ("", {}))

    def media(self, id: str) -> list[tuple[str, re.Match[str]]]:
        """Return the members that belong to a post."""
        own = re.compile(_MEDIA.format(id=id), re.IGNORECASE)
        return [(name, match) for name in self.names if (match := own.search(name))]

    def _owner(self) -> Author:
        for name in filter(_ACCOUNT.search, self.names):
            with contextlib.suppress(ContentError):
                for entry in self.items(name):
                    account = _inner(entry, "account")
                    handle = re.sub(r"\W", "", text(account.get("username") or account.get("screen_name"), 30))
                    if handle:
                        shown = account.get("accountDisplayName") or account.get("full_name")
                        return _author(handle, text(shown, 100))
        return Author(name="", handle="")

    def _notes(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        with contextlib.suppress(ContentError):
            for entry in self.items(name):
                core = _inner(entry, "noteTweet").get("core")
                if isinstance(core, dict) and isinstance(core.get("text"), str):
                    urls = _dicts(core.get("urls"))
                    yield (
                        unescape(core["text"]),
                        {
                            str(url["shortUrl"]): str(url.get("expandedUrl") or url["shortUrl"])
                            for url in urls
                            if url.get("shortUrl")
                        },
                    )


def _capture(archive: _Archive, tweet: dict[str, Any], id: str) -> tuple[Capture, dict[str, bytes]]:
    """Return a post of the archive, and the files that belong to it."""
    original = tweet.get("retweeted_status")
    shown = original if isinstance(original, dict) else tweet
    entities = _inner(shown.get("entities"))
    links = {str(url["url"]): str(url.get("expanded_url") or url["url"]) for url in _entries(entities, "urls")}
    said = shown.get("full_text") or shown.get("text")
    words = unescape(said) if isinstance(said, str) else ""
    whole, more_links = archive.whole(words)
    author, words = _whose(archive, shown, whole or words, is_own=shown is tweet)
    media = _media_entries(shown, entities)
    kept_at = str(shown.get("id_str") or id)
    capture = Capture(
        provider="x",
        id=id,
        url=f"https://x.com/{author.handle.removeprefix('@') or 'i'}/status/{kept_at}",
        kind="post",
        network="X",
        author=author,
        html=markup(words, links | more_links | dict.fromkeys((str(item["url"]) for item in media), "")),
        sensitive=shown.get("possibly_sensitive") is True,
        more=not whole and bool(_CUT.search(words)),
        lang=text(shown.get("lang"), 12),
        published=moment(shown.get("created_at")),
        counts={name: count for name, key in _COUNTS if (count := number_of(str(tweet.get(key)))) > 0},
        links=links | more_links,
        source="archive",
    )
    return capture, _add_media(archive, capture, media)


def _whose(archive: _Archive, shown: dict[str, Any], words: str, *, is_own: bool) -> tuple[Author, str]:
    """Who wrote a post, and its words without the mark that says who passed it on."""
    user = _inner(shown.get("user"))
    if not is_own and user.get("screen_name"):
        return _author(re.sub(r"\W", "", str(user["screen_name"])), text(user.get("name"), 100)), words
    passed_on = _PASSED_ON.fullmatch(words)
    if not passed_on:
        return archive.owner, words
    name = next(
        (
            text(mention.get("name"), 100)
            for mention in _dicts(_inner(shown.get("entities")).get("user_mentions"))
            if str(mention.get("screen_name")).lower() == passed_on[1].lower()
        ),
        "",
    )
    return _author(passed_on[1], name), passed_on[2]


def _add_media(archive: _Archive, capture: Capture, media: list[dict[str, Any]]) -> dict[str, bytes]:
    """
    Return the pictures and films that the archive has of a post; of what it cannot give, that there was something.
    """
    files: dict[str, bytes] = {}
    known = {_base(item): item for item in media}
    moving = sum(item.get("type") in ("video", "animated_gif") for item in known.values())
    found = archive.media(capture.id)
    for name, match in found[:MOST_PICTURES]:
        item = known.get(match["name"], {})
        alt = text(item.get("ext_alt_text"), 1500)
        is_film = match["kind"].lower() == "mp4"
        try:
            data = archive.read(name, FILM_BYTES if is_film else PICTURE_BYTES)
        except (ContentError, *_BROKEN):
            data = b""
        if is_film and data[4:8] == b"ftyp":
            loops = any(entry.get("type") == "animated_gif" for entry in media)
            file = f"{file_stem(capture.id)}-{hashlib.sha256(data).hexdigest()[:12]}.mp4"
            capture.films.append(Film(file=file, loops=loops, alt=alt))
            files[file] = data
        elif is_film:
            capture.elsewhere.append(Elsewhere(kind="video", alt=alt))
        elif made := pictures.encode(data, name=file_stem(capture.id), alt=alt):
            capture.pictures.append(made[0])
            files[made[0].file] = made[1]
        else:
            capture.missing.append(Part.PICTURE)
    films = sum(match["kind"].lower() == "mp4" for _, match in found)
    capture.elsewhere += [Elsewhere(kind="video") for _ in range(moving - films)]
    capture.missing += [Part.PICTURE] * max(0, len(known) - moving - (len(found) - films))
    return files


def _media_entries(tweet: dict[str, Any], entities: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands in a post beside its words: all of it in "extended_entities", the first one in "entities"."""
    return _entries(_inner(tweet.get("extended_entities")), "media") or _entries(entities, "media")


def _entries(entities: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for item in _dicts(entities.get(kind)) if item.get("url")]


def _base(item: dict[str, Any]) -> str:
    """ "BgABC" of "https://pbs.twimg.com/media/BgABC.jpg", by which a member of the archive is called."""
    url = str(item.get("media_url_https") or item.get("media_url") or item["url"])
    return url.rpartition("/")[2].partition(".")[0]


def _author(handle: str, name: str) -> Author:
    return Author(name=name or handle, handle=f"@{handle}", url=f"https://x.com/{handle}")


def _inner(entry: Any, name: str = "") -> dict[str, Any]:
    """*entry*, or what it holds under *name*; nothing when it is no table."""
    held = entry.get(name, entry) if isinstance(entry, dict) else None
    return held if isinstance(held, dict) else {}


def _dicts(items: Any) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
