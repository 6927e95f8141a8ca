"""The sixteen cases of time that must hold, each with a test of its own, under its number."""

from datetime import date, time, timedelta

import pytest

from bot.domain import calendar
from bot.domain.deadlines import read_deadline
from bot.domain.refusals import Refused
from bot.domain.reminders import Schedule, moments
from bot.domain.workdays import is_weekend
from bot.services import reminders
from bot.services.days_off import days_off
from bot.views import words
from storage import outbox
from storage.db import Database
from storage.outbox import Drop, Edit, Later, Send
from tests.reminding import (
    TEAM,
    academy,
    compose,
    extend,
    hand_in,
    homework,
    person,
    planned,
    queued,
    settle,
    utc,
    wall,
)


def schedule(zone: str, *, due: str, at: time, slots: tuple[str, ...], programme: str = "") -> Schedule:
    return Schedule(
        slots=slots,
        at=at,
        zone=zone,
        opens_at=utc("2020-01-01 00:00"),
        due_at=calendar.instant(wall(due), programme or zone),
    )


def never(_: date) -> bool:
    return False


def test_case_1_a_day_before_keeps_the_wall_clock_and_24_hours_before_is_absolute() -> None:
    asked = schedule("Europe/Rome", due="2026-03-29 18:00", at=time(18), slots=("1d", "24h"))

    found = moments(asked, never)

    assert calendar.wall(found["1d"], "Europe/Rome") == wall("2026-03-28 18:00")
    assert asked.due_at - found["1d"] == timedelta(hours=23)
    assert asked.due_at - found["24h"] == timedelta(hours=24)
    assert calendar.wall(found["24h"], "Europe/Rome") == wall("2026-03-28 17:00")


async def test_case_2_a_reminder_at_a_time_that_does_not_exist_comes_once_after_the_gap(db: Database) -> None:
    now = utc("2026-03-20 12:00")
    await academy(db, online=(date(2026, 3, 1),), in_person=(date(2026, 5, 1),))
    await person(db, "U1", now=now, country="IL")  # works on Sundays
    await homework(
        db,
        "plan",
        opens="2026-03-02 09:00",
        due="2026-03-29 18:00",
        remind=("0d",),
        remind_at=time(2, 30),
        now=now,
    )

    early = await reminders.queue_due(db, now=utc("2026-03-29 01:29"))
    first = await reminders.queue_due(db, now=utc("2026-03-29 01:30"))
    second = await reminders.queue_due(db, now=utc("2026-03-29 02:30"))

    assert (early, first, second) == (0, 1, 0)
    assert calendar.wall(utc("2026-03-29 01:30"), "Europe/Rome") == wall("2026-03-29 03:30")


def test_case_3_a_midnight_that_does_not_exist_in_the_azores_is_one_o_clock() -> None:
    found = calendar.instant(wall("2026-03-29 00:00"), "Atlantic/Azores")

    assert calendar.wall(found, "Atlantic/Azores") == wall("2026-03-29 01:00")
    assert found == utc("2026-03-29 01:00")


async def test_case_4_a_reminder_at_a_time_that_exists_twice_comes_the_first_time_only(db: Database) -> None:
    now = utc("2026-10-20 12:00")
    await academy(db, online=(date(2026, 10, 1),), in_person=(date(2026, 12, 1),))
    await person(db, "U1", now=now, country="IL")
    await homework(
        db,
        "plan",
        opens="2026-10-02 09:00",
        due="2026-10-25 18:00",
        remind=("0d",),
        remind_at=time(2, 30),
        now=now,
    )

    first = await reminders.queue_due(db, now=utc("2026-10-25 00:30"))
    second = await reminders.queue_due(db, now=utc("2026-10-25 01:30"))

    assert (first, second) == (1, 0)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("Europe/Istanbul", "2026-01-15 06:00", "2026-07-15 06:00"),
        ("Atlantic/Reykjavik", "2026-01-15 09:00", "2026-07-15 09:00"),
        ("Europe/Chisinau", "2026-01-15 07:00", "2026-07-15 06:00"),
    ],
)
def test_case_5_zones_that_change_never_or_on_other_days(zone: str, winter: str, summer: str) -> None:
    assert calendar.instant(wall("2026-01-15 09:00"), zone) == utc(winter)
    assert calendar.instant(wall("2026-07-15 09:00"), zone) == utc(summer)


