"""Weekends and public holidays by country."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import holidays
import pytest

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.services import days_off as service
from bot.services import public_holidays
from bot.services.days_off import days_off
from storage import members
from storage.db import Database

JULY = [date(2023, 7, 1) + timedelta(days=count) for count in range(31)]
TEAM = TeamId("T1")
NOW = datetime(2023, 6, 8, 9, tzinfo=UTC)


def test_public_holidays_are_those_of_the_country() -> None:
    midsummer_eve, ferragosto = date(2023, 6, 23), date(2023, 8, 15)

    assert [days_off(country)(midsummer_eve) for country in ("FI", "IT")] == [True, False]
    assert [days_off(country)(ferragosto) for country in ("FI", "IT")] == [False, True]


def test_the_weekend_is_that_of_the_country() -> None:
    friday, sunday = date(2023, 7, 7), date(2023, 7, 9)

    assert [days_off("IL")(on) for on in (friday, sunday)] == [True, False]
    assert [days_off("IT")(on) for on in (friday, sunday)] == [False, True]


def test_an_unknown_country_has_saturdays_and_sundays_off() -> None:
    weekends = [on for on in JULY if on.isoweekday() in (6, 7)]

    for country in ("", "ZZ", "it"):
        assert [on for on in JULY if days_off(country)(on)] == weekends


def test_every_country_has_its_working_days() -> None:
    for country in holidays.list_supported_countries():
        off = [on for on in JULY if days_off(country)(on)]
        assert 4 <= len(off) <= 20, country


@pytest.mark.parametrize("year", [2023, 2024])
def test_each_day_of_a_year_is_as_the_library_has_it(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=count) for count in range(365 + (year == 2024))]
    for country in ("IT", "FI", "IR", "AE", "US"):
        known = holidays.country_holidays(country)

        assert [days_off(country)(on) for on in days] == [on in known or known.is_weekend(on) for on in days]


async def put(db: Database, country: str) -> None:
    async with db.writing() as work:
        await members.put_member(
            work, Member(team_id=TEAM, user_id=UserId("U1"), name="Ada", country=country)
        )


async def test_two_years_are_at_hand_where_anybody_lives_somewhere(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[int, public_holidays.DaysOff] = {}
    monkeypatch.setattr(service, "_known", known)
    await put(db, "")
    await service.load_if_needed(db, team_id=TEAM, now=NOW)
    before = dict(known)
    await put(db, "IT")

    await service.load_if_needed(db, team_id=TEAM, now=NOW)

    assert (before, sorted(known)) == ({}, [2023, 2024])
    assert days_off("IT")(date(2024, 8, 15))


async def test_where_no_other_process_can_be_had_this_one_looks(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_known", {})
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    await put(db, "IT")

    await service.load_if_needed(db, team_id=TEAM, now=NOW)

    assert days_off("IT")(date(2023, 8, 15))


def test_who_only_asks_does_not_load_the_calendars() -> None:
    asks = (
        "import sys\nfrom datetime import date\nfrom bot.services.days_off import days_off\n"
        "print(days_off('IT')(date(2023, 8, 15)), 'holidays' in sys.modules)"
    )

    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)

    assert said.stdout == "True False\n"
