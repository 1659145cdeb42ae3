"""One owner for each address, and an address for every name."""

import logging
import re

import pytest

from tertulia.core import slugs
from tertulia.site.owners import Owners, service_places


@pytest.fixture
def blog(tmp_path, build):
    """``blog(files, **settings)``: build a blog of *files* (path under content/ → text); gives what was told."""

    def run(files, **settings):
        content = tmp_path / "content"
        for folder in ("posts", "pages"):
            (content / folder).mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            (content / path).parent.mkdir(parents=True, exist_ok=True)
            (content / path).write_text(text, "utf-8")
        records = build(content, tmp_path / "output", **{"SEARCH": False, "SOCIAL_CARDS": False, **settings})
        assert not [record for record in records if record.exc_info]
        return [record.getMessage() for record in records if record.levelno >= logging.WARNING]

    run.output = tmp_path / "output"
    return run


def post(title, text="Texto.", date="2026-11-02", **keys):
    more = "".join(f"{key.replace('_', ' ')}: {value}\n" for key, value in keys.items())
    return f"Título: {title}\nFecha: {date}\n{more}\n{text}\n"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Año nuevo", "ano-nuevo"),
        ("Привет, мир", "privet-mir"),
        ("日本 1", "ri-ben-1"),
        ("🎉", "u1f389"),
        ("¡!", "ua1u21"),
        ("x" * 400, "x" * 191 + "-" + "7b0bd700"),
        ("Con", "con-1"),
        ("¡Aux!", "aux-1"),
    ],
)
def test_every_name_has_an_address(name, slug):
    """Other writings become Latin, signs their code points, and what no folder could be called is cut."""
    assert slug == slugs.slug_of(name)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("el-voto_2.0", "el-voto_2.0"),
        ("año", "año"),
        (".", ""),
        ("../../../fuera", "fuera"),
        ("Con Espacios/Ñ y #", "Con-Espacios-Ñ-y"),
        ("a%2Fb?c", "a-b-c"),
        (".well-known", "well-known"),
        ("a\u202eb", "ab"),
        ("CON", "CON-1"),
        ("nul.html", "nul-1.html"),
        ("con-1", "con-1"),
    ],
)
def test_a_written_slug_is_kept_as_far_as_an_address_can_hold_it(written, kept):
    """What has a meaning in an address becomes a hyphen."""
    assert kept == slugs.written_slug(written)


def test_two_names_never_share_an_address():
    """Spellings of one name do; of two names the older keeps the address, whoever comes later."""
    names = [("C", "c"), ("C#", "c"), ("c", "c"), ("Año", "ano"), ("Ano", "ano"), ("🎉", ""), ("🎊", "")]
    found = slugs.distinct(names)
    assert ("c", "c", "ano") == (found["C"], found["c"], found["Año"])
    assert len({found[name] for name, _ in names}) == len(names) - 1


def test_a_file_and_a_folder_cannot_have_one_name():
    """Nor can a page lie where a feed is a file, nor a file where a folder is needed."""
    owners = Owners()
    assert "" == owners.claim("feed.json", "el feed")
    assert "el feed" == owners.claim("feed.json/index.html", "una página")
    assert "" == owners.claim("a/b/index.html", "una")
    assert "una" == owners.claim("a/b", "otra")
    assert "" == owners.claim("/a/b/index.html", "una")


@pytest.mark.parametrize(("folds", "taken"), [(True, "una"), (False, "")])
def test_where_capitals_do_not_count_two_names_are_one_file(folds, taken):
    """There the second is refused; elsewhere both stay, and can be told of."""
    owners = Owners(folds=folds)
    assert "" == owners.claim("2026/11/Uno/index.html", "una")
    assert taken == owners.claim("2026/11/uno/index.html", "otra")
    assert "" == owners.claim("2026/11/Uno/index.html", "una")
    assert "una" == owners.alike("2026/11/uno/index.html", "otra")
    assert "" == owners.alike("2026/11/Uno/index.html", "una")
    assert "" == owners.alike("2026/11/dos/index.html", "otra")


def test_two_addresses_that_differ_in_capitals_are_both_published_and_told(blog, caplog):
    """The one that comes second hears where it would be lost."""
    caplog.set_level(logging.INFO)
    blog({"posts/una.md": post("Una", Slug="Hola"), "posts/zeta.md": post("Otra", Slug="hola")})
    assert ["Hola", "hola"] == sorted(path.name for path in (blog.output / "2026/11").glob("?ola"))
    told = [r.getMessage() for r in caplog.records if "mayúsculas" in r.getMessage()]
    assert 1 == len(told) and "content/posts/una.md" in told[0] and told[0].startswith("content/posts/zeta.md:3: ")


