"""Homework, what was handed in for it, and extensions."""

from datetime import date, datetime, time

from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.values import dataclass

DEFAULT_REMIND = ("7d", "2d", "1d", "0d")
DEFAULT_REMIND_AT = time(9, 0)


@dataclass(frozen=True, kw_only=True)
class Homework:
    """A piece of homework. Wall times are in the edition's zone, `zone`; instants are derived from them."""

    team_id: TeamId
    id: HomeworkId
    edition_key: EditionKey
    key: str
    title: str
    brief: str
    zone: str
    """The edition's IANA zone."""
    opens: datetime
    """Wall time, naive."""
    due: datetime
    """Wall time, naive."""
    remind: tuple[str, ...] = DEFAULT_REMIND
    """Days before the due date on the person's own clock, such as `7d`; `0d` is the day itself."""
    remind_at: time = DEFAULT_REMIND_AT
    """Wall time on the person's own clock."""
    remind_from: date | None = None
    """First date of reminders, where it is not the day after the last online day."""
    remind_until: date | None = None
    """Last date of reminders, where it is not the day before the first in-person day."""
    revision: int = 1
    """Rises with each change of dates, reminders or brief."""


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A later date for one person."""

    team_id: TeamId
    homework_id: HomeworkId
    user_id: UserId
    due: datetime
    """Wall time in the edition's zone, naive."""
    reason: str
    granted_by: UserId
    granted_at: datetime
    revision: int = 1
    """Rises with each new extension to the same person."""


@dataclass(frozen=True, kw_only=True)
class HandedInFile:
    """A file in Slack that belongs to a submission."""

    id: str
    name: str
    permalink: str = ""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One version of what a person handed in."""

    team_id: TeamId
    homework_id: HomeworkId
    user_id: UserId
    version: int
    """From 1; each edit adds one, none is overwritten."""
    text: str
    link: str
    files: tuple[HandedInFile, ...]
    submitted_at: datetime
    late_by_s: int
    """Seconds after the due instant that held for this person; 0 is on time."""


def revision_for(homework: Homework, extension: Extension | None) -> int:
    """The revision of one person's dates: rises when the homework or their extension changes."""
    return homework.revision + (0 if extension is None else extension.revision)
