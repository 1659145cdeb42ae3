"""What WordPress' own plugins and forms write in other ways comes over all the same, and no more public than it was."""

import dataclasses

import pytest

from tertulia.core.errors import TertuliaError
from tertulia.imports.sources import wordpress
from tests.importing import SITE, blog, comment, item, wxr

__all__ = ["blog"]  # a fixture


def meta(key, value):
    return (
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value><![CDATA[{value}]]></wp:meta_value></wp:postmeta>"
    )


def term(domain, nicename, name):
    return f'<category domain="{domain}" nicename="{nicename}"><![CDATA[{name}]]></category>'


def public(blog):
    """All that readers would be shown."""
    return "\n".join(text for text in blog.files().values() if "Estado: borrador" not in text)


GATED = [
    "Libre.\n\n[restrict]SOCIAS[/restrict]\n\nFin.",
    '<!-- wp:paragraph --><p>Libre.</p><!-- /wp:paragraph --><!-- wp:shortcode -->[members_only level="1"]'
    "<!-- /wp:shortcode --><!-- wp:paragraph --><p>SOCIAS</p><!-- /wp:paragraph --><!-- wp:shortcode -->"
    "[/members_only]<!-- /wp:shortcode --><!-- wp:paragraph --><p>Fin.</p><!-- /wp:paragraph -->",
    "<p>Libre.</p><!-- wp:premium-content/subscriber-view --><div><p>SOCIAS</p></div>"
    "<!-- /wp:premium-content/subscriber-view --><p>Fin.</p>",
    '<p>Libre.</p><!-- wp:paragraph {"metadata":{"blockVisibility":false}} --><p>SOCIAS</p><!-- /wp:paragraph -->'
    "<p>Fin.</p>",
    '<p>Libre.</p><!-- wp:group {"blockVisibility":{"controlSets":[{"controls":{"userRole":{"visibilityByRole":'
    '"logged-in"}}}]}} --><div><p>SOCIAS</p></div><!-- /wp:group --><p>Fin.</p>',
    "Libre.\n\n[caja a='1'][is_logged_in][code]SOCIAS[/code][/is_logged_in][/caja]\n\nFin.",
    "<p>Libre. Fin.</p><!-- wp:jetpack/paywall /--><p>SOCIAS</p>",
    '<p>Libre.</p><!-- wp:pmpro/membership {"levels":["1"]} --><div><p>SOCIAS</p></div><!-- /wp:pmpro/membership -->'
    "<p>Fin.</p>",
    "<p>Libre.</p><!-- wp:woocommerce-memberships/member-content --><p>SOCIAS</p>"
    "<!-- /wp:woocommerce-memberships/member-content --><p>Fin.</p>",
    """Libre.\n\n[restrict message="Entra: [login]"]SOCIAS[/restrict]\n\nFin.""",
    "Libre.\n\n[[members]SOCIAS[/members]\n\nFin.",
    *(
        f"Libre.\n\n[{name}]SOCIAS[/{name.split()[0]}]\n\nFin."
        for name in (
            "hide_from_guests",
            "logged-in",
            'restrict level="0"',
            "sociallocker",
            "password x",
            "ihc-hide-content",
        )
    ),
]


@pytest.mark.parametrize("body", GATED)
def test_a_piece_that_only_some_were_shown_is_kept_unseen(blog, tmp_path, body):
    """Between shortcodes, also through blocks, and in blocks; the rest stays as public as it was."""
    report = blog.take(wxr(tmp_path / "e.xml", item(1, body)))
    assert "Libre." in public(blog) and "Fin." in public(blog) and "SOCIAS" not in public(blog)
    assert "SOCIAS" in "".join(blog.files().values())
    assert "socios" in report.markdown()


