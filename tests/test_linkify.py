"""Tags and mentions: a table of Markdown cases, and what holds for any text at all."""

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import markdown
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render.autolinks import AutolinksExtension
from tertulia.render.document import Document
from tertulia.render.linkify import COLOUR, LinkifyExtension
from tertulia.render.typography import TypographyExtension

EXAMPLES = Path(__file__).parent / "examples" / "linkify"
CASES = sorted(EXAMPLES.glob("*.md"))
EXTENSIONS = (
    "pymdownx.saneheaders", AutolinksExtension(), "footnotes", "tables", "def_list", "fenced_code", "attr_list", "abbr",
)  # fmt: skip
PEOPLE = People.load(EXAMPLES / "people.toml")
TAGS = Tags.load(EXAMPLES / "tags.toml")


def linkify(default_network: str = "") -> LinkifyExtension:
    return LinkifyExtension(
        tag_url=lambda slug: f"/etiqueta/{slug}/", tags=TAGS, people=PEOPLE, default_network=default_network
    )


def render(text: str, *more: markdown.Extension) -> tuple[str, Document]:
    md = markdown.Markdown(extensions=[*EXTENSIONS, *more])
    document = Document(body=text)
    md.document = document
    return md.convert(text), document


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_example(case: Path):
    """Each Markdown file gives exactly the HTML beside it, with typography on, and its tags are noted."""
    found, document = render(case.read_text("utf-8"), TypographyExtension(), linkify())
    assert case.with_suffix(".html").read_text("utf-8").strip() == found
    linked = re.findall(r'href="/etiqueta/([^"]+)/"', found)
    assert set(linked) == {TAGS.slug(label) for label in document.tags}


def test_there_are_enough_examples():
    """No example is lost without anybody noticing."""
    assert len(CASES) >= 80
    assert [case.stem for case in CASES] == [case.stem for case in sorted(EXAMPLES.glob("*.html"))]


def test_tags_are_noted_as_written_in_order_each_spelling_once():
    """The post's tags are its labels, composed (NFC), as the author wrote them."""
    _, document = render("#Dos y #uno, #Dos, #DOS y #an\u0303o; `#tres`", linkify())
    assert ["Dos", "uno", "DOS", "año"] == document.tags


@pytest.mark.parametrize(("text", "told"), [
    ("Un #e-mail.", "#e"), ("El #covid-19, otra vez", "#covid"), ("#l'Hospitalet", "#l"), ("#D’Artagnan", "#D"),
    ("#PP-#PSOE", ""), ("#año - resto", ""), ("#Ana's plan", ""), ("#yo-", ""), ("`#e-mail`", ""), (r"\#e-mail", ""),
])  # fmt: skip
def test_a_tag_that_ends_within_its_word_is_told(text, told):
    """Letters go on behind the hyphen or apostrophe that ends it; before another tag, or in a genitive, it is not."""
    _, document = render(text, linkify())
    assert ([told] if told else []) == [what for one in document.problems for what in re.findall(r"«(#\w+)»", one.what)]


def test_an_unknown_name_is_looked_for_on_the_default_network():
    """A bare name that people.toml lacks leads to the default network, a person to their own page there."""
    found, _ = render("@elnaquito y @ana, @niño", linkify("x"))
    assert (
        '<p><a class="h-card" href="https://x.com/elnaquito">@elnaquito</a> y '
        '<a class="h-card" href="https://x.com/anaruiz">@ana</a>, @niño</p>'
    ) == found


def test_saneheaders_comes_along():
    """A line that starts with a tag is no heading, even where nobody asked for saneheaders."""
    md = markdown.Markdown(extensions=[linkify()])
    assert "<h1>" not in md.convert("#tag\n\ntexto\n#tag")


def test_nothing_is_done_without_a_document():
    """A line rendered apart from any post is linked all the same."""
    md = markdown.Markdown(extensions=[linkify()])
    assert 'rel="tag"' in md.convert("#tag")


def test_raw_html_in_the_tree_is_read_as_markdown():
    """What md_in_html takes for Markdown may hold tags."""
    md = markdown.Markdown(extensions=["md_in_html", linkify()])
    assert 'rel="tag"' in md.convert('<div markdown="1">\n#tag\n</div>')


# ── for any text ──────────────────────────────────────────────────────────────────────────────────────────────

