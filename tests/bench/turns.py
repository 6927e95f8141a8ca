"""What taking turns costs on PostgreSQL: `python -m tests.bench.turns`.

Transactions that enter a delivery, read and write, by people at once in one workspace; with their turns, and
as plain transactions, which may decide on what is no longer true.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import func, select

from storage import tables
from storage.db import Database, Delivery, Work, open_database
from tests import postgres

NOW = datetime(2023, 6, 8, tzinfo=UTC)
AT_ONCE = (1, 10, 50)
_TRANSACTIONS = 500
_Begin = Callable[[Database, str], AbstractAsyncContextManager[Work]]


def with_turns(db: Database, key: str) -> AbstractAsyncContextManager[Work]:
    """As every use case writes."""
    return db.writing(Delivery(team_id="T1", key=key, received_at=NOW))


@asynccontextmanager
async def without(db: Database, key: str) -> AsyncIterator[Work]:
    """The same statements without waiting for anybody."""
    async with db.engine.connect() as connection, connection.begin():
        work = Work(connection)
        await work.insert_new(tables.inbox, {"team_id": "T1", "event_id": key, "received_at": NOW})
        yield work


async def measure(db: Database, begin: _Begin, *, people: int, name: str) -> str:
    """Transactions a second, p50 and p99."""
    took_ms: list[float] = []

    async def one_person(person: int) -> None:
        for number in range(_TRANSACTIONS // people):
            key = f"{name}:{person}:{number}"
            started_s = time.perf_counter()
            async with begin(db, key) as work:
                waiting = (
                    select(func.count()).select_from(tables.outbox).where(tables.outbox.c.team_id == "T1")
                )
                await work.execute(waiting)
                stop = {"homework_id": key, "user_id": f"U{person}", "stopped_at": NOW}
                await work.insert_new(tables.reminder_stop, {"team_id": "T1", **stop})
            took_ms.append((time.perf_counter() - started_s) * 1000)

    started_s = time.perf_counter()
    await asyncio.gather(*(one_person(person) for person in range(people)))
    a_second = len(took_ms) / (time.perf_counter() - started_s)
    took_ms.sort()
    p50, p99 = took_ms[len(took_ms) // 2], took_ms[int(len(took_ms) * 0.99)]
    return f"{a_second:.0f} a second, p50 {p50:.1f}, p99 {p99:.1f} ms"


async def main() -> None:
    """Print both, by turns, so that they have the same of whatever else the machine does."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    postgres.set_up()
    try:
        db = open_database(postgres.copy_of_empty())
        for people in AT_ONCE:
            for repeat in range(2):
                for name, begin in (("with turns", with_turns), ("without", without)):
                    said = await measure(db, begin, people=people, name=f"{name}:{people}:{repeat}")
                    print(f"{people:>3} at once, {name:10}  {said}")
        await db.close()
    finally:
        postgres.tear_down()


if __name__ == "__main__":
    asyncio.run(main())
