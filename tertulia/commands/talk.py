"""The conversation from the terminal: a way into the moderation, the queue itself, export, import, backup, erasing."""

import json
import sys
import textwrap
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from tertulia.app import Blog
from tertulia.commands.unpublished import unpublished
from tertulia.content import snapshot
from tertulia.conversation import talk_out
from tertulia.conversation.changes import changes, readable
from tertulia.conversation.moderator import Action, Moderator
from tertulia.core import running, sanitise, strict_json
from tertulia.core.errors import TertuliaError
from tertulia.core.files import PRIVATE, private_folder, write_whole
from tertulia.core.languages import current, say
from tertulia.core.text import one_line
from tertulia.store import Store, archive
from tertulia.store.person_tables import Role
from tertulia.store.persons import Account
from tertulia.store.said import Read, Said, Status
from tertulia.store.team import LONGEST_NAME

# What is pressed, and what it does. The letters are those of the English words in both languages: hands learn them.
KEYS = {
    "a": Action.APPROVE,
    "r": Action.REJECT,
    "s": Action.SPAM,
    "t": Action.TRUST,
    "b": Action.BLOCK,
    "n": None,
    "u": None,
    "q": None,
}
WIDTH = 100
NO_ROLE = "none"
OTHER_FORMS = (".atom", ".csv")


def run_moderate(
    root: Path, *, web: bool = False, address: str = "", undoes: bool = False, who: str = "", role: str = ""
) -> None:
    """
    Print a way into the moderation page, and go through the queue here where there is somebody at the terminal.

    Args:
        web: Only the link.
        address: Where the service is seen, in place of ``SERVICE_ADDRESS``.
        undoes: Only take the last decision back.
        who: What the others call whoever comes in by the link.
        role: What they may do; "none" when they are to come in no more.
    """
    from tertulia.web.sign_in import link

    with Blog(root, preview_address=address) as blog:
        name = one_line(who, LONGEST_NAME)
        if role and not name:
            raise TertuliaError(say("talk_role_whose"))
        if role not in ("", NO_ROLE, *Role):
            raise TertuliaError(say("talk_role", role=role))
        if role == NO_ROLE:
            dismissed = blog.store.team.dismiss(name)
            print(say("talk_dismissed" if dismissed else "talk_not_member", name=name))
            return
        if undoes:
            undo(blog.moderator)
        else:
            here = "" if address or blog.conf.get("SERVICE_ADDRESS") else running.address(root)
            print(say("talk_link", link=link(blog, here, who=name, role=Role(role) if role else None)))
        if not web and not undoes and sys.stdin.isatty():
            print(say("talk_decided", n=moderate(blog.moderator)))
        blog.background.run_pending()


def run_comments(root: Path, folder: Path, what: str, *, file: str = "", person: str = "") -> None:
    """Export, import or copy the conversation, with *file* as seen from *folder*; the snapshots follow."""
    what, *ids = what.split("\n")
    with Blog(root) as blog:
        if what == "move":
            move(blog, ids)
        else:
            file = file or next(iter(ids), "")  # "import talk.json" says as much as "import --file talk.json"
            if file and what != "import":
                unpublished(folder / file, blog)
            blog.heed_people()
            if what == "export" and not person and Path(file).suffix.lower() in OTHER_FORMS:
                print(export_for_programs(blog, folder / file))
                return
            print(comments(blog.store, folder, what, file, person, var=root / "var"))
        blog.moderator.show_all()
        blog.background.run_pending()


def export_for_programs(blog: Blog, path: Path) -> str:
    """Write the whole talk for other programs, in the form that the file's name ends in; what was done, in words."""
    data = (
        talk_out.table(blog.store, blog.now())
        if path.suffix.lower() == ".csv"
        else talk_out.atom(blog.store, blog.info)
    )
    write_whole(path, data, mode=PRIVATE)
    return say("talk_written", path=path.name)


def run_erase(root: Path, who: str, *, sure: bool = False) -> None:
    """Erase a person and all they said."""
    with Blog(root) as blog:
        print(erase(blog.moderator, who, sure))
        blog.background.run_pending()


