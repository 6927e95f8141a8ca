"""The academy's own settings, its editions with their days, and which homework their files name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.ids import EditionKey, HomeworkId, TeamId
from storage import tables
from storage.db import Work, by
from storage.tables import academy as academy_table
from storage.tables import edition as edition_table
from storage.tables import edition_day

_ACADEMY = select(academy_table).where(*by(academy_table, ("team_id",)))


async def academy(work: Work, *, team_id: TeamId) -> Academy | None:
    """The workspace's academy; None before the first import or setup."""
    row = (await work.execute(_ACADEMY, {"team_id": team_id})).one_or_none()
    return None if row is None else _academy(row)


async def academy_zone(work: Work, *, team_id: TeamId) -> str:
    """The IANA zone of the workspace's academy; UTC before there is one."""
    found = await academy(work, team_id=team_id)
    return found.timezone if found else "UTC"


async def academies(work: Work) -> list[Academy]:
    """The academy of every workspace that has one."""
    rows = await work.execute(select(academy_table).order_by(academy_table.c.team_id))
    return [_academy(row) for row in rows]


async def put_academy(work: Work, academy: Academy) -> None:
    """Keep the workspace's academy as given."""
    columns = {name: getattr(academy, name) for name in academy.__dataclass_fields__}
    await work.put(academy_table, columns)


async def edition(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> Edition | None:
    """The edition of that key, with its days; None where there is none."""
    found = [one for one in await editions(work, team_id=team_id) if one.key == edition_key]
    return found[0] if found else None


_DAYS = (
    select(edition_day)
    .where(*by(edition_day, ("team_id",)))
    .order_by(edition_day.c.edition_key, edition_day.c.position)
)
_EDITIONS = select(edition_table).where(*by(edition_table, ("team_id",))).order_by(edition_table.c.key)


async def editions(work: Work, *, team_id: TeamId) -> list[Edition]:
    """Every edition with its days: the one that begins last first, those without days at the end."""
    days: defaultdict[str, list[Day]] = defaultdict(list)
    for row in await work.execute(_DAYS, {"team_id": team_id}):
        days[row.edition_key].append(_day(row))
    rows = await work.execute(_EDITIONS, {"team_id": team_id})
    return sorted((_edition(row, days[row.key]) for row in rows), key=_begins_on, reverse=True)


def joined(rows: Sequence[Row[Any]]) -> list[Edition]:
    """The editions of rows in each of which an edition is joined with one of its days, or none.

    rows: those of one edition follow each other, by the days' positions.
    """
    by_edition = (list(of) for _, of in groupby(rows, key=lambda row: (row.team_id, row.key)))
    return [_edition(of[0], [_day(row) for row in of if row.on]) for of in by_edition]


async def put_edition(work: Work, edition: Edition) -> None:
    """Keep an edition and its days as given; its homework and people stay as they are."""
    key = {"team_id": edition.team_id, "key": edition.key}
    values = {"name": edition.name, "timezone": edition.timezone, "channel_id": edition.channel_id}
    await work.put(edition_table, key | values)
    await work.execute(
        delete(edition_day).where(
            edition_day.c.team_id == edition.team_id, edition_day.c.edition_key == edition.key
        )
    )
    rows = [
        {
            "team_id": edition.team_id,
            "edition_key": edition.key,
            "position": position,
            "on": day.on,
            "kind": day.kind.value,
            "title": day.title,
            "starts": day.starts,
            "ends": day.ends,
            "place": day.place,
        }
        for position, day in enumerate(edition.days)
    ]
    if rows:
        await work.execute(insert(edition_day), rows)


async def homework_of_file(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> set[HomeworkId]:
    """The homework that the edition's file named at the last import; that made in Slack is not among it."""
    homework = tables.homework
    query = select(homework.c.id).where(
        homework.c.team_id == team_id,
        homework.c.edition_key == edition_key,
        homework.c.from_file,
    )
    return {HomeworkId(found) for (found,) in await work.execute(query)}


async def name_in_file(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> None:
    """Note that the edition's file names a homework; it must be there."""
    homework = tables.homework
    await work.execute(
        update(homework)
        .where(homework.c.team_id == team_id, homework.c.id == homework_id)
        .values(from_file=True)
    )


async def remove_homework(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> None:
    """Take away a homework for which nobody handed in anything, with its extensions and reminders."""
    for table in (tables.reminder, tables.reminder_stop, tables.extension):
        await work.execute(
            delete(table).where(table.c.team_id == team_id, table.c.homework_id == homework_id)
        )
    homework = tables.homework
    await work.execute(delete(homework).where(homework.c.team_id == team_id, homework.c.id == homework_id))


async def last_revision(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> int:
    """The highest revision that a message about a homework of this id was queued under; 0 without any."""
    outbox = tables.outbox
    of_homework = outbox.c.key.contains(f":{homework_id}:", autoescape=True)
    query = select(outbox.c.key).where(outbox.c.team_id == team_id, of_homework)
    found = (re.search(r":r(\d+)$", key) for (key,) in await work.execute(query))
    return max((int(revision[1]) for revision in found if revision), default=0)


def _begins_on(edition: Edition) -> date:
    return min((day.on for day in edition.days), default=date.min)


def _edition(row: Row[Any], days: Iterable[Day]) -> Edition:
    return Edition(
        team_id=TeamId(row.team_id),
        key=EditionKey(row.key),
        name=row.name,
        timezone=row.timezone,
        channel_id=row.channel_id,
        days=tuple(days),
    )


def _academy(row: Row[Any]) -> Academy:
    return Academy(**{name: row._mapping[name] for name in Academy.__dataclass_fields__})


def _day(row: Row[Any]) -> Day:
    columns = {name: row._mapping[name] for name in Day.__dataclass_fields__}
    return Day(**columns | {"kind": DayKind(row._mapping["kind"])})
