"""Tags that a post was given, or lost, since the build: the lists that it comes into and leaves, and nothing else.

Only tags that are there before and after, each spelled in one way, and lists that keep as many pages as they had. What
makes a tag, or takes the last post from one, is for a build, and so are posts in other languages than the blog's own.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, NoReturn

from tertulia.core import addresses, lazy_re
from tertulia.core.languages import say
from tertulia.site import sitemap
from tertulia.site.arrangement import Arrangement, KeptListPage, KeptPost, KeptPosts
from tertulia.site.build import SiteBuild
from tertulia.site.pagination import Paginator
from tertulia.site.records import PostRecord
from tertulia.site.text_edits import NeedsBuildError

_CHANGED = lazy_re.compile(r"<lastmod>([^<]*)</lastmod>")
Spellings = dict[str, Counter[str]]  # slug → how often each stands in posts


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the tags of *build*."""
    records = [
        reading.record
        for post in build.contents
        if not post.is_page and (reading := build.read_as.get(str(post.source_path)))  # type: ignore[attr-defined]
    ]
    spellings: Spellings = {}
    for record in records:
        for slug, uses in uses_of(record, build).items() if record else ():
            spellings.setdefault(slug, Counter()).update(uses)
    return {"spellings": spellings}


def uses_of(record: PostRecord, build: SiteBuild) -> Spellings:
    """Return the tags of one post, in their order, and how it spells them."""
    found: Spellings = {}
    for label in record.tags:
        found.setdefault(build.tags.slug(label), Counter())[label.strip()] += 1
    return found


