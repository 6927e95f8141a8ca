"""What somebody wants by direct message, and what waits for their confirmation."""

from datetime import datetime

from bot.domain.announcements import Announcement
from bot.domain.audiences import Choice
from bot.domain.ids import TeamId, UserId
from storage import announcements
from storage.db import Database, Delivery, Work


async def choice(db: Database, *, team_id: TeamId, user_id: UserId) -> Choice:
    """What somebody wants; all where they never chose."""
    async with db.reading() as work:
        return (await announcements.choices(work, team_id=team_id)).get(user_id, Choice.ALL)


async def choose(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    choice: Choice,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Keep what somebody wants from now on."""
    async with db.writing(once) as work:
        await announcements.choose(work, team_id=team_id, user_id=user_id, choice=choice, chosen_at=now)


async def to_confirm(work: Work, *, team_id: TeamId, user_id: UserId) -> list[Announcement]:
    """What somebody was asked to confirm and has not, newest first."""
    return await announcements.to_confirm(work, team_id=team_id, user_id=user_id)
