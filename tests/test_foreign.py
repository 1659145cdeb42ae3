"""Markdown as other tools have it: call-outs, task lists, shortcodes, liquid, pasted bullets."""

import re

import pytest

from tertulia.content.people import People
from tertulia.content.tags import Tags
from tertulia.render.converter import converter
from tertulia.render.document import Document


@pytest.fixture(scope="module")
def md(tmp_path_factory):
    """What renders a blog of three posts."""
    content = tmp_path_factory.mktemp("blog") / "content"
    for name in ("posts/2024/2024-02-03-hola.md", "posts/2025/hola.md", "posts/2025/cuento/index.md"):
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text("Título: x\n\nx\n", "utf-8")
    return converter(
        siteurl="", tag_url="etiqueta/{slug}/", mention_network="", people=People(), tags=Tags(), content=content
    )


def render(md, text, lang="es"):
    """The HTML of *text* without the space between its tags, and the lines that were told."""
    md.document = Document("content/posts/2025/esta.md", lang, text, 5)
    md.reset()
    html = re.sub(r"\s*\n\s*(?=<)|(?<=>)\s*\n\s*", "", md.convert(text))
    return html, [(problem.line, problem.severity) for problem in md.document.problems]


def note(kind, title, inside):
    return f'<div class="admonition {kind}"><p class="admonition-title">{title}</p>{inside}</div>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> [!NOTE]\n> a", note("note", "Nota", "<p>a</p>")),
        ("> [!warning]\n>\n> a", note("warning", "Aviso", "<p>a</p>")),
        ("> [!tip]- Un *título*\n> a", note("tip", "Un <em>título</em>", "<p>a</p>")),
        ("> [!NOTE]\n> a\n\n> [!TIP]\n> b", note("note", "Nota", "<p>a</p>") + note("tip", "Consejo", "<p>b</p>")),
        (":::note\na\n\n- b\n:::\nfin", note("note", "Nota", "<p>a</p><ul><li>b</li></ul>") + "<p>fin</p>"),
        (":::tip[Título]\na\n:::", note("tip", "Título", "<p>a</p>")),
        ("::: {.aviso}\na\n:::", note("aviso", "Aviso", "<p>a</p>")),
        ("::::info\n:::note\na\n:::\n::::", note("info", "Información", note("note", "Nota", "<p>a</p>"))),
        ('!!! note "Título"\n    a\n\n    b\n\nfin', note("note", "Título", "<p>a</p><p>b</p>") + "<p>fin</p>"),
        ("- a\n\n  !!! note\n      b", f"<ul><li><p>a</p>{note('note', 'Nota', '<p>b</p>')}</li></ul>"),
        (
            "??? tip\n    a",
            '<details class="admonition tip"><summary class="admonition-title">Consejo</summary><p>a</p></details>',
        ),
        ("::: sin cerrar", "<p>::: sin cerrar</p>"),
        ("!!! vaya\nque no", "<p>!!! vaya\nque no</p>"),
        ("> [!] a", "<blockquote><p>[!] a</p></blockquote>"),
    ],
)
def test_callouts(md, text, expected):
    """A call-out of any tool is drawn, with its title or with a word for its kind."""
    assert expected == render(md, text)[0]


def test_a_callout_speaks_the_language_of_its_post(md):
    """The word for its kind is the post's."""
    assert "Warning" in render(md, "> [!WARNING]\n> a", "en")[0]


def test_task_lists(md):
    """A box, checked or not, in a tight list and in a loose one; brackets alone are none."""
    box = '<li class="task-list-item"><label><input disabled type="checkbox"> a</label></li>'
    checked = '<li class="task-list-item"><label><input checked disabled type="checkbox"> <em>b</em></label></li>'
    assert f"<ul>{box}{checked}</ul>" == render(md, "- [ ] a\n- [x] *b*")[0]
    assert '<p><label><input disabled type="checkbox"> a</label></p>' in render(md, "1. [ ] a\n\n   b")[0]
    assert "<li>[ ]</li>" in render(md, "- [ ]")[0]


