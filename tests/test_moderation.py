"""The rules: each gives its points and its reason; together they hold back, and never refuse nor drop."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tertulia.conversation.bayes import Opinion
from tertulia.conversation.rules import RULES, SPAM, Case, Signals, judge, what_its_words_say
from tertulia.core.languages import Languages
from tertulia.store.said import Author, Incoming, Known

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SAID = Incoming(
    source="form", source_id="1", post="voto", lang="es", kind="comment", published=NOW,
    text="Pues no estoy de acuerdo.",
    author=Author(network="form", identity="1", name="Ana"),
)  # fmt: skip

# Of a comment that was approved, all that a small edit leaves as it was.
SAME = {"status": "approved", "same_person": True, "url": "", "in_reply_to": ""}


def verdict(text=SAID.text, known=None, signals=None, **others):
    """What is made of a comment."""
    incoming = replace(SAID, text=text, author=replace(SAID.author, **others.pop("author", {})))
    return judge(Case(incoming, known or Known(), signals or Signals(), **others))


def points(given, key):
    """What one rule gave; None when it kept silent."""
    return next((reason.points for reason in given.reasons if reason.key == key), None)


def test_a_strangers_first_word_waits_without_points():
    """That is all that is held against it."""
    given = verdict()
    assert ("waiting", 0, ["rule_first"]) == (given.status, given.points, [one.key for one in given.reasons])


@pytest.mark.parametrize(
    ("signals", "key", "expected"),
    [
        (Signals(origin="other"), "rule_origin_other", 4),
        (Signals(origin="none"), "rule_origin_none", 1),
        (Signals(age_seconds=1.2), "rule_haste", 4),
        (Signals(age_seconds=3.0), "rule_haste", None),
        (Signals(honeypot=True), "rule_honeypot", 5),
        (Signals(recent=3), "rule_rate", None),
        (Signals(recent=4), "rule_rate", 2),
        (Signals(recent=8), "rule_rate", 2),
        (Signals(recent=9), "rule_rate", 5),
        (Signals(worked=True), "rule_worked", 0),
        (Signals(worked=False), "rule_worked_wrong", 3),
        (Signals(worked=None), "rule_worked", None),
    ],
)
def test_how_it_came(signals, key, expected):
    """Origin, haste, honeypot, rate and proof of work."""
    assert expected == points(verdict(signals=signals), key)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("Mira https://a.example", "rule_links", 1),
        ("https://a.example https://b.example www.c.example", "rule_links", 3),
        ("https://a.example https://b.example", "rule_links", 1),
        ("https://a.example " * 4, "rule_links", 3),
        ("https://a.example " * 5, "rule_links", 5),
        ("https://a.example " * 4 + "https://b.example https://c.example", "rule_links", 5),
        ("https://a.example " * 3 + "https://b.example https://c.example", "rule_links", 3),
        ("Pues <a  href=x>mira</a>", "rule_forum_links", 5),
        ("[link]https://a.example[/link]", "rule_forum_links", 5),
        ("mira https://a.example/x", "rule_short_link", None),
        ("Escríbeme a ana@correo.example", "rule_reach", 1),
        ("Estoy en Telegram: @ana", "rule_reach", 1),
        ("Me llamo Ana", "rule_reach", None),
        ("[url=https://a.example]x[/url]", "rule_forum_links", 5),
        ("mira https://bit.ly/x", "rule_short_link", 2),
        ("Pαypal te espera hoy", "rule_mixed_letters", 3),
        ("Купить дешево сегодня здесь", "rule_alphabet", 3),
        ("Приветы", "rule_alphabet", 3),  # with the name, ten letters
        ("Привет", "rule_alphabet", None),
        (
            "En ruso se dice «пожалуйста», que además de por favor quiere decir de nada, y eso me gusta.",
            "rule_alphabet",
            None,
        ),
        ("NO ME CANSARÉ DE DECIRLO: ESTO ES UN ABUSO Y LO SABEN", "rule_shouting", 0),
        ("¡Ñandú! ¿Qué?", "rule_shouting", None),
        ("A" * 41, "rule_shouting", 0),
        ("A" * 40, "rule_shouting", None),
        ("A" * 42 + "a" * 14, "rule_shouting", None),
        ("A" * 43 + "a" * 14, "rule_shouting", 0),
        ("Llámame al 612 345 678", "rule_private", 0),
        ("Mi correo es ana@correo.example", "rule_private", 0),
        ("Ingresadlo en DE89 3704 0044 0532 0130 00", "rule_private", 0),
        ("Ingresadlo en ES9121000418450200051332, gracias", "rule_private", 0),
        (f"{'a' * 90}@correo.example", "rule_private", 0),
        ("Mi carné es 12345678Z", "rule_private", 0),
        ("Lo dijo @ana@mastodon.example", "rule_private", None),
        ("Está en https://mapas.example/612345678/ana@correo.example", "rule_private", None),
        ("Pasó el 2026-11-22 a las 18:00", "rule_private", None),
    ],
)
def test_what_it_says(text, key, expected):
    """Links, disguises, alphabets, shouting, and what the owner should see before it is public."""
    assert expected == points(verdict(text), key)


def test_a_name_that_is_a_shop():
    """And a person called so on a network is nobody's business."""
    shop = {"name": "best-slots.online"}
    assert 3 == points(verdict(author=shop), "rule_name")
    assert None is points(verdict(), "rule_name")
    there = replace(SAID, source="mastodon", author=replace(SAID.author, network="mastodon", **shop))
    assert None is points(judge(Case(there, Known())), "rule_name")


