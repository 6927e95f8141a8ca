"""Messages on their way out: rows with a unique key, queued and looked up. Who sends them: outgoing.py."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, case, delete, func, literal, select, update

from bot.domain.values import dataclass
from storage.db import Database, Work
from storage.tables import outbox

WRITTEN = "message"
"""The kind of rows whose body holds text and blocks."""
REWRITTEN = "message.edit"
"""The same, in place of the message at the `ts` in the conversation `channel_id` of the body."""

DONE = ("sent", "dropped", "failed")
"""The states of rows that nothing more becomes of."""


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


# Queued to go at once, by the clock of the host that queued it: no other clock is asked.
IS_AT_ONCE = outbox.c.due_at <= outbox.c.queued_at
# What was put off until an instant goes first from then on, the earlier due first: it has waited longest, and
# however much is queued meanwhile, it is not late. All else goes in the order in which it came in.
PUT_OFF_UNTIL = case(
    (IS_AT_ONCE, literal(datetime(9999, 1, 1, tzinfo=UTC), outbox.c.due_at.type)), else_=outbox.c.due_at
)
IN_ORDER = (outbox.c.is_bulk, PUT_OFF_UNTIL, outbox.c.place)
# What is put off has nothing before it but what goes at once: most of it is not due yet.
_LISTED = (IS_AT_ONCE.desc(), PUT_OFF_UNTIL, outbox.c.place)


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

    It goes behind what was queued before, whatever the clock of whoever did.
    due_at: not before this instant; from then on before what was queued to go at once.
    is_bulk: one of very many, which lets everything else go first.
    """
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
    columns = _new(team_id=team_id, kind=kind, body=body, now=now, due_at=due_at or now, is_bulk=is_bulk)
    rows = [columns | {"key": key, "recipient": recipient} for key, recipient in recipients.items()]
    await work.insert_all_new(outbox, rows)


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
    return None if found is None else row_of(found)


async def rows_beginning(work: Work, *, team_id: str, prefix: str) -> list[OutboxRow]:
    """The rows whose keys begin so, in the order in which they go out."""
    query = select(outbox).where(
        outbox.c.team_id == team_id, outbox.c.key.startswith(prefix, autoescape=True)
    )
    return [row_of(found) for found in await work.execute(query.order_by(*_LISTED))]


async def rows(
    work: Work, *, team_id: str, states: Collection[str] | None = None, recipient: str | None = None
) -> list[OutboxRow]:
    """A workspace's rows in the order in which they go out."""
    query = select(outbox).where(outbox.c.team_id == team_id)
    if states is not None:
        query = query.where(outbox.c.state.in_(states))
    if recipient is not None:
        query = query.where(outbox.c.recipient == recipient)
    return [row_of(found) for found in await work.execute(query.order_by(*_LISTED))]


async def queued_for(work: Work, *, team_id: str, kind: str, recipients: Collection[str]) -> list[OutboxRow]:
    """The rows of a kind that wait for these recipients."""
    is_one = (outbox.c.team_id == team_id, outbox.c.state == "queued", outbox.c.kind == kind)
    query = select(outbox).where(*is_one, work.among(outbox.c.recipient, recipients))
    return [row_of(found) for found in await work.execute(query)]


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


def row_of(found: Row[Any]) -> OutboxRow:
    columns = found._mapping
    return OutboxRow(**{name: columns[name] for name in OutboxRow.__dataclass_fields__})
