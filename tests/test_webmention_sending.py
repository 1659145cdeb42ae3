"""Telling others by webmention: the links of a post, answers to what they said, and what is odd about one of them."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tertulia.conversation.webmention import send
from tertulia.conversation.webmention.receive import NotTakenError
from tertulia.core.errors import FetchError, StoreError
from tertulia.core.fetch import Fetched
from tertulia.store.said import Author, Incoming, Verdict
from tests.mentioning import NOW, POST, SITE, SOURCE, TARGET, example, house

__all__ = ["house"]  # a fixture


# Sending -------------------------------------------------------------------------------------------------------------


def test_the_links_of_a_post_are_told(house):
    """Every link of text and credits; not our own pages, our own copies, nor others' words under the post."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.sites.put("https://dos.example/a", '<a rel="webmention" href="https://hub.example/wm?x=1">wm</a>')
    planned = house.publish(
        '<div class="e-content"><a href="https://uno.example/">1</a> <a href="https://uno.example/#">1</a>'
        f'<a href="/acerca/">p</a><a href="{SITE}/acerca/">p</a><a href="mailto:a@b.c">m</a><a href="#n">n</a></div>'
        '<footer><a href="https://dos.example/a">2</a><a class="u-syndication" href="https://mas.example/@blog/1">M</a>'
        '</footer><article class="p-comment h-cite"><a href="https://tres.example/">3</a></article>'
    )
    told = house.sender().run()
    assert (2, ["sent", "sent"]) == (planned, [one.state for one in told])
    assert [
        ("https://uno.example/wm", {"source": TARGET, "target": "https://uno.example/"}),
        ("https://hub.example/wm?x=1", {"source": TARGET, "target": "https://dos.example/a"}),
    ] == house.sites.posted


def test_a_version_is_told_once(house):
    """The same post again tells nobody; a changed one tells everybody it links to, and whom it no longer does."""
    for name in ("uno", "dos"):
        house.sites.put(f"https://{name}.example/", '<link rel="webmention" href="/wm">')
    both = '<div class="e-content">{} <a href="https://uno.example/">1</a> {}</div>'
    house.publish(both.format("Uno.", '<a href="https://dos.example/">2</a>'))
    house.sender().run()
    assert (0, []) == (house.publish(both.format("Uno.", '<a href="https://dos.example/">2</a>')), house.sender().run())
    house.sites.posted.clear()
    assert 2 == house.publish(both.format("Uno y medio.", ""))
    states = {one.target: one.state for one in house.sender().run()}
    assert {"https://uno.example/": "sent", "https://dos.example/": "removed"} == states
    assert ["https://dos.example/wm", "https://uno.example/wm"] == sorted(url for url, _ in house.sites.posted)
    assert (0, []) == (house.publish(both.format("Uno y medio.", "")), house.sender().run())


def test_comments_under_a_post_make_no_new_version(house):
    """A reader's comment changes the page, and nothing that we told."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    body = '<div class="e-content"><a href="https://uno.example/">1</a></div>'
    house.publish(body)
    house.sender().run()
    assert 0 == house.publish(body + '<article class="p-comment h-cite"><p class="e-content">Hola</p></article>')


def test_a_deleted_post_is_told(house):
    """Its links were told; now everybody hears that it is gone."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    house.sender().run()
    house.posts.clear()
    assert 1 == send.plan(house.store.sent, house.pages, [], None, every=[])
    assert ["removed"] == [one.state for one in house.sender().run()]
    assert 0 == send.plan(house.store.sent, house.pages, [], None, every=[])


