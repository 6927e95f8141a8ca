"""The outbox as whoever carries it to Slack sees it: what may go next, claimed, put off, settled.

What is queued and looked up: storage/outbox.py.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select, update

from storage.db import Work
from storage.outbox import IN_ORDER, IS_AT_ONCE, PUT_OFF_UNTIL, OutboxRow, change, row, row_of
from storage.tables import outbox

# What is to wait for longer until it is tried again was told so by a clock that was wrong.
_LONGEST_WAIT = timedelta(minutes=30)


def _heads() -> Select[Any]:
    nth = func.row_number().over(
        partition_by=(outbox.c.team_id, outbox.c.recipient),
        order_by=((outbox.c.state == "sending").desc(), *IN_ORDER),
    )
    now, latest = (bindparam(name, type_=outbox.c.due_at.type) for name in ("now", "latest"))
    is_due = (outbox.c.state == "sending") | IS_AT_ONCE | (outbox.c.due_at <= now)
    waiting = (
        select(outbox, nth.label("nth"), PUT_OFF_UNTIL.label("put_off_until"))
        .where(outbox.c.state.in_(("queued", "sending")), is_due)
        .subquery()
    )
    of = waiting.c
    # One that was not tried yet is due, and that is all; a retry waits, but for no clock that was wrong.
    may_go = (of.not_before_at == of.due_at) | (of.not_before_at <= now) | (of.not_before_at > latest)
    return (
        select(waiting)
        .where(of.nth == 1, of.state == "queued", may_go)
        .where(of.kind.not_in(bindparam("without", expanding=True)))
        .order_by(of.is_bulk, of.put_off_until, of.place)
        .limit(bindparam("limit", type_=Integer))
    )


# Built once: it is asked after every message, and takes longer to build than to run.
_HEADS = _heads()


async def heads(work: Work, *, now: datetime, limit: int, without: Collection[str] = ()) -> list[OutboxRow]:
    """For each recipient the first row that is not done and due, where it may be claimed now.

    without: kinds of rows that are left out of what is found; those behind them are held up all the same.

    A row that waits for a retry, or that is being sent, holds up those behind it: order is kept, but that
    what is one of very many stands behind the rest.
    """
    asked = {"now": now, "latest": now + _LONGEST_WAIT, "limit": limit, "without": list(without)}
    found = await work.execute(_HEADS, asked)
    return [row_of(one) for one in found]


async def claim(work: Work, *, team_id: str, key: str, now: datetime, claimed_by: str) -> OutboxRow | None:
    """Mark a queued row as being sent; None where another has claimed it, is at it, or it is gone."""
    free = select(outbox.c.attempts).where(
        outbox.c.team_id == team_id, outbox.c.key == key, outbox.c.state == "queued"
    )
    attempts = (await work.execute(free.with_for_update(skip_locked=True))).scalar_one_or_none()
    if attempts is None:
        return None
    await work.execute(
        update(outbox)
        .where(outbox.c.team_id == team_id, outbox.c.key == key)
        .values(state="sending", claimed_at=now, claimed_by=claimed_by, attempts=attempts + 1)
    )
    return await row(work, team_id=team_id, key=key)


async def sending(work: Work) -> list[OutboxRow]:
    """Every row that was claimed and is not settled, whoever claimed it."""
    return [row_of(found) for found in await work.execute(select(outbox).where(outbox.c.state == "sending"))]


async def put_off(work: Work, claimed: OutboxRow, *, until: datetime) -> None:
    """Have a claimed row wait for an instant, as if it had been queued for it."""
    # Where another host's clock was ahead, it would count as queued to go at once.
    queued_at = min(claimed.queued_at, until - timedelta(microseconds=1))
    times: dict[str, Any] = {"queued_at": queued_at, "due_at": until, "not_before_at": until}
    await change(work, claimed, state="queued", **times)


async def arrive(work: Work, posted: OutboxRow, *, channel_id: str, ts: str, now: datetime) -> bool:
    """Enter where a row's message stands, whoever found out. False where that is known already."""
    is_not_known = (outbox.c.team_id == posted.team_id, outbox.c.key == posted.key, outbox.c.state != "sent")
    where = {"channel_id": channel_id, "ts": ts}
    entered = update(outbox).where(*is_not_known).values(state="sent", sent_at=now, reason=None, **where)
    return (await work.execute(entered)).rowcount == 1


async def release(work: Work, claimed: OutboxRow, **values: Any) -> bool:
    """Set columns of a row that is being sent, if by the same claim still. True where they were set.

    False where another process has settled it by then, and may have claimed it anew.
    """
    is_same_claim = (
        outbox.c.team_id == claimed.team_id,
        outbox.c.key == claimed.key,
        outbox.c.state == "sending",
        outbox.c.claimed_by == claimed.claimed_by,
        outbox.c.attempts == claimed.attempts,
    )
    return (await work.execute(update(outbox).where(*is_same_claim).values(**values))).rowcount == 1
