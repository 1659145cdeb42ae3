"""Days and moments, as people write them and as the names of files tell them."""

import datetime as dt
from pathlib import PurePath

import pytest

from tertulia.content.dates import from_name, parse_date
from tests.reading import MADRID


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-21", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("2026-11-21 09:30", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026-11-21T09:30:15+00:00", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=dt.UTC)),
        ("2026-11-21T09:30Z", dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)),
        ("21/11/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21 de noviembre de 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("1 de Setiembre del 2021, a las 8:05", dt.datetime(2021, 9, 1, 8, 5, tzinfo=MADRID)),
        ("November 21, 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("2026-11-21 09:30:15.250 +0000 UTC", dt.datetime(2026, 11, 21, 9, 30, 15, 250000, tzinfo=dt.UTC)),
        ("20261121T093015Z", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=dt.UTC)),
        ("2026-11-21T09:30[America/Mexico_City]", dt.datetime(2026, 11, 21, 15, 30, tzinfo=dt.UTC)),
        ("Sat, 21 Nov 2026 09:30:00 +0100", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("Sat, 21 Nov 26 09:30 GMT", dt.datetime(2026, 11, 21, 9, 30, tzinfo=dt.UTC)),
        ("Sat Nov 21 2026 09:30:00 GMT+0100 (CET)", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("Sat Nov 21 09:30:00 CET 2026", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026/11/21 9:30 p. m.", dt.datetime(2026, 11, 21, 21, 30, tzinfo=MADRID)),
        ("Nov. 21st, 2026 at 12:05 AM", dt.datetime(2026, 11, 21, 0, 5, tzinfo=MADRID)),
        ("Sept 5, 2026", dt.datetime(2026, 9, 5, tzinfo=MADRID)),
        ("5 ene. 2026", dt.datetime(2026, 1, 5, tzinfo=MADRID)),
        ("sábado, 21 de noviembre de 2026, 9.30 h", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("11/21/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21.11.2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("1795426200", dt.datetime(2026, 11, 23, 10, 30, tzinfo=MADRID)),
        ("21 de xaneiro de 2026", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("2026ko urtarrilaren 21a", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("1º de março de 2026", dt.datetime(2026, 3, 1, tzinfo=MADRID)),
        ("1er août 2026", dt.datetime(2026, 8, 1, tzinfo=MADRID)),
        ("٢١ يناير ٢٠٢٦", dt.datetime(2026, 1, 21, tzinfo=MADRID)),
        ("2026-11-21 9:30 hs", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("2026-11-21 09:30 UTC-3", dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)),
        ("2026-11-21T09:30:00−03:00", dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)),
        ("[[2026-11-21]]", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("<2026-11-21 Sat 09:30>", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("20261121093015", dt.datetime(2026, 11, 21, 9, 30, 15, tzinfo=MADRID)),
        ("202611210930", dt.datetime(2026, 11, 21, 9, 30, tzinfo=MADRID)),
        ("21/nov/2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21-XI-2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21. 11. 2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21–11–2026", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("«primero de mayo de 2026»", dt.datetime(2026, 5, 1, tzinfo=MADRID)),
        ("1ero de mayo de 2026", dt.datetime(2026, 5, 1, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a las 5 de la tarde", dt.datetime(2026, 11, 21, 17, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 10:30 de la noche", dt.datetime(2026, 11, 21, 22, 30, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 12 de la noche", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 12 de la mañana", dt.datetime(2026, 11, 21, 12, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a mediodía", dt.datetime(2026, 11, 21, 12, tzinfo=MADRID)),
        ("21 de noviembre de 2026, 5 pm", dt.datetime(2026, 11, 21, 17, tzinfo=MADRID)),
        ("21 de noviembre de 2026 a las 10 horas", dt.datetime(2026, 11, 21, 10, tzinfo=MADRID)),
        ("mar, 3 nov 2026", dt.datetime(2026, 11, 3, tzinfo=MADRID)),
        ("mar, 3 mar 2026", dt.datetime(2026, 3, 3, tzinfo=MADRID)),
        ("dissabte, 1r de maig de 2026 a les 10 h", dt.datetime(2026, 5, 1, 10, tzinfo=MADRID)),
        ("mércores, 2 de decembro de 2026", dt.datetime(2026, 12, 2, tzinfo=MADRID)),
        ("asteazkena, 2026(e)ko azaroaren 21a", dt.datetime(2026, 11, 21, tzinfo=MADRID)),
        ("2026ko urtarrilaren 5ean", dt.datetime(2026, 1, 5, tzinfo=MADRID)),
        ("samedi 21 févr. 2026 à 10 h 30", dt.datetime(2026, 2, 21, 10, 30, tzinfo=MADRID)),
        ("sexta-feira, 21 de dez. de 2026 às 10h30", dt.datetime(2026, 12, 21, 10, 30, tzinfo=MADRID)),
        ("۱۴۰۵/۰۸/۳۰", None),
        ("2026-11", None),
        ("2026-11-21 y algo", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("ayer", None),
        ("2026-02-30", None),
        ("2026-11-21 25:00", None),
        ("30 de febrerillo de 2026", None),
    ],
)
def test_dates(value, expected):
    """A date is read as people write it, in the blog's zone when it names none."""
    assert expected == parse_date(value, MADRID)


def test_a_moment_is_told_in_the_blogs_zone():
    """An offset says the instant; year and month are those of the blog."""
    assert dt.datetime(2025, 12, 31, 16, 30) == parse_date("2026-01-01T00:30+09:00", MADRID).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("name", "day", "words"),
    [
        ("2016-09-19-hola.md", "2016-09-19", "hola"),
        ("2018-3-9_x y.md", "2018-03-09", "x y"),
        ("2016/09/19/hola.md", "2016-09-19", "hola"),
        ("2016/09/hola.md", "2016-09-01", "hola"),
        ("2016/09/19-hola.md", "2016-09-19", "hola"),
        ("2016/2016-09-19-hola/index.md", "2016-09-19", "hola"),
        ("2016-09-19.md", "2016-09-19", ""),
        ("2016-02-31-hola.md", "None", "2016-02-31-hola"),
        ("2016-memoria.md", "None", "2016-memoria"),
        ("2016/hola.md", "None", "hola"),
    ],
)
def test_the_place_of_a_file_tells_its_day(name, day, words):
    """As Jekyll, Hugo and Eleventy name files; a day that no calendar has is a name."""
    assert (day, words) == (str(from_name(PurePath(name)).day), from_name(PurePath(name)).words)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1898-12-10", "1898-12-10T00:00:00-00:15"), ("1898-12-10 20:30", "1898-12-10T20:30:00-00:15"),
        ("1898-12-10T20:30Z", "1898-12-10T20:15:16-00:15"), ("1950-07-18", "1950-07-18T00:00:00+01:00"),
    ],
)  # fmt: skip
def test_a_day_before_the_clocks_agreed_has_an_offset_that_feeds_may_hold(written, told):
    """Whole minutes: the day and the hour stay as they were written."""
    assert told == parse_date(written, MADRID).isoformat()
