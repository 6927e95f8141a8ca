"""The plan of reminders, which is their ledger too, and who wants no more of them."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, delete, func, literal, select, update

from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.reminders import Changes, Reminder, State
from storage import tables
from storage.db import Work, by, given, whose
from storage.tables import outbox, reminder, reminder_stop


async def reminders(
    work: Work,
    *,
    team_id: TeamId,
    edition_key: EditionKey | None = None,
    homework_id: HomeworkId | None = None,
    recipient: str | None = None,
) -> list[Reminder]:
    """Every line of the plan in that scope, whatever its state, by due instant."""
    query = select(reminder).where(reminder.c.team_id == team_id)
    if edition_key is not None:
        of_edition = select(tables.homework.c.id).where(
            tables.homework.c.team_id == team_id, tables.homework.c.edition_key == edition_key
        )
        rounds = select(literal("peers:") + cast(tables.peer_round.c.id, String)).where(
            tables.peer_round.c.team_id == team_id, tables.peer_round.c.edition_key == edition_key
        )
        query = query.where(reminder.c.homework_id.in_(of_edition.union_all(rounds)))
    if homework_id is not None:
        query = query.where(reminder.c.homework_id == homework_id)
    if recipient is not None:
        query = query.where(reminder.c.recipient == recipient)
    query = query.order_by(
        reminder.c.due_at,
        reminder.c.homework_id,
        reminder.c.recipient,
        reminder.c.slot,
        reminder.c.revision,
    )
    return [_reminder(row) for row in await work.execute(query)]


async def due(work: Work, *, now: datetime, recipients: int) -> list[Reminder]:
    """Planned lines whose instant has come, over all workspaces, the earliest first.

    recipients: of so many at most, those whose lines have waited for longest; all that is due for each.
    """
    is_due = (reminder.c.state == State.PLANNED.value) & (reminder.c.due_at <= now)
    who = (reminder.c.team_id, reminder.c.recipient)
    longest = select(*who).where(is_due).group_by(*who).order_by(func.min(reminder.c.due_at), *who)
    some = longest.limit(recipients).subquery()
    is_of_them = (reminder.c.team_id == some.c.team_id) & (reminder.c.recipient == some.c.recipient)
    query = (
        select(reminder)
        .join(some, is_of_them)
        .where(is_due)
        .order_by(reminder.c.due_at, reminder.c.homework_id, reminder.c.recipient, reminder.c.slot)
        .with_for_update(skip_locked=True, of=reminder)
    )
    return [_reminder(row) for row in await work.execute(query)]


async def next_due_at(work: Work) -> datetime | None:
    """The instant of the next planned line over all workspaces; None where none is planned."""
    query = select(func.min(reminder.c.due_at)).where(reminder.c.state == State.PLANNED.value)
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


async def apply(work: Work, changes: Changes) -> None:
    """Write what differs. A line that another process has added meanwhile stays as that one wrote it."""
    for line in changes.remove:
        await work.execute(delete(reminder).where(_is(line), reminder.c.state == State.PLANNED.value))
    for line in changes.move:
        moved = update(reminder).where(_is(line), reminder.c.state == State.PLANNED.value)
        await work.execute(moved.values(due_at=line.due_at))
    await work.insert_all_new(reminder, [_values(line) for line in changes.add])


async def add(work: Work, line: Reminder) -> bool:
    """Write a line. False where its homework, recipient, slot and revision are there: it stays."""
    return await work.insert_new(reminder, _values(line))


async def queue(work: Work, lines: Collection[Reminder], *, outbox_key: str) -> None:
    """Enter that a message carries these lines."""
    for line in lines:
        queued = update(reminder).where(_is(line))
        await work.execute(queued.values(state=State.QUEUED.value, outbox_key=outbox_key))


async def lapse(work: Work, lines: Collection[Reminder]) -> None:
    """Enter that nobody is there to be sent these lines."""
    for line in lines:
        await work.execute(update(reminder).where(_is(line)).values(state=State.LAPSED.value))


async def postpone(work: Work, line: Reminder, *, due_at: datetime) -> None:
    """Give a planned line another instant."""
    await work.execute(update(reminder).where(_is(line)).values(due_at=due_at))


async def last_queued_at(work: Work, *, team_id: TeamId, kind: str) -> datetime | None:
    """When a message of a kind was last queued in a workspace; None where none ever was."""
    query = select(func.max(outbox.c.queued_at)).where(outbox.c.team_id == team_id, outbox.c.kind == kind)
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


async def stops(
    work: Work, *, team_id: TeamId, user_id: UserId | None = None, homework_id: HomeworkId | None = None
) -> set[tuple[HomeworkId, UserId]]:
    """For which homework who wants no reminders."""
    wanted = given(team_id=team_id, user_id=user_id, homework_id=homework_id)
    found = await work.execute(_stops(*wanted), wanted)
    return {(HomeworkId(row.homework_id), UserId(row.user_id)) for row in found}


@cache
def _stops(*columns: str) -> Select[Any]:
    of = reminder_stop.c
    return select(of.homework_id, of.user_id).where(*by(reminder_stop, columns))


async def stops_of(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId]
) -> set[tuple[HomeworkId, UserId]]:
    """For which homework which of these people want no reminders."""
    found = await work.execute(
        _stops_of(is_postgres=work.is_postgres), {"team_id": team_id, "user_ids": list(user_ids)}
    )
    return {(HomeworkId(row.homework_id), UserId(row.user_id)) for row in found}


@cache
def _stops_of(*, is_postgres: bool) -> Select[Any]:
    of = reminder_stop.c
    return select(of.homework_id, of.user_id).where(*whose(reminder_stop, is_postgres=is_postgres))


async def put_stop(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId, now: datetime
) -> None:
    """Enter that a person wants no reminders of a homework."""
    key = {"team_id": team_id, "homework_id": homework_id, "user_id": user_id}
    await work.insert_new(reminder_stop, {**key, "stopped_at": now})


async def remove_stop(work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId) -> None:
    """Enter that a person wants reminders of a homework again."""
    await work.execute(
        delete(reminder_stop).where(
            reminder_stop.c.team_id == team_id,
            reminder_stop.c.homework_id == homework_id,
            reminder_stop.c.user_id == user_id,
        )
    )


async def teams(work: Work) -> list[TeamId]:
    """The workspaces that have homework."""
    query = select(tables.homework.c.team_id).distinct().order_by(tables.homework.c.team_id)
    return [TeamId(team_id) for (team_id,) in await work.execute(query)]


def _values(line: Reminder) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in Reminder.__dataclass_fields__}
    return values | {"state": line.state.value}


def _is(line: Reminder) -> ColumnElement[bool]:
    return (
        (reminder.c.team_id == line.team_id)
        & (reminder.c.homework_id == line.homework_id)
        & (reminder.c.recipient == line.recipient)
        & (reminder.c.slot == line.slot)
        & (reminder.c.revision == line.revision)
    )


def _reminder(row: Row[Any]) -> Reminder:
    columns = {name: row._mapping[name] for name in Reminder.__dataclass_fields__}
    return Reminder(**columns | {"state": State(row.state)})
