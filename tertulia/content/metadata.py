"""The metadata of a post, typed: what the fields of its header mean.

``interpret`` makes ``Metadata`` of what ``header.split`` found. It never raises for what an author may have written:
it leaves ``Problem``s. Whoever is not sure whether a post may be seen keeps it back: a state that nobody knows, or a
key that looks like one, makes a draft.
"""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from tertulia.content.dates import is_ambiguous, parse_date
from tertulia.content.fields import Field
from tertulia.content.header import Header, is_held
from tertulia.content.key_names import fold, is_foreign, is_ignored, nearest, own_key
from tertulia.content.keys import COVER_ALT_OF, EMPTY, KEYS, Key, Kind, key_named
from tertulia.content.private import Screen, unescaped
from tertulia.core import lazy_re
from tertulia.core.languages import current, normal, say, spoken
from tertulia.core.models import Problem, Severity

# What WordPress, Ghost and others call their states; beside ours, which are language data.
_STATUSES = {
    "published": "publish public live post scheduled future final done true",
    "draft": "private pending auto-draft inherit trash trashed members paid tiers archived sent password"
    " deleted unpublished wip false rascunho esborrany zirriborroa bozza brouillon entwurf مسودة",
}
_ADORNED = frozenset(("featured", "sticky", "pinned", "post", "page", "excluded homepage", "destacada", "fijada"))
_ENTITY = lazy_re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|amp);", re.I)  # WordPress exports "It&#8217;s"
_RANKS = ("", "published", "unlisted", "hidden", "draft")  # of two states the stricter holds
_YES = frozenset(["true", "yes", "y", "on", "t", "1", "x"])
_NO = frozenset(["false", "no", "nao", "non", "nein", "ez", "n", "off", "f", "0", "never", "none", "null", "~"])


class Metadata(Struct):
    """What the author says of a post, typed. ``lines`` tells where each key stands."""

    title: str = ""
    date: dt.datetime | None = None  # aware
    is_date_of_name: bool = False  # the header says none, the file's name does
    modified: dt.datetime | None = None  # aware
    publish_date: dt.datetime | None = None  # aware; Hugo's: not to be seen before
    expiry_date: dt.datetime | None = None  # aware; Hugo's: not to be seen after
    id: str = ""  # "" when the author gave none: the slug serves
    slug: str = ""
    status: str = ""  # published, draft, hidden, unlisted; "" when the author does not say
    lang: str = ""
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    summary: str = ""
    cover: str = ""
    cover_alt: str = ""
    cover_alts: dict[str, str] = field(default_factory=dict)  # network → what the cover shows, there
    pictures: list[tuple[str, str]] = field(default_factory=list)  # (where it is, what it shows)
    series: str = ""
    aliases: list[str] = field(default_factory=list)
    old_addresses: list[str] = field(default_factory=list)  # where another generator had it
    credits: list[tuple[str, str]] = field(default_factory=list)  # (kind, what the author wrote)
    updates: list[tuple[dt.datetime, str]] = field(default_factory=list)  # (when, Markdown)
    question: str = ""
    content_warning: str = ""
    audience: str = ""  # "unlisted", "followers", "nobody", "" for all
    toc: bool | None = None  # None: by length
    embeds: str = ""
    guid: str = ""
    template: str = ""
    networks: dict[str, str] = field(default_factory=dict)  # network → text, "no" leaves it out
    extra: dict[str, object] = field(default_factory=lambda: dict(NOTHING_MORE))  # keys with no field of their own
    written: dict[str, str] = field(default_factory=dict)  # what is no key of ours, for themes of others
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


# The keys that only the theme asks for → what they are where a post does not have them.
_FIELDS = frozenset(Metadata.__struct_fields__)
EXTRA_KEYS = tuple(key for key in KEYS if key.kind in EMPTY and (key.attribute or key.name) not in _FIELDS)
NOTHING_MORE: Mapping[str, object] = MappingProxyType({key.name: EMPTY[key.kind] for key in EXTRA_KEYS})


