"""Collecting: what was said elsewhere comes home once, in its place, and goes when it goes."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from tertulia.conversation.collector import AGAIN
from tertulia.conversation.copies import is_copy
from tertulia.core.languages import say
from tertulia.store import archive
from tertulia.store.connection import stamp
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.said import Author, Incoming, Verdict
from tertulia.store.tables import Origin
from tests.collecting import NOW, POST, URL, House, house, village

__all__ = ["house", "village"]  # fixtures


def test_a_whole_thread_comes_home_in_its_place(house, village):
    """An answer, and an answer to it by somebody else, each under what it answers, waiting for the owner."""
    village.say("1")
    village.say("2", "Yo sí.", parent="1", who="luis")
    (report,) = house.run()
    first, second = house.said()
    assert ([("voto", "es", "reply", "waiting")] * 2, first.id) == (
        [(one.post, one.lang, one.kind, one.status) for one in (first, second)], second.parent,
    )  # fmt: skip
    assert 2 == report.counts["new"]


def test_a_second_run_with_nothing_new_changes_nothing(house, village):
    """Neither a row, nor a snapshot, nor a rebuild."""
    village.say("1", likes=3)
    village.mention("m1", "Lo cuento aquí con mis propias palabras", URL)
    village.counts = {"like": 4, "repost": 2}
    house.run()
    for one in house.said():
        house.moderator.decide(one.key, "approved", one.version)
    house.run()
    before = (house.said(), house.rebuilt, house.store.conversation.audit(), house.shown())
    for _again in range(2):
        assert say("collect_same") in str(house.run()[0])
    assert before == (house.said(), house.rebuilt, house.store.conversation.audit(), house.shown())


def test_an_edit_is_followed(house, village):
    """What was changed there is changed here."""
    village.say("1")
    house.run()
    village.say("1", "Sí pito.", edited=NOW)
    (report,) = house.run()
    assert (["Sí pito."], 1) == ([one.text for one in house.said()], report.counts["edited"])


def test_a_deletion_is_followed_and_what_answered_it_stays(house, village):
    """The middle of a thread goes; the page forgets it at once."""
    village.say("1")
    village.say("2", "Yo sí.", parent="1", who="luis")
    house.run()
    for one in house.said():
        house.moderator.decide(one.key, "approved", one.version)
    del village.said["1"]
    (report,) = house.run()
    assert (["gone", "approved"], 1) == ([one.status for one in house.said()], report.counts["gone"])
    assert ["Yo sí."] == [one.html[3:-4] for one in house.shown().comments]


def test_what_a_short_thread_leaves_out_is_asked_for_by_name(house, village):
    """A server that tells sixty answers has not deleted the others."""
    village.say("1")
    village.say("2", "Yo sí.", who="luis")
    house.run()
    village.cut = 1
    house.run()
    assert ["waiting", "waiting"] == [one.status for one in house.said()]
    assert "still 2" in village.asked


def test_numbers_are_kept_as_numbers(house, village):
    """Likes of the announcement and of an answer; nobody's name."""
    village.counts = {"like": 4, "repost": 2}
    village.say("1", likes=3)
    house.run()
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    assert ({"like": 4, "repost": 2}, 3) == (house.shown().counts, house.shown().comments[0].likes)
    village.counts = {"like": 3, "repost": 2}
    house.run()
    assert 3 == house.shown().counts["like"]


def test_parts_of_our_own_thread_are_no_answers(tmp_path, village):
    """A post said in two parts does not answer itself."""
    house = House(tmp_path)
    house.collector.listeners.append(village)
    house.announce("village", "1000", "1001")
    village.say("1001", "2/2", who="blog", author=Author(network="village", identity="blog", is_owner=True))
    village.say("1", "Sí.", parent="1001")
    house.run()
    assert [("Sí.", None)] == [(one.text, one.parent) for one in house.said()]
    house.store.close()


def test_the_owners_own_answer_is_marked(house, village):
    """Said under their own post, it is theirs; said anywhere else, it is no mention."""
    me = Author(network="village", identity="blog", name="Blog", is_owner=True)
    village.say("1")
    village.say("2", "Gracias.", parent="1", author=me)
    village.mention("m1", "Mirad mi artículo, que es largo", URL, author=me)
    house.run()
    assert [False, True] == [one.is_owner for one in house.said()]


