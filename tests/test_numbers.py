"""No number that somebody else writes stops anything, whatever its digits."""

import socket
import threading

import pytest
from lxml import html

from tertulia.cli import port_of
from tertulia.core.errors import TertuliaError
from tertulia.core.fetch import Fetcher
from tertulia.core.numbers import number_of
from tertulia.embeds import providers
from tertulia.embeds.providers import x
from tertulia.embeds.providers.page import _Said, _seconds
from tertulia.render import prose, svg

LONG = "9" * 5000  # more digits than Python reads
ODD = ["", "²", "--5", "5-", "1e3", "0x1", "½", "五", "+1", " 1", LONG, f"-{LONG}"]
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="M0 0"/></svg>'


@pytest.mark.parametrize("written", ODD)
def test_what_is_no_number_is_none(written):
    """Nor is what has more digits than anybody means."""
    assert -7 == number_of(written, -7)


@pytest.mark.parametrize(("written", "number"), [("0", 0), ("-5", -5), ("٣", 3), ("007", 7), ("9" * 18, 10**18 - 1)])
def test_a_number_is_one_in_any_script(written, number):
    """With a sign, or with noughts before it."""
    assert number == number_of(written, -7)


@pytest.mark.parametrize("written", ODD)
def test_a_list_begins_at_one_where_nobody_can_read_its_start(written):
    """``<ol start="²">`` of an author costs no post."""
    root = html.fromstring(f'<div><ol start="{written}"><li>Uno.</li><li value="{written}">Dos.</li></ol></div>')
    assert (1, 4) == (prose._first_number(root[0]), prose._number(root[0][1], 4))


@pytest.mark.parametrize("seconds", [LONG, "²", "-1", "PT" + LONG + "S", "P" + LONG + "DT1H"])
def test_a_page_says_how_long_its_film_is_in_numbers(seconds):
    """What a stranger's page says besides is not said."""
    tree = html.fromstring(f'<html><head><meta property="og:video:duration" content="{seconds}"></head><body></html>')
    told = _Said(tree, "https://a.example/").seconds(f'{{"duration": "{seconds}"}}')
    assert (0, 0) == (told, _seconds(seconds))


@pytest.mark.parametrize(("written", "votes"), [("3", 3), ("0", 0), ("-5", -1), ("²", -1), (LONG, -1)])
def test_nobody_has_less_than_no_votes(written, votes):
    """What a poll does not say in numbers, it does not say."""
    card = {
        "name": "poll1",
        "binding_values": {"choice1_label": {"string_value": "Sí"}, "choice1_count": {"string_value": written}},
    }
    assert [votes] == [choice.votes for choice in x._poll(card)]


@pytest.mark.parametrize("address", [
    f"https://youtu.be/aB3_dE-fG1h?t={LONG}", f"https://youtu.be/aB3_dE-fG1h?t={LONG}h1m",
    f"https://x.com/a/status/{LONG}",
])  # fmt: skip
def test_an_address_with_too_many_digits_is_an_address(address):
    """A film begins at its beginning; what no network could have numbered so is any page."""
    assert (0, True) == (providers.start_of(address), providers.find(address).provider.name in ("youtube", "page"))


@pytest.mark.parametrize("said", [
    'viewBox="1.2.3 0 4 4"', 'viewBox="0 0 1e999 1"', f'viewBox="0 0 {LONG} 1"', f'width="{LONG}"', 'width="1.2.3"',
    'width="1e400" height="2"', 'viewBox="0 0 1e300 1e-300" height="1"', 'viewBox="nan inf 0 0"', 'viewBox="0 0 -1 1"',
])  # fmt: skip
def test_a_drawing_of_any_size_has_one(said):
    """Never less than a pixel, never more than there are numbers for."""
    assert all(1 <= side <= 1_000_000 for side in svg.size(DRAWING.format(said).encode()))


@pytest.mark.parametrize("typed", [LONG, "²", "-1", ""])
def test_a_port_that_is_none_is_told(typed):
    """In one line."""
    with pytest.raises(TertuliaError, match="puerto"):
        port_of(typed)


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("length", [b"\xb2", LONG.encode(), b"-3", b""])
def test_a_server_may_say_any_length(length):
    """What follows is read, and what is too long cut, whatever ``Content-Length`` says."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def answer():
            peer, _ = server.accept()
            with peer:
                peer.recv(9000)
                peer.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: " + length + b"\r\n\r\nhola")

        threading.Thread(target=answer, daemon=True).start()
        found = Fetcher([f"127.0.0.1:{port}"]).request("GET", f"http://127.0.0.1:{port}/")
    assert (200, "hola") == (found.status, found.text)
