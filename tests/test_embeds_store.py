"""What is kept stays whole: atomic writing, keeping by hand, one's own archive, removal, five hundred items."""

import contextlib
import datetime as dt
import json
import os
import subprocess
import zipfile
from pathlib import Path

import msgspec
import pytest

from tertulia.core import files
from tertulia.core.errors import ContentError
from tertulia.embeds import capture_store, providers
from tertulia.embeds.archive import keep_from
from tertulia.embeds.capture import capture
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.paste import ask, paste
from tertulia.embeds.remove import history, remove
from tertulia.embeds.types import Capture, State, files_of
from tests.embedding import FakeWeb, drawn, example, png, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
URL = "https://www.linkedin.com/posts/ana_atencion-activity-7100000000000000000-abcd"
NOTE = f"""URL: {URL}
Autor: Ana Ruiz
Usuario: @ana
Fecha: 2024-03-01
Idioma: es
Red: LinkedIn
Imagen: captura.png | La respuesta, con membrete

Llevo cuarenta minutos al teléfono.

Y contando: https://ejemplo.es/carta
"""


class Killed(BaseException):
    """The process ends here."""


def whole(folder):
    """Whether every JSON can be read and has its pictures beside it; the texts that are kept."""
    texts = []
    for file in (folder / "embeds").rglob("*.json"):
        kept = msgspec.json.decode(file.read_bytes(), type=Capture)
        assert [] == [name for name in files_of(kept) if not (file.parent / name).exists()]
        texts.append(kept.html)
    return texts


@pytest.mark.parametrize("moment", range(12))
@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_killed_at_any_moment_leaves_old_or_new(tmp_path, monkeypatch, call, moment):
    """An edited post with other pictures, killed before its n-th step on disk, is the old one or the new one, whole."""
    data = example("mastodon-whole")
    post(tmp_path, data["post"])
    assert ["captured"] == [step.outcome for step in capture(tmp_path, FakeWeb(data["answers"]), NOW)]
    old = whole(tmp_path)
    data["answers"]["https://mas.to/api/v1/statuses/113400000000000001"]["body"]["content"] = "<p>Otra cosa</p>"
    data["answers"]["https://cdn.mas.to/"] = {"type": "image/png", "body": png(70, 20, (1, 2, 3))}
    steps = iter(range(100))
    real = getattr(os, call)

    def dying(*args, **kwargs):
        if next(steps) == moment:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(files.os, call, dying)
    with contextlib.suppress(Killed):
        list(capture(tmp_path, FakeWeb(data["answers"]), NOW, check=True))
    monkeypatch.undo()
    left = whole(tmp_path)
    assert left == old or "Otra cosa" in left[0]
    # The next run finishes what was begun, and leaves nothing lying about.
    list(capture(tmp_path, FakeWeb(data["answers"]), NOW, check=True))
    assert "Otra cosa" in whole(tmp_path)[0]
    kept = CaptureStore(tmp_path).load("mastodon", "mas.to-113400000000000001")
    assert {"mas.to-113400000000000001.json", *files_of(kept)} == set(os.listdir(tmp_path / "embeds" / "mastodon"))


def test_keys_stand_in_a_stable_order(tmp_path):
    """The file reads the same way for every item: what, where, who, what it says."""
    data = example("mastodon")
    post(tmp_path, data["post"])
    list(capture(tmp_path, FakeWeb(data["answers"]), NOW))
    written = json.loads((tmp_path / "embeds/mastodon/mastodon.social-103270115826048975.json").read_text("utf-8"))
    order = [name for name in Capture.__struct_fields__ if name in written]
    assert order == list(written)


def test_hash_tells_whether_the_words_changed(tmp_path):
    """The hash holds over what the item says, and not over counts and our own dates."""
    one = Capture(provider="x", id="1", url="https://x.com/a/status/1", html="<p>a</p>", counts={"likes": 1})
    two = Capture(provider="x", id="1", url="https://x.com/a/status/1", html="<p>a</p>", captured="2026-01-01")
    three = Capture(provider="x", id="1", url="https://x.com/a/status/1", html="<p>b</p>")
    assert capture_store.fingerprint(one) == capture_store.fingerprint(two) != capture_store.fingerprint(three)