def listed(value: str) -> list[str]:
    """
    Return the items of ``a, b`` or ``[a, b]``, each once.

    Quotes around an item keep its commas, and a comma with no blank behind it stays in an address.
    """
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        value = value[1:-1]
    parts = re.findall(r"""\s*(?:"([^"]*)"|(https?://[^\s]+?(?=,?\s|,?$))|([^,]+))\s*(?:,|$)""", value)
    items = [(quoted or address or plain).strip() for quoted, address, plain in parts]
    return list(dict.fromkeys(item for item in items if item))


def interpret(
    header: Header, path: str, zone: ZoneInfo, allowed: Iterable[str] | None = None, *, is_page: bool = False
) -> Metadata:
    """
    Return the typed metadata of a post.

    Args:
        header: What ``split`` gave.
        path: As shown to the author in problems.
        zone: The blog's time zone: that of every moment, and of dates without an offset.
        allowed: The languages that the blog may be written in, all if not told; another one is a problem.
        is_page: It is a page's: what means something on a post alone is told.
    """
    meta = Metadata(problems=list(header.problems))
    reader = _ValueReader(meta, path, zone, tuple(current().codes() if allowed is None else allowed))
    # Another program's word for a key never beats our own, wherever it stands.
    read = [reader.public(f) for f in header.fields]
    late = [f for f in read if is_foreign(f.name) and not key_named(f.key).is_repeatable]
    for f in read:  # the path of the picture too: many of Pelican's themes ask for ``article.image``
        if own_key(f.name) in ("", "cover"):
            meta.written.setdefault(f.name.lower(), f.value)
    doubted: list[Key] = []
    for f in [*(f for f in read if f not in late), *late]:
        if not f.key:
            if is_held(f):
                _hold(meta, "draft")
            doubted.extend(key for key in _CAREFUL if _may_mean(f, key))
            continue
        key = key_named(f.key)
        if key.kind is Kind.STATE:
            reader.take_state(f, key)
        elif f.key in meta.lines and not key.is_repeatable and key.kind is not Kind.ADDRESS:
            holds = reader.take_stricter(f, key)
            if f not in late:
                reader.report(f, "twice_held" if holds else "twice", severity="warning")
                doubted.extend(one for one in _CAREFUL if one is key)
        else:
            if f.value:
                meta.lines.setdefault(f.key, f.line)
                if is_page and not key.on_pages and f not in late:
                    reader.report(f, "key_of_posts", severity="hint")
            elif fold(f.name).replace(" ", "") == "publishedat":  # in Ghost and Strapi, of what was never published
                _hold(meta, "draft")
            if f.value or key.kind is Kind.NETWORK:
                reader.take(f, key)
    for key in doubted:
        setattr(meta, key.attribute or key.name, key.otherwise)
    meta.date = meta.date or (meta.publish_date if "date" not in meta.lines else None)
    return meta


# The keys for which no guess will do.
_CAREFUL = tuple(key for key in KEYS if key.otherwise)


def _may_mean(f: Field, key: Key) -> bool:
    """Whether the author of a field that nobody knows may have meant *key*: by its name, or by what stands there."""
    said = fold(f.value.strip("\"' "))
    by_value = any(fold(word) == said for word, choice in key.words.items() if choice)
    return not is_ignored(f.name) and (by_value or own_key(nearest(f.name)) == key.name)


# One of ``a.jpg "La plaza"; b.jpg «Una urna», ![Un voto](c.jpg)``.
_PICTURE = lazy_re.compile(
    r"""\s*(?:!\[(?P<shows>[^\]]*)\]\((?P<marked>[^)]+)\)
    |(?P<place>[^\s;,"“«!][^;,"“«]*?)(?:\s+(?P<alt>"[^"]*"|“[^”]*”|«[^»]*»))?)\s*(?:[;,]\s*|(?=!\[)|$)""",
    re.VERBOSE,
)


