"""Tasks around the inbox, from the arguments to what the terminal says."""

from datetime import timedelta

import pytest

from tertulia.commands import collect, tell_update
from tertulia.commands.tell_update import TellOptions
from tertulia.core.errors import TertuliaError
from tertulia.store.said import Author
from tests.mentioning import Sites
from tests.test_inbox import Still, say_, talk  # noqa: F401

PAGE, PROFILE = "https://ana.example", "https://mas.example/@ana"


@pytest.fixture
def at_work(talk, monkeypatch):  # noqa: F811
    """A blog whose tasks find it open."""
    monkeypatch.setattr(tell_update, "Blog", lambda root: Still(talk.blog))
    monkeypatch.setattr(talk.blog.background, "run_pending", lambda: None)
    return talk


def test_an_update_is_shown_told_and_taken_back(at_work, capsys):
    """By letter, for who asked for letters; nothing goes before ``--send``, and nothing twice."""
    key = say_(at_work, 1)
    store = at_work.store
    notice = store.letters.ask(store.conversation.get(key).id, "ana@ejemplo.example", "es", at_work.clock)
    store.letters.confirm(notice.id)
    say_(at_work, 2)

    def tell(**more) -> str:
        tell_update.run(at_work.folder, TellOptions(post="voto", text="Hay novedades.", lang="es", **more))
        return capsys.readouterr().out

    shown = tell()
    assert all(word in shown for word in ("lo sabrá 1 persona", "por carta: 1", "1 no lo sabrá", "--send"))
    assert 0 == store.letters.waiting()
    tell(send=True)
    assert 1 == store.letters.waiting()
    (letter,) = store.letters.due(at_work.clock)
    assert ("Hay novedades en «El voto útil»", True) == (letter.subject, "> Hay novedades." in letter.body)
    assert "1 ya lo sabe" in tell(send=True)
    assert (1, "Retirado: 1; no se pudo: 0") == (store.letters.waiting(), tell(take_back=True).strip())
    assert 0 == store.letters.waiting()


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (TellOptions(post="voto", text=" "), "--text"),
        (TellOptions(post="nadie", text="Sí"), "nadie"),
    ],
)
def test_what_makes_no_sense_is_one_line(at_work, options, why):
    """No words, no such post."""
    with pytest.raises(TertuliaError, match=why):
        tell_update.run(at_work.folder, options)


def test_collect_looks_at_profiles_and_tells_once_what_is_gone(at_work, capsys):
    """A page that answers with something odd keeps nothing else from being collected."""
    sites = Sites()
    sites.put(PAGE, f'<a rel="me" href="{PROFILE}">')
    sites.put(PROFILE, f'<a rel="me" href="{PAGE}">')
    at_work.blog.__dict__["fetcher"] = sites
    web = Author(network="web", identity="ana.example", name="Ana", url=f"{PAGE}/")
    there = "https://mas.example/users/ana"
    mastodon = Author(network="mastodon", identity=there, name="Ana R.", handle="@ana@mas.example")
    first = say_(at_work, 1, source="webmention", author=web)
    say_(at_work, 2, source="mastodon", author=mastodon)
    person = at_work.store.conversation.get(first).person

    def look() -> str:
        collect.CollectRun(at_work.blog, at_work.blog.info.published())._look_at_profiles()
        return capsys.readouterr().out

    assert ("", 2) == (look(), len(at_work.store.persons.members(person)))
    at_work.clock += timedelta(days=31)
    sites.put(PROFILE, "")
    told = look()
    assert ("ana@mas.example" in told, 1) == (True, len(at_work.store.persons.members(person)))
    assert "" == look()
