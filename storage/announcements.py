"""Announcements, and what people want by direct message; not who gets which."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, select, update

from bot.domain import audiences
from bot.domain.announcements import Announcement, AnnouncementState, file_from
from bot.domain.audiences import Choice
from bot.domain.ids import TeamId, UserId
from storage.db import Work
from storage.tables import announcement as announcement_table
from storage.tables import announcement_choice as choice_table
from storage.tables import announcement_recipient as recipient_table


async def announcement(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement | None:
    """The announcement of that number."""
    query = select(announcement_table).where(
        announcement_table.c.team_id == team_id, announcement_table.c.id == announcement_id
    )
    found = (await work.execute(query)).one_or_none()
    return None if found is None else _announcement(found)


async def lock(work: Work, *, team_id: TeamId, announcement_id: int) -> None:
    """Make whoever else changes this announcement wait for the end of this transaction."""
    # SQLite leaves the clause out: a transaction that writes is alone there from its beginning.
    table = announcement_table
    query = select(table.c.id).where(table.c.team_id == team_id, table.c.id == announcement_id)
    await work.execute(query.with_for_update())


async def announcements(
    work: Work,
    *,
    team_id: TeamId | None = None,
    states: Collection[AnnouncementState] | None = None,
    limit: int | None = None,
) -> list[Announcement]:
    """A workspace's announcements, newest first; those of all workspaces where none is named."""
    query = select(announcement_table)
    if team_id is not None:
        query = query.where(announcement_table.c.team_id == team_id)
    if states is not None:
        query = query.where(announcement_table.c.state.in_([one.value for one in states]))
    query = query.order_by(announcement_table.c.id.desc(), announcement_table.c.team_id).limit(limit)
    return [_announcement(found) for found in await work.execute(query)]


async def in_hand(work: Work) -> list[Announcement]:
    """All that are scheduled, and those with which something is being done, of all workspaces."""
    table = announcement_table
    query = select(table).where((table.c.state == AnnouncementState.SCHEDULED.value) | (table.c.task != ""))
    return [_announcement(found) for found in await work.execute(query.order_by(table.c.team_id, table.c.id))]


async def add(work: Work, made: Announcement) -> Announcement:
    """Write a new announcement under the next free number; returns it with that."""
    table = announcement_table
    last = select(func.coalesce(func.max(table.c.id), 0)).where(table.c.team_id == made.team_id)
    while True:
        numbered = replace(made, id=int((await work.execute(last)).scalar_one()) + 1)
        # Another process may have taken the number at this moment: then the next one is free.
        if await work.insert_new(table, _columns(numbered)):
            return numbered


async def put(work: Work, written: Announcement, *, version: int) -> bool:
    """Write an announcement over what is kept; False, and nothing is done, where that has another version."""
    columns = _columns(written)
    table = announcement_table
    changed = await work.execute(
        update(table)
        .where(
            table.c.team_id == columns.pop("team_id"),
            table.c.id == columns.pop("id"),
            table.c.version == version,
        )
        .values(**columns)
    )
    return changed.rowcount == 1


async def note(work: Work, *, team_id: TeamId, announcement_id: int, **values: Any) -> None:
    """Set columns of an announcement."""
    table = announcement_table
    await work.execute(
        update(table).where(table.c.team_id == team_id, table.c.id == announcement_id).values(**values)
    )


async def to_confirm(work: Work, *, team_id: TeamId, user_id: UserId) -> list[Announcement]:
    """What somebody was asked to confirm and has not, newest first."""
    table, mine = announcement_table, recipient_table
    joined = table.join(mine, and_(mine.c.team_id == table.c.team_id, mine.c.announcement_id == table.c.id))
    states = (AnnouncementState.SENDING, AnnouncementState.PAUSED, AnnouncementState.SENT)
    query = (
        select(table)
        .select_from(joined)
        .where(
            mine.c.team_id == team_id,
            mine.c.recipient == user_id,
            mine.c.confirmed_at.is_(None),
            mine.c.left_out.not_in(_NOT_ASKED),
            table.c.asks_confirmation,
            table.c.state.in_([state.value for state in states]),
        )
        .order_by(table.c.id.desc())
    )
    return [_announcement(found) for found in await work.execute(query)]


async def choices(work: Work, *, team_id: TeamId) -> dict[UserId, Choice]:
    """What people want by direct message, of those who chose."""
    query = select(choice_table.c.user_id, choice_table.c.choice).where(choice_table.c.team_id == team_id)
    return {UserId(found.user_id): Choice(found.choice) for found in await work.execute(query)}


async def choose(
    work: Work, *, team_id: TeamId, user_id: UserId, choice: Choice, chosen_at: datetime
) -> None:
    """Keep what somebody wants by direct message."""
    values = {"choice": choice.value, "chosen_at": chosen_at}
    await work.put(choice_table, {"team_id": team_id, "user_id": user_id, **values})


_NOT_ASKED = tuple(out.value for out in audiences.Out if not out.is_asked)


def _columns(value: Announcement) -> dict[str, Any]:
    columns = {name: getattr(value, name) for name in Announcement.__dataclass_fields__}
    return columns | {
        "state": value.state.value,
        "audience": audiences.in_json(value.audience),
        "files": [asdict(file) for file in value.files],
    }


def _announcement(found: Row[Any]) -> Announcement:
    columns = {name: found._mapping[name] for name in Announcement.__dataclass_fields__}
    return Announcement(
        **columns
        | {
            "state": AnnouncementState(found.state),
            "audience": audiences.from_json(found.audience),
            "files": tuple(file_from(file) for file in found.files),
        }
    )
