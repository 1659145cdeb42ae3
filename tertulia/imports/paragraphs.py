"""Paragraphs as WordPress makes them of what its classic editor keeps: a blank line parts, a line end breaks.

After ``wpautop`` of https://github.com/WordPress/wordpress-develop/blob/trunk/src/wp-includes/formatting.php (read
2026-11). Whatever counts its blanks is put aside before anything else is looked at.
"""

import re

from tertulia.imports import spans

_ASIDE = ("pre", "script", "style", "object", "svg", "textarea", "iframe", "audio", "video", spans.COMMENT)
# Signs that mean nothing in any text hold the places: https://www.unicode.org/faq/private_use.html#noncharacters
_OURS = re.compile("[\ufdd0\ufdd1]")
_KEPT = re.compile("\ufdd0(\\d+)\ufdd1")
_BLOCKS = (
    "table|thead|tfoot|caption|col|colgroup|tbody|tr|td|th|div|dl|dd|dt|ul|ol|li|pre|form|map|area|blockquote|address"
    "|style|p|h[1-6]|hr|fieldset|legend|section|article|aside|hgroup|header|footer|nav|figure|figcaption|details|menu"
    "|summary|center|object|iframe|audio|video"
)
_OPENING = re.compile(rf"(<(?:{_BLOCKS})(?=[\s/>])[^>]*>)", re.I)
_CLOSING = re.compile(rf"(</(?:{_BLOCKS})\s*>)\s*", re.I)
_ONE_BLOCK = re.compile(rf"</?(?:{_BLOCKS})(?=[\s/>])", re.I)
_BLOCK_ASIDE = re.compile(r"<(?:pre|object|iframe|audio|video|textarea)\b", re.I)
_QUOTE_OPENS = re.compile(r"(<blockquote\b[^>]*>)", re.I)
_QUOTE_CLOSES = re.compile(r"(</blockquote\s*>)", re.I)
# A line end between words of a block, which its writer saw as a break.
_BREAK_INSIDE = re.compile(rf"(?<=[^>\s])[ \t]*\n(?!\s*</?(?:{_BLOCKS})(?=[\s/>]))", re.I)


def paragraphs(text: str) -> str:
    """*text*, HTML with bare line ends, as HTML whose paragraphs are marked."""
    text = _OURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    aside: list[str] = []

    def put_aside(_name: str, piece: str) -> str:
        aside.append(piece)
        mark = f"\ufdd0{len(aside) - 1}\ufdd1"
        return f"\n\n{mark}\n\n" if _BLOCK_ASIDE.match(piece) else mark

    text = spans.replaced(text, _ASIDE, put_aside)
    text = re.sub(r"<br\s*/?>\s*<br\s*/?>", "\n\n", text, flags=re.I)
    text = _OPENING.sub(r"\n\n\1", text)
    text = _CLOSING.sub(r"\1\n\n", text)
    text = _QUOTE_CLOSES.sub(r"\n\n\1", _QUOTE_OPENS.sub(r"\1\n\n", text))
    made = []
    for split in re.split(r"\n[ \t\n]*\n", text):
        piece = split.strip(" \t\n")
        if not piece:
            continue
        alone = _KEPT.fullmatch(piece)
        if alone and _BLOCK_ASIDE.match(aside[int(alone[1])]):
            made.append(piece)
        elif _ONE_BLOCK.match(piece):
            made.append(_BREAK_INSIDE.sub("<br>\n", piece))
        else:
            made.append(f"<p>{_broken(piece)}</p>")
    return _KEPT.sub(lambda found: aside[int(found[1])], "\n".join(made))


def _broken(piece: str) -> str:
    """*piece* with its line ends as breaks, but for those beside a break that is written."""
    return re.sub(r"(?<!\n)\n(?!\n)", "<br>\n", re.sub(r"<br\s*/?>\s*\n", "\n", piece, flags=re.I))
