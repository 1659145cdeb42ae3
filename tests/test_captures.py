"""What ``capture`` says of others is so: gone, edited, complete, removed, whoever else looks at the same time."""

import datetime as dt
import multiprocessing
import os
import time

import pytest

from tertulia.core import languages
from tertulia.core.errors import ContentError, FetchRefusedError
from tertulia.embeds import states
from tertulia.embeds.capture import canonical, capture, tell
from tertulia.embeds.capture_store import CaptureStore
from tertulia.embeds.remove import in_posts, remove
from tertulia.embeds.states import TRANSITIONS, Heard
from tertulia.embeds.types import Capture, Part, State
from tests.embedding import FakeWeb, drawn, example, png, post, silence
from tests.patience import PATIENCE

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATER = dt.datetime(2027, 1, 5, 12, tzinfo=dt.UTC)
TOOT = "https://mas.to/@ana/113400000000000001"
TWEET = "https://x.com/ana/status/1790000000000000000"
API = "https://mas.to/api/v1/statuses/113400000000000001"
PARENT = "https://mas.to/api/v1/statuses/113400000000000000"
APPVIEW = "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri="
BUSY = {"status": 503, "type": "text/html", "body": ""}


def run(folder, answers, now=NOW, **options):
    """What became of each address."""
    return [step.outcome for step in capture(folder, FakeWeb(answers), now, **options)]


def kept(folder, provider="mastodon", id="mas.to-113400000000000001"):
    """The item as it is on disk."""
    return CaptureStore(folder).load(provider, id)


def toot(folder, **changes):
    """A blog that has captured a toot with all there can be beside it; the answers of its server."""
    data = example("mastodon-whole")
    data["answers"][API]["body"].update(changes)
    post(folder, data["post"])
    assert ["captured"] == run(folder, data["answers"])
    return data["answers"]


def status(**more):
    """A toot of Ana's."""
    account = {"username": "ana", "acct": "ana", "display_name": "Ana", "url": "https://mas.to/@ana"}
    words = {"id": "113400000000000001", "visibility": "public", "url": TOOT, "content": "<p>Hola</p>"}
    return {"body": {**words, "account": account, "edited_at": None, **more}}


def tweet(**more):
    """What X's own embeds read."""
    user = {"name": "Ana", "screen_name": "ana"}
    return {"body": {"__typename": "Tweet", "id_str": "1", "user": user, "text": "Hola", "isEdited": False, **more}}


def oembed(words):
    """What X's documented answer says."""
    html = f'<blockquote><p lang="es" dir="ltr">{words}</p>&mdash; Ana (@ana)</blockquote>'
    return {"body": {"html": html, "author_name": "Ana", "author_url": "https://twitter.com/ana"}}


def of_x(words, more=None):
    """Both answers of X; without the second one it is too busy to give it."""
    return {"https://publish.x.com/": oembed(words), "https://cdn.syndication.twimg.com/": more or BUSY}


# The table


def test_table_has_a_row_for_all_that_may_happen():
    """Whatever is heard of whatever we have, the table says what follows; what was removed is never asked for."""
    asked = [state for state in State if state != State.REMOVED]
    assert {(had, what) for had in asked for what in Heard} == set(TRANSITIONS)
    # Nothing but the item's own word takes away what is there.
    lost = {what for (had, what), (state, _) in TRANSITIONS.items() if had == State.KEPT and state != State.KEPT}
    assert {Heard.GONE, Heard.OPTED_OUT} == lost


# Gone


def test_post_is_not_gone_when_its_author_changes_handle(tmp_path):
    """The old handle resolves no more; by its DID the post answers, and nothing is said of it."""
    data = example("bluesky")
    post(tmp_path, data["post"])
    run(tmp_path, data["answers"])
    (body,) = [answer for url, answer in data["answers"].items() if url.startswith(APPVIEW)]
    unresolved = {"status": 400, "body": {"error": "InvalidRequest", "message": "Unable to resolve handle"}}
    answers = {APPVIEW: unresolved, f"{APPVIEW}at%3A%2F%2Fdid%3Aplc%3Aana": body}
    assert ["same"] == run(tmp_path, answers, LATER, check=True)
    assert ["same"] == run(tmp_path, {APPVIEW: unresolved}, LATER, check=True)
    gone = {"status": 400, "body": {"error": "NotFound", "message": "Post not found"}}
    assert ["same"] == run(tmp_path, {APPVIEW: gone, f"{APPVIEW}at%3A%2F%2Fdid%3Aplc%3Aana": body}, LATER, check=True)
    assert ["gone"] == run(tmp_path, {APPVIEW: gone}, LATER, check=True)


