"""Messages on their way out: rows with a unique key, claimed, sent, settled by the dispatcher."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, Select, bindparam, delete, func, select, update

from storage.db import Database, Work
from storage.tables import outbox

DONE = ("sent", "dropped", "failed")
"""The states of rows that nothing more becomes of."""

_CLOCKS_APART = timedelta(minutes=5)
_RATELIMITED = "ratelimited "


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
    is_bulk: bool
    """One of very many: it goes after all that is not, to its recipient and to others."""
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
    is_bulk: bool = False,
) -> bool:
    """Queue a message under a key of its own. False where the key is there: nothing is queued then.

    is_bulk: one of very many, which lets everything else go first.
    """
    now = await _after_what_waits(work, [recipient], team_id=team_id, is_bulk=is_bulk, now=now)
    columns = _new(team_id=team_id, kind=kind, body=body, now=now, due_at=due_at or now, is_bulk=is_bulk)
    return await work.insert_new(outbox, columns | {"key": key, "recipient": recipient})


async def enqueue_all(
    work: Work,
    *,
    team_id: str,
    recipients: Mapping[str, str],
    kind: str,
    body: dict[str, Any],
    now: datetime,
    due_at: datetime | None = None,
    is_bulk: bool = False,
) -> None:
    """Queue a message to each of many, unless its key is there. recipients: key → recipient."""
    now = await _after_what_waits(work, recipients.values(), team_id=team_id, is_bulk=is_bulk, now=now)
    columns = _new(team_id=team_id, kind=kind, body=body, now=now, due_at=due_at or now, is_bulk=is_bulk)
    rows = [columns | {"key": key, "recipient": recipient} for key, recipient in recipients.items()]
    await work.insert_all_new(outbox, rows)


async def _after_what_waits(
    work: Work, recipients: Collection[str], *, team_id: str, is_bulk: bool, now: datetime
) -> datetime:
    """An instant that stands behind what was queued for these people before and waits.

    It is `now` but where another host's clock is some minutes ahead of this one's, or this one's was set back
    by as much: what is further off would hold up everything for as long.
    """
    last = select(func.max(outbox.c.due_at)).where(
        outbox.c.team_id == team_id,
        work.among(outbox.c.recipient, recipients),
        outbox.c.state.in_(("queued", "sending")),
        outbox.c.is_bulk == is_bulk,
        # What is for another day does not hold up anything.
        outbox.c.due_at <= outbox.c.queued_at,
    )
    found: datetime | None = (await work.execute(last)).scalar_one()
    is_ahead = found is not None and now < found < now + _CLOCKS_APART
    return found + timedelta(microseconds=1) if found is not None and is_ahead else now


def _new(
    *, team_id: str, kind: str, body: dict[str, Any], now: datetime, due_at: datetime, is_bulk: bool
) -> dict[str, Any]:
    return {
        "team_id": team_id,
        "kind": kind,
        "body": body,
        "queued_at": now,
        "due_at": due_at,
        "not_before_at": due_at,
        "state": "queued",
        "is_repeatable": False,
        "is_bulk": is_bulk,
        "attempts": 0,
    }


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


async def queued_for(work: Work, *, team_id: str, kind: str, recipients: Collection[str]) -> list[OutboxRow]:
    """The rows of a kind that wait for these recipients."""
    is_one = (outbox.c.team_id == team_id, outbox.c.state == "queued", outbox.c.kind == kind)
    query = select(outbox).where(*is_one, work.among(outbox.c.recipient, recipients))
    return [_row(found) for found in await work.execute(query)]


_IN_ORDER = (outbox.c.is_bulk, outbox.c.due_at, outbox.c.queued_at, outbox.c.key)


def _heads() -> Select[Any]:
    place = func.row_number().over(
        partition_by=(outbox.c.team_id, outbox.c.recipient),
        order_by=((outbox.c.state == "sending").desc(), *_IN_ORDER),
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
        .where(waiting.c.kind.not_in(bindparam("without", expanding=True)))
        .order_by(*(waiting.c[column.name] for column in _IN_ORDER))
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
    found = await work.execute(_HEADS, {"now": now, "limit": limit, "without": list(without)})
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


async def next_due_at(work: Work, *, after: datetime | None = None) -> datetime | None:
    """The instant at which the next queued row may go, over all workspaces; None where none is queued.

    after: of those only that may not go yet at this instant.
    """
    query = select(func.min(outbox.c.not_before_at)).where(outbox.c.state == "queued")
    if after is not None:
        query = query.where(outbox.c.not_before_at > after)
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


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


async def count(work: Work, *, team_id: str | None = None) -> dict[str, int]:
    """How many rows are in each state."""
    query = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
    if team_id is not None:
        query = query.where(outbox.c.team_id == team_id)
    return {str(found.state): int(found.number) for found in await work.execute(query)}


async def withdraw(work: Work, *, team_id: str, keys: Collection[str]) -> set[str]:
    """Take back rows that nobody has claimed, as if they had never been queued; returns their keys."""
    of_them = (outbox.c.team_id == team_id, outbox.c.state == "queued", work.among(outbox.c.key, keys))
    found = {
        str(key) for (key,) in await work.execute(select(outbox.c.key).where(*of_them).with_for_update())
    }
    await work.execute(delete(outbox).where(*of_them))
    return found


async def forget_done(work: Work, *, team_id: str, kind: str, before: datetime) -> int:
    """Delete the rows of a kind whose keys begin with it, that are done and were due before an instant."""
    is_of_it = outbox.c.key.between(
        f"{kind}:", f"{kind};"
    )  # told by the key alone: no other row is looked at
    is_done = outbox.c.state.in_(DONE) & (outbox.c.due_at < before)
    gone = delete(outbox).where(outbox.c.team_id == team_id, is_of_it, outbox.c.kind == kind, is_done)
    return (await work.execute(gone)).rowcount


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
