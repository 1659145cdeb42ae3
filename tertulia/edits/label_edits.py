"""Tags, topics and authors after an edit: those that were not there, and how tags are spelled now.

A list that begins has the name and the address that a build would give it. Where that depends on more than the posts
that were edited (two names with one address, spellings that are used equally often), it is for a build.
"""

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NoReturn

from markupsafe import Markup
from unidecode import unidecode

from tertulia.core.slugs import distinct, name_key
from tertulia.core.text import slugify
from tertulia.edits.arrangement import Arrangement, KeptLabel
from tertulia.edits.list_edits import ListEdit
from tertulia.site import moved, taxonomy
from tertulia.site.build import SiteBuild
from tertulia.site.records import PostRecord

Spellings = dict[str, Counter[str]]  # slug → how often each stands in posts
LABELS = {"tag": "tags", "category": "categories", "author": "authors"}  # kind of list → attribute of a post


def left(build: SiteBuild) -> dict[str, object]:
    """Return what an edit has to know of the tags, topics and authors of *build*."""
    spellings: Spellings = {}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    unlisted, of_pages = set[tuple[str, str]](), set[tuple[str, str]]()
    for post in build.contents:
        for kind, name in LABELS.items() if post.is_page else ():
            found = getattr(post, name, ()) if kind == "tag" or not post.mark else ()
            of_pages.update((kind, label.slug) for label in found)
        reading = None if post.is_page else build.read_as.get(str(post.source_path))  # type: ignore[attr-defined]
        if reading and reading.record:
            for slug, uses in uses_of(reading.record, build).items():
                spellings.setdefault(slug, Counter()).update(uses)
            for kind, several in LABELS.items():
                found = [(kind, label.slug) for label in getattr(post, several)]
                unlisted.update(found if post.mark else ())
                for key, name in zip(found, getattr(reading.record, several), strict=False) if kind != "tag" else ():
                    names[key].add(name)
    various = {key for key, found in names.items() if len(found) > 1}
    labels = {"labels of unlisted": unlisted, "labels of pages": of_pages, "labels of several names": various}
    return {"spellings": spellings, **labels}


def uses_of(record: PostRecord, build: SiteBuild) -> Spellings:
    """Return the tags of one post, in their order, and how it spells them."""
    found: Spellings = {}
    for label in record.tags:
        found.setdefault(build.tags.slug(label), Counter())[label.strip()] += 1
    return found


def pelican_slug(name: str, kind: str, settings: Mapping[str, Any]) -> str:
    """
    Return the part of an address that Pelican makes of the *name* of a category or author.

    Pelican itself is for plugins and the build (it takes a quarter of an edit to load); a property holds the two equal.
    https://github.com/getpelican/pelican/blob/4.12.0/pelican/utils.py, ``slugify``
    """
    slug = unicodedata.normalize("NFKC", Markup(name).striptags())
    if not settings.get("SLUGIFY_USE_UNICODE"):
        slug = unidecode(slug)
    usual = settings.get("SLUG_REGEX_SUBSTITUTIONS", ())
    for pattern, instead in settings.get(f"{kind.upper()}_REGEX_SUBSTITUTIONS", usual):
        sought, put = unicodedata.normalize("NFKC", pattern), unicodedata.normalize("NFKC", instead)
        slug = re.sub(sought, put, slug, flags=re.IGNORECASE)
    return (slug if settings.get("SLUGIFY_PRESERVE_CASE") else slug.lower()).strip()


