"""One item, many addresses: other people's windows on a service, and other views of its own, as its usual address.

Only what can be told from the address; what a service's share button gives has to be asked, once, and is a short
address like any other (see ``is_short`` in ``core.addresses``).
"""

from tertulia.core import lazy_re

_HOST = lazy_re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*://[^/?#]+)")

# Each: what it looks like, with scheme and host in lower case, and what it stands for.
_FRONTS = tuple(
    (lazy_re.compile(rf"https?://{pattern}"), usual)
    for pattern, usual in (
        # X: mirrors that other networks show better, and readers without an account.
        (
            r"(?:(?:www|mobile|m|d|g|i|t)\.)?(?:fxtwitter|vxtwitter|fixupx|fixvx|twittpr|stupidpenisx|girlcockx|xcancel"
            r"|twstalker|(?:lightbrd|nitter)(?:\.[a-z0-9-]+)*)\.[a-z]{2,}/(.+)",
            r"https://x.com/\1",
        ),
        (r"nitter\.[a-z0-9.-]+/(.+)", r"https://x.com/\1"),
        (r"platform\.(?:twitter|x)\.com/embed/.*[?&]id=(\d+).*", r"https://x.com/i/status/\1"),
        (r"(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com/status(?:es)?/(\d+)", r"https://x.com/i/status/\1"),
        # Bluesky: its frames, and the programs that share its addresses.
        (r"embed\.bsky\.app/embed/([^/]+)/app\.bsky\.feed\.post/(\w+).*", r"https://bsky.app/profile/\1/post/\2"),
        (
            r"(?:(?:www|main|staging|d|r)\.)?(?:bsky\.dev|deer\.social|blacksky\.community|witchsky\.app|catsky\.social"
            r"|fxbsky\.app|vxbsky\.app|bskyx\.app|xbsky\.app|bsyy\.app|skyview\.social)/(profile/.+)",
            r"https://bsky.app/\1",
        ),
        # Mastodon: other programs that show a server's posts, and its own page for who is logged in.
        (r"(?:main\.)?elk\.zone/([^/@]+\.[^/@]+)/(@.+)", r"https://\1/\2"),
        (r"(?:[a-z]+\.)?phanpy\.(?:social|cafe)/#/([^/]+\.[^/]+)/s/(\w+).*", r"https://\1/@_/\2"),
        (r"([a-z0-9.:-]+)/(?:web|deck)/(@.+)", r"https://\1/\2"),
        (r"([a-z0-9.:-]+)/(?:web|deck)/statuses/(\w+).*", r"https://\1/@_/\2"),
        (r"([a-z0-9.:-]+)/(@.+/\w+)/embed/?", r"https://\1/\2"),
        # YouTube, Reddit and Instagram by windows of others.
        (
            r"(?:www\.)?(?:yewtu\.be|piped\.(?:video|kavin\.rocks)|(?:invidious|inv)(?:\.[a-z0-9-]+)*\.[a-z]+)/((?:watch|embed|shorts).+)",
            r"https://www.youtube.com/\1",
        ),
        (r"(?:www\.)?(?:redlib|libreddit|teddit)(?:\.[a-z0-9-]+)*\.[a-z]+/(r/.+)", r"https://www.reddit.com/\1"),
        (r"(?:www\.)?(?:rxddit|vxreddit)\.com/(.+)", r"https://www.reddit.com/\1"),
        (r"(?:www\.)?(?:ddinstagram|kkinstagram|vxinstagram)\.com/(.+)", r"https://www.instagram.com/\1"),
        (r"(?:www\.|m\.)?(?:vxtiktok|tnktok)\.com/(.+)", r"https://www.tiktok.com/\1"),
    )
)


def usual(url: str) -> str:
    """*url* as its service would give it: host in lower case, and the service's own instead of another window on it."""
    host = _HOST.match(url)
    seen = f"{host[1].lower()}{url[host.end() :]}" if host else url
    for pattern, instead in _FRONTS:
        if found := pattern.fullmatch(seen):
            return found.expand(instead)
    return seen
