"""What plugins and page builders left in posts of WordPress comes over as readers saw it."""

import pytest

from tests.embedding import png
from tests.importing import SITE, blog, item, wxr

__all__ = ["blog"]  # a fixture


def brought(blog, tmp_path, body, *more):
    """The text of a post with that *body*, and the report."""
    report = blog.take(wxr(tmp_path / "e.xml", item(1, body), *more))
    return blog.post("2019-05-03_uno.md").strip(), report.markdown()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('[vc_row][vc_column][vc_custom_heading text="Titular & más"][/vc_column][/vc_row]', "Titular & más"),
        ('[su_spoiler title="Oculto"]Dentro.[/su_spoiler]', "**Oculto**\n\nDentro."),
        ('[su_tabs][su_tab title="A"]Ta[/su_tab][su_tab title="B"]Tb[/su_tab][/su_tabs]', "**A**\n\nTa\n\n**B**\n\nTb"),
        ("[tabla][fila]Una[/fila][fila]Dos[/fila][/tabla]", "Una\n\nDos"),
        ("Es [resaltado]muy[/resaltado]largo.", "Es muylargo."),
        ('[et_pb_blurb title="Título" admin_label="No"]Cuerpo[/et_pb_blurb]', "**Título**\n\nCuerpo"),
        ('[su_quote cite="Ana"]Cita.[/su_quote]', "Cita.\n\nAna"),
        ('[vc_btn title="Pulsa" link="url:https%3A%2F%2Fx.example%2Fa|title:X"]', "[Pulsa](https://x.example/a)"),
        ('[su_button url="https://x.example/"]Pulsa[/su_button]', "[Pulsa](https://x.example/)"),
        ('[boton link="https://x.example/"]Ve[/boton]', "[Ve](https://x.example/)"),
        ("[fusion_code]PHA+SG9sYSA8ZW0+YcOxbzwvZW0+PC9wPg==[/fusion_code]", "Hola *año*"),
        ("[vc_raw_html]JTNDcCUzRUhvbGElM0MlMkZwJTNF[/vc_raw_html]", "Hola"),
        ("[vc_raw_html]no es nada[/vc_raw_html]", "no es nada"),
        ('[prism lang="js"]if (a < b && c) { x[0]; }[/prism]', "```js\nif (a < b && c) { x[0]; }\n```"),
        ('[caja lang="es"]Texto[/caja]', "Texto"),
        ('[gist id="abc123"]', "https://gist.github.com/abc123"),
        ("[wpvideo aBcD1234]", "https://videopress.com/v/aBcD1234"),
        ("Uno[mfn]Nota[/mfn].\n\n[footnotes]", "Uno[^1].\n\n[^1]: Nota"),
    ],
)
def test_words_in_the_attributes_of_a_shortcode_stay(blog, tmp_path, written, read):
    """Headings, captions, links of buttons and packed HTML; what stands alone stays a paragraph of its own."""
    assert read == brought(blog, tmp_path, written)[0]


@pytest.mark.parametrize(
    "written",
    [
        '[contact-form-7 id="12" title="Contacto"]',
        '[contact-form to="secreto@x.example" subject="Hola"][contact-field label="Nombre"/][/contact-form]',
        '<!-- wp:jetpack/contact-form {"to":"secreto@x.example"} --><div></div><!-- /wp:jetpack/contact-form -->',
    ],
)
def test_what_a_form_asked_and_whom_it_wrote_to_stays_away(blog, tmp_path, written):
    """Nobody reads it here, and an address least of all."""
    text, report = brought(blog, tmp_path, f"Antes.\n\n{written}\n\nDespués.")
    assert "Antes.\n\nDespués." == text
    assert "secreto" not in report


@pytest.mark.parametrize(
    "written",
    [
        '[vc_single_image image="101"]', '[vc_gallery images="101,"]', '[ngg_images image_ids="101"]',
        f'[et_pb_image src="{SITE}/wp-content/uploads/2019/05/a.png" alt="La plaza" /]',
        f'<amp-img src="{SITE}/wp-content/uploads/2019/05/a.png" alt="La plaza"><noscript>x</noscript></amp-img>',
        '<img src="https://i0.wp.com/old.example/wp-content/uploads/2019/05/a.png?w=30" alt="La plaza">',
    ],
)  # fmt: skip
def test_pictures_of_builders_are_pictures(blog, tmp_path, written):
    """By their number in the library, by their address, in AMP's words, or behind WordPress.com's servers."""
    uploads = tmp_path / "uploads" / "2019" / "05"
    uploads.mkdir(parents=True)
    (uploads / "a.png").write_bytes(png())
    meta = "<wp:meta_key>_wp_attachment_image_alt</wp:meta_key><wp:meta_value>La plaza</wp:meta_value>"
    picture = item(101, "", kind="attachment", status="inherit", slug="a", more=(
        f"<wp:attachment_url>{SITE}/wp-content/uploads/2019/05/a.png</wp:attachment_url><wp:postmeta>{meta}</wp:postmeta>"
    ))  # fmt: skip
    blog.take(wxr(tmp_path / "e.xml", item(1, written), picture), uploads=uploads.parents[1])
    assert "![La plaza](/images/2019/05/a.png)" == blog.post("2019-05-03_uno.md").strip()


def test_a_picture_of_ours_behind_anothers_server_is_missed_and_not_linked(blog, tmp_path):
    """That server goes when the old site goes."""
    text, report = brought(blog, tmp_path, '<img src="https://i2.wp.com/old.example/a.png" alt="La plaza">')
    assert "*La plaza*" == text
    assert "https://old.example/a.png" in report


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ('<amp-youtube data-videoid="aB3_dE-fG1h" width="9"></amp-youtube>', "https://www.youtube.com/watch?v=aB3_dE-fG1h"),
        ('<amp-twitter data-tweetid="123"></amp-twitter>', "https://twitter.com/i/status/123"),
        ('<amp-instagram data-shortcode="fA9"></amp-instagram>', "https://www.instagram.com/p/fA9/"),
    ],
)  # fmt: skip
def test_what_amp_shows_of_others_is_an_address(blog, tmp_path, written, address):
    """``capture`` does the rest."""
    assert address == brought(blog, tmp_path, written)[0]


@pytest.mark.parametrize(
    ("name", "given", "fence"),
    [
        ("syntaxhighlighter/code", '{"language":"jscript"}', "jscript"),
        ("x/code-block-pro", '{"language":"rust"}', "rust"),
        ("code", '{"language":"\\"><b>"}', ""),
    ],
)
def test_a_block_of_code_keeps_its_language(blog, tmp_path, name, given, fence):
    """It stands in what the block was given, not in its HTML."""
    block = f"<!-- wp:{name} {given} -->\n<pre><code>a &lt; b</code></pre>\n<!-- /wp:{name} -->"
    assert f"```{fence}\na < b\n```" == brought(blog, tmp_path, block)[0]
