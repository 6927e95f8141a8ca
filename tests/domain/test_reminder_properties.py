"""The planner against a slow one that walks the clocks, in every zone; and what must hold in any order."""

import random
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain import calendar
from bot.domain.ids import HomeworkId, TeamId
from bot.domain.reminders import Changes, Reminder, Schedule, State, moments, plan, snoozed

ZONES = sorted(zone for zone in available_timezones() if zone not in ("Factory", "localtime"))
QUARTER = timedelta(minutes=15)
ONE_DAY = timedelta(days=1)
HOMEWORK = Reminder(
    team_id=TeamId("T1"),
    homework_id=HomeworkId("cba-2/plan"),
    recipient="U1",
    slot="",
    revision=1,
    due_at=datetime(2000, 1, 1, tzinfo=UTC),
)


def shown(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@cache
def walked_instant(on: date, at: time, zone: str) -> datetime:
    """The first instant at which clocks show it, by looking at them every quarter of an hour.

    Where they never do, counted on from the last quarter before.
    """
    wanted = datetime.combine(on, at)
    moment = datetime.combine(on, time(0), UTC) - timedelta(hours=16)
    before = moment
    for _ in range(4 * 24 * 3):
        if shown(moment, zone) == wanted:
            return moment
        if shown(moment, zone) > wanted:
            return before + (wanted - shown(before, zone))
        before, moment = moment, moment + QUARTER
    raise AssertionError(f"{wanted} is nowhere in {zone}")


def slow_moments(schedule: Schedule, is_day_off: Callable[[date], bool]) -> dict[str, datetime]:
    """Every day looked at, whether a reminder may be on it; the last such day is taken."""
    found: dict[str, datetime] = {}
    for slot in schedule.slots:
        count = int(slot[:-1])
        if slot.endswith("d"):
            wanted_on = shown(schedule.due_at, schedule.zone).date() - count * ONE_DAY
            first_try = walked_instant(wanted_on, schedule.at, schedule.zone)
        else:
            first_try = schedule.due_at - timedelta(hours=count)
            wanted_on = shown(first_try, schedule.zone).date()
        days = [wanted_on - back * ONE_DAY for back in range(18)]
        tries = [(on, walked_instant(on, schedule.at, schedule.zone)) for on in days[1:]]
        possible = [
            (on, moment)
            for on, moment in [(wanted_on, first_try), *tries]
            if not is_day_off(on) and moment < schedule.due_at and shown(moment, schedule.zone).date() == on
        ]
        on, moment = max(possible)
        too_late = schedule.last_on is not None and wanted_on > schedule.last_on
        too_early = schedule.first_on is not None and on < schedule.first_on
        if not too_late and not too_early and moment >= schedule.opens_at:
            found[slot] = moment
    return found


@cache
def clock_changes(zone: str) -> tuple[date, ...]:
    """The dates from 2023 to 2026 on which noon's offset is not the day's before."""
    days = [date(2023, 1, 1) + count * ONE_DAY for count in range(3 * 365)]
    offsets = [datetime.combine(on, time(12), ZoneInfo(zone)).utcoffset() for on in days]
    return tuple(
        on for on, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after
    )


def some_schedule(zone: str, chance: random.Random) -> tuple[Schedule, Callable[[date], bool]]:
    changes = clock_changes(zone)
    around = chance.choice(changes) if changes and chance.random() < 0.6 else date(2024, 2, 20)
    due_on = around + chance.randrange(0, 9) * ONE_DAY
    programme = chance.choice(("Europe/Rome", "Europe/Lisbon", zone))
    due = datetime.combine(due_on, time(chance.randrange(24), chance.choice((0, 30, 59))))
    weekend = chance.choice(((5, 6), (4, 5), (6,)))
    holidays = {due_on - chance.randrange(12) * ONE_DAY for _ in range(chance.randrange(5))}
    schedule = Schedule(
        slots=("7d", "2d", "1d", "0d", "24h"),
        at=time(chance.choice((0, 2, 2, 9, 9, 23)), chance.choice((0, 15, 30))),
        zone=zone,
        opens_at=calendar.instant(due - timedelta(days=chance.choice((3, 20))), programme),
        due_at=calendar.instant(due, programme),
        first_on=chance.choice((None, due_on - 5 * ONE_DAY)),
        last_on=chance.choice((None, due_on - 2 * ONE_DAY, due_on)),
    )
    return schedule, lambda on: on.weekday() in weekend or on in holidays


def test_the_planner_agrees_with_one_that_walks_the_clocks_in_every_zone() -> None:
    planned = 0

    for zone in ZONES:
        chance = random.Random(zone)
        for _ in range(2):
            schedule, is_day_off = some_schedule(zone, chance)
            found = moments(schedule, is_day_off)
            assert found == slow_moments(schedule, is_day_off), schedule
            planned += len(found)

    assert len(ZONES) > 400
    assert planned > 2 * len(ZONES)


zones = st.sampled_from(ZONES)
seeds = st.integers(0, 2**32)


@settings(max_examples=150, deadline=None)
@given(zone=zones, seed=seeds)
def test_no_reminder_is_after_the_deadline_on_a_day_off_or_outside_of_the_window(
    zone: str, seed: int
) -> None:
    schedule, is_day_off = some_schedule(zone, random.Random(seed))

    for moment in moments(schedule, is_day_off).values():
        on = shown(moment, zone).date()
        assert schedule.opens_at <= moment < schedule.due_at
        assert not is_day_off(on)
        assert (schedule.first_on or on) <= on <= (schedule.last_on or on)


@settings(max_examples=150, deadline=None)
@given(zone=zones, seed=seeds, hours=st.integers(-24 * 12, 24 * 3))
def test_a_snooze_is_ahead_and_neither_on_a_day_off_nor_at_or_past_the_deadline(
    zone: str, seed: int, hours: int
) -> None:
    schedule, is_day_off = some_schedule(zone, random.Random(seed))
    now = schedule.due_at + timedelta(hours=hours)

    found = snoozed(schedule, is_day_off, now=now)

    if found is not None:
        assert now < found[1] < schedule.due_at
        assert not is_day_off(shown(found[1], zone).date())
    else:
        last = shown(schedule.due_at - timedelta(hours=2), zone)
        while is_day_off(last.date()):
            last -= timedelta(days=1)
        assert calendar.instant(last, zone) < now + timedelta(minutes=30)


def applied(lines: Collection[Reminder], changes: Changes) -> list[Reminder]:
    key = {(line.slot, line.revision): line for line in lines}
    for line in changes.remove:
        del key[line.slot, line.revision]
    for line in changes.move:
        assert key[line.slot, line.revision].state is State.PLANNED
        key[line.slot, line.revision] = line
    for line in changes.add:
        assert (line.slot, line.revision) not in key
        key[line.slot, line.revision] = line
    return list(key.values())


def tick(lines: Sequence[Reminder], now: datetime) -> tuple[list[Reminder], list[Reminder]]:
    """What the heartbeat does: all that is planned and due is queued."""
    due = [line for line in lines if line.state is State.PLANNED and line.due_at <= now]
    rest = [line for line in lines if line not in due]
    return rest + [
        Reminder(**{**line.__dict__, "state": State.QUEUED, "outbox_key": "sent"}) for line in due
    ], due


@settings(max_examples=150, deadline=None)
@given(zone=zones, seed=seeds, hours=st.integers(-24 * 12, 24 * 2))
def test_to_plan_again_changes_nothing(zone: str, seed: int, hours: int) -> None:
    schedule, is_day_off = some_schedule(zone, random.Random(seed))
    now = schedule.due_at + timedelta(hours=hours)
    first = plan(schedule, is_day_off, of=HOMEWORK, before=[], now=now, with_summary=True)
    lines = applied([], first)

    again = plan(schedule, is_day_off, of=HOMEWORK, before=lines, now=now, with_summary=True)

    assert again == Changes()


@settings(max_examples=150, deadline=None)
@given(
    seed=seeds,
    moves=st.lists(st.tuples(zones, st.integers(-30, 60), st.booleans()), min_size=1, max_size=8),
)
# The dates move while a summary is overdue; and again after one has gone out.
@example(
    seed=1, moves=[("Africa/Abidjan", 23, False), ("Africa/Abidjan", 60, True), ("Africa/Abidjan", 8, True)]
)
@example(
    seed=2507,
    moves=[
        ("Africa/Abidjan", 24, True),
        ("Africa/Abidjan", 60, True),
        ("Africa/Abidjan", 60, True),
        ("Africa/Addis_Ababa", 60, True),
        ("Africa/Abidjan", 0, True),
        ("Africa/Addis_Ababa", 48, True),
    ],
)
def test_nothing_repeats_over_zone_changes_moved_dates_and_a_clock_set_back(
    seed: int, moves: list[tuple[str, int, bool]]
) -> None:
    chance = random.Random(seed)
    schedule, is_day_off = some_schedule("Europe/Rome", chance)
    now = schedule.due_at - timedelta(days=12)
    revision, lines, sent = 1, list[Reminder](), list[tuple[str, int]]()

    for zone, hours, is_moved in [("Europe/Rome", 0, False), *moves]:
        now += timedelta(hours=hours)
        revision += is_moved
        later = timedelta(days=1 if is_moved else 0)
        schedule = Schedule(**{**schedule.__dict__, "zone": zone, "due_at": schedule.due_at + later})
        of = Reminder(**{**HOMEWORK.__dict__, "revision": revision})
        queued_before = {(line.slot, line.revision): line for line in lines if line.state is State.QUEUED}
        changes = plan(schedule, is_day_off, of=of, before=lines, now=now, with_summary=True)
        lines = applied(lines, changes)
        still_queued = {(line.slot, line.revision): line for line in lines if line.state is State.QUEUED}
        assert still_queued == queued_before
        lines, due = tick(lines, now)
        sent += [(line.slot, line.revision) for line in due]
        assert all(line.revision == revision for line in lines if line.state is State.PLANNED)

    assert len(sent) == len(set(sent))
    assert sum(slot == "late" for slot, _ in sent) <= 1
