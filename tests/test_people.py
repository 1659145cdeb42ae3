"""People: who is meant, where each network shows them, and mistakes in people.toml."""

from pathlib import Path

import pytest

from tertulia.content.people import PROFILES, People, profile
from tertulia.core import languages
from tertulia.core.errors import ContentError

FILE = """\
[ana]
name = "Ana Ruiz"
site = "https://ana.example/"
mastodon = "@ana@mastodon.example"
bluesky = "@ana.bsky.social"
x = "@anaruiz"
linkedin = "ana-ruiz"
email = "ana@ana.example"
bio.es = "Escribe."
bio.en = "Writes."

[blas]
name = "Blas Ñíguez"
threads = "blas"
mastodon = "blas@Cierzo.example"
photo = "blas.jpg"
bio = "Ya no coge el teléfono."

[reme]
name = "Reme"
"""


@pytest.fixture(autouse=True)
def _english():
    languages.speak("en")
    yield
    languages.speak("es")


def load(folder: Path, source: str) -> People:
    path = folder / "content" / "people.toml"
    path.parent.mkdir()
    path.write_text(source, "utf-8")
    return People.load(path)


@pytest.fixture
def people(tmp_path: Path) -> People:
    return load(tmp_path, FILE)


def test_the_file_is_read_whole_and_in_order(people: People):
    """Each person has what the file says, and their e-mail address is not kept."""
    assert [] == people.problems
    assert ["ana", "blas", "reme"] == [person.key for person in people]
    ana = people.find("ana")
    assert ana is not None
    assert ("Ana Ruiz", "https://ana.example/", "") == (ana.name, ana.site, ana.photo)
    assert ["mastodon", "bluesky", "x", "linkedin"] == list(ana.handles)
    assert ("@ana@mastodon.example", "") == (ana.handle("mastodon"), ana.handle("facebook"))
    assert ("Escribe.", "Writes.", "Escribe.") == (ana.bio, ana.bio_in("en"), ana.bio_in("fr"))
    assert "ana@ana.example" not in repr(ana)
    assert [("blas.jpg", "Ya no coge el teléfono.")] == [(p.photo, p.bio_in("es")) for p in people if p.key == "blas"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ana", "ana"),
        ("@ANA", "ana"),
        ("Ana Ruiz", "ana"),
        ("blas niguez", None),
        ("Blas Ñíguez", "blas"),
        ("BLAS ÑIGUEZ", "blas"),
        ("@ana@mastodon.example", "ana"),
        ("ana.bsky.social", "ana"),
        ("@anaruiz", "ana"),
        ("@blas@cierzo.example", "blas"),
        ("nadie", None),
        ("", None),
    ],
)
def test_who_is_meant(people: People, name: str, expected: str | None):
    """A key, a full name or a handle mean a person; case and accents do not count."""
    found = people.find(name)
    assert expected == (found.key if found else None)


@pytest.mark.parametrize(
    ("network", "handle", "expected"),
    [
        ("mastodon", "@ana@mastodon.example", "https://mastodon.example/@ana"),
        ("mastodon", "ana@MASTODON.example", "https://mastodon.example/@ana"),
        ("mastodon", "ana", ""),
        ("bluesky", "ana.bsky.social", "https://bsky.app/profile/ana.bsky.social"),
        ("bluesky", "@ana", "https://bsky.app/profile/ana.bsky.social"),
        ("x", "@anaruiz", "https://x.com/anaruiz"),
        ("linkedin", "ana-ruiz", "https://www.linkedin.com/in/ana-ruiz/"),
        ("threads", "ana", "https://www.threads.com/@ana"),
        ("telegram", "ana", "https://t.me/ana"),
        ("youtube", "ana", "https://www.youtube.com/@ana"),
        ("instagram", "a.na", "https://www.instagram.com/a.na/"),
        ("github", "ana", "https://github.com/ana"),
        ("x", "https://x.com/ana", "https://x.com/ana"),
        ("x", "a b\"><c", "https://x.com/a%20b%22%3E%3Cc"),
        ("orkut", "ana", ""),
        ("", "ana", ""),
    ],
)  # fmt: skip
def test_where_a_network_shows_a_person(network: str, handle: str, expected: str):
    """Every network has its own way to write a profile's address."""
    assert expected == profile(network, handle)


