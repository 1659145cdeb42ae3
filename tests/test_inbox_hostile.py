"""The inbox among strangers and colleagues: whatever stands in any field is text, and no door opens by another way."""

import json
import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest

from tertulia.commands import inbox as task
from tertulia.content import posts
from tertulia.content.posts import Published
from tertulia.core import languages
from tertulia.core.visible import guard_terminal
from tertulia.store.person_tables import Role
from tertulia.store.said import Author
from tertulia.store.team import SavedView
from tertulia.web import sign_in
from tests.house import write_posts
from tests.real.browser import CHROMIUM, browser
from tests.talking import OURS, POST, SITE, Talk
from tests.test_inbox import Still, field, one_service, page, same_talk, say_  # noqa: F401 (fixtures)
from tests.test_talk_in_browser import CLEAN, INNOCENT, Blog
from tests.xss import RUN, VECTORS

BAD = [vector.format(run=RUN) if "{run}" in vector else vector for vector in VECTORS]
# Who may open a door at least; what is not named here is not there, or nobody has thought of it.
TEAM = ("inbox", "persons", "my_inbox", "report", "moderation")
LEAST = {
    "inbox.list_": "author", "inbox.change_many": "author", "inbox.one": "author", "inbox.change": "author",
    "my_inbox.show": "author", "my_inbox.change": "author", "moderation.leave": "author",
    "inbox.undo": "moderator", "persons.show": "moderator", "persons.change": "moderator",
    "moderation.queue": "moderator", "moderation.decide": "moderator", "moderation.one": "moderator",
    "moderation.change": "moderator",
    "moderation.health": "owner", "report.show": "owner",
    # These let in by a word of their own, which they ask for.
    "moderation.login": "", "moderation.ask_login": "", "moderation.show_login": "", "moderation.enter": "",
    "my_inbox.feed": "", "inbox.keys": "",
}  # fmt: skip


@pytest.fixture
def talk(tmp_path):
    """A blog of two authors."""
    languages.speak("es")
    made = Talk(tmp_path)
    both = tuple(
        posts.Post(id=id_, lang="es", title=id_, url=f"{SITE}/{id_}/", date=POST.date, author=author)
        for id_, author in (("voto", "Luis"), ("trenes", "Ana"))
    )
    write_posts(tmp_path / "output", Published(site=SITE, title="Blog", lang="es", posts=both))
    yield made
    made.blog.close()


def enter(talk, who: str, role: str | None = None):
    """A browser of its own, signed in."""
    client = talk.app.test_client()
    client.post(f"/moderation/login/{sign_in.token(talk.blog, who=who, role=role)}", headers=OURS)
    return client


def doors(talk, key: str, person: int):
    """Every page and button of the team: its name, method and address."""
    for rule in talk.app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in TEAM:
            path = re.sub(r"<int(\(.*?\))?:[a-z]+>", str(person), rule.rule)
            path = re.sub("<key>", key, path)
            for method in rule.methods & {"GET", "POST"}:
                yield rule.endpoint, method, re.sub("<[a-z:]+>", "nothing", path)


def test_every_door_is_for_somebody(talk):
    """Whatever address there is, now or later, has somebody whom it lets in, and lets in nobody else."""
    key = say_(talk, 1)
    person = talk.store.conversation.get(key).person
    roles = ("", "author", "moderator", "owner")
    clients = {role: enter(talk, f"{role} x", role) if role else talk.app.test_client() for role in roles}
    clients["author"] = enter(talk, "Luis", "author")
    for endpoint, method, path in doors(talk, key, person):
        assert endpoint in LEAST, f"{endpoint} is new: for whom is it?"
        if not LEAST[endpoint]:
            continue
        for number, role in enumerate(roles[: roles.index(LEAST[endpoint])]):
            data = {"csrf": "x"} if number == 0 else {"csrf": csrf_of(clients[role])}
            answer = clients[role].open(path, method=method, data=data if method == "POST" else None, headers=OURS)
            assert answer.status_code in ((403,) if role or method == "POST" else (303,)), (path, method, role)


def csrf_of(client) -> str:
    return field(client.get("/inbox").get_data(as_text=True), "csrf")


