"""The store of the conversation: once however often it comes, decided once, shown when approved, erased for good.

The same tests run on SQLite and on PostgreSQL.
"""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, text

from tertulia.content import snapshot
from tertulia.store import archive, connection, open_store
from tertulia.store.connection import Database
from tertulia.store.letters import NewLetter
from tertulia.store.recording import fingerprint, key_of
from tertulia.store.said import Author, Incoming, Reason, Recorded, Verdict
from tertulia.store.tables import metadata

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WAITING = Verdict("waiting", 2, (Reason("rule_first", {}, 0), Reason("rule_links", {"n": 3}, 2)))
APPROVED = Verdict("approved")
ANA = Author(network="mastodon", identity="https://mas.example/users/ana", name="Ana", handle="@ana@mas.example")
SAID = Incoming(
    source="mastodon",
    source_id="1134",
    post="voto",
    lang="es",
    kind="reply",
    author=ANA,
    published=NOW,
    text="No pito, pero me quejo mucho.",
    html="<p>No pito, pero me quejo mucho.</p>",
    url="https://mas.example/@ana/1134",
)


@pytest.fixture
def talk(store):
    """The conversation of an empty store."""
    return store.conversation


def test_the_migrations_make_the_tables_that_the_code_describes(store):
    """Nothing differs between what was migrated and what is declared."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.database.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    ours = [
        one
        for one in differences
        if one[0] not in ("modify_comment", "add_table_comment") and "comment" not in str(one[0])
    ]
    flat = [one for one in ours if not isinstance(one, list)]
    nested = [one for group in ours if isinstance(group, list) for one in group if one[0] != "modify_comment"]
    assert [] == flat + nested


def test_the_same_thing_twice_changes_nothing(talk):
    """A second run with nothing new leaves one comment and says so."""
    first = talk.record(SAID, WAITING, NOW)
    assert Recorded("new", key_of("mastodon", "1134"), "waiting", False) == first
    assert Recorded("same", first.key, "waiting") == talk.record(SAID, APPROVED, NOW + timedelta(hours=1))
    assert ["waiting"] == [one.status for one in talk.find()]


def test_reasons_are_kept_with_their_values(talk):
    """What moderation said can be said again in another language."""
    key = talk.record(SAID, WAITING, NOW).key
    assert [("rule_first", {}, 0), ("rule_links", {"n": 3}, 2)] == talk.get(key).reasons


def test_an_edit_brings_new_words_and_a_new_verdict(talk):
    """What was changed where it was said changes here, once."""
    talk.record(SAID, APPROVED, NOW)
    edited = replace(SAID, text="Sí pito.", html="<p>Sí pito.</p>", edited=NOW + timedelta(hours=2))
    done = talk.record(edited, WAITING, NOW + timedelta(hours=3))
    assert ("edited", "waiting", True) == (done.state, done.status, done.public)
    assert "same" == talk.record(edited, WAITING, NOW + timedelta(hours=4)).state
    assert ("Sí pito.", "2026-11-22T20:00:00.000000+00:00") == (talk.get(done.key).text, talk.get(done.key).edited_at)


def test_what_the_owner_turned_down_stays_so_when_it_is_edited(talk):
    """An edit does not bring back what was rejected."""
    key = talk.record(SAID, WAITING, NOW).key
    talk.decide(key, "rejected", "owner", NOW, version=talk.get(key).version)
    talk.record(replace(SAID, text="Otra cosa", html="<p>Otra cosa</p>"), APPROVED, NOW)
    assert ("rejected", "Otra cosa") == (talk.get(key).status, talk.get(key).text)


def test_one_reply_seen_by_two_ways_is_one_comment_with_two_sources(talk):
    """The bridge's webmention of a toot that we have joins it; the toot's deletion is the last word."""
    key = talk.record(SAID, APPROVED, NOW).key
    bridged = replace(SAID, source="webmention", source_id="https://bridge.example/1 https://blog.example/voto/")
    bridged = replace(bridged, author=Author(network="web", identity="https://mas.example/@ana"))
    assert Recorded("merged", key, "approved", True) == talk.record(bridged, WAITING, NOW)
    assert "same" == talk.record(replace(bridged, text="otro resumen"), WAITING, NOW).state
    assert ["mastodon", "webmention"] == [way[0] for way in talk.get(key).sources]
    talk.remove("webmention", bridged.source_id, NOW)
    assert "approved" == talk.get(key).status
    talk.record(bridged, WAITING, NOW)
    talk.remove("mastodon", "1134", NOW)
    assert "gone" == talk.get(key).status


@pytest.mark.parametrize("written", ["@ana/1134", "users/ana/statuses/1134"])
@pytest.mark.parametrize("bridged", ["@ana/1134/", "users/ana/statuses/1134/"])
def test_a_slash_at_the_end_of_an_address_makes_no_second_comment(talk, written, bridged):
    """A status has two addresses, and whoever copies one by hand may end it with a slash."""
    key = talk.record(replace(SAID, url=f"https://mas.example/{written}"), APPROVED, NOW).key
    told = replace(SAID, source="webmention", source_id="https://bridge.example/1 https://blog.example/voto/")
    told = replace(told, author=Author(network="web", identity="https://mas.example/@ana"))
    told = replace(told, url=f"https://mas.example/{bridged}")
    assert Recorded("merged", key, "approved", True) == talk.record(told, WAITING, NOW)


def test_what_comes_back_is_judged_again(talk):
    """Deleted and posted again under the same id, it waits for its verdict anew."""
    key = talk.record(SAID, APPROVED, NOW).key
    talk.remove("mastodon", "1134", NOW)
    assert ("edited", "waiting") == (talk.record(SAID, WAITING, NOW).state, talk.get(key).status)


def test_a_reply_that_comes_before_what_it_answers_finds_its_place(talk):
    """Networks do not promise an order."""
    late = replace(SAID, source_id="1135", url="https://mas.example/@luis/1135", in_reply_to="1134")
    key = talk.record(late, APPROVED, NOW).key
    assert None is talk.get(key).parent
    parent = talk.record(SAID, APPROVED, NOW).key
    assert talk.get(parent).id == talk.get(key).parent
    assert [parent] == [one.key for one in talk.thread(talk.get(key))]


def test_only_what_is_approved_reaches_the_snapshot(talk, tmp_path):
    """A waiting reply is not there; nor what was published unread below it, until the owner has read that."""
    key = talk.record(SAID, WAITING, NOW).key
    below = replace(SAID, source_id="2", url="", in_reply_to="1134", html="<p>abajo</p>")
    answer = talk.record(below, APPROVED, NOW + timedelta(minutes=1)).key
    assert not talk.show(tmp_path, "voto", "es")
    talk.decide(answer, "approved", "owner", NOW, version=talk.get(answer).version)
    assert talk.show(tmp_path, "voto", "es")
    assert [("", "<p>abajo</p>")] == [(c.parent, c.html) for c in snapshot.read(tmp_path, "voto", "es").comments]
    talk.decide(key, "approved", "owner", NOW, version=talk.get(key).version)
    assert talk.show(tmp_path, "voto", "es")
    assert not talk.show(tmp_path, "voto", "es")
    assert ["", key] == [c.parent for c in snapshot.read(tmp_path, "voto", "es").comments]


def test_likes_are_a_number_once_per_source(talk, tmp_path):
    """The same like twice is one; a network's total replaces its last; one taken back is gone."""
    like = replace(SAID, kind="like", source="webmention", source_id="https://x.example/like", text="", html="", url="")
    assert "new" == talk.record(like, APPROVED, NOW).state
    assert "same" == talk.record(like, APPROVED, NOW).state
    assert talk.count("voto", "es", "like", "mastodon", "our-post", number=7, now=NOW)
    assert talk.count("voto", "es", "like", "mastodon", "our-post", number=9, now=NOW)
    assert not talk.count("voto", "es", "like", "mastodon", "our-post", number=9, now=NOW)
    talk.show(tmp_path, "voto", "es")
    assert {"like": 10} == snapshot.read(tmp_path, "voto", "es").counts
    assert talk.remove("webmention", "https://x.example/like", NOW).public
    talk.show(tmp_path, "voto", "es")
    assert {"like": 9} == snapshot.read(tmp_path, "voto", "es").counts


