"""The documentation and the code say the same."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tertulia import cli, defaults
from tertulia.commands import develop
from tertulia.content.keys import KEYS, Kind
from tertulia.core.languages import Languages
from tertulia.core.settings import Settings, declared
from tertulia.syndication.networks import network_classes
from tertulia.syndication.networks.base import Network

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


def row(*keys):
    """The row of docs/writing.md for *keys*: their Spanish names, the others, what they are."""
    spanish = [key.names("es") for key in keys]
    first = [name for names in spanish for name in (names if len(keys) == 1 else names[:1])]
    also = [name for key in keys for name in dict.fromkeys((*key.names("es"), *key.names("en"))) if name not in first]
    cells = [", ".join(f"`{name}`" for name in names) for names in (first, also)]
    return "| " + " | ".join([*cells, keys[0].doc]).replace("|  |", "| |") + " |"


def test_every_metadata_key_is_documented():
    """The table of docs/writing.md says of each key what its declaration says, and nothing else."""
    own = [key for key in KEYS if key.is_ours and key.kind is not Kind.NETWORK]
    networks = [key for key in KEYS if key.kind is Kind.NETWORK]
    table = read("docs/writing.md").partition("| key | also |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [*map(row, own), row(*networks)] == table


def test_every_language_and_all_that_it_may_say_is_documented():
    """docs/languages.md has a row for each file that we ship and for each entry on top of one."""
    documented = read("docs/languages.md")
    files = sorted((ROOT / "tertulia" / "languages").glob("*.toml"))
    assert [] == [file.name for file in files if f"| `tertulia/languages/{file.name}` |" not in documented]
    entries = {name for file in files for name in tomllib.loads(file.read_text("utf-8"))} - {"readers", "blogger"}
    assert [] == [name for name in entries if f"| `{name}` |" not in documented and f"| `[{name}]` |" not in documented]


@pytest.mark.parametrize(
    "name", ["README.md", "README.es.md", "CONTRIBUTING.md", *sorted(map(str, ROOT.glob("docs/**/*.md")))]
)
def test_links_of_the_documentation_lead_somewhere(name):
    """A relative link in a document names a file of the repository."""
    path = ROOT / name
    text = re.sub(r"`[^`]*`", "", path.read_text("utf-8"))  # what stands in code is an example
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text)
    assert [] == [link for link in links if not (path.parent / link).exists()]


def test_every_column_of_a_table_has_a_name():
    """Whoever hears a table is told what stands in each column."""
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    nameless = re.compile(r"^\|.*\| \|.*\n\|[-|: ]+$|^\| \|.*\n\|[-|: ]+$", re.M)
    assert [] == [page.name for page in pages if nameless.search(page.read_text("utf-8"))]


def test_every_setting_that_a_page_names_is_one():
    """A name in capitals in the documentation is declared or read by that name; no page invents one."""
    known = {name.upper() for name in declared(Settings)} | {name for name in vars(defaults) if name.isupper()}
    for network in network_classes().values():
        known |= {network.setting_name(name) for name in declared(network)}
    code = "".join(path.read_text("utf-8") for path in ROOT.glob("tertulia/**/*.py"))
    named = {
        (page.name, name)
        for page in ROOT.glob("docs/**/*.md")
        if page.name != "decisions.md"  # which also tells of what is gone
        for name in re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b[^`]*`", page.read_text("utf-8"))
    }
    of_accounts = re.compile(r"_([2-9]|[1-9]\d)_")  # of a second account the name is the first's, with a number
    named = {(page, of_accounts.sub("_", name, count=1)) for page, name in named}
    odd = {name for _, name in named if name not in known and f'"{name}"' not in code}
    assert set() == {name for name in odd if not name.startswith("PIXELFED_")}  # the example of a network to come


def options_of(task):
    """What may stand behind a task, as it is typed."""
    return {flag for argument in task.get_arguments() for flag in flags_of(argument.name)}


def flags_of(name):
    """--name, and for a switch that is on the one that turns it off."""
    flag = "--" + name.rstrip("_").replace("_", "-")
    return {flag, flag.replace("--", "--no-", 1)}


# With the program's name before it; or a task alone in its quotes, with an option.
COMMAND = re.compile(r"(?:python3 tasks\.py|\btertulia) ([a-z][a-z-]*)([^`”»\n]*)|^([a-z-]+)((?: \S+)*? --[a-z].*)")


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", ROOT / "README.es.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_command_that_a_page_names_is_one(path):
    """In code, what follows "tasks.py" is a task, and each --option one of its own."""
    tasks = {task.name.replace("_", "-"): options_of(task) for task in (*cli.TASKS, *develop.TASKS)}
    tasks["new"] |= options_of(cli.new_blog)
    tasks["test"] |= {"-m", "-k", "-n", "--fast", "--measure"}  # they go to pytest
    code = re.findall(
        r"^(`{3,})[^\n]*\n(.*?)^\1|(?<!`)`([^`\n]+)`|^    (\S[^\n]*)$", path.read_text("utf-8"), re.M | re.S
    )
    odd = []
    for _, fenced, inline, indented in code:
        for found in COMMAND.findall(fenced or inline or indented):
            task, rest = found[:2] if found[0] else found[2:]
            if not found[0] and task not in tasks:
                continue  # another program's
            options = re.findall(r"(?<![\w-])--[a-z][a-z-]*", rest.partition("#")[0].partition("|")[0])
            odd += [task] if task not in tasks else [f"{task} {one}" for one in options if one not in tasks[task]]
    assert [] == odd


@pytest.mark.parametrize("lang", ["es", "en"])
def test_what_a_phrase_sends_to_is_there(lang):
    """A message that says "run" names a task, and one that says "see" a page."""
    phrases = read(f"tertulia/languages/{lang}.toml")
    tasks = {task.name.replace("_", "-") for task in (*cli.TASKS, *develop.TASKS)}
    assert set() == set(re.findall(r"python3 tasks\.py ([a-z][a-z-]*)", phrases)) - tasks
    pages = set(re.findall(r"docs/[\w/-]+\.md", phrases))
    assert pages and [] == [page for page in pages if not (ROOT / page).is_file()]


QUOTED = re.compile(r"^\| `([^`]+)` \|", re.M)


@pytest.mark.parametrize(("page", "lang"), [("docs/problems.md", "en"), ("docs/es/problems.md", "es")])
def test_every_message_that_the_page_of_problems_quotes_is_said(page, lang):
    """Word for word, with "…" for what differs each time; both languages tell of the same."""
    phrases = Languages().get(lang).phrases
    said = {key: re.sub(r"\{[^}]*\}", "…", phrase) for key, phrase in phrases.items() if isinstance(phrase, str)}
    quoted = QUOTED.findall(read(page))
    assert 30 < len(quoted)
    assert [] == [message for message in quoted if not any(message in phrase for phrase in said.values())]


@pytest.mark.parametrize("page", ["docs/keys.md", "docs/es/keys.md"])
def test_how_to_get_the_keys_of_each_network_is_told(page):
    """Each setting that a network cannot do without stands in the block of its section."""
    blocks = " ".join(re.findall(r"^```\n(.*?)^```", read(page), re.M | re.S))
    needed = {
        network.setting_name(name)
        for network in network_classes().values()
        for name, setting in declared(network).items()
        if setting.required
    }
    assert needed and set() == needed - set(re.findall(r"[A-Z_]+", blocks))


def test_what_each_network_can_do_is_what_its_class_says():
    """The table of docs/networks.md: found, edited, deleted, threads; each network has its row."""
    rows = re.findall(
        r"^\| ([^|]+?) \| (yes|no) \| ([^|]+?) \| ([^|]+?) \| (yes|–|no) \|", read("docs/networks.md"), re.M
    )
    told = {}
    for label, found, *follow, threads in rows:
        name = re.split(r"[ ,]", label)[0].casefold()
        can = (found == "yes", *(not one.startswith("no") for one in follow), threads == "yes")
        told.setdefault(name, []).append(can)
    can = {
        name: (one.when_edited != "leave", one.delete is not Network.delete, one.threads)
        for name, one in network_classes().items()
    }
    assert {name: can[name] for name in told} == {name: rows[0][1:] for name, rows in told.items()}
    assert set(can) == set(told)
    assert [] == [
        name for name, rows in told.items() if len(rows) == 1 and rows[0][0] != network_classes()[name].can_search
    ]
    # Of a person's posts on LinkedIn there is no list, of an organisation's there is.
    assert [True, False] == [found for found, *_ in told["linkedin"]]


# What a blogger makes when they want it.
TO_COME = {"content/links.toml", "content/theme/"}


@pytest.mark.parametrize("name", ["README.md", "README.es.md"])
def test_the_tree_is_true(name):
    """What stands in the tree is there, two levels deep, and no folder of ours is forgotten."""
    tree = re.search(r"```\n(tasks\.py .*?)```", read(name), re.S)[1]
    shown, above = set(), ""
    for line in tree.splitlines():
        names = re.split(r"\s{2,}", line.strip())[0].split()
        above = above if line.startswith(" ") else names[0]
        shown |= {f"{above}{one}" if line.startswith(" ") else one for one in names}
    assert [] == [one for one in sorted(shown - TO_COME) if not (ROOT / one).exists()]
    rooms = {
        path.parent.relative_to(ROOT).as_posix() + "/"
        for path in ROOT.glob("tertulia/*/*.*")
        if "__pyc" not in str(path)
    }
    floors = {f"{one}/" for one in ("content", "theme", "plugins", "tertulia", "server", "tests", "docs")}
    assert set() == (rooms | floors) - shown


def test_the_ten_questions_lead_somewhere():
    """Each answer of CONTRIBUTING names files and folders that are there; its picture has each room."""
    text = read("CONTRIBUTING.md")
    answers = re.findall(
        r"^\| (?:a|an|another|the|when) .*? \| (.*`.*`.*) \|$",
        text.partition("### Ten questions")[2].partition("###")[0],
        re.M,
    )
    assert 10 == len(answers)
    paths = [path for answer in answers for path in re.findall(r"`([\w./]+(?:/|\.\w+))`", answer)]
    assert [] == [
        path
        for path in sorted(set(paths) - TO_COME)
        if not any((ROOT / base / path).exists() for base in ("", "tertulia/languages"))
    ]
    rooms = [path.parent.name for path in ROOT.glob("tertulia/*/__init__.py")]
    assert [] == [room for room in rooms if f"{room}/" not in text]
