"""Text that was read in the wrong encoding once, put right: "SeÃ±al" was "Señal".

ftfy (https://ftfy.readthedocs.io) knows which such sequences nobody writes on purpose. It is asked only where one may
be, and to do nothing else: quotes, entities and widths of letters stay.
"""

import re
from dataclasses import replace

from tertulia.imports.types import Loss, OldComment, OldPost

# Letters that UTF-8 read as Latin-1 or Windows-1252 begins with, and controls that are signs in Windows-1252.
_SUSPECT = re.compile(r"[ÂÃÐÑâãäåæçèéêëìíîïð][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]|[\u0080-\u009f]")


def repaired(text: str) -> str:
    """*text* as it was meant."""
    if not _SUSPECT.search(text):
        return text
    import ftfy

    return ftfy.fix_text(
        text,
        unescape_html=False,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        normalization=None,
        fix_line_breaks=False,
    )


def repaired_post(post: OldPost) -> OldPost:
    """*post* with every word as it was meant; told where any was not."""
    notes = {name: repaired(html) for name, html in post.notes.items()}
    fixed = replace(
        post,
        title=repaired(post.title),
        body=repaired(post.body),
        notes=notes,
        summary=repaired(post.summary),
        categories=tuple(map(repaired, post.categories)),
        tags=tuple(map(repaired, post.tags)),
    )
    return fixed if fixed == post else replace(fixed, losses=(*post.losses, Loss("repaired")))


def repaired_comment(comment: OldComment) -> OldComment:
    """*comment* with every word as it was meant."""
    return replace(comment, name=repaired(comment.name), html=repaired(comment.html))
