"""Moves what is due from the plan to the outbox: one message for each recipient, however much it covers."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from bot.domain import calendar, workdays
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId
from bot.domain.reminders import CHANNEL, MISSING_AT, ORGANISERS, Reminder
from bot.services.reminders.facts import pieces_by_id
from storage import editions, members, outbox, reminders
from storage.db import Database, Work
from storage.outbox import OutboxRow

PERSONAL = "reminder"
PUBLIC = "reminder.channel"
MISSING_LIST = "reminder.missing"

_AT_ONCE = 50
"""Recipients."""


async def next_due_at(work: Work) -> datetime | None:
    """The instant at which the next reminder is due, over all workspaces; None where none is planned."""
    return await reminders.next_due_at(work)


async def queue_due(db: Database, *, now: datetime) -> int:
    """Queue all that is due: a message a person, a channel and edition, an organiser.

    What fell due while the bot was down is covered by the same message. Returns the number of messages.
    """
    queued, is_more = 0, True
    # By and by: a reminder to thousands in one transaction would make everybody else wait for too long.
    while is_more:
        some, is_more = await _queue_some(db, now=now)
        queued += some
    return queued


async def _queue_some(db: Database, *, now: datetime) -> tuple[int, bool]:
    """How many messages were queued, and whether more are due."""
    queued, recipients = 0, 0
    async with db.writing() as work:
        by_team: defaultdict[TeamId, list[Reminder]] = defaultdict(list)
        for line in await reminders.due(work, now=now, recipients=_AT_ONCE):
            by_team[line.team_id].append(line)
        for team_id, lines in by_team.items():
            recipients += len({line.recipient for line in lines})
            pieces = await pieces_by_id(work, team_id=team_id)
            people = [line for line in lines if line.recipient not in (CHANNEL, ORGANISERS)]
            public = [line for line in lines if line.recipient == CHANNEL]
            for_organisers = [line for line in lines if line.recipient == ORGANISERS]
            queued += await _queue_people(work, people, pieces, now)
            queued += await _queue_channels(work, public, pieces, now)
            queued += await _queue_organisers(work, for_organisers, pieces, now)
    return queued, recipients == _AT_ONCE


async def _queue_people(
    work: Work, lines: Collection[Reminder], pieces: dict[HomeworkId, Homework], now: datetime
) -> int:
    if not lines:
        return 0
    team_id = next(iter(lines)).team_id
    # A message that waits for the morning takes in what falls due by then: one message, not two.
    waiting = {
        row.recipient: row
        for row in await outbox.queued_for(
            work, team_id=team_id, kind=PERSONAL, recipients={line.recipient for line in lines}
        )
    }
    by_person: defaultdict[str, list[Reminder]] = defaultdict(list)
    for line in lines:
        by_person[line.recipient].append(line)
    queued = 0
    for recipient, own in by_person.items():
        row = waiting.get(recipient)
        if row is None or not await take_along(work, row, own, now=now):
            queued += await _queue(work, own, pieces, recipient=recipient, kind=PERSONAL, now=now)
    return queued


async def take_along(work: Work, row: OutboxRow, lines: Collection[Reminder], *, now: datetime) -> bool:
    """Have a message carry these lines too, and go out now. False where it is on its way or was sent."""
    times = {"due_at": now, "not_before_at": now} if row.due_at > now else {}
    body = {name: [*row.body[name], *added] for name, added in _body(lines).items()}
    if not await outbox.change(work, row, only_in=row.state, body=body, **times):
        return False
    await reminders.queue(work, lines, outbox_key=row.key)
    return True


async def _queue_channels(
    work: Work, lines: Collection[Reminder], pieces: dict[HomeworkId, Homework], now: datetime
) -> int:
    by_edition: defaultdict[EditionKey, list[Reminder]] = defaultdict(list)
    for line in lines:
        by_edition[pieces[line.homework_id].edition_key].append(line)
    queued = 0
    for edition_key, public in by_edition.items():
        edition = await editions.edition(work, team_id=public[0].team_id, edition_key=edition_key)
        if edition is None or edition.channel_id is None:
            await reminders.lapse(work, public)
            continue
        queued += await _queue(work, public, pieces, recipient=edition.channel_id, kind=PUBLIC, now=now)
    return queued


async def _queue_organisers(
    work: Work, lines: Collection[Reminder], pieces: dict[HomeworkId, Homework], now: datetime
) -> int:
    if not lines:
        return 0
    first = _most_urgent(lines, pieces)
    team_id = first.team_id
    academy = await editions.academy(work, team_id=team_id)
    zone = academy.timezone if academy is not None else pieces[first.homework_id].zone
    last_at = await reminders.last_queued_at(work, team_id=team_id, kind=MISSING_LIST)
    today = calendar.local_date(now, zone)
    if last_at is not None and calendar.local_date(last_at, zone) == today:
        on = workdays.next_workday(today, workdays.is_weekend)
        for line in lines:
            await reminders.postpone(work, line, due_at=calendar.instant_on(on, MISSING_AT, zone))
        return 0
    recipients = await members.organisers(work, team_id=team_id)
    key = _key(first)
    for user_id in recipients:
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{key}:{user_id}",
            recipient=user_id,
            kind=MISSING_LIST,
            body=_body(lines),
            now=now,
        )
    if recipients:
        await reminders.queue(work, lines, outbox_key=key)
    else:
        await reminders.lapse(work, lines)
    return len(recipients)


async def _queue(
    work: Work,
    lines: Collection[Reminder],
    pieces: dict[HomeworkId, Homework],
    *,
    recipient: str,
    kind: str,
    now: datetime,
) -> int:
    first = _most_urgent(lines, pieces)
    key = _key(first)
    is_new = await outbox.enqueue(
        work,
        team_id=first.team_id,
        key=key,
        recipient=recipient,
        kind=kind,
        body=_body(lines),
        now=now,
    )
    await reminders.queue(work, lines, outbox_key=key)
    return int(is_new)


def _most_urgent(lines: Collection[Reminder], pieces: dict[HomeworkId, Homework]) -> Reminder:
    # Of what is due first, the last that fell due: a message for 7d and 2d missed together is a 2d one.
    def urgency(line: Reminder) -> tuple[datetime, HomeworkId, timedelta, str]:
        piece = pieces[line.homework_id]
        due_at = calendar.instant(piece.due, piece.zone)
        return due_at, line.homework_id, due_at - line.due_at, line.slot

    return min(lines, key=urgency)


def _key(line: Reminder) -> str:
    return f"remind:{line.homework_id}:{line.recipient}:{line.slot}:r{line.revision}"


def _body(lines: Collection[Reminder]) -> dict[str, list[str]]:
    return {
        "homework_ids": [line.homework_id for line in lines],
        "slots": [line.slot for line in lines],
    }
