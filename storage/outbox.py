"""Messages on their way out: rows with a unique key, claimed, sent, settled by the dispatcher."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, func, select, update

from storage.db import Database, Work
from storage.tables import outbox

RATELIMITED = "ratelimited"
"""The reason of a row that Slack did not take because too many came."""


@dataclass(frozen=True, kw_only=True)
class OutboxRow:
    """A queued message, before or after it was sent. Times are instants in UTC."""

    team_id: str
    key: str
    recipient: str
    """A user id, a channel id, or the ids of a group's people, sorted, with commas between them.

    What goes to one recipient goes in order.
    """
    kind: str
    body: dict[str, Any]
    queued_at: datetime
    due_at: datetime
    not_before_at: datetime
    state: str
    """queued, sending, sent, dropped, failed."""
    is_repeatable: bool
    """Doing it twice has one effect: an edit, a Home tab; known once it was claimed."""
    attempts: int
    claimed_at: datetime | None
    claimed_by: str | None
    sent_at: datetime | None
    channel_id: str | None
    ts: str | None
    reason: str | None


@dataclass(frozen=True)
class Send:
    """Post this as a new message; in the thread that the row's body names as `thread_ts`, if it does."""

    text: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class Edit:
    """Replace an earlier message by this."""

    channel_id: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class Delete:
    """Take an earlier message away."""

    channel_id: str
    ts: str


@dataclass(frozen=True)
class Publish:
    """Show this Home tab to the recipient."""

    view: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class File:
    """A file to be shared."""

    name: str
    """Of no other message to this recipient: by it the message is found again after a lost answer."""
    content: bytes
    """Not empty: Slack takes no empty file."""
    title: str
    alt_text: str = ""
    """What an image shows, for those who do not see it."""


@dataclass(frozen=True)
class Share:
    """Share files. They are made outside of the transaction: a large one takes its time.

    The row's body must name them under `files`.
    """

    text: str
    make: Callable[[Database], Awaitable[list[File]]]


@dataclass(frozen=True)
class Whisper:
    """Show this in a channel to one person alone, for as long as their client keeps it.

    It stands in no history: where it stays unknown whether Slack took it, it is given up.
    """

    channel_id: str
    user_id: str
    text: str
    blocks: list[dict[str, Any]]


@dataclass(frozen=True)
class React:
    """Put an emoji to a message, or take the bot's own away again."""

    channel_id: str
    ts: str
    name: str
    is_there: bool = True


@dataclass(frozen=True)
class Later:
    """Not yet: ask again at this instant."""

    at: datetime


@dataclass(frozen=True)
class Drop:
    """No longer wanted, and why."""

    reason: str


Composed = Send | Edit | Delete | Publish | Share | Whisper | React | Later | Drop
Composer = Callable[[Work, OutboxRow, datetime], Awaitable[Composed]]
"""Makes a row's message at the instant of sending, in the transaction that claims it."""
Arrival = Callable[[Work, OutboxRow], Awaitable[None]]
"""Told that a row was sent, with its channel and ts, in the transaction that enters it."""


async def enqueue(
    work: Work,
    *,
    team_id: str,
    key: str,
    recipient: str,
    kind: str,
    body: dict[str, Any],
    now: datetime,
    due_at: datetime | None = None,
) -> bool:
    """Queue a message under a key of its own. False where the key is there: nothing is queued then."""
    due_at = due_at or now
    return await work.insert_new(
        outbox,
        {
            "team_id": team_id,
            "key": key,
            "recipient": recipient,
            "kind": kind,
            "body": body,
            "queued_at": now,
            "due_at": due_at,
            "not_before_at": due_at,
            "state": "queued",
            "is_repeatable": False,
            "attempts": 0,
        },
    )


async def enqueue_again(
    work: Work, *, team_id: str, key: str, recipient: str, kind: str, body: dict[str, Any], now: datetime
) -> bool:
    """Queue what may be done anew each time something changed: the key gets the next free number.

    False where one is still waiting: it is composed at sending, and tells of this change as well.
    """
    number, last = 1, None
    # Looked up one by one: a search for the beginning of keys would read the whole outbox.
    while (found := await row(work, team_id=team_id, key=f"{key}:{number}")) is not None:
        number, last = number + 1, found
    if last is not None and last.state == "queued":
        return False
    return await enqueue(
        work, team_id=team_id, key=f"{key}:{number}", recipient=recipient, kind=kind, body=body, now=now
    )


async def row(work: Work, *, team_id: str, key: str) -> OutboxRow | None:
    """The row of that key."""
    found = (
        await work.execute(select(outbox).where(outbox.c.team_id == team_id, outbox.c.key == key))
    ).one_or_none()
    return None if found is None else _row(found)


