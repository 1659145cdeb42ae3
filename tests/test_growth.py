"""Twice the text takes twice the time, whatever is repeated in it: no post keeps a build waiting."""

import ctypes
import gc
import time
from contextlib import suppress

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
# https://www.man7.org/linux/man-pages/man3/mallopt.3.html
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


@pytest.fixture(scope="module")
def seconds():
    md = converter(siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags())

    gc.collect()
    gc.freeze()  # the collector need not look through what other tests have left, each time
    with suppress(AttributeError, OSError, TypeError):  # no glibc
        # Each match copies its paragraph. Memory given back to the system after each costs far more than the copy.
        allocator = ctypes.CDLL(None)
        allocator.mallopt(M_TRIM_THRESHOLD, 2**30)
        allocator.mallopt(M_MMAP_THRESHOLD, 2**25)

    def taken(text):
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

    taken("a [b](c) `d`")
    yield taken
    gc.unfreeze()


def grows(seconds, once, twice):
    """Whether *twice* takes far more than double the time of *once*."""
    return min(seconds(twice) for _ in range(2)) > 3 * min(seconds(once) for _ in range(2))


@pytest.mark.parametrize("between", BETWEEN, ids=repr)
def test_time_grows_with_the_text(seconds, between):
    """Thousands of any opening sign that nothing closes, alone or with a letter, a blank or a line between."""
    slow = []
    for opening in OPENINGS:
        piece = (opening + between).replace("[a]b", "[a b")
        once, twice = piece * (SIZE // len(piece)), piece * (2 * SIZE // len(piece))
        if seconds(twice) < 0.1:  # four times as long as the half of it, it would still be nothing
            continue
        if grows(seconds, once, twice) and grows(seconds, twice, 2 * twice):  # what a machine adds, it adds once
            slow.append(piece)
    assert [] == slow


@pytest.mark.parametrize("piece", ["[x]:\n", "[x]:\n\n", "<?\\\n", "[a]: /b\n"])
def test_a_very_long_text_is_no_exception(seconds, piece):
    """What is copied at each step takes no time in a short text, and all of it in one of many thousand lines."""
    once, twice = piece * (20_000 // len(piece)), piece * (40_000 // len(piece))
    assert not (grows(seconds, once, twice) and grows(seconds, twice, 2 * twice))