def test_showing_leaves_what_the_outbox_wrote(talk, tmp_path):
    """Where the post lives on networks is not ours to change."""
    where = (snapshot.Syndicated("mastodon", "https://mas.example/@blog/1"),)
    snapshot.write(tmp_path, snapshot.Conversation(id="voto", lang="es", syndication=where))
    talk.record(SAID, APPROVED, NOW)
    talk.show(tmp_path, "voto", "es")
    assert where == snapshot.read(tmp_path, "voto", "es").syndication


def test_an_erased_person_does_not_come_back(talk, tmp_path):
    """Neither by the same account, nor by a bridge that shows the same reply; the answers of others stay."""
    key = talk.record(SAID, APPROVED, NOW).key
    other = Author(network="web", identity="https://luis.example")
    answer = replace(SAID, source="webmention", source_id="w1", url="https://luis.example/1", author=other)
    answer = replace(answer, in_reply_to=SAID.url, text="Y yo", html="<p>Y yo</p>")
    talk.record(answer, APPROVED, NOW)
    assert {("voto", "es")} == talk.erase(talk.get(key).person, NOW)
    assert "refused" == talk.record(SAID, APPROVED, NOW).state
    assert "refused" == talk.record(replace(SAID, source_id="77", url=""), APPROVED, NOW).state
    bridged = replace(
        SAID, source="webmention", source_id="b", author=replace(other, identity="https://bridge.example")
    )
    assert "refused" == talk.record(bridged, APPROVED, NOW).state
    assert ["Y yo"] == [one.text for one in talk.find()]
    talk.show(tmp_path, "voto", "es")
    assert b"mas.example" not in snapshot.file_for(tmp_path, "voto", "es").read_bytes()


