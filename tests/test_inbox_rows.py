"""What the inbox is asked, row by row: each question alone, beside what it must not find or touch."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as replace_row
from sqlalchemy import delete, select, update

from tertulia.content.tone import Tone
from tertulia.store.conversation_tables import comments, marks
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.inbox import HOLD_FOR, Copy, Hold, InboxFilter
from tertulia.store.inbox_tables import ItemState, inbox
from tertulia.store.said import Author, Read, Status, Who
from tests.test_conversation_store import NOW, WAITING
from tests.test_inbox_store import ALL, OWNER, answer, later, read, say_

SAME = "Las reclamaciones se contestan por escrito."


def keys(page):
    return [item.said.key for item in page.items]


def by(name, network="mastodon"):
    return Author(network=network, identity=f"{network}:{name}", name=name)


def person(store, key):
    return store.conversation.get(key).person


def row(store, key):
    """What is kept of one item."""
    number = select(comments.c.id).where(comments.c.key == key).scalar_subquery()
    with store.database.reading() as connection:
        return connection.execute(select(inbox).where(inbox.c.comment == number)).first()


def set_row(store, key, **values):
    number = select(comments.c.id).where(comments.c.key == key).scalar_subquery()
    with store.database.writing() as connection:
        connection.execute(update(inbox).where(inbox.c.comment == number).values(**values))


@pytest.mark.parametrize(
    ("state", "newest_first", "is_oldest_first"),
    [
        (ItemState.UNANSWERED, False, True),
        (ItemState.LATER, False, True),
        (ItemState.NOT_NEEDED, False, False),
        (ItemState.ANSWERED, False, False),
        (None, False, False),
        (ItemState.UNANSWERED, True, False),
        (ItemState.LATER, True, False),
    ],
)
def test_pages_go_on_in_one_order(store, state, newest_first, is_oldest_first):
    """Whoever waits, from who has waited longest on; all else from the newest; of one moment, as they were told."""
    told = [say_(store, number, at=-(number // 3)) for number in (1, 2, 3, 4, 5, 6)]
    said = [told[number - 1] for number in (6, 3, 4, 5, 1, 2)]
    store.inbox.refresh(NOW)
    for key in said:
        set_row(store, key, state=state or ItemState.ANSWERED, until="3000")
    wanted = said if is_oldest_first else said[::-1]
    pages = [store.inbox.page(InboxFilter(state=state), NOW, limit=2, newest_first=newest_first)]
    while pages[-1].after:
        after = pages[-1].after
        pages.append(store.inbox.page(InboxFilter(state=state), NOW, after=after, limit=2, newest_first=newest_first))
    assert [wanted[:2], wanted[2:4], wanted[4:]] == [keys(page) for page in pages]
    odd = store.inbox.page(InboxFilter(state=state), NOW, after="3000 x", newest_first=newest_first)
    assert (wanted, "") == (keys(odd), odd.after)


QUESTIONS = {
    "page": lambda store, key: keys(store.inbox.page(InboxFilter(), NOW)) == [key],
    "counts": lambda store, key: store.inbox.counts(NOW)[ItemState.UNANSWERED] == 1,
    "states": lambda store, key: list(store.inbox.states(NOW).values()) == [ItemState.UNANSWERED],
    "channels": lambda store, key: store.inbox.channels(NOW) == ["mastodon"],
    "get": lambda store, key: store.inbox.get(key, NOW).state == ItemState.UNANSWERED,
    "refresh": lambda store, key: (store.inbox.refresh(NOW), row(store, key).state)[1] == ItemState.UNANSWERED,
    "set_aside": lambda store, key: store.inbox.set_aside(read(store, key), NOW),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_whatever_is_asked_first_the_rows_are_there(store, question):
    """Where an older program left none, or left them by other rules."""
    key = say_(store, 1)
    with store.database.writing() as connection:
        connection.execute(delete(inbox))
        connection.execute(delete(marks).where(marks.c.name == "inbox rules"))
    assert question(store, key)


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_whatever_is_asked_first_what_was_put_off_is_back(store, question):
    """When its time has come, and that alone."""
    key = say_(store, 1)
    store.inbox.set_aside(read(store, key), later(-60), until=NOW)
    assert question(store, key)


def test_what_is_put_off_for_longer_stays_so(store):
    """And what was set aside for good; each with the owner's word on it."""
    said = [say_(store, number) for number in (1, 2, 3)]
    for key, until in zip(said, (later(5), later(60), None), strict=True):
        store.inbox.set_aside(read(store, key), NOW, until=until)
    store.inbox.refresh(later(5))
    assert [("unanswered", ""), ("later", "later"), ("not_needed", "not_needed")] == [
        (row(store, key).state, row(store, key).word) for key in said
    ]
    assert [False, True, False] == [bool(row(store, key).until) for key in said]


