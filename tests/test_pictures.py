"""Pictures in Markdown: what is written, what is shown, what the author is told.

The cases are ``tests/examples/pictures/*.md``, each with the HTML it becomes (``.html``) and, where something is to be
told, the problems (``.txt``). The mark of a picture's content in its name stands there as ``MARK``.
"""

import re
from pathlib import Path

import markdown
import pytest
from PIL import Image

from tertulia.core import languages
from tertulia.render import images
from tertulia.render.document import Document
from tertulia.render.image_cache import ImageCache
from tertulia.render.pictures import PicturesExtension
from tertulia.render.resolver import ImageResolver, PictureNotFoundError
from tests.photographs import MARKER, animation, photo, saved

EXAMPLES = Path(__file__).parent / "examples" / "pictures"
POST = "content/posts/2026/2026-11-21_prueba.md"
EXTENSIONS = ["attr_list", "tables", "footnotes", "fenced_code", "md_in_html", "toc"]


@pytest.fixture(scope="module")
def content(tmp_path_factory) -> Path:
    """A blog's content folder with pictures of every sort beside a post and in ``images``."""
    content = tmp_path_factory.mktemp("blog") / "content"
    posts, shared = content / "posts" / "2026", content / "images"
    (posts / "fotos").mkdir(parents=True)
    shared.mkdir()
    files = {
        posts / "plaza.jpg": saved(photo(2000, 1000), "JPEG", orientation=6),
        posts / "plaza mayor.jpg": saved(photo(300, 200), "JPEG"),
        posts / "pen\u0303a.png": saved(photo(200, 100), "PNG"),  # as macOS keeps it: two characters
        posts / "a_b_c.png": saved(photo(200, 101), "PNG"),
        posts / "fotos" / "dentro.png": saved(photo(200, 102), "PNG"),
        posts / "baile.gif": animation(),
        posts / "plano.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><script>x</script></svg>',
        posts / "texto.jpg": b"Querida Ana:",
        posts / "movil.heic": b"\0\0\0\x18ftypheic" + b"\0" * 40,
        posts / "informe.pdf": b"%PDF-1.7",
        posts / "otra.md": b"Id: otra\n\nHola",
        shared / "mesa.png": saved(photo(300, 200), "PNG"),
        shared / "grande.jpg": saved(photo(3000, 1000), "JPEG"),
        shared / "tabla.csv": b"a,b\n",
        content / "people.toml": b"",
        content.parent / "secreto.jpg": saved(photo(), "JPEG"),
    }
    for path, data in files.items():
        path.write_bytes(data)
    return content


@pytest.fixture
def resolver(content, tmp_path) -> ImageResolver:
    return ImageResolver(content, ImageCache(tmp_path / "cache"), site_address="https://tertulia.example")


def rendered(resolver: ImageResolver, body: str) -> tuple[str, list[str]]:
    """*body* as HTML, and what the author is told."""
    languages.speak("es")
    md = markdown.Markdown(extensions=[*EXTENSIONS, PicturesExtension(resolver)], output_format="html")
    document = Document(POST, "es", body, 10)
    md.document = document
    html = md.convert(body) + "\n"
    for (path, use), line in document.files.items():
        resolver.request(Path(path), use, resolver.content / POST.removeprefix("content/"), line)
    return html, [str(problem) for problem in document.problems]


def marked(html: str) -> str:
    return re.sub(r"\.[0-9a-f]{8}\.", ".MARK.", html)


@pytest.mark.parametrize("case", sorted(p.stem for p in EXAMPLES.glob("*.md")))
def test_example(case, resolver):
    """Each example becomes its HTML and tells its problems."""
    html, told = rendered(resolver, (EXAMPLES / f"{case}.md").read_text("utf-8"))
    problems = EXAMPLES / f"{case}.txt"
    assert (EXAMPLES / f"{case}.html").read_text("utf-8") == marked(html)
    assert (problems.read_text("utf-8").splitlines() if problems.exists() else []) == told


@pytest.mark.parametrize("case", sorted(p.stem for p in EXAMPLES.glob("*.md")))
def test_every_address_in_an_example_is_published_without_camera_data(case, resolver, tmp_path):
    """Whatever way a picture is named, the file is there and knows nothing of the camera."""
    html, _told = rendered(resolver, (EXAMPLES / f"{case}.md").read_text("utf-8"))
    assert [] == resolver.publish(tmp_path / "output")
    named = set(re.findall(r"[\" ]/((?:images|files)/[^\s\"]+)", html))
    published = {p.relative_to(tmp_path / "output").as_posix() for p in (tmp_path / "output").rglob("*") if p.is_file()}
    assert named == published
    assert all(MARKER.encode() not in (tmp_path / "output" / name).read_bytes() for name in published)


