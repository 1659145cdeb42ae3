"""The whole state, out and in again: equal on both databases, of any age, whole or not at all."""

import shutil
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from tertulia.app import Blog
from tertulia.commands import moving, talk
from tertulia.content import snapshot
from tertulia.core.errors import StoreError
from tertulia.store import connection, dump, open_store
from tertulia.store.connection import Database
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.journal import Journal
from tertulia.store.said import Author, Incoming, Verdict
from tertulia.store.tables import metadata

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
ROW = NewDelivery(post="voto", lang="es", network="webhook", part="1", message="{}", words="h")


def said(number: str, answers: str = "") -> Incoming:
    ana = Author(network="mastodon", identity="https://mas.example/users/ana", name="Óscar Núñez")
    return Incoming(
        source="mastodon", source_id=number, post="voto", lang="es", kind="reply", author=ana, published=NOW,
        text="«No» pito.", html="<p>«No» pito.</p>", in_reply_to=answers,
    )  # fmt: skip


def fill(store, var):
    """Something in every part of the state, an answer that came before what it answers among it."""
    store.conversation.record(said("2", answers="1"), Verdict("approved"), NOW)
    first = store.conversation.record(said("1"), Verdict("approved"), NOW)
    store.conversation.count("voto", "es", "like", "mastodon", "1 likes", number=3, now=NOW)
    store.deliveries.enqueue([ROW], NOW)
    store.subscribers.confirm(store.subscribers.ask("ana@correo.example", "es", NOW).id, NOW)
    store.followers.ask("voto", "es", "luis@correo.example", NOW)
    store.letters.write("ana@correo.example", "Hola", "Ñandú\r\n\u2028", NOW)
    store.mentions.receive("https://otro.example/a", "https://blog.example/b", "webmention", NOW)
    store.sent.want("https://blog.example/b", ["https://otro.example/a"], "v1")
    store.once.use("form token", NOW, NOW)
    store.words.learn(["reloj", "año"], spam=True)
    gone = store.conversation.record(said("3"), Verdict("approved"), NOW)
    store.conversation.set_cursor("mastodon", "1134")
    Journal(var).add("abc")
    (var / "secret.key").write_text("k\n")
    (var / "networks").mkdir()
    (var / "networks" / "threads.json").write_text('{"token":"renewed"}')
    (var / "conversation" / "avatars").mkdir(parents=True)
    (var / "conversation" / "avatars" / "a.webp").write_bytes(b"RIFF\x00")
    return first, gone


@pytest.fixture
def other(store_url, tmp_path):
    """An empty store of either kind, on another machine."""
    opened = open_store(store_url, tmp_path / "there")
    yield opened
    opened.close()


def test_everything_moves_and_comes_back_byte_for_byte(tmp_path, other):
    """SQLite, the other store, SQLite again: three equal dumps, and every table had something in it but a few."""
    store, var = open_store("sqlite:///var/t.db", tmp_path), tmp_path / "var"
    fill(store, var)
    first = dump.dump(store.database, var)
    dump.restore(other.database, first, tmp_path / "there" / "var", NOW, moved=True)
    second = dump.dump(other.database, tmp_path / "there" / "var")
    assert first == second
    back = open_store("sqlite:///var/t.db", tmp_path / "back")
    dump.restore(back.database, second, tmp_path / "back" / "var", NOW, moved=True)
    assert first == dump.dump(back.database, tmp_path / "back" / "var")
    held = {name for name in metadata.tables if f'"table":"{name}"'.encode() in first}
    assert held >= {
        "comments", "persons", "sources", "reactions", "deliveries", "subscribers", "letters", "mentions",
        "sent_mentions", "used", "words", "marks",
    }  # fmt: skip
    assert Journal(tmp_path / "back" / "var").holds("abc")
    for name in ("secret.key", "networks/threads.json", "sent.txt"):  # keys, for their owner alone there too
        assert 0o600 == stat.S_IMODE((tmp_path / "back" / "var" / name).stat().st_mode), name


