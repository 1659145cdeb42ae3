"""What is seen at once: most spam without anything learnt, no honest comment taken for it, no fact counted twice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tertulia.conversation import bayes, spam_model
from tertulia.conversation.comment_markup import to_html
from tertulia.conversation.rules import Case, Signals, judge
from tertulia.store.said import Author, Incoming, Known
from tests import spam, spam_training
from tests.spam_training import Written, read

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
ANA = Author(network="form", identity="1", name="Ana")
SAID = Incoming(source="form", source_id="1", post="voto", lang="es", kind="comment", published=NOW, author=ANA)
# Of the thirty that were held back.
LEAST_AT_ONCE, LEAST_LATER = 24, 22


def incoming(text, name="Ana", site=""):
    """A comment as the form brings it."""
    return replace(SAID, text=text, html=to_html(text), author=replace(ANA, name=name or "Ana", url=site))


def judged(text, *, name="Ana", site="", known=None, signals=None, learnt=None):
    """The verdict on a comment that came by the form, as a browser sends it."""
    return judge(Case(incoming(text, name, site), known or Known(), signals or Signals()), learnt or {})


def decisions(spam_ones, honest_ones):
    """What the filter knows after the owner's word on some comments."""
    every = [(one, True) for one in spam_ones] + [(one, False) for one in honest_ones]
    return spam.learnt([spam.Labelled(one.text, one.name, one.site, is_spam) for one, is_spam in every])


def caught(comments: list[Written], learnt=None) -> list[Written]:
    """Those that fall into the spam box."""
    return [one for one in comments if judged(one.text, name=one.name, site=one.site, learnt=learnt).status == "spam"]


# What it is made of --------------------------------------------------------------------------------------------------


def test_the_model_is_what_its_comments_make_of_it():
    """Byte for byte, from the corpus in the repository, and small."""
    made = spam_training.written(spam_training.train(read("training_spam"), read("training_honest")))
    assert made == spam_model.PATH.read_bytes()
    assert len(made) < 200_000


def test_nothing_that_is_judged_was_trained_on():
    """Two halves, and none of them says the same thing twice."""
    trained = [one.text for kind in ("spam", "honest") for one in read(f"training_{kind}")]
    judged_ = [one.text for kind in ("spam", "honest") for one in read(f"held_back_{kind}")]
    assert (True, 60) == (len(trained) >= 400, len(judged_))
    assert set() == set(trained) & set(judged_)


# How well it does ----------------------------------------------------------------------------------------------------


def test_sixty_comments_that_it_never_saw():
    """The figures of docs/comments.md: nothing learnt, and after thirty decisions on the other half of them."""
    bad, good = read("held_back_spam"), read("held_back_honest")
    first, second = slice(0, None, 2), slice(1, None, 2)
    at_once, wrong = caught(bad), caught(good)
    later, wrong_later = [], []
    for own, other in ((first, second), (second, first)):
        learnt = decisions(bad[own], good[own])
        later += caught(bad[other], learnt)
        wrong_later += caught(good[other], learnt)
    print(f"nothing learnt: {len(at_once)} of 30 caught, honest ones held: {len(wrong)}")
    print(f"after 30 decisions: {len(later)} of 30 caught, honest ones held: {len(wrong_later)}")
    assert ([], []) == (wrong, wrong_later)
    assert (len(at_once) >= LEAST_AT_ONCE, len(later) >= LEAST_LATER) == (True, True)


def test_a_thousand_made_up_comments():
    """The other figures of docs/comments.md: templates and authors that neither model nor filter has seen."""
    train, test = spam.half(spam.TRAIN, 500, 1), spam.half(spam.TEST, 500, 2)
    assert set() == {one.text for one in train} & {one.text for one in test}
    for counts in ({}, spam.learnt(train)):
        precision, recall, wrong, _ = spam.measured(spam.judged(test, counts))
        print(f"precision {precision:.2f}, recall {recall:.2f}, honest ones held {wrong}")
        assert (0, True) == (wrong, recall >= 0.85)


