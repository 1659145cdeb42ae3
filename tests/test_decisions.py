"""A decision names what was read: by every door, whatever changed meanwhile; and who may lead a comment where.

The doors are the queue, its ticks, a comment's page, a letter's link, the terminal, and trust, which publishes too.
"""

import re
from dataclasses import replace

import pytest

from tertulia.commands import talk as tasks
from tertulia.content import snapshot
from tertulia.store import archive
from tertulia.store.said import Author, Incoming, Status, Who
from tertulia.store.transitions import may
from tests.talking import NOW, OURS, Talk, field

HONEST = "Muy buen artículo, gracias por escribirlo."
SPAM = "El autor es un ladrón. Compra en https://casino.example ya."
REPLY = Incoming(
    source="mastodon", source_id="7", post="voto", lang="es", kind="reply", published=NOW, text=HONEST,
    html=f"<p>{HONEST}</p>", url="https://mas.example/@ines/7",
    author=Author(network="mastodon", identity="7", name="Inés", handle="@ines@mas.example"),
)  # fmt: skip


@pytest.fixture
def talk(store_url, tmp_path):
    """A blog with its service and an owner who gets letters, signed in."""
    found = Talk(tmp_path, store_url, environ={"OWNER_EMAIL": "reme@blog.example"})
    found.enter()
    yield found
    found.store.close()


class Case:
    """A comment that waits, by the form and by a network, and all that may happen to it."""

    def __init__(self, talk, how):
        self.talk, self.how = talk, how
        if how.startswith("writer"):
            self.mine = talk.send(text=HONEST).location
        else:
            talk.blog.moderator.ingest(REPLY)
        (self.said,) = talk.store.conversation.find()
        self.key = self.said.key

    def now(self):
        return self.talk.store.conversation.get(self.key)

    def change(self):
        """What happens while the owner's page is open."""
        moderator, at = self.talk.blog.moderator, self.now()
        if self.how == "writer edits":
            self.talk.browser.post(self.mine, data={"action": "edit", "text": SPAM}, headers=OURS)
        elif self.how == "writer withdraws":
            self.talk.browser.post(self.mine, data={"action": "withdraw"}, headers=OURS)
        elif self.how == "source edits":
            moderator.ingest(replace(REPLY, text=SPAM, html=f"<p>{SPAM}</p>"))
        elif self.how == "source hides a link":
            moderator.ingest(
                replace(REPLY, html=REPLY.html.replace("buen", '<a href="https://casino.example">buen</a>'))
            )
        elif self.how == "source renames":
            moderator.ingest(replace(REPLY, author=replace(REPLY.author, name="Casino Bonus 100%")))
        elif self.how == "source moves":
            moderator.ingest(replace(REPLY, url="https://casino.example/7"))
        elif self.how == "source goes":
            moderator.gone("mastodon", "7")
        elif self.how == "another owner rejects":
            moderator.decide(self.key, Status.REJECTED, at.version)
        else:
            raise AssertionError(self.how)


CHANGES = (
    "writer edits",
    "writer withdraws",
    "source edits",
    "source hides a link",
    "source renames",
    "source moves",
    "source goes",
    "another owner rejects",
)


class Door:
    """A page, a letter or a prompt that shows the comment, and what is pressed there later."""

    def __init__(self, talk, case, name):
        self.talk, self.case, self.name = talk, case, name
        self.path = f"/moderation/{case.key}" if name.startswith("page") else "/moderation"
        if name == "letter":
            letter = sent(talk)[-1]
            self.link = re.search(r"https://blog\.example(/moderation/act/\S+)", letter.body)[1]
            self.page = talk.browser.get(self.link)
            self.link = re.search(r'action="(/moderation/act/[^"]+)"', self.page.get_data(as_text=True))[1]
        elif name != "terminal":
            self.page = talk.browser.get(self.path)

    def press(self, changing=lambda: None):
        """What the owner then sees; *changing* happens between reading and pressing."""
        talk, what = self.talk, "trust" if "trust" in self.name else "approve"
        if self.name == "terminal":
            return self._terminal(changing)
        changing()
        if self.name == "letter":
            answer = talk.browser.post(self.link, headers=OURS)
        elif self.name == "ticks":
            answer = talk.press(self.page, "approve", key=[self.case.key])
        else:
            named = what if self.name.startswith("page") else f"{what} {self.case.key}"
            answer = talk.press(self.page, named, self.path)
        assert answer.status_code in (200, 303, 409)
        return answer.get_data(as_text=True) if answer.status_code == 409 else ""

    def _terminal(self, changing):
        shown, pressed = [], ["a", "q"]

        def ask(_question):
            if len(pressed) == 2:
                changing()
            return pressed.pop(0)

        tasks.moderate(self.talk.blog.moderator, ask, shown.append)
        return next((text for text in shown if "Ha cambiado mientras" in text), "")


