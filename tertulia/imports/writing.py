"""Posts as files of ours, and what was written when: so that a second import changes nothing and no edit is lost.

``var/import/KIND-HOST.json`` remembers the file of each old id and the hash of what was written there. A file
that holds something else was edited since: what a newer export says of it is put beside it, ``….md.new``. One that is
gone was thrown away, and stays so. What is going to be written is noted before, so that a run that is killed goes on
where it was.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import msgspec

from tertulia.core.files import write_whole
from tertulia.core.languages import current
from tertulia.core.text import one_line
from tertulia.imports import escapes
from tertulia.imports.plan import Placed
from tertulia.imports.types import Visibility

Names = Mapping[str, Sequence[str]]

# The longest that a value of a header is; what is cut of one is told.
LONGEST = {"title": 1000, "summary": 2000, "cover_alt": 1000, "name": 200}


class WrittenFile(msgspec.Struct, omit_defaults=True):
    """One file that an import wrote."""

    file: str
    hash: str = ""  # of what was written
    intent: str = ""  # of what was about to be
    beside: str = ""  # of what was last left beside it, where somebody had edited it


class Ledger(msgspec.Struct, omit_defaults=True):
    """What earlier imports of the same site wrote."""

    posts: dict[str, WrittenFile] = {}
    pictures: dict[str, str] = {}
    is_recording: bool = False  # the talk was being written down: its snapshots may be missing

    def save(self, path: Path) -> None:
        """Leave it at *path*."""
        write_whole(path, msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=1) + b"\n")


class FileOutcome(StrEnum):
    """What became of a file."""

    NEW = "new"
    CHANGED = "changed"  # nobody had touched it, and the export says more now
    SAME = "same"
    EDITED = "edited"  # somebody had: the new text lies beside it
    DELETED = "deleted"  # somebody had thrown it away


@dataclass(slots=True)
class WrittenPosts:
    """What became of every file, by old id."""

    outcomes: dict[str, FileOutcome] = field(default_factory=dict)

    def count(self, outcome: FileOutcome) -> int:
        """How many."""
        return sum(one is outcome for one in self.outcomes.values())


def write_posts(
    root: Path, ledger: Ledger, ledger_file: Path, texts: Mapping[str, tuple[str, str]], *, dry: bool = False
) -> WrittenPosts:
    """
    Leave the posts in their files.

    Args:
        texts: Old id → (file under *root*, text).
        dry: Only say what would become of them.
    """
    written = WrittenPosts()
    todo: list[tuple[str, WrittenFile]] = []
    for old, (file, text) in texts.items():
        wanted = _hash(text)
        path = root / file
        entry = ledger.posts.get(old)
        there = _hash_of(path)
        if there == wanted:
            outcome = FileOutcome.SAME
            ledger.posts[old] = WrittenFile(file, wanted)
        elif entry is None and there is None:
            outcome = FileOutcome.NEW
        elif entry is not None and there is None:
            outcome = FileOutcome.NEW if entry.intent else FileOutcome.DELETED
        elif entry is not None and there in (entry.hash, entry.intent):
            outcome = FileOutcome.CHANGED
        else:
            outcome = FileOutcome.EDITED
            if not dry and (entry is None or wanted not in (entry.hash, entry.beside)):  # the export says more of it
                beside = path.with_name(f"{path.name}.new")
                if _hash_of(beside) != wanted:
                    write_whole(beside, text)
                if entry:
                    entry.beside = wanted
        written.outcomes[old] = outcome
        if outcome in (FileOutcome.NEW, FileOutcome.CHANGED):
            entry = entry or WrittenFile(file)
            entry.intent = wanted
            ledger.posts[old] = entry
            todo.append((old, entry))
    if dry:
        return written
    if todo:
        ledger.save(ledger_file)
    for old, entry in todo:
        file, text = texts[old]
        write_whole(root / file, text, durable=False)
        entry.hash, entry.intent = entry.intent, ""
    return written


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderValues:
    """What stands on top of a post beside what its source says of it."""

    authors: Sequence[str]  # keys of people.toml, or names
    lang: str = ""  # "" for the blog's own
    cover: str = ""  # its place; "" for none
    cover_alt: str = ""
    guid: str = ""  # what its feed called it; "" where nobody saw it there


def post_text(place: Placed, body: str, values: HeaderValues, names: Names) -> str:
    """
    Return the file of a post.

    Args:
        body: Its Markdown.
        names: What each key is called here: ``key_names``.
    """
    post = place.post
    status = _written_status("draft") if post.state is Visibility.DRAFT else ""
    fields = [
        ("title", _plain(post.title)),
        ("date", post.published.isoformat(" ", "seconds") if post.published else ""),
        ("modified", post.modified.isoformat(" ", "seconds") if post.modified else ""),
        ("id", place.id),
        ("slug", place.slug),
        ("status", status),
        ("lang", values.lang),
        ("category", _listed(post.categories)),
        ("tags", _listed(post.tags)),
        ("author", _listed(values.authors)),
        ("series", "" if post.is_page else _plain(post.series)),
        ("summary", escapes.text(one_line(post.summary, LONGEST["summary"]))),
        ("cover", values.cover),
        ("cover_alt", _plain(values.cover_alt) if values.cover else ""),
        ("guid", one_line(values.guid, 500)),
    ]
    lines = [f"{names[key][0]}: {value}" for key, value in fields if value and key in names]
    if post.is_page:
        lines = [line for line in lines if not line.startswith(f"{names['category'][0]}:")]
    return "\n".join(lines) + f"\n\n{body.strip()}\n"


def _plain(text: str) -> str:
    """Words for a title: an entity that was written as such stays what it is."""
    return re.sub(r"&(?=#\d{1,6};|#x[0-9a-f]{1,5};|amp;)", "&amp;", one_line(text, LONGEST["title"]), flags=re.I)


def _listed(items: Sequence[str]) -> str:
    """Several values on one line; one that holds a comma stands between quotes."""
    most = LONGEST["name"]
    kept = [one_line(item, most).replace('"', "'") if "," in item else one_line(item, most) for item in items]
    marked = [
        f'"{item}"' if re.search(r"[,;\[\]]", item) or item.startswith(("#", '"')) else item for item in kept if item
    ]
    return ", ".join(marked)


def _written_status(status: str) -> str:
    statuses = current().written("statuses").get(status) or (status,)
    return str(statuses[0])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _hash_of(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    except (FileNotFoundError, IsADirectoryError):
        return None
