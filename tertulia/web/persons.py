"""A person's page: all they said on every channel, who they are, what the owner keeps about them.

For owners and moderators. Every change is a POST as in the inbox; nothing that is joined here is rewritten, so that
each button has one that takes back what it did.
"""

from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request

from tertulia.conversation.moderator import TRUST_OF, Action
from tertulia.core.text import one_line
from tertulia.store.inbox import InboxFilter
from tertulia.store.persons import LONGEST_NOTE, KnownPerson
from tertulia.web.context import current_blog, root
from tertulia.web.team import me, moderator

pages = Blueprint("persons", __name__, url_prefix="/inbox/person")
_NUMBER = "/<int(max=2147483647):number>"  # more than that no row has, and databases refuse to look


@pages.get(_NUMBER)
@moderator
def show(number: int) -> Any:
    """Show a person by one of their accounts."""
    blog = current_blog()
    person = _person(number)
    now = blog.now()
    page = blog.store.inbox.page(InboxFilter(state=None, person=number), now, after=request.args.get("after", "")[:60])
    likely = [(one, blog.store.inbox.held_by(one.account.id, now)) for one in blog.store.persons.likely(number)]
    return render_template(
        "person.html",
        person=person,
        first=person.accounts[0],
        items=[(item, blog.info.post(item.said.post, item.said.lang)) for item in page.items],
        after=page.after,
        counts=blog.store.inbox.counts(now, InboxFilter(person=number)),
        likely=likely,
        lost=blog.store.profiles.lost(people=person.members),
        now=now,
        me=me(),
        longest_note=LONGEST_NOTE,
        done=request.args.get("done", ""),
    )


@pages.post(_NUMBER)
@moderator
def change(number: int) -> Any:
    """Join, separate, trust, block, note, as the button that was pressed says."""
    blog = current_blog()
    _person(number)
    persons, now = blog.store.persons, blog.now()
    what, _, more = request.form.get("do", "").partition(" ")
    other = int(more) if more.isdecimal() and len(more) < 10 else 0
    is_done = True
    match what:
        case "join":
            is_done = persons.join(number, other, now, said_by=g.who)
        case "refuse":
            is_done = persons.refuse(number, other, now, said_by=g.who)
        case "separate":
            if other not in persons.members(number):
                abort(404)
            persons.separate(other, now, said_by=g.who)
        case "note":
            text = request.form.get("text", "").replace("\r\n", "\n").replace("\x00", "")
            is_done = persons.note(number, text, now, said_by=one_line(g.who, 60))
        case "unnote":
            persons.drop_note(number, other)
        case "quotes" | "no_quotes":
            persons.set_no_quotes(number, no_quotes=what == "no_quotes")
            blog.moderator.show_person(number)  # what they said of the blog elsewhere goes, or is back
        case "trust" | "block" | "forget":
            blog.moderator.trust_person(number, TRUST_OF[Action(what)])
        case _:
            abort(400)
    if what in ("join", "refuse", "separate"):  # what all can see to be of one person is one line
        for one in {number, other}:
            blog.moderator.show_person(one)
    return redirect(f"{root()}/inbox/person/{number}?done={what if is_done else 'not'}", 303)


def _person(number: int) -> KnownPerson:
    found = current_blog().store.persons.get(number)
    if found is None or found.is_owner:
        abort(404)
    return found
