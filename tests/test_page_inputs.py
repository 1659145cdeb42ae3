"""Each kind of page is drawn anew when something changes that it shows; a page of older posts not for each new one."""

from datetime import datetime
from types import SimpleNamespace

import pytest

from tertulia.site import archives
from tertulia.site.facets import CARD, LINK, Facets
from tertulia.site.owners import PageToWrite
from tertulia.site.page_inputs import FRAME, PAGED, inputs_of
from tests.test_facets import label, post

PLURALS = {"tags": "tag", "categories": "category", "authors": "author"}
LISTS = ("index", "language", "tag", "category", "author", "series", "period_archives")
KINDS = ("article", "page", "talk", *LISTS, "archives", "search", "404", *PLURALS)


class World:
    """A blog as far as its pages ask about it; each thing can be changed."""

    def __init__(self, kind, number=1):
        self.kind, self.lang, self.name = kind, "es", "lista/index.html"
        self.places, self.elsewhere, self.others = {}, {}, {}
        self.home, self.reads = "cards", None
        self.settings = {"DEFAULT_LANG": "es", "MENU": "menu", "AUTHOR": "Reme", "ARCHIVES_URL": "archivo/",
                         "TAG_FEED_MIN_POSTS": 3, "SEARCH_URL": "buscar/", "TAGS_URL": "etiquetas/",
                         "CATEGORIES_URL": "categorias/", "AUTHORS_URL": "autores/"}  # fmt: skip
        self.menu, self.reme = [("Blog", "blog/")], "Reme"
        self.article = self.more("uno")
        self.article.series = SimpleNamespace(name="Colas", url="s/", index=1, articles=[self.article])
        self.two, self.three = self.more("dos"), self.more("tres")
        self.about = self.more("acerca", is_page=True)
        self.posts = [self.article, self.two, self.three]
        self.pages = [self.about]  # of the menu
        self.four = self.more("cuatro")  # about which something was said
        self.label = label(name="Voto", url="etiqueta/voto/")
        self.series = SimpleNamespace(name="Colas", url="serie/colas/", lang="es", articles=[], index=1)
        self.page = SimpleNamespace(number=number, url="", object_list=[self.two])
        self.before, self.after = SimpleNamespace(url="p1/"), SimpleNamespace(url="p3/")
        self.paginator = SimpleNamespace(num_pages=3)
        self.said = [(self.four, "Bravo", "…")]
        self.json_ld, self.site_card, self.homes = "{}", None, {"es": "", "en": "en/"}
        self.years = [{"url": "2026/", "period_num": (2026,), "articles": [1, 2]}]
        self.months = [{"url": f"{year}/11/", "period_num": (year, 11), "articles": [1, 2]} for year in (2026, 2025)]
        self.period, self.form, self.parts = (2026, 11), "{date:%Y}/", 1
        self.talk_number = 2
        self.strange = []  # what somebody else's reader read

    def more(self, name, **other):
        """Another post, with those that stand around it."""
        around = {"translations": [], "related": [], "series": None, "previous": None, "next": None}
        return post(title=name, url=f"{name}/", shown_path=f"{name}.md", id=name, **around | other)

    def localized(self, url, lang):
        return f"{lang}/{self.places.get(url, url)}"

    def counterparts(self, url):
        return self.others.get(url, [])

    def elsewhere_by(self, url, languages):
        return [url, *languages, self.elsewhere.get(url)]

    @property
    def build(self):
        """The build, as the pages of this world find it."""
        digests = {one.shown_path: b"read" for one in (*self.posts, self.about) if one not in self.strange}
        return SimpleNamespace(
            settings=self.settings, editions=self, state=SimpleNamespace(digests=digests), search_parts=self.parts,
            words=SimpleNamespace(local=lambda told, lang: self.menu if (told, lang) == ("menu", self.lang) else None),
            people=SimpleNamespace(find={"Reme": self.reme, "": None}.__getitem__),
            looks=SimpleNamespace(layout={"home": self.home}), reads=self.reads,
        )  # fmt: skip

    def context(self):
        """What all pages are given."""
        return {
            "pages": self.pages, "articles": self.posts, "dates": self.posts[::-1], "site_card": self.site_card,
            "language_homes": self.homes, "latest_said": {self.lang: self.said} if self.said else None,
            "blog_json_ld": {"es": self.json_ld} if self.json_ld else None,
            "period_archives": {"year": self.years, "month": self.months},
            "DEFAULT_LANG": "es", "YEAR_ARCHIVE_URL": self.form,
            "SEARCH_URL": "buscar/", "ARCHIVES_URL": "archivo/",
        } | {name: [(self.label, self.posts)] for name in PLURALS}  # fmt: skip

    def inputs(self):
        """What the page is made of."""
        self.series.articles = self.posts
        paged = {"articles_page": self.page, "articles_paginator": self.paginator,
                 "articles_previous_page": self.before, "articles_next_page": self.after}  # fmt: skip
        values = {
            "article": {"article": self.article}, "page": {"page": self.about},
            "talk": {"article": self.article, "part": SimpleNamespace(number=self.talk_number)},
            "series": {"series": self.series} | paged,
            "period_archives": {"period": "x", "period_num": self.period, "articles": self.posts, **paged},
        }.get(self.kind, paged if self.kind in LISTS else {})  # fmt: skip
        if self.kind in ("tag", "category", "author"):
            values = values | {self.kind: self.label}
        page = PageToWrite(self.name, None, lambda: None, self.kind, values | {"page_lang": self.lang})
        found = self.build
        return inputs_of(page, Facets(found), self.context())

    def key(self):
        return self.inputs().key()