def test_the_day_on_which_it_went_does_not_move(tmp_path):
    """However often it is looked for; what came back and went again, went on another day."""
    post(tmp_path, TOOT)
    assert ["captured"] == run(tmp_path, {API: status()})
    gone = {"https://mas.to/": {"status": 404, "body": {}}}
    days = [LATER + dt.timedelta(days=30 * number) for number in range(4)]
    assert ["gone", "2027-01-05"] == [*run(tmp_path, gone, days[0], check=True), kept(tmp_path).gone]
    assert ["same", "2027-01-05"] == [*run(tmp_path, gone, days[1], check=True), kept(tmp_path).gone]
    assert ["back", ""] == [*run(tmp_path, {API: status()}, days[2], check=True), kept(tmp_path).gone]
    assert ["gone", "2027-04-05"] == [*run(tmp_path, gone, days[3], check=True), kept(tmp_path).gone]


@pytest.mark.parametrize(
    ("origin", "outcome"),
    [
        (status(), "same"),
        (BUSY, "waiting"),
        (silence(), "unavailable"),
        ({"status": 404, "body": {}}, "gone"),
        (FetchRefusedError("otro.es es una dirección de una red privada"), "gone"),
    ],
)
def test_a_dropped_copy_is_no_deletion(tmp_path, origin, outcome):
    """A server that forgets its copy of somebody else's toot proves nothing while the toot's own server has it."""
    url = "https://mas.to/@ana@otro.es/113400000000000001"
    post(tmp_path, url)
    home = {"url": "https://otro.es/@ana/99999"}
    assert ["captured"] == run(tmp_path, {API: status(**home)})
    answers = {"https://mas.to/": {"status": 404, "body": {}}, "https://otro.es/": origin}
    assert [outcome] == run(tmp_path, answers, LATER, check=True)
    assert ("Borrado" in drawn(tmp_path, url)) == (outcome == "gone")


@pytest.mark.parametrize("code", [401, 403, 429, 451, 500, 502, 503])
@pytest.mark.parametrize("name", ["mastodon", "youtube", "page", "gist", "telegram"])
def test_only_gone_is_gone(tmp_path, name, code):
    """Not for us, not here, not now: none of it is a deletion."""
    data = example(name)
    post(tmp_path, data["post"])
    run(tmp_path, data["answers"])
    run(tmp_path, {"https://": {"status": code, "body": {}}}, LATER, check=True)
    assert [State.KEPT] == [item.state for item in CaptureStore(tmp_path).all()]


# Edited


