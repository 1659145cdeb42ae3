"""A post that was not there at the last build: what becomes of its file, and what a build would give it.

What is more than a post among others is for a build: old addresses, a translation, a template of its own.
"""

import fnmatch
import os
import posixpath
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any, NoReturn
from urllib.parse import quote, unquote

from tertulia.core import addresses
from tertulia.core.files import is_inside
from tertulia.core.languages import say
from tertulia.edits.arrangement import Arrangement, KeptPost
from tertulia.edits.label_edits import uses_of
from tertulia.edits.moves import Moves
from tertulia.edits.text_edits import NeedsBuildError
from tertulia.embeds import draw
from tertulia.embeds.capture_store import CaptureStore
from tertulia.render.picture_facts import PICTURE_SUFFIXES
from tertulia.render.resolver import FOLDER
from tertulia.site import gone, moved, moved_here, put_away, redirects
from tertulia.site.broken_links import files_named, names_of
from tertulia.site.build import SiteBuild
from tertulia.site.contents import attributes
from tertulia.site.embeds import pictures_url
from tertulia.site.pictures import request_files
from tertulia.site.problems import shown_path
from tertulia.site.records import PostRecord, Reading
from tertulia.site.state import digest_of
from tertulia.site.strays import ENDINGS

MOST_SEEKERS = 40  # posts that name others by their files, and are read again when some come or go
# What an address may be made of here: the rest of a post is known to Pelican in its own words.
_OF_ADDRESS = frozenset({"slug", "date", "lang"})
_OWN_ADDRESSES = ("aliases", "old_addresses", "template")


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of *build* to let a post come."""
    readings = {path: reading for path, reading in build.read_as.items() if reading}
    return {
        "ids of pages": {post.id for post in build.contents if post.is_page},
        "shared ids": build.shared_ids,
        "seekers": [path for path, reading in readings.items() if reading.seeks_posts],
        "named files": None if build.named_files is None else {name_of(one) for one in build.named_files},
        "broken": build.broken,
        "wanted": _wanted(build),
        "without ids": sorted(post.shown_path for post in build.contents if not (post.has_id or post.is_page)),
    }


def _wanted(build: SiteBuild) -> set[str]:
    """Return the files at which something else would stand if nothing did: another post, a page that leads on."""
    site, prefix = build.settings["SITE_ADDRESS"], build.settings["SITEURL"]
    asked = [alias for post in build.contents for alias in (*post.aliases, *post.old_addresses)]
    asked += [one.old.removeprefix(prefix) for one in (build.led_on.elsewhere if build.led_on else ())]
    return build.owners.wanted | {
        redirects.alias_file(path) for one in asked if (path := redirects.alias_path(one, site))
    }


def name_of(written: str) -> str:
    """Return by which name a file is looked for that a post means by what is *written*."""
    path = unquote(written).partition("?")[0].partition("#")[0]
    return unicodedata.normalize("NFC", path.rpartition("/")[2]).casefold()


class Arrivals:
    """
    Posts that come.

    Args:
        build: As it was left.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, moves: Moves) -> None:
        self.build, self.arrangement, self.moves = build, arrangement, moves
        self._asked = Path()
        self.buried: dict[str, bytes] = {}  # pages that say that something is gone
        self.beside: set[str] = set()  # pictures that lie among posts, where one that nobody shows is told
        self.paths: dict[str, str] = {}  # of files that were read, by how their author knows them

    def is_nothing(self, path: str) -> bool:
        """
        Whether what is at *path*, of which nothing was read, is nothing that anybody sees.

        That is what editors leave for a while, and a picture: who looks for it is read again.
        """
        if any(fnmatch.fnmatch(os.path.basename(path), one) for one in self.build.settings["IGNORE_FILES"]):
            return path.startswith(self.build.reader.folders)
        is_there, is_beside = os.path.exists(path), path.startswith(self.build.reader.folders)
        if not is_there and is_beside and not Path(path).suffix:
            return True
        is_shown = is_beside or path.startswith(os.path.join(self.build.reader.content, FOLDER, ""))
        if not is_shown or Path(path).suffix.lower() not in PICTURE_SUFFIXES:
            return False
        if is_there and is_beside:
            self.beside.add(path)
        return is_there or not self._is_told(path)

    def _is_told(self, path: str) -> bool:
        """Whether the build has said something of the file at *path*: maybe that nobody showed it."""
        told = " ".join(text for _, text in self.arrangement.value("report")["remarks"])
        return shown_path(Path(path), self.build.pictures.content) in told

    def refuse_sought(self, files: Iterable[str], reading_of: Callable[[str], Reading | None]) -> None:
        """
        See that posts which name others by their files read as they did, now that *files* came or went.

        Raises:
            NeedsBuildError: one does not, or they are many.
        """
        files, seekers = set(files), self.arrangement.value("seekers")
        if files and len(seekers) > MOST_SEEKERS:
            self._cannot("edit_sought")
        names = {name_of(path) for path in files}
        for path in seekers if files else ():
            before, now = reading_of(path), self.build.reader.read(path)
            if before is None or before.record is None or digest_of(before) != digest_of(now):
                self._cannot("edit_sought")
            if before.problems != now.problems or names.intersection(map(name_of, files_named(before.record.content))):
                self._cannot("edit_sought")

    def note_named(self, readings: Mapping[str, Reading]) -> None:
        """Note which files the texts name that are in *readings* by their own, and who of them names others."""
        seekers: list[str] = self.arrangement.value("seekers")
        now = [path for path in seekers if path not in readings or readings[path].seeks_posts]
        now += [path for path, one in readings.items() if one.seeks_posts and path not in seekers]
        if now != seekers:
            self.arrangement.leave("seekers", now)
        named = self.arrangement.value("named files")
        records = [reading.record for reading in readings.values() if reading.record]
        htmls = (html for record in records for html in (record.content, record.summary))
        names = {name_of(file) for html in htmls for file in files_named(html)}
        if named is not None and names - named:
            self.arrangement.leave("named files", named | names)

    def refuse_named(self, paths: Iterable[str]) -> None:
        """
        See that no text links to the files at *paths*, which become posts or are none any more.

        Raises:
            NeedsBuildError: one does, or nobody knows.
        """
        named = self.arrangement.value("named files")
        for path in paths:
            if named is None or name_of(path) in named:
                self._asked = Path(path)
                self._cannot("edit_sought")

    def may_go(self, post: Any, record: PostRecord, now: Reading) -> bool:
        """Whether *post*, whose *record* nobody has any more, may leave: nothing is left of it, and nobody led on."""
        settings = self.build.settings
        self.moves.refuse(post)
        is_left = self._published_at(post) - {post.save_as}
        is_led_to = addresses.whole(settings["SITEURL"], post.url) in self.build.led_to
        is_translated = post.translations and post.lang == settings["DEFAULT_LANG"]
        is_more = post.said or is_translated or any(getattr(record, name) for name in _OWN_ADDRESSES)
        shows = draw.published([record.content], pictures_url(settings))
        is_broken = any(one.severity == "error" for one in now.problems)
        return not (is_left or is_led_to or is_more or shows or is_broken or self.build.has_unread)

    def _published_at(self, post: Any) -> set[str]:
        """Return the files at which a deploy has put *post*, now or before."""
        keys = set(moved.every_key(post))
        return {file for file, named in self.build.published.items() if keys.intersection(named)}

    def bury(self, post: Any) -> None:
        """Where *post*, which goes, was published, let a page say so, and hosts be told."""
        build, name = self.build, post.save_as
        is_taken = self.moves.changes.pages.get(name) is not None
        if build.led_on is None or is_taken or name not in self._published_at(post):
            return
        lang = gone.language_of(build, build.published[name])
        self.buried[name] = gone.tombstone(build, lang).encode()
        path = addresses.whole(build.settings["SITEURL"], quote(name.removesuffix("index.html")))
        build.buried = {*build.buried, name}
        build.led_on = build.led_on._replace(buried=[*build.led_on.buried, path])

    def read(self, path: str) -> Reading:
        """
        Read a file that no post of the last build is of.

        Raises:
            NeedsBuildError: it is no post as others are.
        """
        self._asked, reader = Path(path), self.build.reader
        content = reader.content
        is_post = path.startswith(reader.folders) and not path.startswith(reader.page_folders)
        if not is_post or not path.endswith(ENDINGS) or os.path.islink(path):
            self._cannot("edit_other")
        excludes = (os.path.join(content, name) for name in self.build.settings.get("ARTICLE_EXCLUDES") or ())
        if any(f"{path}/".startswith(f"{one}/") for one in excludes) or os.path.realpath(path) != os.path.abspath(path):
            self._cannot("edit_other")
        if put_away.held([path], content, reader.zone) or self.build.settings.get("SHOW_UNPUBLISHED"):
            self._cannot("edit_other")
        reading = reader.read(path)
        if any(one.severity == "error" for one in reading.problems):
            self._cannot()
        if reading.record:
            self.paths[reading.record.shown_path] = path
        return reading

    def _cannot(self, phrase: str = "edit_arranged") -> NoReturn:
        raise NeedsBuildError(say(phrase, path=self._asked.name))

    def post(self, path: str, reading: Reading, goes: Sequence[KeptPost]) -> Any:
        """
        Return the post that the file at *path* is, with all that only its record says, and where it stands.

        Args:
            goes: Posts that were there and are no more.

        Raises:
            NeedsBuildError: it is more than a post among others.
        """
        self._asked, record = Path(path), reading.record
        assert record
        self.refuse(record)
        values = {"modified": None, **attributes(record), "series": None}
        url, save_as = self.place_of(record)
        values |= {
            "status": "published", "default_template": "article", "template": "article",
            "translations": self._translated(record, goes),
            "relative_dir": os.path.dirname(os.path.relpath(path, self.build.settings["PATH"])),
            "url": url, "save_as": save_as, "reader": "markdown", **self.labels(record),
            "locale_date": record.date.strftime(self.build.settings["DEFAULT_DATE_FORMAT"]),
        }  # fmt: skip
        same = next((post for post in goes if (post.id, post.lang) == (record.id, record.lang)), None)
        if same and same.save_as != save_as:
            self._cannot("edit_address")
        if same:
            self.moves.comes_again(same)
        return self.arrangement.come(path, values, same)

    def refuse(self, record: PostRecord) -> None:
        """
        See that a post is one among others.

        Raises:
            NeedsBuildError: it is more.
        """
        if record.mark or record.lang not in {self.build.settings["DEFAULT_LANG"], *self.moves.editions}:
            self._cannot("edit_other_language")
        if any(getattr(record, name) for name in _OWN_ADDRESSES):
            self._cannot()
        if f"post:{record.id}.{record.lang}" in moved_here.read(self.build.reader.content).values():
            self._cannot("edit_address")
        if record.id in self.arrangement.value("ids of pages"):
            self._cannot("edit_same_id")

    def _translated(self, record: PostRecord, goes: Sequence[KeptPost]) -> list[KeptPost]:
        """
        Return the post that a new one translates.

        Args:
            goes: Posts that were there and are no more.

        Raises:
            NeedsBuildError: it has the Id of others than that.
        """
        settings, known = self.build.settings, {post.number for post in goes}
        numbers: Mapping[str, int] = self.arrangement.value("numbers")
        languages = dict.fromkeys([*settings["LANGUAGES"], record.lang])
        same = [(lang, number) for lang in languages if (number := numbers.get(f"{record.id} {lang}")) is not None]
        same = [(lang, number) for lang, number in same if number not in known]
        if same and (
            record.lang == settings["DEFAULT_LANG"] or [settings["DEFAULT_LANG"]] != [lang for lang, _ in same]
        ):
            self._cannot("edit_same_id")
        return [self.arrangement.post(number) for _, number in same]

    def place_of(self, record: PostRecord) -> tuple[str, str]:
        """
        Return the address and the file of a post.

        Raises:
            NeedsBuildError: its address is made of what is not known here.
        """
        self._asked = Path(record.shown_path)
        kind = "ARTICLE" if record.lang == self.build.settings["DEFAULT_LANG"] else "ARTICLE_LANG"
        forms = [self.build.settings[f"{kind}_{name}"] for name in ("URL", "SAVE_AS")]
        asked = {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}
        if not asked <= _OF_ADDRESS:
            self._cannot()
        url, save_as = (form.format(slug=record.slug, date=record.date, lang=record.lang) for form in forms)
        return url, save_as

    def labels(self, record: PostRecord) -> dict[str, Any]:
        """
        Return the tags, categories and authors of a post, which may be new.

        Raises:
            NeedsBuildError: how one of them is called, or where its page is, takes a build.
        """
        self.moves.asked, known = Path(record.shown_path), self.moves.labels
        tags = [known.tag(slug, next(iter(uses))) for slug, uses in uses_of(record, self.build).items()]
        categories, authors = (
            [known.named(kind, name) for name in names]
            for kind, names in (("category", record.categories), ("author", record.authors))
        )
        return {
            "tags": tags, "categories": categories, "category": categories[0],
            "authors": authors, "author": authors[0],
        }  # fmt: skip

    def publish(self, post: Any, path: str) -> None:
        """
        Have the pictures and files of *post* made that it shows.

        Raises:
            NeedsBuildError: they cannot be.
        """
        pictures = self.build.pictures
        self._asked = Path(path)
        if any(self._is_told(file.path) for file in post.files):
            self._cannot("edit_pictures")
        if post.files:
            request_files(post.files, Path(path), pictures)
            made, failed = pictures.made()
            if failed:
                self._cannot("edit_pictures")
            self.build.coming |= made
        self.publish_quoted(post)

    def publish_quoted(self, post: Any) -> None:
        """
        Have the pictures and films of captures published that *post* shows.

        Raises:
            NeedsBuildError: one is none of this blog.
        """
        settings = self.build.settings
        source = CaptureStore(Path(settings["PATH"])).path
        for name in draw.published([post._content], pictures_url(settings)):
            if not is_inside(source / name, Path(settings["PATH"])):
                self._cannot("edit_pictures")
            self.build.coming[f"{settings.get('EMBEDS_URL', 'embeds')}/{name}"] = source / name

    def refuse_beside(self) -> None:
        """
        See that pictures that came to lie among posts are shown by those.

        Raises:
            NeedsBuildError: one is not.
        """
        for path in self.beside - set(map(str, self.build.pictures.used)):
            self._asked = Path(path)
            self._cannot("edit_pictures")

    def refuse_addresses(self, lost: Iterable[str], new: Iterable[str]) -> None:
        """
        See that nobody asked to lead on from a file that is *lost*, or to one of these or to a *new* one.

        Raises:
            NeedsBuildError: somebody did.
        """
        lost, new = set(lost), set(new)
        table = moved_here.read(self.build.reader.content) if lost or new else {}
        targets = {
            name for to in table.values() for name in (to.strip("/"), posixpath.join(to.strip("/"), "index.html"))
        }
        for name in (lost & self.arrangement.value("wanted") if lost else set()) | ((lost | new) & targets):
            self._asked = Path(name)
            self._cannot("edit_address")

    def refuse_links(self, broken: Iterable[str], new: Iterable[str], posts: Iterable[Any]) -> None:
        """
        See that no link led nowhere that leads to a *new* file now, or would be guessed to mean one of *posts*.

        Raises:
            NeedsBuildError: one did.
        """
        files = set(new)
        slugs = {post.slug.lower() for post in posts if post.save_as in files}
        for path in broken if files else ():
            if {path, posixpath.join(path, "index.html")} & files or slugs.intersection(names_of(path)):
                self._cannot("edit_led_nowhere")
