"""What pages show of posts, in three sizes, and of tags, series and pictures: each a digest that changes with it.

``link``   a post where it is only named: its title and address, date, language, and whether it is public
``card``   the same with what lists show of it
``full``   all of it: text, talk, card for networks, what it is for search engines

A page declares what it is made of by asking ``Inputs`` for each thing. Its key is the digest of the answers; and while
it is drawn it may read of each post what it has asked for, and nothing else (``tertulia/site/reads.py``).
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from typing import Any, NamedTuple

from tertulia.site.build import SiteBuild
from tertulia.site.contents import Content, leads_to_file

LINK = frozenset({"title", "url", "lang", "date", "mark", "shown_path", "id"})
CARD = LINK | {"summary", "cover", "authors", "category", "minutes", "comment_count"}

Digest = bytes


class UndeclaredError(Exception):
    """A page is made of something that has no digest, so it cannot be told whether it would be the same again."""


class Facets:
    """The digests of one build; each is made once."""

    def __init__(self, build: SiteBuild) -> None:
        self.build = build
        self._links: dict[int, Digest] = {}
        self._cards: dict[tuple[int, str], Digest] = {}
        self._full: dict[int, Digest] = {}
        self._labels: dict[tuple[int, str], tuple[Any, ...]] = {}
        self._languages: dict[int, tuple[Sequence[Content], list[str]]] = {}
        self.frames: dict[tuple[str, str], Digest] = {}  # what stands around the pages of a language
        self._sets: dict[Any, Any] = {}

    def shared(self, settled: "Settled") -> "Settled":
        """Return *settled* with the sets that many pages share in the place of its own, which most of it would be."""
        names = self._sets.setdefault(settled.names, settled.names)
        may = tuple(self._sets.setdefault(one, one) for one in settled.posts.may)
        return settled._replace(names=names, posts=MayRead(settled.posts.posts, self._sets.setdefault(may, may)))

    def link(self, post: Content) -> Digest:
        """Of a post that is only named."""
        if (found := self._links.get(id(post))) is None:
            # A page that says no date has the build's, and shows it nowhere.
            date = "" if post.is_page and "date" not in post.header_lines else post.date.isoformat()
            told = (post.title, post.url, post.lang, date, post.mark, post.shown_path, post.id)
            found = self._links[id(post)] = digest(told)
        return found

    def card(self, post: Content, lang: str) -> Digest:
        """Of a post as the lists in *lang* show it."""
        if (found := self._cards.get((id(post), lang))) is None:
            labels = [self.label(label, lang) for label in (*post.authors, post.category)]  # type: ignore[attr-defined]
            told = (self.link(post), post.summary, repr(post.cover), labels, post.minutes, post.comment_count)  # type: ignore[attr-defined]
            found = self._cards[id(post), lang] = digest(told)
        return found

    def full(self, post: Content) -> Digest:
        """
        Of all of a post.

        Raises:
            UndeclaredError: it was read by somebody else's reader.
        """
        if (found := self._full.get(id(post))) is None:
            record = self.build.state.digests.get(post.shown_path)
            if record is None:
                raise UndeclaredError(post.shown_path)
            text = post._content
            shown = post.content if leads_to_file(text) else text
            labels = [self.label(label, post.lang) for label in (*post.tags, *post.categories, *post.authors)]
            talk = (post.syndication, post.counts, post.comments, post.talk_parts, post.talk_places, post.open)
            told = (
                self.link(post), record, digest_of_text(shown), labels, repr(post.card), repr(talk), post.json_ld,
                post.url, post.save_as, post.template, post.comment_count, post.talk_folder, post.slug, post.summary,
            )  # fmt: skip
            found = self._full[id(post)] = digest(told)
        return found

    def languages(self, posts: Sequence[Content]) -> list[str]:
        """In which languages *posts* are: looked at once for all the pages of a long list."""
        if (found := self._languages.get(id(posts))) is None:
            found = self._languages[id(posts)] = posts, sorted({post.lang for post in posts})
        return found[1]

    def label(self, label: Any, lang: str) -> tuple[Any, ...]:
        """Of a tag, category or author as pages in *lang* name it; what people.toml says is in the epoch."""
        if (found := self._labels.get((id(label), lang))) is None:
            place = self.build.editions.localized(label.url, lang)
            described = sorted((getattr(label, "description", None) or {}).items())
            person = getattr(label, "person", None)
            told = (label.name, label.slug, label.url, place, getattr(label, "has_page", True), described, repr(person))
            found = self._labels[id(label), lang] = (*told, repr(getattr(label, "portrait", None)))
        return found


class Inputs:
    """
    What one page is made of.

    Args:
        facets: Those of the build.
        lang: The page's language.
    """

    def __init__(self, facets: Facets, lang: str) -> None:
        self.facets, self.lang = facets, lang
        self.parts: list[tuple[str, Digest]] = []  # what it is, "card content/posts/….md", and its digest
        self.posts: dict[int, frozenset[str] | None] = {}  # by ``id()``, what may be read of each; None for all
        self.names: Set[str] = set()  # of the context, what may be read

    def value(self, name: str, value: object) -> None:
        """
        Take in a plain value: text, numbers, dates and what is made of them.

        Args:
            name: The phrase ``explain_NAME`` says what it is.
        """
        self.parts.append((name, digest(plain(value))))

    def link(self, post: Content | None, name: str = "link") -> None:
        """Take in a post that is only named."""
        if post is not None:
            self._may(post, LINK)
            self.parts.append((f"{name} {post.shown_path}", self.facets.link(post)))

    def card(self, post: Content, *, whole: bool = False) -> None:
        """Take in a post as lists show it, or *whole*."""
        if whole:
            self.full(post)
        self._may(post, CARD)
        self.parts.append((f"card {post.shown_path}", self.facets.card(post, self.lang)))

    def full(self, post: Content) -> None:
        """All of a post."""
        self.posts[id(post)] = None
        self.parts.append((f"text {post.shown_path}", self.facets.full(post)))

    def label(self, label: Any) -> None:
        """Take in a tag, a category or an author."""
        self.parts.append((f"label {label.name}", digest(self.facets.label(label, self.lang))))

    def frame(self, post: Content, attributes: frozenset[str]) -> None:
        """Take in that what stands around the page may read these *attributes* of *post*."""
        self.posts.setdefault(id(post), attributes)

    def links(self, posts: Iterable[Content], name: str) -> None:
        """Several posts that are only named, in their order."""
        posts = list(posts)
        for post in posts:
            self._may(post, LINK)
        self.parts.append((name, digest([self.facets.link(post) for post in posts])))

    def _may(self, post: Content, attributes: frozenset[str]) -> None:
        known = self.posts.get(id(post), attributes)
        self.posts[id(post)] = known if known is None else known | attributes

    def settled(self) -> "Settled":
        """Return what is to be known of the page from now on; there are many pages."""
        may = MayRead(array("Q", self.posts), tuple(self.posts.values()))
        return Settled(self.key(), "\0".join(self.told()), frozenset(self.names), may)

    def key(self) -> Digest:
        """Return the digest of all of it."""
        return digest(self.parts)

    def told(self) -> tuple[str, ...]:
        """Each part by name, with the beginning of its digest."""
        return tuple(f"{part.hex()[:8]} {name}" for name, part in self.parts)


class MayRead(NamedTuple):
    """What may be read of which posts, in a quarter of what a dictionary takes; most pages show a handful."""

    posts: "array[int]"  # by ``id()``
    may: tuple[frozenset[str] | None, ...]  # of each; None for all

    def of(self, post: object) -> frozenset[str] | None:
        """Return what may be read of *post*."""
        try:
            return self.may[self.posts.index(id(post))]
        except ValueError:
            return frozenset()

    def pairs(self) -> Iterator[tuple[int, frozenset[str] | None]]:
        """Yield each post with what may be read of it."""
        return zip(self.posts, self.may, strict=True)


class Settled(NamedTuple):
    """What a page was made of, when nothing is to be added."""

    key: Digest
    told: str  # each part by name, between zeros
    names: frozenset[str]  # of the context, what may be read
    posts: MayRead


def digest(told: object) -> Digest:
    """Of plain values, by their ``repr``."""
    return digest_of_text(repr(told))


def digest_of_text(text: str) -> Digest:
    """Of a text itself: the ``repr`` of a long one takes longer than its digest."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def plain(value: object) -> object:
    """
    *value*, of which each part says all of itself in its ``repr``.

    Raises:
        UndeclaredError: something in it does not.
    """
    if value is None or isinstance(value, str | int | float | bytes):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return [(plain(key), plain(held)) for key, held in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        held = [plain(one) for one in value]
        return sorted(held, key=repr) if isinstance(value, set | frozenset) else held
    raise UndeclaredError(type(value).__name__)