@pytest.mark.parametrize(
    "body",
    ["[visitor]Para todas[/visitor]", "[team_member]Para todas[/team_member]",
     '[membership level="0"]Para todas[/membership]', "<pre>[restrict]Para todas[/restrict]</pre>",
     "[not_logged_in]Para todas[/not_logged_in]", "[[members]Para todas[/members]]",
     "[not-logged-in]Para todas[/not-logged-in]", "[members /]Para todas",
     "<!-- wp:x/non-member-content --><p>Para todas</p><!-- /wp:x/non-member-content -->"],
)  # fmt: skip
def test_what_everybody_was_shown_stays_public(blog, tmp_path, body):
    """Also what only strangers saw, people, and shortcodes that are shown as code."""
    blog.take(wxr(tmp_path / "e.xml", item(1, body)))
    assert "Para todas" in public(blog)


@pytest.mark.parametrize(
    ("status", "more", "is_shown"),
    [("publish", "", True), ("trash", "", False), ("private", "", False), ("draft", "", False),
     ("publish", "<wp:post_password>clave</wp:post_password>", False)],
)  # fmt: skip
def test_a_reusable_block_that_was_not_public_is_in_no_post(blog, tmp_path, status, more, is_shown):
    """WordPress showed nothing in its place; the report names it."""
    block = item(9, "BLOQUE", kind="wp_block", status=status, slug="b", more=more)
    report = blog.take(wxr(tmp_path / "e.xml", item(1, 'Hola.<!-- wp:block {"ref":9} /-->'), block))
    assert (is_shown, is_shown) == ("BLOQUE" in public(blog), "BLOQUE" in "".join(blog.files().values()))
    assert is_shown == ("9" not in report.markdown().partition("##")[2])
    later = item(9, "BLOQUE", kind="wp_block", status="private", slug="b")
    blog.take(wxr(tmp_path / "f.xml", item(1, 'Hola.<!-- wp:block {"ref":9} /-->'), later))
    assert "BLOQUE" not in public(blog)


@pytest.mark.parametrize(
    "mark",
    [meta("_jetpack_newsletter_access", "paid_subscribers"), meta("_members_access_role", "subscriber"),
     meta("rcp_subscription_level", "any"), meta("passster_activate_protection", "1"),
     meta("um_content_restriction", 'a:2:{s:26:"um_custom_access_settings";s:1:"1";s:13:"um_accessible";s:1:"2";}'),
     "<wp:post_password>clave</wp:post_password>"],
)  # fmt: skip
def test_a_post_that_a_plugin_kept_from_some_is_a_draft(blog, tmp_path, mark):
    """Whatever its state says; one that says "everybody" is public."""
    blog.take(wxr(tmp_path / "e.xml", item(1, "SOCIAS", more=mark)))
    assert "SOCIAS" not in public(blog) and "SOCIAS" in blog.post("2019-05-03_uno.md")
    open_to_all = meta("_jetpack_newsletter_access", "everybody") + meta("rcp_subscription_level", "")
    blog.take(wxr(tmp_path / "f.xml", item(2, "Todas", slug="dos", more=open_to_all)))
    assert "Todas" in public(blog)


def test_a_text_of_a_type_of_ones_own_is_kept_unseen(blog, tmp_path):
    """A portfolio or a book; what is no text for readers is only counted."""
    items = [
        item(1, "Libro", kind="libro", more=comment(1, "Me gustó.")), item(2, "Otro", kind="libro", status="private"),
        item(3, "Pedido de Ana", kind="shop_order", status="wc-completed", more=comment(2, "Pagado")),
        item(4, "luis@secret.example", kind="feedback"), item(5, "", kind="nav_menu_item"),
    ]  # fmt: skip
    report = blog.take(wxr(tmp_path / "e.xml", *items))
    assert [(5, 2, 3)] == [
        (one.read, dict(one.parts)["unseen"], dict(one.parts)["left_out"]) for one in report.sums()[:1]
    ]
    assert "Libro" not in public(blog) and "Pedido" not in "".join(blog.files().values())
    assert ["Me gustó."] == [one.text for one in blog.said()]


