"""A list that posts have come into or left: what it holds now, on which of its pages, and which of them say otherwise.

Every list is shared out by the same ``Paginator`` as in a build; pages whose posts, number or neighbours are others are
drawn, and the rest is left alone.
"""

from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NoReturn

from msgspec import Struct, field

from tertulia.edits.arrangement import (
    CARD,
    LINK,
    WHOLE,
    Changes,
    KeptListPage,
    KeptPaginator,
    KeptPost,
    KeptPosts,
    PostsByNumber,
)
from tertulia.site import archives
from tertulia.site.broken_links import is_redirect
from tertulia.site.build import SiteBuild
from tertulia.site.owners import service_places
from tertulia.site.page_inputs import FRAME, PAGED
from tertulia.site.pagination import Paginator, parts
from tertulia.site.redirects import page_leading_to_list

Page = tuple[str, list[str], dict[str, Any]]
Key = tuple[str, object]  # the kind of a list, and which of them
ALL: Key = ("all", "")
PERIODS = ("year", "month", "day")


class ListEdit(Struct):
    """One list."""

    key: Key
    label: Any  # a tag, category, author, or what is known of a period; None for that of all posts
    before: PostsByNumber
    now: PostsByNumber
    moves: list[tuple[datetime | None, bool]] = field(default_factory=list)  # when was changed what came, or went
    languages: set[str] = field(default_factory=set)  # of posts that came or went
    lang: str = ""  # whose edition has it; "" where it is a list of the whole blog

    @property
    def is_new(self) -> bool:
        """Whether there was none."""
        return not self.before

    @property
    def is_gone(self) -> bool:
        """Whether there is none any more."""
        return not self.now

    def leave(self, post: KeptPost, when: datetime | None) -> None:
        """Let *post*, last changed *when*, be in it no more."""
        self._put(one for one in self.now.numbers if one != post.number)
        self.languages.add(post.lang)
        self.moves.append((when, False))

    def come(self, post: KeptPost, when: datetime | None) -> None:
        """Let *post*, last changed *when*, be in it: where a build would have it."""
        numbers = self.now.numbers
        if self.key[0] in ("all", *PERIODS) and not self.lang:  # as Pelican sorts them
            at = bisect(self.now, _newest_first(post), key=_newest_first)
        else:  # as ``taxonomy`` and ``editions`` do
            oldest = PostsByNumber(self.now.arrangement, numbers[::-1])
            at = len(numbers) - bisect(oldest, _oldest_first(post), key=_oldest_first)
        self._put((*numbers[:at], post.number, *numbers[at:]))
        self.languages.add(post.lang)
        self.moves.append((when, True))

    def _put(self, numbers: Iterable[int]) -> None:
        self.now = PostsByNumber(self.now.arrangement, tuple(numbers))

    @property
    def oldest_same(self) -> int:
        """How many posts, from the oldest on, are those that were there before."""
        pairs = zip(reversed(self.before.numbers), reversed(self.now.numbers), strict=False)
        least = min(len(self.before), len(self.now))
        return next((at for at, (old, new) in enumerate(pairs) if old != new), least)


def _newest_first(post: KeptPost) -> tuple[float, str]:
    return -post.date.timestamp(), post.id


def _oldest_first(post: KeptPost) -> tuple[datetime, str]:
    return post.date, post.id