def test_nothing_of_the_erased_is_left_in_any_row(talk, store):
    """Not where the answers of others keep their place, nor in what those said first; that it was done is."""
    ana = replace(ANA, name="Zoraida", url="https://ana.example/yo", avatar="retrato.webp")
    key = talk.record(replace(SAID, author=ana, in_reply_to="https://otra.example/z"), APPROVED, NOW).key
    luis = Author(network="web", identity="https://luis.example")
    answer = replace(SAID, source="webmention", source_id="w1", url="https://luis.example/1", author=luis)
    for words in ("@ana@mas.example no, yo sí", "Y yo"):
        talk.record(replace(answer, in_reply_to=SAID.url, text=words, html=f"<p>{words}</p>"), APPROVED, NOW)
    talk.erase(talk.get(key).person, NOW)
    with store.database.reading() as connection:
        kept = str([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    traces = ("pito", "Zoraida", "mas.example", "ana.example", "retrato", "otra.example", fingerprint(SAID.text))
    assert [] == [trace for trace in traces if trace in kept]
    assert ("owner", "erased", "") in [(who, what, comment) for _, who, what, comment, _ in talk.audit()]


def test_moderation_learns_what_is_known_of_a_person(talk):
    """Approved and turned-down comments are counted, repeats of the same words are seen."""
    talk.record(SAID, APPROVED, NOW)
    talk.record(replace(SAID, source_id="2", url=""), Verdict("spam"), NOW)
    known = talk.known(replace(SAID, source_id="3", url=""))
    assert (1, 1, 2, None) == (known.approved, known.turned_down, known.repeats, known.status)
    assert ("approved", SAID.text) == (talk.known(SAID).status, talk.known(SAID).text)


def test_spam_is_forgotten_after_thirty_days(talk):
    """Not before, and nothing else with it."""
    talk.record(SAID, Verdict("spam"), NOW)
    talk.record(replace(SAID, source_id="2", url="", text="bien"), APPROVED, NOW)
    assert 0 == talk.purge(NOW + timedelta(days=29))
    assert 1 == talk.purge(NOW + timedelta(days=31))
    assert ["bien"] == [one.text for one in talk.find()]


def test_search_takes_every_word_as_it_is(talk):
    """The signs of SQL are letters like any other."""
    talk.record(replace(SAID, text="100% de acuerdo"), APPROVED, NOW)
    talk.record(replace(SAID, source_id="2", url="", text="100 de acuerdo"), APPROVED, NOW)
    assert ["100% de acuerdo"] == [one.text for one in talk.find(words="100% Acuerdo")]
    assert 2 == len(talk.find(words="ana"))


PEOPLE = (
    "Óscar Núñez",
    "Ángela",
    "Íñigo",
    "I\u0301n\u0303igo",
    "Çelik",
    "Straße",
    "ÉTIENNE",
    "Łucja",
    "ΆΝΝΑ",
    "100%_a",
    "Ana",
)


@pytest.mark.parametrize("turned", [str, str.upper, str.lower, str.casefold])
def test_people_and_words_are_found_alike_whatever_their_letters(talk, turned):
    """Case and accents make no difference to a search, on either store; they do to a name that is looked for."""
    for number, name in enumerate(PEOPLE):
        author = Author(network="form", identity=f"cookie{number}", name=name, url="")
        said = replace(SAID, source="form", source_id=f"f{number}", author=author, url="", text=f"EL ÑANDÚ, {number}")
        talk.record(said, APPROVED, NOW)
    for name in PEOPLE:
        assert name in {one.name for one in talk.find(words=turned(name))}
        bare = "".join(sign for sign in unicodedata.normalize("NFD", name) if not unicodedata.combining(sign))
        assert name in {one.name for one in talk.find(words=turned(bare))}
        same = {other for other in PEOPLE if unicodedata.normalize("NFC", other) == unicodedata.normalize("NFC", name)}
        assert same == {one.name for one in talk.named(name)}
    assert len(PEOPLE) == len(talk.find(words=turned("ñandú")))
    assert len(PEOPLE) - 1 == len(talk.find(words="nandu", offset=1))
    assert [] == talk.named("")
    assert [] == talk.named("Ang")
    assert [] == talk.find(words="100%_b")


def test_every_decision_is_written_down(talk):
    """Who, what and when, without anybody's name."""
    key = talk.record(SAID, WAITING, NOW).key
    talk.decide(key, "approved", "owner", NOW, version=talk.get(key).version, reason="buen tono")
    assert [("owner", "approved", "buen tono"), ("rules", "waiting", "")] == [
        (w, d, r) for _, w, d, _, r in talk.audit(key)
    ]


def test_the_fingerprint_sees_through_small_changes():
    """Case, accents and punctuation do not make other words; three words are too few to tell, four are not."""
    assert fingerprint("¡Compra YA, zapatos baratos!") == fingerprint("compra ya zapatos   baratos")
    assert "" == fingerprint("Muy de acuerdo")
    assert fingerprint("Muy de acuerdo contigo") not in ("", fingerprint("Muy de acuerdo conmigo"))


def test_a_reply_hangs_under_no_other_post(talk):
    """What it answers must be under the same post, in the same language."""
    key = talk.record(SAID, APPROVED, NOW).key
    for place in ({"post": "otra"}, {"lang": "en"}):
        for named in ("1134", SAID.url, f"https://blog.example/#c-{key}"):
            below = replace(SAID, source_id=f"{place} {named}", url="", in_reply_to=named, **place)
            assert None is talk.get(talk.record(below, APPROVED, NOW).key).parent


def test_a_networks_number_counts_whoever_is_blocked(talk, tmp_path):
    """It names nobody, so nobody's being blocked takes it away."""
    key = talk.record(SAID, APPROVED, NOW).key
    talk.count("voto", "es", "like", "mastodon", "our-post", number=7, now=NOW)
    talk.trust(key, "blocked", NOW, version=talk.get(key).version)
    talk.show(tmp_path, "voto", "es")
    assert {"like": 7} == snapshot.read(tmp_path, "voto", "es").counts


def test_what_a_blocked_person_likes_does_not_count(talk, tmp_path):
    """And counts again when they are blocked no more."""
    key = talk.record(SAID, WAITING, NOW).key
    like = replace(SAID, kind="like", source_id="like", text="", html="", url="")
    talk.record(like, APPROVED, NOW)
    seen = []
    for trust in ("unknown", "blocked", "unknown"):
        talk.trust(key, trust, NOW, version=talk.get(key).version)
        talk.show(tmp_path, "voto", "es")
        seen.append(snapshot.read(tmp_path, "voto", "es").counts)
    assert [{"like": 1}, {}, {"like": 1}] == seen


def test_what_was_erased_is_known_by_its_source_alone(talk):
    """Told again by somebody else, without an address, it stays out."""
    key = talk.record(replace(SAID, url=""), APPROVED, NOW).key
    talk.erase(talk.get(key).person, NOW)
    other = replace(SAID, url="", author=replace(ANA, identity="https://mas.example/users/otra"))
    assert "refused" == talk.record(other, APPROVED, NOW).state


STRANGER = Author(network="web", identity="https://otra.example", name="Otra")
ANA_LIKES = replace(SAID, kind="like", source_id="l1", url="", text="", html="")
# What of hers may be told again, each with one thing alone by which it can be known.
HERS = {
    "source": replace(SAID, url="", author=STRANGER),
    "address": replace(SAID, source="webmention", source_id="b", author=STRANGER),
    "account": replace(SAID, source_id="9", url=""),
    "page": replace(SAID, source="webmention", source_id="b", url="", author=replace(STRANGER, identity=ANA.identity)),
    "other way": replace(SAID, source="webmention", source_id="w2", url="", author=STRANGER),
    "like": replace(ANA_LIKES, author=STRANGER),
}


@pytest.mark.parametrize("door", ["record", "export"])
@pytest.mark.parametrize("known_by", HERS)
def test_each_of_what_is_known_of_the_erased_is_enough(talk, store, tmp_path, door, known_by):
    """By any door, the export of another store too; what others say of the same post comes in."""
    key = talk.record(SAID, APPROVED, NOW).key
    assert "merged" == talk.record(replace(SAID, source="webmention", source_id="w2"), APPROVED, NOW).state
    talk.record(ANA_LIKES, APPROVED, NOW)
    talk.erase(talk.get(key).person, NOW)
    liked = replace(ANA_LIKES, source_id="l2", author=replace(STRANGER, identity="https://m.es"))
    other = replace(
        SAID, source_id="luis", url="https://luis.example/1", author=replace(STRANGER, identity="https://l.es")
    )
    if door == "record":
        assert "refused" == talk.record(HERS[known_by], APPROVED, NOW).state
        assert ["new", "new"] == [talk.record(one, APPROVED, NOW).state for one in (other, liked)]
    else:
        before = open_store("sqlite:///var/before.db", tmp_path)
        for said in (HERS[known_by], other, liked):
            before.conversation.record(said, APPROVED, NOW)
        archive.load(store.database, archive.export(before.database))
        before.close()
    talk.show(tmp_path, "voto", "es")
    shown = snapshot.read(tmp_path, "voto", "es")
    assert (["Otra"], {"like": 1}) == ([one.author for one in shown.comments], shown.counts)


@pytest.mark.parametrize("page", ["https://mas.example/@ana", ANA.identity])
def test_a_page_of_an_erased_persons_own_tells_nothing(talk, page):
    """Whoever is said to have written what lives there."""
    key = talk.record(replace(SAID, author=replace(ANA, url="https://mas.example/@ana")), APPROVED, NOW).key
    talk.erase(talk.get(key).person, NOW)
    told = replace(SAID, source="webmention", source_id="b", url=page, author=STRANGER)
    assert "refused" == talk.record(told, APPROVED, NOW).state


@pytest.mark.parametrize("url", [SAID.url, "https://otra.example/@ana/1"])
def test_what_an_erased_person_said_is_known_wherever_it_lived(talk, url):
    """Where it moved to, and where it was before."""
    key = talk.record(SAID, APPROVED, NOW).key
    talk.record(replace(SAID, url="https://otra.example/@ana/1"), APPROVED, NOW)
    talk.erase(talk.get(key).person, NOW)
    assert (
        "refused"
        == talk.record(replace(SAID, source="webmention", source_id="b", url=url, author=STRANGER), APPROVED, NOW).state
    )


BY_NUMBER = Author(network="mastodon", identity="77", name="Ana", handle="@ana@mas.example")
BY_PAGE = Author(network="web", identity="mas.example/@ana", name="Ana", url="https://mas.example/@ana")


@pytest.mark.parametrize(
    ("known", "comes", "state"),
    [
        ([BY_PAGE], BY_NUMBER, "refused"),
        ([BY_NUMBER], BY_PAGE, "refused"),
        ([BY_NUMBER], replace(BY_NUMBER, handle="@nueva@mas.example"), "refused"),
        ([BY_NUMBER], replace(BY_NUMBER, identity="88"), "new"),  # to whom the network gave the handle since
        ([BY_NUMBER, replace(BY_NUMBER, handle="@nueva@mas.example")], BY_PAGE, "refused"),
    ],
)
def test_an_erased_person_is_known_by_every_name_that_they_had(talk, known, comes, state):
    """By whichever way they are told of; whoever has another number is somebody else."""
    for number, author in enumerate(known):
        said = replace(SAID, source=author.network, source_id=f"{number}", url="", author=author)
        key = talk.record(said, APPROVED, NOW).key
    talk.erase(talk.get(key).person, NOW)
    told = replace(SAID, source=comes.network, source_id="c", url="", author=comes)
    assert state == talk.record(told, APPROVED, NOW).state


def test_an_address_that_an_erased_person_typed_is_not_theirs(talk):
    """Anybody types any address into the form: whoever lives there is somebody else."""
    typed = Author(network="form", identity="browser 1", name="Ana", url=STRANGER.identity)
    key = talk.record(replace(SAID, source="form", source_id="f", url="", author=typed), APPROVED, NOW).key
    talk.erase(talk.get(key).person, NOW)
    said = replace(SAID, source_id="9", url=STRANGER.identity, author=STRANGER)
    assert "new" == talk.record(said, APPROVED, NOW).state


def test_erasing_one_takes_nothing_from_another(talk, store):
    """Whatever hangs on what she said goes; the same of somebody else beside her stays, each in its place."""
    luis = replace(SAID, source_id="luis", url="https://luis.example/1", author=STRANGER)
    for said, mail in ((SAID, "ana@a.example"), (luis, "luis@l.example")):
        one = talk.get(talk.record(said, APPROVED, NOW).key)
        fan = Author(network="web", identity=f"https://fan.example/{said.source_id}", name="Fan")
        liked = replace(ANA_LIKES, source_id=f"on {said.source_id}", in_reply_to=said.source_id, author=fan)
        talk.record(liked, APPROVED, NOW)
        store.letters.ask(one.id, mail, "es", NOW)
        store.letters.write("owner@blog.example", "Lee", "…", NOW, one.id)
        store.letters.write("fan@blog.example", "Lee", f"https://blog.example/voto#c-{one.key}", NOW)
        store.letters.tell([NewLetter(recipient=mail, subject="S", body="…", tells=f"a {mail}")], NOW)
        store.drafts.keep(one.key, "Toni", "Gracias", NOW)
        store.followers.confirm(store.followers.ask("voto", "es", mail, NOW).id)
        store.subscribers.confirm(store.subscribers.ask(mail, "es", NOW).id, NOW)
    ana, luis_ = (talk.by_source("mastodon", name) for name in ("1134", "luis"))
    talk.erase(ana.person, NOW)
    assert [luis_.id] == [one.id for one in talk.find()]
    assert {luis_.key} == store.drafts.begun("Toni")
    assert ["luis@l.example"] == [one.email for one in store.followers.of_post("voto", "es")] == [
        one.email for one in store.subscribers.confirmed()
    ] == [store.letters.notice_of(luis_.id).email]  # fmt: skip
    assert None is store.letters.notice_of(ana.id)
    left = store.letters.due(NOW)
    assert ["owner@blog.example", "fan@blog.example", "luis@l.example"] == [one.recipient for one in left]
    assert luis_.key in left[1].body


def test_an_older_store_keeps_who_said_what(tmp_path):
    """Its comments get the name that their person had when it was brought up to date."""
    database = Database("sqlite:///var/t.db", tmp_path)
    config = Config()
    config.set_main_option("script_location", str(Path(connection.__file__).parent / "migrations"))
    with database.writing() as at_work:
        config.attributes["connection"] = at_work
        command.upgrade(config, "0004")
        at_work.execute(
            text(
                "INSERT INTO persons (network, identity, name, handle, url) VALUES ('web', 'a', 'Ana', '@a', 'https://a')"
            )
        )
        at_work.execute(
            text(
                "INSERT INTO comments (key, post, lang, kind, person, status, published_at, received_at)"
                " VALUES ('k', 'voto', 'es', 'reply', 1, 'approved', :now, :now)"
            ),
            {"now": NOW.isoformat()},
        )
    database.close()
    store = open_store("sqlite:///var/t.db", tmp_path)
    said = store.conversation.get("k")
    assert ("Ana", "@a", "https://a", "") == (said.name, said.handle, said.author_url, said.avatar)
    store.close()


def test_an_export_of_an_older_version_says_who_said_what(talk, store, tmp_path):
    """There, what a person is called is with the person alone."""
    key = talk.record(SAID, APPROVED, NOW).key
    data = archive.export(store.database)
    for row in data["comments"]:
        for name in ("name", "handle", "author_url", "avatar"):
            del row[name]
    for row in data["decisions"]:
        for name in ("was", "was_by", "version"):
            del row[name]
    other = open_store("sqlite:///var/other.db", tmp_path)
    archive.load(other.database, data)
    assert ("Ana", "@ana@mas.example") == (other.conversation.get(key).name, other.conversation.get(key).handle)
    other.close()


def test_fingerprints_that_stores_keep_stay_valid():
    """Words are known again by the name that every earlier version gave them."""
    assert "90abeca186002246f9f70409b5e685b3" == fingerprint("El voto útil, ¿y después? «Año» 2026")
    assert fingerprint("EL VOTO   utíl y despues 2026 ano") == fingerprint("el voto útil, Y después... 2026, año")
    assert "" == fingerprint("Gracias por esto")
