"""What AMP calls by names of its own, as plain HTML: https://amp.dev/documentation/components/ (read 2026-11).

Plugins left such pages in posts; no browser shows them without AMP's own script.
"""

from lxml.html import HtmlElement

_AS_HTML = {
    "amp-img": "img", "amp-anim": "img", "amp-iframe": "iframe", "amp-video": "video", "amp-audio": "audio",
}  # fmt: skip
# What shows something of another site, by the attribute that names it.
_EMBEDS = {
    "amp-youtube": ("data-videoid", "https://www.youtube.com/watch?v={}"),
    "amp-vimeo": ("data-videoid", "https://vimeo.com/{}"),
    "amp-dailymotion": ("data-videoid", "https://www.dailymotion.com/video/{}"),
    "amp-twitter": ("data-tweetid", "https://twitter.com/i/status/{}"),
    "amp-instagram": ("data-shortcode", "https://www.instagram.com/p/{}/"),
    "amp-gist": ("data-gistid", "https://gist.github.com/{}"),
    "amp-facebook": ("data-href", "{}"),
    "amp-soundcloud": ("data-trackid", "https://api.soundcloud.com/tracks/{}"),
}


def as_html(root: HtmlElement) -> None:
    """Give the elements of AMP in *root* the names that HTML has for them."""
    for element in list(root.iter(*_AS_HTML, *_EMBEDS)):
        name = str(element.tag)
        if name in _AS_HTML:
            element.tag = _AS_HTML[name]
            if element.tag == "img":
                for inside in list(element):
                    inside.drop_tree()  # what stands there for who runs no script
                element.text = None
            continue
        attribute, form = _EMBEDS[name]
        named = element.get(attribute, "").strip()
        tail = element.tail
        element.clear()
        element.tag, element.tail = "p", tail
        if named:
            element.set("data-embed", form.format(named))