class _ValueReader(Struct, frozen=True):
    """Puts the values of one header where they belong in *meta*, and tells what makes no sense."""

    meta: Metadata
    path: str
    zone: ZoneInfo
    languages: tuple[str, ...]

    def report(self, f: Field, phrase: str, *, severity: Severity = "warning", **values: object) -> None:
        """Leave a problem on the line of *f*."""
        what = say(phrase, key=f.name, value=f.value[:60], **values)
        fix = say(f"{phrase}_fix", key=f.name, **values)
        self.meta.problems.append(Problem(self.path, f.line, what, fix, severity))

    def public(self, f: Field) -> Field:
        """*f* without the notes in its value that are for nobody."""
        screen = Screen(of_lines=False)
        value = screen.public(f.value)
        for note in screen.notes:
            phrase = "private_note" if note.is_closed else "private_note_open"
            if not (note.is_closed and note.is_plain):
                self.report(f, phrase, severity="hint" if note.is_closed else "warning", code=note.written[:60])
        if key_named(f.key).kind in (Kind.TEXT, Kind.NAME):  # no Markdown: nobody else takes the backslash away
            value = unescaped(value)
        return f if value == f.value else replace(f, value=" ".join(value.split()) if screen.notes else value)

    def take(self, f: Field, key: Key) -> None:
        """Read one value by the kind of its key."""
        value = _READERS[key.kind](self, f, key)
        if value is None:  # there is none, or it is where it belongs
            return
        name, extra = key.attribute or key.name, self.meta.extra
        before = extra.get(key.name)
        if isinstance(before, tuple) and isinstance(value, list):
            extra[key.name] = tuple(dict.fromkeys([*before, *value]))
        elif key.name in extra:
            extra[key.name] = value
        elif isinstance(value, list):
            into = getattr(self.meta, name)
            into += [item for item in dict.fromkeys(value) if item not in into]
        else:
            setattr(self.meta, name, value)

    # ── Values of any key: None where there is none ───────────────────────────────────────────────────────────────

    def name(self, f: Field, _key: Key) -> str:
        return " ".join(f.value.split())

    def words(self, f: Field, _key: Key) -> str:
        return _ENTITY.sub(lambda found: html.unescape(found[0]), " ".join(f.value.split()))

    def picture(self, f: Field, _key: Key) -> str | None:
        return " ".join(f.value.split()) if _flag(f.value) is None else None  # "cover: true" names no picture

    def items(self, f: Field, _key: Key) -> list[str]:
        return [item for item in _items(f, " ".join(f.value.split())) if item]

    def moment(self, f: Field, _key: Key) -> dt.datetime | None:
        """Return the moment that *f* says; told when it makes no sense, or two."""
        moment = parse_date(f.value, self.zone)
        if moment is None:
            self.report(f, "bad_date", severity="error")
        elif spoken().partition("-")[0] == "en" and is_ambiguous(f.value):
            self.report(f, "two_way_date", day=moment.date().isoformat())
        return moment

    def flag(self, f: Field, _key: Key) -> bool | None:
        flag = _flag(f.value)
        if flag is None:
            self.report(f, "bad_flag")
        return flag

    def choice(self, f: Field, key: Key) -> str | None:
        asked = fold(f.value.strip("\"' "))
        found = next((choice for word, choice in key.words.items() if asked in (fold(word), choice)), None)
        if found is None:
            self.report(f, "bad_choice", words=", ".join(key.words))
            if key.otherwise and any(_status_of(word) == "draft" for word in re.split(r"[\W_]+", asked)):
                _hold(self.meta, "draft")  # Substack's "only_paid" is no audience of an announcement
        return found if found is not None else key.otherwise or None

    def language(self, f: Field, _key: Key) -> str:
        code = normal(f.value) or f.value.casefold()
        known = next((one for one in (code, code.partition("-")[0]) if one in self.languages), "")
        if not known:
            self.report(f, "bad_lang", languages=", ".join(self.languages))
        return known

    # ── Those with rules of their own ─────────────────────────────────────────────────────────────────────────────

    def take_network(self, f: Field, _key: Key) -> None:
        is_no = _flag(f.value.strip(" .!¡\"'«»“”")) is False  # "No." is no announcement
        self.meta.networks[f.key] = "no" if is_no else f.value

    def take_cover_alt(self, f: Field, _key: Key) -> None:
        self.meta.cover_alts[f.key.removeprefix(COVER_ALT_OF)] = self.words(f, _key)

    def take_pictures(self, f: Field, _key: Key) -> None:
        value = " ".join(f.value.split())
        found = [
            (m["place"] or m["marked"], (m["alt"] or "")[1:-1] or m["shows"] or "") for m in _PICTURE.finditer(value)
        ]
        if _PICTURE.sub("", value).strip():
            self.report(f, "bad_pictures")
        self.meta.pictures += [(place.strip(), html.unescape(alt).strip()) for place, alt in found]

    def take_credits(self, f: Field, _key: Key) -> None:
        value = " ".join(f.value.split())
        if not is_foreign(f.name) or re.match("https?://", value):
            self.meta.credits += [(f.key, item) for item in ([value] if f.whole else listed(value))]

    def take_address(self, f: Field, _key: Key) -> None:
        """Keep where another generator had the post; a pattern, ``/:year/:title``, is no address."""
        if _flag(f.value) is False:
            _hold(self.meta, "draft")  # Eleventy: the file is read and not written
            return
        value = " ".join(f.value.split())
        old = re.sub(r"(^|/)index\.html?$", r"\1", value.split("#")[0].split("?")[0])
        if old.strip("/") and not re.search(r"[{}%<>]|(?<!https)(?<!http):|\s", old):
            self.meta.old_addresses.append(old if "://" in old else "/" + old.lstrip("/"))

    def take_update(self, f: Field, _key: Key) -> None:
        """Take an ``Actualización: FECHA texto``; the date is the longest beginning that reads as one, its hour too."""
        words = f.value.split()
        moments = [
            parse_date(" ".join(words[:count]).rstrip(":,.—–-"), self.zone) for count in range(min(9, len(words)))
        ]
        for count in range(len(moments) - 1, 0, -1):
            moment, text = moments[count], " ".join(words[count:]).lstrip("—–-: ")
            # "2026-03-20 El plazo": a word without which the date is the same is the text's own.
            idle = moment == moments[count - 1] and not any(sign.isdigit() for sign in words[count - 1])
            if moment is not None and text and not idle:
                self.meta.updates.append((moment, text))
                return
        self.report(f, "bad_update")

    # ── May it be seen? ───────────────────────────────────────────────────────────────────────────────────────────

    def take_stricter(self, f: Field, key: Key) -> bool:
        """
        Of a key that is said twice, the word that shows less holds.

        Returns:
            Whether the second one may count: else the first does.
        """
        meta, moment = self.meta, parse_date(f.value, self.zone) if key.name == "date" and f.value else None
        if key.kind is Kind.STATUS:
            self.take_status(f, key)
        elif moment is not None:
            meta.publish_date = max(meta.publish_date or moment, moment)
        elif key.kind is Kind.NETWORK and _flag(f.value) is False:
            self.take_network(f, key)
        return key.kind in (Kind.STATUS, Kind.NETWORK) or key.name == "date"

    def take_status(self, f: Field, _key: Key) -> None:
        status = _status_of(f.value)
        if not status:
            self.report(f, "bad_status")
        _hold(self.meta, status or "draft")  # rather unseen than seen too soon

    def take_state(self, f: Field, key: Key) -> None:
        """Other generators' ways to keep a post back."""
        meta, flag, value = self.meta, _flag(f.value), f.value
        if f.key in ("publish_date", "expiry_date"):
            if value and flag is not False:
                setattr(meta, f.key, self.moment(f, key))
        elif f.key == "standing":
            self.take_status(f, key)
        elif f.key == "draft" and not value:  # whoever wrote the word alone may have meant it
            self.report(f, "bad_flag")
            _hold(meta, "draft")
        elif f.key in ("shown", "kept"):
            if flag is (f.key == "kept"):
                _hold(meta, "draft")
        elif f.key == "published":
            if flag is None and value and (moment := parse_date(value, self.zone)):
                meta.publish_date = meta.publish_date or moment
                if "date" not in meta.lines:
                    meta.date = meta.date or moment
            elif flag is None:
                self.take_status(f, key)
            elif not flag:
                _hold(meta, "draft")
        elif value and flag is not False:
            _hold(meta, {"concealed": "hidden", "unlisted": "unlisted"}.get(f.key, "draft"))