def move(blog: Blog, ids: list[str]) -> None:
    """
    Bring the talk and the announcements of the post *ids*[0] to the post *ids*[1]: each an Id, or "ID.LANG".

    Raises:
        TertuliaError: these are not two, or one of them is not known.
    """
    if len(ids) != 2 or ids[0] == ids[1]:
        raise TertuliaError(say("move_which"))
    said = {*blog.store.conversation.posts(), *((row.post, row.lang) for row in blog.store.deliveries.all())}
    there = {post.key for post in blog.published().posts}
    olds, news = (_posts_called(name, known) for name, known in zip(ids, (said, there), strict=True))
    if not olds or not news:
        raise TertuliaError(say("move_unknown", post=ids[0] if not olds else ids[1]))
    comments = announced = 0
    for old in olds:
        same = [new for new in news if new[1] == old[1]] or (news if len(news) == 1 else [])
        if not same:
            raise TertuliaError(say("move_unknown", post=f"{ids[1]}.{old[1]}"))
        comments += blog.store.conversation.move(old, same[0], blog.now())
        announced += blog.store.deliveries.move(old, same[0])
        _move_links(blog.snapshots, old, same[0])
        blog.outbox().show(*same[0])
    print(say("move_done", n=comments, announced=announced))


def _move_links(snapshots: Path, old: tuple[str, str], new: tuple[str, str]) -> None:
    """Bring over what the snapshot of *old* shows of networks, also what no store knows any more."""
    links = snapshot.read(snapshots, *old).syndication
    snapshot.update(
        snapshots, *new, lambda talk: msgspec.structs.replace(talk, syndication=tuple({*talk.syndication, *links}))
    )
    snapshot.update(snapshots, *old, lambda talk: msgspec.structs.replace(talk, syndication=()))


