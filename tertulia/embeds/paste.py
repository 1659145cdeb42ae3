"""Keeping by hand what no interface gives: a post from LinkedIn, from X without access, from a screenshot.

The note is a small text file: a header like a post's, an empty line, the words::

    URL: https://www.linkedin.com/posts/ana_atencion-activity-7100000000000000000-abcd
    Autor: Ana Ruiz
    Usuario: @ana
    Fecha: 2024-03-01
    Idioma: es
    Imagen: captura.png | La respuesta de la compañía, con membrete

    Llevo cuarenta minutos al teléfono.

    Y contando.

Header names may be Spanish or English; ``Imagen`` may come several times, its file beside the note.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from tertulia.core import languages
from tertulia.core.addresses import readable_site, web_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.moments import parse_moment
from tertulia.core.sanitise import one_line
from tertulia.core.text import fold
from tertulia.embeds import pictures, providers
from tertulia.embeds.capture_store import CaptureStore, file_stem
from tertulia.embeds.keeping import is_removed
from tertulia.embeds.providers.request import markup
from tertulia.embeds.types import Author, Capture, Image

# What is asked at the terminal when there is no file, in this order; the words come last.
QUESTIONS = ("url", "author", "handle", "date", "lang", "picture")


def paste(content_dir: Path, note: str, now: dt.datetime, *, beside: Path, shown: str = "") -> Capture:
    """
    Keep the post that *note* describes.

    Args:
        note: The text of the small file.
        beside: The folder in which its pictures are.
        shown: The name of the file, for the error.

    Raises:
        ContentError: no address, no words and no picture, a name we do not know, a picture that is none, or somebody
            asked us to take the post out.
    """
    header, words = _split(note, shown)
    url = web_address(header.get("url", [""])[0])
    if not url:
        raise ContentError(say("paste_no_url", file=shown))
    match = providers.find(url)
    files: dict[str, bytes] = {}
    images = []
    for line in header.get("picture", []):
        name, _, alt = (part.strip() for part in line.partition("|"))
        made = _picture(beside / name, file_stem(match.id), one_line(alt, 1500))
        if made is None:
            raise ContentError(say("paste_bad_picture", file=shown, picture=name))
        images.append(made[0])
        files[made[0].file] = made[1]
    if not words.strip() and not images:
        raise ContentError(say("paste_empty", file=shown))

    def told(name: str) -> str:
        return one_line(header.get(name, [""])[0])

    capture = Capture(
        provider=match.provider.name,
        id=match.id,
        url=url,
        kind="post",
        network=told("network") or match.provider.label or readable_site(url),
        author=Author(name=told("author"), handle=told("handle"), url=web_address(told("profile")))
        if told("author") or told("handle")
        else None,
        title=told("title"),
        html=markup(words),
        lang=told("lang"),
        published=_date(told("date"), shown),
        pictures=images,
        captured=now.date().isoformat(),
        source="paste",
    )
    captures = CaptureStore(content_dir)
    with captures.locked():  # a run that is asking for the very item must not write over it
        if is_removed(captures, capture):
            raise ContentError(say("paste_removed", file=shown, url=url))
        captures.save(capture, files)
    return capture


def ask(answer: Callable[[str], str]) -> str:
    """
    Return a note made of answers given at the terminal; the words end with an empty line.

    Args:
        answer: Asks one question and returns the line that was typed, as ``input`` does.
    """
    lines = [f"{name}: {value}" for name in QUESTIONS if (value := answer(say(f"paste_ask_{name}")).strip())]
    words: list[str] = []
    while line := answer(say("paste_ask_words") if not words else "").rstrip():
        words.append(line)
    return "\n".join([*lines, "", *words])


def _split(note: str, shown: str) -> tuple[dict[str, list[str]], str]:
    head, _, words = note.replace("\r\n", "\n").lstrip("\ufeff\n").partition("\n\n")
    header: dict[str, list[str]] = {}
    names = {fold(name): entry for entry, more in languages.current().written("paste").items() for name in more}
    for number, line in enumerate(head.rstrip().split("\n"), 1):
        name, colon, value = line.partition(":")
        known = names.get(fold(name.strip()))
        if not colon or not known:
            raise ContentError(say("paste_unknown", file=shown, line=number, name=name.strip()))
        header.setdefault(known, []).append(value.strip())
    return header, words


def _picture(path: Path, stem: str, alt: str) -> tuple[Image, bytes] | None:
    try:
        return pictures.encode(path.read_bytes(), name=stem, alt=alt)
    except OSError:
        return None


def _date(value: str, shown: str) -> str:
    if not value:
        return ""
    found = parse_moment(value, None)
    if found is None:
        raise ContentError(say("paste_bad_date", file=shown, value=value))
    return value if len(value) == len("2026-11-22") else found.isoformat(timespec="seconds")
