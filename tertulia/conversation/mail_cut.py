"""What somebody wrote in a mail that answers one of ours: without what it quotes, and without their signature.

Mail programs write both in their own ways (``tests/mails.py`` has them). Three things make the cut certain where
patterns alone would guess: our own letters begin with a line that nobody else writes (``MARK``), we know how the
writer is called, and what is quoted with ">" is quoted whatever stands above it.
"""

import re
from collections.abc import Sequence

# Our letters begin with it. Of signs that survive every encoding, and short, so that no program breaks it in two.
MARK = "~~~"
_MARKED = re.compile(rf"[>\s|]*{MARK}\s?\S.{{3,80}}\S\s?{MARK}\s*")
_QUOTED = re.compile(r"\s{0,3}>")
_DIGIT = re.compile(r"\d")
# "El vie, 20 nov 2026 a las 18:05, Reme (<blog@…>) escribió:", "On Fri, Nov 20, 2026 at 6:05 PM Reme <…> wrote:"
_INTRODUCES = re.compile(
    r"(?:el|on|en|le|am|em|op|il|den)\b.{5,300}"
    r"\b(?:escribi(?:ó|o|eron)|wrote|escreveu|va escriure|a écrit|schrieb|ha scritto|schreef|skrev)\b.{0,60}:?"
    r"|.{1,200}\b(?:escribió|wrote)\b.{5,80}:",
    re.IGNORECASE,
)
_MOST_WRAPPED = 4  # lines that such a sentence is broken into
_RULE = re.compile(
    r"[_-]{10,}|-{2,}\s?(?:mensaje original|original message|mensaje reenviado|forwarded message|"
    r"mensaje original enviado por .{1,80}|original appointment)\s?-{2,}",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"[*_]{0,2}(de|from|enviado|enviado el|sent|fecha|date|para|to|asunto|subject|cc|responder a|reply-to|"
    r"enviat|enviat el|data|per a|assumpte|tema|enviado em|enviada em|assunto|nork|bidaltze-data|nori|gaia|"
    r"envoyé|à|objet|da|inviato|a|oggetto|von|gesendet|an|betreff)\s?"
    r":[*_]{0,2}\s?.{0,300}",
    re.IGNORECASE,
)
_FIRST_FIELDS = ("de", "from", "asunto", "subject", "nork", "da", "von")
_PROGRAM = re.compile(
    r"[*_>]{0,2}(?:"
    r"(?:enviado|mandado|escrito|sent) (?:desde|con|a través de|por|from|with|via|by|using)\b"
    r"(?= (?:mi|my|un|a)\b|.{0,60}\b(?:mail|correo|outlook|yahoo|proton|iphone|ipad|android|samsung|galaxy|móvil|"
    r"mobile|phone|device|dispositivo|blackberry|windows|tuta)\b)|"
    r"(?:obtener|obtén|descargar?|consigue) outlook\b|get outlook\b|yahoo mail:|"
    r"(?:por favor, )?(?:disculpa|disculpe|perdona)\w* (?:mi|la) brevedad|please excuse (?:my|any) \w+"
    r").{0,160}",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:(?:muchas |mil )?gracias(?: de antemano| por todo)?(?: y (?:un )?saludos?)?|thanks(?: in advance| again)?|"
    r"thank you|many thanks|(?:un |muchos |recibe un |reciba un )?(?:cordial |fuerte )?(?:saludos?|abrazos?|besos?)"
    r"(?: cordial(?:es)?| afectuosos?| fuerte)?(?: a todos)?|(?:muy )?atentamente|atte|cordialmente|"
    r"hasta (?:pronto|luego)|sl?dos|slds|bs{1,3}|s2|abr|rgds|brgds|"
    r"(?:sin (?:otro particular|más)[^.!?]{0,40}, )?(?:reciban?|le envío|te envío|te mando|os mando) (?:un|muchos) "
    r"(?:(?:cordial|fuerte|afectuoso|gran) )?(?:saludos?|abrazos?|besos?)|"
    r"(?:with )?(?:best|kind|warm|kindest|warmest)?(?: )?regards|best(?: wishes)?|all the best|cheers|sincerely|"
    r"yours(?: sincerely| truly| faithfully)?|take care)\s?[,.!:–-]{0,2}",
    re.IGNORECASE,
)
_NOTICE = re.compile(
    r"[*_]{0,2}(?:aviso legal|aviso de confidencialidad|cláusula de confidencialidad|confidencialidad|"
    r"protección de datos|advertencia|the contents of this|"
    r"confidentiality(?: notice)?|disclaimer|legal notice|privileged|este (?:mensaje|correo|e-mail)(?: electrónico)?,? "
    r"(?:y\b|va |es |puede |se dirige|contiene|está|junto)|"
    r"la información (?:contenida|incluida|que contiene)(?: en)? (?:este|el presente)|"
    r"this (?:e-?mail|message)(?: and any| is | may |, its)|the information (?:contained|in this)|"
    r"(?:p |\W{1,4})?(?:antes de imprimir|please consider the environment|before printing)|libre de virus|virus-free|"
    r"este correo electrónico (?:ha sido|fue) (?:analizado|comprobado))\b.{0,400}",
    re.IGNORECASE,
)
# What tells readers what the law says of their data; who writes about the law tells nobody of "your data".
_LAW = re.compile(
    r"(?=.*\b(?:rgpd|gdpr|lopd\w*|2016/679|confiden[ct]ial\w*|personal data|datos personales|protección de datos)\b)"
    r"(?=.*\b(?:(?:le|les|te) informamos|we inform you|sus datos|your (?:personal )?data|si (?:usted )?no es el "
    r"destinatario|if you are not the)\b).{20,}",
    re.IGNORECASE,
)
_MOST_SIGNED = 10  # lines of a signature
_LONGEST_SIGNED = 70  # signs in one of its lines
_LONGEST_LOOKED_AT = 2000  # signs of a notice
_GAP = re.compile(r"\n{3,}")  # left where something quoted was
_SENTENCE_ENDS = re.compile(r"[^\W\d_]{3,}[.?!…]+\s*$")
_REACH = re.compile(
    r"\b(?:tel|tfno|teléfono|móvil|mobile|phone|mob|fax|cel)\b\.?|\+\d[\d ().-]{6,}|"
    r"\b\d{3}[ .-]?\d{2,3}[ .-]?\d{2,4}\b|www\.|https?://|[\w.+-]+@[\w-]+\.\w",
    re.IGNORECASE,
)


