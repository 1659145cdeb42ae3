"""What Ghost exports comes over, and no more public than it was."""

import json

import pytest

from tests.embedding import png
from tests.importing import SITE, blog, everything

__all__ = ["blog"]  # a fixture


def ghost(path, *posts, **tables):
    """An export of Ghost."""
    rows = []
    for number, post in enumerate(posts):
        rows.append(
            {"id": f"g{number}", "slug": f"n{number}", "title": "Uno", "status": "published", "visibility": "public"}
            | {"type": "post", "html": "<p>Hola.</p>", "published_at": "2019-05-03T16:30:00.000Z"}
            | post
        )
    tables = {
        "posts": rows,
        "users": [{"id": "u", "name": "Ana", "slug": "ana", "email": "a@secret.example"}],
        **tables,
    }
    path.write_text(json.dumps({"db": [{"meta": {"exported_on": 1, "version": "5.9"}, "data": tables}]}), "utf-8")
    return path


@pytest.mark.parametrize(
    "state",
    [{"visibility": "members"}, {"visibility": "paid"}, {"visibility": "tiers"}, {"status": "sent"},
     {"status": "draft"}, {"visibility": "something"}, {"visibility": ["members"]}, {"status": "something"}],
)  # fmt: skip
def test_what_ghost_showed_only_to_some_is_a_draft(blog, tmp_path, state):
    """Those who paid, members, receivers of a letter."""
    blog.take(ghost(tmp_path / "g.json", state), old_site=SITE)
    assert "Estado: borrador" in blog.header("2019-05-03_n0.md")


def test_what_stands_behind_ghosts_public_preview_is_kept_unseen(blog, tmp_path):
    """It is neither shown nor thrown away."""
    blog.take(
        ghost(tmp_path / "g.json", {"html": "<p>Para todos.</p><!--members-only--><p>Pagado.</p>"}), old_site=SITE
    )
    assert "Para todos.\n" == blog.post("2019-05-03_n0.md")
    assert ("Pagado.\n", True) == (
        blog.post("2019-05-03_n0-members.md"),
        "Estado: borrador" in blog.header("2019-05-03_n0-members.md"),
    )


@pytest.mark.parametrize("written", ["html", "lexical"])
def test_what_ghost_showed_only_to_members_inside_a_post_is_kept_unseen(blog, tmp_path, written):
    """A card, or any piece between Ghost's own marks; what is for all on the site stays."""
    html = (
        '<p>Antes.</p><!--kg-gated-block:begin nonMember:false memberSegment:"status:free" --><p>Pagado.</p>'
        "<!--kg-gated-block:end--><!--kg-gated-block:begin nonMember:true --><p>Todos.</p><!--kg-gated-block:end-->"
    )
    cards = [
        {"type": "html", "html": words, "visibility": {"web": {"nonMember": not is_paid}}}
        for words, is_paid in (("<p>Antes.</p>", False), ("<p>Pagado.</p>", True), ("<p>Todos.</p>", False))
    ]
    post = {"html": html} if written == "html" else {"html": None, "lexical": json.dumps({"root": {"children": cards}})}
    blog.take(ghost(tmp_path / "g.json", post), old_site=SITE)
    seen = [text for name, text in blog.files().items() if name.endswith(".md") and "Estado: borrador" not in text]
    kept = [text for name, text in blog.files().items() if name.endswith(".md") and "Estado: borrador" in text]
    assert "Antes." in seen[0] and "Todos." in seen[0] and not any("Pagado." in text for text in seen)
    assert "Pagado." in kept[0]


def test_ghosts_editors_are_read_where_there_is_no_html(blog, tmp_path):
    """Lexical and mobiledoc."""
    lexical = {"root": {"children": [
        {"type": "extended-heading", "tag": "h2", "children": [{"type": "extended-text", "text": "Alto", "format": 0}]},
        {"type": "paragraph", "children": [{"type": "extended-text", "text": "a < b", "format": 1},
         {"type": "link", "url": "https://x.example/", "children": [{"type": "text", "text": "c"}]}]},
        {"type": "codeblock", "language": "py", "code": "x = 1 < 2"}, {"type": "what-is-this"}]}}  # fmt: skip
    mobiledoc = {"version": "0.3.1", "atoms": [["soft-return", "", {}]], "cards": [["code", {"code": "y"}]],
        "markups": [["strong"], ["a", ["href", "https://x.example/"]]],
        "sections": [[1, "p", [[0, [0], 0, "f"], [0, [1], 2, "g"], [1, [], 0, 0], [0, [], 0, "h"]]], [10, 0],
                     [3, "ul", [[[0, [], 0, "uno"]]]], [99]]}  # fmt: skip
    blog.take(
        ghost(tmp_path / "g.json", {"html": None, "lexical": json.dumps(lexical)},
              {"html": "", "mobiledoc": json.dumps(mobiledoc)}, {"html": None, "lexical": "[" * 3000}),
        old_site=SITE,
    )  # fmt: skip
    assert "## Alto\n\n**a < b**[c](https://x.example/)\n\n```py\nx = 1 < 2\n```\n" == blog.post("2019-05-03_n0.md")
    assert "**f[g](https://x.example/)**\\\nh\n\n```\ny\n```\n\n- uno\n" == blog.post("2019-05-03_n1.md")
    assert "what-is-this" in blog.report_path.read_text("utf-8")


