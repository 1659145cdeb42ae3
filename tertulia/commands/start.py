"""From a clone of Tertulia to one's own blog: names in the settings, the sample set aside, a first post to edit.

Whether a clone still holds the sample is told by the file ``content/.sample``, which goes last of all; run again
later, ``start`` only changes the names, and never touches a post.
"""

import contextlib
import datetime as dt
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from string import Template
from zoneinfo import ZoneInfo

from tertulia.content import folder
from tertulia.core import conf, languages
from tertulia.core.addresses import is_web_address, split_address
from tertulia.core.errors import SettingError
from tertulia.core.files import PRIVATE, write_once, write_whole
from tertulia.core.languages import say, speak
from tertulia.core.text import slugify
from tertulia.syndication.declared import env_example

# What goes aside, under content/.
SAMPLE = ("posts", "pages", "images", "embeds", "conversation", "people.toml", "tags.toml", "links.toml")
# What takes its place: a post and the pages that most blogs need, by language, with $names to fill in.
FIRST = Path(__file__).with_name("first")


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``start`` needs to know."""

    language: str
    name: str
    tagline: str
    address: str
    author: str
    timezone: str


# Which setting each answer is written to.
SETTINGS = {
    "language": "DEFAULT_LANG",
    "name": "SITENAME",
    "tagline": "TAGLINE",
    "address": "SITE_ADDRESS",
    "author": "AUTHOR",
    "timezone": "TIMEZONE",
}


def run(root: Path, given: Mapping[str, str], *, yes: bool) -> None:
    """
    Hold the whole conversation.

    Args:
        root: The blog's folder.
        given: The answers that came with the command line.
        yes: Take what is not given as it stands, and ask nothing.

    Raises:
        SettingError: a given answer will not do, or nobody is there to be asked.
    """
    before = current(root)
    again = not is_sample(root)
    ask = None if yes or not sys.stdin.isatty() else input
    if not ask and not yes and not (again and given):
        needed = [name for name in ("name", "address", "author") if name not in given]
        if again or needed:
            raise SettingError(say("start_needs", options=" ".join(f"--{name} …" for name in needed or ["name"])))
    speak(given.get("language", before.language))
    if again and ask and not given:
        if input(say("start_again", name=before.name)).strip().casefold() not in languages.current().words("yes"):
            return
    elif again and ask:
        ask = None  # some answers were given: only those are to change
    defaults = before if again else guessed(before, root)
    answers = gather(defaults, given, ask, print)
    zone = ZoneInfo(answers.timezone)
    for line in apply(root, answers, dt.datetime.now(zone), secrets.token_hex(4)):
        print(line)
    print(say("start_next"))


def author_of_git(folder: Path) -> str:
    """Return the person's name as git knows it in *folder*, "" when it does not, or is not there."""
    command = ["git", "config", "user.name"]
    try:
        asked = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    except OSError:
        return ""
    return " ".join(asked.stdout.split())


def guessed(before: Answers, root: Path) -> Answers:
    """Return the sample's answers, with what the machine knows of the person in their place."""
    return replace(
        before,
        author=author_of_git(root) or before.author,
        timezone=machine_timezone() or before.timezone,
        tagline="",
    )


def current(root: Path) -> Answers:
    """Return what the settings say now."""
    values = conf.settings(root)
    texts = {answer: values.get(setting, "") for answer, setting in SETTINGS.items()}
    return Answers(**{answer: text if isinstance(text, str) else "" for answer, text in texts.items()})


def is_sample(root: Path) -> bool:
    """Whether ``content/`` is still the one that Tertulia came with."""
    return folder.is_sample(root / "content")


def checked(answer: str, value: str) -> str:
    """
    *value* as it will be written.

    Raises:
        SettingError: it will not do as *answer*; one line says why.
    """
    value = " ".join(value.split())
    if answer == "tagline":
        return value
    if not value:
        raise SettingError(say("start_empty"))
    if answer == "language":
        value = value.casefold()
        offered = sorted(folder.name for folder in FIRST.iterdir())
        if value not in offered:
            raise SettingError(say("start_bad_language", value=value, languages=", ".join(offered)))
    elif answer == "address":
        value = checked_address(value)
    elif answer == "timezone":
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise SettingError(say("start_bad_timezone", value=value)) from error
    return value


def checked_address(value: str) -> str:
    """*value* as a whole address with no slash at its end; "blog.example" means https."""
    address = value if "://" in value else f"https://{value}"
    parts = split_address(address)
    if not is_web_address(address) or parts.query or parts.fragment:
        raise SettingError(say("start_bad_address", value=value))
    return address.rstrip("/")


def gather(
    defaults: Answers, given: Mapping[str, str], ask: Callable[[str], str] | None, tell: Callable[[str], None]
) -> Answers:
    """
    Return the answers: *given* ones, then those the person types, the *defaults* for an empty line.

    Args:
        defaults: What an empty line means.
        given: From the command line, by answer.
        ask: Shows a question and returns the line typed; None asks nothing.
        tell: Shows a line that says what was wrong with an answer.

    Raises:
        SettingError: a given answer will not do.
    """
    answers = defaults
    for field in fields(Answers):
        answer = field.name
        if answer in given:
            value = checked(answer, given[answer])
        elif ask:
            value = _asked(answer, getattr(defaults, answer), ask, tell)
        else:
            value = checked(answer, getattr(defaults, answer))
        answers = replace(answers, **{answer: value})
        if answer == "language":  # the first question: the rest is in the language it chooses
            speak(value)
    return answers


