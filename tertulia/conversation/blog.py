"""What the conversation needs to know of the blog: its name, its addresses, its posts, its words for readers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tertulia.content import posts
from tertulia.content.posts import Post, Published
from tertulia.core import languages
from tertulia.core.addresses import split_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import Languages
from tertulia.core.setting_kinds import parse_service

# Where the service answers as long as nobody says otherwise.
LOCAL_SERVICE = "http://127.0.0.1:8001"


@dataclass(slots=True)
class BlogInfo:
    """One blog, as the service and the letters see it."""

    root: Path
    site: str  # SITE_ADDRESS, no slash at the end
    title: str
    lang: str
    service: str  # whole address of the service, no slash at the end
    output: Callable[[], Path]  # where the built site is now; a preview moves it
    author: str = ""
    same_origin: bool = True  # the service answers under the site's own host
    langs: tuple[str, ...] = ()  # LANGUAGES, those that posts are written in
    languages: Languages = field(init=False, repr=False)
    _seen: tuple[Path, int, Published] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.langs = self.langs or (self.lang,)
        self.languages = Languages(self.lang, self.root / "content")

    @classmethod
    def of(
        cls, root: Path, conf: Mapping[str, Any], *, output: Callable[[], Path], preview_address: str = ""
    ) -> "BlogInfo":
        """
        Return the blog in the folder *root*.

        Args:
            conf: The plain values of pelicanconf.py.
            output: Where the built site is.
            preview_address: The address under which both site and service are seen, in a preview.

        Raises:
            SettingError: ``SERVICE_ADDRESS`` is no address.
        """
        site = str(conf.get("SITE_ADDRESS", "")).rstrip("/")
        service = parse_service(str(conf.get("SERVICE_ADDRESS") or ""), site)
        title = conf.get("SITENAME", "")
        lang = str(conf.get("DEFAULT_LANG") or languages.DEFAULT)
        return cls(
            root=root,
            site=site,
            title=str(languages.local(title, lang, lang)),
            lang=lang,
            service=preview_address or service or LOCAL_SERVICE,
            output=output,
            author=str(conf.get("AUTHOR", "")),
            same_origin=bool(preview_address)
            or not service
            or split_address(service).origin == split_address(site).origin,
            langs=tuple(conf.get("LANGUAGES") or ()),
        )

    @property
    def prefix(self) -> str:
        """The path below which a proxy shows the service; "" where it has its host's own."""
        return split_address(self.service).path.rstrip("/")

    @property
    def origins(self) -> frozenset[str]:
        """Where our own pages come from, as browsers say it."""
        return _origins(self.site, self.service)

    def published(self) -> Published:
        """Return what the last build published; nothing when there was none."""
        folder = self.output()
        try:
            changed = (folder / posts.FILE_NAME).stat().st_mtime_ns
            if self._seen and self._seen[:2] == (folder, changed):
                return self._seen[2]
            found = posts.read(folder)
        except (OSError, ContentError):
            return self._seen[2] if self._seen else Published(site=self.site, title=self.title, lang=self.lang)
        self._seen = (folder, changed, found)
        return found

    def post(self, id_: str, lang: str) -> Post | None:
        """Return a published post."""
        return next((post for post in self.published().posts if post.key == (id_, lang)), None)

    def t(self, key: str, lang: str, n: int | None = None, **values: Any) -> str:
        """Return the phrase *key*, for a reader in *lang*; *n* chooses the plural form."""
        return self.languages.text(key, lang, n=n, **values)


@lru_cache(maxsize=8)  # asked by each request, of addresses that stay the same
def _origins(*addresses: str) -> frozenset[str]:
    return frozenset(split_address(address).origin for address in addresses) - {""}
