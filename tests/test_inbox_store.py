"""The inbox's state is true: whatever happens to what was said, and in whatever order it comes to be known.

The same tests run on SQLite and on PostgreSQL.
"""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as replace_row
from sqlalchemy import select

from tertulia.content.tone import Tone, tone_of
from tertulia.store import archive, erased, open_store
from tertulia.store.conversation_tables import comments
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.inbox import HOLD_FOR, InboxFilter
from tertulia.store.inbox_tables import ItemState, inbox
from tertulia.store.said import Author, Read, Status, Trust, Who
from tertulia.store.settling import settle_all
from tests.test_conversation_store import APPROVED, NOW, SAID, WAITING

OWNER = Author(network="mastodon", identity="https://mas.example/users/reme", name="Reme", is_owner=True)
ALL = InboxFilter(state=None)


def later(minutes: float):
    return NOW + timedelta(minutes=minutes)


def say_(store, number: int, *, at: float = 0, verdict=APPROVED, **changes) -> str:
    """Somebody says something on Mastodon, *at* so many minutes; its key."""
    incoming = replace(SAID, source_id=str(number), url=f"https://mas.example/@ana/{number}", published=later(at))
    return store.conversation.record(replace(incoming, **changes), verdict, later(at)).key


def answer(store, number: int, to: int, at: float) -> str:
    return say_(store, number, at=at, author=OWNER, in_reply_to=str(to), text="Gracias, Ana.", html="<p>Gracias.</p>")


def state(store, key: str, now=NOW) -> tuple[str, bool]:
    item = store.inbox.get(key, now)
    assert item is not None
    return item.state, item.is_changed


def read(store, key: str) -> Read:
    return Read(key, store.conversation.get(key).version)


def test_what_the_author_answered_anywhere_is_answered(store):
    """A native answer marks the item; when it is deleted, the item waits again, since it was said."""
    key = say_(store, 1)
    assert ("unanswered", False) == state(store, key)
    answer(store, 2, to=1, at=5)
    assert ("answered", False) == state(store, key)
    store.conversation.remove("mastodon", "2", later(9))
    assert ("unanswered", False) == state(store, key)
    assert NOW == store.inbox.page(InboxFilter(), NOW).items[0].said.published


def test_an_answer_that_is_forgotten_answers_nothing(store):
    """What it answered waits again."""
    key, mine = say_(store, 1), answer(store, 2, to=1, at=5)
    assert ("answered", False) == state(store, key)
    with store.database.writing() as connection:
        number = connection.execute(select(comments.c.id).where(comments.c.key == mine)).scalar_one()
        erased.forget(connection, [number])
    assert ("unanswered", False) == state(store, key)


def test_an_answer_that_comes_before_what_it_answers_counts(store):
    """In whatever order a network tells."""
    answer(store, 2, to=1, at=5)
    assert ("answered", False) == state(store, say_(store, 1))


def test_an_answer_by_the_blogs_own_form_counts(store):
    """Written on the page, or in the inbox."""
    key = say_(store, 1)
    assert ("unanswered", False) == state(store, key)
    author = Author(network="form", identity="reme", name="Reme", is_owner=True)
    say_(store, 2, at=5, source="form", url="", author=author, in_reply_to=f"https://blog.example/voto/#c-{key}")
    assert ("answered", False) == state(store, key)


@pytest.mark.parametrize(("end", "found"), [(None, "answered"), ("refused", "unanswered"), ("delivered", "answered")])
def test_an_answer_that_was_refused_where_it_was_asked_is_none(store, end, found):
    """Who asked never had it; one that is on its way, or there, counts, and so does another's that was refused."""
    key = say_(store, 1)
    other = say_(store, 5)
    row = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h")
    store.deliveries.enqueue([replace_row(row, post="otro")], NOW)
    store.deliveries.enqueue([replace_row(row, answer=answer(store, 2, to=1, at=5))], NOW)
    store.deliveries.enqueue([replace_row(row, answer=answer(store, 6, to=5, at=5), lang="en")], NOW)
    announced, held, _ = (store.deliveries.claim(NOW, ["mastodon"]) for _ in range(3))
    store.deliveries.refused(announced, "no")
    if end == "refused":
        store.deliveries.refused(held, "no")
    elif end:
        store.deliveries.delivered(held, '{"id": "99"}', NOW)
    for _ in range(2):
        assert [(found, False), ("answered", False)] == [state(store, one) for one in (key, other)]
        with store.database.writing() as connection:
            settle_all(connection, NOW)


