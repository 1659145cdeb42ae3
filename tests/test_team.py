"""Several hands: what an owner, a moderator and an author of posts see and may do, at every door."""

import re

import pytest
from sqlalchemy import insert, select

from tertulia.commands import talk as task
from tertulia.content import posts
from tertulia.content.posts import Published
from tertulia.core import languages, sanitise
from tertulia.core.errors import TertuliaError
from tertulia.store.connection import stamp
from tertulia.store.conversation_tables import letters
from tertulia.store.said import Author, Read
from tertulia.store.settling import settle
from tertulia.store.tables import deliveries
from tertulia.web import sign_in
from tests.house import write_posts
from tests.talking import OURS, POST, SITE, Talk
from tests.test_inbox import Still, field, names, one_service, page, same_talk, say_  # noqa: F401 (fixtures)
from tests.xss import RUN, VECTORS

MINE = "voto"
THEIRS = "trenes"


@pytest.fixture
def talk(tmp_path):
    """A blog of two authors; Luis, who wrote one post, is signed in."""
    languages.speak("es")
    made = Talk(tmp_path)
    both = tuple(
        posts.Post(id=id_, lang="es", title=id_, url=f"{SITE}/{id_}/", date=POST.date, author=author)
        for id_, author in ((MINE, "Ana, Luis"), (THEIRS, "Ana"))
    )
    write_posts(tmp_path / "output", Published(site=SITE, title="Blog", lang="es", posts=both))
    enter(made, "author")
    yield made
    made.blog.close()


def enter(talk, role: str, who: str = "luis"):
    talk.browser = talk.app.test_client()
    return talk.browser.post(f"/moderation/login/{sign_in.token(talk.blog, who=who, role=role)}", headers=OURS)


def csrf(talk) -> str:
    return field(page(talk), "csrf")


def press(talk, path, **fields):
    return talk.browser.post(path, data={"csrf": csrf(talk)} | fields, headers=OURS)


def test_an_author_sees_the_talk_of_their_own_posts(talk):
    """In the list, the counts and the filters; of another post not one word, by whatever address."""
    own, other = say_(talk, 1), say_(talk, 2, text="Secreto", post=THEIRS)
    nowhere = say_(talk, 3, text="Secreto", post="")
    assert ["Ana 1"] == names(page(talk))
    assert "sin responder (1)" in page(talk)
    person = talk.store.conversation.get(other).person
    for asked in ("state=all", f"post={THEIRS}", "post=-", "q=secreto", f"person={person}&state=all", f"key={other}"):
        assert "Secreto" not in page(talk, f"/inbox?{asked}")
        assert "Ana 2" not in page(talk, f"/inbox?{asked}")
    page(talk, f"/inbox/{own}")
    for key in (other, nowhere):
        page(talk, f"/inbox/{key}", 404)
        version = talk.store.conversation.get(key).version
        assert 404 == press(talk, f"/inbox/{key}", do="send", text="x", version=version).status_code
        assert 404 == press(talk, "/inbox", do=f"done {key} {version}").status_code


