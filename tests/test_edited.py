"""A build after an edit of a text is what a full one would be, and reads and writes only what the text is shown by."""

import datetime as dt
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tertulia import defaults
from tertulia.commands import build, build_report
from tertulia.content import posts, snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.conversation.thread import nest
from tertulia.core import files, languages
from tertulia.site import arrangement, arrangement_left, kept_site, post_feeds, search
from tertulia.site.kept_site import KeptSite
from tertulia.site.site_left import leave_site
from tertulia.site.up_to_date import TICK_NS
from tests.conftest import ROOT
from tests.test_incremental import REPORT, TEXTS, Blog, arranged, assert_same, built, in_place, picture, tree

pytestmark = pytest.mark.slow

NOW = "2026-11-22T12:00:00+01:00"
WITHOUT_SCHEMA, WITHOUT_TALK_FEEDS = (
    [plugin for plugin in defaults.PLUGINS if not plugin.endswith(left_out)]
    for left_out in (".schema", ".conversation_feeds")
)
# What takes long to load, and what no text needs but one with code, pictures that nobody knows yet, a header in YAML.
HEAVY = frozenset({
    *("PIL.Image", "pelican", "pygments", "yaml", "requests", "urllib.request", "email.message", "importlib.metadata"),
    *("multiprocessing", "concurrent.futures", "zipfile", "sqlalchemy", "flask", "invoke", "tertulia.commands.build"),
    *("tertulia.embeds.providers", "tertulia.site.cards", "subprocess", "difflib"),
    *("asyncio", "ssl", "http.client", "socket", "html5lib", "bs4", "pymdownx.tilde", "tertulia.core.fetch"),
})  # fmt: skip
TAGGED = "Una cosa y otra, que no es la misma. #Redes"


@pytest.fixture
def blog():
    """Six posts and a page; two of them with the tag that their texts name."""
    made = Blog()
    for name in ("dos", "seis"):
        made.posts[name]["Etiquetas"] = "Redes"
        made.texts[name] = TAGGED
        made.save(name)
    yield made
    shutil.rmtree(made.root, ignore_errors=True)


def edited(blog: Blog, *edits: Callable[[], None], name: str = "dos", **more: object) -> list[str]:
    """Build *blog*, do each of *edits* of the post *name* and show it in place: what was written at last."""
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    written: list[str] = []
    for edit in edits:
        edit()
        written = in_place(blog.root, blog.root / "one", name)
    if written:
        built(blog.root, blog.root / "whole", NOW, **more)
        assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))
    return written


def saying(blog: Blog, text: str, name: str = "dos", **header: str) -> Callable[[], None]:
    """Return an edit that gives the post *name* another text, and more in its header."""

    def edit() -> None:
        blog.texts[name] = text
        blog.posts[name] |= header
        blog.save(name)

    return edit


@pytest.mark.parametrize("text", [
    *(f"{text}\n\n#Redes" for text in (TEXTS[0], TEXTS[1], TEXTS[3])),
    "Corto. #Redes", "# Un título\n\n## Otro\n\nY nada. #Redes", "Mira [la otra](/2026/11/tres/#fin). #Redes",
    f"Dijo:\n\nhttps://mastodon.social/@ana/1134\n\n{TAGGED}",
])  # fmt: skip
def test_a_new_text_is_wherever_it_is_shown(blog, text):
    """Its page, lists, feeds, and what is read by programs; the posts that it is like."""
    written = edited(blog, saying(blog, text))
    assert {"2026/11/dos/index.html", "feeds/atom.xml"} <= set(written)


@pytest.mark.parametrize("header", [
    {"Resumen": "Otro *resumen*."}, {"Pregunta": "¿Y tú?"}, {"Gracias": "Ana Ruiz"},
])  # fmt: skip
def test_what_is_said_of_a_text_is_shown_too(blog, header):
    """A summary, a question, thanks: they arrange nothing."""
    assert "2026/11/dos/index.html" in edited(blog, saying(blog, TAGGED, **header))


def test_a_page_is_a_text_too(blog):
    """One without a date, too, which is given that of each build."""
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    leave_site(one, "mark", REPORT)
    blog.file("pages/acerca.md", "Título: Acerca\n\nSomos otros.\n")
    path = str(blog.root / "content" / "pages" / "acerca.md")
    with closing(KeptSite(blog.root / "state", blog.root / "one", "mark", lambda *_: False, nest)) as site:
        site.build.reader.now += dt.timedelta(minutes=1)
        assert ["acerca/index.html"] == site.write(site.prepare([path]))
    built(blog.root, blog.root / "whole", NOW)
    assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))


