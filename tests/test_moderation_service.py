"""The owner's way in, and what is decided there: nobody else comes in, and nothing is decided twice."""

import re
from datetime import timedelta

import pytest

from tertulia.content import snapshot
from tertulia.core.errors import StoreError
from tertulia.web import sign_in
from tests.talking import NOW, OURS, Talk, talk

__all__ = ["talk"]  # a fixture

HOSTILE = {"Origin": "https://evil.example"}


def test_nobody_gets_in_without_a_link(talk):
    """Pages lead to the login, buttons do nothing."""
    said = talk.said()
    assert "/moderation/login" == talk.browser.get("/moderation").location
    assert "/moderation/login" == talk.browser.get(f"/moderation/{said.key}").location
    assert 403 == talk.browser.post("/moderation", data={"do": f"approve {said.key}"}, headers=OURS).status_code
    assert "waiting" == talk.store.conversation.get(said.key).status


def test_a_login_link_works_once_and_only_by_its_button(talk):
    """Opening it, as a mail scanner does, signs nobody in."""
    token = sign_in.token(talk.blog)
    assert 200 == talk.browser.get(f"/moderation/login/{token}").status_code
    assert 200 == talk.browser.get(f"/moderation/login/{token}").status_code
    assert 303 == talk.browser.post(f"/moderation/login/{token}", headers=OURS).status_code
    assert 200 == talk.browser.get("/moderation").status_code
    assert 410 == talk.app.test_client().post(f"/moderation/login/{token}", headers=OURS).status_code
    late = sign_in.token(talk.blog)
    talk.later(minutes=31)
    assert 410 == talk.browser.post(f"/moderation/login/{late}", headers=OURS).status_code


@pytest.fixture
def written_to(tmp_path):
    """A blog whose owner can be written to."""
    return Talk(tmp_path, environ={"OWNER_EMAIL": "reme@blog.example", "SMTP_URL": "smtp://127.0.0.1:9"})


def ask_for_a_letter(talk, browser=None) -> str:
    """Press the button of the login; what the page says."""
    return (browser or talk.app.test_client()).post("/moderation/login", headers=OURS).text


def links_sent(talk) -> list[str]:
    """The links in the letters that were written, the oldest first."""
    letters = talk.store.letters.due(talk.clock + timedelta(days=1))
    return [re.search(r"/moderation/login/\S+", letter.body)[0] for letter in letters if "login" in letter.body]


def test_nobody_keeps_the_owner_out_by_asking(written_to):
    """Whoever asked, and however often: the one link that was sent is live, and the page says that it was."""
    said = [ask_for_a_letter(written_to) for _ in range(20)]
    assert (1, 19) == (sum("de camino" in one for one in said), sum("Ya se mandó" in one for one in said))
    (link,) = links_sent(written_to)
    written_to.later(minutes=29)
    assert 303 == written_to.browser.post(link, headers=OURS).status_code


def test_who_asks_for_days_sends_a_few_letters(written_to):
    """There is always one whose link is live, and once it was used the next asking is answered at once."""
    for _ in range(3 * 48):
        ask_for_a_letter(written_to)
        *_, last = links_sent(written_to)
        assert 200 == written_to.browser.get(last).status_code
        written_to.later(minutes=30)
    assert len(links_sent(written_to)) <= 9
    assert 303 == written_to.browser.post(last, headers=OURS).status_code
    ask_for_a_letter(written_to)
    *_, fresh = links_sent(written_to)
    assert 200 == written_to.browser.get(fresh).status_code


def test_a_browser_that_the_owner_came_in_by_asks_on_its_own_account(written_to):
    """Strangers' askings do not count against it, nor end its session."""
    written_to.enter()
    ask_for_a_letter(written_to)
    assert "de camino" in ask_for_a_letter(written_to, written_to.browser)
    assert 2 == len(links_sent(written_to))
    assert 200 == written_to.browser.get("/moderation").status_code


def test_the_page_says_sent_only_when_a_letter_is_written(written_to, monkeypatch):
    """A store that does not take it is no letter, and the next asking is not held back by it."""

    def full(*_arguments):
        raise StoreError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr("tertulia.store.letters.Letters.tell", full)
        assert 503 == written_to.browser.post("/moderation/login", headers=OURS).status_code
    assert "de camino" in ask_for_a_letter(written_to)


def test_the_session_ends_after_two_weeks(talk):
    """And at once on leaving."""
    talk.enter()
    assert 200 == talk.browser.get("/moderation").status_code
    talk.browser.post("/moderation/logout", data={"csrf": talk.csrf()}, headers=OURS)
    assert 303 == talk.browser.get("/moderation").status_code
    talk.enter()
    talk.later(days=15)
    assert 303 == talk.browser.get("/moderation").status_code


def test_the_owners_buttons_need_the_pages_own_word(talk):
    """No CSRF: neither without the word, nor with another session's, nor from another site."""
    said = talk.said()
    talk.enter()
    other = Talk(talk.folder / "other")
    other.enter()
    good = talk.csrf()
    for csrf, headers in (("", OURS), ("x", OURS), (other.csrf(), OURS), ("ñ", OURS), (good, HOSTILE)):
        answer = talk.browser.post("/moderation", data={"do": f"approve {said.key}", "csrf": csrf}, headers=headers)
        assert 403 == answer.status_code
    assert "waiting" == talk.store.conversation.get(said.key).status


