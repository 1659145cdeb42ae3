"""The author's words are the author's: what a post says in its author's name, whatever else stands in it."""

import pytest

from tertulia.core import text
from tertulia.core.cuts import NO_BREAK_LINE, split
from tertulia.render import prose

EMBED = '<figure class="h-cite" data-embed="mastodon"><blockquote><p>Lo dice otra.</p></blockquote></figure>'
NOTE = '<sup id="fnref:n"><a class="footnote-ref" href="#fn:n">1</a></sup>'
NOTES = (
    '<div class="footnote"><hr><ol><li id="fn:n"><p>Una nota. <a class="footnote-backref" href="#fnref:n">↩</a></p>'
    "</li></ol></div>"
)
OPENINGS = {
    "embed": EMBED,
    "uncaptured": '<p><a href="https://mas.to/@a/1">Publicación en Mastodon: mas.to/@a/1</a></p>',
    "closed service": '<p role="note" data-embed="dead">Esto era de Vine.</p>',
    "quotation": "<blockquote><p>Lo dice otra persona, y lo dice bien.</p></blockquote>",
    "quotation with its source": "<figure><blockquote><p>Que no.</p></blockquote><figcaption>Ana</figcaption></figure>",
    "picture": '<figure><img src="a.jpg" alt="La plaza"><figcaption>La plaza, de día</figcaption></figure>',
    "picture inline": '<p><img src="a.jpg" alt="La plaza"></p>',
    "address": '<p><a href="https://a.example/x">https://a.example/x</a></p>',
    "hugo": "<p>{{&lt; youtube abcdefghijk &gt;}}</p>",
    "hugo percent": '<p>{{% notice tip "x" %}}</p><p>Dentro de lo de otro.</p><p>{{% /notice %}}</p>',
    "liquid": "<p>{% include video.html id=1 %}</p>",
    "liquid pair": "<p>{% highlight ruby %}</p><p>puts 1</p><p>{% endhighlight %}</p>",
    "wordpress": '<p>[gallery ids="1,2"]</p><p>[caption id="a"]Un pie[/caption]</p>',
    "formula": "<p>$$e = mc^2$$</p>",
    "contents": '<p>[TOC]</p><div class="toc"><ul><li>Uno</li></ul></div>',
    "kramdown": "<p>{: .clase }</p>",
    "heading-like": "<p><strong>Introducción</strong></p>",
    "who says it": "<p>Lo dice Ana:</p><blockquote><p>Que sí.</p></blockquote>",
    "code": "<pre><code>print(1)</code></pre>",
    "heading": "<h2>Primera parte</h2>",
    "folded": "<details><summary>Avisos</summary><p>Sale sangre en esta entrada.</p></details>",
    "player": '<iframe src="https://x.example"></iframe><audio src="a.mp3">Sin audio.</audio>',
}


@pytest.mark.parametrize("before", OPENINGS.values(), ids=OPENINGS)
def test_the_first_words_of_the_author_open_the_post(before):
    """Whatever stands on top, the summary is the first paragraph in which the author says something."""
    content = f"{before}<p>El texto{NOTE} de verdad.</p><p>Otro.</p>{NOTES}"
    assert prose.opening(prose.blocks(content)) == "El texto de verdad."


@pytest.mark.parametrize("before", OPENINGS.values(), ids=OPENINGS)
def test_what_says_nothing_is_no_summary(before):
    """A post of nothing else has none, unless its few words are the author's."""
    assert prose.opening(prose.blocks(before)) in ("", "Introducción", "Lo dice Ana:", "Primera parte")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>Qué frío</p>", "Qué frío"),
        ("<p>Cuesta $5 o $10</p>", "Cuesta $5 o $10"),
        ("<p>Dice [sic] que no.</p>", "Dice [sic] que no."),
        ("<p>Lo de {{name}} no.</p>", "Lo de no."),
        ("<ul><li>Uno</li><li>Dos</li></ul>", "Uno Dos"),
        (
            '<p>Mira <a href="https://a.example">https://a.example</a> hoy mismo.</p>',
            "Mira https://a.example hoy mismo.",
        ),
        ("", ""),
    ],
)
def test_short_words_of_the_author_are_kept(content, expected):
    """A note of two words, a price, a list: they are the author's."""
    assert prose.opening(prose.blocks(content)) == expected


