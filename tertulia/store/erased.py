"""What others say of a person who asked to be erased: links to them and their handle are taken out of it.

Networks begin an answer with the handle of whom it answers, so that a person lives on in other people's comments.
What somebody wrote in plain words, a first name say, is theirs and stays.
"""

import re
from collections.abc import Callable
from html import unescape

LEFT_OUT = "@…"

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_HANDLE = re.compile(r"(?<![\w/@.])@[\w-]+(?:[.@][\w-]+)*")


def without(html: str, text: str, is_theirs: Callable[[str], bool]) -> tuple[str, str]:
    """
    *html* and *text* of a comment without those of whom it speaks and who are erased.

    Args:
        is_theirs: Whether an address, or a handle that begins with an at sign, is that of an erased person.
    """
    for whole, written, inner in [(found[0], found[1], found[2]) for found in _LINK.finditer(html)]:
        address = unescape(written)
        if is_theirs(address):
            html = html.replace(whole, LEFT_OUT)
            for word in (address, unescape(_TAG.sub("", inner)).strip()):
                text = text.replace(word, LEFT_OUT) if word else text
    for handle in sorted({*_HANDLE.findall(html), *_HANDLE.findall(text)}, key=len, reverse=True):
        if is_theirs(handle):
            one = re.compile(rf"(?<![\w/@.]){re.escape(handle)}(?![\w@-])")
            html, text = one.sub(LEFT_OUT, html), one.sub(LEFT_OUT, text)
    return html, text
