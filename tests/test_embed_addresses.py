"""Addresses as people have them: one item, one id, whatever telephone, window or dialogue the address comes from."""

import datetime as dt

import pytest

from tertulia.core.addresses import is_short
from tertulia.embeds import providers
from tertulia.embeds.capture import capture
from tertulia.embeds.capture_store import CaptureStore, file_stem
from tertulia.embeds.links import expander
from tertulia.embeds.providers import start_of
from tertulia.embeds.types import Capture, Image
from tests.embedding import FakeWeb, drawn, post

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

# Every way to write it → provider and id.
SAME = {
    "x/1134": """
        https://x.com/ana/status/1134 https://twitter.com/ana/statuses/1134 https://Twitter.com/ana/status/1134?s=20
        HTTPS://X.COM/ana/status/1134 https://mobile.twitter.com/ana/status/1134/photo/1 https://x.com/i/status/1134
        https://x.com/i/web/status/1134 https://twitter.com/#!/ana/status/1134 https://twitter.com/statuses/1134
        https://fxtwitter.com/ana/status/1134 https://vxtwitter.com/ana/status/1134 https://fixupx.com/ana/status/1134
        https://nitter.net/ana/status/1134#m https://xcancel.com/ana/status/1134
        https://platform.twitter.com/embed/Tweet.html?dnt=false&id=1134&theme=light
    """,
    "mastodon/mas.to-113400000000000077": """
        https://mas.to/@ana/113400000000000077 https://mas.to/@ana/113400000000000077/ https://MAS.to/@ana/113400000000000077
        https://mas.to/web/@ana/113400000000000077 https://mas.to/web/statuses/113400000000000077
        https://mas.to/deck/@ana/113400000000000077 https://mas.to/users/ana/statuses/113400000000000077
        https://mas.to/@ana@otro.example/113400000000000077 https://mas.to/@ana/113400000000000077/embed
        https://elk.zone/mas.to/@ana/113400000000000077 https://phanpy.social/#/mas.to/s/113400000000000077
    """,
    "bluesky/ana.example-3kabc": """
        https://bsky.app/profile/ana.example/post/3kabc https://main.bsky.dev/profile/ana.example/post/3kabc
        https://deer.social/profile/ana.example/post/3kabc https://fxbsky.app/profile/ana.example/post/3kabc
        https://BSKY.app/profile/ana.example/post/3kabc?ref_src=embed
        https://embed.bsky.app/embed/ana.example/app.bsky.feed.post/3kabc?id=1
    """,
    "youtube/inventado_1": """
        https://www.youtube.com/watch?v=inventado_1 https://youtu.be/inventado_1?si=abc https://m.youtube.com/watch?v=inventado_1
        https://www.youtube.com/watch?app=desktop&v=inventado_1&t=90 https://music.youtube.com/watch?v=inventado_1
        https://www.youtube.com/shorts/inventado_1?feature=share https://www.youtube.com/live/inventado_1
        https://www.youtube.com/embed/inventado_1 https://www.youtube-nocookie.com/embed/inventado_1 https://YouTu.be/inventado_1
        https://www.youtube.com/watch?v=inventado_1&list=PLinventada01&index=2 https://yewtu.be/watch?v=inventado_1
    """,
    "youtube-playlist/PLinventada01": """
        https://www.youtube.com/playlist?list=PLinventada01 https://www.youtube.com/embed/videoseries?list=PLinventada01
        https://www.youtube.com/embed/?listType=playlist&list=PLinventada01
    """,
    "vimeo/123456789": """
        https://vimeo.com/123456789 https://vimeo.com/123456789/0123456789 https://player.vimeo.com/video/123456789?h=0123456789
        https://vimeo.com/channels/staff/123456789 https://vimeo.com/showcase/12/video/123456789
    """,
    "dailymotion/x8inven": """
        https://www.dailymotion.com/video/x8inven https://dai.ly/x8inven https://www.dailymotion.com/video/x8inven_la-cola_news
        https://geo.dailymotion.com/player/x5poh.html?video=x8inven https://www.dailymotion.com/embed/video/x8inven?start=9
    """,
    "tiktok/7123456789012345678": """
        https://www.tiktok.com/@ana/video/7123456789012345678?_t=8 https://m.tiktok.com/v/7123456789012345678.html
        https://www.tiktok.com/embed/v2/7123456789012345678 https://www.tiktok.com/@ana/photo/7123456789012345678
    """,
    "instagram/CinVentAdo1": """
        https://www.instagram.com/p/CinVentAdo1/ https://instagram.com/reel/CinVentAdo1/?igsh=x https://www.instagram.com/ana/p/CinVentAdo1/
        https://www.ddinstagram.com/reel/CinVentAdo1 https://www.instagram.com/p/CinVentAdo1/embed/
    """,
    "facebook/12345": """
        https://www.facebook.com/photo/?fbid=12345 https://www.facebook.com/photo.php?set=a.1&fbid=12345
        https://www.facebook.com/permalink.php?id=99&story_fbid=12345 https://m.facebook.com/story.php?story_fbid=12345&id=99
        https://www.facebook.com/groups/ana/posts/12345/ https://es-es.facebook.com/groups/99/permalink/12345/
    """,
    "facebook-video/12345": """
        https://www.facebook.com/reel/12345 https://www.facebook.com/watch/?v=12345 https://www.facebook.com/ana/videos/12345/
        https://www.facebook.com/watch/live/?ref=x&v=12345
    """,
    "telegram/canal-345": """
        https://t.me/canal/345 https://t.me/s/canal/345 https://t.me/canal/12/345 https://telegram.me/canal/345?single
    """,
    "spotify/episode/abc1": """
        https://open.spotify.com/episode/abc1?si=x https://open.spotify.com/intl-es/episode/abc1 https://open.spotify.com/embed-podcast/episode/abc1
    """,
    "reddit/1abc": """
        https://www.reddit.com/r/spain/comments/1abc/una_cola/ https://old.reddit.com/r/spain/comments/1abc/ https://www.reddit.com/comments/1abc
        https://redlib.example.org/r/spain/comments/1abc/una_cola/ https://np.reddit.com/r/spain/comments/1abc
    """,
    "rtve/16123456": """
        https://www.rtve.es/play/videos/informe/la-cola/16123456/ https://www.rtve.es/v/16123456 https://www.rtve.es/alacarta/audios/x/y/16123456/
        https://secure-embed.rtve.es/drmn/embed/audio/16123456
    """,
    "ivoox/123456789": """
        https://www.ivoox.com/la-cola-audios-mp3_rf_123456789_1.html https://go.ivoox.com/rf/123456789
        https://www.ivoox.com/player_ej_123456789_6_1.html?c1=ff6600 https://www.ivoox.com/en/la-cola-audios-mp3_rf_123456789_1.html
    """,
    "ted/ana_inventada": "https://www.ted.com/talks/ana_inventada?language=es https://embed.ted.com/talks/lang/es/ana_inventada",
    "twitch/1234567890": "https://www.twitch.tv/videos/1234567890 https://player.twitch.tv/?video=v1234567890&parent=x",
    "twitch/UnClip-01ab": "https://clips.twitch.tv/UnClip-01ab https://www.twitch.tv/ana/clip/UnClip-01ab?filter=x",
}  # fmt: skip
# Words of paths, and longer words, that are no ids.
NONE = """
    https://www.youtube.com/embed/videoseries https://www.youtube.com/watch?v=inventado_1XX https://www.youtube.com/@ana
    https://x.com/ana/status/1134abc https://x.com/ana/article/1134 https://vimeo.com/ana https://vimeo.com/123abc
    https://speakerdeck.com/c/programming https://www.slideshare.net/search/slideshow https://t.me/joinchat/345
    https://t.me/canal/345/otra https://soundcloud.com/discover/sets https://soundcloud.com/ana/tracks
    https://www.tiktok.com/@ana https://open.spotify.com/track/abc-1 https://bsky.app/profile/ana.example/post/3kabc.x
    https://notyoutube.com/watch?v=inventado_1 https://youtube.com.evil.example/watch?v=inventado_1
    https://www.dailymotion.com/video/ https://mas.to/@ana/1134x
"""
SHARES = """
    https://vm.tiktok.com/ZMabc/ https://www.tiktok.com/t/ZMabc/ https://www.facebook.com/share/p/1abc/ https://fb.watch/abc/
    https://www.facebook.com/share/v/1abc/ https://spotify.link/abc https://maps.app.goo.gl/abc https://on.soundcloud.com/abc
    https://www.reddit.com/r/spain/s/abc https://www.instagram.com/share/reel/abc https://redd.it/1abc https://flic.kr/p/abc
"""


