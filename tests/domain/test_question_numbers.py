"""The question log in numbers: counting by hand, and what holds of any log."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.calendar import local_date
from bot.domain.ids import QuestionId
from bot.domain.question_numbers import Asked, Span, Step, Topic, numbers, year_begins_on

NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
ROME = "Europe/Rome"
EMPTY = Span(asked=0, answered=0, replied=0, median_s=None, p90_s=None)


def one(
    key: int,
    asked: str,
    *,
    waited: timedelta | None = None,
    accepted: str | None = None,
    topic: str = "",
) -> Asked:
    """A question asked at an instant in UTC."""
    at = utc(asked)
    return Asked(
        id=QuestionId(key),
        asked_at=at,
        topic=topic,
        is_open=accepted is None,
        first_answer_at=None if waited is None else at + waited,
        answered_at=None if accepted is None else utc(accepted),
    )


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def test_nothing_asked_is_nothing_counted() -> None:
    counted = numbers([], now=NOW, zone=ROME)

    assert (counted.week, counted.year, counted.topics, counted.open) == (EMPTY, EMPTY, (), 0)
    assert [step.begins_on for step in counted.days] == [date(2023, 6, day) for day in range(6, 13)]
    assert [counted.months[place].begins_on for place in (0, 6, 11)] == [
        date(2022, 7, 1),
        date(2023, 1, 1),
        date(2023, 6, 1),
    ]


def test_days_begin_in_the_zone_that_is_given() -> None:
    late = one(1, "2023-06-05 22:30")  # the 6th in Rome: the first of the seven days

    counted = numbers([late], now=NOW, zone=ROME)

    assert counted.days[0] == Step(begins_on=date(2023, 6, 6), asked=1, answered=0)
    assert (counted.week.asked, numbers([late], now=NOW, zone="UTC").week.asked) == (1, 0)


def test_an_answer_counts_on_the_day_it_was_accepted() -> None:
    counted = numbers([one(1, "2023-02-01 10:00", accepted="2023-06-11 10:00")], now=NOW, zone=ROME)

    assert counted.week == EMPTY
    assert counted.days[5] == Step(begins_on=date(2023, 6, 11), asked=0, answered=1)
    assert counted.months[7] == Step(begins_on=date(2023, 2, 1), asked=1, answered=0)
    assert counted.months[11] == Step(begins_on=date(2023, 6, 1), asked=0, answered=1)


def test_median_and_ninety_percent_of_the_waits() -> None:
    waits = [timedelta(hours=hours) for hours in (1, 2, 3, 4, 5, 6, 7, 8, 9, 100)]
    some = [one(key, "2023-06-07 10:00", waited=wait) for key, wait in enumerate(waits)]

    week = numbers([*some, one(99, "2023-06-07 10:00")], now=NOW, zone=ROME).week

    assert (week.asked, week.replied, week.median_s, week.p90_s) == (11, 10, int(5.5 * 3600), 9 * 3600)


def test_an_answer_of_the_same_instant_or_before_tells_nothing_of_the_wait() -> None:
    imported = [one(1, "2023-06-07", waited=timedelta(0)), one(2, "2023-06-07", waited=-timedelta(hours=2))]

    week = numbers(imported, now=NOW, zone=ROME).week
    with_a_third = numbers(
        [*imported, one(3, "2023-06-07", waited=timedelta(days=1))], now=NOW, zone=ROME
    ).week

    assert (week.replied, week.median_s, week.p90_s) == (2, None, None)
    assert (with_a_third.replied, with_a_third.median_s) == (3, 24 * 3600)


def test_open_ones_by_age_count_however_old() -> None:
    some = [
        one(1, "2023-06-10 08:00"),
        one(2, "2023-06-10 07:59"),
        one(3, "2023-05-13 08:00"),
        one(4, "2019-01-01 08:00"),
        one(5, "2019-01-01 08:00", accepted="2019-01-02 08:00"),
    ]

    counted = numbers(some, now=NOW, zone=ROME)

    assert counted.open_by_age == (
        ("up to 2 days", 1),
        ("up to a week", 1),
        ("up to a month", 1),
        ("older", 1),
    )
    assert (counted.open, counted.year.asked) == (4, 3)


def test_topics_are_one_whatever_their_capitals() -> None:
    some = [
        one(1, "2023-06-01 10:00", topic="Funding"),
        one(2, "2023-06-02 10:00", topic="funding", accepted="2023-06-03 10:00"),
        one(3, "2023-06-03 10:00", topic="Events"),
        one(4, "2023-06-04 10:00"),
    ]

    assert numbers(some, now=NOW, zone=ROME).topics == (
        Topic(name="Funding", asked=2, open=1),
        Topic(name="", asked=1, open=1),
        Topic(name="Events", asked=1, open=1),
    )


@st.composite
def logs(draw: st.DrawFn) -> list[Asked]:
    found = []
    for key in range(draw(st.integers(0, 30))):
        at = NOW - timedelta(minutes=draw(st.integers(0, 800 * 24 * 60)))
        wait = draw(st.none() | st.integers(0, 60 * 24 * 60))
        accepted = draw(st.none() | st.integers(0, 60 * 24 * 60))
        found.append(
            Asked(
                id=QuestionId(key),
                asked_at=at,
                topic=draw(st.sampled_from(["", "Funding", "funding", "ΣΊΓΜΑ", "σίγμα"])),
                is_open=accepted is None,
                first_answer_at=None if wait is None else at + timedelta(minutes=wait),
                answered_at=None if accepted is None else min(NOW, at + timedelta(minutes=accepted)),
            )
        )
    return found


@given(log=logs(), zone=st.sampled_from([ROME, "Pacific/Kiritimati", "America/St_Johns", "UTC"]))
def test_the_parts_add_up(log: list[Asked], zone: str) -> None:
    counted = numbers(log, now=NOW, zone=zone)

    first = year_begins_on(local_date(NOW, zone))
    in_year = [one for one in log if local_date(one.asked_at, zone) >= first]
    assert counted.year.asked == len(in_year) == sum(step.asked for step in counted.months)
    assert counted.week.asked == sum(step.asked for step in counted.days) <= counted.year.asked
    assert counted.open == sum(one.is_open for one in log)
    assert sum(topic.asked for topic in counted.topics) == counted.year.asked
    assert sum(topic.open for topic in counted.topics) == counted.year.asked - counted.year.answered
    if counted.year.median_s is not None and counted.year.p90_s is not None:
        assert counted.year.median_s <= counted.year.p90_s