def test_sizes_said_are_the_sizes_of_the_files(resolver, tmp_path):
    """``width`` and ``height`` are those of ``src``, and each ``w`` of ``srcset`` is the width of its file."""
    html, _told = rendered(resolver, "![La plaza](plaza.jpg)")
    resolver.publish(tmp_path)
    src = re.search(r'src="/([^"]+)"', html)[1]
    said = tuple(int(re.search(rf'\b{name}="(\d+)"', html)[1]) for name in ("width", "height"))
    assert said == Image.open(tmp_path / src).size == (1000, 2000)
    for name, width in re.findall(r"/(images/\S+) (\d+)w", html):
        assert int(width) == Image.open(tmp_path / name).width


def test_a_site_in_a_folder_has_its_pictures_there(content, tmp_path):
    """Every address begins with the path part of the site's address; files lie under the output's root."""
    resolver = ImageResolver(
        content, ImageCache(tmp_path / "cache"), siteurl="/blog", site_address="https://a.example/blog"
    )
    html, told = rendered(resolver, "![x de plaza](plaza.jpg) y ![mesa](/blog/images/mesa.png) y [x](informe.pdf)")
    assert [] == told
    assert {"/blog/images", "/blog/files"} == set(re.findall(r'(?:src|href)="(/blog/\w+)', html))
    assert all(entry.startswith("/blog/images/") for entry in re.search(r'srcset="([^"]+)"', html)[1].split(", "))
    resolver.publish(tmp_path / "output")
    assert ["files", "images"] == sorted(p.name for p in (tmp_path / "output").iterdir())


def test_a_cover_is_found_like_a_picture(resolver, content):
    """``resolve`` gives the address without a slash in front, for templates to complete."""
    picture = resolver.resolve("plaza.jpg", content / "posts" / "2026" / "p.md", "Una plaza")
    assert ("images/plaza.MARK.jpg", 1000, 2000, "Una plaza") == (
        marked(picture.src), picture.width_px, picture.height_px, picture.alt
    )  # fmt: skip
    with pytest.raises(PictureNotFoundError, match=r"plaza\.jpg"):
        resolver.resolve("plaz.jpg", content / "posts" / "2026" / "p.md")


@pytest.mark.parametrize(
    "written",
    [
        "../../../secreto.jpg",
        "../../../../etc/hostname",
        "/../secreto.jpg",
        "Plaza.jpg",
        "",
        "#x",
        "a\0b",
        "posts",
        "..",
    ],
)
def test_nothing_outside_the_content_folder_is_found_nor_another_spelling(resolver, content, written):
    """A path that climbs out, a folder, another case: no file, on every operating system."""
    assert resolver.find(written, content / "posts" / "2026" / "p.md") is None


def test_many_posts_with_few_pictures_look_once(resolver, monkeypatch):
    """A thousand posts that show the same five pictures ask the disk about five."""
    looks = []
    facts = resolver.image_cache.facts
    monkeypatch.setattr(resolver.image_cache, "facts", lambda path: (looks.append(path), facts(path))[1])
    md = markdown.Markdown(extensions=[PicturesExtension(resolver)])
    names = ["plaza.jpg", "a_b_c.png", "plano.svg", "baile.gif", "/images/mesa.png"]
    for number in range(1000):
        body = f"![Algo que se ve]({names[number % 5]})"
        md.document = Document(POST, "es", body)
        assert "<img" in md.reset().convert(body)
    assert 5 == len(looks)


def test_a_picture_that_turns_out_broken_is_told_where_it_is_used(content, tmp_path):
    """Only decoding shows that a file was cut short: the problem names post and line all the same."""
    (content / "posts" / "2026" / "cortada.jpg").write_bytes(saved(photo(), "JPEG")[:-400])
    resolver = ImageResolver(content, ImageCache(tmp_path / "cache"))
    _html, told = rendered(resolver, "Hola\n\n![Media plaza](cortada.jpg)")
    assert [] == told
    [(path, line, error)] = resolver.publish(tmp_path / "output")
    assert (content / "posts" / "2026" / "2026-11-21_prueba.md", 12, "damaged") == (path, line, error.reason)


