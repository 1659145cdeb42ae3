"""What the owner gives an address of: read as anybody may see it, and believed by where its bytes came from."""

import json

import pytest

from tertulia.conversation.pasted import captured
from tertulia.core.fetch import Fetched
from tests.fakes import NOW

AMIGA = "https://amiga.example/@amiga"


class Web:
    """Answers by address; what is not there is 404."""

    def __init__(self, answers):
        self.answers = answers

    def request(self, _method, url, **_named):
        """An answer, and the address that it came from in the end."""
        final, kind, body = self.answers.get(url, (url, "text/plain", ""))
        return Fetched(url=final, status=200 if body else 404, headers={"content-type": kind}, body=body.encode())


def status(**told):
    """A status as a server of Mastodon's API tells it."""
    account = {"display_name": "La amiga", "acct": "amiga", "username": "amiga", "url": AMIGA, "avatar": ""}
    one = {"id": "123", "content": "<p>Mira esto</p>", "visibility": "public", "created_at": NOW.isoformat()}
    return json.dumps({**one, "url": f"{AMIGA}/123", "account": account, "uri": f"{AMIGA}/123", **told})


@pytest.mark.parametrize(
    ("url", "final", "is_vouched"),
    [
        (f"{AMIGA}/123", "https://amiga.example/api/v1/statuses/123", True),
        ("https://evil.example/@amiga/123", "https://evil.example/api/v1/statuses/123", False),
        (f"{AMIGA}/123", "https://evil.example/api/v1/statuses/123", False),  # an open redirect of hers
        ("https://amiga.example/@malo/123", "https://amiga.example/api/v1/statuses/123", False),
    ],
)
def test_a_server_that_anybody_may_run_speaks_for_its_own(url, final, is_vouched):
    """Not for the person whom the owner trusts, by a redirect neither; nor under an address that is not its own."""
    asked = f"{url[: url.index('/@')]}/api/v1/statuses/123"
    network, heard = captured(url, Web({asked: (final, "application/json", status())}), "", lambda: NOW)
    assert ("mastodon", is_vouched) == (network, heard.author.is_vouched)
    assert is_vouched == (heard.author.identity == AMIGA)
    assert is_vouched == (heard.id == f"{AMIGA}/123") or url == f"{AMIGA}/123"


def test_a_page_speaks_for_nobody_elses_address():
    """Its author's address is one that it has itself, or the name is worth nothing."""
    page = '<title>Hola</title><meta name="author" content="La amiga"><meta property="og:description" content="Mira">'
    url = "https://evil.example/p"
    _, heard = captured(url, Web({url: (url, "text/html", page)}), "", lambda: NOW)
    assert (False, url) == (heard.author.is_vouched, heard.id)


def test_a_service_of_one_host_is_believed():
    """X says who wrote what is on X."""
    told = {"author_name": "Ana", "author_url": "https://x.com/ana", "html": "<blockquote><p>Hola</p></blockquote>"}

    class Everywhere(Web):
        """Says the same at every address."""

        def request(self, _method, url, **_named):
            body = json.dumps(told).encode()
            return Fetched(url=url, status=200, headers={"content-type": "application/json"}, body=body)

    network, heard = captured("https://x.com/ana/status/1234567890", Everywhere({}), "", lambda: NOW)
    assert ("x", "1234567890", True) == (network, heard.id, heard.author.is_vouched)