def test_edits_follow_one_another(blog):
    """Each begins with what the last has left; what is taken back is as it was."""
    blog.posts["dos"] |= {"Idioma": "en"}
    blog.posts["seis"] |= {"Idioma": "en", "Serie": "Colas"}
    blog.save("dos")
    blog.save("seis")
    texts = (f"{TEXTS[0]} Una.", f"{TEXTS[1]} #Redes", "Corto. #Redes", TAGGED)
    assert edited(blog, *(saying(blog, text) for text in texts))


@pytest.mark.parametrize("name", ["dos", "seis"])
def test_a_text_is_indexed_with_the_part_that_it_is_in(blog, monkeypatch, name):
    """In a large blog, of whose index there are two, the other stays what it is; a build after it takes both."""
    monkeypatch.setattr(search, "LEAST_PARTED", 3)
    monkeypatch.setattr(search, "SETTLED", 2)
    edit = saying(blog, "Zarzamoras, y nada más. #Redes", name)
    written = edited(blog, edit, name=name, SEARCH=True, INPUTS_PATH=str(blog.root / "inputs"))
    touched = {file.startswith("pagefind/recent/") for file in written if file.startswith("pagefind/")}
    assert {name == "seis"} == touched
    built(blog.root, blog.root / "two", NOW, state=blog.root / "state", kept=blog.root / "one", SEARCH=True)
    one, two = (
        {path.relative_to(blog.root / out): path.stat().st_ino for path in (blog.root / out).glob("pagefind/**/*.pf*")}
        for out in ("one", "two")
    )
    assert one == two


def test_what_lists_say_the_same_of_writes_no_list(blog):
    """A line at the end, under a summary of the author's own."""
    blog.posts["dos"]["Resumen"] = "Lo de siempre."
    blog.save("dos")
    written = edited(blog, saying(blog, f"{TAGGED}\n\nY una coletilla."), RELATED_POSTS=0)
    assert ["2026/11/dos/index.html"] == [name for name in written if name.endswith(".html")]


def test_what_tells_of_all_posts_is_read_only_where_it_says_otherwise(blog, monkeypatch):
    """``posts.json`` is long, and most edits leave what networks are told as it was."""
    blog.posts["dos"]["Resumen"] = "Lo de siempre."
    blog.save("dos")
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    leave_site(one, "mark", REPORT)
    read = []
    monkeypatch.setattr(posts, "read", lambda output, really=posts.read: read.append(output) or really(output))
    for summary, expected in (("Lo de siempre.", 0), ("Otra cosa.", 1)):
        saying(blog, f"{TAGGED}\n\nY una coletilla.", Resumen=summary)()
        assert ("posts.json" in in_place(blog.root, blog.root / "one", "dos"), len(read)) == (bool(expected), expected)


def test_an_entry_of_a_feed_is_worked_out_once(blog, monkeypatch):
    """An edit has the entries of other posts from the one before it."""
    worked_out: list[str] = []
    really = post_feeds.entry
    monkeypatch.setattr(post_feeds, "entry", lambda post, build: worked_out.append(post.slug) or really(post, build))
    edits = (saying(blog, f"{TAGGED} Una."), worked_out.clear, saying(blog, f"{TAGGED} Dos."))
    assert edited(blog, *edits)
    assert ["dos"] == worked_out[: -len(blog.posts)]  # the rest is of the build that it is held against


def test_the_same_text_writes_nothing(blog):
    """Saved again, or with a line of nothing at its end."""
    assert [] == edited(blog, saying(blog, f"{TAGGED}\n"))


@pytest.mark.parametrize("more", [{}, {"SOCIAL_CARDS": True}, {"PLUGINS": WITHOUT_SCHEMA}])
def test_a_new_title_is_wherever_the_post_is_named(blog, more):
    """Its neighbours, lists, feeds, the home page's description of the blog; and on its card."""
    blog.posts["tres"]["Serie"] = blog.posts["dos"]["Serie"] = "Colas"
    for name in ("dos", "tres"):
        blog.save(name)
    say(blog, "dos", 1)
    written = edited(blog, *(saying(blog, TAGGED, Título=title) for title in ("Otro & más", "Una cosa")), **more)
    assert {"index.html", "2026/11/tres/index.html", "serie/colas/index.html", "feeds/atom.xml"} <= set(written)


