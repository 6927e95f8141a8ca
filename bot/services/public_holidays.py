"""Every country's days off in a year, from the `holidays` library; as a program of its own, it prints them.

The library's calendars take 13 MB, which a process that has loaded them does not get back. What they say of a
year takes a few kilobytes, and is asked for once.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

DaysOff = Mapping[str, int]
"""By country, ISO 3166-1 alpha-2: a bit for each day of a year, the first of January's the lowest."""


def in_year(year: int) -> DaysOff:
    """The weekends and public holidays of a year, of each country that the library knows."""
    import holidays
    from holidays.registry import COUNTRIES

    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    found = {}
    for country in {alpha_2 for _, alpha_2, *_ in COUNTRIES.values()}:
        calendar = holidays.country_holidays(country, years=year)
        found[country] = sum(
            1 << number for number, on in enumerate(days) if on in calendar or calendar.is_weekend(on)
        )
    return found


def printed(years: Iterable[int]) -> str:
    """The days off of several years, for `read`."""
    return json.dumps({year: in_year(year) for year in years})


def read(printed: str | bytes) -> Mapping[int, DaysOff]:
    """What `printed` wrote, by year. Raises ValueError for anything else."""
    return {int(year): found for year, found in json.loads(printed).items()}


if __name__ == "__main__":
    sys.stdout.write(printed(map(int, sys.argv[1:])))