def test_what_comes_by_the_form_waits_as_all_else(store):
    """Whether it answers something or nothing, and whatever the inbox has been asked before."""
    key = say_(store, 1, source="form", url="")
    assert ("unanswered", False) == state(store, key)
    for number, above in ((2, ""), (3, key)):
        assert ("unanswered", False) == state(store, say_(store, number, source="form", url="", in_reply_to=above))


def test_an_answer_that_now_answers_another_leaves_the_first_unanswered(store):
    """Moved in its thread by whoever tells of it better."""
    first, second = say_(store, 1), say_(store, 3)
    answer(store, 2, to=1, at=5)
    assert (("answered", False), ("unanswered", False)) == (state(store, first), state(store, second))
    answer(store, 2, to=3, at=5)
    assert (("unanswered", False), ("answered", False)) == (state(store, first), state(store, second))


@pytest.mark.parametrize("edited", [8, 3], ids=["after the answer", "before it, and known late"])
def test_an_edit_that_the_author_has_not_answered_brings_it_back_marked(store, edited):
    """What was answered are other words."""
    key = say_(store, 1)
    answer(store, 2, to=1, at=5)
    assert ("answered", False) == state(store, key)
    say_(store, 1, text="¿Y ahora?", html="<p>¿Y ahora?</p>", edited=later(edited))
    assert ("unanswered", True) == state(store, key)
    answer(store, 3, to=1, at=20)
    assert ("answered", False) == state(store, key)


def test_the_owners_own_touch_brings_nothing_back(store):
    """Who corrects a comment has read it."""
    key = say_(store, 1)
    answer(store, 2, to=1, at=5)
    store.conversation.edit(key, "Corregido.", "<p>Corregido.</p>", Who.OWNER, later(6), version=read(store, key)[1])
    assert ("answered", False) == state(store, key)


@pytest.mark.parametrize("until", [None, later(600)], ids=["not needed", "later"])
def test_the_owners_word_holds_until_the_words_change(store, until):
    """Set aside, it waits for nobody; with other words it is back, marked; so it does not come back by itself."""
    key = say_(store, 1)
    assert store.inbox.set_aside(read(store, key), later(1), until=until)
    aside = "later" if until else "not_needed"
    say_(store, 1)
    assert (aside, False) == state(store, key, later(2))
    say_(store, 1, text="¿Y ahora?", html="<p>¿Y ahora?</p>", edited=later(0.5))
    assert ("unanswered", True) == state(store, key, later(3))
    assert store.inbox.set_aside(read(store, key), later(4))
    assert ("not_needed", False) == state(store, key, later(5))
    assert store.inbox.bring_back(read(store, key), later(6))
    assert ("unanswered", False) == state(store, key, later(7))


def test_later_ends_by_itself(store):
    """What was put off is back when its time has come."""
    key = say_(store, 1)
    store.inbox.set_aside(read(store, key), NOW, until=later(60))
    assert [] == store.inbox.page(InboxFilter(), later(59)).items
    assert [key] == [one.said.key for one in store.inbox.page(InboxFilter(), later(60)).items]


def test_nothing_is_set_aside_unread(store):
    """A word on words that changed meanwhile says nothing."""
    key = say_(store, 1)
    before = read(store, key)
    say_(store, 1, text="¿Y ahora?", html="<p>¿Y ahora?</p>", edited=later(1))
    assert not store.inbox.set_aside(before, later(2))
    assert ItemState.UNANSWERED == state(store, key)[0]


def test_what_was_deleted_or_turned_down_is_not_in_it(store):
    """Spam, what its writer took back, what is gone where it was said; and what waits for a decision is."""
    keys = [say_(store, number, verdict=WAITING) for number in (1, 2, 3, 4)]
    store.conversation.remove("mastodon", "1", NOW)
    store.conversation.decide(keys[1], Status.SPAM, Who.OWNER, NOW, version=read(store, keys[1])[1])
    store.conversation.decide(keys[2], Status.WITHDRAWN, Who.WRITER, NOW)
    assert [keys[3]] == [one.said.key for one in store.inbox.page(ALL, NOW).items]
    assert {"unanswered": 1, "answered": 0, "not_needed": 0, "later": 0} == store.inbox.counts(NOW)


