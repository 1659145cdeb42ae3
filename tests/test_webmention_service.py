"""Webmentions at the service's door: answered at once, looked at behind it, told to whoever asks."""

import xmlrpc.client

import pytest

from tertulia.web.webmention import receiver
from tests.mentioning import SOURCE, Sites, example
from tests.talking import POST, SITE, Talk
from tests.test_webmention import call

TARGET = POST.url
PLAIN = {"Accept": "*/*"}


@pytest.fixture
def talk(tmp_path):
    """A blog with its service, its post built, and one other site."""
    found = Talk(tmp_path)
    page = tmp_path / "output" / "2026/11/el-voto-util/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<p>El voto útil</p>", "utf-8")
    object.__setattr__(found.blog, "fetcher", Sites())
    found.blog.fetcher.put(SOURCE, example("reply"))
    yield found
    found.store.close()


def tell(talk, headers=PLAIN, **fields):
    return talk.browser.post("/webmention", data={"source": SOURCE, "target": TARGET} | fields, headers=headers)


def test_it_is_taken_with_202_and_the_address_of_its_status(talk):
    """Nothing is fetched while the other side waits."""
    answer = tell(talk)
    assert (202, []) == (answer.status_code, talk.blog.fetcher.asked)
    assert answer.headers["Location"].startswith(f"{SITE}/webmention/")
    assert answer.headers["Location"] in answer.get_data(as_text=True)


def test_the_status_page_follows_it(talk):
    """Queued, waiting for the owner, published, taken back: in words."""
    where = tell(talk).headers["Location"].removeprefix(SITE)

    def status():
        return talk.browser.get(where, headers={**PLAIN, "Accept-Language": "en"}).get_data(as_text=True).strip()

    seen = [status()]
    receiver(talk.blog).work()
    seen.append(status())
    (said,) = talk.store.conversation.find()
    talk.blog.moderator.decide(said.key, "approved", said.version)
    seen.append(status())
    talk.blog.fetcher.put(SOURCE, "", status=410)
    tell(talk)
    receiver(talk.blog).work()
    seen.append(status())
    keys = ("mention_queued", "mention_waiting", "mention_approved", "mention_gone")
    assert [talk.blog.info.t(key, "en") for key in keys] == seen


@pytest.mark.parametrize(
    "fields", [{"source": ""}, {"target": ""}, {"source": TARGET}, {"target": "https://otro.example/"}]
)
def test_a_bad_request_is_400_and_says_why(talk, fields):
    """The Recommendation's MUSTs, at the door."""
    answer = tell(talk, **fields)
    assert (400, 0) == (answer.status_code, talk.store.mentions.queued())
    assert answer.get_data(as_text=True).strip()


def test_a_person_gets_pages(talk):
    """The same for a browser: a form, and what became of it, without JavaScript."""
    page = talk.browser.get(f"/webmention?target={TARGET}").get_data(as_text=True)
    assert f'value="{TARGET}"' in page and 'method="post"' in page
    answer = tell(talk, {"Accept": "text/html"})
    assert 202 == answer.status_code and f"<h1>{talk.blog.info.t('mention_queued', 'es')}" in answer.get_data(
        as_text=True
    )
    wrong = tell(talk, {"Accept": "text/html"}, source='"><script>alert(1)</script>').get_data(as_text=True)
    assert f"<h1>{talk.blog.info.t('mention_bad_address', 'es')[:20]}" in wrong and "alert(1)" not in wrong


def test_an_unknown_status_is_404(talk):
    """Nobody learns anything by guessing."""
    assert 404 == talk.browser.get("/webmention/nada").status_code


def test_too_many_from_one_place_wait(talk):
    """A program that tells for ever is stopped at the door."""
    codes = [tell(talk).status_code for _time in range(301)]
    assert [202] * 300 + [429] == codes


def test_a_pingback_is_taken_like_a_webmention(talk):
    """The older protocol comes to the same."""
    answer = talk.browser.post("/pingback", data=call(target=TARGET), content_type="text/xml")
    xmlrpc.client.loads(answer.get_data(as_text=True))
    receiver(talk.blog).work()
    (said,) = talk.store.conversation.find()
    assert ("reply", "waiting", [("webmention", f"{SOURCE} {TARGET}")]) == (
        said.kind, said.status, [way[:2] for way in said.sources],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (call(target="https://otro.example/"), 33),
        (call(target=f"{SITE}/nada/"), 32),
        (call(source_url=f"{SITE}/otra/", target=TARGET), 49),
        (call(source_url="nada", target=TARGET), 0),
        (b"<x>", -32600),
    ],
)
def test_a_bad_pingback_gets_its_fault(talk, body, code):
    """Numbers as the specification gives them."""
    answer = talk.browser.post("/pingback", data=body, content_type="text/xml")
    with pytest.raises(xmlrpc.client.Fault) as fault:
        xmlrpc.client.loads(answer.get_data(as_text=True))
    assert code == fault.value.faultCode
