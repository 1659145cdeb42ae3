"""The first words of a post that say something: what stands for it in lists, feeds, cards and announcements.

A paragraph may hold no sentence: a shortcode, an address, a picture, a formula, ``[TOC]``, a heading in all but name.
Then the next one is asked.
"""

import re

from tertulia.core import text

# What another generator would have replaced, in HTML, unless it is an example: nobody should read it elsewhere.
_SHORTCODE = re.compile(r"<code\b.*?</code>|(?P<foreign>\{\{(?:&lt;|%).*?(?:&gt;|%)\}\}|\{%.*?%\}|\[TOC\])", re.DOTALL)
_NO_SENTENCE = re.compile(
    r"(?:https?://|www\.)\S+|\$\$.*?\$\$|\$[^$\n]+\$|\\\[.*?\\\]|\\\(.*?\\\)|\\begin\{.*?\\end\{[^}]*\}", re.DOTALL
)
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_BOLD = re.compile(r"\s*<(strong|b)>(?:(?!</\1>).)*</\1>:?\s*", re.DOTALL)
_FOOTNOTES = '<div class="footnote">'


def opening(content: str) -> str:
    """
    The text of the first paragraph that says something; where none does, all that the post says.

    Args:
        content: The post's HTML.

    Returns:
        Plain text without footnote marks and shortcodes; "" for a post of nothing but those, pictures and addresses.
    """
    body = content.partition(_FOOTNOTES)[0]
    if "{" in body or "[TOC]" in body:
        body = _SHORTCODE.sub(lambda found: " " if found["foreign"] else found[0], body)
    heading = ""
    for found in _PARAGRAPH.finditer(body):
        said = _said(found[1])
        if said and (_BOLD.fullmatch(found[1]) or (len(said.split()) == 1 and said[-1].isalnum())):
            heading = heading or said
        elif said:
            return said
    return heading or _said(body)


def _said(html: str) -> str:
    """The text of *html*; "" when it is no sentence."""
    plain = text.plain(html).strip()
    return plain if any(sign.isalnum() for sign in _NO_SENTENCE.sub("", plain)) else ""
