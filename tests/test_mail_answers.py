"""Letters answered by mail: by who had them, once, from the address that had them; everything else changes nothing."""

import email.policy
import re
import socketserver
import threading
from email.message import EmailMessage

import pytest

from tertulia.commands import mail_in
from tertulia.conversation import background
from tertulia.conversation.answering import AnswerDraft
from tertulia.conversation.mail_answers import MailFate
from tertulia.conversation.mail_text import MOST_BYTES
from tertulia.core import languages
from tertulia.core.errors import FetchError, SettingError, StoreError
from tertulia.core.imap import read_new
from tertulia.core.secret import Secret
from tertulia.store.said import Read, Status
from tests.fakes import FakeMail
from tests.talking import OURS, SITE, Talk
from tests.test_reader_letters import Shown

ANA, OWNER = "ana@correo.example", "reme@blog.example"


class Mailing(Talk):
    """A blog whose letters are answered by mail."""

    def __init__(self, folder, address="charla@blog.example"):
        self.server = FakeMail()
        environ = {"SMTP_URL": f"smtp://127.0.0.1:{self.server.port}", "MAIL_ANSWERS": address, "OWNER_EMAIL": OWNER}
        super().__init__(folder, environ=self.server.environ() | environ)

    def letters(self, *shown):
        """The letters that go when the page shows these comments."""
        Shown.keys = frozenset(said.key for said in shown)
        before = len(self.server.public)
        self.blog.background.send_letters()
        return [
            email.message_from_bytes(one["raw"], policy=email.policy.default) for one in self.server.public[before:]
        ]

    def asked(self, **fields):
        """Ana's comment, public, who wants to hear of answers."""
        said = self.said(email=ANA, notify="1", **fields)
        for letter in self.letters():
            if letter["To"] == ANA:
                confirm = re.search(rf"{SITE}(/comments/notice/\S+)", letter.get_content())[1]
                self.browser.post(confirm, headers=OURS)
        self.blog.moderator.decide(said.key, "approved", said.version)
        return self.store.conversation.get(said.key)

    def answered(self, said, text="¿Y qué propones?"):
        """Luis' answer to it, public; and the letter that Ana gets of it."""
        answer = self.said(parent=said.key, name="Luis", text=text)
        self.blog.moderator.decide(answer.key, "approved", answer.version)
        answer = self.store.conversation.get(answer.key)
        letter = next(one for one in self.letters(said, answer) if one["To"] == ANA and "respondido" in one["Subject"])
        return answer, letter

    def take(self, data: bytes):
        return self.blog.mail_answers().take(data)

    def all(self) -> int:
        return len(self.store.conversation.find(limit=1000))


