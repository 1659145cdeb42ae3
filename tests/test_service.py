"""The service: two steps to send, nothing lost, nothing public without the owner, nobody else in the owner's pages."""

import base64
import re

import pytest
from sqlalchemy import select

from tertulia.content import snapshot
from tertulia.core.errors import StoreError
from tertulia.store.conversation_tables import reactions
from tests.talking import NOW, OURS, Talk, field, talk

__all__ = ["talk"]  # a fixture

HOSTILE = {"Origin": "https://evil.example"}


@pytest.fixture
def written_to(tmp_path):
    """A blog whose owner can be written to."""
    return Talk(tmp_path, environ={"OWNER_EMAIL": "reme@blog.example", "SMTP_URL": "smtp://127.0.0.1:9"})


# Sending -------------------------------------------------------------------------------------------------------------


def test_the_first_sending_shows_and_stores_nothing(talk):
    """What will be seen is on the page, and the store is empty."""
    page = talk.preview(text="Hola *Ana*")
    assert (200, []) == (page.status_code, talk.store.conversation.find())
    assert "<em>Ana</em>" in page.get_data(as_text=True)


def test_the_second_sending_stores_and_waits(talk):
    """The comment is there for the owner, and not on the page."""
    answer = talk.send(site="ana.example")
    (said,) = talk.store.conversation.find()
    assert (303, "waiting", "https://ana.example") == (answer.status_code, said.status, said.author_url)
    assert not talk.blog.snapshots.exists()
    page = talk.browser.get(answer.location).get_data(as_text=True)
    assert "Tu comentario ha llegado" in page


def test_mistakes_are_listed_on_top_with_links_and_the_text_is_kept(talk):
    """Nobody writes anything twice."""
    page = talk.preview(name="", text="Un <b>texto</b> largo", site="no es una web", notify="yes")
    body = page.get_data(as_text=True)
    assert 422 == page.status_code
    assert {"name", "site", "email"} == set(
        re.findall(r'<a href="#comment-(\w+)">', body.split('role="alert"')[1].split("</div>")[0])
    )
    assert "Un &lt;b&gt;texto&lt;/b&gt; largo</textarea>" in body


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"text": ""}, "Escribe el comentario"),
        ({"text": "a" * 10_001}, "caben 10000"),
        ({"text": "[](https://x.example)"}, "no tiene palabras"),
        ({"name": "a" * 81}, "como mucho 80"),
        ({"email": "ana"}, "no parece una dirección de correo"),
        ({"site": "javascript:alert(1)"}, "no parece una dirección"),
        ({"site": "https://user:pass@x.example"}, "no parece una dirección"),
    ],
)
def test_each_mistake_has_its_sentence(talk, fields, key):
    """What is wrong is said in words."""
    assert key in talk.preview(**fields).get_data(as_text=True)


def test_the_page_speaks_the_language_of_the_post(talk):
    """An English post is answered in English."""
    assert "This is how your comment will look" in talk.preview(lang="en").get_data(as_text=True)


def test_a_post_that_is_not_published_takes_no_comment(talk):
    """Neither a draft nor one made up."""
    assert 404 == talk.preview(post="borrador").status_code
    assert 404 == talk.browser.get("/comments/new?post=otra&lang=es").status_code


def test_a_token_is_good_for_one_comment(talk):
    """Sent again, even with other words, it leads to the first one."""
    token = talk.token()
    first = talk.send(token=token)
    again = talk.send(token=token, text="Otra cosa bien distinta")
    assert 303 == again.status_code
    assert ["No pito, me quejo."] == [one.text for one in talk.store.conversation.find()]
    assert first.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "ñ" * 5000])
def test_a_false_token_brings_the_preview_back(talk, token):
    """The text is kept, and the page has a token that works."""
    page = talk.browser.post("/comments", data=talk.fill(action="send", token=token), headers=OURS)
    assert (422, []) == (page.status_code, talk.store.conversation.find())
    assert "No pito, me quejo.</textarea>" in page.get_data(as_text=True)
    assert 303 == talk.send(token=field(page, "token")).status_code


