"""Deliveries that had their effect; entries of single ones are made by `Database.writing(once)` itself."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select

from storage.db import Delivery, Work
from storage.tables import inbox


async def enter(work: Work, *, team_id: str, deliveries: Sequence[Delivery]) -> set[str]:
    """Enter several that have their effect in this transaction; returns the keys of those that are new."""
    keys = {one.key for one in deliveries}
    known = select(inbox.c.event_id).where(inbox.c.team_id == team_id, work.among(inbox.c.event_id, keys))
    new = keys - set((await work.execute(known)).scalars())
    received_at = {one.key: one.received_at for one in deliveries}
    await work.insert_all_new(
        inbox, [{"team_id": team_id, "event_id": key, "received_at": received_at[key]} for key in sorted(new)]
    )
    return new


async def forget_before(work: Work, *, instant: datetime) -> int:
    """Drop what was received before `instant`; Slack delivers nothing again that late. How many went."""
    return (await work.execute(delete(inbox).where(inbox.c.received_at < instant))).rowcount
