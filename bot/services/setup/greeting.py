"""Shows the workspace's admins, once each, where the academy is set up, until it is."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.editions import Academy
from bot.domain.ids import TeamId, UserId
from bot.views import setup as views
from storage import editions, members, outbox, setup
from storage.db import Database, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send

GREETING = "setup.greeting"


async def next_due_at(
    work: Work, academies: Sequence[Academy], *, team_id: TeamId, now: datetime
) -> datetime | None:
    """Now, where an admin is to be greeted; None else."""
    if any(one.team_id == team_id for one in academies):
        return None
    return now if await _not_greeted(work, team_id=team_id) else None


async def greet_admins(db: Database, *, team_id: TeamId, now: datetime) -> list[UserId]:
    """Queue a message to each active admin who had none, while there is no academy.

    Returns whom it goes to.
    """
    async with db.writing(team_id=team_id) as work:
        greeted = await _not_greeted(work, team_id=team_id)
        for user_id in greeted:
            await setup.put_greeting(work, team_id=team_id, user_id=user_id, greeted_at=now)
            await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"{GREETING}:{user_id}",
                recipient=user_id,
                kind=GREETING,
                body={},
                now=now,
            )
    return greeted


async def _not_greeted(work: Work, *, team_id: TeamId) -> list[UserId]:
    if await editions.academy(work, team_id=team_id) is not None:
        return []
    greeted = await setup.greeted(work, team_id=team_id)
    return [
        person.user_id
        for person in await members.members(work, team_id=team_id)
        if person.is_admin and not (person.is_deactivated or person.is_bot) and person.user_id not in greeted
    ]


async def _greeting(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    if not await members.is_organiser(work, team_id=team_id, user_id=user_id):
        return Drop("not an organiser any more")
    if await editions.academy(work, team_id=team_id) is not None:
        return Drop("the academy is set up already")
    message = views.greeting()
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {GREETING: _greeting}
"""By the kind of row in the outbox."""
