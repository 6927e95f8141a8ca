"""Who gets an announcement, how far the message to each has come, and who has confirmed it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, literal, select, update

from bot.domain.announcements import SEND
from bot.domain.ids import TeamId, UserId
from bot.domain.values import dataclass
from storage import tables
from storage.db import Work
from storage.outbox import enqueue_all
from storage.tables import announcement_recipient as recipient_table


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """A person or a channel that an announcement goes to, or would have gone to."""

    recipient: str
    position: int
    state: str
    """Of what is being done: waiting, queued, idle."""
    due_at: datetime
    left_out: str
    """Why it is not sent to them; empty where it is."""
    confirmed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """A recipient, and the message to them as the outbox has it."""

    recipient: Recipient
    state: str | None
    """None where nothing was queued."""
    reason: str
    sent_at: datetime | None
    channel_id: str | None
    ts: str | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far what is being done with an announcement has come."""

    waiting: int
    """Recipients whose message is not queued yet."""
    queued: int
    """Messages that are queued or being sent."""
    sent: int
    failed: int
    dropped: int
    next_at: datetime | None
    """When the next of those that wait, or are queued, may go."""

    @property
    def left(self) -> int:
        """How many are to be done still."""
        return self.waiting + self.queued

    @property
    def done(self) -> int:
        """How many are done, well or not."""
        return self.sent + self.failed + self.dropped


def key_of(announcement_id: int, recipient: str, task: str = SEND) -> str:
    """The key in the outbox of what is done with an announcement for one recipient."""
    return f"announce:{announcement_id}:{recipient}{_suffix(task)}"


async def set_recipients(
    work: Work, *, team_id: TeamId, announcement_id: int, recipients: Sequence[Recipient]
) -> None:
    """Make these, and nobody else, the recipients of an announcement."""
    await work.execute(delete(recipient_table).where(_of(team_id, announcement_id)))
    if recipients:
        scope = {"team_id": team_id, "announcement_id": announcement_id}
        await work.execute(recipient_table.insert(), [scope | asdict(one) for one in recipients])


async def recipient(work: Work, *, team_id: TeamId, announcement_id: int, recipient: str) -> Recipient | None:
    """One recipient of an announcement; None where they are none."""
    query = select(recipient_table).where(
        _of(team_id, announcement_id), recipient_table.c.recipient == recipient
    )
    found = (await work.execute(query)).one_or_none()
    return None if found is None else _recipient(found)


async def confirm(
    work: Work, *, team_id: TeamId, announcement_id: int, user_id: UserId, at: datetime
) -> None:
    """Note that somebody has confirmed; the first time stays."""
    table = recipient_table
    await work.execute(
        update(table)
        .where(_of(team_id, announcement_id), table.c.recipient == user_id, table.c.confirmed_at.is_(None))
        .values(confirmed_at=at)
    )


async def delivered(work: Work, *, team_id: TeamId, announcement_id: int) -> list[Delivered]:
    """Every recipient with the message to them, in their order."""
    sent = tables.outbox
    query = (
        select(recipient_table, sent.c.state.label("outcome"), sent.c.reason, sent.c.sent_at)
        .add_columns(sent.c.channel_id, sent.c.ts)
        .select_from(recipient_table.outerjoin(sent, _message(announcement_id, SEND)))
        .where(_of(team_id, announcement_id))
        .order_by(recipient_table.c.position)
    )
    return [
        Delivered(
            recipient=_recipient(found),
            state=found.outcome,
            reason=found.reason or "",
            sent_at=found.sent_at,
            channel_id=found.channel_id,
            ts=found.ts,
        )
        for found in await work.execute(query)
    ]


async def failed(work: Work, *, team_id: TeamId, announcement_id: int, task: str) -> list[tuple[str, str]]:
    """For whom a task could not be done, and why, in their order."""
    sent = tables.outbox
    query = (
        select(recipient_table.c.recipient, sent.c.reason)
        .select_from(recipient_table.join(sent, _message(announcement_id, task)))
        .where(_of(team_id, announcement_id), sent.c.state == "failed")
        .order_by(recipient_table.c.position)
    )
    return [(found.recipient, found.reason or "") for found in await work.execute(query)]


async def posted(work: Work, *, team_id: TeamId, announcement_id: int, task: str) -> list[str]:
    """For whom a task posted a message, in their order."""
    sent = tables.outbox
    query = (
        select(recipient_table.c.recipient)
        .select_from(recipient_table.join(sent, _message(announcement_id, task)))
        .where(_of(team_id, announcement_id), sent.c.ts.is_not(None))
        .order_by(recipient_table.c.position)
    )
    return list((await work.execute(query)).scalars())


