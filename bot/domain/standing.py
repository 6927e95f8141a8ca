"""How a homework stands for one person: which date holds, what was handed in, what may still be done."""

from datetime import datetime
from enum import StrEnum

from bot.domain import calendar
from bot.domain.homework import Extension, Homework, Submission
from bot.domain.values import dataclass


class State(StrEnum):
    """Where a person is with a homework."""

    NOT_OPEN = "not open yet"
    OPEN = "open"
    HANDED_IN = "handed in"
    LATE = "handed in late"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A homework as it stands for one person at one moment. Instants are in UTC."""

    homework: Homework
    extension: Extension | None
    handed_in: Submission | None
    """The last version."""
    due: datetime
    """Wall time in the homework's zone: the later one of the homework's date and the extension's."""
    due_at: datetime
    opens_at: datetime
    state: State
    is_past_due: bool

    @property
    def is_extended(self) -> bool:
        """Whether this person's date is later than the others'."""
        return self.due > self.homework.due

    @property
    def is_handed_in(self) -> bool:
        """Whether there is any version, in time or late."""
        return self.handed_in is not None

    @property
    def may_hand_in(self) -> bool:
        """Whether a version would be taken: until the date; after it what is missing or was late already."""
        return self.state is not State.NOT_OPEN and not (self.is_past_due and self.state is State.HANDED_IN)


def effective_due(homework: Homework, extension: Extension | None) -> datetime:
    """The wall time that holds for a person: an extension survives a date moved to before it."""
    return max(homework.due, extension.due) if extension else homework.due


def standing(
    homework: Homework,
    *,
    extension: Extension | None,
    handed_in: Submission | None,
    now: datetime,
) -> Standing:
    """How a homework stands for the person whose extension and last version these are.

    What was late when it came is in time once an extension or a moved date covers it; what was in time
    stays so, wherever the date is moved.
    """
    due = effective_due(homework, extension)
    closes_at = calendar.closes_at(due, homework.zone)
    opens_at = calendar.instant(homework.opens, homework.zone)
    if handed_in is not None:
        is_late = handed_in.late_by_s > 0 and handed_in.submitted_at >= closes_at
        state = State.LATE if is_late else State.HANDED_IN
    elif now < opens_at:
        state = State.NOT_OPEN
    else:
        state = State.OPEN if now < closes_at else State.MISSING
    return Standing(
        homework=homework,
        extension=extension,
        handed_in=handed_in,
        due=due,
        due_at=calendar.instant(due, homework.zone),
        opens_at=opens_at,
        state=state,
        is_past_due=now >= closes_at,
    )
