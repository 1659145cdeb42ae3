"""The people a blog talks about, named once in ``content/people.toml``, and where each network shows a person::

    [ana]
    name = "Ana Ruiz"
    site = "https://ana.example/"
    mastodon = "@ana@mastodon.example"
    bluesky = "ana.bsky.social"
    x = "anaruiz"
    bio.es = "Escribe sobre trenes."

``@ana`` then means her in every post. Only ``name`` is required.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from msgspec import Struct, field

from tertulia.content.networks import NETWORKS, is_network
from tertulia.core import lazy_re, toml
from tertulia.core.asked import Answer, Question, noted
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.core.text import fold

# Where networks, and other places that people are found at, show a person; Mastodon stands for every server that speaks
# ActivityPub.
PROFILES = {
    **{name: network.profile for name, network in NETWORKS.items() if network.profile},
    "instagram": "https://www.instagram.com/{name}/",
    "youtube": "https://www.youtube.com/@{name}",
    "tiktok": "https://www.tiktok.com/@{name}",
    "twitch": "https://www.twitch.tv/{name}",
    "tumblr": "https://www.tumblr.com/{name}",
    "reddit": "https://www.reddit.com/user/{name}/",
    "github": "https://github.com/{name}",
    "gitlab": "https://gitlab.com/{name}",
    "codeberg": "https://codeberg.org/{name}",
}
# "@ana@x.com" is how people name an account elsewhere; these hosts show no profile at "/@ana".
HOSTS = {"x.com": "x", "twitter.com": "x", "instagram.com": "instagram", "github.com": "github", "t.me": "telegram"}
FIELDS = ("name", "site", "photo", "bio", "email", *PROFILES)  # an e-mail address is allowed, and never kept
_SYNONYMS = {
    "nombre": "name", "web": "site", "sitio": "site", "url": "site", "foto": "photo", "correo": "email",
    "twitter": "x", "fediverso": "mastodon", "fediverse": "mastodon", "bsky": "bluesky", "biografía": "bio",
}  # fmt: skip

_KEY = lazy_re.compile_unicode(r"[\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*")
_FEDIVERSE = lazy_re.compile_unicode(r"@?(?P<name>[\w.-]+)@(?P<host>[\w-]+(?:\.[\w-]+)+)")
_DOMAIN = lazy_re.compile_unicode(r"[\w-]+(?:\.[\w-]+)+")
_HANDLE = lazy_re.compile_unicode(r"[^\s@/?#<>\"]+(?:/[^\s@/?#<>\"]+)?")
_EXAMPLES = {"mastodon": "@ana@mastodon.example", "bluesky": "ana.bsky.social"}


class Person(Struct, frozen=True):
    """Someone, with a handle on each network where they are."""

    key: str  # what stands after "@": "ana"
    name: str
    site: str = ""
    handles: dict[str, str] = field(default_factory=dict)  # network → handle as written, in the file's order
    bios: dict[str, str] = field(default_factory=dict)  # language → text
    photo: str = ""

    @property
    def bio(self) -> str:
        """The bio in the language that the file gives first."""
        return next(iter(self.bios.values()), "")

    def bio_in(self, lang: str) -> str:
        """Return the bio in *lang*, else in the first language there is."""
        return self.bios.get(lang) or self.bio

    def handle(self, network: str) -> str:
        """Return the handle on *network* as written in the file; "" when they are not there."""
        return self.handles.get(network, "")

    def profile(self, network: str) -> str:
        """Return the address of their page on *network*; "" when they are not there."""
        return profile(network, self.handles[network]) if network in self.handles else ""

    def url(self, network: str = "") -> str:
        """Where a link to them leads: their site, else their page on *network*, else on the first they name."""
        pages = (self.profile(name) for name in (network, *self.handles))
        return self.site or next(filter(None, pages), "")


class People:
    """Everybody in ``content/people.toml``, in its order."""

    def __init__(self, people: tuple[Person, ...] = (), problems: list[Problem] | None = None) -> None:
        self.problems = problems or []
        self.asked: dict[Question, Answer] | None = None
        self._people = people
        self._known: dict[str, Person] = {}
        for person in people:
            self._known.setdefault(fold(person.key), person)
        for person in people:
            for name in (person.name, *person.handles.values()):
                self._known.setdefault(fold(name).lstrip("@"), person)

    @classmethod
    def load(cls, path: str | Path) -> "People":
        """
        Read *path*; an absent file knows nobody. What is wrong in it is left on ``problems``.

        Raises:
            ContentError: the file cannot be read, or is not TOML.
        """
        table = toml.read(path)
        people = tuple(_person(key, table) for key in table.entries)
        return cls(people, table.problems)

    def __iter__(self) -> Iterator[Person]:
        return iter(self._people)

    @noted
    def find(self, name: str) -> Person | None:
        """Whom *name* means: their key, full name or a handle of theirs, with or without "@"; case does not count."""
        return self._known.get(fold(name.strip()).lstrip("@"))

    @noted
    def profile_url(self, mention: str, default_network: str = "") -> str:
        """
        Where ``@ana``, ``@ana@mastodon.example`` or ``@ana.bsky.social`` leads.

        Args:
            mention: As written, with its "@".
            default_network: Where a bare name that nobody here bears is looked for; "" for nowhere.

        Returns:
            An address; "" for a bare name that means nobody.
        """
        if fediverse := _FEDIVERSE.fullmatch(mention):
            network = HOSTS.get(fediverse["host"].lower(), "mastodon")
            return profile(network, mention if network == "mastodon" else fediverse["name"])
        if person := self.find(mention):
            return person.url(default_network)
        bare = mention.lstrip("@")
        if _DOMAIN.fullmatch(bare):
            return profile("bluesky", bare)
        return profile(default_network, bare) if bare.isascii() else ""


def profile(network: str, handle: str) -> str:
    """Return the address of *handle* on *network*; "" when the network is unknown or the handle lacks its server."""
    if handle.startswith(("https://", "http://")):
        return handle
    pattern = PROFILES.get(network, "")
    if "{host}" in pattern:
        parts = _FEDIVERSE.fullmatch(handle)
        return pattern.format(host=parts["host"].lower(), name=quote(parts["name"])) if parts else ""
    name = handle.lstrip("@")
    if network == "bluesky" and "." not in name:
        name += ".bsky.social"  # where handles live that are no domain of one's own
    return pattern.format(name=quote(name))


def _person(key: str, table: toml.Table) -> Person:
    if not _KEY.fullmatch(key):
        table.report(key, "", say("person_key", key=key), say("person_key_fix"))
    name = table.text(key, "name")
    if not name:
        table.report(key, "", say("person_name", key=key), say("person_name_fix"))
    site = table.text(key, "site")
    if site and not site.startswith(("https://", "http://")):
        table.report(key, "site", say("bad_site", value=site), say("bad_site_fix"))
        site = ""
    handles = {network: table.text(key, network) for network in table.entries[key] if _shows_people(network)}
    for network, handle in handles.items():
        if handle and not _well_formed(network, handle):
            fix = say("bad_handle_fix", network=network, example=_EXAMPLES.get(network, "anaruiz"))
            table.report(key, network, say("bad_handle", value=handle, network=network), fix)
            handles[network] = ""
    table.report_unknown(key, (*FIELDS, *handles), _SYNONYMS)
    kept = {network: handle for network, handle in handles.items() if handle}
    return Person(key, name or key, site, kept, table.translations(key, "bio"), table.text(key, "photo"))


def _shows_people(name: str) -> bool:
    """Whether a person may have a handle under *name*; what others add may, though only they know where it leads."""
    return name in PROFILES or (name not in FIELDS and name not in NETWORKS and is_network(name))


def _well_formed(network: str, handle: str) -> bool:
    if handle.startswith(("https://", "http://")) or network not in PROFILES:
        return True
    if "{host}" in PROFILES.get(network, ""):
        return bool(_FEDIVERSE.fullmatch(handle))
    return bool((_DOMAIN if network == "bluesky" else _HANDLE).fullmatch(handle.lstrip("@")))
