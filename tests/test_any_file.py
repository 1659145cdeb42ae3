"""Whole small blogs of odd files: the build never fails, and every file is in the output or told on its line."""

import logging
import re
import shutil

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tertulia.commands import advice

FOLDERS = ("posts", "posts/2016/09", "posts/a b ñ", "posts/2016-09-19-x", "pages")
STEMS = (
    "hola",
    "2016-09-19-hola",
    "2016-02-31-x",
    "index",
    "_index",
    "ñandú 🎉",
    "a#b?c%",
    "2024",
    "x..y",
    "x.es",
    "CON",
)
ENDINGS = (".md", ".markdown", ".MD", ".mkd", ".rst", ".html", ".txt", ".xyz", "")
KEYS = (
    "title",
    "Título",
    "date",
    "Fecha",
    "slug",
    "status",
    "draft",
    "published",
    "tags",
    "Etiquetas",
    "category",
    "author",
    "cover",
    "template",
    "lang",
    "id",
    "series",
    "aliases",
    "via",
    "update",
    "Actualización",
    "modified",
    "permalink",
    "summary",
    "mastodon",
    "toc",
    "question",
    "expiryDate",
    "weird key",
    "photo",
    "embeds",
)
VALUES = (
    "Uno",
    "2026-01-02",
    "2026-01-01T00:30:00+14:00",
    "2016-02-31",
    "0001-01-01",
    "9999-12-31T23:59:59-12:00",
    "true",
    "no",
    "",
    "[a, b",
    "[a, 'b, c']",
    "'It''s'",
    '"abierta',
    "{x: 1}",
    "&a",
    "*a",
    "| ",
    "> x",
    "../../..",
    "/etc/passwd",
    ".",
    "#",
    "🎉",
    "a/b",
    "%zz%00",
    "http://[::1",
    "https://x.example/a_(b)",
    "@ana",
    "<script>x</script>",
    "{{ x }}",
    "{filename}no.md",
    "\x0b\x1b",
    "x" * 3000,
    "- a",
    ": : :",
    "\u202eabc",
    "0",
    "null",
    "es",
    "klingon",
    "draft",
    "2026-11-25 12:00 Texto",
)
BODIES = (
    "Un texto.",
    "",
    "# Un título\n\ntexto",
    "---\n\nregla",
    "Escribe aquí.",
    "![](nada.png)",
    "[x](no.md) [y](../../x) [z](#no)",
    '{{< relref "x" >}} [a]({{< ref "x" >}})',
    "> " * 200 + "hondo",
    "[" * 300,
    "```js {1}\n<b>\n```",
    "<div><p>sin cerrar",
    "@ana #tag ##x #2026",
    "| a | b |\n|---|---|",
    "{: .x}",
    "[^1]\n\n[^1]: n",
    "$x^2$ \\(y\\)",
    "http://[::1/ https://x.example/%",
    "<!-- nada -->",
    "&#0; &#x110000; &nbsp",
    "<https://mas.to/@ana/1>",
    "- a\n  - b\n\n      c",
    "\tcódigo",
    "\x0c",
    "***",
    "x" * 5000,
)
FENCES = (
    ("---\n", "\n---\n"),
    ("", "\n"),
    ("+++\n", "\n+++\n"),
    ("---\n", "\n"),
    ("{\n", "\n}\n"),
    ("---\n", "\n...\n"),
)

# What a build may say, and no more than that: no name of Python's, no place of this machine.
PYTHON = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Warning)\b|Traceback|object at 0x")


def written(fence, pairs):
    """A header of *pairs*, of some kind, right or not."""
    sign = " = " if fence[0].startswith("+") else ": "
    return fence[0] + "\n".join(f"{key}{sign}{value}" for key, value in pairs) + fence[1]


headers = st.builds(
    written, st.sampled_from(FENCES), st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)), max_size=6)
)
names = st.builds("{}/{}{}".format, st.sampled_from(FOLDERS), st.sampled_from(STEMS), st.sampled_from(ENDINGS))
texts = st.one_of(
    st.builds(lambda head, body: f"{head}\n{body}\n", headers, st.sampled_from(BODIES)),
    st.text(max_size=60),
)
GOOD_TITLE = "Título: Una\nFecha: 2026-01-02\n"


@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@given(st.dictionaries(names, texts, min_size=8, max_size=14))
@example(
    {
        f"posts/{n}.md": f"{GOOD_TITLE}{key}: {value}\n\nUn texto.\n"
        for n, (key, value) in enumerate(
            (key, value)
            for key in ("slug", "id", "tags", "category", "author", "series", "aliases", "cover")
            for value in ("../../..", "/etc/passwd", "🎉", "%zz", ".", "x" * 3000, "\x1b")
        )
    }
)
@example({f"posts/{n}.md": f"Título: T{n}\nFecha: 2026-01-02\n\n{body}\n" for n, body in enumerate(BODIES)})
@example({f"posts/{n}.md": f"---\ntitle: T{n}\ndate: {value}\n---\n\nx\n" for n, value in enumerate(VALUES)})
def test_every_file_is_built_or_told(tmp_path_factory, build, files):
    """Whatever lies in a blog, there is a site, and no file is lost without a word."""
    root = tmp_path_factory.mktemp("odd")
    marks = {}
    for n, (name, text) in enumerate(files.items()):
        path = root / "content" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        marks[name] = f"palabra{n}rara"
        try:
            path.write_text(f"{text}\n\n{marks[name]}\n", "utf-8")
        except (OSError, UnicodeEncodeError):
            del marks[name]  # no such file can be
    (root / "content" / "pages").mkdir(parents=True, exist_ok=True)
    records = build(root / "content", root / "output", SEARCH=False, SOCIAL_CARDS=False)
    told = [line for record in records if (line := said(record, root / "content"))]
    shown = "".join(path.read_text("utf-8") for path in (root / "output").rglob("*.html"))
    for name, mark in marks.items():
        about = [line for line in told if line.startswith(f"content/{name}")]
        assert mark in shown or about, (name, files[name], told)
    for line in told:
        assert not PYTHON.search(line), line
        assert str(root) not in line, line
    shutil.rmtree(root)


def said(record, content):
    """What a blogger reads of *record*, "" when it is nothing."""
    if record.levelno < logging.WARNING and not getattr(record, "hint", False):
        return ""
    if record.name.startswith("pelican"):
        return advice.of_pelican(record, content) or ""
    return record.getMessage()
