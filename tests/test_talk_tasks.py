"""The conversation from the terminal: decided by one key, exported, brought back, erased; letters and rebuilding."""

import asyncio
import email
import email.policy
import json
import sqlite3
import stat
import sys

import pytest

from tertulia.commands import talk as tasks
from tertulia.content import snapshot
from tertulia.core.errors import StoreError, TertuliaError
from tertulia.store import archive, open_store
from tertulia.store.said import Author, Incoming, Status, Verdict
from tests.talking import NOW, OURS, Talk

LIKE = Incoming(
    source="webmention", source_id="https://eva.example/1 x", post="otro", lang="es", kind="like",
    author=Author(network="web", identity="eva.example", name="Eva"), published=NOW,
)  # fmt: skip


@pytest.fixture
def talk(tmp_path):
    """A blog with its service."""
    found = Talk(tmp_path)
    yield found
    found.store.close()


def answers(*keys):
    """A person who presses these keys."""
    left = list(keys)
    return lambda _question: left.pop(0)


def test_the_queue_is_decided_by_one_key_each(talk):
    """Approve, spam, not now, a wrong key, quit."""
    keys = [talk.said(text=f"Comentario número {n} de la tarde").key for n in range(5)]
    shown = []
    done = tasks.moderate(talk.blog.moderator, answers("a", "s", "n", "x", "r", "q"), shown.append)
    statuses = [talk.store.conversation.get(key).status for key in keys]
    assert (3, ["approved", "spam", "waiting", "rejected", "waiting"]) == (done, statuses)
    assert any("es la primera vez que escribe" in page for page in shown)
    assert [keys[0]] == [one.id for one in snapshot.read(talk.blog.snapshots, "voto", "es").comments]


def test_trusting_publishes_what_a_person_said_and_will_say(talk):
    """In the terminal as in the page."""
    said = talk.said(remember="yes")
    tasks.moderate(talk.blog.moderator, answers("t"), lambda _: None)
    assert ("approved", "approved") == (talk.store.conversation.get(said.key).status, talk.said(text="Dos").status)


def test_the_terminal_shows_words_and_obeys_none_of_them(talk):
    """No control characters reach it."""
    said = talk.said(text="Hola \x1b[2J\x1b]0;título\x07 y \u202eadiós", name="Ana\x1b[31m")
    shown = tasks.as_text(talk.store, said)
    assert "Hola" in shown
    assert {"\n"} >= {mark for mark in shown if ord(mark) < 32 or ord(mark) in (0x7F, 0x9B, 0x202E)}


def full(talk):
    """A store with a bit of everything."""
    above = talk.said(email="ana@correo.example", notify="yes")
    talk.blog.moderator.decide(above.key, "approved", above.version)
    talk.said(parent=above.key, text="Te respondo", name="Luis")
    spam = talk.said(text="Compra ya relojes muy baratos")
    talk.blog.moderator.decide(spam.key, "spam", spam.version)
    talk.browser.post("/comments/like", data={"post": "voto", "lang": "es", "comment": above.key})
    gone = talk.said(name="Zutana", text="Me borrarán")
    talk.blog.moderator.erase(gone.person)
    return above


def test_an_export_brings_everything_to_another_store(talk, tmp_path):
    """Out, in, out again: the same."""
    full(talk)
    first = archive.export(talk.store.database)
    other = open_store("sqlite:///other.db", tmp_path)
    assert 3 == archive.load(other.database, json.loads(json.dumps(first)))
    assert first == archive.export(other.database) | {"erasures": first["erasures"]}
    assert sorted(first["erasures"]) == sorted(archive.export(other.database)["erasures"])
    other.conversation.show_all(tmp_path / "again")
    assert snapshot.read(tmp_path / "again", "voto", "es") == snapshot.read(talk.blog.snapshots, "voto", "es")
    other.close()


