"""Who may lead a comment from where to where: every pair, for each of the four who may."""

from types import SimpleNamespace

import pytest

from tertulia.store.said import Status, Who
from tertulia.store.transitions import is_owners_no, may

HERE = ("waiting", "approved", "rejected", "spam")
MAY = {
    "owner": {(a, b) for a in HERE for b in HERE},
    "writer": {(a, "withdrawn") for a in HERE},
    "source": {(a, "gone") for a in HERE},
    "rules": {(a, b) for a in ("waiting", "approved", "spam", "gone") for b in ("waiting", "approved", "spam")},
}


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("decided_by", Who)
def test_who_may_lead_a_comment_where(who, before, decided_by):
    """Nobody brings back what its writer withdrew; the rules never overrule the owner's no."""
    said = SimpleNamespace(status=before, decided_by=decided_by)
    is_no = who == "rules" and decided_by == "owner" and before == "spam"
    wanted = set() if is_no else {after for start, after in MAY[who] if start == before}
    assert wanted == {str(after) for after in Status if may(who, said, after)}


def test_the_owners_no_is_theirs_alone():
    """What others put away, or the owner let in, may be said in other words."""
    said = [SimpleNamespace(status=status, decided_by=who) for status in Status for who in Who]
    assert {("rejected", "owner"), ("spam", "owner")} == {
        (one.status, one.decided_by) for one in said if is_owners_no(one)
    }