@pytest.mark.parametrize(("item", "url"), [(item, url) for item, urls in SAME.items() for url in urls.split()])
def test_every_address_of_an_item_has_its_one_id(item, url):
    """Mobile hosts, capitals, slashes, embed pages and windows of others name the item that they show."""
    match = providers.find(url)
    assert item == f"{match.provider.name}/{match.id}"


def test_a_line_that_a_telephone_began_with_a_capital_is_an_address(tmp_path):
    """Captured and drawn as it would be in small letters."""
    web = FakeWeb({"https://www.youtube.com/oembed": {"body": {"title": "La cola"}}})
    post(tmp_path, "Https://YouTu.be/inventado_1\n")
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW)]
    assert "La cola" in drawn(tmp_path, "Https://YouTu.be/inventado_1")


@pytest.mark.parametrize("url", NONE.split())
def test_what_is_no_id_is_not_taken_for_one(url):
    """Reserved words, and the beginning of a longer word, are a page like any other."""
    assert "page" == providers.find(url).provider.name


@pytest.mark.parametrize("url", SHARES.split())
def test_what_a_share_button_gives_is_followed(url):
    """It only stands for an item, like a short address."""
    assert is_short(url)


def test_a_shared_address_is_captured_as_its_item(tmp_path):
    """Asked once where it leads, kept in the table, and drawn from the item's own capture."""

    class Sharing(FakeWeb):
        def request(self, method, url, **_):
            self.asked.append(url)
            answer = self.get("https://nothing.example/")
            place = "https://www.dailymotion.com/video/x8inven?utm=x"
            return type(answer)(url, 302, {"location": place}, b"")

    from tertulia.embeds.links import LinkTable

    web = Sharing({"https://www.dailymotion.com/services/oembed": {"body": {"title": "La cola"}}})
    table = LinkTable()
    post(tmp_path, "https://fb.watch/abc/\n")
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW, resolve=expander(table, web))]
    assert "La cola" == CaptureStore(tmp_path).load("dailymotion", "x8inven").title
    assert "https://www.dailymotion.com/video/x8inven?utm=x" == table.target("https://fb.watch/abc/")
    asked = len(web.asked)
    assert [] == list(capture(tmp_path, web, NOW, resolve=expander(table, web)))
    assert asked == len(web.asked)