def test_an_import_leaves_what_the_store_has_of_its_own(talk, tmp_path):
    """Likes, who likes, and learnt words of a store without comments; what both have counts once."""
    full(talk)
    data = json.loads(json.dumps(archive.export(talk.store.database)))
    other = open_store("sqlite:///other.db", tmp_path)
    other.conversation.count("otro", "es", "like", "mastodon", "9 likes", number=7, now=NOW)
    for own in (True, False):
        other.words.learn(["relojes", "ganga"], spam=own)
    other.conversation.record(LIKE, Verdict(Status.APPROVED), NOW)
    archive.load(other.database, data)
    after = archive.export(other.database)
    assert {("otro", 7), ("otro", 1)} == {(row["post"], row["number"]) for row in after["reactions"]} - {("voto", 1)}
    assert [1, 1] == after["words"]["ganga"]
    assert data["words"].keys() <= after["words"].keys()
    assert data["decisions"] == after["decisions"][-len(data["decisions"]) :]
    other.close()


def test_an_import_is_whole_or_not_at_all(talk, tmp_path):
    """Into an empty store, of our own making, and consistent."""
    full(talk)
    good = json.dumps(archive.export(talk.store.database))
    with pytest.raises(StoreError, match="sin comentarios"):
        archive.load(talk.store.database, json.loads(good))
    empty = open_store("sqlite:///empty.db", tmp_path)
    circle = json.loads(good)
    circle["comments"][0]["parent"] = circle["comments"][1]["key"]
    half = json.loads(good)
    half["comments"][2]["person"] = ["form", "nobody"]
    for broken in ({}, {"format": "x"}, circle, half, json.loads(good) | {"comments": None}):
        with pytest.raises(StoreError):
            archive.load(empty.database, broken)
        assert [] == empty.conversation.find()
    empty.close()


def test_what_is_held_on_a_person_is_for_that_person(talk, tmp_path):
    """By e-mail, and nobody else's words; in a file that others cannot read."""
    full(talk)
    said = tasks.comments(talk.store, tmp_path, "export", "ana.json", "ana@correo.example", var=tmp_path)
    held = json.loads((tmp_path / "ana.json").read_text("utf-8"))
    assert ["No pito, me quejo."] == [one["text"] for one in held["comments"]]
    assert "ana@correo.example" == held["comments"][0]["notice"]["email"]
    assert "Exportados 1 comentarios a ana.json" == said
    assert 0o600 == stat.S_IMODE((tmp_path / "ana.json").stat().st_mode)


def test_a_backup_is_whole_while_others_write(talk, tmp_path):
    """A database of its own that opens."""
    full(talk)
    tasks.comments(talk.store, tmp_path, "backup", "copia.db", "", var=tmp_path)
    with sqlite3.connect(tmp_path / "copia.db") as copy:
        assert [(3,)] == copy.execute("SELECT count(*) FROM comments").fetchall()
        assert [("ok",)] == copy.execute("PRAGMA integrity_check").fetchall()


def test_erasing_asks_first_and_names_exactly(talk):
    """A part of a name is nobody."""
    full(talk)
    with pytest.raises(TertuliaError, match="nadie se llama así"):
        tasks.erase(talk.blog.moderator, "Lui", True)
    assert "No se ha borrado nada." == tasks.erase(talk.blog.moderator, "Luis", False, answers("n"))
    tasks.erase(talk.blog.moderator, "Luis", False, answers("s"))
    assert [] == talk.store.conversation.find(words="Luis")


@pytest.mark.parametrize(("what", "file"), [("otra", ""), ("import", ""), ("import", "no-está.json")])
def test_wrong_questions_get_a_sentence(talk, tmp_path, what, file):
    """Not a traceback."""
    with pytest.raises(TertuliaError):
        tasks.comments(talk.store, tmp_path, what, file, "", var=tmp_path)


# Behind the service --------------------------------------------------------------------------------------------------


def test_the_hook_runs_in_the_blogs_folder_once_for_many_decisions(tmp_path):
    """A command."""
    talk = Talk(tmp_path, environ={"REBUILD_HOOK": f"{sys.executable} -c \"open('built', 'a').write('x')\""})
    talk.blog.background.run_hook()
    assert "x" == (tmp_path / "built").read_text()