@pytest.mark.parametrize("mark", ["[TOC]", "* toc\n{:toc}", "1. Índice\n{:toc .x}"])
def test_tables_of_contents_of_kramdown(md, mark):
    """The list with ``{:toc}`` is the table of contents, and no brace is shown."""
    html, _ = render(md, f"{mark}\n\n# Uno\n\n# Dos\n{{:.no_toc}}\n## Tres\n")
    listed = '<ul><li><a href="#uno">Uno</a></li><li><a href="#tres">Tres</a></li></ul>'
    assert html.startswith(f'<div class="toc">{listed}</div><h2') and "{:" not in html
    assert ["uno", "tres"] == [token["id"] for token in md.toc_tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{: .x}\na", '<p class="x">a</p>'),
        ("a\n\n{: .x #y}\n> b", '<p>a</p><blockquote class="x" id="y"><p>b</p></blockquote>'),
        ("# A\n{:.x}\nb", '<h2 class="x" id="a">A</h2><p>b</p>'),
        ("a\n{:.x}\nb", '<p class="x">a</p><p>b</p>'),
        ("a\n{:.x}", '<p class="x">a</p>'),
        ("a\n\n{:.x}\n\nb", '<p class="x">a</p><p>b</p>'),
        ("- a\n\n  {:.x}\n  b", '<ul><li><p>a</p><p class="x">b</p></li></ul>'),
        ("{: .x}", ""),
        ("## Los años {1990}", '<h2 id="los-anos-1990">Los años {1990}</h2>'),
        ("a\n{nota}", "<p>a\n{nota}</p>"),
        ("*a*{sic} *b*{.c}", '<p><em>a</em>{sic} <em class="c">b</em></p>'),
        ("- a\n  {b, c}", "<ul><li>a\n{b, c}</li></ul>"),
        ("a *b*{:.x toc}", '<p>a <em class="x">b</em></p>'),
        ('{:refdef: style="a"}\na\n{: refdef}', "<p>a</p>"),
        ("a\n\n{::comment}\nno\n{:/comment}\n\nb", "<p>a</p><p>b</p>"),
        ('{::options parse="x" /}\n\na {:/}', "<p>a {:/}</p>"),
        ("```\n{: .x}\n```", '<div class="codehilite"><pre><span></span><code>{: .x}</code></pre></div>'),
    ],
)
def test_braces_of_kramdown(md, text, expected):
    """They say something of the block that they touch, or of the next one, and are shown in code only."""
    assert expected == render(md, text)[0]


def test_a_backslash_breaks_a_line(md):
    """At the end of a line only, and not when it is escaped or code."""
    assert "<p>a<br>b</p>" == render(md, "a\\\nb")[0]
    assert "<br" not in render(md, "a\\\\\nb `c\\\nd`\\")[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("uno\n\n• dos\n• tres", [(7, "hint")]),
        ("· dos\n\n· tres", [(5, "hint")]),
        ("– dos\n– tres", [(5, "hint")]),
        ("—Hola.\n—Adiós.", []),
        ("– Hola.\n\n– Adiós.", []),
        ("a • b\n• c", []),
    ],
)
def test_pasted_bullets_are_told(md, text, told):
    """Two lines with a bullet that is none of Markdown's are a hint; a dialogue is not."""
    assert told == render(md, text)[1]


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ('{{< relref "hola.md" >}}', "{filename}/posts/2025/hola.md"),
        ('{{% ref "/posts/2025/hola" %}}', "{filename}/posts/2025/hola.md"),
        ('{{< ref "cuento#fin" >}}', "{filename}/posts/2025/cuento/index.md#fin"),
        ("{% post_url 2024-02-03-hola %}", "{filename}/posts/2024/2024-02-03-hola.md"),
        ("{{ site.baseurl }}{% link posts/2025/hola.md %}", "{filename}/posts/2025/hola.md"),
        ("{{ site.baseurl }}/2020/x/", "/2020/x/"),
        ("{{ .Site.BaseURL }}2020/x/", "/2020/x/"),
        ('{{ "/2020/x/" | relative_url }}', "/2020/x/"),
    ],
)
def test_links_of_other_generators_are_followed(md, written, address):
    """In a link, a definition and in HTML; in code they are text."""
    for text in (f"[a]({written})", f"[a][b]\n\n[b]: {written}", f'x <a href="{written}">a</a>'):
        html, told = render(md, text)
        assert f'<a href="{address}">a</a>' in html and not told, text
    assert "<code>{" in render(md, f"`{written}`")[0]