def test_ghosts_own_addresses_and_pictures_come_over(blog, tmp_path):
    """Whatever the host is; nobody's mail address or password does."""
    uploads = tmp_path / "images"
    (uploads / "2019").mkdir(parents=True)
    (uploads / "2019" / "a.png").write_bytes(png())
    body = (
        '<p><a href="__GHOST_URL__/n1/">otra</a></p>'
        '<img src="__GHOST_URL__/content/images/size/w600/2019/a.png" alt="A">'
    )
    post = {"html": body, "feature_image": "__GHOST_URL__/content/images/2019/a.png"}
    blog.take(
        ghost(tmp_path / "g.json", post, {}, posts_authors=[{"post_id": "g0", "author_id": "u"}]),
        uploads=uploads, old_site="https://g.example",
    )  # fmt: skip
    assert "[otra](/2019/05/n1/)" in blog.post("2019-05-03_n0.md") and "(/images/2019/a.png)" in blog.post(
        "2019-05-03_n0.md"
    )
    assert "Portada: /images/2019/a.png" in blog.header("2019-05-03_n0.md")
    assert 'name = "Ana"' in blog.files()["people.toml"] and "secret.example" not in everything(blog)


def test_a_link_to_a_place_that_is_gone_leads_to_its_page(blog, tmp_path):
    """To a heading it leads on."""
    body = '<p><a href="__GHOST_URL__/n1/#pie">a</a> <a href="__GHOST_URL__/n1/#alto">b</a></p>'
    posts = ({"html": body}, {"html": '<h2 id="alto">Alto</h2><p id="pie">x</p>'})
    blog.take(ghost(tmp_path / "g.json", *posts), old_site="https://g.example")
    assert "[a](/2019/05/n1/) [b](/2019/05/n1/#alto)\n" == blog.post("2019-05-03_n0.md")


@pytest.mark.parametrize(
    ("html", "read"),
    [
        (
            '<figure class="kg-card kg-gallery-card"><div><img src="/no.png" alt="Una plaza">'
            "</div><figcaption>Pie</figcaption></figure>",
            "*Una plaza*\n\nPie",
        ),
        (
            '<figure class="kg-card kg-bookmark-card"><a href="https://x.example/">'
            '<div class="kg-bookmark-title">X</div></a>'
            "<figcaption>Pie</figcaption></figure>",
            "[X](https://x.example/)\n\nPie",
        ),
        (
            '<p>A.</p><div class="kg-card kg-audio-card"><div>Voz</div><div class="kg-audio-player">'
            "<span>0:00</span></div></div>",
            "A.\n\nVoz",
        ),
        ("<p>A.</p><!--kg-card-begin: email--><p>Hola {nombre}</p><!--kg-card-end: email--><p>B.</p>", "A.\n\nB."),
    ],
)
def test_cards_of_ghost_keep_their_words_and_letters_their_own(blog, tmp_path, html, read):
    """Captions stay though a picture is missing; buttons and clocks of players do not; nor what only letters said."""
    blog.take(ghost(tmp_path / "g.json", {"html": html}), old_site=SITE)
    assert read == blog.post("2019-05-03_n0.md").strip()


@pytest.mark.parametrize(
    ("card", "read"),
    [
        ({"type": "video", "src": "", "caption": "Pie <i>v</i>"}, "Pie *v*"),
        ({"type": "bookmark", "url": "https://x.example/", "caption": "Pie"}, "[https://x.example/](https://x.example/)\n\nPie"),
        ({"type": "header", "header": "Arriba", "subheader": "Abajo"}, "## Arriba\n\nAbajo"),
        ({"type": "product", "productTitle": "Taza", "productDescription": "<p>Blanca</p>"}, "#### Taza\n\nBlanca"),
        ({"type": "call-to-action", "textValue": "Ven", "buttonUrl": "https://x.example/", "buttonText": "Ya"}, "Ven\n\n[Ya](https://x.example/)"),
        ({"type": "email", "html": "<p>Solo carta</p>"}, ""),
    ],
)  # fmt: skip
def test_cards_that_only_ghosts_editor_keeps_say_their_words(blog, tmp_path, card, read):
    """Where an export has no HTML; but not what was for letters alone."""
    lexical = json.dumps({"root": {"children": [{**card, "version": 1}]}})
    blog.take(ghost(tmp_path / "g.json", {"html": None, "lexical": lexical}), old_site=SITE)
    assert read == blog.post("2019-05-03_n0.md").strip()
