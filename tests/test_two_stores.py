"""SQLite and PostgreSQL are asked the same two hundred questions about people and words, and answer the same."""

import unicodedata
from datetime import UTC, datetime

import pytest

from tertulia.core.text import fold_for_search
from tertulia.store.said import Author, Incoming, Verdict

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
# Name, handle, site, words: capitals outside ASCII, ñ, ç, letters in two writings, and the signs of SQL.
PEOPLE = [
    ("Óscar Núñez", "@oscar@mas.example", "https://mas.example/@oscar", "EL ÑANDÚ NO ES UNA GALLINA"),
    ("Ángela", "@Angela.test", "https://bsky.app/profile/angela.test", "¿Qué tal, ÁNGELES?"),
    ("Íñigo", "", "https://iñigo.example/sobre-mí", "Ferretería «La Unión»"),
    (unicodedata.normalize("NFD", "Íñigo"), "", "", unicodedata.normalize("NFD", "pingüino, camión, niño")),
    ("Çelik Aydın", "", "", "Façana i plaça, l·l"),
    ("Straße", "", "", "STRASSE UND STRAßE"),
    ("ÉTIENNE", "@etienne", "", "œuvre, Œdipe, cœur"),
    ("Łucja", "", "", "Żółć, ŁÓDŹ"),
    ("ΆΝΝΑ", "", "", "Ο ΣΊΣΥΦΟΣ, σίσυφος"),
    ("Ёлка", "", "", "Ещё один, ЙОД"),
    ("100%_a", "@a_b", "https://sql.example/100%25?a=_", "100% de acuerdo_ya \\ o no"),
    ("O'Neill", "", "", "l'Empordà; -- nada"),
    ("Ana", "@ana@mas.example", "https://mas.example/@ana", "ana, banana y Mañana"),
    ("ANA", "@ana@otra.example", "https://otra.example/@ana", "İstanbul, ﬁn, ①"),
    ("李小龙", "", "", "功夫 🐌 emoji"),
]
TURNED = (str, str.upper, str.lower, str.title, fold_for_search)
QUESTIONS = sorted(
    {
        turn(unicodedata.normalize(form, word))
        for name, handle, site, words in PEOPLE
        for word in (name, handle, site, *words.split(), *name.split())
        if word
        for turn in TURNED
        for form in ("NFC", "NFD")
    }
    | {"%", "_", "\\", "'", "nadie", "100%_b", "Ang", "@", "á", "n~", " ", "ana banana", "ANA mañana"}
)


@pytest.fixture
def talk(either_store):
    """The conversation of a store of either kind, in which everybody has said something."""
    for number, (name, handle, site, words) in enumerate(PEOPLE):
        author = Author(network="mastodon", identity=f"https://x.example/{number}", name=name, handle=handle, url=site)
        said = Incoming(
            source="mastodon", source_id=f"{number}", post="voto", lang="es", kind="reply", author=author,
            published=NOW, text=words, html=f"<p>{words}</p>",
        )  # fmt: skip
        either_store.conversation.record(said, Verdict("approved"), NOW)
    return either_store.conversation


def is_found(person, question):
    """Whether every word of *question* stands in what is said of, and by, *person*."""
    said = fold_for_search(" ".join((*person, "voto")))
    return all(word in said for word in fold_for_search(question).split())


def is_called(person, question):
    """Whether *question* is what *person* is called, letter by letter, in whichever of the two writings."""
    name, handle, site, _ = (unicodedata.normalize("NFC", one) for one in person)
    asked = unicodedata.normalize("NFC", question)
    return bool(asked.strip()) and (asked in (name, site) or (bool(handle) and asked in (handle, handle[1:])))


@pytest.mark.slow
def test_the_same_questions_have_the_same_answers(talk):
    """Looked for by words, whatever their case and accents, and looked for exactly."""
    assert 200 <= len(QUESTIONS)
    by_text = {person[3]: person for person in PEOPLE}
    for question in QUESTIONS:
        found = {one.text for one in talk.find(words=question)} if question.strip() else set(by_text)
        assert {words for words, one in by_text.items() if is_found(one, question)} == found, question
        called = {one.text for one in talk.named(question)}
        assert {words for words, one in by_text.items() if is_called(one, question)} == called, question
