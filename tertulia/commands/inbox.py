"""The inbox in the terminal: what waits for an answer, one thing with the talk above it, answering, setting aside."""

import secrets
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from tertulia.app import Blog
from tertulia.commands.announce import line_for
from tertulia.commands.talk import WIDTH, as_text
from tertulia.content import saved_answers
from tertulia.content.networks import label
from tertulia.content.tone import Tone
from tertulia.conversation import inbox_words
from tertulia.conversation.answering import AnswerDraft
from tertulia.core import sanitise
from tertulia.core.errors import TertuliaError
from tertulia.core.languages import say
from tertulia.core.text import one_line, shorten
from tertulia.store.inbox import InboxFilter, InboxItem
from tertulia.store.persons import Account
from tertulia.store.said import Read, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxOptions:
    """What the person at the terminal asked for."""

    show: str = ""  # the key of an item; and so are answer, done, later and back
    answer: str = ""
    text: str = ""  # of the answer; asked for if not given
    saved: str = ""  # the name of a saved answer, in place of a text
    when: str = ""  # when the answer is to go: "9:00"
    only_here: bool = False  # the answer stands under the post, and is not sent
    done: str = ""
    later: str = ""
    until: str = "1d"
    back: str = ""
    state: str = ""
    channel: str = ""
    post: str = ""
    tag: str = ""
    tone: str = ""
    words: str = ""
    person: str = ""  # the key of something that they said
    same: str = ""  # the key of something that somebody said who is the same
    two: str = ""  # or somebody else
    note: str = ""
    label: str = ""  # a filter; with put or off, what goes on or off the item
    put: str = ""
    off: str = ""


def run(root: Path, options: InboxOptions) -> bool:
    """Do what was asked; False where it was not done."""
    with Blog(root) as blog:
        blog.heed_people()
        if options.person:
            return person(blog, options)
        if options.show:
            print(shown(blog, _item(blog, options.show)))
            return True
        if options.answer:
            return answer(blog, _item(blog, options.answer), options)
        if options.put or options.off:
            return label_item(blog, options)
        if options.done or options.later or options.back:
            return set_aside(blog, options)
        return list_(blog, options)


def list_(blog: Blog, options: InboxOptions) -> bool:
    """Print a line for each item, who has waited longest first."""
    asked = {name: getattr(options, name) for name in ("state", "channel", "post", "tag", "tone", "label")}
    for name, known in (("state", (*inbox_words.STATES, inbox_words.EVERY)), ("tone", tuple(Tone))):
        if asked[name] and asked[name] not in known:
            raise TertuliaError(say("setting_choice", name=f"--{name}", value=asked[name], words=", ".join(known)))
    asked["channel"] = asked["channel"].lower()
    wanted = inbox_words.filter_of(asked | {"q": options.words}, blog.info.published())
    page = blog.store.inbox.page(wanted, blog.now())
    counts = blog.store.inbox.counts(blog.now())
    try:
        saved_answers.read(blog.root / "content", "")
    except TertuliaError as error:  # told before it is needed; nothing else here hangs on it
        print(error, file=sys.stderr)
    print(" · ".join(f"{say(f'inbox_state_{state}')}: {counts[state]}" for state in inbox_words.STATES))
    for item in page.items:
        said = item.said
        marks = [inbox_words.tone(item), say("inbox_is_changed") if item.is_changed else ""]
        marks.append(inbox_words.called(item.assignee, blog.info.author))
        marks += [
            say("inbox_same_words", channel=inbox_words.channel(one.channel) or label(one.channel),
                state=say(f"inbox_state_{one.state}"))
            for one in item.copies
        ]  # fmt: skip
        marks += [say("inbox_refused", network=label(item.refused_by))] if item.refused_by else []
        marks += item.labels
        what = shorten(one_line(sanitise.plain(said.html), 300), 60)
        more = " · ".join(mark for mark in marks if mark)
        print(
            f"{said.key}  {inbox_words.age(item, blog.now()):<10}  {_label(item):<10}  {one_line(said.name, 24):<24}"
            f"  {what}" + (f"  [{more}]" if more else "")
        )
    if page.after:
        print(say("inbox_more"))
    return True


def shown(blog: Blog, item: InboxItem) -> str:
    """Return an item with the talk above it, and how an answer would travel."""
    said = item.said
    way = blog.answering().way(said)
    lines = [as_text(blog.store, said), "", f"{say(f'inbox_state_{item.state}')} · {inbox_words.age(item, blog.now())}"]
    for below in blog.store.answers.below(said):
        words = sanitise.plain(below.html)
        lines += textwrap.wrap(f"{below.name}: {words}", WIDTH, initial_indent="  ↳ ", subsequent_indent="    ")
        lines += _sent(blog, below.key)
    lines.append(say("inbox_goes_to", network=way.network.label) if way.network else way.why)
    lines += [way.url] if way.url and not way.network else []
    return "\n".join(lines)


