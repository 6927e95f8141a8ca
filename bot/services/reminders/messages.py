"""Writes a reminder at the instant of sending, from what holds then; or leaves it, or lets it wait."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain import calendar, workdays
from bot.domain import reminders as planner
from bot.domain.homework import Homework
from bot.domain.ids import HomeworkId, TeamId, UserId
from bot.domain.reminders import Reminder, State
from bot.services.reminders import facts as all_facts
from bot.services.reminders.facts import Facts
from bot.services.reminders.planning import EDIT
from bot.services.reminders.queueing import MISSING_LIST, PERSONAL, PUBLIC, take_along
from bot.views import kit
from bot.views import reminders as views
from bot.views.reminders import Status
from storage import members, outbox, reminders
from storage.db import Work
from storage.outbox import Composed, Composer, Drop, Edit, Later, OutboxRow, Send

# A message that goes out this long after its moment goes out when it was meant to: the rest are late,
# and must find their reader in working hours.
_ON_TIME = timedelta(hours=1)
_AGAIN_IN = timedelta(seconds=10)
_GONE = Drop("the person has left the workspace")


async def _personal(work: Work, row: OutboxRow, now: datetime) -> Composed:
    user_id = UserId(row.recipient)
    facts = await all_facts.read(work, team_id=TeamId(row.team_id), user_id=user_id)
    if user_id not in facts.people:
        return _GONE
    lines = await reminders.reminders(work, team_id=TeamId(row.team_id), recipient=user_id)
    own = [line for line in lines if line.outbox_key == row.key]
    # A message that waited goes out at the very instant at which another reminder falls due, and may be
    # here before the heartbeat is.
    fallen_due = [line for line in lines if line.state is State.PLANNED and line.due_at <= now]
    if fallen_due and await take_along(work, row, fallen_due, now=now):
        own += fallen_due
    pieces = [
        facts.homeworks[homework_id]
        for homework_id in dict.fromkeys(line.homework_id for line in own if not _is_replaced(line, lines))
        if homework_id in facts.homeworks
    ]
    slots = {(line.homework_id, line.slot) for line in own}
    pieces = [piece for piece in pieces if _still_wanted(facts, piece, user_id, slots, now)]
    if not pieces:
        return Drop("handed in, stopped, moved or past its time")
    pieces.sort(key=lambda piece: (_due_at(facts, piece, user_id), piece.id))
    wait_until = _wait_until(facts, pieces, user_id, own, now)
    if wait_until is not None:
        return Later(wait_until)
    return _send(_message(facts, pieces, user_id, now))


def _is_replaced(line: Reminder, lines: Sequence[Reminder]) -> bool:
    return any(
        other.state is State.PLANNED
        and (other.homework_id, other.slot) == (line.homework_id, line.slot)
        and other.revision > line.revision
        for other in lines
    )


def _still_wanted(
    facts: Facts, piece: Homework, user_id: UserId, slots: set[tuple[HomeworkId, str]], now: datetime
) -> bool:
    if not facts.is_wanted(piece, user_id):
        return False
    if any(of == piece.id and planner.is_snooze(slot) for of, slot in slots):
        return True
    schedule = facts.schedule(piece, user_id)
    on = calendar.local_date(now, schedule.zone)
    return now >= schedule.opens_at and (schedule.first_on or on) <= on <= (schedule.last_on or on)


def _wait_until(
    facts: Facts, pieces: Sequence[Homework], user_id: UserId, own: Sequence[Reminder], now: datetime
) -> datetime | None:
    """The working hour that a late message waits for; None where it goes now."""
    if now - max(line.due_at for line in own) < _ON_TIME:
        return None
    first = pieces[0]
    is_day_off = facts.is_day_off(user_id)
    civil_at = workdays.next_civil_at(now, facts.zone(first, user_id), is_day_off, at=first.remind_at)
    ahead = [_due_at(facts, piece, user_id) for piece in pieces if not facts.is_overdue(piece, user_id, now)]
    # To wait past a deadline would help nobody.
    return None if civil_at == now or (ahead and civil_at >= min(ahead)) else civil_at


def _message(facts: Facts, pieces: Sequence[Homework], user_id: UserId, now: datetime) -> kit.Message:
    return views.personal(
        [_due(facts, piece, user_id, now) for piece in pieces],
        reader_zone=facts.zone(pieces[0], user_id),
        now=now,
    )


def _due(facts: Facts, piece: Homework, user_id: UserId, now: datetime) -> views.Due:
    schedule = facts.schedule(piece, user_id)
    pair = (piece.id, user_id)
    status = Status.OVERDUE if facts.is_overdue(piece, user_id, now) else Status.DUE
    if pair in facts.handed_in:
        status = Status.RECEIVED
    elif not facts.has_to(piece, user_id):
        status = Status.GONE
    elif pair in facts.stopped:
        status = Status.STOPPED
    can_snooze = planner.snoozed(schedule, facts.is_day_off(user_id), now=now) is not None
    return views.Due(
        homework_id=piece.id,
        title=piece.title,
        due_at=schedule.due_at,
        zone=piece.zone,
        status=status,
        is_extended=facts.due(piece, user_id) > piece.due,
        can_snooze=can_snooze,
        is_feedback=piece.id in facts.givers,
        feedback_for=tuple((one.user_id, one.name) for one in facts.owed.get(pair, ())),
    )


async def _public(work: Work, row: OutboxRow, now: datetime) -> Composed:
    facts = await all_facts.read(work, team_id=TeamId(row.team_id))
    pieces = [
        facts.homeworks[homework_id]
        for homework_id in dict.fromkeys(HomeworkId(found) for found in row.body["homework_ids"])
        if homework_id in facts.homeworks
    ]
    progress = [_progress(facts, piece) for piece in pieces if facts.channel_schedule(piece).allows(now)]
    progress = [one for one in progress if one.handed_in < one.participants]
    if not progress:
        return Drop("everyone has handed in, or it is past its time")
    lines = await reminders.reminders(work, team_id=TeamId(row.team_id), recipient=planner.CHANNEL)
    own = [line.due_at for line in lines if line.outbox_key == row.key]
    if now - max(own, default=row.due_at) >= _ON_TIME:
        civil_at = workdays.next_civil_at(now, progress[0].zone, workdays.is_weekend)
        if civil_at > now:
            return Later(civil_at)
    return _send(views.public(progress, now=now))


def _progress(facts: Facts, piece: Homework) -> views.Progress:
    participants = facts.participants(piece)
    return views.Progress(
        homework_id=piece.id,
        title=piece.title,
        due_at=calendar.instant(piece.due, piece.zone),
        zone=piece.zone,
        handed_in=sum((piece.id, user_id) in facts.handed_in for user_id in participants),
        participants=len(participants),
    )


async def _missing(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, reader = TeamId(row.team_id), UserId(row.recipient)
    if reader not in await members.organisers(work, team_id=team_id):
        return Drop("not an organiser any more")
    facts = await all_facts.read(work, team_id=team_id)
    asked = zip(row.body["homework_ids"], row.body["slots"], strict=True)
    slots: dict[HomeworkId, list[str]] = {}
    for homework_id, slot in asked:
        slots.setdefault(HomeworkId(homework_id), []).append(slot)
    lists = [
        _missing_of(facts, facts.homeworks[homework_id], named, now)
        for homework_id, named in slots.items()
        if homework_id in facts.homeworks
    ]
    lists = sorted((one for one in lists if one.people), key=lambda one: (one.due_at, one.homework_id))
    if not lists:
        return Drop("nobody is missing")
    person = await members.member(work, team_id=team_id, user_id=reader)
    programme = lists[0].zone
    return _send(views.missing(lists, reader_zone=calendar.zone_or(person.tz if person else "", programme)))


def _missing_of(facts: Facts, piece: Homework, slots: Sequence[str], now: datetime) -> views.Missing:
    participants = facts.participants(piece)
    # A list for one extension names that person only: the others were named before.
    scope = participants
    if planner.MISSING not in slots:
        scope = [user_id for user_id in participants if f"{planner.MISSING}-{user_id}" in slots]
    absent = [user_id for user_id in scope if (piece.id, user_id) not in facts.handed_in]
    people = [user_id for user_id in absent if facts.is_overdue(piece, user_id, now)]
    return views.Missing(
        homework_id=piece.id,
        key=piece.key,
        title=piece.title,
        due_at=calendar.instant(piece.due, piece.zone),
        zone=piece.zone,
        people=[(user_id, facts.cluster(piece, user_id)) for user_id in people],
        participants=len(participants),
        extended=len(absent) - len(people),
        is_feedback=piece.id in facts.givers,
    )


async def _edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    """The reminder as it is now; its row is still in order behind the reminder's own."""
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    target = await outbox.row(work, team_id=team_id, key=row.body["target_key"])
    if target is None or target.state in ("dropped", "failed"):
        return Drop("the reminder never went out")
    if target.state != "sent" or target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    facts = await all_facts.read(work, team_id=team_id, user_id=user_id)
    if user_id not in facts.people:
        return _GONE
    pieces = [
        facts.homeworks[homework_id]
        for homework_id in dict.fromkeys(HomeworkId(found) for found in target.body["homework_ids"])
        if homework_id in facts.homeworks
    ]
    if not pieces:
        return Drop("the homework is gone")
    pieces.sort(key=lambda piece: (_due_at(facts, piece, user_id), piece.id))
    message = _message(facts, pieces, user_id, now)
    return Edit(target.channel_id, target.ts, message["text"], message["blocks"])


def _due_at(facts: Facts, piece: Homework, user_id: UserId) -> datetime:
    return calendar.instant(facts.due(piece, user_id), piece.zone)


def _send(message: kit.Message) -> Send:
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {
    PERSONAL: _personal,
    PUBLIC: _public,
    MISSING_LIST: _missing,
    EDIT: _edit,
}
"""By the kind of row in the outbox."""
