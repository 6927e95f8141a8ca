"""Instants, dates and working days; the cases of TIME each have a test in `tests/test_time_cases.py`."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import calendar, workdays
from bot.domain.editions import Day, DayKind, Edition
from bot.domain.reminders import Schedule, missing_at, moments, parse_slot
from bot.domain.workdays import is_weekend
from tests.domain.test_reminder_properties import ZONES
from tests.reminding import EDITION, TEAM, utc, wall


def test_a_reminder_on_a_day_that_a_zone_left_out_comes_the_day_before() -> None:
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    schedule = Schedule(
        slots=("1d",),
        at=time(9),
        zone="Pacific/Apia",
        opens_at=utc("2011-12-01 00:00"),
        due_at=calendar.instant(wall("2011-12-31 18:00"), "Pacific/Apia"),
    )

    (moment,) = moments(schedule, lambda on: False).values()

    assert calendar.wall(moment, "Pacific/Apia") == wall("2011-12-29 09:00")


def test_a_late_message_passes_over_a_day_that_a_zone_left_out() -> None:
    evening = calendar.instant(wall("2011-12-29 21:00"), "Pacific/Apia")

    found = workdays.next_civil_at(evening, "Pacific/Apia", lambda on: False)

    assert calendar.wall(found, "Pacific/Apia") == wall("2011-12-31 08:00")


@settings(deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    at=st.datetimes(wall("2020-01-01 00:00"), wall("2030-01-01 00:00")),
    hour=st.integers(0, 23),
)
def test_a_message_that_waits_finds_its_reader_in_working_hours_and_soon(
    zone: str, at: datetime, hour: int
) -> None:
    moment = calendar.instant(at, "UTC")

    found = workdays.next_civil_at(moment, zone, is_weekend, at=time(hour))

    assert moment <= found < moment + timedelta(days=4)
    assert workdays.is_civil(found, zone, is_weekend)
    assert workdays.next_civil_at(found, zone, is_weekend, at=time(hour)) == found


def test_working_days_pass_over_weekends() -> None:
    friday = date(2023, 7, 7)

    assert workdays.next_workday(friday, is_weekend) == date(2023, 7, 10)
    assert workdays.add_workdays(friday, 2, is_weekend) == date(2023, 7, 11)
    assert workdays.add_workdays(date(2023, 7, 8), 0, is_weekend) == date(2023, 7, 8)
    assert missing_at(utc("2023-07-07 21:59"), "Europe/Brussels") == utc("2023-07-11 07:00")
    with pytest.raises(ValueError, match="no working day within 60 days"):
        workdays.next_workday(friday, lambda on: True)


def test_slots_are_days_or_hours() -> None:
    assert [parse_slot(slot) for slot in ("7d", "0d", "24h")] == [(7, "d"), (0, "d"), (24, "h")]
    for wrong in ("", "d", "7", "-1d", "7 d", "1w", "1000d"):
        with pytest.raises(ValueError, match="is no reminder"):
            parse_slot(wrong)


def test_a_deadline_in_the_day_that_clocks_go_back_at_its_end_closes_a_minute_later() -> None:
    # In Havana 1 November 2026 has 25 hours, and 00:59 comes twice; 23:59 once.
    due = wall("2026-11-01 23:59")

    closes_at = calendar.closes_at(due, "America/Havana")

    assert closes_at - calendar.instant(due, "America/Havana") == timedelta(minutes=1)
    assert calendar.wall(closes_at, "America/Havana") == wall("2026-11-02 00:00")


def test_an_edition_without_days_sets_no_window() -> None:
    empty = Edition(team_id=TEAM, key=EDITION, name="", timezone="Europe/Rome")
    online = Edition(
        team_id=TEAM,
        key=EDITION,
        name="",
        timezone="Europe/Rome",
        days=(Day(on=date(2023, 6, 7), kind=DayKind.ONLINE, title=""),),
    )

    assert (empty.last_online_on, empty.first_in_person_on) == (None, None)
    assert (online.last_online_on, online.first_in_person_on) == (date(2023, 6, 7), None)