def test_only_the_authors_words_are_counted():
    """Embeds, quotations, notes, code and captions add nothing to the count, the reading time and related posts."""
    content = "".join(OPENINGS[name] for name in ("embed", "quotation", "picture", "code", "uncaptured", "hugo"))
    words = prose.plain(prose.blocks(f"{content}<p>Cuatro{NOTE} palabras son mías.</p>{NOTES}"))
    assert (words, text.words(text.tally(words))) == ("Cuatro palabras son mías.", 4)


def test_search_reads_no_words_of_others():
    """Embeds and quotations are not found as the author's; notes and code are."""
    page = prose.without_others(f"{EMBED}<blockquote><p>Ajeno.</p></blockquote><p>Mío{NOTE}.</p>{NOTES}")
    assert "otra" not in page
    assert "Ajeno" not in page
    assert "Una nota" in page


THREAD = f"""<h2>Primera</h2><p>Un párrafo{NOTE} con <a href="/x/">una dirección</a> y otra <a href="/y/">aquí</a>.</p>
<ol start="3"><li>Uno</li><li><p>Dos</p><p>y algo más</p></li></ol><ul><li>Así</li></ul>
<pre><code>print(1)</code></pre><table><tr><td>celda</td></tr></table>{EMBED}<details><summary>a</summary>b</details>
<p><a href="https://a.example/informe">El informe</a></p><h2>La tercera</h2>{OPENINGS["picture"]}<p>Fin.</p>
<h2>Nada debajo</h2>{NOTES}"""


def test_a_thread_is_written_from_the_structure():
    """Lists keep their numbers, links their address where it is the point; notes, code, tables, embeds go."""
    written = prose.thread(prose.blocks(THREAD, "https://b.example/2026/a/"))
    assert written.replace(NO_BREAK_LINE, "|") == (
        "Primera|Un párrafo con una dirección y otra aquí (https://b.example/y/).\n\n"
        "3. Uno\n4. Dos\ny algo más\n• Así\n\n"
        "El informe (https://a.example/informe)\n\n"
        "La tercera|Fin."
    )


@pytest.mark.parametrize("limit", range(20, 90))
def test_no_part_of_a_thread_ends_with_a_heading(limit):
    """However long the parts may be."""
    written = prose.thread(prose.blocks("<p>Una frase.</p><h2>¿Y ahora qué?</h2><p>Pues nada. Nada de nada.</p>" * 4))
    pieces = split(written, limit)
    assert not [piece for piece in pieces if piece.endswith("¿Y ahora qué?")]


@pytest.mark.parametrize(
    ("body", "summary"),
    [
        ("Uno.\n\nDos.\n\n<!--more-->\n\nTres.", "Uno. Dos."),
        ("Uno. <!-- more Sigue leyendo --> Dos.", "Uno."),
        ("Uno.\n\n<!-- truncate -->\n\nDos.", "Uno."),
        ("<!--more-->\n\nUno.", "Uno."),
        ("> cita\n\n<!--more-->\n\nUno.", "Uno."),
        ("Uno.\n\n    <!--more-->\n\nDos.", "Uno."),
        ("Uno.\n\n<!-- moreno -->\n\nDos.", "Uno."),
    ],
)
def test_the_summary_ends_where_the_author_says(tmp_path, build, body, summary):
    """At ``<!--more-->`` of any generator, which is not in the page; with nothing above it says nothing."""
    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "posts" / "a.md").write_text(f"Título: A\nId: a\nFecha: 2026-11-01\n\n{body}\n", "utf-8")
    build(tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    page = (tmp_path / "output" / "2026/11/a/index.html").read_text("utf-8")
    assert f'<meta name="description" content="{summary}">' in page
    assert "<!--more" not in page and "<!-- truncate" not in page
