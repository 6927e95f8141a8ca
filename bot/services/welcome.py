"""The one message that welcomes a newcomer: once ever, also for who leaves and comes back."""

from datetime import datetime

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.views import welcome as views
from storage import editions, members, outbox, profiles
from storage.db import Database, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send

WELCOME = "people.welcome"


async def welcome(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> None:
    """Have somebody welcomed, unless they were before, are an app, or the bot may not know them."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_bot:
        return
    if await profiles.note_welcome(work, team_id=team_id, user_id=user_id, now=now):
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"welcome:{user_id}",
            recipient=user_id,
            kind=WELCOME,
            body={},
            now=now,
        )


async def channel_joined(
    db: Database, *, team_id: TeamId, channel_id: ChannelId, user_id: UserId, now: datetime
) -> None:
    """Somebody joined a channel: where it is an edition's own, they are welcomed.

    Needs no delivery's key: a second time does nothing.
    """
    async with db.reading() as work:
        found = await editions.editions(work, team_id=team_id)
    if channel_id not in {one.channel_id for one in found}:
        return
    async with db.writing(team_id=team_id) as work:
        await welcome(work, team_id=team_id, user_id=user_id, now=now)


async def _compose(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_deactivated:
        return Drop("has left, or was deleted")
    academy = await editions.academy(work, team_id=team_id)
    message = views.welcome(
        name=person.name, academy_name=academy.name if academy else "", zone=person.tz, now=now
    )
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {WELCOME: _compose}
"""By the kind of row in the outbox."""
