"""What holds for every page and answer of the service: headers, texts that attack, floods, secrets, who is believed."""

import gc
import os
import stat
import threading
from contextlib import ExitStack
from dataclasses import replace

import pytest

from tertulia.core.errors import StoreError
from tertulia.web.budgets import Gate
from tests.patience import PATIENCE, little_work
from tests.talking import OURS, POST, Talk, talk

__all__ = ["talk"]  # a fixture

HOSTILE = {"Origin": "https://evil.example"}


def test_every_page_is_guarded_by_headers(talk):
    """No script, no frame, no cache, no referrer for strangers."""
    for path in ("/comments/new?post=voto&lang=es", "/moderation/login", "/nothing", "/healthz"):
        headers = talk.browser.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "script" not in headers["Content-Security-Policy"], path
        assert ("no-store", "nosniff") == (headers["Cache-Control"], headers["X-Content-Type-Options"]), path


def test_only_our_own_pages_may_read_answers_across_origins(talk):
    """A page elsewhere gets no permission."""
    assert "https://blog.example" == talk.preview().headers["Access-Control-Allow-Origin"]
    assert "Access-Control-Allow-Origin" not in talk.preview(headers=HOSTILE).headers


def test_a_body_of_ten_megabytes_is_refused(talk):
    """With a page that says so."""
    answer = talk.preview(text="a" * 10_000_000)
    assert 413 == answer.status_code
    assert "demasiado largo" in answer.get_data(as_text=True)


