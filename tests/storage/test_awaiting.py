"""Connections that are awaited: each comes back, whatever becomes of who had it."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError

from storage.awaiting import create_async_engine
from storage.db import Database
from storage.tables import inbox

ROWS = [
    {"team_id": "T1", "event_id": f"{number:04}", "received_at": datetime(2023, 6, 8, 9, tzinfo=UTC)}
    for number in range(1_200)
]


def in_use(db: Database) -> int:
    pool = db.engine.sync_engine.pool
    return pool.checkedout()  # type: ignore[attr-defined, no-any-return]  # the pool of async drivers has it


async def test_rows_come_in_portions_and_the_connection_comes_back(db: Database) -> None:
    async with db.writing() as work:
        await work.insert_all_new(inbox, ROWS)
    every = select(inbox.c.event_id).order_by(inbox.c.event_id)

    async with db.engine.connect() as connection:
        sizes = [len(portion) async for portion in connection.portions(every, 500)]
    async with db.reading() as work, aclosing(work.stream(every)) as rows:
        first = await anext(rows)

    assert (sizes, first.event_id, in_use(db)) == ([500, 500, 200], "0000", 0)


async def test_who_is_cancelled_again_while_leaving_gives_the_connection_back_first(db: Database) -> None:
    entered = asyncio.Event()

    async def stay() -> None:
        async with db.writing() as work:
            await work.insert_all_new(inbox, ROWS)
            entered.set()
            await asyncio.Event().wait()

    staying = asyncio.create_task(stay())
    await entered.wait()
    while not staying.done():
        staying.cancel()
        await asyncio.sleep(0)

    assert (staying.cancelled(), in_use(db)) == (True, 0)
    async with db.reading() as work:
        assert (await work.execute(select(inbox.c.event_id))).all() == []


def test_a_driver_that_cannot_be_awaited_is_refused() -> None:
    with pytest.raises(ArgumentError, match="pysqlite cannot be awaited"):
        create_async_engine(make_url("sqlite+pysqlite:///:memory:"))