def test_one_text_in_several_languages_is_a_post_in_each(blog, tmp_path):
    """As qTranslate wrote it, today and before."""
    for number, (es, en, end) in enumerate(
        [("[:es]", "[:en]", "[:]"), ("<!--:es-->", "<!--:--><!--:en-->", "<!--:-->")]
    ):
        name = f"q{number}"
        title, body = f"{es}Hola{en}Hello{end}", f"Común {es}adiós{en}goodbye{end}"
        blog.take(wxr(tmp_path / "e.xml", item(number + 1, body, title=title, slug=name)))
        assert "Común adiós\n" == blog.post(f"2019-05-03_{name}.md")
        assert "Común goodbye\n" == blog.post(f"2019-05-03_{name}.en.md")
        for ending, words in ((".md", "Título: Hola"), (".en.md", "Título: Hello")):
            header = blog.header(f"2019-05-03_{name}{ending}").splitlines()
            assert {f"Id: wp-{number + 1}", words} <= set(header)


def test_items_and_comments_without_a_number_come_over_once(blog, tmp_path):
    """Two of them are two; a second run changes nothing; a comment that stands there twice is one."""
    talk = comment(1, "Uno.").replace(">1<", "><", 1) + comment(2, "Dos.").replace(">2<", "><", 1)
    talk += comment(3, "Tres.") + comment(3, "Tres.")
    items = [item("", "A", slug="a", title="A", more=talk), item("", "B", slug="b", title="B")]
    export = wxr(tmp_path / "e.xml", *items)
    blog.take(export)
    before = blog.files()
    blog.take(export)
    assert before == blog.files() and {"posts/2019/2019-05-03_a.md", "posts/2019/2019-05-03_b.md"} <= set(before)
    assert ["Uno.", "Tres.", "Dos."] == sorted((one.text for one in blog.said()), reverse=True)


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("_yoast_wpseo_metadesc", "Dice «esto».", "Dice «esto»."), ("_yoast_wpseo_metadesc", "%%excerpt%% x", ""),
        ("_seopress_titles_desc", "Sube un 20 %.", "Sube un 20 %."), ("_genesis_description", "Dice.", "Dice."),
        ("rank_math_description", "%excerpt%", ""), ("_aioseo_description", "#post_title dice", ""),
        ("slim_seo", 'a:1:{s:11:"description";s:5:"Dice.";}', "Dice."),
    ],
)  # fmt: skip
def test_a_description_for_search_engines_is_a_summary_unless_it_is_a_formula(blog, tmp_path, key, value, read):
    """Of every plugin for that."""
    blog.take(wxr(tmp_path / "e.xml", item(1, more=meta(key, value))))
    told = [line for line in blog.header("2019-05-03_uno.md").splitlines() if line.startswith("Resumen")]
    assert ([f"Resumen: {read}"] if read else []) == told


def test_a_series_and_guests_are_what_they_were(blog, tmp_path):
    """Organize Series' taxonomy; Co-Authors Plus' authors without a login, under their names."""
    guest = item(9, "", kind="guest-author", title="berta", more=meta("cap-user_login", "berta")
                 + meta("cap-display_name", "Berta Lacunza"))  # fmt: skip
    post = item(1, more=term("series", "trenes", "Trenes") + term("author", "cap-berta", "berta"))
    blog.take(wxr(tmp_path / "e.xml", post, guest))
    assert {"Serie: Trenes", "Autor: berta"} <= set(blog.header("2019-05-03_uno.md").splitlines())
    assert 'name = "Berta Lacunza"' in blog.files()["people.toml"]


