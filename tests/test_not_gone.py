"""What a broken neighbour does not know is not gone: a proxy set up wrong, a wall, a page that says "We'll be back"."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest

from tertulia.core.errors import NetworkError
from tertulia.core.fetch import Fetched
from tertulia.store.said import Status
from tertulia.syndication.networks.base import Message, Remote, RetryLaterError
from tertulia.syndication.networks.listening import listener_classes
from tests.collecting import NOW, House, listener
from tests.fakes import FAKES
from tests.house import House as Blog

PAGE = b"<!doctype html><title>Just a moment\xe2\x80\xa6</title><p>Volvemos enseguida."
ROUTE = b'{"statusCode":404,"message":"no Route matched with those values"}'
ODD = {
    "not found": (404, PAGE),
    "nothing": (404, b""),
    "a gateway": (404, ROUTE),
    "a framework": (404, b'{"error":"Not Found"}'),
    "another framework": (404, b'{"status":404,"title":"Not Found","error":"Not Found","path":"/api/v1/statuses/31"}'),
    "a list of errors": (404, b'{"errors":[{"status":"404","title":"Not Found"}]}'),
    "gone": (410, PAGE),
    "forbidden": (403, PAGE),
    "a bad request": (400, PAGE),
    "a page": (200, PAGE),
    "an empty object": (200, b"{}"),
    "an empty list": (200, b"[]"),
    "a good error": (200, b'{"error":"Service unavailable"}'),
}


@pytest.fixture(params=listener_classes())
def network(request, tmp_path):
    """A house that has heard a network, and approved all that it heard."""
    one, api = listener(request.param, tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    house.run()
    for said in house.said():
        house.store.conversation.decide(said.key, Status.APPROVED, "owner", house.clock, version=said.version)
    house.collector.show("voto", "es")
    yield house, api
    house.store.close()


def there(house):
    """What readers see."""
    return [(one.key, one.status, one.html) for one in house.said()], house.shown()


def test_a_broken_server_takes_nothing_back(network):
    """Not a word, not a like, whatever it answers to whatever it is asked, and however often."""
    house, api = network
    before = there(house)
    for odd, (status, body) in ODD.items():
        api.request = lambda method, url, *, said=(status, body), **_more: Fetched(url, said[0], {}, said[1])
        for _day in range(2):
            house.clock += timedelta(days=2)
            house.run(everything=True)
        assert before == there(house), odd


# What each network says, by itself, of one thing that is gone: the path it is asked at, and the answer.
GONE = {
    "mastodon": ("/api/v1/statuses/", 404, {"error": "Record not found"}),
    "bluesky": ("/xrpc/app.bsky.feed.getPosts", 200, {"posts": []}),
    "x": ("/oembed", 404, {"error": "Not Found"}),
    "facebook": ("/", 400, {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}),
    "threads": ("/", 400, {"error": {"code": 100, "error_subcode": 33, "message": "does not exist"}}),
}


@pytest.mark.parametrize("name", GONE)
def test_what_a_network_says_is_gone_is_gone(tmp_path, name):
    """In its own way of saying so; of X, the very first post is there meanwhile."""
    one, api = listener(name, tmp_path)
    path, status, said = GONE[name]
    answer = api.request

    def request(method, url, **more):
        if "status%2F20" in url:
            return Fetched(url, 200, {}, b'{"html":"just setting up my twttr"}')
        if path in url and not url.endswith("createSession"):
            return Fetched(url, status, {}, msgspec.json.encode(said))
        return answer(method, url, **more)

    api.request = request
    uri = "at://did:plc:ana/app.bsky.feed.post/3x" if name == "bluesky" else "31"
    assert {uri: None} == one.recheck([uri])


@pytest.mark.parametrize(("knows_us", "is_gone"), [(True, True), (False, False)])
def test_a_server_that_says_it_with_a_page_must_know_us(tmp_path, knows_us, is_gone):
    """As snac2 says it: who stands in a server's place knows nobody's account."""
    one, api = listener("mastodon", tmp_path)
    answer = api.request

    def request(method, url, **more):
        if url.endswith("verify_credentials") and knows_us:
            return answer(method, url, **more)
        return Fetched(url, 404, {"content-type": "text/html"}, b"<h1>404 Not Found</h1>")

    api.request = request
    for asked in ("31", "32", "33"):
        assert (dict.fromkeys([asked]) if is_gone else {}) == one.recheck([asked])


FRAMEWORK = (
    b'{"status":404,"code":404,"title":"Not Found","error":"Not Found","message":"Not Found",'
    b'"errors":[{"title":"Not Found"}]}'
)
WEBHOOK = b'{"message": "Unknown Webhook", "code": 10015}'
DELETING = ("mastodon", "x", "linkedin", "discord", "facebook", "threads")


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize(
    ("name", "body"), [*((name, body) for name in DELETING for body in (PAGE, b"", FRAMEWORK)), ("discord", WEBHOOK)]
)
def test_nothing_is_taken_down_by_who_is_not_the_network(tmp_path, name, body):
    """What a broken proxy, or a channel whose webhook has gone, does not know is still to be seen."""
    blog = Blog(tmp_path, FAKES[name])
    web = SimpleNamespace(request=lambda method, url, **_more: Fetched(url, 404, {}, body))
    network = type(blog.network)(replace(blog.network.context, web=web))
    with pytest.raises(NetworkError):
        network.delete(Remote(id="1"))
    blog.close()


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("body", [PAGE, ROUTE, b"", b'{"error":"Not Found"}'])
def test_an_answer_waits_for_the_server_that_it_is_for(tmp_path, body):
    """What it answers is not gone because a proxy says so: it is not refused."""
    blog = Blog(tmp_path, FAKES["mastodon"])
    web = SimpleNamespace(request=lambda method, url, **_more: Fetched(url, 404, {}, body))
    network = type(blog.network)(replace(blog.network.context, web=web))
    message = Message(text="Sí.", lang="es", link="", title="", date=NOW, part="answer", answers="1134")
    with pytest.raises(RetryLaterError):
        network.answer_place(message)
    blog.close()