def test_what_was_old_when_it_came_in_waits_for_nobody(store):
    """An import of ten years is no morning's work, and is to be found all the same."""
    key = say_(store, 1, published=NOW - timedelta(days=31))
    assert ("not_needed", False) == state(store, key)


def test_an_erased_person_leaves_nothing_in_it(store):
    """Neither words nor a name; and who answered them waits for nobody."""
    key = say_(store, 1)
    answer(store, 2, to=1, at=5)
    store.conversation.erase(store.conversation.get(key).person, NOW)
    with store.database.reading() as connection:
        assert "ana" not in " ".join(str(row) for row in connection.execute(select(inbox)))
    assert [] == store.inbox.page(ALL, NOW).items


def test_two_are_not_at_one_thing(store):
    """Who comes second is told who was first; who does nothing holds it for a while only."""
    key = say_(store, 1)
    assert "Toni" == store.inbox.hold(key, "Toni", NOW)
    assert "Toni" == store.inbox.hold(key, "María", later(5))
    assert "Toni" == store.inbox.get(key, later(5)).assignee
    assert "" == store.inbox.get(key, NOW + HOLD_FOR).assignee
    assert "María" == store.inbox.hold(key, "María", NOW + HOLD_FOR)
    store.inbox.release(key, "María")
    assert "Toni" == store.inbox.hold(key, "Toni", NOW + HOLD_FOR)


def test_a_page_leaves_nothing_out_and_shows_nothing_twice(store):
    """Who has waited longest comes first; something answered between two pages moves no other."""
    keys = [say_(store, number, at=number % 3) for number in range(1, 12)]
    wanted = [key for _, _, key in sorted((number % 3, number, key) for number, key in enumerate(keys, 1))]
    first = store.inbox.page(InboxFilter(), NOW, limit=4)
    answer(store, 99, to=3, at=30)
    second = store.inbox.page(InboxFilter(), NOW, after=first.after, limit=4)
    third = store.inbox.page(InboxFilter(), NOW, after=second.after, limit=4)
    assert wanted == [one.said.key for page in (first, second, third) for one in page.items]
    assert "" == third.after


def test_filters(store):
    """By channel, post, person, what they seem to want, and words whatever their accents."""
    ana = say_(store, 1, text="¿Cuándo vota Muñoz?", html="<p>¿Cuándo vota Muñoz?</p>")
    form = Author(network="form", identity="luis", name="Luis")
    luis = say_(store, 2, source="form", author=form, post="otra", url="", text="Estupendo, 100%.")
    none = say_(store, 3, post="", kind="mention", author=replace(form, identity="x"), source="web", text="jajaja")

    def found(**fields):
        return {one.said.key for one in store.inbox.page(InboxFilter(**fields), NOW).items}

    assert {ana} == found(channel="mastodon")
    assert {luis} == found(posts=["otra"])
    assert {none} == found(posts=[""])
    assert set() == found(posts=[])
    assert {luis} == found(person=store.conversation.get(luis).person)
    assert ({ana}, {luis}, {none}) == tuple(found(tone=Tone(one)) for one in ("question", "praise", "noise"))
    assert {ana} == found(words="munoz CUANDO")
    assert {luis} == found(words="100%")
    assert set() == found(words="10_")
    assert {"unanswered": 2} == {k: v for k, v in store.inbox.counts(NOW, InboxFilter(channel="form")).items() if v}