def reply(letter, text="Propongo otra cosa.", sender=ANA, number="<1@correo.example>", **headers) -> bytes:
    """An answer to *letter*, as a mail program makes it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = f"Ana <{sender}>", letter["Reply-To"] or "x@y.example", "Re: hola"
    if number:
        made["Message-ID"] = number
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    quoted = "\n".join(f"> {line}" for line in letter.get_content().splitlines())
    made.set_content(f"{text}\n\nEl 20/11/26 a las 18:01, La sobremesa escribió:\n{quoted}\n")
    return made.as_bytes()


@pytest.fixture
def mailing(tmp_path, socket_enabled, monkeypatch):
    languages.speak("es")
    monkeypatch.setattr(background, "PublicPages", Shown)
    made = Mailing(tmp_path)
    yield made
    made.server.close()
    made.blog.close()


def test_a_reader_answers_the_letter(mailing):
    """Their words alone, as theirs, below what they answer, judged like any comment; and they hear of answers to it."""
    said = mailing.asked()
    answer, letter = mailing.answered(said)
    assert letter.get_content().startswith("~~~ Responde por encima de esta línea: saldrá en el blog ~~~\r\n")
    outcome = mailing.take(reply(letter))
    made = mailing.store.conversation.get(outcome.key)
    assert (MailFate.TAKEN, "Propongo otra cosa.", answer.id) == (outcome.fate, made.text, made.parent)
    assert (said.person, "Ana", Status.WAITING) == (made.person, made.name, made.status)
    assert "confirmed" == mailing.store.letters.notice_of(made.id).state


def test_who_is_trusted_is_seen_at_once(mailing):
    """The rules are those of the form."""
    said = mailing.asked()
    mailing.store.conversation.trust(said.key, "trusted", mailing.clock, version=said.version)
    _, letter = mailing.answered(said)
    assert Status.APPROVED == mailing.store.conversation.get(mailing.take(reply(letter)).key).status


@pytest.mark.parametrize("number", ["<1@correo.example>", ""])
def test_the_same_mail_twice_is_one_comment(mailing, number):
    """By its Message-ID, or by all of it where it has none; nobody is told anything."""
    _, letter = mailing.answered(mailing.asked())
    first, second = mailing.take(reply(letter, number=number)), mailing.take(reply(letter, number=number))
    assert (MailFate.TAKEN, MailFate.AGAIN, first.key) == (first.fate, second.fate, second.key)
    assert [] == [one for one in mailing.letters() if "no ha salido" in one["Subject"]]


def test_a_letter_is_answered_once(mailing):
    """A second answer by the same letter is not published, and its writer is told so once."""
    _, letter = mailing.answered(mailing.asked())
    mailing.take(reply(letter))
    before = mailing.all()
    for number in ("<2@correo.example>", "<3@correo.example>"):
        assert "mail_used" == mailing.take(reply(letter, text="Y más.", number=number)).why
    assert before == mailing.all()
    told = [one for one in mailing.letters() if one["To"] == ANA]
    assert ["Tu respuesta por correo no ha salido en La sobremesa"] == [one["Subject"] for one in told]
    assert None is told[0]["Reply-To"]


def broken(letter, what: str) -> bytes:
    """An answer with something wrong about its address."""
    local, _, host = letter["Reply-To"].rpartition("@")
    name, _, token = local.partition("+")
    changed = {
        "none": f"{name}@{host}", "cut": f"{name}+{token[:-1]}@{host}", "long": f"{name}+{token}a@{host}",
        "signature": f"{name}+{token[:-1]}{'a' if token[-1] != 'a' else 'q'}@{host}",
        "reader": f"{name}+{'b' if token[5] == 'a' else 'a'}{token[1:]}@{host}",
        "owner": f"{name}+aaaaaaa{token[7:]}@{host}",
    }[what]  # fmt: skip
    del letter["Reply-To"]
    letter["Reply-To"] = changed
    return reply(letter)


@pytest.mark.parametrize("what", ["none", "cut", "long", "signature", "reader", "owner"])
def test_what_has_no_word_of_ours_is_nothing(mailing, what):
    """Whoever is named as its sender: no comment, and no letter to anybody."""
    _, letter = mailing.answered(mailing.asked())
    before = mailing.all()
    outcome = mailing.take(broken(letter, what))
    assert (MailFate.NOT_OURS, before, []) == (outcome.fate, mailing.all(), mailing.letters())


@pytest.mark.parametrize(
    ("why", "changes"),
    [
        ("mail_other_sender", {"sender": "eva@correo.example"}),
        ("comment_empty", {"text": ""}),
        ("mail_too_long", {"text": "ñ" * 10_001}),
    ],
)
def test_whose_answer_is_not_taken_is_told_at_their_own_address(mailing, why, changes):
    """Not at the one that the mail names."""
    _, letter = mailing.answered(mailing.asked())
    before = mailing.all()
    outcome = mailing.take(reply(letter, **changes))
    assert (MailFate.REFUSED, why, before) == (outcome.fate, outcome.why, mailing.all())
    assert [ANA] == [one["To"] for one in mailing.letters()]


@pytest.mark.parametrize(
    "broken",
    [
        "> No quiero más avisos:\n{link}",
        "> No quiero más avisos: {head}\n{tail}",
        "> x\nhttps://looks.example/?url=https%3A%2F%2Fblog.example%2Fcomments%2Fnotice%2FWy.abc",
        "> Publicar:\nhttps://blog.example/moderation/act/Wy.abc",
    ],
)
def test_no_link_of_a_letter_is_published(mailing, broken):
    """Where a program broke quoted lines, so that their ends bear no sign: the answer is not taken, and told why."""
    _, letter = mailing.answered(mailing.asked())
    link = re.search(rf"{SITE}/comments/notice/\S+", letter.get_content())[0]
    before = mailing.all()
    text = broken.format(link=link, head=link[: len(SITE) + 6], tail=link[len(SITE) + 6 :])
    text += "\n\nMuy bien dicho, pienso lo mismo que tú de todo eso, y me alegro."
    assert ("mail_quoted", before) == (mailing.take(reply(letter, text=text)).why, mailing.all())
    assert [ANA] == [one["To"] for one in mailing.letters()]


def test_after_a_month_it_is_over(mailing):
    """And said so."""
    _, letter = mailing.answered(mailing.asked())
    mailing.later(days=32)
    assert "mail_expired" == mailing.take(reply(letter)).why


def test_an_address_in_capitals_is_the_same(mailing):
    """Servers may write it so; dots and "+" in the writer's own address do not count either."""
    _, letter = mailing.answered(mailing.asked())
    address = letter["Reply-To"].upper()
    del letter["Reply-To"]
    letter["Reply-To"] = address
    assert MailFate.TAKEN == mailing.take(reply(letter, sender="Ana+blog@correo.example")).fate


