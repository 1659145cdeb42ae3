"""What is installed beside us is what we use, no more and no less."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [*(ROOT / "tertulia").rglob("*.py"), *(ROOT / "plugins").glob("*.py")]
OURS = {"tertulia", "plugins"}
# Used with no import of ours, and by whom.
UNSEEN = {
    "tzdata": "zoneinfo of the standard library looks for it where the system has no zones",
    "psycopg": "SQLAlchemy loads it by the name in a store's address",
    "pygments": "Markdown's codehilite colours with it where it finds it",
    "pagefind": "its extra brings the program, pagefind_bin",
}
# Part of what a dependency promises its users: it comes and goes with that one.
PARTS = {
    "jinja2": "pelican",
    "markupsafe": "pelican",
    "werkzeug": "flask",
    "urllib3": "requests",
    "pagefind_bin": "pagefind",
}


def declared() -> dict[str, str]:
    """Distributions that pyproject.toml asks for in use, by name, with the reason beside each."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    asked = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    found = {}
    for line in asked:
        reason = re.search(rf'"{re.escape(line)}".*#\s*(\S.*)', text)
        found[re.match(r"[\w-]+", line)[0].lower()] = reason[1] if reason else ""
    return found


# Read before any test runs: Python 3.11.2 cannot while another thread does the same.
TREES = [ast.parse(path.read_text("utf-8")) for path in FILES]


def imported() -> set[str]:
    """The top modules that product code imports, or names in a string as Markdown's extensions are named."""
    found = set()
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {m[1] for m in [re.fullmatch(r"(pymdownx|markdown)\.[\w.]+", node.value)] if m}
    return found - OURS - set(sys.stdlib_module_names) - {"__future__"}


def distributions(modules: set[str]) -> dict[str, set[str]]:
    """The distributions that bring each of *modules*."""
    known = packages_distributions()
    return {module: {name.lower().replace("_", "-") for name in known.get(module, [])} for module in modules}


def test_every_dependency_is_used():
    """What no product code imports is not asked for; each stands there with its reason."""
    used = set().union(*distributions(imported()).values())
    assert set() == set(declared()) - used - set(UNSEEN)
    assert [] == [name for name, reason in declared().items() if not reason]


def test_every_import_is_a_dependency():
    """What product code imports is asked for by name, not had by chance through somebody else."""
    asked = set(declared())
    found = distributions(imported())
    lacking = {one: names for one, names in found.items() if not names & asked and PARTS.get(one) not in asked}
    assert {} == lacking