def test_the_secret_of_an_unlisted_film_is_kept(tmp_path):
    """It is asked for and played with the hash, without which there is nothing; the id goes without."""
    web = FakeWeb({"https://vimeo.com/api/oembed.json": {"body": {"title": "Ensayo", "width": 360, "height": 640}}})
    post(tmp_path, "https://vimeo.com/123456789/0123456789\n")
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW)]
    assert "vimeo.com%2F123456789%2F0123456789" in web.asked[0]
    kept = CaptureStore(tmp_path).load("vimeo", "123456789")
    assert "https://vimeo.com/123456789/0123456789" == kept.url
    assert kept.player.startswith("https://player.vimeo.com/video/123456789?h=0123456789")
    assert (360, 640) == (kept.width_px, kept.height_px)


def test_a_vertical_video_is_asked_for_as_one_and_has_its_shape(tmp_path):
    """A short keeps its form in the question, and the player the proportion of the answer, not the thumbnail's."""
    answer = {"title": "Corto", "width": 113, "height": 200, "thumbnail_width": 480, "thumbnail_height": 360}
    web = FakeWeb({"https://www.youtube.com/oembed": {"body": answer}})
    post(tmp_path, "https://www.youtube.com/shorts/inventado_1\n")
    list(capture(tmp_path, web, NOW))
    assert "%2Fshorts%2Finventado_1" in web.asked[0]
    assert 'data-ratio="113/200"' in drawn(tmp_path, "https://www.youtube.com/shorts/inventado_1")


def test_a_poster_of_4_3_makes_no_box_of_4_3(tmp_path):
    """Captures of earlier years know no shape: what most services give as a poster is 4:3 whatever the film."""
    poster = Image(file="a-0123456789ab.webp", width_px=480, height_px=360)
    kept = Capture(
        provider="youtube",
        id="inventado_1",
        url="https://youtu.be/x",
        kind="player",
        player="https://p/",
        poster=poster,
    )
    CaptureStore(tmp_path).save(kept)
    assert 'data-ratio="16/9"' in drawn(tmp_path, "https://youtu.be/inventado_1")


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("https://youtu.be/inventado_1?t=90", 90),
        ("https://youtu.be/inventado_1?t=1m30s", 90),
        ("https://youtu.be/inventado_1?t=1h2m3s", 3723),
        ("https://www.youtube.com/watch?v=inventado_1#t=90s", 90),
        ("https://www.youtube.com/embed/inventado_1?start=90&end=95", 90),
        ("https://soundcloud.com/ana/cola#t=1:30", 90),
        ("https://vimeo.com/1#t=01:02:03", 3723),
        ("https://youtu.be/inventado_1?t=", 0),
        ("https://youtu.be/inventado_1?t=pronto", 0),
        ("https://youtu.be/inventado_1?si=t", 0),
    ],
)
def test_every_way_to_write_a_moment(url, seconds):
    """In seconds, minutes or by the clock; in the query or behind "#"; what makes no sense is the beginning."""
    assert seconds == start_of(url)