def test_what_is_away_is_counted_and_found_nowhere(store):
    """Spam, and what is gone."""
    key, away = say_(store, 1), say_(store, 2, author=by("Luis", "x"), source="x")
    store.conversation.decide(away, Status.SPAM, Who.OWNER, NOW, version=read(store, away)[1])
    assert ["unanswered"] == list(store.inbox.states(NOW).values())
    assert (["mastodon"], [key]) == (store.inbox.channels(NOW), keys(store.inbox.page(ALL, NOW)))
    store.inbox.set_aside(read(store, key), NOW)
    counted = {ItemState.UNANSWERED: 0, ItemState.ANSWERED: 0, ItemState.NOT_NEEDED: 1, ItemState.LATER: 0}
    assert counted == store.inbox.counts(NOW) == store.inbox.counts(NOW, InboxFilter(state=ItemState.ANSWERED))
    assert not any(store.inbox.counts(NOW, InboxFilter(channel="x")).values())


def test_every_channel_is_told_once(store):
    """In the order of their names; of the posts alone that whoever asks may see."""
    for number, (source, post) in enumerate((("web", "voto"), ("form", "voto"), ("web", "voto"), ("x", "otro")), 1):
        say_(store, number, source=source, post=post, author=by(f"p{number}", source))
    assert ["form", "web", "x"] == store.inbox.channels(NOW)
    assert (["form", "web"], []) == (store.inbox.channels(NOW, ["voto"]), store.inbox.channels(NOW, []))


def test_one_item_is_of_one_comment(store):
    """None for what nobody said, for the author's own words, and for a post that whoever asks may not see."""
    key, mine = say_(store, 1), answer(store, 2, to=1, at=5)
    say_(store, 3, text="Otra cosa")
    found = [store.inbox.get(one, NOW) for one in (key, mine, "nobody")]
    assert [key, None, None] == [one and one.said.key for one in found]
    assert [True, False, True] == [
        store.inbox.get(key, NOW, within) is not None for within in (["voto"], ["otro"], ["otro", "voto"])
    ]


def test_each_filter_is_one_condition(store):
    """Each alone, and two of them together."""
    ana, luis = by("Ana"), by("Luis", "x")
    one = say_(store, 1, author=ana, text="¿Cuándo se vota, y dónde?")
    two = say_(store, 2, author=ana, post="otro", text="Se vota el domingo")
    three = say_(store, 3, author=luis, source="x", post="otro", text="¿Y dónde?")
    store.labels.put(two, "urge")
    store.labels.put(three, "luego")
    wanted = {
        "channel": {"mastodon": [one, two], "x": [three]},
        "posts": {("voto",): [one], ("voto", "otro"): [one, two, three], (): []},
        "within": {("otro",): [two, three], (): []},
        "person": {person(store, one): [one, two], person(store, three): [three]},
        "label": {"urge": [two], "nada": []},
        "words": {"vota": [one, two], "VÓTA donde": [one], "luis": [three], " ": [one, two, three]},
        "tone": {Tone.QUESTION: [one, three]},
        "state": {ItemState.ANSWERED: []},
    }
    for name, cases in wanted.items():
        for value, expected in cases.items():
            assert expected == keys(store.inbox.page(InboxFilter(**{name: value}), NOW)), (name, value)
    assert [two] == keys(store.inbox.page(InboxFilter(channel="mastodon", within=["otro"]), NOW))
    assert [two] == keys(store.inbox.page(InboxFilter(person=person(store, one), posts=["otro"]), NOW))
    assert [] == keys(store.inbox.page(InboxFilter(posts=["voto"], within=["otro"]), NOW))


