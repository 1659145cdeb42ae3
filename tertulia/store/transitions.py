"""Who may lead a comment from one status to another: the one table that every path goes through.

::

    waiting ──▶ approved ◀──▶ rejected      by the owner, who may also put any of them back in the queue
       │    ╲      │
       │     ▶  spam │                      by the owner or the rules; purged after 30 days
       ▼             ▼
    withdrawn      gone                     by who wrote it; by the place where it was said

Nobody brings back what its writer withdrew; what is gone where it was said comes back only when it is there again. The
rules, which judge whatever comes in, never overrule the owner's no.
"""

from tertulia.store.said import Said, Status, Who

_HERE = (Status.WAITING, Status.APPROVED, Status.REJECTED, Status.SPAM)

_MAY: dict[Who, dict[Status, frozenset[Status]]] = {
    Who.OWNER: {before: frozenset(_HERE) for before in _HERE},
    Who.WRITER: {before: frozenset((Status.WITHDRAWN,)) for before in _HERE},
    Who.SOURCE: {before: frozenset((Status.GONE,)) for before in _HERE},
    Who.RULES: {
        before: frozenset((Status.WAITING, Status.APPROVED, Status.SPAM))
        for before in (Status.WAITING, Status.APPROVED, Status.SPAM, Status.GONE)
    },
}


def may(who: Who, said: Said, status: Status) -> bool:
    """Whether *who* may give *said* the status *status*, the one that it has included."""
    if who == Who.RULES and is_owners_no(said):
        return False
    return status in _MAY[who].get(said.status, frozenset())


def is_owners_no(said: Said) -> bool:
    """Return the owner turned it down: new words do not bring it back."""
    return said.decided_by == Who.OWNER and said.status in (Status.REJECTED, Status.SPAM)
