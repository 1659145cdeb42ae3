"""The public settings of this blog, grouped, each with what it does. ``publishconf.py`` adds what production needs.

What a blogger need not see (the plugins, the shape of addresses) stands in ``tertulia/defaults.py``; any name of
it may be set again here, below the import, and wins. Secrets never stand here: they live in ``.env``.
"""

import sys
from pathlib import Path

sys.path.insert(
    0, str(Path(__file__).parent)
)  # so that plain "pelican content -s pelicanconf.py" finds tertulia/ and plugins/

from tertulia.defaults import *  # noqa: F403

# ── Who and where ────────────────────────────────────────────────────────────────────────────────────────────────
SITENAME = "La sobremesa"  # the blog's name
TAGLINE = {  # one line under the name; plain text, or one by language
    "es": "Clientes, redes y otras discusiones que se alargan",
    "en": "Customers, networks and other arguments that outlast the coffee",
}
SITE_ADDRESS = "https://tertulia.example"  # where the blog lives, no slash at the end; a folder may follow the host
AUTHOR = "Remedios Alcaide"  # who signs a post that does not say; more on her in content/people.toml
DEFAULT_LANG = "es"  # "es" or "en": the language of the interface, of posts that do not say, and of the terminal
LANGUAGES = ("es", "en")  # those that posts may be written in
TIMEZONE = "Europe/Madrid"  # of dates that do not say; an IANA name
ANNOUNCE_SINCE = "2026-11-22"  # nothing dated before this day is ever announced on a network

# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_PAGINATION = 10  # posts a page in lists
COLORS = None  # colours of your own, each for light and dark: {"accent": ("#0a5c4a", "#7fd1b9")}; see docs/looks.md
FONTS = None  # "literata", or one for each: {"text": "literata", "titles": "archivo"}; see docs/looks.md
DESIGN = "tertulia"  # another design of the whole: "portada", a newspaper's front page
LAYOUT = {}  # where things stand: {"home": "magazine", "dates": "above", "captions": "below"}; see docs/looks.md
EXTRAS = []  # of "switch" (light or dark), "author", "covers", "contents", "copy", "progress"; see docs/looks.md
MENU = None  # pages of the menu as [("Acerca de", "acerca-de/"), …]; None: the pages, the archive, the tags, search
FOOTER_MENU = None  # the same for the foot; the pages named there leave the menu
SOCIAL = []  # where you are besides: [("Mastodon", "https://…"), …]; those of content/people.toml stand there anyway
TOC_WORDS = 1200  # a post this long gets a table of contents; "Índice: sí" or "no" decides for one post
RELATED_POSTS = 3  # how many related posts to show; 0 for none
SEARCH = True  # search in the browser; needs nothing on the server
SOCIAL_CARDS = True  # draw a card for shared links of posts that have no cover
SOCIAL_CARDS_MAX = 30  # how many posts, the newest, get a card of their own; the others share the blog's
EMBEDS_POLICY = "keep"  # what to do with a quoted post that its author deletes: "keep", "text" (no pictures), "remove"
CONTENT_LICENSE = "CC BY-SA 4.0"  # shown at the foot; "" for none
CONTENT_LICENSE_URL = "https://creativecommons.org/licenses/by-sa/4.0/deed.es"

# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_CATEGORY = "Opinión"  # of posts that name none
MENTION_NETWORK = ""  # where an unknown @name leads: "x", "instagram", a Mastodon host…; "" leaves it as text

# ── Conversation ─────────────────────────────────────────────────────────────────────────────────────────────────
SERVICE_ADDRESS = ""  # where "tasks.py service" answers: "https://talk.example", "/" for this host; "" for no comments
NEWSLETTER = False  # True: a form to receive posts by e-mail at the foot; needs SERVICE_ADDRESS, and SMTP_URL in .env
CONVERSATION_DEPTH = 3  # levels of reply that are nested; deeper ones stand on the last
COMMENTS_PER_PAGE = 100  # a longer talk shows its newest part, and has the rest on pages below; 0: all on one page

# ── Feeds ────────────────────────────────────────────────────────────────────────────────────────────────────────
FEED_MAX_ITEMS = 10  # posts a feed
FEED_MAX_COMMENTS = 50  # comments a feed, the newest of a post or of the blog; 0 for all
FEED_ID_BASE = ""  # begins the name of every post in feeds, "tag:blog.example,2026:"; "": from SITE_ADDRESS
WEBSUB_HUB = ""  # a WebSub hub to name in the feeds, "https://pubsubhubbub.appspot.com/" for one; "" for none
