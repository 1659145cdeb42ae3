"""What stands for a name in an address: never empty, the same for the same name, and no two names fall together.

Latin letters lose their accents, as in every address of this house so far; letters of other writings are written in
Latin ones ("Привет" → "privet"). A name of signs or emoji alone is spelled by its code points: "🎉" → "u1f389".
"""

import hashlib
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from unidecode import unidecode

from tertulia.core import lazy_re
from tertulia.core.files import everywhere
from tertulia.core.text import fold, slugify
from tertulia.core.visible import visible

# A folder's name holds 255 bytes on every usual disk, and a feed or a picture's size is added to some.
LONGEST_BYTES = 200

_FOREIGN = lazy_re.compile_unicode(r"[^\P{L}\p{Latin}]+")
# What RFC 3986 calls unreserved, and letters of any writing; all else has a meaning somewhere on an address's way.
_NOT_IN_SLUG = lazy_re.compile_unicode(r"[^\p{L}\p{M}\p{N}_.~-]+")
_NO_WORD = lazy_re.compile_unicode(r"[^\p{L}\p{M}\p{N}\p{S}#*@%]+")


def slug_of(name: str, fallback: str = "") -> str:
    """
    Return the part of an address that stands for *name*.

    Args:
        fallback: What stands for it where no letter is left, the Id of a post for one.

    Returns:
        Lower-case ASCII letters, digits and single hyphens; "" only when both are blank.
    """
    latin = _FOREIGN.sub(lambda found: unidecode(found[0]), name)
    return shortened(slugify(latin) or slugify(fallback) or spelled(name) or spelled(fallback))


def written_slug(slug: str) -> str:
    """
    Return what an address holds of the *slug* that an author wrote: the same, where it can stand in one.

    Blanks, slashes and signs that mean something in an address become hyphens; dots at either end go. "" when nothing
    is left.
    """
    bare = visible(unicodedata.normalize("NFC", unquote(slug)))
    return shortened(_NOT_IN_SLUG.sub("-", bare).strip(".-~ "))


def spelled(name: str) -> str:
    """*name* by its code points, "🎉" → "u1f389"; "" for a blank one."""
    return "".join(f"u{ord(sign):x}" for sign in name.strip() if not sign.isspace())


def shortened(slug: str) -> str:
    """
    *slug* as it is, or what of it a folder's name can hold, with a mark that tells it from others cut there.

    No folder of Windows is called "con" or "aux": they are "con-1", on every system, so that addresses are the same.
    """
    slug = everywhere(slug)
    if len(slug.encode()) <= LONGEST_BYTES:
        return slug
    mark = hashlib.sha256(slug.encode()).hexdigest()[:8]
    kept = slug.encode()[: LONGEST_BYTES - 9].decode(errors="ignore")
    return f"{kept.rsplit('-', 1)[0] if '-' in kept[LONGEST_BYTES // 2 :] else kept}-{mark}"


def name_key(name: str) -> str:
    """
    Return what two spellings of one name share: case, accents, blanks and punctuation do not count; ñ and signs do.
    """
    return " ".join(_NO_WORD.sub(" ", fold(name)).split()) or name.strip()


def distinct(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """
    Return a slug for each name, so that no two names share one.

    Args:
        names: Each name with the slug that it would have by itself, "" for none; whoever comes first keeps it.

    Returns:
        Name → slug. Spellings of one name share a slug; of two names that would, the later gets a mark of its own.
    """
    owners: dict[str, str] = {}
    by_key: dict[str, str] = {}
    found: dict[str, str] = {}
    for name, own in names:
        key = name_key(name)
        if key not in by_key:
            slug = shortened(own) or slug_of(name) or "u"
            if owners.setdefault(slug, key) != key:
                slug = f"{slug}-{hashlib.sha256(key.encode()).hexdigest()[:6]}"
                owners[slug] = key
            by_key[key] = slug
        found[name] = by_key[key]
    return found