def test_what_cannot_be_followed_is_told_with_its_line(md):
    """A post that is not there, and an address that something else would have made."""
    assert [(7, "warning")] == render(md, 'a\n\n[a]({{< relref "nada.md" >}})')[1]
    assert [(6, "warning")] == render(md, "a\n[a]({{ page.url }})")[1]
    assert [(5, "warning")] == render(md, "a {{ page.url }}")[1]
    assert [] == render(md, "a `{{ page.url }}` {% raw %}{{ page.url }}{% endraw %}")[1]


@pytest.mark.parametrize("piece", ['{{< cosa rara="1" >}}', "{{% aviso %}}", "{% include x.html %}", "{%- if a -%}"])
def test_shortcodes_are_told_once(md, piece):
    """The first of a post, with its line; none in code."""
    assert [(7, "warning")] == render(md, f"a\n\n{piece}\n\n{piece}")[1]
    assert [] == render(md, f"`{piece}`\n\n    {piece}\n\n```\n{piece}\n```")[1]


@pytest.mark.parametrize(
    "text",
    [
        "{% highlight html %}\n@\n{% endhighlight %}",
        '{{< highlight html "linenos=table" >}}\n@\n{{< /highlight >}}',
        "{% codeblock lang:html %}\n@\n{% endcodeblock %}",
    ],
)
def test_code_of_other_generators_is_code(md, text):
    """What they would have highlighted is shown, not run."""
    html, told = render(md, text.replace("@", "<script>alert(1)</script>"))
    assert "<script" not in html and "codehilite" in html and not told


def test_a_video_is_its_address(md):
    """So that it is embedded as any other."""
    assert "https://www.youtube.com/watch?v=abc" in render(md, "{{< youtube abc >}}")[0]
    assert "https://vimeo.com/12" in render(md, "{% vimeo 12 %}")[0]


@pytest.mark.parametrize(
    ("text", "tags", "told"),
    [
        ("color #fff y #1a2b3c y #AAA, color: #1a2", [], []),
        ("#cafe #decada #15m #abc #b2b", ["cafe", "decada", "15m", "abc", "b2b"], []),
        ("Se ocultan #header, #footer con CSS", ["header", "footer"], [(5, "hint"), (5, "hint")]),
        ("#menu { color: red }", ["menu"], [(5, "hint")]),
        ("Sobre CSS y #ClientePitero", ["ClientePitero"], []),
    ],
)
def test_colours_are_no_tags_and_selectors_are_told(md, text, tags, told):
    """A colour is known by its form; a selector by what stands around it, so it is only told."""
    problems = render(md, text)[1]
    assert (tags, told) == (md.document.tags, problems)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[[hola]]", '<a href="{filename}/posts/2025/hola.md">hola</a>'),
        ("[[cuento#El fin|fin]]", '<a href="{filename}/posts/2025/cuento/index.md#el-fin">fin</a>'),
        ("[a](@/posts/hola.md#x)", '<a href="{filename}/posts/2025/hola.md#x">a</a>'),
        ("[[ -f x ]]", "[[ -f x ]]"),
        ("`[[hola]]`", "<code>[[hola]]</code>"),
        ("![[foto.png|300]]", '<img alt="" src="foto.png" width="300">'),
        ('{{< figure src="a.png" alt="b" caption="c" >}}', '<img alt="b" src="a.png" title="c">'),
        ('{{< tweet user="ana" id="12" >}}', ">https://twitter.com/ana/status/12<"),
        ("{% gist ana/ab %}", ">https://gist.github.com/ana/ab<"),
        ('{{ youtube(id="abc") }}', ">https://www.youtube.com/watch?v=abc<"),
        ("[embed]https://a.example/b[/embed]", ">https://a.example/b<"),
        ('vean {{< ref "hola.md" >}}', '<a href="{filename}/posts/2025/hola.md">hola</a>'),
        ("{% post_link hola 'la otra' %}", '<a href="{filename}/posts/2025/hola.md">la otra</a>'),
        ("{% asset_img foto.jpg Un pie %}", '<img alt="Un pie" src="foto.jpg">'),
        ("{{</* youtube x */>}}", "{{&lt; youtube x &gt;}}"),
        ("20%% y 30%%", "20%% y 30%%"),
        ("a \\%% b", "a %% b"),
        ("En el 5 %% de casos", "%% de casos"),
        ("`%%a%%`\n\n    %%b%%\n\n```\n%%c%%\n```", "%%a%%"),
        ("==a== b == c", "<mark>a</mark> b == c"),
    ],
)
def test_what_other_programs_mean_is_followed(md, written, expected):
    """Links, pictures, addresses by their id; what only looks like it is text."""
    html, told = render(md, written)
    assert expected in html and [] == told


