"""What the build tells publishing: every public post and nothing else, in the author's words for each network."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tertulia.content import posts, snapshot

HEADER = "Fecha: 2026-11-20 10:00\nResumen: Un resumen.\n"
PEOPLE = '[ana]\nname = "Ana Ruiz"\nmastodon = "@ana@mastodon.example"\n'


def write(folder, files):
    (folder / "posts").mkdir(parents=True)
    (folder / "people.toml").write_text(PEOPLE, "utf-8")
    for name, text in files.items():
        (folder / "posts" / f"{name}.md").write_text(text, "utf-8")
    return folder


def built(tmp_path, build, files, **settings):
    build(write(tmp_path / "content", files), tmp_path / "output", SEARCH=False, SOCIAL_CARDS=False, **settings)
    return posts.read(tmp_path / "output")


def test_only_public_posts_are_told(tmp_path, build):
    """Drafts, hidden, unlisted and future posts are not announced."""
    files = {
        "a": f"Título: A\nId: a\n{HEADER}\nTexto.",
        "b": f"Título: B\nId: b\n{HEADER}Estado: borrador\n\nTexto.",
        "c": f"Título: C\nId: c\n{HEADER}Estado: oculto\n\nTexto.",
        "d": f"Título: D\nId: d\n{HEADER}Estado: sin listar\n\nTexto.",
        "e": "Título: E\nId: e\nFecha: 2030-01-01\n\nTexto.",
    }
    found = built(tmp_path, build, files)
    assert [post.id for post in found.posts] == ["a"]
    assert not found.preview


def test_words_for_networks_name_people_as_each_knows_them(tmp_path, build):
    """ "@ana" is her handle on Mastodon and her name where she has none; the blog's own rule fills the rest."""
    text = f"Título: A\nId: a\n{HEADER}Mastodon: Con @ana\nX: Con @ana y @nadie\n\nTexto de la entrada."
    post = built(tmp_path, build, {"a": text}, ANNOUNCE={"telegram": "no", "x": "no"}).posts[0]
    assert post.said == {"telegram": "no", "x": "Con Ana Ruiz y @nadie", "mastodon": "Con @ana@mastodon.example"}


def test_a_thread_brings_the_whole_text(tmp_path, build):
    """The text of a post is in the file only when some network wants it as a thread."""
    plain, thread = (
        f"Título: A\nId: {one}\n{HEADER}{line}\nUno **dos**." for one, line in (("a", ""), ("b", "Slug: b\nX: hilo\n"))
    )
    found = {post.id: post.text for post in built(tmp_path, build, {"a": plain, "b": thread}).posts}
    assert found == {"a": "", "b": "Uno dos."}


def test_the_words_hash_follows_the_author_only(tmp_path, build):
    """A new slug or a rule of the blog leaves the hash; a new summary does not."""
    first = built(tmp_path / "1", build, {"a": f"Título: A\nId: a\n{HEADER}\nTexto."}).posts[0]
    moved = built(tmp_path / "2", build, {"a": f"Título: A\nId: a\nSlug: z\n{HEADER}\nT."}, ANNOUNCE={"x": "no"}).posts[
        0
    ]
    edited = built(tmp_path / "3", build, {"a": "Título: A\nId: a\nFecha: 2026-11-20\nResumen: Otro.\n\nT."}).posts[0]
    assert first.hash == moved.hash != edited.hash


def test_a_page_says_where_its_post_lives(tmp_path, build):
    """Syndication links of the snapshot are on the page as u-syndication."""
    link = snapshot.Syndicated("mastodon", "https://mastodon.example/@a/1", "1")
    snapshot.write(tmp_path / "conversation", snapshot.Conversation(id="a", lang="es", syndication=(link,)))
    post = built(tmp_path, build, {"a": f"Título: A\nId: a\nSlug: a\n{HEADER}\nTexto."}).posts[0]
    page = (tmp_path / "output/2026/11/a/index.html").read_text("utf-8")
    assert post.url.endswith("/2026/11/a/")
    assert 'class="u-syndication" rel="syndication" href="https://mastodon.example/@a/1"' in page


def test_the_indexnow_key_lies_at_the_root(tmp_path, build):
    """The key is a file of the site; without one there is none."""
    built(tmp_path, build, {"a": f"Título: A\nId: a\n{HEADER}\nTexto."}, INDEXNOW_KEY="clave-2026")
    assert (tmp_path / "output/clave-2026.txt").read_text() == "clave-2026"


def test_the_file_is_what_its_parts_are_one_by_one():
    """However many posts there are, in their order, and whatever they and the blog say."""
    odd = 'a\n "posts": []\n{[",]} ñ \u2028'
    kept = [posts.Post(id=f"{n}", lang="es", title=odd, url="", date=dt.datetime(2026, 1, 9 - n)) for n in range(3)]
    for count in range(len(kept) + 1):
        published = posts.Published(site="", title=odd, lang="es", posts=tuple(kept[:count]), addresses={odd: (odd,)})
        whole = msgspec.json.encode(msgspec.structs.replace(published, posts=published.posts[::-1]))
        assert msgspec.json.format(whole, indent=1) + b"\n" == posts.encoded(published)


def some_posts(count: int, title: str = "Uno") -> list[posts.Post]:
    """Several of one day, and one in each language."""
    day = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    return [
        posts.Post(
            id=f"id-{at % 7}", lang="es" if at < 7 else "en", title=f"{title}\n ],", url=f"https://x.example/{at}/",
            date=day + dt.timedelta(at // 3), tags=("a", "b") if at % 2 else (), summary=' "posts": [],\n  {',
        )
        for at in range(count)
    ]  # fmt: skip


SETS = st.sets(st.integers(0, 9), max_size=10)
NOTED = st.none() | st.dictionaries(st.sampled_from(["a/index.html", " \n ]", "ñ"]), st.just(("x", "y")))


@settings(max_examples=200, deadline=None)
@given(SETS, SETS, SETS, NOTED, NOTED)
def test_posts_edited_in_the_file_are_as_if_it_were_written_anew(before, gone, there, noted, now):
    """Gone, come, or told of otherwise; first or last, all or none. Of the addresses those of before, or others."""
    old, new = some_posts(10), some_posts(10, "Otro")
    shell = posts.Published(site="https://x.example", title=' "posts": [', lang="es", addresses=noted or {})
    held = posts.encoded(replace(shell, posts=tuple(old[at] for at in before)))
    lost = before & (gone | there)
    after = [*(old[at] for at in before - lost), *(new[at] for at in there)]
    found = posts.edited(
        held,
        gone=[(old[at].date, *old[at].key) for at in lost],
        there=[new[at] for at in there],
        addresses=now,
    )
    told = shell.addresses if now is None else now
    assert told == posts.addresses_in(found)
    assert posts.encoded(replace(shell, posts=tuple(after), addresses=told)) == found


@pytest.mark.parametrize("harm", [lambda held: held[: len(held) // 2], lambda held: b""])
def test_a_file_that_is_not_as_it_was_written_is_not_edited(harm):
    """A build writes it anew; and one that holds nothing of a post that went."""
    shell = posts.Published(site="https://x.example", title="x", lang="es", posts=tuple(some_posts(3)))
    held, one = posts.encoded(shell), shell.posts[2]
    with pytest.raises(LookupError):
        posts.edited(held, gone=[(one.date, "id-9", "es")], there=[], addresses=None)
    with pytest.raises(ValueError, match=r"truncated|malformed"):
        posts.addresses_in(harm(held))
    with pytest.raises((LookupError, ValueError)):
        posts.edited(harm(held), gone=[(one.date, *one.key)], there=[], addresses=None)