async def progress(work: Work, *, team_id: TeamId, announcement_id: int, task: str) -> Progress:
    """How far a task has come."""
    sent, table = tables.outbox, recipient_table
    query = (
        select(table.c.state, sent.c.state.label("outcome"), func.count().label("number"))
        .add_columns(
            func.min(table.c.due_at).label("due_at"), func.min(sent.c.not_before_at).label("next_at")
        )
        .select_from(table.outerjoin(sent, _message(announcement_id, task)))
        .where(_of(team_id, announcement_id), table.c.state != "idle")
        .group_by(table.c.state, sent.c.state)
    )
    numbers: dict[str, int] = {}
    instants: list[datetime] = []
    for found in await work.execute(query):
        outcome = "waiting" if found.state == "waiting" else found.outcome or "dropped"
        numbers[outcome] = numbers.get(outcome, 0) + found.number
        if outcome == "waiting":
            instants.append(found.due_at)
        elif outcome == "queued":
            instants.append(found.next_at)
    return Progress(
        waiting=numbers.get("waiting", 0),
        queued=numbers.get("queued", 0) + numbers.get("sending", 0),
        sent=numbers.get("sent", 0),
        failed=numbers.get("failed", 0),
        dropped=numbers.get("dropped", 0),
        next_at=min(instants, default=None),
    )


async def ready(
    work: Work, *, team_id: TeamId, announcement_id: int, now: datetime, limit: int
) -> list[Recipient]:
    """The next recipients whose message may be queued, in order."""
    table = recipient_table
    query = (
        select(table)
        .where(_of(team_id, announcement_id), table.c.state == "waiting", table.c.due_at <= now)
        .order_by(table.c.due_at, table.c.position)
        .limit(limit)
    )
    return [_recipient(found) for found in await work.execute(query)]


async def queue(
    work: Work,
    recipients: Sequence[Recipient],
    *,
    team_id: TeamId,
    announcement_id: int,
    task: str,
    kind: str,
    now: datetime,
) -> None:
    """Queue a task's messages to these recipients, each once whatever happens."""
    body = {"announcement_id": announcement_id, "task": task}
    await enqueue_all(
        work,
        team_id=team_id,
        recipients={key_of(announcement_id, one.recipient, task): one.recipient for one in recipients},
        kind=kind,
        body=body,
        now=now,
        is_bulk=True,
    )
    table = recipient_table
    names = [one.recipient for one in recipients]
    await work.execute(
        update(table)
        .where(_of(team_id, announcement_id), work.among(table.c.recipient, names))
        .values(state="queued")
    )


async def set_waiting(
    work: Work,
    *,
    team_id: TeamId,
    announcement_id: int,
    recipients: Mapping[str, datetime] | None = None,
    all_idle: bool = False,
) -> None:
    """Let these recipients wait for their message, each from an instant on.

    all_idle: everybody else has nothing to wait for.
    """
    table = recipient_table
    if all_idle:
        await work.execute(update(table).where(_of(team_id, announcement_id)).values(state="idle"))
    by_instant: dict[datetime, list[str]] = {}
    for name, due_at in (recipients or {}).items():
        by_instant.setdefault(due_at, []).append(name)
    for due_at, names in by_instant.items():
        await work.execute(
            update(table)
            .where(_of(team_id, announcement_id), work.among(table.c.recipient, names))
            .values(state="waiting", due_at=due_at)
        )


async def queued_keys(work: Work, *, team_id: TeamId, announcement_id: int, task: str) -> dict[str, str]:
    """Key → recipient of a task's messages that nobody has claimed."""
    sent = tables.outbox
    query = (
        select(sent.c.key, recipient_table.c.recipient)
        .select_from(recipient_table.join(sent, _message(announcement_id, task)))
        .where(_of(team_id, announcement_id), sent.c.state == "queued")
    )
    return {found.key: found.recipient for found in await work.execute(query)}


def _of(team_id: TeamId, announcement_id: int) -> ColumnElement[bool]:
    table = recipient_table
    return (table.c.team_id == team_id) & (table.c.announcement_id == announcement_id)


def _suffix(task: str) -> str:
    return "" if task == SEND else f":{task}"


def _message(announcement_id: int, task: str) -> ColumnElement[bool]:
    key = literal(f"announce:{announcement_id}:") + recipient_table.c.recipient + literal(_suffix(task))
    return and_(tables.outbox.c.team_id == recipient_table.c.team_id, tables.outbox.c.key == key)


def _recipient(found: Row[Any]) -> Recipient:
    return Recipient(**{name: found._mapping[name] for name in Recipient.__dataclass_fields__})
