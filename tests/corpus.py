"""A blog of any size, made up: Spanish opinion posts that use what real ones use. Same number and seed, same bytes.

    write(folder, 1000)     fills folder/content with 1,000 posts over ten years, and 24 pictures

The metadata keeps to keys that stock Pelican reads too, so that both build the very same files. Post number 7 says
the same in a blog of 100 and in one of 5,000; only its date moves.
"""

import datetime as dt
import random
import re
import unicodedata
from pathlib import Path

SEED = 1953
LAST_DAY = dt.datetime(2026, 10, 30, 21, 0)
YEARS = 10
PICTURES = 24
WORDS = (300, 1200)  # fewest and most in a post


def _listed(text: str) -> list[str]:
    return [" ".join(item.split()) for item in text.split("·")]


WHO = _listed("""
    la señora de la frutería · el técnico del contador · mi cuñado Fermín · la oficina de reclamaciones · el
    cajero nuevo · la voz de la grabación · un vecino con megáfono · la dueña del quiosco · el encargado de
    turno · la cooperativa de taxis · el repartidor de las ocho · una clienta de toda la vida · el defensor del
    lector · la tutora de mi hija · el administrador de la finca · la compañía del gas · el bibliotecario · la
    cuenta oficial del metro · un becario con prisa · la asociación de peatones · el camarero zurdo · la
    inspectora de trabajo · mi madre · el algoritmo de recomendaciones
""")
DID = _listed("""
    perdió · explicó dos veces · dejó sobre el mostrador · no quiso ver · llamó urgente a · cambió de sitio ·
    pidió por escrito · defendió sin ganas · contó entre risas · fotografió · tachó con bolígrafo · cobró por
    adelantado · olvidó en la furgoneta · puso en duda · celebró con churros · archivó · devolvió sin mirar ·
    tradujo a su manera · confundió con otra cosa · anunció para el jueves · arregló con cinta aislante ·
    repitió hasta aburrir
""")
WHAT = _listed("""
    la hoja amarilla · el recibo de marzo · una disculpa a medias · el horario de verano · la lista de espera ·
    un cartel torcido · la promesa del folleto · el número equivocado · las llaves del trastero · la encuesta de
    satisfacción · el precio de ayer · un silencio incómodo · el formulario de siempre · la foto borrosa · la
    cola entera · un aplauso · el último croissant · la norma del cartel · el hilo de mensajes · una reseña de
    una estrella · la garantía · el turno de tarde · un malentendido
""")
WHEN = _listed("""
    a primera hora · el martes pasado · como si nada · en plena feria · delante de todos · por tercera vez ·
    antes del café · con la persiana a medias · sin avisar · durante el apagón · en agosto · al salir de misa ·
    con muy buena letra · a destiempo
""")
LINKS = _listed("""
    Y sin embargo · Dicho esto · Lo curioso es que · A mí me parece que · Por lo visto · Mientras tanto · Al
    final · Quien lo probó lo sabe: · Hay que decir que · Y ahí está la cosa: · Para ser justos · Nadie lo diría
    pero
""")
TITLES = _listed("""
    Lo que {0} nunca contó · En defensa de {1} · {1}: instrucciones de uso · El día en que {0} llamó · Contra
    {1} · Tres cosas sobre {1} · Carta a {0} · Nadie echa de menos {1} · Cuánto vale {1} · Pequeña teoría sobre
    {1}
""")
CATEGORIES = ("Atención al cliente", "Redes sociales", "Barrio", "Oficio", "Lenguaje", "Transporte")
AUTHORS = ("Elvira Santos", "Íñigo Lasa", "Noelia Peña")
NOUNS = _listed("""
    clientepitero · reseñas · horarios · facturas · colas · disculpas · ventanillas · hilos · capturas · cartas ·
    mostradores · encuestas · averías · propinas · autobuses · panaderías · devoluciones · contestadores · años ·
    mañanas · letreros · turnos · vecinas · plazos
""")
TAGS = [noun + rest for rest in ("", " de barrio", " en línea", " y silencio") for noun in NOUNS]
# Places and people nobody else writes about: the long tail of words that any real blog has.
SYLLABLES = _listed("""
    ba · ra · men · do · sil · va · lor · ta · gui · na · tes · qui · mo · cal · der · fu · ñe · lis · zu · par · ga ·
    bre · tol · im · cho · ves · ru · dan · pe · sor
""")
INLINE_TAGS = ("ClientePitero", "Reseñas", "MostradorAbierto", "averías", "Año2026", "ColasEternas")
MENTIONS = ("@rosa@plaza.example", "@gas.bsky.social", "@taxis@rueda.example")
CODE = """```python
def espera(minutos, paciencia=11):
    return "sigue" if minutos < paciencia else "cuelga"
```"""


def write(folder: Path, posts: int, seed: int = SEED) -> None:
    """Fill ``folder/content`` with that many posts and the pictures they show."""
    content = folder / "content"
    step = dt.timedelta(days=365 * YEARS) / max(posts, 1)
    for number in range(posts):
        date = LAST_DAY - step * (posts - number)
        path = content / "posts" / f"{date:%Y}" / f"{date:%Y-%m-%d}_{number:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(post(number, date, seed), "utf-8")
    (content / "pages").mkdir(parents=True, exist_ok=True)
    (content / "pages" / "acerca-de.md").write_text(
        "Title: Acerca de\nSlug: acerca-de\n\nUn blog inventado.\n", "utf-8"
    )
    _pictures(content / "images", seed)


