"""What processes know of each other by the outbox: what each sent, and what Slack told it of waiting."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select

from bot.domain.values import dataclass
from storage.db import Work
from storage.tables import outbox

_RATELIMITED = "ratelimited "


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that another process has sent."""

    team_id: str
    key: str
    recipient: str
    kind: str
    sent_at: datetime
    """By the clock of that process."""


@dataclass(frozen=True, kw_only=True)
class Pause:
    """What Slack said of waiting, to whichever process."""

    method: str
    wait_s: float
    until: datetime
    """By the clock of the process that it said it to."""


def ratelimited(method: str, *, wait_s: float) -> str:
    """The reason of a row that Slack did not take because this method was called too often."""
    return f"{_RATELIMITED}{method} {wait_s:g}"


def _sent_by_others() -> Select[Any]:
    since = bindparam("since", type_=outbox.c.sent_at.type)
    of = outbox.c
    is_another_s = of.claimed_by != bindparam("me", type_=of.claimed_by.type)
    query = select(of.team_id, of.key, of.recipient, of.kind, of.sent_at).where(
        of.sent_at > since, is_another_s
    )
    return query.order_by(of.sent_at.desc()).limit(bindparam("limit", type_=Integer))


_SENT_BY_OTHERS = _sent_by_others()


async def sent_by_others(work: Work, *, me: str, since: datetime, limit: int) -> list[Sent]:
    """The last of what was sent after `since`, but by `me`."""
    found = await work.execute(_SENT_BY_OTHERS, {"me": me, "since": since, "limit": limit})
    return [Sent(**row._mapping) for row in found]


async def pauses(work: Work, *, me: str) -> list[Pause]:
    """What Slack said of waiting to others than `me`, by the rows that still wait for it.

    The last of each method and length.
    """
    query = (
        select(outbox.c.reason, func.max(outbox.c.not_before_at).label("until"))
        .where(
            outbox.c.state == "queued",
            outbox.c.reason.startswith(_RATELIMITED),
            outbox.c.claimed_by.is_distinct_from(me),
        )
        .group_by(outbox.c.reason)
    )
    found = []
    for row in await work.execute(query):
        method, _, wait_s = row.reason.removeprefix(_RATELIMITED).partition(" ")
        # A row that was left by an earlier version names no length: it is as good as over.
        found.append(Pause(method=method, wait_s=float(wait_s or 0), until=row.until))
    return found