def test_a_person_is_asked_for_with_all_their_accounts(store):
    """Whichever of them is named."""
    one, two, other = (
        say_(store, 1),
        say_(store, 2, author=by("Ana", "x"), source="x"),
        say_(store, 3, author=by("Eva")),
    )
    store.persons.join(person(store, one), person(store, two), NOW)
    assert [[one, two]] * 2 + [[other]] == [
        keys(store.inbox.page(InboxFilter(person=person(store, key)), NOW)) for key in (one, two, other)
    ]


def test_who_is_at_something(store):
    """Whoever was first, until they leave it or nothing happens; of that alone."""
    key, other = say_(store, 1), say_(store, 2)
    hold = store.inbox.hold
    assert ("Toni", "María") == (hold(key, "Toni", NOW), hold(other, "María", NOW))
    store.inbox.release(key, "María")
    assert ["Toni", "María"] == [store.inbox.get(one, NOW).assignee for one in (key, other)]
    store.inbox.release(other, "María")
    assert ["Toni", ""] == [store.inbox.get(one, NOW).assignee for one in (key, other)]
    hold(other, "Toni", NOW)
    store.inbox.release(key, "Toni")
    assert ["", "Toni"] == [store.inbox.get(one, NOW).assignee for one in (key, other)]
    store.inbox.release(other, "Toni")
    hold(key, "Toni", NOW)
    assert "Toni" == hold(key, "Toni", later(10))  # renewed
    assert "Toni" == hold(key, "María", NOW + HOLD_FOR)
    assert ["Toni", ""] == [store.inbox.get(one, NOW + HOLD_FOR).assignee for one in (key, other)]
    assert "María" == hold(key, "María", later(10) + HOLD_FOR)
    store.inbox.release(key, "María")
    hold(key, "Toni", NOW)
    store.inbox.release(key, "Toni")
    assert (None, "") == (row(store, key).assigned_until, row(store, key).assignee)
    set_row(store, key, assignee="Toni")
    assert ("", "María") == (store.inbox.get(key, NOW).assignee, hold(key, "María", NOW))
    assert "" == hold("nobody", "Toni", NOW)


def test_who_is_at_what_else_the_same_person_said(store):
    """By whatever account, while they are; not at this, nor at what others said, nor where one may not look."""
    one, two = say_(store, 1), say_(store, 2, author=by("Ana", "x"), source="x", post="otro")
    eva = say_(store, 3, author=by("Eva"))
    store.persons.join(person(store, one), person(store, two), NOW)
    assert ((), ()) == (store.inbox.get(one, NOW).elsewhere, store.inbox.held_by(person(store, one), NOW))
    store.inbox.hold(two, "Toni", NOW)
    store.inbox.hold(eva, "María", NOW)
    held = (Hold("Toni", two, "x"),)
    assert [held, (), ()] == [store.inbox.get(key, NOW).elsewhere for key in (one, two, eva)]
    assert [held, held] == [store.inbox.held_by(person(store, key), NOW) for key in (one, two)]
    assert (held, ()) == tuple(store.inbox.get(one, NOW, within).elsewhere for within in (["voto", "otro"], ["voto"]))
    over = NOW + HOLD_FOR
    assert ((), ()) == (store.inbox.get(one, over).elsewhere, store.inbox.held_by(person(store, one), over))
    set_row(store, two, assignee="")
    assert ((), ()) == (store.inbox.get(one, NOW).elsewhere, store.inbox.held_by(person(store, one), NOW))


