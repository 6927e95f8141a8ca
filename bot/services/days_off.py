"""Whose weekend and public holidays are when, from the `holidays` library."""

from datetime import date, datetime
from functools import cache

from bot.domain import calendar, workdays
from bot.domain.members import Member
from bot.domain.workdays import IsDayOff, is_weekend


@cache
def days_off(country: str) -> IsDayOff:
    """Whether a date is a weekend or a public holiday in a country.

    country: ISO 3166-1 alpha-2. Saturdays and Sundays where it is empty or the library does not know it.
    A weekend that a government turned into working days stays a day off: nobody has to read us then.
    """
    if not country:
        return is_weekend
    # The library takes memory, and to ask it for its list loads the calendars of every country.
    import holidays
    from holidays.registry import COUNTRIES

    if country not in {alpha_2 for _, alpha_2, *_ in COUNTRIES.values()}:
        return is_weekend
    calendar = holidays.country_holidays(country)

    def is_day_off(on: date) -> bool:
        return on in calendar or calendar.is_weekend(on)

    return is_day_off


def at_work_at(person: Member, now: datetime, *, zone: str) -> datetime:
    """Now, where a message finds somebody in the civil hours of a working day; else when it next does.

    zone: IANA, where Slack does not know theirs.
    """
    return workdays.next_civil_at(now, calendar.zone_or(person.tz, zone), days_off(person.country))
