"""Tags: which spellings are one, what a tag is called, and mistakes in tags.toml."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tertulia.content.tags import Tags, tag_key, tag_slug
from tertulia.core import languages
from tertulia.core.errors import ContentError
from tertulia.site.taxonomy import PostList

FILE = """\
# Tags
[clientepitero]
label = "ClientePitero"
variants = ["clientespiteros", "Cliente pitera"]
description.es = "El que pita."
description.en = "The whistler."

["casa propia"]
description = "Sin idioma."

[callcenter]
label = "centralita"
"""


@pytest.fixture(autouse=True)
def _english():
    languages.speak("en")
    yield
    languages.speak("es")


def load(folder: Path, source: str) -> Tags:
    path = folder / "content" / "tags.toml"
    path.parent.mkdir()
    path.write_text(source, "utf-8")
    return Tags.load(path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ClientePitero", "CLIENTEPITERO"),
        ("#Política", "politica"),
        ("atención al cliente", "AtenciónAlCliente"),
        ("cliente-pitero", "cliente_pitero"),
        ("año", "AN\u0303O"),
    ],
)
def test_spellings_of_one_tag(one: str, other: str):
    """Case, accents, spaces, hyphens, underscores and "#" do not count."""
    assert tag_key(one) == tag_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("año", "ano"), ("C++", "C"), ("15M", "15"), ("+++", "---"), ("C#", "C"), ("C#", "C++"), ("F#", "C#")),
        *((".NET", "NET"), ("ASP.NET", "ASPNET"), ("4.0", "40"), ("resolv.conf", "resolvconf"), ("Node.js", "nodejs")),
    ],
)
def test_different_tags(one: str, other: str):
    """ñ is a letter of its own, signs make another word, and every tag has an address."""
    assert tag_key(one) != tag_key(other)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Casa propia", "casa-propia"),
        ("Año", "año"),
        ("an\u0303o", "año"),
        ("Política", "politica"),
        ("#15M", "15m"),
        ("C#", "csharp"),
        (".NET", "dotnet"),
        ("Ubuntu 4.0", "ubuntu-4.0"),
        ("EE. UU.", "ee-uu"),
        ("Fin.", "fin"),
    ],
)
def test_slug(label: str, expected: str):
    """A slug is folded and composed (NFC), and keeps words apart."""
    assert expected == tag_slug(label)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.text(min_size=1, max_size=20).filter(str.strip))
def test_every_label_has_a_page(label: str):
    """No label gives an empty address or one with a slash, and key and slug agree."""
    assert tag_slug(label)
    assert not set("/?#% ") & set(tag_slug(label)) and tag_slug(label).strip(".") == tag_slug(label)
    assert Tags().slug(label) == tag_key(label) == tag_key(tag_slug(label))


def test_an_absent_file_knows_no_tag(tmp_path: Path):
    """Without tags.toml every tag is what the author writes."""
    tags = Tags.load(tmp_path / "tags.toml")
    assert ("redessociales", "x", "") == (tags.slug("Redes sociales"), tags.label("x"), tags.describe("x", "es"))
    assert not tags.problems


def test_the_file_joins_variants_labels_and_describes(tmp_path: Path):
    """Variants lead to one page, under the label of the file, with its description in each language."""
    tags = load(tmp_path, FILE)
    assert [] == tags.problems
    assert {"clientepitero"} == {tags.slug(s) for s in ("#clientePitero", "ClientesPiteros", "clientepitera")}
    assert ("casa-propia", "callcenter") == (tags.slug("CasaPropia"), tags.slug("Centralita"))
    assert ("ClientePitero", "centralita", "casa-propia") == tuple(
        tags.label(slug) for slug in ("clientepitero", "callcenter", "casa-propia")
    )
    assert ("El que pita.", "The whistler.") == tuple(tags.describe("clientepitero", lang) for lang in ("es", "en"))
    assert ("", "Sin idioma.") == (tags.describe("clientepitero", "fr"), tags.describe("casa-propia", "fr"))


def test_the_label_is_the_files_else_the_most_used_else_the_first(tmp_path: Path):
    """One label a tag, the same whatever the day; in the order of first use."""
    tags = load(tmp_path, FILE)
    labels, _ = tags.choose(
        ["Uno", "uno", "uno", "DOS", "Dos", "clientepitera", "casa propia", "CasaPropia", "año", "ano"]
    )
    assert {
        "uno": "uno",
        "dos": "DOS",
        "clientepitero": "ClientePitero",
        "casa-propia": "casa propia",
        "año": "año",
        "ano": "ano",
    } == labels
    assert ["uno", "dos", "clientepitero", "casa-propia", "año", "ano"] == list(labels)


def test_two_spellings_are_one_hint(tmp_path: Path):
    """A tag spelled in several ways is told once, and not at all when the file chose its label."""
    _, hints = load(tmp_path, FILE).choose(["Uno", "uno", "uno", "UNO", "clientepitero", "ClientePitero", "dos", "dos"])
    assert [
        "content/tags.toml: the tag “uno” is also written Uno, UNO; "
        'it is one tag; to choose how it is shown, put [uno] and label = "uno" in content/tags.toml'
    ] == [str(hint) for hint in hints]
    assert ["hint"] == [hint.severity for hint in hints]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[a]\nlabel = 3\n', '2: “label” must be text in quotes; write label = "…"'),
        ('[a]\nvariants = [1]\n', '2: “variants” must be a list of texts; write variants = ["one", "two"]'),
        ('[a]\ndescription.es = 1\n', '2: “description” must be text in quotes; write description.es = "…"'),
        ('[a]\n\nlable = "A"\n', "3: unknown “lable”; did you mean “label”?"),
        ('[a]\nqwertz = "A"\n', "2: unknown “qwertz”; there are: label, variants, description"),
        ('suelta = "A"\n[a]\n', "1: “suelta” is not under any name; write “[suelta]” and put its data below"),
        ('[a]\nlabel = "X"\n[b]\nvariants = ["x"]\n', "3: “x” is “X” and “b” at once; leave it in one of the two"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_on_its_line(tmp_path: Path, source: str, expected: str):
    """What is wrong with one tag spoils no other."""
    tags = load(tmp_path, source + '[bien]\nlabel = "Bien"\n')
    assert [f"content/tags.toml:{expected}"] == [str(problem) for problem in tags.problems]
    assert "Bien" == tags.label("bien")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (b'[a]\nlabel = "A\n', 2),
        (b"[a]\n[a]\n", 2),
        (b"[a\n", 1),
        (b'[a]\nlabel = "a\xf1o"\n', 2),
        (b"[a]\nb = [\n", 2),
    ],
)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, source: bytes, line: int):
    """A file that is no TOML, or no UTF-8, says where."""
    path = tmp_path / "content" / "tags.toml"
    path.parent.mkdir()
    path.write_bytes(source)
    with pytest.raises(ContentError, match=rf"^content/tags\.toml:{line}: .+; .+"):
        Tags.load(path)


def test_a_folder_in_its_place_is_refused(tmp_path: Path):
    """What cannot be read says so."""
    (tmp_path / "tags.toml").mkdir()
    with pytest.raises(ContentError, match=r"tags\.toml:1: cannot be read"):
        Tags.load(tmp_path / "tags.toml")


def test_a_list_of_posts_knows_at_once_which_are_in_it():
    """Also when a plugin of the blog's own has changed it."""
    one, other = object(), object()
    listed = PostList([one])
    assert one in listed and other not in listed
    listed.append(other)
    assert other in listed
    listed.clear()
    assert one not in listed
