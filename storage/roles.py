"""Changes of roles as organisers made them, and who was asked about an edition's alumni."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, exists, func, insert, select, update

from bot.domain.editions import Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Role
from bot.domain.roles import Part, Parts, RoleChange
from bot.domain.values import dataclass
from storage.db import Work
from storage.editions import joined
from storage.tables import edition, edition_day, enrolment, graduation, role_change

# Each heartbeat asks this, so it is put together once.
_TO_DECIDE = (
    select(edition, *(column for column in edition_day.c if not column.primary_key), graduation.c.asked_at)
    .select_from(
        edition.outerjoin(
            edition_day,
            and_(edition_day.c.team_id == edition.c.team_id, edition_day.c.edition_key == edition.c.key),
        ).outerjoin(
            graduation,
            and_(graduation.c.team_id == edition.c.team_id, graduation.c.edition_key == edition.c.key),
        )
    )
    .where(
        graduation.c.decided_at.is_(None),
        graduation.c.asked_at.is_not(None)
        | exists().where(
            enrolment.c.team_id == edition.c.team_id,
            enrolment.c.edition_key == edition.c.key,
            enrolment.c.role == Role.PARTICIPANT.value,
        ),
    )
    .order_by(edition.c.team_id, edition.c.key, edition_day.c.position)
)


@dataclass(frozen=True, kw_only=True)
class Graduation:
    """The question to organisers who of an edition's participants are alumni now. Times are instants, UTC."""

    team_id: TeamId
    edition_key: EditionKey
    asked_at: datetime
    decided_at: datetime | None = None
    decided_by: UserId | None = None
    batch: int | None = None
    """The change that was made of it."""


async def lock(work: Work, *, team_id: TeamId) -> None:
    """Make whoever else changes roles of this workspace wait for the end of this transaction."""
    # SQLite leaves the clause out: a transaction that writes is alone there from its beginning.
    await work.execute(select(edition.c.key).where(edition.c.team_id == team_id).with_for_update())


async def next_batch(work: Work, *, team_id: TeamId) -> int:
    """The number of the next batch of changes."""
    query = select(func.coalesce(func.max(role_change.c.batch), 0)).where(role_change.c.team_id == team_id)
    return int((await work.execute(query)).scalar_one()) + 1


async def add_changes(
    work: Work,
    *,
    team_id: TeamId,
    edition_key: EditionKey,
    batch: int,
    changes: Iterable[tuple[UserId, Parts, Parts]],
    changed_at: datetime,
    changed_by: UserId,
) -> list[RoleChange]:
    """Enter what an organiser changed: person, before, after."""
    query = select(func.coalesce(func.max(role_change.c.id), 0)).where(role_change.c.team_id == team_id)
    last = int((await work.execute(query)).scalar_one())
    made = [
        RoleChange(
            team_id=team_id,
            id=last + number,
            batch=batch,
            edition_key=edition_key,
            user_id=user_id,
            before=before,
            after=after,
            changed_at=changed_at,
            changed_by=changed_by,
        )
        for number, (user_id, before, after) in enumerate(changes, 1)
    ]
    rows = [vars(one) | {"before": _kept(one.before), "after": _kept(one.after)} for one in made]
    if rows:
        await work.execute(insert(role_change), rows)
    return made


async def batch(work: Work, *, team_id: TeamId, batch: int) -> list[RoleChange]:
    """What was changed at once, ordered by id."""
    query = select(role_change).where(role_change.c.team_id == team_id, role_change.c.batch == batch)
    return [_change(row) for row in await work.execute(query.order_by(role_change.c.id))]


async def latest(work: Work, *, team_id: TeamId, limit: int) -> list[list[RoleChange]]:
    """The newest batches, newest first."""
    numbers = (
        select(role_change.c.batch)
        .where(role_change.c.team_id == team_id)
        .distinct()
        .order_by(role_change.c.batch.desc())
        .limit(limit)
    )
    found = [number for (number,) in await work.execute(numbers)]
    return [await batch(work, team_id=team_id, batch=number) for number in found]


async def mark_undone(work: Work, changes: Sequence[RoleChange], *, now: datetime) -> None:
    """Enter that changes were taken back."""
    for one in changes:
        await work.execute(
            update(role_change)
            .where(role_change.c.team_id == one.team_id, role_change.c.id == one.id)
            .values(undone_at=now)
        )


async def made_alumni(work: Work, *, team_id: TeamId) -> set[tuple[EditionKey, UserId]]:
    """Who was made an alumnus of which edition in Slack, so that no roster makes them a participant again."""
    query = select(role_change).where(role_change.c.team_id == team_id, role_change.c.undone_at.is_(None))
    return {
        (one.edition_key, one.user_id)
        for one in map(_change, await work.execute(query))
        if any(part.role is Role.ALUMNUS for part in one.after)
    }


async def to_decide(work: Work) -> list[tuple[Edition, datetime | None]]:
    """The editions about whose alumni nobody has decided, over all workspaces, and when it was asked.

    Those of which nothing was asked are among them as far as somebody participates.
    """
    rows = (await work.execute(_TO_DECIDE)).all()
    asked_at = {(row.team_id, row.key): row.asked_at for row in rows}
    return [(one, asked_at[one.team_id, one.key]) for one in joined(rows)]


async def graduation_of(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> Graduation | None:
    """What was asked about an edition's alumni; None where nothing was."""
    query = select(graduation).where(graduation.c.team_id == team_id, graduation.c.edition_key == edition_key)
    row = (await work.execute(query)).one_or_none()
    return None if row is None else _graduation(row)


async def undecided(work: Work) -> list[Graduation]:
    """What was asked and nobody decided yet, over all workspaces."""
    query = select(graduation).where(graduation.c.decided_at.is_(None))
    rows = await work.execute(query.order_by(graduation.c.team_id, graduation.c.edition_key))
    return [_graduation(row) for row in rows]


async def graduation_made_by(work: Work, *, team_id: TeamId, batch: int) -> Graduation | None:
    """The question that a batch of changes was the answer to; None where it was something else."""
    query = select(graduation).where(graduation.c.team_id == team_id, graduation.c.batch == batch)
    row = (await work.execute(query)).one_or_none()
    return None if row is None else _graduation(row)


async def remove_graduation(work: Work, *, team_id: TeamId, edition_key: EditionKey) -> None:
    """Forget that organisers were asked, since it will be asked again."""
    await work.execute(
        delete(graduation).where(graduation.c.team_id == team_id, graduation.c.edition_key == edition_key)
    )


async def put_graduation(work: Work, asked: Graduation) -> None:
    """Enter that organisers were asked, or what they decided."""
    await work.put(graduation, vars(asked))


def _graduation(row: Row[Any]) -> Graduation:
    return Graduation(**{name: row._mapping[name] for name in Graduation.__dataclass_fields__})


def _kept(parts: Parts) -> tuple[str, ...]:
    return tuple(f"{part.role}:{part.cluster}" for part in parts)


def _parts(kept: Iterable[str]) -> Parts:
    split = (one.partition(":") for one in kept)
    return tuple(Part(role=Role(role), cluster=cluster) for role, _, cluster in split)


def _change(row: Row[Any]) -> RoleChange:
    columns = {name: row._mapping[name] for name in RoleChange.__dataclass_fields__}
    return RoleChange(**columns | {"before": _parts(row.before), "after": _parts(row.after)})
