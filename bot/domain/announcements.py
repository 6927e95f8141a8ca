"""An announcement: what it says, when it goes, when it may reach a person, what became of it."""

from dataclasses import field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from bot.domain import calendar
from bot.domain.audiences import Audience
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.refusals import Refused
from bot.domain.rich_text import RichText
from bot.domain.values import dataclass

LONGEST_TITLE = 150
LONGEST_TEXT = 10_000
"""Slack takes some 13,200 characters in a message's blocks; the rest is for title, files and notes."""
MOST_FILES = 10
PLACEHOLDER = "["
"""Templates leave what only the organiser knows in square brackets."""

_WAKES, _SLEEPS = time(8), time(19)
_FARTHEST = timedelta(days=2 * 366)


class AnnouncementState(StrEnum):
    """Where an announcement is in its life."""

    DRAFT = "draft"
    APPROVAL = "approval"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    RECALLED = "recalled"

    @property
    def is_unsent(self) -> bool:
        """Whether it can be written still."""
        return self in (AnnouncementState.DRAFT, AnnouncementState.APPROVAL, AnnouncementState.SCHEDULED)

    @property
    def is_out(self) -> bool:
        """Whether people have got it, or some of them."""
        return self in (AnnouncementState.SENT, AnnouncementState.STOPPED)


SEND, RECALL, REMIND = "send", "recall", "remind"
"""What is being done with an announcement that went off; `edit:3` is a change to its third version."""


@dataclass(frozen=True, kw_only=True)
class AttachedFile:
    """A file that goes with an announcement."""

    id: str
    name: str
    permalink: str = ""
    source: str = ""
    """Where its content is, until the bot has its own copy."""
    is_ours: bool = False
    """Whether it is the bot's own copy, which whoever gets a message with its address can open."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """What an organiser writes of an announcement."""

    title: str
    body: RichText
    audience: Audience = field(default_factory=Audience)
    files: tuple[AttachedFile, ...] = ()
    channels: tuple[ChannelId, ...] = ()
    by_message: bool = True
    at: datetime | None = None
    """Wall time in `zone`; None is as soon as it is sent off."""
    zone: str = "UTC"
    asks_confirmation: bool = False
    is_necessary: bool = False
    why_necessary: str = ""
    is_urgent: bool = False
    template: str = ""


@dataclass(frozen=True, kw_only=True)
class Announcement(Written):
    """An announcement as it is kept."""

    team_id: TeamId
    id: int
    state: AnnouncementState
    version: int
    written_by: UserId
    written_at: datetime
    sent_off_by: UserId | None = None
    approved_by: UserId | None = None
    starts_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    task: str = ""
    """What is being done with it: `send`, `edit:3`, `recall`, `remind`; empty where nothing is."""
    task_at: datetime | None = None
    """When that began."""
    looked_at: datetime | None = None
    reminded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One recipient of an announcement, and what became of it."""

    recipient: str
    """A person's or a channel's id."""
    name: str
    outcome: str
    """waiting, sent, failed, dropped, left_out, stopped; past where the record is past its term."""
    reason: str = ""
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None

    @property
    def is_person(self) -> bool:
        """Whether it is somebody, and no channel."""
        return self.recipient[:1] in ("U", "W")


def moment(on: date | None, at: time | None, zone: str, *, now: datetime, block: str = "") -> datetime:
    """The wall time at which somebody wants it to go.

    Raises Refused, for the field `block`, where a part is missing, the time has passed, or clocks skip it.
    """
    block_id = block or None
    if on is None or at is None:
        raise Refused("Choose both the date and the time, or let it go at once.", block_id=block_id)
    wall = datetime.combine(on, at)
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    if not calendar.exists(wall, zone):
        shown = calendar.wall(calendar.instant(wall, zone), zone)
        raise Refused(
            f"{wall:%H:%M} does not exist on {_day(on)} in {place}: clocks go forward then. "
            f"Choose {shown:%H:%M} or another time.",
            block_id=block_id,
        )
    if calendar.instant(wall, zone) <= now:
        raise Refused(
            f"{_day(on)}, {wall:%H:%M} ({place}) is in the past: choose a later time, or let it go at once.",
            block_id=block_id,
        )
    if calendar.instant(wall, zone) - now > _FARTHEST:
        raise Refused(f"{on.year} is very far ahead: is the year right?", block_id=block_id)
    return wall


def is_ambiguous(wall: datetime, zone: str) -> bool:
    """Whether clocks in `zone` show this wall time twice; the first of the two is meant then."""
    first = calendar.instant(wall, zone)
    return any(calendar.wall(first + timedelta(minutes=minutes), zone) == wall for minutes in (30, 60, 120))


def may_reach_at(instant: datetime, zone: str, *, is_urgent: bool) -> datetime:
    """When a direct message that is ready at an instant may reach a person whose clock is in `zone`.

    At once where it is urgent, or where their clock is between 08:00 and 19:00; else at their next 08:00.
    """
    wall = calendar.wall(instant, zone)
    if is_urgent or _WAKES <= wall.time() < _SLEEPS:
        return instant
    on = wall.date() if wall.time() < _WAKES else wall.date() + timedelta(days=1)
    return max(calendar.instant_on(on, _WAKES, zone), instant)


def estimate_s(left: int, *, done: int, for_s: float, per_minute: float) -> int:
    """How many seconds the rest will take: by what was done so far; by the rate where that is too little."""
    per_s = done / for_s if done >= 20 and for_s > 0 else per_minute / 60
    return round(left / per_s)


def file_from(kept: dict[str, Any]) -> AttachedFile:
    """A file as it was kept."""
    return AttachedFile(**kept)


def _day(on: date) -> str:
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
