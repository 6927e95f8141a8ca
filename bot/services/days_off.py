"""Whose weekend and public holidays are when."""

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache

from bot.domain import calendar, workdays
from bot.domain.ids import TeamId
from bot.domain.members import Member
from bot.domain.workdays import IsDayOff, is_weekend
from bot.services import public_holidays
from bot.services.public_holidays import DaysOff
from storage import members
from storage.db import Database

_ANSWERS_WITHIN_S = 30.0
_known: dict[int, DaysOff] = {}


@cache
def days_off(country: str) -> IsDayOff:
    """Whether a date is a weekend or a public holiday in a country.

    country: ISO 3166-1 alpha-2. Saturdays and Sundays where it is empty or no library knows it.
    A weekend that a government turned into working days stays a day off: nobody has to read us then.
    """
    if not country:
        return is_weekend

    def is_day_off(on: date) -> bool:
        days = _in_year(on.year).get(country)
        if days is None:
            return is_weekend(on)
        return bool(days >> (on - date(on.year, 1, 1)).days & 1)

    return is_day_off


async def load_if_needed(db: Database, *, team_id: TeamId, now: datetime) -> None:
    """Have this year's days off at hand and the next one's, where anybody is known to live somewhere.

    Nobody waits for it then: a year that is asked for and not at hand keeps everybody for half a second.
    """
    async with db.reading() as work:
        is_needed = await members.is_any_country_known(work, team_id=team_id)
    missing = [year for year in (now.year, now.year + 1) if year not in _known]
    if not is_needed or not missing:
        return
    try:
        asked = await asyncio.create_subprocess_exec(
            *_asking(missing), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            printed, _ = await asked.communicate()
        _known.update(public_holidays.read(printed))
    except (TimeoutError, ValueError):
        return
    finally:
        if asked.returncode is None:
            asked.kill()
            await asked.wait()


def at_work_at(person: Member, now: datetime, *, zone: str) -> datetime:
    """Now, where a message finds somebody in the civil hours of a working day; else when it next does.

    zone: IANA, where Slack does not know theirs.
    """
    return workdays.next_civil_at(now, calendar.zone_or(person.tz, zone), days_off(person.country))


def _in_year(year: int) -> DaysOff:
    if year not in _known:
        try:
            asked = subprocess.run(  # noqa: S603  # nothing in it is anybody's word
                _asking([year]),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ANSWERS_WITHIN_S,
                check=True,
            )
            _known.update(public_holidays.read(asked.stdout))
        except (OSError, ValueError, subprocess.SubprocessError):
            # No other process can be had here, so this one has to carry the calendars.
            _known[year] = public_holidays.in_year(year)
    return _known[year]


def _asking(years: Iterable[int]) -> list[str]:
    # Without its folder among the places that are searched: our names there are others' too.
    return [sys.executable, "-P", public_holidays.__file__, *map(str, years)]