def put(name, value, of=None):
    """Change one thing of the world, or of something in it."""
    return lambda world: setattr(getattr(world, of) if of else world, name, value)


def place(url):
    return lambda world: world.places.update({url: "otra/"})


OF_ALL = {
    "its place": put("name", "otra/index.html"), "its language": put("lang", "en"),
    "the menu": put("menu", [("Blog", "b/")]), "the place of the menu": place("blog/"),
    "a page of the menu": put("title", "Quién", of="about"), "the owner": put("reme", "Reme B."),
    "another language": put("homes", {"es": ""}), "the card": put("site_card", "a.png"),
    **{f"where {url} is": place(url) for url in ("archivo/", "buscar/", "etiquetas/", "categorias/", "autores/")},
}  # fmt: skip
ONE_MORE = {"how many": lambda world: world.posts.append(world.more("cuatro"))}
OTHER_LABEL = {"the label": put("name", "Urna", of="label")}
A_LANGUAGE = {"a language in it": put("lang", "en", of="three")}
OF_A_LIST = ONE_MORE | A_LANGUAGE | {
    "a post in it": put("summary", "Otro", of="two"), "its number": put("number", 2, of="page"),
    "which posts": lambda world: setattr(world.page, "object_list", [world.three]),
    "the page before": put("url", "x/", of="before"), "the page behind": put("after", None),
    "how many pages": put("num_pages", 4, of="paginator"),
    "its feed": lambda world: world.settings.update(TAG_FEED_MIN_POSTS=4),
}  # fmt: skip
PLACES = {
    "its counterpart": lambda world: world.others.update({"lista/": ["en/list/"]}),
    "where else": lambda world: world.elsewhere.update({"lista/": "en/list/"}),
}
LABELLED = OF_A_LIST | PLACES | OTHER_LABEL | {
    "the label's place": place("etiqueta/voto/"),
    "the label's counterpart": lambda world: world.others.update({"etiqueta/voto/": ["en/tag/vote/"]}),
}  # fmt: skip
HOME = OF_A_LIST | {
    "what was said": put("said", []), "who said it": lambda world: world.said.__setitem__(0, (world.four, "Eva", "…")),
    "its words": lambda world: world.said.__setitem__(0, (world.four, "Bravo", "No")),
    "the post of it": put("title", "Otro", of="four"), "what search engines read": put("json_ld", "{1}"),
}  # fmt: skip
YEARS = {
    f"the years' {name}": lambda world, name=name, value=value: world.years[0].update({name: value})
    for name, value in (("url", "x/"), ("period_num", (2025,)), ("articles", [1]))
}
COUNTS = "the years' articles"
YEARS_NAMED = {name: one for name, one in YEARS.items() if name != COUNTS}
DATES = {"a post in it": put("title", "Otro", of="two"), "the order": lambda world: world.posts.reverse()}
SHOWN = {
    "article": {
        "its text": put("_content", "<p>No</p>", of="article"),
        **{name: (lambda world, name=name: setattr(world.article, name, world.two)) for name in ("previous", "next")},
        **{name: (lambda world, name=name: getattr(world.article, name).append(world.two))
           for name in ("translations", "related")},
        "no series": put("series", None, of="article"),
        **{f"its series' {name}": (lambda world, name=name, value=value: setattr(world.article.series, name, value))
           for name, value in (("name", "Filas"), ("url", "x/"), ("index", 2), ("articles", []))},
    },
    "page": {"its text": put("_content", "<p>No</p>", of="about"),
             "translations": lambda world: world.about.translations.append(world.two)},
    "talk": {"its text": put("_content", "<p>No</p>", of="article"), "its number": put("talk_number", 3),
             "translations": lambda world: world.article.translations.append(world.two)},
    "index": HOME, "language": HOME, "tag": LABELLED, "category": LABELLED, "author": LABELLED,
    "series": OF_A_LIST | PLACES | {"its name": put("name", "Filas", of="series"),
                                    "its place": put("url", "x/", of="series")},
    "period_archives": OF_A_LIST | PLACES | YEARS_NAMED | {"its time": put("period", (2026, 10)),
                                                     "a later post": put("title", "Otro", of="three")},
    "archives": DATES | PLACES | ONE_MORE | A_LANGUAGE | {
        "the years' place": place("2026/"), "no years": put("form", None),
    },
    **{kind: YEARS | PLACES | ONE_MORE | OTHER_LABEL | {
        "the search": place("buscar/"), "the parts of the search": put("parts", 2),
    } for kind in ("search", "404")},
    **dict.fromkeys(PLURALS, PLACES | ONE_MORE | OTHER_LABEL | A_LANGUAGE),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "what"), [(kind, what) for kind in KINDS for what in {**OF_ALL, **SHOWN[kind]}])