@pytest.mark.parametrize("header", ["Auto_Submitted", "Precedence", "List_Id"])
def test_programs_are_not_answered(mailing, header):
    """A holiday's answer is no comment, and gets no letter: two programs would write to each other for ever."""
    _, letter = mailing.answered(mailing.asked())
    before = mailing.all()
    value = {"Precedence": "bulk"}.get(header, "auto-replied")
    assert MailFate.MACHINE == mailing.take(reply(letter, **{header: value})).fate
    assert (before, []) == (mailing.all(), mailing.letters())


def test_what_is_gone_is_not_answered(mailing):
    """Withdrawn, or erased with who said it."""
    answer, letter = mailing.answered(mailing.asked())
    mailing.blog.moderator.decide(answer.key, "rejected", answer.version)
    assert "mail_gone" == mailing.take(reply(letter)).why


def test_who_wants_no_letters_any_more_answers_none(mailing):
    """The address is forgotten, and so what it may do."""
    said = mailing.asked()
    _, letter = mailing.answered(said)
    mailing.store.letters.leave(mailing.store.letters.notice_of(said.id).id, mailing.clock)
    assert MailFate.NOT_OURS == mailing.take(reply(letter)).fate


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_moment_it_is_one_comment(mailing, monkeypatch, when):
    """Before it is recorded, or after and before the mail is marked as read: it comes again, and is one."""
    _, letter = mailing.answered(mailing.asked())
    kind, ingest = type(mailing.blog.moderator), type(mailing.blog.moderator).ingest

    def dies(self, *given, **named):
        if when == "after":
            ingest(self, *given, **named)
        raise KeyboardInterrupt

    before = mailing.all()
    with monkeypatch.context() as patched:
        patched.setattr(kind, "ingest", dies)
        with pytest.raises(KeyboardInterrupt):
            mailing.take(reply(letter))
    assert {"before": MailFate.TAKEN, "after": MailFate.AGAIN}[when] == mailing.take(reply(letter)).fate
    assert before + 1 == mailing.all()
    assert [] == [one for one in mailing.letters() if "no ha salido" in one["Subject"]]


# The owner


def told(mailing, **fields):
    """Something that waits, and the owner's letter about it."""
    mailing.later(hours=1)
    said = mailing.said(**fields)
    return said, next(one for one in mailing.letters() if one["To"] == OWNER)


