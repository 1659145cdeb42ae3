"""``check``: links, other hosts, one page of each kind."""

from pathlib import Path

from tertulia.commands import (
    check,
    check_links,
)

ROOT = Path(__file__).resolve().parent.parent


def links(tmp_path: Path, files: dict[str, str], prefix: str = "") -> tuple[list[str], list[str]]:
    """Broken links and outside requests of a made-up site at https://x.example."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    check_links._files_of.cache_clear()
    pages = sorted(name for name in files if name.endswith(".html"))
    broken, outside = check_links.read_links(tmp_path, pages, prefix, "https://x.example" + prefix)
    return broken.findings, outside.findings


def test_good_links_are_good(tmp_path):
    """Folders, files, fragments, whole addresses of the site itself, percent signs and other hosts' links."""
    body = (
        '<a href="/a/">1</a><a href="/a">2</a><a href="a/#ñ">3</a><a href="#top">4</a><a href="https://x.example/a/">5</a>'
        '<a href="https://other.example/x">6</a><a href="mailto:a@x.example">7</a><a href="/a%C3%B1o/">8</a>'
        '<a href="/a/?q=1">9</a><img src="i.png" srcset="/i.png 1x, i.png 2x"><img src="data:x"><a href="">0</a>'
    )
    files = {
        "index.html": body,
        "a/index.html": '<p id="ñ"><a href="../index.html">',
        "año/index.html": "",
        "i.png": "",
    }
    assert ([], []) == links(tmp_path, files)


def test_bad_links_are_told_by_page(tmp_path):
    """What leads to no file, or to no place in it, is found in pages, redirects, styles and feeds."""
    files = {
        "index.html": '<a href="/no/">x</a><a href="/a/#no">x</a><img srcset="/no.png 2x"><a href="https://x.example/gone">',
        "a/index.html": '<meta http-equiv="refresh" content="0; url=/moved/">',
        "s.css": "@namespace url(http://www.w3.org/1999/xhtml); p { background: url('no.png') }",
        "feed.xml": '<link href="https://x.example/a/"/><link href="https://x.example/never/"/>',
    }
    expected = [
        "a/index.html: /moved/", "feed.xml: https://x.example/never/", "index.html: /a/#no", "index.html: /no.png",
        "index.html: /no/", "index.html: https://x.example/gone", "s.css: no.png",
    ]  # fmt: skip
    assert (expected, []) == links(tmp_path, files)


def test_what_a_browser_would_fetch_elsewhere_is_told(tmp_path):
    """Pictures, scripts, styles and frames of other hosts are found; links to them are not."""
    files = {
        "index.html": '<img src="//e.example/a.png"><script src="https://e.example/b.js"></script>'
        '<link rel="stylesheet" href="https://e.example/c.css"><link rel="canonical" href="https://e.example/">'
        '<a href="https://e.example/"></a>',
        "s.css": "@font-face { src: url(https://e.example/f.woff2) }",
    }
    expected = [
        "index.html: //e.example/a.png", "index.html: https://e.example/b.js", "index.html: https://e.example/c.css",
        "s.css: https://e.example/f.woff2",
    ]  # fmt: skip
    assert ([], expected) == links(tmp_path, files)


def test_links_of_a_blog_in_a_folder(tmp_path):
    """Under a prefix, a link without it leads nowhere."""
    files = {"index.html": '<a href="/blog/a/">x</a><a href="/blog">x</a><a href="/a/">x</a>', "a/index.html": ""}
    assert (["index.html: /a/"], []) == links(tmp_path, files, "/blog")


def test_one_page_of_each_kind(tmp_path):
    """Posts are of one kind in each language, pages at the top each of their own; redirects are left out."""
    names = {
        "index.html": 1, "404.html": 1, "buscar/index.html": 1, "2026/11/a/index.html": 1, "2025/01/b/index.html": 2,
        "en/index.html": 1, "en/2026/11/c/index.html": 1, "etiqueta/x/index.html": 1, "etiqueta/y/index.html": 2,
        "etiqueta/y/pagina/2/index.html": 1, "archivo/2026/index.html": 1, "archivo/2026/11/index.html": 1,
    }  # fmt: skip
    for name, size in names.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x" * size)
    (tmp_path / "old.html").write_text('<meta http-equiv="refresh" content="0; url=/">' + "x" * 99)
    expected = sorted(names.keys() - {"2026/11/a/index.html", "etiqueta/x/index.html"})
    assert expected == check.one_of_each_kind(tmp_path, [*names, "old.html"])


def test_lighthouse_rates_one_page_of_each_kind(tmp_path):
    """The home itself, then the largest that wants to be found in the blog's own language, or else in another."""
    kinds = {
        "en/index.html": "home", "index.html": "home", "en/tag/x/index.html": "list", "etiqueta/x/index.html": "list",
        "pagina/2/index.html": "home", "en/2026/11/c/index.html": "post", "buscar/index.html": "search",
        "etiquetas/index.html": "index", "404.html": "search", "autor/ana/index.html": "list",
    }  # fmt: skip
    for name, kind in kinds.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f'<html data-kind="no"><body class="x" data-kind="{kind}">' + "x" * len(name))
    (tmp_path / "404.html").write_text('<meta name="robots" content="noindex"><body data-kind="search">' + "x" * 99)
    expected = {
        "home": "index.html", "post": "en/2026/11/c/index.html", "list": "etiqueta/x/index.html",
        "search": "buscar/index.html",
    }  # fmt: skip
    assert expected == check.rated(tmp_path, sorted(kinds))