def test_the_hook_may_be_an_address(tmp_path, socket_enabled, httpserver):
    """As a code host's dispatch wants it, with its token."""
    httpserver.expect_oneshot_request(
        "/dispatches", "POST", json={"event_type": "conversation"}, headers={"Authorization": "Bearer geheim12"}
    ).respond_with_data("", 204)
    host = f"localhost:{httpserver.port}"
    environ = {"REBUILD_HOOK": f"http://{host}/dispatches", "REBUILD_TOKEN": "geheim12", "FETCH_ALLOW_PRIVATE": host}
    Talk(tmp_path, environ=environ).blog.background.run_hook()
    httpserver.check_assertions()
    assert 1 == len(httpserver.log)


def test_letters_go_out_once_and_wait_for_a_server_that_is_down(tmp_path, socket_enabled):
    """A real conversation with a mail server."""
    received = []

    async def served():
        server = await asyncio.start_server(lambda r, w: _smtp(r, w, received), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        talk = Talk(
            tmp_path,
            environ={
                "OWNER_EMAIL": "reme@blog.example",
                "SMTP_URL": f"smtp://127.0.0.1:{port}",
                "MAIL_FROM": "Blog <b@blog.example>",
            },
        )
        talk.said(name="Ana Ñandú", text="¿Y la eñe?")
        sent = await asyncio.to_thread(talk.blog.background.send_letters)
        again = await asyncio.to_thread(talk.blog.background.send_letters)
        server.close()
        talk.later(minutes=10)
        talk.said(text="Con el servidor caído")
        failed = await asyncio.to_thread(talk.blog.background.send_letters)
        assert (1, 0, 0, 1) == (sent, again, failed, talk.store.letters.waiting())
        talk.later(minutes=2)
        assert 1 == len(talk.store.letters.due(talk.clock))

    asyncio.run(served())
    (letter,) = [email.message_from_bytes(one, policy=email.policy.default) for one in received]
    assert ("reme@blog.example", "Ana Ñandú comenta «El voto útil»") == (letter["To"], letter["Subject"])
    assert "> ¿Y la eñe?" in letter.get_content()
    assert "auto-generated" == letter["Auto-Submitted"]


async def _smtp(reader, writer, received):
    """As little of SMTP as a letter needs."""
    writer.write(b"220 here\r\n")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            writer.write(b"354 go\r\n")
            letter = b""
            while (line := await reader.readline()) != b".\r\n":
                letter += line
            received.append(letter)
        writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
        if word == b"QUIT":
            break
    writer.close()


def test_a_letter_never_shows_its_address(talk):
    """Neither in a log nor in an error."""
    talk.store.letters.write("ana@correo.example", "s", "b", NOW)
    (letter,) = talk.store.letters.due(NOW)
    assert "ana@" not in repr(letter)


@pytest.mark.parametrize(("said", "points"), [("true", 4), ("false", None), ("invalid", None)])
def test_akismet_is_asked_only_with_a_key(tmp_path, socket_enabled, httpserver, monkeypatch, said, points):
    """Its word is four points; its silence none."""
    from tertulia.conversation import akismet

    monkeypatch.setattr(akismet.asker, "__defaults__", (httpserver.url_for("/check"),))
    httpserver.expect_request("/check", "POST").respond_with_data(said)
    host = f"localhost:{httpserver.port}"
    talk = Talk(tmp_path, environ={"AKISMET_KEY": "0123456789ab", "FETCH_ALLOW_PRIVATE": host})
    reasons = {key: given for key, _, given in talk.said().reasons}
    assert points == reasons.get("rule_akismet")
    assert 1 == len(httpserver.log)
    Talk(tmp_path / "without").said()
    assert 1 == len(httpserver.log)


def spoilt(good: str, part: str, **fields):
    """An export whose first entry of *part* says something else."""
    data = json.loads(good)
    data[part][0] |= fields
    return data


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        *[("comments", "reasons", value) for value in ("zz", [["a", {}]], [[1, {}, 1]], None, [["a", [], 1]])],
        *[("comments", name, "ayer") for name in ("published_at", "received_at", "edited_at")],
        *[("comments", "lang", value) for value in ("../../x", "es/../..", "", "es\x00", 5)],
        *[("comments", "key", value) for value in ("../x", "", '"><script>', None, ["a"])],
        *[("comments", "status", value) for value in ("publico", "", None)],
        ("comments", "points", 10**30), ("comments", "points", "muchos"), ("comments", "kind", "like"),
        ("comments", "person", ["form"]), ("comments", "parent", "nobody"), ("comments", "post", "a\nb"),
        ("comments", "sources", [{}]), ("comments", "notice", {"email": "x", "lang": "es"}), ("comments", "text", {}),
        ("persons", "trust", "mucha"), ("persons", "network", None), ("reactions", "number", 1e99),
        ("reactions", "lang", "../.."), ("decisions", "who", "nadie"), ("decisions", "at", []),
    ],
)  # fmt: skip
def test_an_import_with_a_field_that_makes_no_sense_brings_nothing(talk, tmp_path, part, field, value):
    """One sentence, and an empty store as before."""
    full(talk)
    good = json.dumps(archive.export(talk.store.database))
    empty = open_store("sqlite:///empty.db", tmp_path)
    before = archive.export(empty.database)
    with pytest.raises(StoreError) as refused:
        archive.load(empty.database, spoilt(good, part, **{field: value}))
    assert "\n" not in str(refused.value)
    assert before == archive.export(empty.database)
    empty.close()