_READERS: Mapping[Kind, Callable[[_ValueReader, Field, Key], object]] = MappingProxyType(
    {
        Kind.NAME: _ValueReader.name, Kind.TEXT: _ValueReader.words, Kind.INLINE: _ValueReader.words,
        Kind.ITEMS: _ValueReader.items, Kind.MOMENT: _ValueReader.moment, Kind.FLAG: _ValueReader.flag,
        Kind.CHOICE: _ValueReader.choice, Kind.PICTURE: _ValueReader.picture, Kind.LANGUAGE: _ValueReader.language,
        Kind.NETWORK: _ValueReader.take_network, Kind.COVER_ALT: _ValueReader.take_cover_alt,
        Kind.PICTURES: _ValueReader.take_pictures, Kind.CREDITS: _ValueReader.take_credits,
        Kind.ADDRESS: _ValueReader.take_address, Kind.UPDATE: _ValueReader.take_update,
        Kind.STATUS: _ValueReader.take_status, Kind.STATE: _ValueReader.take_state,
    }
)  # fmt: skip


_NAMES = ("author", "category", "tags")
# Arabic, Chinese and Japanese, and the wide ones of their keyboards.
_COMMAS = str.maketrans({"،": ",", "、": ",", "，": ",", "؛": ";", "；": ";"})