def answer(blog: Blog, item: InboxItem, options: InboxOptions) -> bool:
    """Answer an item, and send the answer now."""
    said = item.said
    seen = [one.key for one in blog.store.answers.below(said)]
    text = options.text
    if options.saved:
        text = _saved(blog, options.saved, said, text)
    if not text and sys.stdin.isatty():
        print(shown(blog, item))
        text = input(say("inbox_your_answer"))
    if not text.strip():
        raise TertuliaError(say("inbox_no_text"))
    answering = blog.answering()
    preview = None if options.only_here else answering.preview(said, text)
    if preview and not preview.fits and not preview.by_hand:
        raise TertuliaError(say("inbox_too_long", length=preview.length, limit=preview.limit))
    at = inbox_words.until(options.when, blog.now(), blog.zone) if options.when else None
    draft = AnswerDraft(text=text, token=secrets.token_hex(12), seen=seen, only_here=options.only_here, not_before=at)
    given = answering.give(Read(said.key, said.version), draft)
    if given.state == "stale":
        raise TertuliaError(say("inbox_stale"))
    print(say("inbox_given"))
    if preview and preview.by_hand:
        print("\n".join(("", say("inbox_copy"), preview.text, preview.composer or answering.way(said).url, "")))
    outcomes = blog.deliver_answers()
    for outcome in outcomes:
        print(line_for(outcome, {}))
    blog.background.run_pending()
    return given.state == "new"


def _saved(blog: Blog, name: str, said: Said, text: str) -> str:
    """Return the saved answer called *name*, below what else is written."""
    known = saved_answers.read(blog.root / "content", said.lang)
    if name not in known:
        raise TertuliaError(say("inbox_no_saved", name=name, names=", ".join(known) or "–"))
    filled = saved_answers.fill(known[name], blog.answering().places(said))
    return "\n\n".join(part for part in (text.strip(), filled) if part)


def set_aside(blog: Blog, options: InboxOptions) -> bool:
    """Have an item wait for nobody, or not before some moment; or again."""
    item = _item(blog, options.done or options.later or options.back)
    read, inbox = Read(item.said.key, item.said.version), blog.store.inbox
    if options.back:
        return inbox.bring_back(read, blog.now())
    until = inbox_words.until(options.until, blog.now(), blog.zone) if options.later else None
    return inbox.set_aside(read, blog.now(), until=until)


def label_item(blog: Blog, options: InboxOptions) -> bool:
    """Put a label on an item, or take one off."""
    key = _item(blog, options.put or options.off).said.key
    if options.off:
        blog.store.labels.take_off(key, options.label)
    elif not blog.store.labels.put(key, options.label):
        raise TertuliaError(say("inbox_no_label"))
    return True


def person(blog: Blog, options: InboxOptions) -> bool:
    """Say the owner's word on a person, if there is one to say, and print all that is known of them."""
    number = _said_by(blog, options.person)
    persons, now = blog.store.persons, blog.now()
    if options.same and not persons.join(number, _said_by(blog, options.same), now):
        raise TertuliaError(say("person_not_joined"))
    if options.two:
        other = _said_by(blog, options.two)
        if other in persons.members(number):
            persons.separate(other, now)
        else:
            persons.refuse(number, other, now)
        blog.moderator.show_person(other)
    if options.same or options.two:
        blog.moderator.show_person(number)
    if options.note:
        persons.note(number, options.note, now)
    print(person_text(blog, number))
    return True


def person_text(blog: Blog, number: int) -> str:
    """All that is known of the person who has the account *number*."""
    found = blog.store.persons.get(number)
    if found is None:
        return ""
    lines = [say("person_accounts")]
    for one in found.accounts:
        why = say(f"person_proof_{one.proof}") if one.proof else ""
        lines.append(_account_line(one, f"{why} {one.seen_at[:10]}".strip()))
    for lost in blog.store.profiles.lost(people=found.members):
        told = say("person_lost_proof", name=lost.name, proof=say(f"person_proof_{lost.how}"))
        lines.append(f"  {told} {lost.at[:10]}")
    lines += [f"  {say('person_no_quotes')}"] if found.no_quotes else []
    for note in found.notes:
        lines += textwrap.wrap(note.text, WIDTH, initial_indent="  ✎ ", subsequent_indent="    ")
    likely = blog.store.persons.likely(number)
    lines += [say("person_likely")] if likely else []
    for guess in likely:
        said = blog.store.conversation.find(person=guess.account.id, limit=1)
        why = ", ".join(say(f"person_why_{reason}") for reason in guess.why)
        lines.append(_account_line(guess.account, why) + (f" · {said[0].key}" if said else ""))
    lines.append(say("person_said"))
    page = blog.store.inbox.page(InboxFilter(state=None, person=number), blog.now(), limit=100)
    for item in page.items:
        words = shorten(one_line(sanitise.plain(item.said.html), 300), 60)
        state = say(f"inbox_state_{item.state}")
        lines.append(f"  {item.said.key}  {item.said.published_at[:10]}  {_label(item):<10}  {state:<14}  {words}")
    return "\n".join(lines)


def _account_line(one: Account, why: str) -> str:
    where = say("inbox_channel_form") if one.network == "form" else label(one.network)
    known = one.handle or one.url
    return "  " + " · ".join(filter(None, (one_line(one.name, 60), where, one_line(known, 100), why)))


def _said_by(blog: Blog, key: str) -> int:
    said = blog.store.conversation.get(key.removeprefix("c-"))
    if said is None or said.is_owner:
        raise TertuliaError(say("person_nothing_called", key=key))
    return said.person


def _sent(blog: Blog, key: str) -> list[str]:
    """Return what became of an answer elsewhere."""
    return [
        f"    {row.network}: {say(f'state_{row.state}')}" + (f" · {row.reason}" if row.reason else "")
        for row in blog.store.deliveries.answers(key)
    ]


def _item(blog: Blog, key: str) -> InboxItem:
    found = blog.store.inbox.get(key.removeprefix("c-"), blog.now())
    if found is None:
        raise TertuliaError(say("inbox_nothing_called", key=key))
    return found


def _label(item: InboxItem) -> str:
    return say("inbox_channel_form") if item.channel == "form" else label(item.channel)
