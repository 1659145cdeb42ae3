"""The talk on the page: threaded, marked up, in feeds and JSON-LD; nothing half-there where there is none."""

import json
from datetime import UTC, datetime, timedelta

import feedparser
import mf2py
import msgspec
import pytest
from lxml import html as lxml_html

from tertulia.content import snapshot
from tertulia.content.snapshot import Comment, Conversation, Removed, Syndicated
from tertulia.conversation.thread import nest
from tertulia.site import talk_parts

DATE = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
POST = "Título: El voto útil\nFecha: 2026-11-19\nId: voto\n\nVotar no es pitar.\n"
TALK = Conversation(
    id="voto",
    lang="es",
    syndication=(Syndicated("mastodon", "https://mas.example/@blog/1"),),
    counts={"like": 7, "repost": 7},
    comments=(
        Comment(id="aa", date=DATE, author="Ana", html="<p>Pues <em>sí</em>.</p>", author_url="https://ana.example"),
        Comment(
            id="bb", date=DATE.replace(hour=19), author="Luis", html="<p>Pues no.</p>", parent="aa", kind="reply",
            network="mastodon", handle="@luis@mas.example", url="https://mas.example/@luis/2", avatar="luis.webp",
        ),
        Comment(id="cc", date=DATE.replace(hour=20), author="Reme", html="<p>Ya.</p>", parent="bb",
                is_owner=True, likes=2),
        Comment(id="dd", date=DATE.replace(hour=21), author="<b>x", html="<p>4</p>", parent="cc",
                edited=DATE, moderated=True),
    ),
)  # fmt: skip