# What begins a line, and what stands in one. Tags and mentions are as likely as all the rest together.
STARTS = (
    "",
    "",
    "",
    "\n",
    "\n",
    "# ",
    "## ",
    "> ",
    "- ",
    "1. ",
    "    ",
    "\n    ",
    ": ",
    "| a | b |\n|---|---|\n| ",
    "[^1]: ",
)
OURS = ("#t", "#T_2", "#año", "#poli\u0301tica", "@ana", "@nadie", "@ana@mas.example", "@ana.bsky.social", "#", "@")
MARKS = (
    "*", "*", "**", "_", "`", "`", "``", "[", "](/x)", "](/x#y)", "![", "<", ">", "<a href='#x'>", '<a href="#x">',
    "</a>", "</a>", "<b>", "</b>", "<code>", "</code>", "<br>", "<!-- #c -->", "<div>#d @ana</div>", "</p>",
    "[#t @ana](https://x.example/#f)", "<https://x.example/#f>", "https://mas.example/@ana/1", "www.x.example/#f",
    "ana@mas.example", "&#241;", "&amp;", "&", "\\", "\\#", "[^1]", "{#id}", "{: #i .c}", "  \n", "```\n", "~~~\n",
    "*[hola]: Saludo", "--", "...", ".", ",", "'", '"', "«", "»", "/", "=", "-", "(", ")", "|", "\ufe0f", "\u0301",
    "👏", "a", "á", "1", "_", "hola", "mas.example", "\u00a0",
)  # fmt: skip
inline = st.lists(st.sampled_from(OURS) | st.sampled_from(MARKS) | st.just(" "), max_size=9).map("".join)
texts = st.lists(st.tuples(st.sampled_from(STARTS), inline).map("".join), max_size=6).map("\n".join)
MARKUP = settings(max_examples=400, derandomize=True, deadline=None)


def pieces(markup: str) -> list[str]:
    """Tags and the text between them."""
    return re.findall(r"<!--.*?-->|</?[a-zA-Z](?:\"[^\"]*\"|'[^']*'|[^'\">])*>|[^<]+|<", markup, re.S)


def seen(markup: str) -> str:
    """What a reader sees."""
    return html.unescape("".join(piece for piece in pieces(markup) if not re.match(r"</?[a-zA-Z!]", piece)))


def without_ours(markup: str) -> str:
    """*markup* with the links that we add taken out again."""
    bare = re.sub(r'(rel="tag">#)<span class="p-category">(.*?)</span>', r"\1\2", markup, flags=re.S)
    bare = re.sub(r'<a href="/etiqueta/[^"]*" rel="tag">(#.*?)</a>', r"\1", bare, flags=re.S)
    return re.sub(r'<a class="h-card" href="[^"]*">(.*?)</a>', r"\1", bare, flags=re.S)


@MARKUP
@given(texts)
@example("*#a*b *a*#b #c**d** @ana*x* a*@ana*")
@example('<a href="#x">[#t @ana](https://x.example/#f)</a> #a')
def test_linking_changes_nothing_but_adds_links(text: str):
    """Taking the links out gives, byte for byte, what there was without linking; so what is seen is the same."""
    plain, _ = render(text, NoLinks())
    linked, _ = render(text, linkify())
    assert plain == without_ours(linked)
    assert seen(plain) == seen(linked)


@MARKUP
@given(texts)
@example('<a href="/x"><b>#a</a> #b</b>')
@example('<a href="/x">#a\n\n#b')
@example("<code>#a *@ana*</code> <pre>#b</pre>")
def test_no_link_of_ours_stands_in_a_link_heading_or_code(text: str):
    """A tag or mention is never linked inside another link, raw ones too, nor in a heading, nor in code."""
    linked, _ = render(text, linkify())
    around: list[str] = []
    for piece in pieces(linked):
        tag = re.match(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", piece)
        if not tag:
            continue
        name = tag[2].lower()
        ours = 'rel="tag"' in piece or 'class="h-card"' in piece
        if ours:
            assert not {"a", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6"} & set(around), linked
        if tag[1]:
            if name in around:
                at = len(around) - 1 - around[::-1].index(name)
                # A browser carries a link, or code, that was not closed into the next block.
                carried = () if name in ("a", "code") else ("a", "code")
                around[at:] = [inner for inner in around[at + 1 :] if inner in carried]
        elif name not in ("br", "img", "hr"):
            around.append(name)


@MARKUP
@given(texts)
def test_code_is_never_touched(text: str):
    """The same code stands in the page with linking and without."""
    code = re.compile(r"<code[^>]*>.*?</code>", re.S)
    plain, _ = render(text, NoLinks())
    linked, _ = render(text, linkify())
    assert code.findall(plain) == code.findall(linked)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.from_regex(r"[a-zñáü_]{1,9}[0-9]{0,2}", fullmatch=True),
    st.sampled_from(["", " ", "(", "«", "—", "\n", "> ", "- "]),
)
def test_a_plain_tag_is_always_found(word: str, before: str):
    """Whatever word with a letter in it, at the start of a line or after a space or opening mark, is a tag."""
    if not any(letter.isalpha() for letter in word) or COLOUR.fullmatch(f"#{word}"):
        return
    linked, document = render(f"{before}#{word} fin", linkify())
    if not (word.startswith("_") and word.endswith("_")):  # emphasis
        assert [word] == document.tags, linked


class NoLinks(markdown.Extension):
    """What LinkifyExtension asks of Markdown, and no links."""

    def extendMarkdown(self, md):
        md.ESCAPED_CHARS.append("@")


def test_the_tree_stays_whole():
    """Links are put where their text was, in order, when one string holds several."""
    linked, _ = render("#a *x* #b #c **y** #d", linkify())
    root = ElementTree.fromstring(linked)
    assert "".join(root.itertext()) == "#a x #b #c y #d"
    assert ["/etiqueta/a/", "/etiqueta/b/", "/etiqueta/c/", "/etiqueta/d/"] == [a.get("href") for a in root.iter("a")]