@pytest.mark.parametrize("part", ["persons", "comments", "reactions", "decisions", "words", "erasures", "marks"])
@pytest.mark.parametrize("value", [None, [], {}, "x", 7, [[]], {"a": {}}, "deep"])
def test_an_import_of_any_shape_is_read_or_refused(talk, tmp_path, part, value):
    """However broken, and however deep."""
    full(talk)
    data = archive.export(talk.store.database)
    if value == "deep":
        value = []
        for _ in range(100_000):
            value = [value]
    empty = open_store("sqlite:///empty.db", tmp_path)
    try:
        archive.load(empty.database, data | {part: value})
    except StoreError:
        assert [] == empty.conversation.find()
    empty.close()
    while isinstance(value, list) and value:  # or Python itself would take it apart too deep
        value = value[0]


@pytest.mark.parametrize("value", ["zz zz zz", "1 2026-11-22", "\x00", "-1 9999-12-31T23:59:59-12:00 x"])
def test_marks_of_an_import_keep_nobody_out(tmp_path, value):
    """The owner comes in and is written to, whatever another store, or a converter, had noted of its own letters."""
    talk = Talk(tmp_path, environ={"SMTP_URL": "smtp://mail.example", "OWNER_EMAIL": "reme@blog.example"})
    names = ("sign-in letters unused", "owner's letter", "unshown", "sessions", "first said", "restored")
    data = archive.export(talk.store.database) | {"marks": dict.fromkeys(names, value)}
    archive.load(talk.store.database, data)
    assert 200 == talk.browser.post("/moderation/login", headers=OURS).status_code
    talk.said()
    assert 2 == len(talk.store.letters.due(talk.clock))


def test_what_strangers_wrote_elsewhere_comes_in_clean(talk, tmp_path):
    """Markup, links and names of files, of comments and of persons, as from any stranger."""
    full(talk)
    good = json.dumps(archive.export(talk.store.database))
    data = spoilt(
        good,
        "comments",
        html='<p onclick="x()">Hola<img src=x onerror=alert(1)><script>alert(1)</script></p>',
        author_url="javascript:alert(1)", url="data:text/html,x", avatar="../../.env", name="Ana\x1b[31m\u202e",
        unknown=1,
        sources=[{"source": "web", "source_id": "1", "url": "JAVASCRIPT:x", "seen_at": "2026-11-22T18:00:00Z"}],
    )  # fmt: skip
    data["persons"][0] |= {"url": "vbscript:x", "avatar": "..\\..\\x.webp", "handle": "a\x9bb"}
    empty = open_store("sqlite:///empty.db", tmp_path)
    archive.load(empty.database, data)
    out = json.dumps(archive.export(empty.database))
    for bad in ("script:", "onerror", "<script", "onclick", "../", "data:text", "\\u001b", "\\u202e", "\\u009b"):
        assert bad not in out.replace("JAVASCRIPT", "javascript")
    assert "Hola" in out
    empty.close()
