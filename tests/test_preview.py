"""The preview answers by its own names only, and sees folders that are born while it runs."""

import pytest

from tertulia.commands import preview
from tertulia.commands.watch import watch


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
            seen |= changes.get(timeout=30)
        assert [] == [path for path in seen if path.name in (".voto.es.part", ".lock")]
