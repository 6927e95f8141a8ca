"""What people agreed to or withdrew from: every decision with its date, the newest holds."""

from sqlalchemy import Row, func, select

from bot.domain.consents import Consent, Purpose
from bot.domain.ids import TeamId, UserId
from storage.db import Work
from storage.tables import consent


async def decide(work: Work, decided: Consent) -> None:
    """Enter a decision; those before it stay."""
    values = {name: getattr(decided, name) for name in Consent.__dataclass_fields__}
    await work.put(consent, values | {"purpose": decided.purpose.value})


async def decisions(work: Work, *, team_id: TeamId, user_id: UserId) -> list[Consent]:
    """All that one person decided, newest first."""
    query = select(consent).where(consent.c.team_id == team_id, consent.c.user_id == user_id)
    rows = await work.execute(query.order_by(consent.c.decided_at.desc(), consent.c.purpose))
    return [_consent(row) for row in rows]


async def withdrawn(work: Work, *, team_id: TeamId, purpose: Purpose) -> set[UserId]:
    """Who has withdrawn from a purpose, as their newest decision on it says."""
    newest = (
        select(consent.c.user_id, func.max(consent.c.decided_at).label("at"))
        .where(consent.c.team_id == team_id, consent.c.purpose == purpose.value)
        .group_by(consent.c.user_id)
        .subquery()
    )
    query = select(consent.c.user_id).join(
        newest, (consent.c.user_id == newest.c.user_id) & (consent.c.decided_at == newest.c.at)
    )
    query = query.where(consent.c.team_id == team_id, consent.c.purpose == purpose.value, ~consent.c.is_given)
    return {UserId(user_id) for user_id in (await work.execute(query)).scalars()}


async def is_withdrawn(work: Work, *, team_id: TeamId, user_id: UserId, purpose: Purpose) -> bool:
    """Whether one person has withdrawn from a purpose."""
    query = (
        select(consent.c.is_given)
        .where(
            consent.c.team_id == team_id,
            consent.c.user_id == user_id,
            consent.c.purpose == purpose.value,
        )
        .order_by(consent.c.decided_at.desc())
        .limit(1)
    )
    return (await work.execute(query)).scalar_one_or_none() is False


def _consent(row: Row[Consent]) -> Consent:
    columns = {name: row._mapping[name] for name in Consent.__dataclass_fields__}
    return Consent(**columns | {"purpose": Purpose(columns["purpose"])})
