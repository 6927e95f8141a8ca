"""An edition of the academy: its days and zone, and the academy's own settings."""

from datetime import date, time
from enum import StrEnum

from bot.domain.ids import ChannelId, EditionKey, TeamId
from bot.domain.retention import DEFAULT, Retention
from bot.domain.values import dataclass


class DayKind(StrEnum):
    """Where a day is held."""

    ONLINE = "online"
    IN_PERSON = "in-person"


@dataclass(frozen=True, kw_only=True)
class Academy:
    """What holds for the workspace whatever the edition."""

    team_id: TeamId
    name: str
    timezone: str
    """IANA zone: organisers' lists follow it."""
    organisers: tuple[str, ...] = ()
    """Slack user ids and user-group ids."""
    question_channels: tuple[ChannelId, ...] = ()
    announcements_channel: ChannelId | None = None
    second_approval: bool = False
    """Whether an announcement needs the word of a second organiser before it goes."""
    retention: Retention = DEFAULT


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the edition; times are wall times in the edition's zone."""

    on: date
    kind: DayKind
    title: str
    starts: time | None = None
    ends: time | None = None
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One yearly run of the academy, without its homework."""

    team_id: TeamId
    key: EditionKey
    name: str
    timezone: str
    """IANA zone: deadlines are wall times in it."""
    channel_id: ChannelId | None = None
    days: tuple[Day, ...] = ()
    """In order of date and start."""

    @property
    def last_online_on(self) -> date | None:
        """The date of the last online day before the first in-person one: a review online may follow."""
        ends_on = self.first_in_person_on
        online = [day.on for day in self.days if day.kind is DayKind.ONLINE]
        return max((on for on in online if ends_on is None or on < ends_on), default=None)

    @property
    def first_in_person_on(self) -> date | None:
        """The date of the first in-person day."""
        return min((day.on for day in self.days if day.kind is DayKind.IN_PERSON), default=None)