def _asked(answer: str, default: str, ask: Callable[[str], str], tell: Callable[[str], None]) -> str:
    while True:
        question = say(f"start_ask_{answer}")
        try:
            return checked(answer, ask(f"{question} [{default}]: " if default else f"{question}: ") or default)
        except SettingError as error:
            tell(str(error))


def apply(root: Path, answers: Answers, now: dt.datetime, ident: str) -> list[str]:
    """
    Make the clone the blog of *answers*; what was done, in lines for the person.

    Each step leaves things so that an interrupted ``start`` can be run again; the settings come last.
    """
    sample = is_sample(root)
    # What the sample says of itself is not the new blog's: no licence, unless its author chooses one.
    fresh = {"ANNOUNCE_SINCE": f"{now:%Y-%m-%d}", "DEFAULT_CATEGORY": say("start_category")}
    fresh |= {"CONTENT_LICENSE": "", "CONTENT_LICENSE_URL": ""}
    done = []
    if sample:
        aside = set_sample_aside(root)
        key = add_person(root / "content" / "people.toml", answers.author)
        post = first_files(root / "content", answers, key, now, ident)
        write_env(root, answers.language)
        done = [
            say("start_sample", folder=f"{aside.name}/"),
            say("start_post", path=post.relative_to(root)),
            say("start_person", key=key),
            say("start_since", date=f"{now:%Y-%m-%d}"),
        ]
    write_settings(root / "pelicanconf.py", answers, fresh if sample else {}, sample=sample)
    (root / "content" / folder.SAMPLE_MARK).unlink(missing_ok=True)
    return [*done, say("start_settings")]


def set_sample_aside(root: Path) -> Path:
    """Move the sample out of the build, to a folder beside ``content/``; what is there already stays there."""
    aside = root / say("start_sample_folder")
    aside.mkdir(exist_ok=True)
    for name in SAMPLE:
        old, new_place = root / "content" / name, aside / name
        if old.exists() and not new_place.exists():
            old.rename(new_place)
    return aside


def add_person(people: Path, author: str) -> str:
    """Name the author in ``people.toml``; the key by which a post may call them."""
    key = slugify(author.split()[0]).replace("-", "") or "yo"
    text = people.read_text("utf-8") if people.exists() else say("start_people_comment") + "\n"
    if not re.search(rf"^\[{re.escape(key)}\]", text, re.MULTILINE):
        # A JSON string is a TOML string, but for DEL: https://toml.io/en/v1.0.0#string
        text += f"\n[{key}]\nname = {json.dumps(author.replace(chr(127), ''), ensure_ascii=False)}\n"
        write_whole(people, text)
    return key


def first_files(content: Path, answers: Answers, key: str, now: dt.datetime, ident: str) -> Path:
    """Leave the first post, a draft, and the first pages; its path. What is there already stays as it is."""
    (content / "images").mkdir(parents=True, exist_ok=True)
    names = {
        "name": answers.name,
        "author": answers.author,
        "key": key,
        "id": ident,
        "now": f"{now:%Y-%m-%d %H:%M}",
        "today": f"{now:%Y-%m-%d}",
    }
    post = content
    for source in sorted((FIRST / answers.language).glob("*/*.md")):
        place = content / source.parent.name / source.name
        if source.parent.name == "posts":
            place = post = content / "posts" / f"{now:%Y}" / f"{now:%Y-%m-%d}_{source.name}"
        with contextlib.suppress(FileExistsError):
            write_once(place, Template(source.read_text("utf-8")).substitute(names))
    return post


def write_env(root: Path, language: str) -> None:
    """Leave a file ``.env`` to be filled in, for its owner alone; one that is there stays."""
    if not (root / ".env").exists():
        write_whole(root / ".env", env_example(language), mode=PRIVATE)


def write_settings(path: Path, answers: Answers, more: Mapping[str, str], *, sample: bool) -> None:
    """Rewrite the values in the settings file, which is at every moment the old one or the new one."""
    values = {setting: getattr(answers, answer) for answer, setting in SETTINGS.items()}
    source = conf.text(path)
    # A tagline by language is a dict, which no question can give back: the blogger's own stays when none is given.
    if not sample and not answers.tagline and isinstance(conf.read(path).get("TAGLINE"), dict):
        del values["TAGLINE"]
    text = conf.rewrite(source, {**values, **more}, path)
    is_new = sample and "ARCHIVES_URL" not in conf.read(path)
    write_whole(path, conf.encoded(text + (addresses(answers.language) if is_new else "")))


def addresses(language: str) -> str:
    """
    Return the settings that give a new blog its addresses in *language*; "" where they are those of ``defaults.py``.
    """
    file = FIRST / language / "addresses.txt"
    return file.read_text("utf-8") if file.is_file() else ""


def machine_timezone() -> str:
    """Return the time zone of this machine by its name, "" when it does not say: a link to …/zoneinfo/Europe/Madrid."""
    target = os.path.realpath("/etc/localtime")
    name = target.partition("/zoneinfo/")[2].removeprefix("posix/")
    return name if "/" in name else ""
