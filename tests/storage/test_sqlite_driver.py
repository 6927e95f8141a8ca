"""What is short runs where it is called; what is not, and what waits, leaves others their turn."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from storage import sqlite_driver
from storage.db import Database, open_database
from storage.migrate import migrate
from storage.tables import inbox

NOW = datetime(2023, 6, 8, 9, tzinfo=UTC)
# Some tenths of a second, a million steps for each of those that are allowed where it is called.
LONG = select(text("sum(one.value * other.value)")).select_from(
    text("json_each(:numbers) AS one, json_each(:numbers) AS other")
)
NUMBERS = {"numbers": str(list(range(1_200)))}
SUM = sum(range(1_200)) ** 2


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite+aiosqlite:///{tmp_path / 'alumni.db'}")
    await migrate(opened)
    yield opened
    await opened.close()


@asynccontextmanager
async def turns() -> AsyncIterator[list[int]]:
    """How many turns another task has had."""
    counted = [0]

    async def count() -> None:
        while True:
            counted[0] += 1
            await asyncio.sleep(0.001)

    counting = asyncio.create_task(count())
    yield counted
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)


def row(key: str) -> dict[str, object]:
    return {"team_id": "T1", "event_id": key, "received_at": NOW}


async def keys(db: Database) -> list[str]:
    async with db.reading() as work:
        return list((await work.execute(select(inbox.c.event_id).order_by(inbox.c.event_id))).scalars())


async def test_others_have_their_turn_while_a_long_query_runs(db: Database) -> None:
    async with turns() as counted, db.reading() as work:
        found = (await work.execute(LONG, NUMBERS)).scalar_one()
        after = (await work.execute(select(text("1")))).scalar_one()
        meanwhile = counted[0]

    assert (found, after) == (SUM, 1)
    assert meanwhile > 5


async def test_a_long_query_in_a_transaction_that_has_written_loses_nothing(db: Database) -> None:
    async with db.writing() as work:
        await work.insert_new(inbox, row("before"))
        found = (await work.execute(LONG, NUMBERS)).scalar_one()
        await work.insert_new(inbox, row("then"))

    assert found == SUM
    assert await keys(db) == ["before", "then"]


async def test_others_have_their_turn_between_many_short_statements(db: Database) -> None:
    await keys(db)

    async with turns() as counted:
        for _ in range(20_000):
            await keys(db)
            if counted[0] > 2:
                break
        meanwhile = counted[0]

    assert meanwhile > 2


async def test_who_writes_waits_for_another_process_and_keeps_nobody_else(
    db: Database, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "alumni.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with turns() as counted:

            async def write() -> None:
                async with db.writing() as work:
                    await work.insert_new(inbox, row("late"))

            writing = asyncio.create_task(write())
            while counted[0] < 20:
                await keys(db)
                await asyncio.sleep(0.001)
            before = await keys(db)
            other.execute("COMMIT")
            await writing

    assert before == []
    assert await keys(db) == ["late"]


async def test_a_transaction_that_is_cancelled_in_the_middle_leaves_the_connection_fit(db: Database) -> None:
    async def work_long() -> None:
        async with db.writing() as work:
            await work.insert_new(inbox, row("lost"))
            await work.execute(LONG, NUMBERS)
            await asyncio.Event().wait()  # where this machine was busy so long that the query is over

    for _ in range(3):
        working = asyncio.create_task(work_long())
        await asyncio.sleep(0.02)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    async with db.writing() as work:
        await work.insert_new(inbox, row("kept"))

    assert await keys(db) == ["kept"]


async def test_a_reader_that_is_cancelled_in_the_middle_leaves_the_connection_fit(db: Database) -> None:
    async def read_long() -> None:
        async with db.reading() as work:
            await work.execute(LONG, NUMBERS)
            await asyncio.Event().wait()

    await keys(db)
    for _ in range(3):
        reading = asyncio.create_task(read_long())
        await asyncio.sleep(0.02)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    assert await keys(db) == []


async def test_however_many_read_at_once_their_connections_come_back(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    left = asyncio.Event()
    inside = asyncio.Semaphore(0)

    async def stay(until: asyncio.Event) -> None:
        async with db.reading():
            inside.release()
            await until.wait()

    warm = [asyncio.create_task(stay(left)) for _ in range(6)]
    for _ in warm:
        await inside.acquire()
    left.set()
    await asyncio.gather(*warm)
    first_leave, last_leave = asyncio.Event(), asyncio.Event()
    last = [asyncio.create_task(stay(last_leave)) for _ in range(6)]
    for _ in last:
        await inside.acquire()
    first = [asyncio.create_task(stay(first_leave)) for _ in range(5)]
    first_leave.set()
    await asyncio.wait(first, timeout=0.1)
    last_leave.set()
    await asyncio.gather(*last, *first)

    async with asyncio.timeout(5):
        while sum("_connection_worker_thread" in one.name for one in threading.enumerate()) != 6:
            await asyncio.sleep(0.01)
    assert caplog.messages == []


async def test_many_rows_at_once_are_written_whole(db: Database) -> None:
    async with db.writing() as work:
        await work.insert_all_new(inbox, [row(f"{number:04}") for number in range(1_000)])

    assert await keys(db) == [f"{number:04}" for number in range(1_000)]


async def test_a_function_of_many_statements_runs_in_the_transaction_and_leaves_others_their_turn(
    db: Database,
) -> None:
    def both(connection: Connection) -> tuple[int, list[str]]:
        found = connection.execute(LONG, NUMBERS).scalar_one()
        connection.execute(inbox.insert(), [row("second"), row("third")])
        return found, list(connection.execute(select(inbox.c.event_id).order_by("event_id")).scalars())

    async with turns() as counted, db.writing() as work:
        await work.insert_new(inbox, row("first"))
        found = await sqlite_driver.at_once(work._connection, both)
        meanwhile = counted[0]

    assert found == (SUM, ["first", "second", "third"])
    assert await keys(db) == ["first", "second", "third"]
    assert meanwhile > 5


async def test_what_goes_wrong_is_told_as_ever(db: Database) -> None:
    async with db.reading() as work:
        with pytest.raises(OperationalError, match="no such table"):
            await work.execute(select(text("1")).select_from(text("nowhere")))
        with pytest.raises(OperationalError, match="no such table"):
            await work.execute(text("SELECT 1 FROM nowhere"))

    assert await keys(db) == []
