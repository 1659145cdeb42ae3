"""An open page of a preview, in a real browser: a new text takes the place of the old one, anything else is loaded."""

import threading

import pytest

from tertulia.commands.build_report import BuildReport
from tertulia.commands.preview import Site, listen
from tertulia.core.files import write_whole
from tests.real.browser import CHROMIUM, browser

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CHROMIUM, reason="SKIPPED: no chromium, so no open page was refreshed"),
    pytest.mark.usefixtures("socket_enabled"),
]

PAGE = """<!doctype html><html lang="es">
<head><meta charset="utf-8"><title>{0}</title><meta name="description" content="{1}"></head>
<body><main><article><h1>{0}</h1><div class="e-content"><p>{1}</p><p style="height: 5000px"></p></div></article></main>
</body></html>"""


def test_an_open_page_shows_what_was_saved(tmp_path):
    """Where its reader was, when only the text is another; what did not change is left alone."""
    site = Site(tmp_path)

    def saved(title: str, text: str) -> None:
        write_whole(tmp_path / "index.html", PAGE.format(title, text))
        site.again()

    saved("Uno", "Hola.")
    server = listen("127.0.0.1", 0, site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with browser() as page:
            page.open(f"http://127.0.0.1:{server.server_address[1]}/")
            page.until("performance.getEntriesByType('resource').some((one) => one.initiatorType === 'fetch')")
            page.run("window.mine = 1; scrollTo(0, 800)")
            saved("Uno", "Adiós.")
            page.until("document.body?.innerText.includes('Adiós.')")
            assert [1, 800] == [page.run("window.mine"), page.run("Math.round(scrollY)")]
            site.show(tmp_path, BuildReport())  # the build that follows
            saved("Uno", "Otra vez.")
            page.until("document.body?.innerText.includes('Otra vez.')")
            assert 1 == page.run("window.mine")
            saved("Dos", "Otra vez.")
            page.until("document.querySelector('h1')?.innerText === 'Dos' && !window.mine")
    finally:
        site.close()
        server.shutdown()
        server.server_close()
