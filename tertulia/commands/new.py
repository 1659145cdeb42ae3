"""A new post: its file, where it belongs, with its metadata filled in."""

import datetime as dt
import re
import secrets
import shlex
import subprocess
from pathlib import Path

from tertulia.content.key_names import key_names
from tertulia.content.keys import KEYS
from tertulia.core import conf
from tertulia.core.errors import ContentError, SettingError, TertuliaError
from tertulia.core.files import write_once
from tertulia.core.languages import current, say, spoken
from tertulia.core.setting_kinds import parse_zone
from tertulia.core.text import slugify

SLUG_LENGTH = 60  # characters of a file's name that come from the title


def create(
    content: Path, title: str, now: dt.datetime, ident: str, *, author: str = "", lang: str = "", draft: bool = True
) -> Path:
    """
    Write a post that is ready to be filled, and never over another one.

    Args:
        content: The blog's ``content`` folder.
        title: As the author typed it.
        now: The post's date, in the blog's time zone.
        ident: What names the post for good, whatever becomes of its title.
        author: Who signs; "" leaves that to the settings.
        lang: Its language when it is not the blog's own; "" when it is.
        draft: It stays at home until its author says otherwise; what nobody has written is not announced by mistake.

    Returns:
        The new file, ``posts/2026/2026-11-21_el-voto-util.md`` (``.en.md`` in another language).

    Raises:
        ContentError: there is no title, or a post has that name already.
    """
    title = " ".join(title.split())
    if not title:
        raise ContentError(say("new_no_title"))
    name = f"{now:%Y-%m-%d}_{short_slug(title) or ident}{f'.{lang}' if lang else ''}.md"
    path = content / "posts" / f"{now:%Y}" / name
    values = {
        "title": title,
        "date": f"{now:%Y-%m-%d %H:%M}",
        "id": ident,
        "lang": lang,
        "author": author,
        "status": status_word("draft") if draft else "",
    }
    try:
        write_once(path, header(values) + "\n" + say("new_body") + "\n")
    except FileExistsError as error:
        raise ContentError(say("new_exists", path=path)) from error
    return path


def short_slug(title: str) -> str:
    """Return the slug of *title*, cut at a word."""
    slug = slugify(title)
    return slug if len(slug) <= SLUG_LENGTH else re.sub(r"-[^-]*$", "", slug[: SLUG_LENGTH + 1])


def header(values: dict[str, str]) -> str:
    """Return the metadata block of a new post, each key by its name in the blog's language; what is "" is left out."""
    told = ((key.name, values.get(key.name)) for key in KEYS if key.in_new)
    return "".join(f"{key_name(key)}: {value or ''}".rstrip() + "\n" for key, value in told if value != "")


def key_name(key: str) -> str:
    """Return what the blog's language calls *key*."""
    return key_names()[key][0]


def status_word(status: str) -> str:
    """*status* in the blog's language."""
    return current().written("statuses")[status][0]


def run(root: Path, title: str, *, lang: str, draft: bool, edit: bool) -> None:
    """Write the post, print its path, and open it when *edit* asks for it."""
    settings = conf.settings(root)
    languages = settings.get("LANGUAGES") or (spoken(),)
    if lang and lang not in languages:
        raise SettingError(say("start_bad_language", value=lang, languages=", ".join(languages)))
    now = dt.datetime.now(parse_zone(settings.get("TIMEZONE", "UTC")))
    other = "" if lang == (settings.get("DEFAULT_LANG") or spoken()) else lang
    author = settings.get("AUTHOR", "")
    post = create(root / "content", title, now, secrets.token_hex(4), author=author, lang=other, draft=draft)
    print(post.relative_to(root))
    if edit:
        open_in_editor(post)


def open_in_editor(file: Path) -> None:
    """Open *file* in the editor that git uses: the person's own choice, wherever they made it."""
    asked = subprocess.run(["git", "var", "GIT_EDITOR"], stdout=subprocess.PIPE, text=True, check=False)
    if asked.returncode:
        raise TertuliaError(say("no_editor"))
    subprocess.run([*shlex.split(asked.stdout), str(file)], check=False)