def _posts_called(name: str, known: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of *known* that *name* means: an Id in every language, or in one."""
    return sorted(key for key in known if name in (key[0], ".".join(key)))


def moderate(
    moderator: Moderator,
    ask: Callable[[str], str] = input,
    show: Callable[[str], None] = print,
) -> int:
    """Go through what waits, one by one, as it is when it is shown; how many were decided."""
    done = 0
    waiting = deque(said.key for said in moderator.store.conversation.find(("waiting",), limit=1000))
    number, of = 0, len(waiting)
    if not waiting:
        show(say("talk_nothing"))
    while waiting:
        said = moderator.store.conversation.get(waiting[0])
        if said is None or said.status != Status.WAITING:
            waiting.popleft()  # decided meanwhile, with a person's other comments or in the web page
            number += 1
            continue
        show(as_text(moderator.store, said, number + 1, max(of, number + 1)))
        key = _pressed(ask, show)
        if key == "q":
            break
        if key == "u":
            undone = undo(moderator, show)
            waiting.extendleft(one for one in undone if one != waiting[0])
            done, number = done - len(undone), max(0, number - len(undone))
            continue
        action = KEYS[key]
        applied = moderator.apply(action, [Read(said.key, said.version)]) if action else None
        if applied and applied.unread:
            show(_changed(moderator.store, *applied.unread[0]))
            continue
        done += bool(applied)
        waiting.popleft()
        number += 1
    return done


def undo(moderator: Moderator, show: Callable[[str], None] = print) -> list[str]:
    """Take the last decision back, wherever it was made; the keys of the comments that are as they were."""
    batch = moderator.store.conversation.last_batch()
    results = moderator.undo(batch)
    undone = [one.after.key for one in results if one.is_done and one.after]
    changed = sum(one.state in ("stale", "refused") for one in results)
    show(say("mod_done_undo", n=len(undone)) if batch else say("talk_no_undo"))
    if changed:
        show(say("mod_not_undone", n=changed))
    return undone


def _pressed(ask: Callable[[str], str], show: Callable[[str], None]) -> str:
    while (key := ask(say("talk_keys")).strip().lower()[:1]) not in KEYS:
        show(say("talk_keys_help"))
    return key


def _changed(store: Store, read: Read, now: Said) -> str:
    """Return that nothing was decided, and what is not as it was read."""
    found = changes(read, store.conversation.revision(read), now)
    return "\n".join(["", say("talk_changed"), *(f"  · {change}" for change in found)])


def as_text(store: Store, said: Said, number: int = 0, of: int = 0) -> str:
    """Return a comment as the terminal shows it: context, words, reasons. Nothing in it moves the cursor."""
    lines = ["", f"── {number}/{of} ── {said.post} ({said.lang}) " if of else ""]
    for above in store.conversation.thread(said)[-1:]:
        lines += textwrap.wrap(
            f"{above.name}: {readable(above.html)}", WIDTH, initial_indent="    │ ", subsequent_indent="    │ "
        )[:3]
    where = f" · {said.handle or said.author_url}" if said.handle or said.author_url else ""
    lines.append(
        f"{sanitise.one_line(said.name)}{sanitise.one_line(where)} · {said.published_at[:16].replace('T', ' ')}"
    )
    for paragraph in readable(said.html).split("\n"):
        lines += textwrap.wrap(paragraph, WIDTH, initial_indent="  ", subsequent_indent="  ") or [""]
    lines += [
        f"  · {say(key, **values)}" + (f" ({points:+d})" if points else "") for key, values, points in said.reasons
    ]
    return "\n".join(lines)


def comments(store: Store, folder: Path, what: str, file: str, person: str, *, var: Path) -> str:
    """
    ``export``, ``import``, ``backup``; what was done, in words.

    Args:
        folder: Where *file* is looked at from.
        var: The blog's own, which git does not see: where a file goes for which no name was given.
    """
    if what == "export":
        path = folder / file if file else var / "export" / f"{say('export_name')}-{datetime.now(UTC):%Y-%m-%d}.json"
        held = archive.of_person(store.database, _person(store, person), person) if person else None
        data = held or archive.export(store.database)
        if not file:
            private_folder(path.parent)
        # For its owner's eyes: it holds e-mail addresses.
        write_whole(path, json.dumps(data, ensure_ascii=False, indent=1) + "\n", mode=PRIVATE)
        return say("talk_exported", n=len(data["comments"]), path=file or path.relative_to(var.parent))
    if what == "import":
        if not file:
            raise TertuliaError(say("talk_which_file"))
        try:
            data = strict_json.decode((folder / file).read_bytes())
        except (OSError, ValueError) as error:
            raise TertuliaError(say("archive_broken", why=error)) from error
        return say("talk_imported", n=archive.load(store.database, data if isinstance(data, dict) else {}))
    if what == "backup":
        path = folder / file if file else var / "backup" / f"tertulia-{datetime.now(UTC):%Y%m%d-%H%M%S}.db"
        archive.backup(store.database, path)
        return say("talk_backed_up", path=file or path.relative_to(var.parent))
    raise TertuliaError(say("talk_what", what=what))


def erase(moderator: Moderator, who: str, sure: bool, ask: Callable[[str], str] = input) -> str:
    """Erase everybody that *who* (a comment's key, a name, a handle, an address) means, after asking."""
    people = _people(moderator.store, who)
    followed = moderator.store.followers.of_address(who)
    reads = moderator.store.subscribers.of_address(who)
    if not people and not followed and not reads:
        raise TertuliaError(say("talk_nobody", who=who))
    if not sure:
        if followed:
            print(say("talk_follower", who=who, n=len(followed)))
        if reads:
            print(say("talk_reader", who=who))
        accounts = {one.id: one for number in people for one in _accounts(moderator.store, number)}
        for one in accounts.values():
            number = len(moderator.store.conversation.find(person=one.id, limit=100_000))
            print(say("talk_person", name=one.name, handle=one.handle or one.url or one.network, n=number))
        if ask(say("talk_sure")).strip().casefold() not in current().words("yes"):
            return say("talk_kept")
    moderator.store.followers.forget(who, moderator.now())
    posts = sum(moderator.erase(person) for person in people)
    return say("talk_erased", n=len(people), posts=posts)


def _accounts(store: Store, number: int) -> tuple[Account, ...]:
    """All that go with the account *number*."""
    person = store.persons.get(number)
    return person.accounts if person else ()


def _people(store: Store, who: str) -> dict[int, Said]:
    """Those that *who* names exactly; a part of a name is nobody."""
    if one := store.conversation.get(who.removeprefix("c-")):
        return {one.person: one}
    found = [said for notice in store.letters.of_address(who) if (said := store.conversation.get(notice.key))]
    return {said.person: said for said in [*found, *store.conversation.named(who)]}


def _person(store: Store, who: str) -> int | None:
    """Return whom *who* names; None for an address of mail that follows a talk or has the newsletter, and no more."""
    people = _people(store, who)
    if not people and (store.followers.of_address(who) or store.subscribers.of_address(who)):
        return None
    if people and set(people) <= store.persons.members(next(iter(people))):
        return next(iter(people))  # by several accounts
    if len(people) != 1:
        raise TertuliaError(say("talk_nobody", who=who) if not people else say("talk_several", who=who))
    return next(iter(people))
