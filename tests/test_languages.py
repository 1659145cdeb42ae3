"""Languages are data: files, what a language lacks, a blogger's own."""

import datetime as dt
import errno
import string
import threading
from zoneinfo import ZoneInfo

import pytest
from babel import Locale
from babel.dates import format_date, format_skeleton

from tertulia.content import header, key_names, metadata
from tertulia.core import cldr, conf, language_check, languages
from tertulia.core.errors import TertuliaError, os_words
from tertulia.core.languages import FOLDER, LAST, Languages
from tertulia.core.parallel import stream

COMPLETE = ("es", "en")


def own(tmp_path, code, written):
    """A content folder whose blogger says things in a way of their own."""
    folder = tmp_path / "theme" / "languages"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{code}.toml").write_text(written, "utf-8")
    return tmp_path


def names(phrase):
    texts = phrase.values() if not isinstance(phrase, str) else [phrase]
    return {name for one in texts for _, name, _, _ in string.Formatter().parse(one) if name is not None}


def shipped():
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("code", COMPLETE)
def test_spanish_and_english_are_complete(code):
    """Each has every phrase there is, and no other language has one that they lack."""
    known = set().union(*(Languages().get(other).phrases for other in shipped()))
    assert set() == known - set(Languages().get(code).phrases)


@pytest.mark.parametrize("code", shipped())
def test_a_phrase_asks_for_the_same_in_every_language(code):
    """A {name} that English does not get would never be filled in."""
    english, phrases = Languages().get(LAST).phrases, Languages().get(code).phrases
    wrong = [key for key, phrase in phrases.items() if not names(phrase) <= names(english.get(key, ""))]
    lost = [key for key, phrase in phrases.items() if names(english.get(key, "")) - names(phrase) - {"n"}]
    assert ([], []) == (wrong, lost)


@pytest.mark.parametrize("code", shipped())
def test_no_key_has_two_meanings(code):
    """A key stands once in a file, whatever its section."""
    import tomllib

    tables = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))
    sections = [section for audience in ("readers", "blogger") for section in tables.get(audience, {}).values()]
    assert sum(map(len, sections)) == len(Languages().get(code).phrases)


def test_what_a_language_lacks_is_said_phrase_by_phrase(tmp_path):
    """Asked language, its own fallback, the blog's, English, the key itself."""
    content = own(tmp_path, "qaa", 'fallback = "en"\n[readers.page]\nskip = "Saltar ao contido"\n')
    spoken = Languages("es", content)
    assert "Saltar ao contido" == spoken.text("skip", "qaa")
    assert "Sections" == spoken.text("menu", "qaa")
    assert "Secciones" == spoken.text("menu", "qab")
    assert "Sections" == Languages("qab").text("menu", "qab")
    assert "no_such_phrase" == spoken.text("no_such_phrase", "qaa")


def test_a_region_is_its_language(tmp_path):
    """Spanish as in Mexico reads Spanish before the blog's English."""
    assert "Secciones" == Languages("en").text("menu", "es-MX")


