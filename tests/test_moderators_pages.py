"""The moderators' pages: the way in, the queue page by page, one comment and its buttons, and what each says then."""

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tertulia.conversation.answering import UNDO_FOR
from tertulia.store.connection import stamp
from tertulia.store.said import Author
from tertulia.web import moderation, sign_in
from tertulia.web.team import COOKIE, PLACES
from tests.talking import OURS, Talk
from tests.test_inbox import field, names, page, say_

HOSTILE = {"Origin": "https://evil.example"}
MAIL = {"OWNER_EMAIL": "reme@blog.example", "SMTP_URL": "smtp://127.0.0.1:9"}
NETWORKS = {"MASTODON_URL": "https://mas.example", "MASTODON_TOKEN": "t"} | {
    f"X_{name}": "1-t" for name in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_SECRET")
}


@pytest.fixture
def talk(tmp_path):
    """A blog whose owner is signed in."""
    made = Talk(tmp_path, environ=NETWORKS)
    made.enter()
    yield made
    made.blog.close()


@pytest.fixture
def outside(tmp_path):
    """A blog whose owner can be written to, and nobody is signed in."""
    made = Talk(tmp_path, environ=MAIL)
    yield made
    made.blog.close()


def press(talk, path="/moderation", **fields):
    """Press a button of a page of ours."""
    return talk.browser.post(path, data={"csrf": talk.csrf()} | fields, headers=OURS)


def press_one(talk, key: str, **fields):
    """Press a button of the page of a comment, as that is now."""
    return press(talk, f"/moderation/{key}", **{"version": talk.store.conversation.get(key).version} | fields)


def told(answer) -> dict[str, str]:
    """What the address that an answer leads to says of what was done."""
    return {name: value for name, (value,) in parse_qs(urlsplit(answer.location).query).items()}


