"""The inbox as its owner sees it: in the browser without a script, and in the terminal."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tertulia.commands import inbox as task
from tertulia.content.posts import Published
from tertulia.conversation.inbox_words import until
from tertulia.conversation.moderator import Action
from tertulia.core import languages, sanitise
from tertulia.core.errors import TertuliaError
from tertulia.store.said import Author, Incoming, Read, Verdict
from tertulia.store.tables import metadata
from tertulia.store.team import AUTHOR
from tertulia.web import sign_in
from tests.house import write_posts
from tests.talking import NOW, OURS, SITE, Talk
from tests.xss import RUN, VECTORS


@pytest.fixture
def talk(tmp_path):
    """A blog whose owner is signed in."""
    languages.speak("es")
    made = Talk(tmp_path)
    made.enter()
    yield made
    made.blog.close()


@pytest.fixture(scope="module")
def one_service(tmp_path_factory):
    """A service for many examples, which costs more than what they ask of it."""
    made = Talk(tmp_path_factory.mktemp("one"))
    yield made
    made.blog.close()


@pytest.fixture
def same_talk(one_service):
    """The same service for each example, with nothing said and the owner signed in anew."""
    with one_service.store.database.writing() as opened:
        for table in reversed(metadata.sorted_tables):
            opened.execute(table.delete())
    one_service.browser = one_service.app.test_client()
    one_service.enter()
    return one_service


def say_(talk, number: int, text: str = "¿Y el voto por correo?", status="approved", **changes) -> str:
    author = Author(network="form", identity=f"ana {number}", name=f"Ana {number}")
    fields = {
        "source": "form", "source_id": str(number), "post": "voto", "lang": "es", "kind": "comment", "author": author,
        "published": NOW - timedelta(hours=number), "text": text, "html": f"<p>{text}</p>",
    }  # fmt: skip
    incoming = Incoming(**(fields | changes))
    return talk.store.conversation.record(incoming, Verdict(status), NOW).key


def page(talk, path="/inbox", status=200) -> str:
    answer = talk.browser.get(path)
    assert status == answer.status_code
    return answer.get_data(as_text=True)


def post(talk, path="/inbox", **fields):
    return talk.browser.post(path, data={"csrf": talk.csrf()} | fields, headers=OURS)


def field(html: str, name: str) -> str:
    """The value of a hidden field."""
    return re.search(f'name="{name}" value="([^"]*)"', html)[1]


def names(html: str) -> list[str]:
    return re.findall(r'<article aria-label="([^"]*)"', html)


def test_it_is_the_owners_alone(tmp_path):
    """Nobody else sees it or changes anything; leaving the moderation leaves it."""
    talk = Talk(tmp_path)
    key = say_(talk, 1)
    assert 303 == talk.browser.get("/inbox").status_code
    assert 403 == talk.browser.post("/inbox", data={"do": f"done {key} x"}, headers=OURS).status_code
    talk.enter()
    page(talk)
    assert 403 == talk.browser.post(f"/inbox/{key}", data={"do": "send", "text": "x"}, headers=OURS).status_code
    post(talk, "/moderation/logout")
    assert 303 == talk.browser.get("/inbox").status_code
    talk.blog.close()


def test_who_has_waited_longest_comes_first(talk):
    """With what it seems to be, where it was said and since when."""
    for number, text in ((1, "¿Y el nulo?"), (3, "Muchas gracias"), (2, "El enlace no funciona")):
        say_(talk, number, text)
    html = page(talk)
    assert ["Ana 3", "Ana 2", "Ana 1"] == names(html)
    assert all(word in html for word in ("elogio (gracias)", "queja (no funciona)", "pregunta (¿)", "3 horas"))
    assert ["Ana 2"] == names(page(talk, "/inbox?tone=complaint"))
    assert ["Ana 1"] == names(page(talk, "/inbox?q=NULO"))
    assert [] == names(page(talk, "/inbox?post=-"))


def test_set_aside_and_back(talk):
    """One button each, undone by another; the rest of the list stays as it was filtered."""
    key = say_(talk, 1)
    version = talk.store.conversation.get(key).version
    answer = post(talk, do=f"done {key} {version}", tone="question")
    assert "tone=question" in answer.headers["Location"]
    assert [] == names(page(talk))
    assert f"back {key}" in page(talk, answer.headers["Location"].removeprefix(SITE))
    post(talk, do=f"back {key} {version}")
    post(talk, do=f"later {key} {version}")
    assert [] == names(page(talk))
    talk.later(days=1)
    assert ["Ana 1"] == names(page(talk))


def test_what_changed_since_is_not_set_aside(talk):
    """Who pressed a button of an older page is told, and nothing is lost."""
    key = say_(talk, 1)
    version = talk.store.conversation.get(key).version
    say_(talk, 1, "¿Y el nulo?", edited=NOW)
    assert 409 == post(talk, do=f"done {key} {version}").status_code
    assert ["Ana 1"] == names(page(talk))


def test_answered_on_the_page(talk):
    """Looked at first, given, shown below, taken back; pressed twice it is one."""
    key = say_(talk, 1, status="waiting")
    html = page(talk, f"/inbox/{key}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    seen = post(talk, f"/inbox/{key}", do="preview", text="Sí, **también**.", **fields).get_data(as_text=True)
    assert "<strong>también</strong>" in seen
    assert "Sí, **también**." in seen
    given = [post(talk, f"/inbox/{key}", do="send", text="Sí, **también**.", **fields) for _ in range(2)]
    assert [303, 303] == [one.status_code for one in given]
    assert ["approved"] == [one.status for one in talk.store.answers.below(talk.store.conversation.get(key))]
    assert "approved" == talk.store.conversation.get(key).status
    assert [] == names(page(talk))
    html = page(talk, given[0].headers["Location"].removeprefix(SITE))
    post(talk, f"/inbox/{key}", do=re.search(r'value="(undo \w+)"', html)[1])
    assert ["Ana 1"] == names(page(talk))
    assert "waiting" == talk.store.conversation.get(key).status, "undone in time, nothing of it is left"
    assert "Sí, **también**." in page(talk, f"/inbox/{key}"), "but what was written"


def test_taken_back_late_what_was_published_stays(talk):
    """After the ten seconds only the answer goes: readers have seen what it answered."""
    key = say_(talk, 1, status="waiting")
    fields = {name: field(page(talk, f"/inbox/{key}"), name) for name in ("version", "token", "seen")}
    post(talk, f"/inbox/{key}", do="send", text="Sí.", **fields)
    talk.clock += timedelta(seconds=11)
    (given,) = talk.store.answers.below(talk.store.conversation.get(key))
    post(talk, f"/inbox/{key}", do=f"undo {given.key}")
    assert "approved" == talk.store.conversation.get(key).status


def test_two_answer_at_once(talk):
    """The second is told that somebody answered, keeps what was typed, and nothing is given."""
    key = say_(talk, 1)
    html = page(talk, f"/inbox/{key}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    post(talk, f"/inbox/{key}", do="send", text="Primero", **(fields | {"token": "toni"}))
    second = post(talk, f"/inbox/{key}", do="send", text="Segundo", **fields)
    assert 409 == second.status_code
    assert "Segundo" in second.get_data(as_text=True)
    assert 1 == len(talk.store.answers.below(talk.store.conversation.get(key)))


@pytest.mark.parametrize("bad", [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS])
def test_nothing_hostile_gets_out(same_talk, bad):
    """Whatever stands in a name, a handle, an address or a search is text."""
    talk = same_talk
    author = Author(network="mastodon", identity="m", name=bad, handle=bad, url=bad)
    key = say_(talk, 1, source="mastodon", author=author, url=bad, html="<p>x</p>", text=bad)
    for html in (page(talk), page(talk, f"/inbox/{key}"), page(talk, "/inbox?" + "q=" + "%22%3E%3Cscript%3E")):
        assert 1 == len(re.findall("<script", html))
        tree = sanitise.parse_html(html)
        for element in tree.iter():
            assert not [name for name in element.attrib if name.startswith("on")]
            addresses = [element.get(name, "").strip().lower() for name in ("href", "src", "action")]
            assert not [one for one in addresses if one.startswith(("javascript:", "data:", "vbscript:"))]


def test_only_our_own_script_runs_and_only_there(talk):
    """The policy of the other pages stays as it was."""
    key = say_(talk, 1)
    person = talk.store.conversation.get(key).person
    for path in ("/inbox", f"/inbox/{key}", f"/inbox/person/{person}"):
        policy = talk.browser.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self'; connect-src 'self'" in policy, path
    assert "script-src" not in talk.browser.get("/moderation").headers["Content-Security-Policy"]
    assert "keydown" in page(talk, "/inbox/keys.js")


def test_in_the_terminal(talk, capsys, monkeypatch):
    """The list, one thing, an answer, later."""
    key, other = say_(talk, 2), say_(talk, 1, "Gracias por todo")
    monkeypatch.setattr(task, "Blog", lambda root: Still(talk.blog))
    (talk.folder / "content").mkdir(exist_ok=True)
    (talk.folder / "content/answers.toml").write_text("[gracias\n", "utf-8")
    task.run(talk.folder, task.InboxOptions())
    listed, told = capsys.readouterr()
    assert told.startswith("content/answers.toml:1: ") and 1 == len(told.splitlines())
    assert listed.index(key) < listed.index(other)
    assert "sin responder: 2" in listed
    task.run(talk.folder, task.InboxOptions(show=key))
    assert "¿Y el voto por correo?" in capsys.readouterr().out
    assert task.run(talk.folder, task.InboxOptions(answer=key, text="También."))
    assert task.run(talk.folder, task.InboxOptions(later=other, until="3d"))
    capsys.readouterr()
    task.run(talk.folder, task.InboxOptions())
    assert "sin responder: 0 · respondidas: 1 · no hace falta: 0 · más tarde: 1" in capsys.readouterr().out
    with pytest.raises(TertuliaError, match="nadie"):
        task.run(talk.folder, task.InboxOptions(show="nadie"))


class Still:
    """An open blog that stays open."""

    def __init__(self, blog) -> None:
        self.blog = blog

    def __enter__(self):
        return self.blog

    def __exit__(self, *error) -> None:
        pass


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2h", datetime(2026, 11, 22, 20, 0, tzinfo=UTC)),
        ("3d", datetime(2026, 11, 25, 18, 0, tzinfo=UTC)),
        ("9:00", datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        ("19:30", datetime(2026, 11, 22, 18, 30, tzinfo=UTC)),
        ("2026-12-01", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ("2026-12-01 18:15", datetime(2026, 12, 1, 17, 15, tzinfo=UTC)),
    ],
)
def test_a_moment_as_people_write_it(written, expected):
    """In the blog's own time."""
    assert expected == until(written, NOW, ZoneInfo("Europe/Madrid"))


