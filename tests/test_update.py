"""A newer version of the program under a blog whose looks are all its own: nothing is lost, nothing is asked."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from tertulia.site import palette
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#123456"/></svg>'
)
SETTINGS = """
COLORS = {"accent": ("#0a5c4a", "#7fd1b9"), "paper": ("#ffffff", "#101418")}
FONTS = {"text": "literata", "titles": "atkinson"}
DESIGN = "portada"
LAYOUT = {"home": "magazine", "dates": "above", "captions": "below"}
EXTRAS = ["switch", "author", "covers", "contents", "copy", "progress"]
MENU = [("Quién soy", "acerca-de/")]
FOOTER_MENU = [("Las normas", "comentarios/")]
SOCIAL = [("El taller", "https://taller.example/")]
SEARCH = False
SOCIAL_CARDS = False
NOW = "2030-01-01T12:00:00+01:00"
"""
OWN = {
    "site.css": "h1 { letter-spacing: .3em; }\n",
    "templates/parts/footer.html": '{% include "!theme/parts/footer.html" %}\n<p>Impreso con sol y paciencia.</p>\n',
    "templates/parts/related.html": "<p>Nada más por hoy.</p>\n",
    "static/dibujo.svg": DRAWING,
    "static/embed.js": "// lo mío\n",
    "languages/es.toml": '[readers.post]\nminutes.one = "un ratito"\nminutes.other = "{n} ratitos"\n',
    "icon.svg": DRAWING,
    "logo.svg": DRAWING,
    "head.html": '<meta name="mio" content="sí">\n',
    "foot.html": "<p>Hecho en casa.</p>\n",
}
RUN = (sys.executable, "-c", "from tertulia.cli import main; main()")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """``program(name)``: a copy of the program as a wheel lays it out, where ``pip`` would have put it."""

    def install(name: str) -> Path:
        package = tmp_path_factory.mktemp(name) / "tertulia"
        left_out = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "tertulia", package, ignore=left_out)
        for part in ("plugins", "theme"):
            shutil.copytree(ROOT / part, package / part, ignore=left_out)
        return package

    return install


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text("utf-8")
    assert before in text
    file.write_text(text.replace(before, after), "utf-8")


def make_newer(package: Path) -> None:
    """What a next version may bring: each file that the blog replaced or builds upon is another, and there is more."""
    change(package / "__init__.py", '__version__ = "', '__version__ = "9.')
    sheet = package / "theme" / "static" / "site.css"
    change(sheet, palette.palette_of(sheet.read_text("utf-8"))["accent"][0], "#5a005a")
    with sheet.open("a", encoding="utf-8") as file:
        file.write("\n.novedad { color: inherit; }\n")
    with (package / "theme" / "designs" / "portada" / "design.css").open("a", encoding="utf-8") as file:
        file.write("\n.portada-nueva { color: inherit; }\n")
    templates = package / "theme" / "templates" / "parts"
    change(templates / "footer.html", "<footer>", '<footer data-newer="yes">')
    (templates / "related.html").write_text("<p>Otra cosa</p>", "utf-8")
    change(package / "theme" / "static" / "icon.svg", "<svg", "<svg data-newer=''")
    with (package / "theme" / "static" / "embed.js").open("a", encoding="utf-8") as file:
        file.write("\n// newer\n")
    change(package / "languages" / "es.toml", 'footer_menu = "Más sobre el blog"', 'footer_menu = "Más cosas"')
    change(package / "languages" / "es.toml", "{n} minutos", "{n} minutos de nada")


def run(package: Path, folder: Path, *arguments: str) -> str:
    """A command of the program in *package*, with nobody at the keyboard; what it said."""
    environment = {
        "HOME": str(folder), "PATH": os.environ["PATH"], "LANG": "es_ES.UTF-8", "PYTHONUTF8": "1",
        "PYTHONPATH": str(package.parent),
    }  # fmt: skip
    done = subprocess.run(
        [*RUN, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, timeout=180,
    )  # fmt: skip
    assert (0, "") == (done.returncode, done.stderr), done.stdout + done.stderr
    return done.stdout


def own_files(blog: Path) -> dict[str, bytes]:
    """All that is the blogger's: every file but what the program makes."""
    files = (path for path in blog.rglob("*") if path.is_file())
    inside = {path.relative_to(blog): path for path in files}
    return {str(name): path.read_bytes() for name, path in inside.items() if name.parts[0] not in ("output", "var")}


