"""Nothing that lies outside content/ comes into the site by a symbolic link, whoever would copy or read it."""

import pytest

from tertulia.content.folder import markdown_files, refuse_links_out
from tertulia.core.errors import ContentError
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
def test_a_link_out_is_refused_in_one_line(content, name, to):
    """To a file or a folder, with any name, there or not there."""
    (content / name).symlink_to(to)
    with pytest.raises(ContentError) as refused:
        refuse_links_out(content)
    assert f"content/{name}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_link_to_a_link_that_leads_out_is_refused(content):
    """Each is named."""
    (content / "images" / "one").symlink_to("two")
    (content / "images" / "two").symlink_to("../../.env")
    with pytest.raises(ContentError, match=r"content/images/one, content/images/two"):
        refuse_links_out(content)


def test_links_inside_stay(content, tmp_path):
    """To a file, to a folder, in a circle; and content/ may be a link itself."""
    (content / "images" / "same.md").symlink_to("../posts/una.md")
    (content / "pages" / "posts").symlink_to("../posts")
    (content / "images" / "circle").symlink_to("circle")
    (content / "images" / ".#una.md").symlink_to("ana@host.1234:5678")  # how Emacs locks a file
    refuse_links_out(content)
    (tmp_path / "moved").symlink_to(content)
    refuse_links_out(tmp_path / "moved")


def test_a_task_that_reads_posts_reads_no_link_out(content):
    """What looks for addresses in the posts does not look elsewhere."""
    (content / "posts" / "s.md").symlink_to("../../else/secret.md")
    assert ["una.md"] == [path.name for path in markdown_files(content)]
    assert ([], []) == (capture.wanted(content), links.collect(content))


def test_a_build_stops_at_a_link_out(content, build):
    """Nothing is written of a folder that would publish what lies elsewhere."""
    (content / "images" / "k.txt").symlink_to("../../.env")
    with pytest.raises(ContentError, match=r"images/k\.txt"):
        build(content, content.parent / "output")
    assert not (content.parent / "output").exists()