def test_a_token_is_for_its_post_and_for_a_day(talk):
    """For another post, or after a day, it is none."""
    token = talk.token()
    assert 422 == talk.send(token=token, lang="en").status_code
    talk.later(hours=25)
    assert 422 == talk.send(token=token).status_code
    assert [] == talk.store.conversation.find()


def test_haste_the_honeypot_and_other_sites_are_reasons_not_refusals(talk):
    """It is answered like any other, and lies in the spam box with the reasons."""
    said = talk.said(wait=0, phone="123456", headers=HOSTILE)
    assert "spam" == said.status
    assert {"rule_origin_other", "rule_haste", "rule_honeypot", "rule_first"} == {key for key, *_ in said.reasons}


def test_without_javascript_nobody_is_suspect(talk):
    """No sum, no points."""
    assert 0 == talk.said().points


def test_the_browsers_sum_is_checked(talk):
    """Done for this token it is told; done for another, or made up, it speaks against it."""
    import hashlib
    import json

    answer = talk.preview(headers=OURS | {"Accept": "application/json"}).get_json()
    challenge = answer["challenge"]
    number = next(
        n for n in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"]
    )  # fmt: skip
    solved = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": number}
    altcha = base64.b64encode(json.dumps(solved).encode()).decode()
    said = talk.said(token=answer["token"], altcha=altcha)
    assert (0, True) == (said.points, "rule_worked" in [key for key, _, _ in said.reasons])
    assert 3 == talk.said(altcha=altcha, text="Otro").points
    assert 3 == talk.said(altcha="e30=", text="Y otro").points


@pytest.mark.parametrize(
    "sum",
    [
        b"[" * 100_000,
        b"[" * 1_400,
        b'{"salt":' * 180,
        b"null",
        b'{"algorithm": "MD5", "challenge": "", "number": 1, "salt": "", "signature": ""}',
        b'{"algorithm": "SHA-256", "challenge": "", "number": "1", "salt": [], "signature": ""}',
        b"\xff",
    ],
)
def test_a_sum_that_is_none_is_a_wrong_one(talk, sum):
    """Whatever is sent as the browser's sum, the answer is a page, and the sum did not help."""
    assert 3 == talk.said(altcha=base64.b64encode(sum).decode()).points


def test_too_many_from_one_place_are_asked_to_wait(tmp_path):
    """The text stays on the page; nothing is stored, nothing is lost."""
    talk = Talk(tmp_path, rate=3)
    answers = [talk.send(text=f"Comentario {n}").status_code for n in range(5)]
    assert [303, 303, 303, 429, 429] == answers
    talk.later(minutes=11)
    assert 303 == talk.send(text="Más tarde").status_code


def test_a_store_that_cannot_be_written_keeps_the_text_on_the_page(talk, monkeypatch):
    """503, a clear sentence, the words, and a token for when it is well again."""

    def broken(*_arguments, **_named):
        raise StoreError("disk full")

    token = talk.token()
    monkeypatch.setattr(type(talk.store.conversation), "record", broken)
    page = talk.send(token=token)
    assert 503 == page.status_code
    assert "No pito, me quejo.</textarea>" in page.get_data(as_text=True)
    assert "Ahora mismo no se puede guardar" in page.get_data(as_text=True)
    monkeypatch.undo()
    assert 303 == talk.send(token=field(page, "token")).status_code


def test_a_reply_hangs_on_what_it_answers(talk):
    """Only on what is public, under the same post."""
    above = talk.said()
    talk.blog.moderator.decide(above.key, "approved", above.version)
    page = talk.browser.get(f"/comments/new?post=voto&lang=es&parent={above.key}").get_data(as_text=True)
    assert "Respondes a Ana" in page
    below = talk.said(parent=above.key, text="Yo también", name="Luis")
    assert above.id == below.parent
    assert "Respondes" not in talk.preview(parent=below.key).get_data(as_text=True)
    assert None is talk.said(parent=above.key, lang="en", text="Not there").parent


