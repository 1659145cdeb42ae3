"""What each network's listener hears in an example of its answers."""

import pytest

from tertulia.core.languages import say
from tertulia.syndication.networks.base import Remote
from tertulia.syndication.networks.listening import listener_classes
from tests.collecting import House, listener


@pytest.fixture(params=listener_classes())
def network(request, tmp_path):
    """A house that listens to one real network's answers."""
    one, api = listener(request.param, tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    yield house, api
    house.store.close()


def test_every_network_keeps_the_promises(network):
    """No error, something heard, its answers nested, nothing new the second time, nobody who asked to be left out."""
    house, _api = network
    (first,) = house.run()
    before = [(one.key, one.text, one.parent) for one in house.said()]
    (second,) = house.run(everything=True)
    after = [(one.key, one.text, one.parent) for one in house.said()]
    assert ([], False, False) == (first.notes, first.failed, second.failed)
    assert before == after != []
    assert any(one.parent for one in house.said()) or house.collector.listeners[0].name == "x"
    refused = ("no me", "nada de puentes", "tampoco</", "oculta", "escondida", "bloqueada", "pide que", "solo con",
               "etiquetada", "sin listar", "soy un bot", "fuera de hilo")  # fmt: skip
    assert [] == [one.text for one in house.said() if any(words in one.text.lower() for words in refused)]
    assert [] == [one.html for one in house.said() if "<script" in one.html or "<b>" in one.html]


def texts(house):
    return [(one.kind, one.text, one.handle) for one in house.said()]


def test_mastodon(tmp_path):
    """Thread, quotes, mentions; edits dated; warnings kept; numbers; who asked to be left out is."""
    one, api = listener("mastodon", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [
        ("reply", "No pito.", "@ana@mas.example"),
        ("reply", "@ana Yo sí. otro", "@luis@otro.example"),
        ("reply", "Gracias, Ana.", "@bitacora@mas.example"),
        ("reply", "Política & <más>\nCon aviso", "@ana@mas.example"),
        ("quote", "Esto mismo.", "@cita@mas.example"),
        ("mention", "@bitacora lo cuento en esto con mucho detalle", "@lector@mas.example"),
        ("mention", "@bitacora ¿cómo estás?", "@sola@mas.example"),
    ] == texts(house)
    assert ["voto"] * 6 + [""] == [said.post for said in house.said()]
    assert [3] == [said.id for said in house.said() if said.is_owner]
    assert {"like": 5, "repost": 2} == house.shown().counts
    assert "501" == house.store.conversation.get_cursor("collect mastodon mentions")
    house.run()
    assert {"min_id": "501"}.items() <= api.asked[-1][1].items()


def test_mastodon_is_asked_again_when_it_is_fetching(tmp_path):
    """A server that says it is getting more answers is given a moment, and not more than a few."""
    one, api = listener("mastodon", tmp_path)
    api.headers["/api/v1/statuses/1000/context"] = {"mastodon-async-refresh": 'id="x", retry=5, result_count=1'}
    one.thread(Remote(id="1000"))
    assert 3 == [path for path, _ in api.asked].count("/api/v1/statuses/1000/context")


def test_a_status_that_became_private_goes(tmp_path):
    """404, or no longer public: our copy goes; still public: it stays."""
    one, api = listener("mastodon", tmp_path)
    found = api.answers["/api/v1/statuses/1000/context"]["descendants"]
    api.answers["/api/v1/statuses/1"], api.answers["/api/v1/statuses/3"] = found[0], found[2]
    still = one.recheck(["1", "3", "nada"])
    assert ["No pito.", None, None] == [heard and heard.text for heard in still.values()]


def test_bluesky(tmp_path):
    """Nested answers, quotes, posts that link; facets by bytes; labels, blocks, hidden answers obeyed."""
    one, _api = listener("bluesky", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [
        ("reply", "Señal: blog.example mola", "@ana.bsky.social"),
        ("reply", "Anidada\ncon párrafos", ""),
        ("reply", "Respondo yo", "@bitacora.test"),
        ("quote", "Cita propia de esto", "@ana.bsky.social"),
        ("mention", "Lean esto con calma, que merece la pena", "@s.test"),
    ] == texts(house)
    first = house.said()[0]
    assert (
        '<p>Señal: <a href="https://blog.example/" rel="nofollow ugc noopener">blog.example</a> mola</p>' == first.html
    )
    assert "https://bsky.app/profile/ana.bsky.social/post/3a" == first.url
    assert {"like": 6, "repost": 2} == house.shown().counts


def test_x(tmp_path):
    """Mentions, in their threads; t.co written out; retweets and copies are shares; the price is told."""
    one, _api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    (report,) = house.run()
    assert [
        ("reply", "@blog 1 < 2 & ana.example/a?b=1&c=2", "@anax"),
        ("reply", "@anax gracias", "@blog"),
        ("quote", "No lo comparto @blog", "@anax"),
    ] == texts(house)
    assert ["voto"] * 3 == [said.post for said in house.said()]
    assert ({"like": 7, "repost": 4}, 3.7) == (house.shown().counts, round(report.cents, 3))


def test_x_goes_on_with_older_pages_while_money_lasts(tmp_path):
    """More mentions than a page: none is lost, and the next run begins after the newest."""
    one, api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 1000.0
    house.store.conversation.set_cursor("collect x mentions", "4000")
    path = "/2/users/1/mentions"
    first, second = dict(api.answers[path]), dict(api.answers[path])
    first |= {"data": first["data"][:3], "meta": {"next_token": "older"}}
    second |= {"data": second["data"][3:], "meta": {}}
    api.pages = {path: [first, second]}
    house.run()
    asked = [told for where, told in api.asked if where == path]
    assert [("4000", None), ("4000", "older")] == [(told["since_id"], told.get("pagination_token")) for told in asked]
    assert ("5006", 3) == (house.store.conversation.get_cursor("collect x mentions"), len(house.said()))
    house.store.close()


def test_x_without_budget_is_not_asked(tmp_path):
    """Nothing is spent that the owner did not allow."""
    one, api = listener("x", tmp_path)
    house = House(tmp_path, one)
    house.collector.budget_cents = 0.0
    (report,) = house.run()
    assert (0.0, []) == (report.cents, api.asked)


def test_telegram(tmp_path):
    """Comments are the answers to Telegram's own copy of the post; an edit arrives as an edit."""
    one, api = listener("telegram", tmp_path)
    house = House(tmp_path, one)
    house.run()
    assert [("reply", "No pito y me quejo", "@anar"), ("reply", "Yo tampoco", "")] == texts(house)
    assert "https://t.me/tertulianos/11" == house.said()[0].url
    assert house.said()[0].id == house.said()[1].parent
    house.run()
    assert 106 == api.asked[-1][1]["offset"]


def test_what_is_said_in_another_group_is_nobodys_to_read(tmp_path):
    """Every group counts its messages from one: a bot that is in a private one too hears the same numbers there."""
    one, api = listener("telegram", tmp_path)
    house = House(tmp_path, one)
    house.run()
    before = texts(house)
    ana = {"id": 77, "first_name": "Ana"}
    other = {"message_id": 12, "message_thread_id": 10, "from": ana, "chat": {"id": -900}, "text": "Entre nosotras"}
    here = other | {
        "message_id": 16,
        "chat": {"id": -500},
        "text": "En la plaza",
        "reply_to_message": {"message_id": 12},
    }
    told = [{"update_id": 106 + number, "message": one} for number, one in enumerate((other, here))]
    api.answers["/bot1:t/getUpdates"]["result"] = told
    house.run()
    assert [*before, ("reply", "En la plaza", "")] == texts(house)


def test_facebook_and_threads(tmp_path):
    """Comments below comments; the FeedPage's own are the owner's; hidden ones stay hidden."""
    for name, counts in (("facebook", {"like": 9, "repost": 2}), ("threads", {"like": 8, "repost": 1})):
        one, _api = listener(name, tmp_path / name)
        house = House(tmp_path / name, one)
        house.run()
        assert counts == house.shown().counts
        assert ["No pito", "Gracias"] == [said.text for said in house.said() if said.text != "Sin nombre"]
        assert [True] == [said.is_owner for said in house.said() if said.text == "Gracias"]
        house.store.close()


@pytest.mark.parametrize(
    ("created", "indexed", "shown"),
    [
        ("2026-11-22T12:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:00+00:00"),
        ("2031-01-01T00:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:01+00:00"),
        ("2031-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "2026-11-22T18:20:00+00:00"),
        ("1999-01-01T00:00:00Z", "2026-11-22T12:00:01Z", "2026-11-22T12:00:01+00:00"),
        ("1999-01-01T00:00:00Z", "", "2026-11-22T10:00:00+00:00"),
    ],
)
def test_dates_that_a_sender_chooses_have_bounds(tmp_path, created, indexed, shown):
    """Nothing is said before the article that it answers, nor after the network, or we, first saw it."""
    one, api = listener("bluesky", tmp_path)
    post = api.answers["/xrpc/app.bsky.feed.getPostThread"]["thread"]["replies"][0]["post"]
    post["record"]["createdAt"], post["indexedAt"] = created, indexed
    house = House(tmp_path, one)
    house.run()
    assert shown == house.said()[0].published.isoformat()
    house.store.close()


def test_what_a_warning_hides_stays_behind_it(tmp_path):
    """A content warning is what is read first; the words open below it when the reader wants."""
    one, _api = listener("mastodon", tmp_path)
    (warned,) = [heard for heard in one.thread(Remote(id="1000")).comments if "Con aviso" in heard.text]
    assert "<details><summary>Política &amp; &lt;más&gt;</summary><p>Con aviso</p></details>" == warned.html


def test_quiet_public_answers_are_left_out_and_counted(tmp_path):
    """ "Unlisted" is not for everybody to find: it stays there, and the run says how many."""
    one, api = listener("mastodon", tmp_path)
    descendants = api.answers["/api/v1/statuses/1000/context"]["descendants"]
    quiet = sum(each["visibility"] == "unlisted" for each in descendants)
    house = House(tmp_path, one)
    (report,) = house.run()
    assert quiet > 0
    assert say("collect_unlisted", n=quiet) in str(report)
    house.store.close()