@pytest.mark.slow
def test_five_hundred_items_resume_where_they_stopped(tmp_path):
    """A run of 500 that is stopped after 200 asks only for the other 300, and says how far it is."""
    post(tmp_path, "\n\n".join(f"https://vimeo.com/{1000 + number}" for number in range(500)))
    answer = {"body": {"title": "Vídeo", "duration": 3, "upload_date": "2020-01-01 00:00:00"}}
    web = FakeWeb({"https://vimeo.com/api/": answer})
    first = capture(tmp_path, web, NOW)
    steps = [next(first) for _ in range(200)]
    first.close()
    assert (200, 500) == (steps[-1].number, steps[-1].total)
    again = list(capture(tmp_path, web, NOW))
    assert 300 == len(again)
    assert {"captured"} == {step.outcome for step in again}
    assert 500 == len(list((tmp_path / "embeds" / "vimeo").glob("*.json")))


def test_new_provider_takes_five_lines(tmp_path, monkeypatch):
    """A service that speaks oEmbed is an entry of data: five lines, and it is captured and drawn like the rest."""
    entry = """
    label = "Dailymotion"
    kind = "player"
    addresses = ['https?://(?:www\\.)?dailymotion\\.com/video/(?P<id>\\w+)']
    endpoint = "https://www.dailymotion.com/services/oembed?url={url}"
    player = "https://geo.dailymotion.com/player.html?video={id}"
    """
    import tomllib
    from functools import partial

    from tertulia.embeds.providers import oembed

    service = oembed.service("dailymotion", tomllib.loads(entry))
    new = providers.Provider("dailymotion", service.label, partial(oembed.capture, service=service), service.patterns)
    monkeypatch.setitem(providers.PROVIDERS, "dailymotion", new)
    assert 5 == len(entry.strip().splitlines())
    url = "https://www.dailymotion.com/video/x8abcd"
    post(tmp_path, url)
    answers = {"https://www.dailymotion.com/services/oembed": {"body": {"title": "La cola", "duration": 61}}}
    assert ["captured"] == [step.outcome for step in capture(tmp_path, FakeWeb(answers), NOW)]
    assert "Ver «La cola» en Dailymotion (1:01)" in drawn(tmp_path, url)


def test_provider_with_a_mistake_says_where():
    """An entry that lacks something or says something unknown is told by its name."""
    from tertulia.embeds.providers import oembed

    with pytest.raises(ValueError, match=r"\[x\]"):
        oembed.service("x", {"label": "X", "kind": "post", "addresses": [], "endpoint": "", "color": "red"})
    with pytest.raises(ValueError, match=r"\[x\]"):
        oembed.service("x", {"label": "X"})


def test_paste_keeps_what_no_interface_gives(tmp_path):
    """A note with words and a screenshot becomes an embed like any other, with its alt text."""
    (tmp_path / "captura.png").write_bytes(png(2000, 100))
    kept = paste(tmp_path, NOTE, NOW, beside=tmp_path, shown="nota.txt")
    html = drawn(tmp_path, URL)
    assert ("paste", "2024-03-01", 1200) == (kept.source, kept.published, kept.pictures[0].width_px)
    assert "Llevo cuarenta minutos" in html
    assert 'alt="La respuesta, con membrete"' in html
    assert 'LinkedIn, <time class="dt-published" datetime="2024-03-01">1 de marzo de 2024</time>' in html
    assert "@ana" in html


def test_a_notes_header_is_in_any_language(tmp_path):
    """Names may be Spanish or English, with or without accents and capitals; another name is told with its line."""
    note = f"url: {URL}\nAUTHOR: Ana\ntitulo: Uno\nTÍTULO: Dos\nNetwork: LinkedIn\n\nHola"
    assert ("Ana", "Uno", "LinkedIn") == (
        (kept := paste(tmp_path, note, NOW, beside=tmp_path)).author.name,
        kept.title,
        kept.network,
    )
    with pytest.raises(ContentError, match=r"nota\.txt:2.*Autoría"):
        paste(tmp_path, f"URL: {URL}\nAutoría: Ana\n\nHola", NOW, beside=tmp_path, shown="nota.txt")


