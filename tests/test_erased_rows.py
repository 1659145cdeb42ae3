"""What erasing leaves in the rows: empty places where there are answers, which go with the last of them."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import delete, insert, select, update

from tertulia.store import erased, open_store
from tertulia.store.conversation_tables import (
    comments,
    decisions,
    erasures,
    followers,
    letters,
    marks,
    notices,
    reactions,
    revisions,
    sources,
)
from tertulia.store.inbox import InboxFilter
from tertulia.store.inbox_tables import answer_drafts, item_labels
from tertulia.store.mention_tables import mentions, sent_mentions
from tertulia.store.person_tables import saved_views
from tertulia.store.recording import fingerprint
from tertulia.store.said import Author, Status
from tertulia.store.tables import deliveries, metadata, subscribers
from tertulia.store.update_tables import post_updates, update_tellings
from tests.test_conversation_store import APPROVED, NOW, SAID


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


DAMAGED = "{"


def sent(store, *words, answer="k"):
    """Answers that went, or posts."""
    with store.database.writing() as connection:
        for part, message in enumerate(words):
            kept = message if message == DAMAGED else json.dumps({"text": message})
            row = {"post": "p", "lang": "es", "network": "mastodon", "part": f"{answer} {part}", "state": "delivered"}
            row |= {"message": kept, "answer": answer, "created_at": "1"}
            connection.execute(insert(deliveries).values(**row))


def messages(store):
    with store.database.reading() as connection:
        kept = connection.execute(select(deliveries.c.message).order_by(deliveries.c.id)).scalars()
        return [message if message == DAMAGED else json.loads(message)["text"] for message in kept]


def test_an_empty_place_is_nobodys(store):
    """Nothing of a person is in it, whatever column it stood in."""
    say(store, 1)
    person = say(store, 2, to=1)
    say(store, 3, to=2)
    had = {"points": 3, "reasons": '[["w2", {}, 3]]', "edited_at": "1", "owner_edited_at": "1"}
    with store.database.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == 2).values(**had))
    store.conversation.erase(person, NOW)
    with store.database.reading() as connection:
        row = connection.execute(select(comments).where(comments.c.id == 2)).one()
    theirs = ("name", "handle", "author_url", "avatar", "in_reply_to", "text", "html", "url", "fingerprint")
    assert dict.fromkeys(theirs, "") == {name: row._mapping[name] for name in theirs}
    assert not [value for value in row if "w2" in str(value)]
    assert ("gone", "source", 0, "[]", None, None) == (
        row.status, row.decided_by, row.points, row.reasons, row.edited_at, row.owner_edited_at,
    )  # fmt: skip


def test_what_others_said_before_an_edit_is_theirs(store):
    """One comment that is forgotten takes its own words of before along, and no others."""
    for number in (1, 2):
        say(store, number)
        say(store, number, html="<p>Otra cosa</p>", edited=NOW)
    with store.database.writing() as connection:
        erased.forget(connection, [1])
        assert [2] == connection.execute(select(revisions.c.comment)).scalars().all()


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


def fill(store, who, number):
    """Rows of everything that may hang on a person: *who* says *number*, and the blog answers; their number."""
    person = say(store, number, who=who)
    key = store.conversation.by_source("mastodon", str(number)).key
    say(store, number, who=who, html="<p>Otra cosa</p>", edited=NOW)
    below = say(store, number + 1, to=number, who="reme", post="voto")
    answer = store.conversation.by_source("mastodon", str(number + 1)).key
    store.conversation.decide(key, Status.APPROVED, "owner", NOW)
    mail = f"{who}@Mail.example"
    rows = [
        (reactions, {"post": "liked", "kind": "like", "source": "x", "source_id": f"like {who}", "person": person}),
        (reactions, {"post": "voto", "kind": "like", "source": "x", "source_id": f"to {who}", "comment": key}),
        (notices, {"email": mail, "state": "confirmed"}),
        (followers, {"post": "voto", "email": mail.upper(), "state": "confirmed"}),
        (subscribers, {"email": mail, "state": "confirmed"}),
        (letters, {"recipient": "x@x.example", "subject": "about it", "body": who}),
        (letters, {"recipient": "x@x.example", "subject": who, "body": f"leads to #c-{key}", "comment": None}),
        (letters, {"recipient": mail, "subject": "told", "body": "-", "comment": None, "tells": "x"}),
        (letters, {"recipient": mail, "subject": "may leave", "body": "-", "comment": None, "leave": "x"}),
        (decisions, {"who": "owner", "what": f"trusted {number}", "person": person, "batch": "b", "comment": ""}),
        (mentions, {"token": f"a{number}", "name": str(number), "source": f"https://{who}.example/"}),
        (mentions, {"token": f"b{number}", "name": f"like {who}", "source": f"https://{who}.example/like"}),
        (saved_views, {"member": "Toni", "name": f"by number {number}", "asked": f"person={person}"}),
        (saved_views, {"member": "Toni", "name": f"by handle {number}", "asked": f"q=%40{who.upper()}%40m.example"}),
        (saved_views, {"member": "María", "name": who.title(), "asked": "q=x"}),
        (answer_drafts, {"who": "Toni", "text": f"Querida {who}", "saved_at": "1"}),
        (item_labels, {"folded": who, "name": who}),
        (post_updates, {"name": f"u{number}", "post": "voto", "text": "x"}),
        (update_tellings, {"name": f"u{number}"}),
        (
            sent_mentions,
            {"name": f"s{number}", "source": f"/#c-{answer}", "target": f"https://m.example/{who}/{number}"},
        ),
    ]
    at = dict.fromkeys(("asked_at", "at", "seen_at", "not_before", "received_at"), "1")
    given = {"lang": "es", "comment": select(comments.c.id).where(comments.c.key == key).scalar_subquery(), **at}
    given |= {"host": "h", "target": "t", "way": "webmention", "state": "queued", "version": "1"}
    with store.database.writing() as connection:
        for table, values in rows:
            own = {name: value for name, value in given.items() if name in table.c} | values
            connection.execute(insert(table).values(**own))
        for state, words, tried in (
            ("queued", f"@{who}@m.example hola", None),
            ("waiting", "hola", None),
            ("waiting", "may have arrived", "1"),
            ("delivered", f"¿@{who.upper()}@M.example? https://m.example/@{who}.", None),
        ):
            connection.execute(
                insert(deliveries).values(
                    post="p", lang="es", network="mastodon", part=f"{number} {state} {tried}", state=state,
                    message=json.dumps({"text": words, "answers": str(number)}, ensure_ascii=False),
                    answer=answer, created_at="1", not_before="2", attempt_started_at=tried,
                )
            )  # fmt: skip
    return person, below


def of(store, who):
    """The rows of the store that name *who*, each with its table."""
    with store.database.reading() as connection:
        rows = [
            (name, str(row)) for name, table in metadata.tables.items() for row in connection.execute(select(table))
        ]
    return sorted(row for row in rows if who in row[1].casefold())


def test_nothing_that_hangs_on_a_person_is_left(store):
    """In no table; of another, of whom there is as much, all is as it was but for what they said before an edit."""
    (ana, _), (luis, _) = (fill(store, who, number) for who, number in (("zqana", 10), ("zqluis", 20)))
    before = of(store, "zqluis")
    with store.database.reading() as connection:
        to_luis = connection.execute(select(deliveries.c.message).order_by(deliveries.c.id)).scalars().all()[4:]
    assert len(before) == len(of(store, "zqana")) > 15
    assert {("voto", "es"), ("liked", "es")} == store.conversation.erase(ana, NOW)
    assert [] == of(store, "zqana")
    assert [row for row in before if row[0] != "revisions"] == of(store, "zqluis")
    trusted = decisions.c.what.like("trusted %")
    expected = {
        select(saved_views.c.name).order_by(saved_views.c.name): ["Zqluis", "by handle 20", "by number 20"],
        select(letters.c.subject).order_by(letters.c.subject): ["about it", "may leave", "told", "zqluis"],
        select(decisions.c.person).where(trusted).order_by(decisions.c.id): [None, luis],
        select(decisions.c.batch).where(trusted).order_by(decisions.c.id): ["", "b"],
        select(decisions.c.who).where(decisions.c.what == "erased"): ["owner"],
        select(deliveries.c.state).order_by(deliveries.c.id): [
            "withdrawn",
            "withdrawn",
            "waiting",
            "delivered",
            "queued",
            "waiting",
            "waiting",
            "delivered",
        ],
        select(deliveries.c.not_before).order_by(deliveries.c.id): [None, None, *["2"] * 6],
        select(subscribers.c.state).order_by(subscribers.c.id): ["left", "confirmed"],
        select(update_tellings.c.name): ["u20"],
        select(revisions.c.id): [],
        select(sent_mentions.c.name): ["s20"],
        # Where it went is of nobody any more, but for what may be on its way and is looked for there.
        select(deliveries.c.message).order_by(deliveries.c.id): [
            '{"text":"@… hola","answers":""}',
            '{"text":"hola","answers":""}',
            '{"text": "may have arrived", "answers": "10"}',
            '{"text":"¿@…? @….","answers":""}',
            *to_luis,
        ],
    }
    with store.database.reading() as connection:
        for query, left in expected.items():
            assert left == connection.execute(query).scalars().all(), str(query)


ANA = Author(network="mastodon", identity="https://m.example/users/w1", name="w1", handle="@w1@m.example")
SEVEN, EIGHT = (replace(ANA, identity=number) for number in "78")
LUIS = Author(network="mastodon", identity="https://m.example/users/w2", name="w2", handle="@w2@m.example")


@pytest.mark.parametrize(
    ("who", "change", "comes_in"),
    [
        (ANA, {}, False),
        (ANA, {"source_id": "90", "author": LUIS, "url": ""}, True),
        (ANA, {"author": LUIS, "url": ""}, False),  # the same, told again
        (ANA, {"source": "x", "author": LUIS, "url": ""}, True),
        (ANA, {"source_id": "90", "author": LUIS}, False),  # by its address
        (ANA, {"source_id": "90", "author": LUIS, "url": "https://m.example/now/1"}, False),  # which it had at last
        (ANA, {"source_id": "90", "url": ""}, False),  # by who says it
        (ANA, {"source_id": "90", "url": "", "author": replace(ANA, network="web", identity="m.example")}, False),
        (ANA, {"source_id": "90", "url": "", "author": SEVEN}, False),  # of the same name
        (SEVEN, {"source_id": "90", "url": "", "author": EIGHT}, True),  # a name that was given to another
        (SEVEN, {"source_id": "90", "url": "", "author": ANA}, False),
        (ANA, {"source": "liked", "author": LUIS, "url": "", "kind": "like"}, False),
        (ANA, {"source": "liked", "source_id": "90", "author": LUIS, "url": "", "kind": "like"}, True),
        (ANA, {"source_id": "7", "author": LUIS, "url": "https://m.example/w2/7"}, True),
    ],
)
def test_who_is_erased_is_known_by_each_of_their_names(store, who, change, comes_in):
    """What they said and liked, where it lives, and whoever they are; and nobody is taken for them who is another."""
    said = replace(SAID, source_id="1", url="https://m.example/w1/1", author=who)
    key = store.conversation.record(said, APPROVED, NOW).key
    store.conversation.record(replace(said, source="liked", kind="like", url=""), APPROVED, NOW)
    with store.database.writing() as connection:
        connection.execute(update(comments).values(url="https://m.example/now/1"))
    store.conversation.erase(store.conversation.get(key).person, NOW)
    again = replace(said, **{"author": ANA} | change)
    assert comes_in == (store.conversation.record(again, APPROVED, NOW).state != "refused")


def test_who_was_erased_first_stays_away_when_another_is(store):
    """And so does the other."""
    people = [say(store, number, who=who) for number, who in ((1, "ana"), (2, "eva"))]
    for person in people:
        store.conversation.erase(person, NOW)
    for number, who in ((3, "ana"), (4, "eva"), (5, "luis")):
        author = Author(network="mastodon", identity=who, name=who)
        store.conversation.record(replace(SAID, source_id=str(number), url="", author=author), APPROVED, NOW)
    assert 1 == len(left(store))


def test_who_typed_an_address_into_the_form_takes_it_from_nobody(store):
    """Anybody types anything: whose it is may still speak."""
    typed = Author(network="form", identity="browser", name="Ana", url="https://luis.example/")
    said = replace(SAID, source="form", url="", author=typed)
    key = store.conversation.record(said, APPROVED, NOW).key
    store.conversation.erase(store.conversation.get(key).person, NOW)
    luis = Author(network="web", identity="luis.example", name="Luis", url="https://luis.example/")
    mentioned = replace(said, source="webmention", source_id="https://luis.example/ x", author=luis, html=(
        '<p><a href="https://luis.example/">mío</a></p>'))  # fmt: skip
    recorded = store.conversation.record(mentioned, APPROVED, NOW)
    assert ("new", mentioned.html) == (recorded.state, store.conversation.get(recorded.key).html)


BACK = {
    # what came back with an export from before → what of it is still as it was, whoever said it
    "who said it": {},
    "its key": {"who": "w2", "url": "", "source_id": "90"},
    "its way": {"who": "w2", "url": "", "key": "another"},
    "its address": {"who": "w2", "source_id": "90", "key": "another"},
    "what it was signed with": {"who": "w2", "url": "", "source_id": "90", "key": "another", "handle": "@w1@m.example"},
    "nothing": {"who": "w2", "url": "", "source_id": "90", "key": "another"},
}


@pytest.mark.parametrize(("change", "stays"), [(change, name == "nothing") for name, change in BACK.items()], ids=BACK)
def test_who_was_brought_back_is_taken_out_again(store, tmp_path, change, stays):
    """By whatever of it is known; what others said stays, and names them no more."""
    before = open_store("sqlite:///before.db", tmp_path)
    person = say(before, 1, who="w1")
    like = replace(SAID, kind="like", source="liked", source_id="1", url="", author=ANA)
    before.conversation.record(like, APPROVED, NOW)
    key = before.conversation.by_source("mastodon", "1").key
    before.conversation.erase(person, NOW)
    with before.database.reading() as connection:
        known = [connection.execute(select(table)).mappings().all() for table in (erasures, marks)]
    before.close()
    say(store, 1, who=change.get("who", "w1"))
    said = {"text": "@w1@m.example sí", "html": '<p><a href="https://m.example/w1">@w1</a> sí</p>'}
    say(store, 2, **said)
    for number, kind in ((1, "like"), (2, "like"), (3, "repost")):
        one = replace(
            like, source_id=str(number), kind=kind, author=LUIS, text="RT @w1@m.example" if number > 2 else ""
        )
        store.conversation.record(one, APPROVED, NOW)
    sent(store, "@w1@m.example hola", "@w2@m.example hola")
    with store.database.writing() as connection:
        connection.execute(update(comments).where(comments.c.id == 2).values(in_reply_to="https://m.example/w1/1"))
        columns = {"key": change.get("key", key), "url": change.get("url", "https://m.example/w1/1")}
        columns |= {"handle": change["handle"]} if "handle" in change else {}
        connection.execute(update(comments).where(comments.c.id == 1).values(**columns))
        if source_id := change.get("source_id"):
            connection.execute(update(sources).where(sources.c.comment == 1).values(source_id=source_id))
        erased.sweep(connection, NOW)
        assert [1, 2] == list(connection.execute(select(comments.c.id).order_by(comments.c.id)).scalars())
        for table, rows in zip((erasures, marks), known, strict=True):
            had = set(connection.execute(select(table.primary_key.columns[0])).scalars())
            new = [dict(row) for row in rows if row[table.primary_key.columns[0].name] not in had]
            connection.execute(insert(table), new)
        erased.sweep(connection, NOW)
    assert [1] * stays + [2] == left(store)
    two = store.conversation.by_source("mastodon", "2")
    assert ("@… sí", "<p>@… sí</p>", "") == (two.text, two.html, two.in_reply_to)
    assert [False, True] == [store.conversation.has_counted("liked", number) for number in "12"]
    assert ["RT @…"] == [one.text for one in store.conversation.folded()]
    assert ["@… hola", "@w2@m.example hola"] == messages(store)


def test_who_comes_later_names_the_erased_no_more(store):
    """Neither by a link, nor by a handle, nor by what it answers; and it is known which comments were theirs."""
    key = store.conversation.record(
        replace(SAID, source_id="1", url="https://m.example/w1/1", author=ANA), APPROVED, NOW
    ).key
    said = {"text": "@w1@m.example sí, Ana", "html": '<p><a href="https://m.example/@w1">Ana</a> sí</p>'}
    store.conversation.erase(store.conversation.get(key).person, NOW)
    say(store, 2, to="https://m.example/w1/1", **said)
    say(store, 3, to="2")
    one, two = (store.conversation.by_source("mastodon", number) for number in "23")
    assert ("@… sí, @…", "<p>@… sí</p>", "") == (one.text, one.html, one.in_reply_to)
    assert "2" == two.in_reply_to
    with store.database.reading() as connection:
        assert {key} == erased.keys_erased(connection, [key, one.key, "another"])


@pytest.mark.parametrize(
    ("network", "handle"),
    [("web", ""), ("web", "Ana Luisa"), ("form", "@luis@m.example"), ("mastodon", "@eva@m.example")],
)
def test_an_answer_that_does_not_name_who_is_erased_stays_as_it_went(store, network, handle):
    """Who has no handle is named by none, and what is typed into the form is nobody's; neither are posts changed."""
    who = Author(network=network, identity="ana.example", name="", handle=handle)
    key = store.conversation.record(replace(SAID, url="", author=who), APPROVED, NOW).key
    words = ["@luis@m.example hola", "Ana Luisa, sí", "", DAMAGED]
    sent(store, *words)
    sent(store, "@eva@m.example pita", answer="")
    with store.database.writing() as connection:
        connection.execute(insert(saved_views).values(member="Toni", name="mías", asked="state=later"))
    store.conversation.erase(store.conversation.get(key).person, NOW)
    assert [*words, "@eva@m.example pita"] == messages(store)
    with store.database.reading() as connection:
        assert ["mías"] == connection.execute(select(saved_views.c.name)).scalars().all()