@pytest.mark.parametrize("now", ["author", "none"])
def test_a_role_that_is_lowered_while_a_form_is_open(talk, now):
    """What was opened as a moderator is sent as what one is by then: nothing leaves, nothing is read, nothing kept."""
    key = say_(talk, 1, post="trenes", text="Secreto")
    maria = enter(talk, "María", "moderator")
    html = maria.get(f"/inbox/{key}").get_data(as_text=True)
    fields = {name: field(html, name) for name in ("csrf", "version", "token", "seen")}
    person = talk.store.conversation.get(key).person
    if now == "none":
        talk.store.team.dismiss("María")
    else:
        talk.store.team.grant("María", Role(now))
    for what in ("send", "preview", "draft", "saved gracias", "done", "later 1d", "release", "undo x"):
        answer = maria.post(f"/inbox/{key}", data=fields | {"do": what, "text": "Ya"}, headers=OURS)
        assert answer.status_code in (403, 404), what
        assert "Secreto" not in answer.get_data(as_text=True), what
    for path, do in (("/inbox", f"approve {key} {fields['version']}"), (f"/inbox/person/{person}", "note")):
        answer = maria.post(path, data=fields | {"do": do, "text": "Nota"}, headers=OURS)
        assert answer.status_code in (403, 404), path
    assert [] == talk.store.answers.below(talk.store.conversation.get(key))
    assert ((), "") == (talk.store.persons.get(person).notes, talk.store.drafts.get(key, "María"))


def test_a_link_lets_in_once_and_for_half_an_hour(talk):
    """A second browser that has it, or a later one, stays outside."""
    path = f"/moderation/login/{sign_in.token(talk.blog, who='Toni')}"
    first, second = talk.app.test_client(), talk.app.test_client()
    assert [303, 410] == [one.post(path, headers=OURS).status_code for one in (first, second)]
    late = f"/moderation/login/{sign_in.token(talk.blog, who='Toni')}"
    talk.later(minutes=31)
    assert 410 == second.post(late, headers=OURS).status_code
    assert [200, 303] == [one.get("/inbox").status_code for one in (first, second)]


def test_an_author_learns_nothing_of_the_others(talk):
    """No note, draft, mail address or word of another post, on any page that opens, by any question."""
    mine, theirs = say_(talk, 1), say_(talk, 2, post="trenes", text="Palabra ajena")
    people = [talk.store.conversation.get(key).person for key in (mine, theirs)]
    talk.store.persons.join(*people, talk.clock)
    talk.store.persons.note(people[0], "Nota privada", talk.clock)
    talk.store.drafts.keep(mine, "Toni", "Borrador ajeno", talk.clock)
    talk.store.team.set_email("Toni", "toni@correo.example")
    talk.store.inbox.hold(theirs, "Toni", talk.clock)
    luis = enter(talk, "Luis", "author")
    asked = (
        "",
        "?state=all",
        "?post=trenes",
        "?post=-",
        f"?person={people[1]}&state=all",
        f"?done=given&key={theirs}&answer=x",
    )
    asked += (f"?done=approve&batch=x&key={theirs}", "?q=palabra&state=all", "?state=all&after=0+0")
    pages = [luis.get(f"/inbox{one}") for one in asked]
    pages += [luis.get(f"/inbox/{mine}?from=post%3Dtrenes&next={theirs}"), luis.get("/inbox/mine")]
    for one in pages:
        html = one.get_data(as_text=True)
        assert 200 == one.status_code
        for secret in ("Palabra ajena", "Nota privada", "Borrador", "correo.example", "Ana 2", "Toni"):
            assert secret not in html.replace("Guardar borrador", ""), secret


@pytest.mark.parametrize("bad", BAD)
def test_what_an_address_says_is_text(same_talk, bad):  # noqa: F811
    """Each of the words that our own links carry, in the list and in an item."""
    talk = same_talk
    key = say_(talk, 1)
    talk.browser = enter(talk, "Toni")
    asked = dict.fromkeys(
        ("q", "channel", "post", "tag", "tone", "person", "done", "answer", "batch", "at", "after"), bad
    )
    carried = {"from": urlencode({"q": bad, "post": bad}), "next": bad, "done": bad}
    for path in (
        f"/inbox?{urlencode(asked)}",
        f"/inbox/{key}?{urlencode(carried)}",
        f"/inbox?done=approve&batch={bad}",
    ):
        html = page(talk, path)
        assert 1 == len(re.findall("<script", html))
        assert bad not in html or not set('<">') & set(bad)


