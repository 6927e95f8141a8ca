import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event
from typing import cast

import pytest
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.exc import OperationalError

from storage.db import Database, Look, Work, open_database
from storage.sqlite_driver import Driver

NUMBERS = table("numbers", column("number"))
EVERY = select(NUMBERS.c.number).order_by(NUMBERS.c.number)
MANY = 1_200


@pytest.fixture
async def numbers(tmp_path: Path) -> AsyncIterator[Database]:
    """A file with the numbers up to MANY."""
    db = open_database(f"sqlite+aiosqlite:///{tmp_path / 'numbers.db'}")
    async with db.writing() as work:
        await work.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        await work.execute(insert(NUMBERS), [{"number": number} for number in range(MANY)])
    yield db
    await db.close()


async def driver_of(work: Work) -> Driver:
    raw = await work._connection.get_raw_connection()
    return cast(Driver, raw.driver_connection)


async def test_every_row_comes_once_and_in_order(numbers: Database) -> None:
    async with numbers.reading() as work:
        at_once = list((await work.execute(EVERY)).scalars())
        one_by_one = [row.number async for row in work.stream(EVERY)]
        first = (await work.execute(EVERY.limit(1))).scalar_one()

    assert at_once == one_by_one == list(range(MANY))
    assert first == 0


async def test_a_cursor_gives_its_rows_in_portions_of_any_size(numbers: Database) -> None:
    async with numbers.reading() as work:
        cursor = (await driver_of(work)).cursor()
        await cursor.execute("SELECT number FROM numbers ORDER BY number")
        first = await cursor.fetchone()
        portions = [await cursor.fetchmany(400) for _ in range(4)]
        rest = await cursor.fetchall()
        end = await cursor.fetchone()
        await cursor.close()

    assert first == (0,)
    assert [row[0] for portion in portions for row in portion] + [row[0] for row in rest] == list(
        range(1, MANY)
    )
    assert end is None


async def test_a_statement_is_one_trip_to_the_thread_and_so_is_a_function_of_many(
    numbers: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = 0
    async with numbers.reading() as work:
        driver = await driver_of(work)
        put = driver._tx.put_nowait

        class Counted:
            def put_nowait(self, call: object) -> None:
                nonlocal trips
                trips += 1
                put(call)  # type: ignore[arg-type]

        monkeypatch.setattr(driver, "_tx", Counted())
        for _ in range(3):
            (await work.execute(EVERY.limit(9))).all()
        one_each, trips = trips, 0
        sums = await work.at_once(lambda look: [sum(look.execute(EVERY).scalars()) for _ in range(3)])
        for_all = trips
        monkeypatch.undo()

    assert one_each == 3
    assert for_all == 1
    assert sums == [sum(range(MANY))] * 3


async def test_a_function_that_is_given_up_is_waited_for(numbers: Database) -> None:
    begun, may_end = Event(), Event()
    ended_as = []

    def read(look: Look) -> None:
        begun.set()
        may_end.wait(30)
        ended_as.append(look.execute(EVERY.limit(1)).scalar_one())

    async def run() -> None:
        async with numbers.writing() as work:
            await work.execute(insert(NUMBERS).values(number=MANY))
            await work.at_once(read)

    task = asyncio.create_task(run())
    await asyncio.to_thread(begun.wait, 30)
    task.cancel()
    await asyncio.sleep(0)
    is_waited_for = not task.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert (is_waited_for, ended_as) == (True, [0])
    async with numbers.writing() as work:
        assert sum((await work.execute(EVERY)).scalars()) == sum(range(MANY))


async def test_a_function_that_fails_says_why_without_the_values(numbers: Database) -> None:
    def read(look: Look) -> None:
        look.execute(text("SELECT :secret FROM nowhere"), {"secret": "what somebody wrote"})

    with pytest.raises(OperationalError, match="no such table: nowhere") as failed:
        async with numbers.reading() as work:
            await work.at_once(read)

    assert "what somebody wrote" not in str(failed.value)


async def test_a_connection_awaits_nothing_else_in_its_thread(numbers: Database) -> None:
    async with numbers.reading() as work:
        driver = await driver_of(work)

        with pytest.raises(RuntimeError, match="awaits something else"):
            await driver.run(lambda: asyncio.sleep(0))
