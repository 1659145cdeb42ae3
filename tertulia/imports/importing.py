"""An import from one end to the other: read, mended, placed, written, recorded, told.

Nothing is written before all is known, and whatever is, is written whole: a run that is killed is run again, and the
same comes of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tertulia.content.folder import markdown_files
from tertulia.content.key_names import key_names
from tertulia.content.tags import Tags
from tertulia.core import slugs
from tertulia.core.addresses import host_of, split_address, web_address
from tertulia.core.errors import ContentError
from tertulia.core.files import write_whole
from tertulia.core.languages import say
from tertulia.core.text import one_line, strip_controls
from tertulia.core.tokens import keyed
from tertulia.imports import contacts, embeds, escapes, known, markdown, people, redirects, rewritten, talk
from tertulia.imports.export import Export
from tertulia.imports.fetching import OldFiles, Web
from tertulia.imports.here import BlogPosts
from tertulia.imports.mojibake import repaired_comment, repaired_post
from tertulia.imports.parts import parts
from tertulia.imports.pictures import Pictures
from tertulia.imports.plan import Layout, Means, Placed, Plan
from tertulia.imports.references import References
from tertulia.imports.registry import Importer
from tertulia.imports.report import Report
from tertulia.imports.texts import Texts
from tertulia.imports.types import Loss, OldComment, OldPost, OldSite
from tertulia.imports.writing import LONGEST, HeaderValues, Ledger, Names, post_text, write_posts
from tertulia.store import Store
from tertulia.store.said import source_id

FOLDER = Path("var/import")
_HEADER_BYTES = 50_000  # kept for a post's header in what a file may hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be imported, and into what."""

    root: Path  # the blog's folder
    layout: Layout
    store: Callable[[], Store]  # opened when there is something to record
    key: bytes  # names the old site's people
    now: datetime
    uploads: Path | None = None
    old_site: str = ""  # its address, where the export does not tell, or another one
    web: Web | None = None  # asks the old site for files that nobody has a copy of
    dry: bool = False  # only tell


def run(export: Export, importer: Importer, job: Job) -> tuple[Report, Path]:
    """
    Import *export*; what is to be told, and where it was written.

    Raises:
        ContentError: the export cannot be read.
        TertuliaError: the sums do not agree.
    """
    site = importer.read(export).counted()
    if not site.read:
        names = ", ".join(path.name for path in export.paths)
        raise ContentError(say("import_nothing", file=names, label=importer.label))
    site = _mended(site, job)
    content = job.root / "content"
    folder = job.root / FOLDER
    name = f"{importer.kind}-{slugs.slug_of(host_of(site.address)) or 'site'}"
    site = known.together(known.remembered(folder / f"{name}.known.json", OldSite), site)
    ledger_file = folder / f"{name}.json"
    ledger = known.remembered(ledger_file, Ledger)
    old_files = OldFiles(folder / "files", job.web) if job.web and not job.dry else None
    pictures = Pictures(content, job.uploads, old_files, export, later=job.dry and bool(job.web))
    mine = {old: entry.file for old, entry in ledger.posts.items()}
    others = {path.relative_to(job.root).as_posix() for path in markdown_files(content)} - set(mine.values())
    tags = Tags.load(content / "tags.toml")
    plan = Plan(site, prefix=importer.prefix, layout=job.layout, pictures=pictures, files=mine, tags=tags, taken=others)
    report = Report(importer.label, site, plan, dry=job.dry)
    authors = people.known_as(content / "people.toml", site.authors, dry=job.dry)
    report.losses += [Loss("unread", f"{importer.label}: {name}") for name in export.unread()]
    talk.tell_cut(site, plan)
    report.texts = _PostWriter(plan, authors, References(site), key_names(), job.now).texts()
    report.check()
    if not job.dry:
        known.save(folder / f"{name}.known.json", site)
    del site  # a large blog is in memory once, as it will be here
    report.forget_bodies()
    report.written = write_posts(job.root, ledger, ledger_file, report.texts, dry=job.dry)
    lines = list(redirects.lines(plan))
    report.redirects, report.pictures = len(lines), len(pictures.used)
    if not job.dry:
        report.losses += [loss for _, loss in pictures.copy(ledger.pictures) if loss]
        embeds.mark(content, [job.root / report.texts.file(old) for old in report.texts], job.now)
        redirects.add(content / redirects.NAME, lines)
        _record(report, importer, job, ledger, ledger_file)
        ledger.save(ledger_file)
        report.check()
    path = folder / f"{job.now:%Y-%m-%d}-{'dry-' if job.dry else ''}import-{importer.kind}.md"
    write_whole(path, strip_controls(report.markdown()))
    return report, path


def _mended(site: OldSite, job: Job) -> OldSite:
    """*site* with its words as they were meant, and with an address."""
    given = job.old_site
    address = web_address(given if "://" in given or not given else f"https://{given}").rstrip("/")
    if not site.posts:  # talk alone, about what is here
        address = address or job.layout.home
    if not (site.address or address):
        raise ContentError(say("import_no_address"))
    hosts = {host_of(one) for one in (site.address, address)} - {""}
    site = contacts.left_out(_completed(site, site.address or address), job.key)
    return replace(
        site,
        hosts=(*site.hosts, *hosts),
        posts=tuple(_at_home(repaired_post(one), job.layout.zone) for one in site.posts),
        comments=tuple(_nameless(repaired_comment(one), job.key) for one in site.comments),
    )


