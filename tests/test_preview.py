"""The preview answers by its own names only, sees folders that are born while it runs, and is found where it is."""

import io
import os
import queue
import re
import subprocess
import sys
from contextlib import nullcontext

import pytest

from tertulia.commands import preview, try_looks
from tertulia.commands.talk import run_moderate
from tertulia.commands.watch import watch
from tertulia.core import running, strict_json
from tests.conftest import ROOT
from tests.patience import PATIENCE


def answer(bound, host):
    """The status of a request for "/" under the name *host*, at a preview bound to *bound*."""
    seen = []

    def site(environ, start):
        start("200 OK", [])
        return [b""]

    app = preview.only_for(preview.own_hosts(bound), site)
    environ = {"PATH_INFO": "/.preview/events"} | ({} if host is None else {"HTTP_HOST": host})
    app(environ, lambda status, headers: seen.append(status))
    return seen[0][:3]


@pytest.mark.parametrize(
    ("bound", "host"),
    [
        *[("127.0.0.1", host) for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]")],
        *[("127.0.0.1", host) for host in (None, "127.0.0.1:1", "blog.localhost:8000", "localhost.:8000")],
        ("blog.test", "blog.test:8000"), ("192.168.1.5", "192.168.1.5:8000"), ("0.0.0.0", "192.168.1.5:8000"),
        ("::", "[fe80::1]:8000"),
    ],
)  # fmt: skip
def test_a_preview_answers_by_its_own_names(bound, host):
    """Those of this machine, and what --host said, with any port."""
    assert "200" == answer(bound, host)


@pytest.mark.parametrize("bound", ["127.0.0.1", "0.0.0.0", "::1"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8000", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evillocalhost", "",
        " ", "localhost@evil.example", "evil.example#localhost", "localhost,evil.example", "localhost:80:80", "[::1",
        "localhost:80x", "[evil]", "0x7f000001.evil.example", "localhost evil.example", "２",
    ],
)  # fmt: skip
def test_a_preview_answers_by_no_other_name(bound, host):
    """A stranger's name that leads here gets no page, and no news of one."""
    assert "421" == answer(bound, host)


def test_a_number_of_another_machine_is_no_name_of_ours():
    """Unless we listen on all of them."""
    assert "421" == answer("127.0.0.1", "192.168.1.5:8000")


def test_a_folder_that_is_born_or_replaced_is_watched(tmp_path):
    """The first snapshot of a fresh clone, and what is written after it; a file on its way is no change."""
    (tmp_path / "content").mkdir()
    changes = watch(tmp_path)
    folder = tmp_path / "var" / "conversation"
    for name in ("born", "replaced"):
        new = tmp_path / name
        new.mkdir()
        (new / ".voto.es.part").write_text("{")
        (new / ".lock").write_text("")
        (new / "voto.es.json").write_text(name)
        folder.parent.mkdir(exist_ok=True)
        if folder.exists():
            folder.rename(tmp_path / "old")
        new.rename(folder)
        (folder / "later.es.json").write_text(name)
        seen = set()
        while not {folder / "voto.es.json", folder / "later.es.json"} <= seen:
            seen |= changes.get(timeout=PATIENCE)
        assert [] == [path for path in seen if path.name in (".voto.es.part", ".lock")]


def test_the_blog_is_found_where_it_is_served(tmp_path):
    """By the port of a process that lives; one that was killed leaves nothing that is believed."""
    assert "" == running.address(tmp_path)
    first = running.tell(tmp_path, "127.0.0.1", 8123)
    with running.tell(tmp_path, "::", 8124) or nullcontext():
        os.utime(tmp_path / "var/running/8123", (0, 0))
        assert "http://127.0.0.1:8124" == running.address(tmp_path)
    assert "http://127.0.0.1:8123" == running.address(tmp_path)
    first.close()
    assert "" == running.address(tmp_path)
    command = (
        "import os, sys, pathlib; from tertulia.core import running; "
        "kept = running.tell(pathlib.Path(sys.argv[1]), '127.0.0.1', 8125); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", command, tmp_path], cwd=ROOT, check=False)
    assert "http://127.0.0.1:8125" == (tmp_path / "var/running/8125").read_text("utf-8")
    assert "" == running.address(tmp_path)


