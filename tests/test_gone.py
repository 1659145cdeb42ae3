"""What was published and is no longer says so: to readers, to receivers of webmentions, to servers that can say 410."""

import json

import pytest

from tertulia.commands.build_report import BuildReport
from tertulia.commands.preview import Site
from tertulia.site import moved
from tertulia.site.gone import is_gone
from tests.test_moved import Rebuilt

PAGE = "2026/10/el-voto/index.html"
RULES = {
    "nginx.conf": '  "/2026/10/el-voto/" 1;',
    "htaccess": r'RewriteRule "^2026/10/el\-voto/$" "-" [G]',
    "caddy": '  "/2026/10/el-voto/" "1"',
}


class Deployed(Rebuilt):
    """A blog whose builds are put where readers get them, but for those that only stay here."""

    def again(self, **settings):
        super().again(ADDRESSES_PATH=str(self.root / "var/addresses.json"), **settings)

    def deploy(self, **settings):
        self.again(**settings)
        known = json.loads((self.output / "posts.json").read_text("utf-8")).get("addresses", {})
        moved.write_note(self.root / "var/addresses.json", known)

    def is_gone(self, name=PAGE):
        file = self.output / name
        return file.is_file() and is_gone(file.read_text("utf-8"))


@pytest.fixture
def blog(tmp_path, build):
    made = Deployed(tmp_path, build)
    made.write("posts/otra.md", id="Id: otra\n", title="Otra", more="Idioma: es\n")
    return made


def delete(blog):
    (blog.content / "posts/voto.md").unlink()


@pytest.mark.parametrize(
    "end",
    [
        delete,
        lambda blog: blog.write(more="Estado: borrador\n"),
        lambda blog: blog.write(more="Estado: oculta\n"),
        lambda blog: blog.write(more="ExpiryDate: 2026-10-03\n"),
        lambda blog: blog.write(date="2030-01-01"),
        lambda blog: blog.write(date=""),
    ],
    ids=["deleted", "draft", "hidden", "expired", "future", "undated"],
)
def test_every_end_of_a_post_leaves_a_tombstone(blog, end):
    """Once and twice, out of feeds, sitemap and what is announced; and it goes when the post comes back."""
    blog.write()
    blog.deploy()
    end(blog)
    for _ in range(2):
        blog.deploy()
        page = (blog.output / PAGE).read_text("utf-8")
        assert '<meta http-equiv="Status" content="410 Gone">' in page
        assert '<meta name="robots" content="noindex">' in page and '<html lang="es">' in page
        for name in ("sitemap.xml", "feeds/atom.xml"):
            assert "el-voto" not in (blog.output / name).read_text("utf-8")
        assert "/2026/10/el-voto/ /2026/10/el-voto/index.html 410!\n" in (blog.output / "_redirects").read_text("utf-8")
        for server, rule in RULES.items():
            assert rule in (blog.output / f"_redirects.{server}").read_text("utf-8").splitlines()
    blog.write()
    blog.deploy()
    assert not blog.is_gone()
    assert not (blog.output / "_redirects").exists()


@pytest.mark.parametrize("more", ["Estado: sin listar\n", "Título: El voto útil\n", "Etiqueta: [\n"])
def test_what_is_still_there_is_not_buried(blog, more):
    """Unlisted, at another address, or with a header that cannot be read today."""
    blog.write()
    blog.deploy()
    blog.write(more=more)
    blog.again()
    assert not blog.is_gone()


def test_a_file_that_cannot_be_read_is_no_reason_to_bury(blog):
    """A post broken by a slip of the hand is meant to stay; so may be whatever else is missing just then."""
    blog.write()
    blog.deploy()
    blog.write(date="ayer por la tarde")
    blog.again()
    assert not (blog.output / PAGE).exists()


def test_each_language_and_page_has_its_own_end(blog):
    """A translation that goes leaves the original, in its own words; pages as posts; former addresses as the last."""
    blog.write()
    blog.write("posts/voto.en.md", title="The vote", more="Idioma: en\n")
    blog.write("pages/quien.md", title="Quién soy", id="Id: quien\n")
    blog.deploy()
    blog.write("posts/voto.en.md", title="The useful vote", more="Idioma: en\n")
    blog.deploy()
    (blog.content / "posts/voto.en.md").unlink()
    (blog.content / "pages/quien.md").unlink()
    blog.deploy()
    for name in ("the-vote", "the-useful-vote"):
        page = (blog.output / f"en/2026/10/{name}/index.html").read_text("utf-8")
        assert is_gone(page) and '<html lang="en">' in page and "has been taken down" in page
    assert blog.is_gone("quien-soy/index.html") and not blog.is_gone()


def test_what_was_only_built_here_leaves_nothing(blog):
    """Nobody could have read it, so nobody is told that there was something."""
    blog.write()
    blog.again()
    delete(blog)
    blog.again()
    assert not (blog.output / PAGE).exists()


def test_who_has_the_address_now_keeps_it(blog):
    """Another post, an alias, a redirect; a link to what is gone is told."""
    blog.write()
    blog.deploy()
    delete(blog)
    blog.write("posts/otra.md", id="Id: otra\n", title="Otra", more="Alias: /2026/10/el-voto/\n")
    blog.deploy()
    assert "/2026/10/otra/" == blog.leads("2026/10/el-voto")
    blog.write("posts/otra.md", id="Id: otra\n", title="El voto")
    blog.deploy()
    assert not blog.is_gone()


def test_a_link_to_what_is_gone_is_told(blog, build):
    """The page that says so is no page to lead readers to."""
    blog.write()
    blog.deploy()
    delete(blog)
    blog.write("posts/otra.md", id="Id: otra\n", title="Otra", more="\n[El voto](/2026/10/el-voto/)\n")
    told = build(
        blog.content, blog.output, SEARCH=False, SOCIAL_CARDS=False, DELETE_OUTPUT_DIRECTORY=True,
        ADDRESSES_PATH=str(blog.root / "var/addresses.json"),
    )  # fmt: skip
    assert any("/2026/10/el-voto/" in record.getMessage() for record in told)


@pytest.mark.parametrize("name", ["../fuera.html", "index.html", "a//b.html", "posts.json", "etiqueta/x/index.html"])
def test_what_a_target_remembers_is_not_believed_blindly(blog, name):
    """A file outside the site, the home, a list, what is no page."""
    key = "tags:x" if name.startswith("etiqueta") else "nadie.es"
    moved.write_note(blog.root / "var/addresses.json", {name: (key,)})
    blog.again()
    assert not blog.is_gone(name)
    assert not (blog.root / "fuera.html").exists()


def test_the_preview_answers_410(blog):
    """As the server that readers ask will."""
    blog.write()
    blog.deploy()
    delete(blog)
    blog.deploy()
    site, seen = Site(), []
    site.show(blog.output, BuildReport())
    for path in ("/2026/10/el-voto/", "/2026/10/otra/"):
        environ = {"PATH_INFO": path, "REQUEST_METHOD": "GET"}
        list(site(environ, lambda status, headers: seen.append(status)))
    assert ["410 Gone", "200 OK"] == seen