@pytest.mark.parametrize("more", [{}, {"TAG_FEED_MIN_POSTS": 1}, {"HOME_WHOLE_POSTS": True}])
def test_other_tags_are_wherever_posts_are_listed_by_them(blog, more):
    """In the lists that the post comes into and leaves, their counts and feeds; what follows begins with those."""
    more = {"RELATED_POSTS": 0, "DEFAULT_PAGINATION": 5, **more}  # in so small a blog they are soon worked out for all
    for at in range(11):
        blog.add(f"otro-{at}", at, TAGGED)
        blog.posts[f"otro-{at}"]["Etiquetas"] = "Redes" if at in (3, 5, 6) else "Redes, Colas"
        blog.save(f"otro-{at}")
    blog.posts["tres"]["Resumen"] = "Lo de siempre."
    blog.posts["tres"]["Etiquetas"] = blog.posts["dos"]["Etiquetas"] = "Colas"
    blog.texts["dos"] = blog.texts["tres"] = "Nada."
    blog.save("dos")
    blog.save("tres")
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    for name, tags, text in (
        ("tres", "Redes", "Nada."), ("tres", "Redes", "Otra cosa."), ("dos", "Colas, Redes", "Nada."),
        ("otro-4", "Redes", f"{TAGGED} Y ya."), ("dos", "Redes, Colas", "Nada. #Redes"),
        ("otro-4", "Redes, Colas", TAGGED), ("otro-4", "Redes, Colas", "Ya."),
    ):  # fmt: skip
        saying(blog, text, name, Etiquetas=tags)()
        assert in_place(blog.root, blog.root / "one", name)
        built(blog.root, blog.root / "whole", NOW, **more)
        assert_same(tree(blog.root / "whole"), tree(blog.root / "one"))
        shutil.rmtree(blog.root / "whole")


def test_the_archive_reads_no_post_to_name_it(blog, monkeypatch):
    """Of many posts it shows names alone, which lie together; one has been edited. A page is in the menu."""
    monkeypatch.setattr(arrangement_left, "FEW", 2)
    monkeypatch.setattr(arrangement, "TOGETHER", 4)
    titles = [saying(blog, TAGGED, "dos", Título=title) for title in ("Otro", "Otro más", "Otro")]
    assert "archivo/index.html" in edited(blog, *titles)
    read: list[dict] = []
    really = arrangement.Arrangement._read_post
    monkeypatch.setattr(
        arrangement.Arrangement, "_read_post", lambda kept, number: read.append(really(kept, number)) or read[-1]
    )
    with closing(KeptSite(blog.root / "state", blog.root / "one", "mark", lambda *_: False, nest)) as site:
        site.draw("archivo/index.html")
        assert ["Acerca"] == [one["title"] for one in read]
        assert (blog.root / "one" / "archivo" / "index.html").read_bytes() == site.drawn["archivo/index.html"]


def test_a_title_on_the_page_of_an_old_address_is_for_a_build(blog):
    """That page says it too, and is written from what only a build knows."""
    blog.posts["dos"]["Alias"] = "/viejo/"
    blog.save("dos")
    assert [] == edited(blog, saying(blog, TAGGED, Título="Otro"))


def say(blog: Blog, name: str, count: int, **more: object) -> None:
    """Let so many people say something under the post *name*."""
    when = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    said = tuple(
        Comment(id=f"{name}-{at}", author="Eva", html=f"<p>Digo {at}</p>", date=when + dt.timedelta(hours=at))
        for at in range(count)
    )
    lang = blog.posts[name].get("Idioma", "es")
    talk = Conversation(id=f"id-{name}", lang=lang, comments=said, **more)
    snapshot.write(blog.root / "conversation", talk)


@pytest.mark.parametrize("more", [{}, {"PLUGINS": WITHOUT_TALK_FEEDS}, {"FEED_MAX_COMMENTS": 2}])
@pytest.mark.parametrize("counts", [(1,), (3, 1), (2, 0), (0, 1)])
def test_what_is_said_is_wherever_it_is_shown(blog, counts, more):
    """On the page of the post and the home page, in the lists and feeds; and gone from there when it is taken back."""
    say(blog, "seis", 2)
    edits = [lambda count=count: say(blog, "dos", count, counts={"like": count}) for count in counts]
    written = edited(blog, *edits, name="id-dos.es.json", **more, COMMENTS_PER_PAGE=100)
    assert {"index.html", "2026/11/dos/index.html"} <= set(written)