@pytest.mark.parametrize(
    ("state", "kept"), [("delivered", ""), ("withdrawn", ""), ("refused", ""), ("waiting", "1"), ("queued", "1")]
)
def test_where_an_answer_went_is_kept_while_it_may_be_on_its_way(store, state, kept):
    """It is looked for there; what has ended, well or not, leads to nobody."""
    person = say(store, 1, who="ana")
    sent(store, "hola")
    there = json.dumps({"text": "hola", "answers": "1"})
    with store.database.writing() as connection:
        connection.execute(update(deliveries).values(state=state, attempt_started_at="1", message=there))
    store.conversation.erase(person, NOW)
    with store.database.reading() as connection:
        assert kept == json.loads(connection.execute(select(deliveries.c.message)).scalar())["answers"]


def test_a_handle_in_other_capitals_is_the_same(store):
    """Also where it has letters that SQLite knows no capitals of."""
    who = Author(network="mastodon", identity="https://peña.example/users/ana", name="Ana", handle="@ana@Peña.example")
    key = store.conversation.record(replace(SAID, url="", author=who), APPROVED, NOW).key
    sent(store, "@Ana@PEÑA.example sí", "@ana@peña.example.org no")
    store.conversation.erase(store.conversation.get(key).person, NOW)
    assert ["@… sí", "@ana@peña.example.org no"] == messages(store)