class LabelEdits:
    """
    Tags, topics and authors since one build.

    Args:
        build: As it was left.
        cannot: Says that it takes a build, and raises.
    """

    def __init__(self, build: SiteBuild, arrangement: Arrangement, cannot: Callable[[str], NoReturn]) -> None:
        self.build, self.arrangement, self._cannot = build, arrangement, cannot
        self.begun: dict[tuple[str, str], KeptLabel] = {}  # by kind and slug
        self.noted: dict[str, tuple[str, ...]] = {}  # by its file, what names a list that began; nothing if it ended
        self._spelled: Spellings = {}  # before

    def given(self, kind: str) -> list[tuple[Any, Any]]:
        """Return each tag, category or author with its posts, as pages are given them."""
        found: list[tuple[Any, Any]] = self.arrangement.value(f"given {LABELS[kind]}")
        return found

    def every(self, kind: str) -> list[tuple[Any, Any]]:
        """Return the same with those that have no post in the blog's own language, which no page names."""
        found: list[tuple[Any, Any]] | None = self.arrangement.find(f"every {LABELS[kind]}")
        return self.given(kind) if found is None else found

    def of_slug(self, kind: str, slug: str) -> Any:
        """Return the label of that *slug*, which has no list in some language; None where there is none."""
        there = (label for label, _ in self.every(kind) if label.slug == slug)
        return self.begun.get((kind, slug)) or next(there, None)

    def tag(self, slug: str, spelling: str) -> Any:
        """Return the tag of that *slug*, which may be new."""
        return self._known("tag", lambda label: label.slug == slug) or self._begin("tag", slug, spelling)

    def named(self, kind: str, name: str) -> Any:
        """Return the category or author of that *name*, who may be new."""
        return self._known(kind, lambda label: label.name == name) or self._begin(kind, self._slug(kind, name), name)

    def _known(self, kind: str, is_sought: Callable[[Any], bool]) -> Any:
        there = [label for label, _ in self.every(kind)]
        there += [label for (of, _), label in self.begun.items() if of == kind]
        return next(filter(is_sought, there), None)

    def _begin(self, kind: str, slug: str, name: str) -> KeptLabel:
        """Return a label that was not there."""
        settings = self.build.settings
        self._refuse_unlisted(kind, slug)
        if kind == "tag":
            if self._spelled.get(slug) or (slug not in self._spelled and self.arrangement.value("spellings").get(slug)):
                self._cannot("edit_begins")  # posts in other languages have it
            name = self.build.tags.choose([name])[0][slug]
        places = {
            place: str(settings[f"{kind.upper()}_{place.upper()}"] or "").format(slug=slug, name=name)
            for place in ("url", "save_as")
        }
        values: dict[str, Any] = {"name": name, "slug": slug, **places, "has_page": True}
        if kind == "tag":
            values["description"] = taxonomy.descriptions(slug, self.build.tags, self._languages())
        elif kind == "author":
            author = SimpleNamespace(name=name)
            taxonomy.know_authors([SimpleNamespace(authors=[author])], self.build.people)
            if author.person and author.person.photo:
                self._cannot("edit_pictures")
            values |= {"person": author.person, "portrait": None}
        label = self.begun[kind, slug] = self.arrangement.new_label(values)
        return label

    def page_name(self, kind: str, label: Any) -> str:
        """Return what Pelican calls the page of *label*."""
        pattern = os.path.splitext(str(self.build.settings[f"{kind.upper()}_URL"]))[0]
        return pattern.format(slug=label.slug, name=label.name)

    def _languages(self) -> set[str]:
        return {self.build.settings["DEFAULT_LANG"], *self.build.editions.others}

    def _slug(self, kind: str, name: str) -> str:
        """
        Return the slug of a *name* that is new.

        Raises:
            NeedsBuildError: others have the like, and it depends on whose is older.
        """
        own = pelican_slug(name, kind, self.build.settings) if slugify(name) else ""
        slug = distinct([(name, own)])[name]
        known = [label for label, _ in self.every(kind)]
        known += [label for (of, _), label in self.begun.items() if of == kind]
        if any(_is_like(label, slug) or name_key(label.name) == name_key(name) for label in known):
            self._cannot("edit_begins")
        return slug

    def refuse(self, edit: ListEdit) -> None:
        """
        See that the label of a list is, but for its posts, what it was.

        Raises:
            NeedsBuildError: posts name it in several ways; it begins or ends and the text of a page names it too; or it
                ends, and something else would take its place, or its portrait go.
        """
        kind, label = str(edit.key[0]), edit.label
        if (kind, label.slug) in self.arrangement.value("labels of several names"):
            self._cannot("edit_begins")
        if edit.is_gone or edit.is_new:
            self._refuse_unlisted(kind, label.slug)
        if edit.is_gone and kind == "author" and getattr(label, "portrait", None):  # which goes with them
            self._cannot("edit_pictures")
        if edit.lang:  # the list of the blog has its name and its address
            return
        if edit.is_gone or edit.is_new:
            is_of_page = (kind, label.slug) in self.arrangement.value("labels of pages")
            if is_of_page and kind == "tag":  # the text of the page leads there, or not
                self._cannot("edit_begins")
            if not is_of_page:  # else it is noted as the page spells it
                self.noted[label.save_as] = (moved.label_key(LABELS[kind], label),) if edit.is_new else ()
        others = [one for one, _ in self.every(kind) if one is not label] if edit.is_gone and kind != "tag" else []
        if any(_is_like(one, label.slug) for one in others):
            self._cannot("edit_begins")

    def _refuse_unlisted(self, kind: str, slug: str) -> None:
        """See that no post has a label of that *slug* which is in no list: such a one has no page."""
        if (kind, slug) in self.arrangement.value("labels of unlisted"):
            self._cannot("edit_begins")

    def respell(self, old: Spellings, new: Spellings) -> None:
        """Note how tags are spelled by a post which spelled them as *old*."""
        spellings: Spellings = dict(self.arrangement.value("spellings"))
        for slug in old.keys() | new.keys():
            known = Counter(spellings.get(slug, {}))
            self._spelled.setdefault(slug, known)
            spellings[slug] = known - old.get(slug, Counter()) + new.get(slug, Counter())
        self.arrangement.leave("spellings", spellings)

    def settle(self) -> None:
        """
        See that tags are called what they were, now that all posts spell them as they do.

        Raises:
            NeedsBuildError: the name of one, or what is told of it, may be another.
        """
        spellings: Spellings = self.arrangement.value("spellings")
        for slug, before in self._spelled.items():
            used = _by_use(before)
            if len(before | spellings[slug]) > 1 and (not used or used != _by_use(spellings[slug])):
                self._cannot("edit_spelled")


def _is_like(label: Any, slug: str) -> bool:
    """Whether *label* has that *slug*, or would if nobody else had (``distinct`` of ``tertulia/core/slugs.py``)."""
    return bool(label.slug == slug or re.fullmatch(rf"{re.escape(slug)}-[0-9a-f]{{6}}", label.slug))


def _by_use(spellings: Mapping[str, int]) -> list[str]:
    """Return the spellings of a tag, the usual one first; none where that depends on who used which first."""
    used = sorted(spellings, key=lambda one: -spellings[one])
    return used if len(set(spellings.values())) == len(used) else []
