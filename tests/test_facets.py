"""What pages show of posts is a digest that changes with all that is shown in that size, and with nothing else."""

import pickle
from collections import OrderedDict
from datetime import date, datetime
from types import SimpleNamespace

import pytest

from tertulia.site.facets import CARD, LINK, Facets, Inputs, UndeclaredError, digest, plain


class Editions:
    """Where a list is in a language."""

    place = ""

    def localized(self, url, lang):
        return f"{self.place}/{lang}/{url}"


def label(**other):
    """A tag, category or author, with something else in it."""
    told = {"name": "Voto", "slug": "voto", "url": "tag/voto/", "has_page": True, "description": {"es": "Votar"}}
    return SimpleNamespace(**told | {"person": None, "portrait": None} | other)


def post(**other):
    """A post, with something else in it."""
    named = {"title": "El voto", "url": "voto/", "lang": "es", "date": datetime(2026, 11, 19), "mark": "",
             "shown_path": "voto.md", "id": "voto", "is_page": False, "header_lines": {}}  # fmt: skip
    listed = {"summary": "Votar", "cover": None, "authors": [label(name="Reme")], "category": label(name="Urnas"),
              "minutes": 3, "comment_count": 0}  # fmt: skip
    shown = {"content": "<p>Sí</p>", "_content": "<p>Sí</p>", "tags": [label()], "categories": [label(name="Urnas")],
             "syndication": (), "counts": {}, "comments": (), "talk_parts": (), "talk_places": {}, "open": True,
             "card": None, "json_ld": "{}", "save_as": "voto/index.html", "template": "article", "talk_folder": "talk",
             "slug": "voto"}  # fmt: skip
    return SimpleNamespace(**named | listed | shown | other)


def facets(record=b"read", place=""):
    """Of a build that has read the post."""
    editions = Editions()
    editions.place = place
    state = SimpleNamespace(digests={"voto.md": record, "otro.md": record} if record else {})
    return Facets(SimpleNamespace(editions=editions, state=state))


SIZES = {
    "link": lambda one, found=None: (found or facets()).link(one),
    "card": lambda one, found=None: (found or facets()).card(one, "es"),
    "full": lambda one, found=None: (found or facets()).full(one),
}
OTHER = {
    "link": {"title": "¿?", "url": "otro/", "lang": "en", "date": datetime(2026, 11, 20), "mark": "draft",
             "shown_path": "otro.md", "id": "otro"},
    "card": {"summary": "…", "cover": "a.jpg", "authors": [], "category": label(name="Otra"), "minutes": 4,
             "comment_count": 1},
    "full": {"_content": "<p>No</p>", "tags": [], "categories": [], "syndication": ("x",), "counts": {"like": 1},
             "comments": ("c",), "talk_parts": (2,), "talk_places": {"c": 2}, "open": False, "card": "card.png",
             "json_ld": "{1}", "save_as": "o.html", "template": "other", "talk_folder": "t", "slug": "otro"},
}  # fmt: skip
SHOWN = {
    "link": {*OTHER["link"]},
    "card": {*OTHER["link"], *OTHER["card"]},
    "full": {*OTHER["link"], *OTHER["full"], "authors", "comment_count", "summary"},
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("name", "value"), [one for more in OTHER.values() for one in more.items()])
def test_a_page_is_drawn_anew_for_what_it_shows_and_for_nothing_else(size, name, value):
    """Each thing by itself, in each of the three sizes."""
    changed = SIZES[size](post()) != SIZES[size](post(**{name: value}))
    assert changed == (name in SHOWN[size])


def test_a_page_may_read_of_a_post_what_its_digest_knows():
    """What is in the one and not in the other would be old on a page, or draw it for nothing."""
    assert (SHOWN["link"], SHOWN["card"]) == (LINK, CARD)


def test_a_page_without_a_date_has_none_to_show():
    """It has the day of the build, which is another tomorrow."""
    today, tomorrow = datetime(2026, 11, 19), datetime(2026, 11, 20)
    said = {"date": 3}
    for more, is_same in (({}, True), ({"header_lines": said}, False)):
        one, other = (facets().link(post(is_page=True, date=day, **more)) for day in (today, tomorrow))
        assert is_same == (one == other)


def test_a_link_to_a_file_is_shown_as_it_leads():
    """Pelican knows where only when all posts are read."""
    for raw, is_same in (('<a href="{filename}b.md">', False), ("<a href='|filename|b.md'>", False), ("<p>", True)):
        one, other = (facets().full(post(_content=raw, content=place)) for place in ("b/", "c/"))
        assert is_same == (one == other)


def test_a_text_that_somebody_elses_reader_read_has_no_digest():
    """Nobody knows what it is made of; what was read otherwise than before is another."""
    with pytest.raises(UndeclaredError, match=r"voto\.md"):
        facets(record=None).full(post())
    assert facets(b"read").full(post()) != facets(b"read otherwise").full(post())