def post(number: int, date: dt.datetime, seed: int = SEED) -> str:
    """The whole file of one post."""
    chance = random.Random(f"{seed}/{number}")
    title = chance.choice(TITLES).format(chance.choice(WHO), chance.choice(WHAT))
    title = title[0].upper() + title[1:]
    # A few tags are everywhere and most are rare, as in any real blog.
    tags = {TAGS[min(int(chance.paretovariate(0.6)) - 1, len(TAGS) - 1)] for _ in range(chance.randint(1, 5))}
    header = {
        "Title": title,
        "Date": f"{date:%Y-%m-%d %H:%M}",
        "Id": f"inventada-{number:05}",
        "Slug": f"{_ascii(title)}-{number}",
        "Author": chance.choice(AUTHORS),
        "Category": chance.choice(CATEGORIES),
        "Tags": ", ".join(sorted(tags)),
    }
    return "".join(f"{key}: {value}\n" for key, value in header.items()) + "\n" + _body(chance)


def _body(chance: random.Random) -> str:
    wanted = chance.randint(*WORDS)
    parts = [_paragraph(chance)]
    notes: list[str] = []
    while sum(len(part.split()) for part in parts) < wanted:
        kind = chance.random()
        if kind < 0.07:
            parts.append("## " + chance.choice(WHAT).capitalize())
        elif kind < 0.13:
            parts.append("> " + _paragraph(chance).replace("\n", "\n> "))
        elif kind < 0.18:
            parts.append("\n".join(f"{n}. {_clause(chance)}" for n in range(1, chance.randint(3, 6))))
        elif kind < 0.21:
            picture = chance.randrange(PICTURES)
            parts.append(f'![{chance.choice(WHAT).capitalize()}](foto-{picture:02}.jpg "{_clause(chance)}")')
        elif kind < 0.22:
            parts.append(CODE)
        elif kind < 0.23:
            rows = "\n".join(f"| {chance.choice(WHO)} | {chance.randint(1, 99)} |" for _ in range(4))
            parts.append("| Quién | Minutos |\n|---|---|\n" + rows)
        elif kind < 0.28:
            notes.append(f"[^{len(notes) + 1}]: {_clause(chance)}.")
            parts.append(f"{_paragraph(chance)}[^{len(notes)}]")
        else:
            parts.append(_paragraph(chance))
    return "\n\n".join([*parts, *notes]) + "\n"


def _paragraph(chance: random.Random) -> str:
    return " ".join(_sentence(chance) for _ in range(chance.randint(3, 7)))


def _sentence(chance: random.Random) -> str:
    text = _clause(chance)
    kind = chance.random()
    if kind < 0.25:
        text = f"{chance.choice(LINKS)} {text}"
    elif kind < 0.40:
        text += f", y {_clause(chance)}"
    text = text[0].upper() + text[1:]
    kind = chance.random()
    if kind < 0.06:
        return f"¿{text}?"
    if kind < 0.10:
        return f'"{text}", dijo.'
    if kind < 0.13:
        return f"{text} #{chance.choice(INLINE_TAGS)}."
    if kind < 0.15:
        return f"{text}, según {chance.choice(MENTIONS)}."
    if kind < 0.17:
        return f"{text} ([aquí](https://periodico.example/{chance.randrange(9999)}))."
    return text + "."


def _clause(chance: random.Random) -> str:
    who, did, what = chance.choice(WHO), chance.choice(DID), chance.choice(WHAT)
    kind = chance.random()
    if kind < 0.05:
        what = f"**{what}**"
    elif kind < 0.10:
        what = f"*{what}*"
    elif kind < 0.12:
        what = f"`{_ascii(what)}`"
    name = f" en {_name(chance)}" if chance.random() < 0.4 else ""
    return f"{who} {did} {what} {chance.choice(WHEN)}{name}"


def _name(chance: random.Random) -> str:
    """One of some 27,000 invented names, a few of them everywhere and most nearly nowhere."""
    number = min(int(chance.paretovariate(0.25)), len(SYLLABLES) ** 3) - 1
    first, rest = divmod(number, len(SYLLABLES) ** 2)
    return "".join(SYLLABLES[n] for n in (first, *divmod(rest, len(SYLLABLES)))).capitalize()


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _pictures(folder: Path, seed: int) -> None:
    """Pictures of the size that people put in posts, with enough in them to be work."""
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    for number in range(PICTURES):
        chance = random.Random(f"{seed}/picture/{number}")
        picture = Image.new("RGB", (1200, 800), tuple(chance.randrange(256) for _ in range(3)))
        draw = ImageDraw.Draw(picture)
        for _ in range(60):
            x, y, size = chance.randrange(1200), chance.randrange(800), chance.randrange(20, 300)
            draw.ellipse((x, y, x + size, y + size), fill=tuple(chance.randrange(256) for _ in range(3)))
        picture.save(folder / f"foto-{number:02}.jpg", quality=85)
