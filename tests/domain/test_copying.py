"""A copied edition: every date moved alike, weekdays kept where that is wanted."""

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.copying import begins_on, copied, moved_by
from bot.domain.editions import Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId, EditionKey, TeamId, homework_id

TEAM = TeamId("T1")
DATES = st.dates(date(2010, 1, 1), date(2090, 12, 31))
EDITION = Edition(
    team_id=TEAM,
    key=EditionKey("cba-2"),
    name="Second",
    timezone="Europe/Rome",
    channel_id=ChannelId("C0CBA2"),
    days=(
        Day(on=date(2023, 6, 6), kind=DayKind.ONLINE, title="Day 1", starts=time(9, 30)),
        Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title="Day 3"),
    ),
)
PIECE = Homework(
    team_id=TEAM,
    id=homework_id("cba-2", "plan"),
    edition_key=EditionKey("cba-2"),
    key="plan",
    title="Plan",
    brief="One page.",
    zone="Europe/Rome",
    opens=datetime(2023, 6, 8, 9),  # noqa: DTZ001 (a wall time)
    due=datetime(2023, 7, 5, 18),  # noqa: DTZ001 (a wall time)
    remind_until=date(2023, 7, 4),
    revision=4,
)


@given(DATES, DATES)
def test_weekdays_are_kept_and_the_date_is_the_nearest_such(before: date, wanted: date) -> None:
    by = moved_by(before, wanted, keeps_weekdays=True)

    assert (before + by).weekday() == before.weekday()
    assert abs(before + by - wanted) <= timedelta(days=3)


@given(DATES, DATES)
def test_without_weekdays_the_date_is_the_one_that_is_wanted(before: date, wanted: date) -> None:
    assert before + moved_by(before, wanted, keeps_weekdays=False) == wanted


@given(st.integers(-5_000, 5_000))
def test_copied_there_and_back_is_the_same_but_for_the_channel(days: int) -> None:
    by = timedelta(days=days)

    there = copied(EDITION, [PIECE], key=EditionKey("cba-3"), name="Third", by=by)
    back = copied(there.edition, there.homework, key=EDITION.key, name=EDITION.name, by=-by)

    assert back.edition == Edition(**(vars(EDITION) | {"channel_id": None}))
    assert back.homework == (Homework(**(vars(PIECE) | {"revision": 1})),)


def test_all_dates_move_to_the_next_year_on_their_weekdays() -> None:
    by = moved_by(date(2023, 6, 6), date(2024, 6, 3), keeps_weekdays=True)

    made = copied(EDITION, [PIECE], key=EditionKey("cba-3"), name="Third", by=by)

    assert [day.on for day in made.edition.days] == [date(2024, 6, 4), date(2024, 9, 19)]
    (piece,) = made.homework
    assert (piece.id, piece.opens.isoformat(), piece.due.isoformat(), piece.remind_until) == (
        "cba-3/plan",
        "2024-06-06T09:00:00",
        "2024-07-03T18:00:00",
        date(2024, 7, 2),
    )
    assert begins_on(made.edition, made.homework) == date(2024, 6, 4)