def sent(talk):
    """The letters that go now."""
    due = talk.store.letters.due(talk.clock)
    for letter in due:
        talk.store.letters.sent(letter)
    return due


DOORS = ("queue", "ticks", "page", "letter", "terminal", "queue trust", "page trust")


@pytest.mark.parametrize("how", CHANGES)
@pytest.mark.parametrize("door", DOORS)
def test_what_changed_since_it_was_read_is_not_decided(talk, door, how):
    """It stays where it was led meanwhile, and is shown again with what changed."""
    case = Case(talk, how)
    seen = Door(talk, case, door).press(case.change)
    wanted = {"writer withdraws": "withdrawn", "source goes": "gone", "another owner rejects": "rejected"}
    assert (wanted.get(how, "waiting"), "unknown") == (case.now().status, case.now().trust)
    assert seen
    assert () == snapshot.read(talk.blog.snapshots, "voto", "es").comments


@pytest.mark.parametrize("door", DOORS)
def test_what_is_as_it_was_read_is_decided(talk, door):
    """Each door opens."""
    case = Case(talk, "writer edits")
    assert "" == Door(talk, case, door).press()
    assert ("approved", "owner") == (case.now().status, case.now().decided_by)


@pytest.mark.parametrize("door", DOORS)
def test_read_again_it_can_be_decided(talk, door):
    """With its changes before one's eyes, the second press holds."""
    case = Case(talk, "source edits")
    Door(talk, case, door).press(case.change)
    talk.later(minutes=6)
    Door(talk, case, door).press()
    assert ("approved", SPAM) == (case.now().status, case.now().text)


def test_the_page_of_a_stale_decision_has_marks_and_buttons_that_work(talk):
    """What went and what came, word by word; its own button names what it shows."""
    case = Case(talk, "writer edits")
    page = talk.browser.get("/moderation")
    case.change()
    again = talk.press(page, f"approve {case.key}")
    body = again.get_data(as_text=True)
    assert 409 == again.status_code
    assert "<del>Muy buen artículo, gracias por escribirlo. </del>" in body
    assert "<ins>" in body
    assert "casino.example" in body
    talk.press(again, f"approve {case.key}")
    assert "approved" == case.now().status


def test_a_letters_link_cannot_approve_what_was_rejected_since(talk):
    """It says what was decided, and has no button; nor does an old one, whose link names no version."""
    case = Case(talk, "another owner rejects")
    door = Door(talk, case, "letter")
    case.change()
    page = talk.browser.get(door.link).get_data(as_text=True)
    assert "ya se decidió otra cosa: rechazados" in page
    assert "<button" not in page
    old = talk.blog.signer.sign("act", ["approve", case.key], talk.clock)
    talk.browser.post(f"/moderation/act/{old}", headers=OURS)
    assert "rejected" == case.now().status


def test_a_decision_that_names_no_version_decides_nothing(talk):
    """Neither by hand nor by a page of an older version."""
    case = Case(talk, "writer edits")
    csrf = talk.csrf()
    for named in (case.key, f"{case.key} ", f"{case.key} waiting", f"{case.key} waiting.0"):
        for data in ({"do": f"approve {named}"}, {"do": "approve", "key": named}, {"do": f"trust {named}"}):
            talk.browser.post("/moderation", data=data | {"csrf": csrf}, headers=OURS)
    for do in ("approve", "trust", "edit", "answer", "erase"):
        data = {"do": do, "text": "x", "sure": "yes", "csrf": csrf}
        assert 409 == talk.browser.post(f"/moderation/{case.key}", data=data, headers=OURS).status_code
    assert ["waiting"] == [one.status for one in talk.store.conversation.find()]


def test_words_that_were_typed_for_what_changed_stay_on_the_page(talk):
    """An edit or an answer of the owner to other words is not lost, and not published."""
    case = Case(talk, "writer edits")
    path = f"/moderation/{case.key}"
    page = talk.browser.get(path)
    case.change()
    for do in ("edit", "answer"):
        again = talk.press(page, do, path, text="Lo que yo escribía")
        assert (409, True) == (again.status_code, "Lo que yo escribía</textarea>" in again.get_data(as_text=True))
    assert [SPAM] == [one.text for one in talk.store.conversation.find()]


@pytest.mark.parametrize("how", ["writer edits", "source edits", "source hides a link", "source renames"])
def test_a_change_to_what_waits_is_told_to_its_owner(talk, how):
    """With its new words, and links that decide on those; a hurried writer's changes are one letter."""
    case = Case(talk, how)
    sent(talk)
    case.change()
    assert [] == sent(talk)
    talk.later(minutes=6)
    (letter,) = sent(talk)
    assert "ha cambiado" in letter.subject
    link = re.search(r"https://blog\.example(/moderation/act/\S+)", letter.body)[1]
    talk.browser.post(link, headers=OURS)
    assert "approved" == case.now().status