@pytest.fixture
def blog(tmp_path) -> Path:
    """A content folder of one post that names pictures in every way there is."""
    content = tmp_path / "content"
    for folder in ("posts", "pages", "images/fuera", "extra"):
        (content / folder).mkdir(parents=True)
    for path in (
        "posts/a.jpg",
        "images/b.jpg",
        "images/c.jpg",
        "images/fuera/d.jpg",
        "images/nadie.jpg",
        "extra/e.jpg",
    ):
        (content / path).write_bytes(saved(photo(700, 500 + len(path)), "JPEG", orientation=6))
    (content / "images" / "informe.pdf").write_bytes(b"%PDF-1.7")
    (content / "posts" / "2026-11-21_fotos.md").write_text(
        "Título: Fotos\nId: fotos\nFecha: 2026-11-21\nPortada: b.jpg\nTexto de portada: Una plaza\n\n"
        "![Una plaza](a.jpg)\n\n[Otra]({static}/images/c.jpg)\n\n<img src='/images/fuera/d.jpg' alt='De noche'>\n",
        "utf-8",
    )
    return content


def test_no_camera_data_anywhere_in_a_built_site(blog, build, tmp_path):
    """Shown, linked, in raw HTML, as cover, copied by Pelican's own STATIC_PATHS: always the clean copy."""
    output = tmp_path / "output"
    records = build(blog, output, SEARCH=False, SOCIAL_CARDS=False, STATIC_PATHS=["extra", "posts"])
    assert [] == [r.getMessage() for r in records if r.levelname in ("WARNING", "ERROR")]
    files = [p for p in output.rglob("*") if p.is_file()]
    assert [] == [p.name for p in files if MARKER.encode() in p.read_bytes()]
    names = {marked(p.relative_to(output).as_posix()) for p in files}
    assert {"images/a.MARK.jpg", "images/b.MARK.jpg", "images/c.MARK.jpg", "images/d.MARK.jpg"} <= names
    assert {"extra/e.jpg", "posts/a.jpg", "images/informe.pdf"} <= names
    assert [] == [name for name in names if "nadie" in name]
    assert (505 + 6, 700) == Image.open(output / "extra" / "e.jpg").size
    assert images.look((output / "posts" / "a.jpg").read_bytes()).kind == "jpeg"


def test_pictures_of_posts_that_other_processes_read_are_published(blog, build, tmp_path, monkeypatch):
    """What a child process found in a post reaches the one that publishes; notes added later count too."""
    monkeypatch.setattr("tertulia.core.parallel.WORTH_FORKING", 2)
    for number in range(1, 9):
        (blog / "posts" / f"foto-{number}.jpg").write_bytes(saved(photo(500 + number), "JPEG", orientation=6))
        (blog / "posts" / f"{number}.md").write_text(
            f"Título: Entrada {number}\nId: e{number}\nFecha: 2026-11-0{number}\n"
            f"Actualización: 2026-11-20 ![Una plaza](foto-{9 - number}.jpg)\n\nHola\n",
            "utf-8",
        )
    output = tmp_path / "output"
    records = build(blog, output, SEARCH=False, SOCIAL_CARDS=False)
    assert [] == [r.getMessage() for r in records if r.levelname in ("WARNING", "ERROR")]
    names = {marked(p.name) for p in (output / "images").iterdir()}
    assert {f"foto-{number}.MARK.jpg" for number in range(1, 9)} <= names


def test_pictures_at_a_host_that_the_owner_names_are_shown_from_there(tmp_path, build):
    """In Markdown and in HTML, nothing is told; those of other hosts stay links that are."""
    (tmp_path / "content/posts").mkdir(parents=True)
    text = (
        "Título: A\nId: a\nFecha: 2026-11-01\n\n![Una plaza](https://CDN.example/a.png)\n\n"
        'Y <img src="//cdn.example/b.png" alt="Otra"> y ![Ajena](https://otra.example/c.png).\n'
    )
    (tmp_path / "content/posts/a.md").write_text(text, "utf-8")
    records = build(
        tmp_path / "content", tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, PICTURE_HOSTS=["cdn.example"]
    )
    (told,) = [r.getMessage() for r in records if r.levelname in ("WARNING", "ERROR")]
    assert "otra.example" in told
    page = (tmp_path / "output/2026/11/a/index.html").read_text("utf-8")
    assert 'src="https://CDN.example/a.png"' in page and 'src="//cdn.example/b.png"' in page
    assert '<a href="https://otra.example/c.png" data-number="1">Ajena</a>' in page