def test_what_was_pasted_is_never_asked_for(tmp_path):
    """Neither capture nor check touches what was kept by hand."""
    (tmp_path / "captura.png").write_bytes(png())
    paste(tmp_path, NOTE, NOW, beside=tmp_path)
    post(tmp_path, URL)
    assert [] == list(capture(tmp_path, FakeWeb({}), NOW, check=True))


def test_a_note_brings_nothing_back_that_was_taken_out(tmp_path):
    """An old note that is kept again after its author asked to be taken out is refused, and the mark stays."""
    (tmp_path / "captura.png").write_bytes(png())
    paste(tmp_path, NOTE, NOW, beside=tmp_path)
    assert 2 == len(remove(tmp_path, URL, NOW))
    with pytest.raises(ContentError, match=r"nota\.txt: .* a petición"):
        paste(tmp_path, NOTE, NOW, beside=tmp_path, shown="nota.txt")
    assert [State.REMOVED] == [item.state for item in CaptureStore(tmp_path).all()]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("Autor: Ana\n\nHola", "falta «URL"),
        ("URL: javascript:alert(1)\n\nHola", "falta «URL"),
        ("URL: https://a.example/1\n", "no hay texto ni imagen"),
        ("URL: https://a.example/1\nColor: rojo\n\nHola", "nota.txt:2: «Color» no se conoce"),
        ("URL: https://a.example/1\nImagen: nada.png\n\nHola", "«nada.png» no es una imagen"),
        ("URL: https://a.example/1\nFecha: ayer\n\nHola", "la fecha «ayer» no se entiende"),
        ("", "«» no se conoce"),
    ],
)
def test_note_with_a_mistake_is_one_clear_line(tmp_path, note, said):
    """A note that cannot be kept says what is wrong, and keeps nothing."""
    with pytest.raises(ContentError, match=said):
        paste(tmp_path, note, NOW, beside=tmp_path, shown="nota.txt")
    assert not (tmp_path / "embeds").exists()


def test_questions_make_the_same_note(tmp_path):
    """Answering at the terminal gives the note that a file would."""
    answers = iter([URL, "Ana Ruiz", "@ana", "", "es", "", "Hola", "y adiós", ""])
    kept = paste(tmp_path, ask(lambda _question: next(answers)), NOW, beside=tmp_path)
    assert "<p>Hola<br>y adiós</p>" == kept.html


def archive(folder, name="twitter-2024.zip"):
    """A small archive in the shape that X gives."""
    tweets = [
        {
            "tweet": {
                "id_str": "436461658601713664",
                "full_text": "Cuarenta minutos &amp; contando https://t.co/abc https://t.co/foto",
                "created_at": "Thu Feb 20 11:25:43 +0000 2014",
                "lang": "es",
                "favorite_count": "12",
                "retweet_count": "0",
                "entities": {
                    "urls": [{"url": "https://t.co/abc", "expanded_url": "https://ejemplo.es/carta"}],
                    "media": [{"url": "https://t.co/foto"}],
                },
            }
        },
        {"tweet": {"id_str": "2", "full_text": "No se cita", "created_at": "Thu Feb 20 11:25:43 +0000 2014"}},
    ]
    account = [{"account": {"username": "ana", "accountDisplayName": "Ana Ruiz"}}]
    path = folder / name
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("data/tweets.js", "window.YTD.tweets.part0 = " + json.dumps(tweets))
        out.writestr("data/account.js", "window.YTD.account.part0 = " + json.dumps(account))
        out.writestr("data/tweets_media/436461658601713664-BgABC.png", png())
        out.writestr("data/tweets_media/../../../evil.png", png())
    return path


