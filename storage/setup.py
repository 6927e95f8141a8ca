"""Which admins were shown how to set the academy up."""

from datetime import datetime

from sqlalchemy import select

from bot.domain.ids import TeamId, UserId
from storage.db import Work
from storage.tables import setup_greeting


async def greeted(work: Work, *, team_id: TeamId) -> frozenset[UserId]:
    """Everybody who was greeted."""
    query = select(setup_greeting.c.user_id).where(setup_greeting.c.team_id == team_id)
    return frozenset(UserId(found) for (found,) in await work.execute(query))


async def put_greeting(work: Work, *, team_id: TeamId, user_id: UserId, greeted_at: datetime) -> None:
    """Remember that somebody is greeted."""
    await work.put(setup_greeting, {"team_id": team_id, "user_id": user_id, "greeted_at": greeted_at})
