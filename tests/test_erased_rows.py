"""What erasing leaves in the rows: empty places where there are answers, which go with the last of them."""

from dataclasses import replace

from sqlalchemy import select

from tertulia.store.conversation_tables import comments
from tertulia.store.said import Author
from tests.test_conversation_store import APPROVED, NOW, SAID, store

__all__ = ["store"]  # a fixture: an empty store of each kind


def say(store, number, to=0, who="", **more):
    """*who* says *number*, in answer to *to*; their person."""
    who = who or f"w{number}"
    author = Author(
        network="mastodon", identity=who, name=who, handle=f"@{who}@m.example", url=f"https://m.example/{who}",
        avatar=f"{who}.webp",
    )  # fmt: skip
    url, above = f"https://m.example/{who}/{number}", str(to) if to else ""
    one = replace(SAID, source_id=str(number), url=url, author=author, in_reply_to=above, **more)
    return store.conversation.get(store.conversation.record(one, APPROVED, NOW).key).person


def left(store):
    """The numbers of the rows that are there."""
    with store.database.reading() as connection:
        return list(connection.execute(select(comments.c.id).order_by(comments.c.id)).scalars())


def test_an_empty_place_is_nobodys(store):
    """Nothing of a person is in it, whatever column it stood in."""
    say(store, 1)
    person = say(store, 2, to=1)
    say(store, 3, to=2)
    store.conversation.erase(person, NOW)
    with store.database.reading() as connection:
        row = connection.execute(select(comments).where(comments.c.id == 2)).one()
    theirs = ("name", "handle", "author_url", "avatar", "in_reply_to", "text", "html", "url", "fingerprint")
    assert dict.fromkeys(theirs, "") == {name: row._mapping[name] for name in theirs}
    assert not [value for value in row if "w2" in str(value)]


def test_a_place_goes_with_its_last_answer(store):
    """And the places above it; not one that still has another answer, nor what somebody says."""
    say(store, 9)
    top, middle, below = say(store, 1), say(store, 2, to=1), say(store, 3, to=2)
    beside = say(store, 4, to=1)
    for person in (top, middle):
        store.conversation.erase(person, NOW)
    assert [1, 2, 3, 4, 5] == left(store)
    store.conversation.erase(below, NOW)
    assert [1, 2, 5] == left(store)
    store.conversation.erase(beside, NOW)
    assert [1] == left(store)


def test_what_was_erased_above_somebody_leaves_them(store):
    """Who goes takes no one along that still speaks."""
    say(store, 1)
    say(store, 2, to=1)
    below = say(store, 3, to=2)
    store.conversation.erase(below, NOW)
    assert [1, 2] == left(store)


def test_a_share_names_the_erased_no_more(store):
    """Its other words stay, and so do those of other shares."""
    person = say(store, 1, who="ana")
    for number, words in ((2, "RT @ana@m.example: hola"), (3, "RT @luis@m.example: hola"), (4, "")):
        share = replace(SAID, kind="repost", source_id=str(number), url="", html="", text=words, author=SAID.author)
        store.conversation.record(share, APPROVED, NOW)
    store.conversation.erase(person, NOW)
    assert ["RT @luis@m.example: hola", "RT @…: hola"] == [one.text for one in store.conversation.folded()]