async def rows_beginning(work: Work, *, team_id: str, prefix: str) -> list[OutboxRow]:
    """The rows whose keys begin so, in the order in which they go out."""
    query = select(outbox).where(
        outbox.c.team_id == team_id, outbox.c.key.startswith(prefix, autoescape=True)
    )
    query = query.order_by(outbox.c.due_at, outbox.c.queued_at, outbox.c.key)
    return [_row(found) for found in await work.execute(query)]


async def rows(
    work: Work, *, team_id: str, states: Collection[str] | None = None, recipient: str | None = None
) -> list[OutboxRow]:
    """A workspace's rows in the order in which they go out."""
    query = select(outbox).where(outbox.c.team_id == team_id)
    if states is not None:
        query = query.where(outbox.c.state.in_(states))
    if recipient is not None:
        query = query.where(outbox.c.recipient == recipient)
    query = query.order_by(outbox.c.due_at, outbox.c.queued_at, outbox.c.key)
    return [_row(found) for found in await work.execute(query)]


def _heads() -> Select[Any]:
    place = func.row_number().over(
        partition_by=(outbox.c.team_id, outbox.c.recipient),
        order_by=((outbox.c.state == "sending").desc(), outbox.c.due_at, outbox.c.queued_at, outbox.c.key),
    )
    now = bindparam("now", type_=outbox.c.due_at.type)
    waiting = (
        select(outbox, place.label("place"))
        .where(outbox.c.state.in_(("queued", "sending")), outbox.c.due_at <= now)
        .subquery()
    )
    return (
        select(waiting)
        .where(waiting.c.place == 1, waiting.c.state == "queued", waiting.c.not_before_at <= now)
        .order_by(waiting.c.due_at, waiting.c.queued_at, waiting.c.key)
        .limit(bindparam("limit", type_=Integer))
    )


# Built once: it is asked after every message, and takes longer to build than to run.
_HEADS = _heads()


async def heads(work: Work, *, now: datetime, limit: int) -> list[OutboxRow]:
    """For each recipient the first row that is not done and due, where it may be claimed now.

    A row that waits for a retry, or that is being sent, holds up those behind it: order is kept.
    """
    found = await work.execute(_HEADS, {"now": now, "limit": limit})
    return [_row(one) for one in found]


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
    return [_row(found) for found in await work.execute(select(outbox).where(outbox.c.state == "sending"))]


async def last_posted_at(work: Work, *, team_id: str, recipient: str, kind: str) -> datetime | None:
    """When a message of a kind was last posted to a recipient; None where that was never."""
    query = select(func.max(outbox.c.sent_at)).where(
        outbox.c.team_id == team_id,
        outbox.c.recipient == recipient,
        outbox.c.kind == kind,
        outbox.c.ts.is_not(None),
    )
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


async def next_due_at(work: Work) -> datetime | None:
    """The instant at which the next queued row may go, over all workspaces; None where none is queued."""
    query = select(func.min(outbox.c.not_before_at)).where(outbox.c.state == "queued")
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that another process has sent."""

    team_id: str
    recipient: str
    sent_at: datetime


def _sent_by_others() -> Select[Any]:
    since = bindparam("since", type_=outbox.c.sent_at.type)
    return select(outbox.c.team_id, outbox.c.recipient, outbox.c.sent_at).where(
        outbox.c.sent_at > since, outbox.c.claimed_by != bindparam("me", type_=outbox.c.claimed_by.type)
    )


_SENT_BY_OTHERS = _sent_by_others()


async def sent_by_others(work: Work, *, me: str, since: datetime) -> list[Sent]:
    """What was sent after `since`, but by `me`."""
    found = await work.execute(_SENT_BY_OTHERS, {"me": me, "since": since})
    return [Sent(team_id=row.team_id, recipient=row.recipient, sent_at=row.sent_at) for row in found]


async def paused_until(work: Work) -> datetime | None:
    """Until when Slack wants no more messages, whichever process it told so; None if it told none."""
    query = select(func.max(outbox.c.not_before_at)).where(
        outbox.c.state == "queued", outbox.c.reason == RATELIMITED
    )
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


async def count(work: Work, *, team_id: str | None = None) -> dict[str, int]:
    """How many rows are in each state."""
    query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
    if team_id is not None:
        query = query.where(outbox.c.team_id == team_id)
    return {str(found.state): int(found.number) for found in await work.execute(query)}


async def change(work: Work, changed: OutboxRow, *, only_in: str | None = None, **values: Any) -> bool:
    """Set columns of a row; where `only_in` names a state, only if the row is still in it.

    True where they were set; the row stays as it is until the transaction ends.
    """
    is_it = [outbox.c.team_id == changed.team_id, outbox.c.key == changed.key]
    if only_in is not None:
        is_it.append(outbox.c.state == only_in)
    return (await work.execute(update(outbox).where(*is_it).values(**values))).rowcount == 1


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


def _row(found: Row[Any]) -> OutboxRow:
    columns = found._mapping
    return OutboxRow(**{name: columns[name] for name in OutboxRow.__dataclass_fields__})