# After sending -------------------------------------------------------------------------------------------------------


def test_for_fifteen_minutes_it_can_be_changed_or_taken_back(talk):
    """By the private link; then only looked at."""
    mine = talk.send().location
    talk.browser.post(mine, data={"action": "edit", "text": "Sí pito."}, headers=OURS)
    (said,) = talk.store.conversation.find()
    assert ("Sí pito.", "waiting", True) == (said.text, said.status, said.edited_at is not None)
    talk.later(minutes=16)
    assert 409 == talk.browser.post(mine, data={"action": "withdraw"}, headers=OURS).status_code
    assert 200 == talk.browser.get(mine).status_code
    talk.later(days=31)
    assert 404 == talk.browser.get(mine).status_code


def test_taken_back_it_leaves_the_page(talk):
    """Also when it was approved already."""
    mine = talk.send().location
    (said,) = talk.store.conversation.find()
    talk.store.conversation.decide(said.key, "approved", "rules", NOW)
    talk.store.conversation.show(talk.blog.snapshots, "voto", "es")
    talk.browser.post(mine, data={"action": "withdraw"}, headers=OURS)
    assert () == snapshot.read(talk.blog.snapshots, "voto", "es").comments


@pytest.mark.parametrize("token", ["x", "../../etc/passwd", "%2e%2e%2f", "a.b.c"])
def test_a_false_private_link_leads_nowhere(talk, token):
    """One signed for another purpose too."""
    assert 404 == talk.browser.get(f"/comments/mine/{token}").status_code
    assert 404 == talk.browser.get(f"/comments/mine/{talk.token()}").status_code


def test_the_address_is_only_kept_for_who_asked_and_is_written_to_once_confirmed(talk):
    """Double opt-in; the answer brings a letter; leaving deletes the address."""
    above = talk.said(email="ana@correo.example")
    assert None is talk.store.letters.notice_of(above.id)
    above = talk.said(email="ana@correo.example", notify="yes", text="Otra vez")
    talk.blog.moderator.decide(above.key, "approved", above.version)
    (letter,) = talk.store.letters.due(talk.clock)
    confirm, leave = re.findall(r"https://blog\.example(/comments/notice/\S+)", letter.body)
    assert 200 == talk.browser.get(confirm).status_code
    assert "pending" == talk.store.letters.notice_of(above.id).state
    talk.browser.post(confirm)
    assert "confirmed" == talk.store.letters.notice_of(above.id).state
    below = talk.said(parent=above.key, text="Te respondo", name="Luis")
    talk.later(minutes=11)
    assert ["ana@correo.example"] == [one.recipient for one in talk.store.letters.due(talk.clock)]
    talk.blog.moderator.decide(below.key, "approved", below.version)
    letters = talk.store.letters.due(talk.clock)
    assert [("ana@correo.example", "Luis te ha respondido")] == [(one.recipient, one.subject) for one in letters]
    assert "> Te respondo" in letters[0].body
    talk.browser.post(leave)
    assert None is talk.store.letters.notice_of(above.id)


def broken(*_arguments, **_named):
    """What a full disk, or a text odder than we thought of, may do to any step."""
    raise OSError("No space left on device")


