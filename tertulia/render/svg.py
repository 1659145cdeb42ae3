"""Drawings: an SVG kept to shapes, and its size.

A browser runs what is inside an SVG when it is opened by itself, with all the rights of the blog's own pages. So a
drawing is published only as shapes, text, gradients and filters: no script, no event handler, no animation, no
address of another host, and none of what editors leave behind (Inkscape notes the path of the author's disk).
A photograph embedded in it is handed to *clean*, which takes the camera data out.

https://www.w3.org/TR/SVG2/  https://www.w3.org/TR/css-values-4/#absolute-lengths
"""

import base64
import binascii
import re
from collections.abc import Callable

from lxml import etree

from tertulia.core import lazy_re

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML = "http://www.w3.org/XML/1998/namespace"

# What a drawing may hold; an element not named here goes, with all that is in it.
_ELEMENTS = """
    svg g defs symbol use switch title desc style path rect circle ellipse line polyline polygon text tspan textPath
    linearGradient radialGradient stop clipPath mask pattern marker image filter feBlend feColorMatrix
    feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow
    feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset fePointLight
    feSpecularLighting feSpotLight feTile feTurbulence
"""
ELEMENTS = frozenset(_ELEMENTS.split())
# Of these only the frame goes: a link in a drawing keeps the shapes it holds.
UNWRAPPED = (f"{{{SVG}}}a", f"{{{SVG}}}view")
# CSS that would fetch something, or hide that it does behind an escape. "url(#shade)" stays inside.
_FETCHES = lazy_re.compile(r"@import|image-set|src\s*\(|url\((?!\s*['\"]?\s*#)|\\|expression\s*\(", re.I)
_DATA_IMAGE = lazy_re.compile(r"\s*data:image/(?:png|jpe?g|gif|webp)\s*;\s*base64\s*,", re.I)
_MAGIC = {b"\x89PNG": "png", b"\xff\xd8": "jpeg", b"GIF8": "gif"}
_LENGTH = lazy_re.compile(r"\s*([0-9]*\.?[0-9]+(?:e[+-]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|q|)\s*$", re.I)
_PX_PER = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "q": 96 / 101.6}
_NUMBER = lazy_re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?", re.I)
_MOST_PX = 1_000_000.0  # a side that says more is cut: it may say more than there are numbers
# What browsers take for a drawing that says nothing. https://www.w3.org/TR/CSS22/visudet.html#inline-replaced-width
DEFAULT_SIZE = (300, 150)


class UnsafeDrawingError(ValueError):
    """The file is no SVG that can be read without running what is in it."""


def looks_like_svg(data: bytes) -> bool:
    """Whether *data* begins as an SVG does: markup, with ``<svg`` near its start."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<") and b"<svg" in head


def clean(data: bytes, clean_picture: Callable[[bytes], bytes]) -> bytes:
    """
    Return the drawing in *data*, shapes only.

    Args:
        data: An SVG file.
        clean_picture: Gives a photograph back without camera data; raises ValueError for one it refuses, which is
            then left out.

    Raises:
        UnsafeDrawingError: not XML, no ``svg`` at its root, or entities of its own.
    """
    root = _root(data)
    etree.strip_tags(root, *UNWRAPPED)
    for element in list(root.iter()):
        if not _allowed(element):
            _drop(element)
            continue
        for name, value in list(element.attrib.items()):
            kept = _attribute(str(name), str(value), clean_picture)
            if kept is None:
                del element.attrib[name]
            else:
                element.attrib[name] = kept
    etree.cleanup_namespaces(root)
    return bytes(etree.tostring(root, encoding="utf-8")) + b"\n"


def size(data: bytes) -> tuple[int, int]:
    """
    Width and height in CSS pixels: as written, else by the ``viewBox``, else a browser's default.

    Raises:
        UnsafeDrawingError: see ``clean``.
    """
    root = _root(data)
    width, height = _length(root.get("width")), _length(root.get("height"))
    box = [float(number) for number in _NUMBER.findall(root.get("viewBox", ""))]
    ratio = box[2] / box[3] if len(box) == 4 and box[2] > 0 and box[3] > 0 else None
    if not width and not height:
        width, height = (box[2], box[3]) if ratio else DEFAULT_SIZE
    elif not width:
        width = height * (ratio or 2.0)
    elif not height:
        height = width / (ratio or 2.0)
    return max(1, round(min(width, _MOST_PX))), max(1, round(min(height, _MOST_PX)))


def _root(data: bytes) -> etree._Element:
    if b"<!ENTITY" in data:  # a few of them unfold into gigabytes
        raise UnsafeDrawingError("entities")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnsafeDrawingError(str(error)) from error
    if root.tag != f"{{{SVG}}}svg":
        raise UnsafeDrawingError("no svg at the root")
    return root


def _allowed(element: etree._Element) -> bool:
    if not isinstance(element.tag, str):  # an entity or instruction that the parser left
        return False
    name = etree.QName(element)
    if name.namespace != SVG or name.localname not in ELEMENTS:
        return False
    return not (name.localname == "style" and _FETCHES.search("".join(str(t) for t in element.itertext())))


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    element.tail, tail = None, element.tail
    previous = element.getprevious()
    if tail and previous is not None:
        previous.tail = (previous.tail or "") + tail
    elif tail:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _attribute(name: str, value: str, clean_picture: Callable[[bytes], bytes]) -> str | None:
    """Return what of the attribute is kept; None when it goes."""
    if name in ("href", XLINK_HREF):
        return value if value.strip().startswith("#") else _embedded(value, clean_picture)
    if name.startswith("{"):
        return value if name.startswith(f"{{{XML}}}") and not name.endswith("}base") else None
    if name.lower().startswith("on") or _FETCHES.search(value):
        return None
    return value


def _embedded(value: str, clean_picture: Callable[[bytes], bytes]) -> str | None:
    head = _DATA_IMAGE.match(value)
    if not head:
        return None
    try:
        picture = clean_picture(base64.b64decode(value[head.end() :]))
    except (ValueError, binascii.Error):
        return None
    kind = next((kind for magic, kind in _MAGIC.items() if picture.startswith(magic)), "webp")
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


def _length(value: str | None) -> float:
    """Return a length in CSS pixels; 0 when there is none, or when it depends on the page (``100%``, ``em``)."""
    found = _LENGTH.match(value or "")
    return float(found[1]) * _PX_PER[found[2].lower()] if found else 0.0