def test_case_5_chisinau_changes_its_clocks_at_another_hour_than_rome() -> None:
    # Rome changes at 01:00 UTC, Chisinau at 00:00 UTC: 01:30 local in Chisinau is before, 03:30 after.
    assert calendar.instant(wall("2026-03-29 01:30"), "Europe/Chisinau") == utc("2026-03-28 23:30")
    assert calendar.instant(wall("2026-03-29 03:30"), "Europe/Chisinau") == utc("2026-03-29 00:30")
    assert calendar.instant(wall("2026-03-29 01:30"), "Europe/Rome") == utc("2026-03-29 00:30")


def test_case_6_a_deadline_at_23_59_is_one_instant_shown_in_two_zones() -> None:
    due_at = calendar.instant(wall("2023-07-05 23:59"), "Europe/Rome")

    assert due_at == utc("2023-07-05 21:59")
    assert words.when(due_at, "Europe/Rome", "Europe/Helsinki") == (
        "Wed 5 July 2023, 23:59 (Rome) · Thu 6 July 2023, 00:59 your time (Helsinki)"
    )
    assert words.when(due_at, "Europe/Rome", "Europe/Rome") == "Wed 5 July 2023, 23:59 (Rome)"


async def test_case_7_a_change_of_zone_moves_unsent_reminders_and_repeats_none(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    user = await person(db, "U1", now=now, tz="Europe/Helsinki")
    await homework(db, "plan", due="2023-07-05 18:00", now=now)
    sent = await reminders.queue_due(db, now=utc("2023-07-03 06:00"))

    await person(db, "U1", now=utc("2023-07-03 06:30"), tz="America/New_York")

    assert sent == 1
    assert await planned(db, user) == {
        "1d:r1": utc("2023-07-04 13:00"),
        "0d:r1": utc("2023-07-05 13:00"),
    }
    # Nine in New York comes, and the reminder of that morning in Helsinki does not come again.
    assert await reminders.queue_due(db, now=utc("2023-07-03 13:00")) == 0
    assert calendar.closes_at(wall("2023-07-05 18:00"), "Europe/Rome") > utc("2023-07-05 16:00")


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("Asia/Kolkata", "2023-07-04 03:30"), ("Asia/Kathmandu", "2023-07-04 03:15")],
)
def test_case_8_half_and_quarter_hours_are_exact(zone: str, expected: str) -> None:
    asked = schedule(zone, due="2023-07-05 18:00", at=time(9), slots=("1d",), programme="Europe/Rome")

    assert moments(asked, is_weekend) == {"1d": utc(expected)}


def test_case_9_midnight_is_refused_and_two_ends_of_day_are_offered() -> None:
    for typed in ("midnight Friday", "Friday midnight", "Fri 24:00", "Friday 00:00"):
        with pytest.raises(Refused, match=r'"Thu 23:59" \(Thu 6 July 2023\) or "Fri 23:59"'):
            read_deadline(typed, "Europe/Rome", date(2023, 7, 3))

    assert read_deadline("Thu 23:59", "Europe/Rome", date(2023, 7, 3)) == wall("2023-07-06 23:59")
    assert read_deadline("Fri 23:59", "Europe/Rome", date(2023, 7, 3)) == wall("2023-07-07 23:59")


def test_case_9_23_59_includes_its_last_second() -> None:
    due = wall("2023-07-07 23:59")
    last = utc("2023-07-07 21:59:59")

    assert calendar.late_by_s(last + timedelta(microseconds=999_999), due, "Europe/Rome") == 0
    assert calendar.late_by_s(last + timedelta(seconds=1), due, "Europe/Rome") == 1
    assert calendar.closes_at(due, "Europe/Rome") == utc("2023-07-07 22:00")


def test_case_10_a_reminder_on_a_holiday_of_the_persons_country_comes_before_it() -> None:
    # 22 June 2023 is a Thursday; the 23rd, Midsummer Eve, is a holiday in Finland and not in Italy.
    italian = schedule("Europe/Rome", due="2023-06-25 18:00", at=time(9), slots=("2d", "0d"))
    finnish = schedule(
        "Europe/Helsinki", due="2023-06-25 18:00", at=time(9), slots=("2d", "0d"), programme="Europe/Rome"
    )

    assert moments(italian, days_off("IT")) == {
        "2d": utc("2023-06-23 07:00"),
        "0d": utc("2023-06-23 07:00"),
    }
    assert moments(finnish, days_off("FI")) == {
        "2d": utc("2023-06-22 06:00"),
        "0d": utc("2023-06-22 06:00"),
    }


