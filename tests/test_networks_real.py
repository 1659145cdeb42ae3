"""The promises against real servers: Bluesky's PDS, a Mastodon API, SMTP, S3; a lossy line is put before them."""

import http.client
import json
import urllib.request
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest
from msgspec.structs import replace

from tertulia.deploy.base import Manifest, files_of, plan
from tertulia.deploy.targets import target_for
from tertulia.syndication.networks.base import Message, Remote
from tertulia.syndication.networks.bluesky import POST as RECORDS
from tests import test_deploy
from tests.fakes import Asked, Fake
from tests.house import POST, House
from tests.patience import PATIENCE, eventually
from tests.real import servers, storage
from tests.real.servers import started

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("socket_enabled")]


# What belongs to one connection, and the compression that we would have to undo.
PASSED_OVER = ("host", "connection", "accept-encoding")


class Line(Fake):
    """Passes every request on to a real server, and loses what it is told to lose."""

    upstream = ""
    account: dict[str, str] = {}  # noqa: RUF012 (set once, by the fixture)

    def environ(self) -> dict[str, str]:
        return {name: value.replace("{url}", self.url) for name, value in self.account.items()}

    def creates(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/statuses", "repo.putRecord"))

    def answer(self, method: str, path: str, asked: Asked):
        parts = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
        headers = {name: value for name, value in asked.headers.items() if name.lower() not in PASSED_OVER}
        query = "?" + urlencode(asked.query) if asked.query else ""
        connection.request(method, path + query, asked.body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text


@pytest.fixture(scope="module")
def mastodon():
    server = servers.mastodon()
    url = started(server)

    class Mastodon(Line):
        name = "mastodon"
        upstream = url
        account = {"MASTODON_URL": "{url}", "MASTODON_TOKEN": servers.BLOG_TOKEN}  # noqa: RUF012

    yield Mastodon
    server.__exit__(None, None, None)


@pytest.fixture(scope="module")
def bluesky():
    server = servers.bluesky()
    pds, _appview = started(server)
    body = {"handle": "bitacora.test", "email": "b@blog.example", "password": "una-clave-larga"}
    ask(f"{pds}/xrpc/com.atproto.server.createAccount", body)

    class Bluesky(Line):
        name = "bluesky"
        upstream = pds
        account = {  # noqa: RUF012
            "BLUESKY_URL": "{url}",
            "BLUESKY_HANDLE": "bitacora.test",
            "BLUESKY_APP_PASSWORD": "una-clave-larga",
        }

    yield Bluesky
    server.__exit__(None, None, None)


def ask(url, body=None):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return json.loads(answer.read())


@pytest.fixture(params=["mastodon", "bluesky"])
def house(request, tmp_path):
    made = House(tmp_path, request.getfixturevalue(request.param))
    made.clock = datetime.now(UTC)  # the servers keep their own time
    yield made
    made.fake.close()


def fresh(house, name):
    """A post that no other test has announced."""
    return replace(POST, id=name, url=f"https://blog.example/{name}/", date=house.clock - timedelta(hours=1))


def there(house, post):
    """How many posts of ours lead to *post*, as the server tells."""
    if house.name == "mastodon":
        pages = house.network._own_statuses(since=house.clock - timedelta(days=9), replies=True)
        return sum(post.url in status["content"] for status in pages)
    asked = {"repo": house.network._session()["did"], "collection": RECORDS, "limit": 100}
    records = house.network._xrpc("GET", "com.atproto.repo.listRecords", params=asked)["records"]
    return sum(post.url in json.dumps(record) for record in records)


def test_published_found_edited_deleted(house):
    """One post, with picture and words; found by a new store; edited; deleted twice."""
    post = fresh(house, f"todo-{house.name}")
    assert [one.state for one in house.announce(post)] == ["delivered"]
    assert there(house, post) == 1
    (house.folder / "var/conversation").rename(house.folder / "var/aside")
    house.lose_store()
    assert [one.state for one in house.announce(post)] == ["delivered"]
    assert there(house, post) == 1
    row = house.store.deliveries.all()[0]
    remote, message = msgspec.json.decode(row.remote, type=Remote), msgspec.json.decode(row.message, type=Message)
    changed = house.network.edit(remote, replace(message, text=message.text.replace("Votar", "Corregido: votar")))
    assert changed.id == remote.id
    assert there(house, post) == 1
    house.network.delete(changed)
    house.network.delete(changed)
    assert there(house, post) == 0


@pytest.mark.parametrize("fault", ["drop before", "drop after", "500 after", "garbled after"])
def test_an_answer_lost_is_one_post(house, fault):
    """Whatever the line loses, later runs end with one post."""
    post = fresh(house, f"perdida-{fault.replace(' ', '-')}-{house.name}")
    house.fake.fail_next(fault)
    assert house.announce(post)[0].state in ("unknown", "waiting")
    house.clock += timedelta(minutes=30)
    house.announce(post)
    assert there(house, post) == 1


def test_a_thread_hangs_together(house):
    """Each part answers the one before."""
    post = replace(fresh(house, f"hilo-{house.name}"), said={house.name: "hilo: " + "¿Qué tal, ñandú? Bien. " * 40})
    assert {one.state for one in house.announce(post)} == {"delivered"}
    assert len(house.store.deliveries.all()) > 1


def test_a_picture_with_its_alt(house):
    """With the link in the author's own words the picture goes as a picture, alt text and all."""
    post = replace(fresh(house, f"foto-{house.name}"), said={house.name: "Mira «esto»: {link} #Año"})
    assert [one.state for one in house.announce(post)] == ["delivered"]


def test_bluesky_facets_mark_what_they_say(bluesky, tmp_path):
    """Hashtags after «¿Qué tal, ñandú? 👩‍👧» are marked by the right bytes, as the server keeps them."""
    house = House(tmp_path, bluesky)
    house.clock = datetime.now(UTC)
    house.announce(fresh(house, "facetas"))
    remote = msgspec.json.decode(house.store.deliveries.all()[0].remote, type=Remote)
    value = house.network._xrpc(
        "GET", "com.atproto.repo.getRecord", params=house.network._named(remote.id.rpartition("/")[2])
    )["value"]
    data = value["text"].encode()
    marked = [data[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in value["facets"]]
    assert marked == ["#ClientePitero", "#AtenciónAlCliente"]
    assert value["embed"]["external"]["thumb"]["size"] <= 1_000_000
    house.fake.close()


def test_letters_arrive_whole(tmp_path):
    """A real mail server takes the letter, ñ and emoji included."""
    server = storage.smtp()
    port, folder = started(server)

    class Mail(Fake):
        name = "mail"

        def environ(self) -> dict[str, str]:
            return {
                "SMTP_URL": f"smtp://127.0.0.1:{port}",
                "MAIL_FROM": "a@blog.example",
                "SECRET_KEY": "un secreto bastante largo",
            }

    house = House(tmp_path, Mail)
    assert [one.state for one in house.announce()] == ["delivered"]
    (file,) = eventually(lambda: list(folder.iterdir()))
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert "ñandú? 👩‍👧" in letter.get_body(("plain",)).get_content()
    server.__exit__(None, None, None)
    house.fake.close()


def test_a_site_goes_to_s3(tmp_path):
    """Put, changed, deleted; what is not ours stays."""
    server = storage.s3()
    url = started(server)
    tools = test_deploy.context(
        tmp_path, {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret-key"}, [urlsplit(url).netloc]
    )
    urllib.request.urlopen(urllib.request.Request(f"{url}/cubo", method="PUT"))
    target = target_for(f"s3://cubo/blog?endpoint={url}", tools)
    output = test_deploy.build(tmp_path / "output")
    test_deploy.put(target, output)
    (output / "images/plaza.webp").unlink()
    change = plan(target.manifest(), new=Manifest(files=files_of(output)))
    assert (change.put, change.delete) == ((), ("images/plaza.webp",))
    target.apply(output, change)
    assert target.manifest() == Manifest(files=files_of(output))
    server.__exit__(None, None, None)