def _items(f: Field, value: str) -> list[str]:
    """
    Return the items of a list, between commas of any script or Pelican's semicolons; Obsidian's tags by their ``#``.
    """
    if f.key in _NAMES and not f.whole and '"' not in value:
        value = value.translate(_COMMAS)
    if f.whole:
        items = [value]
    elif f.key in _NAMES and ";" in value:
        items = [item.strip() for item in value.split(";")]
    elif f.key == "tags" and re.fullmatch(r"#[^\s,]+(?:\s+#[^\s,]+)+", value):
        items = value.split()
    else:
        items = listed(value)
    if f.key == "aliases":  # Obsidian's are names, not addresses
        items = [item for item in items if "/" in item or "." in item or " " not in item]
    return [item.lstrip("#") for item in items] if f.key == "tags" else items


def _hold(meta: Metadata, status: str) -> None:
    """Let *status* count, unless a stricter one does."""
    meta.status = max(meta.status, status, key=_RANKS.index)


def _flag(value: str) -> bool | None:
    """Whether *value* says yes or no, in any language we have or as YAML does; None for anything else."""
    word = fold(value.strip("\"' "))
    if word in _YES or word in current().words("yes"):
        return True
    return False if word in _NO or word in current().words("never") else None


def _status_of(value: str) -> str:
    """Return the state that *value* names; of several the strictest, where all are known or only adorn the first."""
    found = {_one_status(word) for word in value.split(",")}
    return "" if "" in found else max(found - {"adorned"}, key=_RANKS.index, default="")


def _one_status(value: str) -> str:
    folded = fold(value.strip("[]\"' ;."))
    statuses = current().written("statuses").items()
    ours = next((status for status, names in statuses if folded in (status, *map(fold, names))), "")
    theirs = next((status for status, names in _STATUSES.items() if folded in names.split()), "")
    return ours or theirs or ("adorned" if folded in _ADORNED else "")