def test_the_letters_of_a_name_count_as_those_of_the_words():
    """A look-alike is one wherever it stands."""
    assert 3 == points(verdict(author={"name": "Pαypal"}), "rule_mixed_letters")


def test_a_link_that_says_another_address_is_told():
    """Where it leads, and what it says; more than one behind a shortener."""
    html = '<p>Mira <a href="https://casino.example">https://elpais.example</a></p>'
    given = judge(Case(replace(SAID, html=html), Known()))
    assert [("casino.example", "https://elpais.example")] == [
        (one.values["host"], one.values["words"]) for one in given.reasons if one.key == "rule_false_link"
    ]
    assert 4 == points(given, "rule_false_link")


@pytest.mark.parametrize(
    ("known", "text", "key", "expected"),
    [
        (Known(approved=1), "Mira https://a.example", "rule_links", None),
        (Known(approved=1), "https://a.example https://b.example", "rule_links", 1),
        (Known(approved=1), "Escríbeme a ana@correo.example", "rule_reach", None),
        (Known(approved=1), "Sí.", "rule_known", -2),
        (Known(approved=1, turned_down=1), "Sí.", "rule_turned_down", 2),
        (Known(approved=1, turned_down=1), "Sí.", "rule_known", None),
        (Known(repeats=1), "una dos tres cuatro cinco seis siete ocho", "rule_repeats", 0),
        (Known(repeats=9), "una dos tres cuatro cinco seis siete ocho", "rule_repeats", 0),
        (Known(repeats=2), "una dos tres cuatro cinco seis siete ocho nueve", "rule_repeats", 3),
        (Known(repeats=3), "una dos tres cuatro cinco seis siete ocho nueve", "rule_repeats", 5),
        (Known(repeats=1), "Mira https://a.example", "rule_repeats", 3),
        (Known(repeats=3), "Llama al 612345678", "rule_repeats", 5),
    ],
)
def test_what_was_there_before(known, text, key, expected):
    """Who is known may link once and say where they are; the same words once more, where they lead somewhere."""
    assert expected == points(verdict(text, known), key)


def test_common_words_that_lead_to_a_site_are_an_advertisement():
    """Once more, with an address behind the name."""
    assert 3 == points(verdict("Muy bueno", Known(repeats=1), author={"url": "https://a.example"}), "rule_repeats")


