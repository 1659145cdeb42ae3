"""Catalan for readers, from one file of data: pages, service, letters, announcements; and a language without a file."""

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from msgspec.structs import replace

from tertulia.content.posts import PostCredit
from tertulia.core import languages
from tertulia.core.languages import Languages
from tertulia.embeds.draw import Page, draw
from tertulia.embeds.types import Author, Capture
from tertulia.syndication.summary import Style, words_for
from tests.fakes import NOW, FakeMail
from tests.house import POST, House
from tests.talking import Talk
from tests.test_newsletter import Letters

FILE = """Title: {title}
Date: 2026-11-{day} 10:00
Id: {lang}-{day}
Lang: {lang}
Author: Ana, Inés
Category: Llibres

Va dir "el vot 'útil' no ho és" i se'n va anar.
"""


@pytest.fixture
def blog(tmp_path, build):
    """``blog(es=…, ca=…)``: a Spanish blog with one post in each of these languages, built; pages by address."""

    def build_blog(own=(), **posts):
        content = tmp_path / "content"
        (content / "posts").mkdir(parents=True)
        for day, (lang, title) in enumerate(posts.items(), 10):
            written = FILE.format(title=title, day=day, lang=lang)
            (content / "posts" / f"2026-11-{day}_{lang}.md").write_text(written, "utf-8")
        for code, text in own:
            (content / "theme" / "languages").mkdir(parents=True, exist_ok=True)
            (content / "theme" / "languages" / f"{code}.toml").write_text(text, "utf-8")
        told = build(content, tmp_path / "output", SEARCH=False, LANGUAGES=("es", "en", *posts), NEWSLETTER=True,
                     SERVICE_ADDRESS="/")  # fmt: skip
        pages = {
            file.relative_to(tmp_path / "output").parent.as_posix(): BeautifulSoup(file.read_text("utf-8"), "lxml")
            for file in (tmp_path / "output").rglob("index.html")
        }
        return pages, [record.getMessage() for record in told]

    return build_blog


def page_of(pages, title):
    return next(
        page for page in pages.values() if page.h1 and page.h1.text == title and page.body["data-kind"] == "post"
    )


def test_a_catalan_post_is_catalan_all_over(blog):
    """Interface, date, number, quotes, list of names, network locale, form: nobody wrote a line of code for them."""
    pages, told = blog(es="El voto", ca="El vot")
    page = page_of(pages, "El vot")
    assert "ca" == page.html["lang"]
    assert "ca_ES" == page.find("meta", property="og:locale")["content"]
    assert "Vés al contingut" == page.find("a", href="#main").text
    header = re.sub(r"\s+", " ", page.main.header.text)
    assert "Per Ana i Inés" in header
    assert "11 de novembre del 2026" in header
    assert "1 minut" in header
    assert "«el vot “útil” no ho és»" in page.find(class_="e-content").text
    assert "ca" == page.find("form", action=re.compile("/newsletter$")).find("input", {"name": "lang"})["value"]
    assert "Català" in [a.text for a in page_of(pages, "El voto").find_all("a", hreflang="ca")]
    assert [] == [line for line in told if "LANGUAGES" in line]


def test_a_language_without_a_file_reads_as_the_blog(blog):
    """Told in one line; the page keeps its own lang and date, its interface is the blog's, not English."""
    pages, told = blog(es="El voto", eu="Botoa")
    page = page_of(pages, "Botoa")
    assert "eu" == page.html["lang"]
    assert "Saltar al contenido" == page.find("a", href="#main").text
    assert "«el vot “útil” no ho és»" in page.find(class_="e-content").text
    assert 1 == len([line for line in told if "«eu»" in line])


def test_a_right_to_left_post_says_so(blog):
    """On its page, and on its card among others; left-to-right pages need no word of it."""
    pages, _told = blog(es="El voto", ar="صوت", own=[("ar", '[readers.page]\nskip = "تخطَّ إلى المحتوى"\n')])
    page, home = page_of(pages, "صوت"), pages["."]
    assert ("ar", "rtl") == (page.html["lang"], page.html["dir"])
    assert "تخطَّ إلى المحتوى" == page.find("a", href="#main").text
    assert [None] == list({p.html.get("dir") for p in pages.values() if p.html["lang"] == "es"})
    around = [element for element in home.main.find_all(lang="ar") if not element.get("hreflang")]
    assert around
    assert {"rtl"} == {element.get("dir") for element in around}