def test_those_who_speak_are_seen(blog):
    """Their pictures come with what they say, and go with it, unless they speak elsewhere."""
    when = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    for at, who in enumerate(("eva", "luis")):
        picture(blog.root / "conversation" / "avatars" / f"{who}.png", at)
    eva, luis = (
        Comment(id=who, author=who, html="<p>Ya.</p>", date=when, avatar=f"avatars/{who}.png")
        for who in ("eva", "luis")
    )

    def saying_under(name: str, *said: Comment) -> Callable[[], None]:
        return lambda: void(
            snapshot.write(blog.root / "conversation", Conversation(id=f"id-{name}", lang="es", comments=said))
        )

    saying_under("seis", luis)()
    edits = [saying_under("dos", eva), saying_under("dos", eva, luis), saying_under("dos")]
    assert edited(blog, *edits, name="id-dos.es.json", COMMENTS_PER_PAGE=100)


def test_the_same_words_under_another_post_are_that_post_s(blog):
    """What was said last names where: one word of many, said at one moment under two posts, is not one comment."""

    def saying_yes(name: str) -> None:
        said = Comment(id="c1", author="Eva", html="<p>Sí.</p>", date=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
        snapshot.write(blog.root / "conversation", Conversation(id=f"id-{name}", lang="es", comments=(said,) * 5))

    saying_yes("cinco")
    assert "index.html" in edited(blog, lambda: saying_yes("uno"), name="id-uno.es.json", COMMENTS_PER_PAGE=100)


def void(_: object) -> None:
    """Take nothing of it."""


@pytest.mark.parametrize("edit", [
    {"Idioma": "en"}, {"Id": "otro"},
    {"Alias": "/viejo/"}, {"Portada": "images/bar.png"}, {"Expira": "2026-12-20"},
])  # fmt: skip
def test_what_arranges_is_for_a_build(blog, edit):
    """Nothing is written then."""
    before: dict[str, bytes] = {}

    def change() -> None:
        before.update(tree(blog.root / "one"))
        saying(blog, TAGGED, **edit)()

    assert [] == edited(blog, change)
    assert before == tree(blog.root / "one")


def new(blog: Blog, name: str, text: str = TAGGED, **header: str) -> Callable[[], None]:
    """Return an edit by which the post *name* comes to be, tagged like others."""

    def edit() -> None:
        blog.add(name, 10, text)
        saying(blog, text, name, **{"Etiquetas": "Redes", **header})()

    return edit


def gone(blog: Blog, name: str) -> Callable[[], None]:
    """Return an edit that deletes the post *name*."""
    return (blog.root / "content" / "posts" / f"{name}.md").unlink


@pytest.fixture
def longer(blog):
    """A blog whose lists have several pages."""
    for at in range(8):
        new(blog, f"otro-{at}", Fecha=f"2026-11-{at + 7:02}")()
    for name in ("uno", "tres", "cuatro", "cinco", "seis"):
        blog.texts[name] = TAGGED
        blog.posts[name]["Etiquetas"] = "Redes"
        blog.save(name)
    return blog


@pytest.mark.parametrize("more", [
    {}, {"SOCIAL_CARDS": True}, {"HOME_WHOLE_POSTS": True}, {"TAG_FEED_MIN_POSTS": 15, "DEFAULT_PAGINATION": 4},
    {"SEARCH": True, "SOCIAL_CARDS": True}, {"PLUGINS": WITHOUT_SCHEMA}, {"DEFAULT_PAGINATION": False},
])  # fmt: skip
def test_a_post_comes_moves_and_goes_without_a_build(longer, more):
    """It has its page, stands between its neighbours, in every list and feed, on as many pages as they take then."""
    more = {"RELATED_POSTS": 0, **more}  # in so small a blog they are soon worked out for all
    if more.get("SEARCH"):
        more["INPUTS_PATH"] = str(longer.root / "inputs")
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    for names, *edits in (
        (["nuevo"], new(longer, "nuevo")),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Fecha="2026-11-10")),  # the day of another
        (["nuevo"], saying(longer, f"{TAGGED} Ya.", "nuevo", Título="Otro", Fecha="2026-11-02 10:00")),
        (
            ["nuevo-2", "nuevo-3"],
            new(longer, "nuevo-2", Fecha="2026-10-02"),
            new(longer, "nuevo-3", Fecha="2025-01-02"),
        ),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Estado="borrador")),
        (["nuevo"], saying(longer, TAGGED, "nuevo", Estado="")),
        (["dos"], saying(longer, TAGGED, "dos", Modificado="2026-11-20")),
        (["nuevo", "nuevo-3", "tres"], *(gone(longer, name) for name in ("nuevo", "nuevo-3", "tres"))),
        (["nuevo-2"], gone(longer, "nuevo-2")),
    ):
        for edit in edits:
            edit()
        assert in_place(longer.root, longer.root / "one", *names)
        built(longer.root, longer.root / "whole", NOW, **more)
        assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))
        shutil.rmtree(longer.root / "whole")