def test_plugins_comments_are_what_readers_saw(blog, tmp_path):
    """A review is a comment, what answered a thrown away one hangs higher, votes are likes; a private one stays."""
    votes = "<wp:commentmeta><wp:meta_key>wpdiscuz_votes</wp:meta_key><wp:meta_value>4</wp:meta_value></wp:commentmeta>"
    talk = [
        comment(1, "Uno.").replace("</wp:comment>", f"{votes}</wp:comment>"),
        comment(2, "Dos.", parent=1, approved="trash"),
        comment(3, "Tres.", parent=2), comment(4, "Reseña.", kind="review"), comment(5, "PRIVADO", kind="private"),
        comment(6, "Pedido.", kind="order_note"),
    ]  # fmt: skip
    blog.take(wxr(tmp_path / "e.xml", item(1, more="".join(talk))))
    said = {one.text: one for one in blog.said()}
    assert {"Uno.", "Tres.", "Reseña."} == set(said)
    assert said["Uno."].id == said["Tres."].parent
    assert 4 in [row[-1] for row in blog.store.conversation.reactions()]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('<pre class="lang:py decode:true">a &lt; b</pre>', "```py\na < b\n```"),
        ("[ccb_php]echo 1;[/ccb_php]", "```php\necho 1;\n```"),
        ("Un [highlight]marcado[/highlight] dentro.", "Un marcado dentro."),
        ('[toggle title="Abre"]Dentro[/toggle]', "**Abre**\n\nDentro"),
        ('[spotify id="spotify:track:0DiWol3"]', "https://open.spotify.com/track/0DiWol3"),
        ("[googlemaps https://maps.google.com/maps?q=x]", "https://maps.google.com/maps?q=x"),
        ("Antes.\n\n[mc4wp_form]\n\nDespués.", "Antes.\n\nDespués."),
        ('<!-- wp:acf/cita {"data":{"texto":"Lo que dijo.","_texto":"field_1","foto":12}} /-->', "Lo que dijo."),
        ('<pre class="verse">Uno <em>dos</em>\n  tres\n\ncuatro</pre>', "Uno *dos*\\\n\u00a0\u00a0tres\n\ncuatro"),
        ('Hola <img src="https://s.w.org/a.svg" class="emoji" alt="😀"> ya', "Hola 😀 ya"),
        ('<h3><button aria-expanded="false">Pregunta<span aria-hidden="true">+</span></button></h3><p>Respuesta</p>',
         "### Pregunta\n\nRespuesta"),
        ('<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td align="right">2</td></tr></table>',
         "| A | B |\n|---|--:|\n| 1 | 2 |"),
        ('[su_tabs a="1"]\n\n<!-- wp:paragraph --><p>Dentro</p><!-- /wp:paragraph -->\n\n[/su_tabs]', "Dentro"),
    ],
)  # fmt: skip
def test_what_a_plugin_wrote_is_what_readers_saw(blog, tmp_path, written, read):
    """Code with its language, titles, addresses, words that a block keeps in its values; no bracket is left over."""
    blog.take(wxr(tmp_path / "e.xml", item(1, written)))
    assert read == blog.post("2019-05-03_uno.md").strip()


@pytest.mark.parametrize(
    "written",
    [
        '<p>Dato<sup><a id="r1" href="#n1">1</a></sup>.</p><hr><ol><li id="n1">La nota. <a href="#r1">↩</a></li></ol>',
        'Dato<a href="#_ftn1" name="_ftnref1">[1]</a>.\n\n<hr />\n\n<a href="#_ftnref1" name="_ftn1">[1]</a> La nota.',
        '<p>Dato<sup id="fnref:1"><a href="#fn:1">1</a></sup>.</p><div class="footnotes"><ol><li id="fn:1"><p>La nota. '
        '<a href="#fnref:1">↩</a></p></li></ol></div>',
        '<p>Dato<a href="#nota"><sup>1</sup></a>.</p><p><a name="nota"></a>1. La nota.</p>',
    ],
)
def test_footnotes_that_were_links_down_and_back_are_footnotes(blog, tmp_path, written):
    """Of word processors, plugins and generators; without their numbers and arrows."""
    blog.take(wxr(tmp_path / "e.xml", item(1, written)))
    assert "Dato[^1].\n\n[^1]: La nota.\n" == blog.post("2019-05-03_uno.md")


