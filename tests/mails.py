# ruff: noqa: E501 (mails have the lines that they have)
"""Mails that answer a letter of ours, as seven mail programs write them in two languages: what is quoted, what is signed.

Each ``Sample`` is a mail's bytes and what its writer says in it. Made by us after how these programs write (2026).
"""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

TO = "talk+token@blog.example"
NAME, SENDER = "Ana Ruiz", "ana.ruiz@correo.example"

# Our letter, as its readers have it.
LETTER = {
    "es": "~~~ Responde por encima de esta línea: saldrá en el blog ~~~\n\nReme ha respondido a tu comentario en «El voto"
    " útil»:\n\n> ¿Y qué propones tú?\n\nVerlo y responder: https://blog.example/2026/11/el-voto-util/#c-1134\n\n"
    "No quiero más avisos: https://blog.example/comments/notice/SECRET",
    "en": "~~~ Answer above this line: it will be seen on the blog ~~~\n\nReme answered your comment on “The useful"
    " vote”:\n\n> And what do you propose?\n\nSee it and answer: https://blog.example/en/2026/11/the-useful-vote/#c-1134"
    "\n\nI want no more notices: https://blog.example/comments/notice/SECRET",
}
SHORT = {"es": "Pues que se pueda votar «ninguno».", "en": "That one may vote “none of them”."}
LONG = {
    "es": "Yo empezaría por lo pequeño: que quien no vota sepa qué pasa con su voto, y que se lo cuenten antes y no"
    " después de las elecciones, como hasta ahora.\n\nLo segundo, lo del correo, ya lo hablamos: el 14 de marzo Reme"
    " escribió que era caro. ¿Lo sigue siendo?",
    "en": "I would begin with what is small: that those who do not vote know what becomes of their vote, and that they"
    " are told before and not after the elections, as they have been until now.\n\nThe second thing, voting by mail,"
    " we have talked about: on March 14 Reme wrote that it was expensive. Is it still?",
}
LISTED = {
    "es": "Tres cosas:\n\n- el plazo\n- el coste\n- la ley\n\nGracias, Reme, por preguntar.",
    "en": "Three things:\n\n- the term\n- the cost\n- the law\n\nThanks, Reme, for asking.",
}
SIGNED = {
    "es": "Ana Ruiz\nDirectora de Cosas, Empresa S.L.\nTel. +34 600 123 456\nwww.empresa.example",
    "en": "Ana Ruiz\nDirector of Things, Company Ltd\nPhone: +44 7700 900123\nwww.company.example",
}
NOTICE = {
    "es": "AVISO LEGAL: Este mensaje y sus archivos adjuntos son confidenciales y van dirigidos a su destinatario.",
    "en": "This email and any attachments are confidential and intended solely for the addressee.",
}
# Nothing of these may be published, whatever the program.
SECRETS = (
    "SECRET", "~~~", "600 123", "7700 900", "empresa.example", "company.example", "confiden", "iPhone", "Outlook",
    "K-9", "Proton", "escribió:", "wrote:", "Directora", "Director of", "Verlo y responder", "See it and answer",
    "propones", "do you propose", "Asunto", "Subject", "Enviado", "Sent", "Saludos", "saludo", "egards",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A mail, and what its writer says in it."""

    name: str
    data: bytes
    says: str


def wrapped(text: str, width: int = 72, *, flowed: bool = False, sign: str = "") -> str:
    """*text* in lines of no more than *width*, as programs break it; *sign* before each."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            if line and len(sign) + len(line) + 1 + len(word) > width:
                lines.append(sign + line + (" " if flowed else ""))
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append((sign + line).rstrip())
    return "\n".join(lines)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def html(text: str, tag: str = "div") -> str:
    return "".join(f"<{tag}>{escape(line) or '<br>'}</{tag}>\n" for line in text.split("\n"))


def mail(
    plain: str = "", rich: str = "", *, charset: str = "utf-8", cte: str = "8bit", plain_type: str = "", extra: str = "",
    attached: bool = False,
) -> bytes:  # fmt: skip
    """A mail with these parts."""

    def part(kind: str, text: str) -> bytes:
        body = text.encode(charset).replace(b"\n", b"\r\n")
        if cte == "base64":
            body = base64.encodebytes(body)
        elif cte == "quoted-printable":
            body = quopri.encodestring(body)
        head = f"Content-Type: text/{kind}; charset={charset}{plain_type if kind == 'plain' else ''}\r\n"
        return f"{head}Content-Transfer-Encoding: {cte}\r\n\r\n".encode() + body + b"\r\n"

    head = (
        f"From: {NAME} <{SENDER}>\r\nTo: <{TO}>\r\nSubject: Re: Reme te ha respondido\r\nDate: Fri, 20 Nov 2026 18:05:00"
        f" +0100\r\nMessage-ID: <1134@correo.example>\r\nMIME-Version: 1.0\r\n{extra}"
    ).encode()
    parts = [part(kind, text) for kind, text in (("plain", plain), ("html", rich)) if text]
    if len(parts) == 1 and not attached:
        return head + parts[0]
    kind = "mixed" if attached else "alternative"
    if attached:
        parts.append(
            b'Content-Type: text/plain; name="notas.txt"\r\nContent-Disposition: attachment; filename="notas.txt"\r\n\r\n'
            b"SECRET attached\r\n"
        )
    joined = b"".join(b"--sep\r\n" + one for one in parts)
    return head + f'Content-Type: multipart/{kind}; boundary="sep"\r\n\r\n'.encode() + joined + b"--sep--\r\n"


# What each program says above what it quotes.
WHEN = {
    "gmail": {
        "es": "El vie, 20 nov 2026 a las 18:01, La sobremesa (<cartas@blog.example>) escribió:",
        "en": "On Fri, Nov 20, 2026 at 6:01 PM La sobremesa <cartas@blog.example> wrote:",
    },
    "apple": {
        "es": "El 20 nov 2026, a las 18:01, La sobremesa <cartas@blog.example> escribió:",
        "en": "On Nov 20, 2026, at 6:01 PM, La sobremesa <cartas@blog.example> wrote:",
    },
    "thunderbird": {"es": "El 20/11/26 a las 18:01, La sobremesa escribió:", "en": "On 20/11/2026 18:01, La sobremesa wrote:"},
    "roundcube": {"es": "El 2026-11-20 18:01, La sobremesa escribió:", "en": "On 2026-11-20 18:01, La sobremesa wrote:"},
    "proton": {
        "es": "El viernes, 20 de noviembre de 2026 a las 18:01, La sobremesa <cartas@blog.example> escribió:",
        "en": "On Friday, November 20th, 2026 at 6:01 PM, La sobremesa <cartas@blog.example> wrote:",
    },
    "k9": {
        "es": "El 20 de noviembre de 2026 18:01:12 CET, La sobremesa <cartas@blog.example> escribió:",
        "en": "On 20 November 2026 18:01:12 GMT, La sobremesa <cartas@blog.example> wrote:",
    },
}  # fmt: skip
OUTLOOK = {
    "es": "De: La sobremesa <cartas@blog.example>\nEnviado: viernes, 20 de noviembre de 2026 18:01\nPara: Ana Ruiz"
    " <ana.ruiz@correo.example>\nAsunto: Reme te ha respondido",
    "en": "From: La sobremesa <cartas@blog.example>\nSent: Friday, November 20, 2026 6:01 PM\nTo: Ana Ruiz"
    " <ana.ruiz@correo.example>\nSubject: Reme answered you",
}


def samples() -> Iterator[Sample]:
    """Every mail there is."""
    for lang in ("es", "en"):
        for program in (gmail, apple, outlook, thunderbird, roundcube, proton, k9):
            for number, (data, says) in enumerate(program(lang), 1):
                yield Sample(f"{program.__name__}-{lang}-{number}", data, says)


def odd() -> Iterator[Sample]:
    """What those programs write now and then, and what others do."""
    letter, short, head = LETTER["es"], SHORT["es"], OUTLOOK["es"]
    gmail_says = "El jue, 26 nov 2026 a las 18:05, La sobremesa (<cartas@blog.example>) escribió:"
    below = f"{gmail_says}\n\n{quoted(letter)}"
    top, _, rest = mail(f"{short}\n\n{letter}", cte="quoted-printable").partition(b"\r\n\r\n")
    yield Sample("soft break in the mark", top + b"\r\n\r\n" + rest.replace(b"~~~ R", b"~=\r\n~~ R", 1), short)
    yield Sample("soft break in a letter", top + b"\r\n\r\n" + rest.replace(b"=C2=AB", b"=C2=\r\n=AB"), short)
    parts = letter.split("\n\n")
    inline = f"{quoted(parts[0])}\n\nEso digo yo.\n\n{quoted(parts[2])}\n\nNinguno.\n\n{quoted(parts[3])}"
    yield Sample("between the lines, twice", mail(inline), "Eso digo yo.\n\nNinguno.")
    for name, written in {
        "Enviado el": head.replace("Enviado:", "Enviado el:"),
        "with stars": head.replace("De:", "*De:*").replace("Para:", "*Para:*").replace("Enviado:", "*Enviado:*"),
        "Fecha": head.replace("Enviado:", "Fecha:"),
        "Catalan": head.replace("Enviado:", "Enviat el:").replace("Para:", "Per a:").replace("Asunto:", "Tema:"),
        "Portuguese": head.replace("Enviado:", "Enviada em:").replace("Asunto:", "Assunto:"),
        "German": head.replace("De:", "Von:").replace("Enviado:", "Gesendet:").replace("Para:", "An:"),
        "Italian": head.replace("De:", "Da:").replace("Enviado:", "Inviato:").replace("Para:", "A:"),
    }.items():
        yield Sample(f"head: {name}", mail(f"{short}\n\n{written}\n\n{letter}\n"), short)
    for notice in (
        "Este mensaje y, en su caso, los ficheros anexos son confidenciales.",
        "La información incluida en el presente correo electrónico es confidencial.",
        "De acuerdo con el RGPD, le informamos de que sus datos son confidenciales.",
        "En cumplimiento del Reglamento (UE) 2016/679 sus datos son confidenciales y van en un fichero.",
        "The contents of this email are confidential.",
        "P Antes de imprimir este mensaje, piense en el medio ambiente.",
        "🌱 Antes de imprimir este correo, piensa si es necesario.",
    ):
        yield Sample(f"notice: {notice}", mail(f"{short}\n\nUn saludo,\nAna Ruiz\n\n{notice}\n\n{below}\n"), short)
        yield Sample(f"alone: {notice}", mail(f"{short}\n\n{notice}\n\n{head}\n\n{letter}\n"), short)
    for bye in (
        "Slds,\nAna Ruiz",
        "Sin otro particular, reciba un cordial saludo.\n\nAna Ruiz",
        "Un abrazo, Ana",
        "Saludos cordiales / Best regards\nAna Ruiz",
        "Bss",
        "Gracias y un saludo. Ana",
    ):
        yield Sample(f"bye: {bye}", mail(f"{short}\n\n{bye}\n\n{below}\n"), short)
    for sent in (
        "Enviado desde mi Xiaomi",
        "Enviado desde Proton Mail Android",
        "Enviado desde Yahoo Mail para iPhone",
    ):
        yield Sample(f"sent: {sent}", mail(f"{short}\n\n{sent}\n\n{below}\n"), short)
    gmx = f'<div>{escape(short)}</div><div name="quote"><div><b>Von:</b> X</div><div>{html(letter)}</div></div>'
    yield Sample("HTML: GMX", mail("", gmx), short)
    zimbra = f'<div>{escape(short)}<hr><div data-marker="__HEADERS__"><b>De: </b>X<br></div>{html(letter)}</div>'
    yield Sample("HTML: Zimbra", mail("", zimbra), short)


def gmail(lang: str):
    when, letter, short, long = WHEN["gmail"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    below = f"\n\n{wrapped(when)}\n\n{quoted(wrapped(letter))}\n"
    attr = f'<div dir="ltr" class="gmail_attr">{escape(when)}<br></div>'
    block = f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{html(letter)}</blockquote>'
    quote = f'<br><div class="gmail_quote gmail_quote_container">{attr}{block}</div>'
    yield mail(short + below, f'<div dir="ltr">{escape(short)}</div>{quote}'), short
    sign = f'<br clear="all"><div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature">{html(SIGNED[lang])}</div></div>'
    yield (
        mail(f"{wrapped(long)}\n\n-- \n{SIGNED[lang]}{below}", f'<div dir="ltr">{html(long)}{sign}</div>{quote}',
             cte="quoted-printable"),
        long,
    )  # fmt: skip
    yield mail(f"{LISTED[lang]}{below}"), LISTED[lang]
    # Below what is quoted, which is how some still answer.
    yield mail(f"{wrapped(when)}\n\n{quoted(wrapped(letter))}\n\n{short}\n", cte="base64"), short
    yield mail("", f'<div dir="auto">{escape(short)}</div>{quote}', cte="base64"), short


def apple(lang: str):
    when, letter, short, long = WHEN["apple"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    sent = {"es": "Enviado desde mi iPhone", "en": "Sent from my iPhone"}[lang]
    inside = quoted(f"{when}\n\n{letter}")  # the telephone quotes its own sentence
    yield mail(f"{short}\n\n{sent}\n\n{inside}\n", cte="quoted-printable"), short
    yield (
        mail(
            f"{wrapped(long, flowed=True)}\n\n{quoted(when)}\n> \n{quoted(letter)}\n", plain_type=";\n\tformat=flowed"
        ),
        long,
    )
    rich = (
        f'<html><head></head><body dir="auto">{escape(short)}<br><br><div dir="ltr">{sent}</div><div dir="ltr"><br>'
        f'<blockquote type="cite">{escape(when)}<br><br></blockquote></div><blockquote type="cite">'
        f'<div dir="ltr">{html(letter)}</div></blockquote></body></html>'
    )
    yield mail("", rich), short
    # Between the lines of what is quoted.
    first, rest = letter.split("\n\n> ", 1)
    yield mail(f"{quoted(when)}\n> \n{quoted(first)}\n\n{short}\n\n{quoted(rest)}\n"), short
    yield mail(f"{short}\n\n{SIGNED[lang]}\n\n{quoted(when)}\n{quoted(letter)}\n", attached=True), short


def outlook(lang: str):
    head, letter, short, long = OUTLOOK[lang], LETTER[lang], SHORT[lang], LONG[lang]
    bye = {"es": "Un saludo,", "en": "Kind regards,"}[lang]
    rule = "_" * 32
    # The desktop's: no sign before what is quoted, a signature without a line above it.
    signed = f"{bye}\n\n{SIGNED[lang]}\n\n{NOTICE[lang]}"
    yield mail(f"{short}\n\n{signed}\n\n{head}\n\n{letter}\n", charset="windows-1252", cte="quoted-printable"), short
    word = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>'
        f'<div class="WordSection1">{html(long, "p")}{html(signed, "p")}<div><div style="border:none;border-top:solid #E1E1E1'
        f' 1.0pt;padding:3.0pt 0cm 0cm 0cm">{html(head, "p")}</div></div>{html(letter, "p")}</div></body></html>'
    )
    yield mail(f"{long}\n\n{signed}\n\n{head}\n\n{letter}\n", word, cte="quoted-printable"), long
    web = (
        f'<html><body><div class="elementToProof">{html(short)}</div><div id="Signature">{html(SIGNED[lang])}</div>'
        f'<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg"'
        f' dir="ltr"><b>{html(head)}</b></div>{html(letter)}</body></html>'
    )
    yield mail(f"{short}\n\n{SIGNED[lang]}\n{rule}\n{head}\n\n{letter}\n", web, cte="base64"), short
    get = {"es": "Obtener Outlook para iOS<https://aka.ms/o0ukef>", "en": "Get Outlook for iOS<https://aka.ms/o0ukef>"}[
        lang
    ]
    yield mail(f"{short}\n\n{get}\n{rule}\n{head}\n\n{letter}\n"), short
    old = {"es": "-----Mensaje original-----", "en": "-----Original Message-----"}[lang]
    yield mail(f"{LISTED[lang]}\n\n{bye}\nAna\n\n{old}\n{head}\n\n{letter}\n", charset="windows-1252"), LISTED[lang]


def thunderbird(lang: str):
    when, letter, short, long = WHEN["thunderbird"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    kind = "; format=flowed"
    yield mail(f"{short}\n\n{when}\n{quoted(letter)}\n", plain_type=kind), short
    yield (
        mail(f"{wrapped(long, flowed=True)}\n\n-- \n{SIGNED[lang]}\n\n{when}\n{quoted(letter)}\n", plain_type=kind),
        long,
    )
    # Its own habit: below, with the signature at the end.
    yield mail(f"{when}\n{quoted(letter)}\n\n{LISTED[lang]}\n\n-- \n{SIGNED[lang]}\n", plain_type=kind), LISTED[lang]
    rich = (
        f'<html><body><p>{escape(short)}</p><div class="moz-cite-prefix">{escape(when)}<br></div><blockquote type="cite"'
        f' cite="mid:1@blog.example">{html(letter)}</blockquote><div class="moz-signature">-- <br>{html(SIGNED[lang])}</div>'
        "</body></html>"
    )
    yield mail("", rich), short
    yield (
        mail(f"{when}\n{quoted(letter)}\n{wrapped(long, flowed=True)}\n", plain_type="; format=flowed; delsp=no"),
        long,
    )


def roundcube(lang: str):
    when, letter, short, long = WHEN["roundcube"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    yield mail(f"{short}\n\n{when}\n{quoted(wrapped(letter))}\n", plain_type=";\n format=flowed"), short
    yield (
        mail(
            f"{when}\n{quoted(wrapped(letter))}\n\n{wrapped(long, flowed=True)}\n\n-- \n{SIGNED[lang]}\n",
            plain_type="; format=flowed",
        ),
        long,
    )
    yield mail(f"{LISTED[lang]}\n\n--\n{SIGNED[lang]}\n\n{when}\n{quoted(wrapped(letter))}\n"), LISTED[lang]
    rich = (
        f'<html><body><p>{escape(short)}</p><div id="_rc_sig">-- <br />{html(SIGNED[lang])}</div><p id="reply-intro">{escape(when)}</p>'
        f'<blockquote type="cite" style="padding: 0 0.4em">{html(letter)}</blockquote></body></html>'
    )
    yield mail("", rich, cte="quoted-printable"), short
    yield (
        mail(
            f"{short}\n\n{NOTICE[lang]}\n\n{when}\n{quoted(wrapped(letter))}\n",
            charset="iso-8859-1" if lang == "no" else "utf-8",
        ),
        short,
    )


def proton(lang: str):
    when, letter, short, long = WHEN["proton"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    sent = {
        "es": "Enviado con el correo electrónico seguro de Proton Mail.",
        "en": "Sent with Proton Mail secure email.",
    }[lang]
    yield mail(f"{short}\n\n{sent}\n\n{when}\n\n{quoted(letter)}\n", cte="base64"), short
    yield mail(f"{long}\n\n{SIGNED[lang]}\n\n{sent}\n\n{when}\n\n{quoted(letter)}\n", cte="base64"), long
    rich = (
        f'<div style="font-family: Arial">{html(short)}</div><div class="protonmail_signature_block"><div class='
        f'"protonmail_signature_block-proton">{sent}</div></div><div class="protonmail_quote">{escape(when)}<br><blockquote'
        f' class="protonmail_quote" type="cite">{html(letter)}</blockquote></div>'
    )
    yield mail("", rich, cte="quoted-printable"), short
    old = "------- Original Message -------"
    yield mail(f"{short}\n\n{sent}\n\n{old}\n{when}\n\n{letter}\n"), short
    yield mail(f"{LISTED[lang]}\n\n{when}\n\n{quoted(letter)}\n\n{sent}\n"), LISTED[lang]


def k9(lang: str):
    when, letter, short, long = WHEN["k9"][lang], LETTER[lang], SHORT[lang], LONG[lang]
    sent = {
        "es": "Enviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad.",
        "en": "Sent from my Android device with K-9 Mail. Please excuse my brevity.",
    }[lang]
    yield mail(f"{short}\n-- \n{sent}\n\n{when}\n{quoted(letter)}\n"), short
    yield mail(f"{short}\n\n{when}\n{quoted(letter)}\n\n-- \n{sent}\n", cte="quoted-printable"), short
    yield mail(f"{wrapped(long, flowed=True)}\n\n{when}\n{quoted(letter)}\n", plain_type="; format=flowed"), long
    rich = (
        f'<!DOCTYPE html><html><body><div dir="auto">{html(short)}</div><div class="k9mail-signature">-- <br>{sent}</div>'
        f'<br><br><div class="gmail_quote">{escape(when)}<blockquote class="gmail_quote">{html(letter)}</blockquote></div>'
        "</body></html>"
    )
    yield mail("", rich), short
    old = {"es": "-------- Mensaje original --------", "en": "-------- Original Message --------"}[lang]
    yield mail(f"{LISTED[lang]}\n\n{old}\n{OUTLOOK[lang]}\n\n{letter}\n"), LISTED[lang]
