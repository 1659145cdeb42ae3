"""What readers saw of a plugin's shortcode that nobody else knows, as far as what it was given tells.

Page builders (WPBakery, Divi, Avada, Shortcodes Ultimate and their like) keep headings, captions, pictures and links of
buttons in attributes. What only says how something looked, and what a form asked, is left out.
"""

import re
from base64 import b64decode
from collections.abc import Mapping
from html import escape
from pathlib import PurePosixPath
from urllib.parse import unquote

from tertulia.core.addresses import split_address

_BUILDERS = ("vc_", "et_pb_", "fusion_", "su_", "av_", "cs_", "x_", "mk_", "ux_", "ultimate_", "tabs_", "accordion_")
_WORDS_BEFORE = ("title", "heading", "question", "tab_title")
_WORDS = ("text", "content", "subhead", "caption", "quote", "button_text", "description")
_WORDS_AFTER = ("cite", "author", "name", "job_title")
_PICTURES = (
    "ids", "images", "include", "image", "image_id", "image_ids", "photo", "photos", "attachment", "attachment_id",
)  # fmt: skip
_NUMBERS = re.compile(r"\s*\d+(?:\s*,\s*\d+)*,?\s*")
_ADDRESSES = (
    "url", "link", "href", "button_url", "src", "video", "mp3", "mp4", "ogg", "m4a", "wav", "webm", "image",
    "image_url", "0",
)  # fmt: skip
_PICTURE_FILES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg", ".bmp")
_ASKS = re.compile(r"form|captcha|subscri|newsletter|search|login|\bmap\b|menu|widget")
_PACKED = ("vc_raw_html", "fusion_code", "av_codeblock_raw")  # HTML that nobody was to touch, in base64


def shown(name: str, given: Mapping[str, str], inner: str) -> str:
    """
    Return the HTML of one shortcode.

    Args:
        name: In lower case.
        given: Its attributes.
        inner: What stands between, its own shortcodes replaced already.
    """
    if name in _PACKED:
        return _unpacked(inner)
    if _ASKS.search(name):
        return inner
    address = _address(given)
    is_builder = name.startswith(_BUILDERS) or bool(inner.strip())  # what stands around words has a title for them
    kinds = (_WORDS_BEFORE, _WORDS, _WORDS_AFTER) if is_builder else ((), (), ())
    before, words, after = ([given[key] for key in keys if given.get(key, "").strip()] for keys in kinds)
    pictures = next((given[key] for key in _PICTURES if _NUMBERS.fullmatch(given.get(key, ""))), "")
    if pictures:
        gallery = f'\n\n<div data-gallery="{escape(pictures)}"></div>\n\n'
        return _paragraphs(before) + gallery + inner + _paragraphs(words)
    if address and PurePosixPath(split_address(address).path).suffix.lower() in _PICTURE_FILES:
        alt = given.get("alt") or given.get("title_text") or given.get("title") or ""
        return f'\n\n<figure><img src="{escape(address)}" alt="{escape(alt)}"></figure>\n\n' + inner
    said = inner if inner.strip() else ""
    if address and re.search(r"button|btn|cta", name):
        label = said or escape(next(iter((*words, *before)), ""))
        return f'<a href="{escape(address)}">{label or escape(address)}</a>'
    if address and said and not re.search(r"<(?:a|p|div|h\d|ul|ol|li|figure|blockquote|table)\b", said):
        return f'<a href="{escape(address)}">{said}</a>'
    embed = f'<p data-embed="{escape(address)}"></p>' if address and not said else ""
    return _paragraphs(before, "strong") + said + _paragraphs(words) + _paragraphs(after) + embed


def _address(given: Mapping[str, str]) -> str:
    """Where it leads; WPBakery writes "url:https%3A%2F%2F…|title:…"."""
    for key in _ADDRESSES:
        value = given.get(key, "").strip()
        if packed := re.search(r"(?:^|\|)url:([^|]+)", value):
            value = unquote(packed[1])
        if value.startswith(("http://", "https://", "//")):
            return value
    return ""


def _paragraphs(words: list[str], tag: str = "") -> str:
    opened, closed = (f"<{tag}>", f"</{tag}>") if tag else ("", "")
    return "".join(f"\n\n<p>{opened}{escape(one)}{closed}</p>\n\n" for one in words)


def _unpacked(inner: str) -> str:
    """HTML out of base64; as it stands where it is none."""
    packed = "".join(re.sub(r"<[^<>]*>", "", inner).split())
    try:
        return unquote(b64decode(packed, validate=True).decode("utf-8"))
    except ValueError:
        return inner