def test_what_a_page_shows_is_in_its_key(kind, what):
    """The same world gives the same key, another another."""
    world = World(kind)
    assert world.key() == World(kind).key()
    ((OF_ALL | SHOWN[kind])[what])(world)
    assert world.key() != World(kind).key()


@pytest.mark.parametrize("kind", [kind for kind in LISTS if kind != "period_archives"])
@pytest.mark.parametrize("what", ["how many", "how many pages", "what was said", "what search engines read"])
def test_a_page_of_older_posts_says_nothing_of_new_ones(kind, what):
    """Or each new post would draw them all; a blog's own templates may say it on any."""
    if what not in SHOWN[kind]:
        return
    for reads, is_same in ((None, True), ("watched", False)):
        worlds = [World(kind, number=2), World(kind, number=2)]
        for world in worlds:
            world.reads = reads
        SHOWN[kind][what](worlds[0])
        assert is_same == (worlds[0].key() == worlds[1].key())


@pytest.mark.parametrize("period", [(2026,), (2026, 11)])
def test_how_many_posts_a_year_has_stands_on_no_page_of_another(period):
    """Or each new post would draw the pages of all years and months there ever were."""
    world = World("period_archives")
    world.period = period
    before = world.key()
    YEARS[COUNTS](world)
    assert before == world.key()


@pytest.mark.parametrize(("kind", "period"), [("archives", None), ("period_archives", (2026,))])
def test_an_archive_of_many_posts_tells_of_its_months(monkeypatch, kind, period):
    """Where they are and how many posts each has; of the posts themselves nothing."""
    monkeypatch.setattr(archives, "MOST_LISTED", 2)
    world = World(kind)
    world.period = period
    before = world.key()
    assert {"", frozenset({"title", "url", "lang", "mark", "translations"})} == {
        world.inputs().posts.get(id(one), "") for one in (*world.posts, world.four, world.about)
    }
    world.two.title = "Otro"
    assert before == world.key()
    for change in ({"url": "x/"}, {"period_num": (2026, 10)}, {"articles": [1]}):
        world.months[0].update(change)
        assert before != (before := world.key())
    world.months[1].update(articles=[1])  # of another year
    assert (kind == "archives") == (before != world.key())


def test_a_home_of_whole_posts_shows_them_whole():
    """A home of cards knows nothing of their texts."""
    for home, is_same in (("cards", True), ("whole", False)):
        worlds = [World("index"), World("index")]
        for world in worlds:
            world.home = home
        worlds[0].two._content = "<p>No</p>"
        assert is_same == (worlds[0].key() == worlds[1].key())


def test_a_year_has_no_pages():
    """All its posts are named, however many; and nothing more of them."""
    year = World("period_archives")
    year.period = (2026,)
    before = year.key()
    assert FRAME | MAY_READ["period_archives"] - PAGED == year.inputs().names
    year.two.summary = "Otro"
    assert before == year.key()
    for change in (put("title", "Otro", of="two"), lambda world: world.posts.append(world.more("cuatro")), put(
            "lang", "en", of="three")):  # fmt: skip
        change(year)
        assert before != (before := year.key())


