"""Who is who, as ``people.toml`` says: the owner's word on whose the accounts are."""

from tertulia.content.people import People, Person
from tertulia.store import accounts


def names(person: Person) -> frozenset[str]:
    """All that *person* is known by wherever they are, as the store writes it."""
    pages = [person.site, *(person.profile(network) for network in person.handles)]
    handles = [accounts.name_of_handle(network, handle) for network, handle in person.handles.items()]
    return frozenset(filter(None, [*map(accounts.name_of_address, pages), *(one for one in handles if "@" in one)]))


def entries(people: People, *, but: str = "") -> dict[str, frozenset[str]]:
    """
    Of each person of the file what they are known by.

    Args:
        but: Who is left out: the blog's own author.
    """
    return {person.key: names(person) for person in people if person.name != but}