def _completed(site: OldSite, address: str) -> OldSite:
    """*site* whose paths are addresses on the host that the person told."""

    origin, folder = split_address(address).origin, split_address(address).path.rstrip("/")

    def whole(path: str) -> str:
        if not path.startswith("/") or path.startswith("//"):
            return path
        return (origin if folder and f"{path}/".startswith(f"{folder}/") else address) + path

    return replace(
        site,
        address=address,
        posts=tuple(replace(one, address=whole(one.address), cover=whole(one.cover)) for one in site.posts),
        comments=tuple(replace(one, post=whole(one.post)) for one in site.comments),
        addresses=tuple(replace(one, address=whole(one.address), target=whole(one.target)) for one in site.addresses),
    )


def _at_home(post: OldPost, zone: ZoneInfo) -> OldPost:
    """*post* at the hour that the blog's clocks showed, where its source wrote down Greenwich's."""
    if post.published and post.published.utcoffset() == timedelta(0):
        return replace(post, published=post.published.astimezone(zone))
    return post


def _nameless(comment: OldComment, key: bytes) -> OldComment:
    """*comment* without what tells who wrote it, but for who has the key."""
    return replace(comment, person=keyed(key, comment.person)[:32] if comment.person else "")


@dataclass(frozen=True, slots=True)
class _PostWriter:
    """Writes each post down as a file of ours."""

    plan: Plan
    authors: dict[str, str]  # the source's key → that of people.toml
    references: References
    names: Names
    now: datetime

    def texts(self) -> Texts:
        """Return the file and the text of every post, by its old id; of a long one, of each of its parts."""
        made = Texts()
        for place in self.plan.places.values():
            for one, text in self._texts(place):
                made.put(one.post.id, one.file, text)
        return made

    def _texts(self, place: Placed) -> list[tuple[Placed, str]]:
        post, means = place.post, Means(self.plan, place)
        if post.body_format == "html":
            body = markdown.convert(self.references.filled(post.body, post.id, means.lose), means, post.notes)
        else:
            body = rewritten.with_new_links(post.body, means)
        if not body.strip() and place.is_public and not post.is_page:
            means.lose("empty")
        for words, most in ((post.title, "title"), (post.summary, "summary"), (post.cover_alt, "cover_alt")):
            self._tell_cut(words, LONGEST[most], means)
        for words in (*post.categories, *post.tags):
            self._tell_cut(words, LONGEST["name"], means)
        room = self.plan.layout.largest_post_bytes
        bodies = parts(body, max(room // 2, room - _HEADER_BYTES))
        places = [place, *(self.plan.part(place, number) for number in range(2, len(bodies) + 1))]
        if len(places) > 1:
            means.lose("split", places[1].post.title)
        for at, following in enumerate(places[1:]):
            bodies[at] += f"\n\n{_to_next(following)}"
        return [(one, self._text(one, text, means)) for one, text in zip(places, bodies, strict=True)]

    def _text(self, place: Placed, body: str, means: Means) -> str:
        post = place.post
        cover, alt = self._cover(place, means)
        # Who follows the feed knows it, and it was announced there; what was not public yet was not.
        is_known = place.is_public and not post.is_page and bool(place.date and place.date <= self.now)
        values = HeaderValues(
            authors=[self.authors.get(author, author) for author in post.authors],
            lang=place.lang if place.lang != self.plan.layout.language else "",
            cover=cover,
            cover_alt=alt,
            guid=(post.guid or post.address or place.id) if is_known else "",
        )
        return post_text(place, body, values, self.names)

    def _tell_cut(self, words: str, most: int, means: Means) -> None:
        """Note that a value is longer than a header may hold."""
        if one_line(words, most) != one_line(words, len(words) + 1):
            means.lose("cut", one_line(words, 60))

    def _cover(self, place: Placed, means: Means) -> tuple[str, str]:
        """Return the place of a post's cover, and what it shows."""
        post = place.post
        shown = self.references.cover(post.cover)
        address = shown.address if shown else post.cover if "/" in post.cover else ""
        whole = self.plan.whole(address, post.address) if address else ""
        cover = self.plan.pictures.shown(whole) if whole else ""
        if post.cover and not cover:
            means.lose(self.plan.pictures.missing(whole) if address else "cover", address or post.cover)
        return cover, post.cover_alt or (shown.alt if shown else "")


def _to_next(part: Placed) -> str:
    """Return a line that leads to the following part."""
    words = escapes.text(say("import_continues", title=part.post.title))
    return f"[{words}]({escapes.address(part.address)})" if part.address else words


def _record(report: Report, importer: Importer, job: Job, ledger: Ledger, ledger_file: Path) -> None:
    """Record the talk, and the snapshots of the posts that it was about."""
    here = BlogPosts(job.root, job.layout)
    gathered = talk.gathered(report.site, report.plan, here, source=importer.kind, key=job.key)
    report.orphans = len(gathered.orphans)
    report.is_recorded = True
    report.losses += _orphans(comment.post for comment in gathered.orphans)
    counts = [
        (place, kind, number) for place in report.plan.places.values() for kind, number in place.post.counts.items()
    ]
    if not (gathered.decided or counts):
        return
    was_cut, ledger.is_recording = ledger.is_recording, True
    ledger.save(ledger_file)
    store = job.store()
    report.taken = talk.record(store, gathered, job.now)
    host, changed = host_of(report.site.address), set(report.taken.posts)
    for place, kind, number in counts:
        name = source_id(host, f"{place.post.id}/{kind}s")
        if store.conversation.count(place.id, place.lang, kind, importer.kind, name, number=number, now=job.now):
            changed.add((place.id, place.lang))
    to_show = {*talk.posts_of(gathered), *((place.id, place.lang) for place, *_ in counts)} if was_cut else changed
    store.conversation.show_many(job.root / "var" / "conversation", sorted(to_show))
    ledger.is_recording = False


def _orphans(posts: Iterable[str]) -> list[Loss]:
    return [Loss("orphan", post) for post in dict.fromkeys(posts)]