def own_words(text: str, name: str = "") -> str:
    """
    Cut *text*, the whole of a mail, to what its writer says in it.

    Args:
        name: What they are called, as their mail's ``From`` says: how a signature often begins.
    """
    lines = [line.rstrip() for line in text.split("\n")]
    is_marked = any(map(_MARKED.fullmatch, lines))
    lines = _without_quotes(_above_the_mark(lines), is_marked=is_marked)
    return _GAP.sub("\n\n", "\n".join(_unsigned(lines, name))).strip("\n")


# What is quoted


def _above_the_mark(lines: list[str]) -> list[str]:
    """Return the lines above our own first line, where that stands unquoted: all below is our letter."""
    for number, line in enumerate(lines):
        if _MARKED.fullmatch(line) and not _QUOTED.match(line):
            above = lines[:number]
            begin = _introduction(above)
            return above[:begin] if begin is not None else above
    return lines


def _introduction(lines: Sequence[str]) -> int | None:
    """Where the sentence or the head begins that the last of *lines* are, and that introduces our letter."""
    end = len(lines)
    while end and not lines[end - 1].strip(" >|*"):
        end -= 1
    head = end
    while head and (_FIELD.fullmatch(lines[head - 1].strip(" >")) or not lines[head - 1].strip(" >")):
        head -= 1
    while head < end and not lines[head].strip():
        head += 1
    if sum(bool(_FIELD.fullmatch(line.strip(" >"))) for line in lines[head:end]) >= 2:
        return head - 1 if head and _RULE.fullmatch(lines[head - 1].strip()) else head
    for begin in range(max(0, end - _MOST_WRAPPED), end):
        words = " ".join(line.strip(" >") for line in lines[begin:end])
        is_whole = words.endswith(":") and all(line.strip(" >") for line in lines[begin:end])
        if is_whole and _INTRODUCES.fullmatch(words) and _DIGIT.search(words):
            return begin
    if end and lines[end - 1].rstrip().endswith(":") and "@" in " ".join(lines[max(0, end - _MOST_WRAPPED) : end]):
        while end and lines[end - 1].strip():  # a sentence of another language, with an address
            end -= 1
        return end
    return None


def _without_quotes(lines: list[str], *, is_marked: bool) -> list[str]:
    """
    Return the lines that are nobody else's; what stands between and below quoted ones stays.

    Args:
        is_marked: Our letter was seen to be quoted: a sentence that introduces nothing is the writer's own.
    """
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if _QUOTED.match(line):
            begin = _introduction(kept)
            kept = kept[:begin] if begin is not None else kept
            number += 1
            continue
        if _is_head(lines, number):
            return kept
        if end := _introduces(lines, number):
            rest = next((one for one in lines[end:] if one.strip()), "")
            is_quoted = bool(_QUOTED.match(rest))
            if not is_quoted and not (is_marked and rest):
                return kept  # quoted without a sign, to the end; or the quotation was left out
            kept += [] if is_quoted else lines[number:end]
            number = end
            continue
        kept.append(line)
        number += 1
    return kept