def test_what_is_shown_is_what_is_judged():
    """The text beside it is read by nobody."""
    assert 0 == points(judge(Case(replace(SAID, html=f"<p>{'A' * 41}</p>"), Known())), "rule_shouting")


@pytest.mark.parametrize("word", ["telegram", "whatsapp", "wechat", "skype", "signal", "mail", "email", "correo"])
def test_the_name_of_a_way_to_answer_is_no_second_fact(word):
    """That it says where to answer has been counted."""
    others = {"": (50, 50), "claro": (50, 0), "pues": (50, 0), "venga": (50, 0)}
    said = Case(replace(SAID, text=f"Por {word}, claro, venga, pues: ana@a.example"), Known())
    with_it, without = (judge(said, learnt).reasons for learnt in (others | {word: (50, 0)}, others))
    assert with_it == without
    assert "rule_bayes_spam" in [one.key for one in without]


def test_a_second_opinion_is_one_of_many():
    """And silence is none."""
    assert [4, None, None] == [points(verdict(second_opinion=said), "rule_akismet") for said in (True, False, None)]


def test_who_is_not_vouched_for_is_told_and_not_trusted():
    """A page names whom it likes: a trusted name proves nothing there."""
    given = verdict(known=Known(trust="trusted"), author={"is_vouched": False})
    assert ("waiting", 0) == (given.status, points(given, "rule_unproved"))


@pytest.mark.parametrize("how", [{"known": Known(is_owner=True)}, {"author": {"is_owner": True}},
                                 {"signals": Signals(signed_in=True)}])  # fmt: skip
def test_the_owner_is_nobody_to_be_judged(how):
    """However it is known: whatever they say is public."""
    assert "approved" == verdict("https://a.example " * 5, **how).status


def test_what_a_rule_went_by_is_not_learnt_against_it_twice():
    """Of the same facts, those that no rule names are the filter's."""
    learnt = {"": (50, 50), "host:bit.ly": (50, 0), "links:1": (50, 0), "name:ana": (50, 0)}
    known = Known(approved=1)
    assert None is points(judge(Case(replace(SAID, text="https://bit.ly/x"), known), learnt), "rule_bayes_spam")
    other = replace(SAID, text="https://a.example/x")
    assert 4 == points(judge(Case(other, known), learnt | {"host:a.example": (50, 0)}), "rule_bayes_spam")


def test_somebody_new_who_links_to_their_own_site():
    """An old acquaintance may."""
    text, author = "Lo explico en https://www.ana.example/a", {"url": "https://ana.example"}
    assert None is points(verdict("Lo explico en https://otra.example/a", author=author), "rule_own_links")
    assert None is points(verdict(text), "rule_own_links")
    assert 2 == points(verdict(f"{text} y https://otra.example", author=author), "rule_own_links")
    here = replace(SAID, html='<p><a href="/etiqueta/voto/">Voto</a></p>')
    assert None is points(judge(Case(here, Known(), Signals())), "rule_own_links"), "nobody's site, linked by nobody"
    there = replace(SAID, source="mastodon", text=text, author=replace(SAID.author, **author))
    assert None is points(judge(Case(there, Known())), "rule_own_links")
    assert 2 == points(verdict(text, author=author), "rule_own_links")
    assert None is points(verdict(text, Known(approved=1), author=author), "rule_own_links")


@pytest.mark.parametrize(
    ("known", "status"),
    [
        (Known(trust="blocked"), "spam"),
        (Known(trust="trusted"), "approved"),
        (Known(is_owner=True), "approved"),
        (Known(approved=9), "waiting"),
        (Known(turned_down=2), "waiting"),
    ],
)
def test_who_says_it(known, status):
    """Only the owner's trust publishes; only a block or points make spam."""
    assert status == verdict(known=known).status


def test_trust_does_not_publish_what_looks_stolen():
    """A trusted name with five links waits like anybody's."""
    assert "spam" == verdict("https://a.example " * 5, Known(trust="trusted")).status
    assert "waiting" == verdict("https://a.example https://b.example https://c.example", Known(trust="trusted")).status


