"""Links after an edit: what is wrong with those of the texts that were saved, and what others lead to.

Who leads to what is no more, or led nowhere and leads to what is there now, is told by a build.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tertulia.core import lazy_re
from tertulia.core.languages import say
from tertulia.core.models import Problem
from tertulia.edits.address_edits import AddressEdits
from tertulia.edits.arrangement import Arrangement, KeptPost
from tertulia.edits.arrivals import Arrivals
from tertulia.edits.moves import Moves
from tertulia.edits.site_left import files_led_to, with_places
from tertulia.edits.text_edits import Edit, NeedsBuildError
from tertulia.site import broken_links
from tertulia.site.build import SiteBuild
from tertulia.site.elsewhere import asked_by, suspecting
from tertulia.site.problems import no_ids
from tertulia.site.reading import allowed_hosts
from tertulia.site.records import Reading

_ID = lazy_re.compile(rb"""\s(?:id|name)\s*=\s*["']?([^"'\s>]+)""")


class LinkEdits:
    """
    Links since one build.

    Args:
        build: As it was left.
        output: What it has written.
        drawn: Pages that were drawn since.
    """

    def __init__(
        self,
        build: SiteBuild,
        arrangement: Arrangement,
        output: Path,
        drawn: Mapping[str, bytes],
        *,
        moves: Moves,
        addresses: AddressEdits,
        arrivals: Arrivals,
    ) -> None:
        self.build, self.arrangement, self.output, self.drawn = build, arrangement, output, drawn
        self.moves, self.addresses, self.arrivals = moves, addresses, arrivals

    def refuse_pages(self, posts: Iterable[KeptPost]) -> None:
        """
        Look whether what was drawn asks other hosts, or has lost a place that another page leads to.

        Raises:
            NeedsBuildError: it does, or may.
        """
        own = frozenset(host.lower() for host in allowed_hosts(self.build.settings))
        is_suspect = suspecting(own)
        for page in self.drawn.values():
            if is_suspect(page) and asked_by(page, own):
                raise NeedsBuildError(say("edit_undeclared"))
        anchored = self.arrangement.value("anchored")
        for name in {*self.drawn, *(post.save_as for post in posts)} & anchored:
            old = bytes_at(self.output / name) or b""
            if set(_ID.findall(self.drawn.get(name, old))) != set(_ID.findall(old)):
                raise NeedsBuildError(say("edit_arranged", path=name))

    def refuse_lost(self, posts: Iterable[KeptPost], goes: Iterable[KeptPost]) -> None:
        """
        Look whether other posts lead to what is no more, or led nowhere and lead to what is there now.

        Raises:
            NeedsBuildError: one does.
        """
        looked_at = {post.number for post in (*posts, *goes)}
        files = {**self.moves.changes.pages, **self.moves.files}
        lost = [name for name, held in files.items() if held is None and name not in self.drawn]
        lost += self.addresses.left - self.drawn.keys()
        for name in lost:
            if self.arrangement.leading_to(name) - looked_at:
                raise NeedsBuildError(say("edit_led_to", path=name))
        new = {name for name in (*self.drawn, *self.addresses.asked) if not (self.output / name).exists()}
        self.arrivals.refuse_addresses(lost, new)
        self.arrivals.refuse_links(self.arrangement.value("broken"), new, posts)

    def complaints(self, edits: Sequence[Edit], readings: Sequence[Reading]) -> list[Problem]:
        """Return what is wrong with files that read as *readings*, and with the links of their posts as they are."""
        found = [problem for reading in readings for problem in reading.problems]
        told: dict[str, list[str]] = {}
        for problem in found:
            told.setdefault(problem.path, []).append(problem.what)
        check = broken_links.LinkCheck(
            self.output,
            self.build.settings,
            lambda: broken_links.only_ones(self.arrangement.value("slugs")),
            told,
            self.build.buried,
            tell=found.append,
        )
        check.made = {**dict.fromkeys(self.drawn, True), **dict.fromkeys(self.build.coming, True)}
        check.made |= dict.fromkeys(self.addresses.asked, True)
        check.made |= {name: held is not None for name, held in self.moves.files.items() if name not in check.made}
        for name, page in self.drawn.items():
            check.read(self.output / name, page.decode())
        links = list(broken_links.internal_links(edit.post for edit in edits))
        check.check(links)
        if without := self.arrangement.value("without ids"):
            found.append(no_ids(without))
        self.arrangement.leave("anchored", self.arrangement.value("anchored") | set(with_places(check, links)))
        self.arrangement.leave("broken", self.arrangement.value("broken") | check.broken)
        leads = self.moves.changes.leads
        leads |= {edit.post.number: set() for edit in edits}
        for number, file in files_led_to(check, links):
            leads[number].add(file)
        if any(not self.addresses.left.isdisjoint(files) for files in leads.values()):
            raise NeedsBuildError(say("edit_led_to", path=min(self.addresses.left)))
        return found


def told_anew(
    remarks: Sequence[tuple[str, str]], before: Sequence[Problem], now: Sequence[Problem]
) -> list[tuple[str, str]]:
    """Return the *remarks* of a build with those on a file *before* replaced by those of *now*."""
    old, new = ([(one.severity, str(one)) for one in problems] for problems in (before, now))
    kept = [one for one in remarks if tuple(one) not in old]
    return list(dict.fromkeys([*kept, *new]))


def bytes_at(path: Path) -> bytes | None:
    """Return what is in the file at *path*; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