def test_case_10_no_reminder_comes_at_or_after_the_deadline() -> None:
    asked = schedule(
        "Pacific/Auckland", due="2023-07-05 18:00", at=time(9), slots=("0d",), programme="Europe/Rome"
    )

    # On the clocks of Auckland it is due on Thursday at 04:00.
    assert moments(asked, is_weekend) == {
        "0d": calendar.instant(wall("2023-07-05 09:00"), "Pacific/Auckland")
    }


async def test_case_11_down_over_due_moments_there_is_one_message_for_all_that_was_missed(
    db: Database,
) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    await person(db, "U1", now=now)
    await homework(db, "action-plan", due="2023-07-05 18:00", now=now)
    await homework(db, "canvas", due="2023-07-06 18:00", now=now)

    back_at = utc("2023-07-04 09:00")
    messages = await reminders.queue_due(db, now=back_at)

    assert messages == 1
    (row,) = await queued(db)
    assert row.key == "remind:cba-2/action-plan:U1:1d:r1"
    sent = await compose(db, row, now=back_at)
    assert isinstance(sent, Send)
    assert sent.text == "⏰ 2 pieces of homework wait for you: 2 due soon."
    assert str(sent.blocks).count("is due tomorrow") == 1
    assert str(sent.blocks).count("is due in 2 days") == 1