@pytest.mark.parametrize(("names", "change", "is_shown"), [
    (["otro-0", "bis"], "renamed, an old one", True),
    (["otro-7"], {"otro-7": "2026-11-18"}, True),  # among the newest, before and after
    (["otro-0"], {"otro-0": "2026-11-02 10:00"}, False),  # among the others
    (["otro-0"], {"otro-0": "2026-11-20"}, False),  # from the others to the newest
    (["otro-7"], {"otro-7": "2026-11-01 10:00"}, False),
    (["otro-0", "nuevo"], "an old one for another", False),
])  # fmt: skip
def test_a_post_is_searched_in_the_part_that_a_build_has_it_in(longer, monkeypatch, names, change, is_shown):
    """Where the parts of the index would be others, or nobody can tell, a build follows."""
    for name, value in (("LEAST_PARTED", 4), ("SETTLED", 4), ("LARGEST_PART", 4)):
        monkeypatch.setattr(search, name, value)
    more = {"RELATED_POSTS": 0, "SEARCH": True, "INPUTS_PATH": str(longer.root / "inputs")}
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", **more)
    assert "" == leave_site(one, "mark", REPORT)
    old = longer.root / "content" / "posts" / "otro-0.md"
    if isinstance(change, dict):
        for name, date in change.items():
            saying(longer, longer.texts[name], name, Fecha=date)()
    elif change.startswith("renamed"):
        old.rename(old.with_name("bis.md"))
    else:
        old.unlink()
        new(longer, "nuevo", Fecha="2026-11-03")()
    assert is_shown == bool(in_place(longer.root, longer.root / "one", *names))
    if is_shown:
        built(longer.root, longer.root / "whole", NOW, **more)
        assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


def test_a_post_comes_with_its_pictures(longer):
    """One in the text that nobody has seen yet, and a cover, whose size feeds tell; a card is drawn for none."""
    content = longer.root / "content"

    def edit() -> None:
        picture(content / "images" / "otra.png", 10)
        picture(content / "posts" / "tapa.png", 30)
        new(longer, "nuevo", f"{TAGGED}\n\n![Otra](/images/otra.png)", Portada="tapa.png")()

    written = edited(longer, edit, name="nuevo", RELATED_POSTS=0, SOCIAL_CARDS=True)
    assert 2 <= len([name for name in written if name.startswith("images/")])


def test_a_text_shows_more_pictures(blog):
    """One that nobody has seen yet, and one that came to lie beside the post, from where one goes with a build."""

    def edit() -> None:
        picture(blog.root / "content" / "images" / "otra.png", 10)
        picture(blog.root / "content" / "posts" / "tapa.png", 30)
        saying(blog, f"{TAGGED}\n\n![Otra](/images/otra.png)\n\n![Tapa](tapa.png)")()

    written = edited(blog, edit, RELATED_POSTS=0)
    assert 2 <= len([name for name in written if name.startswith("images/")])
    saying(blog, TAGGED)()
    assert [] == in_place(blog.root, blog.root / "one", "dos")


def test_a_picture_that_nobody_showed_is_for_a_build(blog):
    """It lies among the posts, and was told."""
    picture(blog.root / "content" / "posts" / "tapa.png", 30)
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", RELATED_POSTS=0)
    leave_site(one, "mark", {**REPORT, "remarks": [("hint", "content/posts/tapa.png: x")]})
    saying(blog, f"{TAGGED}\n\n![Tapa](tapa.png)")()
    assert [] == in_place(blog.root, blog.root / "one", "dos")


def test_a_file_of_another_name_is_the_same_post(longer):
    """Nothing but what tells of its file is written."""

    def edit() -> None:
        posts_folder = longer.root / "content" / "posts"
        (posts_folder / "dos.md").rename(posts_folder / "dos-bis.md")

    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0)
    leave_site(one, "mark", REPORT)
    edit()
    assert ["posts.json"] == in_place(longer.root, longer.root / "one", "dos", "dos-bis")
    built(longer.root, longer.root / "whole", NOW, RELATED_POSTS=0)
    assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


