"""What on an organiser's Home tab waits for a decision."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import readiness
from bot.domain.announcements import AnnouncementState
from bot.domain.ids import TeamId
from bot.domain.standing import State
from bot.services import setup
from bot.services.homework import Status
from bot.views import home_desk as views
from bot.views.home_desk import Decision
from storage import announcements, editions, roles
from storage.db import Work


async def decisions(
    work: Work, *, team_id: TeamId, glance: Sequence[Status], now: datetime
) -> list[Decision]:
    """What waits for an organiser, the most pressing first."""
    found: list[Decision] = []
    checks = await setup.checked(work, team_id=team_id, now=now)
    missing = sum(check.state is readiness.State.MISSING for check in checks)
    if missing:
        academy = await editions.academy(work, team_id=team_id)
        found.append(views.set_up(missing, is_begun=academy is not None))
    waiting = await announcements.announcements(
        work, team_id=team_id, states=[AnnouncementState.APPROVAL, AnnouncementState.PAUSED]
    )
    found += [
        views.announcement(one.id, one.title, is_paused=one.state is AnnouncementState.PAUSED)
        for one in waiting
    ]
    names = {one.key: one.name for one in await editions.editions(work, team_id=team_id)}
    found += [
        views.graduation(asked.edition_key, names.get(asked.edition_key, asked.edition_key))
        for asked in await roles.undecided(work)
        if asked.team_id == team_id
    ]
    late = [(one.homework, one.counts()[State.MISSING]) for one in glance]
    found += [views.missing(homework, count) for homework, count in late if count]
    return found