@pytest.mark.parametrize(
    ("poor", "text", "entities"),
    [
        ('Con <a href="https://twitter.com/luis">@luis</a>', "Con @luis", {}),
        ('Viva <a href="https://twitter.com/hashtag/x">#x</a>', "Viva #x", {}),
        ("Uno<br><br>Dos", "Uno\n\nDos", {}),
        ('Lee <a href="https://t.co/a">https://t.co/a</a> ya', "Lee https://t.co/a ya", {"urls": [
            {"url": "https://t.co/a", "expanded_url": "https://ejemplo.es/una/carta?x=1"}]}),
        ('Foto <a href="https://t.co/f">pic.twitter.com/f</a>', "Foto https://t.co/f", {"media": [
            {"url": "https://t.co/f"}]}),
        ("A &amp; B", "A &amp; B", {}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("told", [{"isEdited": False}, {}])
def test_another_answer_is_no_edit(tmp_path, poor, text, entities, told):
    """Which of two answers speaks, in either order, changes nothing that its author said."""
    rich = tweet(text=text, entities=entities, **told)
    if not told:
        del rich["body"]["isEdited"]
    post(tmp_path, TWEET)
    assert ["captured"] == run(tmp_path, of_x(poor))
    assert ["completed"] == run(tmp_path, of_x(poor, rich), LATER)
    assert ["same"] == run(tmp_path, of_x(poor), LATER, check=True)
    assert "Editado" not in drawn(tmp_path, TWEET)
    assert "syndication" == kept(tmp_path, "x", "1790000000000000000").source


def test_service_that_denies_an_edit_is_believed(tmp_path):
    """Where ``edited_at`` says that nothing was edited, what differs is ours: an expanded address, a cleaner markup."""
    answers = toot(tmp_path, edited_at=None)
    answers[API]["body"]["content"] = "<p>¿Qué hago, <b>@luis</b>? ejemplo.es/carta</p>"
    assert ["same"] == run(tmp_path, answers, LATER, check=True)


def test_corrected_description_is_an_edit(tmp_path):
    """A picture's new description is taken over, whether the service tells the edit or not."""
    answers = toot(tmp_path)
    body = answers[API]["body"]
    body["media_attachments"][0]["description"] = "Una cola de treinta personas"
    del body["edited_at"]
    assert ["edited"] == run(tmp_path, answers, LATER, check=True)
    html = drawn(tmp_path, TOOT)
    assert 'alt="Una cola de treinta personas"' in html
    assert "Antes de" not in html
    body["edited_at"] = "2027-01-06T10:00:00Z"
    body["media_attachments"][0]["description"] = "Una cola"
    assert ["edited"] == run(tmp_path, answers, LATER, check=True)
    assert 'alt="Una cola"' in drawn(tmp_path, TOOT)


def test_an_edit_throws_nothing_away(tmp_path):
    """A comma is corrected after what was answered, quoted and shown has gone or fails: all of it stays."""
    answers = toot(tmp_path)
    before = kept(tmp_path)
    body = answers[API]["body"]
    body.update(content="<p>¿Qué hago ahora?</p>", edited_at="2027-01-01T00:00:00Z", quote=None)
    del answers[PARENT], answers["https://cdn.mas.to/"]
    assert ["edited"] == run(tmp_path, answers, LATER, check=True)
    after = kept(tmp_path)
    assert "¿Qué hago ahora?" in after.html
    assert (before.reply_to, before.quoted) == (after.reply_to, after.quoted)
    assert (before.pictures, before.author.avatar, []) == (after.pictures, after.author.avatar, after.missing)
    html = drawn(tmp_path, TOOT)
    assert [] == [word for word in ("un teléfono", "Llevo una hora", "Antes de 5 de enero") if word not in html]


def test_a_replaced_picture_stays_with_the_former_words(tmp_path):
    """An edit that puts another picture in place of the first leaves the first in the fold, beside what was said."""
    answers = toot(tmp_path)
    first = kept(tmp_path).pictures[0].file
    answers[API]["body"].update(content="<p>Otra foto</p>", edited_at="2027-01-01T00:00:00Z")
    answers["https://cdn.mas.to/"] = {"type": "image/png", "body": png(60, 20, (0, 0, 9))}
    assert ["edited"] == run(tmp_path, answers, LATER, check=True)
    html = drawn(tmp_path, TOOT)
    assert first in html[html.index("Antes de") :]
    assert (tmp_path / "embeds" / "mastodon" / first).exists()


def test_a_changed_gist_shows_what_it_said(tmp_path):
    """Code that was corrected, and a file that was taken away, can still be read."""
    data = example("gist")
    post(tmp_path, data["post"])
    run(tmp_path, data["answers"])
    (body,) = [answer["body"] for answer in data["answers"].values() if isinstance(answer, dict) and "body" in answer]
    before = next(iter(CaptureStore(tmp_path).all())).files
    first, *others = body["files"]
    body["files"][first]["content"] = "print('otra cosa')"
    for name in others:
        del body["files"][name]
    assert ["edited"] == run(tmp_path, data["answers"], LATER, check=True)
    (after,) = CaptureStore(tmp_path).all()
    assert [file.name for file in before] == [file.name for file in after.files]
    html = drawn(tmp_path, data["post"])
    assert "otra cosa" in html
    assert first in html[html.index("Antes de") :]
    assert ["same"] == run(tmp_path, data["answers"], LATER, check=True)


@pytest.mark.parametrize("place", ["own", "quoted", "answered"])
def test_what_is_covered_later_is_covered_without_an_edit(tmp_path, place):
    """A moderator marks a picture as sensitive and nobody edits: the next check covers it, and it stays covered."""
    answers = toot(tmp_path, edited_at=None, spoiler_text="")
    body = answers[API]["body"]
    {"own": body, "quoted": body["quote"]["quoted_status"], "answered": answers[PARENT]["body"]}[place]["sensitive"] = (
        True
    )
    assert ["same"] == run(tmp_path, answers, LATER, check=True)
    item = kept(tmp_path)
    assert {"own": item, "quoted": item.quoted, "answered": item.reply_to}[place].sensitive


def test_long_post_is_completed_when_the_whole_is_told(tmp_path):
    """What was kept by its beginning is kept whole as soon as X tells the rest."""
    post(tmp_path, TWEET)
    run(tmp_path, of_x("Hola", tweet(text="Una carta larga…", note_tweet={"id": "1"})))
    whole = {"note_tweet_results": {"result": {"text": "Una carta larga, y su final."}}}
    answers = of_x("Hola", tweet(text="Una carta larga…", note_tweet=whole))
    assert ["completed"] == run(tmp_path, answers, LATER, check=True)
    assert "y su final." in drawn(tmp_path, TWEET)


@pytest.mark.parametrize("part", ["quoted", "answered"])
def test_author_of_a_quoted_post_opts_out_later(tmp_path, part):
    """Who asks on Bluesky not to be shown to logged-out people leaves the posts of others too, edited or not."""
    data = example("bluesky")
    post(tmp_path, data["post"])
    run(tmp_path, data["answers"])
    (body,) = [answer["body"] for url, answer in data["answers"].items() if url.startswith(APPVIEW)]
    thread = body["thread"]
    other = thread["parent"]["post"] if part == "answered" else thread["post"]["embed"]["record"]["record"]
    other["author"]["labels"] = [{"val": "!no-unauthenticated"}]
    assert ["same"] == run(tmp_path, data["answers"], LATER, check=True)
    html = drawn(tmp_path, data["post"])
    assert (part == "answered", part == "quoted") == ("Nadie contesta cartas" in html, "¿Dónde?" in html)


# Complete


def test_capture_of_a_bad_minute_is_marked_and_completed(tmp_path):
    """What was announced and not had is told, asked for by the next plain run, and then asked for no more."""
    data = example("mastodon-whole")
    post(tmp_path, data["post"])
    well = data["answers"]
    bad = {**well, "https://cdn.mas.to/": BUSY, PARENT: silence()}
    (step,) = capture(tmp_path, FakeWeb(bad), NOW)
    assert tell(step).endswith("(falta: retrato, imagen (2), publicación a la que responde)")
    assert [] == run(tmp_path, bad, LATER)
    assert ["completed"] == run(tmp_path, well, LATER)
    whole = kept(tmp_path)
    assert (2, True, True, []) == (
        len(whole.pictures), bool(whole.author.avatar), bool(whole.reply_to), whole.missing,
    )  # fmt: skip
    assert [] == run(tmp_path, well, LATER)
    assert "Antes de" not in drawn(tmp_path, TOOT)


def test_what_never_comes_costs_little(tmp_path):
    """A run that brings nothing changes no file, and a service that brought nothing three times is left alone."""
    post(tmp_path, "\n\n".join(f"https://mas.to/@ana/1134{number}" for number in range(10, 20)))
    picture = {"type": "image", "url": "https://cdn.mas.to/1.png"}
    web = FakeWeb({"https://mas.to/api/": status(media_attachments=[picture]), "https://cdn.mas.to/": BUSY})
    assert 10 == len(list(capture(tmp_path, web, NOW)))
    before = {path: path.read_bytes() for path in (tmp_path / "embeds").rglob("*.json")}
    web.asked.clear()
    assert [] == list(capture(tmp_path, web, LATER))
    first = [url for url in web.asked if "/api/" in url]
    web.asked.clear()
    assert [] == list(capture(tmp_path, web, LATER + dt.timedelta(days=1)))
    other = [url for url in web.asked if "/api/" in url]
    assert (3, 3, True) == (len(first), len(other), first != other)  # each of them has its turn
    assert ["same"] * 10 == [step.outcome for step in capture(tmp_path, web, LATER, check=True)]
    assert before == {path: path.read_bytes() for path in (tmp_path / "embeds").rglob("*.json")}


def test_a_service_that_is_busy_is_not_asked_for_what_is_missing_either(tmp_path):
    """After "too many requests" no further question goes to that host in this run, whatever it is about."""
    post(tmp_path, "\n\n".join(f"https://mas.to/@ana/1134{number}" for number in range(10, 20)))
    picture = {"type": "image", "url": "https://cdn.mas.to/1.png"}
    web = FakeWeb({"https://mas.to/api/": status(media_attachments=[picture]), "https://cdn.mas.to/": BUSY})
    assert 10 == len(list(capture(tmp_path, web, NOW)))
    web = FakeWeb({"https://": {"status": 429, "body": {}}})
    assert ["waiting"] * 9 == [step.outcome for step in capture(tmp_path, web, LATER)]
    assert 1 == len(web.asked)


def test_picture_that_is_not_there_is_not_asked_for(tmp_path):
    """A no is an answer: a picture that its server does not have makes no capture incomplete."""
    post(tmp_path, TOOT)
    picture = {"type": "image", "url": "https://cdn.mas.to/1.png"}
    assert ["captured"] == run(tmp_path, {API: status(media_attachments=[picture])})
    assert [] == run(tmp_path, {API: status(media_attachments=[picture])})


def test_card_in_place_of_a_post_gives_way_to_it(tmp_path):
    """When the API failed once a card is kept, marked; the toot takes its place and counts as no edit."""
    post(tmp_path, TOOT)
    card = {"type": "text/html", "body": "<title>Ana: Hola</title>"}
    assert ["captured"] == run(tmp_path, {API: {"status": 502, "body": {}}, TOOT: card})
    assert [Part.WORDS] == kept(tmp_path).missing
    assert ["completed"] == run(tmp_path, {API: status(), TOOT: card}, LATER)
    assert ("post", "") == (kept(tmp_path).kind, kept(tmp_path).edited)
    # Nor does a later bad minute bring the card back.
    assert ["same"] == run(tmp_path, {API: {"status": 502, "body": {}}, TOOT: card}, LATER, check=True)
    assert "post" == kept(tmp_path).kind


def test_one_item_is_looked_at_again(tmp_path):
    """``--again`` takes a card anew where ``--check`` leaves it, finds it by another form, and asks for no other."""
    post(tmp_path, "https://Noticia.example/a/\n\nhttps://otra.example/b\n")
    wall = {"type": "text/html", "body": "<title>Just a moment…</title>"}
    assert ["captured", "captured"] == run(tmp_path, {"https://": wall})
    page = {"https://": {"type": "text/html", "body": "<title>La noticia</title>"}}
    assert ["same", "same"] == run(tmp_path, page, LATER, check=True)
    assert ["captured"] == run(tmp_path, page, LATER, again="http://www.noticia.example/a")
    assert ["Just a moment…", "La noticia"] == sorted(item.title for item in CaptureStore(tmp_path).all())
    with pytest.raises(ContentError, match="no es algo que citen"):
        run(tmp_path, page, LATER, again="https://tercera.example/")
    assert ["unavailable"] == run(tmp_path, {"https://": silence()}, LATER, again="https://noticia.example/a")
    assert "La noticia" in drawn(tmp_path, "https://Noticia.example/a/")


def test_one_item_that_was_never_had_is_asked_for_alone(tmp_path):
    """By any form of its address; its neighbours wait for a run over all."""
    post(tmp_path, f"https://otra.example/b\n\n{TOOT}\n")
    assert ["captured"] == run(tmp_path, {API: status()}, again=f"{TOOT}/embed")
    assert ["<p>Hola</p>"] == [item.html for item in CaptureStore(tmp_path).all()]


@pytest.mark.parametrize("how", ["pasted", "removed"])
def test_what_there_is_nobody_to_ask_about_is_not_looked_at_again(tmp_path, how):
    """Kept by hand, or removed at somebody's wish: it says so, and stays."""
    post(tmp_path, TOOT)
    run(tmp_path, {API: status()})
    if how == "pasted":
        store, item = CaptureStore(tmp_path), kept(tmp_path)
        item.source = "paste"
        store.save(item)
    else:
        remove(tmp_path, TOOT, NOW)
    before = kept(tmp_path)
    with pytest.raises(ContentError, match="a mano" if how == "pasted" else "a petición"):
        run(tmp_path, {API: status(content="<p>Otra</p>")}, LATER, again=TOOT)
    assert before == kept(tmp_path)


def test_looked_at_again_in_a_bad_minute_it_keeps_what_it_had(tmp_path):
    """Words and author alone take the place of nothing more than that: the whole post stays, half of one is renewed."""
    post(tmp_path, TWEET)
    run(tmp_path, of_x("Hola"))
    assert kept(tmp_path, "x", "1790000000000000000").partial
    assert ["captured"] == run(tmp_path, of_x("Hola"), LATER, again=TWEET)
    assert ["captured"] == run(tmp_path, of_x("Hola", tweet()), LATER, again=TWEET)
    assert ["same"] == run(tmp_path, of_x("Hola"), LATER, again=TWEET)
    assert not kept(tmp_path, "x", "1790000000000000000").partial
    assert ["captured"] == run(tmp_path, of_x("Hola", tweet()), LATER, again=TWEET)


def _slow_run(folder, done):
    """One of two processes that capture the same things."""

    class Slow(FakeWeb):
        def get(self, url, **options):
            time.sleep(0.005)
            return super().get(url, **options)

    languages.speak("es")
    done.put([str(step.outcome) for step in capture(folder, Slow({"https://": PAGE}), NOW)])


PAGE = {"type": "text/html", "body": "<title>Una página</title>"}


def test_two_captures_at_once_share_the_work(tmp_path):
    """Each waits while the other asks for an item; nothing is asked twice, and neither dies."""
    post(tmp_path, "\n\n".join(f"https://pagina.example/{number}" for number in range(12)))
    forking = multiprocessing.get_context("fork")
    done = forking.Queue()
    both = [forking.Process(target=_slow_run, args=(tmp_path, done)) for _ in range(2)]
    for process in both:
        process.start()
    outcomes = [done.get(timeout=PATIENCE), done.get(timeout=PATIENCE)]
    for process in both:
        process.join()
    assert ["captured"] * 12 == [*outcomes[0], *outcomes[1]]
    assert 12 == len(list(CaptureStore(tmp_path).all()))


def test_unfinished_file_of_a_living_run_is_left_alone(tmp_path):
    """What another run is writing is not swept away; what a killed one left long ago is."""
    toot(tmp_path)
    folder = tmp_path / "embeds" / "mastodon"
    living, dead = folder / ".mas.to-113400000000000001.a.part", folder / ".mas.to-113400000000000001.b.part"
    for part in (living, dead):
        part.write_bytes(b"{")
    os.utime(dead, (1, 1))
    CaptureStore(tmp_path).save(kept(tmp_path))
    assert (True, False) == (living.exists(), dead.exists())


# Removed


@pytest.mark.parametrize(
    ("asked", "url"),
    [
        ("bluesky", "https://bsky.app/profile/did:plc:ana/post/3lbxyz"),
        ("bluesky", "https://bsky.app/profile/ana.bsky.social/post/3lbxyz/"),
        ("mastodon-whole", "https://MAS.to/@ana/113400000000000001"),
        ("mastodon-whole", "https://mas.to/users/ana/statuses/113400000000000001"),
        ("mastodon-whole", "https://mas.to/@ana/113400000000000001/"),
        ("mastodon-whole", "https://mas.to/@ana/113400000000000001/embed"),
        ("mastodon-whole", "https://otro.es/@ana@mas.to/77777"),
        ("x-whole", "https://mobile.twitter.com/ana/status/1790000000000000000?s=20"),
        ("youtube", "https://www.youtube.com/embed/eiHXASgRTcA"),
        ("youtube", "https://m.youtube.com/watch?v=eiHXASgRTcA&t=3"),
        ("page", "http://bbc.co.uk/news/uk-54222286/"),
    ],
)
def test_removal_by_any_address(tmp_path, asked, url):
    """Whatever form of the address the person sends, what is kept goes, and does not come back."""
    data = example(asked)
    post(tmp_path, data["post"])
    run(tmp_path, data["answers"])
    elsewhere = {"https://otro.es/api/v1/statuses/77777": status()}
    held = remove(tmp_path, url, NOW, canonical=lambda url: canonical(url, FakeWeb(elsewhere)))
    assert held
    assert [] == list((tmp_path / "embeds").rglob("*.webp"))
    assert {State.REMOVED} == {item.state for item in CaptureStore(tmp_path).all()}
    assert [] == run(tmp_path, data["answers"], LATER, check=True)
    assert [] == remove(tmp_path, url, NOW, canonical=lambda url: canonical(url, FakeWeb(elsewhere)))


@pytest.mark.parametrize(
    ("url", "gone", "stays"),
    [
        ("https://mas.to/@luis/113400000000000000", "un teléfono", "Llevo una hora"),
        ("https://mas.to/@luis/1", "Llevo una hora", "un teléfono"),
    ],
)
def test_removal_of_what_others_quote(tmp_path, url, gone, stays):
    """Words that stand in somebody else's capture are taken out of it; the rest stays, and nothing undoes it."""
    answers = toot(tmp_path)
    assert ["mas.to-113400000000000001.json"] == [file.name for file in remove(tmp_path, url, NOW)]
    assert ["same"] == run(tmp_path, answers, LATER, check=True)
    answers[API]["body"].update(content="<p>Otra cosa</p>", edited_at="2027-01-02T00:00:00Z")
    assert ["edited"] == run(tmp_path, answers, LATER, check=True)
    html = drawn(tmp_path, TOOT)
    assert (False, True, True) == (gone in html, stays in html, "Otra cosa" in html)
    assert gone not in (tmp_path / "embeds/mastodon/mas.to-113400000000000001.json").read_text("utf-8")


def test_removal_of_what_cannot_be_read(tmp_path):
    """A capture that somebody broke by hand is taken out all the same, with its pictures."""
    toot(tmp_path)
    file = tmp_path / "embeds/mastodon/mas.to-113400000000000001.json"
    file.write_text("{palabras de Ana", "utf-8")
    assert 2 == len(remove(tmp_path, TOOT, NOW))
    assert [file] == [path for path in (tmp_path / "embeds").rglob("*") if path.is_file()]
    assert "palabras" not in file.read_text("utf-8")


def test_removal_follows_every_address_that_captures_know(tmp_path):
    """Each capture of the item knows of another address, in whatever order the files stand."""
    captures = CaptureStore(tmp_path)
    known = [("a.es", "b.es"), ("b.es", "c.es"), ("c.es", "d.es"), ("d.es", "d.es")]
    for host, origin in known:
        id, url = f"{host}-113400000000000001", f"https://{origin}/@ana/113400000000000001"
        captures.save(Capture(provider="mastodon", id=id, url=url, kind="post", html="<p>Palabras</p>"))
    assert 4 == len(remove(tmp_path, "https://d.es/@ana/113400000000000001", NOW))
    assert {State.REMOVED} == {item.state for item in captures.all()}


def test_removal_of_words_in_a_pasted_code(tmp_path):
    """Words that stand in a code of the author's own are shown no more, captured or not, and their place is told."""
    url = "https://twitter.com/ana/status/1790000000000000000"
    words = f'<blockquote class="twitter-tweet"><p>Palabras de Ana</p><a href="{url}">1</a></blockquote>'
    path = post(tmp_path, f"Título: Uno\n\nHola\n\n{words}\n")
    assert "Palabras de Ana" in drawn(tmp_path, words)
    assert [] == remove(tmp_path, TWEET, NOW)
    assert [(path, 5)] == [(link.path, link.line) for link in in_posts(tmp_path)]
    assert "Palabras de Ana" not in drawn(tmp_path, words)


def test_removal_waits_for_a_capture_that_is_asking(tmp_path):
    """Somebody asks while the very item is being captured: the mark comes last and stays."""
    data = example("mastodon-whole")
    post(tmp_path, data["post"])
    steps = capture(tmp_path, FakeWeb(data["answers"]), NOW)
    next(steps)
    remove(tmp_path, data["post"], NOW)  # between two items the store is free
    assert [] == list(steps)
    assert State.REMOVED == kept(tmp_path).state


def test_words_are_compared_and_nothing_else():
    """Links, markup, spaces and what Mastodon puts around a quote are not its author's."""
    same = [
        '<p>Uno <a href="https://a.example/x">a.example/x…</a> dos</p>', "<p>Uno</p><p>https://t.co/abc dos</p>",
        "Uno<br>dos", '<p>RE: <a href="https://b.example/1">https://b.example/1</a></p><p>Uno dos</p>',
    ]  # fmt: skip
    assert {"Unodos"} == {states.plain_words(html) for html in same}
    assert "Con@luisEE.UU.fin." == states.plain_words('<p>Con <a href="https://x.com/luis">@luis</a> EE. UU. fin.</p>')
