"""What a run of collecting would ask, and what it brought: one line for each network."""

from collections import Counter
from dataclasses import dataclass, field

from tertulia.core.languages import say


@dataclass(frozen=True, slots=True)
class CollectPlan:
    """What one network would be asked: how many look-ups, and the most they may cost if each feed is one page."""

    network: str
    looks: int
    cents: float


@dataclass(slots=True)
class CollectReport:
    """What one network brought."""

    network: str
    looked: int = 0
    counts: Counter[str] = field(default_factory=Counter)  # new, edited, merged, gone, copies, numbers, unlisted
    cents: float = 0.0
    notes: list[str] = field(default_factory=list)
    failed: bool = False
    unread: int = 0  # articles and feeds that were not looked at, for want of money
    is_broke: bool = False  # the budget is spent, or smaller than one look

    @property
    def problem(self) -> str:
        """What keeps this network from being heard; "" for nothing."""
        return " · ".join(self.notes) if self.failed or self.is_broke else ""

    def fail(self, why: str, about: str = "") -> None:
        """Note that something, named by *about*, did not answer as it should."""
        self.failed = True
        self.notes.append(f"{about}: {why}" if about else why)

    def __str__(self) -> str:
        named = ("new", "edited", "gone", "merged", "copies", "numbers")
        parts = [say(f"collect_{name}", n=self.counts[name]) for name in named if self.counts[name]]
        parts = parts or [say("collect_same")]
        if unlisted := self.counts["unlisted"]:
            parts.append(say("collect_unlisted", n=unlisted))
        return " · ".join([say("collect_looked", n=self.looked), *parts])
