"""The blog in each of its languages: every list that it has, of the posts in that language, below ``en/``.

The words of an address are the same in all of them: ``archivo/`` has ``en/archivo/`` beside it, ``etiqueta/x/`` has
``en/etiqueta/x/`` where a post in English has that tag. The lists of the blog's own language hold all posts, as they
always did. A blog whose posts are all in its own language has no editions.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import Struct, field

from tertulia.core import addresses
from tertulia.site.contents import Content
from tertulia.site.taxonomy import Groups, group

# Lists with one page each, by the name of their template.
SINGLE_LISTS = ("archives", "tags", "categories", "authors", "search", "404")

# How a period is called in the settings → what names it.
PERIODS = {
    "year": attrgetter("date.year"),
    "month": attrgetter("date.year", "date.month"),
    "day": attrgetter("date.year", "date.month", "date.day"),
}


def by_groups(
    process: Callable[[list[Content], Any], tuple[list[Content], list[Content]]],
    contents: list[Content],
    translation_id: Any = None,
) -> tuple[list[Content], list[Content]]:
    """
    Find translations as Pelican's *process* does, which compares all posts with all: here those of one Id at a time.

    Returns:
        Originals, then translations.
    """
    if not isinstance(translation_id, str) or not all(hasattr(one, translation_id) for one in contents):
        return process(contents, translation_id)
    contents.sort(key=attrgetter(translation_id))
    originals, translations = [], []
    for _, group_of_id in groupby(contents, attrgetter(translation_id)):
        first, others = process(list(group_of_id), translation_id)
        originals += first
        translations += others
    return originals, translations


class Counterpart(NamedTuple):
    """A page in one language that others have the like of."""

    lang: str
    url: str  # relative to the site's root


class ListPage(NamedTuple):
    """One list of an edition, as the generator is to write it."""

    template: str
    url: str
    save_as: str
    posts: Sequence[Content]  # newest first
    values: Mapping[str, Any]  # what its template asks for besides


class Edition(Struct):
    """The lists of one language that is not the blog's own."""

    lang: str
    posts: list[Content]  # newest first
    tags: Groups = field(default_factory=dict)
    categories: Groups = field(default_factory=dict)
    authors: Groups = field(default_factory=dict)
    periods: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    single: dict[str, tuple[str, str]] = field(default_factory=dict)  # template → address and file

    @classmethod
    def of(cls, lang: str, posts: Iterable[Content], settings: Mapping[str, Any]) -> "Edition":
        """Return the edition of the *posts* in *lang*, which come oldest first."""
        newest = [post for post in posts if post.lang == lang][::-1]
        edition = cls(lang, newest, *group(newest), single=dict(single_lists(settings, lang)))
        for name in PERIODS:
            edition.periods[name] = list(periods(name, newest, settings, lang))
        return edition

    def values(self, page: "ListPage") -> dict[str, Any]:
        """Return what the writer and the template of *page* need: by Pelican's names, of this language only."""
        posts = {"articles": page.posts, "dates": page.posts}
        return {
            "template_name": page.template,
            "url": page.url,
            "page_name": page.url,
            "page_lang": self.lang,
            "paginated": posts,
            **posts,
            **page.values,
            **self.values_alike(),
        }

    def values_alike(self) -> dict[str, Any]:
        """Return what all of its pages are given alike."""
        return {
            "tags": list(self.tags.items()),
            "categories": sorted(self.categories.items()),
            "authors": sorted(self.authors.items()),
            "period_archives": self.periods,
        }

    def pages(self) -> Iterator[ListPage]:
        """Every list of the edition, its home first; its series are made where those of the blog are."""
        yield ListPage("language", f"{self.lang}/", f"{self.lang}/index.html", self.posts, {})
        nothing_in = {"tags": not self.tags, "categories": not self.categories, "authors": not self.authors}
        for template, (url, save_as) in self.single.items():
            if nothing_in.get(template):
                continue
            yield ListPage(template, url, save_as, self.posts, {})
        for found in self.periods.values():
            for one in found:
                values = {"period": one["period"], "period_num": one["period_num"]}
                yield ListPage("period_archives", one["url"], one["save_as"], one["articles"], values)
        for template, label, posts in self.labels():
            if label.save_as:
                url, save_as = f"{self.lang}/{label.url}", f"{self.lang}/{label.save_as}"
                yield ListPage(template, url, save_as, posts, {template: label})

    def labels(self) -> Iterator[tuple[str, Any, list[Content]]]:
        """``(kind, tag or category or author, its posts)``."""
        for kind, groups in (("tag", self.tags), ("category", self.categories), ("author", self.authors)):
            for label, posts in groups.items():
                yield kind, label, posts