def test_the_owner_quotes_the_announcement_and_nobody_is_answered(house, village):
    """Their own quote of it is no answer to their post; a stranger's is."""
    me = Author(network="village", identity="blog", name="Blog", is_owner=True)
    village.say("1", "Por si no lo visteis.", kind="quote", author=me)
    village.say("2", "Esto mismo.", kind="quote")
    house.run()
    assert ["Esto mismo."] == [one.text for one in house.said()]


def test_strangers_that_link_to_an_article_are_under_it(house, village):
    """They answer nobody, and have words of their own; their short links are followed."""
    house.short["https://t.example/x"] = f"{URL}?utm_source=v"
    village.mention("m1", "Lo que dice este hombre no tiene ni pies ni cabeza", "https://t.example/x")
    house.run()
    assert [("mention", "voto", "waiting")] == [(one.kind, one.post, one.status) for one in house.said()]


def test_a_mention_of_nothing_is_kept_under_no_article(house, village):
    """It is in the record, and on no page."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    house.run()
    assert [("mention", "")] == [(one.kind, one.post) for one in house.said()]
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    assert [] == sorted((house.folder / "conversation").glob("*.json"))


def test_a_mention_that_answers_us_is_an_answer(house, village):
    """It came by another way than the thread, and is one comment."""
    village.say("1")
    village.elsewhere["1"] = village.said["1"]
    house.run()
    assert ["reply"] == [one.kind for one in house.said()]


def test_a_deleted_mention_goes_too(house, village):
    """Once a day, what came by a feed is asked for."""
    village.mention("m1", "¿Cómo está usted?")
    house.run()
    village.elsewhere.clear()
    house.run()
    house.clock += AGAIN
    house.run()
    assert ["gone"] == [one.status for one in house.said()]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        (f"El voto útil {URL}", True),
        ("RT @blog: El voto útil… https://t.co/x", True),
        ("«El voto útil», vía @blog #ClientePitero", True),
        ("Votar no es pitar falta. https://t.co/x", True),
        ("EL VOTO UTIL https://t.co/x", True),
        ("https://t.co/x", True),
        ("El voto útil | Tertulia https://t.co/x", True),
        ("El voto-útil // FYI @luis @eva 👉 t.co/x", True),
        ("Votar no es… https://t.co/x", True),
        ("El voto útil blog.example/2026/11/el-vo…", True),
        ("Read this: El voto útil, leído en https://t.co/x", True),
        ("Muy recomendable: El voto útil https://t.co/x", False),
        ("Qué disparate: El voto útil https://t.co/x", False),
        ("El voto es pitar falta https://t.co/x", False),
        ("No. El voto útil https://t.co/x", False),
        ("El voto útil 🤮 https://t.co/x", False),
        ("El voto 🤮 útil https://t.co/x", False),
        ("El voto útil??? https://t.co/x", False),
        ("#NoEstoyDeAcuerdo El voto útil https://t.co/x", False),
        ("胡说八道 El voto útil https://t.co/x", False),
        ("El voto útil. No estoy nada de acuerdo con esto https://t.co/x", False),
        ("Menuda sarta de tonterías https://t.co/x", False),
        ("", True),
    ],
)
def test_copies_of_the_announcement(text, copy):
    """A share says nothing of its own; one word, one tag or one picture that is not ours is somebody's opinion."""
    ours = [POST.title, POST.summary, POST.question, "Tertulia", f"El voto útil {URL} #ClientePitero"]
    assert copy == is_copy(text, ours, hosts={"blog.example"})


def test_copies_fold_into_one_line(house, village):
    """Seven people who shared it are a number, each counted once, and none is a comment."""
    for number in range(7):
        village.mention(f"m{number}", f"El voto útil {URL} vía @blog", URL, who=f"p{number}")
    house.run()
    house.run(everything=True)
    assert ([], {"repost": 7}) == (house.said(), house.shown().counts)
    del village.elsewhere["m0"]
    house.clock += AGAIN
    house.run()
    assert {"repost": 6} == house.shown().counts


def test_who_was_erased_does_not_come_back(house, village):
    """Neither by the thread nor by a mention."""
    village.say("1")
    house.run()
    house.moderator.erase(house.said()[0].person)
    village.say("9", "Otra vez yo")
    house.run()
    assert [] == house.said()


