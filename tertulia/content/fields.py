"""The fields of a header, whatever shape their values have: text, a list, a table.

YAML, TOML and JSON nest; what a post says of itself does not. Here the one becomes the other.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeGuard

from msgspec import Struct

from tertulia.content.key_names import fold, is_ignored, key_of
from tertulia.content.keys import Kind, key_named, split_names
from tertulia.core import lazy_re
from tertulia.core.languages import current

if TYPE_CHECKING:
    from yaml import MappingNode, Node

_MERGE = "tag:yaml.org,2002:merge"
MOST_FIELDS = 2_000  # an anchor that names itself over and over would be endless

_FLATTENED = ("taxonomies", "taxonomy", "fields", "attributes", "header")  # tables whose entries are the post's own

# Tables of whoever wrote them: only what may keep the post back counts,
_CUSTOM = frozenset(
    ["params", "extra", "cascade", "meta", "metadata", "data", "page", "post", "frontmatter", "custom", "config"]
)
# but for those in which Hugo, Zola and others put what is the post's and no key of theirs.
_OF_THE_POST = frozenset(("params", "extra", "meta", "metadata", "frontmatter", "custom"))
# Of a key's table, other keys that are told there, and the entries that tell them.
_BESIDE = {
    "cover": (("cover_alt", ("alt", "alttext", "alternate", "caption")),),
    "date": (("modified", ("updated", "modified", "lastmod", "last modified", "edited")),),
}
# Entries that are the value itself, in tables of which nothing is known.
_PLAIN_ENTRIES = (
    *("value", "rendered", "raw", "text", "current", "default", "main", "name", "title", "label"),
    *("src", "url", "path", "from", "to", "build"),
)

# A value with a colon in it, or that begins with a sign of YAML's that no text begins with on purpose.
_UNQUOTED = lazy_re.compile(
    r"""^([\w][\w \-]*:[ \t]+)"""
    r"""([^\s"'\[\]{}|>&*!%@`#,?:-][^\n]*?:(?:[ \t][^\n]*?)?|"[^"\n]*"[^"\n]+|[@%`][^\n]*?)[ \t]*$""",
    re.M,
)


class Field(Struct, frozen=True):
    """One ``Clave: valor`` as it stands in the file."""

    key: str  # the name in code, "" when unknown
    name: str  # as the author wrote it
    value: str
    line: int
    whole: bool = False  # one item of a list: its commas are its own
    is_unread: bool = False  # a table or list in which nothing was found that could be its value


class RawField(Struct, frozen=True):
    """A key with its value of any shape: text, a list, a table."""

    name: str
    value: Any
    line: int


def flat(entries: list[RawField]) -> Iterator[Field]:
    """Each of *entries* as fields of text; of a list one for each item, where the key takes several."""
    said = {key_of(entry.name) for entry in entries}
    for entry in entries:
        key = key_of(entry.name)
        if isinstance(entry.value, dict) and fold(entry.name).replace(" ", "") in ("build", "options"):
            yield from (*_hugo_build(entry), *_states(entry, key, said))
        elif isinstance(entry.value, dict) and not key and fold(entry.name) in _FLATTENED:
            yield from flat(_inside(entry))
        elif isinstance(entry.value, list) and key and key_named(key).is_repeatable:
            items = [(_text(item.value, key), item.line) for item in _leaves(entry.value)]
            yield from (Field(key, entry.name, text, line, whole=True) for text, line in items if text)
            if not any(text for text, _ in items):
                yield Field(key, entry.name, "", entry.line, is_unread=bool(items))
        elif isinstance(entry.value, dict) and not key and fold(entry.name) in _CUSTOM:
            yield from _custom(entry, said)
        elif isinstance(entry.value, dict) and not is_ignored(entry.name) and (states := _states(entry, key, said)):
            yield from states
        else:
            value = _text(entry.value, key)
            yield Field(key, entry.name, value, entry.line, is_unread=bool(key and entry.value and not value))
            yield from _beside(entry, key, said)


def _custom(entry: RawField, said: set[str]) -> Iterator[Field]:
    """Yield what a table of the author's own says of the post, where the header does not say it itself."""
    inside = _inside(entry)
    is_posts = fold(entry.name) in _OF_THE_POST
    if not is_posts or not all(key_of(one.name) for one in inside):
        yield Field("", entry.name, "", entry.line)
    for field in flat(inside):
        kind = key_named(field.key).kind
        is_new = is_posts and field.key and field.key not in said and kind is not Kind.ADDRESS
        if is_new or kind in (Kind.STATUS, Kind.STATE):
            yield field


def _states(entry: RawField, key: str, said: set[str]) -> list[Field]:
    """Return what a table that is not of one part of the page says of whether the post may be seen."""
    if key and key_named(key).kind not in (Kind.STATUS, Kind.STATE):
        return []
    found = (field for field in flat(_inside(entry)) if field.name != "value")
    counts = {"status", "draft", "published", "private", "standing"} - said
    return [field for field in found if field.key in counts]


def _beside(entry: RawField, key: str, said: set[str]) -> Iterator[Field]:
    """Yield what the table of one key says of another: what a cover shows, when a post was changed."""
    first = next((item.value for item in entry.value), None) if isinstance(entry.value, list) else entry.value
    if not isinstance(first, dict):
        return
    for other, names in _BESIDE.get(key, ()):
        inside = {fold(str(name)): value for name, value in first.items()}
        found = next((text for name in names if (text := _text(inside.get(name, ""), other))), "")
        if found and other not in said:
            yield Field(other, entry.name, found, entry.line)


def _leaves(items: list[RawField]) -> Iterator[RawField]:
    """Yield the items of a list, and of the lists in it: Hexo's categories."""
    for item in items:
        if isinstance(item.value, list):
            yield from _leaves(item.value)
        else:
            yield item


def _inside(entry: RawField) -> list[RawField]:
    return [RawField(name, value, entry.line) for name, value in entry.value.items()]


def _hugo_build(entry: RawField) -> Iterator[Field]:
    """Hugo's build options: https://gohugo.io/content-management/build-options/"""
    wanted = {name: str(value).casefold() for name, value in entry.value.items()}
    if wanted.get("render") in ("never", "false", "link"):
        yield Field("private", entry.name, "true", entry.line)
    elif wanted.get("list") in ("never", "false"):
        yield Field("unlisted", entry.name, "true", entry.line)


def _text(value: Any, key: str) -> str:
    """One text for *value*: of a list what is joined by commas, of a table what *key* looks for."""
    if isinstance(value, RawField):
        return _text(value.value, key)
    if isinstance(value, list):
        items = [text for text in (_text(item, key) for item in value) if text]
        return items[0] if items and key_named(key).kind in (Kind.NAME, Kind.PICTURE) else ", ".join(items)
    if isinstance(value, dict):
        inside = {fold(str(name)): one for name, one in value.items()}
        if key_named(key).kind in (Kind.STATUS, Kind.STATE):  # "draft: {value: true}": what is in it counts
            return next((text for one in inside.values() if (text := _text(one, key))), "")
        wanted = (*split_names(key_named(key).inside), *(one.code for one in current().fallbacks()), *_PLAIN_ENTRIES)
        return next((text for name in wanted if (text := _text(inside.get(fold(name), ""), key))), "")
    return str(value).strip()


def composed(source: str) -> "Node | None":
    """
    Return the tree of a YAML header; a value that YAML would only take in quotes, ``title: Dos: uno``, is given them.

    Raises:
        YAMLError: it is none even so.
    """
    import yaml  # by blogs that write it alone

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.compose(source, Loader=loader)
    except yaml.YAMLError:
        quoted = _UNQUOTED.sub(lambda found: found[1] + "'" + found[2].replace("'", "''") + "'", source)
        if quoted == source:
            raise
        return yaml.compose(quoted, Loader=loader)


def yaml_fields(node: "MappingNode", start: int, lines: list[str]) -> Iterator[RawField]:
    """
    Yield the entries of a YAML mapping, each value as it is written.

    Args:
        node: Composed, not constructed: a date is still text.
        start: The index in *lines* at which the YAML begins.
        lines: The whole file.

    Raises:
        ValueError: it holds more than anybody writes.
    """
    import yaml  # by blogs that write it alone

    budget = [MOST_FIELDS]
    for key, value in _pairs(node):
        if isinstance(key, yaml.ScalarNode):
            line = start + key.start_mark.line
            tree = _tree(value, start, budget)
            if isinstance(value, yaml.ScalarNode) and not value.style:
                tree = _with_hashtags(str(tree), lines[line].partition(":")[2].strip())
            yield RawField(key.value, tree, line + 1)


def inline_table(line: str, n: int, lines: list[str]) -> list[Field]:
    """Return what a line says whose value is a table, ``build: {render: never}``; nothing when it is none."""
    if ": {" not in line or not line.rstrip().endswith("}"):
        return []
    import yaml  # by blogs that write it alone

    try:
        root = composed(line)
        return list(islice(flat(list(yaml_fields(root, n, lines))), MOST_FIELDS)) if _is_mapping(root) else []
    except (yaml.YAMLError, RecursionError, ValueError):
        return []


def _is_mapping(node: "Node | None") -> "TypeGuard[MappingNode]":
    import yaml

    return isinstance(node, yaml.MappingNode)


def _pairs(node: "MappingNode", depth: int = 0) -> list[tuple["Node", "Node"]]:
    """Keys and values of a mapping, and those it takes from another (``<<: *usual``) and does not say itself."""
    import yaml  # by blogs that write it alone

    own = [(key, value) for key, value in node.value if key.tag != _MERGE]
    said = {key.value for key, _ in own if isinstance(key, yaml.ScalarNode)}
    for key, value in node.value if len(own) < len(node.value) and depth < 8 else ():
        for other in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            if key.tag == _MERGE and isinstance(other, yaml.MappingNode):
                taken = [pair for pair in _pairs(other, depth + 1) if getattr(pair[0], "value", None) not in said]
                said |= {str(one.value) for one, _ in taken}
                own += taken[:MOST_FIELDS]
    return own


def _with_hashtags(value: str, raw: str) -> str:
    """*value*, or what stands in its line, *raw*, when YAML has taken a #hashtag for a comment; that has a blank."""
    whole = re.split(r"(?:^|\s)#(?=\s|$)", raw)[0].strip()
    return whole if whole.startswith(value) and re.search(r"(?:^|\s)#\w", whole[len(value) :]) else value


def _tree(node: "Node", start: int, budget: list[int], depth: int = 0) -> Any:
    """Text, lists of ``RawField`` and tables, as YAML has them; what is too much is left out."""
    import yaml

    budget[0] -= 1
    if budget[0] < 0 or depth > 8:
        raise ValueError("an endless header")
    if isinstance(node, yaml.ScalarNode):
        return "" if node.tag == "tag:yaml.org,2002:null" else str(node.value).strip()
    if isinstance(node, yaml.SequenceNode):
        return [
            RawField("", _tree(one, start, budget, depth + 1), start + one.start_mark.line + 1) for one in node.value
        ]
    if isinstance(node, yaml.MappingNode):
        pairs = ((key, value) for key, value in _pairs(node) if isinstance(key, yaml.ScalarNode))
        return {str(key.value): _tree(value, start, budget, depth + 1) for key, value in pairs}
    return ""


def plain_tree(value: Any, line: int) -> Any:
    """Return what TOML and JSON give, as text."""
    if isinstance(value, dict):
        return {name: plain_tree(one, line) for name, one in value.items()}
    if isinstance(value, list):
        return [RawField("", plain_tree(one, line), line) for one in value]
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat(" ") if hasattr(value, "hour") else str(value)
