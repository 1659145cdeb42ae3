"""A build after an edit of a text is what a full one would be, and reads and writes only what the text is shown by."""

import datetime as dt
import shutil
from collections.abc import Callable
from contextlib import closing

import pytest

from tertulia import defaults
from tertulia.content import posts, snapshot
from tertulia.content.snapshot import Comment, Conversation
from tertulia.conversation.thread import nest
from tertulia.edits import arrangement, arrangement_left, kept_site
from tertulia.edits.kept_site import KeptSite
from tertulia.edits.site_left import leave_site
from tertulia.site import post_feeds, search
from tests.editing import (
    NOW,
    REPORT,
    TAGGED,
    TEXTS,
    WITHOUT_SCHEMA,
    WITHOUT_TALK_FEEDS,
    Blog,
    arranged,
    assert_same,
    blog,
    built,
    edited,
    in_place,
    picture,
    saying,
    shown,
    tree,
)

pytestmark = pytest.mark.slow
__all__ = ["blog"]  # the fixture


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


def test_how_a_post_is_announced_moves_nothing(blog):
    """Its words for a network, who hears of it and the pictures that go with it: its page stays as it is."""
    turns = ({"X": "no"}, {"Mastodon": "Dicho de otra manera"}, {"Audiencia": "seguidores"}, {"X": ""})
    turns = (*turns, {"Imágenes": 'images/bar.png "El bar"'}, {"Imágenes": ""})
    written = shown(blog, *((["dos"], [saying(blog, TAGGED, **turn)]) for turn in turns))
    assert all("posts.json" in files and "2026/11/dos/index.html" not in files for files in written)


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
    """``posts.json`` is long, and most edits leave what networks are told as it was; others look for the post there."""
    blog.posts["dos"]["Resumen"] = "Lo de siempre."
    blog.save("dos")
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state")
    leave_site(one, "mark", REPORT)
    read: list[bytes] = []
    monkeypatch.delattr(posts, "read")
    monkeypatch.setattr(
        posts, "edited", lambda held, really=posts.edited, **edits: read.append(held) or really(held, **edits)
    )
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
    {"expiryDate": "2026-12-20"},
])  # fmt: skip
def test_what_arranges_is_for_a_build(blog, edit):
    """Nothing is written then."""
    before: dict[str, bytes] = {}

    def change() -> None:
        before.update(tree(blog.root / "one"))
        saying(blog, TAGGED, **edit)()

    assert [] == edited(blog, change)
    assert before == tree(blog.root / "one")


@pytest.mark.parametrize("left_out", ["search", "redirects"])
def test_a_blog_without_one_of_our_plugins_is_for_a_build(blog, left_out):
    """What the plugin would have written is not begun by an edit: an index of one post, old addresses that lead on."""
    plugins = [name for name in defaults.PLUGINS if not name.endswith(f".{left_out}")]
    _, one = arranged(blog.root, blog.root / "one", NOW, state=blog.root / "state", PLUGINS=plugins)
    assert "PLUGINS" == leave_site(one, "mark", REPORT)
    assert not (blog.root / "state/arranged").exists()


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