class Catalan(Letters):
    """The service of a blog that is written in Catalan too."""

    def __init__(self, folder):
        super().__init__(folder)
        self.blog.info.langs = ("es", "en", "ca")


@pytest.mark.parametrize(("asked", "stored"), [("ca", "ca"), ("en", "en"), ("eu", "es"), ("../es", "es")])
def test_a_subscriber_is_written_to_in_the_language_they_chose(tmp_path, socket_enabled, asked, stored):
    """Those of the blog's LANGUAGES; any other is the blog's own."""
    letters = Catalan(tmp_path)
    letters.browser.post("/newsletter", data={"email": "lectora@ejemplo.example", "lang": asked})
    letters.blog.background.send_letters()
    sent = letters.server.public[0]
    letters.browser.post(letters.link())
    letters.server.close()
    assert [stored] == [reader.lang for reader in letters.store.subscribers.confirmed()]
    assert ("Algú ha demanat" in sent["text"]) == (stored == "ca")


def test_the_service_answers_in_the_posts_language(tmp_path):
    """A page that asks for Catalan gets it, and what is wrong with a form is said in it."""
    talk = Talk(tmp_path)
    talk.blog.info.langs = ("es", "ca")
    answer = talk.browser.get("/comments/mine/nothing?lang=ca")
    assert '<html lang="ca">' in answer.text
    assert "Aquest enllaç ja no porta a cap comentari" in answer.text


def test_two_services_speak_each_its_own_language(tmp_path):
    """The owner's pages are in their blog's language, whichever was asked last."""
    spanish, english = Talk(tmp_path / "a"), Talk(tmp_path / "b")
    english.blog.info.lang, english.blog.info.languages = "en", Languages("en")
    assert ["es", "en", "es"] == [
        re.search(r'<html lang="(\w+)"', talk.browser.get("/moderation/login").text)[1]
        for talk in (spanish, english, spanish)
    ]


def test_a_catalan_post_reaches_its_readers_in_catalan(tmp_path, socket_enabled):
    """The letter is theirs alone, and all around the post is Catalan."""
    house = House(tmp_path, FakeMail)  # with a reader of Spanish
    reader = house.store.subscribers.ask("lectora@exemple.example", "ca", NOW - timedelta(days=9))
    house.store.subscribers.confirm(reader.id, NOW - timedelta(days=9))
    house.announce(replace(POST, lang="ca", title="El vot útil"))
    (sent,) = house.fake.public
    house.close()
    assert "lectora@exemple.example" == sent["to"]
    plain, page = (sent["letter"].get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Deixar de rebre el butlletí" in plain
    assert "Llegeix l&#x27;entrada" in page
    assert 'lang="ca"' in page


def test_announcements_thank_in_the_posts_language():
    """ "Font: Ana i Inés"."""
    owed = tuple(PostCredit("source", name, "") for name in ("Ana", "Inés"))
    said = words_for(replace(POST, lang="ca", credits=owed), "mastodon", Style(limit=900, count=len, tags=0)).parts
    assert "Font: Ana i Inés" in said[0]


def test_a_catalan_blog_hears_spanish_at_the_terminal():
    """What a language lacks for bloggers is said in the one its file names, phrase by phrase."""
    languages.speak("ca")
    assert "Cerca" == languages.say("search")
    assert "esto no es TOML" == languages.say("bad_toml")


@pytest.mark.parametrize(
    ("page", "words", "expected"),
    [
        ("es", "ar", ' lang="ar" dir="rtl"'),
        ("es", "en", ' lang="en"'),
        ("ar", "es", ' lang="es" dir="ltr"'),
        ("ar", "fa", ' lang="fa"'),
    ],
)
def test_an_embed_turns_where_its_page_does_not(page, words, expected):
    """The quoted words say their direction when it is not that of the page around them."""
    capture = Capture("x", "1", "https://x.example/1", "post", author=Author(name="Ana"), html="<p>…</p>", lang=words)
    assert f'<blockquote cite="https://x.example/1"{expected}>' in draw(capture, Page(lang=page))