def copied(store):
    """The same words by several accounts: those of Ana's who says them, and all that are no copies of them."""
    ana, theirs = by("Ana"), by("Ana", "x")
    made = {"one": say_(store, 1, author=ana, text=SAME)}
    made["copy"] = say_(store, 2, author=theirs, source="x", text=SAME.upper())
    made["post"] = say_(store, 3, author=theirs, source="x", post="otro", text=SAME)
    made["lang"] = say_(store, 4, author=theirs, source="x", lang="en", text=SAME)
    made["again"] = say_(store, 5, author=ana, text=SAME)
    made["words"] = say_(store, 6, author=theirs, source="x", text="Otra cosa que no es la misma.")
    made["few"] = say_(store, 7, author=theirs, source="x", text="Lo mismo")
    made["other"] = say_(store, 8, author=by("Eva"), text=SAME)
    store.persons.join(person(store, made["one"]), person(store, made["copy"]), NOW)
    return made


def test_where_else_somebody_says_the_same(store):
    """By any account, under any post that one may see; whatever became of it, unless it is away."""
    made = copied(store)

    def copies(name, within=None):
        return [one.key for one in store.inbox.get(made[name], NOW, within).copies]

    same = ["one", "copy", "post", "lang", "again"]
    assert [[made[one] for one in same if one != name] for name in same] == [copies(name) for name in same]
    assert [[], [], []] == [copies(name) for name in ("words", "few", "other")]
    assert [made["copy"], made["lang"], made["again"]] == copies("one", ["voto"])
    store.inbox.set_aside(read(store, made["post"]), NOW)
    assert Copy(made["post"], "x", ItemState.NOT_NEEDED) in store.inbox.get(made["one"], NOW).copies
    store.conversation.decide(made["again"], Status.SPAM, Who.OWNER, NOW, version=read(store, made["again"])[1])
    assert [made["copy"], made["post"], made["lang"]] == copies("one")
    two = {item.said.key: item.copies for item in store.inbox.page(InboxFilter(posts=["voto"]), NOW).items}
    assert [3, 0, 0] == [len(two[made[name]]) for name in ("copy", "words", "other")]


def states_of(store, made):
    return {name for name, key in made.items() if store.inbox.get(key, NOW).state == ItemState.NOT_NEEDED}


def test_the_owners_word_is_for_the_copies_too(store):
    """Under the same post, in its language, by another account of that person: who says it again asks again."""
    made = copied(store)
    assert store.inbox.set_aside(read(store, made["one"]), NOW)
    assert {"one", "copy"} == states_of(store, made)
    assert store.inbox.bring_back(read(store, made["copy"]), NOW)
    assert set() == states_of(store, made)
    assert store.inbox.set_aside(read(store, made["one"]), NOW, within=["otro"])
    assert {"one"} == states_of(store, made)


def test_what_is_away_has_no_copies(store):
    """A word on it is about it alone, though others say the same."""
    made = copied(store)
    store.conversation.decide(made["other"], Status.SPAM, Who.OWNER, NOW, version=read(store, made["other"])[1])
    assert store.inbox.set_aside(read(store, made["other"]), NOW)
    assert (set(), "not_needed") == (states_of(store, made), row(store, made["other"]).word)


def test_a_copy_that_was_answered_is_left_so(store):
    """Nor is one brought back that was never put aside."""
    made = copied(store)
    store.inbox.set_aside(read(store, made["copy"]), NOW, within=[])
    answer(store, 20, to=1, at=5)
    assert store.inbox.bring_back(read(store, made["copy"]), NOW)
    assert "answered" == store.inbox.get(made["one"], NOW).state
    store.inbox.set_aside(read(store, made["copy"]), NOW)
    assert ("answered", "") == (store.inbox.get(made["one"], NOW).state, row(store, made["one"]).word)