def test_what_came_by_a_bridge_first_is_one_comment(house, village):
    """The same answer seen by two ways shows once, with both."""
    village.say("1")
    heard = village.said["1"]
    bridged = Incoming(
        source="webmention", source_id="b", post="voto", lang="es", kind="reply", author=heard.author,
        published=NOW, text=heard.text, html=heard.html, url=heard.url,
    )  # fmt: skip
    house.store.conversation.record(bridged, Verdict("approved"), NOW)
    (report,) = house.run()
    (said,) = house.said()
    assert (["webmention", "village"], 1) == ([way[0] for way in said.sources], report.counts["merged"])
    assert 2 == len(house.shown().comments[0].sources)


def test_pasted_things_find_their_article(house, village):
    """By what they answer, by a link, or by the owner's word; else nowhere."""
    village.say("1")
    village.mention("m1", "Lo cuento con mis palabras", URL)
    village.mention("m2", "Nada que ver")
    pasted = house.collector.pasted
    assert "new" == pasted(village.said["1"], "village").state
    assert "new" == pasted(village.elsewhere["m1"], "village").state
    assert None is pasted(village.elsewhere["m2"], "village")
    assert "new" == pasted(village.elsewhere["m2"], "village", ("voto", "es")).state
    assert ["voto"] * 3 == [one.post for one in house.said()]


def test_what_the_owner_pastes_has_a_way_of_its_own_unless_its_network_can_be_asked(house, village):
    """What was read off a page once is no id of the network; a page of the web is its own name."""
    village.mention("m1", "Lo cuento con mis palabras", URL)
    for number, (network, again) in enumerate((("village", True), ("village", False), ("web", True), ("web", False))):
        heard = replace(village.elsewhere["m1"], id=f"p{number}", url=f"https://v.example/p{number}")
        house.collector.pasted(heard, network, is_asked_again=again)
    house.collector.pasted(replace(village.elsewhere["m1"], id="p9", url=""), "village")
    assert ["village", "pasted", "web", "web", "village"] == [one.sources[0][0] for one in house.said()]


def test_under_another_persons_announcement_nobody_answers_us(tmp_path, village):
    """It was found, not made; nor is asked for what has no address."""
    house = House(tmp_path)
    house.collector.listeners.append(village)
    for post, remote in (("voto", '{"id":"1000"}'), ("dos", "")):
        house.collector.posts.append(msgspec.structs.replace(POST, id="dos"))
        row = NewDelivery(post=post, lang="es", network="village", part="1", message="{}", words="h")
        origin = Origin.FOUND if remote else Origin.ADOPTED
        house.store.deliveries.adopt([row], remote, "", NOW, origin=origin)
    assert not house.run()[0].failed
    assert 0 == village.asked.count("thread")
    house.store.close()


def test_numbers_that_change_are_news_once(house, village):
    """Those of the announcement, and of an answer that is public; what belongs to no article has none."""
    village.counts = {"like": 4}
    village.say("1", likes=3)
    village.mention("m1", "¿Cómo está usted?", likes=9)
    assert [1, 0] == [house.run()[0].counts["numbers"] for _run in range(2)]
    house.moderator.decide(house.said()[0].key, "approved", house.said()[0].version)
    village.say("1", likes=5)
    house.run()
    assert 5 == house.shown().comments[0].likes
    assert {"voto"} == {row["post"] for row in archive.export(house.store.database)["reactions"]}


def test_the_blogs_title_is_no_word_of_who_shares_it(house, village):
    """What share buttons add; nor is a portrait of theirs kept, nor asked for where there is none."""
    asked = []
    house.collector.avatar = lambda url: asked.append(url) or "a.png"
    village.mention("m1", "El voto útil | Tertulia", URL, avatar="https://v.example/eva.png")
    village.say("1", avatar="https://v.example/ana.png")
    village.say("2", "Yo no.")
    house.run()
    assert ({"repost": 1}, ["https://v.example/ana.png"]) == (house.shown().counts, asked)


@pytest.mark.parametrize(
    ("heard", "published", "edited"),
    [
        ({"published": NOW + timedelta(days=9), "seen": NOW}, NOW, None),
        ({"published": NOW, "seen": NOW + timedelta(days=9)}, NOW, None),
        ({"published": NOW, "edited": NOW + timedelta(days=9)}, NOW, NOW + timedelta(minutes=20)),
        ({"published": NOW, "edited": NOW}, NOW, NOW),
    ],
)
def test_nothing_is_said_nor_edited_in_the_future(house, village, heard, published, edited):
    """Whatever its sender says of its day."""
    village.say("1", **heard)
    house.run()
    (said,) = house.said()
    assert (published, edited and stamp(edited)) == (said.published, said.edited_at)
