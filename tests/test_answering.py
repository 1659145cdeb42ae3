"""``publish`` waits until what it has uploaded is there for readers, and no longer."""

import itertools
from types import SimpleNamespace

import pytest

from tertulia.commands import publish
from tertulia.core.errors import FetchError

POSTS = [SimpleNamespace(url="https://a.example/uno/"), SimpleNamespace(url="https://a.example/dos/")]


class Web:
    """Answers each address with its next status, the last one for ever; None is no answer."""

    def __init__(self, **statuses):
        self.statuses = {f"https://a.example/{name}/": iter(given) for name, given in statuses.items()}
        self.last = {}

    def request(self, _method, url, **_more):
        status = self.last[url] = next(self.statuses[url], self.last.get(url))
        if status is None:
            raise FetchError("no responde")
        return SimpleNamespace(status=status, text="")


def waited(web, posts=POSTS, gone=()):
    """Whether all answered, and how often was paused: the clock goes on by a minute each time."""
    pauses = []
    minutes = itertools.count(step=60.0)
    found = publish.all_answer(web, posts, lambda: next(minutes), pauses.append, gone=gone)
    return found, len(pauses)


def test_nobody_waits_for_what_is_there(capsys):
    """And nothing is said of it."""
    assert (True, 0) == waited(Web(uno=[200], dos=[200]))
    assert "" == capsys.readouterr().out


def test_every_page_is_waited_for_and_the_person_told_once(capsys):
    """One that is there is not asked again; one that is silent, or not there yet, is."""
    assert (True, 2) == waited(Web(uno=[200, 500], dos=[None, 404, 200]))
    assert 1 == capsys.readouterr().out.count("Espero a que responda https://a.example/dos/, 5 minutos")


@pytest.mark.parametrize("status", [404, 503, None])
def test_who_waits_in_vain_is_told_what_did_not_answer(capsys, status):
    """After five minutes; so nothing is announced."""
    found, pauses = waited(Web(uno=[200], dos=[status]))
    assert (False, 5) == (found, pauses)
    assert "https://a.example/dos/ no responde 200 todavía" in capsys.readouterr().err


@pytest.mark.parametrize(("statuses", "expected"), [([410], True), ([200, 404], True), ([200], False), ([None], False)])
def test_what_is_gone_has_to_say_so(statuses, expected):
    """Before those are told who were linked from it."""
    assert expected is waited(Web(uno=statuses), [], gone=["https://a.example/uno/"])[0]
