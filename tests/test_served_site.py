"""What the preview serves: pages, redirects, types, and word of each build."""

import json
from pathlib import Path

import pytest

from tertulia.commands import build_report, preview
from tertulia.commands.watch import concerns_us
from tertulia.core import languages
from tertulia.core.errors import TertuliaError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def served(tmp_path) -> preview.Site:
    """A site of a few files under /blog, as preview serves it."""
    root = tmp_path / "site"
    files = {
        "index.html": "<html><body><p>inicio</body></html>", "404.html": "<body>perdido</body>", "a.css": "p{}",
        "etiqueta/año/index.html": "<body>año</body>", "feed.xml": "<feed/>", ".well-known/x": "y",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (tmp_path / "secret.html").write_text("secret")
    site = preview.Site()
    site.show(root, build_report.BuildReport(prefix="/blog"))
    return site


def get(app, path: str, method: str = "GET") -> tuple[str, dict[str, str], str]:
    """Status, headers and body of a request, without a socket."""
    from wsgiref.util import setup_testing_defaults

    environ: dict[str, object] = {"REQUEST_METHOD": method, "PATH_INFO": path.encode().decode("latin-1")}
    setup_testing_defaults(environ)
    answer: list = []
    body = b"".join(app(environ, lambda status, headers: answer.extend((status, dict(headers)))))
    return answer[0], answer[1], body.decode()


def test_pages_get_the_refreshing_script_and_files_do_not(served):
    """HTML has the script before the end of its body; the file on disk and other types are as they were."""
    status, headers, body = get(served, "/blog/")
    assert (
        "200 OK",
        "text/html; charset=utf-8",
        "no-store",
    ) == (status, headers["Content-Type"], headers["Cache-Control"])
    assert body.index("inicio") < body.index("/.preview/preview.js") < body.index("</body>")
    assert "preview.js" not in (served.folder / "index.html").read_text("utf-8")
    assert "p{}" == get(served, "/blog/a.css")[2]
    served.live = False
    assert "preview.js" not in get(served, "/blog/")[2]


@pytest.mark.parametrize(
    ("path", "status", "found"),
    [
        ("/blog/etiqueta/año/", "200 OK", "año"),
        ("/blog/.well-known/x", "200 OK", "y"),
        ("/blog/no-hay", "404 Not Found", "perdido"),
        ("/blog/etiqueta/", "404 Not Found", "perdido"),
        ("/blog/../secret.html", "404 Not Found", "perdido"),
        ("/blog/..\\secret.html", "404 Not Found", "perdido"),
        ("/blog/a\0b", "404 Not Found", "perdido"),
        ("/robots.txt", "404 Not Found", "perdido"),
        ("//evil.example/..", "404 Not Found", "perdido"),
    ],
)
def test_what_is_served_and_what_is_not(served, path, status, found):
    """Files under the folder and nothing else; no list of a folder; the site's own page for what is missing."""
    answer = get(served, path)
    assert (status, True) == (answer[0], found in answer[2])


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/", "/blog/"),
        ("/blog", "/blog/"),
        ("/blog/etiqueta/año", "/blog/etiqueta/a%C3%B1o/"),
    ],
)
def test_redirects_stay_here(served, path, location):
    """The home of the site, and a folder without its slash, are one step away and on this server."""
    status, headers, _ = get(served, path)
    assert ("302 Found", location) == (status, headers["Location"])


def test_only_reading_is_served(served):
    """HEAD gives no body; anything that writes is refused."""
    assert "" == get(served, "/blog/", "HEAD")[2]
    assert "405 Method Not Allowed" == get(served, "/blog/", "POST")[0]


def test_a_failed_build_leaves_the_pages_up(served):
    """After a build that failed the old pages are served, and the news say what is wrong."""
    version = json.loads(served.news())["version"]
    remarks = [build_report.Remark("error", "a.md:1: mal"), build_report.Remark("hint", "nada")]
    served.show(Path("/nowhere"), build_report.BuildReport(failure="x.py:1: roto", remarks=remarks))
    news = json.loads(served.news())
    assert ("200 OK", True) == (get(served, "/blog/")[0], news["failed"])
    assert [languages.say("build_failed"), "x.py:1: roto", "a.md:1: mal"] == news["note"]
    assert version != news["version"]


def test_an_open_page_hears_of_each_build(served):
    """The stream begins with the news of now, goes on with each build, and ends with the server."""
    stream = served.events()
    first = next(stream)
    served.show(served.folder, build_report.BuildReport(prefix="/blog"))
    second = next(stream)
    served.close()
    assert (True, True, []) == (first.startswith(b"data: {"), first != second, list(stream))


def test_another_application_is_mounted_on_the_same_origin(served):
    """A mount gets what lies under its path, and the site the rest."""

    def service(environ, start):
        start("202 Accepted", [])
        return [environ["PATH_INFO"].encode()]

    app = preview.application(served, {"/comments": service})
    statuses = [get(app, path)[0][:3] for path in ("/comments", "/comments/7", "/commentsx", "/blog/")]
    assert ["202", "202", "404", "200"] == statuses


def test_a_page_that_is_called_as_a_mount_is_the_blogs(served):
    """Its own service may be elsewhere; what the service answers has no slash at the end."""
    (served.folder / "newsletter").mkdir()
    (served.folder / "newsletter" / "index.html").write_text("<p>Mía</p>")
    app = preview.application(served, {"/blog/newsletter": lambda environ, start: start("202 Accepted", []) or []})
    paths = ("/blog/newsletter/", "/blog/newsletter", "/blog/newsletter/leave")
    assert ["200", "202", "202"] == [get(app, path)[0][:3] for path in paths]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.js", "text/javascript; charset=utf-8"), ("a.xml", "application/xml; charset=utf-8"), ("a.woff2", "font/woff2"),
     ("a.wasm", "application/wasm"), ("a.AVIF", "image/avif"), ("a.json", "application/json; charset=utf-8"),
     ("a.unknown", "application/octet-stream"), ("a.svg", "image/svg+xml; charset=utf-8")],
)  # fmt: skip
def test_types_are_right_on_any_system(name, expected):
    """A file's type follows from its name, whatever the system's own table says."""
    assert expected == preview.media_type(Path(name))


@pytest.mark.usefixtures("socket_enabled")
def test_a_busy_port_is_one_line(served):
    """A port that is taken is said, with one to try."""
    server = preview.listen("127.0.0.1", 0, served)
    try:
        port = server.server_address[1]
        with pytest.raises(TertuliaError, match=f"{port} está ocupado.*--port {port + 1}"):
            preview.listen("127.0.0.1", port, served)
    finally:
        server.server_close()
    with pytest.raises(TertuliaError, match="65535"):
        preview.listen("127.0.0.1", 99999, served)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("pelicanconf.py", True), ("links.toml", True), (".x.py", False), ("README.md", False), ("output/a.py", False)],
)
def test_which_files_at_the_top_matter(name, expected):
    """Of the blog's own folder, settings are watched and nothing below it."""
    assert expected is concerns_us(ROOT / name, ROOT)
