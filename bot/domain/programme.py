"""Where an edition is: the one that matters now, and its next day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain.editions import Day, Edition


def current_edition(editions: Sequence[Edition], *, now: datetime) -> Edition | None:
    """The edition that runs or comes first of those ahead; when all are over, the one that ended last."""
    dated = [edition for edition in editions if edition.days]
    ahead = [edition for edition in dated if not is_over(edition, now=now)]
    if ahead:
        return min(ahead, key=lambda edition: (_last_on(edition), edition.key))
    if dated:
        return max(dated, key=lambda edition: (_last_on(edition), edition.key))
    return editions[0] if editions else None


def is_over(edition: Edition, *, now: datetime) -> bool:
    """Whether the date of an edition's last day has passed; never for one without days."""
    return bool(edition.days) and _last_on(edition) < calendar.local_date(now, edition.timezone)


def next_day(edition: Edition, *, now: datetime) -> Day | None:
    """The first day that is not over; None after the last. A day without an end is over at midnight."""
    return next((day for day in edition.days if now < _over_at(day, edition.timezone)), None)


def starts_at(day: Day, zone: str) -> datetime | None:
    """The instant at which a day starts, where its time is known."""
    return None if day.starts is None else calendar.instant_on(day.on, day.starts, zone)


def _last_on(edition: Edition) -> date:
    return max(day.on for day in edition.days)


def _over_at(day: Day, zone: str) -> datetime:
    if day.ends is not None and (day.starts is None or day.ends > day.starts):
        return calendar.instant_on(day.on, day.ends, zone)
    return calendar.instant_on(day.on + timedelta(days=1), time(0), zone)