@pytest.mark.parametrize(
    "step",
    [
        "tertulia.content.snapshot.update",
        "tertulia.conversation.notices.Notices.waiting",
        "tertulia.conversation.notices.Notices.asked",
        "tertulia.conversation.notices.Notices.published",
        "tertulia.conversation.notices.Notices.settled",
        "tertulia.store.letters.Letters.tell",
        "tertulia.store.letters.Letters.ask",
        "tertulia.store.filters.WordCounts.learn",
        "tertulia.store.conversation.Conversation.identity",
    ],
)
def test_what_follows_a_stored_row_cannot_fail_it(tmp_path, monkeypatch, step):
    """Letters, learning, snapshot: the writer and the owner are answered as usual, and what was stored stays."""
    talk = Talk(tmp_path, environ={"OWNER_EMAIL": "reme@blog.example"})
    talk.enter()
    above = talk.said(email="ana@correo.example", notify="yes")
    (notice,) = (talk.store.letters.notice_of(above.id),)
    talk.store.letters.confirm(notice.id)
    talk.do(f"approve {above.key}")
    monkeypatch.setattr(step, broken)
    sent = talk.send(parent=above.key, text="Una respuesta", email="eva@correo.example", notify="yes", remember="yes")
    assert 303 == sent.status_code
    said = next(one for one in talk.store.conversation.find() if one.text == "Una respuesta")
    assert 303 == talk.do(f"approve {said.key}").status_code
    assert "approved" == talk.store.conversation.get(said.key).status
    assert 200 == talk.browser.post("/comments/like", data={"post": "voto", "lang": "es"}, headers=OURS).status_code


def test_letters_to_the_owner_are_gathered(written_to):
    """The first at once, the others of ten minutes in one; what was decided meanwhile is not in it."""
    talk = written_to
    for number in range(4):
        talk.said(text=f"Comentario {number}")
    assert 1 == talk.store.letters.waiting()
    talk.blog.notices.gather()
    assert 1 == talk.store.letters.waiting()
    talk.later(minutes=10)
    talk.blog.notices.gather()
    talk.blog.notices.gather()
    first, gathered = talk.store.letters.due(talk.clock)
    assert ("comenta" in first.subject, "3" in gathered.subject) == (True, True)
    talk.said(text="Otro")
    assert 2 == talk.store.letters.waiting()
    talk.later(minutes=10)
    talk.blog.notices.gather()
    assert 3 == talk.store.letters.waiting()


def test_an_owner_who_has_decided_is_told_at_once(written_to):
    """Only a stranger's flood is gathered."""
    written_to.enter()
    for number in range(3):
        said = written_to.said(text=f"Comentario {number}")
        assert 1 == written_to.store.letters.waiting()
        written_to.do(f"approve {said.key}")
        assert 0 == written_to.store.letters.waiting()


def test_one_odd_letter_keeps_no_other_back(written_to, monkeypatch):
    """It is tried again later; the others go."""
    gone = []

    def send(_server, _sender, recipient, **_letter):
        if recipient == "odd@x.example":
            raise RuntimeError("odd")
        gone.append(recipient)

    monkeypatch.setattr("tertulia.core.smtp.send", send)
    for name in ("uno", "odd", "dos"):
        written_to.store.letters.write(f"{name}@x.example", "Hola", "Adiós", written_to.clock)
    assert 2 == written_to.blog.background.send_letters()
    assert (["uno@x.example", "dos@x.example"], 1) == (gone, written_to.store.letters.waiting())


def test_an_old_notice_link_never_acts_for_somebody_else(talk):
    """The store gives the number of a notice that went to the next one: the link of the first does nothing to it."""
    talk.said(email="mia@correo.example", notify="yes")
    (letter,) = talk.store.letters.due(talk.clock)
    confirm, leave = re.findall(r"https://blog\.example(/comments/notice/\S+)", letter.body)
    talk.browser.post(leave)
    above = talk.said(email="victima@correo.example", notify="yes", text="Otra cosa")
    for link in (confirm, leave):
        assert 404 == talk.browser.get(link).status_code
        assert 404 == talk.browser.post(link).status_code
    assert "pending" == talk.store.letters.notice_of(above.id).state