def test_what_was_put_off_is_brought_back_with_its_copies(store):
    """Both had it, and both wait again."""
    made = copied(store)
    store.inbox.set_aside(read(store, made["one"]), NOW, until=later(60))
    assert ["later", "later"] == [store.inbox.get(made[name], NOW).state for name in ("one", "copy")]
    store.inbox.bring_back(read(store, made["one"]), NOW)
    assert ["unanswered"] * 2 == [store.inbox.get(made[name], NOW).state for name in ("one", "copy")]
    assert [None, None] == [row(store, made[name]).until for name in ("one", "copy")]


def test_who_says_something_of_an_item_is_at_it_no_longer(store):
    """It is free, and not marked as changed."""
    key = say_(store, 1)
    store.inbox.set_aside(read(store, key), NOW)
    say_(store, 1, text="¿Y ahora?", edited=later(1))
    store.inbox.hold(key, "Toni", NOW)
    assert row(store, key).is_changed
    assert store.inbox.set_aside(read(store, key), NOW)
    assert (0, "", None) == (row(store, key).is_changed, row(store, key).assignee, row(store, key).assigned_until)
    store.inbox.hold(key, "María", NOW)
    assert store.inbox.bring_back(read(store, key), NOW)
    assert ("", None) == (row(store, key).assignee, row(store, key).assigned_until)
    assert not store.inbox.set_aside(Read("nobody", "v"), NOW)
    mine = answer(store, 2, to=1, at=5)
    assert not store.inbox.set_aside(read(store, mine), NOW)


def test_bringing_back_what_waits_again_already_changes_nothing(store):
    """Two of the team see it: it keeps its mark, and its place by what was said anew."""
    key = say_(store, 1)
    store.inbox.set_aside(read(store, key), NOW)
    say_(store, 1, text="¿Y ahora?", edited=later(1))
    before = row(store, key)
    assert before.is_changed
    assert store.inbox.bring_back(read(store, key), NOW)
    assert before == row(store, key)


@pytest.mark.parametrize(
    ("end", "status", "network"),
    [("refused", None, "mastodon"), ("delivered", None, ""), ("refused", Status.WITHDRAWN, "")],
)
def test_an_answer_that_was_refused_is_told(store, end, status, network):
    """By the network that did not take it, while it is an answer; of what it answers, and nothing else."""
    key, other = say_(store, 1), say_(store, 5)
    mine = answer(store, 2, to=1, at=5)
    new = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h")
    store.deliveries.enqueue([replace_row(new, answer=mine)], NOW)
    held = store.deliveries.claim(NOW, ["mastodon"])
    if end == "refused":
        store.deliveries.refused(held, "no")
    else:
        store.deliveries.delivered(held, '{"id": "99"}', NOW)
    if status:
        store.conversation.decide(mine, status, Who.WRITER, NOW)
    assert [network, ""] == [store.inbox.get(one, NOW).refused_by for one in (key, other)]


def test_an_answer_that_waits_for_a_decision_and_was_refused_is_told_as_well(store):
    """It may yet be shown here."""
    key = say_(store, 1)
    mine = say_(store, 2, at=5, author=replace(OWNER, is_owner=False), in_reply_to="1", verdict=WAITING)
    new = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message="{}", words="h", answer=mine)
    store.deliveries.enqueue([new], NOW)
    store.deliveries.refused(store.deliveries.claim(NOW, ["mastodon"]), "no")
    assert "mastodon" == store.inbox.get(key, NOW).refused_by


def test_what_is_known_of_an_item_is_its_own(store):
    """Labels, a hold, a mark: of several on a page each has its own."""
    one, two = say_(store, 1), say_(store, 2)
    store.labels.put(one, "urge")
    store.inbox.set_aside(read(store, two), NOW)
    say_(store, 2, text="¿Y ahora?", edited=later(1))
    store.inbox.hold(two, "Toni", NOW)
    items = store.inbox.page(InboxFilter(), NOW).items
    assert [(("urge",), "", False), ((), "Toni", True)] == [(one.labels, one.assignee, one.is_changed) for one in items]