def test_a_restored_store_goes_on_counting(tmp_path, other):
    """New rows get numbers of their own after what was restored."""
    store, var = open_store("sqlite:///var/t.db", tmp_path), tmp_path / "var"
    fill(store, var)
    dump.restore(other.database, dump.dump(store.database, var), tmp_path / "there" / "var", NOW, moved=True)
    assert "new" == other.conversation.record(said("9"), Verdict("approved"), NOW).state
    assert other.subscribers.ask("luis@correo.example", "es", NOW).id == 2


@pytest.mark.parametrize("schema", ["0002", "0004", "0006"])
def test_a_dump_of_an_older_version_is_restored(tmp_path, schema):
    """Its rows are migrated on the way in, as the store's own would have been."""
    old = Database("sqlite:///var/old.db", tmp_path)
    with old.writing() as conn:
        connection.upgrade(conn, schema)
        values = "('voto', 'es', 'webhook', '1', 'queued', '{}', '2026-11-22')"
        conn.execute(
            text(f"INSERT INTO deliveries (post, lang, network, part, state, message, created_at) VALUES {values}")
        )
    store = open_store("sqlite:///var/new.db", tmp_path)
    data = dump.dump(old, tmp_path / "none")
    assert f'"schema":"{schema}"'.encode() in data.split(b"\n")[0]
    dump.restore(store.database, data, tmp_path / "var", NOW, moved=True)
    assert ["voto"] == [row.post for row in store.deliveries.all()]


def test_a_copy_is_made_before_a_migration_for_its_owner_alone(tmp_path):
    """The store as it was, in a form that can be restored; none for a new store, one for the same state."""
    old = Database("sqlite:///var/t.db", tmp_path)
    with old.writing() as conn:
        connection.upgrade(conn, "0005")
    old.close()
    open_store("sqlite:///var/t.db", tmp_path).close()
    (copy,) = (tmp_path / "var" / "backup").iterdir()
    assert 0o600 == stat.S_IMODE(copy.stat().st_mode)
    assert b'"schema":"0005"' in copy.read_bytes()
    open_store("sqlite:///var/t.db", tmp_path / "new").close()
    assert not (tmp_path / "new" / "var" / "backup").exists()