@pytest.mark.parametrize("other", [
    {"name": "Urna"}, {"slug": "urna"}, {"url": "tag/urna/"}, {"has_page": False}, {"description": {"es": "Pitar"}},
    {"description": None}, {"person": "Ana"}, {"portrait": "ana.jpg"},
])  # fmt: skip
def test_a_label_is_all_that_pages_say_of_it(other):
    """For the page of the tag, and for each text that bears it."""
    found = facets()
    assert found.label(label(), "es") != found.label(label(**other), "es")
    assert found.full(post()) != found.full(post(tags=[label(**other)]))


def test_a_label_of_which_nothing_is_said_has_a_page():
    """As a category of Pelican's own."""
    bare = SimpleNamespace(name="Voto", slug="voto", url="tag/voto/")
    found = facets()
    assert (
        found.label(bare, "es")
        == found.label(label(description={}), "es")
        == found.label(label(description=None), "es")
    )


def test_a_label_leads_where_its_list_is_in_that_language():
    """In another language it is another link; where the list has moved, too."""
    found, one = facets(), label()
    assert found.label(one, "es") != found.label(one, "en")
    assert found.label(one, "es") != facets(place="/nuevo").label(one, "es")
    assert found.card(shown := post(), "es") != found.card(shown, "en")


def test_a_page_may_read_what_it_asked_for():
    """Of each post as much as the greatest of its sizes; all of it, once asked for, stays all."""
    inputs, one = Inputs(facets(), "es"), post()
    seen = []
    for ask in (lambda: inputs.link(one), lambda: inputs.card(one), lambda: inputs.links([one], "related"),
                lambda: inputs.full(one), lambda: inputs.card(one), lambda: inputs.link(None)):  # fmt: skip
        ask()
        seen.append(inputs.posts[id(one)])
    assert [LINK, CARD, CARD, None, None, None] == seen
    assert ["link", "card", "related", "text", "card"] == [name.split()[0] for name, _ in inputs.parts]
    named, whole = Inputs(facets(), "es"), Inputs(facets(), "es")
    named.links([one], "related")
    assert [LINK] == list(named.posts.values())
    whole.card(one, whole=True)
    assert [None] == list(whole.posts.values())


@pytest.mark.parametrize("ask", ["link", "card", "full", "links", "value", "label"])
def test_a_page_is_what_it_asked_for_in_its_order(ask):
    """Its key is another for other answers, and for the same in another order."""

    def key(*asked):
        inputs = Inputs(facets(), "es")
        for one in asked:
            given = {"links": ([one], "related"), "value": ("list", one.title), "label": (label(name=one.title),)}
            getattr(inputs, ask)(*given.get(ask, (one,)))
        return inputs.key(), len(inputs.told())

    one, other = post(), post(title="Otro")
    assert key(one, other) == key(post(), post(title="Otro"))
    assert 2 == key(one, other)[1]
    assert 3 == len({key(one, other)[0], key(other, one)[0], key(one)[0]})


@pytest.mark.parametrize(("one", "other", "is_same"), [
    ({8, 0}, frozenset((0, 8)), True),
    ({0, 8}, frozenset((8, 0)), True),
    (["a", "b"], ["b", "a"], False),
    (("a",), ["a"], True),
    ({"a": 1}, OrderedDict(a=1), True),
    ({"a": 1}, {"a": 2}, False),
    ({"a": date(2026, 1, 1)}, {"a": "2026-01-01"}, True),
    (type("Word", (str,), {"__repr__": lambda self: "x"})("a"), "a", True),
    ([None, 1.5, b"a"], [None, 1.5, b"a"], True),
    (None, "None", False),
])  # fmt: skip
def test_a_value_is_what_it_says(one, other, is_same):
    """Whatever holds it."""
    assert is_same == (digest(plain(one)) == digest(plain(other)))


@pytest.mark.parametrize("value", [object(), [object()], {"a": object()}, {"a": [{object()}]}])
def test_what_does_not_say_all_of_itself_has_no_digest(value):
    """However deep it lies."""
    with pytest.raises(UndeclaredError):
        plain(value)


def test_what_a_page_may_read_is_the_same_when_it_is_settled():
    """It is held in less memory then, and pages share it; of a post that it never asked for nothing may be read."""
    found, posts = facets(), [post() for _ in range(3)]

    def settled():
        inputs = Inputs(found, "es")
        inputs.full(posts[1])
        inputs.links(posts, "related")
        inputs.frame(posts[2], frozenset({"url"}))
        inputs.names |= {"article"}
        return inputs, found.shared(pickle.loads(pickle.dumps(inputs.settled())))  # as it comes from another process

    (inputs, one), (_, other) = settled(), settled()
    assert inputs.posts == dict(one.posts.pairs()) == {id(post): one.posts.of(post) for post in posts}
    assert frozenset() == one.posts.of(inputs)
    assert (inputs.key(), [*inputs.told()], inputs.names) == (one.key, one.told.split("\0"), one.names)
    assert one.names is other.names and one.posts.may is other.posts.may
