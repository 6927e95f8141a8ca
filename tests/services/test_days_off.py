"""Weekends and public holidays by country."""

from datetime import date, timedelta

import holidays

from bot.services.days_off import days_off

JULY = [date(2023, 7, 1) + timedelta(days=count) for count in range(31)]


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