def looks(output: Path) -> dict[str, object]:
    """What a blog chose, as its readers see it."""
    post = BeautifulSoup((output / "2026/11/uno/index.html").read_text("utf-8"), "lxml")
    home = BeautifulSoup((output / "index.html").read_text("utf-8"), "lxml")
    css = (output / "theme/site.css").read_text("utf-8")
    return {
        "colours": palette.palette_of(css)["accent"],
        "frame": [meta["content"] for meta in home.select("meta[name=theme-color]")],
        "fonts": sorted(re.sub(r"\.[0-9a-f]{8,}", "", one.name) for one in (output / "theme").rglob("*.woff2")),
        "sheets": [one["href"].split("?")[0] for one in post.select("link[rel=stylesheet]")],
        "own styles": [path.read_bytes() for path in sorted((output / "theme").rglob("own*.css"))],
        "home": home.body.attrs,
        "scripts": sorted(one["src"].rpartition("/")[2].split("?")[0] for one in post.select("script[src]")),
        "menu": [one.text for one in home.select("header nav a")],
        "foot": home.find("footer").select("nav")[-1].text.strip(),
        "last words": [one.text for one in home.select("p") if "paciencia" in one.text or "en casa" in one.text],
        "reading time": "ratito" in post.text,
        "related": "Nada más por hoy." in post.text,
        "head": post.select_one("meta[name=mio]")["content"],
        "logo": str(home.header.img or home.header.svg),
        "drawings": [(output / "theme" / name).read_bytes() for name in ("dibujo.svg", "embed.js", "icon.svg")],
        "banner": bool(home.select_one("img[src*=header]")),
    }


def test_a_newer_program_keeps_all_looks_of_a_blog_and_asks_nothing(program, tmp_path):
    """Every setting of the looks, styles, templates, words, files and pictures; what is new arrives beside them."""
    old, new = program("old"), program("new")
    make_newer(new)
    run(old, tmp_path, "new", "blog", "--yes", "--author", "Ana Ruiz", "--language", "es")
    blog = tmp_path / "blog"
    shutil.rmtree(blog / "content" / "posts")
    (blog / "content" / "posts").mkdir()
    (blog / "content" / "posts" / "uno.md").write_text(
        "Título: Uno\nId: uno\nFecha: 2026-11-02 10:00\nPortada: a.png\nTexto de portada: Una cosa\n\n    código\n\n"
        + "Hola. " * 300, "utf-8",
    )  # fmt: skip
    (blog / "content" / "images").mkdir(exist_ok=True)
    Image.new("RGB", (800, 450), "#0a5c4a").save(blog / "content" / "images" / "a.png")
    for name, text in OWN.items():
        file = blog / "content" / "theme" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    Image.new("RGB", (1600, 400), "#7a5c4a").save(blog / "content" / "theme" / "header.png")
    with (blog / "pelicanconf.py").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    said = run(old, blog, "build", "--strict")
    before, kept = looks(blog / "output"), own_files(blog)
    assert ["embed.js"] != before["scripts"]
    assert [] == [name for name, value in before.items() if not value]

    said_then = run(new, blog, "build", "--strict")
    page = (blog / "output" / "index.html").read_text("utf-8")
    sheet = (blog / "output" / "theme" / "site.css").read_text("utf-8")
    assert before == looks(blog / "output")
    assert kept == own_files(blog)
    assert said.splitlines()[:-1] == said_then.splitlines()[:-1]
    arrived = ("data-newer" in page, "Más cosas" in page, ".novedad" in sheet, ".portada-nueva" in sheet)
    assert (True, True, True, True) == arrived
    assert "minutos de nada" not in (blog / "output/2026/11/uno/index.html").read_text("utf-8")