def test_links_to_a_page_that_they_said_is_theirs_go_too(store):
    """Nobody has proved it, and it leads to them all the same."""
    who = Author(network="web", identity="ana.example", name="Ana", url="https://ana.example/about")
    key = store.conversation.record(replace(SAID, url="", author=who), APPROVED, NOW).key
    link = '<p><a href="https://ana.example/about">ella</a> y <a href="https://ana.example/other">otra</a></p>'
    say(store, 2, who="luis", html=link, text="ella y otra, las dos de siempre")
    say(store, 3, who="luis", post="tercero", html='<p><a href="https://ana.example/about"><img></a></p>', text="hola")
    other = '<p><a href="https://ana.example/other">otra</a></p>'
    say(store, 4, who="luis", post="otro", to="https://luis.example/", html=other, text="otra @luis@m.example")
    store.inbox.refresh(NOW)
    touched = store.conversation.erase(store.conversation.get(key).person, NOW)
    assert {("voto", "es"), ("tercero", "es")} == touched
    two, three = (store.conversation.by_source("mastodon", number) for number in "23")
    assert ('<p>@… y <a href="https://ana.example/other">otra</a></p>', "@… y otra, las dos de siempre") == (
        two.html,
        two.text,
    )
    assert ("<p>@…</p>", "hola") == (three.html, three.text)
    found = [store.inbox.page(InboxFilter(state=None, words=word), NOW).items for word in ("ella", "otra")]
    four = store.conversation.by_source("mastodon", "4").key
    assert [[], [four, two.key]] == [[item.said.key for item in items] for items in found]
    with store.database.reading() as connection:
        for row in connection.execute(select(comments)).all():
            assert fingerprint(row.text) == row.fingerprint


