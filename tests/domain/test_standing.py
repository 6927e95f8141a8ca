"""Which date holds for a person, and where they are with a homework."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.homework import Extension, Homework, Submission
from bot.domain.ids import EditionKey, TeamId, UserId, homework_id
from bot.domain.programme import current_edition, next_day
from bot.domain.standing import State, standing

TEAM = TeamId("T1")
ID = homework_id("cba-2", "plan")
OPENS_AT = datetime(2023, 6, 8, 7, 0, tzinfo=UTC)
DUE_AT = datetime(2023, 7, 5, 16, 0, tzinfo=UTC)


def plan(due: datetime = datetime(2023, 7, 5, 18, 0)) -> Homework:  # noqa: DTZ001 (a wall time)
    return Homework(
        team_id=TEAM,
        id=ID,
        edition_key=EditionKey("cba-2"),
        key="plan",
        title="Plan",
        brief="",
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
        due=due,
    )


def version(at: datetime, late_by_s: int) -> Submission:
    return Submission(
        team_id=TEAM,
        homework_id=ID,
        user_id=UserId("U1"),
        version=1,
        text="x",
        link="",
        files=(),
        submitted_at=at,
        late_by_s=late_by_s,
    )


def extension(due: datetime) -> Extension:
    return Extension(
        team_id=TEAM,
        homework_id=ID,
        user_id=UserId("U1"),
        due=due,
        reason="ill",
        granted_by=UserId("U2"),
        granted_at=OPENS_AT,
    )


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (OPENS_AT - timedelta.resolution, State.NOT_OPEN),
        (OPENS_AT, State.OPEN),
        (DUE_AT, State.OPEN),
        (DUE_AT + timedelta.resolution, State.MISSING),
    ],
)
def test_state_changes_at_the_instants(now: datetime, state: State) -> None:
    assert standing(plan(), extension=None, handed_in=None, now=now).state is state


def test_end_of_day_includes_its_last_second() -> None:
    end_of_day = plan(datetime(2023, 7, 5, 23, 59))  # noqa: DTZ001 (a wall time)
    midnight = datetime(2023, 7, 5, 22, 0, tzinfo=UTC)

    last = standing(end_of_day, extension=None, handed_in=None, now=midnight - timedelta.resolution)
    over = standing(end_of_day, extension=None, handed_in=None, now=midnight)

    assert (last.state, over.state) == (State.OPEN, State.MISSING)


@given(moved_h=st.integers(-600, 600), extended_h=st.integers(-600, 600), now_h=st.integers(-600, 600))
def test_the_later_of_date_and_extension_holds(moved_h: int, extended_h: int, now_h: int) -> None:
    homework = plan(plan().due + timedelta(hours=moved_h))
    granted = extension(plan().due + timedelta(hours=extended_h))

    found = standing(homework, extension=granted, handed_in=None, now=DUE_AT + timedelta(hours=now_h))

    assert found.due == max(homework.due, granted.due)
    assert found.is_extended == (extended_h > moved_h)
    assert found.is_past_due == (now_h > max(moved_h, extended_h))


@given(moved_h=st.integers(-600, 600), at_h=st.integers(-600, 600))
def test_what_was_in_time_stays_so_wherever_the_date_is_moved(moved_h: int, at_h: int) -> None:
    handed_in = version(DUE_AT + timedelta(hours=at_h), late_by_s=0)

    found = standing(
        plan(plan().due + timedelta(hours=moved_h)), extension=None, handed_in=handed_in, now=DUE_AT
    )

    assert found.state is State.HANDED_IN


@given(late_h=st.integers(1, 600), moved_h=st.integers(-600, 600))
def test_what_was_late_is_in_time_once_the_date_covers_it(late_h: int, moved_h: int) -> None:
    handed_in = version(DUE_AT + timedelta(hours=late_h), late_by_s=late_h * 3600)

    found = standing(
        plan(plan().due + timedelta(hours=moved_h)), extension=None, handed_in=handed_in, now=DUE_AT
    )

    assert (found.state is State.HANDED_IN) == (moved_h >= late_h)


def edition(key: str, *days: Day) -> Edition:
    return Edition(team_id=TEAM, key=EditionKey(key), name=key, timezone="Europe/Rome", days=days)


def day(on: str, *, ends: str | None = None) -> Day:
    return Day(
        on=datetime.fromisoformat(on).date(),
        kind=DayKind.ONLINE,
        title=on,
        ends=datetime.fromisoformat(f"{on} {ends}").time() if ends else None,
    )


def test_current_edition_is_the_running_one_then_the_next_then_the_last() -> None:
    first = edition("first", day("2022-06-01"), day("2022-09-01"))
    second = edition("second", day("2023-06-06"), day("2023-09-21"))
    empty = edition("empty")
    moments = [datetime(year, month, 1, tzinfo=UTC) for year, month in ((2022, 7), (2022, 12), (2024, 1))]

    found = [current_edition([second, first, empty], now=now) for now in moments]

    assert found == [first, second, second]


def test_next_day_is_the_one_that_is_not_over_by_its_own_clock() -> None:
    days = edition("x", day("2023-06-06", ends="16:30"), day("2023-06-07"))
    moments = [datetime(2023, 6, at, hour, minute, tzinfo=UTC) for at, hour, minute in (
        (6, 14, 29), (6, 14, 30), (7, 21, 59), (7, 22, 0)
    )]  # fmt: skip

    found = [next_day(days, now=now) for now in moments]

    assert found == [days.days[0], days.days[1], days.days[1], None]