def test_the_owner_answers_the_letter(mailing):
    """What waited is published with the answer, which is the owner's; the item is answered."""
    said, letter = told(mailing)
    outcome = mailing.take(reply(letter, text="Gracias, Ana.", sender=OWNER))
    (answer,) = mailing.store.answers.below(said)
    assert (MailFate.TAKEN, answer.key, "Gracias, Ana.") == (outcome.fate, outcome.key, answer.text)
    assert Status.APPROVED == mailing.store.conversation.get(said.key).status
    assert "answered" == mailing.store.inbox.get(said.key, mailing.clock).state
    assert MailFate.AGAIN == mailing.take(reply(letter, text="Gracias, Ana.", sender=OWNER)).fate
    assert 1 == len(mailing.store.answers.below(said))


@pytest.mark.parametrize("how", ["changed", "answered", "forged"])
def test_nothing_is_answered_by_mail_that_is_no_more_as_it_was(mailing, how):
    """Other words, or somebody who was quicker: the owner is told, and nothing goes out. A forged sender is nothing."""
    said, letter = told(mailing)
    sender = OWNER
    if how == "changed":
        mailing.blog.moderator.edit(said.key, "Otra cosa.", said.version)
    elif how == "answered":
        mailing.blog.answering().give(Read(said.key, said.version), AnswerDraft(text="Ya.", token="t"))
    else:
        sender = "otra@blog.example"
    before = len(mailing.store.answers.below(said))
    outcome = mailing.take(reply(letter, text="Gracias.", sender=sender))
    assert (MailFate.REFUSED, before) == (outcome.fate, len(mailing.store.answers.below(said)))
    assert {"forged": "mail_other_sender"}.get(how, "mail_stale") == outcome.why


def test_without_an_address_for_it_no_letter_says_so(tmp_path, socket_enabled, monkeypatch):
    """No line on top, no Reply-To; and the command says which setting is missing."""
    monkeypatch.setattr(background, "PublicPages", Shown)
    made = Mailing(tmp_path, address="")
    _, letter = told(made)
    assert (None, False) == (letter["Reply-To"], "~~~" in letter.get_content())
    with pytest.raises(SettingError, match="MAIL_ANSWERS"):
        made.blog.mail_answers()
    made.server.close()
    made.blog.close()


# How they arrive


class Mailbox:
    """Just enough IMAP (RFC 9051) for a mailbox of *mails*; who comes is let in."""

    def __init__(self, *mails: bytes, broken: bool = False) -> None:
        self.mails, self.seen, self.asked = list(mails), set(), []
        box = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* PREAUTH [CAPABILITY IMAP4rev1] at your service\r\n")
                while line := self.rfile.readline():
                    tag, _, rest = line.decode().strip().partition(" ")
                    box.asked.append(rest)
                    for told in box.answer(rest):
                        self.wfile.write(told + b"\r\n")
                    self.wfile.write(f"{tag} {'NO' if broken and 'SEARCH' in rest else 'OK'} done\r\n".encode())
                    if rest == "LOGOUT":
                        return

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
        self._server.daemon_threads = True
        self.url = Secret(f"imap://127.0.0.1:{self._server.server_address[1]}")
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def answer(self, asked: str):
        if asked == "CAPABILITY":
            yield b"* CAPABILITY IMAP4rev1"
        elif asked.startswith("SELECT"):
            yield f"* {len(self.mails)} EXISTS".encode()
        elif "SEARCH" in asked:
            word = re.search(r'TO "([^"]*)"', asked)[1].encode()
            old = self.seen if "UNSEEN" in asked else set()
            found = [n for n, one in enumerate(self.mails, 1) if n not in old and word in one]
            yield b"* SEARCH " + " ".join(map(str, found)).encode()
        elif match := re.match(r"UID FETCH (\d+) \((.*)\)", asked):
            data = self.mails[int(match[1]) - 1]
            if match[2] == "RFC822.SIZE":
                yield f"* {match[1]} FETCH (UID {match[1]} RFC822.SIZE {len(data)})".encode()
            else:
                yield f"* {match[1]} FETCH (UID {match[1]} BODY[] {{{len(data)}}}".encode() + b"\r\n" + data + b")"
        elif match := re.match(r"UID STORE (\d+)", asked):
            self.seen.add(int(match[1]))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_the_mailbox_is_read(mailing):
    """What came to that address is taken and marked as read; what did not is not looked at."""
    _, letter = mailing.answered(mailing.asked())
    box = Mailbox(b"To: otra@blog.example\r\n\r\nHola", reply(letter), b"To: charla+x@blog.example\r\n\r\nHola")
    mailing.blog.settings._given["IMAP_URL"] = box.url.reveal()
    before = mailing.all()
    assert (2, 0) == (mailing.blog.read_mail(), mailing.blog.read_mail())
    assert ({2, 3}, before + 1) == (box.seen, mailing.all())
    assert not [one for one in box.asked if "FETCH 1 " in one]
    box.close()