MAY_READ = {
    "article": {"article", "category"}, "page": {"page"}, "talk": {"article", "part"},
    **{kind: PAGED | {"articles", "blog_json_ld", "latest_said"} for kind in ("index", "language")},
    "archives": {"articles", "dates", "period_archives"},
    **{name: PAGED | {"articles", name} for name in ("tag", "category", "author", "series")},
    "period_archives": PAGED | {"articles", "dates", "period", "period_num", "period_archives"},
    **{kind: {"period_archives", "tags"} for kind in ("search", "404")}, **{kind: {kind} for kind in PLURALS},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_may_read_what_is_in_its_key(kind):
    """Of what all are given, and of each post as much as it shows; of a page of the menu its name."""
    world = World(kind)
    inputs = world.inputs()
    assert FRAME | MAY_READ[kind] == inputs.names
    sizes = {one.title: inputs.posts.get(id(one), "") for one in (*world.posts, world.four, world.about)}
    menu = frozenset({"title", "url", "lang", "mark", "translations"})
    named = dict.fromkeys(("uno", "dos", "tres"), LINK)
    expected = {
        "article": {"uno": None}, "page": {"acerca": None}, "talk": {"uno": None}, "archives": named,
        "index": {"dos": CARD, "cuatro": LINK}, "language": {"dos": CARD, "cuatro": LINK},
        "period_archives": named | {"dos": CARD},
        **{key: {"dos": CARD} for key in ("tag", "category", "author", "series")},
    }.get(kind, {})  # fmt: skip
    assert {"uno": "", "dos": "", "tres": "", "cuatro": "", "acerca": menu} | expected == sizes


@pytest.mark.parametrize(("kind", "named"), [("article", LINK), ("index", CARD)])
def test_a_page_of_the_menu_that_is_named_as_well_may_be_read_as_both(kind, named):
    """What the menu reads of it, and what the page does where it links to it."""
    world = World(kind)
    world.article.related, world.page.object_list = [world.about], [world.about]
    assert named | {"mark", "translations"} == world.inputs().posts[id(world.about)]


def test_a_page_that_no_menu_shows_is_seen_in_its_languages():
    """Its translations stand on it, wherever they stand besides."""
    worlds = [World("page"), World("page")]
    for world in worlds:
        world.pages = []
    worlds[0].about.translations.append(worlds[0].two)
    assert worlds[0].key() != worlds[1].key()


def test_a_list_without_pages_is_all_its_posts():
    """Each as lists show it; how many there are is said as well."""
    world = World("tag")
    world.page = None
    inputs, before = world.inputs(), world.key()
    assert [CARD] * 3 == [inputs.posts[id(one)] for one in world.posts]
    world.posts.append(world.more("cinco"))
    assert before != world.key()


@pytest.mark.parametrize("kind", KINDS)
def test_a_blog_that_says_little_has_keys_as_well(kind):
    """Of one language, without an owner's name, a menu, feeds of tags or anything that was said."""
    world = World(kind)
    world.homes, world.menu, world.said, world.json_ld = None, None, [], ""
    world.settings |= {"AUTHOR": None, "MENU": None, "TAG_FEED_MIN_POSTS": None}
    assert world.key() != World(kind).key()


@pytest.mark.parametrize("led_to", ["buscar/", "archivo/"])
@pytest.mark.parametrize("kind", ["search", "404"])
@pytest.mark.parametrize(("spoken", "homes", "told"), [("en", None, "es"), ("es", {"es": "", "en": "en/"}, "en")])
def test_who_is_lost_is_led_on_in_the_blogs_own_language_and_in_each_other(kind, led_to, spoken, homes, told):
    """Also where it has no other, and the page speaks another."""
    keys = set()
    for told_place in ("uno/", "dos/"):
        world = World(kind)
        world.lang, world.homes = spoken, homes
        world.localized = lambda url, lang, here=told_place: here if (url, lang) == (led_to, told) else url
        keys.add(world.key())
    assert 2 == len(keys)


def test_a_text_with_a_template_of_its_own_is_a_text():
    """Whatever the file of the template is called."""
    world = World("article")
    page = PageToWrite("x", None, lambda: None, "mine", {"article": world.article})
    assert {"text uno.md"} <= {name for name, _ in inputs_of(page, Facets(world.build), world.context()).parts}


def test_of_what_nobody_knows_nothing_is_told():
    """A kind of somebody else's theme, a text that somebody else's reader read: drawn anew each time."""
    assert World("strange").inputs() is None
    world = World("article")
    world.strange.append(world.article)
    assert world.inputs() is None


def test_a_page_that_says_no_language_has_that_of_its_text_or_of_the_blog():
    """The lists' own word comes first."""
    world = World("article")
    world.article.lang, world.about.lang = "eu", "ca"
    texts = {"article": {"article": world.article}, "page": {"page": world.about}, "search": {}}
    found = []
    for kind, told in (("article", "en"), ("article", None), ("page", None), ("search", None)):
        page = PageToWrite("x", None, lambda: None, kind, texts[kind] | {"page_lang": told})
        found.append(inputs_of(page, Facets(world.build), world.context()).lang)
    assert ["en", "eu", "ca", "es"] == found


def test_a_post_of_the_same_day_of_another_year_is_of_that_year():
    """The archive leads to each year that a post is of."""
    world = World("archives")
    world.three.date = datetime(2025, 11, 19)
    before = world.key()
    world.places["2025/"] = "otra/"
    assert before != world.key()
