"""What a build says is short enough to be read, and in one language."""

import logging
from pathlib import Path

import pytest

from tertulia.commands import advice


def test_the_same_advice_for_many_files_is_said_once():
    """With a number and the first files; for a few, each on its line; others stay where they are."""
    few = [f"content/posts/{n}.md:3: esto; aquello" for n in range(3)]
    many = [f"content/posts/{n}.md:{n + 1}: lo mismo; así" for n in (3, 1, 2, 0)]
    said = advice.gathered([*few, many[0], "otra cosa", *many[1:]])
    assert [*few, said[3], "otra cosa"] == said
    assert said[3].startswith("lo mismo; así (en 4 archivos: content/posts/0.md:1, content/posts/1.md:2, ")


def test_advice_of_one_kind_for_very_many_files_is_said_once():
    """What differs only in what it names; for ten files, each on its line."""
    lines = [f"content/posts/{n}.md:{n}: el enlace «/{n}/» no lleva a nada; corrige" for n in range(10, 21)]
    assert lines[:10] == advice.gathered(lines[:10])
    (said,) = advice.gathered(lines)
    assert said.startswith(
        "el enlace «/10/» no lleva a nada; corrige (esto o algo así, en 11 archivos: content/posts/10.md:10, "
    )


@pytest.mark.parametrize(
    ("message", "arguments", "shown"),
    [
        ("Empty alt attribute for image %s in %s", ("a.jpg", "/blog/content/posts/a.md"), None),
        ('There are %s items "with id" %s', (2, "x"), None),
        ("Could not process %s", ("posts/a.rst",), "content/posts/a.rst: no se ha podido leer; "),
        ("Skipping %s: could not find information about '%s'", ("/blog/content/a.ipynb", "title"), "content/a.ipynb: "),
        ("Cannot load plugin `%s`\n%s", ("mio", ModuleNotFoundError("x", name="nada")), "PLUGINS: no se puede usar"),
        ("Cannot register plugin `%s`\n%s", ("mio", ZeroDivisionError("uy")), "PLUGINS: «mio» falla al empezar ("),
        ("Cannot register plugin `%s`\n%s", ("mio", AttributeError("no r", name="register")), "PLUGINS: «mio» falla"),
        ("Other %s", ("/blog/content/posts/a.md",), "Other content/posts/a.md"),
    ],
)
def test_pelican_speaks_of_content(message, arguments, shown):
    """What one of our lines says is dropped, the rest names files as the author knows them."""
    record = logging.LogRecord("pelican.readers", logging.WARNING, "x.py", 1, message, arguments, None)
    said = advice.of_pelican(record, Path("/blog/content"))
    assert said is None if shown is None else said.startswith(shown)