def test_what_we_cannot_bear_keeps_no_other_back(mailing, monkeypatch, caplog):
    """One line in the log, and on to the next; a store that does not answer leaves it unread."""
    answers = mailing.blog.mail_answers()
    box = Mailbox(b"To: charla+1@x\r\n\r\nHola", b"To: charla+2@x\r\n\r\nHola")
    mailing.blog.settings._given["IMAP_URL"] = box.url.reveal()

    def fails(self, data):
        raise (ValueError if b"+1" in data else StoreError)("no")

    monkeypatch.setattr(type(answers), "take", fails)
    with pytest.raises(StoreError):
        mailing.blog.read_mail()
    assert {1} == box.seen
    box.close()


def test_no_password_without_tls_and_no_server_is_one_line(socket_enabled):
    """A server that offers no TLS gets no password; one that is not there, or says no, is told in words."""
    box = Mailbox(b"x", broken=True)
    with pytest.raises(FetchError, match="TLS"):
        read_new(Secret(box.url.reveal().replace("//", "//ana:clave@")), "a+", print, MOST_BYTES)
    assert not [one for one in box.asked if "clave" in one]
    with pytest.raises(FetchError, match="IMAP_URL"):
        read_new(box.url, "a+", print, MOST_BYTES)
    box.close()
    with pytest.raises(FetchError, match="IMAP_URL"):
        read_new(box.url, "a+", print, MOST_BYTES)
    with pytest.raises(SettingError, match="IMAP_URL"):
        read_new(Secret("https://x.example"), "a+", print, MOST_BYTES)


def test_large_mails_are_left(socket_enabled):
    """Marked as read, and not fetched."""
    box, taken = Mailbox(b"To: a+x@b\r\n\r\n" + b"x" * 500), []
    assert (0, {1}, []) == (read_new(box.url, "a+", taken.append, 100), box.seen, taken)
    box.close()


class Standard:
    """The standard input."""

    def __init__(self, data: bytes) -> None:
        self.buffer, self.data = self, data

    def read(self, most: int) -> bytes:
        return self.data[:most]


class Still:
    """The same blog, which stays open."""

    def __init__(self, blog) -> None:
        self.blog = blog

    def __enter__(self):
        return self.blog

    def __exit__(self, *error):
        return None


def test_a_mail_server_hands_one_over(mailing, monkeypatch, capsys):
    """0 whatever it is; 75, so that it comes again, where the store does not answer."""
    monkeypatch.setattr(mail_in, "Blog", lambda root: Still(mailing.blog))
    _, letter = mailing.answered(mailing.asked())
    for data, told_ in ((reply(letter), "Tomada"), (reply(letter), "Ya estaba"), (b"", "No responde")):
        monkeypatch.setattr("sys.stdin", Standard(data))
        assert 0 == mail_in.run(mailing.folder)
        assert told_ in capsys.readouterr().out
    kind = type(mailing.blog.mail_answers())
    monkeypatch.setattr(kind, "take", lambda self, data: (_ for _ in ()).throw(StoreError("el almacén no responde")))
    assert 75 == mail_in.run(mailing.folder)
