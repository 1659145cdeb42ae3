"""Pictures that are no part of a text: covers and portraits; and what posts use, put into the output."""

import html
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tertulia.content.folder import may_be_served
from tertulia.content.metadata import Metadata
from tertulia.content.people import Person
from tertulia.core import lazy_re
from tertulia.core.files import is_inside, write_whole
from tertulia.core.languages import say
from tertulia.core.models import Picture, Problem
from tertulia.render.document import Document
from tertulia.render.picture_facts import PICTURE_SUFFIXES, PictureError
from tertulia.render.resolver import FOLDER, ImageResolver, PictureNotFoundError
from tertulia.site.problems import report, shown_path
from tertulia.site.records import UsedFile

_IMG = r"<img\b(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
_PICTURE = lazy_re.compile(
    rf"<picture\b[^>]*>(?:(?!</picture>).)*?(?P<img>{_IMG})\s*</picture>|{_IMG}", re.DOTALL | re.I
)
_QUOTED = lazy_re.compile(r"\s([\w-]+)\s*=\s*\"([^\"]*)\"")


def cover(meta: Metadata, document: Document, pictures: ImageResolver) -> Picture | None:
    """Return the cover that a post's metadata names, or None; what is wrong with it is left on *document*."""
    if not meta.cover:
        return None
    line = meta.lines.get("cover", 1)
    return _named(meta.cover, meta.cover_alt, ("cover_no_alt", line), document=document, pictures=pictures)


def announced(meta: Metadata, document: Document, pictures: ImageResolver) -> tuple[Picture, ...]:
    """Return the pictures that go with a post's announcement only, each as ``cover``."""
    line = meta.lines.get("pictures", 1)
    found = (
        _named(place, alt, ("announced_no_alt", line), document=document, pictures=pictures)
        for place, alt in meta.pictures
    )
    return tuple(picture for picture in found if picture)


def _named(
    place: str, alt: str, no_alt: tuple[str, int], *, document: Document, pictures: ImageResolver
) -> Picture | None:
    """
    Return the picture at *place*, as the metadata names it.

    Args:
        no_alt: What is told when *alt* is empty, and the line on which the picture is named.
    """
    beside = pictures.content / document.path.removeprefix("content/")
    phrase, line = no_alt

    def problem(what: str, fix: str) -> None:
        document.problems.append(Problem(document.path, line, what, fix))

    if pictures.is_elsewhere(place):
        problem(say("picture_elsewhere", host=place), say("picture_elsewhere_fix"))
        return None
    try:
        picture = pictures.resolve(place, beside, alt)
    except (PictureNotFoundError, PictureError) as error:
        problem(error.what, error.fix)
        return None
    if not alt:
        problem(say(phrase, name=place), say(f"{phrase}_fix"))
    document.files.setdefault((str(pictures.find(place, beside)), "shown"), line)
    return picture


def request_files(files: Iterable[UsedFile], source: Path, pictures: ImageResolver) -> None:
    """Ask for what the post at *source* uses; it may have been read by another process."""
    for file in files:
        pictures.request(Path(file.path), file.use, source, file.line, by_post=True)


def add_portraits(authors: Iterable[Any], pictures: ImageResolver) -> None:
    """Give each of *authors* a ``portrait``, the photo that people.toml names, or None."""
    known: dict[str, Picture | None] = {}
    for author in authors:
        person = getattr(author, "person", None)
        photo = person.photo if person else ""
        if person and photo and photo not in known:
            known[photo] = _portrait(person, pictures)
        author.portrait = known.get(photo)


def _portrait(person: Person, pictures: ImageResolver) -> Picture | None:
    people = pictures.content / "people.toml"
    try:
        picture = pictures.resolve(person.photo, people, person.name)
        if path := pictures.find(person.photo, people):
            pictures.request(path, "shown", people)
    except (PictureNotFoundError, PictureError) as error:
        report(Problem("content/people.toml", None, error.what, error.fix))
        return None
    return picture


def without_pictures(files: Iterable[Any], pictures: ImageResolver) -> list[Any]:
    """
    Those of Pelican's static *files* that it may copy as they are.

    The others are pictures: their clean copies are published in the same places.
    """
    kept = []
    for file in files:
        path = Path(file.source_path)
        if not is_inside(path, pictures.content):
            continue
        if not may_be_served(path.absolute().relative_to(pictures.content)):  # "{static}borrador.md"
            report(Problem(shown_path(path, pictures.content), None, say("not_served"), say("not_served_fix")))
            continue
        if path.suffix.lower() not in PICTURE_SUFFIXES:
            kept.append(file)
            continue
        try:
            pictures.keep_place(path, file.save_as)
        except PictureError as error:
            report(Problem(str(path), None, error.what, error.fix))
    return kept


def publish(pictures: ImageResolver, output: Path, before: Path | None = None) -> bool:
    """
    Put everything that posts use into *output*, and tell of what could not be made.

    Args:
        before: The output of the last build, which may have the same.

    Returns:
        Whether there was any such thing; ``take_out_missing`` is for the pages that show it.
    """
    pictures.add_files()
    failed = pictures.publish(output, before)
    for path, line, error in failed:
        report(Problem(shown_path(path, pictures.content), line, error.what, error.fix))
    return bool(failed)


def take_out_missing(output: Path, siteurl: str) -> None:
    """Replace pictures of ours that are not in *output* by what they would have shown, on all pages."""
    for page in output.rglob("*.html"):
        written = page.read_text("utf-8")
        if (kept := without_missing(written, output, siteurl)) != written:
            write_whole(page, kept, durable=False)  # it may be shared with the output before


def without_missing(markup: str, output: Path, siteurl: str) -> str:
    """*markup* with each picture of ours that is not in *output* replaced by what it would have shown."""

    def shown(found: re.Match[str]) -> str:
        attributes = {name.lower(): html.unescape(value) for name, value in _QUOTED.findall(found["img"] or found[0])}
        name = unquote(attributes.get("src", "")).removeprefix(f"{siteurl}/")
        is_ours = name.startswith(f"{FOLDER}/")
        return html.escape(attributes.get("alt", "")) if is_ours and not (output / name).is_file() else found[0]

    return _PICTURE.sub(shown, markup)
