"""The settings that belong to the house and not to one blog: plugins, addresses, what is switched off and why.

``pelicanconf.py`` imports all of them first; whatever it sets again wins.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# ── Where things are ─────────────────────────────────────────────────────────────────────────────────────────────
PATH = str(ROOT / "content")
OUTPUT_PATH = str(ROOT / "output")
THEME = str(ROOT / "theme")
THEME_STATIC_DIR = "theme"
CACHE_PATH = str(ROOT / "var" / "cache" / "pelican")
IMAGE_CACHE_PATH = str(ROOT / "var" / "cache" / "images")
CONVERSATION_PATH = str(ROOT / "var" / "conversation")
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS: list[str] = []  # plugins.images copies what posts use, without camera data
IGNORE_FILES = [".*", "*~", "#*#"]

# Dotted names and an empty PLUGIN_PATHS: a bare name could load somebody else's installed plugin.
PLUGIN_PATHS: list[str] = []
PLUGINS = [
    "plugins.site_build",  # the first: what the others share and remember of this build
    "plugins.writer",  # before those that finish their own files: it writes all pages
    "plugins.reader",
    "plugins.problems",
    "plugins.taxonomy",
    "plugins.images",
    "plugins.cards",
    "plugins.embeds",
    "plugins.series",
    "plugins.languages",
    "plugins.related",
    "plugins.conversation",
    "plugins.schema",
    "plugins.theme",
    "plugins.feeds",
    "plugins.conversation_feeds",
    "plugins.redirects",
    "plugins.sitemap",
    "plugins.broken_links",  # the last: it looks whether what posts link to was written
    "plugins.posts_json",
    "plugins.indexnow",
    "plugins.search",  # waits for Pagefind, which has been at work since the posts were read
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
FORMATTED_FIELDS: list[str] = []  # plugins.reader has rendered what may hold Markdown
FILENAME_METADATA = PATH_METADATA = ""  # what a post says of itself stands in it
RELATIVE_URLS = False
LOAD_CONTENT_CACHE = False
LOG_FILTER: list[tuple[int, str]] = []
MAX_POST_BYTES = 2_000_000
