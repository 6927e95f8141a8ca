"""What a person sees of what is held on them, and their decisions on it."""

from collections import Counter
from datetime import datetime

from bot.domain import calendar
from bot.domain.consents import Consent, Purpose
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Actor, Member
from bot.domain.refusals import Refused
from bot.domain.retention import Retention
from bot.domain.values import dataclass
from bot.services.privacy import erasing, exporting
from bot.services.privacy.exporting import Group
from storage import consents, editions, members
from storage.db import Database, Delivery


@dataclass(frozen=True, kw_only=True)
class Page:
    """All that the page shows."""

    groups: tuple[Group, ...]
    decisions: tuple[Consent, ...]
    """Newest first."""
    retention: Retention
    zone: str
    """The reader's, or else the academy's."""


async def page(db: Database, *, who: Actor, now: datetime) -> Page:
    """What is held on the one who asks."""
    async with db.reading() as work:
        academy = await editions.academy(work, team_id=who.team_id)
        groups = await exporting.held_in(work, team_id=who.team_id, user_id=who.user_id, now=now)
        decided = await consents.decisions(work, team_id=who.team_id, user_id=who.user_id)
    return Page(
        groups=tuple(groups),
        decisions=tuple(decided),
        retention=academy.retention if academy else Retention(),
        zone=calendar.zone_or(who.tz, academy.timezone if academy else "UTC"),
    )


async def decide(
    db: Database,
    *,
    who: Actor,
    purpose: Purpose,
    is_given: bool,
    now: datetime,
    once: Delivery | None = None,
) -> Counter[str]:
    """Enter that a person agrees to a purpose or withdraws from it; the same decision twice is one.

    Withdrawn from the question log, their questions and answers leave it. Returns how many of each did.
    """
    async with db.writing(once) as work:
        was_given = not await consents.is_withdrawn(
            work, team_id=who.team_id, user_id=who.user_id, purpose=purpose
        )
        if was_given == is_given:
            return Counter()
        decided = Consent(
            team_id=who.team_id, user_id=who.user_id, purpose=purpose, decided_at=now, is_given=is_given
        )
        await consents.decide(work, decided)
        if is_given or purpose is not Purpose.QUESTION_LOG:
            return Counter()
        return await erasing.take_out_of_log(
            work, team_id=who.team_id, user_id=who.user_id, keeps_answers=False, now=now
        )


async def person(db: Database, *, team_id: TeamId, user_id: UserId) -> Member:
    """Whose request an organiser passes on. Raises Refused where the bot holds nothing on them."""
    async with db.reading() as work:
        found = await members.member(work, team_id=team_id, user_id=user_id)
    if found is None or found.is_bot:
        raise Refused("The bot holds nothing on this person.")
    return found