def test_a_path_too_long_for_the_system_costs_that_post_alone(blog):
    """It is left out with one line; the others are published."""
    deep = "/".join(["x" * 240] * 16)
    long = post("Larga", Slug="l" * 200)
    told = blog({"posts/a.md": post("Una"), "posts/b.md": long}, ARTICLE_SAVE_AS=f"{deep}/{{slug}}/index.html")
    assert 1 == len([line for line in told if line.startswith("content/posts/b.md:3: su archivo tendría un nombre")])
    assert ["una"] == [path.name for path in (blog.output / deep).iterdir()]


@pytest.mark.parametrize(
    "page",
    ["Archivo", "Buscar", "Etiquetas", "Temas", "Autores", "Robots\nSlug: robots.txt", "En", "X\nSlug: index.html"],
)
def test_a_page_never_takes_the_place_of_what_the_blog_makes(blog, page):
    """It is told by its file and left out; the list is there, and no menu names the page."""
    files = {
        "posts/a.md": post("Una"),
        "posts/b.md": post("One", Idioma="en"),
        "pages/x.md": f"Título: {page}\n\nMía.\n",
    }
    told = blog(files)
    taken = [line for line in told if line.startswith("content/pages/x.md:") and "una página del propio blog" in line]
    assert 1 == len(taken), told
    assert not [path for path in blog.output.rglob("*.html") if "Mía." in path.read_text("utf-8")]


def test_a_page_that_the_service_would_hide_is_told(blog):
    """Where it is on the blog's own host, nobody gets to see a page that is called as one of its paths is."""
    page = {
        "pages/x.md": "Título: Newsletter\n\nMía.\n",
        "extra/inbox/a.txt": "x",
        "pages/y.md": "Título: Inboxes\n\nY.\n",
    }
    told = blog(page, SERVICE_ADDRESS="/")
    assert ["content/pages/x.md:1:", "content/extra/inbox/a.txt:"] == [line.split(" ")[0] for line in told]
    assert all("el servicio de los comentarios" in line for line in told)
    assert (blog.output / "inboxes").is_dir() and not (blog.output / "newsletter").exists()


@pytest.mark.parametrize(
    ("service", "site", "places"),
    [
        ("/", "https://blog.example", "comments"), ("https://blog.example/", "https://blog.example", "comments"),
        ("/talk", "https://blog.example", "talk/comments"), ("/a/talk", "https://blog.example/a", "talk/comments"),
        ("/", "https://blog.example/a", ""), ("/ab", "https://blog.example/a", ""), ("", "https://blog.example", ""),
        ("https://talk.example", "https://blog.example", ""), ("/", "", ""),
    ],
)  # fmt: skip
def test_where_the_service_is_in_the_way_of_pages(service, site, places):
    """On the same host, below the site's folder; in a preview nowhere, since that is another host."""
    settings = {"SERVICE_ADDRESS": service, "SITE_ADDRESS": site, "SHOW_UNPUBLISHED": False}
    assert places == next(service_places(settings), "")
    assert [] == list(service_places({**settings, "SHOW_UNPUBLISHED": True}))


def test_a_tag_page_a_series_and_a_file_keep_their_places(blog):
    """Whatever shapes the addresses have: tags at the root, posts at the root, a file of the author's."""
    shapes = {"TAG_URL": "{slug}/", "TAG_SAVE_AS": "{slug}/index.html"}
    shapes |= {"ARTICLE_URL": "{slug}/", "ARTICLE_SAVE_AS": "{slug}/index.html"}
    files = {"posts/a.md": post("Una", Etiquetas="mesa"), "posts/b.md": post("Mesa"), "posts/c.md": post("Archivo")}
    told = blog(files, **shapes)
    assert 2 == len([line for line in told if "una página del propio blog" in line])
    assert "#mesa" in (blog.output / "mesa" / "index.html").read_text("utf-8")


def test_posts_series_and_topics_of_signs_have_addresses_of_their_own(blog):
    """Emoji and other writings, with an Id and without, in titles, series, topics and authors."""
    named = {"Serie": "🎲", "Categoría": "🎬", "Autor": "李"}
    files = {
        "posts/a.md": post("🎉", Id="fiesta", **named),
        "posts/b.md": post("🎊", Serie="🃏", Categoría="C#"),
        "posts/c.md": post("Привет", Categoría="C"),
    }
    told = blog(files)
    assert [] == told
    assert not list(blog.output.glob("20*/*/index.html"))
    names = {path.parent.name for path in blog.output.glob("2026/11/*/index.html")}
    assert {"fiesta", "u1f38a", "privet"} == names
    assert 3 == len(list(blog.output.glob("tema/*/index.html")))
    assert 2 == len(list(blog.output.glob("serie/*/index.html")))