async def test_case_11_after_the_deadline_the_text_says_overdue(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    await person(db, "U1", now=now)
    await homework(db, "action-plan", due="2023-07-05 18:00", now=now)

    back_at = utc("2023-07-07 09:00")
    await reminders.queue_due(db, now=back_at)

    row = next(row for row in await queued(db) if row.kind == "reminder")
    sent = await compose(db, row, now=back_at)
    assert isinstance(sent, Send)
    assert sent.text.startswith("🔴 *Action plan* is overdue. It was due Wed 5 July 2023, 18:00 (Rome).")
    assert "soon" not in sent.text


async def test_case_11_back_in_the_night_the_message_waits_for_the_morning(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    await person(db, "U1", now=now)
    await homework(db, "action-plan", due="2023-07-05 18:00", now=now)

    # Saturday night: what was missed on Wednesday, a week before the deadline.
    back_at = utc("2023-07-01 22:00")
    await reminders.queue_due(db, now=back_at)

    (row,) = await queued(db)
    assert await compose(db, row, now=back_at) == Later(utc("2023-07-03 07:00"))


async def test_case_11_back_after_the_window_nothing_is_sent(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    await person(db, "U1", now=now)
    await homework(db, "action-plan", due="2023-09-20 18:00", now=now)

    back_at = utc("2023-09-25 09:00")
    await reminders.queue_due(db, now=back_at)

    row = next(row for row in await queued(db) if row.kind == "reminder")
    assert isinstance(await compose(db, row, now=back_at), Drop)


async def test_case_12_a_late_joiner_gets_one_summary_and_no_backlog(db: Database) -> None:
    await academy(db)
    await homework(db, "action-plan", due="2023-07-13 18:00", now=utc("2023-06-09 12:00"))
    await homework(db, "canvas", due="2023-07-14 18:00", now=utc("2023-06-09 12:00"))

    joined_at = utc("2023-07-08 12:00")  # a Saturday
    user = await person(db, "U1", now=joined_at)

    monday = utc("2023-07-10 07:00")
    plan = await planned(db, user)
    assert set(plan) == {"late:r1", "2d:r1", "1d:r1", "0d:r1"}
    assert plan["late:r1"] == monday
    assert await reminders.queue_due(db, now=joined_at) == 0
    assert await reminders.queue_due(db, now=monday) == 1
    (row,) = await queued(db)
    sent = await compose(db, row, now=monday)
    assert isinstance(sent, Send)
    assert sent.text == "⏰ 2 pieces of homework wait for you: 2 due soon."


async def test_case_13_an_extension_replaces_that_persons_reminders_and_survives_a_moved_date(
    db: Database,
) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    extended, other = await person(db, "U1", now=now), await person(db, "U2", now=now)
    of = await homework(db, "plan", due="2023-07-05 18:00", remind=("1d",), now=now)

    await extend(db, of, extended, due="2023-07-12 18:00", now=now)
    after_extension = await planned(db, extended), await planned(db, other)
    await homework(db, "plan", due="2023-07-07 18:00", remind=("1d",), revision=2, now=now)
    after_move = await planned(db, extended), await planned(db, other)
    await homework(db, "plan", due="2023-07-20 18:00", remind=("1d",), revision=3, now=now)

    assert after_extension == ({"1d:r2": utc("2023-07-11 07:00")}, {"1d:r1": utc("2023-07-04 07:00")})
    assert after_move == ({"1d:r3": utc("2023-07-11 07:00")}, {"1d:r2": utc("2023-07-06 07:00")})
    assert await planned(db, extended) == {"1d:r4": utc("2023-07-19 07:00")}
    assert await planned(db, other) == {"1d:r3": utc("2023-07-19 07:00")}


async def test_case_14_what_was_handed_in_before_the_sending_is_not_reminded_of(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    user = await person(db, "U1", now=now)
    of = await homework(db, "plan", due="2023-07-05 18:00", remind=("1d", "0d"), now=now)
    await reminders.queue_due(db, now=utc("2023-07-04 07:00"))
    (row,) = await queued(db)

    await hand_in(db, of, user, now=utc("2023-07-04 07:00:01"))

    assert isinstance(await compose(db, row, now=utc("2023-07-04 07:00:02")), Drop)
    assert await planned(db, user) == {}
    assert [one.key for one in await queued(db)] == [row.key]


async def test_case_14_a_reminder_that_crossed_is_edited_to_received(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    user = await person(db, "U1", now=now)
    of = await homework(db, "plan", due="2023-07-05 18:00", remind=("1d",), now=now)
    await reminders.queue_due(db, now=utc("2023-07-04 07:00"))
    (row,) = await queued(db)
    await settle(db, row, state="sending")

    await hand_in(db, of, user, now=utc("2023-07-04 07:00:01"))

    (edit,) = await queued(db)
    at = utc("2023-07-04 07:00:03")
    assert await compose(db, edit, now=at) == Later(at + timedelta(seconds=10))
    await settle(db, row, state="sent", channel_id="D1", ts="1.2")
    edited = await compose(db, edit, now=at)
    assert isinstance(edited, Edit)
    assert (edited.channel_id, edited.ts, edited.text) == ("D1", "1.2", "✅ *Plan*: received. Thank you!")
    assert "button" not in str(edited.blocks)


def test_case_15_leap_days_and_ends_of_months() -> None:
    assert calendar.add_months(date(2023, 1, 31), 1) == date(2023, 2, 28)
    assert calendar.add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert calendar.add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)
    assert calendar.add_months(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert calendar.add_years(date(2024, 2, 29), 1) == date(2025, 2, 28)
    asked = schedule("Europe/Rome", due="2024-03-01 18:00", at=time(9), slots=("1d",))
    assert moments(asked, is_weekend) == {"1d": utc("2024-02-29 08:00")}


async def test_case_16_nothing_is_sent_again_when_the_hosts_clock_jumps_back(db: Database) -> None:
    now = utc("2023-06-20 12:00")
    await academy(db)
    user = await person(db, "U1", now=now)
    await homework(db, "plan", due="2023-07-05 18:00", remind=("2d", "1d"), now=now)
    sent = [await reminders.queue_due(db, now=utc("2023-07-03 07:00"))]

    for again in ("2023-06-28 12:00", "2023-07-03 06:59", "2023-07-03 07:00", "2023-07-04 06:59"):
        await reminders.replan_everything(db, now=utc(again))
        sent.append(await reminders.queue_due(db, now=utc(again)))

    assert sent == [1, 0, 0, 0, 0]
    assert await planned(db, user) == {"1d:r1": utc("2023-07-04 07:00")}
    async with db.reading() as work:
        assert [row.key for row in await outbox.rows(work, team_id=TEAM)] == ["remind:cba-2/plan:U1:2d:r1"]


def test_a_wall_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone of its own"):
        calendar.instant(utc("2026-03-29 02:30"), "Europe/Rome")


def test_the_zones_of_people_that_are_unknown_fall_back_to_the_programmes() -> None:
    assert calendar.zone_or("Mars/Olympus", "Europe/Rome") == "Europe/Rome"
    assert calendar.zone_or("", "Europe/Rome") == "Europe/Rome"
    assert calendar.zone_or("US/Pacific", "Europe/Rome") == "US/Pacific"


def test_a_deadline_holds_to_its_very_instant() -> None:
    due = wall("2023-07-05 18:00")

    assert calendar.late_by_s(utc("2023-07-05 16:00"), due, "Europe/Rome") == 0
    assert calendar.late_by_s(utc("2023-07-05 16:00:00.000001"), due, "Europe/Rome") == 1
    assert calendar.late_by_s(utc("2023-07-05 16:01"), due, "Europe/Rome") == 60
