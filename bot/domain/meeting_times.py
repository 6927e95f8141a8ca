"""When people in several zones can meet: hours in which all of them are at work."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.domain import calendar
from bot.domain.values import dataclass
from bot.domain.workdays import IsDayOff

LENGTH = timedelta(minutes=45)
WORK_FROM, WORK_UNTIL = time(9), time(17)

_STEP = timedelta(minutes=30)
_DAYS_LOOKED_AT = 60


@dataclass(frozen=True, kw_only=True)
class Attendee:
    """Whose clock and days off count."""

    zone: str
    """IANA zone."""
    is_day_off: IsDayOff


def proposed_times(
    attendees: Sequence[Attendee], *, after: datetime, before: datetime, count: int = 3
) -> list[datetime]:
    """Beginnings of meetings that lie within everybody's working day, at most one a day, in order.

    after, before: instants between which the whole meeting lies. The days after the first are taken at other
    hours than those before, as far as there are any. Empty where no hour is everybody's.
    """
    found: list[datetime] = []
    zone = attendees[0].zone
    on = calendar.local_date(after, zone)
    for _ in range(_DAYS_LOOKED_AT):
        if len(found) == count or calendar.instant_on(on, time(0), zone) >= before:
            break
        first = calendar.instant_on(on, WORK_FROM, zone)
        steps = range(int(timedelta(hours=8) / _STEP))
        free = [
            start
            for start in (first + step * _STEP for step in steps)
            if after <= start
            and start + LENGTH <= before
            and all(_is_at_work(one, start) for one in attendees)
        ]
        if free:
            # Morning, midday, afternoon: one of them suits.
            found.append(free[len(free) * (len(found) % 3) // 3])
        on += timedelta(days=1)
    return found


def _is_at_work(one: Attendee, start: datetime) -> bool:
    begins, ends = calendar.wall(start, one.zone), calendar.wall(start + LENGTH, one.zone)
    is_one_day = begins.date() == ends.date() and not one.is_day_off(begins.date())
    return is_one_day and begins.time() >= WORK_FROM and ends.time() <= WORK_UNTIL