def _introduces(lines: Sequence[str], number: int) -> int:
    """Return the line after the sentence that introduces a quotation and begins at *number*; 0 where none does."""
    for end in range(number + 1, min(number + _MOST_WRAPPED, len(lines)) + 1):
        if not lines[end - 1].strip():
            break
        words = " ".join(line.strip() for line in lines[number:end])
        if words.endswith(":") and _INTRODUCES.fullmatch(words) and _DIGIT.search(words):
            return end
    return 0


def _is_head(lines: Sequence[str], number: int) -> bool:
    """Whether the head of a quoted mail begins here: "De: … Enviado: …", with a line across it or without."""
    following = [line.strip() for line in lines[number + 1 : number + 8] if line.strip()]
    if _RULE.fullmatch(lines[number].strip()):
        return len(lines[number].strip("_- ")) > 0 or bool(following and _FIELD.fullmatch(following[0]))
    found = _FIELD.fullmatch(lines[number].strip())
    if not found or found[1].lower() not in _FIRST_FIELDS:
        return False
    others = {match[1].lower() for line in following[:4] if (match := _FIELD.fullmatch(line))}
    return len(others - {found[1].lower()}) >= 2


# What is signed


def _unsigned(lines: list[str], name: str) -> list[str]:
    lines = _trimmed(lines)
    for number, line in enumerate(lines):
        if line.rstrip() in ("--", "—") or line == "-- ":
            lines = lines[:number]
            break
    before: list[str] = []
    while before != lines:
        before = lines
        lines = _without_program(_trimmed(lines))
        lines = _without_notice(_trimmed(lines))
        lines = _without_name(_trimmed(lines), name)
        lines = _trimmed(lines)
    return lines


def _trimmed(lines: list[str]) -> list[str]:
    end = len(lines)
    while end and not lines[end - 1].strip(" \u00a0*_>"):
        end -= 1
    begin = 0
    while begin < end and not lines[begin].strip():
        begin += 1
    return lines[begin:end]


def _without_program(lines: list[str]) -> list[str]:
    """Without "Enviado desde mi iPhone", which stands alone at the end."""
    for number in range(max(0, len(lines) - 4), len(lines)):
        stands_alone = number == 0 or not lines[number - 1].strip() or _PROGRAM.fullmatch(lines[number - 1].strip())
        below = [line for line in lines[number + 1 :] if line.strip()]
        if _PROGRAM.fullmatch(lines[number].strip()) and (stands_alone or not below):
            return lines[:number]
    return lines


def _without_notice(lines: list[str]) -> list[str]:
    """Without what a firm puts below each mail about secrets and printing, and what follows it."""
    for number, line in enumerate(lines):
        is_apart = number == 0 or not lines[number - 1].strip(" *_-=")
        if is_apart and (_NOTICE.fullmatch(line.strip()) or (number and _LAW.match(line[:_LONGEST_LOOKED_AT]))):
            return lines[:number]
    return lines


def _without_name(lines: list[str], name: str) -> list[str]:
    """Without a farewell and the writer's name, with whatever stands below it."""
    for number in range(max(0, len(lines) - _MOST_SIGNED - 1), len(lines)):
        line, below = lines[number].strip(" *_"), lines[number + 1 :]
        if not _are_signed(below):
            continue
        if _is_farewell(line, name) and not (number == 0 and not below):
            return lines[:number] if number else lines[:1]
        is_apart = number == 0 or not lines[number - 1].strip()
        if number and is_apart and _is_name(line, name):
            return lines[:number]
        if number and is_apart and _REACH.search("\n".join(below)) and _are_signed(lines[number:]):
            return lines[:number]
    return lines


def _is_farewell(line: str, name: str) -> bool:
    """Whether *line* says goodbye and nothing else, in one language or two, with the writer's name or without."""
    if _CLOSING.fullmatch(line):
        return True
    parts = [part.strip() for part in re.split(r"[/|,.]", line[:_LONGEST_SIGNED]) if part.strip()]
    closings = sum(bool(_CLOSING.fullmatch(part)) for part in parts)
    names = sum(_is_name(part, name) for part in parts if not _CLOSING.fullmatch(part))
    return closings > 0 and names <= 1 and closings + names == len(parts) and len(line) <= _LONGEST_SIGNED


def _are_signed(lines: Sequence[str]) -> bool:
    """Whether *lines* may stand below a name: few, short, and no sentences."""
    said = [line for line in lines if line.strip()]
    short = all(len(line) <= _LONGEST_SIGNED for line in said)
    sentences = sum(bool(_SENTENCE_ENDS.search(line)) and len(line.split()) > 4 for line in said)
    return len(said) <= _MOST_SIGNED and short and not sentences


def _is_name(line: str, name: str) -> bool:
    """Whether *line* is how its writer signs: their name, or the first word of it."""
    words, called = line.casefold().strip(" ,.–—-").split(), name.casefold().split()
    return bool(words and called) and words[: len(called)] in (called[: len(words)], called) and len(words) <= 5