def test_archive_gives_the_quoted_posts_with_their_pictures(tmp_path):
    """Of one's own archive only what the blog quotes and does not have is taken, pictures included."""
    url = "https://twitter.com/ana/status/436461658601713664"
    post(tmp_path, f"{url}\n\nhttps://x.com/otra/status/999\n")
    path = archive(tmp_path)
    (kept,) = keep_from(tmp_path, path, NOW)
    html = drawn(tmp_path, url)
    assert ("archive", {"likes": 12}, 1) == (kept.source, kept.counts, len(kept.pictures))
    assert 'Cuarenta minutos &amp; contando <a href="https://ejemplo.es/carta"' in html
    assert "20 de febrero de 2014" in html
    assert "Ana Ruiz" in html
    assert [] == list(keep_from(tmp_path, path, NOW))
    assert ["posts", "twitter-2024.zip"] == sorted(p.name for p in tmp_path.iterdir() if p.name != "embeds")


def packed(folder, *tweets, name="data/tweets.js", files=(), more=()):
    """An archive of *tweets*, with other members beside them."""
    path = folder / "archive.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr(name, "window.YTD.tweets.part0 = " + json.dumps([{"tweet": tweet} for tweet in tweets]))
        out.writestr("data/account.js", 'window.YTD.account.part0 = [{"account": {"username": "ana"}}]')
        for member, data in (*files, *more):
            out.writestr(member, data)
    return path


def kept_of(folder, *tweets, **members):
    """What is kept of the one post that the blog quotes, and its drawing."""
    url = "https://x.com/ana/status/1790000000000000000"
    post(folder, url)
    (kept,) = keep_from(folder, packed(folder, *tweets, **members), NOW)
    return kept, drawn(folder, url)


ID = {"id_str": "1790000000000000000"}
MP4 = b"\0\0\0\x18ftypmp42" + b"\0" * 40


def test_archive_gives_long_posts_whole(tmp_path):
    """What tweets.js tells up to its 280th letter stands whole in note-tweet.js; without it, that it goes on."""
    whole = "Una carta larga & sin respuesta, " * 20 + "https://t.co/a fin."
    cut = {**ID, "full_text": whole[:270].replace("&", "&amp;") + "… https://t.co/n"}
    note = {"noteTweet": {"core": {"text": whole, "urls": [{"shortUrl": "https://t.co/a", "expandedUrl": None}]}}}
    notes = ("data/note-tweet.js", "window.YTD.note_tweet.part0 = " + json.dumps([note]))
    kept, html = kept_of(tmp_path, cut, files=[notes])
    assert ("fin.", False) == (kept.html.removesuffix("</p>")[-4:], kept.more)
    (tmp_path / "embeds/x/1790000000000000000.json").unlink()
    kept, html = kept_of(tmp_path, cut)
    assert kept.more
    assert "Sigue en X" in html


def test_archive_gives_films(tmp_path):
    """A film and a GIF of one's own are kept as files; one that is not there, or too large, is told with a link."""
    media = {"type": "video", "url": "https://t.co/v", "media_url_https": "https://pbs.twimg.com/x/abc.jpg"}
    tweet = {**ID, "full_text": "Mira https://t.co/v", "extended_entities": {"media": [media]}}
    kept, html = kept_of(tmp_path, tweet, files=[("data/tweets_media/1790000000000000000-abc.mp4", MP4)])
    assert MP4 == (tmp_path / "embeds" / "x" / kept.films[0].file).read_bytes()
    assert f'<video src="/embeds/x/{kept.films[0].file}" controls' in html
    (tmp_path / "embeds/x/1790000000000000000.json").unlink()
    kept, html = kept_of(tmp_path, tweet)
    assert "Vídeo: ver en X" in html
    (tmp_path / "embeds/x/1790000000000000000.json").unlink()
    media["type"] = "animated_gif"
    _, html = kept_of(tmp_path, tweet, files=[("data/tweet_media/1790000000000000000-abc.mp4", MP4)])
    assert "controls loop muted" in html


def test_a_film_that_git_hosts_would_refuse_stays_where_it_is(tmp_path, monkeypatch):
    """One byte more than may be: no file, a link to it."""
    media = {"type": "video", "url": "https://t.co/v", "media_url_https": "https://pbs.twimg.com/x/abc.jpg"}
    tweet = {**ID, "full_text": "Mira https://t.co/v", "extended_entities": {"media": [media]}}
    monkeypatch.setattr("tertulia.embeds.archive.FILM_BYTES", len(MP4) - 1)
    kept, html = kept_of(tmp_path, tweet, files=[("data/tweets_media/1790000000000000000-abc.mp4", MP4)])
    assert ([], True) == (kept.films, "Vídeo: ver en X" in html)
    assert [] == list((tmp_path / "embeds").rglob("*.mp4"))


