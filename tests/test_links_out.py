"""Nothing that lies outside content/ comes into the site by a symbolic link, whoever would copy or read it."""

import pytest

from tertulia.content.folder import links_out, markdown_files
from tertulia.embeds import capture, links


@pytest.fixture
def content(tmp_path):
    """A blog beside a secret."""
    (tmp_path / ".env").write_text("KEY=hunter2hunter2")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "secret.md").write_text("Título: S\nFecha: 2026-01-02\n\nhttps://mas.to/@ana/1\n", "utf-8")
    folder = tmp_path / "content"
    for name in ("posts", "pages", "images", "extra", "embeds", "theme/static", "theme/templates"):
        (folder / name).mkdir(parents=True)
    (folder / "posts" / "una.md").write_text("Título: Una\nId: una\nFecha: 2026-01-02\n\nUn texto.\n", "utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("images/k.txt", "../../.env"), ("extra/k.txt", "../../.env"), ("posts/s.md", "../../else/secret.md"),
        ("posts/s", "../../else"), ("images/s", "../../else"), ("people.toml", "../.env"), ("tags.toml", "../.env"),
        ("theme/static/k.css", "../../../.env"), ("theme/templates/index.html", "../../../.env"),
        ("embeds/m", "../../else"), ("images/gone.txt", "../../not-there"), ("redirects.toml", "/etc/hostname"),
        ("up", ".."), ("images/self", "../.."), ("posts/s.md", "../images/../../.env"),
    ],
)  # fmt: skip
def test_a_link_out_is_told_in_one_line(content, build, name, to):
    """To a file or a folder, with any name, there or not there; all else is built, and nothing of it comes in."""
    (content / name).symlink_to(to)
    records = build(content, content.parent / "output", SEARCH=False, SOCIAL_CARDS=False)
    said = [record.getMessage() for record in records if "es un enlace que sale" in record.getMessage()]
    assert [f"content/{name}"] == [line.partition(":")[0] for line in said]
    out = [path for path in (content.parent / "output").rglob("*") if path.is_file()]
    assert [] == [path.name for path in out if b"hunter2" in path.read_bytes() or path.name in ("k.txt", "secret.md")]
    assert any("una" in path.as_posix() for path in out)
    assert "mas.to" not in "".join(path.read_text("utf-8") for path in out if path.suffix == ".html")


def test_a_post_that_links_to_a_link_out_does_not_publish_it(content, build):
    """By name, as a download, as a picture, as Pelican's own static file."""
    (content / "images" / "k.txt").symlink_to("../../.env")
    (content / "images" / "one.txt").symlink_to("k.txt")
    links = "[a](k.txt) [b](/images/one.txt) [c]({static}/images/k.txt) [d]({attach}../images/k.txt)"
    post = f"Título: Dos\nFecha: 2026-01-03\n\n{links}\n"
    (content / "posts" / "dos.md").write_text(post, "utf-8")
    build(content, content.parent / "output", SEARCH=False, SOCIAL_CARDS=False)
    out = [path for path in (content.parent / "output").rglob("*") if path.is_file()]
    assert [] == [path for path in out if b"hunter2" in path.read_bytes()]


def test_links_inside_stay(content, tmp_path):
    """To a file, to a folder, in a circle; and content/ may be a link itself."""
    (content / "images" / "same.md").symlink_to("../posts/una.md")
    (content / "pages" / "posts").symlink_to("../posts")
    (content / "images" / "circle").symlink_to("circle")
    (content / "images" / ".#una.md").symlink_to("ana@host.1234:5678")  # how Emacs locks a file
    (tmp_path / "moved").symlink_to(content)
    assert ([], []) == (list(links_out(content)), list(links_out(tmp_path / "moved")))


def test_a_task_that_reads_posts_reads_no_link_out(content):
    """What looks for addresses in the posts does not look elsewhere."""
    (content / "posts" / "s.md").symlink_to("../../else/secret.md")
    assert ["una.md"] == [path.name for path in markdown_files(content)]
    assert ([], []) == (capture.embed_links(content), links.collect(content))
