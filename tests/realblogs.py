"""Posts as real blogs have them: every kind that was found in nine, as often as it was found; all words invented.

Figures are posts in 2,858 of Pelican, Hugo, Jekyll and Eleventy blogs. What each piece must become is said beside it,
in the words that a reader sees and the elements that hold them.
"""

import random
import re
from collections import Counter
from dataclasses import dataclass, field

WORDS = [
    *("agua", "ajo", "alba", "año", "arroz", "barca", "café", "calle"),
    *("canción", "cielo", "cuento", "día", "estación", "flor", "gato", "hoja"),
    *("humo", "isla", "jardín", "lápiz", "luna", "mar", "mesa", "niña"),
    *("noche", "otoño", "pan", "papel", "piedra", "puente", "raíz", "río"),
    *("silla", "sol", "tarde", "tren", "uva", "viento", "vuelo", "zapato"),
]
TOTAL = 2858


@dataclass(frozen=True)
class Piece:
    """A piece of Markdown, and what it becomes."""

    markdown: str
    words: str
    elements: str = "p"


@dataclass
class RealPost:
    """One file, and what its author meant."""

    name: str
    source: str
    words: list[str]
    elements: Counter = field(default_factory=Counter)
    is_draft: bool = False


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(6, 14))).capitalize() + "."


# Kinds of piece that nearly every post has.
def usual(rng: random.Random) -> Piece:
    s, t, u = sentence(rng), sentence(rng), sentence(rng)
    return rng.choice(
        [
            Piece(f"{s} {t}", f"{s} {t}"),
            Piece(f"{s}\n{t}", f"{s} {t}"),
            Piece(
                f"Una *{WORDS[0]}* y **{WORDS[1]}**: [{WORDS[2]}](https://a.example/).",
                "Una agua y ajo alba",
                "p em strong a",
            ),
            Piece(f"## {s}", s, "h"),
            Piece(f"- {s}\n- {t}\n- {u}", f"{s} {t} {u}", "ul li li li"),
            Piece(f"1. {s}\n2. {t}", f"{s} {t}", "ol li li"),
            Piece(f"> {s}", s, "blockquote p"),
            Piece(f"```python\nx = '{s}'\n```", f"x {s}", "pre"),
        ]
    )


def special(rng: random.Random) -> dict[str, tuple[int, Piece]]:
    """Kinds of piece by name: in how many of the posts, and one of them."""
    s, t = sentence(rng), sentence(rng)
    n = rng.randint(100, 999)
    return {
        "shortcode": (306, Piece(f'{{{{< cosa n="{n}" >}}}}', f'cosa n {n}')),
        "more": (115, Piece("<!--more-->", "", "")),
        "latex": (53, Piece(f"Vale $x^2 + {n}$ aquí, a $5 o $6.", f"Vale x2 {n} aquí a 5 o 6", "p math")),
        "two quotations": (22, Piece(f"> {s}\n\n> {t}", f"{s} {t}", "blockquote p blockquote p")),
        "list by two": (15, Piece(f"- {s}\n  - {t}", f"{s} {t}", "ul li ul li")),
        "list below a line": (15, Piece(f"{s}\n- {t}\n- {s}", f"{s} {t} {s}", "p ul li li")),
        "address in brackets": (
            31, Piece(f"Véase (https://w.example/X_({n})).", f"Véase https w example X_ {n}", "p a")
        ),
        "call-out": (51, Piece(f"> [!NOTE]\n> {s}", f"Nota {s}", "div p p")),
        "own host": (302, Piece(f"[{s}](https://tertulia.example/no/{n}/)", s, "p a")),
        "shortcode as a link": (70, Piece(f'[{s}]({{{{< relref "r0.md" >}}}})', s, "p a")),
        "other host": (380, Piece(f"![{s}](https://cdn.example/{n}.png)", s, "p a")),
        "fence with more": (
            13, Piece(f"```js {{1,{n}}}\n<script>{s}</script>\n# {t}\n```", f"script {s} script {t}", "pre")
        ),
        "longer closing fence": (5, Piece(f"  ```\n<b>{s}</b>\n   `````", f"b {s} b", "pre")),
        "table": (
            5, Piece(
                f"{s}\nAño | Lluvia\n| --- | --- |\n| {n} | poca |",
                f"{s} Año Lluvia {n} poca", "p table tr th th tr td td",
            )
        ),
        "kramdown": (13, Piece(f"{s}\n{{: .nota}}\n\n{{::comment}}\nno\n{{:/comment}}", s)),
        "selector": (2, Piece("Se ocultan #header, #footer con CSS.", "Se ocultan header footer con CSS", "p a a")),
        "quotes at the end": (6, Piece(f'![Dice "{n}"](https://cdn.example/b{n}.png)', f"Dice {n}", "p a")),
        "details": (
            4, Piece(f"<details><summary>{n}</summary>\n\n- {s}\n\n</details>", f"{n} {s}", "details summary ul li")
        ),
        "footnote": (116, Piece(f"{s}[^{n}]\n\n[^{n}]: {t}", "", "")),
        # What would be loaded from another host is a link until somebody clicks.
        "audio": (30, Piece(f'<audio controls src="https://a.example/{n}.mp3"></audio>', f"a.example {n} mp3")),
        "backslash": (10, Piece(f"{s}\\\n{t}", f"{s} {t}", "p br")),
        "bullets": (10, Piece(f"• {s}\n• {t}", f"{s} {t}")),
        "figure": (40, Piece(f'{{{{< figure src="foto.png" alt="x" caption="{s}" >}}}}', s, "figure figcaption")),
    }  # fmt: skip