@pytest.mark.parametrize("written", ["", "mañana", "2026-11-01", "25:00", "9999999d", "2026-13-45"])
def test_no_moment(written):
    """What is none, or is over, is told."""
    languages.speak("es")
    with pytest.raises(TertuliaError, match="2h"):
        until(written, NOW, ZoneInfo("Europe/Madrid"))


def test_two_people_of_one_team(tmp_path):
    """María sees that Toni is at it, and who answered; Toni may leave it."""
    languages.speak("es")
    talk = Talk(tmp_path)
    key = say_(talk, 1)
    toni, maria = talk.app.test_client(), talk.app.test_client()
    for browser, who in ((toni, "Toni"), (maria, "María")):
        browser.post(f"/moderation/login/{sign_in.token(talk.blog, who=who)}", headers=OURS)

    def see(browser, path="/inbox") -> str:
        talk.browser = browser
        return page(talk, path)

    html = see(toni, f"/inbox/{key}")
    assert "Toni está con esto" not in html
    assert "Toni está con esto" in see(maria)
    assert "Toni está con esto" in see(maria, f"/inbox/{key}")
    talk.browser = toni
    post(talk, f"/inbox/{key}", do="release")
    assert "está con esto" not in see(maria)
    see(toni, f"/inbox/{key}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    post(talk, f"/inbox/{key}", do="send", text="Ya.", **fields)
    assert "<strong>Toni</strong>" in see(maria, f"/inbox/{key}")
    assert "está con esto" not in see(maria, "/inbox?state=all")
    talk.blog.close()


# Saved answers, drafts, later ----------------------------------------------------------------------------------------


def test_what_was_begun_is_kept_for_who_began_it(talk):
    """By its button, by looking, by a press that failed; nobody else sees it; once it is given it is gone."""
    key = say_(talk, 1)
    version = field(page(talk, f"/inbox/{key}"), "version")
    kept = post(talk, f"/inbox/{key}", do="draft", text="A medias", version=version)
    assert "Borrador guardado" in kept.get_data(as_text=True)
    assert "\nA medias</textarea>" in page(talk, f"/inbox/{key}") and "· borrador" in page(talk)
    assert "" == talk.store.drafts.get(key, "Reme")
    post(talk, f"/inbox/{key}", do="preview", text="Casi", version=version)
    assert "\nCasi</textarea>" in page(talk, f"/inbox/{key}")
    post(talk, f"/inbox/{key}", do="send", text="Ya", version=version, token="t", seen="")
    assert (set(), "") == (talk.store.drafts.begun(AUTHOR), talk.store.drafts.get(key, AUTHOR))


def test_a_member_called_like_the_author_is_another(talk):
    """Neither sees what the other began, and each is told that the other is at it."""
    key, author = say_(talk, 1), talk.browser
    version = field(page(talk, f"/inbox/{key}"), "version")
    post(talk, f"/inbox/{key}", do="draft", text="A medias", version=version)
    talk.browser = talk.app.test_client()
    talk.browser.post(f"/moderation/login/{sign_in.token(talk.blog, who='Reme')}", headers=OURS)
    html = page(talk, f"/inbox/{key}")
    assert "A medias" not in html and "Reme está con esto" in html and "· borrador" not in page(talk)
    post(talk, f"/inbox/{key}", do="release")
    talk.browser = author
    html = page(talk, f"/inbox/{key}")
    assert "A medias</textarea>" in html and "está con esto" not in html
    assert "está con esto" not in page(talk, f"/inbox/person/{talk.store.conversation.get(key).person}")


def test_a_draft_goes_with_what_it_answers(talk):
    """Erasing who said it takes it along; an empty one is none; what is not there has none."""
    key = say_(talk, 1)
    talk.store.drafts.keep(key, "Reme", "Hola, Ana.", NOW)
    talk.store.drafts.keep("nothing", "Reme", "Hola", NOW)
    say_(talk, 2, in_reply_to=key)  # so that its place stays
    talk.blog.moderator.erase(talk.store.conversation.get(key).person)
    assert set() == talk.store.drafts.begun("Reme")


def test_saved_answers_are_filled_in(talk):
    """Who, which post, where; in either language; what is called oddly is text, and an unknown place stays."""
    folder = talk.folder / "content"
    folder.mkdir()
    (folder / "answers.toml").write_text(
        '[gracias]\ntext.en = "x"\ntext.es = "Gracias, {nombre}: «{entrada}», {enlace} {otra}"\n'
        '[en]\ntext = "Hi {BLOG}"\n',
        "utf-8",
    )
    author = Author(network="form", identity="x", name="*{blog}* Ruiz")
    key = say_(talk, 1, author=author)
    version = field(page(talk, f"/inbox/{key}"), "version")
    html = post(talk, f"/inbox/{key}", do="saved gracias", text="Hola.", version=version).get_data(as_text=True)
    filled = f"Hola.\n\nGracias, \\*{{blog}}\\* Ruiz: «El voto útil», {SITE}/2026/11/el-voto-util/ {{otra}}"
    assert f"\n{filled}</textarea>" in html and 'value="saved en"' in html


def test_a_file_of_saved_answers_that_makes_no_sense_is_told(talk):
    """In the list and above the answer, which goes on without."""
    folder = talk.folder / "content"
    folder.mkdir()
    (folder / "answers.toml").write_text("[gracias]\ntext = 3\n", "utf-8")
    key = say_(talk, 1)
    one, all_ = page(talk, f"/inbox/{key}"), page(talk, "/inbox")
    assert "Respuestas guardadas" not in one and "<textarea" in one
    assert 1 == one.count("content/answers.toml:2: ") == all_.count("content/answers.toml:2: ")
    (folder / "answers.toml").write_text('[gracias]\ntext = "Gracias"\n', "utf-8")
    assert "answers.toml" not in page(talk, "/inbox")


def test_an_answer_waits_for_its_hour(talk):
    """In the blog's zone; a moment that is none, or over, is said, and what was written stays."""
    key = say_(talk, 1)
    version = field(page(talk, f"/inbox/{key}"), "version")
    bad = post(talk, f"/inbox/{key}", do="send", text="Mañana", version=version, token="t", seen="", at="ayer")
    assert 422 == bad.status_code and "\nMañana</textarea>" in bad.get_data(as_text=True)
    assert [] == talk.store.answers.below(talk.store.conversation.get(key))
    sent = post(talk, f"/inbox/{key}", do="send", text="Mañana", version=version, token="t", seen="", at="9:00")
    assert "done=given_later" in sent.headers["Location"]


# From the list, and back to it ---------------------------------------------------------------------------------------


def test_what_waits_is_published_from_the_list_and_back(talk):
    """With its filters; it waits for an answer still. Undone, it waits for the decision again."""
    key = say_(talk, 1, status="waiting")
    version = talk.store.conversation.get(key).version
    answer = post(talk, do=f"approve {key} {version}", q="voto")
    assert "approved" == talk.store.conversation.get(key).status
    html = page(talk, answer.headers["Location"].removeprefix(SITE))
    assert ["Ana 1"] == names(html) and 'value="voto"' in html
    post(talk, re.search(r'action="([^"]*/undo/[^"#]*)', html)[1])
    assert "waiting" == talk.store.conversation.get(key).status
    assert 409 == post(talk, do=f"spam {key} x").status_code
    assert 303 == post(talk, do=f"spam {key} {talk.store.conversation.get(key).version}").status_code
    assert [] == names(page(talk, "/inbox?state=all"))


def test_an_author_of_posts_decides_nothing_from_the_list(talk):
    """Nor is there a button for it; nor is anything of the others undone."""
    key = say_(talk, 1, status="waiting", post="")
    batch = talk.blog.moderator.apply(Action.APPROVE, [Read(key, talk.store.conversation.get(key).version)]).batch
    own = say_(talk, 2, status="waiting")
    both = tuple(msgspec.structs.replace(one, author="luis") for one in talk.blog.info.published().posts)
    write_posts(talk.folder / "output", Published(site=SITE, title="Blog", lang="es", posts=both))
    talk.browser = talk.app.test_client()
    talk.browser.post(f"/moderation/login/{sign_in.token(talk.blog, who='luis', role='author')}", headers=OURS)
    html = page(talk)
    assert ["Ana 2"] == names(html) and "approve" not in html and "spam" not in html
    csrf, version = field(html, "csrf"), talk.store.conversation.get(own).version
    for path, do in (("/inbox", f"approve {own} {version}"), (f"/inbox/undo/{batch}", "")):
        assert 403 == talk.browser.post(path, data={"csrf": csrf, "do": do}, headers=OURS).status_code
    assert ("waiting", "approved") == tuple(talk.store.conversation.get(one).status for one in (own, key))


def test_an_item_leads_back_to_the_list_that_it_was_opened_from(talk):
    """With its filters and at the next item; and a list that nobody has leads to the plain one."""
    first, second = say_(talk, 2), say_(talk, 1)
    html = page(talk, "/inbox?q=voto&channel=form")
    opened = re.search(rf'href="(/inbox/{first}[^"]*)"', html)[1].replace("&amp;", "&")
    version = talk.store.conversation.get(first).version
    led = post(talk, opened, do="done", version=version).headers["Location"]
    assert "q=voto" in led and "channel=form" in led and led.endswith(f"#i-{second}")
    led = post(talk, f"/inbox/{second}?from=//evil.example%3Fq%3D1&next=%22%3E", do="release").headers["Location"]
    assert led.startswith("/inbox")
    assert "evil" not in led


def test_what_is_taken_back_can_be_written_better(talk):
    """Its words are in the form again; what was begun meanwhile is not written over."""
    key = say_(talk, 1)
    fields = {name: field(page(talk, f"/inbox/{key}"), name) for name in ("version", "token", "seen")}
    post(talk, f"/inbox/{key}", do="send", text="Con una *errta*", **fields)
    given = talk.store.answers.below(talk.store.conversation.get(key))[0]
    post(talk, f"/inbox/{key}", do=f"undo {given.key}")
    assert "\nCon una *errta*</textarea>" in page(talk, f"/inbox/{key}")
    talk.store.drafts.keep(key, AUTHOR, "Otra cosa", talk.clock)
    post(talk, f"/inbox/{key}", do=f"undo {given.key}")
    assert "\nOtra cosa</textarea>" in page(talk, f"/inbox/{key}")


@pytest.mark.parametrize(("option", "value"), [("state", "nada"), ("tone", "enfado")])
def test_a_filter_that_nobody_knows_is_told(talk, option, value):
    """A list of what was not asked for would be taken for the answer."""
    with pytest.raises(TertuliaError, match=value):
        task.list_(talk.blog, task.InboxOptions(**{option: value}))


def test_a_channel_is_found_as_people_write_it(talk, capsys):
    """With a capital, as the networks do."""
    say_(talk, 1, source="mastodon", author=Author(network="mastodon", identity="m", name="Ana"))
    task.list_(talk.blog, task.InboxOptions(channel="Mastodon"))
    assert 2 <= len(capsys.readouterr().out.splitlines())