class Editions:
    """
    Which list has its like in which language.

    Args:
        own_lang: The blog's language.
        own_lists: The addresses of its lists that have a post in that language.
    """

    def __init__(
        self, own_lang: str = "", own_lists: Iterable[str] = (), others: Mapping[str, Edition] | None = None
    ) -> None:
        self.own_lang = own_lang
        self.others = others or {}
        self._own = frozenset(own_lists)
        self._theirs = {
            lang: frozenset(page.url.removeprefix(f"{lang}/") for page in edition.pages())
            for lang, edition in self.others.items()
        }

    def set_list(self, url: str, lang: str, *, is_there: bool) -> None:
        """Have a list of posts in *lang* that is to it what *url* is to the blog, or none."""
        known = self._own if lang == self.own_lang else self._theirs[lang]
        now = known | {url} if is_there else known - {url}
        if lang == self.own_lang:
            self._own = now
        else:
            self._theirs = {**self._theirs, lang: now}

    def localized(self, url: str, lang: str) -> str:
        """Return the list in *lang* that is to it what *url* is to the blog; *url* itself where there is none."""
        return f"{lang}/{url}" if url in self._theirs.get(lang, ()) else url

    def counterparts(self, url: str) -> list[Counterpart]:
        """Return the list at *url* in every language that has it, by language; nothing when just one has."""
        base = next((url.removeprefix(f"{lang}/") for lang in self.others if url.startswith(f"{lang}/")), url)
        found = [Counterpart(lang, f"{lang}/{base}") for lang, lists in self._theirs.items() if base in lists]
        found += [Counterpart(self.own_lang, base)] if base in self._own else []
        return sorted(found) if len(found) > 1 else []

    def with_own_posts(self, groups: Iterable[tuple[Any, list[Content]]]) -> list[tuple[Any, list[Content]]]:
        """Those of *groups*, of tags or the like, with a post in the blog's own language; all where none has."""
        groups = list(groups)
        if not self.others:
            return groups
        kept = [one for one in groups if any(post.lang == self.own_lang for post in one[1])]
        return kept or groups

    def elsewhere(self, url: str, posts: Iterable[Content]) -> str:
        """Where a list at *url* really belongs, all of whose *posts* are in one other language; else ""."""
        if not self.others:
            return ""
        return self.elsewhere_by(url, getattr(posts, "languages", None) or {post.lang for post in posts})

    def elsewhere_by(self, url: str, langs: Collection[str]) -> str:
        """Return the same, of posts in *langs*."""
        lang = next(iter(langs)) if self.others and len(langs) == 1 else ""
        return f"{lang}/{url}" if url not in self._own and url in self._theirs.get(lang, ()) else ""


def other_languages(posts: Iterable[Content], own_lang: str) -> list[str]:
    """Return the languages of *posts* that are not the blog's own."""
    return sorted({post.lang for post in posts} - {own_lang})


def make_editions(posts: Sequence[Content], settings: Mapping[str, Any]) -> Editions:
    """Return the editions of a blog; *posts* come oldest first."""
    own = settings["DEFAULT_LANG"]
    others = {lang: Edition.of(lang, posts, settings) for lang in other_languages(posts, own)}
    if not others:
        return Editions(own)
    of_own = Edition.of(own, posts, settings)  # its addresses, each with the language in front
    return Editions(own, (page.url.removeprefix(f"{own}/") for page in of_own.pages()), others)


def single_lists(settings: Mapping[str, Any], lang: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Template → address and file in *lang*, of the lists that have one page."""
    for template in SINGLE_LISTS:
        save_as = settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html")
        if template in settings["DIRECT_TEMPLATES"] and save_as:
            yield template, (f"{lang}/{settings.get(f'{template.upper()}_URL', save_as)}", f"{lang}/{save_as}")


def periods(name: str, newest: Iterable[Content], settings: Mapping[str, Any], lang: str) -> Iterator[dict[str, Any]]:
    """Yield the years, months or days of *newest*, in the form that Pelican gives its templates."""
    if not settings.get(f"{name.upper()}_ARCHIVE_SAVE_AS"):
        return
    found: dict[Any, list[Content]] = {}
    for post in newest:
        found.setdefault(PERIODS[name](post), []).append(post)
    for key, posts in found.items():
        number = key if isinstance(key, tuple) else (key,)
        places = {
            kind: f"{lang}/" + settings[f"{name.upper()}_ARCHIVE_{kind.upper()}"].format(date=posts[0].date)
            for kind in ("url", "save_as")
        }
        yield {"period": number, "period_num": number, "articles": posts, "dates": posts, **places}


def list_files(settings: Mapping[str, Any], posts: Iterable[Content], own_lang: str) -> Iterator[str]:
    """Yield the file of every list that the editions of *posts* need: known before they are made."""
    posts = list(posts)
    for lang in other_languages(posts, own_lang):
        yield f"{lang}/index.html"
        for _template, (_url, save_as) in single_lists(settings, lang):
            yield save_as
        for name in PERIODS:
            for one in periods(name, [post for post in posts if post.lang == lang], settings, lang):
                yield one["save_as"]
    for post in posts:
        if post.lang != own_lang:
            for label in (*post.tags, *post.categories, *post.authors):
                if path := getattr(label, "save_as", ""):
                    yield f"{post.lang}/{path}"


def lead_tags_home(posts: Iterable[Any], known: Editions, siteurl: str) -> None:
    """Have each tag in the text of *posts* lead to its page in the language of the post."""
    for post in posts:
        for tag in post.tags if post.lang in known.others else ():
            place = known.localized(tag.url, post.lang)
            if place != tag.url:
                before, after = (f'href="{escape(addresses.whole(siteurl, url))}"' for url in (tag.url, place))
                post._content = post._content.replace(before, after)