@pytest.mark.parametrize("slug", [".", "../../../fuera", "Con Espacios/Ñ y #", "a?b", "50%"])
def test_a_slug_that_no_address_can_hold_is_one_line(blog, slug):
    """It is mended, told on its line, and nothing else is said."""
    told = blog({"posts/a.md": post("Una", Slug=slug), "pages/b.md": f"Título: Otra\nSlug: {slug}\n\nTexto.\n"})
    assert 2 == len(told), told
    assert told[0].startswith("content/posts/a.md:3: ninguna dirección puede llevar «")
    assert told[1].startswith("content/pages/b.md:2: ")
    assert 1 == len(list(blog.output.glob("2026/11/*/index.html")))


def test_an_unlisted_post_links_to_no_list_that_is_not_there(blog):
    """A tag, topic or author of its own is text; a tag that has a page stays a link."""
    unlisted = post(
        "Suelta", "Hola #solotag y #mesa.", Estado="sin listar", Categoría="Sola", Autor="Zoe", Etiquetas="otra suya"
    )
    told = blog({"posts/a.md": post("Una", "En la #mesa."), "posts/b.md": unlisted})
    assert [] == told
    page = (blog.output / "2026/11/suelta/index.html").read_text("utf-8")
    assert "#<span" in page and "Sola" in page and "Zoe" in page
    for address in re.findall(r'href="(/(?:etiqueta|tema|autor)/[^"]*)"', page):
        assert (blog.output / address.strip("/") / "index.html").is_file(), address
    assert 'href="/etiqueta/mesa/"' in page


def test_what_leads_nobody_anywhere_is_told_on_its_line(blog):
    """A line above the table, an old address without its slash, a number, another table; the rest leads on."""
    table = (
        '"/suelta/" = "/x/"\n[redirects]\n"/a/" = "/2026/11/una/"\nb = "/2026/11/una/"\n"/c/" = 3\n[otra]\nd = "/x/"\n'
    )
    told = blog({"posts/a.md": post("Una"), "redirects.toml": table})
    assert ["redirects.toml:1", "redirects.toml:6", "redirects.toml:4", "redirects.toml:5"] == [
        line.partition(": ")[0].removeprefix("content/") for line in told
    ]
    assert (blog.output / "a/index.html").is_file()


@pytest.mark.parametrize("line", [
    '"/a/" = "nueva/"', '"/a/" = "www.ana.example"', '"/a/" = "javascript:alert(1)"', '"/a/" = "post:una"',
    '"/a/" = "post:una.fr"', '"/?p=1&lang=es" = "/2026/11/una/"', '"/?p" = "/2026/11/una/"', '"/?p=a b" = "/x/"',
])  # fmt: skip
def test_what_no_server_could_follow_is_told(blog, line):
    """An address without its slash or its scheme, a post without its language, a query that servers are not told of."""
    (told,) = blog({"posts/a.md": post("Una", Id="una"), "redirects.toml": f"[redirects]\n{line}\n"})
    assert told.startswith("content/redirects.toml:2: «/")
    assert "no lleva a nadie a ninguna parte" in told


def test_an_old_address_that_leads_where_nothing_is_published_is_told(blog, caplog):
    """Once with its line; one that leads to a draft waits with it and says nothing."""
    lines = '"/a/" = "/2026/11/otra/"', '"/b/" = "post:otra.es"', '"/c/" = "/images/no.jpg"', '"/d/" = "/2026/11/una/"'
    table = "\n".join(("[redirects]", *lines))
    drafts = {"posts/b.md": post("Otra", Id="otra", Estado="borrador")}
    assert not blog({"posts/a.md": post("Una"), **drafts, "redirects.toml": table})  # hints stop no publication
    told = [message for message in caplog.messages if "redirects.toml" in message]
    assert [
        "content/redirects.toml:2: «/a/» lleva a «/2026/11/otra/»",
        "content/redirects.toml:4: «/c/» lleva a «/images/no.jpg»",
    ] == [line.partition(",")[0] for line in told]


def test_a_table_that_is_no_table_is_told_with_its_line(blog):
    """And the blog is built without it."""
    (line,) = blog({"posts/a.md": post("Una"), "redirects.toml": '[redirects]\n"/a/" = "/x/"\n"/a/" = "/y/"\n'})
    assert line.startswith("content/redirects.toml:3: esto estaba ya más arriba")
    assert (blog.output / "2026/11/una/index.html").is_file()