def test_a_handle_is_one_of_the_network_that_says_it(store):
    """Of the way by which a comment came first; another network has another Ana."""
    ana = Author(network="x", identity="7", name="Ana", handle="@ana")
    key = store.conversation.record(replace(SAID, source="x", url="", author=ana), APPROVED, NOW).key
    for number, source in (("2", "mastodon"), ("3", "x"), ("4", "x"), ("5", "mastodon"), ("6", "x")):
        luis = Author(network=source, identity="luis", name="Luis")
        said = replace(
            SAID, source=source, source_id=number, url="", author=luis, text="@ana sí", html="<p>@ana sí</p>"
        )
        store.conversation.record(said, APPROVED, NOW)
    ways = {"comment": 4, "source": "mastodon", "source_id": "40", "seen_at": "1"}, {"comment": 5, "source": "x"}
    with store.database.writing() as connection:
        for way in ways:
            connection.execute(insert(sources).values(**({"source_id": "50", "seen_at": "1"} | way)))
        connection.execute(delete(sources).where(sources.c.comment == 6))  # nobody knows any more
        connection.execute(update(comments).where(comments.c.id == 3).values(in_reply_to="ana"))  # an id, no handle
    store.conversation.erase(store.conversation.get(key).person, NOW)
    with store.database.reading() as connection:
        words = connection.execute(select(comments.c.text).order_by(comments.c.id)).scalars().all()
        assert "ana" == connection.execute(select(comments.c.in_reply_to).where(comments.c.id == 3)).scalar()
    assert ["@ana sí", "@… sí", "@… sí", "@ana sí", "@ana sí"] == words


