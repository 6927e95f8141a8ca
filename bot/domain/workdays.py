"""Working days: who has which day off comes in as a function, so that this holds for any country."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.domain import calendar

IsDayOff = Callable[[date], bool]
"""Whether a date is a weekend or a public holiday for somebody."""

CIVIL_FROM = time(8, 0)
CIVIL_UNTIL = time(20, 0)

# More days off in a row than any country has; past it the function given is wrong.
_LONGEST_BREAK_DAYS = 60


def is_weekend(on: date) -> bool:
    """Saturday or Sunday: days off where a person's country is unknown."""
    return on.weekday() >= 5


def next_workday(after: date, is_day_off: IsDayOff) -> date:
    """The first working day after a date. Raises ValueError where there is none within 60 days."""
    for days in range(1, _LONGEST_BREAK_DAYS + 1):
        if not is_day_off(after + timedelta(days=days)):
            return after + timedelta(days=days)
    raise ValueError(f"no working day within {_LONGEST_BREAK_DAYS} days after {after.isoformat()}")


def add_workdays(on: date, count: int, is_day_off: IsDayOff) -> date:
    """The working day that is so many working days after a date; the date itself for 0."""
    for _ in range(count):
        on = next_workday(on, is_day_off)
    return on


def is_civil(moment: datetime, zone: str, is_day_off: IsDayOff) -> bool:
    """Whether an instant is between 08:00 and 20:00 of a working day on the clocks of `zone`."""
    here = calendar.wall(moment, zone)
    return CIVIL_FROM <= here.time() < CIVIL_UNTIL and not is_day_off(here.date())


def next_civil_at(moment: datetime, zone: str, is_day_off: IsDayOff, *, at: time = CIVIL_FROM) -> datetime:
    """The instant itself where it is civil, else the next `at` of a working day on the clocks of `zone`.

    at: time of day at which a message that had to wait goes out; brought into the civil hours.
    """
    if is_civil(moment, zone, is_day_off):
        return moment
    at = at if CIVIL_FROM <= at < CIVIL_UNTIL else CIVIL_FROM
    on = calendar.local_date(moment, zone)
    if not is_day_off(on) and calendar.instant_on(on, at, zone) >= moment:
        return calendar.instant_on(on, at, zone)
    while True:
        on = next_workday(on, is_day_off)
        found = calendar.instant_on(on, at, zone)
        # A day that a zone leaves out (Samoa, 30 December 2011) lands on the next one.
        if calendar.local_date(found, zone) == on and found >= moment:
            return found