def test_a_link_to_a_place_of_its_own_text_finds_it(blog, tmp_path):
    """A paragraph, an item, a block of code; what leads to no place is words."""
    body = '<p><a href="#p">a</a> <a href="#l">b</a> <a href="#c">c</a> <a href="#no">d</a></p>'
    body += '<p id="p">P</p><ul><li id="l">L</li></ul><pre id="c">C</pre>'
    blog.take(wxr(tmp_path / "e.xml", item(1, body)))
    text = blog.post("2019-05-03_uno.md")
    assert "[a](#p) [b](#l) [c](#c) d" in text
    assert all(f'<a id="{name}"></a>' in text for name in "plc")


def test_numbered_links_to_parts_are_no_footnotes(blog, tmp_path):
    """They lead to headings."""
    blog.take(wxr(tmp_path / "e.xml", item(1, '<p><a href="#s">1</a></p><h2 id="s">Uno</h2><p>x</p>')))
    assert "[1](#s)\n\n## Uno {#s}\n\nx\n" == blog.post("2019-05-03_uno.md")


@pytest.mark.parametrize(
    "written",
    [
        f"[embed]{SITE}/2019/05/dos/[/embed]",
        f"{SITE}/2019/05/dos/",
        f'<!-- wp:embed {{"url":"{SITE}/2019/05/dos/"}} --><figure class="wp-block-embed"><div '
        f'class="wp-block-embed__wrapper">{SITE}/2019/05/dos/</div></figure><!-- /wp:embed -->',
    ],
)
def test_an_own_post_that_was_shown_in_another_is_a_link_to_it(blog, tmp_path, written):
    """Under its title, where it is now; one that is not public is its title alone."""
    two = item(2, slug="dos", title="Dos [2]")
    blog.take(wxr(tmp_path / "e.xml", item(1, written), two))
    assert "[Dos \\[2\\]](/2019/05/dos/)\n" == blog.post("2019-05-03_uno.md")
    blog.take(wxr(tmp_path / "e.xml", item(1, written), two.replace(">publish<", ">private<")))
    assert "Dos \\[2]\n" == blog.post("2019-05-03_uno.md")


def test_a_picture_from_outside_is_a_cover(blog, tmp_path):
    """FIFU keeps its address instead of a number."""
    report = blog.take(wxr(tmp_path / "e.xml", item(1, more=meta("fifu_image_url", f"{SITE}/files/a.jpg"))))
    assert f"{SITE}/files/a.jpg" in report.markdown()


def test_what_was_thrown_away_or_stood_on_top_is_told(blog, tmp_path):
    """Trash and what was said below it stay away; what was sticky comes over, and is told as such."""
    gone = item(2, "TIRADA", title="Vieja", slug="dos", status="trash", more=comment(4, "TAMBIÉN"))
    report = blog.take(wxr(tmp_path / "e.xml", item(1, "Fija.", more="<wp:is_sticky>1</wp:is_sticky>"), gone))
    assert [] == blog.said() and "TIRADA" not in "".join(blog.files().values())
    assert "Vieja" in report.markdown() and "estaba fija en la portada" in report.markdown()


@pytest.mark.parametrize("kind", ["post", "comment"])
def test_an_import_whose_sums_do_not_agree_fails(blog, tmp_path, monkeypatch, kind):
    """What was read and is neither brought, kept nor left out is a fault of ours, before anything is written."""
    lossy = dataclasses.replace(wordpress.IMPORTER, read=lambda export: losing(wordpress.read(export), f"{kind} 99"))
    monkeypatch.setattr(wordpress, "IMPORTER", lossy)
    with pytest.raises(TertuliaError, match="2, y 1"):
        blog.take(wxr(tmp_path / "e.xml", item(1, more=comment(1))))
    assert not [name for name in blog.files() if name.endswith(".md")]


def losing(site, what):
    """*site*, in which something is missing that was read."""
    return dataclasses.replace(site, read=(*site.read, what))