# Headers by how many posts have them: the file's name, what stands on top.
HEADERS = {
    "a note": (582, "r{n}.md", "---\ndate: {day}T10:00:00.000Z\n{held}---\n"),
    "the file's name": (118, "{day}-r{n}.md", '---\nlayout: post\ntitle: "{title}"\n{held}---\n'),
    "ended by a blank line": (191, "r{n}.md", "---\ntitle: {title}\ndate: {day}\ntags: a, b\n{held}"),
    "JavaScript's date": (
        691, "r{n}.md",
        "---\ntitle: '{title}'\ndate: {day}T00:00:00.000Z\npermalink: /b/{n}/\ntags:\n  - posts\n{held}---\n",
    ),
    "TOML": (400, "r{n}.md", '+++\ntitle = "{title}"\ndate = {day}T10:00:00+02:00\ntags = ["a"]\n{toml}+++\n'),
    "several lines": (3, "r{n}.md", "---\ntitle: >\n  {title}\ndate: {day}\n{held}---\n"),
    "a letter's date": (31, "r{n}.md", "---\ntitle: {title}\ndate: Sun, 05 Jan 2020 10:00:00 GMT\n{held}---\n"),
    "Pelican": (842, "r{n}.md", "Title: {title}\nDate: {day} 10:20\nCategory: x\n{held}"),
}  # fmt: skip
HELD = ("draft: true\n", "published: false\n", "status: draft\n")


def front_matter(rng: random.Random, number: int) -> tuple[str, str, bool]:
    """A header of some generator: the file's name, the header, whether it makes a draft."""
    _, name, head = rng.choices(list(HEADERS.values()), [times for times, _, _ in HEADERS.values()])[0]
    is_draft = rng.random() < 20 / TOTAL
    values = {
        "n": number,
        "day": f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "title": sentence(rng).rstrip("."),
        "held": rng.choice(HELD) if is_draft else "",
        "toml": "draft = true\n" if is_draft else "",
    }
    return name.format(**values), head.format(**values), is_draft


def apart(rng: random.Random, piece: Piece) -> list[Piece]:
    """A sentence below a list, so that it is not one with the next."""
    s = sentence(rng)
    return [Piece(s, s)] if re.search(r"^\s*(?:[-*]|1\.) ", piece.markdown, re.M) else []


def posts(count: int, seed: int = 13) -> list[RealPost]:
    """*count* posts, the same for the same *seed*."""
    rng = random.Random(seed)
    made = []
    for number in range(count):
        name, head, is_draft = front_matter(rng, number)
        mark = f"Marca{number}."  # a word that no other post has
        pieces = [Piece(mark, mark), *(usual(rng) for _ in range(rng.randint(2, 6)))]
        notes = []
        for kind, (times, piece) in special(rng).items():
            if rng.random() < times / TOTAL:
                if kind == "footnote":
                    notes.append(piece)
                elif kind != "more" or "<!--more-->" not in [one.markdown for one in pieces]:
                    pieces.insert(rng.randint(1, len(pieces)), piece)
        if rng.random() < 131 / TOTAL:
            pieces.insert(0, Piece("{{% aviso %}}", "aviso"))
        pieces = [one for piece in pieces for one in (piece, *apart(rng, piece))]
        body = "\n\n".join(piece.markdown for piece in pieces)
        words, elements = [], Counter()
        for piece in pieces:
            words += piece.words.split()
            elements.update(piece.elements.split())
        for note in notes:
            text, _, below = note.markdown.partition("[^")
            body += f"\n\n{note.markdown}"
            words += [*text.split(), "1", *below.partition(": ")[2].split(), "↩"]
            elements.update(["p", "sup", "a", "hr", "ol", "li", "p", "a", "div"])
        made.append(RealPost(name, f"{head}\n{body}\n", words, elements, is_draft))
    return made