def test_archive_gives_what_was_passed_on_to_its_author(tmp_path):
    """A retweet is the other person's words under the other person's name."""
    mention = {"screen_name": "luis", "name": "Luis Pérez"}
    tweet = {**ID, "full_text": "RT @luis: Yo no he sido…", "entities": {"user_mentions": [mention], "urls": None}}
    kept, html = kept_of(tmp_path, tweet)
    assert ("Luis Pérez", "@luis", "<p>Yo no he sido…</p>", True) == (
        kept.author.name, kept.author.handle, kept.html, kept.more,
    )  # fmt: skip
    assert "RT @" not in html


def test_archive_brings_nothing_back_that_was_taken_out(tmp_path):
    """Who asked to be taken out does not come back by a retweet in the archive."""
    original = {"id_str": "17", "full_text": "Yo no he sido", "user": {"screen_name": "luis", "name": "Luis Pérez"}}
    post(tmp_path, "https://x.com/luis/status/17", "otra.md")
    remove(tmp_path, "https://x.com/luis/status/17", NOW)
    post(tmp_path, "https://x.com/ana/status/1790000000000000000")
    tweet = {**ID, "full_text": "RT @luis: Yo no", "retweeted_status": original}
    assert [] == list(keep_from(tmp_path, packed(tmp_path, tweet), NOW))
    assert not any("Yo no" in file.read_text("utf-8") for file in (tmp_path / "embeds").rglob("*.json"))


@pytest.mark.parametrize("name", ["full_text", "created_at", "entities", "extended_entities", "lang", "favorite_count"])
def test_archive_with_null_in_any_field(tmp_path, name):
    """What is null is not there: no field of it becomes the word None, and none stops the run."""
    tweet = {
        **ID, "full_text": "Lee https://t.co/a https://t.co/f", "created_at": "Thu Feb 20 11:25:43 +0000 2014",
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": None}, None], "media": [{"url": None}]},
        "extended_entities": {"media": None}, "lang": "es", "favorite_count": "1",
    }  # fmt: skip
    tweet[name] = None
    kept, html = kept_of(tmp_path, tweet)
    assert "None" not in html
    assert name == "full_text" or "Lee" in kept.html


def test_archive_of_the_first_years(tmp_path):
    """From 2012 to 2018 there was a file for each month; its posts are read, and of their pictures it is told."""
    tweet = {
        **ID, "text": "Hola &amp; adiós http://t.co/f", "created_at": "2014-02-20 11:25:43 +0000",
        "entities": {"media": [{"url": "http://t.co/f", "media_url_https": "https://pbs.twimg.com/media/B.jpg"}]},
    }  # fmt: skip
    path = tmp_path / "old.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("data/js/tweets/2014_02.js", "Grailbird.data.tweets_2014_02 = \n " + json.dumps([tweet]))
        out.writestr("data/js/user_details.js", 'var user_details =  {"screen_name": "ana", "full_name": "Ana Ruiz"}')
    post(tmp_path, "https://x.com/ana/status/1790000000000000000")
    (kept,) = keep_from(tmp_path, path, NOW)
    assert ("<p>Hola &amp; adiós</p>", "Ana Ruiz", "2014-02-20T11:25:43+00:00", ["picture"]) == (
        kept.html, kept.author.name, kept.published, kept.missing,
    )  # fmt: skip


