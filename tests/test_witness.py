"""A store that knows less than the world asks, where nothing can be looked up, by whatever door it came."""

import shutil
from datetime import timedelta

import msgspec
import pytest

from tertulia.commands import announce, webmention
from tertulia.deploy.base import Manifest
from tertulia.store import dump
from tertulia.syndication.drafts import draft
from tertulia.syndication.witness import Witness
from tests.fakes import NOW, FakeMastodon, FakeTelegram, FakeWebhook
from tests.house import POST, House
from tests.talking import Talk

OLD = msgspec.structs.replace(POST, id="viejo", date=NOW - timedelta(days=9))


@pytest.fixture(params=[FakeWebhook, FakeTelegram])
def house(request, tmp_path, socket_enabled):
    """A blog with a network where nobody can look."""
    made = House(tmp_path / "a", request.param)
    witnessed(made)
    yield made
    made.close()


def witnessed(house, published=()):
    house.outbox.witness = Witness(house.store, house.outbox.journal, lambda: house.clock, lambda: published)
    return house


def lose_all(house):
    """Neither store nor journal nor snapshot: a fresh checkout."""
    shutil.rmtree(house.folder / "var/conversation", ignore_errors=True)
    (house.folder / "var/sent.txt").unlink(missing_ok=True)
    house.lose_store()
    return house


def test_a_new_blog_says_its_post_of_the_day(house):
    """A store younger than the post is what everybody begins with."""
    house.announce()
    assert ["delivered"] == [row.state for row in house.store.deliveries.all()]


def test_a_fresh_store_asks_about_what_was_public_before_it(house):
    """The place of publication knows of more; answered "again" it is said, once; a post of after is simply said."""
    house.announce()
    witnessed(lose_all(house), {"voto-util.es"})
    (asked,) = house.announce()
    assert ("unknown", 1) == (asked.state, len(house.fake.public))
    assert "unknown" == house.until_quiet()
    house.announce(msgspec.structs.replace(POST, id="nuevo"))
    assert 2 == len(house.fake.public)
    row = next(row for row in house.store.deliveries.all() if row.post == POST.id)
    assert house.outbox.resolve(row, there=False)
    assert "delivered" == house.until_quiet()
    assert 3 == len(house.fake.public)


def test_a_fresh_store_asks_about_posts_older_than_itself(house):
    """Also where no place of publication says so, for good; not with the journal, which says what was sent."""
    house.announce(OLD)
    witnessed(lose_all(house))
    house.announce(OLD)
    house.announce()
    house.announce(msgspec.structs.replace(OLD, id="otro"))
    assert {"viejo": "unknown", "voto-util": "delivered", "otro": "unknown"} == {
        row.post: row.state for row in house.store.deliveries.all()
    }


def test_the_journal_vouches_for_what_was_not_sent(house):
    """With the journal at hand, only what it holds is asked about."""
    house.announce()
    house.lose_store()
    shutil.rmtree(house.folder / "var/conversation", ignore_errors=True)
    witnessed(house)
    house.announce()
    house.announce(OLD)
    assert {"voto-util": "unknown", "viejo": "delivered"} == {
        row.post: row.state for row in house.store.deliveries.all()
    }


@pytest.mark.parametrize(("moved", "moves_on"), [(True, False), (False, False), (False, True)])
def test_what_waited_in_a_copy_is_sent_after_a_move_and_asked_about_after_a_restore(house, tmp_path, moved, moves_on):
    """Nothing sent twice, nothing unsent; and "again" sends what was asked about. A restored store that moves asks."""
    house.outbox.enqueue([draft(POST, house.network)])
    copy = dump.dump(house.store.database, house.folder / "var")
    if not moved:
        house.outbox.deliver()
    before = len(house.fake.public)
    shutil.rmtree(house.folder / "var/conversation", ignore_errors=True)
    (house.folder / "var/sent.txt").unlink(missing_ok=True)
    for path in (house.folder / "var").glob("t.db*"):
        path.unlink()
    house.start()
    house.clock += timedelta(hours=1)
    dump.restore(house.store.database, copy, house.folder / "var", house.clock, moved=moved)
    if moves_on:
        again = dump.dump(house.store.database, house.folder / "var")
        for path in (house.folder / "var").glob("t.db*"):
            path.unlink()
        house.start()
        dump.restore(house.store.database, again, house.folder / "var", house.clock, moved=True)
    witnessed(house)
    house.announce()
    assert (1, "delivered" if moved else "unknown") == (len(house.fake.public), house.store.deliveries.all()[0].state)
    if not moved:
        later = msgspec.structs.replace(POST, id="entre")  # published after the copy, before the restore
        assert ["unknown"] == [one.state for one in house.announce(later)]
        house.outbox.resolve(house.store.deliveries.all()[0], there=False)
        house.announce()
        assert before + 1 == len(house.fake.public)


def test_where_one_can_look_nobody_is_asked(tmp_path, socket_enabled):
    """A network that can be searched is searched, whatever the store knows."""
    house = House(tmp_path / "a", FakeMastodon)
    house.announce()
    witnessed(lose_all(house), {"voto-util.es"})
    house.announce()
    assert ("delivered", 1) == (house.store.deliveries.all()[0].state, len(house.fake.public))
    house.close()


def test_a_target_vouches_while_the_store_knows_as_much():
    """Posts are named only when fewer announcements are known than had begun."""
    there = Manifest(addresses={"a/index.html": ("voto.es", "x#voto")}, said=2)
    assert "voto.es" in there.published_before(1)
    assert frozenset() == there.published_before(2)


def test_letters_of_an_older_copy_wait_for_a_word(tmp_path):
    """None goes before the owner says; those of after go."""
    talk = Talk(tmp_path / "a")
    talk.store.letters.write("ana@correo.example", "Hola", "…", talk.clock)
    copy = dump.dump(talk.store.database, tmp_path / "a/var")
    for name, answer in (("b", "again"), ("c", "sent")):
        other = Talk(tmp_path / name)
        dump.restore(other.store.database, copy, tmp_path / name / "var", other.clock, moved=False)
        assert [] == other.store.letters.due(other.clock)
        other.store.letters.write("luis@correo.example", "Nuevo", "…", other.clock)
        assert ["Nuevo"] == [letter.subject for letter in other.store.letters.due(other.clock)]
        assert 1 == other.store.letters.held()
        other.later(hours=1)
        other.store.letters.release(sent=answer == "sent")
        went = {letter.subject for letter in other.store.letters.due(other.clock)}
        assert {"Nuevo"} | ({"Hola"} if answer == "again" else set()) == went


@pytest.mark.parametrize(("answer", "told"), [("again", 1), ("sent", 0)])
def test_other_sites_are_not_told_again_by_a_store_that_cannot_know(tmp_path, capsys, answer, told):
    """Links of posts from before the store are asked about; the owner's word is kept."""
    talk = Talk(tmp_path / "a", environ={"ANNOUNCE_SINCE": "2026-11-01"})
    page = tmp_path / "a/output/2026/11/el-voto-util/index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<article class="h-entry"><a href="https://otro.example/">Otro</a></article>')
    talk.later(days=3)
    published = talk.blog.published()
    assert [] == webmention.plan_all(talk.blog, published)
    assert "webmention=again" in capsys.readouterr().err
    assert announce.resolve(talk.blog, f"webmention={answer}")
    assert told == len(webmention.plan_all(talk.blog, published))
    assert "webmention=again" not in capsys.readouterr().err