def test_many_changes_are_few_letters(talk):
    """One that has not gone yet is replaced, and is not put off again."""
    case = Case(talk, "writer edits")
    sent(talk)
    for number in range(9):
        talk.later(seconds=40)
        talk.browser.post(case.mine, data={"action": "edit", "text": f"Cambio {number}"}, headers=OURS)
    letters = sent(talk)
    assert 1 == len(letters)
    assert "> Cambio 8" in letters[0].body or "> Cambio 7" in letters[0].body


# Undoing -------------------------------------------------------------------------------------------------------------


def undo(talk, answer):
    """Press the button that stands beside what was done."""
    page = talk.browser.get(answer.location)
    button = re.search(r'name="do" value="(undo [^"]+)"', page.get_data(as_text=True))[1]
    return talk.browser.post("/moderation", data={"do": button, "csrf": field(page, "csrf")}, headers=OURS)


def test_the_last_decision_is_undone_in_the_page_for_one_and_for_many(talk):
    """Status, snapshot, filter, trust: as they were."""
    keys = [talk.said(text=f"Comentario número {n} de la tarde").key for n in range(3)]
    answer = talk.do("approve", key=keys)
    assert 3 == len(snapshot.read(talk.blog.snapshots, "voto", "es").comments)
    undo(talk, answer)
    assert ["waiting"] * 3 == [talk.store.conversation.get(key).status for key in keys]
    assert ({"": (0, 0)}, ()) == (
        talk.store.words.counts(["comentario"]),
        snapshot.read(talk.blog.snapshots, "voto", "es").comments,
    )
    undo(talk, talk.do(f"trust {keys[0]}"))
    assert ("waiting", "unknown") == (
        talk.store.conversation.get(keys[0]).status,
        talk.store.conversation.get(keys[0]).trust,
    )


def test_undoing_a_block_brings_back_what_it_put_away(talk):
    """And only that: what was spam before stays there."""
    first = talk.said(remember="yes")
    second = talk.said(text="Dos cosas más que decir", remember="yes")
    answer = talk.do(f"block {first.key}")
    assert ["spam", "spam"] == [talk.store.conversation.get(one.key).status for one in (first, second)]
    undo(talk, answer)
    assert [("waiting", "unknown")] * 2 == [
        (one.status, one.trust) for one in map(talk.store.conversation.get, (first.key, second.key))
    ]


def test_what_changed_since_is_not_undone(talk):
    """Nobody has read it as it is now: it stays where it was led, and is shown."""
    case = Case(talk, "source goes")
    answer = talk.do(f"approve {case.key}")
    talk.blog.moderator.gone("mastodon", "7")
    assert 409 == undo(talk, answer).status_code
    assert "gone" == case.now().status
    assert [] == talk.blog.moderator.undo("")


def test_an_undone_rejection_is_the_same_words_as_before(talk):
    """An edit between the two keeps it out."""
    case = Case(talk, "source edits")
    talk.do(f"approve {case.key}")
    answer = talk.do(f"reject {case.key}")
    case.change()
    undo(talk, answer)
    assert "rejected" == case.now().status


def test_the_terminal_undoes_its_last_key(talk):
    """And comes back to that comment; ``moderate --undo`` does it for the last decision of all doors."""
    keys = [talk.said(text=f"Comentario número {n} de la tarde").key for n in range(2)]
    pressed = ["a", "u", "r", "s"]
    assert 2 == tasks.moderate(talk.blog.moderator, lambda _: pressed.pop(0), lambda _: None)
    assert ["rejected", "spam"] == [talk.store.conversation.get(key).status for key in keys]
    shown = []
    assert [keys[1]] == tasks.undo(talk.blog.moderator, shown.append)
    assert ["Como estaban: 1."] == shown
    assert "waiting" == talk.store.conversation.get(keys[1]).status


# Who may lead it where -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.WITHDRAWN, Status.GONE])
@pytest.mark.parametrize("to", [Status.APPROVED, Status.REJECTED, Status.SPAM, Status.WAITING])
def test_nobody_but_who_said_it_brings_it_back(talk, status, to):
    """Not the owner, not the writer, not with the right version; and it says so."""
    (key,) = (talk.blog.moderator.ingest(REPLY).key,)
    who = Who.WRITER if status == Status.WITHDRAWN else Who.SOURCE
    talk.store.conversation.decide(key, status, who, NOW)
    said = talk.store.conversation.get(key)
    for other in (Who.OWNER, Who.WRITER, Who.SOURCE):
        decided = talk.store.conversation.decide(key, to, other, NOW, version=said.version)
        assert "refused" == decided.state
    assert status == talk.store.conversation.get(key).status
    assert may(Who.RULES, said, to) == (status == Status.GONE and to != Status.REJECTED)