def test_a_bad_member_costs_itself_only(tmp_path, monkeypatch):
    """A picture that is too large is told and left out; a broken part is told when the others have been read."""
    monkeypatch.setattr("tertulia.embeds.archive.PICTURE_BYTES", 1000)
    large = ("data/tweets_media/1790000000000000000-A.png", b"\x89PNG" + b"x" * 2000)
    small = ("data/tweets_media/1790000000000000000-B.png", png())
    kept, _ = kept_of(tmp_path, {**ID, "full_text": "Hola"}, files=[large, small])
    assert (1, ["picture"]) == (len(kept.pictures), kept.missing)
    (tmp_path / "embeds/x/1790000000000000000.json").unlink()
    broken = ("data/tweets-part1.js", "window.YTD.tweets.part1 = [{")
    steps = keep_from(tmp_path, packed(tmp_path, {**ID, "full_text": "Hola"}, more=[broken]), NOW)
    assert "<p>Hola</p>" == next(steps).html
    with pytest.raises(ContentError, match="part1"):
        next(steps)


def test_archive_completes_what_was_kept_from_the_poorer_answer(tmp_path):
    """A post that X gave without its pictures gets them from the archive, and loses nothing that it had."""
    poor = Capture(
        provider="x", id=ID["id_str"], url="https://x.com/ana/status/1790000000000000000", kind="post", partial=True,
        html="<p>Hola</p>", source="oembed", earlier=[{"html": "<p>Ola</p>", "until": "2020-01-01"}],
    )  # fmt: skip
    CaptureStore(tmp_path).save(msgspec.convert(msgspec.to_builtins(poor), Capture))
    picture = ("data/tweets_media/1790000000000000000-B.png", png())
    kept, html = kept_of(tmp_path, {**ID, "full_text": "Hola"}, files=[picture])
    assert ("archive", 1, 1) == (kept.source, len(kept.pictures), len(kept.earlier))
    assert "Ola" in html


@pytest.mark.parametrize(
    "members",
    [
        None,
        {"otro.txt": "x"},
        {"data/tweets.js": "window.YTD.tweets.part0 = [" + "[" * 5000},
        {"data/tweets.js": "window.YTD.tweets.part0 = [{"},
    ],
)
def test_archive_that_is_none_is_one_clear_line(tmp_path, members):
    """No ZIP, another ZIP and a broken list are told in one line."""
    post(tmp_path, "https://x.com/ana/status/436461658601713664")
    path = tmp_path / "a.zip"
    path.write_bytes(b"no es un zip")
    if members:
        with zipfile.ZipFile(path, "w") as out:
            for name, text in members.items():
                out.writestr(name, text)
    with pytest.raises(ContentError):
        list(keep_from(tmp_path, path, NOW))


def test_archive_bomb_is_refused(tmp_path, monkeypatch):
    """A member that inflates past the limit is not read to its end."""
    monkeypatch.setattr("tertulia.embeds.archive.MEMBER_BYTES", 1000)
    post(tmp_path, "https://x.com/ana/status/436461658601713664")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("data/tweets.js", "window.YTD.tweets.part0 = [" + " " * 100_000 + "]")
    with pytest.raises(ContentError, match="ocupa más de 1000 bytes"):
        list(keep_from(tmp_path, path, NOW))


def test_removal_on_request(tmp_path):
    """One command takes words and pictures away for good, and says which commits still hold them."""

    def git(*words):
        subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *words], cwd=tmp_path, check=True)

    data = example("mastodon")
    post(tmp_path, data["post"])
    list(capture(tmp_path, FakeWeb(data["answers"]), NOW))
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "Entradas")
    held = remove(tmp_path, data["post"], NOW)
    assert 2 == len(held)
    assert [] == list((tmp_path / "embeds").rglob("*.webp"))
    assert "inheritance" not in (tmp_path / "embeds/mastodon/mastodon.social-103270115826048975.json").read_text(
        "utf-8"
    )
    assert "inheritance" not in drawn(tmp_path, data["post"])
    assert [] == list(capture(tmp_path, FakeWeb(data["answers"]), NOW, check=True))
    (commit,) = history(held)
    assert commit.endswith("Entradas")


def test_nothing_to_remove(tmp_path):
    """A request that finds nothing fails in one line, and leaves no mark that would make it look fulfilled."""
    with pytest.raises(ContentError, match=r"mas\.to/@ana/1134567890.*no se ha quitado nada"):
        remove(tmp_path, "https://mas.to/@ana/1134567890", NOW)
    assert not (tmp_path / "embeds").exists()
    assert [] == history([Path("/nowhere/x")]) == history([])