def box(html: str, name: str) -> str:
    """What is in a box for text."""
    return re.search(rf'<textarea id="{name}"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)[1]


# In and out ----------------------------------------------------------------------------------------------------------


def test_the_way_in_speaks_the_language_of_the_blog(outside):
    """As the pages behind it do, whatever the browser would rather read."""
    english = OURS | {"Accept-Language": "en"}
    for path in ("/moderation/login", "/moderation/login/x"):
        assert '<html lang="es">' in outside.browser.get(path, headers=english).text
        assert '<html lang="es">' in outside.browser.post(path, headers=english).text


def test_another_site_has_no_letter_written(outside):
    """Nor does it use up a link that it does not know the end of."""
    assert 403 == outside.browser.post("/moderation/login", headers=HOSTILE).status_code
    assert 0 == outside.store.letters.waiting()
    link = f"/moderation/login/{sign_in.token(outside.blog)}"
    assert 410 == outside.browser.post(link, headers=HOSTILE).status_code
    assert 303 == outside.browser.post(link, headers=OURS).status_code


def test_a_letter_is_offered_where_one_can_be_sent_and_once(outside, tmp_path):
    """Before it was asked for, and when a link opens nothing; a link that opens has its own button alone."""
    asked = 'action="/moderation/login"'
    good, used = (f"/moderation/login/{sign_in.token(outside.blog)}" for _ in range(2))
    outside.browser.post(used, headers=OURS)
    assert asked in outside.browser.get("/moderation/login").text
    sent = outside.browser.post("/moderation/login", headers=OURS).text
    assert (True, False) == ("de camino" in sent, asked in sent)
    assert (True, False) == (asked in outside.browser.get(used).text, asked in outside.browser.get(good).text)
    without = Talk(tmp_path / "two", environ={"OWNER_EMAIL": "reme@blog.example"})
    assert asked not in without.browser.get("/moderation/login").text
    assert "de camino" not in without.browser.post("/moderation/login", headers=OURS).text
    assert 0 == without.store.letters.waiting()


def test_a_link_that_opens_nothing_says_so(outside):
    """One that was used, is none, or whose bearer is of the team no more: by a look and by its button."""
    used, gone = sign_in.token(outside.blog), sign_in.token(outside.blog, who="luis", role="author")
    outside.browser.post(f"/moderation/login/{used}", headers=OURS)
    outside.store.team.dismiss("luis")
    for token in (used, "x"):
        answer = outside.browser.get(f"/moderation/login/{token}")
        assert (410, True, False) == (answer.status_code, "ya se usó" in answer.text, "Entrar" in answer.text)
    for token in (used, gone, "x"):
        answer = outside.app.test_client().post(f"/moderation/login/{token}", headers=OURS)
        assert (410, True, None) == (answer.status_code, "ya se usó" in answer.text, answer.headers.get("Set-Cookie"))


@pytest.mark.parametrize(
    ("role", "first"), [("owner", "/moderation"), ("moderator", "/moderation"), ("author", "/inbox")]
)
def test_everybody_is_led_to_what_is_theirs(outside, role, first):
    """And finds it open."""
    link = f"/moderation/login/{sign_in.token(outside.blog, who='luis', role=role)}"
    assert first == outside.browser.post(link, headers=OURS).location
    assert 200 == outside.browser.get(first).status_code


@pytest.mark.parametrize(
    ("service", "asked", "is_secure"),
    [
        ("https://blog.example", "http://blog.example", True),  # behind a proxy that says nothing
        ("http://blog.example", "https://blog.example", True),
        ("http://blog.example", "http://blog.example", False),
    ],
)
def test_a_session_is_for_its_pages_and_no_script(outside, service, asked, is_secure):
    """With TLS on either way it goes nowhere without; and it is no longer the browser's than it is ours."""
    outside.blog.info = replace(outside.blog.info, service=service)
    link = f"/moderation/login/{sign_in.token(outside.blog)}"
    entered = outside.browser.post(link, headers=OURS, base_url=asked)
    kept = [one for one in entered.headers.getlist("Set-Cookie") if one.startswith(COOKIE)]
    assert list(PLACES) == [re.search("Path=([^;]*)", one)[1] for one in kept]
    for one in kept:
        assert (is_secure, True) == ("Secure" in one, "HttpOnly" in one)
        assert f"Max-Age={14 * 24 * 3600};" in one


def test_leaving_leaves_no_cookie_and_opens_no_copy_of_it(talk):
    """For as long as a session lasts, whatever is swept meanwhile."""
    copy = talk.app.test_client()
    copy.set_cookie(COOKIE, talk.browser.get_cookie(COOKIE, path="/moderation").value, path="/moderation")
    press(talk, "/moderation/logout")
    assert [None, None] == [talk.browser.get_cookie(COOKIE, path=place) for place in PLACES]
    talk.later(days=13)
    talk.enter()
    talk.blog.background.sweep()
    assert 303 == copy.get("/moderation").status_code


# The queue -----------------------------------------------------------------------------------------------------------


def test_the_queue_is_turned_page_by_page(talk, monkeypatch):
    """Nothing twice, nothing left out, and no way on from the last or back from the first."""
    monkeypatch.setattr(moderation, "PAGE", 2)
    for number in range(4):
        say_(talk, number, status="waiting")
    first, second, third = (page(talk, f"/moderation?page={number}") for number in (1, 2, 3))
    assert [["Ana 0", "Ana 1"], ["Ana 2", "Ana 3"], []] == [names(html) for html in (first, second, third)]
    assert [(False, True), (True, False)] == [("rel=prev" in one, "rel=next" in one) for one in plain(first, second)]
    assert first == page(talk, "/moderation") and "page=2" in first and "page=1" in second


def plain(*pages: str) -> list[str]:
    return [html.replace('"', "") for html in pages]


@pytest.mark.parametrize("number", ["²", "9" * 18, "1" + "0" * 30, "0", "x", "", "-1", "1.5"])
def test_a_page_that_is_no_number_is_answered(talk, number):
    """The first, or one far behind the last."""
    say_(talk, 1, status="waiting")
    assert names(page(talk, f"/moderation?page={number}")) == ([] if number == "9" * 18 else ["Ana 1"])


def test_the_queue_is_of_what_it_is_asked(talk):
    """What waits, if of nothing; each status by its name, and all; an odd one is none."""
    for number, status in enumerate(("waiting", "approved", "rejected", "spam")):
        say_(talk, number, status=status)
    seen = {asked: names(page(talk, f"/moderation?status={asked}")) for asked in ("", "spam", "all", "odd")}
    assert {"": ["Ana 0"], "spam": ["Ana 3"], "odd": ["Ana 0"]} == {one: seen[one] for one in ("", "spam", "odd")}
    assert {"Ana 0", "Ana 1", "Ana 2", "Ana 3"} == set(seen["all"])
    html = page(talk, "/moderation?status=spam")
    assert "por decidir (1)" in html and '?status=all"' in html
    assert 'status=spam" aria-current="page"' in html


def test_what_was_folded_stands_at_the_end_of_everything_alone(talk):
    """Beside no other list: it is of none of them."""
    say_(talk, 1)
    say_(talk, 2, kind="repost", source="mastodon", text="Léelo", author=Author(network="mastodon", identity="m"))
    asked = ("status=all", "status=all&page=2", "status=all&q=voto", "status=waiting", "")
    assert [True, False, False, False, False] == ["Léelo" in page(talk, f"/moderation?{one}") for one in asked]


def test_beside_a_comment_stands_what_it_answers(talk):
    """And not what that answers."""
    said: list[str] = []
    for number in range(3):
        said.append(say_(talk, number, status="waiting", text=f"Digo {number}", in_reply_to=said[-1] if said else ""))
    (last,) = re.findall(r'<article aria-label="Ana 2">.*?</article>', page(talk, "/moderation"), re.DOTALL)
    assert ["Digo 1", "Digo 2"] == re.findall(r"Digo \d", last)


def test_a_decision_leads_back_to_the_list_that_one_was_in(talk):
    """Its status, words and page; it says what was done to how many, and how that is undone: where there is what to."""
    key = say_(talk, 1, status="waiting")
    old = f"{key} {talk.store.conversation.get(key).version}"
    list_ = {"status": "all", "q": "voto", "page": "3"}
    first = told(press(talk, do=f"reject {old}", **list_))
    assert list_ | {"done": "reject", "n": "1"} == {one: value for one, value in first.items() if one != "undo"}
    assert "Rechazados: 1." in page(talk, "/moderation?done=reject&n=1")
    again = told(press(talk, do=f"reject {old}", **list_))
    assert ("1", True, False) == (again["n"], "undo" in first, "undo" in again), "it was so already"
    assert "undo" not in told(press(talk, do=f"undo {first['undo']}"))


def test_a_button_beside_one_decides_that_one_alone(talk):
    """Whatever else is ticked; and a button that there is not decides nothing."""
    keys = [say_(talk, number, status="waiting") for number in range(3)]
    named = [f"{key} {talk.store.conversation.get(key).version}" for key in keys]
    assert 400 == press(talk, do="burn", key=named).status_code
    press(talk, do=f"spam {named[0]}", key=named)
    assert ["spam", "waiting", "waiting"] == [talk.store.conversation.get(key).status for key in keys]


def test_what_was_decided_beside_what_changed_can_be_undone(talk):
    """The page that shows the one has a button for the others, and none to turn a page."""
    ours, theirs = (say_(talk, number, status="waiting") for number in (1, 2))
    named = [f"{key} {talk.store.conversation.get(key).version}" for key in (ours, theirs)]
    talk.blog.moderator.decide(theirs, "spam", talk.store.conversation.get(theirs).version)
    answer = press(talk, do="approve", key=named)
    assert (409, ["Ana 2"], False) == (answer.status_code, names(answer.text), 'rel="next"' in answer.text)
    undo = re.search(r'value="(undo [^"]+)"', answer.text)[1]
    assert {"done": "undo", "n": "1"}.items() <= told(press(talk, do=undo)).items()
    assert ["waiting", "spam"] == [talk.store.conversation.get(key).status for key in (ours, theirs)]


# One comment ---------------------------------------------------------------------------------------------------------


def test_a_comment_that_is_not_there_has_no_page(talk):
    """Nor buttons."""
    page(talk, "/moderation/nothing", 404)
    assert 404 == press(talk, "/moderation/nothing", do="approve").status_code


def test_the_page_of_a_comment_tells_why_when_and_what_else(talk):
    """Points where a reason has some; the others of its person, and not itself; nothing that nobody has done."""
    talk.said(remember="yes")
    first = talk.said(text="Compra en https://casino.example y https://poker.example ya", remember="yes")
    html = page(talk, f"/moderation/{first.key}")
    assert re.search(r"\(\+\d+\)</li>", html) and "(+0)" not in html
    assert 1 == html.count('<li><a href="/moderation/') and f'<li><a href="/moderation/{first.key}"' not in html
    assert f"{first.published_at[:10]} {first.published_at[11:16]}" in html
    assert 'role="alert"' not in html and 'role="status"' not in html
    assert ("", first.text) == (box(html, "answer"), box(html, "text"))


def test_a_button_of_its_page_says_what_it_did_there(talk):
    """With the way back; pressed again it has done nothing that could be undone, and an answer says nothing."""
    key = say_(talk, 1, status="waiting")
    old = talk.store.conversation.get(key).version
    answer = press_one(talk, key, do="approve")
    assert (f"/moderation/{key}", {"done": "approve"}) == (
        urlsplit(answer.location).path, {one: value for one, value in told(answer).items() if one != "undo"},
    )  # fmt: skip
    html = page(talk, answer.location)
    assert "Publicados: 1." in html
    assert {"done": "approve"} == told(press_one(talk, key, do="approve", version=old))
    assert 303 == press(talk, do=re.search(r'value="(undo [^"]+)"', html)[1]).status_code
    assert "waiting" == talk.store.conversation.get(key).status
    for do in ("answer", "edit", "nothing"):
        assert f"/moderation/{key}" == press_one(talk, key, do=do, text="Vale.").location


def test_an_edit_keeps_its_lines_and_blank_words_are_none(talk):
    """Nobody empties a comment, or answers nothing, by one press too many."""
    key = say_(talk, 1)
    press_one(talk, key, do="edit", text="Uno\r\n\r\nDos")
    for do in ("edit", "answer"):
        assert 303 == press_one(talk, key, do=do, text=" \r\n ").status_code
    said = talk.store.conversation.get(key)
    assert ("Uno\n\nDos", []) == (said.text, talk.store.answers.below(said))


def test_words_for_what_changed_wait_in_their_own_box(talk):
    """What was an edit in that of the edit, what was an answer in that of the answer."""
    key = say_(talk, 1, status="waiting")
    for do, answer, text in (
        ("edit", "", "Lo mío"),
        ("answer", "Lo mío", "¿Y el voto por correo?"),
        ("erase", "", "¿"),
    ):
        html = press_one(talk, key, do=do, text="Lo mío", version="waiting.0").text
        assert (answer, text) == (box(html, "answer"), box(html, "text")[: len(text)])


@pytest.mark.parametrize("meanwhile", ["edited", "withdrawn"])
def test_an_edit_that_comes_too_late_says_so(talk, monkeypatch, meanwhile):
    """Its writer was quicker by a moment: their words, or their wish, stay."""
    said = talk.said(text="Hola a todos")
    edit = talk.blog.moderator.edit

    def edit_late(key, text, version):
        if meanwhile == "edited":
            edit(key, "Adiós a todos", version)
        return edit(key, text, version)

    if meanwhile == "withdrawn":
        talk.blog.moderator.withdraw(said.key)
    monkeypatch.setattr(type(talk.blog.moderator), "edit", lambda _moderator, *given: edit_late(*given))
    answer = press_one(talk, said.key, do="edit", text="Lo mío")
    assert 409 == answer.status_code
    wanted = {"edited": ("waiting", "Adiós a todos"), "withdrawn": ("withdrawn", "Hola a todos")}[meanwhile]
    assert wanted == (talk.store.conversation.get(said.key).status, talk.store.conversation.get(said.key).text)


def test_a_person_is_erased_when_that_is_meant(talk):
    """Asked once more, by a page that says so; then gone, and told in the queue."""
    key = say_(talk, 1)
    unsure = press_one(talk, key, do="erase")
    assert (422, True) == (unsure.status_code, "Marca la casilla" in unsure.text)
    assert "Marca la casilla" not in page(talk, f"/moderation/{key}")
    sure = press_one(talk, key, do="erase", sure="yes")
    assert {"done": "erase", "n": "1"} == told(sure)
    assert "Persona borrada." in page(talk, sure.location)
    page(talk, f"/moderation/{key}", 404)


# Answers -------------------------------------------------------------------------------------------------------------


def heard(talk, network: str) -> str:
    """Somebody says something on a network."""
    author = Author(network=network, identity="m", name="Ana", handle="@ana@mas.example")
    return say_(talk, 1, source=network, source_id="1134", url=f"https://{network}.example/1134", author=author)


def test_the_way_of_an_answer_is_told_before(talk):
    """To the network, or to the page alone; what the owner said takes none."""
    key = heard(talk, "mastodon")
    assert "sale en la página y en Mastodon" in page(talk, f"/moderation/{key}")
    assert "Saldrá en la página" in page(talk, f"/moderation/{say_(talk, 2)}")
    press_one(talk, key, do="answer", text="Sí.")
    (mine,) = talk.store.answers.below(talk.store.conversation.get(key))
    assert 'value="answer"' not in page(talk, f"/moderation/{mine.key}")


def test_an_answer_leaves_after_the_moment_in_which_it_is_taken_back(talk):
    """Pressed twice it is one, and the second press is answered as the first; two without a token are two."""
    key = heard(talk, "mastodon")
    fields = {"do": "answer", "text": "Sí.", "token": field(page(talk, f"/moderation/{key}"), "token")}
    assert [303, 303] == [press_one(talk, key, **fields).status_code for _ in range(2)]
    (row,) = talk.store.deliveries.answers()
    assert stamp(talk.clock + UNDO_FOR) == row.not_before
    other = say_(talk, 2)
    seen: list[str] = []
    for text in ("Uno", "Dos"):
        assert 303 == press_one(talk, other, do="answer", text=text, token="", seen=" ".join(seen)).status_code
        seen = [one.key for one in talk.store.answers.below(talk.store.conversation.get(other))]
    assert 2 == len(seen)


def test_what_is_too_long_for_a_network_is_given_back(talk):
    """Counted, with its words in their box; nothing was said. Where nothing is sent nothing is too long."""
    mastodon, x, form = heard(talk, "mastodon"), heard(talk, "x"), say_(talk, 2)
    answer = press_one(talk, mastodon, do="answer", text="ñ" * 501)
    assert (422, "ñ" * 501) == (answer.status_code, box(answer.text, "answer"))
    assert "allí caben 500" in answer.text
    assert [] == talk.store.answers.below(talk.store.conversation.get(mastodon))
    for key in (x, form):
        assert 303 == press_one(talk, key, do="answer", text="ñ" * 501).status_code
        assert 1 == len(talk.store.answers.below(talk.store.conversation.get(key)))


def test_what_was_read_is_what_is_answered(talk):
    """Somebody answered meanwhile: the words stay in their box."""
    key = say_(talk, 1)
    press_one(talk, key, do="answer", text="Uno", token="a")
    late = press_one(talk, key, do="answer", text="Dos", token="b")
    assert (409, "Dos", 1) == (
        late.status_code, box(late.text, "answer"), len(talk.store.answers.below(talk.store.conversation.get(key))),
    )  # fmt: skip
