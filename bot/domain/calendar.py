"""Wall times, instants and dates: stored is a wall time with an IANA zone, derived is the instant in UTC."""

import calendar as gregorian
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_ONE_SECOND = timedelta(seconds=1)


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine knows."""
    return _zone(name) is not None


def zone_or(name: str, otherwise: str) -> str:
    """`name` where it is a zone that this machine knows, else `otherwise`.

    Slack's own list of zones is newer or older than ours, and is empty for some people.
    """
    return name if is_zone(name) else otherwise


def instant(wall: datetime, zone: str) -> datetime:
    """The instant in UTC of a wall time (naive) in an IANA zone.

    A wall time that exists twice, as clocks go back, is the first of the two. One that does not exist, as
    clocks go forward, is the same stretch after the change: 02:30 becomes 03:30, midnight becomes 01:00.
    Raises ValueError for an aware `wall`, ZoneInfoNotFoundError for an unknown zone.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"a wall time has no zone of its own: {wall.isoformat()}")
    # In the gap, fold=0 means the offset before the change, which lands the wanted stretch after it.
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def instant_on(on: date, at: time, zone: str) -> datetime:
    """The instant of a time of day on a date in an IANA zone; see `instant`."""
    return instant(datetime.combine(on, at), zone)


def wall(moment: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at an instant, naive."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def local_date(moment: datetime, zone: str) -> date:
    """The date in `zone` at an instant."""
    return wall(moment, zone).date()


def exists(at: datetime, zone: str) -> bool:
    """Whether clocks in `zone` ever show this wall time."""
    return wall(instant(at, zone), zone) == at


def closes_at(due: datetime, zone: str) -> datetime:
    """The first instant that is late for a deadline.

    due: wall time (naive). A deadline holds to its instant inclusive; 23:59 holds to the end of that minute,
    since people read it as "by the end of the day": late begins at midnight.
    """
    if is_end_of_day(due):
        return instant(due.replace(second=0, microsecond=0), zone) + timedelta(minutes=1)
    return instant(due, zone) + timedelta.resolution


def late_by_s(submitted_at: datetime, due: datetime, zone: str) -> int:
    """Whole seconds, rounded up, by which an instant is after a deadline; 0 in time.

    submitted_at: instant. due: wall time (naive) in `zone`.
    """
    if submitted_at < closes_at(due, zone):
        return 0
    # 23:59 holds for its whole minute, so that its lateness counts from midnight, and is at least 1 s.
    held_to = closes_at(due, zone) if is_end_of_day(due) else instant(due, zone)
    return max(-((held_to - submitted_at) // _ONE_SECOND), 1)


def is_end_of_day(due: datetime) -> bool:
    """Whether a wall time is in the day's last minute."""
    return (due.hour, due.minute) == (23, 59)


def hours_before(due_at: datetime, hours: int) -> datetime:
    """The instant so many hours earlier: absolute, whatever clocks do in between."""
    return due_at - timedelta(hours=hours)


def add_months(on: date, months: int) -> date:
    """The same day of the month so many months later, or the last of that month where it is shorter."""
    ahead = on.year * 12 + on.month - 1 + months
    year, month = divmod(ahead, 12)
    last = gregorian.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(on.day, last))


def add_years(on: date, years: int) -> date:
    """The same date so many years later; 29 February becomes the 28th where there is none."""
    return add_months(on, 12 * years)


@cache
def _zone(name: str) -> ZoneInfo | None:
    # Not every name that the library refuses, it refuses alike: a folder, a path upwards, an empty name.
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
