"""What the conversation needs to know of the blog: its name, its addresses, its posts, its words for readers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tertulia.content import posts
from tertulia.content.posts import Post, Published
from tertulia.core.addresses import split_address
from tertulia.core.errors import ContentError
from tertulia.core.languages import Languages


@dataclass(slots=True)
class Blog:
    """One blog, as the service and the letters see it."""

    root: Path
    site: str  # SITE_ADDRESS, no slash at the end
    title: str
    lang: str
    service: str  # whole address of the service, no slash at the end
    output: Callable[[], Path]  # where the built site is now; a preview moves it
    author: str = ""
    langs: tuple[str, ...] = ()  # LANGUAGES, those that posts are written in
    languages: Languages = field(init=False, repr=False)
    _seen: tuple[Path, int, Published] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.langs = self.langs or (self.lang,)
        self.languages = Languages(self.lang, self.root / "content")

    @property
    def origins(self) -> set[str]:
        """Where our own pages come from, as browsers say it."""
        return {split_address(address).origin for address in (self.site, self.service)} - {""}

    def published(self) -> Published:
        """What the last build published; nothing when there was none."""
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
        """A published post."""
        return next((post for post in self.published().posts if post.key == (id_, lang)), None)

    def t(self, key: str, lang: str, n: int | None = None, **values: Any) -> str:
        """The phrase *key*, for a reader in *lang*; *n* chooses the plural form."""
        return self.languages.text(key, lang, n=n, **values)