def test_whatever_happens_the_rows_say_what_a_new_count_would(store):
    """A year in miniature, any order: what is kept is what would be computed from nothing, but for the owner's word."""
    chance = random.Random(7)
    talk = store.conversation
    for step in range(150):
        number, to = chance.randrange(12), chance.randrange(12)
        match chance.randrange(7):
            case 0 | 1:
                say_(
                    store,
                    number,
                    at=step,
                    in_reply_to=str(to) if to != number else "",
                    text=f"Digo {step}",
                    edited=later(step),
                )
            case 2:
                answer(store, 100 + number, to=number, at=step)
            case 3:
                talk.remove("mastodon", str(number + chance.choice((0, 100))), later(step))
            case 4 if said := talk.by_source("mastodon", str(number)):
                chosen = chance.choice((Status.SPAM, Status.APPROVED, Status.REJECTED))
                talk.decide(said.key, chosen, Who.OWNER, later(step), version=said.version)
            case 5 if said := talk.by_source("mastodon", str(number)):
                talk.trust(said.key, chance.choice(list(Trust)), later(step), version=said.version, batch="b")
            case 6:
                talk.undo("b", later(step))
        kept = rows(store)
        with store.database.writing() as connection:
            settle_all(connection, later(step))
        assert kept == rows(store), step
    with store.database.writing() as connection:
        connection.execute(inbox.delete())
        settle_all(connection, NOW)
    names = [name for name in kept[0] if name not in ("is_changed", "since", "answered_on")] if kept else []
    assert [{name: row[name] for name in names} for row in kept] == [
        {name: row[name] for name in names} for row in rows(store)
    ]


def rows(store) -> list[dict]:
    with store.database.reading() as connection:
        return [dict(row._mapping) for row in connection.execute(select(inbox).order_by(inbox.c.comment))]


def test_an_archive_brings_the_inbox_along(store, tmp_path):
    """What is loaded waits or was answered as it was."""
    key = say_(store, 1)
    other = say_(store, 3)
    answer(store, 2, to=1, at=5)
    data = archive.export(store.database)
    new = open_store("sqlite:///var/new.db", tmp_path)
    archive.load(new.database, data, NOW)
    assert [("answered", False), ("unanswered", False)] == [state(new, one) for one in (key, other)]
    new.close()


def test_every_state_comes_back_from_an_archive_as_it_was(store, tmp_path):
    """Set aside, put off, back again, edited since, answered before an edit, waiting for months: row by row."""
    keys = [say_(store, number) for number in range(1, 8)]
    store.inbox.set_aside(read(store, keys[0]), later(1))
    store.inbox.set_aside(read(store, keys[1]), later(1), until=later(9000))
    store.inbox.set_aside(read(store, keys[2]), later(1))
    store.inbox.bring_back(read(store, keys[2]), later(2))
    store.inbox.set_aside(read(store, keys[3]), later(1))
    say_(store, 4, text="Otra cosa, ahora", edited=later(5))
    answer(store, 20, to=5, at=5)
    answer(store, 21, to=6, at=5)
    say_(store, 6, text="Más, y otra cosa", edited=later(9))
    data = archive.export(store.database)
    new = open_store("sqlite:///var/new.db", tmp_path)
    archive.load(new.database, data, NOW + timedelta(days=90))
    before, after = by_key(store), by_key(new)
    assert before == after
    assert {"not_needed", "later", "unanswered", "answered"} == {row["state"] for row in after.values()}
    assert data == archive.export(new.database)
    new.close()


def by_key(store) -> dict[str, dict]:
    """Every row of the inbox, by what the world calls its comment."""
    query = select(comments.c.key, inbox).join(comments, comments.c.id == inbox.c.comment)
    with store.database.reading() as connection:
        found = [dict(row._mapping) for row in connection.execute(query)]
    return {row.pop("key"): {name: value for name, value in row.items() if name != "comment"} for row in found}


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("¿Se puede votar por correo?", "question"),
        ("Se puede votar por correo?", "question"),
        ("Hola, cuándo sale la segunda parte? Saludos", "question"),
        ("Where can I read more?", "question"),
        ("Mira https://a.example/?p=3&x=1", "talk"),
        ("El enlace del segundo párrafo no funciona.", "complaint"),
        ("This is misleading and you know it.", "complaint"),
        ("¡Muchas gracias! Lo he leído dos veces.", "praise"),
        ("Great post, thank you.", "praise"),
        ("Gracias, pero el enlace no funciona", "complaint"),
        ("jajajaja", "noise"),
        ("👏👏👏", "noise"),
        ("", "noise"),
        ("Yo voté en blanco toda la vida.", "talk"),
    ],
)
def test_what_somebody_seems_to_want(text, tone):
    """Simple rules, which say by what they went."""
    assert tone == tone_of(text).tone