HOSTILE_TEXTS = [
    "> " * 4_900 + "x",
    "[" * 10_000,
    "![" * 5_000,
    "*" * 10_000,
    "- " * 5_000 + "x",
    "\\[*" * 3_333,
    "\\\\[*" * 2_500,
    "[a" * 200 + "*" * 9_599 + "]",
    "[" * 5_000 + "]" * 5_000,
    "A1" * 5_000,
    "_" * 10_000,
    "+34" * 3_333,
    "AA11 AAAA" * 1_100,
    "a.b-" * 2_500,
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_words_are_read_soon(talk, text):
    """The preview, the rules and the letter."""
    gc.collect()
    with little_work():
        assert talk.send(text=text).status_code in (200, 303, 422)


def test_people_who_send_at_the_same_moment_are_all_read():
    """Who finds no place waits for one, and no more than a few: the others are told at once, threads stay free."""
    gate, read, done = Gate(most=1, waiting=2), [], threading.Event()

    def reader() -> None:
        with gate.enter(patience_seconds=PATIENCE) as is_in:
            read.append(is_in)
            done.wait(PATIENCE)

    readers = [threading.Thread(target=reader) for _ in range(4)]
    for each in readers:
        each.start()
    while len(read) < 2:  # the one inside, and the one that was turned away; two wait
        readers[0].join(0.001)
    assert [False, True] == sorted(read)
    done.set()
    for each in readers:
        each.join()
    assert [False, True, True, True] == sorted(read)


def test_who_comes_when_too_many_are_read_keeps_their_words(talk):
    """They are turned away when none of the places is free in time; the next is taken in."""
    said, long = talk.send(text="Hola."), "Mis palabras" + " largas" * 300
    with ExitStack() as places:
        while places.enter_context(talk.app.extensions["reading_gate"].enter(0)):
            pass
        answers = [talk.preview(text=long), talk.browser.post(said.location, data={"text": long})]
        assert 200 == talk.preview(text="Pocas palabras").status_code
        assert 200 == talk.browser.get("/healthz").status_code
    assert [503, 503] == [answer.status_code for answer in answers]
    assert all(f"{long}</textarea>" in answer.text for answer in answers)
    assert 200 == talk.preview(text=long).status_code


def test_a_comment_that_may_not_be_on_the_disk_is_not_acknowledged(talk):
    """Its words stay on the page; sent again, it is the same comment."""

    class BrokenDisk:
        def sync(self):
            raise StoreError("input/output error")

    whole, token = talk.store.database._log, talk.token()
    talk.store.database._log = BrokenDisk()
    assert 503 == talk.send(token=token).status_code
    talk.store.database._log = whole
    assert 303 == talk.send(token=token).status_code
    assert 1 == len(talk.store.conversation.find())


def test_who_presses_twice_is_in_no_hurry(talk):
    """One token is one comment whatever is sent with it: no edit, and no more than one count of the machine."""
    token = talk.token()
    answers = [talk.send(token=token, wait=1, text=text) for text in ("No pito.", *["Otra cosa"] * 9)]
    said = talk.said(text="Y algo más digo")
    assert [303] * 10 == [answer.status_code for answer in answers]
    assert ["No pito.", "Y algo más digo"] == [one.text for one in talk.store.conversation.find(("waiting",))]
    assert "rule_rate" not in [key for key, _, _ in said.reasons]


def test_healthz_tells_the_truth(talk, monkeypatch):
    """200 when the store answers, 503 when it does not."""
    assert 200 == talk.browser.get("/healthz").status_code

    def silent(_database):
        raise StoreError("no answer")

    monkeypatch.setattr("tertulia.web.app.check", silent)
    assert 503 == talk.browser.get("/healthz").status_code


def test_healthz_tells_that_nothing_can_be_stored(talk):
    """A store that may only be read answers questions, and takes no comment."""
    from sqlalchemy import event

    assert 200 == talk.browser.get("/healthz").status_code
    talk.store.database.engine.dispose()
    event.listen(talk.store.database.engine, "connect", lambda one, _: one.execute("PRAGMA query_only = ON"))
    assert 503 == talk.browser.get("/healthz").status_code
    talk.store.database.engine.dispose()


def test_a_secret_made_for_the_owner_is_for_nobody_else_to_read(tmp_path):
    """Made once, kept, mode 600."""
    from tertulia.core import settings
    from tertulia.core.tokens import secret_of

    first = secret_of(settings.load(tmp_path, {}), tmp_path)
    assert first == secret_of(settings.load(tmp_path, {}), tmp_path)
    assert 0o600 == stat.S_IMODE(os.stat(tmp_path / "var" / "secret.key").st_mode)


def test_trusted_proxies_tell_the_address(tmp_path):
    """Only as many as the setting says; otherwise nobody is believed."""
    for trusted, most in (("", [303, 429]), ("1", [303, 303])):
        talk = Talk(tmp_path / f"p{trusted}", environ={"TRUSTED_PROXIES": trusted}, rate=1)
        answers = [
            talk.send(text=f"Comentario {n}", headers=OURS | {"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(2)
        ]
        assert most == answers


def test_the_post_is_named_on_every_page(talk):
    """With a link that leads back."""
    assert f'href="{POST.url.removeprefix("https://blog.example")}"' in talk.preview().get_data(as_text=True)


def test_previews_have_a_budget(talk):
    """A machine that never sends is stopped before its words are drawn."""
    codes = [talk.preview(text="Hola.").status_code for _ in range(101)]
    assert ([200] * 100, 429) == (codes[:-1], codes[-1])


@pytest.mark.parametrize(
    ("service", "same_site", "secure"),
    [
        ("https://blog.example", "Lax", True),
        ("https://talk.blog.example", "Lax", True),
        ("https://talk.example", "None", True),
        ("https://notblog.example", "None", True),
        ("http://talk.example", "Lax", False),
    ],
)
def test_a_readers_cookie_crosses_sites_only_where_it_must(tmp_path, service, same_site, secure):
    """With the service on another site the page's form asks across sites; without TLS no browser would let it."""
    talk = Talk(tmp_path)
    talk.blog.info = replace(talk.blog.info, service=service)
    cookie = talk.send(remember="yes").headers["Set-Cookie"]
    kept = dict(part.strip().partition("=")[::2] for part in cookie.split(";"))
    assert (same_site, secure) == (kept["SameSite"], "Secure" in kept)
    assert "SameSite=Lax" in talk.enter().headers["Set-Cookie"]