@pytest.mark.parametrize(("written", "code"), [("es_ES", "es-es"), ("CA", "ca"), (" es ", "es")])
def test_a_blogs_language_is_a_code_of_the_web_however_it_is_written(tmp_path, build, written, code):
    """As systems write it, or in capitals: on the pages, and for every task."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "voto.md").write_text("Title: El voto\nDate: 2026-11-22\n\nSin más.\n", "utf-8")
    build(tmp_path, tmp_path / "out", DEFAULT_LANG=written, SOCIAL_CARDS=False, SEARCH=False)
    assert f'<html lang="{code}"' in (tmp_path / "out" / "index.html").read_text("utf-8")
    (tmp_path / "pelicanconf.py").write_text(f"DEFAULT_LANG = {written!r}\n")
    assert code == conf.language(tmp_path / "pelicanconf.py")


def test_the_bloggers_own_words_win(tmp_path):
    """One phrase reworded; the rest stays as we ship it."""
    spoken = Languages("es", own(tmp_path, "es", '[readers.page]\nmenu = "Salas"\n'))
    assert ("Salas", "Portada") == (spoken.text("menu"), spoken.text("home"))


@pytest.mark.parametrize("written", ['menu = "{lo que sea}"', 'menu = "{"', 'menu = { one = "una" }', 'menu = ""'])
def test_a_slip_in_own_words_is_passed_over(tmp_path, written):
    """A phrase that cannot be filled in is said by the next language that can."""
    spoken = Languages("es", own(tmp_path, "es-ar", f"[readers.page]\n{written}\n"))
    assert "Secciones" == spoken.text("menu", "es-ar", n=5)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[readers.page]\nmenu = ", "theme/languages/ca.toml:2: esto no es TOML; "),
        ('[readers.page]\nmenu = "a"\n[readers.page]\nby = "b"', "ca.toml:3: esto estaba ya más arriba; junta"),
        ('[readers.page]\nmenu = "a"\nmenu = "b"', "ca.toml:3: esto estaba ya más arriba"),
        ('[readers.page]\nmneu = "Seccions"', "«mneu»"),
        ('[readers.page]\nmenu = "{que}"', "«menu»"),
        ('by = "Firma"', "ca.toml:1: «by» está fuera de su sección"),
        ('name = "Català"\n\n[post]\nby = "Firma"', "ca.toml:3: «post» está fuera de su sección"),
        ('[reader.post]\nby = "Firma"', "ca.toml:1: «reader» está fuera"),
        ("readers = 3", "ca.toml:1: «readers» está fuera"),
        ("[readers.page]\n\nmenu = 3", "ca.toml:3: «menu» debe ser texto"),
        ('[readers.page]\nhome = "Inici"\nmneu = "Seccions"', "ca.toml:3: no hay ninguna frase"),
        ('[readers.post]\nminutes = { one = "{n} minut", other = "{m} minuts" }', "{n}"),
    ],
)
def test_slips_in_own_words_are_told(tmp_path, written, expected):
    """One line says which file, what, and what to do."""
    (problem,) = language_check.problems(Languages("es", own(tmp_path, "ca", written)), ("es",))
    assert expected in str(problem)
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), "no está ahí"),
        (PermissionError(errno.EACCES, "Permission denied"), "falta el permiso"),
        (OSError(errno.EIO, "Input/output error"), "el sistema no lo deja"),
        (ImportError("No module named 'x'"), "no está instalado"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "invalid start byte"), "lo que dice no está como debe"),
        (TertuliaError("ya dicho"), "ya dicho"),
    ],
)
def test_no_library_speaks_english_to_a_blogger(error, expected):
    """What the system or a library says is said in the blog's language; our own words stay."""
    assert f"no se puede leer: {expected}" == Languages("es").text("unreadable_file", reason=error)


def test_a_language_without_a_file_is_told():
    """A code in LANGUAGES that nobody can be addressed in."""
    (problem,) = language_check.problems(Languages("es"), ("es", "en", "eu", "es-mx"))
    assert "«eu»" in str(problem)
    assert "Español" in str(problem)


@pytest.mark.parametrize("code", ["../../../etc/passwd", "", "e", "es/../en", "x" * 5000, "es\0"])
def test_no_stranger_reaches_another_file(code):
    """What is no language code is a language that says nothing."""
    assert {} == Languages().get(code).phrases
    assert "Secciones" == Languages().text("menu", code)


def test_plural_forms_are_those_of_the_language(tmp_path):
    """CLDR chooses; a form that is missing is "other"."""
    forms = '[readers.post]\nminutes = { two = "?", few = "{n} minuty", many = "{n} minut", other = "{n} minuty!" }\n'
    spoken = Languages("es", own(tmp_path, "pl", forms))
    assert ["1 minuty!", "2 minuty", "5 minut", "1.5 minuty!"] == [
        spoken.text("minutes", "pl", n=n) for n in (1, 2, 5, 1.5)
    ]


@pytest.mark.parametrize("locale", ["es_ES", "en_GB"])
def test_dates_that_are_known_by_heart_are_those_of_cldr(locale):
    """Each day of a year, and years of fewer figures."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(n) for n in range(366)] + [dt.date(1, 2, 3), dt.date(987, 6, 5)]
    for form, written in {"long": format_date, "LLLL": format_date, "yMMMM": format_skeleton}.items():
        expected = [written(*((form, day) if form == "yMMMM" else (day, form)), locale=locale) for day in days]
        assert expected == [cldr.date_by_heart(day, locale, form) for day in days]


def test_a_blogger_in_another_country_has_dates_of_there(tmp_path):
    """What we know by heart is of one country: a blog's own file may name another."""
    languages.use(Languages("en", own(tmp_path, "en", 'locale = "en_US"\n')))
    day = dt.date(2026, 11, 21)
    assert ("November 21, 2026", "November 2026") == (languages.date_words(day, "en"), languages.month_words(day, "en"))


