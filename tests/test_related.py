"""Related posts: by their words, in one language, the same on every machine, and in linear time."""

import pytest

from tertulia.site.likeness import POSTS_PER_WORD
from tertulia.site.related import Text, related, stem, words_of

QUEUES = "<p>Llevo una hora en la cola de la ventanilla. La cola no avanza y la ventanilla cierra a las dos.</p>"
MORE_QUEUES = "<p>Otra mañana de colas: tres ventanillas, una abierta, y la cola dando la vuelta al edificio.</p>"
SOUP = "<p>El caldo pide tiempo, hueso y paciencia. Sin hueso no hay caldo, hay agua con sal.</p>"
MORE_SOUP = "<p>Mi abuela echaba al caldo un hueso de jamón y lo dejaba toda la tarde.</p>"


def post(key, html, *, lang="es", title="Sin título", tags=()):
    return Text(key, lang, title, html, tags)


def test_posts_that_share_telling_words_are_related():
    """Two posts about queues find each other, two about soup find each other, although nobody tagged them."""
    posts = [post("a", QUEUES), post("b", SOUP), post("c", MORE_QUEUES), post("d", MORE_SOUP)]
    assert related(posts) == {"a": ["c"], "b": ["d"], "c": ["a"], "d": ["b"]}


def test_the_order_of_the_posts_makes_no_difference():
    """The same posts in another order have the same relatives."""
    posts = [post("a", QUEUES), post("b", SOUP), post("c", MORE_QUEUES), post("d", MORE_SOUP)]
    assert related(posts) == related(reversed(posts))


def test_only_posts_in_the_same_language_are_compared():
    """A translation is no related post, though it shares its title and its tags."""
    posts = [
        post("a", QUEUES, tags=("colas",)),
        post("b", QUEUES, lang="en", tags=("colas",)),
        post("c", SOUP),
        post("d", SOUP, lang="en"),
    ]
    assert related(posts) == {"a": [], "b": [], "c": [], "d": []}


def test_no_more_than_asked_for():
    """A post with many relatives keeps the closest ones."""
    posts = [post(f"{n}", QUEUES) for n in range(6)] + [post(f"x{n}", SOUP) for n in range(6)]
    assert {2} == {len(found) for found in related(posts, 2).values()}


def test_one_post_alone_has_no_relatives():
    """A blog with one post is no special case; nor is one with none."""
    assert related([post("a", QUEUES)]) == {"a": []}
    assert related([]) == {}


def test_markup_is_not_compared():
    """What stands in tags and entities is no word of the text."""
    first = post("a", '<figure class="ventanilla cola">&nbsp;<p>caldo</p></figure>')
    second = post("b", '<figure class="ventanilla cola">&nbsp;<p>hueso</p></figure>')
    assert related([first, second, post("c", "<p>nada</p>")]) == {"a": [], "b": [], "c": []}


def test_tags_count_too():
    """Two short posts with one rare tag are related when their words say nothing."""
    posts = [post("a", "<p>Uno.</p>", tags=("Ñandú",)), post("b", "<p>Dos.</p>", tags=("ñandú",)), post("c", SOUP)]
    assert related(posts) == {"a": ["b"], "b": ["a"], "c": []}


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        ("reclamación reclamaciones", "es"),
        ("cliente clientes clienta", "es"),
        ("amable amables", "es"),
        ("teléfono TELÉFONOS telefono", "es"),
        ("complaint complaints", "en"),
        ("waited waiting waits", "en"),
    ],
)
def test_forms_of_one_word_are_one(words, lang):
    """Plurals, genders, accents and capitals do not keep two mentions of one thing apart."""
    assert len({stem(word, lang) for word in words.lower().split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("caña", "cana"), ("sueño", "sueno"), ("campaña", "campana")])
def test_n_and_ñ_are_different_letters(one, other):
    """The ñ is no accent: a reed is no grey hair."""
    assert stem(one, "es") != stem(other, "es")


def test_words_that_say_nothing_are_left_out():
    """Stop words, with and without their accents, have no stem."""
    assert {""} == {stem(word, "es") for word in words_of("También aquello después NUNCA")}
    assert {""} == {stem(word, "en") for word in words_of("Because they should themselves")}


def test_a_word_remembers_a_bounded_number_of_posts():
    """However many posts share a word, each is compared with few: this keeps the time linear."""
    posts = [post(f"{n:04}", f"<p>colas{'a' * 5} único{n:04}</p>") for n in range(POSTS_PER_WORD * 3)]
    posts += [post(f"z{n:04}", f"<p>otra{n:04}</p>") for n in range(20)]
    found = {other for relatives in related(posts, 500).values() for other in relatives}
    assert len(found) == POSTS_PER_WORD
