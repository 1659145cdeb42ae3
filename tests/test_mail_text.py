"""Mails cut to what their writers say: seven programs, two languages; and what no person wrote."""

import pytest

from tertulia.conversation.mail_cut import own_words
from tertulia.conversation.mail_text import read_letter
from tests.mails import LETTER, SECRETS, SENDER, SHORT, TO, mail, odd, samples
from tests.patience import little_work

SAMPLES = list(samples())
ODD = list(odd())


def test_there_are_enough_of_them():
    """Seven programs, in Spanish and English, sixty mails and more."""
    assert 70 == len({sample.name for sample in SAMPLES})


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample.name for sample in SAMPLES])
def test_what_is_said_is_left_and_nothing_else(sample):
    """To the letter: no quotation, no signature, no program's line."""
    found = read_letter(sample.data)
    assert sample.says == found.text
    assert [] == [one for one in SECRETS if one in found.text]
    assert ("Ana Ruiz", SENDER, "", True) == (found.name, found.sender, found.machine, TO in found.recipients)


@pytest.mark.parametrize("sample", ODD, ids=[sample.name for sample in ODD])
def test_so_it_is_with_what_is_odd(sample):
    """Encodings that break the mark, heads of other languages, notices and farewells of every kind."""
    assert sample.says == read_letter(sample.data).text


def test_a_name_that_is_written_as_it_is_read_signs_as_well():
    """Headers that hold letters and no code for them, in UTF-8 or an older code."""
    for code in ("utf-8", "windows-1252"):
        head, _, body = mail("Sí.\n\nMaría Ñúñez", charset=code).partition(b"\r\n\r\n")
        found = read_letter(head.replace(b"Ana Ruiz", "María Ñúñez".encode(code)) + b"\r\n\r\n" + body)
        assert ("María Ñúñez", "Sí.") == (found.name, found.text)


@pytest.mark.parametrize(
    ("header", "machine"),
    [
        ("Auto-Submitted: auto-replied", "Auto-Submitted"),
        ("Auto-Submitted: auto-generated (rejected)", "Auto-Submitted"),
        ("Precedence: bulk", "Precedence"),
        ("Precedence: LIST", "Precedence"),
        ("X-Autoreply: yes", "x-autoreply"),
        ("List-Id: <amigos.example>", "list-id"),
        ("Return-Path: <>", "Return-Path"),
        ("From: MAILER-DAEMON@correo.example", "From"),
        ("Subject: =?utf-8?q?Respuesta_autom=C3=A1tica=3A_Reme?=", "Subject"),
        ("Subject: Out of office: back on Monday", "Subject"),
        ("Subject: Fuera de la oficina", "Subject"),
        ("Subject: Respuesta automática: Reme", "Subject"),
        ("Subject: RE: Fuera de la oficina", "Subject"),
        ("Subject: Estoy de vacaciones", "Subject"),
        ("Subject: Leído: Reme te ha respondido", "Subject"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "x-ms-exchange-generated-message-source"),
        ("X-Failed-Recipients: talk@blog.example", "x-failed-recipients"),
        ("From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firma.example", "From"),
        ("Subject: Leído con gusto", ""),
        ("Auto-Submitted: no", ""),
        ("Precedence: first-class", ""),
        ("Subject: Re: ¿qué es una respuesta automática?", ""),
    ],
)
def test_what_no_person_wrote_is_known(header, machine):
    """Holidays, bounces and lists, by each of the marks that they have; a person's mail has none."""
    name = header.partition(":")[0]
    head, _, body = mail(SHORT["es"]).partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(name.encode())]
    data = b"\r\n".join([*lines, header.encode(), b""]) + b"\r\n" + body
    assert machine == read_letter(data).machine


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 99, b"From: \xff\xfe\r\n\r\n\xff", b"Content-Type: text/plain; charset=x-none\r\n\r\nhola",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"--a\r\n" * 5000,
        b"Content-Type: text/plain; charset*=utf-8''%ff\r\nFrom: =?x?q?=ff?= <a@b>\r\n\r\nhola",
        b"Content-Type: text/html\r\n\r\n" + b"<div>" * 20_000 + b"hola",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n====ho=la",
        b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nSECRET", b"To: " + b"a@b, " * 50_000 + b"\r\n\r\nhola",
        b"Content-Type: text/plain; charset=rot13\r\n\r\nhola",
        mail("El 1 " + "a " * 100_000), mail("De: x\n" * 30_000), mail("> a\n\nb\n" * 20_000), mail("_" * 200_000),
        mail("Enviado desde " * 20_000), mail("a" * 300_000), mail((" " * 71 + "a\n") * 2_000), mail("El 1\n" * 30_000),
    ],
)  # fmt: skip
def test_whatever_comes_is_read_in_a_moment(data):
    """Nothing raises, and what is long costs no more than its length."""
    with little_work():
        assert "SECRET" not in read_letter(data).text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Gracias", "Gracias"),
        ("Gracias,\n\nAna Ruiz\nTel. 600 123 456", "Gracias,"),
        ("Sí.\n\nAna", "Sí."),
        ("Sí.\nAbrazos", "Sí."),
        ("Lo dijo Ana.\n\nAna Ruiz lo dijo ayer en la plaza, delante de todos.", None),
        ("Un saludo a todos los que leen esto y no votan.", None),
        ("El 15 de mayo escribió: no votéis.\n\nY nadie le hizo caso, claro.", None),
        ("Lee el País: allí lo explican.\n\n- uno\n- dos", None),
        ("Enviado desde el pueblo, esto: que no.", None),
        ("De: nada\nY ya.", None),
        ("Me parece mal.\n\nDe acuerdo con el RGPD, no pueden pedir el DNI para votar.", None),
        ("Lo sabía.\n\nLos datos personales de los votantes son confidenciales.", None),
        ("Ni idea.\n\nUn abrazo, que lo necesitas, Reme.", None),
        ("A: votar\nB: no votar", None),
    ],
)
def test_what_only_looks_like_a_signature_stays(text, says):
    """A name in a sentence, a date in a story, thanks that are all that is said."""
    marked = f"{text}\n\n{LETTER['es']}"
    assert (text if says is None else says) == own_words(marked, "Ana Ruiz")