@pytest.mark.parametrize("text", ["a" * 1600, "https://ejemplo.example/" + "a" * 1600, "日本" * 900, "👩‍👧" * 1600])
def test_an_endless_word_is_quoted_up_to_where_it_fits(tmp_path, text):
    """The writer is answered as usual, and the owner gets the letter."""
    talk = Talk(tmp_path / "two", environ={"OWNER_EMAIL": "reme@blog.example"})
    said = talk.said(text=text)
    assert "waiting" == said.status
    (letter,) = talk.store.letters.due(talk.clock)
    assert "…" in letter.body


def test_a_browser_that_is_remembered_is_the_same_person(talk):
    """Only when ticked; without it each comment is somebody new."""
    first = talk.said(remember="yes")
    assert first.person == talk.said(text="Segunda").person
    talk.browser.delete_cookie("tertulia_person", path="/comments")
    assert first.person != talk.said(text="Tercera").person


@pytest.mark.parametrize("headers", [HOSTILE, {}], ids=["another site's page", "nobody knows whose"])
def test_what_the_browser_keeps_is_believed_of_our_own_page_alone(talk, headers):
    """A form on somebody else's page speaks for no reader whose browser sends the word along."""
    first = talk.said(remember="yes")
    assert first.person != talk.said(text="Segunda", headers=headers).person
    assert first.person == talk.said(text="Tercera").person


def test_a_name_with_a_line_end_makes_no_header(talk, tmp_path):
    """The owner's letter has one subject."""
    talk = Talk(tmp_path / "two", environ={"OWNER_EMAIL": "reme@blog.example"})
    talk.send(name="Ana\r\nBcc: todos@evil.example")
    (letter,) = talk.store.letters.due(talk.clock)
    assert "Ana Bcc: todos@evil.example comenta «El voto útil»" == letter.subject


# Likes ---------------------------------------------------------------------------------------------------------------


def likes(talk) -> int:
    """What the next build will show."""
    return snapshot.read(talk.blog.snapshots, "voto", "es").counts.get("like", 0)


def test_a_person_likes_once(talk):
    """The same browser again is no news; another one is; no cookie names anybody in the store."""
    like = {"post": "voto", "lang": "es"}
    for _ in range(3):
        assert 200 == talk.browser.post("/comments/like", data=like, headers=OURS).status_code
    assert 1 == likes(talk)
    other = talk.app.test_client()
    other.post("/comments/like", data=like, headers=OURS)
    assert 2 == likes(talk)
    with talk.blog.store.database.engine.connect() as connection:
        names = connection.scalars(select(reactions.c.source_id)).all()
    assert [] == [name for name in names if not re.fullmatch("[0-9a-f]+", name)], "a hash, and nothing of the cookie"


def test_one_address_without_cookies_does_not_count_for_ever(talk):
    """A program that keeps no cookie gets three."""
    for _ in range(9):
        talk.app.test_client().post("/comments/like", data={"post": "voto", "lang": "es"}, headers=OURS)
    assert 3 == likes(talk)


def test_a_comment_can_be_liked_when_it_is_public(talk):
    """Not before."""
    said = talk.said()
    like = {"post": "voto", "lang": "es", "comment": said.key}
    assert 404 == talk.browser.post("/comments/like", data=like, headers=OURS).status_code
    talk.blog.moderator.decide(said.key, "approved", said.version)
    assert 200 == talk.browser.post("/comments/like", data=like, headers=OURS).status_code
    assert [1] == [one.likes for one in snapshot.read(talk.blog.snapshots, "voto", "es").comments]


def test_another_site_cannot_like_for_its_readers(talk):
    """403."""
    assert 403 == talk.browser.post("/comments/like", data={"post": "voto", "lang": "es"}, headers=HOSTILE).status_code


def test_a_cookie_that_we_did_not_sign_is_none(talk):
    """One machine counts three times in ten minutes, whatever cookies it brings, and ten times in a day."""
    like = {"post": "voto", "lang": "es"}
    for number in range(40):
        browser = talk.app.test_client()
        browser.set_cookie("tertulia_likes", f"{number:032x}", path="/comments")
        browser.post("/comments/like", data=like, headers=OURS)
    assert 3 == likes(talk)
