"""Who is never matched with whom: what organisers decide, and what people decide for themselves alone."""

from collections.abc import Collection, Mapping, Sequence

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import Apart
from bot.domain.refusals import Refused
from storage import members, peer_people
from storage.db import Database, Delivery


async def kept_apart(db: Database, *, team_id: TeamId) -> tuple[Sequence[Apart], Mapping[UserId, str]]:
    """Whom organisers keep apart, and everybody's name; what people decided for themselves is not in it."""
    async with db.reading() as work:
        every = [one for one in await peer_people.apart(work, team_id=team_id) if not one.is_private]
        involved = {user_id for one in every for user_id in (one.one, one.other, one.asked_by)}
        known = await members.members(work, team_id=team_id, user_ids=involved)
    return every, {one.user_id: one.name for one in known}


async def keep_apart(
    db: Database,
    *,
    team_id: TeamId,
    user_ids: Collection[UserId],
    asked_by: UserId,
    once: Delivery | None = None,
) -> None:
    """Match none of these people with each other any more. Raises Refused for fewer than two.

    Who asks must not be one of them: that would be their own, private wish.
    """
    chosen = sorted(set(user_ids))
    if len(chosen) < 2:
        raise Refused("Choose two people or more who are not to be matched.", block_id="people")
    if asked_by in chosen:
        raise Refused(
            "For yourself, use the button under your own list of matches: that stays private.",
            block_id="people",
        )
    async with db.writing(once) as work:
        for place, one in enumerate(chosen):
            for other in chosen[place + 1 :]:
                kept = Apart(one=one, other=other, asked_by=asked_by)
                await peer_people.add_apart(work, kept, team_id=team_id)


async def let_meet(
    db: Database, *, team_id: TeamId, one: UserId, other: UserId, once: Delivery | None = None
) -> None:
    """Let two people be matched again whom organisers kept apart; what is private stays."""
    async with db.writing(once) as work:
        await peer_people.remove_apart(work, team_id=team_id, one=one, other=other)


async def not_to_meet(db: Database, *, team_id: TeamId, user_id: UserId) -> list[UserId]:
    """Whom somebody has asked not to be matched with; nobody else is told."""
    async with db.reading() as work:
        return [
            one.other if one.one == user_id else one.one
            for one in await peer_people.apart(work, team_id=team_id, asked_by=user_id)
            if one.is_private
        ]


async def set_not_to_meet(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    others: Collection[UserId],
    once: Delivery | None = None,
) -> None:
    """Match somebody with these people no more; those who are not named may be matched again."""
    if user_id in others:
        raise Refused("You never meet yourself. Choose others.", block_id="people")
    async with db.writing(once) as work:
        await peer_people.set_private(work, team_id=team_id, user_id=user_id, others=others)