def test_what_is_shown_by_its_id_can_be_captured(tmp_path):
    """The task that captures looks for it where the page does."""
    from tertulia.embeds.capture import embed_links

    (tmp_path / "posts").mkdir()
    text = 'Título: A\n\n{{< youtube abcdefghijk >}}\n\n`{{< vimeo 1 >}}`\n\n{{ vimeo(id="12") }}\n'
    (tmp_path / "posts" / "a.md").write_text(text, "utf-8")
    found = [(link.url, link.line) for link in embed_links(tmp_path)]
    assert [("https://www.youtube.com/watch?v=abcdefghijk", 3), ("https://vimeo.com/12", 7)] == found


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("a\n\n%%\nSECRETO\n\nSECRETO 20% `SECRETO`\n%%\n\nb", "<p>a</p><p>b</p>"),
        ("a %%SECRETO\n\nSECRETO%% b", "<p>a</p><p>b</p>"),
        ("%%\n- SECRETO\n- SECRETO\n%%\n\nb", "<p>b</p>"),
        ("%%\n\n# SECRETO\n\n| a | b |\n|---|---|\n| SECRETO | d |\n\n%%\nb", "<p>b</p>"),
        ("%%\n```\nSECRETO\n```\n\n    SECRETO\n\n<div>SECRETO</div>\n\n---\n\n%%\nb", "<p>b</p>"),
        ("> a\n>\n> %%\n> SECRETO\n>\n> SECRETO\n> %%", "<blockquote><p>a</p></blockquote>"),
        ("- a\n\n  %%SECRETO\n\n  SECRETO%%\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
        ("%%\n:::note\nSECRETO\n:::\n%%\nb", "<p>b</p>"),
        ("a%%SECRETO%%b %%SECRETO 20%%% c%%SECRETO%%%%SECRETO%%", "<p>ab % c</p>"),
        ("<p>a%%SECRETO%%</p>\n\n<pre>%%Y%%</pre>", "<p>a</p><pre>%%Y%%</pre>"),
        ("a[^1]\n\n[^1]: b %%SECRETO\n\n    SECRETO%%", None),
        ("a\r\n\r\n%%\r\nSECRETO\r\n\r\nSECRETO\r\n%%\r\n", "<p>a</p>"),
        ("a\n\n%%\n```\nSECRETO\n%%\n\nSECRETO", "<p>a</p>"),
        ("a\n\n%% SECRETO\n\nSECRETO", "<p>a</p>"),
    ],
)
def test_notes_to_oneself_are_never_published(md, text, public):
    """Whatever blocks they hold or begin in, and also when they are never closed; nothing empty is left of them."""
    html, told = render(md, text)
    assert "SECRETO" not in html and told and (public is None or public == html)


