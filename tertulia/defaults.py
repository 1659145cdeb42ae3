"""Every public setting as it stands when a blog does not say: ``from tertulia.defaults import *``.

A blog's ``pelicanconf.py`` imports all of them first; whatever it sets again wins. The first part is what a blogger
sets (docs/settings.md tells each), the rest belongs to the house: plugins, addresses, what is switched off and why.
Plain values can be read without running this file (``tertulia/core/conf.py``).
"""

from tertulia.core import paths

# ── Who and where ────────────────────────────────────────────────────────────────────────────────────────────────
SITENAME = ""
TAGLINE = ""
SITE_ADDRESS = ""
SITEURL = ""  # before every internal link; "": the path of SITE_ADDRESS (plugins/folders.py)
AUTHOR = ""
DEFAULT_LANG = "es"
LANGUAGES = ("es", "en")
TIMEZONE = "UTC"
ANNOUNCE_SINCE = ""

# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_PAGINATION = 10
HOME_WHOLE_POSTS = False
COLORS = None
FONTS = None
DESIGN = "tertulia"
LAYOUT = EXTRAS = None
MENU = None
FOOTER_MENU = None
SOCIAL: list[tuple[str, str]] = []  # no None: themes of others go through it without asking
TOC_WORDS = 1200
RELATED_POSTS = 3
SEARCH = True
SOCIAL_CARDS = True
SOCIAL_CARDS_MAX = 30
EMBEDS_POLICY = "keep"
CONTENT_LICENSE = CONTENT_LICENSE_URL = ""
SECURITY_CONTACT = SECURITY_POLICY = ""

# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
DEFAULT_CATEGORY = "Blog"
MENTION_NETWORK = ""
OWN_HOSTS: list[str] = []
PICTURE_HOSTS: list[str] = []
ALLOWED_HOSTS: list[str] = []
OTHER_PATHS: list[str] = []

# ── Conversation ─────────────────────────────────────────────────────────────────────────────────────────────────
SERVICE_ADDRESS = ""
NEWSLETTER = False
CONVERSATION_DEPTH = 3
COMMENTS_PER_PAGE = 100

# ── Feeds ────────────────────────────────────────────────────────────────────────────────────────────────────────
FEED_MAX_ITEMS = 10
FEED_MAX_COMMENTS = 50
FEED_ID_BASE = ""
TAG_FEED_MIN_POSTS = 2
WEBSUB_HUB = ""

# ── Where things are: a blog's own are told from its folder (plugins/folders.py) ─────────────────────────────────
PATH = "content"
OUTPUT_PATH = "output"
THEME = str(paths.THEME)
THEME_STATIC_DIR = "theme"
CACHE_PATH = "var/cache/pelican"
IMAGE_CACHE_PATH = "var/cache/images"
CONVERSATION_PATH = "var/conversation"
ADDRESSES_PATH = "var/addresses.json"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS: list[str] = []  # plugins.images copies what posts use, without camera data
IGNORE_FILES = [".*", "*~", "#*#"]

# Dotted names and an empty PLUGIN_PATHS: a bare name could load somebody else's installed plugin, and in a folder of
# PLUGIN_PATHS Pelican looks for the last part of the name alone: a blogger's plugins/reader.py would stand in for ours.
PLUGIN_PATHS: list[str] = []
PLUGINS = [
    f"{paths.PLUGINS}.{name}"
    for name in (
        "folders",  # the first: it tells the others where things are
        "pelican_settings",  # the second: what is of another kind is refused before anybody reads it
        "site_build",  # the third: what the others share and remember of this build
        "writer",  # before the rest: it begins to write all pages before the others write their own files
        "reader",
        "taxonomy",
        "owners",
        "problems",
        "strays",
        "images",
        "cards",
        "embeds",
        "series",
        "languages",
        "related",
        "conversation",
        "talk_parts",
        "schema",
        "theme",
        "looks",
        "feeds",
        "conversation_feeds",
        "sitemap",
        "posts_json",
        "pages",  # waits for the pages that "writer" has begun, and for pictures: what stands before needs none of them
        "redirects",
        "extra",
        "security_txt",
        "broken_links",  # the last: it looks whether what posts link to was written
        "elsewhere",
        "indexnow",
        "search",  # waits for Pagefind, which has been at work since the posts were read
    )
]

# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────
ARTICLE_URL = "{date:%Y}/{date:%m}/{slug}/"
ARTICLE_LANG_URL = "{lang}/{date:%Y}/{date:%m}/{slug}/"
PAGE_URL = "{slug}/"
PAGE_LANG_URL = "{lang}/{slug}/"
TAG_URL = "etiqueta/{slug}/"
CATEGORY_URL = "tema/{slug}/"
AUTHOR_URL = "autor/{slug}/"
SERIES_URL = "serie/{slug}/"
YEAR_ARCHIVE_URL = "archivo/{date:%Y}/"
MONTH_ARCHIVE_URL = "archivo/{date:%Y}/{date:%m}/"
ARTICLE_SAVE_AS = f"{ARTICLE_URL}index.html"
ARTICLE_LANG_SAVE_AS = f"{ARTICLE_LANG_URL}index.html"
PAGE_SAVE_AS = f"{PAGE_URL}index.html"
PAGE_LANG_SAVE_AS = f"{PAGE_LANG_URL}index.html"
TAG_SAVE_AS = f"{TAG_URL}index.html"
CATEGORY_SAVE_AS = f"{CATEGORY_URL}index.html"
AUTHOR_SAVE_AS = f"{AUTHOR_URL}index.html"
SERIES_SAVE_AS = f"{SERIES_URL}index.html"
YEAR_ARCHIVE_SAVE_AS = f"{YEAR_ARCHIVE_URL}index.html"
MONTH_ARCHIVE_SAVE_AS = f"{MONTH_ARCHIVE_URL}index.html"
ARCHIVES_URL, ARCHIVES_SAVE_AS = "archivo/", "archivo/index.html"
TAGS_URL, TAGS_SAVE_AS = "etiquetas/", "etiquetas/index.html"
CATEGORIES_URL, CATEGORIES_SAVE_AS = "temas/", "temas/index.html"
AUTHORS_URL, AUTHORS_SAVE_AS = "autores/", "autores/index.html"
SEARCH_URL, SEARCH_SAVE_AS = "buscar/", "buscar/index.html"
NOT_FOUND_SAVE_AS = "404.html"
PATTERNS_SAVE_AS = "patrones/index.html"
DIRECT_TEMPLATES = ["index", "archives", "tags", "categories", "authors", "search", "404"]
globals()["404_SAVE_AS"] = NOT_FOUND_SAVE_AS  # Pelican takes the name from the template's
PAGINATED_TEMPLATES = {"index": None, "tag": None, "category": None, "author": None, "language": None}
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/pagina/{number}/", "{base_name}/pagina/{number}/index.html"),
)

# ── What Pelican would do and we do otherwise ────────────────────────────────────────────────────────────────────
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None  # plugins.feeds
ARTICLE_TRANSLATION_ID = PAGE_TRANSLATION_ID = "id"  # a translation has the Id of its original and its own slug
WITH_FUTURE_DATES = True  # plugins.reader knows what is due; Pelican would write the rest under /drafts/
SHOW_UNPUBLISHED = False  # True in preview: drafts, hidden and future posts are shown, and marked
TYPOGRIFY = False  # tertulia.render.typography
SUMMARY_MAX_LENGTH = 50
DEFAULT_DATE_FORMAT = "%Y-%m-%d"  # for machines; people read plugins.theme's date_words, which needs no locale
SLUGIFY_SOURCE = "title"
USE_FOLDER_AS_CATEGORY = False
FORMATTED_FIELDS: list[str] = []  # plugins.reader has rendered what may hold Markdown
FILENAME_METADATA = PATH_METADATA = ""  # what a post says of itself stands in it
RELATIVE_URLS = False
# Dates in words are Babel's; the machine's own locale may be one that was never installed there.
LOCALE = ["C.UTF-8", "en_US.UTF-8", ""]
LOAD_CONTENT_CACHE = False
LOG_FILTER: list[tuple[int, str]] = []
MAX_POST_BYTES = 2_000_000