def made(folder, build, talk=TALK, **settings):
    """The page of the one post."""
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "content" / "posts" / "voto.md").write_text(POST, encoding="utf-8")
    if talk:
        snapshot.write(folder / "conversation", talk)
        (folder / "conversation" / "avatars").mkdir()
        (folder / "conversation" / "avatars" / "luis.webp").write_bytes(b"webp")
    build(folder / "content", folder / "output", SEARCH=False, SOCIAL_CARDS=False, **settings)
    return (folder / "output" / "2026" / "11" / "el-voto-util" / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    """A blog with one post and its talk, built."""
    from tests.conftest import build_site

    folder = tmp_path_factory.mktemp("talk")
    made(folder, build_site, SERVICE_ADDRESS="https://talk.example")
    return folder / "output"


@pytest.fixture(scope="module")
def page(output):
    """The post's page."""
    return (output / "2026" / "11" / "el-voto-util" / "index.html").read_text("utf-8")


def test_other_programs_understand_the_talk(page):
    """A microformats parser finds each comment inside the entry, with author, date and address."""
    (entry,) = [item for item in mf2py.parse(page)["items"] if item["type"] == ["h-entry"]]
    comments = entry["properties"]["comment"]
    assert [["h-cite"]] * 4 == [comment["type"] for comment in comments]
    first, second = comments[0]["properties"], comments[1]["properties"]
    assert ("Ana", "https://ana.example") == (
        first["author"][0]["properties"]["name"][0], first["author"][0]["properties"]["url"][0],
    )  # fmt: skip
    assert ["https://mas.example/@luis/2"] == second["url"]
    assert "<p>Pues <em>sí</em>.</p>" in first["content"][0]["html"]


def test_answers_are_nested_to_the_setting_and_named_beyond_it(page):
    """Three levels; the fourth stands on the third and says whom it answers."""
    tree = lxml_html.fromstring(page)
    depths = {
        article.get("id"): len(article.xpath("ancestor::ol")) for article in tree.xpath("//article[@data-network]")
    }
    assert {"c-aa": 1, "c-bb": 2, "c-cc": 3, "c-dd": 3} == depths
    assert "en respuesta a Reme" in tree.xpath("string(//article[@id='c-dd'])")


def test_names_are_text(page):
    """A stranger's name is no markup."""
    assert "&lt;b&gt;x" in page


def test_likes_and_shares_are_numbers(page):
    """In words, without faces."""
    assert "Le gusta a 7 personas" in page
    assert "7 personas lo compartieron" in page
    assert "Le gusta a 2 personas" in page


def test_the_form_leads_to_the_service_and_carries_no_token(page):
    """A static page cannot hold one."""
    (form,) = [one for one in lxml_html.fromstring(page).forms if one.get("data-form") == "comment"]
    assert "https://talk.example/comments" == form.get("action")
    assert {"post": "voto", "lang": "es", "parent": ""} == {
        name: form.fields[name] for name in ("post", "lang", "parent")
    }
    assert "token" not in form.fields


def test_pictures_of_people_are_local(output, page):
    """Copied beside the pages; no request goes to the network."""
    assert b"webp" == (output / "avatars" / "luis.webp").read_bytes()
    assert 'src="/avatars/luis.webp"' in page


def test_every_feed_says_what_answers_what(output):
    """Read back by someone else's reader."""
    for folder in ("2026/11/el-voto-util/comments", "feeds/comments"):
        read = feedparser.parse((output / folder / "atom.xml").read_bytes())
        assert not read.bozo
        refs = [entry["thr_in-reply-to"]["ref"].rpartition("/")[2] for entry in read.entries]
        assert ["cc", "bb", "aa", "es"] == refs
        feed = json.loads((output / folder / "feed.json").read_bytes())
        assert "https://tertulia.example/2026/11/el-voto-util/#c-cc" == feed["items"][0]["_in_reply_to"]["url"]


def test_search_engines_are_told(page):
    """schema.org's comment, with its parent."""
    data = json.loads(lxml_html.fromstring(page).xpath("//script[@type='application/ld+json']")[0].text)
    assert (4, "Ana", "Pues sí.") == (
        data["commentCount"],
        data["comment"][0]["author"]["name"],
        data["comment"][0]["text"],
    )
    assert data["comment"][0]["@id"] == data["comment"][1]["parentItem"]["@id"]


def test_lists_count_answers(output):
    """Beside the reading time, with a link."""
    assert 'el-voto-util/#conversation">4 respuestas</a>' in (output / "index.html").read_text("utf-8")


def test_where_nobody_has_said_anything_the_title_of_the_form_stands_once(tmp_path, build):
    """Above it stands that there are no replies yet."""
    page = made(tmp_path, build, talk=None, SERVICE_ADDRESS="https://talk.example")
    titles = lxml_html.fromstring(page).xpath("//section[@aria-labelledby='conversation']//*[self::h2 or self::h3]")
    assert ["Aún no hay respuestas", "Di lo que piensas"] == [one.text_content() for one in titles][:2]


def test_without_service_and_talk_nothing_is_half_there(tmp_path, build):
    """No dead form, no empty section, no empty feed."""
    page = made(tmp_path, build, talk=None, SERVICE_ADDRESS="")
    assert 'id="conversation"' not in page
    assert "<form" not in page.split("<main")[1]
    assert not list((tmp_path / "output").rglob("comments/atom.xml"))
    assert '"comment' not in page


def test_without_service_the_page_says_where_else(tmp_path, build):
    """The networks on which the post lives."""
    page = made(tmp_path, build, SERVICE_ADDRESS="")
    assert "Aquí no hay formulario" in page
    assert "/comments/new" not in page
    assert "<button" not in page.split("<main")[1].split("</main>")[0]


def test_a_talk_changes_no_other_page(tmp_path, build):
    """The same posts, with and without: other pages differ by their counts alone."""
    made(tmp_path / "a", build, SERVICE_ADDRESS="")
    made(tmp_path / "b", build, talk=None, SERVICE_ADDRESS="")
    a, b = ((tmp_path / x / "output" / "feeds" / "atom.xml").read_bytes() for x in "ab")
    assert a == b


def test_the_home_page_shows_what_was_said_last(tmp_path, build):
    """The newest three of others, each leading to its place; no word of the owner, and no list where nobody spoke."""
    made(tmp_path, build)
    home = lxml_html.parse(str(tmp_path / "output" / "index.html"))
    said = home.xpath("//section[@aria-labelledby='said']//a")
    assert ["dd", "bb", "aa"] == [a.get("href").rpartition("#c-")[2] for a in said]
    assert "Pues no." in said[1].text_content()
    made(tmp_path / "silent", build, talk=None)
    assert 'id="said"' not in (tmp_path / "silent" / "output" / "index.html").read_text("utf-8")


# Long talks ----------------------------------------------------------------------------------------------------------


def long_talk(number, **last):
    """A talk of *number* comments, each answering the one two before it; the first has an old address."""
    said = [
        Comment(
            id=f"k{one}", date=DATE + timedelta(minutes=one), author=f"Persona {one}", html=f"<p>Palabra {one}.</p>",
            parent=f"k{one - 2}" if one > 1 else "", anchors=("comment-7",) if not one else (),
        )
        for one in range(number)
    ]  # fmt: skip
    return Conversation(id="voto", lang="es", comments=tuple(said), **last)


def shown(page):
    """The keys of the comments on a page, in their order."""
    return [one.get("id")[2:] for one in lxml_html.fromstring(page).xpath("//article[@data-network]")]


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A post with 35 comments, ten a part: the folder of its page."""
    from tests.conftest import build_site

    folder = tmp_path_factory.mktemp("long")
    made(folder, build_site, long_talk(35), SERVICE_ADDRESS="/", COMMENTS_PER_PAGE=10, FEED_MAX_COMMENTS=5)
    return folder / "output/2026/11/el-voto-util"


def pages_of(long):
    """The post's page and those of its parts, oldest part first."""
    return [(long / name / "index.html").read_text("utf-8") for name in (".", "comments/1", "comments/2", "comments/3")]


def test_a_long_talk_shows_its_newest_part_and_links_the_rest(long):
    """Each comment is on one page, in its order; the newest part is the post's, and the others have links."""
    newest, *parts = pages_of(long)
    keys = [f"k{one}" for one in range(35)]
    assert [keys[30:], keys[:10], keys[10:20], keys[20:30]] == [
        sorted(shown(page), key=lambda key: int(key[1:])) for page in (newest, *parts)
    ]
    assert not (long / "comments/4").exists()
    for number in (1, 2, 3):
        assert all(f'href="/2026/11/el-voto-util/comments/{number}/"' in page for page in (newest, *parts))
    assert "35 respuestas" in newest


def test_the_address_of_an_old_comment_leads_to_its_page(long):
    """Without scripts too: the fragment is the name of something inside the list item that links to the part."""
    page = lxml_html.fromstring(pages_of(long)[0])
    for key, number in (("k0", 1), ("k9", 1), ("k10", 2), ("k29", 3)):
        (there,) = page.xpath(f"//*[@id='c-{key}']")
        assert f"/2026/11/el-voto-util/comments/{number}/" == there.getparent().find("a").get("href")
    assert "/2026/11/el-voto-util/comments/1/" == page.get_element_by_id("comment-7").getparent().find("a").get("href")


def test_an_answer_names_what_it_answers_on_another_page(long):
    """It stands on the first level, and its link leads to the page of the other; a permanent link is the post's."""
    newest, _, second, _ = pages_of(long)
    assert 'href="/2026/11/el-voto-util/comments/3/#c-k28"' in newest
    assert 'href="/2026/11/el-voto-util/comments/1/#c-k9"' in second
    assert 'class="u-url" rel="nofollow ugc" href="/2026/11/el-voto-util/#c-k12"' in second
    assert '<link rel="canonical" href="https://tertulia.example/2026/11/el-voto-util/">' in second


def test_the_oldest_parts_stay_as_they_are_while_a_talk_goes_on(tmp_path, build, long):
    """Ten more comments change no older part."""
    made(tmp_path, build, long_talk(44), SERVICE_ADDRESS="/", COMMENTS_PER_PAGE=10, FEED_MAX_COMMENTS=5)
    later = tmp_path / "output/2026/11/el-voto-util"
    assert shown(pages_of(long)[1]) == shown(pages_of(later)[1])
    assert shown(pages_of(long)[3]) == shown(pages_of(later)[3])


@pytest.mark.parametrize(("number", "parts", "newest"), [(14, 0, 14), (15, 1, 5), (24, 1, 14), (25, 2, 5)])
def test_the_newest_part_is_never_nearly_empty(number, parts, newest):
    """It has from half a part to one and a half."""
    talk = talk_parts.cut(long_talk(number), "una/", nest, 10)
    assert (parts, newest) == (len(talk.parts), len(list(walk(talk.latest))))


def test_the_place_of_a_removed_comment_is_on_the_page_of_its_answers():
    """On every page where something answers it, whole line up; on no other."""
    gone = (Removed(id="x", date=DATE), Removed(id="y", date=DATE, parent="x"), Removed(id="z", date=DATE))
    talk = long_talk(20, removed=gone)
    said = list(talk.comments)
    said[3], said[15] = (msgspec.structs.replace(said[one], parent="y") for one in (3, 15))
    found = talk_parts.cut(msgspec.structs.replace(talk, comments=tuple(said)), "una/", nest, 10)
    for turns in (found.parts[0].comments, found.latest):
        assert ["x", "y"] == sorted(node.said.id for node in walk(turns) if node.said.kind == "removed")


@pytest.mark.parametrize("url", ["una/", "una", "una.html", "2026/una.html"])
def test_a_talk_has_a_folder_beside_any_shape_of_address(url):
    """No folder lies where the page's own file is."""
    assert "una/comments/" == talk_parts.folder(url).removeprefix("2026/")


def walk(turns):
    """All nodes of a tree."""
    for turn in turns:
        yield turn
        yield from walk(turn.replies)


def test_feeds_and_descriptions_of_a_long_talk_are_bounded(long):
    """The newest five in the post's feed and the site's; search engines hear of what the page shows."""
    for folder in (long / "comments", long.parents[2] / "feeds/comments"):
        items = json.loads((folder / "feed.json").read_text("utf-8"))["items"]
        assert [f"c/k{one}" for one in (34, 33, 32, 31, 30)] == [one["id"][-5:] for one in items]
    script = lxml_html.fromstring(pages_of(long)[0]).xpath("//script[@type='application/ld+json']")[0]
    post = json.loads(script.text)
    assert (35, 5) == (post["commentCount"], len(post["comment"]))


def test_a_theme_without_parts_shows_the_whole_talk():
    """Nothing is lost in themes of others."""
    assert 35 == len(list(walk(talk_parts.cut(long_talk(35), "una/", nest, 0).latest)))


def test_the_page_says_where_else_the_talk_goes_on(page):
    """A link to each thread, with how many spoke there."""
    (places,) = lxml_html.fromstring(page).xpath("//section[@aria-labelledby='conversation']//p[@data-places]")
    assert "La conversación sigue también en Mastodon (1)" == " ".join(places.text_content().split())
    assert ["https://mas.example/@blog/1"] == places.xpath("a/@href")