def test_one_talk_is_quoted_from_two_moments(tmp_path):
    """The moment is the use's: one capture, two players, and a link for those who have no script."""
    web = FakeWeb({"https://www.youtube.com/oembed": {"body": {"title": "La cola", "width": 200, "height": 113}}})
    text = "https://youtu.be/inventado_1?t=90\n\n" + '<iframe src="https://www.youtube.com/embed/inventado_1?start=5">'
    text += "</iframe>\n\nhttps://youtu.be/inventado_1\n"
    post(tmp_path, text)
    assert ["captured"] == [step.outcome for step in capture(tmp_path, web, NOW)]
    html = drawn(tmp_path, text)
    assert 1 == html.count("autoplay=1&amp;start=90") and 1 == html.count("autoplay=1&amp;start=5")
    assert 2 == html.count("watch?v=inventado_1&amp;t=90s")  # on the poster and in the caption
    assert 1 == html.count('youtube-nocookie.com/embed/inventado_1?autoplay=1"')


def test_two_items_never_share_a_file(tmp_path):
    """Where a name had to be folded or cut, a piece of its hash tells two apart; saving one leaves the other."""
    store = CaptureStore(tmp_path)
    ids = ["ana/x-y", "ana-x/y", "ana-x-y", "a" * 130, "a" * 131, "pb=!1m!2d1", "pb=!1m!2d2"]
    for id in ids:
        name = f"{file_stem(id)}-0123456789ab.webp"
        picture = Image(file=name, width_px=1, height_px=1)
        kept = Capture(provider="speakerdeck", id=id, url="https://a.example/", title=id, pictures=[picture])
        store.save(kept, {name: id.encode()})
    assert ids == [store.load("speakerdeck", id).title for id in ids]
    for id in ids:
        (picture,) = store.load("speakerdeck", id).pictures
        assert id.encode() == (store.path / "speakerdeck" / picture.file).read_bytes()


def test_a_capture_under_the_name_of_earlier_years_is_found_and_stays_whole(tmp_path):
    """Its words and pictures are read and saved where they are, and another item of that name goes elsewhere."""
    store = CaptureStore(tmp_path)
    folder = store.path / "speakerdeck"
    folder.mkdir(parents=True)
    (folder / "ana-x-0123456789ab.webp").write_bytes(b"poster")
    (folder / "ana-x.json").write_text(
        '{"provider": "speakerdeck", "id": "ana/x", "url": "https://speakerdeck.com/ana/x", "title": "Antigua",'
        ' "poster": {"file": "ana-x-0123456789ab.webp", "width_px": 1, "height_px": 1}}'
    )
    store.save(Capture(provider="speakerdeck", id="ana-x", url="https://a.example/", title="Otra"))
    old = store.load("speakerdeck", "ana/x")
    assert ("Antigua", "Otra") == (old.title, store.load("speakerdeck", "ana-x").title)
    store.save(old)
    assert folder / "ana-x.json" == store.file("speakerdeck", "ana/x")
    assert b"poster" == (folder / "ana-x-0123456789ab.webp").read_bytes()
    assert [folder / "ana-x-0123456789ab.webp"] == store.pictures("speakerdeck", "ana/x")


def test_a_player_is_told_the_blogs_host(tmp_path):
    """Twitch plays for a page that says where it is: the host comes from the blog that draws it."""
    kept = Capture(
        provider="twitch", id="1234567890", url="https://a.example/", kind="player",
        player="https://player.twitch.tv/?video=1234567890",
    )  # fmt: skip
    used = providers.as_used(kept, "https://www.twitch.tv/videos/1234567890?t=1h2m3s", "tertulia.example")
    assert "https://player.twitch.tv/?video=1234567890&parent=tertulia.example&time=3723s" == used.player