def test_the_terminal_takes_no_orders(talk, capsys, monkeypatch):
    """Controls, overrides of direction and line ends of a stranger's, in every field, in each of the views."""
    evil = "Ana\x1b[2J\x9b31m\u202eabc\u2066\r\nabcdef0123456789  1 hora  blog  Falsa"
    author = Author(network="mastodon", identity="m", name=evil, handle=evil, url="https://x.example/")
    key = say_(talk, 1, source="mastodon", author=author, text=evil, html=f"<p>{evil}</p>", url="https://x.example/1")
    talk.store.persons.note(talk.store.conversation.get(key).person, evil, talk.clock)
    monkeypatch.setattr(task, "Blog", lambda root: Still(talk.blog))
    guard_terminal()
    for options in (task.InboxOptions(), task.InboxOptions(show=key), task.InboxOptions(person=key)):
        task.run(talk.folder, options)
        out = capsys.readouterr().out
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", out), options
    task.run(talk.folder, task.InboxOptions())
    assert not [line for line in capsys.readouterr().out.splitlines() if line.startswith("abcdef0123456789")]


@pytest.mark.real
@pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so hostile words were not tried in a browser")
@pytest.mark.usefixtures("socket_enabled")
def test_nothing_runs_in_the_browser_of_whoever_reads(tmp_path):
    """Every vector in every field at once: who, where, what, a note, a draft, a view, a saved answer, a colleague."""
    languages.speak("es")
    blog = Blog(tmp_path)
    keys = []
    for number, bad in enumerate(BAD):
        author = Author(network="mastodon", identity=f"m{number}", name=bad, handle=bad, url=bad)
        keys.append(
            say_(blog, number + 1, source="mastodon", author=author, url=bad, text=bad, html="<p>x</p>",
                 post=("voto", bad)[number % 2], status=("approved", "waiting")[number % 3 == 0])
        )  # fmt: skip
        blog.store.persons.note(blog.store.conversation.get(keys[-1]).person, bad, blog.clock, said_by=bad[:50])
        blog.store.drafts.keep(keys[-1], " ", bad, blog.clock)
        blog.store.team.keep_view("", SavedView(bad[:60], urlencode({"q": bad})))
        blog.store.inbox.hold(keys[-1], bad[:60], blog.clock)
    saved = "\n".join(f"[{json.dumps(bad)}]\ntext = {json.dumps(bad)}" for bad in BAD[:12])
    (tmp_path / "content" / "answers.toml").write_text(saved, "utf-8")
    paths = ["/inbox?state=all", "/inbox/mine", "/inbox/report", "/moderation", "/moderation?status=all"]
    for key in keys[:: len(keys) // 8]:
        person = blog.store.conversation.get(key).person
        paths += [f"/inbox/{key}", f"/inbox/person/{person}", f"/moderation/{key}", f"/inbox?done=done&key={key}"]
    with browser() as seen:
        seen.open(sign_in.link(blog.blog, blog.at))
        seen.click("main form button")
        innocent = INNOCENT.replace("script[src^='/theme/']", "script[src^='/theme/'], script[src='/inbox/keys.js']")
        for path in paths:
            seen.open(f"{blog.at}{path}")
            assert CLEAN == seen.run(innocent), path
    blog.server.shutdown()
    blog.server.server_close()
    blog.store.close()


def test_what_was_put_off_comes_back_whoever_asks(talk):
    """An author's question does not have what is not theirs come back to others in another way."""
    key = say_(talk, 1, post="trenes")
    version = talk.store.conversation.get(key).version
    toni = enter(talk, "Toni")
    toni.post(f"/inbox/{key}", data={"csrf": csrf_of(toni), "do": "later 3h", "version": version}, headers=OURS)
    talk.clock += timedelta(hours=4)
    assert "Ana 1" not in enter(talk, "Luis", "author").get("/inbox").get_data(as_text=True)
    assert "Ana 1" in toni.get("/inbox").get_data(as_text=True)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "²", "-1", "0"])
def test_a_number_that_no_row_has_leads_nowhere(talk, number):
    """Whoever writes it into an address is told so; the list and the queue begin at their beginning."""
    say_(talk, 1)
    after = quote(f"{talk.clock.isoformat()} {number}")
    asked = {f"/inbox/person/{number}": 404, f"/inbox?after={after}": 200, f"/moderation?page={number}": 200}
    browser = enter(talk, "Ana", "owner")
    assert asked == {path: browser.get(path).status_code for path in asked}
