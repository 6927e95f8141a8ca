"""Reminders over a real database: who is told, when, in how many messages, and what they may answer."""

from datetime import date, datetime, timedelta

import pytest

from bot.domain.ids import ChannelId, UserId
from bot.domain.refusals import Refused
from bot.services import reminders
from storage.db import AlreadyDone, Database, Delivery
from storage.outbox import Drop, Later, Send
from tests.reminding import (
    CHANNEL,
    ORGANISER,
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
)

START = utc("2023-06-20 12:00")


def labels(sent: Send) -> list[str]:
    return [
        element["text"]["text"]
        for block in sent.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def next_due_at(db: Database) -> datetime | None:
    async with db.reading() as work:
        return await reminders.next_due_at(work)


async def test_a_reminder_names_the_date_in_both_zones_and_has_three_buttons(db: Database) -> None:
    await academy(db)
    await person(db, "U1", now=START, tz="Europe/Helsinki", country="FI")
    await homework(db, "action-plan", due="2023-07-05 18:00", now=START)

    at = utc("2023-06-28 06:00")
    assert await next_due_at(db) == at
    assert await reminders.queue_due(db, now=at) == 1

    (row,) = await queued(db)
    assert (row.key, row.recipient, row.kind) == ("remind:cba-2/action-plan:U1:7d:r1", "U1", "reminder")
    sent = await compose(db, row, now=at)
    assert isinstance(sent, Send)
    assert sent.text == (
        "⏰ *Action plan* is due in 7 days: Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki)."
    )
    assert labels(sent) == ["Hand in", "Tomorrow", "Stop for this one"]
    assert await next_due_at(db) == utc("2023-07-03 06:00")


async def test_pieces_due_at_one_moment_are_one_message(db: Database) -> None:
    await academy(db)
    await person(db, "U1", now=START)
    await person(db, "U2", now=START)
    await homework(db, "canvas", due="2023-07-05 20:00", now=START)
    await homework(db, "action-plan", due="2023-07-05 18:00", now=START)

    assert await reminders.queue_due(db, now=utc("2023-06-28 07:00")) == 2

    assert [(row.recipient, row.key) for row in await queued(db)] == [
        ("U1", "remind:cba-2/action-plan:U1:7d:r1"),
        ("U2", "remind:cba-2/action-plan:U2:7d:r1"),
    ]
    assert await reminders.queue_due(db, now=utc("2023-06-28 07:00")) == 0


@pytest.mark.parametrize("heartbeat_is_first", [True, False])
async def test_a_message_that_waits_for_monday_takes_in_what_falls_due_by_then(
    db: Database, heartbeat_is_first: bool
) -> None:
    await academy(db)
    await person(db, "U1", now=START)
    await homework(db, "action-plan", due="2023-07-05 18:00", now=START)
    await homework(db, "canvas", due="2023-07-10 18:00", now=START)
    await reminders.queue_due(db, now=utc("2023-07-01 22:00"))
    (row,) = await queued(db)
    monday = utc("2023-07-03 07:00")
    assert await compose(db, row, now=utc("2023-07-01 22:00")) == Later(monday)
    await settle(db, row, due_at=monday, not_before_at=monday)

    if heartbeat_is_first:
        assert await reminders.queue_due(db, now=monday) == 0
    (row,) = await queued(db)
    sent = await compose(db, row, now=monday)
    assert await reminders.queue_due(db, now=monday) == 0

    assert len(await queued(db)) == 1
    assert isinstance(sent, Send)
    assert sent.text == "⏰ 2 pieces of homework wait for you: 2 due soon."


async def test_a_late_message_goes_at_night_where_the_morning_is_too_late(db: Database) -> None:
    await academy(db)
    await person(db, "U1", now=START)
    await homework(db, "action-plan", due="2023-07-05 04:00", now=START)
    at = utc("2023-07-04 22:00")
    await reminders.queue_due(db, now=at)

    (row,) = await queued(db)

    sent = await compose(db, row, now=at)
    assert isinstance(sent, Send)
    assert "is due today" in sent.text


async def test_dates_that_move_while_a_summary_is_overdue_leave_one_summary_ahead(db: Database) -> None:
    await academy(db)
    await homework(db, "plan", due="2023-07-05 18:00", now=START)
    await person(db, "U1", now=utc("2023-06-29 20:00"))
    joined_late = await planned(db, "U1")

    # The bot was down on Friday; on Saturday the date is moved, and on Monday afternoon once more.
    await homework(db, "plan", due="2023-07-06 18:00", now=utc("2023-07-01 10:00"), revision=2)
    moved = await planned(db, "U1")
    await reminders.queue_due(db, now=utc("2023-07-03 07:00"))
    await homework(db, "plan", due="2023-07-07 18:00", now=utc("2023-07-04 12:00"), revision=3)
    moved_again = await planned(db, "U1")

    assert joined_late["late:r1"] == utc("2023-06-30 07:00")
    assert moved == {
        "late:r2": utc("2023-07-03 07:00"),
        "2d:r2": utc("2023-07-04 07:00"),
        "1d:r2": utc("2023-07-05 07:00"),
        "0d:r2": utc("2023-07-06 07:00"),
    }
    assert [slot for slot in moved_again if slot.startswith("late")] == []


async def test_who_stopped_left_or_is_no_longer_enrolled_is_not_reminded(db: Database) -> None:
    await academy(db)
    for user in ("U1", "U2", "U3"):
        await person(db, user, now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", now=START)
    at = utc("2023-06-28 07:00")
    await reminders.queue_due(db, now=at)
    rows = await queued(db)

    await reminders.stop(db, team_id=TEAM, homework_id=of, user_id=UserId("U1"), now=at)
    await person(db, "U2", now=at, is_deactivated=True)

    outcomes = [type(await compose(db, row, now=at)) for row in rows]
    assert outcomes == [Drop, Drop, Send]
    assert [await planned(db, user) for user in ("U1", "U2")] == [{}, {}]
    assert sorted(await planned(db, "U3")) == ["0d:r1", "1d:r1", "2d:r1"]


async def test_who_stopped_can_be_reminded_again_from_then_on(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", now=START)
    await reminders.queue_due(db, now=utc("2023-06-28 07:00"))
    await reminders.stop(db, team_id=TEAM, homework_id=of, user_id=user, now=utc("2023-06-28 08:00"))

    await reminders.resume(db, team_id=TEAM, homework_id=of, user_id=user, now=utc("2023-07-03 12:00"))

    assert sorted(await planned(db, user)) == ["0d:r1", "1d:r1"]


async def test_a_moved_date_replaces_a_reminder_that_still_waits(db: Database) -> None:
    await academy(db)
    await person(db, "U1", now=START)
    await homework(db, "action-plan", due="2023-07-05 18:00", remind=("2d",), now=START)
    at = utc("2023-07-03 07:00")
    await reminders.queue_due(db, now=at)
    (row,) = await queued(db)

    await homework(db, "action-plan", due="2023-07-19 18:00", remind=("2d",), revision=2, now=at)

    assert isinstance(await compose(db, row, now=at), Drop)
    assert await planned(db, "U1") == {"2d:r2": utc("2023-07-17 07:00")}


async def test_an_edited_brief_does_not_remind_twice_on_one_day(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    await homework(db, "action-plan", due="2023-07-05 18:00", remind=("2d",), now=START)
    await reminders.queue_due(db, now=utc("2023-07-03 07:00"))

    await person(db, "U1", now=utc("2023-07-03 07:30"), tz="America/New_York")
    await homework(
        db, "action-plan", due="2023-07-05 18:00", remind=("2d",), revision=2, now=utc("2023-07-03 07:40")
    )

    assert await planned(db, user) == {}


async def test_reminders_stay_between_the_online_and_the_in_person_days(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    slots = ("14d", "1d", "0d")

    await homework(db, "early", due="2023-06-22 18:00", remind=slots, now=utc("2023-06-01 12:00"))
    before = await planned(db, user)
    await homework(db, "early", due="2023-06-21 18:00", remind=slots, revision=2, now=utc("2023-06-01 12:00"))
    in_online_days = await planned(db, user)
    await homework(db, "early", due="2023-09-21 18:00", remind=slots, revision=3, now=utc("2023-06-01 12:00"))
    in_person_day = await planned(db, user)
    await homework(
        db,
        "early",
        due="2023-09-21 18:00",
        remind=slots,
        remind_until=date(2023, 9, 22),
        revision=4,
        now=utc("2023-06-01 12:00"),
    )

    assert sorted(before) == ["0d:r1", "14d:r1", "1d:r1"]
    assert sorted(in_online_days) == ["0d:r2", "1d:r2"]
    assert sorted(in_person_day) == ["14d:r3", "1d:r3"]
    assert sorted(await planned(db, user)) == ["0d:r4", "14d:r4", "1d:r4"]


async def test_an_online_day_after_the_in_person_days_takes_no_reminder_away(db: Database) -> None:
    await academy(db, online=(date(2023, 6, 6), date(2023, 6, 7), date(2023, 10, 10)))
    user = await person(db, "U1", now=START)

    await homework(db, "plan", due="2023-07-05 18:00", remind=("1d", "0d"), now=utc("2023-06-01 12:00"))

    assert sorted(await planned(db, user)) == ["0d:r1", "1d:r1"]


async def test_the_channel_hears_how_many_and_never_who(db: Database) -> None:
    await academy(db, channel=CHANNEL)
    for user in ("U1", "U2", "U3"):
        await person(db, user, now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", remind=("1d",), now=START)
    await hand_in(db, of, UserId("U1"), now=START)
    at = utc("2023-07-04 07:00")

    assert await reminders.queue_due(db, now=at) == 3

    row = next(row for row in await queued(db) if row.recipient == CHANNEL)
    assert (row.key, row.kind) == ("remind:cba-2/action-plan:channel:1d:r1", "reminder.channel")
    sent = await compose(db, row, now=at)
    assert isinstance(sent, Send)
    assert sent.text == (
        "⏰ *Action plan* is due tomorrow: Wed 5 July 2023, 18:00 (Rome) · 1 of 3 have handed in"
    )
    assert "U2" not in str(sent.blocks)

    for user in ("U2", "U3"):
        await hand_in(db, of, UserId(user), now=at)
    assert isinstance(await compose(db, row, now=at), Drop)


async def test_organisers_get_one_list_two_working_days_after_the_deadline(db: Database) -> None:
    await academy(db)
    for user in ("U1", "U2", "U3"):
        await person(db, user, now=START)
    first = await homework(db, "action-plan", due="2023-07-06 18:00", remind=(), now=START)
    await homework(db, "canvas", due="2023-07-07 18:00", remind=(), now=START)
    await hand_in(db, first, UserId("U1"), now=START)
    await extend(db, first, UserId("U2"), due="2023-07-20 18:00", now=START)
    monday, tuesday = utc("2023-07-10 07:00"), utc("2023-07-11 07:00")

    assert await next_due_at(db) == monday
    assert await reminders.queue_due(db, now=monday) == 1
    (row,) = await queued(db)
    listed = await compose(db, row, now=monday)
    again = await reminders.queue_due(db, now=monday + timedelta(hours=1))
    assert await reminders.queue_due(db, now=tuesday) == 1

    assert again == 0
    assert row.recipient == ORGANISER
    assert isinstance(listed, Send)
    assert listed.text == "📋 Homework after the deadline: 1 person is missing."
    assert "🔴 Missing, 1 of 3: <@U3> (Cluster of U3)\n1 person has a later date." in str(
        listed.blocks[1]["text"]["text"]
    )
    at = utc("2023-07-24 07:00")
    assert await reminders.queue_due(db, now=at) == 1
    extended = next(one for one in await queued(db) if "missing-U2" in one.key)
    listed = await compose(db, extended, now=at)
    assert isinstance(listed, Send)
    assert "🔴 Missing, 1 of 3: <@U2> (Cluster of U2)" in listed.blocks[1]["text"]["text"]


async def test_organisers_hear_once_a_day_at_most_and_nothing_where_nobody_is_missing(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    first = await homework(db, "action-plan", due="2023-07-06 18:00", remind=(), now=START)
    second = await homework(db, "canvas", due="2023-07-07 18:00", remind=(), now=START)
    # The bot was down on Monday and came back late on Tuesday, and canvas is moved onto that day as well.
    tuesday = utc("2023-07-11 06:00")

    assert await reminders.queue_due(db, now=tuesday) == 1
    assert await reminders.queue_due(db, now=utc("2023-07-11 07:00")) == 0
    assert await planned(db, "organisers") == {"missing:r1": utc("2023-07-12 07:00")}
    assert await reminders.queue_due(db, now=utc("2023-07-12 07:00")) == 1

    for of in (first, second):
        await hand_in(db, of, user, now=utc("2023-07-12 07:00"))
    outcomes = [type(await compose(db, row, now=utc("2023-07-12 07:01"))) for row in await queued(db)]
    assert outcomes == [Drop, Drop]


async def test_a_snooze_comes_on_the_next_working_day_and_is_one_message_with_that_days_reminder(
    db: Database,
) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-10 18:00", now=START)
    friday = utc("2023-07-07 08:00")
    await reminders.queue_due(db, now=friday)
    for row in await queued(db):
        await settle(db, row, state="sent")

    at = await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=friday)

    assert at == utc("2023-07-10 07:00")
    assert await planned(db, user) == {"snooze-2023-07-10:r1": at, "0d:r1": at}
    assert await reminders.queue_due(db, now=at) == 1


async def test_a_snooze_near_the_deadline_comes_two_hours_before_it_and_later_is_refused(
    db: Database,
) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", now=START)

    at = await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=utc("2023-07-05 08:00"))
    await extend(db, of, user, due="2023-07-05 20:00", now=utc("2023-07-05 09:00"))

    assert at == utc("2023-07-05 14:00")
    assert (await planned(db, user))["snooze-2h:r2"] == utc("2023-07-05 16:00")
    for now, sentence in (("2023-07-05 15:31", "too near"), ("2023-07-06 08:00", "has passed")):
        with pytest.raises(Refused, match=sentence):
            await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=utc(now))


async def test_a_snooze_before_a_deadline_on_a_sunday_comes_on_friday_still_or_is_refused(
    db: Database,
) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-09 18:00", now=START)

    at = await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=utc("2023-07-07 07:05"))

    assert at == utc("2023-07-07 14:00")
    for now in ("2023-07-07 13:31", "2023-07-08 08:00"):
        with pytest.raises(Refused, match="too near"):
            await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=utc(now))


async def test_a_snooze_that_is_delivered_twice_is_one(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", remind=(), now=START)
    once = Delivery(team_id=TEAM, key="action:U1:1.2:reminder_snooze", received_at=START)
    await reminders.snooze(db, team_id=TEAM, homework_id=of, user_id=user, now=START, once=once)

    with pytest.raises(AlreadyDone):
        await reminders.snooze(
            db, team_id=TEAM, homework_id=of, user_id=user, now=START + timedelta(days=1), once=once
        )

    assert await planned(db, user) == {"snooze-2023-06-21:r1": utc("2023-06-21 07:00")}


async def test_only_participants_may_answer_a_reminder(db: Database) -> None:
    await academy(db)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", now=START)

    for use_case in (reminders.snooze, reminders.stop, reminders.resume):
        with pytest.raises(Refused, match="for the participants"):
            await use_case(db, team_id=TEAM, homework_id=of, user_id=ORGANISER, now=START)


async def test_one_piece_of_several_handed_in_leaves_the_others_in_the_message(db: Database) -> None:
    await academy(db)
    user = await person(db, "U1", now=START)
    of = await homework(db, "action-plan", due="2023-07-05 18:00", now=START)
    await homework(db, "canvas", due="2023-07-05 18:00", now=START)
    at = utc("2023-06-28 07:00")
    await reminders.queue_due(db, now=at)
    (row,) = await queued(db)
    await settle(db, row, state="sent", channel_id="D1", ts="1.2")

    await hand_in(db, of, user, now=at)

    (edit,) = await queued(db)
    edited = await compose(db, edit, now=at)
    assert [block["text"]["text"] for block in edited.blocks if block["type"] == "section"] == [  # type: ignore[union-attr]
        "⏰ 1 piece of homework waits for you: 1 due soon.",
        "✅ *Action plan*: received. Thank you!",
        "⏰ *Canvas* is due in 7 days: Wed 5 July 2023, 18:00 (Rome).",
    ]


async def test_a_channel_that_was_taken_away_is_no_longer_written_to(db: Database) -> None:
    await academy(db, channel=ChannelId("C0OLD"))
    await homework(db, "action-plan", due="2023-07-05 18:00", remind=("1d",), now=START)
    assert await planned(db, "channel") == {"1d:r1": utc("2023-07-04 07:00")}

    await academy(db)
    await reminders.replan_everything(db, now=START)

    assert await planned(db, "channel") == {}
