"""The database and its unit of work: one `async with` is one transaction."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import URL, ColumnElement, Insert, any_, bindparam, event, func, make_url, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.schema import Table

from storage import tables

_BUSY_TIMEOUT_MS = 10_000


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery of something that Slack may deliver again: the same key means the same thing."""

    team_id: str
    key: str
    received_at: datetime


class AlreadyDone(Exception):
    """This delivery had its effect before; the transaction was rolled back and nothing is to be done."""


class Work:
    """An open transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return await self._connection.execute(statement, parameters)

    def among(
        self, column: ColumnElement[Any], values: Collection[str] | Collection[int]
    ) -> ColumnElement[bool]:
        """The condition that a column holds one of many values: quicker than `in_` from some fifty on."""
        if self._connection.dialect.name == "postgresql":
            every = bindparam(None, list(values), type_=postgresql.ARRAY(column.type))
            return column == any_(every)
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(each.c.value))

    async def run_sync(self, change: Callable[[Connection], None]) -> None:
        """Run a function that needs a synchronous connection, such as a migration, in this transaction."""
        await self._connection.run_sync(change)

    async def insert_new(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert a row unless its key is there. True where it was inserted."""
        return (await self._connection.execute(self._insert_new(table), values)).rowcount == 1

    async def insert_all_new(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert the rows whose keys are not there; all rows name the same columns."""
        if rows:
            await self._connection.execute(self._insert_new(table), rows)

    def _insert_new(self, table: Table) -> Insert:
        insert = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        return insert(table).on_conflict_do_nothing()

    async def put(self, table: Table, values: dict[str, Any]) -> None:
        """Insert a row, or update the columns in `values` of the one that has its key."""
        await self.put_all(table, [values])

    async def put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for many rows, all with the same columns."""
        if not rows:
            return
        dialect = self._connection.dialect.name
        insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
        keys = [column.name for column in table.primary_key.columns]
        statement = insert(table)
        changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        if changes:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
        else:
            statement = statement.on_conflict_do_nothing()
        await self._connection.execute(statement, list(rows))


class Database:
    """One database, whatever its kind; opened with `open_database`, closed with `close`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite has one writer at a time, and lets the others sleep and look again: a queue of our own
        # wakes the next at once. Writers of other processes are still waited for by the busy timeout.
        self._turn: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if engine.dialect.name == "sqlite" else nullcontext()
        )

    @asynccontextmanager
    async def writing(self, once: Delivery | None = None) -> AsyncIterator[Work]:
        """A transaction that may write: commits on leaving, rolls back on an exception.

        once: the delivery that asks for it; it is entered in the inbox in the same transaction.
        Raises AlreadyDone where that delivery is in the inbox.
        """
        async with self._turn, self.engine.connect() as connection:
            await connection.execution_options(alumni_writing=True)
            async with connection.begin():
                work = Work(connection)
                if once is not None:
                    received = {"event_id": once.key, "received_at": once.received_at}
                    if not await work.insert_new(tables.inbox, {"team_id": once.team_id, **received}):
                        raise AlreadyDone(once.key)
                yield work

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """A transaction that only reads, and sees one state throughout."""
        async with self.engine.connect() as connection, connection.begin():
            yield Work(connection)

    async def scrub(self) -> bool:
        """Have nothing left in the database's files of what was deleted, its write-ahead log included.

        Nobody else writes meanwhile: a second for each hundred megabytes. False where somebody who still
        reads kept the log from being emptied. A server's own archives and replicas are beyond its reach.
        """
        is_sqlite = self.engine.dialect.name == "sqlite"
        # Neither may run inside of a transaction. SQLite's driver begins none by itself here, and
        # would do so again in this connection if it were told to stop once more.
        outside = {"alumni_scrubbing": True} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        async with self._turn, self.engine.connect() as connection:
            await connection.execution_options(**outside)
            await connection.exec_driver_sql("VACUUM")
            if not is_sqlite:
                return True
            checkpoint = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(checkpoint.one()[0] == 0)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def open_database(url: str | URL) -> Database:
    """A database by its SQLAlchemy URL; nothing is connected or created yet."""
    parsed = make_url(url)
    # A failed statement tells of itself without its values: those are what people wrote.
    engine = create_async_engine(parsed, hide_parameters=True)
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return Database(engine)


def _prepare_sqlite(dbapi_connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin late and silently: with twenty concurrent
    # read-then-write transactions all but one of the writes were lost.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("alumni_scrubbing", False):
        return
    writing = connection.get_execution_options().get("alumni_writing", False)
    # A transaction that reads before it writes must take the write lock at once:
    # to upgrade a deferred one fails with "database is locked" whatever the timeout.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