@pytest.mark.parametrize("header", [
    {"Alias": "/viejo/"},
    {"Idioma": "en"}, {"Id": "id-dos"}, {"Slug": "dos", "Fecha": "2026-11-05"}, {"Estado": "oculto"},
])  # fmt: skip
def test_a_post_that_is_more_than_one_is_for_a_build(longer, header):
    """Nothing is written of it."""
    if header == {"Estado": "oculto"}:
        header = {"Estado": "sin listar"}
    assert [] == edited(longer, new(longer, "nuevo", "Nada.", **header), name="nuevo", RELATED_POSTS=0)


def test_a_published_post_that_goes_leaves_word(longer):
    """What stands in its place then says so, to people and hosts; with it go no others."""
    (longer.root / "addresses.json").write_text('{"2026/11/tres/index.html": ["id-tres.es"]}', "utf-8")
    written = edited(longer, gone(longer, "tres"), name="tres", RELATED_POSTS=0)
    assert {"2026/11/tres/index.html", "_redirects"} <= set(written)


def test_an_older_page_of_a_short_list_knows_who_is_in_it(longer):
    """Also where it says nothing else: it is drawn again one day, and a post that is gone is asked nothing then."""
    for name in ("uno", *(f"otro-{at}" for at in range(8))):
        longer.posts[name]["Etiquetas"] = "Redes, Corta"
        longer.save(name)
    saying(longer, TAGGED, "dos", Idioma="en")()
    _, one = arranged(
        longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0, LANGUAGES=["es", "en"]
    )
    assert "" == leave_site(one, "mark", REPORT)
    gone(longer, "otro-7")()
    assert "etiqueta/corta/index.html" in (written := in_place(longer.root, longer.root / "one", "otro-7"))
    assert "etiqueta/corta/pagina/2/index.html" not in written
    saying(longer, longer.texts["otro-0"], "otro-0", Título="Otro")()
    assert "etiqueta/corta/pagina/2/index.html" in in_place(longer.root, longer.root / "one", "otro-0")
    built(longer.root, longer.root / "whole", NOW, RELATED_POSTS=0, LANGUAGES=["es", "en"])
    assert_same(tree(longer.root / "whole"), tree(longer.root / "one"))


@pytest.mark.parametrize("goes", ["deleted", "borrador"])
def test_a_post_that_goes_takes_its_broken_links_along(longer, goes):
    """Nothing else leads there, so no build is needed to tell them no more."""
    longer.texts["tres"] = "[Nada](/no-hay/) y [otra](/tampoco/). #Redes"
    longer.save("tres")
    change = gone(longer, "tres") if goes == "deleted" else saying(longer, longer.texts["tres"], "tres", Estado=goes)
    assert [] != edited(longer, change, name="tres", RELATED_POSTS=0)


@pytest.mark.parametrize("change", ["comes", "is sought", "was a draft", "is renamed", "goes"])
def test_links_to_files_are_right_wherever_they_stand(longer, change):
    """Which address a file has is looked for by a build: by whom it is named, and whom a new text names."""
    named = "Mira [aquello]({filename}/posts/%s.md). #Redes"
    longer.texts["uno"] = named % {"is sought": "nuevo", "comes": "seis"}.get(change, "tres")
    longer.save("uno")
    if change == "was a draft":
        saying(longer, TAGGED, "tres", Estado="borrador")()
    post = longer.root / "content" / "posts" / "tres.md"
    name, edit = {
        "comes": ("nuevo", new(longer, "nuevo", named % "seis")),
        "is sought": ("nuevo", new(longer, "nuevo")),
        "was a draft": ("tres", saying(longer, TAGGED, "tres", Estado="")),
        "is renamed": ("tres", lambda: post.rename(post.with_name("otro.md"))),
        "goes": ("tres", gone(longer, "tres")),
    }[change]
    names = [name, "otro"] if change == "is renamed" else [name]
    _, one = arranged(longer.root, longer.root / "one", NOW, state=longer.root / "state", RELATED_POSTS=0)
    assert "" == leave_site(one, "mark", REPORT)
    edit()
    assert [] == in_place(longer.root, longer.root / "one", *names)


def test_links_that_a_post_mends_or_breaks_are_for_a_build(longer):
    """Who has written them is told by a build."""
    longer.texts["uno"] = "Mira [la nueva](/2026/11/nuevo/) y [esta](/2026/11/tres/). #Redes"
    longer.save("uno")
    assert [] == edited(longer, new(longer, "nuevo"), name="nuevo", RELATED_POSTS=0)
    (longer.root / "content" / "posts" / "nuevo.md").unlink()
    shutil.rmtree(longer.root / "one")
    assert [] == edited(longer, gone(longer, "tres"), name="tres", RELATED_POSTS=0)


