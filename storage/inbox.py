"""Deliveries that had their effect; entries are made by `Database.writing(once)` itself."""

from datetime import datetime

from sqlalchemy import delete

from storage.db import Work
from storage.tables import inbox


async def forget_before(work: Work, *, instant: datetime) -> int:
    """Drop what was received before `instant`; Slack delivers nothing again that late. How many went."""
    return (await work.execute(delete(inbox).where(inbox.c.received_at < instant))).rowcount