def test_an_author_answers_and_sets_aside_there_and_nothing_else(talk):
    """Their answer is theirs to take back; another's, below another post, is not."""
    own, other = say_(talk, 1, status="waiting"), say_(talk, 2, post=THEIRS)
    html = page(talk, f"/inbox/{own}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    assert 303 == press(talk, f"/inbox/{own}", do="send", text="Sí.", **fields).status_code
    mine = talk.store.answers.below(talk.store.conversation.get(own))[0]
    assert ("luis", "approved") == (mine.name, talk.store.conversation.get(own).status)
    enter(talk, "owner", "Ana")
    html = page(talk, f"/inbox/{other}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    press(talk, f"/inbox/{other}", do="send", text="No.", **fields)
    theirs = talk.store.answers.below(talk.store.conversation.get(other))[0]
    enter(talk, "author")
    assert 404 == press(talk, f"/inbox/{own}", do=f"undo {theirs.key}").status_code
    assert 404 == press(talk, f"/inbox/{own}", do=f"undo {own}").status_code
    assert "approved" == talk.store.conversation.get(theirs.key).status
    assert 303 == press(talk, f"/inbox/{own}", do=f"undo {mine.key}").status_code
    assert "rejected" == talk.store.conversation.get(mine.key).status


@pytest.mark.parametrize(
    ("role", "barred"),
    [
        (
            "author",
            ("/moderation", "/moderation/health", "/inbox/report", "/moderation/{key}", "/inbox/person/{person}"),
        ),
        ("moderator", ("/moderation/health", "/inbox/report")),
        ("owner", ()),
    ],
)
def test_doors(talk, role, barred):
    """A door that a role does not open is closed to what is read and to what is sent, and no link leads there."""
    key = say_(talk, 1)
    person = talk.store.conversation.get(key).person
    talk.store.persons.note(person, "Nota privada", talk.clock)
    enter(talk, role)
    every = (
        "/moderation",
        "/moderation/health",
        "/inbox/report",
        "/moderation/{key}",
        "/inbox/person/{person}",
        "/inbox",
    )
    for path in every:
        answer = talk.browser.get(path.format(key=key, person=person))
        assert (403 if path in barred else 200) == answer.status_code, path
    for path in ("/moderation", "/moderation/{key}", "/inbox/person/{person}"):
        answer = press(talk, path.format(key=key, person=person), do="nothing")
        assert (403 == answer.status_code) == (path in barred), path
    html = page(talk) + page(talk, f"/inbox/{key}")
    linked = {one for one in every if f'href="{one.format(key=key, person=person)}"' in html}
    assert not linked & set(barred)
    assert ("Nota privada" in html) == (role != "author")


def test_who_may_erase_and_end_all_sessions(talk):
    """The owner; a moderator has neither the buttons nor the power."""
    key = say_(talk, 1)
    enter(talk, "moderator", "Toni")
    version = talk.store.conversation.get(key).version
    assert "mod_erase" not in page(talk, f"/moderation/{key}")
    assert 403 == press(talk, f"/moderation/{key}", do="erase", sure="yes", version=version).status_code
    assert 403 == press(talk, "/moderation/logout", where="everywhere").status_code
    assert talk.store.conversation.get(key)
    enter(talk, "owner", "Reme")
    assert 303 == press(talk, f"/moderation/{key}", do="erase", sure="yes", version=version).status_code
    assert talk.store.conversation.get(key) is None


def test_who_takes_a_name_of_the_team_inherits_nothing(talk):
    """What whoever had it before began and kept is gone with them; letters to the owner are the owner's to ask for."""
    key = say_(talk, 1)
    version = field(page(talk, f"/inbox/{key}"), "version")
    press(talk, f"/inbox/{key}", do="draft", text="A medias", version=version)
    press(talk, "/inbox/mine", do="view", name="Dudas", tone="question")
    assert "A medias" in page(talk, f"/inbox/{key}") and "Dudas" in page(talk)
    talk.store.team.dismiss("luis")
    enter(talk, "author")
    assert "A medias" not in page(talk, f"/inbox/{key}") and "Dudas" not in page(talk)
    assert talk.browser.get_cookie(sign_in.KNOWN_COOKIE, path="/moderation") is None
    enter(talk, "owner", "eva")
    assert talk.browser.get_cookie(sign_in.KNOWN_COOKIE, path="/moderation") is not None


def test_a_role_that_is_taken_away_is_gone_at_once(talk, monkeypatch, capsys):
    """Also for who is in, and for who has a link that was not used yet."""
    key = say_(talk, 1)
    link = sign_in.token(talk.blog, who="luis")
    enter(talk, "moderator")
    page(talk, f"/moderation/{key}")
    talk.store.team.grant("luis", "author")
    page(talk, f"/moderation/{key}", 403)
    monkeypatch.setattr(task, "Blog", lambda root, **named: Still(talk.blog))
    task.run_moderate(talk.folder, who="luis", role="none")
    assert "luis ya no entra" in capsys.readouterr().out
    assert 303 == talk.browser.get("/inbox").status_code
    assert 410 == talk.app.test_client().post(f"/moderation/login/{link}", headers=OURS).status_code


@pytest.mark.parametrize(("who", "role"), [("luis", "king"), ("", "author")])
def test_a_role_that_is_none(talk, monkeypatch, who, role):
    """It is told in one line, and nobody comes in by it."""
    monkeypatch.setattr(task, "Blog", lambda root, **named: Still(talk.blog))
    with pytest.raises(TertuliaError, match=r"moderator|--as"):
        task.run_moderate(talk.folder, web=True, who=who, role=role)


def test_a_persons_page(talk):
    """Joined, noted, trusted, not to be quoted, parted: each by a button; and the others see who is at it."""
    form = say_(talk, 1, text="Me quejo")
    ana = Author(network="mastodon", identity="m", name="Ana 1", handle="@ana@mas.example", url="https://ana.example")
    other = say_(talk, 2, source="mastodon", author=ana, text="Me quejo aquí también")
    talk.store.inbox.hold(other, "Toni", talk.clock)
    enter(talk, "moderator", "María")
    number, there = (talk.store.conversation.get(key).person for key in (form, other))
    path = f"/inbox/person/{number}"
    assert "Me quejo aquí" not in page(talk, path)
    assert "Toni está con" not in page(talk, f"/inbox/{form}")
    press(talk, path, do=f"join {there}")
    assert "Me quejo aquí" in page(talk, path)
    assert "Toni está con esta misma persona en Mastodon" in page(talk, f"/inbox/{form}")
    assert "Toni está con esta misma persona en Mastodon" in page(talk)
    press(talk, path, do="note", text="Llamó <b>dos</b> veces")
    assert "Llamó &lt;b&gt;dos&lt;/b&gt; veces" in page(talk, f"/inbox/{other}")
    press(talk, path, do="block")
    assert {"blocked"} == {str(one.trust) for one in talk.store.persons.get(there).accounts}
    press(talk, path, do="no_quotes")
    assert "no quiere que se le cite" in page(talk, f"/inbox/{other}")
    assert 404 == press(talk, path, do="separate 999").status_code
    press(talk, path, do=f"separate {there}")
    assert {number} == talk.store.persons.members(number)
    assert 404 == talk.browser.get("/inbox/person/999").status_code
    note = re.search(r'value="(unnote \d+)"', page(talk, path))[1]
    press(talk, path, do=note)
    assert () == talk.store.persons.get(number).notes


@pytest.mark.parametrize("bad", [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS])
def test_nothing_hostile_gets_out_of_a_persons_page(same_talk, bad):  # noqa: F811
    """Whatever stands in a name, a handle, an address or a note is text."""
    talk = same_talk
    enter(talk, "moderator", bad[:60])
    author = Author(network="mastodon", identity="m", name=bad, handle=bad, url=bad)
    key = say_(talk, 1, source="mastodon", author=author, url=bad, html="<p>x</p>", text=bad)
    say_(talk, 2, source="form", author=Author(network="form", identity="f", name=bad, url=bad), text=bad)
    number = talk.store.conversation.get(key).person
    talk.store.persons.note(number, bad, talk.clock, said_by=bad[:60])
    for html in (page(talk, f"/inbox/person/{number}"), page(talk, f"/inbox/{key}")):
        assert harmless(html)


def harmless(html: str) -> bool:
    """Whether nothing runs in a page but our own one script, and no link leads to what runs."""
    tree = sanitise.parse_html(html)
    runs = [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    links = [element.get(name, "").strip().lower() for element in tree.iter() for name in ("href", "src", "action")]
    bad = [one for one in links if one.startswith(("javascript:", "data:", "vbscript:"))]
    return not runs and not bad and html.count("<script") <= 1


def test_a_version_of_an_older_page_still_decides_nothing(talk):
    """The roles change nothing about what was read."""
    key = say_(talk, 1)
    assert not talk.store.inbox.set_aside(Read(key, "approved.0"), talk.clock)


def test_the_moderation_answers_as_the_inbox_does(talk):
    """Approved and answered in one go, signed by who gave it; of two at once the second is told, and loses no words."""
    key = say_(talk, 1, status="waiting")
    enter(talk, "moderator", "María")
    html = page(talk, f"/moderation/{key}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    given = [press(talk, f"/moderation/{key}", do="answer", text="Sí.", **fields) for _ in range(2)]
    assert [303, 409] == [one.status_code for one in given], "it is no more what was read"
    said = talk.store.conversation.get(key)
    assert ("approved", ["María"]) == (said.status, [one.name for one in talk.store.answers.below(said)])
    late = press(talk, f"/moderation/{key}", do="answer", text="Otra", version=said.version, token="x", seen="")
    assert (409, True) == (late.status_code, "Otra</textarea>" in late.get_data(as_text=True))
    assert 1 == len(talk.store.answers.below(said))


def test_an_answer_that_a_network_refused_is_told_once_to_who_gave_it(talk):
    """By letter to them, or to the owner; and in the list, where whoever asked waits again."""
    key = say_(talk, 1)
    talk.store.team.set_email("luis", "luis@correo.example")
    html = page(talk, f"/inbox/{key}")
    fields = {name: field(html, name) for name in ("version", "token", "seen")}
    press(talk, f"/inbox/{key}", do="send", text="Sí.", **fields)
    answer = talk.store.answers.below(talk.store.conversation.get(key))[0].key
    with talk.store.database.writing() as connection:
        values = {
            "post": f"answer {answer}", "lang": "es", "network": "mastodon", "part": "answer", "message": "{}",
            "answer": answer, "state": "refused", "reason": "no", "created_at": stamp(talk.clock),
        }  # fmt: skip
        connection.execute(insert(deliveries).values(**values))
        settle(connection, [talk.store.conversation.get(key).id])
    assert "tu respuesta no llegó a Mastodon" in page(talk)
    for _ in range(2):
        talk.blog.deliver_answers()
    with talk.store.database.reading() as connection:
        rows = connection.execute(select(letters.c.recipient, letters.c.subject)).all()
    assert [("luis@correo.example", "Tu respuesta a Ana 1 no llegó a Mastodon")] == [tuple(row) for row in rows]