def test_approving_puts_it_on_the_page_and_rejecting_takes_it_off(talk):
    """The snapshot says what is public, and the site is built anew."""
    said = talk.said()
    talk.enter()
    talk.do(f"approve {said.key}")
    assert ([said.key], 1) == (
        [one.id for one in snapshot.read(talk.blog.snapshots, "voto", "es").comments],
        talk.rebuilt,
    )
    talk.do(f"reject {said.key}")
    assert ((), 2) == (snapshot.read(talk.blog.snapshots, "voto", "es").comments, talk.rebuilt)


def test_several_are_decided_at_once(talk):
    """Those that are ticked."""
    keys = [talk.said(text=f"Comentario número {n} de la tarde").key for n in range(3)]
    talk.enter()
    answer = talk.do("spam", key=keys[:2])
    assert "n=2" in answer.location
    assert ["spam", "spam", "waiting"] == [talk.store.conversation.get(key).status for key in keys]


def test_a_trusted_person_is_published_at_once_and_a_blocked_one_never(talk):
    """By person, in the browser that is remembered."""
    first = talk.said(remember="yes")
    talk.enter()
    talk.do(f"trust {first.key}")
    assert ["approved", "approved"] == [talk.store.conversation.get(first.key).status, talk.said(text="Dos").status]
    talk.do(f"block {first.key}")
    assert "spam" == talk.said(text="Tres").status


def test_the_owner_edits_with_a_mark_and_answers_by_name(talk):
    """The page will say both."""
    said = talk.said()
    talk.enter()
    talk.do(f"approve {said.key}")
    talk.do("edit", f"/moderation/{said.key}", text="No pito.")
    talk.do("answer", f"/moderation/{said.key}", text="Ni yo.")
    first, second = snapshot.read(talk.blog.snapshots, "voto", "es").comments
    assert ("<p>No pito.</p>", True, False) == (first.html, first.moderated, first.is_owner)
    assert ("<p>Ni yo.</p>", said.key, "Reme", True) == (second.html, second.parent, second.author, second.is_owner)


def test_a_person_is_erased_from_everywhere(talk):
    """After a second thought; snapshot, store and letters know nothing more."""
    said = talk.said(name="Zutana", email="zutana@correo.example", notify="yes", remember="yes")
    talk.enter()
    talk.do(f"approve {said.key}")
    assert 422 == talk.do("erase", f"/moderation/{said.key}").status_code
    talk.do("erase", f"/moderation/{said.key}", sure="yes")
    kept = b"".join(path.read_bytes() for path in talk.folder.rglob("*.json"))
    assert b"Zutana" not in kept
    assert [] == talk.store.conversation.find()
    assert 0 == talk.store.letters.waiting()
    assert "refused" == talk.blog.moderator.ingest(_again(talk, said)).state
    for path in talk.folder.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        assert b"Zutana" not in held, path
        assert b"zutana@correo" not in held, path


def _again(talk, said):
    from tertulia.store.said import Author, Incoming

    (source, source_id, _) = said.sources[0]
    return Incoming(
        source=source, source_id=source_id, post="voto", lang="es", kind="comment", published=NOW, text="x",
        author=Author(network="form", identity="otra"),
    )  # fmt: skip


def test_the_owner_can_look_at_what_was_folded_as_a_share(talk):
    """The words of a mere share are at the end of all that was said, as words."""
    from dataclasses import replace

    said = _again(talk, talk.said())
    share = replace(said, kind="repost", source="mastodon", source_id="7", text="El <b>voto</b> útil")
    talk.blog.moderator.ingest(share)
    talk.enter()
    assert "<q>El &lt;b&gt;voto&lt;/b&gt; útil</q>" in talk.browser.get("/moderation?status=all").get_data(as_text=True)


def test_search_finds_and_shows_what_was_looked_for(talk):
    """Strangers' words are shown as words."""
    talk.said(text="Sobre el **cocido** y <script>alert(1)</script>", name="<img src=x onerror=alert(1)>")
    talk.enter()
    page = talk.browser.get("/moderation?status=all&q=cocido").get_data(as_text=True)
    assert "<strong>cocido</strong>" in page
    assert "<script" not in page
    assert "<img" not in page
    assert "cocido" not in talk.browser.get("/moderation?status=all&q=paella").get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["status=x", "page=0", "page=-1", "page=99999999", "status=all&q=%27%22%25_", "n=<script>&done=approve"]
)
def test_odd_questions_get_a_page(talk, query):
    """And nothing of theirs in it."""
    talk.enter()
    page = talk.browser.get(f"/moderation?{query}")
    assert 200 == page.status_code
    assert "<script>" not in page.get_data(as_text=True)


def test_a_letters_link_acts_after_its_button(tmp_path):
    """Without a session; opening it does nothing."""
    talk = Talk(tmp_path, environ={"OWNER_EMAIL": "reme@blog.example"})
    said = talk.said()
    (letter,) = talk.store.letters.due(talk.clock)
    approve = re.search(r"https://blog\.example(/moderation/act/\S+)", letter.body)[1]
    assert 200 == talk.browser.get(approve).status_code
    assert "waiting" == talk.store.conversation.get(said.key).status
    assert 200 == talk.browser.post(approve, headers=OURS).status_code
    assert "approved" == talk.store.conversation.get(said.key).status
