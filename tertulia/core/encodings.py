"""In which encoding a page is written: found as a browser finds it."""

import re

import webencodings

from tertulia.core import lazy_re

# https://html.spec.whatwg.org/multipage/parsing.html#determining-the-character-encoding
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_PRESCAN_BYTES = 1024
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16be"), (b"\xff\xfe", "utf-16le"))
_CHARSET = lazy_re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_META = lazy_re.compile(r"<(?:meta|\?xml)[\s/][^>]*>", re.IGNORECASE)
_ATTRIBUTE = lazy_re.compile(r"""([^\s=/>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_COMMENT = lazy_re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def encoding_of(body: bytes, content_type: str) -> webencodings.Encoding:
    """
    Return the encoding of *body*, as a browser would find it: byte order mark, header, ``<meta>``, and then by looking.

    Only the web's own encodings (https://encoding.spec.whatwg.org/): Python has codecs that are none, and some of
    them take minutes for a page.

    Args:
        content_type: The header, as it came.
    """
    for mark, label in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return webencodings.lookup(label) or webencodings.UTF8
    told = _CHARSET.search(content_type)
    if told and told[1].isascii() and (found := webencodings.lookup(told[1])):
        return found
    if media_type(content_type) not in _HTML_TYPES:
        return webencodings.UTF8
    head = _COMMENT.sub("", body[:_PRESCAN_BYTES].decode("latin-1"))
    for meta in _META.findall(head):
        if found := webencodings.lookup(_declared(meta)):
            # A page that could be read so far is in neither form of UTF-16, whatever it says.
            return webencodings.UTF8 if found.name.startswith("utf-16") else found
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return webencodings.lookup("windows-1252") or webencodings.UTF8
    return webencodings.UTF8


def _declared(element: str) -> str:
    """Return the label in ``<meta charset>``, ``<meta http-equiv content>`` or ``<?xml encoding?>``; "" for none."""
    told = {name.lower(): "".join(values) for name, *values in _ATTRIBUTE.findall(element)}
    if element.startswith("<?"):
        return told.get("encoding", "")
    if "charset" in told:
        return told["charset"]
    content = _CHARSET.search(told.get("content", "")) if told.get("http-equiv", "").lower() == "content-type" else None
    return content[1] if content else ""


def media_type(header: str) -> str:
    """Return the media type alone of a ``Content-Type``, in lower case: "text/html"; "" when none was told."""
    return header.partition(";")[0].strip().lower()
