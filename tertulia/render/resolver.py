"""Which file a post means by ``foto.jpg``, and where it is published.

A picture is looked for beside the post, then in ``content/images/``; ``/images/foto.jpg`` and
``{static}/images/foto.jpg`` name a file by its place in ``content/``. Whatever the operating system, case counts, and
``ñ`` is one letter whether the disk keeps it as one or as two.

Pictures are published under ``images/`` with a mark of their content in the name, so that a browser may keep them for
good: ``images/plaza.3f9a1c02.jpg``. Any other file is copied as it is: ``content/images/informe.pdf`` to
``images/informe.pdf``, one beside a post to ``files/posts/…/informe.pdf``.
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec.structs import replace

from tertulia.content.folder import may_be_served
from tertulia.core import lazy_re, text
from tertulia.core.addresses import host_of
from tertulia.core.files import copy_whole, is_inside
from tertulia.core.languages import say
from tertulia.core.models import Picture
from tertulia.render.image_cache import ImageCache
from tertulia.render.picture_facts import PICTURE_SUFFIXES, Facts, PictureError, Variant, full, variants

FOLDER = "images"
# What a link may not publish: sources of the blog itself.
SOURCES = frozenset((".md", ".markdown", ".toml", ".json", ".py"))

# Pelican's, old and escaped too.
_PLACE = lazy_re.compile(r"^(?:\{|\||%7B)(?:static|attach|filename)(?:\}|\||%7D)", re.I)
_ELSEWHERE = lazy_re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.I)


class PictureNotFoundError(LookupError):
    """No such file; ``what`` and ``fix`` are for the author."""

    def __init__(self, written: str, near: str) -> None:
        self.what = say("picture_missing", name=written)
        self.fix = say("picture_missing_near", near=near) if near else say("picture_missing_fix")
        super().__init__(f"{self.what}; {self.fix}")


class ImageResolver:
    """
    The pictures of one blog during one build.

    Args:
        content: The folder of posts and pictures.
        image_cache: Makes the files.
        siteurl: What stands before every internal address, "" or "/blog".
        site_address: The blog's whole address; a picture written with it is one of ours.
        hosts: Other hosts of the owner's, whose pictures are shown from there.
    """

    def __init__(
        self,
        content: Path,
        image_cache: ImageCache,
        *,
        siteurl: str = "",
        site_address: str = "",
        hosts: Iterable[str] = (),
    ) -> None:
        self.content = content.absolute()
        self.image_cache = image_cache
        self.siteurl = siteurl.rstrip("/")
        self.site_address = site_address.rstrip("/")
        self._hosts = frozenset(host.lower() for host in hosts)
        self._found: dict[tuple[str, Path], Path | None] = {}
        self._listings: dict[Path, dict[str, Path]] = {}
        self._pictures: dict[Path, Picture] = {}
        self._links: dict[Path, str] = {}
        self._refused: dict[Path, PictureError] = {}
        self._first_use: dict[Path, tuple[Path, int | None]] = {}  # a picture's file → the post that asked first
        self._requested: set[tuple[Path, str]] = set()
        self.apart: set[tuple[Path, str]] = set()  # of these, what is asked for whatever posts show: portraits, say
        self.asked: dict[tuple[str, Path], Path | None] = {}  # since somebody emptied it, and what was answered
        self.guessed = False
        self.keeps_places = False  # some pictures stand where their authors have them
        self._published: dict[str, Path] = {}  # name under the site's root → the file to copy there
        self.names: dict[tuple[Path, str], set[str]] = {}  # of what was requested, for a use: those of its files there

    def is_elsewhere(self, written: str) -> bool:
        """Whether *written* is an address that is not the blog's own."""
        return bool(_ELSEWHERE.match(written)) and not self._is_own(written)

    def is_at_own_host(self, written: str) -> bool:
        """Whether *written* is an address at a host that the owner named: shown from there, as it is."""
        return bool(self._hosts) and self.is_elsewhere(written) and host_of(written) in self._hosts

    def find(self, written: str, beside: Path) -> Path | None:
        """
        Return the file that *written* means in a post, or None.

        Args:
            written: As in the post: ``foto.jpg``, ``fotos/plaza%20mayor.jpg``, ``/images/foto.jpg``…
            beside: The post's file.
        """
        key = (written, beside.parent)
        if key not in self._found:
            self._found[key] = self._find(written, beside)
        found = self.asked[written, beside] = self._found[key]
        return found

    def nearest(self, written: str, beside: Path) -> str:
        """Return the existing picture whose name is most like *written*, or ""."""
        self.guessed = True
        asked = unicodedata.normalize("NFC", unquote(written)).rpartition("/")[2].casefold()
        folders = (beside.parent, self.content / FOLDER)
        there = [name for folder in folders for name in self._listing(folder)]
        names = {name.casefold(): name for name in there if _is_picture(name)}
        import difflib

        near = difflib.get_close_matches(asked, sorted(names), 1, 0.6)
        return names[near[0]] if near else ""

    def resolve(self, written: str, beside: Path, alt: str = "", caption: str = "") -> Picture:
        """
        Return the picture as it will be published once it is asked for.

        Raises:
            PictureNotFoundError: there is no such file.
            PictureError: the file is no picture that can be published.
        """
        path = self.find(written, beside)
        if path is None:
            raise PictureNotFoundError(written, self.nearest(written, beside))
        if path not in self._pictures:
            self._pictures[path] = self._picture(path)
        return replace(self._pictures[path], alt=alt, caption=caption)

    def link(self, written: str, beside: Path) -> str:
        """
        Return the address of a file that a post links to, "" when it is no file of the author's: leave the link alone.

        Raises:
            PictureError: see ``resolve``.
        """
        path = self.find(written, beside)
        if path is None or path.suffix.lower() in SOURCES or not may_be_served(path.relative_to(self.content)):
            return ""
        if path not in self._links:
            self._links[path] = f"{self.siteurl}/{quote(self._linked(path))}"
        return self._links[path]

    def request(self, path: Path, use: str, beside: Path, line: int | None = None, *, by_post: bool = False) -> None:
        """
        Have the file at *path* published, and what is missing of it made.

        Looking up and asking are two steps since posts may be rendered in other processes: what is looked up there
        travels back with the post (``Document.files``), and is asked for here.

        Args:
            use: "shown" for all sizes of a picture, "linked" for the one that a link opens.
            beside: The file that asks, and *line* in it: told when the picture turns out to be broken.
            by_post: It is a post, and nobody needs the picture when the post shows it no more.
        """
        if not by_post:
            self.apart.add((path, use))
        if (path, use) in self._requested:
            return
        self._requested.add((path, use))
        self._first_use.setdefault(path, (beside, line))
        if not _is_picture(path.name):
            self._published[self._linked(path)] = path
            self.names[path, use] = {self._linked(path)}
            return
        try:
            facts = self._facts(path)
        except PictureError:  # told when it was looked up
            return
        wanted = variants(facts) if use == "shown" else (full(facts),)
        self.image_cache.enqueue(path, facts, wanted)
        main = variants(facts)[0]
        made = {_name(path, facts, one, main=one == main): self.image_cache.path_for(facts, one) for one in wanted}
        self._published |= made
        self.names[path, use] = set(made)

    @property
    def used(self) -> set[Path]:
        """Every file that somebody has asked for."""
        return {path.absolute() for path, _ in self._requested}

    def keep_place(self, path: Path, name: str) -> None:
        """
        Publish the clean copy of the picture at *path*, same size and kind, as *name* under the site's root.

        Raises:
            PictureError: see ``resolve``.
        """
        self.keeps_places = True
        facts = self._facts(path)
        same = Variant(facts.width_px, facts.height_px, facts.kind)
        self.image_cache.enqueue(path, facts, [same])
        self._published[name] = self.image_cache.path_for(facts, same)

    def publish(self, output: Path, before: Path | None = None) -> list[tuple[Path, int | None, PictureError]]:
        """
        Put every file that was asked for into *output*, that of the output *before* where it is the same.

        Returns:
            The pictures that could not be made: who asked for each first, on what line, and why not.
        """
        failed = self.image_cache.finish()
        for name, kept in sorted(self._published.items()):
            if kept.exists():
                copy_whole(kept, output / name, before and before / name)
        return [(*self._first_use.get(path, (path, None)), failed[path]) for path in sorted(failed)]

    def made(self) -> tuple[dict[str, Path], dict[Path, PictureError]]:
        """Make what was asked for; the files by their names under the site's root, and those that cannot be made."""
        failed = self.image_cache.finish()
        return {name: kept for name, kept in self._published.items() if kept.exists()}, failed

    def add_files(self) -> None:
        """Have everything in ``content/images/`` that is no picture published, linked or not."""
        for path in sorted((self.content / FOLDER).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(self.content).parts)
            if (
                not hidden
                and may_be_served(path.relative_to(self.content))
                and path.is_file()
                and is_inside(path, self.content)
                and not _is_picture(path.name)
                and path.suffix.lower() not in SOURCES
            ):
                self.request(path, "linked", path)

    def _facts(self, path: Path) -> Facts:
        """Return what is known of a picture; one that is refused is not looked at a second time."""
        if path in self._refused:
            raise self._refused[path]
        try:
            return self.image_cache.facts(path)
        except PictureError as error:
            self._refused[path] = error
            raise

    def _picture(self, path: Path) -> Picture:
        facts = self._facts(path)
        main, *sizes = variants(facts)
        candidates = [f"{self.siteurl}/{_name(path, facts, size)} {size.width_px}w" for size in sizes]
        src = _name(path, facts, main, main=True)
        return Picture(src, main.width_px, main.height_px, srcset=", ".join(candidates))

    def _linked(self, path: Path) -> str:
        """Return the name under the site's root of a file that is linked to."""
        if _is_picture(path.name):
            facts = self._facts(path)
            largest = full(facts)
            return _name(path, facts, largest, main=largest == variants(facts)[0])
        inside = path.relative_to(self.content).as_posix()
        return inside if inside.startswith(f"{FOLDER}/") else f"files/{inside}"

    def _is_own(self, written: str) -> bool:
        return bool(self.site_address) and written.startswith(f"{self.site_address}/")

    def _find(self, written: str, beside: Path) -> Path | None:
        if self._is_own(written):
            written = written[len(self.site_address) :]
        elif _ELSEWHERE.match(written):
            return None
        bare = _PLACE.sub("", written)
        name = unquote(re.split(r"[?#]", bare, maxsplit=1)[0])
        if not name or "\0" in name:
            return None
        if name.startswith("/"):
            prefix = self.siteurl if self.siteurl and name.startswith(f"{self.siteurl}/") else ""
            places = [self.content / name[len(prefix) :].lstrip("/")]
        else:
            places = [beside.parent / name, self.content / FOLDER / name, self.content / name]
        return next((found for place in places if (found := self._file(place))), None)

    def _file(self, place: Path) -> Path | None:
        """Return the file at *place* when it is inside the content folder, found by its exact name."""
        place = Path(os.path.normpath(place))
        if not place.is_relative_to(self.content):
            return None
        found = self._listing(place.parent).get(unicodedata.normalize("NFC", place.name))
        return found if found and is_inside(found, self.content) else None

    def _listing(self, folder: Path) -> dict[str, Path]:
        if folder not in self._listings:
            try:
                with os.scandir(folder) as entries:
                    files = {unicodedata.normalize("NFC", e.name): Path(e.path) for e in entries if e.is_file()}
            except OSError:  # no such folder
                files = {}
            self._listings[folder] = files
        return self._listings[folder]


def _name(path: Path, facts: Facts, variant: Variant, *, main: bool = False) -> str:
    return f"{FOLDER}/{facts.name(text.slugify(path.stem)[:60] or 'imagen', variant, main=main)}"


def _is_picture(name: str) -> bool:
    return Path(name).suffix.lower() in PICTURE_SUFFIXES