@pytest.mark.parametrize(
    "text",
    [
        "No", "¡¡¡FUERA!!!", "Vaya mierda de artículo, das asco", "Great post!", "Muy buen artículo, gracias",
        "ESTO ES UN ROBO, ESTOY HARTA DE QUE NADIE CONTESTE Y DE QUE ENCIMA HAYA QUE DAR LAS GRACIAS",
        "Está todo en https://www.boe.es/a y en https://es.wikipedia.org/wiki/B, léelo antes de hablar",
        "Fuentes: https://www.ine.es https://www.bde.es https://elpais.com/a https://www.oecd.org/b https://rae.es",
        "Os lo resumo: https://bit.ly/4hilo", "Mi abuelo perdió la casa en el casino y luego pidió un préstamo",
        "Escríbeme a maruja@correo.example o llámame al 612 345 678 y te lo cuento",
        "Я согласна с каждым словом, спасибо", "No hi estic gens d'acord",
        "aver si aprendes a escrivir xq no se entiende na",
    ],
)  # fmt: skip
def test_honest_words_are_never_taken_for_spam(text):
    """Angry, one word, shouting, with links and sources, in other languages, about money and casinos."""
    with_links = decisions(read("training_spam")[:40], read("training_honest")[:40])
    assert ["waiting", "waiting"] == [judged(text).status, judged(text, learnt=with_links).status]


# What no script can make up for, and what counts once ----------------------------------------------------------------


@pytest.mark.parametrize("text", ["[url=https://a.example]x[/url]", "https://a.example/x " * 5])
def test_a_browsers_sum_does_not_outweigh_what_no_person_writes(text):
    """Any script can do it."""
    assert "spam" == judged(text, signals=Signals(worked=True)).status


def test_words_of_what_was_welcome_do_not_outweigh_links():
    """Who copies the blog's own words earns nothing by it."""
    welcome = "La hoja de reclamaciones se pide en el mostrador y nadie puede negarla"
    learnt = decisions([Written("casino bonus")] * 20, [Written(welcome)] * 20)
    links = "https://a.example/x " * 5
    assert judged(links).points == judged(f"{welcome} {links}", learnt=learnt).points


@pytest.mark.parametrize(
    ("text", "author", "fact"),
    [
        ("Os lo resumo: https://bit.ly/4hilo", {}, "host:bit.ly"),
        ("Lo explico en https://ana.example/a", {"site": "https://ana.example"}, "host:ana.example"),
        ("Hola a todos", {"name": "shop.online"}, "name:shop"),
        ("Hola a todos", {"known": Known(turned_down=2)}, "name:ana"),
        ("Mirad https://a.example", {}, "links:1"),
        ("Os espero en WhatsApp +34 600 111 222", {}, "whatsapp"),
        ("Pαypal me escribe", {}, bayes.words_of("Pαypal")[0]),
    ],
)
def test_what_a_rule_went_by_is_not_counted_by_the_filter(text, author, fact):
    """One fact, one reason: what the owner taught of it changes nothing."""
    nothing = {"": (50, 50)}
    assert fact in Case(incoming(text, author.get("name", "Ana"), author.get("site", "")), Known()).facts
    taught = nothing | {fact: (50, 0)}
    assert judged(text, **author, learnt=nothing).points == judged(text, **author, learnt=taught).points


def test_a_word_has_one_number():
    """What the owner taught of a word takes the place of what the model says, its pairs included."""
    text = "casino gratis"
    words = bayes.words_of(text)
    learnt = {"": (50, 50)} | dict.fromkeys(words, (0, 50))
    assert bayes.opinion(words, {}, text=text).spam > 0.5 > bayes.opinion(words, learnt, text=text).spam


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Estoy totalmente de acuerdo contigo", "waiting"),
        ("Estoy totalmente de acuerdo contigo https://a.example", "spam"),
        ("Llevo veinte años diciendo lo mismo en todas partes y nadie me ha escuchado nunca", "spam"),
    ],
)
def test_what_anybody_says_may_be_said_again(text, status):
    """Short words that lead nowhere are no copy; long ones and those with a link are."""
    assert status == judged(text, known=Known(repeats=3)).status


def test_the_model_has_a_bounded_cost():
    """A text as long as the form takes is weighed, whatever is in it."""
    for text in ("casino " * 1_400, "赌" * 10_000, "a b " * 2_500, "https://" * 1_250):
        assert 0 <= bayes.opinion(bayes.words_of(text), {}, text=text).spam <= 1
