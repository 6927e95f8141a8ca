"""How long each kind of what the bot holds is kept, and what is past that; nothing is deleted here."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

from bot.domain.values import dataclass

LONGEST_DAYS = 36_500
"""A hundred years: more is a slip of the finger."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days for which each kind is kept; 0 keeps it for good."""

    homework: int = 730
    """What was handed in and who got more time, after it was due."""
    feedback: int = 730
    """Peer feedback and who met whom, after the round was published."""
    questions: int = 0
    """Questions with their answers, after they were asked."""
    people: int = 365
    """What is held on somebody who has left the workspace, after the bot noticed it."""
    messages: int = 365
    """What the bot sent to whom, after it was sent."""
    audit: int = 1095
    """What organisers did, after they did it."""

    def __post_init__(self) -> None:
        for name in KINDS:
            if not 0 <= getattr(self, name) <= LONGEST_DAYS:
                raise ValueError(f"{name} must be kept between 0 and {LONGEST_DAYS} days")

    def over_at(self, kind: str, *, now: datetime) -> datetime | None:
        """What of a kind is older than this instant is to go; None where it is kept for good."""
        days = int(getattr(self, kind))
        return now - timedelta(days=days) if days else None

    def with_days(self, kind: str, days: int) -> "Retention":
        """The same with another number of days for one kind. Raises ValueError outside of the limits."""
        return replace(self, **{kind: days})


KINDS = tuple(field.name for field in fields(Retention))
"""In the order in which they are shown and written."""

DEFAULT = Retention()
"""Until an academy chooses otherwise."""
