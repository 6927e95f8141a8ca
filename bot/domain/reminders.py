"""The planner: which reminder falls due when, for whom, and what differs from the plan so far.

A reminder belongs to a homework, a recipient, a slot (`2d`) and a revision of the dates. Those four make
it once and for all: what was queued is never planned again, whatever clocks, zones or dates do.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from bot.domain import calendar, workdays
from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import HomeworkId, TeamId
from bot.domain.values import dataclass
from bot.domain.workdays import IsDayOff

CHANNEL = "channel"
"""The recipient that stands for the edition's channel."""
ORGANISERS = "organisers"
"""The recipient that stands for the organisers."""
MISSING = "missing"
"""Slot of the organisers' list; `missing-U07` where one person had a later date."""
LATE = "late"
"""Slot of the one summary for whom all this began late."""
LAST_SNOOZE = "snooze-2h"
"""Slot of a snooze for which no later working day was left."""

MISSING_AFTER_WORKDAYS = 2
MISSING_AT = time(9, 0)

_SNOOZE = "snooze-"
_LAST_SNOOZE_BEFORE = timedelta(hours=2)
_LEAST_AHEAD = timedelta(minutes=30)
_SLOT = re.compile(r"(\d{1,3})([dh])")
_ONE_DAY = timedelta(days=1)
# A reminder moved earlier by more than this was about days off that no country has.
_MOST_DAYS_EARLIER = 60