def test_what_answers_the_erased_no_longer_says_whom(store):
    """Though its words name nobody; what answers somebody else still does."""
    person = say(store, 1, who="ana")
    for number in (2, 3):
        say(store, number, who="luis", html="<p>sí</p>", text="sí")
    above = {2: "https://m.example/ana/1", 3: "https://m.example/luis/2"}
    with store.database.writing() as connection:
        for number, address in above.items():
            connection.execute(update(comments).where(comments.c.id == number).values(in_reply_to=address))
    store.conversation.erase(person, NOW)
    assert ["", above[3]] == [store.conversation.by_source("mastodon", number).in_reply_to for number in "23"]


def test_what_a_post_told_the_erased_stays_told(store):
    """It is the author's, and would be told once more; what an answer told them is not kept."""
    person = say(store, 1, who="ana")
    row = {"target": "https://m.example/ana/1", "version": "1", "state": "sent"}
    with store.database.writing() as connection:
        for source in ("https://blog.example/voto/", "https://blog.example/voto/#c-k"):
            connection.execute(insert(sent_mentions).values(name=source, source=source, **row))
    store.conversation.erase(person, NOW)
    with store.database.reading() as connection:
        assert ["https://blog.example/voto/"] == connection.execute(select(sent_mentions.c.source)).scalars().all()
