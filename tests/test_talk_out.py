"""The whole talk for other programs: threads that feed readers know, a table that no spreadsheet executes."""

import csv
import io
import re

import feedparser
import pytest

from tertulia.commands import talk as task
from tertulia.conversation import talk_out
from tertulia.core import languages
from tertulia.store.said import Author
from tests.talking import Talk
from tests.test_inbox import Still, say_
from tests.xss import RUN, VECTORS

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "a;=1", 'a";=1', "a,-1", "a\t+1", "＝1", "'=1", "a\n@x",
    "|=1", "=HYPERLINK(\"https://x.example\";\"x\")", "\x00=1", "\ufeff=1", "\u200b=1",
)  # fmt: skip


@pytest.fixture
def talk(tmp_path):
    languages.speak("es")
    made = Talk(tmp_path)
    yield made
    made.blog.close()


def rows(talk) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(talk_out.table(talk.store, talk.clock).decode("utf-8-sig"))))


def test_both_hold_the_whole_talk_in_its_threads(talk, monkeypatch, capsys):
    """Every channel, each with what it answers; two accounts of one person bear one number; no mail, no spam."""
    ana = Author(network="mastodon", identity="m", name="Ana", handle="@ana@mas.example")
    first = say_(talk, 3, source="mastodon", author=ana)
    second = say_(talk, 2, in_reply_to=first, kind="reply")
    say_(talk, 1, status="spam", author=Author(network="form", identity="spam", name="Spam"))
    numbers = [talk.store.conversation.get(key).person for key in (first, second)]
    talk.store.persons.join(*numbers, talk.clock)
    found = rows(talk)
    assert [(first, "", "mastodon", "unanswered"), (second, first, "form", "unanswered")] == [
        (row["key"], row["answers"], row["channel"], row["state"]) for row in found
    ]
    assert 1 == len({row["person"] for row in found})
    monkeypatch.setattr(task, "Blog", lambda root, **named: Still(talk.blog))
    for form, given in (("csv", {"what": "export", "file": "todo.csv"}), ("atom", {"what": "export\ntodo.atom"})):
        task.run_comments(talk.folder, talk.folder, **given)
        assert f"todo.{form}" in capsys.readouterr().out
    parsed = feedparser.parse((talk.folder / "todo.atom").read_bytes())
    assert [second, first] == [one.id.rpartition("/")[2] for one in parsed.entries]
    raw = (talk.folder / "todo.atom").read_text()
    assert f'ref="{parsed.entries[1].id}"' in raw
    assert 2 == raw.count("thr:in-reply-to")


@pytest.mark.parametrize("bad", [*FORMULAS, *(one.format(run=RUN) if "{run}" in one else one for one in VECTORS)])
def test_no_cell_is_a_formula_and_no_entry_runs(talk, bad):
    """Whatever the separator that a spreadsheet goes by, and whatever stands before the sign."""
    author = Author(network="mastodon", identity=bad, name=bad, handle=bad, url=bad)
    say_(talk, 1, bad, source="mastodon", author=author, html="<p>x</p>")
    written = talk_out.table(talk.store, talk.clock).decode("utf-8-sig")
    for cell in (cell for row in csv.reader(io.StringIO(written)) for cell in row):
        for part in re.split(r'[;,|\t\r\n"]', cell):
            visible = part.lstrip().lstrip("\ufeff\u200b\x00").lstrip()
            assert visible[:1] not in tuple("=+-@＝＋－＠") or not visible, (cell, part)
    found = feedparser.parse(talk_out.atom(talk.store, talk.blog.info))
    assert (0, 1) == (found.bozo, len(found.entries))
