"""What an import did, for the blogger: sums that agree, and what was lost, post by post.

A sum that does not agree is a fault of ours and makes the import fail: something of the export was neither brought,
kept nor counted as left out.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.imports.plan import Placed, Plan
from tertulia.imports.texts import Texts
from tertulia.imports.types import Loss, OldDecision, OldSite
from tertulia.imports.writing import FileOutcome, WrittenPosts
from tertulia.store.importing import Taken


@dataclass(frozen=True, slots=True)
class Sum:
    """What came in of one sort, and what became of it."""

    sort: str  # posts or comments
    read: int
    parts: tuple[tuple[str, int], ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing is missing."""
        return self.read == sum(number for _, number in self.parts)


@dataclass(slots=True)
class Report:
    """All that there is to tell."""

    label: str
    site: OldSite
    plan: Plan
    written: WrittenPosts = field(default_factory=WrittenPosts)
    taken: Taken = field(default_factory=Taken)
    orphans: int = 0
    redirects: int = 0
    pictures: int = 0
    losses: list[Loss] = field(default_factory=list)
    texts: Texts = field(default_factory=Texts)
    dry: bool = False
    is_recorded: bool = False  # the talk is in the store

    def forget_bodies(self) -> None:
        """Let go of the old texts: all that is still to be told of posts is in ``plan`` and ``texts``."""
        self.site = self.plan.site = replace(self.site, posts=(), blocks={})
        for place in self.plan.places.values():
            place.post = replace(place.post, body="", notes={})

    def sums(self) -> tuple[Sum, ...]:
        """Return what came in and what became of it."""
        public = sum(place.is_public for place in self.plan.places.values())
        out = Counter("comment" if one.sort == "comment" else "post" for one in self.site.left_out)
        read = Counter(one.partition(" ")[0] for one in self.site.read)
        by_decision = Counter(comment.decision for comment in self.site.comments)
        return (
            Sum(
                "posts",
                read["post"],
                (("public", public), ("unseen", len(self.plan.places) - public), ("left_out", out["post"])),
            ),
            Sum(
                "comments",
                read["comment"],
                (
                    ("approved", by_decision[OldDecision.APPROVED]),
                    ("waiting", by_decision[OldDecision.WAITING]),
                    ("spam", by_decision[OldDecision.SPAM]),
                    ("left_out", out["comment"]),
                ),
            ),
            Sum(
                "talk",
                len(self.site.comments),
                (
                    ("new", self.taken.new),
                    ("updated", self.taken.updated),
                    ("known", self.taken.same),
                    ("refused", self.taken.refused),
                    ("orphans", self.orphans),
                ),
            ),
        )

    def check(self) -> None:
        """
        See that every sum agrees, that of the talk once it is recorded.

        Raises:
            TertuliaError: one does not.
        """
        for one in self.sums()[: 3 if self.is_recorded else 2]:
            if not one.agrees:
                parts = " + ".join(str(number) for _, number in one.parts)
                raise TertuliaError(say("import_sums", sort=say(f"import_sort_{one.sort}"), read=one.read, parts=parts))

    def summary(self) -> Iterator[str]:
        """Yield a few lines for the terminal."""
        yield say("import_from", label=self.label, site=self.site.address or "…")
        for one in self.sums()[: 3 if self.is_recorded else 2]:
            parts = ", ".join(f"{number} {say(f'import_part_{name}')}" for name, number in one.parts if number)
            yield f"  {say(f'import_sort_{one.sort}')}: {one.read} = {parts or 0}"
        if not self.dry:
            counted = [(outcome, self.written.count(outcome)) for outcome in FileOutcome]
            told = ", ".join(f"{number} {say(f'import_outcome_{outcome}')}" for outcome, number in counted if number)
            yield f"  {say('import_files')}: {told or 0}"
        yield "  " + say("import_more", pictures=self.pictures, redirects=self.redirects)
        lost = sum(bool(place.losses) for place in self.plan.places.values())
        if lost:
            yield "  " + say("import_lost", n=lost)

    def markdown(self) -> str:
        """Return the whole report."""
        lines = [
            f"# {say('import_title', label=self.label)}",
            "",
            *(f"- {line.strip()}" for line in self.summary()),
            "",
        ]
        lines += [*self._whole(), *self._left_out(), *self._unseen(), *self._edited(), *self._losses()]
        return "\n".join(lines).rstrip() + "\n"

    def _whole(self) -> Iterator[str]:
        losses = [*self.site.losses, *self.losses, *self._menu()]
        if losses:
            yield f"## {say('import_section_whole')}\n"
            yield from (f"- {say_loss(loss)}" for loss in losses)
            yield ""

    def _menu(self) -> Iterator[Loss]:
        """Yield the order of the pages, which is a setting here."""
        mine = [place for place in self.plan.places.values() if place.is_public and place.post.is_page]
        pages = [place for place in mine if place.lang == self.plan.layout.language]
        if any(place.post.order for place in pages):
            pages.sort(key=lambda place: (place.post.order, place.post.title.casefold()))
            links = ", ".join(f"({_quoted(_name(one))}, {_quoted(one.address.lstrip('/'))})" for one in pages)
            yield Loss("menu", f"MENU = [{links}]")

    def _left_out(self) -> Iterator[str]:
        counted = Counter((one.sort, one.name, one.why) for one in self.site.left_out)
        if counted:
            yield f"## {say('import_section_left_out')}\n"
            for (sort, name, why), number in counted.items():
                times = f" × {number}" if number > 1 else ""
                yield f"- {say(f'import_left_{why}')} ({sort}) {name}{times}".rstrip()
            yield ""

    def _unseen(self) -> Iterator[str]:
        unseen = [place for place in self.plan.places.values() if not place.is_public]
        if unseen:
            yield f"## {say('import_section_unseen')}\n"
            for place in unseen:
                why = say("import_kept_back", why=place.post.kept_back or "draft")
                yield f"- {place.file}: {_name(place)}: {why}"
            yield ""

    def _edited(self) -> Iterator[str]:
        for outcome in (FileOutcome.EDITED, FileOutcome.DELETED):
            files = [self.texts.file(old) for old, one in self.written.outcomes.items() if one is outcome]
            if files:
                yield f"## {say(f'import_section_{outcome}')}\n"
                yield from (f"- {file}" for file in files)
                yield ""

    def _losses(self) -> Iterator[str]:
        told = [place for place in self.plan.places.values() if place.losses or place.post.is_sticky]
        if told:
            yield f"## {say('import_section_losses')}\n"
        for place in told:
            yield f"### {_name(place)}\n"
            yield f"{place.post.address or '—'} → {place.address or '—'}\n"
            losses = [*place.losses, *([Loss("sticky")] if place.post.is_sticky else [])]
            yield from (f"- {self._where(place, loss)}: {say_loss(loss)}" for loss in losses)
            yield ""

    def _where(self, place: Placed, loss: Loss) -> str:
        """``file:line`` of what is left of it; the file where nothing is."""
        _, text = self.texts.get(place.post.id, ("", ""))
        at = text.find(loss.what) if loss.what else -1
        return place.file if at < 0 else f"{place.file}:{text.count(chr(10), 0, at) + 1}"


def say_loss(loss: Loss) -> str:
    """Return a loss in the blog's language."""
    return say(f"import_loss_{loss.kind}", what=loss.what)


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _name(place: Placed) -> str:
    return place.post.title or place.id