class ListPages:
    """
    The pages of lists, as edits leave them.

    Args:
        rules: How further pages of a list are called.
        page_of: Gives a page as it is now.
        cannot: Says that it takes a build, and raises.
    """

    def __init__(
        self,
        build: SiteBuild,
        changes: Changes,
        rules: Sequence[tuple[int, str, str]],
        page_of: Callable[[str], Page],
        cannot: Callable[..., NoReturn],
    ) -> None:
        self.build, self.changes, self.rules = build, changes, rules
        self.page_of, self.cannot = page_of, cannot
        self.files: dict[str, bytes | None] = {}  # those that come or go beside pages that are drawn
        self.taken: set[str] = set()  # by pages and ways to them

    def share_out(
        self, template: str, place: tuple[str, str], edit: ListEdit, held: Sequence[KeptPost], base: Page | None = None
    ) -> Iterator[str]:
        """
        Share a list out on its pages anew; those that are others then.

        Args:
            template: By its name in the settings.
            place: Address and file of the first page.
            held: What the pages are given as the list.
            base: A page of its kind, where the list is new.
        """
        url, first = place
        kind, names, given = base or self.page_of(first)
        if "articles_page" not in names or template not in self.build.settings["PAGINATED_TEMPLATES"]:
            yield from self._on_one_page(first, (kind, names, given), edit, held)
            return
        settings, rules = self.build.settings, self.rules
        most = int(settings["PAGINATED_TEMPLATES"][template] or settings["DEFAULT_PAGINATION"] or 0)
        old, new = (Paginator(first, url, posts, most, rules) for posts in (edit.before, edit.now))
        is_other = self._is_other(old, new)
        # Of thousands of pages, those of old posts are as they were, and know the list by its number.
        is_plain = isinstance(held, KeptPosts) and not is_other
        last = min(edit.oldest_same // new.per_page + 1, old.num_pages - 1, new.num_pages - 1) if is_plain else 1
        before = dict(parts({"articles": old}, but_to=last)) if edit.before else {}
        now = dict(parts({"articles": new}, but_to=last)) if edit.now else {}
        for name, values in now.items():
            was, page = before.get(name), values["articles_page"]
            if was and page.number > 1 and not is_other and _told(was) == _told(values):
                self._hold(name, held)
                continue
            shown = {one: value for one, value in values.items() if one in names}
            plain = {one: _plain(value) for one, value in shown.items()}
            self.changes.pages[name] = kind, names, {**given, "articles": held, **plain}
            self.changes.shown |= {(name, post): self._size(kind) for post in page.object_list}
            yield name
        pages = old if edit.before else None, new if edit.now else None
        self._lead_on(url, edit.lang or settings["DEFAULT_LANG"], *pages, before=before.keys(), now=now.keys())

    def _size(self, kind: str) -> int:
        """Return how much a page of that *kind* shows of the posts in its list."""
        return WHOLE if kind == "index" and self.build.looks.layout["home"] == "whole" else CARD

    @staticmethod
    def begin(kind: str, **given: Any) -> Page:
        """Return a page of that *kind*, of a list that was not there, as a build would keep it."""
        return kind, sorted(FRAME | PAGED | {"articles", kind}), given

    def _hold(self, name: str, held: Sequence[KeptPost]) -> None:
        """Let a page that says the same know the list as it is now: a long one is known by its number alone."""
        if not isinstance(held, KeptPosts):
            kind, names, given = self.page_of(name)
            self.changes.pages[name] = kind, names, {**given, "articles": held}

    def _is_other(self, old: Paginator, new: Paginator) -> bool:
        """Whether each page of a list says otherwise: that there are other pages, or a feed."""
        least = self.build.settings.get("TAG_FEED_MIN_POSTS") or 0
        return (old.num_pages > 1) != (new.num_pages > 1) or (old.count >= least) != (new.count >= least)

    def _on_one_page(self, name: str, page: Page, edit: ListEdit, held: Sequence[KeptPost]) -> Iterator[str]:
        kind, names, given = page
        if edit.is_gone:
            self.changes.pages[name] = self.files[name] = None
            return
        if edit.is_new:
            self.claim(name)
        lists: dict[str, Any] = {one: held for one in ("articles", "dates") if one in names}
        self.changes.pages[name] = kind, names, {**given, **lists}
        yield name
        is_archive = kind == "archives" or edit.key[0] == "year"
        are_named, were_named = (not is_archive or len(one) <= archives.MOST_LISTED for one in (edit.now, edit.before))
        known = set(edit.before.numbers) if were_named and not edit.is_new else set()
        come = [number for number in edit.now.numbers if number not in known] if are_named else ()
        size = LINK if is_archive else self._size(kind)
        self.changes.shown |= {(name, edit.now.arrangement.post(number)): size for number in come}

    def _lead_on(
        self,
        url: str,
        lang: str,
        old: Paginator | None,
        new: Paginator | None,
        *,
        before: Iterable[str],
        now: Iterable[str],
    ) -> None:
        """Let pages go, and the ways to the first page come, that stand where a page was or may be."""
        now = set(now)
        ways_before, ways = (set(one.on_first()) if one else set() for one in (old, new))
        for name in set(before) - now:
            self.changes.pages[name] = self.files[name] = None
        for name in ways_before - now - ways:
            if (self.build.output / name).is_file() and is_redirect((self.build.output / name).read_text("utf-8")):
                self.files[name] = None
        for name in sorted((now | ways) - set(before) - ways_before):
            self.claim(name)
        for name in ways - now - (ways_before - set(before)):
            way = page_leading_to_list(url, lang, self.build)
            self.files[name] = way.encode()

    def claim(self, name: str, *, own: bool = False) -> None:
        """
        Ask for a file of the output where nothing stands, or what leads on from there to who asks for it as his *own*.

        Raises:
            NeedsBuildError: something does, or did, or will.
        """
        place = self.build.output / name
        is_free = not place.exists() or (own and place.is_file() and is_redirect(place.read_text("utf-8")))
        is_free = is_free and not any(one.is_file() for one in place.parents)
        is_free = is_free and not any(f"{name}/".startswith(f"{one}/") for one in service_places(self.build.settings))
        if name in self.taken or not (is_free or (name in self.changes.pages and self.changes.pages[name] is None)):
            self.cannot()
        self.taken.add(name)


def _told(values: dict[str, Any]) -> tuple[object, ...]:
    """Return what an older page of a list says of it."""
    ways = [values[f"articles_{way}_page"] for way in ("previous", "next")]
    return [post.number for post in values["articles_page"].object_list], [one and one.url for one in ways]


def _plain(value: Any) -> Any:
    """Return a page, or all pages, of a list as they are kept."""
    if value is None:
        return None
    if isinstance(value, Paginator):
        return KeptPaginator(value.num_pages)
    posts = list(value.object_list)
    return KeptListPage(value.number, value.url, value.save_as, value.paginator.num_pages, posts)
