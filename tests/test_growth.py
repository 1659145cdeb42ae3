"""Twice the text takes twice the time, whatever is repeated in it: no post keeps a build waiting."""

import gc
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from multiprocessing import get_context

import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render import prose
from tertulia.render.converter import converter
from tertulia.render.document import Document

pytestmark = pytest.mark.slow

# Every sign that opens something: Markdown's, ours, other programs'.
OPENINGS = r"""
    [ [[ ![ ![[ ]( [a]( [a](< [^ [^1]: [x]: * ** *** _ __ ~~ == ` `` ``` \``` ~~~ < </ <a <div <p> <!-- <? <![CDATA[
    <!a <pre <code <script <b> <a> & &# \ \( \[ $ $$ $` \begin{align} { {: {::comment} {# {#a {% {%a {{ {{< {{% {{!
    {%note%} {{%tip%}}
    {%raw%} {%comment%} {>> {/* <%# <%-- %% 5%% ###. #+begin_comment ::: :::note :::comment !!! ??? > - 1. • # @a #a
    http:// http://a.b/ http://a.b/( www.a.b( <http:// | a|b *[a]: " ' « -- [gallery [a]b=" [embed] [toc ]: @/ ( ) {.a
    <svg <details> <td <br =" {filename} www. <kbd>
""".split()  # noqa: SIM905
BETWEEN = ("", "a", "\n", " ", "\na ")
SIZE = 2_500  # characters


@pytest.fixture(scope="module")
def apart():
    """A process of its own: where thousands of tests have run, a large text costs more for where it finds memory."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield lambda asked, *given: pool.submit(asked, *given).result()


def slow_of(between: str) -> list[str]:
    """What takes far more than double the time where it stands twice as often."""
    slow = []
    for opening in OPENINGS:
        piece = (opening + between).replace("[a]b", "[a b")
        if seconds(piece * (2 * SIZE // len(piece))) < 0.1:  # four times as long as the half of it, it would be nothing
            continue
        if is_slow(piece, SIZE):
            slow.append(piece)
    return slow


def is_slow(piece: str, size: int) -> bool:
    """Whether twice *size* takes far more than double the time, twice over: what a machine adds, it adds once."""
    once, twice = piece * (size // len(piece)), piece * (2 * size // len(piece))
    return _grows(once, twice) and _grows(twice, 2 * twice)


def _grows(once: str, twice: str) -> bool:
    return min(seconds(twice) for _ in range(2)) > 3 * min(seconds(once) for _ in range(2))


@cache
def _markdown():
    return converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())


def seconds(text: str) -> float:
    """Seconds of the processor that *text* takes."""
    md = _markdown()
    md.document = Document("content/posts/a.md", "es", text, 1)
    md.reset()
    gc.collect()
    gc.disable()
    begun = time.process_time()
    try:
        with suppress(RecursionError):  # told as too deep
            prose.blocks(md.convert(text))
        return time.process_time() - begun
    finally:
        gc.enable()


@pytest.mark.parametrize("between", BETWEEN, ids=repr)
def test_time_grows_with_the_text(apart, between):
    """Thousands of any opening sign that nothing closes, alone or with a letter, a blank or a line between."""
    assert [] == apart(slow_of, between)


@pytest.mark.parametrize("piece", ["[x]:\n", "[x]:\n\n", "<?\\\n", "[a]: /b\n"])
def test_a_very_long_text_is_no_exception(apart, piece):
    """What is copied at each step takes no time in a short text, and all of it in one of many thousand lines."""
    assert not apart(is_slow, piece, 20_000)
