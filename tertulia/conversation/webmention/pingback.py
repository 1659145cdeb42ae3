"""Pingback, the older protocol: one XML-RPC call, ``pingback.ping(source, target)``.

https://www.hixie.ch/specs/pingback/pingback and http://xmlrpc.com/spec.md. What comes in is a stranger's XML: no
document type is accepted, so no entity can be declared, and nothing is ever fetched for it.
"""

from html import escape

from lxml import etree

MAX_BYTES = 16_384
# The faults that the specification numbers.
NO_SOURCE, NO_LINK, NO_TARGET, BAD_TARGET, KNOWN, DENIED, OTHER = 16, 17, 32, 33, 48, 49, 0
BAD_CALL = -32_600  # https://xmlrpc-epi.sourceforge.net/specs/rfc.fault_codes.php


class BadCallError(ValueError):
    """It is no call of ``pingback.ping``."""


def read(body: bytes) -> tuple[str, str]:
    """
    Source and target of a call.

    Raises:
        BadCallError: it is anything else.
    """
    if len(body) > MAX_BYTES or b"<!" in body:  # no DOCTYPE, no CDATA, no comment: an honest call has none
        raise BadCallError
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        call = etree.fromstring(body.strip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadCallError from error
    values = call.findall("params/param/value")
    if getattr(call.getroottree().docinfo, "doctype", ""):  # in UTF-16 its first bytes are others
        raise BadCallError
    if call.tag != "methodCall" or (call.findtext("methodName") or "").strip() != "pingback.ping" or len(values) != 2:
        raise BadCallError
    source, target = ("".join(map(str, value.itertext())).strip() for value in values)
    return source, target


def answer(words: str) -> str:
    """Return a good answer."""
    value = f"<string>{escape(words, quote=False)}</string>"
    return _response(f"<params><param><value>{value}</value></param></params>")


def fault(code: int, words: str) -> str:
    """Return a bad answer."""
    members = (
        f"<member><name>faultCode</name><value><int>{code}</int></value></member>"
        f"<member><name>faultString</name><value><string>{escape(words, quote=False)}</string></value></member>"
    )
    return _response(f"<fault><value><struct>{members}</struct></value></fault>")


def _response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse>{inside}</methodResponse>\n'
