"""WordPress' own export as it really is: an XML that is often none, read item by item.

https://github.com/WordPress/wordpress-develop/blob/trunk/src/wp-admin/includes/export.php (read 2026-11). WordPress
writes a commenter's address and some titles as they stand in its database, so that a bare ``&`` or a control character
breaks the file. Both are mended in the bytes before anybody parses them: a parser that "recovers" cuts posts short and
says nothing. What is then still no XML is told with its line. The namespace is that of any version, http or https.
"""

import re
from collections.abc import Iterator
from html import escape
from io import BytesIO
from itertools import chain

import webencodings
from lxml import etree

from tertulia.core.errors import ContentError
from tertulia.core.languages import say
from tertulia.core.text import one_line
from tertulia.imports.export import ExportFile

_MARK = re.compile(rb"https?://wordpress\.org/export/1\.[0-9]")
# What no XML may hold, in UTF-8: https://www.w3.org/TR/xml/#charsets
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_BARE = re.compile(rb"&(?!(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_TEXTS = ("content", "encoded", "summary", "comment_content", "message")  # where somebody forgot to escape
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)


def is_wxr(file: ExportFile) -> bool:
    """Whether *file* is such an export, by what is in it."""
    return file.suffix in (".xml", ".wxr", ".rss", ".txt", "") and bool(_MARK.search(file.head()))


def elements(file: ExportFile, inside: str = "channel") -> Iterator[etree._Element]:
    """
    Yield what stands right in *inside*, one at a time: ``item``, ``author``, ``category``, ``tag``, ``term``, ``link``…

    Each is gone when the next one is asked for.

    Raises:
        ContentError: the file is no XML, even mended.
    """
    source = etree.iterparse(
        BytesIO(mended(file.read())), events=("end",), resolve_entities=False, no_network=True, huge_tree=True
    )
    try:
        for _, element in source:
            parent = element.getparent()
            if parent is None or local(parent) != inside:
                continue
            yield element
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        line = error.position[0] or 1
        raise ContentError(f"{file.name}:{line}: {say('import_bad_xml', why=_why(error))}") from error


def mended(data: bytes) -> bytes:
    """Return *data* with what WordPress writes and XML forbids put right; line numbers stay."""
    data = _CONTROLS.sub(b"", _as_utf8(data))
    made: list[bytes] = []
    at = start = 0
    for found in chain(_CDATA.finditer(data), (None,)):
        end = found.start() if found else len(data)
        between = data[start:end]
        put_right = _BARE.sub(b"&amp;", _DOCTYPE.sub(b"", between) if not start else between)
        if put_right != between:  # nearly always there is nothing to mend, and nothing is copied
            made += [data[at:start], put_right]
            at = end
        start = found.end() if found else end
    return b"".join((*made, data[at:])) if made else data


def local(element: etree._Element) -> str:
    """Return the name of *element* without its namespace; that of ``excerpt:encoded`` is "excerpt"."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    space, _, name = tag.rpartition("}")
    return "excerpt" if name == "encoded" and "/excerpt/" in space else name


def texts(element: etree._Element) -> dict[str, str]:
    """Return the plain fields of *element*: name → text, the first where there are several; a text in XHTML as HTML."""
    found: dict[str, str] = {}
    for child in element:
        if not len(child):
            found.setdefault(local(child), child.text or "")
        elif local(child) in _TEXTS:
            inner = (etree.tostring(one, encoding="unicode") for one in child)
            found.setdefault(local(child), escape(child.text or "", quote=False) + "".join(inner))
    return found


def metadata(element: etree._Element, name: str) -> dict[str, list[str]]:
    """Its ``postmeta`` or ``commentmeta``: key → values."""
    found: dict[str, list[str]] = {}
    for child in element:
        if local(child) == name:
            pair = texts(child)
            found.setdefault(pair.get("meta_key", ""), []).append(pair.get("meta_value", ""))
    return found


def _as_utf8(data: bytes) -> bytes:
    """Return *data* in UTF-8, whatever it says of itself; bytes that are no UTF-8 are what Windows would have meant."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    declared = re.match(rb"\s*<\?xml[^>]*?encoding=[\"']([\w.-]+)", data)
    # Only the web's own encodings: Python knows others, which take hours or are none.
    encoding = webencodings.lookup(declared[1].decode("ascii")) if declared else None
    if encoding and encoding.name != "utf-8":
        data = encoding.codec_info.decode(data, "replace")[0].encode("utf-8", errors="replace")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        lines = data.split(b"\n")
        for number, line in enumerate(lines):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                lines[number] = line.decode("cp1252", errors="replace").encode("utf-8")
        data = b"\n".join(lines)
    return re.sub(rb"(<\?xml[^>]*?encoding=[\"'])[\w.-]+", rb"\1UTF-8", data, count=1)


def _why(error: etree.XMLSyntaxError) -> str:
    return one_line(re.sub(r", line \d+, column \d+.*", "", str(error.msg or error)), 120)