def test_an_old_blog_tells_nobody_of_its_past(house):
    """Posts from before ANNOUNCE_SINCE are left alone."""
    house.write(
        "2026/11/el-voto-util/index.html",
        '<article class="h-entry"><div class="e-content"><a href="https://uno.example/">1</a></div></article>',
    )
    since = NOW - timedelta(hours=1)
    assert 0 == send.plan(house.store.sent, house.pages, house.posts, since, every=house.posts)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Fetched("", 200, {}, b""), "sent"),
        (Fetched("", 201, {"location": "/status/1"}, b""), "sent"),
        (Fetched("", 202, {}, b""), "sent"),
        (Fetched("", 400, {}, b"no"), "refused"),
        (Fetched("", 429, {}, b""), "waiting"),
        (Fetched("", 503, {}, b""), "waiting"),
    ],
    ids=lambda each: str(getattr(each, "status", each)),
)
def test_what_the_other_side_says(house, answer, state):
    """Any two hundred is yes; a failure is tried again later; a no is kept."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="/wm">')
    house.sites.answers["https://uno.example/wm"] = answer
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    (told,) = house.sender().run()
    where = "https://uno.example/status/1" if answer.status == 201 else ""
    assert (state, where) == (told.state, told.status_url)


def test_silence_is_tried_again_and_then_left(house):
    """Minutes, hours, days; then no more until the post changes."""
    house.sites.pages["https://uno.example/"] = FetchError("silent")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    states = []
    for _day in range(7):
        states += [one.state for one in house.sender().run()]
        house.clock += timedelta(days=4)
    assert ["waiting"] * 4 + ["refused"] == states


def test_a_site_without_webmention_is_asked_once_a_version(house):
    """No endpoint is an answer too."""
    house.sites.put("https://uno.example/", "<p>Hola</p>")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    assert (["none"], []) == ([one.state for one in house.sender().run()], house.sender().run())
    assert 1 == len(house.sites.asked)


def test_an_endpoint_that_moved_is_followed(house):
    """A POST that is redirected is sent again where it leads."""
    house.sites.put("https://uno.example/", '<link rel="webmention" href="http://uno.example/wm">')
    house.sites.answers["http://uno.example/wm"] = Fetched("", 301, {"location": "https://uno.example/wm"}, b"")
    house.publish('<div class="e-content"><a href="https://uno.example/">1</a></div>')
    assert ["sent"] == [one.state for one in house.sender().run()]
    assert ["http://uno.example/wm", "https://uno.example/wm"] == [url for url, _ in house.sites.posted]


# One odd thing keeps no other back ------------------------------------------------------------------------------------


def test_one_odd_target_keeps_no_other_back(house):
    """Whatever goes wrong with it, it is told later, and the others now."""
    links = "".join(f'<a href="https://{name}.example/">x</a>' for name in ("uno", "dos", "tres"))
    house.publish(f'<div class="e-content">{links}</div>')
    for name in ("uno", "tres"):
        house.sites.put(f"https://{name}.example/", '<link rel="webmention" href="/wm">')
    house.sites.pages["https://dos.example/"] = RecursionError("deep")
    told = {one.target: one.state for one in house.sender().run()}
    assert {"https://uno.example/": "sent", "https://dos.example/": "waiting", "https://tres.example/": "sent"} == told


def test_one_odd_page_of_ours_keeps_no_other_from_being_told_of(house):
    """Its links are read the next time."""
    house.write("2026/11/otra/index.html", '<article class="h-entry"><a href="https://uno.example/">x</a></article>')
    house.posts.append(replace(POST, id="otra", url=f"{SITE}/2026/11/otra/"))
    (house.output / "2026/11/el-voto-util/index.html").write_bytes(b"<p>\xff\xfe</p>")
    assert 1 == send.plan(house.store.sent, house.pages, house.posts, None, every=house.posts)


def test_one_odd_mention_keeps_no_other_back(house):
    """Nor does it, when it is the store that does not take it: it is looked at again later."""
    others = [f"https://ines{number}.example/nota" for number in range(3)]
    for url in others:
        house.sites.put(url, example("reply"))
        house.receiver.accept(url, TARGET)
    take = house.receiver.take

    def odd(incoming):
        if "ines1" in incoming.source_id:
            raise StoreError("invalid byte sequence")
        return take(incoming)

    object.__setattr__(house.receiver, "take", odd)
    house.receiver.work()
    states = [house.store.mentions.known(url, TARGET).state for url in others]
    assert ["taken", "queued", "taken"] == states


def test_a_domain_that_tells_much_keeps_no_other_waiting(house):
    """A hundred names under one domain count as one; who told one thing comes before them."""
    for number in range(100):
        house.receiver.accept(f"https://s{number}.evil.example/x", TARGET)
    with pytest.raises(NotTakenError, match="too_many"):
        house.receiver.accept("https://s100.evil.example/x", TARGET)
    house.receiver.accept(SOURCE, TARGET)
    house.sites.put(SOURCE, example("reply"))
    house.receiver.work(1)
    assert [SOURCE] == house.sites.asked


def test_a_slow_domain_holds_one_look(house):
    """While it is asked, the others are looked at by the other threads, and nothing more is asked of it."""
    slow = [f"https://s{number}.lento.example/x" for number in range(2)]
    house.receiver.accept(slow[0], TARGET)
    with house.receiver.busy.next(house.store.mentions, house.clock) as mention:
        assert slow[0] == mention.source
        house.receiver.accept(slow[1], TARGET)
        house.receiver.accept(SOURCE, TARGET)
        assert 1 == house.receiver.work()
        assert [SOURCE] == house.sites.asked
    assert 1 == house.receiver.work()


@pytest.mark.parametrize(
    ("site", "service", "expected"),
    [
        ("https://blog.example", "/", "https://blog.example"),
        ("https://host.example/blog", "/", "https://host.example"),
        ("https://host.example/blog", "/blog", "https://host.example/blog"),
        ("https://blog.example", "https://talk.example", "https://talk.example"),
    ],
)
def test_every_page_names_its_endpoints_in_full(tmp_path, build, site, service, expected):
    """WordPress' pingback resolves no address: all pages, in every language and folder, give the whole of it."""
    (tmp_path / "posts").mkdir()
    for name, head in {
        "voto": "Title: El voto útil\nId: voto",
        "voto.en": "Title: The vote\nId: voto\nLang: en",
    }.items():
        (tmp_path / "posts" / f"{name}.md").write_text(f"{head}\nDate: 2026-11-22\n\nSin más.\n", "utf-8")
    build(tmp_path, tmp_path / "out", SITE_ADDRESS=site, SERVICE_ADDRESS=service, SOCIAL_CARDS=False)
    pages = [page.read_text("utf-8") for page in (tmp_path / "out").rglob("*.html")]
    named = [page for page in pages if 'rel="pingback"' in page]
    assert len(named) > 4
    wanted = [f'<link rel="{way}" href="{expected}/{way}">' for way in ("webmention", "pingback")]
    assert [] == [page for page in named if not all(link in page for link in wanted)]


