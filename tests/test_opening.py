"""What stands for a post in lists and announcements when it has no summary of its own."""

import pytest

from tertulia.render import prose

TEXT = "<p>El texto de verdad.</p>"


@pytest.mark.parametrize(
    "first",
    [
        "{{&lt; youtube abcdefghijk &gt;}}",
        "{{% aviso %}} {% x %}",
        "{% include x.html %}",
        '<a href="https://a.example/x">https://a.example/x</a>',
        '<img alt="" src="x.jpg">',
        "$$x^2$$",
        r"\[x^2\]",
        "[TOC]",
        "Introducción",
        "<strong>De qué va esto</strong>",
        "<strong>De qué va todo esto que se cuenta hoy aquí</strong>",
        "* * *",
    ],
)
def test_a_paragraph_that_says_nothing_is_no_summary(first):
    """The next one is."""
    assert "El texto de verdad." == prose.opening(prose.blocks(f"<p>{first}</p>\n{TEXT}"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>Hola {{&lt; x &gt;}} y adiós.</p>", "Hola y adiós."),
        ("<p>Se escribe <code>{% x %}</code>.</p>", "Se escribe {% x %}."),
        ("<p>Lean https://a.example/x.</p>", "Lean https://a.example/x."),
        ("<p>Introducción</p><ul><li>a</li></ul>", "Introducción"),
        ("<ul><li>Pan</li></ul>", "Pan"),
        ("<p>Fin.</p>", "Fin."),
        ("<p>{{&lt; youtube a &gt;}}</p>", ""),
        ('<p>[TOC]</p><div class="footnote"><p>Nota.</p></div>', ""),
    ],
)
def test_what_is_said_is_the_summary(content, expected):
    """Shortcodes never go out; a post that has nothing else has no summary."""
    assert expected == prose.opening(prose.blocks(content))
