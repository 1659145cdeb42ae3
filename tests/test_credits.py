"""Credits: the name and the address that an author wrote in one line."""

import pytest

from tertulia.content.credits import credit
from tertulia.content.people import People

NAMES = ["Ana", "El blog de (Ana)", "(Ana)", "Ana [la de (Luis)]"]
ADDRESSES = [
    "https://ana.example/ab",
    "https://ana.example/a_(b)",
    "https://ana.example/((a)b)",
    "https://ana.example/?a=(b)&c",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("form", ["{} <{}>", "{} ({})", "[{}]({})", "{}<{}>", "[{}] <{}>"])
def test_parentheses_may_stand_in_the_name_and_in_the_address(form, name, url):
    """In each of the three ways to write both."""
    made = credit("via", form.format(name, url), People())
    assert (name, url) == (made.name, made.url)


@pytest.mark.parametrize("written", ["https://ana.example/a_(b)", "<https://ana.example/a_(b)>"])
def test_an_address_alone(written):
    """It is called by its host and path."""
    made = credit("source", written, People())
    assert ("ana.example/a_(b)", "https://ana.example/a_(b)") == (made.name, made.url)


@pytest.mark.parametrize("written", ["Ana (la de Luis)", "Ana", "Ana <ana>"])
def test_a_name_alone(written):
    """What holds no address is a name, whatever its brackets."""
    made = credit("photo", written, People())
    assert (written, "") == (made.name, made.url)
