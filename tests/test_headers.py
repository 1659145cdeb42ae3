"""The headers that the tool writes let everything of the blog work, and nothing else."""

import pytest

from tertulia.core.errors import TertuliaError
from tertulia.deploy import headers
from tests.conftest import ROOT

PLAYER = '<figure class="h-cite" data-player="https://www.youtube-nocookie.com/embed/x?autoplay=1">'


def site(folder, page="", *, search=False):
    """A built site of one page."""
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text(f"<!DOCTYPE html>{page}", "utf-8")
    if search:
        (folder / "pagefind").mkdir()
    return folder


def rules(policy):
    """A policy, by directive."""
    return {name: set(sources) for name, *sources in (rule.split() for rule in policy.split(";"))}


def test_a_policy_allows_what_the_blog_uses_and_no_more(tmp_path):
    """Players, the service, search and a table's columns, each only where there is one."""
    bare = rules(headers.policy(site(tmp_path / "bare"), "/"))
    assert {"'none'"} == bare["frame-src"]
    assert ({"'self'"}, {"'self'"}, {"'self'"}) == (bare["script-src"], bare["connect-src"], bare["form-action"])
    assert "style-src-attr" not in bare
    page = PLAYER + '<td style="text-align: right;">1</td>'
    full = rules(headers.policy(site(tmp_path / "full", page, search=True), "https://talk.example:8443/blog"))
    assert {"https://www.youtube-nocookie.com"} == full["frame-src"]
    assert {"'self'", "'wasm-unsafe-eval'"} == full["script-src"]
    assert {"'self'", "https://talk.example:8443"} == full["connect-src"] == full["form-action"]
    assert {"'unsafe-inline'"} == full["style-src-attr"]


def test_what_an_embed_says_writes_no_rule_of_its_own(tmp_path):
    """The address of a player comes from elsewhere: only its origin counts."""
    page = (
        PLAYER.replace("/embed/x", "/x; script-src *") + '<i data-player="javascript:x"></i><i data-player="//[x"></i>'
    )
    found = rules(headers.policy(site(tmp_path / "odd", page)))
    assert ({"'self'"}, {"https://www.youtube-nocookie.com"}) == (found["script-src"], found["frame-src"])


@pytest.mark.parametrize("form", sorted(headers.FORMS))
def test_each_server_gets_every_header(tmp_path, form):
    """In its own way of writing; HSTS only when asked for."""
    output = site(tmp_path / "output")
    plain, strict = (headers.FORMS[form](headers.of_site(output, hsts=hsts)) for hsts in (False, True))
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "frame-ancestors"):
        assert name in plain
    assert ("Strict-Transport-Security" in plain, "Strict-Transport-Security" in strict) == (False, True)


def test_nothing_built_is_told(tmp_path):
    """In one line."""
    with pytest.raises(TertuliaError):
        headers.of_site(tmp_path)


def test_the_ready_files_of_the_servers_say_where_headers_come_from():
    """Who copies nginx.conf finds them."""
    assert "headers --form nginx" in (ROOT / "server" / "nginx.conf").read_text("utf-8")
