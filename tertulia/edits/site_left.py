"""What a build leaves for an edit of a text: what it has arranged, and what else it will take to show one.

Found again by ``tertulia/edits/kept_site.py``.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any

from msgspec.structs import replace

from tertulia import defaults
from tertulia.core.addresses import split_address
from tertulia.edits import (
    arrivals,
    capture_edits,
    card_edits,
    kept_search,
    label_edits,
    picture_edits,
    series_edits,
    talk_edits,
)
from tertulia.edits.arrangement_left import Leaving
from tertulia.site import broken_links, schema, search
from tertulia.site.build import KEY, SiteBuild
from tertulia.site.contents import listed
from tertulia.site.editions import Editions
from tertulia.site.search import LaterIndex, SearchIndex

# Settings that only Pelican understands, or that are of one build.
_OF_PELICAN = frozenset({KEY, "PAGINATION_PATTERNS", "OUTPUT_PATH", "INPUTS_PATH", "KEPT_OUTPUT"})
_PARTS = (
    talk_edits, label_edits, series_edits, picture_edits, capture_edits, arrivals, card_edits, kept_search,
)  # fmt: skip
# Our plugins without which an edit knows what a build would write; without another all is built.
_MAY_LACK = frozenset({"feeds", "conversation_feeds", "schema", "talk_parts"})
_PLACES = ("PATH", "CACHE_PATH", "IMAGE_CACHE_PATH", "CONVERSATION_PATH", "THEME")


def begin(build: SiteBuild) -> None:
    """Begin to leave what *build* has arranged, while its pages are drawn: all that stands of its posts."""
    is_kept = build.kept and build.reads is None and not build.settings.get("PELICAN_FEEDS")
    if is_kept and build.state.folder and not isinstance(build.search, LaterIndex):
        build.leaving = Leaving(build, build.state.folder)


def drop(build: SiteBuild) -> None:
    """Leave nothing of what was begun."""
    if build.leaving:
        build.leaving.drop()
        build.leaving = None


def leave_site(build: SiteBuild, mark: str, report: Mapping[str, object]) -> str:
    """
    Leave what an edit will need to know of *build*, which is done.

    Args:
        mark: Of this build; the note of its output has the same.
        report: What it has to say, and more that is to be known.

    Returns:
        Why nothing was left; "" where all was.
    """
    why = _cannot_be_kept(build)
    if why or build.state.folder is None:
        drop(build)
        return why
    kept = {
        "settings": _settings(build.context),
        "people": build.people, "tags": build.tags, "links": build.reader.links, "words": build.words,
        "looks": replace(build.looks, files=dict.fromkeys(build.looks.files, b""), root_files={}),
        "fingerprints": {name: build.fingerprint(name) for name in {*build.fingerprints, *build.looks.files}},
        "theme": build.theme, "has_unread": build.has_unread, "beside": build.beside,
        "published": build.published, "page_rules": [tuple(rule) for rule in build.settings["PAGINATION_PATTERNS"]],
        "search_parts": build.search_parts,
        "epoch": build.state.epoch,
    }  # fmt: skip
    values: dict[str, object] = {"mark": mark, "site": kept, "report": dict(report), "anchored": _anchored(build)}
    values |= {
        "editions": _without_lists(build.editions),
        "buried": build.buried,
        "led on": build.led_on,
        "led to": build.led_to,
    }
    values["numbers"] = {
        f"{post.id} {post.lang}": number for number, post in enumerate(build.contents) if not post.is_page
    }
    values |= {"slugs": broken_links.urls_by_slug(build.contents), **_feeds(build)}
    for part in _PARTS:
        values |= part.left(build)
    newest = (
        sorted(listed(build.articles), key=lambda post: (post.date, post.id), reverse=True) if build.articles else []
    )
    of_posts = {id(post): number for number, post in enumerate(build.contents)}
    values |= {
        f"newest {lang}": [of_posts[id(post)] for post in schema.newest_in(lang, newest) if id(post) in of_posts]
        for lang in {post.lang for post in newest}
    }
    check = broken_links.LinkCheck(build.output, build.settings)
    leads = ((file, of_posts[post]) for post, file in _led_to(check, build) if post in of_posts)
    leaving: Leaving = build.leaving or Leaving(build, build.state.folder)
    build.leaving = None
    return leaving.finish(chain(values.items(), _searched(build), _readings(build)), leads)


def _settings(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of *context*, in which no path depends on where who reads them stands."""
    found = {name: held for name, held in context.items() if name.isupper() and name not in _OF_PELICAN}
    return found | {name: os.path.abspath(found[name]) for name in _PLACES if found.get(name)}


