"""When an announcement goes, and when it may reach a person."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import calendar
from bot.domain.announcements import estimate_s, is_ambiguous, may_reach_at, moment
from bot.domain.refusals import Refused

ZONES = ("Europe/Rome", "Atlantic/Azores", "Asia/Kathmandu", "Pacific/Apia", "Europe/Istanbul", "UTC")
START, END = datetime(2022, 1, 1), datetime(2027, 12, 31)  # noqa: DTZ001 (hypothesis wants them so)
instants = st.datetimes(START, END).map(lambda at: at.replace(tzinfo=UTC))
NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


@given(instants, st.sampled_from(ZONES))
def test_it_reaches_a_person_by_day_as_soon_as_it_may_and_never_before_it_is_ready(
    instant: datetime, zone: str
) -> None:
    at = may_reach_at(instant, zone, is_urgent=False)

    by_day = time(8) <= calendar.wall(at, zone).time() < time(19)
    assert by_day
    assert instant <= at <= instant + timedelta(hours=14)
    assert may_reach_at(at, zone, is_urgent=False) == at
    if time(8) <= calendar.wall(instant, zone).time() < time(19):
        assert at == instant


@given(instants, st.sampled_from(ZONES))
def test_what_is_urgent_never_waits(instant: datetime, zone: str) -> None:
    assert may_reach_at(instant, zone, is_urgent=True) == instant


@given(instants, st.sampled_from(ZONES))
def test_a_time_that_is_taken_is_ahead_and_on_the_clock(instant: datetime, zone: str) -> None:
    wall = calendar.wall(instant, zone).replace(second=0, microsecond=0)
    try:
        taken = moment(wall.date(), wall.time(), zone, now=NOW)
    except Refused:
        assert calendar.instant(wall, zone) <= NOW or instant - NOW > timedelta(days=700)
    else:
        assert taken == wall
        assert calendar.instant(taken, zone) > NOW


@pytest.mark.parametrize(
    ("on", "at", "sentence"),
    [
        (
            date(2024, 3, 31),
            time(2, 30),
            "02:30 does not exist on 31 March 2024 in Rome: clocks go forward then. "
            "Choose 03:30 or another time.",
        ),
        (
            date(2024, 2, 29),
            time(10),
            "29 February 2024, 10:00 (Rome) is in the past: choose a later time, or let it go at once.",
        ),
        (date(2031, 1, 1), time(10), "2031 is very far ahead: is the year right?"),
        (None, time(10), "Choose both the date and the time, or let it go at once."),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(on: date | None, at: time, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        moment(on, at, "Europe/Rome", now=NOW, block="when")

    assert (str(refused.value), refused.value.block_id) == (sentence, "when")


def test_the_hour_that_comes_twice_is_known() -> None:
    walls = [datetime.combine(date(2023, 10, 29), time(hour, 30)) for hour in (1, 2, 3)]

    assert [is_ambiguous(wall, "Europe/Rome") for wall in walls] == [False, True, False]


def test_the_estimate_follows_the_pace_so_far_once_there_is_one() -> None:
    assert estimate_s(290, done=0, for_s=0, per_minute=290) == 60
    assert estimate_s(100, done=50, for_s=25, per_minute=290) == 50
