from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import calendar, workdays
from bot.domain.follow_up import next_digest_at, settled_at, to_experts_at, to_organisers_at

BRUSSELS = "Europe/Brussels"


def utc(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "experts", "organisers"),
    [
        ("2023-06-12 08:00", "2023-06-14 07:00", "2023-06-19 07:00"),  # a Monday
        ("2023-06-15 15:00", "2023-06-19 07:00", "2023-06-22 07:00"),  # a Thursday: over the weekend
        ("2023-06-17 10:00", "2023-06-20 07:00", "2023-06-23 07:00"),  # a Saturday
        ("2023-06-11 22:30", "2023-06-14 07:00", "2023-06-19 07:00"),  # Monday in Brussels by then
        ("2023-10-26 10:00", "2023-10-30 08:00", "2023-11-02 08:00"),  # clocks go back in between
    ],
)
def test_open_questions_go_on_at_nine_of_working_days(asked: str, experts: str, organisers: str) -> None:
    assert to_experts_at(utc(asked), BRUSSELS) == utc(experts)
    assert to_organisers_at(utc(asked), BRUSSELS) == utc(organisers)


def test_an_asker_is_asked_on_a_working_day_of_their_own() -> None:
    def is_day_off(on: date) -> bool:
        return on == date(2023, 6, 13) or workdays.is_weekend(on)

    assert settled_at(utc("2023-06-12 08:00"), "Europe/Helsinki", is_day_off) == utc("2023-06-14 06:00")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2023-06-12 06:59", "2023-06-12 07:00"),
        ("2023-06-12 07:00", "2023-06-19 07:00"),
        ("2023-06-18 21:59", "2023-06-19 07:00"),
        ("2023-10-25 12:00", "2023-10-30 08:00"),
    ],
)
def test_digests_are_on_mondays_at_nine(now: str, expected: str) -> None:
    assert next_digest_at(utc(now), BRUSSELS) == utc(expected)


@given(
    st.integers(0, 17 * 365 * 24 * 3600).map(
        lambda later_s: utc("2023-01-01 00:00") + timedelta(seconds=later_s)
    ),
    st.sampled_from([BRUSSELS, "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]),
)
def test_the_next_digest_is_within_a_week_whatever_clocks_do(now: datetime, zone: str) -> None:
    at = next_digest_at(now, zone)

    wall = calendar.wall(at, zone)
    assert (wall.weekday(), wall.hour, wall.minute) == (0, 9, 0)
    assert timedelta(0) < at - now <= timedelta(days=7, hours=1)
