"""What plugins of WordPress showed only to some: who had paid, had logged in, or knew a word.

No export says who was let in. So whatever a plugin may have kept from anybody is kept unseen here: pieces of a text
between the plugin's shortcodes, its blocks, and whole posts that its metadata marks.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from tertulia.imports import spans
from tertulia.imports.sources.shortcodes import VERBATIM, attributes_of, is_code

# Shortcodes and blocks that show what stands in them only to some, and those that show it to all others.
_SOME = re.compile(
    r"(?:^|[_-])(?:members?|members?_?only|membership|restrict(?:ed|_content)?|protect(?:ed|ion|or)?|private"
    r"|logged[_-]?in|premium|paid|paywall|passster|ppwp\w*|pmpro\w*|mepr[\w-]*|s2if|wlm\w*|memb|accessally"
    r"|subscribers?(?:_?only)?|patreon|access|um_show_content|armif|hide[_-]content|hidden[_-]content|\w*locker"
    r"|password|hide[_-]from[_-](?:guests?|visitors?)|show_to)(?:$|[_-])",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"(?:^|[_-])(?:not?|un|non|logged[_-]?out|(?<!from[_-])(?:visitors?|guests?))(?:$|[_-])", re.IGNORECASE
)
_PEOPLE = re.compile(r"(?:team|staff|crew|board|band|family)[_-]?members?|members?[_-]?(?:bio|card|box|list)", re.I)
_MEMBERSHIPS = ("membership", "pmpro_membership")  # of Paid Memberships Pro,
_LEVELS_OF_NOBODY = ("0", "-1")  # and who is none of its members; with others "0" is whoever has logged in
_LONGEST_GIVEN = 1000

_OPENING = re.compile(r"\[([a-zA-Z][\w-]*)")
_BLOCK = re.compile(r"<!--\s+(/)?wp:([a-z][a-z0-9_-]*(?:/[a-z0-9_-]+)?)\s+(\{.*\}\s+)?(/)?-->", re.DOTALL)
_PAYWALL = re.compile(r"<!--\s+wp:jetpack/paywall\s[^\n<>]*-->")
_NEWSLETTER = "_jetpack_newsletter_access"
# https://wordpress.org/plugins/block-visibility/; "metadata" is WordPress' own since 6.9.
_UNSEEN = re.compile(
    r'"hideBlock"\s*:\s*true|"visibilityByRole"\s*:\s*"(?:logged-in|user-role|user-rule-sets)"'
    r'|"metadata"\s*:\s*\{[^{}]*"blockVisibility"\s*:\s*false'
)

_LOGGED_IN = re.compile(r'"um_custom_access_settings";[sib]:(?:1:")?1"?;.*"um_accessible";[si]:(?:1:")?2', re.DOTALL)

# Metadata of a post that not everybody was shown: what it is called → the values that mean everybody.
_KEYS: Mapping[str, Sequence[str]] = {
    "_members_access_role": ("",), "rcp_subscription_level": ("", "all"), "rcp_user_level": ("", "all", "none"),
    "_is_paid": ("", "0"), "rcp_access_level": ("", "0", "none"), "_restrict_content": ("", "0", "no", "off"),
    "passster_activate_protection": ("", "0", "no", "off", "false"), "_wc_memberships_force_private": ("", "no"),
    _NEWSLETTER: ("", "everybody"), "memberful_acl": ("",), "_swpm_protect_post": ("", "0"), "ihc_mb_who": ("", "all"),
    "wlm_protected": ("", "0"),
}  # fmt: skip


def keeps(name: str, given: Mapping[str, str]) -> bool:
    """Whether the shortcode *name* shows what stands in it only to some."""
    if not _SOME.search(name) or _OTHERS.search(name) or _PEOPLE.search(name):
        return False
    return not _has_levels(name) or given.get("level", "").strip() not in _LEVELS_OF_NOBODY


def _has_levels(name: str) -> bool:
    """Whether the shortcode *name* is of Paid Memberships Pro, where a level may be that of who is no member."""
    return name.lower() in _MEMBERSHIPS


def kept_back(meta: Mapping[str, Sequence[str]], written: str = "") -> str:
    """
    By which plugin's word a whole post was not for everybody; "" for none.

    Args:
        written: Its text, which may say from where on it was not.
    """
    for key, open_to_all in _KEYS.items():
        is_split = key == _NEWSLETTER and bool(_PAYWALL.search(written))
        if not is_split and any(value.strip().lower() not in open_to_all for value in meta.get(key, ())):
            return key
    restricted = any(_LOGGED_IN.search(value) for value in meta.get("um_content_restriction", ()))
    return "um_content_restriction" if restricted else ""


def before_paywall(written: str, meta: Mapping[str, Sequence[str]]) -> tuple[str, list[str]]:
    """
    Return what stands above the block of Jetpack behind which a newsletter's post goes on, and what stands below it.
    """
    found = _PAYWALL.search(written)
    if not found:
        return written, []
    above, below = written[: found.start()], written[found.end() :]
    is_open = all(value.strip().lower() in _KEYS[_NEWSLETTER] for value in meta.get(_NEWSLETTER, ()))
    return (above + below, []) if is_open and meta.get(_NEWSLETTER) else (above, [below])


def parted(written: str) -> tuple[str, list[str]]:
    """Return what everybody saw of a text, and the pieces that only some did: between shortcodes, and in blocks."""
    kept: list[str] = []
    for find in (_shortcodes, _blocks):
        public, at = [], 0
        for start, inside, end, after in find(written):
            public.append(written[at:start])
            kept.append(written[inside:end])
            at = after
        written = "".join((*public, written[at:])) if at else written
    return written, kept


def _shortcodes(written: str) -> Iterator[tuple[int, int, int, int]]:
    """Where shortcodes that keep something begin, where what they keep begins and ends, and where they end."""
    if "[/" not in written:
        return
    # WordPress looks for them in the whole text, through all blocks; but not in code.
    masked = spans.replaced(written, VERBATIM, lambda _, piece: "\0" * len(piece))
    never_closed: set[str] = set()
    at = end = 0
    for found in _OPENING.finditer(masked):
        name = found[1].lower()
        if found.start() < at or name in never_closed:
            continue
        if end < found.end() and (end := masked.find("]", found.end())) < 0:
            return
        # The first bracket that closes ends it, whatever stands in quotes; its level stands at its beginning.
        given = attributes_of(masked[found.end() : min(end, found.end() + _LONGEST_GIVEN)]) if _has_levels(name) else {}
        if masked[end - 1] == "/" or not (is_code(name) or keeps(name, given)):
            continue
        closing = re.compile(rf"\[/{re.escape(name)}\s*\]", re.IGNORECASE).search(masked, end)
        if closing is None:
            never_closed.add(name)
            continue
        at = closing.end()
        is_escaped = masked.startswith("[[", max(0, found.start() - 1)) and masked.startswith("]", at)
        if not (is_code(name) or is_escaped):
            yield found.start(), end + 1, closing.start(), at


def _blocks(written: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the same of blocks, which are kept with what marks them."""
    if "wp:" not in written:
        return
    opened: list[bool] = []
    start = 0
    for _, begin, end in spans.elements(written, (spans.COMMENT,)):
        found = _BLOCK.fullmatch(written, begin, end)
        if not found:
            continue
        if found[1]:
            if opened and opened.pop() and not any(opened):
                yield start, start, found.end(), found.end()
            continue
        # A gate of which nothing stands in the text keeps nothing.
        is_gate = not found[4] and keeps(found[2].rpartition("/")[2], {})
        is_gate = is_gate or bool(found[3] and _UNSEEN.search(found[3]))
        if is_gate and not any(opened):
            start = found.start()
            if found[4]:
                yield start, start, found.end(), found.end()
        if not found[4]:
            opened.append(is_gate)
    if any(opened):  # never closed
        yield start, start, len(written), len(written)
