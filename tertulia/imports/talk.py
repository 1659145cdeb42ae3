"""The old site's talk, as the store takes it in: decided already, nested as it was, naming nobody's address.

Who two comments are of is told by a keyed hash of what the old site knew of their writer, so that one name is not one
person and an e-mail address is nowhere. Whoever gave neither name nor address is somebody else each time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from tertulia.conversation import bayes
from tertulia.core import sanitise
from tertulia.core.addresses import host_of
from tertulia.core.tokens import keyed
from tertulia.imports.here import BlogPosts
from tertulia.imports.plan import Placed, Plan
from tertulia.imports.types import Loss, OldComment, OldDecision, OldSite
from tertulia.store import Store
from tertulia.store.importing import OldWord, Taken
from tertulia.store.said import Author, Incoming, Status, source_id

_STATUS = {OldDecision.APPROVED: Status.APPROVED, OldDecision.WAITING: Status.WAITING, OldDecision.SPAM: Status.SPAM}
LONGEST_HTML = 200_000


@dataclass(slots=True)
class Talk:
    """What is to be recorded, and what cannot be."""

    decided: list[OldWord] = field(default_factory=list)
    orphans: list[OldComment] = field(default_factory=list)  # of no post that is known


def gathered(site: OldSite, plan: Plan, blog: BlogPosts, *, source: str, key: bytes) -> Talk:
    """
    Return the comments of *site* as the store takes them.

    Args:
        blog: The posts that are here already: a service for comments exports no posts.
        source: What they are known by: the importer's kind.
        key: Nobody without it can tell who a person is.
    """
    talk = Talk()
    host = host_of(site.address)
    known = {comment.id: source_id(host, comment.anchor or comment.id) for comment in site.comments}
    for comment in _in_order(site.comments):
        place = plan.places.get(comment.post) or plan.post_at(comment.post) or blog.at(plan, comment.post)
        if place is None:
            talk.orphans.append(comment)
            continue
        parent = known.get(comment.parent, "")
        talk.decided.append(
            OldWord(
                incoming=_incoming(comment, parent, place, plan, source=source, host=host, key=key),
                status=_STATUS[comment.decision],
                likes=comment.likes,
            )
        )
    return talk


def tell_cut(site: OldSite, plan: Plan) -> None:
    """Note, with their posts, the comments of which only the beginning is kept."""
    for comment in site.comments:
        place = plan.places.get(comment.post) or plan.post_at(comment.post)
        if place and len(comment.html) > LONGEST_HTML:
            place.losses.append(Loss("cut_comment", f"#{comment.anchor or comment.id}"))


def record(store: Store, talk: Talk, now: datetime) -> Taken:
    """Write the talk down, in one transaction, and have the filter learn from what was new of it."""
    return store.conversation.record_many(
        talk.decided,
        now,
        lessons=lambda one: bayes.words_of(one.text, one.author.name, one.author.url, one.html),
    )


def posts_of(talk: Talk) -> list[tuple[str, str]]:
    """Where anything was said: (Id, language)."""
    return sorted({(one.incoming.post, one.incoming.lang) for one in talk.decided})


def _incoming(
    comment: OldComment, parent: str, place: Placed, plan: Plan, *, source: str, host: str, key: bytes
) -> Incoming:
    html = sanitise.clean(_with_new_links(comment.html[:LONGEST_HTML], plan, place))
    who = (comment.person, comment.name, comment.site)
    if comment.is_owner:
        who = ("owner", comment.name, "")
    elif not any(who[:2]):
        who = ("nobody", comment.id, comment.site)
    url = comment.url if host_of(comment.url) not in plan.hosts else ""
    return Incoming(
        source=source,
        source_id=source_id(host, comment.anchor or comment.id),
        post=place.id,
        lang=place.lang,
        kind=comment.kind,
        author=Author(
            network="web" if comment.url else "form",
            identity=keyed(key, "\x00".join(("import", source, host, *who)))[:32],
            name=sanitise.one_line(comment.name, 200),
            url=comment.site,
            is_owner=comment.is_owner,
            is_vouched=False,
        ),
        published=comment.published,
        text=comment.text[:LONGEST_HTML] or sanitise.plain(html),
        html=html,
        url=url,
        in_reply_to=parent,
        edited=comment.edited,
    )


def _with_new_links(html: str, plan: Plan, place: Placed) -> str:
    """*html* whose links to the old site lead where that is now."""
    if not any(host in html for host in plan.hosts):
        return html
    root = sanitise.parse_html(html)
    for link in root.iter("a"):
        whole = plan.whole(link.get("href", ""), place.post.address)
        found = plan.meaning(whole) if whole and host_of(whole) in plan.hosts else None
        new = plan.target(found) if found else ""
        if new:
            link.set("href", plan.layout.home + new + (f"#{whole.partition('#')[2]}" if "#" in whole else ""))
    return _inner(root)


def _inner(root: object) -> str:
    from lxml import html as lxml_html

    return str(lxml_html.tostring(root, encoding="unicode"))


def _in_order(comments: Sequence[OldComment]) -> Iterable[OldComment]:
    """Yield what is answered before its answers; those that answer in a circle answer nobody."""
    by_id = {comment.id: comment for comment in comments}
    done: set[str] = set()
    for comment in comments:
        line = [comment]
        while (above := by_id.get(line[-1].parent)) and above.id not in done and above not in line:
            line.append(above)
        for one in reversed(line):
            if one.id not in done:
                done.add(one.id)
                yield one