@pytest.mark.parametrize("text", [
    "Mira [[uno]]. #Redes", TEXTS[4] + " #Redes",
])  # fmt: skip
def test_a_text_that_names_files_is_for_a_build(blog, text):
    """Which address each has is looked for there."""
    assert [] == edited(blog, saying(blog, text))


def test_a_place_that_others_lead_to_does_not_go_unseen(blog):
    """Who leads there is told by a build that the place is gone."""
    blog.texts["tres"] = "Mira [el final](/2026/11/dos/#fin)."
    blog.texts["dos"] = f"{TAGGED}\n\n## Fin\n\nYa."
    blog.save("tres")
    blog.save("dos")
    assert [] == edited(blog, saying(blog, TAGGED))


def test_what_is_wrong_is_told_as_a_build_tells_it(blog):
    """What the text had wrong goes, what it has now comes, and what others have stays."""
    blog.texts["dos"] = f"[Nada](/no-hay/) {TAGGED}"
    blog.save("dos")
    remarks = [("warning", "content/posts/tres.md:1: x"), ("hint", "content/posts/dos.md:1: de otro")]
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    leave_site(one, "mark", {**REPORT, "remarks": remarks})
    told = []
    for text in (f"[Nada](/tampoco/) {TAGGED}", TAGGED):
        saying(blog, text)()
        assert in_place(blog.root, blog.root / "one", "dos")
        told.append(
            kept_site.KeptSite(blog.root / "state", blog.root / "one", "mark", lambda *_: False, nest).report["remarks"]
        )
    assert remarks == told[0][:2] == told[1]
    assert (1, True) == (len(told[0][2:]), "/tampoco/" in told[0][2][1])


def test_another_builds_arrangement_is_none(blog):
    """Its mark is not that of the note; damaged, it is none either."""
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    leave_site(one, "mark", REPORT)
    with pytest.raises(LookupError):
        in_place(blog.root, blog.root / "one", "dos", mark="other")