def test_the_way_into_the_moderation_leads_to_what_is_running(tmp_path, capsys):
    """Without an address of its own the service is where it runs now; one that is set, or asked for, stays."""
    (tmp_path / "pelicanconf.py").write_text('SITE_ADDRESS = "https://blog.example"\nSERVICE_ADDRESS = ""\n', "utf-8")
    with running.tell(tmp_path, "127.0.0.1", 8126) or nullcontext():
        run_moderate(tmp_path, web=True)
        assert "http://127.0.0.1:8126/moderation/login/" in capsys.readouterr().out
        run_moderate(tmp_path, web=True, address="https://otra.example")
        assert "https://otra.example/moderation/login/" in capsys.readouterr().out
        (tmp_path / "pelicanconf.py").write_text('SERVICE_ADDRESS = "https://talk.example"\n', "utf-8")
        run_moderate(tmp_path, web=True)
        assert "https://talk.example/moderation/login/" in capsys.readouterr().out


class Trying:
    """The page on which looks are tried, as a browser has it."""

    def __init__(self, root):
        self.overrides, self.changes = {"SHOW_UNPUBLISHED": True}, queue.Queue()
        self.app = try_looks.TryLooks(root, self.overrides, self.changes)

    def ask(self, method="GET", body=b"", kind="application/json", path=try_looks.PATH):
        seen = []
        environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
        answer = self.app(environ | {"wsgi.input": io.BytesIO(body)}, lambda status, _headers: seen.append(status[:3]))
        return seen[0], b"".join(answer).decode()


@pytest.fixture
def trying(tmp_path):
    (tmp_path / "pelicanconf.py").write_text(
        'from tertulia.defaults import *\n\nCOLORS = {"accent": ("#0a5c4a", "</script>")}\n', "utf-8"
    )
    (tmp_path / "content").mkdir()
    return Trying(tmp_path)


def test_looks_that_are_tried_hold_for_the_preview_until_its_page_is_opened_anew(trying):
    """A choice is built at once, in place of the one before it; the blog's own settings hold again after that."""
    assert "204" == trying.ask("POST", b'{"DESIGN": "portada", "EXTRAS": ["switch"]}')[0]
    assert "204" == trying.ask("POST", b'{"FONTS": {"text": "literata"}}')[0]
    assert ({"SHOW_UNPUBLISHED": True, "FONTS": {"text": "literata"}}, 2) == (trying.overrides, trying.changes.qsize())
    assert "200" == trying.ask()[0]
    assert ({"SHOW_UNPUBLISHED": True}, 3) == (trying.overrides, trying.changes.qsize())
    trying.ask()
    assert 3 == trying.changes.qsize(), "nothing was tried, so nothing is built"


def test_the_page_offers_what_there_is_and_holds_what_the_blog_has(trying):
    """Every design with its colours, every family, layout and extra; what stands in the settings ends no script."""
    _, page = trying.ask()
    data = strict_json.decode(re.search(r'<script type="application/json">(.*?)</script>', page)[1])
    assert {"accent": ["#0a5c4a", "</script>"]} == data["own"]["COLORS"]
    assert ["tertulia", "portada"] == data["designs"] and "accent" in data["palettes"]["portada"]
    assert "literata" in data["fonts"] and "magazine" in data["layout"]["home"] and "switch" in data["extras"]
    assert "200" == trying.ask(path=f"{try_looks.PATH}/looks.js")[0]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"DESIGN": "portada"}', "text/plain"),  # what a form of another site can send
        (b'{"OUTPUT_PATH": "/"}', "application/json"),
        (b'["DESIGN"]', "application/json"),
        (b"{", "application/json"),
        (b'{"FONTS": "' + b"x" * 30_000 + b'"}', "application/json"),
    ],
)
def test_nothing_but_a_choice_of_looks_is_taken(trying, body, kind):
    """Not from a page of another site, no other setting, no matter how large."""
    assert "400" == trying.ask("POST", body, kind)[0]
    assert ({"SHOW_UNPUBLISHED": True}, 0) == (trying.overrides, trying.changes.qsize())
