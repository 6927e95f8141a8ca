"""Homework, extensions and submissions in the database."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Table, func, select

from bot.domain.homework import Extension, HandedInFile, Homework, Submission
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from storage import tables
from storage.db import Work


async def homework(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> Homework | None:
    """The homework of that id."""
    query = _homework().where(tables.homework.c.team_id == team_id, tables.homework.c.id == homework_id)
    found = (await work.execute(query)).one_or_none()
    return None if found is None else _to_homework(found)


async def homeworks(work: Work, *, team_id: TeamId, edition_key: EditionKey | None = None) -> list[Homework]:
    """A workspace's or an edition's homework, by due date."""
    query = _homework().where(tables.homework.c.team_id == team_id)
    if edition_key is not None:
        query = query.where(tables.homework.c.edition_key == edition_key)
    query = query.order_by(tables.homework.c.due, tables.homework.c.id)
    return [_to_homework(found) for found in await work.execute(query)]


async def lock(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> None:
    """Make whoever else changes this homework, or hands it in, wait for the end of this transaction."""
    # SQLite leaves the clause out: a transaction that writes is alone there from its beginning.
    query = select(tables.homework.c.id).where(
        tables.homework.c.team_id == team_id, tables.homework.c.id == homework_id
    )
    await work.execute(query.with_for_update())


async def put_homework(work: Work, written: Homework) -> None:
    """Write a homework; its edition must be there. `zone` is the edition's and is not written."""
    await work.put(
        tables.homework,
        {
            "team_id": written.team_id,
            "id": written.id,
            "edition_key": written.edition_key,
            "key": written.key,
            "title": written.title,
            "brief": written.brief,
            "opens": written.opens,
            "due": written.due,
            "remind": written.remind,
            "remind_at": written.remind_at,
            "remind_from": written.remind_from,
            "remind_until": written.remind_until,
            "revision": written.revision,
        },
    )


async def extensions(
    work: Work,
    *,
    team_id: TeamId,
    homework_id: HomeworkId | None = None,
    user_id: UserId | None = None,
) -> list[Extension]:
    """The extensions that hold; a person has at most one a homework."""
    query = select(tables.extension).where(
        *_scope(tables.extension, team_id=team_id, homework_id=homework_id, user_id=user_id)
    )
    query = query.order_by(tables.extension.c.homework_id, tables.extension.c.user_id)
    return [
        Extension(
            team_id=found.team_id,
            homework_id=found.homework_id,
            user_id=found.user_id,
            due=found.due,
            reason=found.reason,
            granted_by=found.granted_by,
            granted_at=found.granted_at,
            revision=found.revision,
        )
        for found in await work.execute(query)
    ]


async def put_extension(work: Work, granted: Extension) -> None:
    """Write an extension in place of the one that this person had for this homework."""
    await work.put(
        tables.extension,
        {
            "team_id": granted.team_id,
            "homework_id": granted.homework_id,
            "user_id": granted.user_id,
            "due": granted.due,
            "reason": granted.reason,
            "granted_by": granted.granted_by,
            "granted_at": granted.granted_at,
            "revision": granted.revision,
        },
    )


async def latest_submissions(
    work: Work,
    *,
    team_id: TeamId,
    homework_id: HomeworkId | None = None,
    user_id: UserId | None = None,
) -> list[Submission]:
    """For each homework and person the last version, where there is one."""
    table = tables.submission
    newest_first = func.row_number().over(
        partition_by=(table.c.team_id, table.c.homework_id, table.c.user_id),
        order_by=table.c.version.desc(),
    )
    ranked = (
        select(table, newest_first.label("place"))
        .where(*_scope(table, team_id=team_id, homework_id=homework_id, user_id=user_id))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place == 1).order_by(ranked.c.homework_id, ranked.c.user_id)
    return [_to_submission(found) for found in await work.execute(query)]


async def versions(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId
) -> list[Submission]:
    """All that a person handed in for a homework, first version first."""
    table = tables.submission
    query = (
        select(table)
        .where(*_scope(table, team_id=team_id, homework_id=homework_id, user_id=user_id))
        .order_by(table.c.version)
    )
    return [_to_submission(found) for found in await work.execute(query)]


async def add_submission(work: Work, handed_in: Submission) -> None:
    """Write a version; it must be one that is not there."""
    await work.execute(
        tables.submission.insert(),
        {
            "team_id": handed_in.team_id,
            "homework_id": handed_in.homework_id,
            "user_id": handed_in.user_id,
            "version": handed_in.version,
            "text": handed_in.text,
            "link": handed_in.link,
            "files": [
                {"id": file.id, "name": file.name, "permalink": file.permalink} for file in handed_in.files
            ],
            "submitted_at": handed_in.submitted_at,
            "late_by_s": handed_in.late_by_s,
        },
    )


def _homework() -> Any:
    joined = tables.homework.join(
        tables.edition,
        (tables.edition.c.team_id == tables.homework.c.team_id)
        & (tables.edition.c.key == tables.homework.c.edition_key),
    )
    return select(tables.homework, tables.edition.c.timezone.label("zone")).select_from(joined)


def _scope(
    table: Table, *, team_id: TeamId, homework_id: HomeworkId | None, user_id: UserId | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [table.c.team_id == team_id]
    if homework_id is not None:
        conditions.append(table.c.homework_id == homework_id)
    if user_id is not None:
        conditions.append(table.c.user_id == user_id)
    return conditions


def _to_homework(found: Row[Any]) -> Homework:
    columns = found._mapping
    return Homework(**{name: columns[name] for name in Homework.__dataclass_fields__})


def _to_submission(found: Row[Any]) -> Submission:
    return Submission(
        team_id=found.team_id,
        homework_id=found.homework_id,
        user_id=found.user_id,
        version=found.version,
        text=found.text,
        link=found.link,
        files=tuple(HandedInFile(**file) for file in found.files),
        submitted_at=found.submitted_at,
        late_by_s=found.late_by_s,
    )
