"""What people decide for themselves: to pause, to come back, whom not to meet, how many reviews to take."""

from dataclasses import replace
from datetime import date, datetime

from bot.domain import calendar
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Role
from bot.domain.peers import Because, Pause
from bot.domain.refusals import Refused
from bot.services.homework import refresh_home
from bot.views import words
from storage import members, peer_people
from storage.db import Database, Delivery, Work

MOST_A_MONTH = 4


async def pause(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    until: date | None,
    now: datetime,
    once: Delivery | None = None,
) -> Pause:
    """Leave somebody out of rounds that are drawn from now on. What they owe already stays.

    until: the last day, on their own calendar; None until they say so. Raises Refused for a day before today.
    """
    async with db.writing(once) as work:
        today = await _today(work, team_id=team_id, user_id=user_id, now=now)
        if until is not None and until < today:
            raise Refused(f"{words.day(until)} is past. Choose a later day.", block_id="until")
        made = Pause(user_id=user_id, since=now, until=until, because=Because.ASKED)
        await peer_people.put_pause(work, made, team_id=team_id)
        await refresh_home(work, team_id=team_id, user_id=user_id, why=f"pause:{now.isoformat()}", now=now)
    return made


async def resume(
    db: Database, *, team_id: TeamId, user_id: UserId, now: datetime, once: Delivery | None = None
) -> bool:
    """Let somebody take part again. False where they were not away."""
    async with db.writing(once) as work:
        found = (await peer_people.pauses(work, team_id=team_id)).get(user_id)
        today = await _today(work, team_id=team_id, user_id=user_id, now=now)
        if found is None or not found.holds(today):
            return False
        await peer_people.put_pause(work, replace(found, resumed_at=now), team_id=team_id)
        await refresh_home(work, team_id=team_id, user_id=user_id, why=f"resume:{now.isoformat()}", now=now)
    return True


async def offer(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    per_month: int,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Enter how many reviews an alumnus takes in a month. Raises Refused for people who are no alumni."""
    if not 0 <= per_month <= MOST_A_MONTH:
        raise Refused(f"Choose a number from 0 to {MOST_A_MONTH}.", block_id="per_month")
    async with db.writing(once) as work:
        if not await members.enrolments(work, team_id=team_id, user_id=user_id, role=Role.ALUMNUS):
            raise Refused("Only alumni can offer this: participants have their own rounds.")
        await peer_people.put_offer(work, team_id=team_id, user_id=user_id, per_month=per_month)
        await refresh_home(work, team_id=team_id, user_id=user_id, why=f"offer:{now.isoformat()}", now=now)


async def _today(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> date:
    person = await members.member(work, team_id=team_id, user_id=user_id)
    return calendar.local_date(now, calendar.zone_or(person.tz if person else "", "UTC"))
