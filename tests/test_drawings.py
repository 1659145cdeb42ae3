"""Drawings: they keep their shapes, and nothing in them acts."""

import pytest

from tertulia.render import images, svg
from tests.photographs import MARKER, opened, photo, saved

SVG_HEAD = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 20">'
HOSTILE_SVG = [
    b"<script>evil()</script>",
    b'<rect onclick="evil()" width="1" height="1"/>',
    b'<a href="javascript:evil()"><rect width="1" height="1"/></a>',
    b'<a xlink:href="javascript:evil()"><rect width="1" height="1"/></a>',
    b'<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="//evil.example"/></foreignObject>',
    b'<image href="https://evil.example/pixel.png"/>',
    b'<image xlink:href="data:image/svg+xml;base64,ZXZpbA=="/>',
    b'<use href="https://evil.example/a.svg#b"/>',
    b"<style>@import 'https://evil.example/a.css';</style>",
    b"<style>rect { fill: url(https://evil.example/a.svg#b) }</style>",
    b"<style>rect { fill: u\\72l(https://evil.example/) }</style>",
    b'<rect style="fill:url( &quot;//evil.example/a#b&quot; )" width="1" height="1"/>',
    b'<rect fill="url(https://evil.example/a)" width="1" height="1"/>',
    b'<animate attributeName="href" to="javascript:evil()"/>',
    b'<set attributeName="onclick" to="evil()"/>',
    b"<!-- evil -->",
    b"<?xml-stylesheet href='https://evil.example/a.css'?>",
    b'<metadata>evil</metadata><g inkscape:path="/home/evil" xmlns:inkscape="urn:inkscape"/>',
    b'<handler xmlns="http://www.w3.org/2001/xml-events">evil()</handler>',
    b'<g xml:base="https://evil.example/"/>',
]


@pytest.mark.parametrize("inside", HOSTILE_SVG)
def test_a_drawing_keeps_its_shapes_and_nothing_that_acts(inside):
    """Scripts, handlers, addresses of other hosts and what an editor left are gone; the shapes stay."""
    made = images.clean(SVG_HEAD + inside + b'<circle r="3"/></svg>')
    assert b"evil" not in made
    assert b'<circle r="3"/>' in made


def test_a_drawing_that_only_draws_is_left_as_it_was():
    """Gradients, uses and styles that stay inside the file are kept."""
    inside = b'<style>rect{fill:url(#g)}</style><g id="g"/><use xlink:href="#g"/><rect style="fill:url(\'#g\')"/>'
    assert SVG_HEAD + inside + b"</svg>\n" == images.clean(SVG_HEAD + inside + b"</svg>")


def test_a_photograph_inside_a_drawing_loses_its_camera_data():
    """Editors embed photographs whole, place and all."""
    from base64 import b64decode, b64encode

    data = saved(photo(), "JPEG")
    made = images.clean(SVG_HEAD + b'<image href="data:image/jpeg;base64,' + b64encode(data) + b'"/></svg>')
    inside = b64decode(made.partition(b"base64,")[2].partition(b'"')[0])
    assert MARKER.encode() not in inside
    assert (640, 480) == opened(inside).size


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="40" height="20"', (40, 20)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('width="30pt" height="1pc"', (40, 16)),
        ('viewBox="0 0 120 60"', (120, 60)),
        ('viewBox="0,0,120,60"', (120, 60)),
        ('width="100%" height="100%" viewBox="0 0 120 60"', (120, 60)),
        ('width="240" viewBox="0 0 120 60"', (240, 120)),
        ('height="30" viewBox="-5 -5 120 60"', (60, 30)),
        ('viewBox="a b c d"', (300, 150)),
        ("", (300, 150)),
    ],
)
def test_a_drawing_has_the_size_a_browser_gives_it(attributes, size):
    """As written, else by its viewBox, else 300 × 150."""
    assert size == svg.size(f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}/>'.encode())
