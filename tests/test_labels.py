"""Labels that the team puts on items of the inbox: found again, seen by nobody else, gone with what they are on."""

import re
from urllib.parse import urlencode

import pytest

from tertulia.commands import inbox as task
from tertulia.core.errors import TertuliaError
from tertulia.store import archive, open_store
from tertulia.store.inbox import InboxFilter
from tests.test_inbox import NOW, names, one_service, page, post, same_talk, say_, talk  # noqa: F401
from tests.xss import RUN, VECTORS


def label(talk, key: str, name: str):  # noqa: F811
    return post(talk, f"/inbox/{key}", do="label", label=name)


def test_put_found_and_taken_off(talk):  # noqa: F811
    """The same whatever its case and accents; a filter, a kept view and a click find it."""
    keys = [say_(talk, number) for number in (1, 2, 3)]
    assert 303 == label(talk, keys[0], "Reclamación").status_code
    label(talk, keys[1], " RECLAMACION ")
    assert ["Reclamación"] == talk.store.labels.all()
    assert ["Ana 2", "Ana 1"] == names(page(talk, "/inbox?label=reclamacion"))
    assert 2 == page(talk).count('data-mark="label"')
    post(talk, "/inbox/mine", do="view", name="Quejas", label="Reclamación")
    (view,) = talk.store.team.views("")
    assert urlencode({"label": "Reclamación"}) == view.asked
    assert ["Ana 2", "Ana 1"] == names(page(talk, f"/inbox?{view.asked}"))
    post(talk, f"/inbox/{keys[0]}", do="unlabel Reclamación")
    assert ["Ana 2"] == names(page(talk, "/inbox?label=Reclamación"))
    assert [] == names(page(talk, "/inbox?label=otra"))


def test_no_name_and_too_many_are_said(talk):  # noqa: F811
    """Ten on one item; the eleventh, and one without a letter, are told."""
    key = say_(talk, 1)
    for number in range(10):
        label(talk, key, f"n{number}")
    for bad in ("otra", "", " \u200b"):
        assert "no_label" in label(talk, key, bad).headers["Location"]
    assert "done=" not in label(talk, key, "n3").headers["Location"], "it is there already"
    assert 10 == len(talk.store.inbox.get(key, NOW).labels)


@pytest.mark.parametrize("bad", VECTORS)
def test_nothing_hostile_gets_out(same_talk, bad):  # noqa: F811
    """A label is text wherever it stands."""
    talk = same_talk  # noqa: F811
    key = say_(talk, 1)
    label(talk, key, bad.format(run=RUN) if "{run}" in bad else bad)
    for html in (page(talk), page(talk, f"/inbox/{key}")):
        assert 1 == html.count("<script")
        assert [] == re.findall(r"<(?:img|iframe|math|style|object|embed|svg|body (?!data-kind))", html)


def test_an_author_of_posts_sees_those_of_their_own_posts(talk):  # noqa: F811
    """Labels of elsewhere are not offered, and nothing elsewhere is labelled."""
    mine, other = say_(talk, 1), say_(talk, 2, post="ajena")
    label(talk, mine, "mía")
    label(talk, other, "ajena")
    assert ["mía"] == talk.store.labels.all(within=["voto"])
    assert ["ajena", "mía"] == talk.store.labels.all()


def test_it_goes_with_what_it_is_on_and_moves_along(talk, tmp_path):  # noqa: F811
    """Exported and brought into another store; erased with whoever said it, though their place stays."""
    key = say_(talk, 1)
    below = say_(talk, 2, in_reply_to=key)
    talk.store.labels.put(key, "Queja")
    data = archive.export(talk.store.database)
    other = open_store("sqlite:///other.db", tmp_path)
    archive.load(other.database, data)
    assert data["comments"] == archive.export(other.database)["comments"]
    wanted = InboxFilter(label="queja")
    assert [key] == [one.said.key for one in other.inbox.page(wanted, NOW).items]
    other.close()
    talk.store.conversation.erase(talk.store.conversation.get(key).person, NOW)
    assert ([], True) == (talk.store.labels.all(), talk.store.conversation.get(below) is not None)


def test_in_the_terminal(talk, capsys):  # noqa: F811
    """Put, filtered by, taken off."""
    key = say_(talk, 1)
    say_(talk, 2)
    task.label_item(talk.blog, task.InboxOptions(put=key, label="Queja"))
    task.list_(talk.blog, task.InboxOptions(label="queja"))
    told = capsys.readouterr().out
    assert (1, True) == (told.count("Ana"), "Queja" in told)
    task.label_item(talk.blog, task.InboxOptions(off=key, label="queja"))
    assert [] == talk.store.labels.all()
    with pytest.raises(TertuliaError):
        task.label_item(talk.blog, task.InboxOptions(put=key, label=" "))
