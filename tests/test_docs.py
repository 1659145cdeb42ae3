"""The documentation and the code say the same."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tertulia.content.keys import key_names

ROOT = Path(__file__).resolve().parent.parent


def read(name):
    return (ROOT / name).read_text("utf-8")


def test_every_setting_is_documented():
    """Each name that pelicanconf.py sets stands in docs/settings.md."""
    tree = ast.parse(read("pelicanconf.py"))
    names = [target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    assert [] == [name for name in names if f"`{name}`" not in read("docs/settings.md")]


def test_every_documented_setting_is_read_somewhere():
    """A setting that nothing reads would be a lie."""
    documented = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*)", read("docs/settings.md"), re.M)
    names = [name for cell in documented for name in re.findall(r"`([A-Z_]+)`", cell)]
    files = [*ROOT.glob("plugins/*.py"), *ROOT.glob("tertulia/**/*.py"), *ROOT.glob("theme/**/*.html")]
    code = "".join(path.read_text("utf-8") for path in files if path.name != "defaults.py")
    pelicans_own = {"DEFAULT_PAGINATION"}
    assert names and [] == [name for name in names if name not in code and name not in pelicans_own]


def test_every_metadata_key_is_documented():
    """Each key that a post may hold stands in docs/writing.md under its first name."""
    documented = read("docs/writing.md")
    assert [] == [names[0] for names in key_names().values() if f"`{names[0]}`" not in documented]


def test_every_language_and_all_that_it_may_say_is_documented():
    """docs/languages.md has a row for each file that we ship and for each entry on top of one."""
    documented = read("docs/languages.md")
    files = sorted((ROOT / "tertulia" / "languages").glob("*.toml"))
    assert [] == [file.name for file in files if f"| `tertulia/languages/{file.name}` |" not in documented]
    entries = {name for file in files for name in tomllib.loads(file.read_text("utf-8"))} - {"readers", "blogger"}
    assert [] == [name for name in entries if f"| `{name}` |" not in documented and f"| `[{name}]` |" not in documented]


@pytest.mark.parametrize(
    "name", ["README.md", "README.es.md", "CONTRIBUTING.md", *sorted(p.name for p in ROOT.glob("docs/*.md"))]
)
def test_links_of_the_documentation_lead_somewhere(name):
    """A relative link in a document names a file of the repository."""
    path = ROOT / name if (ROOT / name).exists() else ROOT / "docs" / name
    text = re.sub(r"`[^`]*`", "", path.read_text("utf-8"))  # what stands in code is an example
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)
    assert [] == [link for link in links if not (path.parent / link).exists()]