def broken(good: bytes):
    lines = good.rstrip(b"\n").split(b"\n")
    yield b""
    yield b"{}\n"
    yield b"\xff\xfe"
    yield good[: len(good) // 2]
    yield b"\n".join([*lines[:3], *lines[4:]])  # a line is missing
    yield good.replace(b'"table":"words"', b'"table":"sqlite_master"')
    yield good.replace(b'"attempts":0', b'"attempts":"0"')
    yield good.replace(b'"recipient":"ana@correo.example"', b'"recipient":null')
    yield good.replace(b'"spam":1', b'"spam":99999999999999999999')
    yield good.replace(b'"file":"sent.txt"', b'"file":"../../sent.txt"')
    yield good.replace(b'"file":"networks/threads.json"', b'"file":"networks/../x.json"')
    yield good.replace(b'"state":"queued"', b'"state":"nonsense"')


def test_what_is_no_dump_or_half_of_one_restores_nothing(tmp_path):
    """One line says why, the store stays empty, and no file is written outside."""
    store, var = open_store("sqlite:///var/t.db", tmp_path), tmp_path / "var"
    fill(store, var)
    good = dump.dump(store.database, var)
    empty = open_store("sqlite:///var/t.db", tmp_path / "there")
    for data in broken(good):
        assert data != good
        with pytest.raises(StoreError):
            dump.restore(empty.database, data, tmp_path / "there" / "var", NOW, moved=True)
        assert [] == empty.conversation.find() + empty.deliveries.all()
    with pytest.raises(StoreError, match=r"docs/es/moving\.md"):
        dump.restore(empty.database, good.replace(connection.NEWEST.encode(), b"9999", 1), var, NOW, moved=True)
    with pytest.raises(StoreError):  # and into a store that holds something
        dump.restore(store.database, good, var, NOW, moved=True)


def test_no_session_of_before_opens_a_restored_store(tmp_path):
    """Whoever was signed out everywhere stays out."""
    store, var = open_store("sqlite:///var/t.db", tmp_path), tmp_path / "var"
    store.conversation.set_cursor("sessions", "old")
    data = dump.dump(store.database, var)
    assert b'"old"' not in data
    there = open_store("sqlite:///var/t.db", tmp_path / "there")
    dump.restore(there.database, data, tmp_path / "there" / "var", NOW, moved=True)
    assert there.conversation.get_cursor("sessions") not in ("", "old")


def test_what_the_journal_here_holds_is_never_forgotten(tmp_path):
    """A restored journal adds to the one that is there; what either holds is held."""
    journal = Journal(tmp_path)
    journal.add("here")
    journal.merge(b"there\nhere\n-here\n")
    assert {"here", "there"} == journal.held()


def test_the_commands_write_and_read_one_private_file(tmp_path, capsys):
    """``dump`` and ``restore``, from the terminal: a move is equal, and a backup says from then on that it is one."""
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pelicanconf.py").write_text('SITENAME = "x"\n')
    moving.run_dump(tmp_path / "a", tmp_path, "all.jsonl")
    assert 0o600 == stat.S_IMODE((tmp_path / "all.jsonl").stat().st_mode)
    moving.run_restore(tmp_path / "b", tmp_path / "all.jsonl", moved=True)
    moving.run_dump(tmp_path / "b", tmp_path, "again.jsonl")
    assert (tmp_path / "all.jsonl").read_bytes() == (tmp_path / "again.jsonl").read_bytes()
    assert "announce --resolve" not in capsys.readouterr().out
    moving.run_restore(tmp_path / "c", tmp_path / "all.jsonl")
    assert "announce --resolve" in capsys.readouterr().out
    moving.run_dump(tmp_path / "c", tmp_path, "later.jsonl")
    assert b'"name":"restored"' in (tmp_path / "later.jsonl").read_bytes()


def person(who, number, avatar="", text="No pito."):
    """What *who* says."""
    url = f"https://mas.example/@{who}"
    author = Author(
        network="mastodon", identity=url, name=who.title(), handle=f"@{who}@mas.example", url=url, avatar=avatar
    )
    return replace(said(number), author=author, text=text, html=f"<p>{text}</p>", url=f"{url}/{number}")


def written(root):
    """A blog in which Ana and Luis have spoken, with portraits, and the copy that was made of it then."""
    root.mkdir()
    (root / "pelicanconf.py").write_text('SITENAME = "x"\n')
    with Blog(root) as blog:
        for number, who in enumerate(("ana", "luis")):
            words = "@ana@mas.example sí" if who == "luis" else "Me produce zozobra"
            one = person(who, str(number), f"{who}.webp", words)
            blog.store.conversation.record(one, Verdict("approved"), NOW)
            (blog.snapshots / "avatars").mkdir(parents=True, exist_ok=True)
            (blog.snapshots / "avatars" / f"{who}.webp").write_bytes(b"RIFF")
    moving.run_dump(root, root, "before.jsonl")
    shutil.copytree(root / "var", root / "kept")
    with Blog(root) as blog:
        blog.moderator.erase(blog.store.conversation.by_source("mastodon", "0").person)


def brought_back(root, how):
    """Have the copy of before again: by the command, or by hand, as one copies files."""
    for file in (root / "var").glob("tertulia.db*"):
        file.unlink()
    if how == "restore":
        moving.run_restore(root, root / "before.jsonl")
        return
    for file in (root / "kept").glob("tertulia.db*"):
        shutil.copy(file, root / "var")
    with Blog(root) as blog:
        blog.moderator.sweep()


@pytest.mark.parametrize("how", ["restore", "by hand"])
def test_who_was_erased_since_comes_back_with_no_copy(tmp_path, how):
    """Nor do their portrait and what others called them; who was not erased is there."""
    root = tmp_path / "blog"
    written(root)
    for _again in range(2):
        brought_back(root, how)
        with Blog(root) as blog:
            heard = [(one.name, one.text) for one in blog.store.conversation.find()]
            shown = [one.author for one in snapshot.read(blog.snapshots, "voto", "es").comments]
            again = blog.store.conversation.record(person("ana", "9"), Verdict("approved"), NOW)
            portraits = sorted(path.name for path in (blog.snapshots / "avatars").iterdir())
        assert ([("Luis", "@… sí")], ["Luis"], "refused") == (heard, shown, again.state)
        assert ["luis.webp"] == portraits
    assert 0o600 == stat.S_IMODE((root / "var/erased.txt").stat().st_mode)
    assert "ana" not in (root / "var/erased.txt").read_text()


@pytest.mark.parametrize("how", ["restore", "by hand"])
@pytest.mark.parametrize("is_erased", [False, True])
def test_who_left_letters_since_comes_back_with_no_copy(tmp_path, how, is_erased):
    """Of the newsletter, a talk and the answers to them; who stayed is there, and who asks for them again stays."""
    root, ana, luis = tmp_path / "blog", "ana@correo.example", "luis@correo.example"
    root.mkdir()
    (root / "pelicanconf.py").write_text('SITENAME = "x"\n')
    with Blog(root) as blog:
        store = blog.store
        comment = store.conversation.record(person("ana", "1"), Verdict("approved"), NOW)
        notice = store.letters.ask(store.conversation.get(comment.key).id, ana, "es", NOW)
        for who in (ana, luis):
            assert store.subscribers.confirm(store.subscribers.ask(who, "es", NOW).id, NOW)
            store.followers.confirm(store.followers.ask("voto", "es", who, NOW).id)
    moving.run_dump(root, root, "before.jsonl")
    shutil.copytree(root / "var", root / "kept")
    with Blog(root) as blog:
        store = blog.store
        again = NOW + timedelta(hours=1)  # who asks once more meanwhile is who asked
        store.subscribers.ask(ana, "es", again)
        store.followers.ask("voto", "es", ana, again)
        store.letters.leave(store.letters.ask(notice.comment, ana, "es", again).id, again)
        if is_erased:
            talk.erase(blog.moderator, ana, True)
        else:
            store.subscribers.leave(store.subscribers.of_address(ana)[0].id, NOW)
            store.followers.leave(store.followers.of_address(ana)[0].id, NOW)
    for later in (1, 2):
        brought_back(root, how)
        with Blog(root) as blog:
            store = blog.store
            assert [luis] == [one.email for one in store.subscribers.confirmed()]
            assert [luis] == [one.email for one in store.followers.of_post("voto", "es")]
            assert [] == store.letters.of_address(ana)
            again = NOW + timedelta(days=later)
            assert store.subscribers.confirm(store.subscribers.ask(ana, "es", again).id, again)
            store.followers.confirm(store.followers.ask("voto", "es", ana, again).id)
            blog.moderator.sweep()
            assert {ana, luis} == {one.email for one in store.subscribers.confirmed()}
            assert {ana, luis} == {one.email for one in store.followers.of_post("voto", "es")}
    assert "correo" not in (root / "var/erased.txt").read_text()


def test_who_leaves_letters_is_not_kept_by_a_file_that_cannot_be_written(tmp_path, caplog):
    """It is told in the log, and written by a sweep as soon as that can be."""
    root, listed = tmp_path, tmp_path / "var" / "erased.txt"
    (root / "pelicanconf.py").write_text('SITENAME = "x"\n')
    listed.mkdir(parents=True)
    with Blog(root) as blog:
        store = blog.store
        reader = store.subscribers.ask("ana@correo.example", "es", NOW)
        store.subscribers.leave(reader.id, NOW)
        assert [] == store.subscribers.of_address("ana@correo.example")
        assert "erased.txt" in caplog.text and "ana" not in caplog.text
        listed.rmdir()
        blog.moderator.sweep()
    assert 2 == len(listed.read_text().split("\n")[:-1])  # a salt and a hash


def test_a_copy_tells_another_machine_who_was_erased(tmp_path):
    """So that an older copy that is brought back there lets nobody in either."""
    here, there = tmp_path / "here", tmp_path / "there"
    written(here)
    moving.run_dump(here, here, "after.jsonl")
    there.mkdir()
    (there / "pelicanconf.py").write_text('SITENAME = "x"\n')
    moving.run_restore(there, here / "after.jsonl", moved=True)
    (there / "before.jsonl").write_bytes((here / "before.jsonl").read_bytes())
    brought_back(there, "restore")
    with Blog(there) as blog:
        assert ["Luis"] == [one.name for one in blog.store.conversation.find()]
