"""What a heartbeat costs: with nothing due, and with few due, among a hundred people and a hundred thousand.

`python -m tests.bench.heartbeat` prints milliseconds. The floor is the cheapest transaction of the same
database, which reads one number.
"""

import asyncio
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Table, literal, select, update

from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, TeamId, UserId, homework_id
from bot.domain.members import Member
from bot.health import Health
from bot.tick import Tick
from storage import editions, homework, tables
from storage.db import Database, open_database
from storage.migrate import migrate
from tests.bench.goals import Board, load

SIZES = (100, 1_000, 10_000, 100_000)
DUE = (1, 10, 100)
GOAL_MS = 10
"""With nothing due, whatever the number of people."""

_TEAM, _EDITION = TeamId("T1"), EditionKey("cba-2")
_ZONE = "Europe/Rome"
_HOMEWORK = homework_id(_EDITION, "action-plan")
_NOW = datetime(2023, 6, 20, 12, tzinfo=UTC)
_NEXT_WEEK = _NOW + timedelta(days=7)
_SLOTS = ("7d", "2d", "1d", "0d")
_BEATS, _WARMED = 60, 5
_DUE_BEATS = 5
_PORTION = 5_000


async def _academy_of(db: Database, people: int) -> None:
    """An edition with so many participants, all of whom are reminded of its homework next week."""
    days = (
        Day(on=date(2023, 6, 6), kind=DayKind.ONLINE, title="Online"),
        Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title="In person"),
    )
    piece = Homework(
        team_id=_TEAM,
        id=_HOMEWORK,
        edition_key=_EDITION,
        key="action-plan",
        title="Action plan",
        brief="One page.",
        zone=_ZONE,
        opens=datetime(2023, 6, 8, 9),  # noqa: DTZ001 (wall time)
        due=datetime(2023, 7, 5, 18),  # noqa: DTZ001 (wall time)
    )
    async with db.writing() as work:
        await editions.put_academy(
            work, Academy(team_id=_TEAM, name="Academy", timezone=_ZONE, organisers=("U0",))
        )
        await editions.put_edition(
            work, Edition(team_id=_TEAM, key=_EDITION, name="2nd", timezone=_ZONE, days=days)
        )
        await homework.put_homework(work, piece)
        for at in range(0, people, _PORTION):
            users = [f"U{number:07}" for number in range(at, min(at + _PORTION, people))]
            for table, rows in _rows(users):
                await work.insert_all_new(table, rows)


async def measure(board: Board, people: int, folder: Path) -> None:
    """Print what a beat takes with nobody due, and with some."""
    db = open_database(f"sqlite+aiosqlite:///{folder}/{people}.db")
    await migrate(db)
    await _academy_of(db, people)
    tick = Tick(db, team_id=_TEAM, health=Health(db), after_each=lambda: None)

    async def cheapest() -> None:
        async with db.reading() as work:
            await work.execute(select(literal(1)))

    async def beat() -> None:
        await tick(_NOW)

    floor_ms, idle_ms = await _in_turns(cheapest, beat)
    print(
        f"  {people:,} people: floor {floor_ms:.2f} ms, {idle_ms / floor_ms:.1f} times that with nothing due"
    )
    board.at_most(f"{people:,} people, nothing due", idle_ms, GOAL_MS, "ms")
    each = []
    for due in DUE:
        took = [await _with_due(db, tick, due, again) for again in range(_DUE_BEATS)]
        each.append(f"{due} due {median(took):.1f} ms")
    print(f"      {', '.join(each)}", flush=True)
    await db.close()


async def _in_turns(*doing: Callable[[], Awaitable[None]]) -> list[float]:
    """The median of each in ms. They take turns, so that a busy moment is the same for all."""
    took_ms: list[list[float]] = [[] for _ in doing]
    for turn in range(_WARMED + _BEATS):
        for one, times in zip(doing, took_ms, strict=True):
            started = time.perf_counter()
            await one()
            if turn >= _WARMED:
                times.append((time.perf_counter() - started) * 1000)
    return [median(times) for times in took_ms]


async def _with_due(db: Database, tick: Tick, due: int, again: int) -> float:
    """How long a beat takes, in ms, in which so many people are to be reminded."""
    table = tables.reminder
    users = [f"U{number:07}" for number in range(due)]
    async with db.writing() as work:
        # Other people each time: who got a message today gets no other.
        await work.execute(tables.outbox.delete())
        theirs = table.c.recipient.in_(users)
        await work.execute(update(table).values(state="planned", due_at=_NEXT_WEEK).where(theirs))
        slot = _SLOTS[again % len(_SLOTS)]
        await work.execute(update(table).values(due_at=_NOW).where(theirs, table.c.slot == slot))
    started = time.perf_counter()
    await tick(_NOW)
    took_ms = (time.perf_counter() - started) * 1000
    async with db.reading() as work:
        rows = (await work.execute(select(tables.outbox.c.key))).all()
    if len(rows) != due:
        raise AssertionError(f"{len(rows)} messages instead of {due}")
    return took_ms


def _rows(users: list[str]) -> list[tuple[Table, list[dict[str, object]]]]:
    people = [
        vars(Member(team_id=_TEAM, user_id=UserId(user), name=user, tz="Europe/Rome")) for user in users
    ]
    parts: list[dict[str, object]] = [
        {
            "team_id": _TEAM,
            "edition_key": _EDITION,
            "user_id": user,
            "role": "participant",
            "cluster": f"C {user}",
        }
        for user in users
    ]
    planned = [
        {
            "team_id": _TEAM,
            "homework_id": _HOMEWORK,
            "recipient": user,
            "slot": slot,
            "revision": 1,
            "due_at": _NEXT_WEEK,
            "state": "planned",
        }
        for user in users
        for slot in _SLOTS
    ]
    return [(tables.member, people), (tables.enrolment, parts), (tables.reminder, planned)]


async def main() -> None:
    """Measure every size."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    board = Board()
    print(f"\nHeartbeat, medians; {load()}")
    with tempfile.TemporaryDirectory() as folder:
        for people in SIZES:
            await measure(board, people, Path(folder))
    board.close()


if __name__ == "__main__":
    asyncio.run(main())
