"""One odd item within a network's answer costs itself only, whichever network, wherever it stands; and it is told."""

import copy
import json

import pytest

from tertulia.core.errors import TertuliaError
from tertulia.syndication.networks.base import CredentialsExpiredError, Remote, RetryLaterError
from tertulia.syndication.networks.listening import listener_classes
from tertulia.syndication.networks.listening.answers import MOST_FAILURES, Items
from tests.collecting import ANNOUNCED, House, listener

ODD = [None, 7, "x", [], {}, {"id": {}}, {"post": 7}, {"replies": 7}]


def heard(one):
    """All that a listener hears: below our announcement, and in its feeds."""
    remote = Remote(id=ANNOUNCED[one.name], url="")
    found = [*one.thread(remote).comments]
    for read in one.feeds("https://blog.example").values():
        found += read("").comments
    return {said.id for said in found}


def lists(value):
    """Every list of objects in an answer."""
    if isinstance(value, list) and any(isinstance(each, dict) for each in value):
        yield value
    for inside in value if isinstance(value, list) else value.values() if isinstance(value, dict) else ():
        yield from lists(inside)


def leaves(value):
    """Every member of an answer's items: the object and the key."""
    for key, inside in list(value.items()) if isinstance(value, dict) else enumerate(value):
        if isinstance(value, dict):
            yield value, key
        if isinstance(inside, dict | list):
            yield from leaves(inside)


@pytest.mark.parametrize("name", listener_classes())
def test_odd_items_beside_good_ones_keep_none_back(name, tmp_path):
    """Whatever stands in a list of what was said, all that was well said is heard."""
    one, api = listener(name, tmp_path)
    whole = heard(one)
    assert whole
    assert {} == one.items.odd
    for path in api.answers:
        if path.endswith("createSession"):
            continue
        for answer in lists(api.answers[path]):
            answer[:] = [*copy.deepcopy(ODD), *answer, *copy.deepcopy(ODD)]
    lost = whole - heard(one)
    assert set() == lost
    assert one.items.take_odd()


@pytest.mark.parametrize("name", listener_classes())
def test_an_item_with_an_odd_part_costs_itself_only(name, tmp_path):
    """Each member of each item in turn of another shape than documented: at most one is missing, never all."""
    one, api = listener(name, tmp_path)
    whole = heard(one)
    for path, answer in list(api.answers.items()):
        for items in list(lists(answer)):
            for item in [each for each in items if isinstance(each, dict)]:
                for holder, key in list(leaves(item)):
                    kept = holder[key]
                    for odd in ({"a": 1}, 7):
                        holder[key] = odd
                        one.context.memory.set(f"{name}-threads", {})
                        try:
                            lost = whole - heard(one)
                        except Exception as error:
                            raise AssertionError(f"{path} {key}={odd!r}: {error!r}") from error
                        if len(item.keys() & {"username", "name"}) == 2:
                            assert lost != whole, f"{path} {key}={odd!r}"  # a person: all they said, and no more
                            continue
                        named = {said for said in whole if json.dumps(said) in json.dumps(item)}
                        assert len(lost) <= max(1, len(named)), f"{path} {key}={odd!r}"
                    holder[key] = kept


def test_the_run_tells_what_was_odd_and_goes_on(tmp_path):
    """The good ones are recorded, the note names the odd one, and the network is not given up for it."""
    one, api = listener("mastodon", tmp_path)
    house = House(tmp_path, one)
    house.run()
    house.run(everything=True)
    before = {said.key for said in house.said() if said.status != "gone"}
    api.answers["/api/v1/statuses/1000/context"]["descendants"].insert(0, {"id": "66", "visibility": "public"} | {
        "account": {"id": "6", "acct": "odd", "url": []}, "content": "x", "spoiler_text": 5, "created_at": {},
        "card": 3, "favourites_count": "many", "in_reply_to_id": "1000", "edited_at": [], "uri": 5,
    })  # fmt: skip
    api.answers["/api/v1/statuses/1000/context"]["descendants"].insert(0, 7)
    (report,) = house.run(everything=True)
    assert report.failed
    assert before <= {said.key for said in house.said() if said.status != "gone"}
    assert any(note.startswith("?: ") for note in report.notes)
    house.store.close()


def test_what_cannot_be_read_is_not_gone(tmp_path):
    """An answer that makes no sense takes nothing back; the others of the same question are told apart."""
    for name, path, good, odd in (
        ("mastodon", "/api/v1/statuses/{}", "1", {"error": "?"}),
        ("bluesky", "/xrpc/app.bsky.feed.getPosts", "at://did:plc:ana/app.bsky.feed.post/3a", {"uri": "at://odd"}),
    ):
        one, api = listener(name, tmp_path / name)
        if name == "mastodon":
            api.answers[path.format(good)] = api.answers["/api/v1/statuses/1000/context"]["descendants"][0]
            api.answers[path.format("66")] = odd
            asked = [good, "66", "nowhere"]
        else:
            top = api.answers["/xrpc/app.bsky.feed.getPostThread"]["thread"]["replies"][0]["post"]
            api.answers[path] = {"posts": [top, odd]}
            asked = [good, "at://odd", "at://nowhere"]
        still = one.recheck(asked)
        assert [good, asked[2]] == list(still)
        assert still[good]
        assert None is still[asked[2]]


def test_a_question_without_answer_is_one_alone_until_several_have_none():
    """A status that fails does not hide those after it; a network that is down, or says how long to wait, is let be."""
    items = Items("Village")

    def ask(one):
        if one.startswith("bad"):
            raise RetryLaterError("500")
        return one

    assert {"1": "1", "2": "2", "3": "3"} == items.ask(["1", "bad", "2", "bad too", "3"], ask)
    assert {"bad": "500", "bad too": "500"} == items.take_odd()
    with pytest.raises(RetryLaterError):
        items.ask([f"bad {number}" for number in range(MOST_FAILURES)], ask)
    for error in (RetryLaterError("429", 60.0), CredentialsExpiredError("401")):
        with pytest.raises(type(error)):
            items.ask(["1"], lambda one, error=error: (_ for _ in ()).throw(error))
    with pytest.raises(TertuliaError):
        items.read([{}], lambda one: (_ for _ in ()).throw(RetryLaterError("our own id")))
