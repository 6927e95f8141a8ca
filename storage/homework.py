"""Homework, extensions and submissions in the database."""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from bot.domain.homework import Extension, HandedInFile, Homework, Submission
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from storage import tables
from storage.db import Work, by, given, whose


async def homework(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> Homework | None:
    """The homework of that id."""
    query = _homework().where(tables.homework.c.team_id == team_id, tables.homework.c.id == homework_id)
    found = (await work.execute(query)).one_or_none()
    return None if found is None else _to_homework(found)


async def homeworks(work: Work, *, team_id: TeamId, edition_key: EditionKey | None = None) -> list[Homework]:
    """A workspace's or an edition's homework, by due date."""
    wanted = given(team_id=team_id, edition_key=edition_key)
    return [_to_homework(found) for found in await work.execute(_homeworks(*wanted), wanted)]


@cache
def _homeworks(*columns: str) -> Select[Any]:
    of = tables.homework.c
    return _homework().where(*by(tables.homework, columns)).order_by(of.due, of.id)


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
    wanted = given(team_id=team_id, homework_id=homework_id, user_id=user_id)
    return [_to_extension(found) for found in await work.execute(_extensions(*wanted), wanted)]


async def extensions_of(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId]
) -> dict[tuple[UserId, HomeworkId], Extension]:
    """Those of some people."""
    wanted = {"team_id": team_id, "user_ids": list(user_ids)}
    found = map(_to_extension, await work.execute(_extensions_of(is_postgres=work.is_postgres), wanted))
    return {(one.user_id, one.homework_id): one for one in found}


@cache
def _extensions_of(*, is_postgres: bool) -> Select[Any]:
    return select(tables.extension).where(*whose(tables.extension, is_postgres=is_postgres))


@cache
def _extensions(*columns: str) -> Select[Any]:
    of = tables.extension.c
    return select(tables.extension).where(*by(tables.extension, columns)).order_by(of.homework_id, of.user_id)


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
    wanted = given(team_id=team_id, homework_id=homework_id, user_id=user_id)
    return [_to_submission(found) for found in await work.execute(_latest(*wanted), wanted)]


async def latest_submissions_of(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId]
) -> dict[tuple[UserId, HomeworkId], Submission]:
    """Those of some people."""
    wanted = {"team_id": team_id, "user_ids": list(user_ids)}
    found = map(_to_submission, await work.execute(_latest_of(is_postgres=work.is_postgres), wanted))
    return {(one.user_id, one.homework_id): one for one in found}


@cache
def _latest(*columns: str) -> Select[Any]:
    return _newest(by(tables.submission, columns))


@cache
def _latest_of(*, is_postgres: bool) -> Select[Any]:
    return _newest(whose(tables.submission, is_postgres=is_postgres))


def _newest(is_wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    table = tables.submission
    newest_first = func.row_number().over(
        partition_by=(table.c.team_id, table.c.homework_id, table.c.user_id),
        order_by=table.c.version.desc(),
    )
    ranked = select(table, newest_first.label("place")).where(*is_wanted).subquery()
    return select(ranked).where(ranked.c.place == 1).order_by(ranked.c.homework_id, ranked.c.user_id)


async def versions(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId
) -> list[Submission]:
    """All that a person handed in for a homework, first version first."""
    table = tables.submission
    scope = (table.c.team_id == team_id, table.c.homework_id == homework_id, table.c.user_id == user_id)
    query = select(table).where(*scope).order_by(table.c.version)
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


def _to_extension(found: Row[Any]) -> Extension:
    return Extension(
        team_id=found.team_id,
        homework_id=found.homework_id,
        user_id=found.user_id,
        due=found.due,
        reason=found.reason,
        granted_by=found.granted_by,
        granted_at=found.granted_at,
        revision=found.revision,
    )


def _homework() -> Select[Any]:
    joined = tables.homework.join(
        tables.edition,
        (tables.edition.c.team_id == tables.homework.c.team_id)
        & (tables.edition.c.key == tables.homework.c.edition_key),
    )
    return select(tables.homework, tables.edition.c.timezone.label("zone")).select_from(joined)


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