# Answers to what others said on their own sites ---------------------------------------------------------------------


def mentioned_and_answered(house, text="Gracias por escribirlo."):
    """Somebody's page about the post, public, and the author's answer to it; the keys of both."""
    eva = Author(network="web", identity="https://eva.example/", name="Eva", url="https://eva.example/")
    theirs = Incoming(
        source="webmention", source_id=f"{SOURCE} {TARGET}", post=POST.id, lang=POST.lang, kind="mention", author=eva,
        published=NOW, text="Lo he leído.", html="<p>Lo he leído.</p>", url=SOURCE,
    )  # fmt: skip
    key = house.store.conversation.record(theirs, Verdict("approved"), NOW).key
    owner = Author(network="form", identity="owner", name="Reme", is_owner=True)
    mine = Incoming(
        source="form", source_id="answer 1", post=POST.id, lang=POST.lang, kind="reply", author=owner, published=NOW,
        text=text, html=f"<p>{text}</p>", in_reply_to=key,
    )  # fmt: skip
    return key, house.store.conversation.record(mine, Verdict("approved"), NOW).key


def planned(house):
    answers = send.answer_links(house.store.answers.to_web(), house.pages, house.posts, None)
    return send.plan(house.store.sent, house.pages, house.posts, None, every=house.posts, answers=answers)


def test_who_wrote_on_their_own_site_is_told_of_the_answer_by_its_address(house):
    """Once, when the built page shows it; again when its words change; taken back when it is taken back."""
    _, answer = mentioned_and_answered(house)
    house.publish("<p>…</p>")
    assert 0 == planned(house), "nobody could see it yet"
    body = f'<article class="p-comment h-cite" id="c-{answer}">Gracias</article>'
    house.publish(body)
    assert (1, 0) == (planned(house), planned(house))
    assert [(f"{TARGET}#c-{answer}", SOURCE)] == [(one.source, one.target) for one in house.store.sent.all()]
    house.sites.put(SOURCE, '<link rel="webmention" href="/wm">')
    house.sender().run()
    assert [{"source": f"{TARGET}#c-{answer}", "target": SOURCE}] == [body for _, body in house.sites.posted]
    said = house.store.conversation.get(answer)
    house.moderator.edit(answer, "Gracias, Eva.", said.version)
    assert (1, 0) == (planned(house), planned(house))
    house.moderator.decide(answer, "rejected", house.store.conversation.get(answer).version)
    assert 1 == planned(house)


def test_an_answer_on_an_older_part_of_the_talk_has_that_pages_address(house):
    """The page that shows it is the one that is told."""
    _, answer = mentioned_and_answered(house)
    house.publish("<p>…</p>")
    house.write("2026/11/el-voto-util/comments/2/index.html", f'<article class="p-comment" id="c-{answer}">…</article>')
    planned(house)
    assert [f"{TARGET}comments/2/#c-{answer}"] == [one.source for one in house.store.sent.all()]


def test_answers_of_before_the_blog_told_anybody_are_left_alone(house):
    """``ANNOUNCE_SINCE`` is theirs too."""
    _, answer = mentioned_and_answered(house)
    house.publish(f'<article class="p-comment" id="c-{answer}">…</article>')
    given = house.store.answers.to_web()
    assert [] == send.answer_links(given, house.pages, house.posts, NOW + timedelta(days=1))