@pytest.mark.parametrize(
    ("before", "after", "status"),
    [
        ("No pito, pero me quejo", "No pito pero me quejo mucho", "approved"),
        ("No pito, pero me quejo", "No pito, pero mira https://a.example", "waiting"),
        (
            "No pito, pero me quejo de casi todo lo que se dice en esta plaza desde hace un año",
            "No pito, pero me quejo de casi todo lo que se dice en esta plaza desde hace un año www.a.example",
            "waiting",
        ),
        ("Pito poco y lo cuento en https://a.example", "Pito poco, y lo cuento en https://a.example", "approved"),
        ("No pito, pero me quejo", "Compra ya zapatos baratísimos en la tienda", "waiting"),
    ],
)
def test_what_was_approved_may_change_a_little(before, after, status):
    """A mended typo does not wait again; another text does."""
    assert status == verdict(after, Known(approved=1, status="approved", text=before)).status


@pytest.mark.parametrize(
    ("known", "more"),
    [
        (Known(status="waiting"), {}),
        (Known(status="approved", same_person=False), {}),
        (Known(status="approved", url="https://otra.example/1"), {}),
        (Known(status="approved", in_reply_to="7"), {}),
        (Known(status="approved"), {"signals": Signals(honeypot=True)}),
        (Known(status="approved"), {"signals": Signals(worked=False)}),
    ],
)
def test_what_was_not_approved_so_waits_again(known, more):
    """The same words, of somebody else, in another place, as an answer to something else, or sent as spam is."""
    assert "approved" == verdict(known=replace(known, text=SAID.text, **SAME)).status
    assert "approved" != verdict(known=replace(known, text=SAID.text), **more).status


@pytest.mark.parametrize(
    ("share", "is_lure", "expected"),
    [
        (0.98, False, 5),
        (0.979, False, 3),
        (0.85, False, 3),
        (0.849, False, 2),
        (0.99, False, 5),
        (0.9, False, 3),
        (0.9, True, 4),
        (0.5, True, 4),
        (0.5, False, 2),
        (0.4, True, None),
    ],
)
def test_what_the_filter_makes_of_the_words(share, is_lure, expected):
    """It shows them, and they weigh more where they lead somewhere."""
    given = what_its_words_say(Opinion(share, ("casino", "bonus")), is_lure=is_lure)
    said = (given.key, given.points, given.values["words"]) if given else None
    assert said == (("rule_bayes_spam", expected, "casino, bonus") if expected else None)


@pytest.mark.parametrize(
    ("share", "is_learnt", "key"),
    [(0.5, True, "rule_bayes_spam"), (0.5, False, "rule_words"), (0.1, True, "rule_bayes_ham"), (0.1, False, None),
     (0.101, True, None)],
)  # fmt: skip
def test_whose_word_it_is_is_told(share, is_learnt, key):
    """The owner's decisions are told as such; nobody's welcome is a word of ours."""
    given = what_its_words_say(Opinion(share, (), is_learnt), is_lure=False)
    assert key == (given and given.key)


def test_what_comes_from_a_network_is_not_asked_for_a_token():
    """Without a form, only its words and its writer count."""
    given = judge(Case(SAID, Known()))
    assert ("waiting", ["rule_first"]) == (given.status, [one.key for one in given.reasons])


def test_points_add_up_to_spam():
    """No rule but the honeypot, a crowd of links or a block does it alone."""
    given = verdict("mira https://bit.ly/x", signals=Signals(origin="other"))
    assert ("spam", 7) == (given.status, given.points)
    assert given.points >= SPAM


@pytest.mark.parametrize("rule", [*RULES, what_its_words_say], ids=lambda rule: rule.__name__)
def test_every_rule_says_why_in_both_languages(rule):
    """A reason without a phrase would break the owner's page."""
    import inspect
    import re

    keys = re.findall(r'"(rule_\w+)"', inspect.getsource(rule))
    assert keys
    assert [] == [key for key in keys if not all(key in Languages().get(lang).phrases for lang in ("es", "en"))]
