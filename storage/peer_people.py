"""Who takes part in rounds of peer feedback: pauses, who is kept apart, and alumni who offer to help."""

from collections.abc import Collection

from sqlalchemy import delete, select

from bot.domain.ids import TeamId, UserId
from bot.domain.peers import Apart, Because, Pause
from storage.db import Work
from storage.tables import peer_apart, peer_offer, peer_pause


async def pauses(work: Work, *, team_id: TeamId) -> dict[UserId, Pause]:
    """Everybody's last pause, those that are over too."""
    rows = await work.execute(select(peer_pause).where(peer_pause.c.team_id == team_id))
    found: dict[UserId, Pause] = {}
    for row in rows:
        columns = {name: row._mapping[name] for name in Pause.__dataclass_fields__}
        found[row.user_id] = Pause(**columns | {"because": Because(row.because)})
    return found


async def put_pause(work: Work, pause: Pause, *, team_id: TeamId) -> None:
    """Write a pause in place of the one that this person had."""
    values = {name: getattr(pause, name) for name in Pause.__dataclass_fields__}
    await work.put(peer_pause, {"team_id": team_id, **values, "because": pause.because.value})


async def apart(work: Work, *, team_id: TeamId, asked_by: UserId | None = None) -> list[Apart]:
    """Who is kept apart, whoever asked for it; or what one person asked for."""
    query = select(peer_apart).where(peer_apart.c.team_id == team_id)
    if asked_by is not None:
        query = query.where(peer_apart.c.asked_by == asked_by)
    query = query.order_by(peer_apart.c.one, peer_apart.c.other, peer_apart.c.asked_by)
    return [Apart(one=row.one, other=row.other, asked_by=row.asked_by) for row in await work.execute(query)]


async def set_private(work: Work, *, team_id: TeamId, user_id: UserId, others: Collection[UserId]) -> None:
    """Make these, and nobody else, the people whom this person does not want to be matched with."""
    mine = (peer_apart.c.one == user_id) | (peer_apart.c.other == user_id)
    await work.execute(
        delete(peer_apart).where(peer_apart.c.team_id == team_id, peer_apart.c.asked_by == user_id, mine)
    )
    for other in others:
        await add_apart(work, Apart(one=user_id, other=other, asked_by=user_id), team_id=team_id)


async def add_apart(work: Work, kept: Apart, *, team_id: TeamId) -> None:
    """Keep two people apart from now on."""
    one, other = sorted((kept.one, kept.other))
    await work.insert_new(
        peer_apart, {"team_id": team_id, "one": one, "other": other, "asked_by": kept.asked_by}
    )


async def remove_apart(work: Work, *, team_id: TeamId, one: UserId, other: UserId) -> None:
    """Let two people be matched again, as far as organisers are concerned: what is private stays."""
    one, other = sorted((one, other))
    table = peer_apart
    await work.execute(
        delete(table).where(
            table.c.team_id == team_id,
            table.c.one == one,
            table.c.other == other,
            table.c.asked_by.not_in((one, other)),
        )
    )


async def offers(work: Work, *, team_id: TeamId) -> dict[UserId, int]:
    """Alumni who take reviews, and how many in a month."""
    query = select(peer_offer).where(peer_offer.c.team_id == team_id).order_by(peer_offer.c.user_id)
    return {row.user_id: row.per_month for row in await work.execute(query)}


async def put_offer(work: Work, *, team_id: TeamId, user_id: UserId, per_month: int) -> None:
    """Write how many reviews somebody takes in a month; none for 0."""
    if per_month:
        await work.put(peer_offer, {"team_id": team_id, "user_id": user_id, "per_month": per_month})
        return
    await work.execute(
        delete(peer_offer).where(peer_offer.c.team_id == team_id, peer_offer.c.user_id == user_id)
    )
