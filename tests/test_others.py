"""Files as other generators and editors write them: each is built as its author meant, or told on its line.

The files are in ``tests/examples/others``; what each must give is in ``table.toml`` there.
"""

import logging
import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = Path(__file__).parent / "examples" / "others"
TABLE = tomllib.loads((EXAMPLES / "table.toml").read_text("utf-8"))
# Advice that says nothing went wrong.
QUIET = ("es de otro programa", "la fecha es la del nombre", "sin «Id:»", "sin capturar", "sin captura")


@pytest.fixture(scope="module")
def blog(tmp_path_factory):
    """The output of a blog of all the files, and what was told of each."""
    from tests.conftest import build_site

    root = tmp_path_factory.mktemp("others")
    for name, row in TABLE.items():
        data = (EXAMPLES / name).read_text("utf-8")
        kind = row.get("bytes", "utf-8")
        path = root / "content" / "posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.replace("\n", "\r\n").encode() if kind == "CRLF" else data.encode(kind))
    for place in ("images", "posts/hugo/bundle"):
        (root / "content" / place).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (150, 150), "red").save(root / "content" / place / "punto.png")
    records = build_site(root / "content", root / "output", SEARCH=False, SOCIAL_CARDS=False, TAG_FEED_MIN_POSTS=99)
    told = [r.getMessage() for r in records if r.levelno >= logging.WARNING or getattr(r, "hint", False)]
    return root / "output", told


def page_of(output, row):
    """The page of a row of the table."""
    (page,) = output.glob(f"20*/*/{row['at']}/index.html")
    return page.read_text("utf-8")


def said_of(told, name):
    """What is told of a file, without its name."""
    return [line.removeprefix(f"content/posts/{name}:") for line in told if line.startswith(f"content/posts/{name}:")]


def test_every_file_is_in_the_table():
    """None is left without its author's meaning, and there are sixty at least."""
    files = {p.relative_to(EXAMPLES).as_posix() for p in EXAMPLES.rglob("*") if p.is_file() and p.name != "table.toml"}
    assert files == set(TABLE) and len(files) >= 60


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "at" in row])
def test_built_as_meant(blog, name):
    """Its title, its day, its address, those of before, and what stands in it."""
    output, _ = blog
    row = TABLE[name]
    page = page_of(output, row)
    assert row["title"] == re.sub("<[^>]+>", "", re.search(r"<h1[^>]*>(.*?)</h1>", page, re.S)[1]).strip()
    assert f'datetime="{row["day"]}"' in page
    assert [] == [piece for piece in row.get("has", ()) if piece not in page]
    assert [] == [piece for piece in row.get("lacks", ()) if piece in page.partition("e-content")[2]]
    assert [] == [old for old in row.get("from", ()) if not (output / old).is_file()]


@pytest.mark.parametrize("name", TABLE)
def test_told_on_its_line(blog, name):
    """What could not be done is said once, with its line; nothing else is."""
    _, told = blog
    expected = TABLE[name].get("told", [])
    said = [line for line in said_of(told, name) if not any(quiet in line for quiet in QUIET)]
    assert len(expected) == len(said), said
    assert [] == [words for words in expected if not any(line.startswith(words) for line in said)], said


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if "at" not in row])
def test_kept_back(blog, name):
    """A draft of any program, and what cannot be read, is nowhere in the output."""
    output, _ = blog
    marks = re.findall(r"Texto de [\w-]+", (EXAMPLES / name).read_text("utf-8"))
    shown = "".join(p.read_text("utf-8") for p in output.rglob("*") if p.suffix in (".html", ".xml", ".json"))
    assert [] == [mark for mark in marks if mark in shown]