class State(StrEnum):
    """How far a reminder is."""

    PLANNED = "planned"
    QUEUED = "queued"
    """Its message is in the outbox, or was."""
    LAPSED = "lapsed"
    """Its moment had passed when it would have been planned."""


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """One line of the plan."""

    team_id: TeamId
    homework_id: HomeworkId
    recipient: str
    """A user id, `channel` or `organisers`."""
    slot: str
    revision: int
    due_at: datetime
    state: State = State.PLANNED
    outbox_key: str | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """What a homework asks for one recipient: all that the moments depend on, beside the days off."""

    slots: tuple[str, ...]
    at: time
    """Wall time on the recipient's clock."""
    zone: str
    """The recipient's IANA zone."""
    opens_at: datetime
    due_at: datetime
    """The deadline that holds for the recipient."""
    first_on: date | None = None
    """First date of reminders on the recipient's clock; None for no limit. `last_on` likewise."""
    last_on: date | None = None

    def allows(self, moment: datetime) -> bool:
        """Whether reminders may go out at an instant, days off aside."""
        on = calendar.local_date(moment, self.zone)
        in_window = (self.first_on or on) <= on <= (self.last_on or on)
        return in_window and self.opens_at <= moment < self.due_at


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What has to be written so that the plan is as wanted; nothing where all three are empty."""

    add: tuple[Reminder, ...] = ()
    move: tuple[Reminder, ...] = ()
    """With their new moment."""
    remove: tuple[Reminder, ...] = ()


def parse_slot(slot: str) -> tuple[int, str]:
    """`7d` as (7, "d"): calendar days; `24h` as (24, "h"): hours. Raises ValueError for anything else."""
    matched = _SLOT.fullmatch(slot)
    if matched is None:
        raise ValueError(f"{slot!r} is no reminder: write days before the deadline, such as 7d, or 0d")
    return int(matched[1]), matched[2]


def window(homework: Homework, edition: Edition) -> tuple[date | None, date | None]:
    """First and last date of a homework's reminders: strictly between the online and the in-person days.

    The homework's own dates go before the edition's; None where neither sets a limit.
    """
    first_on, last_on = homework.remind_from, homework.remind_until
    if first_on is None and edition.last_online_on is not None:
        first_on = edition.last_online_on + _ONE_DAY
    if last_on is None and edition.first_in_person_on is not None:
        last_on = edition.first_in_person_on - _ONE_DAY
    return first_on, last_on


def moments(schedule: Schedule, is_day_off: IsDayOff) -> dict[str, datetime]:
    """The instant of each slot that has one.

    A slot on a day off, or at or after the deadline, moves to the next earlier day that is neither, at
    `at`. One that would fall outside of the window, or before the homework opens, has none.
    Two slots may share an instant; they are then one message.
    """
    found = {slot: _moment(schedule, slot, is_day_off) for slot in schedule.slots}
    return {slot: moment for slot, moment in found.items() if moment is not None}


def _moment(schedule: Schedule, slot: str, is_day_off: IsDayOff) -> datetime | None:
    count, unit = parse_slot(slot)
    zone = schedule.zone
    if unit == "d":
        on = calendar.local_date(schedule.due_at, zone) - timedelta(days=count)
        moment = calendar.instant_on(on, schedule.at, zone)
    else:
        moment = calendar.hours_before(schedule.due_at, count)
        on = calendar.local_date(moment, zone)
    if schedule.last_on is not None and on > schedule.last_on:
        return None
    for _ in range(_MOST_DAYS_EARLIER):
        # The dates differ where a zone leaves out the day, or a clock change takes the time past midnight.
        is_there = calendar.local_date(moment, zone) == on
        if is_there and moment < schedule.due_at and not is_day_off(on):
            return moment if schedule.allows(moment) else None
        on -= _ONE_DAY
        moment = calendar.instant_on(on, schedule.at, zone)
    return None


def missing_at(due_at: datetime, zone: str) -> datetime:
    """When organisers hear who is missing: at 09:00, two working days after the date of the deadline.

    zone: the academy's; its own working days are Monday to Friday.
    """
    on = calendar.local_date(due_at, zone)
    on = workdays.add_workdays(on, MISSING_AFTER_WORKDAYS, workdays.is_weekend)
    return calendar.instant_on(on, MISSING_AT, zone)


def snoozed(schedule: Schedule, is_day_off: IsDayOff, *, now: datetime) -> tuple[str, datetime] | None:
    """Slot and instant of "remind me tomorrow": the next working day, at `at`.

    Where that is too late: two hours before the deadline, or at that time of the last working day before it,
    if that is at least half an hour ahead. None where it is too late for that too. The window does not hold
    here: the person asked.
    """
    on = workdays.next_workday(calendar.local_date(now, schedule.zone), is_day_off)
    moment = calendar.instant_on(on, schedule.at, schedule.zone)
    if moment < schedule.due_at:
        return f"{_SNOOZE}{on.isoformat()}", moment
    moment = _last_snooze_at(schedule, is_day_off)
    return (LAST_SNOOZE, moment) if moment >= now + _LEAST_AHEAD else None


def _last_snooze_at(schedule: Schedule, is_day_off: IsDayOff) -> datetime:
    moment = schedule.due_at - _LAST_SNOOZE_BEFORE
    here = calendar.wall(moment, schedule.zone)
    for days in range(_MOST_DAYS_EARLIER):
        on = here.date() - timedelta(days=days)
        if not is_day_off(on):
            return calendar.instant_on(on, here.time(), schedule.zone) if days else moment
    return moment


def is_snooze(slot: str) -> bool:
    """Whether a slot is one that somebody asked for."""
    return slot.startswith(_SNOOZE)


def plan(
    schedule: Schedule | None,
    is_day_off: IsDayOff,
    *,
    of: Reminder,
    before: Collection[Reminder],
    now: datetime,
    with_summary: bool,
) -> Changes:
    """What differs between one recipient's reminders of a homework and what they should be.

    schedule: None where nobody is to be reminded: handed in, stopped, no longer enrolled.
    of: whose reminders these are and the revision that holds; its slot, moment and state mean nothing.
    before: every line of that homework and recipient, of whatever revision or state.
    with_summary: whether one who joins late gets one message in place of what has passed.
    """
    if schedule is None:
        return changes({}, of=of, before=before, now=now)
    wanted = moments(schedule, is_day_off) | _kept(schedule, is_day_off, before, of.revision, now)
    by_revision = {(slot, of.revision): moment for slot, moment in wanted.items()}
    found = changes(by_revision, of=of, before=before, now=now, zone=schedule.zone)
    if with_summary and LATE not in wanted and _owes_summary(found, before, of.revision, now):
        summary_at = workdays.next_civil_at(now, schedule.zone, is_day_off, at=schedule.at)
        if _is_summary_useful(schedule, summary_at, wanted.values(), now=now):
            found = replace(found, add=(*found.add, replace(of, slot=LATE, due_at=summary_at)))
    return found


def changes(
    wanted: Mapping[tuple[str, int], datetime],
    *,
    of: Reminder,
    before: Collection[Reminder],
    now: datetime,
    zone: str | None = None,
) -> Changes:
    """What differs between lines of the plan and the wanted moments, by slot and revision.

    Lines that were queued or have lapsed stay as they are. A line that is new and whose moment has passed
    has lapsed from the start. With a zone, a new line lapses also where another revision reminded on that
    date of its clock already: to edit a homework at noon must not remind twice that day.
    """
    known = {(line.slot, line.revision): line for line in before}
    reminded_on = {
        calendar.local_date(line.due_at, zone) for line in before if zone and line.state is State.QUEUED
    }
    added: list[Reminder] = []
    for (slot, revision), moment in wanted.items():
        if (slot, revision) in known:
            continue
        again = zone is not None and calendar.local_date(moment, zone) in reminded_on
        lapsed = moment <= now or (again and not is_snooze(slot))
        state = State.LAPSED if lapsed else State.PLANNED
        line = replace(of, slot=slot, revision=revision, due_at=moment, state=state, outbox_key=None)
        added.append(line)
    planned = {key: line for key, line in known.items() if line.state is State.PLANNED}
    return Changes(
        add=tuple(added),
        move=tuple(
            replace(line, due_at=wanted[key])
            for key, line in planned.items()
            if key in wanted and wanted[key] != line.due_at
        ),
        remove=tuple(line for key, line in planned.items() if key not in wanted),
    )


def together(changes: Iterable[Changes]) -> Changes:
    """Several changes as one."""
    all_changes = list(changes)
    return Changes(
        add=tuple(line for one in all_changes for line in one.add),
        move=tuple(line for one in all_changes for line in one.move),
        remove=tuple(line for one in all_changes for line in one.remove),
    )


def _kept(
    schedule: Schedule, is_day_off: IsDayOff, before: Collection[Reminder], revision: int, now: datetime
) -> dict[str, datetime]:
    # What was planned beside the slots, where it stands now: snoozes that somebody asked for, a summary.
    kept: dict[str, datetime] = {}
    for line in before:
        if line.state is not State.PLANNED:
            continue
        if line.slot == LATE:
            moment = workdays.next_civil_at(line.due_at, schedule.zone, is_day_off, at=schedule.at)
            # One that is overdue when the dates move would lapse: another is owed in its place.
            if schedule.allows(moment) and (line.revision == revision or moment > now):
                kept[LATE] = moment
        elif line.slot == LAST_SNOOZE:
            kept[LAST_SNOOZE] = _last_snooze_at(schedule, is_day_off)
        elif is_snooze(line.slot):
            on = date.fromisoformat(line.slot.removeprefix(_SNOOZE))
            moment = calendar.instant_on(on, schedule.at, schedule.zone)
            if moment < schedule.due_at and not is_day_off(on):
                kept[line.slot] = moment
    return kept


def _owes_summary(found: Changes, before: Collection[Reminder], revision: int, now: datetime) -> bool:
    if not any(line.state is State.LAPSED for line in found.add):
        return False
    summaries = [line for line in before if line.slot == LATE]
    if any(one.state is State.QUEUED for one in summaries):
        return False  # one is enough, whatever the dates do after it
    if any(one.state is State.LAPSED and one.revision == revision for one in summaries):
        return False
    # Nothing so far, or what fell due while the bot was down is replaced by another revision.
    return not before or any(line.due_at <= now for line in found.remove)


def _is_summary_useful(
    schedule: Schedule, summary_at: datetime, wanted: Collection[datetime], *, now: datetime
) -> bool:
    if now < schedule.opens_at or not schedule.allows(summary_at):
        return False
    on = calendar.local_date(summary_at, schedule.zone)
    return not any(moment > now and calendar.local_date(moment, schedule.zone) == on for moment in wanted)