def test_what_was_withdrawn_stays_so_when_its_source_edits_it(talk):
    """The words that wait to be forgotten are not even renewed."""
    key = talk.blog.moderator.ingest(REPLY).key
    talk.blog.moderator.withdraw(key)
    talk.blog.moderator.ingest(replace(REPLY, text=SPAM, html=f"<p>{SPAM}</p>"))
    assert ("withdrawn", HONEST) == (talk.store.conversation.get(key).status, talk.store.conversation.get(key).text)


def test_a_rejection_outlives_a_deletion(talk):
    """Gone and back at its source, it is where the owner had put it."""
    key = talk.blog.moderator.ingest(REPLY).key
    talk.do(f"reject {key}")
    talk.blog.moderator.gone("mastodon", "7")
    talk.blog.moderator.ingest(REPLY)
    assert ("rejected", "owner") == (
        talk.store.conversation.get(key).status,
        talk.store.conversation.get(key).decided_by,
    )


def test_approving_leaves_the_writer_their_fifteen_minutes(talk):
    """To take it back, to mend a word in public, and to write something else, which waits."""
    mine = talk.send(text=HONEST).location
    (said,) = talk.store.conversation.find()
    talk.do(f"approve {said.key}")
    for text, status in ((HONEST.replace("Muy buen", "Buen"), "approved"), (SPAM, "waiting")):
        talk.browser.post(mine, data={"action": "edit", "text": text}, headers=OURS)
        assert (text, status) == (
            talk.store.conversation.get(said.key).text,
            talk.store.conversation.get(said.key).status,
        )
    talk.do(f"reject {said.key}")
    assert 409 == talk.browser.post(mine, data={"action": "edit", "text": "Otra"}, headers=OURS).status_code
    assert 303 == talk.browser.post(mine, data={"action": "withdraw"}, headers=OURS).status_code
    assert "withdrawn" == talk.store.conversation.get(said.key).status


# What a verdict was given on ------------------------------------------------------------------------------------------


def test_a_verdict_holds_for_what_it_was_given_on(talk):
    """A small edit of approved words is none of words that were changed meanwhile; nor is trust what was trust."""
    moderator, conversation = talk.blog.moderator, talk.store.conversation
    key = moderator.ingest(REPLY).key
    talk.do(f"approve {key}")
    edited = replace(REPLY, text=HONEST + " Mucho", html=f"<p>{HONEST} Mucho</p>")
    verdict = moderator.judge(edited)
    assert Status.APPROVED == verdict.status
    conversation.edit(key, SPAM, f"<p>{SPAM}</p>", Who.OWNER, NOW, version=conversation.get(key).version)
    assert ("stale", SPAM) == (conversation.record(edited, verdict, NOW).state, conversation.get(key).text)
    moderator.ingest(edited)
    assert "waiting" == conversation.get(key).status
    talk.do(f"trust {key}")
    new = replace(REPLY, source_id="8", url="", text="Otra cosa", html="<p>Otra cosa</p>")
    verdict = moderator.judge(new)
    assert Status.APPROVED == verdict.status
    talk.do(f"block {key}")
    assert "stale" == conversation.record(new, verdict, NOW).state
    assert "spam" == moderator.ingest(new).status


# Sessions ------------------------------------------------------------------------------------------------------------


def test_leaving_ends_the_session_wherever_its_cookie_was_copied(talk):
    """That one alone; or all of them. An import of older marks lets nobody back in."""
    copy, other = talk.app.test_client(), talk.app.test_client()
    copy.set_cookie(
        "tertulia_owner", talk.browser.get_cookie("tertulia_owner", path="/moderation").value, path="/moderation"
    )
    mine = talk.browser
    talk.browser = other
    talk.enter()
    talk.browser = mine
    leave = {"csrf": talk.csrf()}
    assert [200, 200] == [one.get("/moderation").status_code for one in (copy, other)]
    talk.browser.post("/moderation/logout", data=leave, headers=OURS)
    assert [303, 200] == [one.get("/moderation").status_code for one in (copy, other)]
    talk.enter()
    exported = archive.export(talk.store.database)
    leave = {"csrf": talk.csrf(), "where": "everywhere"}
    talk.browser.post("/moderation/logout", data=leave, headers=OURS)
    assert [303, 303] == [one.get("/moderation").status_code for one in (mine, other)]
    archive.load(talk.store.database, exported)
    assert [303, 303] == [one.get("/moderation").status_code for one in (mine, other)]