@pytest.mark.parametrize("network", PROFILES)
def test_every_network_gives_an_address(network: str):
    """A well-formed handle leads somewhere on any network that we know."""
    handle = "@ana@mastodon.example" if network == "mastodon" else "ana"
    assert profile(network, handle).startswith("https://")
    assert "{" not in profile(network, handle)


@pytest.mark.parametrize(
    ("mention", "default", "expected"),
    [
        ("@ana", "", "https://ana.example/"),
        ("@blas", "", "https://www.threads.com/@blas"),
        ("@blas", "mastodon", "https://cierzo.example/@blas"),
        ("@reme", "", ""),
        ("@nadie", "", ""),
        ("@nadie", "x", "https://x.com/nadie"),
        ("@niño", "x", ""),
        ("@nadie", "mastodon", ""),
        ("@luis@mas.example", "", "https://mas.example/@luis"),
        ("@ana@mastodon.example", "", "https://mastodon.example/@ana"),
        ("@luis@x.com", "", "https://x.com/luis"),
        ("@luis.example", "", "https://bsky.app/profile/luis.example"),
        ("@ana.bsky.social", "", "https://ana.example/"),
    ],
)
def test_where_a_mention_leads(people: People, mention: str, default: str, expected: str):
    """A person leads to their site, else to a page of theirs; a full handle to its profile; a stranger nowhere."""
    assert expected == people.profile_url(mention, default)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[a-b]\nname = "A"\n', "1: nobody can write @a-b; use only letters, digits and “_” between the brackets"),
        ('[a]\nsite = "https://a.example"\n', '1: “a” has no name; write name = "Name Surname"'),
        ('[a]\nname = 3\n', '2: “name” must be text in quotes; write name = "…"'),
        ('[a]\nname = "A"\nsite = "a.example"\n', "3: “a.example” is not an address; it starts with https://"),
        ('[a]\nname = "A"\n\nmastodon = "a"\n',
         '4: “a” is not a name on mastodon; write it like this: mastodon = "@ana@mastodon.example"'),
        ('[a]\nname = "A"\nbluesky = "a"\n',
         '3: “a” is not a name on bluesky; write it like this: bluesky = "ana.bsky.social"'),
        ('[a]\nname = "A"\nx = "a b"\n', '3: “a b” is not a name on x; write it like this: x = "anaruiz"'),
        ('[a]\nname = "A"\nmastodonn = "@a@b.example"\n', "3: unknown “mastodonn”; did you mean “mastodon”?"),
        ('[a]\nname = "A"\ntwitter = "a"\n', "3: unknown “twitter”; did you mean “x”?"),
        ('[a]\nname = "A"\n[a.bio]\nes = 1\n', '3: “bio” must be text in quotes; write bio.es = "…"'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_on_its_line(tmp_path: Path, source: str, expected: str):
    """What is wrong with one person spoils no other."""
    people = load(tmp_path, source + '[bien]\nname = "Bien"\n')
    mistakes = [
        str(problem) for problem in people.problems if "has no name" not in str(problem) or "no name" in expected
    ]
    assert f"content/people.toml:{expected}" in mistakes
    bien = people.find("bien")
    assert bien is not None
    assert "Bien" == bien.name


def test_a_site_that_is_no_address_is_not_kept(tmp_path: Path):
    """Nothing but http and https ever becomes a link."""
    (ana,) = load(tmp_path, '[ana]\nname = "Ana"\nsite = "javascript:alert(1)"\nx = "ja/va:x"\n')
    assert ("", "https://x.com/ja/va%3Ax") == (ana.site, ana.profile("x"))


def test_an_absent_file_knows_nobody(tmp_path: Path):
    """Without people.toml a bare name means nobody."""
    people = People.load(tmp_path / "people.toml")
    assert ([], None, "") == (list(people), people.find("ana"), people.profile_url("@ana"))


def test_a_broken_file_is_refused_with_its_line(tmp_path: Path):
    """A file that is no TOML says where."""
    with pytest.raises(ContentError, match=r"^content/people\.toml:2: this is not TOML; .+"):
        load(tmp_path, "[ana]\nname = Ana\n")
