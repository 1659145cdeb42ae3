"""What was approved stays what was approved: words, links, and who stands above them, each by itself."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tertulia.content import snapshot
from tertulia.conversation import bayes
from tertulia.conversation.changes import compared, readable
from tertulia.conversation.moderator import Moderator
from tertulia.conversation.rules import Case, Signals, judge
from tertulia.conversation.shown import ShownLink, in_order, is_small_edit, links_in, words_in
from tertulia.store import open_store
from tertulia.store.said import Author, Incoming, Known, Status, Trust
from tests.patience import little_work

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WORDS = "Muy buen artículo, me ha hecho pensar en mi propio barrio y en mis vecinos."
INES = Author(
    network="web", identity="https://ines.example/", name="Inés Ruiz", handle="@ines@ines.example",
    url="https://ines.example/", avatar="ines.webp",
)  # fmt: skip


def told(words=WORDS, html="", source="webmention", **named):
    """A reply as its source has it now."""
    return Incoming(
        source=source, source_id="1", post="voto", lang="es", kind="reply", published=NOW, text=words,
        html=html or f"<p>{words}</p>", url="https://ines.example/1", author=named.pop("author", INES), **named,
    )  # fmt: skip


class Public:
    """A reply that the owner read and approved."""

    def __init__(self, folder, incoming):
        self.folder = folder
        self.store = open_store("sqlite:///var/t.db", folder)
        self.moderator = Moderator(self.store, folder / "talk", lambda: NOW)
        self.key = self.moderator.ingest(incoming).key
        self.moderator.decide(self.key, Status.APPROVED, self.now().version)

    def now(self):
        return self.store.conversation.get(self.key)

    def shown(self):
        return snapshot.read(self.folder / "talk", "voto", "es").comments


@pytest.fixture
def public(tmp_path):
    made = Public(tmp_path, told())
    yield made
    made.store.close()


@pytest.mark.parametrize(
    "changed",
    [
        told(html=f"<p>{WORDS}</p>".replace("mi propio", '<a href="https://casino.example/bonus">mi propio</a>')),
        told("El autor es un ladrón y un mentiroso; habría que meterlo en prisión ya mismo."),
        told(f"{WORDS} www.casino.example"),
        told(f"{WORDS} https://casino.example"),
        replace(told(), url="https://casino.example/1"),
        replace(told(), in_reply_to="https://otra.example/lo-peor"),
        told(author=replace(INES, identity="https://casino.example/", name="Casino Bonus 100%")),
        told(" ".join(reversed(WORDS.split()))),
    ],
)
def test_what_says_something_else_waits(public, changed):
    """Other words, another order, a link that was not there, another place, another person."""
    public.moderator.ingest(changed)
    assert ("waiting", ()) == (public.now().status, public.shown())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="https://a.example">uno</a> y dos', '<a href="https://b.example">uno</a> y dos'),
        ('<a href="https://a.example">uno</a> y dos', 'uno y <a href="https://a.example">dos</a>'),
        ('<a href="https://a.example">uno</a> y dos', '<a href="https://a.example/?x">uno</a> y dos'),
        ('<a href="https://a.example">@ana</a> y dos', '<a href="https://b.example/@ana">@ana</a> y dos'),
    ],
)
def test_a_changed_link_always_waits(tmp_path, before, after):
    """Where it leads and the words it stands behind are one thing; fewer links are a small edit."""
    public = Public(tmp_path, told("uno y dos", before, source="mastodon"))
    public.moderator.ingest(told("uno y dos", after, source="mastodon"))
    assert "waiting" == public.now().status
    public.moderator.decide(public.key, Status.APPROVED, public.now().version)
    public.moderator.ingest(told("uno y dos", re.sub("<[^>]*>", "", after), source="mastodon"))
    assert "approved" == public.now().status


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "Casino Bonus 100%"),
        ("handle", "@bonus@casino.example"),
        ("url", "https://casino.example/"),
        ("avatar", "casino.webp"),
    ],
)
@pytest.mark.parametrize("words", [WORDS, WORDS.replace("Muy buen", "Buen")])
def test_who_was_approved_stands_as_they_were_approved(public, name, value, words):
    """What a person is called today stands under what they say today."""
    before = public.shown()[0]
    public.moderator.ingest(told(words, author=replace(INES, **{name: value})))
    (after,) = public.shown()
    assert [getattr(before, one) for one in ("author", "handle", "author_url", "avatar")] == [
        getattr(after, one) for one in ("author", "handle", "author_url", "avatar")
    ]
    later = replace(told("Otra cosa, más tarde."), source_id="2", url="https://ines.example/2")
    key = public.moderator.ingest(replace(later, author=replace(INES, **{name: value}))).key
    said = public.store.conversation.get(key)
    assert value == getattr(said, "author_url" if name == "url" else name)


def test_trust_covers_the_name_too(public):
    """Who is trusted says what they like, and is called what they like."""
    public.moderator.trust(public.key, Trust.TRUSTED, public.now().version)
    public.moderator.ingest(told(author=replace(INES, name="Inés R.")))
    assert ["Inés R."] == [one.author for one in public.shown()]


def test_what_the_owner_approved_is_still_their_approval_after_a_mended_word(public):
    """The filter goes on learning from it, with the words that stand there."""
    public.moderator.ingest(told(WORDS.replace("barrio", "barriada")))
    assert ("approved", "owner") == (public.now().status, public.now().decided_by)
    assert {"barriada": (0, 1), "": (0, 1)} == public.store.words.counts(["barrio", "barriada"])


# Measured ------------------------------------------------------------------------------------------------------------

PARTS = {
    "es": (
        "el la los las un una mi tu su este aquella cada otro mucho ningún",
        "barrio vecina artículo ayuntamiento bicicleta verano abuela panadería libro sindicato calle médico idea"
        " lluvia tren maestra periódico jardín mercado voz ventana invierno deuda pueblo",
        "piensa escribe vende recuerda cierra pierde quiere dibuja explica rompe encuentra teme celebra olvida",
        "de en con para sin sobre hasta desde y pero aunque porque cuando que",
        "viejo triste nuevo lento caro limpio raro público dulce oscuro último",
    ),
    "en": (
        "the a my your his this that every another much no",
        "street neighbour article council bicycle summer grandmother bakery book union doctor idea rain train teacher"
        " newspaper garden market voice window winter debt village",
        "thinks writes sells remembers closes loses wants draws explains breaks finds fears celebrates forgets",
        "of in with for without about until since and but although because when that",
        "old sad new slow dear clean strange public sweet dark last",
    ),
}


def sentence(chance: random.Random, lang: str) -> str:
    """Some words in the order of a sentence, 60 to 160 characters of them, with the small words that all share."""
    articles, nouns, verbs, joints, qualities = (part.split() for part in PARTS[lang])
    words: list[str] = []
    length = chance.randint(60, 160)
    while len(" ".join(words)) < length:
        words += [chance.choice(articles), chance.choice(nouns)]
        words += [chance.choice(qualities)] * chance.randint(0, 1)
        words += [chance.choice(verbs), chance.choice(articles), chance.choice(nouns), chance.choice(joints)]
    return " ".join(words[:-1]).capitalize() + "."


def test_of_two_thousand_pairs_of_unrelated_sentences_none_is_a_small_edit():
    """Spanish and English, by the rule that judges edits."""
    chance = random.Random(20261122)
    passed = []
    for number in range(2000):
        lang = ("es", "en")[number % 2]
        before, after = sentence(chance, lang), sentence(chance, lang)
        known = Known(status=Status.APPROVED, approved=1, text=before, html=f"<p>{before}</p>", url=told().url)
        if judge(Case(told(after), known)).status == Status.APPROVED:
            passed.append((before, after))
    assert [] == passed


def test_the_measure_is_bounded_for_any_words():
    """Twenty thousand words against as many, all alike or none."""
    for before, after in (("a b", "b a"), ("a", "a"), ("a", "b")):
        with little_work():
            is_small_edit(before.split() * 10_000, after.split() * 10_000, alike=0.75, most=10)
            compared(f"{before} " * 10_000, f"{after} " * 10_000)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("a b c d", "a b c d", 4), ("a b c d", "d c b a", 1), ("a b c d", "x a y c z", 2), ("", "a", 0), ("a", "", 0)],
)
def test_words_in_common_are_counted_in_their_order(before, after, expected):
    """The longest common subsequence."""
    assert expected == in_order(before.split(), after.split())


def test_signs_are_words():
    """What is only drawn is said too."""
    assert ["gracias", "!", "🖕"] == words_in("<p>Gracias!🖕</p>")


# Links that will be shown --------------------------------------------------------------------------------------------


def reasons(incoming, known=None, signals=None):
    given = judge(Case(incoming, known or Known(), signals))
    return {reason.key: reason.points for reason in given.reasons}, given.status


def hidden(*targets):
    return "<p>Muy " + " ".join(f'<a href="{target}">buen</a>' for target in targets) + " artículo.</p>"


def test_links_are_found_where_they_lead():
    """Behind words, as bare addresses that a reader may copy, with entities; once each."""
    html = (
        '<p>Lo <a href="https://a.example/?x=1&amp;y=2"><em>dice</em> él</a>, y www.b.example y https://c.example.</p>'
    )
    assert [
        ShownLink("https://a.example/?x=1&y=2", "dice él"),
        ShownLink("www.b.example", "www.b.example"),
        ShownLink("https://c.example.", "https://c.example."),
    ] == links_in(html)


def test_a_link_behind_a_word_is_counted():
    """By every rule that looks at links, from every way in, for trusted persons too."""
    three = hidden("https://a.example", "https://b.example", "https://c.example")
    assert (3, "waiting") == (reasons(told(html=three))[0]["rule_links"], reasons(told(html=three))[1])
    assert "waiting" == reasons(told(html=three), Known(trust=Trust.TRUSTED))[1]
    assert "approved" == reasons(told(html=hidden("https://a.example")), Known(trust=Trust.TRUSTED))[1]
    assert "rule_short_link" in reasons(told(html=hidden("https://bit.ly/x")))[0]
    own = told(source="form", html=hidden("https://www.ines.example/tienda"))
    assert "rule_own_links" in reasons(own, signals=Signals())[0]


def test_a_link_that_says_another_address_is_disguised():
    """Where the words are an address themselves, they must be the one it leads to, or a part of it."""
    false = '<p><a href="https://casino.example">https://elpais.example</a></p>'
    true = '<p><a href="https://www.elpais.example/a">https://elpais.example/a…</a></p>'
    assert (True, False) == (
        "rule_false_link" in reasons(told(html=false))[0],
        "rule_false_link" in reasons(told(html=true))[0],
    )


def test_names_that_a_network_links_are_not_links_that_somebody_put():
    """Unless they lead elsewhere, or the page is somebody's own."""
    html = (
        '<p><a href="https://mas.example/@blog">@blog</a> <a href="https://mas.example/tags/voto">#voto</a>'
        ' <a href="https://mas.example/users/ana">@ana@mas.example</a> sí</p>'
    )
    assert "rule_links" not in reasons(told(html=html, source="mastodon"))[0]
    assert 3 == reasons(told(html=html))[0]["rule_links"]
    false = '<p><a href="https://casino.example/bonus">@blog</a> sí</p>'
    assert 1 == reasons(told(html=false, source="mastodon"))[0]["rule_links"]


def test_the_filter_learns_where_hidden_links_lead():
    """As it does from an address in the words."""
    assert "host:casino.example" in bayes.words_of("Muy buen artículo", html=hidden("https://www.casino.example/x"))


def test_what_is_read_without_a_browser_says_where_links_lead():
    """In letters and in the terminal, a link hides behind no word."""
    assert "Muy buen <https://casino.example/> artículo." == readable(hidden("https://casino.example/"))
    assert "https://a.example" == readable('<a href="https://a.example">https://a.example</a>')