def test_a_note_that_is_never_closed_is_a_warning(md):
    """Since it hides more than its author may have meant."""
    assert [(7, "warning")] == render(md, "a\n\n%% nota\n\nb")[1]
    assert [(7, "hint")] == render(md, "a\n\n%% nota\n\nb %%")[1]


@pytest.mark.parametrize("written", ["[[nada]]", "a %%para mí%% b", '[gallery ids="1"]', '{{ vaya(x="1") }}'])
def test_what_other_programs_mean_and_cannot_be_is_told(md, written):
    """A link to nowhere, a note to oneself, a gallery."""
    html, told = render(md, written)
    assert [5] == [line for line, _ in told] and "para mí" not in html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{% notice tip %}}\na\n\n- b\n{{% /notice %}}", note("tip", "Consejo", "<p>a</p><ul><li>b</li></ul>")),
        (
            'a\n{{< alert type="warning" title="Ojo" >}}\nb\n{{< /alert >}}',
            "<p>a</p>" + note("warning", "Ojo", "<p>b</p>"),
        ),
        ("{% note info %}\na\n{% endnote %}", note("info", "Información", "<p>a</p>")),
        ('{{< details "Más" >}}\n*a*\n{{< /details >}}', "<details><summary>Más</summary><p><em>a</em></p></details>"),
        (
            "{% blockquote Ana, Libro %}\na\n{% endblockquote %}",
            "<figure><blockquote><p>a</p></blockquote><figcaption>Ana, Libro</figcaption></figure>",
        ),
        (
            '{% quote(author="Ana") %}\na\n{% end %}',
            "<figure><blockquote><p>a</p></blockquote><figcaption>Ana</figcaption></figure>",
        ),
        ('{{< rawhtml >}}\n<p class="a">b</p>\n{{< /rawhtml >}}', '<p class="a">b</p>'),
        (
            "{{% tip %}}\n{{% tip %}}\na\n{{% /tip %}}\n{{% /tip %}}",
            note("tip", "Consejo", note("tip", "Consejo", "<p>a</p>")),
        ),
        (
            "> [!cite] Ana\n> a",
            '<blockquote class="admonition cite"><p class="admonition-title">Ana</p><p>a</p></blockquote>',
        ),
    ],
)
def test_shortcodes_that_hold_blocks(md, text, expected):
    """Boxes, quotations, what is folded and HTML, as Hugo's themes, Hexo and Zola's themes have them."""
    assert (expected, []) == render(md, text)


@pytest.mark.parametrize(
    "text", ["{% note %}\na", "{{% tip %}}\na", "`{% note %}`\n\na\n\n{% endnote %}", "{{< caja >}}\na\n{{< /caja >}}"]
)
def test_a_shortcode_that_is_none_of_these_stays_as_it_is(md, text):
    """Its words are there, and so is what stands between."""
    html, _ = render(md, text)
    assert "admonition" not in html and "a" in re.sub("<[^>]+>", " ", html).split()


def test_attributes_below_a_table_are_the_tables(md):
    """They are no row."""
    html, told = render(md, "| a | b |\n|---|---|\n| 1 | 2 |\n{: .c}\n\nfin")
    assert 'class="c"' in html and "{" not in html and html.endswith("<p>fin</p>") and not told


def test_a_blank_that_does_not_break_makes_lists_and_headings_too(md):
    """It is what a Mac writes with ⌥ held; elsewhere, and in code, it stays."""
    assert ('<ul><li>a</li><li>b\xa0c</li></ul><h2 id="d">d</h2>', []) == render(md, "-\xa0a\n-\xa0b\xa0c\n\n#\xa0d")
    assert "#\xa0a" in render(md, "```\n#\xa0a\n```")[0]


def test_a_note_that_nothing_calls_is_told(md):
    """It is not shown, and no link of ours leads nowhere."""
    html, told = render(md, "a[^1]\n\n[^1]: uno\n\n[^2]: dos")
    assert "uno" in html and "dos" not in html
    assert [(9, "warning")] == told
    assert ("<p>a</p>", [(7, "warning")]) == render(md, "a\n\n[^2]: dos")
