"""What a fault run found, by what it may not find."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Findings:
    """What was found; each list is empty where all is well."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    """Acknowledgements that took longer than Slack waits."""
    broken: list[str] = field(default_factory=list)
    """What people could not do, and processes that did not stop."""
    excused: Counter[str] = field(default_factory=Counter)

    @property
    def goals(self) -> dict[str, list[str]]:
        """By name, what must be none."""
        return {
            "lost": self.lost,
            "twice": self.twice,
            "out of order": self.out_of_order,
            "calls inside Retry-After": self.early,
            "rows stuck": self.stuck,
            "acknowledged late": self.late,
            "not possible": self.broken,
        }

    @property
    def is_clean(self) -> bool:
        """Whether all is well."""
        return not any(self.goals.values())

    def compare(self, what: str, got: Counter[Any], wanted: Iterable[Any]) -> None:
        """Add what there is too few times, and too many."""
        wanted = Counter(wanted)
        self.lost += [f"{what} {one}" for one in (wanted - got).elements()]
        self.twice += [f"{what} {one}" for one in (got - wanted).elements()]