class TagEdits:
    """
    Posts that have other tags than one build knew.

    Args:
        build: As it was left.
        output: What it has written.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, output: Path) -> None:
        self.build, self.arrangement, self.output = build, arrangement, output
        self.pages: dict[str, tuple[str, list[str], dict[str, Any]]] = {}  # those that list other posts now
        self.cards: dict[str, list[KeptPost]] = {}  # and which
        self.values: dict[str, object] = {}
        self.feeds: set[int] = set()  # that hold other posts now
        self._lists: dict[str, tuple[Any, Sequence[KeptPost]]] | None = None  # by the slugs of their tags
        # Lists that are others now, by their addresses: what they hold, and what came to them or went, in that order.
        self._touched: dict[str, tuple[list[KeptPost], list[tuple[KeptPost, bool]]]] = {}

    def retag(self, post: Any, before: PostRecord, now: PostRecord) -> list[str]:
        """
        Let *post* have the tags that it has *now*; the pages that list other posts, or tell other counts.

        Raises:
            NeedsBuildError: it takes a build to show it.
        """
        old, new = uses_of(before, self.build), uses_of(now, self.build)
        if old == new and list(old) == list(new):
            return []
        self._refuse(post)
        if self._lists is None:
            try:
                self._lists = {label.slug: (label, posts) for label, posts in self.arrangement.value("given tags")}
            except LookupError:
                self._cannot(post)
        self._respell(post, old, new)
        names: list[str] = []
        for slug in [*(slug for slug in old if slug not in new), *(slug for slug in new if slug not in old)]:
            names += self._move(post, slug, comes=slug in new)
        post.tags = [self._list(post, slug)[0] for slug in new]
        if old.keys() != new.keys():
            lists = [(label, posts) for label, posts in self._lists.values()]
            self.arrangement.give("tags", lists)
            self.values["given tags"] = lists
            places = (self.build.settings.get(f"{name}_SAVE_AS") for name in ("TAGS", "SEARCH", "404"))
            names += [name for name in places if name and self.arrangement.has_page(name)]
        return names

    def _refuse(self, post: KeptPost) -> None:
        settings, build = self.build.settings, self.build
        is_plain = not post.is_page and post.status != "hidden" and not post.translations and not post.mark
        if not is_plain or post.lang != settings["DEFAULT_LANG"] or build.reads is not None:
            self._cannot(post)

    def _cannot(self, post: KeptPost) -> NoReturn:
        raise NeedsBuildError(say("edit_arranged", path=Path(post.shown_path).name))

    def _list(self, post: KeptPost, slug: str) -> tuple[Any, Sequence[KeptPost]]:
        assert self._lists is not None
        if slug not in self._lists:
            self._cannot(post)
        return self._lists[slug]

    def _respell(self, post: KeptPost, old: Spellings, new: Spellings) -> None:
        """Note how tags are spelled now: in one way each, or their names may be others."""
        spellings: Spellings = dict(self.arrangement.value("spellings"))
        for slug in old.keys() | new.keys():
            if old.get(slug) == new.get(slug):
                continue
            known = Counter(spellings.get(slug, {}))
            spellings[slug] = known - old.get(slug, Counter()) + new.get(slug, Counter())
            if len(known | spellings[slug]) != 1:
                self._cannot(post)
        self.arrangement.set("spellings", spellings)
        self.values["spellings"] = spellings

    def _move(self, post: KeptPost, slug: str, *, comes: bool) -> Iterator[str]:
        """Let *post* come into the lists of a tag, or leave them; the pages that are others then."""
        assert self._lists is not None
        label, listed = self._list(post, slug)
        before = list(listed)
        now = _with(before, post) if comes else [one for one in before if one.number != post.number]
        least, most = self.build.settings.get("TAG_FEED_MIN_POSTS") or 0, self._most()
        others = before if comes else now
        if (
            abs(len(now) - len(before)) != 1
            or not any(one.lang == post.lang for one in others)  # in the same languages as before
            or (len(before) >= least) != (len(now) >= least)
            or _pages(before, most) != _pages(now, most)
        ):
            self._cannot(post)
        held: Sequence[KeptPost] = now
        if isinstance(listed, KeptPosts):
            held = listed.with_posts(now)
            self.values[listed.name] = [one.number for one in now]
        self._lists[slug] = label, held
        url = addresses.whole(self.build.settings["SITE_ADDRESS"], label.url)
        self._touched[url] = now, [*self._touched.get(url, ((), []))[1], (post, comes)]
        self._refeed(slug, now)
        yield from self._repage(post, label, before, held)

    def _most(self) -> int:
        settings = self.build.settings
        return int(settings["PAGINATED_TEMPLATES"].get("tag") or settings["DEFAULT_PAGINATION"] or 0)

    def _repage(self, post: KeptPost, label: Any, before: Sequence[KeptPost], now: Sequence[KeptPost]) -> Iterator[str]:
        """Share a list out on its pages anew; those that are others then."""
        old, new = (Paginator("", "", posts, self._most(), ()) for posts in (before, now))

        def page_of(known: KeptListPage | None) -> KeptListPage | None:
            if known is None:
                return None
            posts = new.page(known.number).object_list
            return KeptListPage(known.number, known.url, known.save_as, new.num_pages, posts)

        name: str | None = label.save_as
        while name:
            kind, names, values = self.pages.get(name) or self.arrangement.page(name)
            page = values.get("articles_page")
            if page is None or kind != "tag":
                self._cannot(post)
            following = values["articles_next_page"]
            ways = ("articles_page", "articles_previous_page", "articles_next_page")
            beside = {way: page_of(values[way]) for way in ways}
            shown = new.page(page.number).object_list
            self.pages[name] = kind, names, {**values, "articles": now, **beside}
            self.cards[name] = list(shown)
            if page.number == 1 or _numbers(shown) != _numbers(old.page(page.number).object_list):
                yield name
            name = following and following.save_as

    def _refeed(self, slug: str, now: Iterable[KeptPost]) -> None:
        """Let the feed of a tag hold its newest posts."""
        at = self.arrangement.value("feeds of tags").get(slug)
        if at is None:
            return
        folder, about, before = self.arrangement.value(f"feed {at}")
        most = self.build.settings.get("FEED_MAX_ITEMS", 20) or None
        held = tuple([one for one in now if not one.mark][:most])
        self._set(f"feed {at}", (folder, about, held))
        for one in {post.number for post in (*before, *held)}:
            ats = [number for number in self._feeds_of(one) if number != at]
            self._set(f"feeds of {one}", sorted([*ats, at]) if one in _numbers(held) else ats)
        self.feeds.add(at)

    def _feeds_of(self, number: int) -> list[int]:
        try:
            found: list[int] = self.arrangement.value(f"feeds of {number}")
        except LookupError:
            return []
        return found

    def _set(self, name: str, value: object) -> None:
        self.arrangement.set(name, value)
        self.values[name] = value

    def files(self) -> dict[str, bytes]:
        """Return the sitemaps that tell of other lists than they told."""
        is_there = self._touched and sitemap.__name__ in self.build.beside
        paths = sorted({*self.output.glob("sitemap.xml"), *self.output.glob("sitemap-lists*.xml")}) if is_there else ()
        found: dict[str, bytes] = {}
        for path in paths:
            text = path.read_text("utf-8")
            for url, (posts, moves) in self._touched.items():
                begins = f"<url><loc>{escape(url)}</loc>"
                if (at := text.find(f"\n{begins}")) >= 0:
                    rest = at + 1 + len(begins)
                    before = _CHANGED.match(text[rest:])
                    when = _newest(before[1] if before else "", posts, moves)
                    told = f"<lastmod>{when}</lastmod>" if when else ""
                    text = text[:rest] + told + text[rest + (before.end() if before else 0) :]
            found[path.name] = text.encode()
        return found


def _newest(told: str, posts: Iterable[KeptPost], moves: Iterable[tuple[KeptPost, bool]]) -> str:
    """
    Return when the newest of the *posts* of a list was changed, as sitemaps tell it.

    Args:
        told: The same of those before; where it is clear from that, only what moved is looked at.
        moves: What came to the list, or went from it.
    """
    latest = datetime.fromisoformat(told) if told else None
    for post, comes in moves:
        when = sitemap.newest([post])
        if latest is None or when is None or when == latest or (when > latest and not comes):
            latest = sitemap.newest(one for one in posts if not one.mark)
            break
        latest = max(latest, when)
    return latest.isoformat() if latest else ""


def _pages(posts: Sequence[KeptPost], most: int) -> tuple[int, int]:
    """Return how many pages a list has, and how many it had if they were counted from the newest: each has a file."""
    return Paginator("", "", posts, most, ()).num_pages, -(-len(posts) // (most or max(1, len(posts))))


def _with(posts: Sequence[KeptPost], post: KeptPost) -> list[KeptPost]:
    """Return *posts*, newest first, with one more in its place."""
    oldest = list(posts[::-1])
    oldest.insert(bisect(oldest, (post.date, post.id), key=lambda one: (one.date, one.id)), post)
    return oldest[::-1]


def _numbers(posts: Iterable[KeptPost]) -> list[int]:
    return [one.number for one in posts]