@pytest.mark.parametrize("code", ["es", "en", "es-mx", "en-gb"])
def test_plural_forms_that_are_known_by_heart_are_those_of_cldr(code):
    """Of whole numbers below a million; of all others CLDR is asked."""
    locale = Locale.parse(code, sep="-")
    numbers = [*range(300), 1000, 1001, 10_001, 999_999, 1_000_000, 1_000_001, 2_000_000, -1, 0.0, 1.0, 1.5]
    assert [locale.plural_form(n) for n in numbers] == [cldr.plural(code, n) for n in numbers]


@pytest.mark.parametrize(
    ("code", "name", "direction"),
    [("es", "Español", "ltr"), ("eu", "Euskara", "ltr"), ("he", "עברית", "rtl"), ("qq", "qq", "ltr")],
)
def test_a_language_without_data_is_described_by_cldr(code, name, direction):
    """Its name and its direction need no file."""
    language = Languages().get(code)
    assert (name, direction) == (language.name, language.direction)


def test_a_saved_file_is_read_anew(tmp_path):
    """The next build says what the file says by then."""
    content = own(tmp_path, "es", '[readers.page]\nmenu = "Salas"\n')
    assert "Salas" == Languages("es", content).text("menu")
    own(tmp_path, "es", '[readers.page]\nmenu = "Habitaciones"\n')
    assert "Habitaciones" == Languages("es", content).text("menu")


def test_each_thread_speaks_for_its_own_blog():
    """Two builds in one process, two services: neither changes the other's language."""
    heard, here = {}, threading.Barrier(2)

    def work(code):
        languages.speak(code)
        here.wait()
        heard[code] = languages.say("menu")

    threads = [threading.Thread(target=work, args=(code,)) for code in COMPLETE]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {"es": "Secciones", "en": "Sections"} == heard


def test_a_thread_carries_its_makers_language():
    """What is done aside speaks as the work that asked for it."""
    languages.speak("en")
    heard = []
    threads = [threading.Thread(target=languages.carried(lambda: heard.append(languages.say("menu")))) for _ in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ["Sections", "Sections"] == heard


def test_workers_speak_as_their_parent():
    """Forked children inherit the language."""
    languages.speak("en")
    assert {"Sections"} == set(stream(lambda _n: languages.say("menu"), range(400)))


def test_a_blogger_writes_metadata_in_any_language_there_is(tmp_path):
    """Keys, states and months of a language are data too; Spanish and English ones go on being understood."""
    written = '[written.keys]\ntitle = ["Títol"]\nstatus = ["Estat"]\n[written.statuses]\ndraft = ["esborrany"]\n'
    languages.use(Languages("ca", own(tmp_path, "ca", written)))
    read = header.split("TITOL: El vot\nEstat: Esborrany\nFecha: 5 d'abril de 2026\nTags: a\n\nHola.", "a.md")
    meta = metadata.interpret(read, "a.md", ZoneInfo("UTC"))
    assert ([], "El vot", "draft", ["a"]) == (meta.problems, meta.title, meta.status, meta.tags)
    assert dt.datetime(2026, 4, 5, tzinfo=ZoneInfo("UTC")) == meta.date
    assert ("Títol", "Fecha") == (key_names.key_names()["title"][0], key_names.key_names()["date"][0])


@pytest.mark.parametrize(
    ("installed", "system", "called"),
    [
        (True, "posix", "tertulia"),
        (True, "nt", "tertulia"),
        (False, "nt", "py tasks.py"),
        (False, "posix", "python3 tasks.py"),
    ],
)
def test_a_blogger_is_told_the_command_that_there_is(installed, system, called):
    """Whoever installed the program has no ``python3 tasks.py`` to type, and Windows has no ``python3``."""
    assert called == languages.command(installed, system)


def test_every_phrase_calls_the_program_by_that_command(tmp_path, monkeypatch):
    """Also a blogger's own."""
    (tmp_path / "es.toml").write_text('[blogger.x]\nfix = "haz «python3 tasks.py build»"\n', "utf-8")
    monkeypatch.setattr(languages, "command", lambda: "tertulia")
    assert "haz «tertulia build»" == languages.read(tmp_path, "es").phrases["fix"]


def test_what_the_system_says_is_in_the_blogs_language():
    """With the file that it is about; what we have no words for stays as it is."""
    languages.speak("es")
    assert "/x: no está ahí" == os_words(FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"))
    assert "Input/output error" == os_words(OSError(errno.EIO, "Input/output error"))