# ── by the task, with its note ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def task(blog, monkeypatch, request):
    """A blog that the task of every day has built; with search where a test asks for it."""
    searched = getattr(request, "param", False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(blog.root)
    languages.speak("es")
    (blog.root / "pelicanconf.py").write_text(
        "from tertulia.defaults import *\nSITENAME = 'x'\nSITE_ADDRESS = 'https://x.example'\n"
        f"SEARCH = {searched}\nSOCIAL_CARDS = False\n",
        "utf-8",
    )
    (blog.root / "publishconf.py").write_text("from pelicanconf import *\n", "utf-8")
    for name in ("pelicanconf.py", "publishconf.py"):
        age(blog.root / name)
    assert build.into_output(blog.root)
    return blog


def age(path: Path) -> None:
    """Let *path* have been saved a while ago: what was saved just before a build is not trusted."""
    past = time.time_ns() - 10**10
    os.utime(path, ns=(past, past))


def no_build(*_: object, **__: object) -> build_report.BuildReport:
    raise AssertionError("a build was begun")


def page(blog: Blog) -> str:
    return (blog.root / "output/2026/11/dos/index.html").read_text("utf-8")


def whole(blog: Blog) -> dict[str, bytes]:
    """What a build would make that knows nothing."""
    shutil.rmtree(blog.root / "var" / "cache", ignore_errors=True)
    shutil.rmtree(blog.root / "output")
    assert build.into_output(blog.root)
    return tree(blog.root / "output")


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
@pytest.mark.parametrize("task", [False, True], indirect=True, ids=["", "searched"])
def test_the_task_shows_a_text_without_a_build(task, monkeypatch, capfd):
    """Twice; then there is nothing to do. All of it is what a build makes that knows nothing."""
    time.sleep(TICK_NS / 1e9)  # what was saved as the build began is not trusted
    assert build.into_output(task.root)
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        for text in ("Primera. #Redes", "Segunda. #Redes"):
            saying(task, text)()
            assert build.into_output(task.root, explain=True)
            assert text.partition(".")[0] in page(task)
        assert "2026/11/dos/index.html" in capfd.readouterr().out
    shown = tree(task.root / "output")
    assert_same(whole(task), shown)


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
@pytest.mark.parametrize("task", [False, True], indirect=True, ids=["", "searched"])
def test_the_task_shows_what_is_said_without_a_build(task, monkeypatch, capfd):
    """The first word of all, with the picture of who says it; the next, under another post; and all taken back."""
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    folder, when = task.root / "var" / "conversation", dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    one = Comment(id="c", author="Eva", html="<p>Así es.</p>", date=when, avatar="avatars/eva.png")
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        for name, said in (("dos", [one]), ("seis", [one, one]), ("seis", [])):
            picture(folder / "avatars" / "eva.png", 9)
            snapshot.write(folder, Conversation(id=f"id-{name}", lang="es", comments=tuple(said)))
            assert build.into_output(task.root, explain=True)
        (folder / "id-seis.es.json").unlink()
        assert build.into_output(task.root)
    assert "Así es." in page(task)
    assert "2026/11/seis/comments/atom.xml" in capfd.readouterr().out
    shown = tree(task.root / "output")
    assert "avatars/eva.png" in shown
    assert_same(whole(task), shown)


@pytest.mark.skipif(sys.platform == "win32", reason="its files have no numbers")
def test_the_task_shows_posts_that_come_and_go_without_a_build(task, monkeypatch):
    """A new file, one in a new folder, one that is deleted; then there is nothing to do."""
    for name in task.posts:
        saying(task, TAGGED, name, Etiquetas="Redes", Resumen="Lo de siempre.")()
    with (task.root / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write("RELATED_POSTS = 0\n")
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    with monkeypatch.context() as watched:
        watched.setattr(build, "run", no_build)
        new(task, "nuevo")()
        assert build.into_output(task.root)
        folder = task.root / "content" / "posts" / "2026"
        folder.mkdir()
        (folder / "otra.md").write_text("Título: Otra\nFecha: 2026-11-03\nId: otra\n\nNada. #Redes\n", "utf-8")
        assert build.into_output(task.root)
        gone(task, "dos")()
        assert build.into_output(task.root)
        assert build.into_output(task.root)
    shown = tree(task.root / "output")
    assert {"2026/11/nuevo/index.html", "2026/11/otra/index.html"} <= shown.keys()
    assert "2026/11/dos/index.html" not in shown
    del shown["posts.json"]  # it remembers who had an address
    assert_same({name: held for name, held in whole(task).items() if name != "posts.json"}, shown)


def test_an_edit_loads_nothing_that_only_others_need(task):
    """A build after an edit of a text is mostly the start of Python: what takes long to load waits for who needs it."""
    time.sleep(TICK_NS / 1e9)
    assert build.into_output(task.root)
    saying(task, "Otra cosa. #Redes")()
    code = (
        "import sys; from tertulia.__main__ import nothing_to_build as done\n"
        f"assert done('', strict=False)\nprint(*set({sorted(HEAVY)}) & sys.modules.keys())"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "Otra cosa." in page(task)
    assert "" == said.splitlines()[-1]


@pytest.mark.parametrize("written", [0, 1, 3])
def test_the_build_after_one_that_was_killed_is_right(task, monkeypatch, written):
    """Between two files, or with the output done and nothing noted."""
    left = iter([True] * written)
    real = files.write_whole

    def write_some(path: Path, data: bytes, **more: object) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        real(path, data, **more)

    saying(task, "Otra cosa. #Redes")()
    with monkeypatch.context() as dying:
        dying.setattr(kept_site, "write_whole", write_some)
        dying.setattr(build, "run", no_build)
        with pytest.raises((KeyboardInterrupt, AssertionError)):
            build.into_output(task.root)
    assert build.into_output(task.root)
    assert "Otra cosa." in page(task)
    shown = tree(task.root / "output")
    assert_same(whole(task), shown)


def test_a_build_that_was_overtaken_brings_nothing_back(task, monkeypatch):
    """What is taken back while a longer build runs was read by it before; it is not public when that is done."""
    folder, when = task.root / "var" / "conversation", dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    said = Comment(id="c", author="Eva", html="<p>Quítalo.</p>", date=when)
    snapshot.write(folder, Conversation(id="id-dos", lang="es", comments=(said,)))
    assert build.into_output(task.root)
    assert "Quítalo." in page(task)
    real, others = build.run, iter([True])

    def overtaken(*given: object, **more: object) -> build_report.BuildReport:
        report = real(*given, **more)
        if next(others, False):
            snapshot.write(folder, Conversation(id="id-dos", lang="es", comments=()))
            assert build.into_output(task.root)
            assert "Quítalo." not in page(task)
        return report

    monkeypatch.setattr(build, "run", overtaken)
    task.posts["dos"]["Portada"] = "images/bar.png"  # for a build of everything
    task.save("dos")
    assert build.into_output(task.root)
    assert "Quítalo." not in "".join(path.read_text("utf-8", "replace") for path in output_files(task))


def output_files(blog: Blog) -> list[Path]:
    return [path for path in (blog.root / "output").rglob("*") if path.is_file()]
