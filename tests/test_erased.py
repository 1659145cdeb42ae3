"""Erased means gone: a person who spoke by the form and on a network is in no file of the blog, and does not return."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import msgspec
import pytest
from PIL import Image

from tertulia.app import Blog
from tertulia.commands import talk
from tertulia.content import snapshot
from tertulia.content.posts import Post, Published
from tertulia.core import languages
from tertulia.store import erased, open_store
from tertulia.store.delivery_rows import NewDelivery
from tertulia.store.said import Author, Incoming
from tertulia.store.tables import Origin
from tertulia.syndication.networks.base import Message, Remote
from tests.house import write_posts
from tests.talking import bring

NOW = datetime.now(UTC)
SITE = "https://tertulia.example"
URL = f"{SITE}/2026/11/el-voto-util/"
POST = "Título: El voto útil\nFecha: 2026-11-19\nId: voto\n\nVotar no es pitar.\n"
# Everything that could give her away; none of it is in anything else.
TRACES = ("Zoraida", "zoraida", "Quintanilla", "zozobra", "turbamulta", "@zq", "zq.example", "zq@")
pytestmark = pytest.mark.usefixtures("socket_enabled")


def account(here, number, username, name, url):
    """A person of Mastodon."""
    return {"id": number, "username": username, "acct": username, "display_name": name, "url": url, "note": "",
            "fields": [], "avatar_static": f"http://{here}/{username}.png"}  # fmt: skip


def status(id_, who, content, above):
    """What a person of Mastodon said."""
    return {"id": id_, "account": who, "content": content, "visibility": "public", "url": f"{who['url']}/{id_}",
            "created_at": "2026-11-22T10:00:00.000Z", "in_reply_to_id": above, "favourites_count": 3}  # fmt: skip


@pytest.fixture
def root(tmp_path, httpserver):
    """A blog announced on Mastodon, where Zoraida answers, and Luis answers her."""
    languages.speak("es")
    here = f"127.0.0.1:{httpserver.port}"
    blog = account(here, "7", "bitacora", "Bitácora", f"http://{here}/@bitacora")
    zoraida = account(here, "8", "zq", "Zoraida Quintanilla", "https://zq.example/@zq")
    luis = account(here, "9", "luis", "Luis", f"http://{here}/@luis")
    to_her = '<p><span class="h-card"><a href="https://zq.example/@zq">@<span>zq</span></a></span> Yo sí pito.</p>'
    thread = [
        status("1", zoraida, "<p>Me produce zozobra.</p>", "1000"),
        status("2", luis, to_her, "1"),
    ]
    image = BytesIO()
    Image.new("RGB", (8, 8), "red").save(image, "PNG")
    for name in ("zq", "luis"):
        httpserver.expect_request(f"/{name}.png").respond_with_data(image.getvalue(), content_type="image/png")
    api = {f"/api/v1/statuses/{one['id']}": one for one in thread} | {
        "/api/v1/accounts/verify_credentials": blog,
        "/api/v1/statuses/1000": status("1000", blog, "<p>El voto útil</p>", None) | {"reblogs_count": 1},
        "/api/v1/statuses/1000/context": {"ancestors": [], "descendants": thread},
        "/api/v1/notifications": [{"id": "50", "type": "mention", "status": thread[0]}],
    }
    for path, found in api.items():
        httpserver.expect_request(path).respond_with_json(found)
    (tmp_path / ".env").write_text(
        f"MASTODON_URL=http://{here}\nMASTODON_TOKEN=t\nFETCH_ALLOW_PRIVATE={here}\nOWNER_EMAIL=reme@blog.example\n"
        "SECRET_KEY=a long and random text\n"
    )
    (tmp_path / "pelicanconf.py").write_text(f"DEFAULT_LANG = 'es'\nSITE_ADDRESS = '{SITE}'\n")
    (tmp_path / "content" / "posts").mkdir(parents=True)
    (tmp_path / "content" / "posts" / "voto.md").write_text(POST, encoding="utf-8")
    (tmp_path / "output").mkdir()
    post = Post(id="voto", lang="es", title="El voto útil", url=URL, date=NOW - timedelta(hours=3))
    write_posts(tmp_path / "output", Published(site=SITE, title="Blog", lang="es", posts=(post,)))
    store = open_store("sqlite:///var/tertulia.db", tmp_path)
    words = msgspec.json.encode(Message(text="El voto útil", lang="es", link=URL, title="", date=NOW)).decode()
    new = NewDelivery(post="voto", lang="es", network="mastodon", part="1", message=words, words="h")
    remote = msgspec.json.encode(Remote(id="1000", url=f"http://{here}/1000")).decode()
    store.deliveries.adopt([new], remote, "", NOW, origin=Origin.MADE)
    store.close()
    return tmp_path


def form(moderator, number, who, words, **more):
    """A comment by the form; gives its key."""
    author = Author(network="form", identity=f"browser {number}", name=who, url=more.pop("site", ""))
    incoming = Incoming(
        source="form", source_id=f"form {number}", post="voto", lang="es", kind="comment", author=author,
        published=NOW, text=words, html=f"<p>{words}</p>", **more,
    )  # fmt: skip
    return moderator.ingest(incoming).key


def found_in(folder):
    """Which files hold any of her traces, as they lie on the disk, and which traces."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "pelicanconf.py"]
    traces = {trace: (trace.encode(), json.dumps(trace)[1:-1].encode()) for trace in TRACES}
    return {
        str(path.relative_to(folder)): sorted(trace for trace, ways in traces.items() if any(w in data for w in ways))
        for path in files
        if any(way in (data := path.read_bytes()) for ways in traces.values() for way in ways)
    }