def _cannot_be_kept(build: SiteBuild) -> str:
    if not build.written:
        return "pages"
    if build.reads is not None or build.lacks_pictures or build.asking:
        return "templates"
    names = {str(name).rpartition(".")[2] for name in build.settings["PLUGINS"]}
    if any(name.rpartition(".")[2] not in names | _MAY_LACK for name in defaults.PLUGINS):  # an edit would write for it
        return "PLUGINS"
    if build.settings.get("PELICAN_FEEDS"):
        return "PELICAN_FEEDS"
    if build.search and not (isinstance(build.search, SearchIndex) and build.search.holds and build.search.is_done):
        return "SEARCH"
    return ""


def _without_lists(editions: Editions) -> Editions:
    kept = Editions(editions.own_lang)
    kept.__dict__.update(editions.__dict__, others=dict.fromkeys(editions.others))
    return kept


def _readings(build: SiteBuild) -> Iterator[tuple[str, object]]:
    """Yield those that are nowhere else: of files that were saved just before they were read."""
    return ((f"reading {path}", build.texts[path].reading()) for path in sorted(build.state.unsure))


def _feeds(build: SiteBuild) -> dict[str, object]:
    """Return each feed by its folder, and by the number of a post those that it stands in."""
    from tertulia.site import post_feeds

    found: dict[str, object] = {}
    of_post: dict[int, list[str]] = {}
    numbers = {id(post): number for number, post in enumerate(build.contents)}
    posts = build.articles if post_feeds.__name__ in build.beside else None
    for section, newest in post_feeds.due_feeds(build, posts) if posts else ():
        found[f"feed {section.folder}"] = section.folder, section.feed, tuple(newest)
        for post in newest:
            of_post.setdefault(numbers[id(post)], []).append(section.folder)
    return found | {f"feeds of {number}": ats for number, ats in of_post.items()}


def _anchored(build: SiteBuild) -> set[str]:
    """Return the files that a link leads to a place of."""
    check = broken_links.LinkCheck(build.output, build.settings)
    return set(with_places(check, build.links))


def with_places(check: broken_links.LinkCheck, links: Iterable[broken_links.InternalLink]) -> Iterator[str]:
    """Yield the files of which *links* lead to a place."""
    for link in links:
        if not (parts := split_address(link.href)).fragment:
            continue
        path = check.path_of(link.content, link.href, parts)
        if path is not None and (file := check.file_at(path)):
            yield file.relative_to(check.output).as_posix()


def _led_to(check: broken_links.LinkCheck, build: SiteBuild) -> Iterator[tuple[int, str]]:
    """Yield the ``id()`` of each post with each file that it leads to."""
    known: dict[str, str | None] = {}
    for link in build.links:
        if not link.href.startswith("/"):
            yield from ((id(link.content), file) for _, file in files_led_to(check, [link], id))
            continue
        if link.href not in known:
            known[link.href] = next((file for _, file in files_led_to(check, [link], id)), None)
        if file := known[link.href]:
            yield id(link.content), file


def files_led_to(
    check: broken_links.LinkCheck,
    links: Iterable[broken_links.InternalLink],
    number_of: Callable[[Any], int] = attrgetter("number"),
) -> Iterator[tuple[int, str]]:
    """Yield the number of each post with each file of the output that one of *links* leads to."""
    for link in links:
        path = check.path_of(link.content, link.href, split_address(link.href))
        if path is not None and (file := check.file_at(path)):
            yield number_of(link.content), file.relative_to(check.output).as_posix()


def _searched(build: SiteBuild) -> Iterator[tuple[str, object]]:
    """Yield each page that was indexed."""
    if isinstance(build.search, SearchIndex):
        for part, pages in build.search.parts.items():
            for name, page in sorted(pages.items()):
                yield f"{search.pieces(part)} {name}", page if isinstance(page, bytes) else page.encode()
