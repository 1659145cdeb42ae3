"""Links that lead nowhere are told where they stand, and those that lead somewhere are not."""

import logging

import pytest
from PIL import Image

from tertulia.embeds import providers
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.types import Capture, State

SITE = "https://cafeñandu.example/blog"
GOOD = """
[a](/2026/11/otra/) [b](../otra/) [c](../otra) [d](/2026/11/otra/#sitio) [e](#aqui) [f](#) [g](#top)
[h](https://cafeñandu.example/blog/2026/11/otra/) [i](http://www.xn--cafeandu-g3a.example/blog/)
[j](//cafeñandu.example/blog/archivo/)
[k](mailto:ana@ana.example) [l](tel:+34600000000) [m](https://otra.example/no/) [n](/feeds/atom.xml) [o](otra.md)
[p](https://cafeñandu.example/tienda/) [q](/tienda/x/) [r](?q=1) [s](/2026/11/otra/#:~:text=hola) [t](dato.pdf)
[u](https://cafeñandu.example:8080/x) [v](javascript:void%280%29) <a name=aqui></a> <a href=/archivo/>x</a> Nota.[^1]
Y <!-- <a href="/no/">x</a> --> `<a href="/no/">` ![Una plaza](/images/plaza.jpg) <a href="data:text/plain,x">d</a>

[^1]: Al pie.
"""


@pytest.fixture
def tell(tmp_path, build):
    """``tell(text)``: what is told of a post with *text* from line 5 on, in a blog with another post and a file."""

    def run(text, header="", **settings):
        content = tmp_path / "content"
        for folder in ("posts", "pages", "images"):
            (content / folder).mkdir(parents=True)
        Image.new("RGB", (40, 30), "teal").save(content / "images" / "plaza.jpg")
        (content / "posts" / "dato.pdf").write_text("1")
        other = "Título: Otra\nId: otra\nFecha: 2026-11-01\nAlias: /viejo/\n\n## Sitio {#sitio}\n\nTexto.\n"
        (content / "posts" / "otra.md").write_text(other, "utf-8")
        (content / "posts" / "mala.md").write_text(
            f"Título: Mala\nId: mala\nFecha: 2026-11-02\n{header}\n{text}\n", "utf-8"
        )
        kept = {"SITE_ADDRESS": SITE, "SEARCH": False, "SOCIAL_CARDS": False, "OTHER_PATHS": ["tienda"], **settings}
        records = build(content, tmp_path / "output", **kept)
        return [r.getMessage() for r in records if r.levelno >= logging.WARNING]

    return run


def test_links_that_work_stay_quiet(tell):
    """Relative and whole, footnotes, mail, telephones, other hosts, what else is on this host, and text about links."""
    assert [] == tell(GOOD)


@pytest.mark.parametrize(
    "link",
    [
        "[pdf](fotos/nohay.pdf)",
        "[x](otra-entrada/)",
        "[x](../nada/)",
        "[x](../../../../arriba.zip)",
        "[x](/2026/11/no/)",
        "[x][r]\n\n[r]: /2026/no/",
        '<video src="falta.mp4"></video>',
        "<video poster='falta.jpg'></video>",
        "<audio><source src=falta.ogg></audio>",
        '<video><track src="/falta.vtt"></video>',
        '<iframe src="mapa.html"></iframe>',
        '<object data="falta.svg"></object>',
        '<embed src="falta.mid">',
        '<link rel="stylesheet" href="falta.css">',
        '<script src="falta.js"></script>',
        "<a class=\"x\" href='/falta/'>x</a>",
        "[x](#nohay)",
        "[x](/2026/11/otra/#nohay)",
        "[x](https://cafeñandu.example/blog/no/)",
        "[x](http://www.xn--cafeandu-g3a.example/blog/no/)",
        "[x](//cafeñandu.example/blog/no/)",
        "<https://cafeñandu.example/blog/no/>",
        "[x](https://vieja.example/2012/03/28/hola/)",
        "[x](https://cafeñandu.example/blog/?p=12)",
        "[x](/" + "a" * 300 + "/)",
    ],
)
def test_whatever_leads_nowhere_is_told_on_its_line(tell, link):
    """In Markdown and in HTML, links and what a page loads, this host in full and hosts that the blog had."""
    told = tell(f"\nHola, {link}", OWN_HOSTS=["vieja.example"])
    assert 1 == len(told), told
    assert told[0].startswith(f"content/posts/mala.md:{8 if '[r]:' in link else 6}: "), told


@pytest.mark.parametrize(
    "address", ["/2012/03/28/otra/", "https://cafeñandu.example/blog/otra.html", "/_posts/2012-03-28-otra.md/"]
)
def test_the_slug_of_one_post_says_what_was_meant(tell, address):
    """An address of before ends as that of today does."""
    (told,) = tell(f"[x]({address})")
    assert told.endswith("¿quisiste decir «/2026/11/otra/»?")


def test_credits_and_updates_are_looked_at_too(tell):
    """They stand on the page, and their line is that of their key."""
    told = tell("Texto.", "Vía: Ana <https://cafeñandu.example/blog/no/>\nActualización: 2026-11-03 [ver](/tampoco/)\n")
    assert ["content/posts/mala.md:4:", "content/posts/mala.md:5:"] == sorted(line.split(" ")[0] for line in told)


def quoted(content, html):
    """Keep a post that says *html*, and return its address."""
    url = "https://mastodon.social/@ana/1134"
    match = providers.find(url)
    one = Capture(provider=match.provider.name, id=match.id, url=url, kind="post", html=html, state=State.KEPT)
    CaptureStore(content).save(one)
    return url


def test_what_is_quoted_is_nobodys_to_correct(tell, tmp_path):
    """A captured post that leads to an address of ours which is no more keeps no blog from being published."""
    url = quoted(tmp_path / "content", '<p>Mira <a href="https://cafeñandu.example/blog/no/">esto</a></p>')
    assert [] == tell(f"Dijo:\n\n{url}\n\nY ya.\n")


def test_what_is_quoted_and_written_too_is_told(tell, tmp_path):
    """The author's own link is theirs to correct."""
    url = quoted(tmp_path / "content", '<p>Mira <a href="/blog/no/">esto</a></p>')
    (told,) = tell(f"Dijo:\n\n{url}\n\nY [yo](/no/).\n")
    assert told.startswith("content/posts/mala.md:9: ")


def test_a_tag_in_a_page_is_a_link_where_a_post_has_it(tmp_path, build):
    """A page has no tags of its own: one that no post has would lead nowhere, and is the word that it is."""
    content = tmp_path / "content"
    for folder, text in (("posts", "Fecha: 2026-11-01\n\nHola #uno.\n"), ("pages", "\n\nVer #Uno y #dos.\n")):
        (content / folder).mkdir(parents=True)
        (content / folder / "a.md").write_text(f"Título: {folder}\nId: {folder}\n{text}", "utf-8")
    records = build(content, tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False)
    page = (tmp_path / "output" / "pages" / "index.html").read_text("utf-8")
    assert 'Ver <a href="/etiqueta/uno/" rel="tag">#<span class="p-category">Uno</span></a> y #dos.' in page
    assert [] == [r.getMessage() for r in records if r.levelno >= logging.WARNING]