def published(root, build):
    """Build the blog with its conversation into a clean folder; that folder."""
    target = root / "site"
    build(
        root / "content", target, SEARCH=False, SOCIAL_CARDS=False, DELETE_OUTPUT_DIRECTORY=True,
        CONVERSATION_PATH=str(root / "var" / "conversation"), SERVICE_ADDRESS="https://talk.example",
    )  # fmt: skip
    return target


def test_who_is_erased_is_in_no_file_and_stays_out(root, build):
    """Store, snapshot, letters, portraits, pages, feeds and JSON-LD, after the network has told of her once more."""
    assert bring(root)
    here = Blog(root)
    first = form(here.moderator, 1, "Luis", "Yo pregunto.")
    here.store.letters.confirm(
        here.store.letters.ask(here.store.conversation.get(first).id, "l@l.example", "es", NOW).id
    )
    here.moderator.decide(first, "approved", here.store.conversation.get(first).version)
    hers = form(
        here.moderator, 2, "Zoraida Quintanilla", "Qué turbamulta.", site="https://zq.example", in_reply_to="form 1"
    )
    here.store.letters.ask(here.store.conversation.get(hers).id, "zq@correo.example", "es", NOW)
    for said in here.store.conversation.find(("waiting",)):
        here.moderator.decide(said.key, "approved", said.version)
    here.moderator.edit(hers, "Qué turbamulta, de verdad.", here.store.conversation.get(hers).version)
    pages = found_in(published(root, build))
    assert {
        "2026/11/el-voto-util/index.html",
        "2026/11/el-voto-util/comments/atom.xml",
        "feeds/comments/feed.json",
    } <= set(pages)
    assert 2 == len(list((root / "site" / "avatars").iterdir()))

    talk.erase(here.moderator, "Zoraida Quintanilla", True)
    here.store.close()
    assert bring(root, everything=True)
    published(root, build)
    assert {} == found_in(root)
    assert [1, 1] == [len(list((root / folder / "avatars").iterdir())) for folder in ("site", "var/conversation")]
    assert {"Luis"} == {one.author for one in snapshot.read(root / "var/conversation", "voto", "es").comments}


@pytest.mark.parametrize(
    ("html", "text", "after"),
    [
        ("<p>@ana Yo sí</p>", "@ana Yo sí", ("<p>@… Yo sí</p>", "@… Yo sí")),
        ("<p>Como dijo @ana.</p>", "Como dijo @ana.", ("<p>Como dijo @….</p>", "Como dijo @….")),
        (
            '<p><a href="https://v.example/ana" rel="nofollow">Ana</a> y @anabel</p>',
            "[Ana](https://v.example/ana) y @anabel",
            ("<p>@… y @anabel</p>", "[@…](@…) y @anabel"),
        ),
        (
            '<p><a href="https://v.example/ana">Ana</a> y <a href="https://v.example/anabel">Anabel</a></p>',
            "Ana y Anabel (https://v.example/anabel), Susana, @ana@w.example, https://v.example/ana.",
            (
                '<p>@… y <a href="https://v.example/anabel">Anabel</a></p>',
                "@… y Anabel (https://v.example/anabel), Susana, @ana@w.example, @….",
            ),
        ),
        (
            '<p><a href="https://v.example/ana">@<span>ana</span></a> sí</p>',
            "@ana, @ana@w.example y @anabel sí",
            ("<p>@… sí</p>", "@…, @ana@w.example y @anabel sí"),
        ),
        ("<p>@ana sí</p>", "sí", ("<p>@… sí</p>", "sí")),
        ("<p>@ana, @ana.luisa</p>", "@ana.luisa, @ana", ("<p>@…, @ana.luisa</p>", "@ana.luisa, @…")),
        ("<p>sí</p>", "@ana sí", ("<p>sí</p>", "@… sí")),
        ('<a href="https://v.example/ana"><img src="a.png"></a> sí', "sí, ya (no)", ("@… sí", "sí, ya (no)")),
        ('<a href="https://v.example/ana"> Ana\n</a> sí', "Ana sí", ("@… sí", "@… sí")),
        (
            '<p>Ana, <a href="https://v.example/luis">@luis</a>, a@ana.example</p>',
            "Ana, @luis, a@ana.example",
            ('<p>Ana, <a href="https://v.example/luis">@luis</a>, a@ana.example</p>', "Ana, @luis, a@ana.example"),
        ),
    ],
)
def test_others_keep_their_words_but_not_her_handle(html, text, after):
    """Links to her and her handle go; longer handles, addresses and plain names are no concern of hers."""
    assert after == erased.without(html, text, {"@ana", "https://v.example/ana"}.__contains__)
